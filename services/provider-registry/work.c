/*
 * work.c: one message's work on one case: reading the record, adding to it, emitting events and
 * writing it back, and the checks that every command needs at the edge.
 */
#include "work.h"

#include "sender.h"

#include <string.h>

#include "vagval/limits.h"
#include "vagval/protected.h"
#include "vagval/wire.h"

/* Of a case's facts, kept for operators and caseworkers. */
#define STAFF_FACTS 64
_Static_assert(STAFF_FACTS < VV_CASE_FACTS_MAX, "others may add facts too");

enum vv_status vv_work_plan(const struct vv_call *call, struct vv_plan *plan, bool keeps_fact)
{
    vv_plan_load(plan, "case", call->subject);
    if (keeps_fact) {
        vv_plan_fact_home(plan, "case", call->subject);
    }
    return VV_OK;
}

enum vv_status vv_work_open(struct vv_work *work, const struct vv_call *call,
                            const struct vv_loaded *loaded, struct vv_outcome *outcome)
{
    const struct vv_record *record = vv_loaded(loaded, "case", call->subject);
    ProtobufCMessage *entry = NULL;
    enum vv_status status =
        vv_record_unpack(call, record, &vagval__v1__registry_case__descriptor, &entry);

    if (status != VV_OK) {
        return status;
    }
    *work = (struct vv_work){.call = call,
                             .outcome = outcome,
                             .entry = (Vagval__V1__RegistryCase *)entry,
                             .is_new = !record->exists,
                             .fact_count = record->field_count};
    vv_sender_look(work, loaded);
    return work->exhausted ? VV_NO_MEMORY : VV_OK;
}

enum vv_status vv_work_close(struct vv_work *work)
{
    if (work->exhausted) {
        return VV_NO_MEMORY;
    }
    vv_put(work->outcome, "case", work->call->subject, &work->entry->base);
    return VV_OK;
}

void *vv_work_alloc(struct vv_work *work, size_t size)
{
    void *memory = vv_arena_alloc(work->call->arena, size);

    if (memory == NULL) {
        work->exhausted = true;
    }
    return memory;
}

ProtobufCBinaryData vv_work_id(struct vv_work *work, struct vv_id id)
{
    uint8_t *bytes = vv_work_alloc(work, sizeof id.bytes);

    if (bytes == NULL) {
        return (ProtobufCBinaryData){0, NULL};
    }
    memcpy(bytes, id.bytes, sizeof id.bytes);
    return (ProtobufCBinaryData){sizeof id.bytes, bytes};
}

void *vv_work_grown(struct vv_work *work, const void *list, size_t *count, void *item)
{
    unsigned char *grown = vv_work_alloc(work, (*count + 1) * sizeof item);

    if (grown == NULL || item == NULL) {
        *count = 0;
        return NULL;
    }
    if (*count > 0) {
        memcpy(grown, list, *count * sizeof item);
    }
    memcpy(grown + *count * sizeof item, &item, sizeof item);
    *count += 1;
    return grown;
}

void vv_work_emit(struct vv_work *work, enum vv_message_type type, struct vv_id subject,
                  int32_t effective, const ProtobufCMessage *body)
{
    vv_emit(work->outcome, type, subject, work->entry->scheme, effective, body);
    work->emitted++;
}

struct vv_id vv_work_event_id(struct vv_id message, uint32_t ordinal)
{
    return vv_id_step(message, 1000 * ((uint32_t)VV_REGISTRY + 1) + ordinal);
}

ProtobufCBinaryData vv_work_event_of(struct vv_work *work, struct vv_id fact)
{
    return vv_id_is_nil(fact) ? (ProtobufCBinaryData){0, NULL}
                              : vv_work_id(work, vv_work_event_id(fact, 0));
}

void vv_work_emit_payment(struct vv_work *work, enum vv_message_type type, int32_t effective,
                          const ProtobufCMessage *body)
{
    struct vv_id event = vv_work_event_id(work->call->id, work->emitted);
    struct vv_id sum = {{0}};

    if (work->entry->payment_events.len == sizeof sum.bytes) {
        memcpy(sum.bytes, work->entry->payment_events.data, sizeof sum.bytes);
    }
    for (size_t i = 0; i < sizeof sum.bytes; i++) {
        sum.bytes[i] ^= event.bytes[i];
    }
    work->entry->payment_events = vv_work_id(work, sum);
    work->entry->payment_events_count++;
    vv_work_emit(work, type, work->call->subject, effective, body);
}

void vv_work_count(struct vv_work *work, const char *name, int64_t delta)
{
    if (delta == 0) {
        return;
    }
    const char *scheme = work->entry != NULL ? work->entry->scheme : work->call->scheme;
    char *field = vv_arena_format(work->call->arena, "%s@%s", name, scheme);
    if (field == NULL) {
        work->exhausted = true;
        return;
    }
    vv_add(work->outcome, "sums", VV_NIL, field, delta);
}

void vv_work_count_of(struct vv_work *work, const char *prefix, const char *name, int64_t delta)
{
    char *field = vv_arena_format(work->call->arena, "%s%s", prefix, name);

    if (field == NULL) {
        work->exhausted = true;
        return;
    }
    vv_work_count(work, field, delta);
}

void vv_work_reply(struct vv_work *work, const char *state)
{
    Vagval__V1__Accepted reply;

    vagval__v1__accepted__init(&reply);
    reply.fact = vv_work_id(work, work->call->id);
    reply.state = vv_arena_text(work->call->arena, state);
    if (work->exhausted || reply.state == NULL) {
        work->exhausted = true;
        return;
    }
    vv_reply(work->outcome, &reply.base);
}

void vv_work_accept(struct vv_work *work, int32_t effective, const char *source,
                    struct vv_id supersedes, const ProtobufCMessage *fact)
{
    size_t len = 0;
    uint8_t *bytes = vv_wire_pack(fact, work->call->arena, &len);

    if (bytes == NULL) {
        work->exhausted = true;
        return;
    }
    vv_accept(work->outcome, effective, source, supersedes, bytes, len, false);
}

enum vv_status vv_check_text(struct vv_outcome *outcome, const char *field, const char *text,
                             size_t bytes_max, bool may_be_empty)
{
    size_t len = strlen(text);

    if (len == 0 && !may_be_empty) {
        return vv_refuse(outcome, VV_INVALID, field, "is missing");
    }
    if (len > bytes_max) {
        return vv_refuse(outcome, VV_INVALID, field, "is longer than %zu bytes", bytes_max);
    }
    return VV_OK;
}

enum vv_status vv_check_code(struct vv_outcome *outcome, const char *field, const char *text)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    enum vv_status status = vv_check_text(outcome, field, text, VV_CODE_BYTES_MAX, false);

    if (status == VV_OK && text[strspn(text, allowed)] != '\0') {
        return vv_refuse(outcome, VV_INVALID, field, "is not a code of letters, digits, _ - .");
    }
    return status;
}

enum vv_status vv_check_day(struct vv_outcome *outcome, const char *field, int32_t day)
{
    /* 0 means "none" in the record, and month arithmetic needs room at the far end. */
    if (day <= 0 || day > VV_DATE_MAX - 100 * 366) {
        return vv_refuse(outcome, VV_INVALID, field, "is not a day that can be handled");
    }
    return VV_OK;
}

enum vv_status vv_check_id(struct vv_outcome *outcome, const char *field, ProtobufCBinaryData bytes,
                           struct vv_id *ret_id)
{
    if (vv_id_from_bytes(bytes.data, bytes.len, ret_id) != VV_OK) {
        return vv_refuse(outcome, VV_INVALID, field, "is not an id of 16 bytes");
    }
    return VV_OK;
}

enum vv_status vv_check_organisation(struct vv_outcome *outcome, const char *number, vv_date today,
                                     struct vv_idno *ret_number)
{
    struct vv_error error;

    if (vv_idno_check(VV_IDNO_ORGANISATIONSNUMMER, number, today, ret_number, &error) == VV_OK ||
        vv_idno_check(VV_IDNO_Y_TUNNUS, number, today, ret_number, NULL) == VV_OK) {
        return VV_OK;
    }
    return vv_refuse(outcome, VV_INVALID, "organisation_number", "%s", error.text);
}

enum vv_status vv_check_case_command(const struct vv_work *work, const char *source,
                                     const char *reference, ProtobufCBinaryData case_id)
{
    struct vv_id id;
    enum vv_status status =
        vv_check_text(work->outcome, "source", source, VV_CODE_BYTES_MAX, false);

    if (status == VV_OK) {
        status = vv_check_text(work->outcome, "source_ref", reference, VV_NAME_BYTES_MAX, false);
    }
    if (status == VV_OK) {
        status = vv_check_id(work->outcome, "case_id", case_id, &id);
    }
    if (status != VV_OK) {
        return status;
    }
    if (!vv_id_equal(id, work->call->subject)) {
        return vv_refuse(work->outcome, VV_INVALID, "case_id", "is not the message's subject");
    }
    status = vv_sender_check(work);
    if (status != VV_OK) {
        return status;
    }
    if (work->is_new) {
        return vv_refuse(work->outcome, VV_NOT_FOUND, "case_id",
                         "the case is not known here yet; its assessment may still be on its way: "
                         "repeat the same message later");
    }
    if (!vv_case_is_open(work->call, work->entry->protected_identity)) {
        return vv_refuse_protected(work->outcome);
    }
    /* The last places are for people of the authority: whoever fills a case from outside must not
     * keep them from ending or correcting it. */
    bool staff = work->call->role == VV_ROLE_OPERATOR || work->call->role == VV_ROLE_CASEWORKER;
    size_t facts_max = VV_CASE_FACTS_MAX - (staff ? 0 : STAFF_FACTS);
    if (work->fact_count >= facts_max) {
        return vv_refuse(work->outcome, VV_REFUSED, "case_id",
                         "the case holds %zu facts already, which is the most", facts_max);
    }
    return VV_OK;
}

struct vv_id vv_id_in_partition(struct vv_id id, uint16_t partition)
{
    id.bytes[0] = (uint8_t)(partition >> 8);
    id.bytes[1] = (uint8_t)(partition & 0xFF);
    return id;
}
