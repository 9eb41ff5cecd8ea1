/*
 * payable.h: from which day a posted line may be paid, when its amount was owed in the world, and
 * on which day it is booked. Pure.
 */
#ifndef VAGVAL_PAYMENT_PAYABLE_H
#define VAGVAL_PAYMENT_PAYABLE_H

#include "difference.h"

/*
 * The first day on which a payment run may take the line; VV_DATE_NONE = never. An amount that is
 * posted is payable at once, a set-off too. A supplement to an amount that was posted before waits
 * for the end of the decision, if the scheme says `supplement_payable: decision_end`: the
 * placement's last day, as planned or as told. Where that has passed it is payable at once
 * (rules 11).
 *   facts   the case's facts as seen by the batch
 *   as_of   day of the decision
 */
vv_date vv_payable_from(const struct vv_difference_line *line, const struct vv_payment_fact *facts,
                        size_t count, vv_date as_of);

/* Does the line wait for its invoice (`pay_on: invoice`)? Only what is owed does: a set-off is
 * taken at once, and what the state pays no run takes. payable  as vv_payable_from says */
bool vv_payable_on_invoice(const struct vv_difference_line *line, const struct vv_scheme *scheme,
                           vv_date payable);

/* The day on which the line's amount was owed in the world: its due date; for a decision the day on
 * which it was made; for an amount that is owed no longer the first day of its period. */
vv_date vv_effective_of(const struct vv_difference_line *line);

/*
 * Closed accounting periods are not reopened: what is decided on a day within a closed period is
 * booked on the first day after it. The amount's own period stays what it is.
 *   closed_through  last day of the last closed month; VV_DATE_NONE = none
 */
vv_date vv_book_date(vv_date closed_through, vv_date as_of);

#endif
