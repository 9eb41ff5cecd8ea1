/*
 * books.c: reads the partition's record of closed periods and links.
 */
#include "books.h"

#include "payable.h"

void vv_plan_books(struct vv_plan *plan)
{
    vv_plan_load(plan, "books", VV_NIL);
}

enum vv_status vv_books_read(const struct vv_call *call, const struct vv_loaded *loaded,
                             struct vv_books *ret_books)
{
    struct vv_books books = {.closed_through = VV_DATE_NONE};
    ProtobufCMessage *body = NULL;
    enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "books", VV_NIL),
                                             &vagval__v1__payment_books__descriptor, &body);
    if (status != VV_OK) {
        return status;
    }
    books.body = (Vagval__V1__PaymentBooks *)body;
    if (books.body->closed_through != 0) {
        books.closed_through = books.body->closed_through;
    }
    size_t count = books.body->n_links;
    struct vv_party_link *links =
        vv_memory_zeroed(&call->arena->allocator, count * sizeof links[0]);
    if (links == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        const Vagval__V1__PartyLink *from = books.body->links[i];
        links[i].index = from->index;
        links[i].withdrawn = from->withdrawn;
        if (vv_id_from_bytes(from->provider.data, from->provider.len, &links[i].provider) !=
                VV_OK ||
            vv_id_from_bytes(from->party.data, from->party.len, &links[i].party) != VV_OK) {
            return VV_CORRUPT;
        }
    }
    books.links = (struct vv_links){links, count, books.body->facts};
    *ret_books = books;
    return VV_OK;
}

enum vv_status vv_closings_read(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_closings *ret_closings)
{
    Vagval__V1__Fact **facts = NULL;
    size_t count = 0;
    enum vv_status status =
        vv_record_facts(call, vv_loaded(loaded, "books", VV_NIL), &facts, &count);
    if (status != VV_OK) {
        return status;
    }
    ProtobufCAllocator *memory = &call->arena->allocator;
    vv_date *through = vv_memory_zeroed(memory, count * sizeof through[0]);
    int64_t *recorded = vv_memory_zeroed(memory, count * sizeof recorded[0]);
    if (through == NULL || recorded == NULL) {
        return VV_NO_MEMORY;
    }
    struct vv_closings closings = {through, recorded, 0};
    for (size_t i = 0; i < count; i++) {
        if (facts[i]->type != VV_MSG_CLOSE_PERIOD) {
            continue;
        }
        const Vagval__V1__ClosePeriod *close =
            vagval__v1__close_period__unpack(memory, facts[i]->body.len, facts[i]->body.data);
        if (close == NULL || !vv_date_valid(close->month)) {
            return VV_CORRUPT;
        }
        through[closings.count] = vv_date_month_end(close->month);
        recorded[closings.count++] = facts[i]->recorded_ms;
    }
    *ret_closings = closings;
    return VV_OK;
}

bool vv_closings_allow(const struct vv_closings *closings, int64_t recorded_ms, vv_date as_of,
                       vv_date book_date)
{
    vv_date closed = VV_DATE_NONE;
    size_t i = 0;
    for (; i < closings->count && closings->recorded_ms[i] < recorded_ms; i++) {
        closed = closings->through[i];
    }
    bool allowed = book_date == vv_book_date(closed, as_of);
    /* Within one millisecond, or one day of a virtual clock, either may have come first. */
    for (; !allowed && i < closings->count && closings->recorded_ms[i] == recorded_ms; i++) {
        allowed = book_date == vv_book_date(closings->through[i], as_of);
    }
    return allowed;
}
