/*
 * scheme_terms.c: the terms of payment of a component and of a scheme: their keys, which kinds may
 * have them, and their values. What only the whole scheme shows stands in scheme_check_terms.c.
 */
#include "scheme_terms.h"

#include <string.h>

#include "scheme_file.h"

/* ---- keys ---- */

const cyaml_strval_t vv_terms_months[2] = {{"calendar", RAW_MONTH_CALENDAR},
                                           {"service", RAW_MONTH_SERVICE}};
const cyaml_strval_t vv_terms_extents[3] = {{"any", RAW_EXTENT_ANY},
                                            {"full_only", RAW_EXTENT_FULL_ONLY},
                                            {"proportional", RAW_EXTENT_PROPORTIONAL}};
const cyaml_strval_t vv_terms_evidences[3] = {{"none", RAW_EVIDENCE_NONE},
                                              {"document", RAW_EVIDENCE_DOCUMENT},
                                              {"corroborated", RAW_EVIDENCE_CORROBORATED}};
const cyaml_strval_t vv_terms_supplements[2] = {{"now", RAW_SUPPLEMENT_NOW},
                                                {"decision_end", RAW_SUPPLEMENT_DECISION_END}};
const cyaml_strval_t vv_terms_pay_on[2] = {{"posting", RAW_PAY_ON_POSTING},
                                           {"invoice", RAW_PAY_ON_INVOICE}};
static const cyaml_strval_t pers[] = {{"block", RAW_PER_BLOCK},
                                      {"participant", RAW_PER_PARTICIPANT}};
static const cyaml_strval_t categories[] = {{"S", 'S'}, {"Z", 'Z'}, {"E", 'E'}, {"O", 'O'}};

const cyaml_schema_field_t vv_terms_part_fields[] = {
    CODE("of", struct raw_part, of), CODE("take", struct raw_part, take), CYAML_FIELD_END};

const cyaml_schema_field_t vv_terms_cap_fields[] = {
    CODE_OPTIONAL("days", struct raw_cap, days),
    CODE_OPTIONAL("amount", struct raw_cap, amount),
    WORD("per", struct raw_cap, per, pers),
    CODE_OPTIONAL("block_months", struct raw_cap, block_months),
    LIST_OPTIONAL("components", struct raw_cap, components, &vv_yaml_code_entry, 32),
    CYAML_FIELD_END};
const cyaml_schema_value_t vv_terms_cap_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_cap, vv_terms_cap_fields)};

const cyaml_schema_field_t vv_terms_vat_fields[] = {
    WORD("category", struct raw_vat, category, categories),
    CODE_OPTIONAL("rate_percent", struct raw_vat, rate_percent),
    WORD_OPTIONAL("status", struct raw_vat, status, vv_yaml_figures), CYAML_FIELD_END};

static const cyaml_schema_field_t instalment_fields[] = {
    CODE("after_days", struct raw_instalment, after_days),
    CODE("percent", struct raw_instalment, percent), CYAML_FIELD_END};
const cyaml_schema_value_t vv_terms_instalment_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_instalment, instalment_fields)};

/* ---- which kinds may have which ---- */

enum vv_status vv_terms_check_kind(const struct vv_yaml_file *file, const char *path,
                                   const struct raw_component *raw)
{
    const struct raw_terms *terms = &raw->terms;
    bool monthly = raw->kind == VV_PER_MONTH;
    bool milestone = raw->kind == VV_MILESTONE;
    bool instalments = raw->kind == VV_INSTALMENTS;
    bool sustained = raw->kind == VV_SUSTAINED;
    bool on_outcome = milestone || sustained || raw->kind == VV_PREMIUM_DAYS;
    bool priced = raw->kind != VV_SHARE && (raw->kind != VV_GRANT || raw->prices != NULL);
    bool daily_cap = terms->cap != NULL && terms->cap->days != NULL;
    const struct vv_yaml_rule rules[] = {
        {"month", terms->month != 0 && !monthly, "only for per_month"},
        {"first_due_days", terms->first_due_days != NULL && terms->month != RAW_MONTH_SERVICE,
         "only for per_month with month: service"},
        {"part", terms->part != NULL && !milestone, "only for kind milestone"},
        {"requires", terms->requires != NULL && !milestone, "only for kind milestone"},
        {"instalments", (terms->instalments != NULL) != (instalments || raw->kind == VV_SHARE),
         "for the kinds instalments and share, and needed there"},
        {"months", (terms->months != NULL) != sustained, "for kind sustained, and needed there"},
        {"price_on", instalments && raw->price_on != VV_ON_PLACEMENT_START,
         "instalments are parts of one price: placement_start"},
        {"extent", terms->extent != 0 && !on_outcome, "only where an outcome is paid for"},
        {"evidence", terms->evidence != 0 && !on_outcome, "only where an outcome is paid for"},
        {"cap.days", daily_cap && raw->kind != VV_PER_DAY, "only a component per_day counts days"},
        {"prices", priced && (raw->prices == NULL) == (terms->prices_from == NULL),
         "a component has prices, or prices_from another one"},
    };
    return vv_yaml_check(file, path, rules, sizeof(rules) / sizeof(rules[0]));
}

/* ---- values ---- */

static enum vv_status bounded(const struct vv_yaml_file *file, const char *path, const char *key,
                              const char *text, int64_t min, int64_t max, int *ret_value)
{
    char place[VV_YAML_PATH_BYTES];
    int64_t value = 0;
    vv_yaml_path(place, "%s.%s", path, key);
    enum vv_status status = vv_yaml_bounded(file, place, text, min, max, 0, &value);
    if (status == VV_OK) {
        *ret_value = (int)value;
    }
    return status;
}

static enum vv_status convert_instalments(const struct vv_yaml_file *file, const char *path,
                                          const struct raw_terms *raw,
                                          struct vv_component *component)
{
    struct vv_instalment *instalments =
        vv_yaml_pool_alloc(file->pool, raw->instalments_count, sizeof(*instalments));
    if (instalments == NULL) {
        return vv_yaml_no_memory(file);
    }
    char place[VV_YAML_PATH_BYTES];
    int64_t sum = 0;
    for (unsigned i = 0; i < raw->instalments_count; i++) {
        struct vv_instalment *instalment = &instalments[i];
        int percent = 0;
        vv_yaml_path(place, "%s.instalments[%u]", path, i);
        enum vv_status status = bounded(file, place, "after_days", raw->instalments[i].after_days,
                                        0, 3660, &instalment->after_days);
        if (status == VV_OK) {
            status = bounded(file, place, "percent", raw->instalments[i].percent, 1, 100, &percent);
        }
        if (status != VV_OK) {
            return status;
        }
        if (i > 0 && instalment->after_days <= instalment[-1].after_days) {
            return vv_yaml_fail(file, place, "instalments must rise in after_days");
        }
        instalment->percent = percent;
        sum += percent;
    }
    if (raw->instalments_count > 0 && sum != 100) {
        vv_yaml_path(place, "%s.instalments", path);
        return vv_yaml_fail(file, place, "the parts make %lld percent of the price, not 100",
                            (long long)sum);
    }
    component->instalments = instalments;
    component->instalment_count = raw->instalments_count;
    return VV_OK;
}

static enum vv_status convert_part(const struct vv_yaml_file *file, const char *path,
                                   const struct raw_part *raw, struct vv_component *component)
{
    if (raw == NULL) {
        return VV_OK;
    }
    enum vv_status status = bounded(file, path, "part.of", raw->of, 2, 100, &component->part_of);
    if (status != VV_OK) {
        return status;
    }
    return bounded(file, path, "part.take", raw->take, 1, component->part_of,
                   &component->part_take);
}

/* Standard rate needs a rate; the other categories have none. */
static enum vv_status convert_vat(const struct vv_yaml_file *file, const char *path,
                                  const struct raw_vat *raw, struct vv_vat *ret_vat)
{
    if (raw == NULL) {
        *ret_vat = (struct vv_vat){.category = 'S', .rate_hundredths = 2500, .example = true};
        return VV_OK;
    }
    char place[VV_YAML_PATH_BYTES];
    vv_yaml_path(place, "%s.vat.rate_percent", path);
    vv_money rate = 0; /* a decimal with two places, as an amount is */
    if (raw->rate_percent != NULL &&
        (vv_money_parse(raw->rate_percent, &rate) != VV_OK || rate < 0 || rate > 10000)) {
        return vv_yaml_fail(file, place, "must be a percentage like 25 or 25.5, at most 100");
    }
    if ((raw->category == 'S') != (rate > 0)) {
        return vv_yaml_fail(file, place, "category S has a rate, the categories Z, E and O have 0");
    }
    *ret_vat = (struct vv_vat){.category = (char)raw->category,
                               .rate_hundredths = (int)rate,
                               .example = raw->status == VV_YAML_EXAMPLE};
    return VV_OK;
}

static enum vv_evidence evidence_of(const struct raw_component *raw, bool second_source)
{
    static const enum vv_evidence named[] = {[0] = VV_EVIDENCE_OF_KIND,
                                             [RAW_EVIDENCE_NONE] = VV_EVIDENCE_NONE,
                                             [RAW_EVIDENCE_DOCUMENT] = VV_EVIDENCE_DOCUMENT,
                                             [RAW_EVIDENCE_CORROBORATED] =
                                                 VV_EVIDENCE_CORROBORATED};
    bool result = raw->kind == VV_MILESTONE || raw->kind == VV_SUSTAINED;
    if (raw->terms.evidence == 0 && result && second_source) {
        return VV_EVIDENCE_CORROBORATED;
    }
    return named[raw->terms.evidence];
}

enum vv_status vv_terms_convert(const struct vv_yaml_file *file, const char *path,
                                const struct raw_component *raw, bool second_source,
                                struct vv_component *component)
{
    static const enum vv_extent extents[] = {[0] = VV_EXTENT_ANY,
                                             [RAW_EXTENT_ANY] = VV_EXTENT_ANY,
                                             [RAW_EXTENT_FULL_ONLY] = VV_EXTENT_FULL_ONLY,
                                             [RAW_EXTENT_PROPORTIONAL] = VV_EXTENT_PROPORTIONAL};
    const struct raw_terms *terms = &raw->terms;
    component->service_months = terms->month == RAW_MONTH_SERVICE;
    component->extent = extents[terms->extent];
    component->evidence = evidence_of(raw, second_source);
    component->requires = terms->requires;
    bool result = raw->kind == VV_MILESTONE || raw->kind == VV_SUSTAINED;
    if (second_source && result && component->evidence != VV_EVIDENCE_CORROBORATED) {
        char place[VV_YAML_PATH_BYTES];
        vv_yaml_path(place, "%s.evidence", path);
        return vv_yaml_fail(file, place,
                            "the scheme says result_requires_second_source: corroborated");
    }
    enum vv_status status = bounded(file, path, "first_due_days", terms->first_due_days, 0, 28,
                                    &component->first_due_days);
    if (status == VV_OK) {
        status = bounded(file, path, "months", terms->months, 1, 60, &component->sustained_months);
    }
    if (status == VV_OK) {
        status = convert_part(file, path, terms->part, component);
    }
    if (status == VV_OK) {
        status = convert_instalments(file, path, terms, component);
    }
    if (status == VV_OK) {
        status = convert_vat(file, path, terms->vat, &component->vat);
    }
    return status;
}

/* ---- caps ---- */

/* One cap; `owner` is the component that it stands on, NULL for a cap of the scheme. */
static enum vv_status convert_cap(const struct vv_yaml_file *file, const char *path,
                                  const struct raw_cap *raw, const char *const *owner,
                                  struct vv_cap *cap)
{
    char place[VV_YAML_PATH_BYTES];
    bool block = raw->per == RAW_PER_BLOCK;
    cap->per_participant = !block;
    cap->component = owner == NULL ? NULL : *owner;
    cap->components = owner == NULL ? raw->components : owner;
    cap->component_count = owner == NULL ? raw->components_count : 1;
    if ((owner == NULL) != (raw->components != NULL)) {
        vv_yaml_path(place, "%s.components", path);
        return vv_yaml_fail(file, place, "for a cap of the scheme, and needed there");
    }
    if (block != (raw->block_months != NULL)) {
        vv_yaml_path(place, "%s.block_months", path);
        return vv_yaml_fail(file, place, "for a cap per block, and needed there");
    }
    if ((raw->days != NULL) == (raw->amount != NULL) || (raw->days != NULL && owner == NULL)) {
        return vv_yaml_fail(file, path, "%s",
                            owner == NULL ? "a cap of the scheme bounds an amount"
                                          : "a cap bounds either days or an amount");
    }
    enum vv_status status = bounded(file, path, "days", raw->days, 1, 3660, &cap->days);
    if (status == VV_OK) {
        status = bounded(file, path, "block_months", raw->block_months, 1, 36, &cap->block_months);
    }
    vv_yaml_path(place, "%s.amount", path);
    if (status == VV_OK && raw->amount != NULL &&
        (vv_money_parse(raw->amount, &cap->amount) != VV_OK || cap->amount <= 0)) {
        return vv_yaml_fail(file, place,
                            "must be an amount like 36200.00 above 0, two decimals at most");
    }
    return status;
}

static bool cap_names(const struct vv_cap *cap, const char *code)
{
    for (size_t i = 0; i < cap->component_count; i++) {
        if (strcmp(cap->components[i], code) == 0) {
            return true;
        }
    }
    return false;
}

/* Each component points to the caps that bound it. */
static enum vv_status link_caps(const struct vv_yaml_file *file, const struct vv_scheme *scheme,
                                struct vv_component *component)
{
    const struct vv_cap **applying =
        vv_yaml_pool_alloc(file->pool, scheme->cap_count, sizeof(const struct vv_cap *));
    if (applying == NULL) {
        return vv_yaml_no_memory(file);
    }
    size_t count = 0;
    for (size_t i = 0; i < scheme->cap_count; i++) {
        if (cap_names(&scheme->caps[i], component->code)) {
            applying[count++] = &scheme->caps[i];
            if (scheme->caps[i].block_months > 0) {
                component->block_months = scheme->caps[i].block_months;
            }
        }
    }
    component->caps = applying;
    component->cap_count = count;
    return VV_OK;
}

enum vv_status vv_terms_convert_caps(const struct vv_yaml_file *file, const struct raw_scheme *raw,
                                     struct vv_component *components, struct vv_scheme *scheme)
{
    struct vv_cap *caps = vv_yaml_pool_alloc(
        file->pool, (size_t)raw->components_count + raw->terms.caps_count, sizeof(*caps));
    if (caps == NULL) {
        return vv_yaml_no_memory(file);
    }
    char path[VV_YAML_PATH_BYTES];
    size_t count = 0;
    enum vv_status status = VV_OK;
    for (unsigned i = 0; i < raw->components_count && status == VV_OK; i++) {
        const struct raw_component *component = &raw->components[i];
        if (component->terms.cap != NULL) {
            vv_yaml_path(path, "components[%u].cap", i);
            status =
                convert_cap(file, path, component->terms.cap, &components[i].code, &caps[count++]);
        }
    }
    for (unsigned i = 0; i < raw->terms.caps_count && status == VV_OK; i++) {
        vv_yaml_path(path, "caps[%u]", i);
        status = convert_cap(file, path, &raw->terms.caps[i], NULL, &caps[count++]);
    }
    scheme->caps = caps;
    scheme->cap_count = count;
    for (unsigned i = 0; i < raw->components_count && status == VV_OK; i++) {
        status = link_caps(file, scheme, &components[i]);
    }
    return status;
}
