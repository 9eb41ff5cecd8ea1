/*
 * wire.c: bytes to checked messages and back.
 *
 * Sizes are bounded before anything is unpacked, since unpacking multiplies: 64 KiB of empty
 * sub-messages become megabytes. After unpacking, one walk over the message checks what protobuf-c
 * lets through (UTF-8, enum values, lengths of ids, numbers that are not finite), and the message
 * is encoded again against the received bytes: only the one encoding that we ourselves would write
 * is accepted. So no two byte strings mean the same message, and duplicated fields, embedded NULs,
 * padded varints and booleans other than 0 and 1 are all refused by one rule.
 *
 * Fields that this release does not know pass, if they stand where a newer release would write
 * them: after the known ones. New fields therefore take the next higher number.
 */
#include "vagval/wire.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "vagval/limits.h"

#define ID_BYTES 16

static enum vv_status check_message(const ProtobufCMessage *message, struct vv_error *ret_error);

/* RFC 3629: shortest form only, no surrogates, nothing above U+10FFFF. */
static bool utf8_valid(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    while (*at != 0) {
        if (*at < 0x80) {
            at++;
            continue;
        }
        unsigned more = 0;
        unsigned low = 0x80, high = 0xBF; /* what the second byte may be */
        if (*at >= 0xC2 && *at <= 0xDF) {
            more = 1;
        } else if (*at >= 0xE0 && *at <= 0xEF) {
            more = 2;
            low = *at == 0xE0 ? 0xA0 : 0x80;
            high = *at == 0xED ? 0x9F : 0xBF;
        } else if (*at >= 0xF0 && *at <= 0xF4) {
            more = 3;
            low = *at == 0xF0 ? 0x90 : 0x80;
            high = *at == 0xF4 ? 0x8F : 0xBF;
        } else {
            return false;
        }
        for (at++; more > 0; more--, at++) {
            if (*at < low || *at > high) {
                return false;
            }
            low = 0x80;
            high = 0xBF;
        }
    }
    return true;
}

size_t vv_wire_bytes_len(const char *field_name)
{
    /* Everything else that is `bytes` in the schema names something by id. */
    static const struct {
        const char *name;
        size_t len;
    } others[] = {
        {"body", SIZE_MAX}, {"reply", SIZE_MAX}, {"yaml", SIZE_MAX},     {"model_yaml", SIZE_MAX},
        {"digest", 16},     {"evidence", 32},    {"scheme_version", 32}, {"wrapped", 76},
        {"document", 32},   {"public_key", 32},  {"hash", 32},           {"file_hash", 32},
        {"proof", 32},
    };
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        /* The first letter says no to nearly all: this runs for each such field of each message. */
        if (field_name[0] == others[i].name[0] && strcmp(field_name, others[i].name) == 0) {
            return others[i].len;
        }
    }
    return ID_BYTES;
}

static enum vv_status check_bytes(const ProtobufCFieldDescriptor *field,
                                  const ProtobufCBinaryData *data, const char *where,
                                  struct vv_error *ret_error)
{
    size_t want = vv_wire_bytes_len(field->name);
    if (data->len != 0 && want != SIZE_MAX && data->len != want) {
        return vv_fail(ret_error, VV_INVALID, where, field->name, 0,
                       "%zu bytes were given, the field takes none or exactly %zu", data->len,
                       want);
    }
    return VV_OK;
}

/* One value; `value` points to it as the message struct holds it. */
static enum vv_status check_value(const ProtobufCFieldDescriptor *field, const void *value,
                                  const char *where, struct vv_error *ret_error)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        if (!utf8_valid(*(char *const *)value)) {
            return vv_fail(ret_error, VV_INVALID, where, field->name, 0, "not valid UTF-8");
        }
        return VV_OK;
    case PROTOBUF_C_TYPE_BYTES:
        return check_bytes(field, value, where, ret_error);
    case PROTOBUF_C_TYPE_MESSAGE: {
        const ProtobufCMessage *inner = *(ProtobufCMessage *const *)value;
        return inner == NULL ? VV_OK : check_message(inner, ret_error);
    }
    case PROTOBUF_C_TYPE_ENUM:
        if (protobuf_c_enum_descriptor_get_value(field->descriptor, *(const int *)value) == NULL) {
            return vv_fail(ret_error, VV_INVALID, where, field->name, 0,
                           "%d is none of the field's values", *(const int *)value);
        }
        return VV_OK;
    case PROTOBUF_C_TYPE_DOUBLE:
        if (!isfinite(*(const double *)value)) {
            return vv_fail(ret_error, VV_INVALID, where, field->name, 0, "not a finite number");
        }
        return VV_OK;
    case PROTOBUF_C_TYPE_FLOAT:
        if (!isfinite(*(const float *)value)) {
            return vv_fail(ret_error, VV_INVALID, where, field->name, 0, "not a finite number");
        }
        return VV_OK;
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_BOOL:
        return VV_OK;
    }
    return VV_OK;
}

static size_t element_bytes(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_DOUBLE:
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return 8;
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_ENUM:
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        return 4;
    }
    return 4;
}

/* Walks all fields. The depth is bounded because no message type contains itself (a test walks
 * the descriptors). */
static enum vv_status check_message(const ProtobufCMessage *message, struct vv_error *ret_error)
{
    const ProtobufCMessageDescriptor *descriptor = message->descriptor;
    const uint8_t *base = (const uint8_t *)message;

    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        const void *value = base + field->offset;
        if (field->label != PROTOBUF_C_LABEL_REPEATED) {
            enum vv_status status = check_value(field, value, descriptor->short_name, ret_error);
            if (status != VV_OK) {
                return status;
            }
            continue;
        }
        size_t count = *(const size_t *)(const void *)(base + field->quantifier_offset);
        const uint8_t *items = *(uint8_t *const *)value;
        size_t step = element_bytes(field->type);
        for (size_t k = 0; k < count; k++) {
            enum vv_status status =
                check_value(field, items + k * step, descriptor->short_name, ret_error);
            if (status != VV_OK) {
                return status;
            }
        }
    }
    return VV_OK;
}

/* A protobuf-c output buffer that keeps nothing and compares instead. */
struct comparison {
    ProtobufCBuffer base;
    const uint8_t *bytes;
    size_t left;
    bool equal;
};

static void compare_append(ProtobufCBuffer *buffer, size_t len, const uint8_t *data)
{
    struct comparison *comparison = (struct comparison *)buffer;
    if (!comparison->equal || len > comparison->left ||
        (len > 0 && memcmp(comparison->bytes, data, len) != 0)) {
        comparison->equal = false;
        return;
    }
    comparison->bytes += len;
    comparison->left -= len;
}

static bool encodes_to(const ProtobufCMessage *message, const uint8_t *bytes, size_t len)
{
    struct comparison comparison = {
        .base = {.append = compare_append}, .bytes = bytes, .left = len, .equal = true};
    (void)protobuf_c_message_pack_to_buffer(message, &comparison.base);
    return comparison.equal && comparison.left == 0;
}

/* protobuf-c does not say whether bytes or memory were wrong: so we look on. */
struct watched {
    struct vv_arena *arena;
    bool full;
};

static void *watched_alloc(void *data, size_t size)
{
    struct watched *watched = data;
    ProtobufCAllocator *allocator = &watched->arena->allocator;
    void *memory = allocator->alloc(allocator->allocator_data, size);
    if (memory == NULL) {
        watched->full = true;
    }
    return memory;
}

static void watched_free(void *data, void *memory)
{
    (void)data;
    (void)memory;
}

enum vv_status vv_wire_unpack(const ProtobufCMessageDescriptor *descriptor, const uint8_t *bytes,
                              size_t len, struct vv_arena *arena, ProtobufCMessage **ret_message,
                              struct vv_error *ret_error)
{
    static const uint8_t none[1];
    const uint8_t *from = bytes != NULL ? bytes : none;
    size_t mark = arena->used;

    if (len > VV_ENVELOPE_BYTES_MAX) {
        return vv_fail(ret_error, VV_TOO_LARGE, descriptor->short_name, "", 0,
                       "%zu bytes; at most %d are read", len, VV_ENVELOPE_BYTES_MAX);
    }
    struct watched watched = {.arena = arena};
    ProtobufCAllocator allocator = {
        .alloc = watched_alloc, .free = watched_free, .allocator_data = &watched};
    ProtobufCMessage *message = protobuf_c_message_unpack(descriptor, &allocator, len, from);
    if (message == NULL) {
        arena->used = mark;
        return vv_fail(ret_error, watched.full ? VV_NO_MEMORY : VV_INVALID, descriptor->short_name,
                       "", 0, "%s",
                       watched.full ? "no room to read the message now; repeat it"
                                    : "not an encoded message of this type");
    }
    enum vv_status status = VV_OK;
    if (!encodes_to(message, from, len)) {
        status = vv_fail(ret_error, VV_INVALID, descriptor->short_name, "", 0,
                         "not in canonical encoding: each field once, in order, in shortest form");
    } else {
        status = check_message(message, ret_error);
    }
    if (status != VV_OK) {
        arena->used = mark;
        return status;
    }
    *ret_message = message;
    return VV_OK;
}

static struct vv_id id_of(const ProtobufCBinaryData *data)
{
    struct vv_id id = {{0}};
    if (data->len == ID_BYTES) {
        memcpy(id.bytes, data->data, ID_BYTES);
    }
    return id;
}

/* Replies that say no have no body, and may be of a type that only the other side knows. */
static enum vv_status check_reply(const struct vv_frame *frame, struct vv_error *ret_error)
{
    const Vagval__V1__Envelope *envelope = frame->envelope;
    if (envelope->status > VV_DRAINING) {
        return vv_fail(ret_error, VV_INVALID, "Envelope", "status", 0,
                       "%u is no status of this release", envelope->status);
    }
    if (envelope->status != VV_OK) {
        if (envelope->body.len != 0) {
            return vv_fail(ret_error, VV_INVALID, "Envelope", "body", 0,
                           "an answer that says no carries no body");
        }
        return VV_OK;
    }
    if (frame->row == NULL) {
        return vv_fail(ret_error, VV_UNSUPPORTED, "Envelope", "type", 0,
                       "%u is no message type of this release", envelope->type);
    }
    if (frame->row->kind != VV_KIND_REPLY) {
        return vv_fail(ret_error, VV_INVALID, "Envelope", "type", 0, "%s is not an answer",
                       frame->row->name);
    }
    return VV_OK;
}

static enum vv_status check_envelope(const struct vv_frame *frame, struct vv_error *ret_error)
{
    const Vagval__V1__Envelope *envelope = frame->envelope;
    if (envelope->id.len != ID_BYTES) {
        return vv_fail(ret_error, VV_INVALID, "Envelope", "id", 0, "every message has an id");
    }
    if (envelope->reply) {
        return check_reply(frame, ret_error);
    }
    if (frame->row == NULL) {
        return vv_fail(ret_error, VV_UNSUPPORTED, "Envelope", "type", 0,
                       "%u is no message type of this release", envelope->type);
    }
    if (frame->row->kind == VV_KIND_REPLY) {
        return vv_fail(ret_error, VV_INVALID, "Envelope", "type", 0,
                       "%s is an answer and was sent as a request", frame->row->name);
    }
    if (envelope->status != 0 || envelope->retry_after_ms != 0) {
        return vv_fail(ret_error, VV_INVALID, "Envelope", "status", 0,
                       "only answers carry a status");
    }
    return VV_OK;
}

enum vv_status vv_wire_read_body(struct vv_frame *frame, struct vv_arena *arena,
                                 struct vv_error *ret_error)
{
    const Vagval__V1__Envelope *envelope = frame->envelope;
    if (envelope->reply && envelope->status != VV_OK) {
        return VV_OK;
    }
    if (envelope->body.len > frame->row->bytes_max) {
        return vv_fail(ret_error, VV_TOO_LARGE, frame->row->name, "body", 0,
                       "%zu bytes; the type takes at most %u", envelope->body.len,
                       frame->row->bytes_max);
    }
    if (frame->row->descriptor == NULL) {
        return VV_OK;
    }
    ProtobufCMessage *body = NULL;
    enum vv_status status = vv_wire_unpack(frame->row->descriptor, envelope->body.data,
                                           envelope->body.len, arena, &body, ret_error);
    if (status == VV_OK) {
        frame->body = body;
    }
    return status;
}

enum vv_status vv_wire_read_envelope(const uint8_t *bytes, size_t len, struct vv_arena *arena,
                                     struct vv_frame *ret_frame, struct vv_error *ret_error)
{
    struct vv_frame frame = {0};
    ProtobufCMessage *message = NULL;
    size_t mark = arena->used;

    enum vv_status status =
        vv_wire_unpack(&vagval__v1__envelope__descriptor, bytes, len, arena, &message, ret_error);
    if (status != VV_OK) {
        return status;
    }
    frame.envelope = (Vagval__V1__Envelope *)message;
    frame.row =
        frame.envelope->type <= UINT16_MAX ? vv_message_row((uint16_t)frame.envelope->type) : NULL;
    frame.id = id_of(&frame.envelope->id);
    frame.subject = id_of(&frame.envelope->subject);
    frame.correlation = id_of(&frame.envelope->correlation);

    status = check_envelope(&frame, ret_error);
    if (status != VV_OK) {
        arena->used = mark;
        return status;
    }
    *ret_frame = frame;
    return VV_OK;
}

enum vv_status vv_wire_read(const uint8_t *bytes, size_t len, struct vv_arena *arena,
                            struct vv_frame *ret_frame, struct vv_error *ret_error)
{
    struct vv_frame frame;
    size_t mark = arena->used;

    enum vv_status status = vv_wire_read_envelope(bytes, len, arena, &frame, ret_error);
    if (status == VV_OK) {
        status = vv_wire_read_body(&frame, arena, ret_error);
    }
    if (status != VV_OK) {
        arena->used = mark;
        return status;
    }
    *ret_frame = frame;
    return VV_OK;
}

uint8_t *vv_wire_pack(const ProtobufCMessage *message, struct vv_arena *arena, size_t *ret_len)
{
    size_t len = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = vv_arena_alloc(arena, len > 0 ? len : 1);
    if (bytes == NULL) {
        return NULL;
    }
    *ret_len = protobuf_c_message_pack(message, bytes);
    return bytes;
}
