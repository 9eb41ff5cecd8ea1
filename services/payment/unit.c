/*
 * unit.c: units that were delivered and approved, times the price of one: a course place, a
 * completed course, a day of interpretation.
 *
 * The units of a month and contract are one amount. A unit goes to the contract whose placement
 * runs on its day, or on the day before it (rules 10); one that is not approved, or whose approval
 * another fact replaces, gives nothing.
 */
#include "entitlement.h"

#include <string.h>

static const struct vv_component *component_for(const struct vv_scheme *scheme, const char *unit,
                                                size_t *at)
{
    for (; *at < scheme->component_count; (*at)++) {
        const struct vv_component *component = &scheme->components[*at];
        if (component->kind == VV_PER_UNIT && strcmp(component->award.unit, unit) == 0) {
            return component;
        }
    }
    return NULL;
}

/* The placement that delivered: the contract's that the fact names, else whichever served. */
static const struct vv_placement *delivered_by(const struct vv_course *course,
                                               const struct vv_payment_fact *unit)
{
    const struct vv_placement *serving = vv_course_serving(course, unit->on);
    if (vv_id_is_nil(unit->contract) ||
        (serving != NULL && vv_id_equal(serving->contract, unit->contract))) {
        return serving;
    }
    for (size_t i = 0; i < course->placement_count; i++) {
        const struct vv_placement *placement = &course->placements[i];
        /* A course may end after the placement was changed: its own contract delivered it. */
        if (vv_id_equal(placement->contract, unit->contract) && placement->start <= unit->on) {
            serving = placement;
        }
    }
    return serving != NULL && vv_id_equal(serving->contract, unit->contract) ? serving : NULL;
}

static enum vv_status unit_owed(struct vv_rules *rules, const struct vv_payment_fact *unit,
                                const struct vv_placement *serving, const struct vv_scheme *scheme,
                                const struct vv_component *component)
{
    struct vv_price_found price;
    vv_date on = component->price_on == VV_ON_PLACEMENT_START ? serving->start : unit->on;
    enum vv_status status = vv_price_in_force(rules, component->code, serving->area, on, &price);
    if (status != VV_OK) {
        return status == VV_NOT_FOUND ? VV_OK : status;
    }
    struct vv_owed *owed = rules->scratch;
    *owed = (struct vv_owed){
        .scheme = price.scheme,
        .component = component,
        .order = (size_t)(component - scheme->components),
        .period = vv_date_month_start(unit->on),
        .contract = serving->contract,
        .contract_number = serving->started->contract_number,
        .due = unit->on,
        .service_start = serving->service_start,
        .denominator = 10000, /* hundredths of minor units, hundredths of units */
        .example = price.example,
        .from = unit->on,
        .through = unit->on,
        .percent = 100,
        .price = price.amount,
        .level = price.level->fact->level,
        .area = serving->area,
        .cost = unit->quantity_hundredths,
    };
    if (__builtin_mul_overflow(price.hundredths, unit->quantity_hundredths, &owed->numerator)) {
        return VV_TOO_LARGE;
    }
    vv_owed_cause(owed, serving->started);
    vv_owed_document(owed, rules->course, component, unit);
    vv_owed_cause(owed, price.level->fact);
    return vv_owed_add(rules->entitlement, owed);
}

enum vv_status vv_units_owed(struct vv_rules *rules)
{
    const struct vv_course *course = rules->course;
    for (size_t i = 0; i < course->ordered_count; i++) {
        const struct vv_payment_fact *unit = course->ordered[i];
        if (unit->kind != VV_FACT_UNIT || !unit->approved) {
            continue;
        }
        if (unit->on > rules->as_of) {
            vv_owed_wait(rules, unit->on); /* apart from those of its month that came before */
            continue;
        }
        const struct vv_placement *serving = delivered_by(course, unit);
        const struct vv_scheme *scheme = vv_rules_scheme(rules, unit->on);
        const struct vv_component *component = NULL;
        size_t at = 0;
        while (serving != NULL && scheme != NULL &&
               (component = component_for(scheme, unit->code, &at)) != NULL) {
            bool proved = unit->evidence == NULL /* in a scenario: there is one, nobody verified */
                              ? !component->verified
                              : vv_course_proves(course, unit, component->verified);
            enum vv_status status =
                proved ? unit_owed(rules, unit, serving, scheme, component) : VV_OK;
            if (status != VV_OK) {
                return status;
            }
            at++;
        }
    }
    return VV_OK;
}
