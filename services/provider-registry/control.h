/*
 * control.h: what may be recorded of a contract under control: reviews and site visits with
 * findings and deadlines, complaints, suspension, and the contract's end.
 */
#ifndef VAGVAL_REGISTRY_CONTROL_H
#define VAGVAL_REGISTRY_CONTROL_H

#include <stdbool.h>
#include <stddef.h>

#include "vagval/date.h"
#include "vagval/status.h"
#include "vagval/v1/control.pb-c.h"
#include "vagval/v1/registry.pb-c.h"

enum vv_control_kind {
    VV_CONTROL_REVIEW,
    VV_CONTROL_VISIT,
    VV_CONTROL_COMPLAINT,
    VV_CONTROL_FINDING,
    VV_CONTROL_CLOSE,
    VV_CONTROL_SUSPEND,
    VV_CONTROL_RESUME,
    VV_CONTROL_END,
    VV_CONTROL_CONDITION, /* of an authorisation */
};

#define VV_CONDITION_KIND "condition"
#define VV_CONDITION_REF "condition" /* of those that the authorisation itself names */

/* Errors: VV_INVALID. */
VV_CHECKED enum vv_status vv_control_kind_parse(const char *text, enum vv_control_kind *ret_kind);
/* Does the kind open a matter that stays open until it is closed? */
bool vv_control_opens(enum vv_control_kind kind);

/* The matter of that name; NULL if none. */
Vagval__V1__ControlItem *vv_control_find(const Vagval__V1__ContractControl *control,
                                         const char *ref);

/* Who has to act on an open matter: a finding or a condition is the provider's to meet, the
 * rest are the authority's to bring to an end. A name of a role, as on the worklist. */
const char *vv_control_actor(const Vagval__V1__ControlItem *item);
/* Marks the open matters whose deadline lies before today and that are not marked yet; returns how
 * many. ret_next: day after the next deadline of an open matter; VV_DATE_NONE = none. */
size_t vv_control_mark_overdue(const Vagval__V1__ContractControl *control, vv_date today,
                               vv_date *ret_next);

/*
 * Judges a record. A finding belongs to an open review or visit; a review or visit is closed when
 * all its findings are; a deadline does not lie in the past; a contract is suspended from today on
 * or later, and ends today or later (a further end replaces one that has not come). VV_OK, or
 * VV_INVALID, VV_REFUSED or VV_NOT_FOUND with the field and why.
 */
VV_CHECKED enum vv_status vv_control_judge(const Vagval__V1__ContractControl *control,
                                           const Vagval__V1__AreaContract *contract,
                                           enum vv_control_kind kind,
                                           const Vagval__V1__RecordControl *command, vv_date today,
                                           const char **ret_field, const char **ret_text);

#endif
