/*
 * test_date.c: civil dates and calendar months (rules 1 and 2).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vagval/date.h"

static vv_date day(const char *text)
{
    vv_date date = VV_DATE_NONE;
    assert_int_equal(vv_date_parse(text, &date), VV_OK);
    return date;
}

static void assert_date(vv_date date, const char *expected)
{
    char text[VV_DATE_TEXT_BYTES];
    vv_date_format(date, text);
    assert_string_equal(text, expected);
}

/* Day numbers from Python's datetime, which shares the proleptic Gregorian calendar. */
static void known_days(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        vv_date days;
        int weekday;
    } known[] = {
        {"1970-01-01", 0, 4},           {"1969-12-31", -1, 3},          {"2000-02-29", 11016, 2},
        {"2020-03-02", 18323, 1},       {"2021-07-09", 18817, 5},       {"1900-03-01", -25508, 4},
        {"0001-01-01", VV_DATE_MIN, 1}, {"9999-12-31", VV_DATE_MAX, 5},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        assert_int_equal(day(known[i].text), known[i].days);
        assert_date(known[i].days, known[i].text);
        assert_int_equal(vv_date_weekday(known[i].days), known[i].weekday);
    }
}

/* Every day of the calendar in turn: one more day number is the next day of the month, or the
 * first of the next month. */
static void every_day_follows_the_one_before(void **state)
{
    (void)state;
    struct vv_ymd before = vv_date_to_ymd(VV_DATE_MIN);
    for (vv_date date = VV_DATE_MIN + 1; date <= VV_DATE_MAX; date++) {
        struct vv_ymd now = vv_date_to_ymd(date);
        int next_day =
            now.year == before.year && now.month == before.month && now.day == before.day + 1;
        int next_month = now.day == 1 && now.month == before.month % 12 + 1 &&
                         now.year == before.year + (before.month == 12);
        if (!(next_day || next_month) || !vv_ymd_valid(now) || vv_date_from_ymd(now) != date) {
            fail_msg("day number %d reads %d-%d-%d", date, now.year, now.month, now.day);
        }
        before = now;
    }
}

static void leap_years(void **state)
{
    (void)state;
    assert_true(vv_ymd_valid((struct vv_ymd){2000, 2, 29}));
    assert_true(vv_ymd_valid((struct vv_ymd){2024, 2, 29}));
    assert_false(vv_ymd_valid((struct vv_ymd){1900, 2, 29}));
    assert_false(vv_ymd_valid((struct vv_ymd){2023, 2, 29}));
    assert_false(vv_ymd_valid((struct vv_ymd){0, 1, 1}));
    assert_false(vv_ymd_valid((struct vv_ymd){10000, 1, 1}));
    assert_false(vv_ymd_valid((struct vv_ymd){2023, 13, 1}));
    assert_false(vv_ymd_valid((struct vv_ymd){2023, 4, 31}));
    assert_false(vv_date_valid(VV_DATE_NONE));
    assert_false(vv_date_valid(VV_DATE_MAX + 1));
    assert_true(vv_date_valid(VV_DATE_MIN));
}

/* rules 1: counted from the original start, never chained. */
static void months_are_counted_from_the_start(void **state)
{
    (void)state;
    assert_date(vv_date_add_months(day("2023-08-31"), 3), "2023-11-30");
    assert_date(vv_date_add_months(day("2023-08-31"), 6), "2024-02-29");
    assert_date(vv_date_add_months(day("2023-11-30"), 3), "2024-02-29");
    assert_date(vv_date_add_months(day("2023-11-30"), 6), "2024-05-30");
    /* Domain facts: 9 July and three months is 9 October, not 90 days (which is 7 October). */
    assert_date(vv_date_add_months(day("2021-07-09"), 3), "2021-10-09");
    assert_date(day("2021-07-09") + 90, "2021-10-07");
    assert_date(vv_date_add_months(day("2021-10-09") - 1, 0), "2021-10-08");
    /* Across year ends, backwards, and at the calendar's ends. */
    assert_date(vv_date_add_months(day("2022-12-31"), 2), "2023-02-28");
    assert_date(vv_date_add_months(day("2023-03-31"), -1), "2023-02-28");
    assert_date(vv_date_add_months(day("2023-01-15"), -13), "2021-12-15");
    assert_date(vv_date_add_months(day("2023-01-15"), -12), "2022-01-15");
    assert_date(vv_date_add_months(day("9999-12-01"), 1), "9999-12-31");
    assert_date(vv_date_add_months(day("0001-01-15"), -1), "0001-01-01");
    assert_date(vv_date_add_months(day("0001-01-15"), 0), "0001-01-15");
}

static void month_bounds(void **state)
{
    (void)state;
    assert_date(vv_date_month_start(day("2024-02-29")), "2024-02-01");
    assert_date(vv_date_month_end(day("2024-02-01")), "2024-02-29");
    assert_date(vv_date_month_end(day("2023-02-28")), "2023-02-28");
    assert_int_equal(vv_date_days_in_month(day("2024-02-10")), 29);
    assert_int_equal(vv_date_days_in_month(day("2100-02-10")), 28);
    assert_int_equal(vv_date_days_in_month(day("2021-12-31")), 31);
}

static void ages(void **state)
{
    (void)state;
    assert_int_equal(vv_date_age(day("1992-06-15"), day("2022-06-14")), 29);
    assert_int_equal(vv_date_age(day("1992-06-15"), day("2022-06-15")), 30);
    /* Born on 29 February: a year older on 1 March of a common year, on the day of a leap year. */
    assert_int_equal(vv_date_age(day("2000-02-29"), day("2021-02-28")), 20);
    assert_int_equal(vv_date_age(day("2000-02-29"), day("2021-03-01")), 21);
    assert_int_equal(vv_date_age(day("2000-02-29"), day("2024-02-29")), 24);
    assert_int_equal(vv_date_age(day("2020-05-01"), day("2020-05-01")), 0);
}

static void only_dates_parse(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",           "2021",       "2021-7-9",    "2021-07-9",  "2021-07-091",
        "2021/07/09", "20210709",   " 2021-07-09", "2021-02-29", "2021-00-10",
        "2021-13-10", "2021-10-00", "0000-01-01",  "-001-01-01", "2021-07-",
        "2021-07",    "2021-0a-01", "2021-07-09 ", "+021-07-09"};
    vv_date date = 42;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (vv_date_parse(bad[i], &date) != VV_INVALID) {
            fail_msg("accepted \"%s\"", bad[i]);
        }
    }
    assert_int_equal(date, 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_days),       cmocka_unit_test(every_day_follows_the_one_before),
        cmocka_unit_test(leap_years),       cmocka_unit_test(months_are_counted_from_the_start),
        cmocka_unit_test(month_bounds),     cmocka_unit_test(ages),
        cmocka_unit_test(only_dates_parse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
