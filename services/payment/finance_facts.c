/*
 * finance_facts.c: units, grants, payroll, appropriations and costs as typed facts.
 */
#include "finance_facts.h"

#include <string.h>

#include "vagval/limits.h"

#define EVIDENCE_BYTES 32

bool vv_finance_fact_is_own(uint32_t type)
{
    return type == VV_MSG_ENTER_GRANT || type == VV_MSG_RECORD_PAYROLL ||
           type == VV_MSG_RECORD_APPROPRIATION || type == VV_MSG_RECORD_COST;
}

bool vv_fact_reference_is_usable(const char *reference)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    size_t len = strlen(reference);
    return len > 0 && len <= VV_CODE_BYTES_MAX && strspn(reference, allowed) == len;
}

static struct vv_id named(struct vv_id case_id, const char *kind, const char *reference)
{
    char text[VV_ID_TEXT_BYTES];
    vv_id_format(case_id, text);
    struct vv_id id = vv_id_fact(kind, text, reference);
    memcpy(id.bytes, case_id.bytes, 2); /* whoever holds it knows where it lives */
    return id;
}

struct vv_id vv_grant_id(struct vv_id case_id, const char *reference)
{
    return named(case_id, "grant", reference);
}

struct vv_id vv_agreement_id(struct vv_id case_id, const char *reference)
{
    return named(case_id, "agreement", reference);
}

static enum vv_status read_optional(ProtobufCBinaryData bytes, struct vv_id *ret_id)
{
    return bytes.len == 0 ? VV_OK : vv_id_from_bytes(bytes.data, bytes.len, ret_id);
}

static const uint8_t *read_evidence(ProtobufCBinaryData bytes)
{
    return bytes.len == EVIDENCE_BYTES ? bytes.data : NULL;
}

static enum vv_status read_unit(const Vagval__V1__UnitRecorded *event, struct vv_payment_fact *fact)
{
    fact->kind = VV_FACT_UNIT;
    fact->on = event->on;
    fact->code = event->unit;
    fact->quantity_hundredths = event->quantity_hundredths;
    fact->evidence = read_evidence(event->evidence);
    fact->approved = event->approved && fact->evidence != NULL;
    fact->document = event->claiming ? VV_DOCUMENT_CLAIMING : VV_DOCUMENT_WAITING;
    enum vv_status status = read_optional(event->contract, &fact->contract);
    if (status == VV_OK) {
        status = read_optional(event->supersedes, &fact->supersedes);
    }
    return status == VV_OK && event->quantity_hundredths <= 0 ? VV_INVALID : status;
}

static enum vv_status read_grant(const Vagval__V1__EnterGrant *order, struct vv_payment_fact *fact)
{
    struct vv_id case_id;
    enum vv_status status = vv_id_from_bytes(order->for_case.data, order->for_case.len, &case_id);
    if (status != VV_OK || order->amount < 0) {
        return VV_INVALID;
    }
    fact->kind = VV_FACT_GRANT;
    fact->subject = vv_grant_id(case_id, order->reference);
    fact->on = order->from;
    fact->through = order->through;
    fact->code = order->component;
    fact->area = order->area;
    fact->contract_number = order->reference;
    fact->amount = order->amount;
    fact->handed_over = order->handed_over;
    return VV_OK;
}

static enum vv_status read_payroll(const Vagval__V1__RecordPayroll *command,
                                   struct vv_payment_fact *fact)
{
    struct vv_id case_id;
    enum vv_status status = vv_id_from_bytes(command->case_id.data, command->case_id.len, &case_id);
    if (status != VV_OK || command->cost < 0) {
        return VV_INVALID;
    }
    fact->kind = VV_FACT_PAYROLL;
    fact->subject = vv_grant_id(case_id, command->reference);
    fact->on = vv_date_month_start(command->month);
    fact->amount = command->cost;
    fact->final = command->final;
    fact->evidence = read_evidence(command->evidence);
    return read_optional(command->supersedes, &fact->supersedes);
}

static enum vv_status read_appropriation(const Vagval__V1__RecordAppropriation *command,
                                         struct vv_payment_fact *fact)
{
    struct vv_id case_id;
    enum vv_status status = vv_id_from_bytes(command->case_id.data, command->case_id.len, &case_id);
    if (status != VV_OK || command->amount < 0) {
        return VV_INVALID;
    }
    fact->kind = VV_FACT_APPROPRIATION;
    fact->subject = vv_agreement_id(case_id, command->reference);
    fact->on = command->from;
    fact->through = command->through;
    fact->code = command->component;
    fact->area = command->area;
    fact->contract_number = command->reference;
    fact->amount = command->amount;
    status = read_optional(command->contract, &fact->contract);
    return status == VV_OK ? read_optional(command->supersedes, &fact->supersedes) : status;
}

static enum vv_status read_cost(const Vagval__V1__RecordCost *command, struct vv_payment_fact *fact)
{
    struct vv_id case_id;
    enum vv_status status = vv_id_from_bytes(command->case_id.data, command->case_id.len, &case_id);
    if (status != VV_OK) {
        return status;
    }
    fact->kind = VV_FACT_COST;
    fact->subject = vv_agreement_id(case_id, command->reference);
    fact->on = command->on;
    fact->amount = command->amount;
    fact->final = command->final;
    fact->evidence = read_evidence(command->evidence);
    return read_optional(command->supersedes, &fact->supersedes);
}

enum vv_status vv_finance_fact_read(enum vv_message_type type, const ProtobufCMessage *body,
                                    struct vv_payment_fact *fact)
{
    switch ((int)type) {
    case VV_MSG_UNIT_RECORDED:
        return read_unit((const Vagval__V1__UnitRecorded *)body, fact);
    case VV_MSG_ENTER_GRANT:
        return read_grant((const Vagval__V1__EnterGrant *)body, fact);
    case VV_MSG_RECORD_PAYROLL:
        return read_payroll((const Vagval__V1__RecordPayroll *)body, fact);
    case VV_MSG_RECORD_APPROPRIATION:
        return read_appropriation((const Vagval__V1__RecordAppropriation *)body, fact);
    case VV_MSG_RECORD_COST:
        return read_cost((const Vagval__V1__RecordCost *)body, fact);
    default:
        return VV_UNSUPPORTED;
    }
}

const ProtobufCMessageDescriptor *vv_finance_fact_descriptor(uint32_t type)
{
    switch (type) {
    case VV_MSG_UNIT_RECORDED:
        return &vagval__v1__unit_recorded__descriptor;
    case VV_MSG_ENTER_GRANT:
        return &vagval__v1__enter_grant__descriptor;
    case VV_MSG_RECORD_PAYROLL:
        return &vagval__v1__record_payroll__descriptor;
    case VV_MSG_RECORD_APPROPRIATION:
        return &vagval__v1__record_appropriation__descriptor;
    case VV_MSG_RECORD_COST:
        return &vagval__v1__record_cost__descriptor;
    default:
        return NULL;
    }
}
