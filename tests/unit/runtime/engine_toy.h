/*
 * engine_toy.h: a toy service, and nodes (engine, store, bus, members, caller in one loop) that run
 * it on a private Redis with real sockets, for the tests of the engine. Everything is `static
 * inline`, since each test program is one source file.
 *
 * The toy counts. Each subject has an aggregate "toy" (a packed Sum: amount = how often).
 *   RegisterProvider    counts, keeps a fact, replies Accepted{state = count}; emits an event if
 *                       the name is "emit"; writes N more records if it is "wide-N"
 *   EndPlacement        sets the timer PLACEMENT_DUE on last_day
 *   ChooseContract      emits the order ReserveCapacity to the contract's partition
 *   ReserveCapacity     counts at the target, replies granted
 *   (its answer)        counts at the case
 *   FileReport          is refused; a report of month 1 while the count is 0 only
 *   LevelDecided        (event of assessment) counts at the case; put off while toy_put_off > 0
 *   ChoiceDue           on_book: how often each partition was told; put off while toy_told_busy > 0
 * What counts fails instead while toy_fail_type is its type.
 */
#ifndef VAGVAL_TESTS_ENGINE_TOY_H
#define VAGVAL_TESTS_ENGINE_TOY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../services/runtime/engine.h"
#include "../../support/peers_fixture.h"
#include "../../support/redis.h"
#include "vagval/limits.h"

#define TOY_PARTITIONS 8

/* ---- the service ---- */

static inline enum vv_status toy_plan(const struct vv_call *call, const struct vv_loaded *loaded,
                                      struct vv_plan *plan)
{
    (void)loaded;
    if (call->type == VV_MSG_END_PLACEMENT) {
        vv_plan_load(plan, "toy", call->subject);
    } else {
        /* Often wrong, for the toy counts the same subjects again and again. */
        vv_plan_load_new(plan, "toy", call->subject);
    }
    if (call->type == VV_MSG_REGISTER_PROVIDER || call->type == VV_MSG_RESERVE_CAPACITY ||
        call->type == VV_MSG_CHOOSE_CONTRACT) {
        vv_plan_fact_home(plan, "toy", call->subject);
    }
    return VV_OK;
}

static inline enum vv_status toy_count(const struct vv_call *call, const struct vv_loaded *loaded,
                                       struct vv_outcome *outcome, int64_t *ret_count)
{
    const struct vv_record *record = vv_loaded(loaded, "toy", call->subject);
    ProtobufCMessage *message = NULL;
    enum vv_status status = vv_record_unpack(call, record, &vagval__v1__sum__descriptor, &message);
    if (status != VV_OK) {
        return status;
    }
    Vagval__V1__Sum *sum = (Vagval__V1__Sum *)message;
    sum->amount++;
    vv_put(outcome, "toy", call->subject, message);
    vv_add(outcome, "counters", (struct vv_id){{0}}, "all", 1);
    *ret_count = sum->amount;
    return VV_OK;
}

static inline void toy_widen(const struct vv_call *call, struct vv_outcome *outcome, uint32_t count)
{
    Vagval__V1__Sum sum = VAGVAL__V1__SUM__INIT;
    for (uint32_t i = 0; i < count; i++) {
        struct vv_id id = vv_id_step(call->id, i);
        memcpy(id.bytes, call->subject.bytes, 2);
        sum.amount = 1;
        vv_put(outcome, "wide", id, &sum.base);
    }
}

static inline enum vv_status
toy_register(const struct vv_call *call, const struct vv_loaded *loaded, struct vv_outcome *outcome)
{
    const Vagval__V1__RegisterProvider *body = (const Vagval__V1__RegisterProvider *)call->body;
    int64_t count = 0;
    enum vv_status status = toy_count(call, loaded, outcome, &count);
    if (status != VV_OK) {
        return status;
    }
    char state[32];
    snprintf(state, sizeof(state), "%lld", (long long)count);
    if (strcmp(body->name, "emit") == 0) {
        Vagval__V1__ChoiceFailed event = VAGVAL__V1__CHOICE_FAILED__INIT;
        event.reason = state;
        vv_emit(outcome, VV_MSG_CHOICE_FAILED, call->subject, "", call->now.today, &event.base);
    }
    if (strncmp(body->name, "wide-", 5) == 0) {
        toy_widen(call, outcome, (uint32_t)strtoul(body->name + 5, NULL, 10));
    }
    vv_accept(outcome, call->now.today, "toy", (struct vv_id){{0}}, NULL, 0, false);
    Vagval__V1__Accepted reply = VAGVAL__V1__ACCEPTED__INIT;
    struct vv_id id = call->id;
    reply.fact = (ProtobufCBinaryData){16, id.bytes};
    reply.state = state;
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

static inline enum vv_status toy_set_timer(const struct vv_call *call,
                                           const struct vv_loaded *loaded,
                                           struct vv_outcome *outcome)
{
    const Vagval__V1__EndPlacement *body = (const Vagval__V1__EndPlacement *)call->body;
    (void)loaded;
    vv_timer_set(outcome, VV_MSG_PLACEMENT_DUE, call->subject, body->last_day);
    Vagval__V1__Accepted reply = VAGVAL__V1__ACCEPTED__INIT;
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

static inline enum vv_status toy_choose(const struct vv_call *call, const struct vv_loaded *loaded,
                                        struct vv_outcome *outcome)
{
    const Vagval__V1__ChooseContract *body = (const Vagval__V1__ChooseContract *)call->body;
    (void)loaded;
    Vagval__V1__ReserveCapacity order = VAGVAL__V1__RESERVE_CAPACITY__INIT;
    struct vv_id case_id = call->subject;
    struct vv_id target;
    if (vv_id_from_bytes(body->contract.data, body->contract.len, &target) != VV_OK) {
        return vv_refuse(outcome, VV_INVALID, "contract", "missing");
    }
    order.case_id = (ProtobufCBinaryData){16, case_id.bytes};
    vv_emit(outcome, VV_MSG_RESERVE_CAPACITY, target, "toy", call->now.today, &order.base);
    vv_accept(outcome, call->now.today, "toy", (struct vv_id){{0}}, NULL, 0, false);
    Vagval__V1__Accepted reply = VAGVAL__V1__ACCEPTED__INIT;
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

static inline enum vv_status toy_reserve(const struct vv_call *call, const struct vv_loaded *loaded,
                                         struct vv_outcome *outcome)
{
    int64_t count = 0;
    enum vv_status status = toy_count(call, loaded, outcome, &count);
    if (status != VV_OK) {
        return status;
    }
    vv_accept(outcome, call->now.today, "toy", (struct vv_id){{0}}, NULL, 0, false);
    Vagval__V1__CapacityReserved reply = VAGVAL__V1__CAPACITY_RESERVED__INIT;
    reply.granted = true;
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

/* Messages of this type fail with toy_fail_status; how many have. */
static enum vv_message_type toy_fail_type;
static enum vv_status toy_fail_status;
static int toy_failed;

static inline enum vv_status toy_counts(const struct vv_call *call, const struct vv_loaded *loaded,
                                        struct vv_outcome *outcome)
{
    int64_t count = 0;
    if (toy_fail_type == call->type) {
        toy_failed++;
        return toy_fail_status;
    }
    return toy_count(call, loaded, outcome, &count);
}

/* How many more events of assessment are put off, as if something they name were not known yet. */
static int toy_put_off;

static inline enum vv_status toy_level(const struct vv_call *call, const struct vv_loaded *loaded,
                                       struct vv_outcome *outcome)
{
    if (toy_put_off > 0) {
        toy_put_off--;
        return VV_BUSY;
    }
    return toy_counts(call, loaded, outcome);
}

static inline enum vv_status toy_refuse(const struct vv_call *call, const struct vv_loaded *loaded,
                                        struct vv_outcome *outcome)
{
    const struct vv_record *record = vv_loaded(loaded, "toy", call->subject);
    if (!record->exists) {
        return vv_refuse(outcome, VV_REFUSED, "case_id", "nothing was counted yet");
    }
    Vagval__V1__Accepted reply = VAGVAL__V1__ACCEPTED__INIT;
    reply.state = (char *)(uintptr_t) "known";
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

/* How often each partition was told of the book, with which generation last; how often more it is
 * put off. */
static int toy_told[TOY_PARTITIONS];
static uint32_t toy_told_generation;
static int toy_told_busy;

static inline enum vv_status toy_book(const struct vv_call *call, const struct vv_loaded *loaded,
                                      struct vv_outcome *outcome)
{
    (void)loaded;
    (void)outcome;
    if (toy_fail_type == call->type) {
        toy_failed++;
        return toy_fail_status;
    }
    if (toy_told_busy > 0) {
        toy_told_busy--;
        return VV_BUSY;
    }
    assert_true(vv_id_is_nil(call->subject));
    assert_true(call->partition < TOY_PARTITIONS);
    toy_told[call->partition]++;
    toy_told_generation = vv_book_generation(call->book);
    return VV_OK;
}

static const struct vv_handler toy_on_register = {NULL, toy_plan, toy_register};
static const struct vv_handler toy_on_timer_set = {NULL, toy_plan, toy_set_timer};
static const struct vv_handler toy_on_choose = {NULL, toy_plan, toy_choose};
static const struct vv_handler toy_on_reserve = {NULL, toy_plan, toy_reserve};
static const struct vv_handler toy_on_count = {NULL, toy_plan, toy_counts};
static const struct vv_handler toy_on_level = {NULL, toy_plan, toy_level};
static const struct vv_handler toy_on_report = {NULL, toy_plan, toy_refuse};
static const struct vv_handler toy_on_book = {NULL, NULL, toy_book};

static const struct vv_handler_row toy_handlers[] = {{VV_MSG_REGISTER_PROVIDER, &toy_on_register},
                                                     {VV_MSG_END_PLACEMENT, &toy_on_timer_set},
                                                     {VV_MSG_CHOOSE_CONTRACT, &toy_on_choose},
                                                     {VV_MSG_RESERVE_CAPACITY, &toy_on_reserve},
                                                     {VV_MSG_PLACEMENT_DUE, &toy_on_count},
                                                     {VV_MSG_FILE_REPORT, &toy_on_report},
                                                     {VV_MSG_CHOICE_DUE, &toy_on_book}};
static const struct vv_handler_row toy_answers[] = {{VV_MSG_RESERVE_CAPACITY, &toy_on_count}};
static const struct vv_feed_row toy_feeds[] = {
    {VV_ASSESSMENT, VV_MSG_LEVEL_DECIDED, &toy_on_level}};
static const struct vv_service toy_service = {.id = VV_REGISTRY,
                                              .handlers = toy_handlers,
                                              .handler_count = 7,
                                              .answers = toy_answers,
                                              .answer_count = 1,
                                              .feeds = toy_feeds,
                                              .feed_count = 1,
                                              .rules_version = 1,
                                              .on_book = VV_MSG_CHOICE_DUE};

/* ---- nodes ---- */

struct toy_node {
    struct vv_engine *engine;
    struct vv_metrics *metrics;
    struct vv_store *store;
    struct vv_bus *bus;
    struct vv_members *members;
    struct vv_caller *caller;
};

struct toy_world {
    struct test_redis redis;
    struct peers_fixture peers;
    struct vv_loop *loop;
    bool real_clock; /* of nodes that are opened */
    /* The client. */
    struct vv_store *store;
    struct vv_bus *bus;
    struct vv_members *members;
    struct vv_caller *caller;
};

static inline void toy_connected(void *context)
{
    vv_engine_connected(((struct toy_node *)context)->engine);
}

static inline void toy_lost(void *context)
{
    vv_engine_lost(((struct toy_node *)context)->engine);
}

static inline void toy_node_open(struct toy_world *world, struct toy_node *node, const char *name,
                                 bool publish)
{
    struct vv_error error = {0};
    node->metrics = vv_metrics_create("toy");
    struct vv_engine_options options = {.service = &toy_service,
                                        .loop = world->loop,
                                        .instance = name,
                                        .partitions = TOY_PARTITIONS,
                                        .virtual_clock = !world->real_clock,
                                        .publish = publish,
                                        .cache_bytes = 1024 * 1024,
                                        .metrics = node->metrics};
    assert_int_equal(vv_engine_create(&options, &node->engine), VV_OK);
    struct vv_store_options store = test_redis_options(&world->redis, "registry");
    assert_int_equal(
        vv_store_open(world->loop, &store, toy_connected, toy_lost, node, &node->store, &error),
        VV_OK);
    struct vv_bus_options bus = {.router = "tcp://127.0.0.1:*",
                                 .publish = "tcp://127.0.0.1:*",
                                 .key_file = peers_fixture_key(&world->peers, "provider-registry"),
                                 .peers_file = world->peers.allow,
                                 .publish_off = !publish};
    static const struct vv_bus_callbacks callbacks = {.request = vv_engine_request,
                                                      .reply = vv_engine_reply,
                                                      .publication = vv_engine_publication};
    assert_int_equal(vv_bus_open(world->loop, &bus, &callbacks, node->engine, &node->bus, &error),
                     VV_OK);
    struct vv_member self = {.name = ""};
    snprintf(self.name, sizeof(self.name), "%s", name);
    snprintf(self.router, sizeof(self.router), "%s", vv_bus_router_endpoint(node->bus));
    snprintf(self.publish, sizeof(self.publish), "%s", vv_bus_publish_endpoint(node->bus));
    assert_int_equal(vv_members_open(world->loop, node->store, VV_REGISTRY, &self,
                                     vv_engine_members_changed, node->engine, &node->members),
                     VV_OK);
    assert_int_equal(vv_caller_open(world->loop, node->bus, node->members, name, &node->caller),
                     VV_OK);
    vv_engine_attach(node->engine, node->store, node->bus, node->members, node->caller);
}

/* Without leaving: as if killed. */
static inline void toy_node_kill(struct toy_node *node)
{
    vv_caller_close(&node->caller);
    vv_members_close(&node->members);
    vv_store_close(&node->store);
    vv_bus_close(&node->bus);
    vv_engine_destroy(&node->engine);
    vv_metrics_destroy(&node->metrics);
}

static inline void toy_client_reply(void *context, const uint8_t *frame, size_t len)
{
    struct toy_world *world = context;
    vv_caller_reply(world->caller, frame, len);
}

static inline void toy_world_open(struct toy_world *world)
{
    static const char *const names[] = {"provider-registry", "assessment", "operator", NULL};
    struct vv_error error = {0};
    memset(world, 0, sizeof(*world));
    assert_true(test_redis_start(&world->redis, TOY_PARTITIONS));
    peers_fixture_make(&world->peers, names);
    assert_int_equal(vv_loop_create(&world->loop), VV_OK);
    struct vv_store_options store = test_redis_options(&world->redis, "operator");
    assert_int_equal(vv_store_open(world->loop, &store, NULL, NULL, NULL, &world->store, &error),
                     VV_OK);
    struct vv_bus_options bus = {.key_file = peers_fixture_key(&world->peers, "operator"),
                                 .peers_file = world->peers.allow};
    static const struct vv_bus_callbacks callbacks = {.reply = toy_client_reply};
    assert_int_equal(vv_bus_open(world->loop, &bus, &callbacks, world, &world->bus, &error), VV_OK);
    assert_int_equal(
        vv_members_open(world->loop, world->store, VV_REGISTRY, NULL, NULL, NULL, &world->members),
        VV_OK);
    assert_int_equal(
        vv_caller_open(world->loop, world->bus, world->members, "test", &world->caller), VV_OK);
}

static inline void toy_world_close(struct toy_world *world)
{
    vv_caller_close(&world->caller);
    vv_members_close(&world->members);
    vv_store_close(&world->store);
    vv_bus_close(&world->bus);
    vv_loop_destroy(&world->loop);
    test_redis_stop(&world->redis);
    peers_fixture_remove(&world->peers);
}

/* Turns until `done` says so; false after ten seconds. */
static inline bool toy_until(struct toy_world *world, bool (*done)(void *context), void *context)
{
    int64_t until_us = vv_clock_monotonic_us() + INT64_C(10000000);
    while (!done(context)) {
        if (vv_clock_monotonic_us() > until_us || vv_loop_turn(world->loop, 10) != VV_OK) {
            return false;
        }
    }
    return true;
}

static inline bool toy_node_ready(void *context)
{
    return vv_engine_ready(((struct toy_node *)context)->engine);
}

static inline void toy_node_start(struct toy_world *world, struct toy_node *node, const char *name,
                                  bool publish)
{
    toy_node_open(world, node, name, publish);
    assert_true(toy_until(world, toy_node_ready, node));
}

/* ---- calls of the client ---- */

struct toy_call {
    bool done;
    enum vv_status status;
    char state[64];
    char problem[96]; /* of INFO: the first one */
    bool ready;
    bool quiet;
    int32_t date;
};

static inline void toy_called(void *context, enum vv_status status, const struct vv_frame *frame)
{
    struct toy_call *call = context;
    call->done = true;
    call->status = status;
    if (frame == NULL || frame->body == NULL) {
        return;
    }
    if (frame->row->code == VV_MSG_ACCEPTED) {
        snprintf(call->state, sizeof(call->state), "%s",
                 ((const Vagval__V1__Accepted *)frame->body)->state);
    }
    if (frame->row->code == VV_MSG_INFO_REPLY) {
        const Vagval__V1__InfoReply *info = (const Vagval__V1__InfoReply *)frame->body;
        call->ready = info->ready != 0;
        snprintf(call->problem, sizeof(call->problem), "%s",
                 info->n_problems == 0 ? "" : info->problems[0]);
    }
    if (frame->row->code == VV_MSG_SETTLE_REPLY) {
        call->quiet = ((const Vagval__V1__SettleReply *)frame->body)->quiet != 0;
        call->date = ((const Vagval__V1__SettleReply *)frame->body)->business_date;
    }
}

static inline bool toy_call_done(void *context)
{
    return ((struct toy_call *)context)->done;
}

static inline void toy_send(struct toy_world *world, struct toy_call *call,
                            enum vv_message_type type, struct vv_id id, struct vv_id subject,
                            const ProtobufCMessage *body)
{
    uint8_t bytes[1024];
    size_t len = protobuf_c_message_get_packed_size(body);
    assert_true(len <= sizeof(bytes));
    protobuf_c_message_pack(body, bytes);
    struct vv_request request = {.service = VV_REGISTRY,
                                 .partition = vv_id_partition(subject),
                                 .type = type,
                                 .id = id,
                                 .subject = subject,
                                 .body = bytes,
                                 .body_len = len,
                                 .budget_ms = 9000};
    *call = (struct toy_call){.done = false};
    assert_int_equal(vv_caller_send(world->caller, &request, toy_called, call), VV_OK);
}

static inline struct toy_call toy_do(struct toy_world *world, enum vv_message_type type,
                                     struct vv_id id, struct vv_id subject,
                                     const ProtobufCMessage *body)
{
    struct toy_call call;
    toy_send(world, &call, type, id, subject, body);
    assert_true(toy_until(world, toy_call_done, &call));
    return call;
}

static inline struct toy_call toy_register_one(struct toy_world *world, struct vv_id id,
                                               struct vv_id subject, const char *name)
{
    Vagval__V1__RegisterProvider body = VAGVAL__V1__REGISTER_PROVIDER__INIT;
    body.name = (char *)(uintptr_t)name;
    return toy_do(world, VV_MSG_REGISTER_PROVIDER, id, subject, &body.base);
}

/* Settles until nothing moves. */
static inline struct toy_call toy_settle(struct toy_world *world)
{
    Vagval__V1__Settle body = VAGVAL__V1__SETTLE__INIT;
    struct toy_call call;
    for (int i = 0; i < 20; i++) {
        struct vv_id id = vv_id_time(vv_clock_wall_ms(), (const uint8_t[16]){(uint8_t)i, 7});
        call = toy_do(world, VV_MSG_SETTLE, id, (struct vv_id){{0}}, &body.base);
        assert_int_equal(call.status, VV_OK);
        if (call.quiet) {
            break;
        }
    }
    return call;
}

static inline struct toy_call toy_info(struct toy_world *world)
{
    Vagval__V1__Info body = VAGVAL__V1__INFO__INIT;
    static uint8_t number;
    struct vv_id id = vv_id_time(vv_clock_wall_ms(), (const uint8_t[16]){++number, 8});
    return toy_do(world, VV_MSG_INFO, id, (struct vv_id){{0}}, &body.base);
}

/* ---- ids, clock, state ---- */

static inline struct vv_id toy_id(uint16_t partition, const char *name)
{
    struct vv_id id = vv_id_fact("toy", "id", name);
    id.bytes[0] = (uint8_t)(partition >> 8);
    id.bytes[1] = (uint8_t)partition;
    return id;
}

static inline void toy_set_date(struct toy_world *world, vv_date date)
{
    Vagval__V1__ClockSet clock = VAGVAL__V1__CLOCK_SET__INIT;
    clock.date = date;
    uint8_t bytes[32];
    size_t len = vagval__v1__clock_set__pack(&clock, bytes);
    redisContext *admin = test_redis_admin(&world->redis);
    assert_non_null(admin);
    redisReply *reply =
        redisCommand(admin, "HSET vv:{sys}:registry:clock v 1 m 1 a %b", bytes, len);
    assert_non_null(reply);
    assert_int_not_equal(reply->type, REDIS_REPLY_ERROR);
    freeReplyObject(reply);
    redisFree(admin);
}

/* What Redis holds of a subject's count; -1 = nothing. */
static inline int64_t toy_stored(struct toy_world *world, struct vv_id subject)
{
    char key[VV_KEY_BYTES_MAX];
    vv_key_format(key, vv_id_partition(subject), VV_REGISTRY, "toy", subject);
    redisContext *admin = test_redis_admin(&world->redis);
    assert_non_null(admin);
    redisReply *reply = redisCommand(admin, "HGET %s a", key);
    assert_non_null(reply);
    int64_t count = -1;
    if (reply->type == REDIS_REPLY_STRING) {
        Vagval__V1__Sum *sum =
            vagval__v1__sum__unpack(NULL, reply->len, (const uint8_t *)reply->str);
        assert_non_null(sum);
        count = sum->amount;
        vagval__v1__sum__free_unpacked(sum, NULL);
    }
    freeReplyObject(reply);
    redisFree(admin);
    return count;
}

/* ---- events of assessment ---- */

static inline uint8_t *toy_level_event(struct vv_id subject, uint32_t number, bool published,
                                       size_t *ret_len)
{
    Vagval__V1__LevelDecided level = VAGVAL__V1__LEVEL_DECIDED__INIT;
    level.level = (char *)(uintptr_t) "A";
    static uint8_t body[256], bytes[512];
    size_t body_len = vagval__v1__level_decided__pack(&level, body);
    struct vv_id id = vv_id_step(subject, number);
    Vagval__V1__Envelope envelope = VAGVAL__V1__ENVELOPE__INIT;
    envelope.type = VV_MSG_LEVEL_DECIDED;
    envelope.id = (ProtobufCBinaryData){16, id.bytes};
    envelope.subject = (ProtobufCBinaryData){16, subject.bytes};
    envelope.body = (ProtobufCBinaryData){body_len, body};
    envelope.partition = vv_id_partition(subject);
    envelope.sequence = published ? number : 0;
    *ret_len = vagval__v1__envelope__pack(&envelope, bytes);
    return bytes;
}

/* Events of assessment appear in its stream, without a publication. */
static inline void toy_emit_levels(struct toy_world *world, struct vv_id subject, uint32_t first,
                                   uint32_t count)
{
    redisContext *admin = test_redis_admin(&world->redis);
    unsigned partition = vv_id_partition(subject);
    for (uint32_t n = first; n < first + count; n++) {
        size_t len = 0;
        uint8_t *bytes = toy_level_event(subject, n, false, &len);
        redisReply *reply = redisCommand(admin, "XADD vv:{p%03u}:assessment:stream %u-0 e %b",
                                         partition, n, bytes, len);
        assert_non_null(reply);
        assert_int_not_equal(reply->type, REDIS_REPLY_ERROR);
        freeReplyObject(reply);
    }
    freeReplyObject(redisCommand(admin,
                                 "HSET vv:{p%03u}:assessment:part seq %u epoch e1 recorded 0",
                                 partition, first + count - 1));
    redisFree(admin);
}

#endif
