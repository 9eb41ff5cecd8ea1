/*
 * handler_harness.h: runs one message at a time through plan and decide of a service against
 * records in memory, without loop, store or bus. The planning, overlay, deduplication and outcome
 * code is the runtime's own, so what passes here means the same in a running service.
 *
 * Typical test:
 *     struct vv_harness *h = vv_harness_create(&vv_service_payment, 16, NULL);
 *     vv_harness_publish(h, "deploy/schemes/se-krom.yaml", "deploy/models/ams-2018.yaml");
 *     vv_harness_clock(h, today);
 *     struct vv_harness_message m = {.type = VV_MSG_LEVEL_DECIDED, .id = ..., .subject = case_id,
 *                                    .scheme = "se-krom", .effective = ..., .body = &level.base};
 *     assert_int_equal(vv_harness_event(h, VV_ASSESSMENT, &m)->status, VV_OK);
 */
#ifndef VAGVAL_TESTS_HANDLER_HARNESS_H
#define VAGVAL_TESTS_HANDLER_HARNESS_H

#include "vagval/seal.h"
#include "vagval/service.h"

struct vv_harness;

struct vv_harness_message {
    enum vv_message_type type;
    struct vv_id id;
    struct vv_id subject;
    struct vv_id correlation;
    const char *scheme;           /* NULL = "" */
    enum vv_role role;            /* commands and queries; VV_ROLE_NONE = operator */
    const char *sender;           /* commands and queries: whose key; NULL = "somebody" */
    const ProtobufCMessage *body; /* NULL = an empty body */
    int32_t effective;            /* events */
    int64_t recorded_ms;          /* events; 0 = now */
};

struct vv_harness_event {
    enum vv_message_type type;
    struct vv_id id;
    struct vv_id subject;
    char scheme[64];
    int32_t effective;
    int64_t recorded_ms;
    uint16_t partition;
    uint64_t sequence; /* position in the partition's stream */
    const ProtobufCMessage *body;
};

/* Valid until the next message is run. */
struct vv_harness_result {
    enum vv_status status;
    char field[64]; /* of a refusal */
    char text[256];
    bool repeated;                 /* answered from the stored fact */
    bool committed;                /* something was written */
    const ProtobufCMessage *reply; /* unpacked, or NULL */
    const struct vv_harness_event *events;
    size_t event_count;
    unsigned plan_rounds;
};

/* `seal` may be NULL; stays the caller's. Calls service->open if there is one. */
struct vv_harness *vv_harness_create(const struct vv_service *service, uint16_t partitions,
                                     const struct vv_seal *seal);
void vv_harness_destroy(struct vv_harness **harness);

/* Publishes a scheme and its model from files into the harness' book. Fails the test on error. */
void vv_harness_publish(struct vv_harness *harness, const char *scheme_file,
                        const char *model_file);
/* The same from bytes, for a version that the test makes; `model_file` may be NULL. */
void vv_harness_publish_bytes(struct vv_harness *harness, const char *name, const void *yaml,
                              size_t len, const char *model_file);
const struct vv_book *vv_harness_book(const struct vv_harness *harness);
/* Business date; now.ms is noon of it. `recorded` never decreases. */
void vv_harness_clock(struct vv_harness *harness, vv_date today);
vv_date vv_harness_today(const struct vv_harness *harness);

/* What a sibling will answer to an ask of this type and subject; without one the ask gets
 * VV_NOT_FOUND. body may be NULL when status is not VV_OK. Setting again replaces. */
void vv_harness_will_answer(struct vv_harness *harness, enum vv_message_type type,
                            struct vv_id subject, enum vv_status status,
                            const ProtobufCMessage *body);

/* A COMMAND, QUERY, ORDER (as the target sees it) or SHARED message. */
const struct vv_harness_result *vv_harness_send(struct vv_harness *harness,
                                                const struct vv_harness_message *message);
/* An EVENT from a sibling's stream, in the partition of its subject. */
const struct vv_harness_result *vv_harness_event(struct vv_harness *harness,
                                                 enum vv_service_id source,
                                                 const struct vv_harness_message *message);
/* The answer to an ORDER that was emitted earlier: `order` as emitted; status and reply body as
 * the target gave them (body NULL unless VV_OK). Runs vv_answer_<snake> on the order's partition;
 * call.subject is the `case_id` field of the order's body. */
const struct vv_harness_result *vv_harness_answer(struct vv_harness *harness,
                                                  const struct vv_harness_event *order,
                                                  enum vv_status status,
                                                  const ProtobufCMessage *reply);
/* What the runtime tells the service's row `on_book` of one partition: take-over, or a new
 * publication. */
const struct vv_harness_result *vv_harness_told_of_book(struct vv_harness *harness,
                                                        uint16_t partition);
/* Fires the earliest timer that is due at the harness' date; NULL when none is. */
const struct vv_harness_result *vv_harness_fire(struct vv_harness *harness);

/* ---- looking at the state ---- */
/* Never NULL; exists = false when absent. Counters and index fields stand in `fields`. */
const struct vv_record *vv_harness_record(struct vv_harness *harness, uint16_t partition,
                                          const char *kind, struct vv_id id);
/* Value of a counter (vv_add), 0 when absent. */
int64_t vv_harness_counter(struct vv_harness *harness, uint16_t partition, const char *kind,
                           struct vv_id id, const char *field);
size_t vv_harness_list_len(struct vv_harness *harness, uint16_t partition, const char *kind,
                           struct vv_id id);
const void *vv_harness_list_at(struct vv_harness *harness, uint16_t partition, const char *kind,
                               struct vv_id id, size_t index, size_t *ret_len);
/* Due date of a timer, VV_DATE_NONE when it is not set. */
vv_date vv_harness_timer(const struct vv_harness *harness, enum vv_message_type timer,
                         struct vv_id subject);
size_t vv_harness_timer_count(const struct vv_harness *harness);
/* Unpacks a record's body (NULL when absent) or any stored bytes; owned by the harness. */
const ProtobufCMessage *vv_harness_unpack(struct vv_harness *harness,
                                          const ProtobufCMessageDescriptor *descriptor,
                                          const void *bytes, size_t len);

#endif
