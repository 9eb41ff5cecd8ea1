/*
 * pay_bundle.c: `vagval pay bundle`: writes a claim's evidence.
 */
#include "pay_bundle.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "evidence.h"
#include "files.h"
#include "pay_positions.h"
#include "scheme_book.h"

/* ---- what writing and verifying share ---- */

/* Lower-case hexadecimal digits as a JSON string. */
static json_t *hex_json(const uint8_t *bytes, size_t len)
{
    char *text = malloc(2 * len + 1);
    if (text == NULL) {
        return NULL;
    }
    (void)sodium_bin2hex(text, 2 * len + 1, bytes, len);
    json_t *string = json_string(text);
    free(text);
    return string;
}

uint8_t *vv_bundle_unhex(const char *text, size_t *ret_len)
{
    size_t room = strlen(text) / 2 + 1;
    uint8_t *bytes = malloc(room);
    const char *end = NULL;
    if (bytes != NULL &&
        (sodium_hex2bin(bytes, room, text, strlen(text), NULL, ret_len, &end) != 0 ||
         *end != '\0')) {
        free(bytes);
        return NULL;
    }
    return bytes;
}

void vv_bundle_hash(const void *bytes, size_t len, char ret_text[static VV_BUNDLE_HASH_TEXT_BYTES])
{
    uint8_t hash[32];
    (void)crypto_generichash(hash, sizeof(hash), bytes, len, NULL, 0);
    (void)sodium_bin2hex(ret_text, VV_BUNDLE_HASH_TEXT_BYTES, hash, sizeof(hash));
}

static int by_name(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

bool vv_bundle_root(json_t *files, char ret_text[static VV_BUNDLE_HASH_TEXT_BYTES])
{
    size_t count = 0;
    const char **names = calloc(json_object_size(files) + 1, sizeof(*names));
    if (names == NULL) {
        return false;
    }
    for (void *at = json_object_iter(files); at != NULL; at = json_object_iter_next(files, at)) {
        names[count++] = json_object_iter_key(at);
    }
    qsort(names, count, sizeof(*names), by_name);
    crypto_generichash_state state;
    uint8_t root[32];
    (void)crypto_generichash_init(&state, NULL, 0, sizeof(root));
    for (size_t i = 0; i < count; i++) {
        char line[256];
        const char *text = json_string_value(json_object_get(files, names[i]));
        (void)snprintf(line, sizeof(line), "%s:%s\n", names[i], text == NULL ? "" : text);
        (void)crypto_generichash_update(&state, (const uint8_t *)line, strlen(line));
    }
    (void)crypto_generichash_final(&state, root, sizeof(root));
    (void)sodium_bin2hex(ret_text, VV_BUNDLE_HASH_TEXT_BYTES, root, sizeof(root));
    free(names);
    return true;
}

/* ---- writing ---- */

struct bundling {
    struct vv_cli *cli;
    struct vv_client *client;
    const char *dir, *component;
    struct vv_id case_id;
    char scheme[64];
    json_t *files;   /* name -> hash */
    json_t *schemes; /* [{generation, file, version}] */
    bool good;
};

static void put_file(struct bundling *b, const char *name, const void *bytes, size_t len)
{
    char path[700];
    char hash[VV_BUNDLE_HASH_TEXT_BYTES];
    struct vv_error error = {0};
    if (!b->good) {
        return;
    }
    if (vv_path(path, sizeof(path), &error, "%s/%s", b->dir, name) != VV_OK ||
        vv_file_write(path, bytes, len, 0600, &error) != VV_OK) {
        (void)vv_cli_fail(b->cli, &error, "is --out a directory that can be written?");
        b->good = false;
        return;
    }
    vv_bundle_hash(bytes, len, hash);
    if (strcmp(name, "manifest.json") != 0) {
        (void)json_object_set_new(b->files, name, json_string(hash));
    }
}

static void put_json(struct bundling *b, const char *name, json_t *document)
{
    char *text = document == NULL ? NULL : json_dumps(document, JSON_INDENT(1) | JSON_SORT_KEYS);
    if (text == NULL) {
        b->good = false;
        (void)vv_cli_wrong(b->cli, NULL, "no memory");
    } else {
        put_file(b, name, text, strlen(text));
    }
    free(text);
    json_decref(document);
}

static json_t *fact_json(const Vagval__V1__Fact *fact)
{
    return json_pack("{s:i, s:s, s:i, s:s, s:I, s:s, s:o, s:o, s:o}", "index", (int)fact->index,
                     "id", vv_id_shown(fact->id).text, "type", (int)fact->type, "effective",
                     vv_day_shown(fact->effective).text, "recorded_ms",
                     (json_int_t)fact->recorded_ms, "source", fact->source, "supersedes",
                     hex_json(fact->supersedes.data, fact->supersedes.len), "body",
                     hex_json(fact->body.data, fact->body.len), "reply",
                     hex_json(fact->reply.data, fact->reply.len));
}

static json_t *line_json(const Vagval__V1__PostingBatch *batch, const Vagval__V1__Line *line)
{
    json_t *facts = json_array();
    for (size_t i = 0; i < line->n_facts; i++) {
        (void)json_array_append_new(facts, json_string(vv_id_shown(line->facts[i]).text));
    }
    const char *version =
        line->scheme_version[0] != '\0' ? line->scheme_version : batch->scheme_version;
    return json_pack(
        "{s:i, s:i, s:s, s:s, s:I, s:i, s:i, s:s, s:s, s:I, s:I, s:b, s:i, s:s, s:s, s:s, s:s, "
        "s:s, s:b, s:o}",
        "batch", (int)batch->index, "facts_through", (int)batch->facts_through, "as_of",
        vv_day_shown(batch->as_of).text, "booked", vv_day_shown(batch->book_date).text,
        "recorded_ms", (json_int_t)batch->recorded_ms, "generation", (int)batch->scheme_generation,
        "links_through", (int)batch->links_through, "period", vv_day_shown(line->period).text,
        "contract", vv_id_shown(line->contract).text, "amount", (json_int_t)line->amount, "owed",
        (json_int_t)line->owed, "proposal", line->proposal ? 1 : 0, "kind", (int)line->kind,
        "effective", vv_day_shown(line->effective).text, "payable",
        vv_day_shown(line->payable).text, "rule", line->rule, "text_en", line->text_en,
        "scheme_version", version, "example", line->example ? 1 : 0, "facts", facts);
}

/* Every publication of the case's scheme goes along: which one a day has is part of the claim. */
static void take_publication(void *context, unsigned generation,
                             const Vagval__V1__PublishScheme *publication)
{
    struct bundling *b = context;
    struct vv_scheme *scheme = NULL;
    if (!b->good || vv_scheme_parse(publication->name, publication->yaml.data,
                                    publication->yaml.len, &scheme, NULL) != VV_OK) {
        return;
    }
    if (strcmp(scheme->id, b->scheme) == 0) {
        char name[32];
        (void)snprintf(name, sizeof(name), "scheme-%u.yaml", generation);
        put_file(b, name, publication->yaml.data, publication->yaml.len);
        (void)json_array_append_new(b->schemes,
                                    json_pack("{s:i, s:s, s:s}", "generation", (int)generation,
                                              "file", name, "version", scheme->version));
    }
    vv_scheme_destroy(&scheme);
}

static json_t *links_json(struct bundling *b)
{
    Vagval__V1__PeriodsPage body = VAGVAL__V1__PERIODS_PAGE__INIT;
    body.partition = vv_id_partition(b->case_id);
    struct vv_request request = {
        .service = VV_PAYMENT, .partition = (uint16_t)body.partition, .type = VV_MSG_PERIODS_PAGE};
    struct vv_client_answer answer;
    vv_client_call(b->client, request, &body.base, &answer);
    json_t *links = json_array();
    b->good = b->good && answer.status == VV_OK;
    if (answer.status == VV_OK) {
        const Vagval__V1__Periods *periods = (const Vagval__V1__Periods *)answer.body;
        for (size_t i = 0; i < periods->n_party_links; i++) {
            const Vagval__V1__PartyLink *link = periods->party_links[i];
            (void)json_array_append_new(links,
                                        json_pack("{s:i, s:s, s:s, s:b}", "index", (int)link->index,
                                                  "provider", vv_id_shown(link->provider).text,
                                                  "party", vv_id_shown(link->party).text,
                                                  "withdrawn", link->withdrawn ? 1 : 0));
        }
    }
    vv_client_answer_free(&answer);
    return links;
}

static int write_bundle(struct bundling *b, const Vagval__V1__PostingExplained *explained)
{
    json_t *facts = json_array();
    json_t *lines = json_array();
    const char *currency = "";
    for (size_t i = 0; i < explained->n_facts; i++) {
        (void)json_array_append_new(facts, fact_json(explained->facts[i]));
    }
    for (size_t i = 0; i < explained->n_batches; i++) {
        const Vagval__V1__PostingBatch *batch = explained->batches[i];
        currency = batch->currency;
        (void)snprintf(b->scheme, sizeof(b->scheme), "%s", batch->scheme);
        for (size_t k = 0; k < batch->n_lines; k++) {
            if (strcmp(batch->lines[k]->component, b->component) == 0) {
                (void)json_array_append_new(lines, line_json(batch, batch->lines[k]));
            }
        }
    }
    if (json_array_size(lines) == 0) {
        json_decref(facts);
        json_decref(lines);
        return vv_cli_wrong(b->cli, "`vagval pay why-not CASE COMPONENT` tells why",
                            "nothing was ever posted of %s", b->component);
    }
    b->good = vv_scheme_book_read(b->client, take_publication, b) && b->good;
    put_json(b, "facts.json", facts);
    json_t *documents = vv_evidence_of_case(b->cli, b->client, b->case_id);
    b->good = b->good && documents != NULL;
    if (b->good) {
        put_json(b, "documents.json", documents);
    }
    char case_text[VV_ID_TEXT_BYTES];
    vv_id_format(b->case_id, case_text);
    put_json(b, "claim.json",
             json_pack("{s:i, s:s, s:s, s:s, s:s, s:O, s:o, s:o}", "format", VV_BUNDLE_FORMAT,
                       "case", case_text, "scheme", b->scheme, "component", b->component,
                       "currency", currency, "schemes", b->schemes, "lines", lines, "links",
                       links_json(b)));
    char root[VV_BUNDLE_HASH_TEXT_BYTES] = "";
    b->good = b->good && vv_bundle_root(b->files, root);
    put_json(b, "manifest.json",
             json_pack("{s:i, s:s, s:O}", "format", VV_BUNDLE_FORMAT, "bundle", root, "files",
                       b->files));
    if (!b->good) {
        return VV_EXIT_PROBLEM;
    }
    if (b->cli->json) {
        return vv_cli_json(b->cli, json_pack("{s:s, s:s}", "dir", b->dir, "bundle", root),
                           VV_EXIT_OK);
    }
    (void)fprintf(b->cli->out, "%s: %zu files, bundle %s\n", b->dir, json_object_size(b->files) + 1,
                  root);
    return VV_EXIT_OK;
}

static int ask_and_write(struct bundling *b)
{
    Vagval__V1__ExplainPosting body = VAGVAL__V1__EXPLAIN_POSTING__INIT;
    body.case_id = (ProtobufCBinaryData){sizeof(b->case_id.bytes), b->case_id.bytes};
    struct vv_request request =
        vv_client_about(VV_PAYMENT, VV_MSG_EXPLAIN_POSTING, b->case_id, NULL);
    struct vv_client_answer answer;
    vv_client_call(b->client, request, &body.base, &answer);
    int code =
        answer.status == VV_OK
            ? write_bundle(b, (const Vagval__V1__PostingExplained *)answer.body)
            : vv_cli_wrong(b->cli, "`vagval case list` lists cases", "%s",
                           answer.text[0] != '\0' ? answer.text : vv_status_name(answer.status));
    vv_client_answer_free(&answer);
    return code;
}

static int command_bundle(struct vv_cli *cli, const struct vv_args *args)
{
    struct bundling b = {.cli = cli,
                         .dir = vv_args_text(args, "out", NULL),
                         .component = args->words[1],
                         .good = true};
    struct vv_error error = {0};
    if (b.dir == NULL) {
        return vv_cli_usage(cli, "for example --out claim-1", "--out is missing");
    }
    if (vv_dir_make(b.dir, 0700, &error) != VV_OK) {
        return vv_cli_fail(cli, &error, NULL);
    }
    b.client = vv_client_open_for(cli, 1u << VV_PAYMENT | 1u << VV_REGISTRY | 1u << VV_INTAKE);
    if (b.client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    b.files = json_object();
    b.schemes = json_array();
    int code = VV_EXIT_PROBLEM;
    if (vv_client_case(b.client, args->words[0], vv_args_text(args, "scheme", VV_SCHEME_DEFAULT),
                       &b.case_id)) {
        code = ask_and_write(&b);
    }
    json_decref(b.files);
    json_decref(b.schemes);
    vv_client_close(&b.client);
    return code;
}

static const struct vv_option bundle_options[] = {
    {"out", "DIR", VV_OPTION_TEXT, "where the files go", 0, 0},
    VV_SCHEME_OF_PERSON_OPTION,
    VV_END_OF_OPTIONS};
static const struct vv_option verify_options[] = {
    {"bundle", "HASH", VV_OPTION_TEXT, "refuse another bundle than this one", 0, 0},
    VV_END_OF_OPTIONS};

const struct vv_command vv_commands_bundle[] = {
    {"pay bundle", "CASE|- COMPONENT", "write the evidence of a claim as files",
     "Facts, posting lines, and the scheme's versions, with their hashes: what an auditor needs "
     "to\n"
     "compute the claim again without this system; and the case's documents with their states and\n"
     "who verified them. The facts hold references, no names of job seekers.",
     "vagval pay bundle 002a6f... result --out claim-1", bundle_options, 2, 2, command_bundle},
    {"pay bundle-verify", "DIR", "verify a claim's evidence; needs no running system",
     "The hashes of the files, and each posting line's amount computed again from facts and "
     "scheme.",
     "vagval pay bundle-verify claim-1", verify_options, 1, 1, vv_command_bundle_verify},
    VV_END_OF_COMMANDS,
};
