/*
 * engine_plan.c: vv_plan_*, vv_loaded*, vv_record_* of service.h.
 */
#include "engine_plan.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "vagval/limits.h"

/* When an unpack fails with less than this left, the arena was too small, not the bytes wrong. */
#define ARENA_TIGHT_BYTES (64 * 1024)

/* ---- plan ---- */

static bool is_home_here(const struct vv_plan *plan, struct vv_id id)
{
    return vv_id_is_nil(id) || vv_id_partition(id) == plan->call->partition;
}

static struct vv_slot *want(struct vv_plan *plan, const struct vv_name *name)
{
    if (!is_home_here(plan, name->id)) {
        plan->foreign = true;
        return NULL;
    }
    struct vv_slot *slot = vv_working_slot(plan->working, name);
    if (slot == NULL) {
        plan->no_memory = true;
        return NULL;
    }
    if (slot->state != VV_SLOT_LOADED) {
        plan->missing = true;
    } else if (slot->entry != NULL) {
        plan->newer = plan->newer || slot->entry->newer_format;
        plan->corrupt = plan->corrupt || slot->entry->corrupt;
    }
    return slot;
}

void vv_plan_load(struct vv_plan *plan, const char *kind, struct vv_id id)
{
    struct vv_name name = vv_name_make(VV_USE_HASH, kind, id, NULL, 0);
    (void)want(plan, &name);
}

void vv_plan_load_new(struct vv_plan *plan, const char *kind, struct vv_id id)
{
    struct vv_name name = vv_name_make(VV_USE_HASH, kind, id, NULL, 0);
    if (plan->working->guesses && is_home_here(plan, id)) {
        vv_working_guess(plan->working, &name);
    }
    (void)want(plan, &name);
}

void vv_plan_field(struct vv_plan *plan, const char *kind, struct vv_id id, const void *field,
                   size_t field_len)
{
    struct vv_name name = vv_name_make(VV_USE_FIELD, kind, id, field, field_len);
    (void)want(plan, &name);
}

void vv_plan_list(struct vv_plan *plan, const char *kind, struct vv_id id, uint64_t first,
                  uint32_t count)
{
    struct vv_name name = vv_name_make(VV_USE_LIST, kind, id, NULL, 0);
    name.first = first;
    name.count = count;
    struct vv_slot *slot = want(plan, &name);
    if (slot != NULL && slot->state != VV_SLOT_LOADED && slot->name.count < count) {
        slot->name.count = count;
    }
}

void vv_plan_hash(struct vv_plan *plan, const char *kind, struct vv_id id)
{
    struct vv_name name = vv_name_make(VV_USE_PLAIN, kind, id, NULL, 0);
    (void)want(plan, &name);
}

void vv_plan_fact_home(struct vv_plan *plan, const char *kind, struct vv_id id)
{
    plan->home = vv_name_make(VV_USE_HASH, kind, id, NULL, 0);
    plan->has_home = true;
    (void)want(plan, &plan->home);
}

static struct vv_ask *find_ask(const struct vv_asks *asks, enum vv_message_type type,
                               struct vv_id subject)
{
    for (struct vv_ask *ask = asks->first; ask != NULL; ask = ask->next) {
        if (ask->type == type && vv_id_equal(ask->subject, subject)) {
            return ask;
        }
    }
    return NULL;
}

void vv_plan_ask(struct vv_plan *plan, enum vv_service_id service, enum vv_message_type type,
                 struct vv_id subject, const ProtobufCMessage *body)
{
    struct vv_ask *ask = find_ask(plan->asks, type, subject);
    if (ask == NULL) {
        size_t len = body == NULL ? 0 : protobuf_c_message_get_packed_size(body);
        ask = calloc(1, sizeof(*ask));
        uint8_t *bytes = malloc(len + 1);
        if (ask == NULL || bytes == NULL) {
            free(ask);
            free(bytes);
            plan->no_memory = true;
            return;
        }
        if (body != NULL) {
            protobuf_c_message_pack(body, bytes);
        }
        *ask = (struct vv_ask){.next = plan->asks->first,
                               .service = service,
                               .type = type,
                               .subject = subject,
                               .body = bytes,
                               .body_len = len};
        plan->asks->first = ask;
    }
    if (ask->state != VV_ASK_ANSWERED) {
        plan->waiting = true;
    }
}

void vv_asks_free(struct vv_asks *asks)
{
    while (asks->first != NULL) {
        struct vv_ask *ask = asks->first;
        asks->first = ask->next;
        free(ask->body);
        free(ask->reply);
        free(ask);
    }
}

void vv_asks_pass(struct vv_asks *asks)
{
    for (struct vv_ask *ask = asks->first; ask != NULL; ask = ask->next) {
        ask->unpacked = false;
    }
}

/* ---- loaded ---- */

static const struct vv_record *look(const struct vv_loaded *loaded, const struct vv_name *name)
{
    struct vv_loaded *notes = (struct vv_loaded *)(uintptr_t)loaded;
    notes->consulted = true;
    const struct vv_slot *slot = vv_working_find(loaded->working, name);
    if (slot == NULL || (slot->state != VV_SLOT_LOADED && !slot->dirty)) {
        notes->missed = true;
        return NULL;
    }
    return &slot->current;
}

const struct vv_record *vv_loaded(const struct vv_loaded *loaded, const char *kind, struct vv_id id)
{
    struct vv_name name = vv_name_make(VV_USE_HASH, kind, id, NULL, 0);
    if (vv_working_find(loaded->working, &name) == NULL) {
        struct vv_name plain = name;
        plain.use = VV_USE_PLAIN;
        if (vv_working_find(loaded->working, &plain) != NULL) {
            return look(loaded, &plain);
        }
    }
    return look(loaded, &name);
}

const struct vv_record *vv_loaded_field(const struct vv_loaded *loaded, const char *kind,
                                        struct vv_id id, const void *field, size_t field_len)
{
    struct vv_name name = vv_name_make(VV_USE_FIELD, kind, id, field, field_len);
    return look(loaded, &name);
}

const struct vv_record *vv_loaded_list(const struct vv_loaded *loaded, const char *kind,
                                       struct vv_id id, uint64_t first)
{
    struct vv_name name = vv_name_make(VV_USE_LIST, kind, id, NULL, 0);
    name.first = first;
    return look(loaded, &name);
}

bool vv_list_id(const struct vv_record *list, size_t i, struct vv_id *ret_id)
{
    return i < list->field_count &&
           vv_id_from_bytes(list->fields[i].value, list->fields[i].value_len, ret_id) == VV_OK;
}

void vv_plan_listed(struct vv_plan *plan, const struct vv_loaded *loaded, const char *list,
                    uint64_t first, uint32_t count, const char *kind)
{
    const struct vv_record *ids = vv_loaded_list(loaded, list, VV_NIL, first);
    struct vv_id id;
    vv_plan_list(plan, list, VV_NIL, first, count);
    for (size_t i = 0; ids != NULL && i < ids->field_count; i++) {
        if (vv_list_id(ids, i, &id)) {
            vv_plan_load(plan, kind, id);
        }
    }
}

enum vv_status vv_plan_nothing(const struct vv_call *call, const struct vv_loaded *loaded,
                               struct vv_plan *plan)
{
    (void)call;
    (void)loaded;
    (void)plan;
    return VV_OK;
}

enum vv_status vv_decide_nothing(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_outcome *outcome)
{
    (void)call;
    (void)loaded;
    (void)outcome;
    return VV_OK;
}

uint32_t vv_page_limit(uint32_t asked, uint32_t most)
{
    return asked == 0 || asked > most ? most : asked;
}

enum vv_status vv_route_to(const struct vv_call *call, uint32_t partition, uint16_t *ret_partition)
{
    if (partition >= call->partitions) {
        return VV_INVALID;
    }
    *ret_partition = (uint16_t)partition;
    return VV_OK;
}

const struct vv_answer *vv_loaded_answer(const struct vv_loaded *loaded, enum vv_message_type type,
                                         struct vv_id subject)
{
    struct vv_loaded *notes = (struct vv_loaded *)(uintptr_t)loaded;
    notes->consulted = true;
    struct vv_ask *ask = find_ask(loaded->asks, type, subject);
    if (ask == NULL || ask->state != VV_ASK_ANSWERED) {
        notes->missed = true;
        return NULL;
    }
    if (!ask->unpacked) {
        ask->answer = (struct vv_answer){.status = ask->status};
        const struct vv_message_row *row = vv_message_row((uint16_t)type);
        const struct vv_message_row *reply = row == NULL ? NULL : vv_message_row(row->reply);
        if (ask->status == VV_OK && reply != NULL && reply->descriptor != NULL) {
            ask->answer.body = protobuf_c_message_unpack(
                reply->descriptor, &loaded->call->arena->allocator, ask->reply_len, ask->reply);
            if (ask->answer.body == NULL) {
                ask->answer.status = VV_NO_MEMORY;
            }
        }
        ask->unpacked = true;
    }
    return &ask->answer;
}

/* ---- records ---- */

static enum vv_status unpack(const struct vv_call *call, const uint8_t *bytes, size_t len,
                             const ProtobufCMessageDescriptor *descriptor,
                             ProtobufCMessage **ret_message)
{
    ProtobufCMessage *message =
        protobuf_c_message_unpack(descriptor, &call->arena->allocator, len, bytes);
    if (message == NULL) {
        return call->arena->size - call->arena->used < ARENA_TIGHT_BYTES ? VV_NO_MEMORY
                                                                         : VV_CORRUPT;
    }
    *ret_message = message;
    return VV_OK;
}

enum vv_status vv_record_unpack(const struct vv_call *call, const struct vv_record *record,
                                const ProtobufCMessageDescriptor *descriptor,
                                ProtobufCMessage **ret_message)
{
    if (record->exists && record->body != NULL) {
        return unpack(call, record->body, record->body_len, descriptor, ret_message);
    }
    ProtobufCMessage *fresh = vv_arena_alloc(call->arena, descriptor->sizeof_message);
    if (fresh == NULL) {
        return VV_NO_MEMORY;
    }
    protobuf_c_message_init(descriptor, fresh);
    *ret_message = fresh;
    return VV_OK;
}

enum vv_status vv_record_facts(const struct vv_call *call, const struct vv_record *record,
                               Vagval__V1__Fact ***ret_facts, size_t *ret_count)
{
    Vagval__V1__Fact **facts =
        vv_arena_alloc(call->arena, (record->field_count + 1) * sizeof(struct vv_fact *));
    if (facts == NULL) {
        return VV_NO_MEMORY;
    }
    size_t count = 0;
    for (size_t i = 0; i < record->field_count; i++) {
        const struct vv_field *field = &record->fields[i];
        if (field->name_len != 17 || field->name[0] != 'f') {
            continue;
        }
        ProtobufCMessage *message = NULL;
        enum vv_status status =
            unpack(call, field->value, field->value_len, &vagval__v1__fact__descriptor, &message);
        if (status != VV_OK) {
            return status;
        }
        /* Nearly sorted already: facts are stored in the order of their index. */
        Vagval__V1__Fact *fact = (Vagval__V1__Fact *)message;
        size_t at = count++;
        while (at > 0 && facts[at - 1]->index > fact->index) {
            facts[at] = facts[at - 1];
            at--;
        }
        facts[at] = fact;
    }
    *ret_facts = facts;
    *ret_count = count;
    return VV_OK;
}
