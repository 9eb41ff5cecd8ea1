/*
 * test_krom.c: the shipped scheme deploy/schemes/se-krom.yaml: what is public stands in it as it
 * was, what is not is marked as an example.
 */
#include "yaml_cases.h"

#include "vagval/scheme.h"

static vv_date day(const char *text)
{
    vv_date date = 0;
    assert_int_equal(vv_date_parse(text, &date), VV_OK);
    return date;
}

static struct vv_scheme *krom(void)
{
    size_t len = 0;
    char *yaml = yaml_read("deploy/schemes/se-krom.yaml", &len);
    struct vv_scheme *scheme = NULL;
    struct vv_error error = {.line = 0};
    enum vv_status status = vv_scheme_parse("se-krom.yaml", yaml, len, &scheme, &error);
    free(yaml);
    if (status != VV_OK) {
        print_error("%u %s: %s\n", error.line, error.field, error.text);
    }
    assert_int_equal(status, VV_OK);
    return scheme;
}

static void test_areas(void **state)
{
    (void)state;
    static const struct {
        const char *area;
        size_t municipalities;
        const char *one;
    } rows[] = {{"umea", 6, "2460"},      {"vasteras", 7, "1980"},   {"trollhattan", 9, "1485"},
                {"lidkoping", 3, "1470"}, {"oskarshamn", 3, "0861"}, {"blekinge", 4, "1081"}};
    struct vv_scheme *scheme = krom();
    assert_int_equal(scheme->area_count, 6);
    for (size_t i = 0; i < 6; i++) {
        const struct vv_area *area = &scheme->areas[i];
        assert_string_equal(area->code, rows[i].area);
        assert_int_equal(area->municipality_count, rows[i].municipalities);
        assert_ptr_equal(vv_scheme_area_of(scheme, rows[i].one), area);
        for (size_t m = 0; m < area->municipality_count; m++) {
            assert_ptr_equal(vv_scheme_area_of(scheme, area->municipalities[m]), area);
        }
    }
    vv_scheme_destroy(&scheme);
}

static enum vv_truth in_target_group(const struct vv_scheme *scheme, const char *status,
                                     const char *municipality, const char **ret_code)
{
    const struct vv_field_value values[] = {{"status", status}, {"municipality", municipality}};
    const struct vv_criterion *reasons[4];
    size_t count = 0;
    enum vv_truth answer =
        vv_criterion_evaluate(scheme->target_group, values, 2, reasons, 4, &count);
    assert_in_range(count, 1, 2);
    assert_true(strlen(reasons[0]->text_en) > 0 && strlen(reasons[0]->text_sv) > 0);
    *ret_code = reasons[0]->code;
    return answer;
}

static void test_target_group(void **state)
{
    (void)state;
    struct vv_scheme *scheme = krom();
    const char *code = NULL;
    for (size_t a = 0; a < scheme->area_count; a++) {
        for (size_t m = 0; m < scheme->areas[a].municipality_count; m++) {
            assert_int_equal(
                in_target_group(scheme, "unemployed", scheme->areas[a].municipalities[m], &code),
                VV_YES);
        }
    }
    assert_int_equal(in_target_group(scheme, "unemployed", "0180", &code), VV_NO);
    assert_string_equal(code, "municipality.pilot");
    assert_int_equal(in_target_group(scheme, "employed", "2480", &code), VV_NO);
    assert_string_equal(code, "status.job_seeker");
    assert_int_equal(in_target_group(scheme, NULL, "2480", &code), VV_MISSING);
    assert_string_equal(code, "status.job_seeker");
    vv_scheme_destroy(&scheme);
}

static void test_rules(void **state)
{
    (void)state;
    struct vv_scheme *scheme = krom();
    assert_int_equal(scheme->from, day("2020-03-16"));
    assert_int_equal(scheme->to, VV_DATE_NONE);
    assert_string_equal(scheme->model, "ams-2018");
    assert_int_equal(scheme->choice_working_days, 5);
    assert_int_equal(scheme->service_months, 6);
    assert_int_equal(scheme->service_months_max, 12);
    assert_true(scheme->back_heavy);
    static const char *const levels[] = {"far", "C", "B", "A", "near"};
    assert_int_equal(scheme->level_count, 5);
    for (size_t i = 0; i < scheme->level_count; i++) {
        assert_string_equal(scheme->levels[i].code, levels[i]);
        assert_int_equal(scheme->levels[i].referred, i > 0 && i < 4);
        assert_int_equal(scheme->levels[i].example, i < 4);
    }
    assert_false(vv_scheme_component(scheme, "base")->pay_if_report);
    const struct vv_component *premium = vv_scheme_component(scheme, "premium");
    assert_true(premium->on_job && premium->on_study);
    assert_false(premium->clock_contract || premium->requires_result);
    const struct vv_component *result = vv_scheme_component(scheme, "result");
    assert_true(result->on_job && result->on_study);
    assert_int_equal(result->milestone_months, 4);
    assert_int_equal(result->max_gap_days, 0);
    vv_scheme_destroy(&scheme);
}

/* Result amounts follow the published weights 203 : 277 : 380; every amount says it is an example.
 */
static void test_prices(void **state)
{
    (void)state;
    static const struct {
        const char *level;
        vv_money proportion;
    } weights[] = {{"A", 203}, {"B", 277}, {"C", 380}};
    struct vv_scheme *scheme = krom();
    const struct vv_component *result = vv_scheme_component(scheme, "result");
    for (size_t i = 0; i < 3; i++) {
        for (size_t a = 0; a < scheme->area_count; a++) {
            vv_money amount = 0;
            const struct vv_price *price = NULL;
            assert_int_equal(vv_scheme_price(scheme, result, weights[i].level,
                                             scheme->areas[a].code, day("2021-01-01"), &amount,
                                             &price),
                             VV_OK);
            assert_int_equal(amount, weights[i].proportion * 100 * scheme->areas[a].factor_percent);
        }
    }
    for (size_t c = 0; c < scheme->component_count; c++) {
        for (size_t p = 0; p < scheme->components[c].price_count; p++) {
            assert_true(scheme->components[c].prices[p].example);
            assert_non_null(strstr(scheme->components[c].prices[p].note, "Example"));
        }
    }
    vv_scheme_destroy(&scheme);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_areas),
        cmocka_unit_test(test_target_group),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_prices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
