/*
 * engine_record.h: one committed record in memory: a Redis hash, one field of it, or a slice of a
 * list. The cache holds them, a batch pins the ones that it works on.
 */
#ifndef VV_ENGINE_RECORD_H
#define VV_ENGINE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vagval/service.h"

#define VV_FIELD_BYTES_MAX 64

enum vv_use {
    VV_USE_HASH,  /* an aggregate: versioned */
    VV_USE_FIELD, /* one field of an index hash */
    VV_USE_LIST,  /* a slice of a list, queries only */
    VV_USE_PLAIN, /* a whole plain hash, queries only */
    VV_USE_ADD,   /* a counter's sum of this batch; never read */
    VV_USE_TIMER, /* a timer set or cleared by this batch; never read */
};

/* What names a record inside one partition. */
struct vv_name {
    enum vv_use use;
    const char *kind; /* a string literal of the service */
    struct vv_id id;
    uint8_t field[VV_FIELD_BYTES_MAX];
    size_t field_len;
    uint64_t first; /* lists */
    uint32_t count;
};

uint64_t vv_name_hash(const struct vv_name *name, uint16_t partition);
bool vv_name_equal(const struct vv_name *a, const struct vv_name *b);

struct vv_entry {
    struct vv_entry *bucket_next;
    struct vv_entry *older, *newer;                   /* order of use in the cache */
    struct vv_entry *partition_prev, *partition_next; /* of the same partition in the cache */
    uint64_t hash;
    struct vv_name name;
    uint16_t partition;
    uint32_t pins;
    uint32_t chain; /* of its partition, when it was last known to be what is stored */
    bool cached;
    bool newer_format; /* stored by a newer release: never rewritten */
    bool corrupt;
    size_t bytes;
    size_t field_cap;
    struct vv_record record; /* bodies and fields are this entry's own */
};

/* An absent record with one pin; NULL without memory. */
struct vv_entry *vv_entry_create(const struct vv_name *name, uint16_t partition, uint64_t hash);
/* Fills from a reply's pairs, as the name's use says. Errors: VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_entry_fill(struct vv_entry *entry, const struct vv_field *pairs,
                                        size_t count);
VV_CHECKED enum vv_status vv_entry_body(struct vv_entry *entry, const void *bytes, size_t len);
/* Sets or, with value NULL, deletes one field. */
VV_CHECKED enum vv_status vv_entry_field(struct vv_entry *entry, const void *name, size_t name_len,
                                         const void *value, size_t len);
/* Back to absent: the field that an index entry held is gone. */
void vv_entry_clear(struct vv_entry *entry);
/* Gives one pin back; the last one frees an entry that is in no cache. */
void vv_entry_unpin(struct vv_entry *entry);

/* A field of a record by name; NULL when it has none. */
const struct vv_field *vv_record_field(const struct vv_record *record, const void *name,
                                       size_t name_len);

#endif
