/*
 * handlers_choice.c: the seeker's choice, and the answers of the contract's partition: a place is
 * reserved (or not), then confirmed (or not), and the placement starts.
 */
#include "choice.h"
#include "course.h"
#include "judgement.h"
#include "person.h"
#include "placement.h"
#include "provider-registry.h"
#include "reach.h"
#include "work.h"

#include <string.h>

extern const struct vv_handler vv_handle_choose_contract;
extern const struct vv_handler vv_answer_reserve_capacity;
extern const struct vv_handler vv_answer_confirm_capacity;
extern const struct vv_handler vv_answer_release_capacity;

static enum vv_status plan_with_fact(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_plan *plan)
{
    enum vv_status status = vv_work_plan(call, plan, true);

    return status == VV_OK ? vv_person_plan(call, loaded, plan) : status;
}

/* What the scheme says of changes, and of other schemes' placements of the same person. */
static enum vv_status check_scheme(const struct vv_work *work, const struct vv_loaded *loaded,
                                   vv_date on)
{
    const struct vv_scheme *scheme = vv_book_scheme(work->call->book, work->entry->scheme, on, 0);
    const char *reason = scheme == NULL ? NULL : vv_switch_refusal(scheme, work->entry, on);
    const char *other = NULL;

    if (reason != NULL) {
        return vv_refuse(work->outcome, VV_REFUSED, "chosen_on", "%s: the scheme allows %s", reason,
                         strcmp(reason, "switches_used") == 0
                             ? "no further change of provider in this service"
                             : "a change only some days after the placement's start");
    }
    enum vv_status status = vv_person_served_elsewhere(work, loaded, on, &other);
    if (status == VV_OK && other != NULL) {
        return vv_refuse(work->outcome, VV_REFUSED, "case_id",
                         "the person is served under %s, which does not combine with %s", other,
                         work->entry->scheme);
    }
    return status;
}

static enum vv_status check_choice(const struct vv_work *work,
                                   const Vagval__V1__ChooseContract *command,
                                   struct vv_id *ret_contract)
{
    enum vv_status status =
        vv_check_case_command(work, command->source, command->source_ref, command->case_id);

    if (status == VV_OK) {
        status = vv_check_day(work->outcome, "chosen_on", command->chosen_on);
    }
    if (status == VV_OK) {
        status = vv_check_id(work->outcome, "contract", command->contract, ret_contract);
    }
    if (status == VV_OK && vv_id_partition(*ret_contract) >= work->call->partitions) {
        status = vv_refuse(work->outcome, VV_INVALID, "contract", "is no contract of this region");
    }
    return status;
}

static enum vv_status decide_choice(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_outcome *outcome)
{
    const Vagval__V1__ChooseContract *command = (const Vagval__V1__ChooseContract *)call->body;
    Vagval__V1__ChooseContract fact;
    struct vv_work work;
    struct vv_id contract;
    enum vv_status status = vv_work_open(&work, call, loaded, outcome);

    if (status == VV_OK) {
        status = check_choice(&work, command, &contract);
    }
    if (status != VV_OK) {
        return status;
    }
    enum vv_choice_verdict verdict =
        vv_choice_judge(work.entry, contract, command->chosen_on, call->now.today);
    if (verdict != VV_CHOICE_ALLOWED) {
        return vv_refuse(outcome, VV_REFUSED, "chosen_on", "%s", vv_choice_verdict_text(verdict));
    }
    status = check_scheme(&work, loaded, command->chosen_on);
    if (status != VV_OK) {
        return status;
    }
    /* The contract's own partition knows its area and whether it has room. */
    vv_course_choose(&work, contract, contract, NULL, command->chosen_on);
    vv_work_count(&work, "choices.made", 1);
    vagval__v1__choose_contract__init(&fact);
    fact.contract = command->contract;
    fact.chosen_on = command->chosen_on;
    vv_work_accept(&work, command->chosen_on, command->source, VV_NIL, &fact.base);
    vv_work_reply(&work, "pending");
    return vv_work_close(&work);
}

const struct vv_handler vv_handle_choose_contract = {.plan = plan_with_fact,
                                                     .decide = decide_choice};

static enum vv_status plan_answer(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_plan *plan)
{
    (void)loaded;
    return vv_work_plan(call, plan, false);
}

/* Does an answer belong to the choice on its way, at this stage? An answer to anything else came
 * twice or too late and changes nothing: a place that nobody confirms falls back by itself. */
static bool answers_pending(const Vagval__V1__RegistryCase *entry,
                            const ProtobufCBinaryData *choice, enum vv_choice_stage stage)
{
    if (entry->choice == NULL || entry->choice->stage != (uint32_t)stage) {
        return false;
    }
    if (choice == NULL) {
        return true; /* the order itself was refused: there is no body */
    }
    return choice->len == entry->choice->choice.len &&
           memcmp(choice->data, entry->choice->choice.data, choice->len) == 0;
}

static void order_confirmation(struct vv_work *work, const Vagval__V1__CapacityReserved *reply)
{
    Vagval__V1__CaseChoice *pending = work->entry->choice;
    Vagval__V1__ConfirmCapacity order;
    struct vv_id target;

    if (vv_id_from_bytes(pending->choice.data, pending->choice.len, &target) != VV_OK) {
        vv_course_choice_failed(work, "corrupt");
        return;
    }
    pending->stage = VV_CHOICE_CONFIRMING;
    pending->contract = reply->contract;
    pending->area = reply->area;
    pending->contract_number = reply->contract_number;
    vagval__v1__confirm_capacity__init(&order);
    order.case_id = vv_work_id(work, work->call->subject);
    order.scheme = work->entry->scheme;
    order.area = reply->area;
    order.contract = reply->contract;
    order.choice = pending->choice;
    order.on = pending->on;
    order.contract_number = reply->contract_number;
    order.non_choice = pending->non_choice;
    order.level = work->entry->level;
    order.language = work->entry->language;
    order.order = work->entry->order;
    order.service_start =
        work->entry->service_start != 0 ? work->entry->service_start : pending->on;
    order.planned_end =
        work->entry->service_start != 0
            ? work->entry->planned_end
            : vv_placement_planned_end(pending->on, (int)work->entry->service_months);
    order.placement =
        vv_work_id(work, vv_id_in_partition(target, vv_id_partition(work->call->subject)));
    vv_work_emit(work, VV_MSG_CONFIRM_CAPACITY, target, pending->on, &order.base);
}

static enum vv_status decide_reserved(const struct vv_call *call, const struct vv_loaded *loaded,
                                      struct vv_outcome *outcome)
{
    const Vagval__V1__CapacityReserved *reply = (const Vagval__V1__CapacityReserved *)call->body;
    struct vv_work work;
    enum vv_status status = vv_work_open(&work, call, loaded, outcome);

    if (status != VV_OK) {
        return status;
    }
    if (!answers_pending(work.entry, reply != NULL ? &reply->choice : NULL, VV_CHOICE_RESERVING)) {
        return VV_OK;
    }
    if (reply != NULL && reply->granted) {
        order_confirmation(&work, reply);
    } else {
        vv_course_choice_failed(&work, reply != NULL ? reply->reason : "refused");
    }
    return vv_work_close(&work);
}

const struct vv_handler vv_answer_reserve_capacity = {.plan = plan_answer,
                                                      .decide = decide_reserved};

static enum vv_status decide_confirmed(const struct vv_call *call, const struct vv_loaded *loaded,
                                       struct vv_outcome *outcome)
{
    const Vagval__V1__CapacityConfirmed *reply = (const Vagval__V1__CapacityConfirmed *)call->body;
    Vagval__V1__CapacityConfirmed fact;
    const char *other = NULL;
    struct vv_work work;
    enum vv_status status = vv_work_open(&work, call, loaded, outcome);

    if (status != VV_OK) {
        return status;
    }
    if (!answers_pending(work.entry, reply != NULL ? &reply->choice : NULL, VV_CHOICE_CONFIRMING)) {
        return VV_OK;
    }
    if (reply == NULL || !reply->confirmed) {
        vv_course_choice_failed(&work, reply != NULL ? reply->reason : "refused");
        return vv_work_close(&work);
    }
    status = vv_person_served_elsewhere(&work, loaded, work.entry->choice->on, &other);
    if (status != VV_OK) {
        return status;
    }
    if (other != NULL) {
        vv_course_refuse_start(&work, "served_elsewhere");
        return vv_work_close(&work);
    }
    if (!vv_course_may_start(work.entry)) {
        vv_course_start(&work); /* too late for a placement: the place goes back, no fact */
        return vv_work_close(&work);
    }
    vagval__v1__capacity_confirmed__init(&fact);
    fact.confirmed = true;
    fact.contract = work.entry->choice->contract;
    fact.choice = work.entry->choice->choice;
    fact.on = work.entry->choice->on;
    fact.non_choice = work.entry->choice->non_choice;
    work.entry->choice->provider = reply->provider;
    vv_work_accept(&work, fact.on, VV_REGISTRY_SOURCE, VV_NIL, &fact.base);
    vv_course_start(&work);
    status = vv_judge_case(&work, loaded);
    return status == VV_OK ? vv_work_close(&work) : status;
}

static enum vv_status plan_confirmed(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_plan *plan)
{
    vv_judge_case_plan(call, loaded, plan);
    return plan_with_fact(call, loaded, plan);
}

const struct vv_handler vv_answer_confirm_capacity = {.plan = plan_confirmed,
                                                      .decide = decide_confirmed};

/* A place that was given back needs nothing more from the case. */
const struct vv_handler vv_answer_release_capacity = {.plan = vv_plan_nothing,
                                                      .decide = vv_decide_nothing};
