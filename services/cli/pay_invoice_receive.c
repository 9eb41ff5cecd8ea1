/*
 * pay_invoice_receive.c: `vagval pay invoice receive FILE`: a provider's own invoice or credit
 * note, read, held against what stands posted, and handed to payment.
 */
#include <ctype.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "../documents/invoice.h"
#include "files.h"
#include "options.h"
#include "pay_invoice.h"
#include "vagval/arena.h"

#define ARENA_BYTES (8 * 1024 * 1024)
#define SENT_LINES_MAX 1000 /* as payment takes them */

struct receiving {
    struct vv_cli *cli;
    const struct vv_args *args;
    struct vv_arena arena;
    struct vv_invoice invoice;
    struct vv_contract_found contract;
    struct vv_statement statement;
    char contract_number[VV_CODE_BYTES_MAX + 1];
    vv_date month;
    uint8_t hash[32];
    const char *scheme;
};

/* ---- whose invoice, for which month ---- */

/* "KA-000028/2020-05", the number of our order, unless the options say it. */
static bool read_order(struct receiving *receiving)
{
    const char *order = receiving->invoice.order;
    const char *slash = strrchr(order, '/');
    const char *contract = vv_args_text(receiving->args, "contract", NULL);
    const char *month = vv_args_text(receiving->args, "month", NULL);
    size_t len = slash == NULL ? 0 : (size_t)(slash - order);
    if (contract == NULL && (len == 0 || len >= sizeof(receiving->contract_number))) {
        (void)vv_cli_wrong(receiving->cli, "pass --contract and --month",
                           "the document's order reference is not CONTRACT/YYYY-MM");
        return false;
    }
    (void)snprintf(receiving->contract_number, sizeof(receiving->contract_number), "%.*s",
                   contract != NULL ? (int)strlen(contract) : (int)len,
                   contract != NULL ? contract : order);
    if (month == NULL && slash != NULL) {
        month = slash + 1;
    }
    if (month == NULL || !vv_month_parse(month, &receiving->month)) {
        (void)vv_cli_wrong(receiving->cli, "pass --month, as 2020-05",
                           "the document's order reference names no month");
        return false;
    }
    return true;
}

static bool same_digits(const char *a, const char *b)
{
    for (;;) {
        while (*a != '\0' && !isdigit((unsigned char)*a)) {
            a++;
        }
        while (*b != '\0' && !isdigit((unsigned char)*b)) {
            b++;
        }
        if (*a != *b || *a == '\0') {
            return *a == *b;
        }
        a++;
        b++;
    }
}

static bool is_from_provider(const struct receiving *receiving)
{
    const char *supplier = receiving->invoice.supplier.legal_id;
    if (supplier[0] == '\0' || !same_digits(supplier, receiving->contract.organisation_number)) {
        (void)vv_cli_wrong(receiving->cli, "only the contract's own provider bills it",
                           "the document's supplier (%.20s) is not the provider of %s (%s)",
                           supplier[0] == '\0' ? "no number" : supplier, receiving->contract.number,
                           receiving->contract.organisation_number);
        return false;
    }
    return true;
}

/* ---- the command ---- */

static Vagval__V1__BilledLine *new_line(struct vv_arena *arena)
{
    Vagval__V1__BilledLine *line = vv_arena_alloc(arena, sizeof(*line));
    if (line != NULL) {
        vagval__v1__billed_line__init(line);
    }
    return line;
}

static void set_case(struct vv_arena *arena, struct vv_id id, Vagval__V1__BilledLine *line)
{
    uint8_t *copy = vv_arena_copy(arena, id.bytes, sizeof(id.bytes));
    if (copy != NULL) {
        line->case_id = (ProtobufCBinaryData){sizeof(id.bytes), copy};
    }
}

static char *code_of(struct vv_vat_class vat)
{
    return (char *)(uintptr_t)vv_vat_category(vat.category)->code;
}

static bool add_billed(struct receiving *receiving, Vagval__V1__ReceiveInvoice *command)
{
    const struct vv_invoice *invoice = &receiving->invoice;
    struct vv_arena *arena = &receiving->arena;
    command->lines = vv_arena_alloc(arena, (invoice->line_count + 1) * sizeof(command->lines[0]));
    for (size_t i = 0; command->lines != NULL && i < invoice->line_count; i++) {
        const struct vv_invoice_line *from = &invoice->lines[i];
        Vagval__V1__BilledLine *line = new_line(arena);
        struct vv_id id;
        if (line == NULL) {
            return false;
        }
        line->line = (char *)(uintptr_t)from->id;
        line->component = (char *)(uintptr_t)from->component;
        line->period = from->period_start == VV_DATE_NONE ? 0 : from->period_start;
        line->amount = from->amount;
        line->vat_category = code_of(from->vat);
        line->vat_rate_hundredths = (uint32_t)from->vat.rate_hundredths;
        if (vv_id_parse(from->case_ref, &id) == VV_OK) {
            set_case(arena, id, line);
        }
        command->lines[command->n_lines++] = line;
    }
    return command->lines != NULL;
}

static bool add_owed(struct receiving *receiving, Vagval__V1__ReceiveInvoice *command)
{
    const struct vv_statement *statement = &receiving->statement;
    struct vv_arena *arena = &receiving->arena;
    command->owed = vv_arena_alloc(arena, (statement->count + 1) * sizeof(command->owed[0]));
    for (size_t i = 0; command->owed != NULL && i < statement->count; i++) {
        const struct vv_statement_line *from = &statement->lines[i];
        Vagval__V1__BilledLine *line = new_line(arena);
        if (line == NULL) {
            return false;
        }
        line->component = (char *)(uintptr_t)from->component;
        line->period = from->period;
        line->amount = from->amount;
        line->vat_category = code_of(from->vat);
        line->vat_rate_hundredths = (uint32_t)from->vat.rate_hundredths;
        line->on_invoice = from->on_invoice;
        line->example = from->example;
        set_case(arena, from->case_id, line);
        command->owed[command->n_owed++] = line;
    }
    return command->owed != NULL;
}

static bool fill(struct receiving *receiving, Vagval__V1__ReceiveInvoice *command)
{
    const struct vv_invoice *invoice = &receiving->invoice;
    command->source = receiving->cli->as;
    command->contract =
        (ProtobufCBinaryData){sizeof(receiving->contract.id.bytes), receiving->contract.id.bytes};
    command->contract_number = receiving->contract.number;
    command->month = receiving->month;
    command->number = (char *)(uintptr_t)invoice->number;
    command->type = (uint32_t)invoice->type;
    command->corrects =
        (char *)(uintptr_t)(vv_invoice_is_credit(invoice->type) ? invoice->corrects : "");
    command->supplier = receiving->contract.organisation_number;
    command->issued_on = invoice->issued_on;
    command->due_on = invoice->due_on == VV_DATE_NONE ? 0 : invoice->due_on;
    command->currency = (char *)(uintptr_t)invoice->currency;
    command->net = invoice->sums.base;
    command->tax = invoice->sums.tax;
    command->payable = invoice->sums.total;
    command->evidence = (ProtobufCBinaryData){sizeof(receiving->hash), receiving->hash};
    if (invoice->line_count > SENT_LINES_MAX || receiving->statement.count > SENT_LINES_MAX) {
        (void)vv_cli_wrong(receiving->cli, "have the month billed in parts",
                           "%zu lines billed and %zu posted: at most %d of each can be matched",
                           invoice->line_count, receiving->statement.count, SENT_LINES_MAX);
        return false;
    }
    if (!add_billed(receiving, command) || !add_owed(receiving, command)) {
        (void)vv_cli_wrong(receiving->cli, NULL, "no memory");
        return false;
    }
    return true;
}

/* The id follows from the content: sent again after a lost answer, it is the same command; with
 * something else owed by then, it is another. */
static struct vv_id id_of(struct receiving *receiving, const Vagval__V1__ReceiveInvoice *command)
{
    char text[VV_VERSION_TEXT_BYTES];
    size_t len = protobuf_c_message_get_packed_size(&command->base);
    uint8_t *bytes = vv_arena_alloc(&receiving->arena, len + 1);
    if (bytes == NULL) {
        return vv_client_random_id();
    }
    (void)protobuf_c_message_pack(&command->base, bytes);
    vv_version_of(bytes, len, text);
    return vv_id_fact("invoice", "receive", text);
}

static int send(struct receiving *receiving, struct vv_client *client)
{
    Vagval__V1__ReceiveInvoice command = VAGVAL__V1__RECEIVE_INVOICE__INIT;
    struct vv_client_answer answer;
    if (!fill(receiving, &command)) {
        return VV_EXIT_PROBLEM;
    }
    struct vv_id subject = vv_invoice_id(receiving->contract.id, receiving->invoice.number);
    struct vv_request request = {.service = VV_PAYMENT,
                                 .partition = vv_id_partition(subject),
                                 .type = VV_MSG_RECEIVE_INVOICE,
                                 .id = id_of(receiving, &command),
                                 .subject = subject,
                                 .scheme = receiving->scheme};
    vv_client_call(client, request, &command.base, &answer);
    int code = VV_EXIT_PROBLEM;
    if (answer.status != VV_OK) {
        struct vv_error error = {.status = answer.status};
        (void)snprintf(error.field, sizeof(error.field), "%s", answer.field);
        (void)snprintf(error.text, sizeof(error.text), "%s", answer.text);
        (void)vv_cli_fail(receiving->cli, &error, "nothing was taken in");
    } else {
        const Vagval__V1__InvoiceState *state = (const Vagval__V1__InvoiceState *)answer.body;
        bool agrees =
            strcmp(state->state, "received") != 0 && strcmp(state->state, "disputed") != 0;
        code = vv_invoice_print(receiving->cli, state, agrees ? VV_EXIT_OK : VV_EXIT_PROBLEM);
    }
    vv_client_answer_free(&answer);
    return code;
}

static int receive(struct receiving *receiving)
{
    struct vv_cli *cli = receiving->cli;
    struct vv_error error = {0};
    const char *file = receiving->args->words[0];
    char *bytes = NULL;
    size_t len = 0;
    enum vv_status status = vv_file_read(file, VV_INVOICE_BYTES_MAX, &bytes, &len, &error);
    if (status == VV_OK) {
        (void)crypto_hash_sha256(receiving->hash, (const uint8_t *)bytes, len);
        status = vv_invoice_read(file, bytes, len, &receiving->arena.allocator, &receiving->invoice,
                                 &error);
    }
    free(bytes);
    if (status != VV_OK) {
        return vv_cli_fail(cli, &error, "nothing was taken in; have the document corrected");
    }
    if (!read_order(receiving)) {
        return VV_EXIT_PROBLEM;
    }
    struct vv_client *client = vv_client_open(cli);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    int code = VV_EXIT_PROBLEM;
    if (vv_contract_find(client, cli, receiving->scheme, receiving->contract_number,
                         &receiving->contract) &&
        is_from_provider(receiving) &&
        vv_statement_fetch(client, cli, &receiving->contract, receiving->month,
                           &receiving->statement)) {
        code = send(receiving, client);
    }
    vv_statement_free(&receiving->statement);
    vv_client_close(&client);
    return code;
}

int vv_command_invoice_receive(struct vv_cli *cli, const struct vv_args *args)
{
    struct receiving receiving = {
        .cli = cli, .args = args, .scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT)};
    void *memory = malloc(ARENA_BYTES);
    if (memory == NULL) {
        return vv_cli_wrong(cli, NULL, "no memory");
    }
    vv_arena_init(&receiving.arena, memory, ARENA_BYTES);
    int code = receive(&receiving);
    free(memory);
    return code;
}
