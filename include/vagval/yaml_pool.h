/*
 * yaml_pool.h: every allocation of one parsed file on one list.
 *
 * libcyaml allocates through it, so that whatever path an error takes, clearing the pool frees
 * all of it; and a file cannot make us take more than the pool's bound.
 */
#ifndef VAGVAL_YAML_POOL_H
#define VAGVAL_YAML_POOL_H

#include <stddef.h>

/* A 96 KiB file of one-byte list entries takes about 60 bytes per entry with its index. */
#define VV_YAML_POOL_BYTES_MAX ((size_t)16 * 1024 * 1024)

struct vv_yaml_block;

struct vv_yaml_pool {
    struct vv_yaml_block *first;
    size_t bytes;
};

/* Zeroed memory for `count` members of `size` bytes; NULL when the bound or memory is reached.
 * A count of 0 gives a pointer that must not be read. */
void *vv_yaml_pool_alloc(struct vv_yaml_pool *pool, size_t count, size_t size);
/* A NUL-terminated copy. NULL as above. */
char *vv_yaml_pool_copy(struct vv_yaml_pool *pool, const void *text, size_t len);
/* libcyaml's memory function: ctx is the pool; size 0 frees. */
void *vv_yaml_pool_resize(void *ctx, void *ptr, size_t size);
void vv_yaml_pool_clear(struct vv_yaml_pool *pool);

#endif
