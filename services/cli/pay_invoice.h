/*
 * pay_invoice.h: what the commands `vagval pay invoice ...` share.
 */
#ifndef VAGVAL_CLI_PAY_INVOICE_H
#define VAGVAL_CLI_PAY_INVOICE_H

#include "../payment/billing.h"
#include "pay_statement.h"

int vv_command_invoice_make(struct vv_cli *cli, const struct vv_args *args);
int vv_command_invoice_order(struct vv_cli *cli, const struct vv_args *args);
int vv_command_invoice_receive(struct vv_cli *cli, const struct vv_args *args);
int vv_command_invoice_show(struct vv_cli *cli, const struct vv_args *args);
int vv_command_invoice_list(struct vv_cli *cli, const struct vv_args *args);
int vv_command_invoice_dispute(struct vv_cli *cli, const struct vv_args *args);
int vv_command_invoice_paid(struct vv_cli *cli, const struct vv_args *args);

/* How an invoice is said to have been paid. */
struct vv_invoice_payment {
    const char *scheme, *number;
    struct vv_id contract;
    const char *run; /* name of the payment run that paid it; NULL: outside */
};
/* Money leaves once: false, with what is wrong printed, when the run did not pay the contract, or
 * when it is said to be paid outside and a run pays the same. */
bool vv_invoice_may_be_paid(struct vv_client *client, struct vv_cli *cli,
                            const struct vv_invoice_payment *payment, struct vv_id *ret_run);

/* Prints a state with its findings; `lines` only for people, may be NULL. Returns `code`. */
int vv_invoice_print(const struct vv_cli *cli, const Vagval__V1__InvoiceState *state, int code);

#endif
