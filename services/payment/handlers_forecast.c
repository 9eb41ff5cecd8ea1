/*
 * handlers_forecast.c: what the cases of a partition will still cost, by contract, area and month,
 * a page of cases at a time.
 */
#include <stdio.h>
#include <string.h>

#include "casework.h"
#include "expected.h"
#include "vagval/limits.h"

extern const struct vv_handler vv_handle_forecast_page;

#define CASES_PER_PAGE 64
#define LINES_MAX 1024 /* a page ends before it has more */

static enum vv_status route_page(const struct vv_call *call, uint16_t *ret_partition)
{
    const Vagval__V1__ForecastPage *query = (const Vagval__V1__ForecastPage *)call->body;
    return vv_route_to(call, query->partition, ret_partition);
}

static uint32_t page_size(const Vagval__V1__ForecastPage *query)
{
    return vv_page_limit(query->limit, CASES_PER_PAGE);
}

static enum vv_status plan_page(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    const Vagval__V1__ForecastPage *query = (const Vagval__V1__ForecastPage *)call->body;
    vv_plan_listed(plan, loaded, "cases", query->after, page_size(query), "case");
    return VV_OK;
}

struct page {
    const struct vv_call *call;
    const Vagval__V1__ForecastPage *query;
    Vagval__V1__ForecastLine *lines;
    Vagval__V1__ForecastLine **list;
    struct name {
        struct vv_id contract;
        char area[VV_CODE_BYTES_MAX + 1];
    } * names; /* of the lines: what a case holds is gone when it has been looked at */
    size_t count;
};

static enum vv_status add(struct page *page, const struct vv_expected_line *line)
{
    vv_date month = vv_date_month_start(line->due);
    size_t at = 0;
    for (; at < page->count; at++) {
        const Vagval__V1__ForecastLine *known = &page->lines[at];
        if (known->month == month && strcmp(known->area, line->area) == 0 &&
            memcmp(known->contract.data, line->contract.bytes, sizeof line->contract.bytes) == 0) {
            break;
        }
    }
    Vagval__V1__ForecastLine *into = &page->lines[at];
    if (at == page->count) {
        struct name *name = &page->names[at];
        if (at == LINES_MAX) {
            return VV_NO_MEMORY;
        }
        name->contract = line->contract;
        (void)snprintf(name->area, sizeof name->area, "%s", line->area);
        vagval__v1__forecast_line__init(into);
        into->contract = (ProtobufCBinaryData){sizeof name->contract.bytes, name->contract.bytes};
        into->area = name->area;
        into->month = month;
        page->list[at] = into;
        page->count++;
    }
    into->committed += line->certain;
    into->expected += line->hoped;
    into->cases++;
    return VV_OK;
}

static enum vv_status forecast_case(struct page *page, const struct vv_record *record,
                                    struct vv_id id)
{
    const struct vv_call *call = page->call;
    size_t mark = call->arena->used;
    struct vv_payment_case work;
    enum vv_status status = vv_payment_case_read(call, record, id, &work);
    if (status != VV_OK || strcmp(work.body->scheme, page->query->scheme) != 0) {
        call->arena->used = mark;
        return status;
    }
    struct vv_book_of_scheme book = {call->book, work.body->scheme, vv_book_generation(call->book)};
    struct vv_scheme_lookup schemes = vv_book_lookup(&book);
    const struct vv_expected_question question = {
        .facts = work.facts,
        .fact_count = work.fact_count,
        .schemes = &schemes,
        .scheme = vv_scheme_to_name(&schemes, call->now.today, work.facts, work.fact_count),
        .posted = work.totals,
        .posted_count = work.total_count,
        .as_of = call->now.today};
    if (question.scheme == NULL) {
        return VV_BUSY;
    }
    struct vv_expected expected;
    status = vv_expected_cost(&question, &call->arena->allocator, &expected);
    for (size_t i = 0; status == VV_OK && i < expected.count; i++) {
        if (expected.lines[i].due <= page->query->through) {
            status = add(page, &expected.lines[i]);
        }
    }
    call->arena->used = mark;
    return status;
}

static enum vv_status decide_page(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__ForecastPage *query = (const Vagval__V1__ForecastPage *)call->body;
    const struct vv_record *index = vv_loaded_list(loaded, "cases", VV_NIL, query->after);
    struct page page = {.call = call,
                        .query = query,
                        .lines = vv_arena_alloc(call->arena, LINES_MAX * sizeof *page.lines),
                        .list = vv_arena_alloc(call->arena, LINES_MAX * sizeof *page.list),
                        .names = vv_arena_alloc(call->arena, LINES_MAX * sizeof *page.names)};
    if (page.lines == NULL || page.list == NULL || page.names == NULL) {
        return VV_NO_MEMORY;
    }
    Vagval__V1__Forecast reply = VAGVAL__V1__FORECAST__INIT;
    struct vv_id id;
    size_t seen = 0;
    for (; seen < page_size(query) && vv_list_id(index, seen, &id); seen++) {
        enum vv_status status = forecast_case(&page, vv_loaded(loaded, "case", id), id);
        if (status != VV_OK) {
            return vv_refuse(outcome, status, "limit",
                             status == VV_BUSY
                                 ? "this instance has not read the book that far; ask again"
                                 : "the cases do not fit one page; ask for fewer");
        }
    }
    reply.lines = page.list;
    reply.n_lines = page.count;
    reply.next = seen == page_size(query) ? query->after + seen : 0;
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_forecast_page = {
    .route = route_page, .plan = plan_page, .decide = decide_page};
