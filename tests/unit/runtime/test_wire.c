/*
 * What passes vv_wire_read is well formed; everything else is refused with the right status.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "vagval/limits.h"
#include "vagval/wire.h"

static struct vv_arena arena;
static uint8_t sixteen[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

static int setup(void **state)
{
    (void)state;
    void *memory = malloc(VV_ARENA_BYTES);
    if (memory == NULL) {
        return -1;
    }
    vv_arena_init(&arena, memory, VV_ARENA_BYTES);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free(arena.base);
    return 0;
}

static ProtobufCBinaryData id_bytes(void)
{
    return (ProtobufCBinaryData){.len = sizeof(sixteen), .data = sixteen};
}

static size_t pack(const void *message, uint8_t **ret_bytes)
{
    size_t len = 0;
    *ret_bytes = vv_wire_pack(message, &arena, &len);
    assert_non_null(*ret_bytes);
    return len;
}

/* An envelope of `type` around a body; body may be NULL. */
static enum vv_status read_as(uint32_t type, const void *body, struct vv_frame *ret_frame,
                              struct vv_error *ret_error)
{
    Vagval__V1__Envelope envelope = VAGVAL__V1__ENVELOPE__INIT;
    uint8_t *bytes = NULL;
    envelope.type = type;
    envelope.id = id_bytes();
    if (body != NULL) {
        envelope.body.len = pack(body, &envelope.body.data);
    }
    size_t len = pack(&envelope, &bytes);
    return vv_wire_read(bytes, len, &arena, ret_frame, ret_error);
}

static enum vv_status read_envelope(const Vagval__V1__Envelope *envelope,
                                    struct vv_frame *ret_frame, struct vv_error *ret_error)
{
    uint8_t *bytes = NULL;
    size_t len = pack(envelope, &bytes);
    return vv_wire_read(bytes, len, &arena, ret_frame, ret_error);
}

static void test_request(void **state)
{
    (void)state;
    Vagval__V1__Envelope envelope = VAGVAL__V1__ENVELOPE__INIT;
    Vagval__V1__FileReport report = VAGVAL__V1__FILE_REPORT__INIT;
    struct vv_frame frame;
    struct vv_error error = {.status = VV_OK};

    vv_arena_reset(&arena);
    report.source = (char *)"load:\xc3\xa5"; /* å */
    report.case_id = id_bytes();
    report.month = 19000;
    envelope.type = VV_MSG_FILE_REPORT;
    envelope.id = id_bytes();
    envelope.subject = id_bytes();
    envelope.scheme = (char *)"se-krom";
    envelope.budget_ms = 5000;
    envelope.body.len = pack(&report, &envelope.body.data);
    assert_int_equal(read_envelope(&envelope, &frame, &error), VV_OK);
    assert_int_equal(frame.row->code, VV_MSG_FILE_REPORT);
    assert_memory_equal(frame.id.bytes, sixteen, 16);
    assert_memory_equal(frame.subject.bytes, sixteen, 16);
    assert_true(vv_id_is_nil(frame.correlation));
    const Vagval__V1__FileReport *body = (const Vagval__V1__FileReport *)frame.body;
    assert_string_equal(body->source, "load:\xc3\xa5");
    assert_int_equal(body->month, 19000);
    assert_string_equal(frame.envelope->scheme, "se-krom");
}

static void test_empty_body(void **state)
{
    (void)state;
    struct vv_frame frame;
    struct vv_error error;
    vv_arena_reset(&arena);
    assert_int_equal(read_as(VV_MSG_PING, NULL, &frame, &error), VV_OK);
    assert_non_null(frame.body);
    assert_ptr_equal(frame.body->descriptor, &vagval__v1__ping__descriptor);
    assert_int_equal(read_as(VV_MSG_CHOICE_DUE, NULL, &frame, &error), VV_OK);
    assert_null(frame.body);
}

static void test_types(void **state)
{
    (void)state;
    struct vv_frame frame = {.row = NULL};
    struct vv_error error = {.status = VV_OK};
    vv_arena_reset(&arena);
    assert_int_equal(read_as(65000, NULL, &frame, &error), VV_UNSUPPORTED);
    assert_int_equal(read_as(0, NULL, &frame, &error), VV_UNSUPPORTED);
    /* Only the low 16 bits of this one are a known code. */
    assert_int_equal(read_as(0x10000 + VV_MSG_PING, NULL, &frame, &error), VV_UNSUPPORTED);
    assert_int_equal(error.status, VV_UNSUPPORTED);
    assert_int_equal(read_as(VV_MSG_PONG, NULL, &frame, &error), VV_INVALID);
    assert_null(frame.row); /* untouched on failure */
    Vagval__V1__Envelope envelope = VAGVAL__V1__ENVELOPE__INIT;
    envelope.type = VV_MSG_PING;
    assert_int_equal(read_envelope(&envelope, &frame, &error), VV_INVALID);
    assert_string_equal(error.field, "id");
}

static void test_replies(void **state)
{
    (void)state;
    Vagval__V1__Envelope envelope = VAGVAL__V1__ENVELOPE__INIT;
    Vagval__V1__Pong pong = VAGVAL__V1__PONG__INIT;
    struct vv_frame frame;
    struct vv_error error;

    vv_arena_reset(&arena);
    pong.instance = (char *)"payment-1";
    envelope.type = VV_MSG_PONG;
    envelope.id = id_bytes();
    envelope.reply = true;
    envelope.body.len = pack(&pong, &envelope.body.data);
    assert_int_equal(read_envelope(&envelope, &frame, &error), VV_OK);
    assert_string_equal(((const Vagval__V1__Pong *)frame.body)->instance, "payment-1");

    envelope.status = VV_BUSY; /* says no, yet carries a body */
    assert_int_equal(read_envelope(&envelope, &frame, &error), VV_INVALID);
    envelope.body.len = 0;
    envelope.retry_after_ms = 50;
    assert_int_equal(read_envelope(&envelope, &frame, &error), VV_OK);
    assert_null(frame.body);
    assert_int_equal(frame.envelope->status, VV_BUSY);

    envelope.type = 64000; /* a type of a later release, refused: still an answer */
    envelope.status = VV_UNSUPPORTED;
    assert_int_equal(read_envelope(&envelope, &frame, &error), VV_OK);
    assert_null(frame.row);
    envelope.status = 99;
    assert_int_equal(read_envelope(&envelope, &frame, &error), VV_INVALID);
    envelope.status = VV_OK;
    assert_int_equal(read_envelope(&envelope, &frame, &error), VV_UNSUPPORTED);
    envelope.type = VV_MSG_PING; /* a request's type in an answer that says yes */
    assert_int_equal(read_envelope(&envelope, &frame, &error), VV_INVALID);
    envelope.reply = false; /* a request with a status */
    envelope.status = VV_BUSY;
    assert_int_equal(read_envelope(&envelope, &frame, &error), VV_INVALID);
}

static void test_sizes(void **state)
{
    (void)state;
    Vagval__V1__RegisterProvider provider = VAGVAL__V1__REGISTER_PROVIDER__INIT;
    struct vv_frame frame;
    struct vv_error error;
    char name[2100];

    vv_arena_reset(&arena);
    memset(name, 'x', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    provider.name = name;
    assert_int_equal(read_as(VV_MSG_REGISTER_PROVIDER, &provider, &frame, &error), VV_TOO_LARGE);
    name[1800] = '\0';
    assert_int_equal(read_as(VV_MSG_REGISTER_PROVIDER, &provider, &frame, &error), VV_OK);

    uint8_t *huge = calloc(1, VV_ENVELOPE_BYTES_MAX + 1);
    assert_non_null(huge);
    assert_int_equal(vv_wire_read(huge, VV_ENVELOPE_BYTES_MAX + 1, &arena, &frame, &error),
                     VV_TOO_LARGE);
    free(huge);
}

static void test_values(void **state)
{
    (void)state;
    Vagval__V1__RegisterSeeker seeker = VAGVAL__V1__REGISTER_SEEKER__INIT;
    Vagval__V1__CaseShow show = VAGVAL__V1__CASE_SHOW__INIT;
    Vagval__V1__CasesFound found = VAGVAL__V1__CASES_FOUND__INIT;
    Vagval__V1__RecordOutcome outcome = VAGVAL__V1__RECORD_OUTCOME__INIT;
    struct vv_frame frame;
    struct vv_error error = {.status = VV_OK};
    static const char *const bad[] = {
        "\x80",                /* continuation alone */
        "\xc3",                /* cut short */
        "\xc0\xaf",            /* overlong */
        "\xe0\x80\xaf",        /* overlong */
        "\xed\xa0\x80",        /* surrogate */
        "\xf4\x90\x80\x80",    /* above U+10FFFF */
        "\xf8\x88\x80\x80\x80" /* five bytes */
    };
    static const char *const good[] = {
        "", "Bj\xc3\xb6rk", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf"};

    vv_arena_reset(&arena);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        seeker.name = (char *)bad[i];
        assert_int_equal(read_as(VV_MSG_REGISTER_SEEKER, &seeker, &frame, &error), VV_INVALID);
        assert_string_equal(error.field, "name");
    }
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        seeker.name = (char *)good[i];
        assert_int_equal(read_as(VV_MSG_REGISTER_SEEKER, &seeker, &frame, &error), VV_OK);
    }
    seeker.latitude = NAN;
    assert_int_equal(read_as(VV_MSG_REGISTER_SEEKER, &seeker, &frame, &error), VV_INVALID);
    seeker.latitude = -INFINITY;
    assert_int_equal(read_as(VV_MSG_REGISTER_SEEKER, &seeker, &frame, &error), VV_INVALID);

    /* In a repeated sub-message, too. */
    Vagval__V1__Feature feature = VAGVAL__V1__FEATURE__INIT;
    Vagval__V1__Feature *features[] = {&feature};
    seeker.latitude = 59.3;
    seeker.features = features;
    seeker.n_features = 1;
    feature.value = (char *)bad[0];
    assert_int_equal(read_as(VV_MSG_REGISTER_SEEKER, &seeker, &frame, &error), VV_INVALID);
    assert_string_equal(error.where, "Feature");

    show.case_id = (ProtobufCBinaryData){.len = 15, .data = sixteen};
    assert_int_equal(read_as(VV_MSG_CASE_SHOW, &show, &frame, &error), VV_INVALID);
    ProtobufCBinaryData ids[] = {id_bytes(), {.len = 0}, {.len = 3, .data = sixteen}};
    found.case_ids = ids;
    found.n_case_ids = 2;
    ProtobufCMessage *message = NULL;
    uint8_t *bytes = NULL;
    size_t len = pack(&found, &bytes);
    assert_int_equal(
        vv_wire_unpack(&vagval__v1__cases_found__descriptor, bytes, len, &arena, &message, &error),
        VV_OK);
    found.n_case_ids = 3;
    len = pack(&found, &bytes);
    assert_int_equal(
        vv_wire_unpack(&vagval__v1__cases_found__descriptor, bytes, len, &arena, &message, &error),
        VV_INVALID);
    outcome.evidence = (ProtobufCBinaryData){.len = 16, .data = sixteen};
    assert_int_equal(read_as(VV_MSG_RECORD_OUTCOME, &outcome, &frame, &error), VV_INVALID);
}

/* VerifyPage { partition = 1 (uint32), after = 2 (uint64), limit = 3 (uint32) } */
static void test_canonical(void **state)
{
    (void)state;
    ProtobufCMessage *message = NULL;
    struct vv_error error;
    static const struct {
        const char *what;
        uint8_t bytes[16];
        size_t len;
        enum vv_status status;
    } cases[] = {
        {"plain", {0x08, 0x07, 0x10, 0x01}, 4, VV_OK},
        {"padded varint", {0x08, 0x87, 0x00}, 3, VV_INVALID},
        {"field twice", {0x08, 0x07, 0x08, 0x07}, 4, VV_INVALID},
        {"out of order", {0x10, 0x01, 0x08, 0x07}, 4, VV_INVALID},
        {"default written out", {0x08, 0x00}, 2, VV_INVALID},
        {"more than 32 bits", {0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F}, 6, VV_INVALID},
        {"wrong wire type", {0x0D, 1, 2, 3, 4}, 5, VV_INVALID},
        {"cut short", {0x08}, 1, VV_INVALID},
        {"unknown field after", {0x08, 0x07, 0x78, 0x05}, 4, VV_OK},
        {"unknown field before", {0x78, 0x05, 0x08, 0x07}, 4, VV_INVALID},
        {"field number 0", {0x00, 0x01}, 2, VV_INVALID},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        vv_arena_reset(&arena);
        enum vv_status status = vv_wire_unpack(&vagval__v1__verify_page__descriptor, cases[i].bytes,
                                               cases[i].len, &arena, &message, &error);
        if (status != cases[i].status) {
            fail_msg("%s: %s", cases[i].what, vv_status_name(status));
        }
        assert_true(status == VV_OK || arena.used == 0);
    }
    /* bool 2, and a string with a NUL in it (Pong: instance = 1, ready = 3) */
    static const uint8_t two[] = {0x18, 0x02}, nul[] = {0x0A, 0x03, 'a', 0, 'b'};
    assert_int_equal(
        vv_wire_unpack(&vagval__v1__pong__descriptor, two, sizeof(two), &arena, &message, &error),
        VV_INVALID);
    assert_int_equal(
        vv_wire_unpack(&vagval__v1__pong__descriptor, nul, sizeof(nul), &arena, &message, &error),
        VV_INVALID);
}

static void test_no_memory(void **state)
{
    (void)state;
    static uint8_t small[4096] __attribute__((aligned(16)));
    struct vv_arena tight;
    struct vv_frame frame;
    struct vv_error error = {.status = VV_OK};
    Vagval__V1__Envelope envelope = VAGVAL__V1__ENVELOPE__INIT;
    uint8_t *bytes = NULL;

    vv_arena_reset(&arena);
    envelope.type = VV_MSG_PING;
    envelope.id = id_bytes();
    envelope.sender = (char *)"caller";
    size_t len = pack(&envelope, &bytes);
    enum vv_status status = VV_NO_MEMORY;
    size_t size = 0;
    for (; size <= sizeof(small) && status != VV_OK; size += 16) {
        vv_arena_init(&tight, small, size);
        status = vv_wire_read(bytes, len, &tight, &frame, &error);
        assert_true(status == VV_OK || tight.used == 0);
        assert_true(size > 64 || status == VV_NO_MEMORY);
    }
    assert_int_equal(status, VV_OK);
    vv_arena_init(&tight, small, 0);
    assert_null(vv_wire_pack(&envelope.base, &tight, &len));
}

/* Megabytes from 64 KiB: the arena's bound ends it. */
static void test_bomb(void **state)
{
    (void)state;
    ProtobufCMessage *message = NULL;
    struct vv_error error;
    vv_arena_reset(&arena);
    uint8_t *bytes = malloc(VV_BODY_BYTES_MAX);
    assert_non_null(bytes);
    for (size_t i = 0; i + 1 < VV_BODY_BYTES_MAX; i += 2) {
        bytes[i] = 0x22; /* CaseView.timeline, empty */
        bytes[i + 1] = 0;
    }
    assert_int_equal(vv_wire_unpack(&vagval__v1__case_view__descriptor, bytes, VV_BODY_BYTES_MAX,
                                    &arena, &message, &error),
                     VV_NO_MEMORY);
    assert_int_equal(arena.used, 0);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request),   cmocka_unit_test(test_empty_body),
        cmocka_unit_test(test_types),     cmocka_unit_test(test_replies),
        cmocka_unit_test(test_sizes),     cmocka_unit_test(test_values),
        cmocka_unit_test(test_canonical), cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_bomb),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
