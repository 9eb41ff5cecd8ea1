/*
 * records_csv.c: CSV through libcsv, fed line by line so that lines can be counted and bounded. A
 * line that cannot be read is rejected, and reading goes on with the next.
 */
#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "records.h"
#include "vagval/limits.h"

struct reader {
    const char *name;
    const struct vv_records_callbacks *callbacks;
    void *context;
    bool have_header, failed;
    enum vv_record_kind kind;
    char *columns[VV_ROW_FIELDS_MAX];
    size_t column_count;
    /* The row being read. */
    char cells[VV_CSV_LINE_BYTES_MAX + VV_ROW_FIELDS_MAX];
    size_t cells_used;
    const char *values[VV_ROW_FIELDS_MAX];
    size_t value_count;
    bool too_many;
    unsigned line, row_line;
    size_t row_bytes;
    struct vv_error *error;
};

static void end_of_cell(void *cell, size_t len, void *context)
{
    struct reader *reader = context;
    if (reader->value_count == VV_ROW_FIELDS_MAX ||
        len + 1 > sizeof(reader->cells) - reader->cells_used) {
        reader->too_many = true;
        return;
    }
    char *at = reader->cells + reader->cells_used;
    if (len > 0) {
        memcpy(at, cell, len);
    }
    at[len] = '\0';
    /* A NUL inside would hide the rest: make the cell invalid instead. */
    if (len > 0 && memchr(cell, '\0', len) != NULL) {
        at[0] = '\x01';
    }
    reader->cells_used += len + 1;
    reader->values[reader->value_count++] = at;
}

static void clear_row(struct reader *reader)
{
    reader->cells_used = 0;
    reader->value_count = 0;
    reader->too_many = false;
    reader->row_bytes = 0;
    reader->row_line = reader->line + 1;
}

static void unusable(struct reader *reader, const char *field, const char *text, const char *more)
{
    reader->failed = true;
    (void)vv_fail(reader->error, VV_INVALID, reader->name, field, reader->row_line, "%s%s", text,
                  more);
}

/* The kind is the last one whose marking column is there (a contract's row, too, names the
 * provider's number); then no column may be unknown or missing. */
static void take_header(struct reader *reader)
{
    bool found = false;
    for (int k = VV_RECORD_KINDS - 1; k >= 0 && !found; k--) {
        for (const struct vv_column *c = vv_record_shapes[k].columns; c->name != NULL; c++) {
            for (size_t i = 0; i < reader->value_count && c->marks && !found; i++) {
                found = strcmp(reader->values[i], c->name) == 0;
                reader->kind = (enum vv_record_kind)k;
            }
        }
    }
    if (!found) {
        unusable(reader, NULL, "these columns fit no kind of record; see `vagval load --help`", "");
        return;
    }
    for (size_t i = 0; i < reader->value_count; i++) {
        bool is_free = false;
        const char *column = reader->values[i];
        if (vv_record_column(reader->kind, column, &is_free) == NULL && !is_free) {
            unusable(reader, column,
                     "is not a column of this kind: ", vv_record_shapes[reader->kind].name);
            return;
        }
        for (size_t j = 0; j < i; j++) {
            if (strcmp(reader->values[j], column) == 0) {
                unusable(reader, column, "stands twice", "");
                return;
            }
        }
        reader->columns[i] = strdup(column);
        if (reader->columns[i] == NULL) {
            reader->failed = true;
            return;
        }
        reader->column_count = i + 1;
    }
    for (const struct vv_column *c = vv_record_shapes[reader->kind].columns; c->name != NULL; c++) {
        bool there = false;
        for (size_t i = 0; i < reader->column_count; i++) {
            there = there || strcmp(reader->columns[i], c->name) == 0;
        }
        if (c->required && !there) {
            unusable(reader, c->name, "this column is missing for kind ",
                     vv_record_shapes[reader->kind].name);
            return;
        }
    }
    reader->have_header = true;
}

static void end_of_row(int with, void *context)
{
    (void)with;
    struct reader *reader = context;
    if (reader->failed) {
        return;
    }
    if (reader->too_many) {
        reader->callbacks->reject(reader->context, reader->row_line, "", "has too many cells");
    } else if (!reader->have_header) {
        take_header(reader);
    } else if (reader->value_count != reader->column_count) {
        char reason[96];
        (void)snprintf(reason, sizeof(reason), "has %zu cells where the header has %zu",
                       reader->value_count, reader->column_count);
        reader->callbacks->reject(reader->context, reader->row_line, "", reason);
    } else {
        struct vv_row_field fields[VV_ROW_FIELDS_MAX];
        struct vv_row row = {
            .kind = reader->kind, .line = reader->row_line, .fields = fields, .field_count = 0};
        for (size_t i = 0; i < reader->value_count; i++) {
            if (reader->values[i][0] != '\0') {
                fields[row.field_count++] =
                    (struct vv_row_field){reader->columns[i], reader->values[i]};
            }
        }
        vv_row_deliver(reader->callbacks, reader->context, &row);
    }
    clear_row(reader);
}

static int start_parser(struct csv_parser *parser, char delimiter)
{
    if (csv_init(parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
        return -1;
    }
    csv_set_delim(parser, (unsigned char)delimiter);
    return 0;
}

/* After a line that cannot be read: reject it, and start afresh on the next. */
static int restart(struct csv_parser *parser, struct reader *reader, char delimiter,
                   const char *reason)
{
    csv_free(parser);
    if (!reader->have_header) {
        unusable(reader, NULL, "the line of column names cannot be read: it ", reason);
    } else {
        reader->callbacks->reject(reader->context, reader->row_line, "", reason);
    }
    clear_row(reader);
    return start_parser(parser, delimiter);
}

static int feed_lines(struct csv_parser *parser, struct reader *reader, const char *bytes,
                      size_t len, char delimiter)
{
    size_t at = 0;
    while (at < len && !reader->failed) {
        const char *newline = memchr(bytes + at, '\n', len - at);
        size_t line = newline == NULL ? len - at : (size_t)(newline - bytes) - at + 1;
        reader->line++;
        bool blank = newline != NULL && (line == 1 || (line == 2 && bytes[at] == '\r'));
        if (blank && reader->row_bytes == 0) {
            reader->row_line = reader->line + 1; /* libcsv passes over it without a word */
            at += line;
            continue;
        }
        reader->row_bytes += line;
        if (reader->row_bytes > VV_CSV_LINE_BYTES_MAX) {
            if (restart(parser, reader, delimiter,
                        "is longer than a line may be, or a quotation mark is not closed") != 0) {
                return -1;
            }
        } else if (csv_parse(parser, bytes + at, line, end_of_cell, end_of_row, reader) != line) {
            if (restart(parser, reader, delimiter, "has a misplaced quotation mark") != 0) {
                return -1;
            }
        }
        at += line;
    }
    if (!reader->failed && csv_fini(parser, end_of_cell, end_of_row, reader) != 0) {
        reader->callbacks->reject(reader->context, reader->row_line, "",
                                  "a quotation mark is not closed");
    }
    return 0;
}

enum vv_status vv_records_csv(const char *name, const char *bytes, size_t len,
                              const struct vv_records_callbacks *callbacks, void *context,
                              struct vv_error *ret_error)
{
    struct reader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL) {
        return vv_fail(ret_error, VV_NO_MEMORY, name, NULL, 0, "no memory to read it");
    }
    reader->name = name;
    reader->callbacks = callbacks;
    reader->context = context;
    reader->error = ret_error;
    reader->row_line = 1;
    const char *newline = memchr(bytes, '\n', len);
    size_t header = newline == NULL ? len : (size_t)(newline - bytes);
    bool semicolons = memchr(bytes, ';', header) != NULL && memchr(bytes, ',', header) == NULL;
    char delimiter = semicolons ? ';' : ',';
    struct csv_parser parser;
    int failed = start_parser(&parser, delimiter);
    if (failed == 0) {
        failed = feed_lines(&parser, reader, bytes, len, delimiter);
        csv_free(&parser);
    }
    enum vv_status status = VV_OK;
    if (failed != 0) {
        status = vv_fail(ret_error, VV_NO_MEMORY, name, NULL, 0, "no memory to read it");
    } else if (reader->failed) {
        status = VV_INVALID;
    } else if (!reader->have_header) {
        status = vv_fail(ret_error, VV_INVALID, name, NULL, 1, "has no line of column names");
    }
    for (size_t i = 0; i < reader->column_count; i++) {
        free(reader->columns[i]);
    }
    free(reader);
    return status;
}
