/*
 * pay_quota.c: `vagval pay quota` and `vagval pay admission`: what is shared among municipalities
 * by their customers, and whether a municipal trial meets its terms. Needs no running system.
 */
#include <csv.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "files.h"
#include "table.h"
#include "vagval/limits.h"
#include "vagval/shares.h"

#define ROWS_MAX 1000
#define CELL_BYTES 64
#define FILE_BYTES_MAX (1024 * 1024)

enum column { COLUMN_MUNICIPALITY, COLUMN_CENTRE, COLUMN_INHABITANTS, COLUMN_CUSTOMERS, COLUMNS };

static const char *const column_names[COLUMNS] = {"municipality", "centre", "inhabitants",
                                                  "customers"};

struct row {
    char cells[COLUMNS][CELL_BYTES];
    int64_t inhabitants, customers;
};

struct reader {
    struct row *rows;
    size_t count;
    int places[64]; /* which column stands in the n-th cell; -1 = none of ours */
    size_t place_count, cell;
    unsigned line;
    bool have_header;
    char wrong[160]; /* the first thing that is wrong */
    unsigned wrong_line;
};

static void complain(struct reader *reader, const char *text, const char *what)
{
    if (reader->wrong[0] == '\0') {
        (void)snprintf(reader->wrong, sizeof(reader->wrong), "%s%s", text, what);
        reader->wrong_line = reader->line;
    }
}

static void take_cell(void *bytes, size_t len, void *context)
{
    struct reader *reader = context;
    const char *text = bytes;
    if (reader->cell >= sizeof(reader->places) / sizeof(reader->places[0])) {
        complain(reader, "too many columns", "");
        return;
    }
    size_t at = reader->cell++;
    if (!reader->have_header) {
        reader->places[at] = -1;
        for (int i = 0; i < COLUMNS; i++) {
            if (strlen(column_names[i]) == len && memcmp(column_names[i], text, len) == 0) {
                reader->places[at] = i;
            }
        }
        reader->place_count = at + 1;
        return;
    }
    if (at >= reader->place_count || reader->places[at] < 0) {
        return;
    }
    if (len >= CELL_BYTES || memchr(text, '\0', len) != NULL) {
        complain(reader, "this cell cannot be used: ", column_names[reader->places[at]]);
        return;
    }
    if (reader->count < ROWS_MAX) {
        char *cell = reader->rows[reader->count].cells[reader->places[at]];
        memcpy(cell, text, len);
        cell[len] = '\0';
    }
}

static bool read_number(const char *text, int64_t *ret_number)
{
    size_t len = strlen(text);
    if (len == 0 || len > 12 || strspn(text, "0123456789") != len) {
        return false;
    }
    *ret_number = strtoll(text, NULL, 10);
    return true;
}

static bool has_column(const struct reader *reader, int column)
{
    for (size_t i = 0; i < reader->place_count; i++) {
        if (reader->places[i] == column) {
            return true;
        }
    }
    return false;
}

static void take_row(int end, void *context)
{
    (void)end;
    struct reader *reader = context;
    reader->line++;
    reader->cell = 0;
    if (!reader->have_header) {
        reader->have_header = true;
        return;
    }
    if (reader->count == ROWS_MAX) {
        complain(reader, "too many municipalities", "");
        return;
    }
    struct row *row = &reader->rows[reader->count++];
    if (row->cells[COLUMN_MUNICIPALITY][0] == '\0') {
        complain(reader, "a row without municipality", "");
    }
    if (!read_number(row->cells[COLUMN_CUSTOMERS], &row->customers)) {
        complain(reader, "must be a whole number, 0 or more: ", "customers");
    }
    if (has_column(reader, COLUMN_INHABITANTS) &&
        !read_number(row->cells[COLUMN_INHABITANTS], &row->inhabitants)) {
        complain(reader, "must be a whole number, 0 or more: ", "inhabitants");
    }
}

/* Reads the file given with --in; prints what is wrong. The caller frees reader->rows. */
static bool read_rows(const struct vv_cli *cli, const struct vv_args *args, bool admission,
                      struct reader *reader)
{
    const char *name = vv_args_text(args, "in", NULL);
    const char *advice =
        admission ? "a CSV file with the columns municipality,centre,inhabitants,customers"
                  : "a CSV file with the columns municipality,customers";
    memset(reader, 0, sizeof(*reader));
    reader->line = 1;
    if (name == NULL) {
        (void)vv_cli_usage(cli, advice, "--in FILE is missing");
        return false;
    }
    char *bytes = NULL;
    size_t len = 0;
    struct vv_error error;
    if (vv_file_read(name, FILE_BYTES_MAX, &bytes, &len, &error) != VV_OK) {
        (void)vv_cli_fail(cli, &error, advice);
        return false;
    }
    struct csv_parser parser;
    reader->rows = calloc(ROWS_MAX, sizeof(*reader->rows));
    if (reader->rows == NULL || csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
        free(bytes);
        (void)vv_cli_wrong(cli, NULL, "not enough memory");
        return false;
    }
    bool whole = csv_parse(&parser, bytes, len, take_cell, take_row, reader) == len &&
                 csv_fini(&parser, take_cell, take_row, reader) == 0;
    csv_free(&parser);
    free(bytes);
    if (!whole) {
        complain(reader, "is not CSV", "");
    }
    for (int i = 0; i < COLUMNS; i++) {
        bool needed = admission || i == COLUMN_MUNICIPALITY || i == COLUMN_CUSTOMERS;
        if (needed && !has_column(reader, i)) {
            reader->wrong[0] = '\0';
            reader->line = 1;
            complain(reader, "this column is missing: ", column_names[i]);
        }
    }
    if (reader->wrong[0] == '\0' && reader->count == 0) {
        complain(reader, "no municipality stands in it", "");
    }
    if (reader->wrong[0] != '\0') {
        (void)vv_cli_wrong(cli, advice, "%s:%u: %s", name, reader->wrong_line, reader->wrong);
    }
    return reader->wrong[0] == '\0';
}

/* ---- pay quota ---- */

struct shared {
    const char *what; /* "quota" or "staff" */
    int64_t total, quota;
    struct vv_share_part *parts;
};

static int share_failed(const struct vv_cli *cli, enum vv_status status)
{
    return vv_cli_wrong(cli, "correct the file or the options", "%s",
                        status == VV_CONFLICT ? "a municipality stands twice"
                                              : "the customers cannot be shared by: none at all, "
                                                "or more than the area has");
}

static int64_t customers_of(const struct reader *reader)
{
    int64_t sum = 0;
    for (size_t i = 0; i < reader->count; i++) {
        sum += reader->rows[i].customers; /* at most 1000 x 10^12 */
    }
    return sum;
}

static enum vv_status share_out(const struct reader *reader, int64_t area, struct shared *shared)
{
    enum vv_status status =
        vv_quota_of_trial(shared->total, customers_of(reader), area, &shared->quota);
    shared->parts = calloc(reader->count, sizeof(*shared->parts));
    if (shared->parts == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; i < reader->count; i++) {
        shared->parts[i] = (struct vv_share_part){reader->rows[i].cells[COLUMN_MUNICIPALITY],
                                                  reader->rows[i].customers, 0};
    }
    return status == VV_OK ? vv_quota_share(shared->quota, shared->parts, reader->count) : status;
}

static int quota_json(const struct vv_cli *cli, const struct reader *reader, int64_t area,
                      const struct shared *shared, size_t count)
{
    json_t *document = json_pack("{s:I, s:I}", "customers", (json_int_t)customers_of(reader),
                                 "area_customers", (json_int_t)area);
    json_t *rows = json_array();
    for (size_t i = 0; i < reader->count; i++) {
        json_t *row = json_pack("{s:s, s:I}", "municipality", shared[0].parts[i].code, "customers",
                                (json_int_t)shared[0].parts[i].customers);
        for (size_t k = 0; k < count; k++) {
            (void)json_object_set_new(row, shared[k].what,
                                      json_integer((json_int_t)shared[k].parts[i].share));
        }
        (void)json_array_append_new(rows, row);
    }
    for (size_t k = 0; k < count; k++) {
        (void)json_object_set_new(document, shared[k].what,
                                  json_integer((json_int_t)shared[k].quota));
    }
    (void)json_object_set_new(document, "municipalities", rows);
    return vv_cli_json(cli, document, VV_EXIT_OK);
}

static int quota_text(const struct vv_cli *cli, const struct reader *reader,
                      const struct shared *shared, size_t count)
{
    char heads[96];
    char text[VV_MONEY_TEXT_BYTES];
    (void)snprintf(heads, sizeof(heads), "municipality|>customers|>%s%s%s", shared[0].what,
                   count > 1 ? "|>" : "", count > 1 ? shared[1].what : "");
    struct vv_table *table = vv_table_create(heads);
    for (size_t i = 0; i < reader->count; i++) {
        vv_table_cell(table, "%s", shared[0].parts[i].code);
        vv_table_cell(table, "%" PRId64, shared[0].parts[i].customers);
        for (size_t k = 0; k < count; k++) {
            vv_money_format(shared[k].parts[i].share, 1, text);
            vv_table_cell(table, "%s", text);
        }
    }
    vv_table_rule(table);
    vv_table_cell(table, "%s", "all");
    vv_table_cell(table, "%" PRId64, customers_of(reader));
    for (size_t k = 0; k < count; k++) {
        vv_money_format(shared[k].quota, 1, text);
        vv_table_cell(table, "%s", text);
    }
    vv_table_print(table, cli->out);
    vv_table_destroy(&table);
    return VV_EXIT_OK;
}

/* An amount or a number of person-years: both have two decimals. */
static bool read_total(const struct vv_args *args, const char *option, struct shared *shared,
                       size_t *count)
{
    const char *text = vv_args_text(args, option, NULL);
    if (text == NULL) {
        return true;
    }
    struct shared one = {.what = strcmp(option, "staff") == 0 ? "staff" : "quota"};
    if (vv_money_parse(text, &one.total) != VV_OK || one.total < 0) {
        return false;
    }
    shared[(*count)++] = one;
    return true;
}

int vv_command_pay_quota(struct vv_cli *cli, const struct vv_args *args)
{
    struct shared shared[2];
    size_t count = 0;
    if (!read_total(args, "appropriation", shared, &count) ||
        !read_total(args, "staff", shared, &count) || count == 0) {
        return vv_cli_usage(cli, "for example --appropriation 1500000.00 or --staff 12.50",
                            "an appropriation or staff to share out is needed, two decimals at "
                            "most");
    }
    struct reader reader;
    int code = VV_EXIT_PROBLEM;
    if (read_rows(cli, args, false, &reader)) {
        int64_t area = vv_args_number(args, "area-customers", customers_of(&reader));
        enum vv_status status = VV_OK;
        for (size_t k = 0; k < count && status == VV_OK; k++) {
            status = share_out(&reader, area, &shared[k]);
        }
        if (status != VV_OK) {
            code = share_failed(cli, status);
        } else {
            code = cli->json ? quota_json(cli, &reader, area, shared, count)
                             : quota_text(cli, &reader, shared, count);
        }
        for (size_t k = 0; k < count; k++) {
            free(shared[k].parts);
        }
    }
    free(reader.rows);
    return code;
}

/* ---- pay admission ---- */

static int admission_json(const struct vv_cli *cli, const struct vv_trial *trial,
                          const struct vv_trial_verdict *verdict, int code)
{
    json_t *document = json_pack(
        "{s:b, s:I, s:b, s:b, s:I, s:I, s:I, s:b}", "admitted", verdict->admitted, "inhabitants",
        (json_int_t)verdict->inhabitants, "enough_inhabitants", verdict->enough_inhabitants,
        "one_centre", verdict->one_centre, "customers", (json_int_t)verdict->customers,
        "chosen_customers", (json_int_t)trial->chosen_customers, "area_customers",
        (json_int_t)trial->area_customers, "few_enough_customers", verdict->few_enough_customers);
    if (trial->support_cost > 0) {
        (void)json_object_set_new(document, "own_effort_reached",
                                  json_boolean(verdict->effort_reached));
    }
    return vv_cli_json(cli, document, code);
}

static const char *answer(bool met, bool waived)
{
    return met ? "yes" : waived ? "no, waived for a weighty reason" : "NO";
}

static int admission_text(const struct vv_cli *cli, const struct vv_trial *trial,
                          const struct vv_trial_verdict *verdict, int code)
{
    struct vv_table *table = vv_table_create("condition|figures|met");
    vv_table_cell(table, "%s", "at least 30 000 inhabitants together");
    vv_table_cell(table, "%" PRId64, verdict->inhabitants);
    vv_table_cell(table, "%s", answer(verdict->enough_inhabitants, trial->inhabitants_waived));
    vv_table_cell(table, "%s", "within one centre's area");
    vv_table_cell(table, "%zu municipalities", trial->count);
    vv_table_cell(table, "%s", answer(verdict->one_centre, false));
    vv_table_cell(table, "%s", "about 40 % of the area's customers at most");
    vv_table_cell(table, "%" PRId64 " + %" PRId64 " of %" PRId64, verdict->customers,
                  trial->chosen_customers, trial->area_customers);
    vv_table_cell(table, "%s", answer(verdict->few_enough_customers, trial->customers_waived));
    if (trial->support_cost > 0) {
        vv_table_cell(table, "%s", "own effort, 15 % of the cost of 2018 (reference value)");
        vv_table_cell(table, "%s", "");
        vv_table_cell(table, "%s", verdict->effort_reached ? "yes" : "no, reported only");
    }
    vv_table_print(table, cli->out);
    vv_table_destroy(&table);
    (void)fprintf(cli->out, "%s\n", verdict->admitted ? "may be admitted" : "not to be admitted");
    return code;
}

/* An amount given as text; 0 when it is not given. */
static bool read_amount(const struct vv_args *args, const char *option, int64_t *ret_amount)
{
    const char *text = vv_args_text(args, option, "0");
    return vv_money_parse(text, ret_amount) == VV_OK && *ret_amount >= 0;
}

int vv_command_pay_admission(struct vv_cli *cli, const struct vv_args *args)
{
    struct vv_trial trial = {
        .chosen_customers = vv_args_number(args, "chosen", 0),
        .area_customers = vv_args_number(args, "area-customers", 0),
        .inhabitants_waived = vv_args_text(args, "waive-inhabitants", NULL) != NULL,
        .customers_waived = vv_args_text(args, "waive-customers", NULL) != NULL,
    };
    if (trial.area_customers < 1) {
        return vv_cli_usage(cli, "for example --area-customers 24000",
                            "the number of customers in the centre's whole area is needed");
    }
    if (!read_amount(args, "effort", &trial.own_effort) ||
        !read_amount(args, "support-cost", &trial.support_cost)) {
        return vv_cli_usage(cli, "for example --effort 150000.00 --support-cost 1000000.00",
                            "effort and support cost are amounts, two decimals at most");
    }
    struct reader reader;
    int code = VV_EXIT_PROBLEM;
    if (read_rows(cli, args, true, &reader)) {
        struct vv_trial_municipality *places = calloc(reader.count, sizeof(*places));
        for (size_t i = 0; places != NULL && i < reader.count; i++) {
            places[i] = (struct vv_trial_municipality){
                reader.rows[i].cells[COLUMN_MUNICIPALITY], reader.rows[i].cells[COLUMN_CENTRE],
                reader.rows[i].inhabitants, reader.rows[i].customers};
        }
        trial.municipalities = places;
        trial.count = places == NULL ? 0 : reader.count;
        struct vv_trial_verdict verdict;
        enum vv_status status = vv_trial_judge(&trial, &verdict);
        if (status != VV_OK) {
            code = share_failed(cli, status);
        } else {
            code = verdict.admitted ? VV_EXIT_OK : VV_EXIT_PROBLEM;
            code = cli->json ? admission_json(cli, &trial, &verdict, code)
                             : admission_text(cli, &trial, &verdict, code);
        }
        free(places);
    }
    free(reader.rows);
    return code;
}
