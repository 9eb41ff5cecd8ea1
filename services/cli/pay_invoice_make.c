/*
 * pay_invoice_make.c: `vagval pay invoice make` (self-billing invoice or credit note) and `pay
 * invoice order`: what stands posted for a contract in a month, as a document. The same postings
 * and options give the same bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "../documents/invoice.h"
#include "files.h"
#include "options.h"
#include "pay_invoice.h"
#include "scheme_book.h"
#include "vagval/idno.h"

#define DUE_DAYS 30
#define ID_TEXT_BYTES 12

/* A party's numbers, in its own memory. */
struct party {
    struct vv_invoice_party party;
    char endpoint[32], legal_id[24], vat_id[24];
};

struct making {
    const struct vv_cli *cli;
    const struct vv_args *args;
    struct vv_statement statement;
    struct vv_invoice invoice;
    struct vv_invoice_line *lines;
    char (*case_refs)[VV_ID_TEXT_BYTES];
    char (*ids)[ID_TEXT_BYTES];
    struct party supplier, customer;
    char number[96], order[96], note[200];
    const char *scheme;
    char buyer[VV_NAME_BYTES_MAX + 1], buyer_number[24]; /* whom the scheme names as payer */
};

struct buffer {
    char *bytes;
    size_t len, capacity;
};

static enum vv_status append(void *context, const void *bytes, size_t len)
{
    struct buffer *buffer = context;
    if (buffer->len + len > VV_INVOICE_BYTES_MAX) {
        return VV_TOO_LARGE;
    }
    if (buffer->len + len > buffer->capacity) {
        size_t capacity = (buffer->len + len) * 2;
        char *grown = realloc(buffer->bytes, capacity);
        if (grown == NULL) {
            return VV_NO_MEMORY;
        }
        buffer->bytes = grown;
        buffer->capacity = capacity;
    }
    memcpy(buffer->bytes + buffer->len, bytes, len);
    buffer->len += len;
    return VV_OK;
}

/* ---- parties ---- */

/*
 * Swedish: scheme 0007, the ten digits; VAT number SE + digits + 01. Finnish: endpoint 0216 with
 * the OVT code 0037 + digits, number in scheme 0212; VAT number FI + digits. Whether a provider is
 * registered for VAT is not known here: the number that it would have is taken.
 */
static bool fill_party(const struct vv_cli *cli, const char *name, const char *number,
                       struct party *party)
{
    struct vv_idno checked;
    char digits[VV_IDNO_TEXT_BYTES];
    size_t len = 0;
    bool swedish = vv_idno_check(VV_IDNO_ORGANISATIONSNUMMER, number, 0, &checked, NULL) == VV_OK;
    if (!swedish && vv_idno_check(VV_IDNO_Y_TUNNUS, number, 0, &checked, NULL) != VV_OK) {
        (void)vv_cli_usage(cli, "write it as 202100-2114 or 0112038-9",
                           "this is no Swedish or Finnish organisation number");
        return false;
    }
    for (const char *c = checked.text; *c != '\0'; c++) {
        if (*c != '-') {
            digits[len++] = *c;
        }
    }
    digits[len] = '\0';
    (void)snprintf(party->endpoint, sizeof(party->endpoint), "%s%s", swedish ? "" : "0037", digits);
    (void)snprintf(party->legal_id, sizeof(party->legal_id), "%s", swedish ? digits : checked.text);
    (void)snprintf(party->vat_id, sizeof(party->vat_id), "%s%s%s", swedish ? "SE" : "FI", digits,
                   swedish ? "01" : "");
    party->party = (struct vv_invoice_party){.endpoint_scheme = swedish ? "0007" : "0216",
                                             .endpoint = party->endpoint,
                                             .name = name,
                                             .legal_id = party->legal_id,
                                             .legal_scheme = swedish ? "0007" : "0212",
                                             .vat_id = party->vat_id,
                                             .country = swedish ? "SE" : "FI"};
    return true;
}

static void take_payer(void *context, unsigned generation,
                       const Vagval__V1__PublishScheme *publication)
{
    struct making *making = context;
    struct vv_scheme *scheme = NULL;
    (void)generation;
    if (vv_scheme_parse(publication->name, publication->yaml.data, publication->yaml.len, &scheme,
                        NULL) != VV_OK) {
        return; /* of a newer release */
    }
    if (strcmp(scheme->id, making->scheme) == 0 && scheme->bank != NULL) {
        (void)snprintf(making->buyer, sizeof(making->buyer), "%s", scheme->bank->debtor);
        (void)snprintf(making->buyer_number, sizeof(making->buyer_number), "%s",
                       scheme->bank->organisation_number);
    }
    vv_scheme_destroy(&scheme);
}

/* Who pays: the options, else the debtor of the scheme's last published version that names one. */
static bool find_buyer(struct making *making, struct vv_client *client, const char **ret_name,
                       const char **ret_number)
{
    if (!vv_scheme_book_read(client, take_payer, making)) {
        (void)vv_cli_wrong(making->cli,
                           "`vagval status` shows whether Redis and the services are up",
                           "the published schemes could not be read");
        return false;
    }
    *ret_name = vv_args_text(making->args, "buyer", making->buyer);
    *ret_number = vv_args_text(making->args, "buyer-number", making->buyer_number);
    if ((*ret_name)[0] == '\0' || (*ret_number)[0] == '\0') {
        (void)vv_cli_usage(making->cli, "pass --buyer and --buyer-number",
                           "%s names no payer (section `bank`)", making->scheme);
        return false;
    }
    return true;
}

/* ---- lines ---- */

static bool add_lines(struct making *making, bool order, bool credit)
{
    const struct vv_statement *statement = &making->statement;
    bool english = strcmp(vv_args_text(making->args, "lang", "sv"), "en") == 0;
    size_t room = statement->count + 1;
    making->lines = calloc(room, sizeof(making->lines[0]));
    making->case_refs = calloc(room, sizeof(making->case_refs[0]));
    making->ids = calloc(room, sizeof(making->ids[0]));
    if (making->lines == NULL || making->case_refs == NULL || making->ids == NULL) {
        (void)vv_cli_wrong(making->cli, NULL, "no memory");
        return false;
    }
    size_t count = 0;
    for (size_t i = 0; i < statement->count; i++) {
        const struct vv_statement_line *from = &statement->lines[i];
        if (order && from->amount < 0) {
            continue;
        }
        vv_id_format(from->case_id, making->case_refs[count]);
        (void)snprintf(making->ids[count], sizeof(making->ids[count]), "%zu", count + 1);
        making->lines[count] =
            (struct vv_invoice_line){.id = making->ids[count],
                                     .case_ref = making->case_refs[count],
                                     .component = from->component,
                                     .name = english ? from->name_en : from->name_sv,
                                     .order_line = "",
                                     .period_start = from->period,
                                     .period_end = VV_DATE_NONE,
                                     .amount = credit ? -from->amount : from->amount,
                                     .vat = from->vat};
        count++;
    }
    making->invoice.lines = making->lines;
    making->invoice.line_count = count;
    return true;
}

static vv_money sum_of(const struct vv_statement *statement, bool below_zero)
{
    vv_money sum = 0;
    for (size_t i = 0; i < statement->count; i++) {
        vv_money amount = statement->lines[i].amount;
        sum += !below_zero || amount < 0 ? amount : 0;
    }
    return sum;
}

/* ---- the document ---- */

static void write_notes(struct making *making, bool order)
{
    char text[VV_MONEY_TEXT_BYTES];
    vv_money back = sum_of(&making->statement, true);
    size_t len = 0;
    if (making->statement.examples > 0) {
        len += (size_t)snprintf(making->note, sizeof(making->note),
                                "EXAMPLE TARIFFS: not a document to pay by.");
    }
    if (order && back < 0) {
        vv_money_format(-back, 0, text);
        (void)snprintf(making->note + len, sizeof(making->note) - len,
                       "%sTakes back %s %s besides: by credit note.", len > 0 ? " " : "", text,
                       making->statement.currency);
    }
    making->invoice.note = making->note;
}

static bool fill(struct making *making, struct vv_client *client, bool order)
{
    struct vv_invoice *invoice = &making->invoice;
    const struct vv_statement *statement = &making->statement;
    const char *buyer = NULL;
    const char *buyer_name = NULL;
    char month[VV_MONTH_TEXT_BYTES];
    bool credit = !order && sum_of(statement, false) < 0;
    vv_month_format(statement->month, month);
    (void)snprintf(making->order, sizeof(making->order), "%s/%s", statement->contract.number,
                   month);
    (void)snprintf(making->number, sizeof(making->number), "%s-%s-%s", credit ? "SC" : "SB",
                   statement->contract.number, month);
    vv_date first = vv_date_add_months(statement->month, 1);
    vv_date issued = (vv_date)vv_args_number(making->args, "issued", first);
    *invoice = (struct vv_invoice){
        .type = order    ? VV_INVOICE_ORDER
                : credit ? VV_INVOICE_SELF_BILLED_CREDIT
                         : VV_INVOICE_SELF_BILLED,
        .number = order ? making->order : making->number,
        .order = making->order,
        .corrects = "",
        .currency = statement->currency,
        .issued_on = issued,
        .due_on = issued + (vv_date)vv_args_number(making->args, "due-days", DUE_DAYS)};
    write_notes(making, order);
    if (!find_buyer(making, client, &buyer_name, &buyer) ||
        !fill_party(making->cli, statement->contract.provider,
                    statement->contract.organisation_number, &making->supplier) ||
        !fill_party(making->cli, buyer_name, buyer, &making->customer)) {
        return false;
    }
    invoice->supplier = making->supplier.party;
    invoice->customer = making->customer.party;
    return add_lines(making, order, credit);
}

/* Nothing goes out of a month that may still grow, or on prices that are nobody's. */
static bool may_go_out(const struct making *making, vv_date business_date)
{
    const struct vv_statement *statement = &making->statement;
    char month[VV_MONTH_TEXT_BYTES];
    vv_month_format(statement->month, month);
    if (business_date < vv_date_add_months(statement->month, 1)) {
        (void)vv_cli_wrong(making->cli, "wait until the month is over",
                           "%s is not over: more may be posted in it", month);
        return false;
    }
    if (statement->count == 0) {
        (void)vv_cli_wrong(making->cli, "`vagval ledger` shows balances",
                           "nothing was posted for %s in %s", statement->contract.number, month);
        return false;
    }
    if (statement->examples > 0 && !vv_args_flag(making->args, "allow-example")) {
        (void)vv_cli_wrong(
            making->cli, "publish a scheme with real prices and VAT, or pass --allow-example",
            "%zu posted lines rest on prices or VAT marked `status: example`", statement->examples);
        return false;
    }
    return true;
}

/* A month that the provider bills itself is not billed in its name as well. */
static bool is_unbilled(const struct making *making, struct vv_client *client)
{
    char number[VV_NAME_BYTES_MAX + 1];
    if (!vv_statement_billed(client, making->cli, &making->statement, number)) {
        return false;
    }
    if (number[0] != '\0') {
        (void)vv_cli_wrong(making->cli,
                           "`vagval pay invoice list` shows it; it must be credited first",
                           "the provider has billed this month itself: %s", number);
        return false;
    }
    return true;
}

static int write_out(const struct making *making)
{
    const char *out = vv_args_text(making->args, "out", NULL);
    struct vv_vat_summary sums = {.count = 0};
    struct vv_error error = {0};
    struct buffer buffer = {0};
    char net[VV_MONEY_TEXT_BYTES];
    char total[VV_MONEY_TEXT_BYTES];
    enum vv_status status = vv_invoice_write(&making->invoice, append, &buffer, &error);
    for (size_t i = 0; status == VV_OK && i < making->invoice.line_count; i++) {
        status = vv_vat_add(&sums, making->lines[i].vat, making->lines[i].amount);
    }
    status = status == VV_OK ? vv_vat_close(&sums) : status;
    if (status == VV_OK) {
        status = vv_file_write(out, buffer.bytes, buffer.len, 0644, &error);
    }
    free(buffer.bytes);
    if (status != VV_OK) {
        return vv_cli_fail(making->cli, &error, "nothing was written");
    }
    vv_money_format(sums.base, !making->cli->json, net);
    vv_money_format(sums.total, !making->cli->json, total);
    if (making->cli->json) {
        return vv_cli_json(
            making->cli,
            json_pack("{s:s, s:s, s:i, s:i, s:s, s:I, s:I, s:I, s:b}", "file", out, "number",
                      making->invoice.number, "type", (int)making->invoice.type, "lines",
                      (int)making->invoice.line_count, "currency", making->invoice.currency, "net",
                      (json_int_t)sums.base, "tax", (json_int_t)sums.tax, "payable",
                      (json_int_t)sums.total, "example", making->statement.examples > 0 ? 1 : 0),
            VV_EXIT_OK);
    }
    (void)fprintf(making->cli->out, "%s: %s, %zu lines, net %s, with VAT %s %s%s\n", out,
                  making->invoice.number, making->invoice.line_count, net, total,
                  making->invoice.currency, making->statement.examples > 0 ? " *" : "");
    return VV_EXIT_OK;
}

static int make(struct vv_cli *cli, const struct vv_args *args, bool order)
{
    const char *contract = vv_args_text(args, "contract", NULL);
    const char *month_text = vv_args_text(args, "month", NULL);
    struct vv_contract_found found;
    vv_date month = 0;
    if (contract == NULL || month_text == NULL || vv_args_text(args, "out", NULL) == NULL ||
        !vv_month_parse(month_text, &month)) {
        return vv_cli_usage(cli, args->command->example,
                            "--contract, --month (as 2020-05) and --out are needed");
    }
    struct vv_client *client = vv_client_open(cli);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    struct making making = {
        .cli = cli, .args = args, .scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT)};
    int code = VV_EXIT_PROBLEM;
    if (vv_contract_find(client, cli, making.scheme, contract, &found) &&
        vv_statement_fetch(client, cli, &found, month, &making.statement) &&
        may_go_out(&making, vv_client_business_date(client)) &&
        (order || is_unbilled(&making, client)) && fill(&making, client, order)) {
        code = write_out(&making);
    }
    vv_statement_free(&making.statement);
    free(making.lines);
    free(making.case_refs);
    free(making.ids);
    vv_client_close(&client);
    return code;
}

int vv_command_invoice_make(struct vv_cli *cli, const struct vv_args *args)
{
    return make(cli, args, false);
}

int vv_command_invoice_order(struct vv_cli *cli, const struct vv_args *args)
{
    return make(cli, args, true);
}
