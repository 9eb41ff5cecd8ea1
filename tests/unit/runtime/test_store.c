/*
 * The store: keys, reads, small writes, bounds, and what is said when the connection is lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "../../support/store_fixture.h"

#define KEY STORE_FIXTURE_KEY
#define PLAIN "vv:{p001}:payment:plain"

static const char *ask(struct store_fixture *fixture, const char *command)
{
    return test_redis_run(&fixture->redis, command);
}

static void test_keys(void **state)
{
    char key[VV_KEY_BYTES_MAX];
    struct vv_id nil = {{0}};
    struct vv_id id = {{0x00, 0x2a, [15] = 0xff}};

    (void)state;
    size_t len = vv_key_format(key, 42, VV_PAYMENT, "case", id);
    assert_int_equal(len, strlen(key));
    assert_string_equal(key, "vv:{p042}:payment:case:002a00000000000000000000000000ff");
    (void)vv_key_format(key, 7, VV_REGISTRY, "stream", nil);
    assert_string_equal(key, "vv:{p007}:registry:stream");
    (void)vv_key_format(key, 4095, VV_INTAKE, "part", nil);
    assert_string_equal(key, "vv:{p4095}:intake:part");
    (void)vv_key_format(key, VV_PARTITION_SYSTEM, VV_REGISTRY, "book", VV_ID_SYSTEM);
    assert_string_equal(key, "vv:{sys}:registry:book");
    (void)vv_key_format(key, VV_PARTITION_SYSTEM, VV_ASSESSMENT, "clock", nil);
    assert_string_equal(key, "vv:{sys}:assessment:clock");
}

static void test_reads(void **state)
{
    struct store_fixture *fixture = *state;
    struct vv_read read = {.key = PLAIN, .key_len = strlen(PLAIN), .count = 10};

    read.kind = VV_READ_HASH;
    assert_string_equal(store_fixture_read(fixture, &read), ""); /* absent */
    assert_int_equal(fixture->read_status, VV_OK);
    (void)ask(fixture, "HSET " PLAIN " a 1 b 2");
    assert_string_equal(store_fixture_read(fixture, &read), "a=1;b=2;");
    read.kind = VV_READ_FIELD;
    read.field = "b";
    read.field_len = 1;
    assert_string_equal(store_fixture_read(fixture, &read), "=2;");
    read.field = "c";
    assert_string_equal(store_fixture_read(fixture, &read), "");
    assert_int_equal(fixture->read_status, VV_OK);

    (void)ask(fixture, "DEL " PLAIN);
    (void)ask(fixture, "RPUSH " PLAIN " a b c d e");
    read.kind = VV_READ_LIST;
    read.first = 1;
    read.count = 3;
    assert_string_equal(store_fixture_read(fixture, &read), "=b;=c;=d;");

    (void)ask(fixture, "DEL " PLAIN);
    (void)ask(fixture, "ZADD " PLAIN " 1728000000000 late 86400000 early 172800000 next");
    read.kind = VV_READ_TIMERS;
    read.first = 172800000;
    assert_string_equal(store_fixture_read(fixture, &read), "early=86400000;next=172800000;");
    read.count = 1;
    assert_string_equal(store_fixture_read(fixture, &read), "early=86400000;");
    read.count = 10;
    read.first = INT64_C(1728000000000);
    assert_string_equal(store_fixture_read(fixture, &read),
                        "early=86400000;next=172800000;late=1728000000000;");
    read.kind = VV_READ_NEXT_TIMER;
    assert_string_equal(store_fixture_read(fixture, &read), "early=86400000;");
}

static void test_stream_and_trim(void **state)
{
    struct store_fixture *fixture = *state;
    struct vv_read read = {.kind = VV_READ_STREAM,
                           .key = "vv:{p001}:payment:stream",
                           .key_len = strlen("vv:{p001}:payment:stream"),
                           .first = 0,
                           .count = 10};

    vv_commit_begin(fixture->commit, 1, VV_PAYMENT, 1);
    vv_commit_event(fixture->commit, KEY("one"));
    vv_commit_event(fixture->commit, KEY("two"));
    vv_commit_event(fixture->commit, KEY("three"));
    assert_int_equal(store_fixture_commit(fixture)->status, VV_OK);
    assert_string_equal(store_fixture_read(fixture, &read), "1=one;2=two;3=three;");
    read.first = 2;
    read.count = 1;
    assert_string_equal(store_fixture_read(fixture, &read), "2=two;");
    assert_int_equal(vv_store_trim(fixture->store, read.key, read.key_len, 3), VV_OK);
    read.first = 0;
    read.count = 10;
    assert_string_equal(store_fixture_read(fixture, &read), "3=three;");
    /* Trimmed empty, it still goes on from where it was. */
    assert_int_equal(vv_store_trim(fixture->store, read.key, read.key_len, 99), VV_OK);
    vv_commit_begin(fixture->commit, 1, VV_PAYMENT, 1);
    vv_commit_event(fixture->commit, KEY("four"));
    assert_int_equal(store_fixture_commit(fixture)->first_sequence, 4);
}

static void test_wrong_type_is_an_error(void **state)
{
    struct store_fixture *fixture = *state;
    struct vv_read read = {.kind = VV_READ_HASH, .key = PLAIN, .key_len = strlen(PLAIN)};

    (void)ask(fixture, "SET " PLAIN " x");
    assert_string_equal(store_fixture_read(fixture, &read), "");
    assert_int_equal(fixture->read_status, VV_IO);
}

static void test_beats(void **state)
{
    struct store_fixture *fixture = *state;
    const char *members = "vv:{sys}:members:payment";
    struct vv_read read = {.kind = VV_READ_HASH, .key = members, .key_len = strlen(members)};

    assert_int_equal(vv_store_beat(fixture->store, members, "me", "1 tcp://a tcp://b"), VV_OK);
    assert_string_equal(store_fixture_read(fixture, &read), "me=1 tcp://a tcp://b;");
    assert_int_equal(vv_store_unbeat(fixture->store, members, "me"), VV_OK);
    assert_string_equal(store_fixture_read(fixture, &read), "");
}

/* A partition's commands keep their order; all of them are answered. */
static void test_pipeline(void **state)
{
    struct store_fixture *fixture = *state;
    enum { COMMITS = 500 };
    char version[16];

    for (int i = 0; i < COMMITS; i++) {
        vv_commit_begin(fixture->commit, 1, VV_PAYMENT, 1);
        vv_commit_check_version(fixture->commit, KEY(PLAIN), (uint64_t)i);
        (void)snprintf(version, sizeof version, "%d", i + 1);
        store_fixture_set(fixture, PLAIN, "v", version);
        vv_commit_event(fixture->commit, KEY("event"));
        assert_int_equal(
            vv_commit_send(fixture->store, fixture->commit, store_fixture_on_commit, fixture),
            VV_OK);
    }
    assert_true(store_fixture_wait(fixture, &fixture->commits, COMMITS));
    assert_int_equal(fixture->result.status, VV_OK);
    assert_int_equal(fixture->result.first_sequence, COMMITS);
}

static void test_pending_is_bounded(void **state)
{
    struct store_fixture *fixture = *state;
    struct vv_read read = {.kind = VV_READ_HASH, .key = PLAIN, .key_len = strlen(PLAIN)};
    enum vv_status status = VV_OK;
    int sent = 0;

    while (sent < 100000) {
        status = vv_store_read(fixture->store, &read, store_fixture_on_read, fixture);
        if (status != VV_OK) {
            break;
        }
        sent++;
    }
    assert_int_equal(status, VV_BUSY);
    assert_in_range(sent, 1024, 16384);
    /* A commit that was refused for lack of room can be sent again as it is. */
    vv_commit_begin(fixture->commit, 1, VV_PAYMENT, 1);
    assert_int_equal(
        vv_commit_send(fixture->store, fixture->commit, store_fixture_on_commit, fixture), VV_BUSY);
    assert_true(store_fixture_wait(fixture, &fixture->reads, sent));
    assert_int_equal(store_fixture_commit(fixture)->status, VV_OK);
}

static void test_large_reply(void **state)
{
    struct store_fixture *fixture = *state;
    struct vv_read read = {.kind = VV_READ_HASH, .key = PLAIN, .key_len = strlen(PLAIN)};
    static char value[200000];

    memset(value, 'x', sizeof value - 1);
    (void)test_redis_ask(&fixture->redis, "HSET " PLAIN " big %s", value);
    assert_non_null(store_fixture_read(fixture, &read));
    assert_int_equal(fixture->read_count, 1);
}

static void test_redis_killed_in_the_middle(void **state)
{
    struct store_fixture *fixture = *state;
    struct vv_read read = {.kind = VV_READ_HASH, .key = PLAIN, .key_len = strlen(PLAIN)};

    vv_commit_begin(fixture->commit, 1, VV_PAYMENT, 1);
    store_fixture_set(fixture, PLAIN, "v", "1");
    assert_int_equal(store_fixture_commit(fixture)->status, VV_OK);

    test_redis_kill(&fixture->redis);
    vv_commit_begin(fixture->commit, 1, VV_PAYMENT, 2);
    vv_commit_event(fixture->commit, KEY("event"));
    assert_int_equal(
        vv_commit_send(fixture->store, fixture->commit, store_fixture_on_commit, fixture), VV_OK);
    assert_int_equal(vv_store_read(fixture->store, &read, store_fixture_on_read, fixture), VV_OK);
    assert_int_equal(fixture->losses, 0);
    assert_true(store_fixture_wait(fixture, &fixture->losses, 1));
    assert_int_equal(fixture->commits, 2); /* told before on_lost, each once */
    assert_int_equal(fixture->result.status, VV_UNKNOWN);
    assert_int_equal(fixture->reads, 1);
    assert_int_equal(fixture->read_status, VV_UNKNOWN);
    assert_false(vv_store_ready(fixture->store));
    assert_int_equal(vv_store_read(fixture->store, &read, store_fixture_on_read, fixture),
                     VV_UNKNOWN);

    assert_true(test_redis_again(&fixture->redis));
    assert_true(store_fixture_wait(fixture, &fixture->connects, 2));
    assert_string_equal(store_fixture_read(fixture, &read), "v=1;"); /* acknowledged: still there */
    assert_int_equal(fixture->losses, 1);
}

/* Redis ends one connection: the others go with it, and all come back. */
static void test_one_connection_killed(void **state)
{
    struct store_fixture *fixture = *state;

    for (int i = 1; i <= 3; i++) {
        (void)ask(fixture, "CLIENT KILL USER payment");
        assert_true(store_fixture_wait(fixture, &fixture->losses, i));
        assert_true(store_fixture_wait(fixture, &fixture->connects, i + 1));
    }
    vv_commit_begin(fixture->commit, 1, VV_PAYMENT, 1);
    assert_int_equal(store_fixture_commit(fixture)->status, VV_OK);
}

static void test_library_missing_on_reconnect(void **state)
{
    struct store_fixture *fixture = *state;
    struct vv_store_options admin = test_redis_options(&fixture->redis, "admin");
    struct vv_error error;

    (void)ask(fixture, "FUNCTION FLUSH");
    (void)ask(fixture, "CLIENT KILL USER payment");
    assert_true(store_fixture_wait(fixture, &fixture->losses, 1));
    for (int i = 0; i < 20; i++) {
        assert_int_equal(vv_loop_turn(fixture->loop, 20), VV_OK);
    }
    assert_int_equal(fixture->connects, 1); /* not ready: commits would not work */
    assert_int_equal(vv_store_install(&admin, &error), VV_OK);
    assert_true(store_fixture_wait(fixture, &fixture->connects, 2));
}

/* Nothing is running at the address: open succeeds, and it becomes ready once there is. */
static void test_opened_before_redis(void **state)
{
    struct store_fixture *fixture = *state;

    vv_store_close(&fixture->store);
    test_redis_kill(&fixture->redis);
    struct vv_store_options options = test_redis_options(&fixture->redis, "payment");
    struct vv_error error;
    assert_int_equal(
        vv_store_open(fixture->loop, &options, NULL, NULL, NULL, &fixture->store, &error), VV_OK);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(vv_loop_turn(fixture->loop, 20), VV_OK);
    }
    assert_false(vv_store_ready(fixture->store));
    assert_true(test_redis_again(&fixture->redis));
    int64_t end_us = vv_clock_monotonic_us() + 60000000;
    while (!vv_store_ready(fixture->store) && vv_clock_monotonic_us() < end_us) {
        assert_int_equal(vv_loop_turn(fixture->loop, 20), VV_OK);
    }
    assert_true(vv_store_ready(fixture->store));
}

static void test_closed_with_commands_out(void **state)
{
    struct store_fixture *fixture = *state;
    struct vv_read read = {.kind = VV_READ_HASH, .key = PLAIN, .key_len = strlen(PLAIN)};

    assert_int_equal(vv_store_read(fixture->store, &read, store_fixture_on_read, fixture), VV_OK);
    vv_store_close(&fixture->store);
    assert_null(fixture->store);
    assert_int_equal(vv_loop_turn(fixture->loop, 0), VV_OK);
    assert_int_equal(fixture->reads, 0); /* its owner may be gone: not called */
    vv_store_close(&fixture->store);
}

/* One owner goes while its reading is under way; another's still comes. */
static void test_forgotten_reading(void **state)
{
    struct store_fixture *fixture = *state;
    struct vv_read read = {.kind = VV_READ_HASH, .key = PLAIN, .key_len = strlen(PLAIN)};
    struct store_fixture gone = {.reads = 0};

    assert_int_equal(vv_store_read(fixture->store, &read, store_fixture_on_read, &gone), VV_OK);
    assert_int_equal(vv_store_read(fixture->store, &read, store_fixture_on_read, fixture), VV_OK);
    vv_store_forget(fixture->store, &gone);
    assert_true(store_fixture_wait(fixture, &fixture->reads, 1));
    assert_int_equal(gone.reads, 0);
}

static void test_addresses(void **state)
{
    struct store_fixture *fixture = *state;
    static const char *const wrong[] = {
        "",          "unix:",      "redis.sock",     "tcp:",         "tcp:host",   "tcp::6379",
        "tcp:host:", "tcp:host:0", "tcp:host:65536", "tcp:host:12x", "http://host"};
    struct vv_store *store = NULL;
    struct vv_error error;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct vv_store_options options = {.address = wrong[i]};
        assert_int_equal(vv_store_open(fixture->loop, &options, NULL, NULL, NULL, &store, &error),
                         VV_INVALID);
        assert_null(store);
    }
}

static void test_region(void **state)
{
    struct store_fixture *fixture = *state;
    struct vv_store_options admin = test_redis_options(&fixture->redis, "admin");
    struct vv_store_options payment = test_redis_options(&fixture->redis, "payment");
    struct vv_error error;
    uint16_t partitions = 0;
    bool is_virtual = false;

    assert_int_equal(vv_store_region(&payment, 0, &partitions, &error), VV_NOT_FOUND);
    assert_int_equal(vv_store_region(&payment, 64, &partitions, &error), VV_IO); /* may not */
    assert_int_equal(vv_store_region(&admin, 64, &partitions, &error), VV_OK);
    assert_int_equal(partitions, 64);
    assert_int_equal(vv_store_region(&admin, 128, &partitions, &error), VV_OK);
    assert_int_equal(partitions, 64); /* once */
    assert_int_equal(vv_store_region(&payment, 0, &partitions, &error), VV_OK);
    assert_int_equal(vv_store_region(&admin, 5000, &partitions, &error), VV_INVALID);
    assert_int_equal(vv_store_clock(&admin, "virtual", &is_virtual, &error), VV_OK);
    assert_int_equal(vv_store_clock(&payment, "real", &is_virtual, &error), VV_OK);
    assert_true(is_virtual);
    (void)ask(fixture, "HSET vv:{sys}:region partitions 70000 clock sometimes");
    assert_int_equal(vv_store_region(&payment, 0, &partitions, &error), VV_CORRUPT);
    assert_int_equal(vv_store_clock(&payment, NULL, &is_virtual, &error), VV_CORRUPT);
    assert_int_equal(partitions, 64); /* untouched on failure */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, store_fixture_open, store_fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),
        TEST(test_reads),
        TEST(test_stream_and_trim),
        TEST(test_wrong_type_is_an_error),
        TEST(test_beats),
        TEST(test_pipeline),
        TEST(test_pending_is_bounded),
        TEST(test_large_reply),
        TEST(test_redis_killed_in_the_middle),
        TEST(test_one_connection_killed),
        TEST(test_library_missing_on_reconnect),
        TEST(test_opened_before_redis),
        TEST(test_closed_with_commands_out),
        TEST(test_forgotten_reading),
        TEST(test_addresses),
        TEST(test_region),
    };
    return cmocka_run_group_tests(tests, store_fixture_setup, store_fixture_teardown);
}
