/*
 * handlers_evidence_list.c: what people ask of documents: those of one case, and those of a page of
 * a partition's cases. Hashes and states, no content.
 */
#include "evidence.h"
#include "placement.h"
#include "provider-registry.h"
#include "vagval/protected.h"
#include "work.h"

extern const struct vv_handler vv_handle_show_evidence;
extern const struct vv_handler vv_handle_list_evidence;

#define PAGE_CASES 24

static void add_lines(struct vv_work *work, struct vv_id case_id,
                      const Vagval__V1__RegistryCase *entry, Vagval__V1__EvidenceList *reply)
{
    const Vagval__V1__CasePlacement *last =
        entry->n_placements == 0 ? NULL : entry->placements[entry->n_placements - 1];

    for (size_t i = 0; i < entry->n_evidence; i++) {
        Vagval__V1__EvidenceLine *line = vv_work_alloc(work, sizeof *line);
        if (line == NULL) {
            return;
        }
        vagval__v1__evidence_line__init(line);
        line->case_id = vv_work_id(work, case_id);
        line->scheme = entry->scheme;
        line->contract_number = last == NULL ? line->contract_number : last->contract_number;
        line->of = entry->evidence[i];
        reply->lines = vv_work_grown(work, reply->lines, &reply->n_lines, line);
    }
}

/* ---- of one case ---- */

static enum vv_status plan_show(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    (void)loaded;
    return vv_work_plan(call, plan, false);
}

static enum vv_status decide_show(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    Vagval__V1__EvidenceList reply = VAGVAL__V1__EVIDENCE_LIST__INIT;
    struct vv_work work;
    enum vv_status status = vv_work_open(&work, call, loaded, outcome);

    if (status != VV_OK) {
        return status;
    }
    if (work.is_new) {
        return vv_refuse(outcome, VV_NOT_FOUND, "case_id", "the case is not known here");
    }
    if (!vv_case_is_open(call, work.entry->protected_identity)) {
        return vv_refuse_protected(outcome);
    }
    add_lines(&work, call->subject, work.entry, &reply);
    if (work.exhausted) {
        return VV_NO_MEMORY;
    }
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_show_evidence = {.plan = plan_show, .decide = decide_show};

/* ---- of a partition ---- */

static enum vv_status route_page(const struct vv_call *call, uint16_t *ret_partition)
{
    const Vagval__V1__ListEvidence *query = (const Vagval__V1__ListEvidence *)call->body;

    if (query->partition >= call->partitions) {
        return VV_INVALID;
    }
    *ret_partition = (uint16_t)query->partition;
    return VV_OK;
}

static bool id_at(const struct vv_record *index, size_t i, struct vv_id *ret_id)
{
    return i < index->field_count &&
           vv_id_from_bytes(index->fields[i].value, index->fields[i].value_len, ret_id) == VV_OK;
}

static enum vv_status plan_page(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    const Vagval__V1__ListEvidence *query = (const Vagval__V1__ListEvidence *)call->body;
    const struct vv_record *index = vv_loaded_list(loaded, "cases", VV_NIL, query->after);
    struct vv_id id;

    vv_plan_list(plan, "cases", VV_NIL, query->after, PAGE_CASES);
    for (size_t i = 0; index != NULL && id_at(index, i, &id); i++) {
        vv_plan_load(plan, "case", id);
    }
    return VV_OK;
}

static enum vv_status decide_page(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__ListEvidence *query = (const Vagval__V1__ListEvidence *)call->body;
    const struct vv_record *index = vv_loaded_list(loaded, "cases", VV_NIL, query->after);
    struct vv_work work = {.call = call, .outcome = outcome};
    Vagval__V1__EvidenceList reply = VAGVAL__V1__EVIDENCE_LIST__INIT;
    struct vv_id id;
    size_t seen = 0;

    for (; id_at(index, seen, &id); seen++) {
        ProtobufCMessage *message = NULL;
        enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "case", id),
                                                 &vagval__v1__registry_case__descriptor, &message);
        if (status != VV_OK) {
            return status;
        }
        const Vagval__V1__RegistryCase *entry = (const Vagval__V1__RegistryCase *)message;
        if (vv_case_is_open(call, entry->protected_identity)) {
            add_lines(&work, id, entry, &reply);
        }
    }
    if (work.exhausted) {
        return VV_NO_MEMORY;
    }
    reply.next = seen == PAGE_CASES ? query->after + seen : 0;
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_list_evidence = {
    .route = route_page, .plan = plan_page, .decide = decide_page};
