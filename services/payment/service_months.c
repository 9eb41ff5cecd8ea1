/*
 * service_months.c: base per month that runs from the placement's start (rules 14).
 *
 * Month k is [add_months(start, k), add_months(start, k + 1) - 1], never chained. The first is due
 * when first_due_days days have run, and a placement that ends before that pays nothing; a later
 * one is due on its first day. Neither is reduced if the placement ends within it.
 */
#include "entitlement.h"

static enum vv_status month_owed(struct vv_rules *rules, const struct vv_placement *placement,
                                 const struct vv_scheme *scheme,
                                 const struct vv_component *component, int number)
{
    vv_date first = vv_date_add_months(placement->start, number);
    vv_date due = number == 0 ? first + component->first_due_days : first;
    if (placement->base_last < due - 1 || placement->base_last < first) {
        return VV_OK;
    }
    const struct vv_payment_fact *condition = NULL;
    vv_date reported = vv_date_month_start(first);
    if (!vv_condition_met(rules, component, reported, placement->contract, &condition)) {
        return VV_OK;
    }
    vv_date on = component->price_on == VV_ON_PLACEMENT_START ? placement->start : first;
    struct vv_price_found price;
    enum vv_status status = vv_price_in_force(rules, component->code, placement->area, on, &price);
    if (status != VV_OK) {
        return status == VV_NOT_FOUND ? VV_OK : status;
    }
    struct vv_owed *owed = rules->scratch;
    vv_date last = vv_date_add_months(placement->start, number + 1) - 1;
    *owed = (struct vv_owed){
        .scheme = price.scheme,
        .component = component,
        .order = (size_t)(component - scheme->components),
        .period = first,
        .contract = placement->contract,
        .contract_number = placement->started->contract_number,
        .due = due,
        .service_start = placement->service_start,
        .placement = placement,
        .block_day = first,
        .numerator = price.hundredths,
        .denominator = 100,
        .example = price.example,
        .from = first,
        .through = last,
        .days = last - first + 1,
        .percent = 100,
        .extent = 100,
        .price = price.amount,
        .level = price.level->fact->level,
        .area = placement->area,
    };
    vv_owed_cause(owed, placement->started);
    vv_owed_cause(owed, price.level->fact);
    if (condition != NULL) {
        vv_owed_cause(owed, condition);
    }
    return vv_owed_add(rules->entitlement, owed);
}

static bool has_service_months(const struct vv_scheme *scheme)
{
    for (size_t i = 0; scheme != NULL && i < scheme->component_count; i++) {
        if (scheme->components[i].service_months) {
            return true;
        }
    }
    return false;
}

static enum vv_status placement_owed(struct vv_rules *rules, const struct vv_placement *placement)
{
    for (int number = 0;; number++) {
        vv_date first = vv_date_add_months(placement->start, number);
        if (first > placement->base_last) {
            return VV_OK;
        }
        const struct vv_scheme *scheme = vv_rules_scheme(rules, first);
        for (size_t i = 0; has_service_months(scheme) && i < scheme->component_count; i++) {
            const struct vv_component *component = &scheme->components[i];
            enum vv_status status = component->service_months
                                        ? month_owed(rules, placement, scheme, component, number)
                                        : VV_OK;
            if (status != VV_OK) {
                return status;
            }
        }
        if (first > rules->as_of) {
            return VV_OK; /* this one says when more is due; later months are due later still */
        }
    }
}

enum vv_status vv_service_months_owed(struct vv_rules *rules)
{
    for (size_t i = 0; i < rules->course->placement_count; i++) {
        const struct vv_placement *placement = &rules->course->placements[i];
        const struct vv_scheme *scheme = vv_rules_scheme(rules, placement->start);
        vv_date end = placement->last < rules->as_of ? placement->last : rules->as_of;
        /* Most schemes have none: then two questions, instead of one for every month. */
        if (!has_service_months(scheme) && scheme == vv_rules_scheme(rules, end + 31)) {
            continue;
        }
        if (!vv_may_start(rules, placement->area, placement->start)) {
            continue;
        }
        enum vv_status status = placement_owed(rules, placement);
        if (status != VV_OK) {
            return status;
        }
    }
    return VV_OK;
}
