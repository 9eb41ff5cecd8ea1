/*
 * judgement.c: see the header. The terms of a placement are asked by the version of the scheme that
 * is in force on their last day; one that has ended keeps the version that was known then, so that
 * a version published later changes no decision.
 */
#include "judgement.h"

#include <string.h>

#include "judged_term.h"
#include "month.h"
#include "placement.h"

bool vv_judgement_applies(const struct vv_call *call, const char *scheme)
{
    const struct vv_scheme *now = vv_book_scheme(call->book, scheme, call->now.today, 0);
    return now != NULL && now->delivery != NULL && now->delivery->obligation_count > 0;
}

/* ---- terms ---- */

static struct vv_term_input input_of(const struct vv_judging *judging,
                                     const Vagval__V1__CasePlacement *placement)
{
    return vv_judged_input(judging->work->call, judging->work->entry, placement, judging->delivery);
}

static Vagval__V1__JudgedObligation *group_of(struct vv_judging *judging, const char *code,
                                              vv_date start)
{
    Vagval__V1__Delivery *delivery = judging->delivery;
    for (size_t i = 0; i < delivery->n_judged; i++) {
        if (delivery->judged[i]->start == start && strcmp(delivery->judged[i]->code, code) == 0) {
            return delivery->judged[i];
        }
    }
    Vagval__V1__JudgedObligation *group = vv_work_alloc(judging->work, sizeof *group);
    if (group != NULL) {
        vagval__v1__judged_obligation__init(group);
        group->code = (char *)(uintptr_t)code;
        group->start = start;
        delivery->judged =
            vv_work_grown(judging->work, delivery->judged, &delivery->n_judged, group);
    }
    return group;
}

static void enter_term(struct vv_judging *judging, vv_date start,
                       const struct vv_obligation_term *term)
{
    const struct vv_call *call = judging->work->call;
    Vagval__V1__JudgedObligation *group = group_of(judging, term->obligation->code, start);
    Vagval__V1__JudgedTerm *judged =
        group == NULL ? NULL : vv_work_alloc(judging->work, sizeof *judged);
    if (judged == NULL) {
        return;
    }
    vagval__v1__judged_term__init(judged);
    judged->from = term->from;
    judged->due = term->due;
    judged->state = (uint32_t)term->state;
    judged->met_on = term->met_on == VV_DATE_NONE ? 0 : term->met_on;
    judged->since = call->now.today;
    judged->generation = vv_book_generation(call->book);
    group->terms = vv_work_grown(judging->work, group->terms, &group->n_terms, judged);
    judging->delivery_changed = true;
}

/* Terms of the placement that have ended and are not in the record yet. */
static enum vv_status enter_ended(struct vv_judging *judging,
                                  const Vagval__V1__CasePlacement *placement)
{
    struct vv_obligation_term *terms = NULL;
    size_t count = 0;
    struct vv_term_input input = input_of(judging, placement);
    enum vv_status status =
        vv_judged_enumerate(judging->work->call, judging->work->entry, &input, &terms, &count);

    for (size_t i = 0; status == VV_OK && i < count; i++) {
        if (terms[i].due < input.today &&
            vv_judged_find(judging->delivery, terms[i].obligation->code, input.start,
                           terms[i].due) == NULL) {
            enter_term(judging, input.start, &terms[i]);
        }
    }
    return status;
}

static const Vagval__V1__CasePlacement *placement_at(const Vagval__V1__RegistryCase *entry,
                                                     vv_date start)
{
    for (size_t i = entry->n_placements; i > 0; i--) {
        if (entry->placements[i - 1]->start == start) {
            return entry->placements[i - 1];
        }
    }
    return NULL;
}

/* Judges the group's terms again; those that the placement's end cut short are asked no more. */
static void judge_group(struct vv_judging *judging, Vagval__V1__JudgedObligation *group)
{
    const struct vv_call *call = judging->work->call;
    const Vagval__V1__RegistryCase *entry = judging->work->entry;
    const Vagval__V1__CasePlacement *placement = placement_at(entry, group->start);
    vv_date last = placement == NULL ? VV_DATE_MIN : vv_placement_last_day(placement);
    size_t kept = 0;

    for (size_t i = 0; i < group->n_terms; i++) {
        Vagval__V1__JudgedTerm *judged = group->terms[i];
        struct vv_obligation_term term;
        if (judged->due > last) {
            judging->delivery_changed = true;
            continue;
        }
        group->terms[kept++] = judged;
        struct vv_term_input input = input_of(judging, placement);
        if (!vv_judged_again(call, entry->scheme, &input, group->code, judged, &term)) {
            continue; /* its version is not known here any more: what was decided stands */
        }
        int32_t met_on = term.met_on == VV_DATE_NONE ? 0 : term.met_on;
        if (judged->state != (uint32_t)term.state || judged->met_on != met_on) {
            judged->since = judged->state == (uint32_t)term.state ? judged->since : call->now.today;
            judged->state = (uint32_t)term.state;
            judged->met_on = met_on;
            judging->delivery_changed = true;
        }
    }
    group->n_terms = kept;
}

enum vv_status vv_judge_terms(struct vv_judging *judging)
{
    struct vv_work *work = judging->work;
    enum vv_status status = VV_OK;

    for (size_t i = 0; i < judging->delivery->n_judged; i++) {
        judge_group(judging, judging->delivery->judged[i]);
    }
    for (size_t i = 0; status == VV_OK && i < work->entry->n_placements; i++) {
        status = enter_ended(judging, work->entry->placements[i]);
    }
    if (status == VV_OK && judging->delivery_changed) {
        judging->delivery->judged_through = work->call->now.today - 1;
    }
    return status;
}

/* ---- months ---- */

static bool same_bytes(ProtobufCBinaryData a, ProtobufCBinaryData b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

const Vagval__V1__MonthStated *vv_judge_month_stated(const Vagval__V1__Delivery *delivery,
                                                     ProtobufCBinaryData contract, vv_date month)
{
    for (size_t i = delivery->n_months; i > 0; i--) {
        const Vagval__V1__MonthStated *stated = delivery->months[i - 1];
        if (stated->month == month && same_bytes(stated->contract, contract)) {
            return stated;
        }
    }
    return NULL;
}

/* The version whose obligations a month goes by: that of its first day, or of its last where the
 * scheme begins within it. */
static const struct vv_scheme *scheme_of_month(const struct vv_judging *judging, vv_date month)
{
    const struct vv_call *call = judging->work->call;
    const char *id = judging->work->entry->scheme;
    const struct vv_scheme *scheme = vv_book_scheme(call->book, id, month, 0);
    return scheme != NULL ? scheme : vv_book_scheme(call->book, id, vv_date_month_end(month), 0);
}

static bool has_obligations(const struct vv_scheme *scheme)
{
    return scheme != NULL && scheme->delivery != NULL && scheme->delivery->obligation_count > 0;
}

static bool serves(const Vagval__V1__CasePlacement *placement, ProtobufCBinaryData contract,
                   vv_date month)
{
    return same_bytes(placement->contract, contract) &&
           placement->start <= vv_date_month_end(month) &&
           month <= vv_placement_last_day(placement);
}

enum vv_status vv_judge_month(const struct vv_judging *judging, ProtobufCBinaryData contract,
                              vv_date month, const char **ret_missed)
{
    const Vagval__V1__RegistryCase *entry = judging->work->entry;
    const struct vv_scheme *scheme = scheme_of_month(judging, month);
    const char *missed = NULL;
    bool served = false;

    if (!has_obligations(scheme)) {
        return VV_NOT_FOUND;
    }
    for (size_t i = 0; missed == NULL && i < entry->n_placements; i++) {
        if (serves(entry->placements[i], contract, month)) {
            served = true;
            missed = vv_month_missed(judging->delivery, scheme->delivery,
                                     entry->placements[i]->start, month);
        }
    }
    if (served) {
        *ret_missed = missed;
    }
    return served ? VV_OK : VV_NOT_FOUND;
}

void vv_judge_keep_month(struct vv_judging *judging, const Vagval__V1__StateObligations *statement,
                         const char *by, ProtobufCBinaryData event)
{
    Vagval__V1__Delivery *delivery = judging->delivery;
    Vagval__V1__MonthStated *stated = vv_work_alloc(judging->work, sizeof *stated);

    if (stated == NULL) {
        return;
    }
    vagval__v1__month_stated__init(stated);
    stated->month = statement->month;
    stated->contract = statement->contract;
    stated->met = statement->met;
    stated->reason = statement->reason;
    stated->on = judging->work->call->now.today;
    stated->by = (char *)(uintptr_t)by;
    stated->computed = statement->computed;
    stated->event = event;
    delivery->months = vv_work_grown(judging->work, delivery->months, &delivery->n_months, stated);
    judging->delivery_changed = true;
}

/* Payment needs to know of a month only where a base waits for it (rules 6). */
static bool payment_waits(const struct vv_scheme *scheme)
{
    for (size_t i = 0; i < scheme->component_count; i++) {
        if (scheme->components[i].pay_if_stated) {
            return true;
        }
    }
    return false;
}

static void state_month(struct vv_judging *judging, const struct vv_scheme *scheme,
                        Vagval__V1__StateObligations *statement)
{
    struct vv_work *work = judging->work;
    ProtobufCBinaryData event_id = {0, NULL};
    Vagval__V1__ObligationsStated event = VAGVAL__V1__OBLIGATIONS_STATED__INIT;

    if (payment_waits(scheme)) {
        event.case_id = vv_work_id(work, work->call->subject);
        event.scheme = work->entry->scheme;
        event.month = statement->month;
        event.met = statement->met;
        event.contract = statement->contract;
        event.reason = statement->reason;
        event_id = vv_work_id(work, vv_work_event_id(work->call->id, work->emitted));
        vv_work_emit_payment(work, VV_MSG_OBLIGATIONS_STATED, statement->month, &event.base);
        judging->case_changed = true;
    }
    vv_judge_keep_month(judging, statement, "", event_id);
    vv_work_count(work, statement->met ? "obligations.met" : "obligations.not_met", 1);
}

/* The day on which a month is worked out: reports may come until the day before. */
static vv_date month_day(const struct vv_scheme *scheme, vv_date month)
{
    return vv_date_month_end(month) + scheme->delivery->month_days + 1;
}

static enum vv_status judge_month(struct vv_judging *judging,
                                  const Vagval__V1__CasePlacement *placement, vv_date month)
{
    const Vagval__V1__MonthStated *stated =
        vv_judge_month_stated(judging->delivery, placement->contract, month);
    const struct vv_scheme *scheme = scheme_of_month(judging, month);
    const char *missed = NULL;

    if (stated == NULL ? judging->work->call->now.today < month_day(scheme, month)
                       : !stated->computed) {
        return VV_OK; /* reports may still come, or a person has spoken */
    }
    enum vv_status status = vv_judge_month(judging, placement->contract, month, &missed);
    if (status != VV_OK) {
        return status;
    }
    Vagval__V1__StateObligations statement = VAGVAL__V1__STATE_OBLIGATIONS__INIT;
    statement.month = month;
    statement.contract = placement->contract;
    statement.met = missed == NULL;
    statement.computed = true;
    statement.reason = (char *)(uintptr_t)(missed == NULL ? VV_TERMS_KEPT : missed);
    if (stated == NULL || stated->met != statement.met ||
        strcmp(stated->reason, statement.reason) != 0) {
        state_month(judging, scheme, &statement);
    }
    return VV_OK;
}

/* A month with two placements at one contract is worked out once, with the later one. */
static bool has_later(const Vagval__V1__RegistryCase *entry, size_t at, vv_date month)
{
    for (size_t i = at + 1; i < entry->n_placements; i++) {
        if (serves(entry->placements[i], entry->placements[at]->contract, month)) {
            return true;
        }
    }
    return false;
}

static void sooner(vv_date *next, vv_date day)
{
    if (day != VV_DATE_NONE && (*next == VV_DATE_NONE || day < *next)) {
        *next = day;
    }
}

/* Months of a placement that have begun; next is the day on which a further one is worked out. */
static enum vv_status judge_months(struct vv_judging *judging, size_t at, vv_date *next)
{
    const Vagval__V1__RegistryCase *entry = judging->work->entry;
    const Vagval__V1__CasePlacement *placement = entry->placements[at];
    vv_date today = judging->work->call->now.today, last = vv_placement_last_day(placement);
    enum vv_status status = VV_OK;

    for (vv_date month = vv_date_month_start(placement->start);
         status == VV_OK && month <= last && month <= today; month = vv_date_month_end(month) + 1) {
        const struct vv_scheme *scheme = scheme_of_month(judging, month);
        if (!has_obligations(scheme) || has_later(entry, at, month)) {
            continue;
        }
        status = judge_month(judging, placement, month);
        vv_date day = month_day(scheme, month);
        if (day > today) {
            sooner(next, day);
        }
    }
    return status;
}

enum vv_status vv_judge(struct vv_judging *judging)
{
    struct vv_work *work = judging->work;
    const struct vv_call *call = work->call;
    vv_date next = VV_DATE_NONE;
    enum vv_status status = vv_judge_terms(judging);

    for (size_t i = 0; status == VV_OK && i < work->entry->n_placements; i++) {
        struct vv_term_input input = input_of(judging, work->entry->placements[i]);
        vv_date due = vv_judged_next_due(call, work->entry, &input);
        sooner(&next, due == VV_DATE_NONE ? due : due + 1);
        status = judge_months(judging, i, &next);
    }
    if (status != VV_OK) {
        return status;
    }
    if (next != VV_DATE_NONE) {
        vv_timer_set(work->outcome, VV_MSG_OBLIGATION_DUE, call->subject, next);
    } else {
        vv_timer_clear(work->outcome, VV_MSG_OBLIGATION_DUE, call->subject);
    }
    return work->exhausted ? VV_NO_MEMORY : VV_OK;
}

/* ---- for a message on the case's record ---- */

void vv_judge_case_plan(const struct vv_call *call, const struct vv_loaded *loaded,
                        struct vv_plan *plan)
{
    const struct vv_record *record = vv_loaded(loaded, "case", call->subject);
    ProtobufCMessage *message = NULL;

    if (record == NULL ||
        vv_record_unpack(call, record, &vagval__v1__registry_case__descriptor, &message) != VV_OK) {
        return; /* not there yet, or decide says what is wrong with it */
    }
    const Vagval__V1__RegistryCase *entry = (const Vagval__V1__RegistryCase *)message;
    if (!vv_judgement_applies(call, entry->scheme)) {
        return;
    }
    if (entry->n_placements == 0) {
        vv_plan_load_new(plan, "delivery", call->subject);
    } else {
        vv_plan_load(plan, "delivery", call->subject);
    }
}

enum vv_status vv_judge_case(struct vv_work *work, const struct vv_loaded *loaded)
{
    const struct vv_call *call = work->call;
    ProtobufCMessage *recorded = NULL;

    if (!vv_judgement_applies(call, work->entry->scheme)) {
        return VV_OK;
    }
    enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "delivery", call->subject),
                                             &vagval__v1__delivery__descriptor, &recorded);
    if (status != VV_OK) {
        return status;
    }
    struct vv_judging judging = {.work = work, .delivery = (Vagval__V1__Delivery *)recorded};
    status = vv_judge(&judging);
    if (status == VV_OK && judging.delivery_changed) {
        vv_put(work->outcome, "delivery", call->subject, recorded);
    }
    return status;
}
