/*
 * test_rating.c: cohort, weights, interval, rating, termination and empty contracts, each with its
 * derivation and at its edges (rules 20, 21).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "vagval/rating.h"

static vv_date day(const char *text)
{
    vv_date date = VV_DATE_NONE;
    assert_int_equal(vv_date_parse(text, &date), VV_OK);
    return date;
}

static struct vv_rating_rules rules_of_agency(void)
{
    return (struct vv_rating_rules){
        .levels = {{"A", 203}, {"B", 277}, {"C", 380}},
        .level_count = 3,
        .rr1_months = 3,
        .rr2_months = 6,
        .cohort_from_months = 22,
        .cohort_to_months = 11,
        .every_months = 2,
        .participants_min = 18,
        .months_min = 12,
        .thresholds = {150000, 250000, 350000},
        .termination = {.rating_max = 1,
                        .measure_below = 200000,
                        .follow_ups = 2,
                        .active_months = 22},
    };
}

/* rules 21: 2026-05 -> 2024-07-01 ... 2025-06-30; and across a February. */
static void test_cohort(void **state)
{
    (void)state;
    struct vv_rating_rules rules = rules_of_agency();
    struct vv_cohort cohort = vv_cohort_of(&rules, day("2026-05-17"));
    assert_int_equal(cohort.from, day("2024-07-01"));
    assert_int_equal(cohort.to, day("2025-06-30"));
    assert_int_equal(cohort.through, day("2026-05-31"));
    cohort = vv_cohort_of(&rules, day("2025-01-01"));
    assert_int_equal(cohort.from, day("2023-03-01"));
    assert_int_equal(cohort.to, day("2024-02-29"));
}

static int64_t micro(const struct vv_weights *weights, size_t level)
{
    int64_t value = 0;
    assert_int_equal(vv_weight_micro(weights, level, &value), VV_OK);
    return value;
}

/*
 * 31 : 39 : 30 people of 203 : 277 : 380. Sum = 6293 + 10803 + 11400 = 28496, so the weights are
 * 203 x 100 / 28496 = 0.7123807, 0.9720663, 1.3335205; the mean (31 x 203 + ...) / 28496 is 1.
 */
static void test_weights(void **state)
{
    (void)state;
    struct vv_rating_rules rules = rules_of_agency();
    const int64_t people[VV_MEASURE_LEVELS] = {31, 39, 30};
    struct vv_weights weights;
    assert_int_equal(vv_weights_normalised(&rules, people, &weights), VV_OK);
    assert_int_equal(micro(&weights, 0), 712381);
    assert_int_equal(micro(&weights, 1), 972066);
    assert_int_equal(micro(&weights, 2), 1333520); /* 1.33352049...: down */
    /* Everybody reached everything: the mean of the weights, exactly 1. */
    struct vv_measure_counts all = {{31, 39, 30}, {31, 39, 30}, {31, 39, 30}};
    struct vv_measure measure;
    assert_int_equal(vv_measure_of(&all, &weights, &measure), VV_OK);
    assert_int_equal(vv_measure_compare(&measure, 1, 0), 0);
    const int64_t nobody[VV_MEASURE_LEVELS] = {0, 0, 0};
    assert_int_equal(vv_weights_normalised(&rules, nobody, &weights), VV_NOT_FOUND);
    const int64_t broken[VV_MEASURE_LEVELS] = {1, -1, 1};
    assert_int_equal(vv_weights_normalised(&rules, broken, &weights), VV_INVALID);
    /* Only one level in the country: its weight is 1, whatever its price. */
    const int64_t only_c[VV_MEASURE_LEVELS] = {0, 0, 7};
    assert_int_equal(vv_weights_normalised(&rules, only_c, &weights), VV_OK);
    assert_int_equal(micro(&weights, 2), 1000000);
}

static struct vv_weights published_weights(void)
{
    return (struct vv_weights){{710678, 969742, 1330332}, 1000000};
}

/*
 * The published example: 0.270554 of at most (58 x .710678 + 109 x .969742 + 92 x 1.330332) / 259 =
 * 1.039814: a share of 0.260195. Wilson with n = 259, z = 1.96: centre (2np + z2) / (2(n + z2)),
 * half z sqrt(4np(1-p) + z2) / (2(n + z2)): 0.210542 ... 0.316857, times 1.039814 = 0.218924 ...
 * 0.329472; outward: 0.218 ... 0.330.
 */
static void test_interval(void **state)
{
    (void)state;
    struct vv_weights weights = published_weights();
    struct vv_measure_counts counts = {{58, 109, 92}, {14, 36, 26}, {13, 27, 19}};
    struct vv_interval interval = vv_measure_interval(&counts, &weights);
    assert_true(interval.known);
    assert_int_equal(interval.low, 218);
    assert_int_equal(interval.high, 330);
}

/* Nobody of 18: 0 ... z2 / (n + z2) = 3.8416 / 21.8416 = 0.175884, outward 0.176. All of 18: the
 * mirror, 0.824116 ... 1. Nobody at all: unknown. */
static void test_interval_at_the_ends(void **state)
{
    (void)state;
    struct vv_weights even = {{1, 1, 1}, 1};
    struct vv_measure_counts none = {{18, 0, 0}, {0, 0, 0}, {0, 0, 0}};
    struct vv_interval interval = vv_measure_interval(&none, &even);
    assert_true(interval.known);
    assert_int_equal(interval.low, 0);
    assert_int_equal(interval.high, 176);
    struct vv_measure_counts all = {{18, 0, 0}, {18, 0, 0}, {18, 0, 0}};
    interval = vv_measure_interval(&all, &even);
    assert_int_equal(interval.low, 824);
    assert_int_equal(interval.high, 1000);
    struct vv_measure_counts nobody = {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}};
    assert_false(vv_measure_interval(&nobody, &even).known);
    /* Weights of 30 digits are reduced, not overflowed. */
    vv_wide big = (vv_wide)1 << 99;
    struct vv_weights wide = {{big, big, big}, big};
    interval = vv_measure_interval(&none, &wide);
    assert_int_equal(interval.high, 176);
}

static int rate(vv_wide numerator, vv_wide denominator, int64_t people, const char *from,
                enum vv_rating_reason expected)
{
    struct vv_rating_rules rules = rules_of_agency();
    struct vv_measure measure = {denominator != 0, numerator, denominator};
    enum vv_rating_reason reason = VV_RATED;
    int rating = vv_rating_of(&rules, &measure, people, day(from), day("2026-05-01"), &reason);
    assert_int_equal(reason, expected);
    return rating;
}

/* Thresholds .150 .250 .350, compared exactly: 249999999 / 10^9 is shown as 0.250 and is a 2. */
static void test_rating(void **state)
{
    (void)state;
    assert_int_equal(rate(0, 1, 18, "2020-01-01", VV_RATED), 1);
    assert_int_equal(rate(149999, 1000000, 18, "2020-01-01", VV_RATED), 1);
    assert_int_equal(rate(15, 100, 18, "2020-01-01", VV_RATED), 2);
    assert_int_equal(rate(249999999, 1000000000, 18, "2020-01-01", VV_RATED), 2);
    assert_int_equal(rate(1, 4, 18, "2020-01-01", VV_RATED), 3);
    assert_int_equal(rate(35, 100, 18, "2020-01-01", VV_RATED), 4);
    /* 17 participants; nobody; 12 months are full on 2026-05-31 when it began on 2025-06-01. */
    assert_int_equal(rate(1, 4, 17, "2020-01-01", VV_UNRATED_FEW), 0);
    assert_int_equal(rate(0, 0, 0, "2020-01-01", VV_UNRATED_NOBODY), 0);
    assert_int_equal(rate(1, 4, 18, "2025-06-01", VV_RATED), 3);
    assert_int_equal(rate(1, 4, 18, "2025-06-02", VV_UNRATED_YOUNG), 0);
}

static struct vv_follow_up follow_up(const char *month, int rating, vv_wide hundredths)
{
    return (struct vv_follow_up){
        .month = day(month), .rating = rating, .measure = {true, hundredths, 100}};
}

static bool ends(struct vv_follow_up first, struct vv_follow_up second, const char *from)
{
    struct vv_rating_rules rules = rules_of_agency();
    struct vv_follow_up list[] = {follow_up("2025-11-01", 4, 90), first, second};
    return vv_termination_is_due(&rules, day(from), list, 3);
}

/* Follow-ups every second month: 2026-03 and 2026-05. 22 months are full on 2026-05-31 when the
 * contract began on 2024-08-01. */
static void test_termination(void **state)
{
    (void)state;
    struct vv_follow_up march = follow_up("2026-03-01", 1, 19);
    struct vv_follow_up may = follow_up("2026-05-01", 1, 19);
    assert_true(ends(march, may, "2024-08-01"));
    assert_false(ends(march, may, "2024-08-02"));
    /* No rating is like a 1; a 2 is not; 0.20 is not below 0.2. */
    assert_true(ends(follow_up("2026-03-01", 0, 19), may, "2020-01-01"));
    assert_false(ends(follow_up("2026-03-01", 2, 19), may, "2020-01-01"));
    assert_false(ends(march, follow_up("2026-05-01", 2, 19), "2020-01-01"));
    assert_false(ends(follow_up("2026-03-01", 1, 20), may, "2020-01-01"));
    assert_false(ends(march, follow_up("2026-05-01", 1, 20), "2020-01-01"));
    /* A follow-up is missing between the two. */
    assert_false(ends(follow_up("2026-01-01", 1, 19), may, "2020-01-01"));
    /* Nobody took part: unknown, never below. */
    struct vv_follow_up unknown = {.month = day("2026-03-01"), .rating = 0};
    assert_false(ends(unknown, may, "2020-01-01"));
    struct vv_rating_rules rules = rules_of_agency();
    assert_false(vv_termination_is_due(&rules, day("2020-01-01"), &may, 1));
    struct vv_follow_up both[] = {march, may};
    rules.termination.active_months = 0; /* the scheme has no such rule */
    assert_false(vv_termination_is_due(&rules, day("2020-01-01"), both, 2));
}

/* rules 20: authorised 2024-02-29, twelve months: 2025-02-28; a choice moves it. */
static void test_empty_contract(void **state)
{
    (void)state;
    vv_date from = day("2024-02-29");
    assert_int_equal(vv_empty_contract_due(12, from, 0), day("2025-02-28"));
    assert_false(vv_empty_contract_is_due(12, from, 0, 0, day("2025-02-27")));
    assert_true(vv_empty_contract_is_due(12, from, 0, 0, day("2025-02-28")));
    assert_false(vv_empty_contract_is_due(12, from, 0, 1, day("2025-02-28")));
    assert_int_equal(vv_empty_contract_due(12, from, day("2024-06-10")), day("2025-06-10"));
    assert_int_equal(vv_empty_contract_due(0, from, 0), VV_DATE_NONE);
    assert_false(vv_empty_contract_is_due(0, from, 0, 0, day("2030-01-01")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cohort),         cmocka_unit_test(test_weights),
        cmocka_unit_test(test_interval),       cmocka_unit_test(test_interval_at_the_ends),
        cmocka_unit_test(test_rating),         cmocka_unit_test(test_termination),
        cmocka_unit_test(test_empty_contract),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
