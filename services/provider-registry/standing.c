/*
 * standing.c: which confirmations of an outcome stand.
 */
#include "standing.h"

#include <string.h>

#include "outcome.h"
#include "timeline.h"

static bool is_id(ProtobufCBinaryData bytes, struct vv_id id)
{
    return bytes.len == sizeof id.bytes && memcmp(bytes.data, id.bytes, bytes.len) == 0;
}

static bool is_superseded(ProtobufCBinaryData id, Vagval__V1__Fact *const *facts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (facts[i]->supersedes.len == id.len && id.len > 0 &&
            memcmp(facts[i]->supersedes.data, id.data, id.len) == 0) {
            return true;
        }
    }
    return false;
}

/* The day that a fact of this kind confirms of the outcome, or 0. */
static enum vv_status confirmed_by(const struct vv_call *call, const Vagval__V1__Fact *fact,
                                   struct vv_id case_id, struct vv_id outcome, const char *kind,
                                   vv_date *ret_day)
{
    ProtobufCMessage *message = NULL;

    *ret_day = 0;
    if (fact->type != VV_MSG_RECORD_OUTCOME) {
        return VV_OK;
    }
    enum vv_status status = vv_fact_body(call, fact, &message);
    if (status != VV_OK) {
        return status;
    }
    const Vagval__V1__RecordOutcome *body = (const Vagval__V1__RecordOutcome *)message;
    const char *namer = body->outcome_source[0] != '\0' ? body->outcome_source : fact->source;
    if (strcmp(body->kind, kind) == 0 &&
        vv_id_equal(vv_outcome_id(case_id, namer, body->outcome_ref), outcome)) {
        *ret_day = body->on;
    }
    return VV_OK;
}

enum vv_status vv_standing_confirmation(const struct vv_call *call, Vagval__V1__Fact *const *facts,
                                        size_t count, struct vv_id case_id, struct vv_id outcome,
                                        const char *kind, struct vv_id fact_id,
                                        enum vv_standing *ret_standing, vv_date *ret_rest)
{
    enum vv_standing standing = VV_STANDING_UNKNOWN;
    vv_date rest = 0;

    for (size_t i = 0; i < count; i++) {
        vv_date confirmed = 0;
        enum vv_status status = confirmed_by(call, facts[i], case_id, outcome, kind, &confirmed);
        if (status != VV_OK) {
            return status;
        }
        bool replaced = confirmed != 0 && is_superseded(facts[i]->id, facts, count);
        if (confirmed != 0 && is_id(facts[i]->id, fact_id)) {
            standing = replaced ? VV_STANDING_REPLACED : VV_STANDING_HOLDS;
        } else if (!replaced && confirmed > rest) {
            rest = confirmed;
        }
    }
    *ret_standing = standing;
    *ret_rest = rest;
    return VV_OK;
}
