/*
 * test_extension.c: a service goes on for longer: KROM's six months, from 1 February 2021 through
 * 31 July, to twelve at most. The place at the contract stays taken, a change of provider has the
 * new planned end, and the day after that ends it.
 */
#include "kit.h"

static const struct vv_harness_result *extend_as(struct kit *kit, struct vv_id id,
                                                 struct vv_id case_id, uint32_t months)
{
    Vagval__V1__ExtendService body = VAGVAL__V1__EXTEND_SERVICE__INIT;
    body.source = (char *)"test";
    body.source_ref = (char *)"extension";
    body.case_id = bytes_of(&case_id);
    body.months = months;
    body.reason = (char *)"needs-more-time";
    return command(kit, VV_MSG_EXTEND_SERVICE, id, case_id, &body.base);
}

static void it_runs_to_the_new_day(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    struct vv_id id = next_id(kit);
    today(kit, "2021-07-31");
    assert_int_equal(extend_as(kit, id, case_id, 9)->status, VV_OK);
    assert_int_equal(extend_as(kit, id, case_id, 9)->status, VV_OK); /* the same message again */
    kit->twice = true;
    carry(kit);
    const Vagval__V1__RegistryCase *entry = case_of(kit, case_id);
    assert_int_equal(entry->placements[0]->planned_end, day("2021-10-31"));
    assert_int_equal(entry->planned_end, day("2021-10-31"));
    assert_int_equal(emitted(kit, VV_MSG_TELL_PROVIDER), 1);
    Vagval__V1__ServiceExtended *event =
        (Vagval__V1__ServiceExtended *)last_emitted(kit, VV_MSG_SERVICE_EXTENDED);
    assert_non_null(event);
    assert_int_equal(event->planned_end, day("2021-10-31"));
    assert_memory_equal(event->placement.data, entry->placements[0]->placement.data, 16);
    protobuf_c_message_free_unpacked(&event->base, NULL);
    assert_verifies(kit);

    today(kit, "2021-10-31");
    fire(kit);
    assert_int_equal(case_of(kit, case_id)->state, VV_CASE_PLACED);
    assert_int_equal(capacity_of(kit, "KA-1")->taken, 1);
    today(kit, "2021-11-01");
    fire(kit);
    carry(kit);
    entry = case_of(kit, case_id);
    assert_int_equal(entry->state, VV_CASE_ENDED);
    assert_int_equal(entry->placements[0]->last_day, day("2021-10-31"));
    assert_int_equal(capacity_of(kit, "KA-1")->taken, 0);
    assert_int_equal(extend_as(kit, next_id(kit), case_id, 12)->status, VV_REFUSED);
    assert_verifies(kit);
}

static void a_change_of_provider_has_the_new_end(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    today(kit, "2021-03-10");
    assert_int_equal(extend_as(kit, next_id(kit), case_id, 12)->status, VV_OK);
    assert_int_equal(choose(kit, case_id, "KA-2", "2021-03-10")->status, VV_OK);
    carry(kit);
    const Vagval__V1__RegistryCase *entry = case_of(kit, case_id);
    assert_int_equal(entry->n_placements, 2);
    assert_int_equal(entry->placements[1]->planned_end, day("2022-01-31"));
    assert_verifies(kit);
}

/* A switch that is on its way when the service is extended starts with the new end. */
static void so_has_one_that_is_on_its_way(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    today(kit, "2021-03-10");
    assert_int_equal(choose(kit, case_id, "KA-2", "2021-03-10")->status, VV_OK);
    assert_int_equal(extend_as(kit, next_id(kit), case_id, 7)->status, VV_OK);
    carry(kit);
    const Vagval__V1__RegistryCase *entry = case_of(kit, case_id);
    assert_int_equal(entry->n_placements, 2);
    assert_int_equal(entry->placements[1]->planned_end, day("2021-08-31"));
    assert_verifies(kit);
}

static void what_cannot_be_is_refused(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    static const uint32_t months[] = {0, 5, 6, 13, UINT32_MAX};
    for (size_t i = 0; i < sizeof months / sizeof months[0]; i++) {
        assert_int_equal(extend_as(kit, next_id(kit), case_id, months[i])->status, VV_REFUSED);
    }
    assert_int_equal(extend_as(kit, next_id(kit), person_case(9), 9)->status, VV_NOT_FOUND);
    assert_int_equal(emitted(kit, VV_MSG_SERVICE_EXTENDED), 0);
    assert_int_equal(case_of(kit, case_id)->planned_end, day("2021-07-31"));
    /* The timer has not fired yet, but the last day has passed. */
    today(kit, "2021-08-01");
    assert_int_equal(extend_as(kit, next_id(kit), case_id, 9)->status, VV_REFUSED);
    assert_verifies(kit);
}

int main(void)
{
#define KIT_TEST(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        KIT_TEST(it_runs_to_the_new_day),
        KIT_TEST(a_change_of_provider_has_the_new_end),
        KIT_TEST(so_has_one_that_is_on_its_way),
        KIT_TEST(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
