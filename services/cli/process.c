/*
 * process.c: starts background processes through posix_spawn and remembers them in pid files.
 */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"

enum vv_status vv_process_describe(const struct vv_cli *cli, const char *service, unsigned number,
                                   struct vv_process *ret_process, struct vv_error *ret_error)
{
    struct vv_process process;
    memset(&process, 0, sizeof(process));
    bool redis = service == NULL;
    (void)snprintf(process.dir, sizeof(process.dir), "%s", cli->dir);
    if (redis) {
        (void)snprintf(process.name, sizeof(process.name), "redis");
        (void)snprintf(process.program, sizeof(process.program), "redis-server");
    } else {
        (void)snprintf(process.name, sizeof(process.name), "%s-%u", service, number);
        (void)snprintf(process.program, sizeof(process.program), "vagval-%s", service);
    }
    enum vv_status status = vv_path(process.log, sizeof(process.log), ret_error, "%s/log/%s.log",
                                    cli->dir, process.name);
    if (status == VV_OK) {
        status = vv_path(process.pid_file, sizeof(process.pid_file), ret_error, "%s/run/%s.pid",
                         cli->dir, process.name);
    }
    if (status == VV_OK) {
        status = vv_path(process.ready_file, sizeof(process.ready_file), ret_error,
                         "%s/run/%s.ready", cli->dir, process.name);
    }
    if (status == VV_OK) {
        status = vv_path(process.work_dir, sizeof(process.work_dir), ret_error, "%s/%s", cli->dir,
                         redis ? "redis" : "run");
    }
    if (status == VV_OK) {
        *ret_process = process;
    }
    return status;
}

static enum vv_status record(const struct vv_process *process, pid_t pid,
                             struct vv_error *ret_error)
{
    char text[24];
    int len = snprintf(text, sizeof(text), "%d\n", (int)pid);
    return vv_file_write(process->pid_file, text, (size_t)len, 0644, ret_error);
}

/* The scan of /proc decides; the pid file only spares it. */
pid_t vv_process_pid(const struct vv_process *process)
{
    char *text = NULL;
    size_t len = 0;
    if (vv_file_read(process->pid_file, 64, &text, &len, NULL) != VV_OK) {
        return 0;
    }
    long pid = strtol(text, NULL, 10);
    free(text);
    if (pid <= 1 || pid > INT32_MAX) {
        return 0;
    }
    struct vv_running running = {.pid = (pid_t)pid};
    memcpy(running.name, process->name, sizeof(running.name));
    return vv_process_runs(process->dir, &running) ? running.pid : 0;
}

pid_t vv_process_find(const struct vv_process *process)
{
    pid_t pid = vv_process_pid(process);
    if (pid != 0) {
        return pid;
    }
    struct vv_running all[VV_RUNNING_MAX];
    size_t count = vv_process_scan(process->dir, all);
    for (size_t i = 0; i < count && pid == 0; i++) {
        pid = strcmp(all[i].name, process->name) == 0 ? all[i].pid : 0;
    }
    if (pid != 0 && record(process, pid, NULL) != VV_OK) {
        return pid; /* it is found by the scan again */
    }
    return pid;
}

enum vv_status vv_process_start(const struct vv_process *process, const char *path,
                                char *const *argv, char *const *environment, pid_t *ret_pid,
                                struct vv_error *ret_error)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    pid_t pid = 0;
    (void)sigemptyset(&none);
    (void)unlink(process->ready_file);
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawnattr_init(&attributes);
    int failed = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    failed = failed != 0 ? failed
                         : posix_spawn_file_actions_addopen(&actions, 1, process->log,
                                                            O_WRONLY | O_CREAT | O_APPEND, 0600);
    failed = failed != 0 ? failed : posix_spawn_file_actions_adddup2(&actions, 1, 2);
    failed =
        failed != 0 ? failed : posix_spawn_file_actions_addchdir_np(&actions, process->work_dir);
    failed = failed != 0 ? failed : posix_spawnattr_setsigmask(&attributes, &none);
    failed = failed != 0 ? failed
                         : posix_spawnattr_setflags(&attributes,
                                                    POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
    failed =
        failed != 0 ? failed : posix_spawnp(&pid, path, &actions, &attributes, argv, environment);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)posix_spawnattr_destroy(&attributes);
    if (failed != 0) {
        return vv_fail(ret_error, VV_IO, path, NULL, 0, "cannot be started: %s", strerror(failed));
    }
    enum vv_status status = record(process, pid, ret_error);
    if (status != VV_OK) {
        (void)kill(pid, SIGTERM); /* nobody would find it again */
        return status;
    }
    *ret_pid = pid;
    return VV_OK;
}

void vv_process_log_tail(const struct vv_process *process, char *ret_text, size_t cap)
{
    ret_text[0] = '\0';
    int fd = open(process->log, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return;
    }
    off_t size = lseek(fd, 0, SEEK_END);
    off_t from = size > (off_t)cap - 1 ? size - (off_t)cap + 1 : 0;
    ssize_t got = pread(fd, ret_text, cap - 1, from);
    (void)close(fd);
    ret_text[got < 0 ? 0 : got] = '\0';
    char *newline = from > 0 ? strchr(ret_text, '\n') : NULL;
    if (newline != NULL) {
        memmove(ret_text, newline + 1, strlen(newline + 1) + 1);
    }
}
