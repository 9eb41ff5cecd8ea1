/*
 * casework.c: reads a payment case.
 */
#include "casework.h"

#include <stdio.h>
#include <string.h>

static const struct vv_scheme *lookup_on(const void *context, vv_date on)
{
    const struct vv_book_of_scheme *book = context;
    return vv_book_scheme(book->book, book->scheme, on, book->generation);
}

static const struct vv_scheme *lookup_span(const void *context, vv_date on, vv_date *ret_first,
                                           vv_date *ret_last)
{
    const struct vv_book_of_scheme *book = context;
    return vv_book_scheme_span(book->book, book->scheme, on, book->generation, ret_first, ret_last);
}

struct vv_scheme_lookup vv_book_lookup(const struct vv_book_of_scheme *book)
{
    return (struct vv_scheme_lookup){lookup_on, book, lookup_span};
}

const struct vv_scheme *vv_scheme_to_name(const struct vv_scheme_lookup *schemes, vv_date as_of,
                                          const struct vv_payment_fact *facts, size_t count)
{
    const struct vv_scheme *scheme = schemes->on(schemes->context, as_of);
    vv_date latest = VV_DATE_NONE;
    for (size_t i = 0; scheme == NULL && i < count; i++) {
        if (facts[i].on > latest && schemes->on(schemes->context, facts[i].on) != NULL) {
            latest = facts[i].on;
        }
    }
    return latest == VV_DATE_NONE ? scheme : schemes->on(schemes->context, latest);
}

static enum vv_status read_totals(const struct vv_call *call, struct vv_payment_case *work)
{
    size_t count = work->body->n_totals;
    work->totals = vv_arena_alloc(call->arena, (count + 1) * sizeof work->totals[0]);
    if (work->totals == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        const Vagval__V1__PostedTotal *from = work->body->totals[i];
        struct vv_posted *total = &work->totals[i];
        *total = (struct vv_posted){.component = from->component,
                                    .period = from->period,
                                    .posted = from->posted,
                                    .proposed = from->proposed,
                                    .waived = from->waived,
                                    .changed_through = from->changed_through};
        if (vv_id_from_bytes(from->contract.data, from->contract.len, &total->contract) != VV_OK) {
            return VV_CORRUPT;
        }
    }
    work->total_count = count;
    return VV_OK;
}

/* What the case claims of budgets stands in a field of its own: hardly any scheme has budgets. */
static enum vv_status read_claims(const struct vv_call *call, const struct vv_record *record,
                                  struct vv_payment_case *work)
{
    static const char name[] = "claims";
    for (size_t i = 0; i < record->field_count; i++) {
        const struct vv_field *field = &record->fields[i];
        if (field->name_len == sizeof name - 1 && memcmp(field->name, name, sizeof name - 1) == 0) {
            work->budget = vagval__v1__case_budget__unpack(&call->arena->allocator,
                                                           field->value_len, field->value);
            return work->budget == NULL ? VV_CORRUPT : VV_OK;
        }
    }
    work->budget = vv_arena_alloc(call->arena, sizeof *work->budget);
    if (work->budget == NULL) {
        return VV_NO_MEMORY;
    }
    vagval__v1__case_budget__init(work->budget);
    return VV_OK;
}

enum vv_status vv_payment_case_room(const struct vv_call *call, struct vv_payment_case *work,
                                    size_t more)
{
    size_t room = work->total_count + more + 1;
    struct vv_posted *totals = vv_arena_alloc(call->arena, room * sizeof totals[0]);
    if (totals == NULL) {
        return VV_NO_MEMORY;
    }
    memcpy(totals, work->totals, work->total_count * sizeof totals[0]);
    work->totals = totals;
    return VV_OK;
}

enum vv_status vv_payment_case_body(const struct vv_call *call, const struct vv_record *record,
                                    Vagval__V1__PaymentCase **ret_body)
{
    ProtobufCMessage *body = NULL;
    enum vv_status status =
        vv_record_unpack(call, record, &vagval__v1__payment_case__descriptor, &body);
    if (status == VV_OK) {
        *ret_body = (Vagval__V1__PaymentCase *)body;
    }
    return status;
}

enum vv_status vv_payment_case_open(const struct vv_call *call, const struct vv_record *record,
                                    struct vv_id id, Vagval__V1__PaymentCase *body,
                                    struct vv_payment_case *ret_case)
{
    struct vv_payment_case work = {.id = id, .exists = record->exists, .body = body};
    enum vv_status status = vv_record_facts(call, record, &work.stored, &work.fact_count);
    if (status != VV_OK) {
        return status;
    }
    work.facts = vv_arena_alloc(call->arena, (work.fact_count + 1) * sizeof work.facts[0]);
    if (work.facts == NULL) {
        return VV_NO_MEMORY;
    }
    status =
        vv_payment_facts_read(work.stored, work.fact_count, &call->arena->allocator, work.facts);
    if (status == VV_OK) {
        status = read_totals(call, &work);
    }
    if (status == VV_OK) {
        status = read_claims(call, record, &work);
    }
    if (status == VV_OK) {
        *ret_case = work;
    }
    return status;
}

enum vv_status vv_payment_case_read(const struct vv_call *call, const struct vv_record *record,
                                    struct vv_id id, struct vv_payment_case *ret_case)
{
    Vagval__V1__PaymentCase *body = NULL;
    enum vv_status status = vv_payment_case_body(call, record, &body);
    return status == VV_OK ? vv_payment_case_open(call, record, id, body, ret_case) : status;
}

size_t vv_batch_field(uint32_t index, char ret_field[static VV_BATCH_FIELD_BYTES])
{
    return (size_t)snprintf(ret_field, VV_BATCH_FIELD_BYTES, "b%u", (unsigned)index);
}

static bool is_batch_field(const struct vv_field *field)
{
    if (field->name_len < 2 || field->name_len >= VV_BATCH_FIELD_BYTES || field->name[0] != 'b') {
        return false;
    }
    for (size_t i = 1; i < field->name_len; i++) {
        if (field->name[i] < '0' || field->name[i] > '9') {
            return false;
        }
    }
    return true;
}

enum vv_status vv_payment_batches(const struct vv_call *call, const struct vv_record *record,
                                  Vagval__V1__PostingBatch ***ret_batches, size_t *ret_count)
{
    Vagval__V1__PostingBatch **batches =
        vv_arena_alloc(call->arena, (record->field_count + 1) * sizeof *batches);
    if (batches == NULL) {
        return VV_NO_MEMORY;
    }
    size_t count = 0;
    for (size_t i = 0; i < record->field_count; i++) {
        const struct vv_field *field = &record->fields[i];
        if (!is_batch_field(field)) {
            continue;
        }
        Vagval__V1__PostingBatch *batch = vagval__v1__posting_batch__unpack(
            &call->arena->allocator, field->value_len, field->value);
        if (batch == NULL) {
            return VV_CORRUPT;
        }
        size_t at = count++;
        while (at > 0 && batches[at - 1]->index > batch->index) {
            batches[at] = batches[at - 1];
            at--;
        }
        batches[at] = batch;
    }
    *ret_batches = batches;
    *ret_count = count;
    return VV_OK;
}
