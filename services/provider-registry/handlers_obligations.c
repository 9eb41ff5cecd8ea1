/*
 * handlers_obligations.c: a statement that a contract met, or did not meet, its obligations towards
 * a case in a month. What then waits is the scheme's and payment's matter (rules 6). A later
 * statement on the same month and contract takes the place of an earlier one. A person says it, or
 * the registry works it out from the terms that ended in the month.
 */
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
static enum vv_status compute(const struct vv_work *work, const struct vv_loaded *loaded,
                              const Vagval__V1__CasePlacement *placement,
                              Vagval__V1__StateObligations *fact)
{
    const struct vv_call *call = work->call;
    const struct vv_scheme *scheme =
        vv_book_scheme(call->book, work->entry->scheme, fact->month, 0);
    ProtobufCMessage *recorded = NULL;
    enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "delivery", call->subject),
                                             &vagval__v1__delivery__descriptor, &recorded);

    if (status != VV_OK) {
        return status;
    }
    if (call->now.today <= vv_date_month_end(fact->month)) {
        return vv_refuse(work->outcome, VV_REFUSED, "month", "is not over; repeat it then");
    }
    if (scheme == NULL || scheme->delivery == NULL || scheme->delivery->obligation_count == 0) {
        return vv_refuse(work->outcome, VV_REFUSED, "month",
                         "the scheme has no obligations to work it out from; state it by hand");
    }
    struct vv_term_input input = {.rules = scheme->delivery,
                                  .jurisdiction = (enum vv_jurisdiction)work->entry->jurisdiction,
                                  .start = placement->start,
                                  .last = vv_placement_last_day(placement),
                                  .recorded = (const Vagval__V1__Delivery *)recorded,
                                  .today = call->now.today};
    size_t count = vv_obligation_terms(&input, NULL, 0);
    struct vv_obligation_term *terms = vv_arena_alloc(call->arena, (count + 1) * sizeof *terms);
    if (terms == NULL) {
        return VV_NO_MEMORY;
    }
    (void)vv_obligation_terms(&input, terms, count);
    const struct vv_obligation *missed = vv_month_missed(terms, count, fact->month);
    fact->met = missed == NULL;
    fact->reason = (char *)(uintptr_t)(missed == NULL ? "terms-kept" : missed->code);
    return VV_OK;
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
    struct vv_work work;
    enum vv_status status = vv_work_open(&work, call, loaded, outcome);

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
    if (command->computed) {
        status = compute(&work, loaded, placement, &fact);
        if (status != VV_OK) {
            return status;
        }
    }
    tell_payment(&work, &fact, placement);
    vv_work_count(&work, fact.met ? "obligations.met" : "obligations.not_met", 1);

    fact.source = (char *)protobuf_c_empty_string;
    fact.source_ref = (char *)protobuf_c_empty_string;
    fact.case_id = (ProtobufCBinaryData){0, NULL};
    fact.contract = placement->contract; /* also where the command left it open */
    vv_work_accept(&work, command->month, command->source, VV_NIL, &fact.base);
    vv_work_reply(&work, fact.met ? "met" : "not_met");
    return vv_work_close(&work);
}

const struct vv_handler vv_handle_state_obligations = {.plan = plan_statement,
                                                       .decide = decide_statement};
