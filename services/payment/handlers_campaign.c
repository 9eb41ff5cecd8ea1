/*
 * handlers_campaign.c: a recompute campaign of one partition. Told of the book, payment notes what
 * it works towards and sets a timer; each firing computes a slice of the list of cases and sets the
 * next. A slice is one commit with the position, so nothing is done twice or left out.
 */
#include "campaign.h"
#include "casework.h"
#include "decide.h"

#include "vagval/limits.h"

extern const struct vv_handler vv_handle_campaign_due;

/* A slice ends when one of these is reached, after the first case at the latest: it must fit one
 * arena and one commit. A case with a year of facts takes some 40 KB and 12 totals, so that the
 * number of cases is what ends nearly every slice: those that were read for it are computed in it.
 */
#define SLICE_CASES_MAX 24
#define SLICE_ARENA_BYTES (VV_ARENA_BYTES * 3 / 8)
#define SLICE_TOTALS_MAX 384 /* of the cases with a batch: each line of it changes one */

_Static_assert(SLICE_ARENA_BYTES * 2 < VV_ARENA_BYTES, "a slice leaves room for its last case");

static const struct vv_record *slice_of(const struct vv_loaded *loaded, uint64_t position)
{
    return vv_loaded_list(loaded, "cases", VV_NIL, position);
}

static enum vv_status plan_campaign(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_plan *plan)
{
    uint32_t target = 0;
    uint64_t position = 0;
    vv_campaign_plan(plan);
    vv_plan_books(plan);
    if (!vv_campaign_subject_read(call->subject, &target, &position)) {
        return VV_OK; /* told of the book */
    }
    /* The campaign's record was committed before this timer could fire, and whoever creates a case
     * reads that record: so a case that this list does not show yet needs no recomputing. */
    vv_plan_listed(plan, loaded, "cases", position, SLICE_CASES_MAX, "case");
    return VV_OK;
}

/* ---- the beginning ---- */

static enum vv_status begin(const struct vv_call *call, struct vv_outcome *outcome,
                            Vagval__V1__PaymentCampaign *campaign)
{
    uint32_t wanted = vv_campaign_wanted(call->book);
    if (campaign->target >= wanted) {
        return VV_OK; /* done, or under way: the slice's timer is in the store */
    }
    if (campaign->target > campaign->done) {
        vv_timer_clear(outcome, VV_MSG_CAMPAIGN_DUE,
                       vv_campaign_subject(call->partition, campaign->target, campaign->position));
    }
    campaign->target = wanted;
    campaign->position = 0;
    vv_put(outcome, "campaign", VV_NIL, &campaign->base);
    vv_timer_set(outcome, VV_MSG_CAMPAIGN_DUE, vv_campaign_subject(call->partition, wanted, 0),
                 call->now.today);
    return VV_OK;
}

/* ---- a slice ---- */

struct slice {
    const struct vv_call *call;
    const struct vv_loaded *loaded;
    struct vv_outcome *outcome;
    const Vagval__V1__PaymentCampaign *campaign;
    size_t arena_mark;
    uint32_t computed, batches; /* cases computed again; those with a difference */
    size_t totals;
};

static enum vv_status compute_case(struct slice *slice, const struct vv_record *record,
                                   struct vv_id id)
{
    struct vv_payment_case work;
    Vagval__V1__PaymentCase *known = NULL;
    enum vv_status status = vv_payment_case_body(slice->call, record, &known);
    if (status != VV_OK) {
        return status;
    }
    uint32_t needed = vv_campaign_needed(slice->call->book, known->scheme, slice->campaign->target);
    if (known->generation >= needed) {
        return VV_OK; /* of another scheme, or a fact was there before us */
    }
    uint32_t batches = known->batches;
    status = vv_payment_case_open(slice->call, record, id, known, &work);
    if (status == VV_OK) {
        status = vv_payment_decide(slice->call, slice->loaded, slice->outcome, &work);
    }
    if (status == VV_OK) {
        bool changed = work.body->batches > batches;
        slice->computed++;
        slice->batches += changed ? 1 : 0;
        slice->totals += changed ? work.total_count : 0;
    }
    return status;
}

static bool is_full(const struct slice *slice)
{
    return slice->totals >= SLICE_TOTALS_MAX ||
           slice->call->arena->used - slice->arena_mark > SLICE_ARENA_BYTES;
}

/* Counters for people: `vagval pay campaign` adds them up over the partitions. */
static enum vv_status count(const struct slice *slice, const char *what, uint32_t generation,
                            int64_t number)
{
    const char *name =
        vv_arena_format(slice->call->arena, "campaign:%u:%s", (unsigned)generation, what);
    if (name == NULL) {
        return VV_NO_MEMORY;
    }
    vv_add(slice->outcome, "sums", VV_NIL, name, number);
    return VV_OK;
}

static enum vv_status count_slice(const struct slice *slice)
{
    uint32_t target = slice->campaign->target;
    enum vv_status status = VV_OK;
    if (slice->computed > 0) {
        status = count(slice, "cases", target, slice->computed);
    }
    if (status == VV_OK && slice->batches > 0) {
        status = count(slice, "changed", target, slice->batches);
    }
    return status;
}

/* The partition is done with every further version up to the target. */
static enum vv_status count_done(const struct slice *slice)
{
    enum vv_status status = VV_OK;
    for (uint32_t g = slice->campaign->done + 1; status == VV_OK && g <= slice->campaign->target;
         g++) {
        if (vv_book_amended(slice->call->book, g) != NULL) {
            status = count(slice, "partitions", g, 1);
        }
    }
    return status;
}

static enum vv_status compute_slice(struct slice *slice, const struct vv_loaded *loaded,
                                    Vagval__V1__PaymentCampaign *campaign)
{
    const struct vv_call *call = slice->call;
    const struct vv_record *list = slice_of(loaded, campaign->position);
    enum vv_status status = VV_OK;
    size_t seen = 0;
    for (; status == VV_OK && seen < list->field_count && (seen == 0 || !is_full(slice)); seen++) {
        struct vv_id id;
        if (vv_list_id(list, seen, &id)) {
            status = compute_case(slice, vv_loaded(loaded, "case", id), id);
        }
    }
    if (status == VV_OK) {
        status = count_slice(slice);
    }
    if (status != VV_OK) {
        return status;
    }
    campaign->position += seen;
    if (seen < list->field_count || seen == SLICE_CASES_MAX) {
        vv_timer_set(slice->outcome, VV_MSG_CAMPAIGN_DUE,
                     vv_campaign_subject(call->partition, campaign->target, campaign->position),
                     call->now.today);
    } else {
        status = count_done(slice);
        campaign->done = campaign->target;
    }
    vv_put(slice->outcome, "campaign", VV_NIL, &campaign->base);
    return status;
}

static enum vv_status decide_campaign(const struct vv_call *call, const struct vv_loaded *loaded,
                                      struct vv_outcome *outcome)
{
    Vagval__V1__PaymentCampaign *campaign = NULL;
    uint32_t target = 0;
    uint64_t position = 0;
    enum vv_status status = vv_campaign_read(call, loaded, &campaign);
    if (status != VV_OK) {
        return status;
    }
    if (!vv_campaign_subject_read(call->subject, &target, &position)) {
        return begin(call, outcome, campaign);
    }
    if (target != campaign->target || position != campaign->position ||
        campaign->done >= campaign->target) {
        return VV_OK; /* of a campaign that a later publication has taken over */
    }
    if (campaign->target > vv_book_generation(call->book)) {
        return VV_BUSY; /* the runtime reads the book and comes back */
    }
    struct slice slice = {.call = call,
                          .loaded = loaded,
                          .outcome = outcome,
                          .campaign = campaign,
                          .arena_mark = call->arena->used};
    return compute_slice(&slice, loaded, campaign);
}

const struct vv_handler vv_handle_campaign_due = {.plan = plan_campaign, .decide = decide_campaign};
