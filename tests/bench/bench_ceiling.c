/*
 * bench_ceiling.c: the raw ceiling beside which our rate is stated: a pipelined client that makes
 * the same two vv_commit calls per job start (the registry's and payment's, same shapes and sizes)
 * on the same Redis, with no service, no message and no rule in between. It writes to partitions
 * beyond the region's own, so nothing real is touched.
 */
#include "bench_ceiling.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { IN_FLIGHT = 512, CASE_BYTES = 420, FACT_BYTES = 150, BATCH_BYTES = 330, EVENT_BYTES = 200 };

struct ceiling {
    struct vv_store *store;
    struct vv_commit *commit;
    uint16_t first_partition;
    uint64_t started, done, failed;
    uint64_t cursor[2][256]; /* per service half and partition: events seen */
    bool busy[2][256];       /* one commit in flight per partition, as in the engine */
};
struct flight {
    struct ceiling *ceiling;
    int half;
    uint16_t index;
};

static void on_commit(void *context, const struct vv_commit_result *result)
{
    struct flight *flight = context;
    struct ceiling *ceiling = flight->ceiling;
    ceiling->busy[flight->half][flight->index] = false;
    if (result->status == VV_OK) {
        ceiling->done++;
    } else {
        ceiling->failed++;
    }
}

/* One case per commit, version 0: the shape of a first job start in a fresh case. */
static bool send_one(struct ceiling *ceiling, struct flight *flight)
{
    static const uint8_t zeros[512];
    const enum vv_service_id service = flight->half == 0 ? VV_REGISTRY : VV_PAYMENT;
    const uint16_t partition = (uint16_t)(ceiling->first_partition + flight->index);
    struct vv_id id = {{(uint8_t)(partition >> 8), (uint8_t)partition}};
    const uint64_t number = ++ceiling->started;
    memcpy(id.bytes + 8, &number, sizeof number);
    char key[VV_KEY_BYTES_MAX], shared[VV_KEY_BYTES_MAX];
    const size_t key_len = vv_key_format(key, partition, service, "case", id);
    uint8_t fact_name[17] = {'f'};
    memcpy(fact_name + 1, id.bytes, 16);
    struct vv_commit *commit = ceiling->commit;
    vv_commit_begin(commit, partition, service, 1);
    vv_commit_check_version(commit, key, key_len, 0);
    const struct vv_field fields[] = {
        {(const uint8_t *)"v", 1, (const uint8_t *)"1", 1},
        {(const uint8_t *)"m", 1, (const uint8_t *)"1", 1},
        {(const uint8_t *)"a", 1, zeros, CASE_BYTES},
        {fact_name, sizeof fact_name, zeros, FACT_BYTES},
        {(const uint8_t *)"b1", 2, zeros, BATCH_BYTES},
    };
    vv_commit_set(commit, key, key_len, fields, flight->half == 0 ? 4 : 5);
    if (flight->half == 1) {
        char from[24], to[24];
        const uint64_t seen = ceiling->cursor[1][flight->index]++;
        snprintf(from, sizeof from, "e:%" PRIu64, seen);
        snprintf(to, sizeof to, "e:%" PRIu64, seen + 1);
        vv_commit_cursor(commit, "registry", seen == 0 ? "" : from, to);
    }
    const size_t shared_len = vv_key_format(
        shared, partition, service, flight->half == 0 ? "sums" : "balances", (struct vv_id){{0}});
    vv_commit_add(commit, shared, shared_len, "one", 1);
    vv_commit_add(commit, shared, shared_len, "two", -1);
    vv_commit_event(commit, zeros, EVENT_BYTES);
    ceiling->busy[flight->half][flight->index] = true;
    return vv_commit_send(ceiling->store, commit, on_commit, flight) == VV_OK;
}

double bench_ceiling(struct vv_loop *loop, struct vv_store *store, uint16_t first_partition,
                     double seconds, size_t in_flight)
{
    static struct ceiling ceiling;
    static struct flight flights[2][256];
    memset(&ceiling, 0, sizeof ceiling);
    ceiling.store = store;
    ceiling.first_partition = first_partition;
    if (vv_commit_create(&ceiling.commit) != VV_OK) {
        return 0;
    }
    const int64_t start = vv_clock_monotonic_us();
    const int64_t stop = start + (int64_t)(seconds * 1e6);
    uint16_t next = 0;
    int half = 0;
    while (vv_clock_monotonic_us() < stop) {
        for (unsigned tries = 0;
             tries < 512 && ceiling.started - ceiling.done - ceiling.failed < in_flight; tries++) {
            struct flight *flight = &flights[half][next];
            if (!ceiling.busy[half][next]) {
                *flight = (struct flight){.ceiling = &ceiling, .half = half, .index = next};
                if (!send_one(&ceiling, flight)) {
                    break;
                }
            }
            half = 1 - half;
            next = (uint16_t)((next + (half == 0)) % 256);
        }
        if (vv_loop_turn(loop, 10) != VV_OK) {
            break;
        }
    }
    const double elapsed = (double)(vv_clock_monotonic_us() - start) / 1e6;
    const double pairs = (double)ceiling.done / 2 / elapsed;
    while (ceiling.started > ceiling.done + ceiling.failed && vv_loop_turn(loop, 100) == VV_OK) {
    }
    vv_commit_destroy(&ceiling.commit);
    return ceiling.failed == 0 ? pairs : -1;
}
