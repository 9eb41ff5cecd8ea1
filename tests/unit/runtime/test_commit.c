/*
 * The commit: each check refuses when it should, a refused commit writes nothing at all, and an
 * accepted one writes everything.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../support/store_fixture.h"
#include "vagval/limits.h"

#define KEY STORE_FIXTURE_KEY
#define CASE "vv:{p007}:payment:case:01"
#define SUMS "vv:{p007}:payment:sums"
#define CASES "vv:{p007}:payment:cases"
#define PART "vv:{p007}:payment:part"
#define CURSOR "vv:{p007}:payment:cursor"
#define STREAM "vv:{p007}:payment:stream"
#define TIMERS "vv:{p007}:payment:timers"

static struct vv_commit *begin(struct store_fixture *fixture, int64_t recorded_ms)
{
    vv_commit_begin(fixture->commit, 7, VV_PAYMENT, recorded_ms);
    return fixture->commit;
}

static const char *ask(struct store_fixture *fixture, const char *command)
{
    return test_redis_run(&fixture->redis, command);
}

/* A partition with one case, one timer, a cursor, counters, a list and two events. */
static void populate(struct store_fixture *fixture)
{
    struct vv_commit *commit = begin(fixture, 1000);

    vv_commit_check_version(commit, KEY(CASE), 0);
    store_fixture_set(fixture, CASE, "v", "1");
    store_fixture_set(fixture, CASE, "a", "body");
    vv_commit_add(commit, KEY(SUMS), "paid", 700);
    vv_commit_append(commit, KEY(CASES), KEY("case-one"));
    vv_commit_timer_set(commit, KEY("timer"), 86400000);
    vv_commit_cursor(commit, "registry", "", "e:5");
    vv_commit_event(commit, KEY("first"));
    vv_commit_event(commit, KEY("second"));
    const struct vv_commit_result *result = store_fixture_commit(fixture);
    assert_non_null(result);
    assert_int_equal(result->status, VV_OK);
    assert_int_equal(result->first_sequence, 1);
}

/* Every kind of write, so that one that slips past a failed check shows. */
static void write_everything(struct vv_commit *commit, struct store_fixture *fixture)
{
    store_fixture_set(fixture, CASE, "v", "2");
    vv_commit_delete_field(commit, KEY(CASE), KEY("a"));
    vv_commit_add(commit, KEY(SUMS), "paid", 1);
    vv_commit_append(commit, KEY(CASES), KEY("case-two"));
    vv_commit_timer_set(commit, KEY("other"), 1);
    vv_commit_timer_clear(commit, KEY("timer"));
    vv_commit_event(commit, KEY("third"));
}

static void assert_refused(struct store_fixture *fixture, enum vv_status status, const char *stale)
{
    char before[65];
    char after[65];

    store_fixture_image(fixture, before);
    const struct vv_commit_result *result = store_fixture_commit(fixture);
    assert_non_null(result);
    assert_int_equal(result->status, status);
    if (stale != NULL) {
        assert_string_equal(result->stale, stale);
    }
    store_fixture_image(fixture, after);
    assert_string_equal(before, after);
}

static void test_everything_is_written(void **state)
{
    struct store_fixture *fixture = *state;

    populate(fixture);
    assert_string_equal(ask(fixture, "HGET " CASE " v"), "1");
    assert_string_equal(ask(fixture, "HGET " CASE " a"), "body");
    assert_string_equal(ask(fixture, "HGET " SUMS " paid"), "700");
    assert_string_equal(ask(fixture, "LINDEX " CASES " 0"), "case-one");
    assert_string_equal(ask(fixture, "ZSCORE " TIMERS " timer"), "86400000");
    assert_string_equal(ask(fixture, "HGET " CURSOR " registry"), "e:5");
    assert_string_equal(ask(fixture, "HGET " PART " seq"), "2");
    assert_string_equal(ask(fixture, "HGET " PART " recorded"), "1000");
    assert_string_equal(ask(fixture, "HGET " PART " epoch"), fixture->result.epoch);
    assert_int_equal(strlen(fixture->result.epoch), 16);
    assert_string_equal(ask(fixture, "XLEN " STREAM), "2");

    struct vv_commit *commit = begin(fixture, 1001);
    vv_commit_check_version(commit, KEY(CASE), 1);
    vv_commit_check_field(commit, KEY(CASE), KEY("a"), KEY("body"));
    vv_commit_check_field(commit, KEY(CASE), KEY("b"), NULL, 0);
    vv_commit_fired(commit, KEY("timer"), 86400000);
    vv_commit_cursor(commit, "registry", "e:5", "e:6");
    write_everything(commit, fixture);
    const struct vv_commit_result *result = store_fixture_commit(fixture);
    assert_int_equal(result->status, VV_OK);
    assert_int_equal(result->first_sequence, 3);
    assert_string_equal(ask(fixture, "HGET " CASE " v"), "2");
    assert_string_equal(ask(fixture, "HEXISTS " CASE " a"), "0");
    assert_string_equal(ask(fixture, "HGET " SUMS " paid"), "701");
    assert_string_equal(ask(fixture, "LLEN " CASES), "2");
    assert_string_equal(ask(fixture, "ZSCORE " TIMERS " timer"), "");
    assert_string_equal(ask(fixture, "ZSCORE " TIMERS " other"), "1");
    assert_string_equal(ask(fixture, "HGET " CURSOR " registry"), "e:6");
}

static void test_version(void **state)
{
    struct store_fixture *fixture = *state;
    const uint64_t wrong[] = {0, 2, INT64_MAX};

    populate(fixture);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct vv_commit *commit = begin(fixture, 2000);
        vv_commit_check_version(commit, KEY(CASE), wrong[i]);
        write_everything(commit, fixture);
        assert_refused(fixture, VV_STALE, "version");
    }
    struct vv_commit *commit = begin(fixture, 2000);
    vv_commit_check_version(commit, KEY(CASE), 1);
    vv_commit_check_version(commit, KEY("vv:{p007}:payment:case:02"), 1); /* absent */
    write_everything(commit, fixture);
    assert_refused(fixture, VV_STALE, "version");
}

/* New is what has no version: also a key that holds no more than a counter. One that is known
 * among many new ones is found. */
static void test_new(void **state)
{
    struct store_fixture *fixture = *state;

    (void)ask(fixture, "HSET vv:{p007}:payment:case:01 counted 5");
    struct vv_commit *commit = begin(fixture, 1);
    vv_commit_check_version(commit, KEY(CASE), 0);
    vv_commit_check_version(commit, KEY("vv:{p007}:payment:case:02"), 0);
    store_fixture_set(fixture, CASE, "v", "1");
    assert_int_equal(store_fixture_commit(fixture)->status, VV_OK);
    assert_string_equal(ask(fixture, "HGET " CASE " counted"), "5");
    commit = begin(fixture, 1);
    vv_commit_check_version(commit, KEY("vv:{p007}:payment:case:02"), 0);
    vv_commit_check_version(commit, KEY(CASE), 0);
    vv_commit_check_version(commit, KEY("vv:{p007}:payment:case:03"), 0);
    store_fixture_set(fixture, "vv:{p007}:payment:case:03", "v", "1");
    assert_refused(fixture, VV_STALE, "version");
    assert_string_equal(ask(fixture, "EXISTS vv:{p007}:payment:case:03"), "0");
}

/* While the commit that is named was the last one, what was read is not asked for again: shown with
 * checks that are wrong. All other checks are made, and after any other commit all are. */
static void test_after(void **state)
{
    struct store_fixture *fixture = *state;
    char first[VV_TAG_BYTES];

    populate(fixture);
    assert_false(fixture->result.after);
    memcpy(first, vv_commit_tag(fixture->commit), sizeof first);
    assert_string_equal(ask(fixture, "HGET " PART " tag"), first);
    struct vv_commit *commit = begin(fixture, 2000);
    vv_commit_after(commit, first, true);
    vv_commit_check_version(commit, KEY("vv:{p007}:payment:case:02"), 9);
    vv_commit_check_field(commit, KEY(CASE), KEY("a"), KEY("other"));
    vv_commit_check_field(commit, KEY(CASE), KEY("v"), NULL, 0);
    vv_commit_check_version(commit, KEY(CASE), 0); /* new ones may be guesses: always asked for */
    assert_refused(fixture, VV_STALE, "version");
    commit = begin(fixture, 2000);
    vv_commit_after(commit, first, true);
    vv_commit_check_version(commit, KEY("vv:{p007}:payment:case:02"), 9);
    vv_commit_check_field(commit, KEY(CASE), KEY("a"), KEY("other"));
    vv_commit_check_field(commit, KEY(CASE), KEY("v"), NULL, 0);
    assert_int_equal(store_fixture_commit(fixture)->status, VV_OK);
    assert_true(fixture->result.after);
    /* Not the last one any more. */
    commit = begin(fixture, 2000);
    vv_commit_after(commit, first, true);
    vv_commit_check_version(commit, KEY("vv:{p007}:payment:case:02"), 9);
    assert_refused(fixture, VV_STALE, "version");
    commit = begin(fixture, 2000);
    vv_commit_after(commit, first, true);
    vv_commit_check_version(commit, KEY(CASE), 1);
    assert_int_equal(store_fixture_commit(fixture)->status, VV_OK);
    assert_false(fixture->result.after);
    /* The last one, but what is checked may be older than that. */
    memcpy(first, vv_commit_tag(fixture->commit), sizeof first);
    commit = begin(fixture, 2000);
    vv_commit_after(commit, first, false);
    vv_commit_check_field(commit, KEY(CASE), KEY("a"), KEY("other"));
    assert_refused(fixture, VV_STALE, "field");
    commit = begin(fixture, 2000);
    vv_commit_after(commit, first, false);
    vv_commit_check_version(commit, KEY(CASE), 1);
    assert_int_equal(store_fixture_commit(fixture)->status, VV_OK);
    assert_true(fixture->result.after);
}

static void test_field(void **state)
{
    struct store_fixture *fixture = *state;
    static const struct {
        const char *field, *value;
    } wrong[] = {{"a", "other"}, {"a", ""}, {"a", NULL}, {"absent", "body"}, {"absent", ""}};

    populate(fixture);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct vv_commit *commit = begin(fixture, 2000);
        const char *value = wrong[i].value;
        vv_commit_check_field(commit, KEY(CASE), KEY(wrong[i].field), value,
                              value != NULL ? strlen(value) : 0);
        write_everything(commit, fixture);
        assert_refused(fixture, VV_STALE, "field");
    }
}

static void test_cursor(void **state)
{
    struct store_fixture *fixture = *state;
    static const struct {
        const char *source, *from;
    } wrong[] = {{"registry", ""}, {"registry", "e:4"}, {"registry", "f:5"}, {"relay", "e:5"}};

    populate(fixture);
    /* Each alone, and each after one that is right: the library takes one cursor a shorter way. */
    for (size_t i = 0; i < 2 * (sizeof wrong / sizeof wrong[0]); i++) {
        struct vv_commit *commit = begin(fixture, 2000);
        if (i % 2 == 0) {
            vv_commit_cursor(commit, "assessment", "", "e:1");
        }
        vv_commit_cursor(commit, wrong[i / 2].source, wrong[i / 2].from, "e:9");
        write_everything(commit, fixture);
        assert_refused(fixture, VV_STALE, "cursor");
    }
}

static void test_cursor_of_a_batch(void **state)
{
    struct store_fixture *fixture = *state;

    populate(fixture);
    struct vv_commit *commit = begin(fixture, 2000);
    vv_commit_cursor(commit, "registry", "e:5", "e:6");
    vv_commit_cursor(commit, "assessment", "", "e:1");
    vv_commit_cursor(commit, "registry", "e:6", "e:7");
    assert_int_equal(store_fixture_commit(fixture)->status, VV_OK);
    assert_string_equal(ask(fixture, "HGET " CURSOR " registry"), "e:7");
    assert_string_equal(ask(fixture, "HGET " CURSOR " assessment"), "e:1");
    /* Steps that do not join are our own mistake: not sent. */
    commit = begin(fixture, 2000);
    vv_commit_cursor(commit, "registry", "e:7", "e:8");
    vv_commit_cursor(commit, "registry", "e:9", "e:10");
    assert_int_equal(vv_commit_problem(commit), VV_INVALID);
    assert_null(store_fixture_commit(fixture));
}

static void test_timer(void **state)
{
    struct store_fixture *fixture = *state;

    populate(fixture);
    struct vv_commit *commit = begin(fixture, 2000);
    vv_commit_fired(commit, KEY("timer"), 86400001); /* it was moved */
    write_everything(commit, fixture);
    assert_refused(fixture, VV_STALE, "timer");
    commit = begin(fixture, 2000);
    vv_commit_fired(commit, KEY("timer"), 86400000);
    vv_commit_fired(commit, KEY("gone"), 86400000);
    write_everything(commit, fixture);
    assert_refused(fixture, VV_STALE, "timer");
}

/* Within a batch the last word on a timer counts; one that fired may be set again. */
static void test_timers_of_a_batch(void **state)
{
    struct store_fixture *fixture = *state;

    populate(fixture);
    struct vv_commit *commit = begin(fixture, 2000);
    vv_commit_fired(commit, KEY("timer"), 86400000);
    vv_commit_timer_set(commit, KEY("timer"), 2 * 86400000LL);
    vv_commit_timer_set(commit, KEY("a"), 1);
    vv_commit_timer_clear(commit, KEY("a"));
    vv_commit_timer_clear(commit, KEY("b"));
    vv_commit_timer_set(commit, KEY("b"), 20000LL * 86400000);
    vv_commit_timer_set(commit, KEY("c"), 1);
    vv_commit_timer_set(commit, KEY("c"), 2);
    assert_int_equal(store_fixture_commit(fixture)->status, VV_OK);
    assert_string_equal(ask(fixture, "ZSCORE " TIMERS " timer"), "172800000");
    assert_string_equal(ask(fixture, "ZSCORE " TIMERS " a"), "");
    assert_string_equal(ask(fixture, "ZSCORE " TIMERS " b"), "1728000000000");
    assert_string_equal(ask(fixture, "ZSCORE " TIMERS " c"), "2");
}

static void test_recorded(void **state)
{
    struct store_fixture *fixture = *state;

    populate(fixture);
    struct vv_commit *commit = begin(fixture, 999);
    write_everything(commit, fixture);
    assert_refused(fixture, VV_STALE, "recorded");
    assert_int_equal(fixture->result.recorded_ms, 1000);
    commit = begin(fixture, 1000); /* the same millisecond is fine */
    write_everything(commit, fixture);
    assert_int_equal(store_fixture_commit(fixture)->status, VV_OK);
}

static void test_counters(void **state)
{
    struct store_fixture *fixture = *state;

    struct vv_commit *commit = begin(fixture, 1);
    vv_commit_add(commit, KEY(SUMS), "a", VV_MONEY_MAX);
    vv_commit_add(commit, KEY(SUMS), "b", -5);
    vv_commit_add(commit, KEY("vv:{p007}:payment:other"), "a", 3);
    vv_commit_add(commit, KEY(SUMS), "b", 2); /* the same counter twice in a batch */
    assert_int_equal(store_fixture_commit(fixture)->status, VV_OK);
    assert_string_equal(ask(fixture, "HGET " SUMS " a"), "9007199254740991");
    assert_string_equal(ask(fixture, "HGET " SUMS " b"), "-3");
    assert_string_equal(ask(fixture, "HGET vv:{p007}:payment:other a"), "3");
    commit = begin(fixture, 2);
    vv_commit_add(commit, KEY(SUMS), "a", -1);
    vv_commit_add(commit, KEY(SUMS), "b", 3);
    assert_int_equal(store_fixture_commit(fixture)->status, VV_OK);
    assert_string_equal(ask(fixture, "HGET " SUMS " a"), "9007199254740990");
    assert_string_equal(ask(fixture, "HGET " SUMS " b"), "0");
}

static void test_counter_out_of_range(void **state)
{
    struct store_fixture *fixture = *state;
    static const char *const stored[] = {
        "9007199254740991", "9007199254740992", "1.5", "words", "nan", "inf", ""};

    for (size_t i = 0; i < sizeof stored / sizeof stored[0]; i++) {
        (void)test_redis_ask(&fixture->redis, "HSET " SUMS " paid %s", stored[i]);
        struct vv_commit *commit = begin(fixture, 1);
        write_everything(commit, fixture); /* adds 1 */
        assert_refused(fixture, VV_IO, NULL);
    }
    (void)ask(fixture, "HSET " SUMS " paid -9007199254740991");
    struct vv_commit *commit = begin(fixture, 1);
    store_fixture_set(fixture, CASE, "v", "2");
    vv_commit_add(commit, KEY(SUMS), "paid", -1);
    assert_refused(fixture, VV_IO, NULL);
    /* Out of range by itself: our own mistake, not sent. */
    commit = begin(fixture, 1);
    vv_commit_add(commit, KEY(SUMS), "paid", VV_MONEY_MAX);
    vv_commit_add(commit, KEY(SUMS), "paid", 1);
    assert_null(store_fixture_commit(fixture));
}

/* A key of another type would stop the function midway: it is found before the first write. */
static void test_wrong_types(void **state)
{
    struct store_fixture *fixture = *state;
    static const char *const keys[] = {CASE, SUMS, CASES, PART, CURSOR, STREAM, TIMERS};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        (void)ask(fixture, "FLUSHALL");
        (void)test_redis_ask(&fixture->redis, "SET %s x", keys[i]);
        struct vv_commit *commit = begin(fixture, 2000);
        write_everything(commit, fixture);
        vv_commit_cursor(commit, "registry", "", "e:1");
        assert_refused(fixture, VV_IO, NULL);
    }
}

static void test_stream_that_is_ahead(void **state)
{
    struct store_fixture *fixture = *state;

    (void)ask(fixture, "XADD " STREAM " 1-0 e stranger");
    struct vv_commit *commit = begin(fixture, 2000);
    write_everything(commit, fixture);
    assert_refused(fixture, VV_IO, NULL);
}

static void test_damaged_partition(void **state)
{
    struct store_fixture *fixture = *state;
    static const char *const damage[] = {"seq words", "seq 9007199254740991", "recorded words",
                                         "epoch x"};

    for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
        char command[64];
        (void)ask(fixture, "FLUSHALL");
        (void)snprintf(command, sizeof command, "HSET " PART " %s", damage[i]);
        (void)ask(fixture, command);
        struct vv_commit *commit = begin(fixture, 2000);
        write_everything(commit, fixture);
        assert_refused(fixture, VV_IO, NULL);
    }
}

static void test_events_are_contiguous(void **state)
{
    struct store_fixture *fixture = *state;
    uint64_t next = 1;
    char epoch[24] = "";

    for (int i = 0; i < 20; i++) {
        struct vv_commit *commit = begin(fixture, 1000 + i);
        int events = i % 4; /* also none */
        for (int j = 0; j < events; j++) {
            vv_commit_event(commit, KEY("event"));
        }
        const struct vv_commit_result *result = store_fixture_commit(fixture);
        assert_int_equal(result->status, VV_OK);
        assert_int_equal(result->first_sequence, next);
        if (i > 0) {
            assert_string_equal(result->epoch, epoch);
        }
        memcpy(epoch, result->epoch, sizeof epoch);
        next += (uint64_t)events;
    }
    struct vv_read read = {
        .kind = VV_READ_STREAM, .key = STREAM, .key_len = strlen(STREAM), .first = 3, .count = 4};
    assert_string_equal(store_fixture_read(fixture, &read), "3=event;4=event;5=event;6=event;");
    read.first = 1;
    read.count = 100;
    assert_non_null(store_fixture_read(fixture, &read));
    assert_int_equal(fixture->read_count, next - 1);
}

static void test_epochs_differ(void **state)
{
    struct store_fixture *fixture = *state;
    char first[24];

    (void)begin(fixture, 1);
    memcpy(first, store_fixture_commit(fixture)->epoch, sizeof first);
    (void)ask(fixture, "FLUSHALL"); /* as after a failover to a replica that had nothing */
    (void)begin(fixture, 1);
    assert_string_not_equal(store_fixture_commit(fixture)->epoch, first);
}

/* Writes of one batch to one field: the last one stands. */
static void test_order_of_writes(void **state)
{
    struct store_fixture *fixture = *state;
    struct vv_commit *commit = begin(fixture, 1);

    vv_commit_check_version(commit, KEY(CASE), 0);
    vv_commit_check_version(commit, KEY(CASE), 0); /* by the next item of the batch */
    store_fixture_set(fixture, CASE, "v", "1");
    store_fixture_set(fixture, CASE, "x", "old");
    vv_commit_delete_field(commit, KEY(CASE), KEY("x"));
    store_fixture_set(fixture, CASE, "y", "gone");
    store_fixture_set(fixture, CASE, "v", "2");
    vv_commit_delete_field(commit, KEY(CASE), KEY("y"));
    store_fixture_set(fixture, CASE, "x", "new");
    assert_int_equal(store_fixture_commit(fixture)->status, VV_OK);
    assert_string_equal(ask(fixture, "HGET " CASE " v"), "2");
    assert_string_equal(ask(fixture, "HGET " CASE " x"), "new");
    assert_string_equal(ask(fixture, "HEXISTS " CASE " y"), "0");
}

/* Items of several lists come mixed; each list keeps its order, empty items too. */
static void test_order_of_appends(void **state)
{
    static const char *const items[] = {"a", "", "b", "", "", "c", "a"};
    struct store_fixture *fixture = *state;
    struct vv_commit *commit = begin(fixture, 1);

    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
        vv_commit_append(commit, KEY(CASES), items[i], strlen(items[i]));
        vv_commit_append(commit, KEY("vv:{p007}:payment:other"), "x", 1);
    }
    assert_int_equal(store_fixture_commit(fixture)->status, VV_OK);
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
        char question[64];
        (void)snprintf(question, sizeof question, "LINDEX " CASES " %zu", i);
        assert_string_equal(test_redis_run(&fixture->redis, question), items[i]);
    }
    assert_string_equal(ask(fixture, "LLEN vv:{p007}:payment:other"), "7");
}

static void test_binary_values(void **state)
{
    struct store_fixture *fixture = *state;
    const struct vv_field field = {(const uint8_t *)"f\0\xff", 3, (const uint8_t *)"\0\r\n$", 4};

    struct vv_commit *commit = begin(fixture, 1);
    vv_commit_set(commit, KEY(CASE), &field, 1);
    vv_commit_timer_set(commit, "\0\1\xff", 3, 5);
    assert_int_equal(store_fixture_commit(fixture)->status, VV_OK);
    commit = begin(fixture, 1);
    vv_commit_check_field(commit, KEY(CASE), "f\0\xff", 3, "\0\r\n$", 4);
    vv_commit_fired(commit, "\0\1\xff", 3, 5);
    assert_int_equal(store_fixture_commit(fixture)->status, VV_OK);
}

/* What Lua's unpack and our limits must carry: the largest commit that fits. */
static void test_largest(void **state)
{
    struct store_fixture *fixture = *state;
    struct vv_commit *commit = begin(fixture, 1);
    char text[32];
    int sets = 0;

    while (vv_commit_problem(commit) == VV_OK) {
        (void)snprintf(text, sizeof text, "f%d", sets++);
        store_fixture_set(fixture, CASE, text, "value");
    }
    assert_int_equal(sets, VV_COMMIT_ARGS_MAX / 2 + 1);
    assert_null(store_fixture_commit(fixture)); /* too large by one */
    (void)begin(fixture, 1);
    for (int i = 0; i < sets - 1; i++) {
        (void)snprintf(text, sizeof text, "f%d", i);
        store_fixture_set(fixture, CASE, text, "value");
    }
    assert_int_equal(store_fixture_commit(fixture)->status, VV_OK);
    (void)snprintf(text, sizeof text, "%d", sets - 1);
    assert_string_equal(ask(fixture, "HLEN " CASE), text);
}

static void test_many_keys(void **state)
{
    struct store_fixture *fixture = *state;
    char key[VV_KEY_BYTES_MAX];

    struct vv_commit *commit = begin(fixture, 1);
    for (int i = 0; i < VV_COMMIT_KEYS_MAX; i++) {
        (void)snprintf(key, sizeof key, "vv:{p007}:payment:case:%d", i);
        vv_commit_check_version(commit, KEY(key), 0);
        store_fixture_set(fixture, key, "v", "1");
        vv_commit_add(commit, KEY(key), "n", i);
    }
    assert_int_equal(vv_commit_problem(commit), VV_OK);
    assert_int_equal(store_fixture_commit(fixture)->status, VV_OK);
    assert_string_equal(ask(fixture, "HGET vv:{p007}:payment:case:511 n"), "511");
    assert_string_equal(ask(fixture, "HGET vv:{p007}:payment:case:300 n"), "300");
    commit = begin(fixture, 1);
    for (int i = 0; i <= VV_COMMIT_KEYS_MAX; i++) {
        (void)snprintf(key, sizeof key, "vv:{p007}:payment:case:%d", i);
        vv_commit_check_version(commit, KEY(key), 1);
    }
    assert_int_equal(vv_commit_problem(commit), VV_TOO_LARGE);
}

/* Mistakes of ours that would stop the function midway are refused by the builder. */
static void test_contradictions(void **state)
{
    struct store_fixture *fixture = *state;

    struct vv_commit *commit = begin(fixture, 1);
    store_fixture_set(fixture, CASE, "v", "1");
    vv_commit_append(commit, KEY(CASE), KEY("item"));
    assert_null(store_fixture_commit(fixture));
    (void)begin(fixture, 1);
    store_fixture_set(fixture, PART, "seq", "9");
    assert_null(store_fixture_commit(fixture));
    commit = begin(fixture, 1);
    vv_commit_timer_set(commit, KEY("timer"), VV_MONEY_MAX + 1);
    assert_null(store_fixture_commit(fixture));
    commit = begin(fixture, 1);
    vv_commit_check_version(commit, KEY(CASE), UINT64_MAX);
    assert_null(store_fixture_commit(fixture));
    (void)begin(fixture, 1);
    assert_non_null(store_fixture_commit(fixture));
    assert_null(store_fixture_commit(fixture)); /* a commit is sent once */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, store_fixture_open, store_fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_everything_is_written),
        TEST(test_version),
        TEST(test_new),
        TEST(test_after),
        TEST(test_field),
        TEST(test_cursor),
        TEST(test_cursor_of_a_batch),
        TEST(test_timer),
        TEST(test_timers_of_a_batch),
        TEST(test_recorded),
        TEST(test_counters),
        TEST(test_counter_out_of_range),
        TEST(test_wrong_types),
        TEST(test_stream_that_is_ahead),
        TEST(test_damaged_partition),
        TEST(test_events_are_contiguous),
        TEST(test_epochs_differ),
        TEST(test_order_of_writes),
        TEST(test_order_of_appends),
        TEST(test_binary_values),
        TEST(test_largest),
        TEST(test_many_keys),
        TEST(test_contradictions),
    };
    return cmocka_run_group_tests(tests, store_fixture_setup, store_fixture_teardown);
}
