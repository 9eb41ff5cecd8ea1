/*
 * payrun_day.h: for which schemes `pay run` without --scheme opens a run.
 *
 * A run is of one scheme: its budget, its account to pay from, its waiting period and its approval
 * are the scheme's, and a run that waits for one must not hold up the others. So a day's runs are
 * opened together, one for each scheme, and go on by themselves.
 */
#ifndef VAGVAL_CLI_PAYRUN_DAY_H
#define VAGVAL_CLI_PAYRUN_DAY_H

#include "client.h"
#include "vagval/limits.h"

struct vv_payrun_day {
    char schemes[VV_SCHEMES_MAX][VV_CODE_BYTES_MAX + 1]; /* in the order of their publication */
    size_t count;
};

/* Published schemes that have something waiting on their lists, or a run of that date and number
 * already. Prints what is wrong; false then. */
bool vv_payrun_day_read(struct vv_client *client, const struct vv_cli *cli, vv_date date,
                        uint32_t number, struct vv_payrun_day *ret_day);

#endif
