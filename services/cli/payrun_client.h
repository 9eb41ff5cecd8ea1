/*
 * payrun_client.h: what the commands of payment runs share: naming a run, fetching it page by page,
 * sending commands to it, showing it.
 */
#ifndef VAGVAL_CLI_PAYRUN_CLIENT_H
#define VAGVAL_CLI_PAYRUN_CLIENT_H

#include "client.h"

#define VV_PAYRUN_NAME_BYTES 80
/* Scheme, date and number of a run: what people call it. */
#define VV_PAYRUN_NAME_FORM "SCHEME:DATE[:NUMBER], for example se-krom:2020-06-30"

/* The run that an argument means: SCHEME:DATE[:NUMBER], or 32 hexadecimal digits. Prints what is
 * wrong; false then. */
bool vv_payrun_parse(struct vv_cli *cli, const char *text, struct vv_id *ret_run);
void vv_payrun_name(const Vagval__V1__PayRun *run, char ret_name[static VV_PAYRUN_NAME_BYTES]);

/* Each page of a run in turn, all payments in order. Prints what is wrong; false then. */
typedef void vv_payrun_page(void *context, const Vagval__V1__RunView *view);
bool vv_payrun_walk(struct vv_client *client, struct vv_cli *cli, struct vv_id run,
                    bool with_segments, vv_payrun_page *page, void *context);

/* Sends one command about a run; prints a refusal with `advice`. The caller frees the answer. */
bool vv_payrun_send(struct vv_client *client, const struct vv_cli *cli, enum vv_message_type type,
                    struct vv_id run, struct vv_id id, const ProtobufCMessage *body,
                    const char *advice, struct vv_client_answer *ret_answer);
/* Every run in turn, without its payments; `take` says whether to go on. False when it said no, or
 * when payment did not answer, which is printed. */
typedef bool vv_payrun_take(void *context, const Vagval__V1__RunView *run);
bool vv_payrun_each(struct vv_client *client, const struct vv_cli *cli, vv_payrun_take *take,
                    void *context);

/* A command's id that is the same for the same person, run and content. */
struct vv_id vv_payrun_command_id(struct vv_id run, const char *what, const char *who,
                                  ProtobufCBinaryData content);

/* May the run be opened? Not when the release log beside the data holds files that the data do not
 * know: after a restore, a run of another name would take the amounts of those that have left. Then
 * the region is put in hold, and the reason is told. The next of those runs itself may. */
bool vv_payrun_may_open(struct vv_client *client, struct vv_cli *cli, struct vv_id run);

/* For people and for programs. */
void vv_payrun_print(const struct vv_cli *cli, const Vagval__V1__PayRun *run);
json_t *vv_payrun_json(struct vv_id id, const Vagval__V1__PayRun *run);
/* The name of the key that commands are sent with. */
const char *vv_payrun_who(const struct vv_cli *cli);

#endif
