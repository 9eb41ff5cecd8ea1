/*
 * engine_commit.c: a decided batch becomes one vv_commit; when it is durable, the cache learns it,
 * the replies leave and the events are published. A lost reply means unknown: what was cached is
 * dropped and the same messages are decided again, with the same ids.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decimal.h"
#include "engine_internal.h"

_Static_assert(sizeof(((struct vv_feed *)0)->epoch) + VV_DECIMAL_BYTES < VV_CURSOR_BYTES,
               "a cursor holds an epoch and a sequence");

/* Where one record was there after all, more may be: for so many commits they are read first. */
#define GUESS_AFTER 32

/* ---- building ---- */

static void build_record(struct vv_batch *batch, const struct vv_slot *slot)
{
    struct vv_commit *commit = batch->engine->commit;
    char key[VV_KEY_BYTES_MAX];
    size_t key_len = vv_key_format(key, batch->partition->number, batch->engine->service->id,
                                   slot->name.kind, slot->name.id);
    uint64_t before = slot->entry == NULL ? 0 : slot->entry->record.version;
    vv_commit_check_version(commit, key, key_len, before);
    if (!slot->dirty) {
        return;
    }
    char version[VV_DECIMAL_BYTES], format[VV_DECIMAL_BYTES];
    size_t version_len = vv_decimal(slot->current.version, version);
    size_t format_len = vv_decimal(VV_FORMAT, format);
    struct vv_field fields[] = {
        {(const uint8_t *)"v", 1, (const uint8_t *)version, version_len},
        {(const uint8_t *)"m", 1, (const uint8_t *)format, format_len},
        {(const uint8_t *)"a", 1, slot->current.body, slot->current.body_len}};
    vv_commit_set(commit, key, key_len, fields, slot->body_dirty ? 3 : 2);
    for (const struct vv_edit *edit = slot->edits; edit != NULL; edit = edit->next) {
        if (edit->field.value == NULL) {
            vv_commit_delete_field(commit, key, key_len, edit->field.name, edit->field.name_len);
        } else {
            vv_commit_set(commit, key, key_len, &edit->field, 1);
        }
    }
}

static void build_index(struct vv_batch *batch, const struct vv_slot *slot)
{
    struct vv_commit *commit = batch->engine->commit;
    char key[VV_KEY_BYTES_MAX];
    const struct vv_name *name = &slot->name;
    size_t key_len = vv_key_format(key, batch->partition->number, batch->engine->service->id,
                                   name->kind, name->id);
    const struct vv_record *before = &slot->entry->record;
    vv_commit_check_field(commit, key, key_len, name->field, name->field_len,
                          before->exists ? before->body : NULL, before->body_len);
    if (slot->dirty && slot->current.exists) {
        struct vv_field field = {name->field, name->field_len, slot->current.body,
                                 slot->current.body_len};
        vv_commit_set(commit, key, key_len, &field, 1);
    } else if (slot->dirty) {
        vv_commit_delete_field(commit, key, key_len, name->field, name->field_len);
    }
}

static void build_slot(struct vv_batch *batch, const struct vv_slot *slot)
{
    struct vv_commit *commit = batch->engine->commit;
    const struct vv_name *name = &slot->name;
    if (name->use == VV_USE_HASH && (slot->entry != NULL || slot->dirty)) {
        build_record(batch, slot);
    } else if (name->use == VV_USE_FIELD && slot->entry != NULL) {
        build_index(batch, slot);
    } else if (name->use == VV_USE_ADD && slot->dirty) {
        char key[VV_KEY_BYTES_MAX], field[VV_FIELD_BYTES_MAX + 1];
        size_t key_len = vv_key_format(key, batch->partition->number, batch->engine->service->id,
                                       name->kind, name->id);
        memcpy(field, name->field, name->field_len);
        field[name->field_len] = 0;
        vv_commit_add(commit, key, key_len, field, slot->sum);
    } else if (name->use == VV_USE_TIMER && slot->dirty) {
        const char *member = (const char *)name->field;
        if (slot->due == VV_DATE_NONE) {
            vv_commit_timer_clear(commit, member, name->field_len);
        } else {
            vv_commit_timer_set(commit, member, name->field_len, (int64_t)slot->due * VV_DAY_MS);
        }
    }
}

static const char *source_name(unsigned source)
{
    return source == VV_RELAY ? "relay" : vv_service_key_name((enum vv_service_id)source);
}

static void cursor_text(const struct vv_feed *feed, uint64_t sequence,
                        char ret_text[static VV_CURSOR_BYTES])
{
    size_t len = strlen(feed->epoch);
    memcpy(ret_text, feed->epoch, len);
    ret_text[len++] = ':';
    len += vv_decimal(sequence, ret_text + len);
    ret_text[len] = 0;
}

/* True when all that was read is what stood after our last commit, unless another has committed
 * since. What was guessed is checked anyway. */
static bool is_of_chain(const struct vv_batch *batch)
{
    for (const struct vv_slot *slot = batch->working.first; slot != NULL; slot = slot->next) {
        if (slot->entry != NULL && !slot->guessed &&
            slot->entry->chain != batch->partition->chain) {
            return false;
        }
    }
    return true;
}

static void build(struct vv_batch *batch)
{
    struct vv_engine *engine = batch->engine;
    struct vv_commit *commit = engine->commit;
    vv_commit_begin(commit, batch->partition->number, engine->service->id, batch->recorded_ms);
    vv_commit_after(commit, batch->partition->tag, is_of_chain(batch));
    for (size_t i = 0; i < batch->count; i++) {
        const struct vv_item *item = batch->items[i];
        if (item->kind == VV_ITEM_TIMER) {
            uint8_t member[VV_TIMER_MEMBER_BYTES];
            vv_timer_member((enum vv_message_type)item->row->code, item->subject, member);
            vv_commit_fired(commit, (const char *)member, sizeof(member),
                            (int64_t)item->due * VV_DAY_MS);
        }
    }
    for (const struct vv_slot *slot = batch->working.first; slot != NULL; slot = slot->next) {
        build_slot(batch, slot);
    }
    for (const struct vv_append_op *op = batch->working.appends; op != NULL; op = op->next) {
        char key[VV_KEY_BYTES_MAX];
        size_t key_len =
            vv_key_format(key, batch->partition->number, engine->service->id, op->kind, op->id);
        vv_commit_append(commit, key, key_len, op->bytes, op->len);
    }
    for (unsigned s = 0; s < VV_SOURCES; s++) {
        if (batch->cursor_to[s] != 0) {
            char to[VV_CURSOR_BYTES];
            cursor_text(&batch->partition->feeds[s], batch->cursor_to[s], to);
            vv_commit_cursor(commit, source_name(s), batch->partition->feeds[s].cursor, to);
        }
    }
    for (const struct vv_event_op *op = batch->working.events; op != NULL; op = op->next) {
        vv_commit_event(commit, op->bytes, op->len);
    }
}

/* ---- after a durable commit ---- */

/* The stream's bytes with the sequence set in where the encoding has its place. */
static void publish(struct vv_batch *batch, const struct vv_event_op *op, uint64_t sequence)
{
    struct vv_engine *engine = batch->engine;
    if (op->len + VV_EVENT_SEQUENCE_BYTES > VV_ENVELOPE_BYTES_MAX) {
        return; /* the stream has it */
    }
    size_t len = vv_event_with_sequence(op, sequence, engine->out);
    vv_bus_publish(engine->bus, engine->service->id, batch->partition->number, engine->out, len);
}

/* The own events are followed too, for the orders among them. */
static void relay_own(struct vv_batch *batch, const struct vv_event_op *op, uint64_t sequence,
                      const char *epoch)
{
    struct vv_engine *engine = batch->engine;
    struct vv_feed *relay = &batch->partition->feeds[VV_RELAY];
    if (relay->epoch[0] == 0) {
        snprintf(relay->epoch, sizeof(relay->epoch), "%s", epoch);
    }
    relay->head = sequence > relay->head ? sequence : relay->head;
    if (sequence != relay->taken + 1 || relay->queued >= VV_FEED_QUEUED_MAX) {
        return;
    }
    const struct vv_message_row *row = vv_message_row((uint16_t)op->type);
    if (row != NULL && row->kind == VV_KIND_ORDER) {
        vv_follow_take(engine, batch->partition, VV_RELAY, sequence, op->bytes, op->len);
    } else {
        relay->taken = sequence;
    }
}

static void spread_events(struct vv_batch *batch, uint64_t first, const char *epoch)
{
    struct vv_engine *engine = batch->engine;
    struct vv_partition *partition = batch->partition;
    uint64_t sequence = first;
    for (const struct vv_event_op *op = batch->working.events; op != NULL; op = op->next) {
        if (engine->publish) {
            publish(batch, op, sequence);
        }
        if (engine->sources[VV_RELAY] && partition->follow == VV_FOLLOW_OPEN) {
            relay_own(batch, op, sequence, epoch);
        }
        sequence++;
    }
    vv_metric_add(engine->events_total, (double)batch->working.event_count);
    if (partition->number != VV_PARTITION_SYSTEM && sequence > first) {
        partition->own_head = sequence - 1;
    }
    if (engine->sources[VV_RELAY] && partition->follow == VV_FOLLOW_OPEN) {
        vv_relay_pump(engine, partition);
        vv_follow_more(engine, partition, VV_RELAY);
    }
}

/* Records that this batch made enter the cache with what was written. */
static void settle_cache(struct vv_batch *batch)
{
    struct vv_engine *engine = batch->engine;
    struct vv_partition *partition = batch->partition;
    size_t before = 0, after = 0;
    for (struct vv_slot *slot = batch->working.first; slot != NULL; slot = slot->next) {
        bool record = slot->name.use == VV_USE_HASH || slot->name.use == VV_USE_FIELD;
        if (record && slot->dirty && (slot->entry == NULL || slot->guessed)) {
            if (slot->entry == NULL) {
                slot->entry = vv_entry_create(&slot->name, partition->number, slot->hash);
            }
            if (slot->entry != NULL && partition->owned) {
                vv_cache_add(engine, partition, slot->entry);
            }
        }
        before +=
            slot->dirty && slot->entry != NULL && slot->entry->cached ? slot->entry->bytes : 0;
    }
    bool complete = vv_working_settle(&batch->working);
    for (struct vv_slot *slot = batch->working.first; slot != NULL; slot = slot->next) {
        if (slot->entry != NULL) {
            slot->entry->chain = partition->chain;
        }
        after += slot->dirty && slot->entry != NULL && slot->entry->cached ? slot->entry->bytes : 0;
    }
    engine->cache.bytes = engine->cache.bytes + after - before;
    vv_cache_make_room(engine); /* records that were cached already have grown */
    if (!complete) {
        vv_cache_drop(engine, partition);
    }
}

static void take_timers(struct vv_batch *batch)
{
    struct vv_partition *partition = batch->partition;
    for (const struct vv_slot *slot = batch->working.first; slot != NULL; slot = slot->next) {
        if (slot->name.use == VV_USE_TIMER && slot->dirty && slot->due != VV_DATE_NONE) {
            vv_timer_note(partition, (int64_t)slot->due * VV_DAY_MS);
        }
    }
}

static void take_cursors(struct vv_batch *batch)
{
    struct vv_partition *partition = batch->partition;
    for (unsigned s = 0; s < VV_SOURCES; s++) {
        struct vv_feed *feed = &partition->feeds[s];
        uint64_t to = batch->cursor_to[s];
        if (to != 0) {
            cursor_text(feed, to, feed->cursor);
            feed->committed = to;
            if (!feed->stopped) {
                vv_follow_works(batch->engine, partition, s);
            }
            if (s == VV_RELAY) {
                vv_relay_done(batch->engine, partition, to);
            }
        }
    }
}

void vv_batch_finish(struct vv_batch *batch)
{
    struct vv_engine *engine = batch->engine;
    struct vv_partition *partition = batch->partition;
    unsigned sources = 0;
    bool relays = false;
    for (size_t i = 0; i < batch->count; i++) {
        struct vv_item *item = batch->items[i];
        if (item->kind == VV_ITEM_REQUEST) {
            vv_item_answer(engine, item);
            vv_item_free(engine, item);
            continue;
        }
        if (item->kind == VV_ITEM_TIMER) {
            vv_metric_add(engine->timers_total, 1);
            vv_timer_item_done(engine, partition);
        } else if (item->kind == VV_ITEM_BOOK) {
            partition->noted = (uint32_t)item->sequence;
        } else {
            sources |= 1U << item->source;
            relays = relays || item->source == VV_RELAY;
        }
        vv_item_drop_derived(engine, partition, item);
    }
    batch->count = 0;
    bool system = partition->number == VV_PARTITION_SYSTEM;
    vv_batch_close(batch);
    for (unsigned s = 0; s < VV_SOURCES; s++) {
        if ((sources & 1U << s) != 0) {
            vv_follow_more(engine, partition, s);
        }
    }
    if (relays) {
        vv_relay_pump(engine, partition);
    }
    if (system) {
        vv_world_refresh(engine);
    }
}

/* What this batch has read or written is as it stands now, for it was checked. What else is cached
 * is so too if nobody has committed between our last commit and this one. */
static void note_chain(struct vv_batch *batch, const struct vv_commit_result *result)
{
    struct vv_partition *partition = batch->partition;
    partition->chain += result->after ? 0 : 1;
    memcpy(partition->tag, batch->tag, sizeof(partition->tag));
}

static void durable(struct vv_batch *batch, const struct vv_commit_result *result)
{
    struct vv_engine *engine = batch->engine;
    engine->commits++;
    vv_metric_add(engine->commits_total, 1);
    vv_metric_observe_us(engine->commit_us, vv_clock_monotonic_us() - batch->sent_us);
    vv_metric_observe_us(engine->batch_items, (int64_t)batch->count);
    batch->partition->recorded_ms = batch->recorded_ms;
    batch->partition->guess_after -= batch->partition->guess_after > 0;
    note_chain(batch, result);
    settle_cache(batch);
    take_timers(batch);
    take_cursors(batch);
    spread_events(batch, result->first_sequence, result->epoch);
    struct vv_partition *partition = batch->partition;
    vv_batch_finish(batch);
    vv_timer_check(engine, partition);
}

/* ---- otherwise ---- */

/* Messages that were tried too often: commands get BUSY, the rest comes again from the store. */
static void count_tries(struct vv_batch *batch)
{
    size_t kept = 0;
    for (size_t i = 0; i < batch->count; i++) {
        struct vv_item *item = batch->items[i];
        if (item->kind == VV_ITEM_REQUEST && ++item->tries > VV_STALE_TRIES_MAX) {
            item->status = VV_BUSY;
            item->field = "";
            item->text = "the state keeps changing; repeat later with the same id";
            vv_item_answer(batch->engine, item);
            vv_item_free(batch->engine, item);
        } else {
            batch->items[kept++] = item;
        }
    }
    batch->count = kept;
}

static bool has_guesses(const struct vv_batch *batch)
{
    for (const struct vv_slot *slot = batch->working.first; slot != NULL; slot = slot->next) {
        if (slot->guessed) {
            return true;
        }
    }
    return false;
}

static void stale(struct vv_batch *batch, const struct vv_commit_result *result)
{
    struct vv_engine *engine = batch->engine;
    struct vv_partition *partition = batch->partition;
    const char *which = result->stale == NULL ? "" : result->stale;
    engine->counters.stale++;
    vv_metric_add(engine->stale_total, 1);
    VV_LOG(engine->log, VV_LOG_DEBUG, "commit.stale", VV_INT("partition", partition->number),
           VV_TEXT("check", which));
    if (result->recorded_ms > partition->recorded_ms) {
        partition->recorded_ms = result->recorded_ms;
    }
    vv_cache_drop(engine, partition);
    if (strcmp(which, "recorded") != 0 && !has_guesses(batch)) {
        count_tries(batch);
    }
    partition->guess_after = GUESS_AFTER;
    bool derived = strcmp(which, "cursor") == 0 || strcmp(which, "timer") == 0;
    vv_batch_return(batch);
    if (derived) {
        vv_follow_reopen(engine, partition);
    }
}

static void unknown(struct vv_batch *batch, enum vv_status status)
{
    struct vv_engine *engine = batch->engine;
    struct vv_partition *partition = batch->partition;
    engine->counters.unknown++;
    int64_t wait_ms = VV_RETRY_MS;
    if (status != VV_UNKNOWN) {
        vv_engine_problem(engine, "commit.failed", partition->number, vv_status_name(status));
        wait_ms = VV_HEARTBEAT_MS;
        count_tries(batch);
    }
    partition->retry_at_ms = vv_loop_now_ms(engine->loop) + wait_ms;
    vv_cache_drop(engine, partition);
    vv_batch_return(batch);
    vv_follow_reopen(engine, partition);
}

static void committed(void *context, const struct vv_commit_result *result)
{
    struct vv_batch *batch = context;
    batch->committing = false;
    if (result->status == VV_OK) {
        durable(batch, result);
    } else if (result->status == VV_STALE) {
        stale(batch, result);
    } else {
        unknown(batch, result->status);
    }
}

/* One message alone is beyond a commit's bounds. */
static void too_large(struct vv_batch *batch)
{
    struct vv_item *item = batch->items[0];
    if (item->kind == VV_ITEM_REQUEST) {
        item->status = VV_TOO_LARGE;
        item->field = "";
        item->text = "the decision is larger than one commit may be";
        vv_batch_finish(batch);
        return;
    }
    if (item->kind != VV_ITEM_TIMER && item->kind != VV_ITEM_BOOK) {
        vv_follow_stop(batch->engine, batch->partition, item->source, "commit.too-large");
    } else {
        vv_timer_stop(batch->engine, batch->partition, "commit.too-large", item->row->name);
    }
    vv_item_drop_derived(batch->engine, batch->partition, item);
    batch->count = 0;
    vv_batch_close(batch);
}

void vv_batch_commit(struct vv_batch *batch)
{
    struct vv_engine *engine = batch->engine;
    struct vv_partition *partition = batch->partition;
    build(batch);
    enum vv_status status = vv_commit_problem(engine->commit);
    if (status == VV_NO_MEMORY) { /* says nothing about the messages: they are tried again */
        partition->retry_at_ms = vv_loop_now_ms(engine->loop) + VV_RETRY_MS;
        vv_batch_return(batch);
        return;
    }
    if (status != VV_OK) {
        if (batch->count == 1) {
            too_large(batch);
            return;
        }
        partition->batch_limit = (unsigned)(batch->count / 2);
        vv_batch_return(batch);
        return;
    }
    batch->sent_us = vv_clock_monotonic_us();
    status = vv_commit_send(engine->store, engine->commit, committed, batch);
    if (status != VV_OK) {
        partition->retry_at_ms = vv_loop_now_ms(engine->loop) + VV_RETRY_MS;
        vv_batch_return(batch);
        return;
    }
    memcpy(batch->tag, vv_commit_tag(engine->commit), sizeof(batch->tag));
    batch->committing = true;
}
