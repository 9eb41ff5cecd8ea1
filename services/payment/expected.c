/*
 * expected.c: the entitlement of the facts, and of the facts with what may yet come.
 */
#include "expected.h"

#include <string.h>

/* A placement without planned end is looked at so far ahead; results follow within a year. */
#define AHEAD_MONTHS 40
#define RESULT_MONTHS 13
#define EVIDENCE_MONTHS 24

static const uint8_t assumed_evidence[32] = {0xA5};

/* ---- what may yet come ---- */

struct assumed {
    struct vv_payment_fact *facts;
    size_t count, room;
};

/* Ids of assumed facts: no stored fact has them, and the rules only tell them apart. */
static struct vv_payment_fact *assume(struct assumed *assumed, enum vv_payment_fact_kind kind,
                                      vv_date on)
{
    if (assumed->count == assumed->room) {
        return NULL;
    }
    struct vv_payment_fact *fact = &assumed->facts[assumed->count++];
    *fact = (struct vv_payment_fact){.kind = kind,
                                     .effective = on,
                                     .on = on,
                                     .planned_end = VV_DATE_NONE,
                                     .index = (uint32_t)assumed->count,
                                     .approved = true,
                                     .evidence = assumed_evidence,
                                     .document = VV_DOCUMENT_VERIFIED,
                                     .extent_percent = 100,
                                     .job = true};
    fact->id.bytes[0] = 0xFF;
    fact->id.bytes[14] = (uint8_t)(assumed->count >> 8);
    fact->id.bytes[15] = (uint8_t)assumed->count;
    return fact;
}

static vv_date last_day(const struct vv_placement *placement, vv_date as_of)
{
    vv_date ahead = vv_date_add_months(as_of, AHEAD_MONTHS);
    return placement->last > ahead ? ahead : placement->last;
}

static void assume_lasting(struct assumed *assumed, struct vv_id outcome, vv_date from)
{
    vv_date through = vv_date_add_months(from, EVIDENCE_MONTHS);
    struct vv_payment_fact *confirm = assume(assumed, VV_FACT_OUTCOME_CONFIRM, through);
    if (confirm != NULL) {
        confirm->subject = outcome;
    }
    struct vv_payment_fact *second = assume(assumed, VV_FACT_CORROBORATED, through);
    if (second != NULL) {
        second->subject = outcome;
    }
}

static void assume_months(struct assumed *assumed, const struct vv_course *course,
                          const struct vv_placement *placement, vv_date as_of)
{
    vv_date last = last_day(placement, as_of);
    for (vv_date month = vv_date_month_start(placement->start); month <= last;
         month = vv_date_month_end(month) + 1) {
        if (vv_course_report(course, month, placement->contract) != NULL) {
            continue; /* decided already */
        }
        struct vv_payment_fact *report = assume(assumed, VV_FACT_REPORT, month);
        struct vv_payment_fact *met = assume(assumed, VV_FACT_OBLIGATIONS, month);
        if (report != NULL && met != NULL) {
            report->contract = placement->contract;
            met->contract = placement->contract;
        }
    }
}

/* One unit of each kind that the placement has not delivered yet. */
static void assume_units(struct assumed *assumed, const struct vv_course *course,
                         const struct vv_placement *placement, const struct vv_scheme *scheme,
                         vv_date as_of)
{
    for (size_t i = 0; i < scheme->component_count; i++) {
        const char *unit = scheme->components[i].award.unit;
        bool delivered = unit == NULL || scheme->components[i].kind != VV_PER_UNIT;
        for (size_t k = 0; k < course->ordered_count && !delivered; k++) {
            const struct vv_payment_fact *fact = course->ordered[k];
            delivered = fact->kind == VV_FACT_UNIT && fact->approved &&
                        fact->on >= placement->start && strcmp(fact->code, unit) == 0;
        }
        struct vv_payment_fact *fact =
            delivered ? NULL : assume(assumed, VV_FACT_UNIT, last_day(placement, as_of));
        if (fact != NULL) {
            fact->code = unit;
            fact->quantity_hundredths = 100;
        }
    }
}

static bool has_outcome(const struct vv_course *course, vv_date service_start)
{
    for (size_t i = 0; i < course->outcome_count; i++) {
        if (course->outcomes[i].start >= service_start) {
            return true;
        }
    }
    return false;
}

static void assume_future(struct assumed *assumed, const struct vv_course *course,
                          const struct vv_scheme *scheme, vv_date as_of)
{
    for (size_t i = 0; i < course->placement_count; i++) {
        const struct vv_placement *placement = &course->placements[i];
        if (placement->last < as_of) {
            continue; /* it has ended: only what has happened counts */
        }
        assume_months(assumed, course, placement, as_of);
        assume_units(assumed, course, placement, scheme, as_of);
        bool follows = i + 1 < course->placement_count &&
                       course->placements[i + 1].service_start == placement->service_start;
        struct vv_payment_fact *job =
            follows || has_outcome(course, placement->service_start)
                ? NULL
                : assume(assumed, VV_FACT_OUTCOME_START, last_day(placement, as_of) + 1);
        if (job != NULL) {
            job->subject = job->id;
            assume_lasting(assumed, job->subject, job->on);
        }
    }
    for (size_t i = 0; i < course->outcome_count; i++) {
        if (course->outcomes[i].ended == NULL) {
            assume_lasting(assumed, course->outcomes[i].id, course->outcomes[i].start);
        }
    }
}

/* ---- from two entitlements to lines ---- */

static bool same_key(const struct vv_owed *a, const struct vv_owed *b)
{
    return a->period == b->period && vv_id_equal(a->contract, b->contract) &&
           strcmp(a->component->code, b->component->code) == 0;
}

static vv_money posted_of(const struct vv_expected_question *question, const struct vv_owed *owed)
{
    for (size_t i = 0; i < question->posted_count; i++) {
        const struct vv_posted *posted = &question->posted[i];
        if (posted->period == owed->period && vv_id_equal(posted->contract, owed->contract) &&
            strcmp(posted->component, owed->component->code) == 0) {
            return posted->posted + posted->proposed;
        }
    }
    return 0;
}

static vv_money certain_of(const struct vv_entitlement *certain, const struct vv_owed *owed)
{
    for (size_t i = 0; i < certain->count; i++) {
        if (same_key(&certain->owed[i], owed)) {
            return certain->owed[i].amount;
        }
    }
    return 0;
}

static int64_t percent_of(const struct vv_scheme *scheme, const struct vv_component *component)
{
    for (size_t i = 0; i < scheme->budget.expected_count; i++) {
        if (strcmp(scheme->budget.expected[i].component, component->code) == 0) {
            return scheme->budget.expected[i].percent;
        }
    }
    return 100;
}

static enum vv_status add_line(const struct vv_expected_question *question,
                               const struct vv_owed *owed, vv_money certain,
                               struct vv_expected *expected)
{
    vv_money stands = posted_of(question, owed);
    struct vv_expected_line line = {.component = owed->component,
                                    .contract = owed->contract,
                                    .area = owed->area,
                                    .due =
                                        owed->due > question->as_of ? owed->due : question->as_of};
    line.certain = certain > stands ? certain - stands : 0;
    vv_money base = certain > stands ? certain : stands;
    if (owed->amount > base) {
        enum vv_status status = vv_money_scale(
            owed->amount - base, percent_of(question->scheme, owed->component), 100, &line.hoped);
        if (status != VV_OK) {
            return status;
        }
    }
    if (line.certain > 0 || line.hoped > 0) {
        expected->lines[expected->count++] = line;
    }
    return VV_OK;
}

static enum vv_status compare(const struct vv_expected_question *question,
                              const struct vv_entitlement *certain,
                              const struct vv_entitlement *hoped, ProtobufCAllocator *memory,
                              struct vv_expected *ret_expected)
{
    struct vv_expected expected = {
        .lines =
            vv_memory_zeroed(memory, (hoped->count + certain->count) * sizeof expected.lines[0])};
    if (expected.lines == NULL) {
        return VV_NO_MEMORY;
    }
    enum vv_status status = VV_OK;
    for (size_t i = 0; i < hoped->count && status == VV_OK; i++) {
        status =
            add_line(question, &hoped->owed[i], certain_of(certain, &hoped->owed[i]), &expected);
    }
    /* What is certain now and would not be owed if more happened (a cap) is certain all the same.
     */
    for (size_t i = 0; i < certain->count && status == VV_OK; i++) {
        bool known = false;
        for (size_t k = 0; k < hoped->count && !known; k++) {
            known = same_key(&certain->owed[i], &hoped->owed[k]);
        }
        if (!known) {
            status = add_line(question, &certain->owed[i], certain->owed[i].amount, &expected);
        }
    }
    if (status == VV_OK) {
        *ret_expected = expected;
    }
    return status;
}

static vv_date horizon_of(const struct vv_course *course, vv_date as_of)
{
    vv_date last = as_of;
    for (size_t i = 0; i < course->placement_count; i++) {
        vv_date end = last_day(&course->placements[i], as_of);
        last = end > last ? end : last;
    }
    for (size_t i = 0; i < course->ordered_count; i++) {
        vv_date end = course->ordered[i]->kind == VV_FACT_APPROPRIATION
                          ? course->ordered[i]->through
                          : VV_DATE_NONE;
        last = end > last ? end : last;
    }
    vv_date ahead = vv_date_add_months(as_of, AHEAD_MONTHS);
    return vv_date_add_months(last > ahead ? ahead : last, RESULT_MONTHS);
}

enum vv_status vv_expected_cost(const struct vv_expected_question *question,
                                ProtobufCAllocator *memory, struct vv_expected *ret_expected)
{
    struct vv_course course;
    enum vv_status status = vv_course_build(question->facts, question->fact_count, memory, &course);
    if (status != VV_OK) {
        return status;
    }
    size_t room = question->fact_count + 2 * course.outcome_count +
                  course.placement_count * (2 * (AHEAD_MONTHS + 40) + 36);
    struct assumed assumed = {.facts = vv_memory_zeroed(memory, room * sizeof assumed.facts[0]),
                              .count = question->fact_count,
                              .room = room};
    if (assumed.facts == NULL) {
        return VV_NO_MEMORY;
    }
    if (question->fact_count > 0) {
        memcpy(assumed.facts, question->facts, question->fact_count * sizeof assumed.facts[0]);
    }
    assume_future(&assumed, &course, question->scheme, question->as_of);
    vv_date horizon = horizon_of(&course, question->as_of);
    struct vv_entitlement certain;
    struct vv_entitlement hoped;
    status = vv_entitlement(question->facts, question->fact_count, question->schemes, horizon,
                            memory, &certain);
    if (status == VV_OK) {
        status = vv_entitlement(assumed.facts, assumed.count, question->schemes, horizon, memory,
                                &hoped);
    }
    return status == VV_OK ? compare(question, &certain, &hoped, memory, ret_expected) : status;
}
