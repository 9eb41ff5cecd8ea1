/*
 * engine_outcome.h: what stands behind vv_outcome, and one message's way through plan and decide
 * on a working set. The engine and the handler test harness both run messages through here, so the
 * meaning of a handler is the same in both. No loop, no store, no bus.
 */
#ifndef VV_ENGINE_OUTCOME_H
#define VV_ENGINE_OUTCOME_H

#include "engine_plan.h"

/* One message in one pass. */
struct vv_run {
    const struct vv_handler *handler;
    enum vv_service_id service; /* whose handler this is */
    struct vv_call call;
    struct vv_asks *asks;
    bool keeps_fact; /* COMMAND, ORDER and EVENT: looked up and stored in the fact home */
    /* After vv_run_plan. */
    struct vv_name home;
    bool has_home;
    bool consulted;
    unsigned rounds;
    /* After a refusal or vv_run_decide. */
    enum vv_status status;
    char field[64];
    char text[256];
    bool repeated; /* answered from the stored fact */
    const uint8_t *reply;
    size_t reply_len;
};

enum vv_step {
    VV_STEP_READY,  /* decide may run */
    VV_STEP_READS,  /* slots in state VV_SLOT_WANTED must be read first */
    VV_STEP_ASKS,   /* asks must be answered first */
    VV_STEP_REFUSED /* run->status says why */
};

/* Runs plan until it wants nothing new. */
enum vv_step vv_run_plan(struct vv_run *run, struct vv_working *working);
/* Deduplicates, decides, and on VV_OK puts the effects into the overlay. VV_NO_MEMORY leaves the
 * overlay undefined: the pass must then be made again with fewer messages. */
void vv_run_decide(struct vv_run *run, struct vv_working *working);
/* An answer that comes from no handler. */
void vv_run_refuse(struct vv_run *run, enum vv_status status, const char *field, const char *text);

/* Timers: member of the sorted set, 2 bytes type big-endian and 16 bytes subject. */
#define VV_TIMER_MEMBER_BYTES 18
void vv_timer_member(enum vv_message_type timer, struct vv_id subject,
                     uint8_t ret_member[static VV_TIMER_MEMBER_BYTES]);
bool vv_timer_parse(const uint8_t *member, size_t len, enum vv_message_type *ret_timer,
                    struct vv_id *ret_subject);
struct vv_id vv_timer_call_id(enum vv_message_type timer, struct vv_id subject, vv_date due);
struct vv_name vv_timer_name(enum vv_message_type timer, struct vv_id subject);
/* True when a message of this pass has set or cleared the timer: a firing is then void. */
bool vv_timer_touched(const struct vv_working *working, enum vv_message_type timer,
                      struct vv_id subject);

/* The event's bytes with its sequence, as they are published. The buffer holds event->len +
 * VV_EVENT_SEQUENCE_BYTES. */
size_t vv_event_with_sequence(const struct vv_event_op *event, uint64_t sequence,
                              uint8_t *ret_bytes);

/* The case that an order is about: its body's case_id; nil if it has none. */
struct vv_id vv_order_case(const ProtobufCMessage *order);

#endif
