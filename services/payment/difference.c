/*
 * difference.c: what is owed now against what was posted before, as lines.
 */
#include "difference.h"

#include <stdlib.h>
#include <string.h>

static bool same_key(const char *component, vv_date period, struct vv_id contract,
                     const struct vv_posted *posted)
{
    return period == posted->period && vv_id_equal(contract, posted->contract) &&
           strcmp(component, posted->component) == 0;
}

static int compare_lines(const void *left, const void *right)
{
    const struct vv_difference_line *a = left;
    const struct vv_difference_line *b = right;
    if (a->order != b->order) {
        return a->order < b->order ? -1 : 1;
    }
    int by_code = strcmp(a->component, b->component);
    if (by_code != 0) {
        return by_code;
    }
    if (a->period != b->period) {
        return a->period < b->period ? -1 : 1;
    }
    int by_contract = memcmp(a->contract.bytes, b->contract.bytes, sizeof a->contract.bytes);
    if (by_contract != 0) {
        return by_contract;
    }
    return (int)a->proposal - (int)b->proposal;
}

static size_t order_of(const struct vv_scheme *scheme, const char *component)
{
    for (size_t i = 0; scheme != NULL && i < scheme->component_count; i++) {
        if (strcmp(scheme->components[i].code, component) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* At most two lines for one key: one posting, one proposal. */
static void add_lines(struct vv_difference *difference, const struct vv_difference_line *key,
                      vv_money posted, vv_money proposed)
{
    vv_money rise = key->owed > posted ? key->owed - posted : 0;
    vv_money recovery = key->owed < posted ? key->owed - posted : 0;
    if (rise != 0) {
        struct vv_difference_line *line = &difference->lines[difference->count++];
        *line = *key;
        line->amount = rise;
    }
    if (recovery != proposed) {
        struct vv_difference_line *line = &difference->lines[difference->count++];
        *line = *key;
        line->amount = recovery - proposed;
        line->proposal = true;
    }
}

enum vv_status vv_difference(const struct vv_entitlement *entitlement,
                             const struct vv_posted *posted, size_t posted_count,
                             const struct vv_scheme *scheme, ProtobufCAllocator *memory,
                             struct vv_difference *ret_difference)
{
    struct vv_difference difference = {0};
    size_t lines_max = 2 * (entitlement->count + posted_count);
    difference.lines = vv_memory_zeroed(memory, lines_max * sizeof difference.lines[0]);
    if (difference.lines == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; i < entitlement->count; i++) {
        const struct vv_owed *owed = &entitlement->owed[i];
        struct vv_difference_line key = {.component = owed->component->code,
                                         .period = owed->period,
                                         .contract = owed->contract,
                                         .owed = owed->amount,
                                         .why = owed,
                                         .order = order_of(scheme, owed->component->code)};
        const struct vv_posted *known = NULL;
        for (size_t j = 0; known == NULL && j < posted_count; j++) {
            if (same_key(key.component, key.period, key.contract, &posted[j])) {
                known = &posted[j];
            }
        }
        add_lines(&difference, &key, known == NULL ? 0 : known->posted,
                  known == NULL ? 0 : known->proposed);
    }
    for (size_t j = 0; j < posted_count; j++) {
        bool still_owed = false;
        for (size_t i = 0; !still_owed && i < entitlement->count; i++) {
            const struct vv_owed *owed = &entitlement->owed[i];
            still_owed = same_key(owed->component->code, owed->period, owed->contract, &posted[j]);
        }
        if (!still_owed) {
            struct vv_difference_line key = {.component = posted[j].component,
                                             .period = posted[j].period,
                                             .contract = posted[j].contract,
                                             .order = order_of(scheme, posted[j].component)};
            add_lines(&difference, &key, posted[j].posted, posted[j].proposed);
        }
    }
    qsort(difference.lines, difference.count, sizeof difference.lines[0], compare_lines);
    *ret_difference = difference;
    return VV_OK;
}

enum vv_status vv_posted_add(struct vv_posted *totals, size_t *count, const char *component,
                             vv_date period, struct vv_id contract, vv_money amount, bool proposal)
{
    size_t at = 0;
    while (at < *count && !same_key(component, period, contract, &totals[at])) {
        at++;
    }
    if (at == *count) {
        totals[at] =
            (struct vv_posted){.component = component, .period = period, .contract = contract};
    }
    vv_money *total = proposal ? &totals[at].proposed : &totals[at].posted;
    enum vv_status status = vv_money_add(*total, amount, total);
    if (status == VV_OK && at == *count) {
        (*count)++;
    }
    return status;
}
