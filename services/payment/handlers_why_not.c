/*
 * handlers_why_not.c: why a component of a case is not owed.
 */
#include "books.h"
#include "casework.h"
#include "commitments.h"
#include "vagval/protected.h"
#include "why_not.h"

extern const struct vv_handler vv_handle_why_not;

static enum vv_status add_condition(const struct vv_call *call, struct vv_condition *from,
                                    Vagval__V1__WhyNotReply *reply)
{
    Vagval__V1__Condition *condition = vv_arena_alloc(call->arena, sizeof *condition);
    if (condition == NULL) {
        return VV_NO_MEMORY;
    }
    vagval__v1__condition__init(condition);
    condition->code = (char *)(uintptr_t)from->code;
    condition->state = (char *)(uintptr_t)vv_condition_state_name(from->state);
    condition->text_en = from->text_en;
    condition->text_sv = from->text_sv;
    condition->who = (char *)(uintptr_t)from->who;
    condition->by = from->by == VV_DATE_NONE ? 0 : from->by;
    if (from->fact != NULL) {
        condition->facts = vv_arena_alloc(call->arena, sizeof *condition->facts);
        if (condition->facts == NULL) {
            return VV_NO_MEMORY;
        }
        condition->facts[0] = (ProtobufCBinaryData){sizeof from->fact->id.bytes,
                                                    (uint8_t *)(uintptr_t)from->fact->id.bytes};
        condition->n_facts = 1;
    }
    reply->conditions[reply->n_conditions++] = condition;
    return VV_OK;
}

static enum vv_status decide_why_not(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_outcome *outcome)
{
    const Vagval__V1__WhyNot *query = (const Vagval__V1__WhyNot *)call->body;
    const struct vv_record *record = vv_loaded(loaded, "case", call->subject);
    struct vv_payment_case work;
    struct vv_books books;
    struct vv_why_not why;
    if (!record->exists) {
        return vv_refuse(outcome, VV_NOT_FOUND, "case_id", "payment knows no such case");
    }
    enum vv_status status = vv_payment_case_read(call, record, call->subject, &work);
    if (status == VV_OK && !vv_case_is_open(call, work.body->protected_identity)) {
        return vv_refuse_protected(outcome);
    }
    if (status == VV_OK) {
        status = vv_books_read(call, loaded, &books);
    }
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "case_id", "the stored case does not read back");
    }
    struct vv_book_of_scheme book = {call->book, work.body->scheme, 0};
    struct vv_scheme_lookup schemes = vv_book_lookup(&book);
    vv_date as_of = work.body->as_of > call->now.today ? work.body->as_of : call->now.today;
    status = vv_why_not(work.facts, work.fact_count, &schemes, as_of, query->component,
                        &books.links, &call->arena->allocator, &why);
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "component",
                         "the scheme has no such component on this day; `vagval scheme show` "
                         "lists them");
    }
    Vagval__V1__WhyNotReply reply = VAGVAL__V1__WHY_NOT_REPLY__INIT;
    reply.component = query->component;
    reply.scheme_version = (char *)(uintptr_t)why.scheme->version;
    reply.as_of = as_of;
    reply.owed = why.owed;
    reply.conditions = vv_arena_alloc(call->arena, (why.count + 1) * sizeof *reply.conditions);
    struct vv_condition cover = {
        .code = "budget.cover",
        .state = VV_CONDITION_MISSING,
        .text_en = "No budget covers the placement: nothing is posted before it does",
        .text_sv = "Ingen budget täcker anvisningen: inget bokförs förrän det sker",
        .who = "agency",
        .by = VV_DATE_NONE,
    };
    status = reply.conditions == NULL ? VV_NO_MEMORY : VV_OK;
    for (size_t i = 0; status == VV_OK && i < why.count; i++) {
        status = add_condition(call, &why.conditions[i], &reply);
    }
    if (status == VV_OK && vv_commitments_block(why.scheme, &work, as_of)) {
        status = add_condition(call, &cover, &reply);
    }
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "component", "the answer is too large");
    }
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_why_not = {.plan = vv_payment_plan_case,
                                             .decide = decide_why_not};
