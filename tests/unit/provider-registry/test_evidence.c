/*
 * test_evidence.c: the life of a document: each transition, that no state is ever left backwards,
 * that a document serves one use whatever happens at the same time, and who decides.
 */
#include "kit.h"

#include "../../../services/provider-registry/evidence.h"
#include "../../support/random.h"

/* ---- transitions ---- */

enum action { ANSWER_YES, ANSWER_NO, VERIFY, REJECT, ON_RUN, ACTIONS };

/* What the handlers do with a document in a state: judge, then enter. */
static bool act(Vagval__V1__CaseEvidence *evidence, enum action action)
{
    Vagval__V1__RegistryCase entry = VAGVAL__V1__REGISTRY_CASE__INIT;
    const char *field = NULL, *text = NULL;
    entry.evidence = &evidence;
    entry.n_evidence = 1;
    switch (action) {
    case ANSWER_YES:
    case ANSWER_NO:
        return vv_evidence_answer(evidence, action == ANSWER_YES, day("2021-05-01"));
    case VERIFY:
    case REJECT:
        if (vv_evidence_judge(&entry, evidence, action == VERIFY, "contract", "bo", NULL, &field,
                              &text) != VV_OK) {
            return false;
        }
        if (action == VERIFY) {
            vv_evidence_verify(evidence, (char *)"contract", (char *)"bo", day("2021-05-02"));
        } else {
            vv_evidence_reject(evidence, (char *)"unreadable", (char *)"bo", day("2021-05-02"));
        }
        return true;
    case ON_RUN:
        return vv_evidence_on_run(evidence, day("2021-05-03"));
    case ACTIONS:
        break;
    }
    return false;
}

static uint8_t a_record[16] = {7}, a_hash[32] = {8};

static Vagval__V1__CaseEvidence fresh(void)
{
    Vagval__V1__CaseEvidence evidence = VAGVAL__V1__CASE_EVIDENCE__INIT;
    evidence.record = (ProtobufCBinaryData){sizeof a_record, a_record};
    evidence.evidence = (ProtobufCBinaryData){sizeof a_hash, a_hash};
    evidence.state = VV_EVIDENCE_CLAIMING;
    evidence.recorded_by = (char *)"anna";
    evidence.of = (char *)"confirm";
    return evidence;
}

static void each_transition(void **state)
{
    static const struct {
        enum action actions[3]; /* ACTIONS ends */
        enum action then;
        bool taken;
        enum vv_evidence_state after;
    } rows[] = {
        {{ACTIONS}, ANSWER_YES, true, VV_EVIDENCE_WAITING},
        {{ACTIONS}, ANSWER_NO, true, VV_EVIDENCE_REJECTED},
        {{ACTIONS}, VERIFY, false, VV_EVIDENCE_CLAIMING},
        {{ACTIONS}, REJECT, false, VV_EVIDENCE_CLAIMING},
        {{ANSWER_YES, ACTIONS}, VERIFY, true, VV_EVIDENCE_VERIFIED},
        {{ANSWER_YES, ACTIONS}, REJECT, true, VV_EVIDENCE_REJECTED},
        {{ANSWER_YES, ACTIONS}, ANSWER_NO, false, VV_EVIDENCE_WAITING},
        {{ANSWER_YES, ACTIONS}, ON_RUN, true, VV_EVIDENCE_WAITING}, /* kept in mind */
        {{ANSWER_YES, ON_RUN, ACTIONS}, VERIFY, true, VV_EVIDENCE_INVOICED},
        {{ANSWER_YES, VERIFY, ACTIONS}, ON_RUN, true, VV_EVIDENCE_INVOICED},
        {{ANSWER_YES, VERIFY, ACTIONS}, REJECT, false, VV_EVIDENCE_VERIFIED},
        {{ANSWER_YES, VERIFY, ACTIONS}, VERIFY, false, VV_EVIDENCE_VERIFIED},
        {{ANSWER_YES, VERIFY, ON_RUN}, ON_RUN, false, VV_EVIDENCE_INVOICED},
        {{ANSWER_YES, VERIFY, ON_RUN}, REJECT, false, VV_EVIDENCE_INVOICED},
        {{ANSWER_YES, REJECT, ACTIONS}, VERIFY, false, VV_EVIDENCE_REJECTED},
        {{ANSWER_NO, ACTIONS}, VERIFY, false, VV_EVIDENCE_REJECTED},
        {{ANSWER_NO, ON_RUN, ACTIONS}, ANSWER_YES, false, VV_EVIDENCE_REJECTED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Vagval__V1__CaseEvidence evidence = fresh();
        for (size_t k = 0; k < 3 && rows[i].actions[k] != ACTIONS; k++) {
            (void)act(&evidence, rows[i].actions[k]);
        }
        if (act(&evidence, rows[i].then) != rows[i].taken ||
            evidence.state != (uint32_t)rows[i].after) {
            fail_msg("row %zu: state %u", i, evidence.state);
        }
    }
}

/* Claiming, waiting, verified, invoiced; rejected is an end of its own. */
static void never_backwards(void **state)
{
    (void)state;
    random_begin();
    for (unsigned round = 0; round < 2000; round++) {
        Vagval__V1__CaseEvidence evidence = fresh();
        for (unsigned step = 0; step < 12; step++) {
            uint32_t before = evidence.state;
            (void)act(&evidence, (enum action)random_below(ACTIONS));
            bool rejected = evidence.state == VV_EVIDENCE_REJECTED;
            bool on = evidence.state >= before && !(before == VV_EVIDENCE_REJECTED && !rejected) &&
                      !(rejected && before != VV_EVIDENCE_REJECTED && before > VV_EVIDENCE_WAITING);
            if (!on) {
                fail_msg("round %u, step %u: from %u to %u", round, step, before, evidence.state);
            }
        }
    }
}

/* ---- in the service ---- */

static uint8_t shared[32] = {0x5D};

static const struct vv_harness_result *record(struct kit *kit, struct vv_id id,
                                              struct vv_id case_id, const char *kind,
                                              const char *reference, const char *on,
                                              struct vv_id supersedes, const char *sender)
{
    Vagval__V1__RecordOutcome body = VAGVAL__V1__RECORD_OUTCOME__INIT;
    body.source = (char *)"test";
    body.source_ref = (char *)"outcome";
    body.case_id = bytes_of(&case_id);
    body.kind = (char *)(uintptr_t)kind;
    body.outcome_ref = (char *)(uintptr_t)reference;
    body.on = day(on);
    body.evidence = (ProtobufCBinaryData){sizeof shared, shared};
    if (!vv_id_is_nil(supersedes)) {
        body.supersedes = bytes_of(&supersedes);
    }
    struct vv_harness_message message = {.type = VV_MSG_RECORD_OUTCOME,
                                         .id = id,
                                         .subject = case_id,
                                         .scheme = SCHEME,
                                         .sender = sender,
                                         .body = &body.base};
    const struct vv_harness_result *result = vv_harness_send(kit->harness, &message);
    collect(kit, result);
    return result;
}

static const struct vv_harness_result *decide(struct kit *kit, struct vv_id case_id,
                                              struct vv_id id, const char *decision,
                                              const char *word, const char *sender,
                                              enum vv_role role)
{
    Vagval__V1__DecideEvidence body = VAGVAL__V1__DECIDE_EVIDENCE__INIT;
    bool verify = strcmp(decision, "verify") == 0;
    body.source = (char *)"test";
    body.source_ref = (char *)"decision";
    body.case_id = bytes_of(&case_id);
    body.record = bytes_of(&id);
    body.decision = (char *)(uintptr_t)decision;
    body.document_kind = (char *)(uintptr_t)(verify ? word : "");
    body.reason = (char *)(uintptr_t)(verify ? "" : word);
    struct vv_harness_message message = {.type = VV_MSG_DECIDE_EVIDENCE,
                                         .id = next_id(kit),
                                         .subject = case_id,
                                         .scheme = SCHEME,
                                         .role = role,
                                         .sender = sender,
                                         .body = &body.base};
    const struct vv_harness_result *result = vv_harness_send(kit->harness, &message);
    collect(kit, result);
    return result;
}

/* A placed case with a job from 12 April. */
static struct vv_id working(struct kit *kit, uint8_t who)
{
    struct vv_id case_id = placed_case(kit, who, "KA-1");
    today(kit, "2021-09-01");
    assert_int_equal(outcome_as(kit, next_id(kit), case_id, "start", "job-1", "2021-04-12")->status,
                     VV_OK);
    return case_id;
}

static uint32_t state_of(struct kit *kit, struct vv_id case_id, size_t at)
{
    const Vagval__V1__RegistryCase *entry = case_of(kit, case_id);
    assert_true(at < entry->n_evidence);
    return entry->evidence[at]->state;
}

static void two_cases_with_one_document(void **state)
{
    struct kit *kit = *state;
    struct vv_id one = working(kit, 1);
    today(kit, "2021-02-01");
    struct vv_id other = working(kit, 2);
    /* Both find it free, as the harness answers nothing: their claims decide. */
    kit->twice = true;
    assert_int_equal(
        record(kit, next_id(kit), one, "confirm", "job-1", "2021-08-12", NIL, "anna")->status,
        VV_OK);
    assert_int_equal(
        record(kit, next_id(kit), other, "confirm", "job-1", "2021-08-12", NIL, "anna")->status,
        VV_OK);
    assert_int_equal(state_of(kit, one, 0), VV_EVIDENCE_CLAIMING);
    carry(kit);
    assert_int_equal(state_of(kit, one, 0), VV_EVIDENCE_WAITING);
    assert_int_equal(state_of(kit, other, 0), VV_EVIDENCE_REJECTED);
    assert_string_equal(case_of(kit, other)->evidence[0]->reason, VV_EVIDENCE_USED);
    /* What it proved is gone with it. */
    assert_int_equal(case_of(kit, one)->outcomes[0]->confirmed_through, day("2021-08-12"));
    assert_int_equal(case_of(kit, other)->outcomes[0]->confirmed_through, 0);
    const Vagval__V1__EvidenceStated *event =
        (const Vagval__V1__EvidenceStated *)last_emitted(kit, VV_MSG_EVIDENCE_STATED);
    assert_string_equal(event->state, "rejected");
    assert_string_equal(event->by, "");
    protobuf_c_message_free_unpacked((ProtobufCMessage *)(uintptr_t)&event->base, NULL);
    assert_verifies(kit);
}

static void a_document_known_to_be_used_is_refused(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = working(kit, 1);
    struct vv_id other = {{0, 9, 9}};
    Vagval__V1__EvidenceFound found = VAGVAL__V1__EVIDENCE_FOUND__INIT;
    found.used_for = bytes_of(&other);
    vv_harness_will_answer(kit->harness, VV_MSG_FIND_EVIDENCE, vv_id_evidence(shared, PARTITIONS),
                           VV_OK, &found.base);
    const struct vv_harness_result *result =
        record(kit, next_id(kit), case_id, "confirm", "job-1", "2021-08-12", NIL, "anna");
    assert_int_equal(result->status, VV_REFUSED);
    assert_string_equal(result->field, "evidence");
    assert_non_null(strstr(result->text, "already used elsewhere"));
    assert_false(result->committed);
    /* The same outcome's own use is no obstacle. */
    struct vv_id own =
        vv_evidence_use_of_outcome(case_id, vv_outcome_id(case_id, "test", "job-1"), false);
    found.used_for = bytes_of(&own);
    vv_harness_will_answer(kit->harness, VV_MSG_FIND_EVIDENCE, vv_id_evidence(shared, PARTITIONS),
                           VV_OK, &found.base);
    assert_int_equal(
        record(kit, next_id(kit), case_id, "confirm", "job-1", "2021-08-12", NIL, "anna")->status,
        VV_OK);
}

/* A record that replaces another may bring the same document, which then is verified anew. An end
 * may, too; an income statement is another source's, so it may not. */
static void the_same_outcome_uses_its_document_again(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = working(kit, 1);
    struct vv_id first = next_id(kit);
    assert_int_equal(
        record(kit, first, case_id, "confirm", "job-1", "2021-08-12", NIL, "anna")->status, VV_OK);
    carry(kit);
    assert_int_equal(
        decide(kit, case_id, first, "verify", "contract", "bo", VV_ROLE_CASEWORKER)->status, VV_OK);
    assert_int_equal(
        record(kit, next_id(kit), case_id, "confirm", "job-1", "2021-08-10", first, "anna")->status,
        VV_OK);
    assert_int_equal(
        record(kit, next_id(kit), case_id, "end", "job-1", "2021-08-20", NIL, "anna")->status,
        VV_OK);
    carry(kit);
    const Vagval__V1__RegistryCase *entry = case_of(kit, case_id);
    assert_int_equal(entry->n_evidence, 3);
    assert_int_equal(entry->evidence[0]->state, VV_EVIDENCE_VERIFIED);
    assert_true(entry->evidence[0]->replaced);
    assert_int_equal(entry->evidence[1]->state, VV_EVIDENCE_WAITING);
    assert_int_equal(entry->evidence[2]->state, VV_EVIDENCE_WAITING);
    struct vv_id outcome = vv_outcome_id(case_id, "test", "job-1");
    assert_false(vv_id_equal(vv_evidence_use_of_outcome(case_id, outcome, true),
                             vv_evidence_use_of_outcome(case_id, outcome, false)));
    /* Another case's outcome of the same name is another use. */
    assert_false(vv_id_equal(vv_evidence_use_of_outcome(person_case(2), outcome, false),
                             vv_evidence_use_of_outcome(case_id, outcome, false)));
    assert_verifies(kit);
}

static void another_person_decides(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = working(kit, 1);
    struct vv_id id = next_id(kit);
    assert_int_equal(
        record(kit, id, case_id, "confirm", "job-1", "2021-08-12", NIL, "anna")->status, VV_OK);
    assert_int_equal(
        decide(kit, case_id, id, "verify", "contract", "bo", VV_ROLE_CASEWORKER)->status,
        VV_REFUSED); /* not known yet to be free */
    carry(kit);
    static const struct {
        const char *decision, *word, *sender;
        enum vv_role role;
        enum vv_status status;
    } rows[] = {
        {"verify", "contract", "anna", VV_ROLE_CASEWORKER, VV_REFUSED},
        {"reject", "unreadable", "anna", VV_ROLE_CASEWORKER, VV_REFUSED},
        {"verify", "", "bo", VV_ROLE_CASEWORKER, VV_INVALID},
        {"reject", "", "bo", VV_ROLE_CASEWORKER, VV_INVALID},
        {"forget", "", "bo", VV_ROLE_CASEWORKER, VV_INVALID},
        {"verify", "contract", "bo", VV_ROLE_CASEWORKER, VV_OK},
        {"verify", "contract", "cia", VV_ROLE_CASEWORKER, VV_REFUSED},
        {"reject", "unreadable", "cia", VV_ROLE_CASEWORKER, VV_REFUSED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum vv_status status =
            decide(kit, case_id, id, rows[i].decision, rows[i].word, rows[i].sender, rows[i].role)
                ->status;
        if (status != rows[i].status) {
            fail_msg("row %zu: %s", i, vv_status_name(status));
        }
    }
    const Vagval__V1__CaseEvidence *evidence = case_of(kit, case_id)->evidence[0];
    assert_string_equal(evidence->recorded_by, "anna");
    assert_string_equal(evidence->decided_by, "bo");
    assert_string_equal(evidence->document_kind, "contract");
    assert_verifies(kit);
}

/* Only a person who says that it was filed on the wrong case gives a document back. */
static void given_back_or_not(void **state)
{
    struct kit *kit = *state;
    static const struct {
        const char *reason;
        uint32_t other;
    } rows[] = {{"unreadable", VV_EVIDENCE_REJECTED},
                {VV_EVIDENCE_WRONG_CASE, VV_EVIDENCE_WAITING}};
    for (uint8_t i = 0; i < 2; i++) {
        shared[1] = (uint8_t)(i + 1);
        today(kit, "2021-02-01");
        struct vv_id one = working(kit, (uint8_t)(2 * i + 1));
        struct vv_id id = next_id(kit);
        (void)record(kit, id, one, "confirm", "job-1", "2021-08-12", NIL, "anna");
        carry(kit);
        assert_int_equal(
            decide(kit, one, id, "reject", rows[i].reason, "bo", VV_ROLE_CASEWORKER)->status,
            VV_OK);
        assert_int_equal(case_of(kit, one)->outcomes[0]->confirmed_through, 0);
        carry(kit);
        assert_int_equal(
            record(kit, next_id(kit), one, "confirm", "job-1", "2021-08-12", id, "anna")->status,
            VV_REFUSED); /* the rejected record stands no more */
        today(kit, "2021-02-01");
        struct vv_id other = person_case((uint8_t)(2 * i + 2));
        level(kit, next_id(kit), other, "B", "2021-02-01", "2021-02-01");
        assert_int_equal(choose(kit, other, "KA-2", "2021-02-01")->status, VV_OK);
        carry(kit);
        today(kit, "2021-09-01");
        (void)outcome_as(kit, next_id(kit), other, "start", "job-1", "2021-04-12");
        (void)record(kit, next_id(kit), other, "confirm", "job-1", "2021-08-12", NIL, "anna");
        carry(kit);
        assert_int_equal(state_of(kit, other, 0), rows[i].other);
    }
    assert_verifies(kit);
}

static void invoiced_when_payment_says_so(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = working(kit, 1);
    struct vv_id id = next_id(kit);
    (void)record(kit, id, case_id, "confirm", "job-1", "2021-08-12", NIL, "anna");
    carry(kit);
    (void)decide(kit, case_id, id, "verify", "contract", "bo", VV_ROLE_CASEWORKER);
    /* Payment names the event that brought it: the first of its message. */
    struct vv_id brought = NIL;
    for (size_t i = 0; i < kit->parcel_count; i++) {
        Vagval__V1__OutcomeRecorded *event =
            kit->parcels[i].type != VV_MSG_OUTCOME_RECORDED
                ? NULL
                : (Vagval__V1__OutcomeRecorded *)unpack_as(
                      kit->parcels[i].type, kit->parcels[i].bytes, kit->parcels[i].len);
        if (event != NULL && strcmp(event->kind, "confirm") == 0) {
            assert_true(event->claiming);
            brought = kit->parcels[i].id;
        }
        if (event != NULL) {
            protobuf_c_message_free_unpacked(&event->base, NULL);
        }
    }
    ProtobufCBinaryData records[] = {bytes_of(&brought)};
    Vagval__V1__EvidenceInvoiced body = VAGVAL__V1__EVIDENCE_INVOICED__INIT;
    body.case_id = bytes_of(&case_id);
    body.scheme = (char *)SCHEME;
    body.record = records;
    body.n_record = 1;
    body.on = day("2021-09-15");
    struct vv_harness_message message = {.type = VV_MSG_EVIDENCE_INVOICED,
                                         .id = next_id(kit),
                                         .subject = case_id,
                                         .scheme = SCHEME,
                                         .effective = body.on,
                                         .body = &body.base};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(vv_harness_event(kit->harness, VV_PAYMENT, &message)->status, VV_OK);
        assert_int_equal(state_of(kit, case_id, 0), VV_EVIDENCE_INVOICED);
        assert_int_equal(case_of(kit, case_id)->evidence[0]->on_run_from, day("2021-09-15"));
    }
    assert_verifies(kit);
}

/* ---- protected identities ---- */

static void protect(struct kit *kit, struct vv_id case_id, bool is_protected)
{
    Vagval__V1__ProtectionStated body = VAGVAL__V1__PROTECTION_STATED__INIT;
    body.case_id = bytes_of(&case_id);
    body.protected_identity = is_protected;
    struct vv_harness_message message = {.type = VV_MSG_PROTECTION_STATED,
                                         .id = next_id(kit),
                                         .subject = case_id,
                                         .scheme = SCHEME,
                                         .body = &body.base};
    assert_int_equal(vv_harness_event(kit->harness, VV_ASSESSMENT, &message)->status, VV_OK);
}

static void a_protected_case_is_the_guardians(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = working(kit, 1);
    struct vv_id id = next_id(kit);
    (void)record(kit, id, case_id, "confirm", "job-1", "2021-08-12", NIL, "anna");
    carry(kit);
    protect(kit, case_id, true);
    assert_true(case_of(kit, case_id)->protected_identity);
    assert_int_equal(
        decide(kit, case_id, id, "verify", "contract", "bo", VV_ROLE_CASEWORKER)->status,
        VV_FORBIDDEN);
    Vagval__V1__ListEvidence page = VAGVAL__V1__LIST_EVIDENCE__INIT;
    page.partition = vv_id_partition(case_id);
    const struct vv_harness_result *result =
        command(kit, VV_MSG_LIST_EVIDENCE, next_id(kit), VV_ID_SYSTEM, &page.base);
    assert_int_equal(((const Vagval__V1__EvidenceList *)result->reply)->n_lines, 0);
    protect(kit, case_id, false);
    assert_false(case_of(kit, case_id)->protected_identity);
    result = command(kit, VV_MSG_LIST_EVIDENCE, next_id(kit), VV_ID_SYSTEM, &page.base);
    assert_int_equal(((const Vagval__V1__EvidenceList *)result->reply)->n_lines, 1);
    protect(kit, case_id, true);
    assert_int_equal(
        decide(kit, case_id, id, "verify", "contract", "gerd", VV_ROLE_GUARDIAN)->status, VV_OK);
    assert_verifies(kit);
}

/* Of a case that is not known here nothing is kept: its level says the same. */
static void protection_of_an_unknown_case_is_passed_over(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = person_case(9);
    protect(kit, case_id, true);
    assert_false(
        vv_harness_record(kit->harness, vv_id_partition(case_id), "case", case_id)->exists);
}

int main(void)
{
#define KIT_TEST(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_transition),
        cmocka_unit_test(never_backwards),
        KIT_TEST(two_cases_with_one_document),
        KIT_TEST(a_document_known_to_be_used_is_refused),
        KIT_TEST(the_same_outcome_uses_its_document_again),
        KIT_TEST(another_person_decides),
        KIT_TEST(given_back_or_not),
        KIT_TEST(invoiced_when_payment_says_so),
        KIT_TEST(a_protected_case_is_the_guardians),
        KIT_TEST(protection_of_an_unknown_case_is_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
