/*
 * contract.c: `vagval contract`: what is known of one; another owner, a longer validity, a new
 * version of the terms.
 */
#include <stdlib.h>
#include <string.h>

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
    char reference[VV_ID_TEXT_BYTES];
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    /* A contract may come back to a former owner, and an owner may change its name more than once.
     */
    vv_id_format(vv_client_random_id(), reference);
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

/* ---- looking ---- */

static json_t *renewals_json(const Vagval__V1__ControlView *view)
{
    json_t *list = json_array();
    for (size_t i = 0; i < view->n_renewals; i++) {
        const Vagval__V1__ContractRenewal *renewal = view->renewals[i];
        (void)json_array_append_new(
            list, json_pack("{s:o, s:o, s:s}", "on", vv_cli_json_date(renewal->on), "to",
                            vv_cli_json_date(renewal->to), "by", renewal->by));
    }
    return list;
}

/* met: fulfilled | not_fulfilled | open | overdue. */
static const char *state_of(const Vagval__V1__ControlItem *item, vv_date today)
{
    return item->closed_on != 0 ? item->outcome : item->due < today ? "overdue" : "open";
}

static json_t *conditions_json(const Vagval__V1__ControlView *view, vv_date today)
{
    json_t *list = json_array();
    for (size_t i = 0; i < view->n_items; i++) {
        const Vagval__V1__ControlItem *item = view->items[i];
        if (strcmp(item->kind, "condition") == 0) {
            (void)json_array_append_new(
                list,
                json_pack("{s:s, s:s, s:o, s:s, s:o, s:s, s:s}", "ref", item->ref, "text",
                          item->text, "by", vv_cli_json_date(item->due), "state",
                          state_of(item, today), "stated_on", vv_cli_json_date(item->closed_on),
                          "stated_by", item->closed_by, "answer", item->answer));
        }
    }
    return list;
}

static json_t *addresses_json(const Vagval__V1__ControlView *view)
{
    json_t *list = json_array();
    for (size_t i = 0; i < view->n_addresses; i++) {
        (void)json_array_append_new(list, json_pack("{s:f, s:f}", "latitude",
                                                    view->addresses[i]->latitude, "longitude",
                                                    view->addresses[i]->longitude));
    }
    return list;
}

static json_t *view_json(const Vagval__V1__ControlView *view, vv_date today)
{
    json_t *supervisors = view->supervisors_hundredths == 0
                              ? json_null()
                              : json_real(view->supervisors_hundredths / 100.0);
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:i, s:i, s:o, s:o, s:o, s:s, s:i, s:o, s:o, s:o, "
        "s:o}",
        "contract", view->number, "area", view->area, "scheme", view->scheme, "provider",
        view->provider_name, "organisation_number", view->organisation_number, "from",
        vv_cli_json_date(view->from), "to", vv_cli_json_date(view->to), "capacity",
        (int)view->capacity, "in_use", (int)view->in_use, "supervisors", supervisors,
        "suspended_from", vv_cli_json_date(view->suspended_from), "authorised_on",
        vv_cli_json_date(view->authorised_on), "authorised_by", view->authorised_by,
        "terms_version", (int)view->terms_version, "terms_accepted_on",
        vv_cli_json_date(view->terms_accepted_on), "conditions", conditions_json(view, today),
        "renewals", renewals_json(view), "addresses", addresses_json(view));
}

static const char *text_at(const json_t *entry, const char *key, const char *otherwise)
{
    const char *text = json_string_value(json_object_get(entry, key));
    return text == NULL || text[0] == '\0' ? otherwise : text;
}

static void print_contract(FILE *out, const json_t *view)
{
    const json_t *entry = NULL;
    size_t i = 0;
    (void)fprintf(out, "%s, %s (%s): %s, %s\n", text_at(view, "contract", ""),
                  text_at(view, "area", ""), text_at(view, "scheme", ""),
                  text_at(view, "provider", ""), text_at(view, "organisation_number", ""));
    (void)fprintf(out, "valid from %s until %s; authorised %s%s%s\n", text_at(view, "from", "-"),
                  text_at(view, "to", "further notice"),
                  text_at(view, "authorised_on", "by other means than an application"),
                  text_at(view, "authorised_by", "")[0] == '\0' ? "" : " by ",
                  text_at(view, "authorised_by", ""));
    (void)fprintf(out, "places: %d of %d served or promised; terms accepted: version %d\n",
                  (int)json_integer_value(json_object_get(view, "in_use")),
                  (int)json_integer_value(json_object_get(view, "capacity")),
                  (int)json_integer_value(json_object_get(view, "terms_version")));
    json_array_foreach(json_object_get(view, "addresses"), i, entry)
    {
        (void)fprintf(out, "address: %.5f %.5f\n",
                      json_number_value(json_object_get(entry, "latitude")),
                      json_number_value(json_object_get(entry, "longitude")));
    }
    json_array_foreach(json_object_get(view, "renewals"), i, entry)
    {
        (void)fprintf(out, "renewed on %s until %s by %s\n", text_at(entry, "on", "-"),
                      text_at(entry, "to", "further notice"), text_at(entry, "by", "-"));
    }
    json_array_foreach(json_object_get(view, "conditions"), i, entry)
    {
        (void)fprintf(out, "condition %s, by %s: %s: %s\n", text_at(entry, "ref", ""),
                      text_at(entry, "by", "-"), text_at(entry, "state", ""),
                      text_at(entry, "text", ""));
    }
}

static int command_show(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__ShowControl body = VAGVAL__V1__SHOW_CONTROL__INIT;
    struct vv_client_answer answer = {0};
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    struct vv_request request = about_contract(client, args, VV_MSG_SHOW_CONTROL);
    body.contract = (ProtobufCBinaryData){sizeof(request.subject.bytes), request.subject.bytes};
    const Vagval__V1__ControlView *view = (const Vagval__V1__ControlView *)vv_cli_ask(
        cli, client, request, &body.base, "contract", &answer);
    int code = VV_EXIT_PROBLEM;
    if (view != NULL) {
        json_t *document = view_json(view, vv_client_business_date(client));
        if (cli->json) {
            code = vv_cli_json(cli, document, VV_EXIT_OK);
        } else {
            print_contract(cli->out, document);
            json_decref(document);
            code = VV_EXIT_OK;
        }
    }
    vv_client_answer_free(&answer);
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
    {"contract show", "AREA NUMBER",
     "validity, addresses, renewals, conditions with deadline and state, terms", NULL,
     "vagval contract show umea KA-000123", scheme_options, 2, 2, command_show},
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
