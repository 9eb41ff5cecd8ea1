/*
 * caps.c: at most so many days, or so much (rules 8).
 *
 * A cap holds per block of n months, counted from the placement's start, or over the whole case.
 * What is due is cut in order of due date, then component order of the scheme. Nothing here
 * remembers: when a withdrawal opens room, the next computation gives it back as a difference.
 */
#include "entitlement.h"

#include <string.h>

struct vv_block vv_block_of(const struct vv_placement *placement, int months, vv_date on)
{
    int count = 0;
    vv_date next = vv_date_add_months(placement->start, months);
    while (next <= on) {
        count++;
        next = vv_date_add_months(placement->start, months * (count + 1));
    }
    return (struct vv_block){vv_date_add_months(placement->start, months * count), next - 1};
}

vv_date vv_block_day(const struct vv_placement *placement, vv_date outcome_start)
{
    return outcome_start < placement->last ? outcome_start : placement->last;
}

static bool same_room(const struct vv_cap *cap, const struct vv_owed *a,
                      const struct vv_placement *placement, vv_date block_day)
{
    if (cap->per_participant) {
        return true;
    }
    return placement != NULL && a->placement == placement &&
           vv_block_of(placement, cap->block_months, a->block_day).first ==
               vv_block_of(placement, cap->block_months, block_day).first;
}

int vv_caps_days_left(const struct vv_rules *rules, const struct vv_component *component,
                      const struct vv_placement *placement, vv_date block_day, int days)
{
    const struct vv_entitlement *entitlement = rules->entitlement;
    for (size_t i = 0; i < component->cap_count; i++) {
        const struct vv_cap *cap = component->caps[i];
        int left = cap->days;
        if (cap->days == 0) {
            continue;
        }
        for (size_t j = 0; j < entitlement->count; j++) {
            const struct vv_owed *paid = &entitlement->owed[j];
            if (strcmp(paid->component->code, component->code) == 0 &&
                same_room(cap, paid, placement, block_day)) {
                left -= paid->days;
            }
        }
        left = left < 0 ? 0 : left; /* an earlier version may have had a wider cap */
        days = left < days ? left : days;
    }
    return days;
}

static bool cut_after(const struct vv_owed *a, const struct vv_owed *b)
{
    if (a->due != b->due) {
        return a->due > b->due;
    }
    if (a->order != b->order) {
        return a->order > b->order;
    }
    if (a->period != b->period) {
        return a->period > b->period;
    }
    return memcmp(a->contract.bytes, b->contract.bytes, sizeof a->contract.bytes) > 0;
}

static bool shares(const struct vv_cap *cap, const char *code)
{
    for (size_t i = 0; i < cap->component_count; i++) {
        if (strcmp(cap->components[i], code) == 0) {
            return true;
        }
    }
    return false;
}

/* Cuts the item to what the ones before it leave of each of its caps. */
static void cut_item(struct vv_owed *const *ordered, size_t at)
{
    struct vv_owed *owed = ordered[at];
    for (size_t i = 0; i < owed->component->cap_count; i++) {
        const struct vv_cap *cap = owed->component->caps[i];
        vv_money left = cap->amount;
        if (cap->amount == 0) {
            continue;
        }
        for (size_t j = 0; j < at; j++) {
            if (shares(cap, ordered[j]->component->code) &&
                same_room(cap, ordered[j], owed->placement, owed->block_day)) {
                left -= ordered[j]->amount;
            }
        }
        left = left < 0 ? 0 : left;
        if (owed->amount > left) {
            owed->cap_cut += owed->amount - left;
            owed->amount = left;
        }
    }
}

enum vv_status vv_caps_apply(struct vv_rules *rules)
{
    struct vv_entitlement *entitlement = rules->entitlement;
    bool capped = false;
    for (size_t i = 0; i < entitlement->count; i++) {
        capped = capped || entitlement->owed[i].component->cap_count > 0;
    }
    if (!capped) {
        return VV_OK;
    }
    struct vv_owed **ordered =
        vv_memory_zeroed(entitlement->memory, entitlement->count * sizeof(struct vv_owed *));
    if (ordered == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; i < entitlement->count; i++) {
        size_t at = i;
        for (; at > 0 && cut_after(ordered[at - 1], &entitlement->owed[i]); at--) {
            ordered[at] = ordered[at - 1];
        }
        ordered[at] = &entitlement->owed[i];
    }
    for (size_t i = 0; i < entitlement->count; i++) {
        cut_item(ordered, i);
    }
    size_t kept = 0;
    for (size_t i = 0; i < entitlement->count; i++) {
        if (entitlement->owed[i].amount != 0) {
            entitlement->owed[kept++] = entitlement->owed[i];
        }
    }
    entitlement->count = kept;
    return VV_OK;
}
