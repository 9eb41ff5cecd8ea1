/*
 * engine_book.c: a service that recomputes when the book of schemes grows is told so, once for each
 * owned partition and generation, by a message that it sends to itself: its row `on_book`, with no
 * body and a nil subject. Nothing of this is stored: a partition that is opened is told again, and
 * the handler knows from its own records what is left to do. What takes longer it does by timers.
 */
#include "engine_internal.h"

void vv_book_note(struct vv_engine *engine, struct vv_partition *partition)
{
    enum vv_message_type type = engine->service->on_book;
    uint32_t generation = vv_book_generation(engine->book);
    if (type == VV_MSG_NONE || partition->number == VV_PARTITION_SYSTEM ||
        partition->follow != VV_FOLLOW_OPEN || partition->timers_stopped || !engine->clock_known ||
        partition->noting || partition->noted >= generation) {
        return;
    }
    struct vv_item *item = vv_item_create(NULL, 0, "");
    if (item == NULL) {
        return; /* the walk comes back */
    }
    item->kind = VV_ITEM_BOOK;
    item->handler = engine->handlers[type];
    item->row = vv_message_row((uint16_t)type);
    item->id = vv_id_step(vv_id_step((struct vv_id){{0}}, (uint32_t)type), generation);
    item->role = (enum vv_role)(1 << (int)engine->service->id);
    item->sequence = generation;
    item->effective = engine->today;
    item->recorded_ms = engine->business_ms;
    partition->noting = true;
    vv_queue_add(engine, partition, item);
}

void vv_book_note_all(struct vv_engine *engine)
{
    for (uint32_t i = 0; i < engine->partition_count; i++) {
        vv_book_note(engine, &engine->partitions[i]);
    }
}
