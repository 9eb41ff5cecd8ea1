/*
 * test_model.c: the assessment model reads exactly, scores to the published check values, and
 * refuses input outside its domains and files that are wrong.
 */
#include "yaml_cases.h"

#include <math.h>

#include "vagval/model.h"

static const char good[] =
    "name: m-1\n"                                                             /* 1 */
    "source: test\n"                                                          /* 2 */
    "status: synthetic\n"                                                     /* 3 */
    "intercept: \"0.10\"\n"                                                   /* 4 */
    "features:\n"                                                             /* 5 */
    "  - name: sex\n"                                                         /* 6 */
    "    text: {en: Sex, sv: Kön}\n"                                          /* 7 */
    "    base: male\n"                                                        /* 8 */
    "    values:\n"                                                           /* 9 */
    "      - {value: female, coefficient: \"-0.14\", text: {en: W, sv: K}}\n" /* 10 */
    "  - name: care\n"                                                        /* 11 */
    "    text: {en: Care, sv: Omsorg}\n"                                      /* 12 */
    "    base: no\n"                                                          /* 13 */
    "    values:\n"                                                           /* 14 */
    "      - value: a\n"                                                      /* 15 */
    "        coefficient: \"-0.15\"\n"                                        /* 16 */
    "        only_if: {feature: sex, value: female}\n"                        /* 17 */
    "        text: {en: C, sv: O}\n"                                          /* 18 */
    "      - {value: b, coefficient: \"1.000001\", text: {en: D, sv: P}}\n";  /* 19 */

static struct vv_model *parsed(const char *yaml, size_t len)
{
    struct vv_model *model = NULL;
    struct vv_error error = {.line = 0};
    enum vv_status status = vv_model_parse("m.yaml", yaml, len, &model, &error);
    if (status != VV_OK) {
        print_error("%s:%u %s: %s\n", error.where, error.line, error.field, error.text);
    }
    assert_int_equal(status, VV_OK);
    return model;
}

static struct vv_model *ams(void)
{
    size_t len = 0;
    char *yaml = yaml_read("deploy/models/ams-2018.yaml", &len);
    struct vv_model *model = parsed(yaml, len);
    free(yaml);
    return model;
}

/* The base person, then up to four other values. */
struct person {
    struct vv_named_value other[4];
};

static struct vv_snapshot snapshot_of(const struct vv_model *model, const struct person *person)
{
    struct vv_named_value values[VV_MODEL_TERMS_MAX];
    for (size_t f = 0; f < model->feature_count; f++) {
        values[f] = (struct vv_named_value){model->features[f].name, model->features[f].values[0]};
        for (size_t i = 0; i < 4 && person->other[i].name != NULL; i++) {
            if (strcmp(values[f].name, person->other[i].name) == 0) {
                values[f].value = person->other[i].value;
            }
        }
    }
    struct vv_snapshot snapshot;
    struct vv_error error = {.line = 0};
    assert_int_equal(vv_model_encode(model, values, model->feature_count, &snapshot, &error),
                     VV_OK);
    return snapshot;
}

/* The published coefficients' check values, to six decimals. */
static void test_check_values(void **state)
{
    (void)state;
    static const struct {
        struct person person;
        int64_t logit;
        const char *probability;
    } rows[] = {
        {{{{NULL, NULL}}}, 100000, "0.524979"},
        {{{{"sex", "female"}}}, -40000, "0.490001"},
        {{{{"age_group", "50_plus"}}}, -600000, "0.354344"},
        {{{{"sex", "female"},
           {"age_group", "30_49"},
           {"citizenship", "eu"},
           {"care_duties", "care"}}},
         -160000,
         "0.460085"},
        /* Care duties count for women only. */
        {{{{"care_duties", "care"}}}, 100000, "0.524979"},
        /* Every other coefficient once: 0.10 - 0.05 + 0.28 - 0.34 = -0.01, and so on. */
        {{{{"citizenship", "third_country"},
           {"education", "vocational"},
           {"region_type", "type_2"}}},
         -10000,
         "0.497500"},
        {{{{"education", "upper_secondary"},
           {"region_type", "type_3"},
           {"health_impairment", "impaired"}}},
         -740000,
         "0.323004"},
        {{{{"occupation_group", "production"},
           {"region_type", "type_4"},
           {"case_intervals", "one"}}},
         90000,
         "0.522485"},
        {{{{"employment_4_years", "under_75_percent"},
           {"region_type", "type_5"},
           {"case_intervals", "two"}}},
         -270000,
         "0.432907"},
        {{{{"long_case", "at_least_180_days"},
           {"measures", "supportive"},
           {"case_intervals", "three_or_more"}}},
         710000,
         "0.670401"},
        {{{{"measures", "qualifying"}}}, -110000, "0.472528"},
        {{{{"measures", "employment_promotion"}}}, -330000, "0.418241"},
    };
    struct vv_model *model = ams();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct vv_snapshot snapshot = snapshot_of(model, &rows[i].person);
        int64_t logit = vv_model_score(model, &snapshot);
        assert_int_equal(logit, rows[i].logit);
        char text[32];
        snprintf(text, sizeof(text), "%.6f", vv_model_probability(logit));
        assert_string_equal(text, rows[i].probability);
    }
    vv_model_destroy(&model);
}

static void test_ams_file(void **state)
{
    (void)state;
    struct vv_model *model = ams();
    assert_string_equal(model->name, "ams-2018");
    assert_false(model->synthetic);
    assert_int_equal(model->intercept, 100000);
    assert_int_equal(model->feature_count, 12);
    assert_int_equal(model->term_count, 22);
    for (size_t t = 0; t < model->term_count; t++) {
        bool care = strcmp(model->terms[t].feature, "care_duties") == 0;
        assert_int_equal(model->terms[t].only_if_feature != NULL, care);
    }
    vv_model_destroy(&model);
    assert_null(model);
    vv_model_destroy(&model);
}

/* A score is the intercept and exactly the terms that explain it: every combination of a model
 * with conditions. */
static void test_explain_adds_up(void **state)
{
    (void)state;
    struct vv_model *model = parsed(good, sizeof(good) - 1);
    assert_true(model->synthetic);
    static const int64_t expected[2][3] = {{100000, 100000, 1100001}, {-40000, -190000, 960001}};
    for (int16_t sex = 0; sex < 2; sex++) {
        for (int16_t care = 0; care < 3; care++) {
            struct vv_snapshot snapshot = {.value = {sex, care}};
            const struct vv_term *terms[VV_MODEL_TERMS_MAX];
            size_t count = vv_model_explain(model, &snapshot, terms);
            int64_t sum = model->intercept;
            for (size_t i = 0; i < count; i++) {
                sum += terms[i]->coefficient;
            }
            assert_int_equal(vv_model_score(model, &snapshot), expected[sex][care]);
            assert_int_equal(sum, expected[sex][care]);
        }
    }
    struct vv_snapshot both = {.value = {1, 1}};
    const struct vv_term *terms[VV_MODEL_TERMS_MAX];
    assert_int_equal(vv_model_explain(model, &both, terms), 2);
    assert_string_equal(terms[0]->text_sv, "K");
    assert_string_equal(terms[1]->text_sv, "O");
    /* A missing feature adds nothing. */
    struct vv_snapshot missing = {.value = {-1, -1}};
    assert_int_equal(vv_model_score(model, &missing), 100000);
    assert_int_equal(vv_model_explain(model, &missing, terms), 0);
    vv_model_destroy(&model);
}

static void test_encode(void **state)
{
    (void)state;
    static const struct {
        struct vv_named_value values[3];
        const char *field; /* NULL = accepted */
        const char *text;
    } rows[] = {
        {{{"sex", "female"}, {"care", "b"}}, NULL, NULL},
        {{{"care", "a"}, {"sex", "male"}}, NULL, NULL},
        {{{"sex", "female"}}, "care", "missing"},
        {{{"sex", "other"}, {"care", "a"}}, "sex", "domain"},
        {{{"sex", ""}, {"care", "a"}}, "sex", "domain"},
        {{{"sex", "female"}, {"sex", "female"}}, "sex", "twice"},
        {{{"sex", "female"}, {"care", "a"}, {"height", "1"}}, "height", "no such feature"},
        /* Whatever stands in a wrongly mapped column is not repeated. */
        {{{"19121212-1212", "1"}}, "", "no such feature"},
        {{{"Anna Andersson", "1"}}, "", "no such feature"},
    };
    struct vv_model *model = parsed(good, sizeof(good) - 1);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t count = 0;
        while (count < 3 && rows[i].values[count].name != NULL) {
            count++;
        }
        struct vv_snapshot snapshot = {.value = {77}};
        struct vv_error error = {.line = 0};
        enum vv_status status = vv_model_encode(model, rows[i].values, count, &snapshot, &error);
        if (rows[i].field == NULL) {
            assert_int_equal(status, VV_OK);
            assert_int_equal(snapshot.value[0], i == 0 ? 1 : 0);
            assert_int_equal(snapshot.value[1], i == 0 ? 2 : 1);
            assert_int_equal(snapshot.value[2], -1);
            continue;
        }
        assert_int_equal(status, VV_INVALID);
        assert_string_equal(error.field, rows[i].field);
        assert_non_null(strstr(error.text, rows[i].text));
        assert_int_equal(snapshot.value[0], 77);
    }
    struct vv_named_value nothing = {"sex", NULL};
    struct vv_snapshot snapshot;
    assert_int_equal(vv_model_encode(model, &nothing, 1, &snapshot, NULL), VV_INVALID);
    vv_model_destroy(&model);
}

static const struct yaml_case bad_cases[] = {
    {"name: m-1", "name: m 1", 1, "name", "code"},
    {"source: test\n", "", 1, "source", "Missing"},
    {"status: synthetic", "status: real", 3, "status", "real"},
    {"intercept: \"0.10\"", "intercept: \"0,10\"", 4, "intercept", "decimal"},
    {"intercept: \"0.10\"", "intercept: \"0.1000001\"", 4, "intercept", "decimal"},
    {"intercept: \"0.10\"", "intercept: \"1001\"", 4, "intercept", "decimal"},
    {"intercept: \"0.10\"", "intercept: 1e-1", 4, "intercept", "decimal"},
    {"intercept: \"0.10\"", "intercept: .5", 4, "intercept", "decimal"},
    {"intercept: \"0.10\"", "intercept: 1.", 4, "intercept", "decimal"},
    {"name: care", "name: sex", 11, "features[1].name", "twice"},
    {"value: b,", "value: a,", 19, "features[1].values[1].value", "twice"},
    {"value: b,", "value: no,", 19, "features[1].values[1].value", "twice"},
    {"base: male", "base: \"a b\"", 8, "features[0].base", "code"},
    {"\"-0.15\"", "\"--0.15\"", 16, "features[1].values[0].coefficient", "decimal"},
    {"feature: sex, value", "feature: six, value", 17, "features[1].values[0].only_if.feature",
     "another"},
    {"feature: sex, value", "feature: care, value", 17, "features[1].values[0].only_if.feature",
     "another"},
    {"sex, value: female}", "sex, value: fem}", 17, "features[1].values[0].only_if.value",
     "unknown value"},
    {"    base: no\n", "    base: no\n    unit: kg\n", 14, "features[1].unit", "Unexpected"},
    {"    base: no\n", "    base: no\n    base: no\n", 14, "base", "twice"},
    {"        text: {en: C, sv: O}\n", "        text: {en: C}\n", 18,
     "features[1].values[0].text.sv", "Missing"},
};

static void test_bad_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad_cases) / sizeof(bad_cases[0]); i++) {
        char *yaml = yaml_changed(good, bad_cases[i].find, bad_cases[i].replace);
        struct vv_model *model = NULL;
        struct vv_error error = {.line = 0};
        enum vv_status status = vv_model_parse("bad.yaml", yaml, strlen(yaml), &model, &error);
        yaml_expect(&bad_cases[i], "bad.yaml", status, &error);
        assert_null(model);
        free(yaml);
    }
}

/* One coefficient more than a snapshot has room for. */
static void test_too_many_terms(void **state)
{
    (void)state;
    static const char head[] = "name: m\nsource: s\nstatus: synthetic\nintercept: 0\nfeatures:\n";
    char *yaml = malloc(VV_YAML_BYTES_MAX);
    assert_non_null(yaml);
    for (int terms = VV_MODEL_TERMS_MAX; terms <= VV_MODEL_TERMS_MAX + 1; terms++) {
        size_t len = (size_t)snprintf(yaml, VV_YAML_BYTES_MAX, "%s", head);
        for (int t = 0; t < terms; t++) {
            if (t % 33 == 0) {
                len += (size_t)snprintf(yaml + len, VV_YAML_BYTES_MAX - len,
                                        "  - name: f%d\n    text: {en: a, sv: b}\n    base: x\n"
                                        "    values:\n",
                                        t);
            }
            len += (size_t)snprintf(
                yaml + len, VV_YAML_BYTES_MAX - len,
                "      - {value: v%d, coefficient: \"-0.000001\", text: {en: a, sv: b}}\n", t);
        }
        struct vv_model *model = NULL;
        struct vv_error error = {.line = 0};
        enum vv_status status = vv_model_parse("m", yaml, len, &model, &error);
        assert_int_equal(status, terms == VV_MODEL_TERMS_MAX ? VV_OK : VV_INVALID);
        if (status == VV_OK) {
            assert_int_equal(model->term_count, VV_MODEL_TERMS_MAX);
            assert_int_equal(model->terms[0].coefficient, -1);
        }
        vv_model_destroy(&model);
    }
    free(yaml);
}

/* The scheme names its model; another file under it is refused at the scheme's line. */
static void test_model_of_scheme(void **state)
{
    (void)state;
    size_t len = 0;
    char *yaml = yaml_read("deploy/schemes/se-krom.yaml", &len);
    struct vv_scheme *scheme = NULL;
    struct vv_error error = {.line = 0};
    assert_int_equal(vv_scheme_parse("se-krom.yaml", yaml, len, &scheme, &error), VV_OK);
    unsigned line = 1;
    for (const char *c = yaml; c < strstr(yaml, "  model: "); c++) {
        line += *c == '\n';
    }
    struct vv_model *right = ams();
    struct vv_model *wrong = parsed(good, sizeof(good) - 1);
    assert_int_equal(vv_model_check_scheme(right, scheme, &error), VV_OK);
    assert_int_equal(vv_model_check_scheme(wrong, scheme, &error), VV_INVALID);
    assert_string_equal(error.where, "se-krom.yaml");
    assert_string_equal(error.field, "assessment.model");
    assert_int_equal(error.line, line);
    free(yaml);
    vv_model_destroy(&right);
    vv_model_destroy(&wrong);
    vv_scheme_destroy(&scheme);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check_values),    cmocka_unit_test(test_ams_file),
        cmocka_unit_test(test_explain_adds_up), cmocka_unit_test(test_encode),
        cmocka_unit_test(test_bad_files),       cmocka_unit_test(test_too_many_terms),
        cmocka_unit_test(test_model_of_scheme),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
