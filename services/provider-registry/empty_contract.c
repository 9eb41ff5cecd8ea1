/*
 * empty_contract.c: when a contract that nobody chooses is proposed for de-authorisation (rules
 * 20). A placement by the non-choice alternative is a customer too, and counts as a choice.
 */
#include "vagval/rating.h"

vv_date vv_empty_contract_due(int months, vv_date active_from, vv_date last_choice)
{
    vv_date since = last_choice > active_from ? last_choice : active_from;

    return months == 0 ? VV_DATE_NONE : vv_date_add_months(since, months);
}

bool vv_empty_contract_is_due(int months, vv_date active_from, vv_date last_choice, int64_t in_use,
                              vv_date today)
{
    vv_date due = vv_empty_contract_due(months, active_from, last_choice);

    return due != VV_DATE_NONE && due <= today && in_use == 0;
}
