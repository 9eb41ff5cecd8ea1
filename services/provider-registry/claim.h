/*
 * claim.h: what a choice claims of a contract: the reservation, a record of its own whose id is the
 * choice's, with the area in which it counts. The handlers of the orders read and write both.
 */
#ifndef VAGVAL_REGISTRY_CLAIM_H
#define VAGVAL_REGISTRY_CLAIM_H

#include "vagval/service.h"

/* A reservation with the area that it counts in. */
struct vv_claim {
    struct vv_id id;
    Vagval__V1__Reservation *reservation;
    struct vv_id area_id;
    Vagval__V1__Area *area;
    Vagval__V1__AreaContract *contract; /* NULL when the area has no such contract */
};

/* Reads a choice's reservation and the area; both must have been planned.
 * Errors: VV_CORRUPT, VV_NO_MEMORY; VV_BUSY when another instance wrote between the two reads: they
 * are read again. */
VV_CHECKED enum vv_status vv_claim_open(const struct vv_call *call, const struct vv_loaded *loaded,
                                        struct vv_id id, struct vv_id area_id,
                                        struct vv_claim *ret_claim);
/* Writes both back. */
void vv_claim_put(struct vv_outcome *outcome, const struct vv_claim *claim);

/* The id of an order's choice, which must live in the call's partition. The orders come from our
 * own relay, but over the wire: ids are checked like anybody's. Errors: VV_INVALID. */
VV_CHECKED enum vv_status vv_claim_choice(const struct vv_call *call, ProtobufCBinaryData choice,
                                          struct vv_id *ret_id);

#endif
