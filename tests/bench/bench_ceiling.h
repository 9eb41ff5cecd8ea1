#ifndef BENCH_CEILING_H
#define BENCH_CEILING_H

#include "vagval/store.h"

/*
 * Pairs of commits per second (registry's and payment's for one job start) that a bare pipelined
 * client reaches on `store` (as the admin user), in `first_partition` .. +255. -1 if one failed.
 */
double bench_ceiling(struct vv_loop *loop, struct vv_store *store, uint16_t first_partition,
                     double seconds, size_t in_flight);

#endif
