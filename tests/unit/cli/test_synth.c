/*
 * test_synth.c: the synthetic book: the same for the same seed, nobody real, something of
 * everything.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../services/cli/embedded.h"
#include "../../../services/cli/records.h"
#include "../../../services/cli/synth.h"
#include "vagval/idno.h"

#define PEOPLE 2000
#define FILES 6

struct book {
    char *text[FILES];
    size_t len[FILES];
    struct vv_synth_counts counts;
    struct vv_scheme *scheme;
    struct vv_model *model;
};

static void *read_whole(const char *path, size_t *ret_len)
{
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        fail_msg("%s: run from the top of the tree", path);
    }
    char *bytes = calloc(1, 200000);
    assert_non_null(bytes);
    *ret_len = fread(bytes, 1, 199999, file);
    (void)fclose(file);
    return bytes;
}

static void read_rules(struct book *book)
{
    size_t len = 0;
    void *yaml = read_whole("deploy/schemes/se-krom.yaml", &len);
    assert_int_equal(vv_scheme_parse("se-krom.yaml", yaml, len, &book->scheme, NULL), VV_OK);
    free(yaml);
    yaml = read_whole("deploy/models/ams-2018.yaml", &len);
    assert_int_equal(vv_model_parse("ams-2018.yaml", yaml, len, &book->model, NULL), VV_OK);
    free(yaml);
}

static void make_book(uint64_t seed, uint32_t people, struct book *book)
{
    FILE *files[FILES];
    memset(book, 0, sizeof(*book));
    read_rules(book);
    for (size_t i = 0; i < FILES; i++) {
        files[i] = open_memstream(&book->text[i], &book->len[i]);
        assert_non_null(files[i]);
    }
    struct vv_synth_files out = {files[0], files[1], files[2], files[3], files[4], files[5]};
    struct vv_synth_settings settings = {.people = people,
                                         .providers = 37,
                                         .seed = seed,
                                         .from = book->scheme->from,
                                         .to = book->scheme->from + 55,
                                         .until = VV_DATE_MAX,
                                         .scheme = book->scheme,
                                         .model = book->model};
    struct vv_embedded places = vv_embedded_municipalities();
    struct vv_synth *synth = NULL;
    assert_int_equal(vv_synth_create(&settings, places.text, places.len, &synth, NULL), VV_OK);
    assert_int_equal(synth->place_count, 32);
    vv_synth_providers(synth, &out, &book->counts);
    for (uint32_t i = 0; i < people; i++) {
        assert_int_equal(vv_synth_person(synth, i, &out, &book->counts, NULL), VV_OK);
    }
    vv_synth_destroy(&synth);
    for (size_t i = 0; i < FILES; i++) {
        (void)fclose(files[i]);
    }
}

static void free_book(struct book *book)
{
    for (size_t i = 0; i < FILES; i++) {
        free(book->text[i]);
    }
    vv_scheme_destroy(&book->scheme);
    vv_model_destroy(&book->model);
}

static void test_same_seed_same_book(void **state)
{
    (void)state;
    struct book a, b, c;
    make_book(1, 200, &a);
    make_book(1, 200, &b);
    make_book(2, 200, &c);
    for (size_t i = 0; i < FILES; i++) {
        assert_int_equal(a.len[i], b.len[i]);
        assert_memory_equal(a.text[i], b.text[i], a.len[i]);
    }
    assert_true(a.len[0] != c.len[0] || memcmp(a.text[0], c.text[0], a.len[0]) != 0);
    free_book(&a);
    free_book(&b);
    free_book(&c);
}

static void test_something_of_everything(void **state)
{
    (void)state;
    struct book book;
    make_book(1, PEOPLE, &book);
    assert_int_equal(book.counts.seekers, PEOPLE);
    assert_int_equal(book.counts.providers, 37);
    for (size_t l = 0; l < book.scheme->level_count; l++) {
        assert_true(book.counts.level[l] > PEOPLE / 50); /* at least 2 % in each level */
    }
    /* Four of five choose, a few change: between 70 % and 90 %. */
    assert_in_range(book.counts.choices * 100 / book.counts.referred, 70, 90);
    assert_true(book.counts.starts > PEOPLE / 5);
    assert_true(book.counts.confirmations > book.counts.starts / 2);
    assert_true(book.counts.ends > 0);
    assert_true(book.counts.reports > book.counts.referred);
    free_book(&book);
}

struct checking {
    size_t rows;
    char (*identities)[16];
    size_t identity_count;
    struct vv_model *model;
};

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void check_person(struct checking *checking, const struct vv_row *row)
{
    struct vv_idno number;
    const char *identity = vv_row_text(row, "identity");
    vv_date on = vv_row_date(row, "registered_on", 0);
    assert_int_equal(vv_idno_check(VV_IDNO_PERSONNUMMER, identity, on, &number, NULL), VV_OK);
    /* Only birth numbers that no person is given. */
    long birth_number = strtol((char[]){identity[8], identity[9], identity[10], 0}, NULL, 10);
    assert_true((birth_number >= 980 && birth_number <= 999) || birth_number == 238 ||
                birth_number == 239);
    assert_in_range(vv_date_age(number.birth, on), 18, 64);
    const char *sex = vv_row_text(row, "feature.sex");
    assert_string_equal(sex, number.male ? "male" : "female");
    struct vv_named_value values[64];
    size_t count = 0;
    for (size_t i = 0; i < row->field_count; i++) {
        if (strncmp(row->fields[i].name, "feature.", 8) == 0) {
            values[count++] =
                (struct vv_named_value){row->fields[i].name + 8, row->fields[i].value};
        }
    }
    struct vv_snapshot snapshot;
    assert_int_equal(vv_model_encode(checking->model, values, count, &snapshot, NULL), VV_OK);
    (void)snprintf(checking->identities[checking->identity_count++], 16, "%s", identity);
}

static void on_row(void *context, const struct vv_row *row)
{
    struct checking *checking = context;
    checking->rows++;
    if (row->kind == VV_RECORD_SEEKER) {
        check_person(checking, row);
    } else if (row->kind == VV_RECORD_PROVIDER) {
        struct vv_idno number;
        assert_int_equal(vv_idno_check(VV_IDNO_ORGANISATIONSNUMMER,
                                       vv_row_text(row, "organisation_number"), 0, &number, NULL),
                         VV_OK);
    }
}

static void on_reject(void *context, unsigned line, const char *field, const char *reason)
{
    (void)context;
    fail_msg("line %u: %s %s", line, field, reason);
}

/* What is made is what `load` reads; nobody stands in it twice, nobody is real. */
static void test_book_loads_and_is_synthetic(void **state)
{
    (void)state;
    static const struct vv_records_callbacks callbacks = {on_row, on_reject};
    struct book book;
    make_book(7, PEOPLE, &book);
    struct checking checking = {.model = book.model};
    checking.identities = calloc(PEOPLE, sizeof(*checking.identities));
    assert_non_null(checking.identities);
    for (size_t i = 0; i < FILES; i++) {
        assert_int_equal(
            vv_records_parse("book", book.text[i], book.len[i], &callbacks, &checking, NULL),
            VV_OK);
    }
    assert_int_equal(checking.identity_count, PEOPLE);
    assert_true(checking.rows > PEOPLE * 3);
    qsort(checking.identities, PEOPLE, sizeof(*checking.identities), compare);
    for (size_t i = 1; i < PEOPLE; i++) {
        assert_string_not_equal(checking.identities[i - 1], checking.identities[i]);
    }
    free(checking.identities);
    free_book(&book);
}

static void test_random_numbers_are_those_of_the_paper(void **state)
{
    (void)state;
    /* SplitMix64 from state 1234567: the published first outputs. */
    struct vv_random random = {.state = 1234567};
    assert_true(vv_random_next(&random) == UINT64_C(6457827717110365317));
    assert_true(vv_random_next(&random) == UINT64_C(3203168211198807973));
    assert_true(vv_random_next(&random) == UINT64_C(9817491932198370423));
    for (int i = 0; i < 1000; i++) {
        assert_true(vv_random_below(&random, 7) < 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_seed_same_book),
        cmocka_unit_test(test_something_of_everything),
        cmocka_unit_test(test_book_loads_and_is_synthetic),
        cmocka_unit_test(test_random_numbers_are_those_of_the_paper),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
