/*
 * handlers_needs.c: what a seeker can choose among: a stated need of language, the areas that are
 * open, and their contracts with a free place, nearest first. Only intake knows where the home is;
 * it is asked, used and forgotten.
 */
#include "capacity.h"
#include "choice.h"
#include "contract.h"
#include "delivered.h"
#include "nearest.h"
#include "placement.h"
#include "provider-registry.h"
#include "reach.h"
#include "work.h"

#include <stdlib.h>
#include <string.h>

#include "vagval/geo.h"
#include "vagval/limits.h"
#include "vagval/protected.h"

extern const struct vv_handler vv_handle_state_need;
extern const struct vv_handler vv_handle_show_choice;
extern const struct vv_handler vv_handle_show_area_choices;

/* ---- a need ---- */

static enum vv_status plan_need(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    (void)loaded;
    return vv_work_plan(call, plan, true);
}

/* What the next order says; each part may be left out. */
static enum vv_status check_order(struct vv_outcome *outcome, const Vagval__V1__OrderTerms *order)
{
    if (order->extent_percent > 100) {
        return vv_refuse(outcome, VV_INVALID, "extent_percent", "is more than 100");
    }
    enum vv_status status =
        vv_check_text(outcome, "diary_number", order->diary_number, VV_CODE_BYTES_MAX, true);
    return status != VV_OK ? status
                           : vv_check_text(outcome, "caseworker_group", order->caseworker_group,
                                           VV_CODE_BYTES_MAX, true);
}

static enum vv_status decide_need(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__StateNeed *command = (const Vagval__V1__StateNeed *)call->body;
    Vagval__V1__StateNeed fact;
    struct vv_work work;
    enum vv_status status = vv_work_open(&work, call, loaded, outcome);

    if (status == VV_OK) {
        status =
            vv_check_case_command(&work, command->source, command->source_ref, command->case_id);
    }
    if (status == VV_OK && command->language[0] != '\0') {
        status = vv_check_code(outcome, "language", command->language);
    }
    if (status == VV_OK && command->order != NULL) {
        status = check_order(outcome, command->order);
    }
    if (status != VV_OK) {
        return status;
    }
    vagval__v1__state_need__init(&fact);
    if (command->order != NULL) {
        work.entry->order = command->order;
        fact.order = command->order;
        vv_work_reply(&work, "stated");
    } else {
        work.entry->language = command->language;
        fact.language = command->language;
        vv_work_reply(&work, command->language[0] == '\0' ? "no need" : command->language);
    }
    vv_work_accept(&work, call->now.today, command->source, VV_NIL, &fact.base);
    return vv_work_close(&work);
}

const struct vv_handler vv_handle_state_need = {.plan = plan_need, .decide = decide_need};

/* ---- which areas ---- */

static enum vv_status plan_show(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    (void)loaded;
    return vv_work_plan(call, plan, false);
}

static enum vv_status decide_show(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    struct vv_work work;
    Vagval__V1__ChoiceShown reply;
    enum vv_status status = vv_work_open(&work, call, loaded, outcome);

    if (status != VV_OK) {
        return status;
    }
    if (work.is_new) {
        return vv_refuse(outcome, VV_NOT_FOUND, "case_id", "is not known here");
    }
    if (!vv_case_is_open(call, work.entry->protected_identity)) {
        return vv_refuse_protected(outcome);
    }
    const struct vv_scheme *scheme =
        vv_book_scheme(call->book, work.entry->scheme, call->now.today, 0);
    const Vagval__V1__CasePlacement *running = vv_placement_running(work.entry);
    vagval__v1__choice_shown__init(&reply);
    reply.scheme = work.entry->scheme;
    reply.state = (char *)(uintptr_t)vv_case_state_name(work.entry->state);
    reply.choose_by = work.entry->choose_by;
    reply.home_area = work.entry->area;
    reply.language = work.entry->language;
    reply.pending = work.entry->choice != NULL;
    reply.failed_reason = work.entry->failed_reason;
    reply.contract_number = running != NULL ? running->contract_number : reply.contract_number;
    reply.areas =
        vv_work_alloc(&work, (scheme == NULL ? 1 : scheme->area_count + 1) * sizeof reply.areas[0]);
    for (size_t i = 0; reply.areas != NULL && scheme != NULL && i < scheme->area_count; i++) {
        const char *code = scheme->areas[i].code;
        if (vv_reach_refusal(scheme, work.entry->area, code, call->now.today) == NULL) {
            reply.areas[reply.n_areas++] = (char *)(uintptr_t)code;
        }
    }
    if (work.exhausted) {
        return VV_NO_MEMORY;
    }
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_show_choice = {.plan = plan_show, .decide = decide_show};

/* ---- which contracts ---- */

static enum vv_status plan_area(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    const Vagval__V1__ShowAreaChoices *query = (const Vagval__V1__ShowAreaChoices *)call->body;
    const struct vv_record *record = vv_loaded(loaded, "area", call->subject);
    ProtobufCMessage *message = NULL;
    Vagval__V1__HomeGet ask;
    struct vv_id case_id, contract;

    if (!vv_id_equal(vv_id_area(call->scheme, query->area, call->partitions), call->subject) ||
        vv_id_from_bytes(query->case_id.data, query->case_id.len, &case_id) != VV_OK) {
        return VV_INVALID;
    }
    vagval__v1__home_get__init(&ask);
    ask.case_id = query->case_id;
    vv_plan_ask(plan, VV_INTAKE, VV_MSG_HOME_GET, case_id, &ask.base);
    vv_plan_load(plan, "area", call->subject);
    if (record == NULL || !record->exists) {
        return VV_OK;
    }
    enum vv_status status = vv_record_unpack(call, record, &vagval__v1__area__descriptor, &message);
    const Vagval__V1__Area *area = (const Vagval__V1__Area *)message;
    for (size_t i = 0; status == VV_OK && i < area->n_contracts; i++) {
        if (vv_id_from_bytes(area->contracts[i]->contract.data, area->contracts[i]->contract.len,
                             &contract) == VV_OK) {
            vv_plan_load(plan, "contract", contract);
            vv_plan_load(plan, "rating", contract);
        }
    }
    return status;
}

/* What was published of the contract's results. */
static enum vv_status add_results(struct vv_work *work, const struct vv_loaded *loaded,
                                  struct vv_id contract, Vagval__V1__AreaChoice *choice)
{
    ProtobufCMessage *message = NULL;
    enum vv_status status = vv_record_unpack(work->call, vv_loaded(loaded, "rating", contract),
                                             &vagval__v1__contract_rating__descriptor, &message);

    if (status != VV_OK) {
        return status;
    }
    const Vagval__V1__ContractRating *rating = (const Vagval__V1__ContractRating *)message;
    const char *version = vv_delivered_scheme_version(rating);
    const struct vv_scheme *scheme =
        version == NULL ? NULL : vv_book_scheme_version(work->call->book, version);
    vv_delivered_show(scheme == NULL ? NULL : scheme->rating, rating, choice);
    return VV_OK;
}

static enum vv_status add_choice(struct vv_work *work, const struct vv_loaded *loaded,
                                 const Vagval__V1__AreaContract *entry,
                                 const Vagval__V1__Home *home, Vagval__V1__AreaChoices *reply)
{
    Vagval__V1__AreaChoice *choice = vv_work_alloc(work, sizeof *choice);
    const Vagval__V1__Contract *contract = NULL;
    struct vv_id id;

    if (choice == NULL) {
        return VV_NO_MEMORY;
    }
    enum vv_status status = vv_contract_of(work->call, loaded, entry, &id, &contract);
    if (status != VV_OK) {
        return status;
    }
    vagval__v1__area_choice__init(choice);
    choice->contract = entry->contract;
    choice->number = entry->number;
    choice->provider_name = contract->provider_name;
    choice->organisation_number = contract->organisation_number;
    choice->free = entry->capacity - entry->taken - entry->reserved;
    choice->n_languages = entry->n_languages;
    choice->languages = entry->languages;
    choice->n_orientations = contract->n_orientations;
    choice->orientations = contract->orientations;
    if (home != NULL && !home->erased) {
        choice->has_distance = true;
        choice->metres = (uint32_t)vv_nearest_metres(entry, home->latitude, home->longitude);
    }
    status = add_results(work, loaded, id, choice);
    reply->choices = vv_work_grown(work, reply->choices, &reply->n_choices, choice);
    return work->exhausted ? VV_NO_MEMORY : status;
}

static int by_distance(const void *a, const void *b)
{
    const Vagval__V1__AreaChoice *one = *(Vagval__V1__AreaChoice *const *)a;
    const Vagval__V1__AreaChoice *other = *(Vagval__V1__AreaChoice *const *)b;
    if (one->metres != other->metres) {
        return one->metres < other->metres ? -1 : 1;
    }
    return strcmp(one->number, other->number);
}

static enum vv_status decide_area(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__ShowAreaChoices *query = (const Vagval__V1__ShowAreaChoices *)call->body;
    struct vv_work work = {.call = call, .outcome = outcome};
    Vagval__V1__AreaChoices reply;
    ProtobufCMessage *message = NULL;
    struct vv_id case_id;
    enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "area", call->subject),
                                             &vagval__v1__area__descriptor, &message);

    if (status == VV_OK) {
        status = vv_id_from_bytes(query->case_id.data, query->case_id.len, &case_id);
    }
    if (status != VV_OK) {
        return status;
    }
    const struct vv_answer *answer = vv_loaded_answer(loaded, VV_MSG_HOME_GET, case_id);
    const Vagval__V1__Home *home =
        answer->status == VV_OK ? (const Vagval__V1__Home *)answer->body : NULL;
    const Vagval__V1__Area *area = (const Vagval__V1__Area *)message;
    if (home != NULL && !vv_case_is_open(call, home->protected_identity)) {
        return vv_refuse_protected(outcome); /* distances would tell where the home is */
    }
    vagval__v1__area_choices__init(&reply);
    for (size_t i = 0; status == VV_OK && i < area->n_contracts; i++) {
        const Vagval__V1__AreaContract *entry = area->contracts[i];
        enum vv_capacity_verdict verdict = vv_capacity_judge(entry, call->now.today);
        if (verdict == VV_CAPACITY_NOT_OPEN) {
            continue;
        }
        if (!vv_nearest_offers_language(entry, query->language)) {
            reply.other_language++;
        } else if (verdict == VV_CAPACITY_FULL && !query->full_too) {
            reply.full++;
        } else {
            status = add_choice(&work, loaded, entry, home, &reply);
        }
    }
    if (status != VV_OK) {
        return status;
    }
    if (reply.n_choices > 0) {
        qsort(reply.choices, reply.n_choices, sizeof reply.choices[0], by_distance);
    }
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_show_area_choices = {.plan = plan_area, .decide = decide_area};
