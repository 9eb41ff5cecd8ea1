/*
 * pay_bank.c: `vagval pay bank`: bank details of a provider: proposed by one person, approved by
 * another.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "files.h"
#include "payrun_client.h"
#include "vagval/account.h"
#include "vagval/idno.h"

#define PROOF_BYTES_MAX (32 * 1024 * 1024)

/* ---- showing ---- */

static json_t *details_json(const Vagval__V1__BankDetails *details)
{
    char proposed[VV_DATE_TEXT_BYTES] = "";
    char approved[VV_DATE_TEXT_BYTES] = "";
    char proof[65] = "";
    vv_date_format(details->proposed_on, proposed);
    if (details->approved_by[0] != '\0') {
        vv_date_format(details->approved_on, approved);
    }
    if (details->proof.len == 32) {
        (void)sodium_bin2hex(proof, sizeof(proof), details->proof.data, 32);
    }
    const Vagval__V1__BankAccount *account = details->account;
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "kind",
        account == NULL ? "" : account->kind, "account", account == NULL ? "" : account->number,
        "bic", account == NULL ? "" : account->bic, "reference",
        account == NULL ? "" : account->reference, "f_tax", details->f_tax, "proof", proof,
        "proposed_by", details->proposed_by, "proposed_on", proposed, "approved_by",
        details->approved_by, "approved_on", approved, "shared_with", details->shared_with);
}

static void details_text(const struct vv_cli *cli, const char *what,
                         const Vagval__V1__BankDetails *details)
{
    char day[VV_DATE_TEXT_BYTES];
    bool approved = details->approved_by[0] != '\0';
    vv_date_format(approved ? details->approved_on : details->proposed_on, day);
    if (details->account == NULL) {
        (void)fprintf(cli->out, "  %s: end of the block, by %s on %s\n", what, details->proposed_by,
                      day);
        return;
    }
    (void)fprintf(cli->out, "  %s: %s %s%s%s, F-tax %s; proposed by %s%s%s, on %s\n", what,
                  details->account->kind, details->account->number,
                  details->account->reference[0] == '\0' ? "" : " ", details->account->reference,
                  details->f_tax, details->proposed_by, approved ? ", approved by " : "",
                  approved ? details->approved_by : "", day);
    if (details->shared_with[0] != '\0') {
        (void)fprintf(cli->out, "    WARNING: also the account of %s\n", details->shared_with);
    }
}

static int tell(const struct vv_cli *cli, const Vagval__V1__BankView *view)
{
    const Vagval__V1__Payee *payee = view->body;
    if (cli->json) {
        json_t *approved = json_array();
        for (size_t i = 0; i < payee->n_approved; i++) {
            (void)json_array_append_new(approved, details_json(payee->approved[i]));
        }
        return vv_cli_json(
            cli,
            json_pack("{s:b, s:s, s:b, s:s, s:o, s:o}", "known", view->known ? 1 : 0,
                      "organisation_number", payee->organisation_number, "blocked",
                      payee->blocked ? 1 : 0, "block_reason", payee->block_reason, "approved",
                      approved, "proposed",
                      payee->proposed == NULL ? json_null() : details_json(payee->proposed)),
            VV_EXIT_OK);
    }
    if (!view->known) {
        (void)fprintf(cli->out, "no bank details\n");
        return VV_EXIT_OK;
    }
    (void)fprintf(cli->out, "%s%s%s\n", payee->organisation_number,
                  payee->blocked ? ": payments blocked: " : "",
                  payee->blocked ? payee->block_reason : "");
    for (size_t i = 0; i < payee->n_approved; i++) {
        details_text(cli, "approved", payee->approved[i]);
    }
    if (payee->proposed != NULL) {
        details_text(cli, "proposed", payee->proposed);
    }
    return VV_EXIT_OK;
}

/* ---- which provider ---- */

static bool read_provider(struct vv_cli *cli, const char *text, struct vv_idno *ret_number)
{
    struct vv_error error = {0};
    if (vv_idno_check(VV_IDNO_ORGANISATIONSNUMMER, text, 0, ret_number, &error) == VV_OK ||
        vv_idno_check(VV_IDNO_Y_TUNNUS, text, 0, ret_number, NULL) == VV_OK) {
        return true;
    }
    (void)vv_cli_usage(cli, "for example 556016-0680", "PROVIDER is an organisation number: %s",
                       error.text);
    return false;
}

static bool call(struct vv_client *client, struct vv_cli *cli, enum vv_message_type type,
                 const struct vv_idno *number, const ProtobufCMessage *body,
                 struct vv_client_answer *ret_answer)
{
    return vv_payrun_send(client, cli, type,
                          vv_id_provider(number->text, vv_client_partitions(client)),
                          (struct vv_id){{0}}, body,
                          "`vagval pay bank show` tells what stands; an account that is rightly "
                          "shared is confirmed with "
                          "--shared",
                          ret_answer);
}

static int finish(struct vv_client **client, struct vv_cli *cli, bool good,
                  struct vv_client_answer *answer)
{
    int code = VV_EXIT_PROBLEM;
    if (good) {
        code = tell(cli, (const Vagval__V1__BankView *)answer->body);
        vv_client_answer_free(answer);
    }
    vv_client_close(client);
    return code;
}

/* ---- set ---- */

/* The hash of the document that proves ownership: of a file, or 64 hexadecimal digits. */
static bool read_proof(struct vv_cli *cli, const char *text, uint8_t ret_hash[static 32])
{
    struct vv_error error = {0};
    char *bytes = NULL;
    size_t len = 0;
    if (strlen(text) == 64 && sodium_hex2bin(ret_hash, 32, text, 64, NULL, &len, NULL) == 0 &&
        len == 32) {
        return true;
    }
    if (vv_file_read(text, PROOF_BYTES_MAX, &bytes, &len, &error) != VV_OK) {
        (void)vv_cli_fail(cli, &error, "--proof takes a file, or its SHA-256 as 64 digits");
        return false;
    }
    crypto_hash_sha256(ret_hash, (const unsigned char *)bytes, len);
    free(bytes);
    return true;
}

static bool read_account(struct vv_cli *cli, const struct vv_args *args,
                         Vagval__V1__BankAccount *ret_account, bool *ret_given)
{
    size_t given = 0;
    for (unsigned kind = VV_ACCOUNT_BANKGIRO; kind <= VV_ACCOUNT_IBAN; kind++) {
        const char *word = vv_account_kind_word((enum vv_account_kind)kind);
        const char *number = vv_args_text(args, word, NULL);
        if (number != NULL) {
            ret_account->kind = (char *)(uintptr_t)word;
            ret_account->number = (char *)(uintptr_t)number;
            given++;
        }
    }
    ret_account->bic = (char *)(uintptr_t)vv_args_text(args, "bic", "");
    ret_account->reference = (char *)(uintptr_t)vv_args_text(args, "reference", "");
    *ret_given = given == 1;
    if (given > 1) {
        (void)vv_cli_usage(cli, "for example --bankgiro 991-2346", "give one account, not several");
        return false;
    }
    if (given == 1 && vv_args_text(args, "proof", NULL) == NULL) {
        (void)vv_cli_usage(cli, "--proof takes a file, or its SHA-256 as 64 digits",
                           "the document that proves who owns the account is missing");
        return false;
    }
    return true;
}

int vv_command_pay_bank_set(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__ProposeBank body = VAGVAL__V1__PROPOSE_BANK__INIT;
    Vagval__V1__BankAccount account = VAGVAL__V1__BANK_ACCOUNT__INIT;
    struct vv_client_answer answer;
    struct vv_idno number;
    uint8_t proof[32];
    bool given = false;
    if (!read_provider(cli, args->words[0], &number) ||
        !read_account(cli, args, &account, &given)) {
        return VV_EXIT_USAGE;
    }
    if (given && !read_proof(cli, vv_args_text(args, "proof", ""), proof)) {
        return VV_EXIT_PROBLEM;
    }
    body.organisation_number = number.text;
    body.account = given ? &account : NULL;
    body.proof = (ProtobufCBinaryData){given ? sizeof(proof) : 0, proof};
    body.f_tax = (char *)(uintptr_t)vv_args_text(args, "f-tax", given ? "yes" : "");
    body.block = (char *)(uintptr_t)vv_args_text(args, "block", "");
    body.unblock = vv_args_flag(args, "unblock");
    body.shared = vv_args_flag(args, "shared");
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_PAYMENT | 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    bool good = call(client, cli, VV_MSG_PROPOSE_BANK, &number, &body.base, &answer);
    return finish(&client, cli, good, &answer);
}

/* ---- show, approve ---- */

static bool get(struct vv_client *client, struct vv_cli *cli, const struct vv_idno *number,
                struct vv_client_answer *ret_answer)
{
    Vagval__V1__BankGet body = VAGVAL__V1__BANK_GET__INIT;
    struct vv_id provider = vv_id_provider(number->text, vv_client_partitions(client));
    body.provider = (ProtobufCBinaryData){sizeof(provider.bytes), provider.bytes};
    return call(client, cli, VV_MSG_BANK_GET, number, &body.base, ret_answer);
}

int vv_command_pay_bank_show(struct vv_cli *cli, const struct vv_args *args)
{
    struct vv_client_answer answer;
    struct vv_idno number;
    if (!read_provider(cli, args->words[0], &number)) {
        return VV_EXIT_USAGE;
    }
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_PAYMENT | 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    bool good = get(client, cli, &number, &answer);
    return finish(&client, cli, good, &answer);
}

int vv_command_pay_bank_approve(struct vv_cli *cli, const struct vv_args *args)
{
    Vagval__V1__ApproveBank body = VAGVAL__V1__APPROVE_BANK__INIT;
    struct vv_client_answer seen;
    struct vv_client_answer answer;
    struct vv_idno number;
    uint8_t proposal[16] = {0};
    if (!read_provider(cli, args->words[0], &number)) {
        return VV_EXIT_USAGE;
    }
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_PAYMENT | 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    bool good = get(client, cli, &number, &seen);
    if (good) {
        const Vagval__V1__BankDetails *proposed =
            ((const Vagval__V1__BankView *)seen.body)->body->proposed;
        if (proposed != NULL && proposed->id.len == sizeof(proposal)) {
            memcpy(proposal, proposed->id.data, sizeof(proposal));
        }
        vv_client_answer_free(&seen);
        body.organisation_number = number.text;
        body.proposal = (ProtobufCBinaryData){sizeof(proposal), proposal};
        body.shared = vv_args_flag(args, "shared");
        good = call(client, cli, VV_MSG_APPROVE_BANK, &number, &body.base, &answer);
    }
    return finish(&client, cli, good, &answer);
}
