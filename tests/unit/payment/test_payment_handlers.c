/*
 * The payment service's handlers on the real KROM scheme file, without loop or store. Amounts by
 * hand from the file's example prices, level B in Västerås (factor 100 %): base 33.00 a day,
 * premium 6 925.00 through day 60, result 27 700.00 after four months.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../../services/payment/payment.h"
#include "../../support/handler_harness.h"

#define NIL ((struct vv_id){{0}})

static const struct vv_id case_id = {{0, 3, 0xCA}};
static const struct vv_id contract = {{0, 9, 0xC0}};
static const struct vv_id placement = {{0, 3, 0xB1}};
static const struct vv_id outcome_id = {{0, 3, 0x0C}};
static const char provider_account[] = "provider:0009c000000000000000000000000000";
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

static const struct vv_harness_result *event(struct vv_harness *harness, unsigned char number,
                                             enum vv_service_id source, enum vv_message_type type,
                                             const char *effective, const ProtobufCMessage *body)
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

static const struct vv_harness_result *level(struct vv_harness *harness, unsigned char number,
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

static const struct vv_harness_result *start(struct vv_harness *harness, unsigned char number,
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

static const struct vv_harness_result *outcome(struct vv_harness *harness, unsigned char number,
                                               const char *kind, const char *on)
{
    Vagval__V1__OutcomeRecorded body = VAGVAL__V1__OUTCOME_RECORDED__INIT;
    body.case_id = bytes_of(&case_id);
    body.scheme = (char *)(uintptr_t) "se-krom";
    body.outcome = bytes_of(&outcome_id);
    body.kind = (char *)(uintptr_t)kind;
    body.what = (char *)(uintptr_t) "job";
    body.on = day(on);
    body.extent_percent = 100;
    return event(harness, number, VV_REGISTRY, VV_MSG_OUTCOME_RECORDED, on, &body.base);
}

static const ProtobufCMessage *ask(struct vv_harness *harness, enum vv_message_type type,
                                   struct vv_id subject, const ProtobufCMessage *body)
{
    struct vv_harness_message message = {
        .type = type, .id = {{0, 3, 0xAA}}, .subject = subject, .body = body};
    const struct vv_harness_result *result = vv_harness_send(harness, &message);
    assert_int_equal(result->status, VV_OK);
    assert_false(result->committed);
    return result->reply;
}

static const Vagval__V1__VerifyResult *verify(struct vv_harness *harness)
{
    Vagval__V1__VerifyPage body = VAGVAL__V1__VERIFY_PAGE__INIT;
    body.partition = PARTITION;
    body.limit = 10;
    return (const Vagval__V1__VerifyResult *)ask(harness, VV_MSG_VERIFY_PAGE, NIL, &body.base);
}

static void assert_clean(struct vv_harness *harness, unsigned batches)
{
    const Vagval__V1__VerifyResult *result = verify(harness);
    if (result->n_problems > 0) {
        fail_msg("%s: %s", result->problems[0]->code, result->problems[0]->text);
    }
    assert_int_equal(result->cases, 1);
    assert_int_equal(result->derived, batches);
    assert_int_equal(result->next, 0);
}

static void assert_problem(struct vv_harness *harness, const char *code)
{
    const Vagval__V1__VerifyResult *result = verify(harness);
    assert_int_equal(result->n_problems, 1);
    assert_string_equal(result->problems[0]->code, code);
}

static int64_t balance(struct vv_harness *harness, const char *account)
{
    return vv_harness_counter(harness, PARTITION, "balances", NIL, account);
}

static void pass_days(struct vv_harness *harness, const char *to)
{
    while (vv_harness_today(harness) < day(to)) {
        vv_harness_clock(harness, vv_harness_today(harness) + 1);
        const struct vv_harness_result *fired;
        while ((fired = vv_harness_fire(harness)) != NULL) {
            assert_int_equal(fired->status, VV_OK);
        }
    }
}

static int set_up(void **state)
{
    struct vv_harness *harness = vv_harness_create(&vv_service_payment, 16, NULL);
    vv_harness_publish(harness, "deploy/schemes/se-krom.yaml", "deploy/models/ams-2018.yaml");
    vv_harness_clock(harness, day("2020-04-01"));
    *state = harness;
    return 0;
}

static int tear_down(void **state)
{
    struct vv_harness *harness = *state;
    vv_harness_destroy(&harness);
    return 0;
}

/* Placement on 16 April, job on 4 May, confirmed through 3 September. */
static void carry_to_the_job(struct vv_harness *harness)
{
    level(harness, 1, "B", "2020-04-01", "2020-04-01");
    pass_days(harness, "2020-04-16");
    start(harness, 2, "2020-04-16");
    pass_days(harness, "2020-05-04");
    outcome(harness, 3, "start", "2020-05-04");
}

/* ---- tests ---- */

/* Base April 16..30 = 15 x 33.00 = 495.00 on 1 May by the timer; premium 6 925.00 with the job
 * start's own message, 18 days after the placement; base May 1..3 = 99.00 on 1 June; result
 * 27 700.00 on 4 September. In all 35 219.00. */
static void whole_course(void **state)
{
    struct vv_harness *harness = *state;
    level(harness, 1, "B", "2020-04-01", "2020-04-01");
    pass_days(harness, "2020-04-16");
    start(harness, 2, "2020-04-16");
    assert_int_equal(vv_harness_timer(harness, VV_MSG_ENTITLEMENT_DUE, case_id), day("2020-05-01"));
    pass_days(harness, "2020-05-04");
    assert_int_equal(balance(harness, "expense:se-krom:base"), 49500);

    const struct vv_harness_result *job = outcome(harness, 3, "start", "2020-05-04");
    assert_int_equal(job->event_count, 1);
    const Vagval__V1__Posted *posted = (const Vagval__V1__Posted *)job->events[0].body;
    assert_int_equal(posted->n_lines, 1);
    assert_string_equal(posted->lines[0]->component, "premium");
    assert_int_equal(posted->lines[0]->amount, 692500);
    assert_true(posted->lines[0]->example);
    assert_string_equal(posted->currency, "SEK");
    assert_int_equal(balance(harness, "expense:se-krom:premium"), 692500);

    pass_days(harness, "2020-06-01");
    assert_int_equal(balance(harness, "expense:se-krom:base"), 59400);
    outcome(harness, 4, "confirm", "2020-09-03");
    pass_days(harness, "2020-09-03");
    assert_int_equal(balance(harness, "expense:se-krom:result"), 0);
    pass_days(harness, "2020-09-04");
    assert_int_equal(balance(harness, "expense:se-krom:result"), 2770000);
    pass_days(harness, "2021-03-01");
    assert_int_equal(balance(harness, provider_account), -3521900);
    assert_int_equal(vv_harness_timer_count(harness), 0);
    assert_clean(harness, 4);
}

static void repeated_event_changes_nothing(void **state)
{
    struct vv_harness *harness = *state;
    carry_to_the_job(harness);
    int64_t before = balance(harness, provider_account);
    const struct vv_harness_result *again = outcome(harness, 3, "start", "2020-05-04");
    assert_true(again->repeated);
    assert_false(again->committed);
    assert_int_equal(balance(harness, provider_account), before);
    assert_clean(harness, 2);
}

/* The case is created by whatever comes first; the level may come last. */
static void facts_in_any_order(void **state)
{
    struct vv_harness *harness = *state;
    vv_harness_clock(harness, day("2020-05-10"));
    outcome(harness, 3, "start", "2020-05-04");
    start(harness, 2, "2020-04-16");
    assert_int_equal(balance(harness, provider_account), 0);
    const struct vv_harness_result *last = level(harness, 1, "B", "2020-04-01", "2020-04-01");
    assert_int_equal(last->event_count, 1);
    assert_int_equal(balance(harness, provider_account), -(49500 + 692500));
    assert_int_equal(vv_harness_list_len(harness, PARTITION, "cases", NIL), 1);
    assert_clean(harness, 1);
}

/* A withdrawn job: the premium becomes a proposal and its balance stays; base for the days since
 * 4 May falls due with the month. */
static void withdrawn_job_is_only_proposed_back(void **state)
{
    struct vv_harness *harness = *state;
    carry_to_the_job(harness);
    const struct vv_harness_result *result = outcome(harness, 4, "withdraw", "2020-05-04");
    const Vagval__V1__Posted *posted = (const Vagval__V1__Posted *)result->events[0].body;
    assert_int_equal(posted->n_lines, 1);
    assert_true(posted->lines[0]->proposal);
    assert_int_equal(posted->lines[0]->amount, -692500);
    assert_int_equal(balance(harness, "expense:se-krom:premium"), 692500);
    assert_int_equal(balance(harness, provider_account), -(49500 + 692500));
    assert_int_equal(
        vv_harness_counter(harness, PARTITION, "sums", NIL, "proposed:se-krom:premium"), -692500);
    pass_days(harness, "2020-06-01"); /* May whole: 31 x 33.00 = 1 023.00 */
    assert_int_equal(balance(harness, "expense:se-krom:base"), 49500 + 102300);
    assert_clean(harness, 4);
}

/* The level was wrong: C from the start. April 15 x 12.00 more = 180.00, premium 9 500.00 instead
 * of 6 925.00 = 2 575.00 more, in one batch of 10 May. */
static void correction_upwards_is_posted(void **state)
{
    struct vv_harness *harness = *state;
    carry_to_the_job(harness);
    pass_days(harness, "2020-05-10");
    const struct vv_harness_result *result = level(harness, 5, "C", "2020-04-01", "2020-05-10");
    const Vagval__V1__Posted *posted = (const Vagval__V1__Posted *)result->events[0].body;
    assert_int_equal(posted->n_lines, 2);
    assert_int_equal(posted->lines[0]->amount, 18000);
    assert_int_equal(posted->lines[0]->owed, 67500);
    assert_int_equal(posted->lines[1]->amount, 257500);
    assert_clean(harness, 3);
}

static void explains_itself(void **state)
{
    struct vv_harness *harness = *state;
    carry_to_the_job(harness);
    Vagval__V1__ExplainPosting query = VAGVAL__V1__EXPLAIN_POSTING__INIT;
    query.case_id = bytes_of(&case_id);
    const Vagval__V1__PostingExplained *all = (const Vagval__V1__PostingExplained *)ask(
        harness, VV_MSG_EXPLAIN_POSTING, case_id, &query.base);
    assert_int_equal(all->n_batches, 2);
    assert_int_equal(all->n_facts, 3);
    const Vagval__V1__Line *line = all->batches[1]->lines[0];
    assert_string_equal(line->rule, "rules.9 speed-premium");
    assert_string_equal(line->text_en,
                        "Speed premium: job start 2020-05-04, 18 days after 2020-04-16: 100 % of "
                        "6 925.00 SEK, level B, area vasteras, contract KA-000123 [example price]");
    assert_string_equal(line->text_sv,
                        "Snabbhetspremie: jobbstart 2020-05-04, 18 dagar efter 2020-04-16: 100 % "
                        "av 6 925.00 SEK, nivå B, område vasteras, avtal KA-000123 [exempelpris]");
    assert_int_equal(line->n_facts, 3);
    assert_int_equal(strlen(all->batches[1]->scheme_version), 64);
    assert_int_equal(all->batches[1]->facts_through, 3);

    struct vv_id batch;
    assert_int_equal(vv_id_from_bytes(all->batches[0]->id.data, all->batches[0]->id.len, &batch),
                     VV_OK);
    query.batch = bytes_of(&batch);
    const Vagval__V1__PostingExplained *one = (const Vagval__V1__PostingExplained *)ask(
        harness, VV_MSG_EXPLAIN_POSTING, case_id, &query.base);
    assert_int_equal(one->n_batches, 1);
    assert_int_equal(one->n_facts, 2); /* level and placement start: the job has no part in it */
}

static void timeline_and_ledger(void **state)
{
    struct vv_harness *harness = *state;
    carry_to_the_job(harness);
    Vagval__V1__CaseShow show = VAGVAL__V1__CASE_SHOW__INIT;
    show.case_id = bytes_of(&case_id);
    const Vagval__V1__CaseView *view =
        (const Vagval__V1__CaseView *)ask(harness, VV_MSG_CASE_SHOW, case_id, &show.base);
    static const char *const codes[] = {"payment.level", "payment.placement-start",
                                        "payment.posted", "payment.outcome-start",
                                        "payment.posted"};
    assert_int_equal(view->n_timeline, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(view->timeline[i]->code, codes[i]);
    }
    assert_true(view->timeline[4]->example);

    Vagval__V1__LedgerPage page = VAGVAL__V1__LEDGER_PAGE__INIT;
    page.partition = PARTITION;
    const Vagval__V1__LedgerSums *sums =
        (const Vagval__V1__LedgerSums *)ask(harness, VV_MSG_LEDGER_PAGE, NIL, &page.base);
    int64_t total = 0;
    for (size_t i = 0; i < sums->n_balances; i++) {
        total += sums->balances[i]->amount;
    }
    assert_int_equal(sums->n_balances, 3);
    assert_int_equal(total, 0);
    assert_string_equal(sums->currency, "SEK");
}

/* ---- what verify finds ---- */

static uint8_t *stored(struct vv_harness *harness, const char *name, size_t *ret_len)
{
    const struct vv_record *record = vv_harness_record(harness, PARTITION, "case", case_id);
    for (size_t i = 0; i < record->field_count; i++) {
        const struct vv_field *field = &record->fields[i];
        if (field->name_len == strlen(name) && memcmp(field->name, name, field->name_len) == 0) {
            *ret_len = field->value_len;
            return (uint8_t *)(uintptr_t)field->value; /* the test plays a damaged store */
        }
    }
    fail_msg("no field %s", name);
    return NULL;
}

/* Whether the bytes differ from a batch only in when it was decided: that is learnt, not derived,
 * so a change that stays in order and alters no amount cannot be seen. */
static bool only_time_differs(const Vagval__V1__PostingBatch *original, const uint8_t *bytes,
                              size_t len)
{
    Vagval__V1__PostingBatch *changed = vagval__v1__posting_batch__unpack(NULL, len, bytes);
    if (changed == NULL) {
        return false;
    }
    uint8_t packed[2][2048];
    changed->recorded_ms = original->recorded_ms;
    changed->as_of = original->as_of;
    assert_true(vagval__v1__posting_batch__get_packed_size(original) <= sizeof packed[0]);
    size_t lens[2] = {vagval__v1__posting_batch__pack(original, packed[0]), 0};
    if (vagval__v1__posting_batch__get_packed_size(changed) == lens[0]) {
        lens[1] = vagval__v1__posting_batch__pack(changed, packed[1]);
    }
    vagval__v1__posting_batch__free_unpacked(changed, NULL);
    return lens[0] == lens[1] && memcmp(packed[0], packed[1], lens[0]) == 0;
}

/* Whichever byte of a stored batch is changed, verify says so. */
static void verify_finds_a_changed_batch(void **state)
{
    struct vv_harness *harness = *state;
    carry_to_the_job(harness);
    assert_clean(harness, 2);
    size_t len = 0;
    uint8_t *bytes = stored(harness, "b2", &len);
    Vagval__V1__PostingBatch *original = vagval__v1__posting_batch__unpack(NULL, len, bytes);
    assert_non_null(original);
    size_t found = 0;
    for (size_t i = 0; i < len; i++) {
        bytes[i] ^= 1;
        if (only_time_differs(original, bytes, len)) {
            bytes[i] ^= 1;
            continue;
        }
        const Vagval__V1__VerifyPage query = {
            PROTOBUF_C_MESSAGE_INIT(&vagval__v1__verify_page__descriptor), PARTITION, 0, 10};
        struct vv_harness_message message = {
            .type = VV_MSG_VERIFY_PAGE, .id = {{0, 3, 0xAA}}, .body = &query.base};
        const struct vv_harness_result *result = vv_harness_send(harness, &message);
        /* A batch that names a later book is not judged by an instance that has not read it. */
        if (result->status != VV_BUSY) {
            assert_int_equal(result->status, VV_OK);
            if (((const Vagval__V1__VerifyResult *)result->reply)->n_problems != 1) {
                fail_msg("byte %zu of %zu was changed and nothing was found", i, len);
            }
            found++;
        }
        bytes[i] ^= 1;
    }
    vagval__v1__posting_batch__free_unpacked(original, NULL);
    assert_true(found >= len - 10); /* as_of takes three bytes, the recorded time six */
    assert_clean(harness, 2);
}

static void verify_finds_a_changed_fact(void **state)
{
    struct vv_harness *harness = *state;
    carry_to_the_job(harness);
    static const uint8_t name[] = {'f', 0, 3, 0xE0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    const struct vv_record *record = vv_harness_record(harness, PARTITION, "case", case_id);
    bool changed = false;
    for (size_t i = 0; i < record->field_count; i++) {
        const struct vv_field *field = &record->fields[i];
        if (field->name_len == sizeof name && memcmp(field->name, name, sizeof name) == 0) {
            uint8_t *level_code = memmem(field->value, field->value_len,
                                         "\x1a\x01"
                                         "B",
                                         3);
            assert_non_null(level_code);
            level_code[2] = 'C'; /* the level of the stored event */
            changed = true;
        }
    }
    assert_true(changed);
    assert_problem(harness, "payment.batch");
}

/* The running totals are a shortcut; verify holds them against the batches. */
static void verify_finds_changed_totals(void **state)
{
    struct vv_harness *harness = *state;
    carry_to_the_job(harness);
    const struct vv_record *record = vv_harness_record(harness, PARTITION, "case", case_id);
    uint8_t *body = (uint8_t *)(uintptr_t)record->body;
    uint8_t *code = memmem(body, record->body_len, "premium", 7);
    assert_non_null(code);
    code[0] = 'q';
    assert_problem(harness, "payment.totals");
}

/* The clock has passed the timer's day, but the timer has not fired: that is no problem. */
static void verify_waits_for_due_timers(void **state)
{
    struct vv_harness *harness = *state;
    carry_to_the_job(harness);
    vv_harness_clock(harness, day("2020-06-20"));
    assert_clean(harness, 2);
    pass_days(harness, "2020-06-21");
    assert_clean(harness, 3);
}

static void verify_sums_are_the_balances(void **state)
{
    struct vv_harness *harness = *state;
    carry_to_the_job(harness);
    const Vagval__V1__VerifyResult *result = verify(harness);
    assert_int_equal(result->n_sums, 3);
    for (size_t i = 0; i < result->n_sums; i++) {
        assert_int_equal(result->sums[i]->amount, balance(harness, result->sums[i]->name));
    }
    /* Event ids E001, E002, E003: 1 xor 2 xor 3 = 0, and 00 03 E0 thrice is 00 03 E0. */
    static const uint8_t expected[16] = {0, 3, 0xE0, 0};
    assert_int_equal(result->n_digests, 1);
    assert_int_equal(result->digests[0]->facts_count, 3);
    assert_memory_equal(result->digests[0]->facts.data, expected, sizeof expected);
}

/* ---- a later version of the scheme ---- */

/* Publishes the KROM file with one price changed. */
static void publish_changed(struct vv_harness *harness, const char *from, const char *to)
{
    static char yaml[64 * 1024];
    FILE *file = fopen("deploy/schemes/se-krom.yaml", "rb");
    assert_non_null(file);
    size_t len = fread(yaml, 1, sizeof yaml - 1, file);
    (void)fclose(file);
    yaml[len] = '\0';
    char *price = strstr(yaml, from);
    assert_non_null(price);
    assert_int_equal(strlen(from), strlen(to));
    memcpy(price, to, strlen(to));
    char name[] = "/tmp/vagval-test-XXXXXX";
    int descriptor = mkstemp(name);
    assert_true(descriptor >= 0);
    file = fdopen(descriptor, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(yaml, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    vv_harness_publish(harness, name, "deploy/models/ams-2018.yaml");
    assert_int_equal(remove(name), 0);
}

/* Level B's base was meant to be 34.00: at the next fact the case gets 15 x 1.00 more for April.
 * What was posted before is still derived with what was known then. */
static void later_version_raises_and_earlier_batches_stand(void **state)
{
    struct vv_harness *harness = *state;
    carry_to_the_job(harness);
    publish_changed(harness, "\"33.00\"", "\"34.00\"");
    assert_clean(harness, 2);
    const struct vv_harness_result *result = outcome(harness, 4, "confirm", "2020-05-31");
    const Vagval__V1__Posted *posted = (const Vagval__V1__Posted *)result->events[0].body;
    assert_int_equal(posted->n_lines, 1);
    assert_int_equal(posted->lines[0]->amount, 1500);
    assert_int_equal(posted->lines[0]->owed, 51000);
    assert_clean(harness, 3);
}

/* No scheme is known yet: the facts are kept, the timer brings the case back. */
static void waits_for_the_book(void **state)
{
    (void)state;
    struct vv_harness *harness = vv_harness_create(&vv_service_payment, 16, NULL);
    vv_harness_clock(harness, day("2020-05-04"));
    level(harness, 1, "B", "2020-04-01", "2020-04-01");
    start(harness, 2, "2020-04-16");
    outcome(harness, 3, "start", "2020-05-04");
    assert_int_equal(vv_harness_timer(harness, VV_MSG_ENTITLEMENT_DUE, case_id), day("2020-05-05"));
    vv_harness_publish(harness, "deploy/schemes/se-krom.yaml", "deploy/models/ams-2018.yaml");
    pass_days(harness, "2020-05-05");
    assert_int_equal(balance(harness, provider_account), -(49500 + 692500));
    assert_clean(harness, 1);
    vv_harness_destroy(&harness);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(whole_course, set_up, tear_down),
        cmocka_unit_test_setup_teardown(repeated_event_changes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(facts_in_any_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(withdrawn_job_is_only_proposed_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(correction_upwards_is_posted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(explains_itself, set_up, tear_down),
        cmocka_unit_test_setup_teardown(timeline_and_ledger, set_up, tear_down),
        cmocka_unit_test_setup_teardown(verify_finds_a_changed_batch, set_up, tear_down),
        cmocka_unit_test_setup_teardown(verify_finds_a_changed_fact, set_up, tear_down),
        cmocka_unit_test_setup_teardown(verify_finds_changed_totals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(verify_waits_for_due_timers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(verify_sums_are_the_balances, set_up, tear_down),
        cmocka_unit_test_setup_teardown(later_version_raises_and_earlier_batches_stand, set_up,
                                        tear_down),
        cmocka_unit_test(waits_for_the_book),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
