/*
 * work.h: one message's work on one case, shared by the handlers: reading the record, adding to
 * it, emitting events and writing it back. Memory comes from the call's arena; running out of it
 * is remembered and reported once, at the end.
 */
#ifndef VAGVAL_REGISTRY_WORK_H
#define VAGVAL_REGISTRY_WORK_H

#include "vagval/idno.h"
#include "vagval/service.h"

/* Our own name as the source of what we decide ourselves. */
#define VV_REGISTRY_SOURCE "provider-registry"

struct vv_work {
    const struct vv_call *call;
    struct vv_outcome *outcome;
    Vagval__V1__RegistryCase *entry; /* set by vv_work_open */
    /* What the sender may speak about: `entry`, for a provider with its own placements only. */
    const Vagval__V1__RegistryCase *seen;
    bool sender_unsure; /* a contract could not be asked for its key */
    bool is_new;        /* the case was not known before */
    size_t fact_count;  /* facts that the case holds already */
    uint32_t emitted;
    bool exhausted; /* the arena is full */
};

/* Plans the load of the subject's case; keeps the message's fact there if `keeps_fact`. */
enum vv_status vv_work_plan(const struct vv_call *call, struct vv_plan *plan, bool keeps_fact);
/* Reads the subject's case. Errors: VV_CORRUPT, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_work_open(struct vv_work *work, const struct vv_call *call,
                                       const struct vv_loaded *loaded, struct vv_outcome *outcome);
/* Writes the case back. Errors: VV_NO_MEMORY (then nothing of the outcome may be used). */
VV_CHECKED enum vv_status vv_work_close(struct vv_work *work);

/* Zeroed memory, or NULL with `exhausted` set. */
void *vv_work_alloc(struct vv_work *work, size_t size);
/* A copy of an id as a bytes field. */
ProtobufCBinaryData vv_work_id(struct vv_work *work, struct vv_id id);
/* The list of pointers `list` with `item` behind it; *count is raised. */
void *vv_work_grown(struct vv_work *work, const void *list, size_t *count, void *item);

/* An event or order on the case's stream. */
void vv_work_emit(struct vv_work *work, enum vv_message_type type, struct vv_id subject,
                  int32_t effective, const ProtobufCMessage *body);
/* The same for an event that payment stores: its id enters the case's digest, which an auditor
 * compares with payment's. */
void vv_work_emit_payment(struct vv_work *work, enum vv_message_type type, int32_t effective,
                          const ProtobufCMessage *body);
/* The id that the runtime gives the n-th event of a message, counted from 0: the step also names
 * the service, since two services may emit on the same event. */
struct vv_id vv_work_event_id(struct vv_id message, uint32_t ordinal);
/* The same as bytes, for what supersedes the first event of the message `fact`: payment knows a
 * record by the id of its event. Nothing for a nil id. */
ProtobufCBinaryData vv_work_event_of(struct vv_work *work, struct vv_id fact);
/* Adds to the counter "<name>@<scheme>" of the partition, of the case's scheme or the message's; 0
 * adds nothing. */
void vv_work_count(struct vv_work *work, const char *name, int64_t delta);
/* The same for a name made of two parts: "level." and "A". */
void vv_work_count_of(struct vv_work *work, const char *prefix, const char *name, int64_t delta);

/* The reply to a command on a case: fact id and the case's state. */
void vv_work_reply(struct vv_work *work, const char *state);
/* Keeps `fact` (a stripped message) as this message's fact. */
void vv_work_accept(struct vv_work *work, int32_t effective, const char *source,
                    struct vv_id supersedes, const ProtobufCMessage *fact);

/* Checks at the edge; each answers with vv_refuse. */
VV_CHECKED enum vv_status vv_check_text(struct vv_outcome *outcome, const char *field,
                                        const char *text, size_t bytes_max, bool may_be_empty);
/* A code word: letters, digits, '_', '-', '.'. Free text could name a person. */
VV_CHECKED enum vv_status vv_check_code(struct vv_outcome *outcome, const char *field,
                                        const char *text);
VV_CHECKED enum vv_status vv_check_day(struct vv_outcome *outcome, const char *field, int32_t day);
VV_CHECKED enum vv_status vv_check_id(struct vv_outcome *outcome, const char *field,
                                      ProtobufCBinaryData bytes, struct vv_id *ret_id);
/* An organisation number in its one spelling: Swedish, or Finnish. */
VV_CHECKED enum vv_status vv_check_organisation(struct vv_outcome *outcome, const char *number,
                                                vv_date today, struct vv_idno *ret_number);
/* Source and reference of a record, that body and subject mean the same case, and that it is one of
 * the sender's. */
VV_CHECKED enum vv_status vv_check_case_command(const struct vv_work *work, const char *source,
                                                const char *reference, ProtobufCBinaryData case_id);
/* The same id in another partition: a claim that must live where its target lives. */
struct vv_id vv_id_in_partition(struct vv_id id, uint16_t partition);

#endif
