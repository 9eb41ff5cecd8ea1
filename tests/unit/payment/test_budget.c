/*
 * Budgets and quotas (rules 15): what is reserved and consumed under cover never exceeds the limit,
 * whatever comes in whatever order; and what a placement is expected to cost.
 */
#include <stdio.h>

#include "../../../services/payment/budget.h"
#include "../../../services/payment/expected.h"
#include "kit.h"
#include "vagval/limits.h"

static Vagval__V1__Budget budget_of(vv_money limit)
{
    Vagval__V1__Budget budget = VAGVAL__V1__BUDGET__INIT;
    if (limit >= 0) {
        assert_int_equal(vv_budget_limit(&budget, limit), VV_OK);
    }
    return budget;
}

/* One order; returns whether it changed anything. */
static bool order(Vagval__V1__Budget *budget, Vagval__V1__BudgetHold *hold, uint32_t sequence,
                  vv_money reserved, vv_money consumed)
{
    Vagval__V1__BudgetClaim claim = VAGVAL__V1__BUDGET_CLAIM__INIT;
    bool changed = false;
    claim.sequence = sequence;
    claim.reserved = reserved;
    claim.consumed = consumed;
    assert_int_equal(vv_budget_apply(budget, hold, &claim, &changed), VV_OK);
    return changed;
}

static void a_reservation_is_all_or_nothing(void **state)
{
    (void)state;
    Vagval__V1__Budget budget = budget_of(1000);
    Vagval__V1__BudgetHold first = VAGVAL__V1__BUDGET_HOLD__INIT;
    Vagval__V1__BudgetHold second = VAGVAL__V1__BUDGET_HOLD__INIT;
    assert_true(order(&budget, &first, 1, 600, 0));
    assert_true(first.covered);
    assert_int_equal(vv_budget_free(&budget), 400);
    assert_true(order(&budget, &second, 1, 401, 0));
    assert_false(second.covered);
    assert_int_equal(second.reserved, 0);
    assert_string_equal(vv_budget_reason(&budget, &second), "quota");
    assert_true(order(&budget, &second, 2, 400, 0)); /* to the last unit */
    assert_true(second.covered);
    assert_int_equal(vv_budget_free(&budget), 0);
    assert_string_equal(vv_budget_reason(&budget, &second), "");
}

/* 600 reserved; 200 of it posted: 400 + 200. Then ended: the rest is free again. */
static void consumed_then_released(void **state)
{
    (void)state;
    Vagval__V1__Budget budget = budget_of(1000);
    Vagval__V1__BudgetHold hold = VAGVAL__V1__BUDGET_HOLD__INIT;
    assert_true(order(&budget, &hold, 1, 600, 0));
    assert_true(order(&budget, &hold, 2, 400, 200));
    assert_int_equal(budget.reserved, 400);
    assert_int_equal(budget.consumed, 200);
    assert_int_equal(vv_budget_free(&budget), 400);
    assert_true(order(&budget, &hold, 3, 0, 200));
    assert_int_equal(vv_budget_free(&budget), 800);
}

static void what_comes_late_or_twice_changes_nothing(void **state)
{
    (void)state;
    Vagval__V1__Budget budget = budget_of(1000);
    Vagval__V1__BudgetHold hold = VAGVAL__V1__BUDGET_HOLD__INIT;
    assert_true(order(&budget, &hold, 3, 0, 200));
    assert_false(order(&budget, &hold, 1, 600, 0));
    assert_false(order(&budget, &hold, 3, 500, 500));
    assert_int_equal(budget.reserved, 0);
    assert_int_equal(budget.consumed, 200);
}

/* What is owed is posted all the same: counted, and shown as without cover. An increase that finds
 * no room takes nothing from what was reserved before. */
static void what_is_owed_is_counted_without_cover(void **state)
{
    (void)state;
    Vagval__V1__Budget budget = budget_of(1000);
    Vagval__V1__BudgetHold hold = VAGVAL__V1__BUDGET_HOLD__INIT;
    Vagval__V1__BudgetHold other = VAGVAL__V1__BUDGET_HOLD__INIT;
    assert_true(order(&budget, &hold, 1, 700, 0));
    assert_true(order(&budget, &other, 1, 0, 400));
    assert_int_equal(budget.over, 100);
    assert_false(other.covered);
    assert_int_equal(budget.consumed, 400);
    assert_true(order(&budget, &hold, 2, 800, 0));
    assert_false(hold.covered);
    assert_int_equal(hold.reserved, 700);
    assert_int_equal(vv_budget_limit(&budget, 999), VV_REFUSED);
    assert_int_equal(vv_budget_limit(&budget, 1200), VV_OK);
    assert_true(order(&budget, &other, 2, 0, 400));
    assert_true(other.covered);
    assert_int_equal(budget.over, 0);
}

static void without_a_limit_nothing_is_covered(void **state)
{
    (void)state;
    Vagval__V1__Budget budget = budget_of(-1);
    Vagval__V1__BudgetHold hold = VAGVAL__V1__BUDGET_HOLD__INIT;
    assert_true(order(&budget, &hold, 1, 1, 0));
    assert_false(hold.covered);
    assert_string_equal(vv_budget_reason(&budget, &hold), "no_budget");
    Vagval__V1__BudgetClaim claim = VAGVAL__V1__BUDGET_CLAIM__INIT;
    bool changed = false;
    claim.sequence = 2;
    claim.reserved = -1;
    assert_int_equal(vv_budget_apply(&budget, &hold, &claim, &changed), VV_INVALID);
    assert_int_equal(vv_budget_limit(&budget, -1), VV_INVALID);
}

/* Random orders of twelve claims, late, repeated and reordered, and limits that move: cover never
 * exceeds the limit, the sums are those of the claims, and nothing is negative. */
static void never_exceeded_under_any_interleaving(void **state)
{
    (void)state;
    const unsigned seed = 464;
    print_message("seed %u\n", seed);
    srandom(seed);
    for (int round = 0; round < 300; round++) {
        Vagval__V1__Budget budget = budget_of(random() % 5000);
        Vagval__V1__BudgetHold holds[12];
        uint32_t sequence[12] = {0};
        for (size_t i = 0; i < 12; i++) {
            vagval__v1__budget_hold__init(&holds[i]);
        }
        for (int step = 0; step < 200; step++) {
            size_t at = (size_t)random() % 12;
            if (random() % 10 == 0) {
                (void)!vv_budget_limit(&budget, random() % 6000);
            } else {
                uint32_t number =
                    random() % 5 == 0 ? (uint32_t)random() % (sequence[at] + 1) : ++sequence[at];
                (void)order(&budget, &holds[at], number, random() % 900, random() % 500);
            }
            vv_money reserved = 0;
            vv_money consumed = 0;
            vv_money over = 0;
            for (size_t i = 0; i < 12; i++) {
                assert_true(holds[i].reserved >= 0 && holds[i].reserved <= holds[i].wanted);
                assert_true(holds[i].over >= 0 && holds[i].over <= holds[i].consumed);
                reserved += holds[i].reserved;
                consumed += holds[i].consumed;
                over += holds[i].over;
            }
            assert_int_equal(budget.reserved, reserved);
            assert_int_equal(budget.consumed, consumed);
            assert_int_equal(budget.over, over);
            assert_true(reserved + consumed - over <= budget.limit);
        }
    }
}

/* A quarter of the largest amount is the most that an order, and a budget, may hold: no sum of four
 * of them can overflow. Beyond it nothing changes. */
static void amounts_beyond_the_bound_are_refused(void **state)
{
    (void)state;
    const vv_money most = VV_MONEY_MAX / 4;
    static const struct {
        vv_money reserved, consumed; /* beyond `most` where it is 1, below 0 where it is -1 */
        enum vv_status status;
    } cases[] = {{0, 0, VV_OK},
                 {1, 0, VV_INVALID},
                 {-1, 0, VV_INVALID},
                 {0, 1, VV_INVALID},
                 {0, -1, VV_INVALID}};
    Vagval__V1__BudgetClaim claim = VAGVAL__V1__BUDGET_CLAIM__INIT;
    bool changed = false;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Vagval__V1__Budget budget = VAGVAL__V1__BUDGET__INIT;
        Vagval__V1__BudgetHold hold = VAGVAL__V1__BUDGET_HOLD__INIT;
        claim.sequence = 1;
        claim.reserved = cases[i].reserved < 0 ? -1 : most + cases[i].reserved;
        claim.consumed = cases[i].consumed < 0 ? -1 : most + cases[i].consumed;
        assert_int_equal(vv_budget_apply(&budget, &hold, &claim, &changed), cases[i].status);
        assert_int_equal(hold.sequence, cases[i].status == VV_OK ? 1 : 0);
    }
    Vagval__V1__Budget budget = budget_of(most);
    Vagval__V1__BudgetHold first = VAGVAL__V1__BUDGET_HOLD__INIT;
    Vagval__V1__BudgetHold second = VAGVAL__V1__BUDGET_HOLD__INIT;
    assert_true(order(&budget, &first, 1, most, most)); /* half of it is over */
    for (int which = 0; which < 2; which++) {
        claim.sequence = 1;
        claim.reserved = which == 0 ? 1 : 0;
        claim.consumed = which;
        budget.reserved = most; /* as if all had found cover */
        assert_int_equal(vv_budget_apply(&budget, &second, &claim, &changed), VV_TOO_LARGE);
        assert_int_equal(second.sequence, 0);
    }
    assert_int_equal(vv_budget_limit(&budget, most + 1), VV_INVALID);
    assert_int_equal(vv_budget_limit(&budget, -1), VV_INVALID);
    assert_int_equal(budget.limit, most);
}

static void homes_tell_budgets_apart(void **state)
{
    (void)state;
    struct vv_id one = vv_budget_id("se-x", "umea", 2021, "", 16);
    assert_true(vv_id_partition(one) < 16);
    assert_true(vv_id_equal(one, vv_budget_id("se-x", "umea", 2021, "", 16)));
    assert_false(vv_id_equal(one, vv_budget_id("se-x", "umea", 2022, "", 16)));
    assert_false(vv_id_equal(one, vv_budget_id("se-x", "umea", 2021, "a", 16)));
    assert_false(vv_id_equal(one, vv_budget_id("se-y", "umea", 2021, "", 16)));
    assert_false(vv_id_equal(one, vv_id_area("se-x", "umea", 16)));
    struct vv_id claim = vv_budget_claim_id(one, kit_id('A', 1), kit_id('G', 1));
    assert_int_equal(vv_id_partition(claim), vv_id_partition(one));
    assert_false(vv_id_equal(claim, vv_budget_claim_id(one, kit_id('A', 1), (struct vv_id){{0}})));
}

/* ---- what a placement is expected to cost ---- */

static struct vv_expected ask_expected(struct kit *kit, const char *as_of,
                                       const struct vv_posted *posted, size_t posted_count)
{
    struct vv_expected expected;
    const struct vv_expected_question question = {.facts = kit->facts,
                                                  .fact_count = kit->count,
                                                  .schemes = &kit->lookup,
                                                  .scheme = &kit->scheme,
                                                  .posted = posted,
                                                  .posted_count = posted_count,
                                                  .as_of = day(as_of)};
    assert_int_equal(vv_expected_cost(&question, &kit_memory, &expected), VV_OK);
    return expected;
}

static vv_money sum_of(const struct vv_expected *expected, const char *component, bool certain)
{
    vv_money sum = 0;
    for (size_t i = 0; i < expected->count; i++) {
        if (strcmp(expected->lines[i].component->code, component) == 0) {
            sum += certain ? expected->lines[i].certain : expected->lines[i].hoped;
        }
    }
    return sum;
}

/* 1 June to 30 November 2021 at level B: 183 days x 150.00 = 27 450.00 of base, certain. A job on 1
 * December: 183 days, beyond the premium's bands; result 14 000.00, of which the scheme expects 40
 * %: 5 600.00, due on 1 April 2022. */
static void a_placement_at_its_start(void **state)
{
    (void)state;
    static struct kit kit;
    static const struct vv_expected_percent percents[] = {{"result", 40}};
    kit_reset(&kit);
    kit.scheme.budget =
        (struct vv_budget_terms){.used = true, .expected = percents, .expected_count = 1};
    kit_level(&kit, "B", "2021-06-01");
    kit_placement(&kit, 1, 1, "2021-06-01");
    struct vv_expected expected = ask_expected(&kit, "2021-06-01", NULL, 0);
    assert_int_equal(sum_of(&expected, "base", true), 2745000);
    assert_int_equal(sum_of(&expected, "base", false), 0);
    assert_int_equal(sum_of(&expected, "result", true), 0);
    assert_int_equal(sum_of(&expected, "result", false), 560000);
    assert_int_equal(sum_of(&expected, "premium", false), 0);
    for (size_t i = 0; i < expected.count; i++) {
        if (strcmp(expected.lines[i].component->code, "result") == 0) {
            assert_int_equal(expected.lines[i].due, day("2022-04-01"));
        }
        assert_true(expected.lines[i].due > day("2021-06-01"));
    }
}

/* June, 30 x 150.00 = 4 500.00, has been posted: 22 950.00 is left. What is due and not posted
 * counts as of today. */
static void what_stands_is_not_expected_again(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit.scheme.budget.used = true;
    kit_level(&kit, "B", "2021-06-01");
    kit_placement(&kit, 1, 1, "2021-06-01");
    const struct vv_posted posted = {.component = "base",
                                     .period = day("2021-06-01"),
                                     .contract = kit_id('C', 1),
                                     .posted = 450000};
    struct vv_expected expected = ask_expected(&kit, "2021-07-01", &posted, 1);
    assert_int_equal(sum_of(&expected, "base", true), 2295000);
    expected = ask_expected(&kit, "2021-07-01", NULL, 0);
    assert_int_equal(sum_of(&expected, "base", true), 2745000);
    assert_int_equal(expected.lines[0].due, day("2021-07-01"));
}

/* Ended on 30 June without a job: nothing more can come but what is due. With a job on 15 June the
 * result is expected, since the job goes on; once it has ended, no longer. */
static void what_has_ended_is_not_expected(void **state)
{
    (void)state;
    static struct kit kit;
    kit_reset(&kit);
    kit.scheme.budget.used = true;
    kit_level(&kit, "B", "2021-06-01");
    kit_placement(&kit, 1, 1, "2021-06-01");
    kit_end(&kit, 1, "2021-06-30");
    struct vv_expected expected = ask_expected(&kit, "2021-07-15", NULL, 0);
    assert_int_equal(sum_of(&expected, "base", true), 450000);
    assert_int_equal(sum_of(&expected, "result", false), 0);
    kit_job(&kit, 1, "2021-06-15");
    expected = ask_expected(&kit, "2021-07-15", NULL, 0);
    assert_int_equal(sum_of(&expected, "base", true), 210000); /* 14 days */
    assert_int_equal(sum_of(&expected, "result", false), 1400000);
    assert_int_equal(sum_of(&expected, "premium", true), 400000);
    kit_outcome(&kit, VV_FACT_OUTCOME_END, 1, "2021-07-10");
    expected = ask_expected(&kit, "2021-07-15", NULL, 0);
    assert_int_equal(sum_of(&expected, "result", false), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reservation_is_all_or_nothing),
        cmocka_unit_test(consumed_then_released),
        cmocka_unit_test(what_comes_late_or_twice_changes_nothing),
        cmocka_unit_test(what_is_owed_is_counted_without_cover),
        cmocka_unit_test(without_a_limit_nothing_is_covered),
        cmocka_unit_test(never_exceeded_under_any_interleaving),
        cmocka_unit_test(amounts_beyond_the_bound_are_refused),
        cmocka_unit_test(homes_tell_budgets_apart),
        cmocka_unit_test(a_placement_at_its_start),
        cmocka_unit_test(what_stands_is_not_expected_again),
        cmocka_unit_test(what_has_ended_is_not_expected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
