/*
 * handlers_outcome.c: job and study outcomes: start, confirmation, income statement, end,
 * withdrawal. The hot path of the product.
 */
#include "document.h"
#include "outcome.h"
#include "placement.h"
#include "provider-registry.h"
#include "sender.h"
#include "standing.h"
#include "work.h"

#include <string.h>

#include "vagval/idno.h"
#include "vagval/limits.h"

extern const struct vv_handler vv_handle_record_outcome;

/* An organisation, never a person: a sole trader's number is the person's own. */
static enum vv_status check_employer(const struct vv_work *work, const char *employer)
{
    vv_date today = work->call->now.today;
    struct vv_idno number;

    if (employer[0] == '\0' ||
        vv_idno_check(VV_IDNO_ORGANISATIONSNUMMER, employer, today, &number, NULL) == VV_OK ||
        vv_idno_check(VV_IDNO_Y_TUNNUS, employer, today, &number, NULL) == VV_OK) {
        return VV_OK;
    }
    return vv_refuse(work->outcome, VV_INVALID, "employer",
                     "is not an organisation's number; leave it empty for a person");
}

/* What a start and a confirmation cannot do without. */
static enum vv_status check_substance(struct vv_outcome *outcome,
                                      const Vagval__V1__RecordOutcome *command,
                                      enum vv_outcome_kind kind)
{
    if (kind == VV_OUTCOME_START && strcmp(command->what, "job") != 0 &&
        strcmp(command->what, "study") != 0) {
        return vv_refuse(outcome, VV_INVALID, "what", "is neither job nor study");
    }
    if (command->extent_percent > 100 ||
        (kind == VV_OUTCOME_START && command->extent_percent == 0)) {
        return vv_refuse(outcome, VV_INVALID, "extent_percent",
                         "a start needs its extent, 1 to 100 percent of full time");
    }
    bool is_evidence = kind == VV_OUTCOME_CONFIRM || kind == VV_OUTCOME_CORROBORATE;
    if (is_evidence ? command->evidence.len != VV_EVIDENCE_BYTES
                    : command->evidence.len % VV_EVIDENCE_BYTES != 0 ||
                          command->evidence.len > VV_EVIDENCE_BYTES) {
        return vv_refuse(outcome, VV_INVALID, "evidence",
                         is_evidence ? "a confirmation needs the 32-byte hash of its document"
                                     : "is not a hash of 32 bytes");
    }
    return VV_OK;
}

/* A second source is another one than that which told the start. */
static enum vv_status check_second_source(struct vv_outcome *outcome,
                                          const Vagval__V1__RecordOutcome *command,
                                          enum vv_outcome_kind kind)
{
    if (kind != VV_OUTCOME_CORROBORATE) {
        return command->outcome_source[0] == '\0'
                   ? VV_OK
                   : vv_refuse(outcome, VV_INVALID, "outcome_source", "is for corroborate alone");
    }
    enum vv_status status =
        vv_check_text(outcome, "outcome_source", command->outcome_source, VV_NAME_BYTES_MAX, false);
    if (status == VV_OK && strcmp(command->outcome_source, command->source) == 0) {
        status = vv_refuse(outcome, VV_REFUSED, "outcome_source",
                           "a statement corroborates only what another source has told");
    }
    return status;
}

static enum vv_status check_outcome(const struct vv_work *work,
                                    const Vagval__V1__RecordOutcome *command,
                                    enum vv_outcome_kind *ret_kind, struct vv_id *ret_supersedes)
{
    struct vv_outcome *outcome = work->outcome;
    enum vv_status status =
        vv_check_case_command(work, command->source, command->source_ref, command->case_id);

    if (status == VV_OK && vv_outcome_kind_parse(command->kind, ret_kind) != VV_OK) {
        status = vv_refuse(outcome, VV_INVALID, "kind",
                           "is none of start, confirm, corroborate, end, withdraw");
    }
    if (status == VV_OK) {
        status =
            vv_check_text(outcome, "outcome_ref", command->outcome_ref, VV_NAME_BYTES_MAX, false);
    }
    if (status == VV_OK) {
        status = check_employer(work, command->employer);
    }
    if (status == VV_OK) {
        status = vv_check_day(outcome, "on", command->on);
    }
    if (status == VV_OK && command->supersedes.len != 0) {
        status = vv_check_id(outcome, "supersedes", command->supersedes, ret_supersedes);
    }
    if (status == VV_OK) {
        status = check_second_source(outcome, command, *ret_kind);
    }
    return status == VV_OK ? check_substance(outcome, command, *ret_kind) : status;
}

static void enter_start(struct vv_work *work, const Vagval__V1__RecordOutcome *command,
                        struct vv_id id)
{
    Vagval__V1__RegistryCase *entry = work->entry;
    Vagval__V1__CaseOutcome *started = vv_work_alloc(work, sizeof *started);

    if (started == NULL) {
        return;
    }
    vagval__v1__case_outcome__init(started);
    started->outcome = vv_work_id(work, id);
    started->study = strcmp(command->what, "study") == 0;
    started->start = command->on;
    started->state = VV_OUTCOME_STARTED;
    started->extent_percent = command->extent_percent;
    entry->outcomes = vv_work_grown(work, entry->outcomes, &entry->n_outcomes, started);
    vv_work_count(work, started->study ? "outcomes.study" : "outcomes.job", 1);
}

static void count_follow(struct vv_work *work, enum vv_outcome_kind kind)
{
    static const char *const names[] = {
        [VV_OUTCOME_CONFIRM] = "outcomes.confirmed",
        [VV_OUTCOME_END] = "outcomes.ended",
        [VV_OUTCOME_WITHDRAW] = "outcomes.withdrawn",
        [VV_OUTCOME_CORROBORATE] = "outcomes.corroborated",
    };

    vv_work_count(work, names[kind], 1);
}

/* The employer as an id: its number may be a person's, and stays here. */
static ProtobufCBinaryData employer_of(struct vv_work *work, const char *employer)
{
    struct vv_idno number;
    vv_date today = work->call->now.today;

    if (vv_idno_check(VV_IDNO_ORGANISATIONSNUMMER, employer, today, &number, NULL) != VV_OK &&
        vv_idno_check(VV_IDNO_Y_TUNNUS, employer, today, &number, NULL) != VV_OK) {
        return (ProtobufCBinaryData){0, NULL};
    }
    return vv_work_id(work, vv_id_provider(number.text, work->call->partitions));
}

static void emit_outcome(struct vv_work *work, const Vagval__V1__RecordOutcome *command,
                         const Vagval__V1__CaseOutcome *known, struct vv_id id,
                         struct vv_id supersedes)
{
    Vagval__V1__OutcomeRecorded event;

    vagval__v1__outcome_recorded__init(&event);
    event.case_id = command->case_id;
    event.scheme = work->entry->scheme;
    event.outcome = vv_work_id(work, id);
    event.kind = command->kind;
    event.what = known == NULL ? command->what : known->study ? "study" : "job";
    event.on = command->on;
    event.extent_percent = command->extent_percent;
    event.evidence = command->evidence;
    event.subsidised = command->subsidised;
    event.supersedes = vv_work_event_of(work, supersedes);
    event.employer = employer_of(work, command->employer);
    event.claiming = command->evidence.len > 0;
    vv_work_emit_payment(work, VV_MSG_OUTCOME_RECORDED, command->on, &event.base);
}

static void keep_outcome_fact(struct vv_work *work, const Vagval__V1__RecordOutcome *command,
                              struct vv_id supersedes)
{
    Vagval__V1__RecordOutcome fact = *command;

    fact.source = (char *)protobuf_c_empty_string;
    fact.source_ref = (char *)protobuf_c_empty_string;
    fact.case_id = (ProtobufCBinaryData){0, NULL};
    fact.supersedes = (ProtobufCBinaryData){0, NULL};
    fact.claimed = command->evidence.len > 0;
    fact.recorded_by = (char *)(uintptr_t)(fact.claimed ? work->call->sender : "");
    fact.recorded_on = fact.claimed ? work->call->now.today : 0;
    vv_work_accept(work, command->on, vv_sender_source(work, command->source), supersedes,
                   &fact.base);
}

/* A confirmation or statement that replaces another may reach less far: what then is confirmed
 * stands in the facts. */
static enum vv_status take_confirmation_back(struct vv_work *work, const struct vv_loaded *loaded,
                                             Vagval__V1__CaseOutcome *known, struct vv_id id,
                                             enum vv_outcome_kind kind, struct vv_id supersedes)
{
    const struct vv_call *call = work->call;
    bool confirm = kind == VV_OUTCOME_CONFIRM;
    const struct vv_record *record = vv_loaded(loaded, "case", call->subject);
    Vagval__V1__Fact **facts = NULL;
    size_t count = 0;
    enum vv_standing standing = VV_STANDING_UNKNOWN;
    vv_date rest = 0;
    enum vv_status status = vv_record_facts(call, record, &facts, &count);

    if (status == VV_OK) {
        status = vv_standing_confirmation(call, facts, count, call->subject, id,
                                          confirm ? "confirm" : "corroborate", supersedes,
                                          &standing, &rest);
    }
    if (status != VV_OK) {
        return status;
    }
    if (standing == VV_STANDING_UNKNOWN) {
        return vv_refuse(work->outcome, VV_NOT_FOUND, "supersedes",
                         "no such confirmation of this outcome is known; it may come later: repeat "
                         "then");
    }
    if (standing == VV_STANDING_REPLACED) {
        return vv_refuse(work->outcome, VV_REFUSED, "supersedes",
                         "is no confirmation that stands; another record has replaced it, or its "
                         "document was rejected");
    }
    *(confirm ? &known->confirmed_through : &known->corroborated_through) = rest;
    return VV_OK;
}

static enum vv_status judge_outcome(struct vv_work *work, const struct vv_loaded *loaded,
                                    Vagval__V1__CaseOutcome *known, enum vv_outcome_kind kind,
                                    struct vv_id id, struct vv_id supersedes)
{
    const Vagval__V1__RecordOutcome *command = (const Vagval__V1__RecordOutcome *)work->call->body;
    const char *text = "";
    enum vv_status status =
        vv_outcome_judge(work->entry, known, kind, command->on, work->call->now.today, &text);

    if (status != VV_OK) {
        return vv_refuse(work->outcome, status, kind == VV_OUTCOME_START ? "on" : "outcome_ref",
                         "%s", text);
    }
    status = vv_outcome_judge_supersedes(known, kind, supersedes, &text);
    if (status != VV_OK) {
        return vv_refuse(work->outcome, status, "supersedes", "%s", text);
    }
    if ((kind == VV_OUTCOME_CONFIRM || kind == VV_OUTCOME_CORROBORATE) &&
        !vv_id_is_nil(supersedes)) {
        return take_confirmation_back(work, loaded, known, id, kind, supersedes);
    }
    return VV_OK;
}

/* A provider tells of what began while its own contract served (rules 10), or the day after if no
 * other contract served then; a statement from outside is somebody else's word. */
static enum vv_status check_own_outcome(const struct vv_work *work,
                                        const Vagval__V1__CaseOutcome *known,
                                        enum vv_outcome_kind kind)
{
    const Vagval__V1__RecordOutcome *command = (const Vagval__V1__RecordOutcome *)work->call->body;
    vv_date start = known != NULL ? known->start : command->on;

    if (work->call->role != VV_ROLE_PROVIDER) {
        return VV_OK;
    }
    if (kind == VV_OUTCOME_CORROBORATE) {
        return vv_refuse(work->outcome, VV_FORBIDDEN, "kind",
                         "a second source is not the provider's own");
    }
    const Vagval__V1__CasePlacement *placement = vv_placement_within(work->entry, start - 1, start);
    if ((kind == VV_OUTCOME_START || known != NULL) && placement != NULL &&
        !vv_sender_has(work, placement)) {
        return vv_refuse(work->outcome, VV_FORBIDDEN, "on",
                         "this key's contract did not serve the case then");
    }
    return VV_OK;
}

static enum vv_status plan_outcome(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_plan *plan)
{
    const Vagval__V1__RecordOutcome *command = (const Vagval__V1__RecordOutcome *)call->body;
    enum vv_status status = vv_work_plan(call, plan, true);

    if (status == VV_OK) {
        status = vv_sender_plan(call, loaded, plan);
    }
    if (status == VV_OK) {
        vv_document_plan(call, plan, command->evidence);
    }
    return status;
}

static enum vv_status decide_outcome(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_outcome *outcome)
{
    const Vagval__V1__RecordOutcome *command = (const Vagval__V1__RecordOutcome *)call->body;
    enum vv_outcome_kind kind = VV_OUTCOME_START;
    struct vv_id supersedes = VV_NIL;
    struct vv_work work;
    enum vv_status status = vv_work_open(&work, call, loaded, outcome);

    if (status == VV_OK) {
        status = check_outcome(&work, command, &kind, &supersedes);
    }
    if (status != VV_OK) {
        return status;
    }
    const char *namer = kind == VV_OUTCOME_CORROBORATE ? command->outcome_source
                                                       : vv_sender_source(&work, command->source);
    struct vv_id id = vv_outcome_id(call->subject, namer, command->outcome_ref);
    Vagval__V1__CaseOutcome *known = vv_outcome_find(work.entry, id);
    const struct vv_document document = {
        .hash = command->evidence,
        .used_for = vv_evidence_use_of_outcome(call->subject, id, kind == VV_OUTCOME_CORROBORATE),
        .of = command->kind,
        .document_kind = command->document_kind,
        .on = command->on};
    status = check_own_outcome(&work, known, kind);
    if (status == VV_OK) {
        status = judge_outcome(&work, loaded, known, kind, id, supersedes);
    }
    if (status == VV_OK) {
        status = vv_document_check(&work, loaded, &document);
    }
    if (status != VV_OK) {
        return status;
    }
    if (kind == VV_OUTCOME_START) {
        enter_start(&work, command, id);
    } else {
        vv_outcome_enter(known, kind, command->on);
        if (kind == VV_OUTCOME_END) {
            known->end_fact = vv_work_id(&work, call->id);
        }
        if (vv_id_is_nil(supersedes)) {
            count_follow(&work, kind);
        }
    }
    emit_outcome(&work, command, known, id, supersedes);
    vv_document_bring(&work, &document, supersedes);
    keep_outcome_fact(&work, command, supersedes);
    vv_work_reply(&work, command->kind);
    return vv_work_close(&work);
}

const struct vv_handler vv_handle_record_outcome = {.plan = plan_outcome, .decide = decide_outcome};
