/*
 * verify.c: a page of a partition's payment cases, derived again. Digests let an auditor compare
 * payment's fact log with the owners' streams; sums, the batches with the balances.
 */
#include "replay.h"

#include <stdio.h>
#include <string.h>

#include "ledger.h"
#include "vagval/limits.h"
#include "vagval/protected.h"

extern const struct vv_handler vv_handle_verify_page;

#define VERIFY_CASES_MAX 64 /* about ten milliseconds of one loop turn */
#define VERIFY_SUMS_MAX 256 /* accounts of one page; a page ends before it has more */
#define CASE_ACCOUNTS_ROOM 64

struct page {
    const struct vv_call *call;
    struct vv_books books;
    struct vv_closings closings;
    Vagval__V1__VerifyResult *result;
    Vagval__V1__VerifyProblem **problems;
    Vagval__V1__CaseDigest **digests;
    Vagval__V1__Sum *sums;
    char (*names)[VV_ACCOUNT_BYTES_MAX + VV_CODE_BYTES_MAX];
    size_t sum_count;
};

static uint32_t page_size(const Vagval__V1__VerifyPage *query)
{
    return vv_page_limit(query->limit, VERIFY_CASES_MAX);
}

static enum vv_status route_page(const struct vv_call *call, uint16_t *ret_partition)
{
    const Vagval__V1__VerifyPage *query = (const Vagval__V1__VerifyPage *)call->body;
    return vv_route_to(call, query->partition, ret_partition);
}

static enum vv_status plan_page(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    const Vagval__V1__VerifyPage *query = (const Vagval__V1__VerifyPage *)call->body;
    vv_plan_books(plan);
    vv_plan_listed(plan, loaded, "cases", query->after, page_size(query), "case");
    return VV_OK;
}

/* ---- what the page says ---- */

static enum vv_status keep_id(struct page *page, struct vv_id id, ProtobufCBinaryData *ret_bytes)
{
    uint8_t *bytes = vv_arena_copy(page->call->arena, id.bytes, sizeof id.bytes);
    if (bytes == NULL) {
        return VV_NO_MEMORY;
    }
    *ret_bytes = (ProtobufCBinaryData){sizeof id.bytes, bytes};
    return VV_OK;
}

static enum vv_status add_problem(struct page *page, struct vv_id case_id,
                                  struct vv_replay_problem from)
{
    Vagval__V1__VerifyProblem *problem = vv_arena_alloc(page->call->arena, sizeof *problem);
    if (problem == NULL) {
        return VV_NO_MEMORY;
    }
    vagval__v1__verify_problem__init(problem);
    problem->code = (char *)(uintptr_t)from.code;
    problem->text = (char *)(uintptr_t)from.text;
    page->problems[page->result->n_problems++] = problem;
    return keep_id(page, case_id, &problem->case_id);
}

static enum vv_status add_digest(struct page *page, struct vv_id case_id, uint32_t facts_count,
                                 struct vv_id exclusive_or)
{
    Vagval__V1__CaseDigest *digest = vv_arena_alloc(page->call->arena, sizeof *digest);
    if (digest == NULL) {
        return VV_NO_MEMORY;
    }
    vagval__v1__case_digest__init(digest);
    digest->facts_count = facts_count;
    page->digests[page->result->n_digests++] = digest;
    enum vv_status status = keep_id(page, case_id, &digest->case_id);
    return status == VV_OK ? keep_id(page, exclusive_or, &digest->facts) : status;
}

static void add_named(struct page *page, const char *name, vv_money amount)
{
    size_t at = 0;
    while (at < page->sum_count && strcmp(page->names[at], name) != 0) {
        at++;
    }
    if (at == VERIFY_SUMS_MAX) {
        return; /* one case with more accounts than a page has room for: the sum shows it */
    }
    if (at == page->sum_count) {
        (void)snprintf(page->names[at], sizeof page->names[at], "%s", name);
        vagval__v1__sum__init(&page->sums[at]);
        page->sums[at].name = page->names[at];
        page->sum_count++;
    }
    page->sums[at].amount += amount;
    page->sums[at].count++;
}

static void add_sum(struct page *page, const char *scheme, const Vagval__V1__Posting *posting)
{
    char name[VV_ACCOUNT_BYTES_MAX + VV_CODE_BYTES_MAX];
    static const char expense[] = "expense:";
    /* The balances keep the components of each scheme apart. */
    if (strncmp(posting->account, expense, sizeof expense - 1) == 0) {
        (void)snprintf(name, sizeof name, "%s%s:%s", expense, scheme,
                       posting->account + sizeof expense - 1);
    } else {
        (void)snprintf(name, sizeof name, "%s", posting->account);
    }
    add_named(page, name, posting->amount);
}

/* What the case has asked budgets for, as they must hold it when nothing is on its way. */
static void add_claims(struct page *page, const Vagval__V1__CaseBudget *budget)
{
    for (size_t i = 0; budget != NULL && i < budget->n_claims; i++) {
        const Vagval__V1__BudgetClaim *claim = budget->claims[i];
        char name[VV_ACCOUNT_BYTES_MAX + VV_CODE_BYTES_MAX];
        char text[VV_ID_TEXT_BYTES];
        struct vv_id id;
        if (vv_id_from_bytes(claim->budget.data, claim->budget.len, &id) != VV_OK) {
            continue;
        }
        vv_id_format(id, text);
        (void)snprintf(name, sizeof name, "asked.wanted:%s", text);
        add_named(page, name, claim->reserved);
        (void)snprintf(name, sizeof name, "asked.consumed:%s", text);
        add_named(page, name, claim->ordered);
    }
}

/* ---- one case ---- */

static enum vv_status read_case(struct page *page, const struct vv_record *record,
                                struct vv_id case_id, struct vv_payment_case *work,
                                Vagval__V1__PostingBatch ***ret_batches, size_t *ret_count)
{
    enum vv_status status = vv_payment_case_read(page->call, record, case_id, work);
    return status == VV_OK ? vv_payment_batches(page->call, record, ret_batches, ret_count)
                           : status;
}

/* When a batch is booked rests on the periods that were closed, which its case does not know. */
static void check_booking(const struct page *page, Vagval__V1__PostingBatch *const *batches,
                          size_t batch_count, struct vv_replay *replay)
{
    for (size_t i = 0; i < batch_count && replay->problem.code == NULL; i++) {
        if (!vv_closings_allow(&page->closings, batches[i]->recorded_ms, batches[i]->as_of,
                               batches[i]->book_date)) {
            replay->problem = (struct vv_replay_problem){
                "payment.period", "a batch is not booked in the period that was open"};
        }
    }
}

static enum vv_status verify_case(struct page *page, const struct vv_record *record,
                                  struct vv_id case_id)
{
    struct vv_arena *arena = page->call->arena;
    size_t mark = arena->used;
    struct vv_payment_case work = {.id = case_id};
    struct vv_replay replay = {.derived = 0};
    struct vv_id exclusive_or = VV_NIL;
    uint32_t from_owners = 0;
    Vagval__V1__PostingBatch **batches = NULL;
    size_t batch_count = 0;
    enum vv_status status = read_case(page, record, case_id, &work, &batches, &batch_count);
    if (status == VV_CORRUPT || status == VV_UNSUPPORTED) {
        replay.problem =
            (struct vv_replay_problem){"payment.corrupt", "the stored bytes do not read back"};
        status = VV_OK;
    } else if (status == VV_OK) {
        status =
            vv_replay_case(page->call, record, &work, &page->books, batches, batch_count, &replay);
        check_booking(page, batches, batch_count, &replay);
    }
    if (status != VV_OK) {
        return status;
    }
    if (replay.behind) {
        return VV_BUSY;
    }
    for (size_t i = 0; i < work.fact_count; i++) {
        if (vv_payment_fact_is_own(work.stored[i]->type)) {
            continue; /* no other service knows of it */
        }
        from_owners++;
        for (size_t k = 0; k < sizeof exclusive_or.bytes; k++) {
            exclusive_or.bytes[k] ^= work.facts[i].id.bytes[k];
        }
    }
    for (size_t i = 0; i < batch_count; i++) {
        for (size_t k = 0; k < batches[i]->n_postings; k++) {
            add_sum(page, batches[i]->scheme, batches[i]->postings[k]);
        }
    }
    add_claims(page, work.budget);
    struct vv_id shown =
        vv_case_shown(page->call, work.body != NULL && work.body->protected_identity, case_id);
    arena->used = mark; /* facts and batches of this case; what the page says is its own */
    page->result->cases++;
    page->result->facts += work.fact_count;
    page->result->derived += replay.derived;
    if (replay.problem.code != NULL) {
        status = add_problem(page, shown, replay.problem);
    }
    return status == VV_OK ? add_digest(page, shown, from_owners, exclusive_or) : status;
}

static enum vv_status decide_page(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__VerifyPage *query = (const Vagval__V1__VerifyPage *)call->body;
    const struct vv_record *index = vv_loaded_list(loaded, "cases", VV_NIL, query->after);
    Vagval__V1__VerifyResult result = VAGVAL__V1__VERIFY_RESULT__INIT;
    struct vv_arena *arena = call->arena;
    struct page page = {
        .call = call,
        .result = &result,
        .problems = vv_arena_alloc(arena, VERIFY_CASES_MAX * sizeof *page.problems),
        .digests = vv_arena_alloc(arena, VERIFY_CASES_MAX * sizeof *page.digests),
        .sums = vv_arena_alloc(arena, VERIFY_SUMS_MAX * sizeof *page.sums),
        .names = vv_arena_alloc(arena, VERIFY_SUMS_MAX * sizeof *page.names),
    };
    Vagval__V1__Sum **sums = vv_arena_alloc(arena, VERIFY_SUMS_MAX * sizeof *sums);
    if (page.problems == NULL || page.digests == NULL || page.sums == NULL || page.names == NULL ||
        sums == NULL) {
        return vv_refuse(outcome, VV_NO_MEMORY, "limit", "the page is too large; ask for less");
    }
    if (vv_books_read(call, loaded, &page.books) != VV_OK ||
        vv_closings_read(call, loaded, &page.closings) != VV_OK) {
        return vv_refuse(outcome, VV_CORRUPT, "partition",
                         "the record of closed periods is broken");
    }
    struct vv_id id;
    size_t seen = 0;
    bool room = true;
    for (; room && seen < page_size(query) && vv_list_id(index, seen, &id); seen++) {
        enum vv_status status = verify_case(&page, vv_loaded(loaded, "case", id), id);
        if (status != VV_OK) {
            return vv_refuse(outcome, status, "limit",
                             status == VV_BUSY
                                 ? "this instance has not read the book that far; ask again"
                                 : "a case is too large for this page; ask for fewer cases");
        }
        room = page.sum_count + CASE_ACCOUNTS_ROOM <= VERIFY_SUMS_MAX;
    }
    for (size_t i = 0; i < page.sum_count; i++) {
        sums[i] = &page.sums[i];
    }
    result.problems = page.problems;
    result.digests = page.digests;
    result.sums = sums;
    result.n_sums = page.sum_count;
    bool more = seen == page_size(query) || !room;
    result.next = more ? query->after + seen : 0;
    vv_reply(outcome, &result.base);
    return VV_OK;
}

const struct vv_handler vv_handle_verify_page = {
    .route = route_page, .plan = plan_page, .decide = decide_page};
