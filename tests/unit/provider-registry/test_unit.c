/*
 * test_unit.c: units that a provider delivered: recorded on a case, approved with a document,
 * replaced by name; each is an event that payment stores.
 */
#include "kit.h"

static uint8_t document[32] = {0xD0};

static const struct vv_harness_result *unit(struct kit *kit, struct vv_id id, struct vv_id case_id,
                                            const char *on, int64_t hundredths, bool approved,
                                            struct vv_id supersedes)
{
    Vagval__V1__RecordUnit body = VAGVAL__V1__RECORD_UNIT__INIT;
    body.source = (char *)"test";
    body.source_ref = (char *)"unit";
    body.case_id = bytes_of(&case_id);
    body.unit = (char *)"course-place";
    body.quantity_hundredths = hundredths;
    body.on = day(on);
    body.approved = approved;
    if (approved) {
        body.evidence = (ProtobufCBinaryData){sizeof document, document};
    }
    if (!vv_id_is_nil(supersedes)) {
        body.supersedes = bytes_of(&supersedes);
    }
    return command(kit, VV_MSG_RECORD_UNIT, id, case_id, &body.base);
}

static void a_unit_is_an_event_that_payment_stores(void **state)
{
    struct kit *kit = *state;
    pay_units(kit);
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    uint32_t before = case_of(kit, case_id)->payment_events_count;
    today(kit, "2021-03-10");
    struct vv_id id = next_id(kit);
    assert_int_equal(unit(kit, id, case_id, "2021-03-10", 150, true, NIL)->status, VV_OK);
    assert_true(unit(kit, id, case_id, "2021-03-10", 150, true, NIL)->repeated);
    assert_int_equal(emitted(kit, VV_MSG_UNIT_RECORDED), 1);
    Vagval__V1__UnitRecorded *event =
        (Vagval__V1__UnitRecorded *)last_emitted(kit, VV_MSG_UNIT_RECORDED);
    assert_string_equal(event->unit, "course-place");
    assert_int_equal(event->quantity_hundredths, 150);
    assert_true(event->approved);
    assert_int_equal(event->evidence.len, 32);
    protobuf_c_message_free_unpacked(&event->base, NULL);
    assert_int_equal(case_of(kit, case_id)->payment_events_count, before + 1);
    assert_verifies(kit);
}

static void a_unit_needs_somebody_who_delivered_a_document_and_a_day_that_has_come(void **state)
{
    struct kit *kit = *state;
    pay_units(kit);
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    today(kit, "2021-03-10");
    assert_int_equal(unit(kit, next_id(kit), case_id, "2021-03-11", 100, true, NIL)->status,
                     VV_REFUSED);
    assert_int_equal(unit(kit, next_id(kit), case_id, "2021-03-10", 0, true, NIL)->status,
                     VV_INVALID);
    assert_int_equal(unit(kit, next_id(kit), case_id, "2021-03-10", 10000001, true, NIL)->status,
                     VV_INVALID);
    Vagval__V1__RecordUnit body = VAGVAL__V1__RECORD_UNIT__INIT;
    body.source = (char *)"test";
    body.source_ref = (char *)"unit";
    body.case_id = bytes_of(&case_id);
    body.unit = (char *)"course-place";
    body.quantity_hundredths = 100;
    body.on = day("2021-03-10");
    body.approved = true;
    const struct vv_harness_result *result =
        command(kit, VV_MSG_RECORD_UNIT, next_id(kit), case_id, &body.base);
    assert_int_equal(result->status, VV_INVALID);
    assert_string_equal(result->field, "evidence");
    struct vv_id stranger = contract_id("KA-2");
    body.evidence = (ProtobufCBinaryData){sizeof document, document};
    body.contract = bytes_of(&stranger);
    assert_int_equal(command(kit, VV_MSG_RECORD_UNIT, next_id(kit), case_id, &body.base)->status,
                     VV_REFUSED);
    struct vv_id own = contract_id("KA-1");
    body.contract = bytes_of(&own);
    body.unit = (char *)"course-plaice";
    result = command(kit, VV_MSG_RECORD_UNIT, next_id(kit), case_id, &body.base);
    assert_int_equal(result->status, VV_INVALID);
    assert_string_equal(result->field, "unit");
    assert_string_equal(result->text, "is none of the units that se-krom pays: course-place");
    body.unit = (char *)"Anna Andersson";
    assert_int_equal(command(kit, VV_MSG_RECORD_UNIT, next_id(kit), case_id, &body.base)->status,
                     VV_INVALID);
    assert_int_equal(emitted(kit, VV_MSG_UNIT_RECORDED), 0);
}

static void a_unit_is_replaced_by_name_and_once(void **state)
{
    struct kit *kit = *state;
    pay_units(kit);
    struct vv_id case_id = placed_case(kit, 1, "KA-1");
    today(kit, "2021-03-10");
    struct vv_id first = next_id(kit);
    assert_int_equal(unit(kit, next_id(kit), case_id, "2021-03-10", 100, false, first)->status,
                     VV_NOT_FOUND);
    assert_int_equal(unit(kit, first, case_id, "2021-03-10", 100, true, NIL)->status, VV_OK);
    struct vv_id second = next_id(kit);
    assert_int_equal(unit(kit, second, case_id, "2021-03-10", 100, false, first)->status, VV_OK);
    Vagval__V1__UnitRecorded *event =
        (Vagval__V1__UnitRecorded *)last_emitted(kit, VV_MSG_UNIT_RECORDED);
    assert_int_equal(event->supersedes.len, 16);
    assert_false(event->approved);
    protobuf_c_message_free_unpacked(&event->base, NULL);
    assert_int_equal(unit(kit, next_id(kit), case_id, "2021-03-10", 100, true, first)->status,
                     VV_REFUSED);
    assert_int_equal(unit(kit, next_id(kit), case_id, "2021-03-10", 100, true, second)->status,
                     VV_OK);
    assert_verifies(kit);
}

int main(void)
{
#define KIT_TEST(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        KIT_TEST(a_unit_is_an_event_that_payment_stores),
        KIT_TEST(a_unit_needs_somebody_who_delivered_a_document_and_a_day_that_has_come),
        KIT_TEST(a_unit_is_replaced_by_name_and_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
