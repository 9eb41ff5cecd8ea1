/*
 * test_journal.c: vouchers as CSV and SIE 4, and that none is written which does not balance.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../services/documents/journal.h"

static char *write_vouchers(enum vv_journal_form form)
{
    const struct vv_journal_head head = {.form = form,
                                         .company = "Arbetsförmedlingen",
                                         .organisation_number = "202100-2114",
                                         .currency = "SEK",
                                         .made = 18444, /* 2020-07-01 */
                                         .expense = "4600",
                                         .provider = "2440",
                                         .recovery = "1680",
                                         .claim = "1510",
                                         .vat = "2640",
                                         .bank = "1930"};
    const struct vv_journal_line posting[] = {{"expense:se-krom:base", 74400},
                                              {"provider:c1", -74400}};
    const struct vv_journal_line invoice[] = {{"vat:se-krom", 18600}, {"provider:c1", -18600}};
    const struct vv_journal_line set_off[] = {{"recovery:c1", -2400}, {"provider:c1", 2400}};
    const struct vv_journal_line claimed[] = {{"recovery:c1", -2400}, {"claim:c1", 2400}};
    const struct vv_journal_line paid[] = {{"provider:c1", 72000}, {"bank", -72000}};
    const struct vv_journal_line off[] = {{"provider:c1", 72000}, {"bank", -71999}};
    struct vv_journal *journal = NULL;
    struct vv_error error = {0};
    char *bytes = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&bytes, &len);
    assert_int_equal(vv_journal_open(out, &head, &journal, &error), VV_OK);
    assert_int_equal(vv_journal_voucher(journal, "b1", 18444, "posting", posting, 2, &error),
                     VV_OK);
    assert_int_equal(vv_journal_voucher(journal, "b2", 18444, "set \"off\"", set_off, 2, &error),
                     VV_OK);
    assert_int_equal(vv_journal_voucher(journal, "i1", 18444, "invoice", invoice, 2, &error),
                     VV_OK);
    assert_int_equal(vv_journal_voucher(journal, "p1", 18444, "payment, ett", paid, 2, &error),
                     VV_OK);
    assert_int_equal(vv_journal_voucher(journal, "b3", 18444, "posting", claimed, 2, &error),
                     VV_OK);
    assert_int_equal(vv_journal_voucher(journal, "p2", 18444, "payment", off, 2, &error),
                     VV_INVALID);
    assert_int_equal(vv_journal_voucher(journal, "p3", 18444, "payment", off, 0, &error),
                     VV_INVALID);
    assert_int_equal(vv_journal_finish(journal, &error), VV_OK);
    vv_journal_close(&journal);
    assert_int_equal(fclose(out), 0);
    return bytes;
}

static void test_csv(void **state)
{
    (void)state;
    char *bytes = write_vouchers(VV_JOURNAL_CSV);
    assert_string_equal(
        bytes,
        "voucher,date,account,debit,credit,currency,text\n"
        "\"b1\",\"2020-07-01\",\"expense:se-krom:base\",\"744.00\",\"\",\"SEK\",\"posting\"\n"
        "\"b1\",\"2020-07-01\",\"provider:c1\",\"\",\"744.00\",\"SEK\",\"posting\"\n"
        "\"b2\",\"2020-07-01\",\"recovery:c1\",\"\",\"24.00\",\"SEK\",\"set \"\"off\"\"\"\n"
        "\"b2\",\"2020-07-01\",\"provider:c1\",\"24.00\",\"\",\"SEK\",\"set \"\"off\"\"\"\n"
        "\"i1\",\"2020-07-01\",\"vat:se-krom\",\"186.00\",\"\",\"SEK\",\"invoice\"\n"
        "\"i1\",\"2020-07-01\",\"provider:c1\",\"\",\"186.00\",\"SEK\",\"invoice\"\n"
        "\"p1\",\"2020-07-01\",\"provider:c1\",\"720.00\",\"\",\"SEK\",\"payment, ett\"\n"
        "\"p1\",\"2020-07-01\",\"bank\",\"\",\"720.00\",\"SEK\",\"payment, ett\"\n"
        "\"b3\",\"2020-07-01\",\"recovery:c1\",\"\",\"24.00\",\"SEK\",\"posting\"\n"
        "\"b3\",\"2020-07-01\",\"claim:c1\",\"24.00\",\"\",\"SEK\",\"posting\"\n");
    free(bytes);
}

static void test_sie(void **state)
{
    (void)state;
    char *bytes = write_vouchers(VV_JOURNAL_SIE);
    assert_non_null(strstr(bytes, "#FORMAT PC8\r\n#GEN 20200701\r\n#SIETYP 4\r\n"));
    /* Code page 437: 0x94 is the o with two dots. */
    assert_non_null(strstr(bytes, "#FNAMN \"Arbetsf\x94rmedlingen\"\r\n"));
    assert_non_null(strstr(bytes, "#VER V 1 20200701 \"posting b1\"\r\n{\r\n"
                                  "#TRANS 4600 {} 744.00\r\n#TRANS 2440 {} -744.00\r\n}\r\n"));
    assert_non_null(strstr(bytes, "#VER V 2 20200701 \"set \\\"off\\\" b2\"\r\n{\r\n"
                                  "#TRANS 1680 {} -24.00\r\n#TRANS 2440 {} 24.00\r\n}\r\n"));
    assert_non_null(strstr(bytes, "#TRANS 2440 {} 720.00\r\n#TRANS 1930 {} -720.00\r\n}\r\n"));
    assert_non_null(strstr(bytes, "#KONTO 2640 \"Ing\x86"
                                  "ende moms\"\r\n"));
    assert_non_null(strstr(bytes, "#TRANS 2640 {} 186.00\r\n#TRANS 2440 {} -186.00\r\n}\r\n"));
    assert_non_null(strstr(bytes, "#TRANS 1680 {} -24.00\r\n#TRANS 1510 {} 24.00\r\n}\r\n"));
    assert_non_null(strstr(bytes, "#KONTO 1510 \"\x8F"
                                  "terkrav, fakturerade\"\r\n"));
    assert_null(strstr(bytes, "p2"));
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_csv), cmocka_unit_test(test_sie)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
