/*
 * test_contract.c: a contract is one provider's in one delivery area, under a number of its own;
 * its capacity is what its supervisors may have.
 */
#include "kit.h"

#include "../../../services/provider-registry/authorisation.h"
#include "vagval/limits.h"

static Vagval__V1__AuthoriseContract contract_of(const char *number, const char *organisation,
                                                 const struct vv_id *provider)
{
    Vagval__V1__AuthoriseContract body = VAGVAL__V1__AUTHORISE_CONTRACT__INIT;
    body.source = (char *)"test";
    body.source_ref = (char *)(uintptr_t)number;
    body.number = (char *)(uintptr_t)number;
    body.provider = bytes_of(provider);
    body.area = (char *)"umea";
    body.capacity = 10;
    body.latitude = 63.8;
    body.longitude = 20.2;
    body.from = day("2021-03-01");
    body.organisation_number = (char *)(uintptr_t)organisation;
    body.provider_name = (char *)"Exempel AB";
    return body;
}

static enum vv_status made(struct kit *kit, const Vagval__V1__AuthoriseContract *body,
                           const char **ret_field)
{
    static char field[64];
    const struct vv_harness_result *result = command(kit, VV_MSG_AUTHORISE_CONTRACT, next_id(kit),
                                                     contract_id(body->number), &body->base);
    memcpy(field, result->field, sizeof field);
    *ret_field = field;
    return result->status;
}

static void a_number_that_another_area_has_is_refused(void **state)
{
    struct kit *kit = *state;
    struct vv_id provider = vv_id_provider("202100-5489", PARTITIONS);
    Vagval__V1__AuthoriseContract body = contract_of("KA-7", "202100-5489", &provider);
    struct vv_id there = vv_id_contract(SCHEME, "vasteras", "KA-7", PARTITIONS);
    Vagval__V1__PayeeFound found = VAGVAL__V1__PAYEE_FOUND__INIT;
    const char *field = "";
    vv_harness_will_answer(kit->harness, VV_MSG_PAYEE_GET, there, VV_BUSY, NULL);
    assert_int_equal(made(kit, &body, &field), VV_BUSY);
    vv_harness_will_answer(kit->harness, VV_MSG_PAYEE_GET, there, VV_OK, &found.base);
    assert_int_equal(made(kit, &body, &field), VV_REFUSED);
    assert_string_equal(field, "number");
    vv_harness_will_answer(kit->harness, VV_MSG_PAYEE_GET, there, VV_NOT_FOUND, NULL);
    assert_int_equal(made(kit, &body, &field), VV_OK);
    /* Amended, it asks nobody. */
    vv_harness_will_answer(kit->harness, VV_MSG_PAYEE_GET, there, VV_BUSY, NULL);
    assert_int_equal(made(kit, &body, &field), VV_OK);
}

static void further_addresses_are_places_on_earth(void **state)
{
    struct kit *kit = *state;
    struct vv_id provider = vv_id_provider("202100-5489", PARTITIONS);
    Vagval__V1__AuthoriseContract body = contract_of("KA-7", "202100-5489", &provider);
    Vagval__V1__Address further = VAGVAL__V1__ADDRESS__INIT;
    Vagval__V1__Address *list[VV_FURTHER_ADDRESSES_MAX + 1];
    struct vv_id there = vv_id_contract(SCHEME, "vasteras", "KA-7", PARTITIONS);
    const char *field = "";
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        list[i] = &further;
    }
    vv_harness_will_answer(kit->harness, VV_MSG_PAYEE_GET, there, VV_NOT_FOUND, NULL);
    body.further_addresses = list;
    body.n_further_addresses = VV_FURTHER_ADDRESSES_MAX + 1;
    assert_int_equal(made(kit, &body, &field), VV_INVALID);
    assert_string_equal(field, "further_addresses");
    body.n_further_addresses = 1;
    further.latitude = -90.01;
    assert_int_equal(made(kit, &body, &field), VV_INVALID);
    further.latitude = -90;
    assert_int_equal(made(kit, &body, &field), VV_OK);
}

static void an_organisation_has_one_contract_in_an_area_at_a_time(void **state)
{
    struct kit *kit = *state;
    struct vv_id provider = vv_id_provider("202100-5489", PARTITIONS);
    Vagval__V1__AuthoriseContract first = contract_of("KA-7", "202100-5489", &provider);
    Vagval__V1__AuthoriseContract second = contract_of("KA-8", "202100-5489", &provider);
    const char *field = "";
    first.to = day("2021-06-30");
    assert_int_equal(made(kit, &first, &field), VV_OK);
    second.from = day("2021-06-30"); /* the first's last day */
    assert_int_equal(made(kit, &second, &field), VV_REFUSED);
    assert_string_equal(field, "organisation_number");
    second.from = day("2021-07-01");
    assert_int_equal(made(kit, &second, &field), VV_OK);
    /* Before it: open ends meet too. */
    Vagval__V1__AuthoriseContract third = contract_of("KA-9", "202100-5489", &provider);
    third.from = day("2021-02-01");
    assert_int_equal(made(kit, &third, &field), VV_REFUSED);
    third.to = day("2021-02-28");
    assert_int_equal(made(kit, &third, &field), VV_OK);
}

static void a_capacity_is_what_supervisors_may_have(void **state)
{
    (void)state;
    const struct vv_authorisation rules = {.caseload_max = 50};
    const struct vv_authorisation none = {.caseload_max = 0};
    /* 1.2 x 50 = 60; 0.01 x 50 = 0.5. */
    assert_true(vv_authorisation_has_room(&rules, 60, 120));
    assert_false(vv_authorisation_has_room(&rules, 61, 120));
    assert_false(vv_authorisation_has_room(&rules, 1, 1));
    assert_true(vv_authorisation_has_room(&rules, 1, 2));
    assert_true(vv_authorisation_has_room(&none, 100000, 1));
    assert_true(vv_authorisation_has_room(NULL, 100000, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_number_that_another_area_has_is_refused, kit_setup,
                                        kit_teardown),
        cmocka_unit_test_setup_teardown(further_addresses_are_places_on_earth, kit_setup,
                                        kit_teardown),
        cmocka_unit_test_setup_teardown(an_organisation_has_one_contract_in_an_area_at_a_time,
                                        kit_setup, kit_teardown),
        cmocka_unit_test(a_capacity_is_what_supervisors_may_have),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
