/*
 * bank_text.c: names and texts in the characters that banks take.
 */
#include <stdbool.h>
#include <string.h>

#include "iso20022.h"

static const char allowed[] =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz/-?:().,'+ ";

/* Letters of Latin-1 from U+00C0 on without their accents; '.' has no letter to stand for it. */
static const char plain[] = "AAAAAAACEEEEIIIIDNOOOOO.OUUUUYTs"
                            "aaaaaaaceeeeiiiidnooooo.ouuuuyty";

static bool is_swedish_letter(unsigned point)
{
    return point == 0xE5 || point == 0xE4 || point == 0xF6 || point == 0xC5 || point == 0xC4 ||
           point == 0xD6;
}

/* One character of UTF-8: its code point, or 0 for bytes that are none; at least one is eaten. */
static size_t next_point(const unsigned char *text, unsigned *ret_point)
{
    size_t len = text[0] < 0x80 ? 1 : text[0] >= 0xF0 ? 4 : text[0] >= 0xE0 ? 3 : 2;
    for (size_t i = 1; i < len; i++) {
        if ((text[i] & 0xC0) != 0x80) {
            *ret_point = 0;
            return i;
        }
    }
    *ret_point = len == 1   ? text[0]
                 : len == 2 ? (unsigned)(text[0] & 0x1F) << 6 | (text[1] & 0x3F)
                            : 0xFFFF;
    return len;
}

void vv_bank_text(const char *text, size_t characters, char *ret_text, size_t cap)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t len = 0;
    for (size_t n = 0; *at != '\0' && n < characters && len + 3 <= cap; n++) {
        unsigned point = 0;
        size_t taken = next_point(at, &point);
        if (is_swedish_letter(point)) {
            ret_text[len++] = (char)at[0];
            ret_text[len++] = (char)at[1];
        } else if (point >= 0xC0 && point <= 0xFF) {
            ret_text[len++] = plain[point - 0xC0];
        } else if (point == '&') {
            ret_text[len++] = '+';
        } else {
            bool good = point > 0 && point < 0x80 && strchr(allowed, (int)point) != NULL;
            ret_text[len++] = good ? (char)point : '.';
        }
        at += taken;
    }
    if (len == 0 && cap > 1) {
        ret_text[len++] = '.'; /* the format wants at least one character */
    }
    ret_text[len] = '\0';
}
