/*
 * Amounts that are held since employer and provider are related, and accounting periods, through
 * payment's handlers on the real KROM scheme file. Level B in Västerås: premium 6 925.00 through
 * day 60, result 27 700.00 after four months, base 33.00 a day.
 */
#include "case_kit.h"

#include "../../../services/payment/holds.h"

#define PREMIUM 692500
#define RESULT 2770000

static const struct vv_id provider = {{0, 1, 0xF0}};
static const struct vv_id sister = {{0, 2, 0xF1}};

static void placed_with(struct vv_harness *harness)
{
    level(harness, 1, "B", "2020-04-01", "2020-04-01");
    pass_days(harness, "2020-04-16");
    Vagval__V1__PlacementStarted body = VAGVAL__V1__PLACEMENT_STARTED__INIT;
    body.case_id = bytes_of(&case_id);
    body.scheme = (char *)(uintptr_t) "se-krom";
    body.placement = bytes_of(&placement);
    body.contract = bytes_of(&contract);
    body.area = (char *)(uintptr_t) "vasteras";
    body.contract_number = (char *)(uintptr_t) "KA-000123";
    body.start = body.service_start = day("2020-04-16");
    body.planned_end = day("2020-10-15");
    body.provider = bytes_of(&provider);
    event(harness, 2, VV_REGISTRY, VV_MSG_PLACEMENT_STARTED, "2020-04-16", &body.base);
}

static void job_at(struct vv_harness *harness, const struct vv_id *employer)
{
    pass_days(harness, "2020-05-04");
    Vagval__V1__OutcomeRecorded body = VAGVAL__V1__OUTCOME_RECORDED__INIT;
    body.case_id = bytes_of(&case_id);
    body.scheme = (char *)(uintptr_t) "se-krom";
    body.outcome = bytes_of(&outcome_id);
    body.kind = (char *)(uintptr_t) "start";
    body.what = (char *)(uintptr_t) "job";
    body.on = day("2020-05-04");
    body.extent_percent = 100;
    body.employer = bytes_of(employer);
    event(harness, 3, VV_REGISTRY, VV_MSG_OUTCOME_RECORDED, "2020-05-04", &body.base);
}

static const struct vv_harness_result *release(struct vv_harness *harness, unsigned char number,
                                               const char *component)
{
    Vagval__V1__ReleaseHold body = VAGVAL__V1__RELEASE_HOLD__INIT;
    body.case_id = bytes_of(&case_id);
    body.component = (char *)(uintptr_t)component;
    body.period = day("2020-04-16");
    body.contract = bytes_of(&contract);
    struct vv_harness_message message = {.type = VV_MSG_RELEASE_HOLD,
                                         .id = {{0, 3, 0xD1, number}},
                                         .subject = case_id,
                                         .role = VV_ROLE_FINANCE,
                                         .sender = "anna",
                                         .body = &body.base};
    return vv_harness_send(harness, &message);
}

static const struct vv_harness_result *link_parties(struct vv_harness *harness,
                                                    unsigned char number, bool withdrawn)
{
    Vagval__V1__LinkParties body = VAGVAL__V1__LINK_PARTIES__INIT;
    body.partition = PARTITION;
    body.provider = bytes_of(&provider);
    body.party = bytes_of(&sister);
    body.withdrawn = withdrawn;
    struct vv_harness_message message = {.type = VV_MSG_LINK_PARTIES,
                                         .id = {{0, 3, 0xD2, number}},
                                         .role = VV_ROLE_FINANCE,
                                         .sender = "anna",
                                         .body = &body.base};
    return vv_harness_send(harness, &message);
}

static const Vagval__V1__Positions *held(struct vv_harness *harness)
{
    Vagval__V1__PositionsPage body = VAGVAL__V1__POSITIONS_PAGE__INIT;
    body.partition = PARTITION;
    body.what = (char *)(uintptr_t) "holds";
    return (const Vagval__V1__Positions *)ask(harness, VV_MSG_POSITIONS_PAGE, NIL, &body.base);
}

/* A job at the provider itself: the premium waits, base is paid, and so does the result. Let go one
 * by one, each is posted. */
static void same_organisation(void **state)
{
    struct vv_harness *harness = *state;
    placed_with(harness);
    job_at(harness, &provider);
    assert_int_equal(balance(harness, "expense:se-krom:premium"), 0);
    assert_int_equal(held(harness)->n_positions, 1);
    assert_string_equal(held(harness)->positions[0]->held_why, "same_organisation");
    assert_int_equal(held(harness)->positions[0]->owed_then, PREMIUM);
    assert_int_equal(release(harness, 1, "result")->status, VV_REFUSED); /* not due yet */
    assert_int_equal(release(harness, 2, "premium")->status, VV_OK);
    assert_int_equal(balance(harness, "expense:se-krom:premium"), PREMIUM);
    assert_int_equal(release(harness, 3, "premium")->status, VV_REFUSED); /* let go already */
    outcome(harness, 4, "confirm", "2020-09-03");
    pass_days(harness, "2020-09-04");
    assert_int_equal(balance(harness, "expense:se-krom:result"), 0);
    assert_int_equal(release(harness, 4, "result")->status, VV_OK);
    assert_int_equal(balance(harness, "expense:se-krom:result"), RESULT);
    assert_int_equal(held(harness)->n_positions, 0);
    assert_clean(harness, 4); /* base April, premium, base May 1..3, result */
}

/* Another organisation, and a link that is noted before the result: the premium was posted, the
 * result is held. What the link makes of the premium is only a proposal, from the next time that
 * the case is decided. The link withdrawn, the proposal is taken back and the result posted. */
static void linked(void **state)
{
    struct vv_harness *harness = *state;
    placed_with(harness);
    job_at(harness, &sister);
    assert_int_equal(balance(harness, "expense:se-krom:premium"), PREMIUM);
    assert_int_equal(link_parties(harness, 1, false)->status, VV_OK);
    assert_clean(harness, 2); /* nothing is outstanding: it counts from the next decision */
    outcome(harness, 4, "confirm", "2020-09-03");
    pass_days(harness, "2020-09-04");
    assert_int_equal(balance(harness, "expense:se-krom:result"), 0);
    assert_int_equal(balance(harness, "expense:se-krom:premium"), PREMIUM);
    assert_int_equal(
        vv_harness_counter(harness, PARTITION, "sums", NIL, "proposed:se-krom:premium"), -PREMIUM);
    assert_int_equal(held(harness)->n_positions, 2);
    assert_int_equal(link_parties(harness, 2, true)->status, VV_OK);
    outcome(harness, 5, "confirm", "2020-09-04");
    assert_int_equal(balance(harness, "expense:se-krom:result"), RESULT);
    assert_int_equal(
        vv_harness_counter(harness, PARTITION, "sums", NIL, "proposed:se-krom:premium"), 0);
    assert_int_equal(verify(harness)->n_problems, 0);
}

/* Told of the second job, at an employer that has nothing to do with the provider. */
static void second_job(struct vv_harness *harness, unsigned char number, const char *kind,
                       const char *on)
{
    static const struct vv_id job = {{0, 3, 0xB7}};
    static const struct vv_id stranger = {{0, 3, 0xF7}};
    static uint8_t document[32] = {7};
    Vagval__V1__OutcomeRecorded body = VAGVAL__V1__OUTCOME_RECORDED__INIT;
    body.case_id = bytes_of(&case_id);
    body.scheme = (char *)(uintptr_t) "se-krom";
    body.outcome = bytes_of(&job);
    body.kind = (char *)(uintptr_t)kind;
    body.what = (char *)(uintptr_t) "job";
    body.on = day(on);
    body.extent_percent = 100;
    body.employer = bytes_of(&stranger);
    if (strcmp(kind, "confirm") == 0) {
        body.evidence = (ProtobufCBinaryData){sizeof document, document};
    }
    event(harness, number, VV_REGISTRY, VV_MSG_OUTCOME_RECORDED, on, &body.base);
}

/* The first job is at the provider itself and ends on 31 May: its premium waits. The second, from 3
 * June, is elsewhere and lasts through 2 October: four months, the result is due on 3 October and
 * posted, although what comes before it in the scheme is held. Base: 16..30 April 15 and 1..3 May 3
 * days at 33.00. */
static void one_held_another_posted(void **state)
{
    struct vv_harness *harness = *state;
    placed_with(harness);
    job_at(harness, &provider);
    pass_days(harness, "2020-06-01");
    outcome(harness, 4, "end", "2020-05-31");
    pass_days(harness, "2020-06-03");
    second_job(harness, 5, "start", "2020-06-03");
    pass_days(harness, "2020-10-03");
    second_job(harness, 6, "confirm", "2020-10-02");
    assert_int_equal(balance(harness, "expense:se-krom:premium"), 0);
    assert_int_equal(balance(harness, "expense:se-krom:result"), RESULT);
    assert_int_equal(balance(harness, "expense:se-krom:base"), 18 * 3300);
    assert_int_equal(held(harness)->n_positions, 1);
    assert_string_equal(held(harness)->positions[0]->component, "premium");
    assert_int_equal(release(harness, 1, "premium")->status, VV_OK);
    assert_int_equal(balance(harness, "expense:se-krom:premium"), PREMIUM);
    assert_int_equal(balance(harness, "expense:se-krom:result"), RESULT);
    assert_int_equal(verify(harness)->n_problems, 0);
}

/* A link counts both ways, from when it is known, until it is withdrawn; a third party never. */
static void relations(void **state)
{
    (void)state;
    const struct vv_component on_outcome = {.code = "premium", .on_job = true};
    const struct vv_component on_time = {.code = "base"};
    struct vv_payment_fact begun = {.kind = VV_FACT_PLACEMENT_START, .provider = provider};
    struct vv_payment_fact job = {.kind = VV_FACT_OUTCOME_START, .employer = sister};
    struct vv_owed owed = {.component = &on_outcome, .causes = {&begun, &job}, .cause_count = 2};
    struct vv_party_link items[] = {
        {.index = 1, .provider = sister, .party = contract},
        {.index = 2, .provider = contract, .party = provider},
        {.index = 3, .provider = sister, .party = provider},
        {.index = 4, .provider = provider, .party = sister, .withdrawn = true}};
    struct vv_links links = {.items = items, .count = 4, .through = 2};
    assert_int_equal(vv_relation_of(&owed, &links), VV_UNRELATED);
    links.through = 3;
    assert_int_equal(vv_relation_of(&owed, &links), VV_LINKED);
    links.through = 4;
    assert_int_equal(vv_relation_of(&owed, &links), VV_UNRELATED);
    job.employer = provider;
    assert_int_equal(vv_relation_of(&owed, &links), VV_SAME_ORGANISATION);
    owed.component = &on_time;
    assert_int_equal(vv_relation_of(&owed, &links), VV_UNRELATED);
    owed.component = &on_outcome;
    job.employer = NIL;
    assert_int_equal(vv_relation_of(&owed, &links), VV_UNRELATED);
    owed.cause_count = 1;
    assert_int_equal(vv_relation_of(&owed, &links), VV_UNRELATED);
    owed.cause_count = 0;
    assert_int_equal(vv_relation_of(&owed, &links), VV_UNRELATED);
}

static void links_are_checked(void **state)
{
    struct vv_harness *harness = *state;
    Vagval__V1__LinkParties body = VAGVAL__V1__LINK_PARTIES__INIT;
    body.partition = PARTITION;
    body.provider = bytes_of(&provider);
    body.party = bytes_of(&provider);
    struct vv_harness_message message = {.type = VV_MSG_LINK_PARTIES,
                                         .id = {{0, 3, 0xD3}},
                                         .role = VV_ROLE_FINANCE,
                                         .body = &body.base};
    assert_int_equal(vv_harness_send(harness, &message)->status, VV_INVALID);
    body.party = bytes_of(&sister);
    body.partition = 9999;
    assert_int_not_equal(vv_harness_send(harness, &message)->status, VV_OK);
}

/* ---- accounting periods ---- */

static const struct vv_harness_result *close_month(struct vv_harness *harness, unsigned char number,
                                                   const char *month)
{
    Vagval__V1__ClosePeriod body = VAGVAL__V1__CLOSE_PERIOD__INIT;
    body.partition = PARTITION;
    body.month = day(month);
    struct vv_harness_message message = {.type = VV_MSG_CLOSE_PERIOD,
                                         .id = {{0, 3, 0xD4, number}},
                                         .role = VV_ROLE_FINANCE,
                                         .sender = "finn",
                                         .body = &body.base};
    return vv_harness_send(harness, &message);
}

static const Vagval__V1__PostingBatch *last_batch(struct vv_harness *harness)
{
    Vagval__V1__ExplainPosting body = VAGVAL__V1__EXPLAIN_POSTING__INIT;
    body.case_id = bytes_of(&case_id);
    const Vagval__V1__PostingExplained *reply = (const Vagval__V1__PostingExplained *)ask(
        harness, VV_MSG_EXPLAIN_POSTING, case_id, &body.base);
    return reply->batches[reply->n_batches - 1];
}

/* May is closed on 4 May: the premium of that day is booked on 1 June, and keeps its own period and
 * day. April's base was booked on 1 May. Closed months stay closed. */
static void closed_period(void **state)
{
    struct vv_harness *harness = *state;
    level(harness, 1, "B", "2020-04-01", "2020-04-01");
    pass_days(harness, "2020-04-16");
    start(harness, 2, "2020-04-16");
    pass_days(harness, "2020-05-04");
    assert_int_equal(last_batch(harness)->book_date, day("2020-05-01"));
    assert_int_equal(close_month(harness, 1, "2020-05-02")->status, VV_INVALID);
    assert_int_equal(close_month(harness, 2, "2020-06-01")->status, VV_REFUSED); /* not begun */
    assert_int_equal(close_month(harness, 3, "2020-05-01")->status, VV_OK);
    assert_int_equal(close_month(harness, 4, "2020-04-01")->status, VV_REFUSED); /* with it */
    outcome(harness, 3, "start", "2020-05-04");
    const Vagval__V1__PostingBatch *batch = last_batch(harness);
    assert_int_equal(batch->as_of, day("2020-05-04"));
    assert_int_equal(batch->book_date, day("2020-06-01"));
    assert_int_equal(batch->lines[0]->period, day("2020-04-16"));
    assert_int_equal(batch->lines[0]->effective, day("2020-05-04"));
    assert_int_equal(batch->lines[0]->payable, day("2020-05-04"));
    pass_days(harness, "2020-06-02");
    assert_int_equal(last_batch(harness)->book_date, day("2020-06-01"));
    assert_clean(harness, 3);
    Vagval__V1__PeriodsPage body = VAGVAL__V1__PERIODS_PAGE__INIT;
    body.partition = PARTITION;
    const Vagval__V1__Periods *periods =
        (const Vagval__V1__Periods *)ask(harness, VV_MSG_PERIODS_PAGE, NIL, &body.base);
    assert_int_equal(periods->closed_through, day("2020-05-31"));
    assert_int_equal(periods->n_closed, 1);
    assert_string_equal(periods->closed[0]->by, "finn");
}

/* A batch whose booking date was moved into the closed month is noticed. */
static void moved_into_a_closed_period(void **state)
{
    struct vv_harness *harness = *state;
    closed_period(state);
    const struct vv_record *record = vv_harness_record(harness, PARTITION, "case", case_id);
    bool changed = false;
    for (size_t i = 0; i < record->field_count; i++) {
        const struct vv_field *field = &record->fields[i];
        if (field->name_len != 2 || memcmp(field->name, "b2", 2) != 0) {
            continue;
        }
        /* Field 14, varint of 2020-06-01 = 18414 days; a day less is 2020-05-31. */
        static const uint8_t booked[] = {0x70, 0xEE, 0x8F, 0x01};
        uint8_t *at = memmem((uint8_t *)(uintptr_t)field->value, field->value_len, booked, 4);
        assert_non_null(at);
        at[1]--;
        changed = true;
    }
    assert_true(changed);
    assert_problem(harness, "payment.period");
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        ROW(same_organisation), ROW(linked),        ROW(one_held_another_posted),    ROW(relations),
        ROW(links_are_checked), ROW(closed_period), ROW(moved_into_a_closed_period),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
