/*
 * handlers_rating_list.c: what people ask about ratings: the contracts of an area with what was
 * published and what is proposed, and one contract's history with the reasons of every revision.
 */
#include "capacity.h"
#include "follow_up.h"
#include "provider-registry.h"
#include "work.h"

#include <string.h>

extern const struct vv_handler vv_handle_list_ratings;
extern const struct vv_handler vv_handle_rating_show;

#define AREAS_PER_PARTITION_MAX 64
#define PAGE_CONTRACTS 64

/* ---- reading, shared by both ---- */

static enum vv_status read_record(const struct vv_call *call, const struct vv_loaded *loaded,
                                  const char *kind, struct vv_id id,
                                  const ProtobufCMessageDescriptor *descriptor,
                                  ProtobufCMessage **ret_message)
{
    return vv_record_unpack(call, vv_loaded(loaded, kind, id), descriptor, ret_message);
}

/* What is said of the contract's scheme today: proposals are made by the rules in force. */
static const struct vv_scheme *scheme_of(const struct vv_call *call, const char *scheme)
{
    return vv_book_scheme(call->book, scheme, call->now.today, 0);
}

static void add_proposals(struct vv_work *work, const Vagval__V1__AreaContract *entry,
                          const Vagval__V1__ContractRating *rating,
                          Vagval__V1__RatingContract *line)
{
    struct vv_open_proposal open[VV_PROPOSALS_MAX];
    const struct vv_scheme *scheme = scheme_of(work->call, line->scheme);
    size_t count =
        scheme == NULL ? 0 : vv_proposals_of(scheme, entry, rating, work->call->now.today, open);

    for (size_t i = 0; i < count; i++) {
        Vagval__V1__ContractProposal *proposal = vv_work_alloc(work, sizeof(*proposal));
        if (proposal == NULL) {
            return;
        }
        vagval__v1__contract_proposal__init(proposal);
        proposal->kind = (char *)(uintptr_t)open[i].kind;
        proposal->since = open[i].since;
        proposal->basis = open[i].basis;
        line->proposals = vv_work_grown(work, line->proposals, &line->n_proposals, proposal);
    }
}

static void check_view(const struct vv_call *call, const Vagval__V1__PublishedRating *published,
                       const Vagval__V1__RatingView *view, Vagval__V1__RatingContract *line)
{
    const struct vv_scheme *scheme = vv_book_scheme_version(call->book, view->scheme_version);
    bool holds = scheme != NULL && scheme->rating != NULL &&
                 vv_follow_up_holds(scheme->rating, published, view);

    line->views++;
    line->unsound += holds ? 0 : 1;
}

/* Every stored view made again from its counts. */
static void check_views(const struct vv_call *call, const Vagval__V1__ContractRating *rating,
                        Vagval__V1__RatingContract *line)
{
    for (size_t i = 0; i < rating->n_published; i++) {
        const Vagval__V1__PublishedRating *published = rating->published[i];
        check_view(call, published, published->published, line);
        for (size_t r = 0; r < published->n_revised; r++) {
            check_view(call, published, published->revised[r], line);
        }
    }
}

/* A contract's line; `area` may have no entry of it when the contract is not known. */
static enum vv_status make_line(struct vv_work *work, const struct vv_loaded *loaded,
                                const Vagval__V1__Area *area, struct vv_id id,
                                const Vagval__V1__ContractRating *rating,
                                Vagval__V1__RatingContract **ret_line)
{
    const Vagval__V1__AreaContract *entry = vv_capacity_find(area, id);
    Vagval__V1__RatingContract *line = vv_work_alloc(work, sizeof(*line));
    ProtobufCMessage *message = NULL;
    enum vv_status status = read_record(work->call, loaded, "contract", id,
                                        &vagval__v1__contract__descriptor, &message);

    if (status != VV_OK || entry == NULL) {
        return status != VV_OK ? status : VV_CORRUPT;
    }
    if (line == NULL) {
        return VV_NO_MEMORY;
    }
    const Vagval__V1__Contract *contract = (const Vagval__V1__Contract *)message;
    vagval__v1__rating_contract__init(line);
    line->contract = vv_work_id(work, id);
    line->number = entry->number;
    line->provider_name = contract->provider_name;
    line->area = area->code;
    line->scheme = area->scheme;
    line->from = entry->from;
    line->to = entry->to;
    line->suspended_from = entry->suspended_from;
    line->last_choice = entry->last_choice;
    line->in_use = entry->taken + entry->reserved;
    add_proposals(work, entry, rating, line);
    check_views(work->call, rating, line);
    *ret_line = line;
    return VV_OK;
}

/* Matters under control that are not closed. */
static enum vv_status add_open(struct vv_work *work, const struct vv_loaded *loaded,
                               struct vv_id id, Vagval__V1__RatingContract *line)
{
    ProtobufCMessage *message = NULL;
    enum vv_status status = read_record(work->call, loaded, "control", id,
                                        &vagval__v1__contract_control__descriptor, &message);

    if (status != VV_OK) {
        return status;
    }
    const Vagval__V1__ContractControl *control = (const Vagval__V1__ContractControl *)message;
    for (size_t i = 0; i < control->n_items; i++) {
        if (control->items[i]->closed_on == 0) {
            line->open = vv_work_grown(work, line->open, &line->n_open, control->items[i]);
        }
    }
    return VV_OK;
}

/* ---- a page of an area's contracts ---- */

static enum vv_status route_list(const struct vv_call *call, uint16_t *ret_partition)
{
    const Vagval__V1__ListRatings *query = (const Vagval__V1__ListRatings *)call->body;
    return vv_route_to(call, query->partition, ret_partition);
}

/* The page's contracts of the area; false: the area is not of the scheme asked for. */
static bool is_asked_for(const Vagval__V1__ListRatings *query, const Vagval__V1__Area *area)
{
    return query->scheme[0] == '\0' || strcmp(query->scheme, area->scheme) == 0;
}

static size_t page_end(const Vagval__V1__ListRatings *query, const Vagval__V1__Area *area)
{
    size_t end = (size_t)query->after + PAGE_CONTRACTS;

    return end < area->n_contracts ? end : area->n_contracts;
}

static enum vv_status plan_list(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    const Vagval__V1__ListRatings *query = (const Vagval__V1__ListRatings *)call->body;
    const struct vv_record *index = vv_loaded_list(loaded, "areas", VV_NIL, 0);
    ProtobufCMessage *message = NULL;
    struct vv_id id;

    vv_plan_list(plan, "areas", VV_NIL, 0, AREAS_PER_PARTITION_MAX);
    if (index == NULL || !vv_list_id(index, query->area, &id)) {
        return VV_OK;
    }
    vv_plan_load(plan, "area", id);
    if (vv_loaded(loaded, "area", id) == NULL) {
        return VV_OK;
    }
    enum vv_status status =
        read_record(call, loaded, "area", id, &vagval__v1__area__descriptor, &message);
    const Vagval__V1__Area *area = (const Vagval__V1__Area *)message;
    if (status != VV_OK || !is_asked_for(query, area)) {
        return status;
    }
    for (size_t i = query->after; i < page_end(query, area); i++) {
        struct vv_id contract;
        if (vv_id_from_bytes(area->contracts[i]->contract.data, area->contracts[i]->contract.len,
                             &contract) == VV_OK) {
            vv_plan_load(plan, "contract", contract);
            vv_plan_load(plan, "rating", contract);
            vv_plan_load(plan, "control", contract);
        }
    }
    return VV_OK;
}

static enum vv_status add_contract(struct vv_work *work, const struct vv_loaded *loaded,
                                   const Vagval__V1__Area *area, ProtobufCBinaryData bytes,
                                   Vagval__V1__RatingList *reply)
{
    const Vagval__V1__ListRatings *query = (const Vagval__V1__ListRatings *)work->call->body;
    Vagval__V1__RatingContract *line = NULL;
    ProtobufCMessage *message = NULL;
    struct vv_id id;

    if (vv_id_from_bytes(bytes.data, bytes.len, &id) != VV_OK) {
        return VV_CORRUPT;
    }
    enum vv_status status = read_record(work->call, loaded, "rating", id,
                                        &vagval__v1__contract_rating__descriptor, &message);
    if (status != VV_OK) {
        return status;
    }
    const Vagval__V1__ContractRating *rating = (const Vagval__V1__ContractRating *)message;
    status = make_line(work, loaded, area, id, rating, &line);
    if (status != VV_OK) {
        return status;
    }
    status = add_open(work, loaded, id, line);
    if (status != VV_OK) {
        return status;
    }
    if (query->month != 0) {
        line->published = vv_follow_up_find(rating, query->month);
    } else if (rating->n_published > 0) {
        line->published = rating->published[rating->n_published - 1];
    }
    reply->contracts = vv_work_grown(work, reply->contracts, &reply->n_contracts, line);
    return VV_OK;
}

static enum vv_status decide_list(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__ListRatings *query = (const Vagval__V1__ListRatings *)call->body;
    const struct vv_record *index = vv_loaded_list(loaded, "areas", VV_NIL, 0);
    struct vv_work work = {.call = call, .outcome = outcome};
    Vagval__V1__RatingList reply;
    ProtobufCMessage *message = NULL;
    struct vv_id id;

    vagval__v1__rating_list__init(&reply);
    if (!vv_list_id(index, query->area, &id)) {
        reply.done = true;
        vv_reply(outcome, &reply.base);
        return VV_OK;
    }
    enum vv_status status =
        read_record(call, loaded, "area", id, &vagval__v1__area__descriptor, &message);
    if (status != VV_OK) {
        return status;
    }
    const Vagval__V1__Area *area = (const Vagval__V1__Area *)message;
    size_t end = is_asked_for(query, area) ? page_end(query, area) : area->n_contracts;
    for (size_t i = query->after; is_asked_for(query, area) && i < end; i++) {
        status = add_contract(&work, loaded, area, area->contracts[i]->contract, &reply);
        if (status != VV_OK) {
            return status;
        }
    }
    bool further = end < area->n_contracts;
    reply.next_area = further ? query->area : query->area + 1;
    reply.next_after = further ? (uint32_t)end : 0;
    reply.done = !further && !vv_list_id(index, (size_t)query->area + 1, &id);
    if (work.exhausted) {
        return VV_NO_MEMORY;
    }
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_list_ratings = {
    .route = route_list, .plan = plan_list, .decide = decide_list};

/* ---- one contract ---- */

static enum vv_status plan_show(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    const struct vv_record *record = vv_loaded(loaded, "contract", call->subject);
    ProtobufCMessage *message = NULL;

    vv_plan_load(plan, "contract", call->subject);
    vv_plan_load(plan, "rating", call->subject);
    if (record == NULL || !record->exists) {
        return VV_OK;
    }
    enum vv_status status = read_record(call, loaded, "contract", call->subject,
                                        &vagval__v1__contract__descriptor, &message);
    if (status == VV_OK) {
        const Vagval__V1__Contract *contract = (const Vagval__V1__Contract *)message;
        vv_plan_load(plan, "area", vv_id_area(contract->scheme, contract->area, call->partitions));
    }
    return status;
}

static enum vv_status decide_show(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    struct vv_work work = {.call = call, .outcome = outcome};
    Vagval__V1__RatingHistory reply;
    ProtobufCMessage *message = NULL;

    if (!vv_loaded(loaded, "contract", call->subject)->exists) {
        return vv_refuse(outcome, VV_NOT_FOUND, "contract", "the contract is not known");
    }
    enum vv_status status = read_record(call, loaded, "contract", call->subject,
                                        &vagval__v1__contract__descriptor, &message);
    const Vagval__V1__Contract *contract = (const Vagval__V1__Contract *)message;
    if (status == VV_OK) {
        status = read_record(call, loaded, "area",
                             vv_id_area(contract->scheme, contract->area, call->partitions),
                             &vagval__v1__area__descriptor, &message);
    }
    const Vagval__V1__Area *area = (const Vagval__V1__Area *)message;
    if (status == VV_OK) {
        status = read_record(call, loaded, "rating", call->subject,
                             &vagval__v1__contract_rating__descriptor, &message);
    }
    if (status != VV_OK) {
        return status;
    }
    const Vagval__V1__ContractRating *rating = (const Vagval__V1__ContractRating *)message;
    vagval__v1__rating_history__init(&reply);
    status = make_line(&work, loaded, area, call->subject, rating, &reply.contract);
    if (status != VV_OK || work.exhausted) {
        return status != VV_OK ? status : VV_NO_MEMORY;
    }
    reply.published = rating->published;
    reply.n_published = rating->n_published;
    reply.decisions = rating->decisions;
    reply.n_decisions = rating->n_decisions;
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_rating_show = {.plan = plan_show, .decide = decide_show};
