/*
 * case_kit.h: one case before the payment service's handlers, on the real KROM scheme file, without
 * loop or store: the events of its owners, the days that pass, and what verify says.
 */
#ifndef VAGVAL_TESTS_PAYMENT_CASE_KIT_H
#define VAGVAL_TESTS_PAYMENT_CASE_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "../../../services/payment/payment.h"
#include "../../support/handler_harness.h"

#define KIT_UNUSED __attribute__((unused)) static

#define NIL ((struct vv_id){{0}})

static const struct vv_id case_id = {{0, 3, 0xCA}};
static const struct vv_id contract = {{0, 9, 0xC0}};
static const struct vv_id placement = {{0, 3, 0xB1}};
KIT_UNUSED const struct vv_id outcome_id = {{0, 3, 0x0C}};
KIT_UNUSED const char provider_account[] = "provider:0009c000000000000000000000000000";
#define PARTITION 3

static vv_date day(const char *text)
{
    vv_date date = VV_DATE_NONE;
    assert_int_equal(vv_date_parse(text, &date), VV_OK);
    return date;
}

static ProtobufCBinaryData bytes_of(const struct vv_id *id)
{
    return (ProtobufCBinaryData){sizeof id->bytes, (uint8_t *)(uintptr_t)id->bytes};
}

/* ---- events; `number` is the event's id ---- */

KIT_UNUSED const struct vv_harness_result *event(struct vv_harness *harness, unsigned char number,
                                                 enum vv_service_id source,
                                                 enum vv_message_type type, const char *effective,
                                                 const ProtobufCMessage *body)
{
    struct vv_harness_message message = {.type = type,
                                         .id = {{0, 3, 0xE0, number}},
                                         .subject = case_id,
                                         .scheme = "se-krom",
                                         .effective = day(effective),
                                         .body = body};
    const struct vv_harness_result *result = vv_harness_event(harness, source, &message);
    assert_int_equal(result->status, VV_OK);
    return result;
}

KIT_UNUSED const struct vv_harness_result *level(struct vv_harness *harness, unsigned char number,
                                                 const char *code, const char *from,
                                                 const char *decided)
{
    Vagval__V1__LevelDecided body = VAGVAL__V1__LEVEL_DECIDED__INIT;
    body.case_id = bytes_of(&case_id);
    body.scheme = (char *)(uintptr_t) "se-krom";
    body.level = (char *)(uintptr_t)code;
    body.referred = true;
    body.effective_from = day(from);
    body.decided_on = day(decided);
    return event(harness, number, VV_ASSESSMENT, VV_MSG_LEVEL_DECIDED, from, &body.base);
}

KIT_UNUSED const struct vv_harness_result *start(struct vv_harness *harness, unsigned char number,
                                                 const char *on)
{
    Vagval__V1__PlacementStarted body = VAGVAL__V1__PLACEMENT_STARTED__INIT;
    body.case_id = bytes_of(&case_id);
    body.scheme = (char *)(uintptr_t) "se-krom";
    body.placement = bytes_of(&placement);
    body.contract = bytes_of(&contract);
    body.area = (char *)(uintptr_t) "vasteras";
    body.contract_number = (char *)(uintptr_t) "KA-000123";
    body.start = body.service_start = day(on);
    body.planned_end = vv_date_add_months(day(on), 6) - 1;
    return event(harness, number, VV_REGISTRY, VV_MSG_PLACEMENT_STARTED, on, &body.base);
}

/* `supersedes` is the number of the event that this one replaces, 0 = none. */
KIT_UNUSED const struct vv_harness_result *outcome_instead(struct vv_harness *harness,
                                                           unsigned char number, const char *kind,
                                                           const char *on, unsigned char supersedes)
{
    struct vv_id replaced = {{0, 3, 0xE0, supersedes}};
    static uint8_t hash[32] = {0xE1};
    Vagval__V1__OutcomeRecorded body = VAGVAL__V1__OUTCOME_RECORDED__INIT;
    body.case_id = bytes_of(&case_id);
    body.scheme = (char *)(uintptr_t) "se-krom";
    body.outcome = bytes_of(&outcome_id);
    body.kind = (char *)(uintptr_t)kind;
    body.what = (char *)(uintptr_t) "job";
    body.on = day(on);
    body.extent_percent = 100;
    if (strcmp(kind, "confirm") == 0 || strcmp(kind, "end") == 0) {
        body.evidence = (ProtobufCBinaryData){sizeof hash, hash};
    }
    if (supersedes != 0) {
        body.supersedes = bytes_of(&replaced);
    }
    return event(harness, number, VV_REGISTRY, VV_MSG_OUTCOME_RECORDED, on, &body.base);
}

KIT_UNUSED const struct vv_harness_result *outcome(struct vv_harness *harness, unsigned char number,
                                                   const char *kind, const char *on)
{
    return outcome_instead(harness, number, kind, on, 0);
}

KIT_UNUSED const ProtobufCMessage *ask(struct vv_harness *harness, enum vv_message_type type,
                                       struct vv_id subject, const ProtobufCMessage *body)
{
    struct vv_harness_message message = {
        .type = type, .id = {{0, 3, 0xAA}}, .subject = subject, .body = body};
    const struct vv_harness_result *result = vv_harness_send(harness, &message);
    assert_int_equal(result->status, VV_OK);
    assert_false(result->committed);
    return result->reply;
}

KIT_UNUSED const Vagval__V1__VerifyResult *verify(struct vv_harness *harness)
{
    Vagval__V1__VerifyPage body = VAGVAL__V1__VERIFY_PAGE__INIT;
    body.partition = PARTITION;
    body.limit = 10;
    return (const Vagval__V1__VerifyResult *)ask(harness, VV_MSG_VERIFY_PAGE, NIL, &body.base);
}

KIT_UNUSED void assert_clean(struct vv_harness *harness, unsigned batches)
{
    const Vagval__V1__VerifyResult *result = verify(harness);
    if (result->n_problems > 0) {
        fail_msg("%s: %s", result->problems[0]->code, result->problems[0]->text);
    }
    assert_int_equal(result->cases, 1);
    assert_int_equal(result->derived, batches);
    assert_int_equal(result->next, 0);
}

KIT_UNUSED void assert_problem(struct vv_harness *harness, const char *code)
{
    const Vagval__V1__VerifyResult *result = verify(harness);
    assert_int_equal(result->n_problems, 1);
    assert_string_equal(result->problems[0]->code, code);
}

KIT_UNUSED int64_t balance(struct vv_harness *harness, const char *account)
{
    return vv_harness_counter(harness, PARTITION, "balances", NIL, account);
}

KIT_UNUSED void pass_days(struct vv_harness *harness, const char *to)
{
    while (vv_harness_today(harness) < day(to)) {
        vv_harness_clock(harness, vv_harness_today(harness) + 1);
        const struct vv_harness_result *fired;
        while ((fired = vv_harness_fire(harness)) != NULL) {
            assert_int_equal(fired->status, VV_OK);
        }
    }
}

KIT_UNUSED int set_up(void **state)
{
    struct vv_harness *harness = vv_harness_create(&vv_service_payment, 16, NULL);
    vv_harness_publish(harness, "deploy/schemes/se-krom.yaml", "deploy/models/ams-2018.yaml");
    vv_harness_clock(harness, day("2020-04-01"));
    *state = harness;
    return 0;
}

KIT_UNUSED int tear_down(void **state)
{
    struct vv_harness *harness = *state;
    vv_harness_destroy(&harness);
    return 0;
}

/* Placement on 16 April, job on 4 May, confirmed through 3 September. */
KIT_UNUSED void carry_to_the_job(struct vv_harness *harness)
{
    level(harness, 1, "B", "2020-04-01", "2020-04-01");
    pass_days(harness, "2020-04-16");
    start(harness, 2, "2020-04-16");
    pass_days(harness, "2020-05-04");
    outcome(harness, 3, "start", "2020-05-04");
}

#endif
