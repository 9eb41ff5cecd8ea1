/*
 * handlers_control.c: the control of a contract, in the area's partition: reviews and visits with
 * findings, complaints, suspension of new choices, the contract's last day.
 */
#include "capacity.h"
#include "contract.h"
#include "control.h"
#include "provider-registry.h"
#include "work.h"

#include "vagval/limits.h"

extern const struct vv_handler vv_handle_record_control;
extern const struct vv_handler vv_handle_show_control;
extern const struct vv_handler vv_handle_control_due;

#define ITEMS_MAX 400 /* matters of one contract; their facts are bounded by VV_CASE_FACTS_MAX */

struct controlled {
    struct vv_work work;
    const Vagval__V1__Contract *contract;
    struct vv_id area_id;
    Vagval__V1__Area *area;
    Vagval__V1__AreaContract *entry;
    Vagval__V1__ContractControl *control;
};

static enum vv_status plan_all(const struct vv_call *call, const struct vv_loaded *loaded,
                               struct vv_plan *plan)
{
    vv_plan_load(plan, "control", call->subject);
    return vv_contract_plan_with_area(call, loaded, plan);
}

static enum vv_status plan_record(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_plan *plan)
{
    enum vv_status status = plan_all(call, loaded, plan);

    vv_plan_fact_home(plan, "control", call->subject);
    return status;
}

static enum vv_status open_controlled(const struct vv_call *call, const struct vv_loaded *loaded,
                                      struct vv_outcome *outcome, struct controlled *ret)
{
    ProtobufCMessage *message = NULL;

    *ret = (struct controlled){.work = {.call = call, .outcome = outcome}};
    if (!vv_loaded(loaded, "contract", call->subject)->exists) {
        return vv_refuse(outcome, VV_NOT_FOUND, "contract", "the contract is not known");
    }
    enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "contract", call->subject),
                                             &vagval__v1__contract__descriptor, &message);
    if (status != VV_OK) {
        return status;
    }
    ret->contract = (const Vagval__V1__Contract *)message;
    ret->area_id = vv_id_area(ret->contract->scheme, ret->contract->area, call->partitions);
    status = vv_record_unpack(call, vv_loaded(loaded, "area", ret->area_id),
                              &vagval__v1__area__descriptor, &message);
    if (status != VV_OK) {
        return status;
    }
    ret->area = (Vagval__V1__Area *)message;
    ret->entry = vv_capacity_find(ret->area, call->subject);
    status = vv_record_unpack(call, vv_loaded(loaded, "control", call->subject),
                              &vagval__v1__contract_control__descriptor, &message);
    ret->control = (Vagval__V1__ContractControl *)message;
    return status == VV_OK && ret->entry == NULL ? VV_CORRUPT : status;
}

/* ---- recording ---- */

static enum vv_status check_texts(struct vv_outcome *outcome,
                                  const Vagval__V1__RecordControl *command,
                                  enum vv_control_kind kind)
{
    bool named = vv_control_opens(kind) || kind == VV_CONTROL_CLOSE;
    bool coded = kind == VV_CONTROL_COMPLAINT || kind == VV_CONTROL_CLOSE;
    enum vv_status status =
        vv_check_text(outcome, "source", command->source, VV_CODE_BYTES_MAX, false);

    if (status == VV_OK) {
        status =
            vv_check_text(outcome, "source_ref", command->source_ref, VV_NAME_BYTES_MAX, false);
    }
    if (status == VV_OK && named) {
        status = vv_check_code(outcome, "ref", command->ref);
    }
    if (status == VV_OK && coded) {
        status = vv_check_code(outcome, "code", command->code);
    }
    if (status == VV_OK) {
        status = vv_check_text(outcome, "text", command->text, 512, false);
    }
    return status;
}

static enum vv_status add_item(struct controlled *controlled,
                               const Vagval__V1__RecordControl *command, char *by)
{
    Vagval__V1__ControlItem *item = vv_work_alloc(&controlled->work, sizeof(*item));

    if (controlled->control->n_items >= ITEMS_MAX) {
        return vv_refuse(controlled->work.outcome, VV_REFUSED, "contract",
                         "%d matters are stored of it, which is the most", ITEMS_MAX);
    }
    if (item == NULL) {
        return VV_NO_MEMORY;
    }
    vagval__v1__control_item__init(item);
    item->ref = command->ref;
    item->kind = command->kind;
    item->parent = command->parent;
    item->opened_on = controlled->work.call->now.today;
    item->due = command->due;
    item->code = command->code;
    item->text = command->text;
    item->opened_by = by;
    controlled->control->items = vv_work_grown(&controlled->work, controlled->control->items,
                                               &controlled->control->n_items, item);
    return VV_OK;
}

static enum vv_status enter(struct controlled *controlled, enum vv_control_kind kind,
                            const Vagval__V1__RecordControl *command)
{
    const struct vv_call *call = controlled->work.call;
    char *by = vv_arena_text(call->arena, call->sender);

    if (by == NULL) {
        return VV_NO_MEMORY;
    }
    if (vv_control_opens(kind)) {
        return add_item(controlled, command, by);
    }
    if (kind == VV_CONTROL_CLOSE) {
        Vagval__V1__ControlItem *item = vv_control_find(controlled->control, command->ref);
        item->closed_on = call->now.today;
        item->outcome = command->code;
        item->answer = command->text;
        item->closed_by = by;
        return VV_OK;
    }
    if (kind == VV_CONTROL_END) {
        controlled->entry->to = command->on;
    } else {
        controlled->entry->suspended_from = kind == VV_CONTROL_SUSPEND ? command->on : 0;
    }
    vv_put(controlled->work.outcome, "area", controlled->area_id, &controlled->area->base);
    return VV_OK;
}

static enum vv_status decide_record(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_outcome *outcome)
{
    const Vagval__V1__RecordControl *command = (const Vagval__V1__RecordControl *)call->body;
    enum vv_control_kind kind = VV_CONTROL_REVIEW;
    struct controlled controlled;
    const char *field = "";
    const char *text = "";
    struct vv_id contract;
    enum vv_status status = vv_check_id(outcome, "contract", command->contract, &contract);

    if (status != VV_OK) {
        return status;
    }
    if (!vv_id_equal(contract, call->subject)) {
        return vv_refuse(outcome, VV_INVALID, "contract", "is not the message's subject");
    }
    if (vv_control_kind_parse(command->kind, &kind) != VV_OK) {
        return vv_refuse(
            outcome, VV_INVALID, "kind",
            "is none of review, visit, complaint, finding, condition, close, suspend, resume, "
            "end");
    }
    if (vv_loaded(loaded, "control", call->subject)->field_count >= VV_CASE_FACTS_MAX) {
        return vv_refuse(outcome, VV_REFUSED, "contract",
                         "%d records are stored of it, which is the most", VV_CASE_FACTS_MAX);
    }
    status = check_texts(outcome, command, kind);
    if (status == VV_OK) {
        status = open_controlled(call, loaded, outcome, &controlled);
    }
    if (status != VV_OK) {
        return status;
    }
    status = vv_control_judge(controlled.control, controlled.entry, kind, command, call->now.today,
                              &field, &text);
    if (status != VV_OK) {
        return vv_refuse(outcome, status, field, "%s", text);
    }
    status = enter(&controlled, kind, command);
    if (status != VV_OK) {
        return status;
    }
    (void)vv_contract_watch(&controlled.work, call->subject, controlled.control);
    vv_put(outcome, "control", call->subject, &controlled.control->base);
    vv_accept(outcome, call->now.today, command->source, VV_NIL, NULL, 0, false);
    vv_work_reply(&controlled.work, "recorded");
    return controlled.work.exhausted ? VV_NO_MEMORY : VV_OK;
}

const struct vv_handler vv_handle_record_control = {.plan = plan_record, .decide = decide_record};

/* ---- a deadline has passed ---- */

static enum vv_status plan_due(const struct vv_call *call, const struct vv_loaded *loaded,
                               struct vv_plan *plan)
{
    (void)loaded;
    vv_plan_load(plan, "control", call->subject);
    return VV_OK;
}

static enum vv_status decide_due(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_outcome *outcome)
{
    struct vv_work work = {.call = call, .outcome = outcome};
    ProtobufCMessage *message = NULL;
    enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "control", call->subject),
                                             &vagval__v1__contract_control__descriptor, &message);

    if (status == VV_OK &&
        vv_contract_watch(&work, call->subject, (const Vagval__V1__ContractControl *)message) > 0) {
        vv_put(outcome, "control", call->subject, message);
    }
    return status;
}

const struct vv_handler vv_handle_control_due = {.plan = plan_due, .decide = decide_due};

/* ---- showing ---- */

/* The contract's addresses, the main one first. */
static bool name_addresses(const struct vv_call *call, const Vagval__V1__AreaContract *entry,
                           Vagval__V1__ControlView *view)
{
    Vagval__V1__Address *first = vv_arena_alloc(call->arena, sizeof *first);
    view->addresses =
        vv_arena_alloc(call->arena, (entry->n_further_addresses + 1) * sizeof(view->addresses[0]));
    if (first == NULL || view->addresses == NULL) {
        return false;
    }
    vagval__v1__address__init(first);
    first->latitude = entry->latitude;
    first->longitude = entry->longitude;
    view->addresses[view->n_addresses++] = first;
    for (size_t i = 0; i < entry->n_further_addresses; i++) {
        view->addresses[view->n_addresses++] = entry->further_addresses[i];
    }
    return true;
}

static enum vv_status decide_show(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    struct controlled controlled;
    Vagval__V1__ControlView view;
    enum vv_status status = open_controlled(call, loaded, outcome, &controlled);

    if (status != VV_OK) {
        return status;
    }
    vagval__v1__control_view__init(&view);
    view.contract = controlled.entry->contract;
    view.number = controlled.entry->number;
    view.area = controlled.area->code;
    view.scheme = controlled.area->scheme;
    view.suspended_from = controlled.entry->suspended_from;
    view.to = controlled.entry->to;
    view.in_use = controlled.entry->taken + controlled.entry->reserved;
    view.from = controlled.entry->from;
    view.capacity = controlled.entry->capacity;
    view.provider_name = controlled.contract->provider_name;
    view.organisation_number = controlled.contract->organisation_number;
    view.supervisors_hundredths = controlled.contract->supervisors_hundredths;
    view.terms_version = controlled.contract->terms_version;
    view.terms_accepted_on = controlled.contract->terms_accepted_on;
    view.authorised_on = controlled.contract->authorised_on;
    view.authorised_by = controlled.contract->authorised_by;
    view.conditions = controlled.contract->conditions;
    view.renewals = controlled.contract->renewals;
    view.n_renewals = controlled.contract->n_renewals;
    view.items = controlled.control->items;
    view.n_items = controlled.control->n_items;
    if (!name_addresses(call, controlled.entry, &view)) {
        return VV_NO_MEMORY;
    }
    vv_reply(outcome, &view.base);
    return VV_OK;
}

const struct vv_handler vv_handle_show_control = {.plan = plan_all, .decide = decide_show};
