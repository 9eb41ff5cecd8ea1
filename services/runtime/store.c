/*
 * store.c: the connection to Redis inside the loop.
 *
 * hiredis only records: its five hooks note what it waits for, commands are written once at the
 * end of a turn, and everything that follows from a change of connection (AUTH, reconnect, telling
 * the owner) happens in the flush hook or the tick, never inside a hiredis callback. Three traps
 * of hiredis shape this file: redisAsyncHandleRead may free the context; commands may not be
 * issued inside onConnect before 1.1; a failed connect never calls onDisconnect, so the cleanup
 * hook is the one sign that a context is gone.
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
    CONNECT_MS_MAX = 3000, /* until authenticated */
    REPLY_MS_MAX = 15000,  /* silence with commands out: the connection is dead */
    READS_PER_TURN = 16,   /* of 16 KiB each */
};

enum state {
    STATE_DOWN,       /* waits for the next try */
    STATE_CONNECTING, /* connect() is under way */
    STATE_CONNECTED,  /* AUTH is to be sent */
    STATE_GREETING,   /* AUTH and the version are asked */
    STATE_READY,
};

struct vv_store {
    struct vv_loop *loop;
    struct vv_redis_address address;
    char *user, *password;
    void (*on_connected)(void *context);
    void (*on_lost)(void *context);
    void *context;

    redisAsyncContext *redis; /* NULL when down */
    int fd;
    enum state state;
    bool closing;
    bool want_read, want_write; /* as hiredis last said */
    bool write_watched;         /* the loop waits for the descriptor to take more */
    bool was_ready;             /* on_lost is owed */
    bool became_ready;          /* on_connected is owed */
    bool refused;               /* AUTH or the version was refused: drop the connection */
    unsigned backoff_ms;
    int64_t retry_ms, since_ms, heard_ms;

    size_t pending;
    struct vv_request *free_requests;
    struct vv_request requests[VV_STORE_PENDING_MAX];
    struct vv_field *pairs;
    size_t pair_cap;
};

/* ---- hooks of hiredis ---- */

static void watch(struct vv_store *store)
{
    int events = (store->want_read ? VV_LOOP_READ : 0) | (store->write_watched ? VV_LOOP_WRITE : 0);

    vv_loop_fd_events(store->loop, store->fd, events);
}

static void hook_add_read(void *data)
{
    struct vv_store *store = data;

    if (!store->want_read) {
        store->want_read = true;
        watch(store);
    }
}

static void hook_del_read(void *data)
{
    struct vv_store *store = data;

    store->want_read = false;
    watch(store);
}

/* The loop waits for writability only while connecting or after a partial write: see flush. */
static void hook_add_write(void *data)
{
    ((struct vv_store *)data)->want_write = true;
}

static void hook_del_write(void *data)
{
    ((struct vv_store *)data)->want_write = false;
}

/* The context is going away, for whatever reason; its callbacks have been called. */
static void hook_cleanup(void *data)
{
    struct vv_store *store = data;

    vv_loop_remove_fd(store->loop, store->fd);
    store->redis = NULL;
    store->state = STATE_DOWN;
    store->want_read = store->want_write = store->write_watched = false;
    store->became_ready = false;
    unsigned jitter_ms = randombytes_uniform(store->backoff_ms / 2 + 1);
    store->retry_ms = vv_clock_monotonic_us() / 1000 + store->backoff_ms + jitter_ms;
    store->backoff_ms *= 2;
    if (store->backoff_ms > BACKOFF_MAX_MS) {
        store->backoff_ms = BACKOFF_MAX_MS;
    }
}

static void on_connect(const redisAsyncContext *redis, int status)
{
    struct vv_store *store = redis->data;

    if (status == REDIS_OK) {
        store->state = STATE_CONNECTED;
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
    struct vv_store *store = slot->store;
    struct vv_request request = *slot;

    (void)redis;
    /* Free before the call: what it queues next may take the slot. */
    slot->next = store->free_requests;
    store->free_requests = slot;
    store->pending--;
    if (reply == NULL) {
        /* The connection is being torn down: nothing may be queued on it from here on. */
        store->state = STATE_DOWN;
        if (!store->closing) {
            request_lost(&request);
        }
        return;
    }
    store->heard_ms = vv_loop_now_ms(store->loop);
    request.reply(store, &request, reply);
}

enum vv_status vv_store_accepts(const struct vv_store *store)
{
    if (store->state != STATE_READY) {
        return VV_UNKNOWN;
    }
    return store->free_requests == NULL ? VV_BUSY : VV_OK;
}

static enum vv_status queue(struct vv_store *store, const struct vv_request *prototype, int argc,
                            const char **argv, const size_t *lens)
{
    struct vv_request *request = store->free_requests;

    if (request == NULL) {
        return VV_BUSY;
    }
    store->free_requests = request->next;
    *request = *prototype;
    request->store = store;
    if (redisAsyncCommandArgv(store->redis, request_replied, request, argc, argv, lens) !=
        REDIS_OK) {
        request->next = store->free_requests;
        store->free_requests = request;
        return VV_UNKNOWN;
    }
    if (store->pending++ == 0) {
        store->heard_ms = vv_loop_now_ms(store->loop);
    }
    return VV_OK;
}

enum vv_status vv_store_command(struct vv_store *store, const struct vv_request *prototype,
                                int argc, const char **argv, const size_t *lens)
{
    enum vv_status status = vv_store_accepts(store);

    return status != VV_OK ? status : queue(store, prototype, argc, argv, lens);
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

static void connect_now(struct vv_store *store)
{
    redisAsyncContext *redis = open_context(&store->address);

    store->since_ms = vv_clock_monotonic_us() / 1000;
    store->refused = false;
    if (redis == NULL || redis->err != 0) {
        if (redis != NULL) {
            redisAsyncFree(redis);
        }
        store->fd = -1;
        hook_cleanup(store); /* counts as a failed try */
        return;
    }
    store->redis = redis;
    store->fd = redis->c.fd;
    store->state = STATE_CONNECTING;
    redis->data = store;
    redis->ev.data = store;
    redis->ev.addRead = hook_add_read;
    redis->ev.delRead = hook_del_read;
    redis->ev.addWrite = hook_add_write;
    redis->ev.delWrite = hook_del_write;
    redis->ev.cleanup = hook_cleanup;
    (void)redisAsyncSetConnectCallback(redis, on_connect); /* asks to write */
    if (!store->address.is_unix) {
        (void)redisEnableKeepAlive(&redis->c);
    }
    store->write_watched = true;
    if (vv_loop_add_fd(store->loop, store->fd, VV_LOOP_WRITE, ready, store) != VV_OK) {
        redisAsyncFree(redis);
    }
}

static void greeted(struct vv_store *store, struct vv_request *request, const redisReply *reply)
{
    (void)request;
    if (reply->type == REDIS_REPLY_ERROR) {
        store->refused = true;
        return;
    }
    if (reply->type == REDIS_REPLY_STRING) {
        if (strcmp(reply->str, VV_LIBRARY_VERSION) != 0) {
            store->refused = true;
            return;
        }
        store->state = STATE_READY;
        store->became_ready = true;
        store->backoff_ms = BACKOFF_MIN_MS;
    }
}

/* AUTH, and the library's version: this also fails while Redis still loads its data, so that
 * `ready` means that commits work. */
static void greet(struct vv_store *store)
{
    const char *auth[] = {"AUTH", store->user, store->password};
    const char *version[] = {"FCALL", "vv_version", "0"};
    struct vv_request request = {.reply = greeted};
    size_t lens[3];
    enum vv_status status = VV_OK;

    store->state = STATE_GREETING;
    if (store->user != NULL) {
        for (size_t i = 0; i < 3; i++) {
            lens[i] = strlen(auth[i]);
        }
        status = queue(store, &request, 3, auth, lens);
    }
    for (size_t i = 0; i < 3; i++) {
        lens[i] = strlen(version[i]);
    }
    if (status == VV_OK) {
        status = queue(store, &request, 3, version, lens);
    }
    if (status != VV_OK) {
        store->refused = true;
    }
}

/* ---- in the loop ---- */

static void ready(void *context, int events)
{
    struct vv_store *store = context;

    if (store->redis != NULL && (events & VV_LOOP_READ) && store->want_read) {
        int more = 1;
        for (int i = 0; i < READS_PER_TURN && more > 0 && store->redis != NULL; i++) {
            redisAsyncHandleRead(store->redis);
            if (store->redis == NULL || ioctl(store->fd, FIONREAD, &more) != 0) {
                more = 0;
            }
        }
    }
    if (store->redis != NULL && (events & VV_LOOP_WRITE) && store->write_watched) {
        redisAsyncHandleWrite(store->redis);
    }
}

static void write_out(struct vv_store *store)
{
    if (store->redis == NULL || store->state == STATE_CONNECTING) {
        return;
    }
    if (store->want_write) {
        redisAsyncHandleWrite(store->redis);
    }
    if (store->redis != NULL && store->write_watched != store->want_write) {
        store->write_watched = store->want_write;
        watch(store);
    }
}

static bool flush(void *context)
{
    struct vv_store *store = context;

    if (store->redis != NULL && store->refused) {
        redisAsyncFree(store->redis);
    }
    if (store->state == STATE_CONNECTED) {
        greet(store);
    }
    if (store->redis == NULL && store->was_ready) {
        store->was_ready = false;
        if (store->on_lost != NULL) {
            store->on_lost(store->context);
        }
    }
    if (store->became_ready) {
        store->became_ready = false;
        store->was_ready = true;
        if (store->on_connected != NULL) {
            store->on_connected(store->context);
        }
    }
    write_out(store);
    /* A connection lost while writing is told in the next turn, which must not wait. */
    return store->redis == NULL && store->was_ready;
}

static void tick(void *context)
{
    struct vv_store *store = context;
    int64_t now_ms = vv_loop_now_ms(store->loop);

    if (store->redis == NULL) {
        if (now_ms >= store->retry_ms) {
            connect_now(store);
        }
    } else if (store->state != STATE_READY) {
        if (now_ms - store->since_ms > CONNECT_MS_MAX) {
            redisAsyncFree(store->redis);
        }
    } else if (store->pending > 0 && now_ms - store->heard_ms > REPLY_MS_MAX) {
        redisAsyncFree(store->redis);
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
    store->fd = -1;
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
    connect_now(store);
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
    if (closed->redis != NULL) {
        redisAsyncFree(closed->redis);
    }
    vv_loop_forget(closed->loop, closed);
    free_store(closed);
}

bool vv_store_ready(const struct vv_store *store)
{
    return store->state == STATE_READY;
}
