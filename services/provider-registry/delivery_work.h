/*
 * delivery_work.h: one message's work on a case's delivery record, shared by the handlers: reading
 * it, adding to it, judging what that changes, writing it back.
 */
#ifndef VAGVAL_REGISTRY_DELIVERY_WORK_H
#define VAGVAL_REGISTRY_DELIVERY_WORK_H

#include "vagval/v1/delivery.pb-c.h"
#include "work.h"

struct vv_delivery_work {
    struct vv_work work;
    Vagval__V1__Delivery *delivery;
    const struct vv_scheme *scheme; /* in force today; NULL = none */
};

/* Case and record of the subject; the record keeps the message's fact. */
VV_CHECKED enum vv_status vv_delivery_plan(const struct vv_call *call,
                                           const struct vv_loaded *loaded, struct vv_plan *plan);
/* Reads both. Errors: VV_CORRUPT, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_delivery_read(const struct vv_call *call,
                                           const struct vv_loaded *loaded,
                                           struct vv_outcome *outcome,
                                           struct vv_delivery_work *ret_work);
/* The same for a command: what every command on a case needs is checked too. */
VV_CHECKED enum vv_status vv_delivery_open(const struct vv_call *call,
                                           const struct vv_loaded *loaded,
                                           struct vv_outcome *outcome, const char *source,
                                           const char *source_ref, ProtobufCBinaryData case_id,
                                           struct vv_delivery_work *ret_work);
/* Judges, writes the record and the fact, and replies with `state`. */
VV_CHECKED enum vv_status vv_delivery_close(struct vv_delivery_work *work, int32_t effective,
                                            const char *source, const char *state);
/* The same with what to keep of the message in the place of what came; NULL = as it came. */
VV_CHECKED enum vv_status vv_delivery_close_with(struct vv_delivery_work *work, int32_t effective,
                                                 const char *source, const ProtobufCMessage *fact,
                                                 const char *state);

#endif
