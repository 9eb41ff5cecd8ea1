/*
 * handlers_service.c: periodic reports on a case that a provider serves.
 */
#include "placement.h"
#include "provider-registry.h"
#include "report.h"
#include "sender.h"
#include "work.h"

#include <string.h>

extern const struct vv_handler vv_handle_file_report;

static enum vv_status plan_with_fact(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_plan *plan)
{
    enum vv_status status = vv_work_plan(call, plan, true);
    return status == VV_OK ? vv_sender_plan(call, loaded, plan) : status;
}

/* ---- periodic reports ---- */

static enum vv_status check_report(const struct vv_work *work,
                                   const Vagval__V1__FileReport *command,
                                   struct vv_id *ret_contract, struct vv_id *ret_supersedes)
{
    struct vv_outcome *outcome = work->outcome;
    enum vv_status status =
        vv_check_case_command(work, command->source, command->source_ref, command->case_id);

    if (status == VV_OK) {
        status = vv_check_day(outcome, "month", command->month);
    }
    if (status == VV_OK) {
        status = vv_check_day(outcome, "reported_on", command->reported_on);
    }
    if (status == VV_OK && command->contract.len != 0) {
        status = vv_check_id(outcome, "contract", command->contract, ret_contract);
    }
    if (status == VV_OK && command->supersedes.len != 0) {
        status = vv_check_id(outcome, "supersedes", command->supersedes, ret_supersedes);
    }
    if (status == VV_OK && (command->hours_per_week > 168 || command->physical_percent > 100)) {
        status = vv_refuse(outcome, VV_INVALID, "hours_per_week",
                           "hours are at most 168 and the physical share at most 100 percent");
    }
    return status == VV_OK ? vv_sender_may_not_approve(work, command->approved) : status;
}

static void enter_report(struct vv_work *work, const Vagval__V1__FileReport *command,
                         const Vagval__V1__CasePlacement *placement, bool late)
{
    Vagval__V1__RegistryCase *entry = work->entry;
    Vagval__V1__CaseReport *report = vv_report_find(entry, command->month, placement);

    if (report == NULL) {
        report = vv_work_alloc(work, sizeof *report);
        if (report == NULL) {
            return;
        }
        vagval__v1__case_report__init(report);
        report->month = command->month;
        report->contract = placement->contract;
        entry->reports = vv_work_grown(work, entry->reports, &entry->n_reports, report);
        vv_work_count(work, "reports.filed", 1);
        vv_work_count(work, "reports.approved", command->approved ? 1 : 0);
        vv_work_count(work, "reports.late", late ? 1 : 0);
    } else {
        vv_work_count(work, "reports.approved",
                      (command->approved ? 1 : 0) - (report->approved ? 1 : 0));
    }
    report->approved = command->approved;
    report->late = late;
    report->fact = vv_work_id(work, work->call->id);
}

static void emit_report(struct vv_work *work, const Vagval__V1__FileReport *command,
                        const Vagval__V1__CasePlacement *placement, struct vv_id supersedes)
{
    Vagval__V1__ReportDecided event;

    vagval__v1__report_decided__init(&event);
    event.case_id = command->case_id;
    event.scheme = work->entry->scheme;
    event.month = command->month;
    event.approved = command->approved;
    event.contract = placement->contract;
    event.supersedes = vv_work_event_of(work, supersedes);
    vv_work_emit_payment(work, VV_MSG_REPORT_DECIDED, command->month, &event.base);
}

/* Who sent it stands in the fact, the case in its home: neither is kept twice. */
static void keep_report_fact(struct vv_work *work, const Vagval__V1__FileReport *command,
                             const Vagval__V1__CasePlacement *placement, struct vv_id supersedes)
{
    Vagval__V1__FileReport fact = *command;

    fact.source = (char *)protobuf_c_empty_string;
    fact.source_ref = (char *)protobuf_c_empty_string;
    fact.case_id = (ProtobufCBinaryData){0, NULL};
    fact.supersedes = (ProtobufCBinaryData){0, NULL};
    fact.contract = placement->contract; /* also where the command left it open */
    fact.reported_on = vv_sender_reported_on(work, command->reported_on);
    vv_work_accept(work, command->month, vv_sender_source(work, command->source), supersedes,
                   &fact.base);
}

static enum vv_status decide_report(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_outcome *outcome)
{
    const Vagval__V1__FileReport *command = (const Vagval__V1__FileReport *)call->body;
    const Vagval__V1__CasePlacement *placement = NULL;
    struct vv_work work;
    struct vv_id contract = VV_NIL;
    struct vv_id supersedes = VV_NIL;
    const char *text = "";
    enum vv_status status = vv_work_open(&work, call, loaded, outcome);

    if (status == VV_OK) {
        status = check_report(&work, command, &contract, &supersedes);
    }
    if (status != VV_OK) {
        return status;
    }
    status =
        vv_report_judge(work.seen, command->month, contract, call->now.today, &placement, &text);
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "month", "%s", text);
    }
    status = vv_report_judge_supersedes(vv_report_find(work.entry, command->month, placement),
                                        supersedes, &text);
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "supersedes", "%s", text);
    }
    bool late =
        vv_report_is_late(command->month, vv_sender_reported_on(&work, command->reported_on));
    enter_report(&work, command, placement, late);
    emit_report(&work, command, placement, supersedes);
    keep_report_fact(&work, command, placement, supersedes);
    vv_work_reply(&work, late ? "late" : "in_time");
    return vv_work_close(&work);
}

const struct vv_handler vv_handle_file_report = {.plan = plan_with_fact, .decide = decide_report};
