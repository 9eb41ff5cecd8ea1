/*
 * test_delivered.c: what a contract delivered, as somebody sees it who chooses (rules 21): the view
 * that holds, and what is not known left out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../services/provider-registry/delivered.h"

static const struct vv_rating_rules rules = {
    .levels = {{"A", 203}, {"B", 277}, {"C", 380}},
    .level_count = 3,
    .participants_min = 18,
    .months_min = 12,
};

/* A month with 20 participants of level B, who are the whole country too: weights are 1. */
static uint32_t people[3] = {0, 20, 0}, first[3] = {0, 4, 0}, second[3] = {0, 2, 0};
static uint32_t none[3];

struct stored {
    Vagval__V1__RatingCounts counts, late;
    Vagval__V1__RatingView published, revised;
    Vagval__V1__RatingView *revisions[1];
    Vagval__V1__PublishedRating month;
    Vagval__V1__PublishedRating *months[1];
    Vagval__V1__ContractRating rating;
};

static Vagval__V1__RatingCounts counts_of(uint32_t *participants, uint32_t *rr1, uint32_t *rr2)
{
    Vagval__V1__RatingCounts counts = VAGVAL__V1__RATING_COUNTS__INIT;
    counts.n_participants = counts.n_rr1 = counts.n_rr2 = 3;
    counts.participants = participants;
    counts.rr1 = rr1;
    counts.rr2 = rr2;
    return counts;
}

static void store(struct stored *stored)
{
    vagval__v1__rating_view__init(&stored->published);
    vagval__v1__published_rating__init(&stored->month);
    vagval__v1__contract_rating__init(&stored->rating);
    stored->counts = counts_of(people, none, none);
    stored->published.counts = &stored->counts;
    stored->published.rating = 1;
    stored->published.scheme_version = (char *)"one";
    stored->month.month = 18748; /* 2021-05-01 */
    stored->month.nation = people;
    stored->month.n_nation = 3;
    stored->month.published = &stored->published;
    stored->months[0] = &stored->month;
    stored->rating.published = stored->months;
    stored->rating.n_published = 1;
}

static void nothing_published_is_not_known(void **state)
{
    (void)state;
    Vagval__V1__ContractRating empty = VAGVAL__V1__CONTRACT_RATING__INIT;
    Vagval__V1__AreaChoice choice = VAGVAL__V1__AREA_CHOICE__INIT;
    vv_delivered_show(&rules, &empty, &choice);
    assert_null(vv_delivered_scheme_version(&empty));
    assert_int_equal(choice.results_month, 0);
    assert_false(choice.has_measure);
    assert_false(choice.has_interval);
}

/* A measure of 0 is known: 20 people and no result. The interval still reaches to
 * (z2 + z x z) / (2 (n + z2)) = 3.8416 / 23.8416 = 0.1611..., shown as 0.162 (rounded up). */
static void nothing_reached_is_known(void **state)
{
    (void)state;
    struct stored stored = {0};
    Vagval__V1__AreaChoice choice = VAGVAL__V1__AREA_CHOICE__INIT;
    store(&stored);
    vv_delivered_show(&rules, &stored.rating, &choice);
    assert_int_equal(choice.results_month, 18748);
    assert_int_equal(choice.participants, 20);
    assert_true(choice.has_measure);
    assert_int_equal(choice.measure, 0);
    assert_true(choice.has_interval);
    assert_int_equal(choice.interval_low, 0);
    assert_int_equal(choice.interval_high, 162);
    assert_int_equal(choice.rating, 1);
}

/* The revision holds: (4 + 2) / (2 x 20) = 0.150. */
static void the_latest_revision_is_shown(void **state)
{
    (void)state;
    struct stored stored = {0};
    Vagval__V1__AreaChoice choice = VAGVAL__V1__AREA_CHOICE__INIT;
    store(&stored);
    stored.revised = stored.published;
    stored.late = counts_of(people, first, second);
    stored.revised.counts = &stored.late;
    stored.revised.rating = 2;
    stored.revised.scheme_version = (char *)"two";
    stored.revisions[0] = &stored.revised;
    stored.month.revised = stored.revisions;
    stored.month.n_revised = 1;
    vv_delivered_show(&rules, &stored.rating, &choice);
    assert_string_equal(vv_delivered_scheme_version(&stored.rating), "two");
    assert_int_equal(choice.measure, 150);
    assert_true(choice.interval_low < 150 && choice.interval_high > 150);
    assert_int_equal(choice.rating, 2);
}

/* Nobody took part: how many is known, what they reached is not. */
static void nobody_has_no_measure(void **state)
{
    (void)state;
    struct stored stored = {0};
    Vagval__V1__AreaChoice choice = VAGVAL__V1__AREA_CHOICE__INIT;
    store(&stored);
    stored.counts = counts_of(none, none, none);
    stored.published.rating = 0;
    stored.published.reason = (char *)"no_participants";
    vv_delivered_show(&rules, &stored.rating, &choice);
    assert_int_equal(choice.results_month, 18748);
    assert_int_equal(choice.participants, 0);
    assert_false(choice.has_measure);
    assert_false(choice.has_interval);
    assert_int_equal(choice.rating, 0);
    assert_string_equal(choice.no_rating, "no_participants");
}

/* The scheme version that the view cites is not known here: no figure is made up. */
static void without_rules_nothing_is_worked_out(void **state)
{
    (void)state;
    struct stored stored = {0};
    Vagval__V1__AreaChoice choice = VAGVAL__V1__AREA_CHOICE__INIT;
    store(&stored);
    vv_delivered_show(NULL, &stored.rating, &choice);
    assert_int_equal(choice.participants, 20);
    assert_false(choice.has_measure);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_published_is_not_known),
        cmocka_unit_test(nothing_reached_is_known),
        cmocka_unit_test(the_latest_revision_is_shown),
        cmocka_unit_test(nobody_has_no_measure),
        cmocka_unit_test(without_rules_nothing_is_worked_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
