/*
 * handlers_grant.c: grants. The decision is made where the quota is, so that request > free is
 * refused at once and two decisions never share the last euro; an order then brings it to the case
 * as a fact (rules 15). A job with the municipality itself is outside its competence: recorded and
 * handed to the state office, and nothing is reserved for it.
 */
#include <string.h>

#include "budget_work.h"
#include "commitments.h"
#include "decide.h"
#include "finance_facts.h"
#include "vagval/idno.h"
#include "vagval/limits.h"

extern const struct vv_handler vv_handle_decide_grant;
extern const struct vv_handler vv_handle_enter_grant;
extern const struct vv_handler vv_answer_enter_grant;

/* ---- the decision, in the quota's partition ---- */

static enum vv_status ids_of(const struct vv_call *call, const Vagval__V1__DecideGrant *command,
                             struct vv_id *ret_case, struct vv_id *ret_claim)
{
    if (vv_id_from_bytes(command->for_case.data, command->for_case.len, ret_case) != VV_OK ||
        vv_id_partition(*ret_case) >= call->partitions) {
        return VV_INVALID;
    }
    *ret_claim =
        vv_budget_claim_id(call->subject, *ret_case, vv_grant_id(*ret_case, command->reference));
    return VV_OK;
}

static enum vv_status plan_decide(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_plan *plan)
{
    (void)loaded;
    struct vv_id case_id;
    struct vv_id claim;
    enum vv_status status =
        ids_of(call, (const Vagval__V1__DecideGrant *)call->body, &case_id, &claim);
    if (status != VV_OK) {
        return status;
    }
    vv_plan_load(plan, "budget", call->subject);
    vv_plan_load(plan, "claim", claim);
    vv_plan_fact_home(plan, "claim", claim);
    return VV_OK;
}

static bool is_day(int32_t day)
{
    return day > 0 && day < VV_DATE_MAX - 36600;
}

static enum vv_status check_grant(struct vv_outcome *outcome,
                                  const Vagval__V1__DecideGrant *command, vv_date today)
{
    struct vv_idno number;
    if (command->source[0] == '\0' || strlen(command->source) > VV_CODE_BYTES_MAX) {
        return vv_refuse(outcome, VV_INVALID, "source", "is missing or too long");
    }
    if (!vv_fact_reference_is_usable(command->reference)) {
        return vv_refuse(outcome, VV_INVALID, "reference",
                         "is not a code of letters, digits, _ - .");
    }
    if (!is_day(command->from) || !is_day(command->through) || command->through < command->from) {
        return vv_refuse(outcome, VV_INVALID, "through", "the first and last day make no period");
    }
    if (command->amount < 1 || command->amount > VV_MONEY_MAX / 4) {
        return vv_refuse(outcome, VV_INVALID, "amount", "must be an amount above 0");
    }
    if (command->employer[0] != '\0' &&
        vv_idno_check(VV_IDNO_Y_TUNNUS, command->employer, today, &number, NULL) != VV_OK &&
        vv_idno_check(VV_IDNO_ORGANISATIONSNUMMER, command->employer, today, &number, NULL) !=
            VV_OK) {
        return vv_refuse(outcome, VV_INVALID, "employer",
                         "is not an organisation's number; leave it empty for a person");
    }
    return VV_OK;
}

static enum vv_status find_component(const struct vv_call *call, struct vv_outcome *outcome,
                                     const Vagval__V1__DecideGrant *command,
                                     const struct vv_component **ret_component)
{
    const struct vv_scheme *scheme = vv_book_scheme(call->book, command->scheme, command->from, 0);
    if (scheme == NULL) {
        return vv_refuse(outcome, VV_NOT_FOUND, "scheme", "no such scheme is in force on that day");
    }
    if (vv_scheme_area(scheme, command->area) == NULL) {
        return vv_refuse(outcome, VV_INVALID, "area", "is not an area of the scheme");
    }
    const struct vv_component *component = vv_scheme_component(scheme, command->component);
    if (component == NULL || component->kind != VV_GRANT) {
        return vv_refuse(outcome, VV_INVALID, "component", "is no grant of the scheme");
    }
    struct vv_id own =
        vv_budget_id(command->scheme, command->area, vv_date_to_ymd(command->from).year,
                     component->award.pot, call->partitions);
    if (!vv_id_equal(own, call->subject)) {
        return vv_refuse(outcome, VV_INVALID, "area",
                         "the message's subject is not the quota of this area and year");
    }
    *ret_component = component;
    return VV_OK;
}

/* Spelt with or without its hyphen. */
static bool same_number(const char *a, const char *b)
{
    while (*a != '\0' || *b != '\0') {
        if (*a == '-') {
            a++;
        } else if (*b == '-') {
            b++;
        } else if (*a++ != *b++) {
            return false;
        }
    }
    return true;
}

static bool is_own_job(const struct vv_component *component, const char *employer)
{
    for (size_t i = 0; i < component->award.own_employer_count && employer[0] != '\0'; i++) {
        if (same_number(component->award.own_employers[i], employer)) {
            return true;
        }
    }
    return false;
}

/* Reserves the most that it can come to. */
static enum vv_status reserve(const struct vv_call *call, struct vv_outcome *outcome,
                              const Vagval__V1__DecideGrant *command, struct vv_budget_work *work)
{
    vv_money left = vv_budget_free(work->budget);
    if (command->amount > left) {
        char text[VV_MONEY_TEXT_BYTES];
        vv_money_format(left, 1, text);
        return vv_refuse(outcome, VV_REFUSED, "amount",
                         "quota: %s is free of the quota of this area and year", text);
    }
    Vagval__V1__BudgetClaim claim = VAGVAL__V1__BUDGET_CLAIM__INIT;
    claim.reserved = command->amount;
    claim.sequence = 1;
    enum vv_status status = vv_budget_work_apply(call, work, &claim);
    return status == VV_OK ? status
                           : vv_refuse(outcome, status, "amount", "cannot be kept by the quota");
}

static void order_entry(const struct vv_call *call, struct vv_outcome *outcome,
                        const Vagval__V1__DecideGrant *command,
                        const struct vv_component *component, struct vv_budget_work *work,
                        struct vv_id case_id, bool handed_over)
{
    Vagval__V1__EnterGrant order = VAGVAL__V1__ENTER_GRANT__INIT;
    order.case_id = (ProtobufCBinaryData){sizeof work->claim_id.bytes, work->claim_id.bytes};
    order.for_case = command->for_case;
    order.scheme = command->scheme;
    order.area = command->area;
    order.component = command->component;
    order.amount = command->amount;
    order.from = command->from;
    order.through = command->through;
    order.reference = command->reference;
    order.handed_over = handed_over;
    order.budget = (ProtobufCBinaryData){sizeof work->id.bytes, work->id.bytes};
    order.year = vv_date_to_ymd(command->from).year;
    order.pot = (char *)(uintptr_t)component->award.pot;
    order.source = command->source;
    vv_emit(outcome, VV_MSG_ENTER_GRANT, case_id, command->scheme, call->now.today, &order.base);
}

static enum vv_status enter_decision(const struct vv_call *call, struct vv_outcome *outcome,
                                     const Vagval__V1__DecideGrant *command,
                                     const struct vv_component *component,
                                     struct vv_budget_work *work, struct vv_id case_id)
{
    bool handed_over = is_own_job(component, command->employer);
    struct vv_id grant = vv_grant_id(case_id, command->reference);
    work->hold->case_id = command->for_case;
    work->hold->budget = (ProtobufCBinaryData){sizeof work->id.bytes, work->id.bytes};
    work->hold->grant = (ProtobufCBinaryData){sizeof grant.bytes, grant.bytes};
    enum vv_status status = VV_OK;
    if (handed_over) {
        work->hold->sequence = 1;
        work->hold->covered = true;
        vv_put(outcome, "claim", work->claim_id, &work->hold->base);
    } else {
        status = reserve(call, outcome, command, work);
        if (status != VV_OK) {
            return status;
        }
        vv_budget_work_put(call, outcome, work);
    }
    order_entry(call, outcome, command, component, work, case_id, handed_over);
    vv_accept(outcome, command->from, command->source, VV_NIL, NULL, 0, false);
    Vagval__V1__GrantDecided reply = VAGVAL__V1__GRANT_DECIDED__INIT;
    struct vv_id fact = call->id;
    reply.fact = (ProtobufCBinaryData){sizeof fact.bytes, fact.bytes};
    reply.state = (char *)(uintptr_t)(handed_over ? "handed_over" : "reserved");
    reply.grant = work->hold->grant;
    reply.free = vv_budget_free(work->budget);
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

static enum vv_status decide_grant(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_outcome *outcome)
{
    const Vagval__V1__DecideGrant *command = (const Vagval__V1__DecideGrant *)call->body;
    const struct vv_component *component = NULL;
    struct vv_budget_work work;
    struct vv_id case_id;
    struct vv_id claim;
    enum vv_status status = ids_of(call, command, &case_id, &claim);
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "for_case", "is no case of this region");
    }
    status = check_grant(outcome, command, call->now.today);
    if (status == VV_OK) {
        status = find_component(call, outcome, command, &component);
    }
    if (status == VV_OK) {
        status = vv_budget_work_open(call, loaded, claim, &work);
    }
    if (status != VV_OK) {
        return status;
    }
    if (work.hold->sequence > 0) {
        return vv_refuse(outcome, VV_REFUSED, "reference",
                         "a decision with this reference stands for the case already");
    }
    if (work.budget->scheme[0] == '\0') {
        work.budget->scheme = command->scheme;
        work.budget->area = command->area;
        work.budget->year = vv_date_to_ymd(command->from).year;
        work.budget->pot = (char *)(uintptr_t)component->award.pot;
    }
    return enter_decision(call, outcome, command, component, &work, case_id);
}

const struct vv_handler vv_handle_decide_grant = {.plan = plan_decide, .decide = decide_grant};

/* ---- its entry, in the case's partition ---- */

static enum vv_status decide_enter(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_outcome *outcome)
{
    const Vagval__V1__EnterGrant *order = (const Vagval__V1__EnterGrant *)call->body;
    struct vv_payment_case work;
    struct vv_id case_id;
    if (vv_id_from_bytes(order->for_case.data, order->for_case.len, &case_id) != VV_OK ||
        !vv_id_equal(case_id, call->subject)) {
        return vv_refuse(outcome, VV_INVALID, "for_case", "is not the message's subject");
    }
    enum vv_status status =
        vv_payment_case_read(call, vv_loaded(loaded, "case", call->subject), call->subject, &work);
    if (status == VV_OK && work.fact_count >= VV_CASE_FACTS_MAX) {
        return vv_refuse(outcome, VV_REFUSED, "for_case", "the case holds as many facts as it can");
    }
    if (status == VV_OK) {
        status = vv_payment_add_fact(call, loaded, outcome, order->from, order->source, &work);
    }
    if (status == VV_OK) {
        status = vv_commitments_grant(&work, call, order);
    }
    if (status == VV_OK) {
        status = vv_payment_decide(call, loaded, outcome, &work);
    }
    if (status != VV_OK) {
        return status;
    }
    Vagval__V1__PayRecorded reply = VAGVAL__V1__PAY_RECORDED__INIT;
    struct vv_id fact = call->id;
    reply.fact = (ProtobufCBinaryData){sizeof fact.bytes, fact.bytes};
    reply.state = (char *)(uintptr_t)(order->handed_over ? "handed_over" : "entered");
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_enter_grant = {.plan = vv_payment_plan_fact,
                                                 .decide = decide_enter};

/* ---- a case that could not take it: the reservation falls back ---- */

static enum vv_status read_hold(const struct vv_call *call, const struct vv_record *record,
                                Vagval__V1__BudgetHold **ret_hold, struct vv_id *ret_budget)
{
    ProtobufCMessage *message = NULL;
    enum vv_status status =
        vv_record_unpack(call, record, &vagval__v1__budget_hold__descriptor, &message);
    if (status != VV_OK) {
        return status;
    }
    *ret_hold = (Vagval__V1__BudgetHold *)message;
    return vv_id_from_bytes((*ret_hold)->budget.data, (*ret_hold)->budget.len, ret_budget);
}

static enum vv_status plan_entered(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_plan *plan)
{
    if (call->body != NULL) {
        return VV_OK;
    }
    vv_plan_load(plan, "claim", call->subject);
    const struct vv_record *record = vv_loaded(loaded, "claim", call->subject);
    Vagval__V1__BudgetHold *hold = NULL;
    struct vv_id budget;
    if (record != NULL && record->exists && read_hold(call, record, &hold, &budget) == VV_OK) {
        vv_plan_load(plan, "budget", budget);
    }
    return VV_OK;
}

static enum vv_status decide_entered(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_outcome *outcome)
{
    Vagval__V1__BudgetHold *hold = NULL;
    struct vv_id budget_id;
    if (call->body != NULL) {
        return VV_OK; /* entered */
    }
    const struct vv_record *record = vv_loaded(loaded, "claim", call->subject);
    if (!record->exists) {
        return VV_OK;
    }
    enum vv_status status = read_hold(call, record, &hold, &budget_id);
    if (status != VV_OK || hold->reserved == 0) {
        return status;
    }
    ProtobufCMessage *message = NULL;
    status = vv_record_unpack(call, vv_loaded(loaded, "budget", budget_id),
                              &vagval__v1__budget__descriptor, &message);
    if (status != VV_OK) {
        return status;
    }
    Vagval__V1__Budget *budget = (Vagval__V1__Budget *)message;
    Vagval__V1__BudgetClaim claim = VAGVAL__V1__BUDGET_CLAIM__INIT;
    bool changed = false;
    claim.sequence = hold->sequence + 1;
    status = vv_budget_apply(budget, hold, &claim, &changed);
    if (status == VV_OK) {
        vv_put(outcome, "budget", budget_id, &budget->base);
        vv_put(outcome, "claim", call->subject, &hold->base);
    }
    return status;
}

const struct vv_handler vv_answer_enter_grant = {.plan = plan_entered, .decide = decide_entered};
