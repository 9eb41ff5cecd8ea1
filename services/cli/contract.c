/*
 * contract.c: `vagval contract`: another owner, a longer validity, a new version of the terms.
 */
#include <stdlib.h>

#include "ask.h"
#include "commands.h"

static struct vv_request about_contract(struct vv_client *client, const struct vv_args *args,
                                        enum vv_message_type type)
{
    const char *scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT);
    struct vv_id subject =
        vv_id_contract(scheme, args->words[0], args->words[1], vv_client_partitions(client));
    return vv_client_about(VV_REGISTRY, type, subject, scheme);
}

static void name_reference(const struct vv_args *args, const char *what, const char *detail,
                           char ret_reference[static 128])
{
    (void)snprintf(ret_reference, 128, "%.30s/%.24s/%.24s/%s/%.20s",
                   vv_args_text(args, "scheme", VV_SCHEME_DEFAULT), args->words[0], args->words[1],
                   what, detail);
}

static int command_transfer(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__TransferContract body = VAGVAL__V1__TRANSFER_CONTRACT__INIT;
    char reference[128];
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    name_reference(args, "transfer", args->words[2], reference);
    body.source = (char *)(uintptr_t)VV_CLI_SOURCE;
    body.source_ref = reference;
    body.area = args->words[0];
    body.number = args->words[1];
    body.organisation_number = args->words[2];
    body.provider_name = args->words[3];
    body.on = (int32_t)vv_args_number(args, "on", vv_client_business_date(client));
    body.reason = (char *)(uintptr_t)vv_args_text(args, "reason", "change-of-owner");
    int code = vv_cli_do(cli, client, about_contract(client, args, VV_MSG_TRANSFER_CONTRACT),
                         &body.base, reference, "contract");
    vv_client_close(&client);
    return code;
}

static int command_renew(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__RenewContract body = VAGVAL__V1__RENEW_CONTRACT__INIT;
    char reference[128], day[VV_DATE_TEXT_BYTES] = "open";
    body.to = (int32_t)vv_args_number(args, "to", 0);
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    if (body.to != 0) {
        vv_date_format(body.to, day);
    }
    name_reference(args, "renew", day, reference);
    body.source = (char *)(uintptr_t)VV_CLI_SOURCE;
    body.source_ref = reference;
    body.area = args->words[0];
    body.number = args->words[1];
    int code = vv_cli_do(cli, client, about_contract(client, args, VV_MSG_RENEW_CONTRACT),
                         &body.base, reference, "contract");
    vv_client_close(&client);
    return code;
}

static int command_accept(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__AcceptTerms body = VAGVAL__V1__ACCEPT_TERMS__INIT;
    char reference[128];
    char *end = NULL;
    unsigned long version = strtoul(args->words[2], &end, 10);
    if (*end != '\0' || version < 1 || version > 100000) {
        return vv_cli_usage(cli, "numbers are shown by `vagval tender show`", "`%s` is no version",
                            args->words[2]);
    }
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    name_reference(args, "accept", args->words[2], reference);
    body.source = (char *)(uintptr_t)VV_CLI_SOURCE;
    body.source_ref = reference;
    body.area = args->words[0];
    body.number = args->words[1];
    body.version = (uint32_t)version;
    int code = vv_cli_do(cli, client, about_contract(client, args, VV_MSG_ACCEPT_TERMS), &body.base,
                         reference, "terms");
    vv_client_close(&client);
    return code;
}

static const struct vv_option scheme_options[] = {VV_SCHEME_OPTION, VV_END_OF_OPTIONS};
static const struct vv_option transfer_options[] = {
    {"on", "DATE", VV_OPTION_DATE, "the day of the change (today)", 0, 0},
    {"reason", "CODE", VV_OPTION_TEXT, "reason (change-of-owner)", 0, 0},
    VV_SCHEME_OPTION,
    VV_END_OF_OPTIONS};
static const struct vv_option renew_options[] = {
    {"to", "DATE", VV_OPTION_DATE, "new last day (until further notice)", 0, 0},
    VV_SCHEME_OPTION,
    VV_END_OF_OPTIONS};

const struct vv_command vv_commands_contract[] = {
    {"contract transfer", "AREA NUMBER ORGANISATION NAME", "another owner, or another name",
     "The contract stays the same: its placements, results and rating go with it.",
     "vagval contract transfer umea KA-000123 556016-0680 'New owner AB'", transfer_options, 4, 4,
     command_transfer},
    {"contract renew", "AREA NUMBER", "prolong an authorisation", NULL,
     "vagval contract renew umea KA-000123 --to 2026-03-31", renew_options, 2, 2, command_renew},
    {"contract accept", "AREA NUMBER VERSION", "the provider accepts a version of the terms", NULL,
     "vagval contract accept umea KA-000123 2", scheme_options, 3, 3, command_accept},
    VV_END_OF_COMMANDS,
};
