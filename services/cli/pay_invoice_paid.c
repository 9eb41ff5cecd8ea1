/*
 * pay_invoice_paid.c: `vagval pay invoice paid`: by which way an invoice was paid. Money leaves
 * once: what a payment run has begun to pay for a contract is not paid outside besides, and what a
 * run is said to have paid must stand in it.
 */
#include <stdlib.h>
#include <string.h>

#include "../payment/payrun.h"
#include "commands.h"
#include "pay_invoice.h"
#include "payrun_client.h"

struct look {
    struct vv_client *client;
    struct vv_cli *cli;
    const struct vv_invoice_payment *payment;
    vv_date month;
    vv_money tax; /* of the invoice, less its credit notes */
    vv_money vat; /* that the run pays for the contract */
    bool pays;    /* the run pays the contract something */
    bool left;    /* its file has left */
    bool fits;    /* of the scheme, and of a day that can have the month's postings */
    char name[VV_PAYRUN_NAME_BYTES];
};

static bool pays_contract(const Vagval__V1__RunPayment *payment, struct vv_id contract,
                          vv_money *vat)
{
    if (payment->number == 0 || payment->state == VV_PAYMENT_REJECTED) {
        return false; /* left out, or come back: due again in a later run */
    }
    for (size_t i = 0; i < payment->n_contracts; i++) {
        const Vagval__V1__ContractSum *sum = payment->contracts[i];
        if (sum->contract.len == sizeof(contract.bytes) && sum->amount > 0 &&
            memcmp(sum->contract.data, contract.bytes, sizeof(contract.bytes)) == 0) {
            *vat += sum->vat;
            return true;
        }
    }
    return false;
}

static void look_at(void *context, const Vagval__V1__RunView *view)
{
    struct look *look = context;
    const Vagval__V1__PayRun *run = view->body;
    vv_payrun_name(run, look->name);
    look->fits = strcmp(run->scheme, look->payment->scheme) == 0 && run->date >= look->month;
    look->left = run->state == VV_RUN_RELEASED || run->state == VV_RUN_CONFIRMED ||
                 run->state == VV_RUN_PARTIALLY;
    for (size_t i = 0; i < view->n_payments; i++) {
        look->pays =
            look->pays | pays_contract(view->payments[i], look->payment->contract, &look->vat);
    }
}

static bool by_run(struct vv_client *client, struct vv_cli *cli, struct look *look,
                   struct vv_id *ret_run)
{
    if (!vv_payrun_parse(cli, look->payment->run, ret_run) ||
        !vv_payrun_walk(client, cli, *ret_run, false, look_at, look)) {
        return false;
    }
    if (look->fits && look->left && look->pays) {
        char text[VV_MONEY_TEXT_BYTES];
        vv_money_format(look->tax, 1, text);
        if (look->tax > look->vat && !cli->json) {
            (void)fprintf(cli->out,
                          "the run holds less VAT for the contract than the invoice's %s: a later "
                          "run pays it\n",
                          text);
        }
        return true;
    }
    (void)vv_cli_wrong(cli, "`vagval pay show RUN` shows whom it pays, `vagval pay runs` all runs",
                       "%s did not pay this invoice: %s", look->name,
                       !look->fits   ? "it is of another scheme, or before the invoice's month"
                       : !look->left ? "its file has not left, or all of it was rejected"
                                     : "it pays nothing for the contract");
    return false;
}

/* Also a run that is being collected: whom it pays is not known yet. */
static bool is_free_of(void *context, const Vagval__V1__RunView *entry)
{
    struct look *look = context;
    struct vv_id id;
    const Vagval__V1__PayRun *run = entry->body;
    bool stands = run->state == VV_RUN_DRAFTING || run->state == VV_RUN_DRAFTED ||
                  run->state == VV_RUN_APPROVED || run->state == VV_RUN_RELEASED ||
                  run->state == VV_RUN_CONFIRMED || run->state == VV_RUN_PARTIALLY;
    if (!stands || strcmp(run->scheme, look->payment->scheme) != 0 || run->date < look->month) {
        return true;
    }
    look->pays = false;
    if (vv_id_from_bytes(entry->run.data, entry->run.len, &id) != VV_OK ||
        !vv_payrun_walk(look->client, look->cli, id, false, look_at, look)) {
        return false;
    }
    if (run->state != VV_RUN_DRAFTING && !look->pays) {
        return true;
    }
    (void)vv_cli_wrong(look->cli,
                       look->left ? "pass --run instead of --reference when that run paid it"
                                  : "finish or cancel that run first",
                       "%s %s: the same would be paid twice", look->name,
                       run->state == VV_RUN_DRAFTING
                           ? "is being collected, and may pay this contract"
                           : "pays what was posted for this contract");
    return false;
}

bool vv_invoice_may_be_paid(struct vv_client *client, struct vv_cli *cli,
                            const struct vv_invoice_payment *payment, struct vv_id *ret_run)
{
    struct look look = {.client = client, .cli = cli, .payment = payment};
    Vagval__V1__ShowInvoice query = VAGVAL__V1__SHOW_INVOICE__INIT;
    struct vv_client_answer answer;
    struct vv_id contract = payment->contract;
    query.contract = (ProtobufCBinaryData){sizeof(contract.bytes), contract.bytes};
    query.number = (char *)(uintptr_t)payment->number;
    if (!vv_payrun_send(client, cli, VV_MSG_SHOW_INVOICE, vv_invoice_id(contract, payment->number),
                        (struct vv_id){{0}}, &query.base,
                        "`vagval pay invoice list` lists what was received", &answer)) {
        return false;
    }
    const Vagval__V1__InvoiceState *state = ((const Vagval__V1__InvoiceView *)answer.body)->state;
    look.month = state->month;
    look.tax = state->tax - state->credited_tax;
    vv_client_answer_free(&answer);
    return payment->run != NULL ? by_run(client, cli, &look, ret_run)
                                : vv_payrun_each(client, cli, is_free_of, &look);
}
