/*
 * why_not_outcome.c: conditions of components that rest on a job or on studies.
 */
#include "why_not_work.h"

#include <string.h>

/* The last day on which a start would count (rules 9, 10): the day after a placement's last, or the
 * last that gives a premium; VV_DATE_NONE while no end is known. */
static vv_date last_start(const struct vv_asking *asking)
{
    const struct vv_course *course = asking->rules.course;
    const struct vv_component *component = asking->component;
    vv_date latest = VV_DATE_NONE;
    for (size_t i = 0; i < course->placement_count; i++) {
        const struct vv_placement *placement = &course->placements[i];
        vv_date last = placement->last == VV_DATE_MAX ? VV_DATE_MAX : placement->last + 1;
        if (component->kind == VV_PREMIUM_DAYS) {
            vv_date in_time = vv_premium_last_start(course, component, placement);
            last = in_time < last ? in_time : last;
        }
        latest = last > latest ? last : latest;
    }
    return latest == VV_DATE_MAX ? VV_DATE_NONE : latest;
}

static void ask_outcome_missing(struct vv_asking *asking)
{
    const struct vv_component *component = asking->component;
    vv_date last_day = last_start(asking);
    enum vv_condition_state state = last_day != VV_DATE_NONE && last_day < asking->rules.as_of
                                        ? VV_CONDITION_FAILED
                                        : VV_CONDITION_MISSING;
    struct vv_condition *condition =
        vv_ask_add(asking, "outcome.started", state, "provider", last_day);
    const char *what_en = component->on_job && component->on_study ? "job or study"
                          : component->on_job                      ? "job"
                                                                   : "study";
    const char *what_sv = component->on_job && component->on_study ? "jobb- eller studiestart"
                          : component->on_job                      ? "jobbstart"
                                                                   : "studiestart";
    if (last_day == VV_DATE_NONE) {
        vv_ask_en(condition, "No %s start that counts is recorded", what_en);
        vv_ask_sv(condition, "Ingen %s som räknas är registrerad", what_sv);
    } else {
        vv_ask_en(condition,
                  "No %s start that counts is recorded; the last day that gives it is %s", what_en,
                  vv_ask_day(last_day).text);
        vv_ask_sv(condition, "Ingen %s som räknas är registrerad; sista dag som ger den är %s",
                  what_sv, vv_ask_day(last_day).text);
    }
}

/* One outcome and the placement that it counts for. */
struct counted {
    const struct vv_outcome_span *outcome;
    const struct vv_placement *serving;
    size_t index;
};

static void ask_started(struct vv_asking *asking, const struct vv_outcome_span *outcome)
{
    struct vv_condition *condition =
        vv_ask_add(asking, "outcome.started", VV_CONDITION_MET, "provider", VV_DATE_NONE);
    condition->fact = outcome->started;
    vv_ask_en(condition, "%s start on %s", outcome->job ? "Job" : "Study",
              vv_ask_day(outcome->start).text);
    vv_ask_sv(condition, "%s den %s", outcome->job ? "Jobbstart" : "Studiestart",
              vv_ask_day(outcome->start).text);
}

/* An outcome with a price of 0 takes the service period's only premium or result all the same. */
static bool is_hopeless(const struct vv_asking *asking, size_t from)
{
    for (size_t i = from; i < asking->answer.count; i++) {
        const struct vv_condition *condition = &asking->answer.conditions[i];
        if (condition->state == VV_CONDITION_FAILED &&
            strcmp(condition->code, "price.above-zero") != 0) {
            return true;
        }
    }
    return false;
}

/* Asks about the first outcome that counts and may still give the component; if none may, about the
 * first that counts. */
static void ask_outcomes(struct vv_asking *asking,
                         void (*ask)(struct vv_asking *asking, const struct counted *counted))
{
    const struct vv_course *course = asking->rules.course;
    struct counted first = {.outcome = NULL};
    size_t before = asking->answer.count;
    for (size_t i = 0; i < course->outcome_count; i++) {
        const struct vv_outcome_span *outcome = &course->outcomes[i];
        struct counted counted = {outcome, vv_course_serving(course, outcome->start), i};
        if (counted.serving == NULL || !vv_component_counts(asking->component, outcome)) {
            continue;
        }
        asking->answer.count = before;
        ask(asking, &counted);
        if (!is_hopeless(asking, before)) {
            return;
        }
        first = first.outcome == NULL ? counted : first;
    }
    asking->answer.count = before;
    if (first.outcome == NULL) {
        ask_outcome_missing(asking);
    } else {
        ask(asking, &first);
    }
}

/* Documents that would prove more if somebody had verified them. */
static void ask_waiting(struct vv_asking *asking, const struct vv_payment_fact *record)
{
    const struct vv_course *course = asking->rules.course;
    if (record == NULL || !vv_course_proves(course, record, false) ||
        vv_course_proves(course, record, true)) {
        return;
    }
    struct vv_condition *condition =
        vv_ask_add(asking, "evidence.verified", VV_CONDITION_MISSING, "agency", VV_DATE_NONE);
    condition->fact = record;
    vv_ask_en(condition,
              "The document for %s waits for verification: the agency must act (`vagval evidence "
              "verify`)",
              vv_ask_day(record->on).text);
    vv_ask_sv(condition, "Underlaget för %s väntar på kontroll: myndigheten ska agera",
              vv_ask_day(record->on).text);
}

static void ask_unverified(struct vv_asking *asking, const struct vv_component *component,
                           const struct vv_outcome_span *outcome)
{
    const struct vv_proof *recorded = &outcome->proofs[VV_PROOF_RECORDED];
    if (!component->verified || component->evidence == VV_EVIDENCE_NONE) {
        return;
    }
    ask_waiting(asking, recorded->documented);
    if (recorded->evidence != recorded->documented) {
        ask_waiting(asking, recorded->evidence);
    }
    if (component->evidence == VV_EVIDENCE_CORROBORATED) {
        ask_waiting(asking, recorded->corroborated);
    }
}

/* What proves the outcome does not reach through the day before `due`. */
static void ask_uncovered(struct vv_asking *asking, const struct vv_component *component,
                          const struct vv_outcome_span *outcome, vv_date due)
{
    vv_date through = vv_outcome_through(component, outcome);
    bool ended = outcome->ended != NULL && outcome->ended->on < due - 1;
    bool verifying = component->verified && outcome->proofs[VV_PROOF_RECORDED].through >= due - 1;
    enum vv_condition_state state = ended                       ? VV_CONDITION_FAILED
                                    : asking->rules.as_of < due ? VV_CONDITION_WAITING
                                                                : VV_CONDITION_MISSING;
    ask_unverified(asking, component, outcome);
    struct vv_condition *condition =
        vv_ask_add(asking, "evidence.through", state, verifying ? "agency" : "provider", due);
    condition->fact = vv_outcome_proof(component, outcome)->evidence;
    if (ended) {
        vv_ask_en(condition, "It ended on %s; every day through %s was needed",
                  vv_ask_day(outcome->ended->on).text, vv_ask_day(due - 1).text);
        vv_ask_sv(condition, "Den slutade %s; varje dag till och med %s krävdes",
                  vv_ask_day(outcome->ended->on).text, vv_ask_day(due - 1).text);
        return;
    }
    vv_ask_en(condition, "Evidence through %s is needed; what there is reaches %s",
              vv_ask_day(due - 1).text, vv_ask_day(through).text);
    vv_ask_sv(condition, "Underlag till och med %s krävs; det som finns når %s",
              vv_ask_day(due - 1).text, vv_ask_day(through).text);
    if (component->evidence == VV_EVIDENCE_CORROBORATED &&
        vv_outcome_proof(component, outcome)->through >= due - 1) {
        struct vv_condition *second = vv_ask_add(asking, "evidence.second-source",
                                                 VV_CONDITION_MISSING, "agency", VV_DATE_NONE);
        vv_ask_en(second, "An income statement from outside through %s is missing",
                  vv_ask_day(due - 1).text);
        vv_ask_sv(second, "En inkomstuppgift utifrån till och med %s saknas",
                  vv_ask_day(due - 1).text);
    }
}

void vv_ask_due(struct vv_asking *asking, vv_date due)
{
    bool passed = due <= asking->rules.as_of;
    struct vv_condition *condition = vv_ask_add(
        asking, "day.due", passed ? VV_CONDITION_MET : VV_CONDITION_WAITING, "nobody", due);
    vv_ask_en(condition, "Due on %s", vv_ask_day(due).text);
    vv_ask_sv(condition, "Förfaller den %s", vv_ask_day(due).text);
}

/* Another milestone that the same outcome must meet; returns the day from which both are. */
static vv_date ask_required(struct vv_asking *asking, const struct counted *counted, vv_date due)
{
    const char *code = asking->component->requires;
    const struct vv_component *other =
        code == NULL ? NULL : vv_scheme_component(asking->answer.scheme, code);
    if (other == NULL) {
        return due;
    }
    vv_date met = vv_component_counts(other, counted->outcome)
                      ? vv_milestone_due(asking->rules.course, other, counted->index, NULL)
                      : VV_DATE_NONE;
    if (met == VV_DATE_NONE) {
        struct vv_condition *condition = vv_ask_add(asking, "component.required",
                                                    VV_CONDITION_MISSING, "provider", VV_DATE_NONE);
        vv_ask_en(condition, "%s must be met first", other->code);
        vv_ask_sv(condition, "%s måste vara uppfylld först", other->code);
    }
    return met > due ? met : due;
}

static void ask_milestone(struct vv_asking *asking, const struct counted *counted)
{
    const struct vv_component *component = asking->component;
    const struct vv_outcome_span *outcome = counted->outcome;
    const struct vv_placement *serving = counted->serving;
    ask_started(asking, outcome);
    if (!vv_ask_area(asking, serving)) {
        return;
    }
    vv_date due = vv_date_add_months(outcome->start, component->milestone_months);
    vv_date met = vv_milestone_due(asking->rules.course, component, counted->index, NULL);
    if (met == VV_DATE_NONE) {
        ask_uncovered(asking, component, outcome, due);
    }
    vv_ask_due(asking, ask_required(asking, counted, due));
    vv_ask_price(asking, serving->area,
                 component->price_on == VV_ON_PLACEMENT_START ? serving->start : outcome->start);
}

void vv_ask_milestone(struct vv_asking *asking)
{
    ask_outcomes(asking, ask_milestone);
}

static void ask_attested(struct vv_asking *asking, const struct vv_outcome_span *outcome)
{
    enum vv_evidence evidence = asking->component->evidence;
    const struct vv_proof *proof = vv_outcome_proof(asking->component, outcome);
    ask_unverified(asking, asking->component, outcome);
    if ((evidence == VV_EVIDENCE_DOCUMENT || evidence == VV_EVIDENCE_CORROBORATED) &&
        proof->documented == NULL) {
        struct vv_condition *condition =
            vv_ask_add(asking, "evidence.document", VV_CONDITION_MISSING, "provider", VV_DATE_NONE);
        vv_ask_en(condition, "No document attests the start");
        vv_ask_sv(condition, "Inget underlag styrker starten");
    }
    if (evidence == VV_EVIDENCE_CORROBORATED && proof->corroborated == NULL) {
        struct vv_condition *condition = vv_ask_add(asking, "evidence.second-source",
                                                    VV_CONDITION_MISSING, "agency", VV_DATE_NONE);
        vv_ask_en(condition, "An income statement from outside is missing");
        vv_ask_sv(condition, "En inkomstuppgift utifrån saknas");
    }
}

/* premium_requires: result. The first milestone that the outcome counts for, met and due. */
static void ask_required_result(struct vv_asking *asking, const struct counted *counted)
{
    const struct vv_scheme *scheme = asking->answer.scheme;
    for (size_t i = 0; i < scheme->component_count; i++) {
        const struct vv_component *result = &scheme->components[i];
        if (result->kind != VV_MILESTONE || !vv_component_counts(result, counted->outcome)) {
            continue;
        }
        vv_date due = vv_date_add_months(counted->outcome->start, result->milestone_months);
        if (vv_milestone_due(asking->rules.course, result, counted->index, NULL) == VV_DATE_NONE) {
            ask_uncovered(asking, result, counted->outcome, due);
        }
        vv_ask_due(asking, due);
        return;
    }
    struct vv_condition *condition =
        vv_ask_add(asking, "component.required", VV_CONDITION_FAILED, "nobody", VV_DATE_NONE);
    vv_ask_en(condition, "No result of the scheme counts such a start");
    vv_ask_sv(condition, "Inget resultat i ordningen räknar en sådan start");
}

static void ask_premium(struct vv_asking *asking, const struct counted *counted)
{
    const struct vv_course *course = asking->rules.course;
    const struct vv_component *component = asking->component;
    const struct vv_outcome_span *outcome = counted->outcome;
    const struct vv_placement *serving = counted->serving;
    ask_started(asking, outcome);
    if (!vv_ask_area(asking, serving)) {
        return;
    }
    if (vv_premium_percent(course, component, serving, outcome->start) == 0) {
        vv_date last_day = vv_premium_last_start(course, component, serving);
        struct vv_condition *condition =
            vv_ask_add(asking, "premium.in-time", VV_CONDITION_FAILED, "nobody", last_day);
        vv_ask_en(condition, "The start came after %s, the last day that gives a premium",
                  vv_ask_day(last_day).text);
        vv_ask_sv(condition, "Starten kom efter %s, sista dagen som ger premie",
                  vv_ask_day(last_day).text);
        return;
    }
    ask_attested(asking, outcome);
    if (component->requires_result) {
        ask_required_result(asking, counted);
    } else if (outcome->start > asking->rules.as_of) {
        vv_ask_due(asking, outcome->start);
    }
    vv_ask_price(asking, serving->area,
                 component->price_on == VV_ON_PLACEMENT_START ? serving->start : outcome->start);
}

void vv_ask_premium(struct vv_asking *asking)
{
    ask_outcomes(asking, ask_premium);
}

void vv_ask_sustained(struct vv_asking *asking)
{
    const struct vv_course *course = asking->rules.course;
    const struct vv_placement *last = &course->placements[course->placement_count - 1];
    if (last->last == VV_DATE_MAX || last->last >= asking->rules.as_of) {
        struct vv_condition *condition =
            vv_ask_add(asking, "service.ended", VV_CONDITION_WAITING, "nobody",
                       last->last == VV_DATE_MAX ? VV_DATE_NONE : last->last + 1);
        vv_ask_en(condition, "The service has not ended");
        vv_ask_sv(condition, "Insatsen har inte avslutats");
        return;
    }
    vv_date first = last->last + 1;
    vv_date due = vv_date_add_months(first, asking->component->sustained_months);
    for (size_t i = 0; i < course->outcome_count; i++) {
        ask_unverified(asking, asking->component, &course->outcomes[i]);
    }
    struct vv_condition *condition = vv_ask_add(
        asking, "outcome.every-day",
        asking->rules.as_of < due ? VV_CONDITION_WAITING : VV_CONDITION_MISSING, "provider", due);
    vv_ask_en(condition, "Every day from %s to %s must be in work or studies, with evidence",
              vv_ask_day(first).text, vv_ask_day(due - 1).text);
    vv_ask_sv(condition, "Varje dag från %s till %s ska vara i arbete eller studier, med underlag",
              vv_ask_day(first).text, vv_ask_day(due - 1).text);
}

void vv_ask_units_unverified(struct vv_asking *asking)
{
    const struct vv_course *course = asking->rules.course;
    const char *unit = asking->component->award.unit;
    for (size_t i = 0; i < course->ordered_count && asking->component->verified; i++) {
        const struct vv_payment_fact *fact = course->ordered[i];
        if (fact->kind == VV_FACT_UNIT && fact->approved && strcmp(fact->code, unit) == 0) {
            ask_waiting(asking, fact);
        }
    }
}
