/*
 * capacity.h: a contract's capacity: reserve, confirm, release, expire. The counts stand in the
 * area's record and nowhere else; a reservation remembers which count it holds, so each step of one
 * choice acts once, however often its order arrives.
 */
#ifndef VAGVAL_REGISTRY_CAPACITY_H
#define VAGVAL_REGISTRY_CAPACITY_H

#include <stdbool.h>
#include <stdint.h>

#include "vagval/date.h"
#include "vagval/id.h"
#include "vagval/v1/registry.pb-c.h"

#define VV_AREA_CONTRACTS_MAX 512 /* contracts of one area: one record, one decision */
#define VV_CAPACITY_MAX 100000    /* participants of one contract */
#define VV_RESERVATION_DAYS 7     /* a reservation that nobody confirms gives its place back */

/* What a choice holds of a contract. The numbers are stored. */
enum vv_reservation_state {
    VV_RESERVATION_NONE = 0,
    VV_RESERVATION_RESERVED = 1,
    VV_RESERVATION_TAKEN = 2,
    VV_RESERVATION_EXPIRED = 3,
    VV_RESERVATION_RELEASED = 4,
    VV_RESERVATION_DENIED = 5,
};

enum vv_capacity_verdict {
    VV_CAPACITY_FREE,
    VV_CAPACITY_FULL,
    VV_CAPACITY_NOT_OPEN, /* the contract is not valid on the day */
};

/* Has the contract a free place on the day? */
enum vv_capacity_verdict vv_capacity_judge(const Vagval__V1__AreaContract *contract, vv_date on);
/* Stable reason code of a refusal: "full", "not_open". */
const char *vv_capacity_reason(enum vv_capacity_verdict verdict);

/* The area's entry of a contract; NULL if it has none. */
Vagval__V1__AreaContract *vv_capacity_find(const Vagval__V1__Area *area, struct vv_id contract);

/* None -> reserved. The caller has judged that a place is free. */
void vv_capacity_reserve(Vagval__V1__AreaContract *contract, Vagval__V1__Reservation *reservation,
                         vv_date today);
/* Reserved -> taken, and already taken stays taken: true. Anything else (expired, released,
 * denied, never made): false, nothing changes. */
bool vv_capacity_confirm(Vagval__V1__AreaContract *contract, Vagval__V1__Reservation *reservation);
/* Reserved or taken -> released: true. Otherwise false, nothing changes. */
bool vv_capacity_release(Vagval__V1__AreaContract *contract, Vagval__V1__Reservation *reservation);
/* Reserved and due -> expired: true. Otherwise false, nothing changes. */
bool vv_capacity_expire(Vagval__V1__AreaContract *contract, Vagval__V1__Reservation *reservation,
                        vv_date today);
/* taken + reserved <= capacity for every contract: holds always; its failure is our bug. */
bool vv_capacity_is_sound(const Vagval__V1__Area *area);

#endif
