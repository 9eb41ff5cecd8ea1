/*
 * process.h: the processes of a system: Redis and the services' instances. Each has a pid file; a
 * pid counts only when /proc says that it is this system's process, and what has no pid file is
 * found in /proc: no lost or stale file leads to a second process over the same data.
 */
#ifndef VAGVAL_CLI_PROCESS_H
#define VAGVAL_CLI_PROCESS_H

#include <sys/types.h>

#include "cli.h"
#include "system.h"

#define VV_RUNNING_MAX 128 /* found in one look; more are found in the next */

struct vv_process {
    char dir[512];    /* the system's directory */
    char name[64];    /* "payment-1", "redis" */
    char program[64]; /* base name of the executable */
    char log[700], pid_file[700], ready_file[700];
    char work_dir[700]; /* its current directory: tells this system's processes from others */
};

/* `service` NULL = Redis. */
VV_CHECKED enum vv_status vv_process_describe(const struct vv_cli *cli, const char *service,
                                              unsigned number, struct vv_process *ret_process,
                                              struct vv_error *ret_error);
/* The live pid that its pid file names, or 0. */
pid_t vv_process_pid(const struct vv_process *process);
/* The live pid, or 0; one that only /proc knows gets its pid file again. */
pid_t vv_process_find(const struct vv_process *process);

/* A live process of a directory, however it was started: one of our own executables or Redis, with
 * our own user id, that works in the directory or speaks to its Redis. */
struct vv_running {
    pid_t pid;
    char name[64]; /* of the instance; "redis" */
};
/* All of them, at most VV_RUNNING_MAX; returns the number. */
size_t vv_process_scan(const char *dir, struct vv_running ret_running[static VV_RUNNING_MAX]);
/* Is it still that process? */
bool vv_process_runs(const char *dir, const struct vv_running *running);

/* Starts `path` with argv in its own session, output to the log, and writes the pid file. */
VV_CHECKED enum vv_status vv_process_start(const struct vv_process *process, const char *path,
                                           char *const *argv, char *const *environment,
                                           pid_t *ret_pid, struct vv_error *ret_error);
/* The last lines of its log, for an error: at most cap-1 bytes. */
void vv_process_log_tail(const struct vv_process *process, char *ret_text, size_t cap);

#endif
