/*
 * person.c: see the header.
 */
#include "person.h"

#include <string.h>

#include "reach.h"

/* A person has one case per scheme; more are not looked at. */
#define CASES_MAX 32

static bool is_person(const struct vv_call *call, ProtobufCBinaryData bytes, struct vv_id *ret_id)
{
    return vv_id_from_bytes(bytes.data, bytes.len, ret_id) == VV_OK &&
           vv_id_partition(*ret_id) == call->partition;
}

void vv_person_plan_entry(const struct vv_call *call, struct vv_plan *plan,
                          ProtobufCBinaryData person)
{
    struct vv_id id;

    if (is_person(call, person, &id)) {
        vv_plan_load_new(plan, "person", id);
    }
}

enum vv_status vv_person_enter(struct vv_work *work, const struct vv_loaded *loaded,
                               ProtobufCBinaryData person)
{
    struct vv_id id;
    ProtobufCMessage *message = NULL;

    if (!is_person(work->call, person, &id)) {
        return VV_OK; /* told by an older release */
    }
    enum vv_status status = vv_record_unpack(work->call, vv_loaded(loaded, "person", id),
                                             &vagval__v1__registry_person__descriptor, &message);
    if (status != VV_OK) {
        return status;
    }
    Vagval__V1__RegistryPerson *record = (Vagval__V1__RegistryPerson *)message;
    work->entry->person = person;
    for (size_t i = 0; i < record->n_cases; i++) {
        if (record->cases[i].len == sizeof id.bytes &&
            memcmp(record->cases[i].data, work->call->subject.bytes, sizeof id.bytes) == 0) {
            return VV_OK;
        }
    }
    if (record->n_cases >= CASES_MAX) {
        return VV_OK;
    }
    ProtobufCBinaryData *cases = vv_work_alloc(work, (record->n_cases + 1) * sizeof *cases);
    if (cases == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; i < record->n_cases; i++) {
        cases[i] = record->cases[i];
    }
    cases[record->n_cases] = vv_work_id(work, work->call->subject);
    record->cases = cases;
    record->n_cases++;
    vv_put(work->outcome, "person", id, message);
    return work->exhausted ? VV_NO_MEMORY : VV_OK;
}

/* The i-th other case of a person. */
static bool other_case(const struct vv_call *call, const Vagval__V1__RegistryPerson *person,
                       size_t i, struct vv_id *ret_id)
{
    return vv_id_from_bytes(person->cases[i].data, person->cases[i].len, ret_id) == VV_OK &&
           vv_id_partition(*ret_id) == call->partition && !vv_id_equal(*ret_id, call->subject);
}

/* NULL while something is not loaded yet, or when nothing is known of the person. */
static enum vv_status person_of(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan, Vagval__V1__RegistryPerson **ret_person)
{
    const struct vv_record *record = vv_loaded(loaded, "case", call->subject);
    ProtobufCMessage *message = NULL;
    struct vv_id id;

    *ret_person = NULL;
    if (record == NULL || !record->exists) {
        return VV_OK;
    }
    enum vv_status status =
        vv_record_unpack(call, record, &vagval__v1__registry_case__descriptor, &message);
    if (status != VV_OK || !is_person(call, ((Vagval__V1__RegistryCase *)message)->person, &id)) {
        return status;
    }
    if (plan != NULL) {
        vv_plan_load(plan, "person", id);
    }
    record = vv_loaded(loaded, "person", id);
    if (record == NULL) {
        return VV_OK;
    }
    status = vv_record_unpack(call, record, &vagval__v1__registry_person__descriptor, &message);
    if (status == VV_OK) {
        *ret_person = (Vagval__V1__RegistryPerson *)message;
    }
    return status;
}

enum vv_status vv_person_plan(const struct vv_call *call, const struct vv_loaded *loaded,
                              struct vv_plan *plan)
{
    Vagval__V1__RegistryPerson *person = NULL;
    enum vv_status status = person_of(call, loaded, plan, &person);
    struct vv_id id;

    for (size_t i = 0; status == VV_OK && person != NULL && i < person->n_cases; i++) {
        if (other_case(call, person, i, &id)) {
            vv_plan_load(plan, "case", id);
        }
    }
    return status;
}

enum vv_status vv_person_served_elsewhere(const struct vv_work *work,
                                          const struct vv_loaded *loaded, vv_date on,
                                          const char **ret_other)
{
    const struct vv_call *call = work->call;
    const struct vv_scheme *scheme = vv_book_scheme(call->book, work->entry->scheme, on, 0);
    Vagval__V1__RegistryPerson *person = NULL;
    enum vv_status status = person_of(call, loaded, NULL, &person);
    struct vv_id id;

    *ret_other = NULL;
    for (size_t i = 0; status == VV_OK && person != NULL && i < person->n_cases; i++) {
        ProtobufCMessage *message = NULL;
        if (!other_case(call, person, i, &id)) {
            continue;
        }
        status = vv_record_unpack(call, vv_loaded(loaded, "case", id),
                                  &vagval__v1__registry_case__descriptor, &message);
        const Vagval__V1__RegistryCase *other = (const Vagval__V1__RegistryCase *)message;
        if (status != VV_OK || !vv_case_is_served(other, on)) {
            continue;
        }
        const struct vv_scheme *theirs = vv_book_scheme(call->book, other->scheme, on, 0);
        if (scheme == NULL || theirs == NULL || !vv_schemes_combine(scheme, theirs)) {
            *ret_other = other->scheme;
        }
    }
    return status;
}
