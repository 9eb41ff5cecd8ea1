/*
 * service_main.c: the one main of all services: options, boot, the loop, drain. Whatever is missing
 * at boot ends the process with a line that says what to do; afterwards nothing of the outside
 * does.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vagval/caller.h"
#include "vagval/config.h"
#include "vagval/limits.h"

#include "engine.h"
#include "service_health.h"

extern char **environ;

#ifndef VV_VERSION
#define VV_VERSION "0.1"
#endif

enum { EXIT_WRONG_USE = 2 };

struct vv_process {
    const struct vv_service *service;
    struct vv_config config;
    uint16_t partitions;
    bool virtual_clock;
    struct vv_log *log;
    struct vv_metrics *metrics;
    struct vv_seal *seal;
    const void *context;
    struct vv_loop *loop;
    struct vv_engine *engine;
    struct vv_store *store;
    struct vv_bus *bus;
    struct vv_members *members;
    struct vv_caller *caller;
    struct vv_http *http;
    int signal_fd;
    bool ready, draining;
    int64_t drain_until_ms;
    char router[112];
};

/* ---- before the loop ---- */

static void key_path(const struct vv_process *process, char *ret_path, size_t cap)
{
    snprintf(ret_path, cap, "%s/%s.key", process->config.keys_dir,
             vv_service_name(process->service->id));
}

static struct vv_store_options store_options(const struct vv_process *process)
{
    const struct vv_config *config = &process->config;
    bool named = config->redis_password_file[0] != 0;
    return (struct vv_store_options){.address = config->redis,
                                     .user = named ? config->redis_user : NULL,
                                     .password_file = named ? config->redis_password_file : NULL};
}

/* Intake owns persons and cannot start without its keys; the others hold nothing to seal. */
static enum vv_status open_seal(struct vv_process *process, struct vv_error *ret_error)
{
    if (process->service->id != VV_INTAKE) {
        return VV_OK;
    }
    return vv_seal_open(process->config.keys_dir, &process->seal, ret_error);
}

static enum vv_status find_region(struct vv_process *process, struct vv_error *ret_error)
{
    struct vv_store_options options = store_options(process);
    enum vv_status status = vv_store_probe(&options, process->service->id, ret_error);
    if (status == VV_OK) {
        status = vv_store_region(&options, 0, &process->partitions, ret_error);
    }
    if (status != VV_OK) {
        return status;
    }
    status = vv_store_clock(&options, NULL, &process->virtual_clock, ret_error);
    if (status == VV_NOT_FOUND) {
        process->virtual_clock = process->config.virtual_clock;
        return VV_OK;
    }
    if (status == VV_OK && process->virtual_clock != process->config.virtual_clock) {
        return vv_fail(ret_error, VV_INVALID, "environment", "VAGVAL_CLOCK", 0,
                       "the region was created with the %s clock",
                       process->virtual_clock ? "virtual" : "real");
    }
    return status;
}

static enum vv_log_level log_level(const char *text)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    for (unsigned i = 0; i < 4; i++) {
        if (strcmp(names[i], text) == 0) {
            return (enum vv_log_level)i;
        }
    }
    return VV_LOG_INFO;
}

/* ---- signals and draining ---- */

static void begin_drain(struct vv_process *process)
{
    if (process->draining) {
        return;
    }
    process->draining = true;
    process->drain_until_ms = vv_loop_now_ms(process->loop) + VV_DRAIN_MS;
    VV_LOG(process->log, VV_LOG_INFO, "service.draining",
           VV_INT("commits", vv_engine_commits(process->engine)));
    if (process->config.ready_file[0] != 0) {
        (void)unlink(process->config.ready_file);
    }
    vv_engine_drain(process->engine);
    vv_members_leave(process->members);
}

static void signalled(void *context, int events)
{
    struct vv_process *process = context;
    struct signalfd_siginfo info;
    (void)events;
    while (read(process->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        begin_drain(process);
    }
}

static enum vv_status open_signals(struct vv_process *process, struct vv_error *ret_error)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) {
        return vv_fail(ret_error, VV_IO, "signals", "", 0, "%s", strerror(errno));
    }
    signal(SIGPIPE, SIG_IGN);
    process->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (process->signal_fd < 0) {
        return vv_fail(ret_error, VV_IO, "signals", "", 0, "%s", strerror(errno));
    }
    return vv_loop_add_fd(process->loop, process->signal_fd, VV_LOOP_READ, signalled, process);
}

/* ---- readiness ---- */

static int is_ready(void *context)
{
    const struct vv_process *process = context;
    return process->ready && vv_engine_ready(process->engine);
}

/* Other instances leave so that nobody reads half a file: written beside, then renamed. */
static void write_ready_file(const struct vv_process *process)
{
    const char *path = process->config.ready_file;
    char beside[300];
    if (path[0] == 0) {
        return;
    }
    snprintf(beside, sizeof(beside), "%s.new", path);
    FILE *file = fopen(beside, "we");
    bool written = file != NULL && fprintf(file, "%s\n", process->router) > 0;
    if (file != NULL && fclose(file) != 0) {
        written = false;
    }
    if (!written || rename(beside, path) != 0) {
        VV_LOG(process->log, VV_LOG_ERROR, "service.ready-file", VV_TEXT("path", path),
               VV_TEXT("error", strerror(errno)));
    }
}

static void watch(void *context)
{
    struct vv_process *process = context;
    if (!process->ready && !process->draining && vv_engine_ready(process->engine)) {
        process->ready = true;
        write_ready_file(process);
        VV_LOG(process->log, VV_LOG_INFO, "service.ready", VV_TEXT("router", process->router),
               VV_INT("partitions", process->partitions), VV_TEXT("version", VV_VERSION));
    }
    if (process->draining && (vv_engine_idle(process->engine) ||
                              vv_loop_now_ms(process->loop) >= process->drain_until_ms)) {
        vv_loop_stop(process->loop);
    }
}

/* ---- opening and closing ---- */

static void store_connected(void *context)
{
    vv_engine_connected(((struct vv_process *)context)->engine);
}

static void store_lost(void *context)
{
    vv_engine_lost(((struct vv_process *)context)->engine);
}

static enum vv_status open_engine(struct vv_process *process)
{
    enum vv_status status = vv_loop_create(&process->loop);
    if (status != VV_OK) {
        return status;
    }
    struct vv_engine_options options = {.service = process->service,
                                        .loop = process->loop,
                                        .instance = process->config.instance,
                                        .partitions = process->partitions,
                                        .virtual_clock = process->virtual_clock,
                                        .publish = process->config.pub,
                                        .cache_bytes = process->config.cache_bytes,
                                        .log = process->log,
                                        .metrics = process->metrics,
                                        .seal = process->seal,
                                        .context = process->context};
    return vv_engine_create(&options, &process->engine);
}

static enum vv_status open_bus(struct vv_process *process, struct vv_error *ret_error)
{
    static const struct vv_bus_callbacks callbacks = {.request = vv_engine_request,
                                                      .reply = vv_engine_reply,
                                                      .publication = vv_engine_publication};
    char key[512];
    key_path(process, key, sizeof(key));
    struct vv_bus_options options = {.router = process->config.router,
                                     .publish = process->config.publish,
                                     .key_file = key,
                                     .peers_file = process->config.peers_file,
                                     .publish_off = !process->config.pub};
    return vv_bus_open(process->loop, &options, &callbacks, process->engine, &process->bus,
                       ret_error);
}

static enum vv_status open_members(struct vv_process *process, struct vv_error *ret_error)
{
    struct vv_member self = {.name = ""};
    snprintf(self.name, sizeof(self.name), "%s", process->config.instance);
    enum vv_status status = vv_config_advertised(
        &process->config, vv_bus_router_endpoint(process->bus), self.router, ret_error);
    if (status == VV_OK && process->config.pub) {
        status = vv_config_advertised(&process->config, vv_bus_publish_endpoint(process->bus),
                                      self.publish, ret_error);
    }
    if (status != VV_OK) {
        return status;
    }
    snprintf(process->router, sizeof(process->router), "%s", vv_bus_router_endpoint(process->bus));
    status = vv_members_open(process->loop, process->store, process->service->id, &self,
                             vv_engine_members_changed, process->engine, &process->members);
    if (status == VV_OK) {
        status = vv_caller_open(process->loop, process->bus, process->members,
                                process->config.instance, &process->caller);
    }
    return status;
}

static enum vv_status open_all(struct vv_process *process, struct vv_error *ret_error)
{
    enum vv_status status = open_seal(process, ret_error);
    if (status == VV_OK) {
        status = find_region(process, ret_error);
    }
    if (status == VV_OK && process->service->open != NULL) {
        status = process->service->open(process->seal, &process->context, ret_error);
    }
    if (status == VV_OK) {
        status = open_engine(process);
    }
    if (status == VV_OK) {
        status = open_signals(process, ret_error);
    }
    struct vv_store_options options = store_options(process);
    if (status == VV_OK) {
        status = vv_store_open(process->loop, &options, store_connected, store_lost, process,
                               &process->store, ret_error);
    }
    if (status == VV_OK) {
        status = open_bus(process, ret_error);
    }
    if (status == VV_OK) {
        status = open_members(process, ret_error);
    }
    if (status == VV_OK && process->config.metrics[0] != 0) {
        status = vv_http_open(process->loop, process->metrics, process->config.metrics, is_ready,
                              process, &process->http, ret_error);
    }
    if (status == VV_OK) {
        vv_engine_attach(process->engine, process->store, process->bus, process->members,
                         process->caller);
        status = vv_loop_every(process->loop, 20, watch, process);
    }
    return status;
}

static void close_all(struct vv_process *process)
{
    vv_http_close(&process->http);
    vv_caller_close(&process->caller);
    vv_members_close(&process->members);
    vv_store_close(&process->store);
    vv_bus_close(&process->bus);
    if (process->signal_fd >= 0) {
        (void)close(process->signal_fd);
    }
    vv_engine_destroy(&process->engine);
    vv_loop_destroy(&process->loop);
    vv_seal_destroy(&process->seal);
    vv_metrics_destroy(&process->metrics);
    vv_log_destroy(&process->log);
}

static int run(struct vv_process *process)
{
    struct vv_error error = {0};
    enum vv_status status = open_all(process, &error);
    if (status == VV_OK) {
        VV_LOG(process->log, VV_LOG_INFO, "service.started", VV_TEXT("version", VV_VERSION));
        status = vv_loop_run(process->loop);
    }
    bool failed = status != VV_OK;
    if (failed) {
        VV_LOG(process->log, VV_LOG_ERROR, "service.failed",
               VV_TEXT("status", vv_status_name(status)), VV_TEXT("where", error.where),
               VV_TEXT("field", error.field), VV_TEXT("error", error.text));
    } else {
        VV_LOG(process->log, VV_LOG_INFO, "service.stopped",
               VV_INT("commits", vv_engine_commits(process->engine)));
    }
    close_all(process);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* ---- the command line ---- */

static void print_help(const char *name)
{
    printf(
        "vagval-%s: one of Vagval's services. It is configured by VAGVAL_* variables.\n\n"
        "  vagval-%s                  run until SIGTERM or SIGINT, then drain\n"
        "  vagval-%s --check-config   print every setting with its origin\n"
        "  vagval-%s --health         exit 0 if the running instance answers\n"
        "  vagval-%s --version\n\n"
        "Example:\n"
        "  VAGVAL_REDIS=unix:/run/vagval/redis.sock VAGVAL_KEYS_DIR=/run/vagval/keys vagval-%s\n\n"
        "Settings:\n\n",
        name, name, name, name, name, name);
    vv_config_document(stdout);
}

static int check_health(struct vv_process *process)
{
    char key[512];
    key_path(process, key, sizeof(key));
    struct vv_error error = {0};
    enum vv_status status = vv_health_check(process->service->id, key, process->config.peers_file,
                                            process->config.ready_file, &error);
    if (status != VV_OK) {
        fprintf(stderr, "not healthy: %s: %s %s\n", vv_status_name(status), error.where,
                error.text);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

int vv_service_main(const struct vv_service *service, int argc, char **argv)
{
    const char *name = vv_service_name(service->id);
    const char *option = argc > 1 ? argv[1] : "";
    if (argc > 2 ||
        (argc == 2 && strcmp(option, "--help") != 0 && strcmp(option, "--version") != 0 &&
         strcmp(option, "--check-config") != 0 && strcmp(option, "--health") != 0)) {
        fprintf(stderr, "vagval-%s: no such option; see --help\n", name);
        return EXIT_WRONG_USE;
    }
    if (strcmp(option, "--help") == 0) {
        print_help(name);
        return EXIT_SUCCESS;
    }
    if (strcmp(option, "--version") == 0) {
        printf("vagval-%s %s\n", name, VV_VERSION);
        return EXIT_SUCCESS;
    }
    struct vv_process process = {.service = service, .signal_fd = -1};
    struct vv_error error = {0};
    if (vv_config_read(name, environ, &process.config, &error) != VV_OK) {
        fprintf(stderr, "vagval-%s: %s: %s\n", name, error.field, error.text);
        return EXIT_WRONG_USE;
    }
    if (strcmp(option, "--check-config") == 0) {
        vv_config_print(&process.config, stdout);
        return EXIT_SUCCESS;
    }
    if (strcmp(option, "--health") == 0) {
        return check_health(&process);
    }
    process.log = vv_log_create(name, process.config.instance, log_level(process.config.log_level),
                                STDERR_FILENO);
    process.metrics = vv_metrics_create(name);
    if (process.log == NULL || process.metrics == NULL) {
        fprintf(stderr, "vagval-%s: out of memory\n", name);
        return EXIT_FAILURE;
    }
    return run(&process);
}
