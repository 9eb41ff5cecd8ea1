/*
 * The life of a recovery as a table: in each state, which decision may be made, by whom and on
 * which day; what each posts; and what is refused. One amount of base, 4 500.00 posted, of which
 * 500.00 is proposed to be recovered. anna puts it forward, bert approves it on 1 June, contestable
 * through 22 June; the provider contests, cleo decides on the objection.
 */
#include "kit.h"

#include "../../../services/payment/proposals.h"
#include "../../support/memory.h"

#define FALL (-50000)

static const struct vv_id approval = {{0, 3, 0xA9}};

static struct vv_payment_fact decision(enum vv_proposal_action action, const char *by)
{
    struct vv_payment_fact fact = {.kind = VV_FACT_PROPOSAL_DECISION,
                                   .id = {{0, 3, 0xD0, (uint8_t)action}},
                                   .contract = kit_id('C', 1),
                                   .component = "base",
                                   .period = day("2020-04-01"),
                                   .effective = day("2020-06-01"),
                                   .action = (int)action,
                                   .by = by,
                                   .amount = FALL,
                                   .owed = 400000};
    if (action == VV_PROPOSAL_APPROVE) {
        fact.id = approval;
        fact.until = day("2020-06-22");
    } else if (action > VV_PROPOSAL_REJECT) {
        fact.subject = approval;
    }
    return fact;
}

static struct vv_posted standing_of(vv_money proposed, vv_money waived)
{
    return (struct vv_posted){.component = "base",
                              .period = day("2020-04-01"),
                              .contract = kit_id('C', 1),
                              .posted = 400000 - proposed - waived,
                              .proposed = proposed,
                              .waived = waived};
}

/* ---- states, by the decisions that lead there ---- */

enum state {
    PROPOSED,
    FORWARDED,
    REJECTED,
    APPROVED,
    CONTESTED,
    UPHELD,
    REVERSED,
    SET_OFF,
    BILLED
};

static const struct {
    struct {
        enum vv_proposal_action action;
        const char *by;
    } log[5];
    size_t count;
    vv_money proposed, waived;
} lives[] = {
    [PROPOSED] = {.count = 0, .proposed = FALL},
    [FORWARDED] = {{{VV_PROPOSAL_FORWARD, "anna"}}, 1, FALL, 0},
    [REJECTED] = {{{VV_PROPOSAL_FORWARD, "anna"}, {VV_PROPOSAL_REJECT, "bert"}}, 2, 0, FALL},
    [APPROVED] = {{{VV_PROPOSAL_FORWARD, "anna"}, {VV_PROPOSAL_APPROVE, "bert"}}, 2, 0, 0},
    [CONTESTED] = {{{VV_PROPOSAL_FORWARD, "anna"},
                    {VV_PROPOSAL_APPROVE, "bert"},
                    {VV_RECOVERY_CONTEST, "anna"}},
                   3,
                   0,
                   0},
    [UPHELD] = {{{VV_PROPOSAL_FORWARD, "anna"},
                 {VV_PROPOSAL_APPROVE, "bert"},
                 {VV_RECOVERY_CONTEST, "anna"},
                 {VV_RECOVERY_UPHOLD, "cleo"}},
                4,
                0,
                0},
    [REVERSED] = {{{VV_PROPOSAL_FORWARD, "anna"},
                   {VV_PROPOSAL_APPROVE, "bert"},
                   {VV_RECOVERY_CONTEST, "anna"},
                   {VV_RECOVERY_REVERSE, "cleo"}},
                  4,
                  0,
                  FALL},
    [SET_OFF] = {{{VV_PROPOSAL_FORWARD, "anna"},
                  {VV_PROPOSAL_APPROVE, "bert"},
                  {VV_RECOVERY_SET_OFF, "anna"}},
                 3,
                 0,
                 0},
    [BILLED] = {{{VV_PROPOSAL_FORWARD, "anna"},
                 {VV_PROPOSAL_APPROVE, "bert"},
                 {VV_RECOVERY_INVOICE, "anna"}},
                3,
                0,
                0},
};

static struct vv_payment_fact life[8];
static struct vv_proposals proposals;
static struct vv_posted standing;

static void live_to(enum state state)
{
    kit_used = 0;
    for (size_t i = 0; i < lives[state].count; i++) {
        life[i] = decision(lives[state].log[i].action, lives[state].log[i].by);
        life[i].index = (uint32_t)i + 1;
    }
    standing = standing_of(lives[state].proposed, lives[state].waived);
    assert_int_equal(vv_proposals_read(life, lives[state].count, &kit_memory, &proposals), VV_OK);
}

static enum vv_status check(const struct vv_payment_fact *fact, const char *today,
                            const char **ret_field)
{
    const char *why = NULL;
    *ret_field = NULL;
    enum vv_status status =
        vv_proposal_check(&proposals, &standing, fact, day(today), ret_field, &why);
    assert_true((status == VV_OK) == (why == NULL));
    return status;
}

#define WITHIN "2020-06-22" /* the last day on which it can be contested */
#define AFTER "2020-06-23"

/* Which of the eight decisions cleo may make: on the last day to contest, and on the day after. */
static void who_may_decide_what_and_when(void **state)
{
    (void)state;
    static const char *const allowed[][2] = {
        /* f = forward, a = approve, r = reject, c = contest, u = uphold, v = reverse, s = set off,
         * i = invoice */
        [PROPOSED] = {"fr", "fr"}, [FORWARDED] = {"ar", "ar"}, [REJECTED] = {"", ""},
        [APPROVED] = {"c", "si"},  [CONTESTED] = {"uv", "uv"}, [UPHELD] = {"si", "si"},
        [REVERSED] = {"", ""},     [SET_OFF] = {"", ""},       [BILLED] = {"", ""},
    };
    static const char letters[] = " farcuvsi";
    for (int at = PROPOSED; at <= BILLED; at++) {
        for (int when = 0; when < 2; when++) {
            live_to((enum state)at);
            for (int action = VV_PROPOSAL_FORWARD; action <= VV_RECOVERY_INVOICE; action++) {
                struct vv_payment_fact fact = decision((enum vv_proposal_action)action, "cleo");
                const char *field;
                bool may = check(&fact, when == 0 ? WITHIN : AFTER, &field) == VV_OK;
                if (may != (strchr(allowed[at][when], letters[action]) != NULL)) {
                    fail_msg("state %d, decision %c, day %d: %s", at, letters[action], when,
                             may ? "is allowed" : "is refused");
                }
            }
        }
    }
}

/* Two persons; and a person's own approval is not defended by that person. */
static void nobody_decides_twice(void **state)
{
    (void)state;
    static const struct {
        enum state at;
        enum vv_proposal_action action;
        const char *by;
    } cases[] = {
        {FORWARDED, VV_PROPOSAL_APPROVE, "anna"},
        {CONTESTED, VV_RECOVERY_UPHOLD, "bert"},
        {CONTESTED, VV_RECOVERY_REVERSE, "bert"},
        {FORWARDED, VV_PROPOSAL_APPROVE, ""}, /* nobody's key */
        {FORWARDED, VV_PROPOSAL_APPROVE, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *field;
        live_to(cases[i].at);
        struct vv_payment_fact fact = decision(cases[i].action, cases[i].by);
        assert_int_equal(check(&fact, WITHIN, &field), VV_REFUSED);
        assert_string_equal(field, "sender");
    }
}

/* Each part of what names the amount, changed. */
static void another_amount_is_refused(void **state)
{
    (void)state;
    for (int part = 0; part < 5; part++) {
        const char *field;
        live_to(APPROVED);
        struct vv_payment_fact fact = decision(VV_RECOVERY_CONTEST, "cleo");
        fact.period += part == 0 ? 30 : 0;
        fact.component = part == 1 ? "result" : fact.component;
        fact.contract = part == 2 ? kit_id('C', 2) : fact.contract;
        fact.amount += part == 3 ? 1 : 0;
        fact.subject = part == 4 ? kit_id('R', 9) : fact.subject;
        assert_int_equal(check(&fact, WITHIN, &field), part == 4 ? VV_NOT_FOUND : VV_REFUSED);
        assert_string_equal(field, part == 4 ? "recovery" : "amount");
    }
    const char *field;
    live_to(FORWARDED);
    standing.proposed -= 100; /* the fall has grown since it was shown */
    struct vv_payment_fact fact = decision(VV_PROPOSAL_APPROVE, "bert");
    assert_int_equal(check(&fact, WITHIN, &field), VV_REFUSED);
    assert_string_equal(field, "amount");
}

/* A key for which nothing stands; and the second of two approvers, who sees why. */
static void nothing_stands(void **state)
{
    (void)state;
    const char *field = NULL;
    const char *why = NULL;
    live_to(APPROVED);
    struct vv_payment_fact fact = decision(VV_PROPOSAL_APPROVE, "cleo");
    assert_int_equal(check(&fact, WITHIN, &field), VV_REFUSED);
    assert_int_equal(vv_proposal_check(&proposals, NULL, &fact, day(WITHIN), &field, &why),
                     VV_REFUSED);
    assert_non_null(strstr(why, "another decision came first"));
    live_to(PROPOSED);
    assert_int_equal(vv_proposal_check(&proposals, NULL, &fact, day(WITHIN), &field, &why),
                     VV_REFUSED);
    assert_non_null(strstr(why, "no recovery is proposed"));
    live_to(APPROVED);
    fact = decision(VV_RECOVERY_CONTEST, "cleo");
    assert_int_equal(vv_proposal_check(&proposals, NULL, &fact, day(WITHIN), &field, &why),
                     VV_NOT_FOUND);
}

/* A batch that changed the proposal after it was put forward: somebody must look again. */
static void a_forward_is_of_the_proposal_that_was_seen(void **state)
{
    (void)state;
    live_to(FORWARDED);
    assert_string_equal(vv_proposal_state(&proposals, &standing), "put_forward");
    standing.changed_through = 1; /* the batch had seen the forward, which is fact 1 */
    assert_string_equal(vv_proposal_state(&proposals, &standing), "proposed");
    standing.changed_through = 0;
    standing.proposed -= 1;
    assert_string_equal(vv_proposal_state(&proposals, &standing), "proposed");
    standing.period += 30; /* another month's amount */
    assert_null(vv_proposal_forwarded(&proposals, &standing));
    live_to(REJECTED);
    assert_string_equal(vv_proposal_state(&proposals, &standing), "rejected");
    live_to(APPROVED);
    assert_string_equal(vv_proposal_state(&proposals, &standing), "");
    const struct vv_posted totals[] = {standing_of(0, 0)};
    assert_ptr_equal(vv_posted_of(totals, 1, &life[0]), &totals[0]);
    life[0].component = "result";
    assert_null(vv_posted_of(totals, 1, &life[0]));
}

/* ---- what is posted ---- */

static struct vv_difference post(enum vv_proposal_action action)
{
    struct vv_difference difference;
    static struct vv_payment_fact fact;
    fact = decision(action, "cleo");
    assert_int_equal(vv_proposal_lines(&proposals, &standing, &fact, &kit_memory, &difference),
                     VV_OK);
    return difference;
}

/* Entering the lines changes posted, proposed and waived as the state says, and never their sum. */
static void lines_move_what_they_say(void **state)
{
    (void)state;
    static const struct {
        enum state at;
        enum vv_proposal_action action;
        size_t lines;
        vv_money posted, proposed, waived;
        enum vv_line_kind first;
    } cases[] = {
        {PROPOSED, VV_PROPOSAL_FORWARD, 0, 450000, FALL, 0, VV_LINE_OWED},
        {FORWARDED, VV_PROPOSAL_APPROVE, 2, 400000, 0, 0, VV_LINE_RECOVERY},
        {FORWARDED, VV_PROPOSAL_REJECT, 2, 450000, 0, FALL, VV_LINE_OWED},
        {APPROVED, VV_RECOVERY_CONTEST, 0, 400000, 0, 0, VV_LINE_OWED},
        {CONTESTED, VV_RECOVERY_UPHOLD, 0, 400000, 0, 0, VV_LINE_OWED},
        {CONTESTED, VV_RECOVERY_REVERSE, 2, 450000, 0, FALL, VV_LINE_REVERSED},
        {UPHELD, VV_RECOVERY_SET_OFF, 1, 400000, 0, 0, VV_LINE_SET_OFF},
        {UPHELD, VV_RECOVERY_INVOICE, 1, 400000, 0, 0, VV_LINE_CLAIM},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        live_to(cases[i].at);
        struct vv_difference difference = post(cases[i].action);
        struct vv_posted totals[4] = {standing};
        size_t count = 1;
        assert_int_equal(difference.count, cases[i].lines);
        for (size_t k = 0; k < difference.count; k++) {
            assert_int_equal(vv_posted_enter(totals, &count, &difference.lines[k], 9), VV_OK);
        }
        assert_int_equal(count, 1);
        assert_int_equal(totals[0].posted, cases[i].posted);
        assert_int_equal(totals[0].proposed, cases[i].proposed);
        assert_int_equal(totals[0].waived, cases[i].waived);
        if (difference.count > 0) {
            assert_int_equal(difference.lines[0].kind, cases[i].first);
        }
    }
}

/* Reversed after what is owed has changed, or while another fall stands: the provider gets it back,
 * and the fall is proposed for a person to look at; what was left standing is looked at with it. */
static void reversed_when_what_is_owed_has_changed(void **state)
{
    (void)state;
    static const struct {
        vv_money owed, proposed, waived, ret_proposed;
    } cases[] = {
        {390000, 0, 0, FALL},          /* what is owed has changed since the approval */
        {400000, -100, 0, FALL - 100}, /* a further fall is proposed */
        {400000, 0, -100, FALL - 100}, /* one was left standing: it is proposed with this one */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct vv_difference difference;
        live_to(CONTESTED);
        standing = standing_of(cases[i].proposed, cases[i].waived);
        struct vv_payment_fact fact = decision(VV_RECOVERY_REVERSE, "cleo");
        fact.owed = cases[i].owed;
        assert_int_equal(vv_proposal_lines(&proposals, &standing, &fact, &kit_memory, &difference),
                         VV_OK);
        struct vv_posted totals[4] = {standing};
        size_t count = 1;
        vv_money before = standing.posted;
        for (size_t k = 0; k < difference.count; k++) {
            assert_int_equal(vv_posted_enter(totals, &count, &difference.lines[k], 9), VV_OK);
        }
        assert_int_equal(totals[0].posted, before - FALL);
        assert_int_equal(totals[0].proposed, cases[i].ret_proposed);
        assert_int_equal(totals[0].waived, 0);
    }
}

/* ---- words and memory ---- */

static void words(void **state)
{
    (void)state;
    static const char *const actions[] = {"forward", "approve", "reject",  "contest",
                                          "uphold",  "reverse", "set_off", "invoice"};
    enum vv_proposal_action action = VV_RECOVERY_UPHOLD;
    assert_int_equal(vv_proposal_action_parse("forgive", &action), VV_INVALID);
    assert_int_equal(action, VV_RECOVERY_UPHOLD);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(vv_proposal_action_parse(actions[i], &action), VV_OK);
        assert_int_equal(action, i + 1);
        struct vv_payment_fact fact = decision(action, "anna");
        bool posts = action != VV_PROPOSAL_FORWARD && action != VV_RECOVERY_CONTEST &&
                     action != VV_RECOVERY_UPHOLD;
        assert_int_equal(vv_proposal_posts(&fact), posts);
    }
    struct vv_payment_fact other = {.kind = VV_FACT_UNIT, .action = VV_PROPOSAL_APPROVE};
    assert_false(vv_proposal_posts(&other));
    assert_string_equal(vv_recovery_state_name(VV_RECOVERY_APPROVED), "approved");
    assert_string_equal(vv_recovery_state_name(VV_RECOVERY_SETTLED_INVOICE), "invoiced");
}

static void memory_may_end(void **state)
{
    (void)state;
    live_to(CONTESTED);
    for (size_t n = 0; n <= 2; n++) {
        struct vv_proposals read = {.recovery_count = 77};
        enum vv_status status = vv_proposals_read(life, 3, memory_of(n), &read);
        assert_int_equal(status, n < 2 ? VV_NO_MEMORY : VV_OK);
        assert_int_equal(read.recovery_count, n < 2 ? 77 : 1);
    }
    struct vv_difference difference = {.count = 77};
    struct vv_payment_fact fact = decision(VV_RECOVERY_REVERSE, "cleo");
    assert_int_equal(vv_proposal_lines(&proposals, &standing, &fact, memory_of(0), &difference),
                     VV_NO_MEMORY);
    assert_int_equal(difference.count, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_may_decide_what_and_when),
        cmocka_unit_test(nobody_decides_twice),
        cmocka_unit_test(another_amount_is_refused),
        cmocka_unit_test(nothing_stands),
        cmocka_unit_test(a_forward_is_of_the_proposal_that_was_seen),
        cmocka_unit_test(lines_move_what_they_say),
        cmocka_unit_test(reversed_when_what_is_owed_has_changed),
        cmocka_unit_test(words),
        cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
