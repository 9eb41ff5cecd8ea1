/*
 * yaml_cases.h: bad files as small changes of a good one, each with the line and the field that
 * the error must name.
 */
#ifndef VAGVAL_TESTS_YAML_CASES_H
#define VAGVAL_TESTS_YAML_CASES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vagval/limits.h"
#include "vagval/status.h"

struct yaml_case {
    const char *find; /* stands exactly once in the good file */
    const char *replace;
    unsigned line;
    const char *field;
    const char *text; /* part of the error's text */
};

/* The good text with one change; the caller frees. */
static inline char *yaml_changed(const char *good, const char *find, const char *replace)
{
    const char *at = strstr(good, find);
    if (at == NULL || strstr(at + 1, find) != NULL) {
        print_error("\"%s\" must stand exactly once in the good file\n", find);
        fail();
    }
    size_t size = strlen(good) + strlen(replace) + 1;
    char *changed = malloc(size);
    assert_non_null(changed);
    snprintf(changed, size, "%.*s%s%s", (int)(at - good), good, replace, at + strlen(find));
    return changed;
}

static inline void yaml_expect(const struct yaml_case *expected, const char *file,
                               enum vv_status status, const struct vv_error *error)
{
    if (status != VV_INVALID || error->status != VV_INVALID || error->line != expected->line ||
        strcmp(error->field, expected->field) != 0 || strstr(error->text, expected->text) == NULL ||
        strcmp(error->where, file) != 0) {
        print_error("\"%s\" gave status %d, %s:%u %s: %s\n", expected->replace, (int)status,
                    error->where, error->line, error->field, error->text);
        print_error("expected %u %s: ...%s...\n", expected->line, expected->field, expected->text);
        fail();
    }
}

/* A whole file; the caller frees. */
static inline char *yaml_read(const char *path, size_t *ret_len)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *bytes = malloc(VV_YAML_BYTES_MAX);
    assert_non_null(bytes);
    *ret_len = fread(bytes, 1, VV_YAML_BYTES_MAX, file);
    assert_int_equal(fclose(file), 0);
    return bytes;
}

#endif
