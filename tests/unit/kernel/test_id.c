/*
 * test_id.c: ids are derived the same for ever, keep their partition, and read back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "vagval/id.h"
#include "vagval/limits.h"

static void assert_id(struct vv_id id, const char *expected)
{
    char text[VV_ID_TEXT_BYTES];
    vv_id_format(id, text);
    assert_string_equal(text, expected);
}

/* The expected ids come from Python's hashlib.blake2b(digest_size=16) over the parts, each preceded
 * by its length as 8 bytes big-endian, with UUID version 8 and variant 10 written in. They stand in
 * stored data: a change here orphans every case of a running region. */
static void derived_ids_never_change(void **state)
{
    (void)state;
    struct vv_id fact = vv_id_fact("load:af", "seeker", "S-1");
    assert_id(fact, "8a32e7cb9b8c8bf2947f217400519605");
    assert_id(vv_id_step(fact, 1), "b23d14fa7fd28d8dace10f4926698d04");
    /* Last four bytes mod 256: 0xa7 = 167 and 0xea = 234; they become the first two bytes. */
    assert_id(vv_id_area("se-krom", "umea", 256), "00a768207afc8126b8033e09024685a7");
    assert_id(vv_id_contract("se-krom", "umea", "KA-1", 256), "00a7ded73502871bb5b7e36585a777c0");
    assert_id(vv_id_provider("556016-0680", 256), "00ea658e95858b67b6da3ca273a096ea");
}

static void parts_do_not_run_together(void **state)
{
    (void)state;
    assert_false(vv_id_equal(vv_id_fact("ab", "c", "d"), vv_id_fact("a", "bc", "d")));
    assert_false(vv_id_equal(vv_id_fact("a", "b", "cd"), vv_id_fact("a", "bc", "d")));
    struct vv_id parent = vv_id_fact("s", "k", "r");
    assert_false(vv_id_equal(vv_id_step(parent, 1), vv_id_step(parent, 2)));
    assert_false(vv_id_equal(vv_id_step(parent, 1), vv_id_step(parent, 256)));
}

static void homes_stay_together(void **state)
{
    (void)state;
    for (uint16_t partitions = 1; partitions <= VV_PARTITIONS_MAX;
         partitions = (uint16_t)(partitions * 2)) {
        for (int i = 0; i < 50; i++) {
            char number[16];
            snprintf(number, sizeof number, "KA-%06d", i);
            struct vv_id area = vv_id_area("se-krom", "umea", partitions);
            struct vv_id contract = vv_id_contract("se-krom", "umea", number, partitions);
            assert_int_equal(vv_id_partition(contract), vv_id_partition(area));
            assert_true(vv_id_partition(contract) < partitions);
            assert_true(vv_id_partition(vv_id_provider(number, partitions)) < partitions);
        }
    }
}

static void a_case_lives_where_its_person_lives(void **state)
{
    (void)state;
    uint8_t entropy[16];
    memset(entropy, 0xFF, sizeof entropy);
    struct vv_id person = vv_id_person(0x0123, entropy);
    /* Version nibble 8 in byte 6, variant 10 in byte 8: 0xFF -> 0x8F and 0xBF. */
    assert_id(person, "0123ffffffff8fffbfffffffffffffff");
    struct vv_id first = vv_id_case(person, "se-krom", 1);
    assert_int_equal(vv_id_partition(first), 0x0123);
    assert_int_equal(first.bytes[6] >> 4, 8);
    assert_int_equal(first.bytes[8] >> 6, 2);
    assert_false(vv_id_equal(first, vv_id_case(person, "se-krom", 2)));
    assert_false(vv_id_equal(first, vv_id_case(person, "se-stom", 1)));
}

static void time_ids_sort_by_time(void **state)
{
    (void)state;
    uint8_t entropy[16] = {0};
    /* 0x0179_0000_0000 ms; version 7, variant 10. */
    assert_id(vv_id_time(INT64_C(0x017900000000), entropy), "01790000000070008000000000000000");
    struct vv_id earlier = vv_id_time(1000, entropy);
    struct vv_id later = vv_id_time(1001, entropy);
    assert_true(memcmp(&earlier, &later, sizeof earlier) < 0);
}

static void only_ids_parse(void **state)
{
    (void)state;
    struct vv_id id = {{0}};
    assert_int_equal(vv_id_parse("8A32E7CB9B8C8BF2947F217400519605", &id), VV_OK);
    assert_id(id, "8a32e7cb9b8c8bf2947f217400519605");
    assert_int_equal(vv_id_parse("8a32e7cb-9b8c-8bf2-947f-217400519605", &id), VV_OK);
    assert_id(id, "8a32e7cb9b8c8bf2947f217400519605");
    static const char *const bad[] = {"",
                                      "8a32e7cb9b8c8bf2947f21740051960",
                                      "8a32e7cb9b8c8bf2947f2174005196055",
                                      "8a32e7cb9b8c8bf2947f21740051960g",
                                      "8a32e7cb9-b8c-8bf2-947f-217400519605",
                                      "8a32e7cb-9b8c-8bf2-947f-2174005196--",
                                      "8a32e7cb 9b8c 8bf2 947f 217400519605"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(vv_id_parse(bad[i], &id), VV_INVALID);
    }
    assert_id(id, "8a32e7cb9b8c8bf2947f217400519605"); /* untouched on failure */
    uint8_t bytes[17] = {1};
    assert_int_equal(vv_id_from_bytes(bytes, 15, &id), VV_INVALID);
    assert_int_equal(vv_id_from_bytes(bytes, 17, &id), VV_INVALID);
    assert_int_equal(vv_id_from_bytes(NULL, 0, &id), VV_INVALID);
    assert_int_equal(vv_id_from_bytes(bytes, 16, &id), VV_OK);
    assert_int_equal(id.bytes[0], 1);
}

static void nil_is_only_zeros(void **state)
{
    (void)state;
    struct vv_id id = {{0}};
    assert_true(vv_id_is_nil(id));
    id.bytes[15] = 1;
    assert_false(vv_id_is_nil(id));
}

static void an_error_is_cut_to_its_room(void **state)
{
    (void)state;
    char long_text[600];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    struct vv_error error;
    assert_int_equal(vv_fail(&error, VV_INVALID, long_text, NULL, 7, "%s %d", long_text, 3),
                     VV_INVALID);
    assert_int_equal(strlen(error.where), sizeof error.where - 1);
    assert_int_equal(strlen(error.text), sizeof error.text - 1);
    assert_string_equal(error.field, "");
    assert_int_equal(error.line, 7);
    assert_int_equal(vv_fail(NULL, VV_BUSY, "w", "f", 0, "text"), VV_BUSY);
    for (int status = 0; status <= VV_DRAINING; status++) {
        assert_string_not_equal(vv_status_name((enum vv_status)status), "unknown-status");
    }
    assert_string_equal(vv_status_name((enum vv_status)99), "unknown-status");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(derived_ids_never_change),
        cmocka_unit_test(parts_do_not_run_together),
        cmocka_unit_test(homes_stay_together),
        cmocka_unit_test(a_case_lives_where_its_person_lives),
        cmocka_unit_test(time_ids_sort_by_time),
        cmocka_unit_test(only_ids_parse),
        cmocka_unit_test(nil_is_only_zeros),
        cmocka_unit_test(an_error_is_cut_to_its_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
