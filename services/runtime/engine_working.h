/*
 * engine_working.h: what one batch of one partition has read, and what it will write.
 *
 * A slot is one record that the batch read. Its `entry` is what is committed; its `current` is what
 * the next message of the batch sees, with the effects of those before it. Nothing here is shared
 * between batches. A pass (deciding all messages of the batch once) starts from the committed
 * state.
 */
#ifndef VV_ENGINE_WORKING_H
#define VV_ENGINE_WORKING_H

#include "engine_chunks.h"
#include "engine_record.h"

#define VV_WORKING_BUCKETS 256
#define VV_EVENT_SEQUENCE_BYTES 11 /* at most: tag and ten bytes */

/* A changed field; value NULL deletes. */
struct vv_edit {
    struct vv_edit *next;
    struct vv_field field;
};

enum vv_slot_state { VV_SLOT_WANTED, VV_SLOT_READING, VV_SLOT_LOADED };

struct vv_slot {
    struct vv_slot *bucket_next, *next;
    struct vv_name name;
    uint64_t hash;
    enum vv_slot_state state;
    struct vv_entry *entry; /* pinned once loaded */
    bool assumed;           /* written without having been read: a new record under a fresh id */
    bool from_cache;
    bool guessed; /* taken for absent without having been read; the commit checks it */
    /* Made anew by every pass. */
    bool dirty, body_dirty;
    struct vv_record current;
    size_t current_cap; /* of current.fields when they are this pass' own, else 0 */
    struct vv_edit *edits;
    int64_t sum; /* VV_USE_ADD */
    vv_date due; /* VV_USE_TIMER: VV_DATE_NONE = cleared */
};

struct vv_append_op {
    struct vv_append_op *next;
    const char *kind;
    struct vv_id id;
    const uint8_t *bytes;
    size_t len;
};

/* An event of this pass; the bytes are its packed Envelope without a sequence. */
struct vv_event_op {
    struct vv_event_op *next;
    enum vv_message_type type;
    struct vv_id id, subject;
    const char *scheme;
    int32_t effective;
    const uint8_t *body;
    size_t body_len;
    const uint8_t *bytes;
    size_t len;
    size_t sequence_at; /* where in the bytes the sequence has its place */
};

struct vv_working {
    uint16_t partition;
    /* Gives a committed record that is at hand, pinned, or NULL: then the slot must be read. */
    struct vv_entry *(*at_hand)(void *context, const struct vv_name *name, uint64_t hash);
    void *context;
    struct vv_slot *buckets[VV_WORKING_BUCKETS];
    struct vv_slot *first, **last;
    struct vv_chunks keep; /* slots: lives as long as the batch */
    struct vv_chunks pass; /* overlay and outcomes: lives until the next pass */
    struct vv_append_op *appends, **appends_last;
    struct vv_event_op *events, **events_last;
    size_t event_count;
    size_t commit_keys, commit_args; /* what the writes of this pass will need, roughly */
    bool dirty;                      /* this pass writes something */
    bool guesses;                    /* new records may be taken for absent */
};

/* The buckets must be zero or freed; keep and pass may hold memory of an earlier use. */
void vv_working_begin(struct vv_working *working, uint16_t partition,
                      struct vv_entry *(*at_hand)(void *, const struct vv_name *, uint64_t),
                      void *context);
/* Forgets the overlay: the next pass starts from what is committed. */
void vv_working_pass(struct vv_working *working);
/* Unpins everything. */
void vv_working_end(struct vv_working *working);
void vv_working_free(struct vv_working *working);

/* NULL when the batch has no such slot. */
struct vv_slot *vv_working_find(const struct vv_working *working, const struct vv_name *name);
/* Finds or makes; NULL without memory. */
struct vv_slot *vv_working_slot(struct vv_working *working, const struct vv_name *name);
/* Takes a record that is not at hand for absent. Without memory the slot stays to be read. */
void vv_working_guess(struct vv_working *working, const struct vv_name *name);
/* Gives a slot its committed record; takes over the caller's pin. */
void vv_slot_fill(struct vv_slot *slot, struct vv_entry *entry);

/* The overlay's writes; bytes must live in working->pass. Errors: VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_slot_body(struct vv_working *working, struct vv_slot *slot,
                                       const uint8_t *bytes, size_t len);
VV_CHECKED enum vv_status vv_slot_field(struct vv_working *working, struct vv_slot *slot,
                                        struct vv_field field);

/* Carries a durable pass into the committed entries. Returns false when memory ran out: the
 * caller must then forget the partition's cache. */
bool vv_working_settle(struct vv_working *working);

struct vv_name vv_name_make(enum vv_use use, const char *kind, struct vv_id id, const void *field,
                            size_t field_len);

#endif
