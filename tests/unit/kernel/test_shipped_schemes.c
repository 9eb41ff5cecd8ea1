/*
 * test_shipped_schemes.c: every file of deploy/schemes reads, and each of the mistakes that a
 * person makes when changing a tariff is refused with file, line and field. The line is counted
 * here, so that a file may be edited without touching this test.
 */
#include <glob.h>

#include "vagval/scheme.h"
#include "yaml_cases.h"

static char *read_shipped(const char *name, char path[static 256])
{
    size_t len = 0;
    (void)snprintf(path, 256, "deploy/schemes/%s.yaml", name);
    char *bytes = yaml_read(path, &len);
    assert_true(len < VV_YAML_BYTES_MAX);
    bytes[len] = '\0';
    return bytes;
}

static void every_shipped_scheme_reads(void **state)
{
    (void)state;
    glob_t files;
    assert_int_equal(glob("deploy/schemes/*.yaml", 0, NULL, &files), 0);
    assert_true(files.gl_pathc >= 5);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        size_t len = 0;
        char *yaml = yaml_read(files.gl_pathv[i], &len);
        struct vv_scheme *scheme = NULL;
        struct vv_error error = {.status = VV_OK};
        if (vv_scheme_parse(files.gl_pathv[i], yaml, len, &scheme, &error) != VV_OK) {
            fail_msg("%s:%u: %s: %s", error.where, error.line, error.field, error.text);
        }
        /* The file is named after the scheme. */
        const char *name = strrchr(files.gl_pathv[i], '/') + 1;
        assert_int_equal(strncmp(name, scheme->id, strlen(scheme->id)), 0);
        assert_string_equal(name + strlen(scheme->id), ".yaml");
        vv_scheme_destroy(&scheme);
        free(yaml);
    }
    globfree(&files);
}

/* Who pays a component also says from which account: only what the state pays needs none. */
static void what_is_paid_has_an_account(void **state)
{
    (void)state;
    glob_t files;
    assert_int_equal(glob("deploy/schemes/*.yaml", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        size_t len = 0;
        char *yaml = yaml_read(files.gl_pathv[i], &len);
        struct vv_scheme *scheme = NULL;
        bool pays = false;
        assert_int_equal(vv_scheme_parse(files.gl_pathv[i], yaml, len, &scheme, NULL), VV_OK);
        for (size_t k = 0; k < scheme->component_count; k++) {
            pays = pays || scheme->components[k].payer != VV_PAYER_STATE;
        }
        if (pays != (scheme->bank != NULL)) {
            fail_msg("%s: section `bank`", files.gl_pathv[i]);
        }
        vv_scheme_destroy(&scheme);
        free(yaml);
    }
    globfree(&files);
}

/* Who may deliver stands in every shipped scheme, and what is not public of it is an example. */
static void who_delivers_is_said(void **state)
{
    (void)state;
    glob_t files;
    assert_int_equal(glob("deploy/schemes/*.yaml", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        size_t len = 0;
        char *yaml = yaml_read(files.gl_pathv[i], &len);
        struct vv_scheme *scheme = NULL;
        assert_int_equal(vv_scheme_parse(files.gl_pathv[i], yaml, len, &scheme, NULL), VV_OK);
        const struct vv_authorisation *rules = scheme->authorisation;
        if (rules == NULL || !rules->terms_accepted || !rules->example) {
            fail_msg("%s: section `authorisation`", files.gl_pathv[i]);
        }
        vv_scheme_destroy(&scheme);
        free(yaml);
    }
    globfree(&files);
}

struct broken {
    const char *scheme;
    const char *find, *replace; /* `find` stands exactly once in the file */
    int lines;                  /* from the line of `find` to the one that the error names */
    const char *field, *text;
};

/* Lines up to `at`, from 1. */
static unsigned line_of(const char *yaml, const char *at)
{
    unsigned line = 1;
    for (const char *c = yaml; c < at; c++) {
        line += *c == '\n' ? 1 : 0;
    }
    return line;
}

static const struct broken brokens[] = {
    /* overlapping validity */
    {"se-rom2", "{level: A, from: 2023-04-17, to: 2024-12-31, amount: \"750.00\"",
     "{level: A, from: 2023-04-17, to: 2025-01-01, amount: \"750.00\"", 3,
     "components[0].prices[3]", "overlaps prices[0]"},
    {"se-krom", "{level: B, from: 2020-03-16, amount: \"33.00\"",
     "{level: A, from: 2020-03-16, amount: \"33.00\"", 0, "components[0].prices[1]",
     "overlaps prices[0]"},
    /* a level x area x date without a price */
    {"se-rom2", "{level: C, from: 2025-01-01, amount: \"1435.00\"",
     "{level: C, from: 2025-01-02, amount: \"1435.00\"", -6, "components[0].prices",
     "no price for level C in area umea on 2025-01-01"},
    {"se-stom", "{level: \"3\", from: 2014-12-01, amount: \"15000.00\"",
     "{level: \"3\", area: umea, from: 2014-12-01, amount: \"15000.00\"", -3,
     "components[1].prices", "no price for level 3 in area vasteras on 2014-12-01"},
    {"se-nacka-jobbpeng", "{level: prep-finsam, amount: \"6200.00\"",
     "{level: prep-spraksteg, from: 2018-01-01, to: 2018-12-31, amount: \"6200.00\"", 0,
     "components[1].prices[4]", "overlaps prices[2]"},
    /* less than an öre */
    {"se-nacka-jobbpeng", "amount: \"3686.00\"", "amount: \"3686.005\"", 0,
     "components[0].prices[0].amount", "two decimals"},
    {"se-reform-2019", "amount: \"6005.00\"", "amount: \"6005.001\"", 0,
     "components[0].prices[0].amount", "two decimals"},
    /* negative */
    {"se-stom", "amount: \"280.00\"", "amount: \"-280.00\"", 0, "components[0].prices[3].amount",
     "cannot be negative"},
    {"se-rom2", "amount: \"38000.00\"", "amount: \"-0.01\"", 0, "components[2].prices[2].amount",
     "cannot be negative"},
    /* what would not fit when it is summed */
    {"se-rom2", "amount: \"38000.00\"", "amount: \"10000000.01\"", 0,
     "components[2].prices[2].amount", "at most 10000000.00"},
    /* currencies that do not mix */
    {"se-nacka-jobbpeng", "amount: \"4858.00\",", "amount: \"4858.00\", currency: EUR,", 0,
     "components[0].prices[1].currency", "currencies do not mix"},
    /* unknown components, kinds, levels, areas, keys */
    {"se-rom2", "requires: rr1", "requires: rr0", 0, "components[3].requires", "unknown component"},
    {"se-rom2", "prices_from: rr1", "prices_from: rr0", 0, "components[3].prices_from",
     "no component rr0"},
    {"se-stom", "{components: [day-pay, result],", "{components: [day-pay, results],", 0,
     "caps[0].components[1]", "unknown component"},
    {"se-nacka-jobbpeng", "kind: sustained", "kind: lasting", 0, "components[3].kind", "lasting"},
    {"se-stom", "{level: \"2\", from: 2014-12-01, amount: \"210.00\"",
     "{level: \"5\", from: 2014-12-01, amount: \"210.00\"", 0, "components[0].prices[1].level",
     "unknown level"},
    {"se-krom", "{level: A, from: 2020-03-16, amount: \"24.00\"",
     "{level: A, area: umeaa, from: 2020-03-16, amount: \"24.00\"", 0,
     "components[0].prices[0].area", "unknown area"},
    {"se-nacka-jobbpeng",
     "first_due_days: 14\n    price_on: period_start\n    pay_if: always\n"
     "    vat: {category: S, rate_percent: \"25\", status: example}\n    prices:\n      - {level: "
     "\"1\", amount: \"3686.00\"",
     "first_due_day: 14\n    price_on: period_start\n    pay_if: always\n"
     "    vat: {category: S, rate_percent: \"25\", status: example}\n    prices:\n      - {level: "
     "\"1\", amount: \"3686.00\"",
     0, "components[0].first_due_day", "Unexpected key"},
    /* what the terms of payment add */
    {"se-reform-2019", "- {after_days: 60, percent: 30}", "- {after_days: 60, percent: 29}", -2,
     "components[0].instalments", "99 percent"},
    {"se-stom", "cap: {days: 65, per: block, block_months: 3}", "cap: {days: 65, per: block}", 0,
     "components[0].cap.block_months", "needed there"},
    {"se-stom", "    to: 2021-06-30", "    to: 2020-05-06", 0, "areas[9].to", "before it begins"},
    {"se-rom2", "amount: \"1400.00\"", "amount: \"4000.00\"", 0, "components[0].prices[2].amount",
     "not back-heavy"},
};

static void a_broken_tariff_names_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(brokens) / sizeof(brokens[0]); i++) {
        const struct broken *broken = &brokens[i];
        char path[256];
        char *good = read_shipped(broken->scheme, path);
        char *yaml = yaml_changed(good, broken->find, broken->replace);
        unsigned line = line_of(good, strstr(good, broken->find));
        const struct yaml_case expected = {broken->find, broken->replace,
                                           (unsigned)((int)line + broken->lines), broken->field,
                                           broken->text};
        struct vv_scheme *scheme = NULL;
        struct vv_error error = {.status = VV_OK};
        enum vv_status status = vv_scheme_parse(path, yaml, strlen(yaml), &scheme, &error);
        yaml_expect(&expected, path, status, &error);
        free(yaml);
        free(good);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shipped_scheme_reads),
        cmocka_unit_test(what_is_paid_has_an_account),
        cmocka_unit_test(who_delivers_is_said),
        cmocka_unit_test(a_broken_tariff_names_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
