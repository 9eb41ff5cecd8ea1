/*
 * test_difference.c: where the provider's record and the person's word differ. The obligation
 * "first" takes every kind, "talks" takes the kind talk; both are spoken of from day 100 to 110.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "../../../services/provider-registry/difference.h"

static const char *const talk_kinds[] = {"talk"};
static const struct vv_activity_kind kinds[] = {{.code = "talk"}, {.code = "course"}};
static const struct vv_obligation obligations[] = {
    {.code = "first", .kind = VV_OBLIGATION_ONCE, .days = 5},
    {.code = "talks",
     .kind = VV_OBLIGATION_EVERY,
     .days = 7,
     .met_by = talk_kinds,
     .met_by_count = 1}};
static const struct vv_delivery rules = {
    .activities = kinds, .activity_count = 2, .obligations = obligations, .obligation_count = 2};

static Vagval__V1__Delivery delivery;
static Vagval__V1__ActivityDone activity, *activity_list[] = {&activity};
static Vagval__V1__PersonView views[2], *view_list[] = {&views[0], &views[1]};
static Vagval__V1__PersonPoint points[2], *point_list[2][1] = {{&points[0]}, {&points[1]}};
static uint8_t ids[3][16] = {{1}, {2}, {3}};
static struct vv_difference found[4];

static int setup(void **state)
{
    (void)state;
    vagval__v1__delivery__init(&delivery);
    delivery.activities = activity_list;
    delivery.views = view_list;
    return 0;
}

static void provider(const char *kind, vv_date on, bool attended, const char *confirmed)
{
    vagval__v1__activity_done__init(&activity);
    activity.fact = (ProtobufCBinaryData){16, ids[2]};
    activity.kind = (char *)(uintptr_t)kind;
    activity.on = on;
    activity.attended = attended;
    activity.confirmed = (char *)(uintptr_t)confirmed;
    delivery.n_activities = 1;
}

static void person(const char *what, const char *answer)
{
    size_t at = delivery.n_views++;
    vagval__v1__person_point__init(&points[at]);
    points[at].what = (char *)(uintptr_t)what;
    points[at].answer = (char *)(uintptr_t)answer;
    vagval__v1__person_view__init(&views[at]);
    views[at].fact = (ProtobufCBinaryData){16, ids[at]};
    views[at].from = 100;
    views[at].on = 110;
    views[at].points = point_list[at];
    views[at].n_points = 1;
}

static size_t differences(void)
{
    return vv_differences(&delivery, &rules, found, 4);
}

static void kept_by_one_alone_differs(void **state)
{
    (void)state;
    person("talks", "kept");
    assert_int_equal(differences(), 1);
    assert_string_equal(found[0].what, "talks");
    assert_int_equal(found[0].on, 110);
    provider("course", 105, true, "");
    assert_int_equal(differences(), 1); /* a course is no talk */
    provider("talk", 99, true, "");
    assert_int_equal(differences(), 1); /* before the days that were spoken of */
    provider("talk", 105, false, "");
    assert_int_equal(differences(), 1); /* nobody came */
    provider("talk", 100, true, "");
    assert_int_equal(differences(), 0);
    points[0].answer = (char *)(uintptr_t) "not_kept";
    assert_int_equal(differences(), 1);
    points[0].answer = (char *)(uintptr_t) "no_answer";
    assert_int_equal(differences(), 0);
}

static void an_obligation_without_kinds_takes_every_kind(void **state)
{
    (void)state;
    person("first", "kept");
    provider("course", 110, true, "");
    assert_int_equal(differences(), 0);
    points[0].what = (char *)(uintptr_t) "talk"; /* the activity, not the obligation */
    assert_int_equal(differences(), 1);
    assert_true(vv_point_is_known(&rules, "talks"));
    assert_true(vv_point_is_known(&rules, "course"));
    assert_false(vv_point_is_known(&rules, "dance"));
    assert_false(vv_point_is_known(NULL, "talk"));
}

static void the_last_follow_up_on_a_point_counts(void **state)
{
    (void)state;
    person("talks", "kept");
    person("talks", "not_kept");
    assert_int_equal(differences(), 0); /* nor does the record know a talk */
    points[1].answer = (char *)(uintptr_t) "kept";
    assert_int_equal(differences(), 1);
    assert_memory_equal(found[0].record.data, ids[1], 16);
}

static void an_activity_that_is_denied_differs_until_it_is_settled(void **state)
{
    static Vagval__V1__SettledDifference settled, *settled_list[] = {&settled};
    (void)state;
    provider("talk", 105, true, "no");
    assert_int_equal(differences(), 1);
    assert_string_equal(found[0].what, "talk");
    provider("talk", 105, false, "yes"); /* who came, says the person */
    assert_int_equal(differences(), 1);
    provider("talk", 105, true, "yes");
    assert_int_equal(differences(), 0);
    provider("talk", 105, true, "no");
    vagval__v1__settled_difference__init(&settled);
    settled.record = (ProtobufCBinaryData){16, ids[2]};
    settled.what = (char *)(uintptr_t) "course";
    delivery.settled = settled_list;
    delivery.n_settled = 1;
    assert_int_equal(differences(), 1); /* another point */
    settled.what = (char *)(uintptr_t) "talk";
    assert_int_equal(differences(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(kept_by_one_alone_differs, setup),
        cmocka_unit_test_setup(an_obligation_without_kinds_takes_every_kind, setup),
        cmocka_unit_test_setup(the_last_follow_up_on_a_point_counts, setup),
        cmocka_unit_test_setup(an_activity_that_is_denied_differs_until_it_is_settled, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
