/*
 * judged_term.h: one term of an obligation and the version of the scheme that asks for it: the one
 * in force on the term's last day, as known when it ended.
 */
#ifndef VAGVAL_REGISTRY_JUDGED_TERM_H
#define VAGVAL_REGISTRY_JUDGED_TERM_H

#include "obligations.h"
#include "vagval/service.h"

/* What a placement's terms are judged from; its rules are filled in for each version. */
struct vv_term_input vv_judged_input(const struct vv_call *call,
                                     const Vagval__V1__RegistryCase *entry,
                                     const Vagval__V1__CasePlacement *placement,
                                     const Vagval__V1__Delivery *delivery);
/* All terms that have begun, of every version that was in force since the placement's start, as
 * known now; in the call's arena. Errors: VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_judged_enumerate(const struct vv_call *call,
                                              const Vagval__V1__RegistryCase *entry,
                                              const struct vv_term_input *input,
                                              struct vv_obligation_term **ret_terms,
                                              size_t *ret_count);
/* The last day of the next term that ends today or later; VV_DATE_NONE if there is none. */
vv_date vv_judged_next_due(const struct vv_call *call, const Vagval__V1__RegistryCase *entry,
                           const struct vv_term_input *input);
/* The term in the record; NULL if it is not there. */
const Vagval__V1__JudgedTerm *vv_judged_find(const Vagval__V1__Delivery *delivery, const char *code,
                                             vv_date start, vv_date due);
/* Judges a stored term again under its own version; false when that does not ask for it. */
bool vv_judged_again(const struct vv_call *call, const char *scheme,
                     const struct vv_term_input *input, const char *code,
                     const Vagval__V1__JudgedTerm *judged, struct vv_obligation_term *ret_term);

#endif
