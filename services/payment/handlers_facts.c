/*
 * handlers_facts.c: what payment does when a fact comes or a day is reached: it computes what is
 * owed for the case, compares with what stands posted, and posts the difference. A premium on job
 * start, a month's base, a late result and a correction all take this one path.
 */
#include "campaign.h"
#include "decide.h"

VV_FEEDS_PAYMENT(VV_FEED_DECLARE)
extern const struct vv_handler vv_handle_entitlement_due;

/* ---- facts ---- */

enum vv_status vv_payment_plan_case(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_plan *plan)
{
    (void)loaded;
    vv_plan_load(plan, "case", call->subject);
    vv_plan_books(plan);
    return VV_OK;
}

enum vv_status vv_payment_plan_fact(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_plan *plan)
{
    if (call->type == VV_MSG_LEVEL_DECIDED) {
        vv_plan_load_new(plan, "case", call->subject); /* most have no other level before it */
    } else {
        vv_plan_load(plan, "case", call->subject);
    }
    vv_plan_books(plan);
    vv_plan_fact_home(plan, "case", call->subject);
    const struct vv_record *record = vv_loaded(loaded, "case", call->subject);
    if (record != NULL && !record->exists) {
        vv_campaign_plan(plan);
    }
    return VV_OK;
}

/* When the fact holds. A decision on a report, or on obligations, holds from the day on which it
 * was made, so that an approval and its later withdrawal stand in that order. */
static int32_t effective_of(const struct vv_call *call)
{
    bool decision = call->type == VV_MSG_REPORT_DECIDED || call->type == VV_MSG_OBLIGATIONS_STATED;
    if (decision && call->recorded_ms > 0) {
        return (int32_t)(call->recorded_ms / VV_DAY_MS);
    }
    return call->effective;
}

enum vv_status vv_payment_add_fact(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_outcome *outcome, int32_t effective,
                                   const char *source, struct vv_payment_case *work)
{
    struct vv_payment_fact *fact = &work->facts[work->fact_count];
    enum vv_status status = vv_payment_fact_read(call->type, call->body, call->id, effective,
                                                 (uint32_t)work->fact_count + 1, fact);
    if (status != VV_OK) {
        return status;
    }
    work->fact_count++;
    if (!work->exists) {
        status = vv_campaign_admits(call, loaded);
        if (status != VV_OK) {
            return status;
        }
        vv_append(outcome, "cases", VV_NIL, call->subject.bytes, sizeof call->subject.bytes);
        vv_add(outcome, "sums", VV_NIL, "cases", 1);
    }
    vv_accept(outcome, effective, source, fact->supersedes, NULL, 0, false);
    return VV_OK;
}

static enum vv_status decide_fact(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    struct vv_payment_case work;
    enum vv_status status =
        vv_payment_case_read(call, vv_loaded(loaded, "case", call->subject), call->subject, &work);
    if (status == VV_OK) {
        status = vv_payment_add_fact(
            call, loaded, outcome, effective_of(call),
            call->type == VV_MSG_LEVEL_DECIDED ? "assessment" : "provider-registry", &work);
    }
    if (status == VV_OK && call->type == VV_MSG_LEVEL_DECIDED) {
        work.body->protected_identity =
            ((const Vagval__V1__LevelDecided *)call->body)->protected_identity;
    }
    return status == VV_OK ? vv_payment_decide(call, loaded, outcome, &work) : status;
}

const struct vv_handler vv_on_level_decided = {.plan = vv_payment_plan_fact, .decide = decide_fact};
const struct vv_handler vv_on_placement_started = {.plan = vv_payment_plan_fact,
                                                   .decide = decide_fact};
const struct vv_handler vv_on_placement_ended = {.plan = vv_payment_plan_fact,
                                                 .decide = decide_fact};
const struct vv_handler vv_on_service_extended = {.plan = vv_payment_plan_fact,
                                                  .decide = decide_fact};
const struct vv_handler vv_on_report_decided = {.plan = vv_payment_plan_fact,
                                                .decide = decide_fact};
const struct vv_handler vv_on_outcome_recorded = {.plan = vv_payment_plan_fact,
                                                  .decide = decide_fact};
const struct vv_handler vv_on_obligations_stated = {.plan = vv_payment_plan_fact,
                                                    .decide = decide_fact};
const struct vv_handler vv_on_evidence_stated = {.plan = vv_payment_plan_fact,
                                                 .decide = decide_fact};
const struct vv_handler vv_on_unit_recorded = {.plan = vv_payment_plan_fact, .decide = decide_fact};

/* Who may see the case: no fact, for nothing is owed by it. */
static enum vv_status plan_protection(const struct vv_call *call, const struct vv_loaded *loaded,
                                      struct vv_plan *plan)
{
    (void)loaded;
    vv_plan_load(plan, "case", call->subject);
    return VV_OK;
}

static enum vv_status decide_protection(const struct vv_call *call, const struct vv_loaded *loaded,
                                        struct vv_outcome *outcome)
{
    const struct vv_record *record = vv_loaded(loaded, "case", call->subject);
    ProtobufCMessage *message = NULL;
    enum vv_status status =
        vv_record_unpack(call, record, &vagval__v1__payment_case__descriptor, &message);
    if (status != VV_OK || !record->exists) {
        return status; /* the level that makes the case here says it too */
    }
    ((Vagval__V1__PaymentCase *)message)->protected_identity =
        ((const Vagval__V1__ProtectionStated *)call->body)->protected_identity;
    vv_put(outcome, "case", call->subject, message);
    return VV_OK;
}

const struct vv_handler vv_on_protection_stated = {.plan = plan_protection,
                                                   .decide = decide_protection};

/* ---- the day on which something falls due ---- */

static enum vv_status plan_due(const struct vv_call *call, const struct vv_loaded *loaded,
                               struct vv_plan *plan)
{
    (void)loaded;
    vv_plan_load(plan, "case", call->subject);
    vv_plan_books(plan);
    return VV_OK;
}

static enum vv_status decide_due(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_outcome *outcome)
{
    struct vv_payment_case work;
    enum vv_status status =
        vv_payment_case_read(call, vv_loaded(loaded, "case", call->subject), call->subject, &work);
    if (status != VV_OK || !work.exists) {
        return status;
    }
    return vv_payment_decide(call, loaded, outcome, &work);
}

const struct vv_handler vv_handle_entitlement_due = {.plan = plan_due, .decide = decide_due};
