/*
 * progress.c: shows how far a long command is and how fast, ten times a second at most.
 */
#include "progress.h"

#include <inttypes.h>
#include <unistd.h>

#include "vagval/loop.h"

#define BAR_CELLS 30
#define TTY_EVERY_US INT64_C(100000)
#define PLAIN_EVERY_US INT64_C(5000000)

void vv_progress_start(struct vv_progress *progress, FILE *out, bool quiet, const char *what,
                       const char *unit, uint64_t total)
{
    *progress = (struct vv_progress){.out = out,
                                     .what = what,
                                     .unit = unit,
                                     .total = total,
                                     .started_us = vv_clock_monotonic_us(),
                                     .tty = isatty(fileno(out)) == 1,
                                     .quiet = quiet};
    progress->shown_us = progress->started_us;
}

static void show(struct vv_progress *progress, uint64_t done, const char *note, bool end)
{
    int64_t now = vv_clock_monotonic_us();
    double seconds = (double)(now - progress->started_us) / 1e6;
    double rate = seconds > 0 ? (double)done / seconds : 0;
    progress->shown_us = now;
    if (!progress->tty) {
        (void)fprintf(progress->out, "%s: %" PRIu64 "/%" PRIu64 " %s, %.0f/s, %.1f s%s%s\n",
                      progress->what, done, progress->total, progress->unit, rate, seconds,
                      note == NULL ? "" : ", ", note == NULL ? "" : note);
        (void)fflush(progress->out);
        return;
    }
    char bar[BAR_CELLS + 1];
    uint64_t filled = progress->total == 0 ? BAR_CELLS : done * BAR_CELLS / progress->total;
    for (unsigned i = 0; i < BAR_CELLS; i++) {
        bar[i] = i < filled ? '#' : '.';
    }
    bar[BAR_CELLS] = '\0';
    (void)fprintf(progress->out, "\r%s [%s] %" PRIu64 "/%" PRIu64 " %s %.0f/s%s%s\033[K%s",
                  progress->what, bar, done, progress->total, progress->unit, rate,
                  note == NULL ? "" : " ", note == NULL ? "" : note, end ? "\n" : "");
    (void)fflush(progress->out);
}

void vv_progress_show(struct vv_progress *progress, uint64_t done, const char *note)
{
    int64_t every = progress->tty ? TTY_EVERY_US : PLAIN_EVERY_US;
    if (!progress->quiet && vv_clock_monotonic_us() - progress->shown_us >= every) {
        show(progress, done, note, false);
    }
}

void vv_progress_end(struct vv_progress *progress, uint64_t done, const char *note)
{
    if (!progress->quiet) {
        show(progress, done, note, true);
    }
}
