/*
 * report.h: may this periodic report be filed, for which contract, and is it late (rules 6).
 */
#ifndef VAGVAL_REGISTRY_REPORT_H
#define VAGVAL_REGISTRY_REPORT_H

#include <stdbool.h>

#include "vagval/date.h"
#include "vagval/id.h"
#include "vagval/status.h"
#include "vagval/v1/registry.pb-c.h"

/*
 * Judges a report for the calendar month that starts on `month`. `contract` nil = the last contract
 * that served in the month. VV_OK with the placement reported on, or VV_INVALID / VV_REFUSED with
 * why in ret_text.
 */
VV_CHECKED enum vv_status vv_report_judge(const Vagval__V1__RegistryCase *entry, vv_date month,
                                          struct vv_id contract, vv_date today,
                                          const Vagval__V1__CasePlacement **ret_placement,
                                          const char **ret_text);
/*
 * Judges what a report says it supersedes (nil = nothing). One report of a month by a contract
 * stands (`known`, NULL if none): another must name it. VV_OK, or why not in ret_text.
 */
VV_CHECKED enum vv_status vv_report_judge_supersedes(const Vagval__V1__CaseReport *known,
                                                     struct vv_id supersedes,
                                                     const char **ret_text);
/* Late: reported after the end of the month that follows [our choice: no public deadline]. A late
 * report is accepted and marked. */
bool vv_report_is_late(vv_date month, vv_date reported_on);
/* The case's report for a month by a contract; NULL if none. */
Vagval__V1__CaseReport *vv_report_find(const Vagval__V1__RegistryCase *entry, vv_date month,
                                       const Vagval__V1__CasePlacement *placement);

#endif
