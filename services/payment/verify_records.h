/*
 * verify_records.h: what payment keeps besides cases, derived again from its facts: each function
 * makes one record anew with the functions that made it, and says where what is stored differs.
 */
#ifndef VAGVAL_PAYMENT_VERIFY_RECORDS_H
#define VAGVAL_PAYMENT_VERIFY_RECORDS_H

#include "invoice_work.h"
#include "replay.h"
#include "verify_kinds.h"

struct vv_verified {
    struct vv_replay_problem problem; /* the first one */
    uint64_t facts, derived;
};

/* Errors of all: VV_NO_MEMORY, VV_TOO_LARGE. What does not read is a problem, not an error. */
VV_CHECKED enum vv_status vv_verify_books(const struct vv_call *call,
                                          const struct vv_record *record,
                                          struct vv_verified *ret_verified);
VV_CHECKED enum vv_status vv_verify_payee(const struct vv_call *call,
                                          const struct vv_record *record,
                                          struct vv_verified *ret_verified);
VV_CHECKED enum vv_status vv_verify_run(const struct vv_call *call, const struct vv_record *record,
                                        struct vv_id id, struct vv_verified *ret_verified);
/* The limit; what is in use is compared with what the cases ask for by whoever reads all pages. */
VV_CHECKED enum vv_status vv_verify_budget(const struct vv_call *call,
                                           const struct vv_record *record,
                                           struct vv_verified *ret_verified);
/* One document of its month. */
VV_CHECKED enum vv_status vv_verify_invoice(const struct vv_call *call,
                                            const struct vv_loaded *loaded, struct vv_id id,
                                            struct vv_billed_month *month,
                                            struct vv_verified *ret_verified);

/* Does the message pack to the record's body? */
bool vv_verify_is_body(const struct vv_call *call, const struct vv_record *record,
                       const ProtobufCMessage *derived);
/* Unpacks a fact's body; NULL when it does not read. */
ProtobufCMessage *vv_verify_body(const struct vv_call *call, const Vagval__V1__Fact *fact,
                                 const ProtobufCMessageDescriptor *descriptor);

#endif
