/*
 * person.h: from a person's identity to the sealed facts: lookup hash, person id, key, bodies.
 * Nothing here performs I/O; it needs the service's keys and the call's arena.
 */
#ifndef VAGVAL_INTAKE_PERSON_H
#define VAGVAL_INTAKE_PERSON_H

#include "vagval/idno.h"
#include "vagval/seal.h"
#include "vagval/service.h"

/* The keyed hash of an identity: the field of the index "lookup" whose value is the person's id. */
struct vv_lookup {
    uint8_t hash[VV_LOOKUP_BYTES];
};
struct vv_lookup vv_person_lookup(const struct vv_call *call, const struct vv_idno *identity);

/* The id of a person who is not known yet: unguessable, and the same whenever this message is
 * planned or decided again. It says nothing of the identity, so that it can outlive an erasure. */
struct vv_id vv_person_new_id(const struct vv_call *call);

/* The person's key from its record. Errors: VV_ERASED when there is none any more, VV_CORRUPT. */
VV_CHECKED enum vv_status vv_person_key(const struct vv_call *call, const struct vv_record *record,
                                        struct vv_id person, struct vv_person_key *ret_key);

/* Opens a fact's sealed registration. Errors: VV_CORRUPT, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_person_open(const struct vv_call *call,
                                         const struct vv_person_key *key,
                                         const Vagval__V1__Fact *fact,
                                         const Vagval__V1__RegisterSeeker **ret_registration);

/* The case of the call's subject with its person's key, for queries: plan both, then read both. */
struct vv_opened_case {
    const Vagval__V1__IntakeCase *entry;
    Vagval__V1__Fact **facts; /* in log order */
    size_t fact_count;
    bool erased;
    struct vv_person_key key; /* not when erased */
};
VV_CHECKED enum vv_status vv_person_plan_case(const struct vv_call *call,
                                              const struct vv_loaded *loaded, struct vv_plan *plan,
                                              struct vv_id case_id);
/* Errors: VV_NOT_FOUND (no such case), VV_CORRUPT, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_person_read_case(const struct vv_call *call,
                                              const struct vv_loaded *loaded, struct vv_id case_id,
                                              struct vv_opened_case *ret_case);

/* {"identity": ..., "name": ...} for the holder of a key alone. Errors: VV_INVALID (no key of the
 * curve), VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_person_boxed(const struct vv_call *call,
                                          const Vagval__V1__RegisterSeeker *registration,
                                          const uint8_t *public_key, ProtobufCBinaryData *ret_box);

/* The fact with this id; NULL when the case has none. */
const Vagval__V1__Fact *vv_person_fact(const struct vv_opened_case *opened, const void *id,
                                       size_t len);

/* The registration in force: the latest date, and of one day's what was learnt last. NULL when the
 * case has no fact. */
const Vagval__V1__Fact *vv_person_in_force(const struct vv_opened_case *opened);

#endif
