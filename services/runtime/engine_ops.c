/*
 * engine_ops.c: PING, INFO, STATS and SETTLE, which every service answers.
 */
#include <stdio.h>
#include <string.h>

#include "engine_internal.h"

#ifndef VV_VERSION
#define VV_VERSION "0.1"
#endif

#define SETTLE_BUDGET_MS 20000
#define STATS_MAX 1024
#define BUSY_TEXT_MAX 200

static void answer(struct vv_engine *engine, const struct vv_peer *peer, enum vv_message_type type,
                   struct vv_id id, const ProtobufCMessage *body)
{
    size_t len = 0;
    uint8_t *bytes = vv_wire_pack(body, &engine->in, &len);
    struct vv_response response = {.type = (uint16_t)type,
                                   .id = id,
                                   .status = bytes == NULL ? VV_NO_MEMORY : VV_OK,
                                   .body = bytes,
                                   .body_len = len};
    vv_engine_answer(engine, peer, &response);
}

static void answer_ping(struct vv_engine *engine, const struct vv_peer *peer, struct vv_id id)
{
    Vagval__V1__Pong pong = VAGVAL__V1__PONG__INIT;
    pong.instance = engine->instance;
    pong.service = (char *)(uintptr_t)vv_service_name(engine->service->id);
    pong.ready = vv_engine_ready(engine);
    answer(engine, peer, VV_MSG_PONG, id, &pong.base);
}

static void answer_info(struct vv_engine *engine, const struct vv_peer *peer, struct vv_id id)
{
    Vagval__V1__InfoReply info = VAGVAL__V1__INFO_REPLY__INIT;
    char *problems[VV_PROBLEMS_MAX];
    for (unsigned i = 0; i < engine->problem_count; i++) {
        problems[i] = engine->problems[i];
    }
    info.instance = engine->instance;
    info.service = (char *)(uintptr_t)vv_service_name(engine->service->id);
    info.version = (char *)(uintptr_t)VV_VERSION;
    info.partitions = engine->partition_count;
    info.owned = engine->owned;
    info.ready = vv_engine_ready(engine);
    info.draining = engine->draining;
    info.business_date = engine->today;
    info.started_ms = (uint64_t)engine->started_ms;
    info.schemes = vv_book_generation(engine->book);
    info.n_problems = engine->problem_count;
    info.problems = problems;
    answer(engine, peer, VV_MSG_INFO_REPLY, id, &info.base);
}

struct stats {
    struct vv_engine *engine;
    Vagval__V1__Stat *rows[STATS_MAX];
    size_t count;
};

static void add_stat(void *context, const char *name, const char *label, double value,
                     const char *unit)
{
    struct stats *stats = context;
    struct vv_arena *arena = &stats->engine->in;
    Vagval__V1__Stat *row = vv_arena_alloc(arena, sizeof(*row));
    if (row == NULL || stats->count == STATS_MAX) {
        return;
    }
    vagval__v1__stat__init(row);
    row->name = vv_arena_text(arena, name);
    row->label = vv_arena_text(arena, label);
    row->unit = vv_arena_text(arena, unit);
    row->value = value;
    if (row->name != NULL && row->label != NULL && row->unit != NULL) {
        stats->rows[stats->count++] = row;
    }
}

static void answer_stats(struct vv_engine *engine, const struct vv_peer *peer, struct vv_id id)
{
    struct stats stats = {.engine = engine};
    vv_metrics_each(engine->metrics, add_stat, &stats);
    Vagval__V1__StatsReply reply = VAGVAL__V1__STATS_REPLY__INIT;
    reply.n_stats = stats.count;
    reply.stats = stats.rows;
    answer(engine, peer, VV_MSG_STATS_REPLY, id, &reply.base);
}

/* ---- settle ---- */

static void begin_settle(struct vv_engine *engine, const struct vv_peer *peer,
                         const struct vv_frame *frame)
{
    for (unsigned i = 0; i < VV_SETTLES_MAX; i++) {
        struct vv_settle *settle = &engine->settles[i];
        if (settle->used) {
            continue;
        }
        uint32_t budget = frame->envelope->budget_ms;
        *settle = (struct vv_settle){.used = true,
                                     .peer = *peer,
                                     .id = frame->id,
                                     .commits = engine->commits,
                                     .deadline_ms = vv_loop_now_ms(engine->loop) +
                                                    (budget == 0 ? SETTLE_BUDGET_MS : budget)};
        engine->walk_again = true;
        if (vv_store_ready(engine->store)) {
            vv_world_refresh(engine);
        }
        return;
    }
    struct vv_response response = {.type = VV_MSG_SETTLE_REPLY,
                                   .id = frame->id,
                                   .status = VV_BUSY,
                                   .text = "too many are settling"};
    vv_engine_answer(engine, peer, &response);
}

/* What is still open, for people: "3 messages queued, 1 order without an answer". */
static void busy_text(const struct vv_engine *engine, size_t cap, char *ret_text)
{
    const struct {
        unsigned count;
        const char *what;
    } open[] = {{engine->queued, "messages queued"},
                {engine->batches_open, "commits under way"},
                {engine->reads_open, "reads under way"},
                {engine->orders_open, "orders without an answer"},
                {engine->owned - engine->opened, "partitions not open yet"}};
    size_t len = 0;
    ret_text[0] = '\0';
    for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++) {
        if (open[i].count > 0 && len < cap) {
            int more = snprintf(ret_text + len, cap - len, "%s%u %s", len == 0 ? "" : ", ",
                                open[i].count, open[i].what);
            len += more > 0 ? (size_t)more : 0;
        }
    }
}

static void answer_settle(struct vv_engine *engine, struct vv_settle *settle, bool done)
{
    Vagval__V1__SettleReply reply = VAGVAL__V1__SETTLE_REPLY__INIT;
    reply.business_date = engine->today;
    reply.commits = engine->commits;
    reply.quiet = done && engine->commits == settle->commits;
    reply.schemes = vv_book_generation(engine->book);
    char busy[BUSY_TEXT_MAX];
    busy_text(engine, sizeof(busy), busy);
    reply.busy = busy;
    settle->used = false;
    vv_arena_reset(&engine->in);
    answer(engine, &settle->peer, VV_MSG_SETTLE_REPLY, settle->id, &reply.base);
}

void vv_engine_settle_check(struct vv_engine *engine)
{
    bool walked = !engine->walk_again && engine->walk_next >= engine->partition_count;
    bool done = walked && !engine->clock_reading && !engine->book_reading && vv_engine_idle(engine);
    for (unsigned i = 0; i < VV_SETTLES_MAX; i++) {
        struct vv_settle *settle = &engine->settles[i];
        if (settle->used && (done || settle->deadline_ms < vv_loop_now_ms(engine->loop))) {
            answer_settle(engine, settle, done);
        }
    }
}

void vv_engine_ops(struct vv_engine *engine, const struct vv_peer *peer,
                   const struct vv_frame *frame)
{
    switch (frame->row->code) {
    case VV_MSG_PING:
        answer_ping(engine, peer, frame->id);
        break;
    case VV_MSG_INFO:
        answer_info(engine, peer, frame->id);
        break;
    case VV_MSG_STATS:
        answer_stats(engine, peer, frame->id);
        break;
    case VV_MSG_SETTLE:
        begin_settle(engine, peer, frame);
        break;
    default:
        break;
    }
}
