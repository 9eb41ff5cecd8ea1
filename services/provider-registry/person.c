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

/* The index: one field per person in a hash of the partition, whose value is the case ids. */
static const struct vv_record *cases_of(const struct vv_loaded *loaded, struct vv_id person)
{
    return vv_loaded_field(loaded, "persons", VV_NIL, person.bytes, sizeof person.bytes);
}

static size_t case_count(const struct vv_record *cases)
{
    size_t count = cases->exists ? cases->body_len / sizeof(struct vv_id) : 0;
    return count < CASES_MAX ? count : CASES_MAX;
}

static struct vv_id case_at(const struct vv_record *cases, size_t i)
{
    struct vv_id id;
    memcpy(id.bytes, cases->body + i * sizeof id.bytes, sizeof id.bytes);
    return id;
}

void vv_person_plan_entry(const struct vv_call *call, struct vv_plan *plan,
                          ProtobufCBinaryData person)
{
    struct vv_id id;

    if (is_person(call, person, &id)) {
        vv_plan_field(plan, "persons", VV_NIL, id.bytes, sizeof id.bytes);
    }
}

enum vv_status vv_person_enter(struct vv_work *work, const struct vv_loaded *loaded,
                               ProtobufCBinaryData person)
{
    uint8_t ids[CASES_MAX * sizeof(struct vv_id)];
    struct vv_id id;

    if (!is_person(work->call, person, &id)) {
        return VV_OK; /* told by an older release */
    }
    const struct vv_record *cases = cases_of(loaded, id);
    size_t count = case_count(cases);
    work->entry->person = person;
    for (size_t i = 0; i < count; i++) {
        if (vv_id_equal(case_at(cases, i), work->call->subject)) {
            return VV_OK;
        }
    }
    if (count == CASES_MAX) {
        return VV_OK;
    }
    if (count > 0) {
        memcpy(ids, cases->body, count * sizeof id.bytes);
    }
    memcpy(ids + count * sizeof id.bytes, work->call->subject.bytes, sizeof id.bytes);
    vv_put_field(work->outcome, "persons", VV_NIL, id.bytes, sizeof id.bytes, ids,
                 (count + 1) * sizeof id.bytes);
    return VV_OK;
}

/* The person's other cases; NULL while something is not loaded yet, or when nobody is known. */
static enum vv_status person_of(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan, const struct vv_record **ret_cases)
{
    const struct vv_record *record = vv_loaded(loaded, "case", call->subject);
    ProtobufCMessage *message = NULL;
    struct vv_id id;

    *ret_cases = NULL;
    if (record == NULL || !record->exists) {
        return VV_OK;
    }
    enum vv_status status =
        vv_record_unpack(call, record, &vagval__v1__registry_case__descriptor, &message);
    if (status != VV_OK || !is_person(call, ((Vagval__V1__RegistryCase *)message)->person, &id)) {
        return status;
    }
    if (plan != NULL) {
        vv_plan_field(plan, "persons", VV_NIL, id.bytes, sizeof id.bytes);
    }
    *ret_cases = cases_of(loaded, id);
    return VV_OK;
}

/* A case of the person that is not the call's and lies here. */
static bool is_other(const struct vv_call *call, struct vv_id id)
{
    return vv_id_partition(id) == call->partition && !vv_id_equal(id, call->subject);
}

enum vv_status vv_person_plan(const struct vv_call *call, const struct vv_loaded *loaded,
                              struct vv_plan *plan)
{
    const struct vv_record *cases = NULL;
    enum vv_status status = person_of(call, loaded, plan, &cases);

    for (size_t i = 0; status == VV_OK && cases != NULL && i < case_count(cases); i++) {
        if (is_other(call, case_at(cases, i))) {
            vv_plan_load(plan, "case", case_at(cases, i));
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
    const struct vv_record *cases = NULL;
    enum vv_status status = person_of(call, loaded, NULL, &cases);

    *ret_other = NULL;
    for (size_t i = 0; status == VV_OK && cases != NULL && i < case_count(cases); i++) {
        struct vv_id id = case_at(cases, i);
        ProtobufCMessage *message = NULL;
        if (!is_other(call, id)) {
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
