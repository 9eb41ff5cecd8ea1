/*
 * decimal.c: see the header.
 */
#include "decimal.h"

#include <string.h>

size_t vv_decimal(uint64_t number, char ret_text[static VV_DECIMAL_BYTES])
{
    char digits[VV_DECIMAL_BYTES];
    size_t at = sizeof(digits);
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    memcpy(ret_text, digits + at, sizeof(digits) - at);
    return sizeof(digits) - at;
}

size_t vv_decimal_signed(int64_t number, char ret_text[static VV_DECIMAL_BYTES])
{
    if (number >= 0) {
        return vv_decimal((uint64_t)number, ret_text);
    }
    char digits[VV_DECIMAL_BYTES];
    /* Counted from zero: the lowest number has no positive counterpart. */
    size_t len = vv_decimal(UINT64_C(0) - (uint64_t)number, digits);
    ret_text[0] = '-';
    memcpy(ret_text + 1, digits, len);
    return len + 1;
}
