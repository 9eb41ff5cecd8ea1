/*
 * csv_rows.h: a CSV file with named columns, read whole, through libcsv. The first mistake ends the
 * reading: what works with such files shows nothing of a file that is not sound.
 */
#ifndef VAGVAL_CLI_CSV_ROWS_H
#define VAGVAL_CLI_CSV_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "vagval/status.h"

#define VV_CSV_COLUMNS_MAX 96

struct vv_csv_row {
    const char *file;
    unsigned line;             /* 1-based line on which the row begins */
    bool decimal_comma;        /* cells are separated by semicolons, so a comma may be a point */
    const char *const *values; /* in the order of the wanted columns; an empty cell is "" */
};

struct vv_csv_rows {
    const char *const *columns; /* wanted, ended by NULL; every one must be there */
    /* Anything but VV_OK ends the reading; fill ret_error with vv_csv_wrong. */
    enum vv_status (*row)(void *context, const struct vv_csv_row *row, struct vv_error *ret_error);
    void *context;
};

/*
 * Reads the bytes of a file. Columns come in any order; others than the wanted are passed over.
 * Cells are separated by commas, or by semicolons when the first line has those and no comma.
 * Errors: VV_INVALID (column missing or twice, number of cells, quotation marks, a NUL, a line
 * longer than VV_CSV_LINE_BYTES_MAX) with line and field; VV_NO_MEMORY; what `row` returned.
 */
VV_CHECKED enum vv_status vv_csv_read(const char *name, const char *bytes, size_t len,
                                      const struct vv_csv_rows *rows, struct vv_error *ret_error);

/* Fills ret_error with file, line and field of a row, and returns VV_INVALID. */
enum vv_status vv_csv_wrong(struct vv_error *ret_error, const struct vv_csv_row *row,
                            const char *field, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
