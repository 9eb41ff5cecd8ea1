/*
 * handlers_obligations.c: a statement that a contract met, or did not meet, its obligations towards
 * a case in a month. What then waits is the scheme's and payment's matter (rules 6). A later
 * statement on the same month and contract takes the place of an earlier one. A person says it, or
 * asks the registry to work it out before it does so by itself (judgement.h).
 */
#include "judgement.h"
#include "month.h"
#include "placement.h"
#include "provider-registry.h"
#include "report.h"
#include "work.h"

#include <string.h>

extern const struct vv_handler vv_handle_state_obligations;

static enum vv_status plan_statement(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_plan *plan)
{
    (void)loaded;
    vv_plan_load(plan, "delivery", call->subject);
    return vv_work_plan(call, plan, true);
}

static enum vv_status check_statement(const struct vv_work *work,
                                      const Vagval__V1__StateObligations *command,
                                      struct vv_id *ret_contract)
{
    struct vv_outcome *outcome = work->outcome;
    enum vv_status status =
        vv_check_case_command(work, command->source, command->source_ref, command->case_id);

    if (status == VV_OK) {
        status = vv_check_day(outcome, "month", command->month);
    }
    if (status == VV_OK && !command->computed) {
        status = vv_check_code(outcome, "reason", command->reason);
    }
    if (status == VV_OK && command->contract.len != 0) {
        status = vv_check_id(outcome, "contract", command->contract, ret_contract);
    }
    return status;
}

/* What the terms of the month say, in place of what a person would state. */
static enum vv_status compute(struct vv_judging *judging,
                              const Vagval__V1__CasePlacement *placement,
                              Vagval__V1__StateObligations *fact)
{
    struct vv_work *work = judging->work;
    const char *missed = NULL;

    if (work->call->now.today <= vv_date_month_end(fact->month)) {
        return vv_refuse(work->outcome, VV_REFUSED, "month", "is not over; repeat it then");
    }
    enum vv_status status = vv_judge_terms(judging);
    if (status == VV_OK) {
        status = vv_judge_month(judging, placement->contract, fact->month, &missed);
    }
    if (status == VV_NOT_FOUND) {
        return vv_refuse(work->outcome, VV_REFUSED, "month",
                         "the scheme has no obligations to work it out from; state it by hand");
    }
    if (status == VV_OK) {
        fact->met = missed == NULL;
        fact->reason = (char *)(uintptr_t)(missed == NULL ? VV_TERMS_KEPT : missed);
    }
    return status;
}

static void tell_payment(struct vv_work *work, const Vagval__V1__StateObligations *command,
                         const Vagval__V1__CasePlacement *placement)
{
    Vagval__V1__ObligationsStated event = VAGVAL__V1__OBLIGATIONS_STATED__INIT;

    event.case_id = command->case_id;
    event.scheme = work->entry->scheme;
    event.month = command->month;
    event.met = command->met;
    event.contract = placement->contract;
    event.reason = command->reason;
    vv_work_emit_payment(work, VV_MSG_OBLIGATIONS_STATED, command->month, &event.base);
}

static enum vv_status decide_statement(const struct vv_call *call, const struct vv_loaded *loaded,
                                       struct vv_outcome *outcome)
{
    const Vagval__V1__StateObligations *command = (const Vagval__V1__StateObligations *)call->body;
    const Vagval__V1__CasePlacement *placement = NULL;
    struct vv_id contract = VV_NIL;
    const char *text = "";
    ProtobufCMessage *recorded = NULL;
    struct vv_work work;
    enum vv_status status = vv_work_open(&work, call, loaded, outcome);

    if (status == VV_OK) {
        status = vv_record_unpack(call, vv_loaded(loaded, "delivery", call->subject),
                                  &vagval__v1__delivery__descriptor, &recorded);
    }
    if (status == VV_OK) {
        status = check_statement(&work, command, &contract);
    }
    if (status != VV_OK) {
        return status;
    }
    /* Which months and contracts there are, is the same question as of a report. */
    status =
        vv_report_judge(work.entry, command->month, contract, call->now.today, &placement, &text);
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "month", "%s", text);
    }
    Vagval__V1__StateObligations fact = *command; /* who sent it and the case stand elsewhere */
    struct vv_judging judging = {.work = &work, .delivery = (Vagval__V1__Delivery *)recorded};
    if (command->computed) {
        status = compute(&judging, placement, &fact);
        if (status != VV_OK) {
            return status;
        }
    }
    tell_payment(&work, &fact, placement);
    vv_work_count(&work, fact.met ? "obligations.met" : "obligations.not_met", 1);
    fact.contract = placement->contract; /* also where the command left it open */
    vv_judge_keep_month(&judging, &fact, call->sender, (ProtobufCBinaryData){0, NULL});
    vv_put(outcome, "delivery", call->subject, &judging.delivery->base);

    fact.source = (char *)protobuf_c_empty_string;
    fact.source_ref = (char *)protobuf_c_empty_string;
    fact.case_id = (ProtobufCBinaryData){0, NULL};
    vv_work_accept(&work, command->month, command->source, VV_NIL, &fact.base);
    vv_work_reply(&work, fact.met ? "met" : "not_met");
    return vv_work_close(&work);
}

const struct vv_handler vv_handle_state_obligations = {.plan = plan_statement,
                                                       .decide = decide_statement};
