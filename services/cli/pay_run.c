/*
 * pay_run.c: `vagval pay run`, `runs`, `show`, `approve`, `cancel`: a payment run until it is
 * approved. Each may be given again after a crash anywhere: it goes on where it was.
 */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "../payment/payrun.h"
#include "commands.h"
#include "payrun_client.h"
#include "payrun_day.h"
#include "table.h"
#include "vagval/limits.h"

#define OPEN_STEP 0x4F50454Eu /* one opening per run */
#define POLL_MS 50
#define PATIENCE_POLLS 2400 /* two minutes */

/* ---- run ---- */

static bool open_run(struct vv_client *client, struct vv_cli *cli, const struct vv_args *args,
                     const char *scheme, struct vv_id *ret_run)
{
    Vagval__V1__OpenRun body = VAGVAL__V1__OPEN_RUN__INIT;
    struct vv_client_answer answer;
    body.scheme = (char *)(uintptr_t)scheme;
    body.date = (int32_t)vv_args_number(args, "date", 0);
    body.number = (uint32_t)vv_args_number(args, "number", 1);
    *ret_run = vv_payrun_id(body.scheme, body.date, body.number);
    bool good =
        vv_payrun_may_open(client, cli, *ret_run) &&
        vv_payrun_send(client, cli, VV_MSG_OPEN_RUN, *ret_run, vv_id_step(*ret_run, OPEN_STEP),
                       &body.base, "publish the scheme, and give a date that has been reached",
                       &answer);
    if (good) {
        vv_client_answer_free(&answer);
    }
    return good;
}

/* Until the run is frozen: partitions hand in their segments, then payees are looked up. */
static bool complete_run(struct vv_client *client, struct vv_cli *cli, struct vv_id run)
{
    Vagval__V1__ResolveRun body = VAGVAL__V1__RESOLVE_RUN__INIT;
    body.run = (ProtobufCBinaryData){sizeof(run.bytes), run.bytes};
    for (unsigned polls = 0; polls < PATIENCE_POLLS;) {
        struct vv_client_answer answer;
        if (!vv_payrun_send(client, cli, VV_MSG_RESOLVE_RUN, run, (struct vv_id){{0}}, &body.base,
                            "give the same command again: it goes on where it was", &answer)) {
            return false;
        }
        const Vagval__V1__RunView *view = (const Vagval__V1__RunView *)answer.body;
        bool done = view->body->state != VV_RUN_DRAFTING;
        bool waits = view->unresolved == 0;
        vv_client_answer_free(&answer);
        if (done) {
            return true;
        }
        if (waits) {
            (void)usleep(POLL_MS * 1000);
            polls++;
        }
    }
    (void)vv_cli_wrong(cli, "give the same command again: it goes on where it was",
                       "the run is not collected yet; payment goes on with it");
    return false;
}

struct showing {
    const struct vv_cli *cli;
    struct vv_table *table;
    json_t *document, *payments;
};

static int64_t vat_of(const Vagval__V1__RunPayment *payment)
{
    int64_t vat = 0;
    for (size_t i = 0; i < payment->n_contracts; i++) {
        vat += payment->contracts[i]->vat;
    }
    return vat;
}

static void show_payment(struct showing *showing, const Vagval__V1__RunPayment *payment)
{
    char text[VV_MONEY_TEXT_BYTES];
    const char *kind = payment->account == NULL ? "" : payment->account->kind;
    const char *number = payment->account == NULL ? "" : payment->account->number;
    if (showing->payments != NULL) {
        (void)json_array_append_new(
            showing->payments,
            json_pack("{s:i, s:s, s:s, s:I, s:I, s:s, s:s, s:s, s:s, s:s}", "number",
                      (int)payment->number, "organisation_number", payment->organisation_number,
                      "name", payment->name, "amount", (json_int_t)payment->amount, "vat",
                      (json_int_t)vat_of(payment), "account_kind", kind, "account", number, "state",
                      vv_payrun_payment_state_name(payment->state), "reason", payment->reason,
                      "shared_with", payment->shared_with));
        return;
    }
    vv_money_format(payment->amount, 1, text);
    if (payment->number > 0) {
        vv_table_cell(showing->table, "%u", (unsigned)payment->number);
    } else {
        vv_table_cell(showing->table, "%s", "-");
    }
    vv_table_cell(showing->table, "%s", payment->organisation_number);
    vv_table_cell(showing->table, "%s", payment->name);
    vv_table_cell(showing->table, "%s", text);
    vv_money_format(vat_of(payment), 1, text);
    vv_table_cell(showing->table, "%s", text);
    vv_table_cell(showing->table, "%s %s", kind, number);
    vv_table_cell(showing->table, "%s", vv_payrun_payment_state_name(payment->state));
    if (payment->shared_with[0] != '\0') {
        vv_table_cell(showing->table, "WARNING: also the account of %s", payment->shared_with);
    } else {
        vv_table_cell(showing->table, "%s", payment->reason);
    }
}

static void show_page(void *context, const Vagval__V1__RunView *view)
{
    struct showing *showing = context;
    struct vv_id id;
    if (showing->table == NULL && showing->document == NULL &&
        vv_id_from_bytes(view->run.data, view->run.len, &id) == VV_OK) {
        if (showing->cli->json) {
            showing->document = vv_payrun_json(id, view->body);
            showing->payments = json_array();
        } else {
            vv_payrun_print(showing->cli, view->body);
            showing->table =
                vv_table_create(">no|organisation|name|>amount|>of which VAT|account|state|reason");
        }
    }
    for (size_t i = 0; i < view->n_payments; i++) {
        show_payment(showing, view->payments[i]);
    }
}

/* The run as a document into *ret_document if the output is JSON, else printed. */
static int show_run_into(struct vv_client *client, struct vv_cli *cli, struct vv_id run,
                         json_t **ret_document)
{
    struct showing showing = {.cli = cli};
    if (!vv_payrun_walk(client, cli, run, false, show_page, &showing)) {
        json_decref(showing.document);
        json_decref(showing.payments);
        vv_table_destroy(&showing.table);
        return VV_EXIT_PROBLEM;
    }
    if (cli->json) {
        (void)json_object_set_new(showing.document, "list", showing.payments);
        *ret_document = showing.document;
        return VV_EXIT_OK;
    }
    vv_table_print(showing.table, cli->out);
    vv_table_destroy(&showing.table);
    return VV_EXIT_OK;
}

static int show_run(struct vv_client *client, struct vv_cli *cli, struct vv_id run)
{
    json_t *document = NULL;
    int code = show_run_into(client, cli, run, &document);
    return document == NULL ? code : vv_cli_json(cli, document, code);
}

/* One run for each scheme with something to pay. What is wrong with one does not stop the others.
 */
static int run_day(struct vv_client *client, struct vv_cli *cli, const struct vv_args *args)
{
    static struct vv_payrun_day day; /* some tens of KB */
    json_t *runs = json_array();
    int code = VV_EXIT_OK;
    if (!vv_payrun_day_read(client, cli, (vv_date)vv_args_number(args, "date", 0),
                            (uint32_t)vv_args_number(args, "number", 1), &day)) {
        json_decref(runs);
        return VV_EXIT_PROBLEM;
    }
    for (size_t i = 0; i < day.count; i++) {
        struct vv_id run;
        json_t *document = NULL;
        bool good = open_run(client, cli, args, day.schemes[i], &run) &&
                    complete_run(client, cli, run) &&
                    show_run_into(client, cli, run, &document) == VV_EXIT_OK;
        code = good ? code : VV_EXIT_PROBLEM;
        if (document != NULL) {
            (void)json_array_append_new(runs, document);
        }
    }
    if (cli->json) {
        return vv_cli_json(cli, json_pack("{s:o}", "runs", runs), code);
    }
    json_decref(runs);
    if (day.count == 0) {
        (void)fprintf(cli->out, "nothing waits to be paid in any scheme\n");
    }
    return code;
}

int vv_command_pay_run(struct vv_cli *cli, const struct vv_args *args)
{
    struct vv_id run;
    if (vv_args_number(args, "date", VV_DATE_NONE) == VV_DATE_NONE) {
        return vv_cli_usage(cli, "for example `vagval pay run --date 2020-06-30`",
                            "say through which day: --date DATE");
    }
    struct vv_client *client = vv_client_open(cli);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    const char *scheme = vv_args_text(args, "scheme", NULL);
    int code = VV_EXIT_PROBLEM;
    if (scheme == NULL) {
        code = run_day(client, cli, args);
    } else if (open_run(client, cli, args, scheme, &run) && complete_run(client, cli, run)) {
        code = show_run(client, cli, run);
    }
    vv_client_close(&client);
    return code;
}

int vv_command_pay_show(struct vv_cli *cli, const struct vv_args *args)
{
    struct vv_id run;
    if (!vv_payrun_parse(cli, args->words[0], &run)) {
        return VV_EXIT_USAGE;
    }
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_PAYMENT | 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    int code = show_run(client, cli, run);
    vv_client_close(&client);
    return code;
}

/* ---- runs ---- */

static void list_row(struct vv_table *table, const Vagval__V1__PayRun *run)
{
    char name[VV_PAYRUN_NAME_BYTES];
    char text[VV_MONEY_TEXT_BYTES];
    vv_payrun_name(run, name);
    vv_table_cell(table, "%s", name);
    vv_table_cell(table, "%s", vv_payrun_state_name(run->state));
    vv_table_cell(table, "%" PRIu64, run->items);
    vv_table_cell(table, "%u", (unsigned)run->payments);
    vv_money_format(run->amount, 1, text);
    vv_table_cell(table, "%s", text);
    vv_table_cell(table, "%s", run->currency);
    vv_table_cell(table, "%s", vv_payrun_person(run, VV_RUN_DRAFTING));
    vv_table_cell(table, "%s", vv_payrun_person(run, VV_RUN_APPROVED));
    vv_table_cell(table, "%s", vv_payrun_person(run, VV_RUN_RELEASED));
}

struct runs {
    struct vv_table *table;
    json_t *list; /* NULL: for people */
};

static bool list_run(void *context, const Vagval__V1__RunView *view)
{
    struct runs *runs = context;
    struct vv_id id;
    if (runs->list == NULL) {
        list_row(runs->table, view->body);
    } else if (vv_id_from_bytes(view->run.data, view->run.len, &id) == VV_OK) {
        (void)json_array_append_new(runs->list, vv_payrun_json(id, view->body));
    }
    return true;
}

int vv_command_pay_runs(struct vv_cli *cli, const struct vv_args *args)
{
    (void)args;
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_PAYMENT | 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    struct runs runs = {
        vv_table_create("run|state|>postings|>payments|>amount|currency|drafted|approved|released"),
        cli->json ? json_array() : NULL};
    int code = vv_payrun_each(client, cli, list_run, &runs) ? VV_EXIT_OK : VV_EXIT_PROBLEM;
    if (code == VV_EXIT_OK && cli->json) {
        code = vv_cli_json(cli, json_pack("{s:O}", "runs", runs.list), VV_EXIT_OK);
    } else if (code == VV_EXIT_OK) {
        vv_table_print(runs.table, cli->out);
    }
    json_decref(runs.list);
    vv_table_destroy(&runs.table);
    vv_client_close(&client);
    return code;
}

/* ---- approve, cancel ---- */

struct seen {
    bool any;
    uint32_t shared;
    uint8_t hash[32];
    size_t len;
};

static void see_hash(void *context, const Vagval__V1__RunView *view)
{
    struct seen *seen = context;
    seen->any = true;
    seen->shared = view->body->shared;
    seen->len = view->body->hash.len == sizeof(seen->hash) ? sizeof(seen->hash) : 0;
    if (seen->len > 0) {
        memcpy(seen->hash, view->body->hash.data, seen->len);
    }
}

static int tell_run(struct vv_cli *cli, struct vv_id run, struct vv_client_answer *answer)
{
    const Vagval__V1__RunView *view = (const Vagval__V1__RunView *)answer->body;
    int code = VV_EXIT_OK;
    if (cli->json) {
        code = vv_cli_json(cli, vv_payrun_json(run, view->body), VV_EXIT_OK);
    } else {
        vv_payrun_print(cli, view->body);
    }
    vv_client_answer_free(answer);
    return code;
}

int vv_command_pay_approve(struct vv_cli *cli, const struct vv_args *args)
{
    struct vv_id run;
    struct seen seen = {.any = false};
    struct vv_client_answer answer;
    if (!vv_payrun_parse(cli, args->words[0], &run)) {
        return VV_EXIT_USAGE;
    }
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_PAYMENT | 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    Vagval__V1__ApproveRun body = VAGVAL__V1__APPROVE_RUN__INIT;
    int code = VV_EXIT_PROBLEM;
    if (vv_payrun_walk(client, cli, run, false, see_hash, &seen)) {
        body.run = (ProtobufCBinaryData){sizeof(run.bytes), run.bytes};
        body.hash = (ProtobufCBinaryData){seen.len, seen.hash};
        body.shared = vv_args_flag(args, "shared") ? seen.shared : 0;
        if (vv_payrun_send(client, cli, VV_MSG_APPROVE_RUN, run,
                           vv_payrun_command_id(run, "approve-run", vv_payrun_who(cli), body.hash),
                           &body.base,
                           "another person approves with --as NAME (`vagval keys add`); accounts "
                           "that are rightly shared are confirmed with --shared",
                           &answer)) {
            code = tell_run(cli, run, &answer);
        }
    }
    vv_client_close(&client);
    return code;
}

int vv_command_pay_cancel(struct vv_cli *cli, const struct vv_args *args)
{
    struct vv_id run;
    struct vv_client_answer answer;
    const char *reason = vv_args_text(args, "reason", "");
    if (reason[0] == '\0') {
        return vv_cli_usage(cli, "for example --reason \"wrong account of the payer\"",
                            "say why: --reason TEXT");
    }
    if (!vv_payrun_parse(cli, args->words[0], &run)) {
        return VV_EXIT_USAGE;
    }
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_PAYMENT | 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    Vagval__V1__CancelRun body = VAGVAL__V1__CANCEL_RUN__INIT;
    body.run = (ProtobufCBinaryData){sizeof(run.bytes), run.bytes};
    body.reason = (char *)(uintptr_t)reason;
    int code = VV_EXIT_PROBLEM;
    if (vv_payrun_send(client, cli, VV_MSG_CANCEL_RUN, run, (struct vv_id){{0}}, &body.base,
                       "`vagval pay show RUN` tells where it is", &answer)) {
        code = tell_run(cli, run, &answer);
    }
    vv_client_close(&client);
    return code;
}
