/*
 * commitments.c: from what a case is expected to cost and what it has cost to claims, and from
 * claims to orders.
 */
#include "commitments.h"

#include <string.h>

#include "budget.h"
#include "expected.h"
#include "finance_facts.h"
#include "vagval/wire.h"

static const char claims_field[] = "claims";

static int year_of(vv_date date)
{
    return vv_date_to_ymd(date).year;
}

static bool is_grant(const Vagval__V1__BudgetClaim *claim)
{
    return claim->grant.len != 0;
}

static bool is_placement_claim(const Vagval__V1__BudgetClaim *claim, const char *area, int year)
{
    return !is_grant(claim) && claim->year == year && strcmp(claim->area, area) == 0;
}

/* ---- entering claims ---- */

static ProtobufCBinaryData copy_id(const struct vv_call *call, struct vv_id id)
{
    uint8_t *bytes = vv_arena_copy(call->arena, id.bytes, sizeof id.bytes);
    return (ProtobufCBinaryData){bytes == NULL ? 0 : sizeof id.bytes, bytes};
}

static Vagval__V1__BudgetClaim *add_claim(struct vv_payment_case *work, const struct vv_call *call)
{
    Vagval__V1__CaseBudget *budget = work->budget;
    Vagval__V1__BudgetClaim **grown =
        vv_arena_alloc(call->arena, (budget->n_claims + 1) * sizeof *grown);
    Vagval__V1__BudgetClaim *claim = vv_arena_alloc(call->arena, sizeof *claim);
    if (grown == NULL || claim == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < budget->n_claims; i++) {
        grown[i] = budget->claims[i];
    }
    vagval__v1__budget_claim__init(claim);
    grown[budget->n_claims++] = claim;
    budget->claims = grown;
    work->claims_changed = true;
    return claim;
}

/* The claim of the case's placements in an area and year; made when it is not there. */
static enum vv_status placement_claim(struct vv_decision *decision, const char *area, int year,
                                      Vagval__V1__BudgetClaim **ret_claim)
{
    struct vv_payment_case *work = decision->work;
    const struct vv_call *call = decision->call;
    for (size_t i = 0; i < work->budget->n_claims; i++) {
        if (is_placement_claim(work->budget->claims[i], area, year)) {
            *ret_claim = work->budget->claims[i];
            return VV_OK;
        }
    }
    Vagval__V1__BudgetClaim *claim = add_claim(work, call);
    struct vv_id budget = vv_budget_id(decision->scheme_id, area, year, "", call->partitions);
    char *name = claim == NULL ? NULL : vv_arena_text(call->arena, area);
    if (name == NULL) {
        return VV_NO_MEMORY;
    }
    claim->area = name;
    claim->year = year;
    claim->budget = copy_id(call, budget);
    claim->claim = copy_id(call, vv_budget_claim_id(budget, work->id, VV_NIL));
    *ret_claim = claim;
    return claim->budget.len == 0 || claim->claim.len == 0 ? VV_NO_MEMORY : VV_OK;
}

enum vv_status vv_commitments_grant(struct vv_payment_case *work, const struct vv_call *call,
                                    const Vagval__V1__EnterGrant *order)
{
    if (order->handed_over) {
        return VV_OK; /* nothing is reserved for it */
    }
    Vagval__V1__BudgetClaim *claim = add_claim(work, call);
    if (claim == NULL) {
        return VV_NO_MEMORY;
    }
    claim->claim = order->case_id; /* of the order: the claim, which the answer goes to */
    claim->budget = order->budget;
    claim->area = order->area;
    claim->year = order->year;
    claim->pot = order->pot;
    claim->grant = copy_id(call, vv_grant_id(work->id, order->reference));
    claim->through = order->through;
    claim->reserved = order->amount;
    claim->sequence = 1; /* the decision itself */
    claim->state = VV_CLAIM_COVERED;
    return claim->grant.len == 0 ? VV_NO_MEMORY : VV_OK;
}

/* ---- posting ---- */

bool vv_commitments_block(const struct vv_scheme *scheme, const struct vv_payment_case *work,
                          vv_date as_of)
{
    if (!scheme->budget.used || !scheme->budget.blocks) {
        return false;
    }
    bool any = false;
    for (size_t i = 0; i < work->budget->n_claims; i++) {
        const Vagval__V1__BudgetClaim *claim = work->budget->claims[i];
        if (!is_grant(claim) && claim->year == year_of(as_of)) {
            any = true;
            if (claim->state != VV_CLAIM_COVERED) {
                return true;
            }
        }
    }
    return !any;
}

static Vagval__V1__BudgetClaim *grant_claim(const struct vv_payment_case *work, struct vv_id grant)
{
    for (size_t i = 0; i < work->budget->n_claims; i++) {
        const ProtobufCBinaryData *own = &work->budget->claims[i]->grant;
        if (own->len == sizeof grant.bytes && memcmp(own->data, grant.bytes, own->len) == 0) {
            return work->budget->claims[i];
        }
    }
    return NULL;
}

/* The area in which a contract serves the case; NULL: it has never served it. */
static const char *area_of(const struct vv_payment_case *work, struct vv_id contract)
{
    for (size_t i = 0; i < work->fact_count; i++) {
        const struct vv_payment_fact *fact = &work->facts[i];
        if (fact->kind == VV_FACT_PLACEMENT_START && vv_id_equal(fact->contract, contract)) {
            return fact->area;
        }
    }
    return NULL;
}

/* Lines that change what was spent: those that are owed, and recoveries with their undoing. What
 * is then set off or invoiced moves money between accounts only. */
static bool changes_cost(const struct vv_difference_line *line)
{
    return !line->proposal && (line->kind == VV_LINE_OWED || line->kind == VV_LINE_RECOVERY ||
                               line->kind == VV_LINE_REVERSED);
}

enum vv_status vv_commitments_posted(struct vv_decision *decision,
                                     const struct vv_difference_line *line)
{
    struct vv_payment_case *work = decision->work;
    if (!changes_cost(line)) {
        return VV_OK;
    }
    Vagval__V1__BudgetClaim *claim = grant_claim(work, line->contract);
    const char *area = area_of(work, line->contract);
    if (claim == NULL && area != NULL && decision->scheme->budget.used) {
        enum vv_status status = placement_claim(decision, area, year_of(decision->as_of), &claim);
        if (status != VV_OK) {
            return status;
        }
    }
    if (claim == NULL) {
        return VV_OK; /* no budget bounds it */
    }
    work->claims_changed = true;
    return vv_money_add(claim->consumed, line->amount, &claim->consumed);
}

/* ---- what each claim is to be ---- */

/* What the case's placements are still expected to cost, by area and year. */
static enum vv_status expect(struct vv_decision *decision, vv_money **ret_wanted)
{
    const struct vv_payment_case *work = decision->work;
    const struct vv_expected_question question = {.facts = work->facts,
                                                  .fact_count = work->fact_count,
                                                  .schemes = &decision->schemes,
                                                  .scheme = decision->scheme,
                                                  .posted = work->totals,
                                                  .posted_count = work->total_count,
                                                  .as_of = decision->as_of};
    struct vv_expected expected;
    enum vv_status status =
        vv_expected_cost(&question, &decision->call->arena->allocator, &expected);
    if (status != VV_OK) {
        return status;
    }
    size_t room = work->budget->n_claims + expected.count + 1; /* each line adds one at most */
    vv_money *wanted = vv_memory_zeroed(&decision->call->arena->allocator, room * sizeof wanted[0]);
    if (wanted == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; status == VV_OK && i < expected.count; i++) {
        const struct vv_expected_line *line = &expected.lines[i];
        Vagval__V1__BudgetClaim *claim = NULL;
        if (line->component->kind == VV_GRANT || line->component->kind == VV_SHARE) {
            continue;
        }
        status = placement_claim(decision, line->area, year_of(line->due), &claim);
        size_t at = 0;
        while (status == VV_OK && work->budget->claims[at] != claim) {
            at++;
        }
        if (status == VV_OK) {
            status = vv_money_add(wanted[at], line->certain + line->hoped, &wanted[at]);
        }
    }
    *ret_wanted = wanted;
    return status;
}

static bool grant_is_final(const struct vv_payment_case *work, const Vagval__V1__BudgetClaim *claim)
{
    for (size_t i = 0; i < work->fact_count; i++) {
        const struct vv_payment_fact *fact = &work->facts[i];
        if (fact->kind == VV_FACT_PAYROLL && fact->final &&
            memcmp(fact->subject.bytes, claim->grant.data, sizeof fact->subject.bytes) == 0) {
            return true;
        }
    }
    return false;
}

static vv_money granted(const struct vv_payment_case *work, const Vagval__V1__BudgetClaim *claim)
{
    for (size_t i = 0; i < work->fact_count; i++) {
        const struct vv_payment_fact *fact = &work->facts[i];
        if (fact->kind == VV_FACT_GRANT &&
            memcmp(fact->subject.bytes, claim->grant.data, sizeof fact->subject.bytes) == 0) {
            return fact->amount;
        }
    }
    return 0;
}

/* The rest of a grant stays reserved until its last payroll or until it lapses. */
static vv_money grant_rest(struct vv_decision *decision, Vagval__V1__BudgetClaim *claim,
                           vv_date *next_due)
{
    vv_date lapse = vv_date_add_months(claim->through, VV_GRANT_LAPSE_MONTHS) + 1;
    claim->closed =
        claim->closed || grant_is_final(decision->work, claim) || decision->as_of >= lapse;
    if (claim->closed) {
        return 0;
    }
    if (*next_due == VV_DATE_NONE || lapse < *next_due) {
        *next_due = lapse;
    }
    vv_money rest = granted(decision->work, claim) - claim->consumed;
    return rest > 0 ? rest : 0;
}

/* ---- orders ---- */

static enum vv_status emit(struct vv_decision *decision, enum vv_message_type type,
                           Vagval__V1__BudgetClaim *claim)
{
    struct vv_id budget;
    if (vv_id_from_bytes(claim->budget.data, claim->budget.len, &budget) != VV_OK) {
        return VV_CORRUPT;
    }
    Vagval__V1__BudgetClaim said = *claim;
    said.consumed = claim->consumed > 0 ? claim->consumed : 0; /* recovered from an earlier year */
    ProtobufCBinaryData case_id = {sizeof decision->work->id.bytes, decision->work->id.bytes};
    Vagval__V1__ReserveBudget reserve = VAGVAL__V1__RESERVE_BUDGET__INIT;
    Vagval__V1__ConsumeBudget consume = VAGVAL__V1__CONSUME_BUDGET__INIT;
    Vagval__V1__ReleaseBudget release = VAGVAL__V1__RELEASE_BUDGET__INIT;
    char *scheme = (char *)(uintptr_t)decision->scheme_id;
    reserve.case_id = consume.case_id = release.case_id = case_id;
    reserve.scheme = consume.scheme = release.scheme = scheme;
    reserve.claim = consume.claim = release.claim = &said;
    reserve.protected_identity = decision->work->body->protected_identity;
    reserve.on = consume.on = release.on = decision->as_of;
    const ProtobufCMessage *body = type == VV_MSG_RESERVE_BUDGET   ? &reserve.base
                                   : type == VV_MSG_CONSUME_BUDGET ? &consume.base
                                                                   : &release.base;
    vv_emit(decision->outcome, type, budget, decision->scheme_id, decision->as_of, body);
    return VV_OK;
}

/* One order says what the claim is to be; its name, what changes. */
static enum vv_status order_claim(struct vv_decision *decision, Vagval__V1__BudgetClaim *claim,
                                  vv_money wanted)
{
    bool posted = claim->consumed != claim->ordered;
    bool again = claim->state == VV_CLAIM_UNCOVERED && decision->work->reconsider;
    if (claim->reserved == wanted && !posted && !again && claim->sequence > 0) {
        return VV_OK;
    }
    bool more = wanted > claim->reserved || again || claim->sequence == 0;
    enum vv_message_type type = more     ? VV_MSG_RESERVE_BUDGET
                                : posted ? VV_MSG_CONSUME_BUDGET
                                         : VV_MSG_RELEASE_BUDGET;
    claim->reserved = wanted;
    claim->ordered = claim->consumed;
    claim->sequence++;
    if (more && claim->state != VV_CLAIM_COVERED) {
        claim->state = VV_CLAIM_ASKED;
    }
    decision->work->claims_changed = true;
    return emit(decision, type, claim);
}

enum vv_status vv_commitments_store(struct vv_decision *decision)
{
    struct vv_payment_case *work = decision->work;
    if (!work->claims_changed) {
        return VV_OK;
    }
    size_t len = 0;
    uint8_t *bytes = vv_wire_pack(&work->budget->base, decision->call->arena, &len);
    if (bytes == NULL) {
        return VV_NO_MEMORY;
    }
    vv_put_field(decision->outcome, "case", work->id, claims_field, sizeof claims_field - 1, bytes,
                 len);
    return VV_OK;
}

enum vv_status vv_commitments_order(struct vv_decision *decision, vv_date *next_due)
{
    struct vv_payment_case *work = decision->work;
    if (!decision->scheme->budget.used && work->budget->n_claims == 0) {
        return VV_OK;
    }
    vv_money *wanted = NULL; /* by claim; NULL: the scheme has budgets no longer */
    enum vv_status status = decision->scheme->budget.used ? expect(decision, &wanted) : VV_OK;
    for (size_t i = 0; status == VV_OK && i < work->budget->n_claims; i++) {
        Vagval__V1__BudgetClaim *claim = work->budget->claims[i];
        vv_money rest = is_grant(claim)  ? grant_rest(decision, claim, next_due)
                        : wanted != NULL ? wanted[i]
                                         : 0;
        status = order_claim(decision, claim, rest);
    }
    return status;
}
