/*
 * Golden bytes: one file per message, holding what the first release wrote. Every later release
 * must read each of them, and write the same bytes again; and must survive every bit of each of
 * them being wrong.
 *
 * The sample of a message is made from its descriptor by rule (see fill_field), so that the hex
 * files can be read by hand: numbers are the field's own number, ids are sixteen times it, texts
 * are the field's name.
 *
 *   test_golden --write   writes the files that do not exist yet; never touches one that does
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vagval/limits.h"
#include "vagval/wire.h"

#define DIRECTORY "tests/contract/golden"
#define GOLDEN_BYTES_MAX 65536
#define LINE_BYTES 32 /* per line of hex */
#define ITEMS 2       /* of each repeated field */

struct golden {
    const char *name;
    const ProtobufCMessageDescriptor *descriptor;
};

static const struct golden goldens[] = {
#define GOLDEN_COMMAND(snake) {#snake, &vagval__v1__##snake##__descriptor},
#define GOLDEN_QUERY(snake) GOLDEN_COMMAND(snake)
#define GOLDEN_REPLY(snake) GOLDEN_COMMAND(snake)
#define GOLDEN_EVENT(snake) GOLDEN_COMMAND(snake)
#define GOLDEN_ORDER(snake) GOLDEN_COMMAND(snake)
#define GOLDEN_SHARED(snake) GOLDEN_COMMAND(snake)
#define GOLDEN_OPS(snake) GOLDEN_COMMAND(snake)
#define GOLDEN_TIMER(snake)
#define M(code, UPPER, snake, kind, reply, roles, bytes_max) GOLDEN_##kind(snake)
    VV_MESSAGES(M)
#undef M
    /* What is stored or carries the others. */
    GOLDEN_COMMAND(envelope) GOLDEN_COMMAND(fact) GOLDEN_COMMAND(posting_batch)
    /* Aggregates: stored by one release, read by all later ones. */
    GOLDEN_COMMAND(intake_case) GOLDEN_COMMAND(person_key) GOLDEN_COMMAND(assessment_case)
        GOLDEN_COMMAND(registry_system) GOLDEN_COMMAND(provider) GOLDEN_COMMAND(contract)
            GOLDEN_COMMAND(area) GOLDEN_COMMAND(reservation) GOLDEN_COMMAND(registry_case)
                GOLDEN_COMMAND(payment_case) GOLDEN_COMMAND(payment_books)
                    GOLDEN_COMMAND(payment_campaign) GOLDEN_COMMAND(billed_month)
                        GOLDEN_COMMAND(contract_rating) GOLDEN_COMMAND(contract_control)
                            GOLDEN_COMMAND(case_budget) GOLDEN_COMMAND(budget)
                                GOLDEN_COMMAND(delivery) GOLDEN_COMMAND(duties)
                                    GOLDEN_COMMAND(budget_hold)};
#define GOLDEN_COUNT (sizeof(goldens) / sizeof(goldens[0]))
/* Rows of messages.def with a body. */
#define STORED_COUNT 23
#define MESSAGE_COUNT (GOLDEN_COUNT - STORED_COUNT)

static struct vv_arena arena;
static uint8_t *arena_memory;

static void make_sample(const ProtobufCMessageDescriptor *descriptor, unsigned salt,
                        ProtobufCMessage **ret_message);

static size_t element_bytes(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_DOUBLE:
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return 8;
    case PROTOBUF_C_TYPE_ENUM:
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        return 4;
    }
    return 4;
}

static void fill_bytes(const ProtobufCFieldDescriptor *field, unsigned salt,
                       ProtobufCBinaryData *data)
{
    size_t len = vv_wire_bytes_len(field->name);
    if (len == SIZE_MAX) {
        len = 5;
    }
    data->len = len;
    data->data = vv_arena_alloc(&arena, len);
    assert_non_null(data->data);
    memset(data->data, (int)(field->id + 0x10 * salt), len);
}

static void fill_text(const ProtobufCFieldDescriptor *field, unsigned salt, char **text)
{
    /* The umlaut shows that texts are UTF-8. */
    *text = vv_arena_format(&arena, "%s-\xc3\xa5%u", field->name, salt);
    assert_non_null(*text);
}

/* One value. Numbers: the field's number, one bit higher for the second item; signed ones are
 * negative when the number is even, so that both signs are seen. */
static void fill_value(const ProtobufCFieldDescriptor *field, unsigned salt, void *value)
{
    int64_t number = (int64_t)field->id + 100 * (int64_t)salt;
    int64_t with_sign = field->id % 2 == 0 ? -number : number;
    int32_t number_32 = (int32_t)number, signed_32 = (int32_t)with_sign;
    double real = (double)number + 0.25;
    float real_32 = (float)real;
    protobuf_c_boolean yes = 1;

    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        fill_text(field, salt, value);
        break;
    case PROTOBUF_C_TYPE_BYTES:
        fill_bytes(field, salt, value);
        break;
    case PROTOBUF_C_TYPE_MESSAGE:
        make_sample(field->descriptor, salt, value);
        break;
    case PROTOBUF_C_TYPE_BOOL:
        memcpy(value, &yes, sizeof(yes));
        break;
    case PROTOBUF_C_TYPE_DOUBLE:
        memcpy(value, &real, sizeof(real));
        break;
    case PROTOBUF_C_TYPE_FLOAT:
        memcpy(value, &real_32, sizeof(real_32));
        break;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        memcpy(value, &with_sign, sizeof(with_sign));
        break;
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        memcpy(value, &number, sizeof(number));
        break;
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        memcpy(value, &signed_32, sizeof(signed_32));
        break;
    case PROTOBUF_C_TYPE_ENUM:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        memcpy(value, &number_32, sizeof(number_32));
        break;
    }
}

static void make_sample(const ProtobufCMessageDescriptor *descriptor, unsigned salt,
                        ProtobufCMessage **ret_message)
{
    uint8_t *message = vv_arena_alloc(&arena, descriptor->sizeof_message);
    assert_non_null(message);
    protobuf_c_message_init(descriptor, message);
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        if (field->label != PROTOBUF_C_LABEL_REPEATED) {
            fill_value(field, salt, message + field->offset);
            continue;
        }
        size_t count = ITEMS, step = element_bytes(field->type);
        uint8_t *items = vv_arena_alloc(&arena, ITEMS * step);
        assert_non_null(items);
        for (unsigned k = 0; k < ITEMS; k++) {
            fill_value(field, k, items + k * step);
        }
        memcpy(message + field->quantifier_offset, &count, sizeof(count));
        memcpy(message + field->offset, &items, sizeof(items));
    }
    *ret_message = (ProtobufCMessage *)message;
}

/* ---- files ---- */

static void path_of(const char *name, char ret_path[static 128])
{
    (void)snprintf(ret_path, 128, DIRECTORY "/%s.hex", name);
}

static bool hex_digit(int c, unsigned *ret_digit)
{
    if (c >= '0' && c <= '9') {
        *ret_digit = (unsigned)(c - '0');
    } else if (c >= 'a' && c <= 'f') {
        *ret_digit = (unsigned)(c - 'a' + 10);
    } else {
        return false;
    }
    return true;
}

static uint8_t *read_golden(const char *name, size_t *ret_len)
{
    static uint8_t bytes[GOLDEN_BYTES_MAX];
    char path[128];
    size_t digits = 0;
    path_of(name, path);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        fail_msg("%s: %s; write new ones with: test_golden --write", path, strerror(errno));
        return NULL;
    }
    for (int c = fgetc(file); c != EOF; c = fgetc(file)) {
        unsigned digit = 0;
        if (c == '\n') {
            continue;
        }
        if (!hex_digit(c, &digit) || digits / 2 >= sizeof(bytes)) {
            fail_msg("%s: not lower-case hexadecimal", path);
        }
        bytes[digits / 2] = (uint8_t)(digits % 2 == 0 ? digit << 4 : bytes[digits / 2] | digit);
        digits++;
    }
    (void)fclose(file);
    assert_int_equal(digits % 2, 0);
    *ret_len = digits / 2;
    return bytes;
}

static int write_missing(void)
{
    unsigned written = 0;
    for (size_t i = 0; i < GOLDEN_COUNT; i++) {
        char path[128];
        size_t len = 0;
        ProtobufCMessage *message = NULL;
        vv_arena_reset(&arena);
        make_sample(goldens[i].descriptor, 0, &message);
        uint8_t *bytes = vv_wire_pack(message, &arena, &len);
        path_of(goldens[i].name, path);
        int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
        if (fd < 0 && errno == EEXIST) {
            continue;
        }
        FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
        if (bytes == NULL || file == NULL) {
            perror(path);
            return 1;
        }
        for (size_t k = 0; k < len; k++) {
            (void)fprintf(file, "%02x%s", bytes[k],
                          (k + 1) % LINE_BYTES == 0 || k + 1 == len ? "\n" : "");
        }
        if (fclose(file) != 0) {
            perror(path);
            return 1;
        }
        written++;
    }
    (void)printf("%u written, %zu in all\n", written, GOLDEN_COUNT);
    return 0;
}

/* ---- tests ---- */

static enum vv_status read_bytes(const struct golden *golden, const uint8_t *bytes, size_t len,
                                 ProtobufCMessage **ret_message)
{
    vv_arena_reset(&arena);
    return vv_wire_unpack(golden->descriptor, bytes, len, &arena, ret_message, NULL);
}

static void check_packs_to(const ProtobufCMessage *message, const uint8_t *bytes, size_t len,
                           const char *name)
{
    size_t packed_len = 0;
    uint8_t *packed = vv_wire_pack(message, &arena, &packed_len);
    assert_non_null(packed);
    if (packed_len != len || (len > 0 && memcmp(packed, bytes, len) != 0)) {
        fail_msg("%s: what was read packs to other bytes", name);
    }
}

static void test_goldens_read_and_pack(void **state)
{
    (void)state;
    for (size_t i = 0; i < GOLDEN_COUNT; i++) {
        size_t len = 0;
        ProtobufCMessage *message = NULL;
        const uint8_t *bytes = read_golden(goldens[i].name, &len);
        if (read_bytes(&goldens[i], bytes, len, &message) != VV_OK) {
            fail_msg("%s.hex does not read any more", goldens[i].name);
        }
        check_packs_to(message, bytes, len, goldens[i].name);
        /* A field that became unknown would still pack to the same bytes. */
        if (message->n_unknown_fields != 0) {
            fail_msg("%s.hex has a field that the message has lost", goldens[i].name);
        }
    }
}

/* The samples of today: fields that were added since a golden was written stand behind its bytes,
 * and everything before them is as it was. */
static void test_samples_begin_with_goldens(void **state)
{
    (void)state;
    for (size_t i = 0; i < GOLDEN_COUNT; i++) {
        size_t len = 0, sample_len = 0;
        ProtobufCMessage *golden = NULL, *sample = NULL;
        const uint8_t *bytes = read_golden(goldens[i].name, &len);
        assert_int_equal(read_bytes(&goldens[i], bytes, len, &golden), VV_OK);
        make_sample(goldens[i].descriptor, 0, &sample);
        const uint8_t *packed = vv_wire_pack(sample, &arena, &sample_len);
        assert_non_null(packed);
        bool nested = false;
        for (unsigned k = 0; k < goldens[i].descriptor->n_fields; k++) {
            nested = nested || goldens[i].descriptor->fields[k].type == PROTOBUF_C_TYPE_MESSAGE;
        }
        if (sample_len < len || (!nested && len > 0 && memcmp(packed, bytes, len) != 0)) {
            fail_msg("%s: a field changed its number, type or name", goldens[i].name);
        }
    }
}

static void test_every_bit_flipped(void **state)
{
    (void)state;
    unsigned long refused = 0, read = 0;
    for (size_t i = 0; i < GOLDEN_COUNT; i++) {
        size_t len = 0;
        uint8_t *bytes = read_golden(goldens[i].name, &len);
        for (size_t bit = 0; bit < 8 * len; bit++) {
            ProtobufCMessage *message = NULL;
            bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
            enum vv_status status = read_bytes(&goldens[i], bytes, len, &message);
            if (status == VV_OK) {
                check_packs_to(message, bytes, len, goldens[i].name);
                read++;
            } else {
                assert_true(status == VV_INVALID || status == VV_NO_MEMORY);
                refused++;
            }
            bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    }
    /* Both happen, or the test looks at nothing. */
    assert_true(refused > 1000);
    assert_true(read > 1000);
}

/* Also cut at every place. */
static void test_every_prefix(void **state)
{
    (void)state;
    for (size_t i = 0; i < GOLDEN_COUNT; i++) {
        size_t len = 0;
        const uint8_t *bytes = read_golden(goldens[i].name, &len);
        for (size_t cut = 0; cut < len; cut++) {
            ProtobufCMessage *message = NULL;
            /* A copy of its own, so that a sanitizer sees a read beyond it. */
            uint8_t *copy = malloc(cut > 0 ? cut : 1);
            assert_non_null(copy);
            memcpy(copy, bytes, cut);
            if (read_bytes(&goldens[i], copy, cut, &message) == VV_OK) {
                check_packs_to(message, copy, cut, goldens[i].name);
            }
            free(copy);
        }
    }
}

/* The same through the front door: each message as the body of an envelope, all bits flipped. */
static void test_envelopes_flipped(void **state)
{
    (void)state;
    uint8_t id[16] = {1};
    static uint8_t frame_bytes[VV_ENVELOPE_BYTES_MAX];
    const struct vv_message_row *row = NULL;
    unsigned seen = 0;
    for (unsigned code = 1; code < 1024; code++) {
        row = vv_message_row((uint16_t)code);
        if (row == NULL || row->descriptor == NULL) {
            continue;
        }
        Vagval__V1__Envelope envelope = VAGVAL__V1__ENVELOPE__INIT;
        struct vv_frame frame;
        envelope.type = row->code;
        envelope.id = (ProtobufCBinaryData){.len = sizeof(id), .data = id};
        envelope.reply = row->kind == VV_KIND_REPLY;
        envelope.body.data = read_golden(row->name, &envelope.body.len);
        if (envelope.body.len > row->bytes_max) {
            fail_msg("%s: the sample is larger than the row allows", row->name);
        }
        size_t len = vagval__v1__envelope__pack(&envelope, frame_bytes);
        vv_arena_reset(&arena);
        assert_int_equal(vv_wire_read(frame_bytes, len, &arena, &frame, NULL), VV_OK);
        assert_ptr_equal(frame.row, row);
        for (size_t bit = 0; bit < 8 * len; bit++) {
            frame_bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
            vv_arena_reset(&arena);
            struct vv_error error = {.status = VV_OK};
            enum vv_status status = vv_wire_read(frame_bytes, len, &arena, &frame, &error);
            assert_true(status == error.status);
            frame_bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        seen++;
    }
    assert_int_equal(seen, MESSAGE_COUNT);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goldens_read_and_pack),
        cmocka_unit_test(test_samples_begin_with_goldens),
        cmocka_unit_test(test_every_bit_flipped),
        cmocka_unit_test(test_every_prefix),
        cmocka_unit_test(test_envelopes_flipped),
    };
    arena_memory = malloc(VV_ARENA_BYTES);
    if (arena_memory == NULL) {
        return 1;
    }
    vv_arena_init(&arena, arena_memory, VV_ARENA_BYTES);
    int failed = argc == 2 && strcmp(argv[1], "--write") == 0
                     ? write_missing()
                     : cmocka_run_group_tests(tests, NULL, NULL);
    free(arena_memory);
    return failed;
}
