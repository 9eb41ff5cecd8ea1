/*
 * Result after calendar months, worked by hand (rules 1, 2, 10): A 10 000.00, B 14 000.00,
 * C 19 000.00.
 */
#include "kit.h"

static void start_course(struct kit *kit, const char *start)
{
    kit_reset(kit);
    kit_level(kit, "B", "2020-03-10");
    kit_placement(kit, 1, 1, start);
}

/* Job 2021-07-09, four months: every day through 2021-11-08; due 2021-11-09. The last day one
 * earlier gives nothing, for ever. */
static void july_ninth_plus_four_months(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2021-06-01");
    kit_job(&kit, 1, "2021-07-09");
    struct vv_payment_fact *confirm = kit_confirm(&kit, 1, "2021-11-08");
    kit_ask(&kit, "2021-11-08");
    assert_null(kit_owed(&kit, "result", "2021-06-01", 1));
    assert_int_equal(kit_amount(&kit, "2021-11-09", "result", "2021-06-01", 1), 1400000);
    assert_int_equal(kit_owed(&kit, "result", "2021-06-01", 1)->through, day("2021-11-08"));
    confirm->on = confirm->effective = day("2021-11-07");
    assert_int_equal(kit_amount(&kit, "2022-11-09", "result", "2021-06-01", 1), 0);
}

/* The agency's own figure: job 2021-07-09, three months: through 2021-10-08, due 2021-10-09; last
 * working day 2021-10-07 gives nothing. */
static void three_months_and_the_last_working_day(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2021-06-01");
    kit.components[KIT_RESULT].milestone_months = 3;
    kit_job(&kit, 1, "2021-07-09");
    struct vv_payment_fact *end = kit_outcome(&kit, VV_FACT_OUTCOME_END, 1, "2021-10-08");
    assert_int_equal(kit_amount(&kit, "2021-10-08", "result", "2021-06-01", 1), 0);
    assert_int_equal(kit_amount(&kit, "2021-10-09", "result", "2021-06-01", 1), 1400000);
    end->on = end->effective = day("2021-10-07");
    assert_int_equal(kit_amount(&kit, "2021-10-09", "result", "2021-06-01", 1), 0);
}

/* 31 October + 4 months: February has no 31st, so 28 February 2021 (29 in 2024); covered through
 * the day before. */
static void end_of_month_milestone(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2020-10-01");
    kit_job(&kit, 1, "2020-10-31");
    kit_confirm(&kit, 1, "2021-02-27");
    kit_ask(&kit, "2021-02-27");
    assert_null(kit_owed(&kit, "result", "2020-10-01", 1));
    assert_int_equal(kit.entitlement.next_due, day("2021-02-28"));
    assert_int_equal(kit_amount(&kit, "2021-02-28", "result", "2020-10-01", 1), 1400000);

    start_course(&kit, "2023-10-01");
    kit_job(&kit, 1, "2023-10-31");
    kit_confirm(&kit, 1, "2024-02-28");
    assert_int_equal(kit_amount(&kit, "2024-02-28", "result", "2023-10-01", 1), 0);
    assert_int_equal(kit_amount(&kit, "2024-02-29", "result", "2023-10-01", 1), 1400000);
}

/* No evidence, no pay: an unconfirmed job counts only through its start day. */
static void without_evidence_nothing(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2021-06-01");
    kit_job(&kit, 1, "2021-07-09");
    assert_int_equal(kit_amount(&kit, "2022-07-09", "result", "2021-06-01", 1), 0);
    assert_int_equal(kit.entitlement.next_due, VV_DATE_NONE);
}

/* Monthly confirmations: the last one through 8 November completes it. */
static void confirmations_add_up(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2021-06-01");
    kit_job(&kit, 1, "2021-07-09");
    kit_confirm(&kit, 1, "2021-08-31");
    kit_confirm(&kit, 1, "2021-10-31");
    assert_int_equal(kit_amount(&kit, "2021-11-20", "result", "2021-06-01", 1), 0);
    kit_confirm(&kit, 1, "2021-11-30");
    assert_int_equal(kit_amount(&kit, "2021-12-01", "result", "2021-06-01", 1), 1400000);
}

/* An end before the confirmed day says more than the confirmation. */
static void end_bounds_confirmation(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2021-06-01");
    kit_job(&kit, 1, "2021-07-09");
    kit_confirm(&kit, 1, "2021-11-30");
    kit_outcome(&kit, VV_FACT_OUTCOME_END, 1, "2021-10-15");
    assert_int_equal(kit_amount(&kit, "2021-12-01", "result", "2021-06-01", 1), 0);
}

/* An end without a document proves no day: the result waits for the confirmation of its days. A
 * confirmation beyond the last day counts through the last day, whichever was told first. */
static void end_without_evidence_only_bounds(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2021-06-01");
    kit_job(&kit, 1, "2021-07-09");
    kit_outcome(&kit, VV_FACT_OUTCOME_END, 1, "2021-12-15")->evidence = NULL;
    assert_int_equal(kit_amount(&kit, "2021-12-20", "result", "2021-06-01", 1), 0);
    kit_confirm(&kit, 1, "2021-11-07"); /* one day too few */
    assert_int_equal(kit_amount(&kit, "2021-12-20", "result", "2021-06-01", 1), 0);
    kit_confirm(&kit, 1, "2021-11-08");
    assert_int_equal(kit_amount(&kit, "2021-12-20", "result", "2021-06-01", 1), 1400000);
}

/* An end replaced by an earlier one takes the result away, by a later one gives it back, and the
 * fact that replaces counts whichever of the two days is the later. */
static void end_that_supersedes_another(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2021-06-01");
    kit_job(&kit, 1, "2021-07-09");
    struct vv_payment_fact *first = kit_outcome(&kit, VV_FACT_OUTCOME_END, 1, "2021-11-30");
    assert_int_equal(kit_amount(&kit, "2021-12-20", "result", "2021-06-01", 1), 1400000);
    struct vv_payment_fact *second = kit_outcome(&kit, VV_FACT_OUTCOME_END, 1, "2021-10-31");
    second->supersedes = first->id;
    assert_int_equal(kit_amount(&kit, "2021-12-20", "result", "2021-06-01", 1), 0);
    kit_outcome(&kit, VV_FACT_OUTCOME_END, 1, "2021-11-15")->supersedes = second->id;
    assert_int_equal(kit_amount(&kit, "2021-12-20", "result", "2021-06-01", 1), 1400000);
}

/* First job through 31 August, second from 1 September: no free day, so the four months run from
 * 9 July and pay once, for 9 July. From 2 September there is one free day: then the second job
 * must itself last four months, 2 September + 4 = 2 January 2022. */
static void one_job_continues_another(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2021-06-01");
    kit_job(&kit, 1, "2021-07-09");
    kit_outcome(&kit, VV_FACT_OUTCOME_END, 1, "2021-08-31");
    struct vv_payment_fact *second = kit_job(&kit, 2, "2021-09-01");
    kit_confirm(&kit, 2, "2022-01-31");
    assert_int_equal(kit_amount(&kit, "2021-11-09", "result", "2021-06-01", 1), 1400000);
    assert_int_equal(kit_owed(&kit, "result", "2021-06-01", 1)->cause_count, 6);

    second->on = second->effective = day("2021-09-02");
    assert_int_equal(kit_amount(&kit, "2022-01-01", "result", "2021-06-01", 1), 0);
    assert_int_equal(kit_amount(&kit, "2022-01-02", "result", "2021-06-01", 1), 1400000);
    assert_int_equal(kit_owed(&kit, "result", "2021-06-01", 1)->from, day("2021-09-02"));

    kit.components[KIT_RESULT].max_gap_days = 1;
    assert_int_equal(kit_amount(&kit, "2021-11-09", "result", "2021-06-01", 1), 1400000);
}

/* Work then studies continues only where both kinds count. */
static void work_to_studies(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2021-06-01");
    kit_job(&kit, 1, "2021-07-09");
    kit_outcome(&kit, VV_FACT_OUTCOME_END, 1, "2021-08-31");
    kit_job(&kit, 2, "2021-09-01")->job = false;
    kit_confirm(&kit, 2, "2021-11-08");
    assert_int_equal(kit_amount(&kit, "2021-11-09", "result", "2021-06-01", 1), 1400000);
    kit.components[KIT_RESULT].on_study = false;
    assert_int_equal(kit_amount(&kit, "2021-11-09", "result", "2021-06-01", 1), 0);
}

/* The contract that served on the start day has the result, though another serves when it falls
 * due; the start day's level gives the price. */
static void result_belongs_to_the_start_days_contract(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2021-06-01");
    kit_job(&kit, 1, "2021-07-09");
    kit_confirm(&kit, 1, "2021-11-08");
    kit_placement(&kit, 2, 2, "2021-08-02")->service_start = day("2021-06-01");
    kit_level(&kit, "C", "2021-08-02");
    assert_int_equal(kit_amount(&kit, "2021-11-09", "result", "2021-06-01", 1), 1400000);
    assert_null(kit_owed(&kit, "result", "2021-06-01", 2));
}

/* Two results in one service period: only the first. */
static void once_per_service_period(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2021-06-01");
    kit_job(&kit, 1, "2021-06-01");
    kit_outcome(&kit, VV_FACT_OUTCOME_END, 1, "2021-09-30");
    kit_job(&kit, 2, "2021-11-01");
    kit_confirm(&kit, 2, "2022-03-31");
    assert_int_equal(kit_amount(&kit, "2022-04-01", "result", "2021-06-01", 1), 1400000);
    assert_int_equal(kit_owed(&kit, "result", "2021-06-01", 1)->from, day("2021-06-01"));
}

/* A withdrawn outcome is void, whether or not its start is known when the withdrawal comes. */
static void withdrawn_outcome(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2021-06-01");
    kit_outcome(&kit, VV_FACT_OUTCOME_WITHDRAW, 1, "2021-07-01");
    kit_job(&kit, 1, "2021-07-09");
    kit_confirm(&kit, 1, "2021-11-08");
    kit_ask(&kit, "2021-12-01");
    assert_null(kit_owed(&kit, "result", "2021-06-01", 1));
    assert_null(kit_owed(&kit, "premium", "2021-06-01", 1));
    /* The job is void, so base runs on: July whole = 31 x 150.00. */
    assert_int_equal(kit_owed(&kit, "base", "2021-07-01", 1)->amount, 465000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(july_ninth_plus_four_months),
        cmocka_unit_test(three_months_and_the_last_working_day),
        cmocka_unit_test(end_of_month_milestone),
        cmocka_unit_test(without_evidence_nothing),
        cmocka_unit_test(confirmations_add_up),
        cmocka_unit_test(end_bounds_confirmation),
        cmocka_unit_test(end_without_evidence_only_bounds),
        cmocka_unit_test(end_that_supersedes_another),
        cmocka_unit_test(one_job_continues_another),
        cmocka_unit_test(work_to_studies),
        cmocka_unit_test(result_belongs_to_the_start_days_contract),
        cmocka_unit_test(once_per_service_period),
        cmocka_unit_test(withdrawn_outcome),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
