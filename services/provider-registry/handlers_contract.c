/*
 * handlers_contract.c: a contract's life after its authorisation: another owner or name, a longer
 * validity, a new version of the tender document accepted. The contract keeps its identity, and
 * with it its placements, results and rating.
 */
#include "capacity.h"
#include "contract.h"
#include "provider-registry.h"
#include "tender.h"
#include "work.h"

#include <string.h>

#include "vagval/limits.h"

extern const struct vv_handler vv_handle_transfer_contract;
extern const struct vv_handler vv_handle_renew_contract;
extern const struct vv_handler vv_handle_accept_terms;

struct contract_work {
    struct vv_work work;
    Vagval__V1__Contract *contract;
};

static enum vv_status plan_contract(const struct vv_call *call, struct vv_plan *plan,
                                    const char *area, const char *number)
{
    if (!vv_id_equal(vv_id_contract(call->scheme, area, number, call->partitions), call->subject)) {
        return VV_INVALID;
    }
    vv_plan_load(plan, "contract", call->subject);
    vv_plan_fact_home(plan, "contract", call->subject);
    return VV_OK;
}

static enum vv_status open_contract(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_outcome *outcome, const char *source,
                                    const char *source_ref, struct contract_work *ret_work)
{
    const struct vv_record *record = vv_loaded(loaded, "contract", call->subject);
    struct contract_work work = {.work = {.call = call, .outcome = outcome}};
    ProtobufCMessage *message = NULL;
    enum vv_status status = vv_check_text(outcome, "source", source, VV_CODE_BYTES_MAX, false);

    if (status == VV_OK) {
        status = vv_check_text(outcome, "source_ref", source_ref, VV_NAME_BYTES_MAX, false);
    }
    if (status == VV_OK && !record->exists) {
        status = vv_refuse(outcome, VV_NOT_FOUND, "number", "there is no such contract");
    }
    if (status == VV_OK && record->field_count >= VV_CASE_FACTS_MAX) {
        status = vv_refuse(outcome, VV_REFUSED, "number",
                           "the contract holds %d facts, which is the most", VV_CASE_FACTS_MAX);
    }
    if (status == VV_OK) {
        status = vv_record_unpack(call, record, &vagval__v1__contract__descriptor, &message);
    }
    if (status == VV_OK) {
        work.contract = (Vagval__V1__Contract *)message;
        *ret_work = work;
    }
    return status;
}

static enum vv_status close_contract(struct contract_work *work, const char *source,
                                     vv_date effective, const char *state)
{
    vv_put(work->work.outcome, "contract", work->work.call->subject, &work->contract->base);
    vv_accept(work->work.outcome, effective, source, VV_NIL, NULL, 0, false);
    vv_work_reply(&work->work, state);
    return work->work.exhausted ? VV_NO_MEMORY : VV_OK;
}

/* ---- another owner or name ---- */

static enum vv_status plan_transfer(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_plan *plan)
{
    const Vagval__V1__TransferContract *command = (const Vagval__V1__TransferContract *)call->body;

    (void)loaded;
    vv_plan_load(plan, "outbox", call->subject);
    vv_plan_load(plan, "area", vv_id_area(call->scheme, command->area, call->partitions));
    return plan_contract(call, plan, command->area, command->number);
}

/* The former owner's key speaks for the contract no more; the agency binds the new owner's. */
static enum vv_status take_key_away(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_outcome *outcome)
{
    const struct vv_record *record = vv_loaded(loaded, "outbox", call->subject);
    ProtobufCMessage *message = NULL;
    enum vv_status status =
        vv_record_unpack(call, record, &vagval__v1__outbox__descriptor, &message);

    if (status == VV_OK && record->exists) {
        Vagval__V1__Outbox *outbox = (Vagval__V1__Outbox *)message;
        outbox->key_name = (char *)(uintptr_t)protobuf_c_empty_string;
        outbox->public_key = (ProtobufCBinaryData){0, NULL};
        vv_put(outcome, "outbox", call->subject, message);
    }
    return status;
}

/* Placements from now on are the new owner's: payment asks whether it is the employer too. */
static enum vv_status enter_owner(struct contract_work *work, const struct vv_loaded *loaded,
                                  const char *area, struct vv_id owner)
{
    const struct vv_call *call = work->work.call;
    struct vv_id area_id = vv_id_area(call->scheme, area, call->partitions);
    ProtobufCMessage *message = NULL;
    enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "area", area_id),
                                             &vagval__v1__area__descriptor, &message);

    if (status != VV_OK) {
        return status;
    }
    Vagval__V1__AreaContract *entry = vv_capacity_find((Vagval__V1__Area *)message, call->subject);
    if (entry == NULL) {
        return VV_CORRUPT;
    }
    const Vagval__V1__AreaContract *rival = vv_contract_rival(
        (Vagval__V1__Area *)message, owner, call->subject, call->now.today, entry->to);
    if (rival != NULL) {
        return vv_refuse(work->work.outcome, VV_REFUSED, "organisation_number",
                         "has contract %s in the area already; one of the two must end first",
                         rival->number);
    }
    entry->provider = work->contract->provider;
    vv_put(work->work.outcome, "area", area_id, message);
    return VV_OK;
}

static enum vv_status decide_transfer(const struct vv_call *call, const struct vv_loaded *loaded,
                                      struct vv_outcome *outcome)
{
    const Vagval__V1__TransferContract *command = (const Vagval__V1__TransferContract *)call->body;
    struct contract_work work;
    struct vv_idno number;
    enum vv_status status =
        open_contract(call, loaded, outcome, command->source, command->source_ref, &work);

    if (status == VV_OK) {
        status =
            vv_check_organisation(outcome, command->organisation_number, call->now.today, &number);
    }
    if (status == VV_OK) {
        status = vv_check_text(outcome, "provider_name", command->provider_name, VV_NAME_BYTES_MAX,
                               false);
    }
    if (status == VV_OK) {
        status = vv_check_code(outcome, "reason", command->reason);
    }
    if (status == VV_OK) {
        status = vv_check_day(outcome, "on", command->on);
    }
    if (status == VV_OK && command->on > call->now.today) {
        status = vv_refuse(outcome, VV_REFUSED, "on", "has not come; repeat it on that day");
    }
    if (status != VV_OK) {
        return status;
    }
    bool changes_hands = strcmp(work.contract->organisation_number, number.text) != 0;
    struct vv_id owner = vv_id_provider(number.text, call->partitions);
    work.contract->provider = vv_work_id(&work.work, owner);
    work.contract->organisation_number = vv_arena_text(call->arena, number.text);
    work.contract->provider_name = command->provider_name;
    if (work.contract->organisation_number == NULL) {
        return VV_NO_MEMORY;
    }
    status = enter_owner(&work, loaded, command->area, owner);
    if (status == VV_OK && changes_hands) {
        status = take_key_away(call, loaded, outcome);
    }
    if (status != VV_OK) {
        return status;
    }
    return close_contract(&work, command->source, command->on, "transferred");
}

const struct vv_handler vv_handle_transfer_contract = {.plan = plan_transfer,
                                                       .decide = decide_transfer};

/* ---- a longer validity ---- */

static enum vv_status plan_renew(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_plan *plan)
{
    const Vagval__V1__RenewContract *command = (const Vagval__V1__RenewContract *)call->body;

    (void)loaded;
    vv_plan_load(plan, "area", vv_id_area(call->scheme, command->area, call->partitions));
    return plan_contract(call, plan, command->area, command->number);
}

static enum vv_status decide_renew(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_outcome *outcome)
{
    const Vagval__V1__RenewContract *command = (const Vagval__V1__RenewContract *)call->body;
    struct vv_id area_id = vv_id_area(call->scheme, command->area, call->partitions);
    struct contract_work work;
    ProtobufCMessage *message = NULL;
    enum vv_status status =
        open_contract(call, loaded, outcome, command->source, command->source_ref, &work);

    if (status == VV_OK && command->to != 0) {
        status = vv_check_day(outcome, "to", command->to);
    }
    if (status == VV_OK) {
        status = vv_record_unpack(call, vv_loaded(loaded, "area", area_id),
                                  &vagval__v1__area__descriptor, &message);
    }
    if (status != VV_OK) {
        return status;
    }
    Vagval__V1__AreaContract *entry = vv_capacity_find((Vagval__V1__Area *)message, call->subject);
    if (entry == NULL) {
        return VV_CORRUPT;
    }
    if (entry->to == 0 || (command->to != 0 && command->to <= entry->to)) {
        return vv_refuse(outcome, VV_REFUSED, "to",
                         "is not later than the contract's last day; a renewal only prolongs");
    }
    Vagval__V1__ContractRenewal *renewal = vv_work_alloc(&work.work, sizeof *renewal);
    if (renewal == NULL) {
        return VV_NO_MEMORY;
    }
    vagval__v1__contract_renewal__init(renewal);
    renewal->on = call->now.today;
    renewal->to = command->to;
    renewal->by = (char *)(uintptr_t)call->sender;
    work.contract->renewals =
        vv_work_grown(&work.work, work.contract->renewals, &work.contract->n_renewals, renewal);
    entry->to = command->to;
    vv_put(outcome, "area", area_id, message);
    return close_contract(&work, command->source, call->now.today, "renewed");
}

const struct vv_handler vv_handle_renew_contract = {.plan = plan_renew, .decide = decide_renew};

/* ---- a version of the tender document ---- */

static enum vv_status plan_accept(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_plan *plan)
{
    const Vagval__V1__AcceptTerms *command = (const Vagval__V1__AcceptTerms *)call->body;
    (void)loaded;
    vv_tender_ask(call, plan);
    return plan_contract(call, plan, command->area, command->number);
}

static enum vv_status decide_accept(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_outcome *outcome)
{
    const Vagval__V1__AcceptTerms *command = (const Vagval__V1__AcceptTerms *)call->body;
    const Vagval__V1__Tender *tender = vv_tender_answered(call, loaded);
    struct contract_work work;
    enum vv_status status =
        open_contract(call, loaded, outcome, command->source, command->source_ref, &work);

    if (status == VV_OK && tender == NULL) {
        status = vv_refuse(outcome, VV_BUSY, "version", "the tender document cannot be asked now");
    }
    if (status != VV_OK) {
        return status;
    }
    if (command->version < 1 || command->version > tender->n_versions ||
        tender->versions[command->version - 1]->published_on == 0) {
        return vv_refuse(outcome, VV_NOT_FOUND, "version", "is no published version");
    }
    if (command->version <= work.contract->terms_version) {
        return vv_refuse(outcome, VV_REFUSED, "version", "version %u is accepted already",
                         work.contract->terms_version);
    }
    work.contract->terms_version = command->version;
    work.contract->terms_accepted_on = call->now.today;
    bool late = call->now.today > tender->versions[command->version - 1]->reaccept_by;
    return close_contract(&work, command->source, call->now.today,
                          late ? "accepted late" : "accepted");
}

const struct vv_handler vv_handle_accept_terms = {.plan = plan_accept, .decide = decide_accept};
