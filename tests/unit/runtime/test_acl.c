/*
 * Who may touch what in Redis, and the boot probe: it passes for every service's own user, refuses
 * to start when any permission is missing, and leaves nothing behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "../../support/store_fixture.h"

static const char *const USERS[] = {"intake", "assessment", "registry", "payment"};

static enum vv_status probe(struct store_fixture *fixture, const char *user,
                            enum vv_service_id service, struct vv_error *ret_error)
{
    struct vv_store_options options = test_redis_options(&fixture->redis, user);

    return vv_store_probe(&options, service, ret_error);
}

static void test_probe_passes(void **state)
{
    struct store_fixture *fixture = *state;
    struct vv_error error;
    char before[65];
    char after[65];

    store_fixture_image(fixture, before);
    for (int service = 0; service < VV_SERVICE_COUNT; service++) {
        error.text[0] = '\0';
        if (probe(fixture, USERS[service], (enum vv_service_id)service, &error) != VV_OK) {
            fail_msg("%s: %s: %s", USERS[service], error.field, error.text);
        }
    }
    store_fixture_image(fixture, after);
    assert_string_equal(before, after); /* removes what it made */
}

/* Each permission that a commit or a read needs, taken away alone, stops the boot. */
static void test_probe_misses_a_permission(void **state)
{
    struct store_fixture *fixture = *state;
    static const char *const needed[] = {
        "fcall",  "hget",    "hmget",  "hexists", "hlen",   "llen",          "zcard",
        "zscore", "hset",    "hdel",   "rpush",   "zadd",   "zrem",          "xadd",
        "xtrim",  "hgetall", "lrange", "xrange",  "zrange", "zrangebyscore", "exists"};
    struct vv_error error;

    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        (void)test_redis_ask(&fixture->redis, "ACL SETUSER payment -%s", needed[i]);
        enum vv_status status = probe(fixture, "payment", VV_PAYMENT, &error);
        (void)test_redis_ask(&fixture->redis, "ACL SETUSER payment +%s", needed[i]);
        if (status == VV_OK) {
            fail_msg("the probe passed without +%s", needed[i]);
        }
        assert_int_equal(status, VV_IO);
        assert_true(error.text[0] != '\0');
    }
    assert_int_equal(probe(fixture, "payment", VV_PAYMENT, &error), VV_OK);
}

/* The reason for the probe: what a missing permission does to a commit. */
static void test_function_stopped_midway_keeps_its_writes(void **state)
{
    struct store_fixture *fixture = *state;
    const char *key = "vv:{p001}:payment:case:01";

    (void)test_redis_ask(&fixture->redis, "ACL SETUSER payment -zadd");
    vv_commit_begin(fixture->commit, 1, VV_PAYMENT, 1);
    store_fixture_set(fixture, key, "v", "1");
    vv_commit_timer_set(fixture->commit, "timer", 5, 1);
    const struct vv_commit_result *result = store_fixture_commit(fixture);
    (void)test_redis_ask(&fixture->redis, "ACL SETUSER payment +zadd");
    assert_non_null(result);
    assert_int_equal(result->status, VV_IO);
    assert_string_equal(test_redis_ask(&fixture->redis, "HGET %s v", key), "1");
    assert_string_equal(test_redis_ask(&fixture->redis, "EXISTS vv:{p001}:payment:part"), "0");
}

/* A missing right on others' keys is noticed as well. */
static void test_probe_misses_a_key(void **state)
{
    struct store_fixture *fixture = *state;
    struct vv_error error;

    (void)test_redis_run(&fixture->redis,
                         "ACL SETUSER payment resetkeys ~vv:{*}:payment:* "
                         "%R~vv:{*}:assessment:stream %R~vv:{*}:assessment:part "
                         "%R~vv:{*}:registry:part %R~vv:{*}:registry:cursor %R~vv:{sys}:* "
                         "~vv:{sys}:members:payment");
    assert_int_equal(probe(fixture, "payment", VV_PAYMENT, &error), VV_IO); /* registry's stream */
    (void)test_redis_run(&fixture->redis, "ACL SETUSER payment %R~vv:{*}:registry:stream");
    assert_int_equal(probe(fixture, "payment", VV_PAYMENT, &error), VV_OK);
    (void)test_redis_run(&fixture->redis, "ACL SETUSER payment resetkeys ~vv:{*}:payment:* "
                                          "%R~vv:{*}:assessment:stream %R~vv:{*}:assessment:part "
                                          "%R~vv:{*}:registry:stream %R~vv:{*}:registry:part "
                                          "%R~vv:{*}:registry:cursor %R~vv:{sys}:*");
    assert_int_equal(probe(fixture, "payment", VV_PAYMENT, &error), VV_IO); /* its heartbeat */
    (void)test_redis_run(&fixture->redis, "ACL SETUSER payment ~vv:{sys}:members:payment");
    assert_int_equal(probe(fixture, "payment", VV_PAYMENT, &error), VV_OK);
}

static void test_probe_needs_the_library(void **state)
{
    struct store_fixture *fixture = *state;
    struct vv_store_options admin = test_redis_options(&fixture->redis, "admin");
    struct vv_error error;

    (void)test_redis_ask(&fixture->redis, "FUNCTION FLUSH");
    assert_int_equal(probe(fixture, "payment", VV_PAYMENT, &error), VV_UNSUPPORTED);
    (void)test_redis_ask(&fixture->redis, "FUNCTION LOAD %s",
                         "#!lua name=vagval\n"
                         "redis.register_function{function_name='vv_version', "
                         "callback=function() return '0' end, flags={'no-writes'}}");
    assert_int_equal(probe(fixture, "payment", VV_PAYMENT, &error), VV_UNSUPPORTED);
    assert_int_equal(vv_store_install(&admin, &error), VV_OK); /* replaces it */
    assert_int_equal(probe(fixture, "payment", VV_PAYMENT, &error), VV_OK);
    assert_int_equal(vv_store_install(&admin, &error), VV_OK); /* again: nothing to do */
}

static void test_install_needs_the_admin(void **state)
{
    struct store_fixture *fixture = *state;
    struct vv_error error;

    for (size_t i = 0; i < sizeof USERS / sizeof USERS[0]; i++) {
        struct vv_store_options options = test_redis_options(&fixture->redis, USERS[i]);
        assert_int_equal(vv_store_install(&options, &error), VV_IO);
    }
    struct vv_store_options nobody = {.address = fixture->redis.address};
    assert_int_equal(vv_store_install(&nobody, &error), VV_IO);
}

static void test_wrong_password(void **state)
{
    struct store_fixture *fixture = *state;
    struct vv_store_options options = test_redis_options(&fixture->redis, "intake");
    struct vv_error error;

    options.user = "payment";
    assert_int_equal(vv_store_probe(&options, VV_PAYMENT, &error), VV_IO);
    assert_null(strstr(error.text, "secret-of"));
}

/* One command as a user, by Redis' own dry run. */
static bool may(struct store_fixture *fixture, const char *user, const char *command)
{
    char words[256];

    (void)snprintf(words, sizeof words, "ACL DRYRUN %s %s", user, command);
    const char *answer = test_redis_run(&fixture->redis, words);
    return strcmp(answer, "OK") == 0;
}

static void test_who_may_what(void **state)
{
    struct store_fixture *fixture = *state;
    static const struct {
        const char *user, *command;
        bool allowed;
    } rows[] = {
        {"payment", "HSET vv:{p001}:payment:case:01 v 1", true},
        {"payment", "HSET vv:{p001}:registry:case:01 v 1", false},
        {"payment", "HGETALL vv:{p001}:registry:case:01", false},
        {"payment", "XRANGE vv:{p001}:registry:stream - +", true},
        {"payment", "HGETALL vv:{p001}:registry:part", true},
        {"payment", "XADD vv:{p001}:registry:stream * e x", false},
        {"payment", "XTRIM vv:{p001}:registry:stream MAXLEN 0", false},
        {"payment", "XRANGE vv:{p001}:intake:stream - +", false},
        {"payment", "HSET vv:{sys}:members:payment me 1", true},
        {"payment", "HSET vv:{sys}:members:intake me 1", false},
        {"payment", "HGETALL vv:{sys}:members:intake", true},
        {"payment", "HSET vv:{sys}:region partitions 1", false},
        {"payment", "LRANGE vv:{sys}:registry:book 0 -1", true},
        {"payment", "RPUSH vv:{sys}:registry:book x", false},
        {"payment", "DEL vv:{p001}:payment:case:01", false},
        {"payment", "DEL vv:{probe}:payment:case:01", true},
        {"payment", "FLUSHALL", false},
        {"payment", "KEYS *", false},
        {"payment", "CONFIG GET dir", false},
        {"payment", "FUNCTION LOAD x", false},
        {"payment", "EVAL x 0", false},
        {"registry", "RPUSH vv:{sys}:registry:book x", true},
        {"registry", "HSET vv:{sys}:members:provider-registry me 1", true},
        {"registry", "XRANGE vv:{p001}:assessment:stream - +", true},
        {"registry", "HGET vv:{p001}:payment:cursor registry", true},
        {"registry", "XRANGE vv:{p001}:payment:stream - +", true},
        {"registry", "HGETALL vv:{p001}:payment:part", true},
        {"registry", "XADD vv:{p001}:payment:stream * e x", false},
        {"payment", "HGET vv:{p001}:registry:cursor payment", true},
        {"registry", "HSET vv:{p001}:payment:cursor registry x", false},
        {"assessment", "XRANGE vv:{p001}:intake:stream - +", true},
        {"assessment", "HGETALL vv:{p001}:intake:person:01", false},
        {"assessment", "HGET vv:{p001}:payment:cursor assessment", true},
        {"intake", "HGET vv:{p001}:assessment:cursor intake", true},
        {"intake", "HGET vv:{p001}:registry:cursor intake", false},
        {"operator", "HGETALL vv:{sys}:members:intake", true},
        {"operator", "HSET vv:{sys}:members:intake me 1", false},
        {"operator", "HGETALL vv:{p001}:payment:case:01", false},
        {"operator", "FCALL vv_commit 1 vv:{p001}:payment:part", false},
        {"operator", "FCALL vv_version 0", true},
        {"admin", "FLUSHALL", true},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (may(fixture, rows[i].user, rows[i].command) != rows[i].allowed) {
            fail_msg("%s should %sbe allowed: %s", rows[i].user, rows[i].allowed ? "" : "not ",
                     rows[i].command);
        }
    }
}

/* The default user has all rights, since Redis replays its log as it (a test of the store kills and
 * restarts Redis); so nobody may be it. */
static void test_nobody_is_the_default_user(void **state)
{
    struct store_fixture *fixture = *state;
    static const char *const commands[] = {"PING", "DBSIZE", "AUTH default ", "AUTH x", "HELLO 3"};

    redisContext *stranger = redisConnectUnix(fixture->redis.address + strlen("unix:"));
    assert_non_null(stranger);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        redisReply *reply = redisCommand(stranger, commands[i]);
        assert_non_null(reply);
        assert_int_equal(reply->type, REDIS_REPLY_ERROR);
        freeReplyObject(reply);
    }
    redisFree(stranger);
}

/* Through the function too: its keys are checked as the user's. */
static void test_commit_of_another_service(void **state)
{
    struct store_fixture *fixture = *state;

    vv_commit_begin(fixture->commit, 1, VV_REGISTRY, 1);
    vv_commit_event(fixture->commit, "event", 5);
    assert_int_equal(store_fixture_commit(fixture)->status, VV_IO);
    vv_commit_begin(fixture->commit, 1, VV_PAYMENT, 1);
    store_fixture_set(fixture, "vv:{p001}:registry:case:01", "v", "1");
    assert_int_equal(store_fixture_commit(fixture)->status, VV_IO);
    assert_string_equal(test_redis_ask(&fixture->redis, "DBSIZE"), "0");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, store_fixture_open, store_fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_probe_passes),
        TEST(test_probe_misses_a_permission),
        TEST(test_function_stopped_midway_keeps_its_writes),
        TEST(test_probe_misses_a_key),
        TEST(test_probe_needs_the_library),
        TEST(test_install_needs_the_admin),
        TEST(test_wrong_password),
        TEST(test_who_may_what),
        TEST(test_nobody_is_the_default_user),
        TEST(test_commit_of_another_service),
    };
    return cmocka_run_group_tests(tests, store_fixture_setup, store_fixture_teardown);
}
