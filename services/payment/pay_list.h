/*
 * pay_list.h: what can be paid. Every posting batch leaves one item on the list of its scheme in
 * its partition, in the same commit; so does every amount that a run could not pay. Runs take the
 * list from its front and never look back: what was taken once cannot be taken again.
 */
#ifndef VAGVAL_PAYMENT_PAY_LIST_H
#define VAGVAL_PAYMENT_PAY_LIST_H

#include "facts.h"
#include "vagval/date.h"
#include "vagval/money.h"
#include "vagval/service.h"

/* Component of a line that an earlier run could not pay. */
#define VV_PAY_LIST_CARRIED "carried"
/* Lines of one item; an amount that comes back with more contracts makes several items. */
#define VV_PAY_LIST_LINES_MAX 64

/* The list and the cursor of a scheme in a partition. */
struct vv_id vv_pay_list_id(const char *scheme, uint16_t partition);

/* Appends what a batch posted, by the day from which it may be paid (Line.payable). Proposals move
 * no money, what the state pays is only counted, a recovery reaches the provider when it is set
 * off: until then it is an item for the journal alone, of amount 0, and so are claim and reversal.
 * `scheme` is a version of the batch's; `facts` are the case's: an item names those whose
 * documents its amounts rest on. Errors: VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_pay_list_post(const struct vv_call *call, struct vv_outcome *outcome,
                                           const struct vv_scheme *scheme,
                                           const Vagval__V1__PostingBatch *batch,
                                           const struct vv_payment_fact *facts, size_t fact_count);

/* Appends amounts per contract that `run` could not pay, for `reason`; due again from `on`.
 * Amounts of 0 are left out. Errors: VV_NO_MEMORY. */
struct vv_pay_list_back {
    const char *scheme;
    struct vv_id run;
    vv_date on;
    bool example;
};
VV_CHECKED enum vv_status vv_pay_list_return(const struct vv_call *call, struct vv_outcome *outcome,
                                             const struct vv_pay_list_back *back,
                                             const char *reason,
                                             Vagval__V1__ContractSum *const *sums, size_t count);

/* Appends what an invoice makes payable, or takes back: `item.lines`, as vv_invoice_due_change
 * gives them; counts VAT and what waited for its invoice. Nothing without lines. Errors:
 * VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_pay_list_invoice(const struct vv_call *call,
                                              struct vv_outcome *outcome, const char *scheme,
                                              const Vagval__V1__Payable *item);

/*
 * One segment: from the front of the list the items that may be paid on `date`. Items that may be
 * paid later only are passed over; the segment puts them back at the end (vv_pay_list_postpone),
 * marked with the run: meeting one of them again, the run has seen the whole list. Errors:
 * VV_CORRUPT, VV_NO_MEMORY, VV_TOO_LARGE (a contract's sum beyond 2^53).
 */
struct vv_pay_list_take {
    size_t passed; /* items from the front on, at most VV_RUN_SEGMENT_ITEMS */
    size_t taken;  /* of them, by the run */
    bool more;     /* there are further items */
    uint32_t examples;
    vv_money total;
    uint8_t hash[32]; /* of the bytes of the items taken */
    Vagval__V1__ContractSum **sums;
    size_t sum_count;
    Vagval__V1__Payable **late;
    size_t late_count;
    Vagval__V1__Payable **evidenced; /* of those taken: amounts that rest on documents */
    size_t evidenced_count;
};
VV_CHECKED enum vv_status vv_pay_list_take(struct vv_arena *arena, const struct vv_record *list,
                                           struct vv_id run, vv_date date,
                                           struct vv_pay_list_take *ret_take);
/* Errors: VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_pay_list_postpone(const struct vv_call *call,
                                               struct vv_outcome *outcome, const char *scheme,
                                               struct vv_id run,
                                               const struct vv_pay_list_take *take);
/* Tells the registry which documents' amounts a run of `date` has taken. */
void vv_pay_list_tell_evidence(struct vv_outcome *outcome, const char *scheme, vv_date date,
                               const struct vv_pay_list_take *take);
/* Errors: VV_CORRUPT, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_pay_list_read(struct vv_arena *arena, const struct vv_field *item,
                                           Vagval__V1__Payable **ret_item);

#endif
