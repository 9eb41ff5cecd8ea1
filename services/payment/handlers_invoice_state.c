/*
 * handlers_invoice_state.c: what a person says of a received invoice (disputed, paid), and the
 * questions: one invoice, and a partition's.
 */
#include "invoice_work.h"
#include "pay_list.h"
#include "payment.h"

#include <string.h>

#include "vagval/limits.h"

extern const struct vv_handler vv_handle_dispute_invoice;
extern const struct vv_handler vv_handle_settle_invoice;
extern const struct vv_handler vv_handle_show_invoice;
extern const struct vv_handler vv_handle_list_invoices;

#define REASON_BYTES_MAX 500
#define PAGE_INVOICES 16

/* ---- disputed, paid ---- */

static enum vv_status plan_one(const struct vv_call *call, const struct vv_loaded *loaded,
                               struct vv_plan *plan)
{
    (void)loaded;
    vv_invoice_plan(plan, call->subject, true);
    return VV_OK;
}

/* The document that contract and number name; it must be the subject. */
static enum vv_status open_one(const struct vv_call *call, const struct vv_loaded *loaded,
                               struct vv_outcome *outcome, ProtobufCBinaryData contract,
                               const char *number, struct vv_billed_document *ret_document)
{
    struct vv_id id;
    if (vv_id_from_bytes(contract.data, contract.len, &id) != VV_OK ||
        !vv_id_equal(vv_invoice_id(id, number), call->subject)) {
        return vv_refuse(outcome, VV_INVALID, "number",
                         "contract and number do not belong to the message's subject");
    }
    enum vv_status status = vv_invoice_read_document(call, loaded, call->subject, ret_document);
    if (status == VV_OK && ret_document->state == NULL) {
        return vv_refuse(outcome, VV_NOT_FOUND, "number",
                         "no such invoice was received for the contract");
    }
    return status;
}

static enum vv_status put_state(const struct vv_call *call, struct vv_outcome *outcome,
                                struct vv_billed_document *document, enum vv_invoice_state value,
                                int32_t effective)
{
    Vagval__V1__InvoiceState *state = document->state;
    state->state = (char *)(uintptr_t)vv_invoice_state_name(value);
    state->changed_on = call->now.today;
    state->by = (char *)(uintptr_t)call->sender;
    vv_put(outcome, "invoice", call->subject, &state->base);
    vv_accept(outcome, effective, call->sender, VV_NIL, NULL, 0, false);
    Vagval__V1__InvoiceState answer = *state;
    answer.n_findings = 0; /* the answer is kept for ever */
    vv_reply(outcome, &answer.base);
    return VV_OK;
}

/* What is disputed is not due: what a run has not taken is not paid, the rest is set off. */
static enum vv_status take_back(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_outcome *outcome, struct vv_billed_document *document)
{
    const struct vv_invoice_due nothing = {.count = 0};
    struct vv_books books;
    enum vv_status status = vv_books_read(call, loaded, &books);
    return status == VV_OK
               ? vv_invoice_put_due(call, outcome, &books, document->id, document->state, &nothing)
               : status;
}

static enum vv_status decide_dispute(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_outcome *outcome)
{
    const Vagval__V1__DisputeInvoice *command = (const Vagval__V1__DisputeInvoice *)call->body;
    struct vv_billed_document document;
    enum vv_status status =
        open_one(call, loaded, outcome, command->contract, command->number, &document);
    if (status != VV_OK) {
        return status;
    }
    size_t len = strlen(command->reason);
    if (len == 0 || len > REASON_BYTES_MAX) {
        return vv_refuse(outcome, VV_INVALID, "reason", "is missing or longer than %d bytes",
                         REASON_BYTES_MAX);
    }
    enum vv_invoice_state state = vv_invoice_state_of(document.state->state);
    bool applied = vv_invoice_type_is_credit(document.state->type) && state == VV_INVOICE_MATCHED;
    if ((state != VV_INVOICE_RECEIVED && state != VV_INVOICE_MATCHED) || applied) {
        return vv_refuse(outcome, VV_REFUSED, "number",
                         "it is %s: only what is received or an "
                         "invoice that is matched can be disputed",
                         applied ? "a credit note that was taken into account"
                                 : document.state->state);
    }
    document.state->reason = command->reason;
    status = take_back(call, loaded, outcome, &document);
    if (status != VV_OK) {
        return status;
    }
    return put_state(call, outcome, &document, VV_INVOICE_DISPUTED, call->now.today);
}

/* What of a document no run would pay anyway (rules 15). */
static vv_money paid_by_state(const struct vv_call *call, const struct vv_billed_document *document)
{
    const struct vv_scheme *scheme =
        vv_book_scheme(call->book, document->state->scheme, call->now.today, 0);
    vv_money sum = 0;
    for (size_t i = 0; scheme != NULL && i < document->receipt->n_lines; i++) {
        const Vagval__V1__BilledLine *line = document->receipt->lines[i];
        const struct vv_component *component = vv_scheme_component(scheme, line->component);
        sum += component != NULL && component->payer == VV_PAYER_STATE ? line->amount : 0;
    }
    return sum;
}

/*
 * Money leaves once: by a payment run, or outside. What was paid outside is taken off what the next
 * run pays for the contract. It may be taken by every run that may take a posting of that month,
 * and where a run was quicker it stands over until there is something to set it off against.
 */
static enum vv_status take_off_runs(const struct vv_call *call, struct vv_outcome *outcome,
                                    const struct vv_billed_document *document)
{
    const Vagval__V1__InvoiceState *state = document->state;
    const char *counter = vv_arena_format(call->arena, "invoiced:%s", state->scheme);
    const char *reason = vv_arena_format(call->arena, "paid by invoice %s", state->number);
    Vagval__V1__ContractSum sum = VAGVAL__V1__CONTRACT_SUM__INIT;
    Vagval__V1__ContractSum *const sums[] = {&sum};
    const struct vv_pay_list_back back = {state->scheme, call->subject, state->month, false};
    if (counter == NULL || reason == NULL) {
        return VV_NO_MEMORY;
    }
    sum.contract = state->contract;
    for (size_t i = 0; i < state->n_due; i++) {
        sum.vat -= state->due[i]->vat;
    }
    sum.amount = state->credited - state->net + paid_by_state(call, document) + sum.vat;
    vv_add(outcome, "sums", VV_NIL, counter, -sum.amount);
    return vv_pay_list_return(call, outcome, &back, reason, sums, 1);
}

static enum vv_status decide_settle(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_outcome *outcome)
{
    const Vagval__V1__SettleInvoice *command = (const Vagval__V1__SettleInvoice *)call->body;
    struct vv_billed_document document;
    enum vv_status status =
        open_one(call, loaded, outcome, command->contract, command->number, &document);
    if (status != VV_OK) {
        return status;
    }
    size_t len = strlen(command->reference);
    if (len == 0 || len > VV_NAME_BYTES_MAX) {
        return vv_refuse(outcome, VV_INVALID, "reference", "of the payment is missing or too long");
    }
    if (!vv_date_valid(command->paid_on) || command->paid_on <= 0 ||
        command->paid_on > call->now.today) {
        return vv_refuse(outcome, VV_INVALID, "paid_on", "is no day up to today");
    }
    if (vv_invoice_type_is_credit(document.state->type) ||
        vv_invoice_state_of(document.state->state) != VV_INVOICE_MATCHED) {
        return vv_refuse(outcome, VV_REFUSED, "number",
                         "it is %s: only an invoice that is matched is paid",
                         vv_invoice_type_is_credit(document.state->type) ? "a credit note"
                                                                         : document.state->state);
    }
    if (command->run.len != 0 && command->run.len != sizeof(struct vv_id)) {
        return vv_refuse(outcome, VV_INVALID, "run", "is no payment run's id");
    }
    status = command->run.len == 0 ? take_off_runs(call, outcome, &document) : VV_OK;
    if (status != VV_OK) {
        return status;
    }
    document.state->reference = command->reference;
    document.state->paid_on = command->paid_on;
    return put_state(call, outcome, &document, VV_INVOICE_PAID, command->paid_on);
}

const struct vv_handler vv_handle_dispute_invoice = {.plan = plan_one, .decide = decide_dispute};
const struct vv_handler vv_handle_settle_invoice = {.plan = plan_one, .decide = decide_settle};

/* ---- questions ---- */

static enum vv_status plan_show(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    (void)loaded;
    vv_invoice_plan(plan, call->subject, false);
    return VV_OK;
}

static enum vv_status decide_show(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__ShowInvoice *query = (const Vagval__V1__ShowInvoice *)call->body;
    Vagval__V1__InvoiceView view = VAGVAL__V1__INVOICE_VIEW__INIT;
    struct vv_billed_document document;
    enum vv_status status =
        open_one(call, loaded, outcome, query->contract, query->number, &document);
    if (status != VV_OK) {
        return status;
    }
    view.state = document.state;
    if (document.receipt != NULL) {
        view.lines = document.receipt->lines;
        view.n_lines = document.receipt->n_lines;
    }
    vv_reply(outcome, &view.base);
    return VV_OK;
}

const struct vv_handler vv_handle_show_invoice = {.plan = plan_show, .decide = decide_show};

static enum vv_status route_list(const struct vv_call *call, uint16_t *ret_partition)
{
    const Vagval__V1__ListInvoices *query = (const Vagval__V1__ListInvoices *)call->body;
    return vv_route_to(call, query->partition, ret_partition);
}

static enum vv_status plan_list(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    const Vagval__V1__ListInvoices *query = (const Vagval__V1__ListInvoices *)call->body;
    vv_plan_listed(plan, loaded, "invoices", query->first, PAGE_INVOICES, "invoice");
    return VV_OK;
}

static enum vv_status decide_list(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__ListInvoices *query = (const Vagval__V1__ListInvoices *)call->body;
    const struct vv_record *list = vv_loaded_list(loaded, "invoices", VV_NIL, query->first);
    Vagval__V1__InvoiceList answer = VAGVAL__V1__INVOICE_LIST__INIT;
    Vagval__V1__InvoiceState *page[PAGE_INVOICES];
    struct vv_id id;
    for (size_t i = 0; i < PAGE_INVOICES && vv_list_id(list, i, &id); i++) {
        ProtobufCMessage *body = NULL;
        enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "invoice", id),
                                                 &vagval__v1__invoice_state__descriptor, &body);
        if (status != VV_OK) {
            return vv_refuse(outcome, status, "partition", "an invoice does not read back");
        }
        page[i] = (Vagval__V1__InvoiceState *)body;
        page[i]->n_findings = 0;
        answer.n_invoices = i + 1;
    }
    answer.invoices = page;
    answer.next = list->field_count == PAGE_INVOICES ? query->first + PAGE_INVOICES : 0;
    vv_reply(outcome, &answer.base);
    return VV_OK;
}

const struct vv_handler vv_handle_list_invoices = {
    .route = route_list, .plan = plan_list, .decide = decide_list};
