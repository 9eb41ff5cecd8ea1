/*
 * why_not.c: conditions of a component, one after the other.
 */
#include "why_not.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define CONDITIONS_MAX 96 /* a long service has about two per month */

struct asking {
    struct vv_rules rules;
    const struct vv_component *component;
    const struct vv_entitlement *entitlement;
    const struct vv_payment_fact *facts;
    size_t fact_count;
    struct vv_why_not answer;
};

const char *vv_condition_state_name(enum vv_condition_state state)
{
    static const char *const names[] = {"met", "missing", "waiting", "failed"};
    return names[state];
}

/* ---- conditions ---- */

static struct vv_condition *add(struct asking *asking, const char *code,
                                enum vv_condition_state state, const char *who, vv_date by)
{
    /* Beyond the bound the last one is overwritten: the first ones tell most. */
    size_t at = asking->answer.count < CONDITIONS_MAX ? asking->answer.count++ : CONDITIONS_MAX - 1;
    struct vv_condition *condition = &asking->answer.conditions[at];
    *condition = (struct vv_condition){.code = code, .state = state, .who = who, .by = by};
    return condition;
}

static void english(struct vv_condition *condition, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void english(struct vv_condition *condition, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(condition->text_en, sizeof condition->text_en, format, arguments);
    va_end(arguments);
}

static void swedish(struct vv_condition *condition, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void swedish(struct vv_condition *condition, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(condition->text_sv, sizeof condition->text_sv, format, arguments);
    va_end(arguments);
}

struct day_text {
    char text[VV_DATE_TEXT_BYTES];
};

static struct day_text show(vv_date day)
{
    struct day_text shown = {"-"};
    if (vv_date_valid(day)) {
        vv_date_format(day, shown.text);
    }
    return shown;
}

/* ---- what every component needs ---- */

static void ask_level(struct asking *asking)
{
    const struct vv_level_span *level =
        vv_level_in_force(asking->rules.course, asking->rules.as_of);
    struct vv_condition *condition =
        add(asking, "level.decided", level != NULL ? VV_CONDITION_MET : VV_CONDITION_MISSING,
            "caseworker", VV_DATE_NONE);
    if (level == NULL) {
        english(condition, "No level is decided that gives a price");
        swedish(condition, "Ingen nivå är beslutad som ger ett pris");
        return;
    }
    condition->fact = level->fact;
    english(condition, "Level %s is in force from %s", level->fact->level, show(level->from).text);
    swedish(condition, "Nivå %s gäller från %s", level->fact->level, show(level->from).text);
}

static bool ask_placement(struct asking *asking)
{
    const struct vv_course *course = asking->rules.course;
    const struct vv_placement *first = course->placement_count > 0 ? &course->placements[0] : NULL;
    bool begun = first != NULL && first->start <= asking->rules.as_of;
    struct vv_condition *condition = add(asking, "placement.started",
                                         begun           ? VV_CONDITION_MET
                                         : first == NULL ? VV_CONDITION_MISSING
                                                         : VV_CONDITION_WAITING,
                                         "agency", first == NULL ? VV_DATE_NONE : first->start);
    if (first == NULL) {
        english(condition, "No placement with a provider has been made");
        swedish(condition, "Ingen anvisning till en leverantör finns");
        return false;
    }
    condition->fact = first->started;
    english(condition, "Placement with contract %s from %s", first->started->contract_number,
            show(first->start).text);
    swedish(condition, "Anvisning till avtal %s från %s", first->started->contract_number,
            show(first->start).text);
    return begun;
}

static void ask_price(struct asking *asking, const char *area, vv_date on)
{
    struct vv_price_found price;
    enum vv_status found =
        vv_price_in_force(&asking->rules, asking->component->code, area, on, &price);
    if (found != VV_NOT_FOUND) {
        return; /* not worth a line when it is there */
    }
    struct vv_condition *condition =
        add(asking, "price.listed", VV_CONDITION_MISSING, "agency", VV_DATE_NONE);
    english(condition, "No price is listed for the level in force, area %s, on %s", area,
            show(on).text);
    swedish(condition, "Inget pris finns för gällande nivå, område %s, den %s", area,
            show(on).text);
}

/* ---- base ---- */

static void ask_report(struct asking *asking, const struct vv_placement *placement, vv_date month)
{
    const struct vv_report_state *report =
        vv_course_report(asking->rules.course, month, placement->contract);
    enum vv_condition_state state =
        report != NULL && report->approved ? VV_CONDITION_MET : VV_CONDITION_MISSING;
    struct vv_condition *condition = add(asking, "report.approved", state,
                                         report == NULL ? "provider" : "caseworker", VV_DATE_NONE);
    condition->fact = report == NULL ? NULL : report->fact;
    char name[8] = "";
    (void)snprintf(name, sizeof name, "%.7s", show(month).text);
    english(condition, "%s: %s", name,
            state == VV_CONDITION_MET ? "the report is approved"
            : report == NULL          ? "the provider has not filed the periodic report"
                                      : "the periodic report is not approved");
    swedish(condition, "%s: %s", name,
            state == VV_CONDITION_MET ? "rapporten är godkänd"
            : report == NULL          ? "leverantören har inte lämnat periodisk rapport"
                                      : "den periodiska rapporten är inte godkänd");
}

static void ask_obligations(struct asking *asking, const struct vv_placement *placement,
                            vv_date month)
{
    const struct vv_payment_fact *fact = NULL;
    if (vv_condition_met(&asking->rules, asking->component, month, placement->contract, &fact)) {
        return;
    }
    struct vv_condition *condition =
        add(asking, "obligations.met", VV_CONDITION_MISSING, "provider", VV_DATE_NONE);
    english(condition, "%.7s: the provider's obligations are not met", show(month).text);
    swedish(condition, "%.7s: leverantörens skyldigheter är inte uppfyllda", show(month).text);
}

static void ask_month(struct asking *asking, const struct vv_placement *placement, vv_date first)
{
    vv_date month_end = vv_date_month_end(first);
    vv_date due = (month_end < placement->last ? month_end : placement->last) + 1;
    if (due > asking->rules.as_of) {
        struct vv_condition *condition =
            add(asking, "period.passed", VV_CONDITION_WAITING, "nobody", due);
        english(condition, "%.7s is due on %s", show(first).text, show(due).text);
        swedish(condition, "%.7s förfaller den %s", show(first).text, show(due).text);
        return;
    }
    vv_date month = vv_date_month_start(first);
    if (asking->component->pay_if_report) {
        ask_report(asking, placement, month);
    }
    if (asking->component->pay_if_met) {
        ask_obligations(asking, placement, month);
    }
    ask_price(asking, placement->area, first);
}

static void ask_base(struct asking *asking)
{
    const struct vv_course *course = asking->rules.course;
    for (size_t i = 0; i < course->placement_count; i++) {
        const struct vv_placement *placement = &course->placements[i];
        vv_date first = placement->start;
        while (first <= placement->base_last && first <= asking->rules.as_of) {
            ask_month(asking, placement, first);
            first = vv_date_month_end(first) + 1;
        }
        if (placement->base_cut != NULL && placement->base_last < asking->rules.as_of) {
            struct vv_condition *condition =
                add(asking, "base.ended", VV_CONDITION_FAILED, "nobody", VV_DATE_NONE);
            condition->fact = placement->base_cut;
            english(condition, "Base is paid through %s: a full-extent job or study start follows",
                    show(placement->base_last).text);
            swedish(condition, "Grundersättning till och med %s: start på heltid följer",
                    show(placement->base_last).text);
        }
    }
}

/* ---- outcomes ---- */

static const struct vv_outcome_span *counted_outcome(const struct asking *asking,
                                                     const struct vv_placement **ret_serving,
                                                     size_t *ret_index)
{
    const struct vv_course *course = asking->rules.course;
    for (size_t i = 0; i < course->outcome_count; i++) {
        const struct vv_placement *serving = vv_course_serving(course, course->outcomes[i].start);
        if (serving != NULL && vv_component_counts(asking->component, &course->outcomes[i])) {
            *ret_serving = serving;
            *ret_index = i;
            return &course->outcomes[i];
        }
    }
    return NULL;
}

static void ask_outcome_missing(struct asking *asking)
{
    const struct vv_component *component = asking->component;
    const struct vv_placement *first = &asking->rules.course->placements[0];
    vv_date last_day = VV_DATE_NONE;
    enum vv_condition_state state = VV_CONDITION_MISSING;
    if (component->kind == VV_PREMIUM_DAYS && component->band_count > 0) {
        last_day = first->service_start + component->bands[component->band_count - 1].days_max;
        state = last_day < asking->rules.as_of ? VV_CONDITION_FAILED : VV_CONDITION_MISSING;
    }
    struct vv_condition *condition = add(asking, "outcome.started", state, "provider", last_day);
    const char *what_en = component->on_job && component->on_study ? "job or study"
                          : component->on_job                      ? "job"
                                                                   : "study";
    const char *what_sv = component->on_job && component->on_study ? "jobb- eller studiestart"
                          : component->on_job                      ? "jobbstart"
                                                                   : "studiestart";
    if (last_day == VV_DATE_NONE) {
        english(condition, "No %s start that counts is recorded", what_en);
        swedish(condition, "Ingen %s som räknas är registrerad", what_sv);
    } else {
        english(condition, "No %s start that counts is recorded; the last day that gives it is %s",
                what_en, show(last_day).text);
        swedish(condition, "Ingen %s som räknas är registrerad; sista dag som ger den är %s",
                what_sv, show(last_day).text);
    }
}

static const struct vv_outcome_span *
ask_outcome(struct asking *asking, const struct vv_placement **ret_serving, size_t *ret_index)
{
    const struct vv_outcome_span *outcome = counted_outcome(asking, ret_serving, ret_index);
    if (outcome == NULL) {
        ask_outcome_missing(asking);
        return NULL;
    }
    struct vv_condition *condition =
        add(asking, "outcome.started", VV_CONDITION_MET, "provider", VV_DATE_NONE);
    condition->fact = outcome->started;
    english(condition, "%s start on %s", outcome->job ? "Job" : "Study", show(outcome->start).text);
    swedish(condition, "%s den %s", outcome->job ? "Jobbstart" : "Studiestart",
            show(outcome->start).text);
    return outcome;
}

/* Evidence through a day, then the day itself. */
static void ask_covered(struct asking *asking, const struct vv_component *component,
                        const struct vv_outcome_span *outcome, vv_date due)
{
    vv_date as_of = asking->rules.as_of;
    vv_date through = vv_outcome_through(component, outcome);
    bool covered = through >= due - 1;
    bool ended = outcome->ended != NULL && outcome->ended->on < due - 1;
    enum vv_condition_state state = covered       ? VV_CONDITION_MET
                                    : ended       ? VV_CONDITION_FAILED
                                    : as_of < due ? VV_CONDITION_WAITING
                                                  : VV_CONDITION_MISSING;
    struct vv_condition *condition =
        add(asking, "evidence.through", state, covered ? "nobody" : "provider", due);
    condition->fact = outcome->evidence;
    if (ended && !covered) {
        english(condition, "It ended on %s; every day through %s was needed",
                show(outcome->ended->on).text, show(due - 1).text);
        swedish(condition, "Den slutade %s; varje dag till och med %s krävdes",
                show(outcome->ended->on).text, show(due - 1).text);
        return;
    }
    english(condition, "Evidence through %s is needed; what there is reaches %s",
            show(due - 1).text, through == VV_DATE_MAX ? "on without end" : show(through).text);
    swedish(condition, "Underlag till och med %s krävs; det som finns når %s", show(due - 1).text,
            through == VV_DATE_MAX ? "tills vidare" : show(through).text);
    if (component->evidence == VV_EVIDENCE_CORROBORATED && !covered &&
        outcome->through >= due - 1) {
        struct vv_condition *second =
            add(asking, "evidence.second-source", VV_CONDITION_MISSING, "agency", VV_DATE_NONE);
        english(second, "An income statement from outside through %s is missing",
                show(due - 1).text);
        swedish(second, "En inkomstuppgift utifrån till och med %s saknas", show(due - 1).text);
    }
}

static void ask_due(struct asking *asking, vv_date due)
{
    bool passed = due <= asking->rules.as_of;
    struct vv_condition *condition =
        add(asking, "day.due", passed ? VV_CONDITION_MET : VV_CONDITION_WAITING, "nobody", due);
    english(condition, "Due on %s", show(due).text);
    swedish(condition, "Förfaller den %s", show(due).text);
}

static void ask_milestone(struct asking *asking)
{
    const struct vv_placement *serving = NULL;
    size_t index = 0;
    const struct vv_outcome_span *outcome = ask_outcome(asking, &serving, &index);
    if (outcome == NULL) {
        return;
    }
    const struct vv_component *component = asking->component;
    vv_date due = vv_date_add_months(outcome->start, component->milestone_months);
    vv_date met = vv_milestone_due(asking->rules.course, component, index, NULL);
    if (met == VV_DATE_NONE) {
        ask_covered(asking, component, outcome, due);
    }
    const struct vv_component *other =
        component->requires == NULL || asking->answer.scheme == NULL
            ? NULL
            : vv_scheme_component(asking->answer.scheme, component->requires);
    if (other != NULL &&
        vv_milestone_due(asking->rules.course, other, index, NULL) == VV_DATE_NONE) {
        struct vv_condition *condition =
            add(asking, "component.required", VV_CONDITION_MISSING, "provider", VV_DATE_NONE);
        english(condition, "%s must be met first", other->code);
        swedish(condition, "%s måste vara uppfylld först", other->code);
    }
    ask_due(asking, due);
    ask_price(asking, serving->area,
              component->price_on == VV_ON_PLACEMENT_START ? serving->start : outcome->start);
}

static void ask_premium(struct asking *asking)
{
    const struct vv_placement *serving = NULL;
    size_t index = 0;
    const struct vv_component *component = asking->component;
    const struct vv_outcome_span *outcome = ask_outcome(asking, &serving, &index);
    if (outcome == NULL || component->band_count == 0) {
        return;
    }
    vv_date last_day =
        serving->service_start + component->bands[component->band_count - 1].days_max;
    if (!component->clock_contract && outcome->start > last_day) {
        struct vv_condition *condition =
            add(asking, "premium.in-time", VV_CONDITION_FAILED, "nobody", last_day);
        english(condition, "The start came after %s, the last day that gives a premium",
                show(last_day).text);
        swedish(condition, "Starten kom efter %s, sista dagen som ger premie", show(last_day).text);
        return;
    }
    if ((component->evidence == VV_EVIDENCE_DOCUMENT ||
         component->evidence == VV_EVIDENCE_CORROBORATED) &&
        outcome->documented == NULL) {
        struct vv_condition *condition =
            add(asking, "evidence.document", VV_CONDITION_MISSING, "provider", VV_DATE_NONE);
        english(condition, "No document attests the start");
        swedish(condition, "Inget underlag styrker starten");
    }
    if (component->evidence == VV_EVIDENCE_CORROBORATED && outcome->corroborated == NULL) {
        struct vv_condition *condition =
            add(asking, "evidence.second-source", VV_CONDITION_MISSING, "agency", VV_DATE_NONE);
        english(condition, "An income statement from outside is missing");
        swedish(condition, "En inkomstuppgift utifrån saknas");
    }
    const struct vv_scheme *scheme = asking->answer.scheme;
    for (size_t i = 0; component->requires_result && i < scheme->component_count; i++) {
        const struct vv_component *result = &scheme->components[i];
        if (result->kind == VV_MILESTONE && vv_component_counts(result, outcome)) {
            ask_covered(asking, result, outcome,
                        vv_date_add_months(outcome->start, result->milestone_months));
            break;
        }
    }
    ask_price(asking, serving->area,
              component->price_on == VV_ON_PLACEMENT_START ? serving->start : outcome->start);
}

static void ask_sustained(struct asking *asking)
{
    const struct vv_course *course = asking->rules.course;
    const struct vv_placement *last = &course->placements[course->placement_count - 1];
    if (last->last == VV_DATE_MAX || last->last >= asking->rules.as_of) {
        struct vv_condition *condition =
            add(asking, "service.ended", VV_CONDITION_WAITING, "nobody",
                last->last == VV_DATE_MAX ? VV_DATE_NONE : last->last + 1);
        english(condition, "The service has not ended");
        swedish(condition, "Insatsen har inte avslutats");
        return;
    }
    vv_date first = last->last + 1;
    vv_date due = vv_date_add_months(first, asking->component->sustained_months);
    struct vv_condition *condition = add(
        asking, "outcome.every-day",
        asking->rules.as_of < due ? VV_CONDITION_WAITING : VV_CONDITION_MISSING, "provider", due);
    english(condition, "Every day from %s to %s must be in work or studies, with evidence",
            show(first).text, show(due - 1).text);
    swedish(condition, "Varje dag från %s till %s ska vara i arbete eller studier, med underlag",
            show(first).text, show(due - 1).text);
}

static void ask_instalments(struct asking *asking)
{
    const struct vv_component *component = asking->component;
    const struct vv_placement *placement = &asking->rules.course->placements[0];
    for (size_t i = 0; i < component->instalment_count; i++) {
        vv_date day = placement->start + component->instalments[i].after_days;
        if (day > placement->last) {
            struct vv_condition *condition =
                add(asking, "participation.runs", VV_CONDITION_FAILED, "nobody", day);
            english(condition, "The participation ended before %s: the rest is not owed",
                    show(day).text);
            swedish(condition, "Deltagandet slutade före %s: resten betalas inte", show(day).text);
            return;
        }
        if (day > asking->rules.as_of) {
            ask_due(asking, day);
        }
    }
}

/* ---- what is owed or held ---- */

static void ask_standing(struct asking *asking, const struct vv_entitlement *entitlement,
                         size_t held, const struct vv_links *links)
{
    for (size_t i = 0; i < entitlement->count + held; i++) {
        const struct vv_owed *owed = &entitlement->owed[i];
        if (strcmp(owed->component->code, asking->component->code) != 0) {
            continue;
        }
        char amount[VV_MONEY_TEXT_BYTES];
        vv_money_format(owed->amount, 1, amount);
        bool is_held = i >= entitlement->count;
        struct vv_condition *condition = add(asking, is_held ? "hold.review" : "owed",
                                             is_held ? VV_CONDITION_MISSING : VV_CONDITION_MET,
                                             is_held ? "finance" : "nobody", VV_DATE_NONE);
        bool same = vv_relation_of(owed, links) == VV_SAME_ORGANISATION;
        asking->answer.owed = asking->answer.owed || !is_held;
        if (is_held) {
            english(condition, "%s is held: the employer %s; a person must let it go", amount,
                    same ? "is the provider itself" : "is linked to the provider");
            swedish(condition, "%s är innehållet: arbetsgivaren %s; en handläggare ska pröva det",
                    amount, same ? "är leverantören själv" : "är knuten till leverantören");
        } else {
            english(condition, "%s is owed for the period from %s", amount,
                    show(owed->period).text);
            swedish(condition, "%s ska betalas för perioden från %s", amount,
                    show(owed->period).text);
        }
    }
}

static void ask_kind(struct asking *asking)
{
    switch (asking->component->kind) {
    case VV_PER_DAY:
    case VV_PER_MONTH:
        ask_base(asking);
        break;
    case VV_PREMIUM_DAYS:
        ask_premium(asking);
        break;
    case VV_MILESTONE:
        ask_milestone(asking);
        break;
    case VV_INSTALMENTS:
        ask_instalments(asking);
        break;
    case VV_SUSTAINED:
        ask_sustained(asking);
        break;
    case VV_PER_UNIT:
    case VV_GRANT:
    case VV_SHARE:
        break;
    }
}

/* Units, grants and shares rest on one fact of their own, and on no placement. */
static void ask_award(struct asking *asking)
{
    enum vv_component_kind kind = asking->component->kind;
    if (asking->answer.owed) {
        return;
    }
    struct vv_condition *condition = add(asking, "award.recorded", VV_CONDITION_MISSING,
                                         kind == VV_PER_UNIT ? "provider" : "agency", VV_DATE_NONE);
    english(condition, "%s",
            kind == VV_PER_UNIT ? "No approved unit is recorded"
            : kind == VV_GRANT  ? "No grant with payroll is recorded"
                                : "No appropriation is recorded");
    swedish(condition, "%s",
            kind == VV_PER_UNIT ? "Ingen godkänd enhet är registrerad"
            : kind == VV_GRANT  ? "Inget bidrag med lönekostnad är registrerat"
                                : "Inget anslag är registrerat");
}

static bool is_award(enum vv_component_kind kind)
{
    return kind == VV_PER_UNIT || kind == VV_GRANT || kind == VV_SHARE;
}

enum vv_status vv_why_not(const struct vv_payment_fact *facts, size_t count,
                          const struct vv_scheme_lookup *schemes, vv_date as_of,
                          const char *component, const struct vv_links *links,
                          ProtobufCAllocator *memory, struct vv_why_not *ret_why_not)
{
    struct vv_course course;
    struct vv_entitlement entitlement;
    struct asking asking = {
        .rules = {.course = &course, .schemes = schemes, .as_of = as_of},
        .facts = facts,
        .fact_count = count,
    };
    size_t held = 0;
    asking.answer.scheme = schemes->on(schemes->context, as_of);
    asking.component =
        asking.answer.scheme == NULL ? NULL : vv_scheme_component(asking.answer.scheme, component);
    if (asking.component == NULL) {
        return VV_NOT_FOUND;
    }
    asking.answer.conditions =
        vv_memory_zeroed(memory, CONDITIONS_MAX * sizeof asking.answer.conditions[0]);
    if (asking.answer.conditions == NULL) {
        return VV_NO_MEMORY;
    }
    enum vv_status status = vv_course_build(facts, count, memory, &course);
    if (status == VV_OK) {
        status = vv_entitlement(facts, count, schemes, as_of, memory, &entitlement);
    }
    if (status != VV_OK) {
        return status;
    }
    vv_holds_apply(&entitlement, facts, count, links, &held);
    ask_standing(&asking, &entitlement, held, links);
    if (is_award(asking.component->kind)) {
        ask_award(&asking);
    } else {
        ask_level(&asking);
        if (ask_placement(&asking)) {
            ask_kind(&asking);
        }
    }
    *ret_why_not = asking.answer;
    return VV_OK;
}
