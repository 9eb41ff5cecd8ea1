/*
 * calendar.h: working days per jurisdiction (rules 13).
 */
#ifndef VAGVAL_CALENDAR_H
#define VAGVAL_CALENDAR_H

#include <stdbool.h>

#include "vagval/date.h"

enum vv_jurisdiction { VV_SWEDEN, VV_FINLAND, VV_ALAND };

VV_CHECKED enum vv_status vv_jurisdiction_parse(const char *code, enum vv_jurisdiction *ret);
vv_date vv_calendar_easter(int year);
/* Public holiday or, in the agency's calendar, midsummer, Christmas and New Year's Eve. */
bool vv_calendar_holiday(enum vv_jurisdiction where, vv_date date);
bool vv_calendar_working_day(enum vv_jurisdiction where, vv_date date);
/* The day on which n working days have passed: day 1 is the next working day after `from`.
 * Offered Wed 2022-12-21, n = 5 -> 2022-12-29. n >= 1. */
vv_date vv_calendar_add_working_days(enum vv_jurisdiction where, vv_date from, int n);

#endif
