/*
 * model.h: an additive logit model read from a YAML file (deploy/models).
 *
 * Coefficients are integers scaled by 1 000 000, so a level is decided on integers and re-derives
 * the same on every CPU; the probability is for display only and is never compared.
 */
#ifndef VAGVAL_MODEL_H
#define VAGVAL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vagval/scheme.h"
#include "vagval/status.h"

#define VV_LOGIT_SCALE INT64_C(1000000)
#define VV_MODEL_TERMS_MAX 64

/* One coefficient: added when `feature` has `value` (and, if set, `only_if_feature` has
 * `only_if_value`: care duties count for women only). */
struct vv_term {
    const char *feature, *value;
    int64_t coefficient; /* scaled 1e6 */
    const char *only_if_feature, *only_if_value;
    const char *text_en, *text_sv; /* reason, for example "Third-country citizenship" */
};

/* Domain of a feature: an input outside it is refused (data contract), a base value adds nothing.
 */
struct vv_feature_domain {
    const char *name;
    const char *const *values;
    size_t value_count;
    const char *text_en, *text_sv;
};

struct vv_model {
    char version[VV_VERSION_TEXT_BYTES];
    const char *name; /* "ams-2018" */
    const char *source;
    bool synthetic; /* coefficients never published */
    int64_t intercept;
    const struct vv_feature_domain *features;
    size_t feature_count;
    const struct vv_term *terms;
    size_t term_count;
};

VV_CHECKED enum vv_status vv_model_parse(const char *name, const void *yaml, size_t len,
                                         struct vv_model **ret_model, struct vv_error *ret_error);
void vv_model_destroy(struct vv_model **model);
/* Whether the model is the one that a parsed scheme asks for by name. Errors: VV_INVALID at the
 * scheme file's line. */
VV_CHECKED enum vv_status vv_model_check_scheme(const struct vv_model *model,
                                                const struct vv_scheme *scheme,
                                                struct vv_error *ret_error);

/* A snapshot in the model's own coding: per feature the index of its value, or -1 = missing. */
struct vv_snapshot {
    int16_t value[VV_MODEL_TERMS_MAX];
};
struct vv_named_value {
    const char *name;
    const char *value;
};
/* Codes named values. Errors: VV_INVALID naming the feature: unknown name, value outside its
 * domain, a feature that is missing. */
VV_CHECKED enum vv_status vv_model_encode(const struct vv_model *model,
                                          const struct vv_named_value *values, size_t count,
                                          struct vv_snapshot *ret_snapshot,
                                          struct vv_error *ret_error);
/* The logit, scaled 1e6. The hot path: integers only, no allocation. */
int64_t vv_model_score(const struct vv_model *model, const struct vv_snapshot *snapshot);
/* Contributions per term that applied, in the model's order; returns their number. */
size_t vv_model_explain(const struct vv_model *model, const struct vv_snapshot *snapshot,
                        const struct vv_term *ret_terms[static VV_MODEL_TERMS_MAX]);
/* 1 / (1 + exp(-logit)), for display only. */
double vv_model_probability(int64_t logit);

#endif
