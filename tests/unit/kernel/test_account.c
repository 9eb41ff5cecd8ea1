/*
 * test_account.c: account numbers and references against published examples, and every single
 * wrong digit of each.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "vagval/account.h"

static void good(enum vv_account_kind kind, const char *text, const char *wanted)
{
    char normal[VV_ACCOUNT_TEXT_BYTES] = "";
    struct vv_error error = {0};
    if (vv_account_check(kind, text, normal, &error) != VV_OK) {
        fail_msg("refused %s: %s", text, error.text);
    }
    assert_string_equal(normal, wanted);
}

static void bad(enum vv_account_kind kind, const char *text, const char *why)
{
    char normal[VV_ACCOUNT_TEXT_BYTES] = "untouched";
    struct vv_error error = {0};
    if (vv_account_check(kind, text, normal, &error) != VV_INVALID) {
        fail_msg("accepted %s", text);
    }
    assert_string_equal(normal, "untouched");
    if (strstr(error.text, why) == NULL) {
        fail_msg("%s: says \"%s\"", text, error.text);
    }
    assert_true(text[0] == '\0' || strstr(error.text, text) == NULL);
    assert_int_equal(vv_account_check(kind, text, normal, NULL), VV_INVALID);
}

static void test_giros(void **state)
{
    (void)state;
    good(VV_ACCOUNT_BANKGIRO, "991-2346", "991-2346");
    good(VV_ACCOUNT_BANKGIRO, "9912346", "991-2346");
    good(VV_ACCOUNT_BANKGIRO, " 5050-1055", "5050-1055");
    bad(VV_ACCOUNT_BANKGIRO, "991-2345", "check digit");
    bad(VV_ACCOUNT_BANKGIRO, "912346", "7 or 8 digits");
    bad(VV_ACCOUNT_BANKGIRO, "991-2346x", "7 or 8 digits");
    bad(VV_ACCOUNT_BANKGIRO, "", "7 or 8 digits");
    /* Luhn of 9020 0?: 4190 + check digit. 4*1 1*2 9*1 0*2 from the right with weights 2 1 2 1 over
     * 0 9 1 4: 0, 9, 2, 4 -> 15 -> check digit 5. */
    good(VV_ACCOUNT_PLUSGIRO, "4190-5", "4190-5");
    good(VV_ACCOUNT_PLUSGIRO, "41 90-5", "4190-5");
    bad(VV_ACCOUNT_PLUSGIRO, "4190-6", "check digit");
    bad(VV_ACCOUNT_PLUSGIRO, "5", "2 to 8 digits");
}

static void test_swedish_account(void **state)
{
    (void)state;
    good(VV_ACCOUNT_SWEDISH, "8327-9, 123 456 7", "832791234567");
    good(VV_ACCOUNT_SWEDISH, "600012345", "600012345");
    bad(VV_ACCOUNT_SWEDISH, "60001234", "clearing number");
    bad(VV_ACCOUNT_SWEDISH, "6000123456789012", "clearing number");
    bad(VV_ACCOUNT_SWEDISH, "0000123456", "clearing number");
    bad(VV_ACCOUNT_SWEDISH, "6000A23456", "clearing number");
}

static void test_iban(void **state)
{
    (void)state;
    good(VV_ACCOUNT_IBAN, "FI21 1234 5600 0007 85", "FI2112345600000785");
    good(VV_ACCOUNT_IBAN, "fi2112345600000785", "FI2112345600000785");
    good(VV_ACCOUNT_IBAN, "GB82 WEST 1234 5698 7654 32", "GB82WEST12345698765432");
    bad(VV_ACCOUNT_IBAN, "FI22 1234 5600 0007 85", "check digits");
    bad(VV_ACCOUNT_IBAN, "FI21 1234 5600 0007 8", "another length");
    bad(VV_ACCOUNT_IBAN, "2112345600000785", "country");
    bad(VV_ACCOUNT_IBAN, "FI21-1234-5600-0007-85", "country");
    bad(VV_ACCOUNT_NONE, "FI2112345600000785", "kind");
}

/* mod 97 finds every single wrong character; Luhn every single wrong digit. */
static void test_every_wrong_digit(void **state)
{
    (void)state;
    static const struct {
        enum vv_account_kind kind;
        const char *text;
    } samples[] = {{VV_ACCOUNT_BANKGIRO, "9912346"},
                   {VV_ACCOUNT_PLUSGIRO, "41905"},
                   {VV_ACCOUNT_IBAN, "FI2112345600000785"}};
    char normal[VV_ACCOUNT_TEXT_BYTES];
    for (size_t s = 0; s < sizeof(samples) / sizeof(samples[0]); s++) {
        char text[VV_ACCOUNT_TEXT_BYTES];
        for (size_t i = 0; i < strlen(samples[s].text); i++) {
            for (int value = 0; value <= 9; value++) {
                char digit = (char)('0' + value);
                (void)snprintf(text, sizeof(text), "%s", samples[s].text);
                bool same = text[i] == digit;
                text[i] = digit;
                enum vv_status status = vv_account_check(samples[s].kind, text, normal, NULL);
                assert_int_equal(status, same ? VV_OK : VV_INVALID);
            }
        }
    }
}

static void test_reference_and_bic(void **state)
{
    (void)state;
    char reference[VV_REFERENCE_TEXT_BYTES] = "";
    char bic[VV_BIC_TEXT_BYTES] = "";
    assert_int_equal(vv_reference_check("RF18 5390 0754 7034", reference, NULL), VV_OK);
    assert_string_equal(reference, "RF18539007547034");
    assert_int_equal(vv_reference_check("RF19 5390 0754 7034", reference, NULL), VV_INVALID);
    assert_int_equal(vv_reference_check("RF18", reference, NULL), VV_INVALID);
    assert_int_equal(vv_reference_check("XF18539007547034", reference, NULL), VV_INVALID);
    assert_int_equal(vv_reference_check("RF185390075470341234567890123", reference, NULL),
                     VV_INVALID);
    assert_string_equal(reference, "RF18539007547034");
    assert_int_equal(vv_bic_check("ndea FI hh", bic, NULL), VV_OK);
    assert_string_equal(bic, "NDEAFIHH");
    assert_int_equal(vv_bic_check("NDEAFIHHXXX", bic, NULL), VV_OK);
    assert_int_equal(vv_bic_check("NDEA1IHH", bic, NULL), VV_INVALID);
    assert_int_equal(vv_bic_check("NDEAFIH", bic, NULL), VV_INVALID);
}

/* Check digits are 98 less a remainder of 0 to 96, so 02 to 98. 00, 01 and 99 satisfy the remainder
 * where 97, 98 and 02 are right. For
 * "36": 36 27 15 00 mod 97 = 96, so 02. */
static void test_reference_boundaries(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
    } rows[] = {
        {"RF0236", true},
        {"RF9936", false},
        {"RF9772", true},
        {"RF0072", false},
        {"RF9854", true},
        {"RF0154", false},
        {"RF0318", true},
        {"RF0218", false},
        {"RF741", true}, /* one character is the least, 21 are the most */
        {"RF74", false},
        {"RF40123456789012345678901", true},
        {"RF401234567890123456789012", false},
        {"RF25A", true},
        {"RF25B", false},
        {"RFA5A", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char reference[VV_REFERENCE_TEXT_BYTES] = "";
        enum vv_status status = vv_reference_check(rows[i].text, reference, NULL);
        if ((status == VV_OK) != rows[i].good) {
            fail_msg("%s: %s", rows[i].text, vv_status_name(status));
        }
    }
}

static void test_words(void **state)
{
    (void)state;
    for (unsigned kind = VV_ACCOUNT_BANKGIRO; kind <= VV_ACCOUNT_IBAN; kind++) {
        const char *word = vv_account_kind_word((enum vv_account_kind)kind);
        assert_int_equal(vv_account_kind_of(word), kind);
    }
    assert_int_equal(vv_account_kind_of("giro"), VV_ACCOUNT_NONE);
    assert_int_equal(vv_account_kind_of(""), VV_ACCOUNT_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_giros),
                                       cmocka_unit_test(test_swedish_account),
                                       cmocka_unit_test(test_iban),
                                       cmocka_unit_test(test_every_wrong_digit),
                                       cmocka_unit_test(test_reference_and_bic),
                                       cmocka_unit_test(test_reference_boundaries),
                                       cmocka_unit_test(test_words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
