/*
 * The terms of a result, worked by hand: parts of a price (rules 7), a milestone that requires
 * another, evidence and extent. RR1 after 3 months and RR2 after 6, both parts of one price:
 * B 14 000.01, so 7 000.00 and 7 000.01.
 */
#include "kit.h"

static const struct vv_price prices[] = {KIT_PRICE("B", 1400001)};

enum { RR1 = KIT_PREMIUM, RR2 = KIT_RESULT };

static void start_course(struct kit *kit)
{
    kit_reset(kit);
    kit->components[RR1] = kit->components[RR2];
    for (int i = RR1; i <= RR2; i++) {
        struct vv_component *part = &kit->components[i];
        part->code = i == RR1 ? "rr1" : "rr2";
        part->milestone_months = i == RR1 ? 3 : 6;
        part->part_of = 2;
        part->part_take = i == RR1 ? 1 : 2;
        part->requires = i == RR1 ? NULL : "rr1";
        part->prices = prices;
        part->price_count = 1;
    }
    kit_level(kit, "B", "2020-01-01");
    kit_placement(kit, 1, 1, "2023-06-01");
}

static vv_money part(struct kit *kit, const char *as_of, const char *code)
{
    return kit_amount(kit, as_of, code, "2023-06-01", 1);
}

/* Job 2023-08-31: 3 months are met through 29 November, due 2023-11-30; 6 months, counted from the
 * start and not from there, through 2024-02-28, due 2024-02-29. */
static void half_at_three_and_the_rest_at_six(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    kit_job(&kit, 1, "2023-08-31");
    struct vv_payment_fact *confirm = kit_confirm(&kit, 1, "2024-02-28");
    assert_int_equal(part(&kit, "2023-11-29", "rr1"), 0);
    assert_int_equal(part(&kit, "2023-11-30", "rr1"), 700000);
    assert_int_equal(part(&kit, "2024-02-28", "rr2"), 0);
    assert_int_equal(part(&kit, "2024-02-29", "rr2"), 700001);
    confirm->on = day("2024-02-27");
    assert_int_equal(part(&kit, "2024-12-31", "rr2"), 0);
    assert_int_equal(part(&kit, "2024-12-31", "rr1"), 700000);
    confirm->on = day("2023-11-29");
    assert_int_equal(part(&kit, "2024-12-31", "rr1"), 700000);
    confirm->on = day("2023-11-28");
    assert_int_equal(part(&kit, "2024-12-31", "rr1"), 0);
}

/* Three parts of 100.00: 33.33, 33.33, 33.34. */
static void three_parts(void **state)
{
    (void)state;
    static struct kit kit;
    struct vv_price hundred[] = {KIT_PRICE("B", 10000)};
    static const vv_money shares[] = {3333, 3333, 3334};
    start_course(&kit);
    kit_job(&kit, 1, "2023-08-31");
    kit_confirm(&kit, 1, "2024-02-28");
    kit.components[RR1].prices = hundred;
    kit.components[RR1].part_of = 3;
    for (int take = 1; take <= 3; take++) {
        kit.components[RR1].part_take = take;
        assert_int_equal(part(&kit, "2024-02-29", "rr1"), shares[take - 1]);
    }
}

/* Blekinge 110 %: 15 400.011 is rounded once to 15 400.01, then divided: 7 700.00 and 7 700.01. */
static void a_part_of_the_area_s_price(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    kit.facts[1].area = "blekinge";
    kit_job(&kit, 1, "2023-08-31");
    kit_confirm(&kit, 1, "2024-02-28");
    assert_int_equal(part(&kit, "2024-02-29", "rr1"), 770000);
    assert_int_equal(part(&kit, "2024-02-29", "rr2"), 770001);
}

/* rr2 requires rr1 of the same outcome. Here rr1 needs an income statement, which reaches through
 * October only: neither is due. With November covered rr1 is, and so is rr2, whose own evidence
 * was there all the time. */
static void the_second_requires_the_first(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    kit.components[RR1].evidence = VV_EVIDENCE_CORROBORATED;
    kit_job(&kit, 1, "2023-08-31");
    kit_confirm(&kit, 1, "2024-02-28");
    assert_int_equal(part(&kit, "2024-02-29", "rr2"), 0);
    struct vv_payment_fact *income = kit_outcome(&kit, VV_FACT_CORROBORATED, 1, "2023-10-31");
    income->evidence = kit_evidence;
    assert_int_equal(part(&kit, "2024-02-29", "rr2"), 0);
    income->on = day("2023-11-29");
    assert_int_equal(part(&kit, "2024-02-29", "rr1"), 700000);
    assert_int_equal(part(&kit, "2024-02-29", "rr2"), 700001);
    kit.components[RR2].requires = NULL;
    income->on = day("2023-10-31");
    assert_int_equal(part(&kit, "2024-02-29", "rr2"), 700001);
}

/* A required milestone that is due later holds the other one back: 3 months requires 6. */
static void the_later_of_both_is_due(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    kit.components[RR1].requires = "rr2";
    kit.components[RR2].requires = NULL;
    kit_job(&kit, 1, "2023-08-31");
    kit_confirm(&kit, 1, "2024-02-28");
    assert_int_equal(part(&kit, "2024-02-28", "rr1"), 0);
    assert_int_equal(part(&kit, "2024-02-29", "rr1"), 700000);
    assert_int_equal(kit_owed(&kit, "rr1", "2023-06-01", 1)->through, day("2023-11-29"));
}

/* An outcome that the required milestone does not count can never meet it. */
static void a_required_one_that_does_not_count(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    kit.components[RR1].on_study = false;
    kit_job(&kit, 1, "2023-08-31")->job = false;
    kit_confirm(&kit, 1, "2024-02-28");
    assert_int_equal(part(&kit, "2024-12-31", "rr2"), 0);
    kit.components[RR2].requires = "nobody"; /* scheme check refuses it; it asks for nothing */
    assert_int_equal(part(&kit, "2024-12-31", "rr2"), 700001);
}

/* A result posts only with evidence: without a document nothing; with `none` until it ends; with
 * `corroborated` as far as both sources reach. Three months: through 29 November. */
static void by_evidence(void **state)
{
    (void)state;
    static const struct {
        enum vv_evidence evidence;
        const char *document, *income; /* through; NULL = none */
        bool paid;
    } rows[] = {
        {VV_EVIDENCE_OF_KIND, NULL, NULL, false},
        {VV_EVIDENCE_DOCUMENT, NULL, NULL, false},
        {VV_EVIDENCE_NONE, NULL, NULL, true},
        {VV_EVIDENCE_OF_KIND, "2023-11-29", NULL, true},
        {VV_EVIDENCE_DOCUMENT, "2023-11-29", NULL, true},
        {VV_EVIDENCE_DOCUMENT, NULL, "2023-11-29", false},
        {VV_EVIDENCE_CORROBORATED, "2023-11-29", NULL, false},
        {VV_EVIDENCE_CORROBORATED, NULL, "2023-11-29", false},
        {VV_EVIDENCE_CORROBORATED, "2023-11-29", "2023-11-28", false},
        {VV_EVIDENCE_CORROBORATED, "2023-11-28", "2023-11-29", false},
        {VV_EVIDENCE_CORROBORATED, "2023-11-29", "2023-11-29", true},
    };
    static struct kit kit;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        start_course(&kit);
        kit.components[RR1].evidence = rows[i].evidence;
        kit_job(&kit, 1, "2023-08-31");
        if (rows[i].document != NULL) {
            kit_confirm(&kit, 1, rows[i].document);
        }
        if (rows[i].income != NULL) {
            kit_outcome(&kit, VV_FACT_CORROBORATED, 1, rows[i].income)->evidence = kit_evidence;
        }
        assert_int_equal(part(&kit, "2023-12-31", "rr1"), rows[i].paid ? 700000 : 0);
    }
    /* The statement is among what the amount rests on. */
    const struct vv_owed *owed = kit_owed(&kit, "rr1", "2023-06-01", 1);
    bool named = false;
    for (size_t i = 0; i < owed->cause_count; i++) {
        named = named || owed->causes[i]->kind == VV_FACT_CORROBORATED;
    }
    assert_true(named);
}

/* Without documents an outcome counts until it ends: on 28 November is a day too early. */
static void without_evidence_the_end_bounds(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    kit.components[RR1].evidence = VV_EVIDENCE_NONE;
    kit_job(&kit, 1, "2023-08-31");
    struct vv_payment_fact *end = kit_outcome(&kit, VV_FACT_OUTCOME_END, 1, "2023-11-28");
    end->evidence = NULL;
    assert_int_equal(part(&kit, "2023-12-31", "rr1"), 0);
    end->on = day("2023-11-29");
    assert_int_equal(part(&kit, "2023-12-31", "rr1"), 700000);
}

/* A statement without a hash, or one that reaches less far than another, changes nothing. */
static void statements_that_say_less(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    kit.components[RR1].evidence = VV_EVIDENCE_CORROBORATED;
    kit_job(&kit, 1, "2023-08-31");
    kit_confirm(&kit, 1, "2023-11-29");
    struct vv_payment_fact *income = kit_outcome(&kit, VV_FACT_CORROBORATED, 1, "2023-11-29");
    assert_int_equal(part(&kit, "2023-12-31", "rr1"), 0);
    income->evidence = kit_evidence;
    kit_outcome(&kit, VV_FACT_CORROBORATED, 1, "2023-09-30")->evidence = kit_evidence;
    assert_int_equal(part(&kit, "2023-12-31", "rr1"), 700000);
}

/* extent: any counts a quarter as a whole; proportional takes the lowest extent that the months
 * rest on, 25 % of 14 000.01 = 3 500.00 (rounded), so 1 750.00; full_only counts neither. */
static void by_extent(void **state)
{
    (void)state;
    static struct kit kit;
    start_course(&kit);
    kit_job(&kit, 1, "2023-08-31");
    kit_outcome(&kit, VV_FACT_OUTCOME_END, 1, "2023-09-30");
    kit_job(&kit, 2, "2023-10-01")->extent_percent = 25;
    kit_confirm(&kit, 2, "2023-11-29");
    assert_int_equal(part(&kit, "2023-12-31", "rr1"), 700000);
    kit.components[RR1].extent = VV_EXTENT_PROPORTIONAL;
    assert_int_equal(part(&kit, "2023-12-31", "rr1"), 175000);
    kit.components[RR1].part_of = 0; /* a whole price: 14 000.01 x 25 % = 3 500.0025 */
    assert_int_equal(part(&kit, "2023-12-31", "rr1"), 350000);
    kit.components[RR1].extent = VV_EXTENT_FULL_ONLY;
    assert_int_equal(part(&kit, "2023-12-31", "rr1"), 0);
}

/* The premium: a start of 50 % is half of 4 000.00 with `proportional`; `full_only` takes 100 %. */
static void the_premium_by_extent(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit_level(&kit, "B", "2020-01-01");
    kit_placement(&kit, 1, 1, "2023-06-01");
    struct vv_payment_fact *job = kit_job(&kit, 1, "2023-06-30");
    job->extent_percent = 99;
    struct vv_component *premium = &kit.components[KIT_PREMIUM];
    premium->extent = VV_EXTENT_PROPORTIONAL;
    assert_int_equal(part(&kit, "2023-06-30", "premium"), 396000);
    premium->extent = VV_EXTENT_FULL_ONLY;
    assert_int_equal(part(&kit, "2023-06-30", "premium"), 0);
    job->extent_percent = 100;
    assert_int_equal(part(&kit, "2023-06-30", "premium"), 400000);
}

/* The premium waits for what it asks for, and then is due on the start day all the same. With
 * premium_requires: result its own extent stays its own. */
static void the_premium_by_evidence(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit_level(&kit, "B", "2020-01-01");
    kit_placement(&kit, 1, 1, "2023-06-01");
    kit_job(&kit, 1, "2023-06-30");
    struct vv_component *premium = &kit.components[KIT_PREMIUM];
    premium->evidence = VV_EVIDENCE_NONE;
    assert_int_equal(part(&kit, "2023-06-30", "premium"), 400000);
    premium->evidence = VV_EVIDENCE_DOCUMENT;
    assert_int_equal(part(&kit, "2023-06-30", "premium"), 0);
    kit_confirm(&kit, 1, "2023-06-30"); /* the start day alone is a document */
    assert_int_equal(part(&kit, "2023-06-30", "premium"), 400000);
    premium->evidence = VV_EVIDENCE_CORROBORATED;
    assert_int_equal(part(&kit, "2023-06-30", "premium"), 0);
    kit_outcome(&kit, VV_FACT_CORROBORATED, 1, "2023-06-30")->evidence = kit_evidence;
    assert_int_equal(part(&kit, "2023-06-30", "premium"), 400000);
    const struct vv_owed *owed = kit_owed(&kit, "premium", "2023-06-01", 1);
    assert_ptr_equal(owed->causes[owed->cause_count - 1], &kit.facts[4]);
    premium->requires_result = true;
    kit.components[KIT_RESULT].extent = VV_EXTENT_PROPORTIONAL;
    kit.facts[2].extent_percent = 50;
    kit_confirm(&kit, 1, "2023-10-31");
    assert_int_equal(part(&kit, "2023-10-30", "premium"), 400000);
    assert_int_equal(kit_owed(&kit, "premium", "2023-06-01", 1)->extent, 100);
    assert_int_equal(part(&kit, "2023-10-30", "result"), 700000);
}

/* Products that do not fit are an error and never an amount. */
static void prices_beyond_the_bound(void **state)
{
    (void)state;
    static struct kit kit;
    struct vv_price huge[] = {KIT_PRICE("B", INT64_MAX / 200)};
    static const struct {
        enum vv_extent extent;
        int part_of;
    } rows[] = {{VV_EXTENT_PROPORTIONAL, 0}, {VV_EXTENT_ANY, 2}, {VV_EXTENT_ANY, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        start_course(&kit);
        kit.components[RR1].prices = huge;
        kit.components[RR1].extent = rows[i].extent;
        kit.components[RR1].part_of = rows[i].part_of;
        kit_job(&kit, 1, "2023-08-31")->extent_percent = 50;
        kit_confirm(&kit, 1, "2023-11-29");
        assert_int_equal(vv_entitlement(kit.facts, kit.count, &kit.lookup, day("2023-12-31"),
                                        &kit_memory, &kit.entitlement),
                         VV_TOO_LARGE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(half_at_three_and_the_rest_at_six),
        cmocka_unit_test(three_parts),
        cmocka_unit_test(a_part_of_the_area_s_price),
        cmocka_unit_test(the_second_requires_the_first),
        cmocka_unit_test(the_later_of_both_is_due),
        cmocka_unit_test(a_required_one_that_does_not_count),
        cmocka_unit_test(by_evidence),
        cmocka_unit_test(without_evidence_the_end_bounds),
        cmocka_unit_test(statements_that_say_less),
        cmocka_unit_test(by_extent),
        cmocka_unit_test(the_premium_by_extent),
        cmocka_unit_test(the_premium_by_evidence),
        cmocka_unit_test(prices_beyond_the_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
