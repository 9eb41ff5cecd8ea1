/*
 * scheme_load.c: from the written scheme to typed values. Each value is checked by itself here
 * (form, range, what a kind of component may say); scheme_check.c looks at the whole.
 */
#include <stdio.h>
#include <string.h>

#include "scheme_file.h"
#include "vagval/zone.h"

#define SERVICE_MONTHS_MAX 36
#define PERCENT_MAX 1000

static enum vv_status convert_date(const struct vv_yaml_file *file, const char *path,
                                   const char *text, vv_date *ret_date)
{
    vv_date date = VV_DATE_NONE;
    if (text != NULL && vv_date_parse(text, &date) != VV_OK) {
        return vv_yaml_fail(file, path, "must be a date like 2020-03-16");
    }
    *ret_date = date;
    return VV_OK;
}

static enum vv_status convert_validity(const struct vv_yaml_file *file, const char *path,
                                       const char *from, const char *to, vv_date *ret_from,
                                       vv_date *ret_to)
{
    char place[VV_YAML_PATH_BYTES];
    vv_date first = VV_DATE_NONE;
    vv_date last = VV_DATE_NONE;
    vv_yaml_path(place, "%s.from", path);
    enum vv_status status = convert_date(file, place, from, &first);
    if (status != VV_OK) {
        return status;
    }
    vv_yaml_path(place, "%s.to", path);
    status = convert_date(file, place, to, &last);
    if (status != VV_OK) {
        return status;
    }
    if (first != VV_DATE_NONE && last != VV_DATE_NONE && last < first) {
        return vv_yaml_fail(file, place, "ends before it begins");
    }
    *ret_from = first;
    *ret_to = last;
    return VV_OK;
}

static enum vv_status check_code(const struct vv_yaml_file *file, const char *path,
                                 const char *code)
{
    if (!vv_yaml_is_code(code)) {
        return vv_yaml_fail(file, path, "must be a code of letters, digits, '-', '_' and '.'");
    }
    return VV_OK;
}

static enum vv_status check_municipality(const struct vv_yaml_file *file, const char *path,
                                         enum vv_jurisdiction jurisdiction, const char *code)
{
    size_t digits = jurisdiction == VV_SWEDEN ? 4 : 3;
    if (strlen(code) != digits || strspn(code, "0123456789") != digits) {
        return vv_yaml_fail(file, path, "must be a municipality code of %zu digits", digits);
    }
    return VV_OK;
}

static enum vv_status convert_area(const struct vv_yaml_file *file, const char *path,
                                   const struct raw_area *raw, enum vv_jurisdiction jurisdiction,
                                   struct vv_area *area)
{
    char place[VV_YAML_PATH_BYTES];
    vv_yaml_path(place, "%s.code", path);
    enum vv_status status = check_code(file, place, raw->code);
    if (status != VV_OK) {
        return status;
    }
    for (unsigned i = 0; i < raw->municipalities_count; i++) {
        vv_yaml_path(place, "%s.municipalities[%u]", path, i);
        status = check_municipality(file, place, jurisdiction, raw->municipalities[i]);
        if (status != VV_OK) {
            return status;
        }
    }
    vv_yaml_path(place, "%s.factor_percent", path);
    if (raw->factor_percent != NULL && raw->status == VV_YAML_UNMARKED) {
        return vv_yaml_fail(file, place, "a factor needs a status: example or official");
    }
    area->code = raw->code;
    area->name = raw->name;
    area->municipalities = raw->municipalities;
    area->municipality_count = raw->municipalities_count;
    return vv_yaml_bounded(file, place, raw->factor_percent, 1, PERCENT_MAX, 100,
                           &area->factor_percent);
}

static enum vv_status convert_areas(const struct vv_yaml_file *file, const struct raw_scheme *raw,
                                    struct vv_scheme *scheme)
{
    struct vv_area *areas = vv_yaml_pool_alloc(file->pool, raw->areas_count, sizeof(*areas));
    if (areas == NULL) {
        return vv_yaml_no_memory(file);
    }
    for (unsigned i = 0; i < raw->areas_count; i++) {
        char path[VV_YAML_PATH_BYTES];
        vv_yaml_path(path, "areas[%u]", i);
        enum vv_status status =
            convert_area(file, path, &raw->areas[i], scheme->jurisdiction, &areas[i]);
        if (status != VV_OK) {
            return status;
        }
    }
    scheme->areas = areas;
    scheme->area_count = raw->areas_count;
    return VV_OK;
}

static enum vv_status convert_levels(const struct vv_yaml_file *file,
                                     const struct raw_assessment *raw, struct vv_scheme *scheme)
{
    struct vv_level *levels = vv_yaml_pool_alloc(file->pool, raw->levels_count, sizeof(*levels));
    if (levels == NULL) {
        return vv_yaml_no_memory(file);
    }
    for (unsigned i = 0; i < raw->levels_count; i++) {
        const struct raw_level *level = &raw->levels[i];
        char path[VV_YAML_PATH_BYTES];
        vv_yaml_path(path, "assessment.levels[%u].code", i);
        enum vv_status status = check_code(file, path, level->code);
        if (status != VV_OK) {
            return status;
        }
        vv_yaml_path(path, "assessment.levels[%u].logit_below", i);
        bool last = i + 1 == raw->levels_count;
        if (last != (level->logit_below == NULL)) {
            return vv_yaml_fail(file, path, "every level but the last (nearest) has a cut-off");
        }
        if (!last && level->status == VV_YAML_UNMARKED) {
            return vv_yaml_fail(file, path, "a cut-off needs a status: example or official");
        }
        levels[i] = (struct vv_level){.code = level->code,
                                      .name_en = level->name.en,
                                      .name_sv = level->name.sv,
                                      .referred = level->referred == VV_YAML_TRUE,
                                      .example = level->status == VV_YAML_EXAMPLE};
        status = vv_yaml_bounded(file, path, level->logit_below, INT64_C(-100000000),
                                 INT64_C(100000000), INT64_MAX, &levels[i].logit_below);
        if (status != VV_OK) {
            return status;
        }
    }
    scheme->model = raw->model;
    scheme->levels = levels;
    scheme->level_count = raw->levels_count;
    return check_code(file, "assessment.model", raw->model);
}

/* Which attributes a kind of component may and must have. */
static enum vv_status check_attributes(const struct vv_yaml_file *file, const char *path,
                                       const struct raw_component *raw)
{
    bool daily = raw->kind == VV_PER_DAY;
    bool base = daily || raw->kind == VV_PER_MONTH;
    bool premium = raw->kind == VV_PREMIUM_DAYS;
    bool milestone = raw->kind == VV_MILESTONE;
    bool on_outcome = raw->price_on == VV_ON_OUTCOME_START;
    bool on_time = raw->price_on == VV_ON_DAY || raw->price_on == VV_ON_PERIOD_START;
    const struct {
        const char *key;
        bool wrong;
        const char *text;
    } rules[] = {
        {"price_on", base && on_outcome, "a base has no outcome: day, period_start, ..."},
        {"price_on", !base && on_time, "must be outcome_start or placement_start for this kind"},
        {"days", raw->days != 0 && !daily, "only a component per_day counts days"},
        {"pay_if", raw->pay_if != 0 && !base, "only a base can wait for a report"},
        {"on", (raw->on != 0) == base,
         "outcomes are for premiums and milestones, and needed there"},
        {"premium_clock", raw->premium_clock != 0 && !premium, "only for premium_days"},
        {"premium_requires", raw->premium_requires != 0 && !premium, "only for premium_days"},
        {"bands", (raw->bands != NULL) != premium, "bands are for premium_days, and needed there"},
        {"milestone_months", (raw->milestone_months != NULL) != milestone,
         "for kind milestone, and needed there"},
        {"max_gap_days", raw->max_gap_days != NULL && !milestone, "only for kind milestone"},
    };
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (rules[i].wrong) {
            char place[VV_YAML_PATH_BYTES];
            vv_yaml_path(place, "%s.%s", path, rules[i].key);
            return vv_yaml_fail(file, place, "%s", rules[i].text);
        }
    }
    return VV_OK;
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
        status = vv_yaml_bounded(file, place, raw->bands[i].percent, 0, PERCENT_MAX, 0,
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
                                    const struct raw_price *raw, struct vv_price *price)
{
    char place[VV_YAML_PATH_BYTES];
    vv_yaml_path(place, "%s.amount", path);
    vv_money amount = 0;
    if (vv_money_parse(raw->amount, &amount) != VV_OK) {
        return vv_yaml_fail(file, place, "must be an amount like 20300.00, two decimals at most");
    }
    if (amount < 0) {
        return vv_yaml_fail(file, place, "a price cannot be negative");
    }
    *price = (struct vv_price){.level = raw->level,
                               .area = raw->area,
                               .amount = amount,
                               .example = raw->status == VV_YAML_EXAMPLE,
                               .note = raw->note};
    return convert_validity(file, path, raw->from, raw->to, &price->from, &price->to);
}

static enum vv_status convert_prices(const struct vv_yaml_file *file, const char *path,
                                     const struct raw_component *raw, bool factor_example,
                                     struct vv_component *component)
{
    struct vv_price *prices = vv_yaml_pool_alloc(file->pool, raw->prices_count, sizeof(*prices));
    if (prices == NULL) {
        return vv_yaml_no_memory(file);
    }
    for (unsigned i = 0; i < raw->prices_count; i++) {
        char place[VV_YAML_PATH_BYTES];
        vv_yaml_path(place, "%s.prices[%u]", path, i);
        enum vv_status status = convert_price(file, place, &raw->prices[i], &prices[i]);
        if (status != VV_OK) {
            return status;
        }
        /* A real price times an example factor is an example. */
        prices[i].example = prices[i].example || (prices[i].area == NULL && factor_example);
    }
    component->prices = prices;
    component->price_count = raw->prices_count;
    return VV_OK;
}

static enum vv_status convert_component(const struct vv_yaml_file *file, const char *path,
                                        const struct raw_component *raw, bool factor_example,
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
        .on_job = (raw->on & RAW_ON_JOB) != 0,
        .on_study = (raw->on & RAW_ON_STUDY) != 0,
        .clock_contract = raw->premium_clock == RAW_CLOCK_CONTRACT,
        .requires_result = raw->premium_requires == RAW_REQUIRES_RESULT,
    };
    char place[VV_YAML_PATH_BYTES];
    vv_yaml_path(place, "%s.code", path);
    enum vv_status status = check_code(file, place, raw->code);
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
        status = convert_prices(file, path, raw, factor_example, component);
    }
    component->milestone_months = (int)months;
    component->max_gap_days = (int)gap;
    return status;
}

static enum vv_status convert_components(const struct vv_yaml_file *file,
                                         const struct raw_scheme *raw, struct vv_scheme *scheme)
{
    struct vv_component *components =
        vv_yaml_pool_alloc(file->pool, raw->components_count, sizeof(*components));
    if (components == NULL) {
        return vv_yaml_no_memory(file);
    }
    bool factor_example = false;
    for (unsigned i = 0; i < raw->areas_count; i++) {
        factor_example = factor_example || raw->areas[i].status == VV_YAML_EXAMPLE;
    }
    for (unsigned i = 0; i < raw->components_count; i++) {
        char path[VV_YAML_PATH_BYTES];
        vv_yaml_path(path, "components[%u]", i);
        enum vv_status status =
            convert_component(file, path, &raw->components[i], factor_example, &components[i]);
        if (status != VV_OK) {
            return status;
        }
    }
    scheme->components = components;
    scheme->component_count = raw->components_count;
    return VV_OK;
}

static enum vv_status convert_numbers(const struct vv_yaml_file *file, const struct raw_scheme *raw,
                                      struct vv_scheme *scheme)
{
    int64_t days = 0;
    int64_t months = 0;
    int64_t months_max = 0;
    enum vv_status status =
        vv_yaml_bounded(file, "choice.working_days", raw->choice.working_days, 1, 60, 0, &days);
    if (status == VV_OK) {
        status = vv_yaml_bounded(file, "service.months", raw->service.months, 1, SERVICE_MONTHS_MAX,
                                 0, &months);
    }
    if (status == VV_OK) {
        status = vv_yaml_bounded(file, "service.months_max", raw->service.months_max, months,
                                 SERVICE_MONTHS_MAX, 0, &months_max);
    }
    if (status == VV_OK) {
        scheme->choice_working_days = (int)days;
        scheme->service_months = (int)months;
        scheme->service_months_max = (int)months_max;
        scheme->back_heavy = raw->back_heavy == VV_YAML_TRUE;
    }
    return status;
}

static enum vv_status convert_head(const struct vv_yaml_file *file, const struct raw_scheme *raw,
                                   struct vv_scheme *scheme)
{
    /* Both have hundredths as minor units, which is what vv_money_parse reads. */
    if (strcmp(raw->currency, "SEK") != 0 && strcmp(raw->currency, "EUR") != 0) {
        return vv_yaml_fail(file, "currency", "unknown currency: SEK or EUR");
    }
    vv_date unused = 0;
    if (vv_zone_date(raw->time_zone, 0, &unused) != VV_OK) {
        return vv_yaml_fail(file, "time_zone", "unknown time zone");
    }
    if (vv_jurisdiction_parse(raw->jurisdiction, &scheme->jurisdiction) != VV_OK) {
        return vv_yaml_fail(file, "jurisdiction", "unknown jurisdiction");
    }
    scheme->id = raw->id;
    scheme->name_en = raw->name.en;
    scheme->name_sv = raw->name.sv;
    scheme->currency = raw->currency;
    scheme->time_zone = raw->time_zone;
    enum vv_status status = check_code(file, "id", raw->id);
    if (status != VV_OK) {
        return status;
    }
    return convert_validity(file, "valid", raw->valid.from, raw->valid.to, &scheme->from,
                            &scheme->to);
}

enum vv_status vv_scheme_convert(const struct vv_yaml_file *file, const struct raw_scheme *raw,
                                 struct vv_scheme *scheme)
{
    enum vv_status status = convert_head(file, raw, scheme);
    if (status == VV_OK) {
        status = convert_areas(file, raw, scheme);
    }
    if (status == VV_OK && raw->target_group != NULL) {
        struct vv_criterion *target = vv_yaml_pool_alloc(file->pool, 1, sizeof(*target));
        if (target == NULL) {
            return vv_yaml_no_memory(file);
        }
        status = vv_scheme_convert_criterion(file, "target_group", raw->target_group, target);
        scheme->target_group = target;
    }
    if (status == VV_OK) {
        status = convert_levels(file, &raw->assessment, scheme);
    }
    if (status == VV_OK) {
        status = convert_numbers(file, raw, scheme);
    }
    if (status == VV_OK) {
        status = convert_components(file, raw, scheme);
    }
    return status;
}
