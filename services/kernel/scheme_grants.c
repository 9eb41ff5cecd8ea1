/*
 * scheme_grants.c: units, grants, shares, the payer and the section `budget` of a scheme file:
 * their keys, which kinds may have them, and their values.
 */
#include "scheme_grants.h"

#include <string.h>

#include "scheme_file.h"
#include "vagval/idno.h"

#define EXPECTED_MAX 32

/* ---- keys ---- */

const cyaml_strval_t vv_award_payers[3] = {{"agency", RAW_PAYER_AGENCY},
                                           {"state", RAW_PAYER_STATE},
                                           {"municipality", RAW_PAYER_MUNICIPALITY}};

static const cyaml_schema_field_t expected_fields[] = {
    CODE("component", struct raw_expected, component),
    CODE("percent", struct raw_expected, percent), CYAML_FIELD_END};
static const cyaml_schema_value_t expected_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_expected, expected_fields)};

const cyaml_schema_field_t vv_budget_fields[] = {
    WORD("blocks", struct raw_budget, blocks, vv_yaml_truths),
    LIST_OPTIONAL("expected", struct raw_budget, expected, &expected_entry, EXPECTED_MAX),
    CYAML_FIELD_END};

/* ---- which kinds may have which ---- */

enum vv_status vv_award_check_kind(const struct vv_yaml_file *file, const char *path,
                                   const struct raw_component *raw)
{
    const struct raw_award *award = &raw->award;
    bool unit = raw->kind == VV_PER_UNIT;
    bool grant = raw->kind == VV_GRANT;
    bool share = raw->kind == VV_SHARE;
    bool fixed = raw->price_on == VV_ON_PERIOD_START;
    const struct vv_yaml_rule rules[] = {
        {"unit", (award->unit != NULL) != unit, "for kind per_unit, and needed there"},
        {"percent", (award->percent != NULL) != (grant || share),
         "for the kinds grant and share, and needed there"},
        {"status", (award->status != VV_YAML_UNMARKED) != (grant || share),
         "a percent needs a status: example or official"},
        {"pot", award->pot != NULL && !grant, "only for kind grant"},
        {"own_employers", award->own_employers != NULL && !grant, "only for kind grant"},
        {"price_on", unit && raw->price_on != VV_ON_DAY && raw->price_on != VV_ON_PLACEMENT_START,
         "units have the price of their day or of the placement_start"},
        {"price_on", (grant || share) && !fixed, "grants and shares have months: period_start"},
        {"prices", share && (raw->prices != NULL || raw->terms.prices_from != NULL),
         "a share has no price: it is percent of an appropriation"},
    };
    return vv_yaml_check(file, path, rules, sizeof(rules) / sizeof(rules[0]));
}

/* ---- values ---- */

static enum vv_status check_employers(const struct vv_yaml_file *file, const char *path,
                                      const struct raw_award *raw)
{
    for (unsigned i = 0; i < raw->own_employers_count; i++) {
        struct vv_idno number;
        const char *text = raw->own_employers[i];
        if (vv_idno_check(VV_IDNO_Y_TUNNUS, text, VV_DATE_MAX, &number, NULL) != VV_OK &&
            vv_idno_check(VV_IDNO_ORGANISATIONSNUMMER, text, VV_DATE_MAX, &number, NULL) != VV_OK) {
            char place[VV_YAML_PATH_BYTES];
            vv_yaml_path(place, "%s.own_employers[%u]", path, i);
            return vv_yaml_fail(file, place, "is not an organisation's number");
        }
    }
    return VV_OK;
}

enum vv_status vv_award_convert(const struct vv_yaml_file *file, const char *path,
                                const struct raw_component *raw, struct vv_component *component)
{
    static const enum vv_payer payers[] = {[0] = VV_PAYER_AGENCY,
                                           [RAW_PAYER_AGENCY] = VV_PAYER_AGENCY,
                                           [RAW_PAYER_STATE] = VV_PAYER_STATE,
                                           [RAW_PAYER_MUNICIPALITY] = VV_PAYER_MUNICIPALITY};
    const struct raw_award *award = &raw->award;
    char place[VV_YAML_PATH_BYTES];
    component->payer = payers[award->payer];
    component->award = (struct vv_award){.unit = award->unit,
                                         .pot = award->pot == NULL ? "" : award->pot,
                                         .example = award->status == VV_YAML_EXAMPLE,
                                         .own_employers = award->own_employers,
                                         .own_employer_count = award->own_employers_count};
    const char *const codes[][2] = {{"unit", award->unit}, {"pot", award->pot}};
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        vv_yaml_path(place, "%s.%s", path, codes[i][0]);
        enum vv_status status =
            codes[i][1] == NULL ? VV_OK : vv_scheme_check_code(file, place, codes[i][1]);
        if (status != VV_OK) {
            return status;
        }
    }
    enum vv_status status = check_employers(file, path, award);
    if (status != VV_OK) {
        return status;
    }
    vv_yaml_path(place, "%s.percent", path);
    return vv_yaml_bounded(file, place, award->percent, 1, 100, 0, &component->award.percent);
}

/* ---- the section `budget` ---- */

enum vv_status vv_budget_convert(const struct vv_yaml_file *file, const struct raw_budget *raw,
                                 struct vv_scheme *scheme)
{
    if (raw == NULL) {
        return VV_OK;
    }
    struct vv_expected_percent *expected =
        vv_yaml_pool_alloc(file->pool, raw->expected_count, sizeof(*expected));
    if (expected == NULL) {
        return vv_yaml_no_memory(file);
    }
    for (unsigned i = 0; i < raw->expected_count; i++) {
        char path[VV_YAML_PATH_BYTES];
        const struct raw_expected *one = &raw->expected[i];
        vv_yaml_path(path, "budget.expected[%u].component", i);
        const struct vv_component *component = vv_scheme_component(scheme, one->component);
        if (component == NULL) {
            return vv_yaml_fail(file, path, "unknown component");
        }
        if (component->kind == VV_GRANT || component->kind == VV_SHARE) {
            return vv_yaml_fail(file, path,
                                "nobody expects it of a placement: a decision fixes it");
        }
        for (unsigned k = 0; k < i; k++) {
            if (strcmp(expected[k].component, one->component) == 0) {
                return vv_yaml_fail(file, path, "component %s stands twice", one->component);
            }
        }
        vv_yaml_path(path, "budget.expected[%u].percent", i);
        expected[i].component = one->component;
        enum vv_status status =
            vv_yaml_bounded(file, path, one->percent, 0, 100, 0, &expected[i].percent);
        if (status != VV_OK) {
            return status;
        }
    }
    scheme->budget = (struct vv_budget_terms){.used = true,
                                              .blocks = raw->blocks == VV_YAML_TRUE,
                                              .expected = expected,
                                              .expected_count = raw->expected_count};
    return VV_OK;
}
