/*
 * premium.c: the speed premium (rules 9, 10).
 *
 * Elapsed days run from the first placement of the service period (or of the contract, where the
 * scheme says so) to the first day of the job or study; the start day is 0; bands are inclusive.
 * Once per service period, and so its period is the service period's first day: a start that is
 * withdrawn and entered again on another day changes one amount instead of making a second. A start
 * that simply ends early keeps it, unless the scheme requires the result; a withdrawn start is void
 * and never comes here.
 */
#include "entitlement.h"

#include <string.h>

static vv_date clock_start(const struct vv_course *course, const struct vv_component *component,
                           const struct vv_placement *serving)
{
    if (!component->clock_contract) {
        return serving->service_start;
    }
    for (size_t i = 0; i < course->placement_count; i++) {
        const struct vv_placement *placement = &course->placements[i];
        if (placement->service_start == serving->service_start &&
            vv_id_equal(placement->contract, serving->contract)) {
            return placement->start;
        }
    }
    return serving->start;
}

/* Percent of the price after `elapsed` days; 0 beyond the last band. */
static int64_t band_percent(const struct vv_component *component, int elapsed)
{
    if (elapsed < 0) {
        return 0;
    }
    for (size_t i = 0; i < component->band_count; i++) {
        if (elapsed <= component->bands[i].days_max) {
            return component->bands[i].percent;
        }
    }
    return 0;
}

/* premium_requires: result. The premium then falls due with the scheme's first milestone. */
static vv_date required_result_due(const struct vv_course *course, const struct vv_scheme *scheme,
                                   size_t outcome_index, struct vv_owed *owed)
{
    for (size_t i = 0; i < scheme->component_count; i++) {
        const struct vv_component *result = &scheme->components[i];
        if (result->kind == VV_MILESTONE &&
            vv_component_counts(result, &course->outcomes[outcome_index])) {
            return vv_milestone_due(course, result, outcome_index, owed);
        }
    }
    return VV_DATE_NONE;
}

/* evidence: what must be attached before the start is paid for; nothing, unless the scheme asks. */
static bool is_attested(const struct vv_component *component, const struct vv_outcome_span *outcome)
{
    const struct vv_proof *proof = vv_outcome_proof(component, outcome);
    switch (component->evidence) {
    case VV_EVIDENCE_DOCUMENT:
        return proof->documented != NULL;
    case VV_EVIDENCE_CORROBORATED:
        return proof->documented != NULL && proof->corroborated != NULL;
    case VV_EVIDENCE_OF_KIND:
    case VV_EVIDENCE_NONE:
        break;
    }
    return true;
}

/* Names what attests the start, where the scheme asks for it. */
static void add_attesting(struct vv_owed *owed, const struct vv_course *course,
                          const struct vv_outcome_span *outcome)
{
    const struct vv_component *component = owed->component;
    const struct vv_proof *proof = vv_outcome_proof(component, outcome);
    enum vv_evidence evidence = component->evidence;
    if (evidence == VV_EVIDENCE_DOCUMENT || evidence == VV_EVIDENCE_CORROBORATED) {
        vv_owed_document(owed, course, component, proof->documented);
    }
    if (evidence == VV_EVIDENCE_CORROBORATED) {
        vv_owed_document(owed, course, component, proof->corroborated);
    }
}

/* Price times the band's percentage, and times the extent where the component says so. */
static enum vv_status price_share(struct vv_owed *owed, int64_t hundredths)
{
    owed->denominator = 10000;
    if (__builtin_mul_overflow(hundredths, owed->percent, &owed->numerator)) {
        return VV_TOO_LARGE;
    }
    if (owed->extent != 100) {
        owed->denominator = 1000000;
        if (__builtin_mul_overflow(owed->numerator, owed->extent, &owed->numerator)) {
            return VV_TOO_LARGE;
        }
    }
    return VV_OK;
}

int64_t vv_premium_percent(const struct vv_course *course, const struct vv_component *component,
                           const struct vv_placement *serving, vv_date start)
{
    return band_percent(component, start - clock_start(course, component, serving));
}

vv_date vv_premium_last_start(const struct vv_course *course, const struct vv_component *component,
                              const struct vv_placement *serving)
{
    return clock_start(course, component, serving) +
           component->bands[component->band_count - 1].days_max;
}

enum vv_status vv_premium_owed(struct vv_rules *rules, const struct vv_scheme *scheme,
                               const struct vv_component *component, size_t outcome_index)
{
    const struct vv_outcome_span *outcome = &rules->course->outcomes[outcome_index];
    const struct vv_placement *serving = vv_course_serving(rules->course, outcome->start);
    if (serving == NULL || !vv_component_counts(component, outcome) ||
        !is_attested(component, outcome) || !vv_may_start(rules, serving->area, serving->start) ||
        vv_owed_in_service(rules->entitlement, component->code, serving->service_start)) {
        return VV_OK;
    }
    int elapsed = outcome->start - clock_start(rules->course, component, serving);
    int64_t percent = vv_premium_percent(rules->course, component, serving, outcome->start);
    if (percent == 0) {
        return VV_OK;
    }
    struct vv_price_found price;
    vv_date on = component->price_on == VV_ON_PLACEMENT_START ? serving->start : outcome->start;
    enum vv_status status = vv_price_in_force(rules, component->code, serving->area, on, &price);
    if (status != VV_OK) {
        return status == VV_NOT_FOUND ? VV_OK : status;
    }
    struct vv_owed *owed = rules->scratch;
    *owed = (struct vv_owed){
        .scheme = price.scheme,
        .component = component,
        .order = (size_t)(component - scheme->components),
        .period = serving->service_start, /* once per service period: a corrected start nets */
        .contract = serving->contract,
        .contract_number = serving->started->contract_number,
        .due = outcome->start,
        .service_start = serving->service_start,
        .placement = serving,
        .block_day = vv_block_day(serving, outcome->start),
        .example = price.example,
        .from = outcome->start - elapsed,
        .through = outcome->start,
        .days = elapsed,
        .percent = percent,
        .extent =
            component->extent == VV_EXTENT_PROPORTIONAL ? outcome->started->extent_percent : 100,
        .price = price.amount,
        .level = price.level->fact->level,
        .area = serving->area,
        .job = outcome->job,
    };
    status = price_share(owed, price.hundredths);
    if (status != VV_OK) {
        return status;
    }
    vv_owed_cause(owed, serving->started);
    vv_owed_cause(owed, outcome->started);
    vv_owed_cause(owed, price.level->fact);
    add_attesting(owed, rules->course, outcome);
    if (component->requires_result) {
        int64_t extent = owed->extent; /* of the premium, whatever the result rests on */
        owed->due = required_result_due(rules->course, scheme, outcome_index, owed);
        owed->extent = extent;
        if (owed->due == VV_DATE_NONE) {
            return VV_OK;
        }
    }
    return vv_owed_add(rules->entitlement, owed);
}
