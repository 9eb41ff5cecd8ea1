/*
 * replay_delivery.h: a case's delivery record made again from its facts, for verify.
 */
#ifndef VAGVAL_REGISTRY_REPLAY_DELIVERY_H
#define VAGVAL_REGISTRY_REPLAY_DELIVERY_H

#include "vagval/v1/delivery.pb-c.h"
#include "work.h"

/*
 * Compares the record with what its facts give: activities, attendance, deviations, excuses; then
 * the judged terms and months with what these give (judgement.h). `case_facts` hold what people
 * stated of months. ret_problem: NULL, or a stable code of the first difference. Errors:
 * VV_CORRUPT, VV_NO_MEMORY.
 */
VV_CHECKED enum vv_status vv_replay_delivery(struct vv_work *work,
                                             const Vagval__V1__Delivery *stored,
                                             Vagval__V1__Fact *const *facts, size_t fact_count,
                                             Vagval__V1__Fact *const *case_facts,
                                             size_t case_fact_count, const char **ret_problem);

#endif
