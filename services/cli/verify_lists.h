/*
 * verify_lists.h: what payment runs took, against the lists that they took it from.
 */
#ifndef VAGVAL_CLI_VERIFY_LISTS_H
#define VAGVAL_CLI_VERIFY_LISTS_H

#include "client.h"

/* Every run's items are those that were frozen, and no item is in two runs. Calls `problem` for
 * what is not so. */
void vv_verify_lists(struct vv_client *client, struct vv_cli *cli,
                     void (*problem)(void *context, const char *where, const char *code,
                                     const char *text),
                     void *context);

#endif
