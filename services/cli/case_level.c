/*
 * case_level.c: `vagval case level`: a caseworker decides the level of a case.
 */
#include "case_decision.h"
#include "commands.h"

static const struct vv_case_message level = {
    VV_ASSESSMENT, VV_MSG_DECIDE_LEVEL, "level", "the level was not decided",
    "`vagval case show CASE` tells what is decided; `vagval scheme show SCHEME --json` lists the "
    "levels"};

static int tell(const struct vv_case_decision *decision, const Vagval__V1__Accepted *accepted,
                const Vagval__V1__DecideLevel *decide)
{
    char fact[VV_ID_TEXT_BYTES];
    vv_id_format(vv_case_decision_id(decision, &level), fact);
    if (decision->cli->json) {
        return vv_cli_json(decision->cli,
                           json_pack("{s:s, s:s, s:s, s:s, s:b, s:s}", "case", decision->case_text,
                                     "level", accepted->state, "reason", decide->reason, "fact",
                                     fact, "corrects", decide->corrects ? 1 : 0, "source_ref",
                                     decide->source_ref),
                           VV_EXIT_OK);
    }
    (void)fprintf(decision->cli->out, "%s: level %s decided (%s)\n", decision->case_text,
                  accepted->state, decide->reason);
    (void)fprintf(decision->cli->out, "fact %s; `vagval explain %s` tells what stands\n", fact,
                  decision->case_text);
    return VV_EXIT_OK;
}

static int command_case_level(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__DecideLevel decide = VAGVAL__V1__DECIDE_LEVEL__INIT;
    const char *reason = vv_args_text(args, "reason", NULL);
    int64_t corrected = vv_args_number(args, "decision", 0);
    decide.corrects = vv_args_flag(args, "corrects") || corrected != 0;
    decide.decided_on = (int32_t)vv_args_number(args, "from", 0);
    if (reason == NULL) {
        (void)vv_cli_wrong(cli, "give --reason CODE; `vagval case level --help` lists the codes",
                           "a decision on a level needs its reason");
        return VV_EXIT_USAGE;
    }
    if (decide.corrects && decide.decided_on != 0) {
        (void)vv_cli_wrong(cli, "give one of the two",
                           "--from is of a new assessment, --corrects holds from the day of the "
                           "decision that it corrects");
        return VV_EXIT_USAGE;
    }
    struct vv_case_decision decision;
    if (!vv_case_decision_open(&decision, cli, args)) {
        return VV_EXIT_PROBLEM;
    }
    decide.source = (char *)(uintptr_t)VV_CASE_SOURCE;
    decide.source_ref = decision.reference;
    decide.case_id = (ProtobufCBinaryData){sizeof(decision.case_id.bytes), decision.case_id.bytes};
    decide.level = args->words[1];
    decide.reason = (char *)(uintptr_t)reason;
    decide.corrected = (uint32_t)corrected;
    struct vv_client_answer answer;
    int code = vv_case_decision_send(&decision, &level, &decide.base, &answer)
                   ? tell(&decision, (const Vagval__V1__Accepted *)answer.body, &decide)
                   : VV_EXIT_PROBLEM;
    vv_client_answer_free(&answer);
    vv_case_decision_close(&decision);
    return code;
}

static const struct vv_option level_options[] = {
    {"reason", "CODE", VV_OPTION_TEXT, "why; see above", 0, 0},
    {"from", "DATE", VV_OPTION_DATE, "a new assessment of that day (default today)", 0, 0},
    {"corrects", NULL, VV_OPTION_FLAG,
     "a correction: holds from the day of the decision that is in force", 0, 0},
    {"decision", "N", VV_OPTION_NUMBER,
     "corrects the decision with this number in `case show --json` (index)", 1, 1000},
    {"ref", "TEXT", VV_OPTION_TEXT,
     "own reference: the same one again is the same decision (default a new one)", 0, 0},
    VV_SCHEME_OPTION,
    VV_END_OF_OPTIONS};

const struct vv_command vv_commands_levels[] = {
    {"case level", "CASE|- LEVEL",
     "decide a level as a caseworker: the first, a new one, a correction",
     "A scheme without a model has no other levels; elsewhere the decision takes the place of the\n"
     "model's, and stands until a person decides again. A new assessment holds from its day, a\n"
     "correction from the day of the decision that it corrects; payment works out the difference.\n"
     "Reasons: assessed, work-ability, language, local-labour-market, circumstances-changed,\n"
     "wrong-data, wrong-decision, review. With - an identity number is read from standard input.",
     "vagval case level 002a6f... C --reason wrong-data --corrects", level_options, 2, 2,
     command_case_level},
    VV_END_OF_COMMANDS,
};
