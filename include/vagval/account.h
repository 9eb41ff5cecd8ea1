/*
 * account.h: bank accounts and payment references, checked and brought into one spelling.
 * Sources: the public check-digit rules of bankgiro and plusgiro (Luhn), ISO 13616 (IBAN) and
 * ISO 11649 (RF creditor reference), both ISO 7064 mod 97-10.
 */
#ifndef VAGVAL_ACCOUNT_H
#define VAGVAL_ACCOUNT_H

#include "vagval/status.h"

enum vv_account_kind {
    VV_ACCOUNT_NONE,
    VV_ACCOUNT_BANKGIRO, /* NNN-NNNN or NNNN-NNNN */
    VV_ACCOUNT_PLUSGIRO, /* N-N to NNNNNNN-N */
    VV_ACCOUNT_SWEDISH,  /* clearing number and account, digits only */
    VV_ACCOUNT_IBAN,
};

#define VV_ACCOUNT_TEXT_BYTES 35   /* an IBAN has 34 characters at most */
#define VV_REFERENCE_TEXT_BYTES 26 /* an RF reference has 25 */
#define VV_BIC_TEXT_BYTES 12

/* Words: bankgiro, plusgiro, account, iban. VV_ACCOUNT_NONE for any other. */
enum vv_account_kind vv_account_kind_of(const char *word);
const char *vv_account_kind_word(enum vv_account_kind kind);

/*
 * Checks form and check digits; spaces, and hyphens where people write them, may stand in `text`.
 * A Swedish account has no check digit common to all banks: only its form is checked.
 * Errors: VV_INVALID; the text in ret_error (may be NULL) never repeats the number.
 */
VV_CHECKED enum vv_status vv_account_check(enum vv_account_kind kind, const char *text,
                                           char ret_text[static VV_ACCOUNT_TEXT_BYTES],
                                           struct vv_error *ret_error);
/* RF, two check digits, 1 to 21 letters and digits. Errors as above. */
VV_CHECKED enum vv_status vv_reference_check(const char *text,
                                             char ret_text[static VV_REFERENCE_TEXT_BYTES],
                                             struct vv_error *ret_error);
/* Four letters, two letters of a country, two or five letters and digits. */
VV_CHECKED enum vv_status vv_bic_check(const char *text, char ret_text[static VV_BIC_TEXT_BYTES],
                                       struct vv_error *ret_error);

#endif
