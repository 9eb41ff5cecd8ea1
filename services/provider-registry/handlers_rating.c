/*
 * handlers_rating.c: a follow-up of a contract is published or revised, and a person decides on
 * what is proposed from it. Measure and rating are worked out here, from the counts: the sender's
 * word is not taken for them.
 */
#include "capacity.h"
#include "contract.h"
#include "follow_up.h"
#include "provider-registry.h"
#include "work.h"

#include <string.h>

#include "vagval/limits.h"

extern const struct vv_handler vv_handle_publish_rating;
extern const struct vv_handler vv_handle_decide_follow_up;

#define REASONS_MAX 16

/* A contract with its area's entry and what was published of it. */
struct subject {
    struct vv_work work;
    const Vagval__V1__Contract *contract;
    struct vv_id area_id;
    Vagval__V1__Area *area;
    Vagval__V1__AreaContract *entry;
    Vagval__V1__ContractRating *rating;
};

static enum vv_status plan_subject(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_plan *plan)
{
    vv_plan_load(plan, "rating", call->subject);
    vv_plan_fact_home(plan, "rating", call->subject);
    return vv_contract_plan_with_area(call, loaded, plan);
}

static enum vv_status read_subject(struct subject *subject, const struct vv_loaded *loaded)
{
    const struct vv_call *call = subject->work.call;
    ProtobufCMessage *message = NULL;
    enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "contract", call->subject),
                                             &vagval__v1__contract__descriptor, &message);

    if (status != VV_OK) {
        return status;
    }
    subject->contract = (const Vagval__V1__Contract *)message;
    subject->area_id =
        vv_id_area(subject->contract->scheme, subject->contract->area, call->partitions);
    status = vv_record_unpack(call, vv_loaded(loaded, "area", subject->area_id),
                              &vagval__v1__area__descriptor, &message);
    if (status != VV_OK) {
        return status;
    }
    subject->area = (Vagval__V1__Area *)message;
    subject->entry = vv_capacity_find(subject->area, call->subject);
    status = vv_record_unpack(call, vv_loaded(loaded, "rating", call->subject),
                              &vagval__v1__contract_rating__descriptor, &message);
    subject->rating = (Vagval__V1__ContractRating *)message;
    return status == VV_OK && subject->entry == NULL ? VV_CORRUPT : status;
}

/* The contract that a command is about. */
static enum vv_status open_subject(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_outcome *outcome, const char *source,
                                   const char *reference, ProtobufCBinaryData contract,
                                   struct subject *ret_subject)
{
    struct vv_id id;
    enum vv_status status = vv_check_text(outcome, "source", source, VV_CODE_BYTES_MAX, false);

    if (status == VV_OK) {
        status = vv_check_text(outcome, "source_ref", reference, VV_NAME_BYTES_MAX, false);
    }
    if (status == VV_OK) {
        status = vv_check_id(outcome, "contract", contract, &id);
    }
    if (status != VV_OK) {
        return status;
    }
    if (!vv_id_equal(id, call->subject)) {
        return vv_refuse(outcome, VV_INVALID, "contract", "is not the message's subject");
    }
    if (!vv_loaded(loaded, "contract", call->subject)->exists) {
        return vv_refuse(outcome, VV_NOT_FOUND, "contract", "the contract is not known");
    }
    if (vv_loaded(loaded, "rating", call->subject)->field_count >= VV_CASE_FACTS_MAX) {
        return vv_refuse(outcome, VV_REFUSED, "contract",
                         "%d follow-ups and decisions are stored of it, which is the most",
                         VV_CASE_FACTS_MAX);
    }
    *ret_subject = (struct subject){.work = {.call = call, .outcome = outcome}};
    return read_subject(ret_subject, loaded);
}

static enum vv_status close_subject(struct subject *subject, int32_t effective, const char *source,
                                    const char *state)
{
    const struct vv_call *call = subject->work.call;

    vv_put(subject->work.outcome, "rating", call->subject, &subject->rating->base);
    vv_accept(subject->work.outcome, effective, source, VV_NIL, NULL, 0, false);
    vv_work_reply(&subject->work, state);
    return subject->work.exhausted ? VV_NO_MEMORY : VV_OK;
}

/* ---- publishing ---- */

static enum vv_status check_publication(struct vv_outcome *outcome,
                                        const Vagval__V1__PublishRating *command, vv_date today)
{
    enum vv_status status = vv_check_day(outcome, "month", command->month);

    if (status != VV_OK) {
        return status;
    }
    if (vv_date_month_start(command->month) != command->month) {
        return vv_refuse(outcome, VV_INVALID, "month", "is not the first day of a month");
    }
    if (vv_date_month_end(command->month) >= today) {
        return vv_refuse(outcome, VV_REFUSED, "month",
                         "is not over: publish it when its last day has passed");
    }
    /* What is recorded later on the same day could not be told from what was known. */
    if (command->known_ms <= 0 || command->known_ms >= (int64_t)today * VV_DAY_MS) {
        return vv_refuse(outcome, VV_INVALID, "known_ms",
                         "must lie before today: what was known when yesterday ended");
    }
    if (command->n_reasons > REASONS_MAX) {
        return vv_refuse(outcome, VV_INVALID, "reasons", "are more than %d", REASONS_MAX);
    }
    for (size_t i = 0; status == VV_OK && i < command->n_reasons; i++) {
        status = vv_check_code(outcome, "reasons", command->reasons[i]->code);
    }
    return status;
}

/* The view that the counts give by the scheme of the month. */
static enum vv_status make_view(struct subject *subject, const Vagval__V1__PublishRating *command,
                                const uint32_t *nation, size_t nation_count,
                                Vagval__V1__RatingView **ret_view)
{
    struct vv_work *work = &subject->work;
    const struct vv_scheme *scheme = vv_book_scheme(work->call->book, subject->contract->scheme,
                                                    vv_date_month_end(command->month), 0);
    struct vv_measure measure;
    struct vv_measure_counts counts;
    enum vv_rating_reason reason = VV_RATED;
    char text[VV_MEASURE_TEXT_BYTES];
    int64_t participants = 0;

    if (scheme == NULL || scheme->rating == NULL) {
        return vv_refuse(work->outcome, VV_REFUSED, "month",
                         scheme == NULL ? "the scheme does not hold in that month"
                                        : "the scheme says nothing of ratings");
    }
    if (vv_follow_up_measure(scheme->rating, nation, nation_count, command->counts, &measure) !=
            VV_OK ||
        !vv_follow_up_counts(command->counts, &counts)) {
        return vv_refuse(work->outcome, VV_INVALID, "counts",
                         "do not fit: at most %d levels, no more results than participants",
                         VV_MEASURE_LEVELS);
    }
    for (size_t i = 0; i < VV_MEASURE_LEVELS; i++) {
        participants += counts.participants[i];
    }
    Vagval__V1__RatingView *view = vv_work_alloc(work, sizeof(*view));
    if (view == NULL) {
        return VV_NO_MEMORY;
    }
    vagval__v1__rating_view__init(view);
    view->rating = (uint32_t)vv_rating_of(scheme->rating, &measure, participants,
                                          subject->entry->from, command->month, &reason);
    view->reason = (char *)(uintptr_t)(reason == VV_RATED ? "" : vv_rating_reason_code(reason));
    vv_measure_format(&measure, text);
    view->measure = vv_arena_text(work->call->arena, text);
    view->counts = command->counts;
    view->known_ms = command->known_ms;
    view->made_on = work->call->now.today;
    view->made_by = vv_arena_text(work->call->arena, work->call->sender);
    view->method = (char *)(uintptr_t)VV_RATING_METHOD;
    view->scheme_version = (char *)(uintptr_t)scheme->version;
    view->fact = vv_work_id(work, work->call->id);
    if (view->measure == NULL || view->made_by == NULL || work->exhausted) {
        return VV_NO_MEMORY;
    }
    *ret_view = view;
    return VV_OK;
}

static bool same_numbers(const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count)
{
    return a_count == b_count && (a_count == 0 || memcmp(a, b, a_count * sizeof(*a)) == 0);
}

static bool same_counts(const Vagval__V1__RatingCounts *a, const Vagval__V1__RatingCounts *b)
{
    if (a == NULL || b == NULL) {
        return a == b;
    }
    return same_numbers(a->participants, a->n_participants, b->participants, b->n_participants) &&
           same_numbers(a->rr1, a->n_rr1, b->rr1, b->n_rr1) &&
           same_numbers(a->rr2, a->n_rr2, b->rr2, b->n_rr2);
}

/* Months stand in order, also when one is published late. */
static void insert(struct subject *subject, Vagval__V1__PublishedRating *published)
{
    Vagval__V1__ContractRating *rating = subject->rating;

    rating->published =
        vv_work_grown(&subject->work, rating->published, &rating->n_published, published);
    for (size_t i = rating->n_published; i > 1; i--) {
        Vagval__V1__PublishedRating **pair = &rating->published[i - 2];
        if (pair[0]->month > pair[1]->month) {
            Vagval__V1__PublishedRating *later = pair[0];
            pair[0] = pair[1];
            pair[1] = later;
        }
    }
}

/* A contract's people are among the country's. */
static bool fits_nation(const Vagval__V1__PublishRating *command)
{
    struct vv_measure_counts own;
    int64_t people[VV_MEASURE_LEVELS];
    bool fits = vv_follow_up_counts(command->counts, &own) &&
                vv_follow_up_nation(command->nation, command->n_nation, people);

    for (size_t i = 0; fits && i < VV_MEASURE_LEVELS; i++) {
        fits = own.participants[i] <= people[i];
    }
    return fits;
}

static enum vv_status publish_first(struct subject *subject,
                                    const Vagval__V1__PublishRating *command)
{
    Vagval__V1__RatingView *view = NULL;
    enum vv_status status = make_view(subject, command, command->nation, command->n_nation, &view);

    if (status != VV_OK) {
        return status;
    }
    if (!fits_nation(command)) {
        return vv_refuse(subject->work.outcome, VV_INVALID, "nation",
                         "has fewer participants of a level than the contract");
    }
    Vagval__V1__PublishedRating *published = vv_work_alloc(&subject->work, sizeof(*published));
    if (published == NULL) {
        return VV_NO_MEMORY;
    }
    vagval__v1__published_rating__init(published);
    published->month = command->month;
    published->nation = command->nation;
    published->n_nation = command->n_nation;
    published->published = view;
    insert(subject, published);
    vv_work_count(&subject->work, "ratings.published", 1);
    return close_subject(subject, command->month, command->source, "published");
}

static enum vv_status publish_revision(struct subject *subject,
                                       const Vagval__V1__PublishRating *command,
                                       Vagval__V1__PublishedRating *published)
{
    struct vv_outcome *outcome = subject->work.outcome;
    Vagval__V1__RatingView *view = NULL;

    if (same_counts(vv_follow_up_latest(published)->counts, command->counts)) {
        return close_subject(subject, command->month, command->source, "unchanged");
    }
    if (command->n_reasons == 0) {
        return vv_refuse(outcome, VV_INVALID, "reasons",
                         "the month is published: a revision needs the reasons why it differs");
    }
    if (command->known_ms < vv_follow_up_latest(published)->known_ms) {
        return vv_refuse(outcome, VV_REFUSED, "known_ms",
                         "a later state of knowledge is published already");
    }
    enum vv_status status =
        make_view(subject, command, published->nation, published->n_nation, &view);
    if (status != VV_OK) {
        return status;
    }
    view->reasons = command->reasons;
    view->n_reasons = command->n_reasons;
    published->revised =
        vv_work_grown(&subject->work, published->revised, &published->n_revised, view);
    vv_work_count(&subject->work, "ratings.revised", 1);
    return close_subject(subject, command->month, command->source, "revised");
}

static enum vv_status decide_publish(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_outcome *outcome)
{
    const Vagval__V1__PublishRating *command = (const Vagval__V1__PublishRating *)call->body;
    struct subject subject;
    enum vv_status status = open_subject(call, loaded, outcome, command->source,
                                         command->source_ref, command->contract, &subject);

    if (status == VV_OK) {
        status = check_publication(outcome, command, call->now.today);
    }
    if (status != VV_OK) {
        return status;
    }
    Vagval__V1__PublishedRating *published = vv_follow_up_find(subject.rating, command->month);
    return published == NULL ? publish_first(&subject, command)
                             : publish_revision(&subject, command, published);
}

const struct vv_handler vv_handle_publish_rating = {.plan = plan_subject, .decide = decide_publish};

/* ---- deciding ---- */

/* Two persons: who published the follow-up, or its revision, does not decide on what follows. */
static bool published_it(const Vagval__V1__ContractRating *rating, vv_date month,
                         const char *sender)
{
    const Vagval__V1__PublishedRating *published = vv_follow_up_find(rating, month);

    if (published == NULL) {
        return false;
    }
    bool made = strcmp(published->published->made_by, sender) == 0;
    for (size_t i = 0; i < published->n_revised; i++) {
        made = made || strcmp(published->revised[i]->made_by, sender) == 0;
    }
    return made;
}

static enum vv_status find_proposal(const struct subject *subject,
                                    const Vagval__V1__DecideFollowUp *command,
                                    struct vv_open_proposal *ret_proposal)
{
    const struct vv_call *call = subject->work.call;
    struct vv_open_proposal open[VV_PROPOSALS_MAX];
    const struct vv_scheme *scheme =
        vv_book_scheme(call->book, subject->contract->scheme, call->now.today, 0);
    size_t count = scheme == NULL ? 0
                                  : vv_proposals_of(scheme, subject->entry, subject->rating,
                                                    call->now.today, open);

    for (size_t i = 0; i < count; i++) {
        if (strcmp(open[i].kind, command->kind) == 0) {
            *ret_proposal = open[i];
            return VV_OK;
        }
    }
    return vv_refuse(subject->work.outcome, VV_REFUSED, "kind",
                     "nothing of that kind is proposed of this contract today");
}

/* An approved proposal: no new choice after the last day. Placements that run go on. */
static enum vv_status close_contract(struct subject *subject, vv_date last_day)
{
    struct vv_outcome *outcome = subject->work.outcome;
    enum vv_status status = vv_check_day(outcome, "last_day", last_day);

    if (status != VV_OK) {
        return status;
    }
    if (last_day < subject->work.call->now.today) {
        return vv_refuse(outcome, VV_INVALID, "last_day", "lies in the past");
    }
    if (subject->entry->to == 0 || subject->entry->to > last_day) {
        subject->entry->to = last_day;
        vv_put(outcome, "area", subject->area_id, &subject->area->base);
    }
    return VV_OK;
}

static enum vv_status decide_proposal(const struct vv_call *call, const struct vv_loaded *loaded,
                                      struct vv_outcome *outcome)
{
    const Vagval__V1__DecideFollowUp *command = (const Vagval__V1__DecideFollowUp *)call->body;
    struct vv_open_proposal proposal = {.kind = NULL};
    struct subject subject;
    enum vv_status status = open_subject(call, loaded, outcome, command->source,
                                         command->source_ref, command->contract, &subject);

    if (status == VV_OK) {
        status = vv_check_text(outcome, "reason", command->reason, VV_NAME_BYTES_MAX, false);
    }
    if (status == VV_OK) {
        status = find_proposal(&subject, command, &proposal);
    }
    if (status == VV_OK && published_it(subject.rating, proposal.basis, call->sender)) {
        status = vv_refuse(outcome, VV_REFUSED, "kind",
                           "who published the follow-up does not decide on it: a second person "
                           "must, with a key of their own");
    }
    if (status == VV_OK && command->approve) {
        status = close_contract(&subject, command->last_day);
    }
    if (status != VV_OK) {
        return status;
    }
    Vagval__V1__ContractDecision *decision = vv_work_alloc(&subject.work, sizeof(*decision));
    if (decision == NULL) {
        return VV_NO_MEMORY;
    }
    vagval__v1__contract_decision__init(decision);
    decision->kind = command->kind;
    decision->basis = proposal.basis;
    decision->approved = command->approve;
    decision->last_day = command->approve ? command->last_day : 0;
    decision->reason = command->reason;
    decision->decided_on = call->now.today;
    decision->decided_by = vv_arena_text(call->arena, call->sender);
    decision->fact = vv_work_id(&subject.work, call->id);
    subject.rating->decisions = vv_work_grown(&subject.work, subject.rating->decisions,
                                              &subject.rating->n_decisions, decision);
    if (decision->decided_by == NULL) {
        return VV_NO_MEMORY;
    }
    return close_subject(&subject, call->now.today, command->source,
                         command->approve ? "approved" : "rejected");
}

const struct vv_handler vv_handle_decide_follow_up = {.plan = plan_subject,
                                                      .decide = decide_proposal};
