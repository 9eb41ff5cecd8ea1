/*
 * pay_invoice.c: `vagval pay invoice list`, `show`, `dispute`, `paid`, and the table of all of
 * them.
 */
#include "pay_invoice.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "table.h"

#define FINDINGS_SHOWN 50

/* ---- printing ---- */

static void case_text(ProtobufCBinaryData bytes, char ret_text[static VV_ID_TEXT_BYTES])
{
    struct vv_id id;
    ret_text[0] = '\0';
    if (vv_id_from_bytes(bytes.data, bytes.len, &id) == VV_OK) {
        vv_id_format(id, ret_text);
    }
}

static void day_text(int32_t day, char ret_text[static VV_DATE_TEXT_BYTES])
{
    ret_text[0] = '\0';
    if (day != 0 && vv_date_valid(day)) {
        vv_date_format(day, ret_text);
    }
}

static json_t *due_json(const Vagval__V1__InvoiceState *state)
{
    json_t *due = json_array();
    for (size_t i = 0; i < state->n_due; i++) {
        (void)json_array_append_new(due,
                                    json_pack("{s:s, s:I}", "component", state->due[i]->component,
                                              "amount", (json_int_t)state->due[i]->amount));
    }
    return due;
}

static json_t *state_json(const Vagval__V1__InvoiceState *state)
{
    char month[VV_MONTH_TEXT_BYTES] = "";
    char days[4][VV_DATE_TEXT_BYTES];
    json_t *findings = json_array();
    json_t *notes = json_array();
    if (vv_date_valid(state->month)) {
        vv_month_format(state->month, month);
    }
    day_text(state->issued_on, days[0]);
    day_text(state->due_on, days[1]);
    day_text(state->received_on, days[2]);
    day_text(state->paid_on, days[3]);
    for (size_t i = 0; i < state->n_findings; i++) {
        const Vagval__V1__InvoiceFinding *f = state->findings[i];
        char id[VV_ID_TEXT_BYTES];
        char period[VV_DATE_TEXT_BYTES];
        case_text(f->case_id, id);
        day_text(f->period, period);
        (void)json_array_append_new(
            findings,
            json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:s}", "kind", f->kind, "line", f->line,
                      "case", id, "component", f->component, "period", period, "billed",
                      (json_int_t)f->billed, "owed", (json_int_t)f->owed, "other", f->other));
    }
    for (size_t i = 0; i < state->n_credit_notes; i++) {
        (void)json_array_append_new(notes, json_string(state->credit_notes[i]));
    }
    return json_pack(
        "{s:s, s:s, s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:o, s:i, "
        "s:i, s:s, s:s, s:s, s:s, s:s, s:o, s:o}",
        "number", state->number, "state", state->state, "type", (int)state->type, "contract",
        state->contract_number, "month", month, "supplier", state->supplier, "corrects",
        state->corrects, "issued_on", days[0], "due_on", days[1], "currency", state->currency,
        "net", (json_int_t)state->net, "tax", (json_int_t)state->tax, "payable",
        (json_int_t)state->payable, "credited", (json_int_t)state->credited, "credited_tax",
        (json_int_t)state->credited_tax, "due", due_json(state), "lines", (int)state->lines,
        "matched", (int)state->matched, "received_on", days[2], "paid_on", days[3], "reason",
        state->reason, "reference", state->reference, "by", state->by, "credit_notes", notes,
        "findings", findings);
}

static void print_findings(const struct vv_cli *cli, const Vagval__V1__InvoiceState *state)
{
    struct vv_table *table =
        vv_table_create("difference|line|case|component|period|>billed|>posted|besides");
    size_t shown = state->n_findings < FINDINGS_SHOWN ? state->n_findings : FINDINGS_SHOWN;
    for (size_t i = 0; i < shown; i++) {
        const Vagval__V1__InvoiceFinding *f = state->findings[i];
        char text[VV_MONEY_TEXT_BYTES];
        char id[VV_ID_TEXT_BYTES];
        char period[VV_DATE_TEXT_BYTES];
        case_text(f->case_id, id);
        day_text(f->period, period);
        vv_table_cell(table, "%s", f->kind);
        vv_table_cell(table, "%s", f->line);
        vv_table_cell(table, "%s", id);
        vv_table_cell(table, "%s", f->component);
        vv_table_cell(table, "%s", period);
        vv_money_format(f->billed, 1, text);
        vv_table_cell(table, "%s", text);
        vv_money_format(f->owed, 1, text);
        vv_table_cell(table, "%s", text);
        vv_table_cell(table, "%s%s", f->other[0] == '\0' ? "" : "billed by ", f->other);
    }
    vv_table_print(table, cli->out);
    vv_table_destroy(&table);
    if (state->n_findings > shown) {
        (void)fprintf(cli->out, "and %zu more: --json shows all\n", state->n_findings - shown);
    }
}

/* What of it is on the list of what can be paid. */
static void print_due(const struct vv_cli *cli, const Vagval__V1__InvoiceState *state)
{
    for (size_t i = 0; i < state->n_due; i++) {
        char text[VV_MONEY_TEXT_BYTES];
        vv_money_format(state->due[i]->amount, 1, text);
        (void)fprintf(cli->out, "%s%s %s%s", i == 0 ? "for payment runs: " : ", ",
                      state->due[i]->component, text, i + 1 == state->n_due ? "\n" : "");
    }
}

int vv_invoice_print(const struct vv_cli *cli, const Vagval__V1__InvoiceState *state, int code)
{
    char month[VV_MONTH_TEXT_BYTES] = "";
    char payable[VV_MONEY_TEXT_BYTES];
    char credited[VV_MONEY_TEXT_BYTES];
    if (cli->json) {
        return vv_cli_json(cli, state_json(state), code);
    }
    if (vv_date_valid(state->month)) {
        vv_month_format(state->month, month);
    }
    vv_money_format(state->payable, 1, payable);
    vv_money_format(state->credited, 1, credited);
    (void)fprintf(cli->out, "%s (%u) for %s %s: %s. %s %s with VAT; %u of %u lines agree\n",
                  state->number, state->type, state->contract_number, month, state->state, payable,
                  state->currency, state->matched, state->lines);
    if (state->credited != 0) {
        (void)fprintf(cli->out, "credited: %s net\n", credited);
    }
    print_due(cli, state);
    if (state->corrects[0] != '\0') {
        (void)fprintf(cli->out, "takes back: %s\n", state->corrects);
    }
    if (state->reason[0] != '\0') {
        (void)fprintf(cli->out, "disputed: %s\n", state->reason);
    }
    if (state->reference[0] != '\0') {
        (void)fprintf(cli->out, "paid: %s\n", state->reference);
    }
    if (state->n_findings > 0) {
        print_findings(cli, state);
    }
    return code;
}

/* ---- one invoice ---- */

struct one {
    struct vv_client *client;
    struct vv_contract_found contract;
    const char *number, *scheme;
    struct vv_id subject;
};

static bool open_one(struct vv_cli *cli, const struct vv_args *args, struct one *one)
{
    const char *contract = vv_args_text(args, "contract", NULL);
    memset(one, 0, sizeof(*one));
    one->number = args->words[0];
    one->scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT);
    if (contract == NULL) {
        (void)vv_cli_usage(cli, args->command->example, "--contract is needed");
        return false;
    }
    one->client = vv_client_open(cli);
    if (one->client == NULL) {
        return false;
    }
    if (!vv_contract_find(one->client, cli, one->scheme, contract, &one->contract)) {
        vv_client_close(&one->client);
        return false;
    }
    one->subject = vv_invoice_id(one->contract.id, one->number);
    return true;
}

static ProtobufCBinaryData contract_bytes(struct one *one)
{
    return (ProtobufCBinaryData){sizeof(one->contract.id.bytes), one->contract.id.bytes};
}

/* Sends, prints what stands, closes. The reply is a state, or a view that holds one. */
static int ask_one(struct vv_cli *cli, struct one *one, enum vv_message_type type,
                   const ProtobufCMessage *body)
{
    struct vv_request request = vv_client_about(VV_PAYMENT, type, one->subject, one->scheme);
    struct vv_client_answer answer;
    vv_client_call(one->client, request, body, &answer);
    int code = VV_EXIT_PROBLEM;
    if (answer.status != VV_OK) {
        struct vv_error error = {.status = answer.status};
        (void)snprintf(error.field, sizeof(error.field), "%s", answer.field);
        (void)snprintf(error.text, sizeof(error.text), "%s", answer.text);
        (void)vv_cli_fail(cli, &error, "`vagval pay invoice list` lists what was received");
    } else if (type == VV_MSG_SHOW_INVOICE) {
        code = vv_invoice_print(cli, ((const Vagval__V1__InvoiceView *)answer.body)->state,
                                VV_EXIT_OK);
    } else {
        code = vv_invoice_print(cli, (const Vagval__V1__InvoiceState *)answer.body, VV_EXIT_OK);
    }
    vv_client_answer_free(&answer);
    vv_client_close(&one->client);
    return code;
}

int vv_command_invoice_show(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__ShowInvoice query = VAGVAL__V1__SHOW_INVOICE__INIT;
    struct one one;
    if (!open_one(cli, args, &one)) {
        return VV_EXIT_PROBLEM;
    }
    query.contract = contract_bytes(&one);
    query.number = (char *)(uintptr_t)one.number;
    return ask_one(cli, &one, VV_MSG_SHOW_INVOICE, &query.base);
}

int vv_command_invoice_dispute(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__DisputeInvoice command = VAGVAL__V1__DISPUTE_INVOICE__INIT;
    const char *reason = vv_args_text(args, "reason", NULL);
    struct one one;
    if (reason == NULL) {
        return vv_cli_usage(cli, args->command->example, "--reason is needed");
    }
    if (!open_one(cli, args, &one)) {
        return VV_EXIT_PROBLEM;
    }
    command.contract = contract_bytes(&one);
    command.number = (char *)(uintptr_t)one.number;
    command.reason = (char *)(uintptr_t)reason;
    return ask_one(cli, &one, VV_MSG_DISPUTE_INVOICE, &command.base);
}

int vv_command_invoice_paid(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__SettleInvoice command = VAGVAL__V1__SETTLE_INVOICE__INIT;
    const char *reference = vv_args_text(args, "reference", NULL);
    const char *name = vv_args_text(args, "run", NULL);
    struct vv_id run;
    struct one one;
    if ((reference == NULL) == (name == NULL)) {
        return vv_cli_usage(cli, args->command->example,
                            "either --reference of a payment outside, or --run is needed");
    }
    if (!open_one(cli, args, &one)) {
        return VV_EXIT_PROBLEM;
    }
    const struct vv_invoice_payment payment = {one.scheme, one.number, one.contract.id, name};
    if (!vv_invoice_may_be_paid(one.client, cli, &payment, &run)) {
        vv_client_close(&one.client);
        return VV_EXIT_PROBLEM;
    }
    if (name != NULL) {
        command.run = (ProtobufCBinaryData){sizeof(run.bytes), run.bytes};
        reference = name;
    }
    command.contract = contract_bytes(&one);
    command.number = (char *)(uintptr_t)one.number;
    command.reference = (char *)(uintptr_t)reference;
    command.paid_on = (int32_t)vv_args_number(args, "paid-on", vv_client_business_date(one.client));
    return ask_one(cli, &one, VV_MSG_SETTLE_INVOICE, &command.base);
}

/* ---- list ---- */

struct listing {
    struct vv_cli *cli;
    const char *contract, *state;
    vv_date month; /* VV_DATE_NONE = every */
    struct vv_table *table;
    json_t *list;
    size_t count;
    uint64_t *next;
    char problem[200];
    Vagval__V1__ListInvoices ask;
};

static void list_one(struct listing *listing, const Vagval__V1__InvoiceState *state)
{
    char text[VV_MONEY_TEXT_BYTES];
    char month[VV_MONTH_TEXT_BYTES] = "";
    if ((listing->contract != NULL && strcmp(listing->contract, state->contract_number) != 0) ||
        (listing->state != NULL && strcmp(listing->state, state->state) != 0) ||
        (listing->month != VV_DATE_NONE && listing->month != state->month)) {
        return;
    }
    listing->count++;
    if (listing->list != NULL) {
        (void)json_array_append_new(listing->list, state_json(state));
        return;
    }
    if (vv_date_valid(state->month)) {
        vv_month_format(state->month, month);
    }
    vv_table_cell(listing->table, "%s", state->contract_number);
    vv_table_cell(listing->table, "%s", month);
    vv_table_cell(listing->table, "%s", state->number);
    vv_table_cell(listing->table, "%u", state->type);
    vv_table_cell(listing->table, "%s", state->state);
    vv_table_cell(listing->table, "%u/%u", state->matched, state->lines);
    vv_money_format(state->payable, 1, text);
    vv_table_cell(listing->table, "%s", text);
    vv_table_cell(listing->table, "%s", state->currency);
}

static const ProtobufCMessage *ask_list(void *context, uint16_t partition)
{
    struct listing *listing = context;
    vagval__v1__list_invoices__init(&listing->ask);
    listing->ask.partition = partition;
    listing->ask.first = listing->next[partition];
    return &listing->ask.base;
}

static void take_list(void *context, uint16_t partition, enum vv_status status,
                      const ProtobufCMessage *body, const char *error)
{
    struct listing *listing = context;
    const Vagval__V1__InvoiceList *list = (const Vagval__V1__InvoiceList *)body;
    listing->next[partition] = 0;
    if (status != VV_OK || list == NULL) {
        (void)snprintf(listing->problem, sizeof(listing->problem), "partition %u: %s %s", partition,
                       vv_status_name(status), error);
        return;
    }
    for (size_t i = 0; i < list->n_invoices; i++) {
        list_one(listing, list->invoices[i]);
    }
    listing->next[partition] = list->next;
}

static void fetch_list(struct vv_client *client, struct listing *listing)
{
    struct vv_scatter scatter = {VV_PAYMENT, VV_MSG_LIST_INVOICES, ask_list, take_list, listing};
    vv_client_scatter(client, &scatter);
    for (uint16_t p = 0; p < vv_client_partitions(client); p++) {
        while (listing->next[p] != 0 && listing->problem[0] == '\0') {
            struct vv_request request = {
                .service = VV_PAYMENT, .partition = p, .type = VV_MSG_LIST_INVOICES};
            struct vv_client_answer answer;
            vv_client_call(client, request, ask_list(listing, p), &answer);
            take_list(listing, p, answer.status, answer.body, answer.text);
            vv_client_answer_free(&answer);
        }
    }
}

static int print_list(struct listing *listing)
{
    struct vv_cli *cli = listing->cli;
    if (listing->problem[0] != '\0') {
        json_decref(listing->list);
        return vv_cli_wrong(cli, "`vagval status` shows whether payment is up",
                            "the invoices could not be read whole: %s", listing->problem);
    }
    if (listing->list != NULL) {
        return vv_cli_json(cli, json_pack("{s:o}", "invoices", listing->list), VV_EXIT_OK);
    }
    vv_table_print(listing->table, cli->out);
    (void)fprintf(cli->out, "%zu documents\n", listing->count);
    return VV_EXIT_OK;
}

int vv_command_invoice_list(struct vv_cli *cli, const struct vv_args *args)
{
    const char *month = vv_args_text(args, "month", NULL);
    struct listing listing = {.cli = cli,
                              .contract = vv_args_text(args, "contract", NULL),
                              .state = vv_args_text(args, "state", NULL),
                              .month = VV_DATE_NONE};
    if ((month != NULL && !vv_month_parse(month, &listing.month)) ||
        (listing.state != NULL && vv_invoice_state_of(listing.state) == VV_INVOICE_STATES)) {
        return vv_cli_usage(cli, args->command->example,
                            "--month is written as 2020-05; --state is received, matched, "
                            "disputed, credited or paid");
    }
    struct vv_client *client = vv_client_open(cli);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    listing.next = calloc(vv_client_partitions(client), sizeof(listing.next[0]));
    listing.table = vv_table_create("contract|month|number|type|state|agree|>with VAT|currency");
    listing.list = cli->json ? json_array() : NULL;
    int code = VV_EXIT_PROBLEM;
    if (listing.next != NULL) {
        fetch_list(client, &listing);
        code = print_list(&listing);
    }
    vv_table_destroy(&listing.table);
    free(listing.next);
    vv_client_close(&client);
    return code;
}
