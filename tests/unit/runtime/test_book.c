/*
 * The book: the latest publication that covers a day counts, as known at a generation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../services/runtime/book.h"

static char *read_file(const char *path, size_t *ret_len)
{
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    char *text = calloc(1, 128 * 1024);
    assert_non_null(text);
    *ret_len = fread(text, 1, 128 * 1024 - 1, file);
    fclose(file);
    return text;
}

/* The scheme as it stands, with a comment that makes it another version. */
static enum vv_status publish(struct vv_book *book, const char *comment, bool broken)
{
    size_t len = 0, model_len = 0;
    char *yaml = read_file("deploy/schemes/se-krom.yaml", &len);
    char *model = read_file("deploy/models/ams-2018.yaml", &model_len);
    int more = snprintf(yaml + len, 1000, "\n# %s\n%s", comment, broken ? "nonsense: {" : "");
    Vagval__V1__PublishScheme message = VAGVAL__V1__PUBLISH_SCHEME__INIT;
    message.name = (char *)(uintptr_t) "se-krom.yaml";
    message.yaml = (ProtobufCBinaryData){len + (size_t)more, (uint8_t *)yaml};
    message.model_name = (char *)(uintptr_t) "ams-2018.yaml";
    message.model_yaml = (ProtobufCBinaryData){model_len, (uint8_t *)model};
    size_t size = vagval__v1__publish_scheme__get_packed_size(&message);
    uint8_t *bytes = malloc(size);
    assert_non_null(bytes);
    vagval__v1__publish_scheme__pack(&message, bytes);
    struct vv_error error = {0};
    enum vv_status status = vv_book_add(book, bytes, size, &error);
    free(bytes);
    free(model);
    free(yaml);
    return status;
}

static void the_latest_publication_counts(void **state)
{
    (void)state;
    struct vv_book *book = vv_book_create();
    assert_non_null(book);
    vv_date day = 0;
    assert_int_equal(vv_date_parse("2020-06-01", &day), VV_OK);
    assert_null(vv_book_scheme(book, "se-krom", day, 0));
    assert_int_equal(publish(book, "first", false), VV_OK);
    assert_int_equal(vv_book_generation(book), 1);
    const struct vv_scheme *first = vv_book_scheme(book, "se-krom", day, 0);
    assert_non_null(first);
    assert_int_equal(publish(book, "second", false), VV_OK);
    const struct vv_scheme *second = vv_book_scheme(book, "se-krom", day, 0);
    assert_non_null(second);
    assert_ptr_not_equal(first, second);
    assert_string_not_equal(first->version, second->version);
    /* What was believed when only the first was known. */
    assert_ptr_equal(vv_book_scheme(book, "se-krom", day, 1), first);
    assert_ptr_equal(vv_book_scheme(book, "se-krom", day, 2), second);
    assert_ptr_equal(vv_book_scheme_version(book, first->version), first);
    assert_null(vv_book_scheme_version(book, "no such version"));
    assert_null(vv_book_scheme(book, "se-other", day, 0));
    assert_null(vv_book_scheme(book, "se-krom", first->from - 1, 0));
    const struct vv_model *model = vv_book_model(book, first);
    assert_non_null(model);
    vv_book_destroy(&book);
    assert_null(book);
}

static void what_does_not_parse_keeps_its_place(void **state)
{
    (void)state;
    struct vv_book *book = vv_book_create();
    vv_date day = 0;
    assert_int_equal(vv_date_parse("2020-06-01", &day), VV_OK);
    assert_int_equal(publish(book, "first", false), VV_OK);
    const struct vv_scheme *first = vv_book_scheme(book, "se-krom", day, 0);
    assert_int_not_equal(publish(book, "broken", true), VV_OK);
    struct vv_error error = {0};
    assert_int_equal(vv_book_add(book, (const uint8_t *)"\xff", 1, &error), VV_CORRUPT);
    assert_int_equal(vv_book_generation(book), 3);
    assert_ptr_equal(vv_book_scheme(book, "se-krom", day, 0), first);
    vv_book_destroy(&book);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_latest_publication_counts),
        cmocka_unit_test(what_does_not_parse_keeps_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
