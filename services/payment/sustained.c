/*
 * sustained.c: the bonus for lasting self-support after a service (rules 14).
 *
 * Met when every day of [end + 1, add_months(end + 1, n) - 1] qualifies by outcomes, where `end` is
 * the last day of the service period's last placement; due on add_months(end + 1, n). An outcome
 * may have begun during the service. A day qualifies as far as the component's evidence reaches, as
 * for a milestone, and no day may be missing. It goes to the contract that served last.
 */
#include "entitlement.h"

/* The last placement of its service period? Placements are sorted and do not overlap. */
static bool ends_service(const struct vv_course *course, size_t placement_index)
{
    vv_date service = course->placements[placement_index].service_start;
    for (size_t i = placement_index + 1; i < course->placement_count; i++) {
        if (course->placements[i].service_start == service) {
            return false;
        }
    }
    return true;
}

/* The day after the last one that outcomes cover without a gap from `first` on, at most `due`. */
static vv_date covered_until(const struct vv_course *course, const struct vv_component *component,
                             vv_date first, vv_date due, struct vv_owed *owed)
{
    vv_date next = first;
    for (size_t i = 0; i < course->outcome_count && next < due; i++) {
        const struct vv_outcome_span *outcome = &course->outcomes[i];
        vv_date through = vv_outcome_through(component, outcome);
        if (!vv_component_counts(component, outcome) || through < next) {
            continue;
        }
        if (outcome->start > next) {
            break; /* sorted by start */
        }
        next = through >= due ? due : through + 1;
        vv_owed_outcome(owed, course, component, outcome);
        owed->job = outcome->job;
    }
    return next;
}

static enum vv_status bonus_owed(struct vv_rules *rules, const struct vv_placement *last,
                                 const struct vv_scheme *scheme,
                                 const struct vv_component *component)
{
    vv_date first = last->last + 1;
    vv_date due = vv_date_add_months(first, component->sustained_months);
    struct vv_owed *owed = rules->scratch;
    *owed = (struct vv_owed){.extent = 100};
    vv_owed_cause(owed, last->started);
    if (last->ended != NULL) {
        vv_owed_cause(owed, last->ended);
    }
    if (covered_until(rules->course, component, first, due, owed) < due) {
        return VV_OK;
    }
    struct vv_price_found price;
    vv_date on = component->price_on == VV_ON_PLACEMENT_START ? last->start : first;
    enum vv_status status = vv_price_in_force(rules, component->code, last->area, on, &price);
    if (status != VV_OK) {
        return status == VV_NOT_FOUND ? VV_OK : status;
    }
    vv_owed_cause(owed, price.level->fact);
    owed->scheme = price.scheme;
    owed->component = component;
    owed->order = (size_t)(component - scheme->components);
    owed->period = last->service_start; /* once per service period */
    owed->contract = last->contract;
    owed->contract_number = last->started->contract_number;
    owed->due = due;
    owed->service_start = last->service_start;
    owed->placement = last;
    owed->block_day = last->last;
    owed->example = price.example;
    owed->from = first;
    owed->through = due - 1;
    owed->percent = 100;
    owed->price = price.amount;
    owed->level = price.level->fact->level;
    owed->area = last->area;
    status = vv_owed_priced(owed, &price);
    return status == VV_OK ? vv_owed_add(rules->entitlement, owed) : status;
}

enum vv_status vv_sustained_owed(struct vv_rules *rules)
{
    const struct vv_course *course = rules->course;
    for (size_t i = 0; i < course->placement_count; i++) {
        const struct vv_placement *placement = &course->placements[i];
        if (course->outcome_count == 0 || placement->last == VV_DATE_MAX ||
            !ends_service(course, i)) {
            continue;
        }
        const struct vv_scheme *scheme = vv_rules_scheme(rules, placement->last + 1);
        for (size_t j = 0; scheme != NULL && j < scheme->component_count; j++) {
            const struct vv_component *component = &scheme->components[j];
            if (component->kind != VV_SUSTAINED ||
                !vv_may_start(rules, placement->area, placement->start)) {
                continue;
            }
            enum vv_status status = bonus_owed(rules, placement, scheme, component);
            if (status != VV_OK) {
                return status;
            }
        }
    }
    return VV_OK;
}
