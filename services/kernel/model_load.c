/*
 * model_load.c: reading an additive logit model. Coefficients are decimal text, read exactly into
 * millionths, so that no binary fraction ever stands between the publication and a level.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model_file.h"

/* Of one coefficient and of the intercept: exp(1000) is beyond any probability. */
#define COEFFICIENT_MAX (1000 * VV_LOGIT_SCALE)

enum raw_model_status { RAW_MODEL_PUBLISHED = 1, RAW_MODEL_SYNTHETIC };
static const cyaml_strval_t statuses[] = {{"published", RAW_MODEL_PUBLISHED},
                                          {"synthetic", RAW_MODEL_SYNTHETIC}};

#define CODE(key, structure, member)                                                               \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER, structure, member, 1, VV_CODE_BYTES_MAX)

static const cyaml_schema_field_t only_if_fields[] = {CODE("feature", struct raw_only_if, feature),
                                                      CODE("value", struct raw_only_if, value),
                                                      CYAML_FIELD_END};

static const cyaml_schema_field_t value_fields[] = {
    CODE("value", struct raw_value, value), CODE("coefficient", struct raw_value, coefficient),
    CYAML_FIELD_MAPPING("text", CYAML_FLAG_DEFAULT, struct raw_value, text, vv_yaml_text_fields),
    CYAML_FIELD_MAPPING_PTR("only_if", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw_value,
                            only_if, only_if_fields),
    CYAML_FIELD_END};
static const cyaml_schema_value_t value_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_value, value_fields)};

static const cyaml_schema_field_t feature_fields[] = {
    CODE("name", struct raw_feature, name),
    CYAML_FIELD_MAPPING("text", CYAML_FLAG_DEFAULT, struct raw_feature, text, vv_yaml_text_fields),
    CODE("base", struct raw_feature, base),
    CYAML_FIELD_SEQUENCE("values", CYAML_FLAG_POINTER, struct raw_feature, values, &value_entry, 1,
                         VV_MODEL_TERMS_MAX),
    CYAML_FIELD_END};
static const cyaml_schema_value_t feature_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_feature, feature_fields)};

static const cyaml_schema_field_t model_fields[] = {
    CODE("name", struct raw_model, name),
    CYAML_FIELD_STRING_PTR("source", CYAML_FLAG_POINTER, struct raw_model, source, 1, 1024),
    CYAML_FIELD_ENUM("status", CYAML_FLAG_STRICT, struct raw_model, status, statuses,
                     CYAML_ARRAY_LEN(statuses)),
    CODE("intercept", struct raw_model, intercept),
    CYAML_FIELD_SEQUENCE("features", CYAML_FLAG_POINTER, struct raw_model, features, &feature_entry,
                         1, VV_FEATURES_MAX),
    CYAML_FIELD_END};
static const cyaml_schema_value_t model_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct raw_model, model_fields)};

static enum vv_status check_code(const struct vv_yaml_file *file, const char *path,
                                 const char *code)
{
    if (!vv_yaml_is_code(code)) {
        return vv_yaml_fail(file, path, "must be a code of letters, digits, '-', '_' and '.'");
    }
    return VV_OK;
}

static enum vv_status convert_coefficient(const struct vv_yaml_file *file, const char *path,
                                          const char *text, int64_t *ret_coefficient)
{
    int64_t value = 0;
    if (!vv_yaml_micro(text, &value) || value > COEFFICIENT_MAX || value < -COEFFICIENT_MAX) {
        return vv_yaml_fail(file, path, "must be a decimal like -0.14, six decimals at most");
    }
    *ret_coefficient = value;
    return VV_OK;
}

/* Place of a value in its feature's domain; the base value is 0. -1 = not there. */
static int16_t domain_index(const struct vv_feature_domain *feature, const char *value)
{
    for (size_t i = 0; i < feature->value_count; i++) {
        if (strcmp(feature->values[i], value) == 0) {
            return (int16_t)i;
        }
    }
    return -1;
}

static int16_t feature_index(const struct vv_model *model, const char *name)
{
    for (size_t i = 0; i < model->feature_count; i++) {
        if (strcmp(model->features[i].name, name) == 0) {
            return (int16_t)i;
        }
    }
    return -1;
}

static enum vv_status convert_domain(const struct vv_yaml_file *file, size_t at,
                                     const struct raw_feature *raw,
                                     struct vv_feature_domain *domain)
{
    char path[VV_YAML_PATH_BYTES];
    const char **values = vv_yaml_pool_alloc(file->pool, raw->values_count + 1, sizeof(*values));
    if (values == NULL) {
        return vv_yaml_no_memory(file);
    }
    *domain = (struct vv_feature_domain){
        .name = raw->name, .values = values, .text_en = raw->text.en, .text_sv = raw->text.sv};
    vv_yaml_path(path, "features[%zu].name", at);
    enum vv_status status = check_code(file, path, raw->name);
    if (status != VV_OK) {
        return status;
    }
    vv_yaml_path(path, "features[%zu].base", at);
    status = check_code(file, path, raw->base);
    values[domain->value_count++] = raw->base;
    for (unsigned i = 0; i < raw->values_count && status == VV_OK; i++) {
        const char *value = raw->values[i].value;
        vv_yaml_path(path, "features[%zu].values[%u].value", at, i);
        status = check_code(file, path, value);
        if (status == VV_OK && domain_index(domain, value) >= 0) {
            status = vv_yaml_fail(file, path, "this value stands twice");
        }
        values[domain->value_count++] = value;
    }
    return status;
}

static enum vv_status convert_features(const struct vv_yaml_file *file, const struct raw_model *raw,
                                       struct vv_model *model)
{
    struct vv_feature_domain *features =
        vv_yaml_pool_alloc(file->pool, raw->features_count, sizeof(*features));
    if (features == NULL) {
        return vv_yaml_no_memory(file);
    }
    model->features = features;
    for (unsigned i = 0; i < raw->features_count; i++) {
        if (feature_index(model, raw->features[i].name) >= 0) {
            char path[VV_YAML_PATH_BYTES];
            vv_yaml_path(path, "features[%u].name", i);
            return vv_yaml_fail(file, path, "this feature stands twice");
        }
        enum vv_status status = convert_domain(file, i, &raw->features[i], &features[i]);
        if (status != VV_OK) {
            return status;
        }
        model->feature_count = i + 1;
    }
    return VV_OK;
}

static enum vv_status convert_condition(const struct vv_yaml_file *file, const char *path,
                                        const struct raw_only_if *raw, const struct vv_model *model,
                                        struct coded_term *coded)
{
    char place[VV_YAML_PATH_BYTES];
    coded->only_if_feature = feature_index(model, raw->feature);
    if (coded->only_if_feature < 0 || coded->only_if_feature == coded->feature) {
        vv_yaml_path(place, "%s.only_if.feature", path);
        return vv_yaml_fail(file, place, "must name another feature of this model");
    }
    coded->only_if_value = domain_index(&model->features[coded->only_if_feature], raw->value);
    if (coded->only_if_value < 0) {
        vv_yaml_path(place, "%s.only_if.value", path);
        return vv_yaml_fail(file, place, "unknown value of that feature");
    }
    return VV_OK;
}

/* The i-th value of a feature becomes the model's next term. */
static enum vv_status convert_term(const struct vv_yaml_file *file, const struct raw_model *raw,
                                   unsigned feature, unsigned i, struct model_file *made,
                                   struct vv_term *term)
{
    const struct raw_value *value = &raw->features[feature].values[i];
    struct coded_term *coded = &made->coded[made->model.term_count];
    char path[VV_YAML_PATH_BYTES];
    vv_yaml_path(path, "features[%u].values[%u].coefficient", feature, i);
    if (made->model.term_count == VV_MODEL_TERMS_MAX) {
        return vv_yaml_fail(file, path, "more than %d coefficients", VV_MODEL_TERMS_MAX);
    }
    *term = (struct vv_term){.feature = raw->features[feature].name,
                             .value = value->value,
                             .text_en = value->text.en,
                             .text_sv = value->text.sv};
    *coded = (struct coded_term){
        .feature = (int16_t)feature, .value = (int16_t)(i + 1), .only_if_feature = -1};
    enum vv_status status = convert_coefficient(file, path, value->coefficient, &term->coefficient);
    if (status == VV_OK && value->only_if != NULL) {
        vv_yaml_path(path, "features[%u].values[%u]", feature, i);
        term->only_if_feature = value->only_if->feature;
        term->only_if_value = value->only_if->value;
        status = convert_condition(file, path, value->only_if, &made->model, coded);
    }
    return status;
}

static enum vv_status convert_terms(const struct vv_yaml_file *file, const struct raw_model *raw,
                                    struct model_file *made)
{
    struct vv_term *terms = vv_yaml_pool_alloc(file->pool, VV_MODEL_TERMS_MAX + 1, sizeof(*terms));
    if (terms == NULL) {
        return vv_yaml_no_memory(file);
    }
    made->model.terms = terms;
    for (unsigned f = 0; f < raw->features_count; f++) {
        for (unsigned i = 0; i < raw->features[f].values_count; i++) {
            enum vv_status status =
                convert_term(file, raw, f, i, made, &terms[made->model.term_count]);
            if (status != VV_OK) {
                return status;
            }
            made->model.term_count++;
        }
    }
    return VV_OK;
}

/* Lays the unconditional coefficients out so that scoring is one addition per feature. */
static void fill_tables(struct model_file *made)
{
    size_t next = 0;
    for (size_t f = 0; f < made->model.feature_count; f++) {
        made->offset[f] = (uint16_t)(next + 1);
        next += made->model.features[f].value_count + 1;
    }
    for (size_t t = 0; t < made->model.term_count; t++) {
        const struct coded_term *coded = &made->coded[t];
        if (coded->only_if_feature >= 0) {
            made->conditional[made->conditional_count++] = (uint16_t)t;
        } else {
            made->weights[made->offset[coded->feature] + coded->value] =
                (int32_t)made->model.terms[t].coefficient;
        }
    }
}

_Static_assert(COEFFICIENT_MAX <= INT32_MAX, "a coefficient fits the table");
_Static_assert(VV_MODEL_TERMS_MAX + VV_FEATURES_MAX <= VV_MODEL_VALUES_MAX, "values fit the table");

enum vv_status vv_model_parse(const char *name, const void *yaml, size_t len,
                              struct vv_model **ret_model, struct vv_error *ret_error)
{
    struct model_file *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        return vv_fail(ret_error, VV_NO_MEMORY, name, "", 0, "not enough memory for the file");
    }
    struct vv_yaml_file file = {
        .name = name, .bytes = yaml, .len = len, .error = ret_error, .pool = &made->pool};
    struct vv_model *model = &made->model;
    void *document = NULL;
    enum vv_status status = vv_yaml_load(&file, &model_schema, &document);
    const struct raw_model *raw = document;
    if (status == VV_OK) {
        model->name = raw->name;
        model->source = raw->source;
        model->synthetic = raw->status == RAW_MODEL_SYNTHETIC;
        status = check_code(&file, "name", raw->name);
    }
    if (status == VV_OK) {
        status = convert_coefficient(&file, "intercept", raw->intercept, &model->intercept);
    }
    if (status == VV_OK) {
        status = convert_features(&file, raw, model);
    }
    if (status == VV_OK) {
        status = convert_terms(&file, raw, made);
    }
    if (status != VV_OK) {
        vv_model_destroy(&model);
        return status;
    }
    fill_tables(made);
    vv_version_of(yaml, len, model->version);
    vv_yaml_pool_resize(&made->pool, file.nodes, 0); /* only errors needed the lines */
    *ret_model = model;
    return VV_OK;
}

void vv_model_destroy(struct vv_model **model)
{
    if (model == NULL || *model == NULL) {
        return;
    }
    struct model_file *made = (struct model_file *)(void *)*model;
    vv_yaml_pool_clear(&made->pool);
    free(made);
    *model = NULL;
}
