/*
 * test_control.c: control of a contract: matters and deadlines, suspension while placements go on,
 * and an orderly end that moves who has not chosen.
 */
#include "kit.h"

#include "../../../services/provider-registry/control.h"

static const struct vv_harness_result *record(struct kit *kit, Vagval__V1__RecordControl body)
{
    struct vv_id contract = contract_id("KA-1");
    body.source = (char *)"test";
    body.source_ref = (char *)"control";
    body.contract = bytes_of(&contract);
    body.text = (char *)"about the contract";
    return command(kit, VV_MSG_RECORD_CONTROL, next_id(kit), contract, &body.base);
}

static const struct vv_harness_result *matter(struct kit *kit, const char *kind, const char *ref,
                                              const char *parent, const char *due)
{
    Vagval__V1__RecordControl body = VAGVAL__V1__RECORD_CONTROL__INIT;
    body.kind = (char *)(uintptr_t)kind;
    body.ref = (char *)(uintptr_t)ref;
    body.parent = (char *)(uintptr_t)parent;
    body.code = (char *)"seeker";
    body.due = day(due);
    return record(kit, body);
}

static const struct vv_harness_result *shut(struct kit *kit, const char *ref)
{
    Vagval__V1__RecordControl body = VAGVAL__V1__RECORD_CONTROL__INIT;
    body.kind = (char *)"close";
    body.ref = (char *)(uintptr_t)ref;
    body.code = (char *)"corrected";
    return record(kit, body);
}

static const struct vv_harness_result *state(struct kit *kit, const char *kind, const char *on)
{
    return control(kit, "KA-1", kind, on);
}

static const Vagval__V1__ControlView *view(struct kit *kit)
{
    Vagval__V1__ShowControl body = VAGVAL__V1__SHOW_CONTROL__INIT;
    struct vv_id contract = contract_id("KA-1");
    body.contract = bytes_of(&contract);
    const struct vv_harness_result *result =
        command(kit, VV_MSG_SHOW_CONTROL, next_id(kit), contract, &body.base);
    assert_int_equal(result->status, VV_OK);
    return (const Vagval__V1__ControlView *)result->reply;
}

static void expect_refused(const struct vv_harness_result *result, enum vv_status status,
                           const char *field)
{
    assert_int_equal(result->status, status);
    assert_string_equal(result->field, field);
}

/* A visit finds something; it stays open until its finding is closed. */
static void test_findings(void **unused)
{
    struct kit *kit = *unused;
    assert_int_equal(matter(kit, "visit", "v1", "", "2021-02-20")->status, VV_OK);
    expect_refused(matter(kit, "review", "v1", "", "2021-02-20"), VV_REFUSED, "ref");
    expect_refused(matter(kit, "review", "r1", "", "2021-01-31"), VV_INVALID, "due");
    expect_refused(matter(kit, "finding", "f1", "v2", "2021-03-01"), VV_NOT_FOUND, "parent");
    assert_int_equal(matter(kit, "finding", "f1", "v1", "2021-03-01")->status, VV_OK);
    expect_refused(matter(kit, "finding", "f2", "f1", "2021-03-01"), VV_NOT_FOUND, "parent");
    expect_refused(shut(kit, "v1"), VV_REFUSED, "ref");
    today(kit, "2021-02-10");
    assert_int_equal(shut(kit, "f1")->status, VV_OK);
    assert_int_equal(shut(kit, "v1")->status, VV_OK);
    expect_refused(shut(kit, "v1"), VV_REFUSED, "ref");
    expect_refused(shut(kit, "v9"), VV_NOT_FOUND, "ref");
    expect_refused(matter(kit, "finding", "f3", "v1", "2021-03-01"), VV_REFUSED, "parent");
    assert_int_equal(view(kit)->n_items, 2);
    assert_int_equal(view(kit)->items[1]->opened_on, day("2021-02-01"));
    assert_int_equal(view(kit)->items[1]->closed_on, day("2021-02-10"));
    assert_string_equal(view(kit)->items[1]->outcome, "corrected");
    assert_string_equal(view(kit)->items[1]->closed_by, "somebody");
}

/* What came of a condition of the authorisation is fulfilled or not, and nothing else. */
static void test_condition(void **unused)
{
    struct kit *kit = *unused;
    Vagval__V1__RecordControl body = VAGVAL__V1__RECORD_CONTROL__INIT;
    assert_int_equal(matter(kit, "condition", "ramp", "", "2021-02-20")->status, VV_OK);
    expect_refused(shut(kit, "ramp"), VV_INVALID, "code");
    body.kind = (char *)"close";
    body.ref = (char *)"ramp";
    body.code = (char *)"not_fulfilled";
    assert_int_equal(record(kit, body)->status, VV_OK);
    assert_string_equal(view(kit)->items[0]->outcome, "not_fulfilled");
    assert_string_equal(view(kit)->items[0]->closed_by, "somebody");
}

static void test_complaint(void **unused)
{
    struct kit *kit = *unused;
    assert_int_equal(matter(kit, "complaint", "c1", "", "2021-02-15")->status, VV_OK);
    assert_string_equal(view(kit)->items[0]->code, "seeker");
    assert_int_equal(shut(kit, "c1")->status, VV_OK);
    assert_string_equal(view(kit)->items[0]->answer, "about the contract");
    expect_refused(matter(kit, "praise", "p1", "", "2021-02-15"), VV_INVALID, "kind");
}

/* Nobody new from the day of suspension; who is placed stays; afterwards it is open again. */
static void test_suspension(void **unused)
{
    struct kit *kit = *unused;
    struct vv_id placed = placed_case(kit, 1, "KA-1");
    expect_refused(state(kit, "suspend", "2021-01-31"), VV_INVALID, "on");
    expect_refused(state(kit, "resume", NULL), VV_REFUSED, "contract");
    assert_int_equal(state(kit, "suspend", "2021-02-02")->status, VV_OK);
    expect_refused(state(kit, "suspend", "2021-02-03"), VV_REFUSED, "contract");
    today(kit, "2021-02-02");
    level(kit, next_id(kit), person_case(2), "B", "2021-02-02", "2021-02-02");
    assert_int_equal(choose(kit, person_case(2), "KA-1", "2021-02-02")->status, VV_OK);
    carry(kit);
    assert_int_equal(case_of(kit, person_case(2))->state, VV_CASE_OFFERED);
    assert_int_equal(emitted(kit, VV_MSG_CHOICE_FAILED), 1);
    assert_int_equal(case_of(kit, placed)->state, VV_CASE_PLACED);
    assert_false(case_of(kit, placed)->placements[0]->ended);
    assert_int_equal(state(kit, "resume", NULL)->status, VV_OK);
    assert_int_equal(choose(kit, person_case(2), "KA-1", "2021-02-02")->status, VV_OK);
    carry(kit);
    assert_int_equal(case_of(kit, person_case(2))->state, VV_CASE_PLACED);
    assert_verifies(kit);
}

static const struct vv_harness_result *move(struct kit *kit, struct vv_id case_id,
                                            const char *last_day)
{
    Vagval__V1__MovePlacement body = VAGVAL__V1__MOVE_PLACEMENT__INIT;
    struct vv_id contract = contract_id("KA-1");
    body.source = (char *)"test";
    body.source_ref = (char *)"move";
    body.case_id = bytes_of(&case_id);
    body.contract = bytes_of(&contract);
    body.last_day = day(last_day);
    return command(kit, VV_MSG_MOVE_PLACEMENT, next_id(kit), case_id, &body.base);
}

/*
 * The contract ends on 2021-03-31. One participant changes to KA-2 on 15 March by choice; the other
 * is moved there from 1 April: the old placement's last day, and so its pay's, is 31 March, and the
 * service period goes on from 1 February.
 */
static void test_orderly_end(void **unused)
{
    struct kit *kit = *unused;
    struct vv_id home = person_case(2);
    struct vv_id chooses = placed_case(kit, 1, "KA-1");
    struct vv_id waits = placed_case(kit, 2, "KA-1");
    Vagval__V1__Home at = VAGVAL__V1__HOME__INIT;
    at.latitude = 63.8258;
    at.longitude = 20.2630;
    vv_harness_will_answer(kit->harness, VV_MSG_HOME_GET, home, VV_OK, &at.base);
    assert_int_equal(state(kit, "end", "2021-03-31")->status, VV_OK);
    today(kit, "2021-03-15");
    assert_int_equal(choose(kit, chooses, "KA-2", "2021-03-15")->status, VV_OK);
    carry(kit);
    assert_int_equal(case_of(kit, chooses)->placements[0]->last_day, day("2021-03-14"));
    today(kit, "2021-03-31");
    expect_refused(move(kit, waits, "2021-03-31"), VV_REFUSED, "last_day");
    today(kit, "2021-04-06");
    expect_refused(move(kit, chooses, "2021-03-31"), VV_REFUSED, "contract");
    assert_int_equal(move(kit, waits, "2021-03-31")->status, VV_OK);
    expect_refused(move(kit, waits, "2021-03-31"), VV_REFUSED, "case_id");
    carry(kit);
    const Vagval__V1__RegistryCase *entry = case_of(kit, waits);
    assert_int_equal(entry->n_placements, 2);
    assert_true(entry->placements[0]->ended);
    assert_int_equal(entry->placements[0]->last_day, day("2021-03-31"));
    assert_int_equal(entry->placements[1]->start, day("2021-04-01"));
    assert_string_equal(entry->placements[1]->contract_number, "KA-2");
    assert_int_equal(entry->placements[1]->service_start, day("2021-02-01"));
    assert_int_equal(capacity_of(kit, "KA-1")->taken, 0);
    assert_int_equal(capacity_of(kit, "KA-2")->taken, 2);
    assert_verifies(kit);
    expect_refused(state(kit, "suspend", "2021-05-01"), VV_REFUSED, "contract");
}

/* No other contract has room: the participant stays where they are, and the list shows it. */
static void test_nowhere_to_go(void **unused)
{
    struct kit *kit = *unused;
    struct vv_id waits = placed_case(kit, 1, "KA-1");
    Vagval__V1__Home at = VAGVAL__V1__HOME__INIT;
    vv_harness_will_answer(kit->harness, VV_MSG_HOME_GET, waits, VV_OK, &at.base);
    (void)placed_case(kit, 2, "KA-2");
    (void)placed_case(kit, 3, "KA-2");
    assert_int_equal(state(kit, "end", "2021-03-31")->status, VV_OK);
    today(kit, "2021-04-01");
    assert_int_equal(move(kit, waits, "2021-03-31")->status, VV_OK);
    carry(kit);
    assert_int_equal(case_of(kit, waits)->n_placements, 1);
    Vagval__V1__PlacedCases body = VAGVAL__V1__PLACED_CASES__INIT;
    struct vv_id contract = contract_id("KA-1");
    body.partition = vv_id_partition(waits);
    body.contract = bytes_of(&contract);
    const struct vv_harness_result *result =
        command(kit, VV_MSG_PLACED_CASES, next_id(kit), VV_ID_SYSTEM, &body.base);
    assert_int_equal(result->status, VV_OK);
    const Vagval__V1__PlacedCaseList *list = (const Vagval__V1__PlacedCaseList *)result->reply;
    assert_int_equal(list->n_cases, 1);
    assert_memory_equal(list->cases[0]->case_id.data, waits.bytes, sizeof waits.bytes);
    assert_false(list->cases[0]->moving);
    /* A person ends it on the contract's last day. */
    assert_int_equal(end_placement(kit, waits, "2021-03-31")->status, VV_OK);
    carry(kit);
    assert_int_equal(case_of(kit, waits)->placements[0]->last_day, day("2021-03-31"));
    assert_verifies(kit);
}

/* A deadline has passed on the day after it, and is noted once; what is closed or has none is
 * never late. */
static void test_overdue(void **unused)
{
    (void)unused;
    static const struct {
        vv_date due, closed_on, overdue_since;
    } given[] = {{100, 0, 0}, {99, 0, 0}, {98, 0, 99}, {50, 60, 0}, {0, 0, 0}, {102, 0, 0}};
    Vagval__V1__ControlItem items[6];
    Vagval__V1__ControlItem *list[6];
    Vagval__V1__ContractControl matters = VAGVAL__V1__CONTRACT_CONTROL__INIT;
    vv_date next = 0;
    for (size_t i = 0; i < 6; i++) {
        vagval__v1__control_item__init(&items[i]);
        items[i].due = given[i].due;
        items[i].closed_on = given[i].closed_on;
        items[i].overdue_since = given[i].overdue_since;
        items[i].kind = (char *)(uintptr_t)(i % 2 == 0 ? "finding" : "visit");
        list[i] = &items[i];
    }
    matters.items = list;
    matters.n_items = 6;
    assert_int_equal(vv_control_mark_overdue(&matters, 100, &next),
                     1);                         /* only the second is news */
    assert_int_equal(items[0].overdue_since, 0); /* due today */
    assert_int_equal(items[1].overdue_since, 100);
    assert_int_equal(items[2].overdue_since, 99);
    assert_int_equal(items[3].overdue_since, 0);
    assert_int_equal(next, 101); /* the day after the first that is still to come */
    assert_int_equal(vv_control_mark_overdue(&matters, 101, &next), 1);
    assert_int_equal(next, 103);
    assert_int_equal(vv_control_mark_overdue(&matters, 103, &next), 1);
    assert_int_equal(next, VV_DATE_NONE);
    assert_string_equal(vv_control_actor(&items[0]), "provider"); /* who must act on a finding */
    assert_string_equal(vv_control_actor(&items[1]), "caseworker");
    items[0].kind = (char *)(uintptr_t)VV_CONDITION_KIND;
    assert_string_equal(vv_control_actor(&items[0]), "provider");
}

/* A condition is closed as fulfilled or not, and as nothing else. */
static void test_condition_is_closed(void **unused)
{
    (void)unused;
    static const struct {
        const char *code;
        enum vv_status status;
    } codes[] = {{"fulfilled", VV_OK}, {"not_fulfilled", VV_OK}, {"perhaps", VV_INVALID}};
    Vagval__V1__ControlItem item = VAGVAL__V1__CONTROL_ITEM__INIT;
    Vagval__V1__ControlItem *list[] = {&item};
    Vagval__V1__ContractControl matters = VAGVAL__V1__CONTRACT_CONTROL__INIT;
    Vagval__V1__AreaContract contract = VAGVAL__V1__AREA_CONTRACT__INIT;
    item.ref = (char *)"c1";
    item.kind = (char *)(uintptr_t)VV_CONDITION_KIND;
    matters.items = list;
    matters.n_items = 1;
    for (size_t i = 0; i < 3; i++) {
        Vagval__V1__RecordControl body = VAGVAL__V1__RECORD_CONTROL__INIT;
        const char *field = NULL;
        const char *text = NULL;
        body.ref = (char *)"c1";
        body.code = (char *)(uintptr_t)codes[i].code;
        assert_int_equal(
            vv_control_judge(&matters, &contract, VV_CONTROL_CLOSE, &body, 100, &field, &text),
            codes[i].status);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_findings, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(test_condition, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(test_complaint, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(test_suspension, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(test_orderly_end, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(test_nowhere_to_go, kit_setup, kit_teardown),
        cmocka_unit_test(test_overdue),
        cmocka_unit_test(test_condition_is_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
