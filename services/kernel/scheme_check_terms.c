/*
 * scheme_check_terms.c: what only the whole scheme shows of its terms of payment: names of other
 * components, areas' starts, caps; and the most that time alone can pay.
 */
#include <stdio.h>
#include <string.h>

#include "scheme_file.h"

/* The longest that n calendar months can be. Leap years recur within 1 461 starts, except around
 * 1900 and 2100, where months are only shorter. */
static int days_max(int months)
{
    vv_date origin = vv_date_from_ymd((struct vv_ymd){.year = 2020, .month = 1, .day = 1});
    int longest = 0;
    for (vv_date start = origin; start < origin + 1461; start++) {
        int days = vv_date_add_months(start, months) - start;
        longest = days > longest ? days : longest;
    }
    return longest;
}

/* Paid days of the longest service under the component's own caps. */
static int capped_days(const struct vv_scheme *scheme, const struct vv_component *component,
                       int days)
{
    for (size_t i = 0; i < component->cap_count; i++) {
        const struct vv_cap *cap = component->caps[i];
        if (cap->days > 0) {
            int blocks =
                cap->per_participant
                    ? 1
                    : (scheme->service_months_max + cap->block_months - 1) / cap->block_months;
            days = blocks * cap->days < days ? blocks * cap->days : days;
        }
    }
    return days;
}

int vv_terms_units_max(const struct vv_scheme *scheme, const struct vv_component *component)
{
    if (component->kind == VV_PER_MONTH) {
        return scheme->service_months_max;
    }
    if (component->kind != VV_PER_DAY) {
        return component->kind == VV_INSTALMENTS ? 1 : 0;
    }
    int days = days_max(scheme->service_months_max);
    if (component->weekdays_only) {
        int rest = days % 7;
        days = days / 7 * 5 + (rest < 5 ? rest : 5);
    }
    return capped_days(scheme, component, days);
}

/* requires: another milestone, of which every outcome that counts here counts as well. */
static enum vv_status check_requires(const struct vv_yaml_file *file,
                                     const struct vv_scheme *scheme, size_t component_at)
{
    const struct vv_component *component = &scheme->components[component_at];
    char path[VV_YAML_PATH_BYTES];
    if (component->requires == NULL) {
        return VV_OK;
    }
    vv_yaml_path(path, "components[%zu].requires", component_at);
    const struct vv_component *other = vv_scheme_component(scheme, component->requires);
    if (other == NULL || other == component || other->kind != VV_MILESTONE) {
        return vv_yaml_fail(file, path, "%s",
                            other == NULL ? "unknown component"
                                          : "must name another component of kind milestone");
    }
    if ((component->on_job && !other->on_job) || (component->on_study && !other->on_study)) {
        return vv_yaml_fail(file, path, "%s does not count every outcome that this one counts",
                            other->code);
    }
    if (other->requires != NULL) {
        return vv_yaml_fail(file, path, "%s requires another one itself: name that one",
                            other->code);
    }
    return VV_OK;
}

/* What belongs to a day of a placement lies in one of its blocks; a service month may span two. */
static bool has_blocks(const struct vv_component *component)
{
    return !component->service_months &&
           (component->kind == VV_PER_DAY || component->kind == VV_PER_MONTH ||
            component->kind == VV_INSTALMENTS || component->kind == VV_PREMIUM_DAYS ||
            component->kind == VV_MILESTONE || component->kind == VV_SUSTAINED);
}

static enum vv_status check_cap(const struct vv_yaml_file *file, const struct vv_scheme *scheme,
                                size_t cap_at, size_t own_caps)
{
    const struct vv_cap *cap = &scheme->caps[cap_at];
    char path[VV_YAML_PATH_BYTES];
    for (size_t i = 0; i < cap->component_count; i++) {
        const struct vv_component *component = vv_scheme_component(scheme, cap->components[i]);
        if (cap->component != NULL) {
            vv_yaml_path(path, "components[%zu].cap", (size_t)(component - scheme->components));
        } else {
            vv_yaml_path(path, "caps[%zu].components[%zu]", cap_at - own_caps, i);
        }
        if (component == NULL) {
            return vv_yaml_fail(file, path, "unknown component");
        }
        for (size_t k = 0; k < i; k++) {
            if (strcmp(cap->components[k], cap->components[i]) == 0) {
                return vv_yaml_fail(file, path, "component %s stands twice", component->code);
            }
        }
        if (cap->block_months > 0 && component->block_months != cap->block_months) {
            return vv_yaml_fail(file, path, "component %s already has blocks of another length",
                                component->code);
        }
        if (component->block_months > 0 && !has_blocks(component)) {
            return vv_yaml_fail(file, path, "%s lies in no block: cap it per participant",
                                component->code);
        }
    }
    return VV_OK;
}

enum vv_status vv_terms_check(const struct vv_yaml_file *file, const struct vv_scheme *scheme)
{
    enum vv_status status = VV_OK;
    size_t own_caps = 0;
    for (size_t i = 0; i < scheme->cap_count; i++) {
        own_caps += scheme->caps[i].component != NULL ? 1 : 0;
    }
    for (size_t i = 0; i < scheme->component_count && status == VV_OK; i++) {
        status = check_requires(file, scheme, i);
    }
    for (size_t i = 0; i < scheme->cap_count && status == VV_OK; i++) {
        status = check_cap(file, scheme, i, own_caps);
    }
    return status;
}
