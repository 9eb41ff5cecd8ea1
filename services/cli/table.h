/*
 * table.h: a table of text for people: columns as wide as their widest cell, numbers to the right.
 */
#ifndef VAGVAL_CLI_TABLE_H
#define VAGVAL_CLI_TABLE_H

#include <stddef.h>
#include <stdio.h>

struct vv_table;

#define VV_TABLE_COLUMNS_MAX 12

/* `heads` as "name|instance|>count": one per column; '>' aligns to the right. NULL when memory is
 * out. */
struct vv_table *vv_table_create(const char *heads);
void vv_table_destroy(struct vv_table **table);
/* Adds one cell; rows fill from the left. */
void vv_table_cell(struct vv_table *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A rule of dashes across the table before the next row. */
void vv_table_rule(struct vv_table *table);
void vv_table_print(const struct vv_table *table, FILE *out);
/* Columns that a text takes on a terminal: code points of valid UTF-8. */
size_t vv_table_width(const char *text);

#endif
