/*
 * invoice_work.c: reads invoices.
 */
#include "invoice_work.h"

#include <string.h>

#include "pay_list.h"
#include "payable.h"
#include "vagval/wire.h"

bool vv_invoice_type_is_credit(uint32_t type)
{
    return type == 381 || type == 261;
}

enum vv_status vv_invoice_put_due(const struct vv_call *call, struct vv_outcome *outcome,
                                  const struct vv_books *books, struct vv_id invoice,
                                  Vagval__V1__InvoiceState *state, const struct vv_invoice_due *due)
{
    const struct vv_invoice_due before = {state->due, state->n_due};
    struct vv_invoice_due change = {.count = 0};
    Vagval__V1__Payable item = VAGVAL__V1__PAYABLE__INIT;
    enum vv_status status = vv_invoice_due_change(&before, due, &call->arena->allocator, &change);
    uint8_t *id = vv_arena_copy(call->arena, invoice.bytes, sizeof invoice.bytes);
    item.reason = (char *)(uintptr_t)vv_arena_format(call->arena, "invoice %s", state->number);
    if (status != VV_OK || id == NULL || item.reason == NULL) {
        return status == VV_OK ? VV_NO_MEMORY : status;
    }
    item.batch = (ProtobufCBinaryData){sizeof invoice.bytes, id};
    item.as_of = call->now.today;
    item.booked = vv_book_date(books->closed_through, call->now.today);
    item.lines = change.lines;
    item.n_lines = change.count;
    state->due = due->lines;
    state->n_due = due->count;
    return vv_pay_list_invoice(call, outcome, state->scheme, &item);
}

void vv_invoice_plan(struct vv_plan *plan, struct vv_id id, bool home)
{
    vv_plan_load(plan, "invoice", id);
    vv_plan_load(plan, "receipt", id);
    if (home) {
        vv_plan_fact_home(plan, "receipt", id);
        vv_plan_books(plan);
    }
}

static enum vv_status read_month(const struct vv_call *call, const struct vv_record *record,
                                 Vagval__V1__BilledMonth **ret_month)
{
    ProtobufCMessage *body = NULL;
    enum vv_status status =
        vv_record_unpack(call, record, &vagval__v1__billed_month__descriptor, &body);
    if (status == VV_OK) {
        *ret_month = (Vagval__V1__BilledMonth *)body;
        status = (*ret_month)->n_numbers > VV_BILLED_DOCUMENTS_MAX ? VV_CORRUPT : VV_OK;
    }
    return status;
}

enum vv_status vv_billed_plan(const struct vv_call *call, const struct vv_loaded *loaded,
                              struct vv_plan *plan, struct vv_id contract, vv_date month)
{
    struct vv_id id = vv_contract_month_id(contract, month, call->partition);
    Vagval__V1__BilledMonth *body = NULL;
    vv_plan_load(plan, "billed", id);
    const struct vv_record *record = vv_loaded(loaded, "billed", id);
    if (record == NULL) {
        return VV_OK;
    }
    enum vv_status status = read_month(call, record, &body);
    for (size_t i = 0; status == VV_OK && i < body->n_numbers; i++) {
        vv_invoice_plan(plan, vv_invoice_id(contract, body->numbers[i]), false);
    }
    return status;
}

/* The last receipt among the facts; disputes and payments stand among them too. */
static enum vv_status read_receipt(const struct vv_call *call, const struct vv_record *record,
                                   struct vv_billed_document *document)
{
    Vagval__V1__Fact **facts = NULL;
    size_t count = 0;
    enum vv_status status = vv_record_facts(call, record, &facts, &count);
    const Vagval__V1__Fact *last = NULL;
    for (size_t i = 0; status == VV_OK && i < count; i++) {
        if (facts[i]->type == VV_MSG_RECEIVE_INVOICE) {
            last = facts[i];
            document->receipts++;
        }
    }
    if (status != VV_OK || last == NULL) {
        return status;
    }
    document->receipt = (const Vagval__V1__ReceiveInvoice *)protobuf_c_message_unpack(
        &vagval__v1__receive_invoice__descriptor, &call->arena->allocator, last->body.len,
        last->body.data);
    return document->receipt == NULL
               ? VV_CORRUPT
               : vv_id_from_bytes(last->id.data, last->id.len, &document->receipt_id);
}

enum vv_status vv_invoice_read_document(const struct vv_call *call, const struct vv_loaded *loaded,
                                        struct vv_id id, struct vv_billed_document *ret_document)
{
    struct vv_billed_document document = {.id = id};
    const struct vv_record *record = vv_loaded(loaded, "invoice", id);
    ProtobufCMessage *body = NULL;
    enum vv_status status =
        vv_record_unpack(call, record, &vagval__v1__invoice_state__descriptor, &body);
    if (status == VV_OK && record->exists) {
        document.state = (Vagval__V1__InvoiceState *)body;
        status = read_receipt(call, vv_loaded(loaded, "receipt", id), &document);
    }
    if (status == VV_OK && document.receipt != NULL) {
        document.line_count = document.receipt->n_lines;
        status = vv_billed_lines(call, document.receipt->lines, document.line_count,
                                 document.receipt->number, &document.lines);
        status = status == VV_INVALID ? VV_CORRUPT : status;
    }
    if (status == VV_OK) {
        *ret_document = document;
    }
    return status;
}

/* Takes off every credit note of the month that agrees. */
static void take_off(struct vv_billed_month *month)
{
    for (size_t i = 0; i < month->count; i++) {
        const struct vv_billed_document *credit = &month->documents[i];
        if (!vv_invoice_type_is_credit(credit->state->type) ||
            vv_invoice_state_of(credit->state->state) != VV_INVOICE_MATCHED) {
            continue;
        }
        struct vv_billed_document *invoice = vv_billed_find(month, credit->state->corrects);
        if (invoice != NULL) {
            (void)vv_billing_take_off(invoice->lines, invoice->line_count, credit->lines,
                                      credit->line_count);
        }
    }
}

enum vv_status vv_billed_read(const struct vv_call *call, const struct vv_loaded *loaded,
                              struct vv_id contract, vv_date on, struct vv_billed_month *ret_month)
{
    struct vv_id id = vv_contract_month_id(contract, on, call->partition);
    memset(ret_month, 0, sizeof *ret_month);
    enum vv_status status = read_month(call, vv_loaded(loaded, "billed", id), &ret_month->body);
    for (size_t i = 0; status == VV_OK && i < ret_month->body->n_numbers; i++) {
        struct vv_billed_document *document = &ret_month->documents[i];
        status = vv_invoice_read_document(
            call, loaded, vv_invoice_id(contract, ret_month->body->numbers[i]), document);
        if (status == VV_OK && document->receipt == NULL) {
            status = VV_CORRUPT; /* listed, and not there */
        }
        ret_month->count = i + 1;
    }
    if (status == VV_OK) {
        take_off(ret_month);
    }
    return status;
}

struct vv_billed_document *vv_billed_find(struct vv_billed_month *month, const char *number)
{
    for (size_t i = 0; i < month->count; i++) {
        if (strcmp(month->documents[i].state->number, number) == 0) {
            return &month->documents[i];
        }
    }
    return NULL;
}

enum vv_status vv_billed_lines(const struct vv_call *call, Vagval__V1__BilledLine *const *lines,
                               size_t count, const char *document, struct vv_match_line **ret_lines)
{
    struct vv_match_line *list = vv_arena_alloc(call->arena, (count + 1) * sizeof *list);
    if (list == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        const Vagval__V1__BilledLine *from = lines[i];
        const struct vv_vat_category *category = vv_vat_category_of(from->vat_category);
        list[i] = (struct vv_match_line){.line = from->line,
                                         .case_id = VV_NIL,
                                         .component = from->component,
                                         .period = from->period,
                                         .amount = from->amount,
                                         .on_invoice = from->on_invoice,
                                         .example = from->example,
                                         .document = document};
        if (category == NULL || from->vat_rate_hundredths > 10000 ||
            (from->case_id.len > 0 &&
             vv_id_from_bytes(from->case_id.data, from->case_id.len, &list[i].case_id) != VV_OK)) {
            return VV_INVALID;
        }
        list[i].vat = (struct vv_vat_class){category->letter, (int)from->vat_rate_hundredths};
    }
    *ret_lines = list;
    return VV_OK;
}

ProtobufCBinaryData vv_invoice_id_bytes(const struct vv_call *call, struct vv_id id)
{
    uint8_t *copy = vv_arena_copy(call->arena, id.bytes, sizeof id.bytes);
    return (ProtobufCBinaryData){copy == NULL ? 0 : sizeof id.bytes, copy};
}

enum vv_status vv_invoice_store_findings(const struct vv_call *call, const struct vv_match *match,
                                         Vagval__V1__InvoiceState *state)
{
    size_t count = match->count - match->matched;
    Vagval__V1__InvoiceFinding **list = vv_arena_alloc(call->arena, (count + 1) * sizeof *list);
    Vagval__V1__InvoiceFinding *items = vv_arena_alloc(call->arena, (count + 1) * sizeof *items);
    if (list == NULL || items == NULL) {
        return VV_NO_MEMORY;
    }
    size_t at = 0;
    for (size_t i = 0; i < match->count; i++) {
        const struct vv_match_finding *from = &match->findings[i];
        const struct vv_match_line *key = from->billed != NULL ? from->billed : from->owed;
        if (from->kind == VV_MATCHED) {
            continue;
        }
        Vagval__V1__InvoiceFinding *to = &items[at];
        vagval__v1__invoice_finding__init(to);
        to->kind = (char *)(uintptr_t)vv_match_name(from->kind);
        to->line = (char *)(uintptr_t)(from->billed == NULL ? "" : from->billed->line);
        to->component = (char *)(uintptr_t)key->component;
        to->period = key->period;
        to->billed = from->billed == NULL ? 0 : from->billed->amount;
        to->owed = from->owed == NULL ? 0 : from->owed->amount;
        to->other = (char *)(uintptr_t)from->other;
        if (!vv_id_is_nil(key->case_id)) {
            to->case_id = vv_invoice_id_bytes(call, key->case_id);
        }
        list[at++] = to;
    }
    state->findings = list;
    state->n_findings = at;
    state->matched = (uint32_t)match->matched;
    return VV_OK;
}
