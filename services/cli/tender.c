/*
 * tender.c: `vagval tender` and `vagval notice`: a scheme's tender document, its questions and
 * answers, and what goes out to the providers.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "commands.h"
#include "files.h"
#include "table.h"

#define DOCUMENT_BYTES_MAX (64 * 1024 * 1024)
#define HASH_BYTES 32
#define REFERENCE_BYTES 128
#define SOURCE ((char *)(uintptr_t)VV_CLI_SOURCE)

static struct vv_request request_of(struct vv_client *client, const struct vv_args *args,
                                    enum vv_message_type type)
{
    const char *scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT);
    struct vv_id subject = vv_id_area(scheme, "", vv_client_partitions(client));
    return vv_client_about(VV_REGISTRY, type, subject, scheme);
}

/* The same thing said twice about the same scheme is one fact. Returns the reference. */
static char *name_reference(const struct vv_args *args, const char *said,
                            char ret_reference[static REFERENCE_BYTES])
{
    unsigned char hash[16];
    char hex[2 * sizeof(hash) + 1];
    (void)crypto_generichash(hash, sizeof(hash), (const unsigned char *)said, strlen(said), NULL,
                             0);
    (void)sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
    (void)snprintf(ret_reference, REFERENCE_BYTES, "%.48s/%s",
                   vv_args_text(args, "scheme", VV_SCHEME_DEFAULT), hex);
    return ret_reference;
}

/* Sends one command about the scheme. */
static int send(struct vv_cli *cli, const struct vv_args *args, enum vv_message_type type,
                const ProtobufCMessage *body, const char *reference, const char *what)
{
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    int code = vv_cli_do(cli, client, request_of(client, args, type), body, reference, what);
    vv_client_close(&client);
    return code;
}

/* A number among the words, or 0 after saying what is wrong. */
static uint32_t number_of(const struct vv_cli *cli, const char *word, const char *what)
{
    char *end = NULL;
    unsigned long number = strtoul(word, &end, 10);
    if (word[0] < '0' || word[0] > '9' || *end != '\0' || number < 1 || number > 1000000) {
        (void)vv_cli_usage(cli, "numbers are shown by `vagval tender show`", "`%s` is no %s", word,
                           what);
        return 0;
    }
    return (uint32_t)number;
}

static int command_draft(struct vv_cli *cli, const struct vv_args *args)
{
    struct vv_error error = {0};
    char *bytes = NULL;
    size_t len = 0;
    unsigned char hash[HASH_BYTES];
    char reference[REFERENCE_BYTES], hex[2 * HASH_BYTES + 1];
    if (vv_file_read(args->words[0], DOCUMENT_BYTES_MAX, &bytes, &len, &error) != VV_OK) {
        return vv_cli_fail(cli, &error, "name the tender document's file");
    }
    (void)crypto_generichash(hash, sizeof(hash), (const unsigned char *)bytes, len, NULL, 0);
    free(bytes);
    (void)sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
    Vagval__V1__DraftTender body = VAGVAL__V1__DRAFT_TENDER__INIT;
    body.source = SOURCE;
    body.source_ref = name_reference(args, hex, reference);
    body.title = (char *)(uintptr_t)vv_args_text(args, "title", args->words[0]);
    body.changes = (char *)(uintptr_t)vv_args_text(args, "changes", "");
    body.document = (ProtobufCBinaryData){sizeof(hash), hash};
    return send(cli, args, VV_MSG_DRAFT_TENDER, &body.base, reference, "draft");
}

static int command_publish(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__PublishTender body = VAGVAL__V1__PUBLISH_TENDER__INIT;
    char reference[REFERENCE_BYTES], said[64];
    body.version = number_of(cli, args->words[0], "version");
    if (body.version == 0) {
        return VV_EXIT_USAGE;
    }
    (void)snprintf(said, sizeof(said), "publish %u", body.version);
    body.source = SOURCE;
    body.source_ref = name_reference(args, said, reference);
    body.reaccept_by = (int32_t)vv_args_number(args, "reaccept-by", 0);
    return send(cli, args, VV_MSG_PUBLISH_TENDER, &body.base, reference, "published version");
}

static int command_ask(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__AskTender body = VAGVAL__V1__ASK_TENDER__INIT;
    char reference[REFERENCE_BYTES];
    body.source = SOURCE;
    body.source_ref = name_reference(args, args->words[0], reference);
    body.question = args->words[0];
    return send(cli, args, VV_MSG_ASK_TENDER, &body.base, reference, "question");
}

static int command_answer(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__AnswerTender body = VAGVAL__V1__ANSWER_TENDER__INIT;
    char reference[REFERENCE_BYTES], said[64];
    body.question = number_of(cli, args->words[0], "question");
    if (body.question == 0) {
        return VV_EXIT_USAGE;
    }
    (void)snprintf(said, sizeof(said), "answer %u", body.question);
    body.source = SOURCE;
    body.source_ref = name_reference(args, said, reference);
    body.answer = args->words[1];
    return send(cli, args, VV_MSG_ANSWER_TENDER, &body.base, reference, "answered question");
}

/* ---- looking ---- */

static json_t *versions_json(const Vagval__V1__Tender *tender)
{
    json_t *list = json_array();
    for (size_t i = 0; i < tender->n_versions; i++) {
        const Vagval__V1__TenderVersion *version = tender->versions[i];
        char hex[2 * HASH_BYTES + 1] = "";
        if (version->document.len == HASH_BYTES) {
            (void)sodium_bin2hex(hex, sizeof(hex), version->document.data, HASH_BYTES);
        }
        (void)json_array_append_new(
            list,
            json_pack("{s:i, s:s, s:s, s:s, s:o, s:s, s:o, s:s, s:o, s:s}", "version",
                      (int)version->version, "title", version->title, "document", hex, "changes",
                      version->changes, "drafted_on", vv_cli_json_date(version->drafted_on),
                      "drafted_by", version->drafted_by, "published_on",
                      vv_cli_json_date(version->published_on), "published_by",
                      version->published_by, "reaccept_by", vv_cli_json_date(version->reaccept_by),
                      "scheme_version", version->scheme_version));
    }
    return list;
}

static json_t *questions_json(const Vagval__V1__Tender *tender)
{
    json_t *list = json_array();
    for (size_t i = 0; i < tender->n_questions; i++) {
        const Vagval__V1__TenderQuestion *question = tender->questions[i];
        (void)json_array_append_new(
            list, json_pack("{s:i, s:o, s:s, s:o, s:s}", "number", (int)question->number,
                            "asked_on", vv_cli_json_date(question->asked_on), "question",
                            question->question, "answered_on",
                            vv_cli_json_date(question->answered_on), "answer", question->answer));
    }
    return list;
}

static json_t *notice_json(const Vagval__V1__Notice *notice)
{
    json_t *receipts = json_array();
    for (size_t i = 0; i < notice->n_receipts; i++) {
        (void)json_array_append_new(receipts,
                                    json_pack("{s:s, s:o}", "organisation_number",
                                              notice->receipts[i]->organisation_number, "on",
                                              vv_cli_json_date(notice->receipts[i]->on)));
    }
    return json_pack("{s:i, s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:o}", "number", (int)notice->number,
                     "kind", notice->kind, "area", notice->area, "subject", notice->subject, "text",
                     notice->text, "on", vv_cli_json_date(notice->on), "sent_on",
                     vv_cli_json_date(notice->sent_on), "sent_by", notice->sent_by, "receipts",
                     receipts);
}

static void date_cell(struct vv_table *table, int32_t date)
{
    char text[VV_DATE_TEXT_BYTES] = "";
    if (date > 0) {
        vv_date_format(date, text);
    }
    vv_table_cell(table, "%s", text);
}

static void print_tender(FILE *out, const Vagval__V1__Tender *tender)
{
    struct vv_table *table =
        vv_table_create(">version|title|drafted|published|accept by|by|terms|rules and prices");
    char hex[2 * HASH_BYTES + 1];
    (void)fprintf(out, "procurement: %s\n", tender->form[0] == '\0' ? "not told" : tender->form);
    for (size_t i = 0; table != NULL && i < tender->n_versions; i++) {
        const Vagval__V1__TenderVersion *version = tender->versions[i];
        vv_table_cell(table, "%u", version->version);
        vv_table_cell(table, "%s", version->title);
        date_cell(table, version->drafted_on);
        date_cell(table, version->published_on);
        date_cell(table, version->reaccept_by);
        vv_table_cell(table, "%s", version->published_by);
        (void)sodium_bin2hex(hex, sizeof(hex), version->document.data,
                             version->document.len < HASH_BYTES ? version->document.len
                                                                : HASH_BYTES);
        vv_table_cell(table, "%.12s", hex);
        vv_table_cell(table, "%.12s", version->scheme_version);
    }
    if (table != NULL) {
        vv_table_print(table, out);
    }
    vv_table_destroy(&table);
    for (size_t i = 0; i < tender->n_questions; i++) {
        const Vagval__V1__TenderQuestion *question = tender->questions[i];
        (void)fprintf(out, "\nQuestion %u: %s\n  %s\n", question->number, question->question,
                      question->answered_on == 0 ? "(not answered yet)" : question->answer);
    }
}

static int command_show(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__ShowTender body = VAGVAL__V1__SHOW_TENDER__INIT;
    struct vv_client_answer answer = {0};
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    body.scheme = (char *)(uintptr_t)vv_args_text(args, "scheme", VV_SCHEME_DEFAULT);
    int code = VV_EXIT_PROBLEM;
    const Vagval__V1__Tender *tender = (const Vagval__V1__Tender *)vv_cli_ask(
        cli, client, request_of(client, args, VV_MSG_SHOW_TENDER), &body.base, body.scheme,
        &answer);
    if (tender != NULL && cli->json) {
        code = vv_cli_json(cli,
                           json_pack("{s:s, s:s, s:o, s:o, s:i}", "scheme", body.scheme, "form",
                                     tender->form, "versions", versions_json(tender), "questions",
                                     questions_json(tender), "notices", (int)tender->n_notices),
                           VV_EXIT_OK);
    } else if (tender != NULL) {
        print_tender(cli->out, tender);
        code = VV_EXIT_OK;
    }
    vv_client_answer_free(&answer);
    vv_client_close(&client);
    return code;
}

/* ---- notices ---- */

static int command_send(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__SendNotice body = VAGVAL__V1__SEND_NOTICE__INIT;
    char reference[REFERENCE_BYTES], said[4096];
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    /* The same words on another day, to another area or to another meeting are another notice. */
    (void)snprintf(said, sizeof(said), "%lld\n%.40s\n%lld\n%.400s\n%.3000s",
                   (long long)vv_client_business_date(client), vv_args_text(args, "area", ""),
                   (long long)vv_args_number(args, "meeting", 0), args->words[0], args->words[1]);
    body.source = SOURCE;
    body.source_ref = name_reference(args, said, reference);
    body.on = (int32_t)vv_args_number(args, "meeting", 0);
    body.kind = (char *)(uintptr_t)(body.on != 0 ? "meeting" : "notice");
    body.area = (char *)(uintptr_t)vv_args_text(args, "area", "");
    body.subject = args->words[0];
    body.text = args->words[1];
    int code = vv_cli_do(cli, client, request_of(client, args, VV_MSG_SEND_NOTICE), &body.base,
                         reference, "notice");
    vv_client_close(&client);
    return code;
}

static int command_receive(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__ConfirmNotice body = VAGVAL__V1__CONFIRM_NOTICE__INIT;
    char reference[REFERENCE_BYTES], said[96];
    body.notice = number_of(cli, args->words[0], "notice");
    if (body.notice == 0) {
        return VV_EXIT_USAGE;
    }
    (void)snprintf(said, sizeof(said), "received %u %.40s", body.notice, args->words[1]);
    body.source = SOURCE;
    body.source_ref = name_reference(args, said, reference);
    body.organisation_number = args->words[1];
    return send(cli, args, VV_MSG_CONFIRM_NOTICE, &body.base, reference, "notice");
}

static void print_notice(FILE *out, const Vagval__V1__Notice *notice)
{
    char sent[VV_DATE_TEXT_BYTES], on[VV_DATE_TEXT_BYTES];
    vv_date_format(notice->sent_on, sent);
    (void)fprintf(out, "%s %u, %s, to %s, by %s\n%s\n%s\n", notice->kind, notice->number, sent,
                  notice->area[0] == '\0' ? "all areas" : notice->area, notice->sent_by,
                  notice->subject, notice->text);
    if (notice->on > 0) {
        vv_date_format(notice->on, on);
        (void)fprintf(out, "meeting on %s\n", on);
    }
    (void)fprintf(out, "%zu receipts\n", notice->n_receipts);
    for (size_t i = 0; i < notice->n_receipts; i++) {
        vv_date_format(notice->receipts[i]->on, on);
        (void)fprintf(out, "  %s %s\n", notice->receipts[i]->organisation_number, on);
    }
}

static int command_notice(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__ShowNotice body = VAGVAL__V1__SHOW_NOTICE__INIT;
    struct vv_client_answer answer = {0};
    body.notice = number_of(cli, args->words[0], "notice");
    struct vv_client *client = body.notice == 0 ? NULL : vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (client == NULL) {
        return body.notice == 0 ? VV_EXIT_USAGE : VV_EXIT_PROBLEM;
    }
    body.scheme = (char *)(uintptr_t)vv_args_text(args, "scheme", VV_SCHEME_DEFAULT);
    int code = VV_EXIT_PROBLEM;
    const Vagval__V1__Notice *notice = (const Vagval__V1__Notice *)vv_cli_ask(
        cli, client, request_of(client, args, VV_MSG_SHOW_NOTICE), &body.base, body.scheme,
        &answer);
    if (notice != NULL && cli->json) {
        code = vv_cli_json(cli, notice_json(notice), VV_EXIT_OK);
    } else if (notice != NULL) {
        print_notice(cli->out, notice);
        code = VV_EXIT_OK;
    }
    vv_client_answer_free(&answer);
    vv_client_close(&client);
    return code;
}

static const struct vv_option scheme_options[] = {VV_SCHEME_OPTION, VV_END_OF_OPTIONS};
static const struct vv_option draft_options[] = {
    {"title", "TEXT", VV_OPTION_TEXT, "title (the file's name)", 0, 0},
    {"changes", "TEXT", VV_OPTION_TEXT, "what is new against the version before", 0, 0},
    VV_SCHEME_OPTION,
    VV_END_OF_OPTIONS};
static const struct vv_option publish_options[] = {
    {"reaccept-by", "DATE", VV_OPTION_DATE, "last day for contracts to accept it", 0, 0},
    VV_SCHEME_OPTION,
    VV_END_OF_OPTIONS};
static const struct vv_option notice_options[] = {
    {"area", "CODE", VV_OPTION_TEXT, "only to the providers of this area (all)", 0, 0},
    {"meeting", "DATE", VV_OPTION_DATE, "it invites to a dialogue meeting on that day", 0, 0},
    VV_SCHEME_OPTION,
    VV_END_OF_OPTIONS};

const struct vv_command vv_commands_tender[] = {
    {"tender draft", "FILE", "draft a version of a scheme's tender document",
     "The document stays where it is kept; its hash is noted.",
     "vagval tender draft terms-2020.pdf --title 'KROM 2020, version 1'", draft_options, 1, 1,
     command_draft},
    {"tender publish", "VERSION", "put a draft in force; contracts accept it by a date", NULL,
     "vagval tender publish 1", publish_options, 1, 1, command_publish},
    {"tender ask", "QUESTION", "ask about the tender document; everybody sees it, not who asked",
     NULL, "vagval tender ask 'May one assignment count twice?'", scheme_options, 1, 1,
     command_ask},
    {"tender answer", "NUMBER ANSWER", "answer a question", NULL,
     "vagval tender answer 1 'No, never as both.'", scheme_options, 2, 2, command_answer},
    {"tender show", "", "show versions, questions and answers",
     "`terms` begins the hash of the document, `rules and prices` that of the scheme's version "
     "which\n"
     "was in force when the document was published (`vagval scheme list` shows them).",
     "vagval tender show", scheme_options, 0, 0, command_show},
    {"notice send", "SUBJECT TEXT", "send a notice or an invitation to providers", NULL,
     "vagval notice send 'Forum' 'Provider forum in Umeå' --area umea --meeting 2020-09-01",
     notice_options, 2, 2, command_send},
    {"notice receive", "NUMBER ORGANISATION", "note that a provider has received a notice", NULL,
     "vagval notice receive 1 556016-0680", scheme_options, 2, 2, command_receive},
    {"notice show", "NUMBER", "show a notice and its receipts", NULL, "vagval notice show 1",
     scheme_options, 1, 1, command_notice},
    VV_END_OF_COMMANDS,
};
