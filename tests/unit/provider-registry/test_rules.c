/*
 * test_rules.c: the registry's rules alone, with cases worked out by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "../../../services/provider-registry/capacity.h"
#include "../../../services/provider-registry/choice.h"
#include "../../../services/provider-registry/nearest.h"
#include "../../../services/provider-registry/outcome.h"
#include "../../../services/provider-registry/placement.h"
#include "../../../services/provider-registry/report.h"

static vv_date day(const char *text)
{
    vv_date date = VV_DATE_NONE;
    assert_int_equal(vv_date_parse(text, &date), VV_OK);
    return date;
}

static struct vv_id id_of(uint8_t last)
{
    return (struct vv_id){{0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last}};
}

static ProtobufCBinaryData bytes_of(struct vv_id *id)
{
    return (ProtobufCBinaryData){sizeof id->bytes, id->bytes};
}

/* A case with one placement at contract 1 from `start`, six months. */
struct fixture {
    Vagval__V1__RegistryCase entry;
    Vagval__V1__CasePlacement placement;
    Vagval__V1__CasePlacement *placements[2];
    struct vv_id contract;
};

static void place(struct fixture *fixture, const char *start)
{
    memset(fixture, 0, sizeof *fixture);
    vagval__v1__registry_case__init(&fixture->entry);
    vagval__v1__case_placement__init(&fixture->placement);
    fixture->contract = id_of(1);
    fixture->placement.contract = bytes_of(&fixture->contract);
    fixture->placement.start = day(start);
    fixture->placement.planned_end = vv_placement_planned_end(day(start), 6);
    fixture->placements[0] = &fixture->placement;
    fixture->entry.placements = fixture->placements;
    fixture->entry.n_placements = 1;
    fixture->entry.state = VV_CASE_PLACED;
    fixture->entry.offered_on = day(start) - 10;
    fixture->entry.choose_by = day(start) - 3;
}

/* ---- choice ---- */

static void the_deadline_is_five_working_days_after_the_offer(void **state)
{
    (void)state;
    /* Christmas: 22, 23, 27, 28, 29 December are the working days after Wed 21. */
    assert_int_equal(vv_choice_deadline(VV_SWEDEN, day("2022-12-21"), 5), day("2022-12-29"));
    /* An ordinary week: Mon 2021-02-01 -> Mon 2021-02-08. */
    assert_int_equal(vv_choice_deadline(VV_SWEDEN, day("2021-02-01"), 5), day("2021-02-08"));
}

static void the_choice_is_overdue_only_after_the_end_of_the_last_day(void **state)
{
    (void)state;
    Vagval__V1__RegistryCase entry;
    Vagval__V1__CaseChoice choice;
    vagval__v1__registry_case__init(&entry);
    vagval__v1__case_choice__init(&choice);
    entry.state = VV_CASE_OFFERED;
    entry.choose_by = day("2022-12-29");
    assert_false(vv_choice_is_overdue(&entry, day("2022-12-29")));
    assert_true(vv_choice_is_overdue(&entry, day("2022-12-30")));
    entry.choice = &choice;
    assert_false(vv_choice_is_overdue(&entry, day("2022-12-30")));
    entry.choice = NULL;
    entry.state = VV_CASE_PLACED;
    assert_false(vv_choice_is_overdue(&entry, day("2022-12-30")));
}

static void a_first_choice_is_judged_by_offer_and_deadline(void **state)
{
    (void)state;
    Vagval__V1__RegistryCase entry;
    vagval__v1__registry_case__init(&entry);
    vv_date today = day("2022-12-29");
    assert_int_equal(vv_choice_judge(&entry, id_of(1), today, today), VV_CHOICE_NOT_REFERRED);
    entry.state = VV_CASE_RECORDED;
    assert_int_equal(vv_choice_judge(&entry, id_of(1), today, today), VV_CHOICE_NOT_REFERRED);
    entry.state = VV_CASE_OFFERED;
    entry.offered_on = day("2022-12-21");
    entry.choose_by = day("2022-12-29");
    assert_int_equal(vv_choice_judge(&entry, id_of(1), today, today), VV_CHOICE_ALLOWED);
    assert_int_equal(vv_choice_judge(&entry, id_of(1), day("2022-12-21"), today),
                     VV_CHOICE_ALLOWED);
    assert_int_equal(vv_choice_judge(&entry, id_of(1), day("2022-12-20"), today),
                     VV_CHOICE_BEFORE_OFFER);
    assert_int_equal(vv_choice_judge(&entry, id_of(1), today + 1, today), VV_CHOICE_IN_FUTURE);
    assert_int_equal(vv_choice_judge(&entry, id_of(1), today + 1, today + 1), VV_CHOICE_LATE);
    /* On the caseworker's list there is no deadline any more. */
    entry.state = VV_CASE_CASEWORKER;
    assert_int_equal(vv_choice_judge(&entry, id_of(1), today + 1, today + 1), VV_CHOICE_ALLOWED);
    Vagval__V1__CaseChoice choice;
    vagval__v1__case_choice__init(&choice);
    entry.choice = &choice;
    assert_int_equal(vv_choice_judge(&entry, id_of(1), today + 1, today + 1), VV_CHOICE_ON_ITS_WAY);
}

static void choices_that_cannot_be_made(void **state)
{
    (void)state;
    struct fixture fixture;
    Vagval__V1__CaseChoice pending = VAGVAL__V1__CASE_CHOICE__INIT;
    const vv_date today = day("2021-03-01");
    static const struct {
        uint32_t state;
        enum vv_choice_verdict verdict;
    } states[] = {{VV_CASE_NONE, VV_CHOICE_NOT_REFERRED},
                  {VV_CASE_RECORDED, VV_CHOICE_NOT_REFERRED},
                  {VV_CASE_WAITING, VV_CHOICE_NOT_OFFERED},
                  {VV_CASE_ENDED, VV_CHOICE_SERVICE_IS_OVER},
                  {VV_CASE_CASEWORKER, VV_CHOICE_ALLOWED}};
    place(&fixture, "2021-03-01");
    fixture.entry.offered_on = today;
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        fixture.entry.state = states[i].state;
        assert_int_equal(vv_choice_judge(&fixture.entry, id_of(2), today, today),
                         states[i].verdict);
    }
    fixture.entry.state = VV_CASE_OFFERED;
    fixture.entry.choose_by = today;
    assert_int_equal(vv_choice_judge(&fixture.entry, id_of(2), today + 1, today),
                     VV_CHOICE_IN_FUTURE);
    fixture.entry.choice = &pending;
    assert_int_equal(vv_choice_judge(&fixture.entry, id_of(2), today, today), VV_CHOICE_ON_ITS_WAY);
    /* Whoever is refused is told why, each time in words of its own. */
    for (int i = VV_CHOICE_ALLOWED; i <= VV_CHOICE_SERVICE_IS_OVER; i++) {
        for (int k = VV_CHOICE_ALLOWED; k < i; k++) {
            assert_string_not_equal(vv_choice_verdict_text((enum vv_choice_verdict)i),
                                    vv_choice_verdict_text((enum vv_choice_verdict)k));
        }
    }
    assert_string_equal(vv_case_state_name(VV_CASE_WAITING), "waiting");
    assert_string_equal(vv_case_state_name(VV_CASE_WAITING + 1), "unknown");
}

static void a_switch_starts_after_the_first_day_and_before_the_planned_end(void **state)
{
    (void)state;
    struct fixture fixture;
    place(&fixture, "2021-03-01"); /* planned end 2021-08-31 */
    vv_date today = day("2021-10-01");
    assert_int_equal(vv_choice_judge(&fixture.entry, id_of(2), day("2021-03-01"), today),
                     VV_CHOICE_BEFORE_SWITCH);
    assert_int_equal(vv_choice_judge(&fixture.entry, id_of(2), day("2021-03-02"), today),
                     VV_CHOICE_ALLOWED);
    assert_int_equal(vv_choice_judge(&fixture.entry, id_of(1), day("2021-03-02"), today),
                     VV_CHOICE_SAME_CONTRACT);
    assert_int_equal(vv_choice_judge(&fixture.entry, id_of(2), day("2021-08-31"), today),
                     VV_CHOICE_ALLOWED);
    assert_int_equal(vv_choice_judge(&fixture.entry, id_of(2), day("2021-09-01"), today),
                     VV_CHOICE_SERVICE_IS_OVER);
    fixture.entry.state = VV_CASE_ENDED;
    assert_int_equal(vv_choice_judge(&fixture.entry, id_of(2), day("2021-03-02"), today),
                     VV_CHOICE_SERVICE_IS_OVER);
}

/* ---- placement ---- */

static void the_planned_end_is_the_day_before_the_same_day_six_months_on(void **state)
{
    (void)state;
    assert_int_equal(vv_placement_planned_end(day("2021-03-01"), 6), day("2021-08-31"));
    /* rules 1: 2023-08-31 + 6 months = 2024-02-29, so the last day is the 28th. */
    assert_int_equal(vv_placement_planned_end(day("2023-08-31"), 6), day("2024-02-28"));
}

static void a_placement_ends_on_a_day_that_has_come_and_was_served(void **state)
{
    (void)state;
    struct fixture fixture;
    const char *text = NULL;
    place(&fixture, "2021-03-01");
    vv_date today = day("2021-05-10");
    assert_int_equal(vv_placement_may_end(&fixture.entry, today, today, &text), VV_OK);
    assert_int_equal(vv_placement_may_end(&fixture.entry, today + 1, today, &text), VV_REFUSED);
    assert_int_equal(vv_placement_may_end(&fixture.entry, day("2021-03-01"), today, &text), VV_OK);
    assert_int_equal(vv_placement_may_end(&fixture.entry, day("2021-02-28"), today, &text),
                     VV_REFUSED);
    assert_int_equal(
        vv_placement_may_end(&fixture.entry, day("2021-09-01"), day("2021-09-01"), &text),
        VV_REFUSED);
    vv_placement_close(&fixture.placement, today, (char *)"moved");
    assert_null(vv_placement_running(&fixture.entry));
    assert_int_equal(vv_placement_may_end(&fixture.entry, today, today, &text), VV_REFUSED);
    assert_int_equal(vv_placement_last_day(&fixture.placement), today);
}

/* ---- nearest ---- */

struct town {
    Vagval__V1__Area area;
    Vagval__V1__AreaContract contracts[3];
    Vagval__V1__AreaContract *list[3];
    struct vv_id ids[3];
};

/* Home in Umeå, 63.8258 N 20.2630 E. Contract 0 about 1.1 km north, 1 and 2 at the same address
 * about 5.6 km north. */
static void lay_out(struct town *town)
{
    static const double north[] = {0.01, 0.05, 0.05};
    static const char *const numbers[] = {"KA-3", "KA-2", "KA-1"};
    memset(town, 0, sizeof *town);
    vagval__v1__area__init(&town->area);
    for (uint8_t i = 0; i < 3; i++) {
        Vagval__V1__AreaContract *contract = &town->contracts[i];
        vagval__v1__area_contract__init(contract);
        town->ids[i] = id_of(i);
        contract->contract = bytes_of(&town->ids[i]);
        contract->number = (char *)(uintptr_t)numbers[i];
        contract->capacity = 2;
        contract->latitude = 63.8258 + north[i];
        contract->longitude = 20.2630;
        contract->from = day("2020-03-16");
        town->list[i] = contract;
    }
    town->area.contracts = town->list;
    town->area.n_contracts = 3;
}

static const char *nearest(const struct town *town, const char *language, const char *on)
{
    const Vagval__V1__AreaContract *found =
        vv_nearest_contract(&town->area, 63.8258, 20.2630, language, day(on));
    return found == NULL ? "nobody" : found->number;
}

/* KA-2 and KA-1 are 5.6 km away, KA-3 1.1 km. With a second address 0.6 km south KA-2 is nearest;
 * it is not while that address is 2.2 km off. */
static void the_nearest_of_a_contracts_addresses_counts(void **state)
{
    (void)state;
    struct town town;
    Vagval__V1__Address further = VAGVAL__V1__ADDRESS__INIT;
    Vagval__V1__Address *list[] = {&further};
    lay_out(&town);
    town.contracts[1].further_addresses = list;
    town.contracts[1].n_further_addresses = 1;
    further.longitude = 20.2630;
    further.latitude = 63.8258 - 0.02;
    assert_string_equal(nearest(&town, "", "2020-04-01"), "KA-3");
    further.latitude = 63.8258 - 0.005;
    assert_string_equal(nearest(&town, "", "2020-04-01"), "KA-2");
    /* 0.005 degrees of 111.2 km each */
    assert_in_range(vv_nearest_metres(&town.contracts[1], 63.8258, 20.2630), 550, 562);
}

static void those_who_do_not_choose_go_to_the_nearest_free_contract(void **state)
{
    (void)state;
    struct town town;
    lay_out(&town);
    assert_string_equal(nearest(&town, "", "2021-03-01"), "KA-3");
    /* Full: one taken, one reserved. Then the tie of the other two goes to the lower number. */
    town.contracts[0].taken = 1;
    town.contracts[0].reserved = 1;
    assert_string_equal(nearest(&town, "", "2021-03-01"), "KA-1");
    town.contracts[2].to = day("2021-02-28");
    assert_string_equal(nearest(&town, "", "2021-02-28"), "KA-1");
    assert_string_equal(nearest(&town, "", "2021-03-01"), "KA-2");
    town.contracts[1].from = day("2021-03-02");
    assert_string_equal(nearest(&town, "", "2021-03-01"), "nobody");
}

static void a_language_need_filters_before_distance(void **state)
{
    (void)state;
    struct town town;
    char arabic[] = "ar";
    char *languages[] = {arabic};
    lay_out(&town);
    town.contracts[1].languages = languages;
    town.contracts[1].n_languages = 1;
    assert_string_equal(nearest(&town, "ar", "2021-03-01"), "KA-2");
    assert_string_equal(nearest(&town, "so", "2021-03-01"), "nobody");
}

/* ---- capacity ---- */

static void a_place_is_counted_once_through_its_whole_life(void **state)
{
    (void)state;
    struct town town;
    Vagval__V1__Reservation reservation;
    lay_out(&town);
    Vagval__V1__AreaContract *contract = &town.contracts[0];
    vv_date today = day("2021-03-01");
    vagval__v1__reservation__init(&reservation);
    vv_capacity_reserve(contract, &reservation, today);
    assert_int_equal(reservation.expires_on, day("2021-03-08"));
    assert_int_equal(contract->reserved, 1);
    assert_true(vv_capacity_confirm(contract, &reservation));
    assert_true(vv_capacity_confirm(contract, &reservation));
    assert_int_equal(contract->reserved, 0);
    assert_int_equal(contract->taken, 1);
    assert_false(vv_capacity_expire(contract, &reservation, today + 100));
    assert_true(vv_capacity_release(contract, &reservation));
    assert_false(vv_capacity_release(contract, &reservation));
    assert_int_equal(contract->taken, 0);
    assert_false(vv_capacity_confirm(contract, &reservation));
    assert_true(vv_capacity_is_sound(&town.area));
}

static void a_reservation_expires_on_its_day_and_cannot_be_confirmed_after(void **state)
{
    (void)state;
    struct town town;
    Vagval__V1__Reservation reservation;
    lay_out(&town);
    Vagval__V1__AreaContract *contract = &town.contracts[0];
    vagval__v1__reservation__init(&reservation);
    vv_capacity_reserve(contract, &reservation, day("2021-03-01"));
    assert_false(vv_capacity_expire(contract, &reservation, day("2021-03-07")));
    assert_true(vv_capacity_expire(contract, &reservation, day("2021-03-08")));
    assert_int_equal(contract->reserved, 0);
    assert_false(vv_capacity_confirm(contract, &reservation));
    assert_int_equal(contract->taken, 0);
    contract->taken = 3;
    assert_false(vv_capacity_is_sound(&town.area));
}

/* A promise that is given back frees the place; and each verdict has a word of its own. */
static void a_promise_is_given_back(void **state)
{
    (void)state;
    struct town town;
    Vagval__V1__Reservation reservation;
    lay_out(&town);
    Vagval__V1__AreaContract *contract = &town.contracts[0];
    vagval__v1__reservation__init(&reservation);
    vv_capacity_reserve(contract, &reservation, day("2021-03-01"));
    assert_true(vv_capacity_release(contract, &reservation));
    assert_int_equal(contract->reserved, 0);
    assert_int_equal(contract->taken, 0);
    assert_false(vv_capacity_confirm(contract, &reservation));
    assert_string_equal(vv_capacity_reason(VV_CAPACITY_FREE), "free");
    assert_string_equal(vv_capacity_reason(VV_CAPACITY_FULL), "full");
    assert_string_equal(vv_capacity_reason(VV_CAPACITY_NOT_OPEN), "not_open");
}

/* ---- outcomes ---- */

static enum vv_status judge(const struct fixture *fixture, const Vagval__V1__CaseOutcome *known,
                            enum vv_outcome_kind kind, const char *on)
{
    const char *text = NULL;
    return vv_outcome_judge(&fixture->entry, known, kind, day(on), day("2022-06-01"), &text);
}

static void an_outcome_starts_while_a_placement_runs_or_the_day_after(void **state)
{
    (void)state;
    struct fixture fixture;
    place(&fixture, "2021-03-01");
    assert_int_equal(judge(&fixture, NULL, VV_OUTCOME_START, "2021-02-28"), VV_REFUSED);
    assert_int_equal(judge(&fixture, NULL, VV_OUTCOME_START, "2021-03-01"), VV_OK);
    assert_int_equal(judge(&fixture, NULL, VV_OUTCOME_START, "2021-09-01"), VV_OK);
    assert_int_equal(judge(&fixture, NULL, VV_OUTCOME_START, "2021-09-02"), VV_REFUSED);
    vv_placement_close(&fixture.placement, day("2021-05-10"), (char *)"moved");
    assert_int_equal(judge(&fixture, NULL, VV_OUTCOME_START, "2021-05-11"), VV_OK);
    assert_int_equal(judge(&fixture, NULL, VV_OUTCOME_START, "2021-05-12"), VV_REFUSED);
    assert_int_equal(judge(&fixture, NULL, VV_OUTCOME_START, "2022-06-02"), VV_REFUSED);
}

static void a_confirmation_needs_a_start_that_still_holds(void **state)
{
    (void)state;
    struct fixture fixture;
    Vagval__V1__CaseOutcome known;
    place(&fixture, "2021-03-01");
    vagval__v1__case_outcome__init(&known);
    known.state = VV_OUTCOME_STARTED;
    known.start = day("2021-04-01");
    assert_int_equal(judge(&fixture, NULL, VV_OUTCOME_CONFIRM, "2021-05-01"), VV_NOT_FOUND);
    assert_int_equal(judge(&fixture, NULL, VV_OUTCOME_WITHDRAW, "2021-05-01"), VV_NOT_FOUND);
    assert_int_equal(judge(&fixture, &known, VV_OUTCOME_START, "2021-04-01"), VV_REFUSED);
    assert_int_equal(judge(&fixture, &known, VV_OUTCOME_CONFIRM, "2021-03-31"), VV_REFUSED);
    assert_int_equal(judge(&fixture, &known, VV_OUTCOME_CONFIRM, "2021-08-01"), VV_OK);
    vv_outcome_enter(&known, VV_OUTCOME_CONFIRM, day("2021-08-01"));
    vv_outcome_enter(&known, VV_OUTCOME_CONFIRM, day("2021-06-01")); /* late news: stays */
    assert_int_equal(known.confirmed_through, day("2021-08-01"));
    vv_outcome_enter(&known, VV_OUTCOME_END, day("2021-08-05"));
    assert_int_equal(judge(&fixture, &known, VV_OUTCOME_CONFIRM, "2021-08-05"), VV_OK);
    assert_int_equal(judge(&fixture, &known, VV_OUTCOME_CONFIRM, "2021-08-06"), VV_REFUSED);
    vv_outcome_enter(&known, VV_OUTCOME_WITHDRAW, day("2021-08-06"));
    assert_int_equal(judge(&fixture, &known, VV_OUTCOME_CONFIRM, "2021-08-05"), VV_REFUSED);
    assert_int_equal(judge(&fixture, &known, VV_OUTCOME_START, "2021-04-01"), VV_REFUSED);
}

static void an_outcome_is_named_by_its_source_and_lives_with_its_case(void **state)
{
    (void)state;
    struct vv_id case_id = id_of(9);
    struct vv_id one = vv_outcome_id(case_id, "load:demo", "job-1");
    assert_true(vv_id_equal(one, vv_outcome_id(case_id, "load:demo", "job-1")));
    assert_false(vv_id_equal(one, vv_outcome_id(case_id, "load:demo", "job-2")));
    assert_false(vv_id_equal(one, vv_outcome_id(case_id, "load:other", "job-1")));
    assert_int_equal(vv_id_partition(one), vv_id_partition(case_id));
}

/* ---- reports ---- */

static enum vv_status report(const struct fixture *fixture, const char *month)
{
    const Vagval__V1__CasePlacement *placement = NULL;
    const char *text = NULL;
    enum vv_status status = vv_report_judge(&fixture->entry, day(month), (struct vv_id){{0}},
                                            day("2021-12-31"), &placement, &text);
    assert_true(status != VV_OK || placement == &fixture->placement);
    return status;
}

static void a_report_needs_a_placement_in_its_month(void **state)
{
    (void)state;
    struct fixture fixture;
    place(&fixture, "2021-03-15"); /* planned end 2021-09-14 */
    assert_int_equal(report(&fixture, "2021-02-01"), VV_REFUSED);
    assert_int_equal(report(&fixture, "2021-03-01"), VV_OK);
    assert_int_equal(report(&fixture, "2021-09-01"), VV_OK);
    assert_int_equal(report(&fixture, "2021-10-01"), VV_REFUSED);
    assert_int_equal(report(&fixture, "2021-03-02"), VV_INVALID);
    assert_int_equal(report(&fixture, "2022-01-01"), VV_REFUSED);
}

static void a_report_is_late_after_the_month_that_follows(void **state)
{
    (void)state;
    assert_false(vv_report_is_late(day("2021-03-01"), day("2021-04-30")));
    assert_true(vv_report_is_late(day("2021-03-01"), day("2021-05-01")));
    assert_false(vv_report_is_late(day("2021-12-01"), day("2022-01-31")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_deadline_is_five_working_days_after_the_offer),
        cmocka_unit_test(the_choice_is_overdue_only_after_the_end_of_the_last_day),
        cmocka_unit_test(a_first_choice_is_judged_by_offer_and_deadline),
        cmocka_unit_test(choices_that_cannot_be_made),
        cmocka_unit_test(a_promise_is_given_back),
        cmocka_unit_test(a_switch_starts_after_the_first_day_and_before_the_planned_end),
        cmocka_unit_test(the_planned_end_is_the_day_before_the_same_day_six_months_on),
        cmocka_unit_test(a_placement_ends_on_a_day_that_has_come_and_was_served),
        cmocka_unit_test(the_nearest_of_a_contracts_addresses_counts),
        cmocka_unit_test(those_who_do_not_choose_go_to_the_nearest_free_contract),
        cmocka_unit_test(a_language_need_filters_before_distance),
        cmocka_unit_test(a_place_is_counted_once_through_its_whole_life),
        cmocka_unit_test(a_reservation_expires_on_its_day_and_cannot_be_confirmed_after),
        cmocka_unit_test(an_outcome_starts_while_a_placement_runs_or_the_day_after),
        cmocka_unit_test(a_confirmation_needs_a_start_that_still_holds),
        cmocka_unit_test(an_outcome_is_named_by_its_source_and_lives_with_its_case),
        cmocka_unit_test(a_report_needs_a_placement_in_its_month),
        cmocka_unit_test(a_report_is_late_after_the_month_that_follows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
