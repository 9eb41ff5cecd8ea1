/*
 * model_file.h: what stands behind a struct vv_model: the public part first, then the memory that
 * it points into and the tables that make scoring a dozen additions.
 */
#ifndef VAGVAL_KERNEL_MODEL_FILE_H
#define VAGVAL_KERNEL_MODEL_FILE_H

#include "vagval/limits.h"
#include "vagval/model.h"
#include "vagval/yaml_load.h"

#define VV_MODEL_VALUES_MAX 1024 /* values of all features together */

/* A term in the coding of a snapshot. */
struct coded_term {
    int16_t feature, value;
    int16_t only_if_feature, only_if_value; /* feature -1 = unconditional */
};

struct model_file {
    struct vv_model model; /* first: vv_model_destroy casts back */
    struct vv_yaml_pool pool;
    struct coded_term coded[VV_MODEL_TERMS_MAX]; /* like model.terms */
    /* Coefficient of value v of feature f at weights[offset[f] + v]; the entry before it, for
     * v = -1 (missing), is 0. */
    uint16_t offset[VV_FEATURES_MAX];
    int32_t weights[VV_MODEL_VALUES_MAX + VV_FEATURES_MAX];
    /* Terms with a condition, which the table cannot hold. */
    uint16_t conditional[VV_MODEL_TERMS_MAX];
    size_t conditional_count;
};

_Static_assert(VV_FEATURES_MAX <= VV_MODEL_TERMS_MAX, "a snapshot has room for every feature");

struct raw_only_if {
    const char *feature, *value;
};

struct raw_value {
    const char *value, *coefficient;
    struct vv_yaml_text text;
    struct raw_only_if *only_if;
};

struct raw_feature {
    const char *name;
    struct vv_yaml_text text;
    const char *base;
    struct raw_value *values;
    unsigned values_count;
};

struct raw_model {
    const char *name, *source;
    int status;
    const char *intercept;
    struct raw_feature *features;
    unsigned features_count;
};

#endif
