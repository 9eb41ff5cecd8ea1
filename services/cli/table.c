/*
 * table.c: collects cells row by row, measures, prints.
 */
#include "table.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct vv_table {
    size_t columns;
    bool right[VV_TABLE_COLUMNS_MAX];
    char **cells; /* a NULL cell at the start of a row stands for a rule across the table */
    size_t count, capacity;
};

static void push(struct vv_table *table, char *cell)
{
    if (table->count == table->capacity) {
        size_t capacity = table->capacity == 0 ? 64 : table->capacity * 2;
        char **cells = realloc(table->cells, capacity * sizeof(cells[0]));
        if (cells == NULL) {
            free(cell);
            return;
        }
        table->cells = cells;
        table->capacity = capacity;
    }
    table->cells[table->count++] = cell;
}

struct vv_table *vv_table_create(const char *heads)
{
    struct vv_table *table = calloc(1, sizeof(*table));
    if (table == NULL) {
        return NULL;
    }
    const char *at = heads;
    for (;;) {
        size_t len = strcspn(at, "|");
        if (table->columns < VV_TABLE_COLUMNS_MAX) {
            bool right = at[0] == '>';
            table->right[table->columns++] = right;
            push(table, strndup(at + (right ? 1 : 0), len - (right ? 1 : 0)));
        }
        if (at[len] == '\0') {
            break;
        }
        at += len + 1;
    }
    vv_table_rule(table);
    return table;
}

void vv_table_destroy(struct vv_table **table)
{
    if (*table == NULL) {
        return;
    }
    for (size_t i = 0; i < (*table)->count; i++) {
        free((*table)->cells[i]);
    }
    free((*table)->cells);
    free(*table);
    *table = NULL;
}

void vv_table_cell(struct vv_table *table, const char *format, ...)
{
    if (table == NULL) {
        return;
    }
    va_list list;
    va_start(list, format);
    char *text = NULL;
    if (vasprintf(&text, format, list) < 0) {
        text = NULL;
    }
    va_end(list);
    push(table, text == NULL ? strdup("?") : text);
}

void vv_table_rule(struct vv_table *table)
{
    if (table == NULL) {
        return;
    }
    for (size_t i = 0; i < table->columns; i++) {
        push(table, NULL);
    }
}

size_t vv_table_width(const char *text)
{
    size_t width = 0;
    for (; *text != '\0'; text++) {
        width += ((uint8_t)*text & 0xC0) == 0x80 ? 0 : 1;
    }
    return width;
}

static void pad(FILE *out, size_t count, char with)
{
    for (size_t i = 0; i < count; i++) {
        (void)fputc(with, out);
    }
}

static void print_cell(const struct vv_table *table, size_t column, const char *cell, size_t width,
                       FILE *out)
{
    bool last = column + 1 == table->columns;
    if (cell == NULL) {
        pad(out, width, '-');
    } else if (table->right[column]) {
        pad(out, width - vv_table_width(cell), ' ');
        (void)fputs(cell, out);
    } else {
        (void)fputs(cell, out);
        pad(out, last ? 0 : width - vv_table_width(cell), ' ');
    }
    (void)fputs(last ? "\n" : "  ", out);
}

void vv_table_print(const struct vv_table *table, FILE *out)
{
    if (table == NULL) {
        return;
    }
    size_t width[VV_TABLE_COLUMNS_MAX] = {0};
    for (size_t i = 0; i < table->count; i++) {
        size_t column = i % table->columns;
        size_t own = table->cells[i] == NULL ? 0 : vv_table_width(table->cells[i]);
        width[column] = own > width[column] ? own : width[column];
    }
    for (size_t i = 0; i + table->columns <= table->count; i += table->columns) {
        for (size_t c = 0; c < table->columns; c++) {
            print_cell(table, c, table->cells[i + c], width[c], out);
        }
    }
}
