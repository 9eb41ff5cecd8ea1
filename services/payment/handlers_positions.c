/*
 * handlers_positions.c: a page of a partition's amounts, or one case's.
 */
#include "positions.h"

#include <string.h>

#include "vagval/limits.h"
#include "vagval/protected.h"

extern const struct vv_handler vv_handle_positions_page;

#define PAGE_CASES_MAX 32
#define PAGE_POSITIONS_MAX 500 /* about 100 KB; the last case may add its own few */
#define PAGE_ARENA_BYTES (VV_ARENA_BYTES / 4)

static uint32_t page_size(const Vagval__V1__PositionsPage *query)
{
    return vv_page_limit(query->limit, PAGE_CASES_MAX);
}

static bool one_case(const Vagval__V1__PositionsPage *query, struct vv_id *ret_id)
{
    return vv_id_from_bytes(query->case_id.data, query->case_id.len, ret_id) == VV_OK;
}

static enum vv_status route_page(const struct vv_call *call, uint16_t *ret_partition)
{
    const Vagval__V1__PositionsPage *query = (const Vagval__V1__PositionsPage *)call->body;
    struct vv_id id;
    uint32_t partition = one_case(query, &id) ? vv_id_partition(id) : query->partition;
    return vv_route_to(call, partition, ret_partition);
}

static enum vv_status plan_page(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    const Vagval__V1__PositionsPage *query = (const Vagval__V1__PositionsPage *)call->body;
    struct vv_id id;
    vv_plan_books(plan);
    if (one_case(query, &id)) {
        vv_plan_load(plan, "case", id);
        return VV_OK;
    }
    vv_plan_listed(plan, loaded, "cases", query->after, page_size(query), "case");
    return VV_OK;
}

struct page {
    const struct vv_call *call;
    struct vv_books books;
    struct vv_positions_query query;
    Vagval__V1__Position **positions;
    size_t count, room;
};

static enum vv_status append(struct page *page, Vagval__V1__Position *const *positions,
                             size_t count)
{
    if (page->count + count > page->room) {
        size_t room = 2 * (page->count + count);
        Vagval__V1__Position **larger = vv_arena_alloc(page->call->arena, room * sizeof *larger);
        if (larger == NULL) {
            return VV_NO_MEMORY;
        }
        if (page->count > 0) {
            memcpy(larger, page->positions, page->count * sizeof *larger);
        }
        page->positions = larger;
        page->room = room;
    }
    if (count > 0) {
        memcpy(page->positions + page->count, positions, count * sizeof *positions);
    }
    page->count += count;
    return VV_OK;
}

static enum vv_status add_case(struct page *page, const struct vv_record *record, struct vv_id id,
                               bool alone)
{
    /* What a position borrows of a case lives in the arena until the page is packed. */
    struct vv_payment_case *work = vv_arena_alloc(page->call->arena, sizeof *work);
    Vagval__V1__PostingBatch **batches = NULL;
    Vagval__V1__Position **positions = NULL;
    size_t batch_count = 0;
    size_t count = 0;
    if (work == NULL) {
        return VV_NO_MEMORY;
    }
    enum vv_status status = vv_payment_case_read(page->call, record, id, work);
    if (status == VV_OK && alone && !vv_case_is_open(page->call, work->body->protected_identity)) {
        return VV_FORBIDDEN;
    }
    if (status == VV_OK) {
        work->id = vv_case_shown(page->call, work->body->protected_identity, id);
    }
    if (status == VV_OK && page->query.what == VV_POSITIONS_DIFFERENCES) {
        status = vv_payment_batches(page->call, record, &batches, &batch_count);
    }
    if (status == VV_OK) {
        status = vv_positions_of(page->call, work, batches, batch_count, &page->books, &page->query,
                                 &positions, &count);
    }
    return status == VV_OK ? append(page, positions, count) : status;
}

static enum vv_status fill_page(struct page *page, const struct vv_loaded *loaded,
                                const Vagval__V1__PositionsPage *query,
                                Vagval__V1__Positions *reply)
{
    struct vv_id id;
    size_t mark = page->call->arena->used;
    if (one_case(query, &id)) {
        const struct vv_record *record = vv_loaded(loaded, "case", id);
        reply->cases = record->exists ? 1 : 0;
        return record->exists ? add_case(page, record, id, true) : VV_NOT_FOUND;
    }
    const struct vv_record *index = vv_loaded_list(loaded, "cases", VV_NIL, query->after);
    size_t seen = 0;
    bool room = true;
    for (; room && seen < page_size(query) && vv_list_id(index, seen, &id); seen++) {
        enum vv_status status = add_case(page, vv_loaded(loaded, "case", id), id, false);
        if (status != VV_OK) {
            return status;
        }
        room =
            page->count < PAGE_POSITIONS_MAX && page->call->arena->used - mark < PAGE_ARENA_BYTES;
    }
    reply->cases = seen;
    reply->next = seen == page_size(query) || !room ? query->after + seen : 0;
    return VV_OK;
}

static enum vv_status decide_page(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__PositionsPage *query = (const Vagval__V1__PositionsPage *)call->body;
    Vagval__V1__Positions reply = VAGVAL__V1__POSITIONS__INIT;
    struct page page = {.call = call};
    if (vv_positions_what_parse(query->what, &page.query.what) != VV_OK) {
        return vv_refuse(outcome, VV_INVALID, "what",
                         "must be all, proposals, recoveries, holds, paid or differences");
    }
    page.query.known_at = query->known_at == 0 ? VV_DATE_NONE : query->known_at;
    if (query->known_at != 0 && !vv_date_valid(query->known_at)) {
        return vv_refuse(outcome, VV_INVALID, "known_at", "is no date");
    }
    enum vv_status status = vv_books_read(call, loaded, &page.books);
    if (status == VV_OK) {
        status = fill_page(&page, loaded, query, &reply);
    }
    if (status == VV_FORBIDDEN) {
        return vv_refuse_protected(outcome);
    }
    if (status == VV_NOT_FOUND) {
        return vv_refuse(outcome, status, "case_id", "payment knows no such case");
    }
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "limit", "the page cannot be made; ask for fewer cases");
    }
    reply.positions = page.positions;
    reply.n_positions = page.count;
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_positions_page = {
    .route = route_page, .plan = plan_page, .decide = decide_page};
