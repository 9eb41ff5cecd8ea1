/*
 * evidence.h: the life of a document that a record of a case rests on: claimed, waiting, verified,
 * invoiced; or rejected while it waits. A state is never left backwards.
 *
 * A document belongs to the record that brought it. What replaces a record brings its document
 * anew, which then is verified anew: what a person verifies is what the record says by that
 * document.
 */
#ifndef VAGVAL_REGISTRY_EVIDENCE_H
#define VAGVAL_REGISTRY_EVIDENCE_H

#include <stdbool.h>

#include "vagval/date.h"
#include "vagval/id.h"
#include "vagval/scheme.h"
#include "vagval/status.h"
#include "vagval/v1/evidence.pb-c.h"
#include "vagval/v1/registry.pb-c.h"

#define VV_EVIDENCE_BYTES 32
/* Reason of a rejection that gives the document back: it was filed on the wrong case or outcome. */
#define VV_EVIDENCE_WRONG_CASE "wrong_case"
/* Reason of the rejection that nobody decided: the document serves another record. */
#define VV_EVIDENCE_USED "used_elsewhere"

/* The numbers are stored. */
enum vv_evidence_state {
    VV_EVIDENCE_CLAIMING = 1, /* its own partition has not answered yet */
    VV_EVIDENCE_WAITING = 2,
    VV_EVIDENCE_VERIFIED = 3,
    VV_EVIDENCE_INVOICED = 4, /* verified, and what it carried is on a payment run */
    VV_EVIDENCE_REJECTED = 5,
};

/* Stable word of a state: "claiming", "waiting", ... */
const char *vv_evidence_state_name(uint32_t state);

/* The case's document that a record brought; NULL if it brought none. */
Vagval__V1__CaseEvidence *vv_evidence_find(const Vagval__V1__RegistryCase *entry,
                                           ProtobufCBinaryData record);

/* What a document may serve: one outcome, or one unit with the records that replace it (`root`, the
 * first of them). An income statement is a source of its own, so it serves apart from what the
 * provider sent in. */
struct vv_id vv_evidence_use_of_outcome(struct vv_id case_id, struct vv_id outcome,
                                        bool second_source);

/* The outcome of the case that a document serves; NULL for a unit's. */
Vagval__V1__CaseOutcome *vv_evidence_outcome(const Vagval__V1__RegistryCase *entry,
                                             struct vv_id case_id,
                                             const Vagval__V1__CaseEvidence *evidence);

/* May its claim's answer be entered? Enters it: waiting, or rejected since it is used elsewhere.
 * False, and nothing changes, when it was answered before. */
bool vv_evidence_answer(Vagval__V1__CaseEvidence *evidence, bool granted, vv_date on);

/*
 * May `sender` verify or reject a document? A named person who brought it with no record of the
 * case, and only while it waits.
 *   document_kind  with verify: what it is; "" where the record said
 *   reason         with reject: a code
 *   scheme         names the kinds that there are; NULL = any
 * Errors: VV_NOT_FOUND, VV_INVALID, VV_REFUSED with field and text.
 */
VV_CHECKED enum vv_status vv_evidence_judge(const Vagval__V1__RegistryCase *entry,
                                            const Vagval__V1__CaseEvidence *evidence, bool verify,
                                            const char *document_kind, const char *sender,
                                            const struct vv_scheme *scheme, const char **ret_field,
                                            const char **ret_text);

/* Enter what was judged. Strings are borrowed. */
void vv_evidence_verify(Vagval__V1__CaseEvidence *evidence, char *document_kind, char *by,
                        vv_date on);
void vv_evidence_reject(Vagval__V1__CaseEvidence *evidence, char *reason, char *by, vv_date on);

/* What it carried is on a payment run. True when that is news. A document that still waits keeps it
 * in mind: verified later it is invoiced at once. */
bool vv_evidence_on_run(Vagval__V1__CaseEvidence *evidence, vv_date on);

/* Has the case another record that rests on the same document for the same use? */
bool vv_evidence_is_shared(const Vagval__V1__RegistryCase *entry,
                           const Vagval__V1__CaseEvidence *evidence);

/* Does anything of the record stand when its document is rejected? An end still ends. */
bool vv_evidence_voids_record(const Vagval__V1__CaseEvidence *evidence);

#endif
