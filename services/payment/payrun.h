/*
 * payrun.h: the rules of a payment run: its states and who may move it, how the postings of many
 * contracts become one payment per provider, and the hash over what was frozen. Pure.
 *
 *   drafting -> drafted -> approved -> released -> confirmed | rejected | partially
 *                  \----------\-> cancelled
 */
#ifndef VAGVAL_PAYMENT_PAYRUN_H
#define VAGVAL_PAYMENT_PAYRUN_H

#include "vagval/date.h"
#include "vagval/id.h"
#include "vagval/money.h"
#include "vagval/v1/payrun.pb-c.h"

enum vv_payrun_state {
    VV_RUN_NONE,
    VV_RUN_DRAFTING, /* collects postings and payees */
    VV_RUN_DRAFTED,  /* frozen */
    VV_RUN_APPROVED,
    VV_RUN_RELEASED, /* its file may have left */
    VV_RUN_CONFIRMED,
    VV_RUN_PARTIALLY, /* some payments rejected; perhaps some not reported on yet */
    VV_RUN_REJECTED,
    VV_RUN_CANCELLED, /* before it was released; its amounts are payable again */
};

enum vv_payrun_payment_state {
    VV_PAYMENT_NONE,
    VV_PAYMENT_TO_PAY,
    VV_PAYMENT_LEFT_OUT, /* not sent; payable again in a later run */
    VV_PAYMENT_ACCEPTED,
    VV_PAYMENT_REJECTED, /* by the bank; payable again in a later run */
};

/* What a bank says of a group or a payment. */
enum vv_bank_status {
    VV_BANK_SILENT,   /* nothing */
    VV_BANK_RECEIVED, /* it is on its way, and not settled */
    VV_BANK_ACCEPTED, /* settled */
    VV_BANK_REJECTED,
    VV_BANK_PARTIALLY, /* groups only: see the payments */
};

#define VV_RUN_CONTRACTS_MAX 2048 /* of one run: the freeze is one commit */
#define VV_RUN_BLOCK_PAYMENTS 32  /* payments per stored field */
#define VV_RUN_SEGMENT_ITEMS 256  /* items that one order takes */
#define VV_RUN_ORDERS_AHEAD 32    /* partitions that are collected at the same time */

const char *vv_payrun_state_name(unsigned state);
const char *vv_payrun_payment_state_name(unsigned state);

/* All runs, the hold and the count of released files live in partition 0: one commit sees them. */
struct vv_id vv_payrun_id(const char *scheme, vv_date date, uint32_t number);
struct vv_id vv_payrun_segment_id(struct vv_id run, uint16_t partition, uint32_t chunk);
/* The same id with another partition in front. */
struct vv_id vv_payrun_id_in(struct vv_id id, uint16_t partition);

/* ---- who may do what: NULL = may, else the reason. `who` is the name of a key ---- */

/* The person who drafted, approved, ... the run; "" when nobody has. */
const char *vv_payrun_person(const Vagval__V1__PayRun *run, enum vv_payrun_state state);
const char *vv_payrun_cannot_approve(const Vagval__V1__PayRun *run, const char *who,
                                     ProtobufCBinaryData hash_seen, uint32_t shared_seen);
const char *vv_payrun_cannot_cancel(const Vagval__V1__PayRun *run);
/* Says nothing of the hold and the count of files. */
const char *vv_payrun_cannot_release(const Vagval__V1__PayRun *run, const char *who,
                                     bool allow_example);

/* ---- one payment per provider ---- */

/*
 * Groups sums per contract by the provider that is paid for the contract. What has a reason, no
 * payee, or nothing above 0 is left out, with the reason. Payments stand by organisation number;
 * those to be paid are numbered from 1. Amounts are conserved: the payments' amounts, left out or
 * not, sum to the sums'.
 *   sums    per contract; sorted in place by contract; no contract twice
 *   payees  one per contract at most; sorted in place by contract
 * Errors: VV_TOO_LARGE (a provider's sum beyond 2^53), VV_NO_MEMORY.
 */
VV_CHECKED enum vv_status vv_payrun_group(Vagval__V1__ContractSum **sums, size_t sum_count,
                                          Vagval__V1__RunPayee **payees, size_t payee_count,
                                          ProtobufCAllocator *memory,
                                          Vagval__V1__RunPayment ***ret_payments,
                                          size_t *ret_count);

/* Says of each payment that goes to an account of another provider of the run whose it is too
 * (`shared_with`), and how many such payments there are. Errors: VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_payrun_mark_shared(Vagval__V1__RunPayment *const *payments,
                                                size_t count, ProtobufCAllocator *memory,
                                                uint32_t *ret_shared);

/* Hash over what is frozen: head, segments by (partition, chunk), payments in order. */
VV_CHECKED enum vv_status
vv_payrun_hash(const Vagval__V1__PayRun *run, Vagval__V1__SegmentDrafted *const *segments,
               size_t segment_count, Vagval__V1__RunPayment *const *payments, size_t payment_count,
               ProtobufCAllocator *memory, uint8_t ret_hash[static 32]);

/* ---- what the bank says ---- */

/* May a report be taken now? NULL = yes, else why not. */
const char *vv_payrun_cannot_report(const Vagval__V1__PayRun *run);
/* What one payment becomes: silent payments follow the group where it decides for all. */
enum vv_payrun_payment_state vv_payrun_reported(enum vv_bank_status group, enum vv_bank_status own,
                                                enum vv_payrun_payment_state now);
/* Does what the bank says of a payment contradict what it said before? Then money has come back, or
 * has left although it is due again: a person must look. */
bool vv_payrun_contradicts(enum vv_bank_status own, enum vv_payrun_payment_state now);
/* The run's state by its counts of payments. */
enum vv_payrun_state vv_payrun_state_of(uint32_t payments, uint32_t accepted, uint32_t rejected);

#endif
