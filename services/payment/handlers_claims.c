/*
 * handlers_claims.c: what a budget has answered, in the case's partition, and its request to ask
 * again.
 */
#include <string.h>

#include "commitments.h"
#include "decide.h"

extern const struct vv_handler vv_answer_reserve_budget;
extern const struct vv_handler vv_answer_consume_budget;
extern const struct vv_handler vv_answer_release_budget;
extern const struct vv_handler vv_handle_reconsider_budget;

static Vagval__V1__BudgetClaim *find_claim(const struct vv_payment_case *work,
                                           ProtobufCBinaryData id)
{
    for (size_t i = 0; i < work->budget->n_claims; i++) {
        Vagval__V1__BudgetClaim *claim = work->budget->claims[i];
        if (claim->claim.len == id.len && memcmp(claim->claim.data, id.data, id.len) == 0) {
            return claim;
        }
    }
    return NULL;
}

/* An answer to an order that a newer one has overtaken says nothing any more. */
static enum vv_status decide_claimed(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_outcome *outcome)
{
    const Vagval__V1__BudgetClaimed *reply = (const Vagval__V1__BudgetClaimed *)call->body;
    struct vv_payment_case work;
    enum vv_status status =
        vv_payment_case_read(call, vv_loaded(loaded, "case", call->subject), call->subject, &work);
    if (status != VV_OK || !work.exists || reply == NULL) {
        return status; /* refused: the claim stays asked for, and so without cover */
    }
    Vagval__V1__BudgetClaim *claim = find_claim(&work, reply->claim);
    uint32_t state = reply->covered ? VV_CLAIM_COVERED : VV_CLAIM_UNCOVERED;
    if (claim == NULL || claim->sequence != reply->sequence || claim->state == state) {
        return VV_OK;
    }
    claim->state = state;
    work.claims_changed = true;
    /* Where the scheme lets nothing be posted without cover, cover lets it be posted. */
    return vv_payment_decide(call, loaded, outcome, &work);
}

const struct vv_handler vv_answer_reserve_budget = {.plan = vv_payment_plan_case,
                                                    .decide = decide_claimed};
const struct vv_handler vv_answer_consume_budget = {.plan = vv_payment_plan_case,
                                                    .decide = decide_claimed};
const struct vv_handler vv_answer_release_budget = {.plan = vv_payment_plan_case,
                                                    .decide = decide_claimed};

/* The budget has grown. Repeated, it asks again: an order more, and the same answer. */
static enum vv_status decide_reconsider(const struct vv_call *call, const struct vv_loaded *loaded,
                                        struct vv_outcome *outcome)
{
    struct vv_payment_case work;
    enum vv_status status =
        vv_payment_case_read(call, vv_loaded(loaded, "case", call->subject), call->subject, &work);
    if (status != VV_OK) {
        return status;
    }
    if (work.exists) {
        work.reconsider = true;
        status = vv_payment_decide(call, loaded, outcome, &work);
        if (status != VV_OK) {
            return status;
        }
    }
    Vagval__V1__PayRecorded reply = VAGVAL__V1__PAY_RECORDED__INIT;
    struct vv_id fact = call->id;
    reply.fact = (ProtobufCBinaryData){sizeof fact.bytes, fact.bytes};
    reply.state = (char *)(uintptr_t) "asked again";
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_reconsider_budget = {.plan = vv_payment_plan_case,
                                                       .decide = decide_reconsider};
