/*
 * scheme_rating.c: what a scheme says of results, ratings and their consequences: its sections
 * `rating` and `empty_contract`.
 */
#include "scheme_rating.h"

#include <string.h>

#include "scheme_file.h"

#define MONTHS_MAX 120
#define WEIGHT_MAX 1000000

static const cyaml_schema_field_t level_fields[] = {CODE("code", struct raw_rating_level, code),
                                                    CODE("weight", struct raw_rating_level, weight),
                                                    CYAML_FIELD_END};
static const cyaml_schema_value_t level_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_rating_level, level_fields)};

static const cyaml_schema_field_t cohort_fields[] = {
    CODE("from_months", struct raw_rating_cohort, from_months),
    CODE("to_months", struct raw_rating_cohort, to_months), CYAML_FIELD_END};

static const cyaml_schema_field_t termination_fields[] = {
    CODE("rating_max", struct raw_termination, rating_max),
    CODE("measure_below", struct raw_termination, measure_below),
    CODE("follow_ups", struct raw_termination, follow_ups),
    CODE("active_months", struct raw_termination, active_months), CYAML_FIELD_END};

const cyaml_schema_field_t vv_scheme_rating_fields[] = {
    WORD("status", struct raw_rating, status, vv_yaml_figures),
    CYAML_FIELD_STRING_PTR("note", CYAML_FLAG_POINTER, struct raw_rating, note, 1, 1024),
    LIST("levels", struct raw_rating, levels, &level_entry, VV_MEASURE_LEVELS),
    CODE("rr1_months", struct raw_rating, rr1_months),
    CODE("rr2_months", struct raw_rating, rr2_months),
    PART("cohort", struct raw_rating, cohort, cohort_fields),
    CODE("every_months", struct raw_rating, every_months),
    CODE("participants_min", struct raw_rating, participants_min),
    CODE("months_min", struct raw_rating, months_min),
    LIST("thresholds", struct raw_rating, thresholds, &vv_yaml_code_entry, VV_RATING_MAX - 1),
    PART_OPTIONAL("termination", struct raw_rating, termination, termination_fields),
    CYAML_FIELD_END};

const cyaml_schema_field_t vv_scheme_empty_contract_fields[] = {
    CODE("months", struct raw_empty_contract, months), CYAML_FIELD_END};

int vv_rating_level_index(const struct vv_rating_rules *rules, const char *code)
{
    for (size_t i = 0; i < rules->level_count; i++) {
        if (strcmp(rules->levels[i].code, code) == 0) {
            return (int)i;
        }
    }
    return -1;
}

struct row {
    const char *path, *text;
    int64_t min, max;
    int *ret_value;
};

static enum vv_status read_rows(const struct vv_yaml_file *file, const struct row *rows,
                                size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int64_t value = 0;
        enum vv_status status =
            vv_yaml_bounded(file, rows[i].path, rows[i].text, rows[i].min, rows[i].max, 0, &value);
        if (status != VV_OK) {
            return status;
        }
        *rows[i].ret_value = (int)value;
    }
    return VV_OK;
}

/* Every level that gets a provider is weighed: else its people would not count. */
static enum vv_status convert_levels(const struct vv_yaml_file *file, const struct raw_rating *raw,
                                     const struct vv_scheme *scheme, struct vv_rating_rules *rules)
{
    char path[VV_YAML_PATH_BYTES];
    for (unsigned i = 0; i < raw->levels_count; i++) {
        const struct vv_level *level = vv_scheme_level(scheme, raw->levels[i].code);
        vv_yaml_path(path, "rating.levels[%u].code", i);
        if (level == NULL || !level->referred) {
            return vv_yaml_fail(file, path, "%s",
                                level == NULL ? "unknown level" : "this level gets no provider");
        }
        if (vv_rating_level_index(rules, level->code) >= 0) {
            return vv_yaml_fail(file, path, "level %s stands twice", level->code);
        }
        vv_yaml_path(path, "rating.levels[%u].weight", i);
        rules->levels[i].code = level->code;
        rules->level_count = i + 1;
        enum vv_status status = vv_yaml_bounded(file, path, raw->levels[i].weight, 1, WEIGHT_MAX, 0,
                                                &rules->levels[i].weight);
        if (status != VV_OK) {
            return status;
        }
    }
    for (size_t i = 0; i < scheme->level_count; i++) {
        const struct vv_level *level = &scheme->levels[i];
        if (level->referred && vv_rating_level_index(rules, level->code) < 0) {
            return vv_yaml_fail(file, "rating.levels", "level %s has no weight", level->code);
        }
    }
    return VV_OK;
}

static enum vv_status convert_thresholds(const struct vv_yaml_file *file,
                                         const struct raw_rating *raw,
                                         struct vv_rating_rules *rules)
{
    char path[VV_YAML_PATH_BYTES];
    if (raw->thresholds_count != VV_RATING_MAX - 1) {
        return vv_yaml_fail(file, "rating.thresholds", "needs %d: from where 2, 3 and 4 are given",
                            VV_RATING_MAX - 1);
    }
    for (unsigned i = 0; i < raw->thresholds_count; i++) {
        int64_t *micro = &rules->thresholds[i];
        vv_yaml_path(path, "rating.thresholds[%u]", i);
        if (!vv_yaml_micro(raw->thresholds[i], micro) || *micro <= 0) {
            return vv_yaml_fail(file, path, "must be a decimal above 0 with at most 6 decimals");
        }
        if (i > 0 && *micro <= rules->thresholds[i - 1]) {
            return vv_yaml_fail(file, path, "thresholds must rise");
        }
    }
    return VV_OK;
}

static enum vv_status convert_termination(const struct vv_yaml_file *file,
                                          const struct raw_termination *raw,
                                          struct vv_termination_rule *rule)
{
    if (raw == NULL) {
        return VV_OK;
    }
    if (!vv_yaml_micro(raw->measure_below, &rule->measure_below) || rule->measure_below <= 0) {
        return vv_yaml_fail(file, "rating.termination.measure_below",
                            "must be a decimal above 0 with at most 6 decimals");
    }
    const struct row rows[] = {
        {"rating.termination.rating_max", raw->rating_max, 0, VV_RATING_MAX, &rule->rating_max},
        {"rating.termination.follow_ups", raw->follow_ups, 1, VV_FOLLOW_UPS_MAX, &rule->follow_ups},
        {"rating.termination.active_months", raw->active_months, 1, MONTHS_MAX,
         &rule->active_months},
    };
    return read_rows(file, rows, sizeof(rows) / sizeof(rows[0]));
}

static enum vv_status convert(const struct vv_yaml_file *file, const struct raw_rating *raw,
                              const struct vv_scheme *scheme, struct vv_rating_rules *rules)
{
    rules->example = raw->status == VV_YAML_EXAMPLE;
    rules->note = raw->note;
    const struct row rows[] = {
        {"rating.rr1_months", raw->rr1_months, 1, MONTHS_MAX, &rules->rr1_months},
        {"rating.rr2_months", raw->rr2_months, 1, MONTHS_MAX, &rules->rr2_months},
        {"rating.cohort.from_months", raw->cohort.from_months, 0, MONTHS_MAX,
         &rules->cohort_from_months},
        {"rating.cohort.to_months", raw->cohort.to_months, 0, MONTHS_MAX, &rules->cohort_to_months},
        {"rating.every_months", raw->every_months, 1, 12, &rules->every_months},
        {"rating.participants_min", raw->participants_min, 1, 1000000, &rules->participants_min},
        {"rating.months_min", raw->months_min, 0, MONTHS_MAX, &rules->months_min},
    };
    enum vv_status status = read_rows(file, rows, sizeof(rows) / sizeof(rows[0]));
    if (status == VV_OK && rules->rr2_months < rules->rr1_months) {
        return vv_yaml_fail(file, "rating.rr2_months", "is before rr1_months");
    }
    if (status == VV_OK && rules->cohort_from_months < rules->cohort_to_months) {
        return vv_yaml_fail(file, "rating.cohort.from_months", "is later than to_months");
    }
    if (status == VV_OK) {
        status = convert_levels(file, raw, scheme, rules);
    }
    if (status == VV_OK) {
        status = convert_thresholds(file, raw, rules);
    }
    return status == VV_OK ? convert_termination(file, raw->termination, &rules->termination)
                           : status;
}

enum vv_status vv_scheme_convert_rating(const struct vv_yaml_file *file,
                                        const struct raw_rating *raw,
                                        const struct raw_empty_contract *empty,
                                        struct vv_scheme *scheme)
{
    if (empty != NULL) {
        const struct row row = {"empty_contract.months", empty->months, 1, MONTHS_MAX,
                                &scheme->empty_contract_months};
        enum vv_status status = read_rows(file, &row, 1);
        if (status != VV_OK) {
            return status;
        }
    }
    if (raw == NULL) {
        return VV_OK;
    }
    struct vv_rating_rules *rules = vv_yaml_pool_alloc(file->pool, 1, sizeof(*rules));
    if (rules == NULL) {
        return vv_yaml_no_memory(file);
    }
    enum vv_status status = convert(file, raw, scheme, rules);
    if (status == VV_OK) {
        scheme->rating = rules;
    }
    return status;
}
