/*
 * pay_simulate.c: `vagval pay simulate`: facts, schemes and dates from a file, through the
 * service's own rules, without a running system.
 */
#include "pay_simulate.h"

#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "files.h"
#include "vagval/limits.h"

/* Reads a scheme's file alone, without its model: prices need none. */
static enum vv_status read_scheme(const char *path, struct vv_scheme **ret_scheme,
                                  struct vv_error *ret_error)
{
    char *yaml = NULL;
    size_t len = 0;
    enum vv_status status = vv_file_read(path, VV_YAML_BYTES_MAX, &yaml, &len, ret_error);
    if (status == VV_OK) {
        status = vv_scheme_parse(path, yaml, len, ret_scheme, ret_error);
    }
    free(yaml);
    return status;
}

/* The scenario's own schemes: their files lie relative to it. */
static enum vv_status read_own(struct vv_simulated *run, struct vv_error *ret_error)
{
    const struct vv_scenario *scenario = run->scenario;
    for (size_t i = 0; i < scenario->scheme_count; i++) {
        const char *file = scenario->schemes[i].file;
        const char *slash = file[0] == '/' ? NULL : strrchr(run->path, '/');
        char path[1024];
        enum vv_status status =
            vv_path(path, sizeof(path), ret_error, "%.*s%s",
                    slash == NULL ? 0 : (int)(slash - run->path) + 1, run->path, file);
        if (status == VV_OK) {
            status = read_scheme(path, &run->own[i], ret_error);
        }
        if (status != VV_OK) {
            return status;
        }
        run->own_count = i + 1;
        run->schemes[i] = (struct vv_known_scheme){run->own[i], scenario->schemes[i].published};
    }
    run->scheme_count = scenario->scheme_count;
    return VV_OK;
}

static enum vv_status read_scenario(struct vv_simulated *run, struct vv_error *ret_error)
{
    char *yaml = NULL;
    size_t len = 0;
    enum vv_status status = vv_file_read(run->path, VV_YAML_BYTES_MAX, &yaml, &len, ret_error);
    if (status == VV_OK) {
        status = vv_scenario_parse(run->path, yaml, len, &run->scenario, ret_error);
    }
    free(yaml);
    return status;
}

static enum vv_status simulate(struct vv_simulated *run, struct vv_error *ret_error)
{
    const struct vv_scheme *schemes[VV_SCENARIO_SCHEMES_MAX];
    for (size_t i = 0; i < run->scheme_count; i++) {
        schemes[i] = run->schemes[i].scheme;
    }
    enum vv_status status = vv_scenario_fits(run->scenario, schemes, run->scheme_count, ret_error);
    if (status != VV_OK) {
        return status;
    }
    status =
        vv_simulate(run->scenario, run->schemes, run->scheme_count, &run->memory, &run->simulation);
    if (status == VV_OK && run->checked) {
        status = vv_simulation_compare(run->scenario, &run->simulation, &run->memory,
                                       &run->mismatches, &run->mismatch_count);
    }
    if (status != VV_OK) {
        return vv_fail(ret_error, status, run->path, "", 0,
                       status == VV_TOO_LARGE ? "an amount is too large to be paid"
                                              : "not enough memory for this scenario");
    }
    return VV_OK;
}

enum vv_status vv_simulated_run(const char *path, const struct vv_scheme *scheme,
                                struct vv_simulated *ret_run, struct vv_error *ret_error)
{
    struct vv_simulated *run = ret_run;
    *run = (struct vv_simulated){.path = path};
    run->memory = vv_simulation_memory(&run->pool);
    enum vv_status status = read_scenario(run, ret_error);
    if (status == VV_OK && scheme != NULL) {
        run->schemes[0] = (struct vv_known_scheme){scheme, VV_DATE_MIN};
        run->scheme_count = 1;
    } else if (status == VV_OK) {
        run->checked = run->scenario->expected_count > 0;
        status = read_own(run, ret_error);
    }
    return status == VV_OK ? simulate(run, ret_error) : status;
}

void vv_simulated_free(struct vv_simulated *run)
{
    for (size_t i = 0; i < run->own_count; i++) {
        vv_scheme_destroy(&run->own[i]);
    }
    vv_scenario_destroy(&run->scenario);
    vv_yaml_pool_clear(&run->pool);
    run->own_count = 0;
}

static int simulate_all(const struct vv_cli *cli, const struct vv_args *args,
                        const struct vv_scheme *scheme, enum vv_language language)
{
    json_t *list = json_array();
    size_t mismatches = 0;
    for (size_t i = 0; i < args->word_count; i++) {
        struct vv_simulated run;
        struct vv_error error = {0};
        if (vv_simulated_run(args->words[i], scheme, &run, &error) != VV_OK) {
            vv_simulated_free(&run);
            json_decref(list);
            return vv_cli_fail(cli, &error,
                               "correct the file; deploy/scenarios/README.md describes the format");
        }
        mismatches += run.mismatch_count;
        if (cli->json) {
            (void)json_array_append_new(list, vv_simulated_json(&run));
        } else {
            vv_simulated_print(cli, &run, language);
        }
        vv_simulated_free(&run);
    }
    int code = mismatches > 0 ? VV_EXIT_PROBLEM : VV_EXIT_OK;
    if (cli->json) {
        return vv_cli_json(cli,
                           json_pack("{s:o, s:I, s:b}", "scenarios", list, "mismatches",
                                     (json_int_t)mismatches, "ok", mismatches == 0),
                           code);
    }
    json_decref(list);
    return code;
}

static int command_pay_simulate(struct vv_cli *cli, const struct vv_args *args)
{
    const char *path = vv_args_text(args, "scheme", NULL);
    const char *against_path = vv_args_text(args, "against", NULL);
    struct vv_scheme *scheme = NULL;
    struct vv_scheme *against = NULL;
    struct vv_error error = {0};
    enum vv_language language = VV_LANGUAGE_EN;
    if (!vv_language_read(cli, args, &language)) {
        return VV_EXIT_PROBLEM;
    }
    if (against_path != NULL && path == NULL) {
        return vv_cli_usage(cli, "vagval pay simulate --scheme A.yaml --against B.yaml BOOK/*.yaml",
                            "--against needs --scheme");
    }
    enum vv_status status = path == NULL ? VV_OK : read_scheme(path, &scheme, &error);
    if (status == VV_OK && against_path != NULL) {
        status = read_scheme(against_path, &against, &error);
    }
    int code = VV_EXIT_OK;
    if (status != VV_OK) {
        code = vv_cli_fail(cli, &error, "`vagval scheme check` shows the same");
    } else if (against != NULL) {
        code = vv_simulate_against(cli, args->words, args->word_count, scheme, against);
    } else {
        code = simulate_all(cli, args, scheme, language);
    }
    vv_scheme_destroy(&scheme);
    vv_scheme_destroy(&against);
    return code;
}

static const struct vv_option simulate_options[] = {
    {"scheme", "FILE", VV_OPTION_TEXT, "scheme file in place of the scenarios' own", 0, 0},
    {"against", "FILE", VV_OPTION_TEXT, "compare with this scheme file, over all scenarios", 0, 0},
    {"lang", "LANG", VV_OPTION_TEXT, "of the reasons: en or sv (default en)", 0, 0},
    VV_END_OF_OPTIONS};

const struct vv_command vv_commands_simulate[] = {
    {"pay simulate", "SCENARIO...", "work out what is owed and posted from a file of facts",
     "A scenario is a YAML file: facts, a scheme's file, dates, and what is expected (see\n"
     "deploy/scenarios/README.md). Exit status 1 when an expectation is not met. With --scheme\n"
     "that tariff takes the place of the scenario's own, and expectations are not held against\n"
     "it; with --against two tariffs are compared over all the scenarios given. Needs no running\n"
     "system.",
     "vagval pay simulate deploy/scenarios/se-krom-job-after-30-days.yaml", simulate_options, 1,
     4096, command_pay_simulate},
    VV_END_OF_COMMANDS,
};
