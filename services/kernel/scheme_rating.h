/*
 * scheme_rating.h: the sections `rating` and `empty_contract` of a scheme file, as they are
 * written.
 */
#ifndef VAGVAL_KERNEL_SCHEME_RATING_H
#define VAGVAL_KERNEL_SCHEME_RATING_H

#include "vagval/rating.h"
#include "vagval/yaml_load.h"

struct vv_scheme;

struct raw_rating_level {
    const char *code, *weight;
};
struct raw_rating_cohort {
    const char *from_months, *to_months;
};
struct raw_termination {
    const char *rating_max, *measure_below, *follow_ups, *active_months;
};
struct raw_rating {
    int status;
    const char *note;
    struct raw_rating_level *levels;
    unsigned levels_count;
    const char *rr1_months, *rr2_months;
    struct raw_rating_cohort cohort;
    const char *every_months, *participants_min, *months_min;
    const char **thresholds;
    unsigned thresholds_count;
    struct raw_termination *termination;
};
struct raw_empty_contract {
    const char *months;
};

extern const cyaml_schema_field_t vv_scheme_rating_fields[];
extern const cyaml_schema_field_t vv_scheme_empty_contract_fields[];

/* Both sections, checked against the scheme's levels, which are read already. NULL = left out.
 * Errors: VV_INVALID with line and field, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_scheme_convert_rating(const struct vv_yaml_file *file,
                                                   const struct raw_rating *raw,
                                                   const struct raw_empty_contract *empty,
                                                   struct vv_scheme *scheme);

#endif
