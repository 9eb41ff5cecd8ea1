/*
 * test_scheme_terms.c: the terms of payment of a scheme file are read into what the rules need, and
 * each kind of mistake is refused with file, line and field.
 */
#include "scheme_cases.h"

/* The numbers at the right are the lines that the cases below expect. */
static const char good[] =
    "id: xx-terms\n"                                                                    /* 1 */
    "name: {en: Test, sv: Prov}\n"                                                      /* 2 */
    "jurisdiction: SE\n"                                                                /* 3 */
    "currency: SEK\n"                                                                   /* 4 */
    "time_zone: Europe/Stockholm\n"                                                     /* 5 */
    "valid: {from: 2020-01-01, to: 2020-12-31}\n"                                       /* 6 */
    "areas:\n"                                                                          /* 7 */
    "  - code: north\n"                                                                 /* 8 */
    "    name: North\n"                                                                 /* 9 */
    "    from: 2020-03-01\n"                                                            /* 10 */
    "    to: 2020-06-30\n"                                                              /* 11 */
    "    municipalities: [\"2401\"]\n"                                                  /* 12 */
    "  - {code: south, name: South, municipalities: [\"1080\"]}\n"                      /* 13 */
    "assessment:\n"                                                                     /* 14 */
    "  model: m-1\n"                                                                    /* 15 */
    "  levels: [{code: A, name: {en: A, sv: A}, referred: true}]\n"                     /* 16 */
    "choice: {working_days: 5, non_choice: nearest}\n"                                  /* 17 */
    "service: {months: 6, months_max: 12}\n"                                            /* 18 */
    "supplement_payable: decision_end\n"                                                /* 19 */
    "caps:\n"                                                                           /* 20 */
    "  - components: [base, rr1]\n"                                                     /* 21 */
    "    amount: \"36200.00\"\n"                                                        /* 22 */
    "    per: block\n"                                                                  /* 23 */
    "    block_months: 3\n"                                                             /* 24 */
    "components:\n"                                                                     /* 25 */
    "  - code: base\n"                                                                  /* 26 */
    "    name: {en: Base, sv: Grund}\n"                                                 /* 27 */
    "    kind: per_day\n"                                                               /* 28 */
    "    price_on: day\n"                                                               /* 29 */
    "    pay_if: obligations_met\n"                                                     /* 30 */
    "    cap: {days: 65, per: block, block_months: 3}\n"                                /* 31 */
    "    vat: {category: S, rate_percent: \"25.5\", status: example}\n"                 /* 32 */
    "    prices:\n"                                                                     /* 33 */
    "      - {level: A, amount: \"10.00\", currency: SEK, status: official, note: n}\n" /* 34 */
    "  - code: months\n"                                                                /* 35 */
    "    name: {en: Months, sv: Månader}\n"                                             /* 36 */
    "    kind: per_month\n"                                                             /* 37 */
    "    month: service\n"                                                              /* 38 */
    "    first_due_days: 14\n"                                                          /* 39 */
    "    price_on: period_start\n"                                                      /* 40 */
    "    vat: {category: E}\n"                                                          /* 41 */
    "    prices: [{level: A, amount: \"3686\", status: official, note: n}]\n"           /* 42 */
    "  - code: parts\n"                                                                 /* 43 */
    "    name: {en: Parts, sv: Delar}\n"                                                /* 44 */
    "    kind: instalments\n"                                                           /* 45 */
    "    price_on: placement_start\n"                                                   /* 46 */
    "    instalments: [{after_days: 0, percent: 40}, {after_days: 60, percent: 60}]\n"  /* 47 */
    "    prices: [{level: A, amount: \"1000\", status: official, note: n}]\n"           /* 48 */
    "  - code: rr1\n"                                                                   /* 49 */
    "    name: {en: RR1, sv: RR1}\n"                                                    /* 50 */
    "    kind: milestone\n"                                                             /* 51 */
    "    price_on: outcome_start\n"                                                     /* 52 */
    "    on: [job, study]\n"                                                            /* 53 */
    "    milestone_months: 3\n"                                                         /* 54 */
    "    part: {of: 2, take: 1}\n"                                                      /* 55 */
    "    extent: proportional\n"                                                        /* 56 */
    "    prices: [{level: A, amount: \"20000\", status: official, note: n}]\n"          /* 57 */
    "  - code: rr2\n"                                                                   /* 58 */
    "    name: {en: RR2, sv: RR2}\n"                                                    /* 59 */
    "    kind: milestone\n"                                                             /* 60 */
    "    price_on: outcome_start\n"                                                     /* 61 */
    "    on: [job]\n"                                                                   /* 62 */
    "    milestone_months: 6\n"                                                         /* 63 */
    "    part: {of: 2, take: 2}\n"                                                      /* 64 */
    "    requires: rr1\n"                                                               /* 65 */
    "    prices_from: rr1\n"                                                            /* 66 */
    "  - code: bonus\n"                                                                 /* 67 */
    "    name: {en: Bonus, sv: Bonus}\n"                                                /* 68 */
    "    kind: sustained\n"                                                             /* 69 */
    "    price_on: outcome_start\n"                                                     /* 70 */
    "    on: [study]\n"                                                                 /* 71 */
    "    months: 6\n"                                                                   /* 72 */
    "    evidence: corroborated\n"                                                      /* 73 */
    "    extent: full_only\n"                                                           /* 74 */
    "    cap: {amount: \"99.50\", per: participant}\n"                                  /* 75 */
    "    prices: [{level: A, amount: \"500\", status: official, note: n}]\n";           /* 76 */

static void test_scheme_wide_terms(void **state)
{
    (void)state;
    struct vv_scheme *scheme = parsed(good);
    assert_int_equal(scheme->supplement_payable, VV_SUPPLEMENT_DECISION_END);
    assert_false(scheme->result_requires_second_source);
    assert_true(scheme->areas_limited);
    assert_int_equal(scheme->areas[0].choices_from, day("2020-03-01"));
    assert_int_equal(scheme->areas[0].choices_until, day("2020-06-30"));
    assert_int_equal(scheme->areas[1].choices_from, VV_DATE_NONE);
    assert_int_equal(scheme->areas[1].choices_until, VV_DATE_NONE);
    assert_int_equal(scheme->cap_count, 3);
    vv_scheme_destroy(&scheme);
}

static void test_base_terms(void **state)
{
    (void)state;
    struct vv_scheme *scheme = parsed(good);
    const struct vv_component *base = vv_scheme_component(scheme, "base");
    assert_true(base->pay_if_met);
    assert_false(base->pay_if_report || base->service_months);
    assert_int_equal(base->vat.category, 'S');
    assert_int_equal(base->vat.rate_hundredths, 2550);
    assert_true(base->vat.example);
    const struct vv_component *months = vv_scheme_component(scheme, "months");
    assert_true(months->service_months);
    assert_int_equal(months->first_due_days, 14);
    assert_int_equal(months->vat.category, 'E');
    assert_int_equal(months->vat.rate_hundredths, 0);
    assert_false(months->vat.example);
    assert_int_equal(months->cap_count, 0);
    const struct vv_component *parts = vv_scheme_component(scheme, "parts");
    assert_int_equal(parts->instalment_count, 2);
    assert_int_equal(parts->instalments[1].after_days, 60);
    assert_int_equal(parts->instalments[1].percent, 60);
    assert_int_equal(parts->vat.category, 'S'); /* not said: Sweden's usual rate, as an example */
    assert_int_equal(parts->vat.rate_hundredths, 2500);
    assert_true(parts->vat.example);
    vv_scheme_destroy(&scheme);
}

static void test_result_terms(void **state)
{
    (void)state;
    struct vv_scheme *scheme = parsed(good);
    const struct vv_component *rr1 = vv_scheme_component(scheme, "rr1");
    const struct vv_component *rr2 = vv_scheme_component(scheme, "rr2");
    const struct vv_component *bonus = vv_scheme_component(scheme, "bonus");
    assert_int_equal(rr1->part_of, 2);
    assert_int_equal(rr1->part_take, 1);
    assert_int_equal(rr1->extent, VV_EXTENT_PROPORTIONAL);
    assert_int_equal(rr1->evidence, VV_EVIDENCE_OF_KIND);
    assert_null(rr1->requires);
    assert_int_equal(rr2->part_take, 2);
    assert_string_equal(rr2->requires, "rr1");
    assert_ptr_equal(rr2->prices, rr1->prices);
    assert_int_equal(rr2->price_count, 1);
    assert_int_equal(rr2->extent, VV_EXTENT_ANY);
    assert_int_equal(bonus->sustained_months, 6);
    assert_int_equal(bonus->evidence, VV_EVIDENCE_CORROBORATED);
    assert_int_equal(bonus->extent, VV_EXTENT_FULL_ONLY);
    assert_false(bonus->on_job);
    assert_true(bonus->on_study);
    vv_scheme_destroy(&scheme);
}

/* A component points to its own cap, then to the scheme's that name it. */
static void test_caps(void **state)
{
    (void)state;
    struct vv_scheme *scheme = parsed(good);
    const struct vv_component *base = vv_scheme_component(scheme, "base");
    const struct vv_component *rr1 = vv_scheme_component(scheme, "rr1");
    const struct vv_component *bonus = vv_scheme_component(scheme, "bonus");
    assert_int_equal(base->cap_count, 2);
    assert_int_equal(base->caps[0]->days, 65);
    assert_int_equal(base->caps[0]->amount, 0);
    assert_string_equal(base->caps[0]->component, "base");
    assert_int_equal(base->caps[1]->amount, 3620000);
    assert_null(base->caps[1]->component);
    assert_int_equal(base->caps[1]->component_count, 2);
    assert_int_equal(base->block_months, 3);
    assert_int_equal(rr1->cap_count, 1);
    assert_ptr_equal(rr1->caps[0], base->caps[1]);
    assert_int_equal(rr1->block_months, 3);
    assert_int_equal(bonus->caps[0]->amount, 9950);
    assert_true(bonus->caps[0]->per_participant);
    assert_int_equal(bonus->block_months, 0);
    vv_scheme_destroy(&scheme);
}

/* The scheme asks for a second source: milestones and bonuses need it unless they say so. */
static void test_second_source(void **state)
{
    (void)state;
    char *yaml = yaml_changed(good, "supplement_payable: decision_end",
                              "result_requires_second_source: true");
    struct vv_scheme *scheme = parsed(yaml);
    assert_true(scheme->result_requires_second_source);
    assert_int_equal(scheme->supplement_payable, VV_SUPPLEMENT_NOW);
    assert_int_equal(vv_scheme_component(scheme, "rr1")->evidence, VV_EVIDENCE_CORROBORATED);
    assert_int_equal(vv_scheme_component(scheme, "base")->evidence, VV_EVIDENCE_OF_KIND);
    vv_scheme_destroy(&scheme);
    char *bad = yaml_changed(yaml, "    extent: proportional\n", "    evidence: document\n");
    struct vv_error error = {.line = 0};
    assert_int_equal(vv_scheme_parse("x", bad, strlen(bad), &scheme, &error), VV_INVALID);
    assert_int_equal(error.line, 56);
    assert_string_equal(error.field, "components[3].evidence");
    free(bad);
    free(yaml);
}

static const struct yaml_case cases[] = {
    /* areas */
    {"    to: 2020-06-30\n", "    to: 2020-02-28\n", 11, "areas[0].to", "before it begins"},
    {"from: 2020-03-01\n", "from: 2020-02-30\n", 10, "areas[0].from", "a date"},
    /* words */
    {"month: service", "month: lunar", 38, "components[1].month", "lunar"},
    {"extent: proportional", "extent: half", 56, "components[3].extent", "half"},
    {"evidence: corroborated", "evidence: rumour", 73, "components[5].evidence", "rumour"},
    {"decision_end", "later", 19, "supplement_payable", "later"},
    {"per: participant", "per: person", 75, "components[5].cap.per", "person"},
    {"category: E", "category: X", 41, "components[1].vat.category", "X"},
    /* which kind may have what */
    {"    price_on: day\n", "    price_on: day\n    month: calendar\n", 30, "components[0].month",
     "per_month"},
    {"month: service", "month: calendar", 39, "components[1].first_due_days", "month: service"},
    {"first_due_days: 14", "first_due_days: 29", 39, "components[1].first_due_days", "0 to 28"},
    {"    price_on: day\n", "    price_on: day\n    part: {of: 2, take: 1}\n", 30,
     "components[0].part", "milestone"},
    {"    price_on: day\n", "    price_on: day\n    requires: rr1\n", 30, "components[0].requires",
     "milestone"},
    {"    price_on: day\n", "    price_on: day\n    extent: any\n", 30, "components[0].extent",
     "outcome"},
    {"    price_on: day\n", "    price_on: day\n    evidence: none\n", 30, "components[0].evidence",
     "outcome"},
    {"    price_on: day\n", "    price_on: day\n    months: 6\n", 30, "components[0].months",
     "sustained"},
    {"    months: 6\n", "", 67, "components[5].months", "needed"},
    {"    months: 6\n", "    months: 61\n", 72, "components[5].months", "1 to 60"},
    {"    pay_if: obligations_met\n", "    instalments: [{after_days: 0, percent: 100}]\n", 30,
     "components[0].instalments", "instalments"},
    {"    kind: instalments\n    price_on: placement_start\n",
     "    kind: instalments\n    price_on: day\n", 46, "components[2].price_on", "one price"},
    /* instalments */
    {"percent: 60", "percent: 59", 47, "components[2].instalments", "99 percent"},
    {"after_days: 60", "after_days: 0", 47, "components[2].instalments[1]", "rise"},
    {"after_days: 60", "after_days: soon", 47, "components[2].instalments[1].after_days", "whole"},
    {"percent: 40", "percent: 0", 47, "components[2].instalments[0].percent", "1 to 100"},
    /* parts */
    {"{of: 2, take: 1}", "{of: 1, take: 1}", 55, "components[3].part.of", "2 to 100"},
    {"{of: 2, take: 2}", "{of: 2, take: 3}", 64, "components[4].part.take", "1 to 2"},
    {"requires: rr1", "requires: rr9", 65, "components[4].requires", "unknown component"},
    {"requires: rr1", "requires: rr2", 65, "components[4].requires", "another component"},
    {"requires: rr1", "requires: base", 65, "components[4].requires", "kind milestone"},
    {"    on: [job, study]\n", "    on: [study]\n", 65, "components[4].requires", "every outcome"},
    {"    extent: proportional\n", "    requires: rr2\n", 56, "components[3].requires",
     "every outcome"},
    {"prices_from: rr1", "prices_from: bonus", 66, "components[4].prices_from", "stands above"},
    {"    prices_from: rr1\n", "", 58, "components[4].prices", "has prices"},
    {"    prices_from: rr1\n",
     "    prices_from: rr1\n    prices: [{level: A, amount: \"1\", status: official, note: n}]\n",
     67, "components[4].prices", "has prices"},
    /* prices */
    {"currency: SEK, status", "currency: EUR, status", 34, "components[0].prices[0].currency",
     "do not mix"},
    {"\"3686\"", "\"3686.005\"", 42, "components[1].prices[0].amount", "two decimals"},
    {"\"3686\"", "\"-3686\"", 42, "components[1].prices[0].amount", "negative"},
    /* VAT */
    {"category: E", "category: E, rate_percent: \"6\"", 41, "components[1].vat.rate_percent",
     "have 0"},
    {"category: E", "category: S", 41, "components[1].vat.rate_percent", "has a rate"},
    {"\"25.5\"", "\"100.01\"", 32, "components[0].vat.rate_percent", "at most 100"},
    {"\"25.5\"", "\"25.555\"", 32, "components[0].vat.rate_percent", "percentage"},
    {"\"25.5\"", "\"-25\"", 32, "components[0].vat.rate_percent", "percentage"},
    /* caps */
    {"days: 65", "days: 0", 31, "components[0].cap.days", "1 to 3660"},
    {"days: 65", "days: 65, amount: \"1.00\"", 31, "components[0].cap", "either"},
    {"days: 65, per", "per", 31, "components[0].cap", "either"},
    {"per: block, block_months: 3}", "per: block}", 31, "components[0].cap.block_months", "needed"},
    {"per: participant}", "per: participant, block_months: 3}", 75,
     "components[5].cap.block_months", "per block"},
    {"\"99.50\"", "\"0\"", 75, "components[5].cap.amount", "above 0"},
    {"\"99.50\"", "\"99.505\"", 75, "components[5].cap.amount", "two decimals"},
    {"{amount: \"99.50\", per: participant}", "{days: 5, per: participant}", 75,
     "components[5].cap.days", "per_day"},
    {"per: participant}", "per: participant, components: [base]}", 75,
     "components[5].cap.components", "cap of the scheme"},
    {"    amount: \"36200.00\"\n", "    days: 65\n", 21, "caps[0]", "bounds an amount"},
    {"[base, rr1]", "[base, rr9]", 21, "caps[0].components[1]", "unknown component"},
    {"[base, rr1]", "[base, base]", 21, "caps[0].components[1]", "twice"},
    {"[base, rr1]", "[base, months]", 21, "caps[0].components[1]", "no block"},
    {"    block_months: 3\n", "    block_months: 4\n", 31, "components[0].cap", "another length"},
    {"  - components: [base, rr1]\n    amount", "  - amount", 21, "caps[0].components", "needed"},
};

static void test_mistakes(void **state)
{
    (void)state;
    refused_as(good, cases, sizeof(cases) / sizeof(cases[0]));
}

/*
 * back_heavy with these kinds. By time alone: base 366 days at 10.00, but at most 65 in each of
 * four blocks: 2 600.00; twelve months at 3 686.00 = 44 232.00; one price in parts, 1 000.00:
 * together 47 832.00. By results: half of 20 000.00 twice, and 500.00: 20 500.00.
 */
static void test_back_heavy(void **state)
{
    (void)state;
    static const struct {
        const char *price; /* of rr1 and rr2: halves */
        enum vv_status status;
    } rows[] = {{"\"20000\"", VV_INVALID}, {"\"47332\"", VV_INVALID}, {"\"47333\"", VV_OK}};
    char *heavy = yaml_changed(good, "supplement_payable: decision_end", "back_heavy: true");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *yaml = yaml_changed(heavy, "\"20000\"", rows[i].price);
        struct vv_scheme *scheme = NULL;
        struct vv_error error = {.line = 0};
        /* 47 333.00: 23 666.50 twice + 500.00 = 47 833.00 */
        assert_int_equal(vv_scheme_parse("x", yaml, strlen(yaml), &scheme, &error), rows[i].status);
        if (rows[i].status != VV_OK) {
            assert_non_null(strstr(error.text, "earns up to 47832.00"));
        }
        vv_scheme_destroy(&scheme);
        free(yaml);
    }
    free(heavy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scheme_wide_terms), cmocka_unit_test(test_base_terms),
        cmocka_unit_test(test_result_terms),      cmocka_unit_test(test_caps),
        cmocka_unit_test(test_second_source),     cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_back_heavy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
