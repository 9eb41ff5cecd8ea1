/*
 * pay_list.c: appends items to the lists of what can be paid, and takes segments of them.
 */
#include "pay_list.h"

#include <sodium.h>
#include <string.h>

#include "difference.h"
#include "invoiced.h"
#include "payrun.h"
#include "vagval/wire.h"

struct vv_id vv_pay_list_id(const char *scheme, uint16_t partition)
{
    return vv_payrun_id_in(vv_id_fact("payment", "payable", scheme), partition);
}

static enum vv_status append(const struct vv_call *call, struct vv_outcome *outcome,
                             const char *scheme, const Vagval__V1__Payable *item)
{
    vv_money total = 0;
    size_t len = 0;
    uint8_t *bytes = vv_wire_pack(&item->base, call->arena, &len);
    const char *counter = vv_arena_format(call->arena, "payable:%s", scheme);
    if (bytes == NULL || counter == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; i < item->n_lines; i++) {
        total += item->lines[i]->amount; /* each below 2^53 and few: cannot overflow */
    }
    vv_append(outcome, "payable", vv_pay_list_id(scheme, call->partition), bytes, len);
    vv_add(outcome, "sums", VV_NIL, counter, total);
    return VV_OK;
}

/* Room for `count` lines and the list of them; false when the arena is full. */
static bool make_lines(struct vv_arena *arena, size_t count, Vagval__V1__PayableLine **ret_lines,
                       Vagval__V1__PayableLine ***ret_list)
{
    *ret_lines = vv_arena_alloc(arena, (count + 1) * sizeof **ret_lines);
    *ret_list = vv_arena_alloc(arena, (count + 1) * sizeof **ret_list);
    for (size_t i = 0; *ret_lines != NULL && *ret_list != NULL && i < count; i++) {
        vagval__v1__payable_line__init(&(*ret_lines)[i]);
        (*ret_list)[i] = &(*ret_lines)[i];
    }
    return *ret_lines != NULL && *ret_list != NULL;
}

/* ---- what a batch posted ---- */

struct posting_work {
    const struct vv_call *call;
    struct vv_outcome *outcome;
    const struct vv_scheme *scheme;
    const Vagval__V1__PostingBatch *batch;
    const struct vv_payment_fact *facts;
    size_t fact_count;
};

static enum vv_status count_sum(const struct vv_call *call, struct vv_outcome *outcome,
                                const char *scheme, const char *what, vv_money amount)
{
    const char *counter = vv_arena_format(call->arena, "%s:%s", what, scheme);
    if (counter == NULL) {
        return VV_NO_MEMORY;
    }
    vv_add(outcome, "sums", VV_NIL, counter, amount);
    return VV_OK;
}

static enum vv_status count(const struct posting_work *work, const char *what, vv_money amount)
{
    return count_sum(work->call, work->outcome, work->batch->scheme, what, amount);
}

/* Rules 15: what the state pays is decided and posted here, and never reaches a bank file. */
static bool is_paid_by_state(const struct vv_scheme *scheme, const char *component)
{
    const struct vv_component *known = vv_scheme_component(scheme, component);
    return known != NULL && known->payer == VV_PAYER_STATE;
}

static bool changes_provider(const Vagval__V1__Line *line)
{
    return !line->proposal && line->amount != 0 &&
           (line->kind == VV_LINE_OWED || line->kind == VV_LINE_SET_OFF);
}

/* What moves expense without moving what the provider is paid, so that a report can follow it. */
static enum vv_status count_line(const struct posting_work *work, const Vagval__V1__Line *line)
{
    if (line->proposal || line->amount == 0) {
        return VV_OK;
    }
    if (line->kind == VV_LINE_RECOVERY || line->kind == VV_LINE_REVERSED) {
        return count(work, "recovering", line->amount);
    }
    if (line->kind == VV_LINE_SET_OFF) {
        return count(work, "recovering", -line->amount);
    }
    if (line->kind == VV_LINE_OWED && line->on_invoice) {
        return count(work, "awaiting", line->amount);
    }
    if (line->kind == VV_LINE_OWED && is_paid_by_state(work->scheme, line->component)) {
        return count(work, "paid_by_state", line->amount);
    }
    return VV_OK;
}

static bool belongs(const struct posting_work *work, const Vagval__V1__Line *line, vv_date from)
{
    return changes_provider(line) && line->payable != 0 && line->payable == from &&
           !line->on_invoice &&
           (line->kind != VV_LINE_OWED || !is_paid_by_state(work->scheme, line->component));
}

/* What moves the agency's books and nothing that a provider is paid: a run takes it so that its
 * journal has the voucher, and counts nothing of it. */
static bool is_for_books(const Vagval__V1__Line *line)
{
    return !line->proposal && line->amount != 0 &&
           (line->kind == VV_LINE_RECOVERY || line->kind == VV_LINE_REVERSED ||
            line->kind == VV_LINE_CLAIM);
}

static enum vv_status post_books(const struct posting_work *work)
{
    Vagval__V1__PayableLine *lines = NULL;
    Vagval__V1__Payable item = VAGVAL__V1__PAYABLE__INIT;
    if (!make_lines(work->call->arena, work->batch->n_lines, &lines, &item.lines)) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; i < work->batch->n_lines; i++) {
        const Vagval__V1__Line *line = work->batch->lines[i];
        if (is_for_books(line)) {
            Vagval__V1__PayableLine *own = item.lines[item.n_lines++];
            own->component = line->component;
            own->period = line->period;
            own->contract = line->contract;
            own->books = line->amount;
            own->example = line->example;
            own->kind = line->kind;
        }
    }
    item.case_id = work->batch->case_id;
    item.batch = work->batch->id;
    item.as_of = work->batch->as_of;
    item.booked = work->batch->book_date;
    return item.n_lines == 0 ? VV_OK
                             : append(work->call, work->outcome, work->batch->scheme, &item);
}

/* One item holds the lines that may be paid from the same day. */
static enum vv_status post_from(const struct posting_work *work, vv_date from)
{
    Vagval__V1__PayableLine *lines = NULL;
    Vagval__V1__Payable item = VAGVAL__V1__PAYABLE__INIT;
    item.records =
        vv_arena_alloc(work->call->arena, VV_INVOICED_RECORDS_MAX * sizeof *item.records);
    if (item.records == NULL ||
        !make_lines(work->call->arena, work->batch->n_lines, &lines, &item.lines)) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; i < work->batch->n_lines; i++) {
        const Vagval__V1__Line *line = work->batch->lines[i];
        if (belongs(work, line, from)) {
            Vagval__V1__PayableLine *own = item.lines[item.n_lines++];
            own->component = line->component;
            own->period = line->period;
            own->contract = line->contract;
            own->amount = line->amount;
            own->example = line->example;
            own->kind = line->kind;
            vv_invoiced_collect(work->scheme, line, work->facts, work->fact_count, item.records,
                                &item.n_records);
        }
    }
    item.case_id = work->batch->case_id;
    item.batch = work->batch->id;
    item.as_of = from;
    item.booked = work->batch->book_date;
    return item.n_lines == 0 ? VV_OK
                             : append(work->call, work->outcome, work->batch->scheme, &item);
}

enum vv_status vv_pay_list_post(const struct vv_call *call, struct vv_outcome *outcome,
                                const struct vv_scheme *scheme,
                                const Vagval__V1__PostingBatch *batch,
                                const struct vv_payment_fact *facts, size_t fact_count)
{
    const struct posting_work work = {call, outcome, scheme, batch, facts, fact_count};
    enum vv_status status = post_books(&work);
    for (size_t i = 0; status == VV_OK && i < batch->n_lines; i++) {
        vv_date from = batch->lines[i]->payable;
        bool first = true;
        for (size_t k = 0; k < i; k++) {
            first = first && batch->lines[k]->payable != from;
        }
        status = count_line(&work, batch->lines[i]);
        if (status == VV_OK && first) {
            status = post_from(&work, from);
        }
    }
    return status;
}

enum vv_status vv_pay_list_return(const struct vv_call *call, struct vv_outcome *outcome,
                                  const struct vv_pay_list_back *back, const char *reason,
                                  Vagval__V1__ContractSum *const *sums, size_t count)
{
    for (size_t at = 0; at < count;) {
        Vagval__V1__PayableLine *lines = NULL;
        Vagval__V1__Payable item = VAGVAL__V1__PAYABLE__INIT;
        if (!make_lines(call->arena, VV_PAY_LIST_LINES_MAX, &lines, &item.lines)) {
            return VV_NO_MEMORY;
        }
        for (; at < count && item.n_lines < VV_PAY_LIST_LINES_MAX; at++) {
            if (sums[at]->amount != 0) {
                Vagval__V1__PayableLine *line = item.lines[item.n_lines++];
                line->component = (char *)(uintptr_t)VV_PAY_LIST_CARRIED;
                line->period = back->on;
                line->contract = sums[at]->contract;
                line->amount = sums[at]->amount;
                line->vat = sums[at]->vat;
                line->example = back->example;
            }
        }
        struct vv_id run = back->run;
        item.batch = (ProtobufCBinaryData){sizeof run.bytes, run.bytes};
        item.as_of = back->on;
        item.reason = (char *)(uintptr_t)reason;
        enum vv_status status =
            item.n_lines == 0 ? VV_OK : append(call, outcome, back->scheme, &item);
        if (status != VV_OK) {
            return status;
        }
    }
    return VV_OK;
}

enum vv_status vv_pay_list_invoice(const struct vv_call *call, struct vv_outcome *outcome,
                                   const char *scheme, const Vagval__V1__Payable *item)
{
    vv_money vat = 0;
    vv_money lines = 0;
    for (size_t i = 0; i < item->n_lines; i++) {
        vat += item->lines[i]->vat;
        lines += item->lines[i]->amount - item->lines[i]->vat;
    }
    if (item->n_lines == 0) {
        return VV_OK;
    }
    enum vv_status status = count_sum(call, outcome, scheme, "vat", vat);
    if (status == VV_OK && lines != 0) {
        status = count_sum(call, outcome, scheme, "awaiting", -lines);
    }
    return status == VV_OK ? append(call, outcome, scheme, item) : status;
}

/* ---- taking ---- */

enum vv_status vv_pay_list_read(struct vv_arena *arena, const struct vv_field *item,
                                Vagval__V1__Payable **ret_item)
{
    *ret_item = vagval__v1__payable__unpack(&arena->allocator, item->value_len, item->value);
    if (*ret_item != NULL) {
        return VV_OK;
    }
    return arena->size - arena->used < 65536 ? VV_NO_MEMORY : VV_CORRUPT;
}

static enum vv_status add_sum(struct vv_arena *arena, struct vv_pay_list_take *take, size_t *room,
                              const Vagval__V1__PayableLine *line)
{
    for (size_t i = 0; i < take->sum_count; i++) {
        Vagval__V1__ContractSum *sum = take->sums[i];
        if (line->contract.len == sum->contract.len &&
            memcmp(line->contract.data, sum->contract.data, sum->contract.len) == 0) {
            sum->vat += line->vat; /* never beyond the amounts that it is part of */
            return vv_money_add(sum->amount, line->amount, &sum->amount);
        }
    }
    if (take->sum_count == *room) {
        size_t wider = *room == 0 ? 64 : 2 * *room;
        Vagval__V1__ContractSum **sums = vv_arena_alloc(arena, wider * sizeof *sums);
        if (sums == NULL) {
            return VV_NO_MEMORY;
        }
        if (take->sum_count > 0) {
            memcpy(sums, take->sums, take->sum_count * sizeof *sums);
        }
        take->sums = sums;
        *room = wider;
    }
    Vagval__V1__ContractSum *sum = vv_arena_alloc(arena, sizeof *sum);
    if (sum == NULL) {
        return VV_NO_MEMORY;
    }
    vagval__v1__contract_sum__init(sum);
    sum->contract = line->contract;
    sum->amount = line->amount;
    sum->vat = line->vat;
    take->sums[take->sum_count++] = sum;
    return VV_OK;
}

static enum vv_status take_item(struct vv_arena *arena, const Vagval__V1__Payable *item,
                                struct vv_pay_list_take *take, size_t *room)
{
    for (size_t i = 0; i < item->n_lines; i++) {
        const Vagval__V1__PayableLine *line = item->lines[i];
        struct vv_id contract;
        if (line->books != 0) {
            continue; /* for the journal alone */
        }
        enum vv_status status =
            vv_id_from_bytes(line->contract.data, line->contract.len, &contract) == VV_OK
                ? vv_money_add(take->total, line->amount, &take->total)
                : VV_CORRUPT;
        if (status == VV_OK) {
            status = add_sum(arena, take, room, line);
        }
        if (status != VV_OK) {
            return status;
        }
        take->examples += line->example ? 1 : 0;
    }
    return VV_OK;
}

static void hash_item(crypto_generichash_state *state, const struct vv_field *item)
{
    uint8_t len[4] = {(uint8_t)(item->value_len >> 24), (uint8_t)(item->value_len >> 16),
                      (uint8_t)(item->value_len >> 8), (uint8_t)item->value_len};
    crypto_generichash_update(state, len, sizeof len);
    crypto_generichash_update(state, item->value, item->value_len);
}

static bool is_of_run(const Vagval__V1__Payable *item, struct vv_id run)
{
    return item->postponed_by.len == sizeof run.bytes &&
           memcmp(item->postponed_by.data, run.bytes, sizeof run.bytes) == 0;
}

/* Adds to a list with room for a segment. */
static enum vv_status keep(struct vv_arena *arena, Vagval__V1__Payable ***list, size_t *count,
                           Vagval__V1__Payable *item)
{
    if (*list == NULL) {
        *list = vv_arena_alloc(arena, VV_RUN_SEGMENT_ITEMS * sizeof(Vagval__V1__Payable *));
    }
    if (*list == NULL) {
        return VV_NO_MEMORY;
    }
    (*list)[(*count)++] = item;
    return VV_OK;
}

enum vv_status vv_pay_list_take(struct vv_arena *arena, const struct vv_record *list,
                                struct vv_id run, vv_date date, struct vv_pay_list_take *ret_take)
{
    struct vv_pay_list_take take = {.passed = 0};
    crypto_generichash_state state;
    size_t room = 0;
    enum vv_status status = VV_OK;
    crypto_generichash_init(&state, NULL, 0, sizeof take.hash);
    for (size_t i = 0; i < list->field_count && !take.more; i++) {
        Vagval__V1__Payable *item = NULL;
        status = vv_pay_list_read(arena, &list->fields[i], &item);
        if (status != VV_OK) {
            return status;
        }
        if (is_of_run(item, run)) {
            break; /* from here on stands what came while the run was collected */
        }
        if (take.passed == VV_RUN_SEGMENT_ITEMS) {
            take.more = true;
            break;
        }
        if (item->as_of > date) {
            status = keep(arena, &take.late, &take.late_count, item);
        } else {
            status = take_item(arena, item, &take, &room);
            if (status == VV_OK && item->n_records > 0) {
                status = keep(arena, &take.evidenced, &take.evidenced_count, item);
            }
            hash_item(&state, &list->fields[i]);
            take.taken++;
        }
        if (status != VV_OK) {
            return status;
        }
        take.passed++;
    }
    crypto_generichash_final(&state, take.hash, sizeof take.hash);
    *ret_take = take;
    return VV_OK;
}

enum vv_status vv_pay_list_postpone(const struct vv_call *call, struct vv_outcome *outcome,
                                    const char *scheme, struct vv_id run,
                                    const struct vv_pay_list_take *take)
{
    for (size_t i = 0; i < take->late_count; i++) {
        Vagval__V1__Payable item = *take->late[i];
        size_t len = 0;
        item.postponed_by = (ProtobufCBinaryData){sizeof run.bytes, run.bytes};
        uint8_t *bytes = vv_wire_pack(&item.base, call->arena, &len);
        if (bytes == NULL) {
            return VV_NO_MEMORY;
        }
        vv_append(outcome, "payable", vv_pay_list_id(scheme, call->partition), bytes, len);
    }
    return VV_OK;
}

void vv_pay_list_tell_evidence(struct vv_outcome *outcome, const char *scheme, vv_date date,
                               const struct vv_pay_list_take *take)
{
    for (size_t i = 0; i < take->evidenced_count; i++) {
        const Vagval__V1__Payable *item = take->evidenced[i];
        vv_invoiced_tell(outcome, scheme, date, item->case_id, item->records, item->n_records);
    }
}
