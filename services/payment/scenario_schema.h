/*
 * scenario_schema.h: a scenario file as it is written, before its meaning is checked. Dates,
 * numbers and money are still text. An absent key is NULL.
 */
#ifndef VAGVAL_PAYMENT_SCENARIO_SCHEMA_H
#define VAGVAL_PAYMENT_SCENARIO_SCHEMA_H

#include "vagval/yaml_load.h"

/* Keys of a fact; VV_KEY_NAMES has their names in this order. Each kind of fact says in its row of
 * scenario_facts.c which of them it needs and which it may have. */
enum vv_scenario_key {
    VV_KEY_REF,
    VV_KEY_ON,
    VV_KEY_OF,
    VV_KEY_RECORDED,
    VV_KEY_SUPERSEDES,
    VV_KEY_WITHDRAWN,
    VV_KEY_LEVEL,
    VV_KEY_DECIDED,
    VV_KEY_REFERRED,
    VV_KEY_CONTRACT,
    VV_KEY_AREA,
    VV_KEY_PLANNED_END,
    VV_KEY_SERVICE_START,
    VV_KEY_MONTH,
    VV_KEY_APPROVED,
    VV_KEY_EXTENT_PERCENT,
    VV_KEY_EVIDENCE,
    VV_KEY_UNIT,
    VV_KEY_QUANTITY,
    VV_KEY_COMPONENT,
    VV_KEY_AMOUNT,
    VV_KEY_THROUGH,
    VV_KEY_FINAL,
    VV_KEY_HANDED_OVER,
    VV_KEY_COUNT
};
extern const char *const vv_scenario_keys[VV_KEY_COUNT];

struct raw_scenario_fact {
    const char *kind;
    const char *text[VV_KEY_COUNT];
};

struct raw_scenario_scheme {
    const char *file, *published;
};

struct raw_expected {
    const char *component, *period, *contract, *amount;
};

struct raw_expected_step {
    const char *as_of;
    struct raw_expected *entitlements, *postings, *proposals;
    unsigned entitlements_count, postings_count, proposals_count;
};

struct raw_scenario {
    const char *title;
    const char *scheme;
    struct raw_scenario_scheme *schemes;
    unsigned schemes_count;
    struct raw_scenario_fact *facts;
    unsigned facts_count;
    const char **as_of;
    unsigned as_of_count;
    struct raw_expected_step *expect;
    unsigned expect_count;
};

extern const cyaml_schema_value_t vv_scenario_schema;

#endif
