/*
 * test_assessment_handlers.c: registrations become levels, explanations and findings, through the
 * runtime's own planning and outcome code, with intake's answers programmed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../../services/assessment/assessment.h"
#include "../../support/handler_harness.h"

#define PARTITIONS 16
#define REGISTERED 18340 /* 2020-03-19 */
#define TODAY 18353      /* 2020-04-01 */
#define NIL ((struct vv_id){{0}})

static int set_up(void **state)
{
    struct vv_harness *h = vv_harness_create(&vv_service_assessment, PARTITIONS, NULL);
    vv_harness_publish(h, "deploy/schemes/se-krom.yaml", "deploy/models/ams-2018.yaml");
    vv_harness_clock(h, TODAY);
    *state = h;
    return 0;
}

static int tear_down(void **state)
{
    struct vv_harness *h = *state;
    vv_harness_destroy(&h);
    return 0;
}

static struct vv_id a_case(uint8_t number)
{
    uint8_t entropy[16] = {0, 0, 1, 2, 3, number};
    return vv_id_case(vv_id_person(number % PARTITIONS, entropy), "se-krom", 1);
}

/* Woman, 30-49, EU citizen, care duties: logit -0.16, level B (see test_assess.c). */
static const char *const woman[][2] = {
    {"sex", "female"},
    {"age_group", "30_49"},
    {"citizenship", "eu"},
    {"education", "compulsory"},
    {"care_duties", "care"},
    {"region_type", "type_1"},
    {"health_impairment", "none"},
    {"occupation_group", "service"},
    {"employment_4_years", "at_least_75_percent"},
    {"case_intervals", "none"},
    {"long_case", "none"},
    {"measures", "none"},
    {"immigrant", "no"},
};
#define FEATURES (sizeof woman / sizeof woman[0])

/* Intake will answer with her snapshot, one feature changed (name NULL: none), `count` features. */
static void intake_knows(struct vv_harness *h, struct vv_id case_id, struct vv_id snapshot,
                         const char *name, const char *value, size_t count)
{
    Vagval__V1__Feature features[FEATURES];
    Vagval__V1__Feature *list[FEATURES];
    for (size_t i = 0; i < FEATURES; i++) {
        vagval__v1__feature__init(&features[i]);
        features[i].name = (char *)(uintptr_t)woman[i][0];
        features[i].value = (char *)(uintptr_t)woman[i][1];
        if (name != NULL && strcmp(name, woman[i][0]) == 0) {
            features[i].value = (char *)(uintptr_t)value;
        }
        list[i] = &features[i];
    }
    Vagval__V1__Snapshot answer = VAGVAL__V1__SNAPSHOT__INIT;
    answer.case_id = (ProtobufCBinaryData){16, case_id.bytes};
    answer.snapshot = (ProtobufCBinaryData){16, snapshot.bytes};
    answer.features = list;
    answer.n_features = count;
    vv_harness_will_answer(h, VV_MSG_SNAPSHOT_GET, case_id, VV_OK, &answer.base);
}

static void intake_has_erased(struct vv_harness *h, struct vv_id case_id)
{
    Vagval__V1__Snapshot answer = VAGVAL__V1__SNAPSHOT__INIT;
    answer.erased = true;
    vv_harness_will_answer(h, VV_MSG_SNAPSHOT_GET, case_id, VV_OK, &answer.base);
}

static const struct vv_harness_result *registered(struct vv_harness *h, struct vv_id case_id,
                                                  struct vv_id snapshot, int32_t on,
                                                  bool in_target_group)
{
    Vagval__V1__CaseRegistered event = VAGVAL__V1__CASE_REGISTERED__INIT;
    event.case_id = (ProtobufCBinaryData){16, case_id.bytes};
    event.scheme = "se-krom";
    event.municipality = "2480";
    event.snapshot = (ProtobufCBinaryData){16, snapshot.bytes};
    event.registered_on = on;
    event.in_target_group = in_target_group;
    struct vv_harness_message message = {.type = VV_MSG_CASE_REGISTERED,
                                         .id = vv_id_step(snapshot, 1000),
                                         .subject = case_id,
                                         .scheme = "se-krom",
                                         .effective = on,
                                         .body = &event.base};
    return vv_harness_event(h, VV_INTAKE, &message);
}

static const struct vv_harness_result *ask(struct vv_harness *h, enum vv_message_type type,
                                           struct vv_id case_id, const ProtobufCMessage *body)
{
    struct vv_harness_message message = {
        .type = type, .id = vv_id_step(case_id, 77), .subject = case_id, .body = body};
    return vv_harness_send(h, &message);
}

static const Vagval__V1__CaseView *shown(struct vv_harness *h, struct vv_id case_id)
{
    const struct vv_harness_result *result = ask(h, VV_MSG_CASE_SHOW, case_id, NULL);
    assert_int_equal(result->status, VV_OK);
    return (const Vagval__V1__CaseView *)result->reply;
}

static const Vagval__V1__VerifyResult *verified(struct vv_harness *h, uint16_t partition)
{
    Vagval__V1__VerifyPage page = VAGVAL__V1__VERIFY_PAGE__INIT;
    page.partition = partition;
    const struct vv_harness_result *result = ask(h, VV_MSG_VERIFY_PAGE, NIL, &page.base);
    assert_int_equal(result->status, VV_OK);
    assert_false(result->committed);
    return (const Vagval__V1__VerifyResult *)result->reply;
}

/* ---- levels ---- */

static void a_registration_becomes_a_level(void **state)
{
    struct vv_harness *h = *state;
    struct vv_id case_id = a_case(3);
    struct vv_id snapshot = vv_id_fact("load:af", "seeker", "S-1");
    intake_knows(h, case_id, snapshot, NULL, NULL, FEATURES);
    const struct vv_harness_result *result = registered(h, case_id, snapshot, REGISTERED, true);
    assert_int_equal(result->status, VV_OK);
    assert_int_equal(result->event_count, 1);
    const struct vv_harness_event *event = &result->events[0];
    const Vagval__V1__LevelDecided *level = (const Vagval__V1__LevelDecided *)event->body;
    assert_int_equal(event->type, VV_MSG_LEVEL_DECIDED);
    assert_true(vv_id_equal(event->subject, case_id));
    assert_string_equal(level->level, "B");
    assert_int_equal(level->logit, -160000);
    assert_true(level->referred);
    assert_true(level->example); /* the cut-offs are examples */
    assert_string_equal(level->municipality, "2480");
    assert_int_equal(level->decided_on, TODAY);
    assert_int_equal(level->effective_from, REGISTERED);
    const struct vv_scheme *scheme = vv_book_scheme(vv_harness_book(h), "se-krom", REGISTERED, 0);
    assert_string_equal(level->scheme_version, scheme->version);
    assert_string_equal(level->model, vv_book_model(vv_harness_book(h), scheme)->version);
    assert_int_equal(vv_harness_list_len(h, 3, "cases", NIL), 1);

    /* Nothing of the snapshot is kept here. */
    const struct vv_record *record = vv_harness_record(h, 3, "case", case_id);
    assert_null(memmem(record->body, record->body_len, "female", 6));
    assert_null(memmem(record->body, record->body_len, "30_49", 5));
    for (size_t i = 0; i < record->field_count; i++) {
        assert_null(memmem(record->fields[i].value, record->fields[i].value_len, "30_49", 5));
    }
    print_message("stored: case body %zu bytes, fact %zu bytes\n", record->body_len,
                  record->fields[0].value_len);

    /* The event again, as a feed may give it: nothing more happens. */
    result = registered(h, case_id, snapshot, REGISTERED, true);
    assert_int_equal(result->status, VV_OK);
    assert_int_equal(result->event_count, 0);
    assert_int_equal(vv_harness_list_len(h, 3, "cases", NIL), 1);
}

static void near_and_far_are_not_referred(void **state)
{
    struct vv_harness *h = *state;
    struct vv_id case_id = a_case(4);
    struct vv_id snapshot = vv_id_fact("load:af", "seeker", "S-2");
    /* -0.16 + 1.98 = 1.82: too near. */
    intake_knows(h, case_id, snapshot, "case_intervals", "three_or_more", FEATURES);
    const struct vv_harness_result *result = registered(h, case_id, snapshot, REGISTERED, true);
    const Vagval__V1__LevelDecided *level =
        (const Vagval__V1__LevelDecided *)result->events[0].body;
    assert_string_equal(level->level, "near");
    assert_int_equal(level->logit, 1820000);
    assert_false(level->referred);
}

static void a_new_snapshot_is_a_reassessment_from_its_decision(void **state)
{
    struct vv_harness *h = *state;
    struct vv_id case_id = a_case(5);
    struct vv_id first = vv_id_fact("load:af", "seeker", "S-1");
    struct vv_id second = vv_id_fact("load:af", "seeker", "S-2");
    intake_knows(h, case_id, first, NULL, NULL, FEATURES);
    registered(h, case_id, first, REGISTERED, true);
    vv_harness_clock(h, TODAY + 10);
    /* -0.16 - 0.80 = -0.96: level C. */
    intake_knows(h, case_id, second, "long_case", "at_least_180_days", FEATURES);
    const struct vv_harness_result *result = registered(h, case_id, second, REGISTERED + 20, true);
    const Vagval__V1__LevelDecided *level =
        (const Vagval__V1__LevelDecided *)result->events[0].body;
    assert_string_equal(level->level, "C");
    assert_int_equal(level->decided_on, TODAY + 10);
    assert_int_equal(level->effective_from, TODAY + 10);
    assert_int_equal(result->events[0].effective, TODAY + 10);
    const Vagval__V1__CaseView *view = shown(h, case_id);
    assert_string_equal(view->state, "C");
    assert_int_equal(view->n_timeline, 2);
    assert_int_equal(vv_harness_list_len(h, 5, "cases", NIL), 1);
}

/* ---- no level ---- */

static void outside_the_target_group_nothing_is_asked(void **state)
{
    struct vv_harness *h = *state;
    struct vv_id case_id = a_case(6);
    const struct vv_harness_result *result =
        registered(h, case_id, vv_id_fact("load:af", "seeker", "S-1"), REGISTERED, false);
    assert_int_equal(result->status, VV_OK);
    assert_int_equal(result->event_count, 0);
    const Vagval__V1__CaseView *view = shown(h, case_id);
    assert_string_equal(view->state, "not-in-target-group");
    assert_string_equal(view->timeline[0]->code, "assessment.not-in-target-group");
    assert_int_equal(ask(h, VV_MSG_EXPLAIN_LEVEL, case_id, NULL)->status, VV_REFUSED);
}

static void unusable_data_are_quarantined_never_refused(void **state)
{
    struct vv_harness *h = *state;
    static const struct {
        const char *name, *value;
        size_t count;
        const char *code, *feature;
    } rows[] = {{"sex", "unsaid", FEATURES, "feature.outside-domain", "sex"},
                {NULL, NULL, 11, "feature.missing", "measures"},
                {NULL, NULL, 0, "feature.missing", "sex"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct vv_id case_id = a_case((uint8_t)(8 + i));
        struct vv_id snapshot = vv_id_step(case_id, 1);
        intake_knows(h, case_id, snapshot, rows[i].name, rows[i].value, rows[i].count);
        const struct vv_harness_result *result = registered(h, case_id, snapshot, REGISTERED, true);
        assert_int_equal(result->status, VV_OK);
        assert_true(result->committed);
        assert_int_equal(result->event_count, 0);
        const Vagval__V1__CaseView *view = shown(h, case_id);
        assert_string_equal(view->state, "quarantined");
        assert_string_equal(view->timeline[0]->code, "assessment.quarantined");
        assert_non_null(strstr(view->timeline[0]->text_en, rows[i].code));
        assert_non_null(strstr(view->timeline[0]->text_en, rows[i].feature));
        assert_null(strstr(view->timeline[0]->text_en, "unsaid"));
    }
    /* Intake does not know the snapshot, or has erased it. */
    struct vv_id lost = a_case(12);
    assert_int_equal(registered(h, lost, vv_id_step(lost, 1), REGISTERED, true)->status, VV_OK);
    assert_non_null(strstr(shown(h, lost)->timeline[0]->text_en, "snapshot.missing"));
    struct vv_id erased = a_case(13);
    intake_has_erased(h, erased);
    assert_int_equal(registered(h, erased, vv_id_step(erased, 1), REGISTERED, true)->status, VV_OK);
    assert_non_null(strstr(shown(h, erased)->timeline[0]->text_en, "snapshot.erased"));
    /* A later, complete snapshot leads out of quarantine, and holds from its registration. */
    struct vv_id snapshot = vv_id_step(lost, 2);
    intake_knows(h, lost, snapshot, NULL, NULL, FEATURES);
    const struct vv_harness_result *result = registered(h, lost, snapshot, REGISTERED + 1, true);
    assert_int_equal(result->event_count, 1);
    assert_string_equal(shown(h, lost)->state, "B");
}

static void an_answer_that_is_none_makes_the_event_wait(void **state)
{
    struct vv_harness *h = *state;
    struct vv_id case_id = a_case(7);
    struct vv_id snapshot = vv_id_step(case_id, 1);
    vv_harness_will_answer(h, VV_MSG_SNAPSHOT_GET, case_id, VV_UNKNOWN, NULL);
    const struct vv_harness_result *result = registered(h, case_id, snapshot, REGISTERED, true);
    assert_int_equal(result->status, VV_BUSY);
    assert_false(result->committed);
    intake_knows(h, case_id, snapshot, NULL, NULL, FEATURES);
    assert_int_equal(registered(h, case_id, snapshot, REGISTERED, true)->event_count, 1);
}

/* ---- explanation ---- */

static void an_explanation_adds_up(void **state)
{
    struct vv_harness *h = *state;
    struct vv_id case_id = a_case(3);
    struct vv_id snapshot = vv_id_fact("load:af", "seeker", "S-1");
    intake_knows(h, case_id, snapshot, NULL, NULL, FEATURES);
    registered(h, case_id, snapshot, REGISTERED, true);
    const struct vv_harness_result *result = ask(h, VV_MSG_EXPLAIN_LEVEL, case_id, NULL);
    assert_int_equal(result->status, VV_OK);
    assert_false(result->committed);
    const Vagval__V1__Explanation *why = (const Vagval__V1__Explanation *)result->reply;
    assert_string_equal(why->level, "B");
    assert_int_equal(why->logit, -160000);
    /* 1 / (1 + e^0.16) = 0.460085 */
    assert_int_equal((int)(why->probability * 1000000 + 0.5), 460085);
    assert_true(why->example);
    assert_false(why->erased);
    /* Intercept, sex, age, citizenship, care duties. */
    static const struct {
        const char *feature;
        int64_t value;
    } parts[] = {{"intercept", 100000},
                 {"sex", -140000},
                 {"age_group", -130000},
                 {"citizenship", 160000},
                 {"care_duties", -150000}};
    assert_int_equal(why->n_contributions, 5);
    int64_t sum = 0;
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(why->contributions[i]->feature, parts[i].feature);
        assert_int_equal(why->contributions[i]->contribution, parts[i].value);
        assert_true(why->contributions[i]->text_en[0] != '\0');
        assert_true(why->contributions[i]->text_sv[0] != '\0');
        sum += why->contributions[i]->contribution;
    }
    assert_int_equal(sum, why->logit);
    /* The three heaviest: citizenship 0.16, care duties 0.15, sex 0.14. */
    assert_string_equal(why->reason_en,
                        "Level B: model ams-2018 estimates a chance of 46.0 %. What weighs most: "
                        "Citizen of another EU country (raises it); Care duties (counted for women "
                        "only) (lowers it); Woman (lowers it)");
    assert_non_null(strstr(why->reason_sv, "Kvinna (sänker)"));
}

static void an_erased_explanation_keeps_the_decision(void **state)
{
    struct vv_harness *h = *state;
    struct vv_id case_id = a_case(3);
    struct vv_id snapshot = vv_id_fact("load:af", "seeker", "S-1");
    intake_knows(h, case_id, snapshot, NULL, NULL, FEATURES);
    registered(h, case_id, snapshot, REGISTERED, true);
    intake_has_erased(h, case_id);
    const struct vv_harness_result *result = ask(h, VV_MSG_EXPLAIN_LEVEL, case_id, NULL);
    assert_int_equal(result->status, VV_OK);
    const Vagval__V1__Explanation *why = (const Vagval__V1__Explanation *)result->reply;
    assert_true(why->erased);
    assert_string_equal(why->level, "B");
    assert_int_equal(why->n_contributions, 0);
    assert_int_equal(verified(h, 3)->n_problems, 1);
    assert_string_equal(verified(h, 3)->problems[0]->code, "erased");
    /* Intake out of reach is no explanation, but no wrong one either. */
    vv_harness_will_answer(h, VV_MSG_SNAPSHOT_GET, case_id, VV_UNKNOWN, NULL);
    assert_int_equal(ask(h, VV_MSG_EXPLAIN_LEVEL, case_id, NULL)->status, VV_BUSY);
}

static void the_timeline_gives_level_and_versions(void **state)
{
    struct vv_harness *h = *state;
    struct vv_id case_id = a_case(3);
    struct vv_id snapshot = vv_id_fact("load:af", "seeker", "S-1");
    intake_knows(h, case_id, snapshot, NULL, NULL, FEATURES);
    registered(h, case_id, snapshot, REGISTERED, true);
    const Vagval__V1__CaseView *view = shown(h, case_id);
    assert_int_equal(view->n_timeline, 1);
    const Vagval__V1__TimelineEntry *line = view->timeline[0];
    assert_string_equal(line->code, "level.decided");
    assert_int_equal(line->effective, REGISTERED);
    assert_true(line->example);
    assert_non_null(
        strstr(line->text_en, "Level B (logit -0.160000, model ams-2018, scheme version "));
    assert_non_null(
        strstr(line->text_sv, "Nivå B (logit -0.160000, modell ams-2018, systemversion "));
    assert_int_equal(ask(h, VV_MSG_CASE_SHOW, a_case(9), NULL)->status, VV_NOT_FOUND);
    assert_int_equal(ask(h, VV_MSG_CASE_SHOW, NIL, NULL)->status, VV_INVALID);
}

/* ---- verification ---- */

static void verify_scores_again(void **state)
{
    struct vv_harness *h = *state;
    struct vv_id case_id = a_case(3);
    struct vv_id snapshot = vv_id_fact("load:af", "seeker", "S-1");
    intake_knows(h, case_id, snapshot, NULL, NULL, FEATURES);
    const struct vv_harness_result *result = registered(h, case_id, snapshot, REGISTERED, true);
    struct vv_id event = result->events[0].id;
    const Vagval__V1__VerifyResult *page = verified(h, 3);
    assert_int_equal(page->cases, 1);
    assert_int_equal(page->facts, 1);
    assert_int_equal(page->derived, 1);
    assert_int_equal(page->n_problems, 0);
    /* The digest is over the events as payment stores them. */
    assert_int_equal(page->n_digests, 1);
    assert_int_equal(page->digests[0]->facts_count, 1);
    assert_memory_equal(page->digests[0]->facts.data, event.bytes, 16);
    /* Another snapshot behind the same decision: another logit. */
    intake_knows(h, case_id, snapshot, "sex", "male", FEATURES);
    page = verified(h, 3);
    assert_int_equal(page->n_problems, 1);
    assert_string_equal(page->problems[0]->code, "assessment.score-differs");
    /* One that the model cannot read. */
    intake_knows(h, case_id, snapshot, "sex", "unsaid", FEATURES);
    assert_string_equal(verified(h, 3)->problems[0]->code, "assessment.not-rederivable");
    vv_harness_will_answer(h, VV_MSG_SNAPSHOT_GET, case_id, VV_NOT_FOUND, NULL);
    assert_string_equal(verified(h, 3)->problems[0]->code, "assessment.snapshot-missing");
}

static void verify_finds_a_changed_level(void **state)
{
    struct vv_harness *h = *state;
    struct vv_id case_id = a_case(3);
    struct vv_id snapshot = vv_id_fact("load:af", "seeker", "S-1");
    intake_knows(h, case_id, snapshot, NULL, NULL, FEATURES);
    registered(h, case_id, snapshot, REGISTERED, true);
    /* Level: field 3 of the decision, tag 0x1a, one byte long. */
    const struct vv_record *record = vv_harness_record(h, 3, "case", case_id);
    uint8_t *level = memmem(record->body, record->body_len,
                            "\x1a\x01"
                            "B",
                            3);
    assert_non_null(level);
    level[2] = 'A';
    const Vagval__V1__VerifyResult *page = verified(h, 3);
    assert_int_equal(page->n_problems, 2); /* other than its logit, and than the snapshot */
    assert_string_equal(page->problems[0]->code, "assessment.level-differs");
    level[2] = 'B';
    assert_int_equal(verified(h, 3)->n_problems, 0);
    /* The logit stands next, a varint: its lowest digit, which leaves the level as it is. */
    assert_int_equal(level[3], 0x20);
    level[4] ^= 2;
    page = verified(h, 3);
    assert_int_equal(page->n_problems, 1);
    assert_string_equal(page->problems[0]->code, "assessment.score-differs");
    level[4] ^= 2;
    assert_int_equal(verified(h, 3)->n_problems, 0);
}

static void verify_pages(void **state)
{
    struct vv_harness *h = *state;
    for (uint8_t i = 0; i < 5; i++) {
        struct vv_id case_id = a_case((uint8_t)(3 + PARTITIONS * i)); /* one partition */
        intake_knows(h, case_id, vv_id_step(case_id, 1), NULL, NULL, FEATURES);
        registered(h, case_id, vv_id_step(case_id, 1), REGISTERED, true);
    }
    Vagval__V1__VerifyPage page = VAGVAL__V1__VERIFY_PAGE__INIT;
    page.partition = 3;
    page.limit = 2;
    uint64_t seen = 0;
    int pages = 0;
    do {
        const struct vv_harness_result *result = ask(h, VV_MSG_VERIFY_PAGE, NIL, &page.base);
        const Vagval__V1__VerifyResult *reply = (const Vagval__V1__VerifyResult *)result->reply;
        assert_int_equal(result->status, VV_OK);
        assert_int_equal(reply->n_problems, 0);
        seen += reply->cases;
        page.after = reply->next;
        pages++;
    } while (page.after != 0);
    assert_int_equal(seen, 5);
    assert_int_equal(pages, 3);
    page.partition = PARTITIONS;
    assert_int_equal(ask(h, VV_MSG_VERIFY_PAGE, NIL, &page.base)->status, VV_INVALID);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* ---- protected identities ---- */

static const struct vv_harness_result *told_of(struct vv_harness *h, struct vv_id case_id,
                                               struct vv_id snapshot, bool is_protected,
                                               bool in_target_group)
{
    Vagval__V1__CaseRegistered event = VAGVAL__V1__CASE_REGISTERED__INIT;
    event.case_id = (ProtobufCBinaryData){16, case_id.bytes};
    event.scheme = "se-krom";
    event.municipality = "2480";
    event.snapshot = (ProtobufCBinaryData){16, snapshot.bytes};
    event.registered_on = REGISTERED;
    event.in_target_group = in_target_group;
    event.protected_identity = is_protected;
    struct vv_harness_message message = {.type = VV_MSG_CASE_REGISTERED,
                                         .id = vv_id_step(snapshot, 1000),
                                         .subject = case_id,
                                         .scheme = "se-krom",
                                         .effective = REGISTERED,
                                         .body = &event.base};
    const struct vv_harness_result *result = vv_harness_event(h, VV_INTAKE, &message);
    assert_int_equal(result->status, VV_OK);
    return result;
}

/* A level says whether the identity is protected; without a new level an event of its own does, and
 * only when that changed and a level was told before. */
static void protection_is_told_where_no_level_is(void **state)
{
    struct vv_harness *h = *state;
    struct vv_id case_id = a_case(7);
    struct vv_id snapshots[4];
    for (uint8_t i = 0; i < 4; i++) {
        snapshots[i] = vv_id_step(case_id, 50u + i);
    }
    intake_knows(h, case_id, snapshots[0], NULL, NULL, FEATURES);
    const struct vv_harness_result *result = told_of(h, case_id, snapshots[0], false, true);
    assert_int_equal(result->event_count, 1);
    assert_int_equal(result->events[0].type, VV_MSG_LEVEL_DECIDED);
    /* Outside the target group now: no level, so the flag's change is told. */
    result = told_of(h, case_id, snapshots[1], true, false);
    assert_int_equal(result->event_count, 1);
    assert_int_equal(result->events[0].type, VV_MSG_PROTECTION_STATED);
    assert_true(((const Vagval__V1__ProtectionStated *)result->events[0].body)->protected_identity);
    struct vv_harness_message show = {.type = VV_MSG_CASE_SHOW,
                                      .id = vv_id_step(case_id, 77),
                                      .subject = case_id,
                                      .role = VV_ROLE_CASEWORKER};
    assert_int_equal(vv_harness_send(h, &show)->status, VV_FORBIDDEN);
    show.role = VV_ROLE_GUARDIAN;
    assert_int_equal(vv_harness_send(h, &show)->status, VV_OK);
    assert_int_equal(told_of(h, case_id, snapshots[2], true, false)->event_count, 0);
    result = told_of(h, case_id, snapshots[3], false, false);
    assert_int_equal(result->event_count, 1);
    assert_false(
        ((const Vagval__V1__ProtectionStated *)result->events[0].body)->protected_identity);
    show.role = VV_ROLE_CASEWORKER;
    assert_int_equal(vv_harness_send(h, &show)->status, VV_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_registration_becomes_a_level),
        TEST(protection_is_told_where_no_level_is),
        TEST(near_and_far_are_not_referred),
        TEST(a_new_snapshot_is_a_reassessment_from_its_decision),
        TEST(outside_the_target_group_nothing_is_asked),
        TEST(unusable_data_are_quarantined_never_refused),
        TEST(an_answer_that_is_none_makes_the_event_wait),
        TEST(an_explanation_adds_up),
        TEST(an_erased_explanation_keeps_the_decision),
        TEST(the_timeline_gives_level_and_versions),
        TEST(verify_scores_again),
        TEST(verify_finds_a_changed_level),
        TEST(verify_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
