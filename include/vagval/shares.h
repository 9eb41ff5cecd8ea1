/*
 * shares.h: sums that are fixed beforehand and shared among municipalities by their customers
 * (rules 7, 15), and what a municipal trial must be to be admitted (rules 17). Pure.
 */
#ifndef VAGVAL_SHARES_H
#define VAGVAL_SHARES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vagval/money.h"
#include "vagval/status.h"

/* ---- quotas (rules 15) ---------------------------------------------------------------------- */

struct vv_share_part {
    const char *code;  /* of the municipality; no code twice */
    int64_t customers; /* 0 or more */
    int64_t share;     /* out: in the unit of what is shared */
};

/*
 * What of an appropriation belongs to a trial: appropriation x trial customers / area customers,
 * rounded down, so that the trials of an area together never get more than there is (choice).
 *   appropriation    minor units, or hundredths of person-years when staff is transferred; >= 0
 *   trial_customers  0 .. area_customers
 *   area_customers   1 or more
 * Errors: VV_INVALID (out of these ranges).
 */
VV_CHECKED enum vv_status vv_quota_of_trial(int64_t appropriation, int64_t trial_customers,
                                            int64_t area_customers, int64_t *ret_quota);

/*
 * Shares a quota among municipalities: floors, then the largest remainder, ties by code. The parts
 * are put in the order of their codes, and their shares sum to exactly `total`.
 * Errors: VV_INVALID (no part, no customers, a negative number), VV_CONFLICT (a code twice).
 */
VV_CHECKED enum vv_status vv_quota_share(int64_t total, struct vv_share_part *parts, size_t count);

/* Is part / whole >= percent / 100? Exact, by cross-multiplication: no division, no rounding. */
bool vv_reaches_percent(int64_t part, int64_t whole, int64_t percent);

/* ---- admission of a trial (rules 17) -------------------------------------------------------- */

#define VV_TRIAL_INHABITANTS_MIN 30000
#define VV_TRIAL_CUSTOMERS_PERCENT_MAX 40
#define VV_TRIAL_EFFORT_PERCENT 15

struct vv_trial_municipality {
    const char *code;
    const char *centre; /* the centre (ELY) whose area it lies in */
    int64_t inhabitants, customers;
};

struct vv_trial {
    const struct vv_trial_municipality *municipalities;
    size_t count;
    int64_t chosen_customers; /* of the trials that were chosen earlier in the area */
    int64_t area_customers;
    bool inhabitants_waived, customers_waived; /* with a weighty reason on record */
    /* Minor units a year; support_cost 0 = not stated. */
    int64_t own_effort;
    int64_t support_cost; /* of labour-market support in 2018 */
};

struct vv_trial_verdict {
    int64_t inhabitants, customers;
    bool enough_inhabitants; /* sum >= 30 000 */
    bool one_centre;
    bool few_enough_customers; /* (this trial + trials chosen earlier) / the area's <= 40 % */
    bool admitted;             /* all of it, or waived; one centre cannot be waived */
    bool effort_reached; /* own effort >= 15 % of the cost: a reference value, never refused */
};

/* Errors: VV_INVALID (no municipality, a negative number, no customers in the area), VV_CONFLICT (a
 * municipality twice), VV_TOO_LARGE. */
VV_CHECKED enum vv_status vv_trial_judge(const struct vv_trial *trial,
                                         struct vv_trial_verdict *ret_verdict);

#endif
