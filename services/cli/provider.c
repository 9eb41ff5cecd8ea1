/*
 * provider.c: `vagval provider`: what a provider does with its own key: fetch its numbered
 * messages, open their bodies, confirm what it has; and how the agency binds a key to a contract.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "commands.h"
#include "files.h"
#include "table.h"

#define KEY_BYTES crypto_box_PUBLICKEYBYTES
#define IDENTITY_BYTES_MAX 1024

static struct vv_request about(struct vv_client *client, const struct vv_args *args,
                               enum vv_message_type type)
{
    const char *scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT);
    struct vv_id subject =
        vv_id_contract(scheme, args->words[0], args->words[1], vv_client_partitions(client));
    return vv_client_about(VV_REGISTRY, type, subject, scheme);
}

/* A file with 64 hexadecimal digits. */
static bool read_key(const struct vv_cli *cli, const char *path, unsigned char ret_key[KEY_BYTES])
{
    struct vv_error error = {0};
    char *text = NULL;
    size_t len = 0, got = 0;
    if (vv_file_read(path, 4096, &text, &len, &error) != VV_OK) {
        (void)vv_cli_fail(cli, &error, "`vagval provider keygen FILE` makes a pair");
        return false;
    }
    bool good =
        sodium_hex2bin(ret_key, KEY_BYTES, text, strcspn(text, "\r\n"), NULL, &got, NULL) == 0 &&
        got == KEY_BYTES;
    sodium_memzero(text, len);
    free(text);
    if (!good) {
        (void)vv_cli_wrong(cli, "`vagval provider keygen FILE` makes a pair",
                           "%s: is no key of 64 hexadecimal digits", path);
    }
    return good;
}

static int command_keygen(struct vv_cli *cli, const struct vv_args *args)
{
    unsigned char public_key[KEY_BYTES], secret[crypto_box_SECRETKEYBYTES];
    char hex[2 * KEY_BYTES + 2], path[600];
    struct vv_error error = {0};
    if (sodium_init() < 0 ||
        vv_path(path, sizeof(path), &error, "%s.public", args->words[0]) != VV_OK) {
        return vv_cli_wrong(cli, "choose a shorter path", "no key can be made");
    }
    if (vv_file_exists(args->words[0]) || vv_file_exists(path)) {
        return vv_cli_wrong(cli, "choose another file: a key is never overwritten",
                            "%s is there already", args->words[0]);
    }
    (void)crypto_box_keypair(public_key, secret);
    (void)sodium_bin2hex(hex, sizeof(hex), secret, sizeof(secret));
    hex[2 * KEY_BYTES] = '\n';
    enum vv_status status = vv_file_write(args->words[0], hex, 2 * KEY_BYTES + 1, 0400, &error);
    sodium_memzero(secret, sizeof(secret));
    (void)sodium_bin2hex(hex, sizeof(hex), public_key, sizeof(public_key));
    if (status == VV_OK) {
        hex[2 * KEY_BYTES] = '\n';
        status = vv_file_write(path, hex, 2 * KEY_BYTES + 1, 0644, &error);
        hex[2 * KEY_BYTES] = '\0';
    }
    if (status != VV_OK) {
        return vv_cli_fail(cli, &error, "check the directory");
    }
    if (cli->json) {
        return vv_cli_json(cli,
                           json_pack("{s:s, s:s, s:s}", "secret", args->words[0], "public", path,
                                     "public_key", hex),
                           VV_EXIT_OK);
    }
    (void)fprintf(cli->out, "secret %s\npublic %s\n", args->words[0], path);
    return VV_EXIT_OK;
}

/* Each time a record of its own: a key that was taken away can be bound again. */
static int send_binding(struct vv_cli *cli, const struct vv_args *args, const char *key_name,
                        ProtobufCBinaryData public_key)
{
    Vagval__V1__BindProvider body = VAGVAL__V1__BIND_PROVIDER__INIT;
    char reference[VV_ID_TEXT_BYTES];
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    vv_id_format(vv_client_random_id(), reference);
    body.source = (char *)(uintptr_t)VV_CLI_SOURCE;
    body.source_ref = reference;
    body.area = args->words[0];
    body.number = args->words[1];
    body.key_name = (char *)(uintptr_t)key_name;
    body.public_key = public_key;
    int code = vv_cli_do(cli, client, about(client, args, VV_MSG_BIND_PROVIDER), &body.base,
                         reference, "contract");
    vv_client_close(&client);
    return code;
}

static int command_bind(struct vv_cli *cli, const struct vv_args *args)
{
    unsigned char key[KEY_BYTES];
    if (!read_key(cli, args->words[3], key)) {
        return VV_EXIT_PROBLEM;
    }
    return send_binding(cli, args, args->words[2], (ProtobufCBinaryData){sizeof(key), key});
}

static int command_unbind(struct vv_cli *cli, const struct vv_args *args)
{
    return send_binding(cli, args, "", (ProtobufCBinaryData){0, NULL});
}

/* ---- fetching ---- */

/* The body's identity as JSON, or null. */
static json_t *opened(const Vagval__V1__FetchedMessage *fetched, const unsigned char *public_key,
                      const unsigned char *secret)
{
    unsigned char text[IDENTITY_BYTES_MAX];
    size_t len = fetched->body.len;
    if (secret == NULL || len <= crypto_box_SEALBYTES || len > sizeof(text) ||
        crypto_box_seal_open(text, fetched->body.data, len, public_key, secret) != 0) {
        return json_null();
    }
    json_t *identity = json_loadb((const char *)text, len - crypto_box_SEALBYTES, 0, NULL);
    sodium_memzero(text, sizeof(text));
    return identity == NULL ? json_null() : identity;
}

/* What was stated for an order, or null; an extent that was not said is null too. */
static json_t *order_json(const Vagval__V1__OrderTerms *order)
{
    if (order == NULL) {
        return json_null();
    }
    return json_pack("{s:o, s:b, s:s, s:s}", "extent_percent",
                     order->extent_percent == 0 ? json_null() : json_integer(order->extent_percent),
                     "sfi", order->sfi, "diary_number", order->diary_number, "caseworker_group",
                     order->caseworker_group);
}

static json_t *message_json(const Vagval__V1__FetchedMessage *fetched, json_t *identity)
{
    const Vagval__V1__ProviderMessage *message = fetched->message;
    char case_text[VV_ID_TEXT_BYTES] = "", placement[VV_ID_TEXT_BYTES] = "";
    struct vv_id id;
    if (vv_id_from_bytes(message->case_id.data, message->case_id.len, &id) == VV_OK) {
        vv_id_format(id, case_text);
    }
    if (vv_id_from_bytes(message->placement.data, message->placement.len, &id) == VV_OK) {
        vv_id_format(id, placement);
    }
    return json_pack("{s:i, s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:b, s:s, s:o, s:o, "
                     "s:s, s:o, s:o}",
                     "number", (int)message->number, "previous", (int)message->previous, "kind",
                     message->kind, "contract", message->contract_number, "service",
                     message->service, "track", message->track, "case", case_text, "placement",
                     placement, "start", vv_cli_json_date(message->start), "end",
                     vv_cli_json_date(message->end), "language", message->language, "non_choice",
                     message->non_choice, "reason", message->reason, "sent_on",
                     vv_cli_json_date(message->sent_on), "identity", identity, "without",
                     fetched->without, "service_start", vv_cli_json_date(message->service_start),
                     "order", order_json(message->order));
}

static const char *text_at(const json_t *entry, const char *key)
{
    const char *text = json_string_value(json_object_get(entry, key));
    return text == NULL ? "" : text;
}

static void print_messages(FILE *out, const json_t *list, uint32_t last, uint32_t received)
{
    struct vv_table *table = vv_table_create(">number|kind|track|start|end|who|case");
    for (size_t i = 0; table != NULL && i < json_array_size(list); i++) {
        const json_t *entry = json_array_get(list, i);
        const json_t *identity = json_object_get(entry, "identity");
        vv_table_cell(table, "%d", (int)json_integer_value(json_object_get(entry, "number")));
        vv_table_cell(table, "%s", text_at(entry, "kind"));
        vv_table_cell(table, "%s", text_at(entry, "track"));
        vv_table_cell(table, "%s", text_at(entry, "start"));
        vv_table_cell(table, "%s", text_at(entry, "end"));
        vv_table_cell(table, "%s",
                      json_is_object(identity) ? text_at(identity, "name")
                                               : text_at(entry, "without"));
        vv_table_cell(table, "%s", text_at(entry, "case"));
    }
    if (table != NULL) {
        vv_table_print(table, out);
    }
    vv_table_destroy(&table);
    (void)fprintf(out, "%u messages in all, received through %u\n", last, received);
}

struct fetching {
    json_t *list;
    uint32_t last, received;
    const unsigned char *public_key, *secret;
};

/* Pages through the range; false after saying why not. */
static bool fetch(struct vv_cli *cli, struct vv_client *client, const struct vv_args *args,
                  struct fetching *fetching)
{
    Vagval__V1__FetchMessages body = VAGVAL__V1__FETCH_MESSAGES__INIT;
    uint32_t next = (uint32_t)vv_args_number(args, "from", 1);
    uint32_t to = (uint32_t)vv_args_number(args, "to", UINT32_MAX);
    bool more = true;
    body.area = args->words[0];
    body.number = args->words[1];
    while (more && next <= to) {
        struct vv_client_answer answer = {0};
        body.first = next;
        body.count = to - next < 31 ? to - next + 1 : 32;
        const Vagval__V1__MessagesFetched *reply = (const Vagval__V1__MessagesFetched *)vv_cli_ask(
            cli, client, about(client, args, VV_MSG_FETCH_MESSAGES), &body.base, "messages",
            &answer);
        bool good = reply != NULL;
        for (size_t i = 0; good && i < reply->n_messages; i++) {
            if (reply->messages[i]->message->number != next) {
                (void)vv_cli_wrong(cli, "tell the agency: numbers have no gaps",
                                   "message %u is missing", next);
                good = false;
                break;
            }
            next++;
            json_t *identity = opened(reply->messages[i], fetching->public_key, fetching->secret);
            (void)json_array_append_new(fetching->list, message_json(reply->messages[i], identity));
        }
        more = good && reply->n_messages > 0;
        fetching->last = good ? reply->last : 0;
        fetching->received = good ? reply->received_through : 0;
        vv_client_answer_free(&answer);
        if (!good) {
            return false;
        }
    }
    return true;
}

static int command_fetch(struct vv_cli *cli, const struct vv_args *args)
{
    unsigned char secret[KEY_BYTES], public_key[KEY_BYTES];
    const char *file = vv_args_text(args, "secret", NULL);
    struct fetching fetching = {.list = json_array()};
    if (file != NULL) {
        if (!read_key(cli, file, secret)) {
            json_decref(fetching.list);
            return VV_EXIT_PROBLEM;
        }
        (void)crypto_scalarmult_base(public_key, secret);
        fetching.secret = secret;
        fetching.public_key = public_key;
    }
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    bool good = client != NULL && fetch(cli, client, args, &fetching);
    vv_client_close(&client);
    sodium_memzero(secret, sizeof(secret));
    if (!good) {
        json_decref(fetching.list);
        return VV_EXIT_PROBLEM;
    }
    if (cli->json) {
        return vv_cli_json(cli,
                           json_pack("{s:o, s:i, s:i}", "messages", fetching.list, "last",
                                     (int)fetching.last, "received_through",
                                     (int)fetching.received),
                           VV_EXIT_OK);
    }
    print_messages(cli->out, fetching.list, fetching.last, fetching.received);
    json_decref(fetching.list);
    return VV_EXIT_OK;
}

static int command_confirm(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__ConfirmMessages body = VAGVAL__V1__CONFIRM_MESSAGES__INIT;
    char *end = NULL;
    unsigned long through = strtoul(args->words[2], &end, 10);
    if (args->words[2][0] < '0' || args->words[2][0] > '9' || *end != '\0' ||
        through > UINT32_MAX) {
        return vv_cli_usage(cli, "numbers are shown by `vagval provider fetch`",
                            "`%s` is no number of a message", args->words[2]);
    }
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    body.source = (char *)(uintptr_t)VV_CLI_SOURCE;
    body.area = args->words[0];
    body.number = args->words[1];
    body.through = (uint32_t)through;
    int code = vv_cli_do(cli, client, about(client, args, VV_MSG_CONFIRM_MESSAGES), &body.base,
                         args->words[2], "received through");
    vv_client_close(&client);
    return code;
}

static const struct vv_option scheme_options[] = {VV_SCHEME_OPTION, VV_END_OF_OPTIONS};
static const struct vv_option fetch_options[] = {
    {"from", "N", VV_OPTION_NUMBER, "first number (1)", 1, UINT32_MAX},
    {"to", "N", VV_OPTION_NUMBER, "last number (the last there is)", 1, UINT32_MAX},
    {"secret", "FILE", VV_OPTION_TEXT, "secret key that opens the bodies", 0, 0},
    VV_SCHEME_OPTION,
    VV_END_OF_OPTIONS};

const struct vv_command vv_commands_provider[] = {
    {"provider keygen", "FILE", "make a key pair for the bodies of messages: FILE and FILE.public",
     NULL, "vagval provider keygen exempel.key", NULL, 1, 1, command_keygen},
    {"provider bind", "AREA NUMBER NAME PUBLIC",
     "let a key fetch a contract's messages and report on whom it serves",
     "NAME is a key of role provider in the allow list; PUBLIC the file of the public key. With "
     "its\n"
     "own key a provider sends reports, outcomes, activities, deviations and units about the "
     "cases\n"
     "that its contract serves, or served on that day: `vagval --as NAME load`, `delivery`, `case\n"
     "unit`. It names a case by the 32 digits that `provider fetch` shows.",
     "vagval provider bind umea KA-000123 exempel exempel.key.public", scheme_options, 4, 4,
     command_bind},
    {"provider unbind", "AREA NUMBER", "take a contract's key away; what is under way is refused",
     "Acts with the next message. `keys/peers.allow` decides who may connect at all.",
     "vagval provider unbind umea KA-000123", scheme_options, 2, 2, command_unbind},
    {"provider fetch", "AREA NUMBER", "fetch a contract's numbered messages, any range",
     "The identity of a job seeker stands only in a body that is encrypted for the provider; a\n"
     "protected identity does not stand there either.",
     "vagval provider fetch umea KA-000123 --from 12 --secret exempel.key --as exempel",
     fetch_options, 2, 2, command_fetch},
    {"provider confirm", "AREA NUMBER N", "confirm that all messages through N are received", NULL,
     "vagval provider confirm umea KA-000123 14 --as exempel", scheme_options, 3, 3,
     command_confirm},
    VV_END_OF_COMMANDS,
};
