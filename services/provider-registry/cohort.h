/*
 * cohort.h: what one case adds to the results of contracts: which contracts' cohorts it belongs to,
 * at which level, and which halves of the result it reached (rules 2, 4, 10, 21).
 */
#ifndef VAGVAL_REGISTRY_COHORT_H
#define VAGVAL_REGISTRY_COHORT_H

#include "vagval/id.h"
#include "vagval/rating.h"

enum vv_history_kind {
    VV_HISTORY_LEVEL,  /* on = first day that it holds for */
    VV_HISTORY_PLACED, /* a placement starts with a contract */
    VV_HISTORY_ENDED,  /* the running placement's last day, before it was planned */
    VV_HISTORY_OUTCOME,
    VV_HISTORY_CONFIRM,     /* an outcome's days are proved through this day */
    VV_HISTORY_CORROBORATE, /* and so does an income statement from outside */
    VV_HISTORY_OUTCOME_END, /* an outcome's last day */
    VV_HISTORY_WITHDRAWN,   /* an outcome never was */
    VV_HISTORY_DOCUMENT,    /* decided on: verified, or rejected, which supersedes its record */
};

/* A fact of a case as these rules see it. Facts stand in the order in which they were recorded. */
struct vv_history {
    enum vv_history_kind kind;
    vv_date on;
    struct vv_id fact, supersedes; /* supersedes nil = nothing */
    struct vv_id contract;         /* PLACED */
    struct vv_id outcome;          /* OUTCOME and what follows one */
    struct vv_id verifies;         /* DOCUMENT: the record that it came with; nil = rejected */
    const char *level;             /* LEVEL: of a decision that refers to a provider */
    vv_date decided_on;            /* LEVEL */
    int64_t recorded_ms;
};

/* One contract's participant in a cohort. */
struct vv_participation {
    struct vv_id contract;
    vv_date start; /* the first in the cohort's days; a later one with the same contract is no other
                      participant */
    int level; /* vv_rating_level_index of the level in force on that day; -1: none that counts */
    bool rr1, rr2;
};

/*
 * The participations of a case in a cohort, as known at `known_ms` (INT64_MAX: all that is known).
 *   cap  room in ret_list: as many as facts always suffice
 * Returns how many.
 */
size_t vv_cohort_participations(const struct vv_history *facts, size_t count, int64_t known_ms,
                                const struct vv_rating_rules *rules, const struct vv_cohort *cohort,
                                struct vv_participation *ret_list, size_t cap);

/* Why a contract's counts differ between two views of one cohort. */
enum vv_revision {
    VV_REVISION_PLACED,    /* a placement became known later */
    VV_REVISION_LEVEL,     /* a level was corrected */
    VV_REVISION_LATE,      /* a result was approved later */
    VV_REVISION_WITHDRAWN, /* a result, or its evidence, was withdrawn or replaced */
    VV_REVISIONS,
};
const char *vv_revision_code(enum vv_revision revision);

/* How often each reason holds for the contract of `now`, whose participation was `then` (NULL: not
 * known). Adds to ret_counts. */
void vv_cohort_revisions(const struct vv_participation *then, const struct vv_participation *now,
                         uint32_t ret_counts[static VV_REVISIONS]);

#endif
