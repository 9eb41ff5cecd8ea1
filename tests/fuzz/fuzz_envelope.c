/*
 * fuzz_envelope.c: any bytes as a frame from the network. What is read must pack again to the same
 * length and read again; nothing may crash, leak or read outside.
 */
#include <stdlib.h>

#include "vagval/limits.h"
#include "vagval/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static _Alignas(16) unsigned char memory[VV_ARENA_BYTES];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vv_arena arena;
    vv_arena_init(&arena, memory, sizeof(memory));
    struct vv_frame frame;
    struct vv_error error = {.status = VV_OK};
    enum vv_status status = vv_wire_read(data, size, &arena, &frame, &error);
    if (status != VV_OK) {
        return 0;
    }
    size_t len = 0;
    uint8_t *again = vv_wire_pack(&frame.envelope->base, &arena, &len);
    struct vv_frame second;
    if (again == NULL || len != size ||
        vv_wire_read(again, len, &arena, &second, &error) != VV_OK) {
        abort();
    }
    return 0;
}
