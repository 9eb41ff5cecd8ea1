/*
 * handlers_evidence.c: an invoice that agrees has billed an amount of the case: the documents that
 * it rests on are told to the registry.
 */
#include "casework.h"
#include "decide.h"
#include "invoiced.h"

#include <string.h>

extern const struct vv_handler vv_handle_note_invoiced;
extern const struct vv_handler vv_answer_note_invoiced;

static enum vv_status plan_note(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    (void)loaded;
    vv_plan_load(plan, "case", call->subject);
    return VV_OK;
}

static bool is_billed(const Vagval__V1__Line *line, const Vagval__V1__NoteInvoiced *order)
{
    return line->period == order->period && strcmp(line->component, order->component) == 0 &&
           line->contract.len == order->contract.len &&
           memcmp(line->contract.data, order->contract.data, line->contract.len) == 0;
}

/* It leaves no fact: told again, the registry finds nothing new in it. */
static enum vv_status decide_note(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__NoteInvoiced *order = (const Vagval__V1__NoteInvoiced *)call->body;
    const struct vv_record *record = vv_loaded(loaded, "case", call->subject);
    const struct vv_scheme *scheme = vv_book_scheme(call->book, order->scheme, order->period, 0);
    Vagval__V1__InvoicedNoted reply = VAGVAL__V1__INVOICED_NOTED__INIT;
    Vagval__V1__PostingBatch **batches = NULL;
    struct vv_payment_case work;
    size_t batch_count = 0, count = 0;
    ProtobufCBinaryData *records =
        vv_arena_alloc(call->arena, VV_INVOICED_RECORDS_MAX * sizeof *records);
    enum vv_status status =
        records == NULL ? VV_NO_MEMORY : vv_payment_case_read(call, record, call->subject, &work);
    if (status == VV_OK) {
        status = vv_payment_batches(call, record, &batches, &batch_count);
    }
    if (status != VV_OK) {
        return status;
    }
    for (size_t i = 0; scheme != NULL && i < batch_count; i++) {
        for (size_t k = 0; k < batches[i]->n_lines; k++) {
            if (is_billed(batches[i]->lines[k], order)) {
                vv_invoiced_collect(scheme, batches[i]->lines[k], work.facts, work.fact_count,
                                    records, &count);
            }
        }
    }
    vv_invoiced_tell(outcome, order->scheme, order->on, order->case_id, records, count);
    reply.case_id = order->case_id;
    reply.documents = (uint32_t)count;
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_note_invoiced = {.plan = plan_note, .decide = decide_note};
const struct vv_handler vv_answer_note_invoiced = {.plan = vv_plan_nothing,
                                                   .decide = vv_decide_nothing};
