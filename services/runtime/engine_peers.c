/*
 * engine_peers.c: how much one peer may ask. Each connection that is not a service's has a token
 * bucket and a share of the queue, so that one client cannot keep all others out. The table is
 * bounded: a place is taken over when its bucket must be full again, so nothing is forgiven by
 * connecting anew; those for whom there is no place share one.
 */
#include <string.h>

#include "engine_internal.h"

#define PROBES 8
#define TOKEN 1000        /* tokens are counted in thousandths: rate per second = per ms */
#define FORGOTTEN_MS 1000 /* the burst is one second's rate: by then the bucket is full */
#define SERVICE_ROLES ((1U << VV_SERVICE_COUNT) - 1)

_Static_assert((VV_PEERS_MAX & (VV_PEERS_MAX - 1)) == 0, "the table's size is a power of two");

static uint32_t hash_of(const struct vv_peer *peer)
{
    uint32_t hash = 2166136261U;
    for (uint8_t i = 0; i < peer->len; i++) {
        hash = (hash ^ peer->bytes[i]) * 16777619U;
    }
    return hash ^ hash >> 15;
}

static bool is_same(const struct vv_peer *a, const struct vv_peer *b)
{
    return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

static uint16_t place_of(struct vv_engine *engine, const struct vv_peer *peer, int64_t now_ms)
{
    uint32_t hash = hash_of(peer);
    uint16_t free_place = VV_PEER_SHARED;
    for (uint32_t i = 0; i < PROBES; i++) {
        uint16_t place = (uint16_t)(1 + ((hash + i) & (VV_PEERS_MAX - 1)));
        const struct vv_peer_state *state = &engine->peers[place];
        if (is_same(&state->peer, peer)) {
            return place;
        }
        bool idle = state->queued == 0 && now_ms - state->filled_ms >= FORGOTTEN_MS;
        if (free_place == VV_PEER_SHARED && (state->peer.len == 0 || idle)) {
            free_place = place;
        }
    }
    struct vv_peer_state *state = &engine->peers[free_place];
    if (free_place != VV_PEER_SHARED || state->filled_ms == 0) {
        *state = (struct vv_peer_state){
            .tokens = engine->bounds.peer_rate * TOKEN, .filled_ms = now_ms, .peer = *peer};
    }
    return free_place;
}

bool vv_peer_take(struct vv_engine *engine, const struct vv_peer *peer, enum vv_role role,
                  uint16_t *ret_place)
{
    if (((unsigned)role & SERVICE_ROLES) != 0) {
        *ret_place = VV_PEER_FREE;
        return true;
    }
    int64_t now_ms = vv_loop_now_ms(engine->loop);
    uint16_t place = place_of(engine, peer, now_ms);
    struct vv_peer_state *state = &engine->peers[place];
    int64_t full = engine->bounds.peer_rate * TOKEN;
    int64_t passed_ms = now_ms - state->filled_ms;
    state->filled_ms = now_ms;
    state->tokens +=
        (passed_ms < FORGOTTEN_MS ? passed_ms : FORGOTTEN_MS) * engine->bounds.peer_rate;
    state->tokens = state->tokens < full ? state->tokens : full;
    if (state->tokens < TOKEN) {
        return false;
    }
    state->tokens -= TOKEN;
    *ret_place = place;
    return true;
}

bool vv_peer_has_room(const struct vv_engine *engine, uint16_t place)
{
    return place == VV_PEER_FREE || engine->peers[place].queued < engine->bounds.peer_queue;
}
