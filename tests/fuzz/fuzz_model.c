/*
 * fuzz_model.c: any bytes as a model file. An accepted model scores what its explanation adds up
 * to; a refused one says where.
 */
#include <stdlib.h>

#include "vagval/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every feature at its last value. */
static void score_last(const struct vv_model *model)
{
    struct vv_named_value values[VV_MODEL_TERMS_MAX];
    for (size_t f = 0; f < model->feature_count; f++) {
        const struct vv_feature_domain *feature = &model->features[f];
        values[f].name = feature->name;
        values[f].value = feature->values[feature->value_count - 1];
    }
    struct vv_snapshot snapshot;
    struct vv_error error;
    if (vv_model_encode(model, values, model->feature_count, &snapshot, &error) != VV_OK) {
        abort();
    }
    const struct vv_term *terms[VV_MODEL_TERMS_MAX];
    size_t count = vv_model_explain(model, &snapshot, terms);
    int64_t sum = model->intercept;
    for (size_t i = 0; i < count; i++) {
        sum += terms[i]->coefficient;
    }
    if (vv_model_score(model, &snapshot) != sum) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vv_model *model = NULL;
    struct vv_error error = {.status = VV_OK};
    enum vv_status status = vv_model_parse("fuzz.yaml", data, size, &model, &error);
    if (status == VV_OK) {
        score_last(model);
        vv_model_destroy(&model);
        return 0;
    }
    if (model != NULL || error.status != status || error.text[0] == '\0' ||
        (status == VV_INVALID && error.line == 0)) {
        abort();
    }
    return 0;
}
