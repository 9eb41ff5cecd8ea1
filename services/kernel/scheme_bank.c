/*
 * scheme_bank.c: the section `bank:` of a scheme file: from which account the scheme's providers
 * are paid, and how long changed bank details of a provider wait before money follows them.
 */
#include <string.h>

#include "scheme_bank.h"
#include "scheme_file.h"
#include "vagval/idno.h"

#define WAIT_DAYS_MAX 90

static const cyaml_strval_t kinds[] = {{"bankgiro", VV_ACCOUNT_BANKGIRO},
                                       {"plusgiro", VV_ACCOUNT_PLUSGIRO},
                                       {"account", VV_ACCOUNT_SWEDISH},
                                       {"iban", VV_ACCOUNT_IBAN}};

const cyaml_schema_field_t vv_scheme_bank_fields[] = {
    CYAML_FIELD_STRING_PTR("debtor", CYAML_FLAG_POINTER, struct raw_bank, debtor, 1, 70),
    CYAML_FIELD_STRING_PTR("organisation_number", CYAML_FLAG_POINTER, struct raw_bank,
                           organisation_number, 1, VV_CODE_BYTES_MAX),
    CYAML_FIELD_ENUM("kind", CYAML_FLAG_STRICT, struct raw_bank, kind, kinds,
                     CYAML_ARRAY_LEN(kinds)),
    CYAML_FIELD_STRING_PTR("account", CYAML_FLAG_POINTER, struct raw_bank, account, 1,
                           VV_CODE_BYTES_MAX),
    CYAML_FIELD_STRING_PTR("bic", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw_bank, bic, 1,
                           VV_CODE_BYTES_MAX),
    CYAML_FIELD_STRING_PTR("details_wait_days", CYAML_FLAG_POINTER, struct raw_bank,
                           details_wait_days, 1, VV_CODE_BYTES_MAX),
    CYAML_FIELD_ENUM("status", CYAML_FLAG_STRICT, struct raw_bank, status, vv_yaml_figures,
                     CYAML_ARRAY_LEN(vv_yaml_figures)),
    CYAML_FIELD_STRING_PTR("note", CYAML_FLAG_POINTER, struct raw_bank, note, 1, 1024),
    CYAML_FIELD_END};

/* The scheme's currency decides which accounts can be paid from: a giro is in kronor. */
static enum vv_status check_account(const struct vv_yaml_file *file, const struct raw_bank *raw,
                                    const char *currency, struct vv_scheme_bank *bank)
{
    struct vv_error error = {0};
    bool giro = raw->kind != VV_ACCOUNT_IBAN;
    if (strcmp(currency, "EUR") == 0 && giro) {
        return vv_yaml_fail(file, "bank.kind", "euros are paid from an iban");
    }
    if (vv_account_check((enum vv_account_kind)raw->kind, raw->account, bank->account, &error) !=
        VV_OK) {
        return vv_yaml_fail(file, "bank.account", "%s", error.text);
    }
    if (raw->bic != NULL && vv_bic_check(raw->bic, bank->bic, &error) != VV_OK) {
        return vv_yaml_fail(file, "bank.bic", "%s", error.text);
    }
    bank->kind = (enum vv_account_kind)raw->kind;
    return VV_OK;
}

enum vv_status vv_scheme_convert_bank(const struct vv_yaml_file *file, const struct raw_bank *raw,
                                      struct vv_scheme *scheme)
{
    struct vv_idno number;
    int64_t days = 0;
    if (raw == NULL) {
        return VV_OK;
    }
    struct vv_scheme_bank *bank = vv_yaml_pool_alloc(file->pool, 1, sizeof(*bank));
    if (bank == NULL) {
        return vv_yaml_no_memory(file);
    }
    *bank = (struct vv_scheme_bank){.debtor = raw->debtor,
                                    .organisation_number = raw->organisation_number,
                                    .example = raw->status == VV_YAML_EXAMPLE,
                                    .note = raw->note};
    enum vv_idno_kind kind =
        scheme->jurisdiction == VV_SWEDEN ? VV_IDNO_ORGANISATIONSNUMMER : VV_IDNO_Y_TUNNUS;
    if (vv_idno_check(kind, raw->organisation_number, 0, &number, NULL) != VV_OK) {
        return vv_yaml_fail(file, "bank.organisation_number", "is no organisation number");
    }
    enum vv_status status = check_account(file, raw, scheme->currency, bank);
    if (status == VV_OK) {
        status = vv_yaml_bounded(file, "bank.details_wait_days", raw->details_wait_days, 0,
                                 WAIT_DAYS_MAX, 0, &days);
    }
    bank->details_wait_days = (int)days;
    scheme->bank = bank;
    return status;
}
