/*
 * commit.c: collects what one commit checks and writes.
 *
 * Everything is copied, so that the caller's arena may go. What the items of a batch say about the
 * same thing is folded here, where it is cheap: one version check per aggregate, one sum per
 * counter, the last word on each timer, one step per cursor.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "commit_internal.h"
#include "decimal.h"

enum { KEY_PART = 1, KEY_CURSOR, KEY_STREAM_INDEX, KEY_TIMERS };

static void note(struct vv_commit *commit, enum vv_status problem)
{
    if (commit->problem == VV_OK) {
        commit->problem = problem;
    }
}

/* ---- bytes and operands ---- */

struct slice commit_bytes(struct vv_commit *commit, const void *bytes, size_t len)
{
    if (len > COMMIT_BYTES_MAX - commit->bytes_len) {
        note(commit, VV_TOO_LARGE);
        return (struct slice){0};
    }
    if (commit->bytes_len + len > commit->bytes_cap) {
        size_t cap = commit->bytes_cap == 0 ? 16384 : commit->bytes_cap;
        while (cap < commit->bytes_len + len) {
            cap *= 2;
        }
        char *grown = realloc(commit->bytes, cap);
        if (grown == NULL) {
            note(commit, VV_NO_MEMORY);
            return (struct slice){0};
        }
        commit->bytes = grown;
        commit->bytes_cap = cap;
    }
    struct slice slice = {.at = (uint32_t)commit->bytes_len, .len = (uint32_t)len};
    if (len > 0) {
        memcpy(commit->bytes + commit->bytes_len, bytes, len);
    }
    commit->bytes_len += len;
    return slice;
}

struct slice commit_number(struct vv_commit *commit, int64_t number)
{
    char text[VV_DECIMAL_BYTES];

    return commit_bytes(commit, text, vv_decimal_signed(number, text));
}

void commit_arg(struct vv_commit *commit, struct slice slice)
{
    if (commit->arg_count == ARGS_CAP) {
        note(commit, VV_TOO_LARGE);
        return;
    }
    commit->args[commit->arg_count++] = slice;
}

/* Operands that are added only when the commit is sent count from the start. */
static void reserve(struct vv_commit *commit, size_t count)
{
    commit->arg_reserve += count;
    if (commit->arg_count + commit->arg_reserve > ARGS_CAP) {
        note(commit, VV_TOO_LARGE);
    }
}

void commit_check(struct vv_commit *commit, uint8_t code, uint16_t key, size_t first)
{
    if (commit->check_count == OPS_CAP) {
        note(commit, VV_TOO_LARGE);
        return;
    }
    commit->checks[commit->check_count++] = (struct op){
        .code = code,
        .key = key,
        .first = (uint16_t)first,
        .count = (uint16_t)(commit->arg_count - first),
    };
}

void commit_write(struct vv_commit *commit, uint8_t code, uint16_t key, size_t first)
{
    uint16_t count = (uint16_t)(commit->arg_count - first);

    if (commit->write_count > 0) {
        struct op *last = &commit->writes[commit->write_count - 1];
        if (last->code == code && last->key == key && last->first + last->count == (int)first) {
            last->count = (uint16_t)(last->count + count);
            return;
        }
    }
    if (commit->write_count == OPS_CAP) {
        note(commit, VV_TOO_LARGE);
        return;
    }
    commit->writes[commit->write_count++] =
        (struct op){.code = code, .key = key, .first = (uint16_t)first, .count = count};
}

/* ---- lookups: open addressing over small lists; 0 = free, else position + 1 ---- */

static uint32_t hash_bytes(uint32_t hash, const void *bytes, size_t len)
{
    const unsigned char *at = bytes;

    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ at[i]) * UINT32_C(16777619);
    }
    return hash;
}

static const uint32_t HASH_START = UINT32_C(2166136261);

static bool slice_is(const struct vv_commit *commit, struct slice slice, const void *bytes,
                     size_t len)
{
    return slice.len == len && (len == 0 || memcmp(commit->bytes + slice.at, bytes, len) == 0);
}

/* The key's 1-based number, or 0 after noting a problem. A key that is written as two types would
 * fail midway when it is absent, so that is found here. */
static uint16_t key_number(struct vv_commit *commit, const char *key, size_t key_len,
                           enum key_type type)
{
    uint32_t slot = hash_bytes(HASH_START, key, key_len) % INDEX_SLOTS;

    for (; commit->key_index[slot] != 0; slot = (slot + 1) % INDEX_SLOTS) {
        uint16_t number = commit->key_index[slot];
        struct key *known = &commit->keys[number - 1];
        if (slice_is(commit, known->text, key, key_len)) {
            if (known->type != type || number <= FIXED_KEYS) {
                note(commit, VV_INVALID);
                return 0;
            }
            return number;
        }
    }
    if (commit->key_count == KEYS_CAP) {
        note(commit, VV_TOO_LARGE);
        return 0;
    }
    struct slice text = commit_bytes(commit, key, key_len);
    if (commit->problem != VV_OK) {
        return 0;
    }
    commit->keys[commit->key_count++] = (struct key){.text = text, .type = type};
    commit->key_index[slot] = (uint16_t)commit->key_count;
    return (uint16_t)commit->key_count;
}

/* ---- life ---- */

enum vv_status vv_commit_create(struct vv_commit **ret_commit)
{
    struct vv_commit *commit = calloc(1, sizeof *commit);

    if (commit == NULL) {
        return VV_NO_MEMORY;
    }
    commit->program = malloc((size_t)(2 * OPS_CAP + 64) * OP_BYTES);
    if (commit->program == NULL) {
        free(commit);
        return VV_NO_MEMORY;
    }
    *ret_commit = commit;
    return VV_OK;
}

void vv_commit_destroy(struct vv_commit **commit)
{
    if (commit != NULL && *commit != NULL) {
        free((*commit)->bytes);
        free((*commit)->program);
        free(*commit);
        *commit = NULL;
    }
}

void vv_commit_begin_prefix(struct vv_commit *commit, const char *prefix, int64_t recorded_ms)
{
    static const struct {
        const char *kind;
        enum key_type type;
    } fixed[FIXED_KEYS] = {
        {"part", KEY_HASH}, {"cursor", KEY_HASH}, {"stream", KEY_STREAM}, {"timers", KEY_ZSET}};

    commit->problem = VV_OK;
    commit->recorded_ms = recorded_ms;
    commit->bytes_len = 0;
    commit->key_count = commit->arg_count = commit->arg_reserve = 0;
    commit->check_count = commit->write_count = 0;
    commit->add_count = commit->append_count = commit->timer_count = 0;
    commit->event_count = commit->cursor_count = 0;
    commit->after[0] = '\0';
    commit->trusts_after = false;
    memset(commit->key_index, 0, sizeof commit->key_index);
    memset(commit->add_index, 0, sizeof commit->add_index);
    memset(commit->timer_index, 0, sizeof commit->timer_index);
    char key[VV_KEY_BYTES_MAX];
    size_t prefix_len = strlen(prefix);
    assert(prefix_len + sizeof ":cursor" <= sizeof key);
    memcpy(key, prefix, prefix_len);
    key[prefix_len] = ':';
    for (size_t i = 0; i < FIXED_KEYS; i++) {
        size_t len = strlen(fixed[i].kind);
        memcpy(key + prefix_len + 1, fixed[i].kind, len);
        (void)key_number(commit, key, prefix_len + 1 + len, fixed[i].type);
    }
}

void vv_commit_begin(struct vv_commit *commit, uint16_t partition, enum vv_service_id service,
                     int64_t recorded_ms)
{
    char key[VV_KEY_BYTES_MAX];
    size_t len = vv_key_format(key, partition, service, "x", (struct vv_id){0});

    key[len - 2] = '\0'; /* without ":x" */
    vv_commit_begin_prefix(commit, key, recorded_ms);
}

enum vv_status vv_commit_problem(const struct vv_commit *commit)
{
    return commit->problem;
}

void vv_commit_after(struct vv_commit *commit, const char *tag, bool trusted)
{
    size_t len = strlen(tag);

    assert(len < sizeof commit->after);
    memcpy(commit->after, tag, len + 1);
    commit->trusts_after = trusted && len > 0;
}

const char *vv_commit_tag(const struct vv_commit *commit)
{
    return commit->tag;
}

/* ---- checks ---- */

void vv_commit_check_version(struct vv_commit *commit, const char *key, size_t key_len,
                             uint64_t version)
{
    uint16_t number = key_number(commit, key, key_len, KEY_HASH);

    if (number == 0) {
        return;
    }
    struct key *known = &commit->keys[number - 1];
    if (known->has_version && known->version == version) {
        return;
    }
    if (version > INT64_MAX) {
        note(commit, VV_INVALID);
        return;
    }
    known->has_version = known->read = true;
    known->version = version;
    size_t first = commit->arg_count;
    if (version > 0) {
        commit_arg(commit, commit_number(commit, (int64_t)version));
    }
    commit_check(commit, version > 0 ? OP_VERSION : OP_NEW, number, first);
}

void vv_commit_check_field(struct vv_commit *commit, const char *key, size_t key_len,
                           const void *field, size_t field_len, const void *value, size_t len)
{
    uint16_t number = key_number(commit, key, key_len, KEY_HASH);

    if (number == 0) {
        return;
    }
    commit->keys[number - 1].read = true;
    size_t first = commit->arg_count;
    commit_arg(commit, commit_bytes(commit, field, field_len));
    if (value != NULL) {
        commit_arg(commit, commit_bytes(commit, value, len));
    }
    commit_check(commit, value != NULL ? OP_FIELD : OP_NO_FIELD, number, first);
}

void vv_commit_cursor(struct vv_commit *commit, const char *source, const char *from,
                      const char *to)
{
    for (size_t i = 0; i < commit->cursor_count; i++) {
        struct cursor *cursor = &commit->cursors[i];
        if (slice_is(commit, cursor->source, source, strlen(source))) {
            /* The next event of the same source in this batch: one longer step. */
            if (!slice_is(commit, cursor->to, from, strlen(from))) {
                note(commit, VV_INVALID);
                return;
            }
            cursor->to = commit_bytes(commit, to, strlen(to));
            return;
        }
    }
    if (commit->cursor_count == CURSORS_CAP) {
        note(commit, VV_TOO_LARGE);
        return;
    }
    reserve(commit, 3);
    commit->cursors[commit->cursor_count++] = (struct cursor){
        .source = commit_bytes(commit, source, strlen(source)),
        .from = commit_bytes(commit, from, strlen(from)),
        .to = commit_bytes(commit, to, strlen(to)),
    };
}

/* ---- timers ---- */

static struct timer *find_timer(struct vv_commit *commit, const char *member, size_t len)
{
    uint32_t slot = hash_bytes(HASH_START, member, len) % INDEX_SLOTS;

    for (; commit->timer_index[slot] != 0; slot = (slot + 1) % INDEX_SLOTS) {
        struct timer *timer = &commit->timers[commit->timer_index[slot] - 1];
        if (slice_is(commit, timer->member, member, len)) {
            return timer;
        }
    }
    if (commit->timer_count == TIMERS_CAP) {
        note(commit, VV_TOO_LARGE);
        return NULL;
    }
    reserve(commit, 4); /* at most: fired with its due, and set or cleared */
    struct slice text = commit_bytes(commit, member, len);
    if (commit->problem != VV_OK) {
        return NULL;
    }
    struct timer *timer = &commit->timers[commit->timer_count++];
    *timer = (struct timer){.member = text};
    commit->timer_index[slot] = (uint16_t)commit->timer_count;
    return timer;
}

/* A sorted set's scores are doubles. */
static bool due_fits(struct vv_commit *commit, int64_t due_ms)
{
    if (due_ms > VV_MONEY_MAX || due_ms < -VV_MONEY_MAX) {
        note(commit, VV_INVALID);
        return false;
    }
    return true;
}

void vv_commit_fired(struct vv_commit *commit, const char *member, size_t len, int64_t due_ms)
{
    struct timer *timer = due_fits(commit, due_ms) ? find_timer(commit, member, len) : NULL;

    if (timer != NULL) {
        if (timer->fired && timer->fired_ms != due_ms) {
            note(commit, VV_INVALID);
        }
        timer->fired = true;
        timer->fired_ms = due_ms;
    }
}

void vv_commit_timer_set(struct vv_commit *commit, const char *member, size_t len, int64_t due_ms)
{
    struct timer *timer = due_fits(commit, due_ms) ? find_timer(commit, member, len) : NULL;

    if (timer != NULL) {
        timer->set = true;
        timer->due_ms = due_ms;
    }
}

void vv_commit_timer_clear(struct vv_commit *commit, const char *member, size_t len)
{
    struct timer *timer = find_timer(commit, member, len);

    if (timer != NULL) {
        timer->set = false;
    }
}

/* ---- writes ---- */

void vv_commit_set(struct vv_commit *commit, const char *key, size_t key_len,
                   const struct vv_field *fields, size_t count)
{
    uint16_t number = count > 0 ? key_number(commit, key, key_len, KEY_HASH) : 0;
    size_t first = commit->arg_count;

    if (number == 0) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        commit_arg(commit, commit_bytes(commit, fields[i].name, fields[i].name_len));
        commit_arg(commit, commit_bytes(commit, fields[i].value, fields[i].value_len));
    }
    commit_write(commit, OP_HSET, number, first);
    reserve(commit, 0);
}

void vv_commit_delete_field(struct vv_commit *commit, const char *key, size_t key_len,
                            const void *field, size_t field_len)
{
    uint16_t number = key_number(commit, key, key_len, KEY_HASH);
    size_t first = commit->arg_count;

    if (number != 0) {
        commit_arg(commit, commit_bytes(commit, field, field_len));
        commit_write(commit, OP_HDEL, number, first);
        reserve(commit, 0);
    }
}

void vv_commit_add(struct vv_commit *commit, const char *key, size_t key_len, const char *field,
                   int64_t delta)
{
    uint16_t number = key_number(commit, key, key_len, KEY_HASH);
    size_t field_len = strlen(field);

    if (number == 0) {
        return;
    }
    uint32_t hash = hash_bytes(HASH_START, &number, sizeof number);
    uint32_t slot = hash_bytes(hash, field, field_len) % INDEX_SLOTS;
    for (; commit->add_index[slot] != 0; slot = (slot + 1) % INDEX_SLOTS) {
        struct add *add = &commit->adds[commit->add_index[slot] - 1];
        if (add->key == number && slice_is(commit, add->field, field, field_len)) {
            if (__builtin_add_overflow(add->delta, delta, &add->delta)) {
                note(commit, VV_INVALID);
            }
            return;
        }
    }
    if (commit->add_count == ADDS_CAP) {
        note(commit, VV_TOO_LARGE);
        return;
    }
    reserve(commit, 2);
    commit->keys[number - 1].read = true; /* the sum is read before it is written */
    commit->adds[commit->add_count++] = (struct add){
        .key = number, .field = commit_bytes(commit, field, field_len), .delta = delta};
    commit->add_index[slot] = (uint16_t)commit->add_count;
}

void vv_commit_append(struct vv_commit *commit, const char *key, size_t key_len, const void *value,
                      size_t len)
{
    uint16_t number = key_number(commit, key, key_len, KEY_LIST);

    if (number == 0) {
        return;
    }
    reserve(commit, 1);
    struct slice bytes = commit_bytes(commit, value, len);
    if (commit->problem == VV_OK) {
        commit->appends[commit->append_count++] = (struct append){.key = number, .value = bytes};
    }
}

void vv_commit_event(struct vv_commit *commit, const void *bytes, size_t len)
{
    reserve(commit, 1);
    struct slice event = commit_bytes(commit, bytes, len);

    if (commit->problem == VV_OK) {
        commit->events[commit->event_count++] = event;
    }
}
