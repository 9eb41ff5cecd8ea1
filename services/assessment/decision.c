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

const Vagval__V1__AssessmentDecision *vv_assessed_in_force(const Vagval__V1__AssessmentCase *entry)
{
    for (size_t i = entry->n_decisions; i-- > 0;) {
        if (entry->decisions[i]->level[0] != '\0') {
            return entry->decisions[i];
        }
    }
    return NULL;
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

bool vv_decision_versions(const struct vv_call *call,
                          const Vagval__V1__AssessmentDecision *decision,
                          const struct vv_scheme **ret_scheme, const struct vv_model **ret_model)
{
    char version[VV_VERSION_TEXT_BYTES];
    if (decision->scheme_version.len * 2 + 1 != sizeof version) {
        return false;
    }
    sodium_bin2hex(version, sizeof version, decision->scheme_version.data,
                   decision->scheme_version.len);
    const struct vv_scheme *scheme = vv_book_scheme_version(call->book, version);
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
