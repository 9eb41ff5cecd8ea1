/*
 * say.c: how the command speaks: where it lives, errors, JSON.
 */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "files.h"

enum vv_status vv_cli_init(struct vv_cli *cli, const struct vv_args *args,
                           struct vv_error *ret_error)
{
    cli->out = stdout;
    cli->err = stderr;
    cli->json = vv_args_flag(args, "json");
    enum vv_status status = vv_exe_dir(cli->bin, sizeof(cli->bin), ret_error);
    if (status != VV_OK) {
        return status;
    }
    const char *redis = getenv("VAGVAL_REDIS");
    redis = vv_args_text(args, "redis", redis == NULL ? "" : redis);
    status = vv_path(cli->redis, sizeof(cli->redis), ret_error, "%s", redis);
    if (status != VV_OK) {
        return status;
    }
    const char *as = getenv("VAGVAL_AS");
    as = vv_args_text(args, "as", as == NULL || as[0] == '\0' ? "operator" : as);
    if (!vv_key_name_is_good(as)) {
        return vv_fail(ret_error, VV_INVALID, "vagval", "as", 0,
                       "--as wants the name of a key, at most %d of a-z, 0-9 and -",
                       VV_KEY_NAME_MAX);
    }
    memcpy(cli->as, as, strlen(as) + 1);
    const char *dir = getenv("VAGVAL_DIR");
    dir = vv_args_text(args, "dir", dir == NULL || dir[0] == '\0' ? ".vagval" : dir);
    char here[PATH_MAX];
    if (dir[0] == '/') {
        return vv_path(cli->dir, sizeof(cli->dir), ret_error, "%s", dir);
    }
    if (getcwd(here, sizeof(here)) == NULL) {
        return vv_fail(ret_error, VV_IO, ".", NULL, 0, "the current directory is unknown: %s",
                       strerror(errno));
    }
    return vv_path(cli->dir, sizeof(cli->dir), ret_error, "%s/%s", here, dir);
}

int vv_cli_fail(const struct vv_cli *cli, const struct vv_error *error, const char *advice)
{
    if (cli->json) {
        json_t *inner =
            json_pack("{s:s, s:s, s:s, s:s, s:i, s:s}", "status", vv_status_name(error->status),
                      "where", error->where, "field", error->field, "text", error->text, "line",
                      (int)error->line, "advice", advice == NULL ? "" : advice);
        return vv_cli_json(cli, json_pack("{s:o}", "error", inner), VV_EXIT_PROBLEM);
    }
    (void)fprintf(cli->err, "vagval: ");
    if (error->where[0] != '\0' && strcmp(error->where, "vagval") != 0) {
        (void)fprintf(cli->err, "%s: ", error->where);
    }
    if (error->line != 0) {
        (void)fprintf(cli->err, "line %u: ", error->line);
    }
    if (error->field[0] != '\0') {
        (void)fprintf(cli->err, "%s: ", error->field);
    }
    (void)fprintf(cli->err, "%s\n",
                  error->text[0] == '\0' ? vv_status_name(error->status) : error->text);
    if (advice != NULL) {
        (void)fprintf(cli->err, "        %s\n", advice);
    }
    return VV_EXIT_PROBLEM;
}

int vv_cli_wrong(const struct vv_cli *cli, const char *advice, const char *format, ...)
{
    struct vv_error error = {.status = VV_INVALID};
    va_list list;
    va_start(list, format);
    (void)vsnprintf(error.text, sizeof(error.text), format, list);
    va_end(list);
    return vv_cli_fail(cli, &error, advice);
}

int vv_cli_usage(const struct vv_cli *cli, const char *advice, const char *format, ...)
{
    struct vv_error error = {.status = VV_INVALID};
    va_list list;
    va_start(list, format);
    (void)vsnprintf(error.text, sizeof(error.text), format, list);
    va_end(list);
    (void)vv_cli_fail(cli, &error, advice);
    return VV_EXIT_USAGE;
}

int vv_cli_json(const struct vv_cli *cli, json_t *document, int code)
{
    if (document == NULL || json_dumpf(document, cli->out, JSON_INDENT(2)) != 0) {
        (void)fprintf(cli->err, "vagval: the JSON document could not be made\n");
        json_decref(document);
        return VV_EXIT_PROBLEM;
    }
    (void)fputc('\n', cli->out);
    json_decref(document);
    return code;
}
