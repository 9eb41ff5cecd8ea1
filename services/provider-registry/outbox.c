/*
 * outbox.c: see the header.
 */
#include "outbox.h"

#include "vagval/wire.h"

static bool is_here(const struct vv_call *call, ProtobufCBinaryData contract, struct vv_id *ret_id)
{
    return vv_id_from_bytes(contract.data, contract.len, ret_id) == VV_OK &&
           vv_id_partition(*ret_id) == call->partition;
}

void vv_outbox_plan(const struct vv_call *call, struct vv_plan *plan, ProtobufCBinaryData contract)
{
    struct vv_id id;

    if (is_here(call, contract, &id)) {
        vv_plan_load(plan, "outbox", id);
    }
}

enum vv_status vv_outbox_add(struct vv_work *work, const struct vv_loaded *loaded,
                             ProtobufCBinaryData contract, Vagval__V1__ProviderMessage *message)
{
    const struct vv_call *call = work->call;
    ProtobufCMessage *record = NULL;
    struct vv_id id;
    size_t len = 0;

    if (!is_here(call, contract, &id)) {
        return VV_CORRUPT;
    }
    enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "outbox", id),
                                             &vagval__v1__outbox__descriptor, &record);
    if (status != VV_OK) {
        return status;
    }
    Vagval__V1__Outbox *outbox = (Vagval__V1__Outbox *)record;
    message->previous = outbox->last;
    message->number = ++outbox->last;
    message->sent_on = call->now.today;
    const uint8_t *bytes = vv_wire_pack(&message->base, call->arena, &len);
    if (bytes == NULL) {
        return VV_NO_MEMORY;
    }
    vv_put(work->outcome, "outbox", id, record);
    vv_append(work->outcome, "sent", id, bytes, len);
    return VV_OK;
}
