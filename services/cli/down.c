/*
 * down.c: stops a system: the services first, so that they finish what they have taken, then Redis.
 * Whatever belongs to the directory is stopped, whether or not a pid file names it.
 */
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "files.h"
#include "lock.h"
#include "process.h"
#include "system.h"
#include "vagval/limits.h"
#include "vagval/loop.h"

/* The drain has a bound of its own; the rest is for closing sockets. */
#define STOP_WAIT_MS (VV_DRAIN_MS + 5000)
#define KILL_WAIT_MS 2000
#define ROUNDS_MAX 16

struct down {
    struct vv_cli *cli;
    json_t *stopped;
    unsigned count, forced;
};

static bool await_gone(const struct down *down, const struct vv_running *running, int64_t until)
{
    while (vv_process_runs(down->cli->dir, running)) {
        if (vv_clock_monotonic_us() >= until) {
            return false;
        }
        (void)nanosleep(&(struct timespec){.tv_nsec = 10000000L}, NULL);
    }
    return true;
}

static void stop_one(struct down *down, const struct vv_running *running, int64_t until)
{
    bool drained = await_gone(down, running, until);
    if (!drained) {
        (void)kill(running->pid, SIGKILL);
        (void)await_gone(down, running, vv_clock_monotonic_us() + INT64_C(1000) * KILL_WAIT_MS);
        down->forced++;
    }
    down->count++;
    (void)json_array_append_new(down->stopped, json_pack("{s:s, s:b}", "instance", running->name,
                                                         "drained", drained ? 1 : 0));
    if (!down->cli->json) {
        (void)fprintf(down->cli->out, "%s %s\n", running->name,
                      drained ? "stopped" : "did not stop in time and was killed");
    }
}

/* All services, or Redis; in rounds, because one look finds VV_RUNNING_MAX at most. */
static void stop_all(struct down *down, bool redis)
{
    for (unsigned round = 0; round < ROUNDS_MAX; round++) {
        struct vv_running all[VV_RUNNING_MAX];
        size_t count = vv_process_scan(down->cli->dir, all);
        size_t wanted = 0;
        for (size_t i = 0; i < count; i++) {
            if ((strcmp(all[i].name, "redis") == 0) == redis) {
                all[wanted++] = all[i];
            }
        }
        if (wanted == 0) {
            return;
        }
        int64_t until = vv_clock_monotonic_us() + INT64_C(1000) * STOP_WAIT_MS;
        for (size_t i = 0; i < wanted; i++) {
            (void)kill(all[i].pid, SIGTERM); /* Redis takes it as SHUTDOWN: it syncs its log */
        }
        for (size_t i = 0; i < wanted; i++) {
            stop_one(down, &all[i], until);
        }
    }
}

/* Every instance that may have been there, also those of an earlier, larger scale. */
static void remove_files(const struct down *down)
{
    struct vv_process process;
    for (int s = -1; s < VV_SERVICE_COUNT; s++) {
        const char *name = s < 0 ? NULL : vv_service_name((enum vv_service_id)s);
        for (unsigned n = 1; n <= (s < 0 ? 1 : VV_SCALE_MAX); n++) {
            if (vv_process_describe(down->cli, name, n, &process, NULL) == VV_OK) {
                (void)unlink(process.pid_file);
                (void)unlink(process.ready_file);
            }
        }
    }
}

int vv_command_down(struct vv_cli *cli, const struct vv_args *args)
{
    (void)args;
    struct down down = {.cli = cli, .stopped = json_array()};
    struct vv_error error = {0};
    int lock = -1;
    /* A directory that is gone needs no lock; what ran in it may be there still. */
    if (vv_file_exists(cli->dir) &&
        vv_lock_take(cli, "down", VV_LOCK_WAIT_MS, &lock, &error) != VV_OK) {
        json_decref(down.stopped);
        return vv_cli_fail(cli, &error, "try again when it is done");
    }
    stop_all(&down, false);
    stop_all(&down, true);
    remove_files(&down);
    vv_lock_release(&lock);
    int code = down.forced == 0 ? VV_EXIT_OK : VV_EXIT_PROBLEM;
    if (cli->json) {
        return vv_cli_json(
            cli, json_pack("{s:o, s:i}", "stopped", down.stopped, "killed", (int)down.forced),
            code);
    }
    json_decref(down.stopped);
    if (down.count == 0) {
        (void)fprintf(cli->out, "nothing was running in %s\n", cli->dir);
    } else {
        (void)fprintf(cli->out, "all stopped; the data stay in %s, `vagval up` goes on with them\n",
                      cli->dir);
    }
    return code;
}
