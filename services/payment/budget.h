/*
 * budget.h: what a budget or quota holds, and what a claim may take of it. Pure.
 *
 * reserved + consumed - over never exceeds the limit, whatever comes in whatever order: a
 * reservation is given only from what is free. What is owed and posted is counted always; the part
 * of it that finds no cover is `over`, and a person sees it.
 */
#ifndef VAGVAL_PAYMENT_BUDGET_H
#define VAGVAL_PAYMENT_BUDGET_H

#include <stdbool.h>

#include "vagval/date.h"
#include "vagval/id.h"
#include "vagval/money.h"
#include "vagval/v1/budget.pb-c.h"

/* Claims without cover that a budget names; further ones are counted. */
#define VV_BUDGET_UNCOVERED_MAX 64

/* Home of a budget: derived from what it is for. */
struct vv_id vv_budget_id(const char *scheme, const char *area, int year, const char *pot,
                          uint16_t partitions);
/* Home of a claim, beside its budget. `what` tells a case's claims apart: a grant's id, or nil. */
struct vv_id vv_budget_claim_id(struct vv_id budget, struct vv_id case_id, struct vv_id grant);

/* What may still be reserved; 0 when it is used up or not set. */
vv_money vv_budget_free(const Vagval__V1__Budget *budget);

/*
 * Sets a claim to what an order says: at least `consumed`, and if there is cover, `reserved` more.
 * Without cover the claim keeps of its earlier reservation what still fits. An order that is not
 * newer than the last changes nothing. Returns whether the claim changed.
 * Errors: VV_INVALID (negative), VV_TOO_LARGE.
 */
VV_CHECKED enum vv_status vv_budget_apply(Vagval__V1__Budget *budget, Vagval__V1__BudgetHold *hold,
                                          const Vagval__V1__BudgetClaim *claim, bool *ret_changed);

/* A new limit. Errors: VV_INVALID (negative or too large), VV_REFUSED (less than is in use). */
VV_CHECKED enum vv_status vv_budget_limit(Vagval__V1__Budget *budget, vv_money limit);

/* Why a claim has no cover: "quota", "no_budget"; "" when it has. */
const char *vv_budget_reason(const Vagval__V1__Budget *budget, const Vagval__V1__BudgetHold *hold);

#endif
