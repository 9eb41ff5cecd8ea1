/*
 * decision.h: the stored decisions of a case, and what deriving one again needs: scheme, model and
 * intake's answer with the snapshot.
 */
#ifndef VAGVAL_ASSESSMENT_DECISION_H
#define VAGVAL_ASSESSMENT_DECISION_H

#include "assess.h"
#include "vagval/service.h"

struct vv_assessed_case {
    Vagval__V1__AssessmentCase *entry;
    Vagval__V1__Fact **facts; /* in log order; decision i belongs to fact i */
    size_t fact_count;
};
/* Errors: VV_NOT_FOUND (no such case), VV_CORRUPT, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_assessed_read(const struct vv_call *call,
                                           const struct vv_record *record,
                                           struct vv_assessed_case *ret_case);

/* Has another decision taken the place of decision `at` (from 0)? */
bool vv_assessed_corrected(const Vagval__V1__AssessmentCase *entry, size_t at);

/*
 * The decision in force; NULL when there is none. Of those that gave a level, the one that holds
 * from the latest day, then the one decided last, then the one that came last (rules 4): so a
 * correction, which holds from the same day and is decided no earlier, takes the place of what it
 * corrects.
 */
const Vagval__V1__AssessmentDecision *vv_assessed_in_force(const Vagval__V1__AssessmentCase *entry);

/* Plans to ask intake for one snapshot of a case. One message asks for one snapshot of each case.
 */
VV_CHECKED enum vv_status vv_snapshot_plan(const struct vv_call *call, struct vv_plan *plan,
                                           struct vv_id case_id, ProtobufCBinaryData snapshot);

/*
 * Reads intake's answer into named values (in the arena).
 *   ret_quarantine  why there are none: VV_QUARANTINE_SNAPSHOT or VV_QUARANTINE_ERASED
 * Errors: VV_BUSY when intake gave no answer (the message must be repeated), VV_NO_MEMORY.
 */
VV_CHECKED enum vv_status vv_snapshot_read(const struct vv_call *call,
                                           const struct vv_loaded *loaded, struct vv_id case_id,
                                           struct vv_named_value **ret_values, size_t *ret_count,
                                           enum vv_quarantine *ret_quarantine);

/* The day on which the case was first registered; `otherwise` when no fact says. Errors:
 * VV_CORRUPT, VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_assessed_registered_on(const struct vv_call *call,
                                                    const struct vv_assessed_case *assessed,
                                                    vv_date otherwise, vv_date *ret_day);

/* Tells the siblings of a decision that gave a level. */
struct vv_level_news {
    const Vagval__V1__AssessmentCase *entry; /* its scheme and municipality */
    const Vagval__V1__AssessmentDecision *decision;
    const struct vv_scheme *scheme;
    const struct vv_level *level;
    const char *model;       /* version; "" when a person decided */
    struct vv_id supersedes; /* event of the decision that it corrects, or nil */
    bool historic;           /* a later decision stands */
};
void vv_level_emit(const struct vv_call *call, struct vv_outcome *outcome,
                   const struct vv_level_news *news);

/* The entry with one decision more, put. Errors: VV_NO_MEMORY. */
VV_CHECKED enum vv_status vv_assessed_put(const struct vv_call *call,
                                          Vagval__V1__AssessmentCase *entry,
                                          Vagval__V1__AssessmentDecision *decision,
                                          struct vv_outcome *outcome);

/* Version of a scheme as stored with a decision: 32 bytes in `ret_bytes`. */
ProtobufCBinaryData vv_decision_version(const struct vv_scheme *scheme,
                                        uint8_t ret_bytes[static 32]);

/* The scheme's version by which a decision was made; NULL when it is not known here. */
const struct vv_scheme *vv_decision_scheme(const struct vv_call *call,
                                           const Vagval__V1__AssessmentDecision *decision);

/* Scheme and model by which a decision was made; false when they are not known here. */
bool vv_decision_versions(const struct vv_call *call,
                          const Vagval__V1__AssessmentDecision *decision,
                          const struct vv_scheme **ret_scheme, const struct vv_model **ret_model);

/* Id of the event LEVEL_DECIDED that a fact led to: the fact's id in the logs of its consumers. */
struct vv_id vv_level_event_id(struct vv_id fact);

#endif
