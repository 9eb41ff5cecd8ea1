/*
 * caller.c: outgoing requests, repeated with the same id until a definite answer.
 *
 * Each pending call stands in two places: a hash table by message id, where its answer finds it,
 * and one slot of a timer wheel, where its next due moment finds it: the timeout of what was sent,
 * the end of a pause, or the end of its budget, whichever comes first. Both cost the same however
 * many calls are pending. All calls are walked only when the set of members changes.
 *
 * Repeating is safe because the target remembers ids: the same id gets the same answer.
 */
#include "caller_internal.h"

#include <stdlib.h>
#include <string.h>

#include "vagval/loop.h"

#define TICK_MS 10
/* A link that is connecting or full takes again soon; one whose peer has died, only after the
 * lease. So the pause doubles, or thousands of waiting calls would do nothing but try. */
#define LINK_RETRY_MS 10
#define LINK_RETRY_MAX_MS 320
/* Without a member to send to, members_changed wakes the call; this is only for its budget. */
#define PARKED_MS 1000
#define RETRY_AFTER_MAX_MS 2000

_Static_assert((TABLE_SLOTS & (TABLE_SLOTS - 1)) == 0, "the table's size is a power of two");
_Static_assert(VV_CALL_TIMEOUT_MS < WHEEL_SLOTS * TICK_MS, "a timeout fits one round");

/* ---- the table: open addressing, removal closes the gap ---- */

static size_t home_of(struct vv_id id)
{
    uint64_t a = 0, b = 0;
    memcpy(&a, id.bytes, sizeof(a));
    memcpy(&b, id.bytes + sizeof(a), sizeof(b));
    uint64_t mixed = (a ^ b) * UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(mixed >> 40) & (TABLE_SLOTS - 1);
}

static void table_add(struct vv_caller *caller, struct call *call)
{
    size_t at = home_of(call->request.id);
    while (caller->table[at] != NULL) {
        at = (at + 1) & (TABLE_SLOTS - 1);
    }
    caller->table[at] = call;
    caller->pending++;
}

static void table_remove(struct vv_caller *caller, const struct call *call)
{
    size_t at = home_of(call->request.id);
    while (caller->table[at] != call) {
        at = (at + 1) & (TABLE_SLOTS - 1);
    }
    size_t gap = at;
    for (;;) {
        caller->table[gap] = NULL;
        do {
            at = (at + 1) & (TABLE_SLOTS - 1);
            if (caller->table[at] == NULL) {
                caller->pending--;
                return;
            }
            /* One that would still be found with the gap before it may stay. */
        } while (((at - home_of(caller->table[at]->request.id)) & (TABLE_SLOTS - 1)) <
                 ((at - gap) & (TABLE_SLOTS - 1)));
        caller->table[gap] = caller->table[at];
        gap = at;
    }
}

static struct call *table_find(const struct vv_caller *caller, struct vv_id id,
                               const Vagval__V1__Envelope *answer)
{
    for (size_t at = home_of(id); caller->table[at] != NULL; at = (at + 1) & (TABLE_SLOTS - 1)) {
        struct call *call = caller->table[at];
        if (vv_id_equal(call->request.id, id) && vv_call_expects(caller, call, answer)) {
            return call;
        }
    }
    return NULL;
}

/* ---- the wheel ---- */

static void wheel_add(struct vv_caller *caller, struct call *call, int64_t due_ms)
{
    call->due_ms = due_ms < call->end_ms ? due_ms : call->end_ms;
    int64_t tick = call->due_ms / TICK_MS + 1;
    if (tick <= caller->wheel_tick) {
        tick = caller->wheel_tick + 1;
    }
    call->slot = (unsigned)(tick % WHEEL_SLOTS);
    call->before = NULL;
    call->next = caller->wheel[call->slot];
    if (call->next != NULL) {
        call->next->before = call;
    }
    caller->wheel[call->slot] = call;
}

static void wheel_remove(struct vv_caller *caller, struct call *call)
{
    if (call->before != NULL) {
        call->before->next = call->next;
    } else {
        caller->wheel[call->slot] = call->next;
    }
    if (call->next != NULL) {
        call->next->before = call->before;
    }
    call->next = call->before = NULL;
}

/* ---- sending ---- */

static const struct vv_member *target_of(const struct vv_caller *caller, const struct call *call)
{
    const struct vv_request *request = &call->request;
    if (request->instance == NULL) {
        return vv_members_owner(caller->members, request->service, request->partition);
    }
    size_t count = vv_members_count(caller->members, request->service);
    for (size_t i = 0; i < count; i++) {
        const struct vv_member *member = vv_members_at(caller->members, request->service, i);
        if (strcmp(member->name, call->instance) == 0) {
            return member;
        }
    }
    return NULL;
}

static ProtobufCBinaryData id_field(struct vv_id *id)
{
    bool nil = vv_id_is_nil(*id);
    return (ProtobufCBinaryData){.len = nil ? 0 : sizeof(id->bytes),
                                 .data = nil ? NULL : id->bytes};
}

/* 0 when the envelope is larger than any may be. */
static size_t pack_frame(struct vv_caller *caller, struct call *call, int64_t now_ms)
{
    Vagval__V1__Envelope envelope = VAGVAL__V1__ENVELOPE__INIT;
    envelope.type = call->request.type;
    envelope.id = id_field(&call->request.id);
    envelope.correlation = id_field(&call->request.correlation);
    envelope.subject = id_field(&call->request.subject);
    envelope.scheme = call->scheme;
    envelope.sender = caller->sender;
    if (call->end_ms != INT64_MAX) {
        int64_t left_ms = call->end_ms - now_ms;
        envelope.budget_ms = left_ms > 0 ? (uint32_t)left_ms : 1;
    }
    envelope.body = (ProtobufCBinaryData){.len = call->body_len, .data = call->body};
    if (vagval__v1__envelope__get_packed_size(&envelope) > sizeof(caller->frame)) {
        return 0;
    }
    return vagval__v1__envelope__pack(&envelope, caller->frame);
}

static unsigned next_link_wait(unsigned last_ms)
{
    if (last_ms == 0) {
        return LINK_RETRY_MS;
    }
    return last_ms < LINK_RETRY_MAX_MS ? 2 * last_ms : last_ms;
}

/* Sends or puts off; the call is in the table and in no slot before, in both after. */
static void attempt(struct vv_caller *caller, struct call *call)
{
    int64_t now_ms = vv_loop_now_ms(caller->loop);
    const struct vv_member *member = target_of(caller, call);
    int64_t wait_ms = PARKED_MS;

    call->endpoint[0] = '\0';
    call->awaiting = false;
    if (member != NULL && member->router[0] != '\0') {
        size_t len = pack_frame(caller, call, now_ms);
        enum vv_status status =
            vv_bus_send(caller->bus, call->request.service, member->router, caller->frame, len);
        memcpy(call->endpoint, member->router, sizeof(call->endpoint));
        if (status == VV_OK) {
            call->awaiting = true;
            call->link_wait_ms = 0;
            wait_ms = VV_CALL_TIMEOUT_MS;
        } else if (status == VV_BUSY) {
            call->link_wait_ms = next_link_wait(call->link_wait_ms);
            wait_ms = call->link_wait_ms;
        } /* else no key for the service, or no memory: not soon */
    }
    wheel_add(caller, call, now_ms + wait_ms);
}

static void finish(struct vv_caller *caller, struct call *call, enum vv_status status,
                   const struct vv_frame *frame)
{
    vv_called *done = call->done;
    void *context = call->context;
    /* Out of all tables first: the callback may well send the next call. */
    table_remove(caller, call);
    free(call);
    done(context, status, frame);
}

/* Closes the links to instances that have gone, and notes those that are there now. */
static void forget_gone(struct vv_caller *caller)
{
    for (unsigned s = 0; s < VV_SERVICE_COUNT; s++) {
        enum vv_service_id service = (enum vv_service_id)s;
        size_t count = vv_members_count(caller->members, service);
        for (size_t i = 0; i < caller->known_count[s]; i++) {
            const struct vv_member *known = &caller->known[s][i];
            bool router_lives = false, publish_lives = false;
            for (size_t k = 0; k < count; k++) {
                const struct vv_member *live = vv_members_at(caller->members, service, k);
                router_lives = router_lives || strcmp(live->router, known->router) == 0;
                publish_lives = publish_lives || strcmp(live->publish, known->publish) == 0;
            }
            if (!router_lives) {
                vv_bus_forget(caller->bus, known->router);
            }
            if (!publish_lives) {
                vv_bus_forget(caller->bus, known->publish);
            }
        }
        for (size_t k = 0; k < count; k++) {
            caller->known[s][k] = *vv_members_at(caller->members, service, k);
        }
        caller->known_count[s] = count;
    }
}

/* All calls, because owners may have changed: those that wait for a member, and those whose
 * answer the former owner may never give. */
static void members_changed(struct vv_caller *caller)
{
    for (size_t i = 0; i < TABLE_SLOTS; i++) {
        struct call *call = caller->table[i];
        if (call == NULL) {
            continue;
        }
        const struct vv_member *member = target_of(caller, call);
        if (member != NULL && strcmp(member->router, call->endpoint) != 0) {
            caller->counters.repeated += call->awaiting ? 1 : 0;
            wheel_remove(caller, call);
            attempt(caller, call);
        }
    }
}

static void serve_slot(struct vv_caller *caller, int64_t now_ms)
{
    unsigned slot = (unsigned)(caller->wheel_tick % WHEEL_SLOTS);
    struct call *due = NULL;
    /* Take the due ones off first; finishing and sending change the slots. */
    for (struct call *call = caller->wheel[slot]; call != NULL;) {
        struct call *next = call->next;
        if (call->due_ms <= now_ms) {
            wheel_remove(caller, call);
            call->next = due;
            due = call;
        }
        call = next;
    }
    while (due != NULL) {
        struct call *call = due;
        due = call->next;
        call->next = NULL;
        if (call->end_ms <= now_ms) {
            caller->counters.expired++;
            finish(caller, call, VV_UNKNOWN, NULL);
            continue;
        }
        caller->counters.repeated += call->awaiting ? 1 : 0;
        attempt(caller, call);
    }
}

static void tick(void *context)
{
    struct vv_caller *caller = context;
    int64_t now_ms = vv_loop_now_ms(caller->loop);
    uint64_t generation = vv_members_generation(caller->members);
    if (generation != caller->generation) {
        caller->generation = generation;
        forget_gone(caller);
        members_changed(caller);
    }
    int64_t until = now_ms / TICK_MS;
    if (until - caller->wheel_tick > WHEEL_SLOTS) {
        caller->wheel_tick = until - WHEEL_SLOTS; /* each slot once is enough */
    }
    while (caller->wheel_tick < until) {
        caller->wheel_tick++;
        serve_slot(caller, now_ms);
    }
}

/* ---- public ---- */

enum vv_status vv_caller_open(struct vv_loop *loop, struct vv_bus *bus, struct vv_members *members,
                              const char *sender, struct vv_caller **ret_caller)
{
    struct vv_caller *caller = calloc(1, sizeof(*caller));
    if (caller == NULL) {
        return VV_NO_MEMORY;
    }
    caller->loop = loop;
    caller->bus = bus;
    caller->members = members;
    size_t len = strnlen(sender, sizeof(caller->sender) - 1);
    memcpy(caller->sender, sender, len);
    caller->wheel_tick = vv_loop_now_ms(loop) / TICK_MS;
    caller->generation = vv_members_generation(members);
    forget_gone(caller);
    vv_arena_init(&caller->arena, caller->memory, sizeof(caller->memory));
    enum vv_status status = vv_loop_every(loop, TICK_MS, tick, caller);
    if (status != VV_OK) {
        free(caller);
        return status;
    }
    *ret_caller = caller;
    return VV_OK;
}

void vv_caller_close(struct vv_caller **caller_at)
{
    struct vv_caller *caller = *caller_at;
    if (caller == NULL) {
        return;
    }
    vv_loop_forget(caller->loop, caller);
    for (size_t i = 0; i < TABLE_SLOTS; i++) {
        free(caller->table[i]);
    }
    free(caller);
    *caller_at = NULL;
}

enum vv_status vv_caller_send(struct vv_caller *caller, const struct vv_request *request,
                              vv_called *done, void *context)
{
    if (caller->pending >= VV_CALLS_MAX) {
        return VV_BUSY;
    }
    const struct vv_message_row *row = vv_message_row((uint16_t)request->type);
    if (row == NULL || request->body_len > row->bytes_max ||
        (request->scheme != NULL &&
         strlen(request->scheme) >= sizeof(((struct call *)0)->scheme))) {
        return VV_TOO_LARGE;
    }
    struct call *call = calloc(1, sizeof(*call) + request->body_len);
    if (call == NULL) {
        return VV_NO_MEMORY;
    }
    call->request = *request;
    call->row = row;
    call->done = done;
    call->context = context;
    call->end_ms = request->budget_ms == 0
                       ? INT64_MAX
                       : vv_loop_now_ms(caller->loop) + (int64_t)request->budget_ms;
    call->body_len = request->body_len;
    if (request->body_len > 0) {
        memcpy(call->body, request->body, request->body_len);
    }
    if (request->scheme != NULL) {
        memcpy(call->scheme, request->scheme, strlen(request->scheme) + 1);
    }
    if (request->instance != NULL) {
        memcpy(call->instance, request->instance,
               strnlen(request->instance, sizeof(call->instance) - 1));
    }
    /* Only its presence is looked at from now on; the caller's memory may go. */
    call->request.instance = request->instance != NULL ? call->instance : NULL;
    call->request.body = NULL;
    call->request.scheme = NULL;
    table_add(caller, call);
    caller->counters.sent++;
    attempt(caller, call);
    return VV_OK;
}

size_t vv_caller_pending(const struct vv_caller *caller)
{
    return caller->pending;
}

const struct vv_caller_counters *vv_caller_counters(const struct vv_caller *caller)
{
    return &caller->counters;
}

static bool says_later(uint32_t status)
{
    return status == VV_BUSY || status == VV_DRAINING || status == VV_STALE ||
           status == VV_UNKNOWN || status == VV_NO_MEMORY;
}

void vv_caller_reply(struct vv_caller *caller, const uint8_t *bytes, size_t len)
{
    struct vv_frame frame;

    vv_arena_reset(&caller->arena);
    enum vv_status read = vv_wire_read(bytes, len, &caller->arena, &frame, NULL);
    if (read != VV_OK || !frame.envelope->reply) {
        caller->counters.malformed++;
        return;
    }
    struct call *call = table_find(caller, frame.id, frame.envelope);
    if (call == NULL) {
        caller->counters.late++;
        return;
    }
    wheel_remove(caller, call);
    if (says_later(frame.envelope->status)) {
        int64_t wait_ms = frame.envelope->retry_after_ms;
        if (wait_ms == 0) {
            wait_ms = VV_RETRY_AFTER_MS;
        }
        if (wait_ms > RETRY_AFTER_MAX_MS) {
            wait_ms = RETRY_AFTER_MAX_MS;
        }
        caller->counters.busy++;
        call->awaiting = false;
        wheel_add(caller, call, vv_loop_now_ms(caller->loop) + wait_ms);
        return;
    }
    finish(caller, call, (enum vv_status)frame.envelope->status, &frame);
}
