/*
 * outcome.h: may this job or study start, confirmation, income statement, end or withdrawal be
 * recorded (rules 2, 10). What it is worth is the payment service's question.
 */
#ifndef VAGVAL_REGISTRY_OUTCOME_H
#define VAGVAL_REGISTRY_OUTCOME_H

#include <stdbool.h>

#include "vagval/date.h"
#include "vagval/id.h"
#include "vagval/status.h"
#include "vagval/v1/registry.pb-c.h"

enum vv_outcome_kind {
    VV_OUTCOME_START,
    VV_OUTCOME_CONFIRM,
    VV_OUTCOME_END,
    VV_OUTCOME_WITHDRAW,
    VV_OUTCOME_CORROBORATE, /* an income statement from a second source, through a day */
};

/* The numbers are stored. */
enum vv_outcome_state { VV_OUTCOME_STARTED = 1, VV_OUTCOME_ENDED = 2, VV_OUTCOME_WITHDRAWN = 3 };

/* Errors: VV_INVALID. */
VV_CHECKED enum vv_status vv_outcome_kind_parse(const char *text, enum vv_outcome_kind *ret_kind);

/* Identity of an outcome: the source's own name of it, in the case's partition, so that confirm,
 * end and withdraw find their start. */
struct vv_id vv_outcome_id(struct vv_id case_id, const char *source, const char *reference);

/* The case's outcome; NULL if it has none of that id. */
Vagval__V1__CaseOutcome *vv_outcome_find(const Vagval__V1__RegistryCase *entry,
                                         struct vv_id outcome);

/*
 * Judges one record. `known` is the outcome of that id, or NULL. VV_OK, or VV_REFUSED /
 * VV_NOT_FOUND with why and what to do in ret_text. A start needs a placement that runs on its day
 * or on the day before (rules 10).
 */
VV_CHECKED enum vv_status vv_outcome_judge(const Vagval__V1__RegistryCase *entry,
                                           const Vagval__V1__CaseOutcome *known,
                                           enum vv_outcome_kind kind, vv_date on, vv_date today,
                                           const char **ret_text);

/*
 * Judges what a record says it supersedes (nil = nothing). One end of an outcome stands: another
 * must name it. A start is not replaced but withdrawn. Whether a confirmation that is named stands
 * is asked of the facts: standing.h. VV_OK, or why not in ret_text.
 */
VV_CHECKED enum vv_status vv_outcome_judge_supersedes(const Vagval__V1__CaseOutcome *known,
                                                      enum vv_outcome_kind kind,
                                                      struct vv_id supersedes,
                                                      const char **ret_text);

/* Enters an accepted confirm, corroborate, end or withdraw into the known outcome. */
void vv_outcome_enter(Vagval__V1__CaseOutcome *known, enum vv_outcome_kind kind, vv_date on);

#endif
