/*
 * positions.h: where each amount of a case stands: posted, proposed, left standing, held; which
 * recoveries it has; and what was owed as known on an earlier day.
 */
#ifndef VAGVAL_PAYMENT_POSITIONS_H
#define VAGVAL_PAYMENT_POSITIONS_H

#include "books.h"
#include "casework.h"

enum vv_positions_what {
    VV_POSITIONS_ALL,
    VV_POSITIONS_PROPOSALS,   /* a proposal stands, or a fall was left standing */
    VV_POSITIONS_RECOVERIES,  /* with a recovery */
    VV_POSITIONS_HOLDS,       /* held for a person */
    VV_POSITIONS_PAID,        /* something is posted */
    VV_POSITIONS_DIFFERENCES, /* what is owed now is not what was owed as known then */
};
VV_CHECKED enum vv_status vv_positions_what_parse(const char *text,
                                                  enum vv_positions_what *ret_what);

struct vv_positions_query {
    enum vv_positions_what what;
    vv_date known_at; /* VV_DATE_NONE = now */
};

/* The case's positions that the query asks for; they live in the call's arena and borrow from
 * `work`. Errors: VV_NO_MEMORY, VV_TOO_LARGE. */
VV_CHECKED enum vv_status vv_positions_of(const struct vv_call *call,
                                          const struct vv_payment_case *work,
                                          Vagval__V1__PostingBatch *const *batches,
                                          size_t batch_count, const struct vv_books *books,
                                          const struct vv_positions_query *query,
                                          Vagval__V1__Position ***ret_positions, size_t *ret_count);

#endif
