/*
 * tell.h: a fact of a random course (courses.h) as the message that its owner sends, or as the
 * command that enters it. The other way round is services/payment/events.c.
 */
#ifndef VAGVAL_TESTS_PAYMENT_TELL_H
#define VAGVAL_TESTS_PAYMENT_TELL_H

#include "kit.h"

#include <stdio.h>

#include "vagval/messages.h"

struct told {
    enum vv_message_type type;
    bool
        command; /* of finance, to payment itself; else an event of its owner, or a grant's order */
    bool by_assessment;
    char reference[16]; /* of a grant or an agreement */
    union {
        ProtobufCMessage base;
        Vagval__V1__LevelDecided level;
        Vagval__V1__PlacementStarted start;
        Vagval__V1__PlacementEnded end;
        Vagval__V1__ServiceExtended extended;
        Vagval__V1__EvidenceStated evidence;
        Vagval__V1__ReportDecided report;
        Vagval__V1__ObligationsStated obligations;
        Vagval__V1__OutcomeRecorded outcome;
        Vagval__V1__UnitRecorded unit;
        Vagval__V1__EnterGrant grant;
        Vagval__V1__RecordPayroll payroll;
        Vagval__V1__RecordAppropriation appropriation;
        Vagval__V1__RecordCost cost;
    } body;
};

static char *tell_text(const char *text)
{
    return (char *)(uintptr_t)(text == NULL ? "" : text);
}

static ProtobufCBinaryData tell_id(const struct vv_id *id)
{
    return (ProtobufCBinaryData){vv_id_is_nil(*id) ? 0 : sizeof id->bytes,
                                 (uint8_t *)(uintptr_t)id->bytes};
}

static ProtobufCBinaryData tell_evidence(const uint8_t *evidence)
{
    return (ProtobufCBinaryData){evidence == NULL ? 0 : 32, (uint8_t *)(uintptr_t)evidence};
}

static void tell_placement(const struct vv_payment_fact *fact, const struct vv_id *case_id,
                           const char *scheme, struct told *told)
{
    told->type = VV_MSG_PLACEMENT_STARTED;
    told->body.start = (Vagval__V1__PlacementStarted)VAGVAL__V1__PLACEMENT_STARTED__INIT;
    told->body.start.case_id = tell_id(case_id);
    told->body.start.scheme = tell_text(scheme);
    told->body.start.placement = tell_id(&fact->subject);
    told->body.start.contract = tell_id(&fact->contract);
    told->body.start.provider = tell_id(&fact->provider);
    told->body.start.area = tell_text(fact->area);
    told->body.start.contract_number = tell_text(fact->contract_number);
    told->body.start.start = fact->on;
    told->body.start.service_start = fact->service_start;
    told->body.start.planned_end = fact->planned_end == VV_DATE_NONE ? 0 : fact->planned_end;
}

static void tell_outcome(const struct vv_payment_fact *fact, const struct vv_id *case_id,
                         const char *scheme, struct told *told)
{
    static const char *const kinds[] = {
        [VV_FACT_OUTCOME_START] = "start",      [VV_FACT_OUTCOME_CONFIRM] = "confirm",
        [VV_FACT_OUTCOME_END] = "end",          [VV_FACT_OUTCOME_WITHDRAW] = "withdraw",
        [VV_FACT_CORROBORATED] = "corroborate", [VV_FACT_OTHER] = "nothing"};
    told->type = VV_MSG_OUTCOME_RECORDED;
    told->body.outcome = (Vagval__V1__OutcomeRecorded)VAGVAL__V1__OUTCOME_RECORDED__INIT;
    told->body.outcome.case_id = tell_id(case_id);
    told->body.outcome.scheme = tell_text(scheme);
    told->body.outcome.outcome = tell_id(vv_id_is_nil(fact->subject) ? case_id : &fact->subject);
    told->body.outcome.kind = tell_text(kinds[fact->kind]);
    told->body.outcome.what = tell_text(fact->kind != VV_FACT_OUTCOME_START ? ""
                                        : fact->job                         ? "job"
                                                                            : "study");
    told->body.outcome.on = fact->on;
    told->body.outcome.extent_percent = fact->extent_percent;
    told->body.outcome.evidence = tell_evidence(fact->evidence);
    told->body.outcome.claiming = fact->document == VV_DOCUMENT_CLAIMING;
    told->body.outcome.employer = tell_id(&fact->employer);
    told->body.outcome.supersedes = tell_id(&fact->supersedes);
}

static void tell_month(const struct vv_payment_fact *fact, const struct vv_id *case_id,
                       const char *scheme, struct told *told)
{
    if (fact->kind == VV_FACT_REPORT) {
        told->type = VV_MSG_REPORT_DECIDED;
        told->body.report = (Vagval__V1__ReportDecided)VAGVAL__V1__REPORT_DECIDED__INIT;
        told->body.report.case_id = tell_id(case_id);
        told->body.report.scheme = tell_text(scheme);
        told->body.report.month = fact->on;
        told->body.report.approved = fact->approved;
        told->body.report.contract = tell_id(&fact->contract);
        told->body.report.supersedes = tell_id(&fact->supersedes);
        return;
    }
    told->type = VV_MSG_OBLIGATIONS_STATED;
    told->body.obligations = (Vagval__V1__ObligationsStated)VAGVAL__V1__OBLIGATIONS_STATED__INIT;
    told->body.obligations.case_id = tell_id(case_id);
    told->body.obligations.scheme = tell_text(scheme);
    told->body.obligations.month = fact->on;
    told->body.obligations.met = fact->approved;
    told->body.obligations.contract = tell_id(&fact->contract);
}

static void tell_grant(const struct vv_payment_fact *fact, const struct vv_id *case_id,
                       const char *scheme, struct told *told)
{
    told->type = VV_MSG_ENTER_GRANT;
    told->body.grant = (Vagval__V1__EnterGrant)VAGVAL__V1__ENTER_GRANT__INIT;
    told->body.grant.case_id = told->body.grant.for_case = tell_id(case_id);
    told->body.grant.scheme = tell_text(scheme);
    told->body.grant.area = tell_text(fact->area);
    told->body.grant.component = tell_text(fact->code);
    told->body.grant.amount = fact->amount;
    told->body.grant.from = fact->on;
    told->body.grant.through = fact->through;
    told->body.grant.reference = told->reference;
    told->body.grant.handed_over = fact->handed_over;
    told->body.grant.source = tell_text("test");
}

static void tell_payroll(const struct vv_payment_fact *fact, const struct vv_id *case_id,
                         struct told *told)
{
    told->type = VV_MSG_RECORD_PAYROLL;
    told->command = true;
    told->body.payroll = (Vagval__V1__RecordPayroll)VAGVAL__V1__RECORD_PAYROLL__INIT;
    told->body.payroll.source = tell_text("test");
    told->body.payroll.source_ref = tell_text("payroll");
    told->body.payroll.case_id = tell_id(case_id);
    told->body.payroll.reference = told->reference;
    told->body.payroll.month = fact->on;
    told->body.payroll.cost = fact->amount;
    told->body.payroll.final = fact->final;
    told->body.payroll.supersedes = tell_id(&fact->supersedes);
    told->body.payroll.evidence = tell_evidence(fact->evidence);
}

static void tell_appropriation(const struct vv_payment_fact *fact, const struct vv_id *case_id,
                               struct told *told)
{
    told->type = VV_MSG_RECORD_APPROPRIATION;
    told->command = true;
    told->body.appropriation =
        (Vagval__V1__RecordAppropriation)VAGVAL__V1__RECORD_APPROPRIATION__INIT;
    told->body.appropriation.source = tell_text("test");
    told->body.appropriation.source_ref = tell_text("appropriation");
    told->body.appropriation.case_id = tell_id(case_id);
    told->body.appropriation.component = tell_text(fact->code);
    told->body.appropriation.area = tell_text(fact->area);
    told->body.appropriation.reference = told->reference;
    told->body.appropriation.amount = fact->amount;
    told->body.appropriation.from = fact->on;
    told->body.appropriation.through = fact->through;
    told->body.appropriation.contract = tell_id(&fact->contract);
    told->body.appropriation.supersedes = tell_id(&fact->supersedes);
}

static void tell_cost(const struct vv_payment_fact *fact, const struct vv_id *case_id,
                      struct told *told)
{
    told->type = VV_MSG_RECORD_COST;
    told->command = true;
    told->body.cost = (Vagval__V1__RecordCost)VAGVAL__V1__RECORD_COST__INIT;
    told->body.cost.source = tell_text("test");
    told->body.cost.source_ref = tell_text("cost");
    told->body.cost.case_id = tell_id(case_id);
    told->body.cost.reference = told->reference;
    told->body.cost.on = fact->on;
    told->body.cost.amount = fact->amount;
    told->body.cost.final = fact->final;
    told->body.cost.supersedes = tell_id(&fact->supersedes);
    told->body.cost.evidence = tell_evidence(fact->evidence);
}

static void tell_level(const struct vv_payment_fact *fact, const struct vv_id *case_id,
                       const char *scheme, struct told *told)
{
    told->type = VV_MSG_LEVEL_DECIDED;
    told->by_assessment = true;
    told->body.level = (Vagval__V1__LevelDecided)VAGVAL__V1__LEVEL_DECIDED__INIT;
    told->body.level.case_id = tell_id(case_id);
    told->body.level.scheme = tell_text(scheme);
    told->body.level.level = tell_text(fact->level);
    told->body.level.referred = fact->referred;
    told->body.level.decided_on = fact->decided_on;
    told->body.level.effective_from = fact->on;
    told->body.level.supersedes = tell_id(&fact->supersedes);
}

static void tell_unit(const struct vv_payment_fact *fact, const struct vv_id *case_id,
                      const char *scheme, struct told *told)
{
    told->type = VV_MSG_UNIT_RECORDED;
    told->body.unit = (Vagval__V1__UnitRecorded)VAGVAL__V1__UNIT_RECORDED__INIT;
    told->body.unit.case_id = tell_id(case_id);
    told->body.unit.scheme = tell_text(scheme);
    told->body.unit.unit = tell_text(fact->code);
    told->body.unit.quantity_hundredths = fact->quantity_hundredths;
    told->body.unit.on = fact->on;
    told->body.unit.approved = fact->approved;
    told->body.unit.contract = tell_id(&fact->contract);
    told->body.unit.evidence = tell_evidence(fact->evidence);
    told->body.unit.claiming = fact->document == VV_DOCUMENT_CLAIMING;
    told->body.unit.supersedes = tell_id(&fact->supersedes);
}

static void tell_end(const struct vv_payment_fact *fact, const struct vv_id *case_id,
                     const char *scheme, struct told *told)
{
    told->type = VV_MSG_PLACEMENT_ENDED;
    told->body.end = (Vagval__V1__PlacementEnded)VAGVAL__V1__PLACEMENT_ENDED__INIT;
    told->body.end.case_id = tell_id(case_id);
    told->body.end.scheme = tell_text(scheme);
    told->body.end.placement = tell_id(&fact->subject);
    told->body.end.last_day = fact->on;
}

static void tell_extended(const struct vv_payment_fact *fact, const struct vv_id *case_id,
                          const char *scheme, struct told *told)
{
    told->type = VV_MSG_SERVICE_EXTENDED;
    told->body.extended = (Vagval__V1__ServiceExtended)VAGVAL__V1__SERVICE_EXTENDED__INIT;
    told->body.extended.case_id = tell_id(case_id);
    told->body.extended.scheme = tell_text(scheme);
    told->body.extended.placement = tell_id(&fact->subject);
    told->body.extended.planned_end = fact->on;
}

static void tell_document(const struct vv_payment_fact *fact, const struct vv_id *case_id,
                          const char *scheme, struct told *told)
{
    static const char *const states[] = {[VV_DOCUMENT_WAITING] = "waiting",
                                         [VV_DOCUMENT_CLAIMING] = "claiming",
                                         [VV_DOCUMENT_VERIFIED] = "verified",
                                         [VV_DOCUMENT_REJECTED] = "rejected"};
    told->type = VV_MSG_EVIDENCE_STATED;
    told->body.evidence = (Vagval__V1__EvidenceStated)VAGVAL__V1__EVIDENCE_STATED__INIT;
    told->body.evidence.case_id = tell_id(case_id);
    told->body.evidence.scheme = tell_text(scheme);
    told->body.evidence.record = tell_id(&fact->subject);
    told->body.evidence.state = tell_text(states[fact->document]);
    told->body.evidence.by = tell_text(fact->by);
    told->body.evidence.document_kind = tell_text(fact->code);
    told->body.evidence.on = fact->on;
}

/* The message of a fact. It points into `fact`, `case_id` and `scheme`. A fact that says nothing is
 * an outcome of no known kind. */
KIT_UNUSED void tell(const struct vv_payment_fact *fact, const struct vv_id *case_id,
                     const char *scheme, struct told *told)
{
    memset(told, 0, sizeof *told);
    (void)snprintf(told->reference, sizeof told->reference, "%s-%u",
                   fact->contract_number == NULL ? (fact->kind == VV_FACT_COST ? "S" : "G")
                                                 : fact->contract_number,
                   fact->subject.bytes[3]);
    switch ((int)fact->kind) {
    case VV_FACT_LEVEL:
        tell_level(fact, case_id, scheme, told);
        break;
    case VV_FACT_PLACEMENT_START:
        tell_placement(fact, case_id, scheme, told);
        break;
    case VV_FACT_PLACEMENT_END:
        tell_end(fact, case_id, scheme, told);
        break;
    case VV_FACT_PLACEMENT_EXTENDED:
        tell_extended(fact, case_id, scheme, told);
        break;
    case VV_FACT_EVIDENCE:
        tell_document(fact, case_id, scheme, told);
        break;
    case VV_FACT_REPORT:
    case VV_FACT_OBLIGATIONS:
        tell_month(fact, case_id, scheme, told);
        break;
    case VV_FACT_UNIT:
        tell_unit(fact, case_id, scheme, told);
        break;
    case VV_FACT_GRANT:
        tell_grant(fact, case_id, scheme, told);
        break;
    case VV_FACT_PAYROLL:
        tell_payroll(fact, case_id, told);
        break;
    case VV_FACT_APPROPRIATION:
        tell_appropriation(fact, case_id, told);
        break;
    case VV_FACT_COST:
        tell_cost(fact, case_id, told);
        break;
    default:
        tell_outcome(fact, case_id, scheme, told);
    }
}

#endif
