/*
 * scheme_criteria.c: the target group of a scheme file, and other conditions, into criteria (see
 * criteria.h).
 */
#include <stdio.h>
#include <string.h>

#include "scheme_file.h"

/* What intake knows of a case. A new field needs code that supplies it, so the list is closed:
 * a misspelt field would otherwise be missing for everyone. */
static const char *const case_fields[] = {"age",           "benefit",      "immigrant",
                                          "mother_tongue", "municipality", "status"};
const struct vv_criterion_fields vv_case_fields = {case_fields,
                                                   sizeof(case_fields) / sizeof(case_fields[0])};

static bool known_field(const struct vv_criterion_fields *fields, const char *field)
{
    for (size_t i = 0; i < fields->count; i++) {
        if (strcmp(fields->names[i], field) == 0) {
            return true;
        }
    }
    return false;
}

static enum vv_status fail_at(const struct vv_yaml_file *file, const char *path, const char *key,
                              const char *text)
{
    char place[VV_YAML_PATH_BYTES];
    vv_yaml_path(place, "%s%s%s", path, key[0] != '\0' ? "." : "", key);
    return vv_yaml_fail(file, place, "%s", text);
}

static enum vv_status convert_values(const struct vv_yaml_file *file, const char *path,
                                     const struct raw_criterion *raw,
                                     struct vv_criterion *criterion)
{
    bool set = raw->op == VV_OP_IN || raw->op == VV_OP_NOT_IN;
    bool ordered =
        raw->op == VV_OP_LT || raw->op == VV_OP_LE || raw->op == VV_OP_GT || raw->op == VV_OP_GE;
    if (set) {
        if (raw->values == NULL || raw->value != NULL) {
            return fail_at(file, path, "values", "in and not_in take values: [...]");
        }
        criterion->values = raw->values;
        criterion->value_count = raw->values_count;
        return VV_OK;
    }
    if (raw->value == NULL || raw->values != NULL) {
        return fail_at(file, path, "value", "this operator takes one value:");
    }
    int64_t number = 0;
    if (ordered && !vv_yaml_integer(raw->value, &number)) {
        return fail_at(file, path, "value", "this operator compares whole numbers");
    }
    const char **one = vv_yaml_pool_alloc(file->pool, 1, sizeof(*one));
    if (one == NULL) {
        return vv_yaml_no_memory(file);
    }
    one[0] = raw->value;
    criterion->values = one;
    criterion->value_count = 1;
    return VV_OK;
}

static enum vv_status convert_leaf(const struct vv_yaml_file *file, const char *path,
                                   const struct raw_criterion *raw,
                                   const struct vv_criterion_fields *fields,
                                   struct vv_criterion *criterion)
{
    if (raw->field == NULL || raw->op == 0) {
        return fail_at(file, path, "", "a criterion has all:, any:, or field: with op:");
    }
    if (!known_field(fields, raw->field)) {
        return fail_at(file, path, "field", "unknown field");
    }
    if (raw->code == NULL || !vv_yaml_is_code(raw->code)) {
        return fail_at(file, path, "code", "a reason code is needed, like status.unemployed");
    }
    if (raw->en == NULL || raw->sv == NULL) {
        return fail_at(file, path, raw->en == NULL ? "en" : "sv",
                       "the reason is needed in English and Swedish");
    }
    criterion->op = (enum vv_operator)raw->op;
    criterion->field = raw->field;
    criterion->code = raw->code;
    criterion->text_en = raw->en;
    criterion->text_sv = raw->sv;
    return convert_values(file, path, raw, criterion);
}

enum vv_status vv_scheme_convert_criterion(const struct vv_yaml_file *file, const char *path,
                                           const struct raw_criterion *raw,
                                           const struct vv_criterion_fields *fields,
                                           struct vv_criterion *criterion)
{
    if (raw->all == NULL && raw->any == NULL) {
        return convert_leaf(file, path, raw, fields, criterion);
    }
    bool leaf_keys = raw->field != NULL || raw->op != 0 || raw->value != NULL ||
                     raw->values != NULL || raw->code != NULL || raw->en != NULL || raw->sv != NULL;
    if ((raw->all != NULL && raw->any != NULL) || leaf_keys) {
        return fail_at(file, path, "", "a criterion has all:, any:, or field: with op:");
    }
    const struct raw_criterion *parts = raw->all != NULL ? raw->all : raw->any;
    unsigned count = raw->all != NULL ? raw->all_count : raw->any_count;
    struct vv_criterion *children = vv_yaml_pool_alloc(file->pool, count, sizeof(*children));
    if (children == NULL) {
        return vv_yaml_no_memory(file);
    }
    criterion->op = raw->all != NULL ? VV_OP_ALL : VV_OP_ANY;
    criterion->children = children;
    criterion->child_count = count;
    /* Depth is bounded by the guard. */
    for (unsigned i = 0; i < count; i++) {
        char place[VV_YAML_PATH_BYTES];
        vv_yaml_path(place, "%s.%s[%u]", path, raw->all != NULL ? "all" : "any", i);
        enum vv_status status =
            vv_scheme_convert_criterion(file, place, &parts[i], fields, &children[i]);
        if (status != VV_OK) {
            return status;
        }
    }
    return VV_OK;
}
