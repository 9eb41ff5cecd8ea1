/*
 * campaign.h: recompute campaigns: which cases a further version of a scheme concerns, and how far
 * a partition has come with them.
 *
 * The partition's record `campaign` says which generation of the book its cases have been computed
 * with. A slice of the list of cases is one commit, together with the position: whatever is killed,
 * the next owner goes on from there. A case that is created meanwhile is created by an instance
 * that knows the campaign's generation, since it reads the same record (vv_campaign_admits).
 */
#ifndef VAGVAL_PAYMENT_CAMPAIGN_H
#define VAGVAL_PAYMENT_CAMPAIGN_H

#include "vagval/service.h"

/* Plans the partition's record. */
void vv_campaign_plan(struct vv_plan *plan);
/* Reads it; a zeroed one when there has been no campaign. Errors: VV_CORRUPT, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_campaign_read(const struct vv_call *call,
                                           const struct vv_loaded *loaded,
                                           Vagval__V1__PaymentCampaign **ret_campaign);
/* May this instance create a case? Errors: VV_BUSY (a campaign rests on publications that it has
 * not read), VV_CORRUPT, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_campaign_admits(const struct vv_call *call,
                                             const struct vv_loaded *loaded);

/* The last publication of the book that was a further version of its scheme: 0 if there is none. */
uint32_t vv_campaign_wanted(const struct vv_book *book);
/* The publication that a case of this scheme must rest on at least, so far as the first `target` of
 * the book go: 0 = any. */
uint32_t vv_campaign_needed(const struct vv_book *book, const char *scheme, uint32_t target);

/* A slice's timer carries where it begins: its subject. Distinct slices have distinct subjects, so
 * that what they emit has distinct ids. */
struct vv_id vv_campaign_subject(uint16_t partition, uint32_t target, uint64_t position);
bool vv_campaign_subject_read(struct vv_id subject, uint32_t *ret_target, uint64_t *ret_position);

#endif
