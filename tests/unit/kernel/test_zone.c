/*
 * test_zone.c: the civil date of an instant; summer time by directive 2000/84/EC.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "vagval/zone.h"

#define HOUR INT64_C(3600000)

static int64_t utc(int year, int month, int day, int hour, int minute)
{
    return vv_date_from_ymd((struct vv_ymd){year, month, day}) * VV_DAY_MS + hour * HOUR +
           minute * INT64_C(60000);
}

static void assert_local(const char *zone, int64_t ms, int year, int month, int day)
{
    vv_date date = VV_DATE_NONE;
    assert_int_equal(vv_zone_date(zone, ms, &date), VV_OK);
    assert_int_equal(date, vv_date_from_ymd((struct vv_ymd){year, month, day}));
}

/* Winter: Stockholm is UTC+1, Helsinki UTC+2. 22:30 UTC is 23:30 in Stockholm, 00:30 the next day
 * in Helsinki. */
static void stockholm_is_not_helsinki(void **state)
{
    (void)state;
    int64_t ms = utc(2021, 1, 15, 22, 30);
    assert_local("UTC", ms, 2021, 1, 15);
    assert_local("Europe/Stockholm", ms, 2021, 1, 15);
    assert_local("Europe/Helsinki", ms, 2021, 1, 16);
    assert_local("Europe/Mariehamn", ms, 2021, 1, 16);
    assert_local("Europe/Stockholm", utc(2021, 1, 15, 23, 0), 2021, 1, 16);
}

/* Summer: Stockholm UTC+2. 2021: 28 March and 31 October are the last Sundays. The evenings before
 * and after each change show the offset. */
static void summer_time_shifts_midnight(void **state)
{
    (void)state;
    assert_local("Europe/Stockholm", utc(2021, 3, 27, 22, 30), 2021, 3, 27);
    assert_local("Europe/Stockholm", utc(2021, 3, 28, 22, 30), 2021, 3, 29);
    assert_local("Europe/Stockholm", utc(2021, 10, 30, 22, 30), 2021, 10, 31);
    assert_local("Europe/Stockholm", utc(2021, 10, 31, 22, 30), 2021, 10, 31);
    assert_local("Europe/Helsinki", utc(2021, 7, 1, 20, 59), 2021, 7, 1);
    assert_local("Europe/Helsinki", utc(2021, 7, 1, 21, 0), 2021, 7, 2);
    /* 31 March 2024 is itself the last Sunday. */
    assert_local("Europe/Stockholm", utc(2024, 3, 31, 22, 0), 2024, 4, 1);
    assert_local("Europe/Stockholm", utc(2024, 3, 30, 22, 59), 2024, 3, 30);
}

/* Walks hour by hour: dates follow each other, and a day has 24 hours, but for one of 23 and one of
 * 25 in each year of a zone with summer time. */
static void days_have_their_hours(void **state)
{
    (void)state;
    static const char *const zones[] = {"UTC", "Europe/Stockholm", "Europe/Helsinki",
                                        "Europe/Mariehamn"};
    enum { FIRST_YEAR = 2020, YEARS = 11 };
    for (size_t z = 0; z < sizeof zones / sizeof zones[0]; z++) {
        int64_t end = utc(FIRST_YEAR + YEARS, 1, 1, 0, 0);
        int days[26] = {0}; /* by their hours */
        int hours = 0;
        bool whole = false; /* the first day is not */
        vv_date last = VV_DATE_NONE;
        for (int64_t ms = utc(FIRST_YEAR, 1, 1, 0, 0); ms < end; ms += HOUR) {
            vv_date date = VV_DATE_NONE;
            assert_int_equal(vv_zone_date(zones[z], ms, &date), VV_OK);
            if (last != VV_DATE_NONE && date != last) {
                assert_int_equal(date, last + 1);
                assert_true(hours < 26);
                days[hours] += whole ? 1 : 0;
                whole = true;
                hours = 0;
            }
            hours++;
            last = date;
        }
        int of_all = 0;
        for (size_t h = 0; h < sizeof days / sizeof days[0]; h++) {
            of_all += days[h];
        }
        assert_int_equal(days[23], z == 0 ? 0 : YEARS);
        assert_int_equal(days[25], z == 0 ? 0 : YEARS);
        assert_int_equal(days[24], of_all - days[23] - days[25]);
    }
}

static void before_1970(void **state)
{
    (void)state;
    assert_local("UTC", -1, 1969, 12, 31);
    assert_local("UTC", -VV_DAY_MS, 1969, 12, 31);
    assert_local("UTC", -VV_DAY_MS - 1, 1969, 12, 30);
}

static void refusals(void **state)
{
    (void)state;
    vv_date date = 7;
    assert_int_equal(vv_zone_date("Europe/Oslo", 0, &date), VV_UNSUPPORTED);
    assert_int_equal(vv_zone_date("europe/stockholm", 0, &date), VV_UNSUPPORTED);
    assert_int_equal(vv_zone_date("UTC", INT64_MAX, &date), VV_INVALID);
    assert_int_equal(vv_zone_date("UTC", INT64_MIN, &date), VV_INVALID);
    assert_int_equal(date, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stockholm_is_not_helsinki),
        cmocka_unit_test(summer_time_shifts_midnight),
        cmocka_unit_test(days_have_their_hours),
        cmocka_unit_test(before_1970),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
