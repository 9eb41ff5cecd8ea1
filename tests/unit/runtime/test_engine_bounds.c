/*
 * The engine's bounds, made small: queues, peers, streams, commits; stored formats; the real clock;
 * what the metrics show.
 */
#include "../../../services/runtime/engine_internal.h"
#include "engine_toy.h"
#include "vagval/zone.h"

static struct toy_world world;
static struct toy_node node;

static int setup(void **state)
{
    (void)state;
    toy_fail_type = VV_MSG_NONE;
    toy_world_open(&world);
    toy_node_start(&world, &node, "toy-1", true);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    toy_node_kill(&node);
    toy_world_close(&world);
    return 0;
}

/* ---- many commands of one partition ---- */

#define CALLS 60

static struct toy_call calls[CALLS];
static unsigned sent;

/* What comes for the partition gathers for a while. */
static void hold(uint16_t partition, int64_t ms)
{
    vv_engine_partition(node.engine, partition)->retry_at_ms = vv_loop_now_ms(world.loop) + ms;
}

static void send_many(unsigned count, struct vv_id subject, const char *name)
{
    Vagval__V1__RegisterProvider body = VAGVAL__V1__REGISTER_PROVIDER__INIT;
    body.name = (char *)(uintptr_t)name;
    sent = count;
    for (unsigned i = 0; i < count; i++) {
        toy_send(&world, &calls[i], VV_MSG_REGISTER_PROVIDER, vv_id_step(subject, i + 1), subject,
                 &body.base);
    }
}

static bool are_done(void *context)
{
    (void)context;
    for (unsigned i = 0; i < sent; i++) {
        if (!calls[i].done) {
            return false;
        }
    }
    return true;
}

static bool was_busy(void *context)
{
    (void)context;
    return node.engine->counters.busy > 0;
}

/* All are answered in the end, each counted once. */
static void all_are_done_once(struct vv_id subject)
{
    assert_true(toy_until(&world, are_done, NULL));
    for (unsigned i = 0; i < sent; i++) {
        assert_int_equal(calls[i].status, VV_OK);
    }
    assert_int_equal(toy_stored(&world, subject), sent);
}

/* ---- queues ---- */

static void a_full_partition_says_busy(void **state)
{
    (void)state;
    struct vv_id subject = toy_id(3, "full");
    node.engine->bounds.partition_queue = 4;
    hold(3, 300);
    send_many(20, subject, "a");
    assert_true(toy_until(&world, was_busy, NULL));
    assert_true(vv_engine_partition(node.engine, 3)->queued <= 4);
    all_are_done_once(subject);
}

static void a_full_process_says_busy(void **state)
{
    (void)state;
    struct vv_id subject = toy_id(3, "process");
    node.engine->bounds.process_queue = 4;
    hold(3, 300);
    send_many(20, subject, "a");
    assert_true(toy_until(&world, was_busy, NULL));
    assert_true(node.engine->queued <= 4);
    all_are_done_once(subject);
}

static void a_peer_has_its_share_of_the_queue(void **state)
{
    (void)state;
    struct vv_id subject = toy_id(3, "share");
    node.engine->bounds.peer_queue = 4;
    hold(3, 300);
    send_many(20, subject, "a");
    assert_true(toy_until(&world, was_busy, NULL));
    assert_true(node.engine->queued <= 4);
    all_are_done_once(subject);
    for (unsigned place = 0; place < VV_PEER_PLACES; place++) {
        assert_int_equal(node.engine->peers[place].queued, 0);
    }
}

static void a_peer_that_asks_too_fast_is_slowed_down(void **state)
{
    (void)state;
    struct vv_id subject = toy_id(3, "fast");
    node.engine->bounds.peer_rate = 20;
    int64_t began_us = vv_clock_monotonic_us();
    send_many(CALLS, subject, "a");
    all_are_done_once(subject);
    assert_true(node.engine->counters.busy > 0);
    /* 20 at once, then 40 at 20 a second. */
    assert_true(vv_clock_monotonic_us() - began_us > 1500000);
}

static void buckets_are_told_apart_and_bounded(void **state)
{
    (void)state;
    enum { PEERS = 5000, RATE = 10 };
    uint16_t place = 0;
    node.engine->bounds.peer_rate = RATE;
    struct vv_peer first = {.len = 5, .bytes = {0, 1}}, second = {.len = 5, .bytes = {0, 2}};
    for (int i = 0; i < 100; i++) {
        assert_int_equal(vv_peer_take(node.engine, &first, VV_ROLE_PROVIDER, &place), i < RATE);
        assert_true(vv_peer_take(node.engine, &first, VV_ROLE_PAYMENT, &place));
        assert_int_equal(place, VV_PEER_FREE);
    }
    assert_true(vv_peer_take(node.engine, &second, VV_ROLE_PROVIDER, &place));
    /* Nobody gains by connecting anew. */
    unsigned taken = 0;
    for (uint32_t i = 0; i < PEERS; i++) {
        struct vv_peer peer = {.len = 5};
        memcpy(peer.bytes + 1, &i, sizeof(i));
        for (int k = 0; k < RATE; k++) {
            taken += vv_peer_take(node.engine, &peer, VV_ROLE_PROVIDER, &place) ? 1 : 0;
        }
    }
    assert_in_range(taken, RATE * VV_PEERS_MAX / 2, RATE * (VV_PEERS_MAX + 1));
}

/* ---- streams ---- */

static void set_cursors(unsigned partition, unsigned sequence)
{
    for (unsigned s = 0; s < VV_SERVICE_COUNT; s++) {
        if (node.engine->consumers[s]) {
            test_redis_ask(&world.redis, "HSET vv:{p%03u}:%s:cursor registry e:%u", partition,
                           vv_service_key_name((enum vv_service_id)s), sequence);
        }
    }
}

static bool is_trimmed_to_30(void *context)
{
    (void)context;
    return strcmp(test_redis_ask(&world.redis, "XLEN vv:{p002}:registry:stream"), "30") == 0;
}

static void a_stream_is_cut_to_its_slowest_consumer(void **state)
{
    (void)state;
    struct vv_id subject = toy_id(2, "trim");
    send_many(40, subject, "emit");
    assert_true(toy_until(&world, are_done, NULL));
    send_many(30, toy_id(2, "trim-2"), "emit");
    assert_true(toy_until(&world, are_done, NULL));
    assert_string_equal(test_redis_ask(&world.redis, "XLEN vv:{p002}:registry:stream"), "70");
    set_cursors(2, 60);
    unsigned slow = 0;
    while (!node.engine->consumers[slow]) {
        slow++;
    }
    test_redis_ask(&world.redis, "HSET vv:{p002}:%s:cursor registry e:40",
                   vv_service_key_name((enum vv_service_id)slow));
    assert_true(toy_until(&world, is_trimmed_to_30, NULL));
    for (int i = 0; i < 250; i++) { /* another round of trimming */
        assert_int_equal(vv_loop_turn(world.loop, 10), VV_OK);
    }
    assert_true(is_trimmed_to_30(NULL));
}

static bool is_clogged(void *context)
{
    (void)context;
    return vv_engine_partition(node.engine, 2)->clogged;
}

static void a_stuck_consumer_makes_commands_wait(void **state)
{
    (void)state;
    struct vv_id subject = toy_id(2, "stuck");
    node.engine->bounds.stream_entries = 10;
    send_many(12, subject, "emit");
    assert_true(toy_until(&world, are_done, NULL));
    assert_true(toy_until(&world, is_clogged, NULL));
    assert_string_equal(toy_info(&world).problem, "stream.long partition 2: a consumer is stuck");
    struct toy_call call;
    Vagval__V1__RegisterProvider body = VAGVAL__V1__REGISTER_PROVIDER__INIT;
    toy_send(&world, &call, VV_MSG_REGISTER_PROVIDER, toy_id(0, "stuck"), subject, &body.base);
    assert_true(toy_until(&world, was_busy, NULL));
    assert_false(call.done);
    set_cursors(2, 12);
    /* The relay's cursor moves only now and then: the test does not wait for 64 events. */
    node.engine->bounds.stream_entries = 100;
    assert_true(toy_until(&world, toy_call_done, &call));
    assert_int_equal(call.status, VV_OK);
    assert_string_equal(call.state, "13");
    assert_string_equal(toy_info(&world).problem, "");
}

/* ---- commits ---- */

static void a_batch_beyond_a_commit_is_split(void **state)
{
    (void)state;
    struct vv_id subject = toy_id(5, "wide");
    node.engine->bounds.commit_soft_keys = SIZE_MAX;
    hold(5, 300);
    send_many(CALLS, subject, "wide-20");
    all_are_done_once(subject);
    assert_in_range(vv_engine_commits(node.engine), 3, CALLS / 2);
    assert_string_equal(test_redis_ask(&world.redis, "EVAL %s 0",
                                       "return #redis.call('keys', 'vv:{p005}:registry:wide:*')"),
                        "1200");
}

static void a_batch_is_cut_before_it_is_too_large(void **state)
{
    (void)state;
    struct vv_id subject = toy_id(5, "soft");
    node.engine->bounds.commit_soft_keys = 50;
    hold(5, 300);
    send_many(CALLS, subject, "wide-20");
    all_are_done_once(subject);
    assert_in_range(vv_engine_commits(node.engine), CALLS / 4, CALLS);
}

static void one_message_beyond_a_commit_is_refused(void **state)
{
    (void)state;
    struct vv_id subject = toy_id(5, "huge");
    struct toy_call call = toy_register_one(&world, toy_id(0, "huge"), subject, "wide-600");
    assert_int_equal(call.status, VV_TOO_LARGE);
    assert_int_equal(toy_stored(&world, subject), -1);
    assert_string_equal(toy_register_one(&world, toy_id(0, "small"), subject, "a").state, "1");
}

/* ---- formats, clock, metrics ---- */

static void a_newer_format_is_refused(void **state)
{
    (void)state;
    struct vv_id subject = toy_id(2, "newer");
    char key[VV_KEY_BYTES_MAX];
    vv_key_format(key, 2, VV_REGISTRY, "toy", subject);
    test_redis_ask(&world.redis, "HSET %s v 1 m %d a %s", key, VV_FORMAT + 1, "");
    struct toy_call call = toy_register_one(&world, toy_id(0, "newer"), subject, "a");
    assert_int_equal(call.status, VV_NEWER_FORMAT);
    assert_string_equal(test_redis_ask(&world.redis, "HGET %s v", key), "1");
    test_redis_ask(&world.redis, "HSET %s m %d", key, VV_FORMAT);
    call = toy_register_one(&world, toy_id(0, "newer"), subject, "a");
    assert_int_equal(call.status, VV_OK);
}

static vv_date date_now(void)
{
    vv_date date = 0;
    assert_int_equal(vv_zone_date("Europe/Stockholm", vv_clock_wall_ms(), &date), VV_OK);
    return date;
}

struct count_wait {
    struct vv_id subject;
    int64_t count;
};

static bool has_count(void *context)
{
    const struct count_wait *wait = context;
    return toy_stored(&world, wait->subject) == wait->count;
}

static void the_real_clock_fires_what_is_due(void **state)
{
    (void)state;
    toy_node_kill(&node);
    world.real_clock = true;
    toy_set_date(&world, 12345); /* of a virtual clock: not for us */
    toy_node_start(&world, &node, "toy-1", true);
    vv_date before = date_now();
    vv_date date = toy_settle(&world).date;
    assert_in_range(date, before, date_now());
    struct vv_id due = toy_id(4, "due"), later = toy_id(4, "later");
    Vagval__V1__EndPlacement body = VAGVAL__V1__END_PLACEMENT__INIT;
    body.last_day = before + 2;
    assert_int_equal(
        toy_do(&world, VV_MSG_END_PLACEMENT, toy_id(0, "later"), later, &body.base).status, VV_OK);
    body.last_day = before;
    assert_int_equal(toy_do(&world, VV_MSG_END_PLACEMENT, toy_id(0, "due"), due, &body.base).status,
                     VV_OK);
    struct count_wait wait = {due, 1};
    assert_true(toy_until(&world, has_count, &wait));
    assert_int_equal(toy_stored(&world, later), -1);
}

static bool shows_published(void *context)
{
    size_t len = 0;
    char *text = vv_metrics_text(node.metrics, &len);
    assert_non_null(text);
    bool shown = strstr(text, context) != NULL;
    free(text);
    return shown;
}

static void metrics_show_what_bus_and_caller_count(void **state)
{
    (void)state;
    char wanted[96];
    assert_true(shows_published("vagval_bus_refused_total{"));
    assert_true(shows_published("reason=\"key\""));
    assert_true(shows_published("vagval_bus_replies_dropped_total"));
    assert_true(shows_published("what=\"expired\""));
    send_many(3, toy_id(1, "metrics"), "emit");
    assert_true(toy_until(&world, are_done, NULL));
    (void)snprintf(wanted, sizeof(wanted), "vagval_bus_published_total{service=\"toy\"} %d\n", 3);
    assert_true(toy_until(&world, shows_published, wanted));
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(a_full_partition_says_busy),
        FRESH(a_full_process_says_busy),
        FRESH(a_peer_has_its_share_of_the_queue),
        FRESH(a_peer_that_asks_too_fast_is_slowed_down),
        FRESH(buckets_are_told_apart_and_bounded),
        FRESH(a_stream_is_cut_to_its_slowest_consumer),
        FRESH(a_stuck_consumer_makes_commands_wait),
        FRESH(a_batch_beyond_a_commit_is_split),
        FRESH(a_batch_is_cut_before_it_is_too_large),
        FRESH(one_message_beyond_a_commit_is_refused),
        FRESH(a_newer_format_is_refused),
        FRESH(the_real_clock_fires_what_is_due),
        FRESH(metrics_show_what_bus_and_caller_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
