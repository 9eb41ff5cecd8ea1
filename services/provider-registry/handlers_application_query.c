/*
 * handlers_application_query.c: what is missing of an application, and which there are.
 */
#include "authorisation.h"
#include "provider-registry.h"
#include "tender.h"
#include "work.h"

#include <string.h>

extern const struct vv_handler vv_handle_judge_application;
extern const struct vv_handler vv_handle_list_applications;

/* Of one partition; a page would follow if regions grew beyond it. */
#define LISTED_MAX 256

/* ---- what is missing ---- */

static enum vv_status plan_judge(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_plan *plan)
{
    (void)loaded;
    vv_plan_load(plan, "application", call->subject);
    vv_tender_ask(call, plan);
    return VV_OK;
}

static enum vv_status add_findings(struct vv_work *work,
                                   const struct vv_authorisation_judgement *judgement,
                                   Vagval__V1__ApplicationJudged *reply)
{
    for (size_t i = 0; i < judgement->finding_count; i++) {
        const struct vv_finding *finding = &judgement->findings[i];
        Vagval__V1__CriterionFinding *line = vv_work_alloc(work, sizeof *line);
        if (line == NULL) {
            return VV_NO_MEMORY;
        }
        vagval__v1__criterion_finding__init(line);
        line->code = (char *)(uintptr_t)finding->code;
        line->met = (char *)(uintptr_t)vv_truth_word(finding->met);
        line->text_en = (char *)(uintptr_t)finding->text_en;
        line->text_sv = (char *)(uintptr_t)finding->text_sv;
        reply->findings = vv_work_grown(work, reply->findings, &reply->n_findings, line);
    }
    return work->exhausted ? VV_NO_MEMORY : VV_OK;
}

static enum vv_status decide_judge(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_outcome *outcome)
{
    const struct vv_record *record = vv_loaded(loaded, "application", call->subject);
    const Vagval__V1__Tender *tender = vv_tender_answered(call, loaded);
    const struct vv_scheme *scheme = vv_book_scheme(call->book, call->scheme, call->now.today, 0);
    struct vv_work work = {.call = call, .outcome = outcome};
    struct vv_authorisation_judgement judgement;
    Vagval__V1__ApplicationJudged reply;
    ProtobufCMessage *message = NULL;

    if (!record->exists) {
        return vv_refuse(outcome, VV_NOT_FOUND, "organisation_number",
                         "has not applied for this area");
    }
    if (tender == NULL || scheme == NULL) {
        return vv_refuse(outcome, scheme == NULL ? VV_REFUSED : VV_BUSY, "scheme",
                         "the scheme or its tender document is not known just now");
    }
    enum vv_status status =
        vv_record_unpack(call, record, &vagval__v1__application__descriptor, &message);
    if (status != VV_OK) {
        return status;
    }
    vagval__v1__application_judged__init(&reply);
    reply.application = (Vagval__V1__Application *)message;
    if (reply.application->said == NULL) {
        return VV_CORRUPT;
    }
    vv_authorisation_judge(scheme->authorisation, reply.application->said,
                           vv_tender_in_force(tender), &judgement);
    reply.verdict = (char *)(uintptr_t)vv_truth_word(judgement.verdict);
    status = add_findings(&work, &judgement, &reply);
    if (status == VV_OK) {
        vv_reply(outcome, &reply.base);
    }
    return status;
}

const struct vv_handler vv_handle_judge_application = {.plan = plan_judge, .decide = decide_judge};

/* ---- which there are ---- */

static enum vv_status route_list(const struct vv_call *call, uint16_t *ret_partition)
{
    const Vagval__V1__ListApplications *query = (const Vagval__V1__ListApplications *)call->body;
    return vv_route_to(call, query->partition, ret_partition);
}

static enum vv_status plan_list(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{

    (void)call;
    vv_plan_listed(plan, loaded, "applications", 0, LISTED_MAX, "application");
    return VV_OK;
}

static enum vv_status decide_list(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const struct vv_record *index = vv_loaded_list(loaded, "applications", VV_NIL, 0);
    struct vv_work work = {.call = call, .outcome = outcome};
    Vagval__V1__ApplicationList list;
    struct vv_id id;

    vagval__v1__application_list__init(&list);
    for (size_t i = 0; vv_list_id(index, i, &id); i++) {
        ProtobufCMessage *message = NULL;
        enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "application", id),
                                                 &vagval__v1__application__descriptor, &message);
        if (status != VV_OK) {
            return status;
        }
        list.applications = vv_work_grown(&work, list.applications, &list.n_applications, message);
    }
    if (work.exhausted) {
        return VV_NO_MEMORY;
    }
    vv_reply(outcome, &list.base);
    return VV_OK;
}

const struct vv_handler vv_handle_list_applications = {
    .route = route_list, .plan = plan_list, .decide = decide_list};
