/*
 * Levels corrected and re-assessed, before the payment service's handlers. Amounts by hand from
 * KROM's example prices in Västerås: base A 24.00, B 33.00, C 45.00 a day; premium B 6 925.00,
 * C 9 500.00.
 */
#include "case_kit.h"

/* A level event that takes the place of another: `replaced` is its number, 0 = of none. */
static void corrected(struct vv_harness *harness, unsigned char number, const char *code,
                      bool referred, const char *from, const char *decided, unsigned char replaced)
{
    struct vv_id other = {{0, 3, 0xE0, replaced}};
    Vagval__V1__LevelDecided body = VAGVAL__V1__LEVEL_DECIDED__INIT;
    body.case_id = bytes_of(&case_id);
    body.scheme = (char *)(uintptr_t) "se-krom";
    body.level = (char *)(uintptr_t)code;
    body.referred = referred;
    body.effective_from = day(from);
    body.decided_on = day(decided);
    body.by_person = true;
    body.supersedes = replaced == 0 ? (ProtobufCBinaryData){0, NULL} : bytes_of(&other);
    event(harness, number, VV_ASSESSMENT, VV_MSG_LEVEL_DECIDED, from, &body.base);
}

/* The decision of the registration is corrected on its own day, with an id that sorts before it:
 * the correction counts all the same. April: 15 x 12.00 more; premium 2 575.00 more. */
static void a_correction_of_the_same_day_counts(void **state)
{
    struct vv_harness *harness = *state;
    level(harness, 9, "B", "2020-04-01", "2020-04-01");
    corrected(harness, 1, "C", true, "2020-04-01", "2020-04-01", 9);
    start(harness, 2, "2020-04-16");
    pass_days(harness, "2020-05-04");
    outcome(harness, 3, "start", "2020-05-04");
    assert_int_equal(balance(harness, provider_account), -(15 * 4500 + 950000));
    assert_clean(harness, 2);
}

/* B from April, A from 21 April by a new assessment; then April's B is found wrong: C. The days
 * from 21 April keep A: 16..20 April = 5 x 45.00, 21..30 April = 10 x 24.00. */
static void a_later_assessment_stays(void **state)
{
    struct vv_harness *harness = *state;
    level(harness, 1, "B", "2020-04-01", "2020-04-01");
    start(harness, 2, "2020-04-16");
    level(harness, 3, "A", "2020-04-21", "2020-04-21");
    pass_days(harness, "2020-05-10");
    assert_int_equal(balance(harness, provider_account), -(5 * 3300 + 10 * 2400));
    corrected(harness, 4, "C", true, "2020-04-01", "2020-05-10", 1);
    assert_int_equal(balance(harness, provider_account), -(5 * 4500 + 10 * 2400));
    /* And the A is found wrong too: B. 5 x 45.00 + 10 x 33.00. */
    corrected(harness, 5, "B", true, "2020-04-21", "2020-05-10", 3);
    assert_int_equal(balance(harness, provider_account), -(5 * 4500 + 10 * 3300));
    assert_clean(harness, 3);
}

/* Down is proposed, and a correction of the correction takes the proposal back. */
static void corrections_can_be_corrected(void **state)
{
    struct vv_harness *harness = *state;
    level(harness, 1, "B", "2020-04-01", "2020-04-01");
    start(harness, 2, "2020-04-16");
    pass_days(harness, "2020-05-10");
    corrected(harness, 3, "A", true, "2020-04-01", "2020-05-10", 1);
    assert_int_equal(balance(harness, provider_account), -15 * 3300);
    assert_int_equal(vv_harness_counter(harness, PARTITION, "sums", NIL, "proposed:se-krom:base"),
                     -15 * 900);
    corrected(harness, 4, "B", true, "2020-04-01", "2020-05-10", 3);
    assert_int_equal(balance(harness, provider_account), -15 * 3300);
    assert_int_equal(vv_harness_counter(harness, PARTITION, "sums", NIL, "proposed:se-krom:base"),
                     0);
    assert_clean(harness, 3);
}

/* "Too far" after all: what the provider was promised stands, until a person says what it is. */
static void without_referral_the_promise_stands(void **state)
{
    struct vv_harness *harness = *state;
    level(harness, 1, "B", "2020-04-01", "2020-04-01");
    start(harness, 2, "2020-04-16");
    pass_days(harness, "2020-05-10");
    corrected(harness, 3, "far", false, "2020-04-01", "2020-05-10", 1);
    assert_int_equal(balance(harness, provider_account), -15 * 3300);
    assert_int_equal(vv_harness_counter(harness, PARTITION, "sums", NIL, "proposed:se-krom:base"),
                     0);
    corrected(harness, 4, "C", true, "2020-04-01", "2020-05-10", 1);
    assert_int_equal(balance(harness, provider_account), -15 * 4500);
    assert_clean(harness, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_correction_of_the_same_day_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_later_assessment_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(corrections_can_be_corrected, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_referral_the_promise_stands, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
