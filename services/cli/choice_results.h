/*
 * choice_results.h: what a contract delivered, beside the contract that can be chosen.
 */
#ifndef VAGVAL_CLI_CHOICE_RESULTS_H
#define VAGVAL_CLI_CHOICE_RESULTS_H

#include <jansson.h>

#include "table.h"
#include "vagval/v1/choice.pb-c.h"

#define VV_CHOICE_RESULTS_COLUMNS "results of|>people|>measure|interval|rating"

/* {month, participants, measure, interval, rating, no_rating}; null when nothing was published. */
json_t *vv_choice_results_json(const Vagval__V1__AreaChoice *choice);
/* The cells of the columns above; what is not known says so. */
void vv_choice_results_cells(struct vv_table *table, const json_t *results);
/* For ordering, best first: the measure in thousandths; -1 when the contract has no rating, since
 * nothing is ranked below the publishing threshold. */
json_int_t vv_choice_results_rank(const json_t *results);

#endif
