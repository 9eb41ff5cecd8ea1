/*
 * case_obligations.c: `vagval case obligations`: whether a contract met its obligations in a month.
 */
#include <string.h>

#include "case_decision.h"
#include "commands.h"

static const struct vv_case_message obligations = {
    VV_REGISTRY, VV_MSG_STATE_OBLIGATIONS, "obligations", "the statement was not taken",
    "`vagval case show CASE` tells which contract served when"};

static int tell(const struct vv_case_decision *decision,
                const Vagval__V1__StateObligations *statement)
{
    char month[VV_DATE_TEXT_BYTES];
    vv_date_format(statement->month, month);
    if (decision->cli->json) {
        return vv_cli_json(decision->cli,
                           json_pack("{s:s, s:s, s:b, s:s, s:s}", "case", decision->case_text,
                                     "month", month, "met", statement->met ? 1 : 0, "reason",
                                     statement->reason, "source_ref", statement->source_ref),
                           VV_EXIT_OK);
    }
    (void)fprintf(decision->cli->out, "%s: obligations of the month from %s %s (%s)\n",
                  decision->case_text, month, statement->met ? "are met" : "are not met",
                  statement->reason);
    return VV_EXIT_OK;
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
    struct vv_case_decision decision;
    if (!vv_case_decision_open(&decision, cli, args)) {
        return VV_EXIT_PROBLEM;
    }
    statement.source = (char *)(uintptr_t)VV_CASE_SOURCE;
    statement.source_ref = decision.reference;
    statement.case_id =
        (ProtobufCBinaryData){sizeof(decision.case_id.bytes), decision.case_id.bytes};
    statement.month = vv_date_month_start((vv_date)month);
    statement.met = met;
    statement.reason = (char *)(uintptr_t)reason;
    struct vv_client_answer answer;
    int code = vv_case_decision_send(&decision, &obligations, &statement.base, &answer)
                   ? tell(&decision, &statement)
                   : VV_EXIT_PROBLEM;
    vv_client_answer_free(&answer);
    vv_case_decision_close(&decision);
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
