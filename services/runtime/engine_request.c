/*
 * engine_request.c: a frame from the ROUTER becomes an item of a partition's queue, or an answer
 * at once; and answers leave.
 */
#include <stdio.h>
#include <string.h>

#include "engine_internal.h"

/* Time that a request without a budget may wait. */
#define BUDGET_DEFAULT_MS 30000

void vv_engine_answer(struct vv_engine *engine, const struct vv_peer *peer,
                      const struct vv_response *response)
{
    Vagval__V1__Envelope envelope = VAGVAL__V1__ENVELOPE__INIT;
    struct vv_id id = response->id;
    envelope.type = response->type;
    envelope.id = (ProtobufCBinaryData){vv_id_is_nil(id) ? 0 : 16, id.bytes};
    envelope.sender = engine->instance;
    envelope.reply = true;
    envelope.status = (uint32_t)response->status;
    if (response->status == VV_OK) {
        envelope.body =
            (ProtobufCBinaryData){response->body_len, (uint8_t *)(uintptr_t)response->body};
    } else {
        envelope.error = (char *)(uintptr_t)(response->text == NULL ? "" : response->text);
        envelope.field = (char *)(uintptr_t)(response->field == NULL ? "" : response->field);
    }
    if (response->status == VV_BUSY) {
        envelope.retry_after_ms = VV_RETRY_AFTER_MS;
        engine->counters.busy++;
        vv_metric_add(engine->busy_total, 1);
    }
    if (response->status < 32 && engine->by_status[response->status] != NULL) {
        vv_metric_add(engine->by_status[response->status], 1);
    }
    if (vagval__v1__envelope__get_packed_size(&envelope) > VV_ENVELOPE_BYTES_MAX) {
        envelope.status = VV_TOO_LARGE;
        envelope.body = (ProtobufCBinaryData){0, NULL};
        envelope.error = (char *)(uintptr_t) "the answer is too large; ask for a smaller page";
    }
    size_t len = vagval__v1__envelope__pack(&envelope, engine->out);
    /* A peer that has gone or does not read repeats its request and gets the same answer. */
    enum vv_status status = vv_bus_answer(engine->bus, peer, engine->out, len);
    (void)status;
}

static uint16_t reply_type(const struct vv_message_row *row)
{
    return row->reply != 0 ? row->reply : row->code;
}

/* A role that may not send the message, or a handler that found the sender has no right to what it
 * asks. Names of persons' keys stay out of the log; a provider's is an organisation's. */
static void note_forbidden(struct vv_engine *engine, const struct vv_message_row *row,
                           enum vv_role role, const struct vv_peer *peer, struct vv_id id)
{
    engine->counters.forbidden++;
    VV_LOG(engine->log, VV_LOG_WARN, "request.forbidden", VV_TEXT("type", row->name),
           VV_TEXT("role", vv_role_name(role)),
           VV_TEXT("name", role == VV_ROLE_PROVIDER ? peer->name : ""), VV_IDP("id", id));
}

void vv_item_answer(struct vv_engine *engine, const struct vv_item *item)
{
    if (item->status == VV_FORBIDDEN) {
        note_forbidden(engine, item->row, item->role, &item->peer, item->id);
    }
    struct vv_response response = {.type = reply_type(item->row),
                                   .id = item->id,
                                   .status = item->status,
                                   .field = item->field,
                                   .text = item->text,
                                   .body = item->reply,
                                   .body_len = item->reply_len};
    vv_metric_observe_us(engine->reply_us, vv_clock_monotonic_us() - item->arrived_us);
    vv_engine_answer(engine, &item->peer, &response);
}

static void refuse(struct vv_engine *engine, const struct vv_peer *peer,
                   const struct vv_frame *frame, enum vv_status status, const char *field,
                   const char *text)
{
    struct vv_response response = {.type = reply_type(frame->row),
                                   .id = frame->id,
                                   .status = status,
                                   .field = field,
                                   .text = text};
    vv_engine_answer(engine, peer, &response);
}

/* The partition of a message: its handler's route, else the subject's first two bytes. */
static enum vv_status route(struct vv_engine *engine, const struct vv_handler *handler,
                            const struct vv_frame *frame, enum vv_role role,
                            uint16_t *ret_partition)
{
    if (handler->route == NULL) {
        *ret_partition = vv_id_partition(frame->subject);
        return VV_OK;
    }
    const ProtobufCBinaryData *body = &frame->envelope->body;
    struct vv_call call = {.type = (enum vv_message_type)frame->row->code,
                           .id = frame->id,
                           .subject = frame->subject,
                           .correlation = frame->correlation,
                           .scheme = frame->envelope->scheme,
                           .role = role,
                           .body = frame->body,
                           .body_bytes = body->data,
                           .body_len = body->len,
                           .partitions = engine->partition_count,
                           .now = {engine->today, engine->business_ms, engine->virtual_clock},
                           .book = engine->book,
                           .seal = engine->seal,
                           .service = engine->context,
                           .arena = &engine->in};
    return handler->route(&call, ret_partition);
}

static bool is_full(const struct vv_engine *engine, const struct vv_partition *partition,
                    const struct vv_message_row *row)
{
    bool reads_only = row->kind == VV_KIND_QUERY || row->kind == VV_KIND_SHARED;
    return engine->queued >= engine->bounds.process_queue ||
           partition->queued >= engine->bounds.partition_queue ||
           (partition->clogged && !reads_only);
}

static void enqueue(struct vv_engine *engine, const struct vv_peer *peer, uint16_t place,
                    enum vv_role role, const struct vv_frame *frame)
{
    const struct vv_handler *handler =
        frame->row->code < 1024 ? engine->handlers[frame->row->code] : NULL;
    if (handler == NULL) {
        refuse(engine, peer, frame, VV_UNSUPPORTED, "", "this service does not take that message");
        return;
    }
    uint16_t number = 0;
    enum vv_status status = route(engine, handler, frame, role, &number);
    if (status == VV_OK && number >= engine->partition_count && number != VV_PARTITION_SYSTEM) {
        status = VV_INVALID;
    }
    if (status != VV_OK) {
        refuse(engine, peer, frame, status, "subject",
               "the message names no partition of this region");
        return;
    }
    struct vv_partition *partition = vv_engine_partition(engine, number);
    if (is_full(engine, partition, frame->row) || !vv_peer_has_room(engine, place)) {
        refuse(engine, peer, frame, VV_BUSY, "", "queue is full; repeat later with the same id");
        return;
    }
    const ProtobufCBinaryData *body = &frame->envelope->body;
    struct vv_item *item = vv_item_create(body->data, body->len, frame->envelope->scheme);
    if (item == NULL) {
        refuse(engine, peer, frame, VV_BUSY, "", "out of memory; repeat later with the same id");
        return;
    }
    uint32_t budget = frame->envelope->budget_ms;
    item->kind = VV_ITEM_REQUEST;
    item->handler = handler;
    item->row = frame->row;
    item->id = frame->id;
    item->subject = frame->subject;
    item->correlation = frame->correlation;
    item->role = role;
    item->peer = *peer;
    item->peer_place = place;
    if (place != VV_PEER_FREE) {
        engine->peers[place].queued++;
    }
    item->has_body = true;
    item->deadline_ms =
        vv_loop_now_ms(engine->loop) + (budget == 0 ? BUDGET_DEFAULT_MS : (int64_t)budget);
    vv_queue_add(engine, partition, item);
}

static bool is_request(const struct vv_message_row *row)
{
    return row->kind == VV_KIND_COMMAND || row->kind == VV_KIND_QUERY ||
           row->kind == VV_KIND_ORDER || row->kind == VV_KIND_SHARED || row->kind == VV_KIND_OPS;
}

/* For a frame that cannot be read, or is not: what its envelope says is repeated where it has
 * sense. */
static void answer_unread(struct vv_engine *engine, const struct vv_peer *peer,
                          enum vv_status status, const struct vv_error *error, const uint8_t *frame,
                          size_t len)
{
    struct vv_response response = {
        .status = status, .field = error->field, .text = error->text, .type = VV_MSG_PONG};
    vv_arena_reset(&engine->in);
    Vagval__V1__Envelope *envelope =
        vagval__v1__envelope__unpack(&engine->in.allocator, len, frame);
    if (envelope != NULL &&
        vv_id_from_bytes(envelope->id.data, envelope->id.len, &response.id) == VV_OK) {
        const struct vv_message_row *row =
            envelope->type <= UINT16_MAX ? vv_message_row((uint16_t)envelope->type) : NULL;
        response.type = row == NULL ? (uint16_t)VV_MSG_PONG : reply_type(row);
    }
    vv_engine_answer(engine, peer, &response);
}

void vv_engine_request(void *context, const struct vv_peer *peer, enum vv_role role,
                       const uint8_t *frame_bytes, size_t len)
{
    struct vv_engine *engine = context;
    engine->counters.requests++;
    struct vv_error error = {0};
    uint16_t place = VV_PEER_FREE;
    if (!vv_peer_take(engine, peer, role, &place)) {
        (void)vv_fail(&error, VV_BUSY, "", "", 0, "too many requests; repeat later, same id");
        answer_unread(engine, peer, VV_BUSY, &error, frame_bytes, len);
        return;
    }
    vv_arena_reset(&engine->in);
    struct vv_frame frame;
    enum vv_status status = vv_wire_read(frame_bytes, len, &engine->in, &frame, &error);
    if (status != VV_OK) {
        engine->counters.malformed++;
        answer_unread(engine, peer, status, &error, frame_bytes, len);
        return;
    }
    if (frame.envelope->reply || !is_request(frame.row)) {
        engine->counters.malformed++;
        refuse(engine, peer, &frame, VV_INVALID, "type", "this message is not a request");
        return;
    }
    if ((frame.row->roles & (uint32_t)role) == 0) {
        note_forbidden(engine, frame.row, role, peer, frame.id);
        refuse(engine, peer, &frame, VV_FORBIDDEN, "", "the sender's role may not send this");
        return;
    }
    if (frame.row->kind == VV_KIND_OPS) {
        vv_engine_ops(engine, peer, &frame);
        return;
    }
    if (engine->draining) {
        refuse(engine, peer, &frame, VV_DRAINING, "", "this instance is leaving; ask another");
        return;
    }
    enqueue(engine, peer, place, role, &frame);
}

void vv_engine_reply(void *context, const uint8_t *frame, size_t len)
{
    struct vv_engine *engine = context;
    if (engine->caller != NULL) {
        vv_caller_reply(engine->caller, frame, len);
    }
}
