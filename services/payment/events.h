/*
 * events.h: events of the owning services and decisions of persons, as received or stored, read
 * into typed facts.
 */
#ifndef VAGVAL_PAYMENT_EVENTS_H
#define VAGVAL_PAYMENT_EVENTS_H

#include "facts.h"
#include "vagval/messages.h"

/*
 * Reads one event into a typed fact. The body's strings are borrowed.
 *   body  unpacked event of `type`
 * Errors: VV_UNSUPPORTED (not an event that payment consumes).
 */
VV_CHECKED enum vv_status vv_payment_fact_read(enum vv_message_type type,
                                               const ProtobufCMessage *body, struct vv_id id,
                                               vv_date effective, uint32_t index,
                                               struct vv_payment_fact *ret_fact);

/*
 * Reads stored facts; bodies are unpacked with `memory`, and the strings live there.
 * Errors: as above, and VV_CORRUPT, VV_NO_MEMORY.
 */
VV_CHECKED enum vv_status vv_payment_facts_read(Vagval__V1__Fact *const *stored, size_t count,
                                                ProtobufCAllocator *memory,
                                                struct vv_payment_fact *ret_facts);

/* A decision of a person at payment, which no other service knows of. */
bool vv_payment_fact_is_own(uint32_t type);

#endif
