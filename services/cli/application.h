/*
 * application.h: what the commands on applications share.
 */
#ifndef VAGVAL_CLI_APPLICATION_H
#define VAGVAL_CLI_APPLICATION_H

#include "client.h"

/* A request about the organisation's application for an area; the number in any spelling. */
struct vv_request vv_about_application(struct vv_client *client, const char *scheme,
                                       const char *area, const char *organisation,
                                       enum vv_message_type type);

/* application_show.c */
int vv_command_application_show(struct vv_cli *cli, const struct vv_args *args);
int vv_command_application_list(struct vv_cli *cli, const struct vv_args *args);

#endif
