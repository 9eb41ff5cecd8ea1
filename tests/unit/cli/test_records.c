/*
 * test_records.c: rows of CSV and NDJSON: what is read, what is rejected, with which line and
 * reason.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../services/cli/records.h"
#include "../../../services/cli/requests.h"
#include "vagval/limits.h"

#define KEPT_MAX 8

struct seen {
    size_t rows, rejects;
    struct {
        enum vv_record_kind kind;
        unsigned line;
        char identity[128], date[32];
        size_t fields;
    } row[KEPT_MAX];
    struct {
        unsigned line;
        char field[64], reason[160];
    } reject[KEPT_MAX];
};

static void on_row(void *context, const struct vv_row *row)
{
    struct seen *seen = context;
    if (seen->rows < KEPT_MAX) {
        const char *identity = vv_row_text(row, "identity");
        const char *date = vv_row_text(row, "chosen_on");
        seen->row[seen->rows].kind = row->kind;
        seen->row[seen->rows].line = row->line;
        seen->row[seen->rows].fields = row->field_count;
        (void)snprintf(seen->row[seen->rows].identity, 128, "%s", identity == NULL ? "" : identity);
        (void)snprintf(seen->row[seen->rows].date, 32, "%s", date == NULL ? "" : date);
    }
    seen->rows++;
}

static void on_reject(void *context, unsigned line, const char *field, const char *reason)
{
    struct seen *seen = context;
    if (seen->rejects < KEPT_MAX) {
        seen->reject[seen->rejects].line = line;
        (void)snprintf(seen->reject[seen->rejects].field, 64, "%s", field);
        (void)snprintf(seen->reject[seen->rejects].reason, 160, "%s", reason);
    }
    seen->rejects++;
}

static enum vv_status parse(const char *text, size_t len, struct seen *seen, struct vv_error *error)
{
    static const struct vv_records_callbacks callbacks = {on_row, on_reject};
    memset(seen, 0, sizeof(*seen));
    return vv_records_parse("test.csv", text, len, &callbacks, seen, error);
}

static void good(const char *text, struct seen *seen)
{
    struct vv_error error = {0};
    if (parse(text, strlen(text), seen, &error) != VV_OK) {
        fail_msg("%s: %s", error.field, error.text);
    }
}

#define CHOICES "source_ref,identity,contract,chosen_on\n"

static void test_rows_and_line_numbers(void **state)
{
    (void)state;
    struct seen seen;
    good(CHOICES "a,199003072398,KA-1,2020-03-20\r\n\nb,\"199003072\n398\",KA-1,2020-03-21\n"
                 "c,199003072398,\"KA \"\"1\"\", x\",2020-03-22",
         &seen);
    assert_int_equal(seen.rows, 2);
    assert_int_equal(seen.row[0].kind, VV_RECORD_CHOICE);
    assert_int_equal(seen.row[0].line, 2);
    assert_string_equal(seen.row[0].date, "2020-03-20");
    /* A line break inside a quoted cell is a control character: rejected, with the line on which
     * its row began; the last row begins two lines further. */
    assert_int_equal(seen.rejects, 1);
    assert_string_equal(seen.reject[0].field, "identity");
    assert_int_equal(seen.reject[0].line, 4);
    assert_int_equal(seen.row[1].line, 6);
}

static void test_semicolons_and_byte_order_mark(void **state)
{
    (void)state;
    struct seen seen;
    good("\xEF\xBB\xBFsource_ref;identity;contract;chosen_on\na;1;KA-1;2020-03-20\n", &seen);
    assert_int_equal(seen.rows, 1);
    assert_int_equal(seen.rejects, 0);
}

static void expect_reject(const char *text, unsigned line, const char *field, const char *reason)
{
    struct seen seen;
    good(text, &seen);
    assert_int_equal(seen.rejects, 1);
    assert_int_equal(seen.reject[0].line, line);
    assert_string_equal(seen.reject[0].field, field);
    if (strstr(seen.reject[0].reason, reason) == NULL) {
        fail_msg("`%s` does not contain `%s`", seen.reject[0].reason, reason);
    }
}

static void test_bad_lines_name_line_field_and_reason(void **state)
{
    (void)state;
    expect_reject(CHOICES "a,1,KA-1,2020-02-30\n", 2, "chosen_on", "not a date");
    expect_reject(CHOICES "a,1,KA-1,2020-03-20\nb,1,KA-1,x\n", 3, "chosen_on", "not a date");
    expect_reject(CHOICES "a,1,,2020-03-20\n", 2, "contract", "is missing");
    expect_reject(CHOICES "a,1,KA-1\n", 2, "", "3 cells where the header has 4");
    expect_reject(CHOICES "a,1,KA-1,2020-03-20,x\n", 2, "", "5 cells");
    expect_reject(CHOICES "a,1,K\xFF,2020-03-20\n", 2, "contract", "UTF-8");
    expect_reject(CHOICES "a,1,K\"x,2020-03-20\n", 2, "", "quotation mark");
    expect_reject(CHOICES "a,1,KA-1,\"2020-03-20\n", 2, "", "quotation mark");
    expect_reject("source_ref,identity,month,approved,hours_per_week\na,1,2020-03-01,true,169\n", 2,
                  "hours_per_week", "from 0 to 168");
    expect_reject("source_ref,identity,month,approved\na,1,2020-03-01,maybe\n", 2, "approved",
                  "true or false");
    expect_reject("source_ref,number,organisation_number,area,capacity,latitude,longitude,from\n"
                  "a,KA-1,556016-0680,umea,5,1e1,20,2020-03-16\n",
                  2, "latitude", "decimal point");
}

/* A rejection is written to a file that anybody may read: it holds nothing of the line. */
static void test_reasons_repeat_no_content(void **state)
{
    (void)state;
    struct seen seen;
    good(CHOICES "a,199003072398,KA-1,199003072398\nb,199003072398\n"
                 "c,\x01"
                 "199003072398,KA-1,2020-03-20\n",
         &seen);
    assert_int_equal(seen.rejects, 3);
    for (size_t i = 0; i < seen.rejects; i++) {
        assert_null(strstr(seen.reject[i].reason, "199003072398"));
    }
}

static void test_reading_goes_on_after_a_bad_line(void **state)
{
    (void)state;
    struct seen seen;
    good(CHOICES "a,1,K\"x,2020-03-20\nb,1,KA-1,2020-03-20\n", &seen);
    assert_int_equal(seen.rejects, 1);
    assert_int_equal(seen.rows, 1);
    assert_int_equal(seen.row[0].line, 3);
}

/* A line that is too long, or a quotation mark that swallows the rest, costs only itself. */
static void test_long_lines_are_bounded(void **state)
{
    (void)state;
    struct seen seen;
    size_t len = VV_CSV_LINE_BYTES_MAX + 200;
    char *text = calloc(1, len + 200);
    assert_non_null(text);
    (void)strncpy(text, CHOICES, 100);
    size_t at = strlen(text);
    memset(text + at, 'x', len - at);
    (void)snprintf(text + len, 200, "\nb,1,KA-1,2020-03-20\n");
    good(text, &seen);
    free(text);
    assert_int_equal(seen.rejects, 1);
    assert_int_equal(seen.reject[0].line, 2);
    assert_non_null(strstr(seen.reject[0].reason, "longer"));
    assert_int_equal(seen.rows, 1);
    assert_int_equal(seen.row[0].line, 3);
}

static void expect_unusable(const char *text, const char *field, const char *reason)
{
    struct seen seen;
    struct vv_error error = {0};
    assert_int_equal(parse(text, strlen(text), &seen, &error), VV_INVALID);
    assert_int_equal(seen.rows, 0);
    assert_string_equal(error.field, field);
    if (strstr(error.text, reason) == NULL) {
        fail_msg("`%s` does not contain `%s`", error.text, reason);
    }
}

static void test_unusable_headers(void **state)
{
    (void)state;
    expect_unusable("", "", "empty");
    expect_unusable("\n\n", "", "empty");
    expect_unusable("a,b,c\n1,2,3\n", "", "no kind of record");
    expect_unusable("source_ref,identity,contract,chosen_on,colour\n", "colour", "not a column");
    expect_unusable("source_ref,identity,chosen_on\n", "contract", "missing");
    expect_unusable("source_ref,identity,identity,contract,chosen_on\n", "identity", "twice");
    expect_unusable("source_ref,\"identity,contract,chosen_on\n", "", "");
}

static void test_json_lines(void **state)
{
    (void)state;
    struct seen seen;
    good("{\"kind\":\"choice\",\"source_ref\":\"a\",\"identity\":\"1\",\"contract\":\"KA-1\","
         "\"chosen_on\":\"2020-03-20\"}\n"
         "\n"
         "{\"kind\":\"report\",\"source_ref\":\"b\",\"identity\":\"2\",\"month\":\"2020-03-01\","
         "\"approved\":true,\"hours_per_week\":4,\"physical_percent\":null}\n"
         "not json\n"
         "{\"kind\":\"dance\",\"source_ref\":\"c\"}\n"
         "{\"source_ref\":\"c\"}\n"
         "{\"kind\":\"choice\",\"kind\":\"choice\"}\n"
         "{\"kind\":\"choice\",\"source_ref\":[1]}\n",
         &seen);
    assert_int_equal(seen.rows, 2);
    assert_int_equal(seen.row[0].kind, VV_RECORD_CHOICE);
    assert_int_equal(seen.row[1].kind, VV_RECORD_REPORT);
    assert_int_equal(seen.row[1].line, 3);
    assert_int_equal(seen.row[1].fields, 5); /* null is a field that is not there */
    assert_int_equal(seen.rejects, 5);
    assert_int_equal(seen.reject[0].line, 4);
    assert_int_equal(seen.reject[4].line, 8);
}

static void test_json_features_are_flattened(void **state)
{
    (void)state;
    struct seen seen;
    good("{\"kind\":\"seeker\",\"source_ref\":\"a\",\"identity\":\"1\",\"name\":\"N\","
         "\"municipality\":\"2480\",\"latitude\":63.8,\"longitude\":20.2,\"status\":\"unemployed\","
         "\"registered_on\":\"2020-03-16\",\"feature\":{\"sex\":\"female\"}}",
         &seen);
    assert_int_equal(seen.rejects, 0);
    assert_int_equal(seen.rows, 1);
    assert_int_equal(seen.row[0].fields, 9);
}

/* ---- from a row to a request ---- */

struct made {
    struct vv_request request;
    uint8_t body[4096];
    size_t len;
    enum vv_status status;
    struct vv_error error;
};

static void make(void *context, const struct vv_row *row)
{
    static unsigned char memory[65536];
    struct made *made = context;
    struct vv_arena arena;
    ProtobufCMessage *body = NULL;
    vv_arena_init(&arena, memory, sizeof(memory));
    const struct vv_row_context row_context = {
        .source = "load", .scheme = "se-krom", .partitions = 256, .case_id = {{1, 2, 3}}};
    made->status = vv_row_request(row, &row_context, &arena, &made->request, &body, &made->error);
    if (made->status == VV_OK) {
        made->len = protobuf_c_message_pack(body, made->body);
    }
}

static void fail_reject(void *context, unsigned line, const char *field, const char *reason)
{
    (void)context;
    fail_msg("line %u: %s %s", line, field, reason);
}

static void build(const char *text, struct made *made)
{
    static const struct vv_records_callbacks callbacks = {make, fail_reject};
    memset(made, 0, sizeof(*made));
    assert_int_equal(vv_records_parse("test.csv", text, strlen(text), &callbacks, made, NULL),
                     VV_OK);
}

#define OUTCOMES "source_ref,identity,event,what,outcome_ref,on,evidence\n"

static void test_same_row_same_bytes(void **state)
{
    (void)state;
    struct made first, second, other;
    build(OUTCOMES "o1,1,start,job,j1,2020-05-11,\n", &first);
    build(OUTCOMES "o1,1,start,job,j1,2020-05-11,\n", &second);
    build(OUTCOMES "o2,1,start,job,j1,2020-05-11,\n", &other);
    assert_int_equal(first.status, VV_OK);
    assert_int_equal(first.len, second.len);
    assert_memory_equal(first.body, second.body, first.len);
    assert_true(vv_id_equal(first.request.id, second.request.id));
    assert_false(vv_id_equal(first.request.id, other.request.id));
    assert_int_equal(first.request.type, VV_MSG_RECORD_OUTCOME);
    assert_int_equal(first.request.service, VV_REGISTRY);
    assert_int_equal(first.request.partition, 0x0102);
    /* Without a day of arrival the row's own day stands, never today's: tomorrow's load of the
     * same file must give the same bytes. */
    Vagval__V1__RecordOutcome *body =
        vagval__v1__record_outcome__unpack(NULL, first.len, first.body);
    assert_non_null(body);
    assert_int_equal(body->on, body->reported_on);
    vagval__v1__record_outcome__free_unpacked(body, NULL);
    struct vv_id derived = vv_id_fact("load", "outcome", "o1");
    assert_true(vv_id_equal(first.request.id, derived));
}

/* The reference of the record that is replaced becomes the id of its fact. */
static void test_outcome_names_what_it_replaces(void **state)
{
    (void)state;
    struct made made;
    build("source_ref,identity,event,outcome_ref,on,supersedes_ref\no2,1,end,j1,2020-09-10,o1\n",
          &made);
    assert_int_equal(made.status, VV_OK);
    Vagval__V1__RecordOutcome *body = vagval__v1__record_outcome__unpack(NULL, made.len, made.body);
    assert_non_null(body);
    struct vv_id replaced = vv_id_fact("load", "outcome", "o1");
    assert_int_equal(body->supersedes.len, sizeof replaced.bytes);
    assert_memory_equal(body->supersedes.data, replaced.bytes, sizeof replaced.bytes);
    vagval__v1__record_outcome__free_unpacked(body, NULL);
}

static void test_contract_goes_to_its_area(void **state)
{
    (void)state;
    struct made made;
    build("source_ref,number,organisation_number,area,capacity,latitude,longitude,languages,from\n"
          "c1,KA-1,5560160680,umea,5,63.8,20.2,sv fi,2020-03-16\n",
          &made);
    assert_int_equal(made.status, VV_OK);
    struct vv_id contract = vv_id_contract("se-krom", "umea", "KA-1", 256);
    assert_true(vv_id_equal(made.request.subject, contract));
    assert_int_equal(made.request.partition, vv_id_partition(contract));
    Vagval__V1__AuthoriseContract *body =
        vagval__v1__authorise_contract__unpack(NULL, made.len, made.body);
    assert_non_null(body);
    assert_string_equal(body->organisation_number, "556016-0680");
    assert_int_equal(body->n_languages, 2);
    assert_string_equal(body->languages[1], "fi");
    vagval__v1__authorise_contract__free_unpacked(body, NULL);
}

static void test_wrong_check_digits_are_found_before_sending(void **state)
{
    (void)state;
    struct made made;
    build("source_ref,organisation_number,name\np1,556016-0681,P\n", &made);
    assert_int_equal(made.status, VV_INVALID);
    assert_string_equal(made.error.field, "organisation_number");
    build(OUTCOMES "o1,1,start,job,j1,2020-05-11,beef\n", &made);
    assert_int_equal(made.status, VV_INVALID);
    assert_string_equal(made.error.field, "evidence");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_and_line_numbers),
        cmocka_unit_test(test_semicolons_and_byte_order_mark),
        cmocka_unit_test(test_bad_lines_name_line_field_and_reason),
        cmocka_unit_test(test_reasons_repeat_no_content),
        cmocka_unit_test(test_reading_goes_on_after_a_bad_line),
        cmocka_unit_test(test_long_lines_are_bounded),
        cmocka_unit_test(test_unusable_headers),
        cmocka_unit_test(test_json_lines),
        cmocka_unit_test(test_json_features_are_flattened),
        cmocka_unit_test(test_same_row_same_bytes),
        cmocka_unit_test(test_outcome_names_what_it_replaces),
        cmocka_unit_test(test_contract_goes_to_its_area),
        cmocka_unit_test(test_wrong_check_digits_are_found_before_sending),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
