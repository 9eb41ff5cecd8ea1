/*
 * calendar.c: working days (rules 13). Sources: the Swedish public holidays act (1989:253) with
 * Good Friday's eve left alone, the agency's calendar for the eves, and the Finnish statutes on
 * holidays; Åland adds its autonomy day.
 */
#include "vagval/calendar.h"

#include <assert.h>
#include <string.h>

enum vv_status vv_jurisdiction_parse(const char *code, enum vv_jurisdiction *ret)
{
    static const struct {
        const char *code;
        enum vv_jurisdiction where;
    } known[] = {{"SE", VV_SWEDEN}, {"FI", VV_FINLAND}, {"AX", VV_ALAND}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i].code, code) == 0) {
            *ret = known[i].where;
            return VV_OK;
        }
    }
    return VV_INVALID;
}

/* Easter Sunday of the Gregorian calendar: the Sunday after the ecclesiastical full moon that falls
 * on or after 21 March, by golden number, epact and the two corrections of the reform of 1582. */
vv_date vv_calendar_easter(int year)
{
    assert(year >= 1 && year <= 9999);
    int century = year / 100 + 1;
    int golden = year % 19 + 1;
    int solar = 3 * century / 4 - 12;       /* leap years dropped since 1582 */
    int lunar = (8 * century + 5) / 25 - 5; /* drift of the 19-year cycle */
    int epact = ((11 * golden + 20 + lunar - solar) % 30 + 30) % 30;
    if ((epact == 25 && golden > 11) || epact == 24) {
        epact++;
    }
    int moon = 44 - epact; /* day of the full moon, counted from 1 March */
    if (moon < 21) {
        moon += 30;
    }
    vv_date full = vv_date_from_ymd((struct vv_ymd){year, 3, 1}) + moon - 1;
    return full + 7 - vv_date_weekday(full) % 7;
}

/* True if `date` is the given weekday within seven days that begin on month/day. */
static bool weekday_from(vv_date date, int weekday, int month, int day)
{
    vv_date first = vv_date_from_ymd((struct vv_ymd){vv_date_to_ymd(date).year, month, day});
    return vv_date_weekday(date) == weekday && date >= first && date < first + 7;
}

static bool on(struct vv_ymd ymd, int month, int day)
{
    return ymd.month == month && ymd.day == day;
}

/* Days that all three jurisdictions share. */
static bool common_holiday(vv_date date, struct vv_ymd ymd)
{
    int from_easter = date - vv_calendar_easter(ymd.year);
    return on(ymd, 1, 1) || on(ymd, 1, 6) || on(ymd, 5, 1) || on(ymd, 12, 24) || on(ymd, 12, 25) ||
           on(ymd, 12, 26) || from_easter == -2 || from_easter == 0 || from_easter == 1 ||
           from_easter == 39 /* Ascension Day */ || from_easter == 49 /* Whit Sunday */ ||
           weekday_from(date, 5, 6, 19) /* Midsummer Eve */ || weekday_from(date, 6, 6, 20) ||
           weekday_from(date, 6, 10, 31) /* All Saints' Day */;
}

bool vv_calendar_holiday(enum vv_jurisdiction where, vv_date date)
{
    struct vv_ymd ymd = vv_date_to_ymd(date);
    if (common_holiday(date, ymd)) {
        return true;
    }
    switch (where) {
    case VV_SWEDEN:
        /* The National Day replaced Whit Monday as a holiday in 2005. */
        return on(ymd, 12, 31) || (on(ymd, 6, 6) && ymd.year >= 2005) ||
               (ymd.year < 2005 && date - vv_calendar_easter(ymd.year) == 50);
    case VV_FINLAND:
        return on(ymd, 12, 6);
    case VV_ALAND:
        return on(ymd, 12, 6) || on(ymd, 6, 9);
    }
    return false;
}

bool vv_calendar_working_day(enum vv_jurisdiction where, vv_date date)
{
    return vv_date_weekday(date) <= 5 && !vv_calendar_holiday(where, date);
}

vv_date vv_calendar_add_working_days(enum vv_jurisdiction where, vv_date from, int n)
{
    assert(n >= 1);
    vv_date date = from;
    for (int passed = 0; passed < n && date < VV_DATE_MAX;) {
        date++;
        passed += vv_calendar_working_day(where, date) ? 1 : 0;
    }
    return date;
}
