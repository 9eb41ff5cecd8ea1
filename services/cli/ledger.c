/*
 * ledger.c: `vagval ledger`: balances per component and per contract over all partitions, each in
 * its currency.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "ledger_view.h"
#include "scheme_book.h"
#include "table.h"
#include "vagval/money.h"

static bool is_wanted(const char *scheme, const char *own)
{
    return scheme == NULL || strcmp(scheme, own) == 0;
}

/* ---- JSON ---- */

static json_t *components_json(struct vv_ledger_view *view, const char *scheme)
{
    json_t *list = json_array();
    for (size_t i = 0; i < view->ledger.balances.count; i++) {
        struct vv_component_line line;
        if (vv_component_line(view, &view->ledger.balances.items[i], &line) &&
            is_wanted(scheme, line.scheme)) {
            (void)json_array_append_new(
                list, json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I}", "scheme", line.scheme,
                                "component", line.component, "currency", line.currency, "amount",
                                (json_int_t)line.amount, "postings", (json_int_t)line.postings,
                                "on_example_prices", (json_int_t)line.examples, "proposed",
                                (json_int_t)line.proposed));
        }
    }
    return list;
}

static json_t *contracts_json(const struct vv_ledger_view *view, const char *scheme)
{
    json_t *list = json_array();
    for (size_t i = 0; i < view->ledger.balances.count; i++) {
        const struct vv_sum *balance = &view->ledger.balances.items[i];
        struct vv_contract_line line;
        if (vv_contract_line(view, balance, &line) && is_wanted(scheme, line.scheme)) {
            (void)json_array_append_new(
                list,
                json_pack("{s:s, s:s, s:s, s:s, s:s, s:I}", "contract", line.number, "provider",
                          line.provider, "account", balance->name, "scheme", line.scheme,
                          "currency", line.currency, "amount", (json_int_t)line.amount));
        }
    }
    return list;
}

static json_t *recoveries_json(const struct vv_ledger_view *view, const char *scheme)
{
    json_t *list = json_array();
    for (size_t i = 0; i < view->ledger.balances.count; i++) {
        const struct vv_sum *balance = &view->ledger.balances.items[i];
        struct vv_contract_line line;
        if (vv_recovery_line(view, balance, &line) && is_wanted(scheme, line.scheme)) {
            (void)json_array_append_new(
                list, json_pack("{s:s, s:s, s:s, s:s, s:I}", "contract", line.number, "account",
                                balance->name, "scheme", line.scheme, "currency", line.currency,
                                "amount", (json_int_t)line.amount));
        }
    }
    return list;
}

/* The one currency; "" where there are several: then `currencies` tells them apart. */
static const char *only_currency(const struct vv_ledger_view *view, const char *scheme)
{
    if (scheme != NULL) {
        return vv_scheme_currency(view, scheme);
    }
    return view->currency_count == 1 ? view->currencies[0] : "";
}

static int ledger_json(const struct vv_cli *cli, struct vv_ledger_view *view, const char *scheme)
{
    json_t *currencies = json_array();
    int64_t off = 0; /* of the one that is off */
    for (size_t i = 0; i < view->currency_count; i++) {
        const char *currency = view->currencies[i];
        int64_t difference = vv_ledger_off(view, currency);
        off = off != 0 ? off : difference;
        (void)json_array_append_new(
            currencies, json_pack("{s:s, s:I, s:I}", "currency", currency, "contracts",
                                  (json_int_t)vv_contracts_total(view, currency, scheme),
                                  "difference", (json_int_t)difference));
    }
    bool balanced = vv_ledger_is_balanced(view);
    return vv_cli_json(
        cli,
        json_pack("{s:s, s:b, s:I, s:o, s:o, s:o, s:o}", "currency", only_currency(view, scheme),
                  "balanced", balanced ? 1 : 0, "difference", (json_int_t)off, "currencies",
                  currencies, "components", components_json(view, scheme), "contracts",
                  contracts_json(view, scheme), "recoveries", recoveries_json(view, scheme)),
        balanced ? VV_EXIT_OK : VV_EXIT_PROBLEM);
}

/* ---- text ---- */

static void money_cell(struct vv_table *table, int64_t amount)
{
    char text[VV_MONEY_TEXT_BYTES];
    vv_money_format(amount, 1, text);
    vv_table_cell(table, "%s", text);
}

static void components_text(const struct vv_cli *cli, struct vv_ledger_view *view,
                            const char *scheme)
{
    struct vv_table *table =
        vv_table_create("scheme|component|>lines|>amount|>proposed|currency|mark");
    for (size_t i = 0; i < view->ledger.balances.count; i++) {
        struct vv_component_line line;
        if (!vv_component_line(view, &view->ledger.balances.items[i], &line) ||
            !is_wanted(scheme, line.scheme)) {
            continue;
        }
        vv_table_cell(table, "%s", line.scheme);
        vv_table_cell(table, "%s", line.component);
        vv_table_cell(table, "%" PRId64, line.postings);
        money_cell(table, line.amount);
        money_cell(table, line.proposed);
        vv_table_cell(table, "%s", line.currency);
        vv_table_cell(table, "%s", line.examples > 0 ? "* example prices" : "");
    }
    vv_table_print(table, cli->out);
    vv_table_destroy(&table);
}

static int by_scheme_and_number(const void *a, const void *b)
{
    const struct vv_contract_line *left = a;
    const struct vv_contract_line *right = b;
    int by_scheme = strcmp(left->scheme, right->scheme);
    return by_scheme != 0 ? by_scheme : strcmp(left->number, right->number);
}

/* The caller frees. */
static struct vv_contract_line *sorted_contracts(const struct vv_ledger_view *view,
                                                 const char *scheme, size_t *ret_count)
{
    const struct vv_sums *balances = &view->ledger.balances;
    struct vv_contract_line *lines = calloc(balances->count + 1, sizeof(*lines));
    size_t count = 0;
    for (size_t i = 0; lines != NULL && i < balances->count; i++) {
        if (vv_contract_line(view, &balances->items[i], &lines[count]) &&
            is_wanted(scheme, lines[count].scheme)) {
            count++;
        }
    }
    if (count > 0) {
        qsort(lines, count, sizeof(*lines), by_scheme_and_number);
    }
    *ret_count = count;
    return lines;
}

static void contracts_text(const struct vv_cli *cli, const struct vv_ledger_view *view,
                           const char *scheme)
{
    struct vv_table *table = vv_table_create("contract|provider|area|>balance|currency");
    size_t count = 0;
    struct vv_contract_line *lines = sorted_contracts(view, scheme, &count);
    for (size_t i = 0; i < count; i++) {
        vv_table_cell(table, "%s", lines[i].number);
        vv_table_cell(table, "%s", lines[i].provider);
        vv_table_cell(table, "%s", lines[i].area);
        money_cell(table, lines[i].amount);
        vv_table_cell(table, "%s", lines[i].currency);
    }
    vv_table_rule(table);
    for (size_t i = 0; i < view->currency_count; i++) {
        const char *currency = view->currencies[i];
        if (scheme != NULL && strcmp(currency, vv_scheme_currency(view, scheme)) != 0) {
            continue;
        }
        size_t of_currency = 0;
        for (size_t k = 0; k < count; k++) {
            of_currency += strcmp(lines[k].currency, currency) == 0 ? 1 : 0;
        }
        vv_table_cell(table, "all %zu contracts", of_currency);
        vv_table_cell(table, "%s", "");
        vv_table_cell(table, "%s", "");
        money_cell(table, vv_contracts_total(view, currency, scheme));
        vv_table_cell(table, "%s", currency);
    }
    free(lines);
    vv_table_print(table, cli->out);
    vv_table_destroy(&table);
}

static void recoveries_text(const struct vv_cli *cli, const struct vv_ledger_view *view,
                            const char *scheme)
{
    struct vv_table *table = vv_table_create("owed back by contract|how|>amount|currency");
    bool any = false;
    for (size_t i = 0; i < view->ledger.balances.count; i++) {
        const struct vv_sum *balance = &view->ledger.balances.items[i];
        struct vv_contract_line line;
        if (balance->amount == 0 || !vv_recovery_line(view, balance, &line) ||
            !is_wanted(scheme, line.scheme)) {
            continue;
        }
        any = true;
        vv_table_cell(table, "%s", line.number);
        vv_table_cell(table, "%s",
                      balance->name[0] == 'r' ? "recovery, not settled" : "claim, invoiced");
        money_cell(table, line.amount);
        vv_table_cell(table, "%s", line.currency);
    }
    if (any) {
        vv_table_print(table, cli->out);
    }
    vv_table_destroy(&table);
}

static int ledger_text(const struct vv_cli *cli, struct vv_ledger_view *view, const char *scheme)
{
    components_text(cli, view, scheme);
    (void)fputc('\n', cli->out);
    contracts_text(cli, view, scheme);
    recoveries_text(cli, view, scheme);
    bool balanced = vv_ledger_is_balanced(view);
    (void)fprintf(cli->out, "%s %s\n", scheme == NULL ? "ledger" : "ledger of all schemes",
                  balanced ? "balanced (debits and credits of each currency sum to 0)"
                           : "NOT BALANCED");
    for (size_t i = 0; i < view->currency_count; i++) {
        int64_t off = vv_ledger_off(view, view->currencies[i]);
        char text[VV_MONEY_TEXT_BYTES];
        vv_money_format(off, 1, text);
        if (off != 0) {
            (void)fprintf(cli->out, "off by %s %s\n", text, view->currencies[i]);
        }
    }
    return balanced ? VV_EXIT_OK : VV_EXIT_PROBLEM;
}

int vv_command_ledger(struct vv_cli *cli, const struct vv_args *args)
{
    struct vv_client *client = vv_client_open(cli);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    const char *scheme = vv_args_text(args, "scheme", NULL);
    if (scheme != NULL && !vv_scheme_published(client, cli, scheme)) {
        vv_client_close(&client);
        return VV_EXIT_PROBLEM;
    }
    struct vv_ledger_view view;
    int code = VV_EXIT_PROBLEM;
    if (!vv_ledger_view_read(client, &view)) {
        code = vv_cli_wrong(cli, "`vagval status` shows whether payment is up",
                            "the ledger could not be read whole: %s", view.ledger.problem);
    } else {
        code = cli->json ? ledger_json(cli, &view, scheme) : ledger_text(cli, &view, scheme);
    }
    vv_ledger_view_free(&view);
    vv_client_close(&client);
    return code;
}
