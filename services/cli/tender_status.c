/*
 * tender_status.c: who has not answered yet: contracts that have not accepted the tender document
 * in force, providers that have not received a notice.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "commands.h"
#include "contracts.h"
#include "table.h"

/* Contracts of a scheme that have not ended, as JSON objects. */
struct contracts {
    const char *area; /* "" = all */
    vv_date today;
    json_t *list;
};

static void take_contract(void *context, const Vagval__V1__ContractLine *line)
{
    const struct contracts *contracts = context;
    if ((line->to != 0 && line->to < contracts->today) ||
        (contracts->area[0] != '\0' && strcmp(contracts->area, line->area) != 0)) {
        return;
    }
    (void)json_array_append_new(contracts->list,
                                json_pack("{s:s, s:s, s:s, s:s, s:i, s:o}", "number", line->number,
                                          "area", line->area, "provider", line->provider_name,
                                          "organisation_number", line->organisation_number,
                                          "accepted", (int)line->terms_version, "accepted_on",
                                          vv_cli_json_date(line->terms_accepted_on)));
}

static int by_number(const void *a, const void *b)
{
    const json_t *one = *(json_t *const *)a, *other = *(json_t *const *)b;
    return strcmp(json_string_value(json_object_get(one, "number")),
                  json_string_value(json_object_get(other, "number")));
}

/* The scheme's contracts by number, or NULL after saying what is wrong. */
static json_t *read_contracts(const struct vv_cli *cli, struct vv_client *client,
                              const char *scheme, const char *area)
{
    struct contracts contracts = {
        .area = area, .today = vv_client_business_date(client), .list = json_array()};
    char problem[200];
    if (!vv_contracts_each(client, scheme, take_contract, &contracts, problem, sizeof(problem))) {
        (void)vv_cli_wrong(cli, "`vagval status` shows whether provider-registry is up",
                           "the contracts could not be read whole: %s", problem);
        json_decref(contracts.list);
        return NULL;
    }
    return vv_cli_json_sorted(contracts.list, by_number);
}

static struct vv_request about(struct vv_client *client, const char *scheme,
                               enum vv_message_type type)
{
    struct vv_id subject = vv_id_area(scheme, "", vv_client_partitions(client));
    return vv_client_about(VV_REGISTRY, type, subject, scheme);
}

static void print_rows(FILE *out, json_t *rows, const char *head, const char *const *keys,
                       size_t key_count)
{
    struct vv_table *table = vv_table_create(head);
    for (size_t i = 0; table != NULL && i < json_array_size(rows); i++) {
        for (size_t k = 0; k < key_count; k++) {
            const json_t *value = json_object_get(json_array_get(rows, i), keys[k]);
            if (json_is_integer(value)) {
                vv_table_cell(table, "%lld", (long long)json_integer_value(value));
            } else {
                const char *text = json_string_value(value);
                vv_table_cell(table, "%s", text == NULL ? "" : text);
            }
        }
    }
    if (table != NULL) {
        vv_table_print(table, out);
    }
    vv_table_destroy(&table);
}

/* ---- acceptance of the tender document ---- */

static const Vagval__V1__TenderVersion *in_force(const Vagval__V1__Tender *tender)
{
    const Vagval__V1__TenderVersion *found = NULL;
    for (size_t i = 0; i < tender->n_versions; i++) {
        found = tender->versions[i]->published_on != 0 ? tender->versions[i] : found;
    }
    return found;
}

static int report_acceptance(struct vv_cli *cli, const Vagval__V1__Tender *tender,
                             json_t *contracts, vv_date today)
{
    static const char *const keys[] = {"number",   "area",        "provider",
                                       "accepted", "accepted_on", "state"};
    const Vagval__V1__TenderVersion *version = in_force(tender);
    size_t open = 0;
    if (version == NULL) {
        return vv_cli_wrong(cli, "`vagval tender publish VERSION` puts a draft in force",
                            "no version of the tender document is in force");
    }
    bool passed = version->reaccept_by < today;
    for (size_t i = 0; i < json_array_size(contracts); i++) {
        json_t *contract = json_array_get(contracts, i);
        bool accepted =
            (uint32_t)json_integer_value(json_object_get(contract, "accepted")) >= version->version;
        open += accepted ? 0 : 1;
        (void)json_object_set_new(contract, "state",
                                  json_string(accepted ? "accepted"
                                              : passed ? "overdue"
                                                       : "waiting"));
    }
    char by[VV_DATE_TEXT_BYTES];
    vv_date_format(version->reaccept_by, by);
    if (cli->json) {
        return vv_cli_json(cli,
                           json_pack("{s:i, s:s, s:i, s:O}", "version", (int)version->version,
                                     "accept_by", by, "not_accepted", (int)open, "contracts",
                                     contracts),
                           VV_EXIT_OK);
    }
    print_rows(cli->out, contracts, "contract|area|provider|>accepted|on|state", keys,
               sizeof(keys) / sizeof(keys[0]));
    (void)fprintf(cli->out, "version %u, to accept by %s: %zu of %zu contracts have not%s\n",
                  version->version, by, open, json_array_size(contracts),
                  passed && open > 0 ? "; the day has passed, a person decides what follows" : "");
    return VV_EXIT_OK;
}

static int command_status(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__ShowTender body = VAGVAL__V1__SHOW_TENDER__INIT;
    struct vv_client_answer answer = {0};
    const char *scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT);
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    int code = VV_EXIT_PROBLEM;
    body.scheme = (char *)(uintptr_t)scheme;
    json_t *contracts = read_contracts(cli, client, scheme, "");
    const Vagval__V1__Tender *tender =
        contracts == NULL
            ? NULL
            : (const Vagval__V1__Tender *)vv_cli_ask(cli, client,
                                                     about(client, scheme, VV_MSG_SHOW_TENDER),
                                                     &body.base, scheme, &answer);
    if (tender != NULL) {
        code = report_acceptance(cli, tender, contracts, vv_client_business_date(client));
    }
    json_decref(contracts);
    vv_client_answer_free(&answer);
    vv_client_close(&client);
    return code;
}

/* ---- receipts of a notice ---- */

static bool has_received(const Vagval__V1__Notice *notice, const char *organisation_number)
{
    for (size_t i = 0; i < notice->n_receipts; i++) {
        if (strcmp(notice->receipts[i]->organisation_number, organisation_number) == 0) {
            return true;
        }
    }
    return false;
}

/* Organisations, each once, that hold a contract and have not received the notice. */
static json_t *without_receipt(const Vagval__V1__Notice *notice, json_t *contracts)
{
    json_t *seen = json_object(), *missing = json_array();
    for (size_t i = 0; i < json_array_size(contracts); i++) {
        const json_t *contract = json_array_get(contracts, i);
        const char *number = json_string_value(json_object_get(contract, "organisation_number"));
        if (has_received(notice, number) || json_object_get(seen, number) != NULL) {
            continue;
        }
        (void)json_object_set_new(seen, number, json_true());
        (void)json_array_append_new(missing,
                                    json_pack("{s:s, s:O}", "organisation_number", number,
                                              "provider", json_object_get(contract, "provider")));
    }
    json_decref(seen);
    return missing;
}

static int report_missing(struct vv_cli *cli, const Vagval__V1__Notice *notice, json_t *contracts)
{
    static const char *const keys[] = {"organisation_number", "provider"};
    json_t *missing = without_receipt(notice, contracts);
    if (cli->json) {
        return vv_cli_json(cli,
                           json_pack("{s:i, s:s, s:o}", "number", (int)notice->number, "area",
                                     notice->area, "missing", missing),
                           VV_EXIT_OK);
    }
    print_rows(cli->out, missing, "organisation|provider", keys, sizeof(keys) / sizeof(keys[0]));
    (void)fprintf(cli->out, "%zu have not received notice %u\n", json_array_size(missing),
                  notice->number);
    json_decref(missing);
    return VV_EXIT_OK;
}

static int command_missing(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__ShowNotice body = VAGVAL__V1__SHOW_NOTICE__INIT;
    struct vv_client_answer answer = {0};
    const char *scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT);
    char *end = NULL;
    unsigned long number = strtoul(args->words[0], &end, 10);
    if (args->words[0][0] < '1' || args->words[0][0] > '9' || *end != '\0' || number > 1000000) {
        return vv_cli_usage(cli, "for example: vagval notice missing 1", "`%s` is no notice",
                            args->words[0]);
    }
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    int code = VV_EXIT_PROBLEM;
    body.scheme = (char *)(uintptr_t)scheme;
    body.notice = (uint32_t)number;
    const Vagval__V1__Notice *notice = (const Vagval__V1__Notice *)vv_cli_ask(
        cli, client, about(client, scheme, VV_MSG_SHOW_NOTICE), &body.base, scheme, &answer);
    json_t *contracts = notice == NULL ? NULL : read_contracts(cli, client, scheme, notice->area);
    if (contracts != NULL) {
        code = report_missing(cli, notice, contracts);
    }
    json_decref(contracts);
    vv_client_answer_free(&answer);
    vv_client_close(&client);
    return code;
}

static const struct vv_option options[] = {VV_SCHEME_OPTION, VV_END_OF_OPTIONS};

const struct vv_command vv_commands_tender_status[] = {
    {"tender status", "",
     "which contracts have accepted the version in force, and by when they must",
     "Contracts that have ended are left out. Nothing follows by itself when the day has passed:\n"
     "suspension or the contract's end is a person's decision (`vagval control`).",
     "vagval tender status", options, 0, 0, command_status},
    {"notice missing", "NUMBER", "providers that have not received a notice",
     "Those who hold a contract of the scheme, in the notice's area, that has not ended.",
     "vagval notice missing 1", options, 1, 1, command_missing},
    VV_END_OF_COMMANDS,
};
