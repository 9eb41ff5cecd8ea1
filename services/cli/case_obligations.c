/*
 * case_obligations.c: `vagval case obligations`: whether a contract met its obligations in a month.
 */
#include <string.h>

#include "client.h"
#include "commands.h"

#define SOURCE "command"

static int send(struct vv_cli *cli, struct vv_client *client, struct vv_id case_id,
                const char *scheme, Vagval__V1__StateObligations *statement)
{
    struct vv_request request = {.service = VV_REGISTRY,
                                 .partition = vv_id_partition(case_id),
                                 .type = VV_MSG_STATE_OBLIGATIONS,
                                 .id = vv_id_fact(SOURCE, "obligations", statement->source_ref),
                                 .subject = case_id,
                                 .scheme = scheme};
    struct vv_client_answer answer;
    char case_text[VV_ID_TEXT_BYTES];
    char month[VV_DATE_TEXT_BYTES];
    vv_id_format(case_id, case_text);
    vv_date_format(statement->month, month);
    vv_client_call(client, request, &statement->base, &answer);
    int code = VV_EXIT_OK;
    if (answer.status != VV_OK) {
        code = vv_cli_wrong(cli, "`vagval case show CASE` tells which contract served when",
                            "the statement was not taken: %s%s%s (%s)", answer.field,
                            answer.field[0] == '\0' ? "" : " ", answer.text,
                            vv_status_name(answer.status));
    } else if (cli->json) {
        code = vv_cli_json(cli,
                           json_pack("{s:s, s:s, s:b, s:s, s:s}", "case", case_text, "month", month,
                                     "met", statement->met ? 1 : 0, "reason", statement->reason,
                                     "source_ref", statement->source_ref),
                           VV_EXIT_OK);
    } else {
        (void)fprintf(cli->out, "%s: obligations of the month from %s %s (%s)\n", case_text, month,
                      statement->met ? "are met" : "are not met", statement->reason);
    }
    vv_client_answer_free(&answer);
    return code;
}

static int command_case_obligations(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__StateObligations statement = VAGVAL__V1__STATE_OBLIGATIONS__INIT;
    bool met = strcmp(args->words[1], "met") == 0;
    const char *reason = vv_args_text(args, "reason", NULL);
    int64_t month = vv_args_number(args, "month", 0);
    if ((!met && strcmp(args->words[1], "not-met") != 0) || reason == NULL || month == 0) {
        (void)vv_cli_wrong(cli, "`vagval case obligations --help` shows an example",
                           "say `met` or `not-met`, --month DATE and --reason CODE");
        return VV_EXIT_USAGE;
    }
    struct vv_client *client = vv_client_open(cli);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    const char *scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT);
    const char *given = vv_args_text(args, "ref", NULL);
    char reference[VV_ID_TEXT_BYTES];
    char source[] = SOURCE;
    struct vv_id case_id;
    int code = VV_EXIT_PROBLEM;
    if (vv_client_case(client, args->words[0], scheme, &case_id)) {
        vv_id_format(vv_client_random_id(), reference);
        statement.source = source;
        statement.source_ref = given == NULL ? reference : (char *)(uintptr_t)given;
        statement.case_id = (ProtobufCBinaryData){sizeof(case_id.bytes), case_id.bytes};
        statement.month = vv_date_month_start((vv_date)month);
        statement.met = met;
        statement.reason = (char *)(uintptr_t)reason;
        code = send(cli, client, case_id, scheme, &statement);
    }
    vv_client_close(&client);
    return code;
}

static const struct vv_option obligation_options[] = {
    {"month", "DATE", VV_OPTION_DATE, "any day of the month", 0, 0},
    {"reason", "CODE", VV_OPTION_TEXT, "why; a code, for example no-meeting", 0, 0},
    {"ref", "TEXT", VV_OPTION_TEXT,
     "own reference: the same one again is the same statement (default a new one)", 0, 0},
    VV_SCHEME_OPTION,
    VV_END_OF_OPTIONS};

const struct vv_command vv_commands_obligations[] = {
    {"case obligations", "CASE|- met|not-met",
     "state whether the contract met its obligations in a month",
     "Where the scheme pays only months whose obligations are met, one that is stated as not met\n"
     "waits, until a later statement says that they are. It is about the last contract that "
     "served\n"
     "in the month. With - an identity number is read from standard input.",
     "vagval case obligations 002a6f... not-met --month 2020-05-01 --reason no-meeting",
     obligation_options, 2, 2, command_case_obligations},
    VV_END_OF_COMMANDS,
};
