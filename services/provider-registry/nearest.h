/*
 * nearest.h: the non-choice alternative (rules 13): who serves those that do not choose.
 */
#ifndef VAGVAL_REGISTRY_NEAREST_H
#define VAGVAL_REGISTRY_NEAREST_H

#include <stdbool.h>

#include "vagval/date.h"
#include "vagval/v1/registry.pb-c.h"

/* Does the contract offer the language? Empty = no need. */
bool vv_nearest_offers_language(const Vagval__V1__AreaContract *contract, const char *language);

/* Great-circle metres from the home to the nearest of the contract's addresses. Degrees WGS 84. */
int64_t vv_nearest_metres(const Vagval__V1__AreaContract *contract, double latitude,
                          double longitude);

/*
 * Of the area's contracts that are valid on `on`, have free capacity and offer `language` (empty =
 * no need): the one whose nearest address is the smallest great-circle distance from the home; a
 * tie goes to the lower contract number. NULL: nobody is left, a caseworker decides. Degrees
 * WGS 84.
 */
Vagval__V1__AreaContract *vv_nearest_contract(const Vagval__V1__Area *area, double latitude,
                                              double longitude, const char *language, vv_date on);

#endif
