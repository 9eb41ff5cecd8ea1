/*
 * store_internal.h: what the files of the store share with each other and with nobody else.
 *
 *   store.c         pending commands, flush, loss and reconnect
 *   store_lane.c    one connection: connect, AUTH, its part in the loop
 *   store_reply.c   memory of the replies of a connection
 *   store_read.c    reads, and replies as flat pairs
 *   commit.c        the builder: what a commit checks and writes
 *   commit_send.c   the builder's content as one FCALL, and its reply
 *   store_boot.c    blocking: address, AUTH, install, region
 *   store_probe.c   blocking: the boot probe
 *   store_library.c the Lua library, embedded
 */
#ifndef VAGVAL_STORE_INTERNAL_H
#define VAGVAL_STORE_INTERNAL_H

#include <hiredis/async.h>
#include <hiredis/hiredis.h>

#include "vagval/limits.h"
#include "vagval/store.h"

/* Must be what vv_version() of deploy/redis/vagval.lua returns: raised in both whenever the
 * program between commit.c and the library changes. */
#define VV_LIBRARY_VERSION "3"
extern const char vv_library_source[];
size_t vv_library_source_len(void);

/* ---- address ---- */

enum { VV_REDIS_HOST_BYTES = 256, VV_SECRET_BYTES_MAX = 256 };

struct vv_redis_address {
    bool is_unix;
    char host[VV_REDIS_HOST_BYTES]; /* or path */
    int port;
};
VV_CHECKED enum vv_status vv_redis_address_parse(const char *text,
                                                 struct vv_redis_address *ret_address,
                                                 struct vv_error *ret_error);

/* ---- the connection ---- */

enum {
    /* Commands sent whose reply has not come. Every partition can have a commit and a few reads
     * out; beyond this the caller gets BUSY. */
    VV_STORE_PENDING_MAX = 8192,
};

struct vv_request; /* one command that awaits its reply */

/* Takes a reply (never NULL) apart. Runs inside hiredis: must not free the connection. */
typedef void vv_request_reply(struct vv_store *store, struct vv_request *request,
                              const redisReply *reply);

struct vv_request {
    struct vv_request *next; /* of the free list */
    vv_request_reply *reply;
    enum vv_read_kind read_kind;
    bool is_commit; /* which of `done` is there */
    bool frees_context;
    union {
        vv_read_done *read;
        vv_commit_done *commit;
    } done;
    void *context;
};

/* Queues a command; flushed with the turn. `reply` of the prototype gets the reply; a lost one
 * calls its `done` with VV_UNKNOWN. `key` is the argument that holds the (first) key. Errors:
 * VV_BUSY, VV_UNKNOWN (down). */
VV_CHECKED enum vv_status vv_store_command(struct vv_store *store,
                                           const struct vv_request *prototype, int key, int argc,
                                           const char **argv, const size_t *lens);
/* VV_OK when a command could be queued now, else VV_BUSY or VV_UNKNOWN. */
VV_CHECKED enum vv_status vv_store_accepts(const struct vv_store *store);
/* Room for `count` pairs, kept from reply to reply; NULL when memory is short. */
struct vv_field *vv_store_pairs(struct vv_store *store, size_t count);
/* What an error reply means for the caller. */
enum vv_status vv_reply_error_status(const redisReply *reply);

/* ---- reads, also used by the probe ---- */

enum { VV_READ_ARGS_MAX = 8, VV_READ_NUMBER_BYTES = 32 };

struct vv_read_command {
    int argc;
    const char *argv[VV_READ_ARGS_MAX];
    size_t lens[VV_READ_ARGS_MAX];
    char numbers[3][VV_READ_NUMBER_BYTES];
};
void vv_read_command(const struct vv_read *read, struct vv_read_command *ret_command);
/* How many pairs a reply needs at most, and the pairs. VV_CORRUPT when the shape is not that of
 * the read. */
size_t vv_read_pairs_max(const redisReply *reply);
VV_CHECKED enum vv_status vv_read_parse(enum vv_read_kind kind, const redisReply *reply,
                                        struct vv_field *pairs, size_t *ret_count);

/* ---- the commit ---- */

/* As vv_commit_begin, with the four keys under "<prefix>:": the probe has its own. */
void vv_commit_begin_prefix(struct vv_commit *commit, const char *prefix, int64_t recorded_ms);
/* The whole FCALL; pointers into the builder, valid until its next change. Errors: VV_INVALID,
 * VV_TOO_LARGE, VV_NO_MEMORY as noted by the builder. */
VV_CHECKED enum vv_status vv_commit_command(struct vv_commit *commit, int *ret_argc,
                                            const char ***ret_argv, const size_t **ret_lens);
void vv_commit_parse(const redisReply *reply, struct vv_commit_result *ret_result);

/* ---- blocking ---- */

/* Connects and authenticates. Errors: VV_INVALID (address, secret), VV_IO. */
VV_CHECKED enum vv_status vv_redis_connect(const struct vv_store_options *options,
                                           redisContext **ret_redis, struct vv_error *ret_error);
/* A command with C string arguments, NULL-terminated; NULL after filling ret_error. An error reply
 * is returned as such. */
redisReply *vv_redis_ask(redisContext *redis, struct vv_error *ret_error, const char *const *argv);

#endif
