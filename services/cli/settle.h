/*
 * settle.h: waiting until everything that follows from what was done has been done: timers fired,
 * feeds drained, orders carried, in rounds over every live instance.
 */
#ifndef VAGVAL_CLI_SETTLE_H
#define VAGVAL_CLI_SETTLE_H

#include "client.h"

/* Rounds until two successive ones report the same total of commits and every instance is quiet
 * (and, unless VV_DATE_NONE, on business date `on`). Errors: VV_BUSY after `wait_ms`. */
VV_CHECKED enum vv_status vv_settle(struct vv_client *client, vv_date on, unsigned wait_ms,
                                    uint64_t *ret_commits, struct vv_error *ret_error);
/* Sets the virtual clock to one day and settles. */
VV_CHECKED enum vv_status vv_clock_day(struct vv_client *client, vv_date day,
                                       struct vv_error *ret_error);

#endif
