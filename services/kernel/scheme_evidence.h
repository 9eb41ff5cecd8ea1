/*
 * scheme_evidence.h: what a scheme file says of documents, as it is written: section `evidence`.
 * scheme_evidence.c reads it.
 */
#ifndef VAGVAL_KERNEL_SCHEME_EVIDENCE_H
#define VAGVAL_KERNEL_SCHEME_EVIDENCE_H

#include "vagval/scheme.h"
#include "vagval/yaml_load.h"

struct raw_evidence_terms {
    int verified;
    const char **kinds;
    unsigned kinds_count;
};

extern const cyaml_schema_field_t vv_evidence_fields[];

/* Before the components, each of which learns whether its documents must be verified. `raw` may be
 * NULL: every kind, and nobody need verify. Errors: VV_INVALID. */
VV_CHECKED enum vv_status vv_evidence_convert(const struct vv_yaml_file *file,
                                              const struct raw_evidence_terms *raw,
                                              struct vv_scheme *scheme);

#endif
