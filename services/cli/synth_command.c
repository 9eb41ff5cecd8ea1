/*
 * synth_command.c: `vagval synth`: opens the files and runs the generator.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "commands.h"
#include "embedded.h"
#include "files.h"
#include "schemes.h"
#include "synth.h"

#define FILES 6

static const char *const names[FILES] = {"seekers", "providers", "contracts",
                                         "choices", "reports",   "outcomes"};

static enum vv_status open_files(const char *dir, FILE *ret_files[FILES],
                                 struct vv_error *ret_error)
{
    enum vv_status status = vv_dir_make(dir, 0755, ret_error);
    for (size_t i = 0; i < FILES && status == VV_OK; i++) {
        char path[700];
        status = vv_path(path, sizeof(path), ret_error, "%s/%s.csv", dir, names[i]);
        if (status == VV_OK) {
            ret_files[i] = fopen(path, "we");
            if (ret_files[i] == NULL) {
                status = vv_fail(ret_error, VV_IO, path, NULL, 0, "cannot be written: %s",
                                 strerror(errno));
            }
        }
    }
    return status;
}

static enum vv_status close_files(FILE *files[FILES], struct vv_error *ret_error)
{
    enum vv_status status = VV_OK;
    for (size_t i = 0; i < FILES; i++) {
        if (files[i] == NULL) {
            continue;
        }
        bool failed = ferror(files[i]) != 0;
        if ((fclose(files[i]) != 0 || failed) && status == VV_OK) {
            status = vv_fail(ret_error, VV_IO, names[i], NULL, 0, "could not be written whole: %s",
                             strerror(errno));
        }
    }
    return status;
}

static enum vv_status run(const struct vv_synth_settings *settings, FILE *files[FILES],
                          struct vv_synth_counts *counts, struct vv_error *ret_error)
{
    struct vv_embedded places = vv_embedded_municipalities();
    struct vv_synth_files out = {files[0], files[1], files[2], files[3], files[4], files[5]};
    struct vv_synth *synth = NULL;
    enum vv_status status = vv_synth_create(settings, places.text, places.len, &synth, ret_error);
    if (status != VV_OK) {
        return status;
    }
    vv_synth_providers(synth, &out, counts);
    for (uint32_t i = 0; i < settings->people && status == VV_OK; i++) {
        status = vv_synth_person(synth, i, &out, counts, ret_error);
    }
    vv_synth_destroy(&synth);
    return status;
}

static int tell(const struct vv_cli *cli, const char *dir, const struct vv_scheme *scheme,
                const struct vv_synth_counts *counts)
{
    if (cli->json) {
        json_t *levels = json_object();
        for (size_t l = 0; l < scheme->level_count && l < 16; l++) {
            (void)json_object_set_new(levels, scheme->levels[l].code,
                                      json_integer((json_int_t)counts->level[l]));
        }
        return vv_cli_json(
            cli,
            json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "directory", dir,
                      "providers", (json_int_t)counts->providers, "contracts",
                      (json_int_t)counts->contracts, "seekers", (json_int_t)counts->seekers,
                      "referred", (json_int_t)counts->referred, "choices",
                      (json_int_t)counts->choices, "reports", (json_int_t)counts->reports, "starts",
                      (json_int_t)counts->starts, "confirmations",
                      (json_int_t)counts->confirmations, "levels", levels),
            VV_EXIT_OK);
    }
    (void)fprintf(cli->out,
                  "%s: %" PRIu64 " synthetic people (%" PRIu64 " referred), %" PRIu64
                  " providers with %" PRIu64 " contracts, %" PRIu64 " choices, %" PRIu64
                  " reports, %" PRIu64 " job and study starts, %" PRIu64 " confirmed at 4 months\n",
                  dir, counts->seekers, counts->referred, counts->providers, counts->contracts,
                  counts->choices, counts->reports, counts->starts, counts->confirmations);
    (void)fprintf(cli->out, "levels:");
    for (size_t l = 0; l < scheme->level_count && l < 16; l++) {
        (void)fprintf(cli->out, " %s %" PRIu64, scheme->levels[l].code, counts->level[l]);
    }
    (void)fputc('\n', cli->out);
    return VV_EXIT_OK;
}

int vv_command_synth(struct vv_cli *cli, const struct vv_args *args)
{
    struct vv_error error = {0};
    struct vv_scheme_file file;
    FILE *files[FILES] = {NULL};
    struct vv_synth_counts counts;
    memset(&counts, 0, sizeof(counts));
    const char *dir = vv_args_text(args, "out", NULL);
    if (dir == NULL) {
        return vv_cli_usage(cli, "for example --out .vagval/demo", "--out DIR is missing");
    }
    if (vv_scheme_file_read(vv_args_text(args, "scheme-file", NULL), NULL, &file, &error) !=
        VV_OK) {
        return vv_cli_fail(cli, &error, "the people's levels follow from the scheme and its model");
    }
    if (file.model == NULL) {
        vv_scheme_file_free(&file);
        return vv_cli_wrong(cli, "take a scheme with an assessment model",
                            "the people's levels follow from a model; this scheme has none");
    }
    struct vv_synth_settings settings = {
        .people = (uint32_t)vv_args_number(args, "people", 1000),
        .providers = (uint32_t)vv_args_number(args, "providers", 37),
        .protected_per_thousand = (uint32_t)vv_args_number(args, "protected", 0),
        .seed = (uint64_t)vv_args_number(args, "seed", 1),
        .from = (vv_date)vv_args_number(args, "from", file.scheme->from),
        .scheme = file.scheme,
        .model = file.model};
    /* Eight weeks of registrations unless told otherwise. */
    settings.to = (vv_date)vv_args_number(args, "to", settings.from + 55);
    settings.until = (vv_date)vv_args_number(args, "until", VV_DATE_MAX);
    int code = VV_EXIT_OK;
    if (settings.to < settings.from) {
        code = vv_cli_usage(cli, NULL, "--to is before --from");
    } else {
        enum vv_status status = open_files(dir, files, &error);
        if (status == VV_OK) {
            status = run(&settings, files, &counts, &error);
        }
        struct vv_error closing = {0};
        enum vv_status closed = close_files(files, &closing);
        code = status != VV_OK   ? vv_cli_fail(cli, &error, NULL)
               : closed != VV_OK ? vv_cli_fail(cli, &closing, "is the disk full?")
                                 : tell(cli, dir, file.scheme, &counts);
    }
    vv_scheme_file_free(&file);
    return code;
}
