/*
 * payrun_segments.h: the items that a run took, read from their partitions and held against the
 * hash that was frozen with the run.
 */
#ifndef VAGVAL_CLI_PAYRUN_SEGMENTS_H
#define VAGVAL_CLI_PAYRUN_SEGMENTS_H

#include "client.h"

struct vv_run_segment {
    uint32_t partition, count;
    uint64_t first;
    uint8_t hash[32];
};
/* A segment as the run holds it. */
struct vv_run_segment vv_run_segment_of(const Vagval__V1__SegmentDrafted *from);

/*
 * Hands each item that the run took to `take` (may be NULL).
 * Returns VV_OK; VV_CORRUPT when the items are not those that were frozen; else what the partition
 * answered, with its text in ret_text.
 */
enum vv_status vv_run_segment_read(struct vv_client *client, const Vagval__V1__PayRun *run,
                                   const struct vv_run_segment *segment,
                                   void (*take)(void *context, const Vagval__V1__Payable *item),
                                   void *context, char *ret_text, size_t cap);

#endif
