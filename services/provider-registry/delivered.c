/*
 * delivered.c: results for those who choose. Only what was published is shown, with how many it
 * rests on and how uncertain it is. Whether a contract may be ranked was decided when the month was
 * published, by the thresholds of the scheme of that month (participants_min, months_min): without
 * a rating there is no ranking either.
 */
#include "delivered.h"

#include "follow_up.h"

static const Vagval__V1__PublishedRating *latest(const Vagval__V1__ContractRating *rating)
{
    return rating->n_published > 0 ? rating->published[rating->n_published - 1] : NULL;
}

const char *vv_delivered_scheme_version(const Vagval__V1__ContractRating *rating)
{
    const Vagval__V1__PublishedRating *published = latest(rating);

    return published == NULL ? NULL : vv_follow_up_latest(published)->scheme_version;
}

/* Measure and interval, as far as they are known. */
static void show_measure(const struct vv_rating_rules *rules,
                         const Vagval__V1__PublishedRating *published,
                         const struct vv_measure_counts *counts, Vagval__V1__AreaChoice *choice)
{
    int64_t nation[VV_MEASURE_LEVELS];
    struct vv_weights weights;
    struct vv_measure measure;
    int64_t thousandths = 0;

    if (!vv_follow_up_nation(published->nation, published->n_nation, nation) ||
        vv_weights_normalised(rules, nation, &weights) != VV_OK ||
        vv_measure_of(counts, &weights, &measure) != VV_OK || !measure.known ||
        vv_measure_round(&measure, 3, &thousandths) != VV_OK || thousandths > UINT32_MAX) {
        return;
    }
    choice->has_measure = true;
    choice->measure = (uint32_t)thousandths;
    struct vv_interval interval = vv_measure_interval(counts, &weights);
    if (interval.known && interval.high <= UINT32_MAX) {
        choice->has_interval = true;
        choice->interval_low = (uint32_t)interval.low;
        choice->interval_high = (uint32_t)interval.high;
    }
}

void vv_delivered_show(const struct vv_rating_rules *rules,
                       const Vagval__V1__ContractRating *rating, Vagval__V1__AreaChoice *ret_choice)
{
    const Vagval__V1__PublishedRating *published = latest(rating);
    struct vv_measure_counts counts;
    int64_t participants = 0;

    if (published == NULL || published->published == NULL) {
        return;
    }
    const Vagval__V1__RatingView *view = vv_follow_up_latest(published);
    if (!vv_follow_up_counts(view->counts, &counts)) {
        return;
    }
    for (size_t i = 0; i < VV_MEASURE_LEVELS; i++) {
        participants += counts.participants[i];
    }
    ret_choice->results_month = published->month;
    ret_choice->participants = (uint32_t)participants;
    ret_choice->rating = view->rating;
    ret_choice->no_rating = view->reason;
    if (rules != NULL) {
        show_measure(rules, published, &counts, ret_choice);
    }
}
