/*
 * replay.c: re-derivation of posting batches.
 *
 * Each batch says what it had seen: facts through a log index, a date, a generation of the book,
 * a version of the rules. The same again, against what the batches before it posted, must give the
 * same bytes.
 */
#include "replay.h"

#include <string.h>

#include "commitments.h"
#include "proposals.h"
#include "vagval/wire.h"

static void note(struct vv_replay *replay, const char *code, const char *text)
{
    if (replay->problem.code == NULL) {
        replay->problem = (struct vv_replay_problem){code, text};
    }
}

static const struct vv_field *stored_batch(const struct vv_record *record, uint32_t index)
{
    char name[VV_BATCH_FIELD_BYTES];
    size_t len = vv_batch_field(index, name);
    for (size_t i = 0; i < record->field_count; i++) {
        const struct vv_field *field = &record->fields[i];
        if (field->name_len == len && memcmp(field->name, name, len) == 0) {
            return field;
        }
    }
    return NULL;
}

static bool sums_to_zero(const Vagval__V1__PostingBatch *batch)
{
    vv_money sum = 0;
    for (size_t i = 0; i < batch->n_postings; i++) {
        if (vv_money_add(sum, batch->postings[i]->amount, &sum) != VV_OK) {
            return false;
        }
    }
    return sum == 0;
}

struct standing {
    struct vv_posted *totals;
    size_t count;
    uint32_t facts_through; /* of the batch before */
    int64_t recorded_ms;    /* of the batch before */
    vv_date as_of;          /* of the batch before */
};

/* The person's decision that a batch carries out, or NULL: it posts the difference. A decision that
 * posts makes the first batch that has seen it; the calendar's later ones have seen as much. */
static struct vv_payment_fact *decision_of(const struct vv_payment_case *work,
                                           const Vagval__V1__PostingBatch *batch,
                                           const struct standing *before)
{
    if (batch->facts_through == 0) {
        return NULL;
    }
    struct vv_payment_fact *last = &work->facts[batch->facts_through - 1];
    return before->facts_through < batch->facts_through && vv_proposal_posts(last) ? last : NULL;
}

static enum vv_status decided_lines(const struct vv_call *call, const struct vv_payment_case *work,
                                    const struct vv_payment_fact *decision,
                                    const struct standing *before, struct vv_replay *replay,
                                    struct vv_difference *ret_difference)
{
    struct vv_proposals proposals;
    ProtobufCAllocator *memory = &call->arena->allocator;
    enum vv_status status = vv_proposals_read(work->facts, decision->index - 1, memory, &proposals);
    if (status != VV_OK) {
        return status;
    }
    const struct vv_posted *standing = vv_posted_of(before->totals, before->count, decision);
    const char *field = NULL;
    const char *why = NULL;
    if (vv_proposal_check(&proposals, standing, decision, decision->effective, &field, &why) !=
        VV_OK) {
        note(replay, "payment.decision", "a recovery was posted without the decisions it needs");
    }
    if (standing == NULL) {
        *ret_difference = (struct vv_difference){.count = 0};
        return VV_OK;
    }
    return vv_proposal_lines(&proposals, standing, decision, memory, ret_difference);
}

static enum vv_status owed_lines(const struct vv_batch_input *input,
                                 const struct vv_scheme_lookup *schemes,
                                 const struct vv_links *links, const struct standing *before,
                                 ProtobufCAllocator *memory, struct vv_difference *ret_difference)
{
    struct vv_entitlement entitlement;
    struct vv_links known = *links;
    size_t held = 0;
    known.through = input->links_through;
    enum vv_status status = vv_entitlement(input->facts, input->fact_count, schemes, input->as_of,
                                           memory, &entitlement);
    if (status == VV_OK) {
        vv_holds_apply(&entitlement, input->facts, input->fact_count, &known, &held);
        status = vv_difference(&entitlement, before->totals, before->count, input->scheme, memory,
                               ret_difference);
    }
    return status;
}

/* Derives one batch again; NULL with a problem noted where the book lacks the scheme. */
static enum vv_status derive(const struct vv_call *call, const struct vv_payment_case *work,
                             const struct vv_books *books, const Vagval__V1__PostingBatch *batch,
                             const struct standing *before, bool with_texts,
                             struct vv_replay *replay, Vagval__V1__PostingBatch **ret_derived)
{
    struct vv_book_of_scheme book = {call->book, batch->scheme, batch->scheme_generation};
    struct vv_scheme_lookup schemes = vv_book_lookup(&book);
    struct vv_difference difference;
    struct vv_batch_input input = {
        .case_id = work->id,
        .index = batch->index,
        .facts_through = batch->facts_through,
        .previous_through = before->facts_through,
        .as_of = batch->as_of,
        .book_date = batch->book_date,
        .links_through = batch->links_through,
        .recorded_ms = batch->recorded_ms,
        .generation = batch->scheme_generation,
        .difference = &difference,
        .facts = work->facts,
        .fact_count = batch->facts_through,
        .with_texts = with_texts,
    };
    input.scheme = vv_scheme_to_name(&schemes, input.as_of, input.facts, input.fact_count);
    *ret_derived = NULL;
    if (input.scheme == NULL) {
        note(replay, "payment.scheme", "the book has no version of the batch's scheme");
        return VV_OK;
    }
    ProtobufCAllocator *memory = &call->arena->allocator;
    const struct vv_payment_fact *decision = decision_of(work, batch, before);
    enum vv_status status =
        decision != NULL ? decided_lines(call, work, decision, before, replay, &difference)
                         : owed_lines(&input, &schemes, &books->links, before, memory, &difference);
    return status == VV_OK ? vv_batch_build(&input, memory, ret_derived) : status;
}

static enum vv_status compare_batch(const struct vv_call *call, const struct vv_payment_case *work,
                                    const struct vv_books *books,
                                    const Vagval__V1__PostingBatch *batch,
                                    const struct vv_field *stored, const struct standing *before,
                                    struct vv_replay *replay)
{
    Vagval__V1__PostingBatch *derived = NULL;
    enum vv_status status = derive(call, work, books, batch, before, false, replay, &derived);
    if (status != VV_OK || derived == NULL) {
        return status;
    }
    size_t len = 0;
    const uint8_t *bytes = vv_wire_pack(&derived->base, call->arena, &len);
    if (bytes == NULL) {
        return VV_NO_MEMORY;
    }
    if (derived->n_lines == 0 || len != stored->value_len ||
        memcmp(bytes, stored->value, len) != 0) {
        note(replay, "payment.batch", "a posting batch is not what its facts give");
    }
    replay->derived++;
    return VV_OK;
}

/* When a batch was decided is learnt, not derived; but time never runs backwards. */
static bool recorded_in_order(const struct vv_payment_case *work,
                              const Vagval__V1__PostingBatch *batch, const struct standing *before)
{
    return batch->recorded_ms >= before->recorded_ms && batch->as_of >= before->as_of &&
           batch->scheme_generation >= 1 && batch->facts_through >= 1 &&
           batch->recorded_ms >= work->stored[batch->facts_through - 1]->recorded_ms &&
           (batch->facts_through == work->fact_count ||
            batch->recorded_ms <= work->stored[batch->facts_through]->recorded_ms);
}

static bool batch_is_sound(const struct vv_call *call, const struct vv_payment_case *work,
                           const Vagval__V1__PostingBatch *batch, size_t position,
                           const struct standing *before, struct vv_replay *replay)
{
    if (batch->index != position + 1 || batch->facts_through > work->fact_count ||
        batch->facts_through < before->facts_through) {
        note(replay, "payment.log", "the posting batches do not follow their fact log");
        return false;
    }
    if (!recorded_in_order(work, batch, before)) {
        note(replay, "payment.recorded", "a posting batch is older or newer than the facts it saw");
    }
    if (!sums_to_zero(batch)) {
        note(replay, "payment.balance", "the postings of a batch do not sum to 0");
    }
    if (batch->rules_version != VV_PAYMENT_RULES_VERSION) {
        note(replay, "payment.rules", "this release does not know the batch's rules version");
        return false;
    }
    if (batch->scheme_generation > vv_book_generation(call->book)) {
        replay->behind = true;
        return false;
    }
    return true;
}

static enum vv_status enter_lines(struct standing *standing, const Vagval__V1__PostingBatch *batch,
                                  struct vv_replay *replay)
{
    for (size_t i = 0; i < batch->n_lines; i++) {
        const Vagval__V1__Line *line = batch->lines[i];
        struct vv_id contract;
        if (vv_id_from_bytes(line->contract.data, line->contract.len, &contract) != VV_OK) {
            note(replay, "payment.corrupt", "a posting line names no contract");
            continue;
        }
        const struct vv_difference_line entered = {.component = line->component,
                                                   .period = line->period,
                                                   .contract = contract,
                                                   .amount = line->amount,
                                                   .proposal = line->proposal,
                                                   .kind = (enum vv_line_kind)line->kind};
        enum vv_status status =
            vv_posted_enter(standing->totals, &standing->count, &entered, batch->facts_through);
        if (status != VV_OK) {
            return status;
        }
    }
    standing->facts_through = batch->facts_through;
    standing->recorded_ms = batch->recorded_ms;
    standing->as_of = batch->as_of;
    return VV_OK;
}

/* The running totals are a shortcut of the service; here they are held against the batches. */
static void compare_totals(const struct vv_payment_case *work, const struct standing *standing,
                           size_t batch_count, struct vv_replay *replay)
{
    bool same = work->total_count == standing->count && work->body->batches == batch_count &&
                work->body->facts_through == standing->facts_through;
    for (size_t i = 0; same && i < standing->count; i++) {
        const struct vv_posted *a = &standing->totals[i];
        const struct vv_posted *b = &work->totals[i];
        same = a->period == b->period && a->posted == b->posted && a->proposed == b->proposed &&
               a->waived == b->waived && a->changed_through == b->changed_through &&
               vv_id_equal(a->contract, b->contract) && strcmp(a->component, b->component) == 0;
    }
    if (!same) {
        note(replay, "payment.totals", "the running totals are not the sum of the batches");
    }
}

/* Nothing may be outstanding but what a timer is about to do. */
static enum vv_status compare_now(const struct vv_call *call, const struct vv_payment_case *work,
                                  const struct vv_books *books, const struct standing *standing,
                                  struct vv_replay *replay)
{
    const Vagval__V1__PaymentCase *body = work->body;
    struct vv_book_of_scheme book = {call->book, body->scheme, body->generation};
    struct vv_scheme_lookup schemes = vv_book_lookup(&book);
    vv_date as_of = call->now.today > body->as_of ? call->now.today : body->as_of;
    if (body->next_due != 0 && body->next_due <= as_of) {
        as_of = body->next_due - 1;
    }
    if (body->generation == 0) {
        return VV_OK; /* no scheme was known: nothing has been decided yet */
    }
    const struct vv_scheme *scheme =
        vv_scheme_to_name(&schemes, as_of, work->facts, work->fact_count);
    if (scheme != NULL && vv_commitments_block(scheme, work, as_of)) {
        return VV_OK; /* it waits for cover, as the scheme says */
    }
    struct vv_difference difference;
    const struct vv_batch_input input = {.as_of = as_of,
                                         .links_through = body->links_through,
                                         .facts = work->facts,
                                         .fact_count = work->fact_count};
    enum vv_status status =
        owed_lines(&input, &schemes, &books->links, standing, &call->arena->allocator, &difference);
    if (status == VV_OK && difference.count > 0) {
        note(replay, "payment.outstanding", "something is owed that has not been posted");
    }
    return status;
}

static void check_facts(const struct vv_payment_case *work, struct vv_replay *replay)
{
    for (size_t i = 0; i < work->fact_count; i++) {
        if (work->facts[i].index != i + 1) {
            note(replay, "payment.log", "the fact log has a gap");
        }
        if (work->facts[i].kind == VV_FACT_OTHER) {
            note(replay, "payment.fact", "a stored fact cannot be used: nothing is paid for it");
        }
    }
}

/* Nothing posted yet, with room for every line. */
static bool begin(const struct vv_call *call, Vagval__V1__PostingBatch *const *batches,
                  size_t batch_count, struct standing *ret_standing)
{
    size_t room = 1;
    for (size_t i = 0; i < batch_count; i++) {
        room += batches[i]->n_lines;
    }
    *ret_standing = (struct standing){
        .as_of = VV_DATE_MIN,
        .totals = vv_arena_alloc(call->arena, room * sizeof ret_standing->totals[0])};
    return ret_standing->totals != NULL;
}

enum vv_status vv_replay_texts(const struct vv_call *call, const struct vv_payment_case *work,
                               const struct vv_books *books,
                               Vagval__V1__PostingBatch *const *batches, size_t batch_count)
{
    struct vv_replay ignored = {.derived = 0};
    struct standing standing;
    if (!begin(call, batches, batch_count, &standing)) {
        return VV_NO_MEMORY;
    }
    enum vv_status status = VV_OK;
    for (size_t i = 0; status == VV_OK && i < batch_count; i++) {
        Vagval__V1__PostingBatch *derived = NULL;
        if (batch_is_sound(call, work, batches[i], i, &standing, &ignored)) {
            status = derive(call, work, books, batches[i], &standing, true, &ignored, &derived);
        }
        bool same = derived != NULL && derived->n_lines == batches[i]->n_lines;
        for (size_t k = 0; same && k < derived->n_lines; k++) {
            batches[i]->lines[k]->text_en = derived->lines[k]->text_en;
            batches[i]->lines[k]->text_sv = derived->lines[k]->text_sv;
        }
        if (status == VV_OK) {
            status = enter_lines(&standing, batches[i], &ignored);
        }
    }
    return status;
}

enum vv_status vv_replay_case(const struct vv_call *call, const struct vv_record *record,
                              const struct vv_payment_case *work, const struct vv_books *books,
                              Vagval__V1__PostingBatch *const *batches, size_t batch_count,
                              struct vv_replay *ret_replay)
{
    struct vv_replay replay = {.derived = 0};
    size_t mark = call->arena->used;
    struct standing standing;
    if (!begin(call, batches, batch_count, &standing)) {
        return VV_NO_MEMORY;
    }
    enum vv_status status = VV_OK;
    check_facts(work, &replay);
    for (size_t i = 0; status == VV_OK && i < batch_count; i++) {
        size_t batch_mark = call->arena->used;
        const struct vv_field *stored = stored_batch(record, (uint32_t)i + 1);
        if (stored == NULL) {
            note(&replay, "payment.log", "a posting batch is missing");
        } else if (batch_is_sound(call, work, batches[i], i, &standing, &replay)) {
            status = compare_batch(call, work, books, batches[i], stored, &standing, &replay);
        }
        call->arena->used = batch_mark;
        if (status == VV_OK) {
            status = enter_lines(&standing, batches[i], &replay);
        }
    }
    if (status == VV_OK) {
        compare_totals(work, &standing, batch_count, &replay);
        status = compare_now(call, work, books, &standing, &replay);
    }
    call->arena->used = mark;
    if (status == VV_OK) {
        *ret_replay = replay;
    }
    return status;
}
