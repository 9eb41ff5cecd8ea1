/*
 * handlers_terms.c: the timer of a case's obligations, and the obligations of all those whom a
 * contract serves.
 */
#include "judgement.h"
#include "placement.h"
#include "provider-registry.h"
#include "vagval/protected.h"
#include "work.h"

#include <string.h>

extern const struct vv_handler vv_handle_obligation_due;
extern const struct vv_handler vv_handle_contract_terms;

#define PAGE_CASES 48

/* ---- the timer ---- */

static enum vv_status plan_due(const struct vv_call *call, const struct vv_loaded *loaded,
                               struct vv_plan *plan)
{
    (void)loaded;
    vv_plan_load(plan, "delivery", call->subject);
    return vv_work_plan(call, plan, false);
}

static enum vv_status decide_due(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_outcome *outcome)
{
    ProtobufCMessage *recorded = NULL;
    struct vv_work work;
    enum vv_status status = vv_work_open(&work, call, loaded, outcome);

    if (status == VV_OK) {
        status = vv_record_unpack(call, vv_loaded(loaded, "delivery", call->subject),
                                  &vagval__v1__delivery__descriptor, &recorded);
    }
    if (status != VV_OK) {
        return status;
    }
    struct vv_judging judging = {.work = &work, .delivery = (Vagval__V1__Delivery *)recorded};
    status = vv_judge(&judging);
    if (status == VV_OK && judging.case_changed) {
        status = vv_work_close(&work);
    }
    if (status == VV_OK && judging.delivery_changed) {
        vv_put(outcome, "delivery", call->subject, recorded);
    }
    return status;
}

const struct vv_handler vv_handle_obligation_due = {.plan = plan_due, .decide = decide_due};

/* ---- a contract's obligations ---- */

static enum vv_status route_page(const struct vv_call *call, uint16_t *ret_partition)
{
    const Vagval__V1__ContractTerms *query = (const Vagval__V1__ContractTerms *)call->body;

    if (query->partition >= call->partitions) {
        return VV_INVALID;
    }
    *ret_partition = (uint16_t)query->partition;
    return VV_OK;
}

static enum vv_status plan_page(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    const Vagval__V1__ContractTerms *query = (const Vagval__V1__ContractTerms *)call->body;

    vv_plan_listed(plan, loaded, "cases", query->after, PAGE_CASES, "case");
    vv_plan_listed(plan, loaded, "cases", query->after, PAGE_CASES, "delivery");
    return VV_OK;
}

static Vagval__V1__ContractTermsLine *line_of(struct vv_work *work, struct vv_id case_id,
                                              const char *obligation,
                                              Vagval__V1__ContractTermsShown *reply)
{
    for (size_t i = reply->n_lines; i > 0; i--) {
        Vagval__V1__ContractTermsLine *line = reply->lines[i - 1];
        if (strcmp(line->obligation, obligation) == 0 &&
            line->case_id.len == sizeof case_id.bytes &&
            memcmp(line->case_id.data, case_id.bytes, sizeof case_id.bytes) == 0) {
            return line;
        }
    }
    Vagval__V1__ContractTermsLine *line = vv_work_alloc(work, sizeof *line);
    if (line != NULL) {
        vagval__v1__contract_terms_line__init(line);
        line->case_id = vv_work_id(work, case_id);
        line->obligation = (char *)(uintptr_t)obligation;
        reply->lines = vv_work_grown(work, reply->lines, &reply->n_lines, line);
    }
    return line;
}

static void count_term(Vagval__V1__ContractTermsLine *line, const struct vv_obligation_term *term)
{
    switch (term->state) {
    case VV_TERM_DUE:
        line->due++;
        line->next_due =
            line->next_due == 0 || term->due < line->next_due ? term->due : line->next_due;
        break;
    case VV_TERM_MET:
        line->met++;
        break;
    case VV_TERM_LATE:
        line->late++;
        break;
    case VV_TERM_MISSED:
        line->missed++;
        break;
    case VV_TERM_EXCUSED:
        line->excused++;
        break;
    }
}

static enum vv_status add_case(struct vv_work *work, const struct vv_loaded *loaded,
                               struct vv_id id, struct vv_id contract,
                               Vagval__V1__ContractTermsShown *reply)
{
    ProtobufCMessage *message = NULL, *recorded = NULL;
    enum vv_status status = vv_record_unpack(work->call, vv_loaded(loaded, "case", id),
                                             &vagval__v1__registry_case__descriptor, &message);

    if (status == VV_OK) {
        status = vv_record_unpack(work->call, vv_loaded(loaded, "delivery", id),
                                  &vagval__v1__delivery__descriptor, &recorded);
    }
    const Vagval__V1__RegistryCase *entry = (const Vagval__V1__RegistryCase *)message;
    if (status != VV_OK || !vv_case_is_open(work->call, entry->protected_identity)) {
        return status; /* a protected person is on no list */
    }
    for (size_t i = 0; status == VV_OK && i < entry->n_placements; i++) {
        struct vv_shown_term *terms = NULL;
        size_t count = 0;
        if (!vv_placement_is_with(entry->placements[i], contract)) {
            continue;
        }
        status = vv_judge_show(work->call, entry, entry->placements[i],
                               (const Vagval__V1__Delivery *)recorded, &terms, &count);
        for (size_t k = 0; status == VV_OK && k < count; k++) {
            Vagval__V1__ContractTermsLine *line =
                line_of(work, id, terms[k].term.obligation->code, reply);
            if (line != NULL) {
                count_term(line, &terms[k].term);
            }
        }
    }
    return status;
}

static enum vv_status decide_page(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__ContractTerms *query = (const Vagval__V1__ContractTerms *)call->body;
    const struct vv_record *index = vv_loaded_list(loaded, "cases", VV_NIL, query->after);
    struct vv_work work = {.call = call, .outcome = outcome};
    Vagval__V1__ContractTermsShown reply;
    struct vv_id contract, id;
    size_t seen = 0;
    enum vv_status status = vv_check_id(outcome, "contract", query->contract, &contract);

    vagval__v1__contract_terms_shown__init(&reply);
    for (; status == VV_OK && vv_list_id(index, seen, &id); seen++) {
        status = add_case(&work, loaded, id, contract, &reply);
    }
    if (status != VV_OK || work.exhausted) {
        return status != VV_OK ? status : VV_NO_MEMORY;
    }
    reply.next = seen == PAGE_CASES ? query->after + seen : 0;
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_contract_terms = {
    .route = route_page, .plan = plan_page, .decide = decide_page};
