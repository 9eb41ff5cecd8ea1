/*
 * control.h: what the commands on contracts under control share: the services, the contracts, the
 * one that is named.
 */
#ifndef VAGVAL_CLI_CONTROL_H
#define VAGVAL_CLI_CONTROL_H

#include "cli.h"
#include "rating_book.h"

#define VV_CONTROL_SOURCE "vagval-control"

struct vv_desk {
    struct vv_cli *cli;
    const struct vv_args *args;
    struct vv_rating_book book;
    struct vv_rated_contract *contract; /* NULL when none is named */
};

/* False: what is wrong has been said. `named`: the first argument is a contract. */
bool vv_desk_open(struct vv_desk *desk, struct vv_cli *cli, const struct vv_args *args, bool named);
void vv_desk_close(struct vv_desk *desk);
/* A day, or the other text when it is 0. */
const char *vv_day_or(vv_date day, const char *otherwise, char text[static VV_DATE_TEXT_BYTES]);

/* control_show.c */
int vv_command_control_queue(struct vv_cli *cli, const struct vv_args *args);
int vv_command_control_show(struct vv_cli *cli, const struct vv_args *args);
/* control_move.c */
int vv_command_control_cases(struct vv_cli *cli, const struct vv_args *args);
int vv_command_control_move(struct vv_cli *cli, const struct vv_args *args);

#endif
