/*
 * What is proposed about a contract, and what follows from stored counts: an empty contract, a kept
 * one, one that is over; counts that cannot be; a view of another release.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "../../../services/provider-registry/delivered.h"
#include "../../../services/provider-registry/follow_up.h"

#define TEXT(text) ((char *)(uintptr_t)(text))

static const struct vv_rating_rules rules = {
    .levels = {{"A", 203}, {"B", 277}, {"C", 380}},
    .level_count = 3,
    .participants_min = 18,
    .months_min = 12,
};
static const struct vv_scheme scheme = {.rating = &rules, .empty_contract_months = 12};

static vv_date day(const char *text)
{
    vv_date date = VV_DATE_NONE;
    assert_int_equal(vv_date_parse(text, &date), VV_OK);
    return date;
}

/* ---- the empty contract (rules 20) ---- */

static size_t proposed(const Vagval__V1__AreaContract *contract,
                       const Vagval__V1__ContractRating *rating, const char *today,
                       struct vv_open_proposal *ret_first)
{
    struct vv_open_proposal open[VV_PROPOSALS_MAX];
    size_t count = vv_proposals_of(&scheme, contract, rating, day(today), open);
    *ret_first = count > 0 ? open[0] : (struct vv_open_proposal){.kind = ""};
    return count;
}

/* Authorised 2024-02-29, twelve months: 2025-02-28. */
static void an_empty_contract(void **state)
{
    (void)state;
    Vagval__V1__AreaContract contract = VAGVAL__V1__AREA_CONTRACT__INIT;
    Vagval__V1__ContractRating rating = VAGVAL__V1__CONTRACT_RATING__INIT;
    struct vv_open_proposal first;
    contract.from = day("2024-02-29");
    assert_int_equal(proposed(&contract, &rating, "2025-02-27", &first), 0);
    assert_int_equal(proposed(&contract, &rating, "2025-02-28", &first), 1);
    assert_string_equal(first.kind, VV_PROPOSAL_EMPTY);
    assert_int_equal(first.since, day("2025-02-28"));
    assert_int_equal(first.basis, day("2025-02-28"));
    contract.reserved = 1; /* a place is promised */
    assert_int_equal(proposed(&contract, &rating, "2025-02-28", &first), 0);
    contract.reserved = 0;
    contract.last_choice = day("2024-06-30"); /* the later of both days counts */
    assert_int_equal(proposed(&contract, &rating, "2025-06-29", &first), 0);
    assert_int_equal(proposed(&contract, &rating, "2025-06-30", &first), 1);
    contract.to = day("2025-06-29"); /* over already */
    assert_int_equal(proposed(&contract, &rating, "2025-06-30", &first), 0);
    contract.to = day("2025-06-30"); /* its last day */
    assert_int_equal(proposed(&contract, &rating, "2025-06-30", &first), 1);
}

/* Kept on 2025-03-10: the months run anew from there. De-authorised: nothing more is proposed. Of
 * several decisions the last of its kind counts. */
static void a_decision_on_an_empty_contract(void **state)
{
    (void)state;
    Vagval__V1__AreaContract contract = VAGVAL__V1__AREA_CONTRACT__INIT;
    Vagval__V1__ContractRating rating = VAGVAL__V1__CONTRACT_RATING__INIT;
    Vagval__V1__ContractDecision decisions[2];
    Vagval__V1__ContractDecision *list[] = {&decisions[0], &decisions[1]};
    struct vv_open_proposal first;
    for (size_t i = 0; i < 2; i++) {
        vagval__v1__contract_decision__init(&decisions[i]);
        decisions[i].kind = TEXT(i == 0 ? VV_PROPOSAL_EMPTY : VV_PROPOSAL_TERMINATION);
    }
    contract.from = day("2024-02-29");
    rating.decisions = list;
    rating.n_decisions = 2;
    decisions[0].decided_on = day("2025-03-10");
    decisions[1].approved = true; /* of the other kind */
    assert_int_equal(proposed(&contract, &rating, "2026-03-09", &first), 0);
    assert_int_equal(proposed(&contract, &rating, "2026-03-10", &first), 1);
    decisions[0].decided_on = day("2024-01-01"); /* before it was authorised */
    assert_int_equal(proposed(&contract, &rating, "2025-02-28", &first), 1);
    decisions[0].approved = true;
    assert_int_equal(proposed(&contract, &rating, "2030-01-01", &first), 0);
}

/* ---- stored counts ---- */

static uint32_t people[VV_MEASURE_LEVELS + 1] = {0, 20, 0};
static uint32_t reached[VV_MEASURE_LEVELS + 1] = {0, 4, 0};
static uint32_t nobody[VV_MEASURE_LEVELS + 1];

static void more_levels_than_can_be_weighed(void **state)
{
    (void)state;
    Vagval__V1__RatingCounts counts = VAGVAL__V1__RATING_COUNTS__INIT;
    struct vv_measure_counts read;
    struct vv_measure measure;
    int64_t nation[VV_MEASURE_LEVELS];
    size_t *const parts[] = {&counts.n_participants, &counts.n_rr1, &counts.n_rr2};
    counts.participants = people;
    counts.rr1 = counts.rr2 = reached;
    counts.n_participants = counts.n_rr1 = counts.n_rr2 = 2; /* the third is left out: 0 */
    assert_true(vv_follow_up_counts(&counts, &read));
    assert_int_equal(read.participants[1], 20);
    assert_int_equal(read.participants[2], 0);
    for (size_t i = 0; i < 3; i++) {
        *parts[i] = VV_MEASURE_LEVELS + 1;
        assert_false(vv_follow_up_counts(&counts, &read));
        assert_int_equal(vv_follow_up_measure(&rules, people, 3, &counts, &measure), VV_INVALID);
        *parts[i] = 2;
    }
    assert_false(vv_follow_up_nation(people, VV_MEASURE_LEVELS + 1, nation));
    assert_int_equal(vv_follow_up_measure(&rules, people, VV_MEASURE_LEVELS + 1, &counts, &measure),
                     VV_INVALID);
    assert_true(vv_follow_up_counts(NULL, &read)); /* nothing stored: nobody */
    assert_int_equal(read.participants[1], 0);
}

/* Nobody in the whole country: no weights, and the measure is unknown, never 0. */
static void nobody_in_the_country(void **state)
{
    (void)state;
    struct vv_measure measure = {.known = true};
    assert_int_equal(vv_follow_up_measure(&rules, nobody, 3, NULL, &measure), VV_OK);
    assert_false(measure.known);
}

/* A stored view is held against its counts; one of another release's method is left alone. */
static void a_view_follows_from_its_counts(void **state)
{
    (void)state;
    Vagval__V1__RatingCounts counts = VAGVAL__V1__RATING_COUNTS__INIT;
    Vagval__V1__RatingView view = VAGVAL__V1__RATING_VIEW__INIT;
    Vagval__V1__PublishedRating month = VAGVAL__V1__PUBLISHED_RATING__INIT;
    struct vv_measure measure;
    char text[VV_MEASURE_TEXT_BYTES];
    counts.participants = people;
    counts.rr1 = counts.rr2 = reached;
    counts.n_participants = counts.n_rr1 = counts.n_rr2 = 3;
    month.month = day("2026-05-01");
    month.nation = people;
    month.n_nation = 3;
    view.counts = &counts;
    view.method = TEXT(VV_RATING_METHOD);
    view.reason = TEXT(vv_rating_reason_code(VV_RATED));
    view.rating = 1; /* no thresholds: the lowest */
    /* (4 + 4) x 1 / (2 x 20) */
    assert_int_equal(vv_follow_up_measure(&rules, people, 3, &counts, &measure), VV_OK);
    vv_measure_format(&measure, text);
    assert_string_equal(text, "0.200");
    view.measure = TEXT("0.201");
    assert_false(vv_follow_up_holds(&rules, &month, &view));
    view.method = TEXT("another");
    assert_true(vv_follow_up_holds(&rules, &month, &view));
    view.method = TEXT(VV_RATING_METHOD);
    counts.n_rr2 = VV_MEASURE_LEVELS + 1;
    assert_false(vv_follow_up_holds(&rules, &month, &view));
}

/* What somebody sees who chooses: of counts that cannot be, nothing. */
static void broken_counts_are_not_shown(void **state)
{
    (void)state;
    Vagval__V1__RatingCounts counts = VAGVAL__V1__RATING_COUNTS__INIT;
    Vagval__V1__RatingView view = VAGVAL__V1__RATING_VIEW__INIT;
    Vagval__V1__PublishedRating month = VAGVAL__V1__PUBLISHED_RATING__INIT;
    Vagval__V1__PublishedRating *months[] = {&month};
    Vagval__V1__ContractRating rating = VAGVAL__V1__CONTRACT_RATING__INIT;
    Vagval__V1__AreaChoice choice = VAGVAL__V1__AREA_CHOICE__INIT;
    counts.participants = people;
    counts.n_participants = VV_MEASURE_LEVELS + 1;
    view.counts = &counts;
    month.month = day("2026-05-01");
    month.published = &view;
    month.nation = people;
    month.n_nation = 3;
    rating.published = months;
    rating.n_published = 1;
    vv_delivered_show(&rules, &rating, &choice);
    assert_int_equal(choice.results_month, 0);
    counts.n_participants = 3;
    month.n_nation =
        VV_MEASURE_LEVELS + 1; /* no weights: how many there were is known all the same */
    vv_delivered_show(&rules, &rating, &choice);
    assert_int_equal(choice.participants, 20);
    assert_false(choice.has_measure);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_contract),
        cmocka_unit_test(a_decision_on_an_empty_contract),
        cmocka_unit_test(more_levels_than_can_be_weighed),
        cmocka_unit_test(nobody_in_the_country),
        cmocka_unit_test(a_view_follows_from_its_counts),
        cmocka_unit_test(broken_counts_are_not_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
