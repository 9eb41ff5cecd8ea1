/*
 * why_not.c: conditions of a component, one after the other.
 */
#include "why_not.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "why_not_work.h"

const char *vv_condition_state_name(enum vv_condition_state state)
{
    static const char *const names[] = {"met", "missing", "waiting", "failed"};
    return names[state];
}

/* ---- conditions ---- */

struct vv_condition *vv_ask_add(struct vv_asking *asking, const char *code,
                                enum vv_condition_state state, const char *who, vv_date by)
{
    /* Beyond the bound the last one is overwritten: the first ones tell most. */
    bool room = asking->answer.count < VV_ASK_CONDITIONS_MAX;
    size_t at = room ? asking->answer.count++ : VV_ASK_CONDITIONS_MAX - 1;
    struct vv_condition *condition = &asking->answer.conditions[at];
    *condition = (struct vv_condition){.code = code, .state = state, .who = who, .by = by};
    return condition;
}

void vv_ask_en(struct vv_condition *condition, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(condition->text_en, sizeof condition->text_en, format, arguments);
    va_end(arguments);
}

void vv_ask_sv(struct vv_condition *condition, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(condition->text_sv, sizeof condition->text_sv, format, arguments);
    va_end(arguments);
}

struct vv_ask_day vv_ask_day(vv_date day)
{
    struct vv_ask_day shown = {"-"};
    if (vv_date_valid(day)) {
        vv_date_format(day, shown.text);
    }
    return shown;
}

/* ---- what every component needs ---- */

static void ask_level(struct vv_asking *asking)
{
    const struct vv_level_span *level =
        vv_level_in_force(asking->rules.course, asking->rules.as_of);
    struct vv_condition *condition =
        vv_ask_add(asking, "level.decided", level != NULL ? VV_CONDITION_MET : VV_CONDITION_MISSING,
                   "caseworker", VV_DATE_NONE);
    if (level == NULL) {
        vv_ask_en(condition, "No level is decided that gives a price");
        vv_ask_sv(condition, "Ingen nivå är beslutad som ger ett pris");
        return;
    }
    condition->fact = level->fact;
    vv_ask_en(condition, "Level %s is in force from %s", level->fact->level,
              vv_ask_day(level->from).text);
    vv_ask_sv(condition, "Nivå %s gäller från %s", level->fact->level,
              vv_ask_day(level->from).text);
}

static bool ask_placement(struct vv_asking *asking)
{
    const struct vv_course *course = asking->rules.course;
    const struct vv_placement *first = course->placement_count > 0 ? &course->placements[0] : NULL;
    bool begun = first != NULL && first->start <= asking->rules.as_of;
    struct vv_condition *condition =
        vv_ask_add(asking, "placement.started",
                   begun           ? VV_CONDITION_MET
                   : first == NULL ? VV_CONDITION_MISSING
                                   : VV_CONDITION_WAITING,
                   "agency", first == NULL ? VV_DATE_NONE : first->start);
    if (first == NULL) {
        vv_ask_en(condition, "No placement with a provider has been made");
        vv_ask_sv(condition, "Ingen anvisning till en leverantör finns");
        return false;
    }
    condition->fact = first->started;
    vv_ask_en(condition, "Placement with contract %s from %s", first->started->contract_number,
              vv_ask_day(first->start).text);
    vv_ask_sv(condition, "Anvisning till avtal %s från %s", first->started->contract_number,
              vv_ask_day(first->start).text);
    return begun;
}

void vv_ask_price(struct vv_asking *asking, const char *area, vv_date on)
{
    struct vv_price_found price;
    enum vv_status found =
        vv_price_in_force(&asking->rules, asking->component->code, area, on, &price);
    if (found == VV_OK && price.amount == 0) { /* listed: the level has no such component */
        struct vv_condition *zero =
            vv_ask_add(asking, "price.above-zero", VV_CONDITION_FAILED, "nobody", VV_DATE_NONE);
        zero->fact = price.level->fact;
        vv_ask_en(zero, "The price of level %s on %s is 0", price.level->fact->level,
                  vv_ask_day(on).text);
        vv_ask_sv(zero, "Priset för nivå %s den %s är 0", price.level->fact->level,
                  vv_ask_day(on).text);
    }
    if (found != VV_NOT_FOUND) {
        return; /* not worth a line when it is there */
    }
    struct vv_condition *condition =
        vv_ask_add(asking, "price.listed", VV_CONDITION_MISSING, "agency", VV_DATE_NONE);
    vv_ask_en(condition, "No price is listed for the level in force, area %s, on %s", area,
              vv_ask_day(on).text);
    vv_ask_sv(condition, "Inget pris finns för gällande nivå, område %s, den %s", area,
              vv_ask_day(on).text);
}

bool vv_ask_area(struct vv_asking *asking, const struct vv_placement *placement)
{
    if (vv_may_start(&asking->rules, placement->area, placement->start)) {
        return true;
    }
    struct vv_condition *condition =
        vv_ask_add(asking, "area.open", VV_CONDITION_FAILED, "nobody", VV_DATE_NONE);
    condition->fact = placement->started;
    vv_ask_en(condition, "No placement could start in area %s on %s", placement->area,
              vv_ask_day(placement->start).text);
    vv_ask_sv(condition, "Ingen anvisning kunde börja i område %s den %s", placement->area,
              vv_ask_day(placement->start).text);
    return false;
}

/* ---- base ---- */

static void ask_report(struct vv_asking *asking, const struct vv_placement *placement,
                       vv_date month)
{
    const struct vv_report_state *report =
        vv_course_report(asking->rules.course, month, placement->contract);
    enum vv_condition_state state =
        report != NULL && report->approved ? VV_CONDITION_MET : VV_CONDITION_MISSING;
    struct vv_condition *condition = vv_ask_add(
        asking, "report.approved", state, report == NULL ? "provider" : "caseworker", VV_DATE_NONE);
    condition->fact = report == NULL ? NULL : report->fact;
    char name[8] = "";
    (void)snprintf(name, sizeof name, "%.7s", vv_ask_day(month).text);
    vv_ask_en(condition, "%s: %s", name,
              state == VV_CONDITION_MET ? "the report is approved"
              : report == NULL          ? "the provider has not filed the periodic report"
                                        : "the periodic report is not approved");
    vv_ask_sv(condition, "%s: %s", name,
              state == VV_CONDITION_MET ? "rapporten är godkänd"
              : report == NULL          ? "leverantören har inte lämnat periodisk rapport"
                                        : "den periodiska rapporten är inte godkänd");
}

static void ask_obligations(struct vv_asking *asking, const struct vv_placement *placement,
                            vv_date month)
{
    const struct vv_payment_fact *fact = NULL;
    if (vv_condition_met(&asking->rules, asking->component, month, placement->contract, &fact)) {
        return;
    }
    struct vv_condition *condition =
        vv_ask_add(asking, "obligations.met", VV_CONDITION_MISSING, "provider", VV_DATE_NONE);
    bool stated = vv_course_obligations(asking->rules.course, month, placement->contract) != NULL;
    condition->who = stated ? condition->who : "caseworker";
    vv_ask_en(condition,
              stated ? "%.7s: the provider's obligations are not met"
                     : "%.7s: nobody has had the month's obligations worked out",
              vv_ask_day(month).text);
    vv_ask_sv(condition,
              stated ? "%.7s: leverantörens skyldigheter är inte uppfyllda"
                     : "%.7s: månadens skyldigheter har inte räknats fram",
              vv_ask_day(month).text);
}

/* What the scheme asks of the month of a day, and a price for it. */
static void ask_terms(struct vv_asking *asking, const struct vv_placement *placement, vv_date day)
{
    vv_date month = vv_date_month_start(day);
    if (asking->component->pay_if_report) {
        ask_report(asking, placement, month);
    }
    if (asking->component->pay_if_met) {
        ask_obligations(asking, placement, month);
    }
    bool from_start = asking->component->kind == VV_INSTALMENTS ||
                      asking->component->price_on == VV_ON_PLACEMENT_START;
    vv_ask_price(asking, placement->area, from_start ? placement->start : day);
}

static void ask_month(struct vv_asking *asking, const struct vv_placement *placement, vv_date first,
                      vv_date due)
{
    if (due > asking->rules.as_of) {
        struct vv_condition *condition =
            vv_ask_add(asking, "period.passed", VV_CONDITION_WAITING, "nobody", due);
        int shown = asking->component->service_months ? 10 : 7; /* a service month by its day */
        vv_ask_en(condition, "%.*s is due on %s", shown, vv_ask_day(first).text,
                  vv_ask_day(due).text);
        vv_ask_sv(condition, "%.*s förfaller den %s", shown, vv_ask_day(first).text,
                  vv_ask_day(due).text);
        return;
    }
    ask_terms(asking, placement, first);
}

static void ask_calendar_months(struct vv_asking *asking, const struct vv_placement *placement)
{
    vv_date first = placement->start;
    while (first <= placement->base_last && first <= asking->rules.as_of) {
        vv_date month_end = vv_date_month_end(first);
        ask_month(asking, placement, first,
                  (month_end < placement->last ? month_end : placement->last) + 1);
        first = month_end + 1;
    }
}

/* Those that are due, and the next one (rules 14). */
static void ask_service_months(struct vv_asking *asking, const struct vv_placement *placement)
{
    int days = asking->component->first_due_days;
    vv_date due = placement->start + days;
    if (placement->base_last < due - 1) {
        struct vv_condition *condition =
            vv_ask_add(asking, "service.long-enough", VV_CONDITION_FAILED, "nobody", due);
        vv_ask_en(condition, "The service ended before %d days had run: nothing is owed", days);
        vv_ask_sv(condition, "Insatsen slutade innan %d dagar hade gått: inget betalas", days);
        return;
    }
    for (int number = 0;; number++) {
        vv_date first = vv_date_add_months(placement->start, number);
        due = number == 0 ? due : first;
        if (first > placement->base_last) {
            return;
        }
        ask_month(asking, placement, first, due);
        if (due > asking->rules.as_of) {
            return;
        }
    }
}

static void ask_base_cut(struct vv_asking *asking, const struct vv_placement *placement)
{
    struct vv_condition *condition =
        vv_ask_add(asking, "base.ended", VV_CONDITION_FAILED, "nobody", VV_DATE_NONE);
    condition->fact = placement->base_cut;
    vv_ask_en(condition, "Base is paid through %s: a full-extent job or study start follows",
              vv_ask_day(placement->base_last).text);
    vv_ask_sv(condition, "Grundersättning till och med %s: start på heltid följer",
              vv_ask_day(placement->base_last).text);
}

static void ask_base(struct vv_asking *asking)
{
    const struct vv_course *course = asking->rules.course;
    for (size_t i = 0; i < course->placement_count; i++) {
        const struct vv_placement *placement = &course->placements[i];
        if (placement->start > asking->rules.as_of || !vv_ask_area(asking, placement)) {
            continue;
        }
        if (asking->component->service_months) {
            ask_service_months(asking, placement);
        } else {
            ask_calendar_months(asking, placement);
        }
        if (placement->base_cut != NULL && placement->base_last < asking->rules.as_of) {
            ask_base_cut(asking, placement);
        }
    }
}

/* ---- instalments ---- */

static void ask_parts(struct vv_asking *asking, const struct vv_placement *placement)
{
    const struct vv_component *component = asking->component;
    for (size_t i = 0; i < component->instalment_count; i++) {
        vv_date day = placement->start + component->instalments[i].after_days;
        if (day > placement->last) {
            struct vv_condition *condition =
                vv_ask_add(asking, "participation.runs", VV_CONDITION_FAILED, "nobody", day);
            vv_ask_en(condition, "The participation ended before %s: the rest is not owed",
                      vv_ask_day(day).text);
            vv_ask_sv(condition, "Deltagandet slutade före %s: resten betalas inte",
                      vv_ask_day(day).text);
            return;
        }
        if (day > placement->base_last) {
            ask_base_cut(asking, placement);
            return;
        }
        if (day > asking->rules.as_of) {
            vv_ask_due(asking, day);
            return; /* later ones are due later still */
        }
        ask_terms(asking, placement, day);
    }
}

static void ask_instalments(struct vv_asking *asking)
{
    const struct vv_course *course = asking->rules.course;
    for (size_t i = 0; i < course->placement_count; i++) {
        const struct vv_placement *placement = &course->placements[i];
        if (placement->start <= asking->rules.as_of && vv_ask_area(asking, placement)) {
            ask_parts(asking, placement);
        }
    }
}

/* ---- what is owed or held ---- */

static void ask_standing(struct vv_asking *asking, const struct vv_entitlement *entitlement,
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
        struct vv_condition *condition =
            vv_ask_add(asking, is_held ? "hold.review" : "owed",
                       is_held ? VV_CONDITION_MISSING : VV_CONDITION_MET,
                       is_held ? "finance" : "nobody", VV_DATE_NONE);
        bool same = vv_relation_of(owed, links) == VV_SAME_ORGANISATION;
        asking->answer.owed = asking->answer.owed || !is_held;
        if (is_held) {
            vv_ask_en(condition, "%s is held: the employer %s; a person must let it go", amount,
                      same ? "is the provider itself" : "is linked to the provider");
            vv_ask_sv(condition, "%s är innehållet: arbetsgivaren %s; en handläggare ska pröva det",
                      amount, same ? "är leverantören själv" : "är knuten till leverantören");
        } else {
            vv_ask_en(condition, "%s is owed for the period from %s", amount,
                      vv_ask_day(owed->period).text);
            vv_ask_sv(condition, "%s ska betalas för perioden från %s", amount,
                      vv_ask_day(owed->period).text);
        }
    }
}

static void ask_kind(struct vv_asking *asking)
{
    switch (asking->component->kind) {
    case VV_PER_DAY:
    case VV_PER_MONTH:
        ask_base(asking);
        break;
    case VV_PREMIUM_DAYS:
        vv_ask_premium(asking);
        break;
    case VV_MILESTONE:
        vv_ask_milestone(asking);
        break;
    case VV_INSTALMENTS:
        ask_instalments(asking);
        break;
    case VV_SUSTAINED:
        vv_ask_sustained(asking);
        break;
    case VV_PER_UNIT:
    case VV_GRANT:
    case VV_SHARE:
        break;
    }
}

/* Everything is there, and what it comes to is taken away by a cap (rules 8). */
static void ask_caps(struct vv_asking *asking)
{
    bool lacking = asking->answer.owed || asking->component->cap_count == 0;
    for (size_t i = 0; i < asking->answer.count; i++) {
        lacking = lacking || asking->answer.conditions[i].state != VV_CONDITION_MET;
    }
    if (lacking) {
        return;
    }
    struct vv_condition *condition =
        vv_ask_add(asking, "cap.room", VV_CONDITION_FAILED, "nobody", VV_DATE_NONE);
    vv_ask_en(condition, "The cap leaves no room: nothing more is paid");
    vv_ask_sv(condition, "Taket är nått: inget mer betalas");
}

/* Units, grants and shares rest on one fact of their own, and on no placement. */
static void ask_award(struct vv_asking *asking)
{
    enum vv_component_kind kind = asking->component->kind;
    if (kind == VV_PER_UNIT) {
        vv_ask_units_unverified(asking);
    }
    if (asking->answer.owed) {
        return;
    }
    struct vv_condition *condition =
        vv_ask_add(asking, "award.recorded", VV_CONDITION_MISSING,
                   kind == VV_PER_UNIT ? "provider" : "agency", VV_DATE_NONE);
    vv_ask_en(condition, "%s",
              kind == VV_PER_UNIT ? "No approved unit is recorded"
              : kind == VV_GRANT  ? "No grant with payroll is recorded"
                                  : "No appropriation is recorded");
    vv_ask_sv(condition, "%s",
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
    struct vv_scheme_span span = {.first = 1, .last = 0};
    struct vv_asking asking = {
        .rules = {.course = &course, .schemes = schemes, .as_of = as_of, .span = &span},
    };
    size_t held = 0;
    asking.answer.scheme = schemes->on(schemes->context, as_of);
    asking.component =
        asking.answer.scheme == NULL ? NULL : vv_scheme_component(asking.answer.scheme, component);
    if (asking.component == NULL) {
        return VV_NOT_FOUND;
    }
    asking.answer.conditions =
        vv_memory_zeroed(memory, VV_ASK_CONDITIONS_MAX * sizeof asking.answer.conditions[0]);
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
            ask_caps(&asking);
        }
    }
    *ret_why_not = asking.answer;
    return VV_OK;
}
