/*
 * The life of a document as a table: in each state, what may be decided and what an answer or a run
 * makes of it; no state is ever left backwards.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "../../../services/provider-registry/evidence.h"
#include "../../support/random.h"

#define TEXT(text) ((char *)(uintptr_t)(text))
#define DOCUMENTS 3

/* Three records of one case. The first and the second rest on the same document for the same use;
 * anna brought the first, bert the second, and cleo the third with another document. */
static struct vv_id records[DOCUMENTS], uses[DOCUMENTS];
static uint8_t hashes[DOCUMENTS][32];
static Vagval__V1__CaseEvidence documents[DOCUMENTS];
static Vagval__V1__CaseEvidence *list[DOCUMENTS];
static Vagval__V1__RegistryCase entry;

static struct vv_id id_of(uint8_t last)
{
    return (struct vv_id){{0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last}};
}

static ProtobufCBinaryData bytes_of(struct vv_id *id)
{
    return (ProtobufCBinaryData){sizeof id->bytes, id->bytes};
}

static int fresh(void **state)
{
    (void)state;
    static const char *const who[] = {"anna", "bert", "cleo"};
    vagval__v1__registry_case__init(&entry);
    for (size_t i = 0; i < DOCUMENTS; i++) {
        vagval__v1__case_evidence__init(&documents[i]);
        records[i] = id_of((uint8_t)(10 + i));
        uses[i] = id_of(i < 2 ? 20 : 21);
        memset(hashes[i], i < 2 ? 1 : 2, sizeof hashes[i]);
        documents[i].record = bytes_of(&records[i]);
        documents[i].used_for = bytes_of(&uses[i]);
        documents[i].evidence = (ProtobufCBinaryData){sizeof hashes[i], hashes[i]};
        documents[i].of = TEXT("confirm");
        documents[i].document_kind = TEXT("contract");
        documents[i].recorded_by = TEXT(who[i]);
        documents[i].state = VV_EVIDENCE_WAITING;
        list[i] = &documents[i];
    }
    entry.evidence = list;
    entry.n_evidence = DOCUMENTS;
    return 0;
}

static enum vv_status judge(size_t which, bool verify, const char *kind, const char *sender,
                            const char **ret_field)
{
    const char *text = NULL;
    *ret_field = NULL;
    enum vv_status status = vv_evidence_judge(&entry, which < DOCUMENTS ? &documents[which] : NULL,
                                              verify, kind, sender, NULL, ret_field, &text);
    assert_true(status == VV_OK || (text != NULL && text[0] != '\0'));
    return status;
}

/* Only a document that waits is decided on, and only once. */
static void only_what_waits_is_decided_on(void **state)
{
    const char *field;
    for (uint32_t at = VV_EVIDENCE_CLAIMING; at <= VV_EVIDENCE_REJECTED; at++) {
        for (int verify = 0; verify < 2; verify++) {
            (void)fresh(state);
            documents[2].state = at;
            assert_int_equal(judge(2, verify == 1, "", "anna", &field),
                             at == VV_EVIDENCE_WAITING ? VV_OK : VV_REFUSED);
        }
    }
    (void)fresh(state);
    documents[2].replaced = true; /* its record is no longer the one that stands */
    assert_int_equal(judge(2, true, "", "anna", &field), VV_REFUSED);
    assert_string_equal(field, "record");
    assert_int_equal(judge(DOCUMENTS, true, "", "anna", &field), VV_NOT_FOUND);
}

/* Whoever brought the document, with whichever record of the case, does not decide on it. */
static void two_persons_decide(void **state)
{
    (void)state;
    static const struct {
        size_t which;
        const char *sender;
        bool may;
    } cases[] = {{0, "anna", false}, {0, "bert", false}, {0, "cleo", true}, {0, "", false},
                 {2, "anna", true},  {2, "bert", true},  {2, "cleo", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *field;
        enum vv_status status = judge(cases[i].which, i % 2 == 0, "", cases[i].sender, &field);
        assert_int_equal(status, cases[i].may ? VV_OK : VV_REFUSED);
        assert_true(cases[i].may || strcmp(field, "sender") == 0);
    }
}

static void a_verified_document_is_of_a_kind(void **state)
{
    (void)state;
    static const char *const words[] = {"contract", "payslip"};
    const struct vv_scheme scheme = {.documents = {.kinds = words, .kind_count = 2}};
    const char *field = NULL;
    const char *text = NULL;
    documents[2].document_kind = TEXT("");
    assert_int_equal(judge(2, true, "", "anna", &field), VV_INVALID);
    assert_string_equal(field, "document_kind");
    assert_int_equal(judge(2, false, "", "anna", &field), VV_OK); /* rejecting needs none */
    assert_int_equal(judge(2, true, "payslip", "anna", &field), VV_OK);
    assert_int_equal(
        vv_evidence_judge(&entry, &documents[2], true, "payslip", "anna", &scheme, &field, &text),
        VV_OK);
    assert_int_equal(
        vv_evidence_judge(&entry, &documents[2], true, "postcard", "anna", &scheme, &field, &text),
        VV_INVALID);
    assert_string_equal(field, "document_kind");
}

/* Claimed: granted, it waits; denied, it is rejected since another record uses it. Answered twice,
 * the second answer says nothing. */
static void a_claim_is_answered_once(void **state)
{
    for (int granted = 0; granted < 2; granted++) {
        (void)fresh(state);
        documents[0].state = VV_EVIDENCE_CLAIMING;
        assert_true(vv_evidence_answer(&documents[0], granted == 1, 100));
        assert_int_equal(documents[0].state,
                         granted == 1 ? VV_EVIDENCE_WAITING : VV_EVIDENCE_REJECTED);
        assert_string_equal(documents[0].reason, granted == 1 ? "" : VV_EVIDENCE_USED);
        assert_false(vv_evidence_answer(&documents[0], granted == 0, 101));
        assert_int_equal(documents[0].state,
                         granted == 1 ? VV_EVIDENCE_WAITING : VV_EVIDENCE_REJECTED);
    }
}

/* Any answers, decisions and runs in any order: claimed, waiting, verified, invoiced, or rejected
 * while it waits; never back. */
static void no_state_is_left_backwards(void **state)
{
    static const int rank[] = {[VV_EVIDENCE_CLAIMING] = 0,
                               [VV_EVIDENCE_WAITING] = 1,
                               [VV_EVIDENCE_VERIFIED] = 2,
                               [VV_EVIDENCE_INVOICED] = 3,
                               [VV_EVIDENCE_REJECTED] = 9};
    unsigned ended[VV_EVIDENCE_REJECTED + 1] = {0};
    random_begin();
    for (int life = 0; life < 500; life++) {
        (void)fresh(state);
        Vagval__V1__CaseEvidence *document = &documents[2];
        document->state = VV_EVIDENCE_CLAIMING;
        bool run_told = false;
        for (int step = 0; step < 8; step++) {
            uint32_t before = document->state;
            const char *field;
            uint32_t what = random_below(4);
            bool may = judge(2, what == 1, "payslip", "anna", &field) == VV_OK;
            if (what == 0) {
                (void)vv_evidence_answer(document, random_below(4) != 0, 100 + step);
            } else if (what == 1 && may) {
                vv_evidence_verify(document, TEXT("payslip"), TEXT("anna"), 100 + step);
                assert_string_equal(document->document_kind, "payslip");
                assert_string_equal(document->decided_by, "anna");
            } else if (what == 2 && may) {
                vv_evidence_reject(document, TEXT("illegible"), TEXT("anna"), 100 + step);
            } else if (what == 3) {
                assert_int_equal(vv_evidence_on_run(document, 100 + step), !run_told);
                run_told = true;
            }
            assert_true(rank[document->state] >= rank[before]);
            assert_true(before != VV_EVIDENCE_REJECTED || document->state == before);
            assert_true(document->state != VV_EVIDENCE_INVOICED || run_told);
        }
        ended[document->state]++;
    }
    for (int at = VV_EVIDENCE_CLAIMING; at <= VV_EVIDENCE_REJECTED; at++) {
        assert_true(ended[at] > 0);
    }
}

/* Verified with no kind of the person's own keeps the record's. On a run before it was verified, it
 * is invoiced at once. */
static void verified_after_the_run(void **state)
{
    (void)state;
    assert_true(vv_evidence_on_run(&documents[0], 100));
    assert_int_equal(documents[0].state, VV_EVIDENCE_WAITING);
    assert_int_equal(documents[0].on_run_from, 100);
    vv_evidence_verify(&documents[0], TEXT(""), TEXT("cleo"), 101);
    assert_int_equal(documents[0].state, VV_EVIDENCE_INVOICED);
    assert_string_equal(documents[0].document_kind, "contract");
}

/* ---- which record, which outcome ---- */

static void records_that_share_a_document(void **state)
{
    (void)state;
    assert_ptr_equal(vv_evidence_find(&entry, documents[1].record), &documents[1]);
    assert_null(vv_evidence_find(&entry, (ProtobufCBinaryData){0, NULL}));
    assert_null(vv_evidence_find(&entry, (ProtobufCBinaryData){15, records[1].bytes}));
    assert_true(vv_evidence_is_shared(&entry, &documents[0]));
    assert_false(vv_evidence_is_shared(&entry, &documents[2]));
    documents[1].replaced = true;
    assert_false(vv_evidence_is_shared(&entry, &documents[0]));
    documents[1].replaced = false;
    documents[1].state = VV_EVIDENCE_REJECTED;
    assert_false(vv_evidence_is_shared(&entry, &documents[0]));
    documents[1].state = VV_EVIDENCE_WAITING;
    documents[1].used_for = bytes_of(&uses[2]); /* the same paper for another outcome */
    assert_false(vv_evidence_is_shared(&entry, &documents[0]));
}

/* An income statement serves an outcome apart from what the provider sent in. */
static void the_outcome_that_a_document_serves(void **state)
{
    (void)state;
    struct vv_id outcome_ids[] = {id_of(20), id_of(21)};
    Vagval__V1__CaseOutcome outcomes[2];
    Vagval__V1__CaseOutcome *both[] = {&outcomes[0], &outcomes[1]};
    for (size_t i = 0; i < 2; i++) {
        vagval__v1__case_outcome__init(&outcomes[i]);
        outcomes[i].outcome = bytes_of(&outcome_ids[i]);
    }
    entry.outcomes = both;
    entry.n_outcomes = 2;
    assert_ptr_equal(vv_evidence_outcome(&entry, &documents[2]), &outcomes[1]);
    documents[2].of = TEXT("corroborate");
    assert_null(vv_evidence_outcome(&entry, &documents[2]));
    uses[2] = vv_evidence_use_of_outcome(id_of(21), true);
    assert_ptr_equal(vv_evidence_outcome(&entry, &documents[2]), &outcomes[1]);
    outcomes[1].outcome.len--; /* a broken one is nobody's */
    assert_null(vv_evidence_outcome(&entry, &documents[2]));
}

static void words(void **state)
{
    (void)state;
    static const struct {
        const char *of;
        bool voids;
    } kinds[] = {{"confirm", true}, {"corroborate", true}, {"unit", true},
                 {"end", false},    {"start", false},      {"withdraw", false}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        documents[0].of = TEXT(kinds[i].of);
        assert_int_equal(vv_evidence_voids_record(&documents[0]), kinds[i].voids);
    }
    assert_string_equal(vv_evidence_state_name(VV_EVIDENCE_INVOICED), "invoiced");
    assert_string_equal(vv_evidence_state_name(0), "unknown");
    assert_string_equal(vv_evidence_state_name(VV_EVIDENCE_REJECTED + 1), "unknown");
}

int main(void)
{
#define FRESH(f) cmocka_unit_test_setup(f, fresh)
    const struct CMUnitTest tests[] = {
        FRESH(only_what_waits_is_decided_on),
        FRESH(two_persons_decide),
        FRESH(a_verified_document_is_of_a_kind),
        FRESH(a_claim_is_answered_once),
        FRESH(no_state_is_left_backwards),
        FRESH(verified_after_the_run),
        FRESH(records_that_share_a_document),
        FRESH(the_outcome_that_a_document_serves),
        FRESH(words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
