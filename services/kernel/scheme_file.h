/*
 * scheme_file.h: what stands behind a struct vv_scheme: the public part first, then the memory
 * that it points into and what later checks need to name a line.
 */
#ifndef VAGVAL_KERNEL_SCHEME_FILE_H
#define VAGVAL_KERNEL_SCHEME_FILE_H

#include "scheme_schema.h"
#include "vagval/limits.h"
#include "vagval/scheme.h"

struct scheme_file {
    struct vv_scheme scheme; /* first: vv_scheme_destroy casts back */
    struct vv_yaml_pool pool;
    char name[VV_NAME_BYTES_MAX];
    unsigned model_line;
};

/* scheme_load.c: the raw document's values into `scheme`, each checked by itself. */
VV_CHECKED enum vv_status vv_scheme_convert(const struct vv_yaml_file *file,
                                            const struct raw_scheme *raw, struct vv_scheme *scheme);
/* scheme_load.c: the target group, with its operands checked. */
VV_CHECKED enum vv_status vv_scheme_convert_criterion(const struct vv_yaml_file *file,
                                                      const char *path,
                                                      const struct raw_criterion *raw,
                                                      struct vv_criterion *criterion);
/* scheme_check.c: what only the whole shows: uniqueness, coverage, order, back-heaviness. */
VV_CHECKED enum vv_status vv_scheme_check(const struct vv_yaml_file *file,
                                          const struct vv_scheme *scheme);

#endif
