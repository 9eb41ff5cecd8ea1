/*
 * bus.c: the sockets of a process: opening and closing, and the bound side, one ROUTER that takes
 * requests and one PUB. The connecting side is in bus_links.c.
 *
 * Nothing here blocks and nothing queues beyond libzmq's bounded queues: what cannot be sent now is
 * the caller's to repeat. Whatever does not have exactly the expected frames is counted and
 * dropped.
 */
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "bus_internal.h"
#include "bus_socket.h"

/* ---- sending ---- */

/* Sends two frames. Between them the socket waits for the second, and would take whatever comes
 * next for it; so a lost second frame is remembered and made good, empty, before anything else:
 * the receiver refuses an empty frame, and nobody gets another's message. */
static bool send_pair(void *socket, bool *owes, const void *first, size_t first_len,
                      const void *second, size_t second_len)
{
    if (*owes) {
        if (!vv_bus_send_part(socket, "", 0, 0)) {
            return false;
        }
        *owes = false;
    }
    if (!vv_bus_send_part(socket, first, first_len, ZMQ_SNDMORE)) {
        return false;
    }
    if (!vv_bus_send_part(socket, second, second_len, 0)) {
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
    const uint8_t topic[VV_TOPIC_BYTES] = {(uint8_t)service, (uint8_t)(partition >> 8),
                                           (uint8_t)(partition & 0xFF)};
    if (send_pair(bus->publisher, &bus->publisher_owes, topic, sizeof(topic), frame, len)) {
        bus->counters->published++;
    }
}

/* ---- receiving ---- */

static void receive_request(struct vv_bus *bus, zmq_msg_t frames[static 2])
{
    struct vv_peer peer = {0};
    enum vv_role role = VV_ROLE_NONE;
    size_t identity_len = zmq_msg_size(&frames[0]);
    size_t len = zmq_msg_size(&frames[1]);
    const char *user = zmq_msg_gets(&frames[1], "User-Id"); /* "role name" */
    char role_name[VV_ROLE_NAME_BYTES] = "";
    const char *name = user == NULL ? NULL : strchr(user, ' ');

    if (identity_len == 0 || identity_len > sizeof(peer.bytes) || len == 0) {
        bus->counters->malformed++;
        return;
    }
    /* The handler lets nobody in without a role; this is the second lock on the same door. */
    if (name != NULL && (size_t)(name - user) < sizeof(role_name)) {
        memcpy(role_name, user, (size_t)(name - user));
        name++;
    }
    if (name == NULL || !vv_role_parse(role_name, &role)) {
        bus->refused_by_router++;
        return;
    }
    peer.len = (uint8_t)identity_len;
    (void)snprintf(peer.name, sizeof(peer.name), "%s", name);
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
        int taken = vv_bus_take(bus, bus->router, frames, 2);
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
                                  char ret_bound[static VV_ENDPOINT_BYTES_MAX],
                                  struct vv_error *ret_error)
{
    const struct vv_socket_options options = {.type = type, .pair = &bus->pair, .domain = domain};
    size_t bound_len = VV_ENDPOINT_BYTES_MAX;

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
    bus->peers_file = status == VV_OK ? strdup(options->peers_file) : NULL;
    if (status == VV_OK && bus->peers_file == NULL) {
        return vv_fail(ret_error, VV_NO_MEMORY, "bus", "", 0, "no memory");
    }
    if (status != VV_OK) {
        return status;
    }
    bus->zmq_context = zmq_ctx_new();
    if (bus->zmq_context == NULL) {
        return vv_fail(ret_error, VV_IO, "bus", "", 0, "cannot start ZeroMQ: %s",
                       zmq_strerror(errno));
    }
    status = vv_zap_start(bus->zmq_context, bus->peers_file, &bus->zap, ret_error);
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
    vv_bus_close_links(bus);
    close_bound(bus->router);
    close_bound(bus->publisher);
    vv_zap_stop(&bus->zap);
    if (bus->zmq_context != NULL) {
        (void)zmq_ctx_term(bus->zmq_context);
    }
    vv_allow_list_free(&bus->allowed);
    free(bus->peers_file);
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
