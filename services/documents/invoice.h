/*
 * invoice.h: Peppol BIS Billing 3 documents (UBL 2.1, EN 16931) as one struct, written and read.
 *
 * Written: the self-billing invoice (389) and credit note (261), and the order that asks a provider
 * for its own invoice. Read: a provider's invoice (380) and credit note (381), and our own. Amounts
 * are minor units of a currency with two decimals. Nothing here performs I/O.
 */
#ifndef VAGVAL_DOCUMENTS_INVOICE_H
#define VAGVAL_DOCUMENTS_INVOICE_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>

#include "vagval/date.h"
#include "vagval/vat.h"

/* UNTDID 1001, as EN 16931 uses it; an order has no such code here. */
enum vv_invoice_type {
    VV_INVOICE_ORDER = 220,
    VV_INVOICE_SELF_BILLED_CREDIT = 261,
    VV_INVOICE_COMMERCIAL = 380,
    VV_INVOICE_CREDIT = 381,
    VV_INVOICE_SELF_BILLED = 389,
};
/* Credit notes carry positive amounts that are taken back. */
bool vv_invoice_is_credit(enum vv_invoice_type type);

/* Bounds of a document, written or read. */
#define VV_INVOICE_LINES_MAX 1500
#define VV_INVOICE_BYTES_MAX (6 * 1024 * 1024) /* about 1.5 KB a line, twice over */
#define VV_INVOICE_TEXT_BYTES_MAX 512
#define VV_INVOICE_DEPTH_MAX 16 /* elements within elements; BIS Billing 3 needs 7 */

/* Texts are UTF-8 and never NULL once read; to be written, "" leaves the element out. */
struct vv_invoice_party {
    const char *endpoint_scheme; /* "0007": Swedish organisation number; "0216": Finnish OVT */
    const char *endpoint;
    const char *name;
    const char *legal_id;     /* organisation number */
    const char *legal_scheme; /* "0007" or "0212" */
    const char *vat_id;       /* "SE202100211401" */
    const char *country;      /* ISO 3166-1, "SE" */
};

struct vv_invoice_line {
    const char *id;        /* within the document */
    const char *case_ref;  /* opaque: 32 hexadecimal digits */
    const char *component; /* code in the scheme */
    const char *name;      /* for people */
    const char *order_line;
    vv_date period_start; /* VV_DATE_NONE when the line names none */
    vv_date period_end;
    vv_money amount; /* VAT excluded; a take-back within an invoice is negative */
    struct vv_vat_class vat;
};

struct vv_invoice {
    enum vv_invoice_type type;
    const char *number;
    const char *order;    /* number of the order that it answers; written also as buyer reference */
    const char *corrects; /* credit notes: number of the invoice that is taken back */
    const char *note;
    const char *currency; /* ISO 4217 */
    vv_date issued_on;
    vv_date due_on; /* VV_DATE_NONE: none is named */
    struct vv_invoice_party supplier, customer;
    const struct vv_invoice_line *lines;
    size_t line_count;
    struct vv_vat_summary sums; /* of a document read: as it states them, found right */
};

/* Takes the bytes of a document as they are made. Anything but VV_OK ends the writing. */
typedef enum vv_status (*vv_invoice_sink)(void *context, const void *bytes, size_t len);

/*
 * Writes a document. The sums are computed here from the lines (rules 12), whatever `sums` holds.
 * The same struct gives the same bytes. An order takes only lines above 0.
 * Errors: VV_INVALID (a mandatory text is missing or no XML text, a line's class is wrong or stands
 * beside O, no lines, a sum below 0: that is a credit note), VV_TOO_LARGE, VV_NO_MEMORY, or what
 * the sink said. ret_error->field names the element.
 */
VV_CHECKED enum vv_status vv_invoice_write(const struct vv_invoice *invoice, vv_invoice_sink sink,
                                           void *context, struct vv_error *ret_error);

/*
 * Reads an invoice or credit note of somebody else's making. No network, no document type, no
 * entities: a document that has a DOCTYPE is refused before anything in it is expanded. Every sum
 * is computed again from the lines (EN 16931 BR-CO-10 to 17); document-level allowances, charges,
 * parts already paid and rounding are refused, since none are agreed. name   for error messages
 *   memory holds the texts and lines of the result
 * Errors: VV_TOO_LARGE (bytes, depth, lines, texts), VV_INVALID (not well-formed, not UTF-8,
 * another kind of document, something missing or wrong), VV_UNSUPPORTED (what is well-formed UBL
 * but not agreed), VV_NO_MEMORY. ret_error has line and field.
 */
VV_CHECKED enum vv_status vv_invoice_read(const char *name, const void *bytes, size_t len,
                                          ProtobufCAllocator *memory,
                                          struct vv_invoice *ret_invoice,
                                          struct vv_error *ret_error);

#endif
