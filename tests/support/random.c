/*
 * random.c: splitmix64: every seed is good, and a run of it can be repeated on any machine.
 */
#include "random.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

static uint64_t state;

void random_begin(void)
{
    const char *given = getenv("VAGVAL_TEST_SEED");
    if (given != NULL) {
        state = strtoull(given, NULL, 0);
    } else if (getrandom(&state, sizeof state, 0) != (ssize_t)sizeof state) {
        abort();
    }
    printf("seed: VAGVAL_TEST_SEED=%" PRIu64 "\n", state);
    (void)fflush(stdout); /* a failed assertion jumps out: the seed must be seen */
}

uint32_t random_below(uint32_t bound)
{
    uint64_t z = (state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (uint32_t)((z ^ (z >> 31)) >> 32) % bound;
}

struct vv_id random_id(void)
{
    struct vv_id id;
    for (size_t i = 0; i < sizeof id.bytes; i++) {
        id.bytes[i] = (uint8_t)random_below(256);
    }
    return id;
}
