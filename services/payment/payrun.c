/*
 * payrun.c: the rules of a payment run.
 */
#include "payrun.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "entitlement.h"

static const char *const state_names[] = {
    [VV_RUN_NONE] = "none",           [VV_RUN_DRAFTING] = "drafting",
    [VV_RUN_DRAFTED] = "drafted",     [VV_RUN_APPROVED] = "approved",
    [VV_RUN_RELEASED] = "released",   [VV_RUN_CONFIRMED] = "confirmed",
    [VV_RUN_PARTIALLY] = "partially", [VV_RUN_REJECTED] = "rejected",
    [VV_RUN_CANCELLED] = "cancelled"};
static const char *const payment_names[] = {[VV_PAYMENT_NONE] = "none",
                                            [VV_PAYMENT_TO_PAY] = "to_pay",
                                            [VV_PAYMENT_LEFT_OUT] = "left_out",
                                            [VV_PAYMENT_ACCEPTED] = "accepted",
                                            [VV_PAYMENT_REJECTED] = "rejected"};

const char *vv_payrun_state_name(unsigned state)
{
    return state <= VV_RUN_CANCELLED ? state_names[state] : "unknown";
}

const char *vv_payrun_payment_state_name(unsigned state)
{
    return state <= VV_PAYMENT_REJECTED ? payment_names[state] : "unknown";
}

struct vv_id vv_payrun_id_in(struct vv_id id, uint16_t partition)
{
    id.bytes[0] = (uint8_t)(partition >> 8);
    id.bytes[1] = (uint8_t)(partition & 0xFF);
    return id;
}

struct vv_id vv_payrun_id(const char *scheme, vv_date date, uint32_t number)
{
    char reference[64];
    (void)snprintf(reference, sizeof reference, "%d/%u", (int)date, (unsigned)number);
    return vv_payrun_id_in(vv_id_fact(scheme, "payment-run", reference), 0);
}

struct vv_id vv_payrun_segment_id(struct vv_id run, uint16_t partition, uint32_t chunk)
{
    return vv_payrun_id_in(vv_id_step(vv_id_step(run, partition), chunk), partition);
}

/* ---- who may do what ---- */

const char *vv_payrun_person(const Vagval__V1__PayRun *run, enum vv_payrun_state state)
{
    for (size_t i = 0; i < run->n_steps; i++) {
        if (run->steps[i]->state == state) {
            return run->steps[i]->by;
        }
    }
    return "";
}

const char *vv_payrun_cannot_approve(const Vagval__V1__PayRun *run, const char *who,
                                     ProtobufCBinaryData hash_seen, uint32_t shared_seen)
{
    if (run->state == VV_RUN_DRAFTING) {
        return "the run is not frozen yet; `vagval pay run` completes it";
    }
    if (run->state != VV_RUN_DRAFTED) {
        return "only a drafted run can be approved, and this one has gone on";
    }
    if (who[0] == '\0' || strcmp(who, vv_payrun_person(run, VV_RUN_DRAFTING)) == 0) {
        return "who drafted a run cannot approve it; another person must";
    }
    if (hash_seen.len != run->hash.len ||
        memcmp(hash_seen.data, run->hash.data, run->hash.len) != 0) {
        return "the run's content is not the one that was shown to the approver";
    }
    if (run->shared != shared_seen) {
        return "payments of several providers go to one account: look at them with `vagval pay "
               "show`, find out why, then confirm that";
    }
    return NULL;
}

const char *vv_payrun_cannot_cancel(const Vagval__V1__PayRun *run)
{
    if (run->state == VV_RUN_DRAFTED || run->state == VV_RUN_APPROVED) {
        return NULL;
    }
    return run->state == VV_RUN_DRAFTING
               ? "the run is not frozen yet; `vagval pay run` completes it"
               : "only a drafted or approved run can be cancelled: this one has gone on";
}

const char *vv_payrun_cannot_release(const Vagval__V1__PayRun *run, const char *who,
                                     bool allow_example)
{
    if (run->state != VV_RUN_APPROVED) {
        return run->state < VV_RUN_APPROVED
                   ? "the run is not approved; another person than the drafter approves it"
                   : "only an approved run can be released, and this one has gone on";
    }
    if (who[0] == '\0' || strcmp(who, vv_payrun_person(run, VV_RUN_DRAFTING)) == 0) {
        return "who drafted a run cannot release it; the approver or a third person can";
    }
    if (run->debtor == NULL) {
        return "the scheme names no account to pay from (section `bank:`)";
    }
    if ((run->examples > 0 || run->debtor->example) && !allow_example) {
        return "the run rests on example prices or an example account: no bank file is made of "
               "it without --allow-example";
    }
    return NULL;
}

/* ---- one payment per provider ---- */

static int compare_bytes(ProtobufCBinaryData a, ProtobufCBinaryData b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter == 0 ? 0 : memcmp(a.data, b.data, shorter);
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static int by_contract(const void *left, const void *right)
{
    Vagval__V1__ContractSum *const *a = left;
    Vagval__V1__ContractSum *const *b = right;
    return compare_bytes((*a)->contract, (*b)->contract);
}

static int payee_by_contract(const void *left, const void *right)
{
    Vagval__V1__RunPayee *const *a = left;
    Vagval__V1__RunPayee *const *b = right;
    return compare_bytes((*a)->contract, (*b)->contract);
}

/* By organisation number, provider and first contract: a total order, so the same file again. */
static int by_provider(const void *left, const void *right)
{
    Vagval__V1__RunPayment *const *a = left;
    Vagval__V1__RunPayment *const *b = right;
    int order = strcmp((*a)->organisation_number, (*b)->organisation_number);
    if (order == 0) {
        order = compare_bytes((*a)->provider, (*b)->provider);
    }
    return order != 0 ? order
                      : compare_bytes((*a)->contracts[0]->contract, (*b)->contracts[0]->contract);
}

/* The payment that the payee's contracts belong to, or NULL. Unknown payees stand alone. */
static Vagval__V1__RunPayment *find_payment(Vagval__V1__RunPayment **payments, size_t count,
                                            const Vagval__V1__RunPayee *payee)
{
    for (size_t i = 0; payee != NULL && payee->provider.len > 0 && i < count; i++) {
        if (compare_bytes(payments[i]->provider, payee->provider) == 0) {
            return payments[i];
        }
    }
    return NULL;
}

static Vagval__V1__RunPayment *make_payment(const Vagval__V1__RunPayee *payee,
                                            ProtobufCAllocator *memory, size_t contracts)
{
    Vagval__V1__RunPayment *payment = vv_memory_zeroed(memory, sizeof *payment);
    Vagval__V1__ContractSum **list = vv_memory_zeroed(memory, contracts * sizeof *list);
    if (payment == NULL || list == NULL) {
        return NULL;
    }
    vagval__v1__run_payment__init(payment);
    payment->contracts = list;
    payment->state = VV_PAYMENT_TO_PAY;
    if (payee == NULL) {
        payment->reason = (char *)(uintptr_t) "the registry knows no such contract";
        return payment;
    }
    payment->provider = payee->provider;
    payment->name = payee->name;
    payment->organisation_number = payee->organisation_number;
    payment->account = payee->account;
    payment->reason = payee->reason;
    return payment;
}

static void settle(Vagval__V1__RunPayment **payments, size_t count)
{
    uint32_t number = 0;
    for (size_t i = 0; i < count; i++) {
        Vagval__V1__RunPayment *payment = payments[i];
        if (payment->reason[0] == '\0' && payment->account == NULL) {
            payment->reason = (char *)(uintptr_t) "no approved bank details";
        } else if (payment->reason[0] == '\0' && payment->amount <= 0) {
            payment->reason = (char *)(uintptr_t) "recoveries are set off: nothing is left to pay";
        }
        if (payment->reason[0] != '\0') {
            payment->state = VV_PAYMENT_LEFT_OUT;
            payment->account = NULL;
        } else {
            payment->number = ++number;
        }
    }
}

/* How many contracts each provider has is not known beforehand: lists grow by doubling. */
static bool add_contract(Vagval__V1__RunPayment *payment, Vagval__V1__ContractSum *sum,
                         ProtobufCAllocator *memory)
{
    size_t count = payment->n_contracts;
    if (count > 0 && (count & (count - 1)) == 0) {
        Vagval__V1__ContractSum **list = vv_memory_zeroed(memory, 2 * count * sizeof *list);
        if (list == NULL) {
            return false;
        }
        memcpy(list, payment->contracts, count * sizeof *list);
        payment->contracts = list;
    }
    payment->contracts[payment->n_contracts++] = sum;
    return true;
}

enum vv_status vv_payrun_group(Vagval__V1__ContractSum **sums, size_t sum_count,
                               Vagval__V1__RunPayee **payees, size_t payee_count,
                               ProtobufCAllocator *memory, Vagval__V1__RunPayment ***ret_payments,
                               size_t *ret_count)
{
    size_t count = 0;
    Vagval__V1__RunPayment **payments =
        vv_memory_zeroed(memory, (sum_count + 1) * sizeof *payments);
    if (payments == NULL) {
        return VV_NO_MEMORY;
    }
    if (sum_count > 0) {
        qsort(sums, sum_count, sizeof *sums, by_contract);
    }
    if (payee_count > 0) {
        qsort(payees, payee_count, sizeof *payees, payee_by_contract);
    }
    for (size_t i = 0, k = 0; i < sum_count; i++) {
        while (k < payee_count && compare_bytes(payees[k]->contract, sums[i]->contract) < 0) {
            k++;
        }
        bool found = k < payee_count && compare_bytes(payees[k]->contract, sums[i]->contract) == 0;
        const Vagval__V1__RunPayee *payee = found ? payees[k] : NULL;
        Vagval__V1__RunPayment *payment = find_payment(payments, count, payee);
        if (payment == NULL) {
            payment = make_payment(payee, memory, 1);
            if (payment == NULL) {
                return VV_NO_MEMORY;
            }
            payments[count++] = payment;
        }
        enum vv_status status =
            add_contract(payment, sums[i], memory)
                ? vv_money_add(payment->amount, sums[i]->amount, &payment->amount)
                : VV_NO_MEMORY;
        if (status != VV_OK) {
            return status;
        }
    }
    if (count > 0) {
        qsort(payments, count, sizeof *payments, by_provider);
    }
    settle(payments, count);
    *ret_payments = payments;
    *ret_count = count;
    return VV_OK;
}

/* ---- shared accounts ---- */

static int by_account(const void *left, const void *right)
{
    const Vagval__V1__RunPayment *a = *(Vagval__V1__RunPayment *const *)left;
    const Vagval__V1__RunPayment *b = *(Vagval__V1__RunPayment *const *)right;
    int order = strcmp(a->account->kind, b->account->kind);
    if (order == 0) {
        order = strcmp(a->account->number, b->account->number);
    }
    return order != 0 ? order : (a->number > b->number) - (a->number < b->number);
}

static bool same_account(const Vagval__V1__RunPayment *a, const Vagval__V1__RunPayment *b)
{
    return strcmp(a->account->kind, b->account->kind) == 0 &&
           strcmp(a->account->number, b->account->number) == 0;
}

/* The organisation numbers of a group's other payments: the first of them, and how many more. */
static char *others_of(Vagval__V1__RunPayment *const *group, size_t size, size_t own,
                       ProtobufCAllocator *memory)
{
    char text[64];
    const Vagval__V1__RunPayment *other = group[own == 0 ? 1 : 0];
    if (size > 2) {
        (void)snprintf(text, sizeof text, "%.24s and %zu more", other->organisation_number,
                       size - 2);
    } else {
        (void)snprintf(text, sizeof text, "%.24s", other->organisation_number);
    }
    char *copy = vv_memory_zeroed(memory, strlen(text) + 1);
    if (copy != NULL) {
        memcpy(copy, text, strlen(text));
    }
    return copy;
}

enum vv_status vv_payrun_mark_shared(Vagval__V1__RunPayment *const *payments, size_t count,
                                     ProtobufCAllocator *memory, uint32_t *ret_shared)
{
    Vagval__V1__RunPayment **sorted = vv_memory_zeroed(memory, (count + 1) * sizeof *sorted);
    size_t paid = 0;
    uint32_t shared = 0;
    if (sorted == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        if (payments[i]->number > 0 && payments[i]->account != NULL) {
            sorted[paid++] = payments[i];
        }
    }
    if (paid > 1) {
        qsort(sorted, paid, sizeof *sorted, by_account);
    }
    for (size_t at = 0, end = 0; at < paid; at = end) {
        for (end = at + 1; end < paid && same_account(sorted[at], sorted[end]);) {
            end++;
        }
        for (size_t i = at; end - at > 1 && i < end; i++) {
            sorted[i]->shared_with = others_of(sorted + at, end - at, i - at, memory);
            if (sorted[i]->shared_with == NULL) {
                return VV_NO_MEMORY;
            }
            shared++;
        }
    }
    *ret_shared = shared;
    return VV_OK;
}

/* ---- the hash ---- */

static enum vv_status hash_message(crypto_generichash_state *state, const ProtobufCMessage *message,
                                   ProtobufCAllocator *memory)
{
    size_t len = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = vv_memory_zeroed(memory, len + 1);
    if (bytes == NULL) {
        return VV_NO_MEMORY;
    }
    uint8_t prefix[4] = {(uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8),
                         (uint8_t)len};
    (void)protobuf_c_message_pack(message, bytes);
    crypto_generichash_update(state, prefix, sizeof prefix);
    crypto_generichash_update(state, bytes, len);
    return VV_OK;
}

enum vv_status vv_payrun_hash(const Vagval__V1__PayRun *run,
                              Vagval__V1__SegmentDrafted *const *segments, size_t segment_count,
                              Vagval__V1__RunPayment *const *payments, size_t payment_count,
                              ProtobufCAllocator *memory, uint8_t ret_hash[static 32])
{
    crypto_generichash_state state;
    Vagval__V1__PayRun head = VAGVAL__V1__PAY_RUN__INIT;
    head.scheme = run->scheme;
    head.date = run->date;
    head.number = run->number;
    head.currency = run->currency;
    head.items = run->items;
    head.total = run->total;
    head.frozen_ms = run->frozen_ms;
    head.debtor = run->debtor;
    crypto_generichash_init(&state, NULL, 0, 32);
    enum vv_status status = hash_message(&state, &head.base, memory);
    for (size_t i = 0; status == VV_OK && i < segment_count; i++) {
        Vagval__V1__SegmentDrafted bare = *segments[i];
        bare.n_sums = 0;
        status = hash_message(&state, &bare.base, memory);
    }
    for (size_t i = 0; status == VV_OK && i < payment_count; i++) {
        /* What the bank says later does not change what was frozen. */
        Vagval__V1__RunPayment frozen = *payments[i];
        if (frozen.number > 0) {
            frozen.state = VV_PAYMENT_TO_PAY;
            frozen.reason = (char *)(uintptr_t) "";
        }
        status = hash_message(&state, &frozen.base, memory);
    }
    crypto_generichash_final(&state, ret_hash, 32);
    return status;
}

/* ---- what the bank says ---- */

const char *vv_payrun_cannot_report(const Vagval__V1__PayRun *run)
{
    if (run->state < VV_RUN_RELEASED || run->state == VV_RUN_CANCELLED) {
        return "the run was never released, so no bank can report on it";
    }
    if (run->state == VV_RUN_RELEASED || run->accepted + run->rejected < run->payments) {
        return NULL;
    }
    return run->state == VV_RUN_CONFIRMED
               ? "the run is confirmed already; a further report changes nothing"
               : "every payment of the run has been reported on already";
}

enum vv_payrun_payment_state vv_payrun_reported(enum vv_bank_status group, enum vv_bank_status own,
                                                enum vv_payrun_payment_state now)
{
    enum vv_bank_status said = own;
    if (now != VV_PAYMENT_TO_PAY) {
        return now; /* decided before, or never sent */
    }
    if (own == VV_BANK_SILENT && (group == VV_BANK_ACCEPTED || group == VV_BANK_REJECTED)) {
        said = group;
    }
    switch (said) {
    case VV_BANK_ACCEPTED:
        return VV_PAYMENT_ACCEPTED;
    case VV_BANK_REJECTED:
        return VV_PAYMENT_REJECTED;
    case VV_BANK_SILENT:
    case VV_BANK_RECEIVED:
    case VV_BANK_PARTIALLY:
        break;
    }
    return now;
}

bool vv_payrun_contradicts(enum vv_bank_status own, enum vv_payrun_payment_state now)
{
    return (own == VV_BANK_ACCEPTED && now == VV_PAYMENT_REJECTED) ||
           (own == VV_BANK_REJECTED && now == VV_PAYMENT_ACCEPTED);
}

enum vv_payrun_state vv_payrun_state_of(uint32_t payments, uint32_t accepted, uint32_t rejected)
{
    if (accepted + rejected == 0) {
        return VV_RUN_RELEASED;
    }
    if (accepted == payments) {
        return VV_RUN_CONFIRMED;
    }
    return rejected == payments ? VV_RUN_REJECTED : VV_RUN_PARTIALLY;
}
