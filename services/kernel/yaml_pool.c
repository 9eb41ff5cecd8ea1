/*
 * yaml_pool.c: every allocation of one parsed file on one list (see yaml_pool.h).
 */
#include "vagval/yaml_pool.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct vv_yaml_block {
    struct vv_yaml_block *next;
    struct vv_yaml_block *previous;
    size_t size;
    _Alignas(max_align_t) unsigned char data[];
};

static struct vv_yaml_block *block_of(void *ptr)
{
    return (struct vv_yaml_block *)(void *)((unsigned char *)ptr -
                                            offsetof(struct vv_yaml_block, data));
}

static void block_link(struct vv_yaml_pool *pool, struct vv_yaml_block *block)
{
    block->previous = NULL;
    block->next = pool->first;
    if (block->next != NULL) {
        block->next->previous = block;
    }
    pool->first = block;
    pool->bytes += block->size;
}

static void block_unlink(struct vv_yaml_pool *pool, struct vv_yaml_block *block)
{
    if (block->previous != NULL) {
        block->previous->next = block->next;
    } else {
        pool->first = block->next;
    }
    if (block->next != NULL) {
        block->next->previous = block->previous;
    }
    pool->bytes -= block->size;
}

void *vv_yaml_pool_resize(void *ctx, void *ptr, size_t size)
{
    struct vv_yaml_pool *pool = ctx;
    struct vv_yaml_block *old = ptr != NULL ? block_of(ptr) : NULL;
    size_t held = old != NULL ? old->size : 0;
    if (size == 0) {
        if (old != NULL) {
            block_unlink(pool, old);
            free(old);
        }
        return NULL;
    }
    if (size > VV_YAML_POOL_BYTES_MAX || pool->bytes - held > VV_YAML_POOL_BYTES_MAX - size) {
        return NULL;
    }
    struct vv_yaml_block *block = malloc(sizeof(*block) + size);
    if (block == NULL) {
        return NULL;
    }
    block->size = size;
    if (old != NULL) {
        memcpy(block->data, old->data, held < size ? held : size);
        block_unlink(pool, old);
        free(old);
    }
    block_link(pool, block);
    return block->data;
}

void *vv_yaml_pool_alloc(struct vv_yaml_pool *pool, size_t count, size_t size)
{
    if (size == 0 || count > VV_YAML_POOL_BYTES_MAX / size) {
        return NULL;
    }
    size_t bytes = count > 0 ? count * size : 1;
    void *data = vv_yaml_pool_resize(pool, NULL, bytes);
    if (data != NULL) {
        memset(data, 0, bytes);
    }
    return data;
}

char *vv_yaml_pool_copy(struct vv_yaml_pool *pool, const void *text, size_t len)
{
    char *copy = vv_yaml_pool_alloc(pool, len + 1, 1);
    if (copy != NULL && len > 0) {
        memcpy(copy, text, len);
    }
    return copy;
}

void vv_yaml_pool_clear(struct vv_yaml_pool *pool)
{
    struct vv_yaml_block *block = pool->first;
    while (block != NULL) {
        struct vv_yaml_block *next = block->next;
        free(block);
        block = next;
    }
    pool->first = NULL;
    pool->bytes = 0;
}
