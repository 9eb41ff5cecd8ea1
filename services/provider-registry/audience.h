/*
 * audience.h: to whom a notice went: the organisations with a contract in its area, or in any area
 * of the scheme. Who is among them stands in the areas' partitions, which are asked.
 */
#ifndef VAGVAL_REGISTRY_AUDIENCE_H
#define VAGVAL_REGISTRY_AUDIENCE_H

#include "work.h"

/* Plans the questions whether an organisation is among them; nothing for a number that is none. */
void vv_audience_plan(const struct vv_call *call, struct vv_plan *plan,
                      const Vagval__V1__Notice *notice, const char *organisation_number);

/* Refuses an organisation that had no contract there when the notice was sent, nor since. `number`
 * is in its one spelling. VV_REFUSED, or VV_BUSY while an area cannot be asked. */
VV_CHECKED enum vv_status vv_audience_check(const struct vv_call *call,
                                            const struct vv_loaded *loaded,
                                            struct vv_outcome *outcome,
                                            const Vagval__V1__Notice *notice, const char *number);

#endif
