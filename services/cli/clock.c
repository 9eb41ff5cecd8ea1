/*
 * clock.c: `vagval clock`: shows the business date, sets the virtual clock, walks it day by day.
 */
#include "client.h"
#include "commands.h"
#include "lock.h"
#include "progress.h"
#include "settle.h"
#include "system.h"

static int tell(const struct vv_cli *cli, vv_date date)
{
    char text[VV_DATE_TEXT_BYTES];
    vv_date_format(date, text);
    if (date <= 0) { /* a new region with a virtual clock */
        (void)snprintf(text, sizeof(text), "not set");
    }
    if (cli->json) {
        return vv_cli_json(cli,
                           date <= 0 ? json_pack("{s:n}", "business_date")
                                     : json_pack("{s:s}", "business_date", text),
                           VV_EXIT_OK);
    }
    (void)fprintf(cli->out, "business date %s\n", text);
    return VV_EXIT_OK;
}

int vv_command_clock_show(struct vv_cli *cli, const struct vv_args *args)
{
    (void)args;
    struct vv_client *client = vv_client_open_for(cli, 1u << VV_REGISTRY);
    if (client == NULL) {
        return VV_EXIT_PROBLEM;
    }
    int code = tell(cli, vv_client_business_date(client));
    vv_client_close(&client);
    return code;
}

int vv_command_clock_set(struct vv_cli *cli, const struct vv_args *args)
{
    struct vv_error error = {0};
    vv_date date;
    if (vv_date_parse(args->words[0], &date) != VV_OK) {
        return vv_cli_usage(cli, "write YYYY-MM-DD", "`%s` is not a date", args->words[0]);
    }
    int lock = -1;
    struct vv_client *client = vv_lock_clock(cli, "clock set", &lock) ? vv_client_open(cli) : NULL;
    if (client == NULL) {
        vv_lock_release(&lock);
        return VV_EXIT_PROBLEM;
    }
    /* Again on a running system: the day has been reached, so there is nothing to do. */
    vv_date today = vv_client_business_date(client);
    bool reached = vv_args_flag(args, "at-least") && today >= date;
    int code = VV_EXIT_OK;
    if (!reached && vv_clock_day(client, date, &error) != VV_OK) {
        code = vv_cli_fail(cli, &error,
                           "the virtual clock only goes forward, and only in a region "
                           "that was made with --clock virtual");
    } else {
        code = tell(cli, reached ? today : date);
    }
    vv_client_close(&client);
    vv_lock_release(&lock);
    return code;
}

int vv_command_clock_advance(struct vv_cli *cli, const struct vv_args *args)
{
    vv_date to = (vv_date)vv_args_number(args, "to", VV_DATE_NONE);
    int64_t days = vv_args_number(args, "days", 0);
    if ((to == VV_DATE_NONE) == (days == 0)) {
        return vv_cli_usage(cli, "for example `vagval clock advance --days 30`",
                            "say how far: --to DATE or --days N");
    }
    int lock = -1;
    struct vv_client *client =
        vv_lock_clock(cli, "clock advance", &lock) ? vv_client_open(cli) : NULL;
    if (client == NULL) {
        vv_lock_release(&lock);
        return VV_EXIT_PROBLEM;
    }
    struct vv_error error = {0};
    vv_date from = vv_client_business_date(client);
    to = days > 0 ? from + (vv_date)days : to;
    int code = VV_EXIT_OK;
    if (from <= 0) {
        code = vv_cli_wrong(cli, "give it its first date with `vagval clock set DATE`",
                            "the clock of this new region is not set");
    } else {
        struct vv_progress progress;
        char text[VV_DATE_TEXT_BYTES];
        enum vv_status status = VV_OK;
        vv_date day = from;
        vv_progress_start(&progress, cli->err, cli->json, "clock", "days",
                          to > from ? (uint64_t)(to - from) : 0);
        while (day < to && status == VV_OK) {
            status = vv_clock_day(client, day + 1, &error);
            day += status == VV_OK ? 1 : 0;
            vv_date_format(day, text);
            vv_progress_show(&progress, (uint64_t)(day - from), text);
        }
        if (to > from) {
            vv_date_format(day, text);
            vv_progress_end(&progress, (uint64_t)(day - from), text);
        }
        code = status == VV_OK ? tell(cli, day)
                               : vv_cli_fail(cli, &error, "advance again: it goes on where it was");
    }
    vv_client_close(&client);
    vv_lock_release(&lock);
    return code;
}
