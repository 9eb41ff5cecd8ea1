/*
 * engine_batch.c: a batch of one partition: plan all, read what is missing, decide in order, each
 * message seeing the effects of those before it. A pass that lacks something is made again from the
 * start once it is there, so nothing of a pass outlives a wait.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine_internal.h"

#define FREE_BATCHES_MAX 32
#define PASSES_MAX 24 /* reads that never end are a handler's bug */
/* A batch is cut before the commit's own bounds (for keys: vv_bounds): one message more must still
 * fit. */
#define SOFT_ARGS (VV_COMMIT_ARGS_MAX * 3 / 4)

static struct vv_batch *take_batch(struct vv_engine *engine)
{
    struct vv_batch *batch = engine->free_batches;
    if (batch != NULL) {
        engine->free_batches = batch->next_free;
        engine->free_batch_count--;
    } else {
        batch = calloc(1, sizeof(*batch));
    }
    return batch;
}

static void give_batch(struct vv_engine *engine, struct vv_batch *batch)
{
    if (engine->free_batch_count >= FREE_BATCHES_MAX) {
        vv_working_free(&batch->working);
        free(batch);
        return;
    }
    batch->next_free = engine->free_batches;
    engine->free_batches = batch;
    engine->free_batch_count++;
}

static struct vv_entry *at_hand(void *context, const struct vv_name *name, uint64_t hash)
{
    struct vv_batch *batch = context;
    bool cacheable = name->use == VV_USE_HASH || name->use == VV_USE_FIELD;
    if (!batch->partition->owned || !cacheable) {
        return NULL;
    }
    return vv_cache_find(batch->engine, batch->partition->number, name, hash);
}

static void restart(struct vv_batch *batch)
{
    vv_working_end(&batch->working);
    vv_working_begin(&batch->working, batch->partition->number, at_hand, batch);
}

void vv_batch_start(struct vv_engine *engine, struct vv_partition *partition)
{
    assert(partition->batch == NULL);
    struct vv_batch *batch = take_batch(engine);
    if (batch == NULL) {
        partition->retry_at_ms = vv_loop_now_ms(engine->loop) + VV_RETRY_MS;
        return;
    }
    batch->engine = engine;
    batch->partition = partition;
    batch->count = 0;
    batch->reads_open = 0;
    batch->read_failed = false;
    batch->committing = false;
    batch->verified = false;
    vv_queue_pick(engine, partition, batch);
    if (batch->count == 0) {
        give_batch(engine, batch);
        return;
    }
    partition->batch = batch;
    engine->batches_open++;
    vv_working_begin(&batch->working, partition->number, at_hand, batch);
    /* For a first try only: a batch that must know, or that comes again, reads. */
    batch->working.guesses = partition->owned && partition->guess_after == 0;
    vv_batch_pass(batch);
}

void vv_batch_close(struct vv_batch *batch)
{
    struct vv_engine *engine = batch->engine;
    struct vv_partition *partition = batch->partition;
    assert(batch->reads_open == 0);
    vv_working_end(&batch->working);
    if (!partition->owned) {
        vv_cache_drop(engine, partition);
    }
    partition->batch = NULL;
    engine->batches_open--;
    give_batch(engine, batch);
    if (partition->first != NULL) {
        vv_engine_wake(engine, partition);
    }
}

/* Gives the items from `from` on back to the queue. */
static void cut(struct vv_batch *batch, size_t from)
{
    for (size_t i = batch->count; i-- > from;) {
        vv_queue_return(batch->engine, batch->partition, batch->items[i]);
    }
    batch->count = from;
}

void vv_batch_return(struct vv_batch *batch)
{
    cut(batch, 0);
    vv_batch_close(batch);
}

/* ---- one item's call ---- */

static enum vv_status prepare(struct vv_batch *batch, struct vv_item *item, struct vv_run *run)
{
    struct vv_engine *engine = batch->engine;
    bool reads_only = item->row->kind == VV_KIND_QUERY || item->row->kind == VV_KIND_SHARED;
    *run = (struct vv_run){.handler = item->handler,
                           .service = engine->service->id,
                           .asks = &item->asks,
                           .keeps_fact = !reads_only};
    vv_asks_pass(&item->asks);
    struct vv_call *call = &run->call;
    call->type = (enum vv_message_type)item->row->code;
    call->id = item->id;
    call->subject = item->subject;
    call->correlation = item->correlation;
    call->scheme = item->scheme;
    call->role = item->role;
    call->sender = item->peer.name;
    call->body_bytes = item->body;
    call->body_len = item->body_len;
    call->partition = batch->partition->number;
    call->partitions = engine->partition_count;
    call->now = vv_world_now(engine, batch->partition);
    call->effective = item->effective;
    call->recorded_ms = item->recorded_ms;
    call->book = engine->book;
    call->seal = engine->seal;
    call->service = engine->context;
    call->arena = &engine->arena;
    if (!item->has_body) {
        return VV_OK;
    }
    /* The bytes were checked when they came in; what can fail here is room. */
    call->body = protobuf_c_message_unpack(item->row->descriptor, &engine->arena.allocator,
                                           item->body_len, item->body);
    return call->body == NULL ? VV_NO_MEMORY : VV_OK;
}

/* ---- planning ---- */

/* Items that wait for answers, and what must not overtake them, go back to the queue. */
static void put_aside(struct vv_batch *batch, const bool *waits)
{
    unsigned held = 0;
    size_t kept = 0;
    for (size_t i = 0; i < batch->count; i++) {
        struct vv_item *item = batch->items[i];
        bool ordered = item->kind == VV_ITEM_EVENT || item->kind == VV_ITEM_ANSWER ||
                       item->kind == VV_ITEM_CURSOR;
        if (waits[i] || (ordered && (held & 1U << item->source) != 0)) {
            held |= ordered ? 1U << item->source : 0;
            vv_queue_return(batch->engine, batch->partition, item);
        } else {
            batch->engine->runs[kept] = batch->engine->runs[i];
            batch->items[kept++] = item;
        }
    }
    batch->count = kept;
}

static void plan_item(struct vv_batch *batch, size_t i, bool *ret_waits)
{
    struct vv_item *item = batch->items[i];
    struct vv_run *run = &batch->engine->runs[i];
    run->status = VV_OK;
    if (item->kind == VV_ITEM_CURSOR) {
        return;
    }
    enum vv_step step = vv_run_plan(run, &batch->working);
    if (step == VV_STEP_ASKS) {
        vv_batch_send_asks(batch, item);
        *ret_waits = true;
    } else if (step == VV_STEP_READS && ++item->passes > PASSES_MAX) {
        vv_run_refuse(run, VV_IO, "", "plan never settles");
    }
}

/* True when all that is left in the batch can be decided once its reads are there. */
static void plan_all(struct vv_batch *batch)
{
    struct vv_engine *engine = batch->engine;
    bool waits[VV_BATCH_ITEMS_MAX] = {false};
    for (size_t i = 0; i < batch->count; i++) {
        struct vv_run *run = &engine->runs[i];
        enum vv_status status = VV_OK;
        if (batch->items[i]->kind != VV_ITEM_CURSOR) {
            status = prepare(batch, batch->items[i], run);
        }
        if (status == VV_OK) {
            plan_item(batch, i, &waits[i]);
        } else {
            vv_run_refuse(run, status, "", "the message does not fit into memory");
        }
        if (run->status == VV_NO_MEMORY && i > 0) {
            cut(batch, i);
        }
    }
    put_aside(batch, waits);
}

/* ---- deciding ---- */

static void keep_result(struct vv_batch *batch, struct vv_item *item, const struct vv_run *run)
{
    item->status = run->status;
    item->reply = run->reply;
    item->reply_len = run->reply_len;
    item->field = NULL;
    item->text = NULL;
    if (run->status != VV_OK) {
        struct vv_chunks *pass = &batch->working.pass;
        item->field = vv_chunks_copy(pass, run->field, strlen(run->field) + 1);
        item->text = vv_chunks_copy(pass, run->text, strlen(run->text) + 1);
    }
}

/* An accepted event that its handler refuses is a bug of ours or corrupt storage: the feed stops
 * where it is and raises an alarm, rather than lose money quietly. */
static void stop_source(struct vv_batch *batch, struct vv_item *item, const struct vv_run *run)
{
    struct vv_engine *engine = batch->engine;
    VV_LOG(engine->log, VV_LOG_ERROR, "handler.refused", VV_TEXT("type", item->row->name),
           VV_TEXT("status", vv_status_name(run->status)), VV_TEXT("text", run->text),
           VV_IDP("id", item->id));
    if (item->kind == VV_ITEM_TIMER || item->kind == VV_ITEM_BOOK) {
        vv_timer_stop(engine, batch->partition, "timer.stopped", item->row->name);
    } else {
        vv_follow_stop(engine, batch->partition, item->source, "feed.refused");
    }
}

/* Takes item i out of the batch for good. */
static void drop_item(struct vv_batch *batch, size_t i)
{
    struct vv_item *item = batch->items[i];
    struct vv_run *runs = batch->engine->runs;
    for (size_t k = i + 1; k < batch->count; k++) {
        batch->items[k - 1] = batch->items[k];
        runs[k - 1] = runs[k];
    }
    batch->count--;
    if (item->kind == VV_ITEM_TIMER) {
        vv_timer_item_done(batch->engine, batch->partition);
    }
    vv_item_drop_derived(batch->engine, batch->partition, item);
}

enum decided { KEPT, DROPPED, CUT_HERE, AGAIN, LATER, READ_FIRST };

/* Plans once more when what was looked at may have changed under the items before. */
static bool still_planned(struct vv_batch *batch, struct vv_run *run)
{
    if (!batch->working.dirty || !run->consulted) {
        return true;
    }
    enum vv_step step = vv_run_plan(run, &batch->working);
    return step == VV_STEP_READY || step == VV_STEP_REFUSED;
}

/* What was taken under an earlier opening of the feeds, or stands behind one that stopped, or has
 * taken effect already, comes again from the store if it must. */
static bool is_void(const struct vv_partition *partition, const struct vv_item *item)
{
    if (item->generation != partition->generation) {
        return true;
    }
    if (item->kind == VV_ITEM_TIMER || item->kind == VV_ITEM_BOOK) {
        return false;
    }
    const struct vv_feed *feed = &partition->feeds[item->source];
    return feed->stopped || item->sequence <= feed->committed;
}

static enum decided decide_item(struct vv_batch *batch, size_t i)
{
    struct vv_item *item = batch->items[i];
    struct vv_run *run = &batch->engine->runs[i];
    bool derived = item->kind != VV_ITEM_REQUEST;
    if (derived && is_void(batch->partition, item)) {
        return DROPPED;
    }
    if (item->kind == VV_ITEM_CURSOR) {
        batch->cursor_to[item->source] = item->sequence;
        return KEPT;
    }
    if (item->kind == VV_ITEM_TIMER &&
        vv_timer_touched(&batch->working, (enum vv_message_type)item->row->code, item->subject)) {
        return DROPPED;
    }
    if (run->status == VV_OK && !still_planned(batch, run)) {
        return CUT_HERE;
    }
    if (run->status == VV_OK) {
        vv_run_decide(run, &batch->working);
    }
    if (run->status == VV_NO_MEMORY && i > 0) {
        return AGAIN;
    }
    if (derived && run->status == VV_BUSY) {
        return LATER;
    }
    if (derived && run->status != VV_OK && batch->working.guesses) {
        return READ_FIRST; /* a feed does not stop because of a wrong guess */
    }
    keep_result(batch, item, run);
    if (derived && run->status != VV_OK) {
        stop_source(batch, item, run);
        return run->status == VV_NO_MEMORY ? AGAIN : DROPPED;
    }
    if (item->kind == VV_ITEM_EVENT || item->kind == VV_ITEM_ANSWER) {
        batch->cursor_to[item->source] = item->sequence;
    }
    return KEPT;
}

static bool is_near_full(const struct vv_batch *batch)
{
    const struct vv_working *working = &batch->working;
    return working->commit_keys > batch->engine->bounds.commit_soft_keys ||
           working->commit_args > SOFT_ARGS;
}

/* An event that cannot be decided yet (its scheme's publication has not been read here) waits with
 * what follows it in its stream; the book is read again meanwhile. All else goes on. */
static void put_off(struct vv_batch *batch, size_t at)
{
    struct vv_engine *engine = batch->engine;
    bool waits[VV_BATCH_ITEMS_MAX] = {false};
    waits[at] = true;
    batch->items[at]->later_ms = vv_loop_now_ms(engine->loop) + VV_RETRY_AFTER_MS;
    if (batch->partition->wake_at_ms == 0) {
        batch->partition->wake_at_ms = batch->items[at]->later_ms;
    }
    put_aside(batch, waits);
    vv_world_refresh(engine);
}

/* The next pass rests on what Redis says alone. */
static void forget_seen(struct vv_batch *batch)
{
    for (struct vv_slot *slot = batch->working.first; slot != NULL; slot = slot->next) {
        if (slot->from_cache) {
            vv_cache_forget(batch->engine, slot->entry);
        }
    }
    batch->verified = true;
    restart(batch);
}

/* True when a pass with what is left has to be made. */
static bool decide_all(struct vv_batch *batch)
{
    memset(batch->cursor_to, 0, sizeof(batch->cursor_to));
    for (size_t i = 0; i < batch->count;) {
        switch (decide_item(batch, i)) {
        case KEPT:
            i++;
            break;
        case DROPPED:
            drop_item(batch, i);
            break;
        case CUT_HERE:
            cut(batch, i);
            break;
        case AGAIN:
            if (i == 0) {
                drop_item(batch, 0);
            } else {
                cut(batch, i);
            }
            return true;
        case LATER:
            put_off(batch, i);
            break;
        case READ_FIRST:
            forget_seen(batch);
            return true;
        }
        if (is_near_full(batch) && i < batch->count) {
            cut(batch, i);
        }
    }
    return false;
}

/* ---- a pass ---- */

static void give_up_reading(struct vv_batch *batch)
{
    struct vv_engine *engine = batch->engine;
    engine->counters.unknown++;
    batch->partition->retry_at_ms = vv_loop_now_ms(engine->loop) + VV_RETRY_MS;
    vv_cache_drop(engine, batch->partition);
    vv_batch_return(batch);
}

static bool is_refusal(const struct vv_item *item)
{
    return item->kind == VV_ITEM_REQUEST && item->status != VV_OK &&
           item->row->kind != VV_KIND_QUERY && item->row->kind != VV_KIND_SHARED;
}

/* With a commit, every version read is checked. A refusal without one rests on the cache alone,
 * and another instance may have committed since: before saying no, the truth is read. */
static bool must_verify(const struct vv_batch *batch)
{
    bool refused = false;
    for (size_t i = 0; i < batch->count; i++) {
        refused = refused || is_refusal(batch->items[i]);
    }
    if (!refused || batch->verified) {
        return false;
    }
    for (const struct vv_slot *slot = batch->working.first; slot != NULL; slot = slot->next) {
        if (slot->from_cache || slot->guessed) {
            return true;
        }
    }
    return false;
}

static bool moves_cursor(const struct vv_batch *batch)
{
    for (unsigned s = 0; s < VV_SOURCES; s++) {
        if (batch->cursor_to[s] != 0) {
            return true;
        }
    }
    return false;
}

static bool has_timer(const struct vv_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->items[i]->kind == VV_ITEM_TIMER) {
            return true;
        }
    }
    return false;
}

void vv_batch_pass(struct vv_batch *batch)
{
    for (;;) {
        if (batch->read_failed) {
            give_up_reading(batch);
            return;
        }
        vv_arena_reset(&batch->engine->arena);
        vv_working_pass(&batch->working);
        batch->recorded_ms = vv_world_now(batch->engine, batch->partition).ms;
        plan_all(batch);
        if (batch->count == 0) {
            vv_batch_close(batch);
            return;
        }
        if (vv_batch_read_missing(batch)) {
            if (batch->reads_open > 0) {
                return;
            }
            continue;
        }
        if (decide_all(batch)) {
            continue;
        }
        if (batch->count == 0) {
            vv_batch_close(batch);
            return;
        }
        if (batch->working.dirty || moves_cursor(batch) || has_timer(batch)) {
            vv_batch_commit(batch);
            return;
        }
        if (!must_verify(batch)) {
            vv_batch_finish(batch);
            return;
        }
        forget_seen(batch);
    }
}
