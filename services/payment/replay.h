/*
 * replay.h: makes a payment case again from its stored facts, batch by batch, and says where the
 * stored state differs. A function of the record and the book alone.
 */
#ifndef VAGVAL_PAYMENT_REPLAY_H
#define VAGVAL_PAYMENT_REPLAY_H

#include "books.h"
#include "casework.h"

struct vv_replay_problem {
    const char *code; /* static; NULL = clean */
    const char *text; /* static: what is wrong and what to do */
};

struct vv_replay {
    struct vv_replay_problem problem; /* the first one */
    uint64_t derived;                 /* batches derived again */
    bool behind; /* the book of this instance is older than the one that a batch rested on */
};

/*
 * Replays. Memory of the call's arena that it used is given back before it returns.
 * Errors: VV_NO_MEMORY, VV_TOO_LARGE. Stored bytes that do not read are a problem, not an error.
 */
VV_CHECKED enum vv_status vv_replay_case(const struct vv_call *call, const struct vv_record *record,
                                         const struct vv_payment_case *work,
                                         const struct vv_books *books,
                                         Vagval__V1__PostingBatch *const *batches,
                                         size_t batch_count, struct vv_replay *ret_replay);

/*
 * Fills in the texts of the batches' lines, which are derived and not stored. A batch that cannot
 * be derived here keeps empty texts. The texts live in the call's arena. Errors: VV_NO_MEMORY,
 * VV_TOO_LARGE.
 */
VV_CHECKED enum vv_status vv_replay_texts(const struct vv_call *call,
                                          const struct vv_payment_case *work,
                                          const struct vv_books *books,
                                          Vagval__V1__PostingBatch *const *batches,
                                          size_t batch_count);

#endif
