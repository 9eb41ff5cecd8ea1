/*
 * follow_up.c: stored follow-ups as the rules see them, and the proposals that follow.
 */
#include "follow_up.h"

#include <string.h>

#define FOLLOW_UPS_SEEN (VV_FOLLOW_UPS_MAX + 1)

static bool spread(const uint32_t *stored, size_t count, int64_t ret_counts[VV_MEASURE_LEVELS])
{
    if (count > VV_MEASURE_LEVELS) {
        return false;
    }
    for (size_t i = 0; i < VV_MEASURE_LEVELS; i++) {
        ret_counts[i] = i < count ? stored[i] : 0;
    }
    return true;
}

bool vv_follow_up_counts(const Vagval__V1__RatingCounts *stored,
                         struct vv_measure_counts *ret_counts)
{
    if (stored == NULL) {
        memset(ret_counts, 0, sizeof(*ret_counts));
        return true;
    }
    return spread(stored->participants, stored->n_participants, ret_counts->participants) &&
           spread(stored->rr1, stored->n_rr1, ret_counts->rr1) &&
           spread(stored->rr2, stored->n_rr2, ret_counts->rr2);
}

bool vv_follow_up_nation(const uint32_t *stored, size_t count,
                         int64_t ret_nation[static VV_MEASURE_LEVELS])
{
    return spread(stored, count, ret_nation);
}

enum vv_status vv_follow_up_measure(const struct vv_rating_rules *rules, const uint32_t *nation,
                                    size_t nation_count, const Vagval__V1__RatingCounts *counts,
                                    struct vv_measure *ret_measure)
{
    int64_t people[VV_MEASURE_LEVELS];
    struct vv_measure_counts own;
    struct vv_weights weights;

    if (!vv_follow_up_nation(nation, nation_count, people) || !vv_follow_up_counts(counts, &own)) {
        return VV_INVALID;
    }
    enum vv_status status = vv_weights_normalised(rules, people, &weights);
    if (status == VV_NOT_FOUND) {
        *ret_measure = (struct vv_measure){.known = false}; /* nobody in the whole country */
        return VV_OK;
    }
    return status == VV_OK ? vv_measure_of(&own, &weights, ret_measure) : status;
}

const Vagval__V1__RatingView *vv_follow_up_latest(const Vagval__V1__PublishedRating *published)
{
    return published->n_revised > 0 ? published->revised[published->n_revised - 1]
                                    : published->published;
}

bool vv_follow_up_holds(const struct vv_rating_rules *rules,
                        const Vagval__V1__PublishedRating *published,
                        const Vagval__V1__RatingView *view)
{
    struct vv_measure_counts counts;
    struct vv_measure measure;
    enum vv_rating_reason reason = VV_RATED;
    char text[VV_MEASURE_TEXT_BYTES];
    /* The first day of the contract's validity may have been amended since; that it was old enough
     * is taken from the view. */
    bool young = strcmp(view->reason, vv_rating_reason_code(VV_UNRATED_YOUNG)) == 0;
    vv_date from = young ? published->month : VV_DATE_MIN;

    if (strcmp(view->method, VV_RATING_METHOD) != 0) {
        return true; /* made by rules of another release */
    }
    if (vv_follow_up_measure(rules, published->nation, published->n_nation, view->counts,
                             &measure) != VV_OK ||
        !vv_follow_up_counts(view->counts, &counts)) {
        return false;
    }
    int64_t people = counts.participants[0] + counts.participants[1] + counts.participants[2];
    int rating = vv_rating_of(rules, &measure, people, from, published->month, &reason);
    vv_measure_format(&measure, text);
    return rating == (int)view->rating && strcmp(text, view->measure) == 0;
}

Vagval__V1__PublishedRating *vv_follow_up_find(const Vagval__V1__ContractRating *rating,
                                               vv_date month)
{
    for (size_t i = 0; i < rating->n_published; i++) {
        if (rating->published[i]->month == month) {
            return rating->published[i];
        }
    }
    return NULL;
}

/* ---- proposals ---- */

static const Vagval__V1__ContractDecision *last_decision(const Vagval__V1__ContractRating *rating,
                                                         const char *kind)
{
    for (size_t i = rating->n_decisions; i > 0; i--) {
        if (strcmp(rating->decisions[i - 1]->kind, kind) == 0) {
            return rating->decisions[i - 1];
        }
    }
    return NULL;
}

static bool termination(const struct vv_rating_rules *rules,
                        const Vagval__V1__AreaContract *contract,
                        const Vagval__V1__ContractRating *rating,
                        struct vv_open_proposal *ret_proposal)
{
    struct vv_follow_up follow_ups[FOLLOW_UPS_SEEN];
    size_t count = 0;
    size_t first =
        rating->n_published > FOLLOW_UPS_SEEN ? rating->n_published - FOLLOW_UPS_SEEN : 0;

    for (size_t i = first; i < rating->n_published; i++) {
        const Vagval__V1__PublishedRating *published = rating->published[i];
        const Vagval__V1__RatingView *view = vv_follow_up_latest(published);
        struct vv_follow_up *follow_up = &follow_ups[count++];
        follow_up->month = published->month;
        follow_up->rating = view == NULL ? 0 : (int)view->rating;
        follow_up->measure = (struct vv_measure){.known = false};
        if (view == NULL || vv_follow_up_measure(rules, published->nation, published->n_nation,
                                                 view->counts, &follow_up->measure) != VV_OK) {
            return false; /* what cannot be worked out proposes nothing */
        }
    }
    if (count == 0 || !vv_termination_is_due(rules, contract->from, follow_ups, count)) {
        return false;
    }
    vv_date latest = follow_ups[count - 1].month;
    const Vagval__V1__ContractDecision *decided = last_decision(rating, VV_PROPOSAL_TERMINATION);
    if (decided != NULL && (decided->approved || decided->basis >= latest)) {
        return false;
    }
    *ret_proposal = (struct vv_open_proposal){
        .kind = VV_PROPOSAL_TERMINATION, .since = vv_date_month_end(latest) + 1, .basis = latest};
    return true;
}

static bool empty(int months, const Vagval__V1__AreaContract *contract,
                  const Vagval__V1__ContractRating *rating, vv_date today,
                  struct vv_open_proposal *ret_proposal)
{
    const Vagval__V1__ContractDecision *decided = last_decision(rating, VV_PROPOSAL_EMPTY);
    int64_t in_use = (int64_t)contract->taken + contract->reserved;
    vv_date since = contract->last_choice;

    if (decided != NULL && decided->approved) {
        return false;
    }
    if (decided != NULL && decided->decided_on > since) {
        since = decided->decided_on; /* it was kept: the months run anew */
    }
    if (!vv_empty_contract_is_due(months, contract->from, since, in_use, today)) {
        return false;
    }
    vv_date due = vv_empty_contract_due(months, contract->from, since);
    *ret_proposal =
        (struct vv_open_proposal){.kind = VV_PROPOSAL_EMPTY, .since = due, .basis = due};
    return true;
}

size_t vv_proposals_of(const struct vv_scheme *scheme, const Vagval__V1__AreaContract *contract,
                       const Vagval__V1__ContractRating *rating, vv_date today,
                       struct vv_open_proposal ret_proposals[static VV_PROPOSALS_MAX])
{
    size_t count = 0;

    if (contract->to != 0 && contract->to < today) {
        return 0;
    }
    if (scheme->rating != NULL &&
        termination(scheme->rating, contract, rating, &ret_proposals[count])) {
        count++;
    }
    if (empty(scheme->empty_contract_months, contract, rating, today, &ret_proposals[count])) {
        count++;
    }
    return count;
}
