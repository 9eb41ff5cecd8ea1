/*
 * Property: a correction of any fact, and then its withdrawal, restore the balances. Over random
 * courses of every scheme that is shipped and of random terms, each fact is corrected (another day,
 * level, extent, amount, decision; or taken back), decided upon, restated, and decided upon again:
 * what stands per (component, period, contract) is what stood before. VAGVAL_TEST_SEED repeats a
 * run.
 */
#include "books.h"
#include "courses.h"

#define COURSES 3000
#define SPAN_DAYS 670

/* What stood before the correction, and what a ledger says now. */
static bool same_standing(const struct books *before, const struct books *now)
{
    for (size_t i = 0; i < now->count; i++) { /* totals are only added */
        const struct vv_posted *total = &now->totals[i];
        if (total->posted + total->proposed !=
            standing(before, total->component, total->period, total->contract)) {
            return false;
        }
    }
    return now->count >= before->count;
}

/* How often a correction of a kind of fact has moved money: else nothing was tried. */
static unsigned moved[VV_FACT_OTHER + 1];

static void correct_and_restate(struct kit *kit, size_t at, const struct books *before)
{
    static struct books books;
    struct vv_payment_fact *facts = kit->facts;
    size_t count = kit->count;
    vv_date today = course_first + SPAN_DAYS;
    books = *before;
    facts[count] = corrected(&facts[at], course_scheme);
    (void)decide(kit, course_scheme, facts, count + 1, today + 1, &books);
    moved[facts[at].kind] += same_standing(before, &books) ? 0 : 1;
    facts[count + 1] = facts[at];
    facts[count + 1].id.bytes[15] ^= 1; /* in the old one's place among those of the same day */
    facts[count + 1].supersedes = facts[count].id;
    size_t all = count + 2;
    for (size_t i = 0; i < count; i++) { /* what was said of its document is said of the new one */
        if (facts[i].kind == VV_FACT_EVIDENCE && vv_id_equal(facts[i].subject, facts[at].id)) {
            facts[all] = facts[i];
            facts[all].id = random_id();
            facts[all++].subject = facts[count + 1].id;
        }
    }
    (void)decide(kit, course_scheme, facts, all, today + 1, &books);
    if (!same_standing(before, &books)) {
        fail_msg("%s: fact %zu of kind %d, corrected and restated, leaves other balances",
                 course_scheme->id, at, (int)facts[at].kind);
    }
}

static void a_correction_taken_back_restores_the_balances(void **state)
{
    (void)state;
    static struct kit kit;
    static struct books books;
    random_begin();
    for (unsigned i = 0; i < COURSES; i++) {
        next_course(&kit, i);
        memset(&books, 0, sizeof books);
        (void)decide(&kit, course_scheme, kit.facts, kit.count, course_first + SPAN_DAYS, &books);
        /* Nothing more falls due on the day after, so only the correction moves. */
        (void)decide(&kit, course_scheme, kit.facts, kit.count, course_first + SPAN_DAYS + 1,
                     &books);
        for (size_t at = 0; at < kit.count; at++) {
            correct_and_restate(&kit, at, &books);
        }
    }
    for (int kind = VV_FACT_LEVEL; kind <= VV_FACT_EVIDENCE; kind++) {
        printf("kind %d: %u corrections moved money\n", kind, moved[kind]);
        assert_true(moved[kind] > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_correction_taken_back_restores_the_balances)};
    return cmocka_run_group_tests(tests, read_shipped, free_shipped);
}
