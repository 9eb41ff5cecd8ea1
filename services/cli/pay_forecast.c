/*
 * pay_forecast.c: `vagval pay budget forecast`: what will still be paid, to the end of a year.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ledger_view.h"
#include "pay_budget.h"
#include "pay_finance.h"
#include "scheme_book.h"
#include "table.h"

struct line {
    struct vv_id contract;
    char area[64];
    vv_date month;
    vv_money committed, expected;
};

struct forecast {
    struct line *lines;
    size_t count;
};

static struct line *line_for(struct forecast *forecast, const Vagval__V1__ForecastLine *from)
{
    struct vv_id contract;
    if (vv_id_from_bytes(from->contract.data, from->contract.len, &contract) != VV_OK) {
        return NULL;
    }
    for (size_t i = 0; i < forecast->count; i++) {
        struct line *line = &forecast->lines[i];
        if (line->month == from->month && vv_id_equal(line->contract, contract) &&
            strcmp(line->area, from->area) == 0) {
            return line;
        }
    }
    struct line *grown = realloc(forecast->lines, (forecast->count + 1) * sizeof(*grown));
    if (grown == NULL) {
        return NULL;
    }
    forecast->lines = grown;
    struct line *line = &grown[forecast->count++];
    *line = (struct line){.contract = contract, .month = from->month};
    (void)snprintf(line->area, sizeof(line->area), "%s", from->area);
    return line;
}

static bool fetch_partition(struct vv_client *client, const char *scheme, vv_date through,
                            uint16_t partition, struct forecast *forecast)
{
    uint64_t after = 0;
    do {
        Vagval__V1__ForecastPage page = VAGVAL__V1__FORECAST_PAGE__INIT;
        page.partition = partition;
        page.after = after;
        page.scheme = (char *)(uintptr_t)scheme;
        page.through = through;
        struct vv_request request = {
            .service = VV_PAYMENT, .partition = partition, .type = VV_MSG_FORECAST_PAGE};
        struct vv_client_answer answer;
        vv_client_call(client, request, &page.base, &answer);
        bool good = answer.status == VV_OK;
        const Vagval__V1__Forecast *reply = (const Vagval__V1__Forecast *)answer.body;
        for (size_t i = 0; good && i < reply->n_lines; i++) {
            struct line *line = line_for(forecast, reply->lines[i]);
            good =
                line != NULL &&
                vv_money_add(line->committed, reply->lines[i]->committed, &line->committed) ==
                    VV_OK &&
                vv_money_add(line->expected, reply->lines[i]->expected, &line->expected) == VV_OK;
        }
        after = good ? reply->next : 0;
        vv_client_answer_free(&answer);
        if (!good) {
            return false;
        }
    } while (after != 0);
    return true;
}

static int by_month(const void *left, const void *right)
{
    const struct line *a = left;
    const struct line *b = right;
    if (a->month != b->month) {
        return a->month < b->month ? -1 : 1;
    }
    int order = strcmp(a->area, b->area);
    return order != 0 ? order
                      : memcmp(a->contract.bytes, b->contract.bytes, sizeof(a->contract.bytes));
}

/* What of an area falls due within the forecast. */
static void sum_area(const struct forecast *forecast, const char *area, vv_money *committed,
                     vv_money *expected)
{
    *committed = 0;
    *expected = 0;
    for (size_t i = 0; i < forecast->count; i++) {
        if (strcmp(forecast->lines[i].area, area) == 0) {
            *committed += forecast->lines[i].committed;
            *expected += forecast->lines[i].expected;
        }
    }
}

/* What the registry calls a contract; "" where it knows none (a grant, an agreement). */
static const char *name_of(const struct vv_ledger_view *view, const char *contract,
                           const char *what)
{
    const char *text =
        json_string_value(json_object_get(json_object_get(view->contracts, contract), what));
    return text == NULL ? "" : text;
}

static int forecast_json(const struct vv_cli *cli, const struct forecast *forecast,
                         const struct vv_budgets *budgets, const struct vv_ledger_view *view,
                         const char *through)
{
    json_t *months = json_array();
    for (size_t i = 0; i < forecast->count; i++) {
        const struct line *line = &forecast->lines[i];
        char contract[VV_ID_TEXT_BYTES];
        char month[VV_DATE_TEXT_BYTES];
        vv_id_format(line->contract, contract);
        vv_date_format(line->month, month);
        month[7] = '\0';
        (void)json_array_append_new(
            months,
            json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I}", "month", month, "area", line->area,
                      "contract", contract, "number", name_of(view, contract, "number"), "provider",
                      name_of(view, contract, "provider"), "committed", (json_int_t)line->committed,
                      "expected", (json_int_t)line->expected));
    }
    return vv_cli_json(cli,
                       json_pack("{s:s, s:o, s:o}", "through", through, "budgets",
                                 vv_budgets_json(budgets), "cash", months),
                       VV_EXIT_OK);
}

static void money_cell(struct vv_table *table, vv_money amount)
{
    char text[VV_MONEY_TEXT_BYTES];
    vv_money_format(amount, 1, text);
    vv_table_cell(table, "%s", text);
}

static int forecast_text(const struct vv_cli *cli, const struct forecast *forecast,
                         const struct vv_budgets *budgets, const struct vv_ledger_view *view,
                         const char *through, int year)
{
    (void)fprintf(cli->out, "to %s\n", through);
    struct vv_table *table =
        vv_table_create("area|>limit|>consumed|>committed|>expected|>left then");
    for (size_t i = 0; i < budgets->count; i++) {
        const Vagval__V1__BudgetLine *line = budgets->lines[i];
        if (line->year != year || line->pot[0] != '\0') {
            continue;
        }
        vv_money committed = 0;
        vv_money expected = 0;
        sum_area(forecast, line->area, &committed, &expected);
        vv_table_cell(table, "%s", line->area);
        money_cell(table, line->limit);
        money_cell(table, line->consumed);
        money_cell(table, committed);
        money_cell(table, expected);
        money_cell(table, line->limit - line->consumed - committed - expected);
    }
    vv_table_print(table, cli->out);
    vv_table_destroy(&table);
    (void)fputc('\n', cli->out);
    table = vv_table_create("month|area|contract|provider|>committed|>expected");
    for (size_t i = 0; i < forecast->count; i++) {
        const struct line *line = &forecast->lines[i];
        char contract[VV_ID_TEXT_BYTES];
        char month[VV_DATE_TEXT_BYTES];
        vv_id_format(line->contract, contract);
        vv_date_format(line->month, month);
        month[7] = '\0';
        vv_table_cell(table, "%s", month);
        vv_table_cell(table, "%s", line->area);
        const char *number = name_of(view, contract, "number");
        vv_table_cell(table, "%s", number[0] == '\0' ? contract : number);
        vv_table_cell(table, "%s", name_of(view, contract, "provider"));
        money_cell(table, line->committed);
        money_cell(table, line->expected);
    }
    vv_table_print(table, cli->out);
    vv_table_destroy(&table);
    return VV_EXIT_OK;
}

static int read_all(struct vv_cli *cli, struct vv_client *client, const char *scheme, int year)
{
    struct forecast forecast = {NULL, 0};
    struct vv_budgets budgets;
    char through[VV_DATE_TEXT_BYTES];
    vv_date last = vv_date_from_ymd((struct vv_ymd){year, 12, 31});
    int code = VV_EXIT_PROBLEM;
    vv_date_format(last, through);
    struct vv_ledger_view view;
    bool good = vv_ledger_view_read(client, &view);
    good = vv_budgets_fetch(client, scheme, &budgets) && good;
    for (uint16_t p = 0; good && p < vv_client_partitions(client); p++) {
        good = fetch_partition(client, scheme, last, p, &forecast);
    }
    if (!good) {
        code = vv_cli_wrong(cli, "`vagval status` shows whether payment is up",
                            "the forecast could not be read whole");
    } else {
        if (forecast.count > 0) {
            qsort(forecast.lines, forecast.count, sizeof(*forecast.lines), by_month);
        }
        code = cli->json ? forecast_json(cli, &forecast, &budgets, &view, through)
                         : forecast_text(cli, &forecast, &budgets, &view, through, year);
    }
    free(forecast.lines);
    vv_budgets_free(&budgets);
    vv_ledger_view_free(&view);
    return code;
}

int vv_budget_forecast(struct vv_cli *cli, const struct vv_args *args)
{
    const char *scheme = vv_finance_needed(cli, args, "scheme", "a scheme's id");
    if (scheme == NULL) {
        return VV_EXIT_USAGE;
    }
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_PAYMENT | 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    if (!vv_scheme_published(client, cli, scheme)) {
        vv_client_close(&client);
        return VV_EXIT_PROBLEM;
    }
    int this_year = vv_date_to_ymd(vv_client_business_date(client)).year;
    int code = read_all(cli, client, scheme, (int)vv_args_number(args, "year", this_year));
    vv_client_close(&client);
    return code;
}
