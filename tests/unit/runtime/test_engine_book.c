/*
 * A service that has a row `on_book` is told of the book: each owned partition once for each
 * publication and take-over, again after it was put off or failed, and settling waits for it.
 */
#include "../../../services/runtime/engine_internal.h"
#include "engine_toy.h"

#define RETRY_MS 200

static struct toy_world world;
static struct toy_node node;

static int setup(void **state)
{
    (void)state;
    toy_fail_type = VV_MSG_NONE;
    toy_failed = 0;
    toy_told_busy = 0;
    toy_told_generation = 0;
    memset(toy_told, 0, sizeof(toy_told));
    toy_world_open(&world);
    toy_node_open(&world, &node, "toy-1", true);
    node.engine->bounds.stopped_retry_ms = RETRY_MS;
    return toy_until(&world, toy_node_ready, &node) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    toy_node_kill(&node);
    toy_world_close(&world);
    return 0;
}

/* A publication that nobody can read takes its place in the book like any other. */
static void publish(void)
{
    Vagval__V1__PublishScheme publication = VAGVAL__V1__PUBLISH_SCHEME__INIT;
    publication.name = (char *)(uintptr_t) "x.yaml";
    uint8_t bytes[64];
    size_t len = vagval__v1__publish_scheme__pack(&publication, bytes);
    redisContext *admin = test_redis_admin(&world.redis);
    assert_non_null(admin);
    redisReply *reply = redisCommand(admin, "RPUSH vv:{sys}:registry:book %b", bytes, len);
    assert_non_null(reply);
    assert_int_equal(reply->type, REDIS_REPLY_INTEGER);
    freeReplyObject(reply);
    redisFree(admin);
}

static void assert_told(int times)
{
    for (unsigned p = 0; p < TOY_PARTITIONS; p++) {
        assert_int_equal(toy_told[p], times);
    }
}

static void each_partition_is_told_once(void **state)
{
    (void)state;
    assert_true(toy_settle(&world).quiet);
    assert_told(0); /* an empty book is nothing to tell of */
    publish();
    assert_true(toy_settle(&world).quiet); /* reads the book, and waits until all are told */
    assert_told(1);
    assert_int_equal(toy_told_generation, 1);
    assert_true(toy_settle(&world).quiet);
    assert_told(1);
    publish();
    publish();
    assert_true(toy_settle(&world).quiet);
    assert_in_range(toy_told[0], 2, 3); /* both at once, or one by one */
    assert_int_equal(toy_told_generation, 3);
}

static bool owns_all(void *context)
{
    (void)context;
    return node.engine->opened == TOY_PARTITIONS;
}

static void whoever_takes_over_is_told(void **state)
{
    (void)state;
    publish();
    assert_true(toy_settle(&world).quiet);
    toy_node_kill(&node);
    toy_node_open(&world, &node, "toy-2", true);
    assert_true(toy_until(&world, owns_all, NULL)); /* when the dead one's lease has ended */
    assert_true(toy_settle(&world).quiet);
    assert_told(2);
}

/* A partition that is opened again is told again, by the same process too: whoever had it meanwhile
 * may have begun something. */
static void a_partition_opened_again_is_told_again(void **state)
{
    (void)state;
    publish();
    assert_true(toy_settle(&world).quiet);
    vv_follow_reopen(node.engine, vv_engine_partition(node.engine, 3));
    assert_true(toy_until(&world, owns_all, NULL));
    assert_true(toy_settle(&world).quiet);
    assert_int_equal(toy_told[3], 2);
    assert_int_equal(toy_told[4], 1);
}

static void what_is_put_off_comes_again(void **state)
{
    (void)state;
    toy_told_busy = 3 * TOY_PARTITIONS;
    publish();
    assert_true(toy_settle(&world).quiet);
    assert_int_equal(toy_told_busy, 0);
    assert_told(1);
}

/* The unreadable publications are a problem too, of another name. */
static bool has_problem(void *context)
{
    (void)context;
    for (unsigned i = 0; i < node.engine->problem_count; i++) {
        if (strncmp(node.engine->problems[i], "timer.stopped", strlen("timer.stopped")) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_well(void *context)
{
    return !has_problem(context) && toy_info(&world).ready && toy_told[0] == 1;
}

static void a_failure_is_an_alarm_and_is_tried_again(void **state)
{
    (void)state;
    toy_fail_type = VV_MSG_CHOICE_DUE;
    toy_fail_status = VV_CORRUPT;
    publish();
    assert_true(toy_until(&world, has_problem, NULL));
    toy_fail_type = VV_MSG_NONE;
    assert_true(toy_until(&world, is_well, NULL));
    assert_true(toy_settle(&world).quiet);
    assert_told(1);
    assert_true(toy_failed >= TOY_PARTITIONS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_partition_is_told_once, setup, teardown),
        cmocka_unit_test_setup_teardown(whoever_takes_over_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(a_partition_opened_again_is_told_again, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_put_off_comes_again, setup, teardown),
        cmocka_unit_test_setup_teardown(a_failure_is_an_alarm_and_is_tried_again, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
