/*
 * process.h: the processes of a system: Redis and the services' instances. Each has a pid file; a
 * pid counts only when /proc says that it is this system's process.
 */
#ifndef VAGVAL_CLI_PROCESS_H
#define VAGVAL_CLI_PROCESS_H

#include <sys/types.h>

#include "cli.h"
#include "system.h"

struct vv_process {
    char name[64];    /* "payment-1", "redis" */
    char program[64]; /* base name of the executable */
    char log[700], pid_file[700], ready_file[700];
    char work_dir[700]; /* its current directory: tells this system's processes from others */
};

/* `service` NULL = Redis. */
VV_CHECKED enum vv_status vv_process_describe(const struct vv_cli *cli, const char *service,
                                              unsigned number, struct vv_process *ret_process,
                                              struct vv_error *ret_error);
/* The live pid, or 0. */
pid_t vv_process_pid(const struct vv_process *process);
/* Starts `path` with argv in its own session, output to the log, and writes the pid file. */
VV_CHECKED enum vv_status vv_process_start(const struct vv_process *process, const char *path,
                                           char *const *argv, char *const *environment,
                                           pid_t *ret_pid, struct vv_error *ret_error);
/* Waits until `pid` is gone; false after wait_ms. */
bool vv_process_wait_gone(const struct vv_process *process, unsigned wait_ms);
/* The last lines of its log, for an error: at most cap-1 bytes. */
void vv_process_log_tail(const struct vv_process *process, char *ret_text, size_t cap);

#endif
