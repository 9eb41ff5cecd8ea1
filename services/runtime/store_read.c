/*
 * store_read.c: reads as Redis commands, and replies as flat name/value pairs.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "decimal.h"
#include "store_internal.h"

static char *put_word(const char *key, char *at, const char *word)
{
    size_t len = strlen(word);

    assert((size_t)(at - key) + len + 2 < VV_KEY_BYTES_MAX); /* with a colon and NUL after it */
    memcpy(at, word, len);
    return at + len;
}

size_t vv_key_format(char ret_key[static VV_KEY_BYTES_MAX], uint16_t partition,
                     enum vv_service_id service, const char *kind, struct vv_id id)
{
    struct vv_id system = VV_ID_SYSTEM;
    char *at = ret_key;

    /* By hand: each record that is read or written needs a key or two. */
    if (partition == VV_PARTITION_SYSTEM) {
        at = put_word(ret_key, at, "vv:{sys}:");
    } else {
        char number[VV_DECIMAL_BYTES];
        size_t digits = vv_decimal(partition, number);
        at = put_word(ret_key, at, digits == 1 ? "vv:{p00" : digits == 2 ? "vv:{p0" : "vv:{p");
        memcpy(at, number, digits);
        at = put_word(ret_key, at + digits, "}:");
    }
    at = put_word(ret_key, at, vv_service_key_name(service));
    *at++ = ':';
    at = put_word(ret_key, at, kind);
    if (!vv_id_is_nil(id) && !vv_id_equal(id, system)) {
        char text[VV_ID_TEXT_BYTES];
        vv_id_format(id, text);
        *at++ = ':';
        at = put_word(ret_key, at, text);
    }
    *at = '\0';
    return (size_t)(at - ret_key);
}

/* ---- commands ---- */

static void put(struct vv_read_command *command, const void *bytes, size_t len)
{
    assert(command->argc < VV_READ_ARGS_MAX);
    command->argv[command->argc] = bytes;
    command->lens[command->argc++] = len;
}

static void put_text(struct vv_read_command *command, const char *text)
{
    put(command, text, strlen(text));
}

static void put_number(struct vv_read_command *command, int slot, const char *format_suffix,
                       int64_t number)
{
    char *text = command->numbers[slot];

    (void)snprintf(text, VV_READ_NUMBER_BYTES, "%" PRId64 "%s", number, format_suffix);
    put_text(command, text);
}

void vv_read_command(const struct vv_read *read, struct vv_read_command *ret_command)
{
    static const char *const names[] = {
        [VV_READ_HASH] = "HGETALL",         [VV_READ_FIELD] = "HGET",
        [VV_READ_LIST] = "LRANGE",          [VV_READ_STREAM] = "XRANGE",
        [VV_READ_TIMERS] = "ZRANGEBYSCORE", [VV_READ_NEXT_TIMER] = "ZRANGE",
    };

    assert((size_t)read->kind < sizeof names / sizeof names[0]);
    ret_command->argc = 0;
    put_text(ret_command, names[read->kind]);
    put(ret_command, read->key, read->key_len);
    switch (read->kind) {
    case VV_READ_HASH:
        break;
    case VV_READ_FIELD:
        put(ret_command, read->field, read->field_len);
        break;
    case VV_READ_LIST:
        put_number(ret_command, 0, "", read->first);
        put_number(ret_command, 1, "", read->first + (int64_t)read->count - 1);
        break;
    case VV_READ_STREAM:
        put_number(ret_command, 0, "-0", read->first);
        put_text(ret_command, "+");
        put_text(ret_command, "COUNT");
        put_number(ret_command, 1, "", read->count);
        break;
    case VV_READ_TIMERS:
        put_text(ret_command, "-inf");
        put_number(ret_command, 0, "", read->first);
        put_text(ret_command, "WITHSCORES");
        put_text(ret_command, "LIMIT");
        put_text(ret_command, "0");
        put_number(ret_command, 1, "", read->count);
        break;
    case VV_READ_NEXT_TIMER:
        put_text(ret_command, "0");
        put_text(ret_command, "0");
        put_text(ret_command, "WITHSCORES");
        break;
    }
}

/* ---- replies ---- */

size_t vv_read_pairs_max(const redisReply *reply)
{
    return reply->type == REDIS_REPLY_ARRAY ? reply->elements + 1 : 1;
}

static bool is_text(const redisReply *reply)
{
    return reply->type == REDIS_REPLY_STRING;
}

static enum vv_status parse_flat(const redisReply *reply, struct vv_field *pairs, size_t *ret_count)
{
    if (reply->elements % 2 != 0) {
        return VV_CORRUPT;
    }
    for (size_t i = 0; i < reply->elements; i += 2) {
        const redisReply *name = reply->element[i];
        const redisReply *value = reply->element[i + 1];
        if (!is_text(name) || !is_text(value)) {
            return VV_CORRUPT;
        }
        pairs[i / 2] = (struct vv_field){.name = (const uint8_t *)name->str,
                                         .name_len = name->len,
                                         .value = (const uint8_t *)value->str,
                                         .value_len = value->len};
    }
    *ret_count = reply->elements / 2;
    return VV_OK;
}

static enum vv_status parse_list(const redisReply *reply, struct vv_field *pairs, size_t *ret_count)
{
    for (size_t i = 0; i < reply->elements; i++) {
        const redisReply *value = reply->element[i];
        if (!is_text(value)) {
            return VV_CORRUPT;
        }
        pairs[i] = (struct vv_field){.name = (const uint8_t *)"",
                                     .value = (const uint8_t *)value->str,
                                     .value_len = value->len};
    }
    *ret_count = reply->elements;
    return VV_OK;
}

/* One entry: [id, [field, value]]. The part of the id before the dash is the sequence. */
static enum vv_status parse_entry(const redisReply *entry, struct vv_field *ret_pair)
{
    if (entry->type != REDIS_REPLY_ARRAY || entry->elements != 2 || !is_text(entry->element[0]) ||
        entry->element[1]->type != REDIS_REPLY_ARRAY || entry->element[1]->elements != 2 ||
        !is_text(entry->element[1]->element[1])) {
        return VV_CORRUPT;
    }
    const redisReply *id = entry->element[0];
    const redisReply *value = entry->element[1]->element[1];
    const char *dash = memchr(id->str, '-', id->len);
    if (dash == NULL) {
        return VV_CORRUPT;
    }
    *ret_pair = (struct vv_field){.name = (const uint8_t *)id->str,
                                  .name_len = (size_t)(dash - id->str),
                                  .value = (const uint8_t *)value->str,
                                  .value_len = value->len};
    return VV_OK;
}

enum vv_status vv_read_parse(enum vv_read_kind kind, const redisReply *reply,
                             struct vv_field *pairs, size_t *ret_count)
{
    if (kind == VV_READ_FIELD) {
        if (reply->type == REDIS_REPLY_NIL) {
            *ret_count = 0;
            return VV_OK;
        }
        if (!is_text(reply)) {
            return VV_CORRUPT;
        }
        pairs[0] = (struct vv_field){.name = (const uint8_t *)"",
                                     .value = (const uint8_t *)reply->str,
                                     .value_len = reply->len};
        *ret_count = 1;
        return VV_OK;
    }
    if (reply->type != REDIS_REPLY_ARRAY) {
        return VV_CORRUPT;
    }
    if (kind == VV_READ_LIST) {
        return parse_list(reply, pairs, ret_count);
    }
    if (kind != VV_READ_STREAM) {
        return parse_flat(reply, pairs, ret_count);
    }
    for (size_t i = 0; i < reply->elements; i++) {
        if (parse_entry(reply->element[i], &pairs[i]) != VV_OK) {
            return VV_CORRUPT;
        }
    }
    *ret_count = reply->elements;
    return VV_OK;
}

static void read_replied(struct vv_store *store, struct vv_request *request,
                         const redisReply *reply)
{
    size_t count = 0;
    struct vv_field *pairs = vv_store_pairs(store, vv_read_pairs_max(reply));
    enum vv_status status;

    if (reply->type == REDIS_REPLY_ERROR) {
        status = vv_reply_error_status(reply);
    } else if (pairs == NULL) {
        status = VV_NO_MEMORY;
    } else {
        status = vv_read_parse(request->read_kind, reply, pairs, &count);
    }
    if (status != VV_OK) {
        count = 0;
    }
    request->done.read(request->context, status, pairs, count);
}

enum vv_status vv_store_read(struct vv_store *store, const struct vv_read *read, vv_read_done *done,
                             void *context)
{
    struct vv_read_command command;
    struct vv_request request = {.reply = read_replied,
                                 .read_kind = read->kind,
                                 .frees_context = read->frees_context,
                                 .done.read = done,
                                 .context = context};

    assert(done != NULL);
    vv_read_command(read, &command);
    return vv_store_command(store, &request, 1, command.argc, command.argv, command.lens);
}

/* ---- small writes that nobody waits for ---- */

static void ignore_reply(struct vv_store *store, struct vv_request *request,
                         const redisReply *reply)
{
    (void)store;
    (void)request;
    (void)reply;
}

static enum vv_status command_text(struct vv_store *store, int argc, const char **argv,
                                   const size_t *key_len)
{
    struct vv_request request = {.reply = ignore_reply};
    size_t lens[4];

    assert(argc <= 4);
    for (int i = 0; i < argc; i++) {
        lens[i] = i == 1 && key_len != NULL ? *key_len : strlen(argv[i]);
    }
    return vv_store_command(store, &request, 1, argc, argv, lens);
}

enum vv_status vv_store_trim(struct vv_store *store, const char *stream_key, size_t key_len,
                             uint64_t keep_from)
{
    char sequence[VV_READ_NUMBER_BYTES];
    const char *argv[] = {"XTRIM", stream_key, "MINID", sequence};

    (void)snprintf(sequence, sizeof sequence, "%" PRIu64 "-0", keep_from);
    return command_text(store, 4, argv, &key_len);
}

enum vv_status vv_store_beat(struct vv_store *store, const char *key, const char *field,
                             const char *value)
{
    const char *argv[] = {"HSET", key, field, value};

    return command_text(store, 4, argv, NULL);
}

enum vv_status vv_store_unbeat(struct vv_store *store, const char *key, const char *field)
{
    const char *argv[] = {"HDEL", key, field};

    return command_text(store, 3, argv, NULL);
}
