/*
 * handlers_tender_query.c: a scheme's tender document, and a notice with its receipts.
 */
#include "authorisation.h"
#include "provider-registry.h"
#include "tender.h"

extern const struct vv_handler vv_handle_show_tender;
extern const struct vv_handler vv_handle_show_notice;

static enum vv_status route_tender(const struct vv_call *call, uint16_t *ret_partition)
{
    const Vagval__V1__ShowTender *query = (const Vagval__V1__ShowTender *)call->body;

    *ret_partition = vv_id_partition(vv_id_area(query->scheme, "", call->partitions));
    return VV_OK;
}

static enum vv_status plan_show(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    const Vagval__V1__ShowTender *query = (const Vagval__V1__ShowTender *)call->body;

    (void)loaded;
    vv_plan_load(plan, "tender", vv_id_area(query->scheme, "", call->partitions));
    return VV_OK;
}

static enum vv_status decide_show(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__ShowTender *query = (const Vagval__V1__ShowTender *)call->body;
    struct vv_id id = vv_id_area(query->scheme, "", call->partitions);
    ProtobufCMessage *message = NULL;
    enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "tender", id),
                                             &vagval__v1__tender__descriptor, &message);

    if (status != VV_OK) {
        return status;
    }
    const struct vv_scheme *scheme = vv_book_scheme(call->book, query->scheme, call->now.today, 0);
    if (scheme == NULL && !vv_loaded(loaded, "tender", id)->exists) {
        return vv_refuse(outcome, VV_NOT_FOUND, "scheme",
                         "has no tender document, and is not in force today");
    }
    if (scheme != NULL && scheme->authorisation != NULL) { /* told before the first draft, too */
        ((Vagval__V1__Tender *)message)->form =
            (char *)(uintptr_t)vv_procurement_word(scheme->authorisation->form);
    }
    vv_reply(outcome, message);
    return VV_OK;
}

const struct vv_handler vv_handle_show_tender = {
    .route = route_tender, .plan = plan_show, .decide = decide_show};

static enum vv_status route_notice(const struct vv_call *call, uint16_t *ret_partition)
{
    const Vagval__V1__ShowNotice *query = (const Vagval__V1__ShowNotice *)call->body;

    *ret_partition = vv_id_partition(vv_id_area(query->scheme, "", call->partitions));
    return VV_OK;
}

static enum vv_status plan_show_notice(const struct vv_call *call, const struct vv_loaded *loaded,
                                       struct vv_plan *plan)
{
    const Vagval__V1__ShowNotice *query = (const Vagval__V1__ShowNotice *)call->body;
    struct vv_id id = vv_id_area(query->scheme, "", call->partitions);

    (void)loaded;
    vv_plan_load(plan, "tender", id);
    vv_plan_load(plan, "notice", vv_tender_receipts_id(id, query->notice));
    return VV_OK;
}

static enum vv_status decide_show_notice(const struct vv_call *call, const struct vv_loaded *loaded,
                                         struct vv_outcome *outcome)
{
    const Vagval__V1__ShowNotice *query = (const Vagval__V1__ShowNotice *)call->body;
    struct vv_id id = vv_id_area(query->scheme, "", call->partitions);
    ProtobufCMessage *message = NULL, *receipts = NULL;
    enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "tender", id),
                                             &vagval__v1__tender__descriptor, &message);
    Vagval__V1__Tender *tender = (Vagval__V1__Tender *)message;

    if (status == VV_OK && (query->notice < 1 || query->notice > tender->n_notices)) {
        return vv_refuse(outcome, VV_NOT_FOUND, "notice", "there is no such notice");
    }
    if (status == VV_OK) {
        status = vv_record_unpack(
            call, vv_loaded(loaded, "notice", vv_tender_receipts_id(id, query->notice)),
            &vagval__v1__notice__descriptor, &receipts);
    }
    if (status == VV_OK) {
        Vagval__V1__Notice *notice = tender->notices[query->notice - 1];
        notice->n_receipts = ((Vagval__V1__Notice *)receipts)->n_receipts;
        notice->receipts = ((Vagval__V1__Notice *)receipts)->receipts;
        vv_reply(outcome, &notice->base);
    }
    return status;
}

const struct vv_handler vv_handle_show_notice = {
    .route = route_notice, .plan = plan_show_notice, .decide = decide_show_notice};
