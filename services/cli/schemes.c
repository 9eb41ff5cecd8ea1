/*
 * schemes.c: `vagval scheme ...`: check a file, publish it, show it, list what is published.
 */
#include "schemes.h"

#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "commands.h"
#include "embedded.h"
#include "files.h"
#include "scheme_book.h"
#include "table.h"
#include "vagval/limits.h"

/* The scheme that the command carries inside, so that it needs no file. */
static enum vv_status take_embedded(struct vv_scheme_file *file, struct vv_error *ret_error)
{
    struct vv_embedded scheme = vv_embedded_scheme();
    struct vv_embedded model = vv_embedded_model();
    (void)snprintf(file->path, sizeof(file->path), "%s (built in)", VV_SCHEME_DEFAULT);
    (void)snprintf(file->model_path, sizeof(file->model_path), "its model (built in)");
    file->yaml = strndup(scheme.text, scheme.len);
    file->model_yaml = strndup(model.text, model.len);
    file->len = scheme.len;
    file->model_len = model.len;
    if (file->yaml == NULL || file->model_yaml == NULL) {
        return vv_fail(ret_error, VV_NO_MEMORY, file->path, NULL, 0, "no memory");
    }
    enum vv_status status =
        vv_scheme_parse(file->path, file->yaml, file->len, &file->scheme, ret_error);
    return status == VV_OK ? vv_model_parse(file->model_path, file->model_yaml, file->model_len,
                                            &file->model, ret_error)
                           : status;
}

static enum vv_status read_scheme(struct vv_scheme_file *file, struct vv_error *ret_error)
{
    enum vv_status status =
        vv_file_read(file->path, VV_YAML_BYTES_MAX, &file->yaml, &file->len, ret_error);
    return status == VV_OK
               ? vv_scheme_parse(file->path, file->yaml, file->len, &file->scheme, ret_error)
               : status;
}

static enum vv_status read_model(struct vv_scheme_file *file, const char *model_path,
                                 struct vv_error *ret_error)
{
    enum vv_status status = VV_OK;
    if (file->scheme->levels_by_person) {
        return VV_OK; /* there is no model to read */
    }
    if (model_path != NULL) {
        status = vv_path(file->model_path, sizeof(file->model_path), ret_error, "%s", model_path);
    } else {
        const char *slash = strrchr(file->path, '/');
        int len = slash == NULL ? 0 : (int)(slash - file->path) + 1;
        status = vv_path(file->model_path, sizeof(file->model_path), ret_error,
                         "%.*s../models/%s.yaml", len, file->path, file->scheme->model);
    }
    if (status == VV_OK) {
        status = vv_file_read(file->model_path, VV_YAML_BYTES_MAX, &file->model_yaml,
                              &file->model_len, ret_error);
    }
    if (status == VV_OK) {
        status = vv_model_parse(file->model_path, file->model_yaml, file->model_len, &file->model,
                                ret_error);
    }
    return status == VV_OK ? vv_model_check_scheme(file->model, file->scheme, ret_error) : status;
}

enum vv_status vv_scheme_file_read(const char *path, const char *model_path,
                                   struct vv_scheme_file *ret_file, struct vv_error *ret_error)
{
    struct vv_scheme_file file;
    memset(&file, 0, sizeof(file));
    if (path == NULL) {
        enum vv_status taken = take_embedded(&file, ret_error);
        if (taken != VV_OK) {
            vv_scheme_file_free(&file);
            return taken;
        }
        *ret_file = file;
        return VV_OK;
    }
    enum vv_status status = vv_path(file.path, sizeof(file.path), ret_error, "%s", path);
    if (status == VV_OK) {
        status = read_scheme(&file, ret_error);
    }
    if (status == VV_OK) {
        status = read_model(&file, model_path, ret_error);
    }
    if (status != VV_OK) {
        vv_scheme_file_free(&file);
        return status;
    }
    *ret_file = file;
    return VV_OK;
}

void vv_scheme_file_free(struct vv_scheme_file *file)
{
    vv_scheme_destroy(&file->scheme);
    vv_model_destroy(&file->model);
    free(file->yaml);
    free(file->model_yaml);
    file->yaml = NULL;
    file->model_yaml = NULL;
}

static size_t count_examples(const struct vv_scheme *scheme)
{
    size_t count = 0;
    for (size_t c = 0; c < scheme->component_count; c++) {
        for (size_t p = 0; p < scheme->components[c].price_count; p++) {
            count += scheme->components[c].prices[p].example ? 1 : 0;
        }
    }
    for (size_t l = 0; l < scheme->level_count; l++) {
        count += scheme->levels[l].example ? 1 : 0;
    }
    return count;
}

int vv_command_scheme_check(struct vv_cli *cli, const struct vv_args *args)
{
    struct vv_scheme_file file;
    struct vv_error error = {0};
    if (vv_scheme_file_read(args->words[0], vv_args_text(args, "model", NULL), &file, &error) !=
        VV_OK) {
        return vv_cli_fail(cli, &error, "correct the file and check it again");
    }
    const struct vv_scheme *scheme = file.scheme;
    size_t examples = count_examples(scheme);
    int code = VV_EXIT_OK;
    if (cli->json) {
        code = vv_cli_json(
            cli,
            json_pack("{s:b, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:i}", "ok", 1, "scheme",
                      scheme->id, "version", scheme->version, "model", scheme->model,
                      "model_version", file.model == NULL ? "" : file.model->version, "areas",
                      (int)scheme->area_count, "levels", (int)scheme->level_count, "components",
                      (int)scheme->component_count, "examples", (int)examples),
            VV_EXIT_OK);
    } else {
        (void)fprintf(cli->out, "%s is good: %s, %zu areas, %zu levels, %zu components, model %s\n",
                      file.path, scheme->id, scheme->area_count, scheme->level_count,
                      scheme->component_count, scheme->model);
        (void)fprintf(cli->out, "version %s\n", scheme->version);
        if (examples > 0) {
            (void)fprintf(
                cli->out,
                "%zu amounts and cut-offs are marked `status: example`: they are nobody's "
                "real figures\n",
                examples);
        }
    }
    vv_scheme_file_free(&file);
    return code;
}

struct known {
    const char *version;
    const ProtobufCBinaryData *yaml; /* the model's file */
    const char *id;
    bool found;
    bool further; /* another version of the scheme is published */
};

static void compare_version(void *context, unsigned generation,
                            const Vagval__V1__PublishScheme *publication)
{
    (void)generation;
    struct known *known = context;
    struct vv_scheme *scheme = NULL;
    if (vv_scheme_parse(publication->name, publication->yaml.data, publication->yaml.len, &scheme,
                        NULL) != VV_OK) {
        return;
    }
    known->found = known->found ||
                   (strcmp(scheme->version, known->version) == 0 &&
                    publication->model_yaml.len == known->yaml->len &&
                    (known->yaml->len == 0 || memcmp(publication->model_yaml.data,
                                                     known->yaml->data, known->yaml->len) == 0));
    known->further = known->further || (strcmp(scheme->id, known->id) == 0 &&
                                        strcmp(scheme->version, known->version) != 0);
    vv_scheme_destroy(&scheme);
}

/* `known` NULL: the book could not be read. */
static int tell_published(const struct vv_cli *cli, const Vagval__V1__SchemePublished *done,
                          const struct known *known)
{
    bool already = done->already || (known != NULL && known->found);
    if (cli->json) {
        return vv_cli_json(cli,
                           json_pack("{s:s, s:s, s:i, s:b}", "scheme", done->scheme, "version",
                                     done->version, "generation", (int)done->generation, "already",
                                     already ? 1 : 0),
                           VV_EXIT_OK);
    }
    (void)fprintf(cli->out, "%s %s: publication %u, version %.16s...\n", done->scheme,
                  already ? "was already published, nothing changed" : "published",
                  done->generation, done->version);
    if (!already && known != NULL && known->further) {
        (void)fprintf(cli->out,
                      "every case of %s is computed again with it; `vagval pay campaign` shows how "
                      "far that is\n",
                      done->scheme);
    }
    return VV_EXIT_OK;
}

int vv_command_scheme_publish(struct vv_cli *cli, const struct vv_args *args)
{
    struct vv_scheme_file file;
    struct vv_error error = {0};
    if (vv_scheme_file_read(args->words[0], vv_args_text(args, "model", NULL), &file, &error) !=
        VV_OK) {
        return vv_cli_fail(cli, &error, "correct the file; `vagval scheme check` shows the same");
    }
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (client == NULL) {
        vv_scheme_file_free(&file);
        return VV_EXIT_PROBLEM;
    }
    Vagval__V1__PublishScheme publish = VAGVAL__V1__PUBLISH_SCHEME__INIT;
    char model_name[VV_NAME_BYTES_MAX];
    (void)snprintf(model_name, sizeof(model_name), "%s", file.scheme->model);
    char name[VV_NAME_BYTES_MAX];
    (void)snprintf(name, sizeof(name), "%s", file.scheme->id);
    publish.name = name;
    publish.yaml = (ProtobufCBinaryData){file.len, (uint8_t *)file.yaml};
    publish.model_name = model_name;
    publish.model_yaml = (ProtobufCBinaryData){file.model_len, (uint8_t *)file.model_yaml};
    char reference[VV_VERSION_TEXT_BYTES * 2];
    (void)snprintf(reference, sizeof(reference), "%s %s", file.scheme->version,
                   file.model == NULL ? "none" : file.model->version);
    struct vv_request request = {.service = VV_REGISTRY,
                                 .partition = VV_PARTITION_SYSTEM,
                                 .type = VV_MSG_PUBLISH_SCHEME,
                                 .id = vv_id_fact("scheme", "publish", reference),
                                 .subject = VV_ID_SYSTEM,
                                 .scheme = name};
    /* The service answers the same request again with the first answer, so ask the book. */
    struct known known = {
        .version = file.scheme->version, .yaml = &publish.model_yaml, .id = file.scheme->id};
    bool read = vv_scheme_book_read(client, compare_version, &known);
    struct vv_client_answer answer;
    vv_client_call(client, request, &publish.base, &answer);
    int code = VV_EXIT_OK;
    if (answer.status != VV_OK) {
        code = vv_cli_wrong(cli, "see provider-registry's log", "%s was not published: %s (%s)",
                            file.path, answer.text, vv_status_name(answer.status));
    } else {
        code = tell_published(cli, (const Vagval__V1__SchemePublished *)answer.body,
                              read ? &known : NULL);
    }
    vv_client_answer_free(&answer);
    vv_client_close(&client);
    vv_scheme_file_free(&file);
    return code;
}

static const char *kind_name(enum vv_component_kind kind)
{
    switch (kind) {
    case VV_PER_DAY:
        return "per day";
    case VV_PER_MONTH:
        return "per month";
    case VV_PREMIUM_DAYS:
        return "premium by days";
    case VV_MILESTONE:
        return "milestone";
    case VV_INSTALMENTS:
        return "instalments";
    case VV_SUSTAINED:
        return "sustained";
    case VV_PER_UNIT:
        return "per unit";
    case VV_GRANT:
        return "grant";
    case VV_SHARE:
        return "share of an appropriation";
    }
    return "unknown";
}

static int show_json(const struct vv_cli *cli, const struct vv_scheme *scheme)
{
    json_t *prices = json_array();
    for (size_t c = 0; c < scheme->component_count; c++) {
        const struct vv_component *component = &scheme->components[c];
        for (size_t p = 0; p < component->price_count; p++) {
            const struct vv_price *price = &component->prices[p];
            (void)json_array_append_new(
                prices,
                json_pack("{s:s, s:s, s:s, s:I, s:b, s:s}", "component", component->code, "level",
                          price->level, "area", price->area == NULL ? "*" : price->area,
                          "amount_minor", (json_int_t)price->amount, "example",
                          price->example ? 1 : 0, "note", price->note == NULL ? "" : price->note));
        }
    }
    json_t *levels = json_array();
    for (size_t l = 0; l < scheme->level_count; l++) {
        const struct vv_level *level = &scheme->levels[l];
        (void)json_array_append_new(
            levels, json_pack("{s:s, s:s, s:s, s:b, s:I, s:b}", "code", level->code, "name_en",
                              level->name_en, "name_sv", level->name_sv, "referred",
                              level->referred ? 1 : 0, "logit_below",
                              (json_int_t)level->logit_below, "example", level->example ? 1 : 0));
    }
    return vv_cli_json(cli,
                       json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o}", "scheme", scheme->id,
                                 "version", scheme->version, "currency", scheme->currency,
                                 "time_zone", scheme->time_zone, "model", scheme->model, "levels",
                                 levels, "prices", prices),
                       VV_EXIT_OK);
}

static void show_text(const struct vv_cli *cli, const struct vv_scheme *scheme)
{
    char from[VV_DATE_TEXT_BYTES];
    vv_date_format(scheme->from, from);
    (void)fprintf(cli->out, "%s: %s\n  from %s, %s, %s, model %s\n  version %s\n\n", scheme->id,
                  scheme->name_en, from, scheme->currency, scheme->time_zone, scheme->model,
                  scheme->version);
    struct vv_table *areas = vv_table_create("area|name|>municipalities|>price factor");
    for (size_t a = 0; a < scheme->area_count; a++) {
        vv_table_cell(areas, "%s", scheme->areas[a].code);
        vv_table_cell(areas, "%s", scheme->areas[a].name);
        vv_table_cell(areas, "%zu", scheme->areas[a].municipality_count);
        vv_table_cell(areas, "%lld %%", (long long)scheme->areas[a].factor_percent);
    }
    vv_table_print(areas, cli->out);
    vv_table_destroy(&areas);
    (void)fputc('\n', cli->out);
    struct vv_table *prices = vv_table_create("component|kind|level|area|>amount|mark");
    for (size_t c = 0; c < scheme->component_count; c++) {
        const struct vv_component *component = &scheme->components[c];
        for (size_t p = 0; p < component->price_count; p++) {
            const struct vv_price *price = &component->prices[p];
            char amount[VV_MONEY_TEXT_BYTES];
            vv_money_format(price->amount, 1, amount);
            vv_table_cell(prices, "%s", component->code);
            vv_table_cell(prices, "%s", kind_name(component->kind));
            vv_table_cell(prices, "%s", price->level);
            vv_table_cell(prices, "%s", price->area == NULL ? "all, by factor" : price->area);
            vv_table_cell(prices, "%s", amount);
            vv_table_cell(prices, "%s", price->example ? "example" : "");
        }
    }
    vv_table_print(prices, cli->out);
    vv_table_destroy(&prices);
}

struct wanted {
    const char *id;
    struct vv_scheme *scheme; /* the latest published version */
};

static void keep_latest(void *context, unsigned generation,
                        const Vagval__V1__PublishScheme *publication)
{
    (void)generation;
    struct wanted *wanted = context;
    struct vv_scheme *scheme = NULL;
    if (vv_scheme_parse(publication->name, publication->yaml.data, publication->yaml.len, &scheme,
                        NULL) != VV_OK) {
        return;
    }
    if (strcmp(scheme->id, wanted->id) == 0) {
        vv_scheme_destroy(&wanted->scheme);
        wanted->scheme = scheme;
    } else {
        vv_scheme_destroy(&scheme);
    }
}

/* Prints what is wrong and returns NULL. */
static struct vv_scheme *published(struct vv_cli *cli, const char *id)
{
    struct wanted wanted = {.id = id};
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (client == NULL) {
        return NULL;
    }
    bool read = vv_scheme_book_read(client, keep_latest, &wanted);
    vv_client_close(&client);
    if (wanted.scheme == NULL) {
        (void)vv_cli_wrong(cli,
                           "`vagval scheme list` shows what is published; a file is named by "
                           "its path",
                           read ? "no scheme %s is published" : "the book with %s cannot be read",
                           id);
    }
    return wanted.scheme;
}

static int show(const struct vv_cli *cli, const struct vv_scheme *scheme)
{
    if (cli->json) {
        return show_json(cli, scheme);
    }
    show_text(cli, scheme);
    return VV_EXIT_OK;
}

int vv_command_scheme_show(struct vv_cli *cli, const struct vv_args *args)
{
    struct vv_scheme_file file;
    struct vv_error error = {0};
    const char *what = args->words[0];
    if (strchr(what, '/') == NULL && strstr(what, ".yaml") == NULL) {
        struct vv_scheme *scheme = published(cli, what);
        int shown = scheme == NULL ? VV_EXIT_PROBLEM : show(cli, scheme);
        vv_scheme_destroy(&scheme);
        return shown;
    }
    if (vv_scheme_file_read(what, vv_args_text(args, "model", NULL), &file, &error) != VV_OK) {
        return vv_cli_fail(cli, &error, "correct the file; `vagval scheme check` shows the same");
    }
    int code = show(cli, file.scheme);
    vv_scheme_file_free(&file);
    return code;
}
