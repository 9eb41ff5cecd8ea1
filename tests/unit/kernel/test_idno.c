/*
 * test_idno.c: identity numbers against published test numbers, and round trips of made ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/random.h"
#include "vagval/idno.h"

#define TODAY 20454 /* 2026-01-01 */

static vv_date day(const char *text)
{
    vv_date date = VV_DATE_NONE;
    assert_int_equal(vv_date_parse(text, &date), VV_OK);
    return date;
}

static void accept(enum vv_idno_kind kind, const char *text, const char *normal, const char *birth,
                   int male)
{
    struct vv_idno idno;
    struct vv_error error = {0};
    if (vv_idno_check(kind, text, TODAY, &idno, &error) != VV_OK) {
        fail_msg("refused %s: %s", text, error.text);
    }
    assert_int_equal(idno.kind, kind);
    assert_string_equal(idno.text, normal);
    assert_int_equal(idno.birth, birth == NULL ? VV_DATE_NONE : day(birth));
    assert_int_equal(idno.male, male);
}

static void refuse(enum vv_idno_kind kind, const char *text, const char *why)
{
    struct vv_idno idno = {.male = 77};
    struct vv_error error = {0};
    if (vv_idno_check(kind, text, TODAY, &idno, &error) != VV_INVALID) {
        fail_msg("accepted %s", text);
    }
    assert_int_equal(idno.male, 77);
    if (strstr(error.text, why) == NULL) {
        fail_msg("%s: says \"%s\"", text, error.text);
    }
    /* No four characters of the number in a row may stand in the error. */
    for (size_t i = 0; i + 4 <= strlen(text); i++) {
        char part[5];
        snprintf(part, sizeof part, "%.4s", text + i);
        assert_null(strstr(error.text, part));
        assert_null(strstr(error.where, part));
        assert_null(strstr(error.field, part));
    }
    assert_int_equal(vv_idno_check(kind, text, TODAY, &idno, NULL), VV_INVALID);
}

/* Published test numbers of the Swedish Tax Agency. The ninth digit of ten is odd for men. */
static void personnummer(void **state)
{
    (void)state;
    const enum vv_idno_kind p = VV_IDNO_PERSONNUMMER;
    accept(p, "190905271474", "190905271474", "1909-05-27", 1);
    accept(p, "200002292399", "200002292399", "2000-02-29", 1);
    accept(p, "195704289999", "195704289999", "1957-04-28", 1);
    accept(p, "194608239986", "194608239986", "1946-08-23", 0);
    accept(p, "19460823-9986", "194608239986", "1946-08-23", 0);
    accept(p, "460823-9986", "194608239986", "1946-08-23", 0);
    accept(p, "4608239986", "194608239986", "1946-08-23", 0);
    accept(p, "000229-2399", "200002292399", "2000-02-29", 1);
    accept(p, "090527+1474", "190905271474", "1909-05-27", 1);
    refuse(p, "201509160006", "000");
    refuse(p, "197004289895", "check digit");
    refuse(p, "194205669899", "samordningsnummer");
    refuse(p, "194608239985", "check digit");
    refuse(p, "202608239986", "future");
    refuse(p, "190902301474", "date of birth");
    refuse(p, "19090527+1474", "10 digits only");
    refuse(p, "460823T986", "interim");
    refuse(p, "19460823-J986", "interim");
    refuse(p, "460823A986", "digits and one sign");
    refuse(p, "46082399860", "10 or 12 digits");
    refuse(p, "460823--9986", "10 or 12 digits");
    refuse(p, "", "10 or 12 digits");
    refuse(p, "-9986", "10 or 12 digits");
    refuse(p, "1946082399861234567890", "10 or 12 digits");
}

static void samordningsnummer(void **state)
{
    (void)state;
    const enum vv_idno_kind s = VV_IDNO_SAMORDNINGSNUMMER;
    accept(s, "197302889931", "197302889931", "1973-02-28", 1);
    accept(s, "202107919967", "202107919967", "2021-07-31", 0);
    accept(s, "730288-9931", "197302889931", "1973-02-28", 1);
    refuse(s, "194205669899", "check digit");
    refuse(s, "195704289999", "personnummer");
    refuse(s, "197302909931", "date of birth"); /* 30 February */
    refuse(VV_IDNO_PERSONNUMMER, "197302889931", "samordningsnummer");
}

/* '-' is the latest year that does not lie ahead, '+' the latest at which 100 is reached. Seen on
 * 2026-01-01 ten digits 260101 '-' were born that day, 260102 '-' a hundred years before it. */
static void centuries(void **state)
{
    (void)state;
    static const struct {
        const char *front; /* up to the sign */
        const char *birth;
    } rows[] = {{"260101-", "2026-01-01"}, {"260102-", "1926-01-02"}, {"251231-", "2025-12-31"},
                {"270101-", "1927-01-01"}, {"260101+", "1926-01-01"}, {"270101+", "1827-01-01"},
                {"991231+", "1899-12-31"}, {"000101-", "2000-01-01"}, {"000101+", "1900-01-01"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char digits[10];
        snprintf(digits, sizeof digits, "%.6s238", rows[i].front);
        char text[16];
        snprintf(text, sizeof text, "%s238%c", rows[i].front, vv_idno_luhn_digit(digits));
        struct vv_idno idno;
        assert_int_equal(vv_idno_check(VV_IDNO_PERSONNUMMER, text, TODAY, &idno, NULL), VV_OK);
        assert_int_equal(idno.birth, day(rows[i].birth));
    }
}

/* 131052-308T is the example of the Finnish agency; the signs Y, B and C came in 2023. */
static void hetu(void **state)
{
    (void)state;
    const enum vv_idno_kind h = VV_IDNO_HETU;
    accept(h, "131052-308T", "131052-308T", "1952-10-13", 0);
    accept(h, "131052-308t", "131052-308T", "1952-10-13", 0);
    accept(h, "010594Y9032", "010594Y9032", "1994-05-01", 1);
    accept(h, "030594W903B", "030594W903B", "1994-05-03", 1);
    accept(h, "010516B903X", "010516B903X", "2016-05-01", 1);
    accept(h, "020516c903k", "020516C903K", "2016-05-02", 1);
    accept(h, "131052+308T", "131052+308T", "1852-10-13", 0);
    refuse(h, "131052-308U", "check character");
    refuse(h, "131052Z308T", "century sign");
    refuse(h, "321052-308T", "date of birth");
    refuse(h, "131052A308T", "future");
    refuse(h, "131052-001T", "never given out");
    refuse(h, "131052-308", "11 characters");
    refuse(h, "131052-308TT", "11 characters");
    refuse(h, "13105A-308T", "DDMMYY");
}

static void organisations(void **state)
{
    (void)state;
    accept(VV_IDNO_ORGANISATIONSNUMMER, "556016-0680", "556016-0680", NULL, -1);
    accept(VV_IDNO_ORGANISATIONSNUMMER, "5560160680", "556016-0680", NULL, -1);
    accept(VV_IDNO_ORGANISATIONSNUMMER, "16556016-0680", "556016-0680", NULL, -1);
    accept(VV_IDNO_ORGANISATIONSNUMMER, "202100-2114", "202100-2114", NULL, -1);
    refuse(VV_IDNO_ORGANISATIONSNUMMER, "556016-0681", "check digit");
    refuse(VV_IDNO_ORGANISATIONSNUMMER, "551016-0680", "third digit");
    refuse(VV_IDNO_ORGANISATIONSNUMMER, "556016_0680", "must read");
    refuse(VV_IDNO_ORGANISATIONSNUMMER, "556016", "must read");
    accept(VV_IDNO_Y_TUNNUS, "0112038-9", "0112038-9", NULL, -1);
    accept(VV_IDNO_Y_TUNNUS, "01120389", "0112038-9", NULL, -1);
    refuse(VV_IDNO_Y_TUNNUS, "1790235-8", "check digit");
    refuse(VV_IDNO_Y_TUNNUS, "112038-9", "must read");
    /* 7 x 1 + 9 x 0 + 10 x 0 + 5 x 1 = 12, 12 mod 11 = 1: would need the check digit 10. */
    refuse(VV_IDNO_Y_TUNNUS, "1001000-0", "check digit");
    accept(VV_IDNO_BANKGIRO, "991-2346", "991-2346", NULL, -1);
    accept(VV_IDNO_BANKGIRO, "9912346", "991-2346", NULL, -1);
    refuse(VV_IDNO_BANKGIRO, "991-2347", "check digit");
    refuse(VV_IDNO_BANKGIRO, "991-234", "must read");
}

/* Luhn by hand: 991234: doubled from the right 4->8, 2->4, 9->18->9; 8+3+4+1+9+9 = 34 -> 6. */
static void luhn(void **state)
{
    (void)state;
    assert_int_equal(vv_idno_luhn_digit("991234"), '6');
    assert_true(vv_idno_luhn_valid("9912346"));
    assert_false(vv_idno_luhn_valid("9912345"));
    assert_false(vv_idno_luhn_valid("99123x6"));
    assert_false(vv_idno_luhn_valid("0"));
    assert_false(vv_idno_luhn_valid(""));
    /* 131052308 mod 31: 31 x 4227493 = 131052283, rest 25 -> the 26th character, T. */
    assert_int_equal(vv_idno_hetu_check("131052308"), 'T');
}

static void kinds(void **state)
{
    (void)state;
    for (int kind = VV_IDNO_PERSONNUMMER; kind <= VV_IDNO_BANKGIRO; kind++) {
        enum vv_idno_kind read;
        assert_int_equal(vv_idno_kind_parse(vv_idno_kind_name((enum vv_idno_kind)kind), &read),
                         VV_OK);
        assert_int_equal(read, kind);
    }
    enum vv_idno_kind untouched = VV_IDNO_HETU;
    assert_int_equal(vv_idno_kind_parse("Personnummer", &untouched), VV_INVALID);
    assert_int_equal(untouched, VV_IDNO_HETU);
}

/* ---- properties ------------------------------------------------------------------------------ */

/* Makes a personnummer or samordningsnummer from a random day and serial, as YYYYMMDDNNNC. */
static vv_date make_swedish(bool coordination, uint32_t *ret_serial, char ret_text[32])
{
    vv_date birth =
        (vv_date)(day("1930-01-01") + (vv_date)random_below((uint32_t)(TODAY - day("1930-01-01"))));
    struct vv_ymd ymd = vv_date_to_ymd(birth);
    *ret_serial = 1 + random_below(999);
    snprintf(ret_text, 32, "%04d%02d%02d%03u", ymd.year, ymd.month,
             ymd.day + (coordination ? 60 : 0), *ret_serial);
    ret_text[11] = vv_idno_luhn_digit(ret_text + 2);
    ret_text[12] = '\0';
    return birth;
}

static void swedish_round_trips(void **state)
{
    (void)state;
    for (int i = 0; i < 5000; i++) {
        char text[32];
        uint32_t serial = 0;
        bool coordination = random_below(2) == 1;
        enum vv_idno_kind kind = coordination ? VV_IDNO_SAMORDNINGSNUMMER : VV_IDNO_PERSONNUMMER;
        vv_date birth = make_swedish(coordination, &serial, text);
        struct vv_idno idno;
        assert_int_equal(vv_idno_check(kind, text, TODAY, &idno, NULL), VV_OK);
        assert_string_equal(idno.text, text);
        assert_int_equal(idno.birth, birth);
        assert_int_equal(idno.male, serial % 2);
        /* The short form means the same person. */
        char sign = vv_date_to_ymd(TODAY).year - vv_date_to_ymd(birth).year >= 100 ? '+' : '-';
        char ten[16];
        snprintf(ten, sizeof ten, "%.6s%c%.4s", text + 2, sign, text + 8);
        assert_int_equal(vv_idno_check(kind, ten, TODAY, &idno, NULL), VV_OK);
        assert_string_equal(idno.text, text);
        /* Luhn notices every single wrong digit among the last ten. */
        size_t at = 8 + random_below(4);
        text[at] = (char)('0' + (text[at] - '0' + 1 + (int)random_below(9)) % 10);
        assert_int_equal(vv_idno_check(kind, text, TODAY, &idno, NULL), VV_INVALID);
    }
}

static void hetu_round_trips(void **state)
{
    (void)state;
    static const char signs[] = "-YXWVUABCDEF";
    for (int i = 0; i < 5000; i++) {
        size_t which = random_below(12);
        int year = (which < 6 ? 1900 : 2000) + (int)random_below(which < 6 ? 100 : 26);
        struct vv_ymd ymd = {year, 1 + (int)random_below(12), 1 + (int)random_below(28)};
        uint32_t individual = 2 + random_below(998);
        char digits[32];
        snprintf(digits, sizeof digits, "%02d%02d%02d%03u", ymd.day, ymd.month, year % 100,
                 individual);
        char text[32];
        snprintf(text, sizeof text, "%.6s%c%.3s%c", digits, signs[which], digits + 6,
                 vv_idno_hetu_check(digits));
        struct vv_idno idno;
        assert_int_equal(vv_idno_check(VV_IDNO_HETU, text, TODAY, &idno, NULL), VV_OK);
        assert_string_equal(idno.text, text);
        assert_int_equal(idno.birth, vv_date_from_ymd(ymd));
        assert_int_equal(idno.male, individual % 2);
        size_t at = 7 + random_below(3);
        text[at] = (char)('0' + (text[at] - '0' + 1 + (int)random_below(9)) % 10);
        assert_int_equal(vv_idno_check(VV_IDNO_HETU, text, TODAY, &idno, NULL), VV_INVALID);
    }
}

/* Arbitrary bytes never crash and, when accepted, normalise to something accepted again. */
static void arbitrary_texts(void **state)
{
    (void)state;
    static const char alphabet[] = "0123456789-+ABTYax 16";
    for (int i = 0; i < 200000; i++) {
        char text[24];
        size_t len = random_below(sizeof text);
        for (size_t j = 0; j < len; j++) {
            text[j] = alphabet[random_below(sizeof alphabet - 1)];
        }
        text[len] = '\0';
        enum vv_idno_kind kind = (enum vv_idno_kind)random_below(6);
        struct vv_idno idno;
        struct vv_idno again;
        if (vv_idno_check(kind, text, TODAY, &idno, NULL) == VV_OK) {
            assert_int_equal(vv_idno_check(kind, idno.text, TODAY, &again, NULL), VV_OK);
            assert_string_equal(again.text, idno.text);
        }
    }
}

int main(void)
{
    random_begin();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(personnummer),
        cmocka_unit_test(samordningsnummer),
        cmocka_unit_test(centuries),
        cmocka_unit_test(hetu),
        cmocka_unit_test(organisations),
        cmocka_unit_test(luhn),
        cmocka_unit_test(kinds),
        cmocka_unit_test(swedish_round_trips),
        cmocka_unit_test(hetu_round_trips),
        cmocka_unit_test(arbitrary_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
