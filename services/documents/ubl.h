/*
 * ubl.h: writing UBL elements with libxml2's text writer, the first failure kept. What the
 * documents of this folder share.
 */
#ifndef VAGVAL_DOCUMENTS_UBL_H
#define VAGVAL_DOCUMENTS_UBL_H

#include <libxml/xmlwriter.h>

#include "invoice.h"

#define VV_UBL_CAC "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
#define VV_UBL_CBC "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"

struct vv_ubl {
    xmlTextWriterPtr writer;
    const char *currency;
    enum vv_status status; /* VV_OK until something failed; then everything is skipped */
    struct vv_error *error;
    vv_invoice_sink sink;
    void *context;
};

/* Opens the document and its root. Errors: VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_ubl_open(struct vv_ubl *ubl, const char *root, const char *space);
/* Ends the root, flushes, frees; what went wrong, else VV_OK. */
VV_CHECKED enum vv_status vv_ubl_close(struct vv_ubl *ubl);

void vv_ubl_start(struct vv_ubl *ubl, const char *element);
void vv_ubl_end(struct vv_ubl *ubl);
/* An element with text; nothing for "" . Text that is no XML text is VV_INVALID. */
void vv_ubl_text(struct vv_ubl *ubl, const char *element, const char *text);
/* The same, but "" is VV_INVALID: the standard wants it. */
void vv_ubl_needed(struct vv_ubl *ubl, const char *element, const char *text);
/* The same with an attribute. */
void vv_ubl_scheme(struct vv_ubl *ubl, const char *element, const char *scheme, const char *text);
void vv_ubl_date(struct vv_ubl *ubl, const char *element, vv_date date);
void vv_ubl_amount(struct vv_ubl *ubl, const char *element, vv_money amount);
/* Notes a failure unless one is noted. */
void vv_ubl_fail(struct vv_ubl *ubl, enum vv_status status, const char *element, const char *text);

#endif
