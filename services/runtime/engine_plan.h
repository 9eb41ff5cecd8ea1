/*
 * engine_plan.h: what stands behind vv_plan and vv_loaded. Works on a working set alone: no loop,
 * no store.
 */
#ifndef VV_ENGINE_PLAN_H
#define VV_ENGINE_PLAN_H

#include "engine_working.h"

/* A question to a sibling. Lives with its message, across passes. */
struct vv_ask {
    struct vv_ask *next;
    enum vv_service_id service;
    enum vv_message_type type;
    struct vv_id subject;
    enum { VV_ASK_NEW, VV_ASK_SENT, VV_ASK_ANSWERED } state;
    uint8_t *body; /* packed question; malloc'ed */
    size_t body_len;
    uint8_t *reply; /* packed answer; malloc'ed */
    size_t reply_len;
    enum vv_status status;
    void *owner; /* whoever sends it: the message it belongs to */
    /* Of this pass. */
    struct vv_answer answer;
    bool unpacked;
};

struct vv_asks {
    struct vv_ask *first;
};
void vv_asks_free(struct vv_asks *asks);
/* Before each pass: what was unpacked stood in the arena. */
void vv_asks_pass(struct vv_asks *asks);

struct vv_plan {
    const struct vv_call *call;
    struct vv_working *working;
    struct vv_asks *asks;
    struct vv_name home;
    bool has_home;
    bool missing; /* something planned is not loaded yet */
    bool waiting; /* something asked is not answered yet */
    bool foreign; /* an id of another partition */
    bool newer;   /* stored by a newer release */
    bool corrupt;
    bool no_memory;
};

struct vv_loaded {
    const struct vv_call *call;
    const struct vv_working *working;
    const struct vv_asks *asks;
    bool missed;    /* something asked for was not there */
    bool consulted; /* anything was asked for */
};

#endif
