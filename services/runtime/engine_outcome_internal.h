/*
 * engine_outcome_internal.h: the noted effects of one decide.
 */
#ifndef VV_ENGINE_OUTCOME_INTERNAL_H
#define VV_ENGINE_OUTCOME_INTERNAL_H

#include "engine_outcome.h"

enum vv_op_kind {
    VV_OP_PUT,
    VV_OP_FIELD,
    VV_OP_ADD,
    VV_OP_APPEND,
    VV_OP_TIMER_SET,
    VV_OP_TIMER_CLEAR,
    VV_OP_EMIT,
};

struct vv_op {
    struct vv_op *next;
    enum vv_op_kind op;
    const char *kind;
    struct vv_id id; /* record, timer subject or event subject */
    const uint8_t *field;
    size_t field_len;
    const uint8_t *bytes;
    size_t len;
    int64_t delta;
    enum vv_message_type type;
    const char *scheme;
    int32_t date; /* due or effective */
};

struct vv_outcome {
    struct vv_working *working;
    const struct vv_call *call;
    enum vv_service_id service;
    struct vv_op *first, **last;
    const uint8_t *reply;
    size_t reply_len;
    bool accepted;
    int32_t effective;
    const char *source;
    struct vv_id supersedes;
    const uint8_t *fact_body;
    size_t fact_body_len;
    bool sealed;
    bool no_memory;
    char refused_field[64];
    char refused_text[256];
};

/* Errors: VV_NO_MEMORY, leaving the overlay half changed. */
VV_CHECKED enum vv_status vv_outcome_apply(const struct vv_outcome *outcome);

#endif
