/*
 * entitlement.c: puts the rules together: course, base per placement, premium and result per
 * outcome, bonus per service, then what of it is due at as_of, each amount rounded once, cut by
 * caps.
 */
#include "entitlement.h"

#include <string.h>

static const struct vv_scheme_span *span_of(const struct vv_rules *rules, vv_date on)
{
    struct vv_scheme_span *span = rules->span;
    const struct vv_scheme_lookup *schemes = rules->schemes;
    if (span->first <= on && on <= span->last) {
        return span;
    }
    if (schemes->span != NULL) {
        span->scheme = schemes->span(schemes->context, on, &span->first, &span->last);
    } else {
        *span = (struct vv_scheme_span){schemes->on(schemes->context, on), on, on};
    }
    return span;
}

const struct vv_scheme *vv_rules_scheme(const struct vv_rules *rules, vv_date on)
{
    return span_of(rules, on)->scheme;
}

vv_date vv_rules_scheme_last(const struct vv_rules *rules, vv_date on)
{
    return span_of(rules, on)->last;
}

bool vv_same_code(const char *a, const char *b)
{
    /* Most pairs are the same bytes of one scheme, or differ in the first letter. */
    return a == b || (a[0] == b[0] && strcmp(a, b) == 0);
}

bool vv_component_counts(const struct vv_component *component,
                         const struct vv_outcome_span *outcome)
{
    if (component->extent == VV_EXTENT_FULL_ONLY && outcome->started->extent_percent < 100) {
        return false;
    }
    return outcome->job ? component->on_job : component->on_study;
}

bool vv_owed_in_service(const struct vv_entitlement *entitlement, const char *component,
                        vv_date service_start)
{
    for (size_t i = 0; i < entitlement->count; i++) {
        const struct vv_owed *owed = &entitlement->owed[i];
        if (owed->service_start == service_start &&
            vv_same_code(owed->component->code, component)) {
            return true;
        }
    }
    return false;
}

void vv_owed_cause(struct vv_owed *owed, const struct vv_payment_fact *fact)
{
    for (size_t i = 0; i < owed->cause_count; i++) {
        if (owed->causes[i] == fact) {
            return;
        }
    }
    if (owed->cause_count < VV_CAUSES_MAX) {
        owed->causes[owed->cause_count++] = fact;
    }
}

void vv_owed_wait(struct vv_rules *rules, vv_date due)
{
    struct vv_entitlement *entitlement = rules->entitlement;
    if (entitlement->next_due == VV_DATE_NONE || due < entitlement->next_due) {
        entitlement->next_due = due;
    }
}

__extension__ typedef __int128 wide;

static int64_t common_divisor(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Adds exactly: a component that is per day in one version and per month in the next has parts with
 * different denominators. */
static enum vv_status add_fraction(struct vv_owed *into, const struct vv_owed *from)
{
    int64_t divisor = common_divisor(into->denominator, from->denominator);
    wide sum = (wide)into->numerator * (from->denominator / divisor) +
               (wide)from->numerator * (into->denominator / divisor);
    int64_t denominator = 0;
    if (sum > INT64_MAX || sum < INT64_MIN ||
        __builtin_mul_overflow(into->denominator, from->denominator / divisor, &denominator)) {
        return VV_TOO_LARGE;
    }
    into->numerator = (int64_t)sum;
    into->denominator = denominator;
    return VV_OK;
}

/* The same contract may serve twice within a month (switched away and back): one amount. */
static enum vv_status merge(struct vv_owed *into, const struct vv_owed *from)
{
    enum vv_status status = add_fraction(into, from);
    if (status != VV_OK) {
        return status;
    }
    into->days += from->days;
    into->days_cut = into->days_cut || from->days_cut;
    into->example = into->example || from->example;
    into->several_prices =
        into->several_prices || from->several_prices || into->price != from->price;
    into->from = from->from < into->from ? from->from : into->from;
    into->through = from->through > into->through ? from->through : into->through;
    for (size_t i = 0; i < from->cause_count; i++) {
        vv_owed_cause(into, from->causes[i]);
    }
    return VV_OK;
}

#define VV_OWED_FIRST_ROOM 16 /* a year of base, a premium, a result */

static enum vv_status grow(struct vv_entitlement *entitlement)
{
    size_t room = entitlement->room == 0 ? VV_OWED_FIRST_ROOM : 2 * entitlement->room;
    /* Not zeroed: an item is always written whole. */
    struct vv_owed *owed =
        entitlement->memory->alloc(entitlement->memory->allocator_data, room * sizeof owed[0]);
    if (owed == NULL) {
        return VV_NO_MEMORY;
    }
    if (entitlement->count > 0) {
        memcpy(owed, entitlement->owed, entitlement->count * sizeof owed[0]);
    }
    entitlement->owed = owed;
    entitlement->room = room;
    return VV_OK;
}

enum vv_status vv_owed_add(struct vv_entitlement *entitlement, const struct vv_owed *owed)
{
    for (size_t i = 0; i < entitlement->count; i++) {
        struct vv_owed *known = &entitlement->owed[i];
        if (known->period == owed->period && vv_id_equal(known->contract, owed->contract) &&
            vv_same_code(known->component->code, owed->component->code)) {
            return merge(known, owed);
        }
    }
    if (entitlement->count == entitlement->room) {
        enum vv_status status = grow(entitlement);
        if (status != VV_OK) {
            return status;
        }
    }
    entitlement->owed[entitlement->count++] = *owed;
    return VV_OK;
}

static enum vv_status outcomes_owed(struct vv_rules *rules)
{
    const struct vv_course *course = rules->course;
    for (size_t i = 0; i < course->outcome_count; i++) {
        const struct vv_scheme *scheme = vv_rules_scheme(rules, course->outcomes[i].start);
        for (size_t j = 0; scheme != NULL && j < scheme->component_count; j++) {
            const struct vv_component *component = &scheme->components[j];
            enum vv_status status = VV_OK;
            if (component->kind == VV_PREMIUM_DAYS) {
                status = vv_premium_owed(rules, scheme, component, i);
            } else if (component->kind == VV_MILESTONE) {
                status = vv_result_owed(rules, scheme, component, i);
            }
            if (status != VV_OK) {
                return status;
            }
        }
    }
    return VV_OK;
}

/* What hardly any case has. */
static enum vv_status awards_owed(struct vv_rules *rules)
{
    enum vv_status status = rules->course->has_units ? vv_units_owed(rules) : VV_OK;
    if (status == VV_OK && rules->course->has_grants) {
        status = vv_grants_owed(rules);
    }
    if (status == VV_OK && rules->course->has_appropriations) {
        status = vv_shares_owed(rules);
    }
    return status;
}

/* Drops what is not due yet, noting when it will be, and rounds the rest. Only here, since an
 * amount that is not due yet already takes its service period's only premium or result. */
static enum vv_status keep_due(struct vv_rules *rules)
{
    struct vv_entitlement *entitlement = rules->entitlement;
    size_t kept = 0;
    for (size_t i = 0; i < entitlement->count; i++) {
        struct vv_owed *owed = &entitlement->owed[i];
        if (owed->due > rules->as_of) {
            vv_owed_wait(rules, owed->due);
            continue;
        }
        enum vv_status status =
            vv_money_scale(owed->numerator, 1, owed->denominator, &owed->amount);
        if (status != VV_OK) {
            return status;
        }
        if (owed->amount != 0) {
            if (kept != i) {
                entitlement->owed[kept] = *owed;
            }
            kept++;
        }
    }
    entitlement->count = kept;
    return VV_OK;
}

enum vv_status vv_entitlement(const struct vv_payment_fact *facts, size_t count,
                              const struct vv_scheme_lookup *schemes, vv_date as_of,
                              ProtobufCAllocator *memory, struct vv_entitlement *ret_entitlement)
{
    struct vv_course course;
    enum vv_status status = vv_course_build(facts, count, memory, &course);
    if (status != VV_OK) {
        return status;
    }
    struct vv_entitlement entitlement = {.memory = memory, .next_due = VV_DATE_NONE};
    struct vv_owed scratch;
    struct vv_scheme_span span = {.first = 1, .last = 0};
    struct vv_rules rules = {.course = &course,
                             .schemes = schemes,
                             .as_of = as_of,
                             .entitlement = &entitlement,
                             .scratch = &scratch,
                             .span = &span};
    status = vv_base_owed(&rules);
    if (status == VV_OK) {
        status = vv_service_months_owed(&rules);
    }
    if (status == VV_OK) {
        status = vv_instalments_owed(&rules);
    }
    if (status == VV_OK) {
        status = outcomes_owed(&rules);
    }
    if (status == VV_OK) {
        status = vv_sustained_owed(&rules);
    }
    if (status == VV_OK) {
        status = awards_owed(&rules);
    }
    if (status == VV_OK) {
        status = keep_due(&rules);
    }
    if (status == VV_OK) {
        status = vv_caps_apply(&rules);
    }
    if (status == VV_OK) {
        *ret_entitlement = entitlement;
    }
    return status;
}
