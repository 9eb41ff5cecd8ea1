/*
 * vat.c: value added tax, once per category, rate and document (rules 12).
 */
#include "vagval/vat.h"

#include <stdio.h>
#include <string.h>

/* 100 % in hundredths of a percent: also the denominator of a rate. */
#define WHOLE 10000

/* VATEX-EU-O and VATEX-EU-AE are codes of the list that EN 16931 uses for reasons. */
static const struct vv_vat_category categories[] = {
    {'S', "S", "standard rated", true, true, false, NULL, NULL},
    {'Z', "Z", "zero rated", false, true, false, NULL, NULL},
    {'E', "E", "exempt", false, true, false, "Exempt from VAT", NULL},
    {'O', "O", "outside the scope of VAT", false, false, true, "Not subject to VAT", "VATEX-EU-O"},
    {'A', "AE", "reverse charge", false, true, false, "Reverse charge", "VATEX-EU-AE"},
};

const struct vv_vat_category *vv_vat_category(char letter)
{
    for (size_t i = 0; i < sizeof categories / sizeof categories[0]; i++) {
        if (categories[i].letter == letter) {
            return &categories[i];
        }
    }
    return NULL;
}

const struct vv_vat_category *vv_vat_category_of(const char *code)
{
    for (size_t i = 0; i < sizeof categories / sizeof categories[0]; i++) {
        if (strcmp(categories[i].code, code) == 0) {
            return &categories[i];
        }
    }
    return NULL;
}

enum vv_status vv_vat_check(struct vv_vat_class vat)
{
    const struct vv_vat_category *category = vv_vat_category(vat.category);
    if (category == NULL || vat.rate_hundredths < 0 || vat.rate_hundredths > WHOLE) {
        return VV_INVALID;
    }
    return category->rated == (vat.rate_hundredths > 0) ? VV_OK : VV_INVALID;
}

enum vv_status vv_vat_rate_parse(const char *text, int *ret_hundredths)
{
    vv_money hundredths = 0;
    enum vv_status status = vv_money_parse(text, &hundredths);
    if (status != VV_OK || hundredths < 0 || hundredths > WHOLE) {
        return VV_INVALID;
    }
    *ret_hundredths = (int)hundredths;
    return VV_OK;
}

void vv_vat_rate_format(int rate_hundredths, char ret_text[static VV_VAT_RATE_TEXT_BYTES])
{
    int whole = rate_hundredths / 100;
    int part = rate_hundredths % 100;
    if (part == 0) {
        (void)snprintf(ret_text, VV_VAT_RATE_TEXT_BYTES, "%d", whole);
    } else if (part % 10 == 0) {
        (void)snprintf(ret_text, VV_VAT_RATE_TEXT_BYTES, "%d.%d", whole, part / 10);
    } else {
        (void)snprintf(ret_text, VV_VAT_RATE_TEXT_BYTES, "%d.%02d", whole, part);
    }
}

enum vv_status vv_vat_tax(vv_money base, struct vv_vat_class vat, vv_money *ret_tax)
{
    return vv_money_scale(base, vat.rate_hundredths, WHOLE, ret_tax);
}

static int compare(struct vv_vat_class a, struct vv_vat_class b)
{
    if (a.category != b.category) {
        return a.category < b.category ? -1 : 1;
    }
    return (a.rate_hundredths > b.rate_hundredths) - (a.rate_hundredths < b.rate_hundredths);
}

/* May `vat` stand in the same document as what is there? */
static bool fits(const struct vv_vat_summary *summary, struct vv_vat_class vat)
{
    for (size_t i = 0; i < summary->count; i++) {
        char there = summary->subtotals[i].vat.category;
        if (there != vat.category &&
            (vv_vat_category(there)->alone || vv_vat_category(vat.category)->alone)) {
            return false;
        }
    }
    return true;
}

enum vv_status vv_vat_add(struct vv_vat_summary *summary, struct vv_vat_class vat, vv_money amount)
{
    if (vv_vat_check(vat) != VV_OK || !fits(summary, vat)) {
        return VV_INVALID;
    }
    size_t at = 0;
    while (at < summary->count && compare(summary->subtotals[at].vat, vat) < 0) {
        at++;
    }
    bool there = at < summary->count && compare(summary->subtotals[at].vat, vat) == 0;
    vv_money base = 0;
    vv_money sum = 0;
    if ((!there && summary->count == VV_VAT_SUBTOTALS_MAX) ||
        vv_money_add(there ? summary->subtotals[at].base : 0, amount, &base) != VV_OK ||
        vv_money_add(summary->base, amount, &sum) != VV_OK) {
        return VV_TOO_LARGE;
    }
    if (!there) {
        memmove(&summary->subtotals[at + 1], &summary->subtotals[at],
                (summary->count - at) * sizeof summary->subtotals[0]);
        summary->subtotals[at] = (struct vv_vat_subtotal){.vat = vat};
        summary->count++;
    }
    summary->subtotals[at].base = base;
    summary->base = sum;
    return VV_OK;
}

enum vv_status vv_vat_close(struct vv_vat_summary *summary)
{
    struct vv_vat_summary closed = *summary;
    enum vv_status status = VV_OK;
    closed.tax = 0;
    for (size_t i = 0; status == VV_OK && i < closed.count; i++) {
        struct vv_vat_subtotal *subtotal = &closed.subtotals[i];
        status = vv_vat_tax(subtotal->base, subtotal->vat, &subtotal->tax);
        if (status == VV_OK) {
            status = vv_money_add(closed.tax, subtotal->tax, &closed.tax);
        }
    }
    if (status == VV_OK) {
        status = vv_money_add(closed.base, closed.tax, &closed.total);
    }
    if (status == VV_OK) {
        *summary = closed;
    }
    return status;
}
