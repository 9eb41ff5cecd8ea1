/*
 * date.h: civil dates. A date is a count of days since 1970-01-01 in the proleptic Gregorian
 * calendar; it has no time zone. Each scheme names the zone in which "today" is asked.
 */
#ifndef VAGVAL_DATE_H
#define VAGVAL_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "vagval/status.h"

typedef int32_t vv_date; /* days since 1970-01-01; VV_DATE_MIN..VV_DATE_MAX */

#define VV_DATE_MIN (-719162)  /* 0001-01-01 */
#define VV_DATE_MAX 2932896    /* 9999-12-31 */
#define VV_DATE_NONE INT32_MIN /* "open", "unknown"; never a real day */
#define VV_DATE_TEXT_BYTES 11
#define VV_DAY_MS INT64_C(86400000)

struct vv_ymd {
    int year;
    int month; /* 1..12 */
    int day;   /* 1..31 */
};

/* True within VV_DATE_MIN..VV_DATE_MAX. Ask it of every date that comes from a message: the other
 * functions of this file assert it. */
bool vv_date_valid(vv_date date);
bool vv_ymd_valid(struct vv_ymd ymd);
vv_date vv_date_from_ymd(struct vv_ymd ymd);
struct vv_ymd vv_date_to_ymd(vv_date date);
/* Strictly YYYY-MM-DD. Errors: VV_INVALID. */
VV_CHECKED enum vv_status vv_date_parse(const char *text, vv_date *ret_date);
void vv_date_format(vv_date date, char ret_text[static VV_DATE_TEXT_BYTES]);

/* rules 1: same day number n months on, else that month's last day; always from the original
 * start, never chained. 2023-08-31 + 6 = 2024-02-29. n may be negative. Beyond the calendar's ends:
 * its first or last day. */
vv_date vv_date_add_months(vv_date date, int months);
vv_date vv_date_month_start(vv_date date);
vv_date vv_date_month_end(vv_date date);
int vv_date_days_in_month(vv_date date);
int vv_date_weekday(vv_date date); /* ISO: 1 = Monday .. 7 = Sunday */
/* Whole years between birth and `on` (29 February birthdays count from 1 March). */
int vv_date_age(vv_date birth, vv_date on);

#endif
