/*
 * scheme_corrections.h: the section `corrections` of a scheme file, as it is written.
 */
#ifndef VV_KERNEL_SCHEME_CORRECTIONS_H
#define VV_KERNEL_SCHEME_CORRECTIONS_H

#include <cyaml/cyaml.h>

#include "vagval/scheme.h"
#include "vagval/yaml_load.h"

struct raw_corrections {
    const char *contest_days;
    int status;
};

extern const cyaml_schema_field_t vv_scheme_corrections_fields[];

/* `raw` may be NULL: the default then, marked as an example. Errors: VV_INVALID. */
VV_CHECKED enum vv_status vv_scheme_convert_corrections(const struct vv_yaml_file *file,
                                                        const struct raw_corrections *raw,
                                                        struct vv_corrections *ret_corrections);

#endif
