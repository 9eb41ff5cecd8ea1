/*
 * duties.h: who stands in for whom, as the commands of the worklist ask it.
 */
#ifndef VAGVAL_CLI_DUTIES_H
#define VAGVAL_CLI_DUTIES_H

#include "client.h"

/* The region's list, or NULL after saying why not. Free the answer. */
const Vagval__V1__DutiesListed *vv_cli_duties(struct vv_cli *cli, struct vv_client *client,
                                              struct vv_client_answer *ret_answer);

#endif
