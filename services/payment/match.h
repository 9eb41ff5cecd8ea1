/*
 * match.h: a provider's invoice against what is owed, line by line. Pure.
 *
 * The key of a line is (case, component, period). A key is billed once: a second line with it, in
 * the same document or in an earlier one of the same month, is a duplicate.
 */
#ifndef VAGVAL_PAYMENT_MATCH_H
#define VAGVAL_PAYMENT_MATCH_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>

#include "vagval/date.h"
#include "vagval/id.h"
#include "vagval/money.h"
#include "vagval/vat.h"

struct vv_match_line {
    const char *line;     /* id in its document, "" for what is owed */
    struct vv_id case_id; /* nil: names no case, so nothing is owed for it */
    const char *component;
    vv_date period;
    vv_money amount; /* VAT excluded */
    struct vv_vat_class vat;
    vv_money on_invoice;  /* of what is owed: what waits for its invoice */
    bool example;         /* of what is owed: rests on an example */
    const char *document; /* number of the document that billed it; of earlier lines */
};

enum vv_match_kind {
    VV_MATCHED,
    VV_MATCH_AMOUNT_DIFFERS,
    VV_MATCH_VAT_DIFFERS,  /* the amount is right, its category or rate is not */
    VV_MATCH_UNKNOWN_LINE, /* nothing is owed for this key in this month */
    VV_MATCH_DUPLICATE,
    VV_MATCH_MISSING_LINE, /* owed and in no document yet: shown, and no fault of the invoice */
};
const char *vv_match_name(enum vv_match_kind kind); /* "amount_differs" */

struct vv_match_finding {
    enum vv_match_kind kind;
    const struct vv_match_line *billed; /* NULL for a missing line */
    const struct vv_match_line *owed;   /* NULL for an unknown line */
    const char *other;                  /* duplicate: the document that has it, else "" */
};

struct vv_match {
    struct vv_match_finding
        *findings; /* of every line, in the order of the document; then missing */
    size_t count;
    size_t matched; /* lines that agree */
    size_t wrong;   /* lines that do not; missing ones are not among them */
};

struct vv_match_input {
    const struct vv_match_line *billed; /* of the document; amounts of 0 are passed over */
    size_t billed_count;
    const struct vv_match_line *owed; /* one per key */
    size_t owed_count;
    const struct vv_match_line *earlier; /* of other documents for contract and month */
    size_t earlier_count;
    const char *number; /* of the document */
    bool credit;        /* a credit note against its invoice's lines: less than billed is fine, and
                           nothing is missing */
};

/* Deterministic given its input. Errors: VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_match(const struct vv_match_input *input, ProtobufCAllocator *memory,
                                   struct vv_match *ret_match);

#endif
