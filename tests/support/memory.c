/*
 * memory.c: a block that is handed out piece by piece until the allowed number is used up.
 */
#include "memory.h"

#include <stdint.h>
#include <string.h>

#define BLOCK_BYTES (16 * 1024 * 1024)

static _Alignas(16) uint8_t block[BLOCK_BYTES];
static size_t used, left;

static void *hand_out(void *context, size_t size)
{
    size_t rounded = (size + 15) / 16 * 16;
    (void)context;
    if (left == 0 || rounded > BLOCK_BYTES - used) {
        return NULL;
    }
    left--;
    void *bytes = block + used;
    used += rounded;
    memset(bytes, 0x5A, rounded);
    return bytes;
}

static void keep(void *context, void *bytes)
{
    (void)context;
    (void)bytes;
}

static ProtobufCAllocator allocator = {hand_out, keep, NULL};

ProtobufCAllocator *memory_of(size_t allocations)
{
    used = 0;
    left = allocations;
    return &allocator;
}
