/*
 * scheme_authorisation.c: what a scheme asks of those who want to deliver: its section
 * `authorisation`.
 */
#include "scheme_authorisation.h"

#include "scheme_file.h"

#define REFERENCES_MAX 10
#define CRITERIA_MAX 64
#define DAYS_MAX 3660
#define NUMBER(key, member)                                                                        \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,                          \
                           struct raw_authorisation, member, 1, VV_CODE_BYTES_MAX)
#define REFERENCE(key, member)                                                                     \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw_references,   \
                           member, 1, VV_CODE_BYTES_MAX)

static const cyaml_strval_t forms[] = {{"lov", VV_PROCUREMENT_LOV},
                                       {"authorisation", VV_PROCUREMENT_AUTHORISATION},
                                       {"other", VV_PROCUREMENT_OTHER}};

static const cyaml_schema_field_t reference_fields[] = {
    REFERENCE("preparing", preparing), REFERENCE("matching", matching), CYAML_FIELD_END};

const cyaml_schema_field_t vv_scheme_authorisation_fields[] = {
    CYAML_FIELD_ENUM("form", CYAML_FLAG_STRICT, struct raw_authorisation, form, forms,
                     CYAML_ARRAY_LEN(forms)),
    CYAML_FIELD_ENUM("status", CYAML_FLAG_STRICT, struct raw_authorisation, status, vv_yaml_figures,
                     2),
    CYAML_FIELD_MAPPING("references", CYAML_FLAG_OPTIONAL, struct raw_authorisation, references,
                        reference_fields),
    CYAML_FIELD_ENUM("terms_accepted", CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL,
                     struct raw_authorisation, terms_accepted, vv_yaml_truths, 2),
    CYAML_FIELD_SEQUENCE("criteria", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct raw_authorisation, criteria, &vv_scheme_criterion_entry, 1,
                         CRITERIA_MAX),
    NUMBER("validity_months", validity_months),
    NUMBER("appeal_days", appeal_days),
    NUMBER("reaccept_days", reaccept_days),
    NUMBER("caseload_max", caseload_max),
    CYAML_FIELD_END};

static enum vv_status convert_numbers(const struct vv_yaml_file *file,
                                      const struct raw_authorisation *raw,
                                      struct vv_authorisation *authorisation)
{
    const struct {
        const char *path, *text;
        int64_t max, absent;
        int *ret_value;
    } rows[] = {
        {"authorisation.references.preparing", raw->references.preparing, REFERENCES_MAX, 0,
         &authorisation->references_preparing},
        {"authorisation.references.matching", raw->references.matching, REFERENCES_MAX, 0,
         &authorisation->references_matching},
        {"authorisation.validity_months", raw->validity_months, 240, 0,
         &authorisation->validity_months},
        {"authorisation.appeal_days", raw->appeal_days, DAYS_MAX, 0, &authorisation->appeal_days},
        {"authorisation.reaccept_days", raw->reaccept_days, DAYS_MAX, 0,
         &authorisation->reaccept_days},
        {"authorisation.caseload_max", raw->caseload_max, 10000, 0, &authorisation->caseload_max},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t value = 0;
        enum vv_status status = vv_yaml_bounded(file, rows[i].path, rows[i].text, 0, rows[i].max,
                                                rows[i].absent, &value);
        if (status != VV_OK) {
            return status;
        }
        *rows[i].ret_value = (int)value;
    }
    return VV_OK;
}

static enum vv_status convert_criteria(const struct vv_yaml_file *file,
                                       const struct raw_authorisation *raw,
                                       struct vv_authorisation *authorisation)
{
    static const char *const fields[] = VV_APPLICATION_FIELDS;
    struct vv_criterion *criteria =
        vv_yaml_pool_alloc(file->pool, raw->criteria_count, sizeof(*criteria));
    if (criteria == NULL) {
        return vv_yaml_no_memory(file);
    }
    for (unsigned i = 0; i < raw->criteria_count; i++) {
        char path[VV_YAML_PATH_BYTES];
        vv_yaml_path(path, "authorisation.criteria[%u]", i);
        const struct vv_criterion_fields known = {fields, sizeof(fields) / sizeof(fields[0])};
        enum vv_status status =
            vv_scheme_convert_criterion(file, path, &raw->criteria[i], &known, &criteria[i]);
        if (status != VV_OK) {
            return status;
        }
    }
    authorisation->criteria = criteria;
    authorisation->criterion_count = raw->criteria_count;
    return VV_OK;
}

enum vv_status vv_scheme_convert_authorisation(const struct vv_yaml_file *file,
                                               const struct raw_authorisation *raw,
                                               const struct vv_authorisation **ret_authorisation)
{
    if (raw == NULL) {
        *ret_authorisation = NULL;
        return VV_OK;
    }
    struct vv_authorisation *authorisation =
        vv_yaml_pool_alloc(file->pool, 1, sizeof(*authorisation));
    if (authorisation == NULL) {
        return vv_yaml_no_memory(file);
    }
    authorisation->form = (enum vv_procurement)raw->form;
    authorisation->example = raw->status == VV_YAML_EXAMPLE;
    authorisation->terms_accepted = raw->terms_accepted == VV_YAML_TRUE;
    enum vv_status status = convert_numbers(file, raw, authorisation);
    if (status == VV_OK) {
        status = convert_criteria(file, raw, authorisation);
    }
    if (status == VV_OK) {
        *ret_authorisation = authorisation;
    }
    return status;
}
