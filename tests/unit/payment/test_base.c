/*
 * Base compensation, worked by hand (rules 3-7). Prices per day: A 100.00, B 150.00, C 200.00 SEK.
 */
#include "kit.h"

/* 16 March is the 16th: March has 31 days, so 31 - 16 + 1 = 16 paid days x 150.00 = 2 400.00.
 * April is whole: 30 x 150.00 = 4 500.00. */
static void part_month_counts_the_start_day(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    assert_int_equal(kit_amount(&kit, "2020-05-15", "base", "2020-03-01", 1), 240000);
    assert_int_equal(kit_amount(&kit, "2020-05-15", "base", "2020-04-01", 1), 450000);
    assert_int_equal(kit_owed(&kit, "base", "2020-03-01", 1)->days, 16);
    assert_true(kit_owed(&kit, "base", "2020-03-01", 1)->example);
}

/* March is owed on 1 April, not on 31 March; the timer stands on that day. */
static void month_is_due_when_it_has_passed(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    assert_int_equal(kit_amount(&kit, "2020-03-31", "base", "2020-03-01", 1), 0);
    assert_int_equal(kit.entitlement.next_due, day("2020-04-01"));
    assert_int_equal(kit_amount(&kit, "2020-04-01", "base", "2020-03-01", 1), 240000);
    assert_int_equal(kit.entitlement.next_due, day("2020-05-01"));
}

/* Ended with last day Friday 20 March: 16..20 = 5 days x 150.00 = 750.00, due on the 21st. */
static void ended_placement_is_due_the_day_after(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    kit_end(&kit, 1, "2020-03-20");
    assert_int_equal(kit_amount(&kit, "2020-03-20", "base", "2020-03-01", 1), 0);
    assert_int_equal(kit.entitlement.next_due, day("2020-03-21"));
    assert_int_equal(kit_amount(&kit, "2020-03-21", "base", "2020-03-01", 1), 75000);
    assert_int_equal(kit.entitlement.next_due, VV_DATE_NONE);
}

/* Six months from 16 March end on 15 September: 15 x 150.00 = 2 250.00, due on the 16th, and
 * nothing after. */
static void planned_end_is_the_last_paid_day(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    assert_int_equal(kit_amount(&kit, "2020-09-16", "base", "2020-09-01", 1), 225000);
    assert_int_equal(kit.entitlement.next_due, VV_DATE_NONE);
    assert_int_equal(kit_amount(&kit, "2021-09-16", "base", "2020-10-01", 1), 0);
}

/* B through 14 April, C from 15 April: 14 x 150.00 + 16 x 200.00 = 2 100.00 + 3 200.00. */
static void level_changes_in_the_middle_of_a_month(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    kit_level(&kit, "C", "2020-04-15");
    assert_int_equal(kit_amount(&kit, "2020-05-01", "base", "2020-04-01", 1), 530000);
    assert_true(kit_owed(&kit, "base", "2020-04-01", 1)->several_prices);
    /* Cited: the start and both levels. */
    assert_int_equal(kit_owed(&kit, "base", "2020-04-01", 1)->cause_count, 3);
}

/* The level may come after the placement; until then there is no price, so nothing is owed. */
static void level_that_comes_late(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit_placement(&kit, 1, 1, "2020-03-16");
    assert_int_equal(kit_amount(&kit, "2020-04-01", "base", "2020-03-01", 1), 0);
    kit_level(&kit, "A", "2020-03-10");
    assert_int_equal(kit_amount(&kit, "2020-04-01", "base", "2020-03-01", 1), 160000);
}

/* A correction of 1 June acts from the corrected decision's day: March becomes 16 x 200.00. A
 * re-assessment of 15 April in between keeps its own interval: 14 x 200.00 + 16 x 100.00. */
static void correction_acts_from_the_corrected_day(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    kit_level(&kit, "A", "2020-04-15");
    struct vv_payment_fact *correction = kit_level(&kit, "C", "2020-03-10");
    correction->decided_on = day("2020-06-01");
    assert_int_equal(kit_amount(&kit, "2020-06-01", "base", "2020-03-01", 1), 320000);
    assert_int_equal(kit_amount(&kit, "2020-06-01", "base", "2020-04-01", 1), 440000);
}

/* "Too far" refers nobody and has no price: what was promised stands until a person decides. */
static void level_without_referral_takes_no_price_away(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    kit_level(&kit, "far", "2020-03-20")->referred = false;
    assert_int_equal(kit_amount(&kit, "2020-04-01", "base", "2020-03-01", 1), 240000);
}

/* Full-extent job from 25 March: paid 16..24 = 9 days = 1 350.00; still due when March has passed,
 * since the placement goes on. A part-time job changes nothing. */
static void full_extent_start_ends_the_paid_days(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    struct vv_payment_fact *job = kit_job(&kit, 1, "2020-03-25");
    assert_int_equal(kit_amount(&kit, "2020-03-31", "base", "2020-03-01", 1), 0);
    assert_int_equal(kit_amount(&kit, "2020-04-01", "base", "2020-03-01", 1), 135000);
    assert_int_equal(kit_amount(&kit, "2020-05-01", "base", "2020-04-01", 1), 0);
    job->extent_percent = 99;
    assert_int_equal(kit_amount(&kit, "2020-04-01", "base", "2020-03-01", 1), 240000);
}

/* Full-time work from 6 April, then a change of provider on the 20th: the new contract gets no base
 * either. A new service period begins anew. */
static void full_extent_start_holds_after_a_change_of_provider(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    kit_job(&kit, 1, "2020-04-06");
    kit_placement(&kit, 2, 2, "2020-04-20")->service_start = day("2020-03-16");
    kit_end(&kit, 2, "2020-05-10");
    kit_placement(&kit, 3, 2, "2020-06-01");
    assert_int_equal(kit_amount(&kit, "2020-07-01", "base", "2020-04-01", 1), 75000);
    assert_null(kit_owed(&kit, "base", "2020-04-01", 2));
    assert_null(kit_owed(&kit, "base", "2020-05-01", 2));
    assert_int_equal(kit_owed(&kit, "base", "2020-06-01", 2)->amount, 450000);
}

/* A full-extent job on the placement's own start day leaves no paid day at all. */
static void job_on_the_start_day_leaves_no_base(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    kit_job(&kit, 1, "2020-03-16");
    assert_int_equal(kit_amount(&kit, "2020-05-01", "base", "2020-03-01", 1), 0);
    assert_int_equal(kit_amount(&kit, "2020-05-01", "premium", "2020-03-16", 1), 400000);
}

/* Switch on 10 April: the old contract has 1..9 = 9 days = 1 350.00, due on the switch day even
 * though its end was never told; the new one 10..30 = 21 days = 3 150.00. */
static void switch_day_is_the_new_contracts(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    kit_placement(&kit, 2, 2, "2020-04-10")->service_start = day("2020-03-16");
    assert_int_equal(kit_amount(&kit, "2020-04-10", "base", "2020-04-01", 1), 135000);
    assert_int_equal(kit_amount(&kit, "2020-04-10", "base", "2020-04-01", 2), 0);
    assert_int_equal(kit_amount(&kit, "2020-05-01", "base", "2020-04-01", 2), 315000);
    assert_int_equal(kit_amount(&kit, "2020-05-01", "base", "2020-04-01", 1), 135000);
}

/* Away and back within April: contract 1 serves 1..9 and 20..30 = 9 + 11 = 20 days = 3 000.00 in
 * one amount. */
static void away_and_back_is_one_amount(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    kit_placement(&kit, 2, 2, "2020-04-10");
    kit_placement(&kit, 3, 1, "2020-04-20");
    assert_int_equal(kit_amount(&kit, "2020-05-01", "base", "2020-04-01", 1), 300000);
    assert_int_equal(kit_amount(&kit, "2020-05-01", "base", "2020-04-01", 2), 150000);
}

/* Area of the contract: blekinge 110 %: 16 x 165.00 = 2 640.00. */
static void price_is_the_delivery_areas(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16")->area = "blekinge";
    assert_int_equal(kit_amount(&kit, "2020-04-01", "base", "2020-03-01", 1), 264000);
}

/* 0.33 a day x 110 % = 0.363 exactly; 16 days = 5.808 -> 5.81. Rounding each day first would give
 * 16 x 0.36 = 5.76 (rules 7). */
static void rounded_once(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    static const struct vv_price small[] = {KIT_PRICE("B", 33)};
    kit.components[KIT_BASE].prices = small;
    kit.components[KIT_BASE].price_count = 1;
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16")->area = "blekinge";
    assert_int_equal(kit_amount(&kit, "2020-04-01", "base", "2020-03-01", 1), 581);
}

/* 0.35 x 110 % = 0.385 a day; one paid day is exactly half an öre: away from zero, 0.39. */
static void half_goes_away_from_zero(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    static const struct vv_price small[] = {KIT_PRICE("B", 35)};
    kit.components[KIT_BASE].prices = small;
    kit.components[KIT_BASE].price_count = 1;
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-31")->area = "blekinge";
    assert_int_equal(kit_amount(&kit, "2020-04-01", "base", "2020-03-01", 1), 39);
}

/* 16..31 March 2020 holds the weekdays 16-20, 23-27, 30, 31 = 12 x 150.00 = 1 800.00. */
static void weekdays_only(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit.components[KIT_BASE].weekdays_only = true;
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    assert_int_equal(kit_amount(&kit, "2020-04-01", "base", "2020-03-01", 1), 180000);
}

/* Per month: 150.00 x 16/31 = 77.419... -> 77.42; a whole April is 150.00. B through 14 April and C
 * from the 15th: 150.00 x 14/30 + 200.00 x 16/30 = 70.00 + 106.666... = 176.67. */
static void per_month_by_paid_days(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit.components[KIT_BASE].kind = VV_PER_MONTH;
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    assert_int_equal(kit_amount(&kit, "2020-05-01", "base", "2020-03-01", 1), 7742);
    assert_int_equal(kit_amount(&kit, "2020-05-01", "base", "2020-04-01", 1), 15000);
    kit_level(&kit, "C", "2020-04-15");
    assert_int_equal(kit_amount(&kit, "2020-05-01", "base", "2020-04-01", 1), 17667);
}

/* price_on: period_start takes the level of the period's first paid day for the whole period. */
static void price_of_the_period_start(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit.components[KIT_BASE].price_on = VV_ON_PERIOD_START;
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    kit_level(&kit, "C", "2020-04-15");
    assert_int_equal(kit_amount(&kit, "2020-06-01", "base", "2020-04-01", 1), 450000);
    assert_int_equal(kit_amount(&kit, "2020-06-01", "base", "2020-05-01", 1), 620000);
}

/* A new price list from 11 April: 10 x 150.00 + 20 x 160.00 = 1 500.00 + 3 200.00. */
static void price_list_changes_in_the_middle_of_a_month(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    struct vv_price prices[] = {KIT_PRICE("B", 15000), KIT_PRICE("B", 16000)};
    prices[0].to = day("2020-04-10");
    prices[1].from = day("2020-04-11");
    kit.components[KIT_BASE].prices = prices;
    kit.components[KIT_BASE].price_count = 2;
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    assert_int_equal(kit_amount(&kit, "2020-05-01", "base", "2020-04-01", 1), 470000);
}

/* ---- two versions of a scheme ---- */

struct two_versions {
    const struct vv_scheme *before, *after;
    vv_date change; /* first day of the second */
};

static const struct vv_scheme *version_on(const void *context, vv_date on)
{
    const struct two_versions *versions = context;
    return on < versions->change ? versions->before : versions->after;
}

/* Per day through 15 May, per month from 16 May: 15 x 150.00 + 16/31 x 100.00 = 2 250.00 + 51.61...
 * = 2 301.61. From 8 May: 8 x 150.00 + 51.61... = 1 251.61. The other way round: 15/31 x 100.00 +
 * 16 x 150.00 = 48.39 + 2 400.00. The parts are summed as fractions and rounded once. */
static void base_changes_its_kind_within_a_month(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    struct vv_price monthly[] = {KIT_PRICE("B", 10000)};
    struct vv_component component = kit.components[KIT_BASE];
    component.kind = VV_PER_MONTH;
    component.prices = monthly;
    component.price_count = 1;
    struct vv_scheme second = kit.scheme;
    memcpy(second.version, "test-version-2", sizeof "test-version-2");
    second.components = &component;
    second.component_count = 1;
    struct two_versions versions = {&kit.scheme, &second, day("2020-05-16")};
    kit.lookup = (struct vv_scheme_lookup){.on = version_on, .context = &versions};
    kit_level(&kit, "B", "2020-03-10");
    struct vv_payment_fact *start = kit_placement(&kit, 1, 1, "2020-05-01");
    assert_int_equal(kit_amount(&kit, "2020-06-01", "base", "2020-05-01", 1), 230161);
    const struct vv_owed *owed = kit_owed(&kit, "base", "2020-05-01", 1);
    assert_int_equal(owed->days, 31);
    assert_int_equal(owed->numerator * 3100 / owed->denominator, 71350 * 10000);
    start->on = start->effective = start->service_start = day("2020-05-08");
    assert_int_equal(kit_amount(&kit, "2020-06-01", "base", "2020-05-01", 1), 125161);
    /* The other way round: the first version pays by the month. */
    versions = (struct two_versions){&second, &kit.scheme, day("2020-05-16")};
    start->on = start->effective = start->service_start = day("2020-05-01");
    assert_int_equal(kit_amount(&kit, "2020-06-01", "base", "2020-05-01", 1), 240000 + 4839);
}

/* A sum that no longer fits is an error, never a wrong amount. */
static void fractions_that_do_not_fit(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    struct vv_entitlement entitlement = {.memory = &kit_memory};
    struct vv_owed owed = {.component = &kit.components[KIT_BASE],
                           .contract = kit_id('C', 1),
                           .numerator = 1,
                           .denominator = 100};
    assert_int_equal(vv_owed_add(&entitlement, &owed), VV_OK);
    owed.numerator = 31;
    owed.denominator = 3100;
    assert_int_equal(vv_owed_add(&entitlement, &owed), VV_OK);
    assert_int_equal(entitlement.count, 1);
    assert_int_equal(entitlement.owed[0].numerator, 62);
    assert_int_equal(entitlement.owed[0].denominator, 3100);
    owed.numerator = INT64_MAX / 2;
    owed.denominator = 100;
    assert_int_equal(vv_owed_add(&entitlement, &owed), VV_TOO_LARGE);
}

/* pay_if: report_approved. The late report of 20 May pays March; its withdrawal owes nothing. */
static void reported_months_only(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit.components[KIT_BASE].pay_if_report = true;
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    assert_int_equal(kit_amount(&kit, "2020-05-20", "base", "2020-03-01", 1), 0);
    kit_report(&kit, "2020-03-01", true, "2020-05-20");
    assert_int_equal(kit_amount(&kit, "2020-05-20", "base", "2020-03-01", 1), 240000);
    assert_int_equal(kit_amount(&kit, "2020-05-20", "base", "2020-04-01", 1), 0);
    kit_report(&kit, "2020-03-01", false, "2020-05-25");
    assert_int_equal(kit_amount(&kit, "2020-05-25", "base", "2020-03-01", 1), 0);
}

/* A fact that another supersedes does not count, whichever comes first. */
static void superseded_fact_is_gone(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    struct vv_payment_fact *wrong = kit_end(&kit, 1, "2020-03-25");
    struct vv_id wrong_id = wrong->id;
    kit_end(&kit, 1, "2020-03-18")->supersedes = wrong_id; /* earlier, so order alone would lose */
    assert_int_equal(kit_amount(&kit, "2020-04-01", "base", "2020-03-01", 1), 45000);
}

/* Two facts of one day about one placement: the one with the higher id counts, whichever came
 * first. */
static void facts_of_one_day_are_ordered_by_id(void **state)
{
    (void)state;
    static struct kit kit;
    for (int higher_first = 0; higher_first < 2; higher_first++) {
        kit_reset(&kit);
        kit_level(&kit, "B", "2020-03-10");
        kit_placement(&kit, 1, 1, "2020-03-16");
        kit_placement(&kit, 1, 1, "2020-03-16");
        kit.facts[higher_first ? 1 : 2].id = kit_id(0xFF, 9);
        kit.facts[higher_first ? 1 : 2].contract = kit_id('C', 2);
        assert_int_equal(kit_amount(&kit, "2020-04-01", "base", "2020-03-01", 1), 0);
        assert_int_equal(kit_amount(&kit, "2020-04-01", "base", "2020-03-01", 2), 240000);
    }
}

/* Approved and withdrawn on one day: the log says which was later. */
static void reports_of_one_day_are_ordered_by_the_log(void **state)
{
    (void)state;
    static struct kit kit;
    for (int higher_first = 0; higher_first < 2; higher_first++) {
        kit_reset(&kit);
        kit.components[KIT_BASE].pay_if_report = true;
        kit_level(&kit, "B", "2020-03-10");
        kit_placement(&kit, 1, 1, "2020-03-16");
        kit_report(&kit, "2020-03-01", true, "2020-04-05");
        kit_report(&kit, "2020-03-01", false, "2020-04-05");
        kit.facts[higher_first ? 2 : 3].id = kit_id(0xFF, 9);
        assert_int_equal(kit_amount(&kit, "2020-04-05", "base", "2020-03-01", 1), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(part_month_counts_the_start_day),
        cmocka_unit_test(month_is_due_when_it_has_passed),
        cmocka_unit_test(ended_placement_is_due_the_day_after),
        cmocka_unit_test(planned_end_is_the_last_paid_day),
        cmocka_unit_test(level_changes_in_the_middle_of_a_month),
        cmocka_unit_test(level_that_comes_late),
        cmocka_unit_test(correction_acts_from_the_corrected_day),
        cmocka_unit_test(level_without_referral_takes_no_price_away),
        cmocka_unit_test(full_extent_start_ends_the_paid_days),
        cmocka_unit_test(full_extent_start_holds_after_a_change_of_provider),
        cmocka_unit_test(job_on_the_start_day_leaves_no_base),
        cmocka_unit_test(switch_day_is_the_new_contracts),
        cmocka_unit_test(away_and_back_is_one_amount),
        cmocka_unit_test(price_is_the_delivery_areas),
        cmocka_unit_test(rounded_once),
        cmocka_unit_test(half_goes_away_from_zero),
        cmocka_unit_test(weekdays_only),
        cmocka_unit_test(per_month_by_paid_days),
        cmocka_unit_test(price_of_the_period_start),
        cmocka_unit_test(price_list_changes_in_the_middle_of_a_month),
        cmocka_unit_test(base_changes_its_kind_within_a_month),
        cmocka_unit_test(fractions_that_do_not_fit),
        cmocka_unit_test(reported_months_only),
        cmocka_unit_test(superseded_fact_is_gone),
        cmocka_unit_test(facts_of_one_day_are_ordered_by_id),
        cmocka_unit_test(reports_of_one_day_are_ordered_by_the_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
