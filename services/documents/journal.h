/*
 * journal.h: vouchers for a ledger, as CSV or as a SIE 4 file for import. A voucher whose debits
 * and credits differ is refused, so no file with one is ever finished.
 */
#ifndef VAGVAL_DOCUMENTS_JOURNAL_H
#define VAGVAL_DOCUMENTS_JOURNAL_H

#include <stdio.h>

#include "vagval/date.h"
#include "vagval/money.h"
#include "vagval/status.h"

enum vv_journal_form { VV_JOURNAL_CSV, VV_JOURNAL_SIE };

struct vv_journal_head {
    enum vv_journal_form form;
    const char *company, *organisation_number, *currency;
    vv_date made;
    /* SIE accounts are numbers: of expenses, of what is owed to providers, of recoveries from them,
     * of recoveries invoiced to them, of VAT on their invoices, of the bank. */
    const char *expense, *provider, *recovery, *claim, *vat, *bank;
};
struct vv_journal_line {
    const char *account; /* "expense:...", "provider:...", "recovery:...", "claim:...", "vat:..." or
                            "bank" */
    vv_money amount;     /* debit positive, credit negative */
};
struct vv_journal;

/* `out` stays the caller's. Errors: VV_NO_MEMORY, VV_IO. */
VV_CHECKED enum vv_status vv_journal_open(FILE *out, const struct vv_journal_head *head,
                                          struct vv_journal **ret_journal,
                                          struct vv_error *ret_error);
/* Errors: VV_INVALID (not balanced; no line), VV_IO. */
VV_CHECKED enum vv_status vv_journal_voucher(struct vv_journal *journal, const char *voucher,
                                             vv_date date, const char *text,
                                             const struct vv_journal_line *lines, size_t count,
                                             struct vv_error *ret_error);
/* Errors: VV_IO. */
VV_CHECKED enum vv_status vv_journal_finish(struct vv_journal *journal, struct vv_error *ret_error);
void vv_journal_close(struct vv_journal **journal);

#endif
