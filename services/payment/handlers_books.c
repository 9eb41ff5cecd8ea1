/*
 * handlers_books.c: closing an accounting period and linking organisations, in one partition. A
 * command to a region is sent to each partition, with an id that follows from what it says: sent
 * again, it completes what was cut off and changes nothing else.
 */
#include "books.h"

#include <string.h>

extern const struct vv_handler vv_handle_close_period;
extern const struct vv_handler vv_handle_link_parties;
extern const struct vv_handler vv_handle_periods_page;

#define LINKS_MAX 500 /* of a region: the record is read with each decision */

static enum vv_status plan_books(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_plan *plan)
{
    (void)call;
    (void)loaded;
    vv_plan_books(plan);
    vv_plan_fact_home(plan, "books", VV_NIL);
    return VV_OK;
}

static void note_books(const struct vv_call *call, struct vv_outcome *outcome,
                       const struct vv_books *books, vv_date effective, const char *state)
{
    Vagval__V1__CorrectionNoted reply = VAGVAL__V1__CORRECTION_NOTED__INIT;
    struct vv_id id = call->id;
    reply.fact = (ProtobufCBinaryData){sizeof id.bytes, id.bytes};
    reply.state = (char *)(uintptr_t)state;
    vv_put(outcome, "books", VV_NIL, &books->body->base);
    vv_accept(outcome, effective, call->sender, VV_NIL, NULL, 0, false);
    vv_reply(outcome, &reply.base);
}

/* ---- accounting periods ---- */

static enum vv_status route_close(const struct vv_call *call, uint16_t *ret_partition)
{
    const Vagval__V1__ClosePeriod *command = (const Vagval__V1__ClosePeriod *)call->body;
    return vv_route_to(call, command->partition, ret_partition);
}

static enum vv_status decide_close(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_outcome *outcome)
{
    const Vagval__V1__ClosePeriod *command = (const Vagval__V1__ClosePeriod *)call->body;
    struct vv_books books;
    enum vv_status status = vv_books_read(call, loaded, &books);
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "partition", "the record of closed periods is broken");
    }
    if (!vv_date_valid(command->month) || command->month != vv_date_month_start(command->month)) {
        return vv_refuse(outcome, VV_INVALID, "month", "must be the first day of a month");
    }
    if (command->month > call->now.today) {
        return vv_refuse(outcome, VV_REFUSED, "month", "the month has not begun");
    }
    if (books.closed_through != VV_DATE_NONE && command->month <= books.closed_through) {
        return vv_refuse(outcome, VV_REFUSED, "month",
                         "the month is closed already; a closed period is not reopened");
    }
    books.body->closed_through = vv_date_month_end(command->month);
    books.body->facts++;
    note_books(call, outcome, &books, command->month, "closed");
    return VV_OK;
}

const struct vv_handler vv_handle_close_period = {
    .route = route_close, .plan = plan_books, .decide = decide_close};

/* ---- links between organisations ---- */

static enum vv_status route_link(const struct vv_call *call, uint16_t *ret_partition)
{
    const Vagval__V1__LinkParties *command = (const Vagval__V1__LinkParties *)call->body;
    return vv_route_to(call, command->partition, ret_partition);
}

static enum vv_status add_link(const struct vv_call *call, const Vagval__V1__LinkParties *command,
                               Vagval__V1__PaymentBooks *body)
{
    Vagval__V1__PartyLink *link = vv_arena_alloc(call->arena, sizeof *link);
    Vagval__V1__PartyLink **links =
        vv_arena_alloc(call->arena, (body->n_links + 1) * sizeof *links);
    if (link == NULL || links == NULL) {
        return VV_NO_MEMORY;
    }
    vagval__v1__party_link__init(link);
    link->provider = command->provider;
    link->party = command->party;
    link->withdrawn = command->withdrawn;
    link->index = ++body->facts;
    if (body->n_links > 0) {
        memcpy(links, body->links, body->n_links * sizeof *links);
    }
    links[body->n_links++] = link;
    body->links = links;
    return VV_OK;
}

/* Is it the organisation's number, or left out? */
static bool names(const struct vv_call *call, const char *number, struct vv_id organisation)
{
    return number[0] == '\0' || vv_id_equal(vv_id_provider(number, call->partitions), organisation);
}

static enum vv_status decide_link(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__LinkParties *command = (const Vagval__V1__LinkParties *)call->body;
    struct vv_books books;
    struct vv_id provider;
    struct vv_id party;
    enum vv_status status = vv_books_read(call, loaded, &books);
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "partition", "the record of links is broken");
    }
    if (vv_id_from_bytes(command->provider.data, command->provider.len, &provider) != VV_OK ||
        vv_id_from_bytes(command->party.data, command->party.len, &party) != VV_OK ||
        vv_id_equal(provider, party)) {
        return vv_refuse(outcome, VV_INVALID, "party", "two different organisations are needed");
    }
    if (!names(call, command->provider_number, provider) ||
        !names(call, command->party_number, party)) {
        return vv_refuse(outcome, VV_INVALID, "party_number", "is not the number of that id");
    }
    if (books.body->n_links >= LINKS_MAX) {
        return vv_refuse(outcome, VV_REFUSED, "party", "at most %d links are kept", LINKS_MAX);
    }
    if (add_link(call, command, books.body) != VV_OK) {
        return vv_refuse(outcome, VV_NO_MEMORY, "party", "the record of links is too large");
    }
    note_books(call, outcome, &books, call->now.today, command->withdrawn ? "withdrawn" : "linked");
    return VV_OK;
}

const struct vv_handler vv_handle_link_parties = {
    .route = route_link, .plan = plan_books, .decide = decide_link};

/* ---- looking at them ---- */

static enum vv_status route_periods(const struct vv_call *call, uint16_t *ret_partition)
{
    const Vagval__V1__PeriodsPage *query = (const Vagval__V1__PeriodsPage *)call->body;
    return vv_route_to(call, query->partition, ret_partition);
}

static enum vv_status plan_periods(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_plan *plan)
{
    (void)call;
    (void)loaded;
    vv_plan_books(plan);
    return VV_OK;
}

static enum vv_status list_closed(const struct vv_call *call, const struct vv_loaded *loaded,
                                  Vagval__V1__Periods *reply)
{
    Vagval__V1__Fact **facts = NULL;
    size_t count = 0;
    enum vv_status status =
        vv_record_facts(call, vv_loaded(loaded, "books", VV_NIL), &facts, &count);
    if (status != VV_OK) {
        return status;
    }
    reply->closed = vv_arena_alloc(call->arena, (count + 1) * sizeof *reply->closed);
    for (size_t i = 0; reply->closed != NULL && i < count; i++) {
        if (facts[i]->type != VV_MSG_CLOSE_PERIOD) {
            continue;
        }
        Vagval__V1__PeriodClosed *closed = vv_arena_alloc(call->arena, sizeof *closed);
        if (closed == NULL) {
            return VV_NO_MEMORY;
        }
        vagval__v1__period_closed__init(closed);
        closed->month = facts[i]->effective;
        closed->recorded_ms = facts[i]->recorded_ms;
        closed->by = facts[i]->source;
        reply->closed[reply->n_closed++] = closed;
    }
    return reply->closed == NULL ? VV_NO_MEMORY : VV_OK;
}

static bool is_id(ProtobufCBinaryData a, ProtobufCBinaryData b)
{
    return a.len == b.len && a.len > 0 && memcmp(a.data, b.data, a.len) == 0;
}

/* One organisation's links, as they were noted. */
static enum vv_status list_links_of(const struct vv_call *call, const struct vv_loaded *loaded,
                                    ProtobufCBinaryData provider, Vagval__V1__Periods *reply)
{
    Vagval__V1__Fact **facts = NULL;
    size_t count = 0;
    enum vv_status status =
        vv_record_facts(call, vv_loaded(loaded, "books", VV_NIL), &facts, &count);

    reply->n_party_links = 0;
    reply->party_links = vv_arena_alloc(call->arena, (count + 1) * sizeof *reply->party_links);
    if (status != VV_OK || reply->party_links == NULL) {
        return status != VV_OK ? status : VV_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        if (facts[i]->type != VV_MSG_LINK_PARTIES) {
            continue;
        }
        Vagval__V1__PartyLink *link = vv_arena_alloc(call->arena, sizeof *link);
        const Vagval__V1__LinkParties *said = vagval__v1__link_parties__unpack(
            &call->arena->allocator, facts[i]->body.len, facts[i]->body.data);
        if (link == NULL || said == NULL) {
            return link == NULL ? VV_NO_MEMORY : VV_CORRUPT;
        }
        if (!is_id(said->provider, provider) && !is_id(said->party, provider)) {
            continue;
        }
        vagval__v1__party_link__init(link);
        link->provider = said->provider;
        link->party = said->party;
        link->index = facts[i]->index;
        link->withdrawn = said->withdrawn;
        link->provider_number = said->provider_number;
        link->party_number = said->party_number;
        link->note = said->note;
        link->by = facts[i]->source;
        link->recorded_ms = facts[i]->recorded_ms;
        reply->party_links[reply->n_party_links++] = link;
    }
    return VV_OK;
}

static enum vv_status decide_periods(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_outcome *outcome)
{
    Vagval__V1__Periods reply = VAGVAL__V1__PERIODS__INIT;
    struct vv_books books;
    enum vv_status status = vv_books_read(call, loaded, &books);
    if (status == VV_OK) {
        status = list_closed(call, loaded, &reply);
    }
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "partition", "the record of closed periods is broken");
    }
    reply.closed_through = books.body->closed_through;
    reply.links = (uint32_t)books.links.count;
    reply.party_links = books.body->links;
    reply.n_party_links = books.body->n_links;
    const Vagval__V1__PeriodsPage *query = (const Vagval__V1__PeriodsPage *)call->body;
    if (query->provider.len > 0) {
        status = list_links_of(call, loaded, query->provider, &reply);
    }
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "provider", "the record of links is broken");
    }
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_periods_page = {
    .route = route_periods, .plan = plan_periods, .decide = decide_periods};
