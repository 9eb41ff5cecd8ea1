/*
 * handlers_payrun_state.c: approves, cancels and releases a frozen run, and takes the bank's
 * report. Each is one commit on the run's partition, so of two who approve at the same time one
 * wins.
 */
#include <string.h>

#include "casework.h"
#include "hold.h"
#include "payrun_report.h"
#include "payrun_work.h"

extern const struct vv_handler vv_handle_approve_run;
extern const struct vv_handler vv_handle_cancel_run;
extern const struct vv_handler vv_handle_release_run;
extern const struct vv_handler vv_handle_record_status;

#define REASON_BYTES_MAX 140
#define TREASURY VV_NIL

/* What has moved on is a conflict with another person's act; the rest is a plain refusal. */
static enum vv_status say_no(struct vv_outcome *outcome, const struct vv_payrun_work *work,
                             const char *reason)
{
    const char *by = work->body->n_steps == 0 ? "" : work->body->steps[work->body->n_steps - 1]->by;
    return vv_refuse(outcome, VV_REFUSED, "run", "%s (the run is %s%s%s)", reason,
                     vv_payrun_state_name(work->body->state), by[0] == '\0' ? "" : ", by ", by);
}

static enum vv_status close_run(struct vv_payrun_work *work)
{
    vv_payrun_put(work);
    vv_accept(work->outcome, work->call->now.today, work->call->sender, VV_NIL, NULL, 0, false);
    return vv_payrun_answer(work, 0);
}

/* ---- approve ---- */

static enum vv_status plan_approve(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_plan *plan)
{
    (void)loaded;
    vv_plan_fact_home(plan, "run", call->subject);
    return vv_payrun_plan(call, plan, ((const Vagval__V1__ApproveRun *)call->body)->run);
}

static enum vv_status decide_approve(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_outcome *outcome)
{
    const Vagval__V1__ApproveRun *command = (const Vagval__V1__ApproveRun *)call->body;
    struct vv_payrun_work work;
    enum vv_status status = vv_payrun_open(call, loaded, outcome, &work);
    if (status != VV_OK) {
        return status;
    }
    const char *reason =
        vv_payrun_cannot_approve(work.body, call->sender, command->hash, command->shared);
    if (reason != NULL) {
        return say_no(outcome, &work, reason);
    }
    status = vv_payrun_step(&work, VV_RUN_APPROVED, "");
    return status == VV_OK ? close_run(&work) : status;
}

const struct vv_handler vv_handle_approve_run = {.plan = plan_approve, .decide = decide_approve};

/* ---- cancel ---- */

static enum vv_status plan_cancel(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_plan *plan)
{
    (void)loaded;
    vv_plan_fact_home(plan, "run", call->subject);
    return vv_payrun_plan(call, plan, ((const Vagval__V1__CancelRun *)call->body)->run);
}

/* What would have been paid is payable again, and the run says so of each payment. */
static enum vv_status return_payments(struct vv_payrun_work *work, char *reason)
{
    Vagval__V1__RunPayment **payments = NULL;
    Vagval__V1__RunPayment **list = NULL;
    size_t count = 0;
    size_t returned = 0;
    enum vv_status status = vv_payrun_payments(work, &payments, &count);
    if (status == VV_OK) {
        status = vv_payrun_leave_out(payments, count, reason, &work->call->arena->allocator, &list,
                                     &returned);
    }
    if (status == VV_OK) {
        status = vv_payrun_return(work, list, returned, reason);
    }
    return status == VV_OK ? vv_payrun_put_payments(work, payments, count) : status;
}

static enum vv_status decide_cancel(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_outcome *outcome)
{
    const Vagval__V1__CancelRun *command = (const Vagval__V1__CancelRun *)call->body;
    struct vv_payrun_work work;
    enum vv_status status = vv_payrun_open(call, loaded, outcome, &work);
    if (status != VV_OK) {
        return status;
    }
    const char *reason = vv_payrun_cannot_cancel(work.body);
    if (reason != NULL) {
        return say_no(outcome, &work, reason);
    }
    if (command->reason[0] == '\0' || strlen(command->reason) > REASON_BYTES_MAX) {
        return vv_refuse(outcome, VV_INVALID, "reason", "takes 1 to %d bytes", REASON_BYTES_MAX);
    }
    status = return_payments(&work, command->reason);
    if (status == VV_OK) {
        status = vv_payrun_step(&work, VV_RUN_CANCELLED, command->reason);
    }
    return status == VV_OK ? close_run(&work) : status;
}

const struct vv_handler vv_handle_cancel_run = {.plan = plan_cancel, .decide = decide_cancel};

/* ---- release ---- */

static enum vv_status plan_release(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_plan *plan)
{
    (void)loaded;
    vv_plan_fact_home(plan, "run", call->subject);
    vv_plan_load(plan, "treasury", TREASURY);
    return vv_payrun_plan(call, plan, ((const Vagval__V1__ReleaseRun *)call->body)->run);
}

/* What was frozen must still be what is stored. */
static enum vv_status check_content(struct vv_payrun_work *work)
{
    Vagval__V1__RunPayment **payments = NULL;
    Vagval__V1__SegmentDrafted **segments = NULL;
    size_t count = 0;
    size_t segment_count = 0;
    uint8_t hash[32];
    enum vv_status status = vv_payrun_payments(work, &payments, &count);
    if (status == VV_OK) {
        status = vv_payrun_segments(work, &segments, &segment_count);
    }
    if (status == VV_OK) {
        status = vv_payrun_hash(work->body, segments, segment_count, payments, count,
                                &work->call->arena->allocator, hash);
    }
    if (status == VV_OK && (work->body->hash.len != sizeof hash ||
                            memcmp(work->body->hash.data, hash, sizeof hash) != 0)) {
        status = VV_CORRUPT;
    }
    return status;
}

static enum vv_status check_release(const struct vv_payrun_work *work, struct vv_outcome *outcome,
                                    const Vagval__V1__ReleaseRun *command,
                                    const Vagval__V1__HoldState *treasury)
{
    const char *reason =
        vv_payrun_cannot_release(work->body, work->call->sender, command->allow_example);
    if (reason == NULL) {
        reason = vv_hold_refuses(treasury, command->counter, command->left_before);
    }
    if (reason != NULL) {
        return say_no(outcome, work, reason);
    }
    return command->file_hash.len == 32 ? VV_OK
                                        : vv_refuse(outcome, VV_INVALID, "file_hash", "is missing");
}

static enum vv_status decide_release(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_outcome *outcome)
{
    const Vagval__V1__ReleaseRun *command = (const Vagval__V1__ReleaseRun *)call->body;
    ProtobufCMessage *message = NULL;
    struct vv_payrun_work work;
    enum vv_status status = vv_payrun_open(call, loaded, outcome, &work);
    if (status == VV_OK) {
        status = vv_record_unpack(call, vv_loaded(loaded, "treasury", TREASURY),
                                  &vagval__v1__hold_state__descriptor, &message);
    }
    if (status != VV_OK) {
        return status;
    }
    Vagval__V1__HoldState *treasury = (Vagval__V1__HoldState *)message;
    status = check_release(&work, outcome, command, treasury);
    if (status != VV_OK) {
        return status;
    }
    status = check_content(&work);
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "run",
                         "what is stored of the run is not what was frozen: nothing leaves");
    }
    treasury->released++;
    treasury->last_run = command->run;
    work.body->release = treasury->released;
    work.body->file_hash = command->file_hash;
    work.body->allow_example = command->allow_example;
    status = vv_payrun_step(&work, VV_RUN_RELEASED,
                            command->left_before ? "its file had left before a restore" : "");
    if (status != VV_OK) {
        return status;
    }
    vv_put(outcome, "treasury", TREASURY, &treasury->base);
    return close_run(&work);
}

const struct vv_handler vv_handle_release_run = {.plan = plan_release, .decide = decide_release};

/* ---- the bank's report ---- */

static enum vv_status plan_status(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_plan *plan)
{
    (void)loaded;
    vv_plan_fact_home(plan, "run", call->subject);
    return vv_payrun_plan(call, plan, ((const Vagval__V1__RecordStatus *)call->body)->run);
}

static enum vv_status check_report(const struct vv_payrun_work *work, struct vv_outcome *outcome,
                                   const Vagval__V1__RecordStatus *command)
{
    const char *reason = vv_payrun_cannot_report(work->body);
    if (reason != NULL) {
        return say_no(outcome, work, reason);
    }
    if (command->status > VV_BANK_PARTIALLY) {
        return vv_refuse(outcome, VV_INVALID, "status", "is no status of a bank");
    }
    if (command->has_count && command->count != work->body->payments) {
        return vv_refuse(outcome, VV_INVALID, "count",
                         "the bank speaks of %u payments, the run has %u: not this run's file",
                         command->count, work->body->payments);
    }
    if (command->has_sum && command->control_sum != work->body->amount) {
        return vv_refuse(outcome, VV_INVALID, "control_sum",
                         "the bank speaks of another sum than the run's: not this run's file");
    }
    for (size_t i = 0; i < command->n_payments; i++) {
        const Vagval__V1__PaymentStatus *one = command->payments[i];
        if (one->number < 1 || one->number > work->body->payments ||
            one->status > VV_BANK_REJECTED) {
            return vv_refuse(outcome, VV_INVALID, "payments",
                             "the report names a payment that the run does not have");
        }
        if (vv_payrun_own_status(command, one->number)->status != one->status) {
            return vv_refuse(outcome, VV_INVALID, "payments",
                             "the report says two things of payment %u: ask the bank", one->number);
        }
    }
    return VV_OK;
}

static enum vv_status apply_report(struct vv_payrun_work *work,
                                   Vagval__V1__RunPayment *const *payments, size_t count,
                                   const Vagval__V1__RecordStatus *command)
{
    struct vv_payrun_report report;
    enum vv_status status = vv_payrun_take_report(work->body, payments, count, command,
                                                  &work->call->arena->allocator, &report);
    if (status == VV_CONFLICT) {
        return vv_refuse(work->outcome, VV_CONFLICT, "payments",
                         "the report %s payment %u, which the bank has %s before: ask the bank; "
                         "nothing of the report was taken",
                         report.contradicts_accepted ? "rejects" : "accepts", report.contradicts,
                         report.contradicts_accepted ? "accepted" : "rejected");
    }
    return status == VV_OK ? vv_payrun_return_each(work, report.rejected, report.rejected_count)
                           : status;
}

static enum vv_status decide_status(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_outcome *outcome)
{
    const Vagval__V1__RecordStatus *command = (const Vagval__V1__RecordStatus *)call->body;
    Vagval__V1__RunPayment **payments = NULL;
    struct vv_payrun_work work;
    size_t count = 0;
    enum vv_status status = vv_payrun_open(call, loaded, outcome, &work);
    if (status == VV_OK) {
        status = check_report(&work, outcome, command);
    }
    if (status == VV_OK) {
        status = vv_payrun_payments(&work, &payments, &count);
    }
    if (status == VV_OK) {
        status = apply_report(&work, payments, count, command);
    }
    if (status == VV_OK) {
        status = vv_payrun_step(
            &work,
            vv_payrun_state_of(work.body->payments, work.body->accepted, work.body->rejected),
            command->reason);
    }
    if (status == VV_OK) {
        status = vv_payrun_put_payments(&work, payments, count);
    }
    return status == VV_OK ? close_run(&work) : status;
}

const struct vv_handler vv_handle_record_status = {.plan = plan_status, .decide = decide_status};
