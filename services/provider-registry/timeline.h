/*
 * timeline.h: a case's course in words, Swedish and English, from its facts and its record.
 */
#ifndef VAGVAL_REGISTRY_TIMELINE_H
#define VAGVAL_REGISTRY_TIMELINE_H

#include "vagval/v1/delivery.pb-c.h"
#include "work.h"

/* Fills view->timeline. Errors: VV_CORRUPT, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_timeline_of(struct vv_work *work, Vagval__V1__Fact **facts,
                                         size_t fact_count, Vagval__V1__CaseView *view);
/* The same from the record beside the case: terms that were missed, and months that were worked out
 * by themselves. */
void vv_timeline_duties(struct vv_work *work, const Vagval__V1__Delivery *delivery,
                        Vagval__V1__CaseView *view);
/* The body of a stored fact; its type gives the descriptor. Errors: VV_CORRUPT, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_fact_body(const struct vv_call *call, const Vagval__V1__Fact *fact,
                                       ProtobufCMessage **ret_body);

#endif
