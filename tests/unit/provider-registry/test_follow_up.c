/*
 * test_follow_up.c: ratings through the handlers: a cohort counted from stored cases, published,
 * revised with reasons, and what is proposed and decided.
 */
#include "kit.h"

#include "../../../services/provider-registry/follow_up.h"

static const uint32_t nation[] = {100, 200, 300};

/* counts of one contract; people of level B only. */
struct counts {
    Vagval__V1__RatingCounts body;
    uint32_t people[3], rr1[3], rr2[3];
};

static Vagval__V1__RatingCounts *counts(struct counts *made, uint32_t people, uint32_t results)
{
    *made =
        (struct counts){.people = {0, people, 0}, .rr1 = {0, results, 0}, .rr2 = {0, results, 0}};
    vagval__v1__rating_counts__init(&made->body);
    made->body.participants = made->people;
    made->body.rr1 = made->rr1;
    made->body.rr2 = made->rr2;
    made->body.n_participants = made->body.n_rr1 = made->body.n_rr2 = 3;
    return &made->body;
}

/* Publishes a month; known through the day before today. `reason` NULL = none. */
static const struct vv_harness_result *publish(struct kit *kit, const char *month, uint32_t people,
                                               uint32_t results, const char *reason)
{
    Vagval__V1__PublishRating body;
    Vagval__V1__RevisionReason one = VAGVAL__V1__REVISION_REASON__INIT;
    Vagval__V1__RevisionReason *reasons[] = {&one};
    struct counts made;
    struct vv_id contract = contract_id("KA-1");
    vagval__v1__publish_rating__init(&body);
    body.source = (char *)"test";
    body.source_ref = (char *)"rating";
    body.contract = bytes_of(&contract);
    body.month = day(month);
    body.counts = counts(&made, people, results);
    body.nation = (uint32_t *)(uintptr_t)nation;
    body.n_nation = 3;
    body.known_ms = (int64_t)vv_harness_today(kit->harness) * VV_DAY_MS - 1;
    if (reason != NULL) {
        one.code = (char *)(uintptr_t)reason;
        one.count = 1;
        body.reasons = reasons;
        body.n_reasons = 1;
    }
    struct vv_harness_message message = {.type = VV_MSG_PUBLISH_RATING,
                                         .id = next_id(kit),
                                         .subject = contract,
                                         .scheme = SCHEME,
                                         .sender = "anna",
                                         .body = &body.base};
    return vv_harness_send(kit->harness, &message);
}

static const struct vv_harness_result *decide(struct kit *kit, const char *kind, bool approve,
                                              const char *last_day, const char *who)
{
    Vagval__V1__DecideFollowUp body;
    struct vv_id contract = contract_id("KA-1");
    vagval__v1__decide_follow_up__init(&body);
    body.source = (char *)"test";
    body.source_ref = (char *)"decision";
    body.contract = bytes_of(&contract);
    body.kind = (char *)(uintptr_t)kind;
    body.approve = approve;
    body.last_day = last_day == NULL ? 0 : day(last_day);
    body.reason = (char *)"because";
    struct vv_harness_message message = {.type = VV_MSG_DECIDE_FOLLOW_UP,
                                         .id = next_id(kit),
                                         .subject = contract,
                                         .scheme = SCHEME,
                                         .sender = who,
                                         .body = &body.base};
    return vv_harness_send(kit->harness, &message);
}

static void expect_state(const struct vv_harness_result *result, const char *state)
{
    if (result->status != VV_OK) {
        fail_msg("%s: %s", result->field, result->text);
    }
    assert_string_equal(((const Vagval__V1__Accepted *)result->reply)->state, state);
}

static const Vagval__V1__RatingHistory *show(struct kit *kit)
{
    Vagval__V1__RatingShow body;
    struct vv_id contract = contract_id("KA-1");
    vagval__v1__rating_show__init(&body);
    body.contract = bytes_of(&contract);
    const struct vv_harness_result *result =
        command(kit, VV_MSG_RATING_SHOW, next_id(kit), contract, &body.base);
    assert_int_equal(result->status, VV_OK);
    return (const Vagval__V1__RatingHistory *)result->reply;
}

/* ---- counting ---- */

static const struct vv_harness_result *page(struct kit *kit, const char *month, int64_t known_ms,
                                            int64_t earlier_ms)
{
    Vagval__V1__RatingPage body;
    vagval__v1__rating_page__init(&body);
    body.partition = 5; /* where person_case puts everybody */
    body.scheme = (char *)SCHEME;
    body.month = day(month);
    body.known_ms = known_ms;
    body.earlier_ms = &earlier_ms;
    body.n_earlier_ms = earlier_ms == 0 ? 0 : 1;
    return command(kit, VV_MSG_RATING_PAGE, next_id(kit), VV_ID_SYSTEM, &body.base);
}

/*
 * se-krom: one result after four months, as both halves. Two people of level B choose KA-1 on
 * 2020-04-01; one works from 2020-05-04, proved through 2020-09-03 = four months.
 * For 2021-03 the cohort is 2019-05-01 ... 2020-04-30.
 */
static void test_cohort_is_counted(void **state)
{
    struct kit *kit = *state;
    today(kit, "2020-04-01");
    for (uint8_t who = 1; who <= 2; who++) {
        level(kit, next_id(kit), person_case(who), "B", "2020-04-01", "2020-04-01");
        choose(kit, person_case(who), "KA-1", "2020-04-01");
        carry(kit);
    }
    today(kit, "2020-10-01");
    assert_int_equal(
        outcome_as(kit, next_id(kit), person_case(1), "start", "j", "2020-05-04")->status, VV_OK);
    today(kit, "2021-04-02");
    assert_int_equal(
        outcome_as(kit, next_id(kit), person_case(1), "confirm", "j", "2020-09-03")->status, VV_OK);
    today(kit, "2021-04-10");
    int64_t published = (int64_t)day("2021-04-02") * VV_DAY_MS - 1;
    const struct vv_harness_result *result = page(kit, "2021-03-01", 0, published);
    assert_int_equal(result->status, VV_OK);
    const Vagval__V1__RatingCountsPage *reply = (const Vagval__V1__RatingCountsPage *)result->reply;
    assert_int_equal(reply->n_lines, 1);
    const Vagval__V1__RatingLine *line = reply->lines[0];
    struct vv_id contract = contract_id("KA-1");
    assert_memory_equal(line->contract.data, contract.bytes, sizeof contract.bytes);
    assert_int_equal(line->counts->participants[1], 2);
    assert_int_equal(line->counts->rr1[1], 1);
    assert_int_equal(line->counts->rr2[1], 1);
    /* The day before the confirmation came nothing was proved; why that changed is told. */
    assert_int_equal(line->n_known, 1);
    assert_int_equal(line->known[0]->counts->participants[1], 2);
    assert_int_equal(line->known[0]->counts->rr1[1], 0);
    assert_int_equal(line->known[0]->n_reasons, 1);
    assert_string_equal(line->known[0]->reasons[0]->code, "result.late");
    assert_int_equal(line->known[0]->reasons[0]->count, 2);
    result = page(kit, "2021-04-01", 0, 0); /* cohort 2019-06-01 ... 2020-05-31 */
    assert_int_equal(((const Vagval__V1__RatingCountsPage *)result->reply)->n_lines, 1);
    result = page(kit, "2021-02-01", 0, 0); /* cohort ... 2020-03-31 */
    assert_int_equal(((const Vagval__V1__RatingCountsPage *)result->reply)->n_lines, 0);
    assert_int_equal(capacity_of(kit, "KA-1")->last_choice, day("2020-04-01"));
    assert_verifies(kit);
}

/* ---- publishing and revising ---- */

/*
 * Weights from 100 : 200 : 300 people: 600 x 277 / (20300 + 55400 + 114000) = 0.876120 for B.
 * 20 people, 8 with both halves: 16 x 0.876120 / 40 = 0.350448 -> 0.350, above .340: rating 4.
 * Revised to 4: 8 x .876120 / 40 = 0.175224 -> 0.175, below .180: rating 1.
 */
static void test_two_views(void **state)
{
    struct kit *kit = *state;
    today(kit, "2022-04-05");
    expect_state(publish(kit, "2022-03-01", 20, 8, NULL), "published");
    expect_state(publish(kit, "2022-03-01", 20, 8, NULL), "unchanged");
    const struct vv_harness_result *result = publish(kit, "2022-03-01", 20, 4, NULL);
    assert_int_equal(result->status, VV_INVALID);
    assert_string_equal(result->field, "reasons");
    expect_state(publish(kit, "2022-03-01", 20, 4, "result.withdrawn"), "revised");
    const Vagval__V1__RatingHistory *history = show(kit);
    assert_int_equal(history->n_published, 1);
    const Vagval__V1__PublishedRating *month = history->published[0];
    assert_string_equal(month->published->measure, "0.350");
    assert_int_equal(month->published->rating, 4);
    assert_string_equal(month->published->made_by, "anna");
    assert_int_equal(month->n_revised, 1);
    assert_string_equal(month->revised[0]->measure, "0.175");
    assert_int_equal(month->revised[0]->rating, 1);
    assert_string_equal(month->revised[0]->reasons[0]->code, "result.withdrawn");
}

/* A changed digit, count or rating of a stored view is noticed. */
static void test_views_are_made_again(void **state)
{
    struct kit *kit = *state;
    struct vv_rating_rules rules = {.levels = {{"A", 203}, {"B", 277}, {"C", 380}},
                                    .level_count = 3,
                                    .participants_min = 18,
                                    .months_min = 12,
                                    .thresholds = {180000, 260000, 340000}};
    today(kit, "2022-04-05");
    expect_state(publish(kit, "2022-03-01", 20, 8, NULL), "published");
    const Vagval__V1__RatingHistory *history = show(kit);
    assert_int_equal(history->contract->views, 1);
    assert_int_equal(history->contract->unsound, 0);
    const Vagval__V1__PublishedRating *published = history->published[0];
    Vagval__V1__RatingView *view = published->published;
    assert_true(vv_follow_up_holds(&rules, published, view));
    view->rating = 3;
    assert_false(vv_follow_up_holds(&rules, published, view));
    view->rating = 4;
    view->counts->rr1[1]--;
    assert_false(vv_follow_up_holds(&rules, published, view));
    view->counts->rr1[1]++;
    view->measure = (char *)"0.351";
    assert_false(vv_follow_up_holds(&rules, published, view));
}

static void test_what_has_no_rating(void **state)
{
    struct kit *kit = *state;
    today(kit, "2022-04-05");
    expect_state(publish(kit, "2022-03-01", 17, 8, NULL), "published");
    assert_int_equal(show(kit)->published[0]->published->rating, 0);
    assert_string_equal(show(kit)->published[0]->published->reason, "few_participants");
    expect_state(publish(kit, "2022-01-01", 0, 0, NULL), "published");
    /* Months stand in order. */
    assert_int_equal(show(kit)->published[0]->month, day("2022-01-01"));
    assert_string_equal(show(kit)->published[0]->published->measure, "unknown");
    assert_string_equal(show(kit)->published[0]->published->reason, "no_participants");
    expect_state(publish(kit, "2021-01-01", 20, 8, NULL), "published"); /* from 2020-03-16 */
    assert_string_equal(show(kit)->published[0]->published->reason, "young_contract");
}

static void test_bad_publications(void **state)
{
    struct kit *kit = *state;
    today(kit, "2022-03-31");
    assert_int_equal(publish(kit, "2022-03-01", 20, 8, NULL)->status, VV_REFUSED); /* not over */
    assert_int_equal(publish(kit, "2022-01-02", 20, 8, NULL)->status, VV_INVALID);
    assert_int_equal(publish(kit, "2022-01-01", 20, 21, NULL)->status, VV_INVALID);
    assert_int_equal(publish(kit, "2022-01-01", 201, 8, NULL)->status, VV_INVALID); /* of 200 */
    assert_int_equal(publish(kit, "2019-01-01", 20, 8, NULL)->status, VV_REFUSED);
    assert_int_equal(show(kit)->n_published, 0);
}

/* ---- proposals ---- */

/* Follow-ups 2022-01 and 2022-03 at 0.175, rating 1, 24 months after 2020-03-16. */
static void test_termination_is_decided_by_another(void **state)
{
    struct kit *kit = *state;
    today(kit, "2022-04-05");
    expect_state(publish(kit, "2022-01-01", 20, 4, NULL), "published");
    assert_int_equal(show(kit)->contract->n_proposals, 0);
    assert_int_equal(decide(kit, "termination", true, "2022-06-30", "bo")->status, VV_REFUSED);
    expect_state(publish(kit, "2022-03-01", 20, 4, NULL), "published");
    assert_int_equal(show(kit)->contract->n_proposals, 1);
    assert_string_equal(show(kit)->contract->proposals[0]->kind, "termination");
    assert_int_equal(show(kit)->contract->proposals[0]->since, day("2022-04-01"));
    /* Nothing happens by itself, and not by the one who published. */
    assert_int_equal(capacity_of(kit, "KA-1")->to, 0);
    assert_int_equal(decide(kit, "termination", true, "2022-06-30", "anna")->status, VV_REFUSED);
    assert_int_equal(decide(kit, "termination", true, "2022-04-04", "bo")->status, VV_INVALID);
    expect_state(decide(kit, "termination", true, "2022-06-30", "bo"), "approved");
    assert_int_equal(capacity_of(kit, "KA-1")->to, day("2022-06-30"));
    assert_int_equal(show(kit)->contract->n_proposals, 0);
    assert_int_equal(show(kit)->n_decisions, 1);
    assert_string_equal(show(kit)->decisions[0]->decided_by, "bo");
    assert_int_equal(decide(kit, "termination", true, "2022-06-30", "bo")->status, VV_REFUSED);
}

/* A revision upwards takes the proposal back; a rejection holds until a further follow-up. */
static void test_termination_follows_the_view_that_holds(void **state)
{
    struct kit *kit = *state;
    today(kit, "2022-04-05");
    expect_state(publish(kit, "2022-01-01", 20, 4, NULL), "published");
    expect_state(publish(kit, "2022-03-01", 20, 4, NULL), "published");
    assert_int_equal(show(kit)->contract->n_proposals, 1);
    expect_state(publish(kit, "2022-03-01", 20, 8, "result.late"), "revised");
    assert_int_equal(show(kit)->contract->n_proposals, 0);
    expect_state(publish(kit, "2022-03-01", 20, 3, "result.withdrawn"), "revised");
    expect_state(decide(kit, "termination", false, NULL, "bo"), "rejected");
    assert_int_equal(show(kit)->contract->n_proposals, 0);
    assert_int_equal(capacity_of(kit, "KA-1")->to, 0);
    today(kit, "2022-06-01");
    expect_state(publish(kit, "2022-05-01", 20, 4, NULL), "published");
    assert_int_equal(show(kit)->contract->n_proposals, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cohort_is_counted, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(test_two_views, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(test_views_are_made_again, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(test_what_has_no_rating, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(test_bad_publications, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(test_termination_is_decided_by_another, kit_setup,
                                        kit_teardown),
        cmocka_unit_test_setup_teardown(test_termination_follows_the_view_that_holds, kit_setup,
                                        kit_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
