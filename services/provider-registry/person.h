/*
 * person.h: the other cases of a case's person, which lie in the same partition: a placement may
 * run beside theirs only if both schemes say so.
 */
#ifndef VAGVAL_REGISTRY_PERSON_H
#define VAGVAL_REGISTRY_PERSON_H

#include "work.h"

/* Notes a new case with its person. The record must have been planned: vv_person_plan_entry. */
void vv_person_plan_entry(const struct vv_call *call, struct vv_plan *plan,
                          ProtobufCBinaryData person);
VV_CHECKED enum vv_status vv_person_enter(struct vv_work *work, const struct vv_loaded *loaded,
                                          ProtobufCBinaryData person);

/* Plans the person's record and the other cases, as far as the subject's case is loaded. */
VV_CHECKED enum vv_status vv_person_plan(const struct vv_call *call, const struct vv_loaded *loaded,
                                         struct vv_plan *plan);

/*
 * Is another case of the person served on a day, under a scheme that does not combine with this
 * case's? ret_other names that scheme, or is NULL.
 * Errors: VV_CORRUPT, VV_NO_MEMORY.
 */
VV_CHECKED enum vv_status vv_person_served_elsewhere(const struct vv_work *work,
                                                     const struct vv_loaded *loaded, vv_date on,
                                                     const char **ret_other);

#endif
