/*
 * test_measure.c: the published result measure against worked examples and at its edges.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "vagval/measure.h"

static struct vv_weights weights_of(const char *a, const char *b, const char *c)
{
    struct vv_decimal_number decimals[VV_MEASURE_LEVELS] = {{.units = 0}};
    struct vv_weights weights;
    assert_int_equal(vv_decimal_parse(a, '.', &decimals[0]), VV_OK);
    assert_int_equal(vv_decimal_parse(b, '.', &decimals[1]), VV_OK);
    assert_int_equal(vv_decimal_parse(c, '.', &decimals[2]), VV_OK);
    assert_int_equal(vv_weights_from_decimals(decimals, &weights), VV_OK);
    return weights;
}

static void expect(struct vv_measure_counts counts, const char *a, const char *b, const char *c,
                   const char *expected)
{
    struct vv_weights weights = weights_of(a, b, c);
    struct vv_measure measure;
    char text[VV_MEASURE_TEXT_BYTES];
    assert_int_equal(vv_measure_of(&counts, &weights, &measure), VV_OK);
    vv_measure_format(&measure, text);
    assert_string_equal(text, expected);
}

/*
 * The published example of May 2026. (14 + 13) x .710678 = 19.188306; (36 + 27) x .969742 =
 * 61.093746; (26 + 19) x 1.330332 = 59.86494; together 140.146992; divided by 2 x 259 = 518:
 * 0.270554..., so 0.271.
 */
static void test_published_example(void **state)
{
    (void)state;
    expect((struct vv_measure_counts){{58, 109, 92}, {14, 36, 26}, {13, 27, 19}}, ".710678",
           ".969742", "1.330332", "0.271");
}

/* 1 result of 1 participant: weight / 2. 0.001 / 2 = 0.0005, half: up. 0.000999...9 / 2 lies below
 * the half by 5 x 10^-30, which a double cannot tell. */
static void test_half_goes_up(void **state)
{
    (void)state;
    struct vv_measure_counts one = {{1, 0, 0}, {1, 0, 0}, {0, 0, 0}};
    expect(one, "0.001", "0", "0", "0.001");
    expect(one, "0.00099999999999999999999999999", "0", "0", "0.000");
    expect(one, "0.003", "0", "0", "0.002"); /* 0.0015 */
    expect(one, "0.005", "0", "0", "0.003"); /* 0.0025: half to even would say 0.002 */
    expect(one, "1.999", "1", "1", "1.000"); /* 0.9995 carries */
}

/* Everybody reached both halves: (1 + 1) x 1 / 2 = 1. Nobody: 0, which is known. */
static void test_all_and_none(void **state)
{
    (void)state;
    expect((struct vv_measure_counts){{7, 5, 3}, {7, 5, 3}, {7, 5, 3}}, "1", "1", "1", "1.000");
    expect((struct vv_measure_counts){{7, 5, 3}, {0, 0, 0}, {0, 0, 0}}, "1", "1", "1", "0.000");
}

static void test_nobody_is_unknown(void **state)
{
    (void)state;
    expect((struct vv_measure_counts){{0, 0, 0}, {0, 0, 0}, {0, 0, 0}}, "1", "1", "1", "unknown");
}

static void test_counts_are_checked(void **state)
{
    (void)state;
    struct vv_weights weights = weights_of("1", "1", "1");
    struct vv_measure measure = {.known = true, .numerator = 7, .denominator = 9};
    struct vv_measure_counts counts[] = {
        {{5, 0, 0}, {6, 0, 0}, {0, 0, 0}},  {{5, 0, 0}, {0, 0, 0}, {6, 0, 0}},
        {{-1, 0, 0}, {0, 0, 0}, {0, 0, 0}}, {{5, 0, 0}, {-1, 0, 0}, {0, 0, 0}},
        {{5, 0, 0}, {0, 0, 0}, {0, 0, -1}}, {{VV_MEASURE_COUNT_MAX + 1, 0, 0}, {0}, {0}},
    };
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        assert_int_equal(vv_measure_of(&counts[i], &weights, &measure), VV_INVALID);
    }
    assert_int_equal(measure.numerator, 7); /* untouched on failure */
}

static void test_overflow_is_told(void **state)
{
    (void)state;
    /* 30 digits x 10^8 participants x 2: 2 x 10^38 fits 128 bits (3.4 x 10^38); three such do not.
     */
    struct vv_weights big = weights_of("999999999999999999999999999999", "0", "0");
    struct vv_measure_counts one = {
        {VV_MEASURE_COUNT_MAX, 0, 0}, {VV_MEASURE_COUNT_MAX, 0, 0}, {VV_MEASURE_COUNT_MAX, 0, 0}};
    struct vv_measure measure;
    int64_t units = 0;
    assert_int_equal(vv_measure_of(&one, &big, &measure), VV_OK);
    assert_int_equal(vv_measure_round(&measure, 3, &units), VV_TOO_LARGE);
    assert_int_equal(vv_measure_compare(&measure, INT64_MAX, 0), 1);
    struct vv_weights all =
        weights_of("999999999999999999999999999999", "999999999999999999999999999999",
                   "999999999999999999999999999999");
    struct vv_measure_counts three = {
        {VV_MEASURE_COUNT_MAX, VV_MEASURE_COUNT_MAX, VV_MEASURE_COUNT_MAX},
        {VV_MEASURE_COUNT_MAX, VV_MEASURE_COUNT_MAX, VV_MEASURE_COUNT_MAX},
        {VV_MEASURE_COUNT_MAX, VV_MEASURE_COUNT_MAX, VV_MEASURE_COUNT_MAX}};
    assert_int_equal(vv_measure_of(&three, &all, &measure), VV_TOO_LARGE);
}

static void test_decimals(void **state)
{
    (void)state;
    struct vv_decimal_number number;
    assert_int_equal(vv_decimal_parse("0012.3400", '.', &number), VV_OK);
    assert_int_equal(number.units, 1234);
    assert_int_equal(number.places, 2);
    assert_int_equal(vv_decimal_parse("0,5", ',', &number), VV_OK);
    assert_int_equal(vv_decimal_parse("5.", '.', &number), VV_OK);
    assert_int_equal(number.units, 5);
    static const char *const bad[] = {"",    ".",   "-1", "+1", "1e3", "1.2.3",
                                      "0x1", "1,5", " 1", "1 ", "NaN", "1.-2"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(vv_decimal_parse(bad[i], '.', &number), VV_INVALID);
    }
    assert_int_equal(vv_decimal_parse("0.1234567890123456789012345678901", '.', &number),
                     VV_TOO_LARGE);
    assert_int_equal(
        vv_decimal_parse("0000000000000000000000000000000000000000.5000000000000000000000000000000",
                         '.', &number),
        VV_OK);
    /* Each fits, but not over a common denominator: 10^20 x 10^20. */
    struct vv_decimal_number apart[VV_MEASURE_LEVELS] = {{.units = 0}};
    struct vv_weights weights;
    assert_int_equal(vv_decimal_parse("100000000000000000000", '.', &apart[0]), VV_OK);
    assert_int_equal(vv_decimal_parse("0.00000000000000000001", '.', &apart[1]), VV_OK);
    assert_int_equal(vv_decimal_parse("1", '.', &apart[2]), VV_OK);
    assert_int_equal(vv_weights_from_decimals(apart, &weights), VV_TOO_LARGE);
}

/* 1 / 5 = 0.2 exactly; 199999 / 10^6 is rounded to 0.200 and yet below. */
static void test_compare_is_exact(void **state)
{
    (void)state;
    struct vv_measure measure = {.known = true, .numerator = 1, .denominator = 5};
    assert_int_equal(vv_measure_compare(&measure, 200, 3), 0);
    assert_int_equal(vv_measure_compare(&measure, 2, 1), 0);
    assert_int_equal(vv_measure_compare(&measure, 201, 3), -1);
    assert_int_equal(vv_measure_compare(&measure, 199, 3), 1);
    assert_int_equal(vv_measure_compare(&measure, -1, 3), 1);
    struct vv_measure below = {.known = true, .numerator = 199999, .denominator = 1000000};
    assert_int_equal(vv_measure_compare(&below, 200, 3), -1);
    struct vv_measure above = {.known = true, .numerator = 200001, .denominator = 1000000};
    assert_int_equal(vv_measure_compare(&above, 200, 3), 1);
}

/* A denominator near 2^128 leaves no room for ten times the remainder: 3/4 of it is still 0.75. */
static void test_division_without_room(void **state)
{
    (void)state;
    vv_wide quarter = (vv_wide)1 << 125;
    struct vv_measure measure = {
        .known = true, .numerator = 3 * quarter, .denominator = 4 * quarter};
    int64_t units = 0;
    assert_int_equal(vv_measure_round(&measure, 3, &units), VV_OK);
    assert_int_equal(units, 750);
    assert_int_equal(vv_measure_compare(&measure, 75, 2), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_example),
        cmocka_unit_test(test_half_goes_up),
        cmocka_unit_test(test_all_and_none),
        cmocka_unit_test(test_nobody_is_unknown),
        cmocka_unit_test(test_counts_are_checked),
        cmocka_unit_test(test_overflow_is_told),
        cmocka_unit_test(test_decimals),
        cmocka_unit_test(test_compare_is_exact),
        cmocka_unit_test(test_division_without_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
