/*
 * bank_details.h: what makes bank details of a provider usable: proposed by one person, approved by
 * another, proof of ownership, a waiting period; and no payment block, and F-tax. Pure.
 */
#ifndef VAGVAL_PAYMENT_BANK_DETAILS_H
#define VAGVAL_PAYMENT_BANK_DETAILS_H

#include <stdbool.h>

#include "vagval/date.h"
#include "vagval/id.h"
#include "vagval/status.h"
#include "vagval/v1/account.pb-c.h"
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

/* Home of what is known of an account, wherever its providers are: by its one spelling. */
struct vv_id vv_bank_account_id(const Vagval__V1__BankAccount *account, uint16_t partitions);

/*
 * One account of several providers may be right (a group's own bank), and may be fraud: it is taken
 * when the person who acts says to know it. Writes the organisation numbers of the others, a few
 * and how many more, and returns whether there are any. users   who is paid to the account, as far
 * as is known own     the provider's organisation number
 */
#define VV_BANK_SHARED_BYTES 96
bool vv_bank_shared(const Vagval__V1__AccountUsers *users, const char *own,
                    char ret_text[static VV_BANK_SHARED_BYTES]);

/* Adds a user or takes it off; false when nothing changes. `list` has room for one more. */
#define VV_BANK_USERS_MAX 64
bool vv_bank_note_user(Vagval__V1__AccountUser **list, size_t *count, Vagval__V1__AccountUser *user,
                       bool left);

/* Who said something of a provider's bank details, and when. */
struct vv_bank_act {
    struct vv_id id; /* of the message */
    const char *who;
    vv_date on;
};
/* What a proposal or block makes of the record; `checked` is the account's spelling. The record
 * then points into command, checked and act. Errors: VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_bank_propose(Vagval__V1__Payee *payee,
                                          const Vagval__V1__ProposeBank *command,
                                          struct vv_bank_checked *checked,
                                          const struct vv_bank_act *act,
                                          ProtobufCAllocator *memory);
/* What the approval of what is proposed makes of it. Errors: VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_bank_approve(Vagval__V1__Payee *payee, const struct vv_bank_act *act,
                                          ProtobufCAllocator *memory);

/* May `who` approve what is proposed? NULL = yes, else why not. */
const char *vv_bank_cannot_approve(const Vagval__V1__Payee *payee, const char *who,
                                   ProtobufCBinaryData proposal);

#endif
