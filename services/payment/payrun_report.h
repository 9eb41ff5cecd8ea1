/*
 * payrun_report.h: what a bank's report and a cancellation make of a run's payments. Pure: the
 * handlers use it when it happens, verify when it derives the run again.
 */
#ifndef VAGVAL_PAYMENT_PAYRUN_REPORT_H
#define VAGVAL_PAYMENT_PAYRUN_REPORT_H

#include "payrun.h"

/* What the report says of one payment; NULL = nothing. */
const Vagval__V1__PaymentStatus *vv_payrun_own_status(const Vagval__V1__RecordStatus *report,
                                                      uint32_t number);

struct vv_payrun_report {
    Vagval__V1__RunPayment **rejected; /* by this report: payable again */
    size_t rejected_count;
    uint32_t contradicts; /* VV_CONFLICT: number of the payment that was decided otherwise before */
    bool contradicts_accepted; /* it was accepted then */
};
/* Applies a report that was checked: states and reasons of the payments, counts of the run.
 * Errors: VV_CONFLICT (it contradicts what the bank said before; nothing is to be kept),
 * VV_TOO_LARGE, VV_NO_MEMORY. */
VV_CHECKED enum vv_status
vv_payrun_take_report(Vagval__V1__PayRun *run, Vagval__V1__RunPayment *const *payments,
                      size_t count, const Vagval__V1__RecordStatus *report,
                      ProtobufCAllocator *memory, struct vv_payrun_report *ret_report);

/* A cancelled run leaves out what it would have paid. Errors: VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_payrun_leave_out(Vagval__V1__RunPayment *const *payments, size_t count,
                                              char *reason, ProtobufCAllocator *memory,
                                              Vagval__V1__RunPayment ***ret_left_out,
                                              size_t *ret_count);

#endif
