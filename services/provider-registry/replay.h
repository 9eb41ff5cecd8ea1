/*
 * replay.h: a case's record made again from its facts alone, for verify.
 */
#ifndef VAGVAL_REGISTRY_REPLAY_H
#define VAGVAL_REGISTRY_REPLAY_H

#include "vagval/v1/delivery.pb-c.h"
#include "work.h"

/*
 * Compares the record of work->entry with what its facts give: level, placements, reports,
 * outcomes and the digest of payment events. ret_problem: NULL, or a stable code of the first
 * difference. `delivery` is the record beside the case: payment was told of months by it, too.
 * Errors: VV_CORRUPT, VV_NO_MEMORY.
 */
VV_CHECKED enum vv_status vv_replay_case(struct vv_work *work, struct vv_id case_id,
                                         Vagval__V1__Fact **facts, size_t fact_count,
                                         const Vagval__V1__Delivery *delivery,
                                         const char **ret_problem);

#endif
