/*
 * test_choice.c: from the offer to the start of the placement, with the relay played by hand.
 */
#include "kit.h"

static void a_choice_is_reserved_confirmed_and_started(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = person_case(1);
    level(kit, next_id(kit), case_id, "B", "2021-02-01", "2021-02-01");
    assert_int_equal(case_of(kit, case_id)->state, VV_CASE_OFFERED);
    assert_int_equal(vv_harness_timer(kit->harness, VV_MSG_CHOICE_DUE, case_id), day("2021-02-09"));
    today(kit, "2021-02-03");
    const struct vv_harness_result *result = choose(kit, case_id, "KA-2", "2021-02-03");
    assert_int_equal(result->status, VV_OK);
    assert_string_equal(((const Vagval__V1__Accepted *)result->reply)->state, "pending");
    assert_int_equal(case_of(kit, case_id)->state, VV_CASE_CHOOSING);
    assert_true(carry_one(kit));
    assert_int_equal(capacity_of(kit, "KA-2")->reserved, 1);
    assert_int_equal(emitted(kit, VV_MSG_CONFIRM_CAPACITY), 1);
    assert_true(carry_one(kit));
    assert_false(carry_one(kit));
    assert_int_equal(capacity_of(kit, "KA-2")->reserved, 0);
    assert_int_equal(capacity_of(kit, "KA-2")->taken, 1);
    assert_int_equal(capacity_of(kit, "KA-1")->taken, 0);
    const Vagval__V1__RegistryCase *entry = case_of(kit, case_id);
    assert_int_equal(entry->state, VV_CASE_PLACED);
    assert_int_equal(entry->n_placements, 1);
    assert_int_equal(entry->placements[0]->start, day("2021-02-03"));
    assert_int_equal(entry->placements[0]->planned_end, day("2021-08-02"));
    assert_false(entry->placements[0]->non_choice);
    assert_string_equal(entry->placements[0]->contract_number, "KA-2");
    Vagval__V1__PlacementStarted *event =
        (Vagval__V1__PlacementStarted *)last_emitted(kit, VV_MSG_PLACEMENT_STARTED);
    assert_non_null(event);
    assert_string_equal(event->area, "umea");
    assert_int_equal(event->service_start, day("2021-02-03"));
    assert_int_equal(event->planned_end, day("2021-08-02"));
    protobuf_c_message_free_unpacked(&event->base, NULL);
    assert_int_equal(vv_harness_timer(kit->harness, VV_MSG_CHOICE_DUE, case_id), VV_DATE_NONE);
    assert_int_equal(vv_harness_timer(kit->harness, VV_MSG_PLACEMENT_DUE, case_id),
                     day("2021-08-03"));
    assert_int_equal(sum_of(kit, case_id, "placements.started"), 1);
    assert_int_equal(sum_of(kit, case_id, "level.B"), 1);
    assert_verifies(kit);
}

static void every_message_may_come_twice(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = person_case(1);
    struct vv_id level_id = next_id(kit);
    struct vv_id choice = next_id(kit);
    kit->twice = true;
    level(kit, level_id, case_id, "B", "2021-02-01", "2021-02-01");
    assert_true(level(kit, level_id, case_id, "B", "2021-02-01", "2021-02-01")->repeated);
    assert_int_equal(choose_as(kit, choice, case_id, "KA-1", "2021-02-01")->status, VV_OK);
    assert_true(choose_as(kit, choice, case_id, "KA-1", "2021-02-01")->repeated);
    carry(kit);
    const struct vv_harness_result *again = choose_as(kit, choice, case_id, "KA-1", "2021-02-01");
    assert_true(again->repeated);
    assert_string_equal(((const Vagval__V1__Accepted *)again->reply)->state, "pending");
    assert_int_equal(choose_as(kit, choice, case_id, "KA-2", "2021-02-01")->status, VV_CONFLICT);
    assert_int_equal(emitted(kit, VV_MSG_PLACEMENT_OFFERED), 1);
    assert_int_equal(emitted(kit, VV_MSG_RESERVE_CAPACITY), 1);
    assert_int_equal(emitted(kit, VV_MSG_CONFIRM_CAPACITY), 1);
    assert_int_equal(emitted(kit, VV_MSG_PLACEMENT_STARTED), 1);
    assert_int_equal(case_of(kit, case_id)->n_placements, 1);
    assert_int_equal(capacity_of(kit, "KA-1")->taken, 1);
    assert_int_equal(capacity_of(kit, "KA-1")->reserved, 0);
    assert_int_equal(vv_harness_list_len(kit->harness, vv_id_partition(case_id), "cases", NIL), 1);
    assert_verifies(kit);
}

static void two_people_want_the_last_place(void **state)
{
    struct kit *kit = *state;
    (void)placed_case(kit, 1, "KA-1");
    struct vv_id second = person_case(2);
    struct vv_id third = person_case(3);
    level(kit, next_id(kit), second, "B", "2021-02-01", "2021-02-01");
    level(kit, next_id(kit), third, "C", "2021-02-01", "2021-02-01");
    assert_int_equal(choose(kit, second, "KA-1", "2021-02-01")->status, VV_OK);
    assert_int_equal(choose(kit, third, "KA-1", "2021-02-01")->status, VV_OK);
    carry(kit);
    assert_int_equal(case_of(kit, second)->state, VV_CASE_PLACED);
    assert_int_equal(case_of(kit, third)->state, VV_CASE_OFFERED);
    assert_int_equal(case_of(kit, third)->choose_by, day("2021-02-08"));
    assert_int_equal(capacity_of(kit, "KA-1")->taken, 2);
    Vagval__V1__ChoiceFailed *event =
        (Vagval__V1__ChoiceFailed *)last_emitted(kit, VV_MSG_CHOICE_FAILED);
    assert_non_null(event);
    assert_string_equal(event->reason, "full");
    protobuf_c_message_free_unpacked(&event->base, NULL);
    /* The third chooses again. */
    assert_int_equal(choose(kit, third, "KA-2", "2021-02-01")->status, VV_OK);
    carry(kit);
    assert_int_equal(case_of(kit, third)->state, VV_CASE_PLACED);
    assert_verifies(kit);
}

static void a_choice_that_fails_after_the_deadline_gets_fresh_days(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = person_case(1);
    level(kit, next_id(kit), case_id, "B", "2021-02-01", "2021-02-01");
    today(kit, "2021-02-08");
    assert_int_equal(choose(kit, case_id, "KA-9", "2021-02-08")->status, VV_OK);
    today(kit, "2021-02-09");
    fire(kit); /* the deadline passes while the choice is on its way: nothing happens */
    assert_int_equal(emitted(kit, VV_MSG_RESERVE_CAPACITY), 1);
    carry(kit);
    const Vagval__V1__RegistryCase *entry = case_of(kit, case_id);
    assert_int_equal(entry->state, VV_CASE_OFFERED);
    assert_string_equal(entry->failed_reason, "unknown_contract");
    assert_int_equal(entry->choose_by, day("2021-02-16"));
    assert_int_equal(vv_harness_timer(kit->harness, VV_MSG_CHOICE_DUE, case_id), day("2021-02-17"));
}

static void a_reservation_that_expired_cannot_be_confirmed(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = person_case(1);
    level(kit, next_id(kit), case_id, "B", "2021-02-01", "2021-02-01");
    assert_int_equal(choose(kit, case_id, "KA-1", "2021-02-01")->status, VV_OK);
    assert_true(carry_one(kit)); /* reserved; the confirmation is stuck for a week */
    assert_int_equal(capacity_of(kit, "KA-1")->reserved, 1);
    today(kit, "2021-02-08");
    fire(kit);
    assert_int_equal(capacity_of(kit, "KA-1")->reserved, 0);
    carry(kit);
    assert_int_equal(capacity_of(kit, "KA-1")->taken, 0);
    assert_int_equal(case_of(kit, case_id)->state, VV_CASE_OFFERED);
    assert_string_equal(case_of(kit, case_id)->failed_reason, "expired");
    assert_int_equal(emitted(kit, VV_MSG_PLACEMENT_STARTED), 0);
    assert_verifies(kit);
}

static const struct parcel *last_parcel(const struct kit *kit, enum vv_message_type type)
{
    for (size_t i = kit->parcel_count; i > 0; i--) {
        if (kit->parcels[i - 1].type == type) {
            return &kit->parcels[i - 1];
        }
    }
    fail_msg("nothing of type %d was emitted", (int)type);
    return NULL;
}

static void an_old_answer_does_not_touch_a_new_choice(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = person_case(1);
    level(kit, next_id(kit), case_id, "B", "2021-02-01", "2021-02-01");
    assert_int_equal(choose(kit, case_id, "KA-1", "2021-02-01")->status, VV_OK);
    assert_true(carry_one(kit));
    today(kit, "2021-02-08");
    fire(kit);
    carry(kit); /* expired: offered again */
    struct parcel old = *last_parcel(kit, VV_MSG_CONFIRM_CAPACITY);
    uint8_t *reply = NULL;
    size_t len = 0;
    assert_int_equal(deliver(kit, &old, &reply, &len), VV_OK);
    assert_int_equal(choose(kit, case_id, "KA-2", "2021-02-08")->status, VV_OK);
    bring_back(kit, &old, VV_OK, reply, len);
    assert_non_null(case_of(kit, case_id)->choice);
    assert_true(carry_one(kit)); /* reserved, to be confirmed: the old answer once more */
    bring_back(kit, &old, VV_OK, reply, len);
    free(reply);
    assert_non_null(case_of(kit, case_id)->choice);
    carry(kit);
    assert_int_equal(case_of(kit, case_id)->state, VV_CASE_PLACED);
    assert_int_equal(emitted(kit, VV_MSG_CHOICE_FAILED), 1);
    assert_verifies(kit);
}

static void an_order_that_is_refused_outright_fails_the_choice(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = person_case(1);
    level(kit, next_id(kit), case_id, "B", "2021-02-01", "2021-02-01");
    assert_int_equal(choose(kit, case_id, "KA-1", "2021-02-01")->status, VV_OK);
    struct parcel order = *last_parcel(kit, VV_MSG_RESERVE_CAPACITY);
    bring_back(kit, &order, VV_INVALID, NULL, 0);
    assert_int_equal(case_of(kit, case_id)->state, VV_CASE_OFFERED);
    assert_string_equal(case_of(kit, case_id)->failed_reason, "refused");
}

/* ---- the non-choice alternative ---- */

static void home_is_known(struct kit *kit, struct vv_id case_id)
{
    Vagval__V1__Home home;
    vagval__v1__home__init(&home);
    home.latitude = 63.8258;
    home.longitude = 20.2630;
    vv_harness_will_answer(kit->harness, VV_MSG_HOME_GET, case_id, VV_OK, &home.base);
}

static void who_does_not_choose_gets_the_nearest_free_contract(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = person_case(1);
    home_is_known(kit, case_id);
    level(kit, next_id(kit), case_id, "C", "2021-02-01", "2021-02-01");
    today(kit, "2021-02-08");
    fire(kit);
    assert_int_equal(emitted(kit, VV_MSG_RESERVE_CAPACITY), 0);
    today(kit, "2021-02-09");
    fire(kit);
    kit->twice = true;
    carry(kit);
    const Vagval__V1__RegistryCase *entry = case_of(kit, case_id);
    assert_int_equal(entry->state, VV_CASE_PLACED);
    assert_true(entry->placements[0]->non_choice);
    assert_string_equal(entry->placements[0]->contract_number, "KA-1");
    assert_int_equal(entry->placements[0]->start, day("2021-02-09"));
    assert_int_equal(capacity_of(kit, "KA-1")->taken, 1);
    assert_int_equal(sum_of(kit, case_id, "placements.non_choice"), 1);
    assert_verifies(kit);
}

static void with_nobody_left_a_caseworker_decides(void **state)
{
    struct kit *kit = *state;
    for (uint8_t who = 1; who <= 4; who++) {
        (void)placed_case(kit, who, who <= 2 ? "KA-1" : "KA-2");
    }
    struct vv_id case_id = person_case(9);
    home_is_known(kit, case_id);
    level(kit, next_id(kit), case_id, "C", "2021-02-01", "2021-02-01");
    today(kit, "2021-02-09");
    fire(kit);
    carry(kit);
    assert_int_equal(case_of(kit, case_id)->state, VV_CASE_CASEWORKER);
    assert_string_equal(case_of(kit, case_id)->failed_reason, "no_capacity");
    /* The caseworker chooses, late, a contract with room. */
    assert_int_equal(authorise(kit, "KA-3", 1, 0.2)->status, VV_OK);
    today(kit, "2021-03-01");
    assert_int_equal(choose(kit, case_id, "KA-3", "2021-03-01")->status, VV_OK);
    carry(kit);
    assert_int_equal(case_of(kit, case_id)->state, VV_CASE_PLACED);
    assert_verifies(kit);
}

static void an_unknown_home_goes_to_a_caseworker_and_a_busy_intake_waits(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = person_case(1);
    level(kit, next_id(kit), case_id, "C", "2021-02-01", "2021-02-01");
    today(kit, "2021-02-09");
    fire(kit);
    vv_harness_will_answer(kit->harness, VV_MSG_HOME_GET, case_id, VV_UNKNOWN, NULL);
    uint8_t *reply = NULL;
    size_t len = 0;
    assert_int_equal(deliver(kit, &kit->parcels[kit->parcel_count - 1], &reply, &len), VV_BUSY);
    free(reply);
    vv_harness_will_answer(kit->harness, VV_MSG_HOME_GET, case_id, VV_ERASED, NULL);
    carry(kit);
    assert_int_equal(case_of(kit, case_id)->state, VV_CASE_CASEWORKER);
    assert_string_equal(case_of(kit, case_id)->failed_reason, "no_home");
}

/* ---- refusals ---- */

static void a_choice_for_a_case_that_is_not_known_may_come_again(void **state)
{
    struct kit *kit = *state;
    struct vv_id choice = next_id(kit);
    const struct vv_harness_result *result =
        choose_as(kit, choice, person_case(1), "KA-1", "2021-02-01");
    assert_int_equal(result->status, VV_NOT_FOUND);
    assert_false(result->committed);
    level(kit, next_id(kit), person_case(1), "B", "2021-02-01", "2021-02-01");
    assert_int_equal(choose_as(kit, choice, person_case(1), "KA-1", "2021-02-01")->status, VV_OK);
}

static void who_is_not_referred_cannot_choose(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = person_case(1);
    level(kit, next_id(kit), case_id, "near", "2021-02-01", "2021-02-01");
    assert_int_equal(case_of(kit, case_id)->state, VV_CASE_RECORDED);
    assert_int_equal(emitted(kit, VV_MSG_PLACEMENT_OFFERED), 0);
    assert_int_equal(choose(kit, case_id, "KA-1", "2021-02-01")->status, VV_REFUSED);
    /* A new assessment refers, and one more withdraws before anything began. */
    level(kit, next_id(kit), case_id, "A", "2021-02-02", "2021-02-02");
    assert_int_equal(case_of(kit, case_id)->state, VV_CASE_OFFERED);
    level(kit, next_id(kit), case_id, "far", "2021-02-03", "2021-02-03");
    assert_int_equal(case_of(kit, case_id)->state, VV_CASE_RECORDED);
    assert_int_equal(vv_harness_timer(kit->harness, VV_MSG_CHOICE_DUE, case_id), VV_DATE_NONE);
    assert_int_equal(sum_of(kit, case_id, "level.far"), 1);
    assert_int_equal(sum_of(kit, case_id, "level.near"), 0);
}

static void a_level_of_a_scheme_not_yet_known_here_waits_for_it(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = person_case(1);
    vv_harness_destroy(&kit->harness);
    kit->harness = vv_harness_create(&vv_service_provider_registry, PARTITIONS, NULL);
    today(kit, "2021-02-01");
    level(kit, next_id(kit), case_id, "B", "2021-02-01", "2021-02-01");
    assert_int_equal(case_of(kit, case_id)->state, VV_CASE_WAITING);
    assert_int_equal(choose(kit, case_id, "KA-1", "2021-02-01")->status, VV_REFUSED);
    today(kit, "2021-02-02");
    fire(kit);
    assert_int_equal(case_of(kit, case_id)->state, VV_CASE_WAITING);
    vv_harness_publish(kit->harness, "deploy/schemes/se-krom.yaml", "deploy/models/ams-2018.yaml");
    today(kit, "2021-02-03");
    fire(kit);
    const Vagval__V1__RegistryCase *entry = case_of(kit, case_id);
    assert_int_equal(entry->state, VV_CASE_OFFERED);
    assert_string_equal(entry->area, "umea");
    /* Offered on Wed 3 February: five working days end on Wed 10 February. */
    assert_int_equal(entry->choose_by, day("2021-02-10"));
    assert_int_equal(vv_harness_timer(kit->harness, VV_MSG_CHOICE_DUE, case_id), day("2021-02-11"));
}

static void who_lives_outside_every_area_goes_to_a_caseworker(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = person_case(1);
    kit->municipality = "0180";
    level(kit, next_id(kit), case_id, "B", "2021-02-01", "2021-02-01");
    today(kit, "2021-02-09");
    fire(kit);
    assert_int_equal(case_of(kit, case_id)->state, VV_CASE_CASEWORKER);
    assert_int_equal(emitted(kit, VV_MSG_RESERVE_CAPACITY), 0);
}

int main(void)
{
#define KIT_TEST(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        KIT_TEST(a_choice_is_reserved_confirmed_and_started),
        KIT_TEST(every_message_may_come_twice),
        KIT_TEST(two_people_want_the_last_place),
        KIT_TEST(a_choice_that_fails_after_the_deadline_gets_fresh_days),
        KIT_TEST(a_reservation_that_expired_cannot_be_confirmed),
        KIT_TEST(an_old_answer_does_not_touch_a_new_choice),
        KIT_TEST(an_order_that_is_refused_outright_fails_the_choice),
        KIT_TEST(who_does_not_choose_gets_the_nearest_free_contract),
        KIT_TEST(with_nobody_left_a_caseworker_decides),
        KIT_TEST(an_unknown_home_goes_to_a_caseworker_and_a_busy_intake_waits),
        KIT_TEST(a_choice_for_a_case_that_is_not_known_may_come_again),
        KIT_TEST(who_is_not_referred_cannot_choose),
        KIT_TEST(a_level_of_a_scheme_not_yet_known_here_waits_for_it),
        KIT_TEST(who_lives_outside_every_area_goes_to_a_caseworker),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
