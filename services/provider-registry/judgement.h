/*
 * judgement.h: what is decided of a case's obligations without anybody asking: terms that have
 * ended are met, late, missed or excused; a month that is over was kept or not, which payment is
 * told where a base waits for it. The decisions stand in the delivery record. They are made when
 * the case's timer says so, and again whenever something is recorded that can change them.
 */
#ifndef VAGVAL_REGISTRY_JUDGEMENT_H
#define VAGVAL_REGISTRY_JUDGEMENT_H

#include "obligations.h"
#include "work.h"

struct vv_judging {
    struct vv_work *work;           /* of the case, opened */
    Vagval__V1__Delivery *delivery; /* its record, as loaded or changed by the message */
    bool delivery_changed;          /* put the record */
    bool case_changed;              /* put the case: it counts what payment was told */
};

/* Does a version of the scheme that is known have obligations? If not, nothing is to be judged. */
bool vv_judgement_applies(const struct vv_call *call, const char *scheme);

/* For a message that starts or ends a placement: plans the load of the record once the case is
 * there, where the scheme has obligations, and judges what the message has changed. */
void vv_judge_case_plan(const struct vv_call *call, const struct vv_loaded *loaded,
                        struct vv_plan *plan);
VV_CHECKED enum vv_status vv_judge_case(struct vv_work *work, const struct vv_loaded *loaded);

/* Judges the terms that ended before today, and again those that ended earlier: each by the version
 * of the scheme that was known to be in force on its last day when it ended. */
VV_CHECKED enum vv_status vv_judge_terms(struct vv_judging *judging);

/*
 * All that is to be decided on this day: terms, then months whose days for reports have passed,
 * then the timer of the next day on which something is to be decided. A month that a person has
 * stated is left alone. Emits OBLIGATIONS_STATED for a month that is new or has changed.
 */
VV_CHECKED enum vv_status vv_judge(struct vv_judging *judging);

/* Were the obligations of a contract in a month kept, by the terms judged? ret_missed: code of the
 * first obligation with a missed term, or NULL. VV_NOT_FOUND: the scheme had none in that month,
 * or the contract did not serve in it. */
VV_CHECKED enum vv_status vv_judge_month(const struct vv_judging *judging,
                                         ProtobufCBinaryData contract, vv_date month,
                                         const char **ret_missed);

/* Keeps a month's statement; the last one of a month and contract holds. `event` empty: it is told
 * by a fact of the case. */
void vv_judge_keep_month(struct vv_judging *judging, const Vagval__V1__StateObligations *statement,
                         const char *by, ProtobufCBinaryData event);
/* The statement that holds; NULL if there is none. */
const Vagval__V1__MonthStated *vv_judge_month_stated(const Vagval__V1__Delivery *delivery,
                                                     ProtobufCBinaryData contract, vv_date month);

/* A term as it is shown: an ended one as it was judged, another one as it stands today. */
struct vv_shown_term {
    struct vv_obligation_term term;
    vv_date start; /* of the placement */
    vv_date since; /* 0 = it has not ended */
};
/* The terms of a placement that have begun, in the scheme's order, in the call's arena. */
VV_CHECKED enum vv_status vv_judge_show(const struct vv_call *call,
                                        const Vagval__V1__RegistryCase *entry,
                                        const Vagval__V1__CasePlacement *placement,
                                        const Vagval__V1__Delivery *delivery,
                                        struct vv_shown_term **ret_terms, size_t *ret_count);
/* What stored terms are worth when they are judged again from what is recorded: NULL, or a stable
 * code of the first difference. */
VV_CHECKED enum vv_status vv_judge_check(const struct vv_call *call,
                                         const Vagval__V1__RegistryCase *entry,
                                         const Vagval__V1__Delivery *delivery,
                                         const char **ret_problem);

#endif
