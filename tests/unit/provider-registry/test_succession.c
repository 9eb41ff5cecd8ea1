/*
 * test_succession.c: an area takes placements from its first to its last day (rules 19). Areas of
 * the tests' KROM are closed and opened by a further version, published for the purpose.
 */
#include "kit.h"

#include <stdio.h>

/* Publishes KROM again, with dates for the area Umeå. */
static void limit_umea(struct kit *kit, const char *dates)
{
    static char yaml[65536];
    static char changed[65536];
    static const char mark[] = "  - code: umea\n";
    FILE *file = fopen("deploy/schemes/se-krom.yaml", "rb");
    assert_non_null(file);
    size_t len = fread(yaml, 1, sizeof yaml - 1, file);
    assert_int_equal(fclose(file), 0);
    yaml[len] = '\0';
    char *at = strstr(yaml, mark);
    assert_non_null(at);
    int size = snprintf(changed, sizeof changed, "%.*s%s%s%s", (int)(at - yaml), yaml, mark, dates,
                        at + strlen(mark));
    assert_true(size > 0 && (size_t)size < sizeof changed);
    vv_harness_publish_bytes(kit->harness, "se-krom.yaml", changed, (size_t)size,
                             "deploy/models/ams-2018.yaml");
}

/* One choice on the day, carried to its end. */
static enum vv_case_state state_after_a_choice(struct kit *kit, uint8_t who, const char *on)
{
    struct vv_id case_id = person_case(who);
    today(kit, on);
    level(kit, next_id(kit), case_id, "B", on, on);
    assert_int_equal(choose(kit, case_id, "KA-1", on)->status, VV_OK);
    carry(kit);
    return (enum vv_case_state)case_of(kit, case_id)->state;
}

static void no_placement_after_the_last_day(void **state)
{
    struct kit *kit = *state;
    limit_umea(kit, "    to: 2021-02-10\n");
    assert_int_equal(state_after_a_choice(kit, 1, "2021-02-10"), VV_CASE_PLACED);
    assert_int_equal(state_after_a_choice(kit, 2, "2021-02-11"), VV_CASE_OFFERED);
    Vagval__V1__ChoiceFailed *event =
        (Vagval__V1__ChoiceFailed *)last_emitted(kit, VV_MSG_CHOICE_FAILED);
    assert_non_null(event);
    assert_string_equal(event->reason, "area_closed");
    protobuf_c_message_free_unpacked(&event->base, NULL);
    assert_int_equal(capacity_of(kit, "KA-1")->taken, 1);
    assert_int_equal(capacity_of(kit, "KA-1")->reserved, 0);
    assert_verifies(kit);
}

static void no_placement_before_the_first_day(void **state)
{
    struct kit *kit = *state;
    limit_umea(kit, "    from: 2021-02-11\n");
    assert_int_equal(state_after_a_choice(kit, 1, "2021-02-10"), VV_CASE_OFFERED);
    assert_int_equal(state_after_a_choice(kit, 2, "2021-02-11"), VV_CASE_PLACED);
    assert_verifies(kit);
}

int main(void)
{
#define KIT_TEST(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        KIT_TEST(no_placement_after_the_last_day),
        KIT_TEST(no_placement_before_the_first_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
