/*
 * The engine on a real Redis with real sockets: commands, deduplication, batches, feeds, timers,
 * orders, settling.
 */
#include "../../../services/runtime/engine_internal.h"
#include "engine_toy.h"

static struct toy_world world;
static struct toy_node node;

static int setup(void **state)
{
    (void)state;
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

static void a_command_is_done_once(void **state)
{
    (void)state;
    struct vv_id subject = toy_id(3, "once");
    struct vv_id id = toy_id(0, "once-1");
    struct toy_call first = toy_register_one(&world, id, subject, "a");
    assert_int_equal(first.status, VV_OK);
    assert_string_equal(first.state, "1");
    struct toy_call again = toy_register_one(&world, id, subject, "a");
    assert_int_equal(again.status, VV_OK);
    assert_string_equal(again.state, "1");
    assert_int_equal(toy_stored(&world, subject), 1);
    struct toy_call other = toy_register_one(&world, id, subject, "b");
    assert_int_equal(other.status, VV_CONFLICT);
    struct toy_call second = toy_register_one(&world, toy_id(0, "once-2"), subject, "a");
    assert_string_equal(second.state, "2");
    assert_int_equal(toy_stored(&world, subject), 2);
}

static void messages_of_a_batch_see_each_other(void **state)
{
    (void)state;
    enum { COUNT = 100 };
    struct vv_id subject = toy_id(5, "batch");
    struct toy_call calls[COUNT];
    Vagval__V1__RegisterProvider body = VAGVAL__V1__REGISTER_PROVIDER__INIT;
    for (int i = 0; i < COUNT; i++) {
        char name[32];
        snprintf(name, sizeof(name), "batch-%d", i / 2); /* each id twice */
        toy_send(&world, &calls[i], VV_MSG_REGISTER_PROVIDER, toy_id(0, name), subject, &body.base);
    }
    for (int i = 0; i < COUNT; i++) {
        assert_true(toy_until(&world, toy_call_done, &calls[i]));
        assert_int_equal(calls[i].status, VV_OK);
        char expected[32];
        snprintf(expected, sizeof(expected), "%d", i / 2 + 1);
        assert_string_equal(calls[i].state, expected);
    }
    assert_int_equal(toy_stored(&world, subject), COUNT / 2);
    assert_true(vv_engine_commits(node.engine) < COUNT);
}

/* As another instance commits behind our back: count, version, and its tag on the partition. */
static void commit_of_another(struct vv_id subject, int64_t count, unsigned version,
                              const char *tag)
{
    Vagval__V1__Sum sum = VAGVAL__V1__SUM__INIT;
    sum.amount = count;
    uint8_t bytes[32];
    size_t len = vagval__v1__sum__pack(&sum, bytes);
    char key[VV_KEY_BYTES_MAX];
    uint16_t partition = vv_id_partition(subject);
    vv_key_format(key, partition, VV_REGISTRY, "toy", subject);
    redisContext *admin = test_redis_admin(&world.redis);
    redisReply *reply = redisCommand(admin, "HSET %s v %u m 1 a %b", key, version, bytes, len);
    assert_non_null(reply);
    freeReplyObject(reply);
    redisFree(admin);
    test_redis_ask(&world.redis, "HSET vv:{p%03u}:registry:part tag %s", (unsigned)partition, tag);
}

static void old_state_is_read_again(void **state)
{
    (void)state;
    struct vv_id subject = toy_id(2, "stale");
    toy_register_one(&world, toy_id(0, "stale-1"), subject, "a");
    commit_of_another(subject, 41, 9, "another");
    struct toy_call next = toy_register_one(&world, toy_id(0, "stale-2"), subject, "a");
    assert_int_equal(next.status, VV_OK);
    assert_string_equal(next.state, "42");
    char key[VV_KEY_BYTES_MAX];
    vv_key_format(key, 2, VV_REGISTRY, "toy", subject);
    assert_string_equal(test_redis_ask(&world.redis, "HGET %s v", key), "10");
}

/* Once our own commit is the last one again, what was cached before the other's is still old. */
static void old_state_is_found_out_later_too(void **state)
{
    (void)state;
    struct vv_id subject = toy_id(2, "late"), other = toy_id(2, "other");
    toy_register_one(&world, toy_id(0, "late-1"), subject, "a");
    toy_register_one(&world, toy_id(0, "late-2"), other, "a");
    commit_of_another(subject, 41, 9, "another");
    struct toy_call next = toy_register_one(&world, toy_id(0, "late-3"), other, "a");
    assert_string_equal(next.state, "2");
    next = toy_register_one(&world, toy_id(0, "late-4"), other, "a");
    assert_string_equal(next.state, "3");
    next = toy_register_one(&world, toy_id(0, "late-5"), subject, "a");
    assert_int_equal(next.status, VV_OK);
    assert_string_equal(next.state, "42");
    next = toy_register_one(&world, toy_id(0, "late-6"), subject, "a");
    assert_string_equal(next.state, "43");
    assert_int_equal(toy_stored(&world, subject), 43);
}

/* The toy takes records for absent: the first message of a partition finds out otherwise. */
static void a_wrong_guess_is_found_out(void **state)
{
    (void)state;
    struct vv_id subject = toy_id(7, "guess");
    Vagval__V1__Sum sum = VAGVAL__V1__SUM__INIT;
    sum.amount = 6;
    uint8_t bytes[32];
    size_t len = vagval__v1__sum__pack(&sum, bytes);
    char key[VV_KEY_BYTES_MAX];
    vv_key_format(key, 7, VV_REGISTRY, "toy", subject);
    redisContext *admin = test_redis_admin(&world.redis);
    redisReply *reply = redisCommand(admin, "HSET %s v 3 m 1 a %b", key, bytes, len);
    assert_non_null(reply);
    freeReplyObject(reply);
    redisFree(admin);
    struct toy_call call = toy_register_one(&world, toy_id(0, "guess-1"), subject, "a");
    assert_int_equal(call.status, VV_OK);
    assert_string_equal(call.state, "7");
    assert_int_equal(toy_stored(&world, subject), 7);
    assert_string_equal(test_redis_ask(&world.redis, "HGET %s v", key), "4");
}

/* A refusal commits nothing, so no version is checked: it must not rest on an old cache. */
static void a_refusal_rests_on_the_truth(void **state)
{
    (void)state;
    struct vv_id subject = toy_id(2, "refusal");
    Vagval__V1__FileReport body = VAGVAL__V1__FILE_REPORT__INIT;
    struct toy_call first =
        toy_do(&world, VV_MSG_FILE_REPORT, toy_id(0, "refusal-1"), subject, &body.base);
    assert_int_equal(first.status, VV_REFUSED);
    char key[VV_KEY_BYTES_MAX];
    vv_key_format(key, 2, VV_REGISTRY, "toy", subject);
    test_redis_ask(&world.redis, "HSET %s v 1 a %s", key, "");
    struct toy_call second =
        toy_do(&world, VV_MSG_FILE_REPORT, toy_id(0, "refusal-2"), subject, &body.base);
    assert_int_equal(second.status, VV_OK);
    assert_string_equal(second.state, "known");
}

static void a_timer_fires_once_when_due(void **state)
{
    (void)state;
    struct vv_id subject = toy_id(4, "timer");
    toy_set_date(&world, 20000);
    assert_int_equal(toy_settle(&world).date, 20000);
    Vagval__V1__EndPlacement body = VAGVAL__V1__END_PLACEMENT__INIT;
    body.last_day = 20002;
    struct toy_call set =
        toy_do(&world, VV_MSG_END_PLACEMENT, toy_id(0, "timer-1"), subject, &body.base);
    assert_int_equal(set.status, VV_OK);
    toy_set_date(&world, 20001);
    toy_settle(&world);
    assert_int_equal(toy_stored(&world, subject), -1);
    toy_set_date(&world, 20002);
    assert_int_equal(toy_settle(&world).date, 20002);
    assert_int_equal(toy_stored(&world, subject), 1);
    toy_set_date(&world, 20003);
    toy_settle(&world);
    assert_int_equal(toy_stored(&world, subject), 1);
    assert_string_equal(test_redis_ask(&world.redis, "EXISTS vv:{p004}:registry:timers"), "0");
}

/* The partition's owner is not asked: an instance that was handing it over, or whose list of
 * members was old, has set the timer. Quiet is said only when that one has been looked for too. */
static void a_timer_that_another_instance_sets_fires(void **state)
{
    (void)state;
    struct vv_id subject = toy_id(4, "timer of another");
    toy_set_date(&world, 20010);
    assert_int_equal(toy_settle(&world).date, 20010);
    uint8_t member[VV_TIMER_MEMBER_BYTES];
    vv_timer_member(VV_MSG_PLACEMENT_DUE, subject, member);
    redisContext *admin = test_redis_admin(&world.redis);
    assert_non_null(admin);
    redisReply *reply = redisCommand(admin, "ZADD vv:{p004}:registry:timers %lld %b",
                                     (long long)(20010 * VV_DAY_MS), member, sizeof(member));
    assert_non_null(reply);
    assert_int_equal(reply->integer, 1);
    freeReplyObject(reply);
    redisFree(admin);
    assert_true(toy_settle(&world).quiet);
    assert_int_equal(toy_stored(&world, subject), 1);
    assert_string_equal(test_redis_ask(&world.redis, "EXISTS vv:{p004}:registry:timers"), "0");
}

/* The answer to "when is the next one due" may be older than a commit that was answered before. */
static void an_old_answer_hides_no_timer_that_was_set(void **state)
{
    (void)state;
    struct vv_partition partition = {.next_due_ms = VV_NEVER, .set_meanwhile_ms = VV_NEVER};
    vv_timer_note(&partition, 500);
    vv_timer_learn(&partition, NULL, 0);
    assert_int_equal(partition.next_due_ms, 500);
    const struct vv_field later = {(const uint8_t *)"m", 1, (const uint8_t *)"700", 3};
    vv_timer_learn(&partition, &later, 1);
    assert_int_equal(partition.next_due_ms, 500);
    const struct vv_field earlier = {(const uint8_t *)"m", 1, (const uint8_t *)"300", 3};
    vv_timer_learn(&partition, &earlier, 1);
    assert_int_equal(partition.next_due_ms, 300);
}

static void an_order_reaches_another_partition_once(void **state)
{
    (void)state;
    struct vv_id case_id = toy_id(1, "order-case");
    struct vv_id target = toy_id(6, "order-target");
    Vagval__V1__ChooseContract body = VAGVAL__V1__CHOOSE_CONTRACT__INIT;
    body.contract = (ProtobufCBinaryData){16, target.bytes};
    struct toy_call chosen =
        toy_do(&world, VV_MSG_CHOOSE_CONTRACT, toy_id(0, "order-1"), case_id, &body.base);
    assert_int_equal(chosen.status, VV_OK);
    toy_settle(&world);
    assert_int_equal(toy_stored(&world, target), 1);
    assert_int_equal(toy_stored(&world, case_id), 1);
    const char *cursor = test_redis_ask(&world.redis, "HGET vv:{p001}:registry:cursor relay");
    assert_non_null(strstr(cursor, ":1"));
}

/* ---- feeds ---- */

static void events_take_effect_once_without_publication(void **state)
{
    (void)state;
    struct vv_id subject = toy_id(7, "feed");
    toy_emit_levels(&world, subject, 1, 300);
    toy_settle(&world);
    assert_int_equal(toy_stored(&world, subject), 300);
    assert_string_equal(test_redis_ask(&world.redis, "HGET vv:{p007}:registry:cursor assessment"),
                        "e1:300");
    toy_emit_levels(&world, subject, 301, 2);
    toy_settle(&world);
    assert_int_equal(toy_stored(&world, subject), 302);
}

/* The bodies of types that nobody here takes are not looked at: this one would stop the feed. */
static void events_of_other_types_are_passed_over(void **state)
{
    (void)state;
    struct vv_id subject = toy_id(3, "other types");
    toy_emit_levels(&world, subject, 1, 1);
    uint8_t body[] = {0xFF, 0xFF}, bytes[256];
    struct vv_id id = vv_id_step(subject, 2);
    Vagval__V1__Envelope envelope = VAGVAL__V1__ENVELOPE__INIT;
    envelope.type = VV_MSG_PROTECTION_STATED;
    envelope.id = (ProtobufCBinaryData){16, id.bytes};
    envelope.subject = (ProtobufCBinaryData){16, subject.bytes};
    envelope.body = (ProtobufCBinaryData){sizeof(body), body};
    size_t len = vagval__v1__envelope__pack(&envelope, bytes);
    redisContext *admin = test_redis_admin(&world.redis);
    redisReply *reply =
        redisCommand(admin, "XADD vv:{p003}:assessment:stream 2-0 e %b", bytes, len);
    assert_non_null(reply);
    assert_int_equal(reply->type, REDIS_REPLY_STRING);
    freeReplyObject(reply);
    redisFree(admin);
    toy_emit_levels(&world, subject, 3, 1);
    toy_settle(&world);
    assert_int_equal(toy_stored(&world, subject), 2);
    assert_string_equal(test_redis_ask(&world.redis, "HGET vv:{p003}:registry:cursor assessment"),
                        "e1:3");
}

static void an_event_that_must_wait_is_tried_again(void **state)
{
    (void)state;
    struct vv_id subject = toy_id(4, "later");
    toy_put_off = 3;
    toy_emit_levels(&world, subject, 1, 5);
    toy_settle(&world);
    assert_int_equal(toy_put_off, 0);
    assert_int_equal(toy_stored(&world, subject), 5);
    assert_string_equal(test_redis_ask(&world.redis, "HGET vv:{p004}:registry:cursor assessment"),
                        "e1:5");
}

static void another_epoch_stops_the_feed(void **state)
{
    (void)state;
    struct vv_id subject = toy_id(0, "epoch");
    toy_emit_levels(&world, subject, 1, 2);
    toy_settle(&world);
    assert_int_equal(toy_stored(&world, subject), 2);
    test_redis_ask(&world.redis, "HSET vv:{p000}:assessment:part epoch e2");
    toy_settle(&world);
    /* What comes now may be something else under a number that we know: nothing is taken. */
    toy_emit_levels(&world, subject, 3, 1);
    toy_settle(&world);
    assert_int_equal(toy_stored(&world, subject), 2);
    assert_string_equal(test_redis_ask(&world.redis, "HGET vv:{p000}:registry:cursor assessment"),
                        "e1:2");
}

static void missing_entries_stop_the_feed(void **state)
{
    (void)state;
    struct vv_id subject = toy_id(6, "missing");
    toy_emit_levels(&world, subject, 1, 2);
    toy_settle(&world);
    toy_emit_levels(&world, subject, 4, 1);
    toy_settle(&world);
    assert_int_equal(toy_stored(&world, subject), 2);
    assert_string_equal(test_redis_ask(&world.redis, "HGET vv:{p006}:registry:cursor assessment"),
                        "e1:2");
}

/* ---- the trust boundary ---- */

static void what_is_not_allowed_is_refused(void **state)
{
    (void)state;
    Vagval__V1__ReserveCapacity order = VAGVAL__V1__RESERVE_CAPACITY__INIT;
    struct vv_id subject = toy_id(1, "forbidden");
    struct toy_call call =
        toy_do(&world, VV_MSG_RESERVE_CAPACITY, toy_id(0, "forbidden"), subject, &order.base);
    assert_int_equal(call.status, VV_FORBIDDEN);
    assert_int_equal(toy_stored(&world, subject), -1);
    Vagval__V1__RegisterProvider body = VAGVAL__V1__REGISTER_PROVIDER__INIT;
    call = toy_do(&world, VV_MSG_REGISTER_PROVIDER, toy_id(0, "elsewhere"),
                  toy_id(TOY_PARTITIONS, "elsewhere"), &body.base);
    assert_int_equal(call.status, VV_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_is_done_once),
        cmocka_unit_test(messages_of_a_batch_see_each_other),
        cmocka_unit_test(old_state_is_read_again),
        cmocka_unit_test(old_state_is_found_out_later_too),
        cmocka_unit_test(a_wrong_guess_is_found_out),
        cmocka_unit_test(a_refusal_rests_on_the_truth),
        cmocka_unit_test(a_timer_fires_once_when_due),
        cmocka_unit_test(a_timer_that_another_instance_sets_fires),
        cmocka_unit_test(an_old_answer_hides_no_timer_that_was_set),
        cmocka_unit_test(an_order_reaches_another_partition_once),
        cmocka_unit_test(events_take_effect_once_without_publication),
        cmocka_unit_test(events_of_other_types_are_passed_over),
        cmocka_unit_test(an_event_that_must_wait_is_tried_again),
        cmocka_unit_test(another_epoch_stops_the_feed),
        cmocka_unit_test(missing_entries_stop_the_feed),
        cmocka_unit_test(what_is_not_allowed_is_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
