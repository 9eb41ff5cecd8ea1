/*
 * iso20022.h: payment files for a bank (pain.001.001.09) written as a stream, and the bank's report
 * on them (pain.002.001.10) read. XML through libxml2; memory does not grow with the file.
 */
#ifndef VAGVAL_DOCUMENTS_ISO20022_H
#define VAGVAL_DOCUMENTS_ISO20022_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "vagval/account.h"
#include "vagval/date.h"
#include "vagval/money.h"
#include "vagval/status.h"

#define VV_ISO_ID_BYTES 36      /* Max35Text */
#define VV_ISO_REASON_BYTES 141 /* what we keep of a bank's reason */

struct vv_bank_account {
    enum vv_account_kind kind;
    const char *number;    /* in its one spelling (account.h) */
    const char *bic;       /* "" = not known */
    const char *reference; /* RF reference of the creditor; "" = none */
};

struct vv_pain001_head {
    const char *message_id; /* at most 35 characters */
    int64_t created_ms;     /* business clock, UTC */
    vv_date execution;
    const char *currency; /* SEK or EUR */
    uint32_t count;       /* payments that will follow */
    vv_money control_sum; /* and their sum, minor units */
    const char *debtor, *organisation_number;
    struct vv_bank_account account;
};

struct vv_pain001_payment {
    const char *end_to_end; /* at most 35 characters */
    vv_money amount;        /* minor units, above 0 */
    const char *name, *organisation_number;
    struct vv_bank_account account;
    const char *text; /* unstructured remittance; left out where there is an RF reference */
};

struct vv_pain001;

/*
 * Begins a document on `out`, which stays the caller's. The same calls give the same bytes.
 * Errors: VV_INVALID (a field that the format cannot hold), VV_NO_MEMORY.
 */
VV_CHECKED enum vv_status vv_pain001_open(FILE *out, const struct vv_pain001_head *head,
                                          struct vv_pain001 **ret_writer,
                                          struct vv_error *ret_error);
/* Errors: VV_INVALID (amount, id, an account that does not fit the currency), VV_IO. */
VV_CHECKED enum vv_status vv_pain001_add(struct vv_pain001 *writer,
                                         const struct vv_pain001_payment *payment,
                                         struct vv_error *ret_error);
/* Ends the document; ret_hash is the SHA-256 of all its bytes. VV_INVALID when the number of
 * payments or the sum of the amounts as written is not what the head says. */
VV_CHECKED enum vv_status vv_pain001_finish(struct vv_pain001 *writer, uint8_t ret_hash[static 32],
                                            struct vv_error *ret_error);
void vv_pain001_close(struct vv_pain001 **writer);

/* Text in the characters that banks take (0-9 A-Z a-z åäöÅÄÖ /-?:().,'+ and space), at most
 * `characters` of them. Accents fall away, the rest becomes a full stop. */
void vv_bank_text(const char *text, size_t characters, char *ret_text, size_t cap);

/* ---- pain.002 ---- */

/* As enum vv_bank_status of the payment service. */
enum vv_iso_status {
    VV_ISO_SILENT,
    VV_ISO_RECEIVED, /* on its way: received, checked, accepted for execution */
    VV_ISO_ACCEPTED, /* settled */
    VV_ISO_REJECTED, /* or cancelled before it was executed */
    VV_ISO_PARTIALLY,
};

struct vv_pain002_payment {
    char end_to_end[VV_ISO_ID_BYTES];
    enum vv_iso_status status;
    char reason[VV_ISO_REASON_BYTES];
};
struct vv_pain002 {
    char message_id[VV_ISO_ID_BYTES];
    char original_id[VV_ISO_ID_BYTES]; /* MsgId of the file that it speaks of */
    enum vv_iso_status status;
    char reason[VV_ISO_REASON_BYTES];
    bool has_count, has_sum;
    uint32_t count;
    vv_money sum;
    struct vv_pain002_payment *payments;
    size_t payment_count;
};

#define VV_PAIN002_BYTES_MAX (64 * 1024 * 1024)
#define VV_PAIN002_PAYMENTS_MAX 100000

/*
 * Reads a report. `name` is for error messages. A document type declaration, another message than
 * pain.002.001.10, an unknown status or a field that is too long is refused.
 * Errors: VV_INVALID with line, VV_TOO_LARGE, VV_NO_MEMORY.
 */
VV_CHECKED enum vv_status vv_pain002_read(const char *name, const char *bytes, size_t len,
                                          struct vv_pain002 *ret_report,
                                          struct vv_error *ret_error);
void vv_pain002_free(struct vv_pain002 *report);

#endif
