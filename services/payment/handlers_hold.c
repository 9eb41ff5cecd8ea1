/*
 * handlers_hold.c: turns the hold on and off, and tells of it.
 */
#include <string.h>

#include "casework.h"
#include "hold.h"

extern const struct vv_handler vv_handle_set_hold;
extern const struct vv_handler vv_handle_show_hold;

#define REASON_BYTES_MAX 140
#define TREASURY VV_NIL

static enum vv_status route_treasury(const struct vv_call *call, uint16_t *ret_partition)
{
    (void)call;
    *ret_partition = 0;
    return VV_OK;
}

static enum vv_status plan_set(const struct vv_call *call, const struct vv_loaded *loaded,
                               struct vv_plan *plan)
{
    (void)call;
    (void)loaded;
    vv_plan_load(plan, "treasury", TREASURY);
    vv_plan_fact_home(plan, "treasury", TREASURY);
    return VV_OK;
}

static enum vv_status read_state(const struct vv_call *call, const struct vv_loaded *loaded,
                                 Vagval__V1__HoldState **ret_state)
{
    ProtobufCMessage *message = NULL;
    enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "treasury", TREASURY),
                                             &vagval__v1__hold_state__descriptor, &message);
    *ret_state = (Vagval__V1__HoldState *)message;
    return status;
}

static enum vv_status decide_set(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_outcome *outcome)
{
    const Vagval__V1__SetHold *command = (const Vagval__V1__SetHold *)call->body;
    Vagval__V1__HoldState *state = NULL;
    enum vv_status status = read_state(call, loaded, &state);
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "hold", "the stored hold does not read back");
    }
    if (command->reason[0] == '\0' || strlen(command->reason) > REASON_BYTES_MAX) {
        return vv_refuse(outcome, VV_INVALID, "reason", "takes 1 to %d bytes", REASON_BYTES_MAX);
    }
    if (!command->on) {
        const char *reason = vv_hold_cannot_end(state, command->counter, command->accept_missing);
        if (reason != NULL) {
            return vv_refuse(outcome, VV_REFUSED, "counter", "%s", reason);
        }
        state->released = command->counter; /* the same, or what a person accepts */
    }
    state->on = command->on;
    state->reason = command->reason;
    state->by = vv_arena_text(call->arena, call->sender);
    state->since = call->now.today;
    if (state->by == NULL) {
        return VV_NO_MEMORY;
    }
    vv_put(outcome, "treasury", TREASURY, &state->base);
    vv_accept(outcome, call->now.today, call->sender, VV_NIL, NULL, 0, false);
    vv_reply(outcome, &state->base);
    return VV_OK;
}

const struct vv_handler vv_handle_set_hold = {
    .route = route_treasury, .plan = plan_set, .decide = decide_set};

static enum vv_status plan_show(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    (void)call;
    (void)loaded;
    vv_plan_load(plan, "treasury", TREASURY);
    return VV_OK;
}

static enum vv_status decide_show(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    Vagval__V1__HoldState *state = NULL;
    enum vv_status status = read_state(call, loaded, &state);
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "hold", "the stored hold does not read back");
    }
    vv_reply(outcome, &state->base);
    return VV_OK;
}

const struct vv_handler vv_handle_show_hold = {
    .route = route_treasury, .plan = plan_show, .decide = decide_show};
