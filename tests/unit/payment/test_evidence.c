/*
 * test_evidence.c: what payment makes of a document's states: which prove a day, why not, who is
 * named; what it tells when the amounts are on a run or billed; who sees a protected case.
 */
#include "case_kit.h"

#include "../../../services/payment/course.h"
#include "../../../services/payment/events.h"
#include "../../../services/payment/why_not.h"

/* ---- pure ---- */

#define FACTS 5

/* A job from 9 July with one confirmation through 8 November, and what was said of its document. */
struct told {
    enum vv_document_state record; /* what the confirmation itself says */
    enum vv_document_state said[2];
    size_t said_count;
    bool recorded, verified; /* does it prove anything? */
};

static struct vv_payment_fact fact(unsigned char number, enum vv_payment_fact_kind kind,
                                   const char *on)
{
    return (struct vv_payment_fact){.kind = kind,
                                    .id = {{0, 0, 'F', number}},
                                    .index = number,
                                    .effective = day(on),
                                    .on = day(on),
                                    .planned_end = VV_DATE_NONE,
                                    .extent_percent = 100,
                                    .job = true};
}

static void which_documents_prove_a_day(void **state)
{
    static const uint8_t hash[32] = {1};
    static const struct told rows[] = {
        {VV_DOCUMENT_WAITING, {0}, 0, true, false},
        {VV_DOCUMENT_CLAIMING, {0}, 0, false, false},
        {VV_DOCUMENT_CLAIMING, {VV_DOCUMENT_WAITING}, 1, true, false},
        {VV_DOCUMENT_CLAIMING, {VV_DOCUMENT_WAITING, VV_DOCUMENT_VERIFIED}, 2, true, true},
        {VV_DOCUMENT_CLAIMING, {VV_DOCUMENT_VERIFIED, VV_DOCUMENT_WAITING}, 2, true, true},
        {VV_DOCUMENT_CLAIMING, {VV_DOCUMENT_WAITING, VV_DOCUMENT_REJECTED}, 2, false, false},
        {VV_DOCUMENT_CLAIMING, {VV_DOCUMENT_REJECTED, VV_DOCUMENT_WAITING}, 2, false, false},
        {VV_DOCUMENT_CLAIMING, {VV_DOCUMENT_REJECTED}, 1, false, false},
    };
    (void)state;
    static uint8_t room[65536];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct vv_arena arena;
        vv_arena_init(&arena, room, sizeof room);
        struct vv_payment_fact facts[FACTS] = {fact(1, VV_FACT_OUTCOME_START, "2020-07-09"),
                                               fact(2, VV_FACT_OUTCOME_CONFIRM, "2020-11-08")};
        size_t count = 2;
        facts[1].evidence = hash;
        facts[1].document = rows[i].record;
        for (size_t k = 0; k < rows[i].said_count; k++) {
            struct vv_payment_fact *said = &facts[count++];
            *said = fact((unsigned char)(3 + k), VV_FACT_EVIDENCE, "2020-11-10");
            said->subject = facts[1].id;
            said->document = rows[i].said[k];
        }
        struct vv_course course;
        assert_int_equal(vv_course_build(facts, count, &arena.allocator, &course), VV_OK);
        for (enum vv_proof_of of = VV_PROOF_RECORDED; of < VV_PROOFS; of++) {
            bool proves = of == VV_PROOF_VERIFIED ? rows[i].verified : rows[i].recorded;
            vv_date through = proves ? day("2020-11-08") : day("2020-07-09");
            if (course.outcomes[0].proofs[of].through != through) {
                fail_msg("row %zu, proof %d", i, (int)of);
            }
        }
    }
}

/* ---- the service ---- */

static struct vv_id event_id(unsigned char number)
{
    return (struct vv_id){{0, 3, 0xE0, number}};
}

static void stated(struct vv_harness *harness, unsigned char number, unsigned char record,
                   const char *word, const char *by)
{
    struct vv_id of = event_id(record);
    Vagval__V1__EvidenceStated body = VAGVAL__V1__EVIDENCE_STATED__INIT;
    body.case_id = bytes_of(&case_id);
    body.scheme = (char *)(uintptr_t) "se-krom";
    body.record = bytes_of(&of);
    body.state = (char *)(uintptr_t)word;
    body.by = (char *)(uintptr_t)by;
    body.document_kind = (char *)(uintptr_t) "contract";
    body.on = vv_harness_today(harness);
    char on[VV_DATE_TEXT_BYTES];
    vv_date_format(body.on, on);
    assert_int_equal(
        event(harness, number, VV_REGISTRY, VV_MSG_EVIDENCE_STATED, on, &body.base)->status, VV_OK);
}

/* KROM that asks for verified documents. */
static int set_up_verified(void **state)
{
    static char yaml[65536];
    static const char section[] = "\nevidence:\n  verified: true\n";
    struct vv_harness *harness = vv_harness_create(&vv_service_payment, 16, NULL);
    FILE *file = fopen("deploy/schemes/se-krom.yaml", "re");
    assert_non_null(file);
    size_t len = fread(yaml, 1, sizeof yaml - sizeof section, file);
    assert_int_equal(fclose(file), 0);
    memcpy(yaml + len, section, sizeof section - 1);
    vv_harness_publish_bytes(harness, "se-krom.yaml", yaml, len + sizeof section - 1,
                             "deploy/models/ams-2018.yaml");
    vv_harness_clock(harness, day("2020-04-01"));
    *state = harness;
    return 0;
}

/* Job on 4 May, confirmed through 3 September: four months. The confirmation is event 4. */
static void confirmed(struct vv_harness *harness)
{
    assert_int_equal(level(harness, 1, "B", "2020-04-16", "2020-04-15")->status, VV_OK);
    assert_int_equal(start(harness, 2, "2020-04-16")->status, VV_OK);
    pass_days(harness, "2020-09-10");
    assert_int_equal(outcome(harness, 3, "start", "2020-05-04")->status, VV_OK);
    assert_int_equal(outcome(harness, 4, "confirm", "2020-09-03")->status, VV_OK);
}

static int64_t posted_result(struct vv_harness *harness)
{
    return balance(harness, "expense:se-krom:result");
}

static const Vagval__V1__WhyNotReply *why_not_result(struct vv_harness *harness)
{
    Vagval__V1__WhyNot body = VAGVAL__V1__WHY_NOT__INIT;
    body.case_id = bytes_of(&case_id);
    body.component = (char *)(uintptr_t) "result";
    return (const Vagval__V1__WhyNotReply *)ask(harness, VV_MSG_WHY_NOT, case_id, &body.base);
}

static bool waits_for_the_agency(struct vv_harness *harness)
{
    const Vagval__V1__WhyNotReply *why = why_not_result(harness);
    for (size_t i = 0; i < why->n_conditions; i++) {
        if (strcmp(why->conditions[i]->code, "evidence.verified") == 0) {
            assert_string_equal(why->conditions[i]->who, "agency");
            assert_non_null(strstr(why->conditions[i]->text_en, "the agency must act"));
            return true;
        }
    }
    return false;
}

static void a_result_is_posted_when_its_document_is_verified(void **state)
{
    struct vv_harness *harness = *state;
    confirmed(harness);
    assert_int_equal(posted_result(harness), 0);
    assert_true(waits_for_the_agency(harness));
    stated(harness, 5, 4, "waiting", "");
    assert_int_equal(posted_result(harness), 0);
    stated(harness, 6, 4, "verified", "hanna");
    assert_true(posted_result(harness) > 0);
    assert_false(waits_for_the_agency(harness));
    Vagval__V1__ExplainPosting body = VAGVAL__V1__EXPLAIN_POSTING__INIT;
    body.case_id = bytes_of(&case_id);
    const Vagval__V1__PostingExplained *explained = (const Vagval__V1__PostingExplained *)ask(
        harness, VV_MSG_EXPLAIN_POSTING, case_id, &body.base);
    const Vagval__V1__PostingBatch *last = explained->batches[explained->n_batches - 1];
    bool named = false;
    for (size_t i = 0; i < last->n_lines; i++) {
        named = named || strstr(last->lines[i]->text_en, "document verified by hanna") != NULL;
    }
    assert_true(named);
    const Vagval__V1__VerifyResult *result = verify(harness);
    assert_int_equal(result->n_problems, 0);
}

/* Where nobody need verify, a document counts when it is known to be used nowhere else. */
static void a_claimed_document_counts_when_its_claim_holds(void **state)
{
    struct vv_harness *harness = *state;
    static uint8_t hash[32] = {0xE1};
    Vagval__V1__OutcomeRecorded body = VAGVAL__V1__OUTCOME_RECORDED__INIT;
    carry_to_the_job(harness);
    pass_days(harness, "2020-09-10");
    body.case_id = bytes_of(&case_id);
    body.scheme = (char *)(uintptr_t) "se-krom";
    body.outcome = bytes_of(&outcome_id);
    body.kind = (char *)(uintptr_t) "confirm";
    body.what = (char *)(uintptr_t) "job";
    body.on = day("2020-09-03");
    body.evidence = (ProtobufCBinaryData){sizeof hash, hash};
    body.claiming = true;
    (void)event(harness, 4, VV_REGISTRY, VV_MSG_OUTCOME_RECORDED, "2020-09-03", &body.base);
    assert_int_equal(posted_result(harness), 0);
    stated(harness, 5, 4, "waiting", "");
    assert_true(posted_result(harness) > 0);
    assert_int_equal(verify(harness)->n_problems, 0);
}

static void a_rejected_document_is_proposed_back(void **state)
{
    struct vv_harness *harness = *state;
    confirmed(harness); /* the scheme asks for no verification: posted at once */
    int64_t posted = posted_result(harness);
    assert_true(posted > 0);
    assert_false(waits_for_the_agency(harness));
    stated(harness, 5, 4, "rejected", "hanna");
    assert_int_equal(posted_result(harness), posted); /* a fall is only proposed */
    assert_true(vv_harness_counter(harness, PARTITION, "sums", NIL, "proposed:se-krom:result") < 0);
    const Vagval__V1__VerifyResult *result = verify(harness);
    assert_int_equal(result->n_problems, 0);
}

static void a_state_of_a_later_release_says_nothing(void **state)
{
    struct vv_harness *harness = *state;
    confirmed(harness);
    int64_t posted = posted_result(harness);
    stated(harness, 5, 4, "archived", "hanna");
    assert_int_equal(posted_result(harness), posted);
    assert_int_equal(verify(harness)->n_problems, 1); /* kept, and verify says so */
}

/* An invoice that agrees bills the result: the registry is told of the confirmation's document. */
static void a_billed_amount_names_its_documents(void **state)
{
    struct vv_harness *harness = *state;
    confirmed(harness);
    static const struct {
        const char *component;
        size_t documents;
    } rows[] = {{"result", 1}, {"base", 0}, {"premium", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Vagval__V1__NoteInvoiced body = VAGVAL__V1__NOTE_INVOICED__INIT;
        body.case_id = bytes_of(&case_id);
        body.scheme = (char *)(uintptr_t) "se-krom";
        body.contract = bytes_of(&contract);
        body.component = (char *)(uintptr_t)rows[i].component;
        body.period = day("2020-04-16"); /* the service period's first day */
        body.on = day("2020-09-30");
        struct vv_harness_message message = {.type = VV_MSG_NOTE_INVOICED,
                                             .id = {{0, 3, 0xBB, (uint8_t)i}},
                                             .subject = case_id,
                                             .scheme = "se-krom",
                                             .role = VV_ROLE_PAYMENT,
                                             .body = &body.base};
        const struct vv_harness_result *result = vv_harness_send(harness, &message);
        assert_int_equal(result->status, VV_OK);
        assert_int_equal(((const Vagval__V1__InvoicedNoted *)result->reply)->documents,
                         rows[i].documents);
        assert_int_equal(result->event_count, rows[i].documents);
        if (result->event_count == 1) {
            const Vagval__V1__EvidenceInvoiced *told =
                (const Vagval__V1__EvidenceInvoiced *)result->events[0].body;
            struct vv_id record = event_id(4);
            assert_int_equal(told->n_record, 1);
            assert_memory_equal(told->record[0].data, record.bytes, sizeof record.bytes);
            assert_int_equal(told->on, day("2020-09-30"));
        }
    }
}

/* ---- protected identities ---- */

static void protect(struct vv_harness *harness, unsigned char number, bool is_protected)
{
    Vagval__V1__ProtectionStated body = VAGVAL__V1__PROTECTION_STATED__INIT;
    body.case_id = bytes_of(&case_id);
    body.protected_identity = is_protected;
    assert_int_equal(
        event(harness, number, VV_ASSESSMENT, VV_MSG_PROTECTION_STATED, "2020-09-10", &body.base)
            ->status,
        VV_OK);
}

static enum vv_status shown_to(struct vv_harness *harness, enum vv_role role)
{
    Vagval__V1__CaseShow body = VAGVAL__V1__CASE_SHOW__INIT;
    body.case_id = bytes_of(&case_id);
    struct vv_harness_message message = {.type = VV_MSG_CASE_SHOW,
                                         .id = {{0, 3, 0xCC}},
                                         .subject = case_id,
                                         .role = role,
                                         .body = &body.base};
    return vv_harness_send(harness, &message)->status;
}

static void a_protected_case_is_the_guardians(void **state)
{
    struct vv_harness *harness = *state;
    protect(harness, 9, true); /* before anything is known: nothing is kept */
    assert_false(vv_harness_record(harness, PARTITION, "case", case_id)->exists);
    confirmed(harness);
    int64_t posted = posted_result(harness);
    assert_int_equal(shown_to(harness, VV_ROLE_CASEWORKER), VV_OK);
    protect(harness, 10, true);
    assert_int_equal(shown_to(harness, VV_ROLE_CASEWORKER), VV_FORBIDDEN);
    assert_int_equal(shown_to(harness, VV_ROLE_GUARDIAN), VV_OK);
    protect(harness, 11, false);
    assert_int_equal(shown_to(harness, VV_ROLE_CASEWORKER), VV_OK);
    assert_int_equal(posted_result(harness), posted); /* nothing is owed by it */
    assert_int_equal(verify(harness)->n_problems, 0);
}

int main(void)
{
#define CASE_TEST(f, up) cmocka_unit_test_setup_teardown(f, up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(which_documents_prove_a_day),
        CASE_TEST(a_result_is_posted_when_its_document_is_verified, set_up_verified),
        CASE_TEST(a_claimed_document_counts_when_its_claim_holds, set_up),
        CASE_TEST(a_rejected_document_is_proposed_back, set_up),
        CASE_TEST(a_state_of_a_later_release_says_nothing, set_up),
        CASE_TEST(a_billed_amount_names_its_documents, set_up),
        CASE_TEST(a_protected_case_is_the_guardians, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
