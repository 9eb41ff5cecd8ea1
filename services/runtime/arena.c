/*
 * arena.c: a bump allocator over the caller's memory.
 */
#include "vagval/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { ALIGNMENT = 16 };

/* Aligns the address and not the offset, since the caller's memory may start anywhere. */
static void *take(struct vv_arena *arena, size_t size)
{
    uintptr_t next = (uintptr_t)(arena->base + arena->used);
    size_t padding = (size_t)(-next & (ALIGNMENT - 1));
    size_t left = arena->size - arena->used;

    if (padding > left || size > left - padding) {
        return NULL;
    }
    void *memory = arena->base + arena->used + padding;
    arena->used += padding + size;
    if (arena->used > arena->high_water) {
        arena->high_water = arena->used;
    }
    return memory;
}

static void *allocator_alloc(void *data, size_t size)
{
    return take(data, size);
}

static void allocator_free(void *data, void *pointer)
{
    (void)data;
    (void)pointer;
}

void vv_arena_init(struct vv_arena *arena, void *base, size_t size)
{
    assert(arena != NULL && (base != NULL || size == 0));
    *arena = (struct vv_arena){.base = base, .size = size};
    arena->allocator.alloc = allocator_alloc;
    arena->allocator.free = allocator_free;
    arena->allocator.allocator_data = arena;
}

void vv_arena_reset(struct vv_arena *arena)
{
    arena->used = 0;
}

void *vv_arena_alloc(struct vv_arena *arena, size_t size)
{
    void *memory = take(arena, size);

    if (memory != NULL) {
        memset(memory, 0, size);
    }
    return memory;
}

void *vv_arena_copy(struct vv_arena *arena, const void *bytes, size_t len)
{
    void *memory = take(arena, len);

    if (memory != NULL && len > 0) {
        memcpy(memory, bytes, len);
    }
    return memory;
}

char *vv_arena_text(struct vv_arena *arena, const char *text)
{
    return vv_arena_copy(arena, text, strlen(text) + 1);
}

char *vv_arena_format(struct vv_arena *arena, const char *format, ...)
{
    va_list arguments;
    va_list again;
    char *text = NULL;

    va_start(arguments, format);
    va_copy(again, arguments);
    int len = vsnprintf(NULL, 0, format, arguments);
    if (len >= 0) {
        text = take(arena, (size_t)len + 1);
    }
    if (text != NULL) {
        (void)vsnprintf(text, (size_t)len + 1, format, again);
    }
    va_end(again);
    va_end(arguments);
    return text;
}
