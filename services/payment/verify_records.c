/*
 * verify_records.c: pages of what payment keeps besides cases, derived again. A page holds few
 * records: each is read with all its facts, and an invoice with its month.
 */
#include "verify_records.h"

#include <stdio.h>
#include <string.h>

extern const struct vv_handler vv_handle_verify_records;

#define NIL ((struct vv_id){{0}})
#define RECORDS_MAX 8

/* Kind of the list, kind of its records, and how many a page holds. */
static const struct {
    const char *list, *record;
    uint32_t count;
} kinds[VV_VERIFY_KINDS] = {
    [VV_VERIFY_BOOKS] = {NULL, "books", 1},
    [VV_VERIFY_PAYEES] = {"payees", "payee", 8},
    [VV_VERIFY_INVOICES] = {"invoices", "invoice", 2},
    [VV_VERIFY_BUDGETS] = {"budgets", "budget", 8},
    [VV_VERIFY_RUNS] = {"runs", "run", 1},
};

static enum vv_status route_page(const struct vv_call *call, uint16_t *ret_partition)
{
    const Vagval__V1__VerifyRecords *query = (const Vagval__V1__VerifyRecords *)call->body;
    return query->kind < VV_VERIFY_KINDS ? vv_route_to(call, query->partition, ret_partition)
                                         : VV_INVALID;
}

/* The month that an invoice bills. */
static enum vv_status month_of(const struct vv_call *call, const struct vv_record *record,
                               struct vv_id *ret_contract, vv_date *ret_month)
{
    ProtobufCMessage *body = NULL;
    enum vv_status status =
        vv_record_unpack(call, record, &vagval__v1__invoice_state__descriptor, &body);
    if (status != VV_OK) {
        return status;
    }
    const Vagval__V1__InvoiceState *state = (const Vagval__V1__InvoiceState *)body;
    *ret_month = state->month;
    return vv_id_from_bytes(state->contract.data, state->contract.len, ret_contract) == VV_OK &&
                   vv_date_valid(state->month)
               ? VV_OK
               : VV_CORRUPT;
}

static enum vv_status plan_page(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    const Vagval__V1__VerifyRecords *query = (const Vagval__V1__VerifyRecords *)call->body;
    if (query->kind == VV_VERIFY_BOOKS) {
        vv_plan_books(plan);
        return VV_OK;
    }
    const char *list_kind = kinds[query->kind].list;
    uint32_t most = kinds[query->kind].count;
    vv_plan_listed(plan, loaded, list_kind, query->after, most, kinds[query->kind].record);
    const struct vv_record *list = vv_loaded_list(loaded, list_kind, NIL, query->after);
    struct vv_id id;
    for (size_t i = 0;
         query->kind == VV_VERIFY_INVOICES && list != NULL && vv_list_id(list, i, &id); i++) {
        const struct vv_record *record = vv_loaded(loaded, "invoice", id);
        struct vv_id contract;
        vv_date month;
        if (record != NULL && month_of(call, record, &contract, &month) == VV_OK &&
            vv_id_partition(contract) == call->partition) {
            enum vv_status status = vv_billed_plan(call, loaded, plan, contract, month);
            if (status != VV_OK && status != VV_CORRUPT) {
                return status;
            }
        }
    }
    return VV_OK;
}

static enum vv_status verify_invoice(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_id id, struct vv_verified *ret_verified)
{
    struct vv_billed_month *month = vv_arena_alloc(call->arena, sizeof *month);
    struct vv_id contract;
    vv_date on;
    if (month == NULL) {
        return VV_NO_MEMORY;
    }
    enum vv_status status = month_of(call, vv_loaded(loaded, "invoice", id), &contract, &on);
    if (status == VV_OK && vv_id_partition(contract) != call->partition) {
        status = VV_CORRUPT;
    }
    if (status == VV_OK) {
        status = vv_billed_read(call, loaded, contract, on, month);
    }
    return status == VV_OK ? vv_verify_invoice(call, loaded, id, month, ret_verified) : status;
}

static enum vv_status verify_one(const struct vv_call *call, const struct vv_loaded *loaded,
                                 enum vv_verify_kind kind, struct vv_id id,
                                 struct vv_verified *ret_verified)
{
    switch (kind) {
    case VV_VERIFY_BOOKS:
        return vv_verify_books(call, vv_loaded(loaded, "books", NIL), ret_verified);
    case VV_VERIFY_PAYEES:
        return vv_verify_payee(call, vv_loaded(loaded, "payee", id), ret_verified);
    case VV_VERIFY_INVOICES:
        return verify_invoice(call, loaded, id, ret_verified);
    case VV_VERIFY_BUDGETS:
        return vv_verify_budget(call, vv_loaded(loaded, "budget", id), ret_verified);
    case VV_VERIFY_RUNS:
        return vv_verify_run(call, vv_loaded(loaded, "run", id), id, ret_verified);
    case VV_VERIFY_KINDS:
        break;
    }
    return VV_INVALID;
}

/* ---- what the page says ---- */

struct page {
    const struct vv_call *call;
    Vagval__V1__VerifyResult result;
    Vagval__V1__VerifyProblem problems[RECORDS_MAX];
    Vagval__V1__VerifyProblem *problem_list[RECORDS_MAX];
    Vagval__V1__Sum sums[2 * RECORDS_MAX];
    Vagval__V1__Sum *sum_list[2 * RECORDS_MAX];
    char names[2 * RECORDS_MAX][64];
    struct vv_id ids[RECORDS_MAX];
};

static void add_problem(struct page *page, struct vv_id id, struct vv_replay_problem from)
{
    size_t at = page->result.n_problems++;
    page->ids[at] = id;
    vagval__v1__verify_problem__init(&page->problems[at]);
    page->problems[at].code = (char *)(uintptr_t)from.code;
    page->problems[at].text = (char *)(uintptr_t)from.text;
    page->problems[at].case_id = (ProtobufCBinaryData){sizeof id.bytes, page->ids[at].bytes};
    page->problem_list[at] = &page->problems[at];
}

static void add_sum(struct page *page, const char *what, struct vv_id id, vv_money amount)
{
    size_t at = page->result.n_sums++;
    char text[VV_ID_TEXT_BYTES];
    vv_id_format(id, text);
    (void)snprintf(page->names[at], sizeof page->names[at], "%s:%s", what, text);
    vagval__v1__sum__init(&page->sums[at]);
    page->sums[at].name = page->names[at];
    page->sums[at].amount = amount;
    page->sum_list[at] = &page->sums[at];
}

/* What a budget holds for its claims: whoever reads all cases compares it with what they ask for.
 * What has no cover is asked for too. */
static enum vv_status add_budget(struct page *page, const struct vv_record *record, struct vv_id id)
{
    ProtobufCMessage *message = NULL;
    enum vv_status status =
        vv_record_unpack(page->call, record, &vagval__v1__budget__descriptor, &message);
    if (status == VV_OK) {
        const Vagval__V1__Budget *budget = (const Vagval__V1__Budget *)message;
        add_sum(page, "held.wanted", id,
                budget->reserved + budget->uncovered_wanted - budget->over);
        add_sum(page, "held.consumed", id, budget->consumed);
    }
    return status == VV_CORRUPT || status == VV_UNSUPPORTED ? VV_OK : status;
}

static enum vv_status take_one(struct page *page, const struct vv_loaded *loaded,
                               enum vv_verify_kind kind, struct vv_id id)
{
    struct vv_verified verified = {.facts = 0};
    struct vv_arena *arena = page->call->arena;
    size_t mark = arena->used;
    enum vv_status status = verify_one(page->call, loaded, kind, id, &verified);
    if (status == VV_OK && kind == VV_VERIFY_BUDGETS) {
        status = add_budget(page, vv_loaded(loaded, "budget", id), id);
    }
    arena->used = mark; /* what the page says is its own */
    if (status == VV_CORRUPT || status == VV_UNSUPPORTED || status == VV_INVALID) {
        verified.problem =
            (struct vv_replay_problem){"payment.corrupt", "the stored bytes do not read back"};
        status = VV_OK;
    }
    if (status == VV_OK && verified.problem.code != NULL) {
        add_problem(page, id, verified.problem);
    }
    page->result.facts += verified.facts;
    page->result.derived += verified.derived;
    return status;
}

static enum vv_status decide_page(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__VerifyRecords *query = (const Vagval__V1__VerifyRecords *)call->body;
    enum vv_verify_kind kind = (enum vv_verify_kind)query->kind;
    struct page *page = vv_arena_alloc(call->arena, sizeof *page);
    struct vv_id id;
    enum vv_status status = VV_OK;
    if (page == NULL) {
        return VV_NO_MEMORY;
    }
    memset(page, 0, sizeof *page);
    page->call = call;
    vagval__v1__verify_result__init(&page->result);
    if (kind == VV_VERIFY_BOOKS) {
        status = take_one(page, loaded, kind, vv_contract_month_id(NIL, 0, call->partition));
    } else {
        const struct vv_record *list = vv_loaded_list(loaded, kinds[kind].list, NIL, query->after);
        size_t seen = 0;
        for (; status == VV_OK && seen < kinds[kind].count && vv_list_id(list, seen, &id); seen++) {
            status = take_one(page, loaded, kind, id);
        }
        page->result.next = seen == kinds[kind].count ? query->after + seen : 0;
    }
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "kind", "a record is too large to be derived again");
    }
    page->result.problems = page->problem_list;
    page->result.sums = page->sum_list;
    vv_reply(outcome, &page->result.base);
    return VV_OK;
}

const struct vv_handler vv_handle_verify_records = {
    .route = route_page, .plan = plan_page, .decide = decide_page};
