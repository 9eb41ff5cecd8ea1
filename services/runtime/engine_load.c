/*
 * engine_load.c: what a batch lacks: questions to siblings, and records from Redis.
 */
#include <stdlib.h>
#include <string.h>

#include "engine_internal.h"

/* ---- asks ---- */

static bool is_definite(enum vv_status status)
{
    return status != VV_BUSY && status != VV_UNKNOWN && status != VV_DRAINING;
}

static void asked(void *context, enum vv_status status, const struct vv_frame *frame)
{
    struct vv_ask *ask = context;
    struct vv_item *item = ask->owner;
    struct vv_engine *engine = item->engine;
    item->asks_open--;
    if (item->dead) {
        vv_item_free(engine, item);
        return;
    }
    bool must_know = item->kind != VV_ITEM_REQUEST;
    vv_engine_wake(engine, vv_engine_partition(engine, item->partition));
    ask->state = VV_ASK_NEW;
    if (must_know && !is_definite(status)) {
        return; /* the next pass asks again */
    }
    if (status == VV_OK && frame != NULL) {
        const ProtobufCBinaryData *body = &frame->envelope->body;
        ask->reply = malloc(body->len + 1);
        if (ask->reply == NULL) {
            return;
        }
        if (body->len > 0) {
            memcpy(ask->reply, body->data, body->len);
        }
        ask->reply_len = body->len;
    }
    ask->state = VV_ASK_ANSWERED;
    ask->status = status;
}

static void send_ask(struct vv_engine *engine, struct vv_partition *partition, struct vv_item *item,
                     struct vv_ask *ask)
{
    ask->owner = item;
    item->engine = engine;
    item->partition = partition->number;
    struct vv_id id;
    vv_seal_random(id.bytes, sizeof(id.bytes));
    id = vv_id_time(vv_clock_wall_ms(), id.bytes);
    struct vv_request request = {.service = ask->service,
                                 .partition = vv_id_partition(ask->subject),
                                 .type = ask->type,
                                 .id = id,
                                 .subject = ask->subject,
                                 .correlation = item->correlation,
                                 .scheme = item->scheme,
                                 .body = ask->body,
                                 .body_len = ask->body_len,
                                 .budget_ms = VV_CALL_TIMEOUT_MS};
    /* State first: the caller may answer before it returns. */
    ask->state = VV_ASK_SENT;
    item->asks_open++;
    if (vv_caller_send(engine->caller, &request, asked, ask) != VV_OK) {
        ask->state = VV_ASK_NEW;
        item->asks_open--;
    }
}

void vv_batch_send_asks(struct vv_batch *batch, struct vv_item *item)
{
    for (struct vv_ask *ask = item->asks.first; ask != NULL; ask = ask->next) {
        if (ask->state == VV_ASK_NEW) {
            send_ask(batch->engine, batch->partition, item, ask);
        }
    }
    if (item->asks_open == 0) {
        /* Too many calls under way. */
        batch->partition->retry_at_ms = vv_loop_now_ms(batch->engine->loop) + VV_RETRY_MS;
    }
}

/* ---- reading ---- */

struct slot_ticket {
    struct vv_batch *batch;
    struct vv_slot *slot;
};

static void slot_read(void *context, enum vv_status status, const struct vv_field *pairs,
                      size_t count)
{
    struct slot_ticket ticket = *(struct slot_ticket *)context;
    free(context);
    struct vv_batch *batch = ticket.batch;
    struct vv_engine *engine = batch->engine;
    struct vv_slot *slot = ticket.slot;
    batch->reads_open--;
    slot->state = VV_SLOT_WANTED;
    if (status == VV_OK) {
        struct vv_entry *entry = vv_entry_create(&slot->name, batch->partition->number, slot->hash);
        if (entry != NULL && vv_entry_fill(entry, pairs, count) == VV_OK) {
            entry->chain = batch->partition->chain;
            vv_slot_fill(slot, entry);
            bool cacheable = slot->name.use == VV_USE_HASH || slot->name.use == VV_USE_FIELD;
            if (cacheable && batch->partition->owned) {
                vv_cache_add(engine, batch->partition, entry);
            }
        } else if (entry != NULL) {
            vv_entry_unpin(entry);
        }
    }
    if (slot->state != VV_SLOT_LOADED) {
        batch->read_failed = true;
    }
    if (batch->reads_open == 0) {
        vv_engine_wake(engine, batch->partition); /* the flush makes the next pass */
    }
}

static enum vv_status read_slot(struct vv_batch *batch, struct vv_slot *slot)
{
    char key[VV_KEY_BYTES_MAX];
    const struct vv_name *name = &slot->name;
    size_t key_len = vv_key_format(key, batch->partition->number, batch->engine->service->id,
                                   name->kind, name->id);
    struct vv_read read = {.key = key, .key_len = key_len, .frees_context = true};
    if (name->use == VV_USE_FIELD) {
        read.kind = VV_READ_FIELD;
        read.field = name->field;
        read.field_len = name->field_len;
    } else if (name->use == VV_USE_LIST) {
        read.kind = VV_READ_LIST;
        read.first = (int64_t)name->first;
        read.count = name->count;
    } else {
        read.kind = VV_READ_HASH;
    }
    struct slot_ticket *ticket = malloc(sizeof(*ticket));
    if (ticket == NULL) {
        return VV_NO_MEMORY;
    }
    *ticket = (struct slot_ticket){batch, slot};
    enum vv_status status = vv_store_read(batch->engine->store, &read, slot_read, ticket);
    if (status != VV_OK) {
        free(ticket);
        return status;
    }
    slot->state = VV_SLOT_READING;
    batch->reads_open++;
    return VV_OK;
}

bool vv_batch_read_missing(struct vv_batch *batch)
{
    bool missing = false;
    for (struct vv_slot *slot = batch->working.first; slot != NULL; slot = slot->next) {
        if (slot->state != VV_SLOT_WANTED) {
            continue;
        }
        missing = true;
        if (read_slot(batch, slot) != VV_OK) {
            batch->read_failed = true;
            break;
        }
    }
    return missing;
}
