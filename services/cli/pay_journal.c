/*
 * pay_journal.c: `vagval pay journal`: the vouchers behind a run. The items that the run took are
 * read from their partitions and held against the hash that was frozen with the run.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../documents/journal.h"
#include "../payment/invoice_due.h"
#include "../payment/payrun.h"
#include "commands.h"
#include "payrun_client.h"
#include "payrun_segments.h"

#define ACCOUNT_BYTES 128
#define LINES_MAX 512

/* Kinds of a line, as stored. */
#define RECOVERY 1
#define SET_OFF 3
#define CLAIM 4
#define REVERSED 5

struct journal_work {
    struct vv_cli *cli;
    struct vv_client *client;
    struct vv_journal *journal;
    const char *scheme;
    FILE *out;
    struct vv_journal_head head;
    char accounts[6][16];
    struct vv_run_segment *segments;
    size_t segment_count;
    Vagval__V1__PayRun *run;
    enum vv_status status;
    struct vv_error error;
};

/* ---- vouchers ---- */

static void contract_account(const char *prefix, ProtobufCBinaryData contract,
                             char ret_account[static ACCOUNT_BYTES])
{
    char text[VV_ID_TEXT_BYTES] = "";
    struct vv_id id;
    if (vv_id_from_bytes(contract.data, contract.len, &id) == VV_OK) {
        vv_id_format(id, text);
    }
    (void)snprintf(ret_account, ACCOUNT_BYTES, "%s:%s", prefix, text);
}

/* What a line is an expense of, or else: a set-off or a claim takes what an approved recovery
 * booked, and an invoice's VAT is no expense. */
static void line_account(const struct journal_work *work, const Vagval__V1__PayableLine *line,
                         char ret_account[static ACCOUNT_BYTES])
{
    if (line->kind == SET_OFF || line->kind == CLAIM) {
        contract_account("recovery", line->contract, ret_account);
    } else if (line->kind == VV_INVOICE_VAT_KIND) {
        (void)snprintf(ret_account, ACCOUNT_BYTES, "vat:%.48s", work->run->scheme);
    } else {
        (void)snprintf(ret_account, ACCOUNT_BYTES, "expense:%.48s:%.48s", work->run->scheme,
                       line->component);
    }
}

/* The ledger's other account of a line (ledger.h). */
static const char *against(const Vagval__V1__PayableLine *line)
{
    if (line->kind == RECOVERY || line->kind == REVERSED) {
        return "recovery";
    }
    return line->kind == CLAIM ? "claim" : "provider";
}

/* A posting batch, or what an invoice made payable: expense or VAT against provider, per line; a
 * recovery and what becomes of it, each against its own account. What comes back from an earlier
 * run is in the books already. */
static void item_voucher(struct journal_work *work, const Vagval__V1__Payable *item)
{
    struct vv_journal_line lines[2 * LINES_MAX];
    char(*names)[ACCOUNT_BYTES] = NULL;
    char voucher[VV_ID_TEXT_BYTES] = "";
    struct vv_id id;
    if (item->case_id.len == 0 && item->booked == 0) {
        return;
    }
    names = malloc((2 * item->n_lines + 1) * sizeof(*names));
    if (names == NULL || item->n_lines > LINES_MAX) {
        free(names);
        work->status =
            vv_fail(&work->error, VV_TOO_LARGE, "journal", NULL, 0, "a batch is too large");
        return;
    }
    for (size_t i = 0; i < item->n_lines; i++) {
        const Vagval__V1__PayableLine *line = item->lines[i];
        line_account(work, line, names[2 * i]);
        int64_t amount = line->amount + line->books; /* one of them is 0 */
        contract_account(against(line), line->contract, names[2 * i + 1]);
        lines[2 * i] = (struct vv_journal_line){names[2 * i], amount};
        lines[2 * i + 1] = (struct vv_journal_line){names[2 * i + 1], -amount};
    }
    if (vv_id_from_bytes(item->batch.data, item->batch.len, &id) == VV_OK) {
        vv_id_format(id, voucher);
    }
    work->status = vv_journal_voucher(work->journal, voucher, item->booked,
                                      item->case_id.len == 0 ? "invoice" : "posting", lines,
                                      2 * item->n_lines, &work->error);
    free(names);
}

static void payment_voucher(struct journal_work *work, const Vagval__V1__RunPayment *payment,
                            bool back)
{
    size_t count = payment->n_contracts;
    struct vv_journal_line *lines = calloc(count + 1, sizeof(*lines));
    char(*names)[ACCOUNT_BYTES] = calloc(count + 1, sizeof(*names));
    char name[VV_PAYRUN_NAME_BYTES];
    char voucher[VV_PAYRUN_NAME_BYTES + 16];
    vv_payrun_name(work->run, name);
    (void)snprintf(voucher, sizeof(voucher), "%s/%u%s", name, (unsigned)payment->number,
                   back ? "R" : "");
    if (lines == NULL || names == NULL) {
        work->status = vv_fail(&work->error, VV_NO_MEMORY, "journal", NULL, 0, "no memory");
    } else {
        int64_t sign = back ? -1 : 1;
        for (size_t i = 0; i < count; i++) {
            contract_account("provider", payment->contracts[i]->contract, names[i]);
            lines[i] = (struct vv_journal_line){names[i], sign * payment->contracts[i]->amount};
        }
        lines[count] = (struct vv_journal_line){"bank", -sign * payment->amount};
        work->status = vv_journal_voucher(work->journal, voucher, work->run->date,
                                          back ? "payment rejected by the bank" : "payment", lines,
                                          count + 1, &work->error);
    }
    free(lines);
    free(names);
}

/* ---- reading ---- */

static enum vv_status begin_journal(struct journal_work *work, const Vagval__V1__RunView *view)
{
    size_t len = protobuf_c_message_get_packed_size(&view->body->base);
    uint8_t *bytes = malloc(len + 1);
    if (bytes != NULL) {
        (void)protobuf_c_message_pack(&view->body->base, bytes);
        work->run = vagval__v1__pay_run__unpack(NULL, len, bytes);
    }
    free(bytes);
    work->segments = calloc(view->n_segments + 1, sizeof(*work->segments));
    if (work->run == NULL || work->segments == NULL) {
        return vv_fail(&work->error, VV_NO_MEMORY, "journal", NULL, 0, "no memory");
    }
    for (size_t i = 0; i < view->n_segments; i++) {
        work->segments[work->segment_count++] = vv_run_segment_of(view->segments[i]);
    }
    const Vagval__V1__Debtor *debtor = work->run->debtor;
    work->head.company = debtor == NULL ? "" : debtor->name;
    work->head.organisation_number = debtor == NULL ? "" : debtor->organisation_number;
    work->head.currency = work->run->currency;
    work->head.made = work->run->date;
    return vv_journal_open(work->out, &work->head, &work->journal, &work->error);
}

static void on_page(void *context, const Vagval__V1__RunView *view)
{
    struct journal_work *work = context;
    if (work->run == NULL) {
        work->status = begin_journal(work, view);
    }
    bool released = view->body->release > 0;
    for (size_t i = 0; work->status == VV_OK && released && i < view->n_payments; i++) {
        const Vagval__V1__RunPayment *payment = view->payments[i];
        if (payment->number > 0) {
            payment_voucher(work, payment, false);
        }
        if (payment->state == VV_PAYMENT_REJECTED && work->status == VV_OK) {
            payment_voucher(work, payment, true);
        }
    }
}

static void take_item(void *context, const Vagval__V1__Payable *item)
{
    struct journal_work *work = context;
    if (work->status == VV_OK) {
        item_voucher(work, item);
    }
}

static bool read_segment(struct journal_work *work, const struct vv_run_segment *segment)
{
    char text[256] = "";
    enum vv_status status =
        vv_run_segment_read(work->client, work->run, segment, take_item, work, text, sizeof(text));
    if (status != VV_OK && status != VV_CORRUPT) {
        (void)vv_cli_wrong(work->cli, "give the command again", "partition %u does not answer: %s",
                           segment->partition, text);
        return false;
    }
    if (work->status == VV_OK && status == VV_CORRUPT) {
        work->status = vv_fail(&work->error, VV_CORRUPT, "journal", NULL, 0,
                               "the postings of partition %u are not those that were frozen",
                               segment->partition);
    }
    return true;
}

static int write_journal(struct journal_work *work, struct vv_id run)
{
    if (!vv_payrun_walk(work->client, work->cli, run, true, on_page, work)) {
        return VV_EXIT_PROBLEM;
    }
    for (size_t i = 0; work->status == VV_OK && i < work->segment_count; i++) {
        if (!read_segment(work, &work->segments[i])) {
            return VV_EXIT_PROBLEM;
        }
    }
    if (work->status == VV_OK) {
        work->status = vv_journal_finish(work->journal, &work->error);
    }
    return work->status == VV_OK ? VV_EXIT_OK : vv_cli_fail(work->cli, &work->error, NULL);
}

/* ---- the command ---- */

/* The account numbers of a chart of accounts. */
#define ACCOUNTS_DEFAULT "expense=4600,provider=2440,recovery=1680,claim=1510,vat=2640,bank=1930"
static bool read_accounts(const char *text, struct journal_work *work)
{
    static const char *const names[] = {
        "expense=", "provider=", "recovery=", "bank=", "vat=", "claim="};
    for (size_t i = 0; i < 6; i++) {
        const char *at = strstr(text, names[i]);
        size_t len = at == NULL ? 0 : strspn(at + strlen(names[i]), "0123456789");
        if (len == 0 || len >= sizeof(work->accounts[i])) {
            return false;
        }
        memcpy(work->accounts[i], at + strlen(names[i]), len);
    }
    work->head.expense = work->accounts[0];
    work->head.provider = work->accounts[1];
    work->head.recovery = work->accounts[2];
    work->head.bank = work->accounts[3];
    work->head.vat = work->accounts[4];
    work->head.claim = work->accounts[5];
    return true;
}

int vv_command_pay_journal(struct vv_cli *cli, const struct vv_args *args)
{
    struct journal_work work = {.cli = cli, .out = cli->out};
    struct vv_id run;
    const char *path = vv_args_text(args, "out", NULL);
    int code = VV_EXIT_PROBLEM;
    if (!vv_payrun_parse(cli, args->words[0], &run)) {
        return VV_EXIT_USAGE;
    }
    if (!read_accounts(vv_args_text(args, "accounts", ACCOUNTS_DEFAULT), &work)) {
        return vv_cli_usage(cli, "for example " ACCOUNTS_DEFAULT,
                            "--accounts wants the numbers of six accounts");
    }
    work.head.form = vv_args_flag(args, "sie") ? VV_JOURNAL_SIE : VV_JOURNAL_CSV;
    work.client = vv_client_open_for(cli, 1u << VV_PAYMENT | 1u << VV_REGISTRY);
    if (work.client != NULL && path != NULL) {
        work.out = fopen(path, "wbe");
    }
    if (work.client != NULL && work.out == NULL) {
        code = vv_cli_wrong(cli, NULL, "%s cannot be written: %s", path, strerror(errno));
    } else if (work.client != NULL) {
        code = write_journal(&work, run);
    }
    vv_journal_close(&work.journal);
    if (work.out != NULL && work.out != cli->out && fclose(work.out) != 0) {
        code = vv_cli_wrong(cli, NULL, "%s cannot be written: %s", path, strerror(errno));
    }
    if (work.run != NULL) {
        vagval__v1__pay_run__free_unpacked(work.run, NULL);
    }
    free(work.segments);
    vv_client_close(&work.client);
    return code;
}
