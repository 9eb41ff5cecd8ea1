/*
 * handlers_facts.c: what payment does when a fact comes or a day is reached: it computes what is
 * owed for the case, compares with what stands posted, and posts the difference. A premium on job
 * start, a month's base, a late result and a correction all take this one path.
 */
#include "campaign.h"
#include "casework.h"
#include "decide.h"

#include <string.h>

#include "vagval/wire.h"

VV_FEEDS_PAYMENT(VV_FEED_DECLARE)
extern const struct vv_handler vv_handle_entitlement_due;

/* Lines in the event; who wants the facts, texts or more lines asks for the batch. */
#define EVENT_LINES_MAX 100

struct decision {
    const struct vv_call *call;
    struct vv_outcome *outcome;
    struct vv_payment_case *work;
    struct vv_scheme_lookup schemes;
    vv_date as_of;
    uint32_t generation;
    uint32_t facts_through;
    const char *scheme_id;
    const struct vv_scheme *scheme; /* the version that the batch names */
};

/* ---- what a batch changes ---- */

static enum vv_status add_account(struct decision *decision, const Vagval__V1__Posting *posting)
{
    const char *field = posting->account;
    static const char expense[] = "expense:";
    if (strncmp(field, expense, sizeof expense - 1) == 0) {
        field = vv_arena_format(decision->call->arena, "%s%s:%s", expense, decision->scheme_id,
                                posting->account + sizeof expense - 1);
    }
    if (field == NULL) {
        return VV_NO_MEMORY;
    }
    vv_add(decision->outcome, "balances", VV_NIL, field, posting->amount);
    return VV_OK;
}

static enum vv_status count_line(struct decision *decision, const struct vv_difference_line *line)
{
    struct vv_arena *arena = decision->call->arena;
    const char *lines = vv_arena_format(arena, "%s:%s:%s", line->proposal ? "proposals" : "lines",
                                        decision->scheme_id, line->component);
    const char *proposed =
        vv_arena_format(arena, "proposed:%s:%s", decision->scheme_id, line->component);
    const char *examples =
        vv_arena_format(arena, "examples:%s:%s", decision->scheme_id, line->component);
    if (lines == NULL || proposed == NULL || examples == NULL) {
        return VV_NO_MEMORY;
    }
    vv_add(decision->outcome, "sums", VV_NIL, lines, 1);
    if (line->proposal) {
        vv_add(decision->outcome, "sums", VV_NIL, proposed, line->amount);
    }
    if (line->why != NULL && line->why->example) {
        vv_add(decision->outcome, "sums", VV_NIL, examples, 1);
    }
    return VV_OK;
}

static enum vv_status announce(struct decision *decision, const Vagval__V1__PostingBatch *batch)
{
    size_t count = batch->n_lines < EVENT_LINES_MAX ? batch->n_lines : EVENT_LINES_MAX;
    Vagval__V1__Line *lines = vv_arena_alloc(decision->call->arena, (count + 1) * sizeof *lines);
    Vagval__V1__Line **list = vv_arena_alloc(decision->call->arena, (count + 1) * sizeof *list);
    if (lines == NULL || list == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        lines[i] = *batch->lines[i];
        lines[i].n_facts = 0;
        list[i] = &lines[i];
    }
    Vagval__V1__Posted event = VAGVAL__V1__POSTED__INIT;
    event.case_id = batch->case_id;
    event.batch = batch->id;
    event.lines = list;
    event.n_lines = count;
    event.currency = batch->currency;
    event.scheme = batch->scheme;
    vv_emit(decision->outcome, VV_MSG_POSTED, decision->work->id, decision->scheme_id,
            decision->as_of, &event.base);
    return VV_OK;
}

static enum vv_status store_batch(struct decision *decision, const Vagval__V1__PostingBatch *batch)
{
    size_t len = 0;
    uint8_t *bytes = vv_wire_pack(&batch->base, decision->call->arena, &len);
    if (bytes == NULL) {
        return VV_NO_MEMORY;
    }
    char field[VV_BATCH_FIELD_BYTES];
    size_t field_len = vv_batch_field(batch->index, field);
    vv_put_field(decision->outcome, "case", decision->work->id, field, field_len, bytes, len);
    vv_add(decision->outcome, "sums", VV_NIL, "batches", 1);
    for (size_t i = 0; i < batch->n_postings; i++) {
        enum vv_status status = add_account(decision, batch->postings[i]);
        if (status != VV_OK) {
            return status;
        }
    }
    return announce(decision, batch);
}

static enum vv_status post(struct decision *decision, const struct vv_difference *difference)
{
    struct vv_payment_case *work = decision->work;
    const struct vv_batch_input input = {.case_id = work->id,
                                         .index = work->body->batches + 1,
                                         .facts_through = decision->facts_through,
                                         .previous_through = work->body->facts_through,
                                         .as_of = decision->as_of,
                                         .recorded_ms = decision->call->now.ms,
                                         .generation = decision->generation,
                                         .scheme = decision->scheme,
                                         .difference = difference,
                                         .facts = work->facts,
                                         .fact_count = work->fact_count};
    Vagval__V1__PostingBatch *batch = NULL;
    enum vv_status status = vv_batch_build(&input, &decision->call->arena->allocator, &batch);
    if (status == VV_OK) {
        status = store_batch(decision, batch);
    }
    if (status == VV_OK) {
        status = vv_payment_case_room(decision->call, work, difference->count);
    }
    for (size_t i = 0; status == VV_OK && i < difference->count; i++) {
        const struct vv_difference_line *line = &difference->lines[i];
        status = vv_posted_add(work->totals, &work->total_count, line->component, line->period,
                               line->contract, line->amount, line->proposal);
        if (status == VV_OK) {
            status = count_line(decision, line);
        }
    }
    work->body->batches = input.index;
    work->body->facts_through = decision->facts_through;
    return status;
}

/* ---- writing the case back ---- */

static enum vv_status put_case(struct decision *decision)
{
    struct vv_payment_case *work = decision->work;
    struct vv_arena *arena = decision->call->arena;
    size_t count = work->total_count;
    Vagval__V1__PostedTotal *totals = vv_arena_alloc(arena, (count + 1) * sizeof *totals);
    Vagval__V1__PostedTotal **list = vv_arena_alloc(arena, (count + 1) * sizeof *list);
    if (totals == NULL || list == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        vagval__v1__posted_total__init(&totals[i]);
        totals[i].component = (char *)(uintptr_t)work->totals[i].component;
        totals[i].period = work->totals[i].period;
        totals[i].contract = (ProtobufCBinaryData){sizeof work->totals[i].contract.bytes,
                                                   work->totals[i].contract.bytes};
        totals[i].posted = work->totals[i].posted;
        totals[i].proposed = work->totals[i].proposed;
        list[i] = &totals[i];
    }
    work->body->totals = list;
    work->body->n_totals = count;
    work->body->scheme = (char *)(uintptr_t)decision->scheme_id;
    work->body->as_of = decision->as_of;
    work->body->generation = decision->generation;
    vv_put(decision->outcome, "case", work->id, &work->body->base);
    return VV_OK;
}

static void set_timer(struct decision *decision, vv_date due)
{
    Vagval__V1__PaymentCase *body = decision->work->body;
    int32_t wanted = due == VV_DATE_NONE ? 0 : due;
    bool fired = decision->call->type == VV_MSG_ENTITLEMENT_DUE; /* and is gone with this commit */
    if (wanted != 0 && (fired || wanted != body->next_due)) {
        vv_timer_set(decision->outcome, VV_MSG_ENTITLEMENT_DUE, decision->work->id, due);
    } else if (wanted == 0 && body->next_due != 0 && !fired) {
        vv_timer_clear(decision->outcome, VV_MSG_ENTITLEMENT_DUE, decision->work->id);
    }
    body->next_due = wanted;
}

/* ---- the decision ---- */

static enum vv_status settle_difference(struct decision *decision, vv_date *ret_next_due)
{
    struct vv_payment_case *work = decision->work;
    ProtobufCAllocator *memory = &decision->call->arena->allocator;
    struct vv_entitlement entitlement;
    struct vv_difference difference;
    enum vv_status status = vv_entitlement(work->facts, work->fact_count, &decision->schemes,
                                           decision->as_of, memory, &entitlement);
    if (status == VV_OK) {
        status = vv_difference(&entitlement, work->totals, work->total_count, decision->scheme,
                               memory, &difference);
    }
    if (status == VV_OK && difference.count > 0) {
        status = post(decision, &difference);
    }
    if (status == VV_OK) {
        *ret_next_due = entitlement.next_due;
    }
    return status;
}

enum vv_status vv_payment_decide(const struct vv_call *call, struct vv_outcome *outcome,
                                 struct vv_payment_case *work)
{
    const Vagval__V1__PaymentCase *body = work->body;
    struct decision decision = {
        .call = call,
        .outcome = outcome,
        .work = work,
        /* An instance whose clock is behind must not take money back. */
        .as_of = work->exists && body->as_of > call->now.today ? body->as_of : call->now.today,
        .generation = vv_book_generation(call->book),
        .facts_through = (uint32_t)work->fact_count,
        .scheme_id = body->scheme[0] != '\0' ? body->scheme : call->scheme};
    struct vv_book_of_scheme book = {call->book, decision.scheme_id, decision.generation};
    decision.schemes = vv_book_lookup(&book);
    decision.scheme =
        vv_scheme_to_name(&decision.schemes, decision.as_of, work->facts, work->fact_count);
    if (decision.scheme == NULL || decision.generation < body->generation) {
        /* This instance has not read as much of the book as it needs: no version of the scheme, or
         * fewer than an earlier decision rested on. The runtime reads the book and tries again. */
        return VV_BUSY;
    }
    vv_date next_due = VV_DATE_NONE;
    enum vv_status status = settle_difference(&decision, &next_due);
    if (status != VV_OK) {
        return status;
    }
    set_timer(&decision, next_due);
    return put_case(&decision);
}

/* ---- facts ---- */

static enum vv_status plan_fact(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    if (call->type == VV_MSG_LEVEL_DECIDED) {
        vv_plan_load_new(plan, "case", call->subject); /* most have no other level before it */
    } else {
        vv_plan_load(plan, "case", call->subject);
    }
    vv_plan_fact_home(plan, "case", call->subject);
    const struct vv_record *record = vv_loaded(loaded, "case", call->subject);
    if (record != NULL && !record->exists) {
        vv_campaign_plan(plan);
    }
    return VV_OK;
}

/* When the fact holds. A decision on a report holds from the day on which it was made, so that an
 * approval and its later withdrawal stand in that order. */
static int32_t effective_of(const struct vv_call *call)
{
    if (call->type == VV_MSG_REPORT_DECIDED && call->recorded_ms > 0) {
        return (int32_t)(call->recorded_ms / VV_DAY_MS);
    }
    return call->effective;
}

static enum vv_status decide_fact(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    struct vv_payment_case work;
    enum vv_status status =
        vv_payment_case_read(call, vv_loaded(loaded, "case", call->subject), call->subject, &work);
    if (status != VV_OK) {
        return status;
    }
    int32_t effective = effective_of(call);
    struct vv_payment_fact *fact = &work.facts[work.fact_count];
    status = vv_payment_fact_read(call->type, call->body, call->id, effective,
                                  (uint32_t)work.fact_count + 1, fact);
    if (status != VV_OK) {
        return status;
    }
    work.fact_count++;
    if (!work.exists) {
        status = vv_campaign_admits(call, loaded);
        if (status != VV_OK) {
            return status;
        }
        vv_append(outcome, "cases", VV_NIL, call->subject.bytes, sizeof call->subject.bytes);
        vv_add(outcome, "sums", VV_NIL, "cases", 1);
    }
    vv_accept(outcome, effective,
              call->type == VV_MSG_LEVEL_DECIDED ? "assessment" : "provider-registry",
              fact->supersedes, NULL, 0, false);
    return vv_payment_decide(call, outcome, &work);
}

const struct vv_handler vv_on_level_decided = {.plan = plan_fact, .decide = decide_fact};
const struct vv_handler vv_on_placement_started = {.plan = plan_fact, .decide = decide_fact};
const struct vv_handler vv_on_placement_ended = {.plan = plan_fact, .decide = decide_fact};
const struct vv_handler vv_on_report_decided = {.plan = plan_fact, .decide = decide_fact};
const struct vv_handler vv_on_outcome_recorded = {.plan = plan_fact, .decide = decide_fact};

/* ---- the day on which something falls due ---- */

static enum vv_status plan_due(const struct vv_call *call, const struct vv_loaded *loaded,
                               struct vv_plan *plan)
{
    (void)loaded;
    vv_plan_load(plan, "case", call->subject);
    return VV_OK;
}

static enum vv_status decide_due(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_outcome *outcome)
{
    struct vv_payment_case work;
    enum vv_status status =
        vv_payment_case_read(call, vv_loaded(loaded, "case", call->subject), call->subject, &work);
    if (status != VV_OK || !work.exists) {
        return status;
    }
    return vv_payment_decide(call, outcome, &work);
}

const struct vv_handler vv_handle_entitlement_due = {.plan = plan_due, .decide = decide_due};
