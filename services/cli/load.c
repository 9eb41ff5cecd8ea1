/*
 * load.c: `vagval load`: files in, facts out; with --by-day the virtual clock walks along.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "files.h"
#include "loading.h"
#include "lock.h"
#include "settle.h"

#define SETTLE_WAIT_MS 120000
#define REST_BEFORE_MS 2000
#define REST_AFTER_MS 15000
/* What a load speaks to. Assessment and payment may be away: they catch up from the streams. */
#define NEEDED (1u << VV_INTAKE | 1u << VV_REGISTRY)

struct run {
    struct vv_loading loading;
    struct vv_cli *cli;
    uint64_t commits_before, commits_after;
    bool rested_before, rested_after; /* else the counts of commits say nothing */
    bool by_day;
    bool may_not_ask; /* the key's role may not ask whether the services are at rest */
    struct vv_error error;
};

static enum vv_status read_files(struct run *run)
{
    enum vv_status status = VV_OK;
    for (uint32_t i = 0; i < run->loading.file_count && status == VV_OK; i++) {
        status = vv_loading_read(&run->loading, i, &run->error);
    }
    return status;
}

/* Days on which nothing arrives pass too: timers fall due on them. */
static enum vv_status walk_days(struct run *run, vv_date today)
{
    struct vv_loading *loading = &run->loading;
    enum vv_status status = VV_OK;
    const vv_date started = today;
    size_t first = 0;
    while (first < loading->row_count && status == VV_OK) {
        vv_date day = loading->rows[first]->day;
        char text[VV_DATE_TEXT_BYTES];
        size_t end = first;
        while (end < loading->row_count && loading->rows[end]->day == day) {
            end++;
        }
        /* A new region's clock stands before any real day: it jumps to the first one. */
        today = today <= 0 && day > 0 ? day - 1 : today;
        while (today < day && status == VV_OK) {
            today++;
            vv_date_format(today, text);
            loading->note = text;
            vv_progress_show(&loading->progress, loading->done, loading->note);
            status = vv_clock_day(loading->client, today, &run->error);
        }
        if (status == VV_OK) {
            status = vv_loading_send(loading, first, end, &run->error);
        }
        /* Days that the clock had passed before: nothing falls due between them. */
        uint64_t commits = 0;
        if (status == VV_OK && day >= started) {
            status =
                vv_settle(loading->client, VV_DATE_NONE, SETTLE_WAIT_MS, &commits, &run->error);
        }
        loading->note = NULL;
        first = end;
    }
    return status;
}

static enum vv_status send_files(struct run *run)
{
    struct vv_loading *loading = &run->loading;
    enum vv_status rest =
        vv_settle(loading->client, VV_DATE_NONE, REST_BEFORE_MS, &run->commits_before, NULL);
    run->rested_before = rest == VV_OK;
    run->may_not_ask = rest == VV_FORBIDDEN;
    vv_loading_sort(loading, run->by_day);
    vv_progress_start(&loading->progress, run->cli->err, run->cli->json, "load", "rows",
                      loading->row_count);
    enum vv_status status = run->by_day
                                ? walk_days(run, vv_client_business_date(loading->client))
                                : vv_loading_send(loading, 0, loading->row_count, &run->error);
    vv_progress_end(&loading->progress, loading->done, NULL);
    if (status == VV_OK && !run->may_not_ask) {
        run->rested_after = vv_settle(loading->client, VV_DATE_NONE, REST_AFTER_MS,
                                      &run->commits_after, &run->error) == VV_OK;
    }
    return status;
}

static int tell(struct run *run)
{
    const struct vv_loading *loading = &run->loading;
    bool nothing_new = run->rested_before && run->rested_after &&
                       run->commits_before == run->commits_after && loading->accepted > 0;
    bool rejects = loading->rejected > 0;
    int code = rejects ? VV_EXIT_PROBLEM : VV_EXIT_OK;
    double seconds =
        (double)(loading->progress.shown_us - loading->progress.started_us) / 1000000.0;
    if (run->cli->json) {
        return vv_cli_json(
            run->cli,
            json_pack("{s:I, s:I, s:I, s:I, s:b, s:s, s:s, s:f}", "rows",
                      (json_int_t)loading->row_count, "accepted", (json_int_t)loading->accepted,
                      "rejected", (json_int_t)loading->rejected, "unknown",
                      (json_int_t)loading->unknown, "nothing_new", nothing_new ? 1 : 0,
                      "not_at_rest", run->rested_after || run->may_not_ask ? "" : run->error.where,
                      "reject_file", rejects ? loading->reject_path : "", "seconds", seconds),
            code);
    }
    (void)fprintf(run->cli->out, "%" PRIu64 " rows accepted", loading->accepted);
    if (nothing_new) {
        (void)fprintf(run->cli->out, "; all of them were known already: nothing changed");
    }
    (void)fputc('\n', run->cli->out);
    if (!run->rested_after && !run->may_not_ask) {
        (void)fprintf(run->cli->err,
                      "vagval: everything accepted is stored, but what follows from it is not all "
                      "done: %s is not at rest; see `vagval status`\n",
                      run->error.where);
    }
    if (rejects) {
        (void)fprintf(run->cli->err,
                      "vagval: %" PRIu64 " lines were rejected; they are listed in %s\n"
                      "        the first: %s\n",
                      loading->rejected, loading->reject_path, loading->first_reason);
        if (loading->reject == NULL) {
            (void)fprintf(run->cli->err,
                          "vagval: %s could not be written: name another with "
                          "--reject\n",
                          loading->reject_path);
        }
    }
    if (loading->unknown > 0) {
        (void)fprintf(run->cli->err,
                      "vagval: %" PRIu64 " rows got no answer; load the files again: what was done "
                      "is not done twice\n",
                      loading->unknown);
    }
    return code;
}

static enum vv_status prepare(struct run *run, const struct vv_args *args)
{
    struct vv_loading *loading = &run->loading;
    const char *reject = vv_args_text(args, "reject", NULL);
    loading->cli = run->cli;
    loading->source = vv_args_text(args, "source", "load");
    loading->scheme = vv_args_text(args, "scheme", VV_SCHEME_DEFAULT);
    loading->files = args->words;
    loading->file_count = args->word_count;
    loading->cases = json_object();
    loading->contracts = json_object();
    run->by_day = vv_args_flag(args, "by-day");
    enum vv_status status =
        vv_path(loading->reject_path, sizeof(loading->reject_path), &run->error, "%s%s",
                reject == NULL ? args->words[0] : reject, reject == NULL ? ".rejected" : "");
    return status == VV_OK && (loading->cases == NULL || loading->contracts == NULL)
               ? vv_fail(&run->error, VV_NO_MEMORY, "load", NULL, 0, "no memory")
               : status;
}

int vv_command_load(struct vv_cli *cli, const struct vv_args *args)
{
    struct run *run = calloc(1, sizeof(*run));
    if (run == NULL) {
        return vv_cli_wrong(cli, NULL, "no memory");
    }
    run->cli = cli;
    int code = VV_EXIT_PROBLEM;
    int lock = -1;
    enum vv_status status = prepare(run, args);
    if (status == VV_OK) {
        status = read_files(run);
    }
    if (status != VV_OK) {
        code = vv_cli_fail(cli, &run->error,
                           "nothing was sent; `vagval load --help` tells the "
                           "columns of each kind of file");
    } else if (!run->by_day || vv_lock_clock(cli, "load --by-day", &lock)) {
        run->loading.client = vv_client_open_for(cli, NEEDED);
        if (run->loading.client != NULL) {
            status = send_files(run);
            code = status == VV_OK ? tell(run)
                                   : vv_cli_fail(cli, &run->error,
                                                 "load the files again: what was acknowledged is "
                                                 "not done twice");
            vv_client_close(&run->loading.client);
        }
    }
    vv_lock_release(&lock);
    vv_loading_free(&run->loading);
    free(run);
    return code;
}
