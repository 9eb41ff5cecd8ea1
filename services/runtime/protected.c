/*
 * protected.c: who sees cases of people with protected identity. See the header.
 */
#include "vagval/protected.h"

/* Step of an id that no message uses: services count theirs from 1 and from 1000. */
#define REFERENCE_STEP 0x52454600u

bool vv_case_is_open(const struct vv_call *call, bool protected_identity)
{
    return !protected_identity ||
           (call->role & (VV_ROLE_GUARDIAN | VV_ROLES_SERVICES)) != VV_ROLE_NONE;
}

enum vv_status vv_refuse_protected(struct vv_outcome *outcome)
{
    return vv_refuse(outcome, VV_FORBIDDEN, "case_id",
                     "is not handled under this role; ask a guardian");
}

struct vv_id vv_case_reference(struct vv_id case_id)
{
    struct vv_id reference = vv_id_step(case_id, REFERENCE_STEP);
    reference.bytes[0] = case_id.bytes[0];
    reference.bytes[1] = case_id.bytes[1];
    return reference;
}

struct vv_id vv_case_shown(const struct vv_call *call, bool protected_identity,
                           struct vv_id case_id)
{
    return vv_case_is_open(call, protected_identity) ? case_id : vv_case_reference(case_id);
}
