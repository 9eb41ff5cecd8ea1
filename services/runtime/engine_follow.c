/*
 * engine_follow.c: following streams, for each owned partition and each source.
 *
 * Truth is the stream in Redis. A publication whose sequence is the next expected is taken
 * straight; whatever else it says only shows that there is more to read. The walk asks every
 * followed stream for its head, and for the next timer, at the latest every VV_FEED_POLL_MS: a lost
 * last publication leaves no gap. The cursor moves in the commit that an event causes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine_internal.h"

#define WALK_SLICE 64
#define RELAY_CURSOR_STEP 64 /* events without an order, after which the relay's cursor moves */

static uint64_t parse_u64(const uint8_t *text, size_t len)
{
    uint64_t number = 0;
    for (size_t i = 0; i < len && text[i] >= '0' && text[i] <= '9'; i++) {
        number = number * 10 + (uint64_t)(text[i] - '0');
    }
    return number;
}

static const struct vv_field *pair_named(const struct vv_field *pairs, size_t count,
                                         const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < count; i++) {
        if (pairs[i].name_len == len && memcmp(pairs[i].name, name, len) == 0) {
            return &pairs[i];
        }
    }
    return NULL;
}

static void copy_text(char *ret_text, size_t cap, const struct vv_field *pair)
{
    size_t len = pair->value_len < cap - 1 ? pair->value_len : cap - 1;
    memcpy(ret_text, pair->value, len);
    ret_text[len] = 0;
}

/* ---- opening ---- */

static void opened(struct vv_engine *engine, struct vv_partition *partition)
{
    if (--partition->opening > 0) {
        return;
    }
    partition->follow = VV_FOLLOW_OPEN;
    engine->opened++;
    vv_timer_check(engine, partition);
    engine->walk_again = true;
}

static void failed_to_open(struct vv_engine *engine, struct vv_partition *partition)
{
    partition->generation++; /* the other reads of this opening are void */
    partition->follow = VV_FOLLOW_OFF;
    engine->walk_again = true; /* the walk opens it again */
}

static void read_cursors(void *context, enum vv_status status, const struct vv_field *pairs,
                         size_t count)
{
    struct vv_engine *engine = ((struct vv_ticket *)context)->engine;
    struct vv_partition *partition = vv_ticket_close(context);
    if (partition == NULL) {
        return;
    }
    if (status != VV_OK) {
        failed_to_open(engine, partition);
        return;
    }
    for (unsigned s = 0; s < VV_SOURCES; s++) {
        struct vv_feed *feed = &partition->feeds[s];
        *feed = (struct vv_feed){.stopped = feed->stopped, .problem = feed->problem};
        const char *name = s == VV_RELAY ? "relay" : vv_service_key_name((enum vv_service_id)s);
        const struct vv_field *pair = pair_named(pairs, count, name);
        if (pair == NULL) {
            continue;
        }
        copy_text(feed->cursor, sizeof(feed->cursor), pair);
        const char *colon = strchr(feed->cursor, ':');
        if (colon == NULL || (size_t)(colon - feed->cursor) >= sizeof(feed->epoch)) {
            vv_follow_stop(engine, partition, s, "feed.corrupt-cursor");
            continue;
        }
        memcpy(feed->epoch, feed->cursor, (size_t)(colon - feed->cursor));
        feed->committed = parse_u64((const uint8_t *)colon + 1, strlen(colon + 1));
        feed->taken = feed->committed;
    }
    vv_relay_done(engine, partition, partition->feeds[VV_RELAY].committed);
    opened(engine, partition);
}

static void read_part(void *context, enum vv_status status, const struct vv_field *pairs,
                      size_t count)
{
    struct vv_engine *engine = ((struct vv_ticket *)context)->engine;
    struct vv_partition *partition = vv_ticket_close(context);
    if (partition == NULL) {
        return;
    }
    if (status != VV_OK) {
        failed_to_open(engine, partition);
        return;
    }
    const struct vv_field *recorded = pair_named(pairs, count, "recorded");
    const struct vv_field *sequence = pair_named(pairs, count, "seq");
    if (recorded != NULL) {
        int64_t last = (int64_t)parse_u64(recorded->value, recorded->value_len);
        partition->recorded_ms = last > partition->recorded_ms ? last : partition->recorded_ms;
    }
    partition->own_head = sequence == NULL ? 0 : parse_u64(sequence->value, sequence->value_len);
    opened(engine, partition);
}

static void read_next_timer(void *context, enum vv_status status, const struct vv_field *pairs,
                            size_t count)
{
    struct vv_engine *engine = ((struct vv_ticket *)context)->engine;
    struct vv_partition *partition = vv_ticket_close(context);
    if (partition == NULL) {
        return;
    }
    if (status != VV_OK) {
        failed_to_open(engine, partition);
        return;
    }
    vv_timer_learn(partition, pairs, count);
    opened(engine, partition);
}

void vv_follow_open(struct vv_engine *engine, struct vv_partition *partition)
{
    if (!vv_store_ready(engine->store)) {
        return; /* the walk comes back to it */
    }
    enum vv_service_id self = engine->service->id;
    partition->generation++;
    partition->follow = VV_FOLLOW_OPENING;
    partition->opening = 3;
    partition->timers_reading = false;
    partition->timers_left = 0;
    partition->set_meanwhile_ms = VV_NEVER;
    partition->noted = 0;
    struct vv_read hash = {.kind = VV_READ_HASH};
    struct vv_read timer = {.kind = VV_READ_NEXT_TIMER};
    if (vv_engine_read(engine, partition, self, "cursor", hash, 0, read_cursors) != VV_OK ||
        vv_engine_read(engine, partition, self, "part", hash, 0, read_part) != VV_OK ||
        vv_engine_read(engine, partition, self, "timers", timer, 0, read_next_timer) != VV_OK) {
        failed_to_open(engine, partition);
    }
}

void vv_follow_close(struct vv_engine *engine, struct vv_partition *partition)
{
    if (partition->follow == VV_FOLLOW_OPEN) {
        engine->opened--;
    }
    partition->follow = VV_FOLLOW_OFF;
    partition->generation++;
    partition->next_due_ms = VV_NEVER;
    partition->timers_reading = false;
    partition->timers_left = 0;
    vv_queue_drop_derived(engine, partition);
    vv_relay_unqueue(partition);
    for (unsigned s = 0; s < VV_SOURCES; s++) {
        partition->feeds[s].queued = 0;
    }
}

void vv_follow_reopen(struct vv_engine *engine, struct vv_partition *partition)
{
    vv_follow_close(engine, partition);
    if (partition->owned) {
        vv_follow_open(engine, partition);
        engine->walk_again = true;
    }
}

/* ---- reading a stream ---- */

static const struct vv_handler *feed_handler(const struct vv_engine *engine, unsigned source,
                                             uint16_t type)
{
    for (size_t i = 0; i < engine->service->feed_count; i++) {
        const struct vv_feed_row *row = &engine->service->feeds[i];
        if ((unsigned)row->source == source && row->type == (enum vv_message_type)type) {
            return row->handler;
        }
    }
    return NULL;
}

static enum vv_status take_event(struct vv_engine *engine, struct vv_partition *partition,
                                 unsigned source, uint64_t sequence, const struct vv_frame *frame,
                                 const struct vv_handler *handler)
{
    const ProtobufCBinaryData *body = &frame->envelope->body;
    struct vv_item *item = vv_item_create(body->data, body->len, frame->envelope->scheme);
    if (item == NULL) {
        return VV_NO_MEMORY;
    }
    item->kind = VV_ITEM_EVENT;
    item->handler = handler;
    item->row = frame->row;
    item->id = frame->id;
    item->subject = frame->subject;
    item->correlation = frame->correlation;
    item->role = (enum vv_role)(1 << (int)engine->service->id);
    item->source = source;
    item->sequence = sequence;
    item->effective = frame->envelope->effective;
    item->recorded_ms = frame->envelope->recorded_ms;
    item->has_body = true;
    partition->feeds[source].queued++;
    vv_queue_add(engine, partition, item);
    return VV_OK;
}

/* Of a stream only some types are ours: the bodies of the others are not looked at. False when one
 * of ours cannot be read. */
static bool take_frame(struct vv_engine *engine, struct vv_partition *partition, unsigned source,
                       uint64_t sequence, struct vv_frame *frame)
{
    struct vv_feed *feed = &partition->feeds[source];
    const struct vv_handler *handler = feed_handler(engine, source, frame->row->code);
    bool order = source == VV_RELAY && frame->row->kind == VV_KIND_ORDER;
    struct vv_error error = {0};
    if ((order || handler != NULL) && vv_wire_read_body(frame, &engine->in, &error) != VV_OK) {
        return false;
    }
    if (order) {
        vv_relay_take(engine, partition, sequence, frame);
    } else if (handler != NULL &&
               take_event(engine, partition, source, sequence, frame, handler) != VV_OK) {
        return true; /* read again later */
    }
    feed->taken = sequence;
    return true;
}

void vv_follow_take(struct vv_engine *engine, struct vv_partition *partition, unsigned source,
                    uint64_t sequence, const uint8_t *bytes, size_t len)
{
    struct vv_frame frame;
    struct vv_error error = {0};
    vv_arena_reset(&engine->in);
    if (vv_wire_read_envelope(bytes, len, &engine->in, &frame, &error) != VV_OK ||
        !take_frame(engine, partition, source, sequence, &frame)) {
        vv_follow_stop(engine, partition, source, "feed.unreadable");
    }
}

static void read_stream(void *context, enum vv_status status, const struct vv_field *pairs,
                        size_t count)
{
    struct vv_engine *engine = ((struct vv_ticket *)context)->engine;
    unsigned source = ((struct vv_ticket *)context)->source;
    struct vv_partition *partition = vv_ticket_close(context);
    if (partition == NULL) {
        return;
    }
    struct vv_feed *feed = &partition->feeds[source];
    feed->reading = false;
    if (status != VV_OK) {
        return; /* the walk comes back */
    }
    if (count == 0 && feed->asked > feed->taken) {
        /* The source had committed them before we asked. All that was left to read has gone. */
        vv_follow_stop(engine, partition, source, "feed.entries-missing");
        return;
    }
    if (count == 0) {
        feed->head = feed->taken; /* only a publication spoke of more: the walk asks `part` */
    }
    for (size_t i = 0; i < count && !feed->stopped; i++) {
        uint64_t sequence = parse_u64(pairs[i].name, pairs[i].name_len);
        if (sequence <= feed->taken) {
            continue;
        }
        if (sequence != feed->taken + 1) {
            vv_follow_stop(engine, partition, source, "feed.entries-missing");
            return;
        }
        if (feed->queued >= VV_FEED_QUEUED_MAX) {
            break;
        }
        feed->taken = sequence - 1;
        vv_follow_take(engine, partition, source, sequence, pairs[i].value, pairs[i].value_len);
        if (feed->taken != sequence) {
            break;
        }
    }
    if (feed->taken > feed->head) {
        feed->head = feed->taken;
    }
    if (source == VV_RELAY) {
        vv_relay_pump(engine, partition);
    }
    vv_follow_more(engine, partition, source);
}

void vv_follow_more(struct vv_engine *engine, struct vv_partition *partition, unsigned source)
{
    struct vv_feed *feed = &partition->feeds[source];
    bool room = feed->queued <= VV_FEED_QUEUED_MAX / 2;
    if (partition->follow != VV_FOLLOW_OPEN || feed->stopped || feed->reading || !room ||
        feed->head <= feed->taken) {
        return;
    }
    struct vv_read read = {
        .kind = VV_READ_STREAM, .first = (int64_t)feed->taken + 1, .count = VV_FEED_READ_MAX};
    feed->asked = feed->stored;
    feed->reading = vv_engine_read(engine, partition, vv_follow_source(engine, source), "stream",
                                   read, source, read_stream) == VV_OK;
}

/* ---- publications ---- */

void vv_engine_publication(void *context, enum vv_service_id service, uint16_t number,
                           const uint8_t *bytes, size_t len)
{
    struct vv_engine *engine = context;
    if (number >= engine->partition_count || !engine->sources[service]) {
        return;
    }
    struct vv_partition *partition = vv_engine_partition(engine, number);
    struct vv_feed *feed = &partition->feeds[service];
    if (partition->follow != VV_FOLLOW_OPEN || feed->stopped || feed->epoch[0] == 0) {
        return; /* the walk will find it */
    }
    struct vv_frame frame;
    struct vv_error error = {0};
    vv_arena_reset(&engine->in);
    if (vv_wire_read_envelope(bytes, len, &engine->in, &frame, &error) != VV_OK) {
        return;
    }
    uint64_t sequence = frame.envelope->sequence;
    feed->head = sequence > feed->head ? sequence : feed->head;
    bool next = sequence == feed->taken + 1;
    if (next && !feed->reading && feed->queued < VV_FEED_QUEUED_MAX) {
        (void)take_frame(engine, partition, service, sequence, &frame); /* else the stream tells */
        return;
    }
    vv_follow_more(engine, partition, service);
}

/* ---- the walk ---- */

/* An idle feed whose last events were of types that we do not take: the cursor follows, so that
 * the source may trim. Every partition has many of those in its own stream: there it follows only
 * now and then. */
static void move_idle_cursor(struct vv_engine *engine, struct vv_partition *partition,
                             unsigned source)
{
    struct vv_feed *feed = &partition->feeds[source];
    uint64_t least = source == VV_RELAY ? RELAY_CURSOR_STEP : 1;
    bool orders = source == VV_RELAY && partition->orders != NULL;
    if (orders || feed->queued > 0 || feed->taken < feed->committed + least ||
        feed->taken < feed->head) {
        return;
    }
    static const struct vv_message_row row = {.name = "cursor", .kind = VV_KIND_EVENT};
    struct vv_item *item = vv_item_create(NULL, 0, "");
    if (item == NULL) {
        return;
    }
    item->kind = VV_ITEM_CURSOR;
    item->row = &row;
    item->source = source;
    item->sequence = feed->taken;
    feed->queued++;
    vv_queue_add(engine, partition, item);
}

static void read_head(void *context, enum vv_status status, const struct vv_field *pairs,
                      size_t count)
{
    struct vv_engine *engine = ((struct vv_ticket *)context)->engine;
    unsigned source = ((struct vv_ticket *)context)->source;
    struct vv_partition *partition = vv_ticket_close(context);
    if (partition == NULL || partition->follow != VV_FOLLOW_OPEN) {
        return;
    }
    struct vv_feed *feed = &partition->feeds[source];
    if (status != VV_OK || feed->stopped) {
        return;
    }
    const struct vv_field *sequence = pair_named(pairs, count, "seq");
    const struct vv_field *epoch = pair_named(pairs, count, "epoch");
    uint64_t head = sequence == NULL ? 0 : parse_u64(sequence->value, sequence->value_len);
    if (epoch != NULL) {
        char text[sizeof(feed->epoch)];
        copy_text(text, sizeof(text), epoch);
        if (feed->epoch[0] != 0 && strcmp(feed->epoch, text) != 0) {
            vv_follow_stop(engine, partition, source, "feed.other-epoch");
            return;
        }
        memcpy(feed->epoch, text, sizeof(text));
    }
    /* Only the committed part may be compared: a publication can be newer than this reply. */
    if (head < feed->committed) {
        vv_follow_stop(engine, partition, source, "feed.head-behind-cursor");
        return;
    }
    feed->head = head > feed->head ? head : feed->head;
    feed->stored = head;
    if (head <= feed->taken && feed->queued == 0) {
        vv_follow_works(engine, partition, source);
    }
    vv_follow_more(engine, partition, source);
    move_idle_cursor(engine, partition, source);
}

void vv_follow_walk_start(struct vv_engine *engine)
{
    if (engine->walk_next < engine->partition_count) {
        return; /* one is under way */
    }
    engine->walk_next = 0;
    engine->walk_again = false;
}

static bool walk_partition(struct vv_engine *engine, struct vv_partition *partition)
{
    if (partition->follow == VV_FOLLOW_OFF) {
        vv_follow_open(engine, partition);
        return true;
    }
    if (partition->follow != VV_FOLLOW_OPEN) {
        return true;
    }
    for (unsigned s = 0; s < VV_SOURCES; s++) {
        if (!engine->sources[s]) {
            continue;
        }
        struct vv_read read = {.kind = VV_READ_HASH};
        if (vv_engine_read(engine, partition, vv_follow_source(engine, s), "part", read, s,
                           read_head) != VV_OK) {
            return false;
        }
    }
    vv_relay_pump(engine, partition);
    return vv_timer_look(engine, partition);
}

bool vv_follow_walk(struct vv_engine *engine)
{
    if (!vv_store_ready(engine->store)) {
        return false;
    }
    if (engine->walk_again && engine->walk_next >= engine->partition_count) {
        vv_follow_walk_start(engine);
    }
    unsigned done = 0;
    while (engine->walk_next < engine->partition_count && done < WALK_SLICE) {
        struct vv_partition *partition = &engine->partitions[engine->walk_next];
        if (partition->owned) {
            done++;
            if (!walk_partition(engine, partition)) {
                return false; /* too much pending: the tick comes back */
            }
        }
        engine->walk_next++;
    }
    return engine->walk_next < engine->partition_count;
}
