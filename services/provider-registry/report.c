/*
 * report.c: may this periodic report be filed, for which contract, and is it late (rules 6).
 */
#include "report.h"

#include <string.h>

#include "placement.h"

static const Vagval__V1__CasePlacement *placement_of(const Vagval__V1__RegistryCase *entry,
                                                     vv_date month, struct vv_id contract)
{
    vv_date end = vv_date_month_end(month);

    if (vv_id_is_nil(contract)) {
        return vv_placement_within(entry, month, end);
    }
    for (size_t i = entry->n_placements; i > 0; i--) {
        const Vagval__V1__CasePlacement *placement = entry->placements[i - 1];
        if (vv_placement_is_with(placement, contract) && placement->start <= end &&
            month <= vv_placement_last_day(placement)) {
            return placement;
        }
    }
    return NULL;
}

enum vv_status vv_report_judge(const Vagval__V1__RegistryCase *entry, vv_date month,
                               struct vv_id contract, vv_date today,
                               const Vagval__V1__CasePlacement **ret_placement,
                               const char **ret_text)
{
    if (vv_date_month_start(month) != month) {
        *ret_text = "give the first day of the month reported on";
        return VV_INVALID;
    }
    if (month > today) {
        *ret_text = "the month reported on has not begun";
        return VV_REFUSED;
    }
    const Vagval__V1__CasePlacement *placement = placement_of(entry, month, contract);
    if (placement == NULL) {
        *ret_text = "no placement in that month";
        return VV_REFUSED;
    }
    *ret_placement = placement;
    return VV_OK;
}

enum vv_status vv_report_judge_supersedes(const Vagval__V1__CaseReport *known,
                                          struct vv_id supersedes, const char **ret_text)
{
    struct vv_id standing = {{0}};
    bool has_one =
        known != NULL && vv_id_from_bytes(known->fact.data, known->fact.len, &standing) == VV_OK;

    if (!has_one && !vv_id_is_nil(supersedes)) {
        *ret_text = "no report of this month by this contract is known; it may come later: repeat "
                    "then";
        return VV_NOT_FOUND;
    }
    if (has_one && vv_id_is_nil(supersedes)) {
        *ret_text = "the month has a report already; to correct it, name the record that this one "
                    "replaces (supersedes_ref: its source_ref)";
        return VV_REFUSED;
    }
    if (has_one && !vv_id_equal(standing, supersedes)) {
        *ret_text = "is not the report that stands; another record has replaced it";
        return VV_REFUSED;
    }
    return VV_OK;
}

bool vv_report_is_late(vv_date month, vv_date reported_on)
{
    return reported_on > vv_date_month_end(vv_date_month_end(month) + 1);
}

Vagval__V1__CaseReport *vv_report_find(const Vagval__V1__RegistryCase *entry, vv_date month,
                                       const Vagval__V1__CasePlacement *placement)
{
    for (size_t i = 0; i < entry->n_reports; i++) {
        Vagval__V1__CaseReport *report = entry->reports[i];
        if (report->month == month && report->contract.len == placement->contract.len &&
            memcmp(report->contract.data, placement->contract.data, report->contract.len) == 0) {
            return report;
        }
    }
    return NULL;
}
