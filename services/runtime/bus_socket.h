/*
 * bus_socket.h: the one function that makes sockets, and the boot self-test. Private to the
 * runtime; tests use it to break the trust boundary on purpose.
 */
#ifndef VAGVAL_RUNTIME_BUS_SOCKET_H
#define VAGVAL_RUNTIME_BUS_SOCKET_H

#include <stdbool.h>

#include "keys.h"
#include "vagval/status.h"

struct vv_socket_options {
    int type;                         /* ZMQ_ROUTER, ZMQ_PUB, ZMQ_DEALER, ZMQ_SUB */
    const struct vv_curve_pair *pair; /* own keys */
    const char *server_key;           /* of the other side, for DEALER and SUB */
    const char *domain;               /* ZAP domain, for ROUTER and PUB */
};

/* Makes a socket with CURVE, bounded queues and message size, heartbeats, and linger 0. NULL when
 * any option is not taken: a socket without one of them must not exist. */
void *vv_bus_socket(void *zmq_context, const struct vv_socket_options *options);

/* Connects to an own endpoint with a fresh random key, which must be refused, and with the own
 * key, which must be let in; each within two seconds. `type` is the connecting side's: ZMQ_DEALER
 * or ZMQ_SUB. */
VV_CHECKED enum vv_status vv_bus_self_test(void *zmq_context, const char *endpoint, int type,
                                           const struct vv_curve_pair *own,
                                           struct vv_error *ret_error);

#endif
