/*
 * measure.c: `vagval measure`: the agency's published result measure from a file of counts. Needs
 * no running system. The whole file is read and checked before a line is written.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "csv_rows.h"
#include "files.h"
#include "vagval/limits.h"
#include "vagval/measure.h"

#define FILE_BYTES_MAX (256U * 1024 * 1024)

static const char *const columns[] = {"contract", "n_a",   "n_b",   "n_c",   "rr1_a",
                                      "rr1_b",    "rr1_c", "rr2_a", "rr2_b", "rr2_c",
                                      "w_a",      "w_b",   "w_c",   NULL};
enum { CONTRACT, PARTICIPANTS = 1, RR1 = 4, RR2 = 7, WEIGHT = 10 };

struct line {
    char *contract;
    unsigned line;
    struct vv_measure measure;
};
struct measures {
    struct line *lines;
    size_t count, capacity;
};

static void measures_free(struct measures *measures)
{
    for (size_t i = 0; i < measures->count; i++) {
        free(measures->lines[i].contract);
    }
    free(measures->lines);
}

static enum vv_status read_count(const struct vv_csv_row *row, int column, int64_t *ret_count,
                                 struct vv_error *ret_error)
{
    const char *text = row->values[column];
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || text[digits] != '\0' || digits > 12) {
        return vv_csv_wrong(ret_error, row, columns[column],
                            "must be a whole number from 0 to %" PRId64, VV_MEASURE_COUNT_MAX);
    }
    int64_t count = strtoll(text, NULL, 10);
    if (count > VV_MEASURE_COUNT_MAX) {
        return vv_csv_wrong(ret_error, row, columns[column], "must be at most %" PRId64,
                            VV_MEASURE_COUNT_MAX);
    }
    *ret_count = count;
    return VV_OK;
}

/* The results of a level: never more than its participants. */
static enum vv_status read_results(const struct vv_csv_row *row, int column, int64_t participants,
                                   int64_t *ret_count, struct vv_error *ret_error)
{
    enum vv_status status = read_count(row, column, ret_count, ret_error);

    if (status == VV_OK && *ret_count > participants) {
        return vv_csv_wrong(ret_error, row, columns[column],
                            "%" PRId64 " results of %" PRId64
                            " participants: more results than participants",
                            *ret_count, participants);
    }
    return status;
}

static enum vv_status read_weight(const struct vv_csv_row *row, int column,
                                  struct vv_decimal_number *ret_number, struct vv_error *ret_error)
{
    const char *text = row->values[column];
    bool comma = row->decimal_comma && strchr(text, ',') != NULL;
    enum vv_status status = vv_decimal_parse(text, comma ? ',' : '.', ret_number);

    if (status == VV_TOO_LARGE) {
        return vv_csv_wrong(ret_error, row, columns[column], "has more than %d digits",
                            VV_WEIGHT_DIGITS_MAX);
    }
    if (status != VV_OK) {
        return vv_csv_wrong(ret_error, row, columns[column],
                            "must be a decimal number of 0 or more, such as 0.710678");
    }
    return VV_OK;
}

static enum vv_status read_row(const struct vv_csv_row *row, struct vv_measure *ret_measure,
                               struct vv_error *ret_error)
{
    struct vv_measure_counts counts = {.participants = {0}};
    struct vv_decimal_number decimals[VV_MEASURE_LEVELS] = {{.units = 0}};
    struct vv_weights weights;
    enum vv_status status = VV_OK;

    for (int i = 0; status == VV_OK && i < VV_MEASURE_FILE_LEVELS; i++) {
        status = read_count(row, PARTICIPANTS + i, &counts.participants[i], ret_error);
    }
    for (int i = 0; status == VV_OK && i < VV_MEASURE_FILE_LEVELS; i++) {
        status = read_results(row, RR1 + i, counts.participants[i], &counts.rr1[i], ret_error);
    }
    for (int i = 0; status == VV_OK && i < VV_MEASURE_FILE_LEVELS; i++) {
        status = read_results(row, RR2 + i, counts.participants[i], &counts.rr2[i], ret_error);
    }
    for (int i = 0; status == VV_OK && i < VV_MEASURE_FILE_LEVELS; i++) {
        status = read_weight(row, WEIGHT + i, &decimals[i], ret_error);
    }
    if (status != VV_OK) {
        return status;
    }
    int64_t thousandths = 0;
    status = vv_weights_from_decimals(decimals, &weights);
    status = status == VV_OK ? vv_measure_of(&counts, &weights, ret_measure) : status;
    if (status == VV_OK && ret_measure->known) {
        status = vv_measure_round(ret_measure, 3, &thousandths);
    }
    if (status != VV_OK) {
        return vv_csv_wrong(ret_error, row, "w_a",
                            "with these weights the measure has too many digits to be exact");
    }
    return VV_OK;
}

static enum vv_status take_row(void *context, const struct vv_csv_row *row,
                               struct vv_error *ret_error)
{
    struct measures *measures = context;
    struct line line = {.line = row->line};

    if (row->values[CONTRACT][0] == '\0') {
        return vv_csv_wrong(ret_error, row, columns[CONTRACT], "is empty");
    }
    enum vv_status status = read_row(row, &line.measure, ret_error);
    if (status != VV_OK) {
        return status;
    }
    if (measures->count == measures->capacity) {
        size_t capacity = measures->capacity == 0 ? 256 : measures->capacity * 2;
        struct line *lines = realloc(measures->lines, capacity * sizeof(*lines));
        if (lines == NULL) {
            return vv_fail(ret_error, VV_NO_MEMORY, row->file, NULL, row->line, "no memory");
        }
        measures->lines = lines;
        measures->capacity = capacity;
    }
    line.contract = strdup(row->values[CONTRACT]);
    if (line.contract == NULL) {
        return vv_fail(ret_error, VV_NO_MEMORY, row->file, NULL, row->line, "no memory");
    }
    measures->lines[measures->count++] = line;
    return VV_OK;
}

static int by_contract(const void *a, const void *b)
{
    const struct line *x = *(const struct line *const *)a;
    const struct line *y = *(const struct line *const *)b;
    int order = strcmp(x->contract, y->contract);

    return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

/* Two measures of one contract would leave open which one holds. */
static enum vv_status check_twice(const char *name, const struct measures *measures,
                                  struct vv_error *ret_error)
{
    const struct line **sorted = calloc(measures->count + 1, sizeof(const struct line *));
    const struct line *first = NULL;
    const struct line *again = NULL;

    if (sorted == NULL) {
        return vv_fail(ret_error, VV_NO_MEMORY, name, NULL, 0, "no memory");
    }
    for (size_t i = 0; i < measures->count; i++) {
        sorted[i] = &measures->lines[i];
    }
    qsort(sorted, measures->count, sizeof(const struct line *), by_contract);
    for (size_t i = 1; i < measures->count; i++) {
        bool same = strcmp(sorted[i - 1]->contract, sorted[i]->contract) == 0;
        if (same && (again == NULL || sorted[i]->line < again->line)) {
            first = sorted[i - 1];
            again = sorted[i];
        }
    }
    free(sorted);
    if (again != NULL) {
        return vv_fail(ret_error, VV_INVALID, name, columns[CONTRACT], again->line,
                       "the same contract stands on line %u already", first->line);
    }
    return VV_OK;
}

/* RFC 4180: quoted when the name holds what would end the cell. */
static void write_name(FILE *out, const char *name)
{
    if (strpbrk(name, ",\"\r\n") == NULL) {
        (void)fputs(name, out);
        return;
    }
    (void)fputc('"', out);
    for (const char *c = name; *c != '\0'; c++) {
        if (*c == '"') {
            (void)fputc('"', out);
        }
        (void)fputc(*c, out);
    }
    (void)fputc('"', out);
}

static enum vv_status as_csv(const struct measures *measures, char **ret_text, size_t *ret_len,
                             struct vv_error *ret_error)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (out == NULL) {
        return vv_fail(ret_error, VV_NO_MEMORY, "vagval", NULL, 0, "no memory for the result");
    }
    (void)fputs("contract,measure\n", out);
    for (size_t i = 0; i < measures->count; i++) {
        char measure[VV_MEASURE_TEXT_BYTES];
        vv_measure_format(&measures->lines[i].measure, measure);
        write_name(out, measures->lines[i].contract);
        (void)fprintf(out, ",%s\n", measure);
    }
    bool failed = ferror(out) != 0;
    if (fclose(out) != 0 || failed) {
        free(text);
        return vv_fail(ret_error, VV_NO_MEMORY, "vagval", NULL, 0, "no memory for the result");
    }
    *ret_text = text;
    *ret_len = len;
    return VV_OK;
}

static int print_json(const struct vv_cli *cli, const struct measures *measures, const char *path)
{
    json_t *list = json_array();
    size_t unknown = 0;

    for (size_t i = 0; i < measures->count; i++) {
        const struct line *line = &measures->lines[i];
        char measure[VV_MEASURE_TEXT_BYTES];
        vv_measure_format(&line->measure, measure);
        unknown += line->measure.known ? 0 : 1;
        (void)json_array_append_new(list,
                                    json_pack("{s:s, s:s?}", "contract", line->contract, "measure",
                                              line->measure.known ? measure : NULL));
    }
    return vv_cli_json(
        cli, json_pack("{s:o, s:i, s:s?}", "measures", list, "unknown", (int)unknown, "out", path),
        VV_EXIT_OK);
}

static enum vv_status measure_file(const char *path, struct measures *ret_measures,
                                   struct vv_error *ret_error)
{
    const struct vv_csv_rows rows = {.columns = columns, .row = take_row, .context = ret_measures};
    char *bytes = NULL;
    size_t len = 0;
    enum vv_status status = vv_file_read(path, FILE_BYTES_MAX, &bytes, &len, ret_error);

    if (status == VV_OK) {
        status = vv_csv_read(path, bytes, len, &rows, ret_error);
        free(bytes);
    }
    return status == VV_OK ? check_twice(path, ret_measures, ret_error) : status;
}

int vv_command_measure(struct vv_cli *cli, const struct vv_args *args)
{
    const char *in = vv_args_text(args, "in", NULL);
    const char *path = vv_args_text(args, "out", NULL);
    struct measures measures = {0};
    struct vv_error error = {0};
    char *text = NULL;
    size_t len = 0;

    if (in == NULL) {
        return vv_cli_usage(cli, "example: vagval measure --in counts.csv", "--in FILE is missing");
    }
    enum vv_status status = measure_file(in, &measures, &error);
    if (status == VV_OK) {
        status = as_csv(&measures, &text, &len, &error);
    }
    if (status == VV_OK && path != NULL) {
        status = vv_file_write(path, text, len, 0644, &error);
    }
    int code = VV_EXIT_OK;
    if (status != VV_OK) {
        code = vv_cli_fail(cli, &error, "nothing was written; correct this and run it again");
    } else if (cli->json) {
        code = print_json(cli, &measures, path);
    } else if (path == NULL) {
        code =
            fwrite(text, 1, len, cli->out) == len && fflush(cli->out) == 0
                ? VV_EXIT_OK
                : vv_cli_wrong(cli, NULL, "the result could not be written: %s", strerror(errno));
    }
    free(text);
    measures_free(&measures);
    return code;
}
