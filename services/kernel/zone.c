/*
 * zone.c: the four time zones that schemes name, with the summer-time rule of directive
 * 2000/84/EC. No system time zone data is read: a decision must not hang on a machine's files.
 */
#include "vagval/zone.h"

#include <stdbool.h>
#include <string.h>

#define HOUR_MS INT64_C(3600000)

struct zone {
    const char *name;
    int64_t offset_ms; /* standard time east of UTC */
    bool summer_time;
};

static const struct zone zones[] = {
    {"UTC", 0, false},
    {"Europe/Stockholm", 1 * HOUR_MS, true},
    {"Europe/Helsinki", 2 * HOUR_MS, true},
    {"Europe/Mariehamn", 2 * HOUR_MS, true},
};

static const struct zone *zone_find(const char *name)
{
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
        if (strcmp(zones[i].name, name) == 0) {
            return &zones[i];
        }
    }
    return NULL;
}

/* The day that holds an instant; division that rounds down also before 1970. */
static int64_t day_of(int64_t ms)
{
    return ms / VV_DAY_MS - (ms % VV_DAY_MS < 0 ? 1 : 0);
}

static bool instant_valid(int64_t ms)
{
    /* A margin of a day keeps every zone's date and both switch days within the calendar. */
    return ms >= (VV_DATE_MIN + INT64_C(1)) * VV_DAY_MS &&
           ms < (VV_DATE_MAX - INT64_C(1)) * VV_DAY_MS;
}

/* 01:00 UTC on the last Sunday of a month of 31 days. */
static int64_t switch_ms(int year, int month)
{
    vv_date last = vv_date_from_ymd((struct vv_ymd){year, month, 31});
    vv_date sunday = last - vv_date_weekday(last) % 7;
    return sunday * VV_DAY_MS + HOUR_MS;
}

static bool summer(int64_t unix_ms)
{
    int year = vv_date_to_ymd((vv_date)day_of(unix_ms)).year;
    return unix_ms >= switch_ms(year, 3) && unix_ms < switch_ms(year, 10);
}

enum vv_status vv_zone_date(const char *zone, int64_t unix_ms, vv_date *ret_date)
{
    const struct zone *found = zone_find(zone);
    if (found == NULL) {
        return VV_UNSUPPORTED;
    }
    if (!instant_valid(unix_ms)) {
        return VV_INVALID;
    }
    int64_t summer_ms = found->summer_time && summer(unix_ms) ? HOUR_MS : 0;
    *ret_date = (vv_date)day_of(unix_ms + found->offset_ms + summer_ms);
    return VV_OK;
}
