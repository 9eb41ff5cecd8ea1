/*
 * handlers_rating_page.c: a page of a partition's cases, counted for the cohort of a month, per
 * contract and level; as known at one moment and at earlier ones, with the reasons of what differs.
 * Counts only: no case is named.
 */
#include "cohort.h"
#include "outcome.h"
#include "provider-registry.h"
#include "timeline.h"
#include "work.h"

#include <string.h>

#include "vagval/limits.h"

extern const struct vv_handler vv_handle_rating_page;

#define PAGE_CASES 100 /* their facts share the arena of the turn */
#define EARLIER_MAX 8
#define CONTRACTS_MAX 512 /* of one page: a case changes its provider a few times at most */

/* What a contract's participants of the page add up to. */
struct sum {
    struct vv_id contract;
    struct vv_measure_counts counts;
    struct vv_measure_counts earlier[EARLIER_MAX];
    uint32_t reasons[EARLIER_MAX][VV_REVISIONS];
};
struct page {
    struct vv_work work;
    const Vagval__V1__RatingPage *query;
    const struct vv_rating_rules *rules;
    struct vv_cohort cohort;
    struct sum *sums;
    size_t sum_count;
    uint32_t unweighed, cases;
    bool full;
};

static enum vv_status route_page(const struct vv_call *call, uint16_t *ret_partition)
{
    const Vagval__V1__RatingPage *query = (const Vagval__V1__RatingPage *)call->body;
    return vv_route_to(call, query->partition, ret_partition);
}

static enum vv_status plan_page(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    const Vagval__V1__RatingPage *query = (const Vagval__V1__RatingPage *)call->body;

    vv_plan_listed(plan, loaded, "cases", query->after, PAGE_CASES, "case");
    return VV_OK;
}

/* ---- from facts to history ---- */

static struct vv_id id_of(ProtobufCBinaryData bytes)
{
    struct vv_id id = {{0}};

    return vv_id_from_bytes(bytes.data, bytes.len, &id) == VV_OK ? id : (struct vv_id){{0}};
}

/* What a record of an outcome says; false: nothing that these rules read. */
static bool read_outcome(struct vv_id case_id, const Vagval__V1__Fact *fact,
                         const Vagval__V1__RecordOutcome *body, struct vv_history *history)
{
    static const enum vv_history_kind kinds[] = {
        [VV_OUTCOME_START] = VV_HISTORY_OUTCOME,
        [VV_OUTCOME_CONFIRM] = VV_HISTORY_CONFIRM,
        [VV_OUTCOME_END] = VV_HISTORY_OUTCOME_END,
        [VV_OUTCOME_WITHDRAW] = VV_HISTORY_WITHDRAWN,
        [VV_OUTCOME_CORROBORATE] = VV_HISTORY_CORROBORATE,
    };
    enum vv_outcome_kind kind = VV_OUTCOME_START;

    if (vv_outcome_kind_parse(body->kind, &kind) != VV_OK || !vv_date_valid(body->on) ||
        (size_t)kind >= sizeof(kinds) / sizeof(kinds[0])) {
        return false;
    }
    history->kind = kinds[kind];
    history->on = body->on;
    /* A statement from another source names the source that told of the outcome. */
    const char *namer = body->outcome_source[0] != '\0' ? body->outcome_source : fact->source;
    history->outcome = vv_outcome_id(case_id, namer, body->outcome_ref);
    return true;
}

static bool read_fact(struct vv_id case_id, const Vagval__V1__Fact *fact,
                      const ProtobufCMessage *message, struct vv_history *history)
{
    *history = (struct vv_history){.fact = id_of(fact->id),
                                   .supersedes = id_of(fact->supersedes),
                                   .recorded_ms = fact->recorded_ms};
    if (fact->type == VV_MSG_LEVEL_DECIDED) {
        const Vagval__V1__LevelDecided *body = (const Vagval__V1__LevelDecided *)message;
        history->kind = VV_HISTORY_LEVEL;
        history->on = body->effective_from;
        history->level = body->level;
        history->decided_on = body->decided_on;
        return body->referred; /* "too near" takes no level away: payment sees it so, too */
    }
    if (fact->type == VV_MSG_CAPACITY_CONFIRMED) {
        const Vagval__V1__CapacityConfirmed *body = (const Vagval__V1__CapacityConfirmed *)message;
        history->kind = VV_HISTORY_PLACED;
        history->on = body->on;
        history->contract = id_of(body->contract);
        return true;
    }
    if (fact->type == VV_MSG_END_PLACEMENT) {
        history->kind = VV_HISTORY_ENDED;
        history->on = ((const Vagval__V1__EndPlacement *)message)->last_day;
        return true;
    }
    if (fact->type == VV_MSG_EVIDENCE_CLAIMED || fact->type == VV_MSG_DECIDE_EVIDENCE) {
        bool verified =
            fact->type == VV_MSG_DECIDE_EVIDENCE &&
            strcmp(((const Vagval__V1__DecideEvidence *)message)->decision, "verify") == 0;
        history->kind = VV_HISTORY_DOCUMENT;
        history->verifies =
            verified ? id_of(((const Vagval__V1__DecideEvidence *)message)->record) : VV_NIL;
        return true;
    }
    return fact->type == VV_MSG_RECORD_OUTCOME &&
           read_outcome(case_id, fact, (const Vagval__V1__RecordOutcome *)message, history);
}

static bool is_read(uint32_t type)
{
    return type == VV_MSG_LEVEL_DECIDED || type == VV_MSG_CAPACITY_CONFIRMED ||
           type == VV_MSG_END_PLACEMENT || type == VV_MSG_RECORD_OUTCOME ||
           type == VV_MSG_EVIDENCE_CLAIMED || type == VV_MSG_DECIDE_EVIDENCE;
}

static enum vv_status history_of(struct page *page, struct vv_id case_id,
                                 const struct vv_record *record, struct vv_history **ret_history,
                                 size_t *ret_count)
{
    Vagval__V1__Fact **facts = NULL;
    size_t fact_count = 0;
    size_t count = 0;
    enum vv_status status = vv_record_facts(page->work.call, record, &facts, &fact_count);

    if (status != VV_OK) {
        return status;
    }
    struct vv_history *history =
        vv_work_alloc(&page->work, (fact_count + 1) * sizeof(struct vv_history));
    if (history == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; i < fact_count; i++) {
        ProtobufCMessage *body = NULL;
        if (!is_read(facts[i]->type)) {
            continue;
        }
        status = vv_fact_body(page->work.call, facts[i], &body);
        if (status != VV_OK) {
            return status;
        }
        count += read_fact(case_id, facts[i], body, &history[count]) ? 1 : 0;
    }
    *ret_history = history;
    *ret_count = count;
    return VV_OK;
}

/* ---- counting ---- */

static struct sum *sum_of(struct page *page, struct vv_id contract)
{
    for (size_t i = 0; i < page->sum_count; i++) {
        if (vv_id_equal(page->sums[i].contract, contract)) {
            return &page->sums[i];
        }
    }
    if (page->sum_count == CONTRACTS_MAX) {
        page->full = true;
        return NULL;
    }
    struct sum *sum = &page->sums[page->sum_count++];
    memset(sum, 0, sizeof(*sum));
    sum->contract = contract;
    return sum;
}

static void count_in(struct vv_measure_counts *counts, const struct vv_participation *participation)
{
    if (participation->level >= 0) {
        counts->participants[participation->level]++;
        counts->rr1[participation->level] += participation->rr1 ? 1 : 0;
        counts->rr2[participation->level] += participation->rr2 ? 1 : 0;
    }
}

static const struct vv_participation *with(const struct vv_participation *list, size_t count,
                                           struct vv_id contract)
{
    for (size_t i = 0; i < count; i++) {
        if (vv_id_equal(list[i].contract, contract)) {
            return &list[i];
        }
    }
    return NULL;
}

static void count_earlier(struct page *page, const struct vv_history *history, size_t count,
                          const struct vv_participation *now, size_t now_count,
                          struct vv_participation *scratch, size_t which)
{
    size_t then_count = vv_cohort_participations(history, count, page->query->earlier_ms[which],
                                                 page->rules, &page->cohort, scratch, count);

    for (size_t i = 0; i < then_count; i++) {
        struct sum *sum = sum_of(page, scratch[i].contract);
        if (sum != NULL) {
            count_in(&sum->earlier[which], &scratch[i]);
        }
    }
    for (size_t i = 0; i < now_count; i++) {
        struct sum *sum = sum_of(page, now[i].contract);
        if (sum != NULL) {
            vv_cohort_revisions(with(scratch, then_count, now[i].contract), &now[i],
                                sum->reasons[which]);
        }
    }
}

static enum vv_status count_case(struct page *page, const struct vv_loaded *loaded,
                                 struct vv_id case_id)
{
    const struct vv_record *record = vv_loaded(loaded, "case", case_id);
    struct vv_history *history = NULL;
    ProtobufCMessage *message = NULL;
    size_t count = 0;
    enum vv_status status =
        vv_record_unpack(page->work.call, record, &vagval__v1__registry_case__descriptor, &message);

    if (status != VV_OK) {
        return status;
    }
    const Vagval__V1__RegistryCase *entry = (const Vagval__V1__RegistryCase *)message;
    if (strcmp(entry->scheme, page->query->scheme) != 0 || entry->n_placements == 0) {
        return VV_OK;
    }
    status = history_of(page, case_id, record, &history, &count);
    if (status != VV_OK) {
        return status;
    }
    struct vv_participation *now = vv_work_alloc(&page->work, (2 * count + 1) * sizeof(*now));
    if (now == NULL) {
        return VV_NO_MEMORY;
    }
    int64_t known_ms = page->query->known_ms == 0 ? INT64_MAX : page->query->known_ms;
    size_t now_count =
        vv_cohort_participations(history, count, known_ms, page->rules, &page->cohort, now, count);
    for (size_t i = 0; i < now_count; i++) {
        struct sum *sum = sum_of(page, now[i].contract);
        page->unweighed += now[i].level < 0 ? 1 : 0;
        if (sum != NULL) {
            count_in(&sum->counts, &now[i]);
        }
    }
    for (size_t e = 0; e < page->query->n_earlier_ms; e++) {
        count_earlier(page, history, count, now, now_count, now + count, e);
    }
    return page->full ? VV_NO_MEMORY : VV_OK;
}

/* ---- the reply ---- */

static uint32_t *numbers(struct vv_work *work, const int64_t *from, size_t count)
{
    uint32_t *list = vv_work_alloc(work, count * sizeof(*list));

    for (size_t i = 0; list != NULL && i < count; i++) {
        list[i] = (uint32_t)from[i];
    }
    return list;
}

static Vagval__V1__RatingCounts *stored(struct page *page, const struct vv_measure_counts *counts)
{
    size_t levels = page->rules->level_count;
    Vagval__V1__RatingCounts *made = vv_work_alloc(&page->work, sizeof(*made));

    if (made != NULL) {
        vagval__v1__rating_counts__init(made);
        made->participants = numbers(&page->work, counts->participants, levels);
        made->rr1 = numbers(&page->work, counts->rr1, levels);
        made->rr2 = numbers(&page->work, counts->rr2, levels);
        made->n_participants = made->n_rr1 = made->n_rr2 = levels;
    }
    return made;
}

static void add_known(struct page *page, const struct sum *sum, size_t which,
                      Vagval__V1__RatingLine *line)
{
    Vagval__V1__RatingKnown *known = vv_work_alloc(&page->work, sizeof(*known));

    if (known == NULL) {
        return;
    }
    vagval__v1__rating_known__init(known);
    known->known_ms = page->query->earlier_ms[which];
    known->counts = stored(page, &sum->earlier[which]);
    for (int r = 0; r < VV_REVISIONS; r++) {
        Vagval__V1__RevisionReason *reason = NULL;
        if (sum->reasons[which][r] == 0) {
            continue;
        }
        reason = vv_work_alloc(&page->work, sizeof(*reason));
        if (reason != NULL) {
            vagval__v1__revision_reason__init(reason);
            reason->code = (char *)(uintptr_t)vv_revision_code((enum vv_revision)r);
            reason->count = sum->reasons[which][r];
            known->reasons = vv_work_grown(&page->work, known->reasons, &known->n_reasons, reason);
        }
    }
    line->known = vv_work_grown(&page->work, line->known, &line->n_known, known);
}

static enum vv_status reply_page(struct page *page, size_t listed, struct vv_outcome *outcome)
{
    Vagval__V1__RatingCountsPage reply;

    vagval__v1__rating_counts_page__init(&reply);
    for (size_t i = 0; i < page->sum_count; i++) {
        Vagval__V1__RatingLine *line = vv_work_alloc(&page->work, sizeof(*line));
        if (line == NULL) {
            return VV_NO_MEMORY;
        }
        vagval__v1__rating_line__init(line);
        line->contract = vv_work_id(&page->work, page->sums[i].contract);
        line->counts = stored(page, &page->sums[i].counts);
        for (size_t e = 0; e < page->query->n_earlier_ms; e++) {
            add_known(page, &page->sums[i], e, line);
        }
        reply.lines = vv_work_grown(&page->work, reply.lines, &reply.n_lines, line);
    }
    reply.next = listed == PAGE_CASES ? page->query->after + listed : 0;
    reply.cases = (uint32_t)listed;
    reply.unweighed = page->unweighed;
    if (page->work.exhausted) {
        return VV_NO_MEMORY;
    }
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

static enum vv_status decide_page(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__RatingPage *query = (const Vagval__V1__RatingPage *)call->body;
    struct page page = {.work = {.call = call, .outcome = outcome}, .query = query};
    struct vv_id id;
    enum vv_status status = vv_check_day(outcome, "month", query->month);

    if (status != VV_OK) {
        return status;
    }
    if (query->n_earlier_ms > EARLIER_MAX) {
        return vv_refuse(outcome, VV_INVALID, "earlier_ms", "are more than %d", EARLIER_MAX);
    }
    const struct vv_scheme *scheme =
        vv_book_scheme(call->book, query->scheme, vv_date_month_end(query->month), 0);
    if (scheme == NULL || scheme->rating == NULL) {
        return vv_refuse(outcome, VV_NOT_FOUND, "scheme",
                         scheme == NULL ? "no such scheme holds in that month"
                                        : "the scheme says nothing of ratings");
    }
    struct vv_rating_rules rules = *scheme->rating;
    rules.second_source = scheme->result_requires_second_source;
    rules.verified = scheme->documents.verified;
    page.rules = &rules;
    page.cohort = vv_cohort_of(scheme->rating, query->month);
    page.sums = vv_work_alloc(&page.work, CONTRACTS_MAX * sizeof(*page.sums));
    if (page.sums == NULL) {
        return VV_NO_MEMORY;
    }
    const struct vv_record *index = vv_loaded_list(loaded, "cases", VV_NIL, query->after);
    size_t listed = 0;
    for (; status == VV_OK && vv_list_id(index, listed, &id); listed++) {
        status = count_case(&page, loaded, id);
    }
    return status == VV_OK ? reply_page(&page, listed, outcome) : status;
}

const struct vv_handler vv_handle_rating_page = {
    .route = route_page, .plan = plan_page, .decide = decide_page};
