/*
 * engine_queue.c: items, and the queue of a partition in order of arrival.
 */
#include "engine_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* How far behind the head a pick looks past items that wait for an answer. */
#define PICK_SCAN_MAX 512

struct vv_item *vv_item_create(const void *body, size_t len, const char *scheme)
{
    size_t scheme_len = strlen(scheme) + 1;
    /* Not calloc, which goes past the allocator's fast lists and zeroes the body too. */
    struct vv_item *item = malloc(sizeof(*item) + len + scheme_len);
    if (item == NULL) {
        return NULL;
    }
    memset(item, 0, sizeof(*item));
    if (len > 0) {
        memcpy(item->body, body, len);
    }
    item->body_len = len;
    memcpy(item->body + len, scheme, scheme_len);
    item->scheme = (const char *)item->body + len;
    item->due = VV_DATE_NONE;
    item->deadline_ms = VV_NEVER;
    return item;
}

void vv_item_free(struct vv_engine *engine, struct vv_item *item)
{
    if (item->peer_place != VV_PEER_FREE) {
        assert(engine->peers[item->peer_place].queued > 0);
        engine->peers[item->peer_place].queued--;
        item->peer_place = VV_PEER_FREE;
    }
    if (item->asks_open > 0) {
        item->dead = true; /* freed by the last answer */
        item->prev = NULL;
        item->next = engine->dead_items;
        if (item->next != NULL) {
            item->next->prev = item;
        }
        engine->dead_items = item;
        return;
    }
    if (item->dead) {
        if (item->prev == NULL) {
            engine->dead_items = item->next;
        } else {
            item->prev->next = item->next;
        }
        if (item->next != NULL) {
            item->next->prev = item->prev;
        }
    }
    vv_asks_free(&item->asks);
    free(item);
}

static void link_after(struct vv_partition *partition, struct vv_item *after, struct vv_item *item)
{
    item->prev = after;
    item->next = after == NULL ? partition->first : after->next;
    if (item->next == NULL) {
        partition->last = item;
    } else {
        item->next->prev = item;
    }
    if (after == NULL) {
        partition->first = item;
    } else {
        after->next = item;
    }
}

void vv_queue_add(struct vv_engine *engine, struct vv_partition *partition, struct vv_item *item)
{
    item->arrival = ++engine->arrivals;
    item->generation = partition->generation;
    item->arrived_us = vv_clock_monotonic_us();
    link_after(partition, partition->last, item);
    partition->queued++;
    engine->queued++;
    vv_engine_wake(engine, partition);
}

void vv_queue_return(struct vv_engine *engine, struct vv_partition *partition, struct vv_item *item)
{
    /* What comes back is older than nearly all that waits. */
    struct vv_item *after = NULL;
    struct vv_item *at = partition->first;
    while (at != NULL && at->arrival < item->arrival) {
        after = at;
        at = at->next;
    }
    link_after(partition, after, item);
    partition->queued++;
    engine->queued++;
    vv_engine_wake(engine, partition);
}

void vv_queue_remove(struct vv_engine *engine, struct vv_partition *partition, struct vv_item *item)
{
    if (item->prev == NULL) {
        partition->first = item->next;
    } else {
        item->prev->next = item->next;
    }
    if (item->next == NULL) {
        partition->last = item->prev;
    } else {
        item->next->prev = item->prev;
    }
    item->prev = NULL;
    item->next = NULL;
    assert(partition->queued > 0 && engine->queued > 0);
    partition->queued--;
    engine->queued--;
}

static bool is_ordered(const struct vv_item *item)
{
    return item->kind == VV_ITEM_EVENT || item->kind == VV_ITEM_ANSWER ||
           item->kind == VV_ITEM_CURSOR;
}

void vv_queue_pick(struct vv_engine *engine, struct vv_partition *partition, struct vv_batch *batch)
{
    unsigned held = 0; /* sources whose earlier events wait for an answer or were put off */
    unsigned limit = partition->batch_limit == 0 ? VV_BATCH_ITEMS_MAX : partition->batch_limit;
    int64_t now_ms = vv_loop_now_ms(engine->loop);
    unsigned scanned = 0;
    struct vv_item *item = partition->first;
    while (item != NULL && batch->count < limit && scanned++ < PICK_SCAN_MAX) {
        struct vv_item *next = item->next;
        bool is_held = is_ordered(item) && (held & 1U << item->source) != 0;
        if (item->asks_open > 0 || is_held || item->later_ms > now_ms) {
            held |= is_ordered(item) ? 1U << item->source : 0;
        } else {
            vv_queue_remove(engine, partition, item);
            if (item->deadline_ms < now_ms) {
                engine->counters.late++;
                vv_item_free(engine, item);
            } else {
                batch->items[batch->count++] = item;
            }
        }
        item = next;
    }
    partition->batch_limit = 0;
}

void vv_item_drop_derived(struct vv_engine *engine, struct vv_partition *partition,
                          struct vv_item *item)
{
    if (is_ordered(item) && partition->feeds[item->source].queued > 0) {
        partition->feeds[item->source].queued--;
    }
    partition->noting = partition->noting && item->kind != VV_ITEM_BOOK;
    vv_item_free(engine, item);
}

void vv_queue_drop_derived(struct vv_engine *engine, struct vv_partition *partition)
{
    struct vv_item *item = partition->first;
    while (item != NULL) {
        struct vv_item *next = item->next;
        if (item->kind != VV_ITEM_REQUEST) {
            vv_queue_remove(engine, partition, item);
            vv_item_drop_derived(engine, partition, item);
        }
        item = next;
    }
}
