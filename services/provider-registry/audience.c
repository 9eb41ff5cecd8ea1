/*
 * audience.c: to whom a notice went. See the header.
 */
#include "audience.h"

#include <string.h>

extern const struct vv_handler vv_handle_area_member;

/* ---- asking ---- */

/* The i-th area to which the notice went; NULL behind the last one. */
static const char *area_at(const struct vv_call *call, const Vagval__V1__Notice *notice, size_t i)
{
    const struct vv_scheme *scheme = vv_book_scheme(call->book, call->scheme, call->now.today, 0);

    if (notice->area[0] != '\0') {
        return i == 0 ? notice->area : NULL;
    }
    return scheme != NULL && i < scheme->area_count ? scheme->areas[i].code : NULL;
}

void vv_audience_plan(const struct vv_call *call, struct vv_plan *plan,
                      const Vagval__V1__Notice *notice, const char *organisation_number)
{
    struct vv_idno number;
    const char *area = NULL;

    if (vv_idno_check(VV_IDNO_ORGANISATIONSNUMMER, organisation_number, call->now.today, &number,
                      NULL) != VV_OK &&
        vv_idno_check(VV_IDNO_Y_TUNNUS, organisation_number, call->now.today, &number, NULL) !=
            VV_OK) {
        return; /* decide refuses it */
    }
    struct vv_id provider = vv_id_provider(number.text, call->partitions);
    for (size_t i = 0; (area = area_at(call, notice, i)) != NULL; i++) {
        Vagval__V1__AreaMember ask = VAGVAL__V1__AREA_MEMBER__INIT;
        ask.provider = (ProtobufCBinaryData){sizeof provider.bytes, provider.bytes};
        ask.since = notice->sent_on;
        vv_plan_ask(plan, VV_REGISTRY, VV_MSG_AREA_MEMBER,
                    vv_id_area(call->scheme, area, call->partitions), &ask.base);
    }
}

enum vv_status vv_audience_check(const struct vv_call *call, const struct vv_loaded *loaded,
                                 struct vv_outcome *outcome, const Vagval__V1__Notice *notice,
                                 const char *number)
{
    const char *area = NULL;
    bool unsure = false;

    for (size_t i = 0; (area = area_at(call, notice, i)) != NULL; i++) {
        const struct vv_answer *answer = vv_loaded_answer(
            loaded, VV_MSG_AREA_MEMBER, vv_id_area(call->scheme, area, call->partitions));
        if (answer == NULL || answer->status != VV_OK) {
            unsure = true;
        } else if (((const Vagval__V1__AreaMemberFound *)answer->body)->member) {
            return VV_OK;
        }
    }
    return unsure ? vv_refuse(outcome, VV_BUSY, "organisation_number",
                              "its contracts cannot be asked for now; repeat later")
                  : vv_refuse(outcome, VV_REFUSED, "organisation_number",
                              "%s has no contract where the notice went: %s", number,
                              notice->area[0] == '\0' ? "the whole scheme" : notice->area);
}

/* ---- answering, in the area's partition ---- */

static enum vv_status plan_member(const struct vv_call *call, const struct vv_loaded *loaded,
                                  struct vv_plan *plan)
{
    (void)loaded;
    vv_plan_load(plan, "area", call->subject);
    return VV_OK;
}

static enum vv_status decide_member(const struct vv_call *call, const struct vv_loaded *loaded,
                                    struct vv_outcome *outcome)
{
    const Vagval__V1__AreaMember *query = (const Vagval__V1__AreaMember *)call->body;
    Vagval__V1__AreaMemberFound reply = VAGVAL__V1__AREA_MEMBER_FOUND__INIT;
    ProtobufCMessage *message = NULL;
    enum vv_status status = vv_record_unpack(call, vv_loaded(loaded, "area", call->subject),
                                             &vagval__v1__area__descriptor, &message);

    if (status != VV_OK) {
        return status;
    }
    const Vagval__V1__Area *area = (const Vagval__V1__Area *)message;
    for (size_t i = 0; i < area->n_contracts; i++) {
        const Vagval__V1__AreaContract *entry = area->contracts[i];
        bool is_same = entry->provider.len == query->provider.len && query->provider.len > 0 &&
                       memcmp(entry->provider.data, query->provider.data, entry->provider.len) == 0;
        reply.member = reply.member || (is_same && (entry->to == 0 || entry->to >= query->since));
    }
    vv_reply(outcome, &reply.base);
    return VV_OK;
}

const struct vv_handler vv_handle_area_member = {.plan = plan_member, .decide = decide_member};
