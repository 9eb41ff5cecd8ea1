/*
 * test_vat.c: value added tax once per category, rate and document (rules 12).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/random.h"
#include "vagval/limits.h"
#include "vagval/vat.h"

static const struct vv_vat_class S25 = {'S', 2500};
static const struct vv_vat_class S12 = {'S', 1200};
static const struct vv_vat_class E = {'E', 0};
static const struct vv_vat_class O = {'O', 0};

static void add(struct vv_vat_summary *summary, struct vv_vat_class vat, vv_money amount)
{
    assert_int_equal(vv_vat_add(summary, vat, amount), VV_OK);
}

static void close_it(struct vv_vat_summary *summary)
{
    assert_int_equal(vv_vat_close(summary), VV_OK);
}

/* 3 x 111.11 = 333.33; 25 % of it = 83.3325 -> 83.33. Line by line: 27.7775 -> 27.78, three times
 * 83.34. */
static void tax_is_computed_once_on_the_sum(void **state)
{
    (void)state;
    struct vv_vat_summary summary = {.count = 0};
    for (int i = 0; i < 3; i++) {
        add(&summary, S25, 11111);
    }
    close_it(&summary);
    assert_int_equal(summary.count, 1);
    assert_int_equal(summary.base, 33333);
    assert_int_equal(summary.tax, 8333);
    assert_int_equal(summary.total, 41666);
}

/* 0.02 x 25 % = 0.005 -> 0.01; 0.01 x 25 % = 0.0025 -> 0.00; the negative the same with its sign:
 * a credit note takes back what the invoice asked for. */
static void halves_go_up(void **state)
{
    (void)state;
    vv_money tax = -1;
    assert_int_equal(vv_vat_tax(2, S25, &tax), VV_OK);
    assert_int_equal(tax, 1);
    assert_int_equal(vv_vat_tax(1, S25, &tax), VV_OK);
    assert_int_equal(tax, 0);
    assert_int_equal(vv_vat_tax(-2, S25, &tax), VV_OK);
    assert_int_equal(tax, -1);
    assert_int_equal(vv_vat_tax(-33333, S25, &tax), VV_OK);
    assert_int_equal(tax, -8333);
}

/* Rates apart, exempt apart: 100.00 at 25 % = 25.00; 100.00 at 12 % = 12.00; 50.00 exempt = 0. Sums
 * 250.00 + 37.00 = 287.00. Order: E before S, 12 before 25, however they came. */
static void each_class_has_its_own_subtotal(void **state)
{
    (void)state;
    struct vv_vat_summary summary = {.count = 0};
    add(&summary, S25, 10000);
    add(&summary, E, 5000);
    add(&summary, S12, 10000);
    close_it(&summary);
    assert_int_equal(summary.count, 3);
    assert_int_equal(summary.subtotals[0].vat.category, 'E');
    assert_int_equal(summary.subtotals[0].tax, 0);
    assert_int_equal(summary.subtotals[1].vat.rate_hundredths, 1200);
    assert_int_equal(summary.subtotals[1].tax, 1200);
    assert_int_equal(summary.subtotals[2].vat.rate_hundredths, 2500);
    assert_int_equal(summary.subtotals[2].tax, 2500);
    assert_int_equal(summary.total, 28700);
}

static void outside_the_scope_stands_alone(void **state)
{
    (void)state;
    struct vv_vat_summary summary = {.count = 0};
    add(&summary, O, 5000);
    add(&summary, O, 5000);
    assert_int_equal(vv_vat_add(&summary, E, 1), VV_INVALID);
    close_it(&summary);
    assert_int_equal(summary.total, 10000);
    struct vv_vat_summary other = {.count = 0};
    add(&other, E, 1);
    assert_int_equal(vv_vat_add(&other, O, 1), VV_INVALID);
    assert_int_equal(other.count, 1);
}

static void classes_are_data(void **state)
{
    (void)state;
    static const struct {
        struct vv_vat_class vat;
        enum vv_status status;
    } cases[] = {
        {{'S', 2500}, VV_OK},       {{'S', 1}, VV_OK},         {{'S', 10000}, VV_OK},
        {{'S', 0}, VV_INVALID},     {{'S', -1}, VV_INVALID},   {{'S', 10001}, VV_INVALID},
        {{'Z', 0}, VV_OK},          {{'Z', 2500}, VV_INVALID}, {{'E', 0}, VV_OK},
        {{'E', 600}, VV_INVALID},   {{'O', 0}, VV_OK},         {{'O', 2500}, VV_INVALID},
        {{'A', 0}, VV_OK},          {{'A', 2500}, VV_INVALID}, {{'X', 0}, VV_INVALID},
        {{'\0', 2500}, VV_INVALID}, {{'s', 2500}, VV_INVALID},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(vv_vat_check(cases[i].vat), cases[i].status);
    }
    assert_string_equal(vv_vat_category('A')->code, "AE");
    assert_int_equal(vv_vat_category_of("AE")->letter, 'A');
    assert_null(vv_vat_category_of("A"));
    assert_null(vv_vat_category('Q'));
    assert_null(vv_vat_category('S')->reason);
    assert_string_equal(vv_vat_category('A')->reason, "Reverse charge");
}

static void rates_are_read_and_written(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int hundredths;
    } good[] = {{"25", 2500}, {"25.5", 2550}, {"6.25", 625}, {"0", 0}, {"100", 10000}};
    static const char *const bad[] = {"", "x", "-1", "100.01", "2.555", "25%", "1e1"};
    char text[VV_VAT_RATE_TEXT_BYTES];
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        int hundredths = -1;
        assert_int_equal(vv_vat_rate_parse(good[i].text, &hundredths), VV_OK);
        assert_int_equal(hundredths, good[i].hundredths);
        vv_vat_rate_format(hundredths, text);
        assert_string_equal(text, good[i].text);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int hundredths = -1;
        assert_int_equal(vv_vat_rate_parse(bad[i], &hundredths), VV_INVALID);
        assert_int_equal(hundredths, -1);
    }
}

static void bounds_leave_the_summary_as_it_was(void **state)
{
    (void)state;
    struct vv_vat_summary summary = {.count = 0};
    add(&summary, S25, VV_MONEY_MAX);
    struct vv_vat_summary before = summary;
    assert_int_equal(vv_vat_add(&summary, S25, 1), VV_TOO_LARGE);
    assert_int_equal(vv_vat_add(&summary, S12, 1), VV_TOO_LARGE);
    assert_int_equal(vv_vat_close(&summary), VV_TOO_LARGE); /* base + tax is beyond 2^53 */
    assert_memory_equal(&summary, &before, sizeof before);
    struct vv_vat_summary many = {.count = 0};
    for (int i = 0; i < VV_VAT_SUBTOTALS_MAX; i++) {
        add(&many, (struct vv_vat_class){'S', 100 * (i + 1)}, 1);
    }
    assert_int_equal(vv_vat_add(&many, (struct vv_vat_class){'S', 5000}, 1), VV_TOO_LARGE);
    assert_int_equal(many.count, VV_VAT_SUBTOTALS_MAX);
}

/* ---- property: whatever the lines and their order, the sums agree, a credit note of the same
 * lines takes back every öre, and no class is off the exact tax by more than half an öre ---- */

static void check_book(const struct vv_vat_class *classes, const vv_money *amounts, size_t count)
{
    struct vv_vat_summary forth = {.count = 0};
    struct vv_vat_summary back = {.count = 0};
    struct vv_vat_summary credit = {.count = 0};
    vv_money sum = 0;
    for (size_t i = 0; i < count; i++) {
        add(&forth, classes[i], amounts[i]);
        add(&back, classes[count - 1 - i], amounts[count - 1 - i]);
        add(&credit, classes[i], -amounts[i]);
        sum += amounts[i];
    }
    close_it(&forth);
    close_it(&back);
    close_it(&credit);
    assert_memory_equal(&forth, &back, sizeof forth);
    assert_int_equal(forth.base, sum);
    assert_int_equal(forth.total, forth.base + forth.tax);
    assert_int_equal(credit.total, -forth.total);
    vv_money bases = 0;
    vv_money taxes = 0;
    for (size_t i = 0; i < forth.count; i++) {
        const struct vv_vat_subtotal *one = &forth.subtotals[i];
        int64_t off = 2 * (one->base * one->vat.rate_hundredths - one->tax * 10000);
        assert_true(off <= 10000 && off >= -10000);
        assert_int_equal(credit.subtotals[i].tax, -one->tax);
        bases += one->base;
        taxes += one->tax;
    }
    assert_int_equal(bases, forth.base);
    assert_int_equal(taxes, forth.tax);
}

static void sums_are_conserved(void **state)
{
    (void)state;
    static const struct vv_vat_class kinds[] = {{'S', 2500}, {'S', 1200}, {'S', 600}, {'E', 0},
                                                {'Z', 0},    {'A', 0},    {'S', 2550}};
    random_begin();
    for (int book = 0; book < 2000; book++) {
        struct vv_vat_class classes[40];
        vv_money amounts[40];
        size_t count = random_below(40) + 1;
        for (size_t i = 0; i < count; i++) {
            classes[i] = kinds[random_below(sizeof kinds / sizeof kinds[0])];
            amounts[i] = (vv_money)random_below(2000000) - 400000;
        }
        check_book(classes, amounts, count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tax_is_computed_once_on_the_sum),
        cmocka_unit_test(halves_go_up),
        cmocka_unit_test(each_class_has_its_own_subtotal),
        cmocka_unit_test(outside_the_scope_stands_alone),
        cmocka_unit_test(classes_are_data),
        cmocka_unit_test(rates_are_read_and_written),
        cmocka_unit_test(bounds_leave_the_summary_as_it_was),
        cmocka_unit_test(sums_are_conserved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
