/*
 * ubl_read.h: elements of a UBL document that somebody else made, each by name, with the line it
 * stands on in every complaint. The first complaint is kept; after it every reader returns nothing.
 */
#ifndef VAGVAL_DOCUMENTS_UBL_READ_H
#define VAGVAL_DOCUMENTS_UBL_READ_H

#include <libxml/tree.h>

#include "invoice.h"

struct vv_ubl_reader {
    const char *name; /* of the file */
    const char *currency;
    ProtobufCAllocator *memory;
    struct vv_error *error;
    enum vv_status status;
    xmlDocPtr doc;
};

/* Parses bytes into reader->doc, which the caller frees. No network, no DOCTYPE, UTF-8 only, at
 * most VV_INVOICE_DEPTH_MAX deep. Errors: VV_INVALID, VV_TOO_LARGE, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_ubl_parse(struct vv_ubl_reader *reader, const void *bytes, size_t len);

/* Zeroed, from the reader's memory; NULL when it is full. */
void *vv_ubl_alloc(struct vv_ubl_reader *reader, size_t size);

/* Notes a complaint at the element's line, unless one is noted. */
void vv_ubl_complain(struct vv_ubl_reader *reader, const xmlNode *at, enum vv_status status,
                     const char *field, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Names are "cac:Party" or "cbc:ID"; the namespace counts, not the prefix that the document uses.
 */
const xmlNode *vv_ubl_first(const xmlNode *parent, const char *name);
const xmlNode *vv_ubl_next(const xmlNode *sibling, const char *name);
/* The only one; NULL when there is none. Two are a complaint. */
const xmlNode *vv_ubl_child(struct vv_ubl_reader *reader, const xmlNode *parent, const char *name);
/* The same along "cac:Item/cbc:Name". */
const xmlNode *vv_ubl_path(struct vv_ubl_reader *reader, const xmlNode *parent, const char *path);

/* Text at a path, without the blanks around it; "" when it is not there. */
const char *vv_ubl_optional(struct vv_ubl_reader *reader, const xmlNode *parent, const char *path);
/* The same; its absence is a complaint. */
const char *vv_ubl_required(struct vv_ubl_reader *reader, const xmlNode *parent, const char *path);
const char *vv_ubl_attribute(struct vv_ubl_reader *reader, const xmlNode *element,
                             const char *attribute);
/* VV_DATE_NONE when it is not there. */
vv_date vv_ubl_day(struct vv_ubl_reader *reader, const xmlNode *parent, const char *path);
/* An amount in reader->currency with at most two decimals; its absence is a complaint. */
vv_money vv_ubl_money(struct vv_ubl_reader *reader, const xmlNode *parent, const char *path);

#endif
