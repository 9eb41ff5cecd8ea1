/*
 * evidence.c: the states of a document. Domain: evidence in writing; waiting, verified, invoiced.
 */
#include "evidence.h"

#include <string.h>

/* Steps of a use: apart from those that messages count. */
#define USE_PROVIDER 0x45564931u
#define USE_SECOND_SOURCE 0x45564932u

const char *vv_evidence_state_name(uint32_t state)
{
    static const char *const names[] = {
        [VV_EVIDENCE_CLAIMING] = "claiming", [VV_EVIDENCE_WAITING] = "waiting",
        [VV_EVIDENCE_VERIFIED] = "verified", [VV_EVIDENCE_INVOICED] = "invoiced",
        [VV_EVIDENCE_REJECTED] = "rejected",
    };

    return state < sizeof names / sizeof *names && names[state] != NULL ? names[state] : "unknown";
}

static bool same_bytes(ProtobufCBinaryData a, ProtobufCBinaryData b)
{
    return a.len == b.len && a.len > 0 && memcmp(a.data, b.data, a.len) == 0;
}

Vagval__V1__CaseEvidence *vv_evidence_find(const Vagval__V1__RegistryCase *entry,
                                           ProtobufCBinaryData record)
{
    for (size_t i = 0; i < entry->n_evidence; i++) {
        if (same_bytes(entry->evidence[i]->record, record)) {
            return entry->evidence[i];
        }
    }
    return NULL;
}

struct vv_id vv_evidence_use_of_outcome(struct vv_id case_id, struct vv_id outcome,
                                        bool second_source)
{
    /* A source's name of an outcome is its own: two cases may have the same one. */
    struct vv_id use = vv_id_step(case_id, second_source ? USE_SECOND_SOURCE : USE_PROVIDER);

    for (size_t i = 0; i < sizeof use.bytes; i++) {
        use.bytes[i] ^= outcome.bytes[i];
    }
    return use;
}

Vagval__V1__CaseOutcome *vv_evidence_outcome(const Vagval__V1__RegistryCase *entry,
                                             struct vv_id case_id,
                                             const Vagval__V1__CaseEvidence *evidence)
{
    bool second_source = strcmp(evidence->of, "corroborate") == 0;

    for (size_t i = 0; i < entry->n_outcomes; i++) {
        struct vv_id id = {{0}};
        if (vv_id_from_bytes(entry->outcomes[i]->outcome.data, entry->outcomes[i]->outcome.len,
                             &id) == VV_OK) {
            struct vv_id use = vv_evidence_use_of_outcome(case_id, id, second_source);
            if (same_bytes((ProtobufCBinaryData){sizeof use.bytes, use.bytes},
                           evidence->used_for)) {
                return entry->outcomes[i];
            }
        }
    }
    return NULL;
}

bool vv_evidence_answer(Vagval__V1__CaseEvidence *evidence, bool granted, vv_date on)
{
    if (evidence->state != VV_EVIDENCE_CLAIMING) {
        return false;
    }
    if (granted) {
        evidence->state = VV_EVIDENCE_WAITING;
    } else {
        vv_evidence_reject(evidence, (char *)(uintptr_t)VV_EVIDENCE_USED, (char *)(uintptr_t) "",
                           on);
    }
    return true;
}

/* Whether a key brought this document to the case, by whatever record. */
static bool brought(const Vagval__V1__RegistryCase *entry, ProtobufCBinaryData hash,
                    const char *sender)
{
    for (size_t i = 0; i < entry->n_evidence; i++) {
        if (same_bytes(entry->evidence[i]->evidence, hash) &&
            strcmp(entry->evidence[i]->recorded_by, sender) == 0) {
            return true;
        }
    }
    return false;
}

static enum vv_status state_obstacle(const Vagval__V1__CaseEvidence *evidence,
                                     const char **ret_field, const char **ret_text)
{
    *ret_field = "record";
    if (evidence == NULL) {
        *ret_text = "no record of this case with that id has brought a document; `vagval evidence "
                    "list` names them";
        return VV_NOT_FOUND;
    }
    switch ((enum vv_evidence_state)evidence->state) {
    case VV_EVIDENCE_CLAIMING:
        *ret_text = "it is being found out whether the document is used elsewhere; repeat this in "
                    "a moment";
        return VV_REFUSED;
    case VV_EVIDENCE_VERIFIED:
    case VV_EVIDENCE_INVOICED:
        *ret_text = "the document is verified already, which nobody takes back; withdraw or "
                    "replace the record";
        return VV_REFUSED;
    case VV_EVIDENCE_REJECTED:
        *ret_text = "the document is rejected already; another record brings another document";
        return VV_REFUSED;
    case VV_EVIDENCE_WAITING:
        break;
    }
    *ret_text = "another record has taken this one's place; decide on that one's document";
    return evidence->replaced ? VV_REFUSED : VV_OK;
}

enum vv_status vv_evidence_judge(const Vagval__V1__RegistryCase *entry,
                                 const Vagval__V1__CaseEvidence *evidence, bool verify,
                                 const char *document_kind, const char *sender,
                                 const struct vv_scheme *scheme, const char **ret_field,
                                 const char **ret_text)
{
    enum vv_status status = state_obstacle(evidence, ret_field, ret_text);

    if (status != VV_OK) {
        return status;
    }
    *ret_field = "sender";
    if (sender[0] == '\0' || brought(entry, evidence->evidence, sender)) {
        *ret_text = "two persons: whoever recorded a document does not decide on it";
        return VV_REFUSED;
    }
    *ret_field = "document_kind";
    if (verify && document_kind[0] == '\0' && evidence->document_kind[0] == '\0') {
        *ret_text = "is missing: the record did not say what the document is";
        return VV_INVALID;
    }
    if (verify && document_kind[0] != '\0' && scheme != NULL &&
        !vv_scheme_document_kind(scheme, document_kind)) {
        *ret_text = "is no kind of document that the scheme takes";
        return VV_INVALID;
    }
    return VV_OK;
}

void vv_evidence_verify(Vagval__V1__CaseEvidence *evidence, char *document_kind, char *by,
                        vv_date on)
{
    evidence->state = evidence->on_run ? VV_EVIDENCE_INVOICED : VV_EVIDENCE_VERIFIED;
    evidence->decided_by = by;
    evidence->decided_on = on;
    if (document_kind[0] != '\0') {
        evidence->document_kind = document_kind;
    }
}

void vv_evidence_reject(Vagval__V1__CaseEvidence *evidence, char *reason, char *by, vv_date on)
{
    evidence->state = VV_EVIDENCE_REJECTED;
    evidence->reason = reason;
    evidence->decided_by = by;
    evidence->decided_on = on;
}

bool vv_evidence_on_run(Vagval__V1__CaseEvidence *evidence, vv_date on)
{
    if (evidence->on_run) {
        return false;
    }
    evidence->on_run = true;
    evidence->on_run_from = on;
    if (evidence->state == VV_EVIDENCE_VERIFIED) {
        evidence->state = VV_EVIDENCE_INVOICED;
    }
    return true;
}

bool vv_evidence_is_shared(const Vagval__V1__RegistryCase *entry,
                           const Vagval__V1__CaseEvidence *evidence)
{
    for (size_t i = 0; i < entry->n_evidence; i++) {
        const Vagval__V1__CaseEvidence *other = entry->evidence[i];
        if (other != evidence && other->state != VV_EVIDENCE_REJECTED && !other->replaced &&
            same_bytes(other->evidence, evidence->evidence) &&
            same_bytes(other->used_for, evidence->used_for)) {
            return true;
        }
    }
    return false;
}

bool vv_evidence_voids_record(const Vagval__V1__CaseEvidence *evidence)
{
    return strcmp(evidence->of, "confirm") == 0 || strcmp(evidence->of, "corroborate") == 0 ||
           strcmp(evidence->of, "unit") == 0;
}
