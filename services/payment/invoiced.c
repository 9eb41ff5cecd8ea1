/*
 * invoiced.c: from posted lines to the documents that they rest on.
 */
#include "invoiced.h"

#include <string.h>

#include "billing.h"
#include "difference.h"

static bool rests_on_documents(const struct vv_scheme *scheme, const char *code)
{
    const struct vv_component *component = vv_scheme_component(scheme, code);
    return component != NULL &&
           (component->kind == VV_MILESTONE || component->kind == VV_PREMIUM_DAYS ||
            component->kind == VV_SUSTAINED || component->kind == VV_PER_UNIT);
}

static bool is_id(ProtobufCBinaryData bytes, struct vv_id id)
{
    return bytes.len == sizeof id.bytes && memcmp(bytes.data, id.bytes, bytes.len) == 0;
}

static bool brought_document(const struct vv_payment_fact *facts, size_t count,
                             ProtobufCBinaryData id)
{
    for (size_t i = 0; i < count; i++) {
        if (facts[i].evidence != NULL && is_id(id, facts[i].id)) {
            return true;
        }
    }
    return false;
}

static bool has(const ProtobufCBinaryData *list, size_t count, ProtobufCBinaryData id)
{
    for (size_t i = 0; i < count; i++) {
        if (memcmp(list[i].data, id.data, id.len) == 0) {
            return true;
        }
    }
    return false;
}

void vv_invoiced_collect(const struct vv_scheme *scheme, const Vagval__V1__Line *line,
                         const struct vv_payment_fact *facts, size_t fact_count,
                         ProtobufCBinaryData *list, size_t *count)
{
    if (line->kind != VV_LINE_OWED || line->proposal || line->amount <= 0 ||
        !rests_on_documents(scheme, line->component)) {
        return;
    }
    for (size_t i = 0; i < line->n_facts && *count < VV_INVOICED_RECORDS_MAX; i++) {
        if (brought_document(facts, fact_count, line->facts[i]) &&
            !has(list, *count, line->facts[i])) {
            list[(*count)++] = line->facts[i];
        }
    }
}

void vv_invoiced_tell(struct vv_outcome *outcome, const char *scheme, vv_date on,
                      ProtobufCBinaryData case_id, ProtobufCBinaryData *records, size_t count)
{
    Vagval__V1__EvidenceInvoiced event = VAGVAL__V1__EVIDENCE_INVOICED__INIT;
    struct vv_id id;
    if (count == 0 || vv_id_from_bytes(case_id.data, case_id.len, &id) != VV_OK) {
        return; /* an amount that comes back from a run names no case */
    }
    event.case_id = case_id;
    event.scheme = (char *)(uintptr_t)scheme;
    event.record = records;
    event.n_record = count;
    event.on = on;
    vv_emit(outcome, VV_MSG_EVIDENCE_INVOICED, id, scheme, on, &event.base);
}

enum vv_status vv_invoiced_order(const struct vv_call *call, struct vv_outcome *outcome,
                                 const Vagval__V1__InvoiceState *state,
                                 const struct vv_match *match)
{
    const struct vv_scheme *scheme = vv_book_scheme(call->book, state->scheme, state->month, 0);
    size_t ordered = 0;
    if (vv_invoice_state_of(state->state) != VV_INVOICE_MATCHED || scheme == NULL) {
        return VV_OK;
    }
    for (size_t i = 0; i < match->count && ordered < VV_INVOICED_LINES_MAX; i++) {
        const struct vv_match_finding *finding = &match->findings[i];
        if (finding->kind != VV_MATCHED || vv_id_is_nil(finding->owed->case_id) ||
            !rests_on_documents(scheme, finding->owed->component)) {
            continue;
        }
        Vagval__V1__NoteInvoiced order = VAGVAL__V1__NOTE_INVOICED__INIT;
        struct vv_id case_id = finding->owed->case_id;
        order.case_id = (ProtobufCBinaryData){sizeof case_id.bytes, case_id.bytes};
        order.scheme = state->scheme;
        order.contract = state->contract;
        order.component = (char *)(uintptr_t)finding->owed->component;
        order.period = finding->owed->period;
        order.on = call->now.today;
        vv_emit(outcome, VV_MSG_NOTE_INVOICED, case_id, state->scheme, order.on, &order.base);
        ordered++;
    }
    return VV_OK;
}
