/*
 * delivery_view.c: `vagval delivery view` and `settle`: what the person says of what was agreed,
 * and the end of a difference between that and the provider's record.
 */
#include <stdio.h>
#include <string.h>

#include "ask.h"
#include "commands.h"

#define POINTS_MAX 16

/* "joint-plan=kept" into its parts; false after saying what is wrong. */
static bool parse_point(struct vv_cli *cli, char *word, Vagval__V1__PersonPoint *ret_point)
{
    char *equals = strchr(word, '=');
    if (equals == NULL) {
        (void)vv_cli_usage(cli, "for example joint-plan=kept", "`%s` is no point with its answer",
                           word);
        return false;
    }
    *equals = '\0';
    vagval__v1__person_point__init(ret_point);
    ret_point->what = word;
    ret_point->answer = equals + 1;
    return true;
}

/* Sends a command about one case. */
static int send(struct vv_cli *cli, struct vv_client *client, const char *scheme,
                struct vv_id case_id, enum vv_message_type type, const ProtobufCMessage *body,
                const char *reference, const char *what)
{
    struct vv_request request = {.service = VV_REGISTRY,
                                 .partition = vv_id_partition(case_id),
                                 .type = type,
                                 .subject = case_id,
                                 .scheme = scheme};
    return vv_cli_do(cli, client, request, body, reference, what);
}

static int command_view(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__RecordPersonView body = VAGVAL__V1__RECORD_PERSON_VIEW__INIT;
    Vagval__V1__PersonPoint points[POINTS_MAX], *list[POINTS_MAX];
    const char *scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT);
    char reference[160], id[VV_ID_TEXT_BYTES], on[VV_DATE_TEXT_BYTES];
    struct vv_id case_id;
    for (size_t i = 1; i < args->word_count; i++) {
        if (!parse_point(cli, args->words[i], &points[i - 1])) {
            return VV_EXIT_USAGE;
        }
        list[i - 1] = &points[i - 1];
    }
    int code = VV_EXIT_PROBLEM;
    struct vv_client *client = vv_client_open(cli);
    if (client != NULL && vv_client_case(client, args->words[0], scheme, &case_id)) {
        body.on = (vv_date)vv_args_number(args, "on", vv_client_business_date(client));
        body.from = (vv_date)vv_args_number(args, "from", vv_date_month_start(body.on));
        vv_id_format(case_id, id);
        vv_date_format(body.on, on);
        (void)snprintf(reference, sizeof(reference), "%s/view/%s/%.30s", id, on,
                       vv_args_text(args, "ref", ""));
        body.source = (char *)(uintptr_t)VV_CLI_SOURCE;
        body.source_ref = reference;
        body.case_id = (ProtobufCBinaryData){sizeof(case_id.bytes), case_id.bytes};
        body.means = (char *)(uintptr_t)vv_args_text(args, "means", "phone");
        body.points = list;
        body.n_points = args->word_count - 1;
        code = send(cli, client, scheme, case_id, VV_MSG_RECORD_PERSON_VIEW, &body.base, reference,
                    "view");
    }
    vv_client_close(&client);
    return code;
}

static int command_settle(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__SettleDifference body = VAGVAL__V1__SETTLE_DIFFERENCE__INIT;
    const char *scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT);
    char reference[160];
    struct vv_id case_id, record;
    if (vv_id_parse(args->words[1], &record) != VV_OK) {
        return vv_cli_usage(cli, "`vagval delivery show CASE` lists them",
                            "a record is 32 hexadecimal digits");
    }
    int code = VV_EXIT_PROBLEM;
    struct vv_client *client = vv_client_open(cli);
    if (client != NULL && vv_client_case(client, args->words[0], scheme, &case_id)) {
        (void)snprintf(reference, sizeof(reference), "settle/%s/%.40s", args->words[1],
                       args->words[2]);
        body.source = (char *)(uintptr_t)VV_CLI_SOURCE;
        body.source_ref = reference;
        body.case_id = (ProtobufCBinaryData){sizeof(case_id.bytes), case_id.bytes};
        body.record = (ProtobufCBinaryData){sizeof(record.bytes), record.bytes};
        body.what = args->words[2];
        body.decision = args->words[3];
        body.for_person = (char *)(uintptr_t)vv_args_text(args, "for", "");
        code = send(cli, client, scheme, case_id, VV_MSG_SETTLE_DIFFERENCE, &body.base, reference,
                    "difference");
    }
    vv_client_close(&client);
    return code;
}

static const struct vv_option view_options[] = {
    {"on", "DATE", VV_OPTION_DATE, "the day of the follow-up (today)", 0, 0},
    {"from", "DATE", VV_OPTION_DATE, "first day spoken of (the month's first)", 0, 0},
    {"means", "WORD", VV_OPTION_TEXT, "phone (default), video, visit, letter, digital", 0, 0},
    {"ref", "TEXT", VV_OPTION_TEXT, "tells two of one day apart", 0, 0},
    VV_SCHEME_OPTION,
    VV_END_OF_OPTIONS};
static const struct vv_option settle_options[] = {VV_FOR_OPTION, VV_SCHEME_OPTION,
                                                  VV_END_OF_OPTIONS};

const struct vv_command vv_commands_delivery_view[] = {
    {"delivery view", "CASE|- POINT=ANSWER...", "what the person says of what was agreed",
     "A follow-up by the agency with the person, as a second source beside the provider's record.\n"
     "A point is an activity or an obligation of the scheme; an answer is kept, not_kept or\n"
     "no_answer. Where record and person differ, the worklist shows it until it is settled.",
     "vagval delivery view 002a6f... joint-plan=kept meeting=not_kept --means phone", view_options,
     2, 1 + POINTS_MAX, command_view},
    {"delivery settle", "CASE|- RECORD POINT DECISION",
     "settle a difference between record and person", NULL,
     "vagval delivery settle 002a6f... 8c01... meeting provider-corrects", settle_options, 4, 4,
     command_settle},
    VV_END_OF_COMMANDS,
};
