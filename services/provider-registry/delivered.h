/*
 * delivered.h: what a contract delivered, as somebody sees it who chooses among contracts.
 */
#ifndef VAGVAL_REGISTRY_DELIVERED_H
#define VAGVAL_REGISTRY_DELIVERED_H

#include "vagval/scheme.h"
#include "vagval/v1/choice.pb-c.h"
#include "vagval/v1/rating.pb-c.h"

/*
 * Fills the result fields of `ret_choice` from the latest follow-up of the contract, in the view
 * that holds: participants, measure, interval, rating (rules 21). What is not known is left out,
 * never 0.
 *   rules   of the scheme version that the view cites; NULL = not known here: no interval
 *   rating  what is stored of the contract, or an empty record
 */
void vv_delivered_show(const struct vv_rating_rules *rules,
                       const Vagval__V1__ContractRating *rating,
                       Vagval__V1__AreaChoice *ret_choice);

/* The scheme version cited by the view that vv_delivered_show shows; NULL: nothing is published. */
const char *vv_delivered_scheme_version(const Vagval__V1__ContractRating *rating);

#endif
