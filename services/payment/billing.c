/*
 * billing.c: states of an invoice, and what credit notes leave of it.
 */
#include "billing.h"

#include <string.h>

static const char *const names[VV_INVOICE_STATES + 1] = {"received", "matched", "disputed",
                                                         "credited", "paid",    ""};

const char *vv_invoice_state_name(enum vv_invoice_state state)
{
    return names[state];
}

enum vv_invoice_state vv_invoice_state_of(const char *name)
{
    unsigned state = 0;
    while (state < VV_INVOICE_STATES && strcmp(names[state], name) != 0) {
        state++;
    }
    return (enum vv_invoice_state)state;
}

bool vv_invoice_is_closed(enum vv_invoice_state state)
{
    return state == VV_INVOICE_CREDITED || state == VV_INVOICE_PAID;
}

enum vv_invoice_state vv_invoice_after_match(enum vv_invoice_state state, bool standing,
                                             size_t wrong)
{
    if (vv_invoice_is_closed(state)) {
        return state;
    }
    if (!standing) {
        return VV_INVOICE_CREDITED;
    }
    if (wrong == 0) {
        return VV_INVOICE_MATCHED;
    }
    return state == VV_INVOICE_DISPUTED ? VV_INVOICE_DISPUTED : VV_INVOICE_RECEIVED;
}

static bool same_key(const struct vv_match_line *a, const struct vv_match_line *b)
{
    return vv_id_equal(a->case_id, b->case_id) && a->period == b->period &&
           strcmp(a->component, b->component) == 0;
}

vv_money vv_billing_take_off(struct vv_match_line *lines, size_t count,
                             const struct vv_match_line *credit, size_t credit_count)
{
    vv_money sum = 0;
    for (size_t c = 0; c < credit_count; c++) {
        for (size_t i = 0; i < count; i++) {
            if (same_key(&lines[i], &credit[c])) {
                lines[i].amount -= credit[c].amount;
                sum += credit[c].amount;
                break;
            }
        }
    }
    return sum;
}

bool vv_billing_stands(const struct vv_match_line *lines, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (lines[i].amount != 0) {
            return true;
        }
    }
    return false;
}

static struct vv_id in_partition(struct vv_id id, uint16_t partition)
{
    id.bytes[0] = (uint8_t)(partition >> 8);
    id.bytes[1] = (uint8_t)(partition & 0xFF);
    return id;
}

struct vv_id vv_invoice_id(struct vv_id contract, const char *number)
{
    char text[VV_ID_TEXT_BYTES];
    vv_id_format(contract, text);
    return in_partition(vv_id_fact("invoice", text, number), vv_id_partition(contract));
}

struct vv_id vv_contract_month_id(struct vv_id contract, vv_date month, uint16_t partition)
{
    return in_partition(vv_id_step(contract, (uint32_t)month), partition);
}
