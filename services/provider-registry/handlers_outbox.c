/*
 * handlers_outbox.c: a provider fetches the messages about its contract, any range and as often as
 * it likes, and confirms what it has. Who a job seeker is stands in a body that intake encrypts for
 * the provider's key at that moment.
 */
#include "outbox.h"
#include "provider-registry.h"
#include "work.h"

#include <string.h>

#include "vagval/limits.h"
#include "vagval/protected.h"

extern const struct vv_handler vv_handle_bind_provider;
extern const struct vv_handler vv_handle_contract_key;
extern const struct vv_handler vv_handle_confirm_messages;
extern const struct vv_handler vv_handle_fetch_messages;
extern const struct vv_handler vv_handle_tell_provider;
extern const struct vv_handler vv_answer_tell_provider;

/* Each may need a question to intake. */
#define FETCH_MAX 32
#define KEY_BYTES 32

static enum vv_status plan_contract(const struct vv_call *call, struct vv_plan *plan,
                                    const char *area, const char *number)
{
    if (!vv_id_equal(vv_id_contract(call->scheme, area, number, call->partitions), call->subject)) {
        return VV_INVALID;
    }
    vv_plan_load(plan, "outbox", call->subject);
    vv_plan_load(plan, "contract", call->subject);
    return VV_OK;
}

static enum vv_status open_outbox(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome, Vagval__V1__Outbox **ret_outbox)
{
    const struct vv_record *record = vv_loaded(loaded, "outbox", call->subject);
    ProtobufCMessage *message = NULL;

    if (!vv_loaded(loaded, "contract", call->subject)->exists) {
        return vv_refuse(outcome, VV_NOT_FOUND, "number", "there is no such contract");
    }
    enum vv_status status =
        vv_record_unpack(call, record, &vagval__v1__outbox__descriptor, &message);
    *ret_outbox = (Vagval__V1__Outbox *)message;
    if (status == VV_OK && call->role == VV_ROLE_PROVIDER &&
        (call->sender[0] == '\0' || strcmp(call->sender, (*ret_outbox)->key_name) != 0)) {
        return vv_refuse(outcome, VV_FORBIDDEN, "number",
                         "this key is not bound to the contract; the agency binds it");
    }
    return status;
}

/* ---- whose key ---- */

static enum vv_status plan_bind(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    const Vagval__V1__BindProvider *command = (const Vagval__V1__BindProvider *)call->body;

    (void)loaded;
    vv_plan_fact_home(plan, "outbox", call->subject);
    return plan_contract(call, plan, command->area, command->number);
}

static enum vv_status close_outbox(struct vv_work *work, const Vagval__V1__Outbox *outbox,
                                   const char *source, const char *state)
{
    vv_put(work->outcome, "outbox", work->call->subject, &outbox->base);
    vv_accept(work->outcome, work->call->now.today, source, VV_NIL, NULL, 0, false);
    vv_work_reply(work, state);
    return work->exhausted ? VV_NO_MEMORY : VV_OK;
}

static enum vv_status decide_bind(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__BindProvider *command = (const Vagval__V1__BindProvider *)call->body;
    struct vv_work work = {.call = call, .outcome = outcome};
    Vagval__V1__Outbox *outbox = NULL;
    enum vv_status status = open_outbox(call, loaded, outcome, &outbox);

    if (status == VV_OK) {
        status = vv_check_text(outcome, "source", command->source, VV_CODE_BYTES_MAX, false);
    }
    bool unbinds = command->key_name[0] == '\0';
    if (status == VV_OK && !unbinds) {
        status = vv_check_code(outcome, "key_name", command->key_name);
    }
    if (status == VV_OK && command->public_key.len != (unbinds ? 0 : KEY_BYTES)) {
        status = vv_refuse(outcome, VV_INVALID, "public_key", "is not %d bytes",
                           unbinds ? 0 : KEY_BYTES);
    }
    if (status == VV_OK &&
        vv_loaded(loaded, "outbox", call->subject)->field_count >= VV_CASE_FACTS_MAX) {
        status = vv_refuse(outcome, VV_REFUSED, "number", "the contract's messages hold %d facts",
                           VV_CASE_FACTS_MAX);
    }
    if (status != VV_OK) {
        return status;
    }
    bool is_same = strcmp(outbox->key_name, command->key_name) == 0 &&
                   outbox->public_key.len == command->public_key.len &&
                   (command->public_key.len == 0 ||
                    memcmp(outbox->public_key.data, command->public_key.data, KEY_BYTES) == 0);
    if (is_same) { /* nothing to record */
        vv_work_reply(&work, unbinds ? "unbound" : "bound");
        return work.exhausted ? VV_NO_MEMORY : VV_OK;
    }
    outbox->key_name = command->key_name;
    outbox->public_key = command->public_key;
    return close_outbox(&work, outbox, command->source, unbinds ? "unbound" : "bound");
}

const struct vv_handler vv_handle_bind_provider = {.plan = plan_bind, .decide = decide_bind};

/* ---- whose key is it? ---- */

static enum vv_status plan_key(const struct vv_call *call, const struct vv_loaded *loaded,
                               struct vv_plan *plan)
{
    (void)loaded;
    vv_plan_load(plan, "outbox", call->subject);
    return VV_OK;
}

static enum vv_status decide_key(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_outcome *outcome)
{
    Vagval__V1__ContractKeyFound reply = VAGVAL__V1__CONTRACT_KEY_FOUND__INIT;
    ProtobufCMessage *message = NULL;
    enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "outbox", call->subject),
                                             &vagval__v1__outbox__descriptor, &message);

    if (status == VV_OK) {
        reply.key_name = ((const Vagval__V1__Outbox *)message)->key_name;
        vv_reply(outcome, &reply.base);
    }
    return status;
}

const struct vv_handler vv_handle_contract_key = {.plan = plan_key, .decide = decide_key};

/* ---- what has been received ---- */

static enum vv_status plan_confirm(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_plan *plan)
{
    const Vagval__V1__ConfirmMessages *command = (const Vagval__V1__ConfirmMessages *)call->body;

    (void)loaded;
    return plan_contract(call, plan, command->area, command->number);
}

/* No fact: the number only rises, so saying it again changes nothing. */
static enum vv_status decide_confirm(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_outcome *outcome)
{
    const Vagval__V1__ConfirmMessages *command = (const Vagval__V1__ConfirmMessages *)call->body;
    struct vv_work work = {.call = call, .outcome = outcome};
    Vagval__V1__Outbox *outbox = NULL;
    enum vv_status status = open_outbox(call, loaded, outcome, &outbox);

    if (status != VV_OK) {
        return status;
    }
    if (command->through > outbox->last) {
        return vv_refuse(outcome, VV_REFUSED, "through", "is higher than the last number, %u",
                         outbox->last);
    }
    if (command->through > outbox->received_through) {
        outbox->received_through = command->through;
        outbox->received_on = call->now.today;
        vv_put(outcome, "outbox", call->subject, &outbox->base);
    }
    vv_work_reply(&work, vv_arena_format(call->arena, "%u", outbox->received_through));
    return work.exhausted ? VV_NO_MEMORY : VV_OK;
}

const struct vv_handler vv_handle_confirm_messages = {.plan = plan_confirm,
                                                      .decide = decide_confirm};

/* ---- fetching ---- */

static uint32_t fetch_count(const Vagval__V1__FetchMessages *query)
{
    return query->count == 0 || query->count > FETCH_MAX ? FETCH_MAX : query->count;
}

static enum vv_status unpack_sent(const struct vv_call *call, const struct vv_field *field,
                                  Vagval__V1__ProviderMessage **ret_message)
{
    *ret_message = vagval__v1__provider_message__unpack(&call->arena->allocator, field->value_len,
                                                        field->value);
    return *ret_message == NULL ? VV_CORRUPT : VV_OK;
}

static enum vv_status ask_identity(const struct vv_call *call, struct vv_plan *plan,
                                   const Vagval__V1__ProviderMessage *message,
                                   ProtobufCBinaryData public_key)
{
    Vagval__V1__SealIdentity ask;
    struct vv_id case_id;

    (void)call;
    if (vv_id_from_bytes(message->case_id.data, message->case_id.len, &case_id) != VV_OK) {
        return VV_CORRUPT;
    }
    vagval__v1__seal_identity__init(&ask);
    ask.case_id = message->case_id;
    ask.public_key = public_key;
    vv_plan_ask(plan, VV_INTAKE, VV_MSG_SEAL_IDENTITY, case_id, &ask.base);
    return VV_OK;
}

static enum vv_status plan_fetch(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_plan *plan)
{
    const Vagval__V1__FetchMessages *query = (const Vagval__V1__FetchMessages *)call->body;
    uint64_t first = query->first == 0 ? 0 : query->first - 1;
    const struct vv_record *record = vv_loaded(loaded, "outbox", call->subject);
    const struct vv_record *list = vv_loaded_list(loaded, "sent", call->subject, first);
    ProtobufCMessage *message = NULL;
    enum vv_status status = plan_contract(call, plan, query->area, query->number);

    vv_plan_list(plan, "sent", call->subject, first, fetch_count(query));
    if (status != VV_OK || record == NULL || list == NULL) {
        return status;
    }
    status = vv_record_unpack(call, record, &vagval__v1__outbox__descriptor, &message);
    const Vagval__V1__Outbox *outbox = (const Vagval__V1__Outbox *)message;
    /* Nothing is asked for a stranger: decide refuses. */
    bool may = status == VV_OK &&
               (call->role != VV_ROLE_PROVIDER || strcmp(call->sender, outbox->key_name) == 0);
    for (size_t i = 0; may && status == VV_OK && i < list->field_count; i++) {
        Vagval__V1__ProviderMessage *sent = NULL;
        status = unpack_sent(call, &list->fields[i], &sent);
        if (status == VV_OK) {
            status = ask_identity(call, plan, sent, outbox->public_key);
        }
    }
    return status;
}

/* A guardian alone sees which case a message about a protected identity is about, and while intake
 * does not say, nobody else does. */
static void hide_case(const struct vv_call *call, const struct vv_answer *answer,
                      struct vv_id case_id, struct vv_work *work,
                      Vagval__V1__FetchedMessage *fetched)
{
    const Vagval__V1__IdentitySealed *sealed =
        answer == NULL || answer->status != VV_OK
            ? NULL
            : (const Vagval__V1__IdentitySealed *)answer->body;
    bool is_protected = sealed == NULL || strcmp(sealed->without, "protected") == 0;
    fetched->message->case_id = vv_work_id(work, vv_case_shown(call, is_protected, case_id));
}

static void enter_body(const struct vv_call *call, const struct vv_loaded *loaded,
                       struct vv_work *work, Vagval__V1__FetchedMessage *fetched)
{
    struct vv_id case_id;
    struct vv_answer const *answer = NULL;

    fetched->without = (char *)(uintptr_t) "";
    if (vv_id_from_bytes(fetched->message->case_id.data, fetched->message->case_id.len, &case_id) !=
        VV_OK) {
        fetched->without = (char *)(uintptr_t) "corrupt";
        return;
    }
    answer = vv_loaded_answer(loaded, VV_MSG_SEAL_IDENTITY, case_id);
    hide_case(call, answer, case_id, work, fetched);
    if (strcmp(fetched->message->kind, "order") != 0) {
        return; /* the reference says who it is about */
    }
    if (answer == NULL || answer->status != VV_OK) {
        fetched->without = (char *)(uintptr_t) "unknown";
        return;
    }
    const Vagval__V1__IdentitySealed *sealed = (const Vagval__V1__IdentitySealed *)answer->body;
    fetched->body = sealed->body;
    fetched->without = sealed->without;
}

static enum vv_status decide_fetch(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_outcome *outcome)
{
    const Vagval__V1__FetchMessages *query = (const Vagval__V1__FetchMessages *)call->body;
    const struct vv_record *list =
        vv_loaded_list(loaded, "sent", call->subject, query->first == 0 ? 0 : query->first - 1);
    struct vv_work work = {.call = call, .outcome = outcome};
    Vagval__V1__MessagesFetched reply;
    Vagval__V1__Outbox *outbox = NULL;
    enum vv_status status = open_outbox(call, loaded, outcome, &outbox);

    if (status != VV_OK) {
        return status;
    }
    vagval__v1__messages_fetched__init(&reply);
    reply.last = outbox->last;
    reply.received_through = outbox->received_through;
    for (size_t i = 0; status == VV_OK && i < list->field_count; i++) {
        Vagval__V1__FetchedMessage *fetched = vv_work_alloc(&work, sizeof *fetched);
        if (fetched == NULL) {
            return VV_NO_MEMORY;
        }
        vagval__v1__fetched_message__init(fetched);
        status = unpack_sent(call, &list->fields[i], &fetched->message);
        if (status == VV_OK) {
            enter_body(call, loaded, &work, fetched);
            reply.messages = vv_work_grown(&work, reply.messages, &reply.n_messages, fetched);
        }
    }
    if (status == VV_OK && work.exhausted) {
        status = VV_NO_MEMORY;
    }
    if (status == VV_OK) {
        vv_reply(outcome, &reply.base);
    }
    return status;
}

const struct vv_handler vv_handle_fetch_messages = {.plan = plan_fetch, .decide = decide_fetch};

/* ---- another level of somebody who is served, or more time ---- */

static struct vv_id told_id(const struct vv_call *call)
{
    return vv_id_in_partition(call->id, call->partition);
}

static enum vv_status plan_tell(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    const Vagval__V1__TellProvider *order = (const Vagval__V1__TellProvider *)call->body;

    (void)loaded;
    /* Each order has a record of its own, so that the contract's stays small. */
    vv_plan_load_new(plan, "told", told_id(call));
    vv_plan_fact_home(plan, "told", told_id(call));
    vv_plan_load(plan, "contract", call->subject);
    vv_outbox_plan(call, plan, order->contract);
    return VV_OK;
}

static enum vv_status decide_tell(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__TellProvider *order = (const Vagval__V1__TellProvider *)call->body;
    struct vv_work work = {.call = call, .outcome = outcome};
    Vagval__V1__ProviderMessage message;
    Vagval__V1__ProviderTold reply;
    ProtobufCMessage *contract = NULL;
    enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "contract", call->subject),
                                             &vagval__v1__contract__descriptor, &contract);

    if (status != VV_OK) {
        return status;
    }
    vagval__v1__provider_message__init(&message);
    message.kind = (char *)(uintptr_t)(order->end == 0 ? "level" : "extended");
    message.contract_number = ((Vagval__V1__Contract *)contract)->number;
    message.service = order->scheme;
    message.track = order->level;
    message.case_id = order->case_id;
    message.placement = order->placement;
    message.start = order->on;
    message.end = order->end;
    status = vv_outbox_add(&work, loaded, order->contract, &message);
    if (status != VV_OK) {
        return status;
    }
    vagval__v1__provider_told__init(&reply);
    reply.case_id = order->case_id;
    reply.number = message.number;
    vv_put(outcome, "told", told_id(call), &reply.base);
    vv_accept(outcome, order->on, VV_REGISTRY_SOURCE, VV_NIL, "", 0, false);
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_tell_provider = {.plan = plan_tell, .decide = decide_tell};

/* The case needs nothing more. */
static enum vv_status plan_told(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    (void)call;
    (void)loaded;
    (void)plan;
    return VV_OK;
}

static enum vv_status decide_told(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    (void)call;
    (void)loaded;
    (void)outcome;
    return VV_OK;
}

const struct vv_handler vv_answer_tell_provider = {.plan = plan_told, .decide = decide_told};
