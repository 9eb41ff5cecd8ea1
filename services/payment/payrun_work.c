/*
 * payrun_work.c: reads and writes the record of a run.
 */
#include "payrun_work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vagval/wire.h"

enum vv_status vv_payrun_plan(const struct vv_call *call, struct vv_plan *plan,
                              ProtobufCBinaryData run)
{
    struct vv_id id;
    if (vv_id_from_bytes(run.data, run.len, &id) != VV_OK || !vv_id_equal(id, call->subject)) {
        return VV_INVALID;
    }
    vv_plan_load(plan, "run", id);
    return VV_OK;
}

enum vv_status vv_payrun_open(const struct vv_call *call, const struct vv_loaded *loaded,
                              struct vv_outcome *outcome, struct vv_payrun_work *ret_work)
{
    struct vv_payrun_work work = {.call = call, .outcome = outcome, .id = call->subject};
    ProtobufCMessage *body = NULL;
    work.record = vv_loaded(loaded, "run", call->subject);
    if (!work.record->exists) {
        return vv_refuse(outcome, VV_NOT_FOUND, "run", "there is no such payment run");
    }
    enum vv_status status =
        vv_record_unpack(call, work.record, &vagval__v1__pay_run__descriptor, &body);
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "run", "the stored run does not read back");
    }
    work.body = (Vagval__V1__PayRun *)body;
    *ret_work = work;
    return VV_OK;
}

enum vv_status vv_payrun_step(struct vv_payrun_work *work, enum vv_payrun_state state,
                              const char *reason)
{
    size_t count = work->body->n_steps;
    struct vv_arena *arena = work->call->arena;
    Vagval__V1__RunStep **steps = vv_arena_alloc(arena, (count + 1) * sizeof *steps);
    Vagval__V1__RunStep *step = vv_arena_alloc(arena, sizeof *step);
    char *by = vv_arena_text(arena, work->call->sender);
    if (steps == NULL || step == NULL || by == NULL) {
        return VV_NO_MEMORY;
    }
    if (count > 0) {
        memcpy(steps, work->body->steps, count * sizeof *steps);
    }
    vagval__v1__run_step__init(step);
    step->state = state;
    step->by = by;
    step->on = work->call->now.today;
    step->at_ms = work->call->now.ms;
    step->reason = (char *)(uintptr_t)reason;
    steps[count] = step;
    work->body->steps = steps;
    work->body->n_steps = count + 1;
    work->body->state = state;
    return VV_OK;
}

void vv_payrun_put(struct vv_payrun_work *work)
{
    vv_put(work->outcome, "run", work->id, &work->body->base);
}

enum vv_status vv_payrun_answer(struct vv_payrun_work *work, uint32_t unresolved)
{
    Vagval__V1__RunView view = VAGVAL__V1__RUN_VIEW__INIT;
    view.run = (ProtobufCBinaryData){sizeof work->id.bytes, work->id.bytes};
    view.body = work->body;
    view.unresolved = unresolved;
    vv_reply(work->outcome, &view.base);
    return VV_OK;
}

/* ---- fields ---- */

size_t vv_payrun_segment_field(uint32_t partition, uint32_t chunk,
                               char ret[static VV_RUN_FIELD_BYTES])
{
    return (size_t)snprintf(ret, VV_RUN_FIELD_BYTES, "s%04x%06x", (unsigned)partition & 0xFFFF,
                            (unsigned)chunk & 0xFFFFFF);
}

size_t vv_payrun_block_field(uint32_t block, char ret[static VV_RUN_FIELD_BYTES])
{
    return (size_t)snprintf(ret, VV_RUN_FIELD_BYTES, "p%06x", (unsigned)block & 0xFFFFFF);
}

size_t vv_payrun_payee_field(ProtobufCBinaryData contract, char ret[static VV_RUN_FIELD_BYTES])
{
    size_t len = contract.len < 16 ? contract.len : 16;
    ret[0] = 'c';
    memcpy(ret + 1, contract.data, len);
    return len + 1;
}

enum vv_status vv_payrun_put_field(struct vv_payrun_work *work, const char *name, size_t len,
                                   const ProtobufCMessage *message)
{
    size_t size = 0;
    uint8_t *bytes = vv_wire_pack(message, work->call->arena, &size);
    if (bytes == NULL) {
        return VV_NO_MEMORY;
    }
    vv_put_field(work->outcome, "run", work->id, name, len, bytes, size);
    return VV_OK;
}

static int by_name(const void *left, const void *right)
{
    const struct vv_field *const *a = left;
    const struct vv_field *const *b = right;
    size_t shorter = (*a)->name_len < (*b)->name_len ? (*a)->name_len : (*b)->name_len;
    int order = memcmp((*a)->name, (*b)->name, shorter);
    return order != 0 ? order
                      : ((*a)->name_len > (*b)->name_len) - ((*a)->name_len < (*b)->name_len);
}

/* The record's fields of one kind, by name. Facts are "f<id>", so no kind's letter is theirs. */
static enum vv_status fields_of(const struct vv_payrun_work *work, char letter, size_t name_len,
                                const struct vv_field ***ret_fields, size_t *ret_count)
{
    size_t count = 0;
    const struct vv_field **fields = vv_arena_alloc(
        work->call->arena, (work->record->field_count + 1) * sizeof(struct vv_field *));
    if (fields == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; i < work->record->field_count; i++) {
        const struct vv_field *field = &work->record->fields[i];
        if (field->name_len == name_len && field->name[0] == (uint8_t)letter) {
            fields[count++] = field;
        }
    }
    if (count > 0) {
        qsort(fields, count, sizeof *fields, by_name);
    }
    *ret_fields = fields;
    *ret_count = count;
    return VV_OK;
}

static enum vv_status unpack(const struct vv_payrun_work *work, const struct vv_field *field,
                             const ProtobufCMessageDescriptor *descriptor,
                             ProtobufCMessage **ret_message)
{
    struct vv_arena *arena = work->call->arena;
    *ret_message =
        protobuf_c_message_unpack(descriptor, &arena->allocator, field->value_len, field->value);
    if (*ret_message != NULL) {
        return VV_OK;
    }
    return arena->size - arena->used < 65536 ? VV_NO_MEMORY : VV_CORRUPT;
}

#define SEGMENT_NAME 11
#define BLOCK_NAME 7
#define PAYEE_NAME 17

enum vv_status vv_payrun_segments(const struct vv_payrun_work *work,
                                  Vagval__V1__SegmentDrafted ***ret_segments, size_t *ret_count)
{
    struct vv_arena *arena = work->call->arena;
    const struct vv_field **fields = NULL;
    size_t count = 0;
    enum vv_status status = fields_of(work, 's', SEGMENT_NAME, &fields, &count);
    Vagval__V1__SegmentDrafted *bare = NULL;
    Vagval__V1__SegmentDrafted **list = NULL;
    uint8_t(*hashes)[32] = NULL;
    if (status == VV_OK) {
        bare = vv_arena_alloc(arena, (count + 1) * sizeof *bare);
        list = vv_arena_alloc(arena, (count + 1) * sizeof *list);
        hashes = vv_arena_alloc(arena, (count + 1) * sizeof *hashes);
        status = bare == NULL || list == NULL || hashes == NULL ? VV_NO_MEMORY : VV_OK;
    }
    for (size_t i = 0; status == VV_OK && i < count; i++) {
        ProtobufCMessage *message = NULL;
        size_t mark = arena->used;
        status = unpack(work, fields[i], &vagval__v1__segment_drafted__descriptor, &message);
        if (status != VV_OK) {
            break;
        }
        const Vagval__V1__SegmentDrafted *segment = (const Vagval__V1__SegmentDrafted *)message;
        if (segment->hash.len != sizeof hashes[i]) {
            return VV_CORRUPT;
        }
        memcpy(hashes[i], segment->hash.data, sizeof hashes[i]);
        bare[i] = *segment;
        bare[i].hash.data = hashes[i];
        bare[i].case_id = (ProtobufCBinaryData){0, NULL};
        bare[i].sums = NULL;
        bare[i].n_sums = 0;
        bare[i].base.n_unknown_fields = 0;
        list[i] = &bare[i];
        arena->used = mark; /* the sums, which may be many */
    }
    *ret_segments = list;
    *ret_count = count;
    return status;
}

/* Adds one segment's sums to a table sorted by contract. */
static enum vv_status merge(struct vv_arena *arena, const Vagval__V1__SegmentDrafted *segment,
                            Vagval__V1__ContractSum *table, uint8_t (*ids)[16], size_t *count)
{
    (void)arena;
    for (size_t i = 0; i < segment->n_sums; i++) {
        const Vagval__V1__ContractSum *sum = segment->sums[i];
        size_t low = 0;
        size_t high = *count;
        if (sum->contract.len != 16) {
            return VV_CORRUPT;
        }
        while (low < high) {
            size_t middle = (low + high) / 2;
            if (memcmp(table[middle].contract.data, sum->contract.data, 16) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if (low == *count || memcmp(table[low].contract.data, sum->contract.data, 16) != 0) {
            if (*count == VV_RUN_CONTRACTS_MAX) {
                return VV_TOO_LARGE;
            }
            memmove(&table[low + 1], &table[low], (*count - low) * sizeof *table);
            memcpy(ids[*count], sum->contract.data, 16);
            vagval__v1__contract_sum__init(&table[low]);
            table[low].contract = (ProtobufCBinaryData){16, ids[*count]};
            (*count)++;
        }
        table[low].vat += sum->vat;
        enum vv_status status = vv_money_add(table[low].amount, sum->amount, &table[low].amount);
        if (status != VV_OK) {
            return status;
        }
    }
    return VV_OK;
}

enum vv_status vv_payrun_sums(const struct vv_payrun_work *work,
                              Vagval__V1__ContractSum ***ret_sums, size_t *ret_count)
{
    struct vv_arena *arena = work->call->arena;
    const struct vv_field **fields = NULL;
    size_t field_count = 0;
    size_t count = 0;
    enum vv_status status = fields_of(work, 's', SEGMENT_NAME, &fields, &field_count);
    Vagval__V1__ContractSum *table =
        vv_arena_alloc(arena, (VV_RUN_CONTRACTS_MAX + 1) * sizeof *table);
    uint8_t(*ids)[16] = vv_arena_alloc(arena, (VV_RUN_CONTRACTS_MAX + 1) * sizeof *ids);
    Vagval__V1__ContractSum **list =
        vv_arena_alloc(arena, (VV_RUN_CONTRACTS_MAX + 1) * sizeof *list);
    if (status == VV_OK && (table == NULL || ids == NULL || list == NULL)) {
        status = VV_NO_MEMORY;
    }
    for (size_t i = 0; status == VV_OK && i < field_count; i++) {
        ProtobufCMessage *message = NULL;
        size_t mark = arena->used;
        status = unpack(work, fields[i], &vagval__v1__segment_drafted__descriptor, &message);
        if (status == VV_OK) {
            status = merge(arena, (const Vagval__V1__SegmentDrafted *)message, table, ids, &count);
        }
        arena->used = mark;
    }
    for (size_t i = 0; status == VV_OK && i < count; i++) {
        list[i] = &table[i];
    }
    *ret_sums = list;
    *ret_count = count;
    return status;
}

enum vv_status vv_payrun_payees(const struct vv_payrun_work *work,
                                Vagval__V1__RunPayee ***ret_payees, size_t *ret_count)
{
    const struct vv_field **fields = NULL;
    size_t count = 0;
    enum vv_status status = fields_of(work, 'c', PAYEE_NAME, &fields, &count);
    Vagval__V1__RunPayee **payees = vv_arena_alloc(work->call->arena, (count + 1) * sizeof *payees);
    if (status == VV_OK && payees == NULL) {
        status = VV_NO_MEMORY;
    }
    for (size_t i = 0; status == VV_OK && i < count; i++) {
        ProtobufCMessage *message = NULL;
        status = unpack(work, fields[i], &vagval__v1__run_payee__descriptor, &message);
        payees[i] = (Vagval__V1__RunPayee *)message;
    }
    *ret_payees = payees;
    *ret_count = count;
    return status;
}

enum vv_status vv_payrun_payments(const struct vv_payrun_work *work,
                                  Vagval__V1__RunPayment ***ret_payments, size_t *ret_count)
{
    const struct vv_field **fields = NULL;
    size_t blocks = 0;
    size_t count = 0;
    enum vv_status status = fields_of(work, 'p', BLOCK_NAME, &fields, &blocks);
    Vagval__V1__RunPayment **payments =
        vv_arena_alloc(work->call->arena, (blocks * VV_RUN_BLOCK_PAYMENTS + 1) * sizeof *payments);
    if (status == VV_OK && payments == NULL) {
        status = VV_NO_MEMORY;
    }
    for (size_t i = 0; status == VV_OK && i < blocks; i++) {
        ProtobufCMessage *message = NULL;
        status = unpack(work, fields[i], &vagval__v1__run_payments__descriptor, &message);
        const Vagval__V1__RunPayments *block = (const Vagval__V1__RunPayments *)message;
        if (status == VV_OK && block->n_payments > VV_RUN_BLOCK_PAYMENTS) {
            status = VV_CORRUPT;
        }
        for (size_t k = 0; status == VV_OK && k < block->n_payments; k++) {
            payments[count++] = block->payments[k];
        }
    }
    *ret_payments = payments;
    *ret_count = count;
    return status;
}

enum vv_status vv_payrun_put_payments(struct vv_payrun_work *work,
                                      Vagval__V1__RunPayment **payments, size_t count)
{
    enum vv_status status = VV_OK;
    for (size_t at = 0; status == VV_OK && at < count; at += VV_RUN_BLOCK_PAYMENTS) {
        Vagval__V1__RunPayments block = VAGVAL__V1__RUN_PAYMENTS__INIT;
        char name[VV_RUN_FIELD_BYTES];
        size_t len = vv_payrun_block_field((uint32_t)(at / VV_RUN_BLOCK_PAYMENTS), name);
        block.payments = payments + at;
        block.n_payments = count - at < VV_RUN_BLOCK_PAYMENTS ? count - at : VV_RUN_BLOCK_PAYMENTS;
        status = vv_payrun_put_field(work, name, len, &block.base);
    }
    return status;
}

enum vv_status vv_payrun_return(struct vv_payrun_work *work,
                                Vagval__V1__RunPayment *const *payments, size_t count,
                                const char *reason)
{
    const struct vv_pay_list_back back = {.scheme = work->body->scheme,
                                          .run = work->id,
                                          .on = work->body->date,
                                          .example = work->body->examples > 0};
    size_t room = 0;
    size_t sum_count = 0;
    enum vv_status status = VV_OK;
    for (size_t i = 0; i < count; i++) {
        room += payments[i]->n_contracts;
    }
    Vagval__V1__ContractSum **sums = vv_arena_alloc(work->call->arena, (room + 1) * sizeof *sums);
    if (sums == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; status == VV_OK && i < count; i++) {
        for (size_t k = 0; k < payments[i]->n_contracts; k++) {
            sums[sum_count++] = payments[i]->contracts[k];
        }
        status = vv_money_add(work->body->requeued, payments[i]->amount, &work->body->requeued);
    }
    return status == VV_OK
               ? vv_pay_list_return(work->call, work->outcome, &back, reason, sums, sum_count)
               : status;
}

enum vv_status vv_payrun_return_each(struct vv_payrun_work *work,
                                     Vagval__V1__RunPayment *const *payments, size_t count)
{
    Vagval__V1__RunPayment **same = vv_arena_alloc(work->call->arena, (count + 1) * sizeof *same);
    bool *done = vv_arena_alloc(work->call->arena, count + 1);
    enum vv_status status = same == NULL || done == NULL ? VV_NO_MEMORY : VV_OK;
    for (size_t i = 0; status == VV_OK && i < count; i++) {
        size_t same_count = 0;
        for (size_t k = i; !done[i] && k < count; k++) {
            if (strcmp(payments[k]->reason, payments[i]->reason) == 0) {
                same[same_count++] = payments[k];
                done[k] = k > i;
            }
        }
        if (same_count > 0) {
            status = vv_payrun_return(work, same, same_count, payments[i]->reason);
        }
    }
    return status;
}
