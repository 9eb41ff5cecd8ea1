/*
 * caller_internal.h: the state of outgoing calls, shared by caller*.c.
 */
#ifndef VV_CALLER_INTERNAL_H
#define VV_CALLER_INTERNAL_H

#include "vagval/caller.h"
#include "vagval/limits.h"

#define WHEEL_SLOTS 512 /* of TICK_MS each: longer waits go round again */
#define TABLE_SLOTS (2 * VV_CALLS_MAX)

struct call {
    struct call *next, *before; /* in its slot of the wheel */
    unsigned slot;
    unsigned link_wait_ms; /* the last pause for a link that would not take it; 0 = none */
    int64_t due_ms;
    int64_t end_ms; /* of the budget; INT64_MAX = never */
    struct vv_request request;
    const struct vv_message_row *row;
    char instance[64], scheme[64];
    char endpoint[112]; /* where it was last sent, or tried; "" = nobody was there */
    bool awaiting;      /* sent and not yet answered */
    vv_called *done;
    void *context;
    size_t body_len;
    uint8_t body[];
};

struct vv_caller {
    struct vv_loop *loop;
    struct vv_bus *bus;
    struct vv_members *members;
    char sender[64];
    struct call *table[TABLE_SLOTS];
    struct call *wheel[WHEEL_SLOTS];
    int64_t wheel_tick; /* the last tick that was served */
    size_t pending;
    uint64_t generation; /* of the members, as last seen */
    struct vv_member known[VV_SERVICE_COUNT][VV_MEMBERS_MAX];
    size_t known_count[VV_SERVICE_COUNT];
    struct vv_caller_counters counters;
    struct vv_arena arena;
    uint8_t frame[VV_ENVELOPE_BYTES_MAX];
    uint8_t memory[VV_ARENA_BYTES] __attribute__((aligned(16)));
};

/* True when the answer, whose id is the call's, is of the type and from the service expected. */
bool vv_call_expects(const struct vv_caller *caller, const struct call *call,
                     const Vagval__V1__Envelope *answer);

#endif
