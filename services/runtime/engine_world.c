/*
 * engine_world.c: what the engine knows of the world outside its partitions: the business clock
 * and the book of schemes in {sys}, and which partitions are its own.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "vagval/zone.h"

#include "engine_internal.h"

#define BUSINESS_ZONE "Europe/Stockholm"
#define BOOK_READ_MAX 8 /* publications hold two YAML files each */

/* ---- clock ---- */

struct vv_now vv_world_now(const struct vv_engine *engine, const struct vv_partition *partition)
{
    int64_t ms = engine->business_ms;
    return (struct vv_now){.today = engine->today,
                           .ms = ms > partition->recorded_ms ? ms : partition->recorded_ms,
                           .is_virtual = engine->virtual_clock};
}

static void check_all_timers(struct vv_engine *engine)
{
    for (uint32_t i = 0; i < engine->partition_count; i++) {
        vv_timer_check(engine, &engine->partitions[i]);
    }
}

static void take_date(struct vv_engine *engine, vv_date today, int64_t ms)
{
    bool moved = today != engine->today || !engine->clock_known;
    engine->today = today;
    engine->business_ms = ms;
    engine->clock_known = true;
    if (moved) {
        check_all_timers(engine);
    }
}

static void take_wall_clock(struct vv_engine *engine)
{
    int64_t ms = vv_clock_wall_ms();
    vv_date today = VV_DATE_NONE;
    if (vv_zone_date(BUSINESS_ZONE, ms, &today) == VV_OK) {
        take_date(engine, today, ms);
    }
}

static void read_clock(void *context, enum vv_status status, const struct vv_field *pairs,
                       size_t count)
{
    struct vv_engine *engine = ((struct vv_ticket *)context)->engine;
    engine->clock_reading = false;
    if (vv_ticket_close(context) == NULL || status != VV_OK) {
        return;
    }
    vv_date today = 0; /* until the clock is set, nothing has happened yet */
    for (size_t i = 0; i < count; i++) {
        if (pairs[i].name_len != 1 || pairs[i].name[0] != 'a') {
            continue;
        }
        vv_arena_reset(&engine->in);
        Vagval__V1__ClockSet *clock = vagval__v1__clock_set__unpack(
            &engine->in.allocator, pairs[i].value_len, pairs[i].value);
        if (clock == NULL || clock->date < VV_DATE_MIN || clock->date > VV_DATE_MAX) {
            vv_engine_problem(engine, "clock.corrupt", VV_PARTITION_SYSTEM, "registry:clock");
            return;
        }
        today = clock->date;
    }
    take_date(engine, today, (int64_t)today * VV_DAY_MS + VV_DAY_MS / 2);
}

/* ---- book ---- */

static void read_book(void *context, enum vv_status status, const struct vv_field *pairs,
                      size_t count)
{
    struct vv_engine *engine = ((struct vv_ticket *)context)->engine;
    engine->book_reading = false;
    if (vv_ticket_close(context) == NULL || status != VV_OK) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct vv_error error = {0};
        uint32_t known = vv_book_generation(engine->book);
        enum vv_status added =
            vv_book_add(engine->book, pairs[i].value, pairs[i].value_len, &error);
        if (added != VV_OK) {
            vv_engine_problem(engine, "book.unreadable", VV_PARTITION_SYSTEM, error.text);
        }
        if (vv_book_generation(engine->book) == known) {
            return;
        }
    }
    engine->book_known = true;
    vv_book_note_all(engine);
    if (count == BOOK_READ_MAX) {
        vv_world_refresh(engine);
    }
}

void vv_world_refresh(struct vv_engine *engine)
{
    struct vv_partition *system = vv_engine_partition(engine, VV_PARTITION_SYSTEM);
    if (!engine->virtual_clock) {
        take_wall_clock(engine);
    } else if (!engine->clock_reading) {
        struct vv_read read = {.kind = VV_READ_HASH};
        engine->clock_reading =
            vv_engine_read(engine, system, VV_REGISTRY, "clock", read, 0, read_clock) == VV_OK;
    }
    if (!engine->book_reading) {
        struct vv_read read = {.kind = VV_READ_LIST,
                               .first = vv_book_generation(engine->book),
                               .count = BOOK_READ_MAX};
        engine->book_reading =
            vv_engine_read(engine, system, VV_REGISTRY, "book", read, 0, read_book) == VV_OK;
    }
}

void vv_world_tick(struct vv_engine *engine)
{
    if (vv_store_ready(engine->store)) {
        vv_world_refresh(engine);
    }
    vv_world_owners(engine);
}

/* ---- owners ---- */

static void take_partition(struct vv_engine *engine, struct vv_partition *partition, bool owned)
{
    if (partition->owned == owned) {
        return;
    }
    partition->owned = owned;
    if (owned) {
        engine->owned++;
        partition->timers_stopped = false;
        partition->revive_at_ms = 0;
        for (unsigned s = 0; s < VV_SOURCES; s++) {
            partition->feeds[s].stopped = false;
        }
        vv_follow_open(engine, partition);
        return;
    }
    /* What is in flight ends by itself: its commit is checked like every other. */
    engine->owned--;
    vv_follow_close(engine, partition);
    vv_follow_left(engine, partition);
    vv_relay_leave(engine, partition);
    vv_cache_drop(engine, partition);
}

static bool is_subscribed(const struct vv_engine *engine, unsigned service, const char *endpoint)
{
    for (unsigned i = 0; i < VV_MEMBERS_MAX; i++) {
        if (strcmp(engine->subscribed[service][i], endpoint) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_live(const struct vv_engine *engine, unsigned service, const char *endpoint)
{
    size_t count = vv_members_count(engine->members, (enum vv_service_id)service);
    for (size_t i = 0; i < count; i++) {
        const struct vv_member *member =
            vv_members_at(engine->members, (enum vv_service_id)service, i);
        if (strcmp(member->publish, endpoint) == 0) {
            return true;
        }
    }
    return false;
}

static void remember(struct vv_engine *engine, unsigned service, const char *endpoint)
{
    for (unsigned i = 0; i < VV_MEMBERS_MAX; i++) {
        char *place = engine->subscribed[service][i];
        if (place[0] == 0) {
            snprintf(place, sizeof(engine->subscribed[service][i]), "%s", endpoint);
            return;
        }
    }
}

static void subscribe(struct vv_engine *engine, unsigned service)
{
    for (unsigned i = 0; i < VV_MEMBERS_MAX; i++) {
        char *endpoint = engine->subscribed[service][i];
        if (endpoint[0] != 0 && !is_live(engine, service, endpoint)) {
            vv_bus_forget(engine->bus, endpoint);
            endpoint[0] = 0;
        }
    }
    size_t count = vv_members_count(engine->members, (enum vv_service_id)service);
    for (size_t i = 0; i < count; i++) {
        const struct vv_member *member =
            vv_members_at(engine->members, (enum vv_service_id)service, i);
        const char *endpoint = member->publish;
        if (endpoint[0] == 0 || strcmp(endpoint, "-") == 0 ||
            is_subscribed(engine, service, endpoint)) {
            continue;
        }
        if (vv_bus_subscribe(engine->bus, (enum vv_service_id)service, endpoint) == VV_OK) {
            remember(engine, service, endpoint);
        }
    }
}

void vv_world_owners(struct vv_engine *engine)
{
    if (!vv_members_known(engine->members) || engine->draining) {
        return;
    }
    enum vv_service_id self = engine->service->id;
    for (uint32_t i = 0; i < engine->partition_count; i++) {
        const struct vv_member *owner = vv_members_owner(engine->members, self, (uint16_t)i);
        bool owned = owner != NULL && strcmp(owner->name, engine->instance) == 0;
        take_partition(engine, &engine->partitions[i], owned);
    }
    for (unsigned s = 0; s < VV_SERVICE_COUNT; s++) {
        if (engine->sources[s] && engine->publish) {
            subscribe(engine, s);
        }
    }
}
