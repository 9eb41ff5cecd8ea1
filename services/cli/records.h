/*
 * records.h: rows of CSV and NDJSON files, checked for form. Pure: bytes and callbacks in, rows and
 * rejections out; no file, no clock, no network.
 *
 * A CSV file's kind follows from its columns; an NDJSON line says it in "kind". Values are UTF-8,
 * lines are at most VV_CSV_LINE_BYTES_MAX bytes. What arrives in `row` has every required column,
 * and its dates, numbers, decimals and yes/no values read.
 */
#ifndef VAGVAL_CLI_RECORDS_H
#define VAGVAL_CLI_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vagval/date.h"
#include "vagval/status.h"

/* In the order in which rows of one day are sent: what others refer to comes first. */
enum vv_record_kind {
    VV_RECORD_PROVIDER,
    VV_RECORD_CONTRACT,
    VV_RECORD_SEEKER,
    VV_RECORD_LEVEL,
    VV_RECORD_CHOICE,
    VV_RECORD_REPORT,
    VV_RECORD_OUTCOME,
    VV_RECORD_END,
    VV_RECORD_KINDS,
};

enum vv_column_type {
    VV_COLUMN_TEXT,
    VV_COLUMN_DATE,
    VV_COLUMN_NUMBER,
    VV_COLUMN_DECIMAL,
    VV_COLUMN_BOOL
};

struct vv_column {
    const char *name;
    enum vv_column_type type;
    bool required;
    bool marks;       /* the column that only this kind has: it names the kind */
    int64_t min, max; /* of numbers and decimals; of texts max = bytes */
};

struct vv_record_shape {
    const char *name;                /* "seeker": also the kind part of a fact's id */
    const struct vv_column *columns; /* ended by a NULL name */
    const char *prefix;              /* columns with this prefix are free: "feature." */
};

extern const struct vv_record_shape vv_record_shapes[VV_RECORD_KINDS];

#define VV_ROW_FIELDS_MAX 96

struct vv_row_field {
    const char *name;
    const char *value; /* never empty: an empty cell is a field that is not there */
};

struct vv_row {
    enum vv_record_kind kind;
    unsigned line; /* 1-based line on which the row begins */
    const struct vv_row_field *fields;
    size_t field_count;
};

struct vv_records_callbacks {
    /* A good row; its strings live during the call only. */
    void (*row)(void *context, const struct vv_row *row);
    /* A line that is not one. reason: a sentence without any content of the line. */
    void (*reject)(void *context, unsigned line, const char *field, const char *reason);
};

/*
 * Reads a whole file's bytes. Returns VV_OK even when lines were rejected.
 * Errors: VV_INVALID when the header or the first line fits no kind; VV_NO_MEMORY.
 */
VV_CHECKED enum vv_status vv_records_parse(const char *name, const void *bytes, size_t len,
                                           const struct vv_records_callbacks *callbacks,
                                           void *context, struct vv_error *ret_error);

/* The value of a column, or NULL. */
const char *vv_row_text(const struct vv_row *row, const char *name);
/* Checked columns: `otherwise` when absent. */
int64_t vv_row_number(const struct vv_row *row, const char *name, int64_t otherwise);
double vv_row_decimal(const struct vv_row *row, const char *name, double otherwise);
vv_date vv_row_date(const struct vv_row *row, const char *name, vv_date otherwise);
bool vv_row_bool(const struct vv_row *row, const char *name, bool otherwise);

/* ---- shared by the two readers (records.c, records_csv.c, records_json.c) ---- */

/* Finds a kind's column; NULL = unknown. `free_column` is set for "feature.*". */
const struct vv_column *vv_record_column(enum vv_record_kind kind, const char *name,
                                         bool *ret_free);
/* Checks a row and hands it on, or rejects it. */
void vv_row_deliver(const struct vv_records_callbacks *callbacks, void *context,
                    const struct vv_row *row);
VV_CHECKED enum vv_status vv_records_csv(const char *name, const char *bytes, size_t len,
                                         const struct vv_records_callbacks *callbacks,
                                         void *context, struct vv_error *ret_error);
VV_CHECKED enum vv_status vv_records_json(const char *name, const char *bytes, size_t len,
                                          const struct vv_records_callbacks *callbacks,
                                          void *context, struct vv_error *ret_error);

#endif
