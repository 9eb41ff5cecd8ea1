/*
 * tender.h: a scheme's tender document as other handlers ask for it: it lies in the partition of
 * the scheme's area "", which need not be theirs.
 */
#ifndef VAGVAL_REGISTRY_TENDER_H
#define VAGVAL_REGISTRY_TENDER_H

#include "vagval/service.h"

/* Asks for the document of the call's scheme. */
void vv_tender_ask(const struct vv_call *call, struct vv_plan *plan);
/* What was answered; NULL when it cannot be asked just now. */
const Vagval__V1__Tender *vv_tender_answered(const struct vv_call *call,
                                             const struct vv_loaded *loaded);
/* The record of a notice's receipts, beside the document's. */
struct vv_id vv_tender_receipts_id(struct vv_id tender, uint32_t notice);
/* Number of the version in force: the latest that is published; 0 = none is. */
uint32_t vv_tender_in_force(const Vagval__V1__Tender *tender);

#endif
