/*
 * verify_invoice.c: a received invoice or credit note held against its receipt and the credit notes
 * of its month: head, sums, state, what was taken back, and what payment runs are to pay of it. In
 * which order the documents of a month came is not needed: only what must hold now is asked.
 */
#include <string.h>

#include "verify_records.h"

static bool same_bytes(ProtobufCBinaryData a, ProtobufCBinaryData b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static bool same_head(const Vagval__V1__InvoiceState *state,
                      const Vagval__V1__ReceiveInvoice *receipt)
{
    return same_bytes(state->contract, receipt->contract) && state->month == receipt->month &&
           strcmp(state->number, receipt->number) == 0 && state->type == receipt->type &&
           strcmp(state->corrects, receipt->corrects) == 0 &&
           strcmp(state->supplier, receipt->supplier) == 0 &&
           strcmp(state->currency, receipt->currency) == 0 && state->net == receipt->net &&
           state->tax == receipt->tax && state->payable == receipt->payable &&
           same_bytes(state->evidence, receipt->evidence) && state->lines == receipt->n_lines;
}

/* Sums follow from the lines as billed (rules 12). */
static bool sums_follow(const struct vv_call *call, const Vagval__V1__ReceiveInvoice *receipt)
{
    struct vv_vat_summary sums = {.count = 0};
    struct vv_match_line *lines = NULL;
    enum vv_status status =
        vv_billed_lines(call, receipt->lines, receipt->n_lines, receipt->number, &lines);
    for (size_t i = 0; status == VV_OK && i < receipt->n_lines; i++) {
        status = vv_vat_add(&sums, lines[i].vat, lines[i].amount);
    }
    status = status == VV_OK ? vv_vat_close(&sums) : status;
    return status == VV_OK && sums.base == receipt->net && sums.tax == receipt->tax &&
           sums.total == receipt->payable;
}

/* What the matched credit notes of the month took back of the invoice. */
static bool credited_follows(const struct vv_billed_month *month,
                             const Vagval__V1__InvoiceState *state)
{
    vv_money net = 0;
    vv_money tax = 0;
    size_t notes = 0;
    for (size_t i = 0; i < month->count; i++) {
        const Vagval__V1__InvoiceState *note = month->documents[i].state;
        if (vv_invoice_type_is_credit(note->type) && strcmp(note->corrects, state->number) == 0 &&
            vv_invoice_state_of(note->state) == VV_INVOICE_MATCHED) {
            net += note->net;
            tax += note->tax;
            notes++;
        }
    }
    return state->credited == net && state->credited_tax == tax && state->n_credit_notes == notes;
}

/* What a person said of it, as far as a fact must stand behind the state. */
static bool said(const struct vv_call *call, const struct vv_record *receipts,
                 enum vv_invoice_state state, uint64_t *ret_facts)
{
    Vagval__V1__Fact **facts = NULL;
    size_t count = 0;
    bool disputed = false;
    bool paid = false;
    if (vv_record_facts(call, receipts, &facts, &count) != VV_OK) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        disputed = disputed || facts[i]->type == VV_MSG_DISPUTE_INVOICE;
        paid = paid || facts[i]->type == VV_MSG_SETTLE_INVOICE;
    }
    *ret_facts = count;
    return paid == (state == VV_INVOICE_PAID) && (state != VV_INVOICE_DISPUTED || disputed);
}

/* Matched: every line that stands agrees with what was owed when it was last received. */
static enum vv_status match_again(const struct vv_call *call,
                                  const struct vv_billed_document *document,
                                  struct vv_match *ret_match)
{
    struct vv_match_line *owed = NULL;
    enum vv_status status =
        vv_billed_lines(call, document->receipt->owed, document->receipt->n_owed, "", &owed);
    const struct vv_match_input input = {.billed = document->lines,
                                         .billed_count = document->line_count,
                                         .owed = owed,
                                         .owed_count = document->receipt->n_owed,
                                         .number = document->state->number};
    return status == VV_OK        ? vv_match(&input, &call->arena->allocator, ret_match)
           : status == VV_INVALID ? VV_CORRUPT
                                  : status;
}

static bool same_due(const Vagval__V1__InvoiceState *state, const struct vv_invoice_due *due)
{
    bool same = state->n_due == due->count;
    for (size_t i = 0; same && i < due->count; i++) {
        const Vagval__V1__PayableLine *a = state->due[i];
        const Vagval__V1__PayableLine *b = due->lines[i];
        same = strcmp(a->component, b->component) == 0 && a->kind == b->kind &&
               a->amount == b->amount && a->vat == b->vat && a->example == b->example &&
               same_bytes(a->contract, b->contract);
    }
    return same;
}

/* What runs are to pay of it. Paying changes nothing in that. */
static enum vv_status due_follows(const struct vv_call *call,
                                  const struct vv_billed_document *document, bool *ret_good)
{
    Vagval__V1__InvoiceState then = *document->state;
    enum vv_invoice_state state = vv_invoice_state_of(then.state);
    struct vv_invoice_due due;
    struct vv_match match;
    bool agreed = state == VV_INVOICE_MATCHED || state == VV_INVOICE_PAID;
    if (vv_invoice_type_is_credit(then.type) || !agreed) {
        *ret_good = then.n_due == 0;
        return VV_OK;
    }
    then.state = (char *)(uintptr_t)vv_invoice_state_name(VV_INVOICE_MATCHED);
    enum vv_status status = match_again(call, document, &match);
    if (status == VV_OK) {
        status = vv_invoice_due(&then, &match, &call->arena->allocator, &due);
    }
    *ret_good = status == VV_OK && match.wrong == 0 && same_due(document->state, &due) &&
                vv_billing_stands(document->lines, document->line_count);
    return status == VV_CORRUPT ? VV_OK : status;
}

enum vv_status vv_verify_invoice(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_id id, struct vv_billed_month *month,
                                 struct vv_verified *ret_verified)
{
    const struct vv_record *record = vv_loaded(loaded, "invoice", id);
    struct vv_billed_document *document = NULL;
    for (size_t i = 0; i < month->count; i++) {
        if (vv_id_equal(month->documents[i].id, id)) {
            document = &month->documents[i];
        }
    }
    bool good = record->exists && document != NULL && document->receipt != NULL;
    enum vv_status status = VV_OK;
    if (good) {
        const Vagval__V1__InvoiceState *state = document->state;
        enum vv_invoice_state value = vv_invoice_state_of(state->state);
        bool credit = vv_invoice_type_is_credit(state->type);
        good = same_head(state, document->receipt) && sums_follow(call, document->receipt) &&
               said(call, vv_loaded(loaded, "receipt", id), value, &ret_verified->facts) &&
               value != VV_INVOICE_STATES && (credit || credited_follows(month, state)) &&
               (value != VV_INVOICE_CREDITED ||
                !vv_billing_stands(document->lines, document->line_count));
        ret_verified->derived++;
    }
    if (good) {
        status = due_follows(call, document, &good);
    }
    if (status == VV_OK && !good) {
        ret_verified->problem = (struct vv_replay_problem){
            "payment.invoice", "the invoice is not what its receipt and credit notes make of it"};
    }
    return status;
}
