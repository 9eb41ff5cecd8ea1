/*
 * progress.h: a bar on a terminal, plain lines otherwise (one every few seconds and one at the
 * end).
 */
#ifndef VAGVAL_CLI_PROGRESS_H
#define VAGVAL_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct vv_progress {
    FILE *out;
    const char *what; /* "load" */
    const char *unit; /* "rows" */
    uint64_t total;
    int64_t started_us, shown_us;
    bool tty, quiet;
};

/* quiet: nothing is shown (with --json). */
void vv_progress_start(struct vv_progress *progress, FILE *out, bool quiet, const char *what,
                       const char *unit, uint64_t total);
/* `note` (may be NULL) follows the bar: a date, a count of rejections. */
void vv_progress_show(struct vv_progress *progress, uint64_t done, const char *note);
void vv_progress_end(struct vv_progress *progress, uint64_t done, const char *note);

#endif
