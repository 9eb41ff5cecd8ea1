/*
 * What verify finds: batches derived again from facts, and every way in which they can differ.
 */
#include "case_kit.h"

#include "../../support/random.h"

#include <stdlib.h>
#include <unistd.h>

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

/* ---- random courses ---- */

#define RANDOM_CASES 150

static void random_event(struct vv_harness *harness, unsigned char number)
{
    static const char *const kinds[] = {"start", "start", "confirm", "confirm", "end", "withdraw"};
    static const char *const levels[] = {"A", "B", "C"};
    char on[VV_DATE_TEXT_BYTES];
    vv_date_format(day("2020-04-01") + (vv_date)random_below(200), on);
    if (random_below(4) == 0) {
        level(harness, number, levels[random_below(3)], on, on);
    } else if (random_below(4) == 0) {
        start(harness, number, on);
    } else {
        outcome(harness, number, kinds[random_below(6)], on);
    }
}

/* Events of random kind and day, in no order, while days pass: after each case
 * everything is derived again, and the ledger balances. */
static void random_courses_are_clean(void **state)
{
    (void)state;
    random_begin();
    uint64_t batches = 0;
    for (unsigned i = 0; i < RANDOM_CASES; i++) {
        void *fresh = NULL;
        assert_int_equal(set_up(&fresh), 0);
        struct vv_harness *harness = fresh;
        for (unsigned char number = 1; number <= 14; number++) {
            random_event(harness, number);
            char today[VV_DATE_TEXT_BYTES];
            vv_date_format(vv_harness_today(harness) + (vv_date)random_below(40), today);
            pass_days(harness, today);
        }
        const Vagval__V1__VerifyResult *result = verify(harness);
        if (result->n_problems > 0) {
            fail_msg("case %u: %s", i, result->problems[0]->code);
        }
        batches += result->derived;
        int64_t sum = 0;
        for (size_t k = 0; k < result->n_sums; k++) {
            sum += result->sums[k]->amount;
            assert_int_equal(result->sums[k]->amount, balance(harness, result->sums[k]->name));
        }
        assert_int_equal(sum, 0);
        tear_down(&fresh);
    }
    assert_true(batches > RANDOM_CASES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(verify_finds_a_changed_batch, set_up, tear_down),
        cmocka_unit_test_setup_teardown(verify_finds_a_changed_fact, set_up, tear_down),
        cmocka_unit_test_setup_teardown(verify_finds_changed_totals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(verify_waits_for_due_timers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(verify_sums_are_the_balances, set_up, tear_down),
        cmocka_unit_test_setup_teardown(later_version_raises_and_earlier_batches_stand, set_up,
                                        tear_down),
        cmocka_unit_test(random_courses_are_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
