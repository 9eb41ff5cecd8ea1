/*
 * finance_facts.h: facts of payment's own (grants, payroll, appropriations, costs) and units, as
 * received or stored, read into typed facts. No sibling knows the former.
 */
#ifndef VAGVAL_PAYMENT_FINANCE_FACTS_H
#define VAGVAL_PAYMENT_FINANCE_FACTS_H

#include "facts.h"
#include "vagval/messages.h"

/* Is it a message that payment itself accepted? Then the fact stands in no sibling's log. */
bool vv_finance_fact_is_own(uint32_t type);

/* Is it a code that a decision or agreement can be named by? */
bool vv_fact_reference_is_usable(const char *reference);

/* Names of a case's grant or agreement; in the case's partition. */
struct vv_id vv_grant_id(struct vv_id case_id, const char *reference);
struct vv_id vv_agreement_id(struct vv_id case_id, const char *reference);

/*
 * Reads one body into `fact`, whose id, effective and index stand already. Strings are borrowed.
 * Errors: VV_UNSUPPORTED (none of these types), VV_INVALID (nothing can be computed from it).
 */
VV_CHECKED enum vv_status vv_finance_fact_read(enum vv_message_type type,
                                               const ProtobufCMessage *body,
                                               struct vv_payment_fact *fact);
/* The descriptor of a stored body; NULL for other types. */
const ProtobufCMessageDescriptor *vv_finance_fact_descriptor(uint32_t type);

#endif
