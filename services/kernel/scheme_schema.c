/*
 * scheme_schema.c: the keys of a scheme file as a libcyaml schema. Unknown keys, missing keys,
 * wrong shapes and unknown words are refused by it; scheme_load.c and scheme_check.c do the rest.
 */
#include "scheme_schema.h"

#include "vagval/limits.h"
#include "vagval/scheme.h"

static const cyaml_strval_t operators[] = {
    {"eq", VV_OP_EQ}, {"ne", VV_OP_NE}, {"lt", VV_OP_LT}, {"le", VV_OP_LE},
    {"gt", VV_OP_GT}, {"ge", VV_OP_GE}, {"in", VV_OP_IN}, {"not_in", VV_OP_NOT_IN}};
static const cyaml_strval_t reaches[] = {{"scheme", RAW_REACH_SCHEME}, {"area", RAW_REACH_AREA}};
static const cyaml_strval_t non_choices[] = {{"nearest", RAW_NON_CHOICE_NEAREST}};
static const cyaml_strval_t kinds[] = {{"per_day", VV_PER_DAY},
                                       {"per_month", VV_PER_MONTH},
                                       {"premium_days", VV_PREMIUM_DAYS},
                                       {"milestone", VV_MILESTONE},
                                       {"instalments", VV_INSTALMENTS},
                                       {"sustained", VV_SUSTAINED},
                                       {"per_unit", VV_PER_UNIT},
                                       {"grant", VV_GRANT},
                                       {"share", VV_SHARE}};
static const cyaml_strval_t price_days[] = {{"day", VV_ON_DAY},
                                            {"period_start", VV_ON_PERIOD_START},
                                            {"outcome_start", VV_ON_OUTCOME_START},
                                            {"placement_start", VV_ON_PLACEMENT_START}};
static const cyaml_strval_t days[] = {{"calendar", RAW_DAYS_CALENDAR},
                                      {"weekday", RAW_DAYS_WEEKDAY}};
static const cyaml_strval_t pay_ifs[] = {{"always", RAW_PAY_ALWAYS},
                                         {"report_approved", RAW_PAY_REPORT_APPROVED},
                                         {"obligations_met", RAW_PAY_OBLIGATIONS_MET}};
static const cyaml_strval_t outcomes[] = {{"job", RAW_ON_JOB}, {"study", RAW_ON_STUDY}};
static const cyaml_strval_t clocks[] = {{"service", RAW_CLOCK_SERVICE},
                                        {"contract", RAW_CLOCK_CONTRACT}};
static const cyaml_strval_t requirements[] = {{"start", RAW_REQUIRES_START},
                                              {"result", RAW_REQUIRES_RESULT}};

static const cyaml_schema_field_t valid_fields[] = {CODE("from", struct raw_valid, from),
                                                    CODE_OPTIONAL("to", struct raw_valid, to),
                                                    CYAML_FIELD_END};

static const cyaml_schema_field_t area_fields[] = {
    CODE("code", struct raw_area, code),
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct raw_area, name, 1, VV_NAME_BYTES_MAX),
    CODE_OPTIONAL("from", struct raw_area, from),
    CODE_OPTIONAL("to", struct raw_area, to),
    CODE_OPTIONAL("factor_percent", struct raw_area, factor_percent),
    WORD_OPTIONAL("status", struct raw_area, status, vv_yaml_figures),
    LIST_OPTIONAL("municipalities", struct raw_area, municipalities, &vv_yaml_code_entry, 512),
    CYAML_FIELD_END};
static const cyaml_schema_value_t area_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_area, area_fields)};

/* A criterion holds criteria; the guard's depth bound keeps that finite. */
static const cyaml_schema_field_t criterion_fields[] = {
    LIST_OPTIONAL("all", struct raw_criterion, all, &vv_scheme_criterion_entry, 64),
    LIST_OPTIONAL("any", struct raw_criterion, any, &vv_scheme_criterion_entry, 64),
    CODE_OPTIONAL("field", struct raw_criterion, field),
    WORD_OPTIONAL("op", struct raw_criterion, op, operators),
    CODE_OPTIONAL("value", struct raw_criterion, value),
    LIST_OPTIONAL("values", struct raw_criterion, values, &vv_yaml_code_entry, 512),
    CODE_OPTIONAL("code", struct raw_criterion, code),
    CYAML_FIELD_STRING_PTR("en", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw_criterion, en,
                           1, 1024),
    CYAML_FIELD_STRING_PTR("sv", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw_criterion, sv,
                           1, 1024),
    CYAML_FIELD_END};
const cyaml_schema_value_t vv_scheme_criterion_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_criterion, criterion_fields)};

static const cyaml_schema_field_t level_fields[] = {
    CODE("code", struct raw_level, code),
    PART("name", struct raw_level, name, vv_yaml_text_fields),
    WORD("referred", struct raw_level, referred, vv_yaml_truths),
    CODE_OPTIONAL("logit_below", struct raw_level, logit_below),
    WORD_OPTIONAL("status", struct raw_level, status, vv_yaml_figures),
    CYAML_FIELD_END};
static const cyaml_schema_value_t level_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_level, level_fields)};

static const cyaml_schema_field_t assessment_fields[] = {
    CODE("model", struct raw_assessment, model),
    LIST("levels", struct raw_assessment, levels, &level_entry, 32), CYAML_FIELD_END};

static const cyaml_schema_field_t choice_fields[] = {
    CODE("working_days", struct raw_choice, working_days),
    WORD("non_choice", struct raw_choice, non_choice, non_choices),
    WORD_OPTIONAL("reach", struct raw_choice, reach, reaches),
    CODE_OPTIONAL("switches_max", struct raw_choice, switches_max),
    CODE_OPTIONAL("switch_min_days", struct raw_choice, switch_min_days),
    CYAML_FIELD_END};

static const cyaml_schema_field_t service_fields[] = {
    CODE("months", struct raw_service, months), CODE("months_max", struct raw_service, months_max),
    CYAML_FIELD_END};

static const cyaml_schema_field_t band_fields[] = {CODE("days_max", struct raw_band, days_max),
                                                   CODE("percent", struct raw_band, percent),
                                                   CYAML_FIELD_END};
static const cyaml_schema_value_t band_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_band, band_fields)};

static const cyaml_schema_field_t price_fields[] = {
    CODE("level", struct raw_price, level),
    CODE_OPTIONAL("area", struct raw_price, area),
    CODE_OPTIONAL("from", struct raw_price, from),
    CODE_OPTIONAL("to", struct raw_price, to),
    CODE("amount", struct raw_price, amount),
    CODE_OPTIONAL("currency", struct raw_price, currency),
    WORD("status", struct raw_price, status, vv_yaml_figures),
    CYAML_FIELD_STRING_PTR("note", CYAML_FLAG_POINTER, struct raw_price, note, 1, 1024),
    CYAML_FIELD_END};
static const cyaml_schema_value_t price_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_price, price_fields)};

static const cyaml_schema_field_t component_fields[] = {
    CODE("code", struct raw_component, code),
    PART("name", struct raw_component, name, vv_yaml_text_fields),
    WORD("kind", struct raw_component, kind, kinds),
    WORD("price_on", struct raw_component, price_on, price_days),
    WORD_OPTIONAL("days", struct raw_component, days, days),
    WORD_OPTIONAL("pay_if", struct raw_component, pay_if, pay_ifs),
    CYAML_FIELD_FLAGS("on", CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL, struct raw_component, on,
                      outcomes, CYAML_ARRAY_LEN(outcomes)),
    WORD_OPTIONAL("premium_clock", struct raw_component, premium_clock, clocks),
    WORD_OPTIONAL("premium_requires", struct raw_component, premium_requires, requirements),
    CODE_OPTIONAL("milestone_months", struct raw_component, milestone_months),
    CODE_OPTIONAL("max_gap_days", struct raw_component, max_gap_days),
    LIST_OPTIONAL("bands", struct raw_component, bands, &band_entry, 64),
    LIST_OPTIONAL("prices", struct raw_component, prices, &price_entry, 2048),
    VV_TERMS_FIELDS(struct raw_component, terms),
    VV_AWARD_FIELDS(struct raw_component, award),
    CYAML_FIELD_END};
static const cyaml_schema_value_t component_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_component, component_fields)};

static const cyaml_schema_field_t scheme_fields[] = {
    CODE("id", struct raw_scheme, id),
    PART("name", struct raw_scheme, name, vv_yaml_text_fields),
    CODE("jurisdiction", struct raw_scheme, jurisdiction),
    CODE("currency", struct raw_scheme, currency),
    CODE("time_zone", struct raw_scheme, time_zone),
    PART("valid", struct raw_scheme, valid, valid_fields),
    LIST("areas", struct raw_scheme, areas, &area_entry, 256),
    CYAML_FIELD_MAPPING_PTR("target_group", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                            struct raw_scheme, target_group, criterion_fields),
    CYAML_FIELD_MAPPING_PTR("authorisation", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                            struct raw_scheme, authorisation, vv_scheme_authorisation_fields),
    CYAML_FIELD_MAPPING_PTR("delivery", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw_scheme,
                            delivery, vv_scheme_delivery_fields),
    PART_OPTIONAL("rating", struct raw_scheme, rating, vv_scheme_rating_fields),
    PART_OPTIONAL("empty_contract", struct raw_scheme, empty_contract,
                  vv_scheme_empty_contract_fields),
    CYAML_FIELD_MAPPING_PTR("corrections", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                            struct raw_scheme, corrections, vv_scheme_corrections_fields),
    PART("assessment", struct raw_scheme, assessment, assessment_fields),
    PART("choice", struct raw_scheme, choice, choice_fields),
    LIST_OPTIONAL("combines_with", struct raw_scheme, combines_with, &vv_yaml_code_entry, 32),
    PART("service", struct raw_scheme, service, service_fields),
    WORD_OPTIONAL("back_heavy", struct raw_scheme, back_heavy, vv_yaml_truths),
    CYAML_FIELD_MAPPING_PTR("bank", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw_scheme,
                            bank, vv_scheme_bank_fields),
    LIST("components", struct raw_scheme, components, &component_entry, 32),
    VV_SCHEME_TERMS_FIELDS(struct raw_scheme, terms),
    VV_BUDGET_FIELD(struct raw_scheme, budget),
    PART_OPTIONAL("evidence", struct raw_scheme, evidence, vv_evidence_fields),
    CYAML_FIELD_END};

const cyaml_schema_value_t vv_scheme_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct raw_scheme, scheme_fields)};
