/*
 * Who may decide on a document, of which kinds it may be, and which records share one: the rules by
 * themselves. Its life before the handlers stands in test_evidence.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "../../../services/provider-registry/evidence.h"

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
        FRESH(only_what_waits_is_decided_on),    FRESH(two_persons_decide),
        FRESH(a_verified_document_is_of_a_kind), FRESH(verified_after_the_run),
        FRESH(records_that_share_a_document),    FRESH(words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
