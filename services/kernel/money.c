/*
 * money.c: exact arithmetic on minor units (rules 7). Products are taken in 128 bits, and every
 * result is checked against VV_MONEY_MAX.
 */
#include "vagval/money.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "vagval/limits.h"

__extension__ typedef __int128 wide;

static bool in_range(wide amount)
{
    return amount >= -VV_MONEY_MAX && amount <= VV_MONEY_MAX;
}

enum vv_status vv_money_add(vv_money a, vv_money b, vv_money *ret_sum)
{
    wide sum = (wide)a + b;
    if (!in_range(sum)) {
        return VV_TOO_LARGE;
    }
    *ret_sum = (vv_money)sum;
    return VV_OK;
}

enum vv_status vv_money_scale(vv_money amount, int64_t numerator, int64_t denominator,
                              vv_money *ret_amount)
{
    if (denominator < 1) {
        return VV_INVALID;
    }
    wide product = (wide)amount * numerator;
    if (product >= 0 && product <= INT64_MAX / 2) { /* nearly always, and much faster */
        int64_t small = (int64_t)product;
        int64_t up = small % denominator >= denominator - small % denominator ? 1 : 0;
        small = small / denominator + up;
        if (!in_range(small)) {
            return VV_TOO_LARGE;
        }
        *ret_amount = small;
        return VV_OK;
    }
    bool negative = product < 0;
    wide size = negative ? -product : product;
    /* Half away from zero: the size is rounded half up, then gets its sign back. Twice the
     * remainder stays below 2^65. */
    wide rounded = size / denominator + (size % denominator * 2 >= denominator ? 1 : 0);
    wide result = negative ? -rounded : rounded;
    if (!in_range(result)) {
        return VV_TOO_LARGE;
    }
    *ret_amount = (vv_money)result;
    return VV_OK;
}

/* The position that gets the next unit: largest remainder first, ties by position. `after` is the
 * position served last (count = none yet); only what comes after it in that order is looked at. */
static size_t next_in_line(wide size, const int64_t *weights, size_t count, wide whole,
                           size_t after)
{
    wide limit = after == count ? whole : size * weights[after] % whole;
    size_t best = count;
    wide best_remainder = -1;
    for (size_t i = 0; i < count; i++) {
        wide remainder = size * weights[i] % whole;
        bool in_line = remainder < limit || (remainder == limit && after < count && i > after);
        if (in_line && remainder > best_remainder) {
            best = i;
            best_remainder = remainder;
        }
    }
    return best;
}

enum vv_status vv_money_share(vv_money total, const int64_t *weights, size_t count,
                              vv_money *ret_shares)
{
    if (count == 0 || !in_range(total)) {
        return VV_INVALID;
    }
    wide whole = 0;
    for (size_t i = 0; i < count; i++) {
        if (weights[i] < 0) {
            return VV_INVALID;
        }
        whole += weights[i];
    }
    if (whole == 0) {
        return VV_INVALID;
    }
    /* A negative total (a recovery) is shared as its size is, so that it takes back exactly what
     * the positive total gave. */
    wide size = total < 0 ? -(wide)total : total;
    wide left = size;
    for (size_t i = 0; i < count; i++) {
        ret_shares[i] = (vv_money)(size * weights[i] / whole);
        left -= ret_shares[i];
    }
    for (size_t last = count; left > 0; left--) {
        last = next_in_line(size, weights, count, whole, last);
        assert(last < count); /* fewer units are left than there are remainders above zero */
        ret_shares[last]++;
    }
    if (total < 0) {
        for (size_t i = 0; i < count; i++) {
            ret_shares[i] = -ret_shares[i];
        }
    }
    return VV_OK;
}

enum vv_status vv_money_parse(const char *text, vv_money *ret_amount)
{
    bool negative = *text == '-';
    const char *at = text + (negative ? 1 : 0);
    if (*at < '0' || *at > '9') {
        return VV_INVALID;
    }
    int64_t amount = 0;
    bool too_large = false;
    int decimals = -1; /* -1 = before the point */
    for (; *at != '\0'; at++) {
        if (*at == '.' && decimals < 0) {
            decimals = 0;
            continue;
        }
        if (*at < '0' || *at > '9' || decimals == 2) {
            return VV_INVALID;
        }
        /* Once too large it stays so; the rest is still read, since a malformed text is INVALID. */
        too_large = too_large || amount > VV_MONEY_MAX / 10;
        amount = too_large ? 0 : amount * 10 + (*at - '0');
        decimals += decimals >= 0 ? 1 : 0;
    }
    if (decimals == 0) {
        return VV_INVALID;
    }
    for (int missing = decimals < 0 ? 2 : 2 - decimals; missing > 0; missing--) {
        too_large = too_large || amount > VV_MONEY_MAX / 10;
        amount = too_large ? 0 : amount * 10;
    }
    if (too_large || amount > VV_MONEY_MAX) {
        return VV_TOO_LARGE;
    }
    *ret_amount = negative ? -amount : amount;
    return VV_OK;
}

void vv_money_format(vv_money amount, int grouped, char ret_text[static VV_MONEY_TEXT_BYTES])
{
    assert(in_range(amount));
    uint64_t size = amount < 0 ? (uint64_t)-amount : (uint64_t)amount;
    char reversed[VV_MONEY_TEXT_BYTES];
    size_t len = 0;
    int digits = 0;
    do {
        if (digits == 2) {
            reversed[len++] = '.';
        } else if (grouped && digits > 2 && (digits - 2) % 3 == 0) {
            reversed[len++] = ' ';
        }
        reversed[len++] = (char)('0' + size % 10);
        size /= 10;
        digits++;
    } while (size > 0 || digits < 3);
    if (amount < 0) {
        reversed[len++] = '-';
    }
    /* 16 digits, 4 spaces, a point and a sign at most. */
    assert(len < VV_MONEY_TEXT_BYTES);
    for (size_t i = 0; i < len; i++) {
        ret_text[i] = reversed[len - 1 - i];
    }
    ret_text[len] = '\0';
}
