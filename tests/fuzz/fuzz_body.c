/*
 * fuzz_body.c: any bytes as the body of each message type. The first two bytes choose the type by
 * its code, or by its place where they are no code; the rest is the body.
 */
#include <stdlib.h>

#include "vagval/limits.h"
#include "vagval/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint16_t codes[] = {
#define M(code, UPPER, snake, kind, reply, roles, bytes_max) (code),
    VV_MESSAGES(M)
#undef M
};

static _Alignas(16) unsigned char memory[VV_ARENA_BYTES];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0;
    }
    uint16_t code = (uint16_t)(data[0] << 8 | data[1]);
    const struct vv_message_row *row = vv_message_row(code);
    if (row == NULL) {
        row = vv_message_row(codes[code % (sizeof(codes) / sizeof(codes[0]))]);
    }
    if (row == NULL) {
        abort(); /* every row of messages.def is found by its code */
    }
    if (row->descriptor == NULL) {
        return 0;
    }
    struct vv_arena arena;
    vv_arena_init(&arena, memory, sizeof(memory));
    struct vv_error error = {.status = VV_OK};
    ProtobufCMessage *body = NULL;
    if (vv_wire_unpack(row->descriptor, data + 2, size - 2, &arena, &body, &error) != VV_OK) {
        return 0;
    }
    size_t len = 0;
    uint8_t *again = vv_wire_pack(body, &arena, &len);
    if (again == NULL || len != size - 2 ||
        vv_wire_unpack(row->descriptor, again, len, &arena, &body, &error) != VV_OK) {
        abort();
    }
    return 0;
}
