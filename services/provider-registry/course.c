/*
 * course.c: the steps of a case's course: an offer, a choice on its way, a placement's start and
 * end. Each step writes record, events, timers and counters together, so that they cannot part.
 */
#include "course.h"

#include <assert.h>

#include "choice.h"
#include "placement.h"

void vv_course_offer(struct vv_work *work, vv_date on)
{
    Vagval__V1__RegistryCase *entry = work->entry;
    Vagval__V1__PlacementOffered event;

    entry->state = VV_CASE_OFFERED;
    entry->offered_on = on;
    entry->choose_by = vv_choice_deadline((enum vv_jurisdiction)entry->jurisdiction, on,
                                          (int)entry->choice_working_days);
    entry->service_start = 0;
    entry->planned_end = 0;
    vagval__v1__placement_offered__init(&event);
    event.case_id = vv_work_id(work, work->call->subject);
    event.scheme = entry->scheme;
    event.offered_on = on;
    event.choose_by = entry->choose_by;
    vv_work_emit(work, VV_MSG_PLACEMENT_OFFERED, work->call->subject, on, &event.base);
    /* The deadline is the end of the last day, so the timer falls due on the day after. */
    vv_timer_set(work->outcome, VV_MSG_CHOICE_DUE, work->call->subject, entry->choose_by + 1);
    vv_work_count(work, "placements.offered", 1);
}

void vv_course_choose(struct vv_work *work, struct vv_id target, struct vv_id contract,
                      const char *area, vv_date on)
{
    Vagval__V1__RegistryCase *entry = work->entry;
    struct vv_id choice = vv_id_in_partition(work->call->id, vv_id_partition(target));
    Vagval__V1__CaseChoice *pending = vv_work_alloc(work, sizeof *pending);
    Vagval__V1__ReserveCapacity order;

    assert(entry->choice == NULL);
    if (pending == NULL) {
        return;
    }
    vagval__v1__case_choice__init(pending);
    pending->choice = vv_work_id(work, choice);
    pending->on = on;
    pending->non_choice = vv_id_is_nil(contract);
    pending->stage = VV_CHOICE_RESERVING;
    pending->state_before = entry->state;
    vagval__v1__reserve_capacity__init(&order);
    order.case_id = vv_work_id(work, work->call->subject);
    order.scheme = entry->scheme;
    order.choice = pending->choice;
    order.on = on;
    order.home_area = entry->area;
    order.language = entry->language;
    if (!vv_id_is_nil(contract)) {
        pending->contract = vv_work_id(work, contract);
        order.contract = pending->contract;
    } else {
        order.area = vv_arena_text(work->call->arena, area);
        if (order.area == NULL) {
            work->exhausted = true;
            return;
        }
    }
    entry->choice = pending;
    if (entry->state != VV_CASE_PLACED) {
        entry->state = VV_CASE_CHOOSING;
    }
    vv_work_emit(work, VV_MSG_RESERVE_CAPACITY, target, on, &order.base);
}

/* The reason as a code that lives as long as the record. */
static char *kept_text(struct vv_work *work, const char *text)
{
    char *copy = vv_arena_text(work->call->arena, text);

    if (copy == NULL) {
        work->exhausted = true;
    }
    return copy;
}

static void emit_choice_failed(struct vv_work *work, char *reason)
{
    Vagval__V1__ChoiceFailed event;

    vagval__v1__choice_failed__init(&event);
    event.case_id = vv_work_id(work, work->call->subject);
    event.scheme = work->entry->scheme;
    event.reason = reason;
    vv_work_emit(work, VV_MSG_CHOICE_FAILED, work->call->subject, work->call->now.today,
                 &event.base);
    vv_work_count(work, "choices.failed", 1);
}

void vv_course_choice_failed(struct vv_work *work, const char *reason)
{
    Vagval__V1__RegistryCase *entry = work->entry;
    const Vagval__V1__CaseChoice *pending = entry->choice;
    char *kept = kept_text(work, reason);
    vv_date today = work->call->now.today;

    if (kept == NULL) {
        return;
    }
    entry->choice = NULL;
    entry->failed_reason = kept;
    emit_choice_failed(work, kept);
    if (entry->state != VV_CASE_CHOOSING) {
        return; /* a switch that failed: the running placement goes on */
    }
    if (pending->non_choice || pending->state_before == VV_CASE_CASEWORKER) {
        entry->state = VV_CASE_CASEWORKER;
        vv_work_count(work, "choices.caseworker", pending->non_choice ? 1 : 0);
        return;
    }
    entry->state = VV_CASE_OFFERED;
    if (today > entry->choose_by) {
        /* The seeker chose in time; the contract being full takes none of the days away. */
        entry->choose_by = vv_choice_deadline((enum vv_jurisdiction)entry->jurisdiction, today,
                                              (int)entry->choice_working_days);
        vv_timer_set(work->outcome, VV_MSG_CHOICE_DUE, work->call->subject, entry->choose_by + 1);
    }
}

/* Gives the place that `choice` holds at a contract back to its area. */
static void emit_release(struct vv_work *work, ProtobufCBinaryData choice,
                         ProtobufCBinaryData contract, char *area, vv_date last_day,
                         const char *reason)
{
    Vagval__V1__ReleaseCapacity order;
    struct vv_id target;

    if (vv_id_from_bytes(choice.data, choice.len, &target) != VV_OK) {
        assert(!"a choice carries its own id");
        return;
    }
    vagval__v1__release_capacity__init(&order);
    order.case_id = vv_work_id(work, work->call->subject);
    order.scheme = work->entry->scheme;
    order.area = area;
    order.contract = contract;
    order.choice = choice;
    order.last_day = last_day;
    order.reason = (char *)(uintptr_t)reason;
    order.placement =
        vv_work_id(work, vv_id_in_partition(target, vv_id_partition(work->call->subject)));
    vv_work_emit(work, VV_MSG_RELEASE_CAPACITY, target, work->call->now.today, &order.base);
}

static void close_running(struct vv_work *work, Vagval__V1__CasePlacement *running,
                          vv_date last_day, const char *reason)
{
    Vagval__V1__PlacementEnded event;
    char *kept = kept_text(work, reason);

    if (kept == NULL) {
        return;
    }
    vv_placement_close(running, last_day, kept);
    vagval__v1__placement_ended__init(&event);
    event.case_id = vv_work_id(work, work->call->subject);
    event.scheme = work->entry->scheme;
    event.placement = running->placement;
    event.last_day = last_day;
    event.reason = kept;
    vv_work_emit_payment(work, VV_MSG_PLACEMENT_ENDED, last_day, &event.base);
    emit_release(work, running->choice, running->contract, running->area, last_day, kept);
    vv_work_count(work, "placements.ended", 1);
    vv_work_count(work, "placements.running", -1);
}

static Vagval__V1__CasePlacement *new_placement(struct vv_work *work,
                                                const Vagval__V1__CaseChoice *pending)
{
    Vagval__V1__RegistryCase *entry = work->entry;
    Vagval__V1__CasePlacement *placement = vv_work_alloc(work, sizeof *placement);
    struct vv_id choice;

    if (placement == NULL ||
        vv_id_from_bytes(pending->choice.data, pending->choice.len, &choice) != VV_OK) {
        work->exhausted = true;
        return NULL;
    }
    if (entry->service_start == 0) {
        entry->service_start = pending->on;
        entry->planned_end = vv_placement_planned_end(pending->on, (int)entry->service_months);
    }
    vagval__v1__case_placement__init(placement);
    placement->placement =
        vv_work_id(work, vv_id_in_partition(choice, vv_id_partition(work->call->subject)));
    placement->contract = pending->contract;
    placement->choice = pending->choice;
    placement->area = pending->area;
    placement->contract_number = pending->contract_number;
    placement->start = pending->on;
    placement->planned_end = entry->planned_end;
    placement->service_start = entry->service_start;
    placement->non_choice = pending->non_choice;
    return placement;
}

static void emit_started(struct vv_work *work, const Vagval__V1__CasePlacement *placement,
                         ProtobufCBinaryData provider)
{
    Vagval__V1__PlacementStarted event;

    vagval__v1__placement_started__init(&event);
    event.case_id = vv_work_id(work, work->call->subject);
    event.scheme = work->entry->scheme;
    event.placement = placement->placement;
    event.contract = placement->contract;
    event.area = placement->area;
    event.start = placement->start;
    event.planned_end = placement->planned_end;
    event.non_choice = placement->non_choice;
    event.contract_number = placement->contract_number;
    event.service_start = placement->service_start;
    event.provider = provider;
    vv_work_emit_payment(work, VV_MSG_PLACEMENT_STARTED, placement->start, &event.base);
    vv_work_count(work, "placements.started", 1);
    vv_work_count(work, "placements.running", 1);
    if (placement->non_choice) {
        vv_work_count(work, "placements.non_choice", 1);
    }
}

bool vv_course_may_start(const Vagval__V1__RegistryCase *entry)
{
    /* A new period may have been offered since: what was meant as a change starts nothing. */
    return entry->choice->state_before != VV_CASE_PLACED || vv_placement_running(entry) != NULL;
}

void vv_course_refuse_start(struct vv_work *work, const char *reason)
{
    const Vagval__V1__CaseChoice *pending = work->entry->choice;

    emit_release(work, pending->choice, pending->contract, pending->area, 0, reason);
    vv_course_choice_failed(work, reason);
}

void vv_course_start(struct vv_work *work)
{
    Vagval__V1__RegistryCase *entry = work->entry;
    const Vagval__V1__CaseChoice *pending = entry->choice;
    Vagval__V1__CasePlacement *running = vv_placement_running(entry);

    if (!vv_course_may_start(entry)) {
        vv_course_refuse_start(work, "service_ended");
        return;
    }
    if (running != NULL) {
        close_running(work, running, pending->on - 1, "switch");
        vv_work_count(work, "placements.switched", 1);
    }
    Vagval__V1__CasePlacement *placement = new_placement(work, pending);
    if (placement == NULL) {
        return;
    }
    entry->placements = vv_work_grown(work, entry->placements, &entry->n_placements, placement);
    entry->choice = NULL;
    entry->state = VV_CASE_PLACED;
    emit_started(work, placement, pending->provider);
    vv_timer_clear(work->outcome, VV_MSG_CHOICE_DUE, work->call->subject);
    vv_timer_set(work->outcome, VV_MSG_PLACEMENT_DUE, work->call->subject, entry->planned_end + 1);
}

void vv_course_end(struct vv_work *work, vv_date last_day, const char *reason)
{
    Vagval__V1__CasePlacement *running = vv_placement_running(work->entry);

    assert(running != NULL);
    close_running(work, running, last_day, reason);
    work->entry->state = VV_CASE_ENDED;
    vv_timer_clear(work->outcome, VV_MSG_PLACEMENT_DUE, work->call->subject);
}
