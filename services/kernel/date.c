/*
 * date.c: civil dates as day counts (rules 1). Proleptic Gregorian calendar, years 1..9999.
 */
#include "vagval/date.h"

#include <assert.h>

/* Days before 1970-01-01 counted from 0001-01-01. */
#define DAYS_TO_1970 719162
/* Days from 1970-01-01 to the first day of these years. Between them every fourth year is a leap
 * year. */
#define FROM_1901 (-25202)
#define FROM_2100 47482
#define DAYS_IN_400_YEARS 146097
#define DAYS_IN_100_YEARS 36524
#define DAYS_IN_4_YEARS 1461

static bool leap_year(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_length(int year, int month)
{
    static const int lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && leap_year(year) ? 29 : lengths[month - 1];
}

/* Days of the year before each month, and its length: common years, leap years. */
static const int days_before[2][13] = {
    {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365},
    {0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366},
};

bool vv_date_valid(vv_date date)
{
    return date >= VV_DATE_MIN && date <= VV_DATE_MAX;
}

bool vv_ymd_valid(struct vv_ymd ymd)
{
    return ymd.year >= 1 && ymd.year <= 9999 && ymd.month >= 1 && ymd.month <= 12 && ymd.day >= 1 &&
           ymd.day <= month_length(ymd.year, ymd.month);
}

vv_date vv_date_from_ymd(struct vv_ymd ymd)
{
    assert(vv_ymd_valid(ymd));
    int before = ymd.year - 1;
    int days = before * 365 + before / 4 - before / 100 + before / 400;
    days += days_before[leap_year(ymd.year)][ymd.month - 1];
    return days + ymd.day - 1 - DAYS_TO_1970;
}

static struct vv_ymd within_year(int year, int days)
{
    /* Month m (from 0) begins by day 32 m, and month m + 2 not before day 32 (m + 1): so the
     * quotient is the month or the one before it. */
    const int *before = days_before[leap_year(year)];
    int month = days / 32;
    month += days >= before[month + 1] ? 1 : 0;
    return (struct vv_ymd){year, month + 1, days - before[month] + 1};
}

struct vv_ymd vv_date_to_ymd(vv_date date)
{
    assert(vv_date_valid(date));
    int days = date + DAYS_TO_1970;
    if (date >= FROM_1901 && date < FROM_2100) { /* nearly always, and faster */
        days = date - FROM_1901;
        int cycles = days / DAYS_IN_4_YEARS;
        days -= cycles * DAYS_IN_4_YEARS;
        int of_cycle = days < 3 * 365 ? days / 365 : 3;
        return within_year(1901 + 4 * cycles + of_cycle, days - of_cycle * 365);
    }
    int year = 1 + 400 * (days / DAYS_IN_400_YEARS);
    days %= DAYS_IN_400_YEARS;
    /* The last day of a leap cycle would otherwise be counted into a century or year after it. */
    int centuries = days / DAYS_IN_100_YEARS;
    centuries = centuries > 3 ? 3 : centuries;
    days -= centuries * DAYS_IN_100_YEARS;
    year += 100 * centuries + 4 * (days / DAYS_IN_4_YEARS);
    days %= DAYS_IN_4_YEARS;
    int years = days / 365;
    years = years > 3 ? 3 : years;
    days -= years * 365;
    year += years;
    return within_year(year, days);
}

/* Two or four decimal digits at `text`; -1 when one of them is not a digit. */
static int number_at(const char *text, int digits)
{
    int value = 0;
    for (int i = 0; i < digits; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return -1;
        }
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

enum vv_status vv_date_parse(const char *text, vv_date *ret_date)
{
    /* The order matters: each test reads only what the ones before it have shown to be there. */
    int year = number_at(text, 4);
    if (year < 0 || text[4] != '-') {
        return VV_INVALID;
    }
    int month = number_at(text + 5, 2);
    if (month < 0 || text[7] != '-') {
        return VV_INVALID;
    }
    int day = number_at(text + 8, 2);
    if (day < 0 || text[10] != '\0') {
        return VV_INVALID;
    }
    struct vv_ymd ymd = {year, month, day};
    if (!vv_ymd_valid(ymd)) {
        return VV_INVALID;
    }
    *ret_date = vv_date_from_ymd(ymd);
    return VV_OK;
}

static void put_number(char *text, int value, int digits)
{
    for (int i = digits - 1; i >= 0; i--) {
        text[i] = (char)('0' + value % 10);
        value /= 10;
    }
}

void vv_date_format(vv_date date, char ret_text[static VV_DATE_TEXT_BYTES])
{
    struct vv_ymd ymd = vv_date_to_ymd(date);
    put_number(ret_text, ymd.year, 4);
    ret_text[4] = '-';
    put_number(ret_text + 5, ymd.month, 2);
    ret_text[7] = '-';
    put_number(ret_text + 8, ymd.day, 2);
    ret_text[10] = '\0';
}

vv_date vv_date_add_months(vv_date date, int months)
{
    struct vv_ymd ymd = vv_date_to_ymd(date);
    int64_t index = (int64_t)ymd.year * 12 + (ymd.month - 1) + months;
    if (index < 12) {
        return VV_DATE_MIN;
    }
    if (index > INT64_C(9999) * 12 + 11) {
        return VV_DATE_MAX;
    }
    struct vv_ymd then = {(int)(index / 12), (int)(index % 12) + 1, ymd.day};
    int length = month_length(then.year, then.month);
    if (then.day > length) {
        then.day = length;
    }
    return vv_date_from_ymd(then);
}

vv_date vv_date_month_start(vv_date date)
{
    return date - vv_date_to_ymd(date).day + 1;
}

vv_date vv_date_month_end(vv_date date)
{
    struct vv_ymd ymd = vv_date_to_ymd(date);
    return date - ymd.day + month_length(ymd.year, ymd.month);
}

int vv_date_days_in_month(vv_date date)
{
    struct vv_ymd ymd = vv_date_to_ymd(date);
    return month_length(ymd.year, ymd.month);
}

int vv_date_weekday(vv_date date)
{
    assert(vv_date_valid(date));
    /* 0001-01-01 of the proleptic calendar is a Monday. */
    return (date + DAYS_TO_1970) % 7 + 1;
}

int vv_date_age(vv_date birth, vv_date on)
{
    struct vv_ymd from = vv_date_to_ymd(birth);
    struct vv_ymd to = vv_date_to_ymd(on);
    bool birthday_passed = to.month > from.month || (to.month == from.month && to.day >= from.day);
    return to.year - from.year - (birthday_passed ? 0 : 1);
}
