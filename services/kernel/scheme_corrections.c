/*
 * scheme_corrections.c: how long a provider can contest a recovery: section `corrections`.
 */
#include "scheme_corrections.h"

#include "vagval/limits.h"

#define CONTEST_DAYS_DEFAULT 21 /* no public source: an example */
#define CONTEST_DAYS_MAX 366

const cyaml_schema_field_t vv_scheme_corrections_fields[] = {
    CYAML_FIELD_STRING_PTR("contest_days", CYAML_FLAG_POINTER, struct raw_corrections, contest_days,
                           1, VV_CODE_BYTES_MAX),
    CYAML_FIELD_ENUM("status", CYAML_FLAG_STRICT, struct raw_corrections, status, vv_yaml_figures,
                     2),
    CYAML_FIELD_END};

enum vv_status vv_scheme_convert_corrections(const struct vv_yaml_file *file,
                                             const struct raw_corrections *raw,
                                             struct vv_corrections *ret_corrections)
{
    if (raw == NULL) {
        *ret_corrections =
            (struct vv_corrections){.contest_days = CONTEST_DAYS_DEFAULT, .example = true};
        return VV_OK;
    }
    int64_t days = 0;
    enum vv_status status = vv_yaml_bounded(file, "corrections.contest_days", raw->contest_days, 0,
                                            CONTEST_DAYS_MAX, CONTEST_DAYS_DEFAULT, &days);
    if (status == VV_OK) {
        *ret_corrections = (struct vv_corrections){.contest_days = (int)days,
                                                   .example = raw->status == VV_YAML_EXAMPLE};
    }
    return status;
}
