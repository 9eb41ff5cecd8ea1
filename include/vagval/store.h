/*
 * store.h: Redis, asynchronously, from the loop: pipelined reads and the one way to write,
 * FCALL vv_commit on one partition.
 *
 * All callbacks run inside the loop turn that read the reply. A NULL or lost reply means unknown,
 * never failed: callbacks then get VV_UNKNOWN, the caller drops what it cached and repeats.
 */
#ifndef VAGVAL_STORE_H
#define VAGVAL_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vagval/id.h"
#include "vagval/loop.h"
#include "vagval/messages.h"
#include "vagval/service.h"
#include "vagval/status.h"

struct vv_store;

/* "unix:/path/redis.sock" or "tcp:host:port" (names are resolved before the loop starts). */
struct vv_store_options {
    const char *address;
    const char *user;          /* ACL user, or NULL */
    const char *password_file; /* read once at open, or NULL */
};

/* Connects in the background and reconnects with bounded backoff; `on_connected` (may be NULL)
 * runs after AUTH on every (re)connect, `on_lost` when every pending callback has been failed. */
VV_CHECKED enum vv_status vv_store_open(struct vv_loop *loop,
                                        const struct vv_store_options *options,
                                        void (*on_connected)(void *context),
                                        void (*on_lost)(void *context), void *context,
                                        struct vv_store **ret_store, struct vv_error *ret_error);
/* Pending callbacks are dropped uncalled. Not from within a store callback. */
void vv_store_close(struct vv_store **store);
/* Reads under way with this context are dropped uncalled, so that its owner may go. */
void vv_store_forget(struct vv_store *store, const void *context);
bool vv_store_ready(const struct vv_store *store);

/* ---- keys ---- */
#define VV_KEY_BYTES_MAX 128
/* "vv:{p042}:payment:case:<32 hex>"; partition VV_PARTITION_SYSTEM gives "{sys}"; a nil id (or
 * VV_ID_SYSTEM) is left out together with its colon: "vv:{p042}:payment:stream". */
size_t vv_key_format(char ret_key[static VV_KEY_BYTES_MAX], uint16_t partition,
                     enum vv_service_id service, const char *kind, struct vv_id id);

/* ---- reads ---- */
enum vv_read_kind {
    VV_READ_HASH,       /* HGETALL */
    VV_READ_FIELD,      /* HGET key field */
    VV_READ_LIST,       /* LRANGE key first first+count-1 */
    VV_READ_STREAM,     /* XRANGE key (first-0 +inf COUNT count: entries with sequence >= first */
    VV_READ_TIMERS,     /* ZRANGEBYSCORE key -inf first WITHSCORES LIMIT 0 count */
    VV_READ_NEXT_TIMER, /* ZRANGE key 0 0 WITHSCORES */
};
struct vv_read {
    enum vv_read_kind kind;
    const char *key;
    size_t key_len;
    const void *field;
    size_t field_len;
    int64_t first;
    uint32_t count;
    bool frees_context; /* the context is malloc'ed: freed when it is dropped uncalled */
};
/* A reply as flat name/value pairs in reply order, valid during the callback only.
 * HASH: field/value. FIELD: one pair or none. LIST: values. STREAM: name = decimal sequence, value
 * = the event's packed Envelope. TIMERS: name = member, value = score in decimal. */
typedef void vv_read_done(void *context, enum vv_status status, const struct vv_field *pairs,
                          size_t pair_count);
/* Queues one read; flushed with the turn. Errors: VV_BUSY (too many pending), VV_UNKNOWN (down). */
VV_CHECKED enum vv_status vv_store_read(struct vv_store *store, const struct vv_read *read,
                                        vv_read_done *done, void *context);

/* ---- the commit ----
 * Checks first, then writes that cannot fail. KEYS[1] = "vv:{p}:<service>:part" (hash: seq, epoch,
 * recorded, tag of the last commit), KEYS[2] = ":cursor" (hash: one field per source, "epoch:seq"),
 * KEYS[3] = ":stream". */
struct vv_commit;

/* The builder is reused: begin clears it. recorded_ms is checked to be >= the partition's last. */
VV_CHECKED enum vv_status vv_commit_create(struct vv_commit **ret_commit);
void vv_commit_destroy(struct vv_commit **commit);
void vv_commit_begin(struct vv_commit *commit, uint16_t partition, enum vv_service_id service,
                     int64_t recorded_ms);
/* `tag` is that of the commit that this one expects to be the partition's last ("" = not known).
 * `trusted`: nothing that is checked here was read before it; then, if it still is the last one,
 * versions and fields need no check, and are not. Whether it was, the result says. */
#define VV_TAG_BYTES 24
void vv_commit_after(struct vv_commit *commit, const char *tag, bool trusted);
/* Of the commit that was sent last. */
const char *vv_commit_tag(const struct vv_commit *commit);
/* Checks. `version` 0 = the key must have no version (absent). */
void vv_commit_check_version(struct vv_commit *commit, const char *key, size_t key_len,
                             uint64_t version);
/* The hash's field must equal value (value NULL = must be absent): index fields, fact ids. */
void vv_commit_check_field(struct vv_commit *commit, const char *key, size_t key_len,
                           const void *field, size_t field_len, const void *value, size_t len);
/* Cursor of a source stream: must be `from` ("" = absent) and becomes `to`. source: see feeds. */
void vv_commit_cursor(struct vv_commit *commit, const char *source, const char *from,
                      const char *to);
/* A fired timer must still stand with this score, and is removed. */
void vv_commit_fired(struct vv_commit *commit, const char *member, size_t len, int64_t due_ms);
/* Writes. Fields of one key given together become one HSET. */
void vv_commit_set(struct vv_commit *commit, const char *key, size_t key_len,
                   const struct vv_field *fields, size_t count);
void vv_commit_delete_field(struct vv_commit *commit, const char *key, size_t key_len,
                            const void *field, size_t field_len);
void vv_commit_add(struct vv_commit *commit, const char *key, size_t key_len, const char *field,
                   int64_t delta);
void vv_commit_append(struct vv_commit *commit, const char *key, size_t key_len, const void *value,
                      size_t len);
void vv_commit_timer_set(struct vv_commit *commit, const char *member, size_t len, int64_t due_ms);
void vv_commit_timer_clear(struct vv_commit *commit, const char *member, size_t len);
/* A packed Envelope; its sequence is assigned by the function. */
void vv_commit_event(struct vv_commit *commit, const void *bytes, size_t len);
/* What is wrong with what was added so far: VV_OK, VV_TOO_LARGE (a bound of a commit is passed),
 * VV_NO_MEMORY (trying again may do), VV_INVALID (one key as two kinds, a gap between cursors). */
VV_CHECKED enum vv_status vv_commit_problem(const struct vv_commit *commit);

struct vv_commit_result {
    enum vv_status status;   /* VV_OK | VV_STALE | VV_UNKNOWN | VV_IO (script error: alarm) */
    uint64_t first_sequence; /* of this commit's events */
    char epoch[24];          /* of the partition's stream */
    bool after;              /* the last commit before it was the one of vv_commit_after */
    int64_t recorded_ms;     /* with VV_STALE by clock: the partition's last recorded */
    const char *stale;       /* which check failed, for logs: "version", "field", "cursor",
                                "timer", "recorded"; never content */
};
typedef void vv_commit_done(void *context, const struct vv_commit_result *result);
VV_CHECKED enum vv_status vv_commit_send(struct vv_store *store, struct vv_commit *commit,
                                         vv_commit_done *done, void *context);

/* Trims a stream to entries with sequence >= `keep_from`. */
VV_CHECKED enum vv_status vv_store_trim(struct vv_store *store, const char *stream_key,
                                        size_t key_len, uint64_t keep_from);
/* HSET key field value, HDEL key field: heartbeats under {sys} only; not for anything durable. */
VV_CHECKED enum vv_status vv_store_beat(struct vv_store *store, const char *key, const char *field,
                                        const char *value);
VV_CHECKED enum vv_status vv_store_unbeat(struct vv_store *store, const char *key,
                                          const char *field);

/* Boot, blocking (before the loop runs): library present in the right version; a full probe commit
 * in partition {probe} as this user with every operation, read back and removed; refuses to start
 * if anything fails. [A function stopped midway keeps its earlier writes.] */
VV_CHECKED enum vv_status vv_store_probe(const struct vv_store_options *options,
                                         enum vv_service_id service, struct vv_error *ret_error);
/* Loads the library if absent or of another version; needs the admin user. Blocking. */
VV_CHECKED enum vv_status vv_store_install(const struct vv_store_options *options,
                                           struct vv_error *ret_error);
/* Creates {sys} region settings (partition count, once) if absent; reads them. Blocking. */
VV_CHECKED enum vv_status vv_store_region(const struct vv_store_options *options,
                                          uint16_t partitions_if_new, uint16_t *ret_partitions,
                                          struct vv_error *ret_error);
/* The region's clock, "virtual" or "real", created likewise (NULL = only read; VV_NOT_FOUND). With
 * partitions_if_new 0 above also means only read. Creating needs the admin user. Blocking. */
VV_CHECKED enum vv_status vv_store_clock(const struct vv_store_options *options,
                                         const char *clock_if_new, bool *ret_virtual,
                                         struct vv_error *ret_error);

#endif
