/*
 * test_assess.c: levels of hand-scored people, the cut-offs, and the data contract.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../services/assessment/assess.h"
#include "vagval/limits.h"

struct world {
    struct vv_scheme *scheme;
    struct vv_model *model;
};

static size_t read_file(const char *path, char *bytes)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t len = fread(bytes, 1, VV_YAML_BYTES_MAX, file);
    fclose(file);
    return len;
}

static int set_up(void **state)
{
    static struct world world;
    static char bytes[VV_YAML_BYTES_MAX];
    struct vv_error error = {0};
    size_t len = read_file("deploy/schemes/se-krom.yaml", bytes);
    if (vv_scheme_parse("se-krom.yaml", bytes, len, &world.scheme, &error) != VV_OK) {
        fail_msg("%s:%u %s", error.where, error.line, error.text);
    }
    len = read_file("deploy/models/ams-2018.yaml", bytes);
    if (vv_model_parse("ams-2018.yaml", bytes, len, &world.model, &error) != VV_OK) {
        fail_msg("%s:%u %s", error.where, error.line, error.text);
    }
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    vv_scheme_destroy(&world->scheme);
    vv_model_destroy(&world->model);
    return 0;
}

/* Everybody at the base values. */
static const struct vv_named_value base[] = {
    {"sex", "male"},
    {"age_group", "under_30"},
    {"citizenship", "national"},
    {"education", "compulsory"},
    {"care_duties", "none"},
    {"region_type", "type_1"},
    {"health_impairment", "none"},
    {"occupation_group", "service"},
    {"employment_4_years", "at_least_75_percent"},
    {"case_intervals", "none"},
    {"long_case", "none"},
    {"measures", "none"},
};
#define COUNT (sizeof base / sizeof base[0])

static void with(struct vv_named_value *values, const char *name, const char *value)
{
    for (size_t i = 0; i < COUNT; i++) {
        if (strcmp(values[i].name, name) == 0) {
            values[i].value = value;
            return;
        }
    }
    fail_msg("no feature %s", name);
}

static const char *level_of(struct world *world, const struct vv_named_value *values,
                            int64_t expected)
{
    struct vv_snapshot snapshot;
    const char *feature = NULL;
    assert_int_equal(vv_assess_encode(world->model, values, COUNT, &snapshot, &feature),
                     VV_QUARANTINE_NONE);
    int64_t logit = 0;
    const struct vv_level *level = vv_assess(world->model, world->scheme, &snapshot, &logit);
    assert_non_null(level);
    assert_int_equal(logit, expected);
    return level->code;
}

/* Logits by hand from the published coefficients; levels by the scheme's cut-offs: far below
 * -2.000000, C below -0.900000, B below -0.100000, A below 1.200000, near from there on. */
static void hand_scored_people(void **state)
{
    struct world *world = *state;
    struct vv_named_value values[COUNT];
    memcpy(values, base, sizeof base);
    assert_string_equal(level_of(world, values, 100000), "A"); /* the intercept alone, 52.5 % */
    /* Woman, 30-49, EU citizen, care duties: 0.10-0.14-0.13+0.16-0.15 = -0.16. */
    with(values, "sex", "female");
    with(values, "age_group", "30_49");
    with(values, "citizenship", "eu");
    with(values, "care_duties", "care");
    assert_string_equal(level_of(world, values, -160000), "B");
    /* Care duties count for women only: a man in her place 0.10-0.13+0.16 = 0.13. */
    with(values, "sex", "male");
    assert_string_equal(level_of(world, values, 130000), "A");
    /* Man, 50+, impaired health: 0.10-0.70-0.67 = -1.27. */
    memcpy(values, base, sizeof base);
    with(values, "age_group", "50_plus");
    with(values, "health_impairment", "impaired");
    assert_string_equal(level_of(world, values, -1270000), "C");
    /* And little employment, a long case, region type 4: -1.27-0.74-0.80-0.83 = -3.64. */
    with(values, "employment_4_years", "under_75_percent");
    with(values, "long_case", "at_least_180_days");
    with(values, "region_type", "type_4");
    assert_string_equal(level_of(world, values, -3640000), "far");
    /* Three or more case intervals: 0.10+1.98 = 2.08. */
    memcpy(values, base, sizeof base);
    with(values, "case_intervals", "three_or_more");
    assert_string_equal(level_of(world, values, 2080000), "near");
}

static void features_of_other_readers_are_ignored(void **state)
{
    struct world *world = *state;
    struct vv_named_value values[COUNT + 2];
    values[0] = (struct vv_named_value){"immigrant", "no"};
    memcpy(values + 1, base, sizeof base);
    values[COUNT + 1] = (struct vv_named_value){"shoe_size", "44"};
    struct vv_snapshot snapshot;
    const char *feature = NULL;
    assert_int_equal(vv_assess_encode(world->model, values, COUNT + 2, &snapshot, &feature),
                     VV_QUARANTINE_NONE);
    assert_int_equal(vv_model_score(world->model, &snapshot), 100000);
}

static void the_data_contract_names_the_feature(void **state)
{
    struct world *world = *state;
    struct vv_snapshot snapshot = {{77}};
    const char *feature = NULL;
    for (size_t missing = 0; missing < COUNT; missing++) {
        struct vv_named_value values[COUNT];
        memcpy(values, base, sizeof base);
        values[missing].name = "not_a_feature";
        assert_int_equal(vv_assess_encode(world->model, values, COUNT, &snapshot, &feature),
                         VV_QUARANTINE_MISSING);
        assert_string_equal(feature, base[missing].name);
        memcpy(values, base, sizeof base);
        values[missing].value = "Anna";
        assert_int_equal(vv_assess_encode(world->model, values, COUNT, &snapshot, &feature),
                         VV_QUARANTINE_DOMAIN);
        assert_string_equal(feature, base[missing].name);
    }
    assert_int_equal(vv_assess_encode(world->model, NULL, 0, &snapshot, &feature),
                     VV_QUARANTINE_MISSING);
    assert_int_equal(snapshot.value[0], 77);
}

static void a_scheme_without_levels_gives_none(void **state)
{
    struct world *world = *state;
    struct vv_scheme empty = {.levels = NULL, .level_count = 0};
    struct vv_snapshot snapshot = {{0}};
    int64_t logit = 4711;
    assert_null(vv_assess(world->model, &empty, &snapshot, &logit));
    assert_int_equal(logit, 4711);
}

static void every_quarantine_has_words(void **state)
{
    (void)state;
    assert_string_equal(vv_quarantine_code(VV_QUARANTINE_NONE), "");
    for (int reason = VV_QUARANTINE_MISSING; reason <= VV_QUARANTINE_MODEL; reason++) {
        assert_true(vv_quarantine_code((enum vv_quarantine)reason)[0] != '\0');
        assert_true(vv_quarantine_text_en((enum vv_quarantine)reason)[0] != '\0');
        assert_true(vv_quarantine_text_sv((enum vv_quarantine)reason)[0] != '\0');
    }
    assert_string_equal(vv_quarantine_code((enum vv_quarantine)99), "snapshot.missing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hand_scored_people),
        cmocka_unit_test(features_of_other_readers_are_ignored),
        cmocka_unit_test(the_data_contract_names_the_feature),
        cmocka_unit_test(a_scheme_without_levels_gives_none),
        cmocka_unit_test(every_quarantine_has_words),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
