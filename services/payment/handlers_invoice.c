/*
 * handlers_invoice.c: a provider's own invoice or credit note comes in: it is matched line by line
 * against what is posted for its contract and month. What is owed comes with the command, read from
 * all partitions by whoever sends it, so that the fact holds both sides and the match can be made
 * again from it.
 */
#include "invoice_work.h"
#include "invoiced.h"
#include "payment.h"

#include <inttypes.h>
#include <string.h>

#include "vagval/limits.h"
#include "vagval/wire.h"

extern const struct vv_handler vv_handle_receive_invoice;

#define TEXT_BYTES_MAX 64
#define REPLY_FINDINGS_MAX 100 /* the answer is kept for ever; SHOW_INVOICE gives all */

struct receipt {
    const struct vv_call *call;
    struct vv_outcome *outcome;
    const Vagval__V1__ReceiveInvoice *command;
    struct vv_id contract;
    bool credit;
    struct vv_billed_month month;
    struct vv_billed_document document; /* being received; also in the month if it was before */
    struct vv_match_line *owed;
    struct vv_books books;
};

/* ---- form ---- */

static enum vv_status plan_receive(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_plan *plan)
{
    const Vagval__V1__ReceiveInvoice *command = (const Vagval__V1__ReceiveInvoice *)call->body;
    struct vv_id contract;
    if (vv_id_from_bytes(command->contract.data, command->contract.len, &contract) != VV_OK ||
        vv_id_partition(contract) != call->partition ||
        !vv_id_equal(vv_invoice_id(contract, command->number), call->subject)) {
        return VV_INVALID;
    }
    vv_invoice_plan(plan, call->subject, true);
    return vv_billed_plan(call, loaded, plan, contract, command->month);
}

static enum vv_status check_text(struct vv_outcome *outcome, const char *field, const char *text,
                                 bool may_be_empty)
{
    size_t len = strlen(text);
    if ((len == 0 && !may_be_empty) || len > TEXT_BYTES_MAX) {
        return vv_refuse(outcome, VV_INVALID, field, "is missing or longer than %d bytes",
                         TEXT_BYTES_MAX);
    }
    return VV_OK;
}

static bool is_day(int32_t day)
{
    return vv_date_valid(day) && day > 0;
}

static enum vv_status check_header(const struct receipt *receipt)
{
    const Vagval__V1__ReceiveInvoice *command = receipt->command;
    struct vv_outcome *outcome = receipt->outcome;
    enum vv_status status = check_text(outcome, "number", command->number, false);
    if (status == VV_OK) {
        status = check_text(outcome, "contract_number", command->contract_number, false);
    }
    if (status == VV_OK) {
        status = check_text(outcome, "supplier", command->supplier, false);
    }
    if (status == VV_OK) {
        status = check_text(outcome, "corrects", command->corrects, !receipt->credit);
    }
    if (status != VV_OK) {
        return status;
    }
    if (command->type != 380 && command->type != 389 && !receipt->credit) {
        return vv_refuse(outcome, VV_INVALID, "type", "is not 380, 389, 381 or 261");
    }
    if (!is_day(command->month) || vv_date_month_start(command->month) != command->month) {
        return vv_refuse(outcome, VV_INVALID, "month", "is not the first day of a month");
    }
    if (!is_day(command->issued_on) || (command->due_on != 0 && !is_day(command->due_on))) {
        return vv_refuse(outcome, VV_INVALID, "issued_on", "is no day that can be handled");
    }
    if (command->evidence.len == 0) {
        return vv_refuse(outcome, VV_INVALID, "evidence", "the document's hash is missing");
    }
    if (command->n_lines == 0 || command->n_lines > VV_BILLED_LINES_MAX ||
        command->n_owed > VV_BILLED_LINES_MAX) {
        return vv_refuse(outcome, VV_TOO_LARGE, "lines", "1 to %d lines, and at most %d owed",
                         VV_BILLED_LINES_MAX, VV_BILLED_LINES_MAX);
    }
    return VV_OK;
}

static enum vv_status check_currency(const struct receipt *receipt)
{
    const struct vv_call *call = receipt->call;
    const struct vv_scheme *scheme = vv_book_scheme(call->book, call->scheme, call->now.today, 0);
    if (scheme == NULL) {
        return vv_refuse(receipt->outcome, VV_REFUSED, "scheme",
                         "no version of it is published for today");
    }
    if (strcmp(scheme->currency, receipt->command->currency) != 0) {
        return vv_refuse(receipt->outcome, VV_INVALID, "currency", "%.8s where %s pays in %s",
                         receipt->command->currency, scheme->id, scheme->currency);
    }
    return VV_OK;
}

/* The document's sums follow from its lines (rules 12), whatever its sender says. */
static enum vv_status check_sums(const struct receipt *receipt)
{
    const Vagval__V1__ReceiveInvoice *command = receipt->command;
    struct vv_vat_summary sums = {.count = 0};
    enum vv_status status = VV_OK;
    for (size_t i = 0; status == VV_OK && i < receipt->document.line_count; i++) {
        status =
            vv_vat_add(&sums, receipt->document.lines[i].vat, receipt->document.lines[i].amount);
    }
    status = status == VV_OK ? vv_vat_close(&sums) : status;
    if (status != VV_OK || sums.base != command->net || sums.tax != command->tax ||
        sums.total != command->payable || sums.total < 0) {
        return vv_refuse(receipt->outcome, VV_INVALID, "payable",
                         "the sums do not follow from the lines");
    }
    return VV_OK;
}

/* ---- state ---- */

static void set_state(Vagval__V1__InvoiceState *state, enum vv_invoice_state value)
{
    state->state = (char *)(uintptr_t)vv_invoice_state_name(value);
}

static void note_change(const struct vv_call *call, Vagval__V1__InvoiceState *state)
{
    state->changed_on = call->now.today;
    state->by = (char *)(uintptr_t)call->sender;
}

/* Lines that earlier invoices of the month still bill: those received before `number`, or all. */
static enum vv_status earlier_lines(const struct receipt *receipt, const char *number,
                                    struct vv_match_line **ret_lines, size_t *ret_count)
{
    size_t room = 0;
    size_t count = 0;
    for (size_t i = 0; i < receipt->month.count; i++) {
        room += receipt->month.documents[i].line_count;
    }
    struct vv_match_line *lines = vv_arena_alloc(receipt->call->arena, (room + 1) * sizeof *lines);
    if (lines == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; i < receipt->month.count; i++) {
        const struct vv_billed_document *other = &receipt->month.documents[i];
        if (strcmp(other->state->number, number) == 0) {
            break;
        }
        if (!vv_invoice_type_is_credit(other->state->type)) {
            memcpy(lines + count, other->lines, other->line_count * sizeof *lines);
            count += other->line_count;
        }
    }
    *ret_lines = lines;
    *ret_count = count;
    return VV_OK;
}

/* What agrees is paid by the next run, as far as postings have not made it payable. */
static enum vv_status make_due(const struct receipt *receipt, struct vv_billed_document *invoice,
                               const struct vv_match *match)
{
    struct vv_invoice_due due;
    enum vv_status status =
        vv_invoice_due(invoice->state, match, &receipt->call->arena->allocator, &due);
    if (status == VV_OK) {
        status = vv_invoice_put_due(receipt->call, receipt->outcome, &receipt->books, invoice->id,
                                    invoice->state, &due);
    }
    return status == VV_OK
               ? vv_invoiced_order(receipt->call, receipt->outcome, invoice->state, match)
               : status;
}

/* Matches an invoice's lines that still stand against what is owed, and gives it its state. */
static enum vv_status match_invoice(const struct receipt *receipt,
                                    struct vv_billed_document *invoice,
                                    const struct vv_match_line *owed, size_t owed_count)
{
    struct vv_match_line *earlier = NULL;
    struct vv_match match;
    struct vv_match_input input = {.billed = invoice->lines,
                                   .billed_count = invoice->line_count,
                                   .owed = owed,
                                   .owed_count = owed_count,
                                   .number = invoice->state->number};
    enum vv_status status =
        earlier_lines(receipt, invoice->state->number, &earlier, &input.earlier_count);
    input.earlier = earlier;
    if (status == VV_OK) {
        status = vv_match(&input, &receipt->call->arena->allocator, &match);
    }
    if (status == VV_OK) {
        status = vv_invoice_store_findings(receipt->call, &match, invoice->state);
    }
    if (status == VV_OK) {
        set_state(invoice->state,
                  vv_invoice_after_match(vv_invoice_state_of(invoice->state->state),
                                         vv_billing_stands(invoice->lines, invoice->line_count),
                                         match.wrong));
        status = make_due(receipt, invoice, &match);
    }
    return status;
}

/* ---- credit notes ---- */

/* What the credit note leaves of its invoice is matched again, with what was owed when the invoice
 * was last received. */
static enum vv_status apply_credit(struct receipt *receipt, struct vv_billed_document *invoice)
{
    const struct vv_call *call = receipt->call;
    Vagval__V1__InvoiceState *state = invoice->state;
    struct vv_match_line *owed = NULL;
    char **numbers = vv_arena_alloc(call->arena, (state->n_credit_notes + 1) * sizeof *numbers);
    enum vv_status status =
        vv_billed_lines(call, invoice->receipt->owed, invoice->receipt->n_owed, "", &owed);
    if (status != VV_OK || numbers == NULL) {
        return status == VV_INVALID ? VV_CORRUPT : VV_NO_MEMORY;
    }
    state->credited += vv_billing_take_off(invoice->lines, invoice->line_count,
                                           receipt->document.lines, receipt->document.line_count);
    state->credited_tax += receipt->command->tax;
    for (size_t i = 0; i < state->n_credit_notes; i++) {
        numbers[i] = state->credit_notes[i];
    }
    numbers[state->n_credit_notes] = receipt->command->number;
    state->credit_notes = numbers;
    state->n_credit_notes++;
    status = match_invoice(receipt, invoice, owed, invoice->receipt->n_owed);
    note_change(call, state);
    vv_put(receipt->outcome, "invoice", invoice->id, &state->base);
    return status;
}

static enum vv_status match_credit(struct receipt *receipt)
{
    struct vv_billed_document *invoice =
        vv_billed_find(&receipt->month, receipt->command->corrects);
    struct vv_match match;
    if (invoice == NULL || vv_invoice_type_is_credit(invoice->state->type)) {
        return vv_refuse(receipt->outcome, VV_REFUSED, "corrects",
                         "no such invoice was received for this contract and month");
    }
    if (vv_invoice_is_closed(vv_invoice_state_of(invoice->state->state))) {
        return vv_refuse(receipt->outcome, VV_REFUSED, "corrects",
                         "that invoice is %s already: nothing of it can be taken back here",
                         invoice->state->state);
    }
    struct vv_match_input input = {.billed = receipt->document.lines,
                                   .billed_count = receipt->document.line_count,
                                   .owed = invoice->lines,
                                   .owed_count = invoice->line_count,
                                   .number = receipt->command->number,
                                   .credit = true};
    enum vv_status status = vv_match(&input, &receipt->call->arena->allocator, &match);
    if (status == VV_OK) {
        status = vv_invoice_store_findings(receipt->call, &match, receipt->document.state);
    }
    if (status == VV_OK) {
        set_state(receipt->document.state,
                  vv_invoice_after_match(vv_invoice_state_of(receipt->document.state->state), true,
                                         match.wrong));
    }
    return status == VV_OK && match.wrong == 0 ? apply_credit(receipt, invoice) : status;
}

/* ---- the command ---- */

static enum vv_status first_state(struct receipt *receipt)
{
    const Vagval__V1__ReceiveInvoice *command = receipt->command;
    const struct vv_call *call = receipt->call;
    Vagval__V1__InvoiceState *state = vv_arena_alloc(call->arena, sizeof *state);
    if (state == NULL) {
        return VV_NO_MEMORY;
    }
    vagval__v1__invoice_state__init(state);
    state->contract = command->contract;
    state->contract_number = command->contract_number;
    state->month = command->month;
    state->number = command->number;
    state->type = command->type;
    state->corrects = command->corrects;
    state->supplier = command->supplier;
    state->issued_on = command->issued_on;
    state->due_on = command->due_on;
    state->currency = command->currency;
    state->net = command->net;
    state->tax = command->tax;
    state->payable = command->payable;
    state->evidence = command->evidence;
    state->lines = (uint32_t)command->n_lines;
    state->received_on = call->now.today;
    state->scheme = (char *)(uintptr_t)call->scheme;
    set_state(state, VV_INVOICE_RECEIVED);
    receipt->document.state = state;
    return VV_OK;
}

static enum vv_status enter(struct receipt *receipt)
{
    const struct vv_call *call = receipt->call;
    Vagval__V1__BilledMonth *body = receipt->month.body;
    char **numbers = vv_arena_alloc(call->arena, (body->n_numbers + 1) * sizeof *numbers);
    if (numbers == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; i < body->n_numbers; i++) {
        numbers[i] = body->numbers[i];
    }
    numbers[body->n_numbers] = receipt->command->number;
    body->numbers = numbers;
    body->n_numbers++;
    vv_put(receipt->outcome, "billed",
           vv_contract_month_id(receipt->contract, receipt->command->month, call->partition),
           &body->base);
    vv_append(receipt->outcome, "invoices", VV_NIL, call->subject.bytes,
              sizeof call->subject.bytes);
    return VV_OK;
}

static void reply(struct vv_outcome *outcome, const Vagval__V1__InvoiceState *state)
{
    Vagval__V1__InvoiceState answer = *state;
    if (answer.n_findings > REPLY_FINDINGS_MAX) {
        answer.n_findings = REPLY_FINDINGS_MAX;
    }
    vv_reply(outcome, &answer.base);
}

static enum vv_status take(struct receipt *receipt, bool is_new)
{
    const struct vv_call *call = receipt->call;
    struct vv_billed_document *document = &receipt->document;
    enum vv_status status =
        receipt->credit ? match_credit(receipt)
                        : match_invoice(receipt, document, receipt->owed, receipt->command->n_owed);
    if (status == VV_OK && is_new) {
        status = enter(receipt);
    }
    if (status != VV_OK) {
        return status;
    }
    note_change(call, document->state);
    document->state->fact = vv_invoice_id_bytes(call, call->id);
    vv_put(receipt->outcome, "invoice", call->subject, &document->state->base);
    vv_accept(receipt->outcome, receipt->command->issued_on, receipt->command->source,
              document->receipt_id, NULL, 0, false);
    reply(receipt->outcome, document->state);
    return VV_OK;
}

/* What is there already: another document of that number, one that is closed or taken into account,
 * or one that can be matched again. *ret_done: the answer is given. */
static enum vv_status meet(struct receipt *receipt, bool *ret_done)
{
    const struct vv_billed_document *document = &receipt->document;
    const Vagval__V1__ReceiveInvoice *command = receipt->command;
    enum vv_invoice_state state = vv_invoice_state_of(document->state->state);
    if (document->state->evidence.len != command->evidence.len ||
        memcmp(document->state->evidence.data, command->evidence.data, command->evidence.len) !=
            0 ||
        document->state->month != command->month) {
        return vv_refuse(receipt->outcome, VV_CONFLICT, "number",
                         "another document of this number was received for the contract; a "
                         "supplier numbers each document once");
    }
    if (vv_invoice_is_closed(state) || (receipt->credit && state == VV_INVOICE_MATCHED)) {
        reply(receipt->outcome, document->state);
        *ret_done = true;
    } else if (document->receipts >= VV_RECEIPTS_MAX) {
        return vv_refuse(receipt->outcome, VV_REFUSED, "number",
                         "it was matched %d times, which is the most", VV_RECEIPTS_MAX);
    }
    return VV_OK;
}

static enum vv_status read_command(struct receipt *receipt, const struct vv_loaded *loaded)
{
    const struct vv_call *call = receipt->call;
    const Vagval__V1__ReceiveInvoice *command = receipt->command;
    struct vv_match_line *lines = NULL;
    enum vv_status status =
        vv_billed_lines(call, command->lines, command->n_lines, command->number, &lines);
    if (status == VV_OK) {
        status = vv_billed_lines(call, command->owed, command->n_owed, "", &receipt->owed);
    }
    if (status != VV_OK) {
        return vv_refuse(receipt->outcome, status, "lines",
                         "a case or VAT category of a line does not read");
    }
    status = vv_invoice_read_document(call, loaded, call->subject, &receipt->document);
    if (status == VV_OK) {
        status = vv_billed_read(call, loaded, receipt->contract, command->month, &receipt->month);
    }
    if (status == VV_OK) {
        status = vv_books_read(call, loaded, &receipt->books);
    }
    if (status != VV_OK) {
        return status;
    }
    /* Of a document that is there, credit notes have taken off what they take off. */
    const struct vv_billed_document *before = vv_billed_find(&receipt->month, command->number);
    if (before != NULL) {
        receipt->document.lines = before->lines;
        receipt->document.line_count = before->line_count;
    } else {
        receipt->document.lines = lines;
        receipt->document.line_count = command->n_lines;
        status = check_sums(receipt);
    }
    return status;
}

static enum vv_status decide_receive(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_outcome *outcome)
{
    const Vagval__V1__ReceiveInvoice *command = (const Vagval__V1__ReceiveInvoice *)call->body;
    struct receipt *receipt = vv_arena_alloc(call->arena, sizeof *receipt);
    bool done = false;
    if (receipt == NULL) {
        return VV_NO_MEMORY;
    }
    *receipt = (struct receipt){.call = call,
                                .outcome = outcome,
                                .command = command,
                                .credit = vv_invoice_type_is_credit(command->type)};
    enum vv_status status =
        vv_id_from_bytes(command->contract.data, command->contract.len, &receipt->contract);
    status = status == VV_OK ? check_header(receipt) : status;
    status = status == VV_OK ? check_currency(receipt) : status;
    status = status == VV_OK ? read_command(receipt, loaded) : status;
    if (status != VV_OK) {
        return status;
    }
    bool is_new = receipt->document.state == NULL;
    if (!is_new) {
        status = meet(receipt, &done);
    } else if (receipt->month.count >= VV_BILLED_DOCUMENTS_MAX) {
        return vv_refuse(outcome, VV_REFUSED, "number",
                         "the contract's month holds %d documents, which is the most",
                         VV_BILLED_DOCUMENTS_MAX);
    } else {
        status = first_state(receipt);
    }
    return status != VV_OK || done ? status : take(receipt, is_new);
}

const struct vv_handler vv_handle_receive_invoice = {.plan = plan_receive,
                                                     .decide = decide_receive};
