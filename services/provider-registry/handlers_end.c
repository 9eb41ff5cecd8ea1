/*
 * handlers_end.c: the end of a placement, as somebody says or as planned.
 */
#include "course.h"
#include "judgement.h"
#include "placement.h"
#include "provider-registry.h"
#include "work.h"

extern const struct vv_handler vv_handle_end_placement;
extern const struct vv_handler vv_handle_placement_due;

static enum vv_status decide_end(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_outcome *outcome)
{
    const Vagval__V1__EndPlacement *command = (const Vagval__V1__EndPlacement *)call->body;
    Vagval__V1__EndPlacement fact;
    struct vv_work work;
    const char *text = "";
    enum vv_status status = vv_work_open(&work, call, loaded, outcome);

    if (status == VV_OK) {
        status =
            vv_check_case_command(&work, command->source, command->source_ref, command->case_id);
    }
    if (status == VV_OK) {
        status = vv_check_code(outcome, "reason", command->reason);
    }
    if (status == VV_OK) {
        status = vv_check_day(outcome, "last_day", command->last_day);
    }
    if (status != VV_OK) {
        return status;
    }
    status = vv_placement_may_end(work.entry, command->last_day, call->now.today, &text);
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "last_day", "%s", text);
    }
    vv_course_end(&work, command->last_day, command->reason);
    vagval__v1__end_placement__init(&fact);
    fact.last_day = command->last_day;
    fact.reason = command->reason;
    vv_work_accept(&work, command->last_day, command->source, VV_NIL, &fact.base);
    vv_work_reply(&work, "ended");
    status = vv_judge_case(&work, loaded);
    return status == VV_OK ? vv_work_close(&work) : status;
}

static enum vv_status plan_end(const struct vv_call *call, const struct vv_loaded *loaded,
                               struct vv_plan *plan)
{
    vv_judge_case_plan(call, loaded, plan);
    return vv_work_plan(call, plan, true);
}

const struct vv_handler vv_handle_end_placement = {.plan = plan_end, .decide = decide_end};

static enum vv_status plan_due(const struct vv_call *call, const struct vv_loaded *loaded,
                               struct vv_plan *plan)
{
    (void)loaded;
    return vv_work_plan(call, plan, false);
}

static enum vv_status decide_due(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_outcome *outcome)
{
    struct vv_work work;
    enum vv_status status = vv_work_open(&work, call, loaded, outcome);

    if (status != VV_OK) {
        return status;
    }
    const Vagval__V1__CasePlacement *running = vv_placement_running(work.entry);
    if (running == NULL || call->now.today <= running->planned_end) {
        return VV_OK; /* ended in the meantime */
    }
    vv_course_end(&work, running->planned_end, "planned_end");
    return vv_work_close(&work);
}

const struct vv_handler vv_handle_placement_due = {.plan = plan_due, .decide = decide_due};
