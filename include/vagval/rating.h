/*
 * rating.h: what a scheme says of results and ratings (its sections `rating` and `empty_contract`),
 * and the rules over counts: the cohort of a month, normalised weights, the measure's interval, the
 * rating. Pure; the registry and the command work with the same functions.
 */
#ifndef VAGVAL_RATING_H
#define VAGVAL_RATING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vagval/date.h"
#include "vagval/measure.h"
#include "vagval/status.h"

#define VV_RATING_MAX 4              /* ratings 1 (low) to 4 (high) */
#define VV_RATING_PLACES 6           /* thresholds are millionths */
#define VV_FOLLOW_UPS_MAX 8          /* consecutive follow-ups that a termination may ask for */
#define VV_RATING_METHOD "measure-1" /* changes when a rule of this file decides differently */

struct vv_rating_level {
    const char *code; /* of a referred level */
    int64_t weight;   /* before normalising: 203, 277, 380 */
};

/* rules 21; absent when active_months is 0. */
struct vv_termination_rule {
    int rating_max;        /* a rating above keeps the contract; none does not */
    int64_t measure_below; /* millionths */
    int follow_ups;        /* so many in a row */
    int active_months;     /* age of the contract at the last of them */
};

struct vv_rating_rules {
    bool example; /* the thresholds are nobody's real ones */
    const char *note;
    struct vv_rating_level levels[VV_MEASURE_LEVELS];
    size_t level_count;
    int rr1_months, rr2_months; /* calendar months of qualifying days (rules 2); equal: one result,
                                   which counts as both halves */
    bool second_source; /* result_requires_second_source: days are proved only as far as an income
                           statement from outside reaches, too */
    bool verified;      /* documents prove from their verification on (section `evidence`) */
    int cohort_from_months, cohort_to_months; /* before the month, both included: 22, 11 */
    int every_months;                         /* between two follow-ups */
    int participants_min, months_min;         /* fewer, or a younger contract: no rating */
    int64_t thresholds[VV_RATING_MAX - 1];    /* millionths: from here 2, 3, 4 */
    struct vv_termination_rule termination;
};

/* rules 21: first and last start day of the cohort of the month in which `month` lies. */
struct vv_cohort {
    vv_date from, to;
    vv_date through; /* last day of the month: results of later days are not counted */
};
struct vv_cohort vv_cohort_of(const struct vv_rating_rules *rules, vv_date month);

/* Position of a level among those that are weighed; -1 when it is not. */
int vv_rating_level_index(const struct vv_rating_rules *rules, const char *code);

/*
 * The weights, scaled so that their mean over all participants of the country is 1:
 * weight_i = w_i x N / sum(w_j x n_j). Exact; rounded only to be shown (vv_weight_micro).
 * Errors: VV_NOT_FOUND (nobody takes part: there is no mean), VV_INVALID (a count is out of
 * bounds).
 */
VV_CHECKED enum vv_status vv_weights_normalised(const struct vv_rating_rules *rules,
                                                const int64_t participants[VV_MEASURE_LEVELS],
                                                struct vv_weights *ret_weights);
/* A weight in millionths, rounded half up, as the agency publishes them. VV_TOO_LARGE. */
VV_CHECKED enum vv_status vv_weight_micro(const struct vv_weights *weights, size_t level,
                                          int64_t *ret_micro);

/*
 * Uncertainty of a measure, for showing only: nothing is decided on it. The measure's share of what
 * it would be if everybody had reached both halves is taken as a proportion of the participants;
 * its Wilson score interval at 95 % (z = 1.96) is scaled back, the lower end rounded down and the
 * upper one up. A participant's value lies between nothing and all, so a proportion varies at
 * least as much: the interval is rather too wide than too narrow.
 */
struct vv_interval {
    bool known;
    int64_t low, high; /* thousandths */
};
struct vv_interval vv_measure_interval(const struct vv_measure_counts *counts,
                                       const struct vv_weights *weights);

enum vv_rating_reason {
    VV_RATED,
    VV_UNRATED_NOBODY, /* the measure is unknown */
    VV_UNRATED_FEW,    /* fewer than participants_min */
    VV_UNRATED_YOUNG,  /* authorised for less than months_min at the end of the month */
};
const char *vv_rating_reason_code(enum vv_rating_reason reason);

/*
 * The rating of a contract, 1..VV_RATING_MAX, or 0 = none with the reason. Thresholds are compared
 * with the exact measure (rules 7).
 *   active_from  first day of the contract's validity
 *   month        any day of the month followed up
 */
int vv_rating_of(const struct vv_rating_rules *rules, const struct vv_measure *measure,
                 int64_t participants, vv_date active_from, vv_date month,
                 enum vv_rating_reason *ret_reason);

/* One published follow-up of a contract. */
struct vv_follow_up {
    vv_date month; /* first day */
    int rating;    /* 0 = none */
    struct vv_measure measure;
};

/*
 * rules 21: is termination to be proposed? `follow_ups` stand in order of months, the latest last.
 * True when the last `rule.follow_ups` of them follow each other without a gap, each has a rating
 * of at most rating_max or none, and a known measure below the limit, and the contract is old
 * enough at the end of the latest month. An unknown measure is never below.
 */
bool vv_termination_is_due(const struct vv_rating_rules *rules, vv_date active_from,
                           const struct vv_follow_up *follow_ups, size_t count);

/*
 * rules 20: the day on which an empty contract is proposed for de-authorisation, when nobody
 * chooses it: `months` after its authorisation or its last choice. VV_DATE_NONE: no such rule.
 */
vv_date vv_empty_contract_due(int months, vv_date active_from, vv_date last_choice);
/* Is it due on `today`? Not while a participant runs or a place is promised. */
bool vv_empty_contract_is_due(int months, vv_date active_from, vv_date last_choice, int64_t in_use,
                              vv_date today);

#endif
