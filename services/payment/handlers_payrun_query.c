/*
 * handlers_payrun_query.c: shows runs and the items that they took.
 */
#include <string.h>

#include "casework.h"
#include "payrun_work.h"
#include "vagval/limits.h"

extern const struct vv_handler vv_handle_show_run;
extern const struct vv_handler vv_handle_list_runs;
extern const struct vv_handler vv_handle_payable_page;

#define LIST_RUNS_MAX 64
#define PAGE_ITEMS_MAX 256
/* A page of payments: so many stored blocks, each of at most VV_RUN_BLOCK_PAYMENTS. */
#define SHOW_BLOCKS 4

/* ---- one run ---- */

static enum vv_status plan_show(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    (void)loaded;
    return vv_payrun_plan(call, plan, ((const Vagval__V1__ShowRun *)call->body)->run);
}

static enum vv_status decide_show(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__ShowRun *query = (const Vagval__V1__ShowRun *)call->body;
    Vagval__V1__RunView view = VAGVAL__V1__RUN_VIEW__INIT;
    Vagval__V1__RunPayment **payments = NULL;
    struct vv_payrun_work work;
    size_t count = 0;
    enum vv_status status = vv_payrun_open(call, loaded, outcome, &work);
    if (status == VV_OK) {
        status = vv_payrun_payments(&work, &payments, &count);
    }
    if (status == VV_OK && query->with_segments) {
        status = vv_payrun_segments(&work, &view.segments, &view.n_segments);
    }
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "run", "the stored run does not read back");
    }
    size_t from = (size_t)query->first_block * VV_RUN_BLOCK_PAYMENTS;
    size_t most = (size_t)SHOW_BLOCKS * VV_RUN_BLOCK_PAYMENTS;
    if (from < count) {
        view.payments = payments + from;
        view.n_payments = count - from < most ? count - from : most;
        view.next = from + most < count ? query->first_block + SHOW_BLOCKS : 0;
    }
    view.run = (ProtobufCBinaryData){sizeof work.id.bytes, work.id.bytes};
    view.body = work.body;
    vv_reply(outcome, &view.base);
    return VV_OK;
}

const struct vv_handler vv_handle_show_run = {.plan = plan_show, .decide = decide_show};

/* ---- all runs, newest last ---- */

static enum vv_status route_runs(const struct vv_call *call, uint16_t *ret_partition)
{
    (void)call;
    *ret_partition = 0;
    return VV_OK;
}

static uint32_t list_size(const Vagval__V1__ListRuns *query)
{
    return query->count == 0 || query->count > LIST_RUNS_MAX ? LIST_RUNS_MAX : query->count;
}

static enum vv_status plan_list(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    const Vagval__V1__ListRuns *query = (const Vagval__V1__ListRuns *)call->body;
    vv_plan_listed(plan, loaded, "runs", query->first, list_size(query), "run");
    return VV_OK;
}

static enum vv_status decide_list(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__ListRuns *query = (const Vagval__V1__ListRuns *)call->body;
    const struct vv_record *index = vv_loaded_list(loaded, "runs", VV_NIL, query->first);
    Vagval__V1__RunList reply = VAGVAL__V1__RUN_LIST__INIT;
    Vagval__V1__RunView *views = vv_arena_alloc(call->arena, LIST_RUNS_MAX * sizeof *views);
    struct vv_id id;
    reply.runs = vv_arena_alloc(call->arena, LIST_RUNS_MAX * sizeof *reply.runs);
    if (views == NULL || reply.runs == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; i < list_size(query) && vv_list_id(index, i, &id); i++) {
        ProtobufCMessage *message = NULL;
        uint8_t *bytes = vv_arena_copy(call->arena, id.bytes, sizeof id.bytes);
        enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "run", id),
                                                 &vagval__v1__pay_run__descriptor, &message);
        if (status != VV_OK || bytes == NULL) {
            return vv_refuse(outcome, VV_CORRUPT, "run", "a stored run does not read back");
        }
        vagval__v1__run_view__init(&views[i]);
        views[i].run = (ProtobufCBinaryData){sizeof id.bytes, bytes};
        views[i].body = (Vagval__V1__PayRun *)message;
        reply.runs[reply.n_runs++] = &views[i];
    }
    reply.next = reply.n_runs == list_size(query) ? query->first + (uint32_t)reply.n_runs : 0;
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_list_runs = {
    .route = route_runs, .plan = plan_list, .decide = decide_list};

/* ---- items of a partition ---- */

static enum vv_status route_page(const struct vv_call *call, uint16_t *ret_partition)
{
    const Vagval__V1__PayablePage *query = (const Vagval__V1__PayablePage *)call->body;
    return vv_route_to(call, query->partition, ret_partition);
}

static uint32_t page_size(const Vagval__V1__PayablePage *query)
{
    return query->count > PAGE_ITEMS_MAX ? PAGE_ITEMS_MAX : query->count;
}

static enum vv_status plan_page(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    const Vagval__V1__PayablePage *query = (const Vagval__V1__PayablePage *)call->body;
    (void)loaded;
    if (page_size(query) == 0) {
        return VV_INVALID;
    }
    vv_plan_list(plan, "payable", vv_pay_list_id(query->scheme, call->partition), query->first,
                 page_size(query));
    return VV_OK;
}

static enum vv_status decide_page(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__PayablePage *query = (const Vagval__V1__PayablePage *)call->body;
    const struct vv_record *list = vv_loaded_list(
        loaded, "payable", vv_pay_list_id(query->scheme, call->partition), query->first);
    Vagval__V1__Payables reply = VAGVAL__V1__PAYABLES__INIT;
    reply.items = vv_arena_alloc(call->arena, (list->field_count + 1) * sizeof *reply.items);
    if (reply.items == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; i < list->field_count && i < page_size(query); i++) {
        enum vv_status status =
            vv_pay_list_read(call->arena, &list->fields[i], &reply.items[reply.n_items++]);
        if (status != VV_OK) {
            return vv_refuse(outcome, status, "partition", "a stored item does not read back");
        }
    }
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_payable_page = {
    .route = route_page, .plan = plan_page, .decide = decide_page};
