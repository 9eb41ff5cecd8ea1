/*
 * records.c: the kinds of rows and their columns; the checks of one row.
 */
#include "records.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vagval/limits.h"

#define TEXT(name, required, marks)                                                                \
    {                                                                                              \
        name, VV_COLUMN_TEXT, required, marks, 0, VV_NAME_BYTES_MAX                                \
    }
#define DATE(name, required, marks)                                                                \
    {                                                                                              \
        name, VV_COLUMN_DATE, required, marks, 0, 0                                                \
    }
#define NUMBER(name, required, marks, min, max)                                                    \
    {                                                                                              \
        name, VV_COLUMN_NUMBER, required, marks, min, max                                          \
    }
#define DECIMAL(name, required, min, max)                                                          \
    {                                                                                              \
        name, VV_COLUMN_DECIMAL, required, false, min, max                                         \
    }
#define BOOL(name, required)                                                                       \
    {                                                                                              \
        name, VV_COLUMN_BOOL, required, false, 0, 0                                                \
    }
/* Columns of every kind: the source's own reference, the day of arrival, the scheme. */
#define COMMON                                                                                     \
    TEXT("source_ref", true, false), DATE("reported", false, false), TEXT("scheme", false, false)
#define END                                                                                        \
    {                                                                                              \
        NULL, VV_COLUMN_TEXT, false, false, 0, 0                                                   \
    }

static const struct vv_column provider_columns[] = {COMMON, TEXT("organisation_number", true, true),
                                                    TEXT("name", true, false), END};
static const struct vv_column contract_columns[] = {COMMON,
                                                    TEXT("number", true, false),
                                                    TEXT("organisation_number", true, false),
                                                    TEXT("provider_name", false, false),
                                                    TEXT("area", true, false),
                                                    NUMBER("capacity", true, true, 0, 1000000),
                                                    DECIMAL("latitude", true, -90, 90),
                                                    DECIMAL("longitude", true, -180, 180),
                                                    TEXT("further_addresses", false, false),
                                                    TEXT("languages", false, false),
                                                    DATE("from", true, false),
                                                    DATE("to", false, false),
                                                    DECIMAL("supervisors", false, 0, 10000),
                                                    END};
static const struct vv_column seeker_columns[] = {COMMON,
                                                  TEXT("identity_kind", false, false),
                                                  TEXT("identity", true, false),
                                                  TEXT("name", true, false),
                                                  TEXT("municipality", true, false),
                                                  DECIMAL("latitude", true, -90, 90),
                                                  DECIMAL("longitude", true, -180, 180),
                                                  TEXT("status", true, false),
                                                  DATE("registered_on", true, true),
                                                  TEXT("benefit", false, false),
                                                  TEXT("mother_tongue", false, false),
                                                  BOOL("protected_identity", false),
                                                  END};
static const struct vv_column level_columns[] = {COMMON,
                                                 TEXT("identity", true, false),
                                                 TEXT("level", true, true),
                                                 DATE("decided_on", true, true),
                                                 TEXT("reason", true, false),
                                                 BOOL("corrects", false),
                                                 END};
static const struct vv_column choice_columns[] = {COMMON, TEXT("identity", true, false),
                                                  TEXT("contract", true, false),
                                                  DATE("chosen_on", true, true), END};
static const struct vv_column report_columns[] = {COMMON,
                                                  TEXT("identity", true, false),
                                                  DATE("month", true, true),
                                                  BOOL("approved", true),
                                                  NUMBER("hours_per_week", false, false, 0, 168),
                                                  NUMBER("physical_percent", false, false, 0, 100),
                                                  TEXT("supersedes_ref", false, false),
                                                  END};
static const struct vv_column outcome_columns[] = {COMMON,
                                                   TEXT("identity", true, false),
                                                   TEXT("event", true, false),
                                                   TEXT("what", false, false),
                                                   TEXT("outcome_ref", true, true),
                                                   TEXT("outcome_source", false, false),
                                                   DATE("on", true, false),
                                                   NUMBER("extent_percent", false, false, 1, 100),
                                                   BOOL("subsidised", false),
                                                   TEXT("employer", false, false),
                                                   TEXT("evidence", false, false),
                                                   TEXT("document_kind", false, false),
                                                   TEXT("supersedes_ref", false, false),
                                                   END};
static const struct vv_column end_columns[] = {COMMON, TEXT("identity", true, false),
                                               DATE("last_day", true, true),
                                               TEXT("reason", true, false), END};

const struct vv_record_shape vv_record_shapes[VV_RECORD_KINDS] = {
    [VV_RECORD_PROVIDER] = {"provider", provider_columns, NULL},
    [VV_RECORD_CONTRACT] = {"contract", contract_columns, NULL},
    [VV_RECORD_SEEKER] = {"seeker", seeker_columns, "feature."},
    [VV_RECORD_LEVEL] = {"level", level_columns, NULL},
    [VV_RECORD_CHOICE] = {"choice", choice_columns, NULL},
    [VV_RECORD_REPORT] = {"report", report_columns, NULL},
    [VV_RECORD_OUTCOME] = {"outcome", outcome_columns, NULL},
    [VV_RECORD_END] = {"end", end_columns, NULL},
};

const struct vv_column *vv_record_column(enum vv_record_kind kind, const char *name, bool *ret_free)
{
    const struct vv_record_shape *shape = &vv_record_shapes[kind];
    *ret_free = shape->prefix != NULL && strncmp(name, shape->prefix, strlen(shape->prefix)) == 0 &&
                name[strlen(shape->prefix)] != '\0';
    for (const struct vv_column *c = shape->columns; c->name != NULL; c++) {
        if (strcmp(c->name, name) == 0) {
            return c;
        }
    }
    return NULL;
}

/* jansson knows valid UTF-8; control characters have no place in a cell either. */
static bool text_valid(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7F) {
            return false;
        }
    }
    json_t *value = json_string(text);
    json_decref(value);
    return value != NULL;
}

static bool read_number(const char *text, int64_t *ret_number)
{
    char *end = NULL;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0') {
        return false;
    }
    *ret_number = number;
    return true;
}

static bool read_decimal(const char *text, double *ret_number)
{
    if (strspn(text, "0123456789.-") != strlen(text)) {
        return false; /* no exponents, hexadecimals, infinities */
    }
    char *end = NULL;
    errno = 0;
    double number = strtod(text, &end);
    if (errno != 0 || end == text || *end != '\0') {
        return false;
    }
    *ret_number = number;
    return true;
}

static bool read_bool(const char *text, bool *ret_value)
{
    static const char *const yes[] = {"true", "yes", "ja", "1"};
    static const char *const no[] = {"false", "no", "nej", "0"};
    for (size_t i = 0; i < 4; i++) {
        if (strcmp(text, yes[i]) == 0 || strcmp(text, no[i]) == 0) {
            *ret_value = strcmp(text, yes[i]) == 0;
            return true;
        }
    }
    return false;
}

/* Returns NULL when the value is good, else the reason, written into `buffer` where it has
 * figures. Never repeats the value. */
static const char *check_value(const struct vv_column *column, const char *value, char *buffer,
                               size_t cap)
{
    int64_t number = 0;
    double decimal = 0;
    bool flag = false;
    vv_date date;
    if (!text_valid(value)) {
        return "is not plain UTF-8 text";
    }
    switch (column->type) {
    case VV_COLUMN_TEXT:
        (void)snprintf(buffer, cap, "is longer than %" PRId64 " bytes", column->max);
        return strlen(value) <= (size_t)column->max ? NULL : buffer;
    case VV_COLUMN_DATE:
        return vv_date_parse(value, &date) == VV_OK ? NULL : "is not a date as YYYY-MM-DD";
    case VV_COLUMN_NUMBER:
        (void)snprintf(buffer, cap, "is not a whole number from %" PRId64 " to %" PRId64,
                       column->min, column->max);
        return read_number(value, &number) && number >= column->min && number <= column->max
                   ? NULL
                   : buffer;
    case VV_COLUMN_DECIMAL:
        (void)snprintf(buffer, cap,
                       "is not a number from %" PRId64 " to %" PRId64 " with a decimal point",
                       column->min, column->max);
        return read_decimal(value, &decimal) && decimal >= (double)column->min &&
                       decimal <= (double)column->max
                   ? NULL
                   : buffer;
    case VV_COLUMN_BOOL:
        return read_bool(value, &flag) ? NULL : "is not true or false";
    }
    return "has an unknown type";
}

void vv_row_deliver(const struct vv_records_callbacks *callbacks, void *context,
                    const struct vv_row *row)
{
    static const struct vv_column free_text = TEXT("", false, false);
    char buffer[128];
    for (size_t i = 0; i < row->field_count; i++) {
        bool is_free = false;
        const struct vv_row_field *field = &row->fields[i];
        const struct vv_column *column = vv_record_column(row->kind, field->name, &is_free);
        if (column == NULL && !is_free) {
            callbacks->reject(context, row->line, "", "has a field that its kind does not know");
            return;
        }
        const char *reason =
            check_value(column == NULL ? &free_text : column, field->value, buffer, sizeof(buffer));
        if (reason != NULL) {
            callbacks->reject(context, row->line, field->name, reason);
            return;
        }
    }
    for (const struct vv_column *c = vv_record_shapes[row->kind].columns; c->name != NULL; c++) {
        if (c->required && vv_row_text(row, c->name) == NULL) {
            callbacks->reject(context, row->line, c->name, "is missing");
            return;
        }
    }
    callbacks->row(context, row);
}

enum vv_status vv_records_parse(const char *name, const void *bytes, size_t len,
                                const struct vv_records_callbacks *callbacks, void *context,
                                struct vv_error *ret_error)
{
    const char *text = bytes;
    if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        text += 3; /* a byte order mark, as spreadsheets write it */
        len -= 3;
    }
    size_t skip = 0;
    while (skip < len && (text[skip] == ' ' || text[skip] == '\n' || text[skip] == '\r')) {
        skip++;
    }
    if (skip == len) {
        return vv_fail(ret_error, VV_INVALID, name, NULL, 1,
                       "the file is empty; a CSV file begins with a line of column names");
    }
    return text[skip] == '{' ? vv_records_json(name, text, len, callbacks, context, ret_error)
                             : vv_records_csv(name, text, len, callbacks, context, ret_error);
}

const char *vv_row_text(const struct vv_row *row, const char *name)
{
    for (size_t i = 0; i < row->field_count; i++) {
        if (strcmp(row->fields[i].name, name) == 0) {
            return row->fields[i].value;
        }
    }
    return NULL;
}

int64_t vv_row_number(const struct vv_row *row, const char *name, int64_t otherwise)
{
    const char *text = vv_row_text(row, name);
    int64_t number = otherwise;
    return text != NULL && read_number(text, &number) ? number : otherwise;
}

double vv_row_decimal(const struct vv_row *row, const char *name, double otherwise)
{
    const char *text = vv_row_text(row, name);
    double number = otherwise;
    return text != NULL && read_decimal(text, &number) ? number : otherwise;
}

vv_date vv_row_date(const struct vv_row *row, const char *name, vv_date otherwise)
{
    const char *text = vv_row_text(row, name);
    vv_date date = otherwise;
    return text != NULL && vv_date_parse(text, &date) == VV_OK ? date : otherwise;
}

bool vv_row_bool(const struct vv_row *row, const char *name, bool otherwise)
{
    const char *text = vv_row_text(row, name);
    bool value = otherwise;
    return text != NULL && read_bool(text, &value) ? value : otherwise;
}
