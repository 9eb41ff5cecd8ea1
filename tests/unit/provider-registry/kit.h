/*
 * kit.h: a registry in a harness with two contracts in Umeå, and the relay played by hand: orders
 * that a message emits are delivered to their target and their answers brought back.
 */
#ifndef VAGVAL_TEST_REGISTRY_KIT_H
#define VAGVAL_TEST_REGISTRY_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../services/provider-registry/capacity.h"
#include "../../../services/provider-registry/choice.h"
#include "../../../services/provider-registry/outcome.h"
#include "../../../services/provider-registry/placement.h"
#include "../../../services/provider-registry/provider-registry.h"
#include "../../support/handler_harness.h"

#define PARTITIONS 16
#define SCHEME "se-krom"
#define NIL ((struct vv_id){{0}})
#define PARCELS_MAX 64

/* An emitted event or order, kept beyond the harness' own memory. */
struct parcel {
    enum vv_message_type type;
    struct vv_id id, subject;
    uint16_t partition;
    int32_t effective;
    uint8_t *bytes;
    size_t len;
};

struct kit {
    struct vv_harness *harness;
    struct parcel parcels[PARCELS_MAX]; /* all that was emitted, in order */
    size_t parcel_count;
    size_t carried; /* orders up to here have been delivered */
    bool twice;     /* deliver every order and every answer twice */
    unsigned messages;
    const char *municipality; /* of the next levels */
};

static inline vv_date day(const char *text)
{
    vv_date date = VV_DATE_NONE;
    assert_int_equal(vv_date_parse(text, &date), VV_OK);
    return date;
}

static inline ProtobufCBinaryData bytes_of(const struct vv_id *id)
{
    return (ProtobufCBinaryData){sizeof id->bytes, (uint8_t *)(uintptr_t)id->bytes};
}

static inline struct vv_id person_case(uint8_t who)
{
    uint8_t entropy[16];
    memset(entropy, who, sizeof entropy);
    return vv_id_case(vv_id_person(5, entropy), SCHEME, 1);
}

static inline struct vv_id contract_id(const char *number)
{
    return vv_id_contract(SCHEME, "umea", number, PARTITIONS);
}

static inline void collect(struct kit *kit, const struct vv_harness_result *result)
{
    for (size_t i = 0; i < result->event_count; i++) {
        const struct vv_harness_event *event = &result->events[i];
        assert_true(kit->parcel_count < PARCELS_MAX);
        struct parcel *parcel = &kit->parcels[kit->parcel_count++];
        *parcel = (struct parcel){.type = event->type,
                                  .id = event->id,
                                  .subject = event->subject,
                                  .partition = event->partition,
                                  .effective = event->effective};
        parcel->len = protobuf_c_message_get_packed_size(event->body);
        parcel->bytes = malloc(parcel->len + 1);
        assert_non_null(parcel->bytes);
        protobuf_c_message_pack(event->body, parcel->bytes);
    }
}

static inline ProtobufCMessage *unpack_as(enum vv_message_type type, const uint8_t *bytes,
                                          size_t len)
{
    return protobuf_c_message_unpack(vv_message_row((uint16_t)type)->descriptor, NULL, len, bytes);
}

/* The last emitted message of a type, unpacked; the caller frees it. NULL when there is none. */
static inline ProtobufCMessage *last_emitted(const struct kit *kit, enum vv_message_type type)
{
    for (size_t i = kit->parcel_count; i > 0; i--) {
        const struct parcel *parcel = &kit->parcels[i - 1];
        if (parcel->type == type) {
            return unpack_as(type, parcel->bytes, parcel->len);
        }
    }
    return NULL;
}

static inline size_t emitted(const struct kit *kit, enum vv_message_type type)
{
    size_t count = 0;
    for (size_t i = 0; i < kit->parcel_count; i++) {
        count += kit->parcels[i].type == type;
    }
    return count;
}

/* Sends an order to its target as the relay does; returns the packed reply. */
static inline enum vv_status deliver(struct kit *kit, const struct parcel *order,
                                     uint8_t **ret_reply, size_t *ret_len)
{
    ProtobufCMessage *body = unpack_as(order->type, order->bytes, order->len);
    struct vv_harness_message message = {.type = order->type,
                                         .id = vv_id_step(order->id, 1),
                                         .subject = order->subject,
                                         .scheme = SCHEME,
                                         .role = VV_ROLE_REGISTRY,
                                         .body = body};
    const struct vv_harness_result *result = vv_harness_send(kit->harness, &message);
    enum vv_status status = result->status;
    *ret_len = 0;
    *ret_reply = calloc(1, 2048);
    if (result->reply != NULL) {
        *ret_len = protobuf_c_message_pack(result->reply, *ret_reply);
    }
    collect(kit, result);
    protobuf_c_message_free_unpacked(body, NULL);
    return status;
}

static inline void bring_back(struct kit *kit, const struct parcel *order, enum vv_status status,
                              const uint8_t *reply, size_t len)
{
    ProtobufCMessage *order_body = unpack_as(order->type, order->bytes, order->len);
    enum vv_message_type type = (enum vv_message_type)vv_message_row((uint16_t)order->type)->reply;
    ProtobufCMessage *body = status == VV_OK ? unpack_as(type, reply, len) : NULL;
    struct vv_harness_event event = {.type = order->type,
                                     .id = order->id,
                                     .subject = order->subject,
                                     .scheme = SCHEME,
                                     .effective = order->effective,
                                     .partition = order->partition,
                                     .body = order_body};
    const struct vv_harness_result *result = vv_harness_answer(kit->harness, &event, status, body);
    assert_int_equal(result->status, VV_OK);
    collect(kit, result);
    if (body != NULL) {
        protobuf_c_message_free_unpacked(body, NULL);
    }
    protobuf_c_message_free_unpacked(order_body, NULL);
}

/* Delivers the next order that has not been delivered; false when none is left. */
static inline bool carry_one(struct kit *kit)
{
    while (kit->carried < kit->parcel_count) {
        struct parcel order = kit->parcels[kit->carried++];
        uint8_t *reply = NULL;
        size_t len = 0;
        if (vv_message_row((uint16_t)order.type)->kind != VV_KIND_ORDER) {
            continue;
        }
        enum vv_status status = deliver(kit, &order, &reply, &len);
        if (kit->twice) {
            uint8_t *again = NULL;
            size_t again_len = 0;
            assert_int_equal(deliver(kit, &order, &again, &again_len), status);
            assert_int_equal(again_len, len);
            assert_memory_equal(again, reply, len);
            free(again);
        }
        bring_back(kit, &order, status, reply, len);
        if (kit->twice) {
            bring_back(kit, &order, status, reply, len);
        }
        free(reply);
        return true;
    }
    return false;
}

static inline void carry(struct kit *kit)
{
    while (carry_one(kit)) {
    }
}

static inline void today(struct kit *kit, const char *date)
{
    vv_harness_clock(kit->harness, day(date));
}

/* Fires all timers that are due. */
static inline void fire(struct kit *kit)
{
    const struct vv_harness_result *result = NULL;
    while ((result = vv_harness_fire(kit->harness)) != NULL) {
        assert_int_equal(result->status, VV_OK);
        collect(kit, result);
    }
}

static inline const struct vv_harness_result *command(struct kit *kit, enum vv_message_type type,
                                                      struct vv_id id, struct vv_id subject,
                                                      const ProtobufCMessage *body)
{
    struct vv_harness_message message = {
        .type = type, .id = id, .subject = subject, .scheme = SCHEME, .body = body};
    const struct vv_harness_result *result = vv_harness_send(kit->harness, &message);
    collect(kit, result);
    return result;
}

static inline struct vv_id next_id(struct kit *kit)
{
    char reference[16];
    snprintf(reference, sizeof reference, "m%u", ++kit->messages);
    return vv_id_fact("test", "message", reference);
}

/* An organisation for each contract, since one has one contract in an area: 556016-0680 for KA-1,
 * others by the number's letters, with the check digit of Luhn. */
static inline const char *organisation_of(const char *number)
{
    static char text[16];
    unsigned serial = 0, sum = 0;
    if (strcmp(number, "KA-1") == 0) {
        return "556016-0680";
    }
    for (const char *at = number; *at != '\0'; at++) {
        serial = (serial * 31 + (unsigned)*at) % 100000;
    }
    (void)snprintf(text, sizeof text, "5568%05u", serial);
    for (unsigned i = 0; i < 9; i++) {
        unsigned doubled = (unsigned)(text[i] - '0') * (i % 2 == 0 ? 2 : 1);
        sum += doubled / 10 + doubled % 10;
    }
    (void)snprintf(text, sizeof text, "5568%02u-%03u%u", serial / 1000, serial % 1000,
                   (10 - sum % 10) % 10);
    return text;
}

/* A contract about `north` degrees north of the home of everybody. */
static inline const struct vv_harness_result *authorise(struct kit *kit, const char *number,
                                                        uint32_t capacity, double north)
{
    Vagval__V1__AuthoriseContract body;
    const char *organisation = organisation_of(number);
    struct vv_id provider = vv_id_provider(organisation, PARTITIONS);
    vagval__v1__authorise_contract__init(&body);
    body.source = (char *)"test";
    body.source_ref = (char *)(uintptr_t)number;
    body.number = (char *)(uintptr_t)number;
    body.provider = bytes_of(&provider);
    body.area = (char *)"umea";
    body.capacity = capacity;
    body.latitude = 63.8258 + north;
    body.longitude = 20.2630;
    body.from = day("2020-03-16");
    body.organisation_number = (char *)(uintptr_t)organisation;
    body.provider_name = (char *)"Exempel AB";
    return command(kit, VV_MSG_AUTHORISE_CONTRACT, next_id(kit), contract_id(number), &body.base);
}

static inline const struct vv_harness_result *level(struct kit *kit, struct vv_id id,
                                                    struct vv_id case_id, const char *code,
                                                    const char *decided_on,
                                                    const char *effective_from)
{
    Vagval__V1__LevelDecided body;
    vagval__v1__level_decided__init(&body);
    body.case_id = bytes_of(&case_id);
    body.scheme = (char *)SCHEME;
    body.level = (char *)(uintptr_t)code;
    body.referred = code[1] == '\0'; /* A, B, C; not near, far */
    body.municipality = (char *)(uintptr_t)kit->municipality;
    body.decided_on = day(decided_on);
    body.effective_from = day(effective_from);
    struct vv_harness_message message = {.type = VV_MSG_LEVEL_DECIDED,
                                         .id = id,
                                         .subject = case_id,
                                         .scheme = SCHEME,
                                         .effective = body.effective_from,
                                         .body = &body.base};
    const struct vv_harness_result *result =
        vv_harness_event(kit->harness, VV_ASSESSMENT, &message);
    assert_int_equal(result->status, VV_OK);
    collect(kit, result);
    return result;
}

/* A level of a person's: a correction of the event `supersedes`, or of a time over which a later
 * decision stands. */
static inline void level_corrected(struct kit *kit, struct vv_id case_id, const char *code,
                                   const char *decided_on, const char *effective_from,
                                   bool historic)
{
    struct vv_id supersedes = {{9}};
    Vagval__V1__LevelDecided body;
    vagval__v1__level_decided__init(&body);
    body.case_id = bytes_of(&case_id);
    body.scheme = (char *)SCHEME;
    body.level = (char *)(uintptr_t)code;
    body.referred = true;
    body.municipality = (char *)(uintptr_t)kit->municipality;
    body.decided_on = day(decided_on);
    body.effective_from = day(effective_from);
    body.supersedes = bytes_of(&supersedes);
    body.by_person = true;
    body.historic = historic;
    struct vv_harness_message message = {.type = VV_MSG_LEVEL_DECIDED,
                                         .id = next_id(kit),
                                         .subject = case_id,
                                         .scheme = SCHEME,
                                         .effective = body.effective_from,
                                         .body = &body.base};
    const struct vv_harness_result *result =
        vv_harness_event(kit->harness, VV_ASSESSMENT, &message);
    assert_int_equal(result->status, VV_OK);
    collect(kit, result);
}

static inline const struct vv_harness_result *choose_as(struct kit *kit, struct vv_id id,
                                                        struct vv_id case_id, const char *number,
                                                        const char *on)
{
    Vagval__V1__ChooseContract body;
    struct vv_id contract = contract_id(number);
    vagval__v1__choose_contract__init(&body);
    body.source = (char *)"test";
    body.source_ref = (char *)"choice";
    body.case_id = bytes_of(&case_id);
    body.contract = bytes_of(&contract);
    body.chosen_on = day(on);
    return command(kit, VV_MSG_CHOOSE_CONTRACT, id, case_id, &body.base);
}

static inline const struct vv_harness_result *choose(struct kit *kit, struct vv_id case_id,
                                                     const char *number, const char *on)
{
    return choose_as(kit, next_id(kit), case_id, number, on);
}

/* `supersedes` nil = nothing. */
static inline const struct vv_harness_result *
outcome_instead(struct kit *kit, struct vv_id id, struct vv_id case_id, const char *kind,
                const char *reference, const char *on, struct vv_id supersedes)
{
    /* One document per outcome: it serves no other. */
    struct vv_id of = vv_outcome_id(case_id, "test", reference);
    uint8_t hash[32] = {0xE1};
    memcpy(hash + 16, of.bytes, sizeof of.bytes);
    Vagval__V1__RecordOutcome body;
    vagval__v1__record_outcome__init(&body);
    body.source = (char *)"test";
    body.source_ref = (char *)"outcome";
    body.case_id = bytes_of(&case_id);
    body.kind = (char *)(uintptr_t)kind;
    body.what = (char *)(strcmp(kind, "start") == 0 ? "job" : "");
    body.outcome_ref = (char *)(uintptr_t)reference;
    body.on = day(on);
    body.extent_percent = 100;
    if (strcmp(kind, "confirm") == 0) {
        body.evidence = (ProtobufCBinaryData){sizeof hash, hash};
    }
    if (!vv_id_is_nil(supersedes)) {
        body.supersedes = bytes_of(&supersedes);
    }
    return command(kit, VV_MSG_RECORD_OUTCOME, id, case_id, &body.base);
}

static inline const struct vv_harness_result *outcome_as(struct kit *kit, struct vv_id id,
                                                         struct vv_id case_id, const char *kind,
                                                         const char *reference, const char *on)
{
    return outcome_instead(kit, id, case_id, kind, reference, on, NIL);
}

static inline const struct vv_harness_result *
report_instead(struct kit *kit, struct vv_id id, struct vv_id case_id, const char *month,
               bool approved, const char *reported_on, struct vv_id supersedes)
{
    Vagval__V1__FileReport body;
    vagval__v1__file_report__init(&body);
    body.source = (char *)"test";
    body.source_ref = (char *)"report";
    body.case_id = bytes_of(&case_id);
    body.month = day(month);
    body.approved = approved;
    body.reported_on = day(reported_on);
    if (!vv_id_is_nil(supersedes)) {
        body.supersedes = bytes_of(&supersedes);
    }
    return command(kit, VV_MSG_FILE_REPORT, id, case_id, &body.base);
}

static inline const struct vv_harness_result *report_as(struct kit *kit, struct vv_id id,
                                                        struct vv_id case_id, const char *month,
                                                        bool approved, const char *reported_on)
{
    return report_instead(kit, id, case_id, month, approved, reported_on, NIL);
}

static inline const struct vv_harness_result *end_placement(struct kit *kit, struct vv_id case_id,
                                                            const char *last_day)
{
    Vagval__V1__EndPlacement body;
    vagval__v1__end_placement__init(&body);
    body.source = (char *)"test";
    body.source_ref = (char *)"end";
    body.case_id = bytes_of(&case_id);
    body.last_day = day(last_day);
    body.reason = (char *)"moved";
    return command(kit, VV_MSG_END_PLACEMENT, next_id(kit), case_id, &body.base);
}

/* Suspends a contract from a day, resumes it (`on` NULL), or ends it after a day. */
static inline const struct vv_harness_result *control(struct kit *kit, const char *number,
                                                      const char *kind, const char *on)
{
    Vagval__V1__RecordControl body = VAGVAL__V1__RECORD_CONTROL__INIT;
    struct vv_id contract = contract_id(number);
    body.source = (char *)"test";
    body.source_ref = (char *)"control";
    body.contract = bytes_of(&contract);
    body.text = (char *)"about the contract";
    body.kind = (char *)(uintptr_t)kind;
    body.on = on == NULL ? 0 : day(on);
    return command(kit, VV_MSG_RECORD_CONTROL, next_id(kit), contract, &body.base);
}

/* ---- looking ---- */

static inline const Vagval__V1__RegistryCase *case_of(struct kit *kit, struct vv_id case_id)
{
    const struct vv_record *record =
        vv_harness_record(kit->harness, vv_id_partition(case_id), "case", case_id);
    const ProtobufCMessage *message = vv_harness_unpack(
        kit->harness, &vagval__v1__registry_case__descriptor, record->body, record->body_len);
    assert_non_null(message);
    return (const Vagval__V1__RegistryCase *)message;
}

static inline const Vagval__V1__AreaContract *capacity_of(struct kit *kit, const char *number)
{
    struct vv_id area = vv_id_area(SCHEME, "umea", PARTITIONS);
    const struct vv_record *record =
        vv_harness_record(kit->harness, vv_id_partition(area), "area", area);
    const Vagval__V1__Area *body = (const Vagval__V1__Area *)vv_harness_unpack(
        kit->harness, &vagval__v1__area__descriptor, record->body, record->body_len);
    assert_non_null(body);
    const Vagval__V1__AreaContract *found = vv_capacity_find(body, contract_id(number));
    assert_non_null(found);
    return found;
}

static inline int64_t sum_of(struct kit *kit, struct vv_id home, const char *name)
{
    char field[128];
    (void)snprintf(field, sizeof field, "%s@%s", name, SCHEME);
    return vv_harness_counter(kit->harness, vv_id_partition(home), "sums", NIL, field);
}

/* The case's page of verify must find nothing to complain of. */
static inline void assert_verifies(struct kit *kit)
{
    for (uint32_t partition = 0; partition < PARTITIONS; partition++) {
        Vagval__V1__VerifyPage body;
        vagval__v1__verify_page__init(&body);
        body.partition = partition;
        const struct vv_harness_result *result =
            command(kit, VV_MSG_VERIFY_PAGE, next_id(kit), VV_ID_SYSTEM, &body.base);
        assert_int_equal(result->status, VV_OK);
        const Vagval__V1__VerifyResult *reply = (const Vagval__V1__VerifyResult *)result->reply;
        if (reply->n_problems > 0) {
            fail_msg("verify: %s: %s", reply->problems[0]->code, reply->problems[0]->text);
        }
    }
}

/* From now on the scheme pays a unit, too. */
static inline void pay_units(struct kit *kit)
{
    static const char place[] =
        "\n  - code: place\n    name: {en: Place, sv: Plats}\n    kind: per_unit\n"
        "    unit: course-place\n    price_on: day\n    prices:\n"
        "      - {level: A, amount: \"1.00\", status: example, note: Example}\n"
        "      - {level: B, amount: \"2.00\", status: example, note: Example}\n"
        "      - {level: C, amount: \"3.00\", status: example, note: Example}\n";
    static char yaml[65536];
    FILE *file = fopen("deploy/schemes/se-krom.yaml", "re");
    assert_non_null(file);
    size_t len = fread(yaml, 1, sizeof yaml - sizeof place, file);
    assert_int_equal(fclose(file), 0);
    memcpy(yaml + len, place, sizeof place - 1);
    vv_harness_publish_bytes(kit->harness, "deploy/schemes/se-krom.yaml", yaml,
                             len + sizeof place - 1, "deploy/models/ams-2018.yaml");
}

static inline int kit_setup(void **state)
{
    struct kit *kit = calloc(1, sizeof *kit);
    if (kit == NULL) {
        return -1;
    }
    kit->municipality = "2480";
    kit->harness = vv_harness_create(&vv_service_provider_registry, PARTITIONS, NULL);
    vv_harness_publish(kit->harness, "deploy/schemes/se-krom.yaml", "deploy/models/ams-2018.yaml");
    today(kit, "2021-02-01");
    assert_int_equal(authorise(kit, "KA-1", 2, 0.01)->status, VV_OK);
    assert_int_equal(authorise(kit, "KA-2", 2, 0.05)->status, VV_OK);
    *state = kit;
    return 0;
}

static inline int kit_teardown(void **state)
{
    struct kit *kit = *state;
    for (size_t i = 0; i < kit->parcel_count; i++) {
        free(kit->parcels[i].bytes);
    }
    vv_harness_destroy(&kit->harness);
    free(kit);
    return 0;
}

/* A case offered on 2021-02-01 (choice until Mon 2021-02-08) and placed at a contract. */
static inline struct vv_id placed_case(struct kit *kit, uint8_t who, const char *number)
{
    struct vv_id case_id = person_case(who);
    level(kit, next_id(kit), case_id, "B", "2021-02-01", "2021-02-01");
    assert_int_equal(choose(kit, case_id, number, "2021-02-01")->status, VV_OK);
    carry(kit);
    assert_int_equal(case_of(kit, case_id)->state, VV_CASE_PLACED);
    return case_id;
}

#endif
