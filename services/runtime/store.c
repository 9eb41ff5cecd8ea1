/*
 * store.c: the connections to Redis inside the loop: commands in, replies out, loss and reconnect.
 *
 * A few connections ("lanes") come and go together: when one is lost the others are dropped, all
 * pending callbacks get VV_UNKNOWN, then the owner is told, then all are opened again. Commands are
 * written once at the end of a turn.
 */
#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "store_lane.h"
#include "vagval/config.h"

enum {
    TICK_MS = 50,
    BACKOFF_MIN_MS = 50,
    BACKOFF_MAX_MS = 2000,
    CONNECT_MS_MAX = 3000, /* until every lane is authenticated */
    REPLY_MS_MAX = 15000,  /* silence with commands out: the connection is dead */
};

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
        } else if (request.frees_context) {
            free(request.context);
        }
        return;
    }
    lane->heard_ms = vv_loop_now_ms(store->loop);
    request.reply(store, &request, reply);
}

static void ignore_reply(struct vv_store *store, struct vv_request *request,
                         const redisReply *reply)
{
    (void)store;
    (void)request;
    (void)reply;
}

/* Free slots are changed as well, which does not matter: whoever takes one fills it anew. */
void vv_store_forget(struct vv_store *store, const void *context)
{
    for (size_t i = 0; i < VV_STORE_PENDING_MAX; i++) {
        struct vv_request *request = &store->requests[i];
        if (request->context == context && !request->is_commit) {
            request->reply = ignore_reply;
            request->done.read = NULL;
        }
    }
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

enum vv_status lane_queue(struct lane *lane, const struct vv_request *prototype, int argc,
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
    return lane_queue(lane_of(store, argv[key], lens[key]), prototype, argc, argv, lens);
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

static void connect_all(struct vv_store *store)
{
    store->since_ms = vv_clock_monotonic_us() / 1000;
    for (size_t i = 0; i < LANES && !store->broken; i++) {
        lane_connect(&store->lanes[i]);
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

/* ---- in the loop ---- */

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
            lane_greet(&store->lanes[i]);
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
        lane_write_out(&store->lanes[i]);
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
    for (size_t i = 0; i < LANES; i++) {
        vv_chunks_free(&store->lanes[i].replies);
    }
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
    struct vv_store *store = sodium_init() < 0 ? NULL : calloc(1, sizeof *store);

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
