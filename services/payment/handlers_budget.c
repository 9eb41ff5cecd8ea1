/*
 * handlers_budget.c: the budget's side, in the budget's own partition: its limit, the orders of
 * cases to reserve, consume and release, and the page for people. A claim is a record of its own;
 * the orders' facts are kept there, so an order that comes twice gets the same answer and counts
 * once.
 */
#include <string.h>

#include "budget_work.h"
#include "casework.h"
#include "vagval/limits.h"

extern const struct vv_handler vv_handle_set_budget;
extern const struct vv_handler vv_handle_reserve_budget;
extern const struct vv_handler vv_handle_consume_budget;
extern const struct vv_handler vv_handle_release_budget;
extern const struct vv_handler vv_answer_reconsider_budget;

/* ---- what is loaded ---- */

static enum vv_status read_record(const struct vv_call *call, const struct vv_loaded *loaded,
                                  const char *kind, struct vv_id id,
                                  const ProtobufCMessageDescriptor *descriptor,
                                  ProtobufCMessage **ret_message)
{
    return vv_record_unpack(call, vv_loaded(loaded, kind, id), descriptor, ret_message);
}

enum vv_status vv_budget_work_open(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_id claim, struct vv_budget_work *ret_work)
{
    struct vv_budget_work work = {.id = call->subject, .claim_id = claim};
    ProtobufCMessage *message = NULL;
    enum vv_status status = read_record(call, loaded, "budget", call->subject,
                                        &vagval__v1__budget__descriptor, &message);
    if (status != VV_OK) {
        return status;
    }
    work.budget = (Vagval__V1__Budget *)message;
    work.is_new = !vv_loaded(loaded, "budget", call->subject)->exists;
    status =
        read_record(call, loaded, "claim", claim, &vagval__v1__budget_hold__descriptor, &message);
    if (status == VV_OK) {
        work.hold = (Vagval__V1__BudgetHold *)message;
        *ret_work = work;
    }
    return status;
}

/* ---- the list of what has no cover ---- */

static vv_money missing(const Vagval__V1__BudgetHold *hold)
{
    return hold->covered || hold->sequence == 0 ? 0 : hold->wanted - hold->reserved + hold->over;
}

static bool same_claim(const Vagval__V1__BudgetUncovered *entry, struct vv_id claim)
{
    return entry->claim.len == sizeof claim.bytes &&
           memcmp(entry->claim.data, claim.bytes, sizeof claim.bytes) == 0;
}

static void unlist(Vagval__V1__Budget *budget, struct vv_id claim)
{
    size_t kept = 0;
    for (size_t i = 0; i < budget->n_uncovered; i++) {
        if (!same_claim(budget->uncovered[i], claim)) {
            budget->uncovered[kept++] = budget->uncovered[i];
        }
    }
    budget->n_uncovered = kept;
}

static enum vv_status list(const struct vv_call *call, struct vv_budget_work *work)
{
    Vagval__V1__Budget *budget = work->budget;
    for (size_t i = 0; i < budget->n_uncovered; i++) {
        if (same_claim(budget->uncovered[i], work->claim_id)) {
            budget->uncovered[i]->wanted = missing(work->hold);
            return VV_OK;
        }
    }
    if (budget->n_uncovered >= VV_BUDGET_UNCOVERED_MAX) {
        return VV_OK; /* counted, and named when it asks again and others have left the list */
    }
    Vagval__V1__BudgetUncovered **grown =
        vv_arena_alloc(call->arena, (budget->n_uncovered + 1) * sizeof *grown);
    Vagval__V1__BudgetUncovered *entry = vv_arena_alloc(call->arena, sizeof *entry);
    if (grown == NULL || entry == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; i < budget->n_uncovered; i++) {
        grown[i] = budget->uncovered[i];
    }
    vagval__v1__budget_uncovered__init(entry);
    entry->case_id = work->hold->case_id;
    entry->protected_identity = work->hold->protected_identity;
    entry->claim = (ProtobufCBinaryData){sizeof work->claim_id.bytes, work->claim_id.bytes};
    entry->wanted = missing(work->hold);
    entry->on = work->hold->on;
    grown[budget->n_uncovered++] = entry;
    budget->uncovered = grown;
    return VV_OK;
}

static enum vv_status relist(const struct vv_call *call, struct vv_budget_work *work,
                             bool was_uncovered, vv_money was_missing)
{
    Vagval__V1__Budget *budget = work->budget;
    bool uncovered = !work->hold->covered;
    budget->uncovered_count -= was_uncovered ? 1 : 0;
    budget->uncovered_count += uncovered ? 1 : 0;
    budget->uncovered_wanted += missing(work->hold) - was_missing;
    if (uncovered) {
        return list(call, work);
    }
    if (was_uncovered) {
        unlist(budget, work->claim_id);
    }
    return VV_OK;
}

/* ---- writing it back ---- */

void vv_budget_work_put(const struct vv_call *call, struct vv_outcome *outcome,
                        struct vv_budget_work *work)
{
    if (work->is_new) {
        vv_append(outcome, "budgets", VV_NIL, call->subject.bytes, sizeof call->subject.bytes);
    }
    vv_put(outcome, "budget", work->id, &work->budget->base);
    vv_put(outcome, "claim", work->claim_id, &work->hold->base);
}

enum vv_status vv_budget_work_apply(const struct vv_call *call, struct vv_budget_work *work,
                                    const Vagval__V1__BudgetClaim *claim)
{
    Vagval__V1__Budget *budget = work->budget;
    bool was_uncovered = work->hold->sequence > 0 && !work->hold->covered;
    vv_money was_missing = missing(work->hold);
    bool first = work->hold->sequence == 0;
    bool changed = false;
    if (first) {
        work->hold->on = call->now.today;
    }
    enum vv_status status = vv_budget_apply(budget, work->hold, claim, &changed);
    if (status != VV_OK || !changed) {
        return status;
    }
    budget->claims += first ? 1 : 0;
    return relist(call, work, was_uncovered, was_missing);
}

/* ---- orders: reserve, consume, release ---- */

struct order {
    const char *scheme;
    const Vagval__V1__BudgetClaim *claim;
    ProtobufCBinaryData case_id;
    int32_t on;
    bool protected_identity;
};

static struct order order_of(const struct vv_call *call)
{
    if (call->type == VV_MSG_RESERVE_BUDGET) {
        const Vagval__V1__ReserveBudget *body = (const Vagval__V1__ReserveBudget *)call->body;
        return (struct order){body->scheme, body->claim, body->case_id, body->on,
                              body->protected_identity};
    }
    if (call->type == VV_MSG_CONSUME_BUDGET) {
        const Vagval__V1__ConsumeBudget *body = (const Vagval__V1__ConsumeBudget *)call->body;
        return (struct order){body->scheme, body->claim, body->case_id, body->on, false};
    }
    const Vagval__V1__ReleaseBudget *body = (const Vagval__V1__ReleaseBudget *)call->body;
    return (struct order){body->scheme, body->claim, body->case_id, body->on, false};
}

/* The orders come from our own relay, but over the wire: checked like anybody's. */
static enum vv_status check_order(const struct vv_call *call, const struct order *order,
                                  struct vv_id *ret_claim)
{
    struct vv_id case_id;
    if (order->claim == NULL ||
        vv_id_from_bytes(order->claim->claim.data, order->claim->claim.len, ret_claim) != VV_OK ||
        vv_id_from_bytes(order->case_id.data, order->case_id.len, &case_id) != VV_OK ||
        vv_id_partition(*ret_claim) != call->partition ||
        vv_id_partition(call->subject) != call->partition) {
        return VV_INVALID;
    }
    struct vv_id own = vv_budget_id(order->scheme, order->claim->area, order->claim->year,
                                    order->claim->pot, call->partitions);
    return vv_id_equal(own, call->subject) ? VV_OK : VV_INVALID;
}

static enum vv_status plan_order(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_plan *plan)
{
    (void)loaded;
    struct order order = order_of(call);
    struct vv_id claim;
    enum vv_status status = check_order(call, &order, &claim);
    if (status != VV_OK) {
        return status;
    }
    vv_plan_load(plan, "budget", call->subject);
    vv_plan_load(plan, "claim", claim);
    vv_plan_fact_home(plan, "claim", claim);
    return VV_OK;
}

static void name_budget(Vagval__V1__Budget *budget, const struct order *order)
{
    if (budget->scheme[0] == '\0') {
        budget->scheme = (char *)(uintptr_t)order->scheme;
        budget->area = order->claim->area;
        budget->year = order->claim->year;
        budget->pot = order->claim->pot;
    }
}

static enum vv_status decide_order(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_outcome *outcome)
{
    struct order order = order_of(call);
    struct vv_budget_work work;
    struct vv_id claim;
    enum vv_status status = check_order(call, &order, &claim);
    if (status == VV_OK) {
        status = vv_budget_work_open(call, loaded, claim, &work);
    }
    if (status != VV_OK) {
        return status;
    }
    name_budget(work.budget, &order);
    if (work.hold->case_id.len == 0) {
        work.hold->case_id = order.case_id;
        work.hold->budget = order.claim->budget;
        work.hold->grant = order.claim->grant;
        work.hold->protected_identity = order.protected_identity;
    }
    status = vv_budget_work_apply(call, &work, order.claim);
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "claim", "the amounts of this claim cannot be kept");
    }
    vv_budget_work_put(call, outcome, &work);
    /* The claim says all that the order said, so the fact keeps no body of its own. */
    vv_accept(outcome, order.on, "payment", VV_NIL, "", 0, false);
    Vagval__V1__BudgetClaimed reply = VAGVAL__V1__BUDGET_CLAIMED__INIT;
    reply.claim = order.claim->claim;
    reply.sequence = work.hold->sequence;
    reply.covered = work.hold->covered;
    reply.reason = (char *)(uintptr_t)vv_budget_reason(work.budget, work.hold);
    reply.free = vv_budget_free(work.budget);
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_reserve_budget = {.plan = plan_order, .decide = decide_order};
const struct vv_handler vv_handle_consume_budget = {.plan = plan_order, .decide = decide_order};
const struct vv_handler vv_handle_release_budget = {.plan = plan_order, .decide = decide_order};

/* ---- the limit ---- */

static enum vv_status plan_set(const struct vv_call *call, const struct vv_loaded *loaded,
                               struct vv_plan *plan)
{
    (void)loaded;
    vv_plan_load(plan, "budget", call->subject);
    vv_plan_fact_home(plan, "budget", call->subject);
    return VV_OK;
}

static enum vv_status check_set(const struct vv_call *call, struct vv_outcome *outcome,
                                const Vagval__V1__SetBudget *command)
{
    struct vv_id own =
        vv_budget_id(command->scheme, command->area, command->year, command->pot, call->partitions);
    if (!vv_id_equal(own, call->subject)) {
        return vv_refuse(outcome, VV_INVALID, "area", "is not the area of the message's subject");
    }
    if (command->year < 2000 || command->year > 2199) {
        return vv_refuse(outcome, VV_INVALID, "year", "is not a year like 2021");
    }
    if (strlen(command->source) > VV_CODE_BYTES_MAX || command->source[0] == '\0') {
        return vv_refuse(outcome, VV_INVALID, "source", "is missing or too long");
    }
    vv_date first = vv_date_from_ymd((struct vv_ymd){command->year, 1, 1});
    vv_date last = vv_date_from_ymd((struct vv_ymd){command->year, 12, 31});
    const struct vv_scheme *scheme = vv_book_scheme(call->book, command->scheme, first, 0);
    scheme = scheme != NULL ? scheme : vv_book_scheme(call->book, command->scheme, last, 0);
    if (scheme == NULL) {
        return vv_refuse(outcome, VV_NOT_FOUND, "scheme", "no such scheme is in force that year");
    }
    if (vv_scheme_area(scheme, command->area) == NULL) {
        return vv_refuse(outcome, VV_INVALID, "area", "is not an area of the scheme");
    }
    if (strcmp(scheme->currency, command->currency) != 0) {
        return vv_refuse(outcome, VV_INVALID, "currency", "the scheme pays in %s",
                         scheme->currency);
    }
    if (command->pot[0] == '\0') {
        return scheme->budget.used ? VV_OK
                                   : vv_refuse(outcome, VV_REFUSED, "scheme",
                                               "its file has no section `budget`: nothing would be "
                                               "reserved");
    }
    for (size_t i = 0; i < scheme->component_count; i++) {
        const struct vv_component *component = &scheme->components[i];
        if (component->kind == VV_GRANT && strcmp(component->award.pot, command->pot) == 0) {
            return VV_OK;
        }
    }
    return vv_refuse(outcome, VV_INVALID, "pot", "no grant of the scheme is taken from this quota");
}

/* Cases that had no cover ask again, the oldest first: each gets an order to do so. */
static uint32_t reconsider(struct vv_outcome *outcome, const struct vv_call *call,
                           const Vagval__V1__Budget *budget, struct vv_id *budget_id)
{
    for (size_t i = 0; i < budget->n_uncovered; i++) {
        struct vv_id case_id;
        Vagval__V1__ReconsiderBudget order = VAGVAL__V1__RECONSIDER_BUDGET__INIT;
        if (vv_id_from_bytes(budget->uncovered[i]->case_id.data, budget->uncovered[i]->case_id.len,
                             &case_id) != VV_OK) {
            continue;
        }
        order.case_id = (ProtobufCBinaryData){sizeof budget_id->bytes, budget_id->bytes};
        order.for_case = budget->uncovered[i]->case_id;
        vv_emit(outcome, VV_MSG_RECONSIDER_BUDGET, case_id, budget->scheme, call->now.today,
                &order.base);
    }
    return (uint32_t)budget->n_uncovered;
}

static enum vv_status decide_set(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_outcome *outcome)
{
    const Vagval__V1__SetBudget *command = (const Vagval__V1__SetBudget *)call->body;
    ProtobufCMessage *message = NULL;
    enum vv_status status = check_set(call, outcome, command);
    if (status == VV_OK) {
        status = read_record(call, loaded, "budget", call->subject, &vagval__v1__budget__descriptor,
                             &message);
    }
    if (status != VV_OK) {
        return status;
    }
    Vagval__V1__Budget *budget = (Vagval__V1__Budget *)message;
    vv_money before = budget->set ? budget->limit : 0;
    status = vv_budget_limit(budget, command->limit);
    if (status != VV_OK) {
        char used[VV_MONEY_TEXT_BYTES];
        vv_money_format(budget->reserved + budget->consumed - budget->over, 1, used);
        return vv_refuse(outcome, status, "limit",
                         status == VV_REFUSED ? "is less than what is reserved and consumed: %s"
                                              : "is negative or too large; in use: %s",
                         used);
    }
    budget->scheme = command->scheme;
    budget->area = command->area;
    budget->year = command->year;
    budget->pot = command->pot;
    budget->currency = command->currency;
    if (!vv_loaded(loaded, "budget", call->subject)->exists) {
        vv_append(outcome, "budgets", VV_NIL, call->subject.bytes, sizeof call->subject.bytes);
    }
    struct vv_id id = call->subject;
    Vagval__V1__BudgetSet reply = VAGVAL__V1__BUDGET_SET__INIT;
    struct vv_id fact = call->id;
    reply.fact = (ProtobufCBinaryData){sizeof fact.bytes, fact.bytes};
    reply.limit = budget->limit;
    reply.reserved = budget->reserved;
    reply.consumed = budget->consumed;
    reply.reconsidered = budget->limit > before ? reconsider(outcome, call, budget, &id) : 0;
    vv_put(outcome, "budget", call->subject, &budget->base);
    vv_accept(outcome, call->now.today, command->source, VV_NIL, NULL, 0, false);
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_set_budget = {.plan = plan_set, .decide = decide_set};

/* The case has asked again, or has nothing to ask for any more: nothing to do here. */
const struct vv_handler vv_answer_reconsider_budget = {.plan = vv_plan_nothing,
                                                       .decide = vv_decide_nothing};
