/*
 * handlers_decide.c: what persons decide: on a recovery proposal, on a recovery, on an amount that
 * is held. Each decision is a fact in the case's log, with the name of the person's key as its
 * source; verify makes what it posted again.
 */
#include "decide.h"
#include "proposals.h"
#include "vagval/protected.h"

#include <string.h>

extern const struct vv_handler vv_handle_decide_proposal;
extern const struct vv_handler vv_handle_release_hold;

static enum vv_status plan_decision(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_plan *plan)
{
    (void)loaded;
    vv_plan_load(plan, "case", call->subject);
    vv_plan_books(plan);
    vv_plan_fact_home(plan, "case", call->subject);
    return VV_OK;
}

/* The case with the decision as its newest fact. */
static enum vv_status read_with_decision(const struct vv_call *call, const struct vv_loaded *loaded,
                                         struct vv_outcome *outcome, struct vv_payment_case *work,
                                         struct vv_payment_fact **ret_decision)
{
    const struct vv_record *record = vv_loaded(loaded, "case", call->subject);
    if (!record->exists) {
        return vv_refuse(outcome, VV_NOT_FOUND, "case_id", "payment knows no such case");
    }
    enum vv_status status = vv_payment_case_read(call, record, call->subject, work);
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "case_id", "the stored case does not read back");
    }
    if (!vv_case_is_open(call, work->body->protected_identity)) {
        return vv_refuse_protected(outcome);
    }
    struct vv_payment_fact *decision = &work->facts[work->fact_count];
    status = vv_payment_fact_read(call->type, call->body, call->id, call->now.today,
                                  (uint32_t)work->fact_count + 1, decision);
    if (status != VV_OK || decision->kind == VV_FACT_OTHER) {
        return vv_refuse(outcome, VV_INVALID, "action",
                         "must be forward, approve, reject, contest, uphold, reverse, set_off or "
                         "invoice, for a contract and a period");
    }
    decision->by = call->sender;
    *ret_decision = decision;
    return VV_OK;
}

/* Keeps the fact with the person's name, and answers. */
static void note_decision(const struct vv_call *call, struct vv_outcome *outcome,
                          const struct vv_payment_fact *decision, const char *state,
                          const struct vv_id *batch)
{
    Vagval__V1__CorrectionNoted reply = VAGVAL__V1__CORRECTION_NOTED__INIT;
    reply.fact =
        (ProtobufCBinaryData){sizeof decision->id.bytes, (uint8_t *)(uintptr_t)decision->id.bytes};
    reply.state = (char *)(uintptr_t)state;
    reply.amount = decision->amount;
    reply.until = decision->until;
    reply.owed = decision->owed;
    if (!vv_id_is_nil(*batch)) {
        reply.batch =
            (ProtobufCBinaryData){sizeof batch->bytes, (uint8_t *)(uintptr_t)batch->bytes};
    }
    vv_accept(outcome, call->now.today, decision->by, VV_NIL, NULL, 0, false);
    vv_reply(outcome, &reply.base);
}

/* ---- proposals and recoveries ---- */

static const char *state_after(const struct vv_payment_fact *decision)
{
    static const char *const states[] = {
        [VV_PROPOSAL_FORWARD] = "put_forward", [VV_PROPOSAL_APPROVE] = "approved",
        [VV_PROPOSAL_REJECT] = "rejected",     [VV_RECOVERY_CONTEST] = "contested",
        [VV_RECOVERY_UPHOLD] = "upheld",       [VV_RECOVERY_REVERSE] = "reversed",
        [VV_RECOVERY_SET_OFF] = "set_off",     [VV_RECOVERY_INVOICE] = "invoiced",
    };
    return states[decision->action];
}

static enum vv_status decide_proposal(const struct vv_call *call, const struct vv_loaded *loaded,
                                      struct vv_outcome *outcome)
{
    struct vv_payment_case work;
    struct vv_payment_fact *decided = NULL;
    struct vv_proposals proposals;
    struct vv_decision decision;
    struct vv_difference lines;
    const char *field = NULL;
    const char *why = NULL;
    ProtobufCAllocator *memory = &call->arena->allocator;
    enum vv_status status = read_with_decision(call, loaded, outcome, &work, &decided);
    if (status != VV_OK) {
        return status;
    }
    status = vv_proposals_read(work.facts, work.fact_count, memory, &proposals);
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "case_id", "the case is too large");
    }
    const struct vv_posted *standing = vv_posted_of(work.totals, work.total_count, decided);
    status = vv_proposal_check(&proposals, standing, decided, call->now.today, &field, &why);
    if (status != VV_OK) {
        return vv_refuse(outcome, status, field, "%s", why);
    }
    work.fact_count++;
    status = vv_decision_begin(call, loaded, outcome, &work, VV_BASIS_STANDING, &decision);
    if (status == VV_OK) {
        decided->owed = standing->posted + standing->proposed + standing->waived;
        if (decided->action == VV_PROPOSAL_APPROVE) {
            decided->until = call->now.today + decision.scheme->corrections.contest_days;
        }
        status = vv_proposal_lines(&proposals, standing, decided, memory, &lines);
    }
    if (status == VV_OK && lines.count > 0) {
        status = vv_decision_post(&decision, &lines);
    }
    if (status == VV_OK) {
        status = vv_decision_put(&decision);
    }
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "case_id",
                         status == VV_BUSY
                             ? "this instance has not read the book that far; send it again"
                             : "the decision cannot be written");
    }
    note_decision(call, outcome, decided, state_after(decided), &decision.batch);
    return VV_OK;
}

const struct vv_handler vv_handle_decide_proposal = {.plan = plan_decision,
                                                     .decide = decide_proposal};

/* ---- amounts that are held ---- */

static enum vv_status is_held(const struct vv_decision *decision,
                              const struct vv_payment_fact *release, bool *ret_held)
{
    const struct vv_payment_case *work = decision->work;
    struct vv_entitlement entitlement;
    size_t held = 0;
    enum vv_status status =
        vv_entitlement(work->facts, work->fact_count - 1, &decision->schemes, decision->as_of,
                       &decision->call->arena->allocator, &entitlement);
    if (status != VV_OK) {
        return status;
    }
    vv_holds_apply(&entitlement, work->facts, work->fact_count - 1, &decision->books.links, &held);
    *ret_held = false;
    for (size_t i = entitlement.count; i < entitlement.count + held; i++) {
        const struct vv_owed *owed = &entitlement.owed[i];
        *ret_held = *ret_held || (owed->period == release->period &&
                                  vv_id_equal(owed->contract, release->contract) &&
                                  strcmp(owed->component->code, release->component) == 0);
    }
    return VV_OK;
}

static enum vv_status decide_release(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_outcome *outcome)
{
    struct vv_payment_case work;
    struct vv_payment_fact *release = NULL;
    struct vv_decision decision;
    bool held = false;
    enum vv_status status = read_with_decision(call, loaded, outcome, &work, &release);
    if (status != VV_OK) {
        return status;
    }
    work.fact_count++;
    status = vv_decision_begin(call, loaded, outcome, &work, VV_BASIS_NOW, &decision);
    if (status == VV_OK) {
        status = is_held(&decision, release, &held);
    }
    if (status == VV_OK && !held) {
        return vv_refuse(outcome, VV_REFUSED, "component",
                         "nothing is held for this amount; `vagval pay proposals --what holds` "
                         "lists what is");
    }
    if (status == VV_OK) {
        status = vv_payment_decide(call, loaded, outcome, &work);
    }
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "case_id",
                         status == VV_BUSY
                             ? "this instance has not read the book that far; send it again"
                             : "the decision cannot be written");
    }
    struct vv_id batch = vv_batch_id(work.id, work.body->batches);
    note_decision(call, outcome, release, "released", &batch);
    return VV_OK;
}

const struct vv_handler vv_handle_release_hold = {.plan = plan_decision, .decide = decide_release};
