/*
 * evidence.c: `vagval evidence`: the documents that records rest on, what state they are in, and a
 * person's decision on one.
 */
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "commands.h"
#include "evidence.h"
#include "paging.h"
#include "table.h"

#define LINES_MAX 100000

/* ---- showing ---- */

static const char *state_name(uint32_t state)
{
    static const char *const names[] = {"unknown",  "claiming", "waiting",
                                        "verified", "invoiced", "rejected"};
    return state < sizeof(names) / sizeof(names[0]) ? names[state] : names[0];
}

static json_t *hex_json(ProtobufCBinaryData bytes)
{
    char text[2 * 32 + 1] = "";
    for (size_t i = 0; i < bytes.len && i < 32; i++) {
        (void)snprintf(text + 2 * i, 3, "%02x", bytes.data[i]);
    }
    return json_string(text);
}

json_t *vv_evidence_json(const Vagval__V1__EvidenceLine *line)
{
    const Vagval__V1__CaseEvidence *of = line->of;
    return json_pack(
        "{s:o, s:o, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:o, s:s, s:o, s:s, s:o, s:b}", "case",
        hex_json(line->case_id), "record", hex_json(of->record), "state", state_name(of->state),
        "document_kind", of->document_kind, "of", of->of, "scheme", line->scheme, "contract",
        line->contract_number, "on", vv_cli_json_date(of->on), "hash", hex_json(of->evidence),
        "recorded_by", of->recorded_by, "recorded_on", vv_cli_json_date(of->recorded_on),
        "decided_by", of->decided_by, "decided_on", vv_cli_json_date(of->decided_on), "reason",
        of->reason, "on_run", vv_cli_json_date(of->on_run_from), "replaced", of->replaced ? 1 : 0);
}

struct listing {
    const char *state; /* NULL = all */
    json_t *list;
    Vagval__V1__ListEvidence body; /* of the question that is asked */
};

static void take(struct listing *listing, const Vagval__V1__EvidenceList *page)
{
    for (size_t i = 0; i < page->n_lines && json_array_size(listing->list) < LINES_MAX; i++) {
        const Vagval__V1__EvidenceLine *line = page->lines[i];
        if (line->of != NULL &&
            (listing->state == NULL || strcmp(listing->state, state_name(line->of->state)) == 0)) {
            (void)json_array_append_new(listing->list, vv_evidence_json(line));
        }
    }
}

static const char *text_of(json_t *line, const char *key)
{
    const char *text = json_string_value(json_object_get(line, key));
    return text == NULL ? "-" : text;
}

static int print(struct vv_cli *cli, json_t *list)
{
    static const char *const keys[] = {"state",       "document_kind", "of",   "on",
                                       "recorded_by", "decided_by",    "case", "record"};
    if (cli->json) {
        return vv_cli_json(cli, json_pack("{s:o}", "documents", list), VV_EXIT_OK);
    }
    struct vv_table *table = vv_table_create("state|kind|of|on|recorded by|decided by|case|record");
    for (size_t i = 0; table != NULL && i < json_array_size(list); i++) {
        json_t *line = json_array_get(list, i);
        for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
            const char *reason = k == 0 ? text_of(line, "reason") : "";
            vv_table_cell(table, "%s%s%s", text_of(line, keys[k]), *reason == '\0' ? "" : ": ",
                          reason);
        }
    }
    if (table != NULL) {
        vv_table_print(table, cli->out);
    }
    vv_table_destroy(&table);
    (void)fprintf(cli->out, "%zu documents\n", json_array_size(list));
    json_decref(list);
    return VV_EXIT_OK;
}

static const ProtobufCMessage *ask_page(void *context, const struct vv_page_place *place)
{
    struct listing *listing = context;
    vagval__v1__list_evidence__init(&listing->body);
    listing->body.partition = place->partition;
    listing->body.after = place->first;
    return &listing->body.base;
}

static bool take_page(void *context, const ProtobufCMessage *body, struct vv_page_place *place)
{
    const Vagval__V1__EvidenceList *page = (const Vagval__V1__EvidenceList *)body;
    take(context, page);
    place->first = page->next;
    return page->next != 0;
}

static int by_day(const void *a, const void *b)
{
    json_t *one = *(json_t *const *)a, *other = *(json_t *const *)b;
    int order = strcmp(text_of(one, "recorded_on"), text_of(other, "recorded_on"));
    return order != 0 ? order : strcmp(text_of(one, "record"), text_of(other, "record"));
}

static int command_list(struct vv_cli *cli, const struct vv_args *args)
{
    struct listing listing = {.state = vv_args_text(args, "state", NULL)};
    bool known = listing.state == NULL;
    for (uint32_t i = 1; i <= 5 && !known; i++) {
        known = strcmp(listing.state, state_name(i)) == 0;
    }
    if (!known) {
        return vv_cli_usage(cli, "claiming, waiting, verified, invoiced or rejected",
                            "there is no state `%s`", listing.state);
    }
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    const struct vv_paging paging = {VV_REGISTRY, VV_MSG_LIST_EVIDENCE, ask_page, take_page,
                                     &listing};
    char problem[256];
    listing.list = json_array();
    bool good = vv_client_pages(client, &paging, problem, sizeof(problem));
    vv_client_close(&client);
    if (!good) {
        json_decref(listing.list);
        return vv_cli_wrong(cli, "`vagval status` shows what runs", "%s", problem);
    }
    listing.list = vv_cli_json_sorted(listing.list, by_day);
    return print(cli, listing.list);
}

json_t *vv_evidence_of_case(struct vv_cli *cli, struct vv_client *client, struct vv_id case_id)
{
    Vagval__V1__ShowEvidence body = VAGVAL__V1__SHOW_EVIDENCE__INIT;
    struct listing listing = {.list = json_array()};
    struct vv_client_answer answer;
    body.case_id = (ProtobufCBinaryData){sizeof(case_id.bytes), case_id.bytes};
    struct vv_request request = {.service = VV_REGISTRY,
                                 .partition = vv_id_partition(case_id),
                                 .type = VV_MSG_SHOW_EVIDENCE,
                                 .subject = case_id};
    const ProtobufCMessage *reply =
        vv_cli_ask(cli, client, request, &body.base, "the documents", &answer);
    if (reply == NULL) {
        json_decref(listing.list);
        listing.list = NULL;
    } else {
        take(&listing, (const Vagval__V1__EvidenceList *)reply);
    }
    vv_client_answer_free(&answer);
    return listing.list;
}

static int command_show(struct vv_cli *cli, const struct vv_args *args)
{
    struct vv_client *client = vv_client_open(cli);
    struct vv_id case_id;
    int code = VV_EXIT_PROBLEM;
    if (client != NULL &&
        vv_client_case(client, args->words[0], vv_args_text(args, "scheme", VV_SCHEME_DEFAULT),
                       &case_id)) {
        json_t *list = vv_evidence_of_case(cli, client, case_id);
        code = list == NULL ? VV_EXIT_PROBLEM : print(cli, list);
    }
    vv_client_close(&client);
    return code;
}

/* ---- deciding ---- */

static int decide(struct vv_cli *cli, const struct vv_args *args, const char *decision)
{
    Vagval__V1__DecideEvidence body = VAGVAL__V1__DECIDE_EVIDENCE__INIT;
    struct vv_id case_id, record;
    char reference[160];
    if (vv_id_parse(args->words[1], &record) != VV_OK) {
        return vv_cli_usage(cli, "`vagval evidence show CASE` lists them",
                            "a record is 32 hexadecimal digits");
    }
    struct vv_client *client = vv_client_open(cli);
    const char *scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT);
    int code = VV_EXIT_PROBLEM;
    if (client != NULL && vv_client_case(client, args->words[0], scheme, &case_id)) {
        /* Whoever is refused may be followed by somebody who is not: each a record of its own. */
        char once[VV_ID_TEXT_BYTES];
        vv_id_format(vv_client_random_id(), once);
        (void)snprintf(reference, sizeof(reference), "%s/%s", args->words[1], once);
        body.source = (char *)(uintptr_t)VV_CLI_SOURCE;
        body.source_ref = reference;
        body.case_id = (ProtobufCBinaryData){sizeof(case_id.bytes), case_id.bytes};
        body.record = (ProtobufCBinaryData){sizeof(record.bytes), record.bytes};
        body.decision = (char *)(uintptr_t)decision;
        body.document_kind = (char *)(uintptr_t)vv_args_text(args, "kind", "");
        body.reason = (char *)(uintptr_t)vv_args_text(args, "reason", "");
        struct vv_request request = {.service = VV_REGISTRY,
                                     .type = VV_MSG_DECIDE_EVIDENCE,
                                     .subject = case_id,
                                     .scheme = scheme};
        code = vv_cli_do(cli, client, request, &body.base, reference, "document");
    }
    vv_client_close(&client);
    return code;
}

static int command_verify(struct vv_cli *cli, const struct vv_args *args)
{
    return decide(cli, args, "verify");
}

static int command_reject(struct vv_cli *cli, const struct vv_args *args)
{
    if (vv_args_text(args, "reason", NULL) == NULL) {
        return vv_cli_usage(cli, "for example --reason unreadable, or --reason wrong_case",
                            "--reason is missing");
    }
    return decide(cli, args, "reject");
}

static const struct vv_option list_options[] = {
    {"state", "STATE", VV_OPTION_TEXT, "claiming, waiting, verified, invoiced, rejected", 0, 0},
    VV_END_OF_OPTIONS};
static const struct vv_option show_options[] = {VV_SCHEME_OPTION, VV_END_OF_OPTIONS};
static const struct vv_option verify_options[] = {
    {"kind", "CODE", VV_OPTION_TEXT, "what the document is, where the record did not say", 0, 0},
    VV_SCHEME_OPTION,
    VV_END_OF_OPTIONS};
static const struct vv_option reject_options[] = {
    {"reason", "CODE", VV_OPTION_TEXT, "why; wrong_case gives the document back", 0, 0},
    VV_SCHEME_OPTION,
    VV_END_OF_OPTIONS};

const struct vv_command vv_commands_evidence[] = {
    {"evidence list", "", "documents of all cases, with their states",
     "A document waits until a person has verified it; verified, it is invoiced once what it\n"
     "carried is on a payment run. Nobody takes a verification back.",
     "vagval evidence list --state waiting", list_options, 0, 0, command_list},
    {"evidence show", "CASE|-", "documents of one case",
     "With - an identity number is read from standard input.", "vagval evidence show 002a6f...",
     show_options, 1, 1, command_show},
    {"evidence verify", "CASE|- RECORD",
     "a person has seen that a document says what its record says",
     "Takes another person than the one who recorded it. RECORD is shown by `evidence show`.",
     "vagval evidence verify 002a6f... 8b11... --kind payslip --as anna", verify_options, 2, 2,
     command_verify},
    {"evidence reject", "CASE|- RECORD", "a document does not hold: its record proves nothing",
     "With --reason wrong_case it was filed on the wrong case or outcome, and may be used for the\n"
     "right one; for every other reason it stays used.",
     "vagval evidence reject 002a6f... 8b11... --reason unreadable --as anna", reject_options, 2, 2,
     command_reject},
    VV_END_OF_COMMANDS,
};
