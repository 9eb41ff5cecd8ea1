/*
 * month.h: did a placement keep its obligations in a calendar month? Pure.
 */
#ifndef VAGVAL_REGISTRY_MONTH_H
#define VAGVAL_REGISTRY_MONTH_H

#include "obligations.h"
#include "vagval/arena.h"
#include "vagval/status.h"

/*
 * The first obligation, in the scheme's order, with a term that ended in the month from `month`
 * (its first day) and was missed; NULL if there is none. A term belongs to the month in which its
 * last day lies; one that was kept late is kept, and one without its last day reached asks nothing
 * yet [our choice: no public rule says more]. VV_NO_MEMORY.
 */
VV_CHECKED enum vv_status vv_month_missed(const struct vv_term_input *input, vv_date month,
                                          struct vv_arena *arena,
                                          const struct vv_obligation **ret_missed);

#endif
