/*
 * handlers_ask.c: what siblings may ask of intake: the input snapshot (assessment alone), the home
 * (provider-registry alone), and the case of an identity (staff). Roles stand in messages.def.
 */
#include <string.h>

#include "person.h"
#include "registration.h"
#include "vagval/protected.h"

extern const struct vv_handler vv_handle_case_find;
extern const struct vv_handler vv_handle_snapshot_get;
extern const struct vv_handler vv_handle_home_get;
extern const struct vv_handler vv_handle_seal_identity;

/* ---- case of an identity ----------------------------------------------------------------------
 */

static bool one_identity(const struct vv_call *call, struct vv_idno *ret_identity)
{
    const Vagval__V1__CaseFind *find = (const Vagval__V1__CaseFind *)call->body;
    return find->n_identities == 1 &&
           vv_registration_guess(find->identities[0], call->now.today, ret_identity) == VV_OK;
}

static enum vv_status route_find(const struct vv_call *call, uint16_t *ret_partition)
{
    struct vv_idno identity;
    *ret_partition = 0;
    if (one_identity(call, &identity)) {
        struct vv_lookup lookup = vv_person_lookup(call, &identity);
        *ret_partition = vv_seal_partition(lookup.hash, call->partitions);
    }
    return VV_OK;
}

static enum vv_status plan_find(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    const Vagval__V1__CaseFind *find = (const Vagval__V1__CaseFind *)call->body;
    struct vv_idno identity;
    if (!one_identity(call, &identity)) {
        return VV_OK;
    }
    struct vv_lookup lookup = vv_person_lookup(call, &identity);
    vv_plan_field(plan, "lookup", VV_NIL, lookup.hash, sizeof lookup.hash);
    const struct vv_record *index =
        vv_loaded_field(loaded, "lookup", VV_NIL, lookup.hash, sizeof lookup.hash);
    struct vv_id person;
    if (index != NULL && vv_id_from_bytes(index->body, index->body_len, &person) == VV_OK) {
        vv_plan_load(plan, "case", vv_id_case(person, find->scheme, 1));
    }
    return VV_OK;
}

static enum vv_status decide_find(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__CaseFind *find = (const Vagval__V1__CaseFind *)call->body;
    if (find->n_identities != 1) {
        return vv_refuse(outcome, VV_INVALID, "identities",
                         "must hold exactly one identity; send one message for each");
    }
    struct vv_idno identity;
    if (!one_identity(call, &identity)) {
        return vv_refuse(outcome, VV_INVALID, "identities",
                         "is no personnummer, samordningsnummer or HETU");
    }
    struct vv_lookup lookup = vv_person_lookup(call, &identity);
    const struct vv_record *index =
        vv_loaded_field(loaded, "lookup", VV_NIL, lookup.hash, sizeof lookup.hash);
    struct vv_id case_id = {{0}};
    struct vv_id person;
    ProtobufCBinaryData found = {0, NULL};
    if (vv_id_from_bytes(index->body, index->body_len, &person) == VV_OK) {
        case_id = vv_id_case(person, find->scheme, 1);
        const struct vv_record *record = vv_loaded(loaded, "case", case_id);
        if (record == NULL) {
            return VV_STALE;
        }
        ProtobufCMessage *entry = NULL;
        enum vv_status status =
            vv_record_unpack(call, record, &vagval__v1__intake_case__descriptor, &entry);
        if (status != VV_OK) {
            return status;
        }
        /* Whom the sender may not see is answered as if not known: a refusal would tell. */
        if (record->exists &&
            vv_case_is_open(call, ((Vagval__V1__IntakeCase *)entry)->protected_identity)) {
            found = (ProtobufCBinaryData){sizeof case_id.bytes, case_id.bytes};
        }
    }
    Vagval__V1__CasesFound reply = VAGVAL__V1__CASES_FOUND__INIT;
    reply.case_ids = &found;
    reply.n_case_ids = 1;
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_case_find = {
    .route = route_find, .plan = plan_find, .decide = decide_find};

/* ---- snapshot and home ------------------------------------------------------------------------
 */

static enum vv_status plan_case(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    if (vv_id_is_nil(call->subject)) {
        return VV_OK;
    }
    return vv_person_plan_case(call, loaded, plan, call->subject);
}

static enum vv_status read_case(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_outcome *outcome, struct vv_opened_case *ret_case)
{
    if (vv_id_is_nil(call->subject)) {
        return vv_refuse(outcome, VV_INVALID, "subject", "must be the case");
    }
    enum vv_status status = vv_person_read_case(call, loaded, call->subject, ret_case);
    if (status == VV_NOT_FOUND) {
        return vv_refuse(outcome, VV_NOT_FOUND, "case_id", "no such case");
    }
    return status;
}

static enum vv_status decide_snapshot(const struct vv_call *call, const struct vv_loaded *loaded,
                                      struct vv_outcome *outcome)
{
    const Vagval__V1__SnapshotGet *get = (const Vagval__V1__SnapshotGet *)call->body;
    struct vv_opened_case opened;
    enum vv_status status = read_case(call, loaded, outcome, &opened);
    if (status != VV_OK) {
        return status;
    }
    ProtobufCBinaryData wanted = get->snapshot.len > 0 ? get->snapshot : opened.entry->snapshot;
    const Vagval__V1__Fact *fact = vv_person_fact(&opened, wanted.data, wanted.len);
    if (fact == NULL) {
        return vv_refuse(outcome, VV_NOT_FOUND, "snapshot", "the case has no such snapshot");
    }
    struct vv_id case_id = call->subject;
    Vagval__V1__Snapshot reply = VAGVAL__V1__SNAPSHOT__INIT;
    reply.case_id = (ProtobufCBinaryData){sizeof case_id.bytes, case_id.bytes};
    reply.snapshot = fact->id;
    reply.erased = opened.erased;
    if (!opened.erased) {
        const Vagval__V1__RegisterSeeker *registration = NULL;
        status = vv_person_open(call, &opened.key, fact, &registration);
        if (status != VV_OK) {
            return status;
        }
        reply.features = registration->features;
        reply.n_features = registration->n_features;
    }
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_snapshot_get = {.plan = plan_case, .decide = decide_snapshot};

/* The home stands in the registration in force; a move without other news counts too. */
static enum vv_status decide_home(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    struct vv_opened_case opened;
    enum vv_status status = read_case(call, loaded, outcome, &opened);
    if (status != VV_OK) {
        return status;
    }
    const Vagval__V1__Fact *fact = vv_person_in_force(&opened);
    if (fact == NULL) {
        return VV_CORRUPT;
    }
    Vagval__V1__Home reply = VAGVAL__V1__HOME__INIT;
    reply.erased = opened.erased;
    reply.municipality = opened.entry->municipality;
    reply.protected_identity = opened.entry->protected_identity;
    if (!opened.erased) {
        const Vagval__V1__RegisterSeeker *registration = NULL;
        status = vv_person_open(call, &opened.key, fact, &registration);
        if (status != VV_OK) {
            return status;
        }
        reply.latitude = registration->latitude;
        reply.longitude = registration->longitude;
        reply.municipality = registration->municipality;
    }
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_home_get = {.plan = plan_case, .decide = decide_home};

/* ---- who it is, for one provider's key ---------------------------------------------------------
 */

/* {"identity": ..., "name": ...}, encrypted so that only the key's holder can read it. Of a
 * protected identity a provider learns nothing but the reference. */
static enum vv_status decide_seal(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__SealIdentity *ask = (const Vagval__V1__SealIdentity *)call->body;
    struct vv_opened_case opened;
    enum vv_status status = read_case(call, loaded, outcome, &opened);
    if (status != VV_OK) {
        return status;
    }
    Vagval__V1__IdentitySealed reply = VAGVAL__V1__IDENTITY_SEALED__INIT;
    const Vagval__V1__Fact *fact = vv_person_in_force(&opened);
    if (fact == NULL) {
        return VV_CORRUPT;
    }
    if (opened.erased) {
        reply.without = (char *)(uintptr_t) "erased";
    } else if (opened.entry->protected_identity) {
        reply.without = (char *)(uintptr_t) "protected";
    } else if (ask->public_key.len == 0) {
        reply.without = (char *)(uintptr_t) "no_key";
    } else if (ask->public_key.len != VV_BOX_KEY_BYTES) {
        return VV_INVALID;
    } else {
        const Vagval__V1__RegisterSeeker *registration = NULL;
        status = vv_person_open(call, &opened.key, fact, &registration);
        if (status == VV_OK) {
            status = vv_person_boxed(call, registration, ask->public_key.data, &reply.body);
        }
        if (status != VV_OK) {
            return status;
        }
    }
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_seal_identity = {.plan = plan_case, .decide = decide_seal};
