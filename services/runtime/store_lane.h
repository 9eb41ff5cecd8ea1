/*
 * store_lane.h: the connections of a store; used by store.c and store_lane.c only.
 */
#ifndef VAGVAL_STORE_LANE_H
#define VAGVAL_STORE_LANE_H

#include "engine_chunks.h"
#include "store_internal.h"

enum {
    /* Redis takes about 20 KB, some 17 commits, from one connection before it writes and fsyncs:
     * several connections fill the group that shares an fsync. Four gave 1.5 times the commits of
     * one, eight no more. */
    LANES = 4,
};

enum lane_state {
    LANE_DOWN,
    LANE_CONNECTING, /* connect() is under way */
    LANE_CONNECTED,  /* AUTH is to be sent */
    LANE_GREETING,   /* AUTH and the version are asked */
    LANE_READY,
};

/* One connection. A partition always takes the same lane, so its commands keep their order. */
struct lane {
    struct vv_store *store;
    redisAsyncContext *redis; /* NULL when down */
    int fd;
    enum lane_state state;
    bool want_read, want_write; /* as hiredis last said */
    bool write_watched;         /* the loop waits for the descriptor to take more */
    size_t pending;
    int64_t heard_ms;
    struct vv_chunks replies; /* memory of the reply at hand */
};

struct vv_store {
    struct vv_loop *loop;
    struct vv_redis_address address;
    char *user, *password;
    void (*on_connected)(void *context);
    void (*on_lost)(void *context);
    void *context;

    struct lane lanes[LANES];
    bool closing;
    bool broken;    /* a lane is lost or refused: all go down together, at the end of the turn */
    bool was_ready; /* on_connected was called and on_lost was not yet */
    unsigned backoff_ms;
    int64_t retry_ms, since_ms;

    struct vv_request *free_requests;
    struct vv_request requests[VV_STORE_PENDING_MAX];
    struct vv_field *pairs;
    size_t pair_cap;
};

/* Starts to connect; a failure is noted as `broken`. */
void lane_connect(struct lane *lane);
/* Replies of the lane's connection live in its own memory. */
void lane_keep_replies(struct lane *lane);
/* AUTH, and the library's version. */
void lane_greet(struct lane *lane);
/* Writes what is queued; what the socket does not take waits for it. */
void lane_write_out(struct lane *lane);
/* Queues a command whatever the lane's state. Errors: VV_BUSY, VV_UNKNOWN. */
VV_CHECKED enum vv_status lane_queue(struct lane *lane, const struct vv_request *prototype,
                                     int argc, const char **argv, const size_t *lens);

#endif
