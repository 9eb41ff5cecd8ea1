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
    if (a->proposal != b->proposal) {
        return (int)a->proposal - (int)b->proposal;
    }
    return (int)a->kind - (int)b->kind;
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

static void add_line(struct vv_difference *difference, const struct vv_difference_line *key,
                     vv_money amount, bool proposal, enum vv_line_kind kind)
{
    if (amount != 0) {
        struct vv_difference_line *line = &difference->lines[difference->count++];
        *line = *key;
        line->amount = amount;
        line->proposal = proposal;
        line->kind = kind;
    }
}

/* Lines of one key: a posting for a rise, a proposal for a fall. A fall that a person left standing
 * keeps its place as long as it is the same fall; when what is owed changes, so does the question,
 * and the whole fall is proposed. */
static void add_lines(struct vv_difference *difference, const struct vv_difference_line *key,
                      const struct vv_posted *standing)
{
    static const struct vv_posted nothing = {.posted = 0};
    const struct vv_posted *known = standing == NULL ? &nothing : standing;
    vv_money rise = key->owed > known->posted ? key->owed - known->posted : 0;
    vv_money fall = key->owed < known->posted ? key->owed - known->posted : 0;
    vv_money waived = known->waived == fall ? fall : 0;
    add_line(difference, key, rise, false, VV_LINE_OWED);
    add_line(difference, key, fall - waived - known->proposed, true, VV_LINE_OWED);
    add_line(difference, key, waived - known->waived, true, VV_LINE_WAIVED);
}

enum vv_status vv_difference(const struct vv_entitlement *entitlement,
                             const struct vv_posted *posted, size_t posted_count,
                             const struct vv_scheme *scheme, ProtobufCAllocator *memory,
                             struct vv_difference *ret_difference)
{
    struct vv_difference difference = {0};
    size_t lines_max = 3 * (entitlement->count + posted_count);
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
        add_lines(&difference, &key, known);
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
            add_lines(&difference, &key, &posted[j]);
        }
    }
    qsort(difference.lines, difference.count, sizeof difference.lines[0], compare_lines);
    *ret_difference = difference;
    return VV_OK;
}

/* The entry of a line's key, appended if there is none yet: `count` does not yet tell of it. */
static struct vv_posted *entry_of(struct vv_posted *totals, size_t count,
                                  const struct vv_difference_line *line)
{
    size_t at = 0;
    while (at < count && !same_key(line->component, line->period, line->contract, &totals[at])) {
        at++;
    }
    if (at == count) {
        totals[at] = (struct vv_posted){
            .component = line->component, .period = line->period, .contract = line->contract};
    }
    return &totals[at];
}

enum vv_status vv_posted_enter(struct vv_posted *totals, size_t *count,
                               const struct vv_difference_line *line, uint32_t through)
{
    if (line->kind == VV_LINE_SET_OFF || line->kind == VV_LINE_CLAIM) {
        return VV_OK;
    }
    struct vv_posted *entry = entry_of(totals, *count, line);
    vv_money *total = line->kind == VV_LINE_WAIVED ? &entry->waived
                      : line->proposal             ? &entry->proposed
                                                   : &entry->posted;
    enum vv_status status = vv_money_add(*total, line->amount, total);
    if (status != VV_OK) {
        return status;
    }
    if (total == &entry->proposed) {
        entry->changed_through = through;
    }
    if (entry == &totals[*count]) {
        (*count)++;
    }
    return VV_OK;
}

enum vv_status vv_posted_add(struct vv_posted *totals, size_t *count, const char *component,
                             vv_date period, struct vv_id contract, vv_money amount, bool proposal)
{
    const struct vv_difference_line line = {.component = component,
                                            .period = period,
                                            .contract = contract,
                                            .amount = amount,
                                            .proposal = proposal};
    return vv_posted_enter(totals, count, &line, 0);
}
