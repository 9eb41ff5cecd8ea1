/*
 * What must hold before a base is paid, worked by hand: the month's obligations (rules 6), and an
 * area in which a placement or block may start (rules 19). The month's report is in test_base.c.
 */
#include "kit.h"

static struct vv_area areas[2];
static const char *const codes[] = {"base"};
static const struct vv_cap cap = {
    .days = 366, .block_months = 3, .component = "base", .components = codes, .component_count = 1};
static const struct vv_cap *const caps[] = {&cap};

static void start_course(struct kit *kit, const char *start)
{
    kit_reset(kit);
    kit->scheme.component_count = 3;
    memcpy(areas, kit_areas, sizeof areas);
    areas[0].choices_from = areas[0].choices_until = VV_DATE_NONE;
    areas[1].choices_from = areas[1].choices_until = VV_DATE_NONE;
    kit->scheme.areas = areas;
    kit->scheme.areas_limited = true;
    kit_level(kit, "B", "2020-01-01");
    kit_placement(kit, 1, 1, start);
}

static struct vv_payment_fact *obligations(struct kit *kit, const char *month, bool met,
                                           const char *stated)
{
    struct vv_payment_fact *fact = kit_report(kit, month, met, stated);
    fact->kind = VV_FACT_OBLIGATIONS;
    return fact;
}

static size_t count(struct kit *kit, const char *as_of)
{
    kit_ask(kit, as_of);
    return kit->entitlement.count;
}

/* Nothing said: paid. Not met: that month waits, the others do not. Met later: paid again. A scheme
 * that does not ask pays whatever is said. */
static void a_month_whose_obligations_are_not_met_waits(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2020-04-01");
    kit.components[KIT_BASE].pay_if_met = true;
    assert_int_equal(kit_amount(&kit, "2020-07-01", "base", "2020-05-01", 1), 465000);
    obligations(&kit, "2020-05-01", false, "2020-06-03");
    assert_int_equal(kit_amount(&kit, "2020-07-01", "base", "2020-05-01", 1), 0);
    assert_int_equal(kit_amount(&kit, "2020-07-01", "base", "2020-04-01", 1), 450000);
    kit.components[KIT_BASE].pay_if_met = false;
    assert_int_equal(kit_amount(&kit, "2020-07-01", "base", "2020-05-01", 1), 465000);
    kit.components[KIT_BASE].pay_if_met = true;
    obligations(&kit, "2020-05-01", true, "2020-06-20");
    assert_int_equal(kit_amount(&kit, "2020-07-01", "base", "2020-05-01", 1), 465000);
    const struct vv_owed *may = kit_owed(&kit, "base", "2020-05-01", 1);
    assert_ptr_equal(may->causes[may->cause_count - 1], &kit.facts[3]);
}

/* Where the scheme's own terms tell month by month, a month of which nothing is said waits: only
 * May is said to be kept, of April and June nothing. */
static void a_month_that_is_not_worked_out_waits(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2020-04-01");
    kit.components[KIT_BASE].pay_if_met = true;
    kit.components[KIT_BASE].pay_if_stated = true;
    assert_int_equal(count(&kit, "2020-07-01"), 0);
    obligations(&kit, "2020-05-01", true, "2020-06-03");
    assert_int_equal(kit_amount(&kit, "2020-07-01", "base", "2020-05-01", 1), 465000);
    assert_int_equal(count(&kit, "2020-07-01"), 1);
    kit.components[KIT_BASE].pay_if_stated = false;
}

/* Said of another contract it does not matter; said of the own one it goes before what is said of
 * whichever served. Of one day's two statements the one that was stored later counts. */
static void obligations_of_a_contract(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2020-04-01");
    kit.components[KIT_BASE].pay_if_met = true;
    obligations(&kit, "2020-05-01", false, "2020-06-03")->contract = kit_id('C', 2);
    assert_int_equal(count(&kit, "2020-07-01"), 3);
    obligations(&kit, "2020-05-01", true, "2020-06-03")->contract = kit_id('C', 1);
    obligations(&kit, "2020-05-01", false, "2020-06-03");
    assert_int_equal(count(&kit, "2020-07-01"), 3);
    obligations(&kit, "2020-05-01", false, "2020-06-03")->contract = kit_id('C', 1);
    assert_int_equal(count(&kit, "2020-07-01"), 2);
}

/* The last day for a start is 30 June 2021: a placement of that day runs to its end with all that
 * it earns; one of the day after is paid nothing. */
static void no_start_after_the_last_day(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2021-06-30");
    areas[0].choices_until = day("2021-06-30");
    kit_job(&kit, 1, "2021-09-15");
    kit_confirm(&kit, 1, "2022-01-14");
    assert_int_equal(kit_amount(&kit, "2022-02-01", "base", "2021-08-01", 1), 465000);
    assert_int_equal(kit_amount(&kit, "2022-02-01", "premium", "2021-06-30", 1), 400000);
    assert_int_equal(kit_amount(&kit, "2022-02-01", "result", "2021-06-30", 1), 1400000);
    areas[0].choices_until = day("2021-06-29");
    assert_int_equal(count(&kit, "2022-02-01"), 0);
    areas[0].choices_until = VV_DATE_NONE;
    areas[0].choices_from = day("2021-07-01");
    assert_int_equal(count(&kit, "2022-02-01"), 0);
    areas[0].choices_from = day("2021-06-30");
    assert_int_equal(count(&kit, "2022-02-01"), 6); /* base June to September, premium, result */
    areas[0].choices_from = VV_DATE_NONE;
    areas[1].choices_until = day("2020-01-01"); /* another area's */
    assert_int_equal(count(&kit, "2022-02-01"), 6);
    kit.facts[1].area = "blekinge";
    assert_int_equal(count(&kit, "2022-02-01"), 0);
    kit.facts[1].area = "nowhere"; /* an area that the scheme does not know has no price */
    assert_int_equal(count(&kit, "2022-02-01"), 0);
}

/* Blocks from 15 January: 15 April is the second's first day. Notice to 14 April: the first block
 * is finished, the second not begun. Notice to 15 April: the second is finished too. */
static void running_blocks_are_finished(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2021-01-15");
    kit.components[KIT_BASE].caps = caps;
    kit.components[KIT_BASE].cap_count = 1;
    kit.components[KIT_BASE].block_months = 3;
    areas[0].choices_until = day("2021-04-14");
    kit_ask(&kit, "2021-12-31");
    assert_int_equal(kit_owed(&kit, "base", "2021-04-01", 1)->through, day("2021-04-14"));
    assert_null(kit_owed(&kit, "base", "2021-04-15", 1));
    assert_int_equal(kit.entitlement.count, 4);
    areas[0].choices_until = day("2021-04-15");
    kit_ask(&kit, "2021-12-31");
    assert_int_equal(kit_owed(&kit, "base", "2021-04-15", 1)->from, day("2021-04-15"));
    assert_int_equal(kit_owed(&kit, "base", "2021-07-01", 1)->through, day("2021-07-14"));
    assert_int_equal(kit.entitlement.count, 8); /* January to July, April twice */
}

/* The other bases and the bonus ask as well. */
static void every_kind_asks(void **state)
{
    (void)state;
    static const struct vv_instalment parts[] = {{0, 50}, {30, 50}};
    static struct kit kit;
    start_course(&kit, "2021-06-30");
    struct vv_component *base = &kit.components[KIT_BASE];
    struct vv_component *months = &kit.components[KIT_PREMIUM];
    struct vv_component *bonus = &kit.components[KIT_RESULT];
    base->kind = VV_INSTALMENTS;
    base->price_on = VV_ON_PLACEMENT_START;
    base->instalments = parts;
    base->instalment_count = 2;
    *months = *base;
    months->code = "months";
    months->kind = VV_PER_MONTH;
    months->service_months = true;
    bonus->kind = VV_SUSTAINED;
    bonus->sustained_months = 1;
    kit_job(&kit, 1, "2021-12-01")->extent_percent = 50;
    kit_confirm(&kit, 1, "2022-06-30");
    areas[0].choices_until = day("2021-06-30");
    /* two parts of 75.00, six months, a bonus */
    assert_int_equal(count(&kit, "2022-07-01"), 9);
    areas[0].choices_until = day("2021-06-29");
    assert_int_equal(count(&kit, "2022-07-01"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_month_whose_obligations_are_not_met_waits),
        cmocka_unit_test(a_month_that_is_not_worked_out_waits),
        cmocka_unit_test(obligations_of_a_contract),
        cmocka_unit_test(no_start_after_the_last_day),
        cmocka_unit_test(running_blocks_are_finished),
        cmocka_unit_test(every_kind_asks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
