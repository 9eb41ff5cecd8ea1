/*
 * replay_delivery.c: see the header.
 */
#include "replay_delivery.h"

#include <string.h>

#include "judgement.h"
#include "report.h"
#include "timeline.h"

struct replay {
    struct vv_work *work;
    Vagval__V1__Delivery *made;
};

static bool same_bytes(ProtobufCBinaryData a, ProtobufCBinaryData b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* ---- facts ---- */

static void replay_activity(struct replay *replay, const Vagval__V1__Fact *fact,
                            const Vagval__V1__RecordActivity *body)
{
    Vagval__V1__ActivityDone *activity = vv_work_alloc(replay->work, sizeof *activity);
    vv_date recorded_on = (vv_date)(fact->recorded_ms / VV_DAY_MS);

    if (activity == NULL) {
        return;
    }
    vagval__v1__activity_done__init(activity);
    activity->fact = fact->id;
    activity->kind = body->kind;
    activity->on = body->on;
    activity->minutes = body->minutes;
    activity->physical = body->physical;
    activity->attended = body->attended;
    activity->language_support = body->language_support;
    activity->late = vv_report_is_late(vv_date_month_start(body->on),
                                       body->reported_on > 0 ? body->reported_on : recorded_on);
    replay->made->activities = vv_work_grown(replay->work, replay->made->activities,
                                             &replay->made->n_activities, activity);
}

static void replay_attendance(struct replay *replay, const Vagval__V1__ConfirmAttendance *body)
{
    for (size_t i = 0; i < replay->made->n_activities; i++) {
        if (same_bytes(replay->made->activities[i]->fact, body->activity)) {
            replay->made->activities[i]->confirmed =
                (char *)(uintptr_t)(body->attended ? "yes" : "no");
        }
    }
}

static void replay_deviation(struct replay *replay, const Vagval__V1__Fact *fact,
                             const Vagval__V1__ReportDeviation *body)
{
    Vagval__V1__Deviation *deviation = vv_work_alloc(replay->work, sizeof *deviation);

    if (deviation == NULL) {
        return;
    }
    vagval__v1__deviation__init(deviation);
    deviation->fact = fact->id;
    deviation->code = body->code;
    deviation->detail = body->detail;
    deviation->on = body->on;
    deviation->through = body->through == 0 ? body->on : body->through;
    replay->made->deviations = vv_work_grown(replay->work, replay->made->deviations,
                                             &replay->made->n_deviations, deviation);
}

static void replay_decision(struct replay *replay, const Vagval__V1__DecideDeviation *body)
{
    for (size_t i = 0; i < replay->made->n_deviations; i++) {
        if (same_bytes(replay->made->deviations[i]->fact, body->deviation)) {
            replay->made->deviations[i]->decision = body->decision;
            replay->made->deviations[i]->reason = body->reason;
        }
    }
}

static void replay_excuse(struct replay *replay, const Vagval__V1__ExcuseObligation *body)
{
    Vagval__V1__ObligationExcuse *excuse = vv_work_alloc(replay->work, sizeof *excuse);

    if (excuse == NULL) {
        return;
    }
    vagval__v1__obligation_excuse__init(excuse);
    excuse->obligation = body->obligation;
    excuse->due = body->due;
    excuse->reason = body->reason;
    replay->made->excuses =
        vv_work_grown(replay->work, replay->made->excuses, &replay->made->n_excuses, excuse);
}

static void replay_view(struct replay *replay, const Vagval__V1__Fact *fact,
                        const Vagval__V1__RecordPersonView *body)
{
    Vagval__V1__PersonView *view = vv_work_alloc(replay->work, sizeof *view);

    if (view == NULL) {
        return;
    }
    vagval__v1__person_view__init(view);
    view->fact = fact->id;
    view->from = body->from;
    view->on = body->on;
    view->means = body->means;
    view->points = body->points;
    view->n_points = body->n_points;
    replay->made->views =
        vv_work_grown(replay->work, replay->made->views, &replay->made->n_views, view);
}

static void replay_settled(struct replay *replay, const Vagval__V1__SettleDifference *body)
{
    Vagval__V1__SettledDifference *settled = vv_work_alloc(replay->work, sizeof *settled);

    if (settled == NULL) {
        return;
    }
    vagval__v1__settled_difference__init(settled);
    settled->record = body->record;
    settled->what = body->what;
    settled->decision = body->decision;
    replay->made->settled =
        vv_work_grown(replay->work, replay->made->settled, &replay->made->n_settled, settled);
}

static enum vv_status replay_fact(struct replay *replay, const Vagval__V1__Fact *fact)
{
    ProtobufCMessage *body = NULL;
    enum vv_status status = vv_fact_body(replay->work->call, fact, &body);

    if (status != VV_OK) {
        return status;
    }
    if (fact->type == VV_MSG_RECORD_ACTIVITY) {
        replay_activity(replay, fact, (const Vagval__V1__RecordActivity *)body);
    } else if (fact->type == VV_MSG_CONFIRM_ATTENDANCE) {
        replay_attendance(replay, (const Vagval__V1__ConfirmAttendance *)body);
    } else if (fact->type == VV_MSG_REPORT_DEVIATION) {
        replay_deviation(replay, fact, (const Vagval__V1__ReportDeviation *)body);
    } else if (fact->type == VV_MSG_DECIDE_DEVIATION) {
        replay_decision(replay, (const Vagval__V1__DecideDeviation *)body);
    } else if (fact->type == VV_MSG_EXCUSE_OBLIGATION) {
        replay_excuse(replay, (const Vagval__V1__ExcuseObligation *)body);
    } else if (fact->type == VV_MSG_RECORD_PERSON_VIEW) {
        replay_view(replay, fact, (const Vagval__V1__RecordPersonView *)body);
    } else if (fact->type == VV_MSG_SETTLE_DIFFERENCE) {
        replay_settled(replay, (const Vagval__V1__SettleDifference *)body);
    } else if (fact->type == VV_MSG_ASSIGN_CASE) {
        replay->made->responsible = ((const Vagval__V1__AssignCase *)body)->person;
    }
    return VV_OK;
}

/* ---- comparing ---- */

static bool same_activities(const Vagval__V1__Delivery *a, const Vagval__V1__Delivery *b)
{
    bool same = a->n_activities == b->n_activities;

    for (size_t i = 0; same && i < a->n_activities; i++) {
        const Vagval__V1__ActivityDone *one = a->activities[i], *other = b->activities[i];
        same = same_bytes(one->fact, other->fact) && strcmp(one->kind, other->kind) == 0 &&
               one->on == other->on && one->minutes == other->minutes &&
               one->physical == other->physical && one->attended == other->attended &&
               one->language_support == other->language_support && one->late == other->late &&
               strcmp(one->confirmed, other->confirmed) == 0;
    }
    return same;
}

static bool same_deviations(const Vagval__V1__Delivery *a, const Vagval__V1__Delivery *b)
{
    bool same = a->n_deviations == b->n_deviations;

    for (size_t i = 0; same && i < a->n_deviations; i++) {
        const Vagval__V1__Deviation *one = a->deviations[i], *other = b->deviations[i];
        same = same_bytes(one->fact, other->fact) && one->code == other->code &&
               one->detail == other->detail && one->on == other->on &&
               one->through == other->through && strcmp(one->decision, other->decision) == 0 &&
               strcmp(one->reason, other->reason) == 0;
    }
    return same;
}

static bool same_excuses(const Vagval__V1__Delivery *a, const Vagval__V1__Delivery *b)
{
    bool same = a->n_excuses == b->n_excuses;

    for (size_t i = 0; same && i < a->n_excuses; i++) {
        const Vagval__V1__ObligationExcuse *one = a->excuses[i], *other = b->excuses[i];
        same = one->due == other->due && strcmp(one->obligation, other->obligation) == 0 &&
               strcmp(one->reason, other->reason) == 0;
    }
    return same;
}

static bool same_points(const Vagval__V1__PersonView *a, const Vagval__V1__PersonView *b)
{
    bool same = a->n_points == b->n_points;

    for (size_t i = 0; same && i < a->n_points; i++) {
        same = strcmp(a->points[i]->what, b->points[i]->what) == 0 &&
               strcmp(a->points[i]->answer, b->points[i]->answer) == 0;
    }
    return same;
}

static bool same_views(const Vagval__V1__Delivery *a, const Vagval__V1__Delivery *b)
{
    bool same = a->n_views == b->n_views && a->n_settled == b->n_settled &&
                strcmp(a->responsible, b->responsible) == 0;

    for (size_t i = 0; same && i < a->n_views; i++) {
        const Vagval__V1__PersonView *one = a->views[i], *other = b->views[i];
        same = same_bytes(one->fact, other->fact) && one->from == other->from &&
               one->on == other->on && strcmp(one->means, other->means) == 0 &&
               same_points(one, other);
    }
    for (size_t i = 0; same && i < a->n_settled; i++) {
        const Vagval__V1__SettledDifference *one = a->settled[i], *other = b->settled[i];
        same = same_bytes(one->record, other->record) && strcmp(one->what, other->what) == 0 &&
               strcmp(one->decision, other->decision) == 0;
    }
    return same;
}

/* The next statement of the record, from `at`, that stands on a fact of the case. */
static const Vagval__V1__MonthStated *next_told(const Vagval__V1__Delivery *stored, size_t *at)
{
    while (*at < stored->n_months) {
        const Vagval__V1__MonthStated *stated = stored->months[(*at)++];
        if (stated->by[0] != '\0') {
            return stated;
        }
    }
    return NULL;
}

/* What people stated of months stands in the record in the order of the case's facts. A case older
 * than the record's months has facts that come before all of them. */
static enum vv_status check_months(struct vv_work *work, const Vagval__V1__Delivery *stored,
                                   Vagval__V1__Fact *const *facts, size_t count,
                                   const char **ret_problem)
{
    size_t told = 0, stated_count = 0, at = 0;

    for (size_t i = 0; i < count; i++) {
        told += facts[i]->type == VV_MSG_STATE_OBLIGATIONS;
    }
    while (next_told(stored, &at) != NULL) {
        stated_count++;
    }
    if (stated_count > told) {
        *ret_problem = "registry.month_facts";
        return VV_OK;
    }
    size_t before = told - stated_count;
    at = 0;
    for (size_t i = 0; i < count; i++) {
        ProtobufCMessage *body = NULL;
        if (facts[i]->type != VV_MSG_STATE_OBLIGATIONS || (before > 0 && before-- > 0)) {
            continue;
        }
        enum vv_status status = vv_fact_body(work->call, facts[i], &body);
        if (status != VV_OK) {
            return status;
        }
        const Vagval__V1__StateObligations *fact = (const Vagval__V1__StateObligations *)body;
        const Vagval__V1__MonthStated *stated = next_told(stored, &at);
        if (stated == NULL || stated->month != fact->month || stated->met != fact->met ||
            !same_bytes(stated->contract, fact->contract)) {
            *ret_problem = "registry.month_facts";
            return VV_OK;
        }
    }
    return VV_OK;
}

enum vv_status vv_replay_delivery(struct vv_work *work, const Vagval__V1__Delivery *stored,
                                  Vagval__V1__Fact *const *facts, size_t fact_count,
                                  Vagval__V1__Fact *const *case_facts, size_t case_fact_count,
                                  const char **ret_problem)
{
    Vagval__V1__Delivery made;
    struct replay replay = {.work = work, .made = &made};
    const char *problem = NULL;
    enum vv_status status = VV_OK;

    vagval__v1__delivery__init(&made);
    for (size_t i = 0; status == VV_OK && i < fact_count; i++) {
        status = replay_fact(&replay, facts[i]);
    }
    if (status != VV_OK || work->exhausted) {
        return status != VV_OK ? status : VV_NO_MEMORY;
    }
    if (!same_activities(stored, &made)) {
        problem = "registry.activities";
    } else if (!same_deviations(stored, &made)) {
        problem = "registry.deviations";
    } else if (!same_excuses(stored, &made)) {
        problem = "registry.excuses";
    } else if (!same_views(stored, &made)) {
        problem = "registry.person_views";
    } else {
        status = check_months(work, stored, case_facts, case_fact_count, &problem);
    }
    if (status == VV_OK && problem == NULL) {
        /* Judged from the facts alone: the record's own lists are not asked. */
        made.judged = stored->judged;
        made.n_judged = stored->n_judged;
        made.judged_through = stored->judged_through;
        made.months = stored->months;
        made.n_months = stored->n_months;
        status = vv_judge_check(work->call, work->entry, &made, &problem);
    }
    if (status == VV_OK) {
        *ret_problem = problem;
    }
    return status;
}
