/*
 * holidays.c: every day of a range of years as our calendar has it, for a comparison with a
 * library: holidays 1990 2060  ->  SE 1990-01-01 holiday holiday, weekend or working.
 */
#include <stdio.h>
#include <stdlib.h>

#include "vagval/calendar.h"

static const char *kind_of(enum vv_jurisdiction where, vv_date date)
{
    if (vv_calendar_holiday(where, date)) {
        return "holiday";
    }
    return vv_calendar_working_day(where, date) ? "working" : "weekend";
}

int main(int argc, char **argv)
{
    static const struct {
        const char *code;
        enum vv_jurisdiction where;
    } places[] = {{"SE", VV_SWEDEN}, {"FI", VV_FINLAND}};
    if (argc != 3) {
        (void)fprintf(stderr, "usage: holidays FIRST-YEAR LAST-YEAR\n");
        return 2;
    }
    vv_date first = vv_date_from_ymd((struct vv_ymd){(int)strtol(argv[1], NULL, 10), 1, 1});
    vv_date last = vv_date_from_ymd((struct vv_ymd){(int)strtol(argv[2], NULL, 10), 12, 31});
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        for (vv_date date = first; date <= last; date++) {
            char text[VV_DATE_TEXT_BYTES];
            vv_date_format(date, text);
            (void)printf("%s %s %s\n", places[i].code, text, kind_of(places[i].where, date));
        }
    }
    return 0;
}
