/*
 * document.h: a record of a case brings a document: found free or used, entered in the case,
 * claimed in the document's own partition by an order; and what becomes of the case when it is
 * rejected.
 */
#ifndef VAGVAL_REGISTRY_DOCUMENT_H
#define VAGVAL_REGISTRY_DOCUMENT_H

#include "evidence.h"
#include "work.h"

/* What a record says of the document that it brings. */
struct vv_document {
    ProtobufCBinaryData hash; /* empty: it brings none */
    struct vv_id used_for;
    const char *of;      /* kind of record: confirm, unit, ... */
    char *document_kind; /* borrowed; "" = not said */
    vv_date on;
};

/* Plans the question whether the document is used. */
void vv_document_plan(const struct vv_call *call, struct vv_plan *plan, ProtobufCBinaryData hash);

/* Refuses a kind that the scheme does not take, and a document that is known to be used elsewhere.
 * Errors: VV_INVALID, VV_REFUSED. */
VV_CHECKED enum vv_status vv_document_check(const struct vv_work *work,
                                            const struct vv_loaded *loaded,
                                            const struct vv_document *document);

/* Enters what the record `record` brought; the record `supersedes` (nil = none) is replaced by it,
 * also when it brings nothing. For the handlers and for making a case again. */
void vv_document_enter(struct vv_work *work, struct vv_id record,
                       const struct vv_document *document, struct vv_id supersedes,
                       char *recorded_by, vv_date recorded_on);

/* What a unit's document serves: the unit, that is the first record of those that replace each
 * other; `record` is the one that stands. */
struct vv_id vv_document_unit_use(Vagval__V1__Fact *const *facts, size_t count,
                                  struct vv_id record);

/* Enters what the call's record brings and orders its claim; after the record's own event. */
void vv_document_bring(struct vv_work *work, const struct vv_document *document,
                       struct vv_id supersedes);

/* Orders the claim of what was entered, or gives it back. */
void vv_document_order(struct vv_work *work, const Vagval__V1__CaseEvidence *evidence,
                       bool release);

/*
 * What the outcome of a rejected document proves from now on: what its other records say that
 * stand. facts  of the case, before the rejection Errors: VV_CORRUPT, VV_NO_MEMORY.
 */
VV_CHECKED enum vv_status vv_document_withdraw(const struct vv_work *work, struct vv_id case_id,
                                               const Vagval__V1__CaseEvidence *evidence,
                                               Vagval__V1__Fact *const *facts, size_t count);

/* Enters what payment tells: amounts that rest on these documents are on a run. */
void vv_document_on_run(const Vagval__V1__RegistryCase *entry,
                        const Vagval__V1__EvidenceInvoiced *event);

#endif
