/*
 * handlers_move.c: participants of a contract that has ended. Until its last day they choose
 * another one themselves, as a change of provider. Who has not is moved to the nearest contract
 * from the day after: the old placement ends on the last day, and with it its pay; the service goes
 * on.
 */
#include "choice.h"
#include "course.h"
#include "placement.h"
#include "provider-registry.h"
#include "vagval/protected.h"
#include "work.h"

extern const struct vv_handler vv_handle_placed_cases;
extern const struct vv_handler vv_handle_move_placement;

#define PAGE_CASES 100

/* ---- who is placed ---- */

static enum vv_status route_page(const struct vv_call *call, uint16_t *ret_partition)
{
    const Vagval__V1__PlacedCases *query = (const Vagval__V1__PlacedCases *)call->body;
    return vv_route_to(call, query->partition, ret_partition);
}

static enum vv_status plan_page(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    const Vagval__V1__PlacedCases *query = (const Vagval__V1__PlacedCases *)call->body;

    vv_plan_listed(plan, loaded, "cases", query->after, PAGE_CASES, "case");
    return VV_OK;
}

static enum vv_status add_case(struct vv_work *work, const struct vv_loaded *loaded,
                               struct vv_id case_id, struct vv_id contract,
                               Vagval__V1__PlacedCaseList *reply)
{
    ProtobufCMessage *message = NULL;
    enum vv_status status = vv_record_unpack(work->call, vv_loaded(loaded, "case", case_id),
                                             &vagval__v1__registry_case__descriptor, &message);

    if (status != VV_OK) {
        return status;
    }
    const Vagval__V1__RegistryCase *entry = (const Vagval__V1__RegistryCase *)message;
    const Vagval__V1__CasePlacement *running = vv_placement_running(entry);
    if (running == NULL || !vv_placement_is_with(running, contract) ||
        !vv_case_is_open(work->call, entry->protected_identity)) {
        return VV_OK;
    }
    Vagval__V1__PlacedCase *line = vv_work_alloc(work, sizeof(*line));
    if (line != NULL) {
        vagval__v1__placed_case__init(line);
        line->case_id = vv_work_id(work, case_id);
        line->start = running->start;
        line->moving = entry->choice != NULL;
        reply->cases = vv_work_grown(work, reply->cases, &reply->n_cases, line);
    }
    return VV_OK;
}

static enum vv_status decide_page(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__PlacedCases *query = (const Vagval__V1__PlacedCases *)call->body;
    const struct vv_record *index = vv_loaded_list(loaded, "cases", VV_NIL, query->after);
    struct vv_work work = {.call = call, .outcome = outcome};
    Vagval__V1__PlacedCaseList reply;
    struct vv_id contract, id;
    size_t listed = 0;
    enum vv_status status = vv_check_id(outcome, "contract", query->contract, &contract);

    vagval__v1__placed_case_list__init(&reply);
    for (; status == VV_OK && vv_list_id(index, listed, &id); listed++) {
        status = add_case(&work, loaded, id, contract, &reply);
    }
    if (status != VV_OK) {
        return status;
    }
    reply.next = listed == PAGE_CASES ? query->after + listed : 0;
    if (work.exhausted) {
        return VV_NO_MEMORY;
    }
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_placed_cases = {
    .route = route_page, .plan = plan_page, .decide = decide_page};

/* ---- moving one ---- */

static enum vv_status plan_move(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    (void)loaded;
    return vv_work_plan(call, plan, true);
}

static enum vv_status check_move(const struct vv_work *work,
                                 const Vagval__V1__MovePlacement *command)
{
    const Vagval__V1__RegistryCase *entry = work->entry;
    const Vagval__V1__CasePlacement *running = vv_placement_running(entry);
    struct vv_id contract;
    enum vv_status status = vv_check_id(work->outcome, "contract", command->contract, &contract);

    if (status == VV_OK) {
        status = vv_check_day(work->outcome, "last_day", command->last_day);
    }
    if (status != VV_OK) {
        return status;
    }
    if (running == NULL || !vv_placement_is_with(running, contract)) {
        return vv_refuse(work->outcome, VV_REFUSED, "contract",
                         "does not serve the case any more: nothing is to be moved");
    }
    if (entry->choice != NULL) {
        return vv_refuse(work->outcome, VV_REFUSED, "case_id",
                         "a change of provider is on its way already");
    }
    if (command->last_day >= work->call->now.today) {
        return vv_refuse(work->outcome, VV_REFUSED, "last_day",
                         "has not passed: until then the participant chooses");
    }
    if (command->last_day < running->start) {
        return vv_refuse(work->outcome, VV_INVALID, "last_day", "is before the placement started");
    }
    if (entry->area[0] == '\0') {
        return vv_refuse(work->outcome, VV_REFUSED, "case_id",
                         "no delivery area covers the home: a caseworker ends the placement or "
                         "chooses");
    }
    return VV_OK;
}

static enum vv_status decide_move(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__MovePlacement *command = (const Vagval__V1__MovePlacement *)call->body;
    struct vv_work work;
    enum vv_status status = vv_work_open(&work, call, loaded, outcome);

    if (status == VV_OK) {
        status =
            vv_check_case_command(&work, command->source, command->source_ref, command->case_id);
    }
    if (status == VV_OK) {
        status = check_move(&work, command);
    }
    if (status != VV_OK) {
        return status;
    }
    struct vv_id home = vv_id_area(work.entry->scheme, work.entry->area, call->partitions);
    vv_course_choose(&work, home, VV_NIL, work.entry->area, command->last_day + 1);
    vv_work_count(&work, "placements.moved", 1);
    vv_accept(outcome, command->last_day, command->source, VV_NIL, NULL, 0, false);
    vv_work_reply(&work, "pending");
    return vv_work_close(&work);
}

const struct vv_handler vv_handle_move_placement = {.plan = plan_move, .decide = decide_move};
