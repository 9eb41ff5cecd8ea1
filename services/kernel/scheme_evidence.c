/*
 * scheme_evidence.c: the section `evidence` of a scheme file: which kinds of document there are,
 * and whether a document counts before a person has verified it.
 */
#include "scheme_evidence.h"

#include <string.h>

#include "scheme_file.h"

#define KINDS_MAX 32

const cyaml_schema_field_t vv_evidence_fields[] = {
    WORD("verified", struct raw_evidence_terms, verified, vv_yaml_truths),
    LIST_OPTIONAL("kinds", struct raw_evidence_terms, kinds, &vv_yaml_code_entry, KINDS_MAX),
    CYAML_FIELD_END};

static enum vv_status check_kinds(const struct vv_yaml_file *file,
                                  const struct raw_evidence_terms *raw)
{
    for (unsigned i = 0; i < raw->kinds_count; i++) {
        char path[VV_YAML_PATH_BYTES];
        vv_yaml_path(path, "evidence.kinds[%u]", i);
        enum vv_status status = vv_scheme_check_code(file, path, raw->kinds[i]);
        if (status != VV_OK) {
            return status;
        }
        for (unsigned k = 0; k < i; k++) {
            if (strcmp(raw->kinds[k], raw->kinds[i]) == 0) {
                return vv_yaml_fail(file, path, "the kind %s stands twice", raw->kinds[i]);
            }
        }
    }
    return VV_OK;
}

enum vv_status vv_evidence_convert(const struct vv_yaml_file *file,
                                   const struct raw_evidence_terms *raw, struct vv_scheme *scheme)
{
    enum vv_status status = raw == NULL ? VV_OK : check_kinds(file, raw);

    if (raw == NULL || status != VV_OK) {
        return status;
    }
    scheme->documents = (struct vv_document_terms){.verified = raw->verified == VV_YAML_TRUE,
                                                   .kinds = raw->kinds,
                                                   .kind_count = raw->kinds_count};
    return VV_OK;
}

bool vv_scheme_document_kind(const struct vv_scheme *scheme, const char *kind)
{
    const struct vv_document_terms *terms = &scheme->documents;

    for (size_t i = 0; i < terms->kind_count; i++) {
        if (strcmp(terms->kinds[i], kind) == 0) {
            return true;
        }
    }
    return terms->kind_count == 0;
}
