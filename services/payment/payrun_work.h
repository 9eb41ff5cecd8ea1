/*
 * payrun_work.h: a run as read from its record, for the handlers, and what they answer with.
 *
 * The record `run:<id>` holds the body and, as fields of their own so that no decision rewrites
 * them all: "s<partition><chunk>" segments, "c<contract>" payees, "p<block>" payments.
 */
#ifndef VAGVAL_PAYMENT_PAYRUN_WORK_H
#define VAGVAL_PAYMENT_PAYRUN_WORK_H

#include "pay_list.h"
#include "payrun.h"
#include "vagval/service.h"

struct vv_payrun_work {
    const struct vv_call *call;
    struct vv_outcome *outcome;
    const struct vv_record *record;
    struct vv_id id;
    Vagval__V1__PayRun *body;
};

/* Refuses when there is no such run. Errors: VV_NOT_FOUND, VV_CORRUPT, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_payrun_open(const struct vv_call *call, const struct vv_loaded *loaded,
                                         struct vv_outcome *outcome,
                                         struct vv_payrun_work *ret_work);
/* The subject's run, and that the body means the same one. */
VV_CHECKED enum vv_status vv_payrun_plan(const struct vv_call *call, struct vv_plan *plan,
                                         ProtobufCBinaryData run);

/* Adds a step: who moved the run where, and when. Errors: VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_payrun_step(struct vv_payrun_work *work, enum vv_payrun_state state,
                                         const char *reason);
/* Writes the body back and counts money by state: "run:<state>:<scheme>". */
void vv_payrun_put(struct vv_payrun_work *work);
/* Replies with the run, without payments. Errors: VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_payrun_answer(struct vv_payrun_work *work, uint32_t unresolved);

/* ---- fields ---- */

enum { VV_RUN_FIELD_BYTES = 20 };
size_t vv_payrun_segment_field(uint32_t partition, uint32_t chunk,
                               char ret[static VV_RUN_FIELD_BYTES]);
size_t vv_payrun_block_field(uint32_t block, char ret[static VV_RUN_FIELD_BYTES]);
size_t vv_payrun_payee_field(ProtobufCBinaryData contract, char ret[static VV_RUN_FIELD_BYTES]);
VV_CHECKED enum vv_status vv_payrun_put_field(struct vv_payrun_work *work, const char *name,
                                              size_t len, const ProtobufCMessage *message);

/* Segments by (partition, chunk), without their sums. Errors: VV_CORRUPT, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_payrun_segments(const struct vv_payrun_work *work,
                                             Vagval__V1__SegmentDrafted ***ret_segments,
                                             size_t *ret_count);
/* Sums per contract over all segments. Errors: VV_CORRUPT, VV_NO_MEMORY, VV_TOO_LARGE (a sum beyond
 * 2^53, or more contracts than VV_RUN_CONTRACTS_MAX). */
VV_CHECKED enum vv_status vv_payrun_sums(const struct vv_payrun_work *work,
                                         Vagval__V1__ContractSum ***ret_sums, size_t *ret_count);
VV_CHECKED enum vv_status vv_payrun_payees(const struct vv_payrun_work *work,
                                           Vagval__V1__RunPayee ***ret_payees, size_t *ret_count);
/* Payments in order; `ret_payments` NULL-safe. Errors: VV_CORRUPT, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_payrun_payments(const struct vv_payrun_work *work,
                                             Vagval__V1__RunPayment ***ret_payments,
                                             size_t *ret_count);
/* Writes payments in blocks. Errors: VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_payrun_put_payments(struct vv_payrun_work *work,
                                                 Vagval__V1__RunPayment **payments, size_t count);
/* Gives the amounts of payments back to the list of what can be paid, all for one reason: few
 * items, however many payments. Errors: VV_NO_MEMORY, VV_TOO_LARGE. */
VV_CHECKED enum vv_status vv_payrun_return(struct vv_payrun_work *work,
                                           Vagval__V1__RunPayment *const *payments, size_t count,
                                           const char *reason);
/* The same, each with its own reason. */
VV_CHECKED enum vv_status vv_payrun_return_each(struct vv_payrun_work *work,
                                                Vagval__V1__RunPayment *const *payments,
                                                size_t count);

#endif
