/*
 * wire.h: bytes to checked messages and back. What passes vv_wire_read is well formed: known type,
 * size within its row, canonical encoding, valid UTF-8, 16-byte ids, finite numbers. Inner code
 * trusts it. A new field of a message takes the next higher number: then older releases let it
 * pass.
 */
#ifndef VAGVAL_WIRE_H
#define VAGVAL_WIRE_H

#include "vagval/arena.h"
#include "vagval/id.h"
#include "vagval/messages.h"
#include "vagval/status.h"

struct vv_frame {
    Vagval__V1__Envelope *envelope;
    const struct vv_message_row *row; /* of envelope->type; NULL only in an answer that says no and
                                         whose type this release does not know */
    const ProtobufCMessage *body;     /* unpacked with the row's descriptor, or NULL: a reply with
                                         a status, a timer */
    struct vv_id id, subject, correlation; /* nil where empty */
};

/* Errors: VV_INVALID (with which rule), VV_TOO_LARGE, VV_NO_MEMORY, VV_UNSUPPORTED (type). A
 * reply's body is read with its own type, which stands in the envelope. */
VV_CHECKED enum vv_status vv_wire_read(const uint8_t *bytes, size_t len, struct vv_arena *arena,
                                       struct vv_frame *ret_frame, struct vv_error *ret_error);
/* The same in two steps, for those who need few bodies: first the envelope, `body` stays NULL. */
VV_CHECKED enum vv_status vv_wire_read_envelope(const uint8_t *bytes, size_t len,
                                                struct vv_arena *arena, struct vv_frame *ret_frame,
                                                struct vv_error *ret_error);
VV_CHECKED enum vv_status vv_wire_read_body(struct vv_frame *frame, struct vv_arena *arena,
                                            struct vv_error *ret_error);
/* Only the checks of one body: also used for stored bytes. */
VV_CHECKED enum vv_status vv_wire_unpack(const ProtobufCMessageDescriptor *descriptor,
                                         const uint8_t *bytes, size_t len, struct vv_arena *arena,
                                         ProtobufCMessage **ret_message,
                                         struct vv_error *ret_error);
/* What a bytes field of this name holds: 16 for an id, another fixed length for digests, SIZE_MAX
 * for content. A field may always be empty. */
size_t vv_wire_bytes_len(const char *field_name);
/* Packs into the arena; NULL when it is full. */
uint8_t *vv_wire_pack(const ProtobufCMessage *message, struct vv_arena *arena, size_t *ret_len);

#endif
