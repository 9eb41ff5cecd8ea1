/*
 * handlers_payrun_freeze.c: finds out who is paid for each contract of a run and where to, a few
 * contracts per message; with the last of them the run is frozen. From then on nothing of what was
 * frozen changes.
 */
#include "payrun_work.h"

#include <string.h>

#include "bank_details.h"
#include "casework.h"

extern const struct vv_handler vv_handle_resolve_run;

#define RESOLVE_CONTRACTS 16 /* of one message: each asks the registry and a provider's record */

static bool has_payee(const struct vv_record *record, ProtobufCBinaryData contract)
{
    char name[VV_RUN_FIELD_BYTES];
    size_t len = vv_payrun_payee_field(contract, name);
    for (size_t i = 0; i < record->field_count; i++) {
        if (record->fields[i].name_len == len && memcmp(record->fields[i].name, name, len) == 0) {
            return true;
        }
    }
    return false;
}

/* The contracts without a payee: their number, and the first few. */
static size_t unresolved(const struct vv_record *record, Vagval__V1__ContractSum *const *sums,
                         size_t count, struct vv_id ret_first[static RESOLVE_CONTRACTS])
{
    size_t open = 0;
    for (size_t i = 0; i < count; i++) {
        struct vv_id id;
        if (!has_payee(record, sums[i]->contract) &&
            vv_id_from_bytes(sums[i]->contract.data, sums[i]->contract.len, &id) == VV_OK) {
            if (open < RESOLVE_CONTRACTS) {
                ret_first[open] = id;
            }
            open++;
        }
    }
    return open;
}

/* Reads a run that still drafts; a work without body when there is nothing to resolve yet. */
static enum vv_status read_open(const struct vv_call *call, const struct vv_record *record,
                                struct vv_payrun_work *work, struct vv_id first[RESOLVE_CONTRACTS],
                                size_t *ret_open)
{
    ProtobufCMessage *body = NULL;
    Vagval__V1__ContractSum **sums = NULL;
    size_t count = 0;
    *ret_open = 0;
    enum vv_status status = vv_record_unpack(call, record, &vagval__v1__pay_run__descriptor, &body);
    if (status != VV_OK) {
        return status;
    }
    *work = (struct vv_payrun_work){
        .call = call, .record = record, .id = call->subject, .body = (Vagval__V1__PayRun *)body};
    if (work->body->state != VV_RUN_DRAFTING || work->body->done < call->partitions) {
        return VV_OK;
    }
    status = vv_payrun_sums(work, &sums, &count);
    if (status == VV_OK) {
        *ret_open = unresolved(record, sums, count, first);
    }
    return status;
}

static enum vv_status plan_resolve(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_plan *plan)
{
    const Vagval__V1__ResolveRun *command = (const Vagval__V1__ResolveRun *)call->body;
    struct vv_id contracts[RESOLVE_CONTRACTS];
    struct vv_payrun_work work;
    size_t open = 0;
    enum vv_status status = vv_payrun_plan(call, plan, command->run);
    const struct vv_record *record =
        status == VV_OK ? vv_loaded(loaded, "run", call->subject) : NULL;
    if (record == NULL || !record->exists) {
        return status;
    }
    status = read_open(call, record, &work, contracts, &open);
    for (size_t i = 0; status == VV_OK && i < open && i < RESOLVE_CONTRACTS; i++) {
        Vagval__V1__PayeeGet get = VAGVAL__V1__PAYEE_GET__INIT;
        get.contract = (ProtobufCBinaryData){sizeof contracts[i].bytes, contracts[i].bytes};
        vv_plan_ask(plan, VV_REGISTRY, VV_MSG_PAYEE_GET, contracts[i], &get.base);
        const struct vv_answer *answer = vv_loaded_answer(loaded, VV_MSG_PAYEE_GET, contracts[i]);
        struct vv_id provider;
        if (answer == NULL || answer->status != VV_OK) {
            continue;
        }
        const Vagval__V1__PayeeFound *found = (const Vagval__V1__PayeeFound *)answer->body;
        if (vv_id_from_bytes(found->provider.data, found->provider.len, &provider) == VV_OK) {
            Vagval__V1__BankGet bank = VAGVAL__V1__BANK_GET__INIT;
            bank.provider = (ProtobufCBinaryData){sizeof provider.bytes, provider.bytes};
            vv_plan_ask(plan, VV_PAYMENT, VV_MSG_BANK_GET, provider, &bank.base);
        }
    }
    return status == VV_TOO_LARGE ? VV_OK : status; /* decide says so */
}

/* Who is paid for one contract. */
static enum vv_status resolve(struct vv_payrun_work *work, const struct vv_loaded *loaded,
                              struct vv_id contract)
{
    const struct vv_answer *answer = vv_loaded_answer(loaded, VV_MSG_PAYEE_GET, contract);
    Vagval__V1__RunPayee payee = VAGVAL__V1__RUN_PAYEE__INIT;
    char name[VV_RUN_FIELD_BYTES];
    payee.contract = (ProtobufCBinaryData){sizeof contract.bytes, contract.bytes};
    if (answer->status != VV_OK && answer->status != VV_NOT_FOUND) {
        return VV_BUSY;
    }
    if (answer->status == VV_NOT_FOUND) {
        payee.reason = (char *)(uintptr_t) "the registry knows no such contract";
    } else {
        const Vagval__V1__PayeeFound *found = (const Vagval__V1__PayeeFound *)answer->body;
        struct vv_id provider;
        if (vv_id_from_bytes(found->provider.data, found->provider.len, &provider) != VV_OK) {
            return VV_CORRUPT;
        }
        const struct vv_answer *bank = vv_loaded_answer(loaded, VV_MSG_BANK_GET, provider);
        if (bank == NULL || bank->status != VV_OK) {
            return VV_BUSY;
        }
        payee.provider = found->provider;
        payee.name = found->name;
        payee.organisation_number = found->organisation_number;
        payee.reason = (char *)(uintptr_t)vv_bank_usable(
            ((const Vagval__V1__BankView *)bank->body)->body, work->body->currency,
            work->body->date, (int)work->body->wait_days, &payee.account);
    }
    size_t len = vv_payrun_payee_field(payee.contract, name);
    return vv_payrun_put_field(work, name, len, &payee.base);
}

/* ---- the freeze ---- */

/* Counts what goes to the bank, and gives back what does not. */
static enum vv_status settle_payments(struct vv_payrun_work *work,
                                      Vagval__V1__RunPayment *const *payments, size_t count)
{
    Vagval__V1__RunPayment **left_out =
        vv_arena_alloc(work->call->arena, (count + 1) * sizeof *left_out);
    enum vv_status status = left_out == NULL ? VV_NO_MEMORY : VV_OK;
    for (size_t i = 0; status == VV_OK && i < count; i++) {
        if (payments[i]->state == VV_PAYMENT_LEFT_OUT) {
            left_out[work->body->left_out++] = payments[i];
        } else {
            work->body->payments++;
            status = vv_money_add(work->body->amount, payments[i]->amount, &work->body->amount);
        }
    }
    return status == VV_OK ? vv_payrun_return_each(work, left_out, work->body->left_out) : status;
}

static enum vv_status freeze(struct vv_payrun_work *work)
{
    ProtobufCAllocator *memory = &work->call->arena->allocator;
    Vagval__V1__ContractSum **sums = NULL;
    Vagval__V1__RunPayee **payees = NULL;
    Vagval__V1__RunPayment **payments = NULL;
    Vagval__V1__SegmentDrafted **segments = NULL;
    size_t sum_count = 0;
    size_t payee_count = 0;
    size_t count = 0;
    size_t segment_count = 0;
    uint8_t *hash = vv_arena_alloc(work->call->arena, 32);
    enum vv_status status = hash == NULL ? VV_NO_MEMORY : vv_payrun_sums(work, &sums, &sum_count);
    if (status == VV_OK) {
        status = vv_payrun_payees(work, &payees, &payee_count);
    }
    if (status == VV_OK) {
        status = vv_payrun_group(sums, sum_count, payees, payee_count, memory, &payments, &count);
    }
    if (status == VV_OK) {
        status = vv_payrun_mark_shared(payments, count, memory, &work->body->shared);
    }
    if (status == VV_OK) {
        status = settle_payments(work, payments, count);
    }
    work->body->frozen_ms = work->call->now.ms;
    if (status == VV_OK) {
        status = vv_payrun_segments(work, &segments, &segment_count);
    }
    if (status == VV_OK) {
        status = vv_payrun_hash(work->body, segments, segment_count, payments, count, memory, hash);
    }
    work->body->hash = (ProtobufCBinaryData){32, hash};
    if (status == VV_OK) {
        status = vv_payrun_put_payments(work, payments, count);
    }
    if (status == VV_OK) {
        status = vv_payrun_step(work, work->body->payments > 0 ? VV_RUN_DRAFTED : VV_RUN_CANCELLED,
                                work->body->payments > 0 ? "" : "nothing to pay");
    }
    return status;
}

static enum vv_status decide_resolve(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_outcome *outcome)
{
    struct vv_id contracts[RESOLVE_CONTRACTS];
    struct vv_payrun_work work;
    size_t open = 0;
    enum vv_status status = vv_payrun_open(call, loaded, outcome, &work);
    if (status != VV_OK) {
        return status;
    }
    status = read_open(call, work.record, &work, contracts, &open);
    work.outcome = outcome;
    if (status == VV_TOO_LARGE) {
        return vv_refuse(outcome, status, "run",
                         "the run has more than %d contracts, or a sum beyond what can be paid: "
                         "nobody can freeze it",
                         VV_RUN_CONTRACTS_MAX);
    }
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "run", "the stored segments do not read back");
    }
    if (work.body->state != VV_RUN_DRAFTING || work.body->done < call->partitions) {
        return vv_payrun_answer(&work, 0);
    }
    if (open > 0) {
        size_t now = open < RESOLVE_CONTRACTS ? open : RESOLVE_CONTRACTS;
        for (size_t i = 0; status == VV_OK && i < now; i++) {
            status = resolve(&work, loaded, contracts[i]);
        }
        if (status == VV_OK) {
            vv_payrun_put(&work);
            status = vv_payrun_answer(&work, (uint32_t)(open - now) + 1); /* and the freeze */
        }
        return status;
    }
    status = freeze(&work);
    if (status != VV_OK) {
        return status;
    }
    vv_payrun_put(&work);
    return vv_payrun_answer(&work, 0);
}

const struct vv_handler vv_handle_resolve_run = {.plan = plan_resolve, .decide = decide_resolve};
