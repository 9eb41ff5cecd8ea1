/*
 * report.c: `vagval report`: people per level, placements, outcomes and money of one scheme.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "ledger_view.h"
#include "scheme_book.h"
#include "table.h"
#include "vagval/money.h"

#define LEVEL "level."

struct report {
    struct vv_cli *cli;
    struct vv_ledger_view view;
    struct vv_sums all;  /* the registry's counters, "<name>@<scheme>" */
    struct vv_sums sums; /* of this scheme, without the ending */
    const char *scheme, *currency;
    vv_date date;
};

static void pick_scheme(struct report *report)
{
    for (size_t i = 0; i < report->all.count; i++) {
        const struct vv_sum *sum = &report->all.items[i];
        const char *at = strchr(sum->name, '@');
        char name[sizeof(sum->name)];
        if (at != NULL && strcmp(at + 1, report->scheme) == 0) {
            (void)snprintf(name, sizeof(name), "%.*s", (int)(at - sum->name), sum->name);
            vv_sums_add(&report->sums, name, sum->amount, sum->count);
        }
    }
    vv_sums_sort(&report->sums);
}

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

static void level_rows(struct report *report, struct vv_table *table)
{
    for (size_t i = 0; i < report->sums.count; i++) {
        const struct vv_sum *sum = &report->sums.items[i];
        char label[160];
        if (strncmp(sum->name, LEVEL, strlen(LEVEL)) == 0) {
            const char *code = sum->name + strlen(LEVEL);
            (void)snprintf(label, sizeof(label), "  %s *",
                           strcmp(code, "near") == 0  ? "too near: self-help"
                           : strcmp(code, "far") == 0 ? "too far: other services"
                                                      : code);
            row(table, label, "count", sum->amount);
        }
    }
}

static void count_rows(struct report *report, struct vv_table *table)
{
    static const char *const counts[][2] = {
        {"contracts", "contracts"},
        {"placements started", "placements.started"},
        {"  of which by the non-choice alternative", "placements.non_choice"},
        {"  of which after a change of provider", "placements.switched"},
        {"periodic reports filed", "reports.filed"},
        {"job starts", "outcomes.job"},
        {"study starts", "outcomes.study"},
        {"confirmed at the milestone", "outcomes.confirmed"},
    };
    row(table, "people assessed", "count", vv_sums_amount(&report->sums, "cases"));
    level_rows(report, table);
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        row(table, counts[i][0], "count", vv_sums_amount(&report->sums, counts[i][1]));
    }
}

static void money_rows(struct report *report, struct vv_table *table)
{
    for (size_t i = 0; i < report->view.ledger.balances.count; i++) {
        struct vv_component_line line;
        char label[160];
        if (vv_component_line(&report->view, &report->view.ledger.balances.items[i], &line) &&
            strcmp(line.scheme, report->scheme) == 0) {
            (void)snprintf(label, sizeof(label), "%s, %s%s", line.component, line.currency,
                           line.examples > 0 ? " *" : "");
            row(table, label, "money", line.amount);
        }
    }
}

static void report_text(struct report *report)
{
    FILE *out = report->cli->out;
    char text[VV_DATE_TEXT_BYTES];
    char owed[96];
    vv_date_format(report->date, text);
    (void)fprintf(out, "%s, business date %s\n", report->scheme, text);
    struct vv_table *table = vv_table_create("what|>number or amount");
    count_rows(report, table);
    vv_table_rule(table);
    money_rows(report, table);
    vv_table_rule(table);
    (void)snprintf(owed, sizeof(owed), "owed to its contracts, with sign, %s", report->currency);
    row(table, owed, "money", vv_contracts_total(&report->view, report->currency, report->scheme));
    vv_table_print(table, out);
    vv_table_destroy(&table);
    (void)fprintf(out, "ledger balanced: %s\n",
                  vv_ledger_is_balanced(&report->view) ? "yes" : "NO");
    if (vv_ledger_has_examples(&report->view, report->scheme)) {
        (void)fprintf(out, "* rests on amounts or cut-offs marked `status: example`: nobody's real "
                           "figures\n");
    }
}

static int64_t component_amount(struct report *report, const char *component)
{
    char name[160];
    (void)snprintf(name, sizeof(name), "expense:%s:%s", report->scheme, component);
    return vv_sums_amount(&report->view.ledger.balances, name);
}

static int report_json(struct report *report)
{
    char text[VV_DATE_TEXT_BYTES];
    vv_date_format(report->date, text);
    json_t *counts = json_object();
    json_t *amounts = json_object();
    for (size_t i = 0; i < report->sums.count; i++) {
        (void)json_object_set_new(counts, report->sums.items[i].name,
                                  json_integer((json_int_t)report->sums.items[i].amount));
    }
    for (size_t i = 0; i < report->view.ledger.balances.count; i++) {
        struct vv_component_line line;
        if (vv_component_line(&report->view, &report->view.ledger.balances.items[i], &line) &&
            strcmp(line.scheme, report->scheme) == 0) {
            (void)json_object_set_new(amounts, line.component,
                                      json_integer((json_int_t)line.amount));
        }
    }
    bool balanced = vv_ledger_is_balanced(&report->view);
    return vv_cli_json(
        report->cli,
        json_pack("{s:s, s:s, s:o, s:o, s:I, s:I, s:I, s:I, s:s, s:b, s:b}", "scheme",
                  report->scheme, "business_date", text, "counts", counts, "components", amounts,
                  "base", (json_int_t)component_amount(report, "base"), "premium",
                  (json_int_t)component_amount(report, "premium"), "result",
                  (json_int_t)component_amount(report, "result"), "contracts",
                  (json_int_t)vv_contracts_total(&report->view, report->currency, report->scheme),
                  "currency", report->currency, "balanced", balanced ? 1 : 0, "example_prices",
                  vv_ledger_has_examples(&report->view, report->scheme) ? 1 : 0),
        balanced ? VV_EXIT_OK : VV_EXIT_PROBLEM);
}

int vv_command_report(struct vv_cli *cli, const struct vv_args *args)
{
    struct vv_client *client = vv_client_open(cli);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    struct report *report = calloc(1, sizeof(*report));
    const char *scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT);
    int code = VV_EXIT_PROBLEM;
    char problem[200] = "";
    if (report == NULL || !vv_scheme_published(client, cli, scheme)) {
        free(report);
        vv_client_close(&client);
        return VV_EXIT_PROBLEM;
    }
    *report =
        (struct report){.cli = cli, .scheme = scheme, .date = vv_client_business_date(client)};
    bool whole = vv_ledger_view_read(client, &report->view);
    whole = vv_registry_sums_fetch(client, &report->all, problem, sizeof(problem)) && whole;
    report->currency = vv_scheme_currency(&report->view, scheme);
    pick_scheme(report);
    if (!whole) {
        code = vv_cli_wrong(cli, "`vagval status` shows which service is down",
                            "the figures could not be read whole: %s%s",
                            report->view.ledger.problem, problem);
    } else if (cli->json) {
        code = report_json(report);
    } else {
        report_text(report);
        code = vv_ledger_is_balanced(&report->view) ? VV_EXIT_OK : VV_EXIT_PROBLEM;
    }
    vv_ledger_view_free(&report->view);
    vv_sums_free(&report->all);
    vv_sums_free(&report->sums);
    free(report);
    vv_client_close(&client);
    return code;
}
