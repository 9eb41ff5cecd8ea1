/*
 * handlers_verify.c: a page of a partition's cases, each made again from its facts, and the
 * partition's areas. Digests and sums let an auditor compare across services and partitions.
 */
#include "capacity.h"
#include "placement.h"
#include "provider-registry.h"
#include "replay.h"
#include "replay_delivery.h"
#include "vagval/protected.h"
#include "work.h"

extern const struct vv_handler vv_handle_verify_page;

#define VERIFY_CASES_MAX 100 /* cases of one page: their facts share the arena of the turn */
#define AREAS_PER_PARTITION_MAX 64

static enum vv_status route_page(const struct vv_call *call, uint16_t *ret_partition)
{
    const Vagval__V1__VerifyPage *query = (const Vagval__V1__VerifyPage *)call->body;
    return vv_route_to(call, query->partition, ret_partition);
}

static uint32_t page_size(const Vagval__V1__VerifyPage *query)
{
    return vv_page_limit(query->limit, VERIFY_CASES_MAX);
}

static enum vv_status plan_page(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    const Vagval__V1__VerifyPage *query = (const Vagval__V1__VerifyPage *)call->body;

    vv_plan_listed(plan, loaded, "cases", query->after, page_size(query), "case");
    vv_plan_listed(plan, loaded, "cases", query->after, page_size(query), "delivery");
    if (query->after == 0) {
        vv_plan_listed(plan, loaded, "areas", 0, AREAS_PER_PARTITION_MAX, "area");
    }
    return VV_OK;
}

static void add_problem(struct vv_work *work, Vagval__V1__VerifyResult *result, struct vv_id id,
                        const char *code, const char *text)
{
    Vagval__V1__VerifyProblem *problem = vv_work_alloc(work, sizeof *problem);

    if (problem == NULL) {
        return;
    }
    vagval__v1__verify_problem__init(problem);
    problem->case_id = vv_work_id(work, id);
    problem->code = (char *)(uintptr_t)code;
    problem->text = (char *)(uintptr_t)text;
    result->problems = vv_work_grown(work, result->problems, &result->n_problems, problem);
}

/* "<prefix><contract>": the places that an area counts as taken, and those that cases hold. At
 * rest the two agree over all partitions. */
static void add_sum(struct vv_work *work, Vagval__V1__VerifyResult *result, const char *prefix,
                    ProtobufCBinaryData contract, int64_t amount)
{
    Vagval__V1__Sum *sum = vv_work_alloc(work, sizeof *sum);
    char text[VV_ID_TEXT_BYTES];
    struct vv_id id;

    if (sum == NULL || vv_id_from_bytes(contract.data, contract.len, &id) != VV_OK) {
        return;
    }
    vv_id_format(id, text);
    vagval__v1__sum__init(sum);
    sum->name = vv_arena_format(work->call->arena, "%s%s", prefix, text);
    sum->amount = amount;
    sum->count = 1;
    if (sum->name == NULL) {
        work->exhausted = true;
        return;
    }
    result->sums = vv_work_grown(work, result->sums, &result->n_sums, sum);
}

static void add_digest(struct vv_work *work, Vagval__V1__VerifyResult *result, struct vv_id case_id,
                       const Vagval__V1__RegistryCase *entry)
{
    Vagval__V1__CaseDigest *digest = vv_work_alloc(work, sizeof *digest);

    if (digest == NULL) {
        return;
    }
    vagval__v1__case_digest__init(digest);
    digest->case_id =
        vv_work_id(work, vv_case_shown(work->call, entry->protected_identity, case_id));
    digest->facts = entry->payment_events;
    digest->facts_count = entry->payment_events_count;
    result->digests = vv_work_grown(work, result->digests, &result->n_digests, digest);
}

/* A record's body and its facts. */
struct opened {
    ProtobufCMessage *body;
    Vagval__V1__Fact **facts;
    size_t fact_count;
};

static enum vv_status open_record(const struct vv_work *page, const struct vv_record *record,
                                  const ProtobufCMessageDescriptor *descriptor,
                                  struct opened *ret_opened)
{
    enum vv_status status = vv_record_unpack(page->call, record, descriptor, &ret_opened->body);

    return status == VV_OK
               ? vv_record_facts(page->call, record, &ret_opened->facts, &ret_opened->fact_count)
               : status;
}

static enum vv_status verify_case(struct vv_work *page, const struct vv_record *record,
                                  const struct vv_record *delivery_record, struct vv_id case_id,
                                  Vagval__V1__VerifyResult *result)
{
    struct vv_work work = {.call = page->call, .outcome = page->outcome};
    struct opened own = {0}, beside = {0};
    const char *problem = NULL;
    enum vv_status status = open_record(page, record, &vagval__v1__registry_case__descriptor, &own);

    if (status == VV_OK) {
        status = open_record(page, delivery_record, &vagval__v1__delivery__descriptor, &beside);
    }
    work.entry = (Vagval__V1__RegistryCase *)own.body;
    const Vagval__V1__Delivery *delivery = (const Vagval__V1__Delivery *)beside.body;
    if (status == VV_OK) {
        status = vv_replay_case(&work, case_id, own.facts, own.fact_count, delivery, &problem);
    }
    if (status == VV_OK && problem == NULL) {
        status = vv_replay_delivery(&work, delivery, beside.facts, beside.fact_count, own.facts,
                                    own.fact_count, &problem);
    }
    if (status == VV_CORRUPT) {
        add_problem(page, result, case_id, "registry.corrupt", "the stored bytes do not read back");
        return VV_OK;
    }
    if (status != VV_OK) {
        return status;
    }
    if (!record->exists) {
        problem = "registry.missing";
    }
    if (problem != NULL) {
        add_problem(page, result,
                    vv_case_shown(page->call, work.entry->protected_identity, case_id), problem,
                    "the record differs from its facts");
    }
    const Vagval__V1__CasePlacement *running = vv_placement_running(work.entry);
    if (running != NULL) {
        add_sum(page, result, "placed:", running->contract, 1);
    }
    add_digest(page, result, case_id, work.entry);
    result->cases++;
    result->facts += own.fact_count + beside.fact_count;
    result->derived += work.entry->n_placements + work.entry->n_outcomes + work.entry->n_reports +
                       delivery->n_activities + delivery->n_deviations + delivery->n_judged;
    return VV_OK;
}

static enum vv_status verify_areas(struct vv_work *page, const struct vv_loaded *loaded,
                                   Vagval__V1__VerifyResult *result)
{
    const struct vv_record *index = vv_loaded_list(loaded, "areas", VV_NIL, 0);
    struct vv_id id;

    for (size_t i = 0; vv_list_id(index, i, &id); i++) {
        ProtobufCMessage *message = NULL;
        enum vv_status status = vv_record_unpack(page->call, vv_loaded(loaded, "area", id),
                                                 &vagval__v1__area__descriptor, &message);
        if (status != VV_OK) {
            return status;
        }
        const Vagval__V1__Area *area = (const Vagval__V1__Area *)message;
        if (!vv_capacity_is_sound(area)) {
            add_problem(page, result, id, "registry.capacity",
                        "more places are taken and reserved than the contract has");
        }
        for (size_t k = 0; k < area->n_contracts; k++) {
            add_sum(page, result, "taken:", area->contracts[k]->contract,
                    area->contracts[k]->taken);
        }
    }
    return VV_OK;
}

static enum vv_status decide_page(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__VerifyPage *query = (const Vagval__V1__VerifyPage *)call->body;
    const struct vv_record *index = vv_loaded_list(loaded, "cases", VV_NIL, query->after);
    struct vv_work page = {.call = call, .outcome = outcome};
    Vagval__V1__VerifyResult result;
    enum vv_status status = VV_OK;
    struct vv_id id;
    size_t seen = 0;

    vagval__v1__verify_result__init(&result);
    for (; status == VV_OK && vv_list_id(index, seen, &id); seen++) {
        status = verify_case(&page, vv_loaded(loaded, "case", id),
                             vv_loaded(loaded, "delivery", id), id, &result);
    }
    if (status == VV_OK && query->after == 0) {
        status = verify_areas(&page, loaded, &result);
    }
    if (status != VV_OK || page.exhausted) {
        return status != VV_OK ? status : VV_NO_MEMORY;
    }
    result.next = seen == page_size(query) ? query->after + seen : 0;
    vv_reply(outcome, &result.base);
    return VV_OK;
}

const struct vv_handler vv_handle_verify_page = {
    .route = route_page, .plan = plan_page, .decide = decide_page};
