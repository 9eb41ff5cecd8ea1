/*
 * billing.h: what an invoice's state becomes, and which of its lines still stand. Pure.
 *
 *   received --(every line agrees)--> matched --(paid)--> paid
 *      |                                 |
 *      +--(a person)--> disputed <-------+
 *   received, matched, disputed --(credit notes take it all back)--> credited
 *   received, disputed --(credit notes leave what is owed)--> matched
 */
#ifndef VAGVAL_PAYMENT_BILLING_H
#define VAGVAL_PAYMENT_BILLING_H

#include "match.h"

enum vv_invoice_state {
    VV_INVOICE_RECEIVED, /* some line differs: a person looks */
    VV_INVOICE_MATCHED,
    VV_INVOICE_DISPUTED,
    VV_INVOICE_CREDITED,
    VV_INVOICE_PAID,
    VV_INVOICE_STATES, /* how many there are; of a text that is none */
};
const char *vv_invoice_state_name(enum vv_invoice_state state);
enum vv_invoice_state vv_invoice_state_of(const char *name);

/* Credited and paid are ends. */
bool vv_invoice_is_closed(enum vv_invoice_state state);

/*
 * The state after matching: `standing` = some line still stands after credit notes; `wrong` = lines
 * that do not agree. What a person disputed stays disputed until it agrees or is taken back.
 */
enum vv_invoice_state vv_invoice_after_match(enum vv_invoice_state state, bool standing,
                                             size_t wrong);

/*
 * Takes a credit note's lines off the lines that it corrects, key by key, in place: each amount
 * becomes what is left of it. Both are of documents whose lines agreed. Returns the sum taken off.
 */
vv_money vv_billing_take_off(struct vv_match_line *lines, size_t count,
                             const struct vv_match_line *credit, size_t credit_count);
/* Does any line have an amount left? */
bool vv_billing_stands(const struct vv_match_line *lines, size_t count);

/* Id of a document: derived from contract and number, in the contract's partition. */
struct vv_id vv_invoice_id(struct vv_id contract, const char *number);
/* Id of a contract's month, in `partition`. `month` = its first day. */
struct vv_id vv_contract_month_id(struct vv_id contract, vv_date month, uint16_t partition);

#endif
