/*
 * handlers_bank.c: bank details of a provider, in the provider's partition: proposed, approved,
 * shown. A payment block acts at once; lifting it waits for a second person like all else.
 */
#include <string.h>

#include "bank_details.h"
#include "casework.h"
#include "payrun_work.h"
#include "vagval/idno.h"
#include "vagval/limits.h"

extern const struct vv_handler vv_handle_propose_bank;
extern const struct vv_handler vv_handle_approve_bank;
extern const struct vv_handler vv_handle_bank_get;

#define REASON_BYTES_MAX 140

static enum vv_status plan_payee(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_plan *plan)
{
    (void)loaded;
    vv_plan_load(plan, "payee", call->subject);
    vv_plan_fact_home(plan, "payee", call->subject);
    return VV_OK;
}

static enum vv_status read_payee(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_outcome *outcome, const char *organisation_number,
                                 Vagval__V1__Payee **ret_payee)
{
    const struct vv_record *record = vv_loaded(loaded, "payee", call->subject);
    ProtobufCMessage *message = NULL;
    if (!vv_id_equal(vv_id_provider(organisation_number, call->partitions), call->subject)) {
        return vv_refuse(outcome, VV_INVALID, "organisation_number",
                         "does not belong to the message's subject");
    }
    if (call->sender[0] == '\0') {
        return vv_refuse(outcome, VV_REFUSED, "sender", "bank details need a named person");
    }
    if (record->field_count >= VV_CASE_FACTS_MAX) {
        return vv_refuse(outcome, VV_REFUSED, "organisation_number",
                         "the provider holds %d facts, which is the most", VV_CASE_FACTS_MAX);
    }
    enum vv_status status =
        vv_record_unpack(call, record, &vagval__v1__payee__descriptor, &message);
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "organisation_number",
                         "the stored bank details do not read back");
    }
    *ret_payee = (Vagval__V1__Payee *)message;
    return VV_OK;
}

static void answer(const struct vv_call *call, struct vv_outcome *outcome, bool known,
                   Vagval__V1__Payee *payee)
{
    Vagval__V1__BankView view = VAGVAL__V1__BANK_VIEW__INIT;
    struct vv_id id = call->subject;
    view.provider = (ProtobufCBinaryData){sizeof id.bytes, id.bytes};
    view.known = known;
    view.body = payee;
    vv_reply(outcome, &view.base);
}

static enum vv_status keep(const struct vv_call *call, struct vv_outcome *outcome, bool is_new,
                           Vagval__V1__Payee *payee)
{
    if (is_new) {
        vv_append(outcome, "payees", VV_NIL, call->subject.bytes, sizeof call->subject.bytes);
    }
    vv_put(outcome, "payee", call->subject, &payee->base);
    vv_accept(outcome, call->now.today, call->sender, VV_NIL, NULL, 0, false);
    answer(call, outcome, true, payee);
    return VV_OK;
}

/* ---- propose ---- */

static enum vv_status check_proposal(struct vv_outcome *outcome,
                                     const Vagval__V1__ProposeBank *command,
                                     struct vv_bank_checked *ret_checked)
{
    struct vv_error error = {0};
    struct vv_idno number;
    if (vv_idno_check(VV_IDNO_ORGANISATIONSNUMMER, command->organisation_number, 0, &number,
                      &error) != VV_OK &&
        vv_idno_check(VV_IDNO_Y_TUNNUS, command->organisation_number, 0, &number, NULL) != VV_OK) {
        return vv_refuse(outcome, VV_INVALID, "organisation_number", "%s", error.text);
    }
    if (strlen(command->block) > REASON_BYTES_MAX) {
        return vv_refuse(outcome, VV_INVALID, "block", "is longer than %d bytes", REASON_BYTES_MAX);
    }
    if (command->account == NULL) {
        return VV_OK; /* a block, or lifting one */
    }
    if (vv_bank_check(command->account, ret_checked, &error) != VV_OK) {
        return vv_refuse(outcome, VV_INVALID, error.field, "%s", error.text);
    }
    if (command->proof.len == 0) {
        return vv_refuse(outcome, VV_INVALID, "proof",
                         "the document that proves who owns the account is missing");
    }
    if (strcmp(command->f_tax, "yes") != 0 && strcmp(command->f_tax, "no") != 0) {
        return vv_refuse(outcome, VV_INVALID, "f_tax", "is not yes or no");
    }
    return VV_OK;
}

/* Who else has the account? Asked while planning; answered by the account's partition. */
static void ask_users(const struct vv_call *call, struct vv_plan *plan,
                      const Vagval__V1__BankAccount *account)
{
    const Vagval__V1__AccountGet get = VAGVAL__V1__ACCOUNT_GET__INIT;
    vv_plan_ask(plan, VV_PAYMENT, VV_MSG_ACCOUNT_GET, vv_bank_account_id(account, call->partitions),
                &get.base);
}

/* Takes an account that other providers have only from who says to know it. */
static enum vv_status check_shared(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_outcome *outcome, Vagval__V1__Payee *payee,
                                   bool confirmed)
{
    char text[VV_BANK_SHARED_BYTES];
    Vagval__V1__BankDetails *details = payee->proposed;
    const struct vv_answer *answer = vv_loaded_answer(
        loaded, VV_MSG_ACCOUNT_GET, vv_bank_account_id(details->account, call->partitions));
    if (answer == NULL || answer->status != VV_OK) {
        return VV_BUSY;
    }
    if (!vv_bank_shared((const Vagval__V1__AccountUsers *)answer->body, payee->organisation_number,
                        text)) {
        return VV_OK;
    }
    if (!confirmed) {
        return vv_refuse(outcome, VV_REFUSED, "shared",
                         "the account is that of %s too: find out why before money goes there",
                         text);
    }
    details->shared_with = vv_arena_text(call->arena, text);
    return details->shared_with == NULL ? VV_NO_MEMORY : VV_OK;
}

/* An account in its one spelling; false when it is none, which decide says. */
static bool spell(const Vagval__V1__BankAccount *account, struct vv_bank_checked *checked,
                  Vagval__V1__BankAccount *ret_spelt)
{
    if (account == NULL || vv_bank_check(account, checked, NULL) != VV_OK) {
        return false;
    }
    *ret_spelt = *account;
    ret_spelt->number = checked->number;
    return true;
}

static enum vv_status plan_propose(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_plan *plan)
{
    const Vagval__V1__ProposeBank *command = (const Vagval__V1__ProposeBank *)call->body;
    struct vv_bank_checked checked;
    Vagval__V1__BankAccount account;
    if (spell(command->account, &checked, &account)) {
        ask_users(call, plan, &account);
    }
    return plan_payee(call, loaded, plan);
}

static enum vv_status decide_propose(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_outcome *outcome)
{
    const Vagval__V1__ProposeBank *command = (const Vagval__V1__ProposeBank *)call->body;
    struct vv_bank_checked checked = {.bic = ""};
    Vagval__V1__Payee *payee = NULL;
    enum vv_status status = read_payee(call, loaded, outcome, command->organisation_number, &payee);
    if (status == VV_OK) {
        status = check_proposal(outcome, command, &checked);
    }
    if (status != VV_OK) {
        return status;
    }
    if (command->account == NULL && command->block[0] == '\0' && !command->unblock) {
        return vv_refuse(outcome, VV_INVALID, "account", "nothing is proposed");
    }
    const struct vv_bank_act act = {call->id, call->sender, call->now.today};
    status = vv_bank_propose(payee, command, &checked, &act, &call->arena->allocator);
    if (status == VV_OK && command->account != NULL) {
        status = check_shared(call, loaded, outcome, payee, command->shared);
    }
    return status == VV_OK
               ? keep(call, outcome, !vv_loaded(loaded, "payee", call->subject)->exists, payee)
               : status;
}

const struct vv_handler vv_handle_propose_bank = {.plan = plan_propose, .decide = decide_propose};

/* ---- approve ---- */

static enum vv_status plan_approve(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_plan *plan)
{
    ProtobufCMessage *message = NULL;
    enum vv_status status = plan_payee(call, loaded, plan);
    const struct vv_record *record = vv_loaded(loaded, "payee", call->subject);
    if (status != VV_OK || record == NULL ||
        vv_record_unpack(call, record, &vagval__v1__payee__descriptor, &message) != VV_OK) {
        return status; /* not there yet; what does not read, decide refuses */
    }
    const Vagval__V1__Payee *payee = (const Vagval__V1__Payee *)message;
    if (payee->proposed != NULL && payee->proposed->account != NULL) {
        ask_users(call, plan, payee->proposed->account);
    }
    return VV_OK;
}

/* Tells an account that the provider has it, or has it no longer. */
static void note_account(const struct vv_call *call, struct vv_outcome *outcome,
                         const Vagval__V1__Payee *payee, const Vagval__V1__BankAccount *account,
                         bool left)
{
    struct vv_id provider = call->subject;
    Vagval__V1__NoteAccount order = VAGVAL__V1__NOTE_ACCOUNT__INIT;
    order.case_id = (ProtobufCBinaryData){sizeof provider.bytes, provider.bytes};
    order.organisation_number = payee->organisation_number;
    order.left = left;
    vv_emit(outcome, VV_MSG_NOTE_ACCOUNT, vv_bank_account_id(account, call->partitions), "",
            call->now.today, &order.base);
}

/* The approved details are in use from the end of their waiting period; the accounts know at once.
 */
static void note_change(const struct vv_call *call, struct vv_outcome *outcome,
                        const Vagval__V1__Payee *payee)
{
    const Vagval__V1__BankAccount *now = payee->proposed->account;
    const Vagval__V1__BankAccount *before =
        payee->n_approved == 0 ? NULL : payee->approved[payee->n_approved - 1]->account;
    bool same = before != NULL && strcmp(before->kind, now->kind) == 0 &&
                strcmp(before->number, now->number) == 0;
    if (before != NULL && !same) {
        note_account(call, outcome, payee, before, true);
    }
    note_account(call, outcome, payee, now, false);
}

static enum vv_status decide_approve(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_outcome *outcome)
{
    const Vagval__V1__ApproveBank *command = (const Vagval__V1__ApproveBank *)call->body;
    Vagval__V1__Payee *payee = NULL;
    enum vv_status status = read_payee(call, loaded, outcome, command->organisation_number, &payee);
    if (status != VV_OK) {
        return status;
    }
    const char *reason = vv_bank_cannot_approve(payee, call->sender, command->proposal);
    if (reason != NULL) {
        return vv_refuse(outcome, VV_REFUSED, "proposal", "%s", reason);
    }
    status = payee->proposed->account == NULL
                 ? VV_OK
                 : check_shared(call, loaded, outcome, payee, command->shared);
    if (status != VV_OK) {
        return status;
    }
    if (payee->proposed->account != NULL) {
        note_change(call, outcome, payee);
    }
    const struct vv_bank_act act = {call->id, call->sender, call->now.today};
    status = vv_bank_approve(payee, &act, &call->arena->allocator);
    return status == VV_OK ? keep(call, outcome, false, payee) : status;
}

const struct vv_handler vv_handle_approve_bank = {.plan = plan_approve, .decide = decide_approve};

/* ---- show: to people, and to a run that asks who is paid ---- */

static enum vv_status plan_get(const struct vv_call *call, const struct vv_loaded *loaded,
                               struct vv_plan *plan)
{
    (void)loaded;
    vv_plan_load(plan, "payee", call->subject);
    return VV_OK;
}

static enum vv_status decide_get(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_outcome *outcome)
{
    const struct vv_record *record = vv_loaded(loaded, "payee", call->subject);
    ProtobufCMessage *message = NULL;
    enum vv_status status =
        vv_record_unpack(call, record, &vagval__v1__payee__descriptor, &message);
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "provider", "the stored bank details do not read back");
    }
    answer(call, outcome, record->exists, (Vagval__V1__Payee *)message);
    return VV_OK;
}

const struct vv_handler vv_handle_bank_get = {.plan = plan_get, .decide = decide_get};
