/*
 * handlers_work.c: what somebody has to do: choices that run out, cases that wait for a caseworker,
 * obligations, reports, deviations without a decision, outcomes without evidence, evidence that
 * waits for verification. Worked out from
 * the records each time, so that no list can disagree with them.
 */
#include "choice.h"
#include "difference.h"
#include "evidence.h"
#include "judgement.h"
#include "outcome.h"
#include "placement.h"
#include "provider-registry.h"
#include "report.h"
#include "vagval/protected.h"
#include "work.h"

#include <string.h>

extern const struct vv_handler vv_handle_list_work;

#define PAGE_CASES 24
#define WITHIN_DAYS_MAX 60

struct listing {
    struct vv_work work;
    Vagval__V1__WorkListed reply;
    vv_date until; /* what is due after it is not listed */
    char *person;  /* whose the present case is; "" = everybody's of the role */
};

static enum vv_status route_page(const struct vv_call *call, uint16_t *ret_partition)
{
    const Vagval__V1__ListWork *query = (const Vagval__V1__ListWork *)call->body;
    return vv_route_to(call, query->partition, ret_partition);
}

static enum vv_status plan_page(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    const Vagval__V1__ListWork *query = (const Vagval__V1__ListWork *)call->body;

    vv_plan_listed(plan, loaded, "cases", query->after, PAGE_CASES, "case");
    vv_plan_listed(plan, loaded, "cases", query->after, PAGE_CASES, "delivery");
    return VV_OK;
}

static void add(struct listing *listing, struct vv_id case_id,
                const Vagval__V1__RegistryCase *entry, const char *kind, const char *role,
                vv_date due, const char *what)
{
    const Vagval__V1__CasePlacement *running = vv_placement_running(entry);
    Vagval__V1__WorkItem *item =
        due > listing->until ? NULL : vv_work_alloc(&listing->work, sizeof *item);
    if (item == NULL) {
        return;
    }
    vagval__v1__work_item__init(item);
    item->kind = (char *)(uintptr_t)kind;
    item->role = (char *)(uintptr_t)role;
    item->case_id = vv_work_id(&listing->work, case_id);
    item->scheme = entry->scheme;
    item->contract_number = running == NULL ? item->contract_number : running->contract_number;
    item->due = due;
    item->overdue = due < listing->work.call->now.today;
    item->person = listing->person;
    item->area = entry->area;
    item->what = vv_arena_text(listing->work.call->arena, what);
    listing->work.exhausted = listing->work.exhausted || item->what == NULL;
    listing->reply.items =
        vv_work_grown(&listing->work, listing->reply.items, &listing->reply.n_items, item);
}

/* Has somebody come to anything since the placement's start? */
static bool is_met_in_person(const Vagval__V1__Delivery *delivery, vv_date start)
{
    for (size_t i = 0; i < delivery->n_activities; i++) {
        if (delivery->activities[i]->attended && delivery->activities[i]->on >= start) {
            return true;
        }
    }
    return false;
}

/* What is due or was missed. What is asked once, of somebody who has come to nothing yet, is the
 * first contact. */
static enum vv_status add_obligations(struct listing *listing, struct vv_id case_id,
                                      const Vagval__V1__RegistryCase *entry,
                                      const Vagval__V1__Delivery *delivery)
{
    const struct vv_call *call = listing->work.call;
    const Vagval__V1__CasePlacement *running = vv_placement_running(entry);
    struct vv_shown_term *terms = NULL;
    size_t count = 0;

    if (running == NULL) {
        return VV_OK;
    }
    bool first = !is_met_in_person(delivery, running->start);
    enum vv_status status = vv_judge_show(call, entry, running, delivery, &terms, &count);
    for (size_t i = 0; status == VV_OK && i < count; i++) {
        const struct vv_obligation_term *term = &terms[i].term;
        if (term->state == VV_TERM_DUE || term->state == VV_TERM_MISSED) {
            add(listing, case_id, entry,
                first && term->obligation->kind == VV_OBLIGATION_ONCE ? "first-contact"
                                                                      : "obligation",
                "provider", term->due, term->obligation->code);
        }
    }
    return status;
}

/* The month before this one, if a placement served in it and nobody has reported: due at the end of
 * this month. */
static void add_report(struct listing *listing, struct vv_id case_id,
                       const Vagval__V1__RegistryCase *entry)
{
    vv_date this_month = vv_date_month_start(listing->work.call->now.today);
    vv_date month = vv_date_month_start(this_month - 1);
    const Vagval__V1__CasePlacement *placement = vv_placement_within(entry, month, this_month - 1);
    char text[VV_DATE_TEXT_BYTES];

    if (placement == NULL || vv_report_find(entry, month, placement) != NULL) {
        return;
    }
    vv_date_format(month, text);
    add(listing, case_id, entry, "report", "provider", vv_date_month_end(this_month), text);
}

static void add_deviations(struct listing *listing, struct vv_id case_id,
                           const Vagval__V1__RegistryCase *entry,
                           const Vagval__V1__Delivery *delivery)
{
    for (size_t i = 0; i < delivery->n_deviations; i++) {
        const Vagval__V1__Deviation *deviation = delivery->deviations[i];
        char *code = vv_arena_format(listing->work.call->arena, "%u", deviation->code);
        if (deviation->decided_on == 0 && code != NULL) {
            add(listing, case_id, entry, "deviation", "caseworker", deviation->reported_on, code);
        }
    }
}

/* Job or study starts that nobody has confirmed yet. */
static void add_evidence(struct listing *listing, struct vv_id case_id,
                         const Vagval__V1__RegistryCase *entry)
{
    for (size_t i = 0; i < entry->n_outcomes; i++) {
        const Vagval__V1__CaseOutcome *outcome = entry->outcomes[i];
        if (outcome->state != VV_OUTCOME_WITHDRAWN && outcome->confirmed_through == 0) {
            add(listing, case_id, entry, "evidence", "provider", outcome->start,
                outcome->study ? "study" : "job");
        }
    }
}

/* Documents that count only when a person has verified them. */
static void add_waiting(struct listing *listing, struct vv_id case_id,
                        const Vagval__V1__RegistryCase *entry)
{
    const struct vv_call *call = listing->work.call;
    const struct vv_scheme *scheme = vv_book_scheme(call->book, entry->scheme, call->now.today, 0);

    for (size_t i = 0; scheme != NULL && scheme->documents.verified && i < entry->n_evidence; i++) {
        const Vagval__V1__CaseEvidence *evidence = entry->evidence[i];
        const Vagval__V1__CaseOutcome *outcome = vv_evidence_outcome(entry, case_id, evidence);
        bool withdrawn = outcome != NULL && outcome->state == VV_OUTCOME_WITHDRAWN;
        if (evidence->state == VV_EVIDENCE_WAITING && !evidence->replaced && !withdrawn) {
            add(listing, case_id, entry, "evidence", "caseworker", evidence->recorded_on,
                evidence->document_kind[0] != '\0' ? evidence->document_kind : evidence->of);
        }
    }
}

/* Where the provider's record and the person's word differ. */
static void add_differences(struct listing *listing, struct vv_id case_id,
                            const Vagval__V1__RegistryCase *entry,
                            const Vagval__V1__Delivery *delivery)
{
    const struct vv_call *call = listing->work.call;
    const struct vv_scheme *scheme = vv_book_scheme(call->book, entry->scheme, call->now.today, 0);
    const struct vv_delivery *rules = scheme == NULL ? NULL : scheme->delivery;
    size_t count = vv_differences(delivery, rules, NULL, 0);
    struct vv_difference *list = vv_work_alloc(&listing->work, (count + 1) * sizeof *list);

    if (list == NULL) {
        return;
    }
    (void)vv_differences(delivery, rules, list, count);
    for (size_t i = 0; i < count; i++) {
        add(listing, case_id, entry, "difference", "caseworker", list[i].on, list[i].what);
    }
}

static enum vv_status add_case(struct listing *listing, const struct vv_loaded *loaded,
                               struct vv_id id)
{
    const struct vv_call *call = listing->work.call;
    ProtobufCMessage *message = NULL, *recorded = NULL;
    enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "case", id),
                                             &vagval__v1__registry_case__descriptor, &message);

    if (status == VV_OK) {
        status = vv_record_unpack(call, vv_loaded(loaded, "delivery", id),
                                  &vagval__v1__delivery__descriptor, &recorded);
    }
    if (status != VV_OK) {
        return status;
    }
    const Vagval__V1__RegistryCase *entry = (const Vagval__V1__RegistryCase *)message;
    const Vagval__V1__Delivery *delivery = (const Vagval__V1__Delivery *)recorded;
    if (!vv_case_is_open(call, entry->protected_identity)) {
        return VV_OK; /* its work is a guardian's */
    }
    listing->person = delivery->responsible;
    if (entry->state == VV_CASE_OFFERED) {
        add(listing, id, entry, "choice", "caseworker", entry->choose_by, "");
    } else if (entry->state == VV_CASE_CASEWORKER) {
        add(listing, id, entry, "caseworker", "caseworker", call->now.today, entry->failed_reason);
    }
    status = add_obligations(listing, id, entry, delivery);
    if (status != VV_OK) {
        return status;
    }
    add_report(listing, id, entry);
    add_deviations(listing, id, entry, delivery);
    add_differences(listing, id, entry, delivery);
    add_evidence(listing, id, entry);
    add_waiting(listing, id, entry);
    return listing->work.exhausted ? VV_NO_MEMORY : VV_OK;
}

static enum vv_status decide_page(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__ListWork *query = (const Vagval__V1__ListWork *)call->body;
    const struct vv_record *index = vv_loaded_list(loaded, "cases", VV_NIL, query->after);
    struct listing listing = {.work = {.call = call, .outcome = outcome}};
    int32_t within = query->within_days < 0                 ? 0
                     : query->within_days > WITHIN_DAYS_MAX ? WITHIN_DAYS_MAX
                                                            : query->within_days;
    struct vv_id id;
    size_t seen = 0;
    enum vv_status status = VV_OK;

    vagval__v1__work_listed__init(&listing.reply);
    listing.until = call->now.today + within;
    for (; status == VV_OK && vv_list_id(index, seen, &id); seen++) {
        status = add_case(&listing, loaded, id);
    }
    if (status != VV_OK) {
        return status;
    }
    listing.reply.next = seen == PAGE_CASES ? query->after + seen : 0;
    vv_reply(outcome, &listing.reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_list_work = {
    .route = route_page, .plan = plan_page, .decide = decide_page};
