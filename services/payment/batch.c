/*
 * batch.c: builds posting batches.
 */
#include "batch.h"

#include <stdio.h>
#include <string.h>

#include "explain.h"
#include "ledger.h"
#include "payable.h"

/* Apart from the steps that the relay and events use on message ids. */
#define BATCH_STEP_BASE 0x42000000u

struct vv_id vv_batch_id(struct vv_id case_id, uint32_t index)
{
    return vv_id_step(case_id, BATCH_STEP_BASE + index);
}

static enum vv_status copy_id(struct vv_id id, ProtobufCAllocator *memory,
                              ProtobufCBinaryData *ret_bytes)
{
    uint8_t *bytes = memory->alloc(memory->allocator_data, sizeof id.bytes);
    if (bytes == NULL) {
        return VV_NO_MEMORY;
    }
    memcpy(bytes, id.bytes, sizeof id.bytes);
    *ret_bytes = (ProtobufCBinaryData){.len = sizeof id.bytes, .data = bytes};
    return VV_OK;
}

/* What a person decided names the decision. An amount that is owed names the facts that it rests
 * on; one that is owed no longer names what has become known since the batch before. */
static enum vv_status line_facts(const struct vv_batch_input *input,
                                 const struct vv_difference_line *line, ProtobufCAllocator *memory,
                                 Vagval__V1__Line *ret_line)
{
    if (line->decision != NULL) {
        ret_line->facts = vv_memory_zeroed(memory, sizeof ret_line->facts[0]);
        ret_line->n_facts = 1;
        return ret_line->facts == NULL ? VV_NO_MEMORY
                                       : copy_id(line->decision->id, memory, &ret_line->facts[0]);
    }
    size_t room = line->why != NULL ? line->why->cause_count : input->fact_count;
    ProtobufCBinaryData *facts = vv_memory_zeroed(memory, room * sizeof facts[0]);
    if (facts == NULL) {
        return VV_NO_MEMORY;
    }
    size_t count = 0;
    for (size_t i = 0; i < room; i++) {
        const struct vv_payment_fact *fact =
            line->why != NULL ? line->why->causes[i] : &input->facts[i];
        if (line->why == NULL &&
            (fact->index <= input->previous_through || fact->index > input->facts_through)) {
            continue;
        }
        enum vv_status status = copy_id(fact->id, memory, &facts[count++]);
        if (status != VV_OK) {
            return status;
        }
    }
    ret_line->facts = facts;
    ret_line->n_facts = count;
    return VV_OK;
}

static enum vv_status build_line(const struct vv_batch_input *input,
                                 const struct vv_difference_line *from, const char *batch_version,
                                 ProtobufCAllocator *memory, Vagval__V1__Line *line)
{
    enum vv_status status = VV_OK;
    if (input->with_texts) {
        struct vv_explanation explanation;
        status = vv_explain_line(from, input->scheme->currency, memory, &explanation);
        if (status != VV_OK) {
            return status;
        }
        line->text_en = explanation.text_en;
        line->text_sv = explanation.text_sv;
    }
    line->component = (char *)from->component;
    line->period = from->period;
    line->amount = from->amount;
    line->owed = from->owed;
    line->rule = (char *)vv_explain_rule(from);
    line->example = from->why != NULL && from->why->example;
    line->proposal = from->proposal;
    line->kind = (uint32_t)from->kind;
    vv_date payable = vv_payable_from(from, input->facts, input->facts_through, input->as_of);
    line->payable = payable == VV_DATE_NONE ? 0 : payable;
    line->on_invoice =
        vv_payable_on_invoice(from, from->why != NULL ? from->why->scheme : input->scheme, payable);
    line->effective = vv_effective_of(from);
    if (from->why != NULL && strcmp(from->why->scheme->version, batch_version) != 0) {
        line->scheme_version = (char *)from->why->scheme->version;
    }
    status = copy_id(from->contract, memory, &line->contract);
    return status == VV_OK ? line_facts(input, from, memory, line) : status;
}

static enum vv_status build_lines(const struct vv_batch_input *input, ProtobufCAllocator *memory,
                                  Vagval__V1__PostingBatch *batch)
{
    size_t count = input->difference->count;
    Vagval__V1__Line *lines = vv_memory_zeroed(memory, count * sizeof lines[0]);
    batch->lines = vv_memory_zeroed(memory, count * sizeof batch->lines[0]);
    if (lines == NULL || batch->lines == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        vagval__v1__line__init(&lines[i]);
        batch->lines[i] = &lines[i];
        enum vv_status status = build_line(input, &input->difference->lines[i],
                                           batch->scheme_version, memory, &lines[i]);
        if (status != VV_OK) {
            return status;
        }
    }
    batch->n_lines = count;
    return VV_OK;
}

static enum vv_status build_postings(const struct vv_batch_input *input, ProtobufCAllocator *memory,
                                     Vagval__V1__PostingBatch *batch)
{
    struct vv_posting *from;
    size_t count;
    enum vv_status status = vv_ledger_postings(input->difference, memory, &from, &count);
    if (status != VV_OK) {
        return status;
    }
    Vagval__V1__Posting *postings = vv_memory_zeroed(memory, count * sizeof postings[0]);
    batch->postings = vv_memory_zeroed(memory, count * sizeof batch->postings[0]);
    if (postings == NULL || batch->postings == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        vagval__v1__posting__init(&postings[i]);
        postings[i].account = from[i].account;
        postings[i].amount = from[i].amount;
        batch->postings[i] = &postings[i];
    }
    batch->n_postings = count;
    return VV_OK;
}

enum vv_status vv_batch_build(const struct vv_batch_input *input, ProtobufCAllocator *memory,
                              Vagval__V1__PostingBatch **ret_batch)
{
    Vagval__V1__PostingBatch *batch = vv_memory_zeroed(memory, sizeof *batch);
    if (batch == NULL) {
        return VV_NO_MEMORY;
    }
    vagval__v1__posting_batch__init(batch);
    const struct vv_owed *first =
        input->difference->count > 0 ? input->difference->lines[0].why : NULL;
    const struct vv_scheme *version = first != NULL ? first->scheme : input->scheme;
    batch->facts_through = input->facts_through;
    batch->as_of = input->as_of;
    batch->recorded_ms = input->recorded_ms;
    batch->scheme_version = (char *)version->version;
    batch->scheme_generation = input->generation;
    batch->rules_version = VV_PAYMENT_RULES_VERSION;
    batch->index = input->index;
    batch->scheme = (char *)input->scheme->id;
    batch->currency = (char *)input->scheme->currency;
    batch->book_date = input->book_date;
    batch->links_through = input->links_through;
    enum vv_status status = copy_id(input->case_id, memory, &batch->case_id);
    if (status == VV_OK) {
        status = copy_id(vv_batch_id(input->case_id, input->index), memory, &batch->id);
    }
    if (status == VV_OK) {
        status = build_lines(input, memory, batch);
    }
    if (status == VV_OK) {
        status = build_postings(input, memory, batch);
    }
    if (status == VV_OK) {
        *ret_batch = batch;
    }
    return status;
}
