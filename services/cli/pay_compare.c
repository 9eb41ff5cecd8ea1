/*
 * pay_compare.c: two tariffs over one or many scenarios: what each would owe on the last date of
 * each scenario, per component and per scenario.
 */
#include <stdlib.h>
#include <string.h>

#include "pay_simulate.h"
#include "table.h"
#include "vagval/limits.h"

#define COMPONENTS_MAX 64

struct total {
    char name[VV_CODE_BYTES_MAX + 1];
    vv_money amount[2]; /* of --scheme, of --against */
};

struct comparison {
    struct total components[COMPONENTS_MAX];
    size_t component_count;
    vv_money *scenarios; /* two for each path */
    vv_money all[2];
    bool example;
};

static enum vv_status add(vv_money *sum, vv_money amount)
{
    return vv_money_add(*sum, amount, sum);
}

static struct total *component_total(struct comparison *comparison, const char *code)
{
    for (size_t i = 0; i < comparison->component_count; i++) {
        if (strcmp(comparison->components[i].name, code) == 0) {
            return &comparison->components[i];
        }
    }
    if (comparison->component_count == COMPONENTS_MAX) {
        return NULL;
    }
    struct total *total = &comparison->components[comparison->component_count++];
    *total = (struct total){.amount = {0, 0}};
    (void)snprintf(total->name, sizeof(total->name), "%s", code);
    return total;
}

/* So that components stand in the tariffs' own order, paid or not. */
static void name_components(struct comparison *comparison, const struct vv_scheme *scheme)
{
    for (size_t i = 0; i < scheme->component_count; i++) {
        (void)component_total(comparison, scheme->components[i].code);
    }
}

static enum vv_status enter(struct comparison *comparison, const struct vv_simulated *run,
                            size_t scenario_at, size_t which)
{
    const struct vv_simulation *simulation = &run->simulation;
    const struct vv_entitlement *last = &simulation->steps[simulation->step_count - 1].entitlement;
    for (size_t i = 0; i < last->count; i++) {
        const struct vv_owed *owed = &last->owed[i];
        struct total *component = component_total(comparison, owed->component->code);
        if (component == NULL || add(&component->amount[which], owed->amount) != VV_OK ||
            add(&comparison->scenarios[2 * scenario_at + which], owed->amount) != VV_OK ||
            add(&comparison->all[which], owed->amount) != VV_OK) {
            return VV_TOO_LARGE;
        }
        comparison->example = comparison->example || owed->example;
    }
    return VV_OK;
}

static enum vv_status run_one(struct comparison *comparison, const char *path, size_t at,
                              const struct vv_scheme *scheme, size_t which,
                              struct vv_error *ret_error)
{
    struct vv_simulated run;
    enum vv_status status = vv_simulated_run(path, scheme, &run, ret_error);
    if (status == VV_OK) {
        status = enter(comparison, &run, at, which);
        if (status != VV_OK) {
            status = vv_fail(ret_error, status, path, "", 0, "the totals are too large");
        }
    }
    vv_simulated_free(&run);
    return status;
}

static void print_row(struct vv_table *table, const char *name, const vv_money amounts[static 2])
{
    vv_table_cell(table, "%s", name);
    for (size_t i = 0; i < 3; i++) {
        char text[VV_MONEY_TEXT_BYTES];
        vv_money_format(i < 2 ? amounts[i] : amounts[1] - amounts[0], 1, text);
        vv_table_cell(table, "%s", text);
    }
}

static void print_comparison(const struct vv_cli *cli, const struct comparison *comparison,
                             char *const *paths, size_t count, const struct vv_scheme *scheme,
                             const struct vv_scheme *against)
{
    (void)fprintf(cli->out,
                  "A is %s, version %.16s...\nB is %s, version %.16s...\n"
                  "owed on the last date of each scenario, in %s\n\n",
                  scheme->id, scheme->version, against->id, against->version, scheme->currency);
    struct vv_table *components = vv_table_create("component|>A|>B|>B less A");
    for (size_t i = 0; i < comparison->component_count; i++) {
        print_row(components, comparison->components[i].name, comparison->components[i].amount);
    }
    vv_table_rule(components);
    print_row(components, "all", comparison->all);
    vv_table_print(components, cli->out);
    vv_table_destroy(&components);
    (void)fputc('\n', cli->out);
    struct vv_table *scenarios = vv_table_create("scenario|>A|>B|>B less A");
    for (size_t i = 0; i < count; i++) {
        print_row(scenarios, paths[i], &comparison->scenarios[2 * i]);
    }
    vv_table_print(scenarios, cli->out);
    vv_table_destroy(&scenarios);
    if (comparison->example) {
        (void)fprintf(cli->out, "\nsome of the prices are marked `status: example`: they are "
                                "nobody's real figures\n");
    }
}

static json_t *row_json(const char *key, const char *name, const vv_money amounts[static 2])
{
    return json_pack("{s:s, s:I, s:I, s:I}", key, name, "a", (json_int_t)amounts[0], "b",
                     (json_int_t)amounts[1], "difference", (json_int_t)(amounts[1] - amounts[0]));
}

static json_t *comparison_json(const struct comparison *comparison, char *const *paths,
                               size_t count, const struct vv_scheme *scheme,
                               const struct vv_scheme *against)
{
    json_t *components = json_array();
    json_t *scenarios = json_array();
    for (size_t i = 0; i < comparison->component_count; i++) {
        (void)json_array_append_new(components,
                                    row_json("component", comparison->components[i].name,
                                             comparison->components[i].amount));
    }
    for (size_t i = 0; i < count; i++) {
        (void)json_array_append_new(scenarios,
                                    row_json("file", paths[i], &comparison->scenarios[2 * i]));
    }
    return json_pack("{s:{s:s, s:s}, s:{s:s, s:s}, s:s, s:b, s:o, s:o, s:o}", "a", "scheme",
                     scheme->id, "version", scheme->version, "b", "scheme", against->id, "version",
                     against->version, "currency", scheme->currency, "example", comparison->example,
                     "components", components, "scenarios", scenarios, "all",
                     row_json("component", "all", comparison->all));
}

int vv_simulate_against(const struct vv_cli *cli, char *const *paths, size_t count,
                        const struct vv_scheme *scheme, const struct vv_scheme *against)
{
    if (strcmp(scheme->currency, against->currency) != 0) {
        return vv_cli_wrong(cli, "compare tariffs of one currency", "A is in %s, B in %s",
                            scheme->currency, against->currency);
    }
    struct comparison comparison = {.scenarios = calloc(2 * count, sizeof(vv_money))};
    if (comparison.scenarios == NULL) {
        return vv_cli_wrong(cli, NULL, "not enough memory");
    }
    name_components(&comparison, scheme);
    name_components(&comparison, against);
    struct vv_error error = {0};
    enum vv_status status = VV_OK;
    for (size_t i = 0; i < count && status == VV_OK; i++) {
        status = run_one(&comparison, paths[i], i, scheme, 0, &error);
        if (status == VV_OK) {
            status = run_one(&comparison, paths[i], i, against, 1, &error);
        }
    }
    int code = VV_EXIT_OK;
    if (status != VV_OK) {
        code = vv_cli_fail(cli, &error, "both tariffs need the levels and areas of the scenarios");
    } else if (cli->json) {
        code = vv_cli_json(cli, comparison_json(&comparison, paths, count, scheme, against),
                           VV_EXIT_OK);
    } else {
        print_comparison(cli, &comparison, paths, count, scheme, against);
    }
    free(comparison.scenarios);
    return code;
}
