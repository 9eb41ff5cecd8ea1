/*
 * application_show.c: one application with its criteria and what was decided, and all of them.
 */
#include <stdlib.h>

#include "application.h"
#include "ask.h"
#include "commands.h"
#include "table.h"

static json_t *application_json(const Vagval__V1__Application *application)
{
    const Vagval__V1__SubmitApplication *said = application->said;
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:o}",
                     "area", said == NULL ? "" : said->area, "organisation_number",
                     said == NULL ? "" : said->organisation_number, "name",
                     said == NULL ? "" : said->provider_name, "state", application->state,
                     "submitted_on", vv_cli_json_date(application->submitted_on), "decided_on",
                     vv_cli_json_date(application->decided_on), "decided_by",
                     application->decided_by, "number", application->number, "reason",
                     application->reason, "appeal_by", vv_cli_json_date(application->appeal_by),
                     "appealed_on", vv_cli_json_date(application->appealed_on), "from",
                     vv_cli_json_date(application->from), "to", vv_cli_json_date(application->to),
                     "conditions", application->conditions, "conditions_by",
                     vv_cli_json_date(application->conditions_due));
}

static void print_day(FILE *out, const char *before, int32_t day)
{
    char text[VV_DATE_TEXT_BYTES + 8] = "further notice";
    if (day > 0) {
        vv_date_format(day, text);
    }
    (void)fprintf(out, "%s%s", before, text);
}

/* What was decided: validity and conditions, or the reason and the days for an appeal. */
static void print_decision(FILE *out, const Vagval__V1__Application *application)
{
    if (application->decided_on == 0) {
        return;
    }
    print_day(out, "decided on ", application->decided_on);
    (void)fprintf(out, " by %s\n", application->decided_by);
    if (application->number[0] != '\0') {
        (void)fprintf(out, "contract %s", application->number);
        print_day(out, ", valid from ", application->from);
        print_day(out, " until ", application->to);
        (void)fprintf(out, "; `vagval contract show %s %s` shows renewals and conditions\n",
                      application->said->area, application->number);
    }
    if (application->conditions[0] != '\0') {
        (void)fprintf(out, "on condition: %s", application->conditions);
        print_day(out, ", by ", application->conditions_due);
        (void)fputc('\n', out);
    }
    if (application->appeal_by > 0) {
        (void)fprintf(out, "rejected: %s", application->reason);
        print_day(out, "; may be appealed against until ", application->appeal_by);
        (void)fputc('\n', out);
    }
    if (application->appealed_on > 0) {
        print_day(out, "appealed against on ", application->appealed_on);
        (void)fputc('\n', out);
    }
}

static void print_judged(FILE *out, const Vagval__V1__ApplicationJudged *judged)
{
    const Vagval__V1__Application *application = judged->application;
    struct vv_table *table = vv_table_create("criterion|answer|what it says");
    (void)fprintf(out, "%s, area %s: %s; the criteria are %s\n", application->said->provider_name,
                  application->said->area, application->state, judged->verdict);
    for (size_t i = 0; table != NULL && i < judged->n_findings; i++) {
        vv_table_cell(table, "%s", judged->findings[i]->code);
        vv_table_cell(table, "%s", judged->findings[i]->met);
        vv_table_cell(table, "%s", judged->findings[i]->text_en);
    }
    if (table != NULL) {
        vv_table_print(table, out);
    }
    vv_table_destroy(&table);
    print_decision(out, application);
}

int vv_command_application_show(struct vv_cli *cli, const struct vv_args *args)
{
    const char *scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT);
    Vagval__V1__JudgeApplication body = VAGVAL__V1__JUDGE_APPLICATION__INIT;
    struct vv_client_answer answer = {0};
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    body.area = args->words[0];
    body.organisation_number = args->words[1];
    int code = VV_EXIT_PROBLEM;
    const Vagval__V1__ApplicationJudged *judged = (const Vagval__V1__ApplicationJudged *)vv_cli_ask(
        cli, client,
        vv_about_application(client, scheme, args->words[0], args->words[1],
                             VV_MSG_JUDGE_APPLICATION),
        &body.base, args->words[1], &answer);
    if (judged != NULL && cli->json) {
        json_t *findings = json_array();
        for (size_t i = 0; i < judged->n_findings; i++) {
            const Vagval__V1__CriterionFinding *finding = judged->findings[i];
            (void)json_array_append_new(
                findings, json_pack("{s:s, s:s, s:s, s:s}", "code", finding->code, "met",
                                    finding->met, "en", finding->text_en, "sv", finding->text_sv));
        }
        code = vv_cli_json(cli,
                           json_pack("{s:o, s:s, s:o}", "application",
                                     application_json(judged->application), "verdict",
                                     judged->verdict, "findings", findings),
                           VV_EXIT_OK);
    } else if (judged != NULL) {
        print_judged(cli->out, judged);
        code = VV_EXIT_OK;
    }
    vv_client_answer_free(&answer);
    vv_client_close(&client);
    return code;
}

struct listing {
    Vagval__V1__ListApplications body;
    json_t *list;
    char problem[256];
};

static const ProtobufCMessage *ask_list(void *context, uint16_t partition)
{
    struct listing *listing = context;
    vagval__v1__list_applications__init(&listing->body);
    listing->body.partition = partition;
    return &listing->body.base;
}

static void take_list(void *context, uint16_t partition, enum vv_status status,
                      const ProtobufCMessage *body, const char *error)
{
    struct listing *listing = context;
    if (status != VV_OK || body == NULL) {
        (void)snprintf(listing->problem, sizeof(listing->problem), "partition %u: %s", partition,
                       error);
        return;
    }
    const Vagval__V1__ApplicationList *list = (const Vagval__V1__ApplicationList *)body;
    for (size_t i = 0; i < list->n_applications; i++) {
        (void)json_array_append_new(listing->list, application_json(list->applications[i]));
    }
}

static void print_list(FILE *out, const json_t *list)
{
    struct vv_table *table = vv_table_create("area|organisation|name|state|contract");
    static const char *const keys[] = {"area", "organisation_number", "name", "state", "number"};
    for (size_t i = 0; table != NULL && i < json_array_size(list); i++) {
        for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
            vv_table_cell(table, "%s",
                          json_string_value(json_object_get(json_array_get(list, i), keys[k])));
        }
    }
    if (table != NULL) {
        vv_table_print(table, out);
    }
    vv_table_destroy(&table);
}

int vv_command_application_list(struct vv_cli *cli, const struct vv_args *args)
{
    (void)args;
    struct listing listing = {.list = json_array()};
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (client == NULL) {
        json_decref(listing.list);
        return VV_EXIT_PROBLEM;
    }
    struct vv_scatter scatter = {VV_REGISTRY, VV_MSG_LIST_APPLICATIONS, ask_list, take_list,
                                 &listing};
    vv_client_scatter(client, &scatter);
    vv_client_close(&client);
    if (listing.problem[0] != '\0') {
        json_decref(listing.list);
        return vv_cli_wrong(cli, "see `vagval status`", "%s", listing.problem);
    }
    if (cli->json) {
        return vv_cli_json(cli, json_pack("{s:o}", "applications", listing.list), VV_EXIT_OK);
    }
    print_list(cli->out, listing.list);
    json_decref(listing.list);
    return VV_EXIT_OK;
}
