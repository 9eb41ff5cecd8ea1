/*
 * reach.h: which contracts may be chosen from where, which changes of provider a scheme allows, and
 * which placements may run beside each other. Scheme data decides; nothing here reads or writes.
 */
#ifndef VAGVAL_REGISTRY_REACH_H
#define VAGVAL_REGISTRY_REACH_H

#include <stdbool.h>

#include "vagval/scheme.h"
#include "vagval/v1/registry.pb-c.h"

/* May somebody whose home lies in `home_area` ("" = outside every area) choose a contract of `area`
 * on a day? NULL = yes, else a reason code: "area_closed" (rules 19), "outside_reach". */
const char *vv_reach_refusal(const struct vv_scheme *scheme, const char *home_area,
                             const char *area, vv_date on);

/* May the case's provider be changed on a day? NULL = yes, or nothing is changed; else a reason
 * code: "switches_used", "switch_too_early". */
const char *vv_switch_refusal(const struct vv_scheme *scheme, const Vagval__V1__RegistryCase *entry,
                              vv_date on);

/*
 * Why the running service may not go on to `months` calendar months from its first day: NULL = it
 * may, else a reason code: "no_placement", "longest_service" (more than the scheme has),
 * "not_longer", "area_closed" when the added time begins (rules 19).
 *   ret_last      the new planned end; untouched when refused
 */
const char *vv_extension_refusal(const struct vv_scheme *scheme,
                                 const Vagval__V1__RegistryCase *entry, uint32_t months,
                                 vv_date today, vv_date *ret_last);

/* Does each of the two schemes name the other in combines_with? */
bool vv_schemes_combine(const struct vv_scheme *one, const struct vv_scheme *other);

/* Is the case served, or about to be, on a day? */
bool vv_case_is_served(const Vagval__V1__RegistryCase *entry, vv_date on);

#endif
