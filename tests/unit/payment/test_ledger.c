/*
 * Double entry, line by line as ledger.h says it, and the one order of facts.
 */
#include "../../../services/payment/ledger.h"

#include <stdio.h>

#include "kit.h"
#include "vagval/limits.h"

static struct vv_posting *postings;
static size_t count;

static enum vv_status post(struct vv_difference_line *lines, size_t line_count,
                           ProtobufCAllocator *memory)
{
    const struct vv_difference difference = {.lines = lines, .count = line_count};
    return vv_ledger_postings(&difference, memory, &postings, &count);
}

static struct vv_difference_line line_of(enum vv_line_kind kind, vv_money amount)
{
    return (struct vv_difference_line){
        .component = "base", .contract = kit_id('C', 1), .kind = kind, .amount = amount};
}

/* Debit is positive. The provider's accounts end in the contract's 32 digits. */
static void each_kind_has_its_two_accounts(void **state)
{
    (void)state;
    static const struct {
        enum vv_line_kind kind;
        vv_money amount;
        const char *debit, *credit; /* beginnings */
    } rows[] = {
        {VV_LINE_OWED, 100, "expense:base", "provider:"},
        {VV_LINE_RECOVERY, -100, "recovery:", "expense:base"},
        {VV_LINE_SET_OFF, -100, "provider:", "recovery:"},
        {VV_LINE_CLAIM, -100, "claim:", "recovery:"},
        {VV_LINE_REVERSED, 100, "expense:base", "recovery:"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct vv_difference_line line = line_of(rows[i].kind, rows[i].amount);
        assert_int_equal(post(&line, 1, &kit_memory), VV_OK);
        assert_int_equal(count, 2);
        size_t debit = postings[0].amount > 0 ? 0 : 1;
        assert_int_equal(postings[debit].amount, 100);
        assert_int_equal(postings[1 - debit].amount, -100);
        assert_memory_equal(postings[debit].account, rows[i].debit, strlen(rows[i].debit));
        assert_memory_equal(postings[1 - debit].account, rows[i].credit, strlen(rows[i].credit));
    }
}

static void a_proposal_moves_nothing(void **state)
{
    (void)state;
    struct vv_difference_line lines[] = {line_of(VV_LINE_OWED, -100), line_of(VV_LINE_OWED, 40)};
    lines[0].proposal = true;
    assert_int_equal(post(lines, 2, &kit_memory), VV_OK);
    assert_int_equal(count, 2);
    assert_int_equal(postings[0].amount, 40);
    assert_int_equal(post(lines, 1, &kit_memory), VV_OK);
    assert_int_equal(count, 0);
}

/* An account has room for 127 characters: "expense:" and 119. */
static void a_name_beyond_its_room_is_refused(void **state)
{
    (void)state;
    static char name[121];
    struct vv_difference_line line = line_of(VV_LINE_OWED, 100);
    memset(name, 'x', 119);
    line.component = name;
    assert_int_equal(post(&line, 1, &kit_memory), VV_OK);
    assert_int_equal(strlen(postings[0].account), 127);
    name[119] = 'x';
    assert_int_equal(post(&line, 1, &kit_memory), VV_TOO_LARGE);
    line.kind = VV_LINE_RECOVERY; /* there the expense is the second account */
    assert_int_equal(post(&line, 1, &kit_memory), VV_TOO_LARGE);
}

/* Sums of one account: up to 2^53 - 1. */
static void a_sum_beyond_the_bound_is_refused(void **state)
{
    (void)state;
    struct vv_difference_line lines[] = {line_of(VV_LINE_OWED, VV_MONEY_MAX - 1),
                                         line_of(VV_LINE_OWED, 1)};
    assert_int_equal(post(lines, 2, &kit_memory), VV_OK);
    assert_int_equal(postings[0].amount, VV_MONEY_MAX);
    lines[1].amount = 2;
    assert_int_equal(post(lines, 2, &kit_memory), VV_TOO_LARGE);
}

static void *nothing_left(void *data, size_t size)
{
    (void)data;
    (void)size;
    return NULL;
}

static void memory_that_ends_is_an_error(void **state)
{
    (void)state;
    ProtobufCAllocator none = {.alloc = nothing_left};
    struct vv_difference_line line = line_of(VV_LINE_OWED, 100);
    assert_int_equal(post(&line, 1, &none), VV_NO_MEMORY);
}

/* Few facts are sorted in another way than many: 64 is the last of the few. Two of a day, and every
 * fact comes twice. */
static void facts_have_one_order(void **state)
{
    (void)state;
    enum { MOST = 200 };
    static struct vv_payment_fact facts[2 * MOST];
    static const struct vv_payment_fact *ordered[2 * MOST];
    static const size_t counts[] = {1, 2, 32, 33, MOST};
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        size_t distinct = counts[c];
        for (size_t i = 0; i < 2 * distinct; i++) {
            size_t number = (i * 7 + 3) % distinct; /* all of them, twice (7 divides none) */
            facts[i] = (struct vv_payment_fact){.kind = VV_FACT_OTHER,
                                                .effective = (vv_date)(number / 2),
                                                .id = kit_id('F', (unsigned char)number)};
        }
        assert_int_equal(vv_payment_facts_order(facts, 2 * distinct, ordered), distinct);
        for (size_t i = 0; i < distinct; i++) {
            assert_true(vv_id_equal(ordered[i]->id, kit_id('F', (unsigned char)i)));
            assert_int_equal(ordered[i]->effective, i / 2);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_has_its_two_accounts),
        cmocka_unit_test(a_proposal_moves_nothing),
        cmocka_unit_test(a_name_beyond_its_room_is_refused),
        cmocka_unit_test(a_sum_beyond_the_bound_is_refused),
        cmocka_unit_test(memory_that_ends_is_an_error),
        cmocka_unit_test(facts_have_one_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
