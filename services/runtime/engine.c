/*
 * engine.c: create, destroy, and what happens at the end of every turn.
 */
#include "engine.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine_internal.h"

#define TICK_MS 20
#define TRIM_MS 2000
#define POLL_WITHOUT_PUB_MS 100
#define ARENA_IN_BYTES (1024 * 1024)

/* ---- who feeds whom ---- */

static void find_sources(struct vv_engine *engine)
{
    for (size_t i = 0; i < engine->service->feed_count; i++) {
        engine->sources[engine->service->feeds[i].source] = true;
    }
    engine->sources[VV_RELAY] = engine->service->answer_count > 0;
}

/* The feed tables of messages.def are also the declared consumers of each stream. */
static void find_consumers(struct vv_engine *engine)
{
    static const struct {
        enum vv_service_id source, consumer;
    } rows[] = {
#define ROW(consumer, source) {VV_##source, VV_##consumer},
#define ROW_ASSESSMENT(source, UPPER, snake) ROW(ASSESSMENT, source)
#define ROW_REGISTRY(source, UPPER, snake) ROW(REGISTRY, source)
#define ROW_PAYMENT(source, UPPER, snake) ROW(PAYMENT, source)
#define ROW_INTAKE(source, UPPER, snake) ROW(INTAKE, source)
        VV_FEEDS_INTAKE(ROW_INTAKE) VV_FEEDS_ASSESSMENT(ROW_ASSESSMENT)
            VV_FEEDS_REGISTRY(ROW_REGISTRY) VV_FEEDS_PAYMENT(ROW_PAYMENT)};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].source == engine->service->id) {
            engine->consumers[rows[i].consumer] = true;
        }
    }
}

static void find_handlers(struct vv_engine *engine)
{
    const struct vv_service *service = engine->service;
    for (size_t i = 0; i < service->handler_count; i++) {
        assert((unsigned)service->handlers[i].type < 1024);
        engine->handlers[service->handlers[i].type] = service->handlers[i].handler;
        const struct vv_message_row *row = vv_message_row((uint16_t)service->handlers[i].type);
        engine->has_timers = engine->has_timers || (row != NULL && row->kind == VV_KIND_TIMER);
    }
    for (size_t i = 0; i < service->answer_count; i++) {
        assert((unsigned)service->answers[i].type < 1024);
        engine->answers[service->answers[i].type] = service->answers[i].handler;
    }
}

static void make_partitions(struct vv_engine *engine)
{
    for (uint32_t i = 0; i <= engine->partition_count; i++) {
        struct vv_partition *partition = &engine->partitions[i];
        partition->number = i == engine->partition_count ? VV_PARTITION_SYSTEM : (uint16_t)i;
        partition->next_due_ms = partition->set_meanwhile_ms = VV_NEVER;
        partition->chain = 1;
    }
}

/* ---- a turn's end ---- */

void vv_engine_wake(struct vv_engine *engine, struct vv_partition *partition)
{
    if (!partition->listed) {
        partition->listed = true;
        partition->next_listed = NULL;
        *engine->listed_last = partition;
        engine->listed_last = &partition->next_listed;
    }
}

static void pump(struct vv_engine *engine, struct vv_partition *partition)
{
    struct vv_batch *batch = partition->batch;
    if (batch != NULL) {
        if (!batch->committing && batch->reads_open == 0) {
            vv_batch_pass(batch);
        }
        return;
    }
    bool waits = partition->retry_at_ms > vv_loop_now_ms(engine->loop);
    if (!waits && partition->first != NULL) {
        partition->retry_at_ms = 0;
        vv_batch_start(engine, partition);
    }
}

/* Under load, what waits for its turn gathers, and a commit costs Redis much the same for one
 * message as for ten. The system partition is never kept waiting: everybody needs its clock. */
static bool must_wait(const struct vv_engine *engine, const struct vv_partition *partition)
{
    return engine->batches_open >= VV_BATCHES_OPEN_MAX && partition->batch == NULL &&
           partition->first != NULL && partition->number != VV_PARTITION_SYSTEM;
}

static bool flush(void *context)
{
    struct vv_engine *engine = context;
    if (engine->store == NULL) {
        return false;
    }
    /* What is woken while this runs waits for the next turn: a turn is bounded. */
    struct vv_partition *at = engine->listed;
    struct vv_partition *line = NULL, **line_last = &line;
    engine->listed = NULL;
    engine->listed_last = &engine->listed;
    while (at != NULL) {
        struct vv_partition *partition = at;
        at = at->next_listed;
        if (must_wait(engine, partition)) {
            partition->next_listed = NULL;
            *line_last = partition;
            line_last = &partition->next_listed;
            continue;
        }
        partition->listed = false;
        pump(engine, partition);
    }
    bool more = vv_follow_walk(engine) || engine->listed != NULL;
    /* Those in line come first next time; the end of an open batch brings that about. */
    if (line != NULL) {
        *line_last = engine->listed;
        engine->listed_last = engine->listed == NULL ? line_last : engine->listed_last;
        engine->listed = line;
        more = more || engine->batches_open < VV_BATCHES_OPEN_MAX;
    }
    vv_engine_settle_check(engine);
    return more;
}

static void tick(void *context)
{
    struct vv_engine *engine = context;
    if (engine->store == NULL || !vv_store_ready(engine->store)) {
        return;
    }
    int64_t now_ms = vv_loop_now_ms(engine->loop);
    for (uint32_t i = 0; i <= engine->partition_count; i++) {
        struct vv_partition *partition = &engine->partitions[i];
        if (partition->retry_at_ms != 0 && partition->retry_at_ms <= now_ms) {
            partition->retry_at_ms = 0;
            vv_engine_wake(engine, partition);
        }
        if (partition->wake_at_ms != 0 && partition->wake_at_ms <= now_ms) {
            partition->wake_at_ms = 0;
            vv_engine_wake(engine, partition);
        }
        if (partition->revive_at_ms != 0 && partition->revive_at_ms <= now_ms) {
            vv_follow_revive(engine, partition);
        }
    }
    int64_t poll_ms = engine->publish ? VV_FEED_POLL_MS : POLL_WITHOUT_PUB_MS;
    if (now_ms - engine->walked_at_ms >= poll_ms) {
        engine->walked_at_ms = now_ms;
        vv_follow_walk_start(engine);
    }
    if (now_ms - engine->trimmed_at_ms >= TRIM_MS) {
        engine->trimmed_at_ms = now_ms;
        engine->trim_next = 0;
    }
    vv_trim_slice(engine);
}

static void slow_tick(void *context)
{
    struct vv_engine *engine = context;
    if (engine->store == NULL) {
        return;
    }
    vv_world_tick(engine);
    vv_engine_measure(engine);
}

/* ---- life ---- */

static enum vv_status allocate(struct vv_engine *engine, const struct vv_engine_options *options)
{
    engine->partitions = calloc((size_t)options->partitions + 1, sizeof(*engine->partitions));
    engine->arena_memory = malloc(VV_ARENA_BYTES);
    engine->in_memory = malloc(ARENA_IN_BYTES);
    engine->out = malloc(VV_ENVELOPE_BYTES_MAX + 64);
    engine->book = vv_book_create();
    if (engine->partitions == NULL || engine->arena_memory == NULL || engine->in_memory == NULL ||
        engine->out == NULL || engine->book == NULL) {
        return VV_NO_MEMORY;
    }
    vv_arena_init(&engine->arena, engine->arena_memory, VV_ARENA_BYTES);
    vv_arena_init(&engine->in, engine->in_memory, ARENA_IN_BYTES);
    enum vv_status status = vv_cache_open(&engine->cache, options->cache_bytes);
    return status == VV_OK ? vv_commit_create(&engine->commit) : status;
}

enum vv_status vv_engine_create(const struct vv_engine_options *options,
                                struct vv_engine **ret_engine)
{
    struct vv_engine *engine = calloc(1, sizeof(*engine));
    if (engine == NULL) {
        return VV_NO_MEMORY;
    }
    engine->service = options->service;
    engine->loop = options->loop;
    engine->log = options->log;
    engine->metrics = options->metrics;
    engine->seal = options->seal;
    engine->context = options->context;
    engine->partition_count = options->partitions;
    engine->virtual_clock = options->virtual_clock;
    engine->publish = options->publish;
    snprintf(engine->instance, sizeof(engine->instance), "%s", options->instance);
    engine->listed_last = &engine->listed;
    engine->walk_next = options->partitions;
    engine->trim_next = options->partitions;
    engine->started_ms = vv_clock_wall_ms();
    engine->bounds = (struct vv_bounds){.stopped_retry_ms = VV_STOPPED_RETRY_MS,
                                        .process_queue = VV_PROCESS_QUEUE_MAX,
                                        .partition_queue = VV_PARTITION_QUEUE_MAX,
                                        .peer_queue = VV_PEER_QUEUE_MAX,
                                        .peer_rate = VV_PEER_RATE_PER_S,
                                        .stream_entries = VV_STREAM_ENTRIES_MAX,
                                        .commit_soft_keys = VV_COMMIT_KEYS_MAX * 3 / 4};
    enum vv_status status = allocate(engine, options);
    if (status == VV_OK) {
        status = vv_loop_on_flush(engine->loop, flush, engine);
    }
    if (status == VV_OK) {
        status = vv_loop_every(engine->loop, TICK_MS, tick, engine);
    }
    if (status == VV_OK) {
        status = vv_loop_every(engine->loop, VV_HEARTBEAT_MS, slow_tick, engine);
    }
    if (status != VV_OK) {
        vv_engine_destroy(&engine);
        return status;
    }
    make_partitions(engine);
    find_sources(engine);
    find_consumers(engine);
    find_handlers(engine);
    vv_engine_make_metrics(engine);
    *ret_engine = engine;
    return VV_OK;
}

static void close_partition(struct vv_engine *engine, struct vv_partition *partition)
{
    while (partition->first != NULL) {
        struct vv_item *item = partition->first;
        vv_queue_remove(engine, partition, item);
        item->asks_open = 0; /* the caller is gone: no answer will come */
        vv_item_free(engine, item);
    }
    if (partition->batch != NULL) {
        struct vv_batch *batch = partition->batch;
        for (size_t i = 0; i < batch->count; i++) {
            batch->items[i]->asks_open = 0;
            vv_item_free(engine, batch->items[i]);
        }
        vv_working_free(&batch->working);
        free(batch);
    }
}

void vv_engine_destroy(struct vv_engine **pointer)
{
    if (pointer == NULL || *pointer == NULL) {
        return;
    }
    struct vv_engine *engine = *pointer;
    vv_loop_forget(engine->loop, engine);
    for (uint32_t i = 0; engine->partitions != NULL && i <= engine->partition_count; i++) {
        close_partition(engine, &engine->partitions[i]);
    }
    vv_relay_close(engine);
    while (engine->dead_items != NULL) {
        engine->dead_items->asks_open = 0;
        vv_item_free(engine, engine->dead_items);
    }
    while (engine->free_batches != NULL) {
        struct vv_batch *batch = engine->free_batches;
        engine->free_batches = batch->next_free;
        vv_working_free(&batch->working);
        free(batch);
    }
    if (engine->cache.buckets != NULL) {
        vv_cache_close(engine);
    }
    vv_commit_destroy(&engine->commit);
    vv_book_destroy(&engine->book);
    free(engine->partitions);
    free(engine->arena_memory);
    free(engine->in_memory);
    free(engine->out);
    free(engine);
    *pointer = NULL;
}

void vv_engine_attach(struct vv_engine *engine, struct vv_store *store, struct vv_bus *bus,
                      struct vv_members *members, struct vv_caller *caller)
{
    engine->store = store;
    engine->bus = bus;
    engine->members = members;
    engine->caller = caller;
}

/* ---- small things that all files use ---- */

struct vv_partition *vv_engine_partition(struct vv_engine *engine, uint16_t number)
{
    uint32_t index = number == VV_PARTITION_SYSTEM ? engine->partition_count : number;
    assert(index <= engine->partition_count);
    return &engine->partitions[index];
}

static void problem_text(const char *code, uint16_t partition, const char *detail, size_t cap,
                         char *ret_text)
{
    snprintf(ret_text, cap, "%s partition %u: %s", code, (unsigned)partition, detail);
}

void vv_engine_problem(struct vv_engine *engine, const char *code, uint16_t partition,
                       const char *detail)
{
    VV_LOG(engine->log, VV_LOG_ERROR, code, VV_INT("partition", partition),
           VV_TEXT("detail", detail));
    char text[sizeof(engine->problems[0])];
    problem_text(code, partition, detail, sizeof(text), text);
    for (unsigned i = 0; i < engine->problem_count; i++) {
        if (strcmp(engine->problems[i], text) == 0) {
            return;
        }
    }
    if (engine->problem_count < VV_PROBLEMS_MAX) {
        memcpy(engine->problems[engine->problem_count++], text, sizeof(text));
    }
}

void vv_engine_solved(struct vv_engine *engine, const char *code, uint16_t partition,
                      const char *detail)
{
    VV_LOG(engine->log, VV_LOG_INFO, "problem.solved", VV_TEXT("problem", code),
           VV_INT("partition", partition), VV_TEXT("detail", detail));
    char text[sizeof(engine->problems[0])];
    problem_text(code, partition, detail, sizeof(text), text);
    for (unsigned i = 0; i < engine->problem_count; i++) {
        if (strcmp(engine->problems[i], text) == 0) {
            memcpy(engine->problems[i], engine->problems[--engine->problem_count], sizeof(text));
            return;
        }
    }
}

enum vv_status vv_engine_read(struct vv_engine *engine, struct vv_partition *partition,
                              enum vv_service_id service, const char *kind, struct vv_read read,
                              unsigned source, vv_read_done *done)
{
    struct vv_ticket *ticket = malloc(sizeof(*ticket));
    if (ticket == NULL) {
        return VV_NO_MEMORY;
    }
    *ticket = (struct vv_ticket){engine, partition->number, partition->generation, source};
    char key[VV_KEY_BYTES_MAX];
    read.key_len = vv_key_format(key, partition->number, service, kind, (struct vv_id){{0}});
    read.key = key;
    read.frees_context = true;
    enum vv_status status = vv_store_read(engine->store, &read, done, ticket);
    if (status != VV_OK) {
        free(ticket);
        return status;
    }
    engine->reads_open++;
    return VV_OK;
}

struct vv_partition *vv_ticket_close(struct vv_ticket *ticket)
{
    struct vv_engine *engine = ticket->engine;
    struct vv_partition *partition = vv_engine_partition(engine, ticket->partition);
    bool late = partition->generation != ticket->generation;
    engine->reads_open--;
    free(ticket);
    return late ? NULL : partition;
}

void vv_engine_connected(void *context)
{
    struct vv_engine *engine = context;
    if (engine->store != NULL) {
        vv_world_refresh(engine);
    }
}

void vv_engine_lost(void *context)
{
    struct vv_engine *engine = context;
    VV_LOG(engine->log, VV_LOG_WARN, "store.lost", VV_INT("queued", engine->queued));
    engine->clock_reading = false;
    engine->book_reading = false;
}

void vv_engine_members_changed(void *context)
{
    struct vv_engine *engine = context;
    if (engine->members != NULL) {
        vv_world_owners(engine);
    }
}

/* Something has stopped, and trying again has not helped so far. */
static bool is_stuck(const struct vv_engine *engine)
{
    for (uint32_t i = 0; i < engine->partition_count; i++) {
        const struct vv_partition *partition = &engine->partitions[i];
        bool stuck = partition->timer_problem != NULL;
        for (unsigned s = 0; s < VV_SOURCES; s++) {
            stuck = stuck || partition->feeds[s].problem != NULL;
        }
        if (stuck && partition->owned) {
            return true;
        }
    }
    return false;
}

bool vv_engine_ready(const struct vv_engine *engine)
{
    return engine->store != NULL && vv_store_ready(engine->store) && engine->clock_known &&
           engine->book_known && vv_members_known(engine->members) &&
           engine->opened == engine->owned && !engine->draining && !is_stuck(engine);
}

void vv_engine_drain(struct vv_engine *engine)
{
    engine->draining = true;
}

bool vv_engine_idle(const struct vv_engine *engine)
{
    return engine->queued == 0 && engine->batches_open == 0 && engine->reads_open == 0 &&
           engine->orders_open == 0 && engine->opened == engine->owned;
}

uint64_t vv_engine_commits(const struct vv_engine *engine)
{
    return engine->commits;
}
