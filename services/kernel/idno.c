/*
 * idno.c: identity numbers checked and normalised. Error texts say which rule is broken and never
 * repeat a digit of the number.
 */
#include "vagval/idno.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#define HETU_ALPHABET "0123456789ABCDEFHJKLMNPRSTUVWXY"
#define INTERIM_LETTERS "TRSUWXJKLMN"

static const char *const kind_names[] = {
    [VV_IDNO_PERSONNUMMER] = "personnummer",
    [VV_IDNO_SAMORDNINGSNUMMER] = "samordningsnummer",
    [VV_IDNO_HETU] = "hetu",
    [VV_IDNO_ORGANISATIONSNUMMER] = "organisationsnummer",
    [VV_IDNO_Y_TUNNUS] = "y-tunnus",
    [VV_IDNO_BANKGIRO] = "bankgiro",
};
#define KIND_COUNT (sizeof kind_names / sizeof kind_names[0])

enum vv_status vv_idno_kind_parse(const char *name, enum vv_idno_kind *ret_kind)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (strcmp(kind_names[i], name) == 0) {
            *ret_kind = (enum vv_idno_kind)i;
            return VV_OK;
        }
    }
    return VV_INVALID;
}

const char *vv_idno_kind_name(enum vv_idno_kind kind)
{
    assert((size_t)kind < KIND_COUNT);
    return kind_names[kind];
}

/* ---- digits ---------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool all_digits(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!is_digit(text[i])) {
            return false;
        }
    }
    return true;
}

static int number_at(const char *digits, size_t len)
{
    int value = 0;
    for (size_t i = 0; i < len; i++) {
        value = value * 10 + (digits[i] - '0');
    }
    return value;
}

/* Sum of the digits of the products; `doubled` says whether the last digit counts twice. */
static int luhn_sum(const char *digits, size_t len, bool doubled)
{
    int sum = 0;
    for (size_t i = len; i-- > 0; doubled = !doubled) {
        int product = (digits[i] - '0') * (doubled ? 2 : 1);
        sum += product / 10 + product % 10;
    }
    return sum;
}

int vv_idno_luhn_valid(const char *digits)
{
    size_t len = strlen(digits);
    return len >= 2 && all_digits(digits, len) && luhn_sum(digits, len, false) % 10 == 0;
}

char vv_idno_luhn_digit(const char *digits)
{
    size_t len = strlen(digits);
    assert(all_digits(digits, len));
    return (char)('0' + (10 - luhn_sum(digits, len, true) % 10) % 10);
}

char vv_idno_hetu_check(const char digits[static 9])
{
    assert(all_digits(digits, 9));
    return HETU_ALPHABET[number_at(digits, 9) % 31];
}

static enum vv_status wrong(enum vv_idno_kind kind, struct vv_error *ret_error, const char *what)
{
    return vv_fail(ret_error, VV_INVALID, kind_names[kind], "identity", 0, "%s", what);
}

/* ---- Sweden: persons ------------------------------------------------------------------------- */

/* The year that a two-digit year means. '-': the latest one in which the day is not in the future.
 * '+': the latest one in which the person has turned, or turns this year, 100. */
static int full_year(int two_digits, int month, int day, bool plus, vv_date today)
{
    struct vv_ymd now = vv_date_to_ymd(today);
    int newest = plus ? now.year - 100 : now.year;
    int year = newest - ((newest - two_digits) % 100 + 100) % 100;
    bool ahead = month > now.month || (month == now.month && day > now.day);
    return year == now.year && ahead ? year - 100 : year;
}

/* Splits into digits alone: 10 or 12, of which the last four are the serial and the check. */
static enum vv_status swedish_digits(enum vv_idno_kind kind, const char *text, char digits[13],
                                     bool *plus, struct vv_error *ret_error)
{
    size_t len = strnlen(text, VV_IDNO_TEXT_BYTES);
    bool separated = len >= 5 && len < VV_IDNO_TEXT_BYTES && strchr("-+", text[len - 5]) != NULL;
    size_t count = separated ? len - 1 : len;
    if (count != 10 && count != 12) {
        return wrong(kind, ret_error,
                     "must have 10 or 12 digits, with or without a sign before "
                     "the last four");
    }
    *plus = separated && text[len - 5] == '+';
    if (*plus && count == 12) {
        return wrong(kind, ret_error, "the sign + belongs to the form with 10 digits only");
    }
    memcpy(digits, text, count - 4);
    memcpy(digits + count - 4, text + len - 4, 4);
    digits[count] = '\0';
    if (strchr(INTERIM_LETTERS, digits[count - 4]) != NULL && all_digits(digits, count - 4) &&
        all_digits(digits + count - 3, 3)) {
        return wrong(kind, ret_error,
                     "is an interim number (a letter in the serial), which names "
                     "nobody for good; register the person under a "
                     "personnummer or samordningsnummer");
    }
    if (!all_digits(digits, count)) {
        return wrong(kind, ret_error, "may contain digits and one sign only");
    }
    return VV_OK;
}

static enum vv_status check_swedish_person(enum vv_idno_kind kind, const char *text, vv_date today,
                                           struct vv_idno *ret_idno, struct vv_error *ret_error)
{
    char digits[13];
    bool plus = false;
    enum vv_status status = swedish_digits(kind, text, digits, &plus, ret_error);
    if (status != VV_OK) {
        return status;
    }
    size_t count = strlen(digits);
    const char *ten = digits + count - 10;
    int month = number_at(ten + 2, 2);
    int day = number_at(ten + 4, 2);
    bool coordination = day > 60;
    if (coordination != (kind == VV_IDNO_SAMORDNINGSNUMMER)) {
        return wrong(kind, ret_error,
                     coordination ? "the day is raised by 60: this is a samordningsnummer"
                                  : "the day is not raised by 60: this is a personnummer");
    }
    day -= coordination ? 60 : 0;
    int year =
        count == 12 ? number_at(digits, 4) : full_year(number_at(ten, 2), month, day, plus, today);
    struct vv_ymd ymd = {year, month, day};
    if (!vv_ymd_valid(ymd) || vv_date_from_ymd(ymd) > today) {
        return wrong(kind, ret_error, "the date of birth does not exist or lies in the future");
    }
    if (number_at(ten + 6, 3) == 0) {
        return wrong(kind, ret_error, "the serial 000 is never given out");
    }
    if (!vv_idno_luhn_valid(ten)) {
        return wrong(kind, ret_error, "the check digit does not agree");
    }
    struct vv_idno idno = {.kind = kind, .birth = vv_date_from_ymd(ymd)};
    idno.male = (ten[8] - '0') % 2;
    idno.text[0] = (char)('0' + year / 1000);
    idno.text[1] = (char)('0' + year / 100 % 10);
    memcpy(idno.text + 2, ten, 10);
    *ret_idno = idno;
    return VV_OK;
}

/* ---- Finland: persons ------------------------------------------------------------------------ */

static int hetu_century(char sign)
{
    if (sign == '+') {
        return 1800;
    }
    if (sign != '\0' && strchr("-YXWVU", sign) != NULL) {
        return 1900;
    }
    if (sign != '\0' && strchr("ABCDEF", sign) != NULL) {
        return 2000;
    }
    return 0;
}

static enum vv_status check_hetu(const char *text, vv_date today, struct vv_idno *ret_idno,
                                 struct vv_error *ret_error)
{
    const enum vv_idno_kind kind = VV_IDNO_HETU;
    struct vv_idno idno = {.kind = kind};
    if (strnlen(text, 12) != 11) {
        return wrong(kind, ret_error, "must have 11 characters: DDMMYY, sign, NNN, check");
    }
    for (size_t i = 0; i < 11; i++) {
        idno.text[i] = text[i] >= 'a' && text[i] <= 'z' ? (char)(text[i] - 'a' + 'A') : text[i];
    }
    int century = hetu_century(idno.text[6]);
    if (!all_digits(idno.text, 6) || !all_digits(idno.text + 7, 3) || century == 0) {
        return wrong(kind, ret_error, "must read DDMMYY, a century sign, three digits, check");
    }
    struct vv_ymd ymd = {century + number_at(idno.text + 4, 2), number_at(idno.text + 2, 2),
                         number_at(idno.text, 2)};
    if (!vv_ymd_valid(ymd) || vv_date_from_ymd(ymd) > today) {
        return wrong(kind, ret_error, "the date of birth does not exist or lies in the future");
    }
    int individual = number_at(idno.text + 7, 3);
    if (individual < 2) {
        return wrong(kind, ret_error, "the individual numbers 000 and 001 are never given out");
    }
    char digits[9];
    memcpy(digits, idno.text, 6);
    memcpy(digits + 6, idno.text + 7, 3);
    if (idno.text[10] != vv_idno_hetu_check(digits)) {
        return wrong(kind, ret_error, "the check character does not agree");
    }
    idno.birth = vv_date_from_ymd(ymd);
    idno.male = individual % 2;
    *ret_idno = idno;
    return VV_OK;
}

/* ---- organisations and accounts -------------------------------------------------------------- */

/* Takes `before` digits, an optional hyphen and `after` digits; writes the digits alone. */
static bool hyphenated(const char *text, size_t before, size_t after, char *ret_digits)
{
    if (strnlen(text, before) < before || !all_digits(text, before)) {
        return false;
    }
    const char *rest = text + before + (text[before] == '-' ? 1 : 0);
    if (strnlen(rest, after + 1) != after || !all_digits(rest, after)) {
        return false;
    }
    memcpy(ret_digits, text, before);
    memcpy(ret_digits + before, rest, after);
    ret_digits[before + after] = '\0';
    return true;
}

static struct vv_idno organisation(enum vv_idno_kind kind, const char *digits, size_t before)
{
    struct vv_idno idno = {.kind = kind, .birth = VV_DATE_NONE, .male = -1};
    size_t len = strlen(digits);
    memcpy(idno.text, digits, before);
    idno.text[before] = '-';
    memcpy(idno.text + before + 1, digits + before, len - before);
    return idno;
}

static enum vv_status check_organisationsnummer(const char *text, struct vv_idno *ret_idno,
                                                struct vv_error *ret_error)
{
    const enum vv_idno_kind kind = VV_IDNO_ORGANISATIONSNUMMER;
    char digits[13];
    /* Registers that hold persons and organisations together put 16 before the ten digits. */
    bool prefixed = strncmp(text, "16", 2) == 0 && hyphenated(text, 8, 4, digits);
    if (prefixed) {
        memmove(digits, digits + 2, 11);
    } else if (!hyphenated(text, 6, 4, digits)) {
        return wrong(kind, ret_error, "must read NNNNNN-NNNN");
    }
    if (digits[2] < '2') {
        return wrong(kind, ret_error, "the third digit must be 2 or more");
    }
    if (!vv_idno_luhn_valid(digits)) {
        return wrong(kind, ret_error, "the check digit does not agree");
    }
    *ret_idno = organisation(kind, digits, 6);
    return VV_OK;
}

static enum vv_status check_y_tunnus(const char *text, struct vv_idno *ret_idno,
                                     struct vv_error *ret_error)
{
    static const int weights[7] = {7, 9, 10, 5, 8, 4, 2};
    const enum vv_idno_kind kind = VV_IDNO_Y_TUNNUS;
    char digits[9];
    if (!hyphenated(text, 7, 1, digits)) {
        return wrong(kind, ret_error, "must read NNNNNNN-C");
    }
    int sum = 0;
    for (size_t i = 0; i < 7; i++) {
        sum += weights[i] * (digits[i] - '0');
    }
    /* A remainder of 1 would need the check digit 10, which no digit equals: never given out. */
    int remainder = sum % 11;
    if (digits[7] - '0' != (remainder == 0 ? 0 : 11 - remainder)) {
        return wrong(kind, ret_error, "the check digit does not agree");
    }
    *ret_idno = organisation(kind, digits, 7);
    return VV_OK;
}

static enum vv_status check_bankgiro(const char *text, struct vv_idno *ret_idno,
                                     struct vv_error *ret_error)
{
    const enum vv_idno_kind kind = VV_IDNO_BANKGIRO;
    char digits[9];
    size_t before = 3;
    if (!hyphenated(text, 3, 4, digits)) {
        before = 4;
        if (!hyphenated(text, 4, 4, digits)) {
            return wrong(kind, ret_error, "must read NNN-NNNN or NNNN-NNNN");
        }
    }
    if (!vv_idno_luhn_valid(digits)) {
        return wrong(kind, ret_error, "the check digit does not agree");
    }
    *ret_idno = organisation(kind, digits, before);
    return VV_OK;
}

enum vv_status vv_idno_check(enum vv_idno_kind kind, const char *text, vv_date today,
                             struct vv_idno *ret_idno, struct vv_error *ret_error)
{
    switch (kind) {
    case VV_IDNO_PERSONNUMMER:
    case VV_IDNO_SAMORDNINGSNUMMER:
        return check_swedish_person(kind, text, today, ret_idno, ret_error);
    case VV_IDNO_HETU:
        return check_hetu(text, today, ret_idno, ret_error);
    case VV_IDNO_ORGANISATIONSNUMMER:
        return check_organisationsnummer(text, ret_idno, ret_error);
    case VV_IDNO_Y_TUNNUS:
        return check_y_tunnus(text, ret_idno, ret_error);
    case VV_IDNO_BANKGIRO:
        return check_bankgiro(text, ret_idno, ret_error);
    }
    return vv_fail(ret_error, VV_INVALID, "identity", "identity", 0, "unknown kind of number");
}
