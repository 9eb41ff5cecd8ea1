/*
 * Units, grants and shares, worked by hand (rules 7, 10, 15). Prices are the test's own:
 *   place   B 30.00 per course point, paid by unit "point"
 *   wage    50 % of the month's cost, at most 1 400.00 a month (level B; A has 900.00)
 *   pilot   90 % of the appropriation: 40 % at once, 35 % after 120 days, the rest after 240
 */
#include <stdio.h>

#include "kit.h"
#include "vagval/limits.h"

static const struct vv_price place_prices[] = {KIT_PRICE("A", 2500), KIT_PRICE("B", 3000)};
static const struct vv_price wage_prices[] = {KIT_PRICE("A", 90000), KIT_PRICE("B", 140000)};
static const struct vv_instalment thirds[] = {{0, 40}, {120, 35}, {240, 25}};
static struct vv_component award_components[] = {
    {.code = "place",
     .name_en = "Course place",
     .name_sv = "Kursplats",
     .kind = VV_PER_UNIT,
     .price_on = VV_ON_DAY,
     .award = {.unit = "point", .pot = ""},
     .prices = place_prices,
     .price_count = 2},
    {.code = "wage",
     .name_en = "Wage subsidy",
     .name_sv = "Lönesubvention",
     .kind = VV_GRANT,
     .payer = VV_PAYER_STATE,
     .award = {.percent = 50, .pot = "employment"},
     .prices = wage_prices,
     .price_count = 2},
    {.code = "pilot",
     .name_en = "Pilot grant",
     .name_sv = "Pilotersättning",
     .kind = VV_SHARE,
     .award = {.percent = 90, .pot = ""},
     .instalments = thirds,
     .instalment_count = 3},
};

static void start(struct kit *kit)
{
    kit_reset(kit);
    kit->scheme.components = award_components;
    kit->scheme.component_count = 3;
    award_components[1].price_count = 2;
}

static struct vv_payment_fact *unit(struct kit *kit, const char *on, int64_t hundredths)
{
    struct vv_payment_fact *fact = kit_add(kit, VV_FACT_UNIT, on);
    fact->code = "point";
    fact->quantity_hundredths = hundredths;
    fact->approved = true;
    fact->evidence = kit_evidence;
    return fact;
}

static struct vv_payment_fact *grant(struct kit *kit, unsigned char number, vv_money most,
                                     const char *from, const char *through)
{
    struct vv_payment_fact *fact = kit_add(kit, VV_FACT_GRANT, from);
    fact->subject = kit_id('C', number); /* kit_owed looks for contracts by number */
    fact->contract_number = "G-1";
    fact->code = "wage";
    fact->area = "umea";
    fact->amount = most;
    fact->through = day(through);
    return fact;
}

static struct vv_payment_fact *payroll(struct kit *kit, unsigned char number, const char *month,
                                       vv_money cost)
{
    struct vv_payment_fact *fact = kit_add(kit, VV_FACT_PAYROLL, month);
    fact->subject = kit_id('C', number);
    fact->amount = cost;
    return fact;
}

static struct vv_payment_fact *appropriation(struct kit *kit, vv_money amount, const char *from,
                                             const char *through)
{
    struct vv_payment_fact *fact = kit_add(kit, VV_FACT_APPROPRIATION, from);
    fact->subject = kit_id('C', 7);
    fact->contract_number = "pilot-2021";
    fact->code = "pilot";
    fact->area = "umea";
    fact->amount = amount;
    fact->through = day(through);
    return fact;
}

static struct vv_payment_fact *cost(struct kit *kit, vv_money amount, const char *on, bool final)
{
    struct vv_payment_fact *fact = kit_add(kit, VV_FACT_COST, on);
    fact->subject = kit_id('C', 7);
    fact->amount = amount;
    fact->final = final;
    return fact;
}

/* ---- units ---- */

/* A course of 100 points on 5 October and half a course, 50.5 points, on the 20th, level B:
 * 150.5 x 30.00 = 4 515.00, one amount of October. November is an amount of its own. */
static void units_of_a_month_are_one_amount(void **state)
{
    (void)state;
    static struct kit kit;
    start(&kit);
    kit_level(&kit, "B", "2021-09-01");
    kit_placement(&kit, 1, 1, "2021-09-01");
    unit(&kit, "2021-10-05", 10000);
    unit(&kit, "2021-10-20", 5050);
    unit(&kit, "2021-11-01", 100);
    assert_int_equal(kit_amount(&kit, "2021-10-05", "place", "2021-10-01", 1), 300000);
    assert_int_equal(kit.entitlement.next_due, day("2021-10-20"));
    assert_int_equal(kit_amount(&kit, "2021-12-01", "place", "2021-10-01", 1), 451500);
    assert_int_equal(kit_amount(&kit, "2021-12-01", "place", "2021-11-01", 1), 3000);
}

/* Blekinge's factor is 110 %: 30.00 -> 33.00. A level re-assessed from the 15th: 100 points before
 * at B 33.00 = 3 300.00, 100 after at A 27.50 = 2 750.00; together 6 050.00. */
static void each_unit_has_the_price_of_its_day_and_area(void **state)
{
    (void)state;
    static struct kit kit;
    start(&kit);
    kit_level(&kit, "B", "2021-09-01");
    kit_level(&kit, "A", "2021-10-15");
    kit_placement(&kit, 1, 1, "2021-09-01")->area = "blekinge";
    unit(&kit, "2021-10-14", 10000);
    unit(&kit, "2021-10-15", 10000);
    assert_int_equal(kit_amount(&kit, "2021-11-01", "place", "2021-10-01", 1), 605000);
}

/* 0.01 points x 30.00 = 0.30; 0.33 points at 27.50 = 9.075 -> 9.08, rounded once. */
static void fractions_of_units_are_rounded_once(void **state)
{
    (void)state;
    static struct kit kit;
    start(&kit);
    kit_level(&kit, "A", "2021-09-01");
    kit_placement(&kit, 1, 1, "2021-09-01")->area = "blekinge";
    unit(&kit, "2021-10-14", 33);
    assert_int_equal(kit_amount(&kit, "2021-11-01", "place", "2021-10-01", 1), 908);
    unit(&kit, "2021-10-15", 33); /* 18.15, not 2 x 9.08 */
    assert_int_equal(kit_amount(&kit, "2021-11-01", "place", "2021-10-01", 1), 1815);
}

static void what_is_not_approved_not_served_or_unknown_gives_nothing(void **state)
{
    (void)state;
    static struct kit kit;
    start(&kit);
    kit_level(&kit, "B", "2021-09-01");
    kit_placement(&kit, 1, 1, "2021-09-01");
    kit_end(&kit, 1, "2021-10-31");
    struct vv_payment_fact *first = unit(&kit, "2021-11-01", 100); /* the day after still counts */
    assert_int_equal(kit_amount(&kit, "2021-12-01", "place", "2021-11-01", 1), 3000);
    first->approved = false;
    assert_int_equal(kit_amount(&kit, "2021-12-01", "place", "2021-11-01", 1), 0);
    first->approved = true;
    first->on = first->effective = day("2021-11-02");
    assert_int_equal(kit_amount(&kit, "2021-12-01", "place", "2021-11-01", 1), 0);
    first->contract = kit_id('C', 1); /* its own contract delivered it, if late */
    assert_int_equal(kit_amount(&kit, "2021-12-01", "place", "2021-11-01", 1), 3000);
    first->on = first->effective = day("2021-10-20"); /* and while it serves */
    assert_int_equal(kit_amount(&kit, "2021-12-01", "place", "2021-10-01", 1), 3000);
    first->contract = kit_id('C', 2); /* somebody else serves */
    assert_int_equal(kit_amount(&kit, "2021-12-01", "place", "2021-10-01", 1), 0);
    first->contract = kit_id('C', 1);
    first->on = first->effective = day("2021-08-30"); /* before it served */
    assert_int_equal(kit_amount(&kit, "2021-12-01", "place", "2021-08-01", 1), 0);
    first->on = first->effective = day("2021-11-02");
    first->contract = kit_id('C', 2); /* no contract of this case */
    assert_int_equal(kit_amount(&kit, "2021-12-01", "place", "2021-11-01", 1), 0);
    first->contract = (struct vv_id){{0}};
    first->code = "hour";
    first->on = first->effective = day("2021-10-20");
    assert_int_equal(kit_amount(&kit, "2021-12-01", "place", "2021-10-01", 1), 0);
}

static void a_unit_that_is_withdrawn_is_owed_no_longer(void **state)
{
    (void)state;
    static struct kit kit;
    start(&kit);
    kit_level(&kit, "B", "2021-09-01");
    kit_placement(&kit, 1, 1, "2021-09-01");
    struct vv_payment_fact *first = unit(&kit, "2021-10-20", 10000);
    struct vv_payment_fact *second = unit(&kit, "2021-10-20", 10000);
    second->supersedes = first->id;
    second->approved = false;
    assert_int_equal(kit_amount(&kit, "2021-12-01", "place", "2021-10-01", 1), 0);
}

/* ---- grants ---- */

/* At most 3 000.00. January cost 2 000.00: 1 000.00. February 3 000.00: 1 500.00, cut to the
 * month's 1 400.00. March 1 500.00: 750.00, of which 600.00 is left. April: nothing. */
static void payroll_consumes_a_grant_to_its_last_cent(void **state)
{
    (void)state;
    static struct kit kit;
    start(&kit);
    kit_level(&kit, "B", "2021-01-01");
    grant(&kit, 1, 300000, "2021-01-01", "2021-06-30");
    payroll(&kit, 1, "2021-01-01", 200000);
    payroll(&kit, 1, "2021-02-01", 300000);
    payroll(&kit, 1, "2021-03-01", 150000);
    payroll(&kit, 1, "2021-04-01", 150000);
    assert_int_equal(kit_amount(&kit, "2021-01-31", "wage", "2021-01-01", 1), 0);
    assert_int_equal(kit.entitlement.next_due, day("2021-02-01"));
    assert_int_equal(kit_amount(&kit, "2021-02-01", "wage", "2021-01-01", 1), 100000);
    assert_int_equal(kit_amount(&kit, "2021-05-01", "wage", "2021-02-01", 1), 140000);
    assert_int_equal(kit_amount(&kit, "2021-05-01", "wage", "2021-03-01", 1), 60000);
    assert_int_equal(kit_amount(&kit, "2021-05-01", "wage", "2021-04-01", 1), 0);
    assert_true(kit_owed(&kit, "wage", "2021-02-01", 1)->cut);
    assert_false(kit_owed(&kit, "wage", "2021-01-01", 1)->cut);
}

/* Two wages of one month are one cost: 333.33 + 333.34 = 666.67, half of it 333.335 -> 333.34. Told
 * in whichever order. Without a price of one month only the decision bounds. */
static void a_months_costs_are_summed_before_they_are_rounded(void **state)
{
    (void)state;
    static struct kit kit;
    start(&kit);
    award_components[1].price_count = 0;
    grant(&kit, 1, 1000000, "2021-01-15", "2021-06-30");
    payroll(&kit, 1, "2021-02-01", 33334);
    payroll(&kit, 1, "2021-01-01", 2000000);
    payroll(&kit, 1, "2021-02-01", 33333);
    assert_int_equal(kit_amount(&kit, "2021-05-01", "wage", "2021-01-01", 1), 1000000);
    assert_int_equal(kit_amount(&kit, "2021-05-01", "wage", "2021-02-01", 1), 0);
    kit.facts[0].amount = 2000000;
    assert_int_equal(kit_amount(&kit, "2021-05-01", "wage", "2021-02-01", 1), 33334);
}

/* Months outside the decision, another grant's payroll, a grant that was handed over. */
static void what_is_outside_the_decision_consumes_nothing(void **state)
{
    (void)state;
    static struct kit kit;
    start(&kit);
    kit_level(&kit, "B", "2021-01-01");
    struct vv_payment_fact *decision = grant(&kit, 1, 300000, "2021-02-15", "2021-03-15");
    payroll(&kit, 1, "2021-01-01", 100000);
    payroll(&kit, 1, "2021-02-01", 100000); /* the month in which it begins counts */
    payroll(&kit, 1, "2021-03-01", 100000);
    payroll(&kit, 1, "2021-04-01", 100000);
    payroll(&kit, 2, "2021-03-01", 100000);
    assert_int_equal(kit_amount(&kit, "2021-06-01", "wage", "2021-01-01", 1), 0);
    assert_int_equal(kit_amount(&kit, "2021-06-01", "wage", "2021-02-01", 1), 50000);
    assert_int_equal(kit_amount(&kit, "2021-06-01", "wage", "2021-03-01", 1), 50000);
    assert_int_equal(kit_amount(&kit, "2021-06-01", "wage", "2021-04-01", 1), 0);
    assert_int_equal(kit.entitlement.count, 2);
    decision->handed_over = true;
    kit_ask(&kit, "2021-06-01");
    assert_int_equal(kit.entitlement.count, 0);
}

/* ---- shares ---- */

/* 10 000 000.01 of appropriations: 90 % = 9 000 000.009 -> 9 000 000.01. 40 % = 3 600 000.00, 35 %
 * = 3 150 000.00 (both rounded down), the rest 2 250 000.01. Due on day 0, 120 and 240 of 2021. */
static void instalments_sum_to_the_share(void **state)
{
    (void)state;
    static struct kit kit;
    start(&kit);
    appropriation(&kit, 1000000001, "2021-01-01", "2021-12-31");
    assert_int_equal(kit_amount(&kit, "2021-01-01", "pilot", "2021-01-01", 7), 360000000);
    assert_int_equal(kit.entitlement.count, 1);
    assert_int_equal(kit.entitlement.next_due, day("2021-05-01"));
    assert_int_equal(kit_amount(&kit, "2021-12-31", "pilot", "2021-05-01", 7), 315000000);
    assert_int_equal(kit_amount(&kit, "2021-12-31", "pilot", "2021-08-29", 7), 225000001);
}

/* Ended on 28 August: the instalment of the 29th is never owed; on the 29th it would be. */
static void an_earlier_end_stops_what_is_to_come(void **state)
{
    (void)state;
    static struct kit kit;
    start(&kit);
    struct vv_payment_fact *fact = appropriation(&kit, 1000000000, "2021-01-01", "2021-08-28");
    assert_int_equal(kit_amount(&kit, "2022-12-31", "pilot", "2021-08-29", 7), 0);
    assert_int_equal(kit.entitlement.count, 2);
    fact->through++;
    assert_int_equal(kit_amount(&kit, "2022-12-31", "pilot", "2021-08-29", 7), 225000000);
}

/* Revised from 10 to 12 million: each instalment is that of 10.8 million, so the first rises from
 * 3.6 to 4.32 million. */
static void a_revised_appropriation_moves_every_instalment(void **state)
{
    (void)state;
    static struct kit kit;
    start(&kit);
    struct vv_payment_fact *fact = appropriation(&kit, 1000000000, "2021-01-01", "2021-12-31");
    appropriation(&kit, 1200000000, "2021-01-01", "2021-12-31")->supersedes = fact->id;
    assert_int_equal(kit_amount(&kit, "2021-12-31", "pilot", "2021-01-01", 7), 432000000);
    assert_int_equal(kit_amount(&kit, "2021-12-31", "pilot", "2021-05-01", 7), 378000000);
}

/* 9 million, of which 7 were spent: 3.6 + 3.15 = 6.75, so 0.25 of the last instalment; what is
 * taken off is what is returned, 2.0. Costs count only when the last account is in, and more than
 * the share is never owed. */
static void what_is_not_spent_is_returned(void **state)
{
    (void)state;
    static struct kit kit;
    start(&kit);
    appropriation(&kit, 1000000000, "2021-01-01", "2021-12-31");
    cost(&kit, 500000000, "2021-09-30", false);
    assert_int_equal(kit_amount(&kit, "2022-01-31", "pilot", "2021-08-29", 7), 225000000);
    struct vv_payment_fact *last = cost(&kit, 200000000, "2022-01-31", true);
    assert_int_equal(kit_amount(&kit, "2022-01-31", "pilot", "2021-01-01", 7), 360000000);
    assert_int_equal(kit_amount(&kit, "2022-01-31", "pilot", "2021-08-29", 7), 25000000);
    last->amount = 5000000000;
    assert_int_equal(kit_amount(&kit, "2022-01-31", "pilot", "2021-08-29", 7), 225000000);
    last->amount = -500000001; /* credited in full and more: nothing is owed */
    kit_ask(&kit, "2022-01-31");
    assert_int_equal(kit.entitlement.count, 0);
}

/* ---- at the bounds ---- */

static enum vv_status ask(struct kit *kit, ProtobufCAllocator *memory)
{
    return vv_entitlement(kit->facts, kit->count, &kit->lookup, day("2022-01-31"), memory,
                          &kit->entitlement);
}

/* A price that does not fit with the area's factor, or times the units, or together. */
static void units_beyond_the_bound(void **state)
{
    (void)state;
    static const vv_money amounts[] = {INT64_MAX / 10, INT64_MAX / 20000, INT64_MAX / 1500000};
    static struct kit kit;
    for (size_t i = 0; i < 3; i++) {
        struct vv_price huge[] = {KIT_PRICE("B", amounts[i])};
        start(&kit);
        award_components[0].prices = huge;
        award_components[0].price_count = 1;
        kit_level(&kit, "B", "2021-09-01");
        kit_placement(&kit, 1, 1, "2021-09-01");
        unit(&kit, "2021-10-05", 10000);
        unit(&kit, "2021-10-06", 10000);
        assert_int_equal(ask(&kit, &kit_memory), VV_TOO_LARGE);
    }
    award_components[0].prices = place_prices;
    award_components[0].price_count = 2;
}

static void grants_and_shares_beyond_the_bound(void **state)
{
    (void)state;
    static struct kit kit;
    struct vv_price huge[] = {KIT_PRICE("B", INT64_MAX / 10)};
    start(&kit);
    grant(&kit, 1, VV_MONEY_MAX, "2021-01-01", "2021-06-30");
    payroll(&kit, 1, "2021-01-01", VV_MONEY_MAX);
    assert_int_equal(ask(&kit, &kit_memory), VV_OK);
    payroll(&kit, 1, "2021-01-15", VV_MONEY_MAX);
    assert_int_equal(ask(&kit, &kit_memory), VV_TOO_LARGE);
    start(&kit);
    kit_level(&kit, "B", "2021-01-01");
    award_components[1].prices = huge;
    award_components[1].price_count = 1;
    grant(&kit, 1, 1000, "2021-01-01", "2021-06-30");
    payroll(&kit, 1, "2021-01-01", 1000);
    assert_int_equal(ask(&kit, &kit_memory), VV_TOO_LARGE);
    award_components[1].prices = wage_prices;
    start(&kit);
    appropriation(&kit, VV_MONEY_MAX, "2021-01-01", "2021-12-31");
    cost(&kit, VV_MONEY_MAX, "2021-09-30", false);
    assert_int_equal(ask(&kit, &kit_memory), VV_OK);
    cost(&kit, VV_MONEY_MAX, "2021-09-30", true);
    assert_int_equal(ask(&kit, &kit_memory), VV_TOO_LARGE);
}

/* No version of the scheme on the day, no such component, a component of another kind, no level:
 * each gives nothing, and a grant without a level has no most for a month. */
static void what_the_scheme_does_not_know_gives_nothing(void **state)
{
    (void)state;
    static struct kit kit;
    static const char *const others[] = {"nothing", "place"};
    for (size_t i = 0; i < 2; i++) {
        start(&kit);
        grant(&kit, 1, 100000, "2021-01-01", "2021-06-30")->code = others[i];
        payroll(&kit, 1, "2021-01-01", 1000);
        appropriation(&kit, 1000, "2021-01-01", "2021-12-31")->code = others[i];
        kit_ask(&kit, "2022-01-31");
        assert_int_equal(kit.entitlement.count, 0);
    }
    start(&kit);
    grant(&kit, 1, 100000, "2019-06-01", "2021-06-30");
    payroll(&kit, 1, "2021-01-01", 1000);
    appropriation(&kit, 1000, "2019-06-01", "2021-12-31");
    kit_placement(&kit, 1, 1, "2019-06-01");
    unit(&kit, "2019-06-02", 100);
    kit_ask(&kit, "2022-01-31");
    assert_int_equal(kit.entitlement.count, 0);
    start(&kit);
    kit_placement(&kit, 1, 1, "2021-01-01");
    unit(&kit, "2021-01-02", 100); /* no level, so no price */
    grant(&kit, 1, 1000000, "2021-01-10", "2021-06-30");
    payroll(&kit, 1, "2021-01-01", 900000);
    kit_ask(&kit, "2022-01-31");
    assert_int_equal(kit.entitlement.count, 1);
    assert_int_equal(kit.entitlement.owed[0].amount, 450000);
}

/* The price of the placement's start, though the level was assessed anew; a share that is paid to a
 * contract of its own. */
static void other_price_days_and_payees(void **state)
{
    (void)state;
    static struct kit kit;
    start(&kit);
    award_components[0].price_on = VV_ON_PLACEMENT_START;
    kit_level(&kit, "A", "2021-09-01");
    kit_level(&kit, "B", "2021-10-01");
    kit_placement(&kit, 1, 1, "2021-09-01");
    unit(&kit, "2021-10-05", 10000);
    appropriation(&kit, 1000000, "2021-01-01", "2021-12-31")->contract = kit_id('C', 3);
    assert_int_equal(kit_amount(&kit, "2021-12-01", "place", "2021-10-01", 1), 250000);
    assert_int_equal(kit_amount(&kit, "2021-12-01", "pilot", "2021-01-01", 3), 360000);
    award_components[0].price_on = VV_ON_DAY;
}

/* Memory that ends anywhere is an error, never another amount. */
static size_t limit;

static void *limited(void *context, size_t size)
{
    (void)context;
    if (limit == 0) {
        return NULL;
    }
    limit--;
    return kit_alloc(NULL, size);
}

static void memory_that_ends_is_an_error(void **state)
{
    (void)state;
    static struct kit kit;
    ProtobufCAllocator memory = {limited, kit_free, NULL};
    start(&kit);
    kit_level(&kit, "B", "2021-01-01");
    kit_placement(&kit, 1, 1, "2021-01-01");
    unit(&kit, "2021-01-05", 100);
    for (unsigned char i = 1; i < 10; i++) {
        grant(&kit, i, 1000000, "2021-01-10", "2021-06-30");
        payroll(&kit, i, "2021-01-01", 900000);
        payroll(&kit, i, "2021-02-01", 900000);
    }
    appropriation(&kit, 1000000, "2021-01-01", "2021-12-31");
    size_t used = kit_used;
    for (size_t given = 0;; given++) {
        limit = given;
        kit_used = used;
        enum vv_status status = ask(&kit, &memory);
        if (status == VV_OK) {
            assert_int_equal(kit.entitlement.count, 1 + 18 + 3);
            assert_true(given > 3);
            break;
        }
        assert_int_equal(status, VV_NO_MEMORY);
    }
}

/* ---- all of it ---- */

/* Whatever payroll comes in whatever order: no grant pays more than it decided, and a month never
 * more than half its cost and the month's price. */
static void no_grant_is_exceeded(void **state)
{
    (void)state;
    const unsigned seed = 151515;
    print_message("seed %u\n", seed);
    srandom(seed);
    static struct kit kit;
    for (int round = 0; round < 300; round++) {
        start(&kit);
        kit_level(&kit, "B", "2021-01-01");
        vv_money most = random() % 2000000;
        grant(&kit, 1, most, "2021-01-01", "2021-12-31");
        vv_money costs[13] = {0};
        for (int i = 0; i < 20; i++) {
            int month = 1 + (int)(random() % 12);
            char text[16];
            (void)snprintf(text, sizeof text, "2021-%02d-01", month);
            vv_money spent = random() % 400000;
            payroll(&kit, 1, text, spent);
            costs[month] += spent;
        }
        kit_ask(&kit, "2022-02-01");
        vv_money sum = 0;
        for (size_t i = 0; i < kit.entitlement.count; i++) {
            const struct vv_owed *owed = &kit.entitlement.owed[i];
            struct vv_ymd ymd = vv_date_to_ymd(owed->period);
            assert_true(owed->amount > 0 && owed->amount <= 140000);
            assert_true(2 * owed->amount <= costs[ymd.month] + 1);
            sum += owed->amount;
        }
        assert_true(sum <= most);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_of_a_month_are_one_amount),
        cmocka_unit_test(each_unit_has_the_price_of_its_day_and_area),
        cmocka_unit_test(fractions_of_units_are_rounded_once),
        cmocka_unit_test(what_is_not_approved_not_served_or_unknown_gives_nothing),
        cmocka_unit_test(a_unit_that_is_withdrawn_is_owed_no_longer),
        cmocka_unit_test(payroll_consumes_a_grant_to_its_last_cent),
        cmocka_unit_test(a_months_costs_are_summed_before_they_are_rounded),
        cmocka_unit_test(what_is_outside_the_decision_consumes_nothing),
        cmocka_unit_test(instalments_sum_to_the_share),
        cmocka_unit_test(an_earlier_end_stops_what_is_to_come),
        cmocka_unit_test(a_revised_appropriation_moves_every_instalment),
        cmocka_unit_test(what_is_not_spent_is_returned),
        cmocka_unit_test(units_beyond_the_bound),
        cmocka_unit_test(grants_and_shares_beyond_the_bound),
        cmocka_unit_test(what_the_scheme_does_not_know_gives_nothing),
        cmocka_unit_test(other_price_days_and_payees),
        cmocka_unit_test(memory_that_ends_is_an_error),
        cmocka_unit_test(no_grant_is_exceeded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
