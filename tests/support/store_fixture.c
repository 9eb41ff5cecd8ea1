/*
 * store_fixture.c: drives a store from a test.
 */
#include "store_fixture.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENCE_US = 10000000, IMAGE_KEYS_MAX = 512 };

static int64_t patience_us(void)
{
    const char *slow = getenv("VAGVAL_TEST_SLOW");

    return PATIENCE_US * (slow != NULL ? strtoll(slow, NULL, 10) : 1);
}

int store_fixture_setup(void **state)
{
    struct store_fixture *fixture = calloc(1, sizeof *fixture);

    if (fixture == NULL || !test_redis_start(&fixture->redis, 256)) {
        free(fixture);
        return -1;
    }
    *state = fixture;
    return 0;
}

int store_fixture_teardown(void **state)
{
    struct store_fixture *fixture = *state;

    test_redis_stop(&fixture->redis);
    free(fixture);
    return 0;
}

static void on_connected(void *context)
{
    ((struct store_fixture *)context)->connects++;
}

static void on_lost(void *context)
{
    ((struct store_fixture *)context)->losses++;
}

bool store_fixture_connect(struct store_fixture *fixture, const char *user)
{
    struct vv_store_options options = test_redis_options(&fixture->redis, user);
    struct vv_error error = {0};

    if (vv_store_open(fixture->loop, &options, on_connected, on_lost, fixture, &fixture->store,
                      &error) != VV_OK) {
        (void)fprintf(stderr, "%s\n", error.text);
        return false;
    }
    return store_fixture_wait(fixture, &fixture->connects, fixture->connects + 1);
}

int store_fixture_open(void **state)
{
    struct store_fixture *fixture = *state;

    if (fixture->redis.pid == 0 && !test_redis_again(&fixture->redis)) {
        return -1;
    }
    (void)test_redis_run(&fixture->redis, "ACL LOAD"); /* what an earlier test changed */
    (void)test_redis_run(&fixture->redis, "FLUSHALL");
    fixture->connects = fixture->losses = fixture->commits = fixture->reads = 0;
    if (vv_loop_create(&fixture->loop) != VV_OK || vv_commit_create(&fixture->commit) != VV_OK) {
        return -1;
    }
    return store_fixture_connect(fixture, "payment") ? 0 : -1;
}

int store_fixture_close(void **state)
{
    struct store_fixture *fixture = *state;

    vv_store_close(&fixture->store);
    vv_commit_destroy(&fixture->commit);
    vv_loop_destroy(&fixture->loop);
    return 0;
}

bool store_fixture_wait(struct store_fixture *fixture, const int *counter, int at_least)
{
    int64_t end_us = vv_clock_monotonic_us() + patience_us();

    while (*counter < at_least && vv_clock_monotonic_us() < end_us) {
        if (vv_loop_turn(fixture->loop, 20) != VV_OK) {
            return false;
        }
    }
    return *counter >= at_least;
}

/* ---- commits ---- */

void store_fixture_on_commit(void *context, const struct vv_commit_result *result)
{
    struct store_fixture *fixture = context;

    fixture->commits++;
    fixture->result = *result;
}

const struct vv_commit_result *store_fixture_commit(struct store_fixture *fixture)
{
    int before = fixture->commits;

    if (vv_commit_send(fixture->store, fixture->commit, store_fixture_on_commit, fixture) !=
            VV_OK ||
        !store_fixture_wait(fixture, &fixture->commits, before + 1)) {
        return NULL;
    }
    return &fixture->result;
}

void store_fixture_set(struct store_fixture *fixture, const char *key, const char *field,
                       const char *value)
{
    struct vv_field one = {.name = (const uint8_t *)field,
                           .name_len = strlen(field),
                           .value = (const uint8_t *)value,
                           .value_len = strlen(value)};

    vv_commit_set(fixture->commit, key, strlen(key), &one, 1);
}

/* ---- reads ---- */

void store_fixture_on_read(void *context, enum vv_status status, const struct vv_field *pairs,
                           size_t pair_count)
{
    struct store_fixture *fixture = context;
    size_t len = 0;

    fixture->reads++;
    fixture->read_status = status;
    fixture->read_count = pair_count;
    fixture->read_text[0] = '\0';
    for (size_t i = 0; i < pair_count && len < sizeof fixture->read_text; i++) {
        len += (size_t)snprintf(fixture->read_text + len, sizeof fixture->read_text - len,
                                "%.*s=%.*s;", (int)pairs[i].name_len, (const char *)pairs[i].name,
                                (int)pairs[i].value_len, (const char *)pairs[i].value);
    }
}

const char *store_fixture_read(struct store_fixture *fixture, const struct vv_read *read)
{
    int before = fixture->reads;

    if (vv_store_read(fixture->store, read, store_fixture_on_read, fixture) != VV_OK ||
        !store_fixture_wait(fixture, &fixture->reads, before + 1)) {
        return NULL;
    }
    return fixture->read_text;
}

/* ---- image ---- */

static int compare_replies(const void *left, const void *right)
{
    const redisReply *const *a = left;
    const redisReply *const *b = right;

    return strcmp((*a)->str, (*b)->str);
}

void store_fixture_image(const struct store_fixture *fixture, char ret_digest[static 65])
{
    crypto_generichash_state hash;
    unsigned char digest[32];
    redisContext *admin = test_redis_admin(&fixture->redis);
    redisReply *keys = admin != NULL ? redisCommand(admin, "KEYS *") : NULL;

    (void)crypto_generichash_init(&hash, NULL, 0, sizeof digest);
    if (keys != NULL && keys->type == REDIS_REPLY_ARRAY && keys->elements > 0) {
        qsort(keys->element, keys->elements, sizeof keys->element[0], compare_replies);
        for (size_t i = 0; i < keys->elements; i++) {
            const redisReply *key = keys->element[i];
            redisReply *dump = redisCommand(admin, "DUMP %b", key->str, key->len);
            (void)crypto_generichash_update(&hash, (const unsigned char *)key->str, key->len);
            if (dump != NULL && dump->type == REDIS_REPLY_STRING) {
                (void)crypto_generichash_update(&hash, (const unsigned char *)dump->str, dump->len);
            }
            freeReplyObject(dump);
        }
    }
    (void)crypto_generichash_final(&hash, digest, sizeof digest);
    (void)sodium_bin2hex(ret_digest, 65, digest, sizeof digest);
    freeReplyObject(keys);
    if (admin != NULL) {
        redisFree(admin);
    }
}
