/*
 * scheme_load.c: from the written scheme to typed values. Each value is checked by itself here
 * (form, range, what a kind of component may say); scheme_check.c looks at the whole.
 */
#include <stdio.h>
#include <string.h>

#include "scheme_file.h"
#include "vagval/zone.h"

#define SERVICE_MONTHS_MAX 36

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

enum vv_status vv_scheme_convert_validity(const struct vv_yaml_file *file, const char *path,
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

enum vv_status vv_scheme_check_code(const struct vv_yaml_file *file, const char *path,
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
    enum vv_status status = vv_scheme_check_code(file, place, raw->code);
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
    status = vv_scheme_convert_validity(file, path, raw->from, raw->to, &area->choices_from,
                                        &area->choices_until);
    if (status != VV_OK) {
        return status;
    }
    return vv_yaml_bounded(file, place, raw->factor_percent, 1, VV_PERCENT_MAX, 100,
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
    for (unsigned i = 0; i < raw->areas_count; i++) {
        scheme->areas_limited = scheme->areas_limited || areas[i].choices_from != VV_DATE_NONE ||
                                areas[i].choices_until != VV_DATE_NONE;
    }
    return VV_OK;
}

static enum vv_status convert_levels(const struct vv_yaml_file *file,
                                     const struct raw_assessment *raw, struct vv_scheme *scheme)
{
    struct vv_level *levels = vv_yaml_pool_alloc(file->pool, raw->levels_count, sizeof(*levels));
    if (levels == NULL) {
        return vv_yaml_no_memory(file);
    }
    bool by_person = strcmp(raw->model, "none") == 0;
    for (unsigned i = 0; i < raw->levels_count; i++) {
        const struct raw_level *level = &raw->levels[i];
        char path[VV_YAML_PATH_BYTES];
        vv_yaml_path(path, "assessment.levels[%u].code", i);
        enum vv_status status = vv_scheme_check_code(file, path, level->code);
        if (status != VV_OK) {
            return status;
        }
        vv_yaml_path(path, "assessment.levels[%u].logit_below", i);
        bool last = i + 1 == raw->levels_count;
        if (by_person && level->logit_below != NULL) {
            return vv_yaml_fail(file, path, "with model: none a person sets the level: no cut-off");
        }
        if (!by_person && last != (level->logit_below == NULL)) {
            return vv_yaml_fail(file, path, "every level but the last (nearest) has a cut-off");
        }
        if (!by_person && !last && level->status == VV_YAML_UNMARKED) {
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
    scheme->levels_by_person = by_person;
    scheme->levels = levels;
    scheme->level_count = raw->levels_count;
    return vv_scheme_check_code(file, "assessment.model", raw->model);
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
    int64_t switches = 0, switch_days = 0;
    if (status == VV_OK) {
        status = vv_yaml_bounded(file, "choice.switches_max", raw->choice.switches_max, 0, 100, -1,
                                 &switches);
    }
    if (status == VV_OK) {
        status = vv_yaml_bounded(file, "choice.switch_min_days", raw->choice.switch_min_days, 0,
                                 366, 0, &switch_days);
    }
    if (status == VV_OK) {
        scheme->switches_max = (int)switches;
        scheme->switch_min_days = (int)switch_days;
        scheme->choice_within_area = raw->choice.reach == RAW_REACH_AREA;
        scheme->combines_with = raw->combines_with;
        scheme->combines_with_count = raw->combines_with_count;
        scheme->choice_working_days = (int)days;
        scheme->service_months = (int)months;
        scheme->service_months_max = (int)months_max;
        scheme->back_heavy = raw->back_heavy == VV_YAML_TRUE;
        scheme->supplement_payable = raw->terms.supplement_payable == RAW_SUPPLEMENT_DECISION_END
                                         ? VV_SUPPLEMENT_DECISION_END
                                         : VV_SUPPLEMENT_NOW;
        scheme->pay_on =
            raw->terms.pay_on == RAW_PAY_ON_INVOICE ? VV_PAY_ON_INVOICE : VV_PAY_ON_POSTING;
        scheme->result_requires_second_source = raw->terms.second_source == VV_YAML_TRUE;
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
    enum vv_status status = vv_scheme_check_code(file, "id", raw->id);
    if (status != VV_OK) {
        return status;
    }
    return vv_scheme_convert_validity(file, "valid", raw->valid.from, raw->valid.to, &scheme->from,
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
        status = vv_scheme_convert_criterion(file, "target_group", raw->target_group,
                                             &vv_case_fields, target);
        scheme->target_group = target;
    }
    if (status == VV_OK) {
        status = vv_scheme_convert_authorisation(file, raw->authorisation, &scheme->authorisation);
    }
    if (status == VV_OK) {
        status = vv_scheme_convert_delivery(file, raw->delivery, &scheme->delivery);
    }
    if (status == VV_OK) {
        status = vv_scheme_convert_corrections(file, raw->corrections, &scheme->corrections);
    }
    if (status == VV_OK) {
        status = vv_evidence_convert(file, raw->evidence, scheme);
    }
    if (status == VV_OK) {
        status = convert_levels(file, &raw->assessment, scheme);
    }
    if (status == VV_OK) {
        status = vv_scheme_convert_rating(file, raw->rating, raw->empty_contract, scheme);
    }
    if (status == VV_OK) {
        status = convert_numbers(file, raw, scheme);
    }
    if (status == VV_OK) {
        status = vv_scheme_convert_components(file, raw, scheme);
    }
    if (status == VV_OK) {
        status = vv_budget_convert(file, raw->budget, scheme);
    }
    if (status == VV_OK) {
        status = vv_scheme_convert_bank(file, raw->bank, scheme);
    }
    return status;
}
