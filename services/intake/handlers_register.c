/*
 * handlers_register.c: a job seeker is registered in a scheme. The person is found through the
 * keyed hash of the identity, or made; the registration is kept sealed with the person's key.
 */
#include <string.h>

#include "person.h"
#include "registration.h"
#include "target_group.h"
#include "vagval/limits.h"
#include "vagval/protected.h"
#include "vagval/wire.h"

extern const struct vv_handler vv_handle_register_seeker;

static const Vagval__V1__RegisterSeeker *registration_of(const struct vv_call *call)
{
    return (const Vagval__V1__RegisterSeeker *)call->body;
}

static enum vv_status identity_of(const struct vv_call *call, struct vv_idno *ret_identity)
{
    const Vagval__V1__RegisterSeeker *registration = registration_of(call);
    return vv_registration_identity(registration->identity_kind, registration->identity,
                                    call->now.today, ret_identity, NULL);
}

static enum vv_status route(const struct vv_call *call, uint16_t *ret_partition)
{
    struct vv_idno identity;
    if (identity_of(call, &identity) != VV_OK) {
        *ret_partition = 0; /* any will do: decide refuses it, with field and text */
        return VV_OK;
    }
    struct vv_lookup lookup = vv_person_lookup(call, &identity);
    *ret_partition = vv_seal_partition(lookup.hash, call->partitions);
    return VV_OK;
}

/* The person whom the index knows, or the one that this message would make. */
static struct vv_id person_of(const struct vv_call *call, const struct vv_record *index,
                              bool *ret_known)
{
    struct vv_id person;
    *ret_known = index->exists && vv_id_from_bytes(index->body, index->body_len, &person) == VV_OK;
    return *ret_known ? person : vv_person_new_id(call);
}

static enum vv_status plan(const struct vv_call *call, const struct vv_loaded *loaded,
                           struct vv_plan *plan)
{
    struct vv_idno identity;
    if (identity_of(call, &identity) != VV_OK) {
        return VV_OK;
    }
    struct vv_lookup lookup = vv_person_lookup(call, &identity);
    vv_plan_field(plan, "lookup", VV_NIL, lookup.hash, sizeof lookup.hash);
    const struct vv_record *index =
        vv_loaded_field(loaded, "lookup", VV_NIL, lookup.hash, sizeof lookup.hash);
    if (index == NULL) {
        return VV_OK;
    }
    bool known = false;
    struct vv_id person = person_of(call, index, &known);
    struct vv_id case_id = vv_id_case(person, call->scheme, 1);
    if (known) {
        vv_plan_load(plan, "key", person);
        vv_plan_load(plan, "case", case_id);
    } else {
        vv_plan_load_new(plan, "key", person);
        vv_plan_load_new(plan, "case", case_id);
    }
    vv_plan_fact_home(plan, "case", case_id);
    return VV_OK;
}

/* What one registration works with, from the edge checks to the outcome. */
struct work {
    const struct vv_call *call;
    const Vagval__V1__RegisterSeeker *registration;
    struct vv_idno identity;
    const struct vv_scheme *scheme;
    struct vv_target_group target;
    struct vv_id person, case_id;
    struct vv_person_key key;
    Vagval__V1__PersonKey *stored_key;
    Vagval__V1__IntakeCase *entry;
    bool is_new;
};

/* Everything that the message and the scheme alone decide. */
static enum vv_status check_edge(struct work *work, struct vv_outcome *outcome)
{
    const struct vv_call *call = work->call;
    struct vv_error error;
    enum vv_status status =
        vv_registration_check(work->registration, call->now.today, &work->identity, &error);
    if (status != VV_OK) {
        return vv_refuse(outcome, status, error.field, "%s", error.text);
    }
    int32_t on = work->registration->registered_on;
    work->scheme = vv_book_scheme(call->book, call->scheme, on, 0);
    if (work->scheme == NULL) {
        return vv_refuse(outcome, VV_NOT_FOUND, "scheme",
                         "no published version of this scheme is valid on the registration date; "
                         "publish one with `vagval scheme publish`");
    }
    if (vv_scheme_area_of(work->scheme, work->registration->municipality) == NULL) {
        return vv_refuse(outcome, VV_REFUSED, "municipality",
                         "lies outside every delivery area of the scheme");
    }
    vv_target_group_decide(work->scheme, work->registration, work->identity.birth, &work->target);
    if (work->target.in == VV_MISSING) {
        return vv_refuse(outcome, VV_INVALID,
                         work->target.reason_count == 0 ? "" : work->target.reasons[0]->field,
                         "is needed to decide the target group");
    }
    return VV_OK;
}

/* A protected identity is registered, and given up, by a guardian alone, whichever the scheme. */
static enum vv_status check_protection(struct work *work, const struct vv_record *key,
                                       struct vv_outcome *outcome)
{
    ProtobufCMessage *stored = NULL;
    enum vv_status status =
        vv_record_unpack(work->call, key, &vagval__v1__person_key__descriptor, &stored);
    if (status != VV_OK) {
        return status;
    }
    work->stored_key = (Vagval__V1__PersonKey *)stored;
    bool open = vv_case_is_open(work->call, work->registration->protected_identity ||
                                                work->stored_key->protected_identity);
    return open ? VV_OK : vv_refuse_protected(outcome);
}

/* Finds or makes the person and the key, and reads the case. */
static enum vv_status open_case(struct work *work, const struct vv_loaded *loaded,
                                struct vv_outcome *outcome)
{
    const struct vv_call *call = work->call;
    struct vv_lookup lookup = vv_person_lookup(call, &work->identity);
    const struct vv_record *index =
        vv_loaded_field(loaded, "lookup", VV_NIL, lookup.hash, sizeof lookup.hash);
    bool known = false;
    work->person = person_of(call, index, &known);
    work->case_id = vv_id_case(work->person, call->scheme, 1);
    const struct vv_record *record = vv_loaded(loaded, "case", work->case_id);
    const struct vv_record *key = vv_loaded(loaded, "key", work->person);
    if (record == NULL || key == NULL) {
        return VV_STALE; /* made by a message of the same batch, after the plan */
    }
    if (record->field_count >= VV_CASE_FACTS_MAX) {
        return vv_refuse(outcome, VV_REFUSED, "", "the case has too many registrations");
    }
    enum vv_status status = check_protection(work, key, outcome);
    if (status != VV_OK) {
        return status;
    }
    ProtobufCMessage *entry = NULL;
    status = vv_record_unpack(call, record, &vagval__v1__intake_case__descriptor, &entry);
    work->entry = (Vagval__V1__IntakeCase *)entry;
    work->is_new = !record->exists;
    if (status != VV_OK) {
        return status;
    }
    if (known) {
        status = vv_person_key(call, key, work->person, &work->key);
        return status != VV_ERASED ? status
                                   : vv_refuse(outcome, VV_ERASED, "identity",
                                               "this person's data were erased; the index entry "
                                               "must be removed before a new registration");
    }
    if (key->exists) {
        /* The id of a new person follows from the message's: it named somebody else before. A key
         * must never be made twice. */
        return vv_refuse(outcome, VV_CONFLICT, "id",
                         "this id came before with the registration of another person");
    }
    uint8_t wrapped[VV_WRAPPED_KEY_BYTES];
    vv_seal_new_key(call->seal, work->person, &work->key, wrapped);
    Vagval__V1__PersonKey stored = VAGVAL__V1__PERSON_KEY__INIT;
    stored.protected_identity = work->registration->protected_identity;
    stored.wrapped = (ProtobufCBinaryData){sizeof wrapped, wrapped};
    vv_put(outcome, "key", work->person, &stored.base);
    vv_put_field(outcome, "lookup", VV_NIL, lookup.hash, sizeof lookup.hash, work->person.bytes,
                 sizeof work->person.bytes);
    return VV_OK;
}

/* Of several registrations the one with the latest date is in force, and of one day's the one that
 * was learnt last. */
static bool is_in_force(const struct work *work)
{
    return work->is_new || work->registration->registered_on >= work->entry->registered_on;
}

/* Does the registration in force say other than the snapshot that stands? */
static enum vv_status is_news(const struct work *work, const struct vv_loaded *loaded,
                              bool *ret_news)
{
    const Vagval__V1__IntakeCase *entry = work->entry;
    if (work->is_new || (work->target.in == VV_YES) != entry->in_target_group) {
        *ret_news = true;
        return VV_OK;
    }
    struct vv_opened_case before;
    enum vv_status status = vv_person_read_case(work->call, loaded, work->case_id, &before);
    if (status != VV_OK) {
        return status;
    }
    const Vagval__V1__Fact *fact =
        vv_person_fact(&before, entry->snapshot.data, entry->snapshot.len);
    const Vagval__V1__RegisterSeeker *earlier = NULL;
    if (fact == NULL) {
        return VV_CORRUPT;
    }
    status = vv_person_open(work->call, &work->key, fact, &earlier);
    if (status == VV_OK) {
        *ret_news = vv_registration_differs(earlier, work->registration);
    }
    return status;
}

/* Keeps the registration, sealed, with its identity in the one spelling. */
static enum vv_status accept_sealed(const struct work *work, struct vv_outcome *outcome)
{
    const struct vv_call *call = work->call;
    Vagval__V1__RegisterSeeker kept = *work->registration;
    char identity[VV_IDNO_TEXT_BYTES];
    char empty[] = "";
    memcpy(identity, work->identity.text, sizeof identity);
    kept.identity = identity;
    kept.source = empty; /* stands in the fact's header */
    size_t len = 0;
    size_t sealed_len = 0;
    const uint8_t *body = vv_wire_pack(&kept.base, call->arena, &len);
    const uint8_t *sealed =
        body == NULL ? NULL
                     : vv_seal_body(&work->key, call->id, body, len, call->arena, &sealed_len);
    if (sealed == NULL) {
        return VV_NO_MEMORY;
    }
    vv_accept(outcome, work->registration->registered_on, work->registration->source, VV_NIL,
              sealed, sealed_len, true);
    return VV_OK;
}

/* The registration in force into the case. A snapshot that says the same stays: assessment has
 * decided on it. */
static void enter_in_force(struct work *work, bool news, struct vv_id *fact,
                           struct vv_outcome *outcome)
{
    Vagval__V1__IntakeCase *entry = work->entry;
    bool is_protected = work->registration->protected_identity;
    if (work->stored_key->wrapped.len > 0 && work->stored_key->protected_identity != is_protected) {
        work->stored_key->protected_identity = is_protected;
        vv_put(outcome, "key", work->person, &work->stored_key->base);
    }
    entry->scheme = (char *)(uintptr_t)work->call->scheme;
    entry->person = (ProtobufCBinaryData){sizeof work->person.bytes, work->person.bytes};
    entry->municipality = work->registration->municipality;
    if (news) {
        entry->snapshot = (ProtobufCBinaryData){sizeof fact->bytes, fact->bytes};
    }
    entry->registered_on = work->registration->registered_on;
    entry->in_target_group = work->target.in == VV_YES;
    entry->protected_identity = work->registration->protected_identity;
    entry->generation = vv_book_generation(work->call->book);
}

static void emit_registered(const struct work *work, struct vv_outcome *outcome)
{
    const Vagval__V1__IntakeCase *entry = work->entry;
    struct vv_id case_id = work->case_id;
    char *reasons[VV_TARGET_REASONS_MAX];
    for (size_t i = 0; i < work->target.reason_count; i++) {
        reasons[i] = (char *)(uintptr_t)work->target.reasons[i]->code;
    }
    Vagval__V1__CaseRegistered event = VAGVAL__V1__CASE_REGISTERED__INIT;
    event.case_id = (ProtobufCBinaryData){sizeof case_id.bytes, case_id.bytes};
    event.scheme = entry->scheme;
    event.municipality = entry->municipality;
    event.snapshot = entry->snapshot;
    event.registered_on = entry->registered_on;
    event.in_target_group = entry->in_target_group;
    event.reasons = reasons;
    event.n_reasons = work->target.reason_count;
    struct vv_id person = work->person;
    event.protected_identity = entry->protected_identity;
    event.person = (ProtobufCBinaryData){sizeof person.bytes, person.bytes};
    vv_emit(outcome, VV_MSG_CASE_REGISTERED, case_id, entry->scheme, entry->registered_on,
            &event.base);
}

static enum vv_status decide(const struct vv_call *call, const struct vv_loaded *loaded,
                             struct vv_outcome *outcome)
{
    struct work work = {.call = call, .registration = registration_of(call)};
    enum vv_status status = check_edge(&work, outcome);
    if (status == VV_OK) {
        status = open_case(&work, loaded, outcome);
    }
    bool in_force = status == VV_OK && is_in_force(&work);
    bool news = false;
    if (in_force) {
        status = is_news(&work, loaded, &news);
    }
    if (status == VV_OK) {
        status = accept_sealed(&work, outcome);
    }
    if (status != VV_OK) {
        return status;
    }
    struct vv_id fact = call->id;
    if (in_force) {
        enter_in_force(&work, news, &fact, outcome);
    }
    if (news) {
        emit_registered(&work, outcome);
    }
    if (work.is_new) {
        vv_append(outcome, "cases", VV_NIL, work.case_id.bytes, sizeof work.case_id.bytes);
    }
    vv_put(outcome, "case", work.case_id, &work.entry->base);
    Vagval__V1__Registered reply = VAGVAL__V1__REGISTERED__INIT;
    reply.case_id = (ProtobufCBinaryData){sizeof work.case_id.bytes, work.case_id.bytes};
    reply.person_id = (ProtobufCBinaryData){sizeof work.person.bytes, work.person.bytes};
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_register_seeker = {
    .route = route, .plan = plan, .decide = decide};
