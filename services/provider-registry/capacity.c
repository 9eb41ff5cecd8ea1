/*
 * capacity.c: reserve, confirm, release and expire a place at a contract. Counting happens only
 * here, and only on a change of the reservation's state.
 */
#include "capacity.h"

#include <assert.h>
#include <string.h>

enum vv_capacity_verdict vv_capacity_judge(const Vagval__V1__AreaContract *contract, vv_date on)
{
    if (on < contract->from || (contract->to != 0 && on > contract->to)) {
        return VV_CAPACITY_NOT_OPEN;
    }
    /* Suspended: nobody new; placements that run go on. */
    if (contract->suspended_from != 0 && on >= contract->suspended_from) {
        return VV_CAPACITY_NOT_OPEN;
    }
    uint64_t used = (uint64_t)contract->taken + contract->reserved;
    return used < contract->capacity ? VV_CAPACITY_FREE : VV_CAPACITY_FULL;
}

const char *vv_capacity_reason(enum vv_capacity_verdict verdict)
{
    switch (verdict) {
    case VV_CAPACITY_FREE:
        return "free";
    case VV_CAPACITY_FULL:
        return "full";
    case VV_CAPACITY_NOT_OPEN:
        return "not_open";
    }
    return "unknown";
}

Vagval__V1__AreaContract *vv_capacity_find(const Vagval__V1__Area *area, struct vv_id contract)
{
    for (size_t i = 0; i < area->n_contracts; i++) {
        if (area->contracts[i]->contract.len == sizeof contract.bytes &&
            memcmp(area->contracts[i]->contract.data, contract.bytes, sizeof contract.bytes) == 0) {
            return area->contracts[i];
        }
    }
    return NULL;
}

void vv_capacity_reserve(Vagval__V1__AreaContract *contract, Vagval__V1__Reservation *reservation,
                         vv_date today)
{
    assert(reservation->state == VV_RESERVATION_NONE);
    assert((uint64_t)contract->taken + contract->reserved < contract->capacity);
    contract->reserved++;
    reservation->state = VV_RESERVATION_RESERVED;
    reservation->expires_on = today + VV_RESERVATION_DAYS;
}

bool vv_capacity_confirm(Vagval__V1__AreaContract *contract, Vagval__V1__Reservation *reservation)
{
    if (reservation->state == VV_RESERVATION_TAKEN) {
        return true;
    }
    if (reservation->state != VV_RESERVATION_RESERVED) {
        return false;
    }
    assert(contract->reserved > 0);
    contract->reserved--;
    contract->taken++;
    contract->last_choice =
        reservation->on > contract->last_choice ? reservation->on : contract->last_choice;
    reservation->state = VV_RESERVATION_TAKEN;
    return true;
}

bool vv_capacity_release(Vagval__V1__AreaContract *contract, Vagval__V1__Reservation *reservation)
{
    if (reservation->state == VV_RESERVATION_RESERVED) {
        assert(contract->reserved > 0);
        contract->reserved--;
    } else if (reservation->state == VV_RESERVATION_TAKEN) {
        assert(contract->taken > 0);
        contract->taken--;
    } else {
        return false;
    }
    reservation->state = VV_RESERVATION_RELEASED;
    return true;
}

bool vv_capacity_expire(Vagval__V1__AreaContract *contract, Vagval__V1__Reservation *reservation,
                        vv_date today)
{
    if (reservation->state != VV_RESERVATION_RESERVED || today < reservation->expires_on) {
        return false;
    }
    assert(contract->reserved > 0);
    contract->reserved--;
    reservation->state = VV_RESERVATION_EXPIRED;
    return true;
}

bool vv_capacity_is_sound(const Vagval__V1__Area *area)
{
    for (size_t i = 0; i < area->n_contracts; i++) {
        const Vagval__V1__AreaContract *contract = area->contracts[i];
        if ((uint64_t)contract->taken + contract->reserved > contract->capacity) {
            return false;
        }
    }
    return true;
}
