/*
 * test_obligations.c: a statement on a contract's obligations in a month: whom it is about, what
 * payment is told, what is refused.
 */
#include "kit.h"

static const struct vv_harness_result *state_as(struct kit *kit, struct vv_id id,
                                                struct vv_id case_id, const char *month, bool met,
                                                const char *reason)
{
    Vagval__V1__StateObligations body = VAGVAL__V1__STATE_OBLIGATIONS__INIT;
    body.source = (char *)"test";
    body.source_ref = (char *)"statement";
    body.case_id = bytes_of(&case_id);
    body.month = day(month);
    body.met = met;
    body.reason = (char *)(uintptr_t)reason;
    return command(kit, VV_MSG_STATE_OBLIGATIONS, id, case_id, &body.base);
}

static enum vv_status refused_with(const struct vv_harness_result *result, const char *field)
{
    assert_string_equal(result->field, field);
    assert_false(result->committed);
    return result->status;
}

/* Placed on 2021-02-01 with KA-1: March's statement is about KA-1 without saying so. A later one on
 * the same month is another fact and another event; which holds is its place in the stream. */
static void a_statement_is_about_the_contract_that_served(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    kit->twice = true;
    today(kit, "2021-04-10");
    const struct vv_harness_result *result =
        state_as(kit, next_id(kit), case_id, "2021-03-01", false, "no-meeting");
    assert_int_equal(result->status, VV_OK);
    Vagval__V1__ObligationsStated *event =
        (Vagval__V1__ObligationsStated *)last_emitted(kit, VV_MSG_OBLIGATIONS_STATED);
    assert_non_null(event);
    const Vagval__V1__CasePlacement *placement = case_of(kit, case_id)->placements[0];
    assert_int_equal(event->month, day("2021-03-01"));
    assert_false(event->met);
    assert_string_equal(event->reason, "no-meeting");
    assert_int_equal(event->contract.len, 16);
    assert_memory_equal(event->contract.data, placement->contract.data, 16);
    protobuf_c_message_free_unpacked(&event->base, NULL);
    assert_int_equal(state_as(kit, next_id(kit), case_id, "2021-03-01", true, "made-good")->status,
                     VV_OK);
    assert_int_equal(emitted(kit, VV_MSG_OBLIGATIONS_STATED), 2);
    assert_int_equal(sum_of(kit, case_id, "obligations.not_met"), 1);
    assert_int_equal(sum_of(kit, case_id, "obligations.met"), 1);
    assert_verifies(kit);
}

static void months_without_service_and_free_text_are_refused(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    today(kit, "2021-04-10");
    assert_int_equal(
        refused_with(state_as(kit, next_id(kit), case_id, "2021-01-01", false, "x"), "month"),
        VV_REFUSED); /* before the placement */
    assert_int_equal(
        refused_with(state_as(kit, next_id(kit), case_id, "2021-05-01", false, "x"), "month"),
        VV_REFUSED); /* not begun */
    assert_int_equal(
        refused_with(state_as(kit, next_id(kit), case_id, "2021-03-02", false, "x"), "month"),
        VV_INVALID); /* not a month's first day */
    assert_int_equal(
        refused_with(state_as(kit, next_id(kit), case_id, "2021-03-01", false, "Anna did not come"),
                     "reason"),
        VV_INVALID);
    assert_int_equal(emitted(kit, VV_MSG_OBLIGATIONS_STATED), 0);
    assert_verifies(kit);
}

int main(void)
{
#define KIT_TEST(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        KIT_TEST(a_statement_is_about_the_contract_that_served),
        KIT_TEST(months_without_service_and_free_text_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
