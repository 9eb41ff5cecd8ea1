/*
 * invoice_due.c: what of an invoice payment runs are to pay.
 */
#include "invoice_due.h"

#include <string.h>

#include "entitlement.h"

static Vagval__V1__PayableLine *find(const struct vv_invoice_due *due, const char *component,
                                     uint32_t kind)
{
    for (size_t i = 0; i < due->count; i++) {
        if (due->lines[i]->kind == kind && strcmp(due->lines[i]->component, component) == 0) {
            return due->lines[i];
        }
    }
    return NULL;
}

/* Adds to the line of a component; `like` says whose it is. */
static enum vv_status add(struct vv_invoice_due *due, const Vagval__V1__PayableLine *like,
                          vv_money amount, vv_money vat, ProtobufCAllocator *memory)
{
    Vagval__V1__PayableLine *line = find(due, like->component, like->kind);
    if (line == NULL) {
        line = vv_memory_zeroed(memory, sizeof *line);
        if (line == NULL) {
            return VV_NO_MEMORY;
        }
        *line = *like;
        line->amount = line->vat = 0;
        line->example = false;
        due->lines[due->count++] = line;
    }
    line->example = line->example || like->example;
    line->vat += vat; /* a part of the amount */
    return vv_money_add(line->amount, amount, &line->amount);
}

static enum vv_status make_room(struct vv_invoice_due *due, size_t count,
                                ProtobufCAllocator *memory)
{
    due->count = 0;
    due->lines = vv_memory_zeroed(memory, (count + 1) * sizeof *due->lines);
    return due->lines == NULL ? VV_NO_MEMORY : VV_OK;
}

static void drop_zeros(struct vv_invoice_due *due)
{
    size_t kept = 0;
    for (size_t i = 0; i < due->count; i++) {
        if (due->lines[i]->amount != 0) {
            due->lines[kept++] = due->lines[i];
        }
    }
    due->count = kept;
}

enum vv_status vv_invoice_due(const Vagval__V1__InvoiceState *state, const struct vv_match *match,
                              ProtobufCAllocator *memory, struct vv_invoice_due *ret_due)
{
    struct vv_invoice_due due;
    Vagval__V1__PayableLine like = VAGVAL__V1__PAYABLE_LINE__INIT;
    enum vv_status status = make_room(&due, match->matched + 1, memory);
    bool example = false;
    like.contract = state->contract;
    like.period = state->month;
    bool is_due = vv_invoice_state_of(state->state) == VV_INVOICE_MATCHED;
    for (size_t i = 0; status == VV_OK && is_due && i < match->count; i++) {
        const struct vv_match_finding *finding = &match->findings[i];
        if (finding->kind != VV_MATCHED) {
            continue;
        }
        example = example || finding->owed->example;
        like.component = (char *)(uintptr_t)finding->billed->component;
        like.example = finding->owed->example;
        status = add(&due, &like, finding->owed->on_invoice, 0, memory);
    }
    if (status == VV_OK && is_due) {
        vv_money tax = state->tax - state->credited_tax; /* both below 2^53 */
        like.component = (char *)(uintptr_t)VV_INVOICE_VAT;
        like.kind = VV_INVOICE_VAT_KIND;
        like.example = example;
        status = add(&due, &like, tax, tax, memory);
    }
    if (status == VV_OK) {
        drop_zeros(&due);
        *ret_due = due;
    }
    return status;
}

enum vv_status vv_invoice_due_change(const struct vv_invoice_due *before,
                                     const struct vv_invoice_due *after, ProtobufCAllocator *memory,
                                     struct vv_invoice_due *ret_change)
{
    struct vv_invoice_due change;
    enum vv_status status = make_room(&change, before->count + after->count, memory);
    for (size_t i = 0; status == VV_OK && i < after->count; i++) {
        const Vagval__V1__PayableLine *line = after->lines[i];
        status = add(&change, line, line->amount, line->vat, memory);
    }
    for (size_t i = 0; status == VV_OK && i < before->count; i++) {
        const Vagval__V1__PayableLine *line = before->lines[i];
        status = add(&change, line, -line->amount, -line->vat, memory);
    }
    if (status == VV_OK) {
        drop_zeros(&change);
        *ret_change = change;
    }
    return status;
}
