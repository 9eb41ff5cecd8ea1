/*
 * test_table.c: columns stand under each other, also with letters of two bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "../../../services/cli/table.h"

static void test_width_counts_letters(void **state)
{
    (void)state;
    assert_int_equal(vv_table_width(""), 0);
    assert_int_equal(vv_table_width("Umea"), 4);
    assert_int_equal(vv_table_width("Umeå"), 4);
    assert_int_equal(vv_table_width("Övning"), 6);
}

static void test_columns_align(void **state)
{
    (void)state;
    char text[512] = "";
    struct vv_table *table = vv_table_create("place|>count|note");
    vv_table_cell(table, "%s", "Umeå");
    vv_table_cell(table, "%d", 7);
    vv_table_cell(table, "a");
    vv_table_cell(table, "Malung");
    vv_table_cell(table, "%d", 12345);
    vv_table_cell(table, "bc");
    FILE *out = fmemopen(text, sizeof(text), "w");
    assert_non_null(out);
    vv_table_print(table, out);
    (void)fclose(out);
    vv_table_destroy(&table);
    assert_null(table);
    assert_string_equal(text, "place   count  note\n"
                              "------  -----  ----\n"
                              "Umeå        7  a\n"
                              "Malung  12345  bc\n");
}

static void test_half_a_row_is_not_printed(void **state)
{
    (void)state;
    char text[128] = "";
    struct vv_table *table = vv_table_create("a|b");
    vv_table_cell(table, "1");
    FILE *out = fmemopen(text, sizeof(text), "w");
    vv_table_print(table, out);
    (void)fclose(out);
    vv_table_destroy(&table);
    vv_table_destroy(&table); /* again does nothing */
    assert_string_equal(text, "a  b\n-  -\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_width_counts_letters),
        cmocka_unit_test(test_columns_align),
        cmocka_unit_test(test_half_a_row_is_not_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
