/*
 * result.c: the result compensation: a milestone of n calendar months (rules 1, 2, 10).
 *
 * Met when qualifying days cover every day of [start, add_months(start, n) - 1]; due on
 * add_months(start, n). A day qualifies as far as the evidence that the component asks for reaches:
 * without evidence only the start day counts. An outcome that follows another without a free day
 * (or with at most max_gap_days) continues it, if its kind counts for the component. A price may be
 * divided between milestones, and one may require that the same outcome meets another.
 */
#include "entitlement.h"

const struct vv_proof *vv_outcome_proof(const struct vv_component *component,
                                        const struct vv_outcome_span *outcome)
{
    return &outcome->proofs[component->verified ? VV_PROOF_VERIFIED : VV_PROOF_RECORDED];
}

vv_date vv_outcome_through(const struct vv_component *component,
                           const struct vv_outcome_span *outcome)
{
    const struct vv_proof *proof = vv_outcome_proof(component, outcome);
    vv_date corroborated = proof->corroborated_through;
    switch (component->evidence) {
    case VV_EVIDENCE_NONE:
        return outcome->ended == NULL ? VV_DATE_MAX : outcome->ended->on;
    case VV_EVIDENCE_CORROBORATED: /* each source proves days through its own day */
        return corroborated < proof->through ? corroborated : proof->through;
    case VV_EVIDENCE_OF_KIND:
    case VV_EVIDENCE_DOCUMENT:
        break;
    }
    return proof->through;
}

void vv_owed_document(struct vv_owed *owed, const struct vv_course *course,
                      const struct vv_component *component, const struct vv_payment_fact *record)
{
    const struct vv_payment_fact *said =
        component->verified && record->evidence != NULL ? vv_course_document(course, record) : NULL;
    vv_owed_cause(owed, record);
    if (said != NULL) {
        vv_owed_cause(owed, said);
    }
}

void vv_owed_outcome(struct vv_owed *owed, const struct vv_course *course,
                     const struct vv_component *component, const struct vv_outcome_span *outcome)
{
    const struct vv_proof *proof = vv_outcome_proof(component, outcome);
    vv_owed_cause(owed, outcome->started);
    if (proof->evidence != NULL) {
        vv_owed_document(owed, course, component, proof->evidence);
    }
    if (component->evidence == VV_EVIDENCE_CORROBORATED && proof->corroborated != NULL) {
        vv_owed_document(owed, course, component, proof->corroborated);
    }
    int64_t extent = outcome->started->extent_percent;
    if (component->extent == VV_EXTENT_PROPORTIONAL && extent < owed->extent) {
        owed->extent = extent;
    }
}

vv_date vv_milestone_due(const struct vv_course *course, const struct vv_component *component,
                         size_t outcome_index, struct vv_owed *owed)
{
    const struct vv_outcome_span *first = &course->outcomes[outcome_index];
    vv_date due = vv_date_add_months(first->start, component->milestone_months);
    vv_date through = vv_outcome_through(component, first);
    if (owed != NULL) {
        vv_owed_outcome(owed, course, component, first);
    }
    for (size_t i = outcome_index + 1; i < course->outcome_count && through < due - 1; i++) {
        const struct vv_outcome_span *next = &course->outcomes[i];
        vv_date next_through = vv_outcome_through(component, next);
        if (!vv_component_counts(component, next) || next_through <= through) {
            continue;
        }
        if (next->start > through + 1 + component->max_gap_days) {
            break; /* sorted by start: none of the later ones continues it either */
        }
        through = next_through;
        if (owed != NULL) {
            vv_owed_outcome(owed, course, component, next);
        }
    }
    return through >= due - 1 ? due : VV_DATE_NONE;
}

/* requires: the same outcome must also meet that milestone; the later of both days is due. */
static vv_date required_due(const struct vv_course *course, const struct vv_scheme *scheme,
                            const struct vv_component *component, size_t outcome_index, vv_date due)
{
    const struct vv_component *other =
        component->requires == NULL ? NULL : vv_scheme_component(scheme, component->requires);
    if (other == NULL) {
        return due;
    }
    if (!vv_component_counts(other, &course->outcomes[outcome_index])) {
        return VV_DATE_NONE;
    }
    vv_date other_due = vv_milestone_due(course, other, outcome_index, NULL);
    return other_due == VV_DATE_NONE || other_due > due ? other_due : due;
}

enum vv_status vv_owed_priced(struct vv_owed *owed, const struct vv_price_found *price)
{
    const struct vv_component *component = owed->component;
    owed->numerator = price->hundredths;
    owed->denominator = 100;
    if (owed->extent != 100) {
        owed->denominator = 10000;
        if (__builtin_mul_overflow(price->hundredths, owed->extent, &owed->numerator)) {
            return VV_TOO_LARGE;
        }
    }
    if (component->part_of == 0) {
        return VV_OK;
    }
    /* Rules 7: floor of the whole price each, the last part takes the rest. */
    vv_money whole = 0;
    enum vv_status status = vv_money_scale(owed->numerator, 1, owed->denominator, &whole);
    if (status != VV_OK) {
        return status;
    }
    vv_money share = whole / component->part_of;
    bool last = component->part_take == component->part_of;
    owed->numerator = last ? whole - (component->part_of - 1) * share : share;
    owed->denominator = 1;
    return VV_OK;
}

enum vv_status vv_result_owed(struct vv_rules *rules, const struct vv_scheme *scheme,
                              const struct vv_component *component, size_t outcome_index)
{
    const struct vv_outcome_span *outcome = &rules->course->outcomes[outcome_index];
    const struct vv_placement *serving = vv_course_serving(rules->course, outcome->start);
    if (serving == NULL || !vv_component_counts(component, outcome) ||
        !vv_may_start(rules, serving->area, serving->start) ||
        vv_owed_in_service(rules->entitlement, component->code, serving->service_start)) {
        return VV_OK;
    }
    struct vv_owed *owed = rules->scratch;
    *owed = (struct vv_owed){.extent = 100};
    vv_owed_cause(owed, serving->started);
    vv_date met = vv_milestone_due(rules->course, component, outcome_index, owed);
    vv_date due = met == VV_DATE_NONE
                      ? met
                      : required_due(rules->course, scheme, component, outcome_index, met);
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
    owed->placement = serving;
    owed->block_day = vv_block_day(serving, outcome->start);
    owed->example = price.example;
    owed->from = outcome->start;
    owed->through = met - 1;
    owed->percent = 100;
    owed->price = price.amount;
    owed->level = price.level->fact->level;
    owed->area = serving->area;
    owed->job = outcome->job;
    status = vv_owed_priced(owed, &price);
    return status == VV_OK ? vv_owed_add(rules->entitlement, owed) : status;
}
