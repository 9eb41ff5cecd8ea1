/*
 * sender.c: what the key that sent a message may say about a case. See the header.
 */
#include "sender.h"

#include <string.h>

static bool same_contract(ProtobufCBinaryData a, ProtobufCBinaryData b)
{
    return a.len == b.len && a.len > 0 && memcmp(a.data, b.data, a.len) == 0;
}

/* Has a later placement the same contract? Then it has been asked for already. */
static bool comes_again(const Vagval__V1__RegistryCase *entry, size_t place)
{
    for (size_t i = place + 1; i < entry->n_placements; i++) {
        if (same_contract(entry->placements[i]->contract, entry->placements[place]->contract)) {
            return true;
        }
    }
    return false;
}

/* Does the contract say that it is the sender's? */
static bool has_key(const struct vv_call *call, const struct vv_answer *answer)
{
    if (answer == NULL || answer->status != VV_OK || call->sender[0] == '\0') {
        return false;
    }
    return strcmp(((const Vagval__V1__ContractKeyFound *)answer->body)->key_name, call->sender) ==
           0;
}

enum vv_status vv_sender_plan(const struct vv_call *call, const struct vv_loaded *loaded,
                              struct vv_plan *plan)
{
    const struct vv_record *record = vv_loaded(loaded, "case", call->subject);
    ProtobufCMessage *message = NULL;
    size_t asked = 0, open = 0;
    bool bound = false;

    if (call->role != VV_ROLE_PROVIDER || record == NULL) {
        return VV_OK;
    }
    enum vv_status status =
        vv_record_unpack(call, record, &vagval__v1__registry_case__descriptor, &message);
    if (status != VV_OK) {
        return status;
    }
    const Vagval__V1__RegistryCase *entry = (const Vagval__V1__RegistryCase *)message;
    for (size_t i = entry->n_placements; i-- > 0 && asked < VV_SENDER_CONTRACTS_MAX;) {
        Vagval__V1__ContractKey ask = VAGVAL__V1__CONTRACT_KEY__INIT;
        struct vv_id contract;
        ask.contract = entry->placements[i]->contract;
        if (vv_id_from_bytes(ask.contract.data, ask.contract.len, &contract) != VV_OK) {
            return VV_CORRUPT;
        }
        if (!comes_again(entry, i)) {
            const struct vv_answer *answer =
                vv_loaded_answer(loaded, VV_MSG_CONTRACT_KEY, contract);
            vv_plan_ask(plan, VV_REGISTRY, VV_MSG_CONTRACT_KEY, contract, &ask.base);
            asked++;
            open += answer == NULL || answer->status != VV_OK ? 1 : 0;
            bound = bound || has_key(call, answer);
        }
    }
    return bound || open > 0 ? VV_OK : VV_FORBIDDEN;
}

static bool is_bound(struct vv_work *work, const struct vv_loaded *loaded,
                     const Vagval__V1__CasePlacement *placement)
{
    struct vv_id contract;

    if (vv_id_from_bytes(placement->contract.data, placement->contract.len, &contract) != VV_OK) {
        return false;
    }
    const struct vv_answer *answer = vv_loaded_answer(loaded, VV_MSG_CONTRACT_KEY, contract);
    work->sender_unsure = work->sender_unsure || (answer != NULL && answer->status != VV_OK);
    return has_key(work->call, answer);
}

void vv_sender_look(struct vv_work *work, const struct vv_loaded *loaded)
{
    work->seen = work->entry;
    if (work->call->role != VV_ROLE_PROVIDER) {
        return;
    }
    Vagval__V1__RegistryCase *seen = vv_work_alloc(work, sizeof *seen);
    Vagval__V1__CasePlacement **own =
        vv_work_alloc(work, (work->entry->n_placements + 1) * sizeof *own);
    if (seen == NULL || own == NULL) {
        return; /* exhausted: nothing of this work is used */
    }
    *seen = *work->entry;
    seen->placements = own;
    seen->n_placements = 0;
    for (size_t i = 0; i < work->entry->n_placements; i++) {
        if (is_bound(work, loaded, work->entry->placements[i])) {
            own[seen->n_placements++] = work->entry->placements[i];
        }
    }
    work->seen = seen;
}

enum vv_status vv_sender_check(const struct vv_work *work)
{
    if (work->call->role != VV_ROLE_PROVIDER) {
        return VV_OK;
    }
    if (work->exhausted) {
        return VV_NO_MEMORY;
    }
    if (work->seen->n_placements > 0) {
        return VV_OK;
    }
    if (work->sender_unsure) {
        return vv_refuse(work->outcome, VV_BUSY, "case_id",
                         "the contract cannot be asked for its key now; repeat later");
    }
    return vv_refuse(work->outcome, VV_FORBIDDEN, "case_id",
                     "the sender's key is not bound to what this is about");
}

bool vv_sender_has(const struct vv_work *work, const Vagval__V1__CasePlacement *placement)
{
    for (size_t i = 0; placement != NULL && i < work->seen->n_placements; i++) {
        if (work->seen->placements[i] == placement) {
            return true;
        }
    }
    return false;
}

const char *vv_sender_source(const struct vv_work *work, const char *source)
{
    return work->call->role == VV_ROLE_PROVIDER ? work->call->sender : source;
}

vv_date vv_sender_reported_on(const struct vv_work *work, int32_t reported_on)
{
    return work->call->role == VV_ROLE_PROVIDER ? work->call->now.today : reported_on;
}

enum vv_status vv_sender_may_not_approve(const struct vv_work *work, bool approved)
{
    return work->call->role == VV_ROLE_PROVIDER && approved
               ? vv_refuse(work->outcome, VV_FORBIDDEN, "approved",
                           "is for the authority to say; send it without approval")
               : VV_OK;
}
