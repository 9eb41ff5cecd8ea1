/*
 * bus_links.c: the connecting side of the bus: one DEALER per endpoint that requests go to, one SUB
 * per service that is listened to; and how single messages go out of and come into a socket.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bus_internal.h"
#include "bus_socket.h"

/* ---- single messages ---- */

bool vv_bus_send_part(void *socket, const void *bytes, size_t len, int flags)
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

/* Throws the rest of a message away. */
static void drain_rest(void *socket, zmq_msg_t *message)
{
    while (zmq_msg_more(message)) {
        if (zmq_msg_recv(message, socket, ZMQ_DONTWAIT) < 0) {
            return;
        }
    }
}

int vv_bus_take(struct vv_bus *bus, void *socket, zmq_msg_t *frames, unsigned wanted)
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

/* ---- what comes in ---- */

static void dealer_ready(void *context, int events)
{
    const struct vv_link *link = context;
    struct vv_bus *bus = link->bus;
    zmq_msg_t frame;
    (void)events;
    (void)zmq_msg_init(&frame);
    /* A callback may forget this very endpoint, so the socket is looked at only before it. */
    void *socket = link->socket;
    for (unsigned i = 0; i < VV_RECEIVE_PER_TURN; i++) {
        int taken = vv_bus_take(bus, socket, &frame, 1);
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
    const struct vv_listener *listener = context;
    struct vv_bus *bus = listener->bus;
    zmq_msg_t frames[2];
    (void)events;
    (void)zmq_msg_init(&frames[0]);
    (void)zmq_msg_init(&frames[1]);
    for (unsigned i = 0; i < VV_RECEIVE_PER_TURN && listener->socket != NULL; i++) {
        int taken = vv_bus_take(bus, listener->socket, frames, 2);
        if (taken < 0) {
            break;
        }
        if (taken == 0) {
            continue;
        }
        const uint8_t *topic = zmq_msg_data(&frames[0]);
        /* The subscription lets through what begins with this service only: a service's key may
         * publish that service's events, and no other's. */
        if (zmq_msg_size(&frames[0]) != VV_TOPIC_BYTES || zmq_msg_size(&frames[1]) == 0) {
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

static struct vv_link *link_find(struct vv_bus *bus, const char *endpoint)
{
    for (size_t i = 0; i < bus->link_count; i++) {
        if (strcmp(bus->links[i]->endpoint, endpoint) == 0) {
            return bus->links[i];
        }
    }
    return NULL;
}

static void link_close(struct vv_bus *bus, struct vv_link *link)
{
    vv_loop_remove_socket(bus->loop, link->socket);
    (void)zmq_close(link->socket);
    free(link);
}

static enum vv_status link_open(struct vv_bus *bus, enum vv_service_id service,
                                const char *endpoint, struct vv_link **ret_link)
{
    const struct vv_socket_options options = {.type = ZMQ_DEALER,
                                              .pair = &bus->pair,
                                              .server_key =
                                                  vv_allow_list_server_key(&bus->allowed, service)};
    if (options.server_key == NULL) {
        return VV_FORBIDDEN;
    }
    if (bus->link_count == VV_LINKS_MAX || strlen(endpoint) >= VV_ENDPOINT_BYTES_MAX) {
        return VV_BUSY;
    }
    struct vv_link *link = calloc(1, sizeof(*link));
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
    struct vv_link *link = link_find(bus, endpoint);
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
    return vv_bus_send_part(link->socket, frame, len, 0) ? VV_OK : VV_BUSY;
}

enum vv_status vv_bus_subscribe(struct vv_bus *bus, enum vv_service_id service,
                                const char *endpoint)
{
    struct vv_listener *listener = &bus->listeners[service];
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
    if (bus->subscription_count == VV_LINKS_MAX || strlen(endpoint) >= VV_ENDPOINT_BYTES_MAX) {
        return VV_BUSY;
    }
    if (listener->socket == NULL) {
        void *socket = vv_bus_socket(bus->zmq_context, &options);
        if (socket == NULL) {
            return VV_IO;
        }
        *listener = (struct vv_listener){.bus = bus, .service = service, .socket = socket};
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
    struct vv_subscription *subscription = &bus->subscriptions[bus->subscription_count++];
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
        struct vv_subscription *subscription = &bus->subscriptions[i];
        if (strcmp(subscription->endpoint, endpoint) == 0) {
            (void)zmq_disconnect(bus->listeners[subscription->service].socket, endpoint);
            *subscription = bus->subscriptions[--bus->subscription_count];
            break;
        }
    }
}

void vv_bus_close_links(struct vv_bus *bus)
{
    while (bus->link_count > 0) {
        link_close(bus, bus->links[--bus->link_count]);
    }
    for (unsigned i = 0; i < VV_SERVICE_COUNT; i++) {
        if (bus->listeners[i].socket != NULL) {
            vv_loop_remove_socket(bus->loop, bus->listeners[i].socket);
            (void)zmq_close(bus->listeners[i].socket);
        }
    }
}
