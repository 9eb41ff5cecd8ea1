/*
 * handlers_level.c: a case was registered; its level is decided. The event was accepted by intake,
 * so it is never refused: data that the model cannot use put the case into quarantine.
 */
#include <sodium.h>
#include <string.h>

#include "decision.h"
#include "vagval/limits.h"
#include "vagval/wire.h"

extern const struct vv_handler vv_on_case_registered;

struct work {
    const struct vv_call *call;
    const Vagval__V1__CaseRegistered *event;
    const struct vv_scheme *scheme;
    const struct vv_level *level; /* NULL: none was decided */
    const struct vv_model *model;
    Vagval__V1__AssessmentDecision decision;
    uint8_t scheme_version[32];
};

static enum vv_status plan(const struct vv_call *call, const struct vv_loaded *loaded,
                           struct vv_plan *plan)
{
    (void)loaded;
    const Vagval__V1__CaseRegistered *event = (const Vagval__V1__CaseRegistered *)call->body;
    vv_plan_load_new(plan, "case", call->subject);
    vv_plan_fact_home(plan, "case", call->subject);
    if (!event->in_target_group) {
        return VV_OK;
    }
    return vv_snapshot_plan(call, plan, call->subject, event->snapshot);
}

/* The level, or why there is none. */
static enum vv_status assess_event(struct work *work, const struct vv_loaded *loaded)
{
    const struct vv_call *call = work->call;
    struct vv_named_value *values = NULL;
    size_t count = 0;
    enum vv_quarantine reason = VV_QUARANTINE_NONE;
    enum vv_status status = vv_snapshot_read(call, loaded, call->subject, &values, &count, &reason);
    if (status != VV_OK) {
        return status;
    }
    const char *feature = "";
    work->model = vv_book_model(call->book, work->scheme);
    if (reason == VV_QUARANTINE_NONE && work->model == NULL) {
        reason = VV_QUARANTINE_MODEL;
    }
    if (reason == VV_QUARANTINE_NONE) {
        struct vv_snapshot snapshot;
        reason = vv_assess_encode(work->model, values, count, &snapshot, &feature);
        if (reason == VV_QUARANTINE_NONE) {
            work->level = vv_assess(work->model, work->scheme, &snapshot, &work->decision.logit);
            reason = work->level == NULL ? VV_QUARANTINE_MODEL : reason;
        }
    }
    work->decision.quarantine = (uint32_t)reason;
    work->decision.quarantine_feature = (char *)(uintptr_t)feature;
    return VV_OK;
}

/* A first level holds from the registration, for there was none before it. A re-assessment holds
 * from the day on which it is made (rules 4). */
static void enter_dates(struct work *work, const Vagval__V1__AssessmentCase *entry)
{
    work->decision.decided_on = work->call->now.today;
    work->decision.effective_from = work->call->now.today;
    if (vv_assessed_in_force(entry) == NULL &&
        work->event->registered_on < work->decision.effective_from) {
        work->decision.effective_from = work->event->registered_on;
    }
}

static void emit_level(const struct work *work, struct vv_outcome *outcome)
{
    const struct vv_call *call = work->call;
    const Vagval__V1__AssessmentDecision *decision = &work->decision;
    struct vv_id case_id = call->subject;
    Vagval__V1__LevelDecided event = VAGVAL__V1__LEVEL_DECIDED__INIT;
    event.case_id = (ProtobufCBinaryData){sizeof case_id.bytes, case_id.bytes};
    event.scheme = work->event->scheme;
    event.level = decision->level;
    event.referred = work->level->referred;
    event.logit = decision->logit;
    event.snapshot = decision->snapshot;
    event.model = (char *)(uintptr_t)work->model->version;
    event.scheme_version = (char *)(uintptr_t)work->scheme->version;
    event.decided_on = decision->decided_on;
    event.effective_from = decision->effective_from;
    event.municipality = work->event->municipality;
    event.example = work->level->example;
    vv_emit(outcome, VV_MSG_LEVEL_DECIDED, case_id, work->event->scheme, decision->effective_from,
            &event.base);
}

/* The fact keeps what the decision does not: the rest of the event is intake's. */
static enum vv_status accept_event(const struct work *work, struct vv_outcome *outcome)
{
    Vagval__V1__CaseRegistered kept = VAGVAL__V1__CASE_REGISTERED__INIT;
    kept.registered_on = work->event->registered_on;
    kept.snapshot = work->event->snapshot;
    kept.in_target_group = work->event->in_target_group;
    size_t len = 0;
    const uint8_t *body = vv_wire_pack(&kept.base, work->call->arena, &len);
    if (body == NULL) {
        return VV_NO_MEMORY;
    }
    vv_accept(outcome, work->event->registered_on, "intake", VV_NIL, body, len, false);
    return VV_OK;
}

static enum vv_status put_case(struct work *work, Vagval__V1__AssessmentCase *entry,
                               struct vv_outcome *outcome)
{
    const struct vv_call *call = work->call;
    Vagval__V1__AssessmentDecision **decisions =
        vv_arena_alloc(call->arena, (entry->n_decisions + 1) * sizeof(void *));
    if (decisions == NULL) {
        return VV_NO_MEMORY;
    }
    if (entry->n_decisions > 0) {
        memcpy(decisions, entry->decisions, entry->n_decisions * sizeof(void *));
    }
    decisions[entry->n_decisions] = &work->decision;
    entry->decisions = decisions;
    entry->n_decisions++;
    entry->scheme = work->event->scheme;
    entry->municipality = work->event->municipality;
    vv_put(outcome, "case", call->subject, &entry->base);
    return VV_OK;
}

static enum vv_status decide(const struct vv_call *call, const struct vv_loaded *loaded,
                             struct vv_outcome *outcome)
{
    struct work work = {.call = call, .event = (const Vagval__V1__CaseRegistered *)call->body};
    const struct vv_record *record = vv_loaded(loaded, "case", call->subject);
    ProtobufCMessage *message = NULL;
    enum vv_status status =
        vv_record_unpack(call, record, &vagval__v1__assessment_case__descriptor, &message);
    if (status != VV_OK) {
        return status;
    }
    Vagval__V1__AssessmentCase *entry = (Vagval__V1__AssessmentCase *)message;
    /* Intake knew the version when it accepted; it has not been read here yet: the event waits. */
    work.scheme = vv_book_scheme(call->book, work.event->scheme, work.event->registered_on, 0);
    if (work.scheme == NULL) {
        return VV_BUSY;
    }
    vagval__v1__assessment_decision__init(&work.decision);
    work.decision.snapshot = work.event->snapshot;
    work.decision.in_target_group = work.event->in_target_group;
    if (sodium_hex2bin(work.scheme_version, sizeof work.scheme_version, work.scheme->version,
                       strlen(work.scheme->version), NULL, NULL, NULL) == 0) {
        work.decision.scheme_version =
            (ProtobufCBinaryData){sizeof work.scheme_version, work.scheme_version};
    }
    enter_dates(&work, entry);
    if (work.event->in_target_group) {
        status = assess_event(&work, loaded);
    }
    if (status == VV_OK) {
        status = accept_event(&work, outcome);
    }
    if (status != VV_OK) {
        return status;
    }
    if (work.level != NULL) {
        work.decision.level = (char *)(uintptr_t)work.level->code;
        emit_level(&work, outcome);
    }
    if (!record->exists) {
        vv_append(outcome, "cases", VV_NIL, call->subject.bytes, sizeof call->subject.bytes);
    }
    return put_case(&work, entry, outcome);
}

const struct vv_handler vv_on_case_registered = {.plan = plan, .decide = decide};
