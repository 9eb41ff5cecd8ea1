/*
 * test_intake_handlers.c: registrations, questions and verification through the runtime's own
 * planning and outcome code, against records in memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../../services/intake/intake.h"
#include "../../support/handler_harness.h"

#define PARTITIONS 16
#define TODAY 18353 /* 2020-04-01 */
#define NIL ((struct vv_id){{0}})

static const char secret_name[] = "Testa Hemligsson";
static const char secret_number[] = "195704289999"; /* a published test number */
static const char secret_tail[] = "9999";

struct world {
    struct vv_harness *h;
    struct vv_seal *seal;
};

static int set_up(void **state)
{
    static struct world world;
    static const uint8_t wrap[32] = {1};
    static const uint8_t lookup[32] = {2};
    world.seal = vv_seal_create(wrap, lookup);
    world.h = vv_harness_create(&vv_service_intake, PARTITIONS, world.seal);
    vv_harness_publish(world.h, "deploy/schemes/se-krom.yaml", "deploy/models/ams-2018.yaml");
    vv_harness_clock(world.h, TODAY);
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    vv_harness_destroy(&world->h);
    vv_seal_destroy(&world->seal);
    return 0;
}

/* ---- making messages ---- */

static const char *const default_features[][2] = {
    {"sex", "male"},
    {"age_group", "50_plus"},
    {"citizenship", "national"},
    {"education", "vocational"},
    {"care_duties", "none"},
    {"region_type", "type_2"},
    {"health_impairment", "none"},
    {"occupation_group", "service"},
    {"employment_4_years", "at_least_75_percent"},
    {"case_intervals", "one"},
    {"long_case", "none"},
    {"measures", "none"},
};
#define FEATURES (sizeof default_features / sizeof default_features[0])

struct seeker {
    Vagval__V1__RegisterSeeker body;
    Vagval__V1__Feature features[FEATURES];
    Vagval__V1__Feature *list[FEATURES];
};

static void make(struct seeker *seeker)
{
    vagval__v1__register_seeker__init(&seeker->body);
    for (size_t i = 0; i < FEATURES; i++) {
        vagval__v1__feature__init(&seeker->features[i]);
        seeker->features[i].name = (char *)(uintptr_t)default_features[i][0];
        seeker->features[i].value = (char *)(uintptr_t)default_features[i][1];
        seeker->list[i] = &seeker->features[i];
    }
    seeker->body.source = "load:af";
    seeker->body.source_ref = "S-1";
    seeker->body.identity_kind = "personnummer";
    seeker->body.identity = "570428-9999";
    seeker->body.name = (char *)(uintptr_t)secret_name;
    seeker->body.municipality = "2480";
    seeker->body.latitude = 63.8258;
    seeker->body.longitude = 20.263;
    seeker->body.status = "unemployed";
    seeker->body.registered_on = 18340; /* 2020-03-19 */
    seeker->body.benefit = "none";
    seeker->body.mother_tongue = "sv";
    seeker->body.features = seeker->list;
    seeker->body.n_features = FEATURES;
}

static const struct vv_harness_result *send_as(struct world *world, const char *reference,
                                               const char *scheme,
                                               const Vagval__V1__RegisterSeeker *body)
{
    struct vv_harness_message message = {.type = VV_MSG_REGISTER_SEEKER,
                                         .id = vv_id_fact("load:af", "seeker", reference),
                                         .scheme = scheme,
                                         .body = &body->base};
    return vv_harness_send(world->h, &message);
}

static struct vv_id id_of(ProtobufCBinaryData data)
{
    struct vv_id id = NIL;
    assert_int_equal(vv_id_from_bytes(data.data, data.len, &id), VV_OK);
    return id;
}

static struct vv_id registered(struct world *world, const char *reference,
                               const Vagval__V1__RegisterSeeker *body, size_t events)
{
    const struct vv_harness_result *result = send_as(world, reference, "se-krom", body);
    if (result->status != VV_OK) {
        fail_msg("%s: %s %s", vv_status_name(result->status), result->field, result->text);
    }
    assert_int_equal(result->event_count, events);
    return id_of(((const Vagval__V1__Registered *)result->reply)->case_id);
}

static const struct vv_harness_result *ask(struct world *world, enum vv_message_type type,
                                           struct vv_id case_id, const ProtobufCMessage *body)
{
    struct vv_harness_message message = {
        .type = type, .id = vv_id_step(case_id, 77), .subject = case_id, .body = body};
    return vv_harness_send(world->h, &message);
}

static bool contains(const void *bytes, size_t len, const char *text)
{
    return len > 0 && memmem(bytes, len, text, strlen(text)) != NULL;
}

static void assert_nothing_personal(const void *bytes, size_t len)
{
    assert_false(contains(bytes, len, secret_name));
    assert_false(contains(bytes, len, secret_number));
    assert_false(contains(bytes, len, "570428"));
    assert_false(contains(bytes, len, secret_tail));
    assert_false(contains(bytes, len, "50_plus"));
}

static void assert_record_sealed(const struct vv_record *record)
{
    assert_true(record->exists);
    assert_nothing_personal(record->body, record->body_len);
    for (size_t i = 0; i < record->field_count; i++) {
        assert_nothing_personal(record->fields[i].value, record->fields[i].value_len);
    }
}

/* ---- registration ---- */

static void a_registration_makes_person_case_and_event(void **state)
{
    struct world *world = *state;
    struct seeker seeker;
    make(&seeker);
    const struct vv_harness_result *result = send_as(world, "S-1", "se-krom", &seeker.body);
    assert_int_equal(result->status, VV_OK);
    const Vagval__V1__Registered *reply = (const Vagval__V1__Registered *)result->reply;
    struct vv_id person = id_of(reply->person_id);
    struct vv_id case_id = id_of(reply->case_id);
    assert_true(vv_id_equal(case_id, vv_id_case(person, "se-krom", 1)));

    /* The partition is that of the identity's keyed hash, in the one spelling. */
    uint8_t hash[VV_LOOKUP_BYTES];
    vv_seal_lookup(world->seal, "personnummer", secret_number, hash);
    uint16_t partition = vv_seal_partition(hash, PARTITIONS);
    assert_int_equal(vv_id_partition(person), partition);

    assert_int_equal(result->event_count, 1);
    const struct vv_harness_event *event = &result->events[0];
    const Vagval__V1__CaseRegistered *body = (const Vagval__V1__CaseRegistered *)event->body;
    assert_int_equal(event->type, VV_MSG_CASE_REGISTERED);
    assert_true(vv_id_equal(event->subject, case_id));
    assert_int_equal(event->effective, 18340);
    assert_string_equal(event->scheme, "se-krom");
    assert_string_equal(body->municipality, "2480");
    assert_true(body->in_target_group);
    assert_true(vv_id_equal(id_of(body->snapshot), vv_id_fact("load:af", "seeker", "S-1")));
    assert_int_equal(body->n_reasons, 2);
    assert_string_equal(body->reasons[0], "status.job_seeker");
    uint8_t packed[2048];
    size_t len = vagval__v1__case_registered__pack(body, packed);
    assert_nothing_personal(packed, len);

    const struct vv_record *record = vv_harness_record(world->h, partition, "case", case_id);
    assert_record_sealed(record);
    assert_int_equal(record->field_count, 1); /* one fact */
    assert_record_sealed(vv_harness_record(world->h, partition, "key", person));
    assert_int_equal(vv_harness_list_len(world->h, partition, "cases", NIL), 1);
    print_message("stored: case body %zu bytes, fact %zu bytes\n", record->body_len,
                  record->fields[0].value_len);
}

static void a_repeat_changes_nothing(void **state)
{
    struct world *world = *state;
    struct seeker seeker;
    make(&seeker);
    struct vv_id first = registered(world, "S-1", &seeker.body, 1);
    const struct vv_harness_result *again = send_as(world, "S-1", "se-krom", &seeker.body);
    assert_int_equal(again->status, VV_OK);
    assert_true(again->repeated);
    assert_false(again->committed);
    assert_int_equal(again->event_count, 0);
    assert_true(vv_id_equal(first, id_of(((const Vagval__V1__Registered *)again->reply)->case_id)));
    /* The same id with other content is no repeat. */
    seeker.body.municipality = "1980";
    assert_int_equal(send_as(world, "S-1", "se-krom", &seeker.body)->status, VV_CONFLICT);
}

static void another_registration_is_a_fact_on_the_same_case(void **state)
{
    struct world *world = *state;
    struct seeker seeker;
    make(&seeker);
    struct vv_id first = registered(world, "S-1", &seeker.body, 1);
    /* The same data from another record, the identity spelt otherwise: no news, no event. */
    seeker.body.identity = "195704289999";
    seeker.body.registered_on = 18345;
    assert_true(vv_id_equal(first, registered(world, "S-2", &seeker.body, 0)));
    /* Other data that arrive late, from before that day, are history. */
    seeker.features[1].value = "under_30";
    seeker.body.registered_on = 18343;
    assert_true(vv_id_equal(first, registered(world, "S-6", &seeker.body, 0)));
    /* A changed feature is news. */
    seeker.features[1].value = "30_49";
    seeker.body.registered_on = 18345;
    assert_true(vv_id_equal(first, registered(world, "S-3", &seeker.body, 1)));
    /* One that arrives late, with an earlier date, is kept and changes nothing. */
    seeker.features[1].value = "50_plus";
    seeker.body.registered_on = 18341;
    assert_true(vv_id_equal(first, registered(world, "S-4", &seeker.body, 0)));
    /* So is a status that leaves the target group: news, with the decision. */
    seeker.body.registered_on = 18346;
    seeker.body.status = "employed";
    registered(world, "S-5", &seeker.body, 1);
    const struct vv_record *record =
        vv_harness_record(world->h, vv_id_partition(first), "case", first);
    assert_int_equal(record->field_count, 6);
    const Vagval__V1__IntakeCase *entry = (const Vagval__V1__IntakeCase *)vv_harness_unpack(
        world->h, &vagval__v1__intake_case__descriptor, record->body, record->body_len);
    assert_false(entry->in_target_group);
    assert_true(vv_id_equal(id_of(entry->snapshot), vv_id_fact("load:af", "seeker", "S-5")));
    assert_int_equal(vv_harness_list_len(world->h, vv_id_partition(first), "cases", NIL), 1);
}

static void outside_the_target_group_is_registered_with_reasons(void **state)
{
    struct world *world = *state;
    struct seeker seeker;
    make(&seeker);
    seeker.body.status = "employed";
    const struct vv_harness_result *result = send_as(world, "S-1", "se-krom", &seeker.body);
    assert_int_equal(result->status, VV_OK);
    const Vagval__V1__CaseRegistered *body =
        (const Vagval__V1__CaseRegistered *)result->events[0].body;
    assert_false(body->in_target_group);
    assert_int_equal(body->n_reasons, 1);
    assert_string_equal(body->reasons[0], "status.job_seeker");
}

static void refusals_write_nothing_and_name_the_field(void **state)
{
    struct world *world = *state;
    struct seeker seeker;
    static const struct {
        const char *scheme, *municipality, *identity;
        int32_t on;
        enum vv_status status;
        const char *field;
    } rows[] = {
        {"se-none", "2480", "570428-9999", 18340, VV_NOT_FOUND, "scheme"},
        {"", "2480", "570428-9999", 18340, VV_NOT_FOUND, "scheme"},
        {"se-krom", "2480", "570428-9999", 18300, VV_NOT_FOUND, "scheme"}, /* before validity */
        {"se-krom", "0180", "570428-9999", 18340, VV_REFUSED, "municipality"},
        {"se-krom", "x", "570428-9999", 18340, VV_INVALID, "municipality"},
        {"se-krom", "2480", "570428-9998", 18340, VV_INVALID, "identity"},
        {"se-krom", "2480", "570428-9999", TODAY + 1, VV_REFUSED, "registered_on"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        make(&seeker);
        seeker.body.municipality = (char *)(uintptr_t)rows[i].municipality;
        seeker.body.identity = (char *)(uintptr_t)rows[i].identity;
        seeker.body.registered_on = rows[i].on;
        const struct vv_harness_result *result =
            send_as(world, "S-1", rows[i].scheme, &seeker.body);
        assert_int_equal(result->status, rows[i].status);
        assert_string_equal(result->field, rows[i].field);
        assert_false(result->committed);
        assert_int_equal(result->event_count, 0);
        assert_nothing_personal(result->text, strlen(result->text));
    }
    /* A refusal is no fact: the same id, corrected, is accepted. */
    make(&seeker);
    registered(world, "S-1", &seeker.body, 1);
}

/* ---- questions ---- */

static void the_snapshot_is_given_by_its_id(void **state)
{
    struct world *world = *state;
    struct seeker seeker;
    make(&seeker);
    struct vv_id case_id = registered(world, "S-1", &seeker.body, 1);
    seeker.features[1].value = "30_49";
    seeker.body.registered_on = 18345;
    registered(world, "S-2", &seeker.body, 1);

    Vagval__V1__SnapshotGet get = VAGVAL__V1__SNAPSHOT_GET__INIT;
    const struct vv_harness_result *result = ask(world, VV_MSG_SNAPSHOT_GET, case_id, &get.base);
    assert_int_equal(result->status, VV_OK);
    assert_false(result->committed);
    const Vagval__V1__Snapshot *reply = (const Vagval__V1__Snapshot *)result->reply;
    assert_true(vv_id_equal(id_of(reply->snapshot), vv_id_fact("load:af", "seeker", "S-2")));
    assert_int_equal(reply->n_features, FEATURES);
    assert_string_equal(reply->features[1]->name, "age_group");
    assert_string_equal(reply->features[1]->value, "30_49");
    assert_false(reply->erased);

    struct vv_id earlier = vv_id_fact("load:af", "seeker", "S-1");
    get.snapshot = (ProtobufCBinaryData){16, earlier.bytes};
    result = ask(world, VV_MSG_SNAPSHOT_GET, case_id, &get.base);
    reply = (const Vagval__V1__Snapshot *)result->reply;
    assert_string_equal(reply->features[1]->value, "50_plus");

    struct vv_id unknown = vv_id_fact("load:af", "seeker", "S-9");
    get.snapshot = (ProtobufCBinaryData){16, unknown.bytes};
    assert_int_equal(ask(world, VV_MSG_SNAPSHOT_GET, case_id, &get.base)->status, VV_NOT_FOUND);
    assert_int_equal(
        ask(world, VV_MSG_SNAPSHOT_GET, vv_id_step(case_id, 1), &get.base)->status != VV_OK, 1);
    assert_int_equal(ask(world, VV_MSG_SNAPSHOT_GET, NIL, &get.base)->status, VV_INVALID);
}

static void the_home_is_that_of_the_latest_registration(void **state)
{
    struct world *world = *state;
    struct seeker seeker;
    make(&seeker);
    struct vv_id case_id = registered(world, "S-1", &seeker.body, 1);
    seeker.body.latitude = 64.5;
    seeker.body.registered_on = 18345;
    registered(world, "S-2", &seeker.body, 0); /* a move within the municipality: no news */
    seeker.body.latitude = 60;
    seeker.body.registered_on = 18342;
    registered(world, "S-3", &seeker.body, 0); /* late: the address before */
    Vagval__V1__HomeGet get = VAGVAL__V1__HOME_GET__INIT;
    const struct vv_harness_result *result = ask(world, VV_MSG_HOME_GET, case_id, &get.base);
    assert_int_equal(result->status, VV_OK);
    const Vagval__V1__Home *home = (const Vagval__V1__Home *)result->reply;
    assert_true(home->latitude == 64.5);
    assert_true(home->longitude == 20.263);
    assert_string_equal(home->municipality, "2480");
}

static void a_case_is_found_by_identity(void **state)
{
    struct world *world = *state;
    struct seeker seeker;
    make(&seeker);
    struct vv_id case_id = registered(world, "S-1", &seeker.body, 1);
    char *identities[2] = {"5704289999", "194608239986"};
    Vagval__V1__CaseFind find = VAGVAL__V1__CASE_FIND__INIT;
    find.scheme = "se-krom";
    find.identities = identities;
    find.n_identities = 1;
    const struct vv_harness_result *result = ask(world, VV_MSG_CASE_FIND, NIL, &find.base);
    assert_int_equal(result->status, VV_OK);
    const Vagval__V1__CasesFound *found = (const Vagval__V1__CasesFound *)result->reply;
    assert_int_equal(found->n_case_ids, 1);
    assert_true(vv_id_equal(id_of(found->case_ids[0]), case_id));

    find.identities = identities + 1; /* somebody else */
    result = ask(world, VV_MSG_CASE_FIND, NIL, &find.base);
    found = (const Vagval__V1__CasesFound *)result->reply;
    assert_int_equal(found->n_case_ids, 1);
    assert_int_equal(found->case_ids[0].len, 0);
    find.identities = identities;
    find.scheme = "se-stom"; /* known, but not there */
    result = ask(world, VV_MSG_CASE_FIND, NIL, &find.base);
    found = (const Vagval__V1__CasesFound *)result->reply;
    assert_int_equal(found->case_ids[0].len, 0);

    find.n_identities = 2;
    assert_int_equal(ask(world, VV_MSG_CASE_FIND, NIL, &find.base)->status, VV_INVALID);
    find.n_identities = 1;
    identities[0] = "5704289998";
    result = ask(world, VV_MSG_CASE_FIND, NIL, &find.base);
    assert_int_equal(result->status, VV_INVALID);
    assert_nothing_personal(result->text, strlen(result->text));
}

static void the_timeline_says_why_but_not_who(void **state)
{
    struct world *world = *state;
    struct seeker seeker;
    make(&seeker);
    struct vv_id case_id = registered(world, "S-1", &seeker.body, 1);
    seeker.body.status = "employed";
    seeker.body.registered_on = 18345;
    registered(world, "S-2", &seeker.body, 1);
    const struct vv_harness_result *result = ask(world, VV_MSG_CASE_SHOW, case_id, NULL);
    assert_int_equal(result->status, VV_OK);
    const Vagval__V1__CaseView *view = (const Vagval__V1__CaseView *)result->reply;
    assert_string_equal(view->scheme, "se-krom");
    assert_string_equal(view->state, "not-in-target-group");
    assert_int_equal(view->n_timeline, 4);
    static const char *const codes[] = {"case.registered", "target-group.in", "case.registered",
                                        "target-group.out"};
    for (size_t i = 0; i < 4; i++) {
        const Vagval__V1__TimelineEntry *line = view->timeline[i];
        assert_string_equal(line->code, codes[i]);
        assert_string_equal(line->service, "intake");
        assert_int_equal(line->index, 1 + i / 2);
        assert_int_equal(line->effective, i < 2 ? 18340 : 18345);
        assert_true(line->text_en[0] != '\0' && line->text_sv[0] != '\0');
        assert_nothing_personal(line->text_en, strlen(line->text_en));
        assert_nothing_personal(line->text_sv, strlen(line->text_sv));
    }
    assert_non_null(strstr(view->timeline[3]->text_en, "not met: Registered as a job seeker"));
    assert_non_null(strstr(view->timeline[3]->text_sv, "ej uppfyllt: Inskriven"));
    assert_int_equal(ask(world, VV_MSG_CASE_SHOW, vv_id_case(case_id, "se-none", 1), NULL)->status,
                     VV_NOT_FOUND);
}

/* ---- verification and erasure ---- */

static const Vagval__V1__VerifyResult *verified(struct world *world, uint16_t partition)
{
    Vagval__V1__VerifyPage page = VAGVAL__V1__VERIFY_PAGE__INIT;
    page.partition = partition;
    page.limit = 50;
    const struct vv_harness_result *result = ask(world, VV_MSG_VERIFY_PAGE, NIL, &page.base);
    assert_int_equal(result->status, VV_OK);
    assert_false(result->committed);
    return (const Vagval__V1__VerifyResult *)result->reply;
}

/* Damage that no message can cause: the harness keeps the records, the test reaches into them. */
static struct vv_record *reach_into(struct world *world, const char *kind, struct vv_id id)
{
    return (struct vv_record *)(uintptr_t)vv_harness_record(world->h, vv_id_partition(id), kind,
                                                            id);
}

static void verify_finds_damage(void **state)
{
    struct world *world = *state;
    struct seeker seeker;
    make(&seeker);
    struct vv_id case_id = registered(world, "S-1", &seeker.body, 1);
    seeker.body.registered_on = 18345;
    registered(world, "S-2", &seeker.body, 0);
    uint16_t partition = vv_id_partition(case_id);
    const Vagval__V1__VerifyResult *result = verified(world, partition);
    assert_int_equal(result->cases, 1);
    assert_int_equal(result->facts, 2);
    assert_int_equal(result->derived, 1);
    assert_int_equal(result->next, 0);
    assert_int_equal(result->n_problems, 0);
    assert_int_equal(verified(world, (uint16_t)((partition + 1) % PARTITIONS))->cases, 0);

    struct vv_record *record = reach_into(world, "case", case_id);
    const struct vv_field *field = &record->fields[1];
    uint8_t *byte = (uint8_t *)(uintptr_t)&field->value[field->value_len / 2];
    *byte ^= 1;
    result = verified(world, partition);
    assert_true(result->n_problems > 0);
    *byte ^= 1;
    assert_int_equal(verified(world, partition)->n_problems, 0);

    /* The stored decision turned round: field 6 of the case, the bool behind its tag 0x30. */
    uint8_t *tag = memmem(record->body, record->body_len, "\x30\x01", 2);
    assert_non_null(tag);
    tag[1] = 0;
    result = verified(world, partition);
    assert_int_equal(result->n_problems, 1);
    assert_string_equal(result->problems[0]->code, "intake.target-group-differs");
    tag[1] = 1;

    Vagval__V1__VerifyPage page = VAGVAL__V1__VERIFY_PAGE__INIT;
    page.partition = PARTITIONS;
    assert_int_equal(ask(world, VV_MSG_VERIFY_PAGE, NIL, &page.base)->status, VV_INVALID);
}

static void verify_pages_through_a_partition(void **state)
{
    struct world *world = *state;
    /* Published test numbers and a HETU: four people. */
    static const char *const people[][2] = {{"personnummer", "195704289999"},
                                            {"personnummer", "194608239986"},
                                            {"samordningsnummer", "197302889931"},
                                            {"hetu", "131052-308T"}};
    struct vv_id cases[4];
    for (size_t i = 0; i < 4; i++) {
        struct seeker seeker;
        make(&seeker);
        seeker.body.identity_kind = (char *)(uintptr_t)people[i][0];
        seeker.body.identity = (char *)(uintptr_t)people[i][1];
        cases[i] = registered(world, people[i][1], &seeker.body, 1);
    }
    size_t seen = 0;
    for (uint16_t partition = 0; partition < PARTITIONS; partition++) {
        Vagval__V1__VerifyPage page = VAGVAL__V1__VERIFY_PAGE__INIT;
        page.partition = partition;
        page.limit = 1;
        do {
            const struct vv_harness_result *result =
                ask(world, VV_MSG_VERIFY_PAGE, NIL, &page.base);
            const Vagval__V1__VerifyResult *reply = (const Vagval__V1__VerifyResult *)result->reply;
            assert_int_equal(reply->n_problems, 0);
            seen += reply->cases;
            page.after = reply->next;
        } while (page.after != 0);
    }
    assert_int_equal(seen, 4);
    assert_false(vv_id_equal(cases[0], cases[1]));
}

static void without_its_key_everything_personal_is_gone(void **state)
{
    struct world *world = *state;
    struct seeker seeker;
    make(&seeker);
    struct vv_id case_id = registered(world, "S-1", &seeker.body, 1);
    const struct vv_harness_result *result = send_as(world, "S-1", "se-krom", &seeker.body);
    struct vv_id person = id_of(((const Vagval__V1__Registered *)result->reply)->person_id);
    struct vv_record *key = reach_into(world, "key", person);
    key->exists = false;

    Vagval__V1__SnapshotGet get = VAGVAL__V1__SNAPSHOT_GET__INIT;
    result = ask(world, VV_MSG_SNAPSHOT_GET, case_id, &get.base);
    assert_int_equal(result->status, VV_OK);
    assert_true(((const Vagval__V1__Snapshot *)result->reply)->erased);
    assert_int_equal(((const Vagval__V1__Snapshot *)result->reply)->n_features, 0);
    Vagval__V1__HomeGet home = VAGVAL__V1__HOME_GET__INIT;
    result = ask(world, VV_MSG_HOME_GET, case_id, &home.base);
    assert_true(((const Vagval__V1__Home *)result->reply)->erased);
    assert_true(((const Vagval__V1__Home *)result->reply)->latitude == 0);
    result = ask(world, VV_MSG_CASE_SHOW, case_id, NULL);
    assert_int_equal(((const Vagval__V1__CaseView *)result->reply)->n_timeline, 1);
    const Vagval__V1__VerifyResult *page = verified(world, vv_id_partition(case_id));
    assert_int_equal(page->n_problems, 1);
    assert_string_equal(page->problems[0]->code, "erased");
    /* And nobody is registered under a destroyed key. */
    assert_int_equal(send_as(world, "S-2", "se-krom", &seeker.body)->status, VV_ERASED);
    key->exists = true;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_registration_makes_person_case_and_event),
        TEST(a_repeat_changes_nothing),
        TEST(another_registration_is_a_fact_on_the_same_case),
        TEST(outside_the_target_group_is_registered_with_reasons),
        TEST(refusals_write_nothing_and_name_the_field),
        TEST(the_snapshot_is_given_by_its_id),
        TEST(the_home_is_that_of_the_latest_registration),
        TEST(a_case_is_found_by_identity),
        TEST(the_timeline_says_why_but_not_who),
        TEST(verify_finds_damage),
        TEST(verify_pages_through_a_partition),
        TEST(without_its_key_everything_personal_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
