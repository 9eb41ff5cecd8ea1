/*
 * engine_chunks.h: memory that grows by chunks and is given back at once. A batch keeps what it
 * decided in one until its commit is answered; the arena of the turn is gone by then.
 */
#ifndef VV_ENGINE_CHUNKS_H
#define VV_ENGINE_CHUNKS_H

#include <stddef.h>

struct vv_chunk;

struct vv_chunks {
    struct vv_chunk *first;
    size_t used;  /* of the first chunk */
    size_t total; /* bytes of all chunks */
    size_t limit; /* no chunk beyond this many bytes; 0 = no limit */
};

/* 16-byte aligned, not zeroed; NULL when memory or the limit is exhausted. */
void *vv_chunks_alloc(struct vv_chunks *chunks, size_t size);
void *vv_chunks_zalloc(struct vv_chunks *chunks, size_t size);
void *vv_chunks_copy(struct vv_chunks *chunks, const void *bytes, size_t len);
/* Keeps one ordinary chunk for the next use. */
void vv_chunks_reset(struct vv_chunks *chunks);
void vv_chunks_free(struct vv_chunks *chunks);

#endif
