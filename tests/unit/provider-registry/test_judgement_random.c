/*
 * test_judgement_random.c: random courses of talks, absence, words of the participant, excuses, an
 * end and days without a clock, against an oracle that knows days alone: what is judged of each
 * window, and what is stated of each month, must be what it says. VAGVAL_TEST_SEED=n repeats a run.
 */
#include "duties_kit.h"

#include <inttypes.h>
#include <sys/random.h>

enum { HORIZON = 260, COURSES = 40, STEPS = 45, WINDOW = 7, FIRST_DAYS = 5, MONTH_DAYS = 10 };

static uint64_t random_state = 0;

static uint32_t below(uint32_t limit)
{
    /* splitmix64 */
    uint64_t z = (random_state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (uint32_t)((z ^ (z >> 31)) % limit);
}

/* ---- the oracle: by day from the start, counted from 0 ---- */

struct talk {
    struct vv_id id;
    int on;
    bool is_talk, attended, denied;
    uint32_t minutes;
};
struct oracle {
    vv_date start;
    int last; /* of the placement */
    struct talk talks[64];
    size_t talk_count;
    bool away[HORIZON];          /* reported absent on that day */
    bool excused[2][HORIZON];    /* first, talk: by last day */
    int8_t person[HORIZON / 20]; /* by month from the start's: 0 nothing, 1 not kept, 2 kept */
};

/* Somebody came on one of the days; `any` kind and length will do for the first contact. */
static bool came(const struct oracle *oracle, int from, int through, bool any)
{
    for (size_t i = 0; i < oracle->talk_count; i++) {
        const struct talk *talk = &oracle->talks[i];
        bool counts = any || (talk->is_talk && talk->minutes >= 30);
        if (talk->attended && !talk->denied && counts && talk->on >= from && talk->on <= through) {
            return true;
        }
    }
    return false;
}

static bool was_away(const struct oracle *oracle, int from, int through, bool any)
{
    for (size_t i = 0; i < oracle->talk_count; i++) {
        const struct talk *talk = &oracle->talks[i];
        if (!talk->attended && (any || talk->is_talk) && talk->on >= from && talk->on <= through &&
            oracle->away[talk->on]) {
            return true;
        }
    }
    return false;
}

static enum vv_term_state expected(const struct oracle *oracle, bool first, int from, int due)
{
    if (came(oracle, from, due, first)) {
        return VV_TERM_MET;
    }
    if (oracle->excused[first ? 0 : 1][due] || was_away(oracle, from, due, first)) {
        return VV_TERM_EXCUSED;
    }
    return came(oracle, due + 1, first ? oracle->last : due + WINDOW, first) ? VV_TERM_LATE
                                                                             : VV_TERM_MISSED;
}

/* The first contact and every window, as the record has them at the end of a day. */
static void check_terms(struct kit *kit, struct vv_id case_id, const struct oracle *oracle)
{
    int today = vv_harness_today(kit->harness) - oracle->start;
    for (int due = FIRST_DAYS; due < HORIZON - WINDOW; due++) {
        bool is_first = due == FIRST_DAYS, is_window = due % WINDOW == WINDOW - 1;
        const char *code = is_first ? "first" : "talk";
        if (!is_first && !is_window) {
            continue;
        }
        const Vagval__V1__JudgedTerm *term = judged(kit, case_id, code, oracle->start + due);
        if (due > oracle->last || due >= today) {
            assert_null(term);
            continue;
        }
        assert_non_null(term);
        assert_int_equal(term->state,
                         expected(oracle, is_first, is_first ? 0 : due - WINDOW + 1, due));
    }
}

static bool oracle_month_kept(const struct oracle *oracle, vv_date month)
{
    for (int due = FIRST_DAYS; due <= oracle->last; due++) {
        vv_date day_of = oracle->start + due;
        bool is_first = due == FIRST_DAYS, is_window = due % WINDOW == WINDOW - 1;
        if ((is_first || is_window) && vv_date_month_start(day_of) == month &&
            expected(oracle, is_first, is_first ? 0 : due - WINDOW + 1, due) == VV_TERM_MISSED) {
            return false;
        }
    }
    return true;
}

static void check_months(struct kit *kit, struct vv_id case_id, const struct oracle *oracle)
{
    const Vagval__V1__Delivery *delivery = delivery_of(kit, case_id);
    vv_date today = vv_harness_today(kit->harness);
    size_t at = 0;
    for (vv_date month = vv_date_month_start(oracle->start);
         month <= oracle->start + oracle->last && month <= today;
         month = vv_date_month_end(month) + 1, at++) {
        const Vagval__V1__MonthStated *holds = NULL;
        for (size_t i = 0; delivery != NULL && i < delivery->n_months; i++) {
            holds = delivery->months[i]->month == month ? delivery->months[i] : holds;
        }
        if (oracle->person[at] != 0) {
            assert_non_null(holds);
            assert_int_equal(holds->met, oracle->person[at] == 2);
        } else if (today > vv_date_month_end(month) + MONTH_DAYS) {
            assert_non_null(holds);
            assert_int_equal(holds->met, oracle_month_kept(oracle, month));
        } else {
            assert_null(holds);
        }
    }
}

/* ---- a course ---- */

static void step_talk(struct kit *kit, struct vv_id case_id, struct oracle *oracle, int today)
{
    int on = today - (int)below(20);
    if (on < 0 || on > oracle->last || oracle->talk_count == 64) {
        return;
    }
    struct talk *talk = &oracle->talks[oracle->talk_count++];
    *talk = (struct talk){.on = on,
                          .is_talk = below(5) > 0,
                          .attended = below(4) > 0,
                          .minutes = below(4) > 0 ? 30 : 29};
    talk->id = talked(kit, case_id, talk->is_talk ? "talk" : "course", oracle->start + on,
                      talk->minutes, talk->attended);
}

static void step_away(struct kit *kit, struct vv_id case_id, struct oracle *oracle, int today)
{
    int on = today - (int)below(15), through = on + (int)below(3);
    bool free = on >= 0 && on <= oracle->last;
    for (int i = on; free && i <= through; i++) {
        free = !oracle->away[i];
    }
    if (free && absent(kit, case_id, oracle->start + on, oracle->start + through) == VV_OK) {
        for (int i = on; i <= through; i++) {
            oracle->away[i] = true;
        }
    }
}

static void step_excuse(struct kit *kit, struct vv_id case_id, struct oracle *oracle, int today)
{
    bool first = below(4) == 0;
    int due = first ? FIRST_DAYS : (today / WINDOW) * WINDOW + WINDOW - 1 - WINDOW * (int)below(4);
    if (due < 0) {
        return;
    }
    enum vv_status status = excused(kit, case_id, first ? "first" : "talk", oracle->start + due);
    /* Of terms that have begun and that the placement's end leaves whole. */
    assert_int_equal(status, due <= oracle->last ? VV_OK : VV_NOT_FOUND);
    oracle->excused[first ? 0 : 1][due] = status == VV_OK || oracle->excused[first ? 0 : 1][due];
}

static void step_person(struct kit *kit, struct vv_id case_id, struct oracle *oracle)
{
    char text[VV_DATE_TEXT_BYTES];
    vv_date month = vv_date_month_start(oracle->start);
    size_t at = 0;
    for (uint32_t n = below(3); n > 0; n--, at++) {
        month = vv_date_month_end(month) + 1;
    }
    bool met = below(2) == 0;
    if (month > vv_harness_today(kit->harness) || month > oracle->start + oracle->last) {
        return;
    }
    vv_date_format(month, text);
    assert_int_equal(stated(kit, case_id, text, met, false), VV_OK);
    oracle->person[at] = met ? 2 : 1;
}

static void step_end(struct kit *kit, struct vv_id case_id, struct oracle *oracle, int today)
{
    char text[VV_DATE_TEXT_BYTES];
    int last = today - (int)below(12);
    if (last < 0 || oracle->last < 150) {
        return; /* before the start, or ended already */
    }
    vv_date_format(oracle->start + last, text);
    assert_int_equal(end_placement(kit, case_id, text)->status, VV_OK);
    carry(kit);
    oracle->last = last;
}

static void one_course(struct kit *kit, uint8_t who)
{
    struct oracle oracle = {.start = vv_harness_today(kit->harness)};
    char text[VV_DATE_TEXT_BYTES];
    struct vv_id case_id = person_case(who);
    vv_date_format(oracle.start, text);
    level(kit, next_id(kit), case_id, "B", text, text);
    assert_int_equal(choose(kit, case_id, "KA-1", text)->status, VV_OK);
    carry(kit);
    oracle.last = case_of(kit, case_id)->placements[0]->planned_end - oracle.start;
    for (int i = 0; i < STEPS; i++) {
        vv_harness_clock(kit->harness, vv_harness_today(kit->harness) + (vv_date)below(6));
        fire(kit);
        carry(kit);
        int today = vv_harness_today(kit->harness) - oracle.start;
        uint32_t what = below(20);
        if (what < 9) {
            step_talk(kit, case_id, &oracle, today);
        } else if (what < 12) {
            step_away(kit, case_id, &oracle, today);
        } else if (what < 14 && oracle.talk_count > 0) {
            struct talk *talk = &oracle.talks[below((uint32_t)oracle.talk_count)];
            talk->denied = below(2) == 0;
            answered(kit, case_id, talk->id, !talk->denied);
        } else if (what < 16) {
            step_excuse(kit, case_id, &oracle, today);
        } else if (what == 16) {
            step_person(kit, case_id, &oracle);
        } else if (what == 17 && below(6) == 0) {
            step_end(kit, case_id, &oracle, today);
        }
        check_terms(kit, case_id, &oracle);
        check_months(kit, case_id, &oracle);
    }
    assert_verifies(kit);
}

static void courses_keep_to_the_oracle(void **state)
{
    const char *seed = getenv("VAGVAL_TEST_SEED");
    uint64_t first = 0;
    (void)state;
    assert_int_equal(getrandom(&first, sizeof first, 0), sizeof first);
    if (seed != NULL) {
        first = strtoull(seed, NULL, 10);
    }
    printf("seed %" PRIu64 "\n", first);
    random_state = first;
    for (int i = 0; i < COURSES; i++) {
        void *kit = NULL;
        assert_int_equal(duties_setup(&kit), 0);
        today(kit, "2021-02-01");
        vv_harness_clock(((struct kit *)kit)->harness, day("2021-02-01") + (vv_date)below(40));
        one_course(kit, (uint8_t)(1 + i));
        (void)kit_teardown(&kit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(courses_keep_to_the_oracle)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
