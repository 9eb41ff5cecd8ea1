/*
 * handlers_query.c: what people and the command line ask: contracts of a partition, its counters,
 * and one case's timeline. Nothing here holds personal data.
 */
#include "choice.h"
#include "contract.h"
#include "provider-registry.h"
#include "timeline.h"
#include "vagval/protected.h"
#include "work.h"

#include <stdlib.h>
#include <string.h>

extern const struct vv_handler vv_handle_list_contracts;
extern const struct vv_handler vv_handle_registry_sums;
extern const struct vv_handler vv_handle_case_show;

/* Areas of one partition: a region has a few dozen areas over all its partitions. */
#define AREAS_PER_PARTITION_MAX 64

static enum vv_status route_contracts(const struct vv_call *call, uint16_t *ret_partition)
{
    const Vagval__V1__ListContracts *query = (const Vagval__V1__ListContracts *)call->body;

    return vv_route_to(call, query->partition, ret_partition);
}

static enum vv_status plan_contracts(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_plan *plan)
{
    const struct vv_record *index = vv_loaded_list(loaded, "areas", VV_NIL, 0);
    struct vv_id id;

    vv_plan_list(plan, "areas", VV_NIL, 0, AREAS_PER_PARTITION_MAX);
    for (size_t i = 0; index != NULL && vv_list_id(index, i, &id); i++) {
        vv_plan_load(plan, "area", id);
        const struct vv_record *record = vv_loaded(loaded, "area", id);
        ProtobufCMessage *message = NULL;
        if (record == NULL) {
            continue;
        }
        enum vv_status status =
            vv_record_unpack(call, record, &vagval__v1__area__descriptor, &message);
        if (status != VV_OK) {
            return status;
        }
        const Vagval__V1__Area *area = (const Vagval__V1__Area *)message;
        for (size_t k = 0; k < area->n_contracts; k++) {
            struct vv_id contract;
            if (vv_id_from_bytes(area->contracts[k]->contract.data,
                                 area->contracts[k]->contract.len, &contract) == VV_OK) {
                vv_plan_load(plan, "contract", contract);
            }
        }
    }
    return VV_OK;
}

static enum vv_status add_line(struct vv_work *work, const struct vv_loaded *loaded,
                               const Vagval__V1__Area *area, const Vagval__V1__AreaContract *entry,
                               Vagval__V1__ContractList *list)
{
    Vagval__V1__ContractLine *line = vv_work_alloc(work, sizeof *line);
    const Vagval__V1__Contract *contract = NULL;
    struct vv_id id;

    if (line == NULL) {
        return VV_NO_MEMORY;
    }
    enum vv_status status = vv_contract_of(work->call, loaded, entry, &id, &contract);
    if (status != VV_OK) {
        return status;
    }
    vagval__v1__contract_line__init(line);
    line->contract = entry->contract;
    line->number = entry->number;
    line->provider_name = contract->provider_name;
    line->organisation_number = contract->organisation_number;
    line->area = area->code;
    line->scheme = area->scheme;
    line->capacity = entry->capacity;
    line->taken = entry->taken;
    line->reserved = entry->reserved;
    line->latitude = entry->latitude;
    line->longitude = entry->longitude;
    line->terms_version = contract->terms_version;
    line->terms_accepted_on = contract->terms_accepted_on;
    line->to = entry->to;
    list->contracts = vv_work_grown(work, list->contracts, &list->n_contracts, line);
    return work->exhausted ? VV_NO_MEMORY : VV_OK;
}

static enum vv_status decide_contracts(const struct vv_call *call, const struct vv_loaded *loaded,
                                       struct vv_outcome *outcome)
{
    const Vagval__V1__ListContracts *query = (const Vagval__V1__ListContracts *)call->body;
    const struct vv_record *index = vv_loaded_list(loaded, "areas", VV_NIL, 0);
    struct vv_work work = {.call = call, .outcome = outcome};
    Vagval__V1__ContractList list;
    struct vv_id id;

    vagval__v1__contract_list__init(&list);
    for (size_t i = 0; vv_list_id(index, i, &id); i++) {
        ProtobufCMessage *message = NULL;
        enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "area", id),
                                                 &vagval__v1__area__descriptor, &message);
        const Vagval__V1__Area *area = (const Vagval__V1__Area *)message;
        bool wanted = status == VV_OK &&
                      (query->scheme[0] == '\0' || strcmp(area->scheme, query->scheme) == 0);
        for (size_t k = 0; wanted && status == VV_OK && k < area->n_contracts; k++) {
            status = add_line(&work, loaded, area, area->contracts[k], &list);
        }
        if (status != VV_OK) {
            return status;
        }
    }
    vv_reply(outcome, &list.base);
    return VV_OK;
}

const struct vv_handler vv_handle_list_contracts = {
    .route = route_contracts, .plan = plan_contracts, .decide = decide_contracts};

/* ---- counters ---- */

static enum vv_status route_sums(const struct vv_call *call, uint16_t *ret_partition)
{
    const Vagval__V1__RegistrySums *query = (const Vagval__V1__RegistrySums *)call->body;

    return vv_route_to(call, query->partition, ret_partition);
}

static enum vv_status plan_sums(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    (void)call;
    (void)loaded;
    vv_plan_hash(plan, "sums", VV_NIL);
    return VV_OK;
}

/* A counter's value is a decimal of Redis' own making. */
static bool read_counter(const struct vv_field *field, int64_t *ret_value)
{
    char text[24];
    char *end = NULL;

    if (field->value_len == 0 || field->value_len >= sizeof text) {
        return false;
    }
    memcpy(text, field->value, field->value_len);
    text[field->value_len] = '\0';
    *ret_value = strtoll(text, &end, 10);
    return *end == '\0';
}

static enum vv_status decide_sums(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const struct vv_record *sums = vv_loaded(loaded, "sums", VV_NIL);
    struct vv_work work = {.call = call, .outcome = outcome};
    Vagval__V1__RegistrySumsReply reply;

    vagval__v1__registry_sums_reply__init(&reply);
    for (size_t i = 0; i < sums->field_count; i++) {
        const struct vv_field *field = &sums->fields[i];
        Vagval__V1__Sum *sum = vv_work_alloc(&work, sizeof *sum);
        char *name = vv_work_alloc(&work, field->name_len + 1);
        if (sum == NULL || name == NULL) {
            return VV_NO_MEMORY;
        }
        memcpy(name, field->name, field->name_len);
        vagval__v1__sum__init(sum);
        sum->name = name;
        if (!read_counter(field, &sum->amount)) {
            return VV_CORRUPT;
        }
        reply.sums = vv_work_grown(&work, reply.sums, &reply.n_sums, sum);
    }
    if (work.exhausted) {
        return VV_NO_MEMORY;
    }
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_registry_sums = {
    .route = route_sums, .plan = plan_sums, .decide = decide_sums};

/* ---- one case ---- */

static enum vv_status plan_show(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    (void)loaded;
    vv_plan_load(plan, "delivery", call->subject);
    return vv_work_plan(call, plan, false);
}

static enum vv_status decide_show(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const struct vv_record *record = vv_loaded(loaded, "case", call->subject);
    Vagval__V1__Fact **facts = NULL;
    size_t fact_count = 0;
    Vagval__V1__CaseView view;
    ProtobufCMessage *recorded = NULL;
    struct vv_work work;

    if (!record->exists) {
        return vv_refuse(outcome, VV_NOT_FOUND, "case_id", "the case is not known here");
    }
    enum vv_status status = vv_work_open(&work, call, loaded, outcome);
    if (status == VV_OK) {
        status = vv_record_facts(call, record, &facts, &fact_count);
    }
    if (status != VV_OK) {
        return status;
    }
    if (!vv_case_is_open(call, work.entry->protected_identity)) {
        return vv_refuse_protected(outcome);
    }
    vagval__v1__case_view__init(&view);
    view.case_id = vv_work_id(&work, call->subject);
    view.scheme = work.entry->scheme;
    view.state = vv_arena_text(call->arena, vv_case_state_name(work.entry->state));
    status = vv_timeline_of(&work, facts, fact_count, &view);
    if (status == VV_OK) {
        status = vv_record_unpack(call, vv_loaded(loaded, "delivery", call->subject),
                                  &vagval__v1__delivery__descriptor, &recorded);
    }
    if (status == VV_OK) {
        vv_timeline_duties(&work, (const Vagval__V1__Delivery *)recorded, &view);
    }
    if (status != VV_OK || work.exhausted || view.state == NULL) {
        return status != VV_OK ? status : VV_NO_MEMORY;
    }
    vv_reply(outcome, &view.base);
    return VV_OK;
}

const struct vv_handler vv_handle_case_show = {.plan = plan_show, .decide = decide_show};
