/*
 * running.c: which processes belong to a system's directory, as /proc tells.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process.h"
#include "vagval/messages.h"

#define ENVIRON_BYTES_MAX 131072

static bool proc_link(pid_t pid, const char *what, char *ret_text, size_t cap)
{
    char path[64];
    (void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, what);
    ssize_t len = readlink(path, ret_text, cap - 1);
    if (len <= 0) {
        return false;
    }
    ret_text[len] = '\0';
    /* The binary was built anew, or the directory removed, meanwhile. */
    static const char deleted[] = " (deleted)";
    size_t tail = sizeof(deleted) - 1;
    if ((size_t)len > tail && strcmp(ret_text + (size_t)len - tail, deleted) == 0) {
        ret_text[(size_t)len - tail] = '\0';
    }
    return true;
}

/* A file of NUL-separated texts; ends with two NULs. Returns false when it cannot be read. */
static bool proc_texts(pid_t pid, const char *what, char *ret_text, size_t cap)
{
    char path[64];
    (void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, what);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    size_t used = 0;
    ssize_t got = 0;
    while (used < cap - 2 && (got = read(fd, ret_text + used, cap - 2 - used)) > 0) {
        used += (size_t)got;
    }
    (void)close(fd);
    ret_text[used] = '\0';
    ret_text[used + 1] = '\0';
    return used > 0;
}

static const char *variable(const char *texts, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = texts; *at != '\0'; at += strlen(at) + 1) {
        if (strncmp(at, name, len) == 0 && at[len] == '=') {
            return at + len + 1;
        }
    }
    return NULL;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static bool is_below(const char *path, const char *dir, const char *name)
{
    size_t len = strlen(dir);
    return strncmp(path, dir, len) == 0 && path[len] == '/' && strcmp(path + len + 1, name) == 0;
}

/* Redis' child that rewrites the log, and redis-cli, stand in the same place: the first word of the
 * command line tells them apart. */
static bool is_redis(pid_t pid, const char *program)
{
    char words[4096];
    if (strncmp(program, "redis-", 6) != 0 || !proc_texts(pid, "cmdline", words, sizeof(words))) {
        return false;
    }
    words[strcspn(words, " ")] = '\0'; /* Redis writes its title as one text: program, address */
    return strncmp(base_name(words), "redis-server", 12) == 0;
}

/* A service of this directory: started in it by `up`, or by hand with its Redis. */
static bool is_service(pid_t pid, const char *program, const char *dir, const char *real_dir,
                       const char *cwd, char ret_name[static 64])
{
    static char environment[ENVIRON_BYTES_MAX];
    enum vv_service_id service;
    if (strncmp(program, "vagval-", 7) != 0 || !vv_service_parse(program + 7, &service) ||
        !proc_texts(pid, "environ", environment, sizeof(environment))) {
        return false;
    }
    const char *redis = variable(environment, "VAGVAL_REDIS");
    const char *path = redis != NULL && strncmp(redis, "unix:", 5) == 0 ? redis + 5 : "";
    if (!is_below(cwd, real_dir, "run") && !is_below(path, real_dir, "redis/redis.sock") &&
        !is_below(path, dir, "redis/redis.sock")) {
        return false;
    }
    const char *name = variable(environment, "VAGVAL_INSTANCE");
    (void)snprintf(ret_name, 64, "%.63s", name == NULL ? program : name);
    return true;
}

static bool identify(const char *dir, pid_t pid, struct vv_running *ret_running)
{
    char path[64];
    char exe[PATH_MAX];
    char cwd[PATH_MAX];
    char real_dir[PATH_MAX];
    struct stat info;
    struct vv_running running = {.pid = pid};
    (void)snprintf(path, sizeof(path), "/proc/%d", (int)pid);
    if (stat(path, &info) != 0 || info.st_uid != geteuid() ||
        !proc_link(pid, "exe", exe, sizeof(exe)) || !proc_link(pid, "cwd", cwd, sizeof(cwd))) {
        return false;
    }
    if (realpath(dir, real_dir) == NULL) {
        (void)snprintf(real_dir, sizeof(real_dir), "%s", dir);
    }
    const char *program = base_name(exe);
    bool ours = false;
    if (is_below(cwd, real_dir, "redis") && is_redis(pid, program)) {
        (void)snprintf(running.name, sizeof(running.name), "redis");
        ours = true;
    } else {
        ours = is_service(pid, program, dir, real_dir, cwd, running.name);
    }
    if (ours) {
        *ret_running = running;
    }
    return ours;
}

bool vv_process_runs(const char *dir, const struct vv_running *running)
{
    struct vv_running now;
    return identify(dir, running->pid, &now) && strcmp(now.name, running->name) == 0;
}

size_t vv_process_scan(const char *dir, struct vv_running ret_running[static VV_RUNNING_MAX])
{
    DIR *proc = opendir("/proc");
    size_t count = 0;
    struct dirent *entry = NULL;
    while (proc != NULL && count < VV_RUNNING_MAX && (entry = readdir(proc)) != NULL) {
        if (isdigit((unsigned char)entry->d_name[0])) {
            long pid = strtol(entry->d_name, NULL, 10);
            count += pid > 1 && identify(dir, (pid_t)pid, &ret_running[count]) ? 1 : 0;
        }
    }
    if (proc != NULL) {
        (void)closedir(proc);
    }
    return count;
}
