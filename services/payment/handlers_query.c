/*
 * handlers_query.c: why a posting is what it is, a case's timeline, a partition's balances.
 */
#include "casework.h"
#include "decide.h"
#include "replay.h"
#include "timeline.h"
#include "vagval/protected.h"

#include <stdlib.h>
#include <string.h>

extern const struct vv_handler vv_handle_case_show;
extern const struct vv_handler vv_handle_explain_posting;
extern const struct vv_handler vv_handle_ledger_page;

/* ---- a case's timeline ---- */

/* A case with its postings and their texts made again. */
struct shown {
    struct vv_payment_case work;
    struct vv_books books;
    Vagval__V1__PostingBatch **batches;
    size_t batch_count;
};

/* Refuses a case that there is not, or that the sender must not see. */
static enum vv_status open_case(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_outcome *outcome, struct shown *ret_shown)
{
    const struct vv_record *record = vv_loaded(loaded, "case", call->subject);
    if (!record->exists) {
        return vv_refuse(outcome, VV_NOT_FOUND, "case_id", "payment knows no such case");
    }
    enum vv_status status = vv_payment_case_read(call, record, call->subject, &ret_shown->work);
    if (status == VV_OK && !vv_case_is_open(call, ret_shown->work.body->protected_identity)) {
        return vv_refuse_protected(outcome);
    }
    if (status == VV_OK) {
        status = vv_payment_batches(call, record, &ret_shown->batches, &ret_shown->batch_count);
    }
    if (status == VV_OK) {
        status = vv_books_read(call, loaded, &ret_shown->books);
    }
    if (status == VV_OK) {
        status = vv_replay_texts(call, &ret_shown->work, &ret_shown->books, ret_shown->batches,
                                 ret_shown->batch_count);
    }
    return status == VV_OK ? VV_OK
                           : vv_refuse(outcome, status, "case_id",
                                       "the stored facts and postings do not read back");
}

static enum vv_status decide_show(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    struct shown shown = {.batches = NULL};
    enum vv_status status = open_case(call, loaded, outcome, &shown);
    if (status != VV_OK) {
        return status;
    }
    Vagval__V1__CaseView view = VAGVAL__V1__CASE_VIEW__INIT;
    struct vv_id id = call->subject;
    status = vv_payment_timeline(call->arena, &shown.work, shown.batches, shown.batch_count, &view);
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "case_id", "the case cannot be shown");
    }
    view.case_id = (ProtobufCBinaryData){sizeof id.bytes, id.bytes};
    view.scheme = shown.work.body->scheme;
    vv_reply(outcome, &view.base);
    return VV_OK;
}

const struct vv_handler vv_handle_case_show = {.plan = vv_payment_plan_case, .decide = decide_show};

/* ---- why was this paid? ---- */

static bool names_fact(const Vagval__V1__PostingBatch *batch, const Vagval__V1__Fact *fact)
{
    for (size_t i = 0; i < batch->n_lines; i++) {
        for (size_t k = 0; k < batch->lines[i]->n_facts; k++) {
            ProtobufCBinaryData id = batch->lines[i]->facts[k];
            if (id.len == fact->id.len && memcmp(id.data, fact->id.data, id.len) == 0) {
                return true;
            }
        }
    }
    return false;
}

static bool wanted_batch(const Vagval__V1__ExplainPosting *query,
                         const Vagval__V1__PostingBatch *batch)
{
    return query->batch.len == 0 || (query->batch.len == batch->id.len &&
                                     memcmp(query->batch.data, batch->id.data, batch->id.len) == 0);
}

static enum vv_status decide_explain(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_outcome *outcome)
{
    const Vagval__V1__ExplainPosting *query = (const Vagval__V1__ExplainPosting *)call->body;
    Vagval__V1__PostingExplained reply = VAGVAL__V1__POSTING_EXPLAINED__INIT;
    struct shown shown = {.batches = NULL};
    enum vv_status status = open_case(call, loaded, outcome, &shown);
    if (status != VV_OK) {
        return status;
    }
    Vagval__V1__PostingBatch **batches = shown.batches;
    struct vv_payment_case *work = &shown.work;
    for (size_t i = 0; i < shown.batch_count; i++) {
        if (wanted_batch(query, batches[i])) {
            batches[reply.n_batches++] = batches[i];
        }
    }
    if (reply.n_batches == 0 && query->batch.len > 0) {
        return vv_refuse(outcome, VV_NOT_FOUND, "batch", "the case has no such posting batch");
    }
    for (size_t i = 0; i < work->fact_count; i++) {
        bool named = query->batch.len == 0;
        for (size_t k = 0; !named && k < reply.n_batches; k++) {
            named = names_fact(batches[k], work->stored[i]);
        }
        if (named) {
            work->stored[reply.n_facts++] = work->stored[i];
        }
    }
    reply.batches = batches;
    reply.facts = work->stored;
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_explain_posting = {.plan = vv_payment_plan_case,
                                                     .decide = decide_explain};

/* ---- balances of one partition ---- */

static enum vv_status route_ledger(const struct vv_call *call, uint16_t *ret_partition)
{
    const Vagval__V1__LedgerPage *query = (const Vagval__V1__LedgerPage *)call->body;
    return vv_route_to(call, query->partition, ret_partition);
}

static enum vv_status plan_ledger(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_plan *plan)
{
    (void)call;
    (void)loaded;
    vv_plan_hash(plan, "balances", VV_NIL);
    vv_plan_hash(plan, "sums", VV_NIL);
    return VV_OK;
}

/* A counter's hash as named sums. Errors: VV_NO_MEMORY. */
static enum vv_status read_sums(const struct vv_call *call, const struct vv_record *record,
                                Vagval__V1__Sum ***ret_sums, size_t *ret_count)
{
    size_t count = record->field_count;
    Vagval__V1__Sum **list = vv_arena_alloc(call->arena, (count + 1) * sizeof *list);
    Vagval__V1__Sum *sums = vv_arena_alloc(call->arena, (count + 1) * sizeof *sums);
    if (list == NULL || sums == NULL) {
        return VV_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        const struct vv_field *field = &record->fields[i];
        const char *name =
            vv_arena_format(call->arena, "%.*s", (int)field->name_len, (const char *)field->name);
        const char *value =
            vv_arena_format(call->arena, "%.*s", (int)field->value_len, (const char *)field->value);
        if (name == NULL || value == NULL) {
            return VV_NO_MEMORY;
        }
        vagval__v1__sum__init(&sums[i]);
        sums[i].name = (char *)(uintptr_t)name;
        sums[i].amount = strtoll(value, NULL, 10);
        list[i] = &sums[i];
    }
    *ret_sums = list;
    *ret_count = count;
    return VV_OK;
}

/* The scheme of "expense:<scheme>:<component>", for its currency. */
static const char *currency_of(const struct vv_call *call, const char *account)
{
    static const char expense[] = "expense:";
    if (strncmp(account, expense, sizeof expense - 1) != 0) {
        return NULL;
    }
    const char *scheme = account + sizeof expense - 1;
    const char *end = strrchr(scheme, ':');
    const char *id =
        end == NULL ? NULL : vv_arena_format(call->arena, "%.*s", (int)(end - scheme), scheme);
    const struct vv_scheme *known =
        id == NULL ? NULL : vv_book_scheme(call->book, id, call->now.today, 0);
    return known == NULL ? NULL : known->currency;
}

static enum vv_status decide_ledger(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_outcome *outcome)
{
    Vagval__V1__LedgerSums reply = VAGVAL__V1__LEDGER_SUMS__INIT;
    enum vv_status status =
        read_sums(call, vv_loaded(loaded, "balances", VV_NIL), &reply.balances, &reply.n_balances);
    if (status == VV_OK) {
        status = read_sums(call, vv_loaded(loaded, "sums", VV_NIL), &reply.components,
                           &reply.n_components);
    }
    if (status != VV_OK) {
        return vv_refuse(outcome, status, "partition", "the balances do not fit a page");
    }
    for (size_t i = 0; i < reply.n_balances && reply.currency[0] == '\0'; i++) {
        const char *currency = currency_of(call, reply.balances[i]->name);
        if (currency != NULL) {
            reply.currency = (char *)(uintptr_t)currency;
        }
    }
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_ledger_page = {
    .route = route_ledger, .plan = plan_ledger, .decide = decide_ledger};
