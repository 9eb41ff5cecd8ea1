/*
 * What a bank's report and a cancellation make of a run's payments: counts and sums, repeated
 * reports, contradictions, memory that ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "../../../services/payment/payrun.h"
#include "../../../services/payment/payrun_report.h"
#include "../../support/memory.h"
#include "vagval/limits.h"

#define TEXT(text) ((char *)(uintptr_t)(text))
#define PAYMENTS 4

/* Payments 1 to 3 of 100.00, 200.00 and 300.00 were sent; the fourth was left out. */
static Vagval__V1__PayRun run;
static Vagval__V1__RunPayment payments[PAYMENTS], *list[PAYMENTS];
static Vagval__V1__PaymentStatus said[2], *own[2];
static Vagval__V1__RecordStatus report;

static int fresh(void **state)
{
    (void)state;
    vagval__v1__pay_run__init(&run);
    vagval__v1__record_status__init(&report);
    for (uint32_t i = 0; i < PAYMENTS; i++) {
        vagval__v1__run_payment__init(&payments[i]);
        payments[i].amount = 10000 * ((int64_t)i + 1);
        payments[i].number = i < 3 ? i + 1 : 0;
        payments[i].state = i < 3 ? VV_PAYMENT_TO_PAY : VV_PAYMENT_LEFT_OUT;
        list[i] = &payments[i];
    }
    for (size_t i = 0; i < 2; i++) {
        vagval__v1__payment_status__init(&said[i]);
        own[i] = &said[i];
    }
    report.payments = own;
    return 0;
}

static void says(size_t at, uint32_t number, enum vv_bank_status status, const char *reason)
{
    said[at].number = number;
    said[at].status = status;
    said[at].reason = TEXT(reason);
    report.n_payments = at + 1;
}

static enum vv_status take(struct vv_payrun_report *ret_result)
{
    return vv_payrun_take_report(&run, list, PAYMENTS, &report, memory_of(10), ret_result);
}

static void each_payment_takes_its_own_status(void **state)
{
    (void)state;
    struct vv_payrun_report result;
    report.status = VV_BANK_ACCEPTED;
    says(0, 2, VV_BANK_REJECTED, "AC04");
    assert_int_equal(take(&result), VV_OK);
    assert_int_equal(run.accepted, 2);
    assert_int_equal(run.accepted_amount, 40000); /* 100.00 + 300.00 */
    assert_int_equal(run.rejected, 1);
    assert_int_equal(result.rejected_count, 1);
    assert_ptr_equal(result.rejected[0], &payments[1]);
    assert_string_equal(payments[1].reason, "AC04");
    assert_int_equal(payments[3].state, VV_PAYMENT_LEFT_OUT); /* was never sent */
    assert_int_equal(take(&result), VV_OK);                   /* once more changes nothing */
    assert_int_equal(run.accepted, 2);
    assert_int_equal(run.accepted_amount, 40000);
    assert_int_equal(result.rejected_count, 0);
}

/* Rejected as a whole: by the report's reason, or words of ours. */
static void a_rejected_run_is_payable_again(void **state)
{
    static const char *const reasons[] = {"AM04", ""};
    for (size_t i = 0; i < 2; i++) {
        struct vv_payrun_report result;
        (void)fresh(state);
        report.status = VV_BANK_REJECTED;
        report.reason = TEXT(reasons[i]);
        assert_int_equal(take(&result), VV_OK);
        assert_int_equal(run.rejected, 3);
        assert_int_equal(result.rejected_count, 3);
        assert_string_equal(payments[0].reason, i == 0 ? "AM04" : "rejected by the bank");
    }
}

/* Said before and otherwise: whichever way round, the payment is named and nothing counts. */
static void a_contradiction_names_its_payment(void **state)
{
    static const enum vv_bank_status first[] = {VV_BANK_ACCEPTED, VV_BANK_REJECTED};
    for (size_t i = 0; i < 2; i++) {
        struct vv_payrun_report result;
        (void)fresh(state);
        report.status = VV_BANK_PARTIALLY;
        says(0, 1, VV_BANK_RECEIVED, "");
        says(1, 2, first[i], "");
        assert_int_equal(take(&result), VV_OK);
        says(1, 2, first[1 - i], "");
        assert_int_equal(take(&result), VV_CONFLICT);
        assert_int_equal(result.contradicts, 2);
        assert_int_equal(result.contradicts_accepted, i == 0);
        assert_int_equal(payments[0].state, VV_PAYMENT_TO_PAY);
    }
}

static void sums_and_memory_have_bounds(void **state)
{
    (void)state;
    struct vv_payrun_report result;
    report.status = VV_BANK_ACCEPTED;
    assert_int_equal(vv_payrun_take_report(&run, list, PAYMENTS, &report, memory_of(0), &result),
                     VV_NO_MEMORY);
    assert_int_equal(payments[0].state, VV_PAYMENT_TO_PAY);
    payments[0].amount = VV_MONEY_MAX;
    assert_int_equal(take(&result), VV_TOO_LARGE);
}

static void a_cancelled_run_pays_nothing(void **state)
{
    (void)state;
    Vagval__V1__RunPayment **left_out = NULL;
    size_t count = 77;
    payments[1].state = VV_PAYMENT_REJECTED; /* decided already */
    assert_int_equal(
        vv_payrun_leave_out(list, PAYMENTS, TEXT("wrong day"), memory_of(0), &left_out, &count),
        VV_NO_MEMORY);
    assert_int_equal(count, 77);
    assert_int_equal(payments[0].state, VV_PAYMENT_TO_PAY);
    assert_int_equal(
        vv_payrun_leave_out(list, PAYMENTS, TEXT("wrong day"), memory_of(1), &left_out, &count),
        VV_OK);
    assert_int_equal(count, 2);
    assert_ptr_equal(left_out[0], &payments[0]);
    assert_ptr_equal(left_out[1], &payments[2]);
    assert_string_equal(payments[2].reason, "wrong day");
    assert_int_equal(payments[1].state, VV_PAYMENT_REJECTED);
}

int main(void)
{
#define FRESH(f) cmocka_unit_test_setup(f, fresh)
    const struct CMUnitTest tests[] = {
        FRESH(each_payment_takes_its_own_status), FRESH(a_rejected_run_is_payable_again),
        FRESH(a_contradiction_names_its_payment), FRESH(sums_and_memory_have_bounds),
        FRESH(a_cancelled_run_pays_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
