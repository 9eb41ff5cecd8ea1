/*
 * The payment service's handlers on the real KROM scheme file, without loop or store. Amounts by
 * hand from the file's example prices, level B in Västerås (factor 100 %): base 33.00 a day,
 * premium 6 925.00 through day 60, result 27 700.00 after four months.
 */
#include "case_kit.h"
#include <setjmp.h>

/* Base April 16..30 = 15 x 33.00 = 495.00 on 1 May by the timer; premium 6 925.00 with the job
 * start's own message, 18 days after the placement; base May 1..3 = 99.00 on 1 June; result
 * 27 700.00 on 4 September. In all 35 219.00. */
static void whole_course(void **state)
{
    struct vv_harness *harness = *state;
    level(harness, 1, "B", "2020-04-01", "2020-04-01");
    pass_days(harness, "2020-04-16");
    start(harness, 2, "2020-04-16");
    assert_int_equal(vv_harness_timer(harness, VV_MSG_ENTITLEMENT_DUE, case_id), day("2020-05-01"));
    pass_days(harness, "2020-05-04");
    assert_int_equal(balance(harness, "expense:se-krom:base"), 49500);

    const struct vv_harness_result *job = outcome(harness, 3, "start", "2020-05-04");
    assert_int_equal(job->event_count, 1);
    const Vagval__V1__Posted *posted = (const Vagval__V1__Posted *)job->events[0].body;
    assert_int_equal(posted->n_lines, 1);
    assert_string_equal(posted->lines[0]->component, "premium");
    assert_int_equal(posted->lines[0]->amount, 692500);
    assert_true(posted->lines[0]->example);
    assert_string_equal(posted->currency, "SEK");
    assert_int_equal(balance(harness, "expense:se-krom:premium"), 692500);

    pass_days(harness, "2020-06-01");
    assert_int_equal(balance(harness, "expense:se-krom:base"), 59400);
    outcome(harness, 4, "confirm", "2020-09-03");
    pass_days(harness, "2020-09-03");
    assert_int_equal(balance(harness, "expense:se-krom:result"), 0);
    pass_days(harness, "2020-09-04");
    assert_int_equal(balance(harness, "expense:se-krom:result"), 2770000);
    pass_days(harness, "2021-03-01");
    assert_int_equal(balance(harness, provider_account), -3521900);
    assert_int_equal(vv_harness_timer_count(harness), 0);
    assert_clean(harness, 4);
}

static void repeated_event_changes_nothing(void **state)
{
    struct vv_harness *harness = *state;
    carry_to_the_job(harness);
    int64_t before = balance(harness, provider_account);
    const struct vv_harness_result *again = outcome(harness, 3, "start", "2020-05-04");
    assert_true(again->repeated);
    assert_false(again->committed);
    assert_int_equal(balance(harness, provider_account), before);
    assert_clean(harness, 2);
}

/* The case is created by whatever comes first; the level may come last. */
static void facts_in_any_order(void **state)
{
    struct vv_harness *harness = *state;
    vv_harness_clock(harness, day("2020-05-10"));
    outcome(harness, 3, "start", "2020-05-04");
    start(harness, 2, "2020-04-16");
    assert_int_equal(balance(harness, provider_account), 0);
    const struct vv_harness_result *last = level(harness, 1, "B", "2020-04-01", "2020-04-01");
    assert_int_equal(last->event_count, 1);
    assert_int_equal(balance(harness, provider_account), -(49500 + 692500));
    assert_int_equal(vv_harness_list_len(harness, PARTITION, "cases", NIL), 1);
    assert_clean(harness, 1);
}

/* A withdrawn job: the premium becomes a proposal and its balance stays; base for the days since
 * 4 May falls due with the month. */
static void withdrawn_job_is_only_proposed_back(void **state)
{
    struct vv_harness *harness = *state;
    carry_to_the_job(harness);
    const struct vv_harness_result *result = outcome(harness, 4, "withdraw", "2020-05-04");
    const Vagval__V1__Posted *posted = (const Vagval__V1__Posted *)result->events[0].body;
    assert_int_equal(posted->n_lines, 1);
    assert_true(posted->lines[0]->proposal);
    assert_int_equal(posted->lines[0]->amount, -692500);
    assert_int_equal(balance(harness, "expense:se-krom:premium"), 692500);
    assert_int_equal(balance(harness, provider_account), -(49500 + 692500));
    assert_int_equal(
        vv_harness_counter(harness, PARTITION, "sums", NIL, "proposed:se-krom:premium"), -692500);
    pass_days(harness, "2020-06-01"); /* May whole: 31 x 33.00 = 1 023.00 */
    assert_int_equal(balance(harness, "expense:se-krom:base"), 49500 + 102300);
    assert_clean(harness, 4);
}

/* The level was wrong: C from the start. April 15 x 12.00 more = 180.00, premium 9 500.00 instead
 * of 6 925.00 = 2 575.00 more, in one batch of 10 May. */
static void correction_upwards_is_posted(void **state)
{
    struct vv_harness *harness = *state;
    carry_to_the_job(harness);
    pass_days(harness, "2020-05-10");
    const struct vv_harness_result *result = level(harness, 5, "C", "2020-04-01", "2020-05-10");
    const Vagval__V1__Posted *posted = (const Vagval__V1__Posted *)result->events[0].body;
    assert_int_equal(posted->n_lines, 2);
    assert_int_equal(posted->lines[0]->amount, 18000);
    assert_int_equal(posted->lines[0]->owed, 67500);
    assert_int_equal(posted->lines[1]->amount, 257500);
    assert_clean(harness, 3);
}

static void explains_itself(void **state)
{
    struct vv_harness *harness = *state;
    carry_to_the_job(harness);
    Vagval__V1__ExplainPosting query = VAGVAL__V1__EXPLAIN_POSTING__INIT;
    query.case_id = bytes_of(&case_id);
    const Vagval__V1__PostingExplained *all = (const Vagval__V1__PostingExplained *)ask(
        harness, VV_MSG_EXPLAIN_POSTING, case_id, &query.base);
    assert_int_equal(all->n_batches, 2);
    assert_int_equal(all->n_facts, 3);
    const Vagval__V1__Line *line = all->batches[1]->lines[0];
    assert_string_equal(line->rule, "rules.9 speed-premium");
    assert_string_equal(line->text_en,
                        "Speed premium: job start 2020-05-04, 18 days after 2020-04-16: 100 % of "
                        "6 925.00 SEK, level B, area vasteras, contract KA-000123 [example price]");
    assert_string_equal(line->text_sv,
                        "Snabbhetspremie: jobbstart 2020-05-04, 18 dagar efter 2020-04-16: 100 % "
                        "av 6 925.00 SEK, nivå B, område vasteras, avtal KA-000123 [exempelpris]");
    assert_int_equal(line->n_facts, 3);
    assert_int_equal(strlen(all->batches[1]->scheme_version), 64);
    assert_int_equal(all->batches[1]->facts_through, 3);

    struct vv_id batch;
    assert_int_equal(vv_id_from_bytes(all->batches[0]->id.data, all->batches[0]->id.len, &batch),
                     VV_OK);
    query.batch = bytes_of(&batch);
    const Vagval__V1__PostingExplained *one = (const Vagval__V1__PostingExplained *)ask(
        harness, VV_MSG_EXPLAIN_POSTING, case_id, &query.base);
    assert_int_equal(one->n_batches, 1);
    assert_int_equal(one->n_facts, 2); /* level and placement start: the job has no part in it */
}

static void timeline_and_ledger(void **state)
{
    struct vv_harness *harness = *state;
    carry_to_the_job(harness);
    Vagval__V1__CaseShow show = VAGVAL__V1__CASE_SHOW__INIT;
    show.case_id = bytes_of(&case_id);
    const Vagval__V1__CaseView *view =
        (const Vagval__V1__CaseView *)ask(harness, VV_MSG_CASE_SHOW, case_id, &show.base);
    static const char *const codes[] = {"payment.level", "payment.placement-start",
                                        "payment.posted", "payment.outcome-start",
                                        "payment.posted"};
    assert_int_equal(view->n_timeline, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(view->timeline[i]->code, codes[i]);
    }
    assert_true(view->timeline[4]->example);

    Vagval__V1__LedgerPage page = VAGVAL__V1__LEDGER_PAGE__INIT;
    page.partition = PARTITION;
    const Vagval__V1__LedgerSums *sums =
        (const Vagval__V1__LedgerSums *)ask(harness, VV_MSG_LEDGER_PAGE, NIL, &page.base);
    int64_t total = 0;
    for (size_t i = 0; i < sums->n_balances; i++) {
        total += sums->balances[i]->amount;
    }
    assert_int_equal(sums->n_balances, 3);
    assert_int_equal(total, 0);
    assert_string_equal(sums->currency, "SEK");
}

/* The end of the job is corrected: an earlier day takes the result away (a proposal), a later one
 * gives it back. Which end counts is what supersedes says, not which came or lies last. */
static void an_end_supersedes_another(void **state)
{
    struct vv_harness *harness = *state;
    carry_to_the_job(harness);
    outcome(harness, 4, "end", "2020-09-10");
    pass_days(harness, "2020-09-10");
    assert_int_equal(balance(harness, "expense:se-krom:result"), 2770000);
    const struct vv_harness_result *result = outcome_instead(harness, 5, "end", "2020-08-31", 4);
    const Vagval__V1__Posted *posted = (const Vagval__V1__Posted *)result->events[0].body;
    assert_int_equal(posted->n_lines, 1);
    assert_true(posted->lines[0]->proposal);
    assert_int_equal(posted->lines[0]->amount, -2770000);
    result = outcome_instead(harness, 6, "end", "2020-09-05", 5);
    posted = (const Vagval__V1__Posted *)result->events[0].body;
    assert_int_equal(posted->lines[0]->amount, 2770000);
    assert_int_equal(balance(harness, "expense:se-krom:result"), 2770000);
    assert_int_equal(vv_harness_counter(harness, PARTITION, "sums", NIL, "proposed:se-krom:result"),
                     0);
    assert_clean(harness, 6);
}

/* Whoever asks why a result was paid finds the hash of the document, and which fact it replaced. */
static void facts_keep_their_evidence(void **state)
{
    struct vv_harness *harness = *state;
    carry_to_the_job(harness);
    outcome(harness, 4, "confirm", "2020-09-03");
    outcome_instead(harness, 5, "confirm", "2020-09-04", 4);
    pass_days(harness, "2020-09-04");
    Vagval__V1__ExplainPosting query = VAGVAL__V1__EXPLAIN_POSTING__INIT;
    query.case_id = bytes_of(&case_id);
    const Vagval__V1__PostingExplained *all = (const Vagval__V1__PostingExplained *)ask(
        harness, VV_MSG_EXPLAIN_POSTING, case_id, &query.base);
    const Vagval__V1__Fact *fact = all->facts[all->n_facts - 1];
    assert_int_equal(fact->supersedes.len, 16);
    assert_int_equal(fact->supersedes.data[3], 4);
    Vagval__V1__OutcomeRecorded *body =
        vagval__v1__outcome_recorded__unpack(NULL, fact->body.len, fact->body.data);
    assert_non_null(body);
    assert_string_equal(body->kind, "confirm");
    assert_int_equal(body->evidence.len, 32);
    assert_int_equal(body->evidence.data[0], 0xE1);
    vagval__v1__outcome_recorded__free_unpacked(body, NULL);
}

/* A confirmation without a document pays nothing, and verify names the case. */
static void a_confirmation_without_evidence_pays_nothing(void **state)
{
    struct vv_harness *harness = *state;
    carry_to_the_job(harness);
    Vagval__V1__OutcomeRecorded body = VAGVAL__V1__OUTCOME_RECORDED__INIT;
    body.case_id = bytes_of(&case_id);
    body.scheme = (char *)(uintptr_t) "se-krom";
    body.outcome = bytes_of(&outcome_id);
    body.kind = (char *)(uintptr_t) "confirm";
    body.on = day("2020-09-03");
    event(harness, 4, VV_REGISTRY, VV_MSG_OUTCOME_RECORDED, "2020-09-03", &body.base);
    pass_days(harness, "2020-09-04");
    assert_int_equal(balance(harness, "expense:se-krom:result"), 0);
    assert_problem(harness, "payment.fact");
}

static enum vv_status job_start_status(struct vv_harness *harness)
{
    Vagval__V1__OutcomeRecorded body = VAGVAL__V1__OUTCOME_RECORDED__INIT;
    body.case_id = bytes_of(&case_id);
    body.scheme = (char *)(uintptr_t) "se-krom";
    body.outcome = bytes_of(&outcome_id);
    body.kind = (char *)(uintptr_t) "start";
    body.what = (char *)(uintptr_t) "job";
    body.on = day("2020-05-04");
    body.extent_percent = 100;
    struct vv_harness_message message = {.type = VV_MSG_OUTCOME_RECORDED,
                                         .id = {{0, 3, 0xE0, 3}},
                                         .subject = case_id,
                                         .scheme = "se-krom",
                                         .effective = body.on,
                                         .body = &body.base};
    return vv_harness_event(harness, VV_REGISTRY, &message)->status;
}

/* No scheme is known here yet: the event is put off, nothing is written, and nothing is decided
 * without its prices. */
static void waits_for_the_book(void **state)
{
    (void)state;
    struct vv_harness *harness = vv_harness_create(&vv_service_payment, 16, NULL);
    vv_harness_clock(harness, day("2020-05-04"));
    assert_int_equal(job_start_status(harness), VV_BUSY);
    assert_false(vv_harness_record(harness, PARTITION, "case", case_id)->exists);
    assert_int_equal(vv_harness_timer_count(harness), 0);
    vv_harness_publish(harness, "deploy/schemes/se-krom.yaml", "deploy/models/ams-2018.yaml");
    assert_int_equal(job_start_status(harness), VV_OK);
    level(harness, 1, "B", "2020-04-01", "2020-04-01");
    start(harness, 2, "2020-04-16");
    assert_int_equal(balance(harness, provider_account), -(49500 + 692500));
    assert_clean(harness, 1);
    vv_harness_destroy(&harness);
}

/* An earlier decision rested on two publications; this instance has read one: facts and timers are
 * put off until it has read the other. */
static void waits_for_as_much_of_the_book_as_before(void **state)
{
    struct vv_harness *harness = *state;
    level(harness, 1, "B", "2020-04-01", "2020-04-01");
    pass_days(harness, "2020-04-16");
    start(harness, 2, "2020-04-16");
    const struct vv_record *record = vv_harness_record(harness, PARTITION, "case", case_id);
    static const uint8_t generation_one[] = {6 << 3, 1};
    uint8_t *generation =
        memmem(record->body, record->body_len, generation_one, sizeof generation_one);
    assert_non_null(generation);
    generation[1] = 2;
    vv_harness_clock(harness, day("2020-05-04"));
    assert_int_equal(job_start_status(harness), VV_BUSY);
    assert_int_equal(vv_harness_fire(harness)->status, VV_BUSY);
    assert_int_equal(balance(harness, provider_account), 0);
    generation[1] = 1;
    assert_int_equal(job_start_status(harness), VV_OK);
    assert_int_equal(balance(harness, provider_account), -(49500 + 692500));
    assert_clean(harness, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(whole_course, set_up, tear_down),
        cmocka_unit_test_setup_teardown(repeated_event_changes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(facts_in_any_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(withdrawn_job_is_only_proposed_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(correction_upwards_is_posted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(explains_itself, set_up, tear_down),
        cmocka_unit_test_setup_teardown(timeline_and_ledger, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_end_supersedes_another, set_up, tear_down),
        cmocka_unit_test_setup_teardown(facts_keep_their_evidence, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_confirmation_without_evidence_pays_nothing, set_up,
                                        tear_down),
        cmocka_unit_test(waits_for_the_book),
        cmocka_unit_test_setup_teardown(waits_for_as_much_of_the_book_as_before, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
