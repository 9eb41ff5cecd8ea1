/*
 * yaml_load.h: a guarded file read by its libcyaml schema, and the small values that schemes and
 * models write as text: whole numbers and decimal coefficients.
 */
#ifndef VAGVAL_YAML_LOAD_H
#define VAGVAL_YAML_LOAD_H

#include <cyaml/cyaml.h>
#include <stdbool.h>
#include <stdint.h>

#include "vagval/yaml_guard.h"

/* libcyaml takes every text but "false", "no", "disable" and "0" for true, so a misspelt value
 * would switch something on. Truth is therefore an enumeration; 0 = the key is absent. */
enum vv_yaml_truth { VV_YAML_ABSENT, VV_YAML_FALSE, VV_YAML_TRUE };
extern const cyaml_strval_t vv_yaml_truths[2];

/* Whether a figure is somebody's real one. */
enum vv_yaml_figure { VV_YAML_UNMARKED, VV_YAML_EXAMPLE, VV_YAML_OFFICIAL };
extern const cyaml_strval_t vv_yaml_figures[2];

struct vv_yaml_text {
    const char *en, *sv;
};
extern const cyaml_schema_field_t vv_yaml_text_fields[];
/* An entry of a list of short texts. */
extern const cyaml_schema_value_t vv_yaml_code_entry;

/* Guards the file, then reads it. What ret_document points to belongs to file->pool.
 * Errors: VV_INVALID with line and field, VV_TOO_LARGE, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_yaml_load(struct vv_yaml_file *file,
                                       const cyaml_schema_value_t *schema, void **ret_document);

/* Strictly -?[0-9]{1,18} without superfluous zeros; NULL or another form gives false. */
bool vv_yaml_integer(const char *text, int64_t *ret_value);
/* A decimal with at most six decimals, times 1 000 000, exactly; |x| < 1 000 000. */
bool vv_yaml_micro(const char *text, int64_t *ret_value);
/* A whole number within bounds at `path`; an absent text gives `absent`. */
VV_CHECKED enum vv_status vv_yaml_bounded(const struct vv_yaml_file *file, const char *path,
                                          const char *text, int64_t min, int64_t max,
                                          int64_t absent, int64_t *ret_value);
/* Lower or upper case letters, digits, and "-_." inside; what codes and names are made of. */
bool vv_yaml_is_code(const char *text);

#endif
