/*
 * scheme_component.c: the components of a written scheme as typed values: which keys a kind may
 * have, bands and prices. What is paid under which terms stands in scheme_terms.c.
 */
#include <string.h>

#include "scheme_file.h"
#include "vagval/limits.h"

/* Which attributes a kind of component may and must have. */
static enum vv_status check_attributes(const struct vv_yaml_file *file, const char *path,
                                       const struct raw_component *raw)
{
    bool daily = raw->kind == VV_PER_DAY;
    bool instalments = raw->kind == VV_INSTALMENTS;
    bool base = daily || raw->kind == VV_PER_MONTH || instalments;
    bool premium = raw->kind == VV_PREMIUM_DAYS;
    bool milestone = raw->kind == VV_MILESTONE;
    bool award = raw->kind == VV_PER_UNIT || raw->kind == VV_GRANT || raw->kind == VV_SHARE;
    bool on_outcome = raw->price_on == VV_ON_OUTCOME_START;
    bool on_time = raw->price_on == VV_ON_DAY || raw->price_on == VV_ON_PERIOD_START;
    const struct vv_yaml_rule rules[] = {
        {"price_on", base && on_outcome, "a base has no outcome: day, period_start, ..."},
        {"price_on", !base && !award && on_time,
         "must be outcome_start or placement_start for this kind"},
        {"days", raw->days != 0 && !daily, "only a component per_day counts days"},
        {"pay_if", raw->pay_if != 0 && !base, "only a base can wait for a report"},
        {"on", (raw->on != 0) == (base || award),
         "outcomes are for premiums and milestones, and needed there"},
        {"premium_clock", raw->premium_clock != 0 && !premium, "only for premium_days"},
        {"premium_requires", raw->premium_requires != 0 && !premium, "only for premium_days"},
        {"bands", (raw->bands != NULL) != premium, "bands are for premium_days, and needed there"},
        {"milestone_months", (raw->milestone_months != NULL) != milestone,
         "for kind milestone, and needed there"},
        {"max_gap_days", raw->max_gap_days != NULL && !milestone, "only for kind milestone"},
    };
    enum vv_status status = vv_yaml_check(file, path, rules, sizeof(rules) / sizeof(rules[0]));
    if (status == VV_OK) {
        status = vv_award_check_kind(file, path, raw);
    }
    return status == VV_OK ? vv_terms_check_kind(file, path, raw) : status;
}

static enum vv_status convert_bands(const struct vv_yaml_file *file, const char *path,
                                    const struct raw_component *raw, struct vv_component *component)
{
    struct vv_band *bands = vv_yaml_pool_alloc(file->pool, raw->bands_count, sizeof(*bands));
    if (bands == NULL) {
        return vv_yaml_no_memory(file);
    }
    for (unsigned i = 0; i < raw->bands_count; i++) {
        char place[VV_YAML_PATH_BYTES];
        int64_t days = 0;
        vv_yaml_path(place, "%s.bands[%u].days_max", path, i);
        enum vv_status status =
            vv_yaml_bounded(file, place, raw->bands[i].days_max, 0, 3660, 0, &days);
        if (status != VV_OK) {
            return status;
        }
        bands[i].days_max = (int)days;
        vv_yaml_path(place, "%s.bands[%u].percent", path, i);
        status = vv_yaml_bounded(file, place, raw->bands[i].percent, 0, VV_PERCENT_MAX, 0,
                                 &bands[i].percent);
        if (status != VV_OK) {
            return status;
        }
    }
    component->bands = bands;
    component->band_count = raw->bands_count;
    return VV_OK;
}

static enum vv_status convert_price(const struct vv_yaml_file *file, const char *path,
                                    const struct raw_price *raw, const char *currency,
                                    struct vv_price *price)
{
    char place[VV_YAML_PATH_BYTES];
    vv_yaml_path(place, "%s.currency", path);
    if (raw->currency != NULL && strcmp(raw->currency, currency) != 0) {
        return vv_yaml_fail(file, place, "the scheme pays in %s: currencies do not mix", currency);
    }
    vv_yaml_path(place, "%s.amount", path);
    vv_money amount = 0;
    if (vv_money_parse(raw->amount, &amount) != VV_OK) {
        return vv_yaml_fail(file, place, "must be an amount like 20300.00, two decimals at most");
    }
    if (amount < 0) {
        return vv_yaml_fail(file, place, "a price cannot be negative");
    }
    if (amount > VV_PRICE_MAX) {
        return vv_yaml_fail(file, place, "a price is at most 10000000.00");
    }
    *price = (struct vv_price){.level = raw->level,
                               .area = raw->area,
                               .amount = amount,
                               .example = raw->status == VV_YAML_EXAMPLE,
                               .note = raw->note};
    return vv_scheme_convert_validity(file, path, raw->from, raw->to, &price->from, &price->to);
}

/* What a component takes over from its scheme. */
struct surroundings {
    const char *currency;
    bool factor_example; /* an area's factor is marked `status: example` */
    bool second_source;
};

static enum vv_status convert_prices(const struct vv_yaml_file *file, const char *path,
                                     const struct raw_component *raw,
                                     const struct surroundings *around,
                                     struct vv_component *component)
{
    struct vv_price *prices = vv_yaml_pool_alloc(file->pool, raw->prices_count, sizeof(*prices));
    if (prices == NULL) {
        return vv_yaml_no_memory(file);
    }
    for (unsigned i = 0; i < raw->prices_count; i++) {
        char place[VV_YAML_PATH_BYTES];
        vv_yaml_path(place, "%s.prices[%u]", path, i);
        enum vv_status status =
            convert_price(file, place, &raw->prices[i], around->currency, &prices[i]);
        if (status != VV_OK) {
            return status;
        }
        /* A real price times an example factor is an example. */
        prices[i].example = prices[i].example || (prices[i].area == NULL && around->factor_example);
    }
    component->prices = prices;
    component->price_count = raw->prices_count;
    return VV_OK;
}

static enum vv_status convert_component(const struct vv_yaml_file *file, const char *path,
                                        const struct raw_component *raw,
                                        const struct surroundings *around,
                                        struct vv_component *component)
{
    *component = (struct vv_component){
        .code = raw->code,
        .name_en = raw->name.en,
        .name_sv = raw->name.sv,
        .kind = (enum vv_component_kind)raw->kind,
        .price_on = (enum vv_price_on)raw->price_on,
        .weekdays_only = raw->days == RAW_DAYS_WEEKDAY,
        .pay_if_report = raw->pay_if == RAW_PAY_REPORT_APPROVED,
        .pay_if_met = raw->pay_if == RAW_PAY_OBLIGATIONS_MET,
        .on_job = (raw->on & RAW_ON_JOB) != 0,
        .on_study = (raw->on & RAW_ON_STUDY) != 0,
        .clock_contract = raw->premium_clock == RAW_CLOCK_CONTRACT,
        .requires_result = raw->premium_requires == RAW_REQUIRES_RESULT,
    };
    char place[VV_YAML_PATH_BYTES];
    vv_yaml_path(place, "%s.code", path);
    enum vv_status status = vv_scheme_check_code(file, place, raw->code);
    if (status == VV_OK) {
        status = check_attributes(file, path, raw);
    }
    int64_t months = 0;
    int64_t gap = 0;
    if (status == VV_OK) {
        vv_yaml_path(place, "%s.milestone_months", path);
        status = vv_yaml_bounded(file, place, raw->milestone_months, 1, 60, 0, &months);
    }
    if (status == VV_OK) {
        vv_yaml_path(place, "%s.max_gap_days", path);
        status = vv_yaml_bounded(file, place, raw->max_gap_days, 0, 366, 0, &gap);
    }
    if (status == VV_OK) {
        status = convert_bands(file, path, raw, component);
    }
    if (status == VV_OK) {
        status = convert_prices(file, path, raw, around, component);
    }
    if (status == VV_OK) {
        status = vv_terms_convert(file, path, raw, around->second_source, component);
    }
    if (status == VV_OK) {
        status = vv_award_convert(file, path, raw, component);
    }
    component->milestone_months = (int)months;
    component->max_gap_days = (int)gap;
    return status;
}

/* prices_from: the rows of a component that stands above. */
static enum vv_status share_prices(const struct vv_yaml_file *file, const char *path,
                                   const char *source, const struct vv_component *components,
                                   size_t component_at, struct vv_component *component)
{
    for (size_t i = 0; i < component_at; i++) {
        if (strcmp(components[i].code, source) == 0) {
            component->prices = components[i].prices;
            component->price_count = components[i].price_count;
            return VV_OK;
        }
    }
    char place[VV_YAML_PATH_BYTES];
    vv_yaml_path(place, "%s.prices_from", path);
    return vv_yaml_fail(file, place, "no component %s stands above", source);
}

enum vv_status vv_scheme_convert_components(const struct vv_yaml_file *file,
                                            const struct raw_scheme *raw, struct vv_scheme *scheme)
{
    struct vv_component *components =
        vv_yaml_pool_alloc(file->pool, raw->components_count, sizeof(*components));
    if (components == NULL) {
        return vv_yaml_no_memory(file);
    }
    struct surroundings around = {.currency = scheme->currency,
                                  .second_source = scheme->result_requires_second_source};
    for (unsigned i = 0; i < raw->areas_count; i++) {
        around.factor_example = around.factor_example || raw->areas[i].status == VV_YAML_EXAMPLE;
    }
    for (unsigned i = 0; i < raw->components_count; i++) {
        const struct raw_component *component = &raw->components[i];
        char path[VV_YAML_PATH_BYTES];
        vv_yaml_path(path, "components[%u]", i);
        enum vv_status status = convert_component(file, path, component, &around, &components[i]);
        if (status == VV_OK && component->terms.prices_from != NULL) {
            status = share_prices(file, path, component->terms.prices_from, components, i,
                                  &components[i]);
        }
        if (status != VV_OK) {
            return status;
        }
        components[i].pay_if_stated = components[i].pay_if_met && scheme->delivery != NULL &&
                                      scheme->delivery->obligation_count > 0;
        components[i].verified = scheme->documents.verified;
    }
    scheme->components = components;
    scheme->component_count = raw->components_count;
    return vv_terms_convert_caps(file, raw, components, scheme);
}
