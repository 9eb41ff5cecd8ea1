/*
 * test_cohort.c: what one case adds to the results of contracts, and why two views differ.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../services/provider-registry/cohort.h"

#define ALL INT64_MAX

static vv_date day(const char *text)
{
    vv_date date = VV_DATE_NONE;
    assert_int_equal(vv_date_parse(text, &date), VV_OK);
    return date;
}

static struct vv_id id(uint8_t n)
{
    return (struct vv_id){{n}};
}

static const struct vv_rating_rules rules = {
    .levels = {{"A", 203}, {"B", 277}, {"C", 380}},
    .level_count = 3,
    .rr1_months = 3,
    .rr2_months = 6,
    .cohort_from_months = 22,
    .cohort_to_months = 11,
};

/* A case's facts as they came; facts are recorded at 1, 2, 3, ... */
struct book {
    struct vv_history facts[32];
    size_t count;
};

static struct vv_history *add(struct book *book, enum vv_history_kind kind, const char *on)
{
    struct vv_history *fact = &book->facts[book->count++];
    *fact = (struct vv_history){.kind = kind,
                                .on = day(on),
                                .fact = id((uint8_t)(100 + book->count)),
                                .recorded_ms = (int64_t)book->count};
    return fact;
}

static void level(struct book *book, const char *code, const char *from, const char *decided_on)
{
    struct vv_history *fact = add(book, VV_HISTORY_LEVEL, from);
    fact->level = code;
    fact->decided_on = day(decided_on);
}

static void placed(struct book *book, uint8_t contract, const char *on)
{
    add(book, VV_HISTORY_PLACED, on)->contract = id(contract);
}

static struct vv_id outcome(struct book *book, enum vv_history_kind kind, uint8_t which,
                            const char *on)
{
    struct vv_history *fact = add(book, kind, on);
    fact->outcome = id(which);
    return fact->fact;
}

/* A job from `start`, proved through `through`. */
static void job(struct book *book, uint8_t which, const char *start, const char *through)
{
    (void)outcome(book, VV_HISTORY_OUTCOME, which, start);
    (void)outcome(book, VV_HISTORY_CONFIRM, which, through);
}

/* The cohort of 2026-05: starts 2024-07-01 ... 2025-06-30. */
static size_t look(const struct book *book, int64_t known_ms, struct vv_participation list[32])
{
    struct vv_cohort cohort = vv_cohort_of(&rules, day("2026-05-01"));
    return vv_cohort_participations(book->facts, book->count, known_ms, &rules, &cohort, list, 32);
}

static void expect_one(const struct book *book, bool rr1, bool rr2)
{
    struct vv_participation list[32];
    assert_int_equal(look(book, ALL, list), 1);
    assert_int_equal(list[0].rr1, rr1);
    assert_int_equal(list[0].rr2, rr2);
}

/* rules 21: the first and the last day of the cohort, and the days outside. */
static void test_start_days(void **state)
{
    (void)state;
    const struct {
        const char *on;
        size_t expected;
    } rows[] = {{"2024-06-30", 0}, {"2024-07-01", 1}, {"2025-06-30", 1}, {"2025-07-01", 0}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct book book = {.count = 0};
        struct vv_participation list[32];
        level(&book, "B", "2024-01-01", "2024-01-01");
        placed(&book, 1, rows[i].on);
        assert_int_equal(look(&book, ALL, list), rows[i].expected);
    }
}

/* rules 2: a job of 2025-02-10 is proved for three months through 2025-05-09, for six through
 * 2025-08-09; one day less is not enough. */
static void test_halves_of_the_result(void **state)
{
    (void)state;
    const struct {
        const char *through;
        bool rr1, rr2;
    } rows[] = {{"2025-05-08", false, false},
                {"2025-05-09", true, false},
                {"2025-08-08", true, false},
                {"2025-08-09", true, true}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct book book = {.count = 0};
        level(&book, "A", "2024-01-01", "2024-01-01");
        placed(&book, 1, "2025-01-07");
        job(&book, 1, "2025-02-10", rows[i].through);
        expect_one(&book, rows[i].rr1, rows[i].rr2);
    }
}

/* Nothing is proved by a start alone, by a withdrawn outcome, beyond an end, or by a confirmation
 * that was replaced. */
static void test_what_does_not_count(void **state)
{
    (void)state;
    struct book book = {.count = 0};
    placed(&book, 1, "2025-01-07");
    (void)outcome(&book, VV_HISTORY_OUTCOME, 1, "2025-02-10");
    expect_one(&book, false, false);
    struct vv_id confirmed = outcome(&book, VV_HISTORY_CONFIRM, 1, "2025-12-31");
    expect_one(&book, true, true);
    struct book ended = book;
    (void)outcome(&ended, VV_HISTORY_OUTCOME_END, 1, "2025-05-09");
    expect_one(&ended, true, false);
    struct book withdrawn = book;
    (void)outcome(&withdrawn, VV_HISTORY_WITHDRAWN, 1, "2025-02-10");
    expect_one(&withdrawn, false, false);
    (void)outcome(&book, VV_HISTORY_CONFIRM, 1, "2025-05-08");
    book.facts[book.count - 1].supersedes = confirmed;
    expect_one(&book, false, false);
}

/* Where the scheme asks for a second source, days count as far as both reach. */
static void test_second_source(void **state)
{
    (void)state;
    struct vv_rating_rules strict = rules;
    strict.second_source = true;
    struct vv_cohort cohort = vv_cohort_of(&rules, day("2026-05-01"));
    struct vv_participation list[32];
    struct book book = {.count = 0};
    placed(&book, 1, "2025-01-07");
    job(&book, 1, "2025-02-10", "2025-12-31");
    assert_int_equal(
        vv_cohort_participations(book.facts, book.count, ALL, &strict, &cohort, list, 32), 1);
    assert_false(list[0].rr1);
    (void)outcome(&book, VV_HISTORY_CORROBORATE, 1, "2025-05-09"); /* three months, not six */
    assert_int_equal(
        vv_cohort_participations(book.facts, book.count, ALL, &strict, &cohort, list, 32), 1);
    assert_true(list[0].rr1);
    assert_false(list[0].rr2);
}

/* A rejected document takes its record along; where the scheme asks for verified ones, a record
 * counts from its verification on, so that an earlier view does not know of it. */
static void test_documents(void **state)
{
    (void)state;
    struct vv_rating_rules strict = rules;
    strict.verified = true;
    struct vv_cohort cohort = vv_cohort_of(&rules, day("2026-05-01"));
    struct vv_participation list[32];
    struct book book = {.count = 0};
    placed(&book, 1, "2025-01-07");
    job(&book, 1, "2025-02-10", "2025-05-09");
    struct vv_id confirmed = book.facts[book.count - 1].fact;
    expect_one(&book, true, false);
    (void)vv_cohort_participations(book.facts, book.count, ALL, &strict, &cohort, list, 32);
    assert_false(list[0].rr1);
    struct book rejected = book;
    add(&rejected, VV_HISTORY_DOCUMENT, "2025-05-20")->supersedes = confirmed;
    expect_one(&rejected, false, false);
    int64_t before = book.facts[book.count - 1].recorded_ms;
    add(&book, VV_HISTORY_DOCUMENT, "2025-05-20")->verifies = confirmed;
    (void)vv_cohort_participations(book.facts, book.count, ALL, &strict, &cohort, list, 32);
    assert_true(list[0].rr1);
    (void)vv_cohort_participations(book.facts, book.count, before, &strict, &cohort, list, 32);
    assert_false(list[0].rr1);
}

/* A job that follows another without a free day continues it; a free day breaks it. 2025-02-10 + 6
 * months: 2025-08-09. */
static void test_chained_jobs(void **state)
{
    (void)state;
    struct book book = {.count = 0};
    placed(&book, 1, "2025-01-07");
    job(&book, 1, "2025-02-10", "2025-04-30");
    job(&book, 2, "2025-05-01", "2025-08-09");
    expect_one(&book, true, true);
    struct book broken = {.count = 0};
    placed(&broken, 1, "2025-01-07");
    job(&broken, 1, "2025-02-10", "2025-04-29");
    job(&broken, 2, "2025-05-01", "2025-08-09"); /* 3 months of its own: through 2025-07-31 */
    expect_one(&broken, true, false);
}

/* The milestone day lies within the month, however late the approval: 2025-12-30 + 6 months =
 * 2026-06-30 counts for 2026-06; 2026-01-01 + 6 = 2026-07-01 does not, its first half does. */
static void test_results_of_later_days(void **state)
{
    (void)state;
    const struct {
        const char *start;
        bool rr1, rr2;
    } rows[] = {{"2025-12-30", true, true},
                {"2026-01-01", true, false},
                {"2026-03-30", true, false},
                {"2026-04-01", false, false}};
    struct vv_cohort cohort = vv_cohort_of(&rules, day("2026-06-01"));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct book book = {.count = 0};
        struct vv_participation list[32];
        placed(&book, 1, "2025-07-31");
        job(&book, 1, rows[i].start, "2027-12-31");
        assert_int_equal(
            vv_cohort_participations(book.facts, book.count, ALL, &rules, &cohort, list, 32), 1);
        assert_int_equal(list[0].rr1, rows[i].rr1);
        assert_int_equal(list[0].rr2, rows[i].rr2);
    }
}

/* rules 10: the switch day is the new contract's; a start the day after the end still counts. */
static void test_switch(void **state)
{
    (void)state;
    struct vv_participation list[32];
    struct book book = {.count = 0};
    placed(&book, 1, "2024-09-02");
    placed(&book, 2, "2024-11-04");
    job(&book, 1, "2024-11-04", "2025-12-31");
    assert_int_equal(look(&book, ALL, list), 2);
    assert_false(list[0].rr1);
    assert_true(list[1].rr1 && list[1].rr2);
    struct book before = {.count = 0};
    placed(&before, 1, "2024-09-02");
    placed(&before, 2, "2024-11-04");
    job(&before, 1, "2024-11-03", "2025-12-31");
    assert_int_equal(look(&before, ALL, list), 2);
    assert_true(list[0].rr2);
    assert_false(list[1].rr1);
    /* Ended on 2024-12-01: a start on the next day counts, one a day later does not. */
    struct book after = {.count = 0};
    placed(&after, 1, "2024-09-02");
    (void)add(&after, VV_HISTORY_ENDED, "2024-12-01");
    job(&after, 1, "2024-12-03", "2025-12-31");
    expect_one(&after, false, false);
    job(&after, 2, "2024-12-02", "2025-12-31");
    expect_one(&after, true, true);
}

/* Back to the first contract: one participant there, not two. */
static void test_twice_with_one_contract(void **state)
{
    (void)state;
    struct vv_participation list[32];
    struct book book = {.count = 0};
    placed(&book, 1, "2024-09-02");
    placed(&book, 2, "2024-11-04");
    placed(&book, 1, "2025-01-07");
    job(&book, 1, "2025-02-10", "2025-12-31");
    assert_int_equal(look(&book, ALL, list), 2);
    assert_int_equal(list[0].start, day("2024-09-02"));
    assert_true(list[0].rr2);
    assert_false(list[1].rr2);
}

/* rules 4: the level of the placement's first day; a re-assessment later does not act on it, a
 * correction that acts from before it does. */
static void test_level_of_the_start(void **state)
{
    (void)state;
    struct vv_participation list[32];
    struct book book = {.count = 0};
    level(&book, "A", "2025-01-01", "2025-01-01");
    placed(&book, 1, "2025-01-07");
    level(&book, "C", "2025-03-01", "2025-03-01");
    assert_int_equal(look(&book, ALL, list), 1);
    assert_int_equal(list[0].level, 0);
    level(&book, "B", "2025-01-01", "2025-09-01");
    assert_int_equal(look(&book, ALL, list), 1);
    assert_int_equal(list[0].level, 1);
    struct book none = {.count = 0};
    placed(&none, 1, "2025-01-07");
    level(&none, "X", "2025-01-01", "2025-01-01");
    assert_int_equal(look(&none, ALL, list), 1);
    assert_int_equal(list[0].level, -1);
}

static void expect_reasons(const struct book *book, int64_t then_ms, const uint32_t *expected)
{
    struct vv_participation then[32];
    struct vv_participation now[32];
    size_t then_count = look(book, then_ms, then);
    uint32_t counts[VV_REVISIONS] = {0};
    assert_int_equal(look(book, ALL, now), 1);
    vv_cohort_revisions(then_count == 0 ? NULL : &then[0], &now[0], counts);
    for (int i = 0; i < VV_REVISIONS; i++) {
        assert_int_equal(counts[i], expected[i]);
    }
}

/* Published at 3: after the level, the placement and the job's start. */
static void test_reasons_of_a_revision(void **state)
{
    (void)state;
    struct book book = {.count = 0};
    level(&book, "A", "2025-01-01", "2025-01-01");
    placed(&book, 1, "2025-01-07");
    (void)outcome(&book, VV_HISTORY_OUTCOME, 1, "2025-02-10");
    expect_reasons(&book, 3, (const uint32_t[]){0, 0, 0, 0});
    (void)outcome(&book, VV_HISTORY_CONFIRM, 1, "2025-12-31"); /* both halves */
    expect_reasons(&book, 3, (const uint32_t[]){0, 0, 2, 0});
    level(&book, "B", "2025-01-01", "2026-06-01");
    expect_reasons(&book, 3, (const uint32_t[]){0, 1, 2, 0});
    expect_reasons(&book, 4, (const uint32_t[]){0, 1, 0, 0});
    (void)outcome(&book, VV_HISTORY_WITHDRAWN, 1, "2025-02-10");
    expect_reasons(&book, 4, (const uint32_t[]){0, 1, 0, 2});
    expect_reasons(&book, 1, (const uint32_t[]){1, 0, 0, 0}); /* the placement was not known */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_start_days),
        cmocka_unit_test(test_halves_of_the_result),
        cmocka_unit_test(test_what_does_not_count),
        cmocka_unit_test(test_chained_jobs),
        cmocka_unit_test(test_second_source),
        cmocka_unit_test(test_documents),
        cmocka_unit_test(test_results_of_later_days),
        cmocka_unit_test(test_switch),
        cmocka_unit_test(test_twice_with_one_contract),
        cmocka_unit_test(test_level_of_the_start),
        cmocka_unit_test(test_reasons_of_a_revision),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
