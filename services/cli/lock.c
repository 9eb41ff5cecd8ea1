/*
 * lock.c: flock on the files "lock" and "clock.lock" of a system's directory. The kernel drops it
 * when the holder ends, so that no stale lock can stay; the file's text only tells who holds it.
 */
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "files.h"
#include "vagval/loop.h"

#define RETRY_MS 20
#define SILENT_MS 1000 /* a shorter wait is nobody's business */

/* Did we lock the file that the path names, or one that was removed meanwhile? */
static bool is_current(int fd, const char *path)
{
    struct stat held;
    struct stat named;
    return fstat(fd, &held) == 0 && stat(path, &named) == 0 && held.st_dev == named.st_dev &&
           held.st_ino == named.st_ino;
}

static void read_holder(const char *path, char *ret_text, size_t cap)
{
    char *text = NULL;
    size_t len = 0;
    (void)snprintf(ret_text, cap, "another command");
    if (vv_file_read(path, 256, &text, &len, NULL) == VV_OK && len > 0) {
        (void)snprintf(ret_text, cap, "%.*s", (int)strcspn(text, "\n"), text);
    }
    free(text);
}

static void write_holder(int fd, const char *command)
{
    char text[96];
    int len = snprintf(text, sizeof(text), "`vagval %s`, process %d\n", command, (int)getpid());
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)len, 0) != len) {
        return; /* only the name of the holder is lost */
    }
}

static enum vv_status take(const struct vv_cli *cli, const char *file, const char *command,
                           unsigned wait_ms, int *ret_lock, struct vv_error *ret_error)
{
    char path[640];
    char holder[160];
    enum vv_status status = vv_path(path, sizeof(path), ret_error, "%s/%s", cli->dir, file);
    if (status != VV_OK) {
        return status;
    }
    int64_t started = vv_clock_monotonic_us();
    bool said = false;
    for (;;) {
        /* Not inherited: what is started must not hold the lock on. */
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0) {
            return vv_fail(ret_error, VV_IO, path, NULL, 0, "cannot be opened: %s",
                           strerror(errno));
        }
        if (flock(fd, LOCK_EX | LOCK_NB) == 0 && is_current(fd, path)) {
            write_holder(fd, command);
            *ret_lock = fd;
            return VV_OK;
        }
        (void)close(fd);
        int64_t waited_ms = (vv_clock_monotonic_us() - started) / 1000;
        read_holder(path, holder, sizeof(holder));
        if (waited_ms >= (int64_t)wait_ms) {
            return vv_fail(ret_error, VV_BUSY, cli->dir, NULL, 0,
                           "%s is at work here; nothing was done", holder);
        }
        if (waited_ms >= SILENT_MS && !said && !cli->json) {
            (void)fprintf(cli->err, "vagval: waiting for %s\n", holder);
            said = true;
        }
        (void)nanosleep(&(struct timespec){.tv_nsec = RETRY_MS * 1000000L}, NULL);
    }
}

enum vv_status vv_lock_take(const struct vv_cli *cli, const char *command, unsigned wait_ms,
                            int *ret_lock, struct vv_error *ret_error)
{
    return take(cli, "lock", command, wait_ms, ret_lock, ret_error);
}

bool vv_lock_clock(const struct vv_cli *cli, const char *command, int *ret_lock)
{
    struct vv_error error = {0};
    int lock = -1;
    if (take(cli, "clock.lock", command, 0, &lock, &error) == VV_BUSY) {
        (void)vv_cli_fail(cli, &error,
                          "one command at a time walks the virtual clock: wait until it has ended");
        return false;
    }
    *ret_lock = lock;
    return true;
}

void vv_lock_release(int *lock)
{
    if (*lock >= 0) {
        (void)close(*lock);
        *lock = -1;
    }
}
