/*
 * case_extend.c: `vagval case extend`: a service that goes on for longer, up to the scheme's
 * longest.
 */
#include "case_decision.h"
#include "commands.h"

static const struct vv_case_message extension_message = {
    VV_REGISTRY, VV_MSG_EXTEND_SERVICE, "extension", "the service was not extended",
    "`vagval case show CASE` tells which placement runs until when"};

static int tell(const struct vv_case_decision *decision, const Vagval__V1__ExtendService *extension)
{
    if (decision->cli->json) {
        return vv_cli_json(decision->cli,
                           json_pack("{s:s, s:i, s:s, s:s}", "case", decision->case_text, "months",
                                     (int)extension->months, "reason", extension->reason,
                                     "source_ref", extension->source_ref),
                           VV_EXIT_OK);
    }
    (void)fprintf(decision->cli->out, "%s: the service is extended to %u months (%s)\n",
                  decision->case_text, extension->months, extension->reason);
    return VV_EXIT_OK;
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
    struct vv_case_decision decision;
    if (!vv_case_decision_open(&decision, cli, args)) {
        return VV_EXIT_PROBLEM;
    }
    extension.source = (char *)(uintptr_t)VV_CASE_SOURCE;
    extension.source_ref = decision.reference;
    extension.case_id =
        (ProtobufCBinaryData){sizeof(decision.case_id.bytes), decision.case_id.bytes};
    extension.months = (uint32_t)months;
    extension.reason = (char *)(uintptr_t)reason;
    struct vv_client_answer answer;
    int code = vv_case_decision_send(&decision, &extension_message, &extension.base, &answer)
                   ? tell(&decision, &extension)
                   : VV_EXIT_PROBLEM;
    vv_client_answer_free(&answer);
    vv_case_decision_close(&decision);
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
