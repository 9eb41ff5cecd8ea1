/*
 * ask.h: a command line that is one message: send it, print the answer or why not.
 */
#ifndef VAGVAL_CLI_ASK_H
#define VAGVAL_CLI_ASK_H

#include "client.h"

/* The source that facts from the command line carry. */
#define VV_CLI_SOURCE "vagval"

/*
 * Sends one command that answers Accepted, prints "<what>: <state>" or {"fact", "state"}, and
 * returns the exit code. `reference` names the record: the same reference again is the same fact.
 */
int vv_cli_do(struct vv_cli *cli, struct vv_client *client, struct vv_request request,
              const ProtobufCMessage *body, const char *reference, const char *what);

/* Sends one query and returns its answer, or NULL after saying why not. Free the answer. */
const ProtobufCMessage *vv_cli_ask(struct vv_cli *cli, struct vv_client *client,
                                   struct vv_request request, const ProtobufCMessage *body,
                                   const char *what, struct vv_client_answer *ret_answer);

/* The array's elements in an order (qsort's, over json_t pointers); takes the array's reference. */
json_t *vv_cli_json_sorted(json_t *list, int (*order)(const void *, const void *));
/* A date as JSON text, or null for 0. */
json_t *vv_cli_json_date(int32_t date);

#endif
