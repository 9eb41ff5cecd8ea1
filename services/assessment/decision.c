/*
 * decision.c: stored decisions and their sources. See the header.
 */
#include "decision.h"

#include <sodium.h>
#include <string.h>

enum vv_status vv_assessed_read(const struct vv_call *call, const struct vv_record *record,
                                struct vv_assessed_case *ret_case)
{
    if (record == NULL || !record->exists) {
        return VV_NOT_FOUND;
    }
    struct vv_assessed_case read = {0};
    ProtobufCMessage *entry = NULL;
    enum vv_status status =
        vv_record_unpack(call, record, &vagval__v1__assessment_case__descriptor, &entry);
    if (status == VV_OK) {
        status = vv_record_facts(call, record, &read.facts, &read.fact_count);
    }
    if (status != VV_OK) {
        return status;
    }
    read.entry = (Vagval__V1__AssessmentCase *)entry;
    *ret_case = read;
    return VV_OK;
}

bool vv_assessed_corrected(const Vagval__V1__AssessmentCase *entry, size_t at)
{
    for (size_t i = 0; i < entry->n_decisions; i++) {
        if (entry->decisions[i]->corrects == at + 1) {
            return true;
        }
    }
    return false;
}

static bool is_before(const Vagval__V1__AssessmentDecision *a,
                      const Vagval__V1__AssessmentDecision *b)
{
    return a->effective_from != b->effective_from ? a->effective_from < b->effective_from
                                                  : a->decided_on <= b->decided_on;
}

const Vagval__V1__AssessmentDecision *vv_assessed_in_force(const Vagval__V1__AssessmentCase *entry)
{
    const Vagval__V1__AssessmentDecision *found = NULL;
    for (size_t i = 0; i < entry->n_decisions; i++) {
        const Vagval__V1__AssessmentDecision *decision = entry->decisions[i];
        if (decision->level[0] != '\0' && (found == NULL || is_before(found, decision))) {
            found = decision;
        }
    }
    return found;
}

enum vv_status vv_assessed_registered_on(const struct vv_call *call,
                                         const struct vv_assessed_case *assessed, vv_date otherwise,
                                         vv_date *ret_day)
{
    for (size_t i = 0; i < assessed->fact_count; i++) {
        const Vagval__V1__Fact *fact = assessed->facts[i];
        if (fact->type != VV_MSG_CASE_REGISTERED) {
            continue;
        }
        const Vagval__V1__CaseRegistered *event = vagval__v1__case_registered__unpack(
            &call->arena->allocator, fact->body.len, fact->body.data);
        if (event == NULL) {
            return VV_CORRUPT;
        }
        *ret_day = event->registered_on;
        return VV_OK;
    }
    *ret_day = otherwise;
    return VV_OK;
}

void vv_level_emit(const struct vv_call *call, struct vv_outcome *outcome,
                   const struct vv_level_news *news)
{
    const Vagval__V1__AssessmentDecision *decision = news->decision;
    struct vv_id case_id = call->subject;
    struct vv_id supersedes = news->supersedes;
    Vagval__V1__LevelDecided event = VAGVAL__V1__LEVEL_DECIDED__INIT;
    event.case_id = (ProtobufCBinaryData){sizeof case_id.bytes, case_id.bytes};
    event.scheme = news->entry->scheme;
    event.level = decision->level;
    event.referred = news->level->referred;
    event.logit = decision->logit;
    event.snapshot = decision->snapshot;
    event.model = (char *)(uintptr_t)news->model;
    event.scheme_version = (char *)(uintptr_t)news->scheme->version;
    event.decided_on = decision->decided_on;
    event.effective_from = decision->effective_from;
    event.municipality = news->entry->municipality;
    event.person = news->entry->person;
    event.protected_identity = news->entry->protected_identity;
    event.example = news->level->example;
    if (!vv_id_is_nil(supersedes)) {
        event.supersedes = (ProtobufCBinaryData){sizeof supersedes.bytes, supersedes.bytes};
    }
    event.by_person = decision->by_person;
    event.reason = decision->reason;
    event.historic = news->historic;
    vv_emit(outcome, VV_MSG_LEVEL_DECIDED, case_id, news->entry->scheme, decision->effective_from,
            &event.base);
}

enum vv_status vv_assessed_put(const struct vv_call *call, Vagval__V1__AssessmentCase *entry,
                               Vagval__V1__AssessmentDecision *decision, struct vv_outcome *outcome)
{
    Vagval__V1__AssessmentDecision **decisions =
        vv_arena_alloc(call->arena, (entry->n_decisions + 1) * sizeof(void *));
    if (decisions == NULL) {
        return VV_NO_MEMORY;
    }
    if (entry->n_decisions > 0) {
        memcpy(decisions, entry->decisions, entry->n_decisions * sizeof(void *));
    }
    decisions[entry->n_decisions] = decision;
    entry->decisions = decisions;
    entry->n_decisions++;
    vv_put(outcome, "case", call->subject, &entry->base);
    return VV_OK;
}

enum vv_status vv_snapshot_plan(const struct vv_call *call, struct vv_plan *plan,
                                struct vv_id case_id, ProtobufCBinaryData snapshot)
{
    Vagval__V1__SnapshotGet *get = vv_arena_alloc(call->arena, sizeof *get);
    uint8_t *id = vv_arena_copy(call->arena, case_id.bytes, sizeof case_id.bytes);
    if (get == NULL || id == NULL) {
        return VV_NO_MEMORY;
    }
    vagval__v1__snapshot_get__init(get);
    get->case_id = (ProtobufCBinaryData){sizeof case_id.bytes, id};
    get->snapshot = snapshot;
    vv_plan_ask(plan, VV_INTAKE, VV_MSG_SNAPSHOT_GET, case_id, &get->base);
    return VV_OK;
}

/* What intake said for good; anything else is worth another try. */
static bool is_final(enum vv_status status)
{
    return status == VV_NOT_FOUND || status == VV_INVALID || status == VV_REFUSED ||
           status == VV_ERASED || status == VV_CORRUPT || status == VV_FORBIDDEN;
}

enum vv_status vv_snapshot_read(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_id case_id, struct vv_named_value **ret_values,
                                size_t *ret_count, enum vv_quarantine *ret_quarantine)
{
    const struct vv_answer *answer = vv_loaded_answer(loaded, VV_MSG_SNAPSHOT_GET, case_id);
    if (answer == NULL || (answer->status != VV_OK && !is_final(answer->status))) {
        return VV_BUSY;
    }
    *ret_values = NULL;
    *ret_count = 0;
    if (answer->status != VV_OK) {
        *ret_quarantine =
            answer->status == VV_ERASED ? VV_QUARANTINE_ERASED : VV_QUARANTINE_SNAPSHOT;
        return VV_OK;
    }
    const Vagval__V1__Snapshot *snapshot = (const Vagval__V1__Snapshot *)answer->body;
    if (snapshot->erased) {
        *ret_quarantine = VV_QUARANTINE_ERASED;
        return VV_OK;
    }
    struct vv_named_value *values =
        vv_arena_alloc(call->arena, (snapshot->n_features + 1) * sizeof *values);
    if (values == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; i < snapshot->n_features; i++) {
        values[i].name = snapshot->features[i]->name;
        values[i].value = snapshot->features[i]->value;
    }
    *ret_values = values;
    *ret_count = snapshot->n_features;
    *ret_quarantine = VV_QUARANTINE_NONE;
    return VV_OK;
}

ProtobufCBinaryData vv_decision_version(const struct vv_scheme *scheme,
                                        uint8_t ret_bytes[static 32])
{
    if (sodium_hex2bin(ret_bytes, 32, scheme->version, strlen(scheme->version), NULL, NULL, NULL) !=
        0) {
        return (ProtobufCBinaryData){0, NULL};
    }
    return (ProtobufCBinaryData){32, ret_bytes};
}

const struct vv_scheme *vv_decision_scheme(const struct vv_call *call,
                                           const Vagval__V1__AssessmentDecision *decision)
{
    char version[VV_VERSION_TEXT_BYTES];
    if (decision->scheme_version.len * 2 + 1 != sizeof version) {
        return NULL;
    }
    sodium_bin2hex(version, sizeof version, decision->scheme_version.data,
                   decision->scheme_version.len);
    return vv_book_scheme_version(call->book, version);
}

bool vv_decision_versions(const struct vv_call *call,
                          const Vagval__V1__AssessmentDecision *decision,
                          const struct vv_scheme **ret_scheme, const struct vv_model **ret_model)
{
    const struct vv_scheme *scheme = vv_decision_scheme(call, decision);
    const struct vv_model *model = scheme == NULL ? NULL : vv_book_model(call->book, scheme);
    if (model == NULL) {
        return false;
    }
    *ret_scheme = scheme;
    *ret_model = model;
    return true;
}

struct vv_id vv_level_event_id(struct vv_id fact)
{
    /* The runtime's numbering of the first event that this service emits on a message. */
    return vv_id_step(fact, 1000 * ((uint32_t)VV_ASSESSMENT + 1));
}
