/*
 * budget.c: reserve, consume, release, as one question: what is a claim to be?
 */
#include "budget.h"

#include <stdio.h>
#include <string.h>

#include "vagval/limits.h"

struct vv_id vv_budget_id(const char *scheme, const char *area, int year, const char *pot,
                          uint16_t partitions)
{
    /* No code holds a '/', so this is no area's own id. */
    char text[2 * VV_CODE_BYTES_MAX + 32];
    (void)snprintf(text, sizeof text, "budget/%d/%s/%s", year, pot, area);
    return vv_id_area(scheme, text, partitions);
}

struct vv_id vv_budget_claim_id(struct vv_id budget, struct vv_id case_id, struct vv_id grant)
{
    char case_text[VV_ID_TEXT_BYTES];
    char rest[2 * VV_ID_TEXT_BYTES];
    char grant_text[VV_ID_TEXT_BYTES];
    char budget_text[VV_ID_TEXT_BYTES];
    vv_id_format(case_id, case_text);
    vv_id_format(grant, grant_text);
    vv_id_format(budget, budget_text);
    (void)snprintf(rest, sizeof rest, "%s%s", budget_text, grant_text);
    struct vv_id id = vv_id_fact("budget-claim", case_text, rest);
    memcpy(id.bytes, budget.bytes, 2);
    return id;
}

static vv_money room(const Vagval__V1__Budget *budget)
{
    return budget->set ? budget->limit - (budget->reserved + budget->consumed - budget->over) : 0;
}

vv_money vv_budget_free(const Vagval__V1__Budget *budget)
{
    vv_money left = room(budget);
    return left > 0 ? left : 0;
}

const char *vv_budget_reason(const Vagval__V1__Budget *budget, const Vagval__V1__BudgetHold *hold)
{
    return hold->covered ? "" : budget->set ? "quota" : "no_budget";
}

static bool in_range(vv_money amount)
{
    return amount >= 0 && amount <= VV_MONEY_MAX / 4;
}

enum vv_status vv_budget_apply(Vagval__V1__Budget *budget, Vagval__V1__BudgetHold *hold,
                               const Vagval__V1__BudgetClaim *claim, bool *ret_changed)
{
    if (!in_range(claim->reserved) || !in_range(claim->consumed)) {
        return VV_INVALID;
    }
    if (claim->sequence <= hold->sequence) {
        *ret_changed = false;
        return VV_OK;
    }
    if (!in_range(budget->reserved + claim->reserved) ||
        !in_range(budget->consumed + claim->consumed)) {
        return VV_TOO_LARGE;
    }
    vv_money earlier = hold->reserved;
    budget->reserved -= hold->reserved;
    budget->consumed -= hold->consumed;
    budget->over -= hold->over;
    vv_money left = vv_budget_free(budget);
    vv_money under_cover = claim->consumed < left ? claim->consumed : left;
    left -= under_cover;
    hold->consumed = claim->consumed;
    hold->over = claim->consumed - under_cover;
    hold->wanted = claim->reserved;
    if (claim->reserved <= left) {
        hold->reserved = claim->reserved;
    } else {
        /* What it had already is not taken from it. */
        hold->reserved = earlier < left ? earlier : left;
    }
    hold->covered = hold->over == 0 && hold->reserved == claim->reserved;
    hold->sequence = claim->sequence;
    budget->reserved += hold->reserved;
    budget->consumed += hold->consumed;
    budget->over += hold->over;
    *ret_changed = true;
    return VV_OK;
}

enum vv_status vv_budget_limit(Vagval__V1__Budget *budget, vv_money limit)
{
    if (!in_range(limit)) {
        return VV_INVALID;
    }
    vv_money used = budget->reserved + budget->consumed - budget->over;
    if (limit < used) {
        return VV_REFUSED;
    }
    budget->set = true;
    budget->limit = limit;
    return VV_OK;
}
