/* LDFLAGS: -Wl,--wrap=zmq_msg_send -Wl,--wrap=malloc -Wl,--wrap=calloc */
/*
 * Torture of the bus: the same conversation again and again, in which the Nth allocation of our
 * own code or the Nth send fails, for N = 1, 2, ... until none is left to fail. Whatever fails,
 * the status says so, nothing leaks or crashes, nobody gets a message that was meant for another,
 * and when the fault is over the same objects work again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "../support/peers_fixture.h"
#include "vagval/bus.h"
#include "vagval/caller.h"
#include "vagval/limits.h"
#include "vagval/loop.h"
#include "vagval/wire.h"

/* ---- faults ---- */

static unsigned fail_send_at, fail_memory_at; /* 0 = never */
static unsigned sends, allocations;

int __real_zmq_msg_send(zmq_msg_t *message, void *socket, int flags);
int __wrap_zmq_msg_send(zmq_msg_t *message, void *socket, int flags);
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

int __wrap_zmq_msg_send(zmq_msg_t *message, void *socket, int flags)
{
    if (++sends == fail_send_at) {
        errno = EAGAIN;
        return -1;
    }
    return __real_zmq_msg_send(message, socket, flags);
}

/* Only calls from our own objects come here; libraries have theirs. */
void *__wrap_malloc(size_t size)
{
    return ++allocations == fail_memory_at ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return ++allocations == fail_memory_at ? NULL : __real_calloc(count, size);
}

static void faults(unsigned send_at, unsigned memory_at)
{
    sends = allocations = 0;
    fail_send_at = send_at;
    fail_memory_at = memory_at;
}

/* ---- the conversation: two clients ask one server, which echoes; it also publishes ---- */

static struct peers_fixture peers;
static struct vv_loop *loop;

struct side {
    struct vv_bus *bus;
    char mark; /* of a client's messages */
    unsigned requests, replies, wrong, published;
};

static void on_request(void *context, const struct vv_peer *peer, enum vv_role role,
                       const uint8_t *frame, size_t len)
{
    struct side *server = context;
    server->requests++;
    if (role != VV_ROLE_OPERATOR && role != VV_ROLE_INTAKE) {
        server->wrong++;
    }
    enum vv_status status = vv_bus_answer(server->bus, peer, frame, len);
    if (status != VV_OK && status != VV_BUSY && status != VV_NOT_FOUND) {
        server->wrong++;
    }
    vv_bus_publish(server->bus, VV_PAYMENT, 1, frame, len);
}

static void on_reply(void *context, const uint8_t *frame, size_t len)
{
    struct side *client = context;
    client->replies++;
    if (len != 4 || frame[0] != (uint8_t)client->mark) {
        client->wrong++;
    }
}

static void on_publication(void *context, enum vv_service_id service, uint16_t partition,
                           const uint8_t *frame, size_t len)
{
    struct side *client = context;
    client->published++;
    if (service != VV_PAYMENT || partition != 1 || len != 4 || frame == NULL) {
        client->wrong++;
    }
}

static const struct vv_bus_callbacks callbacks = {
    .request = on_request, .reply = on_reply, .publication = on_publication};

static enum vv_status open_side(struct side *side, const char *name, bool server)
{
    const struct vv_bus_options options = {.router = server ? "tcp://127.0.0.1:*" : NULL,
                                           .publish = server ? "tcp://127.0.0.1:*" : NULL,
                                           .key_file = peers_fixture_key(&peers, name),
                                           .peers_file = peers.allow};
    return vv_bus_open(loop, &options, &callbacks, side, &side->bus, NULL);
}

/* Asks until `replies` answers more have come; false when they do not come in time. */
static bool converse(struct side *client, const char *endpoint, unsigned replies, int limit_ms)
{
    char frame[4] = {client->mark, 'a', 's', 'k'};
    unsigned wanted = client->replies + replies;
    int64_t end_us = vv_clock_monotonic_us() + (int64_t)limit_ms * 1000;
    while (client->replies < wanted && vv_clock_monotonic_us() < end_us) {
        enum vv_status status =
            vv_bus_send(client->bus, VV_PAYMENT, endpoint, frame, sizeof(frame));
        if (status != VV_OK && status != VV_BUSY && status != VV_NO_MEMORY) {
            client->wrong++;
        }
        enum vv_status turned = vv_loop_turn(loop, 2);
        if (turned != VV_OK) {
            client->wrong++;
        }
    }
    return client->replies >= wanted;
}

/* One whole life. Returns how many calls could have failed. */
static unsigned live(unsigned send_at, unsigned memory_at)
{
    struct side server = {.mark = 's'}, a = {.mark = 'a'}, b = {.mark = 'b'};

    faults(send_at, memory_at);
    enum vv_status status = open_side(&server, "payment", true);
    if (status == VV_OK) {
        status = open_side(&a, "operator", false);
    }
    if (status == VV_OK) {
        status = open_side(&b, "intake", false);
    }
    unsigned seen = 0;
    if (status == VV_OK) {
        const char *endpoint = vv_bus_router_endpoint(server.bus);
        enum vv_status subscribed =
            vv_bus_subscribe(b.bus, VV_PAYMENT, vv_bus_publish_endpoint(server.bus));
        assert_true(subscribed == VV_OK || subscribed == VV_NO_MEMORY || subscribed == VV_IO);
        assert_true(converse(&a, endpoint, 2, 5000));
        assert_true(converse(&b, endpoint, 2, 5000));
        assert_true(converse(&a, endpoint, 2, 5000));
        seen = send_at != 0 ? sends : allocations;
        faults(0, 0);
        assert_true(converse(&a, endpoint, 1, 5000));
        assert_true(converse(&b, endpoint, 1, 5000));
    } else {
        assert_true(status == VV_NO_MEMORY || status == VV_IO);
        seen = allocations;
        faults(0, 0);
    }
    assert_int_equal(server.wrong + a.wrong + b.wrong, 0);
    vv_bus_close(&a.bus);
    vv_bus_close(&b.bus);
    vv_bus_close(&server.bus);
    return seen;
}

static int setup(void **state)
{
    static const char *const names[] = {"payment", "operator", "intake", NULL};
    (void)state;
    peers_fixture_make(&peers, names);
    return vv_loop_create(&loop) == VV_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    faults(0, 0);
    vv_loop_destroy(&loop);
    peers_fixture_remove(&peers);
    return 0;
}

static void test_sends(void **state)
{
    (void)state;
    unsigned n = 1;
    while (live(n, 0) >= n && n < 24) {
        n++;
    }
    assert_true(n > 8); /* there were sends to fail */
}

static void test_allocations(void **state)
{
    (void)state;
    unsigned n = 1;
    while (live(0, n) >= n) {
        n++;
    }
    assert_true(n > 5);
}

/* The second of two frames fails: the next message must not become its body. */
static void test_lost_second_frame(void **state)
{
    (void)state;
    struct side server = {.mark = 's'}, a = {.mark = 'a'}, b = {.mark = 'b'};
    faults(0, 0);
    assert_int_equal(open_side(&server, "payment", true), VV_OK);
    assert_int_equal(open_side(&a, "operator", false), VV_OK);
    assert_int_equal(open_side(&b, "intake", false), VV_OK);
    const char *endpoint = vv_bus_router_endpoint(server.bus);
    assert_true(converse(&a, endpoint, 1, 5000));
    assert_true(converse(&b, endpoint, 1, 5000));
    for (unsigned i = 0; i < 20; i++) {
        unsigned dropped = (unsigned)vv_bus_counters(server.bus)->replies_dropped;
        faults(3, 0); /* ask, identity, body */
        struct side *who = i % 2 == 0 ? &a : &b;
        const char frame[4] = {who->mark, 'a', 's', 'k'};
        assert_int_equal(vv_bus_send(who->bus, VV_PAYMENT, endpoint, frame, sizeof(frame)), VV_OK);
        for (unsigned k = 0; k < 500 && vv_bus_counters(server.bus)->replies_dropped == dropped;
             k++) {
            assert_int_equal(vv_loop_turn(loop, 2), VV_OK);
        }
        assert_int_equal(vv_bus_counters(server.bus)->replies_dropped, dropped + 1);
        faults(0, 0);
        /* The other one asks once, and its answer must not go to the first. */
        struct side *other = i % 2 == 0 ? &b : &a;
        const char question[4] = {other->mark, 'a', 's', 'k'};
        unsigned wanted = other->replies + 1;
        assert_int_equal(vv_bus_send(other->bus, VV_PAYMENT, endpoint, question, sizeof(question)),
                         VV_OK);
        for (unsigned k = 0; k < 500 && other->replies < wanted; k++) {
            assert_int_equal(vv_loop_turn(loop, 4), VV_OK);
        }
        /* More when `converse` had asked twice; whose answers they are is checked by their mark. */
        assert_true(other->replies >= wanted);
        assert_true(converse(who, endpoint, 1, 5000));
    }
    assert_int_equal(server.wrong + a.wrong + b.wrong, 0);
    assert_true(vv_bus_counters(a.bus)->malformed + vv_bus_counters(b.bus)->malformed >= 1);
    vv_bus_close(&a.bus);
    vv_bus_close(&b.bus);
    vv_bus_close(&server.bus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lost_second_frame),
        cmocka_unit_test(test_sends),
        cmocka_unit_test(test_allocations),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
