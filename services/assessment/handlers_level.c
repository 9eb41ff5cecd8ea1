/*
 * handlers_level.c: a case was registered; its level is decided. The event was accepted by intake,
 * so it is never refused: data that the model cannot use put the case into quarantine.
 */
#include "decision.h"
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
    const struct vv_scheme *scheme =
        vv_book_scheme(call->book, event->scheme, event->registered_on, 0);
    if (!event->in_target_group || (scheme != NULL && scheme->levels_by_person)) {
        return VV_OK; /* nothing is computed from the data */
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

/* A level that a person decided stands until a person decides again [choice]: the support advises.
 * What it now gives is kept beside it. */
static void keep_as_advice(struct work *work)
{
    work->decision.advice = (char *)(uintptr_t)work->level->code;
    work->level = NULL;
}

static void tell_level(struct work *work, const Vagval__V1__AssessmentCase *entry,
                       struct vv_outcome *outcome)
{
    work->decision.level = (char *)(uintptr_t)work->level->code;
    struct vv_level_news news = {.entry = entry,
                                 .decision = &work->decision,
                                 .scheme = work->scheme,
                                 .level = work->level,
                                 .model = work->model->version};
    vv_level_emit(work->call, outcome, &news);
}

/* Who shows or lists the case must know; a level that is told says it too. */
static void tell_protection(const struct vv_call *call, const Vagval__V1__AssessmentCase *entry,
                            struct vv_outcome *outcome)
{
    struct vv_id case_id = call->subject;
    Vagval__V1__ProtectionStated event = VAGVAL__V1__PROTECTION_STATED__INIT;
    event.case_id = (ProtobufCBinaryData){sizeof case_id.bytes, case_id.bytes};
    event.protected_identity = entry->protected_identity;
    vv_emit(outcome, VV_MSG_PROTECTION_STATED, case_id, entry->scheme, call->now.today,
            &event.base);
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
    work.decision.scheme_version = vv_decision_version(work.scheme, work.scheme_version);
    enter_dates(&work, entry);
    const Vagval__V1__AssessmentDecision *standing = vv_assessed_in_force(entry);
    if (work.event->in_target_group && work.scheme->levels_by_person) {
        work.decision.quarantine = standing == NULL ? VV_QUARANTINE_PERSON : VV_QUARANTINE_NONE;
    } else if (work.event->in_target_group) {
        status = assess_event(&work, loaded);
    }
    if (status == VV_OK) {
        status = accept_event(&work, outcome);
    }
    if (status != VV_OK) {
        return status;
    }
    entry->scheme = work.event->scheme;
    entry->municipality = work.event->municipality;
    entry->person = work.event->person;
    bool news = entry->protected_identity != work.event->protected_identity;
    entry->protected_identity = work.event->protected_identity;
    if (work.level != NULL && standing != NULL && standing->by_person) {
        keep_as_advice(&work);
    }
    if (work.level != NULL) {
        tell_level(&work, entry, outcome);
    } else if (news && standing != NULL) {
        tell_protection(call, entry, outcome);
    }
    if (!record->exists) {
        vv_append(outcome, "cases", VV_NIL, call->subject.bytes, sizeof call->subject.bytes);
    }
    return vv_assessed_put(call, entry, &work.decision, outcome);
}

const struct vv_handler vv_on_case_registered = {.plan = plan, .decide = decide};
