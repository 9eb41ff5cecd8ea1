/*
 * scheme_authorisation.h: the section `authorisation` of a scheme file, as it is written.
 */
#ifndef VAGVAL_KERNEL_SCHEME_AUTHORISATION_H
#define VAGVAL_KERNEL_SCHEME_AUTHORISATION_H

#include "vagval/authorisation.h"
#include "vagval/yaml_load.h"

struct raw_criterion;

struct raw_references {
    const char *preparing, *matching;
};

struct raw_authorisation {
    int form; /* enum vv_procurement */
    int status;
    struct raw_references references;
    int terms_accepted;
    struct raw_criterion *criteria;
    unsigned criteria_count;
    const char *validity_months, *appeal_days, *reaccept_days, *caseload_max;
};

extern const cyaml_schema_field_t vv_scheme_authorisation_fields[];

/* The section, checked; NULL gives NULL. Errors: VV_INVALID with line and field, VV_NO_MEMORY. */
VV_CHECKED enum vv_status
vv_scheme_convert_authorisation(const struct vv_yaml_file *file,
                                const struct raw_authorisation *raw,
                                const struct vv_authorisation **ret_authorisation);

#endif
