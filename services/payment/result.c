/*
 * result.c: the result compensation: a milestone of n calendar months (rules 1, 2, 10).
 *
 * Met when qualifying days cover every day of [start, add_months(start, n) - 1]; due on
 * add_months(start, n). A day qualifies through the last confirmation or through the outcome's end:
 * without evidence only the start day counts. An outcome that follows another without a free day
 * (or with at most max_gap_days) continues it, if its kind counts for the component.
 */
#include "entitlement.h"

vv_date vv_milestone_due(const struct vv_course *course, const struct vv_component *component,
                         size_t outcome_index, struct vv_owed *owed)
{
    const struct vv_outcome_span *first = &course->outcomes[outcome_index];
    vv_date due = vv_date_add_months(first->start, component->milestone_months);
    vv_date through = first->through;
    if (owed != NULL && first->evidence != NULL) {
        vv_owed_cause(owed, first->evidence);
    }
    for (size_t i = outcome_index + 1; i < course->outcome_count && through < due - 1; i++) {
        const struct vv_outcome_span *next = &course->outcomes[i];
        if (!vv_component_counts(component, next) || next->through <= through) {
            continue;
        }
        if (next->start > through + 1 + component->max_gap_days) {
            break; /* sorted by start: none of the later ones continues it either */
        }
        through = next->through;
        if (owed != NULL) {
            vv_owed_cause(owed, next->started);
            if (next->evidence != NULL) {
                vv_owed_cause(owed, next->evidence);
            }
        }
    }
    return through >= due - 1 ? due : VV_DATE_NONE;
}

enum vv_status vv_result_owed(struct vv_rules *rules, const struct vv_scheme *scheme,
                              const struct vv_component *component, size_t outcome_index)
{
    const struct vv_outcome_span *outcome = &rules->course->outcomes[outcome_index];
    const struct vv_placement *serving = vv_course_serving(rules->course, outcome->start);
    if (serving == NULL || !vv_component_counts(component, outcome) ||
        vv_owed_in_service(rules->entitlement, component->code, serving->service_start)) {
        return VV_OK;
    }
    struct vv_owed *owed = rules->scratch;
    *owed = (struct vv_owed){.cause_count = 0};
    vv_owed_cause(owed, serving->started);
    vv_owed_cause(owed, outcome->started);
    vv_date due = vv_milestone_due(rules->course, component, outcome_index, owed);
    if (due == VV_DATE_NONE) {
        return VV_OK;
    }
    struct vv_price_found price;
    vv_date on = component->price_on == VV_ON_PLACEMENT_START ? serving->start : outcome->start;
    enum vv_status status = vv_price_in_force(rules, component->code, serving->area, on, &price);
    if (status != VV_OK) {
        return status == VV_NOT_FOUND ? VV_OK : status;
    }
    vv_owed_cause(owed, price.level->fact);
    owed->scheme = price.scheme;
    owed->component = component;
    owed->order = (size_t)(component - scheme->components);
    owed->period = serving->service_start; /* once per service period, as the premium */
    owed->contract = serving->contract;
    owed->contract_number = serving->started->contract_number;
    owed->due = due;
    owed->service_start = serving->service_start;
    owed->numerator = price.hundredths;
    owed->denominator = 100;
    owed->example = price.example;
    owed->from = outcome->start;
    owed->through = due - 1;
    owed->percent = 100;
    owed->price = price.amount;
    owed->level = price.level->fact->level;
    owed->area = serving->area;
    owed->job = outcome->job;
    return vv_owed_add(rules->entitlement, owed);
}
