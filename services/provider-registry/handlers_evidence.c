/*
 * handlers_evidence.c: the life of a document: its claim in the partition of its hash, a person's
 * decision on it, and that what it carried is on a payment run.
 */
#include "document.h"
#include "evidence.h"
#include "provider-registry.h"
#include "work.h"

#include <string.h>

#include "vagval/limits.h"

extern const struct vv_handler vv_handle_find_evidence;
extern const struct vv_handler vv_handle_claim_evidence;
extern const struct vv_handler vv_answer_claim_evidence;
extern const struct vv_handler vv_handle_decide_evidence;
extern const struct vv_handler vv_on_evidence_invoiced;

/* ---- in the document's own partition ---- */

static bool is_subject(const struct vv_call *call, ProtobufCBinaryData hash)
{
    return hash.len == VV_EVIDENCE_BYTES &&
           vv_id_equal(vv_id_evidence(hash.data, call->partitions), call->subject);
}

static enum vv_status read_use(const struct vv_call *call, const struct vv_loaded *loaded,
                               Vagval__V1__EvidenceUse **ret_use)
{
    ProtobufCMessage *message = NULL;
    enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "evidence", call->subject),
                                             &vagval__v1__evidence_use__descriptor, &message);

    *ret_use = (Vagval__V1__EvidenceUse *)message;
    return status;
}

static enum vv_status plan_find(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    const Vagval__V1__FindEvidence *query = (const Vagval__V1__FindEvidence *)call->body;

    (void)loaded;
    if (!is_subject(call, query->evidence)) {
        return VV_INVALID;
    }
    vv_plan_load(plan, "evidence", call->subject);
    return VV_OK;
}

static enum vv_status decide_find(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    Vagval__V1__EvidenceFound reply = VAGVAL__V1__EVIDENCE_FOUND__INIT;
    Vagval__V1__EvidenceUse *use = NULL;
    enum vv_status status = read_use(call, loaded, &use);

    if (status == VV_OK) {
        reply.used_for = use->used_for;
        vv_reply(outcome, &reply.base);
    }
    return status;
}

const struct vv_handler vv_handle_find_evidence = {.plan = plan_find, .decide = decide_find};

static enum vv_status plan_claim(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_plan *plan)
{
    const Vagval__V1__ClaimEvidence *order = (const Vagval__V1__ClaimEvidence *)call->body;

    (void)loaded;
    if (!is_subject(call, order->evidence) || order->used_for.len != sizeof call->subject.bytes) {
        return VV_INVALID;
    }
    if (order->release) {
        vv_plan_load(plan, "evidence", call->subject);
    } else {
        vv_plan_load_new(plan, "evidence", call->subject);
    }
    vv_plan_fact_home(plan, "evidence", call->subject);
    return VV_OK;
}

static bool same_bytes(ProtobufCBinaryData a, ProtobufCBinaryData b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* The first use has the document, until a person gives it back. Withdrawing or replacing a record
 * does not: whoever controls the records must not move a document about with them. */
static enum vv_status decide_claim(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_outcome *outcome)
{
    const Vagval__V1__ClaimEvidence *order = (const Vagval__V1__ClaimEvidence *)call->body;
    Vagval__V1__EvidenceClaimed reply = VAGVAL__V1__EVIDENCE_CLAIMED__INIT;
    Vagval__V1__EvidenceUse *use = NULL;
    enum vv_status status = read_use(call, loaded, &use);

    if (status != VV_OK) {
        return status;
    }
    bool own = same_bytes(use->used_for, order->used_for);
    reply.case_id = order->case_id;
    reply.record = order->record;
    if (order->release) {
        reply.released = true;
        if (own) {
            use->used_for = (ProtobufCBinaryData){0, NULL};
            use->case_id = (ProtobufCBinaryData){0, NULL};
        }
    } else if (own || use->used_for.len == 0) {
        reply.granted = true;
        use->evidence = order->evidence;
        use->used_for = order->used_for;
        use->case_id = order->case_id;
    }
    vv_put(outcome, "evidence", call->subject, &use->base);
    vv_accept(outcome, call->now.today, VV_REGISTRY_SOURCE, VV_NIL, "", 0, false);
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_claim_evidence = {.plan = plan_claim, .decide = decide_claim};

/* ---- in the case ---- */

static enum vv_status plan_case(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    (void)loaded;
    return vv_work_plan(call, plan, true);
}

static void state(struct vv_work *work, const Vagval__V1__CaseEvidence *evidence)
{
    Vagval__V1__EvidenceStated event = VAGVAL__V1__EVIDENCE_STATED__INIT;
    struct vv_id record = VV_NIL;

    if (vv_id_from_bytes(evidence->record.data, evidence->record.len, &record) != VV_OK) {
        return;
    }
    event.case_id = vv_work_id(work, work->call->subject);
    event.scheme = work->entry->scheme;
    event.record = vv_work_event_of(work, record);
    /* Payment makes an amount of it first, so it is told of no invoiced document. */
    event.state = (char *)(uintptr_t)vv_evidence_state_name(
        evidence->state == VV_EVIDENCE_INVOICED ? VV_EVIDENCE_VERIFIED : evidence->state);
    event.by = evidence->decided_by;
    event.document_kind = evidence->document_kind;
    event.on = work->call->now.today;
    vv_work_emit_payment(work, VV_MSG_EVIDENCE_STATED, event.on, &event.base);
    vv_work_count_of(work, "evidence.", event.state, 1);
}

/* A rejected document takes what it proved with it; the fact then supersedes the record. */
static enum vv_status take_back(struct vv_work *work, const struct vv_loaded *loaded,
                                const Vagval__V1__CaseEvidence *evidence,
                                struct vv_id *ret_supersedes)
{
    const struct vv_call *call = work->call;
    Vagval__V1__Fact **facts = NULL;
    size_t count = 0;

    *ret_supersedes = VV_NIL;
    if (evidence->replaced || !vv_evidence_voids_record(evidence)) {
        return VV_OK;
    }
    enum vv_status status =
        vv_record_facts(call, vv_loaded(loaded, "case", call->subject), &facts, &count);
    if (status == VV_OK) {
        status = vv_document_withdraw(work, call->subject, evidence, facts, count);
    }
    return status == VV_OK
               ? vv_id_from_bytes(evidence->record.data, evidence->record.len, ret_supersedes)
               : status;
}

static enum vv_status decide_answer(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_outcome *outcome)
{
    const Vagval__V1__EvidenceClaimed *reply = (const Vagval__V1__EvidenceClaimed *)call->body;
    Vagval__V1__EvidenceClaimed fact = VAGVAL__V1__EVIDENCE_CLAIMED__INIT;
    struct vv_id supersedes = VV_NIL;
    struct vv_work work;
    enum vv_status status = vv_work_open(&work, call, loaded, outcome);

    if (status != VV_OK || reply == NULL) {
        return status != VV_OK ? status : VV_CORRUPT; /* refused only when its record is broken */
    }
    Vagval__V1__CaseEvidence *evidence = vv_evidence_find(work.entry, reply->record);
    if (reply->released || evidence == NULL ||
        !vv_evidence_answer(evidence, reply->granted, call->now.today)) {
        return VV_OK;
    }
    if (!reply->granted) {
        status = take_back(&work, loaded, evidence, &supersedes);
        if (status != VV_OK) {
            return status;
        }
    }
    state(&work, evidence);
    fact.record = reply->record;
    fact.granted = reply->granted;
    vv_work_accept(&work, call->now.today, VV_REGISTRY_SOURCE, supersedes, &fact.base);
    return vv_work_close(&work);
}

const struct vv_handler vv_answer_claim_evidence = {.plan = plan_case, .decide = decide_answer};

static enum vv_status check_decision(const struct vv_work *work,
                                     const Vagval__V1__DecideEvidence *command, bool *ret_verify)
{
    enum vv_status status =
        vv_check_case_command(work, command->source, command->source_ref, command->case_id);

    *ret_verify = strcmp(command->decision, "verify") == 0;
    if (status == VV_OK && !*ret_verify && strcmp(command->decision, "reject") != 0) {
        status = vv_refuse(work->outcome, VV_INVALID, "decision", "is neither verify nor reject");
    }
    if (status == VV_OK && !*ret_verify) {
        status = vv_check_code(work->outcome, "reason", command->reason);
    }
    if (status == VV_OK && *ret_verify && command->document_kind[0] != '\0') {
        status = vv_check_code(work->outcome, "document_kind", command->document_kind);
    }
    return status;
}

static enum vv_status enter_decision(struct vv_work *work, const struct vv_loaded *loaded,
                                     const Vagval__V1__DecideEvidence *command, bool verify,
                                     Vagval__V1__CaseEvidence *evidence)
{
    const struct vv_call *call = work->call;
    Vagval__V1__DecideEvidence fact = *command; /* who sent it and the case stand elsewhere */
    char *by = (char *)(uintptr_t)call->sender;
    struct vv_id supersedes = VV_NIL;
    enum vv_status status = VV_OK;

    if (verify) {
        vv_evidence_verify(evidence, command->document_kind, by, call->now.today);
    } else {
        vv_evidence_reject(evidence, command->reason, by, call->now.today);
        status = take_back(work, loaded, evidence, &supersedes);
    }
    if (status != VV_OK) {
        return status;
    }
    state(work, evidence);
    if (!verify && strcmp(command->reason, VV_EVIDENCE_WRONG_CASE) == 0 &&
        !vv_evidence_is_shared(work->entry, evidence)) {
        vv_document_order(work, evidence, true);
    }
    fact.source = (char *)protobuf_c_empty_string;
    fact.source_ref = (char *)protobuf_c_empty_string;
    fact.case_id = (ProtobufCBinaryData){0, NULL};
    fact.decided_by = by;
    vv_work_accept(work, call->now.today, command->source, supersedes, &fact.base);
    vv_work_reply(work, vv_evidence_state_name(evidence->state));
    return vv_work_close(work);
}

static enum vv_status decide_decision(const struct vv_call *call, const struct vv_loaded *loaded,
                                      struct vv_outcome *outcome)
{
    const Vagval__V1__DecideEvidence *command = (const Vagval__V1__DecideEvidence *)call->body;
    const char *field = "";
    const char *text = "";
    bool verify = false;
    struct vv_work work;
    enum vv_status status = vv_work_open(&work, call, loaded, outcome);

    if (status == VV_OK) {
        status = check_decision(&work, command, &verify);
    }
    if (status != VV_OK) {
        return status;
    }
    Vagval__V1__CaseEvidence *evidence = vv_evidence_find(work.entry, command->record);
    status = vv_evidence_judge(work.entry, evidence, verify, command->document_kind, call->sender,
                               vv_book_scheme(call->book, work.entry->scheme, call->now.today, 0),
                               &field, &text);
    if (status != VV_OK) {
        return vv_refuse(outcome, status, field, "%s", text);
    }
    return enter_decision(&work, loaded, command, verify, evidence);
}

const struct vv_handler vv_handle_decide_evidence = {.plan = plan_case, .decide = decide_decision};

/* ---- what payment tells ---- */

static enum vv_status decide_invoiced(const struct vv_call *call, const struct vv_loaded *loaded,
                                      struct vv_outcome *outcome)
{
    struct vv_work work;
    enum vv_status status = vv_work_open(&work, call, loaded, outcome);

    if (status != VV_OK || work.is_new) {
        return status; /* a case that is not known here has no documents */
    }
    vv_document_on_run(work.entry, (const Vagval__V1__EvidenceInvoiced *)call->body);
    vv_accept(outcome, call->effective, "payment", VV_NIL, NULL, 0, false);
    return vv_work_close(&work);
}

const struct vv_handler vv_on_evidence_invoiced = {.plan = plan_case, .decide = decide_invoiced};
