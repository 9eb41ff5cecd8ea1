/*
 * budget_work.h: one message's work on one budget and one claim of it, shared by the handlers of
 * orders and of grants.
 */
#ifndef VAGVAL_PAYMENT_BUDGET_WORK_H
#define VAGVAL_PAYMENT_BUDGET_WORK_H

#include "budget.h"
#include "vagval/service.h"

struct vv_budget_work {
    struct vv_id id, claim_id;
    Vagval__V1__Budget *budget;
    Vagval__V1__BudgetHold *hold;
    bool is_new; /* the budget is not stored yet */
};

/* Reads the call's subject as the budget, and the claim; both must have been planned.
 * Errors: VV_CORRUPT, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_budget_work_open(const struct vv_call *call,
                                              const struct vv_loaded *loaded, struct vv_id claim,
                                              struct vv_budget_work *ret_work);
/* vv_budget_apply, and the budget's list of what has no cover. Errors: as there; VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_budget_work_apply(const struct vv_call *call,
                                               struct vv_budget_work *work,
                                               const Vagval__V1__BudgetClaim *claim);
void vv_budget_work_put(const struct vv_call *call, struct vv_outcome *outcome,
                        struct vv_budget_work *work);

#endif
