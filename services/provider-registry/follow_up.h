/*
 * follow_up.h: what is stored of a contract's follow-ups as the rules see it, and what is proposed
 * from it (rules 20, 21). A proposal is worked out anew each time; only a decision on it is stored.
 */
#ifndef VAGVAL_REGISTRY_FOLLOW_UP_H
#define VAGVAL_REGISTRY_FOLLOW_UP_H

#include "vagval/scheme.h"
#include "vagval/v1/rating.pb-c.h"
#include "vagval/v1/registry.pb-c.h"

#define VV_PROPOSAL_TERMINATION "termination"
#define VV_PROPOSAL_EMPTY "empty_contract"
#define VV_PROPOSALS_MAX 2 /* of one contract at a time: one of each kind */

/* Counts by level; levels that are left out count 0. False: more levels than can be weighed. */
bool vv_follow_up_counts(const Vagval__V1__RatingCounts *stored,
                         struct vv_measure_counts *ret_counts);
/* The same for the country's participants. */
bool vv_follow_up_nation(const uint32_t *stored, size_t count,
                         int64_t ret_nation[static VV_MEASURE_LEVELS]);

/* The measure of a view; unknown when nobody took part. Errors: VV_INVALID, VV_TOO_LARGE. */
VV_CHECKED enum vv_status vv_follow_up_measure(const struct vv_rating_rules *rules,
                                               const uint32_t *nation, size_t nation_count,
                                               const Vagval__V1__RatingCounts *counts,
                                               struct vv_measure *ret_measure);

/* The view that holds: the latest revision, else what was published. */
const Vagval__V1__RatingView *vv_follow_up_latest(const Vagval__V1__PublishedRating *published);
/* Does a stored view follow from its counts, by the scheme's rules that it cites: the measure, and
 * the rating or that there is none? */
bool vv_follow_up_holds(const struct vv_rating_rules *rules,
                        const Vagval__V1__PublishedRating *published,
                        const Vagval__V1__RatingView *view);
/* The follow-up of a month; NULL if none. */
Vagval__V1__PublishedRating *vv_follow_up_find(const Vagval__V1__ContractRating *rating,
                                               vv_date month);

struct vv_open_proposal {
    const char *kind;
    vv_date since; /* the day from which the conditions are met */
    vv_date basis; /* month of the follow-up, or the day on which the months were full */
};

/*
 * What is proposed of a contract on `today`. None once a proposal of its kind was approved, or when
 * the contract's validity is over. A termination that was rejected is proposed again only on a
 * further follow-up; an empty contract only after as many months again. It rests on the views that
 * hold: people see both.
 *   rating  what is stored, or an empty record
 * Returns how many.
 */
size_t vv_proposals_of(const struct vv_scheme *scheme, const Vagval__V1__AreaContract *contract,
                       const Vagval__V1__ContractRating *rating, vv_date today,
                       struct vv_open_proposal ret_proposals[static VV_PROPOSALS_MAX]);

#endif
