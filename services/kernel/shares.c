/*
 * shares.c: quotas by customers, exact thresholds, admission of a municipal trial.
 *
 * Source: the terms of the Finnish municipal employment trials (supplementary application round):
 * quotas fixed beforehand by the number of customers, 30 000 inhabitants within one centre's area,
 * about 40 % of its customers at most, own effort of 15 % of the labour-market support of 2018.
 */
#include "vagval/shares.h"

#include <stdlib.h>
#include <string.h>

__extension__ typedef __int128 wide;

enum vv_status vv_quota_of_trial(int64_t appropriation, int64_t trial_customers,
                                 int64_t area_customers, int64_t *ret_quota)
{
    if (appropriation < 0 || trial_customers < 0 || area_customers < 1 ||
        trial_customers > area_customers) {
        return VV_INVALID;
    }
    *ret_quota = (int64_t)((wide)appropriation * trial_customers / area_customers);
    return VV_OK;
}

static int by_code(const void *left, const void *right)
{
    const struct vv_share_part *a = left;
    const struct vv_share_part *b = right;
    return strcmp(a->code, b->code);
}

enum vv_status vv_quota_share(int64_t total, struct vv_share_part *parts, size_t count)
{
    if (count == 0 || total < 0) {
        return VV_INVALID;
    }
    int64_t *weights = malloc(2 * count * sizeof *weights);
    if (weights == NULL) {
        return VV_NO_MEMORY;
    }
    int64_t *shares = weights + count;
    qsort(parts, count, sizeof parts[0], by_code);
    enum vv_status status = VV_OK;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && strcmp(parts[i].code, parts[i - 1].code) == 0) {
            status = VV_CONFLICT;
        }
        weights[i] = parts[i].customers;
    }
    if (status == VV_OK) {
        status = vv_money_share(total, weights, count, shares); /* ties by position = by code */
    }
    for (size_t i = 0; status == VV_OK && i < count; i++) {
        parts[i].share = shares[i];
    }
    free(weights);
    return status;
}

bool vv_reaches_percent(int64_t part, int64_t whole, int64_t percent)
{
    return (wide)part * 100 >= (wide)whole * percent;
}

static enum vv_status sum_up(const struct vv_trial *trial, struct vv_trial_verdict *verdict)
{
    for (size_t i = 0; i < trial->count; i++) {
        const struct vv_trial_municipality *one = &trial->municipalities[i];
        if (one->inhabitants < 0 || one->customers < 0) {
            return VV_INVALID;
        }
        for (size_t k = 0; k < i; k++) {
            if (strcmp(trial->municipalities[k].code, one->code) == 0) {
                return VV_CONFLICT;
            }
        }
        verdict->one_centre =
            verdict->one_centre && strcmp(one->centre, trial->municipalities[0].centre) == 0;
        if (__builtin_add_overflow(verdict->inhabitants, one->inhabitants, &verdict->inhabitants) ||
            __builtin_add_overflow(verdict->customers, one->customers, &verdict->customers)) {
            return VV_TOO_LARGE;
        }
    }
    return VV_OK;
}

enum vv_status vv_trial_judge(const struct vv_trial *trial, struct vv_trial_verdict *ret_verdict)
{
    struct vv_trial_verdict verdict = {.one_centre = true};
    if (trial->count == 0 || trial->area_customers < 1 || trial->chosen_customers < 0 ||
        trial->own_effort < 0 || trial->support_cost < 0) {
        return VV_INVALID;
    }
    enum vv_status status = sum_up(trial, &verdict);
    if (status != VV_OK) {
        return status;
    }
    int64_t moving = 0;
    if (__builtin_add_overflow(verdict.customers, trial->chosen_customers, &moving)) {
        return VV_TOO_LARGE;
    }
    verdict.enough_inhabitants = verdict.inhabitants >= VV_TRIAL_INHABITANTS_MIN;
    /* moving / area <= 40 %  <=>  40 % of the area reaches what moves */
    verdict.few_enough_customers =
        (wide)moving * 100 <= (wide)trial->area_customers * VV_TRIAL_CUSTOMERS_PERCENT_MAX;
    verdict.admitted = (verdict.enough_inhabitants || trial->inhabitants_waived) &&
                       verdict.one_centre &&
                       (verdict.few_enough_customers || trial->customers_waived);
    verdict.effort_reached =
        vv_reaches_percent(trial->own_effort, trial->support_cost, VV_TRIAL_EFFORT_PERCENT);
    *ret_verdict = verdict;
    return VV_OK;
}
