/*
 * handlers_payrun.c: drafts a payment run. Opening it orders a segment from each partition, a few
 * at a time; each answer stores the segment and orders the next. All of it goes through the relay,
 * so a crash anywhere only delays it.
 */
#include "payrun_work.h"

#include <string.h>

#include "casework.h"
#include "vagval/limits.h"

extern const struct vv_handler vv_handle_open_run;
extern const struct vv_handler vv_handle_draft_segment;
extern const struct vv_handler vv_answer_draft_segment;

#define RUN_NUMBER_MAX 999

static enum vv_status route_runs(const struct vv_call *call, uint16_t *ret_partition)
{
    (void)call;
    *ret_partition = 0;
    return VV_OK;
}

/* ---- open ---- */

static enum vv_status plan_open(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    const Vagval__V1__OpenRun *command = (const Vagval__V1__OpenRun *)call->body;
    (void)loaded;
    if (!vv_id_equal(call->subject,
                     vv_payrun_id(command->scheme, command->date, command->number))) {
        return VV_INVALID;
    }
    vv_plan_load(plan, "run", call->subject);
    vv_plan_fact_home(plan, "run", call->subject);
    return VV_OK;
}

static enum vv_status order_segment(struct vv_payrun_work *work, uint32_t partition, uint32_t chunk)
{
    struct vv_id subject = vv_payrun_segment_id(work->id, (uint16_t)partition, chunk);
    Vagval__V1__DraftSegment order = VAGVAL__V1__DRAFT_SEGMENT__INIT;
    order.case_id = (ProtobufCBinaryData){sizeof work->id.bytes, work->id.bytes};
    order.scheme = work->body->scheme;
    order.date = work->body->date;
    order.partition = partition;
    order.chunk = chunk;
    vv_emit(work->outcome, VV_MSG_DRAFT_SEGMENT, subject, work->body->scheme, work->call->now.today,
            &order.base);
    return VV_OK;
}

static enum vv_status order_next_partition(struct vv_payrun_work *work)
{
    if (work->body->ordered >= work->call->partitions) {
        return VV_OK;
    }
    return order_segment(work, work->body->ordered++, 0);
}

static enum vv_status set_debtor(struct vv_payrun_work *work, const struct vv_scheme *scheme)
{
    const struct vv_scheme_bank *bank = scheme->bank;
    if (bank == NULL) {
        return VV_OK;
    }
    Vagval__V1__Debtor *debtor = vv_arena_alloc(work->call->arena, sizeof *debtor);
    Vagval__V1__BankAccount *account = vv_arena_alloc(work->call->arena, sizeof *account);
    if (debtor == NULL || account == NULL) {
        return VV_NO_MEMORY;
    }
    vagval__v1__debtor__init(debtor);
    vagval__v1__bank_account__init(account);
    account->kind = (char *)(uintptr_t)vv_account_kind_word(bank->kind);
    account->number = (char *)(uintptr_t)bank->account;
    account->bic = (char *)(uintptr_t)bank->bic;
    debtor->name = (char *)(uintptr_t)bank->debtor;
    debtor->organisation_number = (char *)(uintptr_t)bank->organisation_number;
    debtor->account = account;
    debtor->example = bank->example;
    work->body->debtor = debtor;
    work->body->wait_days = (uint32_t)bank->details_wait_days;
    return VV_OK;
}

static enum vv_status begin(struct vv_payrun_work *work, const Vagval__V1__OpenRun *command,
                            const struct vv_scheme *scheme)
{
    work->body->scheme = command->scheme;
    work->body->date = command->date;
    work->body->number = command->number;
    work->body->currency = (char *)(uintptr_t)scheme->currency;
    work->body->scheme_version = (char *)(uintptr_t)scheme->version;
    enum vv_status status = set_debtor(work, scheme);
    if (status == VV_OK) {
        status = vv_payrun_step(work, VV_RUN_DRAFTING, "");
    }
    for (unsigned i = 0; status == VV_OK && i < VV_RUN_ORDERS_AHEAD; i++) {
        status = order_next_partition(work);
    }
    return status;
}

static enum vv_status check_open(const struct vv_call *call, struct vv_outcome *outcome,
                                 const Vagval__V1__OpenRun *command,
                                 const struct vv_scheme **ret_scheme)
{
    if (command->date > call->now.today) {
        return vv_refuse(outcome, VV_INVALID, "date",
                         "lies after the business date: nothing is due then yet");
    }
    if (command->number < 1 || command->number > RUN_NUMBER_MAX) {
        return vv_refuse(outcome, VV_INVALID, "number", "is not between 1 and %d", RUN_NUMBER_MAX);
    }
    *ret_scheme = vv_book_scheme(call->book, command->scheme, command->date, 0);
    if (*ret_scheme == NULL) {
        *ret_scheme = vv_book_scheme(call->book, command->scheme, call->now.today, 0);
    }
    if (*ret_scheme == NULL) {
        return vv_refuse(outcome, VV_NOT_FOUND, "scheme",
                         "no such scheme is published for that day");
    }
    if (call->sender[0] == '\0') {
        return vv_refuse(outcome, VV_REFUSED, "sender", "a run is drafted by a named person");
    }
    return VV_OK;
}

static enum vv_status decide_open(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__OpenRun *command = (const Vagval__V1__OpenRun *)call->body;
    const struct vv_record *record = vv_loaded(loaded, "run", call->subject);
    const struct vv_scheme *scheme = NULL;
    struct vv_payrun_work work = {
        .call = call, .outcome = outcome, .record = record, .id = call->subject};
    ProtobufCMessage *body = NULL;
    enum vv_status status = vv_record_unpack(call, record, &vagval__v1__pay_run__descriptor, &body);
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "run", "the stored run does not read back");
    }
    work.body = (Vagval__V1__PayRun *)body;
    if (record->exists) {
        return vv_payrun_answer(&work, 0); /* somebody opened it before: the same run */
    }
    status = check_open(call, outcome, command, &scheme);
    if (status != VV_OK) {
        return status;
    }
    status = begin(&work, command, scheme);
    if (status != VV_OK) {
        return status;
    }
    vv_append(outcome, "runs", VV_NIL, work.id.bytes, sizeof work.id.bytes);
    vv_payrun_put(&work);
    vv_accept(outcome, command->date, call->sender, VV_NIL, NULL, 0, false);
    return vv_payrun_answer(&work, 0);
}

const struct vv_handler vv_handle_open_run = {
    .route = route_runs, .plan = plan_open, .decide = decide_open};

/* ---- a partition's segment, in that partition ---- */

static enum vv_status plan_segment(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_plan *plan)
{
    const Vagval__V1__DraftSegment *order = (const Vagval__V1__DraftSegment *)call->body;
    struct vv_id list = vv_pay_list_id(order->scheme, call->partition);
    struct vv_id run;
    ProtobufCMessage *message = NULL;
    if (order->partition != call->partition ||
        vv_id_from_bytes(order->case_id.data, order->case_id.len, &run) != VV_OK ||
        !vv_id_equal(call->subject, vv_payrun_segment_id(run, call->partition, order->chunk))) {
        return VV_INVALID;
    }
    vv_plan_load_new(plan, "segment", call->subject);
    vv_plan_fact_home(plan, "segment", call->subject);
    vv_plan_load(plan, "paycursor", list);
    const struct vv_record *cursor = vv_loaded(loaded, "paycursor", list);
    if (cursor == NULL) {
        return VV_OK;
    }
    enum vv_status status =
        vv_record_unpack(call, cursor, &vagval__v1__pay_cursor__descriptor, &message);
    if (status == VV_OK) {
        vv_plan_list(plan, "payable", list, ((const Vagval__V1__PayCursor *)message)->next,
                     VV_RUN_SEGMENT_ITEMS + 1);
    }
    return status;
}

static enum vv_status decide_segment(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_outcome *outcome)
{
    const Vagval__V1__DraftSegment *order = (const Vagval__V1__DraftSegment *)call->body;
    struct vv_id list = vv_pay_list_id(order->scheme, call->partition);
    struct vv_pay_list_take take;
    struct vv_id run;
    ProtobufCMessage *message = NULL;
    enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "paycursor", list),
                                             &vagval__v1__pay_cursor__descriptor, &message);
    if (status != VV_OK) {
        return status;
    }
    Vagval__V1__PayCursor *cursor = (Vagval__V1__PayCursor *)message;
    status = vv_id_from_bytes(order->case_id.data, order->case_id.len, &run);
    if (status == VV_OK) {
        status =
            vv_pay_list_take(call->arena, vv_loaded_list(loaded, "payable", list, cursor->next),
                             run, order->date, &take);
    }
    if (status != VV_OK) {
        return status == VV_CORRUPT
                   ? vv_refuse(outcome, status, "partition", "the stored items do not read back")
                   : status;
    }
    Vagval__V1__SegmentDrafted reply = VAGVAL__V1__SEGMENT_DRAFTED__INIT;
    reply.case_id = order->case_id;
    reply.partition = order->partition;
    reply.chunk = order->chunk;
    reply.first = cursor->next;
    reply.count = (uint32_t)take.passed;
    reply.taken = (uint32_t)take.taken;
    reply.hash = (ProtobufCBinaryData){sizeof take.hash, take.hash};
    reply.sums = take.sums;
    reply.n_sums = take.sum_count;
    reply.examples = take.examples;
    reply.more = take.more;
    const char *counter = vv_arena_format(call->arena, "taken:%s", order->scheme);
    if (counter == NULL) {
        return VV_NO_MEMORY;
    }
    vv_pay_list_tell_evidence(outcome, order->scheme, order->date, &take);
    status = vv_pay_list_postpone(call, outcome, order->scheme, run, &take);
    if (status != VV_OK) {
        return status;
    }
    if (take.passed > 0) {
        cursor->next += take.passed;
        vv_put(outcome, "paycursor", list, &cursor->base);
        vv_add(outcome, "sums", VV_NIL, counter, take.total);
    }
    vv_accept(outcome, order->date, "payment", VV_NIL, NULL, 0, false);
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_draft_segment = {.plan = plan_segment, .decide = decide_segment};

/* ---- the answer, in the run's partition ---- */

static enum vv_status plan_answer(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_plan *plan)
{
    (void)loaded;
    vv_plan_load(plan, "run", call->subject);
    return VV_OK;
}

static enum vv_status store_segment(struct vv_payrun_work *work,
                                    const Vagval__V1__SegmentDrafted *segment)
{
    char name[VV_RUN_FIELD_BYTES];
    size_t len = vv_payrun_segment_field(segment->partition, segment->chunk, name);
    work->body->segments++;
    work->body->items += segment->taken;
    work->body->examples += segment->examples;
    for (size_t i = 0; i < segment->n_sums; i++) {
        work->body->vat += segment->sums[i]->vat;
        enum vv_status status =
            vv_money_add(work->body->total, segment->sums[i]->amount, &work->body->total);
        if (status != VV_OK) {
            return status;
        }
    }
    return segment->taken == 0 ? VV_OK : vv_payrun_put_field(work, name, len, &segment->base);
}

static enum vv_status decide_answer(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_outcome *outcome)
{
    const Vagval__V1__SegmentDrafted *segment = (const Vagval__V1__SegmentDrafted *)call->body;
    struct vv_payrun_work work;
    enum vv_status status = vv_payrun_open(call, loaded, outcome, &work);
    if (status != VV_OK) {
        return status;
    }
    if (segment == NULL) {
        return VV_CORRUPT; /* a segment is refused only when its partition's items do not read */
    }
    status = store_segment(&work, segment);
    if (status == VV_OK && segment->more) {
        status = order_segment(&work, segment->partition, segment->chunk + 1);
    } else if (status == VV_OK) {
        work.body->done++;
        status = order_next_partition(&work);
    }
    if (status != VV_OK) {
        return status;
    }
    vv_payrun_put(&work);
    return VV_OK;
}

const struct vv_handler vv_answer_draft_segment = {.plan = plan_answer, .decide = decide_answer};
