/*
 * test_judgement.c: what is decided of obligations without anybody asking. The placement starts on
 * Monday 2021-02-01: the first contact is due on 6 February (start + 5); windows of the talk are
 * 1-7, 8-14, 15-21, 22-28 February, 1-7, 8-14, 15-21, 22-28 March, 29 March - 4 April. February is
 * worked out on 11 March (its last day + 10 + 1), March on 11 April.
 */
#include "duties_kit.h"

static void a_term_is_judged_when_its_last_day_has_passed(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    assert_int_equal(next_due(kit, case_id), day("2021-02-07"));
    walk_to(kit, "2021-02-06");
    assert_null(judged(kit, case_id, "first", day("2021-02-06")));
    walk_to(kit, "2021-02-07");
    const Vagval__V1__JudgedTerm *first = judged(kit, case_id, "first", day("2021-02-06"));
    assert_non_null(first);
    assert_int_equal(first->state, VV_TERM_MISSED);
    assert_int_equal(first->since, day("2021-02-07"));
    assert_int_equal(next_due(kit, case_id), day("2021-02-08"));
    /* On the window's last day a talk keeps it; the first contact then came late. */
    talked(kit, case_id, "talk", day("2021-02-07"), 30, true);
    assert_int_equal(state_of(kit, case_id, "first", "2021-02-06"), VV_TERM_LATE);
    walk_to(kit, "2021-02-08");
    assert_int_equal(state_of(kit, case_id, "talk", "2021-02-07"), VV_TERM_MET);
    walk_to(kit, "2021-02-15");
    assert_int_equal(state_of(kit, case_id, "talk", "2021-02-14"), VV_TERM_MISSED);
    assert_int_equal(next_due(kit, case_id), day("2021-02-22"));
    assert_verifies(kit);
}

static void each_state_follows_what_is_recorded(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    walk_to(kit, "2021-02-15");
    assert_int_equal(state_of(kit, case_id, "talk", "2021-02-07"), VV_TERM_MISSED);
    /* A talk in the window after keeps the one before late, and its own in time. */
    struct vv_id activity = talked(kit, case_id, "talk", day("2021-02-09"), 30, true);
    assert_int_equal(state_of(kit, case_id, "talk", "2021-02-07"), VV_TERM_LATE);
    assert_int_equal(judged(kit, case_id, "talk", day("2021-02-07"))->met_on, day("2021-02-09"));
    assert_int_equal(state_of(kit, case_id, "talk", "2021-02-14"), VV_TERM_MET);
    /* The participant says that it was not so: both are missed again, from today. */
    walk_to(kit, "2021-02-16");
    answered(kit, case_id, activity, false);
    assert_int_equal(state_of(kit, case_id, "talk", "2021-02-14"), VV_TERM_MISSED);
    assert_int_equal(judged(kit, case_id, "talk", day("2021-02-14"))->since, day("2021-02-16"));
    assert_int_equal(excused(kit, case_id, "talk", day("2021-02-14")), VV_OK);
    assert_int_equal(state_of(kit, case_id, "talk", "2021-02-14"), VV_TERM_EXCUSED);
    /* Absence that was reported, of a talk that was offered. */
    talked(kit, case_id, "talk", day("2021-02-03"), 30, false);
    assert_int_equal(state_of(kit, case_id, "talk", "2021-02-07"), VV_TERM_MISSED);
    assert_int_equal(absent(kit, case_id, day("2021-02-02"), day("2021-02-03")), VV_OK);
    assert_int_equal(state_of(kit, case_id, "talk", "2021-02-07"), VV_TERM_EXCUSED);
    assert_verifies(kit);
}

/* The last statement of a month; NULL if nothing is stated. */
static const Vagval__V1__MonthStated *month_of(struct kit *kit, struct vv_id case_id,
                                               const char *month)
{
    const Vagval__V1__Delivery *delivery = delivery_of(kit, case_id);
    for (size_t i = delivery->n_months; i > 0; i--) {
        if (delivery->months[i - 1]->month == day(month)) {
            return delivery->months[i - 1];
        }
    }
    return NULL;
}

static void assert_told(struct kit *kit, const char *month, bool met, const char *reason)
{
    Vagval__V1__ObligationsStated *event =
        (Vagval__V1__ObligationsStated *)last_emitted(kit, VV_MSG_OBLIGATIONS_STATED);
    assert_non_null(event);
    assert_int_equal(event->month, day(month));
    assert_int_equal(event->met, met);
    assert_string_equal(event->reason, reason);
    protobuf_c_message_free_unpacked(&event->base, NULL);
}

/* February lacks 15-21 (22-28 is kept late, on 2 March); a record that comes later makes it good.
 */
static void a_month_is_worked_out_by_itself(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    walk_to(kit, "2021-03-02");
    talked(kit, case_id, "talk", day("2021-02-02"), 30, true);
    talked(kit, case_id, "talk", day("2021-02-08"), 30, true);
    talked(kit, case_id, "talk", day("2021-03-02"), 30, true);
    walk_to(kit, "2021-03-10");
    assert_null(month_of(kit, case_id, "2021-02-01"));
    assert_int_equal(emitted(kit, VV_MSG_OBLIGATIONS_STATED), 0);
    walk_to(kit, "2021-03-11");
    assert_told(kit, "2021-02-01", false, "talk");
    assert_string_equal(month_of(kit, case_id, "2021-02-01")->by, "");
    assert_verifies(kit);
    walk_to(kit, "2021-03-12");
    struct vv_id activity = talked(kit, case_id, "talk", day("2021-02-21"), 45, true);
    assert_told(kit, "2021-02-01", true, "terms-kept");
    assert_int_equal(emitted(kit, VV_MSG_OBLIGATIONS_STATED), 2);
    talked(kit, case_id, "talk", day("2021-02-20"), 45, true);
    assert_int_equal(emitted(kit, VV_MSG_OBLIGATIONS_STATED), 2); /* the same again is not news */
    answered(kit, case_id, activity, false);
    assert_int_equal(emitted(kit, VV_MSG_OBLIGATIONS_STATED), 2); /* there is the other one */
    assert_verifies(kit);
    assert_int_equal(sum_of(kit, case_id, "obligations.met"), 1);
    assert_int_equal(sum_of(kit, case_id, "obligations.not_met"), 1);
}

static void what_a_person_states_stands(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    walk_to(kit, "2021-03-05");
    assert_int_equal(stated(kit, case_id, "2021-02-01", true, false), VV_OK);
    walk_to(kit, "2021-03-15");
    assert_told(kit, "2021-02-01", true, "seen");
    assert_int_equal(emitted(kit, VV_MSG_OBLIGATIONS_STATED), 1);
    assert_string_equal(month_of(kit, case_id, "2021-02-01")->by, "somebody");
    talked(kit, case_id, "talk", day("2021-02-21"), 45, true);
    assert_int_equal(emitted(kit, VV_MSG_OBLIGATIONS_STATED), 1);
    /* Until a person asks for it to be worked out: 1-7 and 22-28 have nothing, 8-14 is late. */
    assert_int_equal(stated(kit, case_id, "2021-02-01", true, true), VV_OK);
    assert_told(kit, "2021-02-01", false, "talk");
    talked(kit, case_id, "talk", day("2021-02-04"), 45, true);
    assert_int_equal(emitted(kit, VV_MSG_OBLIGATIONS_STATED), 2);
    talked(kit, case_id, "talk", day("2021-03-03"), 45, true);
    assert_told(kit, "2021-02-01", true, "terms-kept");
    assert_verifies(kit);
}

static void a_change_of_provider_parts_the_month(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    walk_to(kit, "2021-02-10");
    talked(kit, case_id, "talk", day("2021-02-05"), 30, true);
    assert_int_equal(choose(kit, case_id, "KA-2", "2021-02-10")->status, VV_OK);
    carry(kit);
    /* With KA-2 windows begin on the 10th: 10-16, 17-23 February; 24 February - 2 March is March's.
     */
    walk_to(kit, "2021-03-11");
    assert_null(judged(kit, case_id, "talk", day("2021-02-14"))); /* cut short by the change */
    assert_int_equal(state_of(kit, case_id, "talk", "2021-02-16"), VV_TERM_MISSED);
    assert_int_equal(state_of(kit, case_id, "talk", "2021-02-07"), VV_TERM_MET);
    const Vagval__V1__Delivery *delivery = delivery_of(kit, case_id);
    assert_int_equal(delivery->n_months, 2);
    struct vv_id one = contract_id("KA-1"), two = contract_id("KA-2");
    for (size_t i = 0; i < 2; i++) {
        const Vagval__V1__MonthStated *month = delivery->months[i];
        assert_memory_equal(month->contract.data, i == 0 ? one.bytes : two.bytes, 16);
        assert_int_equal(month->met, i == 0);
    }
    assert_verifies(kit);
}

/* An end of 20 February that is told on 2 March: 15-21 and 22-28 are asked no more. */
static void an_end_told_late_asks_less(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    walk_to(kit, "2021-02-10");
    talked(kit, case_id, "talk", day("2021-02-04"), 30, true);
    talked(kit, case_id, "talk", day("2021-02-09"), 30, true);
    walk_to(kit, "2021-03-02");
    assert_int_equal(state_of(kit, case_id, "talk", "2021-02-28"), VV_TERM_MISSED);
    assert_int_equal(end_placement(kit, case_id, "2021-02-20")->status, VV_OK);
    carry(kit);
    assert_null(judged(kit, case_id, "talk", day("2021-02-21")));
    assert_null(judged(kit, case_id, "talk", day("2021-02-28")));
    assert_int_equal(next_due(kit, case_id), day("2021-03-11"));
    assert_verifies(kit);
    walk_to(kit, "2021-03-11");
    assert_told(kit, "2021-02-01", true, "terms-kept");
    assert_int_equal(next_due(kit, case_id), VV_DATE_NONE); /* nothing is to come */
    assert_verifies(kit);
}

/* A version from 1 March asks for no talks. What ended before keeps its rules, also when it is
 * published only after: those of 1 to 14 March had been judged by then. */
static void a_term_keeps_the_version_that_was_known(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    walk_to(kit, "2021-03-16");
    assert_int_equal(state_of(kit, case_id, "talk", "2021-03-14"), VV_TERM_MISSED);
    publish_obligations(kit, DELIVERY_BEGIN DELIVERY_FIRST DELIVERY_END);
    walk_to(kit, "2021-03-24");
    assert_int_equal(state_of(kit, case_id, "talk", "2021-03-14"), VV_TERM_MISSED);
    talked(kit, case_id, "talk", day("2021-03-14"), 30, true);
    assert_int_equal(state_of(kit, case_id, "talk", "2021-03-14"), VV_TERM_MET);
    assert_null(judged(kit, case_id, "talk", day("2021-03-21")));
    assert_verifies(kit);
}

/* A scheme without obligations costs no timer and no record. */
static void without_obligations_there_is_no_timer(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    assert_int_equal(next_due(kit, case_id), VV_DATE_NONE);
    walk_to(kit, "2021-03-15");
    assert_null(delivery_of(kit, case_id));
    assert_verifies(kit);
}

/* What verify says of the case's partition; "" if nothing. */
static void assert_problem(struct kit *kit, struct vv_id case_id, const char *expected)
{
    Vagval__V1__VerifyPage body = VAGVAL__V1__VERIFY_PAGE__INIT;
    body.partition = vv_id_partition(case_id);
    const struct vv_harness_result *result =
        command(kit, VV_MSG_VERIFY_PAGE, next_id(kit), VV_ID_SYSTEM, &body.base);
    assert_int_equal(result->status, VV_OK);
    const Vagval__V1__VerifyResult *reply = (const Vagval__V1__VerifyResult *)result->reply;
    assert_string_equal(reply->n_problems == 0 ? "" : reply->problems[0]->code, expected);
}

/* Finds the n-th `what` among the record's bytes, in place. */
static uint8_t *bytes_at(struct kit *kit, struct vv_id case_id, const char *what, unsigned n)
{
    const struct vv_record *record =
        vv_harness_record(kit->harness, vv_id_partition(case_id), "delivery", case_id);
    for (size_t i = 0; i + strlen(what) <= record->body_len; i++) {
        if (memcmp(record->body + i, what, strlen(what)) == 0 && n-- == 0) {
            return (uint8_t *)(uintptr_t)(record->body + i);
        }
    }
    fail_msg("no %s in the record", what);
    return NULL;
}

/* A record that was changed by hand is found: an activity that no fact tells, a term that its
 * facts do not give, a month that its terms do not give. */
static void verify_makes_the_record_again(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    walk_to(kit, "2021-03-12");
    talked(kit, case_id, "talk", day("2021-02-04"), 30, true);
    assert_problem(kit, case_id, "");
    bytes_at(kit, case_id, "talk", 0)[0] = 'T';
    assert_problem(kit, case_id, "registry.activities");
    bytes_at(kit, case_id, "Talk", 0)[0] = 't';
    /* The first term of the group "talk" (its code, its start): from, due, then the state. */
    uint8_t *term = bytes_at(kit, case_id, "talk", 1);
    uint8_t *state_tag = memchr(term, 0x18, 40);
    assert_non_null(state_tag);
    assert_int_equal(state_tag[1], VV_TERM_MET);
    state_tag[1] = VV_TERM_MISSED;
    assert_problem(kit, case_id, "registry.term_state");
    state_tag[1] = VV_TERM_MET;
    bytes_at(kit, case_id, "talk", 1)[0] = 'x';
    assert_problem(kit, case_id, "registry.term_unknown");
    bytes_at(kit, case_id, "xalk", 0)[0] = 't';
    assert_problem(kit, case_id, "");
}

static void verify_works_the_month_out_again(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    walk_to(kit, "2021-03-02");
    talked(kit, case_id, "talk", day("2021-02-02"), 30, true);
    talked(kit, case_id, "talk", day("2021-02-08"), 30, true);
    talked(kit, case_id, "talk", day("2021-02-21"), 45, true);
    talked(kit, case_id, "talk", day("2021-02-28"), 30, true);
    walk_to(kit, "2021-03-11");
    assert_told(kit, "2021-02-01", true, "terms-kept");
    assert_problem(kit, case_id, "");
    /* Before the reason stands whether it was kept: tag, value, then the reason's tag, length. */
    uint8_t *met = bytes_at(kit, case_id, "terms-kept", 0) - 4;
    assert_int_equal(met[0], 0x18);
    assert_int_equal(met[1], 1);
    met[1] = 0;
    assert_problem(kit, case_id, "registry.month");
    met[1] = 1;
    assert_problem(kit, case_id, "");
}

int main(void)
{
#define DUTIES_TEST(f) cmocka_unit_test_setup_teardown(f, duties_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        DUTIES_TEST(a_term_is_judged_when_its_last_day_has_passed),
        DUTIES_TEST(each_state_follows_what_is_recorded),
        DUTIES_TEST(a_month_is_worked_out_by_itself),
        DUTIES_TEST(what_a_person_states_stands),
        DUTIES_TEST(a_change_of_provider_parts_the_month),
        DUTIES_TEST(an_end_told_late_asks_less),
        DUTIES_TEST(a_term_keeps_the_version_that_was_known),
        cmocka_unit_test_setup_teardown(without_obligations_there_is_no_timer, kit_setup,
                                        kit_teardown),
        DUTIES_TEST(verify_makes_the_record_again),
        DUTIES_TEST(verify_works_the_month_out_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
