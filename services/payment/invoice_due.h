/*
 * invoice_due.h: what of an invoice payment runs are to pay: its VAT, which postings exclude, and
 * its lines where the scheme pays on invoice. Pure.
 *
 * Like everything that is owed it is computed anew and compared with what stands: the difference
 * goes on the list of what can be paid, so receiving, crediting and disputing are one path.
 */
#ifndef VAGVAL_PAYMENT_INVOICE_DUE_H
#define VAGVAL_PAYMENT_INVOICE_DUE_H

#include "billing.h"
#include "vagval/v1/invoice.pb-c.h"

/* Component and kind of the line that is the VAT; the kinds of posted lines are below it. */
#define VV_INVOICE_VAT "vat"
#define VV_INVOICE_VAT_KIND 16

struct vv_invoice_due {
    Vagval__V1__PayableLine **lines; /* one per component, VAT last; none has an amount of 0 */
    size_t count;
};

/*
 * What is due of an invoice in `state->state`: nothing unless it is matched. VAT is that of the
 * document less that of its credit notes (rules 12: computed once per category and document, so a
 * credit note's own figure counts, not the VAT of what is left). What
 * waits for its invoice is due with the line that agrees; the line may be less than that, by a
 * set-off, which a run takes without an invoice.
 *   match  the invoice's lines against what is owed
 *
 * The lines point into `state` and `match`. Errors: VV_NO_MEMORY, VV_TOO_LARGE.
 */
VV_CHECKED enum vv_status vv_invoice_due(const Vagval__V1__InvoiceState *state,
                                         const struct vv_match *match, ProtobufCAllocator *memory,
                                         struct vv_invoice_due *ret_due);

/* `after` less `before`, by component. Errors: VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_invoice_due_change(const struct vv_invoice_due *before,
                                                const struct vv_invoice_due *after,
                                                ProtobufCAllocator *memory,
                                                struct vv_invoice_due *ret_change);

#endif
