/*
 * month.h: did a placement keep its obligations in a calendar month? Pure.
 */
#ifndef VAGVAL_REGISTRY_MONTH_H
#define VAGVAL_REGISTRY_MONTH_H

#include "vagval/date.h"
#include "vagval/delivery.h"
#include "vagval/v1/delivery.pb-c.h"

/* The reason of a month that was kept. */
#define VV_TERMS_KEPT "terms-kept"

/*
 * Code of the first obligation, in the scheme's order, of which a judged term of the placement that
 * starts on `start` ended in the month from `month` (its first day) and was missed; NULL if there
 * is none. A term belongs to the month in which its last day lies; one that was kept late is kept,
 * and one without its last day passed asks nothing yet [our choice: no public rule says more].
 */
const char *vv_month_missed(const Vagval__V1__Delivery *delivery, const struct vv_delivery *rules,
                            vv_date start, vv_date month);

#endif
