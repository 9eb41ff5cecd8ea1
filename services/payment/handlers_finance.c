/*
 * handlers_finance.c: what finance records on a case: the payroll that consumes a grant,
 * appropriations, costs. Facts of payment's own; each then takes the one path of every decision.
 */
#include <string.h>

#include "decide.h"
#include "finance_facts.h"
#include "vagval/limits.h"

extern const struct vv_handler vv_handle_record_payroll;
extern const struct vv_handler vv_handle_record_appropriation;
extern const struct vv_handler vv_handle_record_cost;

#define EVIDENCE_BYTES 32

/* What the three commands have in common. */
struct record {
    const char *source, *reference;
    ProtobufCBinaryData case_id, supersedes, evidence;
    int32_t on;
    int64_t amount;
    enum vv_payment_fact_kind kind;
};

static bool is_day(int32_t day)
{
    return day > 0 && day < VV_DATE_MAX - 36600;
}

static enum vv_status check_record(const struct vv_call *call, struct vv_outcome *outcome,
                                   const struct record *record, const struct vv_payment_case *work)
{
    struct vv_id id;
    if (vv_id_from_bytes(record->case_id.data, record->case_id.len, &id) != VV_OK ||
        !vv_id_equal(id, call->subject)) {
        return vv_refuse(outcome, VV_INVALID, "case_id", "is not the message's subject");
    }
    if (record->source[0] == '\0' || strlen(record->source) > VV_CODE_BYTES_MAX) {
        return vv_refuse(outcome, VV_INVALID, "source", "is missing or too long");
    }
    if (!vv_fact_reference_is_usable(record->reference)) {
        return vv_refuse(outcome, VV_INVALID, "reference",
                         "is not a code of letters, digits, _ - .");
    }
    if (!is_day(record->on)) {
        return vv_refuse(outcome, VV_INVALID, "on", "is not a day that can be handled");
    }
    bool negative = record->kind == VV_FACT_COST; /* a credit */
    if (record->amount < (negative ? -VV_MONEY_MAX / 4 : 0) || record->amount > VV_MONEY_MAX / 4) {
        return vv_refuse(outcome, VV_INVALID, "amount", "is not an amount that can be kept");
    }
    if (record->evidence.len != 0 && record->evidence.len != EVIDENCE_BYTES) {
        return vv_refuse(outcome, VV_INVALID, "evidence", "is not a hash of 32 bytes");
    }
    if (work->fact_count >= VV_CASE_FACTS_MAX) {
        return vv_refuse(outcome, VV_REFUSED, "case_id", "the case holds as many facts as it can");
    }
    return VV_OK;
}

/* The case, when the record may be kept on it. */
static enum vv_status open_case(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_outcome *outcome, const struct record *record,
                                struct vv_payment_case *ret_work)
{
    enum vv_status status = vv_payment_case_read(call, vv_loaded(loaded, "case", call->subject),
                                                 call->subject, ret_work);
    return status == VV_OK ? check_record(call, outcome, record, ret_work) : status;
}

static const struct vv_payment_fact *find_fact(const struct vv_payment_case *work,
                                               enum vv_payment_fact_kind kind, struct vv_id subject)
{
    for (size_t i = 0; i < work->fact_count; i++) {
        if (work->facts[i].kind == kind && vv_id_equal(work->facts[i].subject, subject)) {
            return &work->facts[i];
        }
    }
    return NULL;
}

/* What is replaced must be a fact of the same kind and subject that stands. */
static enum vv_status check_replaced(struct vv_outcome *outcome, const struct record *record,
                                     const struct vv_payment_case *work, struct vv_id subject)
{
    struct vv_id replaced;
    if (record->supersedes.len == 0) {
        return VV_OK;
    }
    if (vv_id_from_bytes(record->supersedes.data, record->supersedes.len, &replaced) != VV_OK) {
        return vv_refuse(outcome, VV_INVALID, "supersedes", "is not an id of 16 bytes");
    }
    bool found = false;
    for (size_t i = 0; i < work->fact_count; i++) {
        const struct vv_payment_fact *fact = &work->facts[i];
        if (vv_id_equal(fact->supersedes, replaced)) {
            return vv_refuse(outcome, VV_REFUSED, "supersedes",
                             "another record has replaced it already; name that one");
        }
        found = found || (vv_id_equal(fact->id, replaced) && fact->kind == record->kind &&
                          vv_id_equal(fact->subject, subject));
    }
    return found ? VV_OK
                 : vv_refuse(outcome, VV_NOT_FOUND, "supersedes",
                             "no such record of the same reference is known");
}

static enum vv_status enter(const struct vv_call *call, const struct vv_loaded *loaded,
                            struct vv_outcome *outcome, const struct record *record,
                            int32_t effective, struct vv_payment_case *work)
{
    enum vv_status status =
        vv_payment_add_fact(call, loaded, outcome, effective, record->source, work);
    if (status == VV_OK) {
        status = vv_payment_decide(call, loaded, outcome, work);
    }
    if (status != VV_OK) {
        return status;
    }
    Vagval__V1__PayRecorded reply = VAGVAL__V1__PAY_RECORDED__INIT;
    struct vv_id fact = call->id;
    reply.fact = (ProtobufCBinaryData){sizeof fact.bytes, fact.bytes};
    reply.state = (char *)(uintptr_t) "recorded";
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

/* ---- payroll ---- */

static enum vv_status decide_payroll(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_outcome *outcome)
{
    const Vagval__V1__RecordPayroll *command = (const Vagval__V1__RecordPayroll *)call->body;
    const struct record record = {.source = command->source,
                                  .reference = command->reference,
                                  .case_id = command->case_id,
                                  .supersedes = command->supersedes,
                                  .evidence = command->evidence,
                                  .on = command->month,
                                  .amount = command->cost,
                                  .kind = VV_FACT_PAYROLL};
    struct vv_payment_case work;
    enum vv_status status = open_case(call, loaded, outcome, &record, &work);
    if (status != VV_OK) {
        return status;
    }
    struct vv_id grant_id = vv_grant_id(call->subject, command->reference);
    const struct vv_payment_fact *grant = find_fact(&work, VV_FACT_GRANT, grant_id);
    if (grant == NULL) {
        return vv_refuse(outcome, VV_NOT_FOUND, "reference",
                         "no decision with this reference is known for the case; it may be on its "
                         "way: repeat then");
    }
    if (grant->handed_over) {
        return vv_refuse(outcome, VV_REFUSED, "reference",
                         "this grant was handed to the state office, which pays it");
    }
    vv_date month = vv_date_month_start(command->month);
    if (month < vv_date_month_start(grant->on) || month > grant->through) {
        return vv_refuse(outcome, VV_REFUSED, "month", "lies outside the decision's period");
    }
    status = check_replaced(outcome, &record, &work, grant_id);
    return status == VV_OK ? enter(call, loaded, outcome, &record, month, &work) : status;
}

const struct vv_handler vv_handle_record_payroll = {.plan = vv_payment_plan_fact,
                                                    .decide = decide_payroll};

/* ---- appropriations ---- */

static enum vv_status check_share(const struct vv_call *call, struct vv_outcome *outcome,
                                  const Vagval__V1__RecordAppropriation *command)
{
    const struct vv_scheme *scheme = vv_book_scheme(call->book, call->scheme, command->from, 0);
    if (scheme == NULL) {
        return vv_refuse(outcome, VV_NOT_FOUND, "scheme", "no such scheme is in force on that day");
    }
    const struct vv_component *component = vv_scheme_component(scheme, command->component);
    if (component == NULL || component->kind != VV_SHARE) {
        return vv_refuse(outcome, VV_INVALID, "component",
                         "is no share of an appropriation in the scheme");
    }
    if (vv_scheme_area(scheme, command->area) == NULL) {
        return vv_refuse(outcome, VV_INVALID, "area", "is not an area of the scheme");
    }
    if (!is_day(command->through) || command->through < command->from) {
        return vv_refuse(outcome, VV_INVALID, "through", "the first and last day make no period");
    }
    if (command->contract.len != 0 && command->contract.len != sizeof(struct vv_id)) {
        return vv_refuse(outcome, VV_INVALID, "contract", "is not an id of 16 bytes");
    }
    return VV_OK;
}

static enum vv_status decide_appropriation(const struct vv_call *call,
                                           const struct vv_loaded *loaded,
                                           struct vv_outcome *outcome)
{
    const Vagval__V1__RecordAppropriation *command =
        (const Vagval__V1__RecordAppropriation *)call->body;
    const struct record record = {.source = command->source,
                                  .reference = command->reference,
                                  .case_id = command->case_id,
                                  .supersedes = command->supersedes,
                                  .on = command->from,
                                  .amount = command->amount,
                                  .kind = VV_FACT_APPROPRIATION};
    struct vv_payment_case work;
    enum vv_status status = open_case(call, loaded, outcome, &record, &work);
    if (status == VV_OK) {
        status = check_share(call, outcome, command);
    }
    if (status != VV_OK) {
        return status;
    }
    struct vv_id agreement = vv_agreement_id(call->subject, command->reference);
    if (record.supersedes.len == 0 && find_fact(&work, VV_FACT_APPROPRIATION, agreement) != NULL) {
        return vv_refuse(outcome, VV_REFUSED, "reference",
                         "this agreement has an appropriation; a revised one names the one that it "
                         "replaces");
    }
    status = check_replaced(outcome, &record, &work, agreement);
    return status == VV_OK ? enter(call, loaded, outcome, &record, command->from, &work) : status;
}

const struct vv_handler vv_handle_record_appropriation = {.plan = vv_payment_plan_fact,
                                                          .decide = decide_appropriation};

/* ---- costs ---- */

static enum vv_status decide_cost(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__RecordCost *command = (const Vagval__V1__RecordCost *)call->body;
    const struct record record = {.source = command->source,
                                  .reference = command->reference,
                                  .case_id = command->case_id,
                                  .supersedes = command->supersedes,
                                  .evidence = command->evidence,
                                  .on = command->on,
                                  .amount = command->amount,
                                  .kind = VV_FACT_COST};
    struct vv_payment_case work;
    enum vv_status status = open_case(call, loaded, outcome, &record, &work);
    if (status != VV_OK) {
        return status;
    }
    struct vv_id agreement = vv_agreement_id(call->subject, command->reference);
    if (find_fact(&work, VV_FACT_APPROPRIATION, agreement) == NULL) {
        return vv_refuse(outcome, VV_NOT_FOUND, "reference",
                         "no agreement with this reference is known for the case");
    }
    status = check_replaced(outcome, &record, &work, agreement);
    return status == VV_OK ? enter(call, loaded, outcome, &record, command->on, &work) : status;
}

const struct vv_handler vv_handle_record_cost = {.plan = vv_payment_plan_fact,
                                                 .decide = decide_cost};
