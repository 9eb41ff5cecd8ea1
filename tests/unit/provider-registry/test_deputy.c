/*
 * test_deputy.c: who may name a deputy, and who acts for whom on which day. Anna names Bo for 10 to
 * 12 February 2021; a deviation of her case is decided for her.
 */
#include "duties_kit.h"

static struct vv_harness_result sent(struct kit *kit, const char *sender, enum vv_role role,
                                     enum vv_message_type type, struct vv_id subject,
                                     const ProtobufCMessage *body)
{
    struct vv_harness_message message = {.type = type,
                                         .id = next_id(kit),
                                         .subject = subject,
                                         .scheme = SCHEME,
                                         .role = role,
                                         .sender = sender,
                                         .body = body};
    return *vv_harness_send(kit->harness, &message);
}

static enum vv_status named(struct kit *kit, const char *sender, enum vv_role role,
                            const char *deputy, const char *from, const char *to)
{
    Vagval__V1__NameDeputy body = VAGVAL__V1__NAME_DEPUTY__INIT;
    body.source = (char *)"test";
    body.source_ref = (char *)"deputy";
    body.person = (char *)"anna";
    body.deputy = (char *)(uintptr_t)deputy;
    body.from = day(from);
    body.to = day(to);
    return sent(kit, sender, role, VV_MSG_NAME_DEPUTY, VV_ID_SYSTEM, &body.base).status;
}

static enum vv_status ended(struct kit *kit, const char *last_day)
{
    Vagval__V1__EndDeputy body = VAGVAL__V1__END_DEPUTY__INIT;
    body.source = (char *)"test";
    body.source_ref = (char *)"end";
    body.person = (char *)"anna";
    body.deputy = (char *)"bo";
    body.last_day = day(last_day);
    return sent(kit, "anna", VV_ROLE_CASEWORKER, VV_MSG_END_DEPUTY, VV_ID_SYSTEM, &body.base)
        .status;
}

static void a_person_names_deputies_of_its_own(void **state)
{
    struct kit *kit = *state;
    const enum vv_role worker = VV_ROLE_CASEWORKER;
    assert_int_equal(named(kit, "bo", worker, "bo", "2021-02-10", "2021-02-12"), VV_FORBIDDEN);
    assert_int_equal(named(kit, "anna", worker, "anna", "2021-02-10", "2021-02-12"), VV_INVALID);
    assert_int_equal(named(kit, "anna", worker, "bo", "2021-02-12", "2021-02-10"), VV_INVALID);
    assert_int_equal(named(kit, "anna", worker, "bo", "2021-01-10", "2021-01-12"), VV_REFUSED);
    assert_int_equal(named(kit, "anna", worker, "bo", "2021-02-10", "2021-02-12"), VV_OK);
    /* An operator names for whoever cannot. */
    assert_int_equal(named(kit, "root", VV_ROLE_OPERATOR, "cy", "2021-02-10", "2021-02-12"), VV_OK);
    assert_int_equal(ended(kit, "2021-02-11"), VV_OK);
    assert_int_equal(ended(kit, "2021-02-13"), VV_NOT_FOUND); /* it is over by then */
}

/* The decision on the case's only deviation, by Bo for Anna, with what the region's record says. */
static enum vv_status decided(struct kit *kit, struct vv_id case_id, struct vv_id deviation)
{
    Vagval__V1__DecideDeviation body = VAGVAL__V1__DECIDE_DEVIATION__INIT;
    Vagval__V1__ListDuties ask = VAGVAL__V1__LIST_DUTIES__INIT;
    struct vv_harness_result listed =
        sent(kit, "registry", VV_ROLE_REGISTRY, VV_MSG_LIST_DUTIES, VV_ID_SYSTEM, &ask.base);
    assert_int_equal(listed.status, VV_OK);
    vv_harness_will_answer(kit->harness, VV_MSG_LIST_DUTIES, VV_ID_SYSTEM, VV_OK, listed.reply);
    body.source = (char *)"test";
    body.source_ref = (char *)"decision";
    body.case_id = bytes_of(&case_id);
    body.deviation = bytes_of(&deviation);
    body.decision = (char *)"noted";
    body.reason = (char *)"seen";
    body.for_person = (char *)"anna";
    return sent(kit, "bo", VV_ROLE_CASEWORKER, VV_MSG_DECIDE_DEVIATION, case_id, &body.base).status;
}

static void a_deputy_acts_on_its_days_alone(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1"), deviation = NIL;
    assert_int_equal(absent(kit, case_id, day("2021-02-01"), day("2021-02-01")), VV_OK);
    memcpy(deviation.bytes, delivery_of(kit, case_id)->deviations[0]->fact.data, 16);
    assert_int_equal(named(kit, "anna", VV_ROLE_CASEWORKER, "bo", "2021-02-10", "2021-02-12"),
                     VV_OK);
    walk_to(kit, "2021-02-09");
    assert_int_equal(decided(kit, case_id, deviation), VV_FORBIDDEN);
    walk_to(kit, "2021-02-13");
    assert_int_equal(decided(kit, case_id, deviation), VV_FORBIDDEN);
    assert_int_equal(named(kit, "anna", VV_ROLE_CASEWORKER, "bo", "2021-02-13", "2021-02-13"),
                     VV_OK);
    assert_int_equal(decided(kit, case_id, deviation), VV_OK);
    const Vagval__V1__Deviation *known = delivery_of(kit, case_id)->deviations[0];
    assert_string_equal(known->decided_by, "bo");
    assert_string_equal(known->decided_for, "anna");
    assert_verifies(kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_person_names_deputies_of_its_own, duties_setup,
                                        kit_teardown),
        cmocka_unit_test_setup_teardown(a_deputy_acts_on_its_days_alone, duties_setup,
                                        kit_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
