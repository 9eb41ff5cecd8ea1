/*
 * engine_trim.c: own streams are cut to their slowest declared consumer. Facts are the archive, a
 * stream only carries. A consumer that is stuck keeps its events, raises an alarm, and at the bound
 * makes commands of that partition wait.
 */
#include <inttypes.h>
#include <string.h>

#include "engine_internal.h"

#define TRIM_SLICE 32

static uint64_t cursor_of(const struct vv_field *pairs, size_t count, const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < count; i++) {
        if (pairs[i].name_len != len || memcmp(pairs[i].name, name, len) != 0) {
            continue;
        }
        uint64_t sequence = 0;
        bool after_colon = false;
        for (size_t k = 0; k < pairs[i].value_len; k++) {
            uint8_t c = pairs[i].value[k];
            if (c == ':') {
                after_colon = true;
            } else if (after_colon && c >= '0' && c <= '9') {
                sequence = sequence * 10 + (uint64_t)(c - '0');
            }
        }
        return sequence;
    }
    return 0;
}

static void trim(struct vv_engine *engine, struct vv_partition *partition)
{
    uint64_t slowest = partition->trim_slowest;
    if (engine->sources[VV_RELAY]) {
        uint64_t relayed = partition->feeds[VV_RELAY].committed;
        slowest = relayed < slowest ? relayed : slowest;
    }
    uint64_t length = partition->own_head > slowest ? partition->own_head - slowest : 0;
    bool was_long = partition->stream_long;
    partition->stream_long = length > engine->bounds.stream_entries / 2;
    if (partition->stream_long) {
        vv_engine_problem(engine, "stream.long", partition->number, "a consumer is stuck");
    } else if (was_long) {
        vv_engine_solved(engine, "stream.long", partition->number, "a consumer is stuck");
    }
    partition->clogged = length > engine->bounds.stream_entries;
    if (slowest <= partition->trimmed_to) {
        return;
    }
    char key[VV_KEY_BYTES_MAX];
    size_t len =
        vv_key_format(key, partition->number, engine->service->id, "stream", (struct vv_id){{0}});
    if (vv_store_trim(engine->store, key, len, slowest + 1) == VV_OK) {
        partition->trimmed_to = slowest;
    }
}

static void read_consumer(void *context, enum vv_status status, const struct vv_field *pairs,
                          size_t count)
{
    struct vv_engine *engine = ((struct vv_ticket *)context)->engine;
    struct vv_partition *partition = vv_ticket_close(context);
    if (partition == NULL) {
        return;
    }
    uint64_t cursor = 0; /* not known = nothing may go */
    if (status == VV_OK) {
        cursor = cursor_of(pairs, count, vv_service_key_name(engine->service->id));
    }
    if (cursor < partition->trim_slowest) {
        partition->trim_slowest = cursor;
    }
    if (partition->trim_open > 0 && --partition->trim_open == 0) {
        trim(engine, partition);
    }
}

static void begin(struct vv_engine *engine, struct vv_partition *partition)
{
    partition->trim_slowest = partition->own_head;
    partition->trim_open = 0;
    bool any = false;
    for (unsigned s = 0; s < VV_SERVICE_COUNT; s++) {
        struct vv_read read = {.kind = VV_READ_HASH};
        if (!engine->consumers[s]) {
            continue;
        }
        any = true;
        partition->trim_open++;
        if (vv_engine_read(engine, partition, (enum vv_service_id)s, "cursor", read, s,
                           read_consumer) != VV_OK) {
            partition->trim_open--;
            partition->trim_slowest = 0;
        }
    }
    if (!any) {
        trim(engine, partition);
    }
}

void vv_trim_slice(struct vv_engine *engine)
{
    unsigned done = 0;
    while (engine->trim_next < engine->partition_count && done < TRIM_SLICE) {
        struct vv_partition *partition = &engine->partitions[engine->trim_next++];
        bool idle = partition->own_head <= partition->trimmed_to;
        if (partition->follow == VV_FOLLOW_OPEN && !idle) {
            begin(engine, partition);
            done++;
        }
    }
}
