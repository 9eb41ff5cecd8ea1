/*
 * sender.h: what the key that sent a message may say about a case. A provider's key speaks for the
 * contracts that it is bound to, and for nothing else: of a case's placements it sees those with
 * such a contract. All other senders see the whole case.
 *
 * The binding stands in one place, the contract's own partition (`bind_provider`). The case asks it
 * for every message, so a key that is taken away stops with the next one.
 */
#ifndef VAGVAL_REGISTRY_SENDER_H
#define VAGVAL_REGISTRY_SENDER_H

#include "work.h"

/* The contracts of one case that are looked up for a provider's message: the latest ones. */
#define VV_SENDER_CONTRACTS_MAX 16

/* Plans the questions whose keys the case's contracts are bound to; nothing for other senders. The
 * subject's case must be planned too. Errors: VV_FORBIDDEN when none is the sender's: that is said
 * before a repeat is answered from its fact, and whether the case is known or not; VV_CORRUPT,
 * VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_sender_plan(const struct vv_call *call, const struct vv_loaded *loaded,
                                         struct vv_plan *plan);

/*
 * Sets work->seen and work->sender_unsure, for vv_work_open: the case with the sender's own
 * placements only, or the case itself. What was not planned or answered is not the sender's.
 */
void vv_sender_look(struct vv_work *work, const struct vv_loaded *loaded);

/* Refuses what vv_sender_plan let pass because a contract could not be asked: VV_BUSY, and
 * VV_FORBIDDEN when the message was not planned so. */
VV_CHECKED enum vv_status vv_sender_check(const struct vv_work *work);

/* Whether the sender may speak for this placement; false for NULL. */
bool vv_sender_has(const struct vv_work *work, const Vagval__V1__CasePlacement *placement);

/* Whose record it is: the name of a provider's key, else what the message says. */
const char *vv_sender_source(const struct vv_work *work, const char *source);

/* The day on which a record came: a provider's on the day it comes, else as the message says. */
vv_date vv_sender_reported_on(const struct vv_work *work, int32_t reported_on);

/* Approval is the authority's: refuses a provider's message that says so. */
VV_CHECKED enum vv_status vv_sender_may_not_approve(const struct vv_work *work, bool approved);

#endif
