/*
 * claim.c: see claim.h.
 */
#include "claim.h"
#include "capacity.h"

/* A place that the reservation holds is among those that the area counts. The two are read one
 * after the other, so another instance may have written both in between. */
static bool fits(const struct vv_claim *claim)
{
    const Vagval__V1__AreaContract *contract = claim->contract;

    return contract == NULL ||
           ((claim->reservation->state != VV_RESERVATION_RESERVED || contract->reserved > 0) &&
            (claim->reservation->state != VV_RESERVATION_TAKEN || contract->taken > 0));
}

enum vv_status vv_claim_open(const struct vv_call *call, const struct vv_loaded *loaded,
                             struct vv_id id, struct vv_id area_id, struct vv_claim *ret_claim)
{
    struct vv_claim claim = {.id = id, .area_id = area_id};
    ProtobufCMessage *message = NULL;
    struct vv_id contract;
    enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "reservation", id),
                                             &vagval__v1__reservation__descriptor, &message);

    if (status != VV_OK) {
        return status;
    }
    claim.reservation = (Vagval__V1__Reservation *)message;
    status = vv_record_unpack(call, vv_loaded(loaded, "area", area_id),
                              &vagval__v1__area__descriptor, &message);
    if (status != VV_OK) {
        return status;
    }
    claim.area = (Vagval__V1__Area *)message;
    if (vv_id_from_bytes(claim.reservation->contract.data, claim.reservation->contract.len,
                         &contract) == VV_OK) {
        claim.contract = vv_capacity_find(claim.area, contract);
    }
    if (!fits(&claim)) {
        return VV_BUSY;
    }
    *ret_claim = claim;
    return VV_OK;
}

void vv_claim_put(struct vv_outcome *outcome, const struct vv_claim *claim)
{
    vv_put(outcome, "reservation", claim->id, &claim->reservation->base);
    vv_put(outcome, "area", claim->area_id, &claim->area->base);
}

enum vv_status vv_claim_choice(const struct vv_call *call, ProtobufCBinaryData choice,
                               struct vv_id *ret_id)
{
    struct vv_id id;

    if (vv_id_from_bytes(choice.data, choice.len, &id) != VV_OK ||
        vv_id_partition(id) != call->partition) {
        return VV_INVALID;
    }
    *ret_id = id;
    return VV_OK;
}
