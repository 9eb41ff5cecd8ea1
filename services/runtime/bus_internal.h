/*
 * bus_internal.h: what the files of the bus share.
 */
#ifndef VAGVAL_RUNTIME_BUS_INTERNAL_H
#define VAGVAL_RUNTIME_BUS_INTERNAL_H

#include <zmq.h>

#include "keys.h"
#include "vagval/bus.h"
#include "vagval/limits.h"
#include "zap.h"

#define VV_ENDPOINT_BYTES_MAX 112
#define VV_TOPIC_BYTES 3 /* service, partition big-endian */

/* A DEALER to one instance. */
struct vv_link {
    struct vv_bus *bus;
    void *socket;
    enum vv_service_id service;
    char endpoint[VV_ENDPOINT_BYTES_MAX];
};

struct vv_subscription {
    enum vv_service_id service;
    char endpoint[VV_ENDPOINT_BYTES_MAX];
};

/* The SUB of one service: its server key is the same for all instances. */
struct vv_listener {
    struct vv_bus *bus;
    void *socket;
    enum vv_service_id service;
};

struct vv_bus {
    struct vv_loop *loop;
    void *zmq_context;
    struct vv_allow_list allowed; /* as read at start: the servers' keys */
    char *peers_file;
    struct vv_curve_pair pair;
    struct vv_zap *zap;
    struct vv_bus_callbacks callbacks;
    void *context;
    void *router, *publisher;
    bool router_in_loop;
    /* A send that ended between two frames: the second is still owed to libzmq. */
    bool router_owes, publisher_owes;
    bool publish_off;
    char router_endpoint[VV_ENDPOINT_BYTES_MAX], publish_endpoint[VV_ENDPOINT_BYTES_MAX];
    struct vv_link *links[VV_LINKS_MAX];
    size_t link_count;
    struct vv_listener listeners[VV_SERVICE_COUNT];
    struct vv_subscription subscriptions[VV_LINKS_MAX];
    size_t subscription_count;
    uint64_t refused_by_router;
    struct vv_bus_counters *counters; /* counted (below), brought up to date when asked for */
    struct vv_bus_counters counted;
};

/* Sends one frame without waiting; false with errno when the socket does not take it. */
bool vv_bus_send_part(void *socket, const void *bytes, size_t len, int flags);

/* Takes one message of exactly `wanted` frames (1 or 2). Returns 1 with the frames, 0 when the
 * message was dropped as malformed, -1 when nothing is there. The frames are initialised before
 * and stay to be closed by the caller. */
int vv_bus_take(struct vv_bus *bus, void *socket, zmq_msg_t *frames, unsigned wanted);

/* Closes every link and subscription. */
void vv_bus_close_links(struct vv_bus *bus);

#endif
