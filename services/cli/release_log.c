/*
 * release_log.c: reads and extends the log of released payment files.
 */
#include "release_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "files.h"

#define LINE_BYTES 256
#define LOG_BYTES_MAX (VV_RELEASES_MAX * 200)

static bool read_line(char *line, uint32_t number, struct vv_release *ret_release)
{
    char *rest = NULL;
    char *save = NULL;
    char *first = strtok_r(line, " ", &save);
    char *run = strtok_r(NULL, " ", &save);
    char *hash = strtok_r(NULL, " ", &save);
    char *name = strtok_r(NULL, " ", &save);
    if (name == NULL || strtok_r(NULL, " ", &save) != NULL) {
        return false;
    }
    unsigned long counted = strtoul(first, &rest, 10);
    if (*rest != '\0' || counted != number || strlen(hash) != 64 ||
        strspn(hash, "0123456789abcdef") != 64 || strlen(name) >= sizeof(ret_release->name) ||
        vv_id_parse(run, &ret_release->run) != VV_OK) {
        return false;
    }
    (void)snprintf(ret_release->hash, sizeof(ret_release->hash), "%s", hash);
    (void)snprintf(ret_release->name, sizeof(ret_release->name), "%s", name);
    return true;
}

static enum vv_status read_lines(char *text, struct vv_release_log *log, struct vv_error *ret_error)
{
    size_t lines = 0;
    for (const char *c = text; *c != '\0'; c++) {
        lines += *c == '\n' ? 1 : 0;
    }
    log->releases = calloc(lines + 2, sizeof(*log->releases));
    if (log->releases == NULL) {
        return vv_fail(ret_error, VV_NO_MEMORY, log->path, NULL, 0, "no memory to read it");
    }
    char *save = NULL;
    for (char *line = strtok_r(text, "\n", &save); line != NULL;
         line = strtok_r(NULL, "\n", &save)) {
        if (!read_line(line, log->count + 1, &log->releases[log->count])) {
            return vv_fail(ret_error, VV_INVALID, log->path, NULL, log->count + 1,
                           "is no line of a release log: the file was changed or cut off");
        }
        log->count++;
    }
    return VV_OK;
}

enum vv_status vv_release_log_read(const char *path, struct vv_release_log *ret_log,
                                   struct vv_error *ret_error)
{
    struct vv_release_log log = {.count = 0};
    char *text = NULL;
    size_t len = 0;
    (void)snprintf(log.path, sizeof(log.path), "%s", path);
    if (!vv_file_exists(path)) {
        *ret_log = log;
        return VV_OK;
    }
    enum vv_status status = vv_file_read(path, LOG_BYTES_MAX, &text, &len, ret_error);
    if (status == VV_OK && (strlen(text) != len || (len > 0 && text[len - 1] != '\n'))) {
        status = vv_fail(ret_error, VV_INVALID, path, NULL, 0,
                         "is no release log: its last line is cut off");
    }
    if (status == VV_OK) {
        status = read_lines(text, &log, ret_error);
    }
    free(text);
    if (status != VV_OK) {
        vv_release_log_free(&log);
        return status;
    }
    *ret_log = log;
    return VV_OK;
}

void vv_release_log_free(struct vv_release_log *log)
{
    free(log->releases);
    log->releases = NULL;
    log->count = 0;
}

uint32_t vv_release_log_find(const struct vv_release_log *log, struct vv_id run)
{
    for (uint32_t i = log->count; i > 0; i--) {
        if (vv_id_equal(log->releases[i - 1].run, run)) {
            return i;
        }
    }
    return 0;
}

static enum vv_status write_line(const char *path, int fd, const struct vv_release *release,
                                 uint32_t number, struct vv_error *ret_error)
{
    char run[VV_ID_TEXT_BYTES];
    char line[LINE_BYTES];
    vv_id_format(release->run, run);
    int len =
        snprintf(line, sizeof(line), "%u %s %s %s\n", number, run, release->hash, release->name);
    if (len <= 0 || write(fd, line, (size_t)len) != len || fsync(fd) != 0) {
        return vv_fail(ret_error, VV_IO, path, NULL, 0, "cannot be written: %s", strerror(errno));
    }
    return VV_OK;
}

enum vv_status vv_release_log_add(struct vv_release_log *log, const struct vv_release *release,
                                  struct vv_error *ret_error)
{
    struct vv_release_log now;
    int fd = open(log->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0 || flock(fd, LOCK_EX) != 0) {
        int failure = errno;
        if (fd >= 0) {
            (void)close(fd);
        }
        return vv_fail(ret_error, VV_IO, log->path, NULL, 0, "cannot be written: %s",
                       strerror(failure));
    }
    /* Somebody else may have finished the same release since the log was read. */
    enum vv_status status = vv_release_log_read(log->path, &now, ret_error);
    if (status == VV_OK && vv_release_log_find(&now, release->run) == 0) {
        status = write_line(log->path, fd, release, now.count + 1, ret_error);
        if (status == VV_OK) {
            vv_release_log_free(&now);
            status = vv_release_log_read(log->path, &now, ret_error);
        }
    }
    (void)close(fd); /* the lock ends with it; the line is synced */
    if (status == VV_OK) {
        vv_release_log_free(log);
        *log = now;
    }
    return status;
}
