/*
 * bus.c: the sockets of a process: one ROUTER and one PUB that are bound, one DEALER per endpoint
 * that requests go to, one SUB per service that is listened to.
 *
 * Nothing here blocks and nothing queues beyond libzmq's bounded queues: what cannot be sent now is
 * the caller's to repeat. Whatever does not have exactly the expected frames is counted and
 * dropped.
 */
#include "vagval/bus.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "bus_socket.h"
#include "keys.h"
#include "vagval/limits.h"
#include "zap.h"

#define ENDPOINT_BYTES_MAX 112
#define TOPIC_BYTES 3 /* service, partition big-endian */

/* A DEALER to one instance. */
struct link {
    struct vv_bus *bus;
    void *socket;
    enum vv_service_id service;
    char endpoint[ENDPOINT_BYTES_MAX];
};

struct subscription {
    enum vv_service_id service;
    char endpoint[ENDPOINT_BYTES_MAX];
};

/* The SUB of one service: its server key is the same for all instances. */
struct listener {
    struct vv_bus *bus;
    void *socket;
    enum vv_service_id service;
};

struct vv_bus {
    struct vv_loop *loop;
    void *zmq_context;
    struct vv_allow_list allowed;
    struct vv_curve_pair pair;
    struct vv_zap *zap;
    struct vv_bus_callbacks callbacks;
    void *context;
    void *router, *publisher;
    bool router_in_loop;
    /* A send that ended between two frames: the second is still owed to libzmq. */
    bool router_owes, publisher_owes;
    bool publish_off;
    char router_endpoint[ENDPOINT_BYTES_MAX], publish_endpoint[ENDPOINT_BYTES_MAX];
    struct link *links[VV_LINKS_MAX];
    size_t link_count;
    struct listener listeners[VV_SERVICE_COUNT];
    struct subscription subscriptions[VV_LINKS_MAX];
    size_t subscription_count;
    uint64_t refused_by_router;
    struct vv_bus_counters *counters; /* counted (below), brought up to date when asked for */
    struct vv_bus_counters counted;
};

/* ---- sending ---- */

static bool send_part(void *socket, const void *bytes, size_t len, int flags)
{
    zmq_msg_t message;
    if (zmq_msg_init_size(&message, len) != 0) {
        errno = ENOMEM;
        return false;
    }
    if (len > 0) {
        memcpy(zmq_msg_data(&message), bytes, len);
    }
    if (zmq_msg_send(&message, socket, flags | ZMQ_DONTWAIT) < 0) {
        int failure = errno;
        (void)zmq_msg_close(&message);
        errno = failure;
        return false;
    }
    return true;
}

/* Sends two frames. Between them the socket waits for the second, and would take whatever comes
 * next for it; so a lost second frame is remembered and made good, empty, before anything else:
 * the receiver refuses an empty frame, and nobody gets another's message. */
static bool send_pair(void *socket, bool *owes, const void *first, size_t first_len,
                      const void *second, size_t second_len)
{
    if (*owes) {
        if (!send_part(socket, "", 0, 0)) {
            return false;
        }
        *owes = false;
    }
    if (!send_part(socket, first, first_len, ZMQ_SNDMORE)) {
        return false;
    }
    if (!send_part(socket, second, second_len, 0)) {
        *owes = true;
        return false;
    }
    return true;
}

enum vv_status vv_bus_answer(struct vv_bus *bus, const struct vv_peer *peer, const void *frame,
                             size_t len)
{
    if (len > VV_ENVELOPE_BYTES_MAX) {
        bus->counters->too_large++;
        return VV_TOO_LARGE;
    }
    if (bus->router == NULL) {
        return VV_NOT_FOUND;
    }
    if (send_pair(bus->router, &bus->router_owes, peer->bytes, peer->len, frame, len)) {
        return VV_OK;
    }
    bus->counters->replies_dropped++;
    return errno == EHOSTUNREACH ? VV_NOT_FOUND : VV_BUSY;
}

void vv_bus_publish(struct vv_bus *bus, enum vv_service_id service, uint16_t partition,
                    const void *frame, size_t len)
{
    if (bus->publisher == NULL || bus->publish_off || len > VV_ENVELOPE_BYTES_MAX) {
        return;
    }
    const uint8_t topic[TOPIC_BYTES] = {(uint8_t)service, (uint8_t)(partition >> 8),
                                        (uint8_t)(partition & 0xFF)};
    if (send_pair(bus->publisher, &bus->publisher_owes, topic, sizeof(topic), frame, len)) {
        bus->counters->published++;
    }
}

/* ---- receiving ---- */

/* Throws the rest of a message away. */
static void drain_rest(void *socket, zmq_msg_t *message)
{
    while (zmq_msg_more(message)) {
        if (zmq_msg_recv(message, socket, ZMQ_DONTWAIT) < 0) {
            return;
        }
    }
}

/* Takes one message of exactly `wanted` frames (1 or 2). Returns 1 with the frames, 0 when the
 * message was dropped as malformed, -1 when nothing is there. The frames are initialised before
 * and stay to be closed by the caller. */
static int take(struct vv_bus *bus, void *socket, zmq_msg_t *frames, unsigned wanted)
{
    for (unsigned i = 0; i < wanted; i++) {
        if (zmq_msg_recv(&frames[i], socket, ZMQ_DONTWAIT) < 0) {
            return -1;
        }
        bool last = i + 1 == wanted;
        if ((zmq_msg_more(&frames[i]) != 0) == last) {
            drain_rest(socket, &frames[i]);
            bus->counters->malformed++;
            return 0;
        }
    }
    return 1;
}

static void receive_request(struct vv_bus *bus, zmq_msg_t frames[static 2])
{
    struct vv_peer peer = {0};
    enum vv_role role = VV_ROLE_NONE;
    size_t identity_len = zmq_msg_size(&frames[0]);
    size_t len = zmq_msg_size(&frames[1]);
    const char *user = zmq_msg_gets(&frames[1], "User-Id");

    if (identity_len == 0 || identity_len > sizeof(peer.bytes) || len == 0) {
        bus->counters->malformed++;
        return;
    }
    /* The handler lets nobody in without a role; this is the second lock on the same door. */
    if (user == NULL || !vv_role_parse(user, &role)) {
        bus->refused_by_router++;
        return;
    }
    peer.len = (uint8_t)identity_len;
    memcpy(peer.bytes, zmq_msg_data(&frames[0]), identity_len);
    bus->callbacks.request(bus->context, &peer, role, zmq_msg_data(&frames[1]), len);
}

static void router_ready(void *context, int events)
{
    struct vv_bus *bus = context;
    zmq_msg_t frames[2];
    (void)events;
    (void)zmq_msg_init(&frames[0]);
    (void)zmq_msg_init(&frames[1]);
    for (unsigned i = 0; i < VV_RECEIVE_PER_TURN && bus->router_in_loop; i++) {
        int taken = take(bus, bus->router, frames, 2);
        if (taken < 0) {
            break;
        }
        if (taken > 0) {
            receive_request(bus, frames);
        }
    }
    (void)zmq_msg_close(&frames[0]);
    (void)zmq_msg_close(&frames[1]);
}

static void dealer_ready(void *context, int events)
{
    const struct link *link = context;
    struct vv_bus *bus = link->bus;
    zmq_msg_t frame;
    (void)events;
    (void)zmq_msg_init(&frame);
    /* A callback may forget this very endpoint, so the socket is looked at only before it. */
    void *socket = link->socket;
    for (unsigned i = 0; i < VV_RECEIVE_PER_TURN; i++) {
        int taken = take(bus, socket, &frame, 1);
        if (taken < 0) {
            break;
        }
        if (taken == 0) {
            continue;
        }
        if (zmq_msg_size(&frame) == 0) {
            bus->counters->malformed++;
            continue;
        }
        bus->callbacks.reply(bus->context, zmq_msg_data(&frame), zmq_msg_size(&frame));
        bool still = false;
        for (size_t k = 0; k < bus->link_count && !still; k++) {
            still = bus->links[k] == link;
        }
        if (!still) {
            break;
        }
    }
    (void)zmq_msg_close(&frame);
}

static void listener_ready(void *context, int events)
{
    const struct listener *listener = context;
    struct vv_bus *bus = listener->bus;
    zmq_msg_t frames[2];
    (void)events;
    (void)zmq_msg_init(&frames[0]);
    (void)zmq_msg_init(&frames[1]);
    for (unsigned i = 0; i < VV_RECEIVE_PER_TURN && listener->socket != NULL; i++) {
        int taken = take(bus, listener->socket, frames, 2);
        if (taken < 0) {
            break;
        }
        if (taken == 0) {
            continue;
        }
        const uint8_t *topic = zmq_msg_data(&frames[0]);
        /* The subscription lets through what begins with this service only: a service's key may
         * publish that service's events, and no other's. */
        if (zmq_msg_size(&frames[0]) != TOPIC_BYTES || zmq_msg_size(&frames[1]) == 0) {
            bus->counters->malformed++;
            continue;
        }
        uint16_t partition = (uint16_t)(topic[1] << 8 | topic[2]);
        bus->callbacks.publication(bus->context, listener->service, partition,
                                   zmq_msg_data(&frames[1]), zmq_msg_size(&frames[1]));
    }
    (void)zmq_msg_close(&frames[0]);
    (void)zmq_msg_close(&frames[1]);
}

/* ---- links ---- */

static struct link *link_find(struct vv_bus *bus, const char *endpoint)
{
    for (size_t i = 0; i < bus->link_count; i++) {
        if (strcmp(bus->links[i]->endpoint, endpoint) == 0) {
            return bus->links[i];
        }
    }
    return NULL;
}

static void link_close(struct vv_bus *bus, struct link *link)
{
    vv_loop_remove_socket(bus->loop, link->socket);
    (void)zmq_close(link->socket);
    free(link);
}

static enum vv_status link_open(struct vv_bus *bus, enum vv_service_id service,
                                const char *endpoint, struct link **ret_link)
{
    const struct vv_socket_options options = {.type = ZMQ_DEALER,
                                              .pair = &bus->pair,
                                              .server_key =
                                                  vv_allow_list_server_key(&bus->allowed, service)};
    if (options.server_key == NULL) {
        return VV_FORBIDDEN;
    }
    if (bus->link_count == VV_LINKS_MAX || strlen(endpoint) >= ENDPOINT_BYTES_MAX) {
        return VV_BUSY;
    }
    struct link *link = calloc(1, sizeof(*link));
    if (link == NULL) {
        return VV_NO_MEMORY;
    }
    link->bus = bus;
    link->service = service;
    memcpy(link->endpoint, endpoint, strlen(endpoint) + 1);
    link->socket = vv_bus_socket(bus->zmq_context, &options);
    enum vv_status status = link->socket != NULL ? VV_OK : VV_IO;
    if (status == VV_OK && zmq_connect(link->socket, endpoint) != 0) {
        status = VV_IO;
    }
    if (status == VV_OK) {
        status = vv_loop_add_socket(bus->loop, link->socket, dealer_ready, link);
    }
    if (status != VV_OK) {
        if (link->socket != NULL) {
            (void)zmq_close(link->socket);
        }
        free(link);
        return status;
    }
    bus->links[bus->link_count++] = link;
    *ret_link = link;
    return VV_OK;
}

enum vv_status vv_bus_send(struct vv_bus *bus, enum vv_service_id service, const char *endpoint,
                           const void *frame, size_t len)
{
    if (len > VV_ENVELOPE_BYTES_MAX) {
        bus->counters->too_large++;
        return VV_TOO_LARGE;
    }
    struct link *link = link_find(bus, endpoint);
    if (link != NULL && link->service != service) {
        /* The port of an instance that has gone was given to another service. */
        vv_bus_forget(bus, endpoint);
        link = NULL;
    }
    if (link == NULL) {
        enum vv_status status = link_open(bus, service, endpoint, &link);
        if (status != VV_OK) {
            return status;
        }
    }
    return send_part(link->socket, frame, len, 0) ? VV_OK : VV_BUSY;
}

enum vv_status vv_bus_subscribe(struct vv_bus *bus, enum vv_service_id service,
                                const char *endpoint)
{
    struct listener *listener = &bus->listeners[service];
    const uint8_t prefix = (uint8_t)service;
    const struct vv_socket_options options = {.type = ZMQ_SUB,
                                              .pair = &bus->pair,
                                              .server_key =
                                                  vv_allow_list_server_key(&bus->allowed, service)};

    for (size_t i = 0; i < bus->subscription_count; i++) {
        if (strcmp(bus->subscriptions[i].endpoint, endpoint) != 0) {
            continue;
        }
        if (bus->subscriptions[i].service == service) {
            return VV_OK;
        }
        vv_bus_forget(bus, endpoint);
        break;
    }
    if (options.server_key == NULL) {
        return VV_FORBIDDEN;
    }
    if (bus->subscription_count == VV_LINKS_MAX || strlen(endpoint) >= ENDPOINT_BYTES_MAX) {
        return VV_BUSY;
    }
    if (listener->socket == NULL) {
        void *socket = vv_bus_socket(bus->zmq_context, &options);
        if (socket == NULL) {
            return VV_IO;
        }
        *listener = (struct listener){.bus = bus, .service = service, .socket = socket};
        enum vv_status status =
            zmq_setsockopt(socket, ZMQ_SUBSCRIBE, &prefix, sizeof(prefix)) == 0
                ? vv_loop_add_socket(bus->loop, socket, listener_ready, listener)
                : VV_IO;
        if (status != VV_OK) {
            (void)zmq_close(socket);
            listener->socket = NULL;
            return status;
        }
    }
    if (zmq_connect(listener->socket, endpoint) != 0) {
        return VV_IO;
    }
    struct subscription *subscription = &bus->subscriptions[bus->subscription_count++];
    subscription->service = service;
    memcpy(subscription->endpoint, endpoint, strlen(endpoint) + 1);
    return VV_OK;
}

void vv_bus_forget(struct vv_bus *bus, const char *endpoint)
{
    for (size_t i = 0; i < bus->link_count; i++) {
        if (strcmp(bus->links[i]->endpoint, endpoint) == 0) {
            link_close(bus, bus->links[i]);
            bus->links[i] = bus->links[--bus->link_count];
            break;
        }
    }
    for (size_t i = 0; i < bus->subscription_count; i++) {
        struct subscription *subscription = &bus->subscriptions[i];
        if (strcmp(subscription->endpoint, endpoint) == 0) {
            (void)zmq_disconnect(bus->listeners[subscription->service].socket, endpoint);
            *subscription = bus->subscriptions[--bus->subscription_count];
            break;
        }
    }
}

void vv_bus_stop_taking(struct vv_bus *bus)
{
    if (bus->router_in_loop) {
        vv_loop_remove_socket(bus->loop, bus->router);
        bus->router_in_loop = false;
    }
}

/* ---- open and close ---- */

static enum vv_status bind_socket(struct vv_bus *bus, int type, const char *endpoint,
                                  const char *domain, void **ret_socket,
                                  char ret_bound[static ENDPOINT_BYTES_MAX],
                                  struct vv_error *ret_error)
{
    const struct vv_socket_options options = {.type = type, .pair = &bus->pair, .domain = domain};
    size_t bound_len = ENDPOINT_BYTES_MAX;

    *ret_socket = vv_bus_socket(bus->zmq_context, &options);
    if (*ret_socket == NULL) {
        return vv_fail(ret_error, VV_IO, endpoint, "", 0, "cannot make the socket: %s",
                       zmq_strerror(errno));
    }
    if (zmq_bind(*ret_socket, endpoint) != 0 ||
        zmq_getsockopt(*ret_socket, ZMQ_LAST_ENDPOINT, ret_bound, &bound_len) != 0) {
        return vv_fail(ret_error, VV_IO, endpoint, "", 0, "cannot bind: %s", zmq_strerror(errno));
    }
    return vv_bus_self_test(bus->zmq_context, ret_bound, type == ZMQ_ROUTER ? ZMQ_DEALER : ZMQ_SUB,
                            &bus->pair, ret_error);
}

static enum vv_status open_sockets(struct vv_bus *bus, const struct vv_bus_options *options,
                                   struct vv_error *ret_error)
{
    enum vv_status status = vv_keys_read(options->key_file, &bus->pair, ret_error);
    if (status == VV_OK) {
        status = vv_allow_list_read(options->peers_file, &bus->allowed, ret_error);
    }
    if (status != VV_OK) {
        return status;
    }
    bus->zmq_context = zmq_ctx_new();
    if (bus->zmq_context == NULL) {
        return vv_fail(ret_error, VV_IO, "bus", "", 0, "cannot start ZeroMQ: %s",
                       zmq_strerror(errno));
    }
    status = vv_zap_start(bus->zmq_context, &bus->allowed, &bus->zap, ret_error);
    if (status == VV_OK && options->router != NULL) {
        status = bind_socket(bus, ZMQ_ROUTER, options->router, VV_ZAP_COMMANDS, &bus->router,
                             bus->router_endpoint, ret_error);
    }
    if (status == VV_OK && options->publish != NULL) {
        status = bind_socket(bus, ZMQ_PUB, options->publish, VV_ZAP_EVENTS, &bus->publisher,
                             bus->publish_endpoint, ret_error);
    }
    if (status == VV_OK && bus->router != NULL) {
        status = vv_loop_add_socket(bus->loop, bus->router, router_ready, bus);
        bus->router_in_loop = status == VV_OK;
    }
    return status;
}

enum vv_status vv_bus_open(struct vv_loop *loop, const struct vv_bus_options *options,
                           const struct vv_bus_callbacks *callbacks, void *context,
                           struct vv_bus **ret_bus, struct vv_error *ret_error)
{
    struct vv_bus *bus = calloc(1, sizeof(*bus));
    if (bus == NULL) {
        return vv_fail(ret_error, VV_NO_MEMORY, "bus", "", 0, "no memory");
    }
    bus->counters = &bus->counted;
    bus->loop = loop;
    bus->callbacks = *callbacks;
    bus->context = context;
    bus->publish_off = options->publish_off;
    enum vv_status status = open_sockets(bus, options, ret_error);
    if (status != VV_OK) {
        vv_bus_close(&bus);
        return status;
    }
    *ret_bus = bus;
    return VV_OK;
}

static void close_bound(void *socket)
{
    int linger_ms = 500; /* answers on their way out; bounded */
    if (socket != NULL) {
        (void)zmq_setsockopt(socket, ZMQ_LINGER, &linger_ms, sizeof(linger_ms));
        (void)zmq_close(socket);
    }
}

void vv_bus_close(struct vv_bus **bus_at)
{
    struct vv_bus *bus = *bus_at;
    if (bus == NULL) {
        return;
    }
    vv_bus_stop_taking(bus);
    while (bus->link_count > 0) {
        link_close(bus, bus->links[--bus->link_count]);
    }
    for (unsigned i = 0; i < VV_SERVICE_COUNT; i++) {
        if (bus->listeners[i].socket != NULL) {
            vv_loop_remove_socket(bus->loop, bus->listeners[i].socket);
            (void)zmq_close(bus->listeners[i].socket);
        }
    }
    close_bound(bus->router);
    close_bound(bus->publisher);
    vv_zap_stop(&bus->zap);
    if (bus->zmq_context != NULL) {
        (void)zmq_ctx_term(bus->zmq_context);
    }
    vv_allow_list_free(&bus->allowed);
    sodium_memzero(&bus->pair, sizeof(bus->pair));
    free(bus);
    *bus_at = NULL;
}

const char *vv_bus_router_endpoint(const struct vv_bus *bus)
{
    return bus->router_endpoint;
}

const char *vv_bus_publish_endpoint(const struct vv_bus *bus)
{
    return bus->publish_endpoint;
}

const struct vv_bus_counters *vv_bus_counters(const struct vv_bus *bus)
{
    bus->counters->refused_keys = vv_zap_refused_keys(bus->zap);
    bus->counters->refused_roles = vv_zap_refused_roles(bus->zap) + bus->refused_by_router;
    return bus->counters;
}
