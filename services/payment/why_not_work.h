/*
 * why_not_work.h: what the files of why_not share.
 */
#ifndef VAGVAL_PAYMENT_WHY_NOT_WORK_H
#define VAGVAL_PAYMENT_WHY_NOT_WORK_H

#include "why_not.h"

#define VV_ASK_CONDITIONS_MAX 96 /* a long service has about two per month */

struct vv_asking {
    struct vv_rules rules;
    const struct vv_component *component;
    struct vv_why_not answer;
};

/* The next condition, its texts still empty. Never NULL. */
struct vv_condition *vv_ask_add(struct vv_asking *asking, const char *code,
                                enum vv_condition_state state, const char *who, vv_date by);
void vv_ask_en(struct vv_condition *condition, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void vv_ask_sv(struct vv_condition *condition, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

struct vv_ask_day {
    char text[VV_DATE_TEXT_BYTES];
};
struct vv_ask_day vv_ask_day(vv_date day);

/* Whether a placement could start there and then (rules 19); else says that it could not. */
bool vv_ask_area(struct vv_asking *asking, const struct vv_placement *placement);
void vv_ask_price(struct vv_asking *asking, const char *area, vv_date on);
void vv_ask_due(struct vv_asking *asking, vv_date due);
void vv_ask_milestone(struct vv_asking *asking);
void vv_ask_premium(struct vv_asking *asking);
void vv_ask_sustained(struct vv_asking *asking);
/* Approved units of the component whose documents wait for a person. */
void vv_ask_units_unverified(struct vv_asking *asking);

#endif
