/*
 * handlers_tender.c: a scheme's tender document (versions, questions and answers) and the notices
 * that go out to its providers. The record lies in the partition of the scheme's area "".
 */
#include "audience.h"
#include "authorisation.h"
#include "provider-registry.h"
#include "tender.h"
#include "work.h"

#include <string.h>

#include "vagval/limits.h"

extern const struct vv_handler vv_handle_draft_tender;
extern const struct vv_handler vv_handle_publish_tender;
extern const struct vv_handler vv_handle_ask_tender;
extern const struct vv_handler vv_handle_answer_tender;
extern const struct vv_handler vv_handle_send_notice;
extern const struct vv_handler vv_handle_confirm_notice;

/* Together they stay below the largest body. */
#define VERSIONS_MAX 48
#define QUESTIONS_MAX 48
#define NOTICES_MAX 48
#define RECEIPTS_MAX 2048
#define TEXT_BYTES_MAX 1000
#define ANSWER_BYTES_MAX 2000
#define HASH_BYTES 32

struct tender_work {
    struct vv_work work;
    Vagval__V1__Tender *tender;
    const struct vv_scheme *scheme; /* in force today; NULL = none */
};

static enum vv_status plan_tender(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_plan *plan)
{
    (void)loaded;
    if (!vv_id_equal(vv_id_area(call->scheme, "", call->partitions), call->subject)) {
        return VV_INVALID;
    }
    vv_plan_load(plan, "tender", call->subject);
    vv_plan_fact_home(plan, "tender", call->subject);
    return VV_OK;
}

/* Reads the record and checks what all commands carry. */
static enum vv_status open_tender(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome, const char *source,
                                  const char *source_ref, struct tender_work *ret_work)
{
    const struct vv_record *record = vv_loaded(loaded, "tender", call->subject);
    struct tender_work work = {.work = {.call = call, .outcome = outcome}};
    ProtobufCMessage *message = NULL;
    enum vv_status status =
        vv_record_unpack(call, record, &vagval__v1__tender__descriptor, &message);

    if (status == VV_OK) {
        status = vv_check_text(outcome, "source", source, VV_CODE_BYTES_MAX, false);
    }
    if (status == VV_OK) {
        status = vv_check_text(outcome, "source_ref", source_ref, VV_NAME_BYTES_MAX, false);
    }
    if (status == VV_OK && record->field_count >= VV_CASE_FACTS_MAX) {
        status =
            vv_refuse(outcome, VV_REFUSED, "source_ref",
                      "the tender document holds %d facts, which is the most", VV_CASE_FACTS_MAX);
    }
    work.scheme = vv_book_scheme(call->book, call->scheme, call->now.today, 0);
    if (status == VV_OK && work.scheme == NULL) {
        status = vv_refuse(outcome, VV_REFUSED, "scheme",
                           "no such scheme is in force today; publish it first");
    }
    if (status != VV_OK) {
        return status;
    }
    work.tender = (Vagval__V1__Tender *)message;
    work.tender->scheme = (char *)(uintptr_t)call->scheme;
    if (work.scheme->authorisation != NULL) {
        work.tender->form =
            (char *)(uintptr_t)vv_procurement_word(work.scheme->authorisation->form);
    }
    *ret_work = work;
    return VV_OK;
}

static enum vv_status close_tender(struct tender_work *work, const char *source, uint32_t number)
{
    const struct vv_call *call = work->work.call;
    vv_put(work->work.outcome, "tender", call->subject, &work->tender->base);
    vv_accept(work->work.outcome, call->now.today, source, VV_NIL, NULL, 0, false);
    vv_work_reply(&work->work, vv_arena_format(call->arena, "%u", number));
    return work->work.exhausted ? VV_NO_MEMORY : VV_OK;
}

static char *sender_of(const struct vv_call *call)
{
    return (char *)(uintptr_t)call->sender;
}

/* ---- versions ---- */

static enum vv_status decide_draft(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_outcome *outcome)
{
    const Vagval__V1__DraftTender *command = (const Vagval__V1__DraftTender *)call->body;
    struct tender_work work;
    enum vv_status status =
        open_tender(call, loaded, outcome, command->source, command->source_ref, &work);

    if (status == VV_OK) {
        status = vv_check_text(outcome, "title", command->title, VV_NAME_BYTES_MAX, false);
    }
    if (status == VV_OK) {
        status = vv_check_text(outcome, "changes", command->changes, TEXT_BYTES_MAX, true);
    }
    if (status == VV_OK && command->document.len != HASH_BYTES) {
        status = vv_refuse(outcome, VV_INVALID, "document", "is not a hash of 32 bytes");
    }
    if (status == VV_OK && work.tender->n_versions >= VERSIONS_MAX) {
        status = vv_refuse(outcome, VV_REFUSED, "title", "there are %d versions, which is the most",
                           VERSIONS_MAX);
    }
    Vagval__V1__TenderVersion *version =
        status == VV_OK ? vv_work_alloc(&work.work, sizeof *version) : NULL;
    if (version == NULL) {
        return status == VV_OK ? VV_NO_MEMORY : status;
    }
    vagval__v1__tender_version__init(version);
    version->version = (uint32_t)work.tender->n_versions + 1;
    version->title = command->title;
    version->document = command->document;
    version->changes = command->changes;
    version->drafted_on = call->now.today;
    version->drafted_by = sender_of(call);
    work.tender->versions =
        vv_work_grown(&work.work, work.tender->versions, &work.tender->n_versions, version);
    return close_tender(&work, command->source, version->version);
}

const struct vv_handler vv_handle_draft_tender = {.plan = plan_tender, .decide = decide_draft};

static enum vv_status judge_publication(const struct tender_work *work,
                                        const Vagval__V1__PublishTender *command)
{
    struct vv_outcome *outcome = work->work.outcome;
    vv_date today = work->work.call->now.today;

    if (command->version < 1 || command->version > work->tender->n_versions) {
        return vv_refuse(outcome, VV_NOT_FOUND, "version", "there is no such draft");
    }
    const Vagval__V1__TenderVersion *version = work->tender->versions[command->version - 1];
    if (version->published_on != 0) {
        return vv_refuse(outcome, VV_REFUSED, "version", "is published already; draft a new one");
    }
    for (size_t i = command->version; i < work->tender->n_versions; i++) {
        if (work->tender->versions[i]->published_on != 0) {
            return vv_refuse(outcome, VV_REFUSED, "version", "a later version is in force");
        }
    }
    if (command->reaccept_by != 0 && command->reaccept_by < today) {
        return vv_refuse(outcome, VV_INVALID, "reaccept_by", "has passed");
    }
    return VV_OK;
}

static enum vv_status decide_publish(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_outcome *outcome)
{
    const Vagval__V1__PublishTender *command = (const Vagval__V1__PublishTender *)call->body;
    struct tender_work work;
    enum vv_status status =
        open_tender(call, loaded, outcome, command->source, command->source_ref, &work);

    if (status == VV_OK && command->reaccept_by != 0) {
        status = vv_check_day(outcome, "reaccept_by", command->reaccept_by);
    }
    if (status == VV_OK) {
        status = judge_publication(&work, command);
    }
    if (status != VV_OK) {
        return status;
    }
    const struct vv_authorisation *rules = work.scheme->authorisation;
    Vagval__V1__TenderVersion *version = work.tender->versions[command->version - 1];
    version->published_on = call->now.today;
    version->published_by = sender_of(call);
    version->scheme_version = (char *)(uintptr_t)work.scheme->version;
    version->reaccept_by = command->reaccept_by != 0
                               ? command->reaccept_by
                               : call->now.today + (rules != NULL ? rules->reaccept_days : 0);
    return close_tender(&work, command->source, version->version);
}

const struct vv_handler vv_handle_publish_tender = {.plan = plan_tender, .decide = decide_publish};

/* ---- questions and answers ---- */

static enum vv_status decide_ask(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_outcome *outcome)
{
    const Vagval__V1__AskTender *command = (const Vagval__V1__AskTender *)call->body;
    struct tender_work work;
    enum vv_status status =
        open_tender(call, loaded, outcome, command->source, command->source_ref, &work);

    if (status == VV_OK) {
        status = vv_check_text(outcome, "question", command->question, TEXT_BYTES_MAX, false);
    }
    if (status == VV_OK && work.tender->n_questions >= QUESTIONS_MAX) {
        status = vv_refuse(outcome, VV_REFUSED, "question",
                           "there are %d questions, which is the most", QUESTIONS_MAX);
    }
    Vagval__V1__TenderQuestion *question =
        status == VV_OK ? vv_work_alloc(&work.work, sizeof *question) : NULL;
    if (question == NULL) {
        return status == VV_OK ? VV_NO_MEMORY : status;
    }
    vagval__v1__tender_question__init(question);
    question->number = (uint32_t)work.tender->n_questions + 1;
    question->asked_on = call->now.today;
    question->question = command->question;
    work.tender->questions =
        vv_work_grown(&work.work, work.tender->questions, &work.tender->n_questions, question);
    return close_tender(&work, command->source, question->number);
}

const struct vv_handler vv_handle_ask_tender = {.plan = plan_tender, .decide = decide_ask};

static enum vv_status decide_answer(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_outcome *outcome)
{
    const Vagval__V1__AnswerTender *command = (const Vagval__V1__AnswerTender *)call->body;
    struct tender_work work;
    enum vv_status status =
        open_tender(call, loaded, outcome, command->source, command->source_ref, &work);

    if (status == VV_OK) {
        status = vv_check_text(outcome, "answer", command->answer, ANSWER_BYTES_MAX, false);
    }
    if (status == VV_OK &&
        (command->question < 1 || command->question > work.tender->n_questions)) {
        status = vv_refuse(outcome, VV_NOT_FOUND, "question", "there is no such question");
    }
    if (status != VV_OK) {
        return status;
    }
    Vagval__V1__TenderQuestion *question = work.tender->questions[command->question - 1];
    if (question->answered_on != 0) {
        return vv_refuse(outcome, VV_REFUSED, "question",
                         "is answered already; a change of the terms is a new version");
    }
    question->answered_on = call->now.today;
    question->answer = command->answer;
    return close_tender(&work, command->source, question->number);
}

const struct vv_handler vv_handle_answer_tender = {.plan = plan_tender, .decide = decide_answer};

/* ---- notices and their receipts ---- */

static enum vv_status check_notice(const struct tender_work *work,
                                   const Vagval__V1__SendNotice *command)
{
    struct vv_outcome *outcome = work->work.outcome;
    bool meeting = strcmp(command->kind, "meeting") == 0;
    enum vv_status status =
        vv_check_text(outcome, "subject", command->subject, VV_NAME_BYTES_MAX, false);

    if (status == VV_OK) {
        status = vv_check_text(outcome, "text", command->text, TEXT_BYTES_MAX, false);
    }
    if (status == VV_OK && !meeting && strcmp(command->kind, "notice") != 0) {
        status = vv_refuse(outcome, VV_INVALID, "kind", "is neither notice nor meeting");
    }
    if (status == VV_OK && meeting) {
        status = vv_check_day(outcome, "on", command->on);
    }
    if (status == VV_OK && meeting && command->on < work->work.call->now.today) {
        status = vv_refuse(outcome, VV_INVALID, "on", "has passed: a meeting is today or later");
    }
    if (status == VV_OK && command->area[0] != '\0' &&
        vv_scheme_area(work->scheme, command->area) == NULL) {
        status = vv_refuse(outcome, VV_INVALID, "area", "is no delivery area of the scheme");
    }
    if (status == VV_OK && work->tender->n_notices >= NOTICES_MAX) {
        status = vv_refuse(outcome, VV_REFUSED, "subject",
                           "there are %d notices, which is the most", NOTICES_MAX);
    }
    return status;
}

static enum vv_status decide_notice(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_outcome *outcome)
{
    const Vagval__V1__SendNotice *command = (const Vagval__V1__SendNotice *)call->body;
    struct tender_work work;
    enum vv_status status =
        open_tender(call, loaded, outcome, command->source, command->source_ref, &work);

    if (status == VV_OK) {
        status = check_notice(&work, command);
    }
    Vagval__V1__Notice *notice = status == VV_OK ? vv_work_alloc(&work.work, sizeof *notice) : NULL;
    if (notice == NULL) {
        return status == VV_OK ? VV_NO_MEMORY : status;
    }
    vagval__v1__notice__init(notice);
    notice->number = (uint32_t)work.tender->n_notices + 1;
    notice->kind = command->kind;
    notice->area = command->area;
    notice->subject = command->subject;
    notice->text = command->text;
    notice->on = command->on;
    notice->sent_on = call->now.today;
    notice->sent_by = sender_of(call);
    work.tender->notices =
        vv_work_grown(&work.work, work.tender->notices, &work.tender->n_notices, notice);
    return close_tender(&work, command->source, notice->number);
}

const struct vv_handler vv_handle_send_notice = {.plan = plan_tender, .decide = decide_notice};

static enum vv_status plan_confirm(const struct vv_call *call, const struct vv_loaded *loaded,
                                   struct vv_plan *plan)
{
    const Vagval__V1__ConfirmNotice *command = (const Vagval__V1__ConfirmNotice *)call->body;
    struct vv_id receipts = vv_tender_receipts_id(call->subject, command->notice);
    const struct vv_record *record = vv_loaded(loaded, "tender", call->subject);
    ProtobufCMessage *message = NULL;
    enum vv_status status = VV_OK;

    if (!vv_id_equal(vv_id_area(call->scheme, "", call->partitions), call->subject)) {
        return VV_INVALID;
    }
    vv_plan_load(plan, "tender", call->subject);
    vv_plan_load(plan, "notice", receipts);
    vv_plan_fact_home(plan, "notice", receipts);
    if (record != NULL) {
        status = vv_record_unpack(call, record, &vagval__v1__tender__descriptor, &message);
        const Vagval__V1__Tender *tender = (const Vagval__V1__Tender *)message;
        if (status == VV_OK && command->notice >= 1 && command->notice <= tender->n_notices) {
            vv_audience_plan(call, plan, tender->notices[command->notice - 1],
                             command->organisation_number);
        }
    }
    return status;
}

static enum vv_status add_receipt(struct vv_work *work, Vagval__V1__Notice *notice,
                                  const char *organisation_number)
{
    for (size_t i = 0; i < notice->n_receipts; i++) {
        if (strcmp(notice->receipts[i]->organisation_number, organisation_number) == 0) {
            return VV_OK;
        }
    }
    if (notice->n_receipts >= RECEIPTS_MAX) {
        return vv_refuse(work->outcome, VV_REFUSED, "notice", "has %d receipts, which is the most",
                         RECEIPTS_MAX);
    }
    Vagval__V1__NoticeReceipt *receipt = vv_work_alloc(work, sizeof *receipt);
    if (receipt == NULL) {
        return VV_NO_MEMORY;
    }
    vagval__v1__notice_receipt__init(receipt);
    receipt->organisation_number = vv_arena_text(work->call->arena, organisation_number);
    receipt->on = work->call->now.today;
    notice->receipts = vv_work_grown(work, notice->receipts, &notice->n_receipts, receipt);
    return receipt->organisation_number == NULL || work->exhausted ? VV_NO_MEMORY : VV_OK;
}

static enum vv_status decide_confirm(const struct vv_call *call, const struct vv_loaded *loaded,
                                     struct vv_outcome *outcome)
{
    const Vagval__V1__ConfirmNotice *command = (const Vagval__V1__ConfirmNotice *)call->body;
    struct vv_id id = vv_tender_receipts_id(call->subject, command->notice);
    struct tender_work work;
    struct vv_idno number;
    ProtobufCMessage *message = NULL;
    enum vv_status status =
        open_tender(call, loaded, outcome, command->source, command->source_ref, &work);

    if (status == VV_OK && (command->notice < 1 || command->notice > work.tender->n_notices)) {
        status = vv_refuse(outcome, VV_NOT_FOUND, "notice", "there is no such notice");
    }
    if (status == VV_OK) {
        status =
            vv_check_organisation(outcome, command->organisation_number, call->now.today, &number);
    }
    if (status == VV_OK) {
        status = vv_audience_check(call, loaded, outcome, work.tender->notices[command->notice - 1],
                                   number.text);
    }
    if (status == VV_OK) {
        status = vv_record_unpack(call, vv_loaded(loaded, "notice", id),
                                  &vagval__v1__notice__descriptor, &message);
    }
    if (status == VV_OK) {
        status = add_receipt(&work.work, (Vagval__V1__Notice *)message, number.text);
    }
    if (status != VV_OK) {
        return status;
    }
    vv_put(outcome, "notice", id, message);
    vv_accept(outcome, call->now.today, command->source, VV_NIL, NULL, 0, false);
    vv_work_reply(&work.work, "received");
    return work.work.exhausted ? VV_NO_MEMORY : VV_OK;
}

const struct vv_handler vv_handle_confirm_notice = {.plan = plan_confirm, .decide = decide_confirm};
