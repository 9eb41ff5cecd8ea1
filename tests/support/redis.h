/*
 * redis.h: a private Redis for a test, with the project's own settings and users, on a unix socket
 * in a directory of its own. Run from the top of the repository.
 */
#ifndef VAGVAL_TESTS_REDIS_H
#define VAGVAL_TESTS_REDIS_H

#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <sys/types.h>

#include "vagval/store.h"

struct test_redis {
    char dir[64];
    char address[96]; /* unix:<dir>/redis.sock */
    pid_t pid;        /* 0 while it does not run */
    char passwords[6][96];
};

/* Starts it and waits until it answers, loads the library and creates a region of `partitions`
 * with a virtual clock. False after saying why on stderr. */
bool test_redis_start(struct test_redis *ret_redis, uint16_t partitions);
/* The same without library and region. */
bool test_redis_start_bare(struct test_redis *ret_redis);
/* SIGKILL, as a machine fails; what it acknowledged is on disk. */
void test_redis_kill(struct test_redis *redis);
/* Starts it again on the same directory. */
bool test_redis_again(struct test_redis *redis);
/* Ends it and removes the directory. May be called twice. */
void test_redis_stop(struct test_redis *redis);

/* How `user` connects: admin, operator, intake, assessment, registry or payment. */
struct vv_store_options test_redis_options(const struct test_redis *redis, const char *user);
/* A blocking connection of the admin; the caller frees it. NULL when it does not answer. */
redisContext *test_redis_admin(const struct test_redis *redis);
/* One command of the admin, formatted as by redisCommand; for integers, statuses and strings.
 * Returns "" for nil, the text of an error, and "lost" without a reply. Valid until the next. */
const char *test_redis_ask(const struct test_redis *redis, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The same for a command whose words are separated by single spaces. */
const char *test_redis_run(const struct test_redis *redis, const char *words);

#endif
