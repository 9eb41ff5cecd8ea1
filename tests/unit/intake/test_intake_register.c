/*
 * test_intake_register.c: registrations through the runtime's own planning and outcome code,
 * against records in memory.
 */
#include "intake_fixture.h"

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
        {"se-krom", "091", "570428-9999", 18340, VV_REFUSED, "municipality"},
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

/* What is kept, opened with the person's key as only intake can. */
static void the_sealed_body_is_the_registration(void **state)
{
    struct world *world = *state;
    struct seeker seeker;
    make(&seeker);
    struct vv_id case_id = registered(world, "S-1", &seeker.body, 1);
    const struct vv_harness_result *result = send_as(world, "S-1", "se-krom", &seeker.body);
    struct vv_id person = id_of(((const Vagval__V1__Registered *)result->reply)->person_id);
    uint16_t partition = vv_id_partition(case_id);
    const struct vv_record *record = vv_harness_record(world->h, partition, "key", person);
    const Vagval__V1__PersonKey *wrapped = (const Vagval__V1__PersonKey *)vv_harness_unpack(
        world->h, &vagval__v1__person_key__descriptor, record->body, record->body_len);
    struct vv_person_key key;
    assert_int_equal(
        vv_seal_unwrap(world->seal, person, wrapped->wrapped.data, wrapped->wrapped.len, &key),
        VV_OK);
    record = vv_harness_record(world->h, partition, "case", case_id);
    const Vagval__V1__Fact *fact = (const Vagval__V1__Fact *)vv_harness_unpack(
        world->h, &vagval__v1__fact__descriptor, record->fields[0].value,
        record->fields[0].value_len);
    assert_true(fact->sealed);
    assert_string_equal(fact->source, "load:af");
    static uint8_t memory[8192];
    struct vv_arena arena;
    vv_arena_init(&arena, memory, sizeof memory);
    uint8_t *body = NULL;
    size_t len = 0;
    assert_int_equal(vv_unseal_body(&key, vv_id_fact("load:af", "seeker", "S-1"), fact->body.data,
                                    fact->body.len, &arena, &body, &len),
                     VV_OK);
    const Vagval__V1__RegisterSeeker *kept = (const Vagval__V1__RegisterSeeker *)vv_harness_unpack(
        world->h, &vagval__v1__register_seeker__descriptor, body, len);
    /* In the one spelling: ten digits would name somebody else a hundred years on. */
    assert_string_equal(kept->identity, secret_number);
    assert_string_equal(kept->name, secret_name);
    assert_int_equal(kept->n_features, FEATURES);
    /* Bound to its fact: the same bytes under another id do not open. */
    assert_int_not_equal(vv_unseal_body(&key, vv_id_fact("load:af", "seeker", "S-2"),
                                        fact->body.data, fact->body.len, &arena, &body, &len),
                         VV_OK);
}

/* A scheme whose target group asks for something that a registration need not say. */
static void what_the_target_group_needs_must_be_said(void **state)
{
    struct world *world = *state;
    publish_changed(world->h, "- field: status\n", "- field: immigrant\n");
    struct seeker seeker;
    make(&seeker);
    const struct vv_harness_result *result = send_as(world, "S-1", "se-krom", &seeker.body);
    assert_int_equal(result->status, VV_INVALID);
    assert_string_equal(result->field, "immigrant");
    assert_false(result->committed);
}

/* Two people under one message id: the second is refused, in whatever scheme, and the first one's
 * key stays what it was. One partition, so that they meet. */
static void one_id_never_names_two_people(void **state)
{
    struct world *outer = *state;
    struct world world = {.seal = outer->seal};
    world.h = vv_harness_create(&vv_service_intake, 1, world.seal);
    vv_harness_publish(world.h, "deploy/schemes/se-krom.yaml", "deploy/models/ams-2018.yaml");
    publish_changed(world.h, "id: se-krom\n", "id: se-other\n");
    vv_harness_clock(world.h, TODAY);
    struct seeker seeker;
    make(&seeker);
    struct vv_id case_id = registered(&world, "S-1", &seeker.body, 1);
    seeker.body.identity = "194608239986";
    assert_int_equal(send_as(&world, "S-1", "se-krom", &seeker.body)->status, VV_CONFLICT);
    const struct vv_harness_result *result = send_as(&world, "S-1", "se-other", &seeker.body);
    assert_int_equal(result->status, VV_CONFLICT);
    assert_false(result->committed);
    Vagval__V1__SnapshotGet get = VAGVAL__V1__SNAPSHOT_GET__INIT;
    assert_int_equal(ask(&world, VV_MSG_SNAPSHOT_GET, case_id, &get.base)->status, VV_OK);
    /* The first one is welcome in the other scheme: another case, the same person. */
    seeker.body.identity = "195704289999";
    result = send_as(&world, "S-2", "se-other", &seeker.body);
    assert_int_equal(result->status, VV_OK);
    const Vagval__V1__Registered *reply = (const Vagval__V1__Registered *)result->reply;
    assert_true(
        vv_id_equal(id_of(reply->case_id), vv_id_case(id_of(reply->person_id), "se-other", 1)));
    assert_false(vv_id_equal(id_of(reply->case_id), case_id));
    vv_harness_destroy(&world.h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_registration_makes_person_case_and_event),
        TEST(a_repeat_changes_nothing),
        TEST(another_registration_is_a_fact_on_the_same_case),
        TEST(outside_the_target_group_is_registered_with_reasons),
        TEST(refusals_write_nothing_and_name_the_field),
        TEST(the_sealed_body_is_the_registration),
        TEST(what_the_target_group_needs_must_be_said),
        TEST(one_id_never_names_two_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
