/*
 * arena.h: memory of one loop turn. Free is a no-op; reset gives everything back at once.
 */
#ifndef VAGVAL_ARENA_H
#define VAGVAL_ARENA_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>

struct vv_arena {
    unsigned char *base;
    size_t size, used;
    size_t high_water;
    ProtobufCAllocator allocator; /* hands out from this arena; NULL when it is full */
};

/* `base` is the caller's memory and stays the caller's. */
void vv_arena_init(struct vv_arena *arena, void *base, size_t size);
void vv_arena_reset(struct vv_arena *arena);
/* 16-byte aligned, zeroed; NULL when the bound is reached. */
void *vv_arena_alloc(struct vv_arena *arena, size_t size);
void *vv_arena_copy(struct vv_arena *arena, const void *bytes, size_t len);
char *vv_arena_text(struct vv_arena *arena, const char *text);
char *vv_arena_format(struct vv_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
