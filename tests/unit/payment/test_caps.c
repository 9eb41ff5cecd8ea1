/*
 * Caps, worked by hand (rules 8): 65 paid days per three-month block at 280.00 = 18 200.00, and
 * 36 200.00 per block for base and result together. Weekdays of 2020: July 23, August 21,
 * September 22, October 22, November 21, December 23.
 */
#include "kit.h"

static const struct vv_price day_prices[] = {KIT_PRICE("A", 18000), KIT_PRICE("B", 28000)};
static const char *const own_codes[] = {"base"};
static const char *const shared_codes[] = {"base", "premium", "result"};

static struct vv_cap days_65, shared;
static const struct vv_cap *base_caps[2], *other_caps[1];

/* Weekdays at 280.00, at most 65 per block; the shared cap is added by the tests that need it. */
static void start_course(struct kit *kit, const char *start)
{
    kit_reset(kit);
    days_65 = (struct vv_cap){.days = 65,
                              .block_months = 3,
                              .component = "base",
                              .components = own_codes,
                              .component_count = 1};
    shared = (struct vv_cap){
        .amount = 3620000, .block_months = 3, .components = shared_codes, .component_count = 3};
    base_caps[0] = &days_65;
    base_caps[1] = &shared;
    other_caps[0] = &shared;
    struct vv_component *base = &kit->components[KIT_BASE];
    base->weekdays_only = true;
    base->prices = day_prices;
    base->price_count = 2;
    base->caps = base_caps;
    base->cap_count = 1;
    base->block_months = 3;
    kit_level(kit, "B", "2020-01-01");
    kit_placement(kit, 1, 1, start);
}

static void share_cap(struct kit *kit, vv_money amount)
{
    shared.amount = amount;
    kit->components[KIT_BASE].cap_count = 2;
    for (int i = KIT_PREMIUM; i <= KIT_RESULT; i++) {
        kit->components[i].caps = other_caps;
        kit->components[i].cap_count = 1;
        kit->components[i].block_months = 3;
    }
}

static vv_money owed_of(struct kit *kit, const char *as_of, const char *code)
{
    vv_money sum = 0;
    kit_ask(kit, as_of);
    for (size_t i = 0; i < kit->entitlement.count; i++) {
        if (code == NULL || strcmp(kit->entitlement.owed[i].component->code, code) == 0) {
            sum += kit->entitlement.owed[i].amount;
        }
    }
    return sum;
}

/* July to September has 66 weekdays: the last one, 30 September, is not paid. The next block has
 * its own 65: October to December has 66 as well. */
static void sixty_five_days_per_block(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2020-07-01");
    assert_int_equal(kit_amount(&kit, "2021-02-01", "base", "2020-07-01", 1), 23 * 28000);
    assert_int_equal(kit_amount(&kit, "2021-02-01", "base", "2020-08-01", 1), 21 * 28000);
    const struct vv_owed *september = kit_owed(&kit, "base", "2020-09-01", 1);
    assert_int_equal(september->days, 21);
    assert_int_equal(september->amount, 21 * 28000);
    assert_true(september->days_cut);
    assert_int_equal(september->through, day("2020-09-29"));
    assert_false(kit_owed(&kit, "base", "2020-08-01", 1)->days_cut);
    assert_int_equal(kit_owed(&kit, "base", "2020-12-01", 1)->days, 22);
    assert_int_equal(owed_of(&kit, "2021-02-01", NULL), 2 * 1820000); /* 2 x 65 x 280.00 */
}

/* April to June has 22 + 21 + 22 = 65: the bound itself is paid, and nothing is cut. */
static void exactly_sixty_five(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2020-04-01");
    kit_end(&kit, 1, "2020-06-30");
    assert_int_equal(owed_of(&kit, "2020-12-31", NULL), 1820000);
    assert_false(kit_owed(&kit, "base", "2020-06-01", 1)->days_cut);
}

/* From 15 July: blocks 15 July to 14 October and on. 13 + 21 + 22 + 10 = 66 weekdays in the first:
 * nine of October's ten are paid. October has two amounts, since two blocks lie in it. */
static void a_block_that_ends_within_a_month(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2020-07-15");
    kit_ask(&kit, "2020-11-01");
    assert_int_equal(kit_owed(&kit, "base", "2020-07-15", 1)->days, 13);
    assert_int_equal(kit_owed(&kit, "base", "2020-08-01", 1)->days, 21);
    assert_int_equal(kit_owed(&kit, "base", "2020-09-01", 1)->days, 22);
    assert_int_equal(kit_owed(&kit, "base", "2020-10-01", 1)->days, 9);
    assert_int_equal(kit_owed(&kit, "base", "2020-10-15", 1)->days, 12);
    assert_int_equal(kit_owed(&kit, "base", "2020-10-15", 1)->due, day("2020-11-01"));
    assert_int_equal(kit.entitlement.count, 5);
}

/* Blocks are never chained: from 30 November they begin on 28 February and 30 May. */
static void blocks_count_from_the_start(void **state)
{
    (void)state;
    struct vv_placement placement = {.start = day("2020-11-30"), .last = day("2021-11-29")};
    static const struct {
        const char *on, *first, *last;
    } rows[] = {
        {"2020-11-30", "2020-11-30", "2021-02-27"}, {"2021-02-27", "2020-11-30", "2021-02-27"},
        {"2021-02-28", "2021-02-28", "2021-05-29"}, {"2021-05-29", "2021-02-28", "2021-05-29"},
        {"2021-05-30", "2021-05-30", "2021-08-29"}, {"2021-11-29", "2021-08-30", "2021-11-29"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct vv_block block = vv_block_of(&placement, 3, day(rows[i].on));
        assert_int_equal(block.first, day(rows[i].first));
        assert_int_equal(block.last, day(rows[i].last));
    }
}

/* Without July's report 43 days are owed; August and September may then use them, but there are no
 * more. When July's report comes, July is due first, and September loses its last day again. */
static void a_month_that_waits_leaves_its_room(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2020-07-01");
    kit.components[KIT_BASE].pay_if_report = true;
    kit_report(&kit, "2020-08-01", true, "2020-10-05");
    kit_report(&kit, "2020-09-01", true, "2020-10-05");
    assert_int_equal(owed_of(&kit, "2020-11-01", NULL), 43 * 28000);
    assert_int_equal(kit_owed(&kit, "base", "2020-09-01", 1)->days, 22);
    kit_report(&kit, "2020-07-01", true, "2020-10-20");
    assert_int_equal(owed_of(&kit, "2020-11-01", NULL), 1820000);
    assert_int_equal(kit_owed(&kit, "base", "2020-09-01", 1)->days, 21);
}

/* Per participant: 30 days over two placements of two contracts. July has 23, so August 7. */
static void days_per_participant(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2020-07-01");
    days_65.days = 30;
    days_65.per_participant = true;
    days_65.block_months = 0;
    kit.components[KIT_BASE].block_months = 0;
    kit_placement(&kit, 2, 2, "2020-08-01")->service_start = day("2020-07-01");
    assert_int_equal(owed_of(&kit, "2021-03-01", NULL), 30 * 28000);
    assert_int_equal(kit_owed(&kit, "base", "2020-08-01", 2)->days, 7);
    assert_null(kit_owed(&kit, "base", "2020-09-01", 2));
}

/* A change of provider begins blocks anew: each placement has its own 65. */
static void a_block_is_of_its_placement(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2020-07-01");
    kit_placement(&kit, 2, 1, "2020-09-16")->service_start = day("2020-07-01");
    /* July 23, August 21, 1-15 September 11 = 55; 16-30 September 11 of the second's own days */
    assert_int_equal(owed_of(&kit, "2020-10-01", NULL), 66 * 28000);
    assert_int_equal(kit_owed(&kit, "base", "2020-09-01", 1)->days, 11);
    assert_int_equal(kit_owed(&kit, "base", "2020-09-16", 1)->days, 11);
}

/* A job on Friday 25 September: base through the 24th is 23 + 21 + 18 = 62 days, 17 360.00; the
 * premium 4 000.00, since day 86 is within the first band; the result 14 000.00, due on 25 January.
 * Together 35 360.00, under 36 200.00. */
static void under_the_highest_per_block(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2020-07-01");
    share_cap(&kit, 3620000);
    kit_job(&kit, 1, "2020-09-25");
    kit_confirm(&kit, 1, "2021-02-28");
    assert_int_equal(owed_of(&kit, "2021-03-01", NULL), 62 * 28000 + 400000 + 1400000);
    share_cap(&kit, 3536000); /* exactly: nothing is cut */
    assert_int_equal(owed_of(&kit, "2021-03-01", NULL), 3536000);
    assert_int_equal(kit_owed(&kit, "result", "2020-07-01", 1)->cap_cut, 0);
}

/* 35 000.00: what is due last, the result, is cut by 360.00, whatever its place in the scheme. */
static void what_is_due_last_is_cut(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2020-07-01");
    share_cap(&kit, 3500000);
    kit_job(&kit, 1, "2020-09-25");
    kit_confirm(&kit, 1, "2021-02-28");
    assert_int_equal(owed_of(&kit, "2021-01-24", NULL), 62 * 28000 + 400000);
    assert_int_equal(owed_of(&kit, "2021-01-25", NULL), 3500000);
    const struct vv_owed *result = kit_owed(&kit, "result", "2020-07-01", 1);
    assert_int_equal(result->amount, 1364000);
    assert_int_equal(result->cap_cut, 36000);
    /* 20 000.00: due are July 6 440.00 on 1 August, August 5 880.00 on 1 September, the premium
     * 4 000.00 on 25 September, September 18 x 280.00 = 5 040.00 on 1 October: cut to 3 680.00. */
    share_cap(&kit, 2000000);
    assert_int_equal(owed_of(&kit, "2021-03-01", NULL), 2000000);
    assert_int_equal(kit_owed(&kit, "base", "2020-09-01", 1)->amount, 368000);
    assert_int_equal(kit_owed(&kit, "premium", "2020-07-01", 1)->amount, 400000);
    assert_null(kit_owed(&kit, "result", "2020-07-01", 1));
}

/* Due on the same day: component order. A job on 1 September: the premium and August are both due
 * on 1 September; July 6 440.00 and August 5 880.00 leave 1 680.00 of 14 000.00 for the premium. */
static void then_component_order(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2020-07-01");
    share_cap(&kit, 1400000);
    kit_job(&kit, 1, "2020-09-01");
    assert_int_equal(owed_of(&kit, "2020-09-01", NULL), 1400000);
    assert_int_equal(kit_owed(&kit, "base", "2020-08-01", 1)->amount, 588000);
    assert_int_equal(kit_owed(&kit, "premium", "2020-07-01", 1)->amount, 168000);
    /* The other way round the premium goes first, and August gets 3 560.00. */
    struct vv_component base = kit.components[KIT_BASE];
    kit.components[KIT_BASE] = kit.components[KIT_PREMIUM];
    kit.components[KIT_PREMIUM] = base;
    assert_int_equal(owed_of(&kit, "2020-09-01", NULL), 1400000);
    assert_int_equal(kit_owed(&kit, "premium", "2020-07-01", 1)->amount, 400000);
    assert_int_equal(kit_owed(&kit, "base", "2020-08-01", 1)->amount, 356000);
}

/* What a withdrawal opens comes back: without the job the premium's room is base's again. */
static void room_comes_back(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2020-07-01");
    share_cap(&kit, 1500000);
    kit_job(&kit, 1, "2020-08-03")->extent_percent = 50;
    /* July 6 440.00; premium 4 000.00 on 3 August; August 5 880.00 on 1 September cut to 4 560.00
     */
    assert_int_equal(owed_of(&kit, "2020-10-01", "base"), 1100000);
    assert_int_equal(kit_owed(&kit, "base", "2020-08-01", 1)->amount, 456000);
    assert_null(kit_owed(&kit, "base", "2020-09-01", 1));
    kit_outcome(&kit, VV_FACT_OUTCOME_WITHDRAW, 1, "2020-10-01");
    assert_int_equal(owed_of(&kit, "2020-10-01", "base"), 1500000);
    assert_int_equal(kit_owed(&kit, "base", "2020-08-01", 1)->amount, 588000);
    assert_int_equal(kit_owed(&kit, "base", "2020-09-01", 1)->amount, 268000);
}

/* A job on the day after the placement counts in the placement's last block, not in a block that
 * never began: the placement ends with its first block on 30 September. */
static void a_start_after_the_end_is_in_the_last_block(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2020-07-01");
    share_cap(&kit, 1900000);
    kit_end(&kit, 1, "2020-09-30");
    kit_job(&kit, 1, "2020-10-01");
    /* 18 200.00 of base leave 800.00; the premium is half (day 92): 2 000.00 */
    assert_int_equal(owed_of(&kit, "2020-10-01", NULL), 1900000);
    assert_int_equal(kit_owed(&kit, "premium", "2020-07-01", 1)->amount, 80000);
}

/* An amount per participant holds across placements and blocks. */
static void amount_per_participant(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2020-07-01");
    share_cap(&kit, 2000000);
    shared.per_participant = true;
    shared.block_months = 0;
    kit_placement(&kit, 2, 2, "2020-09-01")->service_start = day("2020-07-01");
    assert_int_equal(owed_of(&kit, "2021-06-01", NULL), 2000000);
    /* July 6 440.00, August 5 880.00, September 6 160.00 leave 1 520.00 for October */
    assert_int_equal(kit_owed(&kit, "base", "2020-10-01", 2)->amount, 152000);
    assert_null(kit_owed(&kit, "base", "2020-11-01", 2));
}

/* Two contracts due on one day: by period, then by contract, so that the same facts always cut the
 * same amount. */
static void the_order_is_total(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2020-07-01");
    share_cap(&kit, 500000);
    shared.per_participant = true;
    shared.block_months = 0;
    kit_placement(&kit, 2, 2, "2020-07-16")->service_start = day("2020-07-01");
    /* 1-15 July 11 days = 3 080.00; 16-31 July 12 days = 3 360.00, cut to 1 920.00. Their due dates
     * differ: 16 July and 1 August. */
    assert_int_equal(owed_of(&kit, "2020-08-01", NULL), 500000);
    assert_int_equal(kit_owed(&kit, "base", "2020-07-16", 2)->amount, 192000);
    kit.components[KIT_BASE].block_months = 0; /* periods are months again: both 1 July */
    assert_int_equal(owed_of(&kit, "2020-08-01", NULL), 500000);
    assert_int_equal(kit_owed(&kit, "base", "2020-07-01", 1)->amount, 308000);
    assert_int_equal(kit_owed(&kit, "base", "2020-07-01", 2)->amount, 192000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sixty_five_days_per_block),
        cmocka_unit_test(exactly_sixty_five),
        cmocka_unit_test(a_block_that_ends_within_a_month),
        cmocka_unit_test(blocks_count_from_the_start),
        cmocka_unit_test(a_month_that_waits_leaves_its_room),
        cmocka_unit_test(days_per_participant),
        cmocka_unit_test(a_block_is_of_its_placement),
        cmocka_unit_test(under_the_highest_per_block),
        cmocka_unit_test(what_is_due_last_is_cut),
        cmocka_unit_test(then_component_order),
        cmocka_unit_test(room_comes_back),
        cmocka_unit_test(a_start_after_the_end_is_in_the_last_block),
        cmocka_unit_test(amount_per_participant),
        cmocka_unit_test(the_order_is_total),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
