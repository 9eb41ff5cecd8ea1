/*
 * store_boot.c: what is done with Redis before the loop runs, blocking: the address, the secret,
 * loading the library and the settings of the region.
 */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store_internal.h"
#include "vagval/config.h"

enum { BOOT_ARGS_MAX = 8, LOADING_TRIES = 100, LOADING_PAUSE_US = 100000 };
static const struct timeval BOOT_TIMEOUT = {.tv_sec = 5};

/* ---- address ---- */

enum vv_status vv_redis_address_parse(const char *text, struct vv_redis_address *ret_address,
                                      struct vv_error *ret_error)
{
    struct vv_redis_address address = {0};

    if (strncmp(text, "unix:", 5) == 0 && text[5] != '\0' &&
        strlen(text + 5) < sizeof address.host) {
        address.is_unix = true;
        memcpy(address.host, text + 5, strlen(text + 5));
        *ret_address = address;
        return VV_OK;
    }
    const char *host = text + 4;
    const char *colon = strncmp(text, "tcp:", 4) == 0 ? strrchr(host, ':') : NULL;
    if (colon != NULL && colon > host && (size_t)(colon - host) < sizeof address.host) {
        char *end;
        errno = 0;
        long port = strtol(colon + 1, &end, 10);
        if (errno == 0 && end != colon + 1 && *end == '\0' && port >= 1 && port <= 65535) {
            memcpy(address.host, host, (size_t)(colon - host));
            address.port = (int)port;
            *ret_address = address;
            return VV_OK;
        }
    }
    return vv_fail(ret_error, VV_INVALID, "redis", "address", 0,
                   "the address must be unix:/path/of/socket or tcp:host:port");
}

/* ---- asking ---- */

redisReply *vv_redis_ask(redisContext *redis, struct vv_error *ret_error, const char *const *argv)
{
    const char *arguments[BOOT_ARGS_MAX];
    size_t lens[BOOT_ARGS_MAX];
    int argc = 0;

    for (; argc < BOOT_ARGS_MAX && argv[argc] != NULL; argc++) {
        arguments[argc] = argv[argc];
        lens[argc] = strlen(argv[argc]);
    }
    redisReply *reply = redisCommandArgv(redis, argc, arguments, lens);
    if (reply == NULL) {
        (void)vv_fail(ret_error, VV_IO, "redis", argv[0], 0, "no reply: %s", redis->errstr);
    }
    return reply;
}

/* Frees the reply and says what its error means. */
static enum vv_status expect_no_error(redisReply *reply, const char *what,
                                      struct vv_error *ret_error)
{
    enum vv_status status = VV_OK;

    if (reply == NULL) {
        return VV_IO;
    }
    if (reply->type == REDIS_REPLY_ERROR) {
        status = vv_fail(ret_error, VV_IO, "redis", what, 0, "%s", reply->str);
    }
    freeReplyObject(reply);
    return status;
}

static enum vv_status authenticate(redisContext *redis, const struct vv_store_options *options,
                                   struct vv_error *ret_error)
{
    char secret[VV_SECRET_BYTES_MAX];

    if (options->user == NULL || options->password_file == NULL) {
        return VV_OK;
    }
    enum vv_status status =
        vv_secret_read(options->password_file, secret, sizeof secret, ret_error);
    if (status != VV_OK) {
        return status;
    }
    const char *argv[] = {"AUTH", options->user, secret, NULL};
    status = expect_no_error(vv_redis_ask(redis, ret_error, argv), "AUTH", ret_error);
    sodium_memzero(secret, sizeof secret);
    return status;
}

/* Redis answers LOADING while it reads its log back: starting together is not an error. */
static enum vv_status await_loaded(redisContext *redis, struct vv_error *ret_error)
{
    const char *argv[] = {"PING", NULL};

    for (int i = 0;; i++) {
        redisReply *reply = vv_redis_ask(redis, ret_error, argv);
        bool loading = reply != NULL && reply->type == REDIS_REPLY_ERROR &&
                       strncmp(reply->str, "LOADING", 7) == 0;
        if (!loading || i == LOADING_TRIES) {
            return expect_no_error(reply, "PING", ret_error);
        }
        freeReplyObject(reply);
        struct timeval pause = {.tv_usec = LOADING_PAUSE_US};
        (void)select(0, NULL, NULL, NULL, &pause);
    }
}

enum vv_status vv_redis_connect(const struct vv_store_options *options, redisContext **ret_redis,
                                struct vv_error *ret_error)
{
    struct vv_redis_address address;
    enum vv_status status = vv_redis_address_parse(options->address, &address, ret_error);

    if (status != VV_OK) {
        return status;
    }
    redisContext *redis = address.is_unix
                              ? redisConnectUnixWithTimeout(address.host, BOOT_TIMEOUT)
                              : redisConnectWithTimeout(address.host, address.port, BOOT_TIMEOUT);
    if (redis == NULL || redis->err != 0) {
        status = vv_fail(ret_error, VV_IO, "redis", "address", 0, "cannot connect to %s: %s",
                         options->address, redis == NULL ? "out of memory" : redis->errstr);
    } else {
        (void)redisSetTimeout(redis, BOOT_TIMEOUT);
        status = authenticate(redis, options, ret_error);
        if (status == VV_OK) {
            status = await_loaded(redis, ret_error);
        }
    }
    if (status != VV_OK) {
        if (redis != NULL) {
            redisFree(redis);
        }
        return status;
    }
    *ret_redis = redis;
    return VV_OK;
}

/* ---- install ---- */

/* FUNCTION LIST gives a list of libraries, each a flat list of names and values. */
static bool library_is_ours(const redisReply *list)
{
    if (list->type != REDIS_REPLY_ARRAY || list->elements != 1) {
        return false;
    }
    const redisReply *library = list->element[0];
    for (size_t i = 0; library->type == REDIS_REPLY_ARRAY && i + 1 < library->elements; i += 2) {
        const redisReply *name = library->element[i];
        const redisReply *value = library->element[i + 1];
        if (name->type == REDIS_REPLY_STRING && strcmp(name->str, "library_code") == 0) {
            return value->type == REDIS_REPLY_STRING && value->len == vv_library_source_len() &&
                   memcmp(value->str, vv_library_source, value->len) == 0;
        }
    }
    return false;
}

enum vv_status vv_store_install(const struct vv_store_options *options, struct vv_error *ret_error)
{
    const char *list[] = {"FUNCTION", "LIST", "LIBRARYNAME", "vagval", "WITHCODE", NULL};
    const char *load[] = {"FUNCTION", "LOAD", "REPLACE", vv_library_source, NULL};
    redisContext *redis;
    enum vv_status status = vv_redis_connect(options, &redis, ret_error);

    if (status != VV_OK) {
        return status;
    }
    redisReply *reply = vv_redis_ask(redis, ret_error, list);
    bool present = reply != NULL && library_is_ours(reply);
    status = expect_no_error(reply, "FUNCTION LIST", ret_error);
    if (status == VV_OK && !present) {
        status = expect_no_error(vv_redis_ask(redis, ret_error, load), "FUNCTION LOAD", ret_error);
    }
    redisFree(redis);
    return status;
}

/* ---- the region ---- */

static const char REGION_KEY[] = "vv:{sys}:region";

/* Reads a setting of the region, creating it with `if_new` (NULL = only read) when absent. */
static enum vv_status region_setting(const struct vv_store_options *options, const char *field,
                                     const char *if_new, char ret_value[static 16],
                                     struct vv_error *ret_error)
{
    const char *get[] = {"HGET", REGION_KEY, field, NULL};
    const char *create[] = {"HSETNX", REGION_KEY, field, if_new, NULL};
    redisContext *redis;
    enum vv_status status = vv_redis_connect(options, &redis, ret_error);

    if (status != VV_OK) {
        return status;
    }
    redisReply *reply = vv_redis_ask(redis, ret_error, get);
    if (reply != NULL && reply->type == REDIS_REPLY_NIL && if_new != NULL) {
        freeReplyObject(reply);
        reply = NULL;
        status = expect_no_error(vv_redis_ask(redis, ret_error, create), "HSETNX", ret_error);
        if (status == VV_OK) {
            /* Somebody else may have been first: theirs is what counts. */
            reply = vv_redis_ask(redis, ret_error, get);
        }
    }
    if (status == VV_OK && reply == NULL) {
        status = VV_IO;
    } else if (status == VV_OK && reply->type == REDIS_REPLY_NIL) {
        status = vv_fail(ret_error, VV_NOT_FOUND, REGION_KEY, field, 0,
                         "the region is not created yet: run `vagval up` once");
    } else if (status == VV_OK && reply->type == REDIS_REPLY_ERROR) {
        status = vv_fail(ret_error, VV_IO, REGION_KEY, field, 0, "%s", reply->str);
    } else if (status == VV_OK && (reply->type != REDIS_REPLY_STRING || reply->len >= 16)) {
        status = vv_fail(ret_error, VV_CORRUPT, REGION_KEY, field, 0, "the setting is damaged");
    } else if (status == VV_OK) {
        memcpy(ret_value, reply->str, reply->len + 1);
    }
    if (reply != NULL) {
        freeReplyObject(reply);
    }
    redisFree(redis);
    return status;
}

enum vv_status vv_store_region(const struct vv_store_options *options, uint16_t partitions_if_new,
                               uint16_t *ret_partitions, struct vv_error *ret_error)
{
    char text[16];
    char value[16];

    if (partitions_if_new > VV_PARTITIONS_MAX) {
        return vv_fail(ret_error, VV_INVALID, REGION_KEY, "partitions", 0,
                       "the number of partitions must be 1..%d", VV_PARTITIONS_MAX);
    }
    (void)snprintf(text, sizeof text, "%u", (unsigned)partitions_if_new);
    enum vv_status status = region_setting(options, "partitions",
                                           partitions_if_new > 0 ? text : NULL, value, ret_error);
    if (status != VV_OK) {
        return status;
    }
    char *end;
    long partitions = strtol(value, &end, 10);
    if (end == value || *end != '\0' || partitions < 1 || partitions > VV_PARTITIONS_MAX) {
        return vv_fail(ret_error, VV_CORRUPT, REGION_KEY, "partitions", 0,
                       "the stored number of partitions is not 1..%d", VV_PARTITIONS_MAX);
    }
    *ret_partitions = (uint16_t)partitions;
    return VV_OK;
}

enum vv_status vv_store_clock(const struct vv_store_options *options, const char *clock_if_new,
                              bool *ret_virtual, struct vv_error *ret_error)
{
    char value[16];
    enum vv_status status = region_setting(options, "clock", clock_if_new, value, ret_error);

    if (status != VV_OK) {
        return status;
    }
    if (strcmp(value, "virtual") != 0 && strcmp(value, "real") != 0) {
        return vv_fail(ret_error, VV_CORRUPT, REGION_KEY, "clock", 0,
                       "the stored clock is neither virtual nor real");
    }
    *ret_virtual = strcmp(value, "virtual") == 0;
    return VV_OK;
}
