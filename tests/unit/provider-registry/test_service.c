/*
 * test_service.c: while a provider serves: change of provider, reports, outcomes, ends.
 */
#include "kit.h"

static void a_change_of_provider_ends_the_old_placement_the_day_before(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    kit->twice = true;
    today(kit, "2021-03-10");
    assert_int_equal(choose(kit, case_id, "KA-2", "2021-03-10")->status, VV_OK);
    assert_int_equal(case_of(kit, case_id)->state, VV_CASE_PLACED);
    carry(kit);
    const Vagval__V1__RegistryCase *entry = case_of(kit, case_id);
    assert_int_equal(entry->n_placements, 2);
    assert_true(entry->placements[0]->ended);
    assert_int_equal(entry->placements[0]->last_day, day("2021-03-09"));
    assert_int_equal(entry->placements[1]->start, day("2021-03-10"));
    /* The service runs from its first placement: a switch does not prolong it. */
    assert_int_equal(entry->placements[1]->planned_end, day("2021-07-31"));
    assert_int_equal(entry->placements[1]->service_start, day("2021-02-01"));
    assert_int_equal(capacity_of(kit, "KA-1")->taken, 0);
    assert_int_equal(capacity_of(kit, "KA-2")->taken, 1);
    assert_int_equal(emitted(kit, VV_MSG_PLACEMENT_ENDED), 1);
    assert_int_equal(emitted(kit, VV_MSG_PLACEMENT_STARTED), 2);
    assert_int_equal(sum_of(kit, case_id, "placements.running"), 1);
    assert_verifies(kit);
}

static void a_change_that_fails_leaves_the_running_placement(void **state)
{
    struct kit *kit = *state;
    (void)placed_case(kit, 1, "KA-2");
    (void)placed_case(kit, 2, "KA-2");
    struct vv_id case_id = placed_case(kit, 3, "KA-1");
    today(kit, "2021-03-10");
    assert_int_equal(choose(kit, case_id, "KA-2", "2021-03-10")->status, VV_OK);
    carry(kit);
    const Vagval__V1__RegistryCase *entry = case_of(kit, case_id);
    assert_int_equal(entry->state, VV_CASE_PLACED);
    assert_null(entry->choice);
    assert_int_equal(entry->n_placements, 1);
    assert_false(entry->placements[0]->ended);
    assert_int_equal(capacity_of(kit, "KA-1")->taken, 1);
    assert_verifies(kit);
}

static void a_service_that_ends_while_a_change_is_on_its_way_gives_both_places_back(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    today(kit, "2021-03-10");
    assert_int_equal(choose(kit, case_id, "KA-2", "2021-03-10")->status, VV_OK);
    assert_true(carry_one(kit));
    assert_int_equal(end_placement(kit, case_id, "2021-03-10")->status, VV_OK);
    kit->twice = true;
    carry(kit);
    const Vagval__V1__RegistryCase *entry = case_of(kit, case_id);
    assert_int_equal(entry->state, VV_CASE_ENDED);
    assert_int_equal(entry->n_placements, 1);
    assert_string_equal(entry->failed_reason, "service_ended");
    assert_int_equal(capacity_of(kit, "KA-1")->taken, 0);
    assert_int_equal(capacity_of(kit, "KA-2")->taken, 0);
    assert_int_equal(capacity_of(kit, "KA-2")->reserved, 0);
    assert_int_equal(emitted(kit, VV_MSG_PLACEMENT_STARTED), 1);
    assert_verifies(kit);
}

static void a_change_from_an_ended_period_starts_nothing_in_the_next(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    today(kit, "2021-03-10");
    assert_int_equal(choose(kit, case_id, "KA-2", "2021-03-10")->status, VV_OK);
    assert_true(carry_one(kit));
    assert_int_equal(end_placement(kit, case_id, "2021-03-10")->status, VV_OK);
    today(kit, "2021-03-11");
    level(kit, next_id(kit), case_id, "C", "2021-03-11", "2021-03-11");
    assert_int_equal(case_of(kit, case_id)->state, VV_CASE_OFFERED);
    carry(kit);
    assert_int_equal(case_of(kit, case_id)->state, VV_CASE_OFFERED);
    assert_null(case_of(kit, case_id)->choice);
    assert_int_equal(emitted(kit, VV_MSG_PLACEMENT_STARTED), 1);
    assert_int_equal(capacity_of(kit, "KA-2")->taken, 0);
    assert_int_equal(choose(kit, case_id, "KA-2", "2021-03-11")->status, VV_OK);
    carry(kit);
    assert_int_equal(case_of(kit, case_id)->state, VV_CASE_PLACED);
    assert_verifies(kit);
}

static void free_text_and_persons_are_kept_out(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    Vagval__V1__EndPlacement end;
    vagval__v1__end_placement__init(&end);
    end.source = (char *)"test";
    end.source_ref = (char *)"end";
    end.case_id = bytes_of(&case_id);
    end.last_day = day("2021-02-01");
    end.reason = (char *)"Anna moved";
    const struct vv_harness_result *result =
        command(kit, VV_MSG_END_PLACEMENT, next_id(kit), case_id, &end.base);
    assert_int_equal(result->status, VV_INVALID);
    assert_string_equal(result->field, "reason");
    Vagval__V1__RecordOutcome start;
    vagval__v1__record_outcome__init(&start);
    start.source = (char *)"test";
    start.source_ref = (char *)"outcome";
    start.case_id = bytes_of(&case_id);
    start.kind = (char *)"start";
    start.what = (char *)"job";
    start.outcome_ref = (char *)"job-1";
    start.on = day("2021-02-01");
    start.extent_percent = 50;
    start.employer = (char *)"195704289999"; /* a personal number */
    result = command(kit, VV_MSG_RECORD_OUTCOME, next_id(kit), case_id, &start.base);
    assert_int_equal(result->status, VV_INVALID);
    assert_string_equal(result->field, "employer");
    assert_null(strstr(result->text, "195704"));
    start.employer = (char *)"556016-0680";
    result = command(kit, VV_MSG_RECORD_OUTCOME, next_id(kit), case_id, &start.base);
    assert_int_equal(result->status, VV_OK);
}

/* ---- outcomes ---- */

static void a_job_start_is_an_event_at_once(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    struct vv_id id = next_id(kit);
    today(kit, "2021-04-12");
    const struct vv_harness_result *result =
        outcome_as(kit, id, case_id, "start", "job-1", "2021-04-12");
    assert_int_equal(result->status, VV_OK);
    assert_int_equal(result->event_count, 1);
    assert_int_equal(result->events[0].effective, day("2021-04-12"));
    const Vagval__V1__OutcomeRecorded *event =
        (const Vagval__V1__OutcomeRecorded *)result->events[0].body;
    assert_string_equal(event->kind, "start");
    assert_string_equal(event->what, "job");
    assert_int_equal(event->extent_percent, 100);
    struct vv_id outcome = vv_outcome_id(case_id, "test", "job-1");
    assert_int_equal(event->outcome.len, 16);
    assert_memory_equal(event->outcome.data, outcome.bytes, 16);
    result = outcome_as(kit, id, case_id, "start", "job-1", "2021-04-12");
    assert_true(result->repeated);
    assert_int_equal(result->event_count, 0);
    assert_int_equal(outcome_as(kit, id, case_id, "start", "job-1", "2021-04-11")->status,
                     VV_CONFLICT);
    assert_int_equal(outcome_as(kit, next_id(kit), case_id, "start", "job-1", "2021-04-12")->status,
                     VV_REFUSED);
    assert_int_equal(sum_of(kit, case_id, "outcomes.job"), 1);
    assert_verifies(kit);
}

static void an_outcome_before_any_placement_is_refused(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = person_case(1);
    level(kit, next_id(kit), case_id, "B", "2021-02-01", "2021-02-01");
    const struct vv_harness_result *result =
        outcome_as(kit, next_id(kit), case_id, "start", "job-1", "2021-02-01");
    assert_int_equal(result->status, VV_REFUSED);
    assert_string_equal(result->field, "on");
    assert_false(result->committed);
    assert_int_equal(
        outcome_as(kit, next_id(kit), case_id, "confirm", "job-1", "2021-02-01")->status,
        VV_NOT_FOUND);
    assert_int_equal(outcome_as(kit, next_id(kit), case_id, "dance", "job-1", "2021-02-01")->status,
                     VV_INVALID);
}

static void an_outcome_is_confirmed_ended_and_withdrawn_by_its_name(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    today(kit, "2021-09-01");
    assert_int_equal(outcome_as(kit, next_id(kit), case_id, "start", "job-1", "2021-04-12")->status,
                     VV_OK);
    const struct vv_harness_result *result =
        outcome_as(kit, next_id(kit), case_id, "confirm", "job-1", "2021-08-12");
    assert_int_equal(result->status, VV_OK);
    assert_string_equal(((const Vagval__V1__OutcomeRecorded *)result->events[0].body)->what, "job");
    assert_int_equal(outcome_as(kit, next_id(kit), case_id, "end", "job-1", "2021-08-20")->status,
                     VV_OK);
    assert_verifies(kit);
    assert_int_equal(
        outcome_as(kit, next_id(kit), case_id, "withdraw", "job-1", "2021-09-01")->status, VV_OK);
    const Vagval__V1__RegistryCase *entry = case_of(kit, case_id);
    assert_int_equal(entry->n_outcomes, 1);
    assert_int_equal(entry->outcomes[0]->state, VV_OUTCOME_WITHDRAWN);
    assert_int_equal(entry->outcomes[0]->confirmed_through, day("2021-08-12"));
    assert_verifies(kit);
}

static enum vv_status refused_with(const struct vv_harness_result *result, const char *field)
{
    assert_string_equal(result->field, field);
    assert_false(result->committed);
    return result->status;
}

/* The fact that payment keeps for a registry fact is the event's, so that is what an event names.
 */
static void assert_supersedes(ProtobufCBinaryData named, struct vv_id fact)
{
    struct vv_id event = vv_id_step(fact, 1000 * ((uint32_t)VV_REGISTRY + 1));
    assert_int_equal(named.len, 16);
    assert_memory_equal(named.data, event.bytes, 16);
}

static void a_second_end_must_name_the_one_that_it_replaces(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    struct vv_id first = next_id(kit), second = next_id(kit), third = next_id(kit);
    today(kit, "2021-09-01");
    (void)outcome_as(kit, next_id(kit), case_id, "start", "job-1", "2021-04-12");
    /* Told before the end that it replaces: later. */
    assert_int_equal(
        refused_with(outcome_instead(kit, second, case_id, "end", "job-1", "2021-08-20", first),
                     "supersedes"),
        VV_NOT_FOUND);
    assert_int_equal(outcome_as(kit, first, case_id, "end", "job-1", "2021-08-10")->status, VV_OK);
    const struct vv_harness_result *result =
        outcome_as(kit, second, case_id, "end", "job-1", "2021-08-20");
    assert_int_equal(refused_with(result, "supersedes"), VV_REFUSED);
    assert_non_null(strstr(result->text, "supersedes_ref"));
    result = outcome_instead(kit, second, case_id, "end", "job-1", "2021-08-20", first);
    assert_int_equal(result->status, VV_OK);
    assert_supersedes(((const Vagval__V1__OutcomeRecorded *)result->events[0].body)->supersedes,
                      first);
    /* The first is replaced already, however late its second correction comes. */
    assert_int_equal(
        refused_with(outcome_instead(kit, third, case_id, "end", "job-1", "2021-08-25", first),
                     "supersedes"),
        VV_REFUSED);
    assert_int_equal(
        outcome_instead(kit, third, case_id, "end", "job-1", "2021-08-05", second)->status, VV_OK);
    assert_int_equal(case_of(kit, case_id)->outcomes[0]->last_day, day("2021-08-05"));
    assert_int_equal(sum_of(kit, case_id, "outcomes.ended"), 1);
    assert_verifies(kit);
    /* A start has another way. */
    assert_int_equal(refused_with(outcome_instead(kit, next_id(kit), case_id, "withdraw", "job-1",
                                                  "2021-08-05", third),
                                  "supersedes"),
                     VV_REFUSED);
}

static void a_confirmation_that_is_replaced_no_longer_reaches(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    struct vv_id june = next_id(kit), august = next_id(kit), july = next_id(kit);
    today(kit, "2021-09-01");
    (void)outcome_as(kit, next_id(kit), case_id, "start", "job-1", "2021-04-12");
    (void)outcome_as(kit, next_id(kit), case_id, "start", "job-2", "2021-04-12");
    (void)outcome_as(kit, next_id(kit), case_id, "confirm", "job-2", "2021-08-30");
    assert_int_equal(outcome_as(kit, june, case_id, "confirm", "job-1", "2021-06-30")->status,
                     VV_OK);
    assert_int_equal(outcome_as(kit, august, case_id, "confirm", "job-1", "2021-08-31")->status,
                     VV_OK);
    assert_int_equal(
        refused_with(outcome_instead(kit, july, case_id, "confirm", "job-2", "2021-07-31", august),
                     "supersedes"),
        VV_NOT_FOUND); /* another outcome's */
    const struct vv_harness_result *result =
        outcome_instead(kit, july, case_id, "confirm", "job-1", "2021-05-31", august);
    assert_int_equal(result->status, VV_OK);
    assert_supersedes(((const Vagval__V1__OutcomeRecorded *)result->events[0].body)->supersedes,
                      august);
    /* June's stands beside it and reaches further. */
    assert_int_equal(case_of(kit, case_id)->outcomes[0]->confirmed_through, day("2021-06-30"));
    assert_int_equal(refused_with(outcome_instead(kit, next_id(kit), case_id, "confirm", "job-1",
                                                  "2021-07-31", august),
                                  "supersedes"),
                     VV_REFUSED);
    assert_int_equal(
        outcome_instead(kit, next_id(kit), case_id, "confirm", "job-1", "2021-05-15", june)->status,
        VV_OK);
    assert_int_equal(case_of(kit, case_id)->outcomes[0]->confirmed_through, day("2021-05-31"));
    assert_verifies(kit);
}

static const struct vv_harness_result *income_statement(struct kit *kit, struct vv_id id,
                                                        struct vv_id case_id, const char *source,
                                                        const char *on, struct vv_id supersedes)
{
    static uint8_t hash[32] = {7};
    Vagval__V1__RecordOutcome body;
    vagval__v1__record_outcome__init(&body);
    body.source = (char *)source;
    body.source_ref = (char *)"statement";
    body.case_id = bytes_of(&case_id);
    body.kind = (char *)"corroborate";
    body.outcome_ref = (char *)"job-1";
    body.outcome_source = (char *)"test";
    body.on = day(on);
    body.evidence = (ProtobufCBinaryData){sizeof hash, hash};
    if (!vv_id_is_nil(supersedes)) {
        body.supersedes = bytes_of(&supersedes);
    }
    return command(kit, VV_MSG_RECORD_OUTCOME, id, case_id, &body.base);
}

/* An income statement comes from outside: another source than the start's, whose name of the
 * outcome it uses. It confirms nothing by itself; payment asks for both. */
static void an_income_statement_comes_from_another_source(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    struct vv_id june = next_id(kit), none = {{0}};
    today(kit, "2021-09-01");
    assert_int_equal(refused_with(income_statement(kit, june, case_id, "tax", "2021-06-30", none),
                                  "outcome_ref"),
                     VV_NOT_FOUND); /* before its start: later */
    (void)outcome_as(kit, next_id(kit), case_id, "start", "job-1", "2021-04-12");
    assert_int_equal(refused_with(income_statement(kit, june, case_id, "test", "2021-06-30", none),
                                  "outcome_source"),
                     VV_REFUSED);
    assert_int_equal(
        refused_with(income_statement(kit, june, case_id, "", "2021-06-30", none), "source"),
        VV_INVALID);
    assert_int_equal(refused_with(income_statement(kit, june, case_id, "tax", "2021-04-11", none),
                                  "outcome_ref"),
                     VV_REFUSED); /* before the first day */
    const struct vv_harness_result *result =
        income_statement(kit, june, case_id, "tax", "2021-06-30", none);
    assert_int_equal(result->status, VV_OK);
    const Vagval__V1__OutcomeRecorded *event =
        (const Vagval__V1__OutcomeRecorded *)result->events[0].body;
    const Vagval__V1__CaseOutcome *known = case_of(kit, case_id)->outcomes[0];
    assert_string_equal(event->kind, "corroborate");
    assert_int_equal(event->evidence.len, 32);
    assert_memory_equal(event->outcome.data, known->outcome.data, 16);
    assert_int_equal(known->corroborated_through, day("2021-06-30"));
    assert_int_equal(known->confirmed_through, 0);
    assert_int_equal(sum_of(kit, case_id, "outcomes.corroborated"), 1);
    assert_verifies(kit);
    /* A corrected statement names the one that it replaces, and may reach less far. */
    result = income_statement(kit, next_id(kit), case_id, "tax", "2021-05-31", june);
    assert_int_equal(result->status, VV_OK);
    assert_supersedes(((const Vagval__V1__OutcomeRecorded *)result->events[0].body)->supersedes,
                      june);
    assert_int_equal(case_of(kit, case_id)->outcomes[0]->corroborated_through, day("2021-05-31"));
    assert_int_equal(
        refused_with(income_statement(kit, next_id(kit), case_id, "tax", "2021-05-31", june),
                     "supersedes"),
        VV_REFUSED);
    assert_verifies(kit);
}

static void a_start_needs_an_extent_and_a_confirmation_its_evidence(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    static uint8_t hash[32] = {1};
    Vagval__V1__RecordOutcome body;
    today(kit, "2021-04-12");
    vagval__v1__record_outcome__init(&body);
    body.source = (char *)"test";
    body.source_ref = (char *)"outcome";
    body.case_id = bytes_of(&case_id);
    body.kind = (char *)"start";
    body.what = (char *)"job";
    body.outcome_ref = (char *)"job-1";
    body.on = day("2021-04-12");
    static const struct {
        uint32_t percent;
        enum vv_status status;
    } extents[] = {{0, VV_INVALID}, {101, VV_INVALID}, {1, VV_OK}};
    for (size_t i = 0; i < sizeof extents / sizeof extents[0]; i++) {
        body.extent_percent = extents[i].percent;
        const struct vv_harness_result *result =
            command(kit, VV_MSG_RECORD_OUTCOME, next_id(kit), case_id, &body.base);
        assert_int_equal(result->status, extents[i].status);
        assert_string_equal(result->field, extents[i].status == VV_OK ? "" : "extent_percent");
    }
    body.kind = (char *)"confirm";
    static const struct {
        size_t len;
        enum vv_status status;
    } evidence[] = {{0, VV_INVALID}, {31, VV_INVALID}, {32, VV_OK}};
    for (size_t i = 0; i < sizeof evidence / sizeof evidence[0]; i++) {
        body.evidence = (ProtobufCBinaryData){evidence[i].len, hash};
        const struct vv_harness_result *result =
            command(kit, VV_MSG_RECORD_OUTCOME, next_id(kit), case_id, &body.base);
        assert_int_equal(result->status, evidence[i].status);
        assert_string_equal(result->field, evidence[i].status == VV_OK ? "" : "evidence");
    }
    body.kind = (char *)"end";
    body.evidence.len = 31;
    assert_int_equal(command(kit, VV_MSG_RECORD_OUTCOME, next_id(kit), case_id, &body.base)->status,
                     VV_INVALID);
    body.evidence.len = 0; /* an end may come without a document */
    assert_int_equal(command(kit, VV_MSG_RECORD_OUTCOME, next_id(kit), case_id, &body.base)->status,
                     VV_OK);
}

/* Whoever fills a case through the gateway leaves room for the authority's own staff. */
static void the_last_facts_are_for_staff(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    struct vv_id first = next_id(kit), before = first;
    Vagval__V1__FileReport body;
    struct vv_harness_message message = {.type = VV_MSG_FILE_REPORT,
                                         .id = first,
                                         .subject = case_id,
                                         .scheme = SCHEME,
                                         .role = VV_ROLE_GATEWAY,
                                         .body = &body.base};
    today(kit, "2021-03-01");
    vagval__v1__file_report__init(&body);
    body.source = (char *)"test";
    body.source_ref = (char *)"report";
    body.case_id = bytes_of(&case_id);
    body.month = day("2021-02-01");
    body.reported_on = day("2021-03-01");
    unsigned accepted = 0;
    while (vv_harness_send(kit->harness, &message)->status == VV_OK) {
        accepted++;
        assert_true(accepted < 512);
        before = message.id;
        message.id = next_id(kit);
        body.supersedes = bytes_of(&before);
    }
    size_t held =
        vv_harness_record(kit->harness, vv_id_partition(case_id), "case", case_id)->field_count;
    assert_int_equal(held, 512 - 64);
    message.role = VV_ROLE_CASEWORKER;
    assert_int_equal(vv_harness_send(kit->harness, &message)->status, VV_OK);
}

/* ---- reports ---- */

static void a_second_report_of_a_month_must_name_the_one_that_it_replaces(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    struct vv_id first = next_id(kit), second = next_id(kit);
    today(kit, "2021-05-01");
    assert_int_equal(
        refused_with(report_instead(kit, second, case_id, "2021-02-01", true, "2021-03-05", first),
                     "supersedes"),
        VV_NOT_FOUND);
    assert_int_equal(report_as(kit, first, case_id, "2021-02-01", false, "2021-03-05")->status,
                     VV_OK);
    const struct vv_harness_result *result =
        report_as(kit, second, case_id, "2021-02-01", true, "2021-03-06");
    assert_int_equal(refused_with(result, "supersedes"), VV_REFUSED);
    assert_non_null(strstr(result->text, "supersedes_ref"));
    result = report_instead(kit, second, case_id, "2021-02-01", true, "2021-03-06", first);
    assert_int_equal(result->status, VV_OK);
    assert_supersedes(((const Vagval__V1__ReportDecided *)result->events[0].body)->supersedes,
                      first);
    assert_int_equal(refused_with(report_instead(kit, next_id(kit), case_id, "2021-02-01", false,
                                                 "2021-03-07", first),
                                  "supersedes"),
                     VV_REFUSED);
    assert_int_equal(case_of(kit, case_id)->n_reports, 1);
    assert_verifies(kit);
}

static void a_report_is_decided_for_the_contract_that_served(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    struct vv_id id = next_id(kit);
    today(kit, "2021-05-01");
    const struct vv_harness_result *result =
        report_as(kit, id, case_id, "2021-02-01", true, "2021-03-05");
    assert_int_equal(result->status, VV_OK);
    assert_string_equal(((const Vagval__V1__Accepted *)result->reply)->state, "in_time");
    const Vagval__V1__ReportDecided *event =
        (const Vagval__V1__ReportDecided *)result->events[0].body;
    struct vv_id contract = contract_id("KA-1");
    assert_true(event->approved);
    assert_int_equal(event->month, day("2021-02-01"));
    assert_memory_equal(event->contract.data, contract.bytes, 16);
    assert_true(report_as(kit, id, case_id, "2021-02-01", true, "2021-03-05")->repeated);
    /* Late, and then the approval of February is withdrawn. */
    result = report_as(kit, next_id(kit), case_id, "2021-03-01", true, "2021-05-01");
    assert_string_equal(((const Vagval__V1__Accepted *)result->reply)->state, "late");
    assert_int_equal(sum_of(kit, case_id, "reports.approved"), 2);
    result = report_instead(kit, next_id(kit), case_id, "2021-02-01", false, "2021-03-05", id);
    assert_int_equal(result->status, VV_OK);
    assert_int_equal(sum_of(kit, case_id, "reports.approved"), 1);
    assert_int_equal(case_of(kit, case_id)->n_reports, 2);
    assert_int_equal(
        report_as(kit, next_id(kit), case_id, "2021-01-01", true, "2021-03-05")->status,
        VV_REFUSED);
    assert_verifies(kit);
}

/* ---- ends ---- */

static void a_placement_ends_as_planned_and_gives_its_place_back(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    today(kit, "2021-07-31");
    fire(kit);
    assert_int_equal(case_of(kit, case_id)->state, VV_CASE_PLACED);
    today(kit, "2021-08-01");
    fire(kit);
    kit->twice = true;
    carry(kit);
    const Vagval__V1__RegistryCase *entry = case_of(kit, case_id);
    assert_int_equal(entry->state, VV_CASE_ENDED);
    assert_int_equal(entry->placements[0]->last_day, day("2021-07-31"));
    assert_string_equal(entry->placements[0]->reason, "planned_end");
    assert_int_equal(capacity_of(kit, "KA-1")->taken, 0);
    assert_int_equal(emitted(kit, VV_MSG_PLACEMENT_ENDED), 1);
    assert_int_equal(end_placement(kit, case_id, "2021-08-01")->status, VV_REFUSED);
    assert_verifies(kit);
}

static void a_new_assessment_opens_a_new_period_and_a_correction_does_not(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    today(kit, "2021-05-10");
    level(kit, next_id(kit), case_id, "C", "2021-05-10", "2021-05-10"); /* running: level only */
    assert_string_equal(case_of(kit, case_id)->level, "C");
    assert_int_equal(case_of(kit, case_id)->state, VV_CASE_PLACED);
    assert_int_equal(end_placement(kit, case_id, "2021-05-10")->status, VV_OK);
    carry(kit);
    assert_int_equal(vv_harness_timer(kit->harness, VV_MSG_PLACEMENT_DUE, case_id), VV_DATE_NONE);
    today(kit, "2021-06-01");
    level(kit, next_id(kit), case_id, "B", "2021-06-01", "2021-02-01"); /* a correction */
    assert_int_equal(case_of(kit, case_id)->state, VV_CASE_ENDED);
    level(kit, next_id(kit), case_id, "B", "2021-06-01", "2021-06-01");
    assert_int_equal(case_of(kit, case_id)->state, VV_CASE_OFFERED);
    assert_int_equal(choose(kit, case_id, "KA-2", "2021-06-01")->status, VV_OK);
    carry(kit);
    const Vagval__V1__RegistryCase *entry = case_of(kit, case_id);
    assert_int_equal(entry->n_placements, 2);
    assert_int_equal(entry->placements[1]->service_start, day("2021-06-01"));
    assert_int_equal(entry->placements[1]->planned_end, day("2021-11-30"));
    assert_verifies(kit);
}

/* A person corrects: while a placement runs the provider stays, an ended service stays ended even
 * if the correction is dated like a new assessment, and a time that is past leaves the level alone.
 */
static void a_persons_correction_changes_the_level_only(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    today(kit, "2021-05-10");
    level_corrected(kit, case_id, "C", "2021-05-10", "2021-02-01", false);
    assert_string_equal(case_of(kit, case_id)->level, "C");
    assert_int_equal(case_of(kit, case_id)->state, VV_CASE_PLACED);
    assert_int_equal(case_of(kit, case_id)->n_placements, 1);
    level_corrected(kit, case_id, "A", "2021-05-10", "2021-02-01", true);
    assert_string_equal(case_of(kit, case_id)->level, "C");
    assert_int_equal(sum_of(kit, case_id, "level.C"), 1);
    assert_int_equal(sum_of(kit, case_id, "level.A"), 0);
    assert_int_equal(end_placement(kit, case_id, "2021-05-10")->status, VV_OK);
    carry(kit);
    today(kit, "2021-06-01");
    level_corrected(kit, case_id, "B", "2021-06-01", "2021-06-01", false);
    assert_int_equal(case_of(kit, case_id)->state, VV_CASE_ENDED);
    assert_string_equal(case_of(kit, case_id)->level, "B");
    assert_verifies(kit);
}

/* The case's digest is the exclusive-or of the ids of the events that payment stores: those that
 * the runtime gave, not those that we think it gives. */
static void the_digest_holds_the_events_that_payment_stores(void **state)
{
    struct kit *kit = *state;
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    struct vv_id sum = NIL;
    uint32_t count = 0;
    today(kit, "2021-04-12");
    assert_int_equal(choose(kit, case_id, "KA-2", "2021-04-12")->status, VV_OK);
    carry(kit);
    (void)report_as(kit, next_id(kit), case_id, "2021-02-01", true, "2021-03-05");
    (void)outcome_as(kit, next_id(kit), case_id, "start", "job-1", "2021-04-12");
    (void)end_placement(kit, case_id, "2021-04-12");
    carry(kit);
    for (size_t i = 0; i < kit->parcel_count; i++) {
        enum vv_message_type type = kit->parcels[i].type;
        if (type == VV_MSG_PLACEMENT_STARTED || type == VV_MSG_PLACEMENT_ENDED ||
            type == VV_MSG_REPORT_DECIDED || type == VV_MSG_OUTCOME_RECORDED) {
            for (size_t k = 0; k < 16; k++) {
                sum.bytes[k] ^= kit->parcels[i].id.bytes[k];
            }
            count++;
        }
    }
    const Vagval__V1__RegistryCase *entry = case_of(kit, case_id);
    assert_int_equal(count, 6);
    assert_int_equal(entry->payment_events_count, count);
    assert_int_equal(entry->payment_events.len, 16);
    assert_memory_equal(entry->payment_events.data, sum.bytes, 16);
    assert_verifies(kit);
}

int main(void)
{
#define KIT_TEST(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        KIT_TEST(a_change_of_provider_ends_the_old_placement_the_day_before),
        KIT_TEST(a_change_that_fails_leaves_the_running_placement),
        KIT_TEST(a_service_that_ends_while_a_change_is_on_its_way_gives_both_places_back),
        KIT_TEST(a_change_from_an_ended_period_starts_nothing_in_the_next),
        KIT_TEST(free_text_and_persons_are_kept_out),
        KIT_TEST(a_job_start_is_an_event_at_once),
        KIT_TEST(an_outcome_before_any_placement_is_refused),
        KIT_TEST(an_outcome_is_confirmed_ended_and_withdrawn_by_its_name),
        KIT_TEST(a_second_end_must_name_the_one_that_it_replaces),
        KIT_TEST(a_confirmation_that_is_replaced_no_longer_reaches),
        KIT_TEST(an_income_statement_comes_from_another_source),
        KIT_TEST(a_start_needs_an_extent_and_a_confirmation_its_evidence),
        KIT_TEST(the_last_facts_are_for_staff),
        KIT_TEST(a_second_report_of_a_month_must_name_the_one_that_it_replaces),
        KIT_TEST(a_report_is_decided_for_the_contract_that_served),
        KIT_TEST(a_placement_ends_as_planned_and_gives_its_place_back),
        KIT_TEST(a_new_assessment_opens_a_new_period_and_a_correction_does_not),
        KIT_TEST(a_persons_correction_changes_the_level_only),
        KIT_TEST(the_digest_holds_the_events_that_payment_stores),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
