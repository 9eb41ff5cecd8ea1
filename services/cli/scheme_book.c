/*
 * scheme_book.c: `vagval scheme list`.
 */
#include "scheme_book.h"

#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "table.h"
#include "vagval/limits.h"
#include "vagval/scheme.h"
#include "vagval/store.h"

struct reading {
    void (*take)(void *context, unsigned generation, const Vagval__V1__PublishScheme *publication);
    void *context;
    bool done, good;
};

static void on_book(void *context, enum vv_status status, const struct vv_field *pairs,
                    size_t pair_count)
{
    struct reading *reading = context;
    reading->done = true;
    reading->good = status == VV_OK;
    for (size_t i = 0; reading->good && i < pair_count; i++) {
        Vagval__V1__PublishScheme *publication =
            vagval__v1__publish_scheme__unpack(NULL, pairs[i].value_len, pairs[i].value);
        if (publication != NULL) {
            reading->take(reading->context, (unsigned)i + 1, publication);
            vagval__v1__publish_scheme__free_unpacked(publication, NULL);
        }
    }
}

bool vv_scheme_book_read(struct vv_client *client,
                         void (*take)(void *context, unsigned generation,
                                      const Vagval__V1__PublishScheme *publication),
                         void *context)
{
    char key[VV_KEY_BYTES_MAX];
    size_t len = vv_key_format(key, VV_PARTITION_SYSTEM, VV_REGISTRY, "book", VV_ID_SYSTEM);
    struct vv_read read = {
        .kind = VV_READ_LIST, .key = key, .key_len = len, .first = 0, .count = VV_SCHEMES_MAX};
    struct reading reading = {.take = take, .context = context};
    if (vv_store_read(vv_client_store(client), &read, on_book, &reading) != VV_OK) {
        return false;
    }
    while (!reading.done) {
        vv_client_turn(client, 1000);
    }
    return reading.good;
}

struct search {
    const char *id;
    bool found;
    char known[160]; /* which there are, for the error */
};

static void look_at(void *context, unsigned generation,
                    const Vagval__V1__PublishScheme *publication)
{
    (void)generation;
    struct search *search = context;
    size_t used = strlen(search->known);
    search->found = search->found || strcmp(publication->name, search->id) == 0;
    if (strstr(search->known, publication->name) == NULL) {
        (void)snprintf(search->known + used, sizeof(search->known) - used, "%s%s",
                       used == 0 ? "" : ", ", publication->name);
    }
}

bool vv_scheme_published(struct vv_client *client, const struct vv_cli *cli, const char *id)
{
    struct search search = {.id = id};
    if (!vv_scheme_book_read(client, look_at, &search)) {
        (void)vv_cli_wrong(cli, "is Redis up? `vagval status` shows it",
                           "the book of published schemes could not be read");
        return false;
    }
    if (!search.found) {
        (void)vv_cli_wrong(cli, "`vagval scheme list` shows what is published",
                           "no scheme %s is published; there is %s", id,
                           search.known[0] == '\0' ? "none yet" : search.known);
    }
    return search.found;
}

struct version {
    const char *id;
    vv_date on;
    struct vv_scheme *found;
};

static void look_for_version(void *context, unsigned generation,
                             const Vagval__V1__PublishScheme *publication)
{
    (void)generation;
    struct version *version = context;
    struct vv_scheme *scheme = NULL;
    if (vv_scheme_parse(publication->name, publication->yaml.data, publication->yaml.len, &scheme,
                        NULL) != VV_OK) {
        return; /* of a newer release */
    }
    if (strcmp(scheme->id, version->id) == 0 && scheme->from <= version->on &&
        (scheme->to == VV_DATE_NONE || version->on <= scheme->to)) {
        vv_scheme_destroy(&version->found); /* the later publication holds */
        version->found = scheme;
        scheme = NULL;
    }
    vv_scheme_destroy(&scheme);
}

struct vv_scheme *vv_scheme_book_find(struct vv_client *client, const char *id, vv_date on,
                                      char *ret_problem, size_t cap)
{
    struct version version = {.id = id, .on = on};
    if (!vv_scheme_book_read(client, look_for_version, &version)) {
        (void)snprintf(ret_problem, cap, "the book of published schemes could not be read");
    } else if (version.found == NULL) {
        char day[VV_DATE_TEXT_BYTES];
        vv_date_format(on, day);
        (void)snprintf(ret_problem, cap, "no published version of %s holds on %s", id, day);
    }
    return version.found;
}

struct listing {
    struct vv_table *table;
    json_t *list;
};

static void list_one(void *context, unsigned generation,
                     const Vagval__V1__PublishScheme *publication)
{
    struct listing *listing = context;
    struct vv_scheme *scheme = NULL;
    char from[VV_DATE_TEXT_BYTES] = "-";
    char to[VV_DATE_TEXT_BYTES] = "open";
    if (vv_scheme_parse(publication->name, publication->yaml.data, publication->yaml.len, &scheme,
                        NULL) != VV_OK) {
        return;
    }
    vv_date_format(scheme->from, from);
    if (scheme->to != VV_DATE_NONE) {
        vv_date_format(scheme->to, to);
    }
    vv_table_cell(listing->table, "%u", generation);
    vv_table_cell(listing->table, "%s", scheme->id);
    vv_table_cell(listing->table, "%s", from);
    vv_table_cell(listing->table, "%s", to);
    vv_table_cell(listing->table, "%s", publication->model_name);
    vv_table_cell(listing->table, "%s", scheme->version);
    (void)json_array_append_new(
        listing->list, json_pack("{s:i, s:s, s:s, s:s, s:s, s:s}", "generation", (int)generation,
                                 "scheme", scheme->id, "from", from, "to", to, "model",
                                 publication->model_name, "version", scheme->version));
    vv_scheme_destroy(&scheme);
}

int vv_command_scheme_list(struct vv_cli *cli, const struct vv_args *args)
{
    (void)args;
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    struct listing listing = {vv_table_create(">no.|scheme|from|to|model|version"), json_array()};
    int code = VV_EXIT_OK;
    if (!vv_scheme_book_read(client, list_one, &listing)) {
        code = vv_cli_wrong(cli, "is Redis up? `vagval status` shows it",
                            "the book of published schemes could not be read");
    } else if (cli->json) {
        code = vv_cli_json(cli, json_pack("{s:O}", "schemes", listing.list), VV_EXIT_OK);
    } else if (json_array_size(listing.list) == 0) {
        (void)fprintf(cli->out, "nothing is published; `vagval scheme publish FILE` does it\n");
    } else {
        vv_table_print(listing.table, cli->out);
    }
    vv_table_destroy(&listing.table);
    json_decref(listing.list);
    vv_client_close(&client);
    return code;
}
