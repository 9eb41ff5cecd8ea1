/*
 * pay_budget.c: `vagval pay budget`: set limits, show what is reserved and consumed, forecast.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../payment/budget.h"
#include "pay_budget.h"
#include "pay_finance.h"
#include "table.h"

/* ---- set ---- */

static int tell_set(const struct vv_cli *cli, const Vagval__V1__BudgetSet *reply)
{
    char limit[VV_MONEY_TEXT_BYTES];
    char reserved[VV_MONEY_TEXT_BYTES];
    char consumed[VV_MONEY_TEXT_BYTES];
    vv_money_format(reply->limit, 1, limit);
    vv_money_format(reply->reserved, 1, reserved);
    vv_money_format(reply->consumed, 1, consumed);
    if (cli->json) {
        return vv_cli_json(cli,
                           json_pack("{s:I, s:I, s:I, s:i}", "limit", (json_int_t)reply->limit,
                                     "reserved", (json_int_t)reply->reserved, "consumed",
                                     (json_int_t)reply->consumed, "asked_again",
                                     (int)reply->reconsidered),
                           VV_EXIT_OK);
    }
    (void)fprintf(cli->out, "limit %s, reserved %s, consumed %s\n", limit, reserved, consumed);
    if (reply->reconsidered > 0) {
        (void)fprintf(cli->out, "%u without cover ask again\n", (unsigned)reply->reconsidered);
    }
    return VV_EXIT_OK;
}

static int send_set(struct vv_cli *cli, struct vv_client *client, const struct vv_args *args,
                    Vagval__V1__SetBudget *set)
{
    char reference[64];
    vv_date first = vv_date_from_ymd((struct vv_ymd){set->year, 1, 1});
    vv_date last = vv_date_from_ymd((struct vv_ymd){set->year, 12, 31});
    vv_date today = vv_client_business_date(client);
    vv_date on = today < first ? first : today > last ? last : today;
    struct vv_scheme *scheme = vv_finance_scheme(cli, client, set->scheme, on);
    if (scheme == NULL) {
        return VV_EXIT_PROBLEM;
    }
    struct vv_id budget =
        vv_budget_id(set->scheme, set->area, set->year, set->pot, vv_client_partitions(client));
    struct vv_request request = {.service = VV_PAYMENT,
                                 .partition = vv_id_partition(budget),
                                 .type = VV_MSG_SET_BUDGET,
                                 .id = vv_finance_message(args, "set-budget", reference),
                                 .subject = budget,
                                 .scheme = set->scheme};
    set->source_ref = reference;
    set->currency = (char *)(uintptr_t)scheme->currency;
    struct vv_client_answer answer;
    vv_client_call(client, request, &set->base, &answer);
    int code = answer.status == VV_OK ? tell_set(cli, (const Vagval__V1__BudgetSet *)answer.body)
                                      : vv_finance_refused(cli, "budget", &answer);
    vv_client_answer_free(&answer);
    vv_scheme_destroy(&scheme);
    return code;
}

#define BUDGET(member) offsetof(Vagval__V1__SetBudget, member)
static const struct vv_given set_fields[] = {
    {VV_GIVEN_TEXT, "scheme", "a scheme's id", BUDGET(scheme)},
    {VV_GIVEN_TEXT, "area", "an area of the scheme", BUDGET(area)},
    {VV_GIVEN_TEXT_OR_EMPTY, "pot", NULL, BUDGET(pot)},
    {VV_GIVEN_AMOUNT, "limit", NULL, BUDGET(limit)},
    VV_END_OF_GIVEN};

static int command_set(struct vv_cli *cli, const struct vv_args *args)
{
    static char source[] = VV_FINANCE_SOURCE;
    Vagval__V1__SetBudget set = VAGVAL__V1__SET_BUDGET__INIT;
    struct vv_given_bytes bytes;
    if (!vv_finance_fill(cli, args, set_fields, &set.base, &bytes)) {
        return VV_EXIT_USAGE;
    }
    set.year = (int32_t)vv_args_number(args, "year", 0);
    if (set.year == 0) {
        return vv_cli_usage(cli, "a year like 2021", "--year is missing");
    }
    set.source = source;
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_PAYMENT);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    int code = send_set(cli, client, args, &set);
    vv_client_close(&client);
    return code;
}

/* ---- reading all budgets ---- */

void vv_budgets_free(struct vv_budgets *budgets)
{
    for (size_t i = 0; i < budgets->count; i++) {
        vagval__v1__budget_line__free_unpacked(budgets->lines[i], NULL);
    }
    free(budgets->lines);
    memset(budgets, 0, sizeof(*budgets));
}

static bool keep(struct vv_budgets *budgets, const Vagval__V1__BudgetLine *line)
{
    size_t len = vagval__v1__budget_line__get_packed_size(line);
    uint8_t *bytes = malloc(len + 1);
    Vagval__V1__BudgetLine **grown =
        realloc(budgets->lines, (budgets->count + 1) * sizeof(*budgets->lines));
    if (grown != NULL) {
        budgets->lines = grown;
    }
    Vagval__V1__BudgetLine *copy = NULL;
    if (bytes != NULL && grown != NULL) {
        (void)vagval__v1__budget_line__pack(line, bytes);
        copy = vagval__v1__budget_line__unpack(NULL, len, bytes);
    }
    free(bytes);
    if (copy != NULL) {
        budgets->lines[budgets->count++] = copy;
    }
    return copy != NULL;
}

static bool fetch_partition(struct vv_client *client, const char *scheme, uint16_t partition,
                            struct vv_budgets *budgets)
{
    uint64_t after = 0;
    do {
        Vagval__V1__BudgetPage page = VAGVAL__V1__BUDGET_PAGE__INIT;
        page.partition = partition;
        page.after = after;
        page.scheme = (char *)(uintptr_t)(scheme == NULL ? "" : scheme);
        struct vv_request request = {
            .service = VV_PAYMENT, .partition = partition, .type = VV_MSG_BUDGET_PAGE};
        struct vv_client_answer answer;
        vv_client_call(client, request, &page.base, &answer);
        bool good = answer.status == VV_OK;
        const Vagval__V1__BudgetView *view = (const Vagval__V1__BudgetView *)answer.body;
        for (size_t i = 0; good && i < view->n_budgets; i++) {
            good = keep(budgets, view->budgets[i]);
        }
        after = good ? view->next : 0;
        vv_client_answer_free(&answer);
        if (!good) {
            return false;
        }
    } while (after != 0);
    return true;
}

static int by_name(const void *left, const void *right)
{
    const Vagval__V1__BudgetLine *a = *(const Vagval__V1__BudgetLine *const *)left;
    const Vagval__V1__BudgetLine *b = *(const Vagval__V1__BudgetLine *const *)right;
    int order = strcmp(a->scheme, b->scheme);
    order = order != 0 ? order : a->year - b->year;
    order = order != 0 ? order : strcmp(a->area, b->area);
    return order != 0 ? order : strcmp(a->pot, b->pot);
}

bool vv_budgets_fetch(struct vv_client *client, const char *scheme, struct vv_budgets *ret_budgets)
{
    memset(ret_budgets, 0, sizeof(*ret_budgets));
    for (uint16_t p = 0; p < vv_client_partitions(client); p++) {
        if (!fetch_partition(client, scheme, p, ret_budgets)) {
            vv_budgets_free(ret_budgets);
            return false;
        }
    }
    if (ret_budgets->count > 0) {
        qsort(ret_budgets->lines, ret_budgets->count, sizeof(*ret_budgets->lines), by_name);
    }
    return true;
}

/* ---- show ---- */

static void money_cell(struct vv_table *table, vv_money amount)
{
    char text[VV_MONEY_TEXT_BYTES];
    vv_money_format(amount, 1, text);
    vv_table_cell(table, "%s", text);
}

static json_t *uncovered_json(const Vagval__V1__BudgetLine *line)
{
    json_t *list = json_array();
    for (size_t i = 0; i < line->n_uncovered; i++) {
        const Vagval__V1__BudgetUncovered *one = line->uncovered[i];
        struct vv_id id;
        char text[VV_ID_TEXT_BYTES] = "";
        char day[VV_DATE_TEXT_BYTES];
        if (vv_id_from_bytes(one->case_id.data, one->case_id.len, &id) == VV_OK) {
            vv_id_format(id, text);
        }
        vv_date_format(one->on, day);
        (void)json_array_append_new(list, json_pack("{s:s, s:I, s:s}", "case", text, "missing",
                                                    (json_int_t)one->wanted, "since", day));
    }
    return list;
}

json_t *vv_budgets_json(const struct vv_budgets *budgets)
{
    json_t *list = json_array();
    for (size_t i = 0; i < budgets->count; i++) {
        const Vagval__V1__BudgetLine *line = budgets->lines[i];
        vv_money left =
            line->set ? line->limit - (line->reserved + line->consumed - line->over) : 0;
        (void)json_array_append_new(
            list,
            json_pack("{s:s, s:s, s:i, s:s, s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:i, s:i, s:I, s:o}",
                      "scheme", line->scheme, "area", line->area, "year", line->year, "pot",
                      line->pot, "currency", line->currency, "set", line->set ? 1 : 0, "limit",
                      (json_int_t)line->limit, "reserved", (json_int_t)line->reserved, "consumed",
                      (json_int_t)line->consumed, "without_cover_posted", (json_int_t)line->over,
                      "free", (json_int_t)(left > 0 ? left : 0), "claims", (int)line->claims,
                      "without_cover", (int)line->uncovered_count, "without_cover_amount",
                      (json_int_t)line->uncovered_wanted, "cases", uncovered_json(line)));
    }
    return list;
}

static void show_uncovered(const struct vv_cli *cli, const struct vv_budgets *budgets)
{
    struct vv_table *table = vv_table_create("case without cover|area|>year|pot|>missing|since");
    size_t rows = 0;
    for (size_t i = 0; i < budgets->count; i++) {
        const Vagval__V1__BudgetLine *line = budgets->lines[i];
        for (size_t k = 0; k < line->n_uncovered; k++, rows++) {
            const Vagval__V1__BudgetUncovered *one = line->uncovered[k];
            struct vv_id id;
            char text[VV_ID_TEXT_BYTES] = "";
            char day[VV_DATE_TEXT_BYTES];
            if (vv_id_from_bytes(one->case_id.data, one->case_id.len, &id) == VV_OK) {
                vv_id_format(id, text);
            }
            vv_date_format(one->on, day);
            vv_table_cell(table, "%s", text);
            vv_table_cell(table, "%s", line->area);
            vv_table_cell(table, "%d", line->year);
            vv_table_cell(table, "%s", line->pot);
            money_cell(table, one->wanted);
            vv_table_cell(table, "%s", day);
        }
    }
    if (rows > 0) {
        (void)fputc('\n', cli->out);
        vv_table_print(table, cli->out);
    }
    vv_table_destroy(&table);
}

static int show(const struct vv_cli *cli, const struct vv_budgets *budgets)
{
    if (cli->json) {
        return vv_cli_json(cli, json_pack("{s:o}", "budgets", vv_budgets_json(budgets)),
                           VV_EXIT_OK);
    }
    struct vv_table *table =
        vv_table_create("scheme|area|>year|pot|>limit|>reserved|>consumed|>free|>without cover");
    for (size_t i = 0; i < budgets->count; i++) {
        const Vagval__V1__BudgetLine *line = budgets->lines[i];
        vv_money left =
            line->set ? line->limit - (line->reserved + line->consumed - line->over) : 0;
        vv_table_cell(table, "%s", line->scheme);
        vv_table_cell(table, "%s", line->area);
        vv_table_cell(table, "%d", line->year);
        vv_table_cell(table, "%s", line->pot);
        if (line->set) {
            money_cell(table, line->limit);
        } else {
            vv_table_cell(table, "%s", "not set");
        }
        money_cell(table, line->reserved);
        money_cell(table, line->consumed);
        money_cell(table, left > 0 ? left : 0);
        money_cell(table, line->uncovered_wanted);
    }
    vv_table_print(table, cli->out);
    vv_table_destroy(&table);
    show_uncovered(cli, budgets);
    return VV_EXIT_OK;
}

static int command_show(struct vv_cli *cli, const struct vv_args *args)
{
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_PAYMENT);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    struct vv_budgets budgets;
    int code = VV_EXIT_PROBLEM;
    if (!vv_budgets_fetch(client, vv_args_text(args, "scheme", NULL), &budgets)) {
        code = vv_cli_wrong(cli, "`vagval status` shows whether payment is up",
                            "the budgets could not be read whole");
    } else {
        code = show(cli, &budgets);
    }
    vv_budgets_free(&budgets);
    vv_client_close(&client);
    return code;
}

/* ---- the commands ---- */

#define FIRST_YEAR 2000
#define LAST_YEAR 2199

static const struct vv_option set_options[] = {
    {"scheme", "ID", VV_OPTION_TEXT, "scheme", 0, 0},
    {"area", "CODE", VV_OPTION_TEXT, "area of the scheme", 0, 0},
    {"year", "YEAR", VV_OPTION_NUMBER, "calendar year", FIRST_YEAR, LAST_YEAR},
    {"pot", "NAME", VV_OPTION_TEXT, "quota of grants (what placements cost)", 0, 0},
    {"limit", "AMOUNT", VV_OPTION_TEXT, "the most that may be reserved and consumed", 0, 0},
    {"ref", "TEXT", VV_OPTION_TEXT, "own reference: the same again is the same message", 0, 0},
    VV_END_OF_OPTIONS};
static const struct vv_option show_options[] = {
    {"scheme", "ID", VV_OPTION_TEXT, "only this scheme (all)", 0, 0}, VV_END_OF_OPTIONS};
static const struct vv_option forecast_options[] = {
    {"scheme", "ID", VV_OPTION_TEXT, "scheme", 0, 0},
    {"year", "YEAR", VV_OPTION_NUMBER, "to the end of this year (the current one)", FIRST_YEAR,
     LAST_YEAR},
    VV_END_OF_OPTIONS};

const struct vv_command vv_commands_budget[] = {
    {"pay budget set", "", "set a limit per scheme, area and year, or a quota of grants",
     "By finance. A higher limit lets those without cover ask again; one below what is in use is\n"
     "refused.",
     "vagval pay budget set --scheme se-nacka-vux --area nacka --year 2021 --limit 50000000.00 "
     "--as anna",
     set_options, 0, 0, command_set},
    {"pay budget show", "", "show limits, what is reserved, consumed and free, who has no cover",
     NULL, "vagval pay budget show --scheme se-nacka-vux", show_options, 0, 0, command_show},
    {"pay budget forecast", "", "show what is committed and expected to the end of the year",
     "By budget, and the cash by month and provider.",
     "vagval pay budget forecast --scheme se-nacka-vux --year 2021", forecast_options, 0, 0,
     vv_budget_forecast},
    VV_END_OF_COMMANDS,
};
