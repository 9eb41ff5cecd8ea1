/*
 * why_not.h: why a component is not owed (yet): each condition of its rule in order, whether it is
 * met, what is missing, who must act, and by when. A pure function of the facts, the schemes and a
 * date; it repeats no rule: where a rule file tells, it is asked.
 */
#ifndef VAGVAL_PAYMENT_WHY_NOT_H
#define VAGVAL_PAYMENT_WHY_NOT_H

#include "holds.h"

enum vv_condition_state {
    VV_CONDITION_MET,
    VV_CONDITION_MISSING, /* somebody must act */
    VV_CONDITION_WAITING, /* for a day */
    VV_CONDITION_FAILED,  /* it cannot be met any more */
};
const char *vv_condition_state_name(enum vv_condition_state state);

#define VV_CONDITION_TEXT_BYTES 320

struct vv_condition {
    const char *code; /* static, stable */
    enum vv_condition_state state;
    char text_en[VV_CONDITION_TEXT_BYTES], text_sv[VV_CONDITION_TEXT_BYTES];
    const char *who; /* provider, caseworker, finance, agency, nobody */
    vv_date by;      /* the day to wait for, or the last day to act; VV_DATE_NONE = none */
    const struct vv_payment_fact *fact; /* that it rests on, or NULL */
};

struct vv_why_not {
    struct vv_condition *conditions;
    size_t count;
    bool owed; /* something is owed for the component at as_of */
    const struct vv_scheme *scheme;
};

/*
 * Errors: VV_NOT_FOUND (no version of the scheme has such a component), VV_NO_MEMORY,
 * VV_TOO_LARGE.
 *   component  its code
 *   links      organisations that are known to be linked
 */
VV_CHECKED enum vv_status vv_why_not(const struct vv_payment_fact *facts, size_t count,
                                     const struct vv_scheme_lookup *schemes, vv_date as_of,
                                     const char *component, const struct vv_links *links,
                                     ProtobufCAllocator *memory, struct vv_why_not *ret_why_not);

#endif
