/*
 * scheme_file.h: what stands behind a struct vv_scheme: the public part first, then the memory
 * that it points into and what later checks need to name a line.
 */
#ifndef VAGVAL_KERNEL_SCHEME_FILE_H
#define VAGVAL_KERNEL_SCHEME_FILE_H

#include "scheme_schema.h"
#include "vagval/limits.h"
#include "vagval/scheme.h"

#define VV_PERCENT_MAX 1000

struct scheme_file {
    struct vv_scheme scheme; /* first: vv_scheme_destroy casts back */
    struct vv_yaml_pool pool;
    char name[VV_NAME_BYTES_MAX];
    unsigned model_line;
};

/* scheme_load.c: the raw document's values into `scheme`, each checked by itself. */
VV_CHECKED enum vv_status vv_scheme_convert(const struct vv_yaml_file *file,
                                            const struct raw_scheme *raw, struct vv_scheme *scheme);
/* The fields that a criterion may name. */
struct vv_criterion_fields {
    const char *const *names;
    size_t count;
};
/* What intake knows of a case. */
extern const struct vv_criterion_fields vv_case_fields;
/* scheme_criteria.c: a criterion over those fields, with its operands checked. */
VV_CHECKED enum vv_status vv_scheme_convert_criterion(const struct vv_yaml_file *file,
                                                      const char *path,
                                                      const struct raw_criterion *raw,
                                                      const struct vv_criterion_fields *fields,
                                                      struct vv_criterion *criterion);
/* scheme_load.c: a first and a last day; absent = open. */
VV_CHECKED enum vv_status vv_scheme_convert_validity(const struct vv_yaml_file *file,
                                                     const char *path, const char *from,
                                                     const char *to, vv_date *ret_from,
                                                     vv_date *ret_to);
VV_CHECKED enum vv_status vv_scheme_check_code(const struct vv_yaml_file *file, const char *path,
                                               const char *code);
/* scheme_component.c: what is paid. */
VV_CHECKED enum vv_status vv_scheme_convert_components(const struct vv_yaml_file *file,
                                                       const struct raw_scheme *raw,
                                                       struct vv_scheme *scheme);
/* scheme_terms.c: which terms a kind of component may and must have. */
VV_CHECKED enum vv_status vv_terms_check_kind(const struct vv_yaml_file *file, const char *path,
                                              const struct raw_component *raw);
/* scheme_terms.c: a component's terms.
 *   second_source  the scheme says result_requires_second_source */
VV_CHECKED enum vv_status vv_terms_convert(const struct vv_yaml_file *file, const char *path,
                                           const struct raw_component *raw, bool second_source,
                                           struct vv_component *component);
/* scheme_terms.c: all caps, and which of them bound each component. */
VV_CHECKED enum vv_status vv_terms_convert_caps(const struct vv_yaml_file *file,
                                                const struct raw_scheme *raw,
                                                struct vv_component *components,
                                                struct vv_scheme *scheme);
/* scheme_check_terms.c: what names another component, area starts and caps. */
VV_CHECKED enum vv_status vv_terms_check(const struct vv_yaml_file *file,
                                         const struct vv_scheme *scheme);
/* scheme_check_terms.c: the most units that a base can be paid for in the longest service; 0 for
 * what is not a base. */
int vv_terms_units_max(const struct vv_scheme *scheme, const struct vv_component *component);
/* scheme_grants.c: which of its keys a kind of component may and must have. */
VV_CHECKED enum vv_status vv_award_check_kind(const struct vv_yaml_file *file, const char *path,
                                              const struct raw_component *raw);
VV_CHECKED enum vv_status vv_award_convert(const struct vv_yaml_file *file, const char *path,
                                           const struct raw_component *raw,
                                           struct vv_component *component);
/* scheme_grants.c: the section `budget`; after the components. */
VV_CHECKED enum vv_status vv_budget_convert(const struct vv_yaml_file *file,
                                            const struct raw_budget *raw, struct vv_scheme *scheme);
/* scheme_check.c: what only the whole shows: uniqueness, coverage, order, back-heaviness. */
VV_CHECKED enum vv_status vv_scheme_check(const struct vv_yaml_file *file,
                                          const struct vv_scheme *scheme);

#endif
