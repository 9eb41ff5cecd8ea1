/*
 * placement.c: which placement runs on a day, when it ends as planned, and when it may be ended
 * (rules 1, 10). Intervals are inclusive at both ends.
 */
#include "placement.h"

#include <assert.h>
#include <string.h>

vv_date vv_placement_planned_end(vv_date start, int months)
{
    return vv_date_add_months(start, months) - 1;
}

vv_date vv_placement_last_day(const Vagval__V1__CasePlacement *placement)
{
    return placement->ended ? placement->last_day : placement->planned_end;
}

Vagval__V1__CasePlacement *vv_placement_running(const Vagval__V1__RegistryCase *entry)
{
    for (size_t i = entry->n_placements; i > 0; i--) {
        if (!entry->placements[i - 1]->ended) {
            return entry->placements[i - 1];
        }
    }
    return NULL;
}

Vagval__V1__CasePlacement *vv_placement_within(const Vagval__V1__RegistryCase *entry, vv_date from,
                                               vv_date to)
{
    for (size_t i = entry->n_placements; i > 0; i--) {
        Vagval__V1__CasePlacement *placement = entry->placements[i - 1];
        if (placement->start <= to && from <= vv_placement_last_day(placement)) {
            return placement;
        }
    }
    return NULL;
}

bool vv_placement_is_with(const Vagval__V1__CasePlacement *placement, struct vv_id contract)
{
    return placement->contract.len == sizeof contract.bytes &&
           memcmp(placement->contract.data, contract.bytes, sizeof contract.bytes) == 0;
}

void vv_placement_close(Vagval__V1__CasePlacement *placement, vv_date last_day, char *reason)
{
    assert(!placement->ended);
    placement->ended = true;
    placement->last_day = last_day;
    placement->reason = reason;
}

enum vv_status vv_placement_may_end(const Vagval__V1__RegistryCase *entry, vv_date last_day,
                                    vv_date today, const char **ret_text)
{
    const Vagval__V1__CasePlacement *running = vv_placement_running(entry);

    if (running == NULL) {
        *ret_text = "no placement is running";
        return VV_REFUSED;
    }
    if (last_day > today) {
        *ret_text = "the last day has not come; repeat on that day";
        return VV_REFUSED;
    }
    if (last_day < running->start) {
        *ret_text = "the last day is before the placement's start";
        return VV_REFUSED;
    }
    if (last_day > running->planned_end) {
        *ret_text = "the last day is after the planned end";
        return VV_REFUSED;
    }
    return VV_OK;
}
