/*
 * test_obligations.c: terms of obligations, by hand. The placement starts on day 1000 (a Thursday,
 * 1972-09-28) and lasts as long as a test says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "../../../services/provider-registry/obligations.h"

static const char *const talk[] = {"talk"};
static struct vv_obligation every, once, hours;
static struct vv_delivery rules;
static Vagval__V1__Delivery recorded;
static Vagval__V1__ActivityDone activities[16], *activity_list[16];
static Vagval__V1__Deviation deviation, *deviation_list[1];
static Vagval__V1__ObligationExcuse excuse, *excuse_list[1];
static struct vv_obligation_term terms[64];

static int setup(void **state)
{
    (void)state;
    every = (struct vv_obligation){.code = "talk",
                                   .kind = VV_OBLIGATION_EVERY,
                                   .days = 7,
                                   .met_by = talk,
                                   .met_by_count = 1,
                                   .minutes_min = 30};
    once = (struct vv_obligation){.code = "plan", .kind = VV_OBLIGATION_ONCE, .days = 15};
    hours = (struct vv_obligation){.code = "hours",
                                   .kind = VV_OBLIGATION_HOURS,
                                   .days = 7,
                                   .hours = 2,
                                   .physical_percent = 50};
    vagval__v1__delivery__init(&recorded);
    recorded.activities = activity_list;
    recorded.deviations = deviation_list;
    recorded.excuses = excuse_list;
    return 0;
}

static void done(const char *kind, vv_date on, uint32_t minutes, bool physical, bool attended)
{
    Vagval__V1__ActivityDone *activity = &activities[recorded.n_activities];
    vagval__v1__activity_done__init(activity);
    activity->kind = (char *)(uintptr_t)kind;
    activity->on = on;
    activity->minutes = minutes;
    activity->physical = physical;
    activity->attended = attended;
    activity_list[recorded.n_activities++] = activity;
}

static size_t ask(const struct vv_obligation *obligation, vv_date last, vv_date today)
{
    rules = (struct vv_delivery){.obligations = obligation, .obligation_count = 1};
    struct vv_term_input input = {.rules = &rules,
                                  .jurisdiction = VV_SWEDEN,
                                  .start = 1000,
                                  .last = last,
                                  .recorded = &recorded,
                                  .today = today};
    return vv_obligation_terms(&input, terms, 64);
}

/* Windows 1000-1006, 1007-1013, ...: each needs one talk of 30 minutes that was attended. */
static void a_talk_in_each_window(void **state)
{
    (void)state;
    done("talk", 1006, 30, false, true);
    done("talk", 1010, 29, false, true);   /* too short */
    done("search", 1012, 60, false, true); /* another kind */
    assert_int_equal(ask(&every, 1100, 1013), 2);
    assert_int_equal(terms[0].state, VV_TERM_MET);
    assert_int_equal(terms[0].met_on, 1006);
    assert_int_equal(terms[1].due, 1013);
    assert_int_equal(terms[1].state, VV_TERM_DUE); /* its last day has not passed */
    assert_int_equal(ask(&every, 1100, 1014), 3);
    assert_int_equal(terms[1].state, VV_TERM_MISSED);
    assert_int_equal(terms[2].from, 1014);
}

static void a_talk_in_the_window_after_is_late(void **state)
{
    (void)state;
    done("talk", 1020, 30, false, true); /* in the third window: keeps it, and the second late */
    assert_int_equal(ask(&every, 1100, 1021), 4);
    assert_int_equal(terms[0].state, VV_TERM_MISSED);
    assert_int_equal(terms[1].state, VV_TERM_LATE);
    assert_int_equal(terms[1].met_on, 1020);
    assert_int_equal(terms[2].state, VV_TERM_MET);
}

static void a_window_cut_short_asks_nothing(void **state)
{
    (void)state;
    assert_int_equal(ask(&every, 1012, 1050), 1); /* 1007-1013 would end after the placement */
    assert_int_equal(ask(&every, 1013, 1050), 2);
}

static void the_participant_has_a_word(void **state)
{
    (void)state;
    done("talk", 1003, 30, false, true);
    activities[0].confirmed = (char *)(uintptr_t) "no";
    assert_int_equal(ask(&every, 1100, 1006), 1);
    assert_int_equal(terms[0].state, VV_TERM_DUE);
    activities[0].confirmed = (char *)(uintptr_t) "yes";
    ask(&every, 1100, 1006);
    assert_int_equal(terms[0].state, VV_TERM_MET);
}

static void absence_that_is_reported_excuses(void **state)
{
    (void)state;
    done("talk", 1003, 30, false, false);
    ask(&every, 1100, 1007);
    assert_int_equal(terms[0].state, VV_TERM_MISSED);
    vagval__v1__deviation__init(&deviation);
    deviation.code = 15;
    deviation.on = 1002;
    deviation.through = 1003;
    deviation_list[0] = &deviation;
    recorded.n_deviations = 1;
    ask(&every, 1100, 1007);
    assert_int_equal(terms[0].state, VV_TERM_EXCUSED);
    deviation.through = 1002; /* another day's absence */
    ask(&every, 1100, 1007);
    assert_int_equal(terms[0].state, VV_TERM_MISSED);
    vagval__v1__obligation_excuse__init(&excuse);
    excuse.obligation = (char *)(uintptr_t) "talk";
    excuse.due = 1006;
    excuse_list[0] = &excuse;
    recorded.n_excuses = 1;
    ask(&every, 1100, 1007);
    assert_int_equal(terms[0].state, VV_TERM_EXCUSED);
}

/* 15 days from day 1000: due on 1015. Five working days from Thursday 28 September: Fri 29, Mon 2,
 * Tue 3, Wed 4, Thu 5 October = day 1007. */
static void a_term_of_days_and_of_working_days(void **state)
{
    (void)state;
    done("anything", 1016, 5, false, true);
    assert_int_equal(ask(&once, 1100, 1015), 1);
    assert_int_equal(terms[0].due, 1015);
    assert_int_equal(terms[0].state, VV_TERM_DUE);
    ask(&once, 1100, 1020);
    assert_int_equal(terms[0].state, VV_TERM_LATE);
    once.working_days = true;
    once.days = 5;
    ask(&once, 1100, 1007);
    assert_int_equal(terms[0].due, 1007);
    assert_int_equal(ask(&once, 1006, 1007), 0); /* the placement ended before */
}

/* Two hours a week, half of the two face to face: 60 of at least 120 minutes. */
static void hours_and_their_share(void **state)
{
    (void)state;
    done("talk", 1000, 60, true, true);
    done("search", 1006, 59, false, true);
    ask(&hours, 1100, 1006);
    assert_int_equal(terms[0].minutes, 119);
    assert_int_equal(terms[0].state, VV_TERM_DUE);
    done("search", 1006, 1, false, true);
    ask(&hours, 1100, 1006);
    assert_int_equal(terms[0].state, VV_TERM_MET);
    activities[0].minutes =
        59; /* 59 face to face of 119 + ... is too little, however long the rest */
    activities[1].minutes = 600;
    ask(&hours, 1100, 1007);
    assert_int_equal(terms[0].state, VV_TERM_MISSED);
}

/* Month 2 of 1972-09-28 begins on 1972-10-28 = day 1030, and ends on 27 November = 1060. */
static void months_bound_the_windows(void **state)
{
    (void)state;
    hours.from_month = 2;
    hours.to_month = 2;
    assert_int_equal(ask(&hours, 2000, 2000), 4); /* 31 days: four whole weeks */
    assert_int_equal(terms[0].from, 1030);
    assert_int_equal(terms[3].due, 1057);
}

#define FRESH(test) cmocka_unit_test_setup(test, setup)

static void states_have_words(void **state)
{
    (void)state;
    static const char *const names[] = {[VV_TERM_DUE] = "due",
                                        [VV_TERM_MET] = "met",
                                        [VV_TERM_LATE] = "late",
                                        [VV_TERM_MISSED] = "missed",
                                        [VV_TERM_EXCUSED] = "excused"};
    for (int i = VV_TERM_DUE; i <= VV_TERM_EXCUSED; i++) {
        assert_string_equal(vv_term_state_name((enum vv_term_state)i), names[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(a_talk_in_each_window),
        FRESH(a_talk_in_the_window_after_is_late),
        FRESH(a_window_cut_short_asks_nothing),
        FRESH(the_participant_has_a_word),
        FRESH(absence_that_is_reported_excuses),
        FRESH(a_term_of_days_and_of_working_days),
        FRESH(hours_and_their_share),
        FRESH(months_bound_the_windows),
        FRESH(states_have_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
