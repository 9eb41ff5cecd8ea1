/*
 * instalments.c: one price in parts, on days counted from the placement's start (rules 7).
 *
 * A part is owed if the participation still runs on its day: what stops, stops the rest. Each part
 * is the floor of its percentage of the price, in minor units; the last takes the rest, so that a
 * participation that runs to the end is paid the price exactly. The price is that of the
 * placement's start, and so are the version and its parts.
 */
#include "entitlement.h"

/* Minor units of the part `number` of a price. */
static vv_money part_amount(const struct vv_component *component, vv_money price, size_t number)
{
    vv_money rest = price;
    for (size_t i = 0; i + 1 < component->instalment_count; i++) {
        vv_money part = price * component->instalments[i].percent / 100; /* < 2^53 x 100 */
        if (i == number) {
            return part;
        }
        rest -= part;
    }
    return rest;
}

static enum vv_status part_owed(struct vv_rules *rules, const struct vv_placement *placement,
                                const struct vv_scheme *scheme,
                                const struct vv_component *component,
                                const struct vv_price_found *price, size_t number)
{
    const struct vv_instalment *part = &component->instalments[number];
    vv_date day = placement->start + part->after_days;
    const struct vv_payment_fact *condition = NULL;
    if (!vv_condition_met(rules, component, vv_date_month_start(day), placement->contract,
                          &condition)) {
        return VV_OK;
    }
    vv_money whole = 0;
    enum vv_status status = vv_money_scale(price->hundredths, 1, 100, &whole);
    if (status != VV_OK) {
        return status;
    }
    struct vv_owed *owed = rules->scratch;
    *owed = (struct vv_owed){
        .scheme = price->scheme,
        .component = component,
        .order = (size_t)(component - scheme->components),
        .period = day,
        .contract = placement->contract,
        .contract_number = placement->started->contract_number,
        .due = day,
        .service_start = placement->service_start,
        .placement = placement,
        .block_day = day,
        .numerator = part_amount(component, whole, number),
        .denominator = 1,
        .example = price->example,
        .from = placement->start,
        .through = day,
        .days = part->after_days,
        .percent = part->percent,
        .extent = 100,
        .price = price->amount,
        .level = price->level->fact->level,
        .area = placement->area,
    };
    vv_owed_cause(owed, placement->started);
    vv_owed_cause(owed, price->level->fact);
    if (condition != NULL) {
        vv_owed_cause(owed, condition);
    }
    return vv_owed_add(rules->entitlement, owed);
}

static enum vv_status parts_owed(struct vv_rules *rules, const struct vv_placement *placement,
                                 const struct vv_scheme *scheme,
                                 const struct vv_component *component)
{
    struct vv_price_found price;
    enum vv_status status =
        vv_price_in_force(rules, component->code, placement->area, placement->start, &price);
    if (status != VV_OK) {
        return status == VV_NOT_FOUND ? VV_OK : status;
    }
    for (size_t i = 0; i < component->instalment_count; i++) {
        vv_date day = placement->start + component->instalments[i].after_days;
        if (day > placement->base_last) {
            break;
        }
        status = part_owed(rules, placement, scheme, component, &price, i);
        if (status != VV_OK || day > rules->as_of) {
            return status; /* later parts are due later still */
        }
    }
    return VV_OK;
}

enum vv_status vv_instalments_owed(struct vv_rules *rules)
{
    for (size_t i = 0; i < rules->course->placement_count; i++) {
        const struct vv_placement *placement = &rules->course->placements[i];
        const struct vv_scheme *scheme = vv_rules_scheme(rules, placement->start);
        for (size_t j = 0; scheme != NULL && j < scheme->component_count; j++) {
            const struct vv_component *component = &scheme->components[j];
            if (component->kind != VV_INSTALMENTS ||
                !vv_may_start(rules, placement->area, placement->start)) {
                continue;
            }
            enum vv_status status = parts_owed(rules, placement, scheme, component);
            if (status != VV_OK) {
                return status;
            }
        }
    }
    return VV_OK;
}
