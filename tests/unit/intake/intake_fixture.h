/*
 * intake_fixture.h: a harness with the KROM scheme, a synthetic job seeker, and what must never be
 * seen outside a sealed body.
 */
#ifndef VAGVAL_TESTS_INTAKE_FIXTURE_H
#define VAGVAL_TESTS_INTAKE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static inline int set_up(void **state)
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

static inline int tear_down(void **state)
{
    struct world *world = *state;
    vv_harness_destroy(&world->h);
    vv_seal_destroy(&world->seal);
    return 0;
}

/* Publishes the KROM scheme with one piece of its text replaced. */
static inline void publish_changed(struct vv_harness *h, const char *from, const char *to)
{
    static char yaml[96 * 1024];
    FILE *file = fopen("deploy/schemes/se-krom.yaml", "rb");
    assert_non_null(file);
    size_t len = fread(yaml, 1, sizeof yaml - 1, file);
    fclose(file);
    yaml[len] = '\0';
    char *at = strstr(yaml, from);
    assert_non_null(at);
    char path[] = "/tmp/vagval-scheme-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    file = fdopen(descriptor, "wb");
    assert_non_null(file);
    fwrite(yaml, 1, (size_t)(at - yaml), file);
    fputs(to, file);
    at += strlen(from);
    fwrite(at, 1, len - (size_t)(at - yaml), file);
    fclose(file);
    vv_harness_publish(h, path, "deploy/models/ams-2018.yaml");
    unlink(path);
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

static inline void make(struct seeker *seeker)
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

static inline const struct vv_harness_result *send_as(struct world *world, const char *reference,
                                                      const char *scheme,
                                                      const Vagval__V1__RegisterSeeker *body)
{
    struct vv_harness_message message = {.type = VV_MSG_REGISTER_SEEKER,
                                         .id = vv_id_fact("load:af", "seeker", reference),
                                         .scheme = scheme,
                                         .body = &body->base};
    return vv_harness_send(world->h, &message);
}

static inline struct vv_id id_of(ProtobufCBinaryData data)
{
    struct vv_id id = NIL;
    assert_int_equal(vv_id_from_bytes(data.data, data.len, &id), VV_OK);
    return id;
}

static inline struct vv_id registered(struct world *world, const char *reference,
                                      const Vagval__V1__RegisterSeeker *body, size_t events)
{
    const struct vv_harness_result *result = send_as(world, reference, "se-krom", body);
    if (result->status != VV_OK) {
        fail_msg("%s: %s %s", vv_status_name(result->status), result->field, result->text);
    }
    assert_int_equal(result->event_count, events);
    return id_of(((const Vagval__V1__Registered *)result->reply)->case_id);
}

static inline const struct vv_harness_result *ask(struct world *world, enum vv_message_type type,
                                                  struct vv_id case_id,
                                                  const ProtobufCMessage *body)
{
    struct vv_harness_message message = {
        .type = type, .id = vv_id_step(case_id, 77), .subject = case_id, .body = body};
    return vv_harness_send(world->h, &message);
}

static inline bool contains(const void *bytes, size_t len, const char *text)
{
    return len > 0 && memmem(bytes, len, text, strlen(text)) != NULL;
}

static inline void assert_nothing_personal(const void *bytes, size_t len)
{
    assert_false(contains(bytes, len, secret_name));
    assert_false(contains(bytes, len, secret_number));
    assert_false(contains(bytes, len, "570428"));
    assert_false(contains(bytes, len, secret_tail));
    assert_false(contains(bytes, len, "50_plus"));
}

static inline void assert_record_sealed(const struct vv_record *record)
{
    assert_true(record->exists);
    assert_nothing_personal(record->body, record->body_len);
    for (size_t i = 0; i < record->field_count; i++) {
        assert_nothing_personal(record->fields[i].value, record->fields[i].value_len);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
