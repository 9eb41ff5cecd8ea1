/*
 * books.h: what a partition's cases share: its closed accounting periods and its links between
 * organisations. Record `books` of the partition; each entry is a fact in its log.
 */
#ifndef VAGVAL_PAYMENT_BOOKS_H
#define VAGVAL_PAYMENT_BOOKS_H

#include "holds.h"
#include "vagval/service.h"

struct vv_books {
    Vagval__V1__PaymentBooks *body;
    vv_date closed_through; /* VV_DATE_NONE = no month is closed */
    struct vv_links links;  /* all that are known */
};

void vv_plan_books(struct vv_plan *plan);
/* Errors: VV_CORRUPT, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_books_read(const struct vv_call *call, const struct vv_loaded *loaded,
                                        struct vv_books *ret_books);

/* The periods that were closed at a time, from the log: verify holds booking dates against it. */
struct vv_closings {
    const vv_date *through; /* last day of the month, in log order */
    const int64_t *recorded_ms;
    size_t count;
};
/* Errors: VV_CORRUPT, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_closings_read(const struct vv_call *call,
                                           const struct vv_loaded *loaded,
                                           struct vv_closings *ret_closings);
/* Is this the booking date of a batch that was recorded then? */
bool vv_closings_allow(const struct vv_closings *closings, int64_t recorded_ms, vv_date as_of,
                       vv_date book_date);

#endif
