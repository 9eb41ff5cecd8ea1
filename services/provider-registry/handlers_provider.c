/*
 * handlers_provider.c: providers and their contracts. A contract is provider x delivery area; what
 * is said of it stands in its own record, its capacity in the area's.
 */
#include "contract.h"
#include "provider-registry.h"
#include "work.h"

#include <string.h>

#include "vagval/idno.h"
#include "vagval/limits.h"

extern const struct vv_handler vv_handle_register_provider;
extern const struct vv_handler vv_handle_authorise_contract;

static enum vv_status check_source(struct vv_outcome *outcome, const char *source,
                                   const char *reference)
{
    enum vv_status status = vv_check_text(outcome, "source", source, VV_CODE_BYTES_MAX, false);

    return status != VV_OK
               ? status
               : vv_check_text(outcome, "source_ref", reference, VV_NAME_BYTES_MAX, false);
}

/* ---- providers ---- */

static enum vv_status plan_provider(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_plan *plan)
{
    (void)loaded;
    vv_plan_load(plan, "provider", call->subject);
    vv_plan_fact_home(plan, "provider", call->subject);
    return VV_OK;
}

static enum vv_status decide_provider(const struct vv_call *call, const struct vv_loaded *loaded,
                                      struct vv_outcome *outcome)
{
    const Vagval__V1__RegisterProvider *command = (const Vagval__V1__RegisterProvider *)call->body;
    const struct vv_record *record = vv_loaded(loaded, "provider", call->subject);
    struct vv_work work = {.call = call, .outcome = outcome};
    Vagval__V1__Provider provider;
    struct vv_idno number;
    enum vv_status status = check_source(outcome, command->source, command->source_ref);

    if (status == VV_OK) {
        status = vv_check_text(outcome, "name", command->name, VV_NAME_BYTES_MAX, false);
    }
    if (status == VV_OK) {
        status =
            vv_check_organisation(outcome, command->organisation_number, call->now.today, &number);
    }
    if (status != VV_OK) {
        return status;
    }
    if (!vv_id_equal(vv_id_provider(number.text, call->partitions), call->subject)) {
        return vv_refuse(outcome, VV_INVALID, "organisation_number",
                         "does not belong to the message's subject");
    }
    if (record->field_count >= VV_CASE_FACTS_MAX) {
        return vv_refuse(outcome, VV_REFUSED, "organisation_number",
                         "the provider holds %d facts, which is the most", VV_CASE_FACTS_MAX);
    }
    vagval__v1__provider__init(&provider);
    provider.organisation_number = number.text;
    provider.name = command->name;
    vv_put(outcome, "provider", call->subject, &provider.base);
    if (!record->exists) {
        vv_add(outcome, "sums", VV_NIL, "providers",
               1); /* of the region: they join several schemes */
    }
    vv_accept(outcome, call->now.today, command->source, VV_NIL, NULL, 0, false);
    vv_work_reply(&work, record->exists ? "renewed" : "registered");
    return work.exhausted ? VV_NO_MEMORY : VV_OK;
}

const struct vv_handler vv_handle_register_provider = {.plan = plan_provider,
                                                       .decide = decide_provider};

/* ---- contracts ---- */

static enum vv_status plan_contract(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_plan *plan)
{
    const Vagval__V1__AuthoriseContract *command =
        (const Vagval__V1__AuthoriseContract *)call->body;
    struct vv_id area = vv_id_area(call->scheme, command->area, call->partitions);

    if (vv_id_partition(area) != call->partition) {
        return VV_INVALID; /* the subject belongs to another area than the body names */
    }
    vv_plan_load(plan, "contract", call->subject);
    vv_plan_fact_home(plan, "contract", call->subject);
    vv_plan_load(plan, "area", area);
    if (vv_id_equal(vv_id_contract(call->scheme, command->area, command->number, call->partitions),
                    call->subject)) { /* else it is refused */
        vv_contract_plan_number(call, loaded, plan, command->area, command->number, command->from);
    }
    return VV_OK;
}

static struct vv_contract_terms terms_of(const Vagval__V1__AuthoriseContract *command,
                                         const struct vv_idno *number)
{
    return (struct vv_contract_terms){.area = command->area,
                                      .number = command->number,
                                      .organisation_number = number->text,
                                      .provider_name = command->provider_name,
                                      .capacity = command->capacity,
                                      .latitude = command->latitude,
                                      .longitude = command->longitude,
                                      .further_addresses = command->further_addresses,
                                      .n_further_addresses = command->n_further_addresses,
                                      .languages = command->languages,
                                      .n_languages = command->n_languages,
                                      .from = command->from,
                                      .to = command->to,
                                      .supervisors_hundredths = command->supervisors_hundredths};
}

static enum vv_status check_validity(struct vv_outcome *outcome,
                                     const Vagval__V1__AuthoriseContract *command)
{
    enum vv_status status = vv_check_day(outcome, "from", command->from);

    if (status == VV_OK && command->to != 0) {
        status = vv_check_day(outcome, "to", command->to);
    }
    if (status == VV_OK && command->to != 0 && command->to < command->from) {
        status = vv_refuse(outcome, VV_INVALID, "to", "is before the first day of validity");
    }
    return status;
}

static enum vv_status check_names(const struct vv_call *call, struct vv_outcome *outcome,
                                  const Vagval__V1__AuthoriseContract *command,
                                  struct vv_idno *ret_number)
{
    struct vv_id provider;
    enum vv_status status = check_source(outcome, command->source, command->source_ref);

    if (status == VV_OK) {
        status = vv_check_text(outcome, "number", command->number, VV_CODE_BYTES_MAX, false);
    }
    if (status == VV_OK) {
        status = vv_check_text(outcome, "provider_name", command->provider_name, VV_NAME_BYTES_MAX,
                               false);
    }
    if (status == VV_OK) {
        status = vv_check_id(outcome, "provider", command->provider, &provider);
    }
    if (status == VV_OK) {
        status = vv_check_organisation(outcome, command->organisation_number, call->now.today,
                                       ret_number);
    }
    if (status == VV_OK &&
        !vv_id_equal(vv_id_provider(ret_number->text, call->partitions), provider)) {
        status = vv_refuse(outcome, VV_INVALID, "provider",
                           "does not belong to the organisation number");
    }
    if (status == VV_OK &&
        !vv_id_equal(vv_id_contract(call->scheme, command->area, command->number, call->partitions),
                     call->subject)) {
        status = vv_refuse(outcome, VV_INVALID, "number",
                           "scheme, area and number do not belong to the message's subject");
    }
    return status;
}

static enum vv_status check_scheme_area(const struct vv_call *call, struct vv_outcome *outcome,
                                        const Vagval__V1__AuthoriseContract *command)
{
    /* A contract may be authorised before its scheme's first day: then that day's version counts.
     */
    vv_date on = call->now.today > command->from ? call->now.today : command->from;
    const struct vv_scheme *scheme = vv_book_scheme(call->book, call->scheme, on, 0);

    if (scheme == NULL) {
        return vv_refuse(outcome, VV_REFUSED, "area",
                         "no such scheme is published for that day; publish it first");
    }
    if (vv_scheme_area(scheme, command->area) == NULL) {
        return vv_refuse(outcome, VV_INVALID, "area", "is no delivery area of the scheme");
    }
    return VV_OK;
}

static enum vv_status decide_contract(const struct vv_call *call, const struct vv_loaded *loaded,
                                      struct vv_outcome *outcome)
{
    const Vagval__V1__AuthoriseContract *command =
        (const Vagval__V1__AuthoriseContract *)call->body;
    struct vv_work work = {.call = call, .outcome = outcome};
    const struct vv_record *record = vv_loaded(loaded, "contract", call->subject);
    struct vv_idno number;
    enum vv_status status = check_names(call, outcome, command, &number);
    struct vv_contract_terms terms = terms_of(command, &number);

    if (status == VV_OK) {
        status = check_validity(outcome, command);
    }
    if (status == VV_OK) {
        status = vv_contract_check_terms(outcome, &terms);
    }
    if (status == VV_OK) {
        status = check_scheme_area(call, outcome, command);
    }
    if (status == VV_OK && record->field_count >= VV_CASE_FACTS_MAX) {
        status = vv_refuse(outcome, VV_REFUSED, "number",
                           "the contract holds %d facts, which is the most", VV_CASE_FACTS_MAX);
    }
    if (status == VV_OK) {
        status = vv_contract_check_number(call, loaded, outcome, command->area, command->number,
                                          command->from);
    }
    if (status == VV_OK) {
        status = vv_contract_make(&work, loaded, &terms);
    }
    if (status != VV_OK) {
        return status;
    }
    vv_accept(outcome, command->from, command->source, VV_NIL, NULL, 0, false);
    vv_work_reply(&work, record->exists ? "amended" : "authorised");
    return work.exhausted ? VV_NO_MEMORY : VV_OK;
}

const struct vv_handler vv_handle_authorise_contract = {.plan = plan_contract,
                                                        .decide = decide_contract};
