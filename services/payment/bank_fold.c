/*
 * bank_fold.c: what a provider's bank details become by a proposal, a block and an approval. The
 * handlers use it when they happen, verify when it derives the record again.
 */
#include <string.h>

#include "bank_details.h"
#include "course.h"

static char *copy_text(const char *text, ProtobufCAllocator *memory)
{
    char *copy = vv_memory_zeroed(memory, strlen(text) + 1);
    if (copy != NULL) {
        memcpy(copy, text, strlen(text));
    }
    return copy;
}

static enum vv_status set_proposed(Vagval__V1__Payee *payee, const Vagval__V1__ProposeBank *command,
                                   struct vv_bank_checked *checked, const struct vv_bank_act *act,
                                   ProtobufCAllocator *memory)
{
    Vagval__V1__BankDetails *details = vv_memory_zeroed(memory, sizeof *details);
    Vagval__V1__BankAccount *account = vv_memory_zeroed(memory, sizeof *account);
    uint8_t *id = vv_memory_zeroed(memory, sizeof act->id.bytes);
    char *by = copy_text(act->who, memory);
    if (details == NULL || account == NULL || id == NULL || by == NULL) {
        return VV_NO_MEMORY;
    }
    memcpy(id, act->id.bytes, sizeof act->id.bytes);
    vagval__v1__bank_details__init(details);
    details->id = (ProtobufCBinaryData){sizeof act->id.bytes, id};
    details->proposed_by = by;
    details->proposed_on = act->on;
    if (command->account != NULL) {
        vagval__v1__bank_account__init(account);
        account->kind = command->account->kind;
        account->number = checked->number;
        account->bic = checked->bic;
        account->reference = checked->reference;
        details->account = account;
        details->proof = command->proof;
        details->f_tax = command->f_tax;
    }
    payee->proposed = details;
    return VV_OK;
}

enum vv_status vv_bank_propose(Vagval__V1__Payee *payee, const Vagval__V1__ProposeBank *command,
                               struct vv_bank_checked *checked, const struct vv_bank_act *act,
                               ProtobufCAllocator *memory)
{
    enum vv_status status = VV_OK;
    payee->organisation_number = command->organisation_number;
    if (command->account != NULL || command->unblock) {
        status = set_proposed(payee, command, checked, act, memory);
        payee->unblock_proposed = command->unblock;
    }
    if (status == VV_OK && command->block[0] != '\0') {
        payee->blocked = true;
        payee->block_reason = command->block;
        payee->blocked_by = copy_text(act->who, memory);
        status = payee->blocked_by == NULL ? VV_NO_MEMORY : VV_OK;
    }
    return status;
}

/* The oldest gives way when there are too many. */
static enum vv_status add_approved(Vagval__V1__Payee *payee, ProtobufCAllocator *memory)
{
    size_t drop = payee->n_approved >= VV_BANK_VERSIONS_MAX ? 1 : 0;
    size_t keep_count = payee->n_approved - drop;
    Vagval__V1__BankDetails **list = vv_memory_zeroed(memory, (keep_count + 1) * sizeof *list);
    if (list == NULL) {
        return VV_NO_MEMORY;
    }
    if (keep_count > 0) {
        memcpy(list, payee->approved + drop, keep_count * sizeof *list);
    }
    list[keep_count] = payee->proposed;
    payee->approved = list;
    payee->n_approved = keep_count + 1;
    return VV_OK;
}

enum vv_status vv_bank_approve(Vagval__V1__Payee *payee, const struct vv_bank_act *act,
                               ProtobufCAllocator *memory)
{
    enum vv_status status = VV_OK;
    payee->proposed->approved_by = copy_text(act->who, memory);
    payee->proposed->approved_on = act->on;
    if (payee->proposed->approved_by == NULL) {
        return VV_NO_MEMORY;
    }
    if (payee->proposed->account != NULL) {
        status = add_approved(payee, memory);
    }
    if (payee->unblock_proposed) {
        payee->blocked = false;
        payee->block_reason = (char *)(uintptr_t) "";
    }
    payee->unblock_proposed = false;
    payee->proposed = NULL;
    return status;
}
