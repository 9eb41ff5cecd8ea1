/*
 * vat.h: value added tax of a document (rules 12). Tariffs exclude VAT; each amount has a category
 * and a rate, and the tax is computed once per category, rate and document on the summed amounts,
 * never line by line: 3 x 111.11 at 25 % is 83.33 on 333.33, not 3 x 27.78 = 83.34.
 */
#ifndef VAGVAL_VAT_H
#define VAGVAL_VAT_H

#include <stdbool.h>
#include <stddef.h>

#include "vagval/money.h"
#include "vagval/status.h"

/* Category and rate of an amount. */
struct vv_vat_class {
    char category;       /* 'S', 'Z', 'E', 'O', or 'A' for the two letters AE */
    int rate_hundredths; /* hundredths of a percent: 2500 = 25 %; 0 unless the category is S */
};

/* What EN 16931 says of a category. */
struct vv_vat_category {
    char letter;             /* as in vv_vat_class */
    const char *code;        /* as in a document: "S", "AE" */
    const char *name;        /* for people */
    bool rated;              /* has a rate above 0 */
    bool rate_in_document;   /* a document names its rate, though it be 0 (all but O) */
    bool alone;              /* a document that holds it holds no other (O) */
    const char *reason;      /* why no tax is due: a document must say; NULL where it must not */
    const char *reason_code; /* of the list VATEX, or NULL */
};

/* NULL for a letter or code that is none. */
const struct vv_vat_category *vv_vat_category(char letter);
const struct vv_vat_category *vv_vat_category_of(const char *code);

/* VV_OK, or VV_INVALID for an unknown category, a rate outside 0 to 100 %, a rate of 0 for S, or
 * one above 0 for any other. */
VV_CHECKED enum vv_status vv_vat_check(struct vv_vat_class vat);

/* Reads "25", "25.5" or "25.00" into hundredths of a percent. VV_INVALID for anything else. */
VV_CHECKED enum vv_status vv_vat_rate_parse(const char *text, int *ret_hundredths);
#define VV_VAT_RATE_TEXT_BYTES 28
/* "25", "25.5". */
void vv_vat_rate_format(int rate_hundredths, char ret_text[static VV_VAT_RATE_TEXT_BYTES]);

/* Tax of a summed base: base x rate, half up; a negative base gives the same size with its sign, so
 * that a credit note takes back exactly what its invoice asked for. Errors: VV_TOO_LARGE. */
VV_CHECKED enum vv_status vv_vat_tax(vv_money base, struct vv_vat_class vat, vv_money *ret_tax);

#define VV_VAT_SUBTOTALS_MAX 8 /* classes in one document */

struct vv_vat_subtotal {
    struct vv_vat_class vat;
    vv_money base, tax;
};

/* A document's sums. `tax` is the sum of the subtotals' taxes and `base` the sum of all amounts. */
struct vv_vat_summary {
    struct vv_vat_subtotal subtotals[VV_VAT_SUBTOTALS_MAX]; /* by category letter, then rate */
    size_t count;
    vv_money base, tax, total; /* total = base + tax */
};

/* Adds one amount to the summary's bases. A zeroed summary is empty. Errors: VV_INVALID (the class
 * fails vv_vat_check, or O stands beside another category), VV_TOO_LARGE (too many classes, or
 * sums beyond 2^53). The summary is unchanged on failure. */
VV_CHECKED enum vv_status vv_vat_add(struct vv_vat_summary *summary, struct vv_vat_class vat,
                                     vv_money amount);
/* Computes every tax once, from the bases. Errors: VV_TOO_LARGE. */
VV_CHECKED enum vv_status vv_vat_close(struct vv_vat_summary *summary);

#endif
