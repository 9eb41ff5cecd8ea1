/*
 * duties.c: `vagval work deputy`, `deputies`, `assign` and `area`: who stands in for whom, and
 * whose cases are.
 */
#include "duties.h"

#include <stdio.h>
#include <string.h>

#include "ask.h"
#include "commands.h"
#include "table.h"

static struct vv_request request_of(enum vv_message_type type)
{
    return (struct vv_request){.service = VV_REGISTRY,
                               .partition = VV_PARTITION_SYSTEM,
                               .type = type,
                               .subject = VV_ID_SYSTEM};
}

const Vagval__V1__DutiesListed *vv_cli_duties(struct vv_cli *cli, struct vv_client *client,
                                              struct vv_client_answer *ret_answer)
{
    Vagval__V1__ListDuties body = VAGVAL__V1__LIST_DUTIES__INIT;
    return (const Vagval__V1__DutiesListed *)vv_cli_ask(cli, client, request_of(VV_MSG_LIST_DUTIES),
                                                        &body.base, "duties", ret_answer);
}

/* Nobody: the case or area is everybody's of the role again. */
static char *person_of(const char *word)
{
    return (char *)(uintptr_t)(strcmp(word, "nobody") == 0 ? "" : word);
}

static int command_deputy(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__NameDeputy body = VAGVAL__V1__NAME_DEPUTY__INIT;
    char reference[VV_ID_TEXT_BYTES];
    int code = VV_EXIT_PROBLEM;
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (client != NULL) {
        vv_date today = vv_client_business_date(client);
        body.person = args->words[0];
        body.deputy = args->words[1];
        body.from = (vv_date)vv_args_number(args, "from", today);
        body.to = (vv_date)vv_args_number(args, "to", body.from);
        vv_id_format(vv_client_random_id(), reference);
        body.source = (char *)(uintptr_t)VV_CLI_SOURCE;
        body.source_ref = reference;
        code =
            vv_cli_do(cli, client, request_of(VV_MSG_NAME_DEPUTY), &body.base, reference, "deputy");
    }
    vv_client_close(&client);
    return code;
}

static int command_deputy_end(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__EndDeputy body = VAGVAL__V1__END_DEPUTY__INIT;
    char reference[VV_ID_TEXT_BYTES];
    int code = VV_EXIT_PROBLEM;
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (client != NULL) {
        body.person = args->words[0];
        body.deputy = args->words[1];
        body.last_day = (vv_date)vv_args_number(args, "on", vv_client_business_date(client));
        vv_id_format(vv_client_random_id(), reference);
        body.source = (char *)(uintptr_t)VV_CLI_SOURCE;
        body.source_ref = reference;
        code =
            vv_cli_do(cli, client, request_of(VV_MSG_END_DEPUTY), &body.base, reference, "deputy");
    }
    vv_client_close(&client);
    return code;
}

static int command_area(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__AssignArea body = VAGVAL__V1__ASSIGN_AREA__INIT;
    char reference[256], on[VV_DATE_TEXT_BYTES];
    int code = VV_EXIT_PROBLEM;
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (client != NULL) {
        const char *scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT);
        body.scheme = (char *)(uintptr_t)scheme;
        body.area = args->words[0];
        body.person = person_of(args->words[1]);
        vv_date_format(vv_client_business_date(client), on);
        (void)snprintf(reference, 160, "area/%.30s/%.30s/%.30s/%s", scheme, args->words[0],
                       args->words[1], on);
        body.source = (char *)(uintptr_t)VV_CLI_SOURCE;
        body.source_ref = reference;
        code =
            vv_cli_do(cli, client, request_of(VV_MSG_ASSIGN_AREA), &body.base, reference, "area");
    }
    vv_client_close(&client);
    return code;
}

/* Each time a message of its own: a case may come back to whose it was before. */
static int command_assign(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__AssignCase body = VAGVAL__V1__ASSIGN_CASE__INIT;
    const char *scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT);
    char reference[VV_ID_TEXT_BYTES];
    struct vv_id case_id;
    int code = VV_EXIT_PROBLEM;
    struct vv_client *client = vv_client_open(cli);
    if (client != NULL && vv_client_case(client, args->words[0], scheme, &case_id)) {
        struct vv_request request = {.service = VV_REGISTRY,
                                     .partition = vv_id_partition(case_id),
                                     .type = VV_MSG_ASSIGN_CASE,
                                     .subject = case_id,
                                     .scheme = scheme};
        vv_id_format(vv_client_random_id(), reference);
        body.source = (char *)(uintptr_t)VV_CLI_SOURCE;
        body.source_ref = reference;
        body.case_id = (ProtobufCBinaryData){sizeof(case_id.bytes), case_id.bytes};
        body.person = person_of(args->words[1]);
        code = vv_cli_do(cli, client, request, &body.base, reference, "case");
    }
    vv_client_close(&client);
    return code;
}

/* ---- listing ---- */

static json_t *duties_json(const Vagval__V1__DutiesListed *duties)
{
    json_t *deputies = json_array(), *areas = json_array();
    for (size_t i = 0; i < duties->n_deputies; i++) {
        const Vagval__V1__Deputyship *ship = duties->deputies[i];
        (void)json_array_append_new(
            deputies, json_pack("{s:s, s:s, s:o, s:o, s:s, s:o, s:s}", "person", ship->person,
                                "deputy", ship->deputy, "from", vv_cli_json_date(ship->from), "to",
                                vv_cli_json_date(ship->to), "named_by", ship->named_by, "named_on",
                                vv_cli_json_date(ship->named_on), "ended_by", ship->ended_by));
    }
    for (size_t i = 0; i < duties->n_areas; i++) {
        const Vagval__V1__AreaDuty *duty = duties->areas[i];
        (void)json_array_append_new(
            areas, json_pack("{s:s, s:s, s:s, s:s, s:o}", "scheme", duty->scheme, "area",
                             duty->area, "person", duty->person, "assigned_by", duty->assigned_by,
                             "assigned_on", vv_cli_json_date(duty->assigned_on)));
    }
    return json_pack("{s:o, s:o}", "deputies", deputies, "areas", areas);
}

static void print_duties(FILE *out, const Vagval__V1__DutiesListed *duties)
{
    struct vv_table *table = vv_table_create("person|deputy|from|to|named by");
    for (size_t i = 0; table != NULL && i < duties->n_deputies; i++) {
        const Vagval__V1__Deputyship *ship = duties->deputies[i];
        char from[VV_DATE_TEXT_BYTES], to[VV_DATE_TEXT_BYTES];
        vv_date_format(ship->from, from);
        vv_date_format(ship->to, to);
        vv_table_cell(table, "%s", ship->person);
        vv_table_cell(table, "%s", ship->deputy);
        vv_table_cell(table, "%s", from);
        vv_table_cell(table, "%s", to);
        vv_table_cell(table, "%s", ship->named_by);
    }
    if (table != NULL) {
        vv_table_print(table, out);
    }
    vv_table_destroy(&table);
    for (size_t i = 0; i < duties->n_areas; i++) {
        const Vagval__V1__AreaDuty *duty = duties->areas[i];
        (void)fprintf(out, "area %s of %s: %s\n", duty->area, duty->scheme,
                      duty->person[0] == '\0' ? "everybody" : duty->person);
    }
}

static int command_deputies(struct vv_cli *cli, const struct vv_args *args)
{
    struct vv_client_answer answer = {0};
    int code = VV_EXIT_PROBLEM;
    (void)args;
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    const Vagval__V1__DutiesListed *duties =
        client == NULL ? NULL : vv_cli_duties(cli, client, &answer);
    if (duties != NULL && cli->json) {
        code = vv_cli_json(cli, duties_json(duties), VV_EXIT_OK);
    } else if (duties != NULL) {
        print_duties(cli->out, duties);
        code = VV_EXIT_OK;
    }
    vv_client_answer_free(&answer);
    vv_client_close(&client);
    return code;
}

static const struct vv_option no_options[] = {VV_END_OF_OPTIONS};
static const struct vv_option scheme_options[] = {VV_SCHEME_OPTION, VV_END_OF_OPTIONS};
static const struct vv_option period_options[] = {
    {"from", "DATE", VV_OPTION_DATE, "first day (today)", 0, 0},
    {"to", "DATE", VV_OPTION_DATE, "last day (the first)", 0, 0},
    VV_END_OF_OPTIONS};
static const struct vv_option end_options[] = {
    {"on", "DATE", VV_OPTION_DATE, "last day (today)", 0, 0}, VV_END_OF_OPTIONS};

const struct vv_command vv_commands_duties[] = {
    {"work deputy", "PERSON DEPUTY", "DEPUTY stands in for PERSON on some days",
     "A person is the name of a key (`vagval keys`). Everybody names deputies of their own; the\n"
     "operator's key for who cannot. The deputy sees the work marked and acts under the own name:\n"
     "`--for PERSON` says for whom.",
     "vagval work deputy anna bo --from 2020-07-01 --to 2020-07-21", period_options, 2, 2,
     command_deputy},
    {"work deputy end", "PERSON DEPUTY", "DEPUTY stands in for PERSON no longer", NULL,
     "vagval work deputy end anna bo", end_options, 2, 2, command_deputy_end},
    {"work deputies", "", "who stands in for whom, and whose areas are", NULL,
     "vagval work deputies", no_options, 0, 0, command_deputies},
    {"work assign", "CASE|- PERSON", "whose a case is; `nobody`: everybody's of the role", NULL,
     "vagval work assign 002a6f... anna", scheme_options, 2, 2, command_assign},
    {"work area", "AREA PERSON", "whose the cases of a delivery area are; `nobody`: everybody's",
     NULL, "vagval work area umea anna", scheme_options, 2, 2, command_area},
    VV_END_OF_COMMANDS,
};
