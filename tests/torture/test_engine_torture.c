/* LDFLAGS: -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=free */
/*
 * Torture of the engine with its caller and members: the first, then the second, then the third ...
 * allocation fails, in making them and while a running service does a command, an order to another
 * partition, an event of a sibling and a timer. Each time: no crash, no leak, a status, and each
 * thing has happened exactly once in the end.
 */
#include "../../services/runtime/engine_internal.h"
#include "../unit/runtime/engine_toy.h"
#include "failing_calls.h"

#define ROUNDS_MAX 600

/* ---- the world ---- */

static struct toy_world world;
static struct toy_node node;
static long live_before;

static int setup(void **state)
{
    (void)state;
    armed = false;
    every = 0;
    live_before = live;
    toy_world_open(&world);
    toy_node_open(&world, &node, "toy-1", true);
    node.engine->bounds.stopped_retry_ms = 20;
    toy_set_date(&world, 20000);
    return toy_until(&world, toy_node_ready, &node) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    armed = false;
    toy_node_kill(&node);
    toy_world_close(&world);
    if (live != live_before) {
        print_error("%ld allocations were not freed\n", live - live_before);
    }
    return live == live_before ? 0 : -1;
}

/* ---- making them ---- */

static void making_fails_with_a_status(void **state)
{
    (void)state;
    int round = 1;
    for (failed = true; failed && round < ROUNDS_MAX; round++) {
        struct vv_loop *loop = NULL;
        struct vv_engine *engine = NULL;
        struct vv_caller *caller = NULL;
        struct vv_members *members = NULL;
        assert_int_equal(vv_loop_create(&loop), VV_OK);
        struct vv_engine_options options = {.service = &toy_service,
                                            .loop = loop,
                                            .instance = "torture",
                                            .partitions = TOY_PARTITIONS,
                                            .virtual_clock = true,
                                            .cache_bytes = 1024 * 1024,
                                            .metrics = node.metrics};
        struct vv_member self = {.name = "torture", .router = "tcp://127.0.0.1:1"};
        arm(round);
        enum vv_status made = vv_engine_create(&options, &engine);
        enum vv_status joined =
            vv_members_open(loop, world.store, VV_REGISTRY, &self, NULL, NULL, &members);
        enum vv_status calls = vv_caller_open(loop, world.bus, world.members, "torture", &caller);
        armed = false;
        assert_true(made == VV_OK || made == VV_NO_MEMORY);
        assert_true(joined == VV_OK || joined == VV_NO_MEMORY);
        assert_true(calls == VV_OK || calls == VV_NO_MEMORY);
        assert_int_equal((made != VV_OK) + (joined != VV_OK) + (calls != VV_OK), failed ? 1 : 0);
        vv_caller_close(&caller);
        vv_members_close(&members);
        vv_engine_destroy(&engine);
        vv_loop_destroy(&loop);
    }
    assert_in_range(round, 8, ROUNDS_MAX - 1);
}

/* ---- at work ---- */

struct count_wait {
    struct vv_id subject;
    int64_t count;
};

static bool has_count(void *context)
{
    const struct count_wait *wait = context;
    return toy_stored(&world, wait->subject) >= wait->count;
}

/* Sends until it is taken: without memory the caller says so. */
static void send_tried(struct toy_call *call, enum vv_message_type type, struct vv_id id,
                       struct vv_id subject, const ProtobufCMessage *body)
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
    enum vv_status status = vv_caller_send(world.caller, &request, toy_called, call);
    while (status != VV_OK) {
        assert_int_equal(status, VV_NO_MEMORY);
        assert_true(failed);
        status = vv_caller_send(world.caller, &request, toy_called, call);
    }
    assert_int_equal(status, VV_OK);
}

static void call_ok(enum vv_message_type type, const char *name, int round, struct vv_id subject,
                    const ProtobufCMessage *body)
{
    char text[48];
    struct toy_call call;
    (void)snprintf(text, sizeof(text), "%s-%d", name, round);
    send_tried(&call, type, toy_id(0, text), subject, body);
    assert_true(toy_until(&world, toy_call_done, &call));
    assert_int_equal(call.status, VV_OK);
}

static void wait_count(struct vv_id subject, int64_t count)
{
    struct count_wait wait = {subject, count};
    assert_true(toy_until(&world, has_count, &wait));
    assert_int_equal(toy_stored(&world, subject), count);
}

/* Each round has its own, so that there is always a record to be read and made. */
static struct vv_id fresh_subject(uint16_t partition, int round)
{
    char text[32];
    (void)snprintf(text, sizeof(text), "subject-%d", round);
    return toy_id(partition, text);
}

static void do_command(int round)
{
    struct vv_id subject = fresh_subject(3, round);
    Vagval__V1__RegisterProvider body = VAGVAL__V1__REGISTER_PROVIDER__INIT;
    body.name = (char *)(uintptr_t) "emit";
    arm(round);
    call_ok(VV_MSG_REGISTER_PROVIDER, "command", round, subject, &body.base);
    armed = false;
    wait_count(subject, 1);
}

static void do_order(int round)
{
    struct vv_id case_id = fresh_subject(1, round), target = fresh_subject(6, round);
    Vagval__V1__ChooseContract body = VAGVAL__V1__CHOOSE_CONTRACT__INIT;
    body.contract = (ProtobufCBinaryData){16, target.bytes};
    arm(round);
    call_ok(VV_MSG_CHOOSE_CONTRACT, "order", round, case_id, &body.base);
    wait_count(case_id, 1);
    armed = false;
    wait_count(target, 1);
}

static void do_event(int round)
{
    struct vv_id subject = fresh_subject(5, round);
    size_t len = 0;
    toy_emit_levels(&world, subject, (uint32_t)round, 1);
    const uint8_t *frame = toy_level_event(subject, (uint32_t)round, true, &len);
    arm(round);
    vv_engine_publication(node.engine, VV_ASSESSMENT, 5, frame, len);
    wait_count(subject, 1);
    armed = false;
}

static void do_timer(int round)
{
    struct vv_id subject = fresh_subject(4, round);
    Vagval__V1__EndPlacement body = VAGVAL__V1__END_PLACEMENT__INIT;
    body.last_day = 20000;
    arm(round);
    call_ok(VV_MSG_END_PLACEMENT, "timer", round, subject, &body.base);
    wait_count(subject, 1);
    armed = false;
}

/* Until a whole round needs fewer allocations than were to go well. */
static void torture(void (*work)(int round))
{
    int round = 0;
    do {
        work(++round);
        armed = false;
    } while (failed && round < ROUNDS_MAX);
    assert_in_range(round, 4, ROUNDS_MAX - 1);
    struct toy_call settled = toy_settle(&world);
    assert_true(settled.quiet);
}

static void commands_are_done_once(void **state)
{
    (void)state;
    torture(do_command);
}

static void orders_are_done_once(void **state)
{
    (void)state;
    torture(do_order);
}

static void events_take_effect_once(void **state)
{
    (void)state;
    torture(do_event);
}

static void timers_fire_once(void **state)
{
    (void)state;
    torture(do_timer);
}

/* Again and again, wherever it hits: what is needed only to go on after a failure fails, too. */
static void many_failures_lose_nothing(void **state)
{
    (void)state;
    static const int periods[] = {13, 7, 5};
    random_begin();
    int round = 0;
    for (size_t i = 0; i < sizeof(periods) / sizeof(periods[0]); i++) {
        every = periods[i];
        for (int k = 0; k < 8; k++) {
            round++;
            do_command(round);
            do_order(round);
            do_event(round);
            do_timer(round);
        }
    }
    every = 0;
    assert_true(toy_settle(&world).quiet);
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(making_fails_with_a_status), FRESH(commands_are_done_once),
        FRESH(orders_are_done_once),       FRESH(events_take_effect_once),
        FRESH(timers_fire_once),           FRESH(many_failures_lose_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
