/*
 * placement.h: a case being served by a contract from a date: which placement runs on a day, when
 * the service ends as planned, and what ending or switching does (rules 1, 10).
 */
#ifndef VAGVAL_REGISTRY_PLACEMENT_H
#define VAGVAL_REGISTRY_PLACEMENT_H

#include <stdbool.h>

#include "vagval/date.h"
#include "vagval/id.h"
#include "vagval/status.h"
#include "vagval/v1/registry.pb-c.h"

/* Last day of a service of `months` calendar months that starts on `start`: both ends inclusive,
 * counted from the first placement of the period, never from a switch. */
vv_date vv_placement_planned_end(vv_date start, int months);

/* Last day that is known to be served at present: the planned end of a running placement. */
vv_date vv_placement_last_day(const Vagval__V1__CasePlacement *placement);
/* The placement that has not ended; NULL if none. At most one runs. */
Vagval__V1__CasePlacement *vv_placement_running(const Vagval__V1__RegistryCase *entry);
/* The placement that serves on any day of [from, to]: the latest one; NULL if none. */
Vagval__V1__CasePlacement *vv_placement_within(const Vagval__V1__RegistryCase *entry, vv_date from,
                                               vv_date to);
bool vv_placement_is_with(const Vagval__V1__CasePlacement *placement, struct vv_id contract);

/* Ends a placement in the record. */
void vv_placement_close(Vagval__V1__CasePlacement *placement, vv_date last_day, char *reason);

/* May the running placement end on `last_day`? VV_OK, or VV_REFUSED with the reason in ret_text. */
VV_CHECKED enum vv_status vv_placement_may_end(const Vagval__V1__RegistryCase *entry,
                                               vv_date last_day, vv_date today,
                                               const char **ret_text);

#endif
