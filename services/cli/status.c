/*
 * status.c: `vagval status`: processes of this directory, and what each live instance says of
 * itself.
 */
#include <inttypes.h>
#include <string.h>

#include "campaigns.h"
#include "client.h"
#include "commands.h"
#include "process.h"
#include "system.h"
#include "table.h"
#include "vagval/limits.h"

struct showing {
    struct vv_cli *cli;
    struct vv_client *client;
    struct vv_table *table;
    json_t *list, *problems;
};

static double stat_value(const struct vv_client_answer *answer, const char *name)
{
    const Vagval__V1__StatsReply *reply = (const Vagval__V1__StatsReply *)answer->body;
    double sum = 0;
    for (size_t i = 0; reply != NULL && i < reply->n_stats; i++) {
        sum += strstr(reply->stats[i]->name, name) != NULL ? reply->stats[i]->value : 0;
    }
    return sum;
}

static void ask(struct showing *showing, enum vv_service_id service, const char *instance,
                enum vv_message_type type, const ProtobufCMessage *body,
                struct vv_client_answer *ret_answer)
{
    struct vv_request request = {.service = service,
                                 .partition = VV_PARTITION_SYSTEM,
                                 .instance = instance,
                                 .type = type,
                                 .budget_ms = 3000};
    vv_client_call(showing->client, request, body, ret_answer);
}

static void show_instance(struct showing *showing, enum vv_service_id service,
                          const struct vv_member *member)
{
    char name[64];
    memcpy(name, member->name, sizeof(name));
    Vagval__V1__Info info_body = VAGVAL__V1__INFO__INIT;
    Vagval__V1__Stats stats_body = VAGVAL__V1__STATS__INIT;
    struct vv_client_answer info;
    struct vv_client_answer stats;
    char router[112];
    memcpy(router, member->router, sizeof(router));
    ask(showing, service, name, VV_MSG_INFO, &info_body.base, &info);
    ask(showing, service, name, VV_MSG_STATS, &stats_body.base, &stats);
    const Vagval__V1__InfoReply *reply = (const Vagval__V1__InfoReply *)info.body;
    char date[VV_DATE_TEXT_BYTES] = "-";
    const char *state = "no answer";
    if (reply != NULL) {
        if (reply->business_date > 0) {
            vv_date_format(reply->business_date, date);
        } else {
            (void)snprintf(date, sizeof(date), "not set");
        }
        state = reply->draining ? "draining" : reply->ready ? "ready" : "not ready";
        for (size_t i = 0; i < reply->n_problems; i++) {
            (void)json_array_append_new(
                showing->problems,
                json_pack("{s:s, s:s}", "instance", name, "problem", reply->problems[i]));
        }
    }
    double queue = stat_value(&stats, "queue");
    vv_table_cell(showing->table, "%s", name);
    vv_table_cell(showing->table, "%s", state);
    vv_table_cell(showing->table, "%u", reply == NULL ? 0 : reply->owned);
    vv_table_cell(showing->table, "%.0f", queue);
    vv_table_cell(showing->table, "%s", date);
    vv_table_cell(showing->table, "%s", router);
    (void)json_array_append_new(
        showing->list, json_pack("{s:s, s:s, s:s, s:i, s:f, s:s, s:s}", "instance", name, "service",
                                 vv_service_name(service), "state", state, "partitions",
                                 reply == NULL ? 0 : (int)reply->owned, "queue", queue,
                                 "business_date", date, "endpoint", router));
    vv_client_answer_free(&info);
    vv_client_answer_free(&stats);
}

/* What payment computes again, and how far it is. NULL: it could not be asked. */
static void show_campaigns(const struct showing *showing, const json_t *campaigns)
{
    size_t i = 0;
    const json_t *one = NULL;
    if (campaigns == NULL) {
        (void)fprintf(showing->cli->out,
                      "whether a campaign runs is not known: payment does not answer\n");
    }
    json_array_foreach((json_t *)(uintptr_t)campaigns, i, one)
    {
        (void)fprintf(showing->cli->out,
                      "campaign %d: %s is computed again, %d %% done (%lld cases); `vagval pay "
                      "campaign` shows more\n",
                      (int)json_integer_value(json_object_get(one, "generation")),
                      json_string_value(json_object_get(one, "scheme")),
                      (int)json_integer_value(json_object_get(one, "percent")),
                      (long long)json_integer_value(json_object_get(one, "cases")));
    }
}

/* Before asking the bus: which processes of this directory run. Returns the number of them. */
static unsigned show_processes(const struct vv_cli *cli)
{
    struct vv_system system;
    struct vv_process process;
    struct vv_error error;
    unsigned running = 0;
    if (vv_system_load(cli, &system, &error) != VV_OK) {
        return 0;
    }
    for (int s = -1; s < VV_SERVICE_COUNT; s++) {
        for (unsigned n = 1; n <= (s < 0 ? 1 : system.scale[s]); n++) {
            const char *name = s < 0 ? NULL : vv_service_name((enum vv_service_id)s);
            if (vv_process_describe(cli, name, n, &process, NULL) != VV_OK) {
                continue;
            }
            int pid = (int)vv_process_find(&process);
            running += pid != 0 ? 1 : 0;
            if (system.known && pid == 0 && !cli->json) {
                (void)fprintf(cli->out, "%s is not running; its log is %s\n", process.name,
                              process.log);
            }
        }
    }
    return running;
}

int vv_command_status(struct vv_cli *cli, const struct vv_args *args)
{
    (void)args;
    if (cli->redis[0] == '\0' && show_processes(cli) == 0) {
        return vv_cli_wrong(cli, "start it with `vagval up`", "nothing is running in %s", cli->dir);
    }
    struct showing showing = {.cli = cli, .client = vv_client_open_for(cli, 0)};
    if (showing.client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    showing.table = vv_table_create("instance|state|>partitions|>queue|business date|endpoint");
    showing.list = json_array();
    showing.problems = json_array();
    struct vv_members *members = vv_client_members(showing.client);
    for (unsigned s = 0; s < VV_SERVICE_COUNT; s++) {
        struct vv_member copies[VV_MEMBERS_MAX];
        size_t count = vv_members_count(members, (enum vv_service_id)s);
        count = count > VV_MEMBERS_MAX ? VV_MEMBERS_MAX : count;
        for (size_t i = 0; i < count; i++) {
            copies[i] = *vv_members_at(members, (enum vv_service_id)s, i);
        }
        for (size_t i = 0; i < count; i++) {
            show_instance(&showing, (enum vv_service_id)s, &copies[i]);
        }
    }
    json_t *campaigns =
        vv_members_count(members, VV_PAYMENT) == 0 ? NULL : vv_campaigns_running(showing.client);
    size_t problems = json_array_size(showing.problems);
    int code = problems == 0 ? VV_EXIT_OK : VV_EXIT_PROBLEM;
    if (cli->json) {
        code = vv_cli_json(cli,
                           json_pack("{s:i, s:O, s:O, s:O?}", "partitions",
                                     (int)vv_client_partitions(showing.client), "instances",
                                     showing.list, "problems", showing.problems, "campaigns",
                                     campaigns),
                           code);
    } else {
        vv_table_print(showing.table, cli->out);
        show_campaigns(&showing, campaigns);
        for (size_t i = 0; i < problems; i++) {
            json_t *one = json_array_get(showing.problems, i);
            (void)fprintf(cli->out, "problem in %s: %s\n",
                          json_string_value(json_object_get(one, "instance")),
                          json_string_value(json_object_get(one, "problem")));
        }
    }
    vv_table_destroy(&showing.table);
    json_decref(campaigns);
    json_decref(showing.list);
    json_decref(showing.problems);
    vv_client_close(&showing.client);
    return code;
}
