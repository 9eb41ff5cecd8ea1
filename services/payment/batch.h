/*
 * batch.h: a difference as the posting batch that is stored: lines with rule and facts, and
 * balanced postings. Its packed bytes are the canonical encoding that verify compares.
 */
#ifndef VAGVAL_PAYMENT_BATCH_H
#define VAGVAL_PAYMENT_BATCH_H

#include "difference.h"
#include "vagval/v1/payment.pb-c.h"

/* The rules in this folder. A changed rule gets a new number; the old ones stay compiled. */
#define VV_PAYMENT_RULES_VERSION 1

struct vv_batch_input {
    struct vv_id case_id;
    uint32_t index;            /* of the batch in its case, from 1 */
    uint32_t facts_through;    /* log index seen */
    uint32_t previous_through; /* log index that the batch before had seen */
    vv_date as_of;
    vv_date book_date;      /* day in an open accounting period, see payable.h */
    uint32_t links_through; /* links between organisations that were known, see holds.h */
    int64_t recorded_ms;
    uint32_t generation;
    const struct vv_scheme *scheme; /* valid at as_of */
    const struct vv_difference *difference;
    const struct vv_payment_fact *facts;
    size_t fact_count;
    bool with_texts; /* for people. What is stored has none: they are derived with the rest */
};

/* Deterministic given its input. Errors: VV_NO_MEMORY, VV_TOO_LARGE. */
VV_CHECKED enum vv_status vv_batch_build(const struct vv_batch_input *input,
                                         ProtobufCAllocator *memory,
                                         Vagval__V1__PostingBatch **ret_batch);

/* Id of a batch: derived, so that it is the same when derived again. */
struct vv_id vv_batch_id(struct vv_id case_id, uint32_t index);

#endif
