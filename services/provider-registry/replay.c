/*
 * replay.c: a case's record made again from its facts alone. It uses the same rules as the
 * handlers, but none of their state.
 */
#include "replay.h"

#include <string.h>

#include "document.h"
#include "outcome.h"
#include "placement.h"
#include "report.h"
#include "standing.h"
#include "timeline.h"

struct replay {
    struct vv_work work; /* its entry is the record made anew */
    struct vv_id case_id;
    const Vagval__V1__RegistryCase *stored;
    struct vv_id payment_events;
    uint32_t payment_event_count;
};

static bool same_bytes(ProtobufCBinaryData a, ProtobufCBinaryData b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static void enter_id(struct replay *replay, struct vv_id id)
{
    for (size_t i = 0; i < sizeof id.bytes; i++) {
        replay->payment_events.bytes[i] ^= id.bytes[i];
    }
    replay->payment_event_count++;
}

static void enter_event(struct replay *replay, const Vagval__V1__Fact *fact, uint32_t ordinal)
{
    struct vv_id id;

    if (vv_id_from_bytes(fact->id.data, fact->id.len, &id) != VV_OK) {
        return; /* then the digests differ and the case is reported */
    }
    enter_id(replay, vv_work_event_id(id, ordinal));
}

/* Months that were worked out without a fact of the case. */
static void enter_months(struct replay *replay, const Vagval__V1__Delivery *delivery)
{
    struct vv_id id;

    for (size_t i = 0; i < delivery->n_months; i++) {
        if (vv_id_from_bytes(delivery->months[i]->event.data, delivery->months[i]->event.len,
                             &id) == VV_OK) {
            enter_id(replay, id);
        }
    }
}

/* A placement that reached its planned end left no fact: the day itself ended it. */
static void end_as_planned(struct replay *replay, vv_date before)
{
    Vagval__V1__CasePlacement *running = vv_placement_running(replay->work.entry);

    if (running != NULL && running->planned_end < before) {
        vv_placement_close(running, running->planned_end, "planned_end");
        replay->payment_event_count++;
    }
}

static void replay_start(struct replay *replay, const Vagval__V1__Fact *fact,
                         const Vagval__V1__CapacityConfirmed *body)
{
    Vagval__V1__RegistryCase *entry = replay->work.entry;
    Vagval__V1__CasePlacement *placement = vv_work_alloc(&replay->work, sizeof *placement);
    uint32_t ordinal = 0;

    if (placement == NULL) {
        return;
    }
    end_as_planned(replay, body->on);
    Vagval__V1__CasePlacement *running = vv_placement_running(entry);
    if (running != NULL) {
        vv_placement_close(running, body->on - 1, "switch");
        enter_event(replay, fact, ordinal);
        ordinal += 2; /* the end, then the order that gives the old place back */
    } else {
        entry->service_start = body->on;
        entry->planned_end =
            vv_placement_planned_end(body->on, (int)replay->stored->service_months);
    }
    enter_event(replay, fact, ordinal);
    vagval__v1__case_placement__init(placement);
    placement->contract = body->contract;
    placement->choice = body->choice;
    placement->start = body->on;
    placement->non_choice = body->non_choice;
    placement->service_start = entry->service_start;
    placement->planned_end = entry->planned_end;
    entry->placements =
        vv_work_grown(&replay->work, entry->placements, &entry->n_placements, placement);
}

static void replay_end(struct replay *replay, const Vagval__V1__Fact *fact,
                       const Vagval__V1__EndPlacement *body)
{
    Vagval__V1__CasePlacement *running = vv_placement_running(replay->work.entry);

    if (running != NULL) {
        vv_placement_close(running, body->last_day, body->reason);
    }
    enter_event(replay, fact, 0);
}

static void replay_extension(struct replay *replay, const Vagval__V1__Fact *fact,
                             const Vagval__V1__ExtendService *body)
{
    Vagval__V1__RegistryCase *entry = replay->work.entry;
    Vagval__V1__CasePlacement *running = vv_placement_running(entry);

    if (running != NULL) {
        entry->planned_end = vv_placement_planned_end(entry->service_start, (int)body->months);
        running->planned_end = entry->planned_end;
    }
    enter_event(replay, fact, 0);
}

static void replay_report(struct replay *replay, const Vagval__V1__Fact *fact,
                          const Vagval__V1__FileReport *body)
{
    Vagval__V1__RegistryCase *entry = replay->work.entry;
    Vagval__V1__CaseReport *report = NULL;

    for (size_t i = 0; i < entry->n_reports; i++) {
        if (entry->reports[i]->month == body->month &&
            (body->contract.len == 0 || same_bytes(entry->reports[i]->contract, body->contract))) {
            report = entry->reports[i];
        }
    }
    if (report == NULL) {
        report = vv_work_alloc(&replay->work, sizeof *report);
        if (report == NULL) {
            return;
        }
        vagval__v1__case_report__init(report);
        report->month = body->month;
        report->contract = body->contract;
        entry->reports = vv_work_grown(&replay->work, entry->reports, &entry->n_reports, report);
    }
    report->approved = body->approved;
    report->late = vv_report_is_late(body->month, body->reported_on);
    report->fact = fact->id;
    enter_event(replay, fact, 0);
}

/* A confirmation that replaces another: what the others before it reach. */
static enum vv_status replay_replacement(struct replay *replay, Vagval__V1__Fact *const *before,
                                         size_t count, const Vagval__V1__Fact *fact,
                                         struct vv_id outcome, Vagval__V1__CaseOutcome *known,
                                         enum vv_outcome_kind kind)
{
    struct vv_id replaced;
    enum vv_standing standing = VV_STANDING_UNKNOWN;
    vv_date rest = 0;

    if (vv_id_from_bytes(fact->supersedes.data, fact->supersedes.len, &replaced) != VV_OK) {
        return VV_OK; /* it replaces nothing */
    }
    bool confirm = kind == VV_OUTCOME_CONFIRM;
    enum vv_status status =
        vv_standing_confirmation(replay->work.call, before, count, replay->case_id, outcome,
                                 confirm ? "confirm" : "corroborate", replaced, &standing, &rest);
    if (status == VV_OK) {
        *(confirm ? &known->confirmed_through : &known->corroborated_through) = rest;
    }
    return status;
}

static enum vv_status replay_follow(struct replay *replay, Vagval__V1__Fact *const *facts,
                                    size_t at, struct vv_id outcome, Vagval__V1__CaseOutcome *known,
                                    enum vv_outcome_kind kind, vv_date on)
{
    enum vv_status status = VV_OK;

    if (known == NULL) {
        return VV_OK;
    }
    if (kind == VV_OUTCOME_CONFIRM || kind == VV_OUTCOME_CORROBORATE) {
        status = replay_replacement(replay, facts, at, facts[at], outcome, known, kind);
    } else if (kind == VV_OUTCOME_END) {
        known->end_fact = facts[at]->id;
    }
    vv_outcome_enter(known, kind, on);
    return status;
}

/* The document of a record, as the record's handler entered it. */
static void replay_document(struct replay *replay, const Vagval__V1__Fact *fact,
                            const struct vv_document *document, bool claimed, char *recorded_by,
                            vv_date recorded_on)
{
    struct vv_document brought = *document;
    struct vv_id record, supersedes = VV_NIL;

    if (!claimed) {
        brought.hash = (ProtobufCBinaryData){0, NULL}; /* before documents were claimed */
    }
    if (fact->supersedes.len > 0 &&
        vv_id_from_bytes(fact->supersedes.data, fact->supersedes.len, &supersedes) != VV_OK) {
        return; /* then the records differ and the case is reported */
    }
    if (vv_id_from_bytes(fact->id.data, fact->id.len, &record) == VV_OK) {
        vv_document_enter(&replay->work, record, &brought, supersedes, recorded_by, recorded_on);
    }
}

static void replay_unit(struct replay *replay, Vagval__V1__Fact *const *facts, size_t at,
                        const Vagval__V1__RecordUnit *body)
{
    struct vv_id record = VV_NIL;

    enter_event(replay, facts[at], 0);
    if (vv_id_from_bytes(facts[at]->id.data, facts[at]->id.len, &record) != VV_OK) {
        return;
    }
    const struct vv_document document = {.hash = body->evidence,
                                         .used_for = vv_document_unit_use(facts, at + 1, record),
                                         .of = "unit",
                                         .document_kind = body->document_kind,
                                         .on = body->on};
    replay_document(replay, facts[at], &document, body->claimed, body->recorded_by,
                    body->recorded_on);
}

static enum vv_status replay_rejection(struct replay *replay, Vagval__V1__Fact *const *facts,
                                       size_t at, const Vagval__V1__CaseEvidence *evidence)
{
    return evidence->replaced
               ? VV_OK
               : vv_document_withdraw(&replay->work, replay->case_id, evidence, facts, at);
}

static enum vv_status replay_claimed(struct replay *replay, Vagval__V1__Fact *const *facts,
                                     size_t at, const Vagval__V1__EvidenceClaimed *body)
{
    Vagval__V1__CaseEvidence *evidence = vv_evidence_find(replay->work.entry, body->record);

    enter_event(replay, facts[at], 0);
    if (evidence == NULL || !vv_evidence_answer(evidence, body->granted, facts[at]->effective)) {
        return VV_OK; /* the record differs, which is reported */
    }
    return body->granted ? VV_OK : replay_rejection(replay, facts, at, evidence);
}

static enum vv_status replay_evidence_decision(struct replay *replay,
                                               Vagval__V1__Fact *const *facts, size_t at,
                                               const Vagval__V1__DecideEvidence *body)
{
    Vagval__V1__CaseEvidence *evidence = vv_evidence_find(replay->work.entry, body->record);

    enter_event(replay, facts[at], 0);
    if (evidence == NULL) {
        return VV_OK;
    }
    if (strcmp(body->decision, "verify") == 0) {
        vv_evidence_verify(evidence, body->document_kind, body->decided_by, facts[at]->effective);
        return VV_OK;
    }
    vv_evidence_reject(evidence, body->reason, body->decided_by, facts[at]->effective);
    return replay_rejection(replay, facts, at, evidence);
}

static enum vv_status replay_outcome(struct replay *replay, Vagval__V1__Fact *const *facts,
                                     size_t at, const Vagval__V1__RecordOutcome *body)
{
    const Vagval__V1__Fact *fact = facts[at];
    Vagval__V1__RegistryCase *entry = replay->work.entry;
    const char *namer = body->outcome_source[0] != '\0' ? body->outcome_source : fact->source;
    struct vv_id id = vv_outcome_id(replay->case_id, namer, body->outcome_ref);
    Vagval__V1__CaseOutcome *known = vv_outcome_find(entry, id);
    enum vv_outcome_kind kind = VV_OUTCOME_START;

    enter_event(replay, fact, 0);
    if (vv_outcome_kind_parse(body->kind, &kind) != VV_OK) {
        return VV_OK;
    }
    const struct vv_document document = {
        .hash = body->evidence,
        .used_for = vv_evidence_use_of_outcome(replay->case_id, id, kind == VV_OUTCOME_CORROBORATE),
        .of = body->kind,
        .document_kind = body->document_kind,
        .on = body->on};
    replay_document(replay, fact, &document, body->claimed, body->recorded_by, body->recorded_on);
    if (kind != VV_OUTCOME_START) {
        return replay_follow(replay, facts, at, id, known, kind, body->on);
    }
    known = vv_work_alloc(&replay->work, sizeof *known);
    if (known == NULL) {
        return VV_NO_MEMORY;
    }
    vagval__v1__case_outcome__init(known);
    known->outcome = vv_work_id(&replay->work, id);
    known->study = strcmp(body->what, "study") == 0;
    known->start = body->on;
    known->state = VV_OUTCOME_STARTED;
    known->extent_percent = body->extent_percent;
    entry->outcomes = vv_work_grown(&replay->work, entry->outcomes, &entry->n_outcomes, known);
    return VV_OK;
}

static enum vv_status replay_fact(struct replay *replay, Vagval__V1__Fact *const *facts, size_t at)
{
    const Vagval__V1__Fact *fact = facts[at];
    ProtobufCMessage *body = NULL;
    enum vv_status status = vv_fact_body(replay->work.call, fact, &body);

    if (status != VV_OK) {
        return status;
    }
    if (fact->type == VV_MSG_LEVEL_DECIDED) {
        const Vagval__V1__LevelDecided *level = (const Vagval__V1__LevelDecided *)body;
        replay->work.entry->level = level->historic ? replay->work.entry->level : level->level;
        replay->work.entry->municipality =
            level->historic ? replay->work.entry->municipality : level->municipality;
    } else if (fact->type == VV_MSG_CAPACITY_CONFIRMED) {
        replay_start(replay, fact, (const Vagval__V1__CapacityConfirmed *)body);
    } else if (fact->type == VV_MSG_END_PLACEMENT) {
        replay_end(replay, fact, (const Vagval__V1__EndPlacement *)body);
    } else if (fact->type == VV_MSG_FILE_REPORT) {
        replay_report(replay, fact, (const Vagval__V1__FileReport *)body);
    } else if (fact->type == VV_MSG_EXTEND_SERVICE) {
        replay_extension(replay, fact, (const Vagval__V1__ExtendService *)body);
    } else if (fact->type == VV_MSG_STATE_OBLIGATIONS) {
        enter_event(replay, fact, 0);
    } else if (fact->type == VV_MSG_RECORD_UNIT) {
        replay_unit(replay, facts, at, (const Vagval__V1__RecordUnit *)body);
    } else if (fact->type == VV_MSG_EVIDENCE_INVOICED) {
        vv_document_on_run(replay->work.entry, (const Vagval__V1__EvidenceInvoiced *)body);
    } else if (fact->type == VV_MSG_EVIDENCE_CLAIMED) {
        return replay_claimed(replay, facts, at, (const Vagval__V1__EvidenceClaimed *)body);
    } else if (fact->type == VV_MSG_DECIDE_EVIDENCE) {
        return replay_evidence_decision(replay, facts, at,
                                        (const Vagval__V1__DecideEvidence *)body);
    } else if (fact->type == VV_MSG_RECORD_OUTCOME) {
        return replay_outcome(replay, facts, at, (const Vagval__V1__RecordOutcome *)body);
    }
    return VV_OK;
}

static bool same_placements(const Vagval__V1__RegistryCase *a, const Vagval__V1__RegistryCase *b)
{
    if (a->n_placements != b->n_placements) {
        return false;
    }
    for (size_t i = 0; i < a->n_placements; i++) {
        const Vagval__V1__CasePlacement *one = a->placements[i];
        const Vagval__V1__CasePlacement *other = b->placements[i];
        if (one->start != other->start || one->ended != other->ended ||
            one->planned_end != other->planned_end ||
            (one->ended && one->last_day != other->last_day) ||
            one->non_choice != other->non_choice || !same_bytes(one->contract, other->contract) ||
            !same_bytes(one->choice, other->choice)) {
            return false;
        }
    }
    return true;
}

static bool same_reports(const Vagval__V1__RegistryCase *stored,
                         const Vagval__V1__RegistryCase *replayed)
{
    if (stored->n_reports != replayed->n_reports) {
        return false;
    }
    for (size_t i = 0; i < stored->n_reports; i++) {
        const Vagval__V1__CaseReport *one = stored->reports[i];
        const Vagval__V1__CaseReport *other = replayed->reports[i];
        if (one->month != other->month || one->approved != other->approved ||
            one->late != other->late || !same_bytes(one->fact, other->fact)) {
            return false;
        }
    }
    return true;
}

static bool same_outcomes(const Vagval__V1__RegistryCase *a, const Vagval__V1__RegistryCase *b)
{
    if (a->n_outcomes != b->n_outcomes) {
        return false;
    }
    for (size_t i = 0; i < a->n_outcomes; i++) {
        const Vagval__V1__CaseOutcome *one = a->outcomes[i];
        const Vagval__V1__CaseOutcome *other = b->outcomes[i];
        if (!same_bytes(one->outcome, other->outcome) || one->study != other->study ||
            one->start != other->start || one->state != other->state ||
            one->confirmed_through != other->confirmed_through ||
            one->corroborated_through != other->corroborated_through ||
            one->last_day != other->last_day || !same_bytes(one->end_fact, other->end_fact)) {
            return false;
        }
    }
    return true;
}

static bool same_evidence(const Vagval__V1__RegistryCase *a, const Vagval__V1__RegistryCase *b)
{
    if (a->n_evidence != b->n_evidence) {
        return false;
    }
    for (size_t i = 0; i < a->n_evidence; i++) {
        const Vagval__V1__CaseEvidence *one = a->evidence[i];
        const Vagval__V1__CaseEvidence *other = b->evidence[i];
        if (!same_bytes(one->record, other->record) ||
            !same_bytes(one->evidence, other->evidence) ||
            !same_bytes(one->used_for, other->used_for) || strcmp(one->of, other->of) != 0 ||
            strcmp(one->document_kind, other->document_kind) != 0 || one->on != other->on ||
            one->state != other->state || one->on_run != other->on_run ||
            one->on_run_from != other->on_run_from || one->replaced != other->replaced ||
            strcmp(one->recorded_by, other->recorded_by) != 0 ||
            one->recorded_on != other->recorded_on ||
            strcmp(one->decided_by, other->decided_by) != 0 ||
            one->decided_on != other->decided_on || strcmp(one->reason, other->reason) != 0) {
            return false;
        }
    }
    return true;
}

static bool has_planned_end(const Vagval__V1__RegistryCase *entry)
{
    for (size_t i = 0; i < entry->n_placements; i++) {
        if (strcmp(entry->placements[i]->reason, "planned_end") == 0) {
            return true;
        }
    }
    return false;
}

static const char *difference(const struct replay *replay)
{
    const Vagval__V1__RegistryCase *stored = replay->stored;
    const Vagval__V1__RegistryCase *made = replay->work.entry;
    ProtobufCBinaryData events = {sizeof replay->payment_events.bytes,
                                  (uint8_t *)(uintptr_t)replay->payment_events.bytes};

    if (strcmp(stored->level, made->level) != 0 ||
        strcmp(stored->municipality, made->municipality) != 0) {
        return "registry.level";
    }
    if (!same_placements(stored, made)) {
        return "registry.placements";
    }
    if (!same_reports(stored, made)) {
        return "registry.reports";
    }
    if (!same_outcomes(stored, made)) {
        return "registry.outcomes";
    }
    if (!same_evidence(stored, made)) {
        return "registry.evidence";
    }
    if (stored->payment_events_count != replay->payment_event_count) {
        return "registry.event_count";
    }
    /* The id of a planned end's event comes from its timer, which is gone: only the count tells. */
    if (stored->payment_events_count > 0 && !has_planned_end(stored) &&
        !same_bytes(stored->payment_events, events)) {
        return "registry.event_digest";
    }
    return NULL;
}

enum vv_status vv_replay_case(struct vv_work *work, struct vv_id case_id, Vagval__V1__Fact **facts,
                              size_t fact_count, const Vagval__V1__Delivery *delivery,
                              const char **ret_problem)
{
    Vagval__V1__RegistryCase made;
    struct replay replay = {
        .work = {.call = work->call, .outcome = work->outcome, .entry = &made},
        .case_id = case_id,
        .stored = work->entry,
    };

    vagval__v1__registry_case__init(&made);
    enter_months(&replay, delivery);
    for (size_t i = 0; i < fact_count; i++) {
        enum vv_status status = replay_fact(&replay, facts, i);
        if (status != VV_OK) {
            return status;
        }
    }
    if (work->entry->n_placements > 0 && vv_placement_running(work->entry) == NULL) {
        end_as_planned(&replay, VV_DATE_MAX);
    }
    if (replay.work.exhausted) {
        return VV_NO_MEMORY;
    }
    *ret_problem = difference(&replay);
    return VV_OK;
}
