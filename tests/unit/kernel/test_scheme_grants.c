/*
 * test_scheme_grants.c: units, grants, shares, who pays and the section `budget` of a scheme file
 * are read, and each kind of mistake is refused with file, line and field.
 */
#include "scheme_cases.h"

/* The numbers at the right are the lines that the cases below expect. */
static const char good[] =
    "id: xx-grants\n"                                                                   /* 1 */
    "name: {en: Test, sv: Prov}\n"                                                      /* 2 */
    "jurisdiction: FI\n"                                                                /* 3 */
    "currency: EUR\n"                                                                   /* 4 */
    "time_zone: Europe/Helsinki\n"                                                      /* 5 */
    "valid: {from: 2021-01-01, to: 2021-12-31}\n"                                       /* 6 */
    "areas: [{code: stad, name: Stad, municipalities: [\"091\"]}]\n"                    /* 7 */
    "assessment:\n"                                                                     /* 8 */
    "  model: none\n"                                                                   /* 9 */
    "  levels: [{code: A, name: {en: A, sv: A}, referred: true}]\n"                     /* 10 */
    "choice: {working_days: 5, non_choice: nearest}\n"                                  /* 11 */
    "service: {months: 6, months_max: 12}\n"                                            /* 12 */
    "budget:\n"                                                                         /* 13 */
    "  blocks: true\n"                                                                  /* 14 */
    "  expected:\n"                                                                     /* 15 */
    "    - {component: days, percent: \"80\"}\n"                                        /* 16 */
    "components:\n"                                                                     /* 17 */
    "  - code: days\n"                                                                  /* 18 */
    "    name: {en: Days, sv: Dagar}\n"                                                 /* 19 */
    "    kind: per_unit\n"                                                              /* 20 */
    "    unit: training-day\n"                                                          /* 21 */
    "    price_on: day\n"                                                               /* 22 */
    "    prices: [{level: A, amount: \"41.50\", status: example, note: n}]\n"           /* 23 */
    "  - code: wage\n"                                                                  /* 24 */
    "    name: {en: Wage, sv: Lön}\n"                                                   /* 25 */
    "    kind: grant\n"                                                                 /* 26 */
    "    payer: state\n"                                                                /* 27 */
    "    price_on: period_start\n"                                                      /* 28 */
    "    percent: \"50\"\n"                                                             /* 29 */
    "    status: example\n"                                                             /* 30 */
    "    pot: employment\n"                                                             /* 31 */
    "    own_employers: [\"0112038-9\"]\n"                                              /* 32 */
    "  - code: share\n"                                                                 /* 33 */
    "    name: {en: Share, sv: Andel}\n"                                                /* 34 */
    "    kind: share\n"                                                                 /* 35 */
    "    payer: municipality\n"                                                         /* 36 */
    "    price_on: period_start\n"                                                      /* 37 */
    "    percent: \"90\"\n"                                                             /* 38 */
    "    status: official\n"                                                            /* 39 */
    "    instalments: [{after_days: 0, percent: 40}, {after_days: 60, percent: 60}]\n"; /* 40 */

static void test_what_is_read(void **state)
{
    (void)state;
    struct vv_scheme *scheme = NULL;
    struct vv_error error = {.line = 0};
    assert_int_equal(vv_scheme_parse("test.yaml", good, strlen(good), &scheme, &error), VV_OK);
    const struct vv_component *days = vv_scheme_component(scheme, "days");
    assert_int_equal(days->kind, VV_PER_UNIT);
    assert_string_equal(days->award.unit, "training-day");
    assert_int_equal(days->payer, VV_PAYER_AGENCY); /* if nothing else is said */
    const struct vv_component *wage = vv_scheme_component(scheme, "wage");
    assert_int_equal(wage->kind, VV_GRANT);
    assert_int_equal(wage->payer, VV_PAYER_STATE);
    assert_int_equal(wage->award.percent, 50);
    assert_true(wage->award.example);
    assert_string_equal(wage->award.pot, "employment");
    assert_int_equal(wage->award.own_employer_count, 1);
    assert_int_equal(wage->price_count, 0);
    const struct vv_component *share = vv_scheme_component(scheme, "share");
    assert_int_equal(share->kind, VV_SHARE);
    assert_int_equal(share->payer, VV_PAYER_MUNICIPALITY);
    assert_false(share->award.example);
    assert_string_equal(share->award.pot, "");
    assert_int_equal(share->instalment_count, 2);
    assert_true(scheme->budget.used && scheme->budget.blocks);
    assert_int_equal(scheme->budget.expected_count, 1);
    assert_int_equal(scheme->budget.expected[0].percent, 80);
    vv_scheme_destroy(&scheme);
}

static const struct yaml_case cases[] = {
    {"    unit: training-day\n", "", 18, "components[0].unit", "needed"},
    {"    unit: training-day\n", "    unit: training day\n", 21, "components[0].unit", "code"},
    {"    price_on: day\n", "    price_on: period_start\n", 22, "components[0].price_on", "units"},
    {"    price_on: day\n", "    price_on: day\n    on: [job]\n", 23, "components[0].on",
     "outcomes"},
    {"    payer: state\n", "    payer: bank\n", 27, "components[1].payer", "bank"},
    {"    price_on: period_start\n    percent: \"50\"\n",
     "    price_on: day\n    percent: \"50\"\n", 28, "components[1].price_on", "period_start"},
    {"    percent: \"50\"\n", "", 24, "components[1].percent", "needed"},
    {"    percent: \"50\"\n", "    percent: \"101\"\n", 29, "components[1].percent", "1 to 100"},
    {"    status: example\n", "", 24, "components[1].status", "example or official"},
    {"[\"0112038-9\"]", "[\"0112038-8\"]", 32, "components[1].own_employers[0]", "organisation"},
    {"    status: official\n", "    status: official\n    pot: x\n", 40, "components[2].pot",
     "grant"},
    {"    status: official\n", "    status: official\n    own_employers: [\"0112038-9\"]\n", 40,
     "components[2].own_employers", "grant"},
    {"    status: official\n",
     "    status: official\n    prices: [{level: A, amount: \"1\", status: official, note: n}]\n",
     40, "components[2].prices", "no price"},
    {"    instalments: [{after_days: 0, percent: 40}, {after_days: 60, percent: 60}]\n", "", 33,
     "components[2].instalments", "needed"},
    {"{after_days: 60, percent: 60}", "{after_days: 60, percent: 61}", 40,
     "components[2].instalments", "101 percent"},
    {"{component: days, percent: \"80\"}", "{component: nights, percent: \"80\"}", 16,
     "budget.expected[0].component", "unknown component"},
    {"{component: days, percent: \"80\"}", "{component: wage, percent: \"80\"}", 16,
     "budget.expected[0].component", "decision"},
    {"{component: days, percent: \"80\"}", "{component: days, percent: \"101\"}", 16,
     "budget.expected[0].percent", "0 to 100"},
    {"    - {component: days, percent: \"80\"}\n",
     "    - {component: days, percent: \"80\"}\n    - {component: days, percent: \"1\"}\n", 17,
     "budget.expected[1].component", "twice"},
    {"  blocks: true\n", "  blocks: maybe\n", 14, "budget.blocks", "maybe"},
};

static void test_mistakes(void **state)
{
    (void)state;
    refused_as(good, cases, sizeof(cases) / sizeof(cases[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_read),
        cmocka_unit_test(test_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
