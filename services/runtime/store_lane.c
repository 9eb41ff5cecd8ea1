/*
 * store_lane.c: one connection ("lane") and its part in the loop.
 *
 * hiredis only records: its five hooks note what it waits for, and everything that follows from a
 * change of connection happens in the store's flush hook or tick, never inside a hiredis callback.
 * Three traps of hiredis shape this file: redisAsyncHandleRead may free the context; commands may
 * not be issued inside onConnect before 1.1; a failed connect never calls onDisconnect, so the
 * cleanup hook is the one sign that a context is gone.
 */
#include "store_lane.h"

#include <netdb.h>
#include <string.h>
#include <sys/ioctl.h>

enum { READS_PER_TURN = 16 /* of 16 KiB each */ };

/* ---- hooks of hiredis ---- */

static void watch(struct lane *lane)
{
    int events = (lane->want_read ? VV_LOOP_READ : 0) | (lane->write_watched ? VV_LOOP_WRITE : 0);

    vv_loop_fd_events(lane->store->loop, lane->fd, events);
}

static void hook_add_read(void *data)
{
    struct lane *lane = data;

    if (!lane->want_read) {
        lane->want_read = true;
        watch(lane);
    }
}

static void hook_del_read(void *data)
{
    struct lane *lane = data;

    lane->want_read = false;
    watch(lane);
}

/* The loop waits for writability only while connecting or after a partial write: see
 * lane_write_out. */
static void hook_add_write(void *data)
{
    ((struct lane *)data)->want_write = true;
}

static void hook_del_write(void *data)
{
    ((struct lane *)data)->want_write = false;
}

/* The context is going away, for whatever reason; its callbacks have been called. */
static void hook_cleanup(void *data)
{
    struct lane *lane = data;

    vv_loop_remove_fd(lane->store->loop, lane->fd);
    lane->redis = NULL;
    lane->state = LANE_DOWN;
    lane->want_read = lane->want_write = lane->write_watched = false;
    lane->store->broken = true;
}

static void on_connect(const redisAsyncContext *redis, int status)
{
    struct lane *lane = redis->data;

    if (status == REDIS_OK) {
        lane->state = LANE_CONNECTED;
    }
}

/* ---- in the loop ---- */

static void ready(void *context, int events)
{
    struct lane *lane = context;

    if (lane->redis != NULL && (events & VV_LOOP_READ) && lane->want_read) {
        int more = 1;
        for (int i = 0; i < READS_PER_TURN && more > 0 && lane->redis != NULL; i++) {
            redisAsyncHandleRead(lane->redis);
            if (lane->redis == NULL || ioctl(lane->fd, FIONREAD, &more) != 0) {
                more = 0;
            }
        }
    }
    if (lane->redis != NULL && (events & VV_LOOP_WRITE) && lane->write_watched) {
        redisAsyncHandleWrite(lane->redis);
    }
}

void lane_write_out(struct lane *lane)
{
    if (lane->redis == NULL || lane->state == LANE_CONNECTING) {
        return;
    }
    if (lane->want_write) {
        redisAsyncHandleWrite(lane->redis);
    }
    if (lane->redis != NULL && lane->write_watched != lane->want_write) {
        lane->write_watched = lane->want_write;
        watch(lane);
    }
}

/* ---- connecting ---- */

/* Names are resolved here, while nothing else can be done anyway. */
static redisAsyncContext *open_context(const struct vv_redis_address *address)
{
    if (address->is_unix) {
        return redisAsyncConnectUnix(address->host);
    }
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char numeric[64];
    if (getaddrinfo(address->host, NULL, &hints, &found) != 0) {
        return NULL;
    }
    int failed = getnameinfo(found->ai_addr, found->ai_addrlen, numeric, sizeof numeric, NULL, 0,
                             NI_NUMERICHOST);
    freeaddrinfo(found);
    return failed ? NULL : redisAsyncConnect(numeric, address->port);
}

void lane_connect(struct lane *lane)
{
    struct vv_store *store = lane->store;
    redisAsyncContext *redis = open_context(&store->address);

    if (redis == NULL || redis->err != 0) {
        if (redis != NULL) {
            redisAsyncFree(redis);
        }
        store->broken = true;
        return;
    }
    lane->redis = redis;
    lane_keep_replies(lane);
    lane->fd = redis->c.fd;
    lane->state = LANE_CONNECTING;
    redis->data = lane;
    redis->ev.data = lane;
    redis->ev.addRead = hook_add_read;
    redis->ev.delRead = hook_del_read;
    redis->ev.addWrite = hook_add_write;
    redis->ev.delWrite = hook_del_write;
    redis->ev.cleanup = hook_cleanup;
    (void)redisAsyncSetConnectCallback(redis, on_connect); /* asks to write */
    if (!store->address.is_unix) {
        (void)redisEnableKeepAlive(&redis->c);
    }
    lane->write_watched = true;
    if (vv_loop_add_fd(store->loop, lane->fd, VV_LOOP_WRITE, ready, lane) != VV_OK) {
        redisAsyncFree(redis);
    }
}

static void authenticated(struct vv_store *store, struct vv_request *request,
                          const redisReply *reply)
{
    (void)request;
    if (reply->type == REDIS_REPLY_ERROR) {
        store->broken = true;
    }
}

static void greeted(struct vv_store *store, struct vv_request *request, const redisReply *reply)
{
    struct lane *lane = request->context;

    if (reply->type == REDIS_REPLY_STRING && strcmp(reply->str, VV_LIBRARY_VERSION) == 0) {
        lane->state = LANE_READY;
    } else {
        store->broken = true;
    }
}

/* AUTH, and the library's version: this also fails while Redis still loads its data, so that
 * `ready` means that commits work. */
void lane_greet(struct lane *lane)
{
    struct vv_store *store = lane->store;
    const char *auth[] = {"AUTH", store->user, store->password};
    const char *version[] = {"FCALL", "vv_version", "0"};
    struct vv_request to_auth = {.reply = authenticated};
    struct vv_request to_version = {.reply = greeted, .context = lane};
    size_t lens[3];
    enum vv_status status = VV_OK;

    lane->state = LANE_GREETING;
    if (store->user != NULL) {
        for (size_t i = 0; i < 3; i++) {
            lens[i] = strlen(auth[i]);
        }
        status = lane_queue(lane, &to_auth, 3, auth, lens);
    }
    for (size_t i = 0; i < 3; i++) {
        lens[i] = strlen(version[i]);
    }
    if (status == VV_OK) {
        status = lane_queue(lane, &to_version, 3, version, lens);
    }
    if (status != VV_OK) {
        store->broken = true;
    }
}
