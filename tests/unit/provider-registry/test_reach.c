/*
 * test_reach.c: reach of a choice, changes of provider, schemes side by side; by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "../../../services/provider-registry/choice.h"
#include "../../../services/provider-registry/reach.h"

/* Two areas with municipalities, of which the second closes on day 200; and one that delivers at a
 * distance to the whole country, from day 100 to day 300 (rules 19). */
static const char *const north[] = {"2480"}, *const west[] = {"1480"};
static const struct vv_area areas[] = {
    {.code = "north",
     .municipalities = north,
     .municipality_count = 1,
     .choices_from = VV_DATE_NONE,
     .choices_until = VV_DATE_NONE},
    {.code = "west",
     .municipalities = west,
     .municipality_count = 1,
     .choices_from = VV_DATE_NONE,
     .choices_until = 200},
    {.code = "distance", .choices_from = 100, .choices_until = 300}};

static struct vv_scheme scheme_of(bool within_area)
{
    return (struct vv_scheme){.id = "x",
                              .areas = areas,
                              .area_count = 3,
                              .choice_within_area = within_area,
                              .switches_max = -1};
}

static void within_an_area_only_its_contracts_and_those_at_a_distance(void **state)
{
    (void)state;
    struct vv_scheme scheme = scheme_of(true);
    assert_null(vv_reach_refusal(&scheme, "north", "north", 50));
    assert_string_equal(vv_reach_refusal(&scheme, "north", "west", 50), "outside_reach");
    assert_string_equal(vv_reach_refusal(&scheme, "", "north", 50), "outside_reach");
    /* The exception's first and last day count. */
    assert_string_equal(vv_reach_refusal(&scheme, "north", "distance", 99), "area_closed");
    assert_null(vv_reach_refusal(&scheme, "north", "distance", 100));
    assert_null(vv_reach_refusal(&scheme, "north", "distance", 300));
    assert_string_equal(vv_reach_refusal(&scheme, "north", "distance", 301), "area_closed");
}

static void within_a_scheme_every_open_area(void **state)
{
    (void)state;
    struct vv_scheme scheme = scheme_of(false);
    assert_null(vv_reach_refusal(&scheme, "north", "west", 200));
    assert_string_equal(vv_reach_refusal(&scheme, "north", "west", 201), "area_closed");
    assert_string_equal(vv_reach_refusal(&scheme, "north", "nowhere", 50), "area_closed");
}

/* A service from day 10 with its first placement there and a change on day 30. */
static void changes_are_counted_within_the_service(void **state)
{
    (void)state;
    struct vv_scheme scheme = scheme_of(false);
    Vagval__V1__RegistryCase entry = VAGVAL__V1__REGISTRY_CASE__INIT;
    Vagval__V1__CasePlacement placements[3], *list[3];
    static const int32_t starts[] = {1, 10, 30}, services[] = {1, 10, 10};
    for (size_t i = 0; i < 3; i++) {
        vagval__v1__case_placement__init(&placements[i]);
        placements[i].start = starts[i];
        placements[i].service_start = services[i];
        placements[i].planned_end = 190;
        placements[i].ended = i < 2;
        list[i] = &placements[i];
    }
    entry.placements = list;
    entry.n_placements = 3;
    entry.service_start = 10;
    assert_null(vv_switch_refusal(&scheme, &entry, 31)); /* any number, at any time */
    scheme.switches_max = 1; /* the one on day 30; day 1 was another service */
    assert_string_equal(vv_switch_refusal(&scheme, &entry, 31), "switches_used");
    scheme.switches_max = 2;
    scheme.switch_min_days = 14;
    assert_string_equal(vv_switch_refusal(&scheme, &entry, 43), "switch_too_early");
    assert_null(vv_switch_refusal(&scheme, &entry, 44));
    placements[2].ended = true; /* nobody serves: what comes is no change */
    scheme.switches_max = 0;
    assert_null(vv_switch_refusal(&scheme, &entry, 44));
}

/* A service of four months from 1 January 1971 (day 365) through 30 April (day 484), three of them
 * planned: through 31 March, day 454. */
static void a_service_goes_on_while_its_area_is_open(void **state)
{
    (void)state;
    struct vv_scheme scheme = scheme_of(true);
    struct vv_area open = {.code = "north", .choices_from = VV_DATE_NONE, .choices_until = 455};
    scheme.areas = &open;
    scheme.area_count = 1;
    scheme.service_months_max = 4;
    Vagval__V1__RegistryCase entry = VAGVAL__V1__REGISTRY_CASE__INIT;
    Vagval__V1__CasePlacement placement = VAGVAL__V1__CASE_PLACEMENT__INIT, *list[] = {&placement};
    vv_date last = 7;
    assert_string_equal(vv_extension_refusal(&scheme, &entry, 4, 400, &last), "no_placement");
    placement.area = (char *)(uintptr_t) "north";
    placement.start = 400; /* after a change of provider */
    placement.service_start = 365;
    placement.planned_end = 454;
    entry.placements = list;
    entry.n_placements = 1;
    assert_string_equal(vv_extension_refusal(&scheme, &entry, 3, 454, &last), "not_longer");
    assert_string_equal(vv_extension_refusal(&scheme, &entry, 5, 454, &last), "longest_service");
    assert_string_equal(vv_extension_refusal(&scheme, &entry, 4, 455, &last), "no_placement");
    open.choices_until = 454;
    assert_string_equal(vv_extension_refusal(&scheme, &entry, 4, 454, &last), "area_closed");
    assert_int_equal(last, 7);
    open.choices_until = 455;
    assert_null(vv_extension_refusal(&scheme, &entry, 4, 454, &last));
    assert_int_equal(last, 484);
}

static void schemes_combine_if_both_say_so(void **state)
{
    (void)state;
    static const char *const with_b[] = {"b"}, *const with_a[] = {"c", "a"};
    struct vv_scheme a = {.id = "a", .combines_with = with_b, .combines_with_count = 1};
    struct vv_scheme b = {.id = "b"};
    assert_false(vv_schemes_combine(&a, &b));
    b.combines_with = with_a;
    b.combines_with_count = 2;
    assert_true(vv_schemes_combine(&a, &b));
    assert_true(vv_schemes_combine(&b, &a));
}

static void whoever_chooses_is_about_to_be_served(void **state)
{
    (void)state;
    Vagval__V1__RegistryCase entry = VAGVAL__V1__REGISTRY_CASE__INIT;
    entry.state = VV_CASE_OFFERED;
    assert_false(vv_case_is_served(&entry, 10));
    entry.state = VV_CASE_CHOOSING;
    assert_true(vv_case_is_served(&entry, 10));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(within_an_area_only_its_contracts_and_those_at_a_distance),
        cmocka_unit_test(within_a_scheme_every_open_area),
        cmocka_unit_test(changes_are_counted_within_the_service),
        cmocka_unit_test(a_service_goes_on_while_its_area_is_open),
        cmocka_unit_test(schemes_combine_if_both_say_so),
        cmocka_unit_test(whoever_chooses_is_about_to_be_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
