/*
 * verify_books.c: the partition's closed periods and links, a provider's bank details and a
 * budget's limit, each made again from its facts.
 */
#include <string.h>

#include "bank_details.h"
#include "budget.h"
#include "verify_records.h"

bool vv_verify_is_body(const struct vv_call *call, const struct vv_record *record,
                       const ProtobufCMessage *derived)
{
    size_t len = protobuf_c_message_get_packed_size(derived);
    uint8_t *bytes = vv_arena_alloc(call->arena, len + 1);
    if (bytes == NULL || len != record->body_len) {
        return false;
    }
    (void)protobuf_c_message_pack(derived, bytes);
    return len == 0 || memcmp(bytes, record->body, len) == 0;
}

ProtobufCMessage *vv_verify_body(const struct vv_call *call, const Vagval__V1__Fact *fact,
                                 const ProtobufCMessageDescriptor *descriptor)
{
    return protobuf_c_message_unpack(descriptor, &call->arena->allocator, fact->body.len,
                                     fact->body.data);
}

/* The facts of a record; none when they do not read, which is then the problem. */
static enum vv_status read_facts(const struct vv_call *call, const struct vv_record *record,
                                 struct vv_verified *verified, Vagval__V1__Fact ***ret_facts)
{
    size_t count = 0;
    enum vv_status status = vv_record_facts(call, record, ret_facts, &count);
    if (status == VV_CORRUPT || status == VV_UNSUPPORTED) {
        verified->problem =
            (struct vv_replay_problem){"payment.corrupt", "the stored facts do not read back"};
        status = VV_OK;
        count = 0;
    }
    verified->facts = count;
    return status;
}

/* ---- closed periods and links ---- */

static bool add_link(const Vagval__V1__LinkParties *from, Vagval__V1__PaymentBooks *books,
                     Vagval__V1__PartyLink *link)
{
    if (from == NULL) {
        return false;
    }
    vagval__v1__party_link__init(link);
    link->provider = from->provider;
    link->party = from->party;
    link->withdrawn = from->withdrawn;
    link->index = books->facts;
    books->links[books->n_links++] = link;
    return true;
}

static bool close_month(const Vagval__V1__ClosePeriod *from, Vagval__V1__PaymentBooks *books)
{
    if (from == NULL || !vv_date_valid(from->month) ||
        (books->closed_through != 0 && from->month <= books->closed_through)) {
        return false; /* a closed period is not reopened */
    }
    books->closed_through = vv_date_month_end(from->month);
    return true;
}

enum vv_status vv_verify_books(const struct vv_call *call, const struct vv_record *record,
                               struct vv_verified *ret_verified)
{
    Vagval__V1__PaymentBooks books = VAGVAL__V1__PAYMENT_BOOKS__INIT;
    Vagval__V1__Fact **facts = NULL;
    bool good = true;
    enum vv_status status = read_facts(call, record, ret_verified, &facts);
    size_t count = ret_verified->facts;
    Vagval__V1__PartyLink *links = vv_arena_alloc(call->arena, (count + 1) * sizeof *links);
    books.links = vv_arena_alloc(call->arena, (count + 1) * sizeof *books.links);
    if (status != VV_OK || links == NULL || books.links == NULL) {
        return status == VV_OK ? VV_NO_MEMORY : status;
    }
    for (size_t i = 0; good && i < count; i++) {
        books.facts++;
        if (facts[i]->type == VV_MSG_LINK_PARTIES) {
            good = add_link((const Vagval__V1__LinkParties *)vv_verify_body(
                                call, facts[i], &vagval__v1__link_parties__descriptor),
                            &books, &links[i]);
        } else {
            good = facts[i]->type == VV_MSG_CLOSE_PERIOD &&
                   close_month((const Vagval__V1__ClosePeriod *)vv_verify_body(
                                   call, facts[i], &vagval__v1__close_period__descriptor),
                               &books);
        }
        ret_verified->derived++;
    }
    if (ret_verified->problem.code == NULL &&
        (!good || (record->exists && !vv_verify_is_body(call, record, &books.base)))) {
        ret_verified->problem = (struct vv_replay_problem){
            "payment.books", "closed periods and links are not those of their facts"};
    }
    return VV_OK;
}

/* ---- bank details ---- */

/* Whose the account was besides rests on other records: the answer that was given then says it. */
static bool take_shared(const struct vv_call *call, const Vagval__V1__Fact *fact,
                        const Vagval__V1__Payee *payee)
{
    const Vagval__V1__BankView *then =
        vagval__v1__bank_view__unpack(&call->arena->allocator, fact->reply.len, fact->reply.data);
    const Vagval__V1__Payee *body = then == NULL ? NULL : then->body;
    if (body == NULL) {
        return false;
    }
    if (fact->type == VV_MSG_PROPOSE_BANK && payee->proposed != NULL && body->proposed != NULL) {
        payee->proposed->shared_with = body->proposed->shared_with;
    }
    if (fact->type == VV_MSG_APPROVE_BANK && payee->n_approved > 0 && body->n_approved > 0) {
        payee->approved[payee->n_approved - 1]->shared_with =
            body->approved[body->n_approved - 1]->shared_with;
    }
    return true;
}

static enum vv_status fold_proposal(const struct vv_call *call, const Vagval__V1__Fact *fact,
                                    const struct vv_bank_act *act, Vagval__V1__Payee *payee)
{
    const Vagval__V1__ProposeBank *command = (const Vagval__V1__ProposeBank *)vv_verify_body(
        call, fact, &vagval__v1__propose_bank__descriptor);
    struct vv_bank_checked *checked = vv_arena_alloc(call->arena, sizeof *checked);
    if (checked == NULL) {
        return VV_NO_MEMORY;
    }
    if (command == NULL ||
        (command->account != NULL && vv_bank_check(command->account, checked, NULL) != VV_OK)) {
        return VV_CORRUPT;
    }
    return vv_bank_propose(payee, command, checked, act, &call->arena->allocator);
}

static enum vv_status fold_bank(const struct vv_call *call, const Vagval__V1__Fact *fact,
                                Vagval__V1__Payee *payee)
{
    struct vv_bank_act act = {.who = fact->source, .on = fact->effective};
    enum vv_status status =
        vv_id_from_bytes(fact->id.data, fact->id.len, &act.id) == VV_OK ? VV_OK : VV_CORRUPT;
    if (status == VV_OK && fact->type == VV_MSG_PROPOSE_BANK) {
        status = fold_proposal(call, fact, &act, payee);
    } else if (status == VV_OK && fact->type == VV_MSG_APPROVE_BANK) {
        const Vagval__V1__ApproveBank *command = (const Vagval__V1__ApproveBank *)vv_verify_body(
            call, fact, &vagval__v1__approve_bank__descriptor);
        if (command == NULL || vv_bank_cannot_approve(payee, act.who, command->proposal) != NULL) {
            return VV_CORRUPT; /* two persons, and the proposal that was shown */
        }
        status = vv_bank_approve(payee, &act, &call->arena->allocator);
    } else if (status == VV_OK) {
        return VV_CORRUPT;
    }
    return status == VV_OK && !take_shared(call, fact, payee) ? VV_CORRUPT : status;
}

enum vv_status vv_verify_payee(const struct vv_call *call, const struct vv_record *record,
                               struct vv_verified *ret_verified)
{
    Vagval__V1__Payee payee = VAGVAL__V1__PAYEE__INIT;
    Vagval__V1__Fact **facts = NULL;
    enum vv_status status = read_facts(call, record, ret_verified, &facts);
    for (size_t i = 0; status == VV_OK && i < ret_verified->facts; i++) {
        status = fold_bank(call, facts[i], &payee);
        ret_verified->derived++;
    }
    if (status != VV_OK && status != VV_CORRUPT) {
        return status;
    }
    if (ret_verified->problem.code == NULL &&
        (status == VV_CORRUPT || !vv_verify_is_body(call, record, &payee.base))) {
        ret_verified->problem = (struct vv_replay_problem){
            "payment.bank",
            "the bank details are not those that two persons proposed and approved"};
    }
    return VV_OK;
}

/* ---- a budget's limit ---- */

enum vv_status vv_verify_budget(const struct vv_call *call, const struct vv_record *record,
                                struct vv_verified *ret_verified)
{
    Vagval__V1__Fact **facts = NULL;
    ProtobufCMessage *message = NULL;
    vv_money limit = 0;
    bool set = false;
    bool good = true;
    enum vv_status status = read_facts(call, record, ret_verified, &facts);
    if (status == VV_OK) {
        status = vv_record_unpack(call, record, &vagval__v1__budget__descriptor, &message);
    }
    if (status != VV_OK && status != VV_CORRUPT) {
        return status;
    }
    for (size_t i = 0; i < ret_verified->facts; i++) {
        if (facts[i]->type != VV_MSG_SET_BUDGET) {
            continue;
        }
        const Vagval__V1__SetBudget *command = (const Vagval__V1__SetBudget *)vv_verify_body(
            call, facts[i], &vagval__v1__set_budget__descriptor);
        good = good && command != NULL;
        limit = command == NULL ? 0 : command->limit;
        set = true;
        ret_verified->derived++;
    }
    const Vagval__V1__Budget *budget = (const Vagval__V1__Budget *)message;
    good = good && status == VV_OK && budget->set == set && budget->limit == limit &&
           (!set || budget->reserved + budget->consumed - budget->over <= limit);
    if (!good && ret_verified->problem.code == NULL) {
        ret_verified->problem = (struct vv_replay_problem){
            "payment.budget", "the budget's limit is not the one that was set, or it is exceeded"};
    }
    return VV_OK;
}
