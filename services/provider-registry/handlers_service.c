/*
 * handlers_service.c: what happens while a provider serves a case: periodic reports, job and study
 * outcomes, and the end of the placement.
 */
#include "course.h"
#include "outcome.h"
#include "placement.h"
#include "provider-registry.h"
#include "report.h"
#include "sender.h"
#include "standing.h"
#include "work.h"

#include <string.h>

#include "vagval/idno.h"
#include "vagval/limits.h"

extern const struct vv_handler vv_handle_file_report;
extern const struct vv_handler vv_handle_record_outcome;
extern const struct vv_handler vv_handle_end_placement;
extern const struct vv_handler vv_handle_placement_due;

static enum vv_status plan_with_fact(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_plan *plan)
{
    enum vv_status status = vv_work_plan(call, plan, true);
    return status == VV_OK ? vv_sender_plan(call, loaded, plan) : status;
}

/* ---- periodic reports ---- */

static enum vv_status check_report(const struct vv_work *work,
                                   const Vagval__V1__FileReport *command,
                                   struct vv_id *ret_contract, struct vv_id *ret_supersedes)
{
    struct vv_outcome *outcome = work->outcome;
    enum vv_status status =
        vv_check_case_command(work, command->source, command->source_ref, command->case_id);

    if (status == VV_OK) {
        status = vv_check_day(outcome, "month", command->month);
    }
    if (status == VV_OK) {
        status = vv_check_day(outcome, "reported_on", command->reported_on);
    }
    if (status == VV_OK && command->contract.len != 0) {
        status = vv_check_id(outcome, "contract", command->contract, ret_contract);
    }
    if (status == VV_OK && command->supersedes.len != 0) {
        status = vv_check_id(outcome, "supersedes", command->supersedes, ret_supersedes);
    }
    if (status == VV_OK && (command->hours_per_week > 168 || command->physical_percent > 100)) {
        status = vv_refuse(outcome, VV_INVALID, "hours_per_week",
                           "hours are at most 168 and the physical share at most 100 percent");
    }
    return status == VV_OK ? vv_sender_may_not_approve(work, command->approved) : status;
}

static void enter_report(struct vv_work *work, const Vagval__V1__FileReport *command,
                         const Vagval__V1__CasePlacement *placement, bool late)
{
    Vagval__V1__RegistryCase *entry = work->entry;
    Vagval__V1__CaseReport *report = vv_report_find(entry, command->month, placement);

    if (report == NULL) {
        report = vv_work_alloc(work, sizeof *report);
        if (report == NULL) {
            return;
        }
        vagval__v1__case_report__init(report);
        report->month = command->month;
        report->contract = placement->contract;
        entry->reports = vv_work_grown(work, entry->reports, &entry->n_reports, report);
        vv_work_count(work, "reports.filed", 1);
        vv_work_count(work, "reports.approved", command->approved ? 1 : 0);
        vv_work_count(work, "reports.late", late ? 1 : 0);
    } else {
        vv_work_count(work, "reports.approved",
                      (command->approved ? 1 : 0) - (report->approved ? 1 : 0));
    }
    report->approved = command->approved;
    report->late = late;
    report->fact = vv_work_id(work, work->call->id);
}

/* Payment knows a fact by the id of its event: a report or an outcome is its message's first. */
static ProtobufCBinaryData event_of(struct vv_work *work, struct vv_id fact)
{
    return vv_id_is_nil(fact) ? (ProtobufCBinaryData){0, NULL}
                              : vv_work_id(work, vv_work_event_id(fact, 0));
}

static void emit_report(struct vv_work *work, const Vagval__V1__FileReport *command,
                        const Vagval__V1__CasePlacement *placement, struct vv_id supersedes)
{
    Vagval__V1__ReportDecided event;

    vagval__v1__report_decided__init(&event);
    event.case_id = command->case_id;
    event.scheme = work->entry->scheme;
    event.month = command->month;
    event.approved = command->approved;
    event.contract = placement->contract;
    event.supersedes = event_of(work, supersedes);
    vv_work_emit_payment(work, VV_MSG_REPORT_DECIDED, command->month, &event.base);
}

/* Who sent it stands in the fact, the case in its home: neither is kept twice. */
static void keep_report_fact(struct vv_work *work, const Vagval__V1__FileReport *command,
                             const Vagval__V1__CasePlacement *placement, struct vv_id supersedes)
{
    Vagval__V1__FileReport fact = *command;

    fact.source = (char *)protobuf_c_empty_string;
    fact.source_ref = (char *)protobuf_c_empty_string;
    fact.case_id = (ProtobufCBinaryData){0, NULL};
    fact.supersedes = (ProtobufCBinaryData){0, NULL};
    fact.contract = placement->contract; /* also where the command left it open */
    fact.reported_on = vv_sender_reported_on(work, command->reported_on);
    vv_work_accept(work, command->month, vv_sender_source(work, command->source), supersedes,
                   &fact.base);
}

static enum vv_status decide_report(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_outcome *outcome)
{
    const Vagval__V1__FileReport *command = (const Vagval__V1__FileReport *)call->body;
    const Vagval__V1__CasePlacement *placement = NULL;
    struct vv_work work;
    struct vv_id contract = VV_NIL;
    struct vv_id supersedes = VV_NIL;
    const char *text = "";
    enum vv_status status = vv_work_open(&work, call, loaded, outcome);

    if (status == VV_OK) {
        status = check_report(&work, command, &contract, &supersedes);
    }
    if (status != VV_OK) {
        return status;
    }
    status =
        vv_report_judge(work.seen, command->month, contract, call->now.today, &placement, &text);
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "month", "%s", text);
    }
    status = vv_report_judge_supersedes(vv_report_find(work.entry, command->month, placement),
                                        supersedes, &text);
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "supersedes", "%s", text);
    }
    bool late =
        vv_report_is_late(command->month, vv_sender_reported_on(&work, command->reported_on));
    enter_report(&work, command, placement, late);
    emit_report(&work, command, placement, supersedes);
    keep_report_fact(&work, command, placement, supersedes);
    vv_work_reply(&work, late ? "late" : "in_time");
    return vv_work_close(&work);
}

const struct vv_handler vv_handle_file_report = {.plan = plan_with_fact, .decide = decide_report};

/* ---- outcomes: the hot path of the product ---- */

#define EVIDENCE_BYTES 32

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
    if (is_evidence ? command->evidence.len != EVIDENCE_BYTES
                    : command->evidence.len % EVIDENCE_BYTES != 0 ||
                          command->evidence.len > EVIDENCE_BYTES) {
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
    event.supersedes = event_of(work, supersedes);
    event.employer = employer_of(work, command->employer);
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
                         "is no confirmation that stands; another record has replaced it");
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
    status = check_own_outcome(&work, known, kind);
    if (status == VV_OK) {
        status = judge_outcome(&work, loaded, known, kind, id, supersedes);
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
    keep_outcome_fact(&work, command, supersedes);
    vv_work_reply(&work, command->kind);
    return vv_work_close(&work);
}

const struct vv_handler vv_handle_record_outcome = {.plan = plan_with_fact,
                                                    .decide = decide_outcome};

/* ---- the end of a placement ---- */

static enum vv_status decide_end(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_outcome *outcome)
{
    const Vagval__V1__EndPlacement *command = (const Vagval__V1__EndPlacement *)call->body;
    Vagval__V1__EndPlacement fact;
    struct vv_work work;
    const char *text = "";
    enum vv_status status = vv_work_open(&work, call, loaded, outcome);

    if (status == VV_OK) {
        status =
            vv_check_case_command(&work, command->source, command->source_ref, command->case_id);
    }
    if (status == VV_OK) {
        status = vv_check_code(outcome, "reason", command->reason);
    }
    if (status == VV_OK) {
        status = vv_check_day(outcome, "last_day", command->last_day);
    }
    if (status != VV_OK) {
        return status;
    }
    status = vv_placement_may_end(work.entry, command->last_day, call->now.today, &text);
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "last_day", "%s", text);
    }
    vv_course_end(&work, command->last_day, command->reason);
    vagval__v1__end_placement__init(&fact);
    fact.last_day = command->last_day;
    fact.reason = command->reason;
    vv_work_accept(&work, command->last_day, command->source, VV_NIL, &fact.base);
    vv_work_reply(&work, "ended");
    return vv_work_close(&work);
}

const struct vv_handler vv_handle_end_placement = {.plan = plan_with_fact, .decide = decide_end};

static enum vv_status plan_due(const struct vv_call *call, const struct vv_loaded *loaded,
                               struct vv_plan *plan)
{
    (void)loaded;
    return vv_work_plan(call, plan, false);
}

static enum vv_status decide_due(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_outcome *outcome)
{
    struct vv_work work;
    enum vv_status status = vv_work_open(&work, call, loaded, outcome);

    if (status != VV_OK) {
        return status;
    }
    const Vagval__V1__CasePlacement *running = vv_placement_running(work.entry);
    if (running == NULL || call->now.today <= running->planned_end) {
        return VV_OK; /* ended in the meantime */
    }
    vv_course_end(&work, running->planned_end, "planned_end");
    return vv_work_close(&work);
}

const struct vv_handler vv_handle_placement_due = {.plan = plan_due, .decide = decide_due};
