/*
 * ledger.c: `vagval ledger` and `vagval report`: balances over all partitions, and the table that a
 * finance officer wants.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "scheme_book.h"
#include "schemes.h"
#include "sums.h"
#include "table.h"
#include "vagval/money.h"

#define EXPENSE "expense:"
#define PROVIDER "provider:"

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* What is not a name of its scheme's: "expense:<scheme>:<component>". */
static bool split_expense(const char *name, char ret_scheme[64], char ret_component[64])
{
    if (!starts_with(name, EXPENSE)) {
        return false;
    }
    const char *scheme = name + strlen(EXPENSE);
    const char *colon = strchr(scheme, ':');
    if (colon == NULL || colon - scheme >= 64 || strlen(colon + 1) >= 64) {
        return false;
    }
    memcpy(ret_scheme, scheme, (size_t)(colon - scheme));
    ret_scheme[colon - scheme] = '\0';
    (void)snprintf(ret_component, 64, "%s", colon + 1);
    return true;
}

struct component_line {
    char scheme[64], component[64];
    int64_t amount, postings, examples, proposed;
};

static struct component_line component_of(struct vv_ledger *ledger, const struct vv_sum *balance)
{
    struct component_line line = {.amount = balance->amount};
    char name[160];
    (void)split_expense(balance->name, line.scheme, line.component);
    (void)snprintf(name, sizeof(name), "lines:%s:%s", line.scheme, line.component);
    line.postings = vv_sums_amount(&ledger->components, name);
    (void)snprintf(name, sizeof(name), "examples:%s:%s", line.scheme, line.component);
    line.examples = vv_sums_amount(&ledger->components, name);
    (void)snprintf(name, sizeof(name), "proposed:%s:%s", line.scheme, line.component);
    line.proposed = vv_sums_amount(&ledger->components, name);
    return line;
}

static int64_t sum_all(const struct vv_sums *balances, const char *start)
{
    int64_t sum = 0;
    for (size_t i = 0; i < balances->count; i++) {
        sum += starts_with(balances->items[i].name, start) ? balances->items[i].amount : 0;
    }
    return sum;
}

static bool is_balanced(const struct vv_ledger *ledger)
{
    return !ledger->balances.overflow && sum_all(&ledger->balances, "") == 0;
}

/* ---- which contract is which: numbers and names for the provider accounts ---- */

struct names {
    json_t *by_id;      /* contract id -> {number, provider, area} */
    const char *scheme; /* only its contracts; NULL = of all */
    Vagval__V1__ListContracts body;
};

static const ProtobufCMessage *ask_contracts(void *context, uint16_t partition)
{
    struct names *names = context;
    vagval__v1__list_contracts__init(&names->body);
    names->body.partition = partition;
    if (names->scheme != NULL) {
        names->body.scheme = (char *)(uintptr_t)names->scheme;
    }
    return &names->body.base;
}

static void take_contracts(void *context, uint16_t partition, enum vv_status status,
                           const ProtobufCMessage *body, const char *error)
{
    (void)partition;
    (void)error;
    struct names *names = context;
    const Vagval__V1__ContractList *list = (const Vagval__V1__ContractList *)body;
    for (size_t i = 0; status == VV_OK && list != NULL && i < list->n_contracts; i++) {
        const Vagval__V1__ContractLine *line = list->contracts[i];
        struct vv_id id;
        char text[VV_ID_TEXT_BYTES];
        if (vv_id_from_bytes(line->contract.data, line->contract.len, &id) == VV_OK) {
            vv_id_format(id, text);
            (void)json_object_set_new(names->by_id, text,
                                      json_pack("{s:s, s:s, s:s}", "number", line->number,
                                                "provider", line->provider_name, "area",
                                                line->area));
        }
    }
}

static void fetch_names(struct vv_client *client, const char *scheme, struct names *ret_names)
{
    memset(ret_names, 0, sizeof(*ret_names));
    ret_names->scheme = scheme;
    ret_names->by_id = json_object();
    struct vv_scatter scatter = {VV_REGISTRY, VV_MSG_LIST_CONTRACTS, ask_contracts, take_contracts,
                                 ret_names};
    vv_client_scatter(client, &scatter);
}

static const char *name_of(const struct names *names, const char *account, const char *what)
{
    json_t *entry = json_object_get(names->by_id, account + strlen(PROVIDER));
    const char *text = json_string_value(json_object_get(entry, what));
    return text == NULL ? "" : text;
}

/* Is it the account of a contract that is to be shown? */
static bool is_shown(const struct names *names, const struct vv_sum *balance)
{
    return starts_with(balance->name, PROVIDER) &&
           (names->scheme == NULL ||
            json_object_get(names->by_id, balance->name + strlen(PROVIDER)) != NULL);
}

static int64_t sum_shown(const struct vv_sums *balances, const struct names *names)
{
    int64_t sum = 0;
    for (size_t i = 0; i < balances->count; i++) {
        sum += is_shown(names, &balances->items[i]) ? balances->items[i].amount : 0;
    }
    return sum;
}

/* ---- ledger ---- */

static int ledger_json(const struct vv_cli *cli, struct vv_ledger *ledger,
                       const struct names *names, const char *scheme)
{
    json_t *components = json_array();
    json_t *accounts = json_array();
    for (size_t i = 0; i < ledger->balances.count; i++) {
        const struct vv_sum *balance = &ledger->balances.items[i];
        if (starts_with(balance->name, EXPENSE)) {
            struct component_line line = component_of(ledger, balance);
            if (scheme == NULL || strcmp(scheme, line.scheme) == 0) {
                (void)json_array_append_new(
                    components,
                    json_pack("{s:s, s:s, s:I, s:I, s:I, s:I}", "scheme", line.scheme, "component",
                              line.component, "amount", (json_int_t)line.amount, "postings",
                              (json_int_t)line.postings, "on_example_prices",
                              (json_int_t)line.examples, "proposed", (json_int_t)line.proposed));
            }
        } else if (is_shown(names, balance)) {
            (void)json_array_append_new(
                accounts, json_pack("{s:s, s:s, s:s, s:I}", "contract",
                                    name_of(names, balance->name, "number"), "provider",
                                    name_of(names, balance->name, "provider"), "account",
                                    balance->name, "amount", (json_int_t)balance->amount));
        }
    }
    bool balanced = is_balanced(ledger);
    return vv_cli_json(cli,
                       json_pack("{s:s, s:b, s:I, s:o, s:o}", "currency", ledger->currency,
                                 "balanced", balanced ? 1 : 0, "difference",
                                 (json_int_t)sum_all(&ledger->balances, ""), "components",
                                 components, "contracts", accounts),
                       balanced ? VV_EXIT_OK : VV_EXIT_PROBLEM);
}

static void components_text(const struct vv_cli *cli, struct vv_ledger *ledger, const char *scheme)
{
    struct vv_table *table = vv_table_create("scheme|component|>lines|>amount|>proposed|mark");
    char text[VV_MONEY_TEXT_BYTES];
    for (size_t i = 0; i < ledger->balances.count; i++) {
        if (!starts_with(ledger->balances.items[i].name, EXPENSE)) {
            continue;
        }
        struct component_line line = component_of(ledger, &ledger->balances.items[i]);
        if (scheme != NULL && strcmp(scheme, line.scheme) != 0) {
            continue;
        }
        vv_table_cell(table, "%s", line.scheme);
        vv_table_cell(table, "%s", line.component);
        vv_table_cell(table, "%" PRId64, line.postings);
        vv_money_format(line.amount, 1, text);
        vv_table_cell(table, "%s", text);
        vv_money_format(line.proposed, 1, text);
        vv_table_cell(table, "%s", text);
        vv_table_cell(table, "%s", line.examples > 0 ? "* example prices" : "");
    }
    vv_table_print(table, cli->out);
    vv_table_destroy(&table);
}

struct account {
    const struct vv_sum *balance;
    const char *number;
};

static int by_number(const void *a, const void *b)
{
    return strcmp(((const struct account *)a)->number, ((const struct account *)b)->number);
}

/* The provider accounts by contract number; the caller frees. */
static struct account *sorted_accounts(const struct vv_ledger *ledger, const struct names *names,
                                       size_t *ret_count)
{
    struct account *accounts = calloc(ledger->balances.count + 1, sizeof(*accounts));
    size_t count = 0;
    for (size_t i = 0; accounts != NULL && i < ledger->balances.count; i++) {
        if (is_shown(names, &ledger->balances.items[i])) {
            accounts[count].balance = &ledger->balances.items[i];
            accounts[count].number = name_of(names, ledger->balances.items[i].name, "number");
            count++;
        }
    }
    if (count > 0) {
        qsort(accounts, count, sizeof(*accounts), by_number);
    }
    *ret_count = count;
    return accounts;
}

static int ledger_text(const struct vv_cli *cli, struct vv_ledger *ledger,
                       const struct names *names, const char *scheme)
{
    char text[VV_MONEY_TEXT_BYTES];
    components_text(cli, ledger, scheme);
    (void)fputc('\n', cli->out);
    struct vv_table *table = vv_table_create("contract|provider|area|>balance");
    size_t count = 0;
    struct account *accounts = sorted_accounts(ledger, names, &count);
    for (size_t i = 0; i < count; i++) {
        vv_money_format(accounts[i].balance->amount, 1, text);
        vv_table_cell(table, "%s", accounts[i].number);
        vv_table_cell(table, "%s", name_of(names, accounts[i].balance->name, "provider"));
        vv_table_cell(table, "%s", name_of(names, accounts[i].balance->name, "area"));
        vv_table_cell(table, "%s", text);
    }
    free(accounts);
    vv_table_rule(table);
    vv_money_format(sum_shown(&ledger->balances, names), 1, text);
    vv_table_cell(table, "all %zu contracts", count);
    vv_table_cell(table, "%s", "");
    vv_table_cell(table, "%s", ledger->currency);
    vv_table_cell(table, "%s", text);
    vv_table_print(table, cli->out);
    vv_table_destroy(&table);
    bool balanced = is_balanced(ledger);
    vv_money_format(sum_all(&ledger->balances, ""), 1, text);
    (void)fprintf(cli->out, "%s %s%s%s\n", scheme == NULL ? "ledger" : "ledger of all schemes",
                  balanced ? "balanced" : "NOT BALANCED: off by ", balanced ? "" : text,
                  balanced ? " (debits and credits sum to 0)" : "");
    return balanced ? VV_EXIT_OK : VV_EXIT_PROBLEM;
}

int vv_command_ledger(struct vv_cli *cli, const struct vv_args *args)
{
    struct vv_client *client = vv_client_open(cli);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    struct vv_ledger ledger;
    struct names names;
    int code = VV_EXIT_PROBLEM;
    const char *scheme = vv_args_text(args, "scheme", NULL);
    if (scheme != NULL && !vv_scheme_published(client, cli, scheme)) {
        vv_client_close(&client);
        return VV_EXIT_PROBLEM;
    }
    if (!vv_ledger_fetch(client, &ledger)) {
        code = vv_cli_wrong(cli, "`vagval status` shows whether payment is up",
                            "the ledger could not be read whole: %s", ledger.problem);
    } else {
        fetch_names(client, scheme, &names);
        code = cli->json ? ledger_json(cli, &ledger, &names, scheme)
                         : ledger_text(cli, &ledger, &names, scheme);
        json_decref(names.by_id);
    }
    vv_ledger_free(&ledger);
    vv_client_close(&client);
    return code;
}

/* ---- report ---- */

static void row(struct vv_table *table, const char *name, const char *format, int64_t number)
{
    vv_table_cell(table, "%s", name);
    if (strcmp(format, "money") == 0) {
        char text[VV_MONEY_TEXT_BYTES];
        vv_money_format(number, 1, text);
        vv_table_cell(table, "%s", text);
    } else {
        vv_table_cell(table, "%" PRId64, number);
    }
}

static int64_t component_amount(struct vv_ledger *ledger, const char *scheme, const char *component)
{
    char name[160];
    (void)snprintf(name, sizeof(name), EXPENSE "%s:%s", scheme, component);
    return vv_sums_amount(&ledger->balances, name);
}

static bool any_examples(const struct vv_ledger *ledger)
{
    for (size_t i = 0; i < ledger->components.count; i++) {
        if (starts_with(ledger->components.items[i].name, "examples:") &&
            ledger->components.items[i].amount > 0) {
            return true;
        }
    }
    return false;
}

static void report_text(const struct vv_cli *cli, struct vv_sums *sums, struct vv_ledger *ledger,
                        const char *scheme, vv_date date)
{
    static const char *const levels[][2] = {{"near", "too near: self-help"},
                                            {"A", "level A"},
                                            {"B", "level B"},
                                            {"C", "level C"},
                                            {"far", "too far: other services"}};
    char text[VV_DATE_TEXT_BYTES];
    vv_date_format(date, text);
    (void)fprintf(cli->out, "%s, business date %s\n", scheme, text);
    struct vv_table *table = vv_table_create("what|>number or amount");
    row(table, "people assessed", "count", vv_sums_amount(sums, "cases"));
    for (size_t i = 0; i < 5; i++) {
        char name[64];
        char label[64];
        (void)snprintf(name, sizeof(name), "level.%s", levels[i][0]);
        (void)snprintf(label, sizeof(label), "  %s *", levels[i][1]);
        row(table, label, "count", vv_sums_amount(sums, name));
    }
    row(table, "contracts", "count", vv_sums_amount(sums, "contracts"));
    row(table, "placements started", "count", vv_sums_amount(sums, "placements.started"));
    row(table, "  of which by the non-choice alternative", "count",
        vv_sums_amount(sums, "placements.non_choice"));
    row(table, "  of which after a change of provider", "count",
        vv_sums_amount(sums, "placements.switched"));
    row(table, "periodic reports filed", "count", vv_sums_amount(sums, "reports.filed"));
    row(table, "job starts", "count", vv_sums_amount(sums, "outcomes.job"));
    row(table, "study starts", "count", vv_sums_amount(sums, "outcomes.study"));
    row(table, "confirmed at the milestone", "count", vv_sums_amount(sums, "outcomes.confirmed"));
    vv_table_rule(table);
    const char *currency = ledger->currency[0] == '\0' ? "" : ledger->currency;
    for (size_t i = 0; i < ledger->balances.count; i++) {
        if (starts_with(ledger->balances.items[i].name, EXPENSE)) {
            struct component_line line = component_of(ledger, &ledger->balances.items[i]);
            char label[160];
            if (strcmp(line.scheme, scheme) == 0) {
                (void)snprintf(label, sizeof(label), "%s, %s%s", line.component, currency,
                               line.examples > 0 ? " *" : "");
                row(table, label, "money", line.amount);
            }
        }
    }
    vv_table_rule(table);
    row(table, "owed to all contracts, with sign", "money", sum_all(&ledger->balances, PROVIDER));
    vv_table_print(table, cli->out);
    vv_table_destroy(&table);
    (void)fprintf(cli->out, "ledger balanced: %s\n", is_balanced(ledger) ? "yes" : "NO");
    if (any_examples(ledger)) {
        (void)fprintf(cli->out,
                      "* rests on amounts or cut-offs marked `status: example`: nobody's real "
                      "figures\n");
    }
}

static int report_json(const struct vv_cli *cli, struct vv_sums *sums, struct vv_ledger *ledger,
                       const char *scheme, vv_date date)
{
    char text[VV_DATE_TEXT_BYTES];
    vv_date_format(date, text);
    json_t *counts = json_object();
    for (size_t i = 0; i < sums->count; i++) {
        (void)json_object_set_new(counts, sums->items[i].name,
                                  json_integer((json_int_t)sums->items[i].amount));
    }
    bool balanced = is_balanced(ledger);
    return vv_cli_json(cli,
                       json_pack("{s:s, s:s, s:o, s:I, s:I, s:I, s:s, s:b, s:b}", "scheme", scheme,
                                 "business_date", text, "counts", counts, "base",
                                 (json_int_t)component_amount(ledger, scheme, "base"), "premium",
                                 (json_int_t)component_amount(ledger, scheme, "premium"), "result",
                                 (json_int_t)component_amount(ledger, scheme, "result"), "currency",
                                 ledger->currency, "balanced", balanced ? 1 : 0, "example_prices",
                                 any_examples(ledger) ? 1 : 0),
                       balanced ? VV_EXIT_OK : VV_EXIT_PROBLEM);
}

int vv_command_report(struct vv_cli *cli, const struct vv_args *args)
{
    struct vv_client *client = vv_client_open(cli);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    struct vv_ledger ledger;
    struct vv_sums sums;
    char problem[200];
    const char *scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT);
    int code = VV_EXIT_PROBLEM;
    if (!vv_scheme_published(client, cli, scheme)) {
        vv_client_close(&client);
        return VV_EXIT_PROBLEM;
    }
    bool whole = vv_ledger_fetch(client, &ledger);
    whole = vv_registry_sums_fetch(client, &sums, problem, sizeof(problem)) && whole;
    if (!whole) {
        code = vv_cli_wrong(cli, "`vagval status` shows which service is down",
                            "the figures could not be read whole: %s%s", ledger.problem, problem);
    } else if (cli->json) {
        code = report_json(cli, &sums, &ledger, scheme, vv_client_business_date(client));
    } else {
        report_text(cli, &sums, &ledger, scheme, vv_client_business_date(client));
        code = is_balanced(&ledger) ? VV_EXIT_OK : VV_EXIT_PROBLEM;
    }
    vv_ledger_free(&ledger);
    vv_sums_free(&sums);
    vv_client_close(&client);
    return code;
}
