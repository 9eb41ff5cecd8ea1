/*
 * handlers_delivery.c: what happens in a placement: activities, the participant's word on them,
 * deviation reports and their decisions, excuses. It stands in a record beside the case's.
 */
#include "delivery_work.h"
#include "deputy.h"
#include "difference.h"
#include "judgement.h"
#include "placement.h"
#include "provider-registry.h"
#include "report.h"
#include "sender.h"
#include "vagval/protected.h"

#include <string.h>

#include "vagval/limits.h"

extern const struct vv_handler vv_handle_record_activity;
extern const struct vv_handler vv_handle_confirm_attendance;
extern const struct vv_handler vv_handle_report_deviation;
extern const struct vv_handler vv_handle_decide_deviation;
extern const struct vv_handler vv_handle_excuse_obligation;
extern const struct vv_handler vv_handle_show_delivery;

#define MINUTES_MAX 1440

/* A placement serves on that day, and the day has come. */
static enum vv_status check_served(const struct vv_delivery_work *work, const char *field,
                                   int32_t on)
{
    struct vv_outcome *outcome = work->work.outcome;
    enum vv_status status = vv_check_day(outcome, field, on);

    if (status == VV_OK && on > work->work.call->now.today) {
        status = vv_refuse(outcome, VV_REFUSED, field, "has not come; repeat it on that day");
    }
    if (status == VV_OK && vv_placement_within(work->work.seen, on, on) == NULL) {
        status = vv_refuse(outcome, VV_REFUSED, field, "no placement runs on that day");
    }
    return status;
}

/* ---- activities ---- */

static bool is_kind(const struct vv_delivery *rules, const char *kind)
{
    for (size_t i = 0; rules != NULL && i < rules->activity_count; i++) {
        if (strcmp(rules->activities[i].code, kind) == 0) {
            return true;
        }
    }
    return false;
}

static enum vv_status decide_activity(const struct vv_call *call, const struct vv_loaded *loaded,
                                      struct vv_outcome *outcome)
{
    const Vagval__V1__RecordActivity *command = (const Vagval__V1__RecordActivity *)call->body;
    struct vv_delivery_work work;
    enum vv_status status = vv_delivery_open(call, loaded, outcome, command->source,
                                             command->source_ref, command->case_id, &work);

    if (status == VV_OK) {
        status = check_served(&work, "on", command->on);
    }
    if (status == VV_OK &&
        (work.scheme == NULL || !is_kind(work.scheme->delivery, command->kind))) {
        status = vv_refuse(outcome, VV_INVALID, "kind", "is no activity of the scheme");
    }
    if (status == VV_OK && command->minutes > MINUTES_MAX) {
        status = vv_refuse(outcome, VV_INVALID, "minutes", "are more than a day has");
    }
    Vagval__V1__ActivityDone *activity =
        status == VV_OK ? vv_work_alloc(&work.work, sizeof *activity) : NULL;
    if (activity == NULL) {
        return status == VV_OK ? VV_NO_MEMORY : status;
    }
    vagval__v1__activity_done__init(activity);
    activity->fact = vv_work_id(&work.work, call->id);
    activity->kind = command->kind;
    activity->on = command->on;
    activity->minutes = command->minutes;
    activity->physical = command->physical;
    activity->attended = command->attended;
    activity->language_support = command->language_support;
    vv_date reported_on = vv_sender_reported_on(&work.work, command->reported_on);
    activity->late = vv_report_is_late(vv_date_month_start(command->on),
                                       reported_on > 0 ? reported_on : call->now.today);
    work.delivery->activities = vv_work_grown(&work.work, work.delivery->activities,
                                              &work.delivery->n_activities, activity);
    Vagval__V1__RecordActivity fact = *command;
    fact.reported_on = reported_on; /* so that a replay finds the day that counted */
    return vv_delivery_close_with(&work, command->on, command->source, &fact.base,
                                  activity->late ? "late" : "in_time");
}

const struct vv_handler vv_handle_record_activity = {.plan = vv_delivery_plan,
                                                     .decide = decide_activity};

static bool same_id(ProtobufCBinaryData a, ProtobufCBinaryData b)
{
    return a.len == b.len && a.len > 0 && memcmp(a.data, b.data, a.len) == 0;
}

static enum vv_status decide_attendance(const struct vv_call *call, const struct vv_loaded *loaded,
                                        struct vv_outcome *outcome)
{
    const Vagval__V1__ConfirmAttendance *command =
        (const Vagval__V1__ConfirmAttendance *)call->body;
    struct vv_delivery_work work;
    enum vv_status status = vv_delivery_open(call, loaded, outcome, command->source,
                                             command->source_ref, command->case_id, &work);

    for (size_t i = 0; status == VV_OK && i < work.delivery->n_activities; i++) {
        Vagval__V1__ActivityDone *activity = work.delivery->activities[i];
        if (same_id(activity->fact, command->activity)) {
            activity->confirmed = (char *)(uintptr_t)(command->attended ? "yes" : "no");
            return vv_delivery_close(&work, activity->on, command->source, activity->confirmed);
        }
    }
    return status != VV_OK
               ? status
               : vv_refuse(outcome, VV_NOT_FOUND, "activity", "is not known; repeat it later");
}

const struct vv_handler vv_handle_confirm_attendance = {.plan = vv_delivery_plan,
                                                        .decide = decide_attendance};

/* ---- deviations ---- */

static enum vv_status check_code(struct vv_outcome *outcome, uint32_t code, uint32_t detail)
{
    static const uint32_t codes[] = {15, 16, 17, 18, 19, 20, 21, 22, 26, 27, 28};
    bool known = false;

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        known = known || codes[i] == code;
    }
    if (!known) {
        return vv_refuse(outcome, VV_INVALID, "code",
                         "is none of 15-22 and 26-28, the agency's codes");
    }
    if (code == 18 ? detail < 1 || detail > 5 : detail != 0) {
        return vv_refuse(outcome, VV_INVALID, "detail", "is 1 to 5 with code 18, and only there");
    }
    return VV_OK;
}

/* One report for one event: the same code on an overlapping day is the same event. */
static bool is_reported(const Vagval__V1__Delivery *delivery,
                        const Vagval__V1__ReportDeviation *command, int32_t through)
{
    for (size_t i = 0; i < delivery->n_deviations; i++) {
        const Vagval__V1__Deviation *known = delivery->deviations[i];
        if (known->code == command->code && known->on <= through && command->on <= known->through) {
            return true;
        }
    }
    return false;
}

static enum vv_status decide_report(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_outcome *outcome)
{
    const Vagval__V1__ReportDeviation *command = (const Vagval__V1__ReportDeviation *)call->body;
    int32_t through = command->through == 0 ? command->on : command->through;
    struct vv_delivery_work work;
    enum vv_status status = vv_delivery_open(call, loaded, outcome, command->source,
                                             command->source_ref, command->case_id, &work);

    if (status == VV_OK) {
        status = check_code(outcome, command->code, command->detail);
    }
    if (status == VV_OK) {
        status = check_served(&work, "on", command->on);
    }
    if (status == VV_OK && through < command->on) {
        status = vv_refuse(outcome, VV_INVALID, "through", "is before the first day");
    }
    if (status == VV_OK && is_reported(work.delivery, command, through)) {
        status = vv_refuse(outcome, VV_REFUSED, "on",
                           "this event is reported already; one report for each event");
    }
    Vagval__V1__Deviation *deviation =
        status == VV_OK ? vv_work_alloc(&work.work, sizeof *deviation) : NULL;
    if (deviation == NULL) {
        return status == VV_OK ? VV_NO_MEMORY : status;
    }
    vagval__v1__deviation__init(deviation);
    deviation->fact = vv_work_id(&work.work, call->id);
    deviation->code = command->code;
    deviation->detail = command->detail;
    deviation->on = command->on;
    deviation->through = through;
    deviation->reported_on = call->now.today;
    work.delivery->deviations = vv_work_grown(&work.work, work.delivery->deviations,
                                              &work.delivery->n_deviations, deviation);
    return vv_delivery_close(&work, command->on, command->source, "received");
}

const struct vv_handler vv_handle_report_deviation = {.plan = vv_delivery_plan,
                                                      .decide = decide_report};

static enum vv_status decide_deviation(const struct vv_call *call, const struct vv_loaded *loaded,
                                       struct vv_outcome *outcome)
{
    const Vagval__V1__DecideDeviation *command = (const Vagval__V1__DecideDeviation *)call->body;
    struct vv_delivery_work work;
    enum vv_status status = vv_delivery_open(call, loaded, outcome, command->source,
                                             command->source_ref, command->case_id, &work);

    if (status == VV_OK) {
        status = vv_check_code(outcome, "decision", command->decision);
    }
    if (status == VV_OK) {
        status = vv_deputy_check(call, loaded, outcome, command->for_person);
    }
    if (status == VV_OK) {
        status = vv_check_code(outcome, "reason", command->reason);
    }
    for (size_t i = 0; status == VV_OK && i < work.delivery->n_deviations; i++) {
        Vagval__V1__Deviation *deviation = work.delivery->deviations[i];
        if (!same_id(deviation->fact, command->deviation)) {
            continue;
        }
        if (deviation->decided_on != 0) {
            return vv_refuse(outcome, VV_REFUSED, "deviation", "is decided already: %s",
                             deviation->decision);
        }
        deviation->decision = command->decision;
        deviation->reason = command->reason;
        deviation->decided_on = call->now.today;
        deviation->decided_by = (char *)(uintptr_t)call->sender;
        deviation->decided_for = command->for_person;
        return vv_delivery_close(&work, call->now.today, command->source, command->decision);
    }
    return status != VV_OK ? status : vv_refuse(outcome, VV_NOT_FOUND, "deviation", "is not known");
}

static enum vv_status plan_deviation(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_plan *plan)
{
    const Vagval__V1__DecideDeviation *command = (const Vagval__V1__DecideDeviation *)call->body;
    vv_deputy_plan(plan, command->for_person);
    return vv_delivery_plan(call, loaded, plan);
}

const struct vv_handler vv_handle_decide_deviation = {.plan = plan_deviation,
                                                      .decide = decide_deviation};

/* ---- terms ---- */

/* The placement that runs, else the latest one; NULL if there was none. */
static const Vagval__V1__CasePlacement *placement_of(const Vagval__V1__RegistryCase *entry)
{
    const Vagval__V1__CasePlacement *running = vv_placement_running(entry);
    return running != NULL || entry->n_placements == 0 ? running
                                                       : entry->placements[entry->n_placements - 1];
}

/* The terms of that placement. */
static enum vv_status terms_of(const struct vv_delivery_work *work,
                               struct vv_shown_term **ret_terms, size_t *ret_count)
{
    const Vagval__V1__CasePlacement *placement = placement_of(work->work.entry);
    return placement == NULL ? VV_OK
                             : vv_judge_show(work->work.call, work->work.entry, placement,
                                             work->delivery, ret_terms, ret_count);
}

static enum vv_status decide_excuse(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_outcome *outcome)
{
    const Vagval__V1__ExcuseObligation *command = (const Vagval__V1__ExcuseObligation *)call->body;
    struct vv_shown_term *terms = NULL;
    size_t count = 0;
    struct vv_delivery_work work;
    enum vv_status status = vv_delivery_open(call, loaded, outcome, command->source,
                                             command->source_ref, command->case_id, &work);

    if (status == VV_OK) {
        status = vv_deputy_check(call, loaded, outcome, command->for_person);
    }
    if (status == VV_OK) {
        status = vv_check_code(outcome, "reason", command->reason);
    }
    if (status == VV_OK) {
        status = terms_of(&work, &terms, &count);
    }
    if (status != VV_OK) {
        return status;
    }
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        found = found || (terms[i].term.due == command->due &&
                          strcmp(terms[i].term.obligation->code, command->obligation) == 0);
    }
    Vagval__V1__ObligationExcuse *excuse = found ? vv_work_alloc(&work.work, sizeof *excuse) : NULL;
    if (excuse == NULL) {
        return found ? VV_NO_MEMORY
                     : vv_refuse(outcome, VV_NOT_FOUND, "due",
                                 "no term of that obligation ends on that day");
    }
    vagval__v1__obligation_excuse__init(excuse);
    excuse->obligation = command->obligation;
    excuse->due = command->due;
    excuse->reason = command->reason;
    excuse->by = (char *)(uintptr_t)call->sender;
    excuse->for_person = command->for_person;
    work.delivery->excuses =
        vv_work_grown(&work.work, work.delivery->excuses, &work.delivery->n_excuses, excuse);
    return vv_delivery_close(&work, command->due, command->source, "excused");
}

static enum vv_status plan_excuse(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_plan *plan)
{
    const Vagval__V1__ExcuseObligation *command = (const Vagval__V1__ExcuseObligation *)call->body;
    vv_deputy_plan(plan, command->for_person);
    return vv_delivery_plan(call, loaded, plan);
}

const struct vv_handler vv_handle_excuse_obligation = {.plan = plan_excuse,
                                                       .decide = decide_excuse};

/* ---- showing ---- */

static enum vv_status plan_show(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    (void)loaded;
    vv_plan_load(plan, "case", call->subject);
    vv_plan_load(plan, "delivery", call->subject);
    return VV_OK;
}

static void add_term(struct vv_work *work, const struct vv_shown_term *shown,
                     Vagval__V1__DeliveryShown *reply)
{
    const struct vv_obligation_term *term = &shown->term;
    Vagval__V1__ObligationTerm *line = vv_work_alloc(work, sizeof *line);
    if (line == NULL) {
        return;
    }
    vagval__v1__obligation_term__init(line);
    line->code = (char *)(uintptr_t)term->obligation->code;
    line->name_en = (char *)(uintptr_t)term->obligation->name_en;
    line->name_sv = (char *)(uintptr_t)term->obligation->name_sv;
    line->from = term->from;
    line->due = term->due;
    line->state = (char *)(uintptr_t)vv_term_state_name(term->state);
    line->met_on = term->met_on == VV_DATE_NONE ? 0 : term->met_on;
    line->minutes = (uint32_t)term->minutes;
    line->physical_minutes = (uint32_t)term->physical_minutes;
    line->since = shown->since;
    line->start = shown->start;
    reply->terms = vv_work_grown(work, reply->terms, &reply->n_terms, line);
}

static void add_differences(const struct vv_delivery_work *work, struct vv_work *memory,
                            Vagval__V1__DeliveryShown *reply)
{
    const struct vv_delivery *rules = work->scheme == NULL ? NULL : work->scheme->delivery;
    size_t count = vv_differences(work->delivery, rules, NULL, 0);
    struct vv_difference *list = vv_work_alloc(memory, (count + 1) * sizeof *list);

    if (list == NULL) {
        return;
    }
    (void)vv_differences(work->delivery, rules, list, count);
    for (size_t i = 0; i < count; i++) {
        Vagval__V1__OpenDifference *line = vv_work_alloc(memory, sizeof *line);
        if (line != NULL) {
            vagval__v1__open_difference__init(line);
            line->record = list[i].record;
            line->what = (char *)(uintptr_t)list[i].what;
            line->on = list[i].on;
            reply->differences =
                vv_work_grown(memory, reply->differences, &reply->n_differences, line);
        }
    }
}

static enum vv_status decide_show(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    struct vv_shown_term *terms = NULL;
    size_t count = 0;
    struct vv_delivery_work work;
    Vagval__V1__DeliveryShown reply;
    enum vv_status status = vv_delivery_read(call, loaded, outcome, &work);

    if (status != VV_OK) {
        return status;
    }
    if (work.work.is_new) {
        return vv_refuse(outcome, VV_NOT_FOUND, "case_id", "is not known here");
    }
    if (!vv_case_is_open(call, work.work.entry->protected_identity)) {
        return vv_refuse_protected(outcome);
    }
    vagval__v1__delivery_shown__init(&reply);
    Vagval__V1__Delivery shown = *work.delivery;
    shown.n_judged = 0; /* they stand among the terms */
    reply.delivery = &shown;
    const Vagval__V1__CasePlacement *placement = placement_of(work.work.entry);
    if (placement != NULL) {
        reply.contract_number = placement->contract_number;
        reply.start = placement->start;
    }
    add_differences(&work, &work.work, &reply);
    status = terms_of(&work, &terms, &count);
    for (size_t i = 0; status == VV_OK && i < count; i++) {
        add_term(&work.work, &terms[i], &reply);
    }
    if (status != VV_OK) {
        return status;
    }
    if (work.work.exhausted) {
        return VV_NO_MEMORY;
    }
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_show_delivery = {.plan = plan_show, .decide = decide_show};
