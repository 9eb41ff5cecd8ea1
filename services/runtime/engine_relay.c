/*
 * engine_relay.c: orders to other partitions. An order is an event of our own stream; it is sent
 * as a command whose id is derived from the event's, so the target does it once however often it is
 * sent. The answer is decided in the order's own partition, and the commit that follows moves the
 * cursor "relay": only then is the order done.
 */
#include <stdlib.h>
#include <string.h>

#include "engine_internal.h"

#define SEND_STEP 1
#define ANSWER_STEP 2

/* One whose call is still out when it is done with: its answer, or the engine's end, frees it. */
static void abandon(struct vv_engine *engine, struct vv_order *order)
{
    order->gone = true;
    order->next = engine->gone_orders;
    engine->gone_orders = order;
}

static void free_order(struct vv_order *order)
{
    free(order->scheme);
    free(order->body);
    free(order->reply);
    free(order);
}

static struct vv_order *make_order(struct vv_engine *engine, struct vv_partition *partition,
                                   uint64_t sequence, const struct vv_frame *frame)
{
    const ProtobufCBinaryData *body = &frame->envelope->body;
    struct vv_order *order = calloc(1, sizeof(*order));
    uint8_t *bytes = malloc(body->len + 1);
    char *scheme = strdup(frame->envelope->scheme);
    if (order == NULL || bytes == NULL || scheme == NULL) {
        free(order);
        free(bytes);
        free(scheme);
        return NULL;
    }
    if (body->len > 0) {
        memcpy(bytes, body->data, body->len);
    }
    *order = (struct vv_order){.engine = engine,
                               .partition = partition->number,
                               .sequence = sequence,
                               .id = frame->id,
                               .type = (enum vv_message_type)frame->row->code,
                               .case_id = vv_order_case(frame->body),
                               .subject = frame->subject,
                               .correlation = frame->correlation,
                               .scheme = scheme,
                               .body = bytes,
                               .body_len = body->len};
    return order;
}

void vv_relay_take(struct vv_engine *engine, struct vv_partition *partition, uint64_t sequence,
                   const struct vv_frame *frame)
{
    struct vv_order **at = &partition->orders;
    while (*at != NULL && (*at)->sequence < sequence) {
        at = &(*at)->next;
    }
    if (*at != NULL && (*at)->sequence == sequence) {
        return; /* still known from before a take-over or a lost reply */
    }
    struct vv_order *order = make_order(engine, partition, sequence, frame);
    if (order == NULL) {
        vv_follow_stop(engine, partition, VV_RELAY, "relay.out-of-memory");
        return;
    }
    order->next = *at;
    *at = order;
    partition->order_count++;
    partition->feeds[VV_RELAY].queued++;
    engine->orders_open++;
}

/* The target's answer becomes work of the order's own partition. */
static void queue_answer(struct vv_engine *engine, struct vv_partition *partition,
                         struct vv_order *order)
{
    const struct vv_message_row *row = vv_message_row((uint16_t)order->type);
    struct vv_item *item = vv_item_create(order->reply, order->reply_len, order->scheme);
    if (item == NULL) {
        return; /* the walk's pump comes back */
    }
    item->kind = VV_ITEM_ANSWER;
    item->handler = engine->answers[order->type];
    item->row = vv_message_row(row->reply);
    item->id = vv_id_step(order->id, ANSWER_STEP);
    item->subject = order->case_id;
    item->correlation = order->correlation;
    item->role = (enum vv_role)(1 << (int)engine->service->id);
    item->source = VV_RELAY;
    item->sequence = order->sequence;
    item->recorded_ms = engine->business_ms;
    item->effective = engine->today;
    item->has_body = order->status == VV_OK;
    order->state = VV_ORDER_QUEUED;
    vv_queue_add(engine, partition, item);
}

static bool is_definite(enum vv_status status)
{
    return status != VV_BUSY && status != VV_UNKNOWN && status != VV_DRAINING;
}

static void answered(void *context, enum vv_status status, const struct vv_frame *frame)
{
    struct vv_order *order = context;
    struct vv_engine *engine = order->engine;
    if (order->gone) {
        struct vv_order **at = &engine->gone_orders;
        while (*at != order) {
            at = &(*at)->next;
        }
        *at = order->next;
        free_order(order);
        return;
    }
    struct vv_partition *partition = vv_engine_partition(engine, order->partition);
    order->state = VV_ORDER_NEW;
    if (!is_definite(status)) {
        return; /* the walk's pump sends it again */
    }
    if (status == VV_OK && frame != NULL) {
        const ProtobufCBinaryData *body = &frame->envelope->body;
        uint8_t *copy = malloc(body->len + 1);
        if (copy == NULL) {
            return;
        }
        if (body->len > 0) {
            memcpy(copy, body->data, body->len);
        }
        free(order->reply);
        order->reply = copy;
        order->reply_len = body->len;
    }
    order->status = status;
    order->state = VV_ORDER_ANSWERED;
    vv_relay_pump(engine, partition);
}

static void send_order(struct vv_engine *engine, struct vv_order *order)
{
    struct vv_request request = {.service = engine->service->id,
                                 .partition = vv_id_partition(order->subject),
                                 .type = order->type,
                                 .id = vv_id_step(order->id, SEND_STEP),
                                 .subject = order->subject,
                                 .correlation = order->correlation,
                                 .scheme = order->scheme,
                                 .body = order->body,
                                 .body_len = order->body_len,
                                 .budget_ms = 0};
    order->state = VV_ORDER_SENT;
    if (vv_caller_send(engine->caller, &request, answered, order) != VV_OK) {
        order->state = VV_ORDER_NEW;
    }
}

void vv_relay_pump(struct vv_engine *engine, struct vv_partition *partition)
{
    if (partition->follow != VV_FOLLOW_OPEN || partition->feeds[VV_RELAY].stopped) {
        return;
    }
    /* Sent ahead, several at a time; answers are taken strictly in the stream's order. */
    unsigned open = 0;
    bool in_order = true;
    for (struct vv_order *order = partition->orders; order != NULL && open < VV_RELAY_OPEN_MAX;
         order = order->next, open++) {
        if (order->state == VV_ORDER_NEW) {
            send_order(engine, order);
        }
        if (order->state == VV_ORDER_ANSWERED && in_order) {
            queue_answer(engine, partition, order);
        }
        in_order = in_order && order->state == VV_ORDER_QUEUED;
    }
}

static void remove_first(struct vv_engine *engine, struct vv_partition *partition)
{
    struct vv_order *order = partition->orders;
    partition->orders = order->next;
    partition->order_count--;
    engine->orders_open--;
    if (order->state == VV_ORDER_SENT) {
        abandon(engine, order);
    } else {
        free_order(order);
    }
}

void vv_relay_done(struct vv_engine *engine, struct vv_partition *partition, uint64_t sequence)
{
    while (partition->orders != NULL && partition->orders->sequence <= sequence) {
        vv_metric_add(engine->orders_total, 1);
        remove_first(engine, partition);
    }
}

void vv_relay_unqueue(struct vv_partition *partition)
{
    for (struct vv_order *order = partition->orders; order != NULL; order = order->next) {
        if (order->state == VV_ORDER_QUEUED) {
            order->state = VV_ORDER_ANSWERED;
        }
    }
}

void vv_relay_leave(struct vv_engine *engine, struct vv_partition *partition)
{
    while (partition->orders != NULL) {
        remove_first(engine, partition);
    }
}

void vv_relay_close(struct vv_engine *engine)
{
    for (uint32_t i = 0; engine->partitions != NULL && i <= engine->partition_count; i++) {
        vv_relay_leave(engine, &engine->partitions[i]);
    }
    while (engine->gone_orders != NULL) {
        struct vv_order *order = engine->gone_orders;
        engine->gone_orders = order->next;
        free_order(order);
    }
}
