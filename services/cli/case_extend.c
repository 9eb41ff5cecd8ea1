/*
 * case_extend.c: `vagval case extend`: a service that goes on for longer, up to the scheme's
 * longest.
 */
#include "client.h"
#include "commands.h"

#define SOURCE "command"

static int send(struct vv_cli *cli, struct vv_client *client, struct vv_id case_id,
                const char *scheme, Vagval__V1__ExtendService *extension)
{
    struct vv_request request =
        vv_client_about(VV_REGISTRY, VV_MSG_EXTEND_SERVICE, case_id, scheme);
    request.id = vv_id_fact(SOURCE, "extension", extension->source_ref);
    struct vv_client_answer answer;
    char case_text[VV_ID_TEXT_BYTES];
    vv_id_format(case_id, case_text);
    vv_client_call(client, request, &extension->base, &answer);
    int code = VV_EXIT_OK;
    if (answer.status != VV_OK) {
        code = vv_cli_wrong(cli, "`vagval case show CASE` tells which placement runs until when",
                            "the service was not extended: %s%s%s (%s)", answer.field,
                            answer.field[0] == '\0' ? "" : ": ", answer.text,
                            vv_status_name(answer.status));
    } else if (cli->json) {
        code = vv_cli_json(cli,
                           json_pack("{s:s, s:i, s:s, s:s}", "case", case_text, "months",
                                     (int)extension->months, "reason", extension->reason,
                                     "source_ref", extension->source_ref),
                           VV_EXIT_OK);
    } else {
        (void)fprintf(cli->out, "%s: the service is extended to %u months (%s)\n", case_text,
                      extension->months, extension->reason);
    }
    vv_client_answer_free(&answer);
    return code;
}

static int command_case_extend(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__ExtendService extension = VAGVAL__V1__EXTEND_SERVICE__INIT;
    const char *reason = vv_args_text(args, "reason", NULL);
    int64_t months = vv_args_number(args, "months", 0);
    if (reason == NULL || months == 0) {
        (void)vv_cli_wrong(cli, "`vagval case extend --help` shows an example",
                           "say --months N, from the service's first day, and --reason CODE");
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
        extension.source = source;
        extension.source_ref = given == NULL ? reference : (char *)(uintptr_t)given;
        extension.case_id = (ProtobufCBinaryData){sizeof(case_id.bytes), case_id.bytes};
        extension.months = (uint32_t)months;
        extension.reason = (char *)(uintptr_t)reason;
        code = send(cli, client, case_id, scheme, &extension);
    }
    vv_client_close(&client);
    return code;
}

static const struct vv_option extend_options[] = {
    {"months", "N", VV_OPTION_NUMBER, "the service's whole length, from its first day", 1, 120},
    {"reason", "CODE", VV_OPTION_TEXT, "why; a code, for example needs-more-time", 0, 0},
    {"ref", "TEXT", VV_OPTION_TEXT,
     "own reference: the same one again is the same decision (default a new one)", 0, 0},
    VV_SCHEME_OPTION,
    VV_END_OF_OPTIONS};

const struct vv_command vv_commands_extend[] = {
    {"case extend", "CASE|-", "let a service go on for longer, up to the scheme's longest",
     "The running placement goes on to the new last day. Refused after the planned end, beyond\n"
     "`service.months_max` of the scheme, and when the area takes no placement any more on the\n"
     "day after the present planned end.",
     "vagval case extend 002a6f... --months 12 --reason needs-more-time", extend_options, 1, 1,
     command_case_extend},
    VV_END_OF_COMMANDS,
};
