/*
 * csv_rows.c: CSV through libcsv, fed line by line so that lines can be counted and bounded.
 */
#include "csv_rows.h"

#include <csv.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vagval/limits.h"

struct reader {
    const char *name;
    const struct vv_csv_rows *rows;
    struct vv_error *error;
    enum vv_status status; /* of the first mistake */
    bool have_header;
    size_t width;                        /* cells of the header */
    size_t wanted;                       /* columns wanted */
    size_t position[VV_CSV_COLUMNS_MAX]; /* of wanted column i among the cells */
    bool decimal_comma;
    char cells[VV_CSV_LINE_BYTES_MAX + VV_CSV_COLUMNS_MAX];
    size_t cells_used;
    const char *values[VV_CSV_COLUMNS_MAX];
    size_t value_count;
    const char *broken; /* what is wrong with the row's cells, or NULL */
    unsigned line, row_line;
    size_t row_bytes;
};

enum vv_status vv_csv_wrong(struct vv_error *ret_error, const struct vv_csv_row *row,
                            const char *field, const char *format, ...)
{
    char text[sizeof(ret_error->text)];
    va_list list;

    va_start(list, format);
    (void)vsnprintf(text, sizeof(text), format, list);
    va_end(list);
    return vv_fail(ret_error, VV_INVALID, row->file, field, row->line, "%s", text);
}

static void wrong(struct reader *reader, const char *field, const char *text)
{
    if (reader->status == VV_OK) {
        reader->status =
            vv_fail(reader->error, VV_INVALID, reader->name, field, reader->row_line, "%s", text);
    }
}

static void end_of_cell(void *cell, size_t len, void *context)
{
    struct reader *reader = context;

    if (reader->value_count == VV_CSV_COLUMNS_MAX ||
        len + 1 > sizeof(reader->cells) - reader->cells_used) {
        reader->broken = "has too many cells";
        return;
    }
    char *at = reader->cells + reader->cells_used;
    if (len > 0) {
        memcpy(at, cell, len);
    }
    at[len] = '\0';
    if (strlen(at) != len) {
        reader->broken = "holds a NUL byte";
    }
    reader->cells_used += len + 1;
    reader->values[reader->value_count++] = at;
}

static void clear_row(struct reader *reader)
{
    reader->cells_used = 0;
    reader->value_count = 0;
    reader->broken = NULL;
    reader->row_bytes = 0;
    reader->row_line = reader->line + 1;
}

static void take_header(struct reader *reader)
{
    reader->width = reader->value_count;
    for (size_t i = 0; reader->rows->columns[i] != NULL; i++) {
        const char *column = reader->rows->columns[i];
        size_t found = 0;
        for (size_t k = 0; k < reader->value_count; k++) {
            if (strcmp(reader->values[k], column) == 0) {
                reader->position[i] = k;
                found++;
            }
        }
        if (found != 1) {
            wrong(reader, column,
                  found == 0 ? "this column is missing" : "this column stands twice");
            return;
        }
        reader->wanted = i + 1;
    }
    reader->have_header = true;
}

static void take_row(struct reader *reader)
{
    const char *values[VV_CSV_COLUMNS_MAX];
    struct vv_csv_row row = {.file = reader->name,
                             .line = reader->row_line,
                             .decimal_comma = reader->decimal_comma,
                             .values = values};

    if (reader->value_count != reader->width) {
        char text[96];
        (void)snprintf(text, sizeof(text), "has %zu cells where the first line has %zu",
                       reader->value_count, reader->width);
        wrong(reader, NULL, text);
        return;
    }
    for (size_t i = 0; i < reader->wanted; i++) {
        values[i] = reader->values[reader->position[i]];
    }
    reader->status = reader->rows->row(reader->rows->context, &row, reader->error);
}

static void end_of_row(int with, void *context)
{
    (void)with;
    struct reader *reader = context;

    if (reader->status != VV_OK) {
        return;
    }
    if (reader->broken != NULL) {
        wrong(reader, NULL, reader->broken);
    } else if (!reader->have_header) {
        take_header(reader);
    } else {
        take_row(reader);
    }
    clear_row(reader);
}

static void feed_line(struct csv_parser *parser, struct reader *reader, const char *line,
                      size_t len)
{
    bool blank = (len == 1 && line[0] == '\n') || (len == 2 && line[0] == '\r');

    reader->line++;
    if (blank && reader->row_bytes == 0) {
        reader->row_line = reader->line + 1; /* libcsv passes over it without a word */
        return;
    }
    reader->row_bytes += len;
    if (reader->row_bytes > VV_CSV_LINE_BYTES_MAX) {
        wrong(reader, NULL, "is longer than a line may be, or a quotation mark is not closed");
    } else if (csv_parse(parser, line, len, end_of_cell, end_of_row, reader) != len) {
        wrong(reader, NULL, "has a misplaced quotation mark");
    }
}

static void feed(struct csv_parser *parser, struct reader *reader, const char *bytes, size_t len)
{
    size_t at = 0;

    while (at < len && reader->status == VV_OK) {
        const char *newline = memchr(bytes + at, '\n', len - at);
        size_t line = newline == NULL ? len - at : (size_t)(newline - bytes) - at + 1;
        feed_line(parser, reader, bytes + at, line);
        at += line;
    }
    if (reader->status == VV_OK && csv_fini(parser, end_of_cell, end_of_row, reader) != 0) {
        wrong(reader, NULL, "a quotation mark is not closed");
    }
    if (reader->status == VV_OK && !reader->have_header) {
        reader->row_line = 1;
        wrong(reader, NULL, "has no line of column names");
    }
}

enum vv_status vv_csv_read(const char *name, const char *bytes, size_t len,
                           const struct vv_csv_rows *rows, struct vv_error *ret_error)
{
    static const char mark[] = "\xEF\xBB\xBF"; /* some programs write it before UTF-8 */
    struct csv_parser parser;
    struct reader *reader = calloc(1, sizeof(*reader));

    if (reader == NULL || csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
        free(reader);
        return vv_fail(ret_error, VV_NO_MEMORY, name, NULL, 0, "no memory to read it");
    }
    if (len >= 3 && memcmp(bytes, mark, 3) == 0) {
        bytes += 3;
        len -= 3;
    }
    const char *newline = memchr(bytes, '\n', len);
    size_t header = newline == NULL ? len : (size_t)(newline - bytes);
    bool semicolons = memchr(bytes, ';', header) != NULL && memchr(bytes, ',', header) == NULL;
    csv_set_delim(&parser, semicolons ? ';' : ',');
    reader->name = name;
    reader->rows = rows;
    reader->error = ret_error;
    reader->row_line = 1;
    reader->decimal_comma = semicolons;
    feed(&parser, reader, bytes, len);
    csv_free(&parser);
    enum vv_status status = reader->status;
    free(reader);
    return status;
}
