/*
 * ledger.h: lines to balanced double-entry postings.
 *
 * Debit is positive, credit negative, and a batch sums to 0. Every account but the expense is a
 * contract's: no posting can become a job seeker's debt.
 *
 *     owed      amount > 0   debit expense:<component>    credit provider:<contract>
 *     recovery  amount < 0   debit recovery:<contract>    credit expense:<component>
 *     set-off   amount < 0   debit provider:<contract>    credit recovery:<contract>
 *     claim     amount < 0   debit claim:<contract>       credit recovery:<contract>
 *     reversed  amount > 0   debit expense:<component>    credit recovery:<contract>
 *
 * A proposal and a fall that is left standing move nothing.
 */
#ifndef VAGVAL_PAYMENT_LEDGER_H
#define VAGVAL_PAYMENT_LEDGER_H

#include "difference.h"

/* "expense:" and a component code, or "provider:" and 32 hexadecimal digits. */
#define VV_ACCOUNT_BYTES_MAX 128

struct vv_posting {
    char account[VV_ACCOUNT_BYTES_MAX];
    vv_money amount;
};

/*
 * Postings of a difference, one pair per posted line, accounts summed per batch, in the order in
 * which the lines first name them.
 * Errors: VV_NO_MEMORY, VV_TOO_LARGE (also a component code beyond VV_CODE_BYTES_MAX).
 */
VV_CHECKED enum vv_status vv_ledger_postings(const struct vv_difference *difference,
                                             ProtobufCAllocator *memory,
                                             struct vv_posting **ret_postings, size_t *ret_count);

#endif
