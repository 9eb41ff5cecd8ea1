/*
 * scheme_schema.h: a scheme file as it is written, before its meaning is checked.
 *
 * Numbers, dates and money are still text here: their forms are ours (decimal strings), not
 * libcyaml's. An absent key is NULL or 0.
 */
#ifndef VAGVAL_KERNEL_SCHEME_SCHEMA_H
#define VAGVAL_KERNEL_SCHEME_SCHEMA_H

#include "scheme_authorisation.h"
#include "scheme_bank.h"
#include "scheme_corrections.h"
#include "scheme_delivery.h"
#include "scheme_evidence.h"
#include "scheme_grants.h"
#include "scheme_rating.h"
#include "scheme_terms.h"
#include "vagval/yaml_load.h"

struct raw_valid {
    const char *from, *to;
};

struct raw_area {
    const char *code, *name;
    const char *from, *to;
    const char *factor_percent;
    int status;
    const char **municipalities;
    unsigned municipalities_count;
};

struct raw_criterion {
    struct raw_criterion *all, *any;
    unsigned all_count, any_count;
    const char *field;
    int op; /* enum vv_operator, one of the leaf operators; 0 = absent */
    const char *value;
    const char **values;
    unsigned values_count;
    const char *code, *en, *sv;
};

struct raw_level {
    const char *code;
    struct vv_yaml_text name;
    int referred;
    const char *logit_below;
    int status;
};

struct raw_assessment {
    const char *model;
    struct raw_level *levels;
    unsigned levels_count;
};

enum raw_non_choice { RAW_NON_CHOICE_NEAREST = 1 };
enum raw_reach { RAW_REACH_SCHEME = 1, RAW_REACH_AREA };

struct raw_choice {
    const char *working_days, *switches_max, *switch_min_days;
    int non_choice, reach;
};

struct raw_service {
    const char *months, *months_max;
};

enum raw_days { RAW_DAYS_CALENDAR = 1, RAW_DAYS_WEEKDAY };
enum raw_pay_if { RAW_PAY_ALWAYS = 1, RAW_PAY_REPORT_APPROVED, RAW_PAY_OBLIGATIONS_MET };
enum raw_outcomes { RAW_ON_JOB = 1, RAW_ON_STUDY = 2 };
enum raw_clock { RAW_CLOCK_SERVICE = 1, RAW_CLOCK_CONTRACT };
enum raw_requires { RAW_REQUIRES_START = 1, RAW_REQUIRES_RESULT };

struct raw_band {
    const char *days_max, *percent;
};

struct raw_price {
    const char *level, *area, *from, *to, *amount, *currency, *note;
    int status;
};

struct raw_component {
    const char *code;
    struct vv_yaml_text name;
    int kind;     /* enum vv_component_kind */
    int price_on; /* enum vv_price_on */
    int days;
    int pay_if;
    int on; /* RAW_ON_JOB | RAW_ON_STUDY */
    int premium_clock;
    int premium_requires;
    const char *milestone_months, *max_gap_days;
    struct raw_band *bands;
    unsigned bands_count;
    struct raw_price *prices;
    unsigned prices_count;
    struct raw_terms terms;
    struct raw_award award;
};

struct raw_scheme {
    const char *id;
    struct vv_yaml_text name;
    const char *jurisdiction, *currency, *time_zone;
    struct raw_valid valid;
    struct raw_area *areas;
    unsigned areas_count;
    struct raw_criterion *target_group;
    struct raw_authorisation *authorisation;
    struct raw_delivery *delivery;
    struct raw_rating *rating;
    struct raw_empty_contract *empty_contract;
    struct raw_corrections *corrections;
    struct raw_assessment assessment;
    struct raw_choice choice;
    const char **combines_with;
    unsigned combines_with_count;
    struct raw_service service;
    int back_heavy;
    struct raw_component *components;
    unsigned components_count;
    struct raw_scheme_terms terms;
    struct raw_budget *budget;
    struct raw_bank *bank;
    struct raw_evidence_terms *evidence;
};

extern const cyaml_schema_value_t vv_scheme_schema;
/* A criterion, for further sections that hold some. */
extern const cyaml_schema_value_t vv_scheme_criterion_entry;

#endif
