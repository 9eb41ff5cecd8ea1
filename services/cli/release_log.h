/*
 * release_log.h: the witness of payment files that have left. It is a file beside the data, one
 * line per file in order, so that a backup of the data put back does not take it back too:
 *
 *   1 <run id> <SHA-256 of the file> <scheme:date:number>
 *
 * A line is written and synced before the file gets its name.
 */
#ifndef VAGVAL_CLI_RELEASE_LOG_H
#define VAGVAL_CLI_RELEASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "vagval/id.h"

#define VV_RELEASES_MAX 100000

struct vv_release {
    struct vv_id run;
    char hash[65];
    char name[96];
};
struct vv_release_log {
    char path[700];
    struct vv_release *releases;
    uint32_t count; /* numbered 1, 2, ... */
};

/* Reads `path`; a file that is not there counts 0. Errors: VV_INVALID (a line that is none, with
 * its number), VV_IO, VV_TOO_LARGE, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_release_log_read(const char *path, struct vv_release_log *ret_log,
                                              struct vv_error *ret_error);
void vv_release_log_free(struct vv_release_log *log);
/* Number of the run's line, 0 = none. */
uint32_t vv_release_log_find(const struct vv_release_log *log, struct vv_id run);
/* Adds the next line and syncs it; nothing when the run has a line by now. Of several at the same
 * time each sees what the others wrote. Errors: as vv_release_log_read. */
VV_CHECKED enum vv_status vv_release_log_add(struct vv_release_log *log,
                                             const struct vv_release *release,
                                             struct vv_error *ret_error);

#endif
