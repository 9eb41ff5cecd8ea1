/*
 * month.h: did a placement keep its obligations in a calendar month? Pure.
 */
#ifndef VAGVAL_REGISTRY_MONTH_H
#define VAGVAL_REGISTRY_MONTH_H

#include "obligations.h"

/*
 * The first obligation, in the scheme's order, with a term among `count` that ended in the month
 * from `month` (its first day) and was missed; NULL if there is none. A term belongs to the month
 * in which its last day lies; one that was kept late is kept, and one without its last day reached
 * asks nothing yet [our choice: no public rule says more].
 */
const struct vv_obligation *vv_month_missed(const struct vv_obligation_term *terms, size_t count,
                                            vv_date month);

#endif
