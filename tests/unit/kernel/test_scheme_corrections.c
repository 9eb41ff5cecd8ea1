/*
 * test_scheme_corrections.c: the section `corrections` of a scheme file: read, left out, refused
 * with file, line and field.
 */
#include "scheme_cases.h"

static const char good[] =
    "id: xx-test\n"                                                            /* 1 */
    "name: {en: Test, sv: Prov}\n"                                             /* 2 */
    "jurisdiction: SE\n"                                                       /* 3 */
    "currency: SEK\n"                                                          /* 4 */
    "time_zone: Europe/Stockholm\n"                                            /* 5 */
    "valid: {from: 2021-01-01, to: 2021-12-31}\n"                              /* 6 */
    "areas: [{code: stad, name: Stad, municipalities: [\"0180\"]}]\n"          /* 7 */
    "corrections:\n"                                                           /* 8 */
    "  contest_days: \"14\"\n"                                                 /* 9 */
    "  status: official\n"                                                     /* 10 */
    "assessment:\n"                                                            /* 11 */
    "  model: none\n"                                                          /* 12 */
    "  levels: [{code: A, name: {en: A, sv: A}, referred: true}]\n"            /* 13 */
    "choice: {working_days: 5, non_choice: nearest}\n"                         /* 14 */
    "service: {months: 6, months_max: 12}\n"                                   /* 15 */
    "components:\n"                                                            /* 16 */
    "  - code: base\n"                                                         /* 17 */
    "    name: {en: Base, sv: Grund}\n"                                        /* 18 */
    "    kind: per_day\n"                                                      /* 19 */
    "    price_on: day\n"                                                      /* 20 */
    "    prices: [{level: A, amount: \"41.50\", status: example, note: n}]\n"; /* 21 */

static struct vv_corrections corrections_of(const char *yaml)
{
    struct vv_scheme *scheme = NULL;
    struct vv_error error = {.line = 0};
    if (vv_scheme_parse("test.yaml", yaml, strlen(yaml), &scheme, &error) != VV_OK) {
        fail_msg("line %u, %s: %s", error.line, error.field, error.text);
    }
    struct vv_corrections corrections = scheme->corrections;
    vv_scheme_destroy(&scheme);
    return corrections;
}

static void read_or_left_out(void **state)
{
    (void)state;
    assert_int_equal(corrections_of(good).contest_days, 14);
    assert_false(corrections_of(good).example);
    char *without =
        yaml_changed(good, "corrections:\n  contest_days: \"14\"\n  status: official\n", "");
    assert_int_equal(corrections_of(without).contest_days, 21);
    assert_true(corrections_of(without).example);
    free(without);
}

static void refused(void **state)
{
    (void)state;
    static const struct yaml_case cases[] = {
        {"\"14\"", "\"-1\"", 9, "corrections.contest_days", ""},
        {"\"14\"", "\"367\"", 9, "corrections.contest_days", ""},
        {"\"14\"", "\"14.5\"", 9, "corrections.contest_days", ""},
        {"\"14\"", "soon", 9, "corrections.contest_days", ""},
    };
    refused_as(good, cases, sizeof cases / sizeof cases[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_or_left_out),
        cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
