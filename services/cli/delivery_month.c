/*
 * delivery_month.c: `vagval delivery month`: have the registry work out whether a month's
 * obligations were kept, which the payment of that month may wait for.
 */
#include <stdio.h>
#include <string.h>

#include "ask.h"
#include "commands.h"

/* Worked out again on another business day it is another statement: activities and excuses may have
 * come late. On the same day it is the same one, so that it may be sent as often as one likes. */
static void name_reference(struct vv_client *client, struct vv_id case_id, vv_date month,
                           size_t size, char *ret_reference)
{
    char id[VV_ID_TEXT_BYTES], first[VV_DATE_TEXT_BYTES], today[VV_DATE_TEXT_BYTES];
    vv_id_format(case_id, id);
    vv_date_format(month, first);
    vv_date_format(vv_client_business_date(client), today);
    (void)snprintf(ret_reference, size, "%s/month/%s/%s", id, first, today);
}

static int command_month(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__StateObligations body = VAGVAL__V1__STATE_OBLIGATIONS__INIT;
    const char *scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT);
    struct vv_id case_id;
    char reference[128], day[VV_DATE_TEXT_BYTES];
    vv_date month;
    if (snprintf(day, sizeof(day), "%s-01", args->words[1]) != VV_DATE_TEXT_BYTES - 1 ||
        vv_date_parse(day, &month) != VV_OK) {
        return vv_cli_usage(cli, "write YYYY-MM, for example 2020-05", "`%s` is not a month",
                            args->words[1]);
    }
    int code = VV_EXIT_PROBLEM;
    struct vv_client *client = vv_client_open(cli);
    if (client != NULL && vv_client_case(client, args->words[0], scheme, &case_id)) {
        struct vv_request request =
            vv_client_about(VV_REGISTRY, VV_MSG_STATE_OBLIGATIONS, case_id, scheme);
        name_reference(client, case_id, month, sizeof(reference), reference);
        body.source = (char *)(uintptr_t)VV_CLI_SOURCE;
        body.source_ref = reference;
        body.case_id = (ProtobufCBinaryData){sizeof(case_id.bytes), case_id.bytes};
        body.month = month;
        body.computed = true;
        code = vv_cli_do(cli, client, request, &body.base, reference, "obligations");
    }
    vv_client_close(&client);
    return code;
}

static const struct vv_option month_options[] = {VV_SCHEME_OPTION, VV_END_OF_OPTIONS};

const struct vv_command vv_commands_delivery_month[] = {
    {"delivery month", "CASE|- MONTH", "work out whether a month's obligations were kept",
     "A month is kept when no term that ended in it was missed; late is kept, excused too. Where "
     "the\n"
     "scheme has obligations and pays a component `pay_if: obligations_met`, that component waits\n"
     "until the month is worked out, and goes on waiting if it was not kept. After an activity or "
     "an\n"
     "excuse that came late, work it out again on a later day.",
     "vagval delivery month 002a6f... 2020-05", month_options, 2, 2, command_month},
    VV_END_OF_COMMANDS,
};
