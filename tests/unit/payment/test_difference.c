/*
 * Differences and the ledger, worked by hand (rules 11): upwards posted, downwards proposed, a
 * proposal taken back before anything is paid again.
 */
#include "kit.h"

struct books {
    struct vv_posted totals[64];
    size_t count;
    struct vv_difference difference;
};

/* Compares with what stands, enters the lines, returns their number. */
static size_t settle(struct kit *kit, struct books *books, const char *as_of)
{
    kit_ask(kit, as_of);
    assert_int_equal(vv_difference(&kit->entitlement, books->totals, books->count, &kit->scheme,
                                   &kit_memory, &books->difference),
                     VV_OK);
    for (size_t i = 0; i < books->difference.count; i++) {
        const struct vv_difference_line *line = &books->difference.lines[i];
        assert_int_equal(vv_posted_add(books->totals, &books->count, line->component, line->period,
                                       line->contract, line->amount, line->proposal),
                         VV_OK);
    }
    return books->difference.count;
}

static void assert_line(const struct books *books, size_t index, const char *component,
                        const char *period, vv_money amount, vv_money owed, bool proposal)
{
    const struct vv_difference_line *line = &books->difference.lines[index];
    assert_string_equal(line->component, component);
    assert_int_equal(line->period, day(period));
    assert_int_equal(line->amount, amount);
    assert_int_equal(line->owed, owed);
    assert_int_equal(line->proposal, proposal);
}

static void same_again_is_no_difference(void **state)
{
    (void)state;
    static struct kit kit;
    static struct books books;
    kit_reset(&kit);
    memset(&books, 0, sizeof books);
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    assert_int_equal(settle(&kit, &books, "2020-03-16"), 0);
    assert_int_equal(settle(&kit, &books, "2020-04-01"), 1);
    assert_line(&books, 0, "base", "2020-03-01", 240000, 240000, false);
    assert_int_equal(settle(&kit, &books, "2020-04-01"), 0);
    assert_int_equal(settle(&kit, &books, "2020-04-30"), 0);
}

/* A correction upwards, B to C from the start: 16 x 50.00 = 800.00 more, of the original period. */
static void raise_is_posted(void **state)
{
    (void)state;
    static struct kit kit;
    static struct books books;
    kit_reset(&kit);
    memset(&books, 0, sizeof books);
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    assert_int_equal(settle(&kit, &books, "2020-04-01"), 1);
    kit_level(&kit, "C", "2020-03-10")->decided_on = day("2020-04-20");
    assert_int_equal(settle(&kit, &books, "2020-04-20"), 1);
    assert_line(&books, 0, "base", "2020-03-01", 80000, 320000, false);
}

/* A job is recorded, its premium posted, then withdrawn: the premium becomes a proposal and the
 * balance stays. The withdrawal is itself replaced: the proposal is taken back, nothing is posted,
 * so nothing is paid twice. */
static void withdrawal_is_a_proposal_and_can_be_taken_back(void **state)
{
    (void)state;
    static struct kit kit;
    static struct books books;
    kit_reset(&kit);
    memset(&books, 0, sizeof books);
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    kit_job(&kit, 1, "2020-03-25");
    assert_int_equal(settle(&kit, &books, "2020-03-25"), 1);
    assert_line(&books, 0, "premium", "2020-03-16", 400000, 400000, false);

    struct vv_payment_fact *withdraw = kit_outcome(&kit, VV_FACT_OUTCOME_WITHDRAW, 1, "2020-03-27");
    assert_int_equal(settle(&kit, &books, "2020-03-27"), 1);
    assert_line(&books, 0, "premium", "2020-03-16", -400000, 0, true);
    assert_null(books.difference.lines[0].why);
    assert_int_equal(books.totals[0].posted, 400000);
    assert_int_equal(books.totals[0].proposed, -400000);
    assert_int_equal(settle(&kit, &books, "2020-03-27"), 0);

    struct vv_payment_fact *replacement = kit_confirm(&kit, 1, "2020-03-31");
    replacement->supersedes = withdraw->id;
    assert_int_equal(settle(&kit, &books, "2020-03-31"), 1);
    assert_line(&books, 0, "premium", "2020-03-16", 400000, 400000, true);
    assert_int_equal(books.totals[0].posted, 400000);
    assert_int_equal(books.totals[0].proposed, 0);
}

/* Base was posted for a whole March (2 400.00); then a full-extent start on 25 March is told late:
 * 1 350.00 owed, -1 050.00 proposed, and the premium is posted. A level correction to C then owes
 * 9 x 200.00 = 1 800.00: still below what was posted, so 450.00 of the proposal is taken back. */
static void partial_recovery(void **state)
{
    (void)state;
    static struct kit kit;
    static struct books books;
    kit_reset(&kit);
    memset(&books, 0, sizeof books);
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    assert_int_equal(settle(&kit, &books, "2020-04-01"), 1);
    kit_job(&kit, 1, "2020-03-25");
    assert_int_equal(settle(&kit, &books, "2020-04-02"), 2);
    assert_line(&books, 0, "base", "2020-03-01", -105000, 135000, true);
    assert_line(&books, 1, "premium", "2020-03-16", 400000, 400000, false);
    kit_level(&kit, "C", "2020-03-10")->decided_on = day("2020-04-03");
    assert_int_equal(settle(&kit, &books, "2020-04-03"), 2);
    assert_line(&books, 0, "base", "2020-03-01", 45000, 180000, true);
    assert_line(&books, 1, "premium", "2020-03-16", 100000, 500000, false);
    assert_int_equal(books.totals[0].posted, 240000);
    assert_int_equal(books.totals[0].proposed, -60000);
}

/* Rises beyond what was posted while a proposal stands: the proposal goes, the rest is posted. */
static void rise_through_a_proposal(void **state)
{
    (void)state;
    static struct kit kit;
    static struct books books;
    kit_reset(&kit);
    memset(&books, 0, sizeof books);
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    assert_int_equal(settle(&kit, &books, "2020-04-01"), 1);
    kit_level(&kit, "A", "2020-03-10")->decided_on = day("2020-04-03");
    assert_int_equal(settle(&kit, &books, "2020-04-03"), 1);
    assert_line(&books, 0, "base", "2020-03-01", -80000, 160000, true);
    kit_level(&kit, "C", "2020-03-10")->decided_on = day("2020-04-05");
    assert_int_equal(settle(&kit, &books, "2020-04-05"), 2);
    assert_line(&books, 0, "base", "2020-03-01", 80000, 320000, false);
    assert_line(&books, 1, "base", "2020-03-01", 80000, 320000, true);
    assert_int_equal(books.totals[0].posted, 320000);
    assert_int_equal(books.totals[0].proposed, 0);
}

/* ---- a start that is entered again with another day ----
 * Level B; day 90 after 16 March is 14 June (premium 4 000.00), day 91 is 15 June (2 000.00). The
 * premium is one amount per service period and contract, so only the difference is posted or
 * proposed. What is posted depends on the order in which things were learnt: it is the most that
 * was ever owed. Posted and proposed together do not. */

static const struct vv_posted *premium_of(const struct books *books, unsigned char contract)
{
    const struct vv_posted *found = NULL;
    for (size_t i = 0; i < books->count; i++) {
        if (strcmp(books->totals[i].component, "premium") == 0 &&
            vv_id_equal(books->totals[i].contract, kit_id('C', contract))) {
            assert_null(found); /* one key, whatever days the starts had */
            found = &books->totals[i];
        }
    }
    assert_non_null(found);
    return found;
}

static void premium_course(struct kit *kit, struct books *books)
{
    kit_reset(kit);
    memset(books, 0, sizeof *books);
    kit_level(kit, "B", "2020-03-10");
    kit_placement(kit, 1, 1, "2020-03-16");
}

static void start_entered_again_a_day_later(void **state)
{
    (void)state;
    static struct kit kit;
    static struct books books;
    for (int withdrawn_first = 0; withdrawn_first < 2; withdrawn_first++) {
        premium_course(&kit, &books);
        kit_job(&kit, 1, "2020-06-14");
        (void)settle(&kit, &books, "2020-06-20");
        for (int step = 0; step < 2; step++) {
            if (step == 0 ? withdrawn_first : !withdrawn_first) {
                kit_outcome(&kit, VV_FACT_OUTCOME_WITHDRAW, 1, "2020-06-20");
            } else {
                kit_job(&kit, 2, "2020-06-15");
            }
            (void)settle(&kit, &books, "2020-06-20");
        }
        assert_int_equal(premium_of(&books, 1)->posted, 400000);
        assert_int_equal(premium_of(&books, 1)->proposed, -200000);
    }
    /* Had the wrong day never been posted, 2 000.00 would be, and nothing proposed. */
    premium_course(&kit, &books);
    kit_job(&kit, 2, "2020-06-15");
    (void)settle(&kit, &books, "2020-06-20");
    assert_int_equal(premium_of(&books, 1)->posted, 200000);
    assert_int_equal(premium_of(&books, 1)->proposed, 0);
}

static void start_entered_again_a_day_earlier(void **state)
{
    (void)state;
    static struct kit kit;
    static struct books books;
    for (int withdrawn_first = 0; withdrawn_first < 2; withdrawn_first++) {
        premium_course(&kit, &books);
        kit_job(&kit, 1, "2020-06-15");
        (void)settle(&kit, &books, "2020-06-20");
        assert_int_equal(premium_of(&books, 1)->posted, 200000);
        for (int step = 0; step < 2; step++) {
            if (step == 0 ? withdrawn_first : !withdrawn_first) {
                kit_outcome(&kit, VV_FACT_OUTCOME_WITHDRAW, 1, "2020-06-20");
            } else {
                kit_job(&kit, 2, "2020-06-14");
            }
            (void)settle(&kit, &books, "2020-06-20");
        }
        /* 2 000.00 more, not another 4 000.00; in both orders, since the amount only rose. */
        assert_int_equal(premium_of(&books, 1)->posted, 400000);
        assert_int_equal(premium_of(&books, 1)->proposed, 0);
    }
}

/* A change of contract that is told late, from before the start: the premium is the new contract's
 * (rules 10). It is raised for the one and proposed back from the other. */
static void backdated_change_of_contract(void **state)
{
    (void)state;
    static struct kit kit;
    static struct books books;
    premium_course(&kit, &books);
    kit_job(&kit, 1, "2020-06-14");
    (void)settle(&kit, &books, "2020-06-20");
    kit_placement(&kit, 2, 2, "2020-06-01")->service_start = day("2020-03-16");
    (void)settle(&kit, &books, "2020-06-21");
    assert_int_equal(premium_of(&books, 1)->posted, 400000);
    assert_int_equal(premium_of(&books, 1)->proposed, -400000);
    assert_int_equal(premium_of(&books, 2)->posted, 400000);
    assert_int_equal(premium_of(&books, 2)->proposed, 0);
    /* Known in time, only the new contract's would stand. */
    premium_course(&kit, &books);
    kit_placement(&kit, 2, 2, "2020-06-01")->service_start = day("2020-03-16");
    kit_job(&kit, 1, "2020-06-14");
    (void)settle(&kit, &books, "2020-06-20");
    assert_int_equal(premium_of(&books, 2)->posted, 400000);
    for (size_t i = 0; i < books.count; i++) {
        assert_true(strcmp(books.totals[i].component, "premium") != 0 ||
                    vv_id_equal(books.totals[i].contract, kit_id('C', 2)));
    }
}

/* Two posted lines for one contract and a proposal: debit per component, one credit of the sum, and
 * nothing for the proposal. */
static void postings_balance(void **state)
{
    (void)state;
    static struct kit kit;
    static struct books books;
    kit_reset(&kit);
    memset(&books, 0, sizeof books);
    kit_level(&kit, "B", "2020-03-10");
    kit_placement(&kit, 1, 1, "2020-03-16");
    kit_job(&kit, 1, "2020-03-25");
    assert_int_equal(settle(&kit, &books, "2020-04-01"), 2);
    struct vv_posting *postings;
    size_t count;
    assert_int_equal(vv_ledger_postings(&books.difference, &kit_memory, &postings, &count), VV_OK);
    assert_int_equal(count, 3);
    assert_string_equal(postings[0].account, "expense:base");
    assert_int_equal(postings[0].amount, 135000);
    assert_string_equal(postings[1].account, "provider:00014301000000000000000000000000");
    assert_int_equal(postings[1].amount, -535000);
    assert_string_equal(postings[2].account, "expense:premium");
    assert_int_equal(postings[2].amount, 400000);

    kit_outcome(&kit, VV_FACT_OUTCOME_WITHDRAW, 1, "2020-04-02");
    assert_int_equal(settle(&kit, &books, "2020-04-02"), 2); /* base up, premium proposed */
    assert_int_equal(vv_ledger_postings(&books.difference, &kit_memory, &postings, &count), VV_OK);
    assert_int_equal(count, 2);
    assert_int_equal(postings[0].amount, 105000);
    assert_int_equal(postings[1].amount, -105000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_again_is_no_difference),
        cmocka_unit_test(raise_is_posted),
        cmocka_unit_test(withdrawal_is_a_proposal_and_can_be_taken_back),
        cmocka_unit_test(partial_recovery),
        cmocka_unit_test(rise_through_a_proposal),
        cmocka_unit_test(start_entered_again_a_day_later),
        cmocka_unit_test(start_entered_again_a_day_earlier),
        cmocka_unit_test(backdated_change_of_contract),
        cmocka_unit_test(postings_balance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
