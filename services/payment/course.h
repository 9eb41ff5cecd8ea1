/*
 * course.h: the course of a case as its facts now tell it: which contract served it when, at which
 * level, which jobs and studies followed, which months were reported.
 */
#ifndef VAGVAL_PAYMENT_COURSE_H
#define VAGVAL_PAYMENT_COURSE_H

#include <protobuf-c/protobuf-c.h>

#include "facts.h"

struct vv_level_span {
    vv_date from;
    const struct vv_payment_fact *fact;
};

struct vv_placement {
    struct vv_id id, contract;
    const char *area;
    vv_date start, last; /* inclusive; last = VV_DATE_MAX while open */
    vv_date base_last;   /* last day that base is paid for: before the service's full-extent start
                            (rules 5), so before `start` if an earlier placement had it */
    vv_date service_start;
    const struct vv_payment_fact *started;
    const struct vv_payment_fact *ended;    /* NULL: planned end, or a switch */
    const struct vv_payment_fact *base_cut; /* the full-extent start, or NULL */
};

/* What documents prove of an outcome. */
struct vv_proof {
    vv_date through; /* last day with evidence, at most the last day; without any, the start day */
    const struct vv_payment_fact *evidence;     /* that it rests on: confirmation, end, or NULL */
    const struct vv_payment_fact *documented;   /* a confirmation or end with a document, or NULL */
    vv_date corroborated_through;               /* as `through`, by income statements */
    const struct vv_payment_fact *corroborated; /* that it rests on, or NULL */
};
enum vv_proof_of { VV_PROOF_RECORDED, VV_PROOF_VERIFIED, VV_PROOFS };

struct vv_outcome_span {
    struct vv_id id;
    vv_date start;
    bool job;
    const struct vv_payment_fact *started;
    const struct vv_payment_fact *ended; /* NULL: it goes on */
    struct vv_proof proofs[VV_PROOFS];   /* by all documents that stand, and by the verified ones */
    bool withdrawn;
};

/* What became of the document of a record. */
struct vv_document_span {
    struct vv_id record;
    enum vv_document_state state;
    const struct vv_payment_fact *fact; /* that says so */
};

struct vv_report_state {
    vv_date month;
    struct vv_id contract;
    bool approved;
    const struct vv_payment_fact *fact;
};

struct vv_course {
    struct vv_level_span *levels; /* by (from, decided on, id) */
    size_t level_count;
    struct vv_placement *placements; /* by (start, id), not overlapping */
    size_t placement_count;
    struct vv_outcome_span *outcomes; /* by (start, id), without withdrawn ones */
    size_t outcome_count;
    struct vv_report_state *reports;
    size_t report_count;
    const struct vv_payment_fact **ordered; /* all that count, by (effective, id) */
    size_t ordered_count;
    bool has_units, has_grants, has_appropriations; /* what hardly any case has */
    struct vv_report_state *obligations;            /* approved = met */
    size_t obligation_count;
    struct vv_document_span *documents; /* of which something was said */
    size_t document_count;
};

/*
 * Builds the course. Everything lives in `memory`, which may be an arena.
 * Errors: VV_NO_MEMORY.
 */
VV_CHECKED enum vv_status vv_course_build(const struct vv_payment_fact *facts, size_t count,
                                          ProtobufCAllocator *memory, struct vv_course *ret_course);

/*
 * The level in force on a day, or NULL (rules 4). Bitemporal: what is not among the facts was not
 * known. A decision that refers nobody ("too near", "too far") has no price, so it does not take
 * the place of the level that the provider was promised; what then happens is a person's decision.
 */
const struct vv_level_span *vv_level_in_force(const struct vv_course *course, vv_date on);

/* The placement that a start on `on` counts for: the one that runs on that day, else the one that
 * ran on the day before; NULL if none (rules 10). */
const struct vv_placement *vv_course_serving(const struct vv_course *course, vv_date on);

/* What was said of the document of a record last, or NULL: nothing yet. */
const struct vv_payment_fact *vv_course_document(const struct vv_course *course,
                                                 const struct vv_payment_fact *record);

/* Does the document of a record count? Only a verified one, if `verified`. */
bool vv_course_proves(const struct vv_course *course, const struct vv_payment_fact *record,
                      bool verified);

/* The decision on a month's report, or NULL. */
const struct vv_report_state *vv_course_report(const struct vv_course *course, vv_date month,
                                               struct vv_id contract);

/* The record of a month's obligations, or NULL: none is known. */
const struct vv_report_state *vv_course_obligations(const struct vv_course *course, vv_date month,
                                                    struct vv_id contract);

/* Bytes from `memory`, zeroed; NULL when it is full. */
void *vv_memory_zeroed(ProtobufCAllocator *memory, size_t size);

#endif
