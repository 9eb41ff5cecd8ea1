/*
 * The engine when things fail: Redis dies, an instance dies, publications are lost or off.
 */
#include "../../../services/runtime/engine_internal.h"
#include "engine_toy.h"

#include <signal.h>

static struct toy_world world;

static int setup(void **state)
{
    (void)state;
    toy_world_open(&world);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
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

static bool all_done(void *context)
{
    const struct toy_call *calls = context;
    for (int i = 0; i < 200; i++) {
        if (!calls[i].done) {
            return false;
        }
    }
    return true;
}

static void lost_replies_of_redis_lose_and_repeat_nothing(void **state)
{
    (void)state;
    enum { COUNT = 200 };
    static struct toy_call calls[COUNT];
    struct toy_node node = {0};
    toy_node_start(&world, &node, "toy-1", true);
    struct vv_id subject = toy_id(3, "redis");
    Vagval__V1__RegisterProvider body = VAGVAL__V1__REGISTER_PROVIDER__INIT;
    for (int i = 0; i < COUNT; i++) {
        char name[32];
        snprintf(name, sizeof(name), "redis-%d", i);
        toy_send(&world, &calls[i], VV_MSG_REGISTER_PROVIDER, toy_id(0, name), subject, &body.base);
        assert_int_equal(vv_loop_turn(world.loop, 1), VV_OK);
        if (i == 60 || i == 140) {
            test_redis_kill(&world.redis);
            assert_true(test_redis_again(&world.redis));
        }
    }
    assert_true(toy_until(&world, all_done, calls));
    bool seen[COUNT + 1] = {false};
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(calls[i].status, VV_OK);
        long number = strtol(calls[i].state, NULL, 10);
        assert_in_range(number, 1, COUNT);
        assert_false(seen[number]);
        seen[number] = true;
    }
    assert_int_equal(toy_stored(&world, subject), COUNT);
    toy_node_kill(&node);
}

static void turn_for(int64_t limit_ms)
{
    int64_t until_us = vv_clock_monotonic_us() + limit_ms * 1000;
    while (vv_clock_monotonic_us() < until_us) {
        assert_int_equal(vv_loop_turn(world.loop, 5), VV_OK);
    }
}

/* The commit is sent, and Redis dies before it has read it: nothing may be acknowledged. */
static void a_commit_that_redis_never_took_is_made_again(void **state)
{
    (void)state;
    struct toy_node node = {0};
    toy_node_start(&world, &node, "toy-1", true);
    struct vv_id subject = toy_id(6, "never");
    assert_int_equal(toy_register_one(&world, subject, subject, "a").status, VV_OK);
    assert_int_equal(kill(world.redis.pid, SIGSTOP), 0);
    struct toy_call call;
    Vagval__V1__RegisterProvider body = VAGVAL__V1__REGISTER_PROVIDER__INIT;
    toy_send(&world, &call, VV_MSG_REGISTER_PROVIDER, toy_id(0, "never-2"), subject, &body.base);
    turn_for(200);
    assert_false(call.done);
    test_redis_kill(&world.redis);
    turn_for(200);
    assert_false(call.done);
    assert_true(test_redis_again(&world.redis));
    assert_int_equal(toy_stored(&world, subject), 1);
    struct count_wait wait = {subject, 2};
    assert_true(toy_until(&world, has_count, &wait));
    toy_settle(&world);
    assert_true(call.done);
    assert_int_equal(call.status, VV_OK);
    assert_string_equal(call.state, "2");
    assert_int_equal(toy_stored(&world, subject), 2);
    toy_node_kill(&node);
}

static void a_gap_in_publications_is_read(void **state)
{
    (void)state;
    struct toy_node node = {0};
    toy_node_start(&world, &node, "toy-1", true);
    struct vv_id subject = toy_id(5, "gap");
    toy_emit_levels(&world, subject, 1, 1);
    struct count_wait wait = {subject, 1};
    assert_true(toy_until(&world, has_count, &wait)); /* the walk found it */
    toy_emit_levels(&world, subject, 2, 3);
    size_t len = 0;
    uint8_t *frame = toy_level_event(subject, 4, true, &len);
    vv_engine_publication(node.engine, VV_ASSESSMENT, 5, frame, len);
    wait.count = 4;
    assert_true(toy_until(&world, has_count, &wait));
    /* The next one is taken straight, and again: nothing happens twice. */
    toy_emit_levels(&world, subject, 5, 1);
    frame = toy_level_event(subject, 5, true, &len);
    vv_engine_publication(node.engine, VV_ASSESSMENT, 5, frame, len);
    vv_engine_publication(node.engine, VV_ASSESSMENT, 5, frame, len);
    toy_settle(&world);
    assert_int_equal(toy_stored(&world, subject), 5);
    toy_node_kill(&node);
}

static void all_works_without_publications(void **state)
{
    (void)state;
    struct toy_node node = {0};
    toy_node_start(&world, &node, "toy-1", false);
    struct vv_id subject = toy_id(2, "silent");
    toy_emit_levels(&world, subject, 1, 5);
    struct count_wait wait = {subject, 5};
    assert_true(toy_until(&world, has_count, &wait));
    assert_int_equal(toy_stored(&world, subject), 5);
    toy_node_kill(&node);
}

static bool owns_all(void *context)
{
    const struct toy_node *node = context;
    for (uint16_t p = 0; p < TOY_PARTITIONS; p++) {
        const struct vv_member *owner = vv_members_owner(node->members, VV_REGISTRY, p);
        if (owner == NULL || strcmp(owner->name, "toy-2") != 0) {
            return false;
        }
    }
    return vv_engine_ready(node->engine);
}

static void another_instance_takes_over(void **state)
{
    (void)state;
    struct toy_node first = {0}, second = {0};
    toy_node_start(&world, &first, "toy-1", true);
    struct vv_id subjects[TOY_PARTITIONS];
    for (uint16_t p = 0; p < TOY_PARTITIONS; p++) {
        char name[32];
        snprintf(name, sizeof(name), "over-%u", p);
        subjects[p] = toy_id(p, name);
        assert_int_equal(toy_register_one(&world, subjects[p], subjects[p], "a").status, VV_OK);
    }
    toy_node_start(&world, &second, "toy-2", true);
    toy_node_kill(&first);
    for (uint16_t p = 0; p < TOY_PARTITIONS; p++) {
        /* The same id again is the same answer, from whoever gives it. */
        struct toy_call again = toy_register_one(&world, subjects[p], subjects[p], "a");
        assert_int_equal(again.status, VV_OK);
        assert_string_equal(again.state, "1");
    }
    assert_true(toy_until(&world, owns_all, &second));
    toy_emit_levels(&world, toy_id(1, "over-fed"), 1, 2);
    struct count_wait wait = {toy_id(1, "over-fed"), 2};
    assert_true(toy_until(&world, has_count, &wait));
    toy_node_kill(&second);
}

static void an_order_survives_the_death_of_its_sender(void **state)
{
    (void)state;
    struct vv_id case_id = toy_id(4, "dying-case");
    struct vv_id target = toy_id(7, "dying-target");
    struct toy_node node = {0};
    toy_node_start(&world, &node, "toy-1", true);
    Vagval__V1__ChooseContract body = VAGVAL__V1__CHOOSE_CONTRACT__INIT;
    body.contract = (ProtobufCBinaryData){16, target.bytes};
    struct toy_call chosen;
    toy_send(&world, &chosen, VV_MSG_CHOOSE_CONTRACT, toy_id(0, "dying"), case_id, &body.base);
    /* The target has it; whether the answer was taken is open. */
    struct count_wait wait = {target, 1};
    assert_true(toy_until(&world, has_count, &wait));
    toy_node_kill(&node);
    toy_node_start(&world, &node, "toy-1", true);
    toy_settle(&world);
    wait = (struct count_wait){case_id, 1};
    assert_true(toy_until(&world, has_count, &wait));
    toy_settle(&world);
    assert_int_equal(toy_stored(&world, target), 1);
    assert_int_equal(toy_stored(&world, case_id), 1);
    toy_node_kill(&node);
}

/* A partition that the first of two instances keeps, or loses to the second. */
static uint16_t partition_won_by(size_t winner)
{
    static const char *const names[] = {"toy-1", "toy-2"};
    for (uint16_t p = 0; p < TOY_PARTITIONS; p++) {
        if (vv_rendezvous(names, 2, p) == winner) {
            return p;
        }
    }
    fail_msg("toy-%zu wins no partition", winner + 1);
    return 0;
}

static bool has_order(void *context)
{
    return ((const struct toy_node *)context)->engine->orders_open == 1;
}

static bool has_no_order(void *context)
{
    return ((const struct toy_node *)context)->engine->orders_open == 0;
}

static bool is_idle(void *context)
{
    return vv_engine_idle(((const struct toy_node *)context)->engine);
}

/* Who loses a partition loses its open orders too, or would never come to rest again. */
static void an_open_order_goes_with_its_partition(void **state)
{
    (void)state;
    struct vv_id case_id = toy_id(partition_won_by(1), "moving-case");
    struct vv_id target = toy_id(partition_won_by(0), "staying-target");
    struct toy_node first = {0}, second = {0};
    toy_node_start(&world, &first, "toy-1", true);
    struct vv_partition *held = vv_engine_partition(first.engine, vv_id_partition(target));
    held->retry_at_ms = vv_loop_now_ms(world.loop) + 60000; /* the order gets no answer yet */
    Vagval__V1__ChooseContract body = VAGVAL__V1__CHOOSE_CONTRACT__INIT;
    body.contract = (ProtobufCBinaryData){16, target.bytes};
    struct toy_call chosen;
    toy_send(&world, &chosen, VV_MSG_CHOOSE_CONTRACT, toy_id(0, "moving"), case_id, &body.base);
    assert_true(toy_until(&world, has_order, &first));
    toy_node_open(&world, &second, "toy-2", true);
    assert_true(toy_until(&world, has_order, &second));
    assert_true(toy_until(&world, has_no_order, &first));
    held->retry_at_ms = 1;
    struct count_wait wait = {case_id, 1};
    assert_true(toy_until(&world, has_count, &wait));
    assert_true(toy_until(&world, is_idle, &first));
    assert_true(toy_until(&world, is_idle, &second));
    assert_int_equal(toy_stored(&world, target), 1);
    assert_int_equal(toy_stored(&world, case_id), 1);
    toy_node_kill(&first);
    toy_node_kill(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lost_replies_of_redis_lose_and_repeat_nothing, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_commit_that_redis_never_took_is_made_again, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_gap_in_publications_is_read, setup, teardown),
        cmocka_unit_test_setup_teardown(all_works_without_publications, setup, teardown),
        cmocka_unit_test_setup_teardown(another_instance_takes_over, setup, teardown),
        cmocka_unit_test_setup_teardown(an_order_survives_the_death_of_its_sender, setup, teardown),
        cmocka_unit_test_setup_teardown(an_open_order_goes_with_its_partition, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
