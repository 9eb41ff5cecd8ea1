/*
 * test_intake_questions.c: what may be asked of intake, verification, and what erasure leaves.
 */
#include "intake_fixture.h"

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
    /* Of one day's, what was learnt last. */
    seeker.body.latitude = 64.25;
    seeker.body.registered_on = 18345;
    registered(world, "S-4", &seeker.body, 0);
    result = ask(world, VV_MSG_HOME_GET, case_id, &get.base);
    home = (const Vagval__V1__Home *)result->reply;
    assert_true(home->latitude == 64.25);
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
    assert_int_equal(result->n_digests, 1); /* the page names its cases */
    assert_memory_equal(result->digests[0]->case_id.data, case_id.bytes, sizeof case_id.bytes);
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

    /* The case pointed at the snapshot of other data. */
    seeker.features[1].value = "30_49";
    seeker.body.registered_on = 18346;
    registered(world, "S-3", &seeker.body, 1);
    assert_int_equal(verified(world, partition)->n_problems, 0);
    record = reach_into(world, "case", case_id);
    struct vv_id in_force = vv_id_fact("load:af", "seeker", "S-3");
    struct vv_id other = vv_id_fact("load:af", "seeker", "S-1");
    uint8_t *pointer = memmem(record->body, record->body_len, in_force.bytes, 16);
    assert_non_null(pointer);
    memcpy(pointer, other.bytes, 16);
    result = verified(world, partition);
    assert_int_equal(result->n_problems, 1);
    assert_string_equal(result->problems[0]->code, "intake.case-differs");

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

int main(void)
{
    const struct CMUnitTest tests[] = {
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
