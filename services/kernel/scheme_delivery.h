/*
 * scheme_delivery.h: the section `delivery` of a scheme file, as it is written.
 */
#ifndef VAGVAL_KERNEL_SCHEME_DELIVERY_H
#define VAGVAL_KERNEL_SCHEME_DELIVERY_H

#include "vagval/delivery.h"
#include "vagval/yaml_load.h"

struct raw_activity {
    const char *code;
    struct vv_yaml_text name;
};

struct raw_obligation {
    const char *code;
    struct vv_yaml_text name;
    int kind; /* enum vv_obligation_kind */
    const char *days, *minutes_min, *hours, *physical_percent, *from_month, *to_month;
    int working_days, physical;
    const char **met_by;
    unsigned met_by_count;
};

struct raw_delivery {
    int status;
    struct raw_activity *activities;
    unsigned activities_count;
    struct raw_obligation *obligations;
    unsigned obligations_count;
    const char *month_days;
};

extern const cyaml_schema_field_t vv_scheme_delivery_fields[];

/* The section, checked; NULL gives NULL. Errors: VV_INVALID with line and field, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_scheme_convert_delivery(const struct vv_yaml_file *file,
                                                     const struct raw_delivery *raw,
                                                     const struct vv_delivery **ret_delivery);

#endif
