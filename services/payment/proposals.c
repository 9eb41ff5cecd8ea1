/*
 * proposals.c: who may decide what on a recovery, and what that posts (rules 11).
 */
#include "proposals.h"

#include <string.h>

static const char *const action_names[] = {
    [VV_PROPOSAL_FORWARD] = "forward", [VV_PROPOSAL_APPROVE] = "approve",
    [VV_PROPOSAL_REJECT] = "reject",   [VV_RECOVERY_CONTEST] = "contest",
    [VV_RECOVERY_UPHOLD] = "uphold",   [VV_RECOVERY_REVERSE] = "reverse",
    [VV_RECOVERY_SET_OFF] = "set_off", [VV_RECOVERY_INVOICE] = "invoice",
};

enum vv_status vv_proposal_action_parse(const char *text, enum vv_proposal_action *ret_action)
{
    for (size_t i = VV_PROPOSAL_FORWARD; i < sizeof action_names / sizeof action_names[0]; i++) {
        if (strcmp(text, action_names[i]) == 0) {
            *ret_action = (enum vv_proposal_action)i;
            return VV_OK;
        }
    }
    return VV_INVALID;
}

bool vv_proposal_posts(const struct vv_payment_fact *decision)
{
    return decision->kind == VV_FACT_PROPOSAL_DECISION && decision->action != VV_PROPOSAL_FORWARD &&
           decision->action != VV_RECOVERY_CONTEST && decision->action != VV_RECOVERY_UPHOLD;
}

const char *vv_recovery_state_name(enum vv_recovery_state state)
{
    static const char *const names[] = {
        [VV_RECOVERY_APPROVED] = "approved",       [VV_RECOVERY_CONTESTED] = "contested",
        [VV_RECOVERY_UPHELD] = "upheld",           [VV_RECOVERY_REVERSED] = "reversed",
        [VV_RECOVERY_SETTLED_SET_OFF] = "set_off", [VV_RECOVERY_SETTLED_INVOICE] = "invoiced",
    };
    return names[state];
}

static bool same_amount(const struct vv_payment_fact *a, const struct vv_payment_fact *b)
{
    return a->period == b->period && vv_id_equal(a->contract, b->contract) &&
           strcmp(a->component, b->component) == 0;
}

static bool is_of(const struct vv_payment_fact *decision, const struct vv_posted *standing)
{
    return decision->period == standing->period &&
           vv_id_equal(decision->contract, standing->contract) &&
           strcmp(decision->component, standing->component) == 0;
}

const struct vv_posted *vv_posted_of(const struct vv_posted *totals, size_t count,
                                     const struct vv_payment_fact *decision)
{
    for (size_t i = 0; i < count; i++) {
        if (is_of(decision, &totals[i])) {
            return &totals[i];
        }
    }
    return NULL;
}

const struct vv_recovery *vv_recovery_find(const struct vv_proposals *proposals, struct vv_id id)
{
    for (size_t i = 0; i < proposals->recovery_count; i++) {
        if (vv_id_equal(proposals->recoveries[i].approved->id, id)) {
            return &proposals->recoveries[i];
        }
    }
    return NULL;
}

/* ---- reading the log ---- */

/* Takes the key's forward out, whoever made it. */
static const struct vv_payment_fact *take_forward(struct vv_proposals *proposals,
                                                  const struct vv_payment_fact *decision)
{
    for (size_t i = 0; i < proposals->forward_count; i++) {
        const struct vv_payment_fact *forward = proposals->forwards[i];
        if (same_amount(forward, decision)) {
            proposals->forwards[i] = proposals->forwards[--proposals->forward_count];
            return forward;
        }
    }
    return NULL;
}

static void decide_recovery(struct vv_proposals *proposals, const struct vv_payment_fact *decision)
{
    static const enum vv_recovery_state states[] = {
        [VV_RECOVERY_CONTEST] = VV_RECOVERY_CONTESTED,
        [VV_RECOVERY_UPHOLD] = VV_RECOVERY_UPHELD,
        [VV_RECOVERY_REVERSE] = VV_RECOVERY_REVERSED,
        [VV_RECOVERY_SET_OFF] = VV_RECOVERY_SETTLED_SET_OFF,
        [VV_RECOVERY_INVOICE] = VV_RECOVERY_SETTLED_INVOICE,
    };
    for (size_t i = 0; i < proposals->recovery_count; i++) {
        if (vv_id_equal(proposals->recoveries[i].approved->id, decision->subject)) {
            proposals->recoveries[i].state = states[decision->action];
            proposals->recoveries[i].decided = decision;
        }
    }
}

static void take_decision(struct vv_proposals *proposals, const struct vv_payment_fact *decision)
{
    if (decision->action > VV_PROPOSAL_REJECT) {
        decide_recovery(proposals, decision);
        return;
    }
    const struct vv_payment_fact *forward = take_forward(proposals, decision);
    if (decision->action == VV_PROPOSAL_FORWARD) {
        proposals->forwards[proposals->forward_count++] = decision;
    } else if (decision->action == VV_PROPOSAL_APPROVE) {
        proposals->recoveries[proposals->recovery_count++] =
            (struct vv_recovery){.approved = decision, .forwarded = forward};
    }
}

enum vv_status vv_proposals_read(const struct vv_payment_fact *facts, size_t count,
                                 ProtobufCAllocator *memory, struct vv_proposals *ret_proposals)
{
    struct vv_proposals proposals = {.forward_count = 0};
    size_t decisions = 0;
    for (size_t i = 0; i < count; i++) {
        decisions += facts[i].kind == VV_FACT_PROPOSAL_DECISION ? 1 : 0;
    }
    proposals.forwards = vv_memory_zeroed(memory, decisions * sizeof *proposals.forwards);
    proposals.recoveries = vv_memory_zeroed(memory, decisions * sizeof *proposals.recoveries);
    if (proposals.forwards == NULL || proposals.recoveries == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        if (facts[i].kind == VV_FACT_PROPOSAL_DECISION) {
            take_decision(&proposals, &facts[i]);
        }
    }
    *ret_proposals = proposals;
    return VV_OK;
}

const struct vv_payment_fact *vv_proposal_forwarded(const struct vv_proposals *proposals,
                                                    const struct vv_posted *standing)
{
    for (size_t i = 0; i < proposals->forward_count; i++) {
        const struct vv_payment_fact *forward = proposals->forwards[i];
        if (is_of(forward, standing)) {
            /* A batch that changed the proposal had seen the forward: it came after it. */
            bool stands =
                forward->amount == standing->proposed && standing->changed_through < forward->index;
            return stands ? forward : NULL;
        }
    }
    return NULL;
}

const char *vv_proposal_state(const struct vv_proposals *proposals,
                              const struct vv_posted *standing)
{
    if (standing->proposed != 0) {
        return vv_proposal_forwarded(proposals, standing) != NULL ? "put_forward" : "proposed";
    }
    return standing->waived != 0 ? "rejected" : "";
}

/* ---- who may decide what ---- */

struct refusal {
    const char **field, **why;
};

static enum vv_status refuse(const struct refusal *refusal, enum vv_status status,
                             const char *field, const char *why)
{
    *refusal->field = field;
    *refusal->why = why;
    return status;
}

static bool is_recovered(const struct vv_proposals *proposals,
                         const struct vv_payment_fact *decision)
{
    for (size_t i = 0; i < proposals->recovery_count; i++) {
        const struct vv_payment_fact *approved = proposals->recoveries[i].approved;
        if (same_amount(approved, decision) && approved->amount == decision->amount) {
            return true;
        }
    }
    return false;
}

static enum vv_status check_proposal(const struct vv_proposals *proposals,
                                     const struct vv_posted *standing,
                                     const struct vv_payment_fact *decision,
                                     const struct refusal *refusal)
{
    if (standing == NULL || standing->proposed == 0) {
        return is_recovered(proposals, decision)
                   ? refuse(refusal, VV_REFUSED, "amount",
                            "another decision came first: the recovery is approved already, and "
                            "nothing was changed")
                   : refuse(refusal, VV_REFUSED, "amount",
                            "no recovery is proposed for this amount; `vagval pay proposals` lists "
                            "what stands");
    }
    if (standing->proposed != decision->amount) {
        return refuse(refusal, VV_REFUSED, "amount",
                      "the proposal has changed since: look at it again and decide on the amount "
                      "that stands");
    }
    const struct vv_payment_fact *forward = vv_proposal_forwarded(proposals, standing);
    if (decision->action == VV_PROPOSAL_FORWARD && forward != NULL) {
        return refuse(refusal, VV_REFUSED, "action",
                      "the proposal is put forward already; another person approves or rejects it");
    }
    if (decision->action == VV_PROPOSAL_APPROVE && forward == NULL) {
        return refuse(refusal, VV_REFUSED, "action",
                      "one person must put the proposal forward before another approves it");
    }
    if (decision->action == VV_PROPOSAL_APPROVE && strcmp(forward->by, decision->by) == 0) {
        return refuse(refusal, VV_REFUSED, "sender",
                      "whoever put the proposal forward cannot approve it: two persons decide");
    }
    return VV_OK;
}

static enum vv_status check_recovery(const struct vv_recovery *recovery,
                                     const struct vv_payment_fact *decision, vv_date today,
                                     const struct refusal *refusal)
{
    const struct vv_payment_fact *approved = recovery->approved;
    if (!same_amount(approved, decision) || approved->amount != decision->amount) {
        return refuse(refusal, VV_REFUSED, "amount", "the recovery is of another amount");
    }
    bool within = today <= approved->until;
    if (decision->action == VV_RECOVERY_CONTEST) {
        if (recovery->state != VV_RECOVERY_APPROVED) {
            return refuse(refusal, VV_REFUSED, "action",
                          "only an approved recovery that nobody has contested can be contested");
        }
        return within ? VV_OK
                      : refuse(refusal, VV_REFUSED, "action",
                               "the last day on which it could be contested has passed");
    }
    if (decision->action == VV_RECOVERY_UPHOLD || decision->action == VV_RECOVERY_REVERSE) {
        if (recovery->state != VV_RECOVERY_CONTESTED) {
            return refuse(refusal, VV_REFUSED, "action",
                          "only a contested recovery is upheld or reversed");
        }
        return strcmp(approved->by, decision->by) != 0
                   ? VV_OK
                   : refuse(refusal, VV_REFUSED, "sender",
                            "whoever approved the recovery cannot decide on the objection to it");
    }
    if (recovery->state == VV_RECOVERY_APPROVED && within) {
        return refuse(refusal, VV_REFUSED, "action",
                      "the provider can still contest it: it is settled after that");
    }
    if (recovery->state != VV_RECOVERY_APPROVED && recovery->state != VV_RECOVERY_UPHELD) {
        return refuse(refusal, VV_REFUSED, "action",
                      recovery->state == VV_RECOVERY_CONTESTED
                          ? "the provider has contested it: uphold or reverse it first"
                          : "the recovery is settled or reversed already");
    }
    return VV_OK;
}

enum vv_status vv_proposal_check(const struct vv_proposals *proposals,
                                 const struct vv_posted *standing,
                                 const struct vv_payment_fact *decision, vv_date today,
                                 const char **ret_field, const char **ret_why)
{
    const struct refusal refusal = {ret_field, ret_why};
    if (decision->by == NULL || decision->by[0] == '\0') {
        return refuse(&refusal, VV_REFUSED, "sender",
                      "a person's key must send it: `vagval keys add NAME ROLE`, then --as NAME");
    }
    if (decision->action <= VV_PROPOSAL_REJECT) {
        return check_proposal(proposals, standing, decision, &refusal);
    }
    const struct vv_recovery *recovery = vv_recovery_find(proposals, decision->subject);
    if (recovery == NULL || standing == NULL) {
        return refuse(&refusal, VV_NOT_FOUND, "recovery",
                      "the case has no such recovery; `vagval pay proposals` lists them");
    }
    return check_recovery(recovery, decision, today, &refusal);
}

/* ---- what it posts ---- */

static void add(struct vv_difference *difference, const struct vv_payment_fact *decision,
                vv_money amount, enum vv_line_kind kind, bool proposal)
{
    difference->lines[difference->count++] =
        (struct vv_difference_line){.component = decision->component,
                                    .period = decision->period,
                                    .contract = decision->contract,
                                    .amount = amount,
                                    .owed = decision->owed,
                                    .proposal = proposal,
                                    .kind = kind,
                                    .decision = decision};
}

enum vv_status vv_proposal_lines(const struct vv_proposals *proposals,
                                 const struct vv_posted *standing,
                                 const struct vv_payment_fact *decision, ProtobufCAllocator *memory,
                                 struct vv_difference *ret_difference)
{
    struct vv_difference difference = {0};
    difference.lines = vv_memory_zeroed(memory, 3 * sizeof difference.lines[0]);
    if (difference.lines == NULL) {
        return VV_NO_MEMORY;
    }
    const struct vv_recovery *recovery = vv_recovery_find(proposals, decision->subject);
    vv_money amount = decision->amount;
    switch ((enum vv_proposal_action)decision->action) {
    case VV_PROPOSAL_APPROVE:
        add(&difference, decision, amount, VV_LINE_RECOVERY, false);
        add(&difference, decision, -amount, VV_LINE_OWED, true);
        break;
    case VV_PROPOSAL_REJECT:
        add(&difference, decision, -amount, VV_LINE_OWED, true);
        add(&difference, decision, amount, VV_LINE_WAIVED, true);
        break;
    case VV_RECOVERY_REVERSE:
        add(&difference, decision, -amount, VV_LINE_REVERSED, false);
        /* The provider keeps the amount. But if what is owed has changed since the approval, it may
         * have been posted again already: then the fall is proposed, and a person looks at it. */
        if (recovery != NULL && recovery->approved->owed == decision->owed &&
            standing->proposed == 0 && standing->waived == 0) {
            add(&difference, decision, amount, VV_LINE_WAIVED, true);
            break;
        }
        add(&difference, decision, amount + standing->waived, VV_LINE_OWED, true);
        if (standing->waived != 0) {
            add(&difference, decision, -standing->waived, VV_LINE_WAIVED, true);
        }
        break;
    case VV_RECOVERY_SET_OFF:
        add(&difference, decision, amount, VV_LINE_SET_OFF, false);
        break;
    case VV_RECOVERY_INVOICE:
        add(&difference, decision, amount, VV_LINE_CLAIM, false);
        break;
    case VV_PROPOSAL_FORWARD:
    case VV_RECOVERY_CONTEST:
    case VV_RECOVERY_UPHOLD:
        break;
    }
    *ret_difference = difference;
    return VV_OK;
}
