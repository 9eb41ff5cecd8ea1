/*
 * rating.c: from counts to weights, interval and rating. How the agency gets from the measure to a
 * rating is not public: thresholds stand in the scheme's file, marked as an example there.
 */
#include "vagval/rating.h"

#include <assert.h>
#include <string.h>

#include "vagval/limits.h"

struct vv_cohort vv_cohort_of(const struct vv_rating_rules *rules, vv_date month)
{
    vv_date first = vv_date_month_start(month);

    return (struct vv_cohort){
        .from = vv_date_add_months(first, -rules->cohort_from_months),
        .to = vv_date_month_end(vv_date_add_months(first, -rules->cohort_to_months)),
        .through = vv_date_month_end(month),
    };
}

enum vv_status vv_weights_normalised(const struct vv_rating_rules *rules,
                                     const int64_t participants[VV_MEASURE_LEVELS],
                                     struct vv_weights *ret_weights)
{
    struct vv_weights weights = {.whole = 0};
    int64_t all = 0;

    for (size_t i = 0; i < VV_MEASURE_LEVELS; i++) {
        int64_t weight = i < rules->level_count ? rules->levels[i].weight : 0;
        if (participants[i] < 0 || participants[i] > VV_MEASURE_COUNT_MAX) {
            return VV_INVALID;
        }
        all += participants[i];
        weights.whole += (vv_wide)weight * (vv_wide)participants[i];
    }
    if (weights.whole == 0) {
        return VV_NOT_FOUND;
    }
    for (size_t i = 0; i < rules->level_count; i++) {
        weights.units[i] = (vv_wide)rules->levels[i].weight * (vv_wide)all;
    }
    *ret_weights = weights;
    return VV_OK;
}

enum vv_status vv_weight_micro(const struct vv_weights *weights, size_t level, int64_t *ret_micro)
{
    struct vv_measure weight = {
        .known = true, .numerator = weights->units[level], .denominator = weights->whole};

    return vv_measure_round(&weight, 6, ret_micro);
}

/* ---- interval ---- */

#define SCALE UINT64_C(1000000000) /* proportions are counted in billionths */
#define Z UINT64_C(1960000000)     /* 1.96 */
#define Z2 UINT64_C(3841600000)    /* 1.96 squared */

/* The largest whole number whose square is at most x. */
static vv_wide root(vv_wide x)
{
    vv_wide low = 0;
    vv_wide high = (vv_wide)1 << 63;

    while (low < high) { /* high x high <= 2^126: no product overflows */
        vv_wide middle = low + (high - low + 1) / 2;
        if (middle * middle <= x) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

/* Reached and reachable points of all participants, as far reduced as a proportion needs. */
static void points(const struct vv_measure_counts *counts, const struct vv_weights *weights,
                   vv_wide *ret_reached, vv_wide *ret_reachable, int64_t *ret_participants)
{
    vv_wide reached = 0;
    vv_wide reachable = 0;
    int64_t participants = 0;
    unsigned shift = 0;

    for (size_t i = 0; i < VV_MEASURE_LEVELS; i++) {
        while (weights->units[i] >> shift >= (vv_wide)1 << 64) {
            shift++;
        }
    }
    for (size_t i = 0; i < VV_MEASURE_LEVELS; i++) {
        vv_wide weight = weights->units[i] >> shift;
        vv_wide results = (vv_wide)counts->rr1[i] + (vv_wide)counts->rr2[i];
        vv_wide halves = 2 * (vv_wide)counts->participants[i];
        reached += results * weight;
        reachable += halves * weight;
        participants += counts->participants[i];
    }
    while (reachable >= (vv_wide)1 << 80) {
        reachable >>= 1;
        reached >>= 1;
    }
    *ret_reached = reached;
    *ret_reachable = reachable;
    *ret_participants = participants;
}

struct vv_interval vv_measure_interval(const struct vv_measure_counts *counts,
                                       const struct vv_weights *weights)
{
    struct vv_measure_counts all = *counts;
    struct vv_measure most;
    vv_wide reached = 0;
    vv_wide reachable = 0;
    int64_t participants = 0;
    int64_t most_micro = 0;

    points(counts, weights, &reached, &reachable, &participants);
    memcpy(all.rr1, counts->participants, sizeof(all.rr1));
    memcpy(all.rr2, counts->participants, sizeof(all.rr2));
    if (reachable == 0 || vv_measure_of(&all, weights, &most) != VV_OK ||
        vv_measure_round(&most, 6, &most_micro) != VV_OK) {
        return (struct vv_interval){.known = false};
    }
    /* Wilson: (2np + z2 -+ z sqrt(4np(1-p) + z2)) / (2(n + z2)), each number in billionths. */
    vv_wide n = (vv_wide)participants;
    vv_wide p = reached * SCALE / reachable;
    vv_wide centre = 2 * n * p + Z2;
    vv_wide radicand = 4 * n * (p * (SCALE - p) / SCALE) + Z2;
    vv_wide half = Z * root(radicand * SCALE) / SCALE;
    vv_wide whole = 2 * (n * SCALE + Z2);
    vv_wide low = centre > half ? (centre - half) * SCALE / whole : 0;
    vv_wide high = ((centre + half) * SCALE + whole - 1) / whole;
    high = high > SCALE ? SCALE : high;
    vv_wide reach = (vv_wide)most_micro;
    vv_wide thousandth = (vv_wide)SCALE * 1000; /* billionths x millionths per thousandth */
    return (struct vv_interval){
        .known = true,
        .low = (int64_t)(low * reach / thousandth),
        .high = (int64_t)((high * reach + thousandth - 1) / thousandth),
    };
}

/* ---- rating ---- */

const char *vv_rating_reason_code(enum vv_rating_reason reason)
{
    switch (reason) {
    case VV_RATED:
        return "rated";
    case VV_UNRATED_NOBODY:
        return "no_participants";
    case VV_UNRATED_FEW:
        return "few_participants";
    case VV_UNRATED_YOUNG:
        return "young_contract";
    }
    return "unknown";
}

int vv_rating_of(const struct vv_rating_rules *rules, const struct vv_measure *measure,
                 int64_t participants, vv_date active_from, vv_date month,
                 enum vv_rating_reason *ret_reason)
{
    int rating = 1;

    if (!measure->known) {
        *ret_reason = VV_UNRATED_NOBODY;
        return 0;
    }
    if (participants < rules->participants_min) {
        *ret_reason = VV_UNRATED_FEW;
        return 0;
    }
    /* The months are full when the day after the month's last has come. */
    if (vv_date_add_months(active_from, rules->months_min) > vv_date_month_end(month) + 1) {
        *ret_reason = VV_UNRATED_YOUNG;
        return 0;
    }
    for (int i = 0; i < VV_RATING_MAX - 1; i++) {
        if (vv_measure_compare(measure, rules->thresholds[i], VV_RATING_PLACES) >= 0) {
            rating = i + 2;
        }
    }
    *ret_reason = VV_RATED;
    return rating;
}
