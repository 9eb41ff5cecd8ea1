/*
 * target_group.h: does a job seeker belong to a scheme's target group? A pure function of the
 * registration, the birth date and the scheme; its criteria are the scheme file's.
 */
#ifndef VAGVAL_INTAKE_TARGET_GROUP_H
#define VAGVAL_INTAKE_TARGET_GROUP_H

#include "vagval/scheme.h"
#include "vagval/v1/intake.pb-c.h"

#define VV_TARGET_REASONS_MAX 16

struct vv_target_group {
    enum vv_truth in; /* VV_MISSING: a fact that the criteria need is not there */
    const struct vv_criterion *reasons[VV_TARGET_REASONS_MAX]; /* the criteria that decided */
    size_t reason_count;
};

/* `birth`: of the identity. Age counts on the day of registration. */
void vv_target_group_decide(const struct vv_scheme *scheme,
                            const Vagval__V1__RegisterSeeker *registration, vv_date birth,
                            struct vv_target_group *ret_decision);

#endif
