/*
 * pay_campaign.c: `vagval pay campaign`: how far payment has come with computing all cases again
 * after a further version of a scheme was published.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "campaigns.h"
#include "client.h"
#include "commands.h"
#include "scheme_book.h"
#include "sums.h"
#include "table.h"
#include "vagval/limits.h"
#include "vagval/scheme.h"

struct publication {
    char scheme[VV_CODE_BYTES_MAX + 1];
    char version[VV_VERSION_TEXT_BYTES];
    vv_date from;
    bool further; /* an earlier publication is of the same scheme */
};

struct book {
    struct publication *publications; /* VV_SCHEMES_MAX */
    unsigned count;
};

static void take_publication(void *context, unsigned generation,
                             const Vagval__V1__PublishScheme *message)
{
    struct book *book = context;
    struct vv_scheme *scheme = NULL;
    if (generation == 0 || generation > VV_SCHEMES_MAX) {
        return;
    }
    book->count = generation;
    struct publication *publication = &book->publications[generation - 1];
    if (vv_scheme_parse(message->name, message->yaml.data, message->yaml.len, &scheme, NULL) !=
        VV_OK) {
        return; /* of a newer release: it keeps its place in the book */
    }
    (void)snprintf(publication->scheme, sizeof(publication->scheme), "%s", scheme->id);
    (void)snprintf(publication->version, sizeof(publication->version), "%s", scheme->version);
    publication->from = scheme->from;
    for (unsigned i = 0; i + 1 < generation; i++) {
        publication->further =
            publication->further || strcmp(book->publications[i].scheme, publication->scheme) == 0;
    }
    vv_scheme_destroy(&scheme);
}

static int64_t counted(struct vv_ledger *ledger, unsigned generation, const char *what)
{
    char name[64];
    (void)snprintf(name, sizeof(name), "campaign:%u:%s", generation, what);
    return vv_sums_amount(&ledger->components, name);
}

struct telling {
    struct vv_table *table;
    json_t *list;
    unsigned running;
};

static void tell_one(struct telling *telling, struct vv_ledger *ledger,
                     const struct publication *publication, unsigned generation,
                     unsigned partitions)
{
    int64_t done = counted(ledger, generation, "partitions");
    int64_t cases = counted(ledger, generation, "cases");
    int64_t changed = counted(ledger, generation, "changed");
    bool finished = done >= (int64_t)partitions;
    char from[VV_DATE_TEXT_BYTES];
    vv_date_format(publication->from, from);
    telling->running += finished ? 0 : 1;
    vv_table_cell(telling->table, "%u", generation);
    vv_table_cell(telling->table, "%s", publication->scheme);
    vv_table_cell(telling->table, "%s", from);
    vv_table_cell(telling->table, "%s", finished ? "done" : "running");
    vv_table_cell(telling->table, "%" PRId64 " of %u", done, partitions);
    vv_table_cell(telling->table, "%" PRId64, cases);
    vv_table_cell(telling->table, "%" PRId64, changed);
    (void)json_array_append_new(
        telling->list,
        json_pack("{s:i, s:s, s:s, s:s, s:s, s:I, s:I, s:I}", "generation", (int)generation,
                  "scheme", publication->scheme, "version", publication->version, "from", from,
                  "state", finished ? "done" : "running", "partitions_done", (json_int_t)done,
                  "cases", (json_int_t)cases, "changed", (json_int_t)changed));
}

static bool has_further(const struct book *book)
{
    for (unsigned i = 0; i < book->count; i++) {
        if (book->publications[i].further) {
            return true;
        }
    }
    return false;
}

static int tell(const struct vv_cli *cli, const struct book *book, struct vv_ledger *ledger,
                unsigned partitions)
{
    struct telling telling = {
        vv_table_create(">no.|scheme|valid from|state|>partitions|>cases computed|>changed"),
        json_array(), 0};
    for (unsigned i = 0; i < book->count; i++) {
        if (book->publications[i].further) {
            tell_one(&telling, ledger, &book->publications[i], i + 1, partitions);
        }
    }
    int code = VV_EXIT_OK;
    if (cli->json) {
        code = vv_cli_json(cli,
                           json_pack("{s:i, s:i, s:O}", "partitions", (int)partitions, "running",
                                     (int)telling.running, "campaigns", telling.list),
                           VV_EXIT_OK);
    } else if (json_array_size(telling.list) == 0) {
        (void)fprintf(cli->out, "no scheme has a further version: nothing is computed again\n");
    } else {
        vv_table_print(telling.table, cli->out);
    }
    vv_table_destroy(&telling.table);
    json_decref(telling.list);
    return code;
}

/* ---- for `vagval status` ---- */

json_t *vv_campaigns_running(struct vv_client *client)
{
    struct book book = {calloc(VV_SCHEMES_MAX, sizeof(struct publication)), 0};
    struct vv_ledger ledger;
    json_t *running = NULL;
    unsigned partitions = vv_client_partitions(client);
    memset(&ledger, 0, sizeof(ledger));
    if (book.publications != NULL && vv_scheme_book_read(client, take_publication, &book) &&
        (!has_further(&book) || vv_ledger_fetch(client, &ledger))) {
        running = json_array();
    }
    for (unsigned i = 0; running != NULL && i < book.count; i++) {
        int64_t done = counted(&ledger, i + 1, "partitions");
        if (book.publications[i].further && done < (int64_t)partitions) {
            (void)json_array_append_new(
                running, json_pack("{s:i, s:s, s:I, s:i, s:I}", "generation", (int)i + 1, "scheme",
                                   book.publications[i].scheme, "partitions_done", (json_int_t)done,
                                   "percent", (int)(done * 100 / (int64_t)partitions), "cases",
                                   (json_int_t)counted(&ledger, i + 1, "cases")));
        }
    }
    vv_ledger_free(&ledger);
    free(book.publications);
    return running;
}

static int command_pay_campaign(struct vv_cli *cli, const struct vv_args *args)
{
    (void)args;
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_PAYMENT);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    struct book book = {calloc(VV_SCHEMES_MAX, sizeof(struct publication)), 0};
    struct vv_ledger ledger;
    memset(&ledger, 0, sizeof(ledger));
    int code = VV_EXIT_PROBLEM;
    if (book.publications == NULL || !vv_scheme_book_read(client, take_publication, &book)) {
        code = vv_cli_wrong(cli, "is Redis up? `vagval status` shows it",
                            "the book of published schemes could not be read");
    } else if (!vv_ledger_fetch(client, &ledger)) {
        code = vv_cli_wrong(cli, "`vagval status` shows whether payment is up",
                            "the counters could not be read whole: %s", ledger.problem);
    } else {
        code = tell(cli, &book, &ledger, vv_client_partitions(client));
    }
    vv_ledger_free(&ledger);
    free(book.publications);
    vv_client_close(&client);
    return code;
}

const struct vv_command vv_commands_campaign[] = {
    {"pay campaign", "",
     "show how far the cases are computed again after a further version of a scheme",
     "A version that is published late changes what is owed for days that have passed. Payment\n"
     "computes every case of the scheme again, partition by partition, by itself; what rises is\n"
     "posted, what falls is proposed. `vagval clock advance` waits for it.",
     "vagval pay campaign --json", NULL, 0, 0, command_pay_campaign},
    VV_END_OF_COMMANDS,
};
