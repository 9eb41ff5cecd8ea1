/*
 * lock.h: one command at a time starts or stops the processes of a directory.
 */
#ifndef VAGVAL_CLI_LOCK_H
#define VAGVAL_CLI_LOCK_H

#include "cli.h"

/* Longer than a start or a stop takes that goes well. */
#define VV_LOCK_WAIT_MS 45000

/* Takes the directory's lock for `command`; waits for another holder at most `wait_ms`. The lock
 * goes with the process, however it ends. Errors: VV_BUSY (the text names the holder), VV_IO. */
VV_CHECKED enum vv_status vv_lock_take(const struct vv_cli *cli, const char *command,
                                       unsigned wait_ms, int *ret_lock, struct vv_error *ret_error);
void vv_lock_release(int *lock);

#endif
