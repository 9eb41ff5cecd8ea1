/*
 * campaigns.h: which campaigns of payment run, for `vagval status`.
 */
#ifndef VAGVAL_CLI_CAMPAIGNS_H
#define VAGVAL_CLI_CAMPAIGNS_H

#include <jansson.h>

#include "client.h"

/* Array of {generation, scheme, partitions_done, percent (floor, so below 100), cases}; NULL when
 * it could not be read. The caller frees it. */
json_t *vv_campaigns_running(struct vv_client *client);

#endif
