/*
 * standing.h: which confirmations and income statements of an outcome stand, from the case's facts:
 * those that no later fact supersedes.
 */
#ifndef VAGVAL_REGISTRY_STANDING_H
#define VAGVAL_REGISTRY_STANDING_H

#include <stdbool.h>

#include "vagval/service.h"

enum vv_standing {
    VV_STANDING_UNKNOWN,  /* nothing of this kind and outcome has that id */
    VV_STANDING_REPLACED, /* another fact supersedes it already */
    VV_STANDING_HOLDS,
};

/*
 * Looks for the confirmation or statement `fact_id` of an outcome among a case's facts.
 *   kind      "confirm" or "corroborate"
 *   ret_rest  the last day that the others of that kind which stand reach, 0 = none
 * Errors: VV_CORRUPT, VV_NO_MEMORY.
 */
VV_CHECKED enum vv_status
vv_standing_confirmation(const struct vv_call *call, Vagval__V1__Fact *const *facts, size_t count,
                         struct vv_id case_id, struct vv_id outcome, const char *kind,
                         struct vv_id fact_id, enum vv_standing *ret_standing, vv_date *ret_rest);

#endif
