/*
 * model.c: coding a person's input, scoring it, and saying which coefficients made the score.
 * Integers only, so the same input gives the same level on every machine.
 */
#include "vagval/model.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "model_file.h"
#include "scheme_file.h"

static const struct model_file *file_of(const struct vv_model *model)
{
    return (const struct model_file *)(const void *)model;
}

static enum vv_status refuse(struct vv_error *ret_error, const struct vv_model *model,
                             const char *feature, const char *text)
{
    /* An outsider's name of a feature is shown only if it looks like one: anything may stand in a
     * wrongly mapped column. */
    bool letter = (feature[0] >= 'a' && feature[0] <= 'z') || feature[0] == '_';
    bool shown = letter && vv_yaml_is_code(feature);
    return vv_fail(ret_error, VV_INVALID, model->name, shown ? feature : "", 0, "%s", text);
}

static size_t find_feature(const struct vv_model *model, const char *name)
{
    size_t i = 0;
    while (i < model->feature_count && strcmp(model->features[i].name, name) != 0) {
        i++;
    }
    return i;
}

enum vv_status vv_model_encode(const struct vv_model *model, const struct vv_named_value *values,
                               size_t count, struct vv_snapshot *ret_snapshot,
                               struct vv_error *ret_error)
{
    struct vv_snapshot snapshot;
    memset(&snapshot, 0xFF, sizeof(snapshot)); /* -1 everywhere: missing */
    for (size_t i = 0; i < count; i++) {
        size_t at = find_feature(model, values[i].name);
        if (at == model->feature_count) {
            return refuse(ret_error, model, values[i].name, "the model has no such feature");
        }
        if (snapshot.value[at] >= 0) {
            return refuse(ret_error, model, values[i].name, "the feature is given twice");
        }
        const struct vv_feature_domain *feature = &model->features[at];
        for (size_t v = 0; v < feature->value_count && values[i].value != NULL; v++) {
            if (strcmp(feature->values[v], values[i].value) == 0) {
                snapshot.value[at] = (int16_t)v;
            }
        }
        if (snapshot.value[at] < 0) {
            return refuse(ret_error, model, values[i].name,
                          "the value is outside the feature's domain");
        }
    }
    for (size_t f = 0; f < model->feature_count; f++) {
        if (snapshot.value[f] < 0) {
            return refuse(ret_error, model, model->features[f].name, "the feature is missing");
        }
    }
    *ret_snapshot = snapshot;
    return VV_OK;
}

static bool condition_met(const struct coded_term *coded, const struct vv_snapshot *snapshot)
{
    return coded->only_if_feature < 0 ||
           snapshot->value[coded->only_if_feature] == coded->only_if_value;
}

int64_t vv_model_score(const struct vv_model *model, const struct vv_snapshot *snapshot)
{
    const struct model_file *file = file_of(model);
    int64_t logit = model->intercept;
    for (size_t f = 0; f < model->feature_count; f++) {
        int value = snapshot->value[f];
        assert(value >= -1 && (size_t)(value + 1) <= model->features[f].value_count);
        logit += file->weights[file->offset[f] + value];
    }
    for (size_t i = 0; i < file->conditional_count; i++) {
        size_t t = file->conditional[i];
        const struct coded_term *coded = &file->coded[t];
        if (snapshot->value[coded->feature] == coded->value && condition_met(coded, snapshot)) {
            logit += model->terms[t].coefficient;
        }
    }
    return logit;
}

size_t vv_model_explain(const struct vv_model *model, const struct vv_snapshot *snapshot,
                        const struct vv_term *ret_terms[static VV_MODEL_TERMS_MAX])
{
    const struct model_file *file = file_of(model);
    size_t count = 0;
    for (size_t t = 0; t < model->term_count; t++) {
        const struct coded_term *coded = &file->coded[t];
        if (snapshot->value[coded->feature] == coded->value && condition_met(coded, snapshot)) {
            ret_terms[count++] = &model->terms[t];
        }
    }
    return count;
}

double vv_model_probability(int64_t logit)
{
    return 1.0 / (1.0 + exp(-(double)logit / (double)VV_LOGIT_SCALE));
}

enum vv_status vv_model_check_scheme(const struct vv_model *model, const struct vv_scheme *scheme,
                                     struct vv_error *ret_error)
{
    const struct scheme_file *file = (const struct scheme_file *)(const void *)scheme;
    if (strcmp(scheme->model, model->name) != 0) {
        return vv_fail(ret_error, VV_INVALID, file->name, "assessment.model", file->model_line,
                       "the scheme asks for model %s; the model file holds %s", scheme->model,
                       model->name);
    }
    return VV_OK;
}
