/*
 * handlers_unit.c: units that a provider delivered, as commands on the case: recorded, approved,
 * replaced by a later record. What a unit is worth stands in the scheme; payment computes it.
 */
#include "document.h"
#include "placement.h"
#include "provider-registry.h"
#include "sender.h"
#include "work.h"

#include <stdio.h>
#include <string.h>

#include "vagval/limits.h"

extern const struct vv_handler vv_handle_record_unit;

static enum vv_status plan_unit(const struct vv_call *call, const struct vv_loaded *loaded,
                                struct vv_plan *plan)
{
    enum vv_status status = vv_work_plan(call, plan, true);
    if (status == VV_OK) {
        status = vv_sender_plan(call, loaded, plan);
    }
    if (status == VV_OK) {
        vv_document_plan(call, plan, ((const Vagval__V1__RecordUnit *)call->body)->evidence);
    }
    return status;
}

static enum vv_status check_unit(const struct vv_work *work, const Vagval__V1__RecordUnit *command,
                                 struct vv_id *ret_supersedes)
{
    struct vv_outcome *outcome = work->outcome;
    enum vv_status status =
        vv_check_case_command(work, command->source, command->source_ref, command->case_id);

    if (status == VV_OK) {
        status = vv_check_code(outcome, "unit", command->unit);
    }
    if (status == VV_OK) {
        status = vv_check_day(outcome, "on", command->on);
    }
    if (status == VV_OK && command->on > work->call->now.today) {
        return vv_refuse(outcome, VV_REFUSED, "on",
                         "lies in the future: a unit is recorded when it has been delivered");
    }
    if (status == VV_OK &&
        (command->quantity_hundredths < 1 || command->quantity_hundredths > VV_UNITS_MAX)) {
        return vv_refuse(outcome, VV_INVALID, "quantity_hundredths",
                         "must be between 0.01 and 100000 units");
    }
    if (status == VV_OK && (command->approved ? command->evidence.len != VV_EVIDENCE_BYTES
                                              : command->evidence.len % VV_EVIDENCE_BYTES != 0 ||
                                                    command->evidence.len > VV_EVIDENCE_BYTES)) {
        return vv_refuse(outcome, VV_INVALID, "evidence",
                         "an approved unit needs the 32-byte hash of its document");
    }
    if (status == VV_OK) {
        status = vv_sender_may_not_approve(work, command->approved);
    }
    if (status == VV_OK && command->supersedes.len != 0) {
        status = vv_check_id(outcome, "supersedes", command->supersedes, ret_supersedes);
    }
    return status;
}

/* Adds a code to the list of those known, as far as it has room. */
static void list_code(char *list, size_t room, const char *code)
{
    size_t used = strlen(list);
    (void)snprintf(list + used, room - used, "%s%s", used == 0 ? "" : ", ", code);
}

/* A unit that the scheme does not pay is a slip of the pen: recorded, it would wait for ever. */
static enum vv_status check_known(const struct vv_work *work, const Vagval__V1__RecordUnit *command)
{
    const struct vv_scheme *scheme =
        vv_book_scheme(work->call->book, work->entry->scheme, command->on, 0);
    char known[160] = "";

    if (scheme == NULL) {
        return vv_refuse(work->outcome, VV_REFUSED, "on",
                         "no version of the case's scheme is published for that day");
    }
    for (size_t i = 0; i < scheme->component_count; i++) {
        const struct vv_component *component = &scheme->components[i];
        if (component->kind != VV_PER_UNIT) {
            continue;
        }
        if (strcmp(component->award.unit, command->unit) == 0) {
            return VV_OK;
        }
        list_code(known, sizeof known, component->award.unit);
    }
    return vv_refuse(work->outcome, VV_INVALID, "unit", "is none of the units that %s pays%s%s",
                     scheme->id, known[0] == '\0' ? ": it pays none" : ": ", known);
}

/* The contract must have served the case; without one, somebody must serve it. */
static enum vv_status check_contract(const struct vv_work *work,
                                     const Vagval__V1__RecordUnit *command)
{
    const Vagval__V1__RegistryCase *entry = work->entry;

    if (work->call->role == VV_ROLE_PROVIDER) {
        const Vagval__V1__CasePlacement *own =
            vv_placement_within(work->seen, command->on, command->on);
        bool is_named =
            own != NULL &&
            (command->contract.len == 0 ||
             (command->contract.len == own->contract.len &&
              memcmp(command->contract.data, own->contract.data, own->contract.len) == 0));
        return is_named ? VV_OK
                        : vv_refuse(work->outcome, VV_FORBIDDEN, "on",
                                    "this key's contract did not serve the case then");
    }
    if (entry->n_placements == 0) {
        return vv_refuse(work->outcome, VV_REFUSED, "case_id", "nobody has served this case yet");
    }
    for (size_t i = 0; i < entry->n_placements && command->contract.len != 0; i++) {
        const ProtobufCBinaryData *contract = &entry->placements[i]->contract;
        if (contract->len == command->contract.len &&
            memcmp(contract->data, command->contract.data, contract->len) == 0) {
            return VV_OK;
        }
    }
    return command->contract.len == 0 ? VV_OK
                                      : vv_refuse(work->outcome, VV_REFUSED, "contract",
                                                  "is not a contract that has served this case");
}

static bool is_id(ProtobufCBinaryData bytes, struct vv_id id)
{
    return bytes.len == sizeof id.bytes && memcmp(bytes.data, id.bytes, sizeof id.bytes) == 0;
}

static bool replaced_already(Vagval__V1__Fact *const *facts, size_t count, struct vv_id id)
{
    for (size_t i = 0; i < count; i++) {
        if (is_id(facts[i]->supersedes, id)) {
            return true;
        }
    }
    return false;
}

/* What is replaced must be a unit of this case that stands. `use` moves to the first record of the
 * chain: what replaces a unit may bring the same document. */
static enum vv_status check_replaced(const struct vv_work *work, const struct vv_loaded *loaded,
                                     struct vv_id supersedes, struct vv_id *use)
{
    const struct vv_call *call = work->call;
    Vagval__V1__Fact **facts = NULL;
    size_t count = 0;

    if (vv_id_is_nil(supersedes)) {
        return VV_OK;
    }
    enum vv_status status =
        vv_record_facts(call, vv_loaded(loaded, "case", call->subject), &facts, &count);
    if (status != VV_OK) {
        return status;
    }
    *use = vv_document_unit_use(facts, count, supersedes);
    for (size_t i = 0; i < count; i++) {
        if (facts[i]->type == VV_MSG_RECORD_UNIT && is_id(facts[i]->id, supersedes)) {
            return replaced_already(facts, count, supersedes)
                       ? vv_refuse(work->outcome, VV_REFUSED, "supersedes",
                                   "another record has replaced it already, or its document was "
                                   "rejected; name the one that stands")
                       : VV_OK;
        }
    }
    return vv_refuse(work->outcome, VV_NOT_FOUND, "supersedes",
                     "no such unit of this case is known; it may come later: repeat then");
}

static enum vv_status decide_unit(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_outcome *outcome)
{
    const Vagval__V1__RecordUnit *command = (const Vagval__V1__RecordUnit *)call->body;
    struct vv_id supersedes = VV_NIL;
    struct vv_document document = {.hash = command->evidence,
                                   .used_for = call->id,
                                   .of = "unit",
                                   .document_kind = command->document_kind,
                                   .on = command->on};
    struct vv_work work;
    enum vv_status status = vv_work_open(&work, call, loaded, outcome);

    if (status == VV_OK) {
        status = check_unit(&work, command, &supersedes);
    }
    if (status == VV_OK) {
        status = check_contract(&work, command);
    }
    if (status == VV_OK) {
        status = check_known(&work, command);
    }
    if (status == VV_OK) {
        status = check_replaced(&work, loaded, supersedes, &document.used_for);
    }
    if (status == VV_OK) {
        status = vv_document_check(&work, loaded, &document);
    }
    if (status != VV_OK) {
        return status;
    }
    Vagval__V1__UnitRecorded event = VAGVAL__V1__UNIT_RECORDED__INIT;
    event.case_id = command->case_id;
    event.scheme = work.entry->scheme;
    event.unit = command->unit;
    event.quantity_hundredths = command->quantity_hundredths;
    event.on = command->on;
    event.approved = command->approved;
    event.contract = command->contract;
    event.evidence = command->evidence;
    event.claiming = command->evidence.len > 0;
    if (!vv_id_is_nil(supersedes)) {
        event.supersedes = vv_work_event_of(&work, supersedes);
    }
    vv_work_emit_payment(&work, VV_MSG_UNIT_RECORDED, command->on, &event.base);
    vv_document_bring(&work, &document, supersedes);
    vv_work_count(&work, command->approved ? "units.approved" : "units.not_approved", 1);

    Vagval__V1__RecordUnit fact = *command; /* who sent it and the case stand elsewhere */
    fact.source = (char *)protobuf_c_empty_string;
    fact.source_ref = (char *)protobuf_c_empty_string;
    fact.case_id = (ProtobufCBinaryData){0, NULL};
    fact.supersedes = (ProtobufCBinaryData){0, NULL};
    fact.claimed = command->evidence.len > 0;
    fact.recorded_by = (char *)(uintptr_t)(fact.claimed ? call->sender : "");
    fact.recorded_on = fact.claimed ? call->now.today : 0;
    vv_work_accept(&work, command->on, vv_sender_source(&work, command->source), supersedes,
                   &fact.base);
    vv_work_reply(&work, command->approved ? "approved" : "recorded");
    return vv_work_close(&work);
}

const struct vv_handler vv_handle_record_unit = {.plan = plan_unit, .decide = decide_unit};
