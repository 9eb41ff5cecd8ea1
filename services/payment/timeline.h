/*
 * timeline.h: a payment case as lines that a caseworker or a finance officer reads.
 */
#ifndef VAGVAL_PAYMENT_TIMELINE_H
#define VAGVAL_PAYMENT_TIMELINE_H

#include "casework.h"

/* Facts and posting lines, in log order. Errors: VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_payment_timeline(struct vv_arena *arena,
                                              const struct vv_payment_case *work,
                                              Vagval__V1__PostingBatch *const *batches,
                                              size_t batch_count, Vagval__V1__CaseView *view);

#endif
