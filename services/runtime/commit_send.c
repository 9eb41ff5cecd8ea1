/*
 * commit_send.c: a filled builder as one FCALL vv_commit, and the reply as a result.
 */
#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commit_internal.h"

enum { KEY_CURSOR = 2, KEY_STREAM_NUMBER = 3, KEY_TIMERS = 4 };

/* Adds of one key stand together, in the order in which they came. */
static int compare_adds(const void *left, const void *right)
{
    const struct add *a = left;
    const struct add *b = right;

    if (a->key != b->key) {
        return a->key < b->key ? -1 : 1;
    }
    return a->field.at < b->field.at ? -1 : a->field.at > b->field.at;
}

static void finish_adds(struct vv_commit *commit)
{
    if (commit->add_count > 1) {
        qsort(commit->adds, commit->add_count, sizeof commit->adds[0], compare_adds);
    }
    for (size_t i = 0; i < commit->add_count;) {
        uint16_t key = commit->adds[i].key;
        size_t first = commit->arg_count;
        for (; i < commit->add_count && commit->adds[i].key == key; i++) {
            int64_t delta = commit->adds[i].delta;
            if (delta > VV_MONEY_MAX || delta < -VV_MONEY_MAX) {
                commit->problem = VV_INVALID;
                return;
            }
            commit_arg(commit, commit->adds[i].field);
            commit_arg(commit, commit_number(commit, delta));
        }
        commit_check(commit, OP_ADD, key, first);
        commit_write(commit, OP_HSET, key, first);
    }
}

static int compare_appends(const void *left, const void *right)
{
    const struct append *a = left;
    const struct append *b = right;

    if (a->key != b->key) {
        return a->key < b->key ? -1 : 1;
    }
    /* In the order in which they came: so they stand in the builder's bytes. An empty one stands
     * where the next one begins. */
    if (a->value.at != b->value.at) {
        return a->value.at < b->value.at ? -1 : 1;
    }
    return a->value.len < b->value.len ? -1 : a->value.len > b->value.len;
}

/* What is appended to one list goes there with one command. */
static void finish_appends(struct vv_commit *commit)
{
    if (commit->append_count > 1) {
        qsort(commit->appends, commit->append_count, sizeof commit->appends[0], compare_appends);
    }
    for (size_t i = 0; i < commit->append_count;) {
        uint16_t key = commit->appends[i].key;
        size_t first = commit->arg_count;
        for (; i < commit->append_count && commit->appends[i].key == key; i++) {
            commit_arg(commit, commit->appends[i].value);
        }
        commit_write(commit, OP_RPUSH, key, first);
    }
}

static void finish_timers(struct vv_commit *commit)
{
    size_t first = commit->arg_count;

    for (size_t i = 0; i < commit->timer_count; i++) {
        const struct timer *timer = &commit->timers[i];
        if (timer->fired) {
            commit_arg(commit, commit_number(commit, timer->fired_ms));
            commit_arg(commit, timer->member);
        }
    }
    if (commit->arg_count > first) {
        commit_check(commit, OP_FIRED, KEY_TIMERS, first);
    } else if (commit->timer_count > 0) {
        commit_check(commit, OP_IS_ZSET, KEY_TIMERS, first);
    }
    first = commit->arg_count;
    for (size_t i = 0; i < commit->timer_count; i++) {
        if (!commit->timers[i].set) {
            commit_arg(commit, commit->timers[i].member);
        }
    }
    if (commit->arg_count > first) {
        commit_write(commit, OP_ZREM, KEY_TIMERS, first);
    }
    first = commit->arg_count;
    for (size_t i = 0; i < commit->timer_count; i++) {
        const struct timer *timer = &commit->timers[i];
        if (timer->set) {
            commit_arg(commit, commit_number(commit, timer->due_ms));
            commit_arg(commit, timer->member);
        }
    }
    if (commit->arg_count > first) {
        commit_write(commit, OP_ZADD, KEY_TIMERS, first);
    }
}

static void finish_cursors(struct vv_commit *commit)
{
    size_t first = commit->arg_count;

    if (commit->cursor_count == 0) {
        return;
    }
    for (size_t i = 0; i < commit->cursor_count; i++) {
        commit_arg(commit, commit->cursors[i].source);
        commit_arg(commit, commit->cursors[i].to);
    }
    commit_check(commit, OP_CURSOR, KEY_CURSOR, first);
    commit_write(commit, OP_HSET, KEY_CURSOR, first);
    for (size_t i = 0; i < commit->cursor_count; i++) {
        commit_arg(commit, commit->cursors[i].from);
    }
}

/* Keys that are written without being checked: reading them as the right type is the check. */
static void finish_types(struct vv_commit *commit)
{
    for (size_t i = FIXED_KEYS; i < commit->key_count; i++) {
        const struct key *key = &commit->keys[i];
        if (!key->read) {
            commit_check(commit, key->type == KEY_LIST ? OP_IS_LIST : OP_IS_HASH, (uint16_t)(i + 1),
                         commit->arg_count);
        }
    }
}

static unsigned char *put_op(unsigned char *at, const struct op *op)
{
    unsigned operand = (unsigned)op->first + HEADER_ARGS + 1; /* as in ARGV */

    *at++ = op->code;
    *at++ = (unsigned char)(op->key >> 8);
    *at++ = (unsigned char)op->key;
    *at++ = (unsigned char)(operand >> 8);
    *at++ = (unsigned char)operand;
    *at++ = (unsigned char)(op->count >> 8);
    *at++ = (unsigned char)op->count;
    return at;
}

struct command {
    struct vv_commit *commit;
    int argc;
};

static void put(struct command *command, const void *bytes, size_t len)
{
    assert(command->argc < COMMAND_ARGS);
    command->commit->argv[command->argc] = bytes;
    command->commit->lens[command->argc++] = len;
}

/* Checks of what was read: needless when nobody has committed since. */
static bool is_of_read(const struct op *check)
{
    return check->code == OP_VERSION || check->code == OP_FIELD || check->code == OP_NO_FIELD;
}

static unsigned char *put_checks(const struct vv_commit *commit, bool left_out, unsigned char *at)
{
    for (size_t i = 0; i < commit->check_count; i++) {
        const struct op *check = &commit->checks[i];
        if (left_out == (commit->trusts_after && is_of_read(check))) {
            at = put_op(at, check);
        }
    }
    return at;
}

/* Events come first of the writes: XADD is the only write that can refuse. */
static unsigned char *put_writes(const struct vv_commit *commit, const struct op *events,
                                 unsigned char *at)
{
    if (events->count > 0) {
        at = put_op(at, events);
    }
    for (size_t i = 0; i < commit->write_count; i++) {
        at = put_op(at, &commit->writes[i]);
    }
    return at;
}

static void make_tag(struct vv_commit *commit)
{
    unsigned char entropy[8];

    randombytes_buf(entropy, sizeof entropy);
    (void)sodium_bin2hex(commit->tag, sizeof commit->tag, entropy, sizeof entropy);
}

enum vv_status vv_commit_command(struct vv_commit *commit, int *ret_argc, const char ***ret_argv,
                                 const size_t **ret_lens)
{
    if (commit->problem != VV_OK) {
        return commit->problem;
    }
    finish_adds(commit);
    finish_appends(commit);
    finish_timers(commit);
    finish_cursors(commit);
    finish_types(commit);
    struct op events = {.code = OP_EVENT,
                        .key = KEY_STREAM_NUMBER,
                        .first = (uint16_t)commit->arg_count,
                        .count = (uint16_t)commit->event_count};
    for (size_t i = 0; i < commit->event_count; i++) {
        commit_arg(commit, commit->events[i]);
    }
    struct slice recorded = commit_number(commit, commit->recorded_ms);
    if (commit->problem != VV_OK) {
        return commit->problem;
    }

    const unsigned char *checks = commit->program;
    unsigned char *left_out = put_checks(commit, false, commit->program);
    unsigned char *writes = put_checks(commit, true, left_out);
    const unsigned char *end = put_writes(commit, &events, writes);
    make_tag(commit);
    int len = snprintf(commit->key_number, sizeof commit->key_number, "%zu", commit->key_count);
    struct command command = {.commit = commit};
    put(&command, "FCALL", 5);
    put(&command, "vv_commit", 9);
    put(&command, commit->key_number, (size_t)len);
    for (size_t i = 0; i < commit->key_count; i++) {
        put(&command, commit->bytes + commit->keys[i].text.at, commit->keys[i].text.len);
    }
    put(&command, commit->bytes + recorded.at, recorded.len);
    put(&command, commit->tag, strlen(commit->tag));
    put(&command, checks, (size_t)(left_out - checks));
    put(&command, writes, (size_t)(end - writes));
    put(&command, commit->after, strlen(commit->after));
    put(&command, left_out, (size_t)(writes - left_out));
    for (size_t i = 0; i < commit->arg_count; i++) {
        put(&command, commit->bytes + commit->args[i].at, commit->args[i].len);
    }
    /* Sent once: a second send of the same content would repeat the finishing touches. */
    commit->problem = VV_INVALID;
    *ret_argc = command.argc;
    *ret_argv = commit->argv;
    *ret_lens = commit->lens;
    return VV_OK;
}

/* ---- the reply ---- */

static const char *stale_name(const redisReply *reply)
{
    static const char *const names[] = {"version", "field", "cursor", "timer", "recorded"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], reply->str) == 0) {
            return names[i];
        }
    }
    return NULL;
}

void vv_commit_parse(const redisReply *reply, struct vv_commit_result *ret_result)
{
    struct vv_commit_result result = {.status = VV_IO};

    if (reply->type == REDIS_REPLY_ERROR) {
        result.status = vv_reply_error_status(reply);
    } else if (reply->type == REDIS_REPLY_ARRAY && reply->elements >= 2 &&
               reply->element[1]->type == REDIS_REPLY_STRING) {
        const redisReply *head = reply->element[0];
        const redisReply *tail = reply->element[1];
        if (head->type == REDIS_REPLY_INTEGER && head->integer > 0 && reply->elements == 3 &&
            tail->len < sizeof result.epoch) {
            result.status = VV_OK;
            result.first_sequence = (uint64_t)head->integer;
            result.after = reply->element[2]->integer == 1;
            memcpy(result.epoch, tail->str, tail->len);
        } else if (head->type == REDIS_REPLY_STRING && stale_name(head) != NULL) {
            result.status = VV_STALE;
            result.stale = stale_name(head);
            result.recorded_ms = strtoll(tail->str, NULL, 10);
        }
    }
    *ret_result = result;
}

static void commit_replied(struct vv_store *store, struct vv_request *request,
                           const redisReply *reply)
{
    struct vv_commit_result result;

    (void)store;
    vv_commit_parse(reply, &result);
    request->done.commit(request->context, &result);
}

enum vv_status vv_commit_send(struct vv_store *store, struct vv_commit *commit,
                              vv_commit_done *done, void *context)
{
    int argc;
    const char **argv;
    const size_t *lens;

    /* Asked first: what was built must still be there for another try when we are not ready. */
    enum vv_status status = vv_store_accepts(store);
    if (status == VV_OK) {
        status = vv_commit_command(commit, &argc, &argv, &lens);
    }
    if (status != VV_OK) {
        return status;
    }
    struct vv_request request = {
        .reply = commit_replied, .done.commit = done, .is_commit = true, .context = context};
    return vv_store_command(store, &request, 3, argc, argv, lens);
}
