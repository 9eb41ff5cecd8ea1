/*
 * handlers_view.c: the second source beside the provider's record: what the person says of what was
 * agreed, the settling of a difference between the two, and whose case it is.
 */
#include "delivery_work.h"
#include "deputy.h"
#include "difference.h"
#include "placement.h"
#include "provider-registry.h"

#include <string.h>

extern const struct vv_handler vv_handle_record_person_view;
extern const struct vv_handler vv_handle_settle_difference;
extern const struct vv_handler vv_handle_assign_case;

#define POINTS_MAX 32
#define DIFFERENCES_MAX 1024 /* a record has fewer facts than that */

/* ---- the person's view ---- */

static bool is_one_of(const char *text, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (strcmp(text, *words) == 0) {
            return true;
        }
    }
    return false;
}

static enum vv_status check_points(const struct vv_delivery_work *work,
                                   const Vagval__V1__RecordPersonView *command)
{
    static const char *const answers[] = {"kept", "not_kept", "no_answer", NULL};
    struct vv_outcome *outcome = work->work.outcome;
    const struct vv_delivery *rules = work->scheme == NULL ? NULL : work->scheme->delivery;

    if (command->n_points == 0 || command->n_points > POINTS_MAX) {
        return vv_refuse(outcome, VV_INVALID, "points", "are 1 to %d", POINTS_MAX);
    }
    for (size_t i = 0; i < command->n_points; i++) {
        const Vagval__V1__PersonPoint *point = command->points[i];
        if (!vv_point_is_known(rules, point->what)) {
            return vv_refuse(outcome, VV_INVALID, "points",
                             "%.40s is no activity or obligation of the scheme", point->what);
        }
        if (!is_one_of(point->answer, answers)) {
            return vv_refuse(outcome, VV_INVALID, "points",
                             "an answer is kept, not_kept or no_answer");
        }
        for (size_t k = 0; k < i; k++) {
            if (strcmp(command->points[k]->what, point->what) == 0) {
                return vv_refuse(outcome, VV_INVALID, "points", "%s is answered twice",
                                 point->what);
            }
        }
    }
    return VV_OK;
}

static enum vv_status check_talk(const struct vv_delivery_work *work,
                                 const Vagval__V1__RecordPersonView *command)
{
    static const char *const means[] = {"phone", "video", "visit", "letter", "digital", NULL};
    struct vv_outcome *outcome = work->work.outcome;
    enum vv_status status = vv_check_day(outcome, "from", command->from);

    if (status == VV_OK) {
        status = vv_check_day(outcome, "on", command->on);
    }
    if (status == VV_OK && command->on > work->work.call->now.today) {
        status = vv_refuse(outcome, VV_REFUSED, "on", "has not come; repeat it on that day");
    }
    if (status == VV_OK && command->from > command->on) {
        status = vv_refuse(outcome, VV_INVALID, "from", "is after the day of the follow-up");
    }
    if (status == VV_OK && !is_one_of(command->means, means)) {
        status = vv_refuse(outcome, VV_INVALID, "means",
                           "is none of phone, video, visit, letter, digital");
    }
    if (status == VV_OK &&
        vv_placement_within(work->work.entry, command->from, command->on) == NULL) {
        status = vv_refuse(outcome, VV_REFUSED, "from", "no placement runs on one of those days");
    }
    return status;
}

static enum vv_status decide_view(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__RecordPersonView *command = (const Vagval__V1__RecordPersonView *)call->body;
    struct vv_delivery_work work;
    enum vv_status status = vv_delivery_open(call, loaded, outcome, command->source,
                                             command->source_ref, command->case_id, &work);

    if (status == VV_OK) {
        status = check_talk(&work, command);
    }
    if (status == VV_OK) {
        status = check_points(&work, command);
    }
    Vagval__V1__PersonView *view = status == VV_OK ? vv_work_alloc(&work.work, sizeof *view) : NULL;
    if (view == NULL) {
        return status == VV_OK ? VV_NO_MEMORY : status;
    }
    vagval__v1__person_view__init(view);
    view->fact = vv_work_id(&work.work, call->id);
    view->from = command->from;
    view->on = command->on;
    view->means = command->means;
    view->points = command->points;
    view->n_points = command->n_points;
    view->by = (char *)(uintptr_t)call->sender;
    work.delivery->views =
        vv_work_grown(&work.work, work.delivery->views, &work.delivery->n_views, view);
    return vv_delivery_close(&work, command->on, command->source, "recorded");
}

const struct vv_handler vv_handle_record_person_view = {.plan = vv_delivery_plan,
                                                        .decide = decide_view};

/* ---- settling ---- */

static enum vv_status plan_settle(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_plan *plan)
{
    const Vagval__V1__SettleDifference *command = (const Vagval__V1__SettleDifference *)call->body;

    vv_deputy_plan(plan, command->for_person);
    return vv_delivery_plan(call, loaded, plan);
}

static bool is_open(const struct vv_delivery_work *work,
                    const Vagval__V1__SettleDifference *command)
{
    const struct vv_delivery *rules = work->scheme == NULL ? NULL : work->scheme->delivery;
    struct vv_difference *list =
        vv_arena_alloc(work->work.call->arena, DIFFERENCES_MAX * sizeof *list);
    size_t count = list == NULL ? 0 : vv_differences(work->delivery, rules, list, DIFFERENCES_MAX);

    for (size_t i = 0; i < count && i < DIFFERENCES_MAX; i++) {
        if (strcmp(list[i].what, command->what) == 0 && list[i].record.len == command->record.len &&
            memcmp(list[i].record.data, command->record.data, command->record.len) == 0) {
            return true;
        }
    }
    return false;
}

static enum vv_status decide_settle(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_outcome *outcome)
{
    const Vagval__V1__SettleDifference *command = (const Vagval__V1__SettleDifference *)call->body;
    struct vv_delivery_work work;
    enum vv_status status = vv_delivery_open(call, loaded, outcome, command->source,
                                             command->source_ref, command->case_id, &work);

    if (status == VV_OK) {
        status = vv_check_code(outcome, "decision", command->decision);
    }
    if (status == VV_OK) {
        status = vv_deputy_check(call, loaded, outcome, command->for_person);
    }
    if (status == VV_OK && !is_open(&work, command)) {
        status = vv_refuse(outcome, VV_NOT_FOUND, "record", "no open difference on that point");
    }
    Vagval__V1__SettledDifference *settled =
        status == VV_OK ? vv_work_alloc(&work.work, sizeof *settled) : NULL;
    if (settled == NULL) {
        return status == VV_OK ? VV_NO_MEMORY : status;
    }
    vagval__v1__settled_difference__init(settled);
    settled->record = command->record;
    settled->what = command->what;
    settled->decision = command->decision;
    settled->on = call->now.today;
    settled->by = (char *)(uintptr_t)call->sender;
    settled->for_person = command->for_person;
    work.delivery->settled =
        vv_work_grown(&work.work, work.delivery->settled, &work.delivery->n_settled, settled);
    return vv_delivery_close(&work, call->now.today, command->source, command->decision);
}

const struct vv_handler vv_handle_settle_difference = {.plan = plan_settle,
                                                       .decide = decide_settle};

/* ---- whose case it is ---- */

static enum vv_status decide_assign(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_outcome *outcome)
{
    const Vagval__V1__AssignCase *command = (const Vagval__V1__AssignCase *)call->body;
    struct vv_delivery_work work;
    enum vv_status status = vv_delivery_open(call, loaded, outcome, command->source,
                                             command->source_ref, command->case_id, &work);

    if (status == VV_OK && command->person[0] != '\0') {
        status = vv_check_code(outcome, "person", command->person);
    }
    if (status != VV_OK) {
        return status;
    }
    work.delivery->responsible = command->person;
    return vv_delivery_close(&work, call->now.today, command->source,
                             command->person[0] == '\0' ? "everybody" : "assigned");
}

const struct vv_handler vv_handle_assign_case = {.plan = vv_delivery_plan, .decide = decide_assign};
