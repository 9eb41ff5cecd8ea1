/*
 * files.c: small helpers over POSIX files; every failure names the path and the reason.
 */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum vv_status read_all(int fd, const char *path, size_t bytes_max, char **ret_bytes,
                               size_t *ret_len, struct vv_error *ret_error)
{
    struct stat info;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        return vv_fail(ret_error, VV_IO, path, NULL, 0, "is not a regular file");
    }
    if ((uintmax_t)info.st_size > bytes_max) {
        return vv_fail(ret_error, VV_TOO_LARGE, path, NULL, 0,
                       "has %jd bytes; at most %zu are read", (intmax_t)info.st_size, bytes_max);
    }
    size_t len = (size_t)info.st_size;
    char *bytes = malloc(len + 1);
    if (bytes == NULL) {
        return vv_fail(ret_error, VV_NO_MEMORY, path, NULL, 0, "no memory for %zu bytes", len);
    }
    size_t done = 0;
    while (done < len) {
        ssize_t got = read(fd, bytes + done, len - done);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            break;
        }
        done += (size_t)got;
    }
    if (done != len) {
        free(bytes);
        return vv_fail(ret_error, VV_IO, path, NULL, 0, "cannot be read: %s", strerror(errno));
    }
    bytes[len] = '\0';
    *ret_bytes = bytes;
    *ret_len = len;
    return VV_OK;
}

enum vv_status vv_file_read(const char *path, size_t bytes_max, char **ret_bytes, size_t *ret_len,
                            struct vv_error *ret_error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return vv_fail(ret_error, errno == ENOENT ? VV_NOT_FOUND : VV_IO, path, NULL, 0,
                       "cannot be opened: %s", strerror(errno));
    }
    enum vv_status status = read_all(fd, path, bytes_max, ret_bytes, ret_len, ret_error);
    (void)close(fd);
    return status;
}

static enum vv_status write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t put = write(fd, bytes, len);
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            return VV_IO;
        }
        bytes += put;
        len -= (size_t)put;
    }
    return fsync(fd) == 0 ? VV_OK : VV_IO;
}

enum vv_status vv_file_write(const char *path, const void *bytes, size_t len, mode_t mode,
                             struct vv_error *ret_error)
{
    char beside[PATH_MAX];
    enum vv_status status = vv_path(beside, sizeof(beside), ret_error, "%s.new.%d", path, getpid());
    if (status != VV_OK) {
        return status;
    }
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0) {
        return vv_fail(ret_error, VV_IO, path, NULL, 0, "cannot be written: %s", strerror(errno));
    }
    status = write_all(fd, bytes, len);
    (void)close(fd);
    if (status != VV_OK || rename(beside, path) != 0) {
        int reason = errno;
        (void)unlink(beside);
        return vv_fail(ret_error, VV_IO, path, NULL, 0, "cannot be written: %s", strerror(reason));
    }
    return VV_OK;
}

bool vv_file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

enum vv_status vv_dir_make(const char *path, mode_t mode, struct vv_error *ret_error)
{
    char made[PATH_MAX];
    enum vv_status status = vv_path(made, sizeof(made), ret_error, "%s", path);
    if (status != VV_OK) {
        return status;
    }
    for (char *at = made + 1;; at++) {
        if (*at != '/' && *at != '\0') {
            continue;
        }
        char kept = *at;
        *at = '\0';
        if (mkdir(made, mode) != 0 && errno != EEXIST) {
            return vv_fail(ret_error, VV_IO, made, NULL, 0, "cannot make this directory: %s",
                           strerror(errno));
        }
        if (kept == '\0') {
            return VV_OK;
        }
        *at = kept;
    }
}

enum vv_status vv_exe_dir(char *ret_path, size_t cap, struct vv_error *ret_error)
{
    char path[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
    if (len <= 0) {
        return vv_fail(ret_error, VV_IO, "/proc/self/exe", NULL, 0, "cannot be read: %s",
                       strerror(errno));
    }
    path[len] = '\0';
    char *slash = strrchr(path, '/');
    *(slash == NULL || slash == path ? path + 1 : slash) = '\0';
    return vv_path(ret_path, cap, ret_error, "%s", path);
}

enum vv_status vv_path(char *ret_path, size_t cap, struct vv_error *ret_error, const char *format,
                       ...)
{
    char text[PATH_MAX];
    va_list list;
    va_start(list, format);
    int len = vsnprintf(text, sizeof(text), format, list);
    va_end(list);
    if (len < 0 || (size_t)len >= sizeof(text) || (size_t)len >= cap) {
        text[100] = '\0';
        return vv_fail(ret_error, VV_TOO_LARGE, text, NULL, 0,
                       "this path is longer than %zu bytes; choose a shorter directory", cap - 1);
    }
    memcpy(ret_path, text, (size_t)len + 1);
    return VV_OK;
}
