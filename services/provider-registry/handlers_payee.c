/*
 * handlers_payee.c: tells payment whose contract it is that money is owed for.
 */
#include "provider-registry.h"

extern const struct vv_handler vv_handle_payee_get;

static enum vv_status plan_payee(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_plan *plan)
{
    (void)loaded;
    vv_plan_load(plan, "contract", call->subject);
    return VV_OK;
}

static enum vv_status decide_payee(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_outcome *outcome)
{
    const struct vv_record *record = vv_loaded(loaded, "contract", call->subject);
    Vagval__V1__PayeeFound reply = VAGVAL__V1__PAYEE_FOUND__INIT;
    ProtobufCMessage *message = NULL;
    struct vv_id id = call->subject;

    if (!record->exists) {
        return vv_refuse(outcome, VV_NOT_FOUND, "contract", "there is no such contract");
    }
    enum vv_status status =
        vv_record_unpack(call, record, &vagval__v1__contract__descriptor, &message);
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "contract", "the stored contract does not read back");
    }
    const Vagval__V1__Contract *contract = (const Vagval__V1__Contract *)message;
    reply.contract = (ProtobufCBinaryData){sizeof id.bytes, id.bytes};
    reply.provider = contract->provider;
    reply.name = contract->provider_name;
    reply.organisation_number = contract->organisation_number;
    reply.number = contract->number;
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_payee_get = {.plan = plan_payee, .decide = decide_payee};
