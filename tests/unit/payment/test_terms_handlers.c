/*
 * The payment service's handlers on a scheme with terms: KROM's file with two keys changed, so that
 * base waits for a month's obligations and the result needs an income statement. Amounts as in
 * test_payment_handlers.c: base 33.00 a day, premium 6 925.00, result 27 700.00.
 */
#include "case_kit.h"

#include <stdio.h>
#include <stdlib.h>

static char *replaced(char *text, const char *find, const char *with)
{
    char *at = strstr(text, find);
    assert_non_null(at);
    size_t size = strlen(text) + strlen(with) + 1;
    char *made = malloc(size);
    assert_non_null(made);
    (void)snprintf(made, size, "%.*s%s%s", (int)(at - text), text, with, at + strlen(find));
    free(text);
    return made;
}

static int set_up_terms(void **state)
{
    char *yaml = calloc(1, 65536);
    FILE *file = fopen("deploy/schemes/se-krom.yaml", "rb");
    assert_non_null(yaml);
    assert_non_null(file);
    assert_true(fread(yaml, 1, 65535, file) > 0);
    assert_int_equal(fclose(file), 0);
    yaml = replaced(yaml, "pay_if: always", "pay_if: obligations_met");
    yaml = replaced(yaml, "max_gap_days: 0", "evidence: corroborated");
    struct vv_harness *harness = vv_harness_create(&vv_service_payment, 16, NULL);
    vv_harness_publish_bytes(harness, "se-krom.yaml", yaml, strlen(yaml),
                             "deploy/models/ams-2018.yaml");
    free(yaml);
    vv_harness_clock(harness, day("2020-04-01"));
    *state = harness;
    return 0;
}

static const struct vv_harness_result *obligations(struct vv_harness *harness, unsigned char number,
                                                   const char *month, bool met)
{
    Vagval__V1__ObligationsStated body = VAGVAL__V1__OBLIGATIONS_STATED__INIT;
    body.case_id = bytes_of(&case_id);
    body.scheme = (char *)(uintptr_t) "se-krom";
    body.month = day(month);
    body.met = met;
    body.contract = bytes_of(&contract);
    body.reason = (char *)(uintptr_t) "no-meeting";
    return event(harness, number, VV_REGISTRY, VV_MSG_OBLIGATIONS_STATED, month, &body.base);
}

static const struct vv_harness_result *income_statement(struct vv_harness *harness,
                                                        unsigned char number, const char *through,
                                                        bool with_hash)
{
    static uint8_t hash[32] = {0x1C};
    Vagval__V1__OutcomeRecorded body = VAGVAL__V1__OUTCOME_RECORDED__INIT;
    body.case_id = bytes_of(&case_id);
    body.scheme = (char *)(uintptr_t) "se-krom";
    body.outcome = bytes_of(&outcome_id);
    body.kind = (char *)(uintptr_t) "corroborate";
    body.on = day(through);
    if (with_hash) {
        body.evidence = (ProtobufCBinaryData){sizeof hash, hash};
    }
    return event(harness, number, VV_REGISTRY, VV_MSG_OUTCOME_RECORDED, through, &body.base);
}

/* The provider's own confirmation is not enough; a statement without a document is no statement;
 * one through 3 September is, and 27 700.00 is posted with its event. */
static void a_result_needs_an_income_statement(void **state)
{
    struct vv_harness *harness = *state;
    carry_to_the_job(harness);
    outcome(harness, 4, "confirm", "2020-09-03");
    pass_days(harness, "2020-10-01");
    assert_int_equal(balance(harness, "expense:se-krom:result"), 0);
    income_statement(harness, 5, "2020-09-03", false);
    assert_int_equal(balance(harness, "expense:se-krom:result"), 0);
    income_statement(harness, 6, "2020-09-02", true);
    assert_int_equal(balance(harness, "expense:se-krom:result"), 0);
    const struct vv_harness_result *result = income_statement(harness, 7, "2020-09-03", true);
    assert_int_equal(result->event_count, 1);
    assert_int_equal(balance(harness, "expense:se-krom:result"), 2770000);
}

/* April 16 to 30: 495.00, due on 1 May, waits for the statement of 10 May that all is well. */
static void a_month_waits_for_its_obligations(void **state)
{
    struct vv_harness *harness = *state;
    level(harness, 1, "B", "2020-04-01", "2020-04-01");
    pass_days(harness, "2020-04-16");
    start(harness, 2, "2020-04-16");
    pass_days(harness, "2020-04-28");
    obligations(harness, 3, "2020-04-01", false);
    pass_days(harness, "2020-05-10");
    assert_int_equal(balance(harness, "expense:se-krom:base"), 0);
    obligations(harness, 4, "2020-04-01", true);
    assert_int_equal(balance(harness, "expense:se-krom:base"), 49500);
    pass_days(harness, "2020-06-01"); /* May: 31 x 33.00, nothing said */
    assert_int_equal(balance(harness, "expense:se-krom:base"), 49500 + 102300);
    assert_clean(harness, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_result_needs_an_income_statement, set_up_terms,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_month_waits_for_its_obligations, set_up_terms, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
