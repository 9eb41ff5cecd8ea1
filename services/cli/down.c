/*
 * down.c: stops a system: the services first, so that they finish what they have taken, then Redis.
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "process.h"
#include "system.h"
#include "vagval/limits.h"

/* The drain has a bound of its own; the rest is for closing sockets. */
#define STOP_WAIT_MS (VV_DRAIN_MS + 5000)

struct down {
    struct vv_cli *cli;
    json_t *stopped;
    unsigned count, forced;
};

static void signal_one(const struct vv_process *process)
{
    pid_t pid = vv_process_pid(process);
    if (pid != 0) {
        (void)kill(pid, SIGTERM);
    }
}

static void await_one(struct down *down, const struct vv_process *process, bool was_running)
{
    if (was_running) {
        bool drained = vv_process_wait_gone(process, STOP_WAIT_MS);
        if (!drained) {
            pid_t pid = vv_process_pid(process);
            if (pid != 0) {
                (void)kill(pid, SIGKILL);
            }
            (void)vv_process_wait_gone(process, 2000);
            down->forced++;
        }
        down->count++;
        (void)json_array_append_new(
            down->stopped,
            json_pack("{s:s, s:b}", "instance", process->name, "drained", drained ? 1 : 0));
        if (!down->cli->json) {
            (void)fprintf(down->cli->out, "%s %s\n", process->name,
                          drained ? "stopped" : "did not stop in time and was killed");
        }
    }
    (void)unlink(process->pid_file);
    (void)unlink(process->ready_file);
}

/* Every instance that may be there, also those of an earlier, larger scale. */
static void stop_services(struct down *down)
{
    struct vv_process process;
    bool running[VV_SERVICE_COUNT][VV_SCALE_MAX + 1] = {{false}};
    for (int pass = 0; pass < 2; pass++) {
        for (unsigned s = 0; s < VV_SERVICE_COUNT; s++) {
            for (unsigned n = 1; n <= VV_SCALE_MAX; n++) {
                if (vv_process_describe(down->cli, vv_service_name((enum vv_service_id)s), n,
                                        &process, NULL) != VV_OK) {
                    continue;
                }
                if (pass == 0) {
                    running[s][n] = vv_process_pid(&process) != 0;
                    signal_one(&process);
                } else {
                    await_one(down, &process, running[s][n]);
                }
            }
        }
    }
}

int vv_command_down(struct vv_cli *cli, const struct vv_args *args)
{
    (void)args;
    struct down down = {.cli = cli, .stopped = json_array()};
    stop_services(&down);
    struct vv_process redis;
    if (vv_process_describe(cli, NULL, 0, &redis, NULL) == VV_OK) {
        bool running = vv_process_pid(&redis) != 0;
        signal_one(&redis); /* Redis takes SIGTERM as SHUTDOWN: it syncs its log first */
        await_one(&down, &redis, running);
    }
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
