/*
 * handlers_duties.c: who stands in for whom, and whose an area is: one record of the region. It
 * says itself who named whom and when, so that it keeps no facts; the same message again finds what
 * it did.
 */
#include "provider-registry.h"
#include "work.h"

#include <string.h>

#include "vagval/limits.h"

extern const struct vv_handler vv_handle_name_deputy;
extern const struct vv_handler vv_handle_end_deputy;
extern const struct vv_handler vv_handle_assign_area;
extern const struct vv_handler vv_handle_list_duties;

/* Together they stay below the largest body. */
#define DEPUTIES_MAX 1000
#define AREAS_MAX 500
/* A deputyship that has ended stays in the list so long, for whoever asks who stood in. */
#define KEPT_DAYS 400
#define PERIOD_DAYS_MAX 400

struct duties_work {
    struct vv_work work;
    Vagval__V1__Duties *duties;
};

static enum vv_status plan_duties(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_plan *plan)
{
    (void)loaded;
    if (!vv_id_equal(call->subject, VV_ID_SYSTEM)) {
        return VV_INVALID;
    }
    vv_plan_load(plan, "duties", VV_NIL);
    return VV_OK;
}

static enum vv_status open_duties(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome, struct duties_work *ret_work)
{
    ProtobufCMessage *message = NULL;
    enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "duties", VV_NIL),
                                             &vagval__v1__duties__descriptor, &message);

    *ret_work = (struct duties_work){.work = {.call = call, .outcome = outcome},
                                     .duties = (Vagval__V1__Duties *)message};
    return status;
}

static enum vv_status close_duties(struct duties_work *work, const char *state)
{
    vv_put(work->work.outcome, "duties", VV_NIL, &work->duties->base);
    vv_work_reply(&work->work, state);
    return work->work.exhausted ? VV_NO_MEMORY : VV_OK;
}

/* Everybody names deputies of their own; an operator's key for who cannot. */
static enum vv_status check_own(const struct vv_call *call, struct vv_outcome *outcome,
                                const char *person)
{
    enum vv_status status = vv_check_code(outcome, "person", person);

    if (status == VV_OK && call->role != VV_ROLE_OPERATOR && strcmp(call->sender, person) != 0) {
        status = vv_refuse(outcome, VV_FORBIDDEN, "person",
                           "only %s or an operator names who stands in for %s", person, person);
    }
    return status;
}

/* The same message again, or the same days of a deputyship that nobody has ended. */
static bool is_named(const struct vv_call *call, const Vagval__V1__NameDeputy *command,
                     const Vagval__V1__Deputyship *ship)
{
    bool is_same_message = ship->record.len == sizeof call->id.bytes &&
                           memcmp(ship->record.data, call->id.bytes, sizeof call->id.bytes) == 0;
    return is_same_message ||
           (ship->ended_by[0] == '\0' && ship->from == command->from && ship->to == command->to &&
            strcmp(ship->person, command->person) == 0 &&
            strcmp(ship->deputy, command->deputy) == 0);
}

static enum vv_status check_period(const struct vv_call *call, struct vv_outcome *outcome,
                                   const Vagval__V1__NameDeputy *command)
{
    enum vv_status status = vv_check_code(outcome, "deputy", command->deputy);

    if (status == VV_OK && strcmp(command->person, command->deputy) == 0) {
        status = vv_refuse(outcome, VV_INVALID, "deputy", "nobody stands in for themselves");
    }
    if (status == VV_OK) {
        status = vv_check_day(outcome, "from", command->from);
    }
    if (status == VV_OK) {
        status = vv_check_day(outcome, "to", command->to);
    }
    if (status == VV_OK &&
        (command->to < command->from || command->to - command->from > PERIOD_DAYS_MAX)) {
        status = vv_refuse(outcome, VV_INVALID, "to", "is before the first day, or %d days after",
                           PERIOD_DAYS_MAX);
    }
    if (status == VV_OK && command->to < call->now.today) {
        status = vv_refuse(outcome, VV_REFUSED, "to", "has passed: nobody can have stood in");
    }
    return status;
}

static void drop_old(struct duties_work *work)
{
    Vagval__V1__Duties *duties = work->duties;
    size_t kept = 0;

    for (size_t i = 0; i < duties->n_deputies; i++) {
        if (duties->deputies[i]->to + KEPT_DAYS >= work->work.call->now.today) {
            duties->deputies[kept++] = duties->deputies[i];
        }
    }
    duties->n_deputies = kept;
}

static enum vv_status decide_name(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__NameDeputy *command = (const Vagval__V1__NameDeputy *)call->body;
    struct duties_work work;
    enum vv_status status = open_duties(call, loaded, outcome, &work);

    if (status == VV_OK) {
        status = check_own(call, outcome, command->person);
    }
    for (size_t i = 0; status == VV_OK && i < work.duties->n_deputies; i++) {
        if (is_named(call, command, work.duties->deputies[i])) {
            return close_duties(&work, "deputy");
        }
    }
    if (status == VV_OK) {
        status = check_period(call, outcome, command);
    }
    if (status != VV_OK) {
        return status;
    }
    drop_old(&work);
    if (work.duties->n_deputies >= DEPUTIES_MAX) {
        return vv_refuse(outcome, VV_REFUSED, "deputy", "%d are named, which is the most",
                         DEPUTIES_MAX);
    }
    Vagval__V1__Deputyship *ship = vv_work_alloc(&work.work, sizeof *ship);
    if (ship == NULL) {
        return VV_NO_MEMORY;
    }
    vagval__v1__deputyship__init(ship);
    ship->record = vv_work_id(&work.work, call->id);
    ship->person = command->person;
    ship->deputy = command->deputy;
    ship->from = command->from;
    ship->to = command->to;
    ship->named_by = (char *)(uintptr_t)call->sender;
    ship->named_on = call->now.today;
    work.duties->deputies =
        vv_work_grown(&work.work, work.duties->deputies, &work.duties->n_deputies, ship);
    return close_duties(&work, "deputy");
}

const struct vv_handler vv_handle_name_deputy = {.plan = plan_duties, .decide = decide_name};

static enum vv_status decide_end(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_outcome *outcome)
{
    const Vagval__V1__EndDeputy *command = (const Vagval__V1__EndDeputy *)call->body;
    struct duties_work work;
    bool found = false;
    enum vv_status status = open_duties(call, loaded, outcome, &work);

    if (status == VV_OK) {
        status = check_own(call, outcome, command->person);
    }
    if (status == VV_OK) {
        status = vv_check_day(outcome, "last_day", command->last_day);
    }
    if (status == VV_OK && command->last_day < call->now.today - 1) {
        status = vv_refuse(outcome, VV_REFUSED, "last_day",
                           "is before yesterday: what was done then was done by the deputy");
    }
    for (size_t i = 0; status == VV_OK && i < work.duties->n_deputies; i++) {
        Vagval__V1__Deputyship *ship = work.duties->deputies[i];
        if (strcmp(ship->person, command->person) == 0 &&
            strcmp(ship->deputy, command->deputy) == 0 && ship->to >= command->last_day) {
            ship->to = command->last_day;
            ship->ended_by = (char *)(uintptr_t)call->sender;
            found = true;
        }
    }
    if (status == VV_OK && !found) {
        status = vv_refuse(outcome, VV_NOT_FOUND, "deputy", "does not stand in for %s after that",
                           command->person);
    }
    return status == VV_OK ? close_duties(&work, "ended") : status;
}

const struct vv_handler vv_handle_end_deputy = {.plan = plan_duties, .decide = decide_end};

static Vagval__V1__AreaDuty *area_duty(struct duties_work *work,
                                       const Vagval__V1__AssignArea *command)
{
    Vagval__V1__Duties *duties = work->duties;

    for (size_t i = 0; i < duties->n_areas; i++) {
        if (strcmp(duties->areas[i]->scheme, command->scheme) == 0 &&
            strcmp(duties->areas[i]->area, command->area) == 0) {
            return duties->areas[i];
        }
    }
    Vagval__V1__AreaDuty *duty = vv_work_alloc(&work->work, sizeof *duty);
    if (duty != NULL) {
        vagval__v1__area_duty__init(duty);
        duties->areas = vv_work_grown(&work->work, duties->areas, &duties->n_areas, duty);
    }
    return duty;
}

static bool has_area(const struct vv_scheme *scheme, const char *area)
{
    for (size_t i = 0; scheme != NULL && i < scheme->area_count; i++) {
        if (strcmp(scheme->areas[i].code, area) == 0) {
            return true;
        }
    }
    return false;
}

static enum vv_status decide_area(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__AssignArea *command = (const Vagval__V1__AssignArea *)call->body;
    struct duties_work work;
    enum vv_status status = open_duties(call, loaded, outcome, &work);

    if (status == VV_OK && command->person[0] != '\0') {
        status = vv_check_code(outcome, "person", command->person);
    }
    if (status == VV_OK &&
        !has_area(vv_book_scheme(call->book, command->scheme, call->now.today, 0), command->area)) {
        status = vv_refuse(outcome, VV_NOT_FOUND, "area",
                           "is no delivery area of a scheme that is in force today");
    }
    if (status == VV_OK && work.duties->n_areas >= AREAS_MAX) {
        status = vv_refuse(outcome, VV_REFUSED, "area", "%d areas have a person, which is the most",
                           AREAS_MAX);
    }
    if (status != VV_OK) {
        return status;
    }
    Vagval__V1__AreaDuty *duty = area_duty(&work, command);
    if (duty == NULL) {
        return VV_NO_MEMORY;
    }
    duty->scheme = command->scheme;
    duty->area = command->area;
    duty->person = command->person;
    duty->assigned_by = (char *)(uintptr_t)call->sender;
    duty->assigned_on = call->now.today;
    return close_duties(&work, command->person[0] == '\0' ? "everybody" : "assigned");
}

const struct vv_handler vv_handle_assign_area = {.plan = plan_duties, .decide = decide_area};

static enum vv_status decide_list(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    struct duties_work work;
    Vagval__V1__DutiesListed reply = VAGVAL__V1__DUTIES_LISTED__INIT;
    enum vv_status status = open_duties(call, loaded, outcome, &work);

    if (status != VV_OK) {
        return status;
    }
    reply.deputies = work.duties->deputies;
    reply.n_deputies = work.duties->n_deputies;
    reply.areas = work.duties->areas;
    reply.n_areas = work.duties->n_areas;
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_list_duties = {.plan = plan_duties, .decide = decide_list};
