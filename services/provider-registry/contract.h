/*
 * contract.h: a contract's record and its entry in the area: made, amended, checked at the edge.
 */
#ifndef VAGVAL_REGISTRY_CONTRACT_H
#define VAGVAL_REGISTRY_CONTRACT_H

#include "work.h"

/* What is said of a contract. Texts are the message's own. */
struct vv_contract_terms {
    char *area, *number;
    const char *organisation_number; /* in its one spelling */
    char *provider_name;
    uint32_t capacity;
    double latitude, longitude; /* of the address; public */
    Vagval__V1__Address **further_addresses;
    size_t n_further_addresses;
    char **languages;
    size_t n_languages;
    char **orientations;
    size_t n_orientations;
    vv_date from, to;                /* validity, inclusive; to 0 = open */
    uint32_t terms_version;          /* of the tender document; 0 = keep what the record says */
    char *conditions;                /* NULL = keep */
    uint32_t supervisors_hundredths; /* full-time; 0 = keep what the record says */
    bool authorised;                 /* by an application, today */
};

/* Capacity, places, languages and orientations. Refuses with the field's name. */
VV_CHECKED enum vv_status vv_contract_check_terms(struct vv_outcome *outcome,
                                                  const struct vv_contract_terms *terms);

/*
 * Makes or amends the contract of the call's scheme: its record and its entry in the area, both of
 * which must have been planned. The contract of another organisation is not touched.
 * Errors: VV_REFUSED (in use beyond the capacity, more than its supervisors may have, too many,
 * another's number), VV_CORRUPT, VV_NO_MEMORY.
 */
VV_CHECKED enum vv_status vv_contract_make(struct vv_work *work, const struct vv_loaded *loaded,
                                           const struct vv_contract_terms *terms);

/* The contract of an area's entry, which must have been planned. Errors: VV_CORRUPT, VV_NO_MEMORY.
 */
VV_CHECKED enum vv_status vv_contract_of(const struct vv_call *call, const struct vv_loaded *loaded,
                                         const Vagval__V1__AreaContract *entry,
                                         struct vv_id *ret_id,
                                         const Vagval__V1__Contract **ret_contract);

/* A contract is provider x delivery area: another contract of the provider in the area that holds
 * on a day of from .. to (0 = open), or NULL. */
const Vagval__V1__AreaContract *vv_contract_rival(const Vagval__V1__Area *area,
                                                  struct vv_id provider, struct vv_id contract,
                                                  vv_date from, vv_date to);

/* Plans, for a number that is no contract of the area yet, the question to the scheme's other areas
 * whether it is theirs. The contract itself must be planned too; `from`: its first day. */
void vv_contract_plan_number(const struct vv_call *call, const struct vv_loaded *loaded,
                             struct vv_plan *plan, const char *area, const char *number,
                             vv_date from);
/* Refuses a number that another area has: people and files name contracts by number alone. VV_BUSY
 * while an area cannot be asked. */
VV_CHECKED enum vv_status vv_contract_check_number(const struct vv_call *call,
                                                   const struct vv_loaded *loaded,
                                                   struct vv_outcome *outcome, const char *area,
                                                   const char *number, vv_date from);

/* Plans the contract that is the call's subject, and its area as soon as the contract is loaded. */
VV_CHECKED enum vv_status vv_contract_plan_with_area(const struct vv_call *call,
                                                     const struct vv_loaded *loaded,
                                                     struct vv_plan *plan);

/* Watches the deadlines of a contract's matters: marks those that have passed, says who has to act,
 * and lets the timer fall due after the next one. Returns how many it marked. */
size_t vv_contract_watch(struct vv_work *work, struct vv_id contract,
                         const Vagval__V1__ContractControl *control);

#endif
