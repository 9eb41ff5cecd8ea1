/*
 * test_calendar.c: holidays and working days (rules 13).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "vagval/calendar.h"

static vv_date day(const char *text)
{
    vv_date date = VV_DATE_NONE;
    assert_int_equal(vv_date_parse(text, &date), VV_OK);
    return date;
}

/* Published Easter Sundays, with the earliest (22 March), the latest (25 April) and the two years
 * in which the epact's exceptions decide (1954, 1981). */
static void easter(void **state)
{
    (void)state;
    static const char *const sundays[] = {
        "1818-03-22", "1943-04-25", "1954-04-18", "1981-04-19", "2000-04-23", "2008-03-23",
        "2011-04-24", "2019-04-21", "2020-04-12", "2021-04-04", "2022-04-17", "2023-04-09",
        "2024-03-31", "2025-04-20", "2026-04-05", "2038-04-25", "2049-04-18", "2076-04-19"};
    for (size_t i = 0; i < sizeof sundays / sizeof sundays[0]; i++) {
        vv_date expected = day(sundays[i]);
        assert_int_equal(vv_calendar_easter(vv_date_to_ymd(expected).year), expected);
    }
    for (int year = 1; year <= 9999; year++) {
        vv_date sunday = vv_calendar_easter(year);
        assert_int_equal(vv_date_weekday(sunday), 7);
        assert_true(sunday >= vv_date_from_ymd((struct vv_ymd){year, 3, 22}));
        assert_true(sunday <= vv_date_from_ymd((struct vv_ymd){year, 4, 25}));
    }
}

/* rules 13: offered Wednesday 21 December 2022; 22, 23, 27, 28, 29 are days 1..5 (24 and 25 are a
 * weekend, 26 is a Monday and a holiday). */
static void choice_deadline(void **state)
{
    (void)state;
    assert_int_equal(vv_calendar_add_working_days(VV_SWEDEN, day("2022-12-21"), 5),
                     day("2022-12-29"));
    assert_int_equal(vv_calendar_add_working_days(VV_SWEDEN, day("2022-12-21"), 1),
                     day("2022-12-22"));
    /* Offered on a Friday: Monday is day 1. On a Saturday too. */
    assert_int_equal(vv_calendar_add_working_days(VV_SWEDEN, day("2021-09-03"), 5),
                     day("2021-09-10"));
    assert_int_equal(vv_calendar_add_working_days(VV_SWEDEN, day("2021-09-04"), 5),
                     day("2021-09-10"));
    /* Midsummer 2021: Eve Friday 25 June. From Tuesday 22: 23, 24, 28, 29, 30. */
    assert_int_equal(vv_calendar_add_working_days(VV_SWEDEN, day("2021-06-22"), 5),
                     day("2021-06-30"));
    /* Easter 2020: Good Friday 10, Monday 13 April. From Tuesday 7: 8, 9, 14, 15, 16. */
    assert_int_equal(vv_calendar_add_working_days(VV_SWEDEN, day("2020-04-07"), 5),
                     day("2020-04-16"));
    /* New Year's Eve 2020 was a Thursday: in Sweden 30 Dec, then 4 Jan; in Finland 31 Dec. */
    assert_int_equal(vv_calendar_add_working_days(VV_SWEDEN, day("2020-12-29"), 2),
                     day("2021-01-04"));
    assert_int_equal(vv_calendar_add_working_days(VV_FINLAND, day("2020-12-29"), 2),
                     day("2020-12-31"));
    assert_int_equal(vv_calendar_add_working_days(VV_SWEDEN, VV_DATE_MAX - 1, 99), VV_DATE_MAX);
}

/* 2021: the weekdays on which Swedish offices are closed. 6 June was a Sunday that year, the
 * Saturdays (1 May, Midsummer Day, All Saints' Day, Christmas Day) and Sundays are not listed. */
static void swedish_year_2021(void **state)
{
    (void)state;
    static const char *const closed[] = {"2021-01-01", "2021-01-06", "2021-04-02", "2021-04-05",
                                         "2021-05-13", "2021-06-25", "2021-12-24", "2021-12-31"};
    size_t found = 0;
    for (vv_date date = day("2021-01-01"); date <= day("2021-12-31"); date++) {
        if (vv_date_weekday(date) <= 5 && !vv_calendar_working_day(VV_SWEDEN, date)) {
            assert_true(found < sizeof closed / sizeof closed[0]);
            assert_int_equal(date, day(closed[found]));
            found++;
        }
    }
    assert_int_equal(found, sizeof closed / sizeof closed[0]);
    assert_true(vv_calendar_holiday(VV_SWEDEN, day("2021-05-01")));
    assert_true(vv_calendar_holiday(VV_SWEDEN, day("2021-05-23"))); /* Whit Sunday */
    assert_true(vv_calendar_holiday(VV_SWEDEN, day("2021-06-26")));
    assert_true(vv_calendar_holiday(VV_SWEDEN, day("2021-11-06"))); /* All Saints' Day */
    assert_false(vv_calendar_holiday(VV_SWEDEN, day("2021-10-30")));
    assert_false(vv_calendar_holiday(VV_SWEDEN, day("2021-05-24"))); /* Whit Monday, until 2004 */
    assert_true(vv_calendar_holiday(VV_SWEDEN, day("2004-05-31")));
    assert_false(vv_calendar_holiday(VV_SWEDEN, day("2004-06-06")));
    assert_true(vv_calendar_holiday(VV_SWEDEN, day("2022-06-06")));
}

static void national_days(void **state)
{
    (void)state;
    vv_date independence = day("2021-12-06");
    vv_date autonomy = day("2021-06-09");
    assert_true(vv_calendar_working_day(VV_SWEDEN, independence));
    assert_false(vv_calendar_working_day(VV_FINLAND, independence));
    assert_false(vv_calendar_working_day(VV_ALAND, independence));
    assert_true(vv_calendar_working_day(VV_SWEDEN, autonomy));
    assert_true(vv_calendar_working_day(VV_FINLAND, autonomy));
    assert_false(vv_calendar_working_day(VV_ALAND, autonomy));
    assert_true(vv_calendar_working_day(VV_FINLAND, day("2022-06-06")));
}

static void jurisdictions(void **state)
{
    (void)state;
    enum vv_jurisdiction where = VV_ALAND;
    assert_int_equal(vv_jurisdiction_parse("SE", &where), VV_OK);
    assert_int_equal(where, VV_SWEDEN);
    assert_int_equal(vv_jurisdiction_parse("FI", &where), VV_OK);
    assert_int_equal(where, VV_FINLAND);
    assert_int_equal(vv_jurisdiction_parse("AX", &where), VV_OK);
    assert_int_equal(where, VV_ALAND);
    assert_int_equal(vv_jurisdiction_parse("NO", &where), VV_INVALID);
    assert_int_equal(vv_jurisdiction_parse("", &where), VV_INVALID);
    assert_int_equal(where, VV_ALAND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(easter),
        cmocka_unit_test(choice_deadline),
        cmocka_unit_test(swedish_year_2021),
        cmocka_unit_test(national_days),
        cmocka_unit_test(jurisdictions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
