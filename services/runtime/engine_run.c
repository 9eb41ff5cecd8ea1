/*
 * engine_run.c: one message through plan, deduplication and decide. See engine_outcome.h.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "vagval/bus.h"
#include "vagval/limits.h"
#include "vagval/seal.h"

#include "engine_outcome_internal.h"

void vv_run_refuse(struct vv_run *run, enum vv_status status, const char *field, const char *text)
{
    run->status = status;
    run->reply = NULL;
    run->reply_len = 0;
    snprintf(run->field, sizeof(run->field), "%s", field);
    snprintf(run->text, sizeof(run->text), "%s", text);
}

static enum vv_step refuse(struct vv_run *run, enum vv_status status, const char *text)
{
    vv_run_refuse(run, status, "", text);
    return VV_STEP_REFUSED;
}

/* What a round of plan leaves to be done; READY also when another round is needed. */
static enum vv_step after_round(struct vv_run *run, const struct vv_plan *plan)
{
    if (plan->no_memory) {
        return refuse(run, VV_NO_MEMORY, "out of memory");
    }
    if (plan->foreign) {
        return refuse(run, VV_INVALID, "an id in the message belongs to another partition");
    }
    if (plan->newer) {
        return refuse(run, VV_NEWER_FORMAT, "stored by a newer release; upgrade this instance");
    }
    if (plan->corrupt) {
        return refuse(run, VV_CORRUPT, "stored bytes do not read back");
    }
    if (plan->missing) {
        return VV_STEP_READS;
    }
    return plan->waiting ? VV_STEP_ASKS : VV_STEP_READY;
}

enum vv_step vv_run_plan(struct vv_run *run, struct vv_working *working)
{
    for (run->rounds = 1; run->rounds <= VV_PLAN_ROUNDS_MAX + 1; run->rounds++) {
        struct vv_loaded loaded = {.call = &run->call, .working = working, .asks = run->asks};
        struct vv_plan plan = {.call = &run->call, .working = working, .asks = run->asks};
        enum vv_status status = VV_OK;
        if (run->handler->plan != NULL) {
            status = run->handler->plan(&run->call, &loaded, &plan);
        }
        run->has_home = plan.has_home;
        run->home = plan.home;
        run->consulted = run->consulted || loaded.consulted;
        if (status != VV_OK) {
            return refuse(run, status,
                          status == VV_FORBIDDEN
                              ? "the sender's key is not bound to what this is about"
                              : "the message cannot be planned");
        }
        enum vv_step step = after_round(run, &plan);
        if (step != VV_STEP_READY || !loaded.missed) {
            return step;
        }
    }
    return refuse(run, VV_IO, "plan never settles");
}

/* ---- deduplication ---- */

static void fact_field(struct vv_id id, uint8_t ret_field[static 17])
{
    ret_field[0] = 'f';
    memcpy(ret_field + 1, id.bytes, 16);
}

/* True when the stored fact answers this message. */
static bool answer_from_fact(struct vv_run *run, struct vv_working *working,
                             const struct vv_slot *home, const uint8_t digest[static 16])
{
    uint8_t name[17];
    fact_field(run->call.id, name);
    const struct vv_field *stored = vv_record_field(&home->current, name, sizeof(name));
    if (stored == NULL) {
        return false;
    }
    Vagval__V1__Fact *fact =
        vagval__v1__fact__unpack(&run->call.arena->allocator, stored->value_len, stored->value);
    if (fact == NULL) {
        vv_run_refuse(run, VV_CORRUPT, "", "a stored fact does not read back");
        return true;
    }
    if (fact->type != (uint32_t)run->call.type || fact->digest.len != 16 ||
        memcmp(fact->digest.data, digest, 16) != 0) {
        vv_run_refuse(run, VV_CONFLICT, "id", "this id came before with other content");
        return true;
    }
    run->reply = vv_chunks_copy(&working->pass, fact->reply.data, fact->reply.len);
    run->reply_len = fact->reply.len;
    run->repeated = true;
    run->status = run->reply == NULL ? VV_NO_MEMORY : VV_OK;
    return true;
}

static enum vv_status store_fact(const struct vv_run *run, const struct vv_outcome *outcome,
                                 struct vv_slot *home, uint8_t digest[static 16])
{
    const struct vv_call *call = &run->call;
    uint32_t index = 1;
    for (size_t i = 0; i < home->current.field_count; i++) {
        const struct vv_field *field = &home->current.fields[i];
        index += field->name_len == 17 && field->name[0] == 'f';
    }
    struct vv_id id = call->id;
    struct vv_id supersedes = outcome->supersedes;
    Vagval__V1__Fact fact = VAGVAL__V1__FACT__INIT;
    fact.id = (ProtobufCBinaryData){16, id.bytes};
    fact.type = (uint32_t)call->type;
    fact.effective = outcome->effective;
    fact.recorded_ms = call->now.ms;
    fact.index = index;
    fact.source = (char *)(uintptr_t)outcome->source;
    if (!vv_id_is_nil(supersedes)) {
        fact.supersedes = (ProtobufCBinaryData){16, supersedes.bytes};
    }
    fact.digest = (ProtobufCBinaryData){16, digest};
    const uint8_t *body = outcome->fact_body == NULL ? call->body_bytes : outcome->fact_body;
    size_t body_len = outcome->fact_body == NULL ? call->body_len : outcome->fact_body_len;
    fact.body = (ProtobufCBinaryData){body_len, (uint8_t *)(uintptr_t)body};
    fact.sealed = outcome->sealed;
    fact.reply = (ProtobufCBinaryData){outcome->reply_len, (uint8_t *)(uintptr_t)outcome->reply};
    size_t len = vagval__v1__fact__get_packed_size(&fact);
    uint8_t *bytes = vv_chunks_alloc(&outcome->working->pass, 17 + len);
    if (bytes == NULL) {
        return VV_NO_MEMORY;
    }
    fact_field(id, bytes);
    vagval__v1__fact__pack(&fact, bytes + 17);
    return vv_slot_field(outcome->working, home, (struct vv_field){bytes, 17, bytes + 17, len});
}

/* The content that the id stands for. What a provider says is its own: the same words from another
 * provider's key are another record, and do not get the first one's answer. */
static void digest_content(const struct vv_run *run, uint8_t ret_digest[static 16])
{
    const struct vv_call *call = &run->call;
    uint8_t body[16];

    vv_seal_digest(call->seal, call->body_bytes, call->body_len, body);
    memcpy(ret_digest, body, sizeof(body));
    if (call->role == VV_ROLE_PROVIDER) {
        uint8_t both[sizeof(body) + VV_PEER_NAME_BYTES] = {0};
        memcpy(both, body, sizeof(body));
        memcpy(both + sizeof(body), call->sender, strnlen(call->sender, VV_PEER_NAME_BYTES));
        vv_seal_digest(call->seal, both, sizeof(both), ret_digest);
    }
}

/* ---- decide ---- */

static void take_outcome(struct vv_run *run, const struct vv_outcome *outcome, struct vv_slot *home,
                         uint8_t digest[static 16])
{
    enum vv_status status = vv_outcome_apply(outcome);
    if (status == VV_OK && outcome->accepted && run->keeps_fact) {
        assert(home != NULL);
        status = store_fact(run, outcome, home, digest);
    }
    if (status != VV_OK) {
        vv_run_refuse(run, status, "", "out of memory");
        return;
    }
    run->status = VV_OK;
    run->reply = outcome->reply;
    run->reply_len = outcome->reply_len;
}

void vv_run_decide(struct vv_run *run, struct vv_working *working)
{
    uint8_t digest[16] = {0};
    struct vv_slot *home = NULL;
    if (run->keeps_fact && run->has_home) {
        home = vv_working_find(working, &run->home);
        assert(home != NULL);
        digest_content(run, digest);
        if (answer_from_fact(run, working, home, digest)) {
            return;
        }
    }
    struct vv_loaded loaded = {.call = &run->call, .working = working, .asks = run->asks};
    struct vv_outcome outcome = {.working = working, .call = &run->call, .service = run->service};
    outcome.last = &outcome.first;
    enum vv_status status = run->handler->decide(&run->call, &loaded, &outcome);
    if (status == VV_OK && outcome.no_memory) {
        status = VV_NO_MEMORY;
    }
    if (status != VV_OK) {
        vv_run_refuse(run, status, outcome.refused_field, outcome.refused_text);
        return;
    }
    take_outcome(run, &outcome, home, digest);
}

/* ---- timers and orders ---- */

void vv_timer_member(enum vv_message_type timer, struct vv_id subject,
                     uint8_t ret_member[static VV_TIMER_MEMBER_BYTES])
{
    ret_member[0] = (uint8_t)((unsigned)timer >> 8);
    ret_member[1] = (uint8_t)((unsigned)timer & 0xFF);
    memcpy(ret_member + 2, subject.bytes, 16);
}

bool vv_timer_parse(const uint8_t *member, size_t len, enum vv_message_type *ret_timer,
                    struct vv_id *ret_subject)
{
    if (len != VV_TIMER_MEMBER_BYTES) {
        return false;
    }
    unsigned code = (unsigned)member[0] << 8 | member[1];
    const struct vv_message_row *row = vv_message_row((uint16_t)code);
    if (row == NULL || row->kind != VV_KIND_TIMER) {
        return false;
    }
    *ret_timer = (enum vv_message_type)code;
    memcpy(ret_subject->bytes, member + 2, 16);
    return true;
}

struct vv_id vv_timer_call_id(enum vv_message_type timer, struct vv_id subject, vv_date due)
{
    return vv_id_step(vv_id_step(subject, (uint32_t)timer), (uint32_t)due);
}

struct vv_name vv_timer_name(enum vv_message_type timer, struct vv_id subject)
{
    uint8_t member[VV_TIMER_MEMBER_BYTES];
    vv_timer_member(timer, subject, member);
    return vv_name_make(VV_USE_TIMER, "timers", (struct vv_id){{0}}, member, sizeof(member));
}

bool vv_timer_touched(const struct vv_working *working, enum vv_message_type timer,
                      struct vv_id subject)
{
    struct vv_name name = vv_timer_name(timer, subject);
    const struct vv_slot *slot = vv_working_find(working, &name);
    return slot != NULL && slot->dirty;
}

struct vv_id vv_order_case(const ProtobufCMessage *order)
{
    struct vv_id id = {{0}};
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(order->descriptor, "case_id");
    if (field == NULL || field->type != PROTOBUF_C_TYPE_BYTES ||
        field->label == PROTOBUF_C_LABEL_REPEATED) {
        return id;
    }
    const ProtobufCBinaryData *data =
        (const ProtobufCBinaryData *)(const void *)((const char *)order + field->offset);
    if (vv_id_from_bytes(data->data, data->len, &id) != VV_OK) {
        return (struct vv_id){{0}};
    }
    return id;
}
