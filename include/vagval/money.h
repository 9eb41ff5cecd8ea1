/*
 * money.h: money is a count of minor units (öre, cents) in an int64 below 2^53. No floats.
 */
#ifndef VAGVAL_MONEY_H
#define VAGVAL_MONEY_H

#include <stddef.h>
#include <stdint.h>

#include "vagval/status.h"

typedef int64_t vv_money; /* minor units; |x| <= VV_MONEY_MAX */

VV_CHECKED enum vv_status vv_money_add(vv_money a, vv_money b, vv_money *ret_sum);
/* amount x numerator / denominator, rounded once, half away from zero (rules 7). The product is
 * taken in 128 bits. Errors: VV_INVALID (denominator < 1), VV_TOO_LARGE. */
VV_CHECKED enum vv_status vv_money_scale(vv_money amount, int64_t numerator, int64_t denominator,
                                         vv_money *ret_amount);
/* Shares of `total` by `weights`: floors, then largest remainder, ties by position (rules 7).
 * Errors: VV_INVALID (count 0, a negative weight, all zero). */
VV_CHECKED enum vv_status vv_money_share(vv_money total, const int64_t *weights, size_t count,
                                         vv_money *ret_shares);

/* Reads "1234", "1234.5", "1234.50", "-3.00" into minor units (two decimals). A sub-unit fraction
 * ("1.005") is VV_INVALID. */
VV_CHECKED enum vv_status vv_money_parse(const char *text, vv_money *ret_amount);
#define VV_MONEY_TEXT_BYTES 32
/* "1 234.50" when grouped, else "1234.50". */
void vv_money_format(vv_money amount, int grouped, char ret_text[static VV_MONEY_TEXT_BYTES]);

#endif
