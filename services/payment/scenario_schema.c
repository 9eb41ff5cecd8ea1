/*
 * scenario_schema.c: the keys of a scenario file as a libcyaml schema. Unknown keys, missing keys
 * and wrong shapes are refused by it.
 */
#include "scenario_schema.h"

#include "scenario.h"
#include "vagval/limits.h"

#define TEXT(key, structure, member, bytes)                                                        \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER, structure, member, 1, bytes)
#define CODE(key, structure, member) TEXT(key, structure, member, VV_CODE_BYTES_MAX)
#define CODE_OPTIONAL(key, structure, member)                                                      \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, structure, member, 1,    \
                           VV_CODE_BYTES_MAX)
#define FACT(key, index) CODE_OPTIONAL(key, struct raw_scenario_fact, text[index])

const char *const vv_scenario_keys[VV_KEY_COUNT] = {
    [VV_KEY_REF] = "ref",
    [VV_KEY_ON] = "on",
    [VV_KEY_OF] = "of",
    [VV_KEY_RECORDED] = "recorded",
    [VV_KEY_SUPERSEDES] = "supersedes",
    [VV_KEY_WITHDRAWN] = "withdrawn",
    [VV_KEY_LEVEL] = "level",
    [VV_KEY_DECIDED] = "decided",
    [VV_KEY_REFERRED] = "referred",
    [VV_KEY_CONTRACT] = "contract",
    [VV_KEY_AREA] = "area",
    [VV_KEY_PLANNED_END] = "planned_end",
    [VV_KEY_SERVICE_START] = "service_start",
    [VV_KEY_MONTH] = "month",
    [VV_KEY_APPROVED] = "approved",
    [VV_KEY_EXTENT_PERCENT] = "extent_percent",
    [VV_KEY_EVIDENCE] = "evidence",
    [VV_KEY_UNIT] = "unit",
    [VV_KEY_QUANTITY] = "quantity",
    [VV_KEY_COMPONENT] = "component",
    [VV_KEY_AMOUNT] = "amount",
    [VV_KEY_THROUGH] = "through",
    [VV_KEY_FINAL] = "final",
    [VV_KEY_HANDED_OVER] = "handed_over",
};

static const cyaml_schema_field_t fact_fields[] = {CODE("kind", struct raw_scenario_fact, kind),
                                                   FACT("ref", VV_KEY_REF),
                                                   FACT("on", VV_KEY_ON),
                                                   FACT("of", VV_KEY_OF),
                                                   FACT("recorded", VV_KEY_RECORDED),
                                                   FACT("supersedes", VV_KEY_SUPERSEDES),
                                                   FACT("withdrawn", VV_KEY_WITHDRAWN),
                                                   FACT("level", VV_KEY_LEVEL),
                                                   FACT("decided", VV_KEY_DECIDED),
                                                   FACT("referred", VV_KEY_REFERRED),
                                                   FACT("contract", VV_KEY_CONTRACT),
                                                   FACT("area", VV_KEY_AREA),
                                                   FACT("planned_end", VV_KEY_PLANNED_END),
                                                   FACT("service_start", VV_KEY_SERVICE_START),
                                                   FACT("month", VV_KEY_MONTH),
                                                   FACT("approved", VV_KEY_APPROVED),
                                                   FACT("extent_percent", VV_KEY_EXTENT_PERCENT),
                                                   FACT("evidence", VV_KEY_EVIDENCE),
                                                   FACT("unit", VV_KEY_UNIT),
                                                   FACT("quantity", VV_KEY_QUANTITY),
                                                   FACT("component", VV_KEY_COMPONENT),
                                                   FACT("amount", VV_KEY_AMOUNT),
                                                   FACT("through", VV_KEY_THROUGH),
                                                   FACT("final", VV_KEY_FINAL),
                                                   FACT("handed_over", VV_KEY_HANDED_OVER),
                                                   CYAML_FIELD_END};
static const cyaml_schema_value_t fact_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_scenario_fact, fact_fields)};

static const cyaml_schema_field_t scheme_fields[] = {
    TEXT("file", struct raw_scenario_scheme, file, 512),
    CODE_OPTIONAL("published", struct raw_scenario_scheme, published), CYAML_FIELD_END};
static const cyaml_schema_value_t scheme_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_scenario_scheme, scheme_fields)};

static const cyaml_schema_field_t expected_fields[] = {
    CODE("component", struct raw_expected, component),
    CODE_OPTIONAL("period", struct raw_expected, period),
    CODE_OPTIONAL("contract", struct raw_expected, contract),
    CODE("amount", struct raw_expected, amount), CYAML_FIELD_END};
static const cyaml_schema_value_t expected_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_expected, expected_fields)};

#define EXPECTED(key, member)                                                                      \
    CYAML_FIELD_SEQUENCE(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw_expected_step,  \
                         member, &expected_entry, 0, VV_SCENARIO_FACTS_MAX)
static const cyaml_schema_field_t step_fields[] = {
    CODE("as_of", struct raw_expected_step, as_of), EXPECTED("entitlements", entitlements),
    EXPECTED("postings", postings), EXPECTED("proposals", proposals), CYAML_FIELD_END};
static const cyaml_schema_value_t step_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_expected_step, step_fields)};

static const cyaml_schema_field_t scenario_fields[] = {
    TEXT("title", struct raw_scenario, title, 512),
    CYAML_FIELD_STRING_PTR("scheme", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw_scenario,
                           scheme, 1, 512),
    CYAML_FIELD_SEQUENCE("schemes", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw_scenario,
                         schemes, &scheme_entry, 1, VV_SCENARIO_SCHEMES_MAX),
    CYAML_FIELD_SEQUENCE("facts", CYAML_FLAG_POINTER, struct raw_scenario, facts, &fact_entry, 1,
                         VV_SCENARIO_FACTS_MAX),
    CYAML_FIELD_SEQUENCE("as_of", CYAML_FLAG_POINTER, struct raw_scenario, as_of,
                         &vv_yaml_code_entry, 1, VV_SCENARIO_DATES_MAX),
    CYAML_FIELD_SEQUENCE("expect", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw_scenario,
                         expect, &step_entry, 1, VV_SCENARIO_DATES_MAX),
    CYAML_FIELD_END};

const cyaml_schema_value_t vv_scenario_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct raw_scenario, scenario_fields)};
