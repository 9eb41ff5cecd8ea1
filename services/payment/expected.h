/*
 * expected.h: what a case will still cost, as a pure function of its facts, the schemes and what
 * stands posted: for budgets and for forecasts.
 *
 * Certain is what is owed if nothing else happens: the entitlement at a day far ahead. Expected is
 * the same with what the scheme's section `budget` expects of a running placement: months reported
 * and their obligations met, a job on the day after the planned end that lasts, one unit of each
 * kind; of that, the scheme's percent of each component.
 */
#ifndef VAGVAL_PAYMENT_EXPECTED_H
#define VAGVAL_PAYMENT_EXPECTED_H

#include "difference.h"

struct vv_expected_line {
    const struct vv_component *component;
    struct vv_id contract;
    const char *area;
    vv_date due;      /* after as_of; or as_of itself for what is due and not posted */
    vv_money certain; /* minor units, 0 or more */
    vv_money hoped;   /* further, by the scheme's percent */
};

struct vv_expected {
    struct vv_expected_line *lines;
    size_t count;
};

struct vv_expected_question {
    const struct vv_payment_fact *facts;
    size_t fact_count;
    const struct vv_scheme_lookup *schemes;
    const struct vv_scheme *scheme; /* whose section `budget` says what is expected */
    const struct vv_posted *posted;
    size_t posted_count;
    vv_date as_of;
};

/* Errors: VV_NO_MEMORY, VV_TOO_LARGE. */
VV_CHECKED enum vv_status vv_expected_cost(const struct vv_expected_question *question,
                                           ProtobufCAllocator *memory,
                                           struct vv_expected *ret_expected);

#endif
