/*
 * decide.c: writes a decision about a case: what is owed against what stands posted, the batch, the
 * balances, the running totals, the timer.
 */
#include "decide.h"

#include <string.h>

#include "commitments.h"
#include "contract_lines.h"
#include "pay_list.h"
#include "payable.h"
#include "vagval/wire.h"

/* Lines in the event; who wants the facts, texts or more lines asks for the batch. */
#define EVENT_LINES_MAX 100

/* ---- what a batch changes ---- */

/* "<what>:<scheme>:<component>"; NULL when memory is short. A campaign makes millions of them, so
 * they are put together by hand. */
static char *counter_name(const struct vv_decision *decision, const char *what,
                          const char *component)
{
    size_t what_len = strlen(what), scheme_len = strlen(decision->scheme_id);
    size_t component_bytes = strlen(component) + 1;
    char *name =
        vv_arena_alloc(decision->call->arena, what_len + 1 + scheme_len + 1 + component_bytes);
    if (name != NULL) {
        memcpy(name, what, what_len);
        name[what_len] = ':';
        memcpy(name + what_len + 1, decision->scheme_id, scheme_len);
        name[what_len + 1 + scheme_len] = ':';
        memcpy(name + what_len + 1 + scheme_len + 1, component, component_bytes);
    }
    return name;
}

static enum vv_status add_account(struct vv_decision *decision, const Vagval__V1__Posting *posting)
{
    const char *field = posting->account;
    static const char expense[] = "expense:";
    if (strncmp(field, expense, sizeof expense - 1) == 0) {
        field = counter_name(decision, "expense", posting->account + sizeof expense - 1);
    }
    if (field == NULL) {
        return VV_NO_MEMORY;
    }
    vv_add(decision->outcome, "balances", VV_NIL, field, posting->amount);
    return VV_OK;
}

/* "lines" counts what was posted for an amount owed; what a person decided has a name of its own.
 */
static const char *count_name(const struct vv_difference_line *line)
{
    static const char *const names[] = {
        [VV_LINE_RECOVERY] = "recoveries", [VV_LINE_WAIVED] = "waived",
        [VV_LINE_SET_OFF] = "set_offs",    [VV_LINE_CLAIM] = "claims",
        [VV_LINE_REVERSED] = "reversed",
    };
    return line->kind != VV_LINE_OWED ? names[line->kind] : line->proposal ? "proposals" : "lines";
}

/* Grants and shares are paid to whom a decision or an agreement names, not to a contract of the
 * registry: so the account's scheme, and with it the currency, is noted here. */
static enum vv_status name_payee(struct vv_decision *decision,
                                 const struct vv_difference_line *line)
{
    if (line->proposal || line->why == NULL ||
        (line->why->component->kind != VV_GRANT && line->why->component->kind != VV_SHARE)) {
        return VV_OK;
    }
    char contract[VV_ID_TEXT_BYTES];
    vv_id_format(line->contract, contract);
    const char *name =
        vv_arena_format(decision->call->arena, "payee:%s:%s", decision->scheme_id, contract);
    if (name == NULL) {
        return VV_NO_MEMORY;
    }
    vv_add(decision->outcome, "sums", VV_NIL, name, 1);
    return VV_OK;
}

static enum vv_status count_line(struct vv_decision *decision,
                                 const struct vv_difference_line *line)
{
    bool proposed = line->proposal && line->kind == VV_LINE_OWED;
    bool example = line->why != NULL && line->why->example;
    const char *lines = counter_name(decision, count_name(line), line->component);
    const char *sum = proposed ? counter_name(decision, "proposed", line->component) : NULL;
    const char *examples = example ? counter_name(decision, "examples", line->component) : NULL;
    if (lines == NULL || (proposed && sum == NULL) || (example && examples == NULL)) {
        return VV_NO_MEMORY;
    }
    vv_add(decision->outcome, "sums", VV_NIL, lines, 1);
    if (proposed) {
        vv_add(decision->outcome, "sums", VV_NIL, sum, line->amount);
    }
    if (example) {
        vv_add(decision->outcome, "sums", VV_NIL, examples, 1);
    }
    return name_payee(decision, line);
}

static enum vv_status announce(struct vv_decision *decision, const Vagval__V1__PostingBatch *batch)
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

static enum vv_status store_batch(struct vv_decision *decision,
                                  const Vagval__V1__PostingBatch *batch)
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
    vv_contract_lines_note(decision->call, decision->outcome, decision->work->id, batch);
    for (size_t i = 0; i < batch->n_postings; i++) {
        enum vv_status status = add_account(decision, batch->postings[i]);
        if (status != VV_OK) {
            return status;
        }
    }
    enum vv_status status =
        vv_pay_list_post(decision->call, decision->outcome, decision->scheme, batch,
                         decision->work->facts, decision->work->fact_count);
    return status == VV_OK ? announce(decision, batch) : status;
}

enum vv_status vv_decision_post(struct vv_decision *decision,
                                const struct vv_difference *difference)
{
    struct vv_payment_case *work = decision->work;
    const struct vv_batch_input input = {
        .case_id = work->id,
        .index = work->body->batches + 1,
        .facts_through = decision->facts_through,
        .previous_through = work->body->facts_through,
        .as_of = decision->as_of,
        .book_date = vv_book_date(decision->books.closed_through, decision->as_of),
        .links_through = decision->books.links.through,
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
        status = vv_posted_enter(work->totals, &work->total_count, line, input.facts_through);
        if (status == VV_OK) {
            status = count_line(decision, line);
        }
        if (status == VV_OK) {
            status = vv_commitments_posted(decision, line);
        }
    }
    work->body->batches = input.index;
    work->body->facts_through = decision->facts_through;
    decision->batch = vv_batch_id(work->id, input.index);
    return status;
}

/* ---- writing the case back ---- */

enum vv_status vv_decision_put(struct vv_decision *decision)
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
        totals[i].waived = work->totals[i].waived;
        totals[i].changed_through = work->totals[i].changed_through;
        list[i] = &totals[i];
    }
    work->body->totals = list;
    work->body->n_totals = count;
    work->body->scheme = (char *)(uintptr_t)decision->scheme_id;
    work->body->as_of = decision->as_of;
    work->body->generation = decision->generation;
    work->body->links_through = decision->books.links.through;
    vv_put(decision->outcome, "case", work->id, &work->body->base);
    return vv_commitments_store(decision);
}

static void set_timer(struct vv_decision *decision, vv_date due)
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

static enum vv_status settle_difference(struct vv_decision *decision, vv_date *ret_next_due)
{
    struct vv_payment_case *work = decision->work;
    ProtobufCAllocator *memory = &decision->call->arena->allocator;
    struct vv_entitlement entitlement;
    struct vv_difference difference;
    size_t held = 0;
    enum vv_status status = vv_entitlement(work->facts, work->fact_count, &decision->schemes,
                                           decision->as_of, memory, &entitlement);
    if (status == VV_OK) {
        vv_holds_apply(&entitlement, work->facts, work->fact_count, &decision->books.links, &held);
        status = vv_difference(&entitlement, work->totals, work->total_count, decision->scheme,
                               memory, &difference);
    }
    if (status == VV_OK && difference.count > 0 &&
        !vv_commitments_block(decision->scheme, work, decision->as_of)) {
        status = vv_decision_post(decision, &difference);
    }
    if (status == VV_OK) {
        *ret_next_due = entitlement.next_due;
    }
    return status;
}

enum vv_status vv_decision_begin(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_outcome *outcome, struct vv_payment_case *work,
                                 enum vv_decision_basis basis, struct vv_decision *ret_decision)
{
    const Vagval__V1__PaymentCase *body = work->body;
    struct vv_decision *decision = ret_decision;
    *decision = (struct vv_decision){
        .call = call,
        .outcome = outcome,
        .work = work,
        /* An instance whose clock is behind must not take money back. */
        .as_of = work->exists && body->as_of > call->now.today ? body->as_of : call->now.today,
        .generation = vv_book_generation(call->book),
        .facts_through = (uint32_t)work->fact_count,
        .scheme_id = body->scheme[0] != '\0' ? body->scheme : call->scheme};
    enum vv_status status = vv_books_read(call, loaded, &decision->books);
    if (status != VV_OK) {
        return status;
    }
    uint32_t known = decision->generation;
    if (basis == VV_BASIS_STANDING) {
        decision->generation = body->generation;
        decision->books.links.through = body->links_through;
    }
    decision->book =
        (struct vv_book_of_scheme){call->book, decision->scheme_id, decision->generation};
    decision->schemes = vv_book_lookup(&decision->book);
    decision->scheme =
        vv_scheme_to_name(&decision->schemes, decision->as_of, work->facts, work->fact_count);
    /* This instance has not read as much of the book as it needs: no version of the scheme, or
     * fewer than an earlier decision rested on. The runtime reads the book and tries again. */
    bool behind = decision->scheme == NULL || known < body->generation;
    return behind ? VV_BUSY : VV_OK;
}

enum vv_status vv_payment_decide(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_outcome *outcome, struct vv_payment_case *work)
{
    struct vv_decision decision;
    vv_date next_due = VV_DATE_NONE;
    enum vv_status status = vv_decision_begin(call, loaded, outcome, work, VV_BASIS_NOW, &decision);
    if (status == VV_OK) {
        status = settle_difference(&decision, &next_due);
    }
    if (status == VV_OK) {
        status = vv_commitments_order(&decision, &next_due);
    }
    if (status != VV_OK) {
        return status;
    }
    set_timer(&decision, next_due);
    return vv_decision_put(&decision);
}
