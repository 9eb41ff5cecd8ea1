/*
 * registration.h: what a registration must look like, and when a new one says something new.
 * Pure: no keys, no clock, no state.
 */
#ifndef VAGVAL_INTAKE_REGISTRATION_H
#define VAGVAL_INTAKE_REGISTRATION_H

#include <stdbool.h>

#include "vagval/date.h"
#include "vagval/idno.h"
#include "vagval/status.h"
#include "vagval/v1/intake.pb-c.h"

/*
 * Checks the form of a registration on the business date `today`.
 *   ret_identity  the normalised identity with birth date
 *   ret_error     which field is wrong and why; never repeats what stands in the field
 * Errors: VV_INVALID; VV_REFUSED for a registration date that has not come yet.
 */
VV_CHECKED enum vv_status vv_registration_check(const Vagval__V1__RegisterSeeker *registration,
                                                vv_date today, struct vv_idno *ret_identity,
                                                struct vv_error *ret_error);

/* Only the identity: kind and number. Errors: VV_INVALID. */
VV_CHECKED enum vv_status vv_registration_identity(const char *kind, const char *number,
                                                   vv_date today, struct vv_idno *ret_identity,
                                                   struct vv_error *ret_error);

/* The identity behind a number whose kind nobody said: the first kind of person's number whose
 * rules it keeps. Errors: VV_INVALID. */
VV_CHECKED enum vv_status vv_registration_guess(const char *number, vv_date today,
                                                struct vv_idno *ret_identity);

/* True if `b` gives an assessment or the target group other input than `a`. A new name, address or
 * source is none. */
bool vv_registration_differs(const Vagval__V1__RegisterSeeker *a,
                             const Vagval__V1__RegisterSeeker *b);

/* Value of a feature, or NULL. */
const char *vv_registration_feature(const Vagval__V1__RegisterSeeker *registration,
                                    const char *name);

#endif
