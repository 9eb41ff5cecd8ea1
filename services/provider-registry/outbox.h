/*
 * outbox.h: the numbered messages to a contract's provider. Numbers have no gaps: number and
 * message are written by the same commit as what the message tells.
 */
#ifndef VAGVAL_REGISTRY_OUTBOX_H
#define VAGVAL_REGISTRY_OUTBOX_H

#include "work.h"

/* Plans the record of a contract, whose partition must be the call's; nothing for another id. */
void vv_outbox_plan(const struct vv_call *call, struct vv_plan *plan, ProtobufCBinaryData contract);

/* Numbers and adds a message. `number`, `previous` and `sent_on` are filled in.
 * Errors: VV_CORRUPT, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_outbox_add(struct vv_work *work, const struct vv_loaded *loaded,
                                        ProtobufCBinaryData contract,
                                        Vagval__V1__ProviderMessage *message);

#endif
