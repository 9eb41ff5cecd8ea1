/*
 * store_fixture.h: a private Redis, a loop, a store and a commit builder, driven one step at a time
 * from a test. Callbacks only record; the test asserts afterwards.
 */
#ifndef VAGVAL_TESTS_STORE_FIXTURE_H
#define VAGVAL_TESTS_STORE_FIXTURE_H

#include "redis.h"
#include "vagval/loop.h"
#include "vagval/store.h"

struct store_fixture {
    struct test_redis redis;
    struct vv_loop *loop;
    struct vv_store *store;
    struct vv_commit *commit;
    int connects, losses;
    int commits; /* results that came */
    struct vv_commit_result result;
    int reads; /* replies that came */
    enum vv_status read_status;
    size_t read_count;
    char read_text[4096]; /* "name=value;" of each pair */
};

/* Group setup and teardown: one Redis for all tests of the program. */
int store_fixture_setup(void **state);
int store_fixture_teardown(void **state);
/* Test setup and teardown: an empty database, and a store of user `payment` that is ready. */
int store_fixture_open(void **state);
int store_fixture_close(void **state);

/* Opens a store as `user`; false when it was not ready in time. */
bool store_fixture_connect(struct store_fixture *fixture, const char *user);
/* Turns the loop until *counter reaches at_least; false when it did not in ten seconds. */
bool store_fixture_wait(struct store_fixture *fixture, const int *counter, int at_least);
/* Sends what the builder holds and waits. NULL when it could not be sent or no result came. */
const struct vv_commit_result *store_fixture_commit(struct store_fixture *fixture);
/* Reads and waits: the pairs as text, or NULL when it could not be sent or no reply came. */
const char *store_fixture_read(struct store_fixture *fixture, const struct vv_read *read);
void store_fixture_on_commit(void *context, const struct vv_commit_result *result);
void store_fixture_on_read(void *context, enum vv_status status, const struct vv_field *pairs,
                           size_t pair_count);

/* A digest of all that Redis holds: two that are equal mean that nothing was written between. */
void store_fixture_image(const struct store_fixture *fixture, char ret_digest[static 65]);

/* One set and one field from C strings. */
void store_fixture_set(struct store_fixture *fixture, const char *key, const char *field,
                       const char *value);
#define STORE_FIXTURE_KEY(text) (text), strlen(text)

#endif
