/*
 * test_sender.c: what a provider's own key may send: about its own contracts' placements, on the
 * days that they serve, and nothing that is the authority's to say.
 */
#include "kit.h"

static struct vv_id one, two; /* contracts' ids */

static void bound_to(struct kit *kit, struct vv_id contract, const char *key)
{
    Vagval__V1__ContractKeyFound found = VAGVAL__V1__CONTRACT_KEY_FOUND__INIT;
    found.key_name = (char *)(uintptr_t)key;
    vv_harness_will_answer(kit->harness, VV_MSG_CONTRACT_KEY, contract, VV_OK, &found.base);
}

static const struct vv_harness_result *by(struct kit *kit, const char *key,
                                          enum vv_message_type type, struct vv_id id,
                                          struct vv_id case_id, const ProtobufCMessage *body)
{
    struct vv_harness_message message = {.type = type,
                                         .id = id,
                                         .subject = case_id,
                                         .scheme = SCHEME,
                                         .role = VV_ROLE_PROVIDER,
                                         .sender = key,
                                         .body = body};
    const struct vv_harness_result *result = vv_harness_send(kit->harness, &message);
    collect(kit, result);
    return result;
}

static Vagval__V1__FileReport report_of(const struct vv_id *case_id, const char *month)
{
    Vagval__V1__FileReport body = VAGVAL__V1__FILE_REPORT__INIT;
    body.source = (char *)"whoever";
    body.source_ref = (char *)"report";
    body.case_id = bytes_of(case_id);
    body.month = day(month);
    body.reported_on = day("2021-03-01");
    return body;
}

static Vagval__V1__RecordOutcome outcome_of(const struct vv_id *case_id, const char *kind,
                                            const char *on)
{
    static uint8_t hash[32] = {0xE1};
    Vagval__V1__RecordOutcome body = VAGVAL__V1__RECORD_OUTCOME__INIT;
    body.source = (char *)"whoever";
    body.source_ref = (char *)"outcome";
    body.case_id = bytes_of(case_id);
    body.kind = (char *)(uintptr_t)kind;
    body.what = (char *)(strcmp(kind, "start") == 0 ? "job" : "");
    body.outcome_ref = (char *)"job-1";
    body.on = day(on);
    body.extent_percent = 100;
    body.evidence = (ProtobufCBinaryData){sizeof hash, hash};
    return body;
}

/* Served by KA-1 from 1 February, by KA-2 from 10 March on. */
static struct vv_id switched_case(struct kit *kit)
{
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    one = contract_id("KA-1");
    two = contract_id("KA-2");
    today(kit, "2021-03-10");
    assert_int_equal(choose(kit, case_id, "KA-2", "2021-03-10")->status, VV_OK);
    carry(kit);
    assert_int_equal(case_of(kit, case_id)->n_placements, 2);
    assert_int_equal(case_of(kit, case_id)->placements[0]->last_day, day("2021-03-09"));
    bound_to(kit, one, "first");
    bound_to(kit, two, "second");
    today(kit, "2021-05-03");
    return case_id;
}

static void each_reports_on_its_own_months(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = switched_case(kit);
    const struct {
        const char *key, *month;
        enum vv_status status;
    } rows[] = {
        {"first", "2021-02-01", VV_OK},        {"first", "2021-03-01", VV_OK},
        {"first", "2021-04-01", VV_REFUSED},   {"second", "2021-02-01", VV_REFUSED},
        {"second", "2021-03-01", VV_OK},       {"second", "2021-04-01", VV_OK},
        {"third", "2021-04-01", VV_FORBIDDEN}, {"", "2021-04-01", VV_FORBIDDEN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        Vagval__V1__FileReport body = report_of(&case_id, rows[i].month);
        assert_int_equal(
            by(kit, rows[i].key, VV_MSG_FILE_REPORT, next_id(kit), case_id, &body.base)->status,
            rows[i].status);
    }
    const Vagval__V1__RegistryCase *entry = case_of(kit, case_id);
    assert_int_equal(entry->n_reports, 4);
    assert_memory_equal(entry->reports[1]->contract.data, one.bytes, 16);
    assert_memory_equal(entry->reports[2]->contract.data, two.bytes, 16);
    /* Whatever day it gives, February's came in May: late. April's did not. */
    assert_true(entry->reports[0]->late);
    assert_false(entry->reports[3]->late);
    assert_verifies(kit);
}

static void naming_anothers_contract_helps_nobody(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = switched_case(kit);
    Vagval__V1__FileReport body = report_of(&case_id, "2021-04-01");
    body.contract = bytes_of(&two);
    assert_int_equal(
        by(kit, "first", VV_MSG_FILE_REPORT, next_id(kit), case_id, &body.base)->status,
        VV_REFUSED);
    pay_units(kit);
    Vagval__V1__RecordUnit unit = VAGVAL__V1__RECORD_UNIT__INIT;
    unit.source = (char *)"whoever";
    unit.source_ref = (char *)"unit";
    unit.case_id = bytes_of(&case_id);
    unit.unit = (char *)"course-place";
    unit.quantity_hundredths = 100;
    unit.on = day("2021-03-09");
    unit.contract = bytes_of(&two);
    assert_int_equal(
        by(kit, "first", VV_MSG_RECORD_UNIT, next_id(kit), case_id, &unit.base)->status,
        VV_FORBIDDEN);
    unit.contract = bytes_of(&one);
    assert_int_equal(
        by(kit, "first", VV_MSG_RECORD_UNIT, next_id(kit), case_id, &unit.base)->status, VV_OK);
    unit.on = day("2021-03-10");
    assert_int_equal(
        by(kit, "first", VV_MSG_RECORD_UNIT, next_id(kit), case_id, &unit.base)->status,
        VV_FORBIDDEN);
}

static void approval_and_a_second_source_are_not_the_providers(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = switched_case(kit);
    Vagval__V1__FileReport report = report_of(&case_id, "2021-04-01");
    report.approved = true;
    const struct vv_harness_result *result =
        by(kit, "second", VV_MSG_FILE_REPORT, next_id(kit), case_id, &report.base);
    assert_int_equal(result->status, VV_FORBIDDEN);
    assert_string_equal(result->field, "approved");
    Vagval__V1__RecordOutcome start = outcome_of(&case_id, "start", "2021-03-10");
    assert_int_equal(
        by(kit, "second", VV_MSG_RECORD_OUTCOME, next_id(kit), case_id, &start.base)->status,
        VV_OK);
    Vagval__V1__RecordOutcome statement = outcome_of(&case_id, "corroborate", "2021-04-01");
    statement.outcome_source = (char *)"second";
    assert_int_equal(
        by(kit, "second", VV_MSG_RECORD_OUTCOME, next_id(kit), case_id, &statement.base)->status,
        VV_FORBIDDEN);
    /* The authority's statement finds the outcome under the name of the key, not of the file. */
    assert_int_equal(
        command(kit, VV_MSG_RECORD_OUTCOME, next_id(kit), case_id, &statement.base)->status, VV_OK);
    assert_verifies(kit);
}

/* KROM with a kind of activity, which its own file does not list. */
static void publish_with_activities(struct kit *kit)
{
    static const char more[] =
        "\ndelivery:\n  status: example\n  activities:\n"
        "    - {code: talk, name: {en: \"A talk\", sv: \"Ett samtal\"}}\n  obligations:\n"
        "    - {code: talks, name: {en: \"Talks\", sv: \"Samtal\"}, kind: every, days: 28, "
        "met_by: [talk]}\n";
    static char bytes[65536];
    FILE *file = fopen("deploy/schemes/se-krom.yaml", "re");
    assert_non_null(file);
    size_t len = fread(bytes, 1, sizeof bytes - sizeof more, file);
    (void)fclose(file);
    memcpy(bytes + len, more, sizeof more - 1);
    vv_harness_publish_bytes(kit->harness, "se-krom.yaml", bytes, len + sizeof more - 1,
                             "deploy/models/ams-2018.yaml");
}

static void an_activity_came_on_the_day_it_came_and_verify_finds_that_day(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = switched_case(kit);
    Vagval__V1__RecordActivity body = VAGVAL__V1__RECORD_ACTIVITY__INIT;
    publish_with_activities(kit);
    body.source = (char *)"whoever";
    body.source_ref = (char *)"activity";
    body.case_id = bytes_of(&case_id);
    body.kind = (char *)"talk";
    body.on = day("2021-02-10");
    body.reported_on = day("2021-02-10");
    const struct vv_harness_result *result =
        by(kit, "first", VV_MSG_RECORD_ACTIVITY, next_id(kit), case_id, &body.base);
    assert_int_equal(result->status, VV_OK);
    assert_string_equal(((const Vagval__V1__Accepted *)result->reply)->state, "late");
    /* The authority's own word on the day is taken. */
    result = command(kit, VV_MSG_RECORD_ACTIVITY, next_id(kit), case_id, &body.base);
    assert_int_equal(result->status, VV_OK);
    assert_string_equal(((const Vagval__V1__Accepted *)result->reply)->state, "in_time");
    assert_verifies(kit);
    body.on = day("2021-03-10");
    assert_int_equal(
        by(kit, "first", VV_MSG_RECORD_ACTIVITY, next_id(kit), case_id, &body.base)->status,
        VV_REFUSED);
}

static void a_job_belongs_to_whoever_served_when_it_began(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = switched_case(kit);
    /* 9 March is the first's last day; on the 10th the second serves. */
    Vagval__V1__RecordOutcome start = outcome_of(&case_id, "start", "2021-03-10");
    assert_int_equal(
        by(kit, "first", VV_MSG_RECORD_OUTCOME, next_id(kit), case_id, &start.base)->status,
        VV_FORBIDDEN);
    start.on = day("2021-03-09");
    assert_int_equal(
        by(kit, "second", VV_MSG_RECORD_OUTCOME, next_id(kit), case_id, &start.base)->status,
        VV_FORBIDDEN);
    assert_int_equal(
        by(kit, "first", VV_MSG_RECORD_OUTCOME, next_id(kit), case_id, &start.base)->status, VV_OK);
    /* Its own outcome it may follow, although another serves by now; nobody else may. */
    Vagval__V1__RecordOutcome confirm = outcome_of(&case_id, "confirm", "2021-04-20");
    assert_int_equal(
        by(kit, "second", VV_MSG_RECORD_OUTCOME, next_id(kit), case_id, &confirm.base)->status,
        VV_NOT_FOUND);
    assert_int_equal(
        by(kit, "first", VV_MSG_RECORD_OUTCOME, next_id(kit), case_id, &confirm.base)->status,
        VV_OK);
    assert_verifies(kit);
}

static void a_binding_that_ends_ends_at_once_also_for_repeats(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = switched_case(kit);
    struct vv_id id = next_id(kit);
    Vagval__V1__FileReport body = report_of(&case_id, "2021-04-01");
    assert_int_equal(by(kit, "second", VV_MSG_FILE_REPORT, id, case_id, &body.base)->status, VV_OK);
    assert_true(by(kit, "second", VV_MSG_FILE_REPORT, id, case_id, &body.base)->repeated);
    /* The same words from another key are not the same record. */
    assert_int_equal(by(kit, "first", VV_MSG_FILE_REPORT, id, case_id, &body.base)->status,
                     VV_CONFLICT);
    bound_to(kit, two, "");
    const struct vv_harness_result *result =
        by(kit, "second", VV_MSG_FILE_REPORT, id, case_id, &body.base);
    assert_int_equal(result->status, VV_FORBIDDEN);
    char known[sizeof result->text];
    memcpy(known, result->text, sizeof known);
    /* A case that is not known is refused in the same words. */
    struct vv_id nobody = person_case(9);
    body.case_id = bytes_of(&nobody);
    result = by(kit, "second", VV_MSG_FILE_REPORT, next_id(kit), nobody, &body.base);
    assert_int_equal(result->status, VV_FORBIDDEN);
    assert_string_equal(result->text, known);
}

static void while_a_contract_cannot_be_asked_nothing_is_decided(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = switched_case(kit);
    Vagval__V1__FileReport body = report_of(&case_id, "2021-04-01");
    vv_harness_will_answer(kit->harness, VV_MSG_CONTRACT_KEY, two, VV_BUSY, NULL);
    assert_int_equal(
        by(kit, "second", VV_MSG_FILE_REPORT, next_id(kit), case_id, &body.base)->status, VV_BUSY);
    assert_int_equal(case_of(kit, case_id)->n_reports, 0);
}

static const struct vv_harness_result *bind_key(struct kit *kit, const char *number,
                                                const char *key)
{
    static uint8_t public_key[32] = {7};
    Vagval__V1__BindProvider body = VAGVAL__V1__BIND_PROVIDER__INIT;
    body.source = (char *)"test";
    body.source_ref = (char *)"bind";
    body.area = (char *)"umea";
    body.number = (char *)(uintptr_t)number;
    body.key_name = (char *)(uintptr_t)key;
    body.public_key = (ProtobufCBinaryData){key[0] == '\0' ? 0 : sizeof public_key, public_key};
    return command(kit, VV_MSG_BIND_PROVIDER, next_id(kit), contract_id(number), &body.base);
}

static void assert_key(struct kit *kit, const char *number, const char *key)
{
    struct vv_id contract = contract_id(number);
    Vagval__V1__ContractKey body = VAGVAL__V1__CONTRACT_KEY__INIT;
    body.contract = bytes_of(&contract);
    struct vv_harness_message message = {.type = VV_MSG_CONTRACT_KEY,
                                         .id = next_id(kit),
                                         .subject = contract,
                                         .scheme = SCHEME,
                                         .role = VV_ROLE_REGISTRY,
                                         .body = &body.base};
    const struct vv_harness_result *result = vv_harness_send(kit->harness, &message);
    assert_int_equal(result->status, VV_OK);
    assert_string_equal(((const Vagval__V1__ContractKeyFound *)result->reply)->key_name, key);
}

static void a_contract_has_one_key_until_it_is_taken_away_or_its_owner_changes(void **state)
{
    struct kit *kit = *state;
    Vagval__V1__TransferContract transfer = VAGVAL__V1__TRANSFER_CONTRACT__INIT;
    assert_key(kit, "KA-1", "");
    assert_int_equal(bind_key(kit, "KA-1", "first")->status, VV_OK);
    assert_key(kit, "KA-1", "first");
    assert_int_equal(bind_key(kit, "KA-1", "second")->status, VV_OK);
    assert_key(kit, "KA-1", "second");
    assert_int_equal(bind_key(kit, "KA-1", "")->status, VV_OK);
    assert_key(kit, "KA-1", "");
    assert_int_equal(bind_key(kit, "KA-1", "first")->status, VV_OK);
    transfer.source = (char *)"test";
    transfer.source_ref = (char *)"transfer";
    transfer.area = (char *)"umea";
    transfer.number = (char *)"KA-1";
    transfer.organisation_number = (char *)"556016-0680";
    transfer.provider_name = (char *)"New name AB";
    transfer.reason = (char *)"name";
    transfer.on = day("2021-02-01");
    assert_int_equal(
        command(kit, VV_MSG_TRANSFER_CONTRACT, next_id(kit), contract_id("KA-1"), &transfer.base)
            ->status,
        VV_OK);
    assert_key(kit, "KA-1", "first"); /* another name of the same organisation */
    transfer.organisation_number = (char *)"202100-5489";
    assert_int_equal(
        command(kit, VV_MSG_TRANSFER_CONTRACT, next_id(kit), contract_id("KA-1"), &transfer.base)
            ->status,
        VV_OK);
    assert_key(kit, "KA-1", "");
    /* One contract of an organisation in an area, so its owner's other one stays whose it was. */
    assert_int_equal(bind_key(kit, "KA-2", "third")->status, VV_OK);
    transfer.number = (char *)"KA-2";
    const struct vv_harness_result *result =
        command(kit, VV_MSG_TRANSFER_CONTRACT, next_id(kit), contract_id("KA-2"), &transfer.base);
    assert_int_equal(result->status, VV_REFUSED);
    assert_key(kit, "KA-2", "third");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_reports_on_its_own_months, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(naming_anothers_contract_helps_nobody, kit_setup,
                                        kit_teardown),
        cmocka_unit_test_setup_teardown(approval_and_a_second_source_are_not_the_providers,
                                        kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(
            an_activity_came_on_the_day_it_came_and_verify_finds_that_day, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(a_job_belongs_to_whoever_served_when_it_began, kit_setup,
                                        kit_teardown),
        cmocka_unit_test_setup_teardown(a_binding_that_ends_ends_at_once_also_for_repeats,
                                        kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(while_a_contract_cannot_be_asked_nothing_is_decided,
                                        kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(
            a_contract_has_one_key_until_it_is_taken_away_or_its_owner_changes, kit_setup,
            kit_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
