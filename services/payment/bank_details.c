/*
 * bank_details.c: when a provider's bank details may be used.
 */
#include "bank_details.h"

#include <stdio.h>
#include <string.h>

#include "vagval/account.h"

/* Kronor go to Swedish accounts or an IBAN, euros to an IBAN. */
static bool fits(const Vagval__V1__BankAccount *account, const char *currency)
{
    return strcmp(currency, "SEK") == 0 || vv_account_kind_of(account->kind) == VV_ACCOUNT_IBAN;
}

const char *vv_bank_usable(const Vagval__V1__Payee *payee, const char *currency, vv_date date,
                           int wait_days, Vagval__V1__BankAccount **ret_account)
{
    const Vagval__V1__BankDetails *usable = NULL;
    if (payee == NULL || payee->n_approved == 0) {
        return "no approved bank details";
    }
    if (payee->blocked) {
        return "payments to the provider are blocked";
    }
    for (size_t i = 0; i < payee->n_approved; i++) {
        const Vagval__V1__BankDetails *details = payee->approved[i];
        if (details->account != NULL && details->approved_on + wait_days <= date) {
            usable = details;
        }
    }
    if (usable == NULL) {
        return "the bank details are still in their waiting period";
    }
    /* Of the tax status the latest that was approved counts at once. */
    if (strcmp(payee->approved[payee->n_approved - 1]->f_tax, "yes") != 0) {
        return "the provider is not approved for F-tax";
    }
    if (!fits(usable->account, currency)) {
        return "the account cannot take the run's currency";
    }
    *ret_account = usable->account;
    return "";
}

enum vv_status vv_bank_check(const Vagval__V1__BankAccount *account,
                             struct vv_bank_checked *ret_checked, struct vv_error *ret_error)
{
    struct vv_bank_checked checked = {.bic = ""};
    if (account == NULL) {
        return vv_fail(ret_error, VV_INVALID, "", "account", 0, "is missing");
    }
    enum vv_account_kind kind = vv_account_kind_of(account->kind);
    enum vv_status status = vv_account_check(kind, account->number, checked.number, ret_error);
    if (status == VV_OK && account->bic[0] != '\0') {
        status = vv_bic_check(account->bic, checked.bic, ret_error);
    }
    if (status == VV_OK && account->reference[0] != '\0') {
        status = vv_reference_check(account->reference, checked.reference, ret_error);
    }
    if (status == VV_OK && kind != VV_ACCOUNT_IBAN &&
        (account->bic[0] != '\0' || account->reference[0] != '\0')) {
        return vv_fail(ret_error, VV_INVALID, "", "account", 0,
                       "a BIC or an RF reference goes with an iban only");
    }
    if (status == VV_OK) {
        *ret_checked = checked;
    }
    return status;
}

const char *vv_bank_cannot_approve(const Vagval__V1__Payee *payee, const char *who,
                                   ProtobufCBinaryData proposal)
{
    const Vagval__V1__BankDetails *proposed = payee->proposed;
    if (proposed == NULL) {
        return "nothing is proposed for the provider";
    }
    if (proposal.len != proposed->id.len ||
        memcmp(proposal.data, proposed->id.data, proposal.len) != 0) {
        return "another proposal has taken the place of the one that was shown";
    }
    if (who[0] == '\0' || strcmp(who, proposed->proposed_by) == 0) {
        return "who proposed bank details cannot approve them; another person must";
    }
    return NULL;
}

/* ---- shared accounts ---- */

struct vv_id vv_bank_account_id(const Vagval__V1__BankAccount *account, uint16_t partitions)
{
    char text[64];
    (void)snprintf(text, sizeof text, "%.16s %.40s", account->kind, account->number);
    return vv_id_area("bank-account", text, partitions);
}

bool vv_bank_shared(const Vagval__V1__AccountUsers *users, const char *own,
                    char ret_text[static VV_BANK_SHARED_BYTES])
{
    size_t others = 0;
    size_t named = 0;
    size_t used = 0;
    ret_text[0] = '\0';
    for (size_t i = 0; i < users->n_users; i++) {
        const char *number = users->users[i]->organisation_number;
        if (strcmp(number, own) == 0) {
            continue;
        }
        others++;
        if (named < 3 && strlen(number) < 24) {
            used += (size_t)snprintf(ret_text + used, VV_BANK_SHARED_BYTES - used, "%s%s",
                                     named == 0 ? "" : ", ", number);
            named++;
        }
    }
    if (others > named) {
        (void)snprintf(ret_text + used, VV_BANK_SHARED_BYTES - used, " and %zu more",
                       others - named);
    }
    return others > 0;
}

bool vv_bank_note_user(Vagval__V1__AccountUser **list, size_t *count, Vagval__V1__AccountUser *user,
                       bool left)
{
    size_t at = 0;
    while (at < *count && strcmp(list[at]->organisation_number, user->organisation_number) != 0) {
        at++;
    }
    if (left && at < *count) {
        list[at] = list[--*count];
        return true;
    }
    if (left || at < *count || *count >= VV_BANK_USERS_MAX) {
        return false;
    }
    list[(*count)++] = user;
    return true;
}
