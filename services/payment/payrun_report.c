/*
 * payrun_report.c: what a bank's report and a cancellation make of a run's payments.
 */
#include "payrun_report.h"

#include "course.h"

const Vagval__V1__PaymentStatus *vv_payrun_own_status(const Vagval__V1__RecordStatus *report,
                                                      uint32_t number)
{
    for (size_t i = 0; i < report->n_payments; i++) {
        if (report->payments[i]->number == number) {
            return report->payments[i];
        }
    }
    return NULL;
}

static enum vv_status take_one(Vagval__V1__PayRun *run, Vagval__V1__RunPayment *payment,
                               const Vagval__V1__RecordStatus *report,
                               struct vv_payrun_report *result)
{
    const Vagval__V1__PaymentStatus *own = vv_payrun_own_status(report, payment->number);
    enum vv_payrun_payment_state now = (enum vv_payrun_payment_state)payment->state;
    enum vv_payrun_payment_state then =
        vv_payrun_reported((enum vv_bank_status)report->status,
                           own == NULL ? VV_BANK_SILENT : (enum vv_bank_status)own->status, now);
    if (own != NULL && vv_payrun_contradicts((enum vv_bank_status)own->status, now)) {
        result->contradicts = payment->number;
        result->contradicts_accepted = now == VV_PAYMENT_ACCEPTED;
        return VV_CONFLICT;
    }
    if (then == now) {
        return VV_OK;
    }
    payment->state = then;
    if (then == VV_PAYMENT_ACCEPTED) {
        run->accepted++;
        return vv_money_add(run->accepted_amount, payment->amount, &run->accepted_amount);
    }
    char *reason = own != NULL && own->reason[0] != '\0' ? own->reason : report->reason;
    payment->reason = reason[0] == '\0' ? (char *)(uintptr_t) "rejected by the bank" : reason;
    run->rejected++;
    result->rejected[result->rejected_count++] = payment;
    return VV_OK;
}

enum vv_status vv_payrun_take_report(Vagval__V1__PayRun *run,
                                     Vagval__V1__RunPayment *const *payments, size_t count,
                                     const Vagval__V1__RecordStatus *report,
                                     ProtobufCAllocator *memory,
                                     struct vv_payrun_report *ret_report)
{
    *ret_report = (struct vv_payrun_report){.rejected_count = 0};
    ret_report->rejected = vv_memory_zeroed(memory, (count + 1) * sizeof *ret_report->rejected);
    enum vv_status status = ret_report->rejected == NULL ? VV_NO_MEMORY : VV_OK;
    for (size_t i = 0; status == VV_OK && i < count; i++) {
        if (payments[i]->number > 0) {
            status = take_one(run, payments[i], report, ret_report);
        }
    }
    return status;
}

enum vv_status vv_payrun_leave_out(Vagval__V1__RunPayment *const *payments, size_t count,
                                   char *reason, ProtobufCAllocator *memory,
                                   Vagval__V1__RunPayment ***ret_left_out, size_t *ret_count)
{
    Vagval__V1__RunPayment **list = vv_memory_zeroed(memory, (count + 1) * sizeof *list);
    size_t left_out = 0;
    if (list == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        if (payments[i]->state == VV_PAYMENT_TO_PAY) {
            payments[i]->state = VV_PAYMENT_LEFT_OUT;
            payments[i]->reason = reason;
            list[left_out++] = payments[i];
        }
    }
    *ret_left_out = list;
    *ret_count = left_out;
    return VV_OK;
}
