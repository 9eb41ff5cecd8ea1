/*
 * bus.h: ZeroMQ. One function makes every socket: CURVE on all of them (ipc too, since roles come
 * from keys), a ZAP handler with an allow list, bounded queues, maximal message size, heartbeats.
 *
 * CURVE without a working ZAP handler authenticates nobody, so vv_bus_open binds the handler first,
 * sets the ZAP domain as enforced where the library can, and runs a self-test: a random key must be
 * refused, or the process does not start.
 */
#ifndef VAGVAL_BUS_H
#define VAGVAL_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vagval/loop.h"
#include "vagval/messages.h"
#include "vagval/status.h"

struct vv_bus;

struct vv_bus_options {
    const char *router;     /* endpoint to bind, or NULL for a pure client: "tcp://127.0.0.1:*",
                               "ipc:///run/vagval/payment-1.router" */
    const char *publish;    /* endpoint to bind for PUB, or NULL */
    const char *key_file;   /* own secret key: two Z85 lines "public <40>" "secret <40>", 0400 */
    const char *peers_file; /* allow list: lines "role name public-key", '#' comments */
    bool publish_off;       /* VAGVAL_PUB=off: nothing is published; everything must still work */
};

#define VV_PEER_NAME_BYTES 64

/* An address to answer to, and who it is; copied by value. */
struct vv_peer {
    uint8_t len;
    uint8_t bytes[32];
    char name[VV_PEER_NAME_BYTES]; /* of its key in the allow list */
};

/* Callbacks get the raw frame, valid during the call only. */
struct vv_bus_callbacks {
    /* A frame on the ROUTER from a peer whose key has `role`. */
    void (*request)(void *context, const struct vv_peer *peer, enum vv_role role,
                    const uint8_t *frame, size_t len);
    /* A frame on one of our DEALERs. */
    void (*reply)(void *context, const uint8_t *frame, size_t len);
    /* A frame on a SUB: service and partition from the topic. */
    void (*publication)(void *context, enum vv_service_id service, uint16_t partition,
                        const uint8_t *frame, size_t len);
};

VV_CHECKED enum vv_status vv_bus_open(struct vv_loop *loop, const struct vv_bus_options *options,
                                      const struct vv_bus_callbacks *callbacks, void *context,
                                      struct vv_bus **ret_bus, struct vv_error *ret_error);
/* Closes every socket (linger bounded), then the context. */
void vv_bus_close(struct vv_bus **bus);

/* Endpoints really bound, with the port filled in. */
const char *vv_bus_router_endpoint(const struct vv_bus *bus);
const char *vv_bus_publish_endpoint(const struct vv_bus *bus);

/* Queues a reply; VV_BUSY when the peer's queue is full, VV_NOT_FOUND when it has gone. */
VV_CHECKED enum vv_status vv_bus_answer(struct vv_bus *bus, const struct vv_peer *peer,
                                        const void *frame, size_t len);
/* Publishes with topic (service, partition). Never fails: it is only a shortcut. */
void vv_bus_publish(struct vv_bus *bus, enum vv_service_id service, uint16_t partition,
                    const void *frame, size_t len);

/* One DEALER per known endpoint of a service, one SUB connection per endpoint. The server's public
 * key is the service's in the allow list. */
VV_CHECKED enum vv_status vv_bus_send(struct vv_bus *bus, enum vv_service_id service,
                                      const char *endpoint, const void *frame, size_t len);
VV_CHECKED enum vv_status vv_bus_subscribe(struct vv_bus *bus, enum vv_service_id service,
                                           const char *endpoint);
/* Forgets endpoints of instances that are gone. */
void vv_bus_forget(struct vv_bus *bus, const char *endpoint);
/* Stops taking requests from the ROUTER (drain). */
void vv_bus_stop_taking(struct vv_bus *bus);

struct vv_bus_counters {
    uint64_t refused_keys, refused_roles, malformed, too_large, replies_dropped, published;
};
const struct vv_bus_counters *vv_bus_counters(const struct vv_bus *bus);

/* ---- keys ---- */
/* Writes <directory>/<name>.key (0400) with a fresh CURVE pair unless it exists, and gives its
 * public key (Z85, 40 characters and NUL). */
VV_CHECKED enum vv_status vv_keys_make(const char *directory, const char *name,
                                       char ret_public[static 41], struct vv_error *ret_error);

#endif
