/*
 * handlers_extend.c: a caseworker lets a service go on for longer, up to the scheme's longest. The
 * running placement's planned end moves, and with it that of the service; payment is told.
 */
#include "judgement.h"
#include "placement.h"
#include "provider-registry.h"
#include "reach.h"
#include "work.h"

extern const struct vv_handler vv_handle_extend_service;

static enum vv_status plan_extension(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_plan *plan)
{
    vv_judge_case_plan(call, loaded, plan);
    return vv_work_plan(call, plan, true);
}

static enum vv_status check_extension(const struct vv_work *work,
                                      const Vagval__V1__ExtendService *command, vv_date *ret_last)
{
    const struct vv_call *call = work->call;
    enum vv_status status =
        vv_check_case_command(work, command->source, command->source_ref, command->case_id);

    if (status == VV_OK) {
        status = vv_check_code(work->outcome, "reason", command->reason);
    }
    if (status != VV_OK) {
        return status;
    }
    const struct vv_scheme *scheme =
        vv_book_scheme(call->book, work->entry->scheme, call->now.today, 0);
    if (scheme == NULL) {
        return vv_refuse(work->outcome, VV_REFUSED, "months",
                         "no published version of the scheme is valid today");
    }
    const char *refusal =
        vv_extension_refusal(scheme, work->entry, command->months, call->now.today, ret_last);
    return refusal == NULL ? VV_OK
                           : vv_refuse(work->outcome, VV_REFUSED, "months",
                                       "the service cannot be extended: %s", refusal);
}

static void tell_payment(struct vv_work *work, const Vagval__V1__CasePlacement *running,
                         vv_date added, char *reason)
{
    Vagval__V1__ServiceExtended event = VAGVAL__V1__SERVICE_EXTENDED__INIT;

    event.case_id = vv_work_id(work, work->call->subject);
    event.scheme = work->entry->scheme;
    event.placement = running->placement;
    event.planned_end = running->planned_end;
    event.reason = reason;
    vv_work_emit_payment(work, VV_MSG_SERVICE_EXTENDED, added, &event.base);
}

/* Whoever serves the case learns of it: the level as it is, from the first added day. */
static void tell_provider(struct vv_work *work, const Vagval__V1__CasePlacement *running,
                          vv_date added)
{
    Vagval__V1__TellProvider order = VAGVAL__V1__TELL_PROVIDER__INIT;
    struct vv_id contract;

    if (vv_id_from_bytes(running->contract.data, running->contract.len, &contract) != VV_OK) {
        return;
    }
    order.case_id = vv_work_id(work, work->call->subject);
    order.scheme = work->entry->scheme;
    order.area = running->area;
    order.contract = running->contract;
    order.level = work->entry->level;
    order.placement = running->placement;
    order.on = added;
    order.end = running->planned_end;
    vv_work_emit(work, VV_MSG_TELL_PROVIDER, contract, work->call->now.today, &order.base);
}

static enum vv_status decide_extension(const struct vv_call *call, const struct vv_loaded *loaded,
                                       struct vv_outcome *outcome)
{
    const Vagval__V1__ExtendService *command = (const Vagval__V1__ExtendService *)call->body;
    struct vv_work work;
    vv_date last = 0;
    enum vv_status status = vv_work_open(&work, call, loaded, outcome);

    if (status == VV_OK) {
        status = check_extension(&work, command, &last);
    }
    if (status != VV_OK) {
        return status;
    }
    Vagval__V1__CasePlacement *running = vv_placement_running(work.entry);
    vv_date added = running->planned_end + 1;
    running->planned_end = last;
    work.entry->planned_end = last;
    vv_timer_set(outcome, VV_MSG_PLACEMENT_DUE, call->subject, last + 1);
    tell_payment(&work, running, added, command->reason);
    tell_provider(&work, running, added);
    vv_work_count(&work, "placements.extended", 1);

    Vagval__V1__ExtendService fact = *command; /* who sent it and the case stand elsewhere */
    fact.source = (char *)protobuf_c_empty_string;
    fact.source_ref = (char *)protobuf_c_empty_string;
    fact.case_id = (ProtobufCBinaryData){0, NULL};
    vv_work_accept(&work, added, command->source, VV_NIL, &fact.base);
    vv_work_reply(&work, "extended");
    status = vv_judge_case(&work, loaded); /* terms that the old end cut short are asked now */
    return status == VV_OK ? vv_work_close(&work) : status;
}

const struct vv_handler vv_handle_extend_service = {.plan = plan_extension,
                                                    .decide = decide_extension};
