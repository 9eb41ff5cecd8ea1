/*
 * engine_chunks.c: a list of chunks, filled from the first. See the header.
 */
#include "engine_chunks.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES (48 * 1024) /* a full batch fits: one block that is kept and not freed */
#define ALIGN_UP(size) (((size) + 15) & ~(size_t)15)

struct vv_chunk {
    struct vv_chunk *next;
    size_t size; /* of bytes */
    _Alignas(16) unsigned char bytes[];
};

void *vv_chunks_alloc(struct vv_chunks *chunks, size_t size)
{
    size_t need = ALIGN_UP(size == 0 ? 1 : size);
    if (chunks->first == NULL || chunks->first->size - chunks->used < need) {
        size_t bytes = need > CHUNK_BYTES ? need : CHUNK_BYTES;
        if (chunks->limit != 0 && chunks->total + bytes > chunks->limit) {
            return NULL;
        }
        struct vv_chunk *chunk = malloc(sizeof(*chunk) + bytes);
        if (chunk == NULL) {
            return NULL;
        }
        chunk->next = chunks->first;
        chunk->size = bytes;
        chunks->first = chunk;
        chunks->used = 0;
        chunks->total += bytes;
    }
    void *at = chunks->first->bytes + chunks->used;
    chunks->used += need;
    return at;
}

void *vv_chunks_zalloc(struct vv_chunks *chunks, size_t size)
{
    void *at = vv_chunks_alloc(chunks, size);
    if (at != NULL) {
        memset(at, 0, size);
    }
    return at;
}

void *vv_chunks_copy(struct vv_chunks *chunks, const void *bytes, size_t len)
{
    void *at = vv_chunks_alloc(chunks, len);
    if (at != NULL && len > 0) {
        memcpy(at, bytes, len);
    }
    return at;
}

void vv_chunks_reset(struct vv_chunks *chunks)
{
    struct vv_chunk *keep = NULL;
    while (chunks->first != NULL) {
        struct vv_chunk *chunk = chunks->first;
        chunks->first = chunk->next;
        if (keep == NULL && chunk->size == CHUNK_BYTES) {
            keep = chunk;
        } else {
            free(chunk);
        }
    }
    chunks->first = keep;
    chunks->used = 0;
    chunks->total = 0;
    if (keep != NULL) {
        keep->next = NULL;
        chunks->total = keep->size;
    }
}

void vv_chunks_free(struct vv_chunks *chunks)
{
    while (chunks->first != NULL) {
        struct vv_chunk *chunk = chunks->first;
        chunks->first = chunk->next;
        free(chunk);
    }
    chunks->used = 0;
    chunks->total = 0;
}
