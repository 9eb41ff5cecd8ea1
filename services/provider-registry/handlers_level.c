/*
 * handlers_level.c: an assessed level arrives (and with it the offer to choose), and the deadline
 * of the choice passes.
 */
#include "choice.h"
#include "course.h"
#include "person.h"
#include "placement.h"
#include "provider-registry.h"
#include "work.h"

#include <string.h>

extern const struct vv_handler vv_on_level_decided;
extern const struct vv_handler vv_on_protection_stated;
extern const struct vv_handler vv_handle_choice_due;

static enum vv_status plan_level(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_plan *plan)
{
    (void)loaded;
    vv_plan_load_new(plan, "case", call->subject);
    vv_person_plan_entry(call, plan, ((const Vagval__V1__LevelDecided *)call->body)->person);
    return vv_work_plan(call, plan, true);
}

/* The scheme by which the level was decided; by date when its exact version is not known here.
 * NULL: this instance has not read the publication yet. */
static const struct vv_scheme *scheme_of(const struct vv_call *call,
                                         const Vagval__V1__LevelDecided *event)
{
    const struct vv_scheme *scheme = vv_book_scheme_version(call->book, event->scheme_version);

    return scheme != NULL ? scheme
                          : vv_book_scheme(call->book, event->scheme, event->decided_on, 0);
}

/* Takes over what the event says. */
static void enter_level(struct vv_work *work, const Vagval__V1__LevelDecided *event)
{
    Vagval__V1__RegistryCase *entry = work->entry;

    entry->scheme = event->scheme;
    if (work->is_new) {
        vv_append(work->outcome, "cases", VV_NIL, work->call->subject.bytes,
                  sizeof work->call->subject.bytes);
        vv_work_count(work, "cases", 1);
    } else {
        vv_work_count_of(work, "level.", entry->level, -1);
    }
    vv_work_count_of(work, "level.", event->level, 1);
    entry->level = event->level;
    entry->municipality = event->municipality;
    entry->decided_on = event->decided_on;
}

/* Takes over what the scheme says of this case: where its home lies. */
static void enter_area(struct vv_work *work, const struct vv_scheme *scheme)
{
    const struct vv_area *area = vv_scheme_area_of(scheme, work->entry->municipality);

    work->entry->area = vv_arena_text(work->call->arena, area != NULL ? area->code : "");
    if (work->entry->area == NULL) {
        work->exhausted = true;
    }
}

static void offer(struct vv_work *work, const struct vv_scheme *scheme, vv_date on)
{
    work->entry->jurisdiction = (uint32_t)scheme->jurisdiction;
    work->entry->choice_working_days = (uint32_t)scheme->choice_working_days;
    work->entry->service_months = (uint32_t)scheme->service_months;
    vv_course_offer(work, on);
}

/* The event is accepted whether or not we know its scheme already; the offer follows when we do. */
static void wait_for_scheme(struct vv_work *work)
{
    work->entry->state = VV_CASE_WAITING;
    vv_timer_set(work->outcome, VV_MSG_CHOICE_DUE, work->call->subject, work->call->now.today + 1);
}

/* A new assessment, after the service ended, opens a new period; a correction of an old one does
 * not: it acts from a day before its decision. */
static bool opens_new_period(const Vagval__V1__RegistryCase *entry,
                             const Vagval__V1__LevelDecided *event)
{
    if (entry->state != VV_CASE_ENDED || entry->n_placements == 0 || event->supersedes.len > 0 ||
        event->effective_from < event->decided_on) {
        return false;
    }
    const Vagval__V1__CasePlacement *last = entry->placements[entry->n_placements - 1];
    return event->decided_on > vv_placement_last_day(last);
}

static void follow_level(struct vv_work *work, const Vagval__V1__LevelDecided *event,
                         const struct vv_scheme *scheme)
{
    Vagval__V1__RegistryCase *entry = work->entry;
    bool is_open = entry->state == VV_CASE_NONE || entry->state == VV_CASE_RECORDED ||
                   entry->state == VV_CASE_WAITING || opens_new_period(entry, event);
    bool is_offered = entry->state == VV_CASE_OFFERED || entry->state == VV_CASE_CASEWORKER ||
                      entry->state == VV_CASE_WAITING;

    if (event->referred && is_open) {
        if (scheme != NULL) {
            offer(work, scheme, event->decided_on);
        } else {
            wait_for_scheme(work);
        }
    } else if (!event->referred && entry->state == VV_CASE_NONE) {
        entry->state = VV_CASE_RECORDED;
    } else if (!event->referred && is_offered) {
        /* Nothing has begun: the offer is withdrawn with the referral. */
        entry->state = VV_CASE_RECORDED;
        vv_timer_clear(work->outcome, VV_MSG_CHOICE_DUE, work->call->subject);
        vv_work_count(work, "placements.withdrawn", 1);
    }
    /* In all other states a re-assessment changes the level only: the course goes on. */
}

/* What a replay needs of the event. */
static void keep_level_fact(struct vv_work *work, const Vagval__V1__LevelDecided *event)
{
    Vagval__V1__LevelDecided fact;

    vagval__v1__level_decided__init(&fact);
    fact.level = event->level;
    fact.referred = event->referred;
    fact.municipality = event->municipality;
    fact.decided_on = event->decided_on;
    fact.effective_from = event->effective_from;
    fact.supersedes = event->supersedes;
    fact.by_person = event->by_person;
    fact.historic = event->historic;
    vv_work_accept(work, event->effective_from, "assessment", VV_NIL, &fact.base);
}

/* Whoever serves the case learns of another level. */
static void tell_provider(struct vv_work *work, const char *before)
{
    const Vagval__V1__CasePlacement *running = vv_placement_running(work->entry);
    Vagval__V1__TellProvider order;
    struct vv_id contract;

    if (running == NULL || strcmp(before, work->entry->level) == 0 ||
        vv_id_from_bytes(running->contract.data, running->contract.len, &contract) != VV_OK) {
        return;
    }
    vagval__v1__tell_provider__init(&order);
    order.case_id = vv_work_id(work, work->call->subject);
    order.scheme = work->entry->scheme;
    order.area = running->area;
    order.contract = running->contract;
    order.level = work->entry->level;
    order.placement = running->placement;
    order.on = work->entry->decided_on;
    vv_work_emit(work, VV_MSG_TELL_PROVIDER, contract, work->call->now.today, &order.base);
}

static enum vv_status decide_level(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_outcome *outcome)
{
    const Vagval__V1__LevelDecided *event = (const Vagval__V1__LevelDecided *)call->body;
    const struct vv_scheme *scheme = scheme_of(call, event);
    struct vv_work work;
    enum vv_status status = vv_work_open(&work, call, loaded, outcome);

    if (status != VV_OK) {
        return status;
    }
    status = vv_person_enter(&work, loaded, event->person);
    if (status != VV_OK) {
        return status;
    }
    const char *before = work.entry->level;
    work.entry->protected_identity = event->protected_identity;
    if (!event->historic) { /* else a later decision stands: only payment reckons with this one */
        enter_level(&work, event);
        if (scheme != NULL) {
            enter_area(&work, scheme);
        }
        follow_level(&work, event, scheme);
        tell_provider(&work, before);
    }
    keep_level_fact(&work, event);
    return vv_work_close(&work);
}

const struct vv_handler vv_on_level_decided = {.plan = plan_level, .decide = decide_level};

/* Who may see the case, not what becomes of it: no fact of its course. */
static enum vv_status plan_protection(const struct vv_call *call, const struct vv_loaded *loaded,
                                      struct vv_plan *plan)
{
    (void)loaded;
    return vv_work_plan(call, plan, false);
}

static enum vv_status decide_protection(const struct vv_call *call, const struct vv_loaded *loaded,
                                        struct vv_outcome *outcome)
{
    struct vv_work work;
    enum vv_status status = vv_work_open(&work, call, loaded, outcome);

    if (status != VV_OK || work.is_new) {
        return status; /* the level that makes the case here says it too */
    }
    work.entry->protected_identity =
        ((const Vagval__V1__ProtectionStated *)call->body)->protected_identity;
    return vv_work_close(&work);
}

const struct vv_handler vv_on_protection_stated = {.plan = plan_protection,
                                                   .decide = decide_protection};

static enum vv_status plan_due(const struct vv_call *call, const struct vv_loaded *loaded,
                               struct vv_plan *plan)
{
    (void)loaded;
    return vv_work_plan(call, plan, false);
}

static enum vv_status decide_due(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_outcome *outcome)
{
    struct vv_work work;
    enum vv_status status = vv_work_open(&work, call, loaded, outcome);

    if (status != VV_OK) {
        return status;
    }
    if (work.entry->state == VV_CASE_WAITING) {
        const struct vv_scheme *scheme =
            vv_book_scheme(call->book, work.entry->scheme, work.entry->decided_on, 0);
        if (scheme != NULL) {
            enter_area(&work, scheme);
            /* The seeker could not choose before: the days count from now. */
            offer(&work, scheme, call->now.today);
        } else {
            wait_for_scheme(&work);
        }
        return vv_work_close(&work);
    }
    if (!vv_choice_is_overdue(work.entry, call->now.today)) {
        return VV_OK; /* chosen in the meantime */
    }
    if (work.entry->area[0] == '\0') {
        /* No delivery area covers the home, so there is no nearest contract: a person decides. */
        work.entry->state = VV_CASE_CASEWORKER;
        vv_work_count(&work, "choices.caseworker", 1);
        return vv_work_close(&work);
    }
    struct vv_id home = vv_id_area(work.entry->scheme, work.entry->area, call->partitions);
    vv_course_choose(&work, home, VV_NIL, work.entry->area, call->now.today);
    return vv_work_close(&work);
}

const struct vv_handler vv_handle_choice_due = {.plan = plan_due, .decide = decide_due};
