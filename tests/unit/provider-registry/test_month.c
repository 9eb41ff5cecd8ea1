/*
 * test_month.c: does a calendar month keep its obligations? Windows of 7 days from Wednesday
 * 2020-04-01: 1-7, 8-14, 15-21, 22-28 April, 29 April - 5 May, 6-12 May.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "../../../services/provider-registry/month.h"
#include "../../../services/provider-registry/obligations.h"

static const struct vv_obligation talk = {
    .code = "talk", .kind = VV_OBLIGATION_EVERY, .days = 7, .minutes_min = 30};
static const struct vv_delivery rules = {.obligations = &talk, .obligation_count = 1};
static Vagval__V1__Delivery recorded;
static Vagval__V1__ActivityDone activities[8], *activity_list[8];
static Vagval__V1__ObligationExcuse excuse, *excuse_list[1] = {&excuse};

static vv_date day(const char *text)
{
    vv_date date = 0;
    assert_int_equal(vv_date_parse(text, &date), VV_OK);
    return date;
}

static int setup(void **state)
{
    (void)state;
    vagval__v1__delivery__init(&recorded);
    recorded.activities = activity_list;
    recorded.excuses = excuse_list;
    return 0;
}

static void talked(const char *on)
{
    Vagval__V1__ActivityDone *activity = &activities[recorded.n_activities];
    vagval__v1__activity_done__init(activity);
    activity->on = day(on);
    activity->minutes = 30;
    activity->attended = true;
    activity_list[recorded.n_activities++] = activity;
}

static bool kept(const char *month, const char *today)
{
    struct vv_obligation_term terms[64];
    Vagval__V1__JudgedTerm judged[64], *judged_list[64];
    Vagval__V1__JudgedObligation group = VAGVAL__V1__JUDGED_OBLIGATION__INIT, *groups[] = {&group};
    struct vv_term_input input = {.rules = &rules,
                                  .jurisdiction = VV_SWEDEN,
                                  .start = day("2020-04-01"),
                                  .last = day("2020-09-30"),
                                  .recorded = &recorded,
                                  .today = day(today)};
    size_t count = vv_obligation_terms(&input, terms, 64);
    assert_true(count <= 64);
    for (size_t i = 0; i < count; i++) {
        vagval__v1__judged_term__init(&judged[i]);
        judged[i].due = terms[i].due;
        judged[i].state = (uint32_t)terms[i].state;
        judged_list[i] = &judged[i];
    }
    group.code = (char *)(uintptr_t)talk.code;
    group.start = input.start;
    group.terms = judged_list;
    group.n_terms = count;
    recorded.judged = groups;
    recorded.n_judged = 1;
    /* Of another placement nothing is known, and so nothing is missed. */
    assert_null(vv_month_missed(&recorded, &rules, input.start + 1, day(month)));
    const char *missed = vv_month_missed(&recorded, &rules, input.start, day(month));
    assert_true(missed == NULL || strcmp(missed, talk.code) == 0);
    return missed == NULL;
}

/* Four terms end in April. The one that ends on 5 May is May's. */
static void a_term_is_of_the_month_of_its_last_day(void **state)
{
    (void)state;
    talked("2020-04-07");
    talked("2020-04-08");
    talked("2020-04-21");
    assert_false(kept("2020-04-01", "2020-05-01"));
    talked("2020-04-22");
    assert_true(kept("2020-04-01", "2020-05-06"));
    assert_false(kept("2020-05-01", "2020-06-01"));
    assert_true(kept("2020-03-01", "2020-06-01")); /* nothing ended in March */
}

/* 22-28 April is kept on 29 April: late, and so are none of April's terms missed. */
static void late_is_kept_and_so_is_excused(void **state)
{
    (void)state;
    talked("2020-04-01");
    talked("2020-04-08");
    talked("2020-04-29");
    assert_false(kept("2020-04-01", "2020-05-01")); /* 15-21 is missed */
    vagval__v1__obligation_excuse__init(&excuse);
    excuse.obligation = (char *)(uintptr_t) "talk";
    excuse.due = day("2020-04-21");
    recorded.n_excuses = 1;
    assert_true(kept("2020-04-01", "2020-05-01"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_term_is_of_the_month_of_its_last_day, setup),
        cmocka_unit_test_setup(late_is_kept_and_so_is_excused, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
