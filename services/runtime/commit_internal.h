/*
 * commit_internal.h: the builder's state, shared by commit.c (filling) and commit_send.c.
 */
#ifndef VAGVAL_COMMIT_INTERNAL_H
#define VAGVAL_COMMIT_INTERNAL_H

#include "store_internal.h"

enum {
    FIXED_KEYS = 4, /* part, cursor, stream, timers */
    KEYS_CAP = FIXED_KEYS + VV_COMMIT_KEYS_MAX,
    ARGS_CAP = VV_COMMIT_ARGS_MAX,
    OPS_CAP = VV_COMMIT_ARGS_MAX,
    ADDS_CAP = VV_COMMIT_ARGS_MAX / 2,
    TIMERS_CAP = VV_COMMIT_ARGS_MAX / 4,
    CURSORS_CAP = 8, /* three siblings and the relay, with room */
    HEADER_ARGS = 6, /* recorded, tag, checks, writes, tag before, checks left out after it */
    OP_BYTES = 7,
    INDEX_SLOTS = 8192, /* a power of two, above twice the largest of the lists it finds in */
    COMMAND_ARGS = 3 + KEYS_CAP + HEADER_ARGS + ARGS_CAP,
};
/* Bytes of all operands: a commit of large events is cut by this before Redis feels it. */
#define COMMIT_BYTES_MAX (8U * 1024 * 1024)

_Static_assert(ADDS_CAP * 2 < INDEX_SLOTS && KEYS_CAP * 2 < INDEX_SLOTS, "lookups stay short");
_Static_assert(COMMAND_ARGS < 65536 && ARGS_CAP < 65536, "operand numbers take two bytes");

/* Operations, as deploy/redis/vagval.lua reads them. */
enum {
    OP_VERSION = 'V',
    OP_NEW = 'E',
    OP_FIELD = 'F',
    OP_NO_FIELD = 'N',
    OP_IS_HASH = 'H',
    OP_IS_LIST = 'L',
    OP_IS_ZSET = 'Z',
    OP_ADD = 'A',
    OP_CURSOR = 'C',
    OP_FIRED = 'T',
    OP_EVENT = 'X',
    OP_HSET = 'S',
    OP_HDEL = 'D',
    OP_RPUSH = 'P',
    OP_ZADD = 'Z',
    OP_ZREM = 'R',
};

/* Bytes in the builder's buffer. Offsets, since the buffer moves when it grows. */
struct slice {
    uint32_t at, len;
};

enum key_type { KEY_NONE, KEY_HASH, KEY_LIST, KEY_STREAM, KEY_ZSET };

struct key {
    struct slice text;
    enum key_type type; /* what the writes expect it to be */
    bool read;          /* some check reads it as that type */
    bool has_version;
    uint64_t version;
};

struct op {
    uint8_t code;
    uint16_t key;   /* 1-based, as in KEYS */
    uint16_t first; /* 0-based in args */
    uint16_t count;
};

struct add {
    uint16_t key;
    struct slice field;
    int64_t delta;
};

struct append {
    uint16_t key;
    struct slice value;
};

struct timer {
    struct slice member;
    int64_t fired_ms, due_ms;
    bool fired; /* must stand at fired_ms */
    bool set;   /* in the end it stands at due_ms, else it is gone */
};

struct cursor {
    struct slice source, from, to;
};

struct vv_commit {
    enum vv_status problem; /* the first one; reported by vv_commit_command */
    int64_t recorded_ms;
    char *bytes;
    size_t bytes_len, bytes_cap;

    struct key keys[KEYS_CAP];
    size_t key_count;
    struct slice args[ARGS_CAP];
    size_t arg_count;
    size_t arg_reserve; /* operands that adds, appends, timers, cursors and events will become */
    struct op checks[OPS_CAP], writes[OPS_CAP];
    size_t check_count, write_count;
    char after[VV_TAG_BYTES];
    bool trusts_after; /* nothing that was read is older than that commit */
    struct add adds[ADDS_CAP];
    size_t add_count;
    struct append appends[ARGS_CAP];
    size_t append_count;
    struct timer timers[TIMERS_CAP];
    size_t timer_count;
    struct slice events[ARGS_CAP];
    size_t event_count;
    struct cursor cursors[CURSORS_CAP];
    size_t cursor_count;

    uint16_t key_index[INDEX_SLOTS], add_index[INDEX_SLOTS], timer_index[INDEX_SLOTS];

    /* Made by vv_commit_command. */
    char tag[VV_TAG_BYTES], key_number[8];
    unsigned char *program; /* checks, checks left out after the expected commit, writes */
    const char *argv[COMMAND_ARGS];
    size_t lens[COMMAND_ARGS];
};

/* Shared by both files; each notes a problem when it does not fit. */
struct slice commit_bytes(struct vv_commit *commit, const void *bytes, size_t len);
struct slice commit_number(struct vv_commit *commit, int64_t number);
void commit_arg(struct vv_commit *commit, struct slice slice);
void commit_check(struct vv_commit *commit, uint8_t code, uint16_t key, size_t first);
void commit_write(struct vv_commit *commit, uint8_t code, uint16_t key, size_t first);

#endif
