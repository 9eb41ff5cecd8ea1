/*
 * verify_run.c: a payment run made again from what it collected (segments and payees) and from the
 * facts of who moved it: payments, sums, hash, states.
 */
#include <string.h>

#include "payrun_report.h"
#include "payrun_work.h"
#include "verify_records.h"

struct again {
    const struct vv_call *call;
    struct vv_payrun_work stored;
    Vagval__V1__PayRun run; /* derived */
    Vagval__V1__RunPayment **payments;
    size_t count;
};

static enum vv_status keep_step(struct again *again, const Vagval__V1__Fact *fact,
                                enum vv_payrun_state state)
{
    Vagval__V1__RunStep *step = vv_arena_alloc(again->call->arena, sizeof *step);
    if (step == NULL) {
        return VV_NO_MEMORY;
    }
    vagval__v1__run_step__init(step);
    step->state = state;
    step->by = fact->source;
    step->on = fact->effective;
    again->run.steps[again->run.n_steps++] = step;
    again->run.state = state;
    return VV_OK;
}

/* ---- what was collected ---- */

static enum vv_status add_sums(struct again *again)
{
    Vagval__V1__SegmentDrafted **segments = NULL;
    Vagval__V1__ContractSum **sums = NULL;
    size_t segment_count = 0;
    size_t sum_count = 0;
    enum vv_status status = vv_payrun_segments(&again->stored, &segments, &segment_count);
    for (size_t i = 0; status == VV_OK && i < segment_count; i++) {
        again->run.items += segments[i]->taken;
        again->run.examples += segments[i]->examples;
    }
    if (status == VV_OK) {
        status = vv_payrun_sums(&again->stored, &sums, &sum_count);
    }
    for (size_t i = 0; status == VV_OK && i < sum_count; i++) {
        again->run.vat += sums[i]->vat;
        status = vv_money_add(again->run.total, sums[i]->amount, &again->run.total);
    }
    return status;
}

static enum vv_status group(struct again *again)
{
    ProtobufCAllocator *memory = &again->call->arena->allocator;
    Vagval__V1__ContractSum **sums = NULL;
    Vagval__V1__RunPayee **payees = NULL;
    size_t sum_count = 0;
    size_t payee_count = 0;
    enum vv_status status = vv_payrun_sums(&again->stored, &sums, &sum_count);
    if (status == VV_OK) {
        status = vv_payrun_payees(&again->stored, &payees, &payee_count);
    }
    if (status == VV_OK) {
        status = vv_payrun_group(sums, sum_count, payees, payee_count, memory, &again->payments,
                                 &again->count);
    }
    if (status == VV_OK) {
        status = vv_payrun_mark_shared(again->payments, again->count, memory, &again->run.shared);
    }
    for (size_t i = 0; status == VV_OK && i < again->count; i++) {
        bool left_out = again->payments[i]->state == VV_PAYMENT_LEFT_OUT;
        int64_t *sum = left_out ? &again->run.requeued : &again->run.amount;
        again->run.left_out += left_out ? 1 : 0;
        again->run.payments += left_out ? 0 : 1;
        status = vv_money_add(*sum, again->payments[i]->amount, sum);
    }
    return status;
}

static enum vv_status hash(struct again *again)
{
    Vagval__V1__SegmentDrafted **segments = NULL;
    size_t segment_count = 0;
    uint8_t *bytes = vv_arena_alloc(again->call->arena, 32);
    enum vv_status status = vv_payrun_segments(&again->stored, &segments, &segment_count);
    if (status == VV_OK && bytes != NULL) {
        status = vv_payrun_hash(&again->run, segments, segment_count, again->payments, again->count,
                                &again->call->arena->allocator, bytes);
    }
    again->run.hash = (ProtobufCBinaryData){32, bytes};
    return bytes == NULL ? VV_NO_MEMORY : status;
}

/* The freeze is nobody's command: it follows from the collection. */
static enum vv_status freeze(struct again *again)
{
    const Vagval__V1__PayRun *stored = again->stored.body;
    enum vv_status status = group(again);
    again->run.frozen_ms = stored->frozen_ms;
    if (status == VV_OK) {
        status = hash(again);
    }
    again->run.state = again->run.payments > 0 ? VV_RUN_DRAFTED : VV_RUN_CANCELLED;
    return status;
}

/* ---- who moved it ---- */

static enum vv_status open_again(struct again *again, const Vagval__V1__Fact *fact)
{
    const Vagval__V1__OpenRun *command = (const Vagval__V1__OpenRun *)vv_verify_body(
        again->call, fact, &vagval__v1__open_run__descriptor);
    const Vagval__V1__PayRun *stored = again->stored.body;
    if (command == NULL ||
        !vv_id_equal(vv_payrun_id(command->scheme, command->date, command->number),
                     again->stored.id)) {
        return VV_CORRUPT;
    }
    again->run.scheme = command->scheme;
    again->run.date = command->date;
    again->run.number = command->number;
    again->run.currency = stored->currency; /* of the scheme's version, as frozen by the hash */
    again->run.debtor = stored->debtor;
    enum vv_status status = keep_step(again, fact, VV_RUN_DRAFTING);
    if (status == VV_OK) {
        status = add_sums(again);
    }
    return status == VV_OK && stored->state != VV_RUN_DRAFTING ? freeze(again) : status;
}

static enum vv_status release_again(struct again *again, const Vagval__V1__Fact *fact)
{
    const Vagval__V1__ReleaseRun *command = (const Vagval__V1__ReleaseRun *)vv_verify_body(
        again->call, fact, &vagval__v1__release_run__descriptor);
    if (command == NULL ||
        vv_payrun_cannot_release(&again->run, fact->source, command->allow_example) != NULL) {
        return VV_CORRUPT;
    }
    again->run.file_hash = command->file_hash;
    again->run.allow_example = command->allow_example;
    return keep_step(again, fact, VV_RUN_RELEASED);
}

static enum vv_status report_again(struct again *again, const Vagval__V1__Fact *fact)
{
    const Vagval__V1__RecordStatus *command = (const Vagval__V1__RecordStatus *)vv_verify_body(
        again->call, fact, &vagval__v1__record_status__descriptor);
    struct vv_payrun_report report;
    if (command == NULL || vv_payrun_cannot_report(&again->run) != NULL) {
        return VV_CORRUPT;
    }
    enum vv_status status = vv_payrun_take_report(&again->run, again->payments, again->count,
                                                  command, &again->call->arena->allocator, &report);
    for (size_t i = 0; status == VV_OK && i < report.rejected_count; i++) {
        status =
            vv_money_add(again->run.requeued, report.rejected[i]->amount, &again->run.requeued);
    }
    return status == VV_OK ? keep_step(again, fact,
                                       vv_payrun_state_of(again->run.payments, again->run.accepted,
                                                          again->run.rejected))
                           : VV_CORRUPT;
}

static enum vv_status cancel_again(struct again *again, const Vagval__V1__Fact *fact)
{
    const Vagval__V1__CancelRun *command = (const Vagval__V1__CancelRun *)vv_verify_body(
        again->call, fact, &vagval__v1__cancel_run__descriptor);
    Vagval__V1__RunPayment **list = NULL;
    size_t count = 0;
    if (command == NULL || vv_payrun_cannot_cancel(&again->run) != NULL) {
        return VV_CORRUPT;
    }
    enum vv_status status = vv_payrun_leave_out(again->payments, again->count, command->reason,
                                                &again->call->arena->allocator, &list, &count);
    for (size_t i = 0; status == VV_OK && i < count; i++) {
        status = vv_money_add(again->run.requeued, list[i]->amount, &again->run.requeued);
    }
    return status == VV_OK ? keep_step(again, fact, VV_RUN_CANCELLED) : status;
}

static enum vv_status move_again(struct again *again, const Vagval__V1__Fact *fact)
{
    if (fact->type == VV_MSG_OPEN_RUN) {
        return open_again(again, fact);
    }
    if (fact->type == VV_MSG_APPROVE_RUN) {
        return vv_payrun_cannot_approve(&again->run, fact->source, again->run.hash,
                                        again->run.shared) == NULL
                   ? keep_step(again, fact, VV_RUN_APPROVED)
                   : VV_CORRUPT; /* two persons */
    }
    if (fact->type == VV_MSG_RELEASE_RUN) {
        return release_again(again, fact);
    }
    if (fact->type == VV_MSG_RECORD_STATUS) {
        return report_again(again, fact);
    }
    return fact->type == VV_MSG_CANCEL_RUN ? cancel_again(again, fact) : VV_CORRUPT;
}

/* ---- against what is stored ---- */

static bool same_bytes(ProtobufCBinaryData a, ProtobufCBinaryData b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static bool same_head(const Vagval__V1__PayRun *a, const Vagval__V1__PayRun *b)
{
    return strcmp(a->scheme, b->scheme) == 0 && a->date == b->date && a->number == b->number &&
           a->state == b->state && a->items == b->items && a->examples == b->examples &&
           a->total == b->total && a->vat == b->vat && a->payments == b->payments &&
           a->amount == b->amount && a->left_out == b->left_out && a->requeued == b->requeued &&
           a->accepted == b->accepted && a->rejected == b->rejected &&
           a->accepted_amount == b->accepted_amount && a->shared == b->shared &&
           a->allow_example == b->allow_example && same_bytes(a->hash, b->hash) &&
           same_bytes(a->file_hash, b->file_hash);
}

/* Every step that a fact made; the freeze stands between the first and the second. */
static bool same_steps(const Vagval__V1__PayRun *stored, const Vagval__V1__PayRun *derived)
{
    size_t freezes = stored->state == VV_RUN_DRAFTING ? 0 : 1;
    if (stored->n_steps != derived->n_steps + freezes) {
        return false;
    }
    for (size_t i = 0; i < derived->n_steps; i++) {
        const Vagval__V1__RunStep *a = stored->steps[i == 0 ? 0 : i + freezes];
        const Vagval__V1__RunStep *b = derived->steps[i];
        bool opens = i == 0; /* its fact is of the run's day */
        if (a->state != b->state || strcmp(a->by, b->by) != 0 || (!opens && a->on != b->on)) {
            return false;
        }
    }
    return true;
}

static bool same_payment(const struct vv_call *call, const Vagval__V1__RunPayment *a,
                         const Vagval__V1__RunPayment *b)
{
    size_t len = vagval__v1__run_payment__get_packed_size(a);
    uint8_t *bytes = vv_arena_alloc(call->arena, 2 * len + 1);
    if (bytes == NULL || vagval__v1__run_payment__get_packed_size(b) != len) {
        return false;
    }
    (void)vagval__v1__run_payment__pack(a, bytes);
    (void)vagval__v1__run_payment__pack(b, bytes + len);
    return memcmp(bytes, bytes + len, len) == 0;
}

static enum vv_status compare(struct again *again, bool *ret_same)
{
    Vagval__V1__RunPayment **stored = NULL;
    size_t count = 0;
    enum vv_status status = vv_payrun_payments(&again->stored, &stored, &count);
    bool same = status == VV_OK && same_head(again->stored.body, &again->run) &&
                same_steps(again->stored.body, &again->run) && count == again->count;
    for (size_t i = 0; same && i < count; i++) {
        same = same_payment(again->call, stored[i], again->payments[i]);
    }
    *ret_same = same;
    return status;
}

enum vv_status vv_verify_run(const struct vv_call *call, const struct vv_record *record,
                             struct vv_id id, struct vv_verified *ret_verified)
{
    struct again again = {.call = call, .stored = {.call = call, .record = record, .id = id}};
    Vagval__V1__Fact **facts = NULL;
    ProtobufCMessage *body = NULL;
    size_t count = 0;
    bool same = false;
    vagval__v1__pay_run__init(&again.run);
    enum vv_status status = vv_record_unpack(call, record, &vagval__v1__pay_run__descriptor, &body);
    if (status == VV_OK) {
        again.stored.body = (Vagval__V1__PayRun *)body;
        status = vv_record_facts(call, record, &facts, &count);
    }
    again.run.steps = vv_arena_alloc(call->arena, (count + 1) * sizeof *again.run.steps);
    if (again.run.steps == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; status == VV_OK && i < count; i++) {
        status = move_again(&again, facts[i]);
        ret_verified->derived++;
    }
    ret_verified->facts = count;
    if (status == VV_OK) {
        status = compare(&again, &same);
    }
    if (status == VV_NO_MEMORY) {
        return status;
    }
    if (status != VV_OK || !same) {
        ret_verified->problem = (struct vv_replay_problem){
            "payment.run", "the run is not what it collected, or not what its facts made of it"};
    }
    return VV_OK;
}
