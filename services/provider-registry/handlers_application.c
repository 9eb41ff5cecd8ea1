/*
 * handlers_application.c: an organisation applies for a delivery area, a person decides, and the
 * rejected may appeal. The application lies in the area's partition, so that granting it makes the
 * contract in the same commit. What is asked is scheme data (authorisation.c).
 */
#include "authorisation.h"
#include "contract.h"
#include "control.h"
#include "provider-registry.h"
#include "tender.h"
#include "work.h"

#include <string.h>

#include "vagval/limits.h"

extern const struct vv_handler vv_handle_submit_application;
extern const struct vv_handler vv_handle_decide_application;
extern const struct vv_handler vv_handle_appeal_application;
extern const struct vv_handler vv_handle_judge_application;
extern const struct vv_handler vv_handle_list_applications;

#define LISTED_MAX 256
#define CONDITIONS_BYTES_MAX 1000

static const char submitted[] = "submitted", granted[] = "granted", rejected[] = "rejected",
                  appealed[] = "appealed";

struct application_work {
    struct vv_work work;
    const struct vv_record *record;
    Vagval__V1__Application *application;
    const struct vv_scheme *scheme; /* in force today */
    struct vv_idno number;
};

/* ---- reading ---- */

static void plan_record(const struct vv_call *call, struct vv_plan *plan)
{
    vv_plan_load(plan, "application", call->subject);
    vv_plan_fact_home(plan, "application", call->subject);
}

static enum vv_status open_application(const struct vv_call *call, const struct vv_loaded *loaded,
                                       struct vv_outcome *outcome, const char *area,
                                       const char *organisation_number,
                                       struct application_work *ret_work)
{
    struct application_work work = {.work = {.call = call, .outcome = outcome}};
    ProtobufCMessage *message = NULL;
    work.record = vv_loaded(loaded, "application", call->subject);
    work.scheme = vv_book_scheme(call->book, call->scheme, call->now.today, 0);
    enum vv_status status =
        vv_check_organisation(outcome, organisation_number, call->now.today, &work.number);

    if (status == VV_OK && work.scheme == NULL) {
        status = vv_refuse(outcome, VV_REFUSED, "scheme",
                           "no such scheme is in force today; publish it first");
    }
    if (status == VV_OK && vv_scheme_area(work.scheme, area) == NULL) {
        status = vv_refuse(outcome, VV_INVALID, "area", "is no delivery area of the scheme");
    }
    if (status == VV_OK &&
        !vv_id_equal(vv_id_application(call->scheme, area, work.number.text, call->partitions),
                     call->subject)) {
        status = vv_refuse(outcome, VV_INVALID, "organisation_number",
                           "scheme, area and number do not belong to the message's subject");
    }
    if (status == VV_OK) {
        status =
            vv_record_unpack(call, work.record, &vagval__v1__application__descriptor, &message);
    }
    if (status == VV_OK && work.record->field_count >= VV_CASE_FACTS_MAX) {
        status = vv_refuse(outcome, VV_REFUSED, "organisation_number",
                           "the application holds %d facts, which is the most", VV_CASE_FACTS_MAX);
    }
    if (status == VV_OK) {
        work.application = (Vagval__V1__Application *)message;
        *ret_work = work;
    }
    return status;
}

static enum vv_status close_application(struct application_work *work, const char *source)
{
    const struct vv_call *call = work->work.call;
    vv_put(work->work.outcome, "application", call->subject, &work->application->base);
    vv_accept(work->work.outcome, call->now.today, source, VV_NIL, NULL, 0, false);
    vv_work_reply(&work->work, work->application->state);
    return work->work.exhausted ? VV_NO_MEMORY : VV_OK;
}

/* ---- applying ---- */

static enum vv_status plan_submit(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_plan *plan)
{
    (void)loaded;
    plan_record(call, plan);
    return VV_OK;
}

static enum vv_status check_assignments(struct vv_outcome *outcome,
                                        const Vagval__V1__SubmitApplication *command)
{
    enum vv_status status = VV_OK;
    if (command->n_assignments > VV_ASSIGNMENTS_MAX) {
        return vv_refuse(outcome, VV_INVALID, "assignments", "are more than %d",
                         VV_ASSIGNMENTS_MAX);
    }
    for (size_t i = 0; status == VV_OK && i < command->n_assignments; i++) {
        const Vagval__V1__Assignment *assignment = command->assignments[i];
        const char *verified = assignment->verified;
        status = vv_check_text(outcome, "assignments.reference", assignment->reference,
                               VV_NAME_BYTES_MAX, false);
        if (status == VV_OK && verified[0] != '\0' && strcmp(verified, "yes") != 0 &&
            strcmp(verified, "no") != 0) {
            status = vv_refuse(outcome, VV_INVALID, "assignments.verified",
                               "is neither yes nor no nor empty");
        }
    }
    return status;
}

static enum vv_status check_fields(struct vv_outcome *outcome,
                                   const Vagval__V1__SubmitApplication *command)
{
    static const char *const known[] = VV_APPLICATION_FIELDS;
    if (command->n_fields > VV_FEATURES_MAX) {
        return vv_refuse(outcome, VV_INVALID, "fields", "are more than %d", VV_FEATURES_MAX);
    }
    for (size_t i = 0; i < command->n_fields; i++) {
        bool found = false;
        for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++) {
            found = found || strcmp(known[k], command->fields[i]->field) == 0;
        }
        if (!found) {
            return vv_refuse(outcome, VV_INVALID, "fields", "`%.40s` is no field of an application",
                             command->fields[i]->field);
        }
        enum vv_status status =
            vv_check_text(outcome, "fields", command->fields[i]->value, VV_CODE_BYTES_MAX, false);
        if (status != VV_OK) {
            return status;
        }
    }
    return VV_OK;
}

static enum vv_status check_submission(struct vv_outcome *outcome,
                                       const Vagval__V1__SubmitApplication *command)
{
    const struct vv_contract_terms terms = {.capacity = command->capacity,
                                            .latitude = command->latitude,
                                            .longitude = command->longitude,
                                            .further_addresses = command->further_addresses,
                                            .n_further_addresses = command->n_further_addresses,
                                            .languages = command->languages,
                                            .n_languages = command->n_languages,
                                            .orientations = command->orientations,
                                            .n_orientations = command->n_orientations};
    enum vv_status status =
        vv_check_text(outcome, "source", command->source, VV_CODE_BYTES_MAX, false);

    if (status == VV_OK) {
        status =
            vv_check_text(outcome, "source_ref", command->source_ref, VV_NAME_BYTES_MAX, false);
    }
    if (status == VV_OK) {
        status = vv_check_text(outcome, "provider_name", command->provider_name, VV_NAME_BYTES_MAX,
                               false);
    }
    if (status == VV_OK) {
        status = vv_contract_check_terms(outcome, &terms);
    }
    if (status == VV_OK) {
        status = check_assignments(outcome, command);
    }
    return status == VV_OK ? check_fields(outcome, command) : status;
}

static enum vv_status decide_submit(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_outcome *outcome)
{
    const Vagval__V1__SubmitApplication *command =
        (const Vagval__V1__SubmitApplication *)call->body;
    struct application_work work;
    enum vv_status status =
        open_application(call, loaded, outcome, command->area, command->organisation_number, &work);

    if (status == VV_OK) {
        status = check_submission(outcome, command);
    }
    if (status == VV_OK && strcmp(work.application->state, granted) == 0) {
        status = vv_refuse(outcome, VV_REFUSED, "organisation_number",
                           "is authorised in the area already, by contract %s",
                           work.application->number);
    }
    if (status != VV_OK) {
        return status;
    }
    /* After a rejection somebody may apply again, any time of year. */
    vagval__v1__application__init(work.application);
    work.application->said = (Vagval__V1__SubmitApplication *)(uintptr_t)command;
    work.application->submitted_on = call->now.today;
    work.application->state = (char *)(uintptr_t)submitted;
    if (!work.record->exists) {
        vv_append(outcome, "applications", VV_NIL, call->subject.bytes, sizeof call->subject.bytes);
        vv_work_count(&work.work, "applications", 1);
    }
    return close_application(&work, command->source);
}

const struct vv_handler vv_handle_submit_application = {.plan = plan_submit,
                                                        .decide = decide_submit};

/* ---- deciding ---- */

static enum vv_status plan_decide(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_plan *plan)
{
    const Vagval__V1__DecideApplication *command =
        (const Vagval__V1__DecideApplication *)call->body;
    struct vv_id area = vv_id_area(call->scheme, command->area, call->partitions);

    if (vv_id_partition(area) != call->partition) {
        return VV_INVALID;
    }
    plan_record(call, plan);
    vv_plan_load(plan, "area", area);
    vv_plan_load(plan, "contract",
                 vv_id_contract(call->scheme, command->area, command->number, call->partitions));
    if (command->granted) {
        vv_plan_load(
            plan, "control",
            vv_id_contract(call->scheme, command->area, command->number, call->partitions));
        vv_contract_plan_number(call, loaded, plan, command->area, command->number, command->from);
    }
    vv_tender_ask(call, plan);
    return VV_OK;
}

static enum vv_status check_grant(const struct application_work *work,
                                  const Vagval__V1__DecideApplication *command,
                                  uint32_t terms_version)
{
    struct vv_outcome *outcome = work->work.outcome;
    struct vv_authorisation_judgement judgement;
    enum vv_status status = vv_check_code(outcome, "number", command->number);

    if (status == VV_OK) {
        status = vv_check_day(outcome, "from", command->from);
    }
    if (status == VV_OK && command->conditions[0] != '\0' &&
        command->conditions_due < work->work.call->now.today) {
        status = vv_refuse(outcome, VV_INVALID, "conditions_due",
                           "is needed with conditions: the day by which they are fulfilled, today "
                           "or later");
    }
    if (status == VV_OK && command->to != 0 && command->to < command->from) {
        status = vv_refuse(outcome, VV_INVALID, "to", "is before the first day of validity");
    }
    if (status != VV_OK) {
        return status;
    }
    vv_authorisation_judge(work->scheme->authorisation, work->application->said, terms_version,
                           &judgement);
    for (size_t i = 0; i < judgement.finding_count; i++) {
        if (judgement.findings[i].met != VV_YES) {
            return vv_refuse(outcome, VV_REFUSED, "granted", "%s is %s: %s",
                             judgement.findings[i].code,
                             vv_truth_word(judgement.findings[i].met) /* not met, or missing */,
                             judgement.findings[i].text_en);
        }
    }
    return VV_OK;
}

/* The conditions wait in the contract's control until a person says whether they are fulfilled. */
static enum vv_status open_condition(struct vv_work *work, const struct vv_loaded *loaded,
                                     struct vv_id contract,
                                     const Vagval__V1__DecideApplication *command)
{
    ProtobufCMessage *message = NULL;
    enum vv_status status = vv_record_unpack(work->call, vv_loaded(loaded, "control", contract),
                                             &vagval__v1__contract_control__descriptor, &message);
    Vagval__V1__ControlItem *item = status == VV_OK ? vv_work_alloc(work, sizeof *item) : NULL;

    if (item == NULL) {
        return status == VV_OK ? VV_NO_MEMORY : status;
    }
    vagval__v1__control_item__init(item);
    item->ref = (char *)(uintptr_t)VV_CONDITION_REF;
    item->kind = (char *)(uintptr_t)VV_CONDITION_KIND;
    item->opened_on = work->call->now.today;
    item->due = command->conditions_due;
    item->text = command->conditions;
    item->opened_by = (char *)(uintptr_t)work->call->sender;
    Vagval__V1__ContractControl *control = (Vagval__V1__ContractControl *)message;
    control->items = vv_work_grown(work, control->items, &control->n_items, item);
    (void)vv_contract_watch(work, contract, control);
    vv_put(work->outcome, "control", contract, message);
    return work->exhausted ? VV_NO_MEMORY : VV_OK;
}

static enum vv_status grant(struct application_work *work, const struct vv_loaded *loaded,
                            const Vagval__V1__DecideApplication *command, uint32_t terms_version)
{
    const Vagval__V1__SubmitApplication *said = work->application->said;
    struct vv_contract_terms terms = {.area = command->area,
                                      .number = command->number,
                                      .organisation_number = work->number.text,
                                      .provider_name = said->provider_name,
                                      .capacity = said->capacity,
                                      .latitude = said->latitude,
                                      .longitude = said->longitude,
                                      .further_addresses = said->further_addresses,
                                      .n_further_addresses = said->n_further_addresses,
                                      .languages = said->languages,
                                      .n_languages = said->n_languages,
                                      .orientations = said->orientations,
                                      .n_orientations = said->n_orientations,
                                      .from = command->from,
                                      .to = command->to,
                                      .terms_version = terms_version,
                                      .conditions = command->conditions,
                                      .authorised = true};
    struct vv_id contract = vv_id_contract(work->work.call->scheme, command->area, command->number,
                                           work->work.call->partitions);
    enum vv_status status = check_grant(work, command, terms_version);

    if (status == VV_OK && vv_loaded(loaded, "contract", contract)->exists) {
        status = vv_refuse(work->work.outcome, VV_REFUSED, "number",
                           "is a contract of the area already; give the new one its own number");
    }
    if (status == VV_OK) {
        status = vv_contract_check_number(work->work.call, loaded, work->work.outcome,
                                          command->area, command->number, command->from);
    }
    if (status != VV_OK) {
        return status;
    }
    if (terms.to == 0) {
        terms.to = vv_authorisation_last_day(work->scheme->authorisation, command->from);
    }
    (void)vv_authorisation_supervisors(said, &terms.supervisors_hundredths); /* 0: not given */
    status = vv_contract_make(&work->work, loaded, &terms);
    if (status == VV_OK && command->conditions[0] != '\0') {
        status = open_condition(&work->work, loaded, contract, command);
    }
    work->application->state = (char *)(uintptr_t)granted;
    work->application->number = command->number;
    work->application->conditions = command->conditions;
    work->application->conditions_due = command->conditions_due;
    work->application->from = terms.from;
    work->application->to = terms.to;
    return status;
}

static enum vv_status reject(struct application_work *work,
                             const Vagval__V1__DecideApplication *command)
{
    const struct vv_authorisation *rules = work->scheme->authorisation;
    enum vv_status status =
        vv_check_text(work->work.outcome, "reason", command->reason, CONDITIONS_BYTES_MAX, false);

    work->application->state = (char *)(uintptr_t)rejected;
    work->application->reason = command->reason;
    work->application->appeal_by =
        work->work.call->now.today + (rules != NULL ? rules->appeal_days : 0);
    return status;
}

static enum vv_status decide_decision(const struct vv_call *call, const struct vv_loaded *loaded,
                                      struct vv_outcome *outcome)
{
    const Vagval__V1__DecideApplication *command =
        (const Vagval__V1__DecideApplication *)call->body;
    struct application_work work;
    const Vagval__V1__Tender *tender = vv_tender_answered(call, loaded);
    uint32_t terms_version = tender == NULL ? 0 : vv_tender_in_force(tender);
    enum vv_status status =
        open_application(call, loaded, outcome, command->area, command->organisation_number, &work);

    if (status == VV_OK) {
        status = vv_check_text(outcome, "source", command->source, VV_CODE_BYTES_MAX, false);
    }
    if (status == VV_OK) {
        status =
            vv_check_text(outcome, "conditions", command->conditions, CONDITIONS_BYTES_MAX, true);
    }
    if (status == VV_OK && work.application->said == NULL) {
        status = vv_refuse(outcome, VV_NOT_FOUND, "organisation_number", "has not applied");
    }
    if (status == VV_OK && strcmp(work.application->state, submitted) != 0 &&
        strcmp(work.application->state, appealed) != 0) {
        status = vv_refuse(outcome, VV_REFUSED, "organisation_number",
                           "the application is %s already", work.application->state);
    }
    if (status == VV_OK && tender == NULL) {
        status = vv_refuse(outcome, VV_BUSY, "scheme", "the tender document cannot be asked now");
    }
    if (status == VV_OK) {
        status = command->granted ? grant(&work, loaded, command, terms_version)
                                  : reject(&work, command);
    }
    if (status != VV_OK) {
        return status;
    }
    work.application->decided_on = call->now.today;
    work.application->decided_by = (char *)(uintptr_t)call->sender;
    work.application->scheme_version = (char *)(uintptr_t)work.scheme->version;
    work.application->terms_version = terms_version;
    return close_application(&work, command->source);
}

const struct vv_handler vv_handle_decide_application = {.plan = plan_decide,
                                                        .decide = decide_decision};

/* ---- appealing ---- */

static enum vv_status decide_appeal(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_outcome *outcome)
{
    const Vagval__V1__AppealApplication *command =
        (const Vagval__V1__AppealApplication *)call->body;
    struct application_work work;
    enum vv_status status =
        open_application(call, loaded, outcome, command->area, command->organisation_number, &work);

    if (status == VV_OK) {
        status = vv_check_text(outcome, "source", command->source, VV_CODE_BYTES_MAX, false);
    }
    if (status == VV_OK && strcmp(work.application->state, rejected) != 0) {
        status = vv_refuse(outcome, VV_REFUSED, "organisation_number",
                           "only a rejection can be appealed against");
    }
    if (status == VV_OK && call->now.today > work.application->appeal_by) {
        status = vv_refuse(outcome, VV_REFUSED, "organisation_number",
                           "the days for an appeal are over; a new application is always possible");
    }
    if (status != VV_OK) {
        return status;
    }
    work.application->state = (char *)(uintptr_t)appealed;
    work.application->appealed_on = call->now.today;
    return close_application(&work, command->source);
}

const struct vv_handler vv_handle_appeal_application = {.plan = plan_submit,
                                                        .decide = decide_appeal};
