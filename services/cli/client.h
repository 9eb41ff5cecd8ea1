/*
 * client.h: the command as a client of the services: one loop, Redis as the read-only user
 * "operator" for finding members, the bus with the operator's key, pipelined calls.
 */
#ifndef VAGVAL_CLI_CLIENT_H
#define VAGVAL_CLI_CLIENT_H

#include "cli.h"
#include "vagval/caller.h"
#include "vagval/loop.h"
#include "vagval/members.h"
#include "vagval/messages.h"

struct vv_client;

/* Opens and waits until every service has a live member, a few seconds at most; prints what is
 * wrong and returns NULL otherwise. */
struct vv_client *vv_client_open(struct vv_cli *cli);
/* Contents itself with the services in `needed` (bits 1 << service); with 0, even with none. */
struct vv_client *vv_client_open_for(struct vv_cli *cli, unsigned needed);
void vv_client_close(struct vv_client **client);

struct vv_members *vv_client_members(struct vv_client *client);
struct vv_store *vv_client_store(struct vv_client *client);
/* Partition count of the region, from the services. */
uint16_t vv_client_partitions(const struct vv_client *client);
/* Business date, from the services, when the client was opened. */
vv_date vv_client_business_date(const struct vv_client *client);

/* A request about a subject: it goes to the subject's partition. `scheme` may be NULL. */
struct vv_request vv_client_about(enum vv_service_id service, enum vv_message_type type,
                                  struct vv_id subject, const char *scheme);

/* One answer, in memory of its own. body NULL unless status is VV_OK. */
struct vv_client_answer {
    enum vv_status status;
    ProtobufCMessage *body;
    char text[256], field[64]; /* of a refusal */
};
void vv_client_answer_free(struct vv_client_answer *answer);

/* Packs `body` (may be NULL) into `request` and sends. Copies. Errors: VV_BUSY, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_client_send(struct vv_client *client, struct vv_request request,
                                         const ProtobufCMessage *body, vv_called *done,
                                         void *context);
size_t vv_client_pending(const struct vv_client *client);
/* One turn of the loop. */
void vv_client_turn(struct vv_client *client, int timeout_ms);
/* Sends one and waits for its answer. Request id: derived from nothing, a random one is given when
 * it is nil. */
void vv_client_call(struct vv_client *client, struct vv_request request,
                    const ProtobufCMessage *body, struct vv_client_answer *ret_answer);

/* Asks every partition of a service the same question, many at once. `ask` fills the body for a
 * partition and returns it; `take` gets each answer. Returns false when the loop failed. */
struct vv_scatter {
    enum vv_service_id service;
    enum vv_message_type type;
    const ProtobufCMessage *(*ask)(void *context, uint16_t partition);
    void (*take)(void *context, uint16_t partition, enum vv_status status,
                 const ProtobufCMessage *body, const char *error);
    void *context;
};
void vv_client_scatter(struct vv_client *client, const struct vv_scatter *scatter);

#define VV_AGREEMENT "agreement:"

/* The case that an argument means: 32 hexadecimal digits, agreement:NAME (that of a scheme's
 * agreement with a municipality), an identity number of a person, or "-": then the identity number
 * is read from standard input. Prints what is wrong; false then. */
bool vv_client_case(struct vv_client *client, const char *text, const char *scheme,
                    struct vv_id *ret_case);

struct vv_id vv_client_random_id(void);

#endif
