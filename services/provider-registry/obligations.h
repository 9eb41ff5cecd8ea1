/*
 * obligations.h: the terms of a placement's obligations and whether they are kept. Pure: from the
 * scheme's terms, the placement's days and what was recorded, at a date.
 */
#ifndef VAGVAL_REGISTRY_OBLIGATIONS_H
#define VAGVAL_REGISTRY_OBLIGATIONS_H

#include "vagval/calendar.h"
#include "vagval/date.h"
#include "vagval/delivery.h"
#include "vagval/v1/delivery.pb-c.h"

enum vv_term_state {
    VV_TERM_DUE = 1, /* its last day has not passed */
    VV_TERM_MET,
    VV_TERM_LATE, /* kept, but after its last day and before the next term's */
    VV_TERM_MISSED,
    VV_TERM_EXCUSED, /* by a person, or by a report of absence within it */
};

struct vv_obligation_term {
    const struct vv_obligation *obligation;
    vv_date from, due; /* first and last day, inclusive */
    enum vv_term_state state;
    vv_date met_on; /* VV_TERM_MET of once and every, VV_TERM_LATE */
    int minutes, physical_minutes;
};

struct vv_term_input {
    const struct vv_delivery *rules;
    enum vv_jurisdiction jurisdiction;
    vv_date start, last; /* of the placement, inclusive */
    const Vagval__V1__Delivery *recorded;
    vv_date today;
    /* Only terms that end within these days, inclusive: those for which the rules were in force. 0
     * for due_last = without a bound. */
    vv_date due_first, due_last;
};

/*
 * The terms that have begun by today, by obligation and day. An activity counts if it was attended,
 * of a kind that the obligation takes, long enough, and face to face where that is asked.
 * Returns how many there are; writes at most `max`.
 */
size_t vv_obligation_terms(const struct vv_term_input *input, struct vv_obligation_term *ret_terms,
                           size_t max);

/* Judges one term again: its obligation and days are given, its state, day and minutes are set. */
void vv_obligation_judge(const struct vv_term_input *input, struct vv_obligation_term *term);

/* The last day of the next term that ends today or later, whether it has begun or not;
 * VV_DATE_NONE if there is none. */
vv_date vv_obligation_next_due(const struct vv_term_input *input);

const char *vv_term_state_name(enum vv_term_state state);

#endif
