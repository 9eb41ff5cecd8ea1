/*
 * scheme_bank.h: the section `bank:` as it is written, and its reading.
 */
#ifndef VAGVAL_KERNEL_SCHEME_BANK_H
#define VAGVAL_KERNEL_SCHEME_BANK_H

#include "vagval/scheme.h"
#include "vagval/yaml_load.h"

struct raw_bank {
    const char *debtor, *organisation_number, *account, *bic, *details_wait_days, *note;
    int kind; /* enum vv_account_kind */
    int status;
};

extern const cyaml_schema_field_t vv_scheme_bank_fields[];

/* `raw` NULL: the scheme has no such section, and no bank file can be made from it. */
VV_CHECKED enum vv_status vv_scheme_convert_bank(const struct vv_yaml_file *file,
                                                 const struct raw_bank *raw,
                                                 struct vv_scheme *scheme);

#endif
