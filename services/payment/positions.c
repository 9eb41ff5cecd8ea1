/*
 * positions.c: one case's amounts, for lists, samples and the comparison of two days' knowledge.
 */
#include "positions.h"

#include <string.h>

#include "proposals.h"

enum vv_status vv_positions_what_parse(const char *text, enum vv_positions_what *ret_what)
{
    static const struct {
        const char *name;
        enum vv_positions_what what;
    } rows[] = {
        {"", VV_POSITIONS_ALL},
        {"all", VV_POSITIONS_ALL},
        {"proposals", VV_POSITIONS_PROPOSALS},
        {"recoveries", VV_POSITIONS_RECOVERIES},
        {"holds", VV_POSITIONS_HOLDS},
        {"paid", VV_POSITIONS_PAID},
        {"differences", VV_POSITIONS_DIFFERENCES},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(text, rows[i].name) == 0) {
            *ret_what = rows[i].what;
            return VV_OK;
        }
    }
    return VV_INVALID;
}

struct building {
    const struct vv_call *call;
    const struct vv_payment_case *work;
    const struct vv_books *books;
    const struct vv_scheme *scheme;
    struct vv_proposals proposals;
    Vagval__V1__Position **positions;
    size_t count, room;
};

/* ---- one position per key ---- */

static Vagval__V1__Position *position_of(struct building *building, const char *component,
                                         vv_date period, const struct vv_id *contract)
{
    for (size_t i = 0; i < building->count; i++) {
        Vagval__V1__Position *known = building->positions[i];
        if (known->period == period && strcmp(known->component, component) == 0 &&
            memcmp(known->contract.data, contract->bytes, sizeof contract->bytes) == 0) {
            return known;
        }
    }
    Vagval__V1__Position *position = vv_arena_alloc(building->call->arena, sizeof *position);
    uint8_t *copy = vv_arena_copy(building->call->arena, contract->bytes, sizeof contract->bytes);
    if (position == NULL || copy == NULL || building->count == building->room) {
        return NULL;
    }
    const struct vv_payment_case *work = building->work;
    vagval__v1__position__init(position);
    position->case_id =
        (ProtobufCBinaryData){sizeof work->id.bytes, (uint8_t *)(uintptr_t)work->id.bytes};
    position->scheme = work->body->scheme;
    if (building->scheme != NULL) {
        position->currency = (char *)(uintptr_t)building->scheme->currency;
    }
    position->component = (char *)(uintptr_t)component;
    position->period = period;
    position->contract = (ProtobufCBinaryData){sizeof contract->bytes, copy};
    for (size_t i = 0; i < work->fact_count; i++) {
        if (work->facts[i].kind == VV_FACT_PLACEMENT_START &&
            vv_id_equal(work->facts[i].contract, *contract)) {
            position->contract_number = (char *)(uintptr_t)work->facts[i].contract_number;
        }
    }
    building->positions[building->count++] = position;
    return position;
}

static enum vv_status add_recovery(struct building *building, const struct vv_recovery *from,
                                   Vagval__V1__Position *position)
{
    Vagval__V1__Recovery *recovery = vv_arena_alloc(building->call->arena, sizeof *recovery);
    Vagval__V1__Recovery **list =
        vv_arena_alloc(building->call->arena, (position->n_recoveries + 1) * sizeof *list);
    if (recovery == NULL || list == NULL) {
        return VV_NO_MEMORY;
    }
    vagval__v1__recovery__init(recovery);
    recovery->id = (ProtobufCBinaryData){sizeof from->approved->id.bytes,
                                         (uint8_t *)(uintptr_t)from->approved->id.bytes};
    recovery->amount = from->approved->amount;
    recovery->state = (char *)(uintptr_t)vv_recovery_state_name(from->state);
    recovery->approved_by = (char *)(uintptr_t)from->approved->by;
    recovery->approved_on = from->approved->effective;
    recovery->contest_until = from->approved->until;
    if (from->forwarded != NULL) {
        recovery->forwarded_by = (char *)(uintptr_t)from->forwarded->by;
    }
    if (from->decided != NULL) {
        recovery->decided_by = (char *)(uintptr_t)from->decided->by;
    }
    if (position->n_recoveries > 0) {
        memcpy(list, position->recoveries, position->n_recoveries * sizeof *list);
    }
    list[position->n_recoveries++] = recovery;
    position->recoveries = list;
    return VV_OK;
}

static enum vv_status add_totals(struct building *building)
{
    const struct vv_payment_case *work = building->work;
    for (size_t i = 0; i < work->total_count; i++) {
        const struct vv_posted *total = &work->totals[i];
        Vagval__V1__Position *position =
            position_of(building, total->component, total->period, &total->contract);
        if (position == NULL) {
            return VV_NO_MEMORY;
        }
        position->posted = total->posted;
        position->proposed = total->proposed;
        position->waived = total->waived;
        position->owed_now = total->posted + total->proposed + total->waived;
        position->state = (char *)(uintptr_t)vv_proposal_state(&building->proposals, total);
        const struct vv_payment_fact *forward = vv_proposal_forwarded(&building->proposals, total);
        if (forward != NULL && total->proposed != 0) {
            position->forwarded_by = (char *)(uintptr_t)forward->by;
        }
    }
    for (size_t i = 0; i < building->proposals.recovery_count; i++) {
        const struct vv_recovery *recovery = &building->proposals.recoveries[i];
        const struct vv_payment_fact *approved = recovery->approved;
        Vagval__V1__Position *position =
            position_of(building, approved->component, approved->period, &approved->contract);
        enum vv_status status =
            position == NULL ? VV_NO_MEMORY : add_recovery(building, recovery, position);
        if (status != VV_OK) {
            return status;
        }
    }
    return VV_OK;
}

/* ---- what is held, and what was owed then ---- */

struct knowledge {
    size_t fact_count;
    uint32_t generation, links_through;
    vv_date as_of;
};

static enum vv_status owed_at(const struct building *building, const struct knowledge *knowledge,
                              struct vv_entitlement *ret_entitlement, size_t *ret_held)
{
    const struct vv_payment_case *work = building->work;
    const struct vv_book_of_scheme book = {building->call->book, work->body->scheme,
                                           knowledge->generation};
    struct vv_scheme_lookup schemes = vv_book_lookup(&book);
    struct vv_links links = building->books->links;
    links.through = knowledge->links_through;
    enum vv_status status =
        vv_entitlement(work->facts, knowledge->fact_count, &schemes, knowledge->as_of,
                       &building->call->arena->allocator, ret_entitlement);
    if (status == VV_OK) {
        vv_holds_apply(ret_entitlement, work->facts, knowledge->fact_count, &links, ret_held);
    }
    return status;
}

static struct knowledge known_now(const struct building *building)
{
    const struct vv_payment_case *work = building->work;
    const Vagval__V1__PaymentCase *body = work->body;
    vv_date today = building->call->now.today;
    return (struct knowledge){work->fact_count, body->generation, body->links_through,
                              body->as_of > today ? body->as_of : today};
}

/* The log through the end of that day. What had not been decided by then had not been computed. */
static struct knowledge known_at(const struct building *building, vv_date day,
                                 Vagval__V1__PostingBatch *const *batches, size_t batch_count)
{
    const struct vv_payment_case *work = building->work;
    int64_t end_ms = ((int64_t)day + 1) * VV_DAY_MS;
    struct knowledge knowledge = {.as_of = day};
    while (knowledge.fact_count < work->fact_count &&
           work->stored[knowledge.fact_count]->recorded_ms < end_ms) {
        knowledge.fact_count++;
    }
    for (size_t i = 0; i < batch_count && batches[i]->recorded_ms < end_ms; i++) {
        knowledge.generation = batches[i]->scheme_generation;
        knowledge.links_through = batches[i]->links_through;
    }
    return knowledge;
}

static enum vv_status add_holds(struct building *building)
{
    struct knowledge now = known_now(building);
    struct vv_entitlement entitlement;
    size_t held = 0;
    if (now.generation == 0) {
        return VV_OK;
    }
    enum vv_status status = owed_at(building, &now, &entitlement, &held);
    for (size_t i = 0; status == VV_OK && i < held; i++) {
        const struct vv_owed *owed = &entitlement.owed[entitlement.count + i];
        Vagval__V1__Position *position =
            position_of(building, owed->component->code, owed->period, &owed->contract);
        if (position == NULL) {
            return VV_NO_MEMORY;
        }
        bool same = vv_relation_of(owed, &building->books->links) == VV_SAME_ORGANISATION;
        position->state = (char *)(uintptr_t) "held";
        position->held_why = (char *)(uintptr_t)(same ? "same_organisation" : "linked");
        position->owed_then = owed->amount;
    }
    return status;
}

static enum vv_status add_then(struct building *building, const struct knowledge *knowledge)
{
    struct vv_entitlement entitlement;
    size_t held = 0;
    if (knowledge->generation == 0) {
        return VV_OK; /* nothing had been posted by then */
    }
    enum vv_status status = owed_at(building, knowledge, &entitlement, &held);
    for (size_t i = 0; status == VV_OK && i < entitlement.count; i++) {
        const struct vv_owed *owed = &entitlement.owed[i];
        Vagval__V1__Position *position =
            position_of(building, owed->component->code, owed->period, &owed->contract);
        if (position == NULL) {
            return VV_NO_MEMORY;
        }
        position->owed_then = owed->amount;
        position->example = owed->example;
    }
    return status;
}

/* ---- what was asked for ---- */

static bool is_wanted(const Vagval__V1__Position *position, enum vv_positions_what what)
{
    switch (what) {
    case VV_POSITIONS_PROPOSALS:
        return position->proposed != 0 || position->waived != 0;
    case VV_POSITIONS_RECOVERIES:
        return position->n_recoveries > 0;
    case VV_POSITIONS_HOLDS:
        return strcmp(position->state, "held") == 0;
    case VV_POSITIONS_PAID:
        return position->posted != 0;
    case VV_POSITIONS_DIFFERENCES:
        return position->owed_then != position->owed_now;
    case VV_POSITIONS_ALL:
        break;
    }
    return true;
}

enum vv_status vv_positions_of(const struct vv_call *call, const struct vv_payment_case *work,
                               Vagval__V1__PostingBatch *const *batches, size_t batch_count,
                               const struct vv_books *books, const struct vv_positions_query *query,
                               Vagval__V1__Position ***ret_positions, size_t *ret_count)
{
    struct building building = {.call = call, .work = work, .books = books};
    building.scheme = vv_book_scheme(call->book, work->body->scheme, call->now.today, 0);
    /* Keys that stand, and about as many that were owed then or are held. */
    building.room = 2 * work->total_count + 256;
    building.positions = vv_arena_alloc(call->arena, building.room * sizeof *building.positions);
    if (building.positions == NULL) {
        return VV_NO_MEMORY;
    }
    enum vv_status status = vv_proposals_read(work->facts, work->fact_count,
                                              &call->arena->allocator, &building.proposals);
    if (status == VV_OK) {
        status = add_totals(&building);
    }
    if (status == VV_OK && query->what == VV_POSITIONS_DIFFERENCES) {
        struct knowledge then =
            query->known_at == VV_DATE_NONE || query->known_at >= call->now.today
                ? known_now(&building)
                : known_at(&building, query->known_at, batches, batch_count);
        status = add_then(&building, &then);
    } else if (status == VV_OK &&
               (query->what == VV_POSITIONS_HOLDS || query->what == VV_POSITIONS_ALL)) {
        status = add_holds(&building);
    }
    if (status != VV_OK) {
        return status;
    }
    size_t kept = 0;
    for (size_t i = 0; i < building.count; i++) {
        if (is_wanted(building.positions[i], query->what)) {
            building.positions[kept++] = building.positions[i];
        }
    }
    *ret_positions = building.positions;
    *ret_count = kept;
    return VV_OK;
}
