/*
 * decide.h: one decision about a case, on its way into an outcome. Whatever comes, a fact, a date
 * or a person's word, is written by these functions: batch, balances, totals, timer.
 */
#ifndef VAGVAL_PAYMENT_DECIDE_H
#define VAGVAL_PAYMENT_DECIDE_H

#include "books.h"
#include "casework.h"

struct vv_decision {
    const struct vv_call *call;
    struct vv_outcome *outcome;
    struct vv_payment_case *work;
    struct vv_books books;
    struct vv_book_of_scheme book;
    struct vv_scheme_lookup schemes; /* points to `book`: a decision is not copied */
    vv_date as_of;
    uint32_t generation;
    uint32_t facts_through;
    const char *scheme_id;
    const struct vv_scheme *scheme; /* the version that the batch names */
    struct vv_id batch;             /* the last one posted; nil = none */
};

/*
 * Decides a case: posts the difference between what is owed and what stands, sets the timer, puts
 * the case. `work` holds the new fact already, if there is one. The call must have planned the case
 * and vv_plan_books.
 * Errors: VV_BUSY (this instance has not read enough of the book), VV_NO_MEMORY, VV_TOO_LARGE,
 * VV_CORRUPT.
 */
VV_CHECKED enum vv_status vv_payment_decide(const struct vv_call *call,
                                            const struct vv_loaded *loaded,
                                            struct vv_outcome *outcome,
                                            struct vv_payment_case *work);

/* The parts of it, for decisions that post something else than that difference. */
enum vv_decision_basis {
    VV_BASIS_NOW,     /* the book and the links as known now */
    VV_BASIS_STANDING /* as known at the case's last decision: a person decides on what stands */
};
VV_CHECKED enum vv_status
vv_decision_begin(const struct vv_call *call, const struct vv_loaded *loaded,
                  struct vv_outcome *outcome, struct vv_payment_case *work,
                  enum vv_decision_basis basis, struct vv_decision *ret_decision);
VV_CHECKED enum vv_status vv_decision_post(struct vv_decision *decision,
                                           const struct vv_difference *difference);
VV_CHECKED enum vv_status vv_decision_put(struct vv_decision *decision);

/* Plans a message about the subject's case. */
enum vv_status vv_payment_plan_case(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_plan *plan);
/* The same of one that is a fact of the case. */
enum vv_status vv_payment_plan_fact(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_plan *plan);
/*
 * Adds the call's message to the case's facts; vv_payment_decide then decides with it.
 *   effective  when it holds
 *   source     who said so
 * Errors: VV_BUSY (a campaign rests on publications that this instance has not read),
 * VV_UNSUPPORTED, VV_CORRUPT, VV_NO_MEMORY.
 */
VV_CHECKED enum vv_status vv_payment_add_fact(const struct vv_call *call,
                                              const struct vv_loaded *loaded,
                                              struct vv_outcome *outcome, int32_t effective,
                                              const char *source, struct vv_payment_case *work);

#endif
