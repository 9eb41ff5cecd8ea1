/*
 * lock.h: one command at a time starts or stops the processes of a directory, and one at a time
 * walks its virtual clock.
 */
#ifndef VAGVAL_CLI_LOCK_H
#define VAGVAL_CLI_LOCK_H

#include "cli.h"

/* Longer than a start or a stop takes that goes well. */
#define VV_LOCK_WAIT_MS 45000

/* Takes the lock of the directory's processes for `command`; waits for another holder at most
 * `wait_ms`. A lock goes with the process, however it ends. Errors: VV_BUSY (the text names the
 * holder), VV_IO. */
VV_CHECKED enum vv_status vv_lock_take(const struct vv_cli *cli, const char *command,
                                       unsigned wait_ms, int *ret_lock, struct vv_error *ret_error);
/* The lock of the virtual clock, at once or not at all: what arrives on a day must not find that
 * another command has moved on. False, with who holds it printed. Where the directory cannot be
 * written, as in a container, the command goes on without it. */
bool vv_lock_clock(const struct vv_cli *cli, const char *command, int *ret_lock);
void vv_lock_release(int *lock);

#endif
