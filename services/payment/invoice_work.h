/*
 * invoice_work.h: invoices as read from their records, for the handlers.
 *
 * An invoice has two records: `invoice`, what stands of it, and `receipt`, the facts that brought
 * it (each receipt holds the lines and what was owed then). `billed` lists the documents of a
 * contract's month.
 */
#ifndef VAGVAL_PAYMENT_INVOICE_WORK_H
#define VAGVAL_PAYMENT_INVOICE_WORK_H

#include "books.h"
#include "invoice_due.h"
#include "vagval/service.h"

/* Documents of one contract and month, and lines of one document that the service takes: what must
 * fit the arena of one turn together. */
#define VV_BILLED_DOCUMENTS_MAX 16
#define VV_BILLED_LINES_MAX 1000
/* Receipts of one document: it can be matched again when what is owed has changed. */
#define VV_RECEIPTS_MAX 16

struct vv_billed_document {
    struct vv_id id;
    Vagval__V1__InvoiceState *state;
    const Vagval__V1__ReceiveInvoice *receipt; /* the last; NULL while it is being received */
    struct vv_id receipt_id;
    size_t receipts;
    struct vv_match_line *lines; /* as billed, less what credit notes took back */
    size_t line_count;
};

struct vv_billed_month {
    Vagval__V1__BilledMonth *body;
    struct vv_billed_document documents[VV_BILLED_DOCUMENTS_MAX];
    size_t count;
};

bool vv_invoice_type_is_credit(uint32_t type);

/* Makes `due` what stands on the list of what can be paid for the invoice: the difference to what
 * stood is appended, payable from today, booked in the open period. Errors: VV_NO_MEMORY,
 * VV_TOO_LARGE. */
VV_CHECKED enum vv_status vv_invoice_put_due(const struct vv_call *call, struct vv_outcome *outcome,
                                             const struct vv_books *books, struct vv_id invoice,
                                             Vagval__V1__InvoiceState *state,
                                             const struct vv_invoice_due *due);

/* Plans one document; if `home`, also where its facts are kept, and the books. */
void vv_invoice_plan(struct vv_plan *plan, struct vv_id id, bool home);
/* Plans the month's list and, once that is there, its documents. Errors: VV_CORRUPT,
 * VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_billed_plan(const struct vv_call *call, const struct vv_loaded *loaded,
                                         struct vv_plan *plan, struct vv_id contract,
                                         vv_date month);

/* Reads one document that was planned. state and receipt are NULL when it is not there. */
VV_CHECKED enum vv_status vv_invoice_read_document(const struct vv_call *call,
                                                   const struct vv_loaded *loaded, struct vv_id id,
                                                   struct vv_billed_document *ret_document);
/* Reads the month with all its documents, credit notes taken off. */
VV_CHECKED enum vv_status vv_billed_read(const struct vv_call *call, const struct vv_loaded *loaded,
                                         struct vv_id contract, vv_date month,
                                         struct vv_billed_month *ret_month);
/* NULL when there is none. */
struct vv_billed_document *vv_billed_find(struct vv_billed_month *month, const char *number);

/* Lines of a message as the rules see them. Errors: VV_INVALID (an id that is none, a class that is
 * none), VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_billed_lines(const struct vv_call *call,
                                          Vagval__V1__BilledLine *const *lines, size_t count,
                                          const char *document, struct vv_match_line **ret_lines);

/* Copies an id. */
ProtobufCBinaryData vv_invoice_id_bytes(const struct vv_call *call, struct vv_id id);
/* The findings that somebody must look at, into the state. Errors: VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_invoice_store_findings(const struct vv_call *call,
                                                    const struct vv_match *match,
                                                    Vagval__V1__InvoiceState *state);

#endif
