/*
 * test_person.c: levels that a caseworker decides: where the scheme has no model (STOM), against
 * the model's (KROM), anew, and as corrections; what is told to the siblings, explained and
 * verified.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../../services/assessment/assessment.h"
#include "../../../services/assessment/level_reason.h"
#include "../../support/handler_harness.h"

#define NIL ((struct vv_id){{0}})

static vv_date day(const char *text)
{
    vv_date date = VV_DATE_NONE;
    assert_int_equal(vv_date_parse(text, &date), VV_OK);
    return date;
}

static int set_up(void **state)
{
    struct vv_harness *h = vv_harness_create(&vv_service_assessment, 16, NULL);
    vv_harness_publish(h, "deploy/schemes/se-krom.yaml", "deploy/models/ams-2018.yaml");
    vv_harness_publish(h, "deploy/schemes/se-stom.yaml", NULL);
    vv_harness_clock(h, day("2020-04-01"));
    *state = h;
    return 0;
}

static int tear_down(void **state)
{
    struct vv_harness *h = *state;
    vv_harness_destroy(&h);
    return 0;
}

static const struct vv_id case_id = {{0, 5, 0xCA}};

/* Woman, 30-49, EU citizen, care duties: logit -0.16, level B of KROM (see test_assess.c). */
static void intake_knows(struct vv_harness *h)
{
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
    Vagval__V1__Feature features[sizeof woman / sizeof woman[0]];
    Vagval__V1__Feature *list[sizeof woman / sizeof woman[0]];
    for (size_t i = 0; i < sizeof woman / sizeof woman[0]; i++) {
        vagval__v1__feature__init(&features[i]);
        features[i].name = (char *)(uintptr_t)woman[i][0];
        features[i].value = (char *)(uintptr_t)woman[i][1];
        list[i] = &features[i];
    }
    Vagval__V1__Snapshot answer = VAGVAL__V1__SNAPSHOT__INIT;
    answer.features = list;
    answer.n_features = sizeof woman / sizeof woman[0];
    vv_harness_will_answer(h, VV_MSG_SNAPSHOT_GET, case_id, VV_OK, &answer.base);
}

static const struct vv_harness_result *registered(struct vv_harness *h, unsigned char number,
                                                  const char *scheme, const char *on,
                                                  bool in_target_group)
{
    struct vv_id snapshot = {{0, 5, 0x50, number}};
    struct vv_id subject = case_id;
    Vagval__V1__CaseRegistered event = VAGVAL__V1__CASE_REGISTERED__INIT;
    event.case_id = (ProtobufCBinaryData){16, subject.bytes};
    event.scheme = (char *)(uintptr_t)scheme;
    event.municipality = (char *)(uintptr_t) "2480";
    event.snapshot = (ProtobufCBinaryData){16, snapshot.bytes};
    event.registered_on = day(on);
    event.in_target_group = in_target_group;
    struct vv_harness_message message = {.type = VV_MSG_CASE_REGISTERED,
                                         .id = {{0, 5, 0xE0, number}},
                                         .subject = case_id,
                                         .scheme = scheme,
                                         .effective = event.registered_on,
                                         .body = &event.base};
    const struct vv_harness_result *result = vv_harness_event(h, VV_INTAKE, &message);
    assert_int_equal(result->status, VV_OK);
    return result;
}

/* `corrected` -1 = a new assessment, 0 = corrects what is in force, n = corrects decision n. */
static const struct vv_harness_result *decided(struct vv_harness *h, unsigned char number,
                                               const char *level, const char *reason,
                                               const char *on, int corrected)
{
    struct vv_id subject = case_id;
    Vagval__V1__DecideLevel body = VAGVAL__V1__DECIDE_LEVEL__INIT;
    body.source = (char *)(uintptr_t) "command";
    body.source_ref = (char *)(uintptr_t) "r";
    body.case_id = (ProtobufCBinaryData){16, subject.bytes};
    body.level = (char *)(uintptr_t)level;
    body.reason = (char *)(uintptr_t)reason;
    body.decided_on = on == NULL ? 0 : day(on);
    body.corrects = corrected >= 0;
    body.corrected = corrected > 0 ? (uint32_t)corrected : 0;
    struct vv_harness_message message = {.type = VV_MSG_DECIDE_LEVEL,
                                         .id = {{0, 5, 0xD0, number}},
                                         .subject = case_id,
                                         .role = VV_ROLE_CASEWORKER,
                                         .body = &body.base};
    return vv_harness_send(h, &message);
}

static const Vagval__V1__LevelDecided *told(const struct vv_harness_result *result)
{
    if (result->status != VV_OK) {
        fail_msg("%s %s", result->field, result->text);
    }
    assert_int_equal(result->event_count, 1);
    assert_int_equal(result->events[0].type, VV_MSG_LEVEL_DECIDED);
    return (const Vagval__V1__LevelDecided *)result->events[0].body;
}

static const ProtobufCMessage *ask(struct vv_harness *h, enum vv_message_type type,
                                   struct vv_id subject, const ProtobufCMessage *body)
{
    struct vv_harness_message message = {
        .type = type, .id = {{0, 5, 0xAA}}, .subject = subject, .body = body};
    const struct vv_harness_result *result = vv_harness_send(h, &message);
    assert_int_equal(result->status, VV_OK);
    return result->reply;
}

static const Vagval__V1__CaseView *shown(struct vv_harness *h)
{
    return (const Vagval__V1__CaseView *)ask(h, VV_MSG_CASE_SHOW, case_id, NULL);
}

static const Vagval__V1__Explanation *explained(struct vv_harness *h)
{
    return (const Vagval__V1__Explanation *)ask(h, VV_MSG_EXPLAIN_LEVEL, case_id, NULL);
}

static const Vagval__V1__VerifyResult *verified(struct vv_harness *h)
{
    Vagval__V1__VerifyPage page = VAGVAL__V1__VERIFY_PAGE__INIT;
    page.partition = 5;
    return (const Vagval__V1__VerifyResult *)ask(h, VV_MSG_VERIFY_PAGE, NIL, &page.base);
}

static void assert_clean(struct vv_harness *h)
{
    const Vagval__V1__VerifyResult *result = verified(h);
    if (result->n_problems > 0) {
        fail_msg("%s: %s", result->problems[0]->code, result->problems[0]->text);
    }
    assert_int_equal(result->cases, 1);
}

/* ---- a scheme without a model ---- */

/* STOM: nothing is asked of intake and no level follows from a registration; the caseworker's first
 * decision holds from the registration. */
static void tracks_are_set_by_caseworkers(void **state)
{
    struct vv_harness *h = *state;
    const struct vv_harness_result *result = registered(h, 1, "se-stom", "2020-03-02", true);
    assert_int_equal(result->event_count, 0);
    assert_string_equal(shown(h)->state, "awaits-caseworker");
    assert_string_equal(shown(h)->timeline[0]->code, "level.awaits-caseworker");
    result = decided(h, 1, "3", "assessed", "2020-03-10", -1);
    const Vagval__V1__LevelDecided *event = told(result);
    assert_string_equal(event->level, "3");
    assert_string_equal(event->scheme, "se-stom");
    assert_string_equal(event->municipality, "2480");
    assert_true(event->referred && event->by_person);
    assert_string_equal(event->reason, "assessed");
    assert_int_equal(event->decided_on, day("2020-03-10"));
    assert_int_equal(event->effective_from, day("2020-03-02"));
    assert_int_equal(event->supersedes.len, 0);
    assert_false(event->historic);
    assert_string_equal(((const Vagval__V1__Accepted *)result->reply)->state, "3");
    assert_true(decided(h, 1, "3", "assessed", "2020-03-10", -1)->repeated);
    assert_string_equal(shown(h)->state, "3");
    const Vagval__V1__Explanation *why = explained(h);
    assert_true(why->by_person);
    assert_string_equal(why->reason_code, "assessed");
    assert_non_null(strstr(why->reason_en, "Track 3 from 2020-03-02, decided by a caseworker"));
    assert_non_null(strstr(why->reason_sv, "Spår 3 från 2020-03-02, beslutad av handläggare"));
    assert_int_equal(why->n_contributions, 0);
    /* Registered again: the level stands. */
    assert_int_equal(registered(h, 2, "se-stom", "2020-03-20", true)->event_count, 0);
    assert_string_equal(shown(h)->state, "3");
    assert_string_equal(shown(h)->timeline[2]->code, "level.stands");
    assert_clean(h);
}

/* ---- against the model ---- */

/* The model gave B; the caseworker decides C as of the day. From then on the model only advises. */
static void a_person_overrides_the_model(void **state)
{
    struct vv_harness *h = *state;
    intake_knows(h);
    assert_string_equal(told(registered(h, 1, "se-krom", "2020-03-19", true))->level, "B");
    vv_harness_clock(h, day("2020-05-10"));
    const Vagval__V1__LevelDecided *event = told(decided(h, 1, "C", "work-ability", NULL, -1));
    assert_int_equal(event->effective_from, day("2020-05-10"));
    assert_int_equal(event->decided_on, day("2020-05-10"));
    assert_int_equal(event->supersedes.len, 0);
    assert_string_equal(event->model, "");
    const Vagval__V1__Explanation *why = explained(h);
    assert_string_equal(why->level, "C");
    assert_string_equal(why->advice, "B");
    assert_non_null(strstr(why->reason_en, "the work ability is another than the data show"));
    assert_non_null(strstr(why->reason_en, "The model gave level B."));
    assert_int_equal(registered(h, 2, "se-krom", "2020-06-01", true)->event_count, 0);
    assert_string_equal(shown(h)->timeline[2]->code, "level.advised");
    assert_string_equal(shown(h)->state, "C");
    assert_clean(h);
    assert_int_equal(verified(h)->digests[0]->facts_count, 2); /* events told of */
}

/* A correction holds from the day of what it corrects, and names its event; another re-assessment
 * in between stays. */
static void a_correction_takes_a_decisions_place(void **state)
{
    struct vv_harness *h = *state;
    intake_knows(h);
    const struct vv_harness_result *first = registered(h, 1, "se-krom", "2020-03-19", true);
    struct vv_id model_event = first->events[0].id;
    vv_harness_clock(h, day("2020-05-10"));
    (void)told(decided(h, 1, "A", "circumstances-changed", "2020-05-10", -1));
    vv_harness_clock(h, day("2020-06-01"));
    const Vagval__V1__LevelDecided *event = told(decided(h, 2, "C", "wrong-data", NULL, 1));
    assert_int_equal(event->effective_from, day("2020-03-19"));
    assert_int_equal(event->decided_on, day("2020-06-01"));
    assert_memory_equal(event->supersedes.data, model_event.bytes, 16);
    assert_true(event->historic);
    assert_string_equal(shown(h)->state, "A");
    const struct vv_harness_result *standing = decided(h, 3, "B", "review", NULL, 0);
    event = told(standing);
    assert_int_equal(event->effective_from, day("2020-05-10"));
    assert_false(event->historic);
    assert_string_equal(shown(h)->state, "B");
    assert_non_null(strstr(shown(h)->timeline[3]->text_en, "corrects decision 2"));
    assert_clean(h);
    /* What is corrected already is not corrected again; what took its place may be. */
    assert_int_equal(decided(h, 4, "A", "review", NULL, 1)->status, VV_REFUSED);
    assert_int_equal(decided(h, 5, "A", "review", NULL, 3)->status, VV_OK);
    assert_clean(h);
}

/* "Too far" refers nobody and payment leaves the promised level in force; so what corrects it names
 * the event of the level that the promise rested on. */
static void a_correction_of_a_level_without_referral(void **state)
{
    struct vv_harness *h = *state;
    intake_knows(h);
    struct vv_id model_event = registered(h, 1, "se-krom", "2020-03-19", true)->events[0].id;
    const Vagval__V1__LevelDecided *event = told(decided(h, 1, "far", "wrong-data", NULL, 0));
    assert_false(event->referred);
    event = told(decided(h, 2, "C", "review", NULL, 0));
    assert_int_equal(event->effective_from, day("2020-03-19"));
    assert_memory_equal(event->supersedes.data, model_event.bytes, 16);
    assert_clean(h);
}

/* ---- what is refused ---- */

static void refuses(struct vv_harness *h, const char *level, const char *reason, const char *on,
                    int corrected, const char *field)
{
    const struct vv_harness_result *result = decided(h, 0x77, level, reason, on, corrected);
    assert_true(result->status == VV_REFUSED || result->status == VV_INVALID);
    assert_string_equal(result->field, field);
    assert_false(result->committed);
}

static void what_cannot_be_decided(void **state)
{
    struct vv_harness *h = *state;
    const struct vv_harness_result *result = decided(h, 1, "3", "assessed", NULL, -1);
    assert_int_equal(result->status, VV_NOT_FOUND);
    assert_non_null(strstr(result->text, "repeat"));
    (void)registered(h, 1, "se-stom", "2020-03-02", false);
    refuses(h, "3", "assessed", NULL, -1, "case_id"); /* not in the target group */
    (void)registered(h, 2, "se-stom", "2020-03-02", true);
    refuses(h, "A", "assessed", NULL, -1, "level");
    refuses(h, "", "assessed", NULL, -1, "level");
    refuses(h, "3", "because", NULL, -1, "reason");
    refuses(h, "3", "assessed", "2020-04-02", -1, "decided_on"); /* tomorrow */
    refuses(h, "3", "assessed", "2013-01-01", -1, "decided_on"); /* before the scheme */
    refuses(h, "3", "assessed", NULL, 0, "corrected");           /* nothing to correct */
    refuses(h, "3", "assessed", NULL, 1, "corrected");           /* a registration */
    (void)told(decided(h, 1, "3", "assessed", NULL, -1));
    refuses(h, "3", "review", NULL, 0, "level"); /* the same */
    refuses(h, "2", "review", NULL, 9, "corrected");
    refuses(h, "2", "review", "2020-02-01", 0, "decided_on"); /* before what it corrects */
    assert_int_equal(decided(h, 1, "2", "assessed", NULL, -1)->status, VV_CONFLICT);
    assert_clean(h);
}

/* ---- verify ---- */

/* A changed byte in a stored decision is found. */
static void a_changed_decision_is_found(void **state)
{
    struct vv_harness *h = *state;
    (void)registered(h, 1, "se-stom", "2020-03-02", true);
    (void)told(decided(h, 1, "3", "assessed", NULL, -1));
    assert_clean(h);
    const struct vv_record *record = vv_harness_record(h, 5, "case", case_id);
    static const uint8_t track_three[] = {3 << 3 | 2, 1, '3'};
    uint8_t *level = memmem(record->body, record->body_len, track_three, sizeof track_three);
    assert_non_null(level);
    level[2] = '2';
    const Vagval__V1__VerifyResult *result = verified(h);
    assert_int_equal(result->n_problems, 1);
    assert_string_equal(result->problems[0]->code, "assessment.person-differs");
}

static void every_reason_has_its_texts(void **state)
{
    (void)state;
    unsigned count = 0;
    for (const char *at = vv_level_reason_codes(); *at != '\0'; count++) {
        char code[64];
        size_t len = strcspn(at, ",");
        (void)snprintf(code, sizeof code, "%.*s", (int)len, at);
        const struct vv_level_reason *reason = vv_level_reason(code);
        assert_non_null(reason);
        assert_true(strlen(reason->en) > 0 && strlen(reason->sv) > 0);
        at += len + strspn(at + len, ", ");
    }
    assert_int_equal(count, 8);
    assert_null(vv_level_reason("because"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tracks_are_set_by_caseworkers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_person_overrides_the_model, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_correction_takes_a_decisions_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_correction_of_a_level_without_referral, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_decided, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_changed_decision_is_found, set_up, tear_down),
        cmocka_unit_test(every_reason_has_its_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
