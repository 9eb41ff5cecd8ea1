/*
 * bus_socket.c: makes every socket of the bus, and proves at boot that strangers are refused.
 *
 * libzmq accepts everybody when CURVE is on but no handler answers, so that a forgotten line opens
 * the whole system without any sign. Hence the self-test: it looks at the handshake from outside,
 * as a stranger would, and does not trust any setting.
 */
#include "bus_socket.h"

#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include "vagval/limits.h"
#include "vagval/loop.h"

#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93 /* known to every libzmq 4.3, absent from some of its headers */
#endif

#define HANDSHAKE_MS 5000
#define HEARTBEAT_MS 2000
#define HEARTBEAT_TIMEOUT_MS 6000
#define RECONNECT_MS 20
#define RECONNECT_MAX_MS 1000
#define SELF_TEST_MS 2000

static bool set_int(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof(value)) == 0;
}

static bool set_text(void *socket, int option, const char *value)
{
    return zmq_setsockopt(socket, option, value, strlen(value)) == 0;
}

static bool set_queues(void *socket, int type)
{
    switch (type) {
    case ZMQ_ROUTER:
        return set_int(socket, ZMQ_RCVHWM, VV_REQUEST_QUEUE_MAX) &&
               set_int(socket, ZMQ_SNDHWM, VV_REPLY_QUEUE_MAX) &&
               set_int(socket, ZMQ_ROUTER_MANDATORY, 1);
    case ZMQ_DEALER:
        /* IMMEDIATE: nothing is queued for a peer that is not there; the caller waits instead. */
        return set_int(socket, ZMQ_SNDHWM, VV_REQUEST_QUEUE_MAX) &&
               set_int(socket, ZMQ_RCVHWM, VV_REPLY_QUEUE_MAX) && set_int(socket, ZMQ_IMMEDIATE, 1);
    default:
        return set_int(socket, ZMQ_SNDHWM, VV_PUBLISH_QUEUE_MAX) &&
               set_int(socket, ZMQ_RCVHWM, VV_PUBLISH_QUEUE_MAX);
    }
}

static bool set_security(void *socket, const struct vv_socket_options *options)
{
    if (!set_text(socket, ZMQ_CURVE_PUBLICKEY, options->pair->public_key) ||
        !set_text(socket, ZMQ_CURVE_SECRETKEY, options->pair->secret_key)) {
        return false;
    }
    if (options->type == ZMQ_ROUTER || options->type == ZMQ_PUB) {
        bool set = set_int(socket, ZMQ_CURVE_SERVER, 1) &&
                   set_text(socket, ZMQ_ZAP_DOMAIN, options->domain);
        /* Older libraries do not know it; the self-test decides, not this option. */
        (void)set_int(socket, ZMQ_ZAP_ENFORCE_DOMAIN, 1);
        return set;
    }
    return set_text(socket, ZMQ_CURVE_SERVERKEY, options->server_key);
}

void *vv_bus_socket(void *zmq_context, const struct vv_socket_options *options)
{
    int64_t bytes_max = VV_ENVELOPE_BYTES_MAX;
    void *socket = zmq_socket(zmq_context, options->type);
    if (socket == NULL) {
        return NULL;
    }
    bool set = set_security(socket, options) && set_queues(socket, options->type) &&
               zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &bytes_max, sizeof(bytes_max)) == 0 &&
               set_int(socket, ZMQ_LINGER, 0) && set_int(socket, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS) &&
               set_int(socket, ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS) &&
               set_int(socket, ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS) &&
               set_int(socket, ZMQ_HEARTBEAT_TTL, HEARTBEAT_TIMEOUT_MS) &&
               set_int(socket, ZMQ_RECONNECT_IVL, RECONNECT_MS) &&
               set_int(socket, ZMQ_RECONNECT_IVL_MAX, RECONNECT_MAX_MS);
    if (!set) {
        (void)zmq_close(socket);
        return NULL;
    }
    return socket;
}

/* ---- the boot self-test ---- */

enum handshake { HANDSHAKE_NONE, HANDSHAKE_LET_IN, HANDSHAKE_REFUSED };

/* The first event of a monitor that says how a handshake ended, within the time. */
static enum handshake await_handshake(void *monitor)
{
    int64_t end_us = vv_clock_monotonic_us() + (int64_t)SELF_TEST_MS * 1000;
    for (;;) {
        int64_t left_ms = (end_us - vv_clock_monotonic_us()) / 1000;
        zmq_pollitem_t item = {.socket = monitor, .events = ZMQ_POLLIN};
        if (left_ms <= 0 || zmq_poll(&item, 1, (long)left_ms) < 0) {
            return HANDSHAKE_NONE;
        }
        if ((item.revents & ZMQ_POLLIN) == 0) {
            continue;
        }
        uint8_t event[6];
        uint8_t address[256];
        uint16_t code = 0;
        if (zmq_recv(monitor, event, sizeof(event), ZMQ_DONTWAIT) != (int)sizeof(event) ||
            zmq_recv(monitor, address, sizeof(address), ZMQ_DONTWAIT) < 0) {
            return HANDSHAKE_NONE;
        }
        memcpy(&code, event, sizeof(code));
        if (code == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) {
            return HANDSHAKE_LET_IN;
        }
        if (code == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH ||
            code == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL ||
            code == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL) {
            return HANDSHAKE_REFUSED;
        }
    }
}

static enum handshake try_key(void *zmq_context, const char *endpoint, int type,
                              const struct vv_curve_pair *pair, const char *server_key)
{
    char monitor_at[96];
    const struct vv_socket_options options = {.type = type, .pair = pair, .server_key = server_key};
    enum handshake result = HANDSHAKE_NONE;

    /* A name of its own each time: a closed socket keeps its name for a while. */
    (void)snprintf(monitor_at, sizeof(monitor_at), "inproc://vagval.self-test.%d.%s", type,
                   pair->public_key);
    void *socket = vv_bus_socket(zmq_context, &options);
    if (socket == NULL) {
        return HANDSHAKE_NONE;
    }
    void *monitor = zmq_socket(zmq_context, ZMQ_PAIR);
    if (monitor != NULL && set_int(monitor, ZMQ_LINGER, 0) &&
        zmq_socket_monitor(socket, monitor_at,
                           ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
                               ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                               ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL) == 0 &&
        zmq_connect(monitor, monitor_at) == 0 && zmq_connect(socket, endpoint) == 0) {
        result = await_handshake(monitor);
    }
    (void)zmq_socket_monitor(socket, NULL, 0);
    (void)zmq_close(socket);
    if (monitor != NULL) {
        (void)zmq_close(monitor);
    }
    return result;
}

enum vv_status vv_bus_self_test(void *zmq_context, const char *endpoint, int type,
                                const struct vv_curve_pair *own, struct vv_error *ret_error)
{
    struct vv_curve_pair stranger;
    char address[128];
    static const char any[] = "tcp://0.0.0.0:";

    /* What is bound to every address is reached on the loopback. */
    if (strncmp(endpoint, any, sizeof(any) - 1) == 0) {
        (void)snprintf(address, sizeof(address), "tcp://127.0.0.1:%s", endpoint + sizeof(any) - 1);
    } else {
        (void)snprintf(address, sizeof(address), "%s", endpoint);
    }
    if (zmq_curve_keypair(stranger.public_key, stranger.secret_key) != 0) {
        return vv_fail(ret_error, VV_UNSUPPORTED, address, "", 0,
                       "this ZeroMQ library was built without CURVE");
    }
    enum handshake result = try_key(zmq_context, address, type, &stranger, own->public_key);
    sodium_memzero(&stranger, sizeof(stranger));
    if (result != HANDSHAKE_REFUSED) {
        return vv_fail(ret_error, VV_FORBIDDEN, address, "", 0,
                       result == HANDSHAKE_LET_IN
                           ? "self-test: a random key was let in; the process must not run"
                           : "self-test: a random key was neither let in nor refused in time");
    }
    if (try_key(zmq_context, address, type, own, own->public_key) != HANDSHAKE_LET_IN) {
        return vv_fail(ret_error, VV_FORBIDDEN, address, "", 0,
                       "self-test: the own key was not let in; add it to the allow list under the "
                       "role of this service");
    }
    return VV_OK;
}
