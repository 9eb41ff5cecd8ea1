/*
 * The bonus for lasting self-support, worked by hand (rules 14): every day of the six calendar
 * months after the service, by work or studies. B 14 000.00. The service runs 2020-01-15 to
 * 2020-07-14 (six months as planned), so the bonus's days are 2020-07-15 to 2021-01-14, and it is
 * due on 2021-01-15.
 */
#include "kit.h"

static void start_course(struct kit *kit)
{
    kit_reset(kit);
    struct vv_component *bonus = &kit->components[KIT_RESULT];
    bonus->code = "bonus";
    bonus->kind = VV_SUSTAINED;
    bonus->sustained_months = 6;
    kit_level(kit, "B", "2020-01-01");
    kit_placement(kit, 1, 1, "2020-01-15");
}

static vv_money bonus(struct kit *kit, const char *as_of)
{
    return kit_amount(kit, as_of, "bonus", "2020-01-15", 1);
}

/* A job begun within the service, documented through the last day: due the day after. One day less
 * gives nothing. */
static void every_day_of_six_months(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    kit_job(&kit, 1, "2020-06-01");
    struct vv_payment_fact *confirm = kit_confirm(&kit, 1, "2021-01-14");
    assert_int_equal(bonus(&kit, "2021-01-14"), 0);
    assert_int_equal(kit.entitlement.next_due, day("2021-01-15"));
    assert_int_equal(bonus(&kit, "2021-01-15"), 1400000);
    const struct vv_owed *owed = kit_owed(&kit, "bonus", "2020-01-15", 1);
    assert_int_equal(owed->from, day("2020-07-15"));
    assert_int_equal(owed->through, day("2021-01-14"));
    confirm->on = confirm->effective = day("2021-01-13");
    assert_int_equal(bonus(&kit, "2022-01-15"), 0);
}

/* Self-support from the first day after the service: 15 July; the 16th leaves a day open. */
static void from_the_day_after_the_end(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    struct vv_payment_fact *job = kit_job(&kit, 1, "2020-07-15");
    kit_confirm(&kit, 1, "2021-06-30");
    assert_int_equal(bonus(&kit, "2021-01-15"), 1400000);
    job->on = job->effective = day("2020-07-16");
    assert_int_equal(bonus(&kit, "2022-01-15"), 0);
}

/* A service that ends early moves the months: ended on 30 August, the months begin on 31 August
 * and end with 27 February 2021 (31 August + 6 months = 28 February), due on the 28th. */
static void from_the_real_end(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    kit.facts[1].planned_end = day("2020-12-31");
    kit_end(&kit, 1, "2020-08-30");
    kit_job(&kit, 1, "2020-08-01");
    struct vv_payment_fact *end = kit_outcome(&kit, VV_FACT_OUTCOME_END, 1, "2021-02-27");
    assert_int_equal(bonus(&kit, "2021-02-27"), 0);
    assert_int_equal(bonus(&kit, "2021-02-28"), 1400000);
    end->on = day("2021-02-26");
    assert_int_equal(bonus(&kit, "2021-12-31"), 0);
}

/* Work, then studies without a day between; a free day between them breaks it; so do studies if
 * the bonus is for work alone. */
static void work_and_studies_together(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    kit_job(&kit, 1, "2020-06-01");
    struct vv_payment_fact *end = kit_outcome(&kit, VV_FACT_OUTCOME_END, 1, "2020-08-31");
    kit_job(&kit, 2, "2020-09-01")->job = false;
    kit_confirm(&kit, 2, "2021-01-14");
    assert_int_equal(bonus(&kit, "2021-01-15"), 1400000);
    end->on = day("2020-08-30");
    assert_int_equal(bonus(&kit, "2021-12-31"), 0);
    end->on = day("2020-08-31");
    kit.components[KIT_RESULT].on_study = false;
    assert_int_equal(bonus(&kit, "2021-12-31"), 0);
}

/* An outcome that lies within another, or before the months, changes nothing. */
static void overlapping_outcomes(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    kit_job(&kit, 1, "2020-02-01");
    kit_outcome(&kit, VV_FACT_OUTCOME_END, 1, "2020-03-31");
    kit_job(&kit, 2, "2020-06-01");
    kit_confirm(&kit, 2, "2021-01-14");
    kit_job(&kit, 3, "2020-08-01");
    kit_outcome(&kit, VV_FACT_OUTCOME_END, 3, "2020-08-31");
    assert_int_equal(bonus(&kit, "2021-01-15"), 1400000);
    /* causes: placement, second job, its confirmation, level */
    assert_int_equal(kit_owed(&kit, "bonus", "2020-01-15", 1)->cause_count, 4);
}

/* Nothing while the service has no end, and nothing without an outcome. */
static void needs_an_end_and_an_outcome(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    assert_int_equal(bonus(&kit, "2022-01-15"), 0);
    kit_job(&kit, 1, "2020-06-01");
    kit_confirm(&kit, 1, "2022-01-14");
    kit.facts[1].planned_end = VV_DATE_NONE;
    assert_int_equal(bonus(&kit, "2022-01-15"), 0);
}

/* Two contracts in one service: the service ends with the second, which gets it, once; its period
 * is the service's first day. */
static void to_the_contract_that_served_last(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    kit_placement(&kit, 2, 2, "2020-05-01")->service_start = day("2020-01-15");
    kit.facts[2].planned_end = day("2020-07-14");
    kit_job(&kit, 1, "2020-06-01");
    kit_confirm(&kit, 1, "2021-01-14");
    assert_int_equal(bonus(&kit, "2021-01-15"), 0);
    assert_int_equal(kit_amount(&kit, "2021-01-15", "bonus", "2020-01-15", 2), 1400000);
}

/* The lowest extent that it rests on: 100 % then 50 % gives half; full_only takes neither. */
static void by_extent(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    kit_job(&kit, 1, "2020-06-01");
    kit_outcome(&kit, VV_FACT_OUTCOME_END, 1, "2020-08-31");
    kit_job(&kit, 2, "2020-09-01")->extent_percent = 50;
    kit_confirm(&kit, 2, "2021-01-14");
    assert_int_equal(bonus(&kit, "2021-01-15"), 1400000);
    kit.components[KIT_RESULT].extent = VV_EXTENT_PROPORTIONAL;
    assert_int_equal(bonus(&kit, "2021-01-15"), 700000);
    kit.components[KIT_RESULT].extent = VV_EXTENT_FULL_ONLY;
    assert_int_equal(bonus(&kit, "2021-01-15"), 0);
}

/* evidence: none counts until the outcome ends; corroborated also asks for an income statement. */
static void by_evidence(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    kit_job(&kit, 1, "2020-06-01");
    kit.components[KIT_RESULT].evidence = VV_EVIDENCE_NONE;
    assert_int_equal(bonus(&kit, "2021-01-14"), 0);
    assert_int_equal(bonus(&kit, "2021-01-15"), 1400000);
    kit.components[KIT_RESULT].evidence = VV_EVIDENCE_CORROBORATED;
    kit_confirm(&kit, 1, "2021-01-31");
    assert_int_equal(bonus(&kit, "2021-01-15"), 0);
    struct vv_payment_fact *income = kit_outcome(&kit, VV_FACT_CORROBORATED, 1, "2021-01-13");
    income->evidence = kit_evidence;
    assert_int_equal(bonus(&kit, "2021-01-15"), 0);
    income->on = day("2021-01-14");
    assert_int_equal(bonus(&kit, "2021-01-15"), 1400000);
}

/* price_on placement_start takes the level of that day; outcome_start that of the day after the
 * service. Level A from 1 July: 10 000.00. No price for level "D": nothing. */
static void price_day(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    kit_job(&kit, 1, "2020-06-01");
    kit_confirm(&kit, 1, "2021-01-14");
    kit_level(&kit, "A", "2020-07-01");
    assert_int_equal(bonus(&kit, "2021-01-15"), 1000000);
    kit.components[KIT_RESULT].price_on = VV_ON_PLACEMENT_START;
    assert_int_equal(bonus(&kit, "2021-01-15"), 1400000);
    kit.facts[0].level = "D";
    assert_int_equal(bonus(&kit, "2021-01-15"), 0);
}

static void a_price_beyond_the_bound(void **state)
{
    (void)state;
    static struct kit kit;
    struct vv_price huge[] = {KIT_PRICE("B", INT64_MAX / 10)};
    start_course(&kit);
    kit_job(&kit, 1, "2020-06-01");
    kit_confirm(&kit, 1, "2021-01-14");
    kit.components[KIT_RESULT].prices = huge;
    kit.components[KIT_RESULT].price_count = 1;
    assert_int_equal(vv_entitlement(kit.facts, kit.count, &kit.lookup, day("2021-01-15"),
                                    &kit_memory, &kit.entitlement),
                     VV_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_of_six_months),
        cmocka_unit_test(from_the_day_after_the_end),
        cmocka_unit_test(from_the_real_end),
        cmocka_unit_test(work_and_studies_together),
        cmocka_unit_test(overlapping_outcomes),
        cmocka_unit_test(needs_an_end_and_an_outcome),
        cmocka_unit_test(to_the_contract_that_served_last),
        cmocka_unit_test(by_extent),
        cmocka_unit_test(by_evidence),
        cmocka_unit_test(price_day),
        cmocka_unit_test(a_price_beyond_the_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
