/*
 * scheme_cases.h: scheme files in tests: one that must be good, and mistakes that must be refused.
 */
#ifndef VAGVAL_TESTS_SCHEME_CASES_H
#define VAGVAL_TESTS_SCHEME_CASES_H

#include "yaml_cases.h"

#include "vagval/scheme.h"

/* The scheme of a good file; the caller destroys it. */
static inline struct vv_scheme *parsed(const char *yaml)
{
    struct vv_scheme *scheme = NULL;
    struct vv_error error = {.line = 0};
    enum vv_status status = vv_scheme_parse("test.yaml", yaml, strlen(yaml), &scheme, &error);
    if (status != VV_OK) {
        print_error("%s:%u %s: %s\n", error.where, error.line, error.field, error.text);
    }
    assert_int_equal(status, VV_OK);
    return scheme;
}

static inline vv_date day(const char *text)
{
    vv_date date = 0;
    assert_int_equal(vv_date_parse(text, &date), VV_OK);
    return date;
}

/* Each change of the good file is refused as its case says. */
static inline void refused_as(const char *good, const struct yaml_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *yaml = yaml_changed(good, cases[i].find, cases[i].replace);
        struct vv_scheme *scheme = NULL;
        struct vv_error error = {.line = 0};
        enum vv_status status = vv_scheme_parse("bad.yaml", yaml, strlen(yaml), &scheme, &error);
        yaml_expect(&cases[i], "bad.yaml", status, &error);
        assert_null(scheme);
        free(yaml);
    }
}

#endif
