/*
 * document.c: what a record does with the document that it brings.
 */
#include "document.h"

#include <string.h>

#include "outcome.h"
#include "standing.h"

void vv_document_plan(const struct vv_call *call, struct vv_plan *plan, ProtobufCBinaryData hash)
{
    Vagval__V1__FindEvidence ask = VAGVAL__V1__FIND_EVIDENCE__INIT;

    if (hash.len != VV_EVIDENCE_BYTES) {
        return; /* none, or refused later */
    }
    ask.evidence = hash;
    vv_plan_ask(plan, VV_REGISTRY, VV_MSG_FIND_EVIDENCE,
                vv_id_evidence(hash.data, call->partitions), &ask.base);
}

enum vv_status vv_document_check(const struct vv_work *work, const struct vv_loaded *loaded,
                                 const struct vv_document *document)
{
    const struct vv_call *call = work->call;
    const struct vv_scheme *scheme =
        vv_book_scheme(call->book, work->entry->scheme, call->now.today, 0);

    if (document->document_kind[0] != '\0') {
        enum vv_status status =
            vv_check_code(work->outcome, "document_kind", document->document_kind);
        if (status != VV_OK) {
            return status;
        }
        if (scheme != NULL && !vv_scheme_document_kind(scheme, document->document_kind)) {
            return vv_refuse(work->outcome, VV_INVALID, "document_kind",
                             "is no kind of document that the scheme takes");
        }
    }
    if (document->hash.len == 0) {
        return VV_OK;
    }
    const struct vv_answer *answer = vv_loaded_answer(
        loaded, VV_MSG_FIND_EVIDENCE, vv_id_evidence(document->hash.data, call->partitions));
    if (answer == NULL || answer->status != VV_OK) {
        return VV_OK; /* not known just now: the claim decides */
    }
    const Vagval__V1__EvidenceFound *found = (const Vagval__V1__EvidenceFound *)answer->body;
    struct vv_id use = VV_NIL;
    if (vv_id_from_bytes(found->used_for.data, found->used_for.len, &use) == VV_OK &&
        !vv_id_equal(use, document->used_for)) {
        /* Not where: that would tell of another person. */
        return vv_refuse(work->outcome, VV_REFUSED, "evidence",
                         "is already used elsewhere: one document proves one outcome or unit");
    }
    return VV_OK;
}

static char *kept(struct vv_work *work, const char *text)
{
    char *copy = vv_arena_text(work->call->arena, text);

    work->exhausted = work->exhausted || copy == NULL;
    return copy;
}

void vv_document_enter(struct vv_work *work, struct vv_id record,
                       const struct vv_document *document, struct vv_id supersedes,
                       char *recorded_by, vv_date recorded_on)
{
    Vagval__V1__RegistryCase *entry = work->entry;
    Vagval__V1__CaseEvidence *replaced =
        vv_evidence_find(entry, (ProtobufCBinaryData){sizeof supersedes.bytes, supersedes.bytes});

    if (replaced != NULL) {
        replaced->replaced = true;
    }
    Vagval__V1__CaseEvidence *evidence =
        document->hash.len == 0 ? NULL : vv_work_alloc(work, sizeof *evidence);
    if (evidence == NULL) {
        return;
    }
    vagval__v1__case_evidence__init(evidence);
    evidence->record = vv_work_id(work, record);
    evidence->evidence = document->hash;
    evidence->used_for = vv_work_id(work, document->used_for);
    evidence->of = kept(work, document->of);
    evidence->document_kind = document->document_kind;
    evidence->on = document->on;
    evidence->state = VV_EVIDENCE_CLAIMING;
    evidence->recorded_by = recorded_by;
    evidence->recorded_on = recorded_on;
    entry->evidence = vv_work_grown(work, entry->evidence, &entry->n_evidence, evidence);
}

void vv_document_order(struct vv_work *work, const Vagval__V1__CaseEvidence *evidence, bool release)
{
    Vagval__V1__ClaimEvidence order = VAGVAL__V1__CLAIM_EVIDENCE__INIT;

    order.case_id = vv_work_id(work, work->call->subject);
    order.scheme = work->entry->scheme;
    order.evidence = evidence->evidence;
    order.used_for = evidence->used_for;
    order.record = evidence->record;
    order.release = release;
    vv_work_emit(work, VV_MSG_CLAIM_EVIDENCE,
                 vv_id_evidence(evidence->evidence.data, work->call->partitions),
                 work->call->now.today, &order.base);
}

struct vv_id vv_document_unit_use(Vagval__V1__Fact *const *facts, size_t count, struct vv_id record)
{
    for (size_t i = count; i > 0; i--) { /* what is replaced came before */
        struct vv_id id, before;
        if (facts[i - 1]->type == VV_MSG_RECORD_UNIT &&
            vv_id_from_bytes(facts[i - 1]->id.data, facts[i - 1]->id.len, &id) == VV_OK &&
            vv_id_equal(id, record) &&
            vv_id_from_bytes(facts[i - 1]->supersedes.data, facts[i - 1]->supersedes.len,
                             &before) == VV_OK) {
            record = before;
        }
    }
    return record;
}

void vv_document_bring(struct vv_work *work, const struct vv_document *document,
                       struct vv_id supersedes)
{
    const struct vv_call *call = work->call;

    vv_document_enter(work, call->id, document, supersedes, (char *)(uintptr_t)call->sender,
                      call->now.today);
    if (document->hash.len > 0 && !work->exhausted) {
        vv_document_order(work, work->entry->evidence[work->entry->n_evidence - 1], false);
    }
}

enum vv_status vv_document_withdraw(const struct vv_work *work, struct vv_id case_id,
                                    const Vagval__V1__CaseEvidence *evidence,
                                    Vagval__V1__Fact *const *facts, size_t count)
{
    bool second_source = strcmp(evidence->of, "corroborate") == 0;
    Vagval__V1__CaseOutcome *outcome = vv_evidence_outcome(work->entry, case_id, evidence);
    enum vv_standing standing = VV_STANDING_UNKNOWN;
    struct vv_id id, record;
    vv_date rest = 0;

    if (outcome == NULL || (!second_source && strcmp(evidence->of, "confirm") != 0)) {
        return VV_OK;
    }
    if (vv_id_from_bytes(outcome->outcome.data, outcome->outcome.len, &id) != VV_OK ||
        vv_id_from_bytes(evidence->record.data, evidence->record.len, &record) != VV_OK) {
        return VV_CORRUPT;
    }
    enum vv_status status = vv_standing_confirmation(work->call, facts, count, case_id, id,
                                                     second_source ? "corroborate" : "confirm",
                                                     record, &standing, &rest);
    if (status == VV_OK) {
        *(second_source ? &outcome->corroborated_through : &outcome->confirmed_through) = rest;
    }
    return status;
}

/* Payment names the event of the record, which is the record's first. */
static Vagval__V1__CaseEvidence *of_event(const Vagval__V1__RegistryCase *entry,
                                          ProtobufCBinaryData event)
{
    for (size_t i = 0; i < entry->n_evidence; i++) {
        struct vv_id record;
        ProtobufCBinaryData bytes = entry->evidence[i]->record;
        if (vv_id_from_bytes(bytes.data, bytes.len, &record) == VV_OK) {
            struct vv_id own = vv_work_event_id(record, 0);
            if (event.len == sizeof own.bytes && memcmp(event.data, own.bytes, event.len) == 0) {
                return entry->evidence[i];
            }
        }
    }
    return NULL;
}

void vv_document_on_run(const Vagval__V1__RegistryCase *entry,
                        const Vagval__V1__EvidenceInvoiced *event)
{
    for (size_t i = 0; i < event->n_record; i++) {
        Vagval__V1__CaseEvidence *evidence = of_event(entry, event->record[i]);
        if (evidence != NULL) {
            (void)vv_evidence_on_run(evidence, event->on);
        }
    }
}
