/*
 * What stops a feed, the relay or the timers of a partition, how that shows, how it ends; and
 * what goes on while an event must wait.
 */
#include "../../../services/runtime/engine_internal.h"
#include "engine_toy.h"

#define RETRY_MS 200

static struct toy_world world;
static struct toy_node node;

static void open_node(void)
{
    toy_node_open(&world, &node, "toy-1", true);
    node.engine->bounds.stopped_retry_ms = RETRY_MS;
}

static int setup(void **state)
{
    (void)state;
    toy_fail_type = VV_MSG_NONE;
    toy_failed = 0;
    toy_put_off = 0;
    toy_world_open(&world);
    open_node();
    return toy_until(&world, toy_node_ready, &node) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    toy_node_kill(&node);
    toy_world_close(&world);
    return 0;
}

struct count_wait {
    struct vv_id subject;
    int64_t count;
};

static bool has_count(void *context)
{
    const struct count_wait *wait = context;
    return toy_stored(&world, wait->subject) >= wait->count;
}

static bool has_problem(void *context)
{
    return strcmp(toy_info(&world).problem, context) == 0;
}

static bool has_no_problem(void *context)
{
    struct toy_call info = toy_info(&world);
    (void)context;
    return info.problem[0] == 0 && info.ready;
}

static bool has_failed_often(void *context)
{
    return toy_failed >= *(int *)context;
}

static void wait_problem(const char *problem)
{
    assert_true(toy_until(&world, has_problem, (void *)(uintptr_t)problem));
    assert_false(toy_info(&world).ready);
}

static void wait_solved(void)
{
    assert_true(toy_until(&world, has_no_problem, NULL));
}

static void wait_count(struct vv_id subject, int64_t count)
{
    struct count_wait wait = {subject, count};
    assert_true(toy_until(&world, has_count, &wait));
    assert_int_equal(toy_stored(&world, subject), count);
}

/* ---- entries that have gone ---- */

static void a_stream_trimmed_to_nothing_is_an_alarm(void **state)
{
    (void)state;
    struct vv_id subject = toy_id(6, "trimmed");
    toy_emit_levels(&world, subject, 1, 2);
    wait_count(subject, 2);
    toy_node_kill(&node);
    toy_emit_levels(&world, subject, 3, 3);
    test_redis_ask(&world.redis, "XTRIM vv:{p006}:assessment:stream MAXLEN 0");
    open_node();
    wait_problem("feed.entries-missing partition 6: assessment");
    assert_int_equal(toy_stored(&world, subject), 2);
    assert_string_equal(test_redis_ask(&world.redis, "HGET vv:{p006}:registry:cursor assessment"),
                        "e1:2");
    /* An operator brings the entries back: the feed goes on, and the alarm ends. */
    test_redis_ask(&world.redis, "DEL vv:{p006}:assessment:stream");
    toy_emit_levels(&world, subject, 3, 3);
    wait_count(subject, 5);
    wait_solved();
}

static void a_tail_that_has_gone_is_an_alarm(void **state)
{
    (void)state;
    struct vv_id subject = toy_id(6, "tail");
    toy_emit_levels(&world, subject, 1, 3);
    wait_count(subject, 3);
    test_redis_ask(&world.redis, "HSET vv:{p006}:assessment:part seq 5");
    wait_problem("feed.entries-missing partition 6: assessment");
    assert_int_equal(toy_stored(&world, subject), 3);
}

static void orders_trimmed_away_are_an_alarm(void **state)
{
    (void)state;
    toy_node_kill(&node);
    test_redis_ask(&world.redis, "HSET vv:{p001}:registry:part seq 7 epoch r1 recorded 0");
    test_redis_ask(&world.redis, "HSET vv:{p001}:registry:cursor relay r1:5");
    open_node();
    wait_problem("feed.entries-missing partition 1: provider-registry");
}

static bool relay_has_moved(void *context)
{
    (void)context;
    const char *cursor = test_redis_ask(&world.redis, "HGET vv:{p002}:registry:cursor relay");
    return cursor != NULL && strstr(cursor, ":7") != NULL;
}

/* Own events without an order move the relay's cursor now and then: trimming rests on it. */
static void own_events_without_orders_move_the_cursor(void **state)
{
    (void)state;
    enum { COUNT = 70 };
    struct vv_id subject = toy_id(2, "own");
    for (int i = 0; i < COUNT; i++) {
        char name[32];
        snprintf(name, sizeof(name), "own-%d", i);
        assert_int_equal(toy_register_one(&world, toy_id(0, name), subject, "emit").status, VV_OK);
    }
    assert_true(toy_until(&world, relay_has_moved, NULL));
    assert_true(toy_info(&world).ready);
}

/* ---- stopped, and tried again ---- */

static void a_poison_event_is_never_skipped(void **state)
{
    (void)state;
    struct vv_id subject = toy_id(3, "poison");
    toy_fail_type = VV_MSG_LEVEL_DECIDED;
    toy_fail_status = VV_CORRUPT;
    toy_emit_levels(&world, subject, 1, 3);
    wait_problem("feed.refused partition 3: assessment");
    int often = 3;
    assert_true(toy_until(&world, has_failed_often, &often));
    wait_problem("feed.refused partition 3: assessment");
    assert_int_equal(toy_stored(&world, subject), -1);
    assert_string_equal(
        test_redis_ask(&world.redis, "HEXISTS vv:{p003}:registry:cursor assessment"), "0");
    /* Its neighbours go on meanwhile. */
    assert_string_equal(toy_register_one(&world, toy_id(0, "next"), toy_id(3, "next"), "a").state,
                        "1");
    toy_fail_type = VV_MSG_NONE;
    wait_count(subject, 3);
    wait_solved();
}

static void a_feed_out_of_memory_recovers(void **state)
{
    (void)state;
    struct vv_id subject = toy_id(3, "memory");
    toy_fail_type = VV_MSG_LEVEL_DECIDED;
    toy_fail_status = VV_NO_MEMORY;
    toy_emit_levels(&world, subject, 1, 5);
    wait_problem("feed.refused partition 3: assessment");
    toy_fail_type = VV_MSG_NONE;
    wait_count(subject, 5);
    wait_solved();
}

static void a_stopped_relay_recovers(void **state)
{
    (void)state;
    struct vv_id case_id = toy_id(1, "relay-case"), target = toy_id(6, "relay-target");
    struct vv_partition *partition = vv_engine_partition(node.engine, 1);
    node.engine->bounds.stopped_retry_ms = 1500;
    vv_follow_stop(node.engine, partition, VV_RELAY, "relay.out-of-memory");
    Vagval__V1__ChooseContract body = VAGVAL__V1__CHOOSE_CONTRACT__INIT;
    body.contract = (ProtobufCBinaryData){16, target.bytes};
    assert_int_equal(
        toy_do(&world, VV_MSG_CHOOSE_CONTRACT, toy_id(0, "relay"), case_id, &body.base).status,
        VV_OK);
    wait_problem("relay.out-of-memory partition 1: provider-registry");
    assert_int_equal(toy_stored(&world, target), -1);
    wait_count(case_id, 1);
    assert_int_equal(toy_stored(&world, target), 1);
    wait_solved();
}

static void a_stopped_timer_recovers(void **state)
{
    (void)state;
    struct vv_id subject = toy_id(4, "timer");
    toy_set_date(&world, 20000);
    assert_int_equal(toy_settle(&world).date, 20000);
    Vagval__V1__EndPlacement body = VAGVAL__V1__END_PLACEMENT__INIT;
    body.last_day = 20001;
    assert_int_equal(
        toy_do(&world, VV_MSG_END_PLACEMENT, toy_id(0, "timer"), subject, &body.base).status,
        VV_OK);
    toy_fail_type = VV_MSG_PLACEMENT_DUE;
    toy_fail_status = VV_CORRUPT;
    toy_set_date(&world, 20001);
    wait_problem("timer.stopped partition 4: placement_due");
    int often = 3;
    assert_true(toy_until(&world, has_failed_often, &often));
    wait_problem("timer.stopped partition 4: placement_due");
    assert_int_equal(toy_stored(&world, subject), -1);
    toy_fail_type = VV_MSG_NONE;
    wait_count(subject, 1);
    wait_solved();
}

/* ---- put off ---- */

static bool was_put_off(void *context)
{
    return toy_put_off < *(int *)context;
}

static void a_command_does_not_wait_for_an_event_put_off(void **state)
{
    (void)state;
    int before = 1000000;
    struct vv_id subject = toy_id(4, "put-off"), other = toy_id(4, "command");
    toy_put_off = before;
    toy_emit_levels(&world, subject, 1, 3);
    assert_true(toy_until(&world, was_put_off, &before));
    int64_t began_us = vv_clock_monotonic_us();
    struct toy_call call = toy_register_one(&world, toy_id(0, "command"), other, "a");
    assert_int_equal(call.status, VV_OK);
    assert_true(vv_clock_monotonic_us() - began_us < 1000000);
    assert_true(toy_put_off > 0);
    assert_int_equal(toy_stored(&world, subject), -1);
    toy_put_off = 0;
    wait_count(subject, 3);
    assert_string_equal(test_redis_ask(&world.redis, "HGET vv:{p004}:registry:cursor assessment"),
                        "e1:3");
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(a_stream_trimmed_to_nothing_is_an_alarm),
        FRESH(a_tail_that_has_gone_is_an_alarm),
        FRESH(orders_trimmed_away_are_an_alarm),
        FRESH(own_events_without_orders_move_the_cursor),
        FRESH(a_poison_event_is_never_skipped),
        FRESH(a_feed_out_of_memory_recovers),
        FRESH(a_stopped_relay_recovers),
        FRESH(a_stopped_timer_recovers),
        FRESH(a_command_does_not_wait_for_an_event_put_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
