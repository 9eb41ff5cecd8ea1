/*
 * holds.h: amounts that wait because the employer and the provider are related. A premium, result
 * or bonus rests on a job; where the employer is the provider itself (same organisation number) or
 * is listed as linked to it, the amount is not owed until a person has looked at it and let it go.
 * Pure: a function of the facts, and of the links that were known.
 */
#ifndef VAGVAL_PAYMENT_HOLDS_H
#define VAGVAL_PAYMENT_HOLDS_H

#include "entitlement.h"

/* One entry of a partition's log of links; a later one of the same pair replaces an earlier one. */
struct vv_party_link {
    struct vv_id provider, party; /* in either order */
    uint32_t index;               /* log index, from 1 */
    bool withdrawn;
};
struct vv_links {
    const struct vv_party_link *items; /* in log order */
    size_t count;
    uint32_t through; /* only those with an index up to here are known */
};

enum vv_relation { VV_UNRELATED, VV_SAME_ORGANISATION, VV_LINKED };

/* How the amount's employer and provider are related, whether or not it was let go. */
enum vv_relation vv_relation_of(const struct vv_owed *owed, const struct vv_links *links);
/* The decision that let the amount go, or NULL. */
const struct vv_payment_fact *vv_hold_release(const struct vv_payment_fact *facts, size_t count,
                                              const char *component, vv_date period,
                                              struct vv_id contract);

/* Moves what is held out of `entitlement`, behind its other items: they stand from
 * entitlement->count, and ret_held tells how many. */
void vv_holds_apply(struct vv_entitlement *entitlement, const struct vv_payment_fact *facts,
                    size_t count, const struct vv_links *links, size_t *ret_held);

#endif
