/*
 * scheme_delivery.c: kinds of activities and obligations of a scheme file: its section `delivery`.
 */
#include "scheme_delivery.h"

#include <string.h>

#include "scheme_file.h"

#define ENTRIES_MAX 32
/* Days after a month's end in which reports may come, where the scheme does not say. */
#define MONTH_DAYS 10
#define MONTH_DAYS_MAX 60
#define CODE(key, structure, member)                                                               \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER, structure, member, 1, VV_CODE_BYTES_MAX)
#define NUMBER(key, member)                                                                        \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw_obligation,   \
                           member, 1, VV_CODE_BYTES_MAX)

static const cyaml_strval_t kinds[] = {
    {"once", VV_OBLIGATION_ONCE}, {"every", VV_OBLIGATION_EVERY}, {"hours", VV_OBLIGATION_HOURS}};

static const cyaml_schema_field_t activity_fields[] = {
    CODE("code", struct raw_activity, code),
    CYAML_FIELD_MAPPING("name", CYAML_FLAG_DEFAULT, struct raw_activity, name, vv_yaml_text_fields),
    CYAML_FIELD_END};
static const cyaml_schema_value_t activity_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_activity, activity_fields)};

static const cyaml_schema_field_t obligation_fields[] = {
    CODE("code", struct raw_obligation, code),
    CYAML_FIELD_MAPPING("name", CYAML_FLAG_DEFAULT, struct raw_obligation, name,
                        vv_yaml_text_fields),
    CYAML_FIELD_ENUM("kind", CYAML_FLAG_STRICT, struct raw_obligation, kind, kinds,
                     CYAML_ARRAY_LEN(kinds)),
    NUMBER("days", days),
    CYAML_FIELD_ENUM("working_days", CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL, struct raw_obligation,
                     working_days, vv_yaml_truths, 2),
    CYAML_FIELD_SEQUENCE("met_by", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw_obligation,
                         met_by, &vv_yaml_code_entry, 1, ENTRIES_MAX),
    NUMBER("minutes_min", minutes_min),
    CYAML_FIELD_ENUM("physical", CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL, struct raw_obligation,
                     physical, vv_yaml_truths, 2),
    NUMBER("hours", hours),
    NUMBER("physical_percent", physical_percent),
    NUMBER("from_month", from_month),
    NUMBER("to_month", to_month),
    CYAML_FIELD_END};
static const cyaml_schema_value_t obligation_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_obligation, obligation_fields)};

const cyaml_schema_field_t vv_scheme_delivery_fields[] = {
    CYAML_FIELD_ENUM("status", CYAML_FLAG_STRICT, struct raw_delivery, status, vv_yaml_figures, 2),
    CYAML_FIELD_SEQUENCE("activities", CYAML_FLAG_POINTER, struct raw_delivery, activities,
                         &activity_entry, 1, ENTRIES_MAX),
    CYAML_FIELD_SEQUENCE("obligations", CYAML_FLAG_POINTER, struct raw_delivery, obligations,
                         &obligation_entry, 1, ENTRIES_MAX),
    CYAML_FIELD_STRING_PTR("month_days", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                           struct raw_delivery, month_days, 1, VV_CODE_BYTES_MAX),
    CYAML_FIELD_END};

static bool is_activity(const struct raw_delivery *raw, const char *code)
{
    for (unsigned i = 0; i < raw->activities_count; i++) {
        if (strcmp(raw->activities[i].code, code) == 0) {
            return true;
        }
    }
    return false;
}

static enum vv_status convert_numbers(const struct vv_yaml_file *file, const char *path,
                                      const struct raw_obligation *raw,
                                      struct vv_obligation *obligation)
{
    bool hours = raw->kind == VV_OBLIGATION_HOURS;
    const struct {
        const char *key, *text;
        int64_t min, max, absent;
        int *ret_value;
    } rows[] = {
        {"days", raw->days, 1, 366, 0, &obligation->days},
        {"minutes_min", raw->minutes_min, 0, 1440, 0, &obligation->minutes_min},
        {"hours", raw->hours, hours ? 1 : 0, 168, 0, &obligation->hours},
        {"physical_percent", raw->physical_percent, 0, 100, 0, &obligation->physical_percent},
        {"from_month", raw->from_month, 1, 60, 0, &obligation->from_month},
        {"to_month", raw->to_month, 1, 60, 0, &obligation->to_month},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char place[VV_YAML_PATH_BYTES];
        int64_t value = 0;
        vv_yaml_path(place, "%s.%s", path, rows[i].key);
        enum vv_status status = vv_yaml_bounded(file, place, rows[i].text, rows[i].min, rows[i].max,
                                                rows[i].absent, &value);
        if (status != VV_OK) {
            return status;
        }
        *rows[i].ret_value = (int)value;
    }
    return VV_OK;
}

static enum vv_status check_obligation(const struct vv_yaml_file *file, const char *path,
                                       const struct raw_delivery *delivery,
                                       const struct raw_obligation *raw)
{
    char place[VV_YAML_PATH_BYTES];
    bool hours = raw->kind == VV_OBLIGATION_HOURS;
    const struct vv_yaml_rule rules[] = {
        {"code", !vv_yaml_is_code(raw->code), "must be letters, digits and -_."},
        {"days", raw->days == NULL, "is needed: the term, or the length of a window"},
        {"hours", (raw->hours != NULL) != hours, "is for kind hours, and needed there"},
        {"physical_percent", raw->physical_percent != NULL && !hours, "only for kind hours"},
        {"minutes_min", raw->minutes_min != NULL && hours, "not for kind hours"},
        {"working_days", raw->working_days != 0 && raw->kind != VV_OBLIGATION_ONCE,
         "only for kind once"},
    };
    enum vv_status status = vv_yaml_check(file, path, rules, sizeof(rules) / sizeof(rules[0]));
    for (unsigned i = 0; status == VV_OK && i < raw->met_by_count; i++) {
        if (!is_activity(delivery, raw->met_by[i])) {
            vv_yaml_path(place, "%s.met_by[%u]", path, i);
            return vv_yaml_fail(file, place, "is no activity of this scheme");
        }
    }
    return status;
}

static enum vv_status convert_obligations(const struct vv_yaml_file *file,
                                          const struct raw_delivery *raw,
                                          struct vv_delivery *delivery)
{
    struct vv_obligation *obligations =
        vv_yaml_pool_alloc(file->pool, raw->obligations_count, sizeof(*obligations));
    if (obligations == NULL) {
        return vv_yaml_no_memory(file);
    }
    for (unsigned i = 0; i < raw->obligations_count; i++) {
        const struct raw_obligation *from = &raw->obligations[i];
        char path[VV_YAML_PATH_BYTES];
        vv_yaml_path(path, "delivery.obligations[%u]", i);
        obligations[i] = (struct vv_obligation){.code = from->code,
                                                .name_en = from->name.en,
                                                .name_sv = from->name.sv,
                                                .kind = (enum vv_obligation_kind)from->kind,
                                                .working_days = from->working_days == VV_YAML_TRUE,
                                                .met_by = from->met_by,
                                                .met_by_count = from->met_by_count,
                                                .physical = from->physical == VV_YAML_TRUE};
        enum vv_status status = check_obligation(file, path, raw, from);
        if (status == VV_OK) {
            status = convert_numbers(file, path, from, &obligations[i]);
        }
        if (status != VV_OK) {
            return status;
        }
    }
    delivery->obligations = obligations;
    delivery->obligation_count = raw->obligations_count;
    return VV_OK;
}

enum vv_status vv_scheme_convert_delivery(const struct vv_yaml_file *file,
                                          const struct raw_delivery *raw,
                                          const struct vv_delivery **ret_delivery)
{
    if (raw == NULL) {
        *ret_delivery = NULL;
        return VV_OK;
    }
    struct vv_delivery *delivery = vv_yaml_pool_alloc(file->pool, 1, sizeof(*delivery));
    struct vv_activity_kind *activities =
        vv_yaml_pool_alloc(file->pool, raw->activities_count, sizeof(*activities));
    if (delivery == NULL || activities == NULL) {
        return vv_yaml_no_memory(file);
    }
    for (unsigned i = 0; i < raw->activities_count; i++) {
        char path[VV_YAML_PATH_BYTES];
        vv_yaml_path(path, "delivery.activities[%u].code", i);
        enum vv_status status = vv_scheme_check_code(file, path, raw->activities[i].code);
        if (status != VV_OK) {
            return status;
        }
        activities[i] = (struct vv_activity_kind){.code = raw->activities[i].code,
                                                  .name_en = raw->activities[i].name.en,
                                                  .name_sv = raw->activities[i].name.sv};
    }
    delivery->example = raw->status == VV_YAML_EXAMPLE;
    delivery->activities = activities;
    delivery->activity_count = raw->activities_count;
    int64_t month_days = MONTH_DAYS;
    enum vv_status status = vv_yaml_bounded(file, "delivery.month_days", raw->month_days, 0,
                                            MONTH_DAYS_MAX, MONTH_DAYS, &month_days);
    delivery->month_days = (int)month_days;
    if (status == VV_OK) {
        status = convert_obligations(file, raw, delivery);
    }
    if (status == VV_OK) {
        *ret_delivery = delivery;
    }
    return status;
}
