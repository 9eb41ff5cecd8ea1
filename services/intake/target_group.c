/*
 * target_group.c: the facts that a scheme's criteria may ask for (see the header). The list of
 * fields is closed: the scheme reader refuses any other.
 */
#include "target_group.h"

#include <stdio.h>

#include "registration.h"

/* What is empty was not said, and is not the same as a no. */
static const char *said(const char *text)
{
    return text[0] == '\0' ? NULL : text;
}

void vv_target_group_decide(const struct vv_scheme *scheme,
                            const Vagval__V1__RegisterSeeker *registration, vv_date birth,
                            struct vv_target_group *ret_decision)
{
    char age[16];
    (void)snprintf(age, sizeof age, "%d", vv_date_age(birth, registration->registered_on));
    const struct vv_field_value values[] = {
        {"age", age},
        {"status", said(registration->status)},
        {"municipality", said(registration->municipality)},
        {"benefit", said(registration->benefit)},
        {"mother_tongue", said(registration->mother_tongue)},
        {"immigrant", vv_registration_feature(registration, "immigrant")},
    };
    struct vv_target_group decision = {.in = VV_YES};
    decision.in =
        vv_criterion_evaluate(scheme->target_group, values, sizeof values / sizeof values[0],
                              decision.reasons, VV_TARGET_REASONS_MAX, &decision.reason_count);
    *ret_decision = decision;
}
