/*
 * bank_details.h: what makes bank details of a provider usable: proposed by one person, approved by
 * another, proof of ownership, a waiting period; and no payment block, and F-tax. Pure.
 */
#ifndef VAGVAL_PAYMENT_BANK_DETAILS_H
#define VAGVAL_PAYMENT_BANK_DETAILS_H

#include <stdbool.h>

#include "vagval/date.h"
#include "vagval/status.h"
#include "vagval/v1/payrun.pb-c.h"

#define VV_BANK_VERSIONS_MAX 32 /* approved details of one provider, the oldest of them dropped */

/*
 * The account that a payment in `currency` on `date` goes to: of the approved details the latest
 * whose waiting period is over on that day. While new details wait, the ones before stay in use.
 *   payee  NULL = the provider has none
 * Returns "" and the account, else why nothing can be paid.
 */
const char *vv_bank_usable(const Vagval__V1__Payee *payee, const char *currency, vv_date date,
                           int wait_days, Vagval__V1__BankAccount **ret_account);

/* Brings a proposal's account into its one spelling. `ret_*` have the sizes of account.h.
 * Errors: VV_INVALID with field and text. */
struct vv_bank_checked {
    char number[35], bic[12], reference[26];
};
VV_CHECKED enum vv_status vv_bank_check(const Vagval__V1__BankAccount *account,
                                        struct vv_bank_checked *ret_checked,
                                        struct vv_error *ret_error);

/* May `who` approve what is proposed? NULL = yes, else why not. */
const char *vv_bank_cannot_approve(const Vagval__V1__Payee *payee, const char *who,
                                   ProtobufCBinaryData proposal);

#endif
