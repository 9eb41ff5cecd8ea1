/*
 * case_decision.h: what a person decides or states on a case with one command: finding the case,
 * naming the decision, sending it.
 */
#ifndef VAGVAL_CLI_CASE_DECISION_H
#define VAGVAL_CLI_CASE_DECISION_H

#include "client.h"

/* The source of such facts. */
#define VV_CASE_SOURCE "command"

struct vv_case_decision {
    struct vv_cli *cli;
    struct vv_client *client;
    const char *scheme;
    struct vv_id case_id;
    char case_text[VV_ID_TEXT_BYTES];
    /* --ref, or a new one. The message's id follows from it: the same decision sent twice is one
     * fact, and a later one on the same day is another. */
    char reference[128];
};

/* Opens the client and finds the case that the first argument means; prints what is wrong. */
bool vv_case_decision_open(struct vv_case_decision *decision, struct vv_cli *cli,
                           const struct vv_args *args);
void vv_case_decision_close(struct vv_case_decision *decision);

/* Sends `body` about the case, with the id that the message's name and the reference give. False
 * when it is refused, which is printed. The caller frees the answer in any case. */
struct vv_case_message {
    enum vv_service_id service;
    enum vv_message_type type;
    const char *name;             /* of the decision in its id */
    const char *refused, *advice; /* "the level was not decided" */
};
bool vv_case_decision_send(const struct vv_case_decision *decision,
                           const struct vv_case_message *message, const ProtobufCMessage *body,
                           struct vv_client_answer *ret_answer);
/* The id that the message has. */
struct vv_id vv_case_decision_id(const struct vv_case_decision *decision,
                                 const struct vv_case_message *message);

#endif
