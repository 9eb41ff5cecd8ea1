/*
 * person.c: identities, keys and sealed bodies. See the header.
 */
#include "person.h"

#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "vagval/wire.h"

struct vv_lookup vv_person_lookup(const struct vv_call *call, const struct vv_idno *identity)
{
    struct vv_lookup lookup;
    vv_seal_lookup(call->seal, vv_idno_kind_name(identity->kind), identity->text, lookup.hash);
    return lookup;
}

struct vv_id vv_person_new_id(const struct vv_call *call)
{
    static const char purpose[] = "person of registration ";
    uint8_t message[sizeof purpose - 1 + sizeof call->id.bytes];
    memcpy(message, purpose, sizeof purpose - 1);
    memcpy(message + sizeof purpose - 1, call->id.bytes, sizeof call->id.bytes);
    uint8_t entropy[16];
    vv_seal_digest(call->seal, message, sizeof message, entropy);
    return vv_id_person(call->partition, entropy);
}

enum vv_status vv_person_key(const struct vv_call *call, const struct vv_record *record,
                             struct vv_id person, struct vv_person_key *ret_key)
{
    if (!record->exists) {
        return VV_ERASED;
    }
    ProtobufCMessage *message = NULL;
    enum vv_status status =
        vv_record_unpack(call, record, &vagval__v1__person_key__descriptor, &message);
    if (status != VV_OK) {
        return status;
    }
    const Vagval__V1__PersonKey *stored = (const Vagval__V1__PersonKey *)message;
    if (stored->wrapped.len == 0) {
        return VV_ERASED;
    }
    return vv_seal_unwrap(call->seal, person, stored->wrapped.data, stored->wrapped.len, ret_key);
}

enum vv_status vv_person_open(const struct vv_call *call, const struct vv_person_key *key,
                              const Vagval__V1__Fact *fact,
                              const Vagval__V1__RegisterSeeker **ret_registration)
{
    struct vv_id id;
    uint8_t *body = NULL;
    size_t len = 0;
    if (fact->type != VV_MSG_REGISTER_SEEKER || !fact->sealed ||
        vv_id_from_bytes(fact->id.data, fact->id.len, &id) != VV_OK) {
        return VV_CORRUPT;
    }
    enum vv_status status =
        vv_unseal_body(key, id, fact->body.data, fact->body.len, call->arena, &body, &len);
    if (status != VV_OK) {
        return status == VV_NO_MEMORY ? status : VV_CORRUPT;
    }
    ProtobufCMessage *message = NULL;
    status = vv_wire_unpack(&vagval__v1__register_seeker__descriptor, body, len, call->arena,
                            &message, NULL);
    if (status != VV_OK) {
        return status == VV_NO_MEMORY ? status : VV_CORRUPT;
    }
    *ret_registration = (const Vagval__V1__RegisterSeeker *)message;
    return VV_OK;
}

static enum vv_status read_entry(const struct vv_call *call, const struct vv_record *record,
                                 const Vagval__V1__IntakeCase **ret_entry, struct vv_id *ret_person)
{
    ProtobufCMessage *message = NULL;
    enum vv_status status =
        vv_record_unpack(call, record, &vagval__v1__intake_case__descriptor, &message);
    if (status != VV_OK) {
        return status;
    }
    const Vagval__V1__IntakeCase *entry = (const Vagval__V1__IntakeCase *)message;
    if (vv_id_from_bytes(entry->person.data, entry->person.len, ret_person) != VV_OK) {
        return VV_CORRUPT;
    }
    *ret_entry = entry;
    return VV_OK;
}

enum vv_status vv_person_plan_case(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_plan *plan, struct vv_id case_id)
{
    vv_plan_load(plan, "case", case_id);
    const struct vv_record *record = vv_loaded(loaded, "case", case_id);
    if (record == NULL || !record->exists) {
        return VV_OK;
    }
    const Vagval__V1__IntakeCase *entry = NULL;
    struct vv_id person;
    enum vv_status status = read_entry(call, record, &entry, &person);
    if (status == VV_OK) {
        vv_plan_load(plan, "key", person);
    }
    return status;
}

enum vv_status vv_person_read_case(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_id case_id, struct vv_opened_case *ret_case)
{
    const struct vv_record *record = vv_loaded(loaded, "case", case_id);
    if (record == NULL || !record->exists) {
        return VV_NOT_FOUND;
    }
    struct vv_opened_case opened = {0};
    struct vv_id person;
    enum vv_status status = read_entry(call, record, &opened.entry, &person);
    if (status == VV_OK) {
        status = vv_record_facts(call, record, &opened.facts, &opened.fact_count);
    }
    if (status != VV_OK) {
        return status;
    }
    const struct vv_record *key = vv_loaded(loaded, "key", person);
    if (key == NULL) {
        return VV_STALE;
    }
    status = vv_person_key(call, key, person, &opened.key);
    opened.erased = status == VV_ERASED;
    if (status != VV_OK && !opened.erased) {
        return status;
    }
    *ret_case = opened;
    return VV_OK;
}

const Vagval__V1__Fact *vv_person_fact(const struct vv_opened_case *opened, const void *id,
                                       size_t len)
{
    for (size_t i = 0; i < opened->fact_count; i++) {
        const Vagval__V1__Fact *fact = opened->facts[i];
        if (fact->id.len == len && memcmp(fact->id.data, id, len) == 0) {
            return fact;
        }
    }
    return NULL;
}

const Vagval__V1__Fact *vv_person_in_force(const struct vv_opened_case *opened)
{
    const Vagval__V1__Fact *found = NULL;
    for (size_t i = 0; i < opened->fact_count; i++) {
        if (found == NULL || opened->facts[i]->effective >= found->effective) {
            found = opened->facts[i];
        }
    }
    return found;
}

enum vv_status vv_person_boxed(const struct vv_call *call,
                               const Vagval__V1__RegisterSeeker *registration,
                               const uint8_t *public_key, ProtobufCBinaryData *ret_box)
{
    json_t *object =
        json_pack("{s:s, s:s}", "identity", registration->identity, "name", registration->name);
    char *text = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);
    size_t len = 0;
    json_decref(object);
    if (text == NULL) {
        return VV_NO_MEMORY;
    }
    uint8_t *box = vv_seal_box(public_key, text, strlen(text), call->arena, &len);
    sodium_memzero(text, strlen(text));
    free(text);
    if (box == NULL) {
        return VV_INVALID;
    }
    *ret_box = (ProtobufCBinaryData){len, box};
    return VV_OK;
}
