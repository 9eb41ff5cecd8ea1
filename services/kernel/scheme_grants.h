/*
 * scheme_grants.h: what a scheme file says of units, grants, shares, of who pays, and of budgets,
 * as it is written. scheme_grants.c reads it.
 */
#ifndef VAGVAL_KERNEL_SCHEME_GRANTS_H
#define VAGVAL_KERNEL_SCHEME_GRANTS_H

#include "scheme_terms.h"

enum raw_payer { RAW_PAYER_AGENCY = 1, RAW_PAYER_STATE, RAW_PAYER_MUNICIPALITY };

/* Of a component. */
struct raw_award {
    int payer;
    const char *unit, *percent, *pot;
    int status; /* of the percent */
    const char **own_employers;
    unsigned own_employers_count;
};

struct raw_expected {
    const char *component, *percent;
};

struct raw_budget {
    int blocks;
    struct raw_expected *expected;
    unsigned expected_count;
};

extern const cyaml_strval_t vv_award_payers[3];
extern const cyaml_schema_field_t vv_budget_fields[];

/* The keys of a component; `member` is the struct raw_award within `structure`. */
#define VV_AWARD_FIELDS(structure, member)                                                         \
    WORD_OPTIONAL("payer", structure, member.payer, vv_award_payers),                              \
        CODE_OPTIONAL("unit", structure, member.unit),                                             \
        CODE_OPTIONAL("percent", structure, member.percent),                                       \
        WORD_OPTIONAL("status", structure, member.status, vv_yaml_figures),                        \
        CODE_OPTIONAL("pot", structure, member.pot),                                               \
        LIST_OPTIONAL("own_employers", structure, member.own_employers, &vv_yaml_code_entry, 64)

/* The section of the scheme; `member` is a struct raw_budget * within `structure`. */
#define VV_BUDGET_FIELD(structure, member)                                                         \
    PART_OPTIONAL("budget", structure, member, vv_budget_fields)

#endif
