/*
 * up.c: starts what is missing of a system: keys, Redis on a unix socket, the services.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "admin.h"
#include "commands.h"
#include "embedded.h"
#include "files.h"
#include "lock.h"
#include "process.h"
#include "system.h"
#include "table.h"
#include "vagval/limits.h"
#include "vagval/loop.h"

#define READY_WAIT_MS 20000
#define REDIS_WAIT_MS 20000
#define DYING_WAIT_MS 2000
#define ENVIRONMENT_MAX 512

extern char **environ;

struct up {
    struct vv_cli *cli;
    struct vv_system system;
    char redis[256]; /* address */
    unsigned started, there;
    struct vv_error error;
};

/* --scale SERVICE=N, repeated. Never fewer than are already remembered as running. */
static enum vv_status read_scale(struct up *up, const struct vv_args *args)
{
    for (size_t i = 0; i < args->given_count; i++) {
        if (strcmp(args->given[i].option->name, "scale") != 0) {
            continue;
        }
        const char *text = args->given[i].text;
        const char *equals = strchr(text, '=');
        char name[64] = "";
        if (equals != NULL && (size_t)(equals - text) < sizeof(name)) {
            memcpy(name, text, (size_t)(equals - text));
        }
        enum vv_service_id service;
        char *end = NULL;
        long count = equals == NULL ? 0 : strtol(equals + 1, &end, 10);
        if (equals == NULL || *end != '\0' || count < 1 || count > VV_SCALE_MAX ||
            !vv_service_parse(name, &service)) {
            return vv_fail(&up->error, VV_INVALID, "vagval", "--scale", 0,
                           "wants SERVICE=N with a service (intake, assessment, "
                           "provider-registry, payment) and N from 1 to %d",
                           VV_SCALE_MAX);
        }
        if (!up->system.known || (uint32_t)count > up->system.scale[service]) {
            up->system.scale[service] = (uint32_t)count;
        }
    }
    return VV_OK;
}

static bool is_one_of(const char *text, const char *a, const char *b)
{
    return strcmp(text, a) == 0 || strcmp(text, b) == 0;
}

/* What is wrong with the command line itself; then nothing has been touched. */
static enum vv_status check_usage(struct up *up, const struct vv_args *args)
{
    const char *clock = vv_args_text(args, "clock", NULL);
    const char *pub = vv_args_text(args, "pub", NULL);
    if (clock != NULL && !is_one_of(clock, "virtual", "real")) {
        return vv_fail(&up->error, VV_INVALID, "vagval", "--clock", 0, "is virtual or real");
    }
    if (pub != NULL && !is_one_of(pub, "on", "off")) {
        return vv_fail(&up->error, VV_INVALID, "vagval", "--pub", 0, "is on or off");
    }
    return read_scale(up, args);
}

static enum vv_status read_settings(struct up *up, const struct vv_args *args)
{
    const char *clock = vv_args_text(args, "clock", NULL);
    const char *pub = vv_args_text(args, "pub", NULL);
    enum vv_status status = vv_system_load(up->cli, &up->system, &up->error);
    if (status != VV_OK) {
        return status;
    }
    if (clock != NULL && up->system.known &&
        (strcmp(clock, "virtual") == 0) != up->system.virtual_clock) {
        return vv_fail(&up->error, VV_REFUSED, up->cli->dir, "--clock", 0,
                       "this system has a %s clock, for ever; choose another --dir",
                       up->system.virtual_clock ? "virtual" : "real");
    }
    uint32_t partitions = (uint32_t)vv_args_number(args, "partitions", up->system.partitions);
    if (up->system.known && partitions != up->system.partitions) {
        return vv_fail(&up->error, VV_REFUSED, up->cli->dir, "--partitions", 0,
                       "this system has %u partitions, for ever; choose another --dir",
                       up->system.partitions);
    }
    up->system.partitions = partitions;
    if (clock != NULL) {
        up->system.virtual_clock = strcmp(clock, "virtual") == 0;
    }
    if (pub != NULL) {
        up->system.pub = strcmp(pub, "on") == 0;
    }
    return read_scale(up, args);
}

static enum vv_status make_directories(struct up *up)
{
    static const char *const names[] = {"redis", "log", "run"};
    enum vv_status status = VV_OK;
    for (size_t i = 0; i < 3 && status == VV_OK; i++) {
        char path[640];
        status = vv_path(path, sizeof(path), &up->error, "%s/%s", up->cli->dir, names[i]);
        if (status == VV_OK) {
            status = vv_dir_make(path, 0700, &up->error);
        }
    }
    return status;
}

/* Whoever listens on the socket has the data open: a second Redis would ruin them. One that has
 * just been killed still takes connections for a moment, but answers nothing. */
static enum vv_status refuse_stranger(struct up *up, const char *password_file)
{
    pid_t pid = 0;
    int64_t until = vv_clock_monotonic_us() + INT64_C(1000) * DYING_WAIT_MS;
    do {
        if (!vv_admin_answers(up->redis, password_file, &pid)) {
            return VV_OK;
        }
        (void)nanosleep(&(struct timespec){.tv_nsec = 20000000L}, NULL);
    } while (pid == 0 && vv_clock_monotonic_us() < until);
    char which[40] = "";
    if (pid > 0) {
        (void)snprintf(which, sizeof(which), " (process %d)", (int)pid);
    }
    return vv_fail(&up->error, VV_REFUSED, up->redis, NULL, 0,
                   "a Redis%s that `up` did not start answers here, so none is started beside it; "
                   "stop it with `redis-cli -s %s --user admin SHUTDOWN` first",
                   which, up->redis + 5);
}

static enum vv_status start_redis(struct up *up, const char *password_file)
{
    struct vv_process process;
    enum vv_status status = vv_process_describe(up->cli, NULL, 0, &process, &up->error);
    if (status != VV_OK || vv_process_find(&process) != 0) {
        up->there += status == VV_OK ? 1 : 0;
        return status;
    }
    char conf[720];
    char acl[720];
    status = refuse_stranger(up, password_file);
    if (status != VV_OK) {
        return status;
    }
    status = vv_path(conf, sizeof(conf), &up->error, "%s/redis.conf", process.work_dir);
    if (status == VV_OK) {
        status = vv_path(acl, sizeof(acl), &up->error, "%s/users.acl", process.work_dir);
    }
    struct vv_embedded text = vv_embedded_redis_conf();
    if (status == VV_OK) {
        status = vv_file_write(conf, text.text, text.len, 0600, &up->error);
    }
    char *const argv[] = {"redis-server",
                          conf,
                          "--port",
                          "0",
                          "--unixsocket",
                          up->redis + 5,
                          "--unixsocketperm",
                          "700",
                          "--dir",
                          process.work_dir,
                          "--aclfile",
                          acl,
                          "--daemonize",
                          "no",
                          "--logfile",
                          "",
                          NULL};
    pid_t pid = 0;
    if (status == VV_OK) {
        status = vv_process_start(&process, "redis-server", argv, environ, &pid, &up->error);
    }
    up->started += status == VV_OK ? 1 : 0;
    return status;
}

/* Our own environment without VAGVAL_*, which services read as their configuration. */
static size_t base_environment(char **environment)
{
    size_t count = 0;
    for (char **e = environ; *e != NULL && count < ENVIRONMENT_MAX - 32; e++) {
        if (strncmp(*e, "VAGVAL_", 7) != 0) {
            environment[count++] = *e;
        }
    }
    return count;
}

/* An instance of that name that lives although no process of ours is it: another user's, or in
 * another container. Two of one name would take each other for themselves. */
static enum vv_status refuse_twin(struct up *up, enum vv_service_id service,
                                  const struct vv_process *process)
{
    char password[700];
    enum vv_status status = vv_path(password, sizeof(password), &up->error,
                                    "%s/keys/admin/redis.password", up->cli->dir);
    if (status == VV_OK && vv_admin_member_lives(up->redis, password, service, process->name)) {
        return vv_fail(&up->error, VV_REFUSED, process->name, NULL, 0,
                       "an instance of this name lives already, and this user did not start it; "
                       "stop it first");
    }
    return status;
}

static enum vv_status start_service(struct up *up, enum vv_service_id service, unsigned number)
{
    const char *name = vv_service_name(service);
    const char *dir = up->cli->dir;
    struct vv_process process;
    enum vv_status status = vv_process_describe(up->cli, name, number, &process, &up->error);
    if (status != VV_OK || vv_process_find(&process) != 0) {
        up->there += status == VV_OK ? 1 : 0;
        return status;
    }
    status = refuse_twin(up, service, &process);
    if (status != VV_OK) {
        return status;
    }
    char settings[9][760];
    (void)snprintf(settings[0], sizeof(settings[0]), "VAGVAL_INSTANCE=%s", process.name);
    (void)snprintf(settings[1], sizeof(settings[1]), "VAGVAL_REDIS=%s", up->redis);
    (void)snprintf(settings[2], sizeof(settings[2]), "VAGVAL_REDIS_PASSWORD_FILE=%s/keys/%s/%s",
                   dir, name, "redis.password");
    (void)snprintf(settings[3], sizeof(settings[3]), "VAGVAL_KEYS_DIR=%s/keys/%s", dir, name);
    (void)snprintf(settings[4], sizeof(settings[4]), "VAGVAL_PEERS_FILE=%s/keys/peers.allow", dir);
    (void)snprintf(settings[5], sizeof(settings[5]), "VAGVAL_PUB=%s",
                   up->system.pub ? "on" : "off");
    (void)snprintf(settings[6], sizeof(settings[6]), "VAGVAL_CLOCK=%s",
                   up->system.virtual_clock ? "virtual" : "real");
    (void)snprintf(settings[7], sizeof(settings[7]), "VAGVAL_READY_FILE=%s", process.ready_file);
    (void)snprintf(settings[8], sizeof(settings[8]), "VAGVAL_PARTITIONS=%u", up->system.partitions);
    char *environment[ENVIRONMENT_MAX];
    size_t count = base_environment(environment);
    for (size_t i = 0; i < 9; i++) {
        environment[count++] = settings[i];
    }
    environment[count] = NULL;
    char path[640];
    status = vv_path(path, sizeof(path), &up->error, "%s/%s", up->cli->bin, process.program);
    char *const argv[] = {path, NULL};
    pid_t pid = 0;
    if (status == VV_OK) {
        status = vv_process_start(&process, path, argv, environment, &pid, &up->error);
    }
    up->started += status == VV_OK ? 1 : 0;
    return status;
}

static enum vv_status wait_ready(struct up *up, const struct vv_process *process)
{
    int64_t until = vv_clock_monotonic_us() + INT64_C(1000) * READY_WAIT_MS;
    while (!vv_file_exists(process->ready_file)) {
        (void)waitpid(-1, NULL, WNOHANG); /* a child that ended leaves /proc only when waited for */
        bool gone = vv_process_pid(process) == 0;
        if (gone || vv_clock_monotonic_us() > until) {
            return vv_fail(&up->error, VV_IO, process->name, NULL, 0,
                           gone ? "ended before it was ready; its log is %s"
                                : "was not ready in time; its log is %s",
                           process->log);
        }
        (void)nanosleep(&(struct timespec){.tv_nsec = 5000000L}, NULL);
    }
    return VV_OK;
}

static void show_log_tail(const struct up *up, const struct vv_process *process)
{
    char tail[1500];
    vv_process_log_tail(process, tail, sizeof(tail));
    if (tail[0] != '\0' && !up->cli->json) {
        (void)fprintf(up->cli->err, "---- last lines of %s\n%s----\n", process->log, tail);
    }
}

static enum vv_status start_redis_and_provision(struct up *up)
{
    struct vv_process redis;
    char password[700];
    enum vv_status status = vv_process_describe(up->cli, NULL, 0, &redis, &up->error);
    if (status == VV_OK) {
        status = vv_path(password, sizeof(password), &up->error, "%s/keys/admin/redis.password",
                         up->cli->dir);
    }
    if (status == VV_OK) {
        status = start_redis(up, password);
    }
    if (status == VV_OK) {
        status = vv_system_provision(up->redis, password, &up->system, REDIS_WAIT_MS,
                                     &up->system.partitions, &up->system.virtual_clock, &up->error);
        if (status != VV_OK) {
            show_log_tail(up, &redis);
        }
    }
    return status;
}

static enum vv_status start_all(struct up *up)
{
    enum vv_status status = start_redis_and_provision(up);
    for (unsigned s = 0; s < VV_SERVICE_COUNT && status == VV_OK; s++) {
        for (unsigned n = 1; n <= up->system.scale[s] && status == VV_OK; n++) {
            status = start_service(up, (enum vv_service_id)s, n);
        }
    }
    for (unsigned s = 0; s < VV_SERVICE_COUNT && status == VV_OK; s++) {
        for (unsigned n = 1; n <= up->system.scale[s] && status == VV_OK; n++) {
            struct vv_process process;
            status = vv_process_describe(up->cli, vv_service_name((enum vv_service_id)s), n,
                                         &process, &up->error);
            status = status == VV_OK ? wait_ready(up, &process) : status;
            if (status != VV_OK) {
                show_log_tail(up, &process);
            }
        }
    }
    return status == VV_OK ? vv_system_save(up->cli, &up->system, &up->error) : status;
}

static int print_started(const struct up *up)
{
    struct vv_table *table = vv_table_create("instance|>pid|log");
    json_t *list = json_array();
    struct vv_error ignored;
    for (int s = -1; s < VV_SERVICE_COUNT; s++) {
        const char *name = s < 0 ? NULL : vv_service_name((enum vv_service_id)s);
        for (unsigned n = 1; n <= (s < 0 ? 1 : up->system.scale[s]); n++) {
            struct vv_process process;
            if (vv_process_describe(up->cli, name, n, &process, &ignored) != VV_OK) {
                continue;
            }
            int pid = (int)vv_process_pid(&process);
            vv_table_cell(table, "%s", process.name);
            vv_table_cell(table, "%d", pid);
            vv_table_cell(table, "%s", process.log);
            (void)json_array_append_new(list, json_pack("{s:s, s:i, s:s}", "instance", process.name,
                                                        "pid", pid, "log", process.log));
        }
    }
    if (up->cli->json) {
        vv_table_destroy(&table);
        return vv_cli_json(up->cli,
                           json_pack("{s:s, s:i, s:i, s:i, s:s, s:o}", "directory", up->cli->dir,
                                     "started", (int)up->started, "already_running", (int)up->there,
                                     "partitions", (int)up->system.partitions, "clock",
                                     up->system.virtual_clock ? "virtual" : "real", "instances",
                                     list),
                           VV_EXIT_OK);
    }
    json_decref(list);
    vv_table_print(table, up->cli->out);
    vv_table_destroy(&table);
    if (up->started == 0) {
        (void)fprintf(up->cli->out, "already running in %s; nothing was changed\n", up->cli->dir);
    } else {
        (void)fprintf(up->cli->out, "%u started, %u already running; %s clock, %u partitions, %s\n",
                      up->started, up->there, up->system.virtual_clock ? "virtual" : "real",
                      up->system.partitions, up->redis);
    }
    return VV_EXIT_OK;
}

static enum vv_status bring_up(struct up *up, const struct vv_args *args)
{
    struct vv_key_line lines[VV_KEY_LINES];
    unsigned made = 0;
    enum vv_status status = read_settings(up, args);
    if (status == VV_OK) {
        status = vv_keys_provide(up->cli, lines, &made, &up->error);
    }
    return status == VV_OK ? start_all(up) : status;
}

int vv_command_up(struct vv_cli *cli, const struct vv_args *args)
{
    struct up up;
    memset(&up, 0, sizeof(up));
    up.cli = cli;
    if (cli->redis[0] != '\0') {
        return vv_cli_wrong(cli, "leave --redis and VAGVAL_REDIS away, or use `vagval provision`",
                            "`up` starts a Redis of its own, so it takes no address");
    }
    if (check_usage(&up, args) != VV_OK) {
        (void)vv_cli_fail(cli, &up.error, "see `vagval up --help`");
        return VV_EXIT_USAGE;
    }
    int lock = -1;
    enum vv_status status = vv_system_redis(cli, up.redis, sizeof(up.redis), &up.error);
    if (status == VV_OK) {
        status = make_directories(&up);
    }
    if (status == VV_OK) {
        status = vv_lock_take(cli, "up", VV_LOCK_WAIT_MS, &lock, &up.error);
    }
    if (status == VV_OK) {
        status = bring_up(&up, args);
    }
    vv_lock_release(&lock);
    if (status != VV_OK) {
        return vv_cli_fail(cli, &up.error,
                           up.started == 0 && up.there == 0
                               ? NULL
                               : "what was started keeps running; `vagval up` again starts what is "
                                 "missing, `vagval down` stops it all");
    }
    return print_started(&up);
}
