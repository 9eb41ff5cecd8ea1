/*
 * decimal.h: whole numbers as text without the formatting machine. Keys, versions and cursors are
 * written several times for each message.
 */
#ifndef VV_DECIMAL_H
#define VV_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

#define VV_DECIMAL_BYTES 21 /* sign and 20 digits; no NUL is written */

/* Both return the number of characters. */
size_t vv_decimal(uint64_t number, char ret_text[static VV_DECIMAL_BYTES]);
size_t vv_decimal_signed(int64_t number, char ret_text[static VV_DECIMAL_BYTES]);

#endif
