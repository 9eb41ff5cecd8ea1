/*
 * handlers_capacity.c: the contract's side of a choice after its reservation (handlers_reserve.c),
 * in the area's partition: confirm, release, expire. The orders' facts are kept with the
 * reservation, so an order that comes twice gets the same answer and counts once.
 */
#include "capacity.h"
#include "claim.h"
#include "outbox.h"
#include "provider-registry.h"
#include "work.h"

extern const struct vv_handler vv_handle_confirm_capacity;
extern const struct vv_handler vv_handle_release_capacity;
extern const struct vv_handler vv_handle_reservation_due;

/* ---- confirm and release ---- */

/* The provider's numbered message that somebody comes. */
static enum vv_status tell_start(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_outcome *outcome,
                                 const Vagval__V1__ConfirmCapacity *order)
{
    struct vv_work work = {.call = call, .outcome = outcome};
    Vagval__V1__ProviderMessage message;

    vagval__v1__provider_message__init(&message);
    message.kind = (char *)(uintptr_t) "order";
    message.contract_number = order->contract_number;
    message.service = order->scheme;
    message.track = order->level;
    message.case_id = order->case_id;
    message.placement = order->placement;
    message.start = order->on;
    message.end = order->planned_end;
    message.language = order->language;
    message.order = order->order;
    message.service_start = order->service_start;
    message.non_choice = order->non_choice;
    return vv_outbox_add(&work, loaded, order->contract, &message);
}

/* That somebody's placement has ended, or has not begun after all. */
static enum vv_status tell_end(const struct vv_call *call, const struct vv_loaded *loaded,
                               struct vv_outcome *outcome, const Vagval__V1__ReleaseCapacity *order)
{
    struct vv_work work = {.call = call, .outcome = outcome};
    Vagval__V1__ProviderMessage message;

    vagval__v1__provider_message__init(&message);
    message.kind = (char *)(uintptr_t) "end";
    message.service = order->scheme;
    message.case_id = order->case_id;
    message.placement = order->placement;
    message.end = order->last_day;
    message.reason = order->reason;
    return vv_outbox_add(&work, loaded, order->contract, &message);
}

static enum vv_status plan_claim(const struct vv_call *call, struct vv_plan *plan,
                                 ProtobufCBinaryData choice, const char *scheme, const char *area)
{
    struct vv_id id;
    struct vv_id area_id = vv_id_area(scheme, area, call->partitions);

    if (vv_claim_choice(call, choice, &id) != VV_OK ||
        vv_id_partition(area_id) != call->partition) {
        return VV_INVALID;
    }
    vv_plan_load(plan, "reservation", id);
    vv_plan_fact_home(plan, "reservation", id);
    vv_plan_load(plan, "area", area_id);
    return VV_OK;
}

static enum vv_status open_claim(const struct vv_call *call, const struct vv_loaded *loaded,
                                 ProtobufCBinaryData choice, const char *scheme, const char *area,
                                 struct vv_claim *ret_claim)
{
    struct vv_id id;
    enum vv_status status = vv_claim_choice(call, choice, &id);

    return status == VV_OK ? vv_claim_open(call, loaded, id,
                                           vv_id_area(scheme, area, call->partitions), ret_claim)
                           : status;
}

static enum vv_status plan_confirm(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_plan *plan)
{
    const Vagval__V1__ConfirmCapacity *order = (const Vagval__V1__ConfirmCapacity *)call->body;

    (void)loaded;
    vv_outbox_plan(call, plan, order->contract);
    return plan_claim(call, plan, order->choice, order->scheme, order->area);
}

static enum vv_status decide_confirm(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_outcome *outcome)
{
    const Vagval__V1__ConfirmCapacity *order = (const Vagval__V1__ConfirmCapacity *)call->body;
    Vagval__V1__CapacityConfirmed reply;
    struct vv_claim claim;
    enum vv_status status =
        open_claim(call, loaded, order->choice, order->scheme, order->area, &claim);

    if (status != VV_OK) {
        return status;
    }
    bool was_reserved = claim.reservation->state == VV_RESERVATION_RESERVED;
    vagval__v1__capacity_confirmed__init(&reply);
    reply.confirmed =
        claim.contract != NULL && vv_capacity_confirm(claim.contract, claim.reservation);
    if (reply.confirmed && was_reserved) {
        status = tell_start(call, loaded, outcome, order);
    }
    if (status != VV_OK) {
        return status;
    }
    reply.reason = reply.confirmed ? "" : "expired";
    reply.contract = order->contract;
    reply.area = order->area;
    reply.contract_number = order->contract_number;
    reply.case_id = order->case_id;
    reply.choice = order->choice;
    reply.on = order->on;
    reply.scheme = order->scheme;
    reply.non_choice = order->non_choice;
    if (reply.confirmed) {
        reply.provider = claim.contract->provider;
        vv_timer_clear(outcome, VV_MSG_RESERVATION_DUE, claim.id);
        vv_add(outcome, "sums", VV_NIL, "capacity.taken", 1);
    }
    vv_claim_put(outcome, &claim);
    vv_accept(outcome, order->on, VV_REGISTRY_SOURCE, VV_NIL, "", 0, false);
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_confirm_capacity = {.plan = plan_confirm,
                                                      .decide = decide_confirm};

static enum vv_status plan_release(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_plan *plan)
{
    const Vagval__V1__ReleaseCapacity *order = (const Vagval__V1__ReleaseCapacity *)call->body;

    (void)loaded;
    vv_outbox_plan(call, plan, order->contract);
    return plan_claim(call, plan, order->choice, order->scheme, order->area);
}

static enum vv_status decide_release(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_outcome *outcome)
{
    const Vagval__V1__ReleaseCapacity *order = (const Vagval__V1__ReleaseCapacity *)call->body;
    Vagval__V1__CapacityReleased reply;
    struct vv_claim claim;
    enum vv_status status =
        open_claim(call, loaded, order->choice, order->scheme, order->area, &claim);

    if (status != VV_OK) {
        return status;
    }
    bool was_taken = claim.reservation->state == VV_RESERVATION_TAKEN;
    vagval__v1__capacity_released__init(&reply);
    reply.released =
        claim.contract != NULL && vv_capacity_release(claim.contract, claim.reservation);
    if (reply.released && was_taken) {
        status = tell_end(call, loaded, outcome, order);
    }
    if (status != VV_OK) {
        return status;
    }
    reply.contract = order->contract;
    reply.case_id = order->case_id;
    if (reply.released) {
        vv_timer_clear(outcome, VV_MSG_RESERVATION_DUE, claim.id);
        vv_add(outcome, "sums", VV_NIL, "capacity.released", 1);
    }
    vv_claim_put(outcome, &claim);
    vv_accept(outcome, call->now.today, VV_REGISTRY_SOURCE, VV_NIL, "", 0, false);
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_release_capacity = {.plan = plan_release,
                                                      .decide = decide_release};

/* ---- expiry ---- */

static enum vv_status due_area(const struct vv_call *call, const struct vv_record *record,
                               struct vv_id *ret_area)
{
    ProtobufCMessage *message = NULL;
    enum vv_status status =
        vv_record_unpack(call, record, &vagval__v1__reservation__descriptor, &message);

    if (status != VV_OK) {
        return status;
    }
    const Vagval__V1__Reservation *reservation = (const Vagval__V1__Reservation *)message;
    *ret_area = vv_id_area(reservation->scheme, reservation->area, call->partitions);
    return VV_OK;
}

static enum vv_status plan_due(const struct vv_call *call, const struct vv_loaded *loaded,
                               struct vv_plan *plan)
{
    const struct vv_record *record = vv_loaded(loaded, "reservation", call->subject);
    struct vv_id area_id;

    vv_plan_load(plan, "reservation", call->subject);
    if (record == NULL || !record->exists) {
        return VV_OK;
    }
    enum vv_status status = due_area(call, record, &area_id);
    if (status == VV_OK && vv_id_partition(area_id) == call->partition) {
        vv_plan_load(plan, "area", area_id);
    }
    return status;
}

static enum vv_status decide_due(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_outcome *outcome)
{
    const struct vv_record *record = vv_loaded(loaded, "reservation", call->subject);
    struct vv_id area_id;
    struct vv_claim claim;

    if (!record->exists) {
        return VV_OK;
    }
    enum vv_status status = due_area(call, record, &area_id);
    if (status == VV_OK) {
        status = vv_loaded(loaded, "area", area_id) != NULL
                     ? vv_claim_open(call, loaded, call->subject, area_id, &claim)
                     : VV_CORRUPT;
    }
    if (status != VV_OK) {
        return status;
    }
    if (claim.contract != NULL &&
        vv_capacity_expire(claim.contract, claim.reservation, call->now.today)) {
        vv_add(outcome, "sums", VV_NIL, "capacity.expired", 1);
        vv_claim_put(outcome, &claim);
    }
    return VV_OK;
}

const struct vv_handler vv_handle_reservation_due = {.plan = plan_due, .decide = decide_due};
