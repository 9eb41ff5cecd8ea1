/*
 * store.c: the connections to Redis inside the loop.
 *
 * A few connections ("lanes") come and go together. hiredis only records: its five hooks note what
 * it waits for, commands are written once at the end of a turn, and everything that follows from a
 * change of connection (AUTH, reconnect, telling the owner) happens in the flush hook or the tick,
 * never inside a hiredis callback. Three traps of hiredis shape this file: redisAsyncHandleRead may
 * free the context; commands may not be issued inside onConnect before 1.1; a failed connect never
 * calls onDisconnect, so the cleanup hook is the one sign that a context is gone.
 */
#include <assert.h>
#include <netdb.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "store_internal.h"
#include "vagval/config.h"

enum {
    TICK_MS = 50,
    BACKOFF_MIN_MS = 50,
    BACKOFF_MAX_MS = 2000,
    CONNECT_MS_MAX = 3000, /* until every lane is authenticated */
    REPLY_MS_MAX = 15000,  /* silence with commands out: the connection is dead */
    READS_PER_TURN = 16,   /* of 16 KiB each */
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

/* The loop waits for writability only while connecting or after a partial write: see write_out. */
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

/* ---- commands and their replies ---- */

static void request_lost(struct vv_request *request)
{
    if (request->is_commit) {
        struct vv_commit_result result = {.status = VV_UNKNOWN};
        request->done.commit(request->context, &result);
    } else if (request->done.read != NULL) {
        request->done.read(request->context, VV_UNKNOWN, NULL, 0);
    }
}

static void request_replied(redisAsyncContext *redis, void *reply, void *data)
{
    struct vv_request *slot = data;
    struct lane *lane = redis->data;
    struct vv_store *store = lane->store;
    struct vv_request request = *slot;

    /* Free before the call: what it queues next may take the slot. */
    slot->next = store->free_requests;
    store->free_requests = slot;
    lane->pending--;
    if (reply == NULL) {
        /* The connection is being torn down: nothing may be queued on it from here on. */
        lane->state = LANE_DOWN;
        if (!store->closing) {
            request_lost(&request);
        }
        return;
    }
    lane->heard_ms = vv_loop_now_ms(store->loop);
    request.reply(store, &request, reply);
}

bool vv_store_ready(const struct vv_store *store)
{
    for (size_t i = 0; i < LANES; i++) {
        if (store->lanes[i].state != LANE_READY) {
            return false;
        }
    }
    return true;
}

enum vv_status vv_store_accepts(const struct vv_store *store)
{
    if (!vv_store_ready(store)) {
        return VV_UNKNOWN;
    }
    return store->free_requests == NULL ? VV_BUSY : VV_OK;
}

static enum vv_status queue(struct lane *lane, const struct vv_request *prototype, int argc,
                            const char **argv, const size_t *lens)
{
    struct vv_store *store = lane->store;
    struct vv_request *request = store->free_requests;

    if (request == NULL) {
        return VV_BUSY;
    }
    store->free_requests = request->next;
    *request = *prototype;
    if (redisAsyncCommandArgv(lane->redis, request_replied, request, argc, argv, lens) !=
        REDIS_OK) {
        request->next = store->free_requests;
        store->free_requests = request;
        return VV_UNKNOWN;
    }
    if (lane->pending++ == 0) {
        lane->heard_ms = vv_loop_now_ms(store->loop);
    }
    return VV_OK;
}

/* By the key's hash tag, "{p042}". */
static struct lane *lane_of(struct vv_store *store, const char *key, size_t key_len)
{
    uint32_t hash = UINT32_C(2166136261);

    for (size_t i = 0; i < key_len && key[i] != '}'; i++) {
        hash = (hash ^ (unsigned char)key[i]) * UINT32_C(16777619);
    }
    return &store->lanes[(hash ^ hash >> 16) % LANES];
}

enum vv_status vv_store_command(struct vv_store *store, const struct vv_request *prototype, int key,
                                int argc, const char **argv, const size_t *lens)
{
    enum vv_status status = vv_store_accepts(store);

    assert(key < argc);
    if (status != VV_OK) {
        return status;
    }
    return queue(lane_of(store, argv[key], lens[key]), prototype, argc, argv, lens);
}

struct vv_field *vv_store_pairs(struct vv_store *store, size_t count)
{
    if (count > store->pair_cap) {
        struct vv_field *grown = realloc(store->pairs, count * sizeof *grown);
        if (grown == NULL) {
            return NULL;
        }
        store->pairs = grown;
        store->pair_cap = count;
    }
    return store->pairs;
}

enum vv_status vv_reply_error_status(const redisReply *reply)
{
    /* Redis cannot serve just now; nothing was done, and a repeat may find it well again. */
    static const char *const passing[] = {"LOADING ",    "BUSY ",       "OOM ",
                                          "READONLY ",   "MASTERDOWN ", "MISCONF ",
                                          "UNKILLABLE ", "TRYAGAIN ",   "NOREPLICAS "};

    for (size_t i = 0; i < sizeof passing / sizeof passing[0]; i++) {
        if (strncmp(reply->str, passing[i], strlen(passing[i])) == 0) {
            return VV_UNKNOWN;
        }
    }
    return VV_IO;
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

static void ready(void *context, int events);

static void connect_lane(struct lane *lane)
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

static void connect_all(struct vv_store *store)
{
    store->since_ms = vv_clock_monotonic_us() / 1000;
    for (size_t i = 0; i < LANES && !store->broken; i++) {
        connect_lane(&store->lanes[i]);
    }
}

/* Every pending callback is called with VV_UNKNOWN on the way. */
static void drop_all(struct vv_store *store)
{
    for (size_t i = 0; i < LANES; i++) {
        if (store->lanes[i].redis != NULL) {
            redisAsyncFree(store->lanes[i].redis);
        }
    }
    store->broken = false;
    unsigned jitter_ms = randombytes_uniform(store->backoff_ms / 2 + 1);
    store->retry_ms = vv_clock_monotonic_us() / 1000 + store->backoff_ms + jitter_ms;
    store->backoff_ms *= 2;
    if (store->backoff_ms > BACKOFF_MAX_MS) {
        store->backoff_ms = BACKOFF_MAX_MS;
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
static void greet(struct lane *lane)
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
        status = queue(lane, &to_auth, 3, auth, lens);
    }
    for (size_t i = 0; i < 3; i++) {
        lens[i] = strlen(version[i]);
    }
    if (status == VV_OK) {
        status = queue(lane, &to_version, 3, version, lens);
    }
    if (status != VV_OK) {
        store->broken = true;
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

static void write_out(struct lane *lane)
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

static bool flush(void *context)
{
    struct vv_store *store = context;

    if (store->broken) {
        drop_all(store);
        if (store->was_ready) {
            store->was_ready = false;
            if (store->on_lost != NULL) {
                store->on_lost(store->context);
            }
        }
    }
    for (size_t i = 0; i < LANES; i++) {
        if (store->lanes[i].state == LANE_CONNECTED) {
            greet(&store->lanes[i]);
        }
    }
    if (!store->was_ready && vv_store_ready(store)) {
        store->was_ready = true;
        store->backoff_ms = BACKOFF_MIN_MS;
        if (store->on_connected != NULL) {
            store->on_connected(store->context);
        }
    }
    for (size_t i = 0; i < LANES; i++) {
        write_out(&store->lanes[i]);
    }
    /* A connection lost while writing is dealt with in the next turn, which must not wait. */
    return store->broken;
}

static void tick(void *context)
{
    struct vv_store *store = context;
    int64_t now_ms = vv_loop_now_ms(store->loop);
    bool up = false;

    for (size_t i = 0; i < LANES; i++) {
        const struct lane *lane = &store->lanes[i];
        up = up || lane->redis != NULL;
        if (lane->state == LANE_READY && lane->pending > 0 &&
            now_ms - lane->heard_ms > REPLY_MS_MAX) {
            store->broken = true;
        }
    }
    if (up && !vv_store_ready(store) && now_ms - store->since_ms > CONNECT_MS_MAX) {
        store->broken = true;
    } else if (!up && !store->broken && now_ms >= store->retry_ms) {
        connect_all(store);
    }
}

/* ---- life ---- */

static enum vv_status read_credentials(struct vv_store *store,
                                       const struct vv_store_options *options,
                                       struct vv_error *ret_error)
{
    char secret[VV_SECRET_BYTES_MAX];

    if (options->user == NULL || options->password_file == NULL) {
        return VV_OK;
    }
    enum vv_status status =
        vv_secret_read(options->password_file, secret, sizeof secret, ret_error);
    if (status != VV_OK) {
        return status;
    }
    store->user = strdup(options->user);
    store->password = strdup(secret);
    sodium_memzero(secret, sizeof secret);
    if (store->user == NULL || store->password == NULL) {
        return vv_fail(ret_error, VV_NO_MEMORY, "redis", "user", 0, "out of memory");
    }
    return VV_OK;
}

static void free_store(struct vv_store *store)
{
    if (store->password != NULL) {
        sodium_memzero(store->password, strlen(store->password));
    }
    free(store->user);
    free(store->password);
    free(store->pairs);
    free(store);
}

enum vv_status vv_store_open(struct vv_loop *loop, const struct vv_store_options *options,
                             void (*on_connected)(void *context), void (*on_lost)(void *context),
                             void *context, struct vv_store **ret_store, struct vv_error *ret_error)
{
    struct vv_store *store = calloc(1, sizeof *store);

    if (store == NULL) {
        return vv_fail(ret_error, VV_NO_MEMORY, "redis", NULL, 0, "out of memory");
    }
    store->loop = loop;
    store->on_connected = on_connected;
    store->on_lost = on_lost;
    store->context = context;
    store->backoff_ms = BACKOFF_MIN_MS;
    for (size_t i = 0; i < LANES; i++) {
        store->lanes[i] = (struct lane){.store = store, .fd = -1};
    }
    for (size_t i = VV_STORE_PENDING_MAX; i > 0; i--) {
        store->requests[i - 1].next = store->free_requests;
        store->free_requests = &store->requests[i - 1];
    }
    enum vv_status status = vv_redis_address_parse(options->address, &store->address, ret_error);
    if (status == VV_OK) {
        status = read_credentials(store, options, ret_error);
    }
    if (status == VV_OK && (vv_loop_every(loop, TICK_MS, tick, store) != VV_OK ||
                            vv_loop_on_flush(loop, flush, store) != VV_OK)) {
        status = vv_fail(ret_error, VV_BUSY, "loop", NULL, 0, "the loop has no room for Redis");
    }
    if (status != VV_OK) {
        vv_loop_forget(loop, store);
        free_store(store);
        return status;
    }
    connect_all(store);
    *ret_store = store;
    return VV_OK;
}

void vv_store_close(struct vv_store **store)
{
    if (store == NULL || *store == NULL) {
        return;
    }
    struct vv_store *closed = *store;
    *store = NULL;
    closed->closing = true;
    drop_all(closed);
    vv_loop_forget(closed->loop, closed);
    free_store(closed);
}
