/*
 * scenario_facts.h: the facts of a scenario file, from text to what the rules take.
 */
#ifndef VAGVAL_PAYMENT_SCENARIO_FACTS_H
#define VAGVAL_PAYMENT_SCENARIO_FACTS_H

#include "scenario.h"
#include "scenario_schema.h"

/* Fills scenario->facts. Errors: VV_INVALID with the field, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_scenario_read_facts(struct vv_scenario *scenario,
                                                 const struct raw_scenario *raw);

/* A date at `path`; an absent text gives `absent`. Errors: VV_INVALID. */
VV_CHECKED enum vv_status vv_scenario_date(const struct vv_yaml_file *file, const char *path,
                                           const char *text, vv_date absent, vv_date *ret_date);

#endif
