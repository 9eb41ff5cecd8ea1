/*
 * Speed premium, worked by hand (rules 9, 10): A 3 000.00, B 4 000.00, C 5 000.00; 100 % through
 * day 90, 50 % through day 180, then nothing. 2020-03-16 + 90 days = 2020-06-14 (15 days to 31
 * March, 30 to 30 April, 31 to 31 May, 14 more); + 180 = 2020-09-12.
 */
#include "kit.h"

static void start_course(struct kit *kit)
{
    kit_reset(kit);
    kit_level(kit, "B", "2020-03-10");
    kit_placement(kit, 1, 1, "2020-03-16");
}

static vv_money premium_for(const char *start)
{
    static struct kit kit;
    start_course(&kit);
    kit_job(&kit, 1, start);
    return kit_amount(&kit, start, "premium", "2020-03-16", 1);
}

static void band_edges_are_inclusive(void **state)
{
    (void)state;
    assert_int_equal(premium_for("2020-03-16"), 400000); /* day 0 */
    assert_int_equal(premium_for("2020-06-14"), 400000); /* day 90 */
    assert_int_equal(premium_for("2020-06-15"), 200000); /* day 91 */
    assert_int_equal(premium_for("2020-09-12"), 200000); /* day 180 */
    assert_int_equal(premium_for("2020-09-13"), 0);      /* day 181 */
    assert_int_equal(premium_for("2020-03-15"), 0);      /* before the placement */
}

static void posted_on_the_start_day_at_once(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    kit_job(&kit, 1, "2020-05-04");
    kit_ask(&kit, "2020-05-03"); /* told the day before */
    assert_null(kit_owed(&kit, "premium", "2020-03-16", 1));
    assert_int_equal(kit.entitlement.next_due, day("2020-05-04"));
    assert_int_equal(kit_amount(&kit, "2020-05-04", "premium", "2020-03-16", 1), 400000);
    const struct vv_owed *owed = kit_owed(&kit, "premium", "2020-03-16", 1);
    assert_int_equal(owed->days, 49); /* 15 + 30 + 4 */
    assert_int_equal(owed->cause_count, 3);
}

static void studies_count_where_the_scheme_says_so(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    kit_job(&kit, 1, "2020-05-04")->job = false;
    assert_int_equal(kit_amount(&kit, "2020-05-04", "premium", "2020-03-16", 1), 400000);
    kit.components[KIT_PREMIUM].on_study = false;
    assert_int_equal(kit_amount(&kit, "2020-05-04", "premium", "2020-03-16", 1), 0);
}

/* The level of the outcome's start day gives the price. */
static void price_on_the_outcomes_start(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    kit_level(&kit, "C", "2020-05-04");
    kit_job(&kit, 1, "2020-05-04");
    assert_int_equal(kit_amount(&kit, "2020-05-04", "premium", "2020-03-16", 1), 500000);
}

/* Blekinge: 110 % of 4 000.00, half of it after day 90. */
static void area_factor_and_band_multiply(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16")->area = "blekinge";
    kit_job(&kit, 1, "2020-06-15");
    assert_int_equal(kit_amount(&kit, "2020-06-15", "premium", "2020-03-16", 1), 220000);
}

static void once_per_service_period(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    kit_job(&kit, 1, "2020-05-04");
    kit_job(&kit, 2, "2020-06-01");
    assert_int_equal(kit_amount(&kit, "2020-06-01", "premium", "2020-03-16", 1), 400000);
    assert_int_equal(kit_owed(&kit, "premium", "2020-03-16", 1)->through, day("2020-05-04"));
    /* A new service period has a premium of its own; its clock begins anew. */
    kit_end(&kit, 1, "2020-07-31");
    kit_placement(&kit, 2, 1, "2020-11-02");
    kit_job(&kit, 3, "2020-11-20");
    assert_int_equal(kit_amount(&kit, "2020-11-20", "premium", "2020-11-02", 1), 400000);
}

/* Switch on 10 April with the service clock running from 16 March: a job on 15 June is day 91 of
 * the service (half), but day 66 of the new contract (whole, where the scheme counts so). */
static void clock_of_the_service_or_of_the_contract(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    kit_placement(&kit, 2, 2, "2020-04-10")->service_start = day("2020-03-16");
    kit_job(&kit, 1, "2020-06-15");
    assert_int_equal(kit_amount(&kit, "2020-06-15", "premium", "2020-03-16", 2), 200000);
    kit.components[KIT_PREMIUM].clock_contract = true;
    assert_int_equal(kit_amount(&kit, "2020-06-15", "premium", "2020-03-16", 2), 400000);
}

/* On the switch day the new contract serves; the day after the last day still counts for the old
 * one; two days after counts for nobody. */
static void contract_that_serves_on_the_start_day(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    kit_placement(&kit, 2, 2, "2020-04-10")->service_start = day("2020-03-16");
    kit_job(&kit, 1, "2020-04-10");
    kit_ask(&kit, "2020-04-10");
    assert_non_null(kit_owed(&kit, "premium", "2020-03-16", 2));
    assert_null(kit_owed(&kit, "premium", "2020-03-16", 1));

    start_course(&kit);
    kit_end(&kit, 1, "2020-05-03");
    struct vv_payment_fact *job = kit_job(&kit, 1, "2020-05-04");
    assert_int_equal(kit_amount(&kit, "2020-05-05", "premium", "2020-03-16", 1), 400000);
    job->on = job->effective = day("2020-05-05");
    assert_int_equal(kit_amount(&kit, "2020-05-05", "premium", "2020-03-16", 1), 0);
}

/* A withdrawn start is void; the next start then takes the premium. A start that ends early keeps
 * it. */
static void withdrawn_and_ended_starts(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    kit_job(&kit, 1, "2020-05-04");
    kit_outcome(&kit, VV_FACT_OUTCOME_END, 1, "2020-05-08");
    assert_int_equal(kit_amount(&kit, "2020-06-15", "premium", "2020-03-16", 1), 400000);
    kit_job(&kit, 2, "2020-06-15");
    kit_outcome(&kit, VV_FACT_OUTCOME_WITHDRAW, 1, "2020-05-10");
    assert_int_equal(kit_amount(&kit, "2020-06-15", "premium", "2020-03-16", 1), 200000);
    assert_int_equal(kit_owed(&kit, "premium", "2020-03-16", 1)->through, day("2020-06-15"));
}

/* premium_requires: result: due with the four months, 4 May + 4 = 4 September. */
static void premium_that_requires_the_result(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    kit.components[KIT_PREMIUM].requires_result = true;
    kit_job(&kit, 1, "2020-05-04");
    assert_int_equal(kit_amount(&kit, "2020-09-04", "premium", "2020-03-16", 1), 0);
    kit_confirm(&kit, 1, "2020-09-03");
    assert_int_equal(kit_amount(&kit, "2020-09-03", "premium", "2020-03-16", 1), 0);
    assert_int_equal(kit_amount(&kit, "2020-09-04", "premium", "2020-03-16", 1), 400000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(band_edges_are_inclusive),
        cmocka_unit_test(posted_on_the_start_day_at_once),
        cmocka_unit_test(studies_count_where_the_scheme_says_so),
        cmocka_unit_test(price_on_the_outcomes_start),
        cmocka_unit_test(area_factor_and_band_multiply),
        cmocka_unit_test(once_per_service_period),
        cmocka_unit_test(clock_of_the_service_or_of_the_contract),
        cmocka_unit_test(contract_that_serves_on_the_start_day),
        cmocka_unit_test(withdrawn_and_ended_starts),
        cmocka_unit_test(premium_that_requires_the_result),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
