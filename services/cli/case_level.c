/*
 * case_level.c: `vagval case level`: a caseworker decides the level of a case.
 */
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "commands.h"

#define SOURCE "command"

/* The reference makes the id: the same decision sent twice is one fact, and a later one on the same
 * day is another. */
static void make_reference(const Vagval__V1__DecideLevel *decide, const char *given, size_t cap,
                           char *ret_reference)
{
    if (given != NULL) {
        (void)snprintf(ret_reference, cap, "%s", given);
        return;
    }
    struct vv_id id = vv_client_random_id();
    char text[VV_ID_TEXT_BYTES];
    (void)decide;
    vv_id_format(id, text);
    (void)snprintf(ret_reference, cap, "%s", text);
}

static int tell(const struct vv_cli *cli, const struct vv_client_answer *answer, struct vv_id id,
                struct vv_id case_id, const Vagval__V1__DecideLevel *decide)
{
    char fact[VV_ID_TEXT_BYTES];
    char case_text[VV_ID_TEXT_BYTES];
    const Vagval__V1__Accepted *accepted = (const Vagval__V1__Accepted *)answer->body;
    vv_id_format(id, fact);
    vv_id_format(case_id, case_text);
    if (cli->json) {
        return vv_cli_json(cli,
                           json_pack("{s:s, s:s, s:s, s:s, s:b, s:s}", "case", case_text, "level",
                                     accepted->state, "reason", decide->reason, "fact", fact,
                                     "corrects", decide->corrects ? 1 : 0, "source_ref",
                                     decide->source_ref),
                           VV_EXIT_OK);
    }
    (void)fprintf(cli->out, "%s: level %s decided (%s)\n", case_text, accepted->state,
                  decide->reason);
    (void)fprintf(cli->out, "fact %s; `vagval explain %s` tells what stands\n", fact, case_text);
    return VV_EXIT_OK;
}

static int send(struct vv_cli *cli, struct vv_client *client, struct vv_id case_id,
                const char *scheme, Vagval__V1__DecideLevel *decide)
{
    struct vv_request request = {.service = VV_ASSESSMENT,
                                 .partition = vv_id_partition(case_id),
                                 .type = VV_MSG_DECIDE_LEVEL,
                                 .id = vv_id_fact(SOURCE, "level", decide->source_ref),
                                 .subject = case_id,
                                 .scheme = scheme};
    struct vv_client_answer answer;
    vv_client_call(client, request, &decide->base, &answer);
    int code = VV_EXIT_OK;
    if (answer.status != VV_OK) {
        code = vv_cli_wrong(cli,
                            "`vagval case show CASE` tells what is decided; `vagval scheme show "
                            "SCHEME --json` lists the levels",
                            "the level was not decided: %s%s%s (%s)", answer.field,
                            answer.field[0] == '\0' ? "" : " ", answer.text,
                            vv_status_name(answer.status));
    } else {
        code = tell(cli, &answer, request.id, case_id, decide);
    }
    vv_client_answer_free(&answer);
    return code;
}

static int command_case_level(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__DecideLevel decide = VAGVAL__V1__DECIDE_LEVEL__INIT;
    const char *reason = vv_args_text(args, "reason", NULL);
    char reference[128];
    int64_t decision = vv_args_number(args, "decision", 0);
    decide.corrects = vv_args_flag(args, "corrects") || decision != 0;
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
    struct vv_client *client = vv_client_open(cli);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    const char *scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT);
    struct vv_id case_id;
    int code = VV_EXIT_PROBLEM;
    if (vv_client_case(client, args->words[0], scheme, &case_id)) {
        char source[] = SOURCE;
        make_reference(&decide, vv_args_text(args, "ref", NULL), sizeof(reference), reference);
        decide.source = source;
        decide.source_ref = reference;
        decide.case_id = (ProtobufCBinaryData){sizeof(case_id.bytes), case_id.bytes};
        decide.level = (char *)(uintptr_t)args->words[1];
        decide.reason = (char *)(uintptr_t)reason;
        decide.corrected = (uint32_t)decision;
        code = send(cli, client, case_id, scheme, &decide);
    }
    vv_client_close(&client);
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
