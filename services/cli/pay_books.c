/*
 * pay_books.c: `vagval pay close`, `pay periods`, `pay link`: what all partitions of a region
 * share. Each partition takes the command by itself; an id that follows from what it says lets the
 * same command, given again, complete what was cut off.
 */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "pay_positions.h"
#include "table.h"
#include "vagval/idno.h"

/* ---- one command to every partition ---- */

struct spreading {
    enum vv_message_type type;
    const char *kind; /* of the source record that the ids are derived from */
    const char *reference;
    const ProtobufCMessage *(*body)(void *context, uint16_t partition);
    void *context;
    const char *when_refused; /* what to do then */
    bool may_be_held;         /* a refusal means that the partition has more than this already */
};

/* What is refused is refused again: only what was cut off is worth repeating. */
static const char *advice(const struct spreading *spreading, enum vv_status status)
{
    if (status != VV_REFUSED && status != VV_INVALID && status != VV_FORBIDDEN) {
        return "the same command, given again, goes on where this one stopped";
    }
    return status == VV_FORBIDDEN ? "--as NAME uses another key" : spreading->when_refused;
}

/* Some partitions may have taken what holds for all by now; only when all have, nothing was done.
 */
static bool spread(struct vv_client *client, struct vv_cli *cli, const struct spreading *spreading)
{
    unsigned passed = 0;
    for (uint16_t partition = 0; partition < vv_client_partitions(client); partition++) {
        char reference[160];
        (void)snprintf(reference, sizeof(reference), "%s:p%u", spreading->reference,
                       (unsigned)partition);
        struct vv_client_answer answer;
        struct vv_request request = {
            .service = VV_PAYMENT,
            .partition = partition,
            .type = spreading->type,
            .id = vv_id_fact("vagval pay", spreading->kind, reference),
        };
        vv_client_call(client, request, spreading->body(spreading->context, partition), &answer);
        bool held = answer.status == VV_REFUSED && spreading->may_be_held;
        bool good = answer.status == VV_OK || (held && passed > 0);
        passed += held ? 0 : 1;
        if (!good) {
            (void)vv_cli_wrong(
                cli, advice(spreading, answer.status), "partition %u: %s", (unsigned)partition,
                answer.text[0] != '\0' ? answer.text : vv_status_name(answer.status));
        }
        vv_client_answer_free(&answer);
        if (!good) {
            return false;
        }
    }
    return true;
}

/* ---- accounting periods ---- */

static const ProtobufCMessage *close_body(void *context, uint16_t partition)
{
    Vagval__V1__ClosePeriod *body = context;
    body->partition = partition;
    return &body->base;
}

static bool month_read(const char *text, vv_date *ret_month)
{
    char day[16];
    return strlen(text) == 7 && snprintf(day, sizeof(day), "%s-01", text) == 10 &&
           vv_date_parse(day, ret_month) == VV_OK;
}

static int command_close(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__ClosePeriod body = VAGVAL__V1__CLOSE_PERIOD__INIT;
    if (!month_read(args->words[0], &body.month)) {
        return vv_cli_usage(cli, "write the month as 2020-05", "%s is no month", args->words[0]);
    }
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_PAYMENT | 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    struct spreading spreading = {.type = VV_MSG_CLOSE_PERIOD,
                                  .kind = "close-period",
                                  .reference = args->words[0],
                                  .body = close_body,
                                  .context = &body,
                                  .when_refused = "a month is closed once, from its first day on; "
                                                  "`vagval pay periods` shows what is closed",
                                  .may_be_held = true};
    int code = VV_EXIT_PROBLEM;
    if (spread(client, cli, &spreading)) {
        code = VV_EXIT_OK;
        if (cli->json) {
            code = vv_cli_json(cli, json_pack("{s:s}", "closed", args->words[0]), VV_EXIT_OK);
        } else {
            (void)fprintf(cli->out,
                          "%s is closed; what is decided from now on is booked after it\n",
                          args->words[0]);
        }
    }
    vv_client_close(&client);
    return code;
}

struct periods {
    Vagval__V1__PeriodsPage body;
    int32_t closed_min, closed_max;
    uint32_t links;
    unsigned answers;
    json_t *closed; /* of the first partition that answers */
    struct vv_table *table;
};

static const ProtobufCMessage *periods_body(void *context, uint16_t partition)
{
    struct periods *periods = context;
    vagval__v1__periods_page__init(&periods->body);
    periods->body.partition = partition;
    return &periods->body.base;
}

static void take_periods(void *context, uint16_t partition, enum vv_status status,
                         const ProtobufCMessage *body, const char *error)
{
    (void)partition;
    (void)error;
    struct periods *periods = context;
    if (status != VV_OK) {
        return;
    }
    const Vagval__V1__Periods *reply = (const Vagval__V1__Periods *)body;
    int32_t through = reply->closed_through;
    if (periods->answers == 0) {
        periods->closed_min = periods->closed_max = through;
        periods->links = reply->links;
        for (size_t i = 0; i < reply->n_closed; i++) {
            char month[8] = "";
            (void)snprintf(month, sizeof(month), "%.7s",
                           vv_day_shown(reply->closed[i]->month).text);
            int32_t on = (int32_t)(reply->closed[i]->recorded_ms / VV_DAY_MS);
            vv_table_cell(periods->table, "%s", month);
            vv_table_cell(periods->table, "%s", vv_day_shown(on).text);
            vv_table_cell(periods->table, "%s", reply->closed[i]->by);
            (void)json_array_append_new(
                periods->closed, json_pack("{s:s, s:s, s:s}", "month", month, "recorded",
                                           vv_day_shown(on).text, "by", reply->closed[i]->by));
        }
    }
    periods->closed_min = through < periods->closed_min ? through : periods->closed_min;
    periods->closed_max = through > periods->closed_max ? through : periods->closed_max;
    periods->answers++;
}

static int command_periods(struct vv_cli *cli, const struct vv_args *args)
{
    (void)args;
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_PAYMENT | 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    struct periods periods = {.closed = json_array(),
                              .table = vv_table_create("month|closed on|by")};
    struct vv_scatter scatter = {VV_PAYMENT, VV_MSG_PERIODS_PAGE, periods_body, take_periods,
                                 &periods};
    vv_client_scatter(client, &scatter);
    bool all = periods.answers == vv_client_partitions(client);
    bool same = periods.closed_min == periods.closed_max;
    int code = VV_EXIT_OK;
    if (!all) {
        code = vv_cli_wrong(cli, "`vagval status` shows whether payment is up",
                            "%u of %u partitions answered", periods.answers,
                            (unsigned)vv_client_partitions(client));
    } else if (cli->json) {
        code = vv_cli_json(cli,
                           json_pack("{s:s, s:b, s:i, s:O}", "closed_through",
                                     vv_day_shown(periods.closed_min).text, "whole", same ? 1 : 0,
                                     "links", (int)periods.links, "closed", periods.closed),
                           VV_EXIT_OK);
    } else {
        vv_table_print(periods.table, cli->out);
        (void)fprintf(cli->out,
                      "closed through %s in every partition; %u links between organisations\n",
                      vv_day_shown(periods.closed_min).text, (unsigned)periods.links);
        if (!same) {
            (void)fprintf(
                cli->out, "closed through %s in some: `vagval pay close %.7s` completes it\n",
                vv_day_shown(periods.closed_max).text, vv_day_shown(periods.closed_max).text);
        }
    }
    vv_table_destroy(&periods.table);
    json_decref(periods.closed);
    vv_client_close(&client);
    return code;
}

/* ---- links ---- */

static const ProtobufCMessage *link_body(void *context, uint16_t partition)
{
    Vagval__V1__LinkParties *body = context;
    body->partition = partition;
    return &body->base;
}

static int command_link(struct vv_cli *cli, const struct vv_args *args)
{
    struct vv_idno numbers[2];
    for (size_t i = 0; i < 2; i++) {
        if (vv_idno_check(VV_IDNO_ORGANISATIONSNUMMER, args->words[i], 0, &numbers[i], NULL) !=
                VV_OK &&
            vv_idno_check(VV_IDNO_Y_TUNNUS, args->words[i], 0, &numbers[i], NULL) != VV_OK) {
            return vv_cli_usage(cli, "write it as 556016-0680", "%s is no organisation number",
                                args->words[i]);
        }
    }
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_PAYMENT | 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    uint16_t partitions = vv_client_partitions(client);
    struct vv_id provider = vv_id_provider(numbers[0].text, partitions);
    struct vv_id party = vv_id_provider(numbers[1].text, partitions);
    Vagval__V1__LinkParties body = VAGVAL__V1__LINK_PARTIES__INIT;
    body.provider = (ProtobufCBinaryData){sizeof(provider.bytes), provider.bytes};
    body.party = (ProtobufCBinaryData){sizeof(party.bytes), party.bytes};
    body.provider_number = numbers[0].text;
    body.party_number = numbers[1].text;
    body.note = (char *)(uintptr_t)vv_args_text(args, "note", "");
    body.withdrawn = vv_args_flag(args, "withdraw");
    char reference[128];
    (void)snprintf(reference, sizeof(reference), "%s:%s:%s:%s", numbers[0].text, numbers[1].text,
                   body.withdrawn ? "withdrawn" : "linked",
                   vv_day_shown(vv_client_business_date(client)).text);
    struct spreading spreading = {.type = VV_MSG_LINK_PARTIES,
                                  .kind = "link-parties",
                                  .reference = reference,
                                  .body = link_body,
                                  .context = &body,
                                  .when_refused = "`vagval pay periods` counts the links"};
    int code = VV_EXIT_PROBLEM;
    if (spread(client, cli, &spreading)) {
        code = VV_EXIT_OK;
        const char *state = body.withdrawn ? "withdrawn" : "linked";
        if (cli->json) {
            code = vv_cli_json(cli, json_pack("{s:s}", "state", state), VV_EXIT_OK);
        } else {
            (void)fprintf(cli->out, "%s; it counts for what is decided from now on\n", state);
        }
    }
    vv_client_close(&client);
    return code;
}

static const struct vv_option link_options[] = {
    {"withdraw", NULL, VV_OPTION_FLAG, "the link no longer holds", 0, 0},
    {"note", "TEXT", VV_OPTION_TEXT, "how they are related; kept with the link", 0, 0},
    VV_END_OF_OPTIONS};

const struct vv_command vv_commands_books[] = {
    {"pay close", "MONTH", "close an accounting period: nothing more is booked in it",
     "A closed period is not reopened. A correction keeps the period that it corrects and is "
     "booked\n"
     "in the period that is open. Closing a month closes those before it.",
     "vagval pay close 2020-05 --as finn", NULL, 1, 1, command_close},
    {"pay periods", "", "show which accounting periods are closed, and by whom", NULL,
     "vagval pay periods", NULL, 0, 0, command_periods},
    {"pay link", "ORGANISATION ORGANISATION", "note that two organisations are related",
     "A premium, result or bonus for a job at an organisation that is linked to the provider is\n"
     "held until a person lets it go with `vagval pay let-go`. `vagval control show CONTRACT` "
     "shows\n"
     "the links of the contract's provider.",
     "vagval pay link 556016-0680 202100-2114 --note 'same owner' --as anna", link_options, 2, 2,
     command_link},
    VV_END_OF_COMMANDS,
};
