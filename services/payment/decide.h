/*
 * decide.h: the one path of every decision on a case: what is owed, compared with what stands, and
 * the difference posted.
 */
#ifndef VAGVAL_PAYMENT_DECIDE_H
#define VAGVAL_PAYMENT_DECIDE_H

#include "casework.h"

/*
 * Computes the case at the call's business date and writes the difference, the timer and the case.
 * Errors: VV_BUSY (this instance has read less of the book than it needs), VV_NO_MEMORY,
 * VV_TOO_LARGE.
 */
VV_CHECKED enum vv_status vv_payment_decide(const struct vv_call *call, struct vv_outcome *outcome,
                                            struct vv_payment_case *work);

#endif
