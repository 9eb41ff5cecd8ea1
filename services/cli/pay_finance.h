/*
 * pay_finance.h: what the commands of finance share: cases and agreements, amounts, sending.
 */
#ifndef VAGVAL_CLI_PAY_FINANCE_H
#define VAGVAL_CLI_PAY_FINANCE_H

#include "client.h"
#include "commands.h"
#include "vagval/money.h"
#include "vagval/scheme.h"

#define VV_FINANCE_SOURCE "vagval-pay"

/* A needed option; prints what is missing and returns NULL. */
const char *vv_finance_needed(const struct vv_cli *cli, const struct vv_args *args,
                              const char *option, const char *advice);
/* A needed amount; prints what is wrong. */
bool vv_finance_amount(const struct vv_cli *cli, const struct vv_args *args, const char *option,
                       vv_money *ret_amount);
/* A needed date; prints what is missing. */
bool vv_finance_date(const struct vv_cli *cli, const struct vv_args *args, const char *option,
                     vv_date *ret_date);
/* 32 bytes as 64 hexadecimal digits, from an option that may be left out; prints what is wrong. */
bool vv_finance_evidence(const struct vv_cli *cli, const struct vv_args *args,
                         uint8_t bytes[static 32], ProtobufCBinaryData *ret_evidence);
/* A fact id, from --supersedes; prints what is wrong. */
bool vv_finance_supersedes(const struct vv_cli *cli, const struct vv_args *args, struct vv_id *id,
                           ProtobufCBinaryData *ret_supersedes);
/* Message id and reference of a command: the same --ref is the same message. */
struct vv_id vv_finance_message(const struct vv_args *args, const char *kind,
                                char ret_reference[static 64]);
/* The published version of a scheme that is valid on a day; the caller destroys it. Prints what is
 * wrong and returns NULL. */
struct vv_scheme *vv_finance_scheme(const struct vv_cli *cli, struct vv_client *client,
                                    const char *id, vv_date on);
/* Prints a refusal. */
int vv_finance_refused(const struct vv_cli *cli, const char *what,
                       const struct vv_client_answer *answer);
/* Sends a command on a case to a service; prints the fact id and the state. `body` replies with a
 * fact and a state. */
int vv_finance_record(const struct vv_cli *cli, struct vv_client *client, struct vv_request request,
                      const ProtobufCMessage *body, const char *what);

#endif
