/*
 * handlers_provider.c: providers and their contracts. A contract is provider x delivery area; what
 * is said of it stands in its own record, its capacity in the area's.
 */
#include "capacity.h"
#include "provider-registry.h"
#include "work.h"

#include <string.h>

#include "vagval/idno.h"
#include "vagval/limits.h"

extern const struct vv_handler vv_handle_register_provider;
extern const struct vv_handler vv_handle_authorise_contract;

/* The organisation number in its one spelling: Swedish, or Finnish. */
static enum vv_status check_organisation(struct vv_outcome *outcome, const char *number,
                                         vv_date today, struct vv_idno *ret_number)
{
    struct vv_error error;

    if (vv_idno_check(VV_IDNO_ORGANISATIONSNUMMER, number, today, ret_number, &error) == VV_OK ||
        vv_idno_check(VV_IDNO_Y_TUNNUS, number, today, ret_number, NULL) == VV_OK) {
        return VV_OK;
    }
    return vv_refuse(outcome, VV_INVALID, "organisation_number", "%s", error.text);
}

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
            check_organisation(outcome, command->organisation_number, call->now.today, &number);
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
        vv_work_count(&work, "providers", 1);
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

    (void)loaded;
    if (vv_id_partition(area) != call->partition) {
        return VV_INVALID; /* the subject belongs to another area than the body names */
    }
    vv_plan_load(plan, "contract", call->subject);
    vv_plan_fact_home(plan, "contract", call->subject);
    vv_plan_load(plan, "area", area);
    return VV_OK;
}

static bool is_place(double latitude, double longitude)
{
    /* Written so that not-a-number fails. */
    return latitude >= -90 && latitude <= 90 && longitude >= -180 && longitude <= 180;
}

static enum vv_status check_terms(struct vv_outcome *outcome,
                                  const Vagval__V1__AuthoriseContract *command)
{
    enum vv_status status = vv_check_day(outcome, "from", command->from);

    if (status == VV_OK && command->to != 0) {
        status = vv_check_day(outcome, "to", command->to);
    }
    if (status == VV_OK && command->to != 0 && command->to < command->from) {
        status = vv_refuse(outcome, VV_INVALID, "to", "is before the first day of validity");
    }
    if (status == VV_OK && (command->capacity < 1 || command->capacity > VV_CAPACITY_MAX)) {
        status =
            vv_refuse(outcome, VV_INVALID, "capacity", "is not between 1 and %d", VV_CAPACITY_MAX);
    }
    if (status == VV_OK && !is_place(command->latitude, command->longitude)) {
        status = vv_refuse(outcome, VV_INVALID, "latitude", "is no place on earth");
    }
    if (status == VV_OK && command->n_languages > VV_FEATURES_MAX) {
        status = vv_refuse(outcome, VV_INVALID, "languages", "are more than %d", VV_FEATURES_MAX);
    }
    for (size_t i = 0; status == VV_OK && i < command->n_languages; i++) {
        status =
            vv_check_text(outcome, "languages", command->languages[i], VV_CODE_BYTES_MAX, false);
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
        status =
            check_organisation(outcome, command->organisation_number, call->now.today, ret_number);
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

/* The contract's entry in the area, made if it has none. */
static enum vv_status area_entry(struct vv_work *work, Vagval__V1__Area *area,
                                 const Vagval__V1__AuthoriseContract *command,
                                 Vagval__V1__AreaContract **ret_entry)
{
    Vagval__V1__AreaContract *entry = vv_capacity_find(area, work->call->subject);

    if (entry != NULL) {
        if ((uint64_t)entry->taken + entry->reserved > command->capacity) {
            return vv_refuse(work->outcome, VV_REFUSED, "capacity",
                             "%u places are in use; a lower capacity must wait for them",
                             entry->taken + entry->reserved);
        }
        *ret_entry = entry;
        return VV_OK;
    }
    if (area->n_contracts >= VV_AREA_CONTRACTS_MAX) {
        return vv_refuse(work->outcome, VV_REFUSED, "area",
                         "the area holds %d contracts, which is the most", VV_AREA_CONTRACTS_MAX);
    }
    entry = vv_work_alloc(work, sizeof *entry);
    if (entry == NULL) {
        return VV_NO_MEMORY;
    }
    vagval__v1__area_contract__init(entry);
    entry->contract = vv_work_id(work, work->call->subject);
    area->contracts = vv_work_grown(work, area->contracts, &area->n_contracts, entry);
    if (work->exhausted) {
        return VV_NO_MEMORY;
    }
    *ret_entry = entry;
    return VV_OK;
}

static void enter_terms(Vagval__V1__AreaContract *entry,
                        const Vagval__V1__AuthoriseContract *command)
{
    entry->number = command->number;
    entry->capacity = command->capacity;
    entry->latitude = command->latitude;
    entry->longitude = command->longitude;
    entry->from = command->from;
    entry->to = command->to;
    entry->n_languages = command->n_languages;
    entry->languages = command->languages;
}

static void put_contract(const struct vv_call *call, struct vv_outcome *outcome,
                         const Vagval__V1__AuthoriseContract *command, struct vv_idno *number)
{
    Vagval__V1__Contract contract;

    vagval__v1__contract__init(&contract);
    contract.scheme = (char *)(uintptr_t)call->scheme;
    contract.area = command->area;
    contract.number = command->number;
    contract.provider = command->provider;
    contract.provider_name = command->provider_name;
    contract.organisation_number = number->text;
    vv_put(outcome, "contract", call->subject, &contract.base);
}

static enum vv_status decide_contract(const struct vv_call *call, const struct vv_loaded *loaded,
                                      struct vv_outcome *outcome)
{
    const Vagval__V1__AuthoriseContract *command =
        (const Vagval__V1__AuthoriseContract *)call->body;
    struct vv_work work = {.call = call, .outcome = outcome};
    struct vv_id area_id = vv_id_area(call->scheme, command->area, call->partitions);
    const struct vv_record *area_record = vv_loaded(loaded, "area", area_id);
    const struct vv_record *record = vv_loaded(loaded, "contract", call->subject);
    Vagval__V1__AreaContract *entry = NULL;
    ProtobufCMessage *message = NULL;
    struct vv_idno number;
    enum vv_status status =
        vv_record_unpack(call, area_record, &vagval__v1__area__descriptor, &message);
    Vagval__V1__Area *area = (Vagval__V1__Area *)message;

    if (status == VV_OK) {
        status = check_names(call, outcome, command, &number);
    }
    if (status == VV_OK) {
        status = check_terms(outcome, command);
    }
    if (status == VV_OK) {
        status = check_scheme_area(call, outcome, command);
    }
    if (status == VV_OK && record->field_count >= VV_CASE_FACTS_MAX) {
        status = vv_refuse(outcome, VV_REFUSED, "number",
                           "the contract holds %d facts, which is the most", VV_CASE_FACTS_MAX);
    }
    if (status == VV_OK) {
        status = area_entry(&work, area, command, &entry);
    }
    if (status != VV_OK) {
        return status;
    }
    enter_terms(entry, command);
    area->scheme = (char *)(uintptr_t)call->scheme;
    area->code = command->area;
    vv_put(outcome, "area", area_id, &area->base);
    put_contract(call, outcome, command, &number);
    if (!area_record->exists) {
        vv_append(outcome, "areas", VV_NIL, area_id.bytes, sizeof area_id.bytes);
    }
    if (!record->exists) {
        vv_work_count(&work, "contracts", 1);
    }
    vv_accept(outcome, command->from, command->source, VV_NIL, NULL, 0, false);
    vv_work_reply(&work, record->exists ? "amended" : "authorised");
    return work.exhausted ? VV_NO_MEMORY : VV_OK;
}

const struct vv_handler vv_handle_authorise_contract = {.plan = plan_contract,
                                                        .decide = decide_contract};
