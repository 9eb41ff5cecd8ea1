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
/* How a member of a message comes from the command line. Amounts and dates are needed, flags and
 * ids are not. */
enum vv_given_kind {
    VV_GIVEN_TEXT,
    VV_GIVEN_TEXT_OR_EMPTY,
    VV_GIVEN_AMOUNT,
    VV_GIVEN_DATE,
    VV_GIVEN_FLAG,
    VV_GIVEN_UNLESS_FLAG,
    VV_GIVEN_EVIDENCE, /* --evidence: 32 bytes as 64 hexadecimal digits */
    VV_GIVEN_FACT,     /* a fact id */
};
struct vv_given {
    enum vv_given_kind kind;
    const char *option; /* NULL ends a table */
    const char *advice; /* of a needed text */
    size_t offset;      /* of the member in the message */
};
/* clang-format off */
#define VV_END_OF_GIVEN {VV_GIVEN_TEXT, NULL, NULL, 0}
/* clang-format on */
/* Bytes that a filled message points into. */
struct vv_given_bytes {
    uint8_t evidence[32];
    struct vv_id fact;
};
/* Fills a message's members from the options that the table names; prints what is wrong. */
bool vv_finance_fill(const struct vv_cli *cli, const struct vv_args *args,
                     const struct vv_given *fields, ProtobufCMessage *message,
                     struct vv_given_bytes *bytes);
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
