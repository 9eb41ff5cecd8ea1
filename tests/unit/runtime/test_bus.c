/*
 * The bus over real ZeroMQ on ipc and loopback: who is let in, what is dropped, what is full.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "../../../services/runtime/bus_socket.h"
#include "../../../services/runtime/zap.h"
#include "../../support/peers_fixture.h"
#include "vagval/bus.h"
#include "vagval/limits.h"
#include "vagval/loop.h"

static const char *const names[] = {"payment",  "provider-registry", "intake", "operator",
                                    "provider", "caseworker",        NULL};
static struct peers_fixture peers;

/* What the callbacks saw. */
struct seen {
    unsigned requests, replies, publications;
    struct vv_peer peer;
    enum vv_role role;
    uint16_t partition;
    enum vv_service_id service;
    size_t len;
    uint8_t frame[64];
    struct vv_bus *bus;
    bool echo;
    unsigned answered, dropped;
};

static void keep(struct seen *seen, const uint8_t *frame, size_t len)
{
    seen->len = len;
    memcpy(seen->frame, frame, len < sizeof(seen->frame) ? len : sizeof(seen->frame));
}

static void on_request(void *context, const struct vv_peer *peer, enum vv_role role,
                       const uint8_t *frame, size_t len)
{
    struct seen *seen = context;
    seen->requests++;
    seen->peer = *peer;
    seen->role = role;
    keep(seen, frame, len);
    if (seen->echo) {
        if (vv_bus_answer(seen->bus, peer, frame, len) == VV_OK) {
            seen->answered++;
        } else {
            seen->dropped++;
        }
    }
}

static void on_reply(void *context, const uint8_t *frame, size_t len)
{
    struct seen *seen = context;
    seen->replies++;
    keep(seen, frame, len);
}

static void on_publication(void *context, enum vv_service_id service, uint16_t partition,
                           const uint8_t *frame, size_t len)
{
    struct seen *seen = context;
    seen->publications++;
    seen->service = service;
    seen->partition = partition;
    keep(seen, frame, len);
}

static const struct vv_bus_callbacks callbacks = {
    .request = on_request, .reply = on_reply, .publication = on_publication};

static struct vv_loop *loop;

static int setup(void **state)
{
    (void)state;
    peers_fixture_make(&peers, names);
    peers_fixture_stranger(&peers, "stranger");
    return vv_loop_create(&loop) == VV_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    vv_loop_destroy(&loop);
    peers_fixture_remove(&peers);
    return 0;
}

static struct vv_bus *open_server(const char *name, const char *router, const char *publish,
                                  struct seen *seen)
{
    const struct vv_bus_options options = {.router = router,
                                           .publish = publish,
                                           .key_file = peers_fixture_key(&peers, name),
                                           .peers_file = peers.allow};
    struct vv_bus *bus = NULL;
    struct vv_error error = {.status = VV_OK};
    if (vv_bus_open(loop, &options, &callbacks, seen, &bus, &error) != VV_OK) {
        fail_msg("%s: %s", error.where, error.text);
    }
    seen->bus = bus;
    return bus;
}

static struct vv_bus *open_client(const char *name, struct seen *seen)
{
    return open_server(name, NULL, NULL, seen);
}

/* Turns the loop until *counter reaches `wanted`, at most `limit_ms`. */
static bool turn_until(const unsigned *counter, unsigned wanted, int limit_ms)
{
    int64_t end_us = vv_clock_monotonic_us() + (int64_t)limit_ms * 1000;
    while (*counter < wanted && vv_clock_monotonic_us() < end_us) {
        assert_int_equal(vv_loop_turn(loop, 10), VV_OK);
    }
    return *counter >= wanted;
}

/* Sends as soon as the link takes it. */
static bool send_soon(struct vv_bus *bus, enum vv_service_id service, const char *endpoint,
                      const void *frame, size_t len, int limit_ms)
{
    int64_t end_us = vv_clock_monotonic_us() + (int64_t)limit_ms * 1000;
    while (vv_bus_send(bus, service, endpoint, frame, len) != VV_OK) {
        if (vv_clock_monotonic_us() > end_us) {
            return false;
        }
        assert_int_equal(vv_loop_turn(loop, 5), VV_OK);
    }
    return true;
}

static void round_trip(const char *router)
{
    struct seen server_seen = {.echo = true}, client_seen = {0};
    struct vv_bus *server = open_server("payment", router, NULL, &server_seen);
    struct vv_bus *client = open_client("operator", &client_seen);

    assert_true(send_soon(client, VV_PAYMENT, vv_bus_router_endpoint(server), "hello", 5, 3000));
    assert_true(turn_until(&client_seen.replies, 1, 3000));
    assert_int_equal(server_seen.requests, 1);
    assert_int_equal(server_seen.role, VV_ROLE_OPERATOR);
    assert_string_equal(server_seen.peer.name, "operator-1");
    assert_int_equal(client_seen.len, 5);
    assert_memory_equal(client_seen.frame, "hello", 5);
    vv_bus_close(&client);
    assert_null(client);
    vv_bus_close(&server);
}

static void test_round_trip(void **state)
{
    (void)state;
    char ipc[128];
    (void)snprintf(ipc, sizeof(ipc), "ipc://%s/payment.router", peers.directory);
    round_trip("tcp://127.0.0.1:*");
    round_trip("tcp://0.0.0.0:*");
    round_trip(ipc);
}

static void test_endpoints(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct vv_bus *bus = open_server("payment", "tcp://127.0.0.1:*", "tcp://127.0.0.1:*", &seen);
    assert_memory_equal(vv_bus_router_endpoint(bus), "tcp://127.0.0.1:", 16);
    assert_null(strchr(vv_bus_router_endpoint(bus), '*'));
    assert_string_not_equal(vv_bus_router_endpoint(bus), vv_bus_publish_endpoint(bus));
    vv_bus_close(&bus);
}

/* The allow list as it stands, and one more line. */
static void allow_also(const char *line)
{
    FILE *file = fopen(peers.allow, "a");
    assert_non_null(file);
    assert_true(fputs(line, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void test_the_allow_list_is_read_again(void **state)
{
    (void)state;
    struct seen server_seen = {.echo = true}, client_seen = {0}, later_seen = {0};
    struct vv_curve_pair pair;
    char line[128];
    struct vv_bus *server = open_server("payment", "tcp://127.0.0.1:*", NULL, &server_seen);
    struct vv_bus *client = open_client("stranger", &client_seen);
    const char *endpoint = vv_bus_router_endpoint(server);
    assert_false(send_soon(client, VV_PAYMENT, endpoint, "hello", 5, 500) &&
                 turn_until(&client_seen.replies, 1, 500));
    vv_bus_close(&client);
    allow_also("finance anna not-a-key\n"); /* a list that does not read changes nothing */
    assert_int_equal(vv_keys_read(peers_fixture_key(&peers, "stranger"), &pair, NULL), VV_OK);
    peers_fixture_remove_last_line(&peers);
    (void)snprintf(line, sizeof(line), "finance anna %s\n", pair.public_key);
    allow_also(line);
    client = open_client("stranger", &later_seen);
    assert_true(send_soon(client, VV_PAYMENT, endpoint, "hello", 5, 3000));
    assert_true(turn_until(&later_seen.replies, 1, 3000));
    assert_int_equal(server_seen.role, VV_ROLE_FINANCE);
    assert_string_equal(server_seen.peer.name, "anna");
    vv_bus_close(&client);
    peers_fixture_remove_last_line(&peers);
    struct seen gone_seen = {0};
    unsigned before = server_seen.requests;
    client = open_client("stranger", &gone_seen);
    assert_false(send_soon(client, VV_PAYMENT, endpoint, "hello", 5, 500) &&
                 turn_until(&gone_seen.replies, 1, 500));
    assert_int_equal(server_seen.requests, before);
    vv_bus_close(&client);
    vv_bus_close(&server);
}

static void test_stranger_is_refused(void **state)
{
    (void)state;
    struct seen server_seen = {.echo = true}, client_seen = {0};
    struct vv_bus *server = open_server("payment", "tcp://127.0.0.1:*", NULL, &server_seen);
    uint64_t before = vv_bus_counters(server)->refused_keys;
    struct vv_bus *client = open_client("stranger", &client_seen);

    assert_false(send_soon(client, VV_PAYMENT, vv_bus_router_endpoint(server), "hello", 5, 400));
    assert_int_equal(server_seen.requests, 0);
    assert_int_equal(client_seen.replies, 0);
    assert_true(vv_bus_counters(server)->refused_keys > before);
    vv_bus_close(&client);
    vv_bus_close(&server);
}

/* A raw socket without CURVE, as any port scanner has. */
static void test_plain_socket_is_refused(void **state)
{
    (void)state;
    struct seen seen = {.echo = true};
    struct vv_bus *server = open_server("payment", "tcp://127.0.0.1:*", NULL, &seen);
    void *context = zmq_ctx_new();
    void *dealer = zmq_socket(context, ZMQ_DEALER);
    int linger = 0;
    unsigned never = 0;
    assert_int_equal(zmq_setsockopt(dealer, ZMQ_LINGER, &linger, sizeof(linger)), 0);
    assert_int_equal(zmq_connect(dealer, vv_bus_router_endpoint(server)), 0);
    (void)zmq_send(dealer, "hello", 5, ZMQ_DONTWAIT);
    assert_false(turn_until(&never, 1, 200));
    assert_int_equal(seen.requests, 0);
    zmq_close(dealer);
    zmq_ctx_term(context);
    vv_bus_close(&server);
}

static void test_publish(void **state)
{
    (void)state;
    struct seen server_seen = {0}, sibling_seen = {0}, provider_seen = {0};
    struct vv_bus *server =
        open_server("provider-registry", NULL, "tcp://127.0.0.1:*", &server_seen);
    struct vv_bus *sibling = open_client("payment", &sibling_seen);
    struct vv_bus *provider = open_client("provider", &provider_seen);
    const char *endpoint = vv_bus_publish_endpoint(server);

    uint64_t refused_before = vv_bus_counters(server)->refused_roles;
    assert_int_equal(vv_bus_subscribe(sibling, VV_REGISTRY, endpoint), VV_OK);
    assert_int_equal(vv_bus_subscribe(sibling, VV_REGISTRY, endpoint), VV_OK); /* once is enough */
    assert_int_equal(vv_bus_subscribe(provider, VV_REGISTRY, endpoint), VV_OK);
    for (unsigned i = 0; i < 300 && sibling_seen.publications == 0; i++) {
        vv_bus_publish(server, VV_REGISTRY, 0x0102, "event", 5);
        assert_int_equal(vv_loop_turn(loop, 10), VV_OK);
    }
    assert_true(sibling_seen.publications > 0);
    assert_int_equal(sibling_seen.service, VV_REGISTRY);
    assert_int_equal(sibling_seen.partition, 0x0102);
    assert_memory_equal(sibling_seen.frame, "event", 5);

    /* Another service's events do not count as this one's. */
    unsigned before = sibling_seen.publications;
    vv_bus_publish(server, VV_INTAKE, 1, "event", 5);
    vv_bus_publish(server, VV_REGISTRY, 2, "last", 4);
    for (unsigned i = 0; i < 300 && sibling_seen.partition != 2; i++) {
        assert_int_equal(vv_loop_turn(loop, 10), VV_OK);
    }
    assert_int_equal(sibling_seen.partition, 2);
    assert_true(sibling_seen.publications > before);

    /* A provider's key is listed, but providers see no events. */
    assert_int_equal(provider_seen.publications, 0);
    assert_true(vv_bus_counters(server)->refused_roles > refused_before);
    vv_bus_close(&provider);
    vv_bus_close(&sibling);
    vv_bus_close(&server);
}

/* A raw socket with a listed key that does not keep to the frames. */
static void *raw_dealer(void *context, const char *name, const char *server_name)
{
    struct vv_curve_pair pair, server;
    assert_int_equal(vv_keys_read(peers_fixture_key(&peers, name), &pair, NULL), VV_OK);
    assert_int_equal(vv_keys_read(peers_fixture_key(&peers, server_name), &server, NULL), VV_OK);
    const struct vv_socket_options options = {
        .type = ZMQ_DEALER, .pair = &pair, .server_key = server.public_key};
    void *socket = vv_bus_socket(context, &options);
    assert_non_null(socket);
    return socket;
}

static void send_when_connected(void *socket, const void *bytes, size_t len, int flags)
{
    for (unsigned i = 0; i < 1000; i++) {
        if (zmq_send(socket, bytes, len, flags | ZMQ_DONTWAIT) >= 0) {
            return;
        }
        assert_int_equal(vv_loop_turn(loop, 5), VV_OK);
    }
    fail_msg("never connected");
}

static void test_malformed_frames_are_dropped(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct vv_bus *server = open_server("payment", "tcp://127.0.0.1:*", NULL, &seen);
    void *context = zmq_ctx_new();
    void *dealer = raw_dealer(context, "operator", "payment");
    assert_int_equal(zmq_connect(dealer, vv_bus_router_endpoint(server)), 0);

    send_when_connected(dealer, "a", 1, ZMQ_SNDMORE); /* two frames */
    send_when_connected(dealer, "b", 1, 0);
    send_when_connected(dealer, "", 0, 0);           /* an empty one */
    send_when_connected(dealer, "", 0, ZMQ_SNDMORE); /* a REQ socket's envelope */
    send_when_connected(dealer, "c", 1, ZMQ_SNDMORE);
    send_when_connected(dealer, "d", 1, 0);
    send_when_connected(dealer, "good", 4, 0);
    assert_true(turn_until(&seen.requests, 1, 3000));
    assert_int_equal(seen.requests, 1);
    assert_memory_equal(seen.frame, "good", 4);
    assert_int_equal(vv_bus_counters(server)->malformed, 3);

    /* Larger than any message: libzmq ends the connection, nothing arrives. */
    static uint8_t large[VV_ENVELOPE_BYTES_MAX + 1];
    send_when_connected(dealer, large, sizeof(large), 0);
    assert_false(turn_until(&seen.requests, 2, 200));
    assert_int_equal(vv_bus_answer(server, &seen.peer, large, sizeof(large)), VV_TOO_LARGE);
    zmq_close(dealer);
    zmq_ctx_term(context);
    vv_bus_close(&server);
}

static void test_replies_with_more_frames_are_dropped(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct vv_curve_pair pair;
    void *context = zmq_ctx_new();
    struct vv_zap *zap = NULL;
    char endpoint[128];
    size_t len = sizeof(endpoint);
    assert_int_equal(vv_zap_start(context, peers.allow, &zap, NULL), VV_OK);
    assert_int_equal(vv_keys_read(peers_fixture_key(&peers, "payment"), &pair, NULL), VV_OK);
    const struct vv_socket_options options = {
        .type = ZMQ_ROUTER, .pair = &pair, .domain = VV_ZAP_COMMANDS};
    void *router = vv_bus_socket(context, &options);
    assert_int_equal(zmq_bind(router, "tcp://127.0.0.1:*"), 0);
    assert_int_equal(zmq_getsockopt(router, ZMQ_LAST_ENDPOINT, endpoint, &len), 0);

    struct vv_bus *client = open_client("operator", &seen);
    assert_true(send_soon(client, VV_PAYMENT, endpoint, "ask", 3, 3000));
    uint8_t identity[32], frame[32];
    int identity_len = zmq_recv(router, identity, sizeof(identity), 0);
    assert_true(identity_len > 0);
    assert_int_equal(zmq_recv(router, frame, sizeof(frame), 0), 3);
    zmq_send(router, identity, (size_t)identity_len, ZMQ_SNDMORE);
    zmq_send(router, "one", 3, ZMQ_SNDMORE);
    zmq_send(router, "two", 3, 0);
    zmq_send(router, identity, (size_t)identity_len, ZMQ_SNDMORE);
    zmq_send(router, "", 0, 0);
    zmq_send(router, identity, (size_t)identity_len, ZMQ_SNDMORE);
    zmq_send(router, "right", 5, 0);
    assert_true(turn_until(&seen.replies, 1, 3000));
    assert_int_equal(seen.replies, 1);
    assert_memory_equal(seen.frame, "right", 5);
    assert_int_equal(vv_bus_counters(client)->malformed, 2);
    vv_bus_close(&client);
    zmq_close(router);
    vv_zap_stop(&zap);
    zmq_ctx_term(context);
}

static void test_odd_publications_are_dropped(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct vv_curve_pair pair;
    void *context = zmq_ctx_new();
    struct vv_zap *zap = NULL;
    char endpoint[128];
    size_t len = sizeof(endpoint);
    assert_int_equal(vv_zap_start(context, peers.allow, &zap, NULL), VV_OK);
    assert_int_equal(vv_keys_read(peers_fixture_key(&peers, "payment"), &pair, NULL), VV_OK);
    const struct vv_socket_options options = {
        .type = ZMQ_PUB, .pair = &pair, .domain = VV_ZAP_EVENTS};
    void *publisher = vv_bus_socket(context, &options);
    assert_int_equal(zmq_bind(publisher, "tcp://127.0.0.1:*"), 0);
    assert_int_equal(zmq_getsockopt(publisher, ZMQ_LAST_ENDPOINT, endpoint, &len), 0);

    struct vv_bus *client = open_client("operator", &seen);
    static const uint8_t good[] = {VV_PAYMENT, 0, 7}, longer[] = {VV_PAYMENT, 0, 7, 7};
    static const uint8_t other[] = {VV_INTAKE, 0, 7};
    assert_int_equal(vv_bus_subscribe(client, VV_PAYMENT, endpoint), VV_OK);
    for (unsigned i = 0; i < 300 && seen.publications == 0; i++) {
        zmq_send(publisher, longer, 4, ZMQ_SNDMORE);
        zmq_send(publisher, "odd", 3, 0);
        zmq_send(publisher, longer, 1, ZMQ_SNDMORE);
        zmq_send(publisher, "odd", 3, 0);
        zmq_send(publisher, other, 3, ZMQ_SNDMORE);
        zmq_send(publisher, "odd", 3, 0);
        zmq_send(publisher, good, 3, ZMQ_SNDMORE);
        zmq_send(publisher, "", 0, 0);
        zmq_send(publisher, good, 3, 0); /* no second frame */
        zmq_send(publisher, good, 3, ZMQ_SNDMORE);
        zmq_send(publisher, "odd", 3, ZMQ_SNDMORE);
        zmq_send(publisher, "odd", 3, 0);
        zmq_send(publisher, good, 3, ZMQ_SNDMORE);
        zmq_send(publisher, "good", 4, 0);
        assert_int_equal(vv_loop_turn(loop, 10), VV_OK);
    }
    assert_true(seen.publications > 0);
    assert_int_equal(seen.len, 4);
    assert_memory_equal(seen.frame, "good", 4);
    assert_int_equal(vv_bus_counters(client)->malformed, 5 * seen.publications);
    vv_bus_close(&client);
    zmq_close(publisher);
    vv_zap_stop(&zap);
    zmq_ctx_term(context);
}

static void test_full_queues_are_busy(void **state)
{
    (void)state;
    struct seen server_seen = {0}, client_seen = {0};
    struct vv_bus *server = open_server("payment", "tcp://127.0.0.1:*", NULL, &server_seen);
    struct vv_bus *client = open_client("operator", &client_seen);
    const char *endpoint = vv_bus_router_endpoint(server);
    static uint8_t frame[16 * 1024];
    enum vv_status status = VV_OK;

    /* Nobody there at all. */
    assert_int_equal(vv_bus_send(client, VV_PAYMENT, "tcp://127.0.0.1:1", "x", 1), VV_BUSY);
    /* The server does not read. */
    assert_true(send_soon(client, VV_PAYMENT, endpoint, "x", 1, 3000));
    vv_bus_stop_taking(server);
    unsigned sent = 0;
    while (status == VV_OK && sent < 100000) {
        status = vv_bus_send(client, VV_PAYMENT, endpoint, frame, sizeof(frame));
        sent++;
    }
    assert_int_equal(status, VV_BUSY);
    assert_true(sent > 100);
    /* An answer to somebody who never was. */
    struct vv_peer nobody = {.len = 5, .bytes = {0, 9, 9, 9, 9}};
    assert_int_equal(vv_bus_answer(server, &nobody, "x", 1), VV_NOT_FOUND);
    assert_int_equal(vv_bus_counters(server)->replies_dropped, 1);
    /* No key for the service in the list. */
    assert_int_equal(vv_bus_send(client, VV_ASSESSMENT, "tcp://127.0.0.1:1", "x", 1), VV_FORBIDDEN);
    vv_bus_close(&client);
    vv_bus_close(&server);
}

static void test_forget(void **state)
{
    (void)state;
    struct seen server_seen = {.echo = true}, client_seen = {0};
    struct vv_bus *server =
        open_server("payment", "tcp://127.0.0.1:*", "tcp://127.0.0.1:*", &server_seen);
    struct vv_bus *client = open_client("operator", &client_seen);
    const char *endpoint = vv_bus_router_endpoint(server);
    for (unsigned i = 1; i <= 3; i++) {
        assert_true(send_soon(client, VV_PAYMENT, endpoint, "x", 1, 3000));
        assert_true(turn_until(&client_seen.replies, i, 3000));
        vv_bus_forget(client, endpoint);
    }
    assert_int_equal(vv_bus_subscribe(client, VV_PAYMENT, vv_bus_publish_endpoint(server)), VV_OK);
    vv_bus_forget(client, vv_bus_publish_endpoint(server));
    vv_bus_forget(client, "tcp://127.0.0.1:1");
    vv_bus_close(&client);
    vv_bus_close(&server);
}

/* Breaks the trust boundary on purpose: the same socket without a handler. */
static void test_self_test_notices(void **state)
{
    (void)state;
    struct vv_curve_pair pair;
    struct vv_error error = {.status = VV_OK};
    char endpoint[128];
    size_t len = sizeof(endpoint);
    int yes = 1;
    assert_int_equal(vv_keys_read(peers_fixture_key(&peers, "payment"), &pair, NULL), VV_OK);

    /* CURVE as everyone would first write it: lets everybody in. */
    void *context = zmq_ctx_new();
    void *open = zmq_socket(context, ZMQ_ROUTER);
    assert_int_equal(zmq_setsockopt(open, ZMQ_CURVE_SERVER, &yes, sizeof(yes)), 0);
    assert_int_equal(zmq_setsockopt(open, ZMQ_CURVE_SECRETKEY, pair.secret_key, 40), 0);
    assert_int_equal(zmq_bind(open, "tcp://127.0.0.1:*"), 0);
    assert_int_equal(zmq_getsockopt(open, ZMQ_LAST_ENDPOINT, endpoint, &len), 0);
    assert_int_equal(vv_bus_self_test(context, endpoint, ZMQ_DEALER, &pair, &error), VV_FORBIDDEN);
    assert_non_null(strstr(error.text, "let in"));
    zmq_close(open);

    /* Our own socket, and no handler: nobody gets in, which the self-test notices as well. */
    const struct vv_socket_options options = {
        .type = ZMQ_ROUTER, .pair = &pair, .domain = VV_ZAP_COMMANDS};
    void *closed = vv_bus_socket(context, &options);
    len = sizeof(endpoint);
    assert_int_equal(zmq_bind(closed, "tcp://127.0.0.1:*"), 0);
    assert_int_equal(zmq_getsockopt(closed, ZMQ_LAST_ENDPOINT, endpoint, &len), 0);
    assert_int_equal(vv_bus_self_test(context, endpoint, ZMQ_DEALER, &pair, &error), VV_FORBIDDEN);
    zmq_close(closed);
    zmq_ctx_term(context);

    /* The own key is not in the list: the process must not start either. */
    struct seen seen = {0};
    struct vv_bus *bus = NULL;
    const struct vv_bus_options bus_options = {.router = "tcp://127.0.0.1:*",
                                               .key_file = peers_fixture_key(&peers, "stranger"),
                                               .peers_file = peers.allow};
    assert_int_equal(vv_bus_open(loop, &bus_options, &callbacks, &seen, &bus, &error),
                     VV_FORBIDDEN);
    assert_null(bus);
    assert_non_null(strstr(error.text, "allow list"));
}

static void test_publish_off(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct vv_bus *bus = NULL;
    struct vv_error error;
    const struct vv_bus_options options = {.publish = "tcp://127.0.0.1:*",
                                           .key_file = peers_fixture_key(&peers, "payment"),
                                           .peers_file = peers.allow,
                                           .publish_off = true};
    assert_int_equal(vv_bus_open(loop, &options, &callbacks, &seen, &bus, &error), VV_OK);
    vv_bus_publish(bus, VV_PAYMENT, 1, "event", 5);
    assert_int_equal(vv_bus_counters(bus)->published, 0);
    vv_bus_close(&bus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_endpoints),
        cmocka_unit_test(test_stranger_is_refused),
        cmocka_unit_test(test_the_allow_list_is_read_again),
        cmocka_unit_test(test_plain_socket_is_refused),
        cmocka_unit_test(test_publish),
        cmocka_unit_test(test_malformed_frames_are_dropped),
        cmocka_unit_test(test_replies_with_more_frames_are_dropped),
        cmocka_unit_test(test_odd_publications_are_dropped),
        cmocka_unit_test(test_full_queues_are_busy),
        cmocka_unit_test(test_forget),
        cmocka_unit_test(test_self_test_notices),
        cmocka_unit_test(test_publish_off),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
