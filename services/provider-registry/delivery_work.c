/*
 * delivery_work.c: see the header.
 */
#include "delivery_work.h"

#include "judgement.h"
#include "sender.h"
#include "vagval/limits.h"

enum vv_status vv_delivery_plan(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    vv_plan_load(plan, "case", call->subject);
    vv_plan_load(plan, "delivery", call->subject);
    vv_plan_fact_home(plan, "delivery", call->subject);
    return vv_sender_plan(call, loaded, plan);
}

enum vv_status vv_delivery_read(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_outcome *outcome, struct vv_delivery_work *ret_work)
{
    struct vv_delivery_work work;
    ProtobufCMessage *message = NULL;
    enum vv_status status = vv_work_open(&work.work, call, loaded, outcome);

    if (status == VV_OK) {
        status = vv_record_unpack(call, vv_loaded(loaded, "delivery", call->subject),
                                  &vagval__v1__delivery__descriptor, &message);
    }
    if (status != VV_OK) {
        return status;
    }
    work.delivery = (Vagval__V1__Delivery *)message;
    work.scheme = vv_book_scheme(call->book, work.work.entry->scheme, call->now.today, 0);
    *ret_work = work;
    return VV_OK;
}

enum vv_status vv_delivery_open(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_outcome *outcome, const char *source,
                                const char *source_ref, ProtobufCBinaryData case_id,
                                struct vv_delivery_work *ret_work)
{
    enum vv_status status = vv_delivery_read(call, loaded, outcome, ret_work);

    if (status == VV_OK) {
        status = vv_check_case_command(&ret_work->work, source, source_ref, case_id);
    }
    if (status == VV_OK &&
        vv_loaded(loaded, "delivery", call->subject)->field_count >= VV_CASE_FACTS_MAX) {
        status = vv_refuse(outcome, VV_REFUSED, "case_id", "holds %d facts, which is the most",
                           VV_CASE_FACTS_MAX);
    }
    return status;
}

enum vv_status vv_delivery_close_with(struct vv_delivery_work *work, int32_t effective,
                                      const char *source, const ProtobufCMessage *fact,
                                      const char *state)
{
    const struct vv_call *call = work->work.call;
    struct vv_judging judging = {.work = &work->work, .delivery = work->delivery};
    /* What was recorded may keep a term, or take what kept it away. */
    enum vv_status status = vv_judge(&judging);
    if (status == VV_OK && judging.case_changed) {
        status = vv_work_close(&work->work);
    }
    if (status != VV_OK || work->work.exhausted) {
        return status != VV_OK ? status : VV_NO_MEMORY;
    }
    vv_put(work->work.outcome, "delivery", call->subject, &work->delivery->base);
    const char *own = vv_sender_source(&work->work, source);
    if (fact != NULL) {
        vv_work_accept(&work->work, effective, own, VV_NIL, fact);
    } else {
        vv_accept(work->work.outcome, effective, own, VV_NIL, NULL, 0, false);
    }
    vv_work_reply(&work->work, state);
    return work->work.exhausted ? VV_NO_MEMORY : VV_OK;
}

enum vv_status vv_delivery_close(struct vv_delivery_work *work, int32_t effective,
                                 const char *source, const char *state)
{
    return vv_delivery_close_with(work, effective, source, NULL, state);
}
