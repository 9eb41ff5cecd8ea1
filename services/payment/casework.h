/*
 * casework.h: a payment case as read from its record, for the handlers: its facts, what stands
 * posted, and the schemes as known.
 */
#ifndef VAGVAL_PAYMENT_CASEWORK_H
#define VAGVAL_PAYMENT_CASEWORK_H

#include "batch.h"
#include "events.h"
#include "payment.h"

/* The book's versions of one scheme, as known at one generation. */
struct vv_book_of_scheme {
    const struct vv_book *book;
    const char *scheme;
    uint32_t generation;
};
struct vv_scheme_lookup vv_book_lookup(const struct vv_book_of_scheme *book);

/* The version to name on a batch: valid at as_of, else on the latest day that a fact speaks of. */
const struct vv_scheme *vv_scheme_to_name(const struct vv_scheme_lookup *schemes, vv_date as_of,
                                          const struct vv_payment_fact *facts, size_t count);

struct vv_payment_case {
    struct vv_id id;
    bool exists;
    Vagval__V1__PaymentCase *body;
    Vagval__V1__Fact **stored;     /* in log order */
    struct vv_payment_fact *facts; /* the same, typed, with room for one more */
    size_t fact_count;
    struct vv_posted *totals; /* of `body`, with room for `totals_room` */
    size_t total_count;
    Vagval__V1__CaseBudget *budget; /* what it claims of budgets; never NULL */
    bool claims_changed;
    bool reconsider; /* ask again for what had no cover */
};

/* The case's own fields, without its facts: little work, for whoever only asks whether to go on.
 * Errors: VV_CORRUPT, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_payment_case_body(const struct vv_call *call,
                                               const struct vv_record *record,
                                               Vagval__V1__PaymentCase **ret_body);
/* The rest, for a body that has been read. Errors: VV_CORRUPT, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_payment_case_open(const struct vv_call *call,
                                               const struct vv_record *record, struct vv_id id,
                                               Vagval__V1__PaymentCase *body,
                                               struct vv_payment_case *ret_case);
/* Both. Errors: VV_CORRUPT, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_payment_case_read(const struct vv_call *call,
                                               const struct vv_record *record, struct vv_id id,
                                               struct vv_payment_case *ret_case);

/* Makes room for `more` totals. Errors: VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_payment_case_room(const struct vv_call *call,
                                               struct vv_payment_case *work, size_t more);

/* Name of a batch's field: "b<index>". */
#define VV_BATCH_FIELD_BYTES 16
size_t vv_batch_field(uint32_t index, char ret_field[static VV_BATCH_FIELD_BYTES]);

/* The batches of a record in index order. Errors: VV_CORRUPT, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_payment_batches(const struct vv_call *call,
                                             const struct vv_record *record,
                                             Vagval__V1__PostingBatch ***ret_batches,
                                             size_t *ret_count);

#endif
