/*
 * facts.c: the one order in which facts are used, each once, without superseded ones.
 *
 * It interprets nothing: what a placement or an outcome is, given the facts, stands in course.c.
 */
#include "facts.h"

#include <stdlib.h>
#include <string.h>

static int compare_facts(const void *left, const void *right)
{
    const struct vv_payment_fact *a = *(const struct vv_payment_fact *const *)left;
    const struct vv_payment_fact *b = *(const struct vv_payment_fact *const *)right;
    if (a->effective != b->effective) {
        return a->effective < b->effective ? -1 : 1;
    }
    return memcmp(a->id.bytes, b->id.bytes, sizeof a->id.bytes);
}

/* Facts mostly come in order, or nearly. Both ways keep repeated ones in the order that they have.
 */
#define INSERTION_MAX 64
static void sort_facts(const struct vv_payment_fact **facts, size_t count)
{
    if (count > INSERTION_MAX) {
        qsort(facts, count, sizeof facts[0], compare_facts);
        return;
    }
    for (size_t i = 1; i < count; i++) {
        const struct vv_payment_fact *moving = facts[i];
        size_t at = i;
        for (; at > 0 && compare_facts(&facts[at - 1], &moving) > 0; at--) {
            facts[at] = facts[at - 1];
        }
        facts[at] = moving;
    }
}

static bool is_superseded(const struct vv_payment_fact *fact, const struct vv_payment_fact *facts,
                          size_t count)
{
    for (size_t i = 0; i < count; i++) {
        /* A fact that names itself replaces nothing. */
        if (vv_id_equal(facts[i].supersedes, fact->id) && !vv_id_equal(facts[i].id, fact->id)) {
            return true;
        }
    }
    return false;
}

size_t vv_payment_facts_order(const struct vv_payment_fact *facts, size_t count,
                              const struct vv_payment_fact **ret_ordered)
{
    bool any_supersedes = false;
    for (size_t i = 0; i < count; i++) {
        ret_ordered[i] = &facts[i];
        any_supersedes = any_supersedes || !vv_id_is_nil(facts[i].supersedes);
    }
    sort_facts(ret_ordered, count);
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        const struct vv_payment_fact *fact = ret_ordered[i];
        if (used > 0 && vv_id_equal(ret_ordered[used - 1]->id, fact->id)) {
            continue;
        }
        if (any_supersedes && is_superseded(fact, facts, count)) {
            continue;
        }
        ret_ordered[used++] = fact;
    }
    return used;
}
