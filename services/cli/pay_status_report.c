/*
 * pay_status_report.c: `vagval pay status-report`: what the bank says of a file (pain.002).
 * Rejected payments become payable again in the same step.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "../documents/iso20022.h"
#include "../payment/payrun.h"
#include "commands.h"
#include "files.h"
#include "payrun_client.h"

_Static_assert((int)VV_ISO_PARTIALLY == (int)VV_BANK_PARTIALLY &&
                   (int)VV_ISO_REJECTED == (int)VV_BANK_REJECTED &&
                   (int)VV_ISO_ACCEPTED == (int)VV_BANK_ACCEPTED &&
                   (int)VV_ISO_RECEIVED == (int)VV_BANK_RECEIVED,
               "a bank's statuses have one numbering");

/* "<first 20 digits of the run>-<number>"; 0 when it is not of this run. */
static uint32_t number_of(const char *end_to_end, const char *run)
{
    char *rest = NULL;
    if (strncmp(end_to_end, run, 20) != 0 || end_to_end[20] != '-' || end_to_end[21] < '1' ||
        end_to_end[21] > '9') {
        return 0;
    }
    unsigned long number = strtoul(end_to_end + 21, &rest, 10);
    return *rest == '\0' && number <= UINT32_MAX ? (uint32_t)number : 0;
}

static int take_report(struct vv_client *client, struct vv_cli *cli, struct vv_id run,
                       const struct vv_pain002 *report, uint8_t hash[static 32],
                       Vagval__V1__PaymentStatus *statuses, Vagval__V1__PaymentStatus **list)
{
    Vagval__V1__RecordStatus body = VAGVAL__V1__RECORD_STATUS__INIT;
    struct vv_client_answer answer;
    char id[VV_ID_TEXT_BYTES];
    vv_id_format(run, id);
    body.run = (ProtobufCBinaryData){sizeof(run.bytes), run.bytes};
    body.file_hash = (ProtobufCBinaryData){32, hash};
    body.status = (uint32_t)report->status;
    body.reason = (char *)(uintptr_t)report->reason;
    body.has_count = report->has_count;
    body.count = report->count;
    body.has_sum = report->has_sum;
    body.control_sum = report->sum;
    for (size_t i = 0; i < report->payment_count; i++) {
        const struct vv_pain002_payment *from = &report->payments[i];
        vagval__v1__payment_status__init(&statuses[i]);
        statuses[i].number = number_of(from->end_to_end, id);
        statuses[i].status = (uint32_t)from->status;
        statuses[i].reason = (char *)(uintptr_t)from->reason;
        list[i] = &statuses[i];
        if (statuses[i].number == 0) {
            return vv_cli_wrong(cli, "nothing was changed",
                                "the report names a payment that is not of that file");
        }
    }
    body.payments = list;
    body.n_payments = report->payment_count;
    struct vv_id message = vv_payrun_command_id(run, "record-status", "bank", body.file_hash);
    if (!vv_payrun_send(client, cli, VV_MSG_RECORD_STATUS, run, message, &body.base,
                        "nothing was changed; `vagval pay runs` lists the runs", &answer)) {
        return VV_EXIT_PROBLEM;
    }
    const Vagval__V1__RunView *view = (const Vagval__V1__RunView *)answer.body;
    int code = VV_EXIT_OK;
    if (cli->json) {
        code = vv_cli_json(cli, vv_payrun_json(run, view->body), VV_EXIT_OK);
    } else {
        vv_payrun_print(cli, view->body);
        (void)fprintf(
            cli->out, "  the bank: %u settled, %u rejected, %u on the way\n",
            (unsigned)view->body->accepted, (unsigned)view->body->rejected,
            (unsigned)(view->body->payments - view->body->accepted - view->body->rejected));
    }
    vv_client_answer_free(&answer);
    return code;
}

static int report_file(struct vv_cli *cli, const struct vv_pain002 *report, uint8_t hash[static 32])
{
    struct vv_id run;
    int code = VV_EXIT_PROBLEM;
    if (vv_id_parse(report->original_id, &run) != VV_OK || vv_id_partition(run) != 0) {
        return vv_cli_wrong(cli, "nothing was changed; `vagval pay runs` lists the runs",
                            "the report speaks of a file that no run here has written");
    }
    Vagval__V1__PaymentStatus *statuses = calloc(report->payment_count + 1, sizeof(*statuses));
    Vagval__V1__PaymentStatus **list = calloc(report->payment_count + 1, sizeof(*list));
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_PAYMENT | 1u << VV_REGISTRY);
    if (statuses == NULL || list == NULL) {
        code = vv_cli_wrong(cli, NULL, "no memory");
    } else if (client != NULL) {
        code = take_report(client, cli, run, report, hash, statuses, list);
    }
    vv_client_close(&client);
    free(list);
    free(statuses);
    return code;
}

int vv_command_pay_status_report(struct vv_cli *cli, const struct vv_args *args)
{
    struct vv_pain002 report;
    struct vv_error error = {0};
    uint8_t hash[32];
    char *bytes = NULL;
    size_t len = 0;
    enum vv_status status =
        vv_file_read(args->words[0], VV_PAIN002_BYTES_MAX, &bytes, &len, &error);
    if (status == VV_OK) {
        (void)crypto_generichash(hash, sizeof(hash), (const unsigned char *)bytes, len, NULL, 0);
        status = vv_pain002_read(args->words[0], bytes, len, &report, &error);
    }
    free(bytes);
    if (status != VV_OK) {
        return vv_cli_fail(cli, &error, "a bank's status report (pain.002.001.10) is wanted");
    }
    int code = report_file(cli, &report, hash);
    vv_pain002_free(&report);
    return code;
}
