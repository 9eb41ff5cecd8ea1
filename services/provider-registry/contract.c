/*
 * contract.c: a contract's record and its entry in the area. See the header.
 */
#include "contract.h"

#include <string.h>

#include "authorisation.h"
#include "capacity.h"
#include "control.h"
#include "vagval/limits.h"

static bool is_place(double latitude, double longitude)
{
    /* Written so that not-a-number fails. */
    return latitude >= -90 && latitude <= 90 && longitude >= -180 && longitude <= 180;
}

static enum vv_status check_words(struct vv_outcome *outcome, const char *field, char *const *words,
                                  size_t count)
{
    enum vv_status status = VV_OK;
    if (count > VV_FEATURES_MAX) {
        return vv_refuse(outcome, VV_INVALID, field, "are more than %d", VV_FEATURES_MAX);
    }
    for (size_t i = 0; status == VV_OK && i < count; i++) {
        status = vv_check_text(outcome, field, words[i], VV_CODE_BYTES_MAX, false);
    }
    return status;
}

enum vv_status vv_contract_check_terms(struct vv_outcome *outcome,
                                       const struct vv_contract_terms *terms)
{
    if (terms->capacity < 1 || terms->capacity > VV_CAPACITY_MAX) {
        return vv_refuse(outcome, VV_INVALID, "capacity", "is not between 1 and %d",
                         VV_CAPACITY_MAX);
    }
    if (!is_place(terms->latitude, terms->longitude)) {
        return vv_refuse(outcome, VV_INVALID, "latitude", "is no place on earth");
    }
    if (terms->n_further_addresses > VV_FURTHER_ADDRESSES_MAX) {
        return vv_refuse(outcome, VV_INVALID, "further_addresses", "are more than %d",
                         VV_FURTHER_ADDRESSES_MAX);
    }
    for (size_t i = 0; i < terms->n_further_addresses; i++) {
        if (!is_place(terms->further_addresses[i]->latitude,
                      terms->further_addresses[i]->longitude)) {
            return vv_refuse(outcome, VV_INVALID, "further_addresses",
                             "number %zu is no place on earth", i + 1);
        }
    }
    enum vv_status status = check_words(outcome, "languages", terms->languages, terms->n_languages);
    return status == VV_OK
               ? check_words(outcome, "orientations", terms->orientations, terms->n_orientations)
               : status;
}

const Vagval__V1__AreaContract *vv_contract_rival(const Vagval__V1__Area *area,
                                                  struct vv_id provider, struct vv_id contract,
                                                  vv_date from, vv_date to)
{
    for (size_t i = 0; i < area->n_contracts; i++) {
        const Vagval__V1__AreaContract *entry = area->contracts[i];
        bool same = entry->provider.len == sizeof provider.bytes &&
                    memcmp(entry->provider.data, provider.bytes, sizeof provider.bytes) == 0;
        bool other = entry->contract.len != sizeof contract.bytes ||
                     memcmp(entry->contract.data, contract.bytes, sizeof contract.bytes) != 0;
        if (same && other && (entry->to == 0 || from <= entry->to) &&
            (to == 0 || entry->from <= to)) {
            return entry;
        }
    }
    return NULL;
}

/* The contract's entry in the area, made if it has none. */
static enum vv_status area_entry(struct vv_work *work, Vagval__V1__Area *area,
                                 struct vv_id contract, const struct vv_contract_terms *terms,
                                 Vagval__V1__AreaContract **ret_entry)
{
    Vagval__V1__AreaContract *entry = vv_capacity_find(area, contract);

    if (entry != NULL) {
        if ((uint64_t)entry->taken + entry->reserved > terms->capacity) {
            return vv_refuse(work->outcome, VV_REFUSED, "capacity",
                             "%u places are in use; a lower capacity must wait for them",
                             entry->taken + entry->reserved);
        }
        *ret_entry = entry;
        return VV_OK;
    }
    const Vagval__V1__AreaContract *rival =
        vv_contract_rival(area, vv_id_provider(terms->organisation_number, work->call->partitions),
                          contract, terms->from, terms->to);
    if (rival != NULL) {
        return vv_refuse(work->outcome, VV_REFUSED, "organisation_number",
                         "has contract %s in the area already; a contract is one provider's in one "
                         "area",
                         rival->number);
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
    entry->contract = vv_work_id(work, contract);
    area->contracts = vv_work_grown(work, area->contracts, &area->n_contracts, entry);
    if (work->exhausted) {
        return VV_NO_MEMORY;
    }
    *ret_entry = entry;
    return VV_OK;
}

/* The version whose areas the contract can be of: before the scheme's first day, that day's. */
static const struct vv_scheme *scheme_of(const struct vv_call *call, vv_date from)
{
    return vv_book_scheme(call->book, call->scheme, call->now.today > from ? call->now.today : from,
                          0);
}

/* The scheme's limit of participants for each full-time supervisor, as far as their number is
 * known. */
static enum vv_status check_caseload(struct vv_work *work, const Vagval__V1__Contract *contract,
                                     const struct vv_contract_terms *terms)
{
    const struct vv_scheme *scheme = scheme_of(work->call, terms->from);
    const struct vv_authorisation *rules = scheme == NULL ? NULL : scheme->authorisation;
    uint32_t supervisors = terms->supervisors_hundredths != 0 ? terms->supervisors_hundredths
                                                              : contract->supervisors_hundredths;

    if (supervisors == 0 || vv_authorisation_has_room(rules, terms->capacity, supervisors)) {
        return VV_OK;
    }
    return vv_refuse(work->outcome, VV_REFUSED, "capacity",
                     "is more than %u.%02u full-time supervisors may have, %d each; tell how many "
                     "there are",
                     supervisors / 100, supervisors % 100, rules->caseload_max);
}

static void enter_area(struct vv_work *work, Vagval__V1__AreaContract *entry,
                       const struct vv_contract_terms *terms)
{
    entry->provider =
        vv_work_id(work, vv_id_provider(terms->organisation_number, work->call->partitions));
    entry->number = terms->number;
    entry->capacity = terms->capacity;
    entry->latitude = terms->latitude;
    entry->longitude = terms->longitude;
    entry->n_further_addresses = terms->n_further_addresses;
    entry->further_addresses = terms->further_addresses;
    entry->from = terms->from;
    entry->to = terms->to;
    entry->n_languages = terms->n_languages;
    entry->languages = terms->languages;
}

static void enter_contract(struct vv_work *work, Vagval__V1__Contract *contract,
                           const struct vv_contract_terms *terms)
{
    const struct vv_call *call = work->call;

    contract->scheme = (char *)(uintptr_t)call->scheme;
    contract->area = terms->area;
    contract->number = terms->number;
    contract->provider =
        vv_work_id(work, vv_id_provider(terms->organisation_number, call->partitions));
    contract->provider_name = terms->provider_name;
    contract->organisation_number = (char *)(uintptr_t)terms->organisation_number;
    if (terms->terms_version != 0) {
        contract->terms_version = terms->terms_version;
        contract->terms_accepted_on = call->now.today;
    }
    if (terms->n_orientations > 0) {
        contract->n_orientations = terms->n_orientations;
        contract->orientations = terms->orientations;
    }
    if (terms->conditions != NULL) {
        contract->conditions = terms->conditions;
    }
    if (terms->supervisors_hundredths != 0) {
        contract->supervisors_hundredths = terms->supervisors_hundredths;
    }
    if (terms->authorised) {
        contract->authorised_on = call->now.today;
        contract->authorised_by = (char *)(uintptr_t)call->sender;
    }
}

static bool is_made(const struct vv_call *call, const struct vv_loaded *loaded, const char *area,
                    const char *number)
{
    const struct vv_record *record =
        vv_loaded(loaded, "contract", vv_id_contract(call->scheme, area, number, call->partitions));
    return record == NULL || record->exists;
}

enum vv_status vv_contract_of(const struct vv_call *call, const struct vv_loaded *loaded,
                              const Vagval__V1__AreaContract *entry, struct vv_id *ret_id,
                              const Vagval__V1__Contract **ret_contract)
{
    ProtobufCMessage *message = NULL;
    struct vv_id id;

    if (vv_id_from_bytes(entry->contract.data, entry->contract.len, &id) != VV_OK) {
        return VV_CORRUPT;
    }
    enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "contract", id),
                                             &vagval__v1__contract__descriptor, &message);
    if (status == VV_OK) {
        *ret_id = id;
        *ret_contract = (const Vagval__V1__Contract *)message;
    }
    return status;
}

void vv_contract_plan_number(const struct vv_call *call, const struct vv_loaded *loaded,
                             struct vv_plan *plan, const char *area, const char *number,
                             vv_date from)
{
    const struct vv_scheme *scheme = scheme_of(call, from);

    if (scheme == NULL || is_made(call, loaded, area, number)) {
        return;
    }
    for (size_t i = 0; i < scheme->area_count; i++) {
        struct vv_id there =
            vv_id_contract(call->scheme, scheme->areas[i].code, number, call->partitions);
        Vagval__V1__PayeeGet ask = VAGVAL__V1__PAYEE_GET__INIT;
        ask.contract = (ProtobufCBinaryData){sizeof there.bytes, there.bytes};
        if (strcmp(scheme->areas[i].code, area) != 0) {
            vv_plan_ask(plan, VV_REGISTRY, VV_MSG_PAYEE_GET, there, &ask.base);
        }
    }
}

enum vv_status vv_contract_check_number(const struct vv_call *call, const struct vv_loaded *loaded,
                                        struct vv_outcome *outcome, const char *area,
                                        const char *number, vv_date from)
{
    const struct vv_scheme *scheme = scheme_of(call, from);

    if (scheme == NULL || is_made(call, loaded, area, number)) {
        return VV_OK;
    }
    for (size_t i = 0; i < scheme->area_count; i++) {
        const char *other = scheme->areas[i].code;
        if (strcmp(other, area) == 0) {
            continue;
        }
        const struct vv_answer *answer =
            vv_loaded_answer(loaded, VV_MSG_PAYEE_GET,
                             vv_id_contract(call->scheme, other, number, call->partitions));
        if (answer == NULL || (answer->status != VV_OK && answer->status != VV_NOT_FOUND)) {
            return vv_refuse(outcome, VV_BUSY, "number",
                             "area %s cannot be asked for it now; repeat later", other);
        }
        if (answer->status == VV_OK) {
            return vv_refuse(outcome, VV_REFUSED, "number",
                             "is a contract of area %s already; give the new one its own number",
                             other);
        }
    }
    return VV_OK;
}

enum vv_status vv_contract_make(struct vv_work *work, const struct vv_loaded *loaded,
                                const struct vv_contract_terms *terms)
{
    const struct vv_call *call = work->call;
    struct vv_id area_id = vv_id_area(call->scheme, terms->area, call->partitions);
    struct vv_id id = vv_id_contract(call->scheme, terms->area, terms->number, call->partitions);
    const struct vv_record *area_record = vv_loaded(loaded, "area", area_id);
    const struct vv_record *record = vv_loaded(loaded, "contract", id);
    ProtobufCMessage *message = NULL, *contract_message = NULL;
    Vagval__V1__AreaContract *entry = NULL;
    enum vv_status status =
        vv_record_unpack(call, area_record, &vagval__v1__area__descriptor, &message);

    if (status == VV_OK) {
        status =
            vv_record_unpack(call, record, &vagval__v1__contract__descriptor, &contract_message);
    }
    Vagval__V1__Area *area = (Vagval__V1__Area *)message;
    Vagval__V1__Contract *contract = (Vagval__V1__Contract *)contract_message;
    if (status == VV_OK && record->exists &&
        strcmp(contract->organisation_number, terms->organisation_number) != 0) {
        status = vv_refuse(work->outcome, VV_REFUSED, "number",
                           "is another organisation's contract; a change of owner is a transfer");
    }
    if (status == VV_OK) {
        status = check_caseload(work, contract, terms);
    }
    if (status == VV_OK) {
        status = area_entry(work, area, id, terms, &entry);
    }
    if (status != VV_OK) {
        return status;
    }
    enter_area(work, entry, terms);
    area->scheme = (char *)(uintptr_t)call->scheme;
    area->code = terms->area;
    enter_contract(work, contract, terms);
    if (work->exhausted) {
        return VV_NO_MEMORY;
    }
    vv_put(work->outcome, "area", area_id, &area->base);
    vv_put(work->outcome, "contract", id, &contract->base);
    if (!area_record->exists) {
        vv_append(work->outcome, "areas", VV_NIL, area_id.bytes, sizeof area_id.bytes);
    }
    if (!record->exists) {
        vv_work_count(work, "contracts", 1);
    }
    return VV_OK;
}

enum vv_status vv_contract_plan_with_area(const struct vv_call *call,
                                          const struct vv_loaded *loaded, struct vv_plan *plan)
{
    const struct vv_record *record = vv_loaded(loaded, "contract", call->subject);
    ProtobufCMessage *message = NULL;

    vv_plan_load(plan, "contract", call->subject);
    if (record == NULL || !record->exists) {
        return VV_OK;
    }
    enum vv_status status =
        vv_record_unpack(call, record, &vagval__v1__contract__descriptor, &message);
    if (status == VV_OK) {
        const Vagval__V1__Contract *contract = (const Vagval__V1__Contract *)message;
        vv_plan_load(plan, "area", vv_id_area(contract->scheme, contract->area, call->partitions));
    }
    return status;
}

size_t vv_contract_watch(struct vv_work *work, struct vv_id contract,
                         const Vagval__V1__ContractControl *control)
{
    vv_date next = VV_DATE_NONE;
    size_t marked = vv_control_mark_overdue(control, work->call->now.today, &next);

    for (size_t i = 0; i < control->n_items; i++) {
        control->items[i]->actor = (char *)(uintptr_t)vv_control_actor(control->items[i]);
    }
    if (next != VV_DATE_NONE) {
        vv_timer_set(work->outcome, VV_MSG_CONTROL_DUE, contract, next);
    } else {
        vv_timer_clear(work->outcome, VV_MSG_CONTROL_DUE, contract);
    }
    return marked;
}
