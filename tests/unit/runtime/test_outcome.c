/*
 * Plan, deduplication and outcome without loop, store or bus: what handlers may rely on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../../../services/runtime/engine_outcome.h"
#include "../../support/handler_harness.h"
#include "vagval/limits.h"

#define PARTITIONS 8
static const struct vv_id subject = {{0, 3, 1}};
static const struct vv_id elsewhere = {{0, 4, 1}};

/* What the next message does: set by each test. */
static struct {
    bool refuse, accept, foreign, chain, restless, ask;
    unsigned plans;
} play;

static enum vv_status plan(const struct vv_call *call, const struct vv_loaded *loaded,
                           struct vv_plan *plan)
{
    play.plans++;
    vv_plan_load(plan, "toy", play.foreign ? elsewhere : call->subject);
    if (play.accept) {
        vv_plan_fact_home(plan, "toy", call->subject);
    }
    if (play.chain) {
        /* The index says which record comes next. */
        vv_plan_field(plan, "index", (struct vv_id){{0}}, "next", 4);
        const struct vv_record *next =
            vv_loaded_field(loaded, "index", (struct vv_id){{0}}, "next", 4);
        if (next == NULL) {
            return VV_OK;
        }
        if (next->exists) {
            struct vv_id id;
            if (vv_id_from_bytes(next->body, next->body_len, &id) != VV_OK) {
                return VV_CORRUPT;
            }
            vv_plan_load(plan, "toy", id);
        }
    }
    if (play.restless) {
        struct vv_id id = call->subject;
        id.bytes[15] = (uint8_t)play.plans;
        vv_plan_load(plan, "toy", id);
        id.bytes[15] = (uint8_t)(play.plans + 1);
        (void)vv_loaded(loaded, "toy", id);
    }
    if (play.ask) {
        vv_plan_ask(plan, VV_INTAKE, VV_MSG_SNAPSHOT_GET, call->subject, NULL);
    }
    return VV_OK;
}

static enum vv_status decide(const struct vv_call *call, const struct vv_loaded *loaded,
                             struct vv_outcome *outcome)
{
    ProtobufCMessage *message = NULL;
    enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "toy", call->subject),
                                             &vagval__v1__sum__descriptor, &message);
    if (status != VV_OK) {
        return status;
    }
    Vagval__V1__Sum *sum = (Vagval__V1__Sum *)message;
    sum->amount++;
    vv_put(outcome, "toy", call->subject, message);
    vv_put_field(outcome, "toy", call->subject, "b1", 2, "batch", 5);
    vv_add(outcome, "counters", (struct vv_id){{0}}, "all", 5);
    vv_add(outcome, "counters", (struct vv_id){{0}}, "all", -2);
    vv_append(outcome, "cases", (struct vv_id){{0}}, call->subject.bytes, 16);
    vv_timer_set(outcome, VV_MSG_PLACEMENT_DUE, call->subject, call->now.today + 3);
    if (play.chain) {
        struct vv_id next = call->subject;
        next.bytes[2] = 9;
        vv_put_field(outcome, "index", (struct vv_id){{0}}, "next", 4, next.bytes, 16);
    }
    Vagval__V1__ChoiceFailed event = VAGVAL__V1__CHOICE_FAILED__INIT;
    vv_emit(outcome, VV_MSG_CHOICE_FAILED, call->subject, "s", 1, &event.base);
    if (play.ask) {
        const struct vv_answer *answer =
            vv_loaded_answer(loaded, VV_MSG_SNAPSHOT_GET, call->subject);
        if (answer->status != VV_OK) {
            return vv_refuse(outcome, VV_NOT_FOUND, "", "no snapshot");
        }
    }
    if (play.refuse) {
        return vv_refuse(outcome, VV_REFUSED, "name", "because of %d", 7);
    }
    if (play.accept) {
        vv_accept(outcome, 5, "test", (struct vv_id){{0}}, NULL, 0, false);
    }
    Vagval__V1__Accepted reply = VAGVAL__V1__ACCEPTED__INIT;
    char state[16];
    snprintf(state, sizeof(state), "%d", (int)sum->amount);
    reply.state = state;
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

static const struct vv_handler handler = {NULL, plan, decide};
static const struct vv_handler_row handlers[] = {{VV_MSG_REGISTER_PROVIDER, &handler},
                                                 {VV_MSG_PLACEMENT_DUE, &handler}};
static const struct vv_service service = {
    .id = VV_REGISTRY, .handlers = handlers, .handler_count = 2};

static int setup(void **state)
{
    memset(&play, 0, sizeof(play));
    *state = vv_harness_create(&service, PARTITIONS, NULL);
    vv_harness_clock(*state, 100);
    return 0;
}

static int teardown(void **state)
{
    struct vv_harness *harness = *state;
    vv_harness_destroy(&harness);
    return 0;
}

static const struct vv_harness_result *send(struct vv_harness *harness, uint8_t id,
                                            const char *name)
{
    Vagval__V1__RegisterProvider body = VAGVAL__V1__REGISTER_PROVIDER__INIT;
    body.name = (char *)(uintptr_t)name;
    struct vv_harness_message message = {
        .type = VV_MSG_REGISTER_PROVIDER, .id = {{id}}, .subject = subject, .body = &body.base};
    return vv_harness_send(harness, &message);
}

static const char *state_of(const struct vv_harness_result *result)
{
    return result->reply == NULL ? "" : ((const Vagval__V1__Accepted *)result->reply)->state;
}

static void effects_are_kept(void **state)
{
    struct vv_harness *harness = *state;
    const struct vv_harness_result *result = send(harness, 1, "a");
    assert_int_equal(result->status, VV_OK);
    assert_true(result->committed);
    assert_int_equal(result->event_count, 1);
    assert_int_equal(vv_harness_counter(harness, 3, "counters", (struct vv_id){{0}}, "all"), 3);
    assert_int_equal(vv_harness_list_len(harness, 3, "cases", (struct vv_id){{0}}), 1);
    assert_int_equal(vv_harness_timer(harness, VV_MSG_PLACEMENT_DUE, subject), 103);
    const struct vv_record *record = vv_harness_record(harness, 3, "toy", subject);
    assert_true(record->exists);
    assert_int_equal(record->version, 1);
    assert_non_null(vv_record_field(record, "b1", 2));
    assert_string_equal(state_of(send(harness, 2, "a")), "2");
}

static void a_refusal_drops_all(void **state)
{
    struct vv_harness *harness = *state;
    play.refuse = true;
    const struct vv_harness_result *result = send(harness, 1, "a");
    assert_int_equal(result->status, VV_REFUSED);
    assert_string_equal(result->field, "name");
    assert_string_equal(result->text, "because of 7");
    assert_false(result->committed);
    assert_int_equal(result->event_count, 0);
    assert_false(vv_harness_record(harness, 3, "toy", subject)->exists);
    assert_int_equal(vv_harness_timer_count(harness), 0);
    assert_int_equal(vv_harness_counter(harness, 3, "counters", (struct vv_id){{0}}, "all"), 0);
    /* The same command may succeed later. */
    play.refuse = false;
    assert_int_equal(send(harness, 1, "a")->status, VV_OK);
}

static void a_fact_answers_for_ever(void **state)
{
    struct vv_harness *harness = *state;
    play.accept = true;
    assert_string_equal(state_of(send(harness, 1, "a")), "1");
    assert_string_equal(state_of(send(harness, 2, "a")), "2");
    const struct vv_harness_result *again = send(harness, 1, "a");
    assert_true(again->repeated);
    assert_false(again->committed);
    assert_string_equal(state_of(again), "1");
    assert_int_equal(send(harness, 1, "b")->status, VV_CONFLICT);
    const struct vv_record *record = vv_harness_record(harness, 3, "toy", subject);
    size_t facts = 0;
    for (size_t i = 0; i < record->field_count; i++) {
        facts += record->fields[i].name_len == 17 && record->fields[i].name[0] == 'f';
    }
    assert_int_equal(facts, 2);
}

static void event_ids_follow_from_the_cause(void **state)
{
    struct vv_harness *harness = *state;
    const struct vv_harness_result *result = send(harness, 9, "a");
    struct vv_id first = result->events[0].id;
    assert_true(vv_id_equal(first, vv_id_step((struct vv_id){{9}}, 1000 * (VV_REGISTRY + 1))));
    result = send(harness, 10, "a");
    assert_false(vv_id_equal(first, result->events[0].id));
}

static void ids_of_another_partition_are_refused(void **state)
{
    play.foreign = true;
    assert_int_equal(send(*state, 1, "a")->status, VV_INVALID);
}

static void a_plan_follows_what_it_finds(void **state)
{
    play.chain = true;
    assert_int_equal(send(*state, 1, "a")->status, VV_OK);
    assert_int_equal(send(*state, 2, "a")->status, VV_OK);
}

static void a_plan_that_never_settles_is_stopped(void **state)
{
    play.restless = true;
    const struct vv_harness_result *result = send(*state, 1, "a");
    assert_int_equal(result->status, VV_IO);
    assert_true(play.plans <= VV_PLAN_ROUNDS_MAX + 1);
}

static void asks_are_answered_before_deciding(void **state)
{
    struct vv_harness *harness = *state;
    play.ask = true;
    assert_int_equal(send(harness, 1, "a")->status, VV_NOT_FOUND);
    Vagval__V1__Snapshot snapshot = VAGVAL__V1__SNAPSHOT__INIT;
    vv_harness_will_answer(harness, VV_MSG_SNAPSHOT_GET, subject, VV_OK, &snapshot.base);
    assert_int_equal(send(harness, 1, "a")->status, VV_OK);
}

static void a_timer_fires_when_due_and_may_set_itself_again(void **state)
{
    struct vv_harness *harness = *state;
    assert_int_equal(send(harness, 1, "a")->status, VV_OK);
    assert_null(vv_harness_fire(harness));
    vv_harness_clock(harness, 103);
    const struct vv_harness_result *fired = vv_harness_fire(harness);
    assert_non_null(fired);
    assert_int_equal(fired->status, VV_OK);
    assert_int_equal(vv_harness_timer(harness, VV_MSG_PLACEMENT_DUE, subject), 106);
    assert_null(vv_harness_fire(harness));
}

static void timer_members_read_back(void **state)
{
    (void)state;
    uint8_t member[VV_TIMER_MEMBER_BYTES];
    enum vv_message_type type = VV_MSG_NONE;
    struct vv_id id = {{0}};
    vv_timer_member(VV_MSG_CHOICE_DUE, subject, member);
    assert_true(vv_timer_parse(member, sizeof(member), &type, &id));
    assert_int_equal(type, VV_MSG_CHOICE_DUE);
    assert_true(vv_id_equal(id, subject));
    assert_false(vv_timer_parse(member, sizeof(member) - 1, &type, &id));
    member[0] = 0xFF;
    assert_false(vv_timer_parse(member, sizeof(member), &type, &id));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(effects_are_kept),
        T(a_refusal_drops_all),
        T(a_fact_answers_for_ever),
        T(event_ids_follow_from_the_cause),
        T(ids_of_another_partition_are_refused),
        T(a_plan_follows_what_it_finds),
        T(a_plan_that_never_settles_is_stopped),
        T(asks_are_answered_before_deciding),
        T(a_timer_fires_when_due_and_may_set_itself_again),
        T(timer_members_read_back),
    };
#undef T
    return cmocka_run_group_tests(tests, NULL, NULL);
}
