/*
 * Instalments of one price, worked by hand (rules 7): 40, 30 and 30 percent on the days 0, 60 and
 * 120 of the placement. B 10 000.01: floor of 4 000.004 and of 3 000.003, the last takes the rest.
 */
#include "kit.h"

static const struct vv_price prices[] = {KIT_PRICE("A", 500000), KIT_PRICE("B", 1000001)};
static const struct vv_instalment parts[] = {{0, 40}, {60, 30}, {120, 30}};

static void start_course(struct kit *kit, const char *start)
{
    kit_reset(kit);
    struct vv_component *base = &kit->components[KIT_BASE];
    base->kind = VV_INSTALMENTS;
    base->price_on = VV_ON_PLACEMENT_START;
    base->instalments = parts;
    base->instalment_count = 3;
    base->prices = prices;
    base->price_count = 2;
    kit_level(kit, "B", "2020-01-01");
    kit_placement(kit, 1, 1, start);
}

static vv_money paid(struct kit *kit, const char *as_of)
{
    vv_money sum = 0;
    kit_ask(kit, as_of);
    for (size_t i = 0; i < kit->entitlement.count; i++) {
        sum += kit->entitlement.owed[i].amount;
    }
    return sum;
}

/* 1 April + 60 days = 31 May, + 120 days = 30 July 2020. */
static void on_their_days_and_exactly_the_price(void **state)
{
    (void)state;
    static const struct {
        const char *as_of;
        vv_money sum;
        const char *next_due;
    } rows[] = {
        {"2020-03-31", 0, "2020-04-01"},      {"2020-04-01", 400000, "2020-05-31"},
        {"2020-05-30", 400000, "2020-05-31"}, {"2020-05-31", 700000, "2020-07-30"},
        {"2020-07-29", 700000, "2020-07-30"}, {"2020-07-30", 1000001, NULL},
        {"2021-07-30", 1000001, NULL},
    };
    static struct kit kit;
    start_course(&kit, "2020-04-01");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(paid(&kit, rows[i].as_of), rows[i].sum);
        if (rows[i].next_due != NULL) {
            kit_waits(&kit, rows[i].as_of, rows[i].next_due);
        }
    }
    assert_int_equal(kit.entitlement.next_due, VV_DATE_NONE);
    assert_int_equal(kit_owed(&kit, "base", "2020-04-01", 1)->amount, 400000);
    assert_int_equal(kit_owed(&kit, "base", "2020-05-31", 1)->amount, 300000);
    assert_int_equal(kit_owed(&kit, "base", "2020-07-30", 1)->amount, 300001);
    assert_int_equal(kit_owed(&kit, "base", "2020-07-30", 1)->percent, 30);
}

/* Each only if the participation still runs that day. */
static void they_stop_with_the_participation(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2020-04-01");
    struct vv_payment_fact *end = kit_end(&kit, 1, "2020-05-30");
    assert_int_equal(paid(&kit, "2021-01-01"), 400000);
    assert_int_equal(kit.entitlement.next_due, VV_DATE_NONE);
    end->on = day("2020-05-31");
    assert_int_equal(paid(&kit, "2021-01-01"), 700000);
    end->on = day("2020-07-29");
    assert_int_equal(paid(&kit, "2021-01-01"), 700000);
    end->on = day("2020-07-30");
    assert_int_equal(paid(&kit, "2021-01-01"), 1000001);
}

/* Rules 5: base ends the day before a full-extent start; 31 May is the second part's day. */
static void a_full_extent_start_stops_them(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2020-04-01");
    kit.scheme.component_count = 1;
    struct vv_payment_fact *job = kit_job(&kit, 1, "2020-05-31");
    assert_int_equal(paid(&kit, "2021-01-01"), 400000);
    job->on = day("2020-06-01");
    assert_int_equal(paid(&kit, "2021-01-01"), 700000);
    job->extent_percent = 99;
    assert_int_equal(paid(&kit, "2021-01-01"), 1000001);
}

/* A re-assessment from a later day changes nothing; a correction from the start changes all three:
 * 5 000.00 = 2 000.00 + 1 500.00 + 1 500.00. */
static void one_price_of_the_start(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2020-04-01");
    struct vv_payment_fact *level = kit_level(&kit, "A", "2020-05-01");
    assert_int_equal(paid(&kit, "2021-01-01"), 1000001);
    level->on = level->effective = day("2020-04-01");
    level->decided_on = day("2020-09-15");
    assert_int_equal(paid(&kit, "2021-01-01"), 500000);
    assert_int_equal(kit_owed(&kit, "base", "2020-05-31", 1)->amount, 150000);
}

/* Blekinge 110 %: 10 000.01 x 1.1 = 11 000.011 -> 11 000.01: 4 400.00, 3 300.00 and 3 300.01. */
static void the_area_s_price_is_rounded_first(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2020-04-01");
    kit.facts[1].area = "blekinge";
    assert_int_equal(paid(&kit, "2021-01-01"), 1100001);
    assert_int_equal(kit_owed(&kit, "base", "2020-04-01", 1)->amount, 440000);
    assert_int_equal(kit_owed(&kit, "base", "2020-07-30", 1)->amount, 330001);
}

/* The report of the month in which the instalment's day lies: May for the second. */
static void waits_for_its_report(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2020-04-01");
    kit.components[KIT_BASE].pay_if_report = true;
    kit_report(&kit, "2020-05-01", true, "2020-06-05");
    assert_int_equal(paid(&kit, "2021-01-01"), 300000);
    assert_non_null(kit_owed(&kit, "base", "2020-05-31", 1));
}

static void without_a_price_nothing(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2020-04-01");
    kit.facts[0].level = "C";
    assert_int_equal(paid(&kit, "2021-01-01"), 0);
}

/* A change of provider: the new contract has instalments of its own, the old one no further ones.
 */
static void change_of_provider(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit, "2020-04-01");
    kit_placement(&kit, 2, 2, "2020-05-31")->service_start = day("2020-04-01");
    assert_int_equal(paid(&kit, "2020-05-31"), 800000);
    assert_non_null(kit_owed(&kit, "base", "2020-05-31", 2));
    assert_null(kit_owed(&kit, "base", "2020-05-31", 1));
}

static void a_price_beyond_the_bound(void **state)
{
    (void)state;
    static struct kit kit;
    /* The product with the area's factor does not fit; and one that does, but is no amount. */
    static const vv_money prices_too_large[] = {INT64_MAX / 10, INT64_MAX / 200};
    for (size_t i = 0; i < 2; i++) {
        struct vv_price huge[] = {KIT_PRICE("B", prices_too_large[i])};
        start_course(&kit, "2020-04-01");
        kit.components[KIT_BASE].prices = huge;
        kit.components[KIT_BASE].price_count = 1;
        assert_int_equal(vv_entitlement(kit.facts, kit.count, &kit.lookup, day("2020-04-01"),
                                        &kit_memory, &kit.entitlement),
                         VV_TOO_LARGE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_their_days_and_exactly_the_price),
        cmocka_unit_test(they_stop_with_the_participation),
        cmocka_unit_test(a_full_extent_start_stops_them),
        cmocka_unit_test(one_price_of_the_start),
        cmocka_unit_test(the_area_s_price_is_rounded_first),
        cmocka_unit_test(waits_for_its_report),
        cmocka_unit_test(without_a_price_nothing),
        cmocka_unit_test(change_of_provider),
        cmocka_unit_test(a_price_beyond_the_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
