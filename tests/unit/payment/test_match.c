/*
 * test_match.c: a provider's invoice against what is owed, credit notes, and the states of an
 * invoice.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../../services/payment/billing.h"
#include "../../support/random.h"
#include "vagval/arena.h"

#define MAY 18383  /* 2020-05-01 */
#define JUNE 18414 /* 2020-06-01 */

static unsigned char memory[4 * 1024 * 1024];
static struct vv_arena arena;

static struct vv_match_line line(uint8_t who, const char *component, vv_date period,
                                 vv_money amount)
{
    struct vv_match_line made = {.line = "",
                                 .case_id = {{1, who}},
                                 .component = component,
                                 .period = period,
                                 .amount = amount,
                                 .vat = {'S', 2500},
                                 .document = ""};
    return made;
}

static struct vv_match match(const struct vv_match_input *input)
{
    struct vv_match result;
    vv_arena_init(&arena, memory, sizeof memory);
    assert_int_equal(vv_match(input, &arena.allocator, &result), VV_OK);
    return result;
}

/* Owed: case 1 base 1 023.00, case 2 base 990.00 and premium 6 925.00. Billed: case 2's premium and
 * case 1's base, in another order; case 2's base is missing. */
static void lines_agree_in_any_order(void **state)
{
    (void)state;
    struct vv_match_line owed[] = {line(1, "base", MAY, 102300), line(2, "base", MAY, 99000),
                                   line(2, "premium", MAY, 692500)};
    struct vv_match_line billed[] = {line(2, "premium", MAY, 692500), line(1, "base", MAY, 102300)};
    struct vv_match_input input = {
        .billed = billed, .billed_count = 2, .owed = owed, .owed_count = 3, .number = "P-1"};
    struct vv_match result = match(&input);
    assert_int_equal(result.matched, 2);
    assert_int_equal(result.wrong, 0);
    assert_int_equal(result.count, 3);
    assert_int_equal(result.findings[0].kind, VV_MATCHED);
    assert_ptr_equal(result.findings[0].owed, &owed[2]);
    assert_int_equal(result.findings[2].kind, VV_MATCH_MISSING_LINE);
    assert_ptr_equal(result.findings[2].owed, &owed[1]);
    assert_null(result.findings[2].billed);
}

static void each_difference_has_its_name(void **state)
{
    (void)state;
    struct vv_match_line owed[] = {line(1, "base", MAY, 102300), line(2, "base", MAY, 99000),
                                   line(3, "base", MAY, 50000), line(4, "base", MAY, 40000)};
    struct vv_match_line billed[] = {
        line(1, "base", MAY, 102301),                               /* an öre too much */
        line(2, "base", MAY, 99000),                                /* at 12 % */
        line(2, "base", JUNE, 99000),                               /* another period */
        line(2, "result", MAY, 99000),                              /* another component */
        line(9, "base", MAY, 99000),                                /* another case */
        line(3, "base", MAY, 50000),                                /* right, and once more */
        line(3, "base", MAY, 50000),   line(4, "base", MAY, 40000), /* billed by P-0 */
        line(4, "base", MAY, 0),                                    /* nothing: passed over */
    };
    struct vv_match_line earlier[] = {line(4, "base", MAY, 40000), line(8, "base", MAY, 1)};
    billed[1].vat.rate_hundredths = 1200;
    earlier[0].document = "P-0";
    struct vv_match_input input = {.billed = billed,
                                   .billed_count = 9,
                                   .owed = owed,
                                   .owed_count = 4,
                                   .earlier = earlier,
                                   .earlier_count = 2,
                                   .number = "P-1"};
    static const enum vv_match_kind kinds[] = {
        VV_MATCH_AMOUNT_DIFFERS, VV_MATCH_VAT_DIFFERS, VV_MATCH_UNKNOWN_LINE, VV_MATCH_UNKNOWN_LINE,
        VV_MATCH_UNKNOWN_LINE,   VV_MATCHED,           VV_MATCH_DUPLICATE,    VV_MATCH_DUPLICATE};
    struct vv_match result = match(&input);
    assert_int_equal(result.count, 8);
    for (size_t i = 0; i < result.count; i++) {
        assert_int_equal(result.findings[i].kind, kinds[i]);
    }
    assert_string_equal(result.findings[6].other, "P-1");
    assert_string_equal(result.findings[7].other, "P-0");
    assert_int_equal(result.matched, 1);
    assert_int_equal(result.wrong, 7);
    assert_string_equal(vv_match_name(VV_MATCH_AMOUNT_DIFFERS), "amount_differs");
    assert_string_equal(vv_match_name(VV_MATCH_MISSING_LINE), "missing_line");
}

static void a_take_back_is_matched_with_its_sign(void **state)
{
    (void)state;
    struct vv_match_line owed[] = {line(1, "base", MAY, -5000)};
    struct vv_match_line billed[] = {line(1, "base", MAY, -5000)};
    struct vv_match_input input = {
        .billed = billed, .billed_count = 1, .owed = owed, .owed_count = 1, .number = "P-1"};
    assert_int_equal(match(&input).matched, 1);
    billed[0].amount = 5000;
    assert_int_equal(match(&input).findings[0].kind, VV_MATCH_AMOUNT_DIFFERS);
    billed[0].amount = -4999;
    assert_int_equal(match(&input).findings[0].kind, VV_MATCH_AMOUNT_DIFFERS);
}

/* A credit note takes a part or the whole of a line, never more, and never the other way. */
static void credit_notes_take_at_most_what_was_billed(void **state)
{
    (void)state;
    static const struct {
        vv_money billed, credited;
        enum vv_match_kind kind;
    } cases[] = {
        {1000, 1000, VV_MATCHED},
        {1000, 1, VV_MATCHED},
        {1000, 1001, VV_MATCH_AMOUNT_DIFFERS},
        {1000, -1, VV_MATCH_AMOUNT_DIFFERS},
        {-1000, -400, VV_MATCHED},
        {-1000, -1001, VV_MATCH_AMOUNT_DIFFERS},
        {-1000, 1, VV_MATCH_AMOUNT_DIFFERS},
        {0, 1, VV_MATCH_AMOUNT_DIFFERS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct vv_match_line invoice[] = {line(1, "base", MAY, cases[i].billed),
                                          line(2, "base", MAY, 7)};
        struct vv_match_line credit[] = {line(1, "base", MAY, cases[i].credited)};
        struct vv_match_input input = {.billed = credit,
                                       .billed_count = 1,
                                       .owed = invoice,
                                       .owed_count = 2,
                                       .number = "C-1",
                                       .credit = true};
        struct vv_match result = match(&input);
        assert_int_equal(result.count, 1); /* nothing is missing from a credit note */
        assert_int_equal(result.findings[0].kind, cases[i].kind);
    }
}

static void credit_notes_leave_the_rest(void **state)
{
    (void)state;
    struct vv_match_line invoice[] = {line(1, "base", MAY, 1000), line(2, "base", MAY, 500)};
    struct vv_match_line first[] = {line(1, "base", MAY, 400)};
    struct vv_match_line second[] = {line(2, "base", MAY, 500), line(1, "base", MAY, 600)};
    assert_int_equal(vv_billing_take_off(invoice, 2, first, 1), 400);
    assert_int_equal(invoice[0].amount, 600);
    assert_true(vv_billing_stands(invoice, 2));
    assert_int_equal(vv_billing_take_off(invoice, 2, second, 2), 1100);
    assert_false(vv_billing_stands(invoice, 2));
}

static void states_follow_the_match(void **state)
{
    (void)state;
    static const struct {
        enum vv_invoice_state before;
        bool standing;
        size_t wrong;
        enum vv_invoice_state after;
    } cases[] = {
        {VV_INVOICE_RECEIVED, true, 0, VV_INVOICE_MATCHED},
        {VV_INVOICE_RECEIVED, true, 1, VV_INVOICE_RECEIVED},
        {VV_INVOICE_MATCHED, true, 1, VV_INVOICE_RECEIVED}, /* what is owed has changed */
        {VV_INVOICE_DISPUTED, true, 1, VV_INVOICE_DISPUTED},
        {VV_INVOICE_DISPUTED, true, 0, VV_INVOICE_MATCHED},
        {VV_INVOICE_DISPUTED, false, 0, VV_INVOICE_CREDITED},
        {VV_INVOICE_MATCHED, false, 0, VV_INVOICE_CREDITED},
        {VV_INVOICE_PAID, true, 9, VV_INVOICE_PAID},
        {VV_INVOICE_PAID, false, 0, VV_INVOICE_PAID},
        {VV_INVOICE_CREDITED, true, 0, VV_INVOICE_CREDITED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(vv_invoice_after_match(cases[i].before, cases[i].standing, cases[i].wrong),
                         cases[i].after);
    }
    for (unsigned s = 0; s < VV_INVOICE_STATES; s++) {
        enum vv_invoice_state one = (enum vv_invoice_state)s;
        assert_int_equal(vv_invoice_state_of(vv_invoice_state_name(one)), one);
    }
    assert_int_equal(vv_invoice_state_of("x"), VV_INVOICE_STATES);
}

static void ids_stay_in_the_contracts_partition(void **state)
{
    (void)state;
    struct vv_id contract = {{0x01, 0x23, 4}};
    assert_int_equal(vv_id_partition(vv_invoice_id(contract, "P-1")), 0x0123);
    assert_false(vv_id_equal(vv_invoice_id(contract, "P-1"), vv_invoice_id(contract, "P-2")));
    assert_int_equal(vv_id_partition(vv_contract_month_id(contract, MAY, 7)), 7);
    assert_false(vv_id_equal(vv_contract_month_id(contract, MAY, 7),
                             vv_contract_month_id(contract, JUNE, 7)));
}

/* ---- property: whatever is billed, in any order, each owed key agrees at most once; every billed
 * line has one finding; what is billed exactly as owed agrees whole ---- */

#define OWED 30
#define BILLED 60

static void check_once(void)
{
    static const char *const components[] = {"base", "premium", "result"};
    struct vv_match_line owed[OWED];
    struct vv_match_line billed[BILLED];
    size_t owed_count = 0;
    for (uint8_t who = 0; who < 10; who++) {
        for (size_t c = 0; c < 3; c++) {
            owed[owed_count++] = line(who, components[c], MAY, (vv_money)random_below(5) + 1);
        }
    }
    for (size_t i = 0; i < BILLED; i++) {
        billed[i] = line((uint8_t)random_below(12), components[random_below(3)],
                         random_below(8) == 0 ? JUNE : MAY, (vv_money)random_below(5) + 1);
    }
    struct vv_match_input input = {.billed = billed,
                                   .billed_count = BILLED,
                                   .owed = owed,
                                   .owed_count = owed_count,
                                   .number = "P-1"};
    struct vv_match result = match(&input);
    size_t times[OWED] = {0};
    size_t missing = 0;
    for (size_t i = 0; i < result.count; i++) {
        const struct vv_match_finding *finding = &result.findings[i];
        if (finding->kind == VV_MATCHED) {
            assert_int_equal(finding->billed->amount, finding->owed->amount);
            times[finding->owed - owed]++;
        }
        missing += finding->kind == VV_MATCH_MISSING_LINE ? 1 : 0;
    }
    for (size_t i = 0; i < owed_count; i++) {
        assert_true(times[i] <= 1);
    }
    assert_int_equal(result.matched + result.wrong, BILLED);
    assert_int_equal(result.count, BILLED + missing);
    struct vv_match_input exact = {.billed = owed,
                                   .billed_count = owed_count,
                                   .owed = owed,
                                   .owed_count = owed_count,
                                   .number = "P-1"};
    result = match(&exact);
    assert_int_equal(result.matched, owed_count);
    assert_int_equal(result.count, owed_count);
}

static void nothing_agrees_twice(void **state)
{
    (void)state;
    random_begin();
    for (int i = 0; i < 1000; i++) {
        check_once();
    }
}

static void memory_may_run_out(void **state)
{
    (void)state;
    struct vv_match_line owed[] = {line(1, "base", MAY, 1), line(2, "base", MAY, 2)};
    struct vv_match_input input = {
        .billed = owed, .billed_count = 2, .owed = owed, .owed_count = 2, .number = "P-1"};
    struct vv_match result = {.count = 77};
    for (size_t size = 0; size <= 128; size += 16) {
        vv_arena_init(&arena, memory, size);
        enum vv_status status = vv_match(&input, &arena.allocator, &result);
        assert_true(status == VV_NO_MEMORY || status == VV_OK);
        assert_true(status == VV_OK || result.count == 77);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_agree_in_any_order),
        cmocka_unit_test(each_difference_has_its_name),
        cmocka_unit_test(a_take_back_is_matched_with_its_sign),
        cmocka_unit_test(credit_notes_take_at_most_what_was_billed),
        cmocka_unit_test(credit_notes_leave_the_rest),
        cmocka_unit_test(states_follow_the_match),
        cmocka_unit_test(ids_stay_in_the_contracts_partition),
        cmocka_unit_test(nothing_agrees_twice),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
