/*
 * events.c: events of the owning services as typed facts. The wire has checked their form; what
 * cannot be computed from is kept all the same, since its owner has accepted it.
 */
#include "events.h"

#include <string.h>

#include "finance_facts.h"
#include "proposals.h"

static enum vv_status read_id(ProtobufCBinaryData bytes, struct vv_id *ret_id)
{
    return vv_id_from_bytes(bytes.data, bytes.len, ret_id);
}

static enum vv_status read_optional_id(ProtobufCBinaryData bytes, struct vv_id *ret_id)
{
    if (bytes.len == 0) {
        *ret_id = (struct vv_id){{0}};
        return VV_OK;
    }
    return read_id(bytes, ret_id);
}

#define EVIDENCE_BYTES 32

/* A decision that refers nobody has no price; what the provider was promised then stands, so it
 * also leaves in force what it corrects. */
static enum vv_status read_level(const Vagval__V1__LevelDecided *event,
                                 struct vv_payment_fact *fact)
{
    fact->kind = VV_FACT_LEVEL;
    fact->on = event->effective_from;
    fact->decided_on = event->decided_on;
    fact->level = event->level;
    fact->referred = event->referred;
    return event->referred ? read_optional_id(event->supersedes, &fact->supersedes) : VV_OK;
}

static enum vv_status read_placement_start(const Vagval__V1__PlacementStarted *event,
                                           struct vv_payment_fact *fact)
{
    fact->kind = VV_FACT_PLACEMENT_START;
    fact->on = event->start;
    fact->planned_end = event->planned_end == 0 ? VV_DATE_NONE : event->planned_end;
    fact->service_start = event->service_start == 0 ? event->start : event->service_start;
    fact->area = event->area;
    fact->contract_number = event->contract_number;
    enum vv_status status = read_id(event->placement, &fact->subject);
    if (status != VV_OK) {
        return status;
    }
    status = read_id(event->contract, &fact->contract);
    return status == VV_OK ? read_optional_id(event->provider, &fact->provider) : status;
}

static enum vv_status read_outcome(const Vagval__V1__OutcomeRecorded *event,
                                   struct vv_payment_fact *fact)
{
    static const struct {
        const char *name;
        enum vv_payment_fact_kind kind;
    } kinds[] = {
        {"start", VV_FACT_OUTCOME_START},      {"confirm", VV_FACT_OUTCOME_CONFIRM},
        {"end", VV_FACT_OUTCOME_END},          {"withdraw", VV_FACT_OUTCOME_WITHDRAW},
        {"corroborate", VV_FACT_CORROBORATED},
    };
    fact->kind = VV_FACT_OTHER;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(event->kind, kinds[i].name) == 0) {
            fact->kind = kinds[i].kind;
        }
    }
    bool job = strcmp(event->what, "job") == 0;
    if (fact->kind == VV_FACT_OUTCOME_START && !job && strcmp(event->what, "study") != 0) {
        fact->kind = VV_FACT_OTHER;
    }
    fact->on = event->on;
    fact->job = job;
    fact->extent_percent = event->extent_percent;
    fact->evidence = event->evidence.len == EVIDENCE_BYTES ? event->evidence.data : NULL;
    fact->document = event->claiming ? VV_DOCUMENT_CLAIMING : VV_DOCUMENT_WAITING;
    bool is_evidence = fact->kind == VV_FACT_OUTCOME_CONFIRM || fact->kind == VV_FACT_CORROBORATED;
    if (is_evidence && fact->evidence == NULL) {
        fact->kind = VV_FACT_OTHER; /* a confirmation is its evidence: without, it says nothing */
    }
    enum vv_status status = read_optional_id(event->supersedes, &fact->supersedes);
    if (status == VV_OK) {
        status = read_optional_id(event->employer, &fact->employer);
    }
    return status == VV_OK ? read_id(event->outcome, &fact->subject) : status;
}

/* The registry's words; a state of a later release says nothing here. */
static enum vv_status read_evidence(const Vagval__V1__EvidenceStated *event,
                                    struct vv_payment_fact *fact)
{
    static const struct {
        const char *word;
        enum vv_document_state state;
    } states[] = {{"waiting", VV_DOCUMENT_WAITING},
                  {"verified", VV_DOCUMENT_VERIFIED},
                  {"rejected", VV_DOCUMENT_REJECTED}};
    fact->kind = VV_FACT_OTHER;
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        if (strcmp(event->state, states[i].word) == 0) {
            fact->kind = VV_FACT_EVIDENCE;
            fact->document = states[i].state;
        }
    }
    fact->on = event->on;
    fact->by = event->by;
    fact->code = event->document_kind;
    return read_id(event->record, &fact->subject);
}

/* Commands of this service itself, kept in the same log. */
static enum vv_status read_decision(const Vagval__V1__DecideProposal *command,
                                    struct vv_payment_fact *fact)
{
    enum vv_proposal_action action;
    enum vv_status status = vv_proposal_action_parse(command->action, &action);
    if (status != VV_OK) {
        return status;
    }
    fact->kind = VV_FACT_PROPOSAL_DECISION;
    fact->on = fact->effective;
    fact->component = command->component;
    fact->period = command->period;
    fact->amount = command->amount;
    fact->action = (int)action;
    status = read_optional_id(command->recovery, &fact->subject);
    return status == VV_OK ? read_id(command->contract, &fact->contract) : status;
}

static enum vv_status read_release(const Vagval__V1__ReleaseHold *command,
                                   struct vv_payment_fact *fact)
{
    fact->kind = VV_FACT_HOLD_RELEASE;
    fact->on = fact->effective;
    fact->component = command->component;
    fact->period = command->period;
    return read_id(command->contract, &fact->contract);
}

/* Month arithmetic needs room at both ends of the calendar. */
static bool usable_day(vv_date day)
{
    return day >= VV_DATE_MIN + 36600 && day <= VV_DATE_MAX - 36600;
}

enum vv_status vv_payment_fact_read(enum vv_message_type type, const ProtobufCMessage *body,
                                    struct vv_id id, vv_date effective, uint32_t index,
                                    struct vv_payment_fact *ret_fact)
{
    struct vv_payment_fact fact = {
        .id = id, .effective = effective, .index = index, .planned_end = VV_DATE_NONE};
    enum vv_status status = VV_OK;
    if (type == VV_MSG_LEVEL_DECIDED) {
        status = read_level((const Vagval__V1__LevelDecided *)body, &fact);
    } else if (type == VV_MSG_PLACEMENT_STARTED) {
        status = read_placement_start((const Vagval__V1__PlacementStarted *)body, &fact);
    } else if (type == VV_MSG_PLACEMENT_ENDED) {
        const Vagval__V1__PlacementEnded *event = (const Vagval__V1__PlacementEnded *)body;
        fact.kind = VV_FACT_PLACEMENT_END;
        fact.on = event->last_day;
        status = read_id(event->placement, &fact.subject);
    } else if (type == VV_MSG_SERVICE_EXTENDED) {
        const Vagval__V1__ServiceExtended *event = (const Vagval__V1__ServiceExtended *)body;
        fact.kind = VV_FACT_PLACEMENT_EXTENDED;
        fact.on = event->planned_end;
        status = read_id(event->placement, &fact.subject);
    } else if (type == VV_MSG_REPORT_DECIDED) {
        const Vagval__V1__ReportDecided *event = (const Vagval__V1__ReportDecided *)body;
        fact.kind = VV_FACT_REPORT;
        fact.on = vv_date_month_start(event->month);
        fact.approved = event->approved;
        status = read_optional_id(event->contract, &fact.contract);
        if (status == VV_OK) {
            status = read_optional_id(event->supersedes, &fact.supersedes);
        }
    } else if (type == VV_MSG_OBLIGATIONS_STATED) {
        const Vagval__V1__ObligationsStated *event = (const Vagval__V1__ObligationsStated *)body;
        fact.kind = VV_FACT_OBLIGATIONS;
        fact.on = vv_date_month_start(event->month);
        fact.approved = event->met;
        status = read_optional_id(event->contract, &fact.contract);
    } else if (type == VV_MSG_OUTCOME_RECORDED) {
        status = read_outcome((const Vagval__V1__OutcomeRecorded *)body, &fact);
    } else if (type == VV_MSG_EVIDENCE_STATED) {
        status = read_evidence((const Vagval__V1__EvidenceStated *)body, &fact);
    } else if (type == VV_MSG_DECIDE_PROPOSAL) {
        status = read_decision((const Vagval__V1__DecideProposal *)body, &fact);
    } else if (type == VV_MSG_RELEASE_HOLD) {
        status = read_release((const Vagval__V1__ReleaseHold *)body, &fact);
    } else {
        status = vv_finance_fact_read(type, body, &fact);
    }
    if (status == VV_UNSUPPORTED) {
        return status;
    }
    if (status != VV_OK || !usable_day(fact.on) ||
        (fact.planned_end != VV_DATE_NONE && !usable_day(fact.planned_end))) {
        /* Its owner accepted it, so it is never refused; but nothing can be computed from it. */
        fact.kind = VV_FACT_OTHER;
    }
    *ret_fact = fact;
    return VV_OK;
}

static const ProtobufCMessageDescriptor *descriptor_of(uint32_t type)
{
    switch (type) {
    case VV_MSG_LEVEL_DECIDED:
        return &vagval__v1__level_decided__descriptor;
    case VV_MSG_PLACEMENT_STARTED:
        return &vagval__v1__placement_started__descriptor;
    case VV_MSG_PLACEMENT_ENDED:
        return &vagval__v1__placement_ended__descriptor;
    case VV_MSG_SERVICE_EXTENDED:
        return &vagval__v1__service_extended__descriptor;
    case VV_MSG_REPORT_DECIDED:
        return &vagval__v1__report_decided__descriptor;
    case VV_MSG_OUTCOME_RECORDED:
        return &vagval__v1__outcome_recorded__descriptor;
    case VV_MSG_OBLIGATIONS_STATED:
        return &vagval__v1__obligations_stated__descriptor;
    case VV_MSG_EVIDENCE_STATED:
        return &vagval__v1__evidence_stated__descriptor;
    case VV_MSG_DECIDE_PROPOSAL:
        return &vagval__v1__decide_proposal__descriptor;
    case VV_MSG_RELEASE_HOLD:
        return &vagval__v1__release_hold__descriptor;
    default:
        return vv_finance_fact_descriptor(type);
    }
}

bool vv_payment_fact_is_own(uint32_t type)
{
    return type == VV_MSG_DECIDE_PROPOSAL || type == VV_MSG_RELEASE_HOLD ||
           vv_finance_fact_is_own(type);
}

/* Who decided, and what was answered: neither stands in the command. */
static enum vv_status read_answer(const Vagval__V1__Fact *stored, ProtobufCAllocator *memory,
                                  struct vv_payment_fact *fact)
{
    const Vagval__V1__CorrectionNoted *answer =
        vagval__v1__correction_noted__unpack(memory, stored->reply.len, stored->reply.data);
    if (answer == NULL) {
        return VV_CORRUPT;
    }
    fact->by = stored->source;
    fact->until = answer->until;
    fact->owed = answer->owed;
    return VV_OK;
}

enum vv_status vv_payment_facts_read(Vagval__V1__Fact *const *stored, size_t count,
                                     ProtobufCAllocator *memory, struct vv_payment_fact *ret_facts)
{
    for (size_t i = 0; i < count; i++) {
        const Vagval__V1__Fact *fact = stored[i];
        const ProtobufCMessageDescriptor *descriptor = descriptor_of(fact->type);
        struct vv_id id;
        if (descriptor == NULL) {
            return VV_UNSUPPORTED;
        }
        if (read_id(fact->id, &id) != VV_OK) {
            return VV_CORRUPT;
        }
        const ProtobufCMessage *body =
            protobuf_c_message_unpack(descriptor, memory, fact->body.len, fact->body.data);
        if (body == NULL) {
            return VV_CORRUPT;
        }
        enum vv_status status = vv_payment_fact_read((enum vv_message_type)fact->type, body, id,
                                                     fact->effective, fact->index, &ret_facts[i]);
        if (status == VV_OK &&
            (fact->type == VV_MSG_DECIDE_PROPOSAL || fact->type == VV_MSG_RELEASE_HOLD)) {
            status = read_answer(fact, memory, &ret_facts[i]);
        }
        if (status != VV_OK) {
            return status;
        }
    }
    return VV_OK;
}
