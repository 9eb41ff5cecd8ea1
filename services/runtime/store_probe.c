/*
 * store_probe.c: the boot probe. A function that a missing permission stops midway keeps its
 * earlier writes, so each service, before it serves, commits once with every operation as its own
 * user and reads everything back, under keys of its own that nobody else uses.
 */
#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "store_internal.h"

struct probe {
    redisContext *redis;
    enum vv_service_id service;
    struct vv_commit *commit;
    char prefix[64];
    char aggregate[VV_KEY_BYTES_MAX], index[VV_KEY_BYTES_MAX];
    char list[VV_KEY_BYTES_MAX], sums[VV_KEY_BYTES_MAX];
    struct vv_error *ret_error;
};

static const char TIMER[] = "probe-timer";
static const char FIELD[] = "field";

static void probe_key(const struct probe *probe, const char *kind, char ret_key[VV_KEY_BYTES_MAX])
{
    int len = snprintf(ret_key, VV_KEY_BYTES_MAX, "%s:%s", probe->prefix, kind);

    assert(len > 0 && len < VV_KEY_BYTES_MAX);
}

/* Sends a command; gives the reply only when it is not an error. */
static redisReply *ask(struct probe *probe, int argc, const char **argv, const size_t *lens,
                       const char *what)
{
    redisReply *reply = redisCommandArgv(probe->redis, argc, argv, lens);

    if (reply == NULL) {
        (void)vv_fail(probe->ret_error, VV_IO, "redis", what, 0, "no reply: %s",
                      probe->redis->errstr);
    } else if (reply->type == REDIS_REPLY_ERROR) {
        (void)vv_fail(probe->ret_error, VV_IO, "redis probe", what, 0, "%s", reply->str);
        freeReplyObject(reply);
        reply = NULL;
    }
    return reply;
}

static enum vv_status ask_text(struct probe *probe, const char *const *argv)
{
    const char *arguments[8];
    size_t lens[8];
    int argc = 0;

    for (; argc < 8 && argv[argc] != NULL; argc++) {
        arguments[argc] = argv[argc];
        lens[argc] = strlen(argv[argc]);
    }
    redisReply *reply = ask(probe, argc, arguments, lens, argv[0]);
    if (reply == NULL) {
        return VV_IO;
    }
    freeReplyObject(reply);
    return VV_OK;
}

static enum vv_status check_version(struct probe *probe)
{
    const char *argv[] = {"FCALL", "vv_version", "0", NULL};
    redisReply *reply = vv_redis_ask(probe->redis, probe->ret_error, argv);
    enum vv_status status = VV_OK;

    if (reply == NULL) {
        return VV_IO;
    }
    if (reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, "NOPERM", 6) == 0) {
        status = vv_fail(probe->ret_error, VV_IO, "redis probe", argv[0], 0, "%s", reply->str);
    } else if (reply->type != REDIS_REPLY_STRING || strcmp(reply->str, VV_LIBRARY_VERSION) != 0) {
        status = vv_fail(probe->ret_error, VV_UNSUPPORTED, "redis", "vagval library", 0,
                         "needs version %s, Redis says: %s. Load it as the admin user "
                         "(`vagval provision` does, and so does `vagval up`)",
                         VV_LIBRARY_VERSION, reply->str != NULL ? reply->str : "nothing");
    }
    freeReplyObject(reply);
    return status;
}

static enum vv_status run_commit(struct probe *probe, const char *what)
{
    int argc;
    const char **argv;
    const size_t *lens;
    enum vv_status status = vv_commit_command(probe->commit, &argc, &argv, &lens);

    if (status != VV_OK) {
        return vv_fail(probe->ret_error, status, "redis probe", what, 0, "cannot build a commit");
    }
    redisReply *reply = ask(probe, argc, argv, lens, what);
    if (reply == NULL) {
        return VV_IO;
    }
    struct vv_commit_result result;
    vv_commit_parse(reply, &result);
    freeReplyObject(reply);
    if (result.status != VV_OK) {
        return vv_fail(probe->ret_error, VV_IO, "redis probe", what, 0,
                       "a fresh partition refused the commit: %s",
                       result.stale != NULL ? result.stale : vv_status_name(result.status));
    }
    return VV_OK;
}

static void set_fields(struct probe *probe, const char *key, const char *version)
{
    const struct vv_field fields[] = {
        {(const uint8_t *)"v", 1, (const uint8_t *)version, strlen(version)},
        {(const uint8_t *)FIELD, strlen(FIELD), (const uint8_t *)"1", 1},
    };

    vv_commit_set(probe->commit, key, strlen(key), fields, 2);
}

/* Two commits: the second checks and removes what the first made. */
static enum vv_status run_commits(struct probe *probe)
{
    struct vv_commit *commit = probe->commit;
    size_t aggregate_len = strlen(probe->aggregate);

    vv_commit_begin_prefix(commit, probe->prefix, 1);
    vv_commit_check_version(commit, probe->aggregate, aggregate_len, 0);
    vv_commit_check_field(commit, probe->aggregate, aggregate_len, FIELD, strlen(FIELD), NULL, 0);
    set_fields(probe, probe->aggregate, "1");
    set_fields(probe, probe->index, "1"); /* without a check of its own */
    vv_commit_add(commit, probe->sums, strlen(probe->sums), "sum", 1);
    vv_commit_append(commit, probe->list, strlen(probe->list), "item", 4);
    vv_commit_timer_set(commit, TIMER, strlen(TIMER), 1);
    vv_commit_cursor(commit, "source", "", "epoch:1");
    vv_commit_event(commit, "event", 5);
    enum vv_status status = run_commit(probe, "first commit");
    if (status != VV_OK) {
        return status;
    }
    vv_commit_begin_prefix(commit, probe->prefix, 2);
    vv_commit_check_version(commit, probe->aggregate, aggregate_len, 1);
    vv_commit_check_field(commit, probe->aggregate, aggregate_len, FIELD, strlen(FIELD), "1", 1);
    set_fields(probe, probe->aggregate, "2");
    vv_commit_delete_field(commit, probe->aggregate, aggregate_len, FIELD, strlen(FIELD));
    vv_commit_append(commit, probe->list, strlen(probe->list), "item", 4);
    vv_commit_fired(commit, TIMER, strlen(TIMER), 1);
    vv_commit_timer_set(commit, "other", 5, 2);
    vv_commit_cursor(commit, "source", "epoch:1", "epoch:2");
    vv_commit_event(commit, "event", 5);
    return run_commit(probe, "second commit");
}

/* Reads `key` and wants `expected` pairs back (-1 = any number). */
static enum vv_status read_back(struct probe *probe, enum vv_read_kind kind, const char *key,
                                int expected)
{
    struct vv_read read = {.kind = kind,
                           .key = key,
                           .key_len = strlen(key),
                           .field = "v",
                           .field_len = 1,
                           .first = kind == VV_READ_TIMERS ? 100 : 0,
                           .count = 10};
    struct vv_read_command command;
    struct vv_field pairs[16];
    size_t count = 0;

    vv_read_command(&read, &command);
    redisReply *reply = ask(probe, command.argc, command.argv, command.lens, command.argv[0]);
    if (reply == NULL) {
        return VV_IO;
    }
    bool good = expected < 0 ||
                (vv_read_pairs_max(reply) <= sizeof pairs / sizeof pairs[0] &&
                 vv_read_parse(kind, reply, pairs, &count) == VV_OK && (int)count == expected);
    freeReplyObject(reply);
    if (!good) {
        return vv_fail(probe->ret_error, VV_CORRUPT, "redis probe", command.argv[0], 0,
                       "what was committed did not read back");
    }
    return VV_OK;
}

static enum vv_status read_own(struct probe *probe)
{
    char stream[VV_KEY_BYTES_MAX];
    char timers[VV_KEY_BYTES_MAX];
    const char *trim[] = {"XTRIM", stream, "MINID", "2-0", NULL};

    probe_key(probe, "stream", stream);
    probe_key(probe, "timers", timers);
    const struct {
        enum vv_read_kind kind;
        const char *key;
        int expected;
    } reads[] = {
        {VV_READ_HASH, probe->aggregate, 1}, {VV_READ_FIELD, probe->aggregate, 1},
        {VV_READ_HASH, probe->sums, 1},      {VV_READ_LIST, probe->list, 2},
        {VV_READ_STREAM, stream, 2},         {VV_READ_TIMERS, timers, 1},
        {VV_READ_NEXT_TIMER, timers, 1},
    };
    for (size_t i = 0; i < sizeof reads / sizeof reads[0]; i++) {
        enum vv_status status = read_back(probe, reads[i].kind, reads[i].key, reads[i].expected);
        if (status != VV_OK) {
            return status;
        }
    }
    enum vv_status status = ask_text(probe, trim);
    return status == VV_OK ? read_back(probe, VV_READ_STREAM, stream, 1) : status;
}

/* The streams it consumes, the cursors of its own consumers, members and the region. */
static enum vv_status read_others(struct probe *probe)
{
#define F(source, UPPER, snake) {VV_##source, me},
    static const struct {
        enum vv_service_id source, consumer;
    } feeds[] = {
#define me VV_INTAKE
        VV_FEEDS_INTAKE(F)
#undef me
#define me VV_ASSESSMENT
            VV_FEEDS_ASSESSMENT(F)
#undef me
#define me VV_REGISTRY
                VV_FEEDS_REGISTRY(F)
#undef me
#define me VV_PAYMENT
                    VV_FEEDS_PAYMENT(F)
#undef me
    };
#undef F
    char key[VV_KEY_BYTES_MAX];
    enum vv_status status = VV_OK;

    for (size_t i = 0; i < sizeof feeds / sizeof feeds[0] && status == VV_OK; i++) {
        if (feeds[i].consumer == probe->service) {
            (void)vv_key_format(key, 0, feeds[i].source, "stream", (struct vv_id){0});
            status = read_back(probe, VV_READ_STREAM, key, -1);
            if (status == VV_OK) {
                (void)vv_key_format(key, 0, feeds[i].source, "part", (struct vv_id){0});
                status = read_back(probe, VV_READ_HASH, key, -1);
            }
        } else if (feeds[i].source == probe->service) {
            (void)vv_key_format(key, 0, feeds[i].consumer, "cursor", (struct vv_id){0});
            status = read_back(probe, VV_READ_HASH, key, -1);
        }
    }
    for (int s = 0; s < VV_SERVICE_COUNT && status == VV_OK; s++) {
        (void)snprintf(key, sizeof key, "vv:{sys}:members:%s",
                       vv_service_name((enum vv_service_id)s));
        status = read_back(probe, VV_READ_HASH, key, -1);
    }
    if (status != VV_OK) {
        return status;
    }
    /* Deleting a field that is not there needs the same right as a heartbeat. */
    (void)snprintf(key, sizeof key, "vv:{sys}:members:%s", vv_service_name(probe->service));
    const char *beat[] = {"HDEL", key, probe->prefix, NULL};
    status = ask_text(probe, beat);
    return status == VV_OK ? read_back(probe, VV_READ_HASH, "vv:{sys}:region", -1) : status;
}

static enum vv_status clean_up(struct probe *probe)
{
    char part[VV_KEY_BYTES_MAX];
    char cursor[VV_KEY_BYTES_MAX];
    char stream[VV_KEY_BYTES_MAX];
    char timers[VV_KEY_BYTES_MAX];
    const char *delete[] = {"DEL",       part,        cursor,      stream, timers, probe->aggregate,
                            probe->list, probe->sums, probe->index};
    size_t lens[9];

    probe_key(probe, "part", part);
    probe_key(probe, "cursor", cursor);
    probe_key(probe, "stream", stream);
    probe_key(probe, "timers", timers);
    for (size_t i = 0; i < 9; i++) {
        lens[i] = strlen(delete[i]);
    }
    redisReply *reply = ask(probe, 9, delete, lens, "DEL");
    if (reply == NULL) {
        return VV_IO;
    }
    freeReplyObject(reply);
    return VV_OK;
}

enum vv_status vv_store_probe(const struct vv_store_options *options, enum vv_service_id service,
                              struct vv_error *ret_error)
{
    struct probe probe = {.service = service, .ret_error = ret_error};
    unsigned char entropy[8];
    char unique[2 * sizeof entropy + 1];

    if (sodium_init() < 0) {
        return vv_fail(ret_error, VV_IO, "libsodium", NULL, 0, "no source of randomness");
    }
    randombytes_buf(entropy, sizeof entropy);
    (void)sodium_bin2hex(unique, sizeof unique, entropy, sizeof entropy);
    (void)snprintf(probe.prefix, sizeof probe.prefix, "vv:{probe}:%s:%s",
                   vv_service_key_name(service), unique);
    probe_key(&probe, "aggregate", probe.aggregate);
    probe_key(&probe, "index", probe.index);
    probe_key(&probe, "list", probe.list);
    probe_key(&probe, "sums", probe.sums);

    enum vv_status status = vv_commit_create(&probe.commit);
    if (status != VV_OK) {
        return vv_fail(ret_error, status, "redis probe", NULL, 0, "out of memory");
    }
    status = vv_redis_connect(options, &probe.redis, ret_error);
    if (status == VV_OK) {
        status = check_version(&probe);
    }
    if (status == VV_OK) {
        status = run_commits(&probe);
        if (status == VV_OK) {
            status = read_own(&probe);
        }
        if (status == VV_OK) {
            status = read_others(&probe);
        }
        /* Also after a failure: keys that a stopped function left behind. The first error counts.
         */
        struct vv_error ignored;
        probe.ret_error = status == VV_OK ? ret_error : &ignored;
        enum vv_status cleaned = clean_up(&probe);
        status = status == VV_OK ? cleaned : status;
    }
    if (probe.redis != NULL) {
        redisFree(probe.redis);
    }
    vv_commit_destroy(&probe.commit);
    return status;
}
