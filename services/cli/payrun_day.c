/*
 * payrun_day.c: finds the schemes that have something to pay.
 */
#include "payrun_day.h"

#include <string.h>

#include "payrun_client.h"
#include "scheme_book.h"
#include "sums.h"

static void take_publication(void *context, unsigned generation,
                             const Vagval__V1__PublishScheme *publication)
{
    (void)generation;
    struct vv_payrun_day *day = context;
    for (size_t i = 0; i < day->count; i++) {
        if (strcmp(day->schemes[i], publication->name) == 0) {
            return;
        }
    }
    if (day->count < VV_SCHEMES_MAX) {
        (void)snprintf(day->schemes[day->count++], sizeof(day->schemes[0]), "%s",
                       publication->name);
    }
}

static bool is_run_of(const Vagval__V1__PayRun *run, const char *scheme, vv_date date,
                      uint32_t number)
{
    return strcmp(run->scheme, scheme) == 0 && run->date == date && run->number == number;
}

/* Which schemes of a day have their run. */
struct marking {
    const struct vv_payrun_day *day;
    vv_date date;
    uint32_t number;
    bool *wanted;
};

static bool mark_run(void *context, const Vagval__V1__RunView *run)
{
    const struct marking *marking = context;
    for (size_t s = 0; s < marking->day->count; s++) {
        marking->wanted[s] = marking->wanted[s] || is_run_of(run->body, marking->day->schemes[s],
                                                             marking->date, marking->number);
    }
    return true;
}

static int64_t counted(struct vv_ledger *ledger, const char *what, const char *scheme)
{
    char name[64];
    (void)snprintf(name, sizeof(name), "%s:%.48s", what, scheme);
    return vv_sums_amount(&ledger->components, name);
}

bool vv_payrun_day_read(struct vv_client *client, const struct vv_cli *cli, vv_date date,
                        uint32_t number, struct vv_payrun_day *ret_day)
{
    bool wanted[VV_SCHEMES_MAX] = {false};
    struct vv_ledger ledger;
    size_t kept = 0;
    ret_day->count = 0;
    if (!vv_scheme_book_read(client, take_publication, ret_day)) {
        (void)vv_cli_wrong(cli, "is Redis up? `vagval status` shows it",
                           "the book of published schemes could not be read");
        return false;
    }
    struct marking marking = {ret_day, date, number, wanted};
    if (!vv_payrun_each(client, cli, mark_run, &marking)) {
        return false;
    }
    bool good = vv_ledger_fetch(client, &ledger);
    if (!good) {
        (void)vv_cli_wrong(cli, "`vagval status` shows whether payment is up",
                           "the ledger could not be read whole: %s", ledger.problem);
    }
    for (size_t i = 0; good && i < ret_day->count; i++) {
        char *scheme = ret_day->schemes[i];
        if (wanted[i] || counted(&ledger, "payable", scheme) != counted(&ledger, "taken", scheme)) {
            memmove(ret_day->schemes[kept++], scheme, sizeof(ret_day->schemes[0]));
        }
    }
    ret_day->count = kept;
    vv_ledger_free(&ledger);
    return good;
}
