/*
 * course.h: the steps of a case's course that several messages take: an offer, a choice on its way,
 * a placement's start and end. Each writes the record, the events, the timers and the counters
 * together.
 */
#ifndef VAGVAL_REGISTRY_COURSE_H
#define VAGVAL_REGISTRY_COURSE_H

#include "work.h"

/* Offers the choice of a provider on `on`: PLACEMENT_OFFERED and the timer of the deadline. */
void vv_course_offer(struct vv_work *work, vv_date on);
/*
 * Puts a choice on its way: RESERVE_CAPACITY to the contract's (or, for the non-choice alternative,
 * the home area's) partition. `target` is the order's subject; `contract` nil = nearest.
 */
void vv_course_choose(struct vv_work *work, struct vv_id target, struct vv_id contract,
                      const char *area, vv_date on);
/* The choice on its way could not be carried out: CHOICE_FAILED, and back to choosing with a fresh
 * deadline, to the caseworker's list, or to the running placement. */
void vv_course_choice_failed(struct vv_work *work, const char *reason);
/* The contract's place is confirmed: the placement starts, and a running one ends the day before.
 */
void vv_course_start(struct vv_work *work);
/* False when the service ended while a change of provider was on its way: then vv_course_start
 * gives the place back and the choice has failed. */
bool vv_course_may_start(const Vagval__V1__RegistryCase *entry);
/* The place that was confirmed is given back, and the choice has failed. */
void vv_course_refuse_start(struct vv_work *work, const char *reason);
/* Ends the running placement, gives its capacity back, and with it the service. */
void vv_course_end(struct vv_work *work, vv_date last_day, const char *reason);

#endif
