/*
 * account.c: bank accounts and references. No locale, no clock: ASCII digits and letters only.
 */
#include "vagval/account.h"

#include <string.h>

#include "vagval/idno.h"

static const char *const words[] = {[VV_ACCOUNT_NONE] = "",
                                    [VV_ACCOUNT_BANKGIRO] = "bankgiro",
                                    [VV_ACCOUNT_PLUSGIRO] = "plusgiro",
                                    [VV_ACCOUNT_SWEDISH] = "account",
                                    [VV_ACCOUNT_IBAN] = "iban"};

enum vv_account_kind vv_account_kind_of(const char *word)
{
    for (size_t i = VV_ACCOUNT_BANKGIRO; i <= VV_ACCOUNT_IBAN; i++) {
        if (strcmp(words[i], word) == 0) {
            return (enum vv_account_kind)i;
        }
    }
    return VV_ACCOUNT_NONE;
}

const char *vv_account_kind_word(enum vv_account_kind kind)
{
    return kind <= VV_ACCOUNT_IBAN ? words[kind] : "";
}

static enum vv_status wrong(struct vv_error *ret_error, const char *field, const char *text)
{
    return vv_fail(ret_error, VV_INVALID, "", field, 0, "%s", text);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return c >= 'A' && c <= 'Z';
}

/* Letters in upper case and digits, without spaces and what `skip` names; false when something
 * else stands there or it is longer than `cap` - 1. */
static bool compact(const char *text, const char *skip, char *ret_text, size_t cap)
{
    size_t len = 0;
    for (const char *c = text; *c != '\0'; c++) {
        char one = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
        if (one == ' ' || strchr(skip, one) != NULL) {
            continue;
        }
        if ((!is_digit(one) && !is_letter(one)) || len + 1 >= cap) {
            return false;
        }
        ret_text[len++] = one;
    }
    ret_text[len] = '\0';
    return len > 0;
}

static bool all_digits(const char *text)
{
    return strspn(text, "0123456789") == strlen(text);
}

/* Remainder by 97 of the text with its first four characters moved to the end, letters counting
 * from A = 10: 1 in a right IBAN or RF reference. */
static unsigned remainder_97(const char *text)
{
    size_t len = strlen(text);
    unsigned remainder = 0;
    for (size_t i = 0; i < len; i++) {
        char c = text[(i + 4) % len];
        if (is_digit(c)) {
            remainder = (remainder * 10 + (unsigned)(c - '0')) % 97;
        } else {
            remainder = (remainder * 100 + (unsigned)(c - 'A') + 10) % 97;
        }
    }
    return remainder;
}

/* A giro number: digits with its hyphen before the last `tail` of them. */
static void hyphenate(const char *digits, size_t tail, char *ret_text)
{
    size_t head = strlen(digits) - tail;
    memcpy(ret_text, digits, head);
    ret_text[head] = '-';
    memcpy(ret_text + head + 1, digits + head, tail + 1);
}

static enum vv_status check_giro(const char *text, size_t digits_min, size_t digits_max,
                                 size_t tail, char ret_text[static VV_ACCOUNT_TEXT_BYTES],
                                 struct vv_error *ret_error)
{
    char digits[16];
    if (!compact(text, "-", digits, sizeof(digits)) || !all_digits(digits) ||
        strlen(digits) < digits_min || strlen(digits) > digits_max) {
        return wrong(ret_error, "account",
                     tail == 4 ? "a bankgiro has 7 or 8 digits, as in NNN-NNNN"
                               : "a plusgiro has 2 to 8 digits, the last after a hyphen");
    }
    if (!vv_idno_luhn_valid(digits)) {
        return wrong(ret_error, "account", "the check digit does not agree");
    }
    hyphenate(digits, tail, ret_text);
    return VV_OK;
}

static enum vv_status check_swedish(const char *text, char ret_text[static VV_ACCOUNT_TEXT_BYTES],
                                    struct vv_error *ret_error)
{
    char digits[VV_ACCOUNT_TEXT_BYTES];
    if (!compact(text, "-,.", digits, sizeof(digits)) || !all_digits(digits) ||
        strlen(digits) < 9 || strlen(digits) > 15 || digits[0] == '0') {
        return wrong(ret_error, "account",
                     "an account is a clearing number of 4 or 5 digits and 5 to 10 digits");
    }
    memcpy(ret_text, digits, sizeof(digits));
    return VV_OK;
}

/* Of an IBAN or an RF reference: two letters, then the check digits (ISO 7064, mod 97-10). They are
 * given out as 02 to 98: 00, 01 and 99 satisfy the remainder too and are nobody's. */
static bool has_check_digits(const char *text)
{
    unsigned check = (unsigned)(text[2] - '0') * 10 + (unsigned)(text[3] - '0');
    return check >= 2 && check <= 98 && remainder_97(text) == 1;
}

static enum vv_status check_iban(const char *text, char ret_text[static VV_ACCOUNT_TEXT_BYTES],
                                 struct vv_error *ret_error)
{
    static const struct {
        char country[3];
        size_t len;
    } lengths[] = {{"SE", 24}, {"FI", 18}, {"NO", 15}, {"DK", 18},
                   {"EE", 20}, {"DE", 22}, {"NL", 18}};
    char iban[VV_ACCOUNT_TEXT_BYTES];
    if (!compact(text, "", iban, sizeof(iban)) || strlen(iban) < 15 || !is_letter(iban[0]) ||
        !is_letter(iban[1]) || !is_digit(iban[2]) || !is_digit(iban[3])) {
        return wrong(ret_error, "account",
                     "an IBAN is a country, two check digits and 11 to 30 letters and digits");
    }
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        if (strncmp(lengths[i].country, iban, 2) == 0 && lengths[i].len != strlen(iban)) {
            return wrong(ret_error, "account", "an IBAN of that country has another length");
        }
    }
    if (!has_check_digits(iban)) {
        return wrong(ret_error, "account", "the check digits do not agree");
    }
    memcpy(ret_text, iban, sizeof(iban));
    return VV_OK;
}

enum vv_status vv_account_check(enum vv_account_kind kind, const char *text,
                                char ret_text[static VV_ACCOUNT_TEXT_BYTES],
                                struct vv_error *ret_error)
{
    switch (kind) {
    case VV_ACCOUNT_BANKGIRO:
        return check_giro(text, 7, 8, 4, ret_text, ret_error);
    case VV_ACCOUNT_PLUSGIRO:
        return check_giro(text, 2, 8, 1, ret_text, ret_error);
    case VV_ACCOUNT_SWEDISH:
        return check_swedish(text, ret_text, ret_error);
    case VV_ACCOUNT_IBAN:
        return check_iban(text, ret_text, ret_error);
    case VV_ACCOUNT_NONE:
        break;
    }
    return wrong(ret_error, "kind", "the kind is one of bankgiro, plusgiro, account and iban");
}

enum vv_status vv_reference_check(const char *text, char ret_text[static VV_REFERENCE_TEXT_BYTES],
                                  struct vv_error *ret_error)
{
    char reference[VV_REFERENCE_TEXT_BYTES];
    if (!compact(text, "", reference, sizeof(reference)) || strlen(reference) < 5 ||
        strncmp(reference, "RF", 2) != 0 || !is_digit(reference[2]) || !is_digit(reference[3])) {
        return wrong(ret_error, "reference",
                     "an RF reference is RF, two check digits and 1 to 21 letters and digits");
    }
    if (!has_check_digits(reference)) {
        return wrong(ret_error, "reference", "the check digits do not agree");
    }
    memcpy(ret_text, reference, sizeof(reference));
    return VV_OK;
}

enum vv_status vv_bic_check(const char *text, char ret_text[static VV_BIC_TEXT_BYTES],
                            struct vv_error *ret_error)
{
    char bic[VV_BIC_TEXT_BYTES];
    size_t len = compact(text, "", bic, sizeof(bic)) ? strlen(bic) : 0;
    bool good = len == 8 || len == 11;
    for (size_t i = 0; good && i < 6; i++) {
        good = is_letter(bic[i]);
    }
    if (!good) {
        return wrong(ret_error, "bic", "a BIC has 8 or 11 characters, the first 6 of them letters");
    }
    memcpy(ret_text, bic, sizeof(bic));
    return VV_OK;
}
