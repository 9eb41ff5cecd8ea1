/* LDFLAGS: -Wl,--wrap=vv_loop_every -Wl,--wrap=vv_loop_forget -Wl,--wrap=vv_loop_now_ms */
/* LDFLAGS: -Wl,--wrap=vv_members_count -Wl,--wrap=vv_members_at -Wl,--wrap=vv_members_owner */
/* LDFLAGS: -Wl,--wrap=vv_members_generation -Wl,--wrap=vv_bus_send -Wl,--wrap=vv_bus_forget */
/*
 * Outgoing calls: repeated with the same id until an answer, with a clock, members and a bus that
 * the test holds in its hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vagval/caller.h"
#include "vagval/limits.h"

/* ---- the world ---- */

static int64_t now_ms;
static void (*tick_run)(void *context);
static void *tick_context;
static struct vv_member members[4];
static size_t member_count;
static const struct vv_member other_member = {.name = "assessment-1", .router = "tcp://other:1"};
static uint64_t generation;
static enum vv_status link_status;
static unsigned sends, forgotten;
static struct {
    char endpoint[112];
    uint8_t frame[4096];
    size_t len;
} last;

enum vv_status __wrap_vv_loop_every(struct vv_loop *loop, unsigned interval_ms,
                                    void (*run)(void *context), void *context);
void __wrap_vv_loop_forget(struct vv_loop *loop, const void *context);
int64_t __wrap_vv_loop_now_ms(const struct vv_loop *loop);
size_t __wrap_vv_members_count(const struct vv_members *m, enum vv_service_id service);
const struct vv_member *__wrap_vv_members_at(const struct vv_members *m, enum vv_service_id service,
                                             size_t index);
const struct vv_member *__wrap_vv_members_owner(const struct vv_members *m,
                                                enum vv_service_id service, uint16_t partition);
uint64_t __wrap_vv_members_generation(const struct vv_members *m);
enum vv_status __wrap_vv_bus_send(struct vv_bus *bus, enum vv_service_id service,
                                  const char *endpoint, const void *frame, size_t len);
void __wrap_vv_bus_forget(struct vv_bus *bus, const char *endpoint);

enum vv_status __wrap_vv_loop_every(struct vv_loop *loop, unsigned interval_ms,
                                    void (*run)(void *context), void *context)
{
    (void)loop;
    (void)interval_ms;
    tick_run = run;
    tick_context = context;
    return VV_OK;
}

void __wrap_vv_loop_forget(struct vv_loop *loop, const void *context)
{
    (void)loop;
    assert_ptr_equal(context, tick_context);
    tick_run = NULL;
}

int64_t __wrap_vv_loop_now_ms(const struct vv_loop *loop)
{
    (void)loop;
    return now_ms;
}

size_t __wrap_vv_members_count(const struct vv_members *m, enum vv_service_id service)
{
    (void)m;
    return service == VV_PAYMENT ? member_count : service == VV_ASSESSMENT ? 1 : 0;
}

const struct vv_member *__wrap_vv_members_at(const struct vv_members *m, enum vv_service_id service,
                                             size_t index)
{
    if (service == VV_ASSESSMENT) {
        return &other_member;
    }
    return index < vv_members_count(m, service) ? &members[index] : NULL;
}

/* Partition p belongs to member p mod count. */
const struct vv_member *__wrap_vv_members_owner(const struct vv_members *m,
                                                enum vv_service_id service, uint16_t partition)
{
    size_t count = vv_members_count(m, service);
    return count == 0 ? NULL : vv_members_at(m, service, partition % count);
}

uint64_t __wrap_vv_members_generation(const struct vv_members *m)
{
    (void)m;
    return generation;
}

enum vv_status __wrap_vv_bus_send(struct vv_bus *bus, enum vv_service_id service,
                                  const char *endpoint, const void *frame, size_t len)
{
    (void)bus;
    (void)service;
    sends++;
    if (link_status == VV_OK) {
        (void)snprintf(last.endpoint, sizeof(last.endpoint), "%s", endpoint);
        assert_true(len <= sizeof(last.frame));
        memcpy(last.frame, frame, len);
        last.len = len;
    }
    return link_status;
}

void __wrap_vv_bus_forget(struct vv_bus *bus, const char *endpoint)
{
    (void)bus;
    (void)endpoint;
    forgotten++;
}

static void add_member(const char *name)
{
    struct vv_member *member = &members[member_count++];
    (void)snprintf(member->name, sizeof(member->name), "%s", name);
    (void)snprintf(member->router, sizeof(member->router), "tcp://%s:1", name);
    (void)snprintf(member->publish, sizeof(member->publish), "tcp://%s:2", name);
    generation++;
}

static void pass(int64_t ms)
{
    for (int64_t end = now_ms + ms; now_ms < end;) {
        now_ms += 5;
        tick_run(tick_context);
    }
}

/* ---- what was called back ---- */

struct called {
    unsigned count;
    enum vv_status status;
    bool has_frame;
    char instance[32];
    struct vv_caller *again; /* send one more from inside the callback */
    unsigned more;
};

static void on_called(void *context, enum vv_status status, const struct vv_frame *frame);

static struct vv_request ping(uint8_t id)
{
    return (struct vv_request){
        .service = VV_PAYMENT, .partition = 0, .type = VV_MSG_PING, .id = {{id, 1}}};
}

static void on_called(void *context, enum vv_status status, const struct vv_frame *frame)
{
    struct called *called = context;
    called->count++;
    called->status = status;
    called->has_frame = frame != NULL;
    if (frame != NULL && frame->body != NULL) {
        const Vagval__V1__Pong *pong = (const Vagval__V1__Pong *)frame->body;
        (void)snprintf(called->instance, sizeof(called->instance), "%s", pong->instance);
    }
    if (called->more > 0) {
        called->more--;
        struct vv_request request = ping((uint8_t)(100 + called->more));
        assert_int_equal(vv_caller_send(called->again, &request, on_called, called), VV_OK);
    }
}

static struct vv_caller *caller;

static int setup(void **state)
{
    (void)state;
    now_ms = 5000000;
    member_count = sends = forgotten = 0;
    generation = 1;
    link_status = VV_OK;
    return vv_caller_open(NULL, NULL, NULL, "test", &caller) == VV_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    vv_caller_close(&caller);
    return caller == NULL && tick_run == NULL ? 0 : -1;
}

/* The answer of an instance to a call with this id. */
static void reply_from(const char *sender, struct vv_id id, uint32_t type, enum vv_status status,
                       uint32_t retry_ms)
{
    uint8_t bytes[512], body[128];
    Vagval__V1__Envelope envelope = VAGVAL__V1__ENVELOPE__INIT;
    Vagval__V1__Pong pong = VAGVAL__V1__PONG__INIT;
    pong.instance = (char *)"payment-1";
    envelope.type = type;
    envelope.id = (ProtobufCBinaryData){.len = 16, .data = id.bytes};
    envelope.reply = true;
    envelope.sender = (char *)(uintptr_t)sender;
    envelope.status = status;
    envelope.retry_after_ms = retry_ms;
    if (status == VV_OK && type == VV_MSG_PONG) {
        envelope.body.len = vagval__v1__pong__pack(&pong, body);
        envelope.body.data = body;
    }
    size_t len = vagval__v1__envelope__pack(&envelope, bytes);
    vv_caller_reply(caller, bytes, len);
}

static void reply_with(struct vv_id id, uint32_t type, enum vv_status status, uint32_t retry_ms)
{
    reply_from("", id, type, status, retry_ms);
}

static Vagval__V1__Envelope *last_envelope(void)
{
    Vagval__V1__Envelope *envelope = vagval__v1__envelope__unpack(NULL, last.len, last.frame);
    assert_non_null(envelope);
    return envelope;
}

/* ---- tests ---- */

static void test_answer(void **state)
{
    (void)state;
    struct called called = {0};
    struct vv_request request = ping(1);
    uint8_t body[] = {0};
    add_member("a");
    request.scheme = "se-krom";
    request.subject = (struct vv_id){{0, 7}};
    request.budget_ms = 4000;
    request.body = body;
    assert_int_equal(vv_caller_send(caller, &request, on_called, &called), VV_OK);
    assert_int_equal(sends, 1);
    assert_string_equal(last.endpoint, "tcp://a:1");
    Vagval__V1__Envelope *envelope = last_envelope();
    assert_int_equal(envelope->type, VV_MSG_PING);
    assert_int_equal(envelope->budget_ms, 4000);
    assert_int_equal(envelope->id.len, 16);
    assert_int_equal(envelope->correlation.len, 0);
    assert_memory_equal(envelope->subject.data, request.subject.bytes, 16);
    assert_string_equal(envelope->scheme, "se-krom");
    assert_string_equal(envelope->sender, "test");
    vagval__v1__envelope__free_unpacked(envelope, NULL);
    assert_int_equal(vv_caller_pending(caller), 1);

    reply_with(request.id, VV_MSG_PONG, VV_OK, 0);
    assert_int_equal(called.count, 1);
    assert_int_equal(called.status, VV_OK);
    assert_string_equal(called.instance, "payment-1");
    assert_int_equal(vv_caller_pending(caller), 0);
    /* The same answer again finds nobody. */
    reply_with(request.id, VV_MSG_PONG, VV_OK, 0);
    assert_int_equal(called.count, 1);
    assert_int_equal(vv_caller_counters(caller)->late, 1);
    pass(10000);
    assert_int_equal(sends, 1);
}

static void test_refusal_is_an_answer(void **state)
{
    (void)state;
    struct called called = {0};
    struct vv_request request = ping(1);
    add_member("a");
    assert_int_equal(vv_caller_send(caller, &request, on_called, &called), VV_OK);
    reply_with(request.id, VV_MSG_PONG, VV_FORBIDDEN, 0);
    assert_int_equal(called.status, VV_FORBIDDEN);
    assert_true(called.has_frame);
}

/* The same question under one id to two services: each gets its own answer, in either order. */
static void test_one_id_two_services(void **state)
{
    (void)state;
    struct called to_payment = {0}, to_assessment = {0};
    struct vv_request request = ping(1), other = ping(1);
    add_member("payment-1");
    other.service = VV_ASSESSMENT;
    assert_int_equal(vv_caller_send(caller, &request, on_called, &to_payment), VV_OK);
    assert_int_equal(vv_caller_send(caller, &other, on_called, &to_assessment), VV_OK);
    reply_from("assessment-1", request.id, VV_MSG_PONG, VV_FORBIDDEN, 0);
    assert_int_equal(to_assessment.count, 1);
    assert_int_equal(to_assessment.status, VV_FORBIDDEN);
    assert_int_equal(to_payment.count, 0);
    /* Once more the same: nobody waits for it. */
    reply_from("assessment-1", request.id, VV_MSG_PONG, VV_FORBIDDEN, 0);
    assert_int_equal(to_payment.count, 0);
    assert_int_equal(vv_caller_counters(caller)->late, 1);
    /* A refusal of another kind of question is none of this one. */
    reply_from("payment-1", request.id, VV_MSG_ACCEPTED, VV_REFUSED, 0);
    assert_int_equal(to_payment.count, 0);
    /* An instance that has gone meanwhile may have answered before. */
    reply_from("payment-9", request.id, VV_MSG_PONG, VV_OK, 0);
    assert_int_equal(to_payment.count, 1);
    assert_int_equal(to_payment.status, VV_OK);
}

static void test_timeout_repeats_the_same_id(void **state)
{
    (void)state;
    struct called called = {0};
    struct vv_request request = ping(1);
    add_member("a");
    request.budget_ms = 0;
    assert_int_equal(vv_caller_send(caller, &request, on_called, &called), VV_OK);
    pass(VV_CALL_TIMEOUT_MS - 20);
    assert_int_equal(sends, 1);
    pass(60);
    assert_int_equal(sends, 2);
    Vagval__V1__Envelope *envelope = last_envelope();
    assert_memory_equal(envelope->id.data, request.id.bytes, 16);
    vagval__v1__envelope__free_unpacked(envelope, NULL);
    pass(60 * VV_CALL_TIMEOUT_MS); /* for ever, without a budget */
    assert_true(sends >= 58 && sends <= 62);
    assert_int_equal(called.count, 0);
    reply_with(request.id, VV_MSG_PONG, VV_OK, 0);
    assert_int_equal(called.count, 1);
}

static void test_budget(void **state)
{
    (void)state;
    struct called called = {0};
    struct vv_request request = ping(1);
    request.budget_ms = 3000;
    add_member("a");
    assert_int_equal(vv_caller_send(caller, &request, on_called, &called), VV_OK);
    pass(VV_CALL_TIMEOUT_MS + 50);
    Vagval__V1__Envelope *envelope = last_envelope();
    assert_true(envelope->budget_ms <= 1000 && envelope->budget_ms > 900); /* what is left */
    vagval__v1__envelope__free_unpacked(envelope, NULL);
    pass(900);
    assert_int_equal(called.count, 0);
    pass(100);
    assert_int_equal(called.count, 1);
    assert_int_equal(called.status, VV_UNKNOWN);
    assert_false(called.has_frame);
    assert_int_equal(vv_caller_pending(caller), 0);
    reply_with(request.id, VV_MSG_PONG, VV_OK, 0); /* too late */
    assert_int_equal(called.count, 1);

    /* A budget longer than the wheel, with nobody there: ends on time. */
    member_count = 0;
    generation++;
    request = ping(2);
    request.budget_ms = 20000;
    assert_int_equal(vv_caller_send(caller, &request, on_called, &called), VV_OK);
    pass(19900);
    assert_int_equal(called.count, 1);
    pass(150);
    assert_int_equal(called.count, 2);
    assert_int_equal(called.status, VV_UNKNOWN);
}

static void test_busy_is_waited_out(void **state)
{
    (void)state;
    struct called called = {0};
    struct vv_request request = ping(1);
    add_member("a");
    assert_int_equal(vv_caller_send(caller, &request, on_called, &called), VV_OK);
    reply_with(request.id, VV_MSG_PONG, VV_BUSY, 200);
    assert_int_equal(called.count, 0);
    pass(180);
    assert_int_equal(sends, 1);
    pass(50);
    assert_int_equal(sends, 2);
    reply_with(request.id, VV_MSG_PONG, VV_DRAINING, 0);
    pass(VV_RETRY_AFTER_MS + 30);
    assert_int_equal(sends, 3);
    /* A peer's absurd wish is bounded. */
    reply_with(request.id, VV_MSG_PONG, VV_BUSY, UINT32_MAX);
    pass(2100);
    assert_int_equal(sends, 4);
    reply_with(request.id, VV_MSG_PONG, VV_OK, 0);
    assert_int_equal(called.count, 1);
}

static void test_owner_changes(void **state)
{
    (void)state;
    struct called called = {0};
    struct vv_request request = ping(1);
    request.partition = 1;
    assert_int_equal(vv_caller_send(caller, &request, on_called, &called), VV_OK);
    pass(5000); /* nobody lives: waits */
    assert_int_equal(sends, 0);
    add_member("a");
    pass(20);
    assert_int_equal(sends, 1);
    assert_string_equal(last.endpoint, "tcp://a:1");
    add_member("b"); /* partition 1 is b's now */
    pass(20);
    assert_int_equal(sends, 2);
    assert_string_equal(last.endpoint, "tcp://b:1");
    generation++; /* a change elsewhere repeats nothing */
    pass(20);
    assert_int_equal(sends, 2);
    assert_int_equal(forgotten, 0);
    member_count = 1; /* b dies: its two endpoints are forgotten, a takes over */
    generation++;
    pass(20);
    assert_int_equal(sends, 3);
    assert_string_equal(last.endpoint, "tcp://a:1");
    assert_int_equal(forgotten, 2);
    reply_with(request.id, VV_MSG_PONG, VV_OK, 0);
    assert_int_equal(called.count, 1);
}

static void test_instance(void **state)
{
    (void)state;
    struct called called = {0};
    struct vv_request request = ping(1);
    char name[] = "b";
    request.instance = name;
    request.budget_ms = 1000;
    add_member("a");
    assert_int_equal(vv_caller_send(caller, &request, on_called, &called), VV_OK);
    name[0] = 'x'; /* was copied */
    assert_int_equal(sends, 0);
    add_member("b");
    pass(20);
    assert_int_equal(sends, 1);
    assert_string_equal(last.endpoint, "tcp://b:1");
    pass(1000);
    assert_int_equal(called.status, VV_UNKNOWN);
}

static void test_full_link(void **state)
{
    (void)state;
    struct called called = {0};
    struct vv_request request = ping(1);
    add_member("a");
    link_status = VV_BUSY;
    assert_int_equal(vv_caller_send(caller, &request, on_called, &called), VV_OK);
    pass(3000);
    assert_true(sends > 5 && sends < 20); /* soon at first, then ever more seldom */
    link_status = VV_OK;
    unsigned before = sends;
    pass(400);
    assert_int_equal(sends, before + 1);
    reply_with(request.id, VV_MSG_PONG, VV_OK, 0);
    assert_int_equal(called.count, 1);
    link_status = VV_FORBIDDEN; /* no key for the service: it is not hammered */
    request = ping(2);
    assert_int_equal(vv_caller_send(caller, &request, on_called, &called), VV_OK);
    before = sends;
    pass(3000);
    assert_true(sends - before <= 4);
}

static void test_odd_answers(void **state)
{
    (void)state;
    struct called called = {0};
    struct vv_request request = ping(1);
    struct vv_id other = {{9}};
    add_member("a");
    assert_int_equal(vv_caller_send(caller, &request, on_called, &called), VV_OK);
    vv_caller_reply(caller, (const uint8_t *)"nonsense", 8);
    vv_caller_reply(caller, last.frame, last.len); /* a request */
    assert_int_equal(vv_caller_counters(caller)->malformed, 2);
    reply_with(other, VV_MSG_PONG, VV_OK, 0);
    reply_with(request.id, VV_MSG_ACCEPTED, VV_OK, 0); /* the answer to something else */
    assert_int_equal(vv_caller_counters(caller)->late, 2);
    assert_int_equal(called.count, 0);
    reply_with(request.id, VV_MSG_PONG, VV_OK, 0);
    assert_int_equal(called.count, 1);
}

static void test_send_from_callback(void **state)
{
    (void)state;
    struct called called = {.again = caller, .more = 3};
    struct vv_request request = ping(1);
    request.budget_ms = 100;
    assert_int_equal(vv_caller_send(caller, &request, on_called, &called), VV_OK);
    pass(150); /* budget ends; the callback sends three more, one after the other */
    assert_int_equal(called.count, 1);
    add_member("a");
    pass(20);
    for (unsigned i = 0; i < 3; i++) {
        struct vv_id id = {{(uint8_t)(102 - i), 1}};
        reply_with(id, VV_MSG_PONG, VV_OK, 0);
    }
    assert_int_equal(called.count, 4);
    assert_int_equal(vv_caller_pending(caller), 0);
}

/* Fills the table, answers in an order that leaves gaps everywhere, several times over. */
static void test_many(void **state)
{
    (void)state;
    struct called called = {0};
    uint32_t seed = 12345;
    add_member("a");
    for (unsigned round = 0; round < 3; round++) {
        static struct vv_id ids[VV_CALLS_MAX];
        for (unsigned i = 0; i < VV_CALLS_MAX; i++) {
            struct vv_request request = ping(0);
            for (unsigned k = 0; k < 16; k++) {
                seed = seed * 1664525 + 1013904223;
                /* Few bits, so that many share a place of the table. */
                request.id.bytes[k] = (uint8_t)(seed >> 24);
            }
            request.id.bytes[0] = (uint8_t)i;
            request.id.bytes[1] = (uint8_t)(i >> 8);
            ids[i] = request.id;
            assert_int_equal(vv_caller_send(caller, &request, on_called, &called), VV_OK);
        }
        struct vv_request one_more = ping(255);
        assert_int_equal(vv_caller_send(caller, &one_more, on_called, &called), VV_BUSY);
        for (unsigned i = 0; i < VV_CALLS_MAX; i++) {
            reply_with(ids[(i * 4099u + round) % VV_CALLS_MAX], VV_MSG_PONG, VV_OK, 0);
        }
        assert_int_equal(vv_caller_pending(caller), 0);
        assert_int_equal(called.count, (round + 1) * VV_CALLS_MAX);
    }
    assert_int_equal(vv_caller_counters(caller)->late, 0);
}

static void test_too_large(void **state)
{
    (void)state;
    static uint8_t body[100];
    struct vv_request request = ping(1);
    request.body = body;
    request.body_len = sizeof(body);
    assert_int_equal(vv_caller_send(caller, &request, on_called, NULL), VV_TOO_LARGE);
    assert_int_equal(vv_caller_pending(caller), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_answer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refusal_is_an_answer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_one_id_two_services, setup, teardown),
        cmocka_unit_test_setup_teardown(test_timeout_repeats_the_same_id, setup, teardown),
        cmocka_unit_test_setup_teardown(test_budget, setup, teardown),
        cmocka_unit_test_setup_teardown(test_busy_is_waited_out, setup, teardown),
        cmocka_unit_test_setup_teardown(test_owner_changes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_instance, setup, teardown),
        cmocka_unit_test_setup_teardown(test_full_link, setup, teardown),
        cmocka_unit_test_setup_teardown(test_odd_answers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_send_from_callback, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many, setup, teardown),
        cmocka_unit_test_setup_teardown(test_too_large, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
