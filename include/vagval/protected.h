/*
 * protected.h: people with protected identity. The role guardian alone sees and handles them; for
 * every other role a list leaves them out, or, where it must be complete, names them by a reference
 * that opens nothing. Services see their cases: they decide on them.
 */
#ifndef VAGVAL_PROTECTED_H
#define VAGVAL_PROTECTED_H

#include "vagval/service.h"

/* May whoever sent this call see a case, given whether its person's identity is protected? */
bool vv_case_is_open(const struct vv_call *call, bool protected_identity);

/* Refuses a message about a protected case, in the same words whatever the message asks. */
enum vv_status vv_refuse_protected(struct vv_outcome *outcome);

/* What stands for a case's id where it must not: the same for the same case, in its partition, and
 * the id does not follow from it. No message finds a case by it. */
struct vv_id vv_case_reference(struct vv_id case_id);

/* The id to show to the call's sender: the case's, or the reference. */
struct vv_id vv_case_shown(const struct vv_call *call, bool protected_identity,
                           struct vv_id case_id);

#endif
