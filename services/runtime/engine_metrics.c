/*
 * engine_metrics.c: the engine's own time series, and those that it shows for the bus and the
 * caller, which count for themselves.
 */
#include <stdio.h>

#include "engine_internal.h"

/* ---- counters of others ---- */

enum owner { OF_BUS, OF_CALLER };

#define BUS(field) OF_BUS, offsetof(struct vv_bus_counters, field)
#define CALLER(field) OF_CALLER, offsetof(struct vv_caller_counters, field)
#define REFUSED "vagval_bus_refused_total"
#define REFUSED_HELP "frames and connections that the bus turned away"
#define CALLS "vagval_calls_total"
#define CALLS_HELP "outgoing calls by what became of them"

static const struct {
    const char *name, *label, *help;
    enum owner owner;
    size_t offset;
} bridged[VV_BRIDGES] = {
    {REFUSED, "reason=\"key\"", REFUSED_HELP, BUS(refused_keys)},
    {REFUSED, "reason=\"role\"", REFUSED_HELP, BUS(refused_roles)},
    {REFUSED, "reason=\"malformed\"", REFUSED_HELP, BUS(malformed)},
    {REFUSED, "reason=\"too_large\"", REFUSED_HELP, BUS(too_large)},
    {"vagval_bus_replies_dropped_total", "", "answers that their peer did not take",
     BUS(replies_dropped)},
    {"vagval_bus_published_total", "", "publications sent", BUS(published)},
    {CALLS, "what=\"sent\"", CALLS_HELP, CALLER(sent)},
    {CALLS, "what=\"repeated\"", CALLS_HELP, CALLER(repeated)},
    {CALLS, "what=\"busy\"", CALLS_HELP, CALLER(busy)},
    {CALLS, "what=\"late\"", CALLS_HELP, CALLER(late)},
    {CALLS, "what=\"malformed\"", CALLS_HELP, CALLER(malformed)},
    {CALLS, "what=\"expired\"", CALLS_HELP, CALLER(expired)},
};

static void add_bridged(struct vv_engine *engine, size_t i, const void *counters)
{
    uint64_t now = *(const uint64_t *)((const char *)counters + bridged[i].offset);
    vv_metric_add(engine->bridges[i].metric, (double)(now - engine->bridges[i].seen));
    engine->bridges[i].seen = now;
}

static void measure_others(struct vv_engine *engine)
{
    for (size_t i = 0; i < VV_BRIDGES; i++) {
        if (bridged[i].owner == OF_BUS && engine->bus != NULL) {
            add_bridged(engine, i, vv_bus_counters(engine->bus));
        }
        if (bridged[i].owner == OF_CALLER && engine->caller != NULL) {
            add_bridged(engine, i, vv_caller_counters(engine->caller));
        }
    }
}

/* ---- its own ---- */

void vv_engine_make_metrics(struct vv_engine *engine)
{
    struct vv_metrics *m = engine->metrics;
    for (int i = 0; i <= VV_DRAINING; i++) {
        char label[64];
        snprintf(label, sizeof(label), "status=\"%s\"", vv_status_name((enum vv_status)i));
        engine->by_status[i] =
            vv_metric_counter(m, "vagval_answers_total", label, "answers by status");
    }
    engine->commit_us =
        vv_metric_histogram(m, "vagval_commit_seconds", "", "from sending a commit to its answer");
    engine->reply_us =
        vv_metric_histogram(m, "vagval_answer_seconds", "", "from receiving to answering");
    engine->batch_items =
        vv_metric_histogram(m, "vagval_batch_items", "", "messages of one commit");
    engine->queue_depth = vv_metric_gauge(m, "vagval_queue_depth", "", "messages waiting");
    engine->stale_total =
        vv_metric_counter(m, "vagval_commits_stale_total", "", "commits that read old state");
    engine->busy_total = vv_metric_counter(m, "vagval_busy_total", "", "answers with BUSY");
    engine->cache_hit_total = vv_metric_counter(m, "vagval_cache_hits_total", "", "records found");
    engine->cache_miss_total =
        vv_metric_counter(m, "vagval_cache_misses_total", "", "records not found");
    engine->cache_bytes = vv_metric_gauge(m, "vagval_cache_bytes", "", "bytes of cached records");
    engine->feed_lag =
        vv_metric_gauge(m, "vagval_feed_lag", "", "events seen in streams and not yet committed");
    engine->commits_total = vv_metric_counter(m, "vagval_commits_total", "", "durable commits");
    engine->events_total = vv_metric_counter(m, "vagval_events_total", "", "events emitted");
    engine->timers_total = vv_metric_counter(m, "vagval_timers_total", "", "business timers fired");
    engine->orders_total =
        vv_metric_counter(m, "vagval_orders_total", "", "orders to other partitions answered");
    engine->problems_now =
        vv_metric_gauge(m, "vagval_problems", "", "what an operator has to look at");
    for (size_t i = 0; i < VV_BRIDGES; i++) {
        engine->bridges[i].metric =
            vv_metric_counter(m, bridged[i].name, bridged[i].label, bridged[i].help);
    }
}

void vv_engine_measure(struct vv_engine *engine)
{
    uint64_t lag = 0;
    for (uint32_t i = 0; i < engine->partition_count; i++) {
        for (unsigned s = 0; s < VV_SERVICE_COUNT; s++) {
            const struct vv_feed *feed = &engine->partitions[i].feeds[s];
            lag += feed->head > feed->committed ? feed->head - feed->committed : 0;
        }
    }
    vv_metric_set(engine->feed_lag, (double)lag);
    vv_metric_set(engine->queue_depth, (double)engine->queued);
    vv_metric_set(engine->cache_bytes, (double)engine->cache.bytes);
    vv_metric_add(engine->cache_hit_total, (double)engine->counters.cache_hits);
    vv_metric_add(engine->cache_miss_total, (double)engine->counters.cache_misses);
    engine->counters.cache_hits = 0;
    engine->counters.cache_misses = 0;
    vv_metric_set(engine->problems_now, (double)engine->problem_count);
    measure_others(engine);
}
