/*
 * invoice_kit.h: one hand-computed invoice for the tests of its writer and its reader.
 *
 *   3 x 111.11 at 25 %      333.33   tax 83.3325 -> 83.33 (rules 12; line by line 83.34)
 *   110.00 - 10.00 at 12 %  100.00   tax 12.00
 *   692.50 exempt           692.50   tax  0
 *                         1 125.83       95.33   together 1 221.16
 */
#ifndef VAGVAL_TESTS_INVOICE_KIT_H
#define VAGVAL_TESTS_INVOICE_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../services/documents/invoice.h"

#define KIT_MAY_START 18383 /* 2020-05-01 */
#define KIT_MAY_END 18413   /* 2020-05-31 */

static const struct vv_invoice_line kit_lines[] = {
    {"1",
     "00010000000080008000000000000001",
     "base",
     "Base compensation",
     "",
     KIT_MAY_START,
     KIT_MAY_END,
     11111,
     {'S', 2500}},
    {"2",
     "00010000000080008000000000000002",
     "base",
     "Base compensation",
     "",
     KIT_MAY_START,
     KIT_MAY_END,
     11111,
     {'S', 2500}},
    {"3",
     "00020000000080008000000000000003",
     "base",
     "Base compensation",
     "",
     KIT_MAY_START,
     KIT_MAY_END,
     11111,
     {'S', 2500}},
    {"4",
     "00020000000080008000000000000003",
     "premium",
     "Speed premium",
     "",
     KIT_MAY_START,
     VV_DATE_NONE,
     11000,
     {'S', 1200}},
    {"5",
     "00020000000080008000000000000004",
     "premium",
     "Speed premium",
     "",
     KIT_MAY_START,
     VV_DATE_NONE,
     -1000,
     {'S', 1200}},
    {"6",
     "00020000000080008000000000000005",
     "result",
     "Result",
     "7",
     KIT_MAY_START,
     VV_DATE_NONE,
     69250,
     {'E', 0}},
};

static inline struct vv_invoice kit_invoice(void)
{
    return (struct vv_invoice){
        .type = VV_INVOICE_SELF_BILLED,
        .number = "SB-KA-000028-2020-05",
        .order = "KA-000028/2020-05",
        .corrects = "",
        .note = "",
        .currency = "SEK",
        .issued_on = 18414, /* 2020-06-01 */
        .due_on = 18444,    /* 2020-07-01 */
        .supplier = {"0007", "5560160680", "Vägledning & Söner AB", "5560160680", "0007",
                     "SE556016068001", "SE"},
        .customer = {"0007", "2021002114", "Arbetsförmedlingen", "2021002114", "0007",
                     "SE202100211401", "SE"},
        .lines = kit_lines,
        .line_count = sizeof kit_lines / sizeof kit_lines[0],
    };
}

struct kit_bytes {
    char bytes[64 * 1024];
    size_t len;
    size_t refuse_at; /* the sink says no from this many bytes on; 0 = never */
};

static inline enum vv_status kit_sink(void *context, const void *bytes, size_t len)
{
    struct kit_bytes *buffer = context;
    if (buffer->len + len >= sizeof buffer->bytes ||
        (buffer->refuse_at != 0 && buffer->len + len > buffer->refuse_at)) {
        return VV_IO;
    }
    memcpy(buffer->bytes + buffer->len, bytes, len);
    buffer->len += len;
    buffer->bytes[buffer->len] = '\0';
    return VV_OK;
}

static inline void kit_write(const struct vv_invoice *invoice, struct kit_bytes *ret_bytes)
{
    struct vv_error error = {0};
    ret_bytes->len = 0;
    ret_bytes->refuse_at = 0;
    enum vv_status status = vv_invoice_write(invoice, kit_sink, ret_bytes, &error);
    if (status != VV_OK) {
        print_message("%s: %s\n", error.field, error.text);
    }
    assert_int_equal(status, VV_OK);
}

#endif
