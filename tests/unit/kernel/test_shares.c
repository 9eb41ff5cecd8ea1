/*
 * test_shares.c: quotas by customers (rules 7, 15), the admission of a trial and the reference
 * value of own effort (rules 17).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "vagval/shares.h"

__extension__ typedef __int128 wide;

/* 1 000 000.00 EUR, 7 of 24 customers: 100000000 x 7 / 24 = 29166666.67 -> 29166666 cents: down,
 * since the three trials of 8 + 8 + 8 customers must not get more than the whole. */
static void the_trials_part_of_an_appropriation(void **state)
{
    (void)state;
    int64_t quota = -1;
    assert_int_equal(vv_quota_of_trial(100000000, 7, 24, &quota), VV_OK);
    assert_int_equal(quota, 29166666);
    assert_int_equal(vv_quota_of_trial(100000000, 24, 24, &quota), VV_OK);
    assert_int_equal(quota, 100000000);
    assert_int_equal(vv_quota_of_trial(100000000, 0, 24, &quota), VV_OK);
    assert_int_equal(quota, 0);
    assert_int_equal(vv_quota_of_trial(INT64_MAX, INT64_MAX - 1, INT64_MAX, &quota), VV_OK);
    assert_int_equal(quota, INT64_MAX - 1);
    assert_int_equal(vv_quota_of_trial(1, 25, 24, &quota), VV_INVALID);
    assert_int_equal(vv_quota_of_trial(1, 0, 0, &quota), VV_INVALID);
    assert_int_equal(vv_quota_of_trial(-1, 1, 2, &quota), VV_INVALID);
}

/* 1 000.00 by 5 : 3 : 3 (of 11): 45454.54.., 27272.72.., 27272.72..: floors 45454 27272 27272, two
 * cents left, both of the largest remainders .72, so the two threes. */
static void the_largest_remainder_takes_what_is_left(void **state)
{
    (void)state;
    struct vv_share_part parts[] = {{"091", 5, 0}, {"049", 3, 0}, {"092", 3, 0}};
    assert_int_equal(vv_quota_share(100000, parts, 3), VV_OK);
    assert_string_equal(parts[0].code, "049");
    assert_int_equal(parts[0].share, 27273);
    assert_string_equal(parts[1].code, "091");
    assert_int_equal(parts[1].share, 45454);
    assert_string_equal(parts[2].code, "092");
    assert_int_equal(parts[2].share, 27273);
}

/* 1.00 by 1 : 1 : 1: 33.3 each, one cent left, equal remainders: the lowest code. Whatever order
 * they are written in. Staff is shared alike: 10.00 person-years by 2 : 1 = 6.67 and 3.33. */
static void ties_go_by_code_and_staff_is_shared_alike(void **state)
{
    (void)state;
    struct vv_share_part parts[] = {{"c", 1, 0}, {"a", 1, 0}, {"b", 1, 0}};
    assert_int_equal(vv_quota_share(100, parts, 3), VV_OK);
    assert_string_equal(parts[0].code, "a");
    assert_int_equal(parts[0].share, 34);
    assert_int_equal(parts[1].share, 33);
    assert_int_equal(parts[2].share, 33);
    struct vv_share_part staff[] = {{"a", 1, 0}, {"b", 2, 0}};
    assert_int_equal(vv_quota_share(1000, staff, 2), VV_OK);
    assert_int_equal(staff[0].share, 333);
    assert_int_equal(staff[1].share, 667);
    struct vv_share_part twice[] = {{"a", 1, 0}, {"a", 2, 0}};
    assert_int_equal(vv_quota_share(1000, twice, 2), VV_CONFLICT);
    struct vv_share_part nobody[] = {{"a", 0, 0}};
    assert_int_equal(vv_quota_share(1000, nobody, 1), VV_INVALID);
    assert_int_equal(vv_quota_share(1000, NULL, 0), VV_INVALID);
    assert_int_equal(vv_quota_share(-1, staff, 2), VV_INVALID);
}

/* Whatever the customers: the shares sum to the total, none differs from its exact part by a whole
 * unit, and more customers never get less. */
static void shares_sum_exactly(void **state)
{
    (void)state;
    const unsigned seed = 20211201;
    print_message("seed %u\n", seed);
    srandom(seed);
    for (int round = 0; round < 2000; round++) {
        struct vv_share_part parts[12];
        char codes[12][8];
        size_t count = 1 + (size_t)random() % 12;
        int64_t all = 0;
        for (size_t i = 0; i < count; i++) {
            snprintf(codes[i], sizeof codes[i], "%03ld", random() % 80 * 12 + (long)i);
            parts[i] = (struct vv_share_part){codes[i], random() % 40000, 0};
            all += parts[i].customers;
        }
        if (all == 0) {
            continue;
        }
        int64_t total = (int64_t)random() * 1000 + random() % 1000;
        assert_int_equal(vv_quota_share(total, parts, count), VV_OK);
        int64_t sum = 0;
        for (size_t i = 0; i < count; i++) {
            int64_t down = (int64_t)((wide)total * parts[i].customers / all);
            assert_true(parts[i].share == down || parts[i].share == down + 1);
            sum += parts[i].share;
            for (size_t k = 0; k < count; k++) {
                assert_true(parts[i].customers <= parts[k].customers ||
                            parts[i].share >= parts[k].share);
            }
        }
        assert_int_equal(sum, total);
    }
}

/* 15 % of 1 000 000.07 is 150 000.0105: 150 000.01 does not reach it and 150 000.02 does, though
 * both are "15.0 %" when rounded. */
static void own_effort_is_compared_exactly(void **state)
{
    (void)state;
    assert_false(vv_reaches_percent(15000001, 100000007, 15));
    assert_true(vv_reaches_percent(15000002, 100000007, 15));
    assert_true(vv_reaches_percent(15, 100, 15));
    assert_false(vv_reaches_percent(INT64_MAX / 7, INT64_MAX, 15));
    assert_true(vv_reaches_percent(INT64_MAX, INT64_MAX, 15));
}

static struct vv_trial_verdict judged(const struct vv_trial *trial)
{
    struct vv_trial_verdict verdict;
    assert_int_equal(vv_trial_judge(trial, &verdict), VV_OK);
    return verdict;
}

/* 18 000 + 12 000 = 30 000 inhabitants: enough; one fewer is not. (1 500 + 500 + 2 000 chosen
 * earlier) of 10 000 = 40 %: few enough; one more is not, but for a weighty reason it may be. */
static void admission(void **state)
{
    (void)state;
    struct vv_trial_municipality places[] = {{"091", "uusimaa", 18000, 1500},
                                             {"049", "uusimaa", 12000, 500}};
    struct vv_trial trial = {.municipalities = places,
                             .count = 2,
                             .chosen_customers = 2000,
                             .area_customers = 10000,
                             .own_effort = 14,
                             .support_cost = 100};
    struct vv_trial_verdict verdict = judged(&trial);
    assert_true(verdict.admitted);
    assert_int_equal(verdict.inhabitants, 30000);
    assert_int_equal(verdict.customers, 2000);
    assert_false(verdict.effort_reached); /* reported, and yet admitted */
    trial.own_effort = 15;
    assert_true(judged(&trial).effort_reached);

    places[1].inhabitants--;
    verdict = judged(&trial);
    assert_false(verdict.enough_inhabitants || verdict.admitted);
    trial.inhabitants_waived = true;
    assert_true(judged(&trial).admitted);

    trial.chosen_customers++;
    verdict = judged(&trial);
    assert_false(verdict.few_enough_customers || verdict.admitted);
    trial.customers_waived = true;
    assert_true(judged(&trial).admitted);

    places[1].centre = "hame";
    verdict = judged(&trial);
    assert_false(verdict.one_centre || verdict.admitted); /* never waived */
}

static void a_trial_that_makes_no_sense_is_no_verdict(void **state)
{
    (void)state;
    struct vv_trial_municipality places[] = {{"091", "a", 1, 1}, {"091", "a", 1, 1}};
    struct vv_trial trial = {.municipalities = places, .count = 2, .area_customers = 10};
    struct vv_trial_verdict verdict;
    assert_int_equal(vv_trial_judge(&trial, &verdict), VV_CONFLICT);
    places[1].code = "092";
    places[1].customers = -1;
    assert_int_equal(vv_trial_judge(&trial, &verdict), VV_INVALID);
    places[1].customers = INT64_MAX;
    assert_int_equal(vv_trial_judge(&trial, &verdict), VV_TOO_LARGE);
    trial.count = 0;
    assert_int_equal(vv_trial_judge(&trial, &verdict), VV_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_trials_part_of_an_appropriation),
        cmocka_unit_test(the_largest_remainder_takes_what_is_left),
        cmocka_unit_test(ties_go_by_code_and_staff_is_shared_alike),
        cmocka_unit_test(shares_sum_exactly),
        cmocka_unit_test(own_effort_is_compared_exactly),
        cmocka_unit_test(admission),
        cmocka_unit_test(a_trial_that_makes_no_sense_is_no_verdict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
