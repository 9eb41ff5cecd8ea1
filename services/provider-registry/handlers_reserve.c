/*
 * handlers_reserve.c: the contract's side of a choice, in the area's partition: the order to
 * reserve a place, of the contract that was chosen or of the nearest that has one.
 */
#include "capacity.h"
#include "claim.h"
#include "nearest.h"
#include "provider-registry.h"
#include "reach.h"
#include "work.h"

#include <string.h>

extern const struct vv_handler vv_handle_reserve_capacity;

/* Area of a reservation order: named for the non-choice alternative, else the contract's own.
 * VV_NOT_FOUND: no such contract. VV_BUSY: the contract's record is not loaded yet. */
static enum vv_status reserve_area(const struct vv_call *call, const struct vv_loaded *loaded,
                                   const Vagval__V1__ReserveCapacity *order, char **ret_area)
{
    ProtobufCMessage *message = NULL;

    if (order->contract.len == 0) {
        struct vv_id area_id = vv_id_area(order->scheme, order->area, call->partitions);
        if (!vv_id_equal(area_id, call->subject)) {
            return VV_INVALID;
        }
        *ret_area = order->area;
        return VV_OK;
    }
    const struct vv_record *record = vv_loaded(loaded, "contract", call->subject);
    if (record == NULL) {
        return VV_BUSY;
    }
    enum vv_status status =
        vv_record_unpack(call, record, &vagval__v1__contract__descriptor, &message);
    if (status != VV_OK) {
        return status;
    }
    const Vagval__V1__Contract *contract = (const Vagval__V1__Contract *)message;
    if (!record->exists || strcmp(contract->scheme, order->scheme) != 0) {
        return VV_NOT_FOUND;
    }
    *ret_area = contract->area;
    return VV_OK;
}

static enum vv_status plan_reserve(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_plan *plan)
{
    const Vagval__V1__ReserveCapacity *order = (const Vagval__V1__ReserveCapacity *)call->body;
    struct vv_id choice, case_id;
    char *area = NULL;

    if (vv_claim_choice(call, order->choice, &choice) != VV_OK ||
        vv_id_from_bytes(order->case_id.data, order->case_id.len, &case_id) != VV_OK) {
        return VV_INVALID;
    }
    vv_plan_load(plan, "reservation", choice);
    vv_plan_fact_home(plan, "reservation", choice);
    if (order->contract.len != 0) {
        vv_plan_load(plan, "contract", call->subject);
    } else {
        /* Only intake knows where the seeker lives; the answer is used and forgotten. */
        Vagval__V1__HomeGet ask;
        vagval__v1__home_get__init(&ask);
        ask.case_id = order->case_id;
        vv_plan_ask(plan, VV_INTAKE, VV_MSG_HOME_GET, case_id, &ask.base);
    }
    enum vv_status status = reserve_area(call, loaded, order, &area);
    if (status == VV_OK) {
        vv_plan_load(plan, "area", vv_id_area(order->scheme, area, call->partitions));
    }
    return status == VV_BUSY || status == VV_NOT_FOUND ? VV_OK : status;
}

/* Why the chosen contract cannot be given; NULL if it can. */
static const char *chosen_refusal(const struct vv_call *call,
                                  const Vagval__V1__ReserveCapacity *order,
                                  const Vagval__V1__Area *area,
                                  const Vagval__V1__AreaContract *contract)
{
    const struct vv_scheme *scheme = vv_book_scheme(call->book, order->scheme, order->on, 0);
    enum vv_capacity_verdict verdict =
        contract == NULL ? VV_CAPACITY_NOT_OPEN : vv_capacity_judge(contract, order->on);

    if (verdict != VV_CAPACITY_FREE) {
        return vv_capacity_reason(verdict);
    }
    if (!vv_nearest_offers_language(contract, order->language)) {
        return "language";
    }
    return scheme == NULL ? NULL
                          : vv_reach_refusal(scheme, order->home_area, area->code, order->on);
}

/* The contract that the order asks for; NULL with the reason why there is none. VV_BUSY: intake
 * could not be asked just now. */
static enum vv_status pick_contract(const struct vv_call *call, const struct vv_loaded *loaded,
                                    const Vagval__V1__ReserveCapacity *order,
                                    const Vagval__V1__Area *area,
                                    Vagval__V1__AreaContract **ret_contract,
                                    const char **ret_reason)
{
    struct vv_id case_id;

    if (order->contract.len != 0) {
        Vagval__V1__AreaContract *contract = vv_capacity_find(area, call->subject);
        *ret_reason = chosen_refusal(call, order, area, contract);
        *ret_contract = *ret_reason == NULL ? contract : NULL;
        return VV_OK;
    }
    if (vv_id_from_bytes(order->case_id.data, order->case_id.len, &case_id) != VV_OK) {
        return VV_INVALID;
    }
    const struct vv_answer *answer = vv_loaded_answer(loaded, VV_MSG_HOME_GET, case_id);
    const Vagval__V1__Home *home =
        answer->status == VV_OK ? (const Vagval__V1__Home *)answer->body : NULL;
    if (home == NULL && answer->status != VV_NOT_FOUND && answer->status != VV_ERASED) {
        return VV_BUSY;
    }
    *ret_contract = NULL;
    *ret_reason = "no_home";
    if (home != NULL && !home->erased) {
        *ret_reason = "no_capacity";
        *ret_contract =
            vv_nearest_contract(area, home->latitude, home->longitude, order->language, order->on);
    }
    return VV_OK;
}

static void reply_reserved(const struct vv_call *call, struct vv_outcome *outcome,
                           const Vagval__V1__ReserveCapacity *order, const struct vv_claim *claim)
{
    Vagval__V1__CapacityReserved reply;

    (void)call;
    vagval__v1__capacity_reserved__init(&reply);
    reply.granted = claim->contract != NULL;
    reply.reason = claim->reservation->reason;
    reply.case_id = order->case_id;
    reply.choice = order->choice;
    reply.scheme = order->scheme;
    reply.on = order->on;
    reply.non_choice = order->contract.len == 0;
    if (reply.granted) {
        reply.contract = claim->contract->contract;
        reply.contract_number = claim->contract->number;
        reply.area = claim->area->code;
        reply.expires_ms = (int64_t)claim->reservation->expires_on * VV_DAY_MS;
    } else {
        reply.contract = order->contract;
        reply.area = order->area;
    }
    vv_reply(outcome, &reply.base);
}

static enum vv_status enter_reservation(const struct vv_call *call, struct vv_outcome *outcome,
                                        const Vagval__V1__ReserveCapacity *order,
                                        struct vv_claim *claim, const char *reason)
{
    Vagval__V1__Reservation *reservation = claim->reservation;

    reservation->case_id = order->case_id;
    reservation->scheme = order->scheme;
    reservation->on = order->on;
    reservation->non_choice = order->contract.len == 0;
    if (claim->contract != NULL) {
        reservation->contract = claim->contract->contract;
        reservation->area = claim->area->code;
        vv_capacity_reserve(claim->contract, reservation, call->now.today);
        vv_timer_set(outcome, VV_MSG_RESERVATION_DUE, claim->id, reservation->expires_on);
        vv_add(outcome, "sums", VV_NIL, "capacity.reserved", 1);
        vv_claim_put(outcome, claim);
    } else {
        reservation->contract = order->contract;
        reservation->state = VV_RESERVATION_DENIED;
        reservation->reason = vv_arena_text(call->arena, reason);
        if (reservation->reason == NULL) {
            return VV_NO_MEMORY;
        }
        vv_add(outcome, "sums", VV_NIL, "capacity.denied", 1);
        vv_put(outcome, "reservation", claim->id, &reservation->base);
    }
    /* The record says all that the order said, so the fact keeps no body of its own. */
    vv_accept(outcome, order->on, VV_REGISTRY_SOURCE, VV_NIL, "", 0, false);
    return VV_OK;
}

/* Rules 19: an area takes placements from its first to its last day. */
static bool may_start(const struct vv_call *call, const Vagval__V1__ReserveCapacity *order,
                      const char *area)
{
    const struct vv_scheme *scheme = vv_book_scheme(call->book, order->scheme, order->on, 0);

    return scheme == NULL || vv_scheme_area_open(scheme, area, order->on);
}

static enum vv_status decide_reserve(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_outcome *outcome)
{
    const Vagval__V1__ReserveCapacity *order = (const Vagval__V1__ReserveCapacity *)call->body;
    struct vv_claim claim = {.contract = NULL};
    ProtobufCMessage *message = NULL;
    char *area = NULL;
    const char *reason = "unknown_contract";
    enum vv_status status = vv_claim_choice(call, order->choice, &claim.id);

    if (status == VV_OK) {
        status = reserve_area(call, loaded, order, &area);
    }
    if (status == VV_OK) {
        struct vv_id area_id = vv_id_area(order->scheme, area, call->partitions);
        status = vv_claim_open(call, loaded, claim.id, area_id, &claim);
        if (status == VV_OK) {
            status = pick_contract(call, loaded, order, claim.area, &claim.contract, &reason);
        }
        if (status == VV_OK && !may_start(call, order, area)) {
            claim.contract = NULL;
            reason = "area_closed";
        }
    } else if (status == VV_NOT_FOUND) {
        status = vv_record_unpack(call, vv_loaded(loaded, "reservation", claim.id),
                                  &vagval__v1__reservation__descriptor, &message);
        claim.reservation = (Vagval__V1__Reservation *)message;
    }
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "case_id", "the capacity cannot be decided just now");
    }
    if (claim.reservation->state == VV_RESERVATION_NONE) {
        status = enter_reservation(call, outcome, order, &claim, reason);
    } else {
        /* Another order for the same choice: what was decided stands. */
        bool holds = claim.reservation->state == VV_RESERVATION_RESERVED ||
                     claim.reservation->state == VV_RESERVATION_TAKEN;
        struct vv_id held;
        claim.contract = holds && vv_id_from_bytes(claim.reservation->contract.data,
                                                   claim.reservation->contract.len, &held) == VV_OK
                             ? vv_capacity_find(claim.area, held)
                             : NULL;
    }
    if (status == VV_OK) {
        reply_reserved(call, outcome, order, &claim);
    }
    return status;
}

const struct vv_handler vv_handle_reserve_capacity = {.plan = plan_reserve,
                                                      .decide = decide_reserve};
