/*
 * engine_stopped.c: feeds that stop with an alarm, and are tried again from their stored cursors
 * until they work.
 */
#include <string.h>

#include "engine_internal.h"

enum vv_service_id vv_follow_source(const struct vv_engine *engine, unsigned source)
{
    return source == VV_RELAY ? engine->service->id : (enum vv_service_id)source;
}

void vv_follow_stop(struct vv_engine *engine, struct vv_partition *partition, unsigned source,
                    const char *code)
{
    struct vv_feed *feed = &partition->feeds[source];
    if (feed->stopped) {
        return;
    }
    feed->stopped = true;
    partition->revive_at_ms = vv_loop_now_ms(engine->loop) + engine->bounds.stopped_retry_ms;
    if (feed->problem != NULL && strcmp(feed->problem, code) != 0) {
        vv_follow_works(engine, partition, source); /* that one has gone; this one has come */
    }
    feed->problem = code;
    vv_engine_problem(engine, code, partition->number,
                      vv_service_name(vv_follow_source(engine, source)));
}

void vv_follow_works(struct vv_engine *engine, struct vv_partition *partition, unsigned source)
{
    struct vv_feed *feed = &partition->feeds[source];
    if (feed->problem != NULL) {
        vv_engine_solved(engine, feed->problem, partition->number,
                         vv_service_name(vv_follow_source(engine, source)));
        feed->problem = NULL;
    }
}

void vv_follow_revive(struct vv_engine *engine, struct vv_partition *partition)
{
    if (partition->follow == VV_FOLLOW_OPENING || partition->batch != NULL) {
        return; /* what is under way ends first; the tick comes back */
    }
    partition->revive_at_ms = 0;
    partition->timers_stopped = false;
    for (unsigned s = 0; s < VV_SOURCES; s++) {
        partition->feeds[s].stopped = false;
    }
    if (partition->owned) {
        vv_follow_reopen(engine, partition);
    }
}

/* Whoever owns the partition now raises its own alarm. */
void vv_follow_left(struct vv_engine *engine, struct vv_partition *partition)
{
    partition->revive_at_ms = 0;
    for (unsigned s = 0; s < VV_SOURCES; s++) {
        vv_follow_works(engine, partition, s);
    }
    if (partition->timer_problem != NULL) {
        vv_engine_solved(engine, partition->timer_problem, partition->number,
                         partition->timer_detail);
        partition->timer_problem = NULL;
    }
}
