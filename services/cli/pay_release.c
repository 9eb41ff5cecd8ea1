/*
 * pay_release.c: `vagval pay release`: writes a run's file for the bank, once.
 *
 * Order of events: the bytes are written beside and hashed; payment records the release with that
 * hash; the release log gets its line; only then does the file get its name. Given again after a
 * crash anywhere it goes on, and a run that was released gives the same bytes or nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../documents/iso20022.h"
#include "../payment/payrun.h"
#include "commands.h"
#include "files.h"
#include "payrun_client.h"
#include "release_log.h"
#include "vagval/calendar.h"

#define FILE_BYTES_MAX (256 * 1024 * 1024)

struct releasing {
    struct vv_cli *cli;
    struct vv_client *client;
    struct vv_id run;
    const char *path;
    char part[1024]; /* the file under its working name */
    FILE *out;
    struct vv_pain001 *writer;
    Vagval__V1__PayRun *head; /* a copy, from the first page */
    char name[VV_PAYRUN_NAME_BYTES];
    char end_to_end[24]; /* prefix of the payments' ids */
    enum vv_status status;
    struct vv_error error;
    uint8_t hash[32];
    char hash_text[65];
    struct vv_release_log log;
};

/* ---- the file ---- */

/* The day on which the run was frozen, else its own. */
static vv_date execution_of(const Vagval__V1__PayRun *run)
{
    vv_date day = run->date;
    for (size_t i = 0; i < run->n_steps; i++) {
        if (run->steps[i]->state == VV_RUN_DRAFTED && run->steps[i]->on > day) {
            day = run->steps[i]->on;
        }
    }
    enum vv_jurisdiction where = strcmp(run->currency, "EUR") == 0 ? VV_FINLAND : VV_SWEDEN;
    return vv_calendar_add_working_days(where, day, 1);
}

static struct vv_bank_account account_of(const Vagval__V1__BankAccount *from)
{
    return (struct vv_bank_account){.kind = vv_account_kind_of(from->kind),
                                    .number = from->number,
                                    .bic = from->bic,
                                    .reference = from->reference};
}

static void open_file(struct releasing *releasing, const Vagval__V1__PayRun *run)
{
    char id[VV_ID_TEXT_BYTES];
    vv_id_format(releasing->run, id);
    size_t len = protobuf_c_message_get_packed_size(&run->base);
    uint8_t *bytes = malloc(len + 1);
    if (bytes != NULL) {
        (void)protobuf_c_message_pack(&run->base, bytes);
        releasing->head = vagval__v1__pay_run__unpack(NULL, len, bytes);
    }
    free(bytes);
    vv_payrun_name(run, releasing->name);
    (void)snprintf(releasing->end_to_end, sizeof(releasing->end_to_end), "%.20s", id);
    if (releasing->head == NULL) {
        releasing->status = vv_fail(&releasing->error, VV_NO_MEMORY, "", NULL, 0, "no memory");
    } else if (run->state < VV_RUN_APPROVED || run->state == VV_RUN_CANCELLED) {
        releasing->status = vv_fail(&releasing->error, VV_REFUSED, releasing->name, NULL, 0,
                                    "the run is %s: only an approved run is released",
                                    vv_payrun_state_name(run->state));
    } else if (run->debtor == NULL || run->debtor->account == NULL) {
        releasing->status = vv_fail(&releasing->error, VV_REFUSED, releasing->name, NULL, 0,
                                    "the scheme names no account to pay from (section `bank:`)");
    } else {
        struct vv_pain001_head head = {.message_id = id,
                                       .created_ms = run->frozen_ms,
                                       .execution = execution_of(run),
                                       .currency = run->currency,
                                       .count = run->payments,
                                       .control_sum = run->amount,
                                       .debtor = run->debtor->name,
                                       .organisation_number = run->debtor->organisation_number,
                                       .account = account_of(run->debtor->account)};
        releasing->status =
            vv_pain001_open(releasing->out, &head, &releasing->writer, &releasing->error);
    }
}

static void write_page(void *context, const Vagval__V1__RunView *view)
{
    struct releasing *releasing = context;
    if (releasing->head == NULL && releasing->status == VV_OK) {
        open_file(releasing, view->body);
    }
    for (size_t i = 0; releasing->status == VV_OK && i < view->n_payments; i++) {
        const Vagval__V1__RunPayment *from = view->payments[i];
        if (from->number == 0 || from->account == NULL) {
            continue;
        }
        char id[VV_ISO_ID_BYTES];
        char text[128];
        (void)snprintf(id, sizeof(id), "%s-%u", releasing->end_to_end, (unsigned)from->number);
        (void)snprintf(text, sizeof(text), "%.60s %s", releasing->name, id);
        const struct vv_pain001_payment payment = {.end_to_end = id,
                                                   .amount = from->amount,
                                                   .name = from->name,
                                                   .organisation_number = from->organisation_number,
                                                   .account = account_of(from->account),
                                                   .text = text};
        releasing->status = vv_pain001_add(releasing->writer, &payment, &releasing->error);
    }
}

static enum vv_status write_part(struct releasing *releasing)
{
    releasing->status = vv_path(releasing->part, sizeof(releasing->part), &releasing->error,
                                "%s.part-%d", releasing->path, (int)getpid());
    if (releasing->status != VV_OK) {
        return releasing->status;
    }
    releasing->out = fopen(releasing->part, "wbe");
    if (releasing->out == NULL) {
        return vv_fail(&releasing->error, VV_IO, releasing->part, NULL, 0, "cannot be written: %s",
                       strerror(errno));
    }
    if (!vv_payrun_walk(releasing->client, releasing->cli, releasing->run, false, write_page,
                        releasing)) {
        return VV_UNKNOWN; /* said already */
    }
    if (releasing->status == VV_OK) {
        releasing->status =
            vv_pain001_finish(releasing->writer, releasing->hash, &releasing->error);
    }
    if (releasing->status == VV_OK && fsync(fileno(releasing->out)) != 0) {
        releasing->status = vv_fail(&releasing->error, VV_IO, releasing->part, NULL, 0,
                                    "cannot be written: %s", strerror(errno));
    }
    if (releasing->status == VV_OK) {
        (void)sodium_bin2hex(releasing->hash_text, sizeof(releasing->hash_text), releasing->hash,
                             sizeof(releasing->hash));
    }
    return releasing->status;
}

/* ---- what is at the place already ---- */

enum place { PLACE_FREE, PLACE_SAME, PLACE_OTHER };

static enum place look_at_place(const struct releasing *releasing)
{
    uint8_t hash[32];
    char *bytes = NULL;
    size_t len = 0;
    if (!vv_file_exists(releasing->path)) {
        return PLACE_FREE;
    }
    if (vv_file_read(releasing->path, FILE_BYTES_MAX, &bytes, &len, NULL) != VV_OK) {
        return PLACE_OTHER;
    }
    crypto_hash_sha256(hash, (const unsigned char *)bytes, len);
    free(bytes);
    return memcmp(hash, releasing->hash, sizeof(hash)) == 0 ? PLACE_SAME : PLACE_OTHER;
}

/* ---- the release itself ---- */

/* The witness counts more than the data know: they were put back from a backup. */
static void hold_after_restore(struct releasing *releasing, uint32_t released)
{
    Vagval__V1__SetHold body = VAGVAL__V1__SET_HOLD__INIT;
    struct vv_request request = {.service = VV_PAYMENT, .type = VV_MSG_SET_HOLD};
    struct vv_client_answer answer;
    if (releasing->log.count <= released) {
        return;
    }
    body.on = true;
    body.reason = (char *)(uintptr_t) "the data are older than the release log";
    vv_client_call(releasing->client, request, &body.base, &answer);
    vv_client_answer_free(&answer); /* the release is refused in any case */
}

static uint32_t released_by_data(struct releasing *releasing)
{
    Vagval__V1__ShowHold body = VAGVAL__V1__SHOW_HOLD__INIT;
    struct vv_request request = {.service = VV_PAYMENT, .type = VV_MSG_SHOW_HOLD};
    struct vv_client_answer answer;
    vv_client_call(releasing->client, request, &body.base, &answer);
    uint32_t released = answer.status == VV_OK
                            ? ((const Vagval__V1__HoldState *)answer.body)->released
                            : UINT32_MAX;
    vv_client_answer_free(&answer);
    return released;
}

static bool record_release(struct releasing *releasing, bool allow_example, bool left_before)
{
    Vagval__V1__ReleaseRun body = VAGVAL__V1__RELEASE_RUN__INIT;
    struct vv_client_answer answer;
    body.run = (ProtobufCBinaryData){sizeof(releasing->run.bytes), releasing->run.bytes};
    body.file_hash = (ProtobufCBinaryData){sizeof(releasing->hash), releasing->hash};
    body.counter = releasing->log.count;
    body.allow_example = allow_example;
    body.left_before = left_before;
    bool good =
        vv_payrun_send(releasing->client, releasing->cli, VV_MSG_RELEASE_RUN, releasing->run,
                       (struct vv_id){{0}}, &body.base, "no file was written", &answer);
    if (good) {
        vv_client_answer_free(&answer);
    }
    return good;
}

static int told(struct releasing *releasing, const char *what)
{
    if (releasing->cli->json) {
        return vv_cli_json(releasing->cli,
                           json_pack("{s:s, s:s, s:s, s:i, s:I, s:s}", "run", releasing->name,
                                     "file", releasing->path, "sha256", releasing->hash_text,
                                     "payments", (int)releasing->head->payments, "amount",
                                     (json_int_t)releasing->head->amount, "result", what),
                           VV_EXIT_OK);
    }
    char text[VV_MONEY_TEXT_BYTES];
    vv_money_format(releasing->head->amount, 1, text);
    (void)fprintf(releasing->cli->out, "run %s: %s\n  %u payments of %s %s\n  sha256 %s\n",
                  releasing->name, what, (unsigned)releasing->head->payments, text,
                  releasing->head->currency, releasing->hash_text);
    return VV_EXIT_OK;
}

/* The log's line, then the name. */
static int put_in_place(struct releasing *releasing)
{
    struct vv_release release = {.run = releasing->run};
    (void)snprintf(release.hash, sizeof(release.hash), "%s", releasing->hash_text);
    (void)snprintf(release.name, sizeof(release.name), "%s", releasing->name);
    if (vv_release_log_find(&releasing->log, releasing->run) == 0 &&
        vv_release_log_add(&releasing->log, &release, &releasing->error) != VV_OK) {
        return vv_cli_fail(releasing->cli, &releasing->error,
                           "the run is released; give the same command again to get its file");
    }
    if (look_at_place(releasing) == PLACE_SAME) {
        return told(releasing, "the file is there already, byte for byte");
    }
    if (rename(releasing->part, releasing->path) != 0) {
        return vv_cli_wrong(releasing->cli, "give the same command again to get its file",
                            "%s cannot be written: %s", releasing->path, strerror(errno));
    }
    return told(releasing, "released, file written");
}

static int release_first(struct releasing *releasing, bool allow_example)
{
    uint32_t line = vv_release_log_find(&releasing->log, releasing->run);
    uint32_t released = released_by_data(releasing);
    hold_after_restore(releasing, released);
    if (line == 0) {
        return record_release(releasing, allow_example, false) ? put_in_place(releasing)
                                                               : VV_EXIT_PROBLEM;
    }
    /* This run's file has left, and the data do not know it. */
    if (strcmp(releasing->log.releases[line - 1].hash, releasing->hash_text) != 0) {
        return vv_cli_wrong(releasing->cli,
                            "cancel the run, and settle with the bank what its file paid; then "
                            "`vagval pay hold off --accept-missing`",
                            "another file of run %s has left before the data were put back",
                            releasing->name);
    }
    if (line != released + 1) {
        return vv_cli_wrong(releasing->cli, "`vagval pay hold` lists them",
                            "the run is line %u of the release log; line %u comes first", line,
                            released + 1);
    }
    return record_release(releasing, allow_example, true)
               ? told(releasing, "its file had left before the data were put back: entered as "
                                 "released, no file written")
               : VV_EXIT_PROBLEM;
}

static int release(struct releasing *releasing, bool allow_example)
{
    const Vagval__V1__PayRun *run = releasing->head;
    if (look_at_place(releasing) == PLACE_OTHER) {
        return vv_cli_wrong(releasing->cli, "move it away, or name another file with --out",
                            "%s holds something else than this run's file: it was changed, or is "
                            "another run's",
                            releasing->path);
    }
    if (run->state == VV_RUN_APPROVED) {
        return release_first(releasing, allow_example);
    }
    if (run->file_hash.len != sizeof(releasing->hash) ||
        memcmp(run->file_hash.data, releasing->hash, sizeof(releasing->hash)) != 0) {
        return vv_cli_wrong(releasing->cli, "do not send anything; compare with a backup",
                            "what is stored of run %s no longer gives the file that was released",
                            releasing->name);
    }
    return put_in_place(releasing);
}

int vv_command_pay_release(struct vv_cli *cli, const struct vv_args *args)
{
    struct releasing releasing = {.cli = cli, .path = vv_args_text(args, "out", NULL)};
    char log_path[700];
    int code = VV_EXIT_PROBLEM;
    if (releasing.path == NULL) {
        return vv_cli_usage(cli, "for example --out payments.xml", "say where to: --out FILE");
    }
    if (!vv_payrun_parse(cli, args->words[0], &releasing.run)) {
        return VV_EXIT_USAGE;
    }
    if (vv_path(log_path, sizeof(log_path), &releasing.error, "%s/releases.log", cli->dir) !=
            VV_OK ||
        vv_release_log_read(vv_args_text(args, "log", log_path), &releasing.log,
                            &releasing.error) != VV_OK) {
        return vv_cli_fail(cli, &releasing.error, "no file was written");
    }
    releasing.client = vv_client_open_for(cli, 1u << VV_PAYMENT | 1u << VV_REGISTRY);
    if (releasing.client != NULL) {
        enum vv_status status = write_part(&releasing);
        if (status == VV_OK) {
            code = release(&releasing, vv_args_flag(args, "allow-example"));
        } else if (status != VV_UNKNOWN) {
            code = vv_cli_fail(cli, &releasing.error, "no file was written");
        }
    }
    vv_pain001_close(&releasing.writer);
    if (releasing.out != NULL) {
        (void)fclose(releasing.out);
        (void)unlink(releasing.part); /* gone when it got its name */
    }
    if (releasing.head != NULL) {
        vagval__v1__pay_run__free_unpacked(releasing.head, NULL);
    }
    vv_release_log_free(&releasing.log);
    vv_client_close(&releasing.client);
    return code;
}
