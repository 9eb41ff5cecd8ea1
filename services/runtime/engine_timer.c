/*
 * engine_timer.c: business timers. The sorted set of a partition is the truth; in memory stands
 * only when the next one is due. A firing is checked by its commit, so it happens once however many
 * instances believe that they own the partition.
 *
 * Any instance may set a timer: one that hands the partition over, one that was asked while its
 * list of members was old. Its owner learns of that by looking with each walk, so at the latest
 * after VV_FEED_POLL_MS, and before it calls itself settled.
 */
#include <stdlib.h>

#include "engine_internal.h"

/* Timers carry whole dates: due when the business date has come, whatever the hour. */
static int64_t due_through_ms(const struct vv_engine *engine)
{
    return (int64_t)engine->today * VV_DAY_MS;
}

static int64_t score_of(const struct vv_field *pair)
{
    char text[32];
    size_t len = pair->value_len < sizeof(text) - 1 ? pair->value_len : sizeof(text) - 1;
    for (size_t i = 0; i < len; i++) {
        text[i] = (char)pair->value[i];
    }
    text[len] = 0;
    return (int64_t)strtod(text, NULL);
}

void vv_timer_stop(struct vv_engine *engine, struct vv_partition *partition, const char *code,
                   const char *detail)
{
    partition->timers_stopped = true;
    partition->revive_at_ms = vv_loop_now_ms(engine->loop) + engine->bounds.stopped_retry_ms;
    if (partition->timer_problem == NULL) {
        partition->timer_problem = code;
        partition->timer_detail = detail;
    }
    vv_engine_problem(engine, partition->timer_problem, partition->number, partition->timer_detail);
}

/* Nothing is due any more: what was in the way has gone. */
static void note_works(struct vv_engine *engine, struct vv_partition *partition)
{
    if (partition->timer_problem != NULL && partition->follow == VV_FOLLOW_OPEN &&
        !partition->timers_reading && partition->timers_left == 0 && engine->clock_known &&
        partition->next_due_ms > due_through_ms(engine)) {
        vv_engine_solved(engine, partition->timer_problem, partition->number,
                         partition->timer_detail);
        partition->timer_problem = NULL;
    }
}

static void next_read(void *context, enum vv_status status, const struct vv_field *pairs,
                      size_t count)
{
    struct vv_engine *engine = ((struct vv_ticket *)context)->engine;
    struct vv_partition *partition = vv_ticket_close(context);
    if (partition == NULL) {
        return;
    }
    partition->timers_reading = false;
    if (status != VV_OK) {
        return; /* still due: the walk comes back */
    }
    vv_timer_learn(partition, pairs, count);
    vv_timer_check(engine, partition);
}

void vv_timer_learn(struct vv_partition *partition, const struct vv_field *pairs, size_t count)
{
    partition->next_due_ms = partition->set_meanwhile_ms;
    if (count > 0 && score_of(&pairs[0]) < partition->next_due_ms) {
        partition->next_due_ms = score_of(&pairs[0]);
    }
}

static bool read_next(struct vv_engine *engine, struct vv_partition *partition)
{
    struct vv_read read = {.kind = VV_READ_NEXT_TIMER};
    partition->set_meanwhile_ms = VV_NEVER;
    partition->timers_reading = vv_engine_read(engine, partition, engine->service->id, "timers",
                                               read, 0, next_read) == VV_OK;
    return partition->timers_reading;
}

void vv_timer_note(struct vv_partition *partition, int64_t due_ms)
{
    if (due_ms < partition->next_due_ms) {
        partition->next_due_ms = due_ms;
    }
    if (due_ms < partition->set_meanwhile_ms) {
        partition->set_meanwhile_ms = due_ms;
    }
}

static void queue_timer(struct vv_engine *engine, struct vv_partition *partition,
                        const struct vv_field *pair)
{
    enum vv_message_type type = VV_MSG_NONE;
    struct vv_id subject;
    if (!vv_timer_parse(pair->name, pair->name_len, &type, &subject) ||
        engine->handlers[type] == NULL) {
        vv_timer_stop(engine, partition, "timer.unknown", "no handler");
        return;
    }
    struct vv_item *item = vv_item_create(NULL, 0, "");
    if (item == NULL) {
        return;
    }
    vv_date due = (vv_date)(score_of(pair) / VV_DAY_MS);
    item->kind = VV_ITEM_TIMER;
    item->handler = engine->handlers[type];
    item->row = vv_message_row((uint16_t)type);
    item->id = vv_timer_call_id(type, subject, due);
    item->subject = subject;
    item->role = (enum vv_role)(1 << (int)engine->service->id);
    item->due = due;
    item->effective = due;
    item->recorded_ms = engine->business_ms;
    partition->timers_left++;
    vv_queue_add(engine, partition, item);
}

static void read_due(void *context, enum vv_status status, const struct vv_field *pairs,
                     size_t count)
{
    struct vv_engine *engine = ((struct vv_ticket *)context)->engine;
    struct vv_partition *partition = vv_ticket_close(context);
    if (partition == NULL) {
        return;
    }
    partition->timers_reading = false;
    if (status != VV_OK) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        queue_timer(engine, partition, &pairs[i]);
    }
    if (partition->timers_left == 0) {
        (void)read_next(engine, partition);
    }
}

void vv_timer_check(struct vv_engine *engine, struct vv_partition *partition)
{
    note_works(engine, partition);
    vv_book_note(engine, partition);
    if (partition->follow != VV_FOLLOW_OPEN || partition->timers_stopped ||
        partition->timers_reading || partition->timers_left > 0 || !engine->clock_known ||
        partition->next_due_ms > due_through_ms(engine)) {
        return;
    }
    struct vv_read read = {
        .kind = VV_READ_TIMERS, .first = due_through_ms(engine), .count = VV_TIMERS_READ_MAX};
    partition->timers_reading = vv_engine_read(engine, partition, engine->service->id, "timers",
                                               read, 0, read_due) == VV_OK;
}

bool vv_timer_look(struct vv_engine *engine, struct vv_partition *partition)
{
    vv_timer_check(engine, partition);
    bool reads = partition->timers_reading || partition->timers_left > 0;
    if (reads || partition->timers_stopped || !engine->has_timers) {
        return true; /* those who fire them look at what is left themselves */
    }
    return read_next(engine, partition);
}

void vv_timer_item_done(struct vv_engine *engine, struct vv_partition *partition)
{
    if (partition->timers_left > 0 && --partition->timers_left == 0 &&
        partition->follow == VV_FOLLOW_OPEN && !partition->timers_reading) {
        /* The commit may still be on its way for a dropped one; what is due is read again. */
        (void)read_next(engine, partition);
    }
}
