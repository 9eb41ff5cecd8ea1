/*
 * commitments.h: what a case has claimed of budgets, and the orders that keep the budgets in step
 * with it. Only a scheme with a section `budget`, or a case with grants, has any.
 *
 * The case says what each claim is to be (reserved, consumed) and counts its orders; the budget
 * takes the newest. So nothing depends on the order in which they arrive, or on how often.
 */
#ifndef VAGVAL_PAYMENT_COMMITMENTS_H
#define VAGVAL_PAYMENT_COMMITMENTS_H

#include "decide.h"

/* As Vagval__V1__BudgetClaim.state. */
enum vv_claim_state { VV_CLAIM_ASKED, VV_CLAIM_COVERED, VV_CLAIM_UNCOVERED };

/* A grant may still be consumed so long after its last day; then the rest is released (choice). */
#define VV_GRANT_LAPSE_MONTHS 3

/* Must nothing be posted, since the scheme says so and there is no cover? */
bool vv_commitments_block(const struct vv_scheme *scheme, const struct vv_payment_case *work,
                          vv_date as_of);
/* Notes what a posted line has cost. Errors: VV_NO_MEMORY, VV_TOO_LARGE. */
VV_CHECKED enum vv_status vv_commitments_posted(struct vv_decision *decision,
                                                const struct vv_difference_line *line);
/* Enters a grant that was decided. Errors: VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_commitments_grant(struct vv_payment_case *work,
                                               const struct vv_call *call,
                                               const Vagval__V1__EnterGrant *order);
/*
 * Orders what has changed. `next_due` is moved to the day on which a grant lapses if that is
 * earlier. Errors: VV_NO_MEMORY, VV_TOO_LARGE, VV_CORRUPT.
 */
VV_CHECKED enum vv_status vv_commitments_order(struct vv_decision *decision, vv_date *next_due);
/* Puts the claims with the case, if they have changed. Errors: VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_commitments_store(struct vv_decision *decision);

#endif
