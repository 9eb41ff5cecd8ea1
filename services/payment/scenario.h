/*
 * scenario.h: a worked example of one case, as an analyst or an auditor writes it by hand: facts,
 * the scheme versions as they became known, the days on which it is asked what is owed, and what
 * is expected. The format is described in deploy/scenarios/README.md.
 *
 * Reading performs no I/O: the caller hands in the bytes, and later the schemes that it names.
 */
#ifndef VAGVAL_PAYMENT_SCENARIO_H
#define VAGVAL_PAYMENT_SCENARIO_H

#include "facts.h"
#include "vagval/money.h"
#include "vagval/scheme.h"
#include "vagval/yaml_load.h"

#define VV_SCENARIO_SCHEMES_MAX 16
#define VV_SCENARIO_FACTS_MAX 512
#define VV_SCENARIO_DATES_MAX 256

struct vv_scenario_scheme {
    const char *file;  /* as written: relative to the scenario's own folder */
    vv_date published; /* known from this day on; VV_DATE_MIN where nothing is said */
};

struct vv_scenario_fact {
    struct vv_payment_fact fact;
    vv_date recorded;  /* known from this day on */
    vv_date withdrawn; /* from this day on it counts as never said; VV_DATE_NONE = stands */
};

/* One line of an expectation. What is left out fits anything. */
struct vv_expected {
    const char *component;
    vv_date period;       /* VV_DATE_NONE = any */
    const char *contract; /* NULL = any */
    vv_money amount;
    uint32_t line; /* in the file */
};

enum vv_expected_list { VV_EXPECT_ENTITLEMENTS, VV_EXPECT_POSTINGS, VV_EXPECT_PROPOSALS };
#define VV_EXPECTED_LISTS 3

struct vv_expected_step {
    vv_date as_of;
    uint32_t line;
    struct {
        bool given; /* an empty list expects nothing; one left out is not compared */
        const struct vv_expected *lines;
        size_t count;
    } lists[VV_EXPECTED_LISTS];
};

struct vv_scenario {
    const char *title;
    struct vv_scenario_scheme schemes[VV_SCENARIO_SCHEMES_MAX];
    size_t scheme_count;
    struct vv_scenario_fact *facts; /* in the file's order, which is also the order of their ids */
    size_t fact_count;
    vv_date *as_of; /* rising */
    size_t as_of_count;
    struct vv_expected_step *expected;
    size_t expected_count;
    struct vv_yaml_file file; /* for errors that only the schemes show */
    struct vv_yaml_pool pool; /* owns all of it */
    char *name;
};

/*
 * Reads one scenario file.
 *   name      file name for error messages
 *   yaml/len  the bytes, at most VV_YAML_BYTES_MAX
 *   ret_error file, line and field
 * Errors: VV_INVALID, VV_TOO_LARGE, VV_NO_MEMORY.
 */
VV_CHECKED enum vv_status vv_scenario_parse(const char *name, const void *yaml, size_t len,
                                            struct vv_scenario **ret_scenario,
                                            struct vv_error *ret_error);
void vv_scenario_destroy(struct vv_scenario **scenario);

/* Whether levels, areas, units and components that the facts name stand in one of the schemes at
 * least, and whether the schemes are versions of one: a misspelt one would otherwise just pay
 * nothing. */
VV_CHECKED enum vv_status vv_scenario_fits(const struct vv_scenario *scenario,
                                           const struct vv_scheme *const *schemes, size_t count,
                                           struct vv_error *ret_error);

#endif
