/*
 * engine.h: the engine of a service: takes messages, loads, decides, commits, replies; follows
 * feeds, relays orders, fires timers. One per process. It owns nothing that it is attached to.
 */
#ifndef VV_ENGINE_H
#define VV_ENGINE_H

#include "vagval/bus.h"
#include "vagval/caller.h"
#include "vagval/log.h"
#include "vagval/loop.h"
#include "vagval/members.h"
#include "vagval/metrics.h"
#include "vagval/seal.h"
#include "vagval/service.h"
#include "vagval/store.h"

struct vv_engine;

struct vv_engine_options {
    const struct vv_service *service;
    struct vv_loop *loop;
    const char *instance;
    uint16_t partitions;
    bool virtual_clock;
    bool publish; /* PUB is on: feeds are polled less often */
    size_t cache_bytes;
    struct vv_log *log; /* may be NULL */
    struct vv_metrics *metrics;
    const struct vv_seal *seal; /* may be NULL */
    const void *context;        /* the service's own, from service->open */
};

/* Create the engine before the store and the bus, so that what it writes in a turn leaves in the
 * same turn. */
VV_CHECKED enum vv_status vv_engine_create(const struct vv_engine_options *options,
                                           struct vv_engine **ret_engine);
/* Must come after the store, caller and bus are closed. */
void vv_engine_destroy(struct vv_engine **engine);
void vv_engine_attach(struct vv_engine *engine, struct vv_store *store, struct vv_bus *bus,
                      struct vv_members *members, struct vv_caller *caller);

/* For the callbacks of bus, store and members; context is the engine. */
void vv_engine_request(void *context, const struct vv_peer *peer, enum vv_role role,
                       const uint8_t *frame, size_t len);
void vv_engine_reply(void *context, const uint8_t *frame, size_t len);
void vv_engine_publication(void *context, enum vv_service_id service, uint16_t partition,
                           const uint8_t *frame, size_t len);
void vv_engine_connected(void *context);
void vv_engine_lost(void *context);
void vv_engine_members_changed(void *context);

/* True once clock, book and members are known and every owned feed is open. */
bool vv_engine_ready(const struct vv_engine *engine);
/* New requests get DRAINING from now on. */
void vv_engine_drain(struct vv_engine *engine);
/* True when nothing is queued, in flight or waiting. */
bool vv_engine_idle(const struct vv_engine *engine);

uint64_t vv_engine_commits(const struct vv_engine *engine);

#endif
