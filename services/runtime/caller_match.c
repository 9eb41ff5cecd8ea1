/*
 * caller_match.c: whether an answer is one to a call.
 */
#include <string.h>

#include "caller_internal.h"

static bool is_member(const struct vv_caller *caller, enum vv_service_id service, const char *name)
{
    size_t count = vv_members_count(caller->members, service);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(vv_members_at(caller->members, service, i)->name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* Two calls may have one id (the same question to two services), and a refusal says less than an
 * answer: it must come from an instance of the service that was asked, or from one that has just
 * gone and that no list names any more. */
static bool may_come_from(const struct vv_caller *caller, const struct call *call,
                          const char *sender)
{
    if (sender[0] == '\0' || is_member(caller, call->request.service, sender)) {
        return call->instance[0] == '\0' || sender[0] == '\0' ||
               strcmp(call->instance, sender) == 0;
    }
    for (unsigned s = 0; s < VV_SERVICE_COUNT; s++) {
        if (is_member(caller, (enum vv_service_id)s, sender)) {
            return false;
        }
    }
    return true;
}

/* A service that could not read the request at all answers with the type PONG. */
static bool has_type(const struct call *call, const Vagval__V1__Envelope *answer)
{
    uint32_t expected = call->row->reply != 0 ? call->row->reply : call->row->code;
    return answer->type == expected || (answer->status != VV_OK && answer->type == VV_MSG_PONG);
}

bool vv_call_expects(const struct vv_caller *caller, const struct call *call,
                     const Vagval__V1__Envelope *answer)
{
    return has_type(call, answer) && may_come_from(caller, call, answer->sender);
}
