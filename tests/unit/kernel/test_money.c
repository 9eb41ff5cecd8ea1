/*
 * test_money.c: rounding, shares and instalments (rules 7), value-added tax (rules 12).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vagval/limits.h"
#include "vagval/money.h"

static vv_money scaled(vv_money amount, int64_t numerator, int64_t denominator)
{
    vv_money result = -1;
    assert_int_equal(vv_money_scale(amount, numerator, denominator, &result), VV_OK);
    return result;
}

/* rules 12: 3 x 111.11 = 333.33, 25 % of it = 83.3325 -> 83.33. Tax per line would be
 * 27.7775 -> 27.78 three times = 83.34. */
static void tax_is_taken_once_on_the_sum(void **state)
{
    (void)state;
    assert_int_equal(scaled(3 * 11111, 25, 100), 8333);
    assert_int_equal(3 * scaled(11111, 25, 100), 8334);
}

static void halves_go_away_from_zero(void **state)
{
    (void)state;
    assert_int_equal(scaled(1, 1, 2), 1);   /*  0.5 ->  1 */
    assert_int_equal(scaled(-1, 1, 2), -1); /* -0.5 -> -1 */
    assert_int_equal(scaled(1, -1, 2), -1);
    assert_int_equal(scaled(5, 1, 2), 3); /* 2.5 -> 3, not the even 2 */
    assert_int_equal(scaled(1, 1, 3), 0);
    assert_int_equal(scaled(2, 1, 3), 1);
    assert_int_equal(scaled(-2, 1, 3), -1);
    assert_int_equal(scaled(4, 1, 3), 1); /* 1.33 */
    assert_int_equal(scaled(7, 0, 3), 0);
    /* rules 5: 3 686.00 a month, 14 of 31 days: 51604/31 = 1664.645... -> 1664.65. */
    assert_int_equal(scaled(368600, 14, 31), 166465);
}

static void products_need_128_bits(void **state)
{
    (void)state;
    assert_int_equal(scaled(VV_MONEY_MAX, INT64_MAX, INT64_MAX), VV_MONEY_MAX);
    assert_int_equal(scaled(-VV_MONEY_MAX, INT64_MAX, INT64_MAX), -VV_MONEY_MAX);
    vv_money result = 5;
    assert_int_equal(vv_money_scale(VV_MONEY_MAX, 2, 1, &result), VV_TOO_LARGE);
    assert_int_equal(vv_money_scale(INT64_MIN, INT64_MIN, 1, &result), VV_TOO_LARGE);
    assert_int_equal(vv_money_scale(1, 1, 0, &result), VV_INVALID);
    assert_int_equal(vv_money_scale(1, 1, -1, &result), VV_INVALID);
    assert_int_equal(vv_money_add(VV_MONEY_MAX, 1, &result), VV_TOO_LARGE);
    assert_int_equal(vv_money_add(INT64_MAX, INT64_MAX, &result), VV_TOO_LARGE);
    assert_int_equal(vv_money_add(-VV_MONEY_MAX, -1, &result), VV_TOO_LARGE);
    assert_int_equal(result, 5);
    assert_int_equal(vv_money_add(VV_MONEY_MAX, -1, &result), VV_OK);
    assert_int_equal(result, VV_MONEY_MAX - 1);
}

/* 100 by 1:1:1 -> 33.3 each: floors 33 33 33, the unit left goes to the first of equal remainders.
 * 10 by 5:3:1 (of 9) -> 5.56, 3.33, 1.11: floors 5 3 1, the unit to the first (largest remainder).
 * 7 by 2:4:4 (of 10) -> 1.4, 2.8, 2.8: floors 1 2 2, units to the second and third. */
static void shares(void **state)
{
    (void)state;
    vv_money out[3];
    assert_int_equal(vv_money_share(100, (const int64_t[]){1, 1, 1}, 3, out), VV_OK);
    assert_memory_equal(out, ((vv_money[]){34, 33, 33}), sizeof out);
    assert_int_equal(vv_money_share(10, (const int64_t[]){5, 3, 1}, 3, out), VV_OK);
    assert_memory_equal(out, ((vv_money[]){6, 3, 1}), sizeof out);
    assert_int_equal(vv_money_share(7, (const int64_t[]){2, 4, 4}, 3, out), VV_OK);
    assert_memory_equal(out, ((vv_money[]){1, 3, 3}), sizeof out);
    assert_int_equal(vv_money_share(2, (const int64_t[]){1, 1, 1}, 3, out), VV_OK);
    assert_memory_equal(out, ((vv_money[]){1, 1, 0}), sizeof out);
    assert_int_equal(vv_money_share(-100, (const int64_t[]){1, 1, 1}, 3, out), VV_OK);
    assert_memory_equal(out, ((vv_money[]){-34, -33, -33}), sizeof out);
    assert_int_equal(vv_money_share(5, (const int64_t[]){0, 3, 0}, 3, out), VV_OK);
    assert_memory_equal(out, ((vv_money[]){0, 5, 0}), sizeof out);
    /* The proportion of the published weights, 203 : 277 : 380 of 860. 1000 x 203/860 = 236.05,
     * 322.09, 441.86: floors 236 322 441, the unit to the third. */
    assert_int_equal(vv_money_share(1000, (const int64_t[]){203, 277, 380}, 3, out), VV_OK);
    assert_memory_equal(out, ((vv_money[]){236, 322, 442}), sizeof out);
    assert_int_equal(
        vv_money_share(VV_MONEY_MAX, (const int64_t[]){INT64_MAX, INT64_MAX, 1}, 3, out), VV_OK);
    assert_int_equal(out[0] + out[1] + out[2], VV_MONEY_MAX);
    assert_int_equal(vv_money_share(1, NULL, 0, out), VV_INVALID);
    assert_int_equal(vv_money_share(1, (const int64_t[]){1, -1, 1}, 3, out), VV_INVALID);
    assert_int_equal(vv_money_share(1, (const int64_t[]){0, 0, 0}, 3, out), VV_INVALID);
}

static void texts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        vv_money amount;
        const char *plain, *grouped;
    } rows[] = {
        {"0", 0, "0.00", "0.00"},
        {"1234", 123400, "1234.00", "1 234.00"},
        {"1234.5", 123450, "1234.50", "1 234.50"},
        {"-3.00", -300, "-3.00", "-3.00"},
        {"-0.05", -5, "-0.05", "-0.05"},
        {"999.99", 99999, "999.99", "999.99"},
        {"1000000", 100000000, "1000000.00", "1 000 000.00"},
        {"90071992547409.91", VV_MONEY_MAX, "90071992547409.91", "90 071 992 547 409.91"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        vv_money amount = 1;
        char text[VV_MONEY_TEXT_BYTES];
        assert_int_equal(vv_money_parse(rows[i].text, &amount), VV_OK);
        assert_int_equal(amount, rows[i].amount);
        vv_money_format(amount, 0, text);
        assert_string_equal(text, rows[i].plain);
        vv_money_format(amount, 1, text);
        assert_string_equal(text, rows[i].grouped);
    }
    static const char *const bad[] = {
        "",    "-",   ".5", "1.", "1.005", "1,50", "1 000", "+1",
        "1e3", "--1", " 1", "1 ", "1.-5",  "0x10", "1.2.3", "99999999999999999999x"};
    vv_money amount = 1;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (vv_money_parse(bad[i], &amount) != VV_INVALID) {
            fail_msg("accepted \"%s\"", bad[i]);
        }
    }
    assert_int_equal(vv_money_parse("90071992547409.92", &amount), VV_TOO_LARGE);
    assert_int_equal(vv_money_parse("9999999999999999999999", &amount), VV_TOO_LARGE);
    assert_int_equal(amount, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tax_is_taken_once_on_the_sum),
        cmocka_unit_test(halves_go_away_from_zero),
        cmocka_unit_test(products_need_128_bits),
        cmocka_unit_test(shares),
        cmocka_unit_test(texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
