/*
 * caller.h: outgoing requests to services: found through members, pipelined, repeated with the
 * same id until a definite answer or until the budget ends. Used by the engine (asks, relay) and by
 * the CLI. When instances go, it also makes the bus forget their links and subscriptions.
 */
#ifndef VAGVAL_CALLER_H
#define VAGVAL_CALLER_H

#include "vagval/bus.h"
#include "vagval/id.h"
#include "vagval/members.h"
#include "vagval/wire.h"

struct vv_caller;

struct vv_request {
    enum vv_service_id service;
    uint16_t partition;   /* chooses the owner; VV_PARTITION_SYSTEM = any live instance */
    const char *instance; /* exactly this instance (operations), or NULL */
    enum vv_message_type type;
    struct vv_id id, subject, correlation;
    const char *scheme; /* or NULL */
    const void *body;   /* packed; copied */
    size_t body_len;
    uint32_t budget_ms; /* 0 = repeat for ever (relay) */
};

/* status: the answer's, or VV_UNKNOWN when the budget ended without one. frame: valid during the
 * call only, NULL with VV_UNKNOWN; its unpacked body lives in the caller's own arena. BUSY answers
 * are waited out and repeated inside. */
typedef void vv_called(void *context, enum vv_status status, const struct vv_frame *frame);

VV_CHECKED enum vv_status vv_caller_open(struct vv_loop *loop, struct vv_bus *bus,
                                         struct vv_members *members, const char *sender,
                                         struct vv_caller **ret_caller);
/* Pending calls are dropped without being called back. */
void vv_caller_close(struct vv_caller **caller);
/* Errors: VV_BUSY (VV_CALLS_MAX pending), VV_NO_MEMORY, VV_TOO_LARGE (a body larger than its row).
 */
VV_CHECKED enum vv_status vv_caller_send(struct vv_caller *caller, const struct vv_request *request,
                                         vv_called *done, void *context);
size_t vv_caller_pending(const struct vv_caller *caller);
struct vv_caller_counters {
    uint64_t sent;      /* calls taken */
    uint64_t repeated;  /* sent again: timeout, or another owner */
    uint64_t busy;      /* answers that said later */
    uint64_t late;      /* answers that nobody waited for any more */
    uint64_t malformed; /* answers that do not read */
    uint64_t expired;   /* budgets that ended without an answer */
};
const struct vv_caller_counters *vv_caller_counters(const struct vv_caller *caller);
/* To be called from the bus' reply callback. A late reply that finds nothing is counted, dropped.
 */
void vv_caller_reply(struct vv_caller *caller, const uint8_t *frame, size_t len);

#endif
