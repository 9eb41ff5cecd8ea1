/* LDFLAGS: -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=free */
/* LDFLAGS: -Wl,--wrap=redisAsyncCommandArgv */
/*
 * Torture of the store: a whole life of loop, store and commit builder, again and again, in which
 * the first, then the second, then the third ... allocation or send fails, until none is left to
 * fail. Each time: no crash, no leak, each accepted command answered exactly once, and a status.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <hiredis/async.h>
#include <stdio.h>
#include <string.h>

#include "../support/redis.h"
#include "failing_calls.h"
#include "vagval/loop.h"

int __real_redisAsyncCommandArgv(redisAsyncContext *redis, redisCallbackFn *fn, void *data,
                                 int argc, const char **argv, const size_t *lens);
int __wrap_redisAsyncCommandArgv(redisAsyncContext *redis, redisCallbackFn *fn, void *data,
                                 int argc, const char **argv, const size_t *lens);

int __wrap_redisAsyncCommandArgv(redisAsyncContext *redis, redisCallbackFn *fn, void *data,
                                 int argc, const char **argv, const size_t *lens)
{
    return fails() ? REDIS_ERR : __real_redisAsyncCommandArgv(redis, fn, data, argc, argv, lens);
}

/* ---- one life ---- */

struct life {
    struct vv_loop *loop;
    struct vv_store *store;
    struct vv_commit *commit;
    int accepted, answered;
    enum vv_status worst; /* the first status that is not VV_OK */
};

static bool good(struct life *life, enum vv_status status)
{
    if (status != VV_OK && life->worst == VV_OK) {
        life->worst = status;
    }
    return status == VV_OK;
}

static void on_commit(void *context, const struct vv_commit_result *result)
{
    struct life *life = context;

    life->answered++;
    (void)good(life, result->status);
}

static void on_read(void *context, enum vv_status status, const struct vv_field *pairs,
                    size_t pair_count)
{
    struct life *life = context;

    (void)pairs;
    (void)pair_count;
    life->answered++;
    (void)good(life, status);
}

static bool wait_ready(struct life *life)
{
    for (int i = 0; i < 1000 && !vv_store_ready(life->store); i++) {
        if (!good(life, vv_loop_turn(life->loop, 20))) {
            return false;
        }
    }
    return good(life, vv_store_ready(life->store) ? VV_OK : VV_UNKNOWN);
}

static void wait_answers(struct life *life)
{
    for (int i = 0; i < 1000 && life->answered < life->accepted; i++) {
        if (!good(life, vv_loop_turn(life->loop, 20))) {
            return;
        }
    }
}

/* Large enough that the builder's buffer has to grow. */
static void fill(struct vv_commit *commit)
{
    static char large[40000];
    const char *key = "vv:{p001}:payment:case:01";
    const struct vv_field field = {(const uint8_t *)"a", 1, (const uint8_t *)large, sizeof large};

    vv_commit_begin(commit, 1, VV_PAYMENT, 1);
    vv_commit_set(commit, key, strlen(key), &field, 1);
    vv_commit_add(commit, "vv:{p001}:payment:sums", 22, "n", 1);
    vv_commit_timer_set(commit, "timer", 5, 1);
    vv_commit_event(commit, large, sizeof large);
}

static void live_once(const struct vv_store_options *options, struct life *life)
{
    const char *key = "vv:{p001}:payment:case:01";
    struct vv_read read = {.kind = VV_READ_HASH, .key = key, .key_len = strlen(key)};
    struct vv_error error;

    if (!good(life, vv_loop_create(&life->loop)) || !good(life, vv_commit_create(&life->commit)) ||
        !good(life, vv_store_open(life->loop, options, NULL, NULL, NULL, &life->store, &error)) ||
        !wait_ready(life)) {
        return;
    }
    for (int i = 0; i < 3; i++) {
        fill(life->commit);
        if (good(life, vv_commit_send(life->store, life->commit, on_commit, life))) {
            life->accepted++;
        }
        if (good(life, vv_store_read(life->store, &read, on_read, life))) {
            life->accepted++;
        }
        (void)good(life, vv_store_trim(life->store, "vv:{p001}:payment:stream", 24, 1));
    }
    wait_answers(life);
}

static void test_each_call_fails_once(void **state)
{
    struct test_redis *redis = *state;
    struct vv_store_options options = test_redis_options(redis, "payment");
    int n = 0;

    do {
        struct life life = {0};
        long before = live;
        n++;
        arm(n);
        live_once(&options, &life);
        vv_store_close(&life.store);
        vv_commit_destroy(&life.commit);
        vv_loop_destroy(&life.loop);
        armed = false;
        if (live != before) {
            fail_msg("call %d: %ld allocations leaked", n, live - before);
        }
        assert_int_equal(life.answered, life.accepted);
        if (!failed) {
            assert_int_equal(life.worst, VV_OK);
        }
        /* Small failures are recovered from, the others give one of these. */
        assert_true(life.worst == VV_OK || life.worst == VV_NO_MEMORY || life.worst == VV_UNKNOWN);
    } while (failed && n < 1000);
    assert_false(failed);
    assert_in_range(n, 20, 999); /* there was something to fail */
    assert_string_equal(test_redis_ask(redis, "PING"), "PONG");
}

/* The probe, blocking: also with nothing of it left behind. */
static void test_probe(void **state)
{
    struct test_redis *redis = *state;
    struct vv_store_options options = test_redis_options(redis, "payment");
    int n = 0;

    (void)test_redis_ask(redis, "FLUSHALL");
    do {
        struct vv_error error = {0};
        long before = live;
        n++;
        arm(n);
        enum vv_status status = vv_store_probe(&options, VV_PAYMENT, &error);
        armed = false;
        assert_int_equal(live, before);
        assert_int_equal(status, failed ? VV_NO_MEMORY : VV_OK);
    } while (failed && n < 1000);
    assert_in_range(n, 3, 999);
    assert_string_equal(test_redis_ask(redis, "DBSIZE"), "0");
}

static int setup(void **state)
{
    static struct test_redis redis;

    *state = &redis;
    return test_redis_start(&redis, 16) ? 0 : -1;
}

static int teardown(void **state)
{
    test_redis_stop(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_call_fails_once),
        cmocka_unit_test(test_probe),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
