/*
 * engine_outcome.c: vv_put, vv_add, ... of service.h. A handler's effects are first only noted;
 * they reach the overlay when decide has said VV_OK, so that a refusal drops all of them.
 */
#include "engine_outcome.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "vagval/limits.h"
#include "vagval/seal.h"

#include "engine_outcome_internal.h"

#define SEQUENCE_TAG (14 << 3) /* of Envelope, a varint */

/* ---- noting ---- */

static struct vv_op *note(struct vv_outcome *outcome, enum vv_op_kind kind, const char *name,
                          struct vv_id id)
{
    struct vv_op *op = vv_chunks_zalloc(&outcome->working->pass, sizeof(*op));
    if (op == NULL) {
        outcome->no_memory = true;
        return NULL;
    }
    op->op = kind;
    op->kind = name;
    op->id = id;
    *outcome->last = op;
    outcome->last = &op->next;
    return op;
}

static const uint8_t *keep(struct vv_outcome *outcome, const void *bytes, size_t len)
{
    const uint8_t *copy = vv_chunks_copy(&outcome->working->pass, bytes, len);
    if (copy == NULL) {
        outcome->no_memory = true;
    }
    return copy;
}

static const uint8_t *pack(struct vv_outcome *outcome, const ProtobufCMessage *message,
                           size_t *ret_len)
{
    size_t len = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = vv_chunks_alloc(&outcome->working->pass, len);
    if (bytes == NULL) {
        outcome->no_memory = true;
        return NULL;
    }
    *ret_len = protobuf_c_message_pack(message, bytes);
    return bytes;
}

void vv_put(struct vv_outcome *outcome, const char *kind, struct vv_id id,
            const ProtobufCMessage *aggregate)
{
    struct vv_op *op = note(outcome, VV_OP_PUT, kind, id);
    if (op != NULL) {
        op->bytes = pack(outcome, aggregate, &op->len);
    }
}

void vv_put_field(struct vv_outcome *outcome, const char *kind, struct vv_id id, const void *field,
                  size_t field_len, const void *value, size_t len)
{
    assert(field_len > 0 && field_len <= VV_FIELD_BYTES_MAX);
    struct vv_op *op = note(outcome, VV_OP_FIELD, kind, id);
    if (op != NULL) {
        op->field = keep(outcome, field, field_len);
        op->field_len = field_len;
        op->bytes = len == 0 ? NULL : keep(outcome, value, len);
        op->len = len;
    }
}

void vv_add(struct vv_outcome *outcome, const char *kind, struct vv_id id, const char *field,
            int64_t delta)
{
    size_t len = strlen(field);
    assert(len > 0 && len <= VV_FIELD_BYTES_MAX);
    assert(delta <= VV_MONEY_MAX && delta >= -VV_MONEY_MAX);
    struct vv_op *op = note(outcome, VV_OP_ADD, kind, id);
    if (op != NULL) {
        op->field = keep(outcome, field, len);
        op->field_len = len;
        op->delta = delta;
    }
}

void vv_append(struct vv_outcome *outcome, const char *kind, struct vv_id id, const void *bytes,
               size_t len)
{
    struct vv_op *op = note(outcome, VV_OP_APPEND, kind, id);
    if (op != NULL) {
        op->bytes = keep(outcome, bytes, len);
        op->len = len;
    }
}

static void note_timer(struct vv_outcome *outcome, enum vv_op_kind kind, enum vv_message_type timer,
                       struct vv_id subject, vv_date due)
{
    struct vv_op *op = note(outcome, kind, "timers", subject);
    if (op != NULL) {
        op->type = timer;
        op->date = due;
    }
}

void vv_timer_set(struct vv_outcome *outcome, enum vv_message_type timer, struct vv_id subject,
                  vv_date due)
{
    assert(due >= VV_DATE_MIN && due <= VV_DATE_MAX);
    note_timer(outcome, VV_OP_TIMER_SET, timer, subject, due);
}

void vv_timer_clear(struct vv_outcome *outcome, enum vv_message_type timer, struct vv_id subject)
{
    note_timer(outcome, VV_OP_TIMER_CLEAR, timer, subject, VV_DATE_NONE);
}

void vv_accept(struct vv_outcome *outcome, int32_t effective, const char *source,
               struct vv_id supersedes, const void *body, size_t len, bool sealed)
{
    outcome->accepted = true;
    outcome->effective = effective;
    outcome->source = (const char *)keep(outcome, source, strlen(source) + 1);
    outcome->supersedes = supersedes;
    outcome->fact_body = body == NULL ? NULL : keep(outcome, body, len);
    outcome->fact_body_len = len;
    outcome->sealed = sealed;
}

void vv_emit(struct vv_outcome *outcome, enum vv_message_type type, struct vv_id subject,
             const char *scheme, int32_t effective, const ProtobufCMessage *body)
{
    struct vv_op *op = note(outcome, VV_OP_EMIT, "stream", subject);
    if (op != NULL) {
        op->type = type;
        op->scheme = (const char *)keep(outcome, scheme, strlen(scheme) + 1);
        op->date = effective;
        op->bytes = pack(outcome, body, &op->len);
    }
}

void vv_reply(struct vv_outcome *outcome, const ProtobufCMessage *body)
{
    outcome->reply = pack(outcome, body, &outcome->reply_len);
}

enum vv_status vv_refuse(struct vv_outcome *outcome, enum vv_status status, const char *field,
                         const char *format, ...)
{
    assert(status != VV_OK);
    snprintf(outcome->refused_field, sizeof(outcome->refused_field), "%s",
             field == NULL ? "" : field);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(outcome->refused_text, sizeof(outcome->refused_text), format, arguments);
    va_end(arguments);
    return status;
}

/* ---- applying to the overlay ---- */

/* The slot of a versioned record; one that was never read is a new record under a fresh id, and
 * the commit checks that it is absent. */
static struct vv_slot *written_slot(struct vv_working *working, const struct vv_name *name)
{
    struct vv_slot *slot = vv_working_slot(working, name);
    if (slot != NULL && slot->state != VV_SLOT_LOADED) {
        slot->assumed = true;
    }
    return slot;
}

static enum vv_status apply_field(struct vv_working *working, const struct vv_op *op)
{
    struct vv_field field = {op->field, op->field_len, op->bytes, op->len};
    struct vv_name index = vv_name_make(VV_USE_FIELD, op->kind, op->id, op->field, op->field_len);
    struct vv_slot *slot = vv_working_find(working, &index);
    if (slot == NULL) {
        struct vv_name whole = vv_name_make(VV_USE_HASH, op->kind, op->id, NULL, 0);
        slot = written_slot(working, &whole);
    }
    return slot == NULL ? VV_NO_MEMORY : vv_slot_field(working, slot, field);
}

static enum vv_status apply_add(struct vv_working *working, const struct vv_op *op)
{
    struct vv_name name = vv_name_make(VV_USE_ADD, op->kind, op->id, op->field, op->field_len);
    struct vv_slot *slot = vv_working_slot(working, &name);
    if (slot == NULL) {
        return VV_NO_MEMORY;
    }
    if (!slot->dirty) {
        working->commit_keys++;
        working->commit_args += 5;
    }
    slot->dirty = true;
    slot->sum += op->delta;
    working->dirty = true;
    return VV_OK;
}

static enum vv_status apply_append(struct vv_working *working, const struct vv_op *op)
{
    struct vv_append_op *append = vv_chunks_alloc(&working->pass, sizeof(*append));
    if (append == NULL) {
        return VV_NO_MEMORY;
    }
    *append = (struct vv_append_op){NULL, op->kind, op->id, op->bytes, op->len};
    *working->appends_last = append;
    working->appends_last = &append->next;
    working->commit_keys++;
    working->commit_args += 3;
    working->dirty = true;
    return VV_OK;
}

static enum vv_status apply_timer(struct vv_working *working, const struct vv_op *op)
{
    struct vv_name name = vv_timer_name(op->type, op->id);
    struct vv_slot *slot = vv_working_slot(working, &name);
    if (slot == NULL) {
        return VV_NO_MEMORY;
    }
    slot->dirty = true;
    slot->due = op->date;
    working->commit_args += 3;
    working->dirty = true;
    return VV_OK;
}

static enum vv_status apply_emit(const struct vv_outcome *outcome, const struct vv_op *op,
                                 uint32_t ordinal)
{
    struct vv_working *working = outcome->working;
    const struct vv_call *call = outcome->call;
    /* Two services may emit on the same event: the step holds the service, or ids would meet. */
    struct vv_id id = vv_id_step(call->id, 1000 * ((uint32_t)outcome->service + 1) + ordinal);
    struct vv_event_op *event = vv_chunks_alloc(&working->pass, sizeof(*event));
    if (event == NULL) {
        return VV_NO_MEMORY;
    }
    Vagval__V1__Envelope envelope = VAGVAL__V1__ENVELOPE__INIT;
    envelope.type = (uint32_t)op->type;
    envelope.id = (ProtobufCBinaryData){16, id.bytes};
    struct vv_id correlation = vv_id_is_nil(call->correlation) ? call->id : call->correlation;
    envelope.correlation = (ProtobufCBinaryData){16, correlation.bytes};
    envelope.scheme = (char *)(uintptr_t)op->scheme;
    struct vv_id subject = op->id;
    envelope.subject = (ProtobufCBinaryData){vv_id_is_nil(subject) ? 0 : 16, subject.bytes};
    envelope.body = (ProtobufCBinaryData){op->len, (uint8_t *)(uintptr_t)op->bytes};
    size_t sequence_at = vagval__v1__envelope__get_packed_size(&envelope);
    envelope.partition = call->partition;
    envelope.effective = op->date;
    envelope.recorded_ms = call->now.ms;
    size_t len = vagval__v1__envelope__get_packed_size(&envelope);
    uint8_t *bytes = vv_chunks_alloc(&working->pass, len);
    if (bytes == NULL) {
        return VV_NO_MEMORY;
    }
    vagval__v1__envelope__pack(&envelope, bytes);
    *event = (struct vv_event_op){.type = op->type,
                                  .id = id,
                                  .subject = subject,
                                  .scheme = op->scheme,
                                  .effective = op->date,
                                  .body = op->bytes,
                                  .body_len = op->len,
                                  .bytes = bytes,
                                  .len = len,
                                  .sequence_at = sequence_at};
    *working->events_last = event;
    working->events_last = &event->next;
    working->event_count++;
    working->commit_args += 2;
    working->dirty = true;
    return VV_OK;
}

static enum vv_status apply_op(const struct vv_outcome *outcome, const struct vv_op *op,
                               uint32_t *ordinal)
{
    struct vv_working *working = outcome->working;
    switch (op->op) {
    case VV_OP_PUT: {
        struct vv_name name = vv_name_make(VV_USE_HASH, op->kind, op->id, NULL, 0);
        struct vv_slot *slot = written_slot(working, &name);
        return slot == NULL ? VV_NO_MEMORY : vv_slot_body(working, slot, op->bytes, op->len);
    }
    case VV_OP_FIELD:
        return apply_field(working, op);
    case VV_OP_ADD:
        return apply_add(working, op);
    case VV_OP_APPEND:
        return apply_append(working, op);
    case VV_OP_TIMER_SET:
    case VV_OP_TIMER_CLEAR:
        return apply_timer(working, op);
    case VV_OP_EMIT:
        return apply_emit(outcome, op, (*ordinal)++);
    }
    return VV_OK;
}

size_t vv_event_with_sequence(const struct vv_event_op *event, uint64_t sequence,
                              uint8_t *ret_bytes)
{
    uint8_t *at = ret_bytes;
    memcpy(at, event->bytes, event->sequence_at);
    at += event->sequence_at;
    *at++ = SEQUENCE_TAG;
    while (sequence >= 0x80) {
        *at++ = (uint8_t)(sequence | 0x80);
        sequence >>= 7;
    }
    *at++ = (uint8_t)sequence;
    size_t rest = event->len - event->sequence_at;
    memcpy(at, event->bytes + event->sequence_at, rest);
    return (size_t)(at - ret_bytes) + rest;
}

enum vv_status vv_outcome_apply(const struct vv_outcome *outcome)
{
    uint32_t ordinal = 0;
    for (const struct vv_op *op = outcome->first; op != NULL; op = op->next) {
        enum vv_status status = apply_op(outcome, op, &ordinal);
        if (status != VV_OK) {
            return status;
        }
    }
    return VV_OK;
}
