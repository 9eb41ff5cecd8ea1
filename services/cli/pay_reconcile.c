/*
 * pay_reconcile.c: `vagval pay reconcile`: follows a scheme's money from what is owed to what the
 * bank has confirmed. Each step's difference to the one before has a line of its own; what no line
 * explains is an error.
 */
#include <string.h>

#include "../payment/payrun.h"
#include "commands.h"
#include "payrun_client.h"
#include "scheme_book.h"
#include "sums.h"
#include "table.h"

struct reconciling {
    const char *scheme;
    int64_t posted, proposed;    /* ledger */
    int64_t recovering;          /* approved recoveries that are not set off */
    int64_t by_state;            /* posted, and paid by the state: no bank file */
    int64_t vat;                 /* of invoices that agree; no posting holds it */
    int64_t awaiting;            /* posted, and waits for its invoice */
    int64_t invoiced;            /* paid outside by invoice: taken off the lists again */
    int64_t payable, taken;      /* ever appended to the lists, and taken by runs */
    int64_t returned;            /* what runs gave back */
    int64_t drafting;            /* taken by runs that are not frozen yet */
    int64_t drafted, approved;   /* frozen, in runs that wait */
    int64_t released, confirmed; /* sent and not decided; accepted by the bank */
    uint32_t runs;
};

static bool is_of(const char *name, const char *prefix, const char *scheme, bool exact)
{
    size_t len = strlen(prefix);
    size_t scheme_len = strlen(scheme);
    return strncmp(name, prefix, len) == 0 && strncmp(name + len, scheme, scheme_len) == 0 &&
           name[len + scheme_len] == (exact ? '\0' : ':');
}

static void take_ledger(struct reconciling *work, const struct vv_ledger *ledger)
{
    for (size_t i = 0; i < ledger->balances.count; i++) {
        const struct vv_sum *sum = &ledger->balances.items[i];
        work->posted += is_of(sum->name, "expense:", work->scheme, false) ? sum->amount : 0;
    }
    for (size_t i = 0; i < ledger->components.count; i++) {
        const struct vv_sum *sum = &ledger->components.items[i];
        work->proposed += is_of(sum->name, "proposed:", work->scheme, false) ? sum->amount : 0;
        work->payable += is_of(sum->name, "payable:", work->scheme, true) ? sum->amount : 0;
        work->taken += is_of(sum->name, "taken:", work->scheme, true) ? sum->amount : 0;
        work->recovering += is_of(sum->name, "recovering:", work->scheme, true) ? sum->amount : 0;
        work->invoiced += is_of(sum->name, "invoiced:", work->scheme, true) ? sum->amount : 0;
        work->vat += is_of(sum->name, "vat:", work->scheme, true) ? sum->amount : 0;
        work->awaiting += is_of(sum->name, "awaiting:", work->scheme, true) ? sum->amount : 0;
        work->by_state += is_of(sum->name, "paid_by_state:", work->scheme, true) ? sum->amount : 0;
    }
}

static bool take_run(void *context, const Vagval__V1__RunView *view)
{
    struct reconciling *work = context;
    const Vagval__V1__PayRun *run = view->body;
    if (strcmp(run->scheme, work->scheme) != 0) {
        return true;
    }
    /* Of a frozen run: all that it took = what it gave back + what goes to the bank. */
    int64_t kept = run->total - run->requeued;
    work->runs++;
    work->returned += run->requeued;
    switch ((enum vv_payrun_state)run->state) {
    case VV_RUN_DRAFTING:
        work->drafting += run->total;
        break;
    case VV_RUN_DRAFTED:
        work->drafted += kept;
        break;
    case VV_RUN_APPROVED:
        work->approved += kept;
        break;
    case VV_RUN_RELEASED:
    case VV_RUN_CONFIRMED:
    case VV_RUN_PARTIALLY:
    case VV_RUN_REJECTED:
        work->confirmed += run->accepted_amount;
        work->released += kept - run->accepted_amount;
        break;
    case VV_RUN_CANCELLED:
    case VV_RUN_NONE:
        break;
    }
    return true;
}

struct line {
    const char *key, *text;
    int64_t amount;
};

static int tell(struct vv_cli *cli, const struct reconciling *work, const char *currency)
{
    int64_t waiting = work->payable - work->taken;
    int64_t in_runs =
        work->drafting + work->drafted + work->approved + work->released + work->confirmed;
    /* What was posted, and the VAT on it, is waiting, in a run, with the bank or paid; or the state
     * pays it. */
    int64_t unexplained = work->posted + work->vat - work->by_state - work->invoiced -
                          work->recovering - work->awaiting - waiting - in_runs;
    const struct line lines[] = {
        {"owed", "owed: posted, and proposals to recover", work->posted + work->proposed},
        {"proposed", "  of which proposals that wait for a decision", work->proposed},
        {"posted", "posted to providers", work->posted},
        {"vat", "VAT of invoices that agree", work->vat},
        {"awaiting_invoice", "  waits for the provider's invoice", work->awaiting},
        {"paid_by_state", "  paid by the state, in no bank file", work->by_state},
        {"paid_by_invoice", "  paid outside, by invoice, with VAT", work->invoiced},
        {"recovering", "  approved recoveries, claimed or not set off yet", work->recovering},
        {"waiting", "  not in a run yet, or come back from one", waiting},
        {"drafting", "  in runs that are not frozen", work->drafting},
        {"drafted", "  in drafted runs", work->drafted},
        {"approved", "  in approved runs", work->approved},
        {"released", "  released, the bank has not decided", work->released},
        {"confirmed", "  confirmed by the bank", work->confirmed},
        {"unexplained", "not explained", unexplained}};
    int code = unexplained == 0 ? VV_EXIT_OK : VV_EXIT_PROBLEM;
    json_t *document = json_object();
    struct vv_table *table = vv_table_create("what|>amount");
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        char text[VV_MONEY_TEXT_BYTES];
        vv_money_format(lines[i].amount, 1, text);
        vv_table_cell(table, "%s", lines[i].text);
        vv_table_cell(table, "%s", text);
        (void)json_object_set_new(document, lines[i].key,
                                  json_integer((json_int_t)lines[i].amount));
    }
    (void)json_object_set_new(document, "returned", json_integer((json_int_t)work->returned));
    (void)json_object_set_new(document, "scheme", json_string(work->scheme));
    (void)json_object_set_new(document, "currency", json_string(currency));
    (void)json_object_set_new(document, "runs", json_integer((json_int_t)work->runs));
    if (cli->json) {
        code = vv_cli_json(cli, json_incref(document), code);
    } else {
        (void)fprintf(cli->out, "%s, %u runs, %s\n", work->scheme, (unsigned)work->runs, currency);
        vv_table_print(table, cli->out);
        (void)fprintf(cli->out, "%s\n",
                      unexplained == 0 ? "every amount is explained"
                                       : "NOT EXPLAINED: see above; `vagval verify` compares the "
                                         "postings with their facts");
    }
    json_decref(document);
    vv_table_destroy(&table);
    return code;
}

int vv_command_pay_reconcile(struct vv_cli *cli, const struct vv_args *args)
{
    struct reconciling work = {.scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT)};
    struct vv_ledger ledger;
    int code = VV_EXIT_PROBLEM;
    struct vv_client *client = vv_client_open(cli);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    if (!vv_scheme_published(client, cli, work.scheme)) {
        vv_client_close(&client);
        return VV_EXIT_PROBLEM;
    }
    if (!vv_ledger_fetch(client, &ledger)) {
        code = vv_cli_wrong(cli, "`vagval status` shows whether payment is up",
                            "the ledger could not be read whole: %s", ledger.problem);
    } else if (vv_payrun_each(client, cli, take_run, &work)) {
        take_ledger(&work, &ledger);
        code = tell(cli, &work, ledger.currency);
    }
    vv_ledger_free(&ledger);
    vv_client_close(&client);
    return code;
}
