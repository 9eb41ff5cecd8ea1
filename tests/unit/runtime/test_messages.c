/*
 * The message table: codes, kinds, replies, names, and that no type can contain itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "vagval/limits.h"
#include "vagval/messages.h"
#include "vagval/wire.h"

static const uint16_t codes[] = {
#define M(code, UPPER, snake, kind, reply, roles, bytes_max) (code),
    VV_MESSAGES(M)
#undef M
};
#define CODE_COUNT (sizeof(codes) / sizeof(codes[0]))

static void test_rows(void **state)
{
    (void)state;
    size_t found = 0;
    for (unsigned code = 0; code <= UINT16_MAX; code++) {
        const struct vv_message_row *row = vv_message_row((uint16_t)code);
        found += row != NULL ? 1 : 0;
        assert_true(row == NULL || row->code == code);
    }
    /* Two rows with one code would leave one of them out. */
    assert_int_equal(found, CODE_COUNT);
    assert_null(vv_message_row(0));

    const struct vv_message_row *outcome = vv_message_row(VV_MSG_RECORD_OUTCOME);
    assert_non_null(outcome);
    assert_string_equal(outcome->name, "record_outcome");
    assert_int_equal(outcome->kind, VV_KIND_COMMAND);
    assert_int_equal(outcome->reply, VV_MSG_ACCEPTED);
    assert_ptr_equal(outcome->descriptor, &vagval__v1__record_outcome__descriptor);
    assert_true((outcome->roles & VV_ROLE_CASEWORKER) != 0);
    /* A provider tells of its own participants; on them it decides nothing, and it looks into no
     * case. */
    assert_true((outcome->roles & VV_ROLE_PROVIDER) != 0);
    assert_true((vv_message_row(VV_MSG_END_PLACEMENT)->roles & VV_ROLE_PROVIDER) == 0);
    assert_true((vv_message_row(VV_MSG_CASE_SHOW)->roles & VV_ROLE_PROVIDER) == 0);
    assert_true((outcome->roles & VV_ROLE_FINANCE) == 0);
}

static void test_kinds(void **state)
{
    (void)state;
    for (size_t i = 0; i < CODE_COUNT; i++) {
        const struct vv_message_row *row = vv_message_row(codes[i]);
        const struct vv_message_row *reply = vv_message_row(row->reply);
        switch (row->kind) {
        case VV_KIND_COMMAND:
        case VV_KIND_QUERY:
        case VV_KIND_ORDER:
        case VV_KIND_SHARED:
        case VV_KIND_OPS:
            assert_non_null(reply);
            assert_int_equal(reply->kind, VV_KIND_REPLY);
            assert_true(row->roles != 0);
            assert_non_null(row->descriptor);
            break;
        case VV_KIND_EVENT:
        case VV_KIND_REPLY:
            assert_int_equal(row->reply, 0);
            assert_int_equal(row->roles, 0); /* nobody may send them as requests */
            assert_non_null(row->descriptor);
            break;
        case VV_KIND_TIMER:
            assert_null(row->descriptor);
            assert_int_equal(row->bytes_max, 0);
            assert_int_equal(row->roles, 0);
            break;
        }
    }
}

static void walk(const ProtobufCMessageDescriptor *descriptor,
                 const ProtobufCMessageDescriptor **path, unsigned depth)
{
    assert_true(depth < 16);
    for (unsigned i = 0; i < depth; i++) {
        if (path[i] == descriptor) {
            fail_msg("%s contains itself", descriptor->name);
        }
    }
    path[depth] = descriptor;
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        if (descriptor->fields[i].type == PROTOBUF_C_TYPE_MESSAGE) {
            walk(descriptor->fields[i].descriptor, path, depth + 1);
        }
    }
}

static void test_no_recursive_types(void **state)
{
    (void)state;
    const ProtobufCMessageDescriptor *path[16];
    for (size_t i = 0; i < CODE_COUNT; i++) {
        const struct vv_message_row *row = vv_message_row(codes[i]);
        if (row->descriptor != NULL) {
            walk(row->descriptor, path, 0);
        }
    }
    walk(&vagval__v1__envelope__descriptor, path, 0);
    walk(&vagval__v1__fact__descriptor, path, 0);
}

/* Names of bytes fields that hold an id. A new one must be put here, or into the list of
 * vv_wire_bytes_len, so that somebody has thought about its length. */
static const char *const id_fields[] = {
    "id",       "correlation", "subject",  "case_id",      "person_id", "snapshot",
    "provider", "contract",    "fact",     "facts",        "placement", "choice",
    "outcome",  "supersedes",  "case_ids", "batch",        "person",    "payment_events",
    "end_fact", "employer",    "budget",   "grant",        "claim",     "party",
    "for_case", "recovery",    "run",      "postponed_by", "last_run",  "proposal",
    "activity", "deviation",   "record",   "records",      "used_for",  "event",
    "view",
};

static void check_bytes_fields(const ProtobufCMessageDescriptor *descriptor)
{
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
            check_bytes_fields(field->descriptor);
        }
        bool known = field->type != PROTOBUF_C_TYPE_BYTES || vv_wire_bytes_len(field->name) != 16 ||
                     strcmp(field->name, "digest") == 0;
        for (size_t k = 0; k < sizeof(id_fields) / sizeof(id_fields[0]) && !known; k++) {
            known = strcmp(field->name, id_fields[k]) == 0;
        }
        if (!known) {
            fail_msg("what does %s.%s hold?", descriptor->name, field->name);
        }
    }
}

static void test_bytes_fields_are_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < CODE_COUNT; i++) {
        const struct vv_message_row *row = vv_message_row(codes[i]);
        if (row->descriptor != NULL) {
            check_bytes_fields(row->descriptor);
        }
    }
    check_bytes_fields(&vagval__v1__envelope__descriptor);
    check_bytes_fields(&vagval__v1__fact__descriptor);
    static const ProtobufCMessageDescriptor *const stored[] = {
        &vagval__v1__posting_batch__descriptor, &vagval__v1__intake_case__descriptor,
        &vagval__v1__person_key__descriptor,    &vagval__v1__assessment_case__descriptor,
        &vagval__v1__registry_case__descriptor, &vagval__v1__registry_system__descriptor,
        &vagval__v1__contract__descriptor,      &vagval__v1__area__descriptor,
        &vagval__v1__reservation__descriptor,   &vagval__v1__payment_case__descriptor,
        &vagval__v1__evidence_use__descriptor,
    };
    for (size_t i = 0; i < sizeof(stored) / sizeof(stored[0]); i++) {
        check_bytes_fields(stored[i]);
    }
}

static void test_names(void **state)
{
    (void)state;
    enum vv_service_id service = VV_INTAKE;
    enum vv_role role = VV_ROLE_NONE;

    for (unsigned i = 0; i < VV_SERVICE_COUNT; i++) {
        assert_true(vv_service_parse(vv_service_name((enum vv_service_id)i), &service));
        assert_int_equal(service, i);
        assert_true(vv_service_parse(vv_service_key_name((enum vv_service_id)i), &service));
        assert_int_equal(service, i);
        assert_true(vv_role_parse(vv_service_name((enum vv_service_id)i), &role));
        assert_int_equal(role, 1 << i);
    }
    assert_string_equal(vv_service_name(VV_REGISTRY), "provider-registry");
    assert_string_equal(vv_service_key_name(VV_REGISTRY), "registry");
    service = VV_PAYMENT;
    assert_false(vv_service_parse("gateway", &service));
    assert_int_equal(service, VV_PAYMENT);

    for (unsigned bit = VV_ROLE_INTAKE; bit <= VV_ROLE_GUARDIAN; bit <<= 1) {
        assert_true(vv_role_parse(vv_role_name((enum vv_role)bit), &role));
        assert_int_equal(role, bit);
    }
    role = VV_ROLE_AUDITOR;
    assert_false(vv_role_parse("none", &role));
    assert_false(vv_role_parse("registry", &role));
    assert_false(vv_role_parse("", &role));
    assert_int_equal(role, VV_ROLE_AUDITOR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_no_recursive_types),
        cmocka_unit_test(test_bytes_fields_are_known),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
