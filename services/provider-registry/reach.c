/*
 * reach.c: see the header.
 */
#include "reach.h"

#include <string.h>

#include "choice.h"
#include "placement.h"

const char *vv_reach_refusal(const struct vv_scheme *scheme, const char *home_area,
                             const char *area, vv_date on)
{
    const struct vv_area *found = vv_scheme_area(scheme, area);

    if (found == NULL || (found->choices_from != VV_DATE_NONE && on < found->choices_from) ||
        (found->choices_until != VV_DATE_NONE && on > found->choices_until)) {
        return "area_closed";
    }
    /* An area without municipalities delivers at a distance, to the whole country. */
    if (scheme->choice_within_area && found->municipality_count > 0 &&
        strcmp(home_area, area) != 0) {
        return "outside_reach";
    }
    return NULL;
}

const char *vv_switch_refusal(const struct vv_scheme *scheme, const Vagval__V1__RegistryCase *entry,
                              vv_date on)
{
    const Vagval__V1__CasePlacement *running = vv_placement_running(entry);
    int switches = -1; /* the first placement of the service is none */

    if (running == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < entry->n_placements; i++) {
        switches += entry->placements[i]->service_start == entry->service_start ? 1 : 0;
    }
    if (scheme->switches_max >= 0 && switches >= scheme->switches_max) {
        return "switches_used";
    }
    return on - running->start < scheme->switch_min_days ? "switch_too_early" : NULL;
}

const char *vv_extension_refusal(const struct vv_scheme *scheme,
                                 const Vagval__V1__RegistryCase *entry, uint32_t months,
                                 vv_date today, vv_date *ret_last)
{
    const Vagval__V1__CasePlacement *running = vv_placement_running(entry);

    if (running == NULL || today > running->planned_end) {
        return "no_placement";
    }
    if (months > (uint32_t)scheme->service_months_max) {
        return "longest_service";
    }
    vv_date last = vv_placement_planned_end(running->service_start, (int)months);
    if (last <= running->planned_end) {
        return "not_longer";
    }
    if (vv_reach_refusal(scheme, running->area, running->area, running->planned_end + 1) != NULL) {
        return "area_closed"; /* no new block there: it is as if it started that day */
    }
    *ret_last = last;
    return NULL;
}

static bool names(const struct vv_scheme *scheme, const char *id)
{
    for (size_t i = 0; i < scheme->combines_with_count; i++) {
        if (strcmp(scheme->combines_with[i], id) == 0) {
            return true;
        }
    }
    return false;
}

bool vv_schemes_combine(const struct vv_scheme *one, const struct vv_scheme *other)
{
    return names(one, other->id) && names(other, one->id);
}

bool vv_case_is_served(const Vagval__V1__RegistryCase *entry, vv_date on)
{
    return entry->state == VV_CASE_CHOOSING || vv_placement_within(entry, on, VV_DATE_MAX) != NULL;
}
